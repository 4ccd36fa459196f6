"""Rules that reverse dimensions, and turn them in a circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.device import contiguous_format
from autograd.errors import ShapeError, say
from autograd.op import Array, Op
from autograd.operands import as_tensor_like
from autograd.ops.dims import axes, dimension
from autograd.ops.layout import clone
from autograd.ops.shape import sizes, transpose

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "flip",
    "fliplr",
    "flipud",
    "roll",
    "rot90",
]


class Flip(Op):
    """z = x, copied, with some dimensions reversed     dx = g with them reversed"""

    __slots__ = ("dims",)
    dims: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return np.copy(np.flip(x, self.dims))

    def backward(self, g: Array) -> Array:
        return np.flip(g, self.dims)


class Roll(Op):
    """z[i] = x[i - shift], round the ends     dx = g rolled back"""

    __slots__ = ("dims", "shifts")
    shifts: tuple[int, ...]
    dims: tuple[int, ...] | None  # None: all elements as one row

    def forward(self, x: Array) -> Array:
        return np.roll(x, self.shifts, self.dims)

    def backward(self, g: Array) -> Array:
        return np.roll(g, tuple([-s for s in self.shifts]), self.dims)


def flip(input: Tensor, dims: Any, *more: Any) -> Tensor:
    """Return a copy with dimensions `dims` reversed: `flip(x, (0, 1))`, or `x.flip(0, 1)`.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; one is named twice.
    """
    input = as_tensor_like(input)
    named = sizes((dims, *more))
    return Flip(dims=(named and axes(named, input._array.ndim)) or ()).apply(input)  # type: ignore[no-any-return]


def fliplr(input: Tensor) -> Tensor:
    """Return a copy with dimension 1 reversed.

    Raises
    ------
    RuntimeError
        The tensor has fewer than two dimensions.
    """
    return _flip_at("fliplr", input, 1)


def flipud(input: Tensor) -> Tensor:
    """Return a copy with dimension 0 reversed.

    Raises
    ------
    RuntimeError
        The tensor has no dimensions.
    """
    return _flip_at("flipud", input, 0)


def _flip_at(name: str, input: Tensor, dim: int) -> Tensor:
    input = as_tensor_like(input)
    if input._array.ndim <= dim:
        raise ShapeError(
            say(
                f"{name}: Input must be >= {dim + 1}-d, but has {input._array.ndim} dimensions",
                f"at least {dim + 1}",
                "Use flip, which reverses any dimension.",
            )
        )
    return flip(input, dim)


def roll(input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] = ()) -> Tensor:
    """Return a copy whose elements have moved on by `shifts` along `dims`; what leaves at the end enters at the front.

    Parameters
    ----------
    input : Tensor
    shifts, dims : int or sequence of int
        One shift for every dimension. Without `dims` one shift, of all elements as one row.

    Raises
    ------
    IndexError
        There is no such dimension.
    RuntimeError
        The numbers of shifts and dims differ.
    """
    input = as_tensor_like(input)
    moves, along = sizes((shifts,)), sizes((dims,))
    ndim = input._array.ndim
    if not moves or (len(moves) != len(along) and (along or len(moves) != 1)):
        raise RuntimeError(
            say(
                f"shifts and dimensions must align. `shifts` required: {len(moves)} were given, and {len(along)} dims",
                "one shift for every dimension, or one shift alone",
                "Write roll(x, (1, 2), (0, 1)).",
            )
        )
    if along and not ndim:
        raise IndexError(
            say(
                f"Dimension specified as {along[0]} but tensor has no dimensions",
                "a tensor with dimensions",
                "Leave out dims.",
            )
        )
    places = tuple([dimension(d, ndim) for d in along]) or None
    return Roll(shifts=moves, dims=places).apply(input)  # type: ignore[no-any-return]


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Return a copy turned by 90 degrees `k` times in the plane of two dimensions, from the first to the second.

    Raises
    ------
    IndexError
        There is no such dimension.
    RuntimeError
        Not two different dimensions, or a tensor with fewer than two.
    """
    input = as_tensor_like(input)
    ndim = input._array.ndim
    if len(dims) != 2 or ndim < 2:
        raise RuntimeError(
            say(
                f"rot90: expected total rotation dims == 2, but got dims = {len(dims)}, and total dims >= 2, but got "
                f"total dims = {ndim}",
                "two dimensions of a tensor that has as many",
                "Check dims.",
            )
        )
    first, second = (dimension(d, ndim) for d in dims)
    if first == second:
        raise RuntimeError(
            say(
                f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}",
                "two dimensions",
                "Check dims.",
            )
        )
    match k % 4:
        case 1:
            return transpose(flip(input, second), first, second)
        case 2:
            return flip(input, first, second)
        case 3:
            return transpose(flip(input, first), first, second)
    return clone(input, memory_format=contiguous_format)
