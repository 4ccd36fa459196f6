"""Views that are parts of a tensor: split along a dimension, narrowed, cut into windows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels
from autograd.errors import ShapeError, say
from autograd.inplace import View, view
from autograd.op import Array, Op
from autograd.operands import as_tensor_like
from autograd.ops import dims
from autograd.ops.index import Slice
from autograd.ops.shape import reshape

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "chunk",
    "dsplit",
    "hsplit",
    "narrow",
    "split",
    "split_with_sizes",
    "tensor_split",
    "unbind",
    "vsplit",
]


class Part(Slice):
    """z = one of several slices of x     dx = g at the slice, 0 elsewhere"""

    torch_name = "SplitBackward0"
    several = True


class Unbound(Part):
    """z = x at one index of a dimension     dx = g there, 0 elsewhere"""

    torch_name = "UnbindBackward0"


class Unfold(View):
    """z = windows of x along a dimension     dx = g added up where the windows lie"""

    __slots__ = ("dim", "shape", "size", "step")
    repeats = True
    dim: int
    size: int
    step: int
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return kernels.windows(x, self.dim, self.size, self.step)

    def backward(self, g: Array) -> Array:
        return kernels.fold(g, self.dim, self.step, self.shape)


class Fold(Op):
    """z = windows added up where they lie     dx = the windows of g     (the adjoint of unfolding)"""

    __slots__ = ("dim", "shape", "size", "step")
    torch_name = "UnfoldBackwardBackward0"
    dim: int
    step: int
    shape: tuple[int, ...]
    size: int

    def forward(self, x: Array) -> Array:
        self.size = x.shape[-1]
        return kernels.fold(x, self.dim, self.step, self.shape)

    def backward(self, g: Array) -> Array:
        return kernels.windows(g, self.dim, self.size, self.step)


def fold(g: Tensor, dim: int, step: int, shape: tuple[int, ...]) -> Tensor:
    """Return windows added up where they lie in a tensor of `shape`: `kernels.fold` for Tensors."""
    return Fold(dim=dim, step=step, shape=shape).apply(g)  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------------------- the functions


def _at(d: int, item: Any) -> tuple[Any, ...]:
    return (*(slice(None),) * d, item, ...)


def _has_dimensions(name: str, t: Tensor) -> None:
    if t._array.ndim == 0:
        raise ShapeError(
            say(f"{name} expects at least a 1-dimensional tensor", "a tensor with dimensions", "Use it as it is.")
        )


def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of `tensor` along `dim`: of one size (the last may be smaller), or of the given sizes.

    Raises
    ------
    RuntimeError
        Sizes that do not add up to the dimension's; a tensor without dimensions.
    """
    if isinstance(split_size_or_sections, Sequence):
        return split_with_sizes(tensor, split_size_or_sections, dim)
    _has_dimensions("split", tensor)
    n = tensor._array.shape[dims.dimension(dim, tensor._array.ndim)]
    size = split_size_or_sections.__index__()
    if size < 0 or (size == 0 and n):
        raise RuntimeError(
            say(
                f"split expects split_size be non-negative, and 0 only if the dimension is empty, but got {size} for a "
                f"dimension of size {n}",
                "a positive size",
                "Check the size.",
            )
        )
    return split_with_sizes(tensor, [min(size, n - i) for i in range(0, n, size)] if n else [0], dim)


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of `input` of the given sizes along `dim`.

    Raises
    ------
    RuntimeError
        Sizes that do not add up to the dimension's, or are negative; a tensor without dimensions.
    TypeError
        One number in place of sizes.
    """
    if not isinstance(split_sizes, Sequence):
        raise TypeError(
            say(
                f"split_with_sizes(): argument 'split_sizes' (position 2) must be tuple of ints, not {split_sizes!r}",
                "a list or tuple of sizes",
                "Use split for parts of one size.",
            )
        )
    _has_dimensions("split", input)
    d = dims.dimension(dim, input._array.ndim)
    n = input._array.shape[d]
    parts = list(split_sizes)
    if sum(parts) != n or any(p < 0 for p in parts):
        raise RuntimeError(
            say(
                f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension "
                f"{d}) and have only non-negative entries, but got split_sizes={parts}",
                f"sizes that add up to {n}",
                "Check the sizes.",
            )
        )
    ends = np.cumsum(parts).tolist()
    return tuple([view(Part(index=_at(d, slice(end - p, end))), input) for end, p in zip(ends, parts, strict=True)])


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most `chunks` views of equal size (the last may be smaller) along `dim`. Errors as for `split`."""
    _has_dimensions("chunk", input)
    if chunks < 1:
        raise RuntimeError(
            say(f"chunk expects `chunks` to be greater than 0, got: {chunks}", "a positive number", "Check it.")
        )
    n = input._array.shape[dims.dimension(dim, input._array.ndim)]
    return split(input, -(-n // chunks), dim) if n else split_with_sizes(input, [0] * chunks, dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the views of `input` at each index of `dim`."""
    d = dims.dimension(dim, input._array.ndim)
    if input._array.ndim == 0:
        raise IndexError(
            say("Dimension specified as 0 but tensor has no dimensions", "at least one dimension", "Use it as it is.")
        )
    return tuple([view(Unbound(index=_at(d, i)), input) for i in range(input._array.shape[d])])


def tensor_split(
    input: Tensor,
    indices_or_sections: Any = None,
    dim: int = 0,
    *,
    indices: Sequence[int] | None = None,
    sections: int | None = None,
) -> tuple[Tensor, ...]:
    """Return views of `input` along `dim`: so many of nearly equal size, or cut at the given indices.

    Parameters
    ----------
    input : Tensor
    indices_or_sections : int, sequence of int, or integer Tensor
        A number of parts, the first of which are larger by one where needed; or where to cut, as in slices. The two can
        also be given by name: `sections`, `indices`.
    dim : int

    Raises
    ------
    RuntimeError
        Less than one part; a tensor of indices that is no integer or vector of integers; an input without dimensions.
    """
    given = next((v for v in (indices_or_sections, indices, sections) if v is not None), ())
    where = getattr(given, "_array", given)
    if isinstance(where, np.ndarray | np.generic):
        if where.ndim > 1 or where.dtype != np.int64:
            raise RuntimeError(
                say(
                    "tensor_split expected indices or sections of dtype int64 in a zero-dimensional or one-dimensional "
                    f"tensor, but got {where.dtype} of shape {tuple(where.shape)}",
                    "a number, or a vector of indices",
                    "Convert it with .long(), or pass a list.",
                )
            )
        where = where.tolist()
    _has_dimensions("tensor_split", input)
    d = dims.dimension(dim, input._array.ndim)
    n = input._array.shape[d]
    if isinstance(where, Sequence):
        cuts = [0, *where, n]
    else:
        if where < 1:
            raise RuntimeError(
                say(f"number of sections must be larger than 0, got {where}", "at least 1", "Check the number.")
            )
        least, larger = divmod(n, where)
        cuts = [i * least + min(i, larger) for i in range(where + 1)]
    return tuple([view(Slice(index=_at(d, slice(a, b))), input) for a, b in itertools.pairwise(cuts)])


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Return views of `input` cut along dimension 1, a vector along 0: into equal parts, or at indices.

    Raises
    ------
    RuntimeError
        The parts would not be equal, or the input lacks that dimension.
    """
    return _equal_parts("hsplit", input, indices_or_sections, 0 if input._array.ndim == 1 else 1, 1)


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Return views of a matrix (or more) cut along dimension 0. Errors as for `hsplit`."""
    return _equal_parts("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Return views of a tensor of three dimensions (or more) cut along dimension 2. Errors as for `hsplit`."""
    return _equal_parts("dsplit", input, indices_or_sections, 2, 3)


def _equal_parts(name: str, input: Tensor, where: Any, dim: int, least: int) -> tuple[Tensor, ...]:
    ndim = input._array.ndim
    if ndim < least:
        raise ShapeError(
            say(
                f"{name} requires a tensor with at least {least} dimension, but got a tensor with {ndim} dimensions",
                f"{least} dimensions",
                "Use tensor_split, which cuts any dimension.",
            )
        )
    n = input._array.shape[dim]
    if isinstance(where, int) and (where < 1 or n % where):
        raise ShapeError(
            say(
                f"{name} attempted to split along dimension {dim}, but the size of the dimension {n} is not divisible "
                f"by the split_size {where}",
                "parts of equal size",
                "Use tensor_split, whose parts may differ by one.",
            )
        )
    return tensor_split(input, where, dim)


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """Return the view of `input` from index `start` of a dimension on, `length` long.

    Parameters
    ----------
    input : Tensor
    dim : int
    start : int or 0-d integer Tensor
        Counted from the end if negative.
    length : int

    Raises
    ------
    IndexError
        There is no such dimension, or no such index.
    RuntimeError
        The view would be longer than the dimension, or of negative length; a tensor without dimensions; a `start` that
        is a tensor, but no 0-d integer one.
    TypeError
        A `start` that is no integer.
    """
    input = as_tensor_like(input)
    shape = input._array.shape
    if not shape:
        raise ShapeError(
            say("narrow() cannot be applied to a 0-dim tensor", "a tensor with dimensions", "Use it as it is.")
        )
    d = dims.dimension(dim, len(shape))
    n = shape[d]
    if hasattr(start, "_array") and (start._array.ndim or start._array.dtype.kind not in "iu"):
        raise RuntimeError(say("start must be an 0-dim integral Tensor", "one integer", "Use start.item()."))
    if not hasattr(type(start), "__index__"):
        raise TypeError(say(f"narrow(): start was given as {start!r}", "an integer", "Write int(start)."))
    first = start.__index__()
    if not -n <= first <= n:
        raise IndexError(
            say(
                f"start out of range (expected to be in range of [{-n}, {n}], but got {first})",
                f"an index within the {n} of dimension {d}",
                "Check start.",
            )
        )
    first += n if first < 0 else 0
    if length < 0 or first + length > n:
        raise RuntimeError(
            say(
                f"narrow(): length must be non-negative, and start ({first}) + length ({length}) exceeds dimension "
                f"size ({n}) otherwise",
                f"a length from 0 to {n - first}",
                "Check the length.",
            )
        )
    return view(Slice(index=_at(d, slice(first, first + length))), input)


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return the windows of `size` along a dimension, one every `step`: a view, with the window as its last dimension.

    Windows that overlap share elements, and cannot be edited in place.

    Parameters
    ----------
    input : Tensor of shape (..., n, ...)
    dimension, size, step : int

    Returns
    -------
    Tensor of shape (..., (n - size) // step + 1, ..., size)

    Raises
    ------
    IndexError
        There is no such dimension.
    RuntimeError
        The windows are longer than the dimension, or of negative size; the step is not positive.
    """
    shape = input._array.shape
    d = dims.dimension(dimension, len(shape))
    n = shape[d] if shape else 1
    if not 0 <= size <= n or step < 1:
        raise ShapeError(
            say(
                f"unfold: maximum size for tensor at dimension {d} is {n}, step must be > 0, but size is {size} and "
                f"step is {step}",
                f"a size from 0 to {n}, and a step of at least 1",
                "Check them.",
            )
        )
    if not shape:  # one number is one window; of its size
        return narrow(reshape(input, 1), 0, 0, size)
    return view(Unfold(dim=d, size=size, step=step), input)
