"""The rows of dropout, embeddings, one-hot vectors and the bilinear layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_references import quiet
from tests.op_rows.common import seeded
from tests.op_samples import Array, Exactly, F, Ints, R, Row, S, find, kink, only

N = "nn.functional."


def noisy(name: str, *shapes: tuple[int, ...], errors: tuple[R, ...] = (), training: bool = True) -> list[Row]:
    """The rows of a kind of dropout: random, in place, and without anything to do."""
    function = N + name
    samples = tuple(S(F(*shape), p, training) for shape in shapes for p in (0.3, 0.9)) + (
        S(F(*shapes[0]), training=True),
        S(F(*shapes[-1]), 1.0, True),
    )
    idle = tuple(S(F(*shape), p, t) for shape in shapes for p, t in ((0.5, False), (0.0, True)))

    def overwrite(t: Any, x: Any, p: float) -> Any:
        t.manual_seed(7)
        z = x.clone()
        y = find(t, function)(z, p, True, True)
        assert y.data_ptr() == z.data_ptr()
        return z

    refusals = (
        R(lambda t: find(t, function)(t.ones(shapes[0]), -0.1, True), ValueError, "between 0 and 1, but got -0.1"),
        R(lambda t: find(t, function)(t.ones(shapes[0]), 1.5, True), ValueError, "between 0 and 1, but got 1.5"),
        R(lambda t: find(t, function)(t.ones(shapes[0]).long(), 0.5, True), RuntimeError, "not implemented|cast"),
        *errors,
    )
    return [
        replace(seeded(function, *samples, errors=refusals, gradient=True), variant="in training"),
        replace(seeded(function, *[S(F(*s), 0.4) for s in shapes], gradient=True), variant="in place", call=overwrite),
        Row(function, lambda x, p, t: x, idle, shares=True, variant="with nothing to drop"),
    ]


def embedding(
    i: Array,
    w: Array,
    padding_idx: Any = None,
    max_norm: Any = None,
    norm_type: float = 2.0,
    *options: Any,
    **named: Any,
) -> Array:
    w = w.copy()
    for row in np.unique(i) if max_norm is not None else ():
        length = np.sum(np.abs(w[row]) ** norm_type) ** (1 / norm_type)
        if length > max_norm:
            w[row] *= max_norm / (length + 1e-7)
    return w[i]


def bilinear(x: Array, y: Array, w: Array, b: Any = None, bias: None = None) -> Array:
    return np.einsum("...i,oij,...j->...o", x, w, y) + (0 if b is None else b)


def one_hot(i: Array, num_classes: int = -1) -> Array:
    classes = num_classes if num_classes > 0 else np.max(i) + 1
    return (i[..., None] == np.arange(classes)).astype(np.int64)


INDEX = Exactly([[1, 3, 1], [0, 1, 4]], "int64")
LOOKUPS: list[Row] = [
    *noisy("dropout", (3, 4), (), (0, 3), (40,)),
    *noisy("alpha_dropout", (3, 4), (), (40,)),
    *noisy(
        "feature_alpha_dropout",
        (3, 4, 2),
        (2, 5),
        errors=(
            R(lambda t: t.nn.functional.feature_alpha_dropout(t.ones(3), 0.5, True), RuntimeError, "at least 2 dim"),
        ),
    ),
    *noisy(
        "dropout1d",
        (3, 4, 2),
        (4, 2),
        errors=(R(lambda t: t.nn.functional.dropout1d(t.ones(3)), RuntimeError, "Expected 2D or 3D input"),),
    ),
    *noisy("dropout2d", (3, 4, 2, 2), (2, 5, 1, 3)),
    *noisy("dropout3d", (3, 4, 2, 2, 1), (4, 2, 2, 1)),
    Row(
        f"{N}embedding",
        embedding,
        (
            S(INDEX, F(5, 3)),
            S(Exactly(2, "int64"), F(5, 3)),
            S(Ints((4,), 0, 5, dtype="int32"), F(5, 3)),
            only(1, S(Ints((0,), 0, 5), F(5, 3))),
            S(Ints((2, 2, 2), 0, 5), F(5, 1)),
            kink(INDEX, F(5, 3), padding_idx=1),
            kink(INDEX, F(5, 3), -2),
            only(1, kink(INDEX, F(5, 3), scale_grad_by_freq=True)),  # PyTorch's second derivative forgets the scale
            only(1, kink(INDEX, F(5, 3), 4, None, 2.0, True)),
        ),
        (
            R(lambda t: t.nn.functional.embedding(t.tensor([5]), t.ones(5, 2)), IndexError, "index out of range"),
            R(lambda t: t.nn.functional.embedding(t.tensor([-1]), t.ones(5, 2)), IndexError, "index out of range"),
            R(lambda t: t.nn.functional.embedding(t.tensor([1.0]), t.ones(5, 2)), RuntimeError, "Long, Int"),
            R(lambda t: t.nn.functional.embedding(t.tensor([1]), t.ones(5)), RuntimeError, "must be 2-D"),
            R(lambda t: t.nn.functional.embedding(t.tensor([1]), t.ones(5, 2), 5), AssertionError, "within num_emb"),
            R(lambda t: t.nn.functional.embedding(t.tensor([1]), t.ones(5, 2), -6), AssertionError, "within num_emb"),
        ),
    ),
    Row(
        f"{N}embedding",
        quiet(embedding),
        (S(INDEX, F(5, 3), None, 0.7), S(INDEX, F(5, 3), max_norm=1.5, norm_type=1.0)),
        call=lambda t, i, w, *args, **kwargs: t.nn.functional.embedding(i, w.clone(), *args, **kwargs),
        gradient=False,
        variant="with a largest norm",
    ),
    Row(
        f"{N}one_hot",
        one_hot,
        (S(Ints((4,), 0, 3)), S(Ints((2, 3), 0, 3), 5), S(Exactly(2, "int64")), S(Ints((0,), 0, 3), num_classes=3)),
        (
            R(lambda t: t.nn.functional.one_hot(t.tensor([1.0])), RuntimeError, "LongTensor"),
            R(lambda t: t.nn.functional.one_hot(t.tensor([-1])), RuntimeError, "non-negative"),
            R(lambda t: t.nn.functional.one_hot(t.tensor([3]), 3), RuntimeError, "smaller than num_classes"),
            R(lambda t: t.nn.functional.one_hot(t.zeros(0).long()), RuntimeError, "empty tensor"),
        ),
        gradient=False,
        exact=True,
    ),
    Row(
        f"{N}bilinear",
        bilinear,
        (
            S(F(4, 2), F(4, 3), F(5, 2, 3)),
            S(F(4, 2), F(4, 3), F(5, 2, 3), F(5)),
            S(F(2), F(3), F(1, 2, 3), F(1)),
            S(F(2, 2, 2), F(2, 2, 3), F(2, 2, 3), bias=None),
            S(F(0, 2), F(0, 3), F(5, 2, 3), F(5)),
        ),
        (
            R(lambda t: t.nn.functional.bilinear(t.ones(2, 2), t.ones(3, 3), t.ones(5, 2, 3)), RuntimeError, "match"),
            R(lambda t: t.nn.functional.bilinear(t.ones(2, 2), t.ones(2, 2), t.ones(5, 2, 3)), RuntimeError, "match"),
        ),
        call=lambda t, x, y, w, b=None, bias=None: t.nn.functional.bilinear(x, y, w, b),
    ),
]
