"""Rules that repeat a tensor, or its elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.device import contiguous_format
from autograd.errors import ShapeError, UndefinedError, say
from autograd.op import Array, Op, wrap
from autograd.operands import as_tensor_like
from autograd.ops.dims import dimension
from autograd.ops.index import Index
from autograd.ops.layout import clone
from autograd.ops.shape import expand, new_sizes, reshape, sizes, unsqueeze

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "repeat_interleave",
    "tile",
]


class Repeat(Op):
    """z = x, several times along each dimension     dx = the sum of the parts of g"""

    __slots__ = ("repeats", "source")
    repeats: tuple[int, ...]
    source: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.source = x.shape
        return np.tile(x, self.repeats)

    def backward(self, g: Array) -> Array:
        lead = len(self.repeats) - len(self.source)
        pairs = zip(self.repeats, (1,) * lead + self.source, strict=True)
        apart = np.reshape(g, tuple([n for pair in pairs for n in pair]))  # (times, size, times, size, ...)
        return np.reshape(np.sum(apart, axis=tuple(range(0, 2 * len(self.repeats), 2))), self.source)


def repeat(input: Tensor, repeats: Any, *more: Any) -> Tensor:
    """Return the tensor `repeats` times along each dimension; more repeats than dimensions make new leading ones.

    Raises
    ------
    RuntimeError
        Fewer repeats than dimensions, or negative ones.
    """
    times = sizes((repeats, *more))
    shape = input._array.shape
    if len(times) < len(shape):
        raise ShapeError(
            say(
                "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: "
                f"{len(times)} repeats for shape {tuple(shape)}",
                "a number for every dimension",
                "Write 1 for dimensions that stay, or use tile.",
            )
        )
    new_sizes(times)
    return Repeat(repeats=times).apply(input)  # type: ignore[no-any-return]


def tile(input: Tensor, dims: Any, *more: Any) -> Tensor:
    """Return the tensor repeated along its last dimensions: `repeat`, with 1 for leading dimensions left out."""
    input = as_tensor_like(input)
    times = sizes((dims, *more))
    return repeat(input, (1,) * (input._array.ndim - len(times)) + times)


def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Return the tensor with every element of a dimension repeated: (a, b) becomes (a, a, b, b).

    Parameters
    ----------
    input : Tensor
        Alone, it holds the numbers of repetitions, and the result is the index of each: (1, 2) becomes (0, 1, 1).
    repeats : int or integer Tensor
        How often; a vector says it for each element.
    dim : int, optional
        By default all elements, in one row.
    output_size : int, optional
        The size that the dimension will have, if it is known; it is checked.

    Raises
    ------
    RuntimeError
        A negative number of repetitions; not one for every element; a wrong `output_size`.
    TypeError
        Repeats that are neither an integer nor a tensor; `NotImplementedError` for floats in the tensor.
    """
    input = as_tensor_like(input)
    if repeats is None:
        counts = _counts(input)
        indices = np.repeat(np.arange(counts.size), counts)
        _check_output_size(output_size, indices.size)
        return wrap(indices.astype(counts.dtype))
    if dim is None:
        input, dim = reshape(input, -1), 0
    d = dimension(dim, input._array.ndim)
    shape = input._array.shape
    if not hasattr(repeats, "_array"):
        if isinstance(repeats, bool) or not isinstance(repeats, int):
            raise TypeError(
                say(
                    f"repeat_interleave: repeats were given as {repeats!r}",
                    "an integer or a tensor of integers",
                    "Make a tensor of them.",
                )
            )
        if repeats < 0:
            raise RuntimeError(say(f"Repeats must be non-negative, but are {repeats}", "a number >= 0", "Check it."))
        between = unsqueeze(input, d + 1)
        _check_output_size(output_size, shape[d] * repeats)
        copied = clone(expand(between, (*shape[: d + 1], repeats, *shape[d + 1 :])), memory_format=contiguous_format)
        return reshape(copied, (*shape[:d], shape[d] * repeats, *shape[d + 1 :]))
    counts = _counts(repeats if repeats._array.ndim else reshape(repeats, 1))
    if counts.size not in (1, shape[d]):
        raise ShapeError(
            say(
                f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
                f"input.size({d}) = {shape[d]}",
                "a number for every element, or one for all",
                "Check repeats, or dim.",
            )
        )
    indices = np.repeat(np.arange(shape[d]), counts)
    _check_output_size(output_size, indices.size)
    return Index(index=(*(slice(None),) * d, indices), unique=False).apply(input)  # type: ignore[no-any-return]


def _counts(repeats: Tensor) -> np.ndarray[Any, Any]:
    """Return the numbers of repetitions as an array, checked."""
    counts = np.asarray(repeats._array)
    if counts.ndim != 1:
        raise ShapeError(
            say(
                f"repeat_interleave only accept 1D vector as repeat, but got shape {tuple(counts.shape)}",
                "a vector",
                "Flatten it.",
            )
        )
    if counts.dtype not in (np.int64, np.int32):
        raise UndefinedError(
            say(f"repeat_interleave is not implemented for repeats of {counts.dtype}", "int64 or int32", "Use .long().")
        )
    if (counts < 0).any():
        raise RuntimeError(say("repeats can not be negative", "numbers >= 0", "Check them."))
    return counts


def _check_output_size(expected: int | None, size: int) -> None:
    if expected is not None and expected != size:
        raise ShapeError(
            say(
                f"repeat_interleave: Invalid output_size, expected {size} but got {expected}",
                "the size that the repetitions make",
                "Leave output_size out.",
            )
        )
