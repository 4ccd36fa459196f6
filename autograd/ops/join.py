"""Rules that join tensors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.errors import ShapeError, say
from autograd.op import Array, Op, wrap
from autograd.operands import common
from autograd.ops.dims import dimension
from autograd.ops.shape import atleast_1d, atleast_2d, atleast_3d, require_tensors, reshape
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "block_diag",
    "cat",
    "column_stack",
    "concat",
    "concatenate",
    "dstack",
    "hstack",
    "row_stack",
    "stack",
    "vstack",
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
        return np.concatenate(full, self.dim)

    def backward(self, g: Array) -> Any:
        before = (slice(None),) * self.dim
        ends = accumulate([n or 0 for n in self.sizes])
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
    d = getattr(tensors[0], "_dtype", None)
    if all([isinstance(t, Leaf) and t._dtype is d for t in tensors]):
        return list(tensors)
    require_tensors(name, tensors)
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
    shapes = [t._shape for t in ts]
    first = next((s for s in shapes if s != (0,)), (0,)) if (0,) in shapes else shapes[0]
    if () in shapes:
        raise RuntimeError(
            say("zero-dimensional tensor cannot be concatenated", "at least one dimension", "Use stack instead.")
        )
    # Among nothing but empty vectors any dimension will do, as in PyTorch.
    d = 0 if first == (0,) else dimension(dim, len(first))
    for i, s in enumerate(shapes):
        if s != first and s != (0,) and (len(s) != len(first) or s[:d] + s[d + 1 :] != first[:d] + first[d + 1 :]):
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


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Return the tensors side by side: along dimension 1, vectors and numbers along 0. Errors as for `cat`.

    Raises
    ------
    RuntimeError
        Also: no tensors.
    """
    ts = [atleast_1d(t) for t in _several("hstack", tensors)]
    return cat(ts, 0 if ts[0]._array.ndim == 1 else 1)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Return the tensors on top of each other: along dimension 0, vectors as rows. Errors as for `hstack`."""
    return cat([atleast_2d(t) for t in _several("vstack", tensors)], 0)


row_stack = vstack


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Return the tensors behind each other, along dimension 2, new where they lack it. Errors as for `hstack`."""
    return cat([atleast_3d(t) for t in _several("dstack", tensors)], 2)


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Return the tensors side by side, vectors and numbers as columns. Errors as for `hstack`."""
    ts = _several("column_stack", tensors)
    return hstack([t if t._array.ndim > 1 else reshape(t, -1, 1) for t in ts])


def block_diag(*tensors: Tensor) -> Tensor:
    """Return a matrix with the tensors along its diagonal, and 0 elsewhere.

    Parameters
    ----------
    *tensors : Tensor
        Matrices; a vector counts as a row. Without any, the result has shape (1, 0).

    Raises
    ------
    RuntimeError
        One has more than two dimensions.
    """
    require_tensors("block_diag", tensors)
    if not tensors:
        return wrap(np.zeros((1, 0), dtypes.get_default_dtype().dtype))
    blocks = [atleast_2d(t) for t in common(tensors)]
    for i, b in enumerate(blocks):
        if b._array.ndim > 2:
            raise ShapeError(
                say(
                    f"block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {b._array.ndim}",
                    "matrices",
                    "Use diag_embed or a loop for a batch.",
                )
            )
    width = sum([b._array.shape[1] for b in blocks])
    rows, before = [], 0
    for b in blocks:
        m, n = b._array.shape
        sides = [wrap(np.zeros((m, k), b._array.dtype)) for k in (before, width - before - n)]
        rows.append(cat([sides[0], b, sides[1]], 1))
        before += n
    return cat(rows, 0)
