"""Picking elements by a tensor of indices: along a dimension, or of all elements counted in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels
from autograd.appliers import shapes_disagree
from autograd.dtypes import I8
from autograd.errors import DtypeError, RangeError, ShapeError, say
from autograd.op import Array, wrap
from autograd.operands import as_tensor_like
from autograd.ops.dims import along, dimension
from autograd.ops.index import Index, require_tensor

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "gather",
    "index_select",
    "take",
    "take_along_dim",
]


class Gather(Index):
    """z = x[i] along a dimension, elsewhere at the own place     dx = g added at i"""


class IndexSelect(Index):
    """z = x[:, i]     dx = g added at i"""


class Take(Index):
    """z = the elements of x with numbers i     dx = g added at i"""


# ----------------------------------------------------------------------------------------- what is asked of indices


def index_array(name: str, index: Any, error: type[Exception] = DtypeError, *, small: bool = True) -> Array:
    """Return a tensor of indices as an array.

    Parameters
    ----------
    name : str
        The function that was called.
    index : Tensor of int64, or of int32 where `small`
    error : type
        What to raise for another dtype.
    """
    i = np.asarray(require_tensor(name, "index", index)._array)
    if i.dtype != I8 and not (small and i.dtype == np.int32):
        raise error(
            say(
                f"{name}(): Expected dtype {'int32/' if small else ''}int64 for index, but got {i.dtype}",
                "a tensor of integers",
                "Convert it first: index.long().",
            )
        )
    return i


def check_range(name: str, i: Array, size: int, dim: int | None = None, *, negative: bool = False) -> None:
    """Raise unless all indices name elements; negative ones may count from the end where that is said.

    Raises
    ------
    RuntimeError, IndexError
        One error that is both.
    """
    low = -size if negative else 0
    wrong = (i < low) | (i >= size)
    if np.any(wrong):
        where = "" if dim is None else f"for dimension {dim} with size {size}"
        raise RangeError(
            say(
                f"{name}(): index {i[wrong][0]} is out of bounds {where or f'for a tensor of {size} elements'}",
                f"indices from {low} to {size - 1}",
                "Check index.min() and index.max().",
            )
        )


def vector(name: str, i: Array, error: type[Exception] = IndexError) -> Array:
    """Return indices as a vector, also those of one number.

    Raises
    ------
    IndexError or `error`
        They have more dimensions.
    """
    if i.ndim > 1:
        raise error(
            say(
                f"{name}(): Index is supposed to be a vector, but got one of shape {list(i.shape)}",
                "one dimension",
                "Use gather or scatter for one index an element.",
            )
        )
    return i.reshape(-1)


def check_fit(name: str, i: Array, shape: tuple[int, ...], dim: int) -> None:
    """Raise unless an index has the dimensions of a tensor, and, apart from `dim`, no larger sizes.

    Raises
    ------
    RuntimeError
        It has not.
    """
    if i.ndim != len(shape):
        raise ShapeError(
            say(
                f"{name}(): Index tensor must have the same number of dimensions as the tensor, but has {i.ndim} "
                f"instead of {len(shape)}",
                "one index for every element of the result",
                "Give it the missing dimensions: index.unsqueeze(...).",
            )
        )
    if any(m > n for d, (m, n) in enumerate(zip(i.shape, shape, strict=True)) if d != dim):
        raise ShapeError(
            say(
                f"{name}(): Size does not match: expected index {list(i.shape)} to be no larger than self "
                f"{list(shape)} apart from dimension {dim}",
                "an index inside the tensor",
                "Cut the index, or check which dimension is meant.",
            )
        )


def numbered(i: Array, shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Return the index of the elements with numbers `i`, counted in order, from the end where negative."""
    n = int(np.prod(shape, dtype=np.int64))
    i = np.where(i < 0, i + n, i)
    return (i,) if len(shape) == 1 else np.unravel_index(i, shape)


