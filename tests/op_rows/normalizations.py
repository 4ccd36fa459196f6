"""The rows of normalisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.op_references import quiet
from tests.op_samples import Array, Exactly, F, R, Row, S, find, only, positive

N = "nn.functional."


def brought_back(x: Array, mean: Array, variance: Array, eps: float) -> Array:
    """x with another mean and variance."""
    return (x - mean) / np.sqrt(variance + eps)


def layer_norm(x: Array, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    dims = tuple(range(x.ndim - len(shape), x.ndim))
    y = brought_back(x, np.mean(x, dims, keepdims=True), np.var(x, dims, keepdims=True), eps)
    return y * (1 if weight is None else weight) + (0 if bias is None else bias)


def rms_norm(x: Array, shape: Any, weight: Any = None, eps: float | None = None) -> Array:
    dims = tuple(range(x.ndim - len(shape), x.ndim))
    if eps is None:
        eps = float(np.finfo(np.promote_types(x.dtype, np.float32)).eps)
    y = brought_back(x, np.zeros((), x.dtype), np.mean(x * x, dims, keepdims=True), eps)
    return y * (1 if weight is None else weight)


def refused(name: str, *calls: tuple[Any, type[Exception], str]) -> tuple[R, ...]:
    """Refusals of calls `call(function, library)`."""

    def bound(call: Any) -> Callable[[Any], Any]:
        return lambda t: call(find(t, N + name), t)

    return tuple(R(bound(call), error, words) for call, error, words in calls)


def of_last_dims(name: str) -> tuple[R, ...]:
    """What normalisation over the last dimensions refuses."""
    return refused(
        name,
        (lambda f, t: f(t.ones(2, 3), ()), RuntimeError, "at least 1-dimensional"),
        (lambda f, t: f(t.ones(2, 3), (2,)), RuntimeError, "Given normalized_shape"),
        (lambda f, t: f(t.ones(2, 3), (3,), t.ones(2)), RuntimeError, "Expected weight to be of same shape"),
        (lambda f, t: f(t.ones(2, 3), 3), TypeError, "normalized_shape"),
        (lambda f, t: f([1.0, 2.0], (2,)), TypeError, "must be Tensor"),
        (lambda f, t: f(t.ones(2, 3, dtype=t.int64), (3,)), NotImplementedError, "not implemented"),
    )


NORMALIZATIONS = [
    Row(
        f"{N}layer_norm",
        quiet(layer_norm),
        (
            S(F(2, 3), (3,)),
            S(F(2, 3), (3,), F(3), F(3)),
            S(F(2, 3, 2), (3, 2), weight=F(3, 2), bias=F(3, 2), eps=0.1),
            S(F(2, 2, 3), (3,), F(3)),
            only(1, S(F(2, 2, 3), (3,), bias=F(3))),  # PyTorch stumbles over the second
            S(F(4), [4], F(4), F(4)),
            S(F(4, gradient=False), [4], F(4), F(4, gradient=False)),
            S(F(3, 1), (1,), F(1), F(1), 1.0),
            S(F(0, 3), (3,), F(3), F(3)),
            S(Exactly([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0]]), (3,)),
        ),
        (
            *of_last_dims("layer_norm"),
            *refused(
                "layer_norm",
                (
                    lambda f, t: f(t.ones(2, 3), (3,), None, t.ones(2)),
                    RuntimeError,
                    "Expected bias to be",
                ),
                (lambda f, t: f(t.ones(2, 3), (3,), t.ones(3).double()), RuntimeError, "mixed dtype"),
            ),
        ),
    ),
    Row(
        f"{N}rms_norm",
        quiet(rms_norm),
        (
            S(F(2, 3, domain=positive), (3,)),
            S(F(2, 3), (3,), F(3), 0.1),
            S(F(2, 3, 2), (3, 2), weight=F(3, 2), eps=1e-3),
            S(F(4), [4], F(4)),
            S(F(4, gradient=False), [4], F(4)),
            S(F(0, 3), (3,), F(3)),
        ),
        (
            *of_last_dims("rms_norm"),
            *refused("rms_norm", (lambda f, t: f(t.ones(()), (1,)), ValueError, "at least 1 dimensions")),
        ),
    ),
]
