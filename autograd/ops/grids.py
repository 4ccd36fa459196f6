"""Grids of coordinates, and all pairs or choices of elements."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.device import require_cpu
from autograd.errors import DtypeError, ShapeError, UndefinedError, say
from autograd.op import wrap
from autograd.operands import as_tensor_like
from autograd.ops.index import Index
from autograd.ops.join import stack
from autograd.ops.shape import expand, require_tensors, reshape

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "cartesian_prod",
    "combinations",
    "meshgrid",
    "tril_indices",
    "triu_indices",
]


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Return the coordinates of a grid: expanded views, one for each vector, that vary along one dimension each.

    Parameters
    ----------
    *tensors : Tensor
        Vectors or numbers of one dtype; or one list of them.
    indexing : "ij" or "xy"
        "ij" (the default): the first vector goes along dimension 0. "xy": along dimension 1, and the second along 0.

    Raises
    ------
    RuntimeError
        No tensors; one with more dimensions; dtypes that differ; an `indexing` that is neither.
    """
    several: Sequence[Any] = tensors
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        several = tensors[0]
    ts = require_tensors("meshgrid", several)
    if not ts:
        raise RuntimeError(say("meshgrid expects a non-empty TensorList", "at least one vector", "Pass some."))
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            say(f'meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}', "either", "Use 'ij'.")
        )
    for t in ts:
        if t._array.ndim > 1:
            raise ShapeError(
                say(
                    f"meshgrid: Expected 0D or 1D tensor in the tensor list but got shape {tuple(t._array.shape)}",
                    "vectors",
                    "Flatten it first.",
                )
            )
        if t._array.dtype != ts[0]._array.dtype:
            raise DtypeError(
                say(
                    "meshgrid expects all tensors to have the same dtype, but got "
                    f"{ts[0]._array.dtype} and {t._array.dtype}",
                    "one dtype",
                    "Convert them with .to(...).",
                )
            )
    swapped = indexing == "xy" and len(ts) > 1
    if swapped:
        ts[:2] = ts[1::-1]
    shape = tuple([t._array.size for t in ts])
    grids = [expand(reshape(t, (-1, *(1,) * (len(ts) - d - 1))), shape) for d, t in enumerate(ts)]
    if swapped:
        grids[:2] = grids[1::-1]
    return tuple(grids)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Return all ways to take one element of each vector, a row each; a single vector as it is.

    Raises
    ------
    RuntimeError
        No vectors, something that is none, or dtypes that differ.
    """
    for t in require_tensors("cartesian_prod", tensors):
        _require_vector(t)
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(g, -1) for g in meshgrid(*tensors)], dim=1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Return all ways to choose `r` elements of a vector, in its order, a row each.

    Parameters
    ----------
    input : Tensor of shape (n,)
    r : int
    with_replacement : bool
        An element may be chosen more than once.

    Raises
    ------
    RuntimeError
        `input` is no vector, or `r` is negative.
    """
    input = as_tensor_like(input)
    _require_vector(input)
    if r < 0:
        raise RuntimeError(say(f"Expect a non-negative number, but got {r}", "r >= 0", "Check it."))
    if r == 0:
        return wrap(np.zeros(0, input._array.dtype))
    choose: Any = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    chosen: Iterable[tuple[int, ...]] = choose(range(input._array.size), r)
    indices = np.array(list(chosen), np.int64).reshape(-1, r)
    return Index(index=(indices,), unique=False).apply(input)  # type: ignore[no-any-return]


def _require_vector(t: Tensor) -> None:
    if t._array.ndim != 1:
        raise ShapeError(say(f"Expect a 1D vector, but got shape {list(t._array.shape)}", "a vector", "Flatten it."))


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = dtypes.int64, device: Any = None) -> Tensor:
    """Return the indices of the lower triangle of a matrix (row, col): a row of row numbers, one of column numbers.

    Parameters
    ----------
    row, col : int
    offset : int
        How many diagonals above the main one belong to the triangle; below it, if negative.
    dtype : autograd.dtype
        int64 or int32.

    Raises
    ------
    RuntimeError
        A negative size; `NotImplementedError` for another dtype.
    """
    return _triangle("tril_indices", np.tril_indices, row, col, offset, dtype, device)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = dtypes.int64, device: Any = None) -> Tensor:
    """Return the indices of the upper triangle of a matrix (row, col). Parameters and errors as for `tril_indices`."""
    return _triangle("triu_indices", np.triu_indices, row, col, offset, dtype, device)


def _triangle(name: str, indices: Any, row: int, col: int, offset: int, dtype: Any, device: Any) -> Tensor:
    if device is not None:
        require_cpu(device)
    if not isinstance(row, int) or not isinstance(col, int):
        raise TypeError(say(f"{name}: the size was given as {row!r}, {col!r}", "integers", "Write int(n)."))
    if row < 0 or col < 0:
        raise RuntimeError(say(f"{name}: row and col must be non-negative, got {row}, {col}", "sizes >= 0", "Check."))
    d = dtypes.to_numpy(dtype)
    if d not in (np.int64, np.int32):
        raise UndefinedError(say(f"{name} is not implemented for {d}", "int64 or int32", "Convert the result."))
    return wrap(np.stack(indices(row, offset, col)).astype(d))
