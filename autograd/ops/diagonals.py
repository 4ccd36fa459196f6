"""Rules of diagonals and triangles: parts of matrices that are told by row and column number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import ShapeError, UndefinedError, say
from autograd.inplace import View, view
from autograd.kernels import put
from autograd.op import Array, Op
from autograd.operands import as_tensor_like
from autograd.ops import elementwise, reduce
from autograd.ops.dims import dimension

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["diag", "diag_embed", "diagonal", "trace", "tril", "triu"]


def embedded(g: Array, offset: int, dim1: int, dim2: int, shape: tuple[int, ...]) -> Array:
    """Return zeros of `shape` with `g` on the diagonals: the adjoint of `np.diagonal(x, offset, dim1, dim2)`."""
    rest = [d for d in range(len(shape)) if d not in (dim1, dim2)]
    order = [*rest, dim1, dim2]
    along = np.arange(g.shape[-1])
    index = (..., along + max(-offset, 0), along + max(offset, 0))
    z = put(g, index, tuple([shape[d] for d in order]), True)
    return np.transpose(z, tuple([order.index(d) for d in range(len(shape))]))


class Diagonal(View):
    """z = the diagonals of x, along a new last dimension     dx = g on the diagonals, 0 elsewhere"""

    __slots__ = ("dim1", "dim2", "offset", "shape")
    offset: int
    dim1: int
    dim2: int
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        z = np.diagonal(x, self.offset, self.dim1, self.dim2)
        if type(z) is np.ndarray and x.flags.writeable:
            z.setflags(write=True)  # NumPy hands it out read-only, for historical reasons
        return z

    def backward(self, g: Array) -> Array:
        return embedded(g, self.offset, self.dim1, self.dim2, self.shape)


class DiagEmbed(Op):
    """z = zeros with x on the diagonals     dx = the diagonals of g"""

    __slots__ = ("dim1", "dim2", "offset", "shape")
    offset: int
    dim1: int
    dim2: int
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return embedded(x, self.offset, self.dim1, self.dim2, self.shape)

    def backward(self, g: Array) -> Array:
        return np.diagonal(g, self.offset, self.dim1, self.dim2)


class Tril(Op):
    """Z = X on and below a diagonal, 0 above     dX = the same of G"""

    __slots__ = ("diagonal",)
    diagonal: int

    def forward(self, x: Array) -> Array:
        return np.tril(x, self.diagonal)

    def backward(self, g: Array) -> Array:
        return np.tril(g, self.diagonal)


class Triu(Op):
    """Z = X on and above a diagonal, 0 below     dX = the same of G"""

    __slots__ = ("diagonal",)
    diagonal: int

    def forward(self, x: Array) -> Array:
        return np.triu(x, self.diagonal)

    def backward(self, g: Array) -> Array:
        return np.triu(g, self.diagonal)


# ------------------------------------------------------------------------------------------------ the functions


def _number(name: str, argument: str, value: Any) -> int:
    """Return the number of a diagonal.

    Raises
    ------
    TypeError
        It is no integer.
    """
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(
            say(
                f"{name}(): argument '{argument}' must be int, not {type(value).__name__}",
                "an integer: 0 for the main diagonal, positive above it, negative below",
                "Leave it out for the main diagonal.",
            )
        )
    return int(value)


def _two(dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    """Return the two dimensions of the matrices, counted from the front."""
    first, second = dimension(dim1, ndim), dimension(dim2, ndim)
    if first == second:
        raise ShapeError(
            say(f"diagonal dimensions cannot be identical {dim1}, {dim2}", "two dimensions", "Name rows and columns.")
        )
    return first, second


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return the diagonals of the matrices in dimensions `dim1` and `dim2`, along a new last dimension: a view.

    Parameters
    ----------
    input : Tensor
        Of at least two dimensions.
    offset : int
        Which diagonal: 0 the main one, positive above it, negative below.
    dim1, dim2 : int
        Rows and columns.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; both are the same.
    """
    input = as_tensor_like(input)
    x = input._array
    first, second = _two(dim1, dim2, x.ndim)
    offset = _number("diagonal", "offset", offset)
    return view(Diagonal(offset=offset, dim1=first, dim2=second, shape=x.shape), input)


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Return matrices, in dimensions `dim1` and `dim2`, with the last dimension of `input` on a diagonal, else 0.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; both are the same.
    """
    input = as_tensor_like(input)
    sizes = input._array.shape
    if not sizes:
        raise IndexError(
            say("Dimension out of range: diag_embed of a 0-d tensor", "a vector", "Give it a dimension: x[None].")
        )
    ndim = len(sizes) + 1
    first, second = _two(dim1, dim2, ndim)
    offset = _number("diag_embed", "offset", offset)
    rest = iter(sizes[:-1])
    n = sizes[-1] + abs(offset)
    shape = tuple([n if d in (first, second) else next(rest) for d in range(ndim)])
    return DiagEmbed(offset=offset, dim1=first, dim2=second, shape=shape).apply(input)  # type: ignore[no-any-return]


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return a matrix with the vector `input` on a diagonal; of a matrix, a copy of that diagonal.

    Raises
    ------
    RuntimeError
        The tensor is neither vector nor matrix.
    """
    input = as_tensor_like(input)
    offset = _number("diag", "diagonal", diagonal)
    ndim = input._array.ndim
    if ndim == 1:
        return diag_embed(input, offset)
    if ndim != 2:
        raise ShapeError(
            say(
                f"diag(): Supports 1D or 2D tensors. Got {ndim}D",
                "a vector or a matrix",
                "Use diag_embed or diagonal for a stack of them.",
            )
        )
    rule = Diagonal(offset=offset, dim1=0, dim2=1, shape=input._array.shape)
    return elementwise.clone(view(rule, input))


def trace(input: Tensor) -> Tensor:
    """Return the sum of the main diagonal of a matrix; integers sum in int64.

    Raises
    ------
    RuntimeError
        The tensor is no matrix, or holds bools.
    """
    input = as_tensor_like(input)
    if input._array.ndim != 2:
        raise ShapeError(
            say(
                f"trace: expected a matrix, but got tensor with dim {input._array.ndim}",
                "two dimensions",
                "Write x.diagonal(dim1=-2, dim2=-1).sum(-1) for a stack of matrices.",
            )
        )
    if input._array.dtype.kind == "b":
        raise UndefinedError(say("trace of a bool tensor", "numbers", "Convert it first: x.int()."))
    return reduce.sum(diagonal(input))


def _triangle(name: str, rule: type[Op], input: Any, number: Any) -> Tensor:
    input = as_tensor_like(input)
    if input._array.ndim < 2:
        raise ShapeError(
            say(
                f"{name}: input tensor must have at least 2 dimensions, but it has {input._array.ndim}",
                "a matrix, or a stack of matrices",
                "Give it dimensions first: x[None].",
            )
        )
    return rule(diagonal=_number(name, "diagonal", number)).apply(input)  # type: ignore[no-any-return]


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return the matrices with 0 above a diagonal (the lower triangle).

    Parameters
    ----------
    input : Tensor
        Of shape (..., n, m).
    diagonal : int
        0 is the main diagonal, positive is above it, negative below.

    Raises
    ------
    RuntimeError
        The tensor has less than two dimensions.
    """
    return _triangle("tril", Tril, input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return the matrices with 0 below a diagonal (the upper triangle). Arguments as for `tril`."""
    return _triangle("triu", Triu, input, diagonal)
