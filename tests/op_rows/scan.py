"""The rows of what goes along a dimension: cumulative operations, differences, areas."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

import numpy as np

from tests.op_references import quiet
from tests.op_rows.common import BOOLS, in_place, refusals_of_dims
from tests.op_samples import (
    Array,
    Bools,
    Dtype,
    Exactly,
    F,
    Floats,
    Ints,
    R,
    Row,
    S,
    anywhere,
    distinct,
    find,
    kink,
    nonzero,
    only,
    some_nan,
    some_zero,
)
from tests.order_references import extreme_so_far, scan, spelled

inf, nan = np.inf, np.nan

LONG = (
    S(F(), 0),
    S(F(), -1),
    S(F(3), 0),
    S(F(2, 3), 0),
    S(F(2, 3), -1),
    S(F(2, 3, 2), 1),
    S(F(2, 3, 2), dim=-3),
    S(F(2, 3), axis=1),
    S(F(0), 0),
    S(F(2, 0), 0),
    S(F(2, 0), 1),
    S(F(1, 2), 0),
)
NUMBERS = (S(Ints((2, 3)), 1), S(Ints((3,), dtype="int32"), 0), S(Ints(()), 0), S(Bools((2, 3)), 0))


def far_apart(random: np.random.Generator, shape: tuple[int, ...], place: int) -> Array:
    """Numbers whose exponentials overflow."""
    return np.array([1000.0, -1000.0, 999.0, 1001.0]) + anywhere(random, shape, place)


def trapezoid(y: Array, x: Any = None, *, dx: float = 1, dim: int = -1) -> Array:
    if y.shape[dim] == 0:
        return np.zeros(np.delete(y.shape, dim), y.dtype)
    return np.trapezoid(y, x if x is None or x.ndim == 1 else np.broadcast_to(x, y.shape), dx, dim)


def cumulative_trapezoid(y: Array, x: Any = None, *, dx: float = 1, dim: int = -1) -> Array:
    y = np.moveaxis(y, dim, -1)
    steps = dx if x is None else np.diff(x if x.ndim == 1 else np.moveaxis(np.broadcast_to(
        x, np.moveaxis(y, -1, dim).shape), dim, -1))
    return np.moveaxis(np.cumsum((y[..., 1:] + y[..., :-1]) * steps / 2, -1), -1, dim)


def differences(x: Array, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Array:
    x = np.concatenate([part for part in (prepend, x, append) if part is not None], dim) if n else x
    for _ in range(n):
        x = np.diff(x, axis=dim)
    return x


SCANS = [
    *[
        Row(
            name,
            scan(numpy),
            (
                *LONG,
                *NUMBERS,
                *([S(F(3, domain=some_zero), 0), S(F(2, 4, domain=some_zero), 1), S(F(4, 2, domain=some_zero), 0)]
                  if name == "cumprod" else []),
                S(Exactly([1.0, inf, 2.0, nan]), 0),
            ),
            (*refusals_of_dims(name), R(lambda t, name=name: find(t, name)(t.ones(2)), TypeError, "dim")),
        )
        for name, numpy in {"cumsum": np.cumsum, "cumprod": np.cumprod}.items()
    ],
    *[
        Row(
            name,
            scan(numpy),
            (
                S(F(2, 3), 0, dtype=Dtype("float64")),
                S(Ints((2, 3)), 1, dtype=Dtype("float32")),
                S(Ints((3,)), 0, dtype=Dtype("int32")),
                S(Ints((3,), dtype="uint8", low=0), 0),
                S(Exactly([1.0, 2.0, 0.5], dtype="float16"), 0),
            ),
            exact=True,
            variant="with dtype",
        )
        for name, numpy in {"cumsum": np.cumsum, "cumprod": np.cumprod}.items()
    ],
    Row(
        "logcumsumexp",
        spelled(quiet(lambda x, dim: np.logaddexp.accumulate(x, axis=dim) if x.ndim else x)),
        (
            *[only(1, sample) for sample in LONG],  # where g is 0, PyTorch's second derivative is nan
            only(1, S(F(4, domain=far_apart, dtype="float64"), 0)),
            S(Exactly([-inf, -inf, 1.0]), 0),
            S(Exactly([1.0, inf, 2.0]), 0),
            S(Exactly([nan, 1.0]), 0),
            only(1, kink(Floats((3,), lambda r, s, p: np.array([-inf, -inf, 1.0])), 0)),
            only(1, kink(Floats((3,), lambda r, s, p: np.array([1.0, inf, 2.0])), 0)),
        ),
        (
            *refusals_of_dims("logcumsumexp"),
            R(lambda t: t.logcumsumexp(t.tensor([1, 2]), 0), NotImplementedError, "floating|not implemented"),
            R(lambda t: t.logcumsumexp(t.tensor([True]), 0), NotImplementedError, "floating|not implemented"),
        ),
    ),
    *[
        Row(
            name,
            extreme_so_far(better),
            (
                *LONG,
                S(Ints((2, 3)), 1),
                S(Ints((3,), dtype="int32"), 0),
                S(Bools((5,)), 0),
                S(Exactly([1.0, nan, 2.0, nan, 0.0]), 0),
                S(Exactly([1.0, 2.0, 2.0, 1.0, 1.0, 2.0]), 0),
                S(Exactly([inf, -inf, inf]), 0),
                kink(F(4, domain=some_nan), 0),
                kink(Floats((5,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 1.0, 2.0])), 0),
                kink(Floats((5,), lambda r, s, p: np.array([1.0, nan, 2.0, nan, 0.0])), 0),
            ),
            refusals_of_dims(name),
            domain=distinct,
        )
        for name, better in {"cummax": lambda a, b: a >= b, "cummin": lambda a, b: a <= b}.items()
    ],
    Row(
        "diff",
        spelled(differences),
        (
            S(F(3)),
            S(F(1)),
            S(F(0)),
            S(F(2, 3)),
            S(F(2, 3), 2),
            S(F(2, 3), 1, 0),
            S(F(2, 3), 4),
            S(F(2, 3), 0),
            S(F(2, 3, 2), n=2, dim=-2),
            S(F(2, 3), axis=0),
            S(F(2, 3), prepend=F(2, 1)),
            S(F(2, 3), append=F(2, 2)),
            S(F(2, 3), 0, 0, F(1, 3, gradient=False), F(2, 3, gradient=False)),
            S(F(2, 3), 2, 0, F(1, 3), F(2, 3)),
            S(Ints((2, 3))),
            S(Ints((3,), dtype="int32")),
            S(Ints((3,)), prepend=F(1)),
            S(Bools((5,))),
            *BOOLS,
        ),
        (
            R(lambda t: t.diff(t.ones(())), RuntimeError, "at least (one|1)"),
            R(lambda t: t.diff(t.ones(3), -1), RuntimeError, "non-negative but got -1"),
            R(lambda t: t.diff(t.ones(3), 1, 1), IndexError, "Dimension out of range: got 1"),
            R(lambda t: t.diff(t.ones(2, 3), prepend=t.ones(1)), RuntimeError, "same dimension"),
            R(lambda t: t.diff(t.ones(2, 3), append=t.ones(1, 1)), RuntimeError, "match|except"),
        ),
    ),
    *[
        Row(
            name,
            spelled(numpy),
            (
                S(F(3)),
                S(F(1)),
                S(F(0)),
                S(F(2, 3)),
                S(F(2, 0)),
                S(F(2, 3), dim=0),
                S(F(2, 3), axis=0),
                S(F(2, 3), dx=0.5),
                S(F(3), F(3)),
                S(F(2, 3), F(3)),
                S(F(2, 3), F(2), dim=0),
                S(F(2, 3, 2), F(3), dim=-2),
                S(F(2, 3), F(2, 3)),
                S(F(2, 3), F(1, 3), dim=1),
                S(F(2, 3, 2), F(3, 2), dim=1),
                S(Ints((3,))),
                S(Ints((3,)), dx=2),
                S(Ints((3,)), F(3)),
            ),
            (
                R(lambda t, name=name: find(t, name)(t.ones(())), IndexError, "0-dim|no dimensions"),
                R(lambda t, name=name: find(t, name)(t.ones(3), dim=1), IndexError, "Dimension out of range: got 1"),
                R(lambda t, name=name: find(t, name)(t.ones(3), t.ones(2)), RuntimeError, "one `x` value for each"),
                R(lambda t, name=name: find(t, name)(t.ones(3), t.ones(3), dx=1.0), TypeError, "both|combination"),
                R(lambda t, name=name: find(t, name)(t.ones(3), 2), TypeError, "int|x = 2"),
                R(lambda t, name=name: find(t, name)(t.ones(3) > 0), RuntimeError, "bool"),
            ),
            domain=nonzero,
        )
        for name, numpy in {
            "trapezoid": trapezoid,
            "cumulative_trapezoid": cumulative_trapezoid,
        }.items()
    ],
]
SCANS += [in_place(row, f"{row.name}_") for row in SCANS[:2]]
