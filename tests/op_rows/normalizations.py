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


def of_channels(v: Any, x: Array) -> Any:
    """A number a channel, in the form in which it meets x."""
    return v.reshape(1, -1, *(1,) * (x.ndim - 2))


def moved(x: Array, weight: Any, bias: Any) -> Array:
    """x scaled and shifted, channel by channel."""
    return x * (1 if weight is None else of_channels(weight, x)) + (0 if bias is None else of_channels(bias, x))


def moments(x: Array, dims: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean and variance; of nothing, 0."""
    if x.size == 0:
        return np.zeros((), x.dtype), np.zeros((), x.dtype)
    return np.mean(x, dims, keepdims=True), np.var(x, dims, keepdims=True)


def batch_norm(
    x: Array,
    mean: Any,
    variance: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    if training:
        mean, variance = moments(x, (0, *range(2, x.ndim)))
    else:
        mean, variance = of_channels(mean, x), of_channels(variance, x)
    return moved(brought_back(x, mean, variance, eps), weight, bias)


def instance_norm(
    x: Array,
    mean: Any = None,
    variance: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Array:
    if not use_input_stats:
        return batch_norm(x, mean, variance, weight, bias, eps=eps)
    return moved(brought_back(x, *moments(x, tuple(range(2, x.ndim))), eps), weight, bias)


def group_norm(x: Array, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Array:
    groups = [
        brought_back(part, *moments(part, tuple(range(1, x.ndim))), eps) for part in np.split(x, num_groups, axis=1)
    ]
    return moved(np.concatenate(groups, 1), weight, bias)


def local_response_norm(x: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Array:
    z = np.zeros_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        z[:, c] = x[:, c] / (k + alpha * np.sum(near**2, 1) / size) ** beta
    return z


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


MOMENT = F(3, gradient=False)
VARIANCE = F(3, gradient=False, domain=positive)

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
    Row(
        f"{N}batch_norm",
        quiet(batch_norm),
        (
            S(F(4, 3), None, None, training=True),
            S(F(4, 3), None, None, F(3), F(3), True),
            S(F(2, 3, 2), None, None, F(3), training=True, eps=0.1),
            S(F(2, 2, 2, 1), None, None, F(2), F(2), training=True),
            S(F(4, 3, gradient=False), None, None, F(3), F(3, gradient=False), True),
            S(F(4, 3), MOMENT, VARIANCE),
            S(F(1, 3), MOMENT, VARIANCE, F(3), F(3)),
            S(F(2, 3, 2), MOMENT, VARIANCE, F(3), eps=0.1),
            S(F(4, 3, gradient=False), MOMENT, VARIANCE, F(3), F(3)),
            only(0, S(F(0, 3), None, None, training=True)),
        ),
        refused(
            "batch_norm",
            (lambda f, t: f(t.ones(2, 3), None, None), RuntimeError, "must be defined in evaluation mode"),
            (lambda f, t: f(t.ones(2, 3), t.ones(3), None), RuntimeError, "must be defined in evaluation mode"),
            (lambda f, t: f(t.ones(2, 3), t.ones(2), t.ones(2)), RuntimeError, "should contain 3 elements not 2"),
            (lambda f, t: f(t.ones(2, 3), None, None, t.ones(2), None, True), RuntimeError, "should contain 3"),
            (lambda f, t: f(t.ones(1, 3), None, None, None, None, True), ValueError, "more than 1 value per channel"),
            (lambda f, t: f(t.ones(3), None, None, None, None, True), IndexError, "Dimension out of range"),
            (lambda f, t: f(t.ones(2, 3), None, t.ones(3), training=True), ValueError, "neither be None"),
            (lambda f, t: f(t.ones(2, 3), t.ones(3).double(), t.ones(3).double()), RuntimeError, "mixed dtype"),
            (lambda f, t: f(t.ones(2, 3), None, None, training=True, eps=0.0), ValueError, "eps must be positive"),
            (lambda f, t: f(t.ones(2, 3), t.ones(3), t.ones(3), eps=-1.0), ValueError, "eps must be"),
            (
                lambda f, t: f(t.ones(2, 3), t.ones(3, requires_grad=True), t.ones(3)),
                RuntimeError,
                "not differentiable with respect to argument 'running_mean'",
            ),
            (
                lambda f, t: f(t.ones(2, 3, dtype=t.int64), None, None, training=True),
                NotImplementedError,
                "not implemented",
            ),
        ),
    ),
    Row(
        f"{N}instance_norm",
        quiet(instance_norm),
        (
            S(F(2, 3, 4)),
            S(F(2, 3, 4), None, None, F(3), F(3)),
            S(F(2, 3, 2, 2), weight=F(3), bias=F(3), eps=0.1),
            S(F(2, 3, 4), MOMENT, VARIANCE, F(3), F(3), False),
        ),
        refused(
            "instance_norm",
            (lambda f, t: f(t.ones(2, 3)), ValueError, "more than 1 spatial element"),
            (lambda f, t: f(t.ones(2, 3, 1)), ValueError, "more than 1 spatial element"),
            (lambda f, t: f(t.ones(2, 3, 2), use_input_stats=False), RuntimeError, "defined"),
            (lambda f, t: f(t.ones(2, 3, 2), weight=t.ones(2)), RuntimeError, "should contain"),
            (lambda f, t: f(t.ones(2, 3, 2), t.ones(3)), ValueError, "neither be None"),
            (lambda f, t: f(t.ones(2, 3, 2, dtype=t.int64)), NotImplementedError, "not implemented"),
        ),
    ),
    Row(
        f"{N}group_norm",
        quiet(group_norm),
        (
            S(F(2, 4, 2), 2),
            S(F(2, 6), 2, F(6), F(6), 0.1),
            S(F(2, 4, 2), 1, F(4), F(4), 0.1),
            S(F(2, 2, 2, 2), 2, weight=F(2), bias=F(2)),
            S(F(2, 4, 2, gradient=False), 2, F(4), F(4)),
        ),
        refused(
            "group_norm",
            (lambda f, t: f(t.ones(2), 1), RuntimeError, "at least 2 dimensions"),
            (lambda f, t: f(t.ones(2, 3), 2), RuntimeError, "divisible by num_groups"),
            (lambda f, t: f(t.ones(2, 4), 0), ZeroDivisionError, ""),
            (lambda f, t: f(t.ones(2, 4), -2), RuntimeError, "greater than 0"),
            (lambda f, t: f(t.ones(2, 4), 2, t.ones(2)), RuntimeError, "Expected weight to be a vector"),
            (lambda f, t: f(t.ones(2, 4), 2, None, t.ones(4, 1)), RuntimeError, "Expected bias to be a vector"),
            (lambda f, t: f(t.ones(1, 4), 4), ValueError, "more than 1 value per channel"),
            (lambda f, t: f(t.ones(2, 4), 2, t.ones(4).double()), RuntimeError, "mixed dtype"),
            (lambda f, t: f(t.ones(2, 4, dtype=t.int64), 2), NotImplementedError, "not implemented"),
        ),
    ),
    Row(
        f"{N}local_response_norm",
        quiet(local_response_norm),
        (
            S(F(2, 4, 3), 2),
            S(F(2, 4, 3), 3, alpha=0.5, beta=0.6, k=2.0),
            S(F(1, 3, 2, 2), 5, 1.0),
            S(F(2, 3, 1), 1, alpha=1.0),
        ),
        refused(
            "local_response_norm",
            (lambda f, t: f(t.ones(2, 3), 2), ValueError, "Expected 3D or higher"),
            (lambda f, t: f(t.ones(2, 3, 2), 0), RuntimeError, "kernel size should be greater than zero"),
        ),
    ),
]
