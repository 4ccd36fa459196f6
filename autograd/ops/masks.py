"""Masks: where elements are nonzero, and picking or putting elements where a mask holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.appliers import shapes_disagree
from autograd.errors import DtypeError, ShapeError, say
from autograd.op import Array, wrap
from autograd.operands import as_tensor_like, cast, converted
from autograd.ops.choices import Where
from autograd.ops.index import Index, IndexPut, require_tensor
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "argwhere",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "nonzero",
]


class MaskedSelect(Index):
    """z = x where the mask holds, in order     dx = g there, 0 elsewhere"""


class MaskedScatter(IndexPut):
    """z = x with y where the mask holds, in order     dx = g with 0 there,  dy = g there"""


def _broadcast(name: str, input: Any, mask: Any) -> tuple[Tensor, Array]:
    """Return a tensor and a mask in their common shape.

    Raises
    ------
    RuntimeError
        The mask is no bool tensor, or does not broadcast with the tensor.
    """
    x, m = as_tensor_like(input), require_tensor(name, "mask", mask)._array
    if m.dtype.kind != "b":
        raise DtypeError(
            say(f"{name} only supports boolean masks, but got {m.dtype}", "a bool tensor", "Write a comparison.")
        )
    try:
        shape = np.broadcast_shapes(x._array.shape, m.shape)
    except ValueError as error:
        raise shapes_disagree(name, error, x._array.shape, m.shape) from None
    return (x if x._array.shape == shape else x.expand(shape)), np.broadcast_to(m, shape)


def masked_fill(input: Tensor, mask: Any, value: Any) -> Tensor:
    """Return `input` with `value` wherever `mask` (bool, broadcast) holds.

    Parameters
    ----------
    input : Tensor
    mask : Tensor of bool
    value : number or 0-d Tensor
        In the dtype of `input` from then on. A tensor gets the sum of the gradients where the mask holds.

    Raises
    ------
    RuntimeError
        The mask is no bool tensor, or does not broadcast with `input`; the value has dimensions, or does not fit into
        the dtype.
    """
    _broadcast("masked_fill", input, mask)
    x = as_tensor_like(input)
    if getattr(value, "ndim", 0):
        raise ShapeError(
            say(
                f"masked_fill only supports a 0-dimensional value tensor, but got one with {value.ndim} dimension(s)",
                "one number",
                "Use where(mask, value, x) for one value an element.",
            )
        )
    d = x._array.dtype
    given = isinstance(value, Leaf | np.ndarray)
    fill = cast(as_tensor_like(value), d) if given else wrap(np.asarray(converted(value, d)))
    return Where(condition=as_tensor_like(mask)._array).apply(fill, x)  # type: ignore[no-any-return]


def masked_select(input: Tensor, mask: Any) -> Tensor:
    """Return the elements of `input` where `mask` (bool, broadcast) holds, in order, as one dimension.

    Raises
    ------
    RuntimeError
        The mask is no bool tensor, or does not broadcast with `input`.
    """
    x, m = _broadcast("masked_select", input, mask)
    if not m.ndim:
        x, m = x.reshape(1), m.reshape(1)
    return MaskedSelect((m,), True).apply(x)  # type: ignore[no-any-return]


def masked_scatter(input: Tensor, mask: Any, source: Tensor) -> Tensor:
    """Return `input` with the first elements of `source`, in order, where `mask` (bool, broadcast) holds.

    Raises
    ------
    RuntimeError
        The mask is no bool tensor, or does not broadcast with `input`; the source has too few elements, or another
        dtype.
    """
    x, m = _broadcast("masked_scatter", input, mask)
    y = require_tensor("masked_scatter", "source", source)
    if x._array.dtype != y._array.dtype:
        raise DtypeError(
            say(
                f"masked_scatter: expected self and source to have same dtypes but got {x.dtype} and {y.dtype}",
                "elements of the tensor's own dtype",
                "Convert them: source.to(x.dtype).",
            )
        )
    n = int(np.count_nonzero(m))
    if y._array.size < n:
        raise ShapeError(
            say(
                f"masked_scatter: Number of elements of source < number of ones in mask: {y._array.size} < {n}",
                "an element for every place where the mask holds",
                "Check mask.sum().",
            )
        )
    return MaskedScatter(index=(m,)).apply(x, y.reshape(-1)[:n])  # type: ignore[no-any-return]


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Return the indices (int64) of the nonzero elements, NaN among them: one row for each.

    Parameters
    ----------
    input : Tensor
    as_tuple : bool
        Return one tensor for each dimension instead, which together are an index: `x[x.nonzero(as_tuple=True)]`.
    """
    x = require_tensor("nonzero", "input", input)._array
    if as_tuple:
        return tuple([wrap(i) for i in np.nonzero(np.atleast_1d(x))])
    return wrap(np.argwhere(x))


def argwhere(input: Tensor) -> Tensor:
    """Return the indices (int64) of the nonzero elements, one row for each."""
    return nonzero(input)  # type: ignore[no-any-return]