# ------------------------------------------------------------------------------------------------ the functions


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Return the elements at `index` along `dim`: `z[i, j] = x[index[i, j], j]` for dim=0, `x[i, index[i, j]]` for 1.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        Of as many dimensions as `input`; apart from `dim` it may be smaller. The result has its shape.
    sparse_grad : bool
        Has no effect: all gradients are dense.

    Raises
    ------
    RuntimeError
        The index has another dtype, does not fit, or is out of range (an IndexError as well).
    """
    i = index_array("gather", index)
    x = as_tensor_like(input)
    d = dimension(dim, x._array.ndim)
    if i.size == 0:
        return Gather((i,), False).apply(x.reshape(-1))  # type: ignore[no-any-return]
    x = x if x._array.ndim else x.reshape(1)
    at = np.atleast_1d(i)
    check_fit("gather", at, x._array.shape, d)
    check_range("gather", at, x._array.shape[d], d)
    z: Tensor = Gather(kernels.along(at, d, at.shape), False).apply(x)
    return z if i.ndim else z.reshape(())


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Return the elements at `indices` along `dim`, as `argmax` and `argsort` return them: like `gather`, broadcast.

    Parameters
    ----------
    input : Tensor
    indices : Tensor of int64
        Broadcast with `input` apart from `dim`; negative ones count from the end.
    dim : int, optional
        Without it both count as one dimension, and negative indices are out of range.

    Raises
    ------
    RuntimeError
        The indices have another dtype or number of dimensions, do not broadcast, or are out of range (an IndexError as
        well).
    """
    name = "take_along_dim"
    x, i = as_tensor_like(input), index_array(name, indices, small=False)
    flat = dim is None
    if dim is None:
        x, i, dim = x.reshape(-1), i.reshape(-1), 0
    d = dimension(dim, x._array.ndim)
    shape = x._array.shape
    if i.ndim != len(shape):
        raise ShapeError(
            say(
                f"{name}(): input and indices should have the same number of dimensions, but got {len(shape)} "
                f"dimensions for input, and {i.ndim} dimensions for indices",
                "indices as argmax(dim, keepdim=True) gives them",
                "Give them the missing dimensions: indices.unsqueeze(...).",
            )
        )
    if not shape:
        return take_along_dim(x.reshape(1), wrap(i.reshape(1)), 0).reshape(())
    check_range(name, i, shape[d], d, negative=not flat)
    rest = [(*s[:d], 1, *s[d + 1 :]) for s in (shape, i.shape)]
    try:
        full = np.broadcast_shapes(*rest)
    except ValueError as error:
        raise shapes_disagree(name, error, *rest) from None
    if (*full[:d], shape[d], *full[d + 1 :]) != shape:
        x = x.expand(*full[:d], shape[d], *full[d + 1 :])
    i = np.broadcast_to(i, (*full[:d], i.shape[d], *full[d + 1 :]))
    return Gather(kernels.along(i, d, i.shape), False).apply(x)  # type: ignore[no-any-return]


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return the slices at `index` along `dim`: `x[:, index]` for dim=1.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        A vector, or a single number.

    Raises
    ------
    RuntimeError
        The index has another dtype, or is out of range (an IndexError as well); it has not one element for a number.
    IndexError
        The index has more than one dimension.
    """
    name = "index_select"
    i = vector(name, index_array(name, index))
    x = as_tensor_like(input)
    shape = x._array.shape
    d = dimension(dim, len(shape))
    if not shape and i.size != 1:
        raise ShapeError(
            say(f"{name}(): Index to scalar can have only 1 value, got {i.size} value(s)", "one index", "Check it.")
        )
    x = x if shape else x.reshape(1)
    check_range(name, i, x._array.shape[d], d)
    z: Tensor = IndexSelect(along(d, i), False).apply(x)
    return z if shape else z.reshape(())


def take(input: Tensor, index: Tensor) -> Tensor:
    """Return the elements of `input` with the numbers `index`, counted in order as if it had one dimension.

    Parameters
    ----------
    input : Tensor
    index : Tensor of int64
        Negative ones count from the end. The result has its shape.

    Raises
    ------
    RuntimeError
        The index has another dtype.
    IndexError
        It is out of range.
    """
    i = index_array("take", index, small=False)
    x = as_tensor_like(input)
    check_range("take", i, x._array.size, negative=True)
    x = x if x._array.ndim else x.reshape(1)
    return Take(numbered(i, x._array.shape), False).apply(x)  # type: ignore[no-any-return]
