"""Rules that change the shape and not the numbers. All of them are views: they share the memory of their input."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import ShapeError, say
from autograd.inplace import View, view
from autograd.kernels import unbroadcast
from autograd.op import Array
from autograd.operands import as_tensor_like
from autograd.ops.dims import axes, dimension

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "broadcast_to",
    "expand",
    "flatten",
    "permute",
    "ravel",
    "reshape",
    "squeeze",
    "swapaxes",
    "t",
    "transpose",
    "unsqueeze",
]


class Reshape(View):
    """z = x in another shape     dx = g in the shape of x"""

    __slots__ = ("shape", "source")
    torch_name = "ViewBackward0"
    shape: tuple[int, ...]
    source: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.source = x.shape
        return np.reshape(x, self.shape)

    def backward(self, g: Array) -> Array:
        return np.reshape(g, self.source)


class Permute(View):
    """z = x with its dimensions in another order     dx = g in the order of x"""

    __slots__ = ("dims",)
    dims: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return np.transpose(x, self.dims)

    def backward(self, g: Array) -> Array:
        return np.transpose(g, tuple(self.dims.index(i) for i in range(len(self.dims))))


class Transpose(View):
    """z = x with two dimensions exchanged     dx = g with the same two exchanged"""

    __slots__ = ("dim0", "dim1")
    dim0: int
    dim1: int

    def forward(self, x: Array) -> Array:
        return np.swapaxes(x, self.dim0, self.dim1)

    def backward(self, g: Array) -> Array:
        return np.swapaxes(g, self.dim0, self.dim1)


class T(View):
    """Z = Xᵀ     dX = Gᵀ     (a matrix)"""

    def forward(self, x: Array) -> Array:
        return np.swapaxes(x, 0, 1)

    def backward(self, g: Array) -> Array:
        return np.swapaxes(g, 0, 1)


class Squeeze(View):
    """z = x without some dimensions of size 1     dx = g with them"""

    __slots__ = ("dims",)
    torch_name = "SqueezeBackward1"
    dims: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return np.squeeze(x, self.dims)

    def backward(self, g: Array) -> Array:
        return np.expand_dims(g, self.dims)


class SqueezeAll(Squeeze):
    """z = x without its dimensions of size 1     dx = g with them"""

    torch_name = "SqueezeBackward0"


class Unsqueeze(View):
    """z = x with a new dimension of size 1     dx = g without it"""

    __slots__ = ("dim",)
    dim: int

    def forward(self, x: Array) -> Array:
        return np.expand_dims(x, self.dim)

    def backward(self, g: Array) -> Array:
        return np.squeeze(g, self.dim)


class Expand(View):
    """z = x repeated along dimensions of size 1, without copying     dx = g summed along them"""

    __slots__ = ("shape", "source")
    shape: tuple[int, ...]
    source: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.source = x.shape
        z = np.broadcast_to(x, self.shape)
        if type(z) is np.ndarray and x.flags.writeable:
            z.setflags(write=True)  # what was really repeated, `refuse_unless_editable` knows by its strides
        return z

    def backward(self, g: Array) -> Array:
        return unbroadcast(g, self.source)


# ------------------------------------------------------------------------------------------------ the functions


def sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Return a shape given as `(2, 3)` or as `2, 3`."""
    if len(shape) == 1 and not isinstance(shape[0], int) and isinstance(shape[0], Sequence):
        shape = tuple(shape[0])
    return tuple([int(n.__index__()) for n in shape])


