"""The rows of norms and distances."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_references import axes
from tests.op_rows.common import SHAPES_DISAGREE, in_place, twice
from tests.op_samples import (
    Array,
    Dtype,
    Exactly,
    F,
    Floats,
    R,
    Row,
    S,
    kink,
    nonzero,
    only,
)

inf, nan = np.inf, np.nan


def vector_norm(
    x: Array, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, **numpys: Any
) -> Array:
    if x.dtype == np.float16:
        return vector_norm(x.astype(np.float32), ord).astype(x.dtype)
    x = x if dtype is None else x.astype(dtype)
    axis = axes(x, numpys.get("axis", dim))
    keep = numpys.get("keepdims", keepdim) and x.ndim > 0
    x = np.atleast_1d(x)
    along = tuple(range(x.ndim)) if axis is None or axis == [] else axis
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if ord == 0:
            return np.sum(x != 0, axis=along, keepdims=keep).astype(x.dtype)
        if abs(ord) == inf:
            return (np.max if ord > 0 else np.min)(np.abs(x), axis=along, keepdims=keep)
        return (np.sum(np.abs(x) ** ord, axis=along, keepdims=keep) ** (1 / ord)).astype(x.dtype)


def cdist(x: Array, y: Array, p: float = 2.0, compute_mode: Any = None) -> Array:
    with np.errstate(invalid="ignore"):
        between = x[..., :, None, :] - y[..., None, :, :]
    if between.shape[-1] == 0:
        return np.zeros(between.shape[:-1], x.dtype)
    return np.where(np.isnan(between).any(-1), nan, vector_norm(between, p, -1)).astype(x.dtype)


#: What happens at 0, where elements tie, and at infinity.
CORNERS = ([0.0, 0.0], [0.0, 2.0], [2.0, -2.0], [1.0, nan], [inf, 1.0])
ORDERS = (0, 0.5, 1, 1.5, 2, 3, inf, -inf, -1, -2)


def at(values: Any, dtype: str | None = None) -> Floats:
    """A tensor of given values that requires a gradient."""
    return Floats(np.shape(values), lambda random, shape, place: np.array(values), dtype)


def empty(t: Any, ord: float, dim: Any = None) -> Any:
    return t.linalg.vector_norm(t.ones(2, 0), ord, dim)


def renormed(x: Array, p: float, dim: int, maxnorm: float) -> Array:
    if x.dtype == np.float16:
        return renormed(x.astype(np.float32), p, dim, maxnorm).astype(x.dtype)
    over = tuple(i for i in range(x.ndim) if i != dim % x.ndim)
    size = vector_norm(x, p, over, True)
    return x * np.where(size > maxnorm, maxnorm / (size + 1e-7), 1).astype(x.dtype)


RENORM = Row(
    "renorm",
    renormed,
    (
        S(F(2, 3), 2, 0, 1.0),
        S(F(2, 3), 1, -1, 0.5),
        S(F(2, 3), 3, 1, 100.0),
        S(F(2, 3, 2), 1.5, 1, 1.0),
        S(F(2, 3), p=2, dim=0, maxnorm=0.0),
        S(F(2, 3), inf, 1, 1.0),
        S(F(2, 0), 2, 0, 1.0),
    ),
    (
        R(lambda t: t.renorm(t.ones(2), 2, 0, 1.0), RuntimeError, "at least 2 dimensions"),
        R(lambda t: t.renorm(t.ones(2, 2), 2, 2, 1.0), IndexError, "Dimension out of range: got 2"),
        R(lambda t: t.renorm(t.ones(2, 2), 0, 0, 1.0), RuntimeError, "non-positive-norm not supported"),
        R(lambda t: t.renorm(t.ones(2, 2), 2, 0, -1.0), RuntimeError, "maxnorm"),
        R(lambda t: t.renorm(t.tensor([[1]]), 2, 0, 1.0), RuntimeError, "floating point"),
    ),
    domain=nonzero,
)


NORM_ROWS = [
    Row(
        "linalg.vector_norm",
        vector_norm,
        (
            *[S(F(*shape), p) for p in ORDERS for shape in ((3,), (2, 3))],
            *[S(F(), p) for p in (0, 1, 2, 3, inf)],
            *[S(F(2, 3), p, dim) for p in ORDERS for dim in (0, -1)],
            *[S(F(2, 3, 2), p, (2, 0), True) for p in ORDERS],
            *[only(1, kink(at(values), p)) for p in ORDERS for values in CORNERS],
            S(F(2, 3)),
            S(F(2, 3), dim=()),
            S(F(2, 3), 3, [1]),
            S(F(2, 3), keepdim=True),
            S(F(), 3, 0),
            S(F(), keepdim=True),
            S(F(2, 3), axis=1, keepdims=True),
            S(F(0)),
            only(1, S(F(2, 0), 3, 1)),
            S(F(2, 0), 0, 1),
            S(F(2, 0), inf, 0),
            S(F(2, 3, 2), ord=1, dim=(-1, -3)),
        ),
        (
            R(lambda t: t.linalg.vector_norm(t.ones(2), 2, 0.5), TypeError, "0.5"),
            R(lambda t: t.linalg.vector_norm(t.ones(2, 3), 2, 2), IndexError, "Dimension out of range: got 2"),
            R(lambda t: t.linalg.vector_norm(t.ones(()), 2, 1), IndexError, "Dimension out of range: got 1"),
            twice("linalg.vector_norm"),
            R(lambda t: empty(t, inf), RuntimeError, "does not have an identity"),
            R(lambda t: empty(t, -inf, 1), RuntimeError, "does not have an identity"),
            R(lambda t: empty(t, -2, -1), RuntimeError, "does not have an identity"),
            R(lambda t: t.linalg.vector_norm(t.tensor([1, 2])), RuntimeError, "floating point"),
            R(lambda t: t.linalg.vector_norm(t.tensor([True])), RuntimeError, "floating point"),
            R(lambda t: t.linalg.vector_norm(t.ones(2), dtype=t.int64), RuntimeError, "floating point"),
            R(lambda t: t.linalg.vector_norm(t.ones(2, dtype=t.float64), dtype=t.float32), RuntimeError, "narrowing"),
            R(lambda t: t.linalg.vector_norm(t.ones(2), "fro"), TypeError, "must be Number, not str"),
            R(lambda t: t.linalg.vector_norm([1.0]), TypeError, "must be Tensor, not list"),
        ),
        domain=nonzero,
    ),
    Row(
        "linalg.vector_norm",
        vector_norm,
        (
            S(Exactly([1000.0] * 10, dtype="float16"), 3),
            S(Exactly([0.5, 2.0, -1.0], dtype="float16")),
            S(Exactly([0.5, 2.0, -1.0], dtype="float16"), inf),
            S(F(3, dtype="float32"), dtype=Dtype("float64")),
        ),
        exact=True,
        variant="in another dtype",
    ),
    Row(
        "norm",
        lambda x, p="fro", *a, **k: vector_norm(x, 2 if p in ("fro", None) else p, *a, **k),
        (
            S(F(2, 3)),
            S(F()),
            S(F(0)),
            *[S(F(2, 3), p, 0) for p in ORDERS],
            S(F(2, 3), None),
            S(F(2, 3), "fro", 0),
            S(F(2, 3), "fro", (0, 1), True),
            S(F(2, 3, 2), p=3, dim=(-1, 0), keepdim=True),
            *[only(1, kink(at(values), p)) for p in (0.5, 1, 2, inf) for values in CORNERS],
            S(F(3, 2), 2, ()),
        ),
        (
            R(lambda t: t.norm(t.tensor([1, 2])), RuntimeError, "floating point"),
            R(lambda t: t.norm(t.ones(2), "x"), RuntimeError, "not supported"),
            R(lambda t: t.norm(t.ones(2, 2, 2), "fro", (0, 1, 2)), RuntimeError, "must be a 2-tuple"),
            R(lambda t: t.norm(t.ones(2), 2, 1), IndexError, "Dimension out of range: got 1"),
            R(lambda t: t.norm(t.ones(0), inf), RuntimeError, "does not have an identity"),
            R(lambda t: t.norm(t.ones(2, dtype=t.float64), dtype=t.float32), RuntimeError, "narrowing"),
            R(lambda t: t.norm(t.ones(2), axis=0), TypeError, "axis"),
        ),
        domain=nonzero,
    ),
    Row(
        "norm",
        lambda x, *, dtype: vector_norm(x, dtype=dtype),
        (S(F(3, dtype="float32"), dtype=Dtype("float64")),),
        exact=True,
        variant="in another dtype",
    ),
    RENORM,
    Row(
        "renorm",
        renormed,
        (S(Exactly([[1.0, 2.0], [0.5, 300.0]], dtype="float16"), 2, 0, 1.0),),
        exact=True,
        variant="of float16",
    ),
    replace(
        in_place(RENORM, "renorm_"),
        errors=(R(lambda t: t.ones(2, 2, requires_grad=True).renorm_(2, 0, 1.0), RuntimeError, "leaf Variable"),),
    ),
    Row(
        "cdist",
        cdist,
        (
            *[only(1, S(F(2, 3), F(4, 3), p)) for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, inf)],
            *[only(1, kink(at([values]), Exactly([[0.0, 0.0]]), p))
              for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0) for values in CORNERS],
            *[only(1, kink(at([values]), Exactly([[0.0, 0.0]]), inf)) for values in CORNERS[:3]],
            only(1, S(F(2, 3), F(4, 3))),
            only(1, S(F(5, 1, 2, 3), F(4, 2, 3))),
            only(1, S(F(2, 3), F(2, 2, 3), 1.0)),
            *[only(1, S(F(2, 0), F(3, 0), p)) for p in (2.0, inf)],
            only(1, S(F(0, 2), F(3, 2))),
            only(1, S(F(2, 3), F(4, 3), 2.0, compute_mode="donot_use_mm_for_euclid_dist")),
            S(Exactly([[inf]]), Exactly([[inf]])),
            only(1, S(F(2, 3), F(2, 2, 3), compute_mode="use_mm_for_euclid_dist")),
            only(1, S(F(3, 1, 2, 3), F(2, 1, 3), compute_mode="use_mm_for_euclid_dist")),
            only(1, kink(at([[0.0, 0.0]]), Exactly([[0.0, 0.0]]), 2.0, "use_mm_for_euclid_dist")),
            only(1, kink(at([[0.0, 2.0]]), Exactly([[0.0, 0.0]]), 2.0, "use_mm_for_euclid_dist")),
        ),
        (
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(4, 2)), RuntimeError, "same number of columns"),
            R(lambda t: t.cdist(t.ones(3), t.ones(4, 3)), RuntimeError, "X1 got: 1D"),
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(3)), RuntimeError, "X2 got: 1D"),
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(4, 3, dtype=t.float64)), RuntimeError, "one scalar type"),
            R(lambda t: t.cdist(t.tensor([[1]]), t.tensor([[1]])), RuntimeError, "floating-point dtypes, X1"),
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(2, 3), -1.0), RuntimeError, "non-negative p"),
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(2, 3), nan), RuntimeError, "non-negative p"),
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(2, 3), "2"), TypeError, "must be float, not str"),
            R(lambda t: t.cdist(t.ones(2, 3), 3), TypeError, "must be Tensor, not int"),
            R(lambda t: t.cdist(t.ones(2, 3), t.ones(2, 3), compute_mode="x"), ValueError, "compute_mode"),
            R(lambda t: t.cdist(t.ones(5, 2, 3), t.ones(4, 2, 3)), RuntimeError, SHAPES_DISAGREE),
        ),
        domain=nonzero,
    ),
]
