"""The rows of operations that repeat, reverse and turn, and of grids."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import itertools
from typing import Any

import numpy as np

from tests.op_rows.common import made, no_such_dim, shape_row
from tests.op_samples import (
    Dtype,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    find,
)


def several_times(x: Any, *repeats: Any, **named: Any) -> Any:
    repeats = next(iter(named.values()), repeats)
    return np.tile(x, repeats[0] if isinstance(repeats[0] if repeats else 0, tuple) else repeats)


def repeated(x: Any, repeats: Any, dim: int | None = None, output_size: int | None = None) -> Any:
    return np.repeat(x, repeats, dim)


def chosen(x: Any, r: int = 2, with_replacement: bool = False) -> Any:
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = [x[list(i)] for i in choose(range(x.size), r)]
    return np.array(rows, x.dtype).reshape((-1, r) if r else (0,))


def products(*vectors: Any) -> Any:
    if len(vectors) == 1:
        return vectors[0]
    return np.stack(np.meshgrid(*vectors, indexing="ij"), -1).reshape(-1, len(vectors))


def triangle(name: str) -> Row:
    function = getattr(np, name)
    return made(
        name,
        lambda row, col, offset=0, dtype=np.int64: np.stack(function(row, offset, col)).astype(dtype),
        S(3, 3),
        S(3, 4, 1),
        S(4, 2, -1),
        S(3, 2, offset=-2, dtype=Dtype("int32")),
        S(0, 4),
        S(3, 0),
        S(2, 2, 5),
        S(2, 2, -5),
        errors=(
            R(lambda t: find(t, name)(-1, 2), RuntimeError, "non-negative"),
            R(lambda t: find(t, name)(2, -1), RuntimeError, "non-negative"),
            R(lambda t: find(t, name)(2.0, 2), TypeError, "2.0"),
            R(lambda t: find(t, name)(2, 2, dtype=t.float32), NotImplementedError, "int64 or int32"),
        ),
    )


TILED = [
    shape_row(
        "Tensor.repeat",
        several_times,
        S(F(2), 3),
        S(F(2, 3), 2, 2),
        S(F(2, 3), (3, 1, 2)),
        S(F(), 3),
        S(F(), ()),
        S(F(2), 0),
        S(F(2), 1),
        S(F(0, 2), 2, 1),
        S(F(2, 1, 2), 1, 3, 2),
        S(F(2), repeats=(2, 2)),
        shares=False,
        errors=(
            R(lambda t: t.ones(2, 3).repeat(2), RuntimeError, "can not be smaller"),
            R(lambda t: t.ones(2).repeat(()), RuntimeError, "can not be smaller"),
            R(lambda t: t.ones(2).repeat(-1), RuntimeError, "negative dimension"),
            R(lambda t: t.ones(2).repeat(1.5), TypeError, "1.5"),
            R(lambda t: t.ones(2).repeat(), TypeError, "repeats"),
        ),
    ),
    shape_row("tile", several_times, S(F(2, 3), (2,)), S(F(2, 3), (2, 1, 2)), S(F(2, 3), ()), S(F(), (2, 2)),
              S(F(0), (2,)), S(F(2), dims=(2,)), shares=False,
              errors=(R(lambda t: t.tile(t.ones(2), (-1,)), RuntimeError, "negative dimension"),)),
    shape_row("Tensor.tile", several_times, S(F(2, 3), 2), S(F(2, 3), 2, 1), shares=False),
    shape_row(
        "repeat_interleave",
        repeated,
        S(F(2, 3), 2),
        S(F(2, 3), 2, 0),
        S(F(2, 3), 3, -1),
        S(F(2, 3, 2), 2, dim=1),
        S(F(2, 3), 1, 0),
        S(F(2, 3), 0, 0),
        S(F(), 3),
        S(F(0, 2), 2, 1),
        S(F(2, 3), Exactly([2, 0], dtype="int64"), 0),
        S(F(2, 3), Exactly([1, 2, 3], dtype="int32"), dim=1),
        S(F(2, 2), Exactly([0, 1, 2, 1], dtype="int64")),
        S(F(2, 3), Exactly([2], dtype="int64"), -1),
        S(F(2, 3), Exactly(2, dtype="int64"), 1),
        S(F(2, 3), 2, 0, output_size=4),
        S(F(2), Exactly([1, 2], dtype="int64"), 0, output_size=3),
        shares=False,
        errors=(
            no_such_dim("repeat_interleave", 2, 2),
            R(lambda t: t.repeat_interleave(t.ones(2), -1), RuntimeError, "non-negative"),
            R(lambda t: t.repeat_interleave(t.ones(2), 1.5), TypeError, "1.5"),
            R(lambda t: t.repeat_interleave(t.ones(2), [1, 2]), TypeError, "tensor"),
            R(lambda t: t.repeat_interleave(t.ones(2), t.tensor([1, -2])), RuntimeError, "negative"),
            R(lambda t: t.repeat_interleave(t.ones(2), t.tensor([[1, 2]])), RuntimeError, "1D vector"),
            R(lambda t: t.repeat_interleave(t.ones(2), t.tensor([1.0, 2.0])), NotImplementedError, "int64 or int32"),
            R(lambda t: t.repeat_interleave(t.ones(2), t.tensor([1, 2, 3])), RuntimeError, "same size as input"),
            R(lambda t: t.repeat_interleave(t.ones(2), 2, output_size=5), RuntimeError, "output_size"),
            R(lambda t: t.repeat_interleave(t.ones(2), t.tensor([1, 2]), output_size=4), RuntimeError, "size"),
        ),
    ),
    Row(
        "repeat_interleave",
        lambda counts, **_: np.repeat(np.arange(counts.size).astype(counts.dtype), counts),
        (
            S(Ints((4,), 0, 4)),
            S(Ints((3,), 0, 4, dtype="int32")),
            S(Ints((0,))),
            S(Exactly([1, 2], dtype="int64"), output_size=3),
        ),
        (R(lambda t: t.repeat_interleave(t.tensor([1, -1])), RuntimeError, "negative"),),
        gradient=False,
        variant="of counts",
    ),
]

FLIPPED = [
    shape_row(
        "flip",
        lambda x, dims: np.flip(x, dims if x.ndim else ()),
        S(F(3), (0,)),
        S(F(2, 3), (0, 1)),
        S(F(2, 3, 2), [-1, 0]),
        S(F(2, 3), ()),
        S(F(), ()),
        S(F(), (0,)),
        S(F(0, 2), (0,)),
        S(F(3), dims=(0,)),
        shares=False,
        errors=(
            no_such_dim("flip", (2,)),
            R(lambda t: t.flip(t.ones(2, 3), (0, -2)), RuntimeError, "multiple times"),
            R(lambda t: t.ones(2).flip(), TypeError, "dims"),
        ),
    ),
    shape_row("Tensor.flip", lambda x, *dims: np.flip(x, dims), S(F(2, 3), 0), S(F(2, 3, 2), 0, -1), shares=False),
    shape_row("fliplr", np.fliplr, S(F(2, 3)), S(F(2, 3, 2)), S(F(0, 2)), shares=False,
              errors=(R(lambda t: t.fliplr(t.ones(3)), RuntimeError, "Input must be >= 2-d"),)),
    shape_row("flipud", np.flipud, S(F(3)), S(F(2, 3)), S(F(0, 2)), shares=False,
              errors=(R(lambda t: t.flipud(t.ones(())), RuntimeError, "Input must be >= 1-d"),)),
    shape_row(
        "roll",
        lambda x, shifts, dims=None: np.roll(x, shifts, dims),
        S(F(5), 2),
        S(F(2, 3), 1),
        S(F(2, 3), (1, -1), (0, 1)),
        S(F(2, 3), (1, 1), (0, 0)),
        S(F(2, 3), -8, -1),
        S(F(2, 3, 2), shifts=1, dims=1),
        S(F(2, 3), 0, 0),
        S(F(), 1),
        S(F(0), 1, 0),
        S(F(0, 2), 3),
        shares=False,
        errors=(
            no_such_dim("roll", 1, 2),
            R(lambda t: t.roll(t.ones(2, 3), (1, 1)), RuntimeError, "must align"),
            R(lambda t: t.roll(t.ones(2, 3), 1, (0, 1)), RuntimeError, "must align"),
            R(lambda t: t.roll(t.ones(2, 3), ()), RuntimeError, "`shifts` required"),
            R(lambda t: t.roll(t.ones(2, 3), 1.5), TypeError, "1.5"),
            R(lambda t: t.roll(t.ones(()), 1, 0), IndexError, "no dimensions"),
        ),
    ),
    shape_row(
        "rot90",
        lambda x, k=1, dims=(0, 1): np.rot90(x, k, dims),
        S(F(2, 3)),
        S(F(2, 3), 2),
        S(F(2, 3), 3),
        S(F(2, 3), 4),
        S(F(2, 3), -1, [1, 0]),
        S(F(2, 3, 2), 1, (-1, 0)),
        S(F(0, 2)),
        shares=False,
        errors=(
            no_such_dim("rot90", 1, (0, 2)),
            R(lambda t: t.rot90(t.ones(2, 3), 1, (0, -2)), RuntimeError, "to be different"),
            R(lambda t: t.rot90(t.ones(2, 3), 1, (0,)), RuntimeError, "rotation dims == 2"),
            R(lambda t: t.rot90(t.ones(3)), RuntimeError, "total dims >= 2"),
        ),
    ),
]

GRIDS = [
    Row(
        "meshgrid",
        lambda *xs, indexing="ij": np.meshgrid(*(xs[0] if isinstance(xs[0], list) else xs), indexing=indexing),
        (
            S(F(2), F(3), indexing="ij"),
            S(F(2), F(3), indexing="xy"),
            S(F(2), F(3), F(2), indexing="xy"),
            S([F(2), F(3)], indexing="ij"),
            S(F(), F(2), indexing="ij"),
            S(F(3), indexing="xy"),
            S(F(0), F(2), indexing="ij"),
            S(F(2), F(3)),
            S(Ints((2,)), Ints((3,)), indexing="ij"),
        ),
        (
            R(lambda t: t.meshgrid(t.ones(2), t.tensor([1]), indexing="ij"), RuntimeError, "same dtype"),
            R(lambda t: t.meshgrid(t.ones(2, 2), indexing="ij"), RuntimeError, "0D or 1D"),
            R(lambda t: t.meshgrid(indexing="ij"), RuntimeError, "non-empty"),
            R(lambda t: t.meshgrid(t.ones(2), indexing="ji"), RuntimeError, "indexing must be one of"),
            R(lambda t: t.meshgrid(t.ones(2), 1, indexing="ij"), TypeError, "expected Tensor"),
        ),
        shares=True,
    ),
    Row(
        "cartesian_prod",
        products,
        (S(F(2), F(3)), S(F(2), F(1), F(3)), S(F(3)), S(F(0), F(2)), S(Ints((2,)), Ints((3,)))),
        (
            R(lambda t: t.cartesian_prod(), RuntimeError, "non-empty"),
            R(lambda t: t.cartesian_prod(t.ones(2), t.tensor([1])), RuntimeError, "same dtype"),
            R(lambda t: t.cartesian_prod(t.ones(2, 2)), RuntimeError, "1D vector"),
            R(lambda t: t.cartesian_prod(t.ones(()), t.ones(2)), RuntimeError, "1D vector"),
        ),
        shares=True,
    ),
    shape_row(
        "combinations",
        chosen,
        S(F(4)),
        S(F(4), 3),
        S(F(3), 1),
        S(F(3), 0),
        S(F(3), 4),
        S(F(3), 2, True),
        S(F(3), with_replacement=True, r=3),
        S(F(0)),
        shares=False,
        errors=(
            R(lambda t: t.combinations(t.ones(3), -1), RuntimeError, "non-negative"),
            R(lambda t: t.combinations(t.ones(2, 2)), RuntimeError, "1D vector"),
            R(lambda t: t.combinations(t.ones(())), RuntimeError, "1D vector"),
        ),
    ),
    triangle("tril_indices"),
    triangle("triu_indices"),
]