def new_sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the shape of a tensor to be made, given as `(2, 3)` or as `2, 3`.

    Raises
    ------
    RuntimeError
        A size is negative.
    TypeError
        A size is no integer.
    """
    given = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    for n in given:
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            what = say(f"argument 'size' must be tuple of ints, but has {n!r}", "sizes", "Convert them with int().")
            raise TypeError(what)
    found = sizes(given)
    for n in found:
        if n < 0:
            raise ShapeError(
                say(f"Trying to create tensor with negative dimension {n}: {list(found)}", "sizes >= 0", "Check it.")
            )
    return found


def resolve(shape: tuple[int, ...], source: tuple[int, ...]) -> tuple[int, ...]:
    """Fill in the size written as -1.

    Raises
    ------
    RuntimeError
        The elements do not fit into the shape.
    """
    n = math.prod(source)
    unknown = shape.count(-1)
    rest = math.prod(s for s in shape if s != -1)
    fits = all(s >= -1 for s in shape) and (rest == n if unknown == 0 else unknown == 1 and rest > 0 and n % rest == 0)
    if not fits:
        raise ShapeError(
            say(
                f"shape '{list(shape)}' is invalid for input of size {n} (shape {tuple(source)})",
                f"sizes whose product is {n}, at most one of them -1",
                "Check the sizes; -1 stands for whatever is left.",
            )
        )
    return tuple([n // rest if s == -1 else s for s in shape]) if unknown else shape


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """Return the elements in another shape: a view where memory order allows it, a copy otherwise.

    Raises
    ------
    RuntimeError
        The sizes do not fit.
    """
    input = as_tensor_like(input)
    target = resolve(sizes(shape), input._array.shape)
    return view(Reshape(shape=target), input)


def view_as_shape(input: Tensor, *shape: Any) -> Tensor:
    """Return the elements in another shape, sharing memory; or, given a dtype, their bytes read as that dtype's.

    Raises
    ------
    RuntimeError
        The sizes do not fit, or only a copy would do.
    """
    input = as_tensor_like(input)
    target = resolve(sizes(shape), input._array.shape)
    z = view(Reshape(shape=target), input)
    if input._array.size and not np.may_share_memory(z._array, input._array):
        raise ShapeError(
            say(
                f"view size is not compatible with input tensor's size and stride (shape {tuple(input._array.shape)} "
                f"to {target})",
                "dimensions that lie together in memory",
                "Use .reshape(...) instead, which copies where it must.",
            )
        )
    return z


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with dimensions `start_dim` to `end_dim` (both included) made one."""
    input = as_tensor_like(input)
    shape = input._array.shape
    if not shape:
        return reshape(input, 1)
    start, end = dimension(start_dim, len(shape)), dimension(end_dim, len(shape))
    if start > end:
        raise RuntimeError(
            say(
                f"flatten: start_dim ({start_dim}) comes after end_dim ({end_dim})",
                "start_dim before end_dim",
                "Exchange them.",
            )
        )
    if start == end:
        return input
    return reshape(input, *shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


def ravel(input: Tensor) -> Tensor:
    """Return the tensor as one dimension: a view if its elements lie in their order in memory, a copy otherwise."""
    return reshape(input.contiguous(), -1)


def permute(input: Tensor, *dims: Any) -> Tensor:
    """Return the tensor with its dimensions in the order `dims`.

    Raises
    ------
    RuntimeError
        `dims` does not name every dimension once.
    """
    input = as_tensor_like(input)
    order = sizes(dims)
    ndim = input._array.ndim
    if len(order) != ndim:
        raise RuntimeError(
            say(
                "permute: number of dimensions in the tensor input does not match the length of the desired "
                f"ordering of dimensions: input.dim() = {ndim} is not equal to len(dims) = {len(order)}",
                f"all {ndim} dimensions",
                "Name every dimension once.",
            )
        )
    return view(Permute(dims=axes(order, ndim) or ()), input)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return the tensor with dimensions `dim0` and `dim1` exchanged."""
    input = as_tensor_like(input)
    ndim = input._array.ndim
    d0, d1 = dimension(dim0, ndim), dimension(dim1, ndim)
    if ndim == 0:
        return reshape(input, ())
    return view(Transpose(dim0=d0, dim1=d1), input)


swapaxes = transpose


def t(input: Tensor) -> Tensor:
    """Return the transpose of a matrix; vectors and numbers as they are.

    Raises
    ------
    RuntimeError
        The tensor has more than two dimensions.
    """
    input = as_tensor_like(input)
    ndim = input._array.ndim
    if ndim > 2:
        raise RuntimeError(
            say(
                f"t() expects a tensor with <= 2 dimensions, but self is {ndim}D",
                "a matrix",
                "Use transpose(-2, -1) or .mT for a stack of matrices.",
            )
        )
    return view(T(), input) if ndim == 2 else reshape(input, input._array.shape)


def reverse_dims(input: Tensor) -> Tensor:
    """Return the tensor with its dimensions reversed: `.T`."""
    return view(Permute(dims=tuple(range(input._array.ndim))[::-1]), input)


def transpose_matrices(input: Tensor) -> Tensor:
    """Return the tensor with its last two dimensions exchanged: `.mT`; a single number as it is."""
    ndim = input._array.ndim
    if ndim == 0:
        return reshape(input, ())
    if ndim == 1:
        raise ShapeError(
            say(
                "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor",
                "at least two dimensions",
                "Give the vector a dimension first: x[:, None].",
            )
        )
    return transpose(input, -2, -1)


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Return the tensor without its dimensions of size 1, or without those of them in `dim`."""
    input = as_tensor_like(input)
    shape = input._array.shape
    named = axes(dim, len(shape))
    if named is None:
        return view(SqueezeAll(dims=tuple(d for d, n in enumerate(shape) if n == 1)), input)
    return view(Squeeze(dims=tuple(d for d in named if shape[d] == 1)), input)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Return the tensor with a new dimension of size 1 at `dim`."""
    input = as_tensor_like(input)
    return view(Unsqueeze(dim=dimension(dim, input._array.ndim + 1)), input)


def expand(input: Tensor, *shape: Any) -> Tensor:
    """Return the tensor repeated along dimensions of size 1 (and new leading ones) without copying; -1 keeps a size.

    Raises
    ------
    RuntimeError
        A dimension other than of size 1 would have to change.
    """
    input = as_tensor_like(input)
    source = input._array.shape
    target = sizes(shape)
    lead = len(target) - len(source)
    full = tuple([source[i - lead] if n == -1 and i >= lead else n for i, n in enumerate(target)])
    if lead < 0 or any(n < 0 for n in full) or any(a not in (1, n) for a, n in zip(source, full[lead:], strict=True)):
        raise ShapeError(
            say(
                f"expand: the expanded size of the tensor {target} must match the existing size {tuple(source)} at "
                "non-singleton dimensions",
                "the same sizes except where the tensor has size 1",
                "Use repeat, or unsqueeze the dimension to be expanded.",
            )
        )
    return view(Expand(shape=full), input)


def broadcast_to(input: Tensor, shape: Sequence[int]) -> Tensor:
    """Return the tensor expanded to `shape`."""
    return expand(input, tuple(shape))
