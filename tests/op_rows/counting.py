"""The rows of what counts and finds: unique elements, histograms, places in a sequence."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

import numpy as np

from tests.op_samples import (
    Array,
    Bools,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    eighths,
    find,
)
from tests.order_references import searchsorted, unique, unique_consecutive

inf, nan = np.inf, np.nan

ALL = {"return_inverse": True, "return_counts": True}
EQUALS = (
    S(Ints((9,))),
    S(Ints((3, 4)), **ALL),
    S(Ints((3, 4)), return_inverse=True),
    S(Ints((3, 4), dtype="int32"), return_counts=True),
    S(Bools((5,)), **ALL),
    S(F(2, 3), **ALL),
    S(F(), **ALL),
    S(F(0), **ALL),
    S(F(2, 0), **ALL),
    S(Exactly([0.0, -0.0, inf, -inf, inf]), **ALL),
    S(Exactly([nan, 1.0, nan, 1.0]), **ALL),
    S(Ints((9, 2), 0, 2), dim=0, **ALL),
    S(Ints((2, 9), 0, 2), dim=-1, **ALL),
    S(Ints((2, 5, 2), 0, 2), dim=1, **ALL),
    S(F(0, 2), dim=0, **ALL),
    S(F(3), dim=0, **ALL),
)


def histc(x: Array, bins: int = 100, min: float = 0, max: float = 0) -> Array:
    limits = (min, max) if min != max else (x.min(), x.max()) if x.size else (0, 1)
    limits = limits if limits[0] < limits[1] else (limits[0] - 1, limits[1] + 1)
    return np.histogram(x, bins, limits)[0].astype(x.dtype)


def histogram(x: Array, bins: Any = 100, *, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    counts, edges = np.histogram(x, bins, range, density, weight)
    return counts.astype(x.dtype), edges.astype(x.dtype)


COUNTING = [
    *[
        Row(
            name,
            numpy,
            EQUALS,
            (
                R(lambda t, name=name: find(t, name)(t.ones(2, 3), dim=2), IndexError, "Dimension out of range: got 2"),
                R(lambda t, name=name: find(t, name)(t.ones(()), dim=0), IndexError, "no dimensions"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 0), dim=0), RuntimeError, "0 sized dimensions"),
                R(lambda t, name=name: find(t, name)(t.ones(2, requires_grad=True)).sum().backward(),
                  NotImplementedError, "derivative for .*unique.* is not implemented"),
            ),
            domain=eighths,
            gradient=False,
        )
        for name, numpy in {"unique": unique, "unique_consecutive": unique_consecutive}.items()
    ],
    Row(
        "bincount",
        lambda x, weights=None, minlength=0: np.bincount(x, weights, minlength),
        (
            S(Ints((9,), 0)),
            S(Ints((9,), 0, dtype="int32")),
            S(Ints((9,), 0, dtype="uint8"), minlength=8),
            S(Exactly([], dtype="int64")),
            S(Exactly([], dtype="int64"), minlength=2),
            S(Ints((5,), 0), F(5)),
            S(Ints((5,), 0), F(5, dtype="float64"), 7),
        ),
        (
            R(lambda t: t.bincount(t.tensor([1, -1])), RuntimeError, "1-d non-negative"),
            R(lambda t: t.bincount(t.tensor([[1]])), RuntimeError, "1-d non-negative"),
            R(lambda t: t.bincount(t.ones(2)), NotImplementedError, "bincount"),
            R(lambda t: t.bincount(t.ones(2) > 0), NotImplementedError, "bincount"),
            R(lambda t: t.bincount(t.tensor([1]), minlength=-1), RuntimeError, "minlength should be >= 0"),
            R(lambda t: t.bincount(t.tensor([1]), t.ones(2)), RuntimeError, "same length as input"),
            R(lambda t: t.bincount(t.tensor([1]), t.ones(1, requires_grad=True)).sum().backward(),
              NotImplementedError, "derivative for .*bincount.* is not implemented"),
        ),
        gradient=False,
    ),
    Row(
        "bincount",
        lambda x, weights: np.bincount(x, weights),
        (S(Ints((5,), 0), Ints((5,))), S(Ints((5,), 0), Bools((5,))),
         S(Ints((2,), 0), Exactly([0.5, 2.0], dtype="float16"))),
        gradient=False,
        exact=True,
        variant="with weights of another dtype",
    ),
    Row(
        "histc",
        histc,
        (
            S(F(9), 4),
            S(F(3, 4), 3, -1, 1),
            S(F(9), bins=4, min=-1.5, max=1.5),
            S(F(5)),
            S(F(), 3),
            S(F(0), 3),
            S(Exactly([2.0, 2.0]), 3),
            S(Exactly([nan, inf, 1.0]), 2, 0, 2),
            S(Exactly([0.0, 1.0, 2.0, 3.0]), 3, 0, 3),
        ),
        (
            R(lambda t: t.histc(t.tensor([1, 2]), 3), NotImplementedError, "hist"),
            R(lambda t: t.histc(t.ones(2), 0), RuntimeError, "bins must be > 0"),
            R(lambda t: t.histc(t.ones(2), 2.5), TypeError, "2.5|int"),
            R(lambda t: t.histc(t.ones(2), 2, 1, 0), RuntimeError, "max must be larger than min"),
            R(lambda t: t.histc(t.tensor([1.0, nan]), 2), RuntimeError, "is not finite"),
            R(lambda t: t.histc(t.tensor([1.0, inf]), 2), RuntimeError, "is not finite"),
            R(lambda t: t.histc(t.ones(2), 2, 0, inf), RuntimeError, "is not finite"),
        ),
        domain=eighths,
        gradient=False,
    ),
    Row(
        "histogram",
        histogram,
        (
            S(F(9)),
            S(F(9), 4),
            S(F(3, 4), 4, range=(-1.0, 1.0)),
            S(F(9), Exactly([-1.0, 0.0, 0.5, 1.0])),
            S(F(3, 3), 4, weight=F(3, 3)),
            S(F(9), 4, density=True),
            S(F(9), Exactly([-2.0, 0.0, 0.5, 2.0]), density=True, weight=F(9, domain=lambda r, s, p: np.ones(s))),
            S(F(), 4),
            S(F(0), 4),
            S(F(2), 2, range=(1.0, 1.0)),
            S(Exactly([2.0, 2.0]), 4),
            S(Exactly([nan, 1.0, 2.0]), 2, range=(0.0, 2.0)),
        ),
        (
            R(lambda t: t.histogram(t.tensor([1, 2]), 3), NotImplementedError, "hist"),
            R(lambda t: t.histogram(t.ones(2), 0), RuntimeError, "bins must be > 0"),
            R(lambda t: t.histogram(t.ones(2), t.ones(1)), RuntimeError, "bins"),
            R(lambda t: t.histogram(t.ones(2), t.ones(1, 2)), RuntimeError, "one dimension"),
            R(lambda t: t.histogram(t.ones(2), t.ones(2).double()), RuntimeError, "dtype"),
            R(lambda t: t.histogram(t.ones(2), 2, range=(1.0, 0.0)), RuntimeError, "max"),
            R(lambda t: t.histogram(t.ones(2), 2, weight=t.ones(3)), RuntimeError, "weight"),
            R(lambda t: t.histogram(t.tensor([1.0, nan]), 2), RuntimeError, "is not finite"),
        ),
        domain=eighths,
        gradient=False,
    ),
    Row(
        "searchsorted",
        searchsorted,
        (
            S(Exactly([1.0, 3.0, 3.0, 5.0]), F(2, 3)),
            S(Exactly([1.0, 3.0, 3.0, 5.0]), Exactly([0.0, 1.0, 3.0, 4.0, 5.0, 6.0, nan, inf])),
            S(Exactly([1.0, 3.0, 3.0, 5.0]), Exactly([1.0, 3.0, 5.0]), right=True),
            S(Exactly([1.0, 3.0, 3.0, 5.0]), Exactly([1.0, 3.0, 5.0]), side="right"),
            S(Exactly([1.0, 3.0, 3.0, 5.0]), Exactly([1.0, 3.0, 5.0]), side="left"),
            S(Exactly([1.0, 3.0, 3.0, 5.0]), Exactly([1.0, 3.0]), out_int32=True),
            S(Exactly([1.0, 3.0]), Exactly(2.0)),
            S(Exactly([1.0, 3.0]), 2),
            S(Exactly([1.0, 3.0]), 3.0, right=True),
            S(Exactly([]), F(2)),
            S(Exactly([1.0, 3.0]), F(0)),
            S(Exactly([1, 3, 3], "int64"), Ints((5,))),
            S(Exactly([[1.0, 2.0, 3.0], [0.0, 0.5, 1.0]]), F(2, 4)),
            S(Exactly([[1.0], [2.0]]), Exactly([[], []])),
            S(Exactly([3.0, 1.0, 2.0]), F(4), sorter=Exactly([1, 2, 0], "int64")),
        ),
        (
            R(lambda t: t.searchsorted(t.ones(2, 2), t.ones(3, 2)), RuntimeError, "boundaries tensor should be 1 dim"),
            R(lambda t: t.searchsorted(t.ones(2, 2), 1.0), RuntimeError, "boundaries tensor"),
            R(lambda t: t.searchsorted(t.ones(()), 1.0), RuntimeError, "boundaries tensor"),
            R(lambda t: t.searchsorted(t.ones(2), 1.0, side="x"), RuntimeError, "'left' or 'right' but got x"),
            R(lambda t: t.searchsorted(t.ones(2), 1.0, side="left", right=True), RuntimeError, "opposites"),
            R(lambda t: t.searchsorted(t.ones(2), 1.0, sorter=t.tensor([0])), RuntimeError, "same size"),
            R(lambda t: t.searchsorted(t.ones(2), 1.0, sorter=t.tensor([0, 2])), RuntimeError, "sorter"),
            R(lambda t: t.searchsorted(t.ones(2), 1.0, sorter=t.ones(2)), RuntimeError, "sorter"),
            R(lambda t: t.searchsorted(t.ones(2) > 0, t.ones(2) > 0), NotImplementedError, "searchsorted"),
        ),
        gradient=False,
        exact=True,
    ),
    Row(
        "bucketize",
        lambda x, edges, **options: searchsorted(edges, x, **options),
        (
            S(F(2, 3), Exactly([-1.0, 0.0, 1.0])),
            S(Exactly([-1.0, 0.5, 9.0]), Exactly([-1.0, 0.0, 1.0]), right=True),
            S(Exactly(1.0), Exactly([-1.0, 0.0, 1.0]), out_int32=True),
            S(1.0, Exactly([-1.0, 0.0, 1.0])),
            S(F(0), Exactly([-1.0, 0.0, 1.0])),
            S(Ints((4,)), Exactly([0, 2], "int64")),
        ),
        (
            R(lambda t: t.bucketize(t.ones(2), t.ones(2, 2)), RuntimeError, "must be 1 dimension, but got dim"),
            R(lambda t: t.bucketize(t.ones(2), t.ones(())), RuntimeError, "must be 1 dimension, but got dim"),
        ),
        gradient=False,
        exact=True,
    ),
]
