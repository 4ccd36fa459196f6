"""Rules that join tensors, and views that take one apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import ShapeError, say
from autograd.inplace import view
from autograd.op import Array, Op
from autograd.operands import common
from autograd.ops.dims import dimension
from autograd.ops.index import Slice
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "cat",
    "chunk",
    "concat",
    "concatenate",
    "split",
    "stack",
    "unbind",
]


class Cat(Op):
    """z = tensors one after the other along dim     dx_i = the part of g that was x_i

    Empty vectors, of shape (0,), may stand among tensors of any shape (PyTorch's rule): they add nothing.
    """

    __slots__ = ("dim", "sizes")
    dim: int
    sizes: tuple[int | None, ...]  # along dim; None for an empty vector among others

    def forward(self, *xs: Array) -> Array:
        full = [x for x in xs if x.shape != (0,)] or xs[:1]
        self.sizes = tuple([x.shape[self.dim] if x.ndim == full[0].ndim else None for x in xs])
        return np.concatenate(full, axis=self.dim)

    def backward(self, g: Array) -> Any:
        before = (slice(None),) * self.dim
        ends = np.cumsum([n or 0 for n in self.sizes]).tolist()
        return tuple(
            [
                np.zeros_like(g, shape=(0,)) if n is None else g[(*before, slice(end - n, end), ...)]
                for end, n in zip(ends, self.sizes, strict=True)
            ]
        )


class Stack(Op):
    """z = tensors side by side along a new dim     dx_i = g[i] along dim"""

    __slots__ = ("dim",)
    dim: int

    def forward(self, *xs: Array) -> Array:
        return np.stack(xs, axis=self.dim)

    def backward(self, g: Array) -> Any:
        before = (slice(None),) * self.dim
        return tuple([g[(*before, i, ...)] for i in range(g.shape[self.dim])])


class Part(Slice):
    """z = one of several slices of x     dx = g at the slice, 0 elsewhere"""

    torch_name = "SplitBackward0"
    several = True


class Unbound(Part):
    """z = x at one index of a dimension     dx = g there, 0 elsewhere"""

    torch_name = "UnbindBackward0"


def _several(name: str, tensors: Any) -> list[Tensor]:
    if not isinstance(tensors, Sequence):
        raise TypeError(
            say(
                f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}",
                "a list or tuple of tensors",
                f"Write {name}([x, y]).",
            )
        )
    if not tensors:
        raise (ValueError if name == "cat" else RuntimeError)(
            say(f"{name} expected a non-empty list of Tensors", "a list or tuple of tensors", f"Write {name}([x, y]).")
        )
    for i, t in enumerate(tensors):
        if not isinstance(t, Leaf | np.ndarray):
            raise TypeError(
                say(
                    f"{name}(): expected Tensor as element {i} in argument 0, but got {type(t).__name__}",
                    "tensors only",
                    "Make a tensor of it first: autograd.tensor(...).",
                )
            )
    return common(tensors)


def cat(tensors: Sequence[Tensor], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Return the tensors one after the other along an existing dimension.

    Raises
    ------
    RuntimeError
        Sizes that differ in another dimension, or a tensor without dimensions.
    TypeError, ValueError
        Something that is no tensor; no tensors at all.
    """
    ts = _several("cat", tensors)
    dim = dim if axis is None else axis
    shapes = [t._array.shape for t in ts]
    first = next((s for s in shapes if s != (0,)), (0,))
    if () in shapes:
        raise RuntimeError(
            say("zero-dimensional tensor cannot be concatenated", "at least one dimension", "Use stack instead.")
        )
    d = dimension(dim, len(first))
    for i, s in enumerate(shapes):
        if s != (0,) and (len(s) != len(first) or s[:d] + s[d + 1 :] != first[:d] + first[d + 1 :]):
            raise ShapeError(
                say(
                    f"cat: Sizes of tensors must match except in dimension {d}: tensor {i} has shape {tuple(s)}, the "
                    f"first {tuple(first)}",
                    "equal sizes in all other dimensions",
                    "Check the shapes, or the dim.",
                )
            )
    return Cat(dim=d).apply(*ts)  # type: ignore[no-any-return]


concat = concatenate = cat


def stack(tensors: Sequence[Tensor], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Return tensors of one shape side by side along a new dimension.

    Raises
    ------
    RuntimeError
        No tensors, or shapes that differ.
    TypeError
        Something that is no tensor.
    """
    ts = _several("stack", tensors)
    first = ts[0]._array.shape
    for i, t in enumerate(ts):
        if t._array.shape != first:
            raise ShapeError(
                say(
                    f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and "
                    f"{list(t._array.shape)} at entry {i}",
                    "tensors of one shape",
                    "Use cat to join along an existing dimension.",
                )
            )
    return Stack(dim=dimension(dim if axis is None else axis, len(first) + 1)).apply(*ts)  # type: ignore[no-any-return]


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
    _has_dimensions("split", tensor)
    d = dimension(dim, tensor._array.ndim)
    n = tensor._array.shape[d]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size <= 0 and not (size == 0 and n == 0):
            raise RuntimeError(
                say(f"split expects split_size be non-negative, but got {size}", "a positive size", "Check the size.")
            )
        parts = [min(size, n - i) for i in range(0, n, size)] if n else [0]
    else:
        parts = list(split_size_or_sections)
        if sum(parts) != n or any(p < 0 for p in parts):
            raise RuntimeError(
                say(
                    f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension "
                    f"{d}), but got split_sizes={parts}",
                    f"sizes that add up to {n}",
                    "Check the sizes.",
                )
            )
    ends = np.cumsum(parts).tolist()
    return tuple([view(Part(index=_at(d, slice(end - p, end))), tensor) for end, p in zip(ends, parts, strict=True)])


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most `chunks` views of equal size (the last may be smaller) along `dim`. Errors as for `split`."""
    _has_dimensions("chunk", input)
    if chunks < 1:
        raise RuntimeError(
            say(f"chunk expects `chunks` to be greater than 0, got: {chunks}", "a positive number", "Check it.")
        )
    n = input._array.shape[dimension(dim, input._array.ndim)]
    return split(input, max(-(-n // chunks), 1), dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the views of `input` at each index of `dim`."""
    d = dimension(dim, input._array.ndim)
    if input._array.ndim == 0:
        raise IndexError(
            say("Dimension specified as 0 but tensor has no dimensions", "at least one dimension", "Use it as it is.")
        )
    return tuple([view(Unbound(index=_at(d, i)), input) for i in range(input._array.shape[d])])
