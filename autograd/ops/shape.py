"""Rules that change the shape and not the numbers. All of them are views: they share the memory of their input."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import direct
from autograd.appliers import shapes_disagree
from autograd.errors import ShapeError, say
from autograd.inplace import View, view
from autograd.kernels import unbroadcast
from autograd.op import Array
from autograd.operands import as_tensor_like
from autograd.ops.dims import axes, dimension
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Size, Tensor

__all__ = [
    "adjoint",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "flatten",
    "moveaxis",
    "movedim",
    "permute",
    "ravel",
    "reshape",
    "squeeze",
    "swapaxes",
    "swapdims",
    "t",
    "transpose",
    "unflatten",
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
        return direct.reshape(x, self.shape)

    def backward(self, g: Array) -> Array:
        return direct.reshape(g, self.source)


class Permute(View):
    """z = x with its dimensions in another order     dx = g in the order of x"""

    __slots__ = ("dims",)
    dims: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return direct.transpose(x, self.dims)

    def backward(self, g: Array) -> Array:
        return direct.transpose(g, tuple(self.dims.index(i) for i in range(len(self.dims))))


class Transpose(View):
    """z = x with two dimensions exchanged     dx = g with the same two exchanged"""

    __slots__ = ("dim0", "dim1")
    dim0: int
    dim1: int

    def forward(self, x: Array) -> Array:
        return direct.swapaxes(x, self.dim0, self.dim1)

    def backward(self, g: Array) -> Array:
        return direct.swapaxes(g, self.dim0, self.dim1)


class T(View):
    """Z = Xᵀ     dX = Gᵀ     (a matrix)"""

    def forward(self, x: Array) -> Array:
        return direct.swapaxes(x, 0, 1)

    def backward(self, g: Array) -> Array:
        return direct.swapaxes(g, 0, 1)


class Squeeze(View):
    """z = x without some dimensions of size 1     dx = g with them"""

    __slots__ = ("dims",)
    torch_name = "SqueezeBackward1"
    dims: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return direct.squeeze(x, self.dims)

    def backward(self, g: Array) -> Array:
        return direct.expand_dims(g, self.dims)


class SqueezeAll(Squeeze):
    """z = x without its dimensions of size 1     dx = g with them"""

    torch_name = "SqueezeBackward0"


class Unsqueeze(View):
    """z = x with a new dimension of size 1     dx = g without it"""

    __slots__ = ("dim",)
    dim: int

    def forward(self, x: Array) -> Array:
        return direct.expand_dims(x, self.dim)

    def backward(self, g: Array) -> Array:
        return direct.squeeze(g, self.dim)


class Expand(View):
    """z = x repeated along dimensions of size 1, without copying     dx = g summed along them"""

    __slots__ = ("shape", "source")
    repeats = True
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


def require_tensors(name: str, values: Sequence[Any]) -> list[Tensor]:
    """Return the operands of a function of several tensors.

    Raises
    ------
    TypeError
        One of them is neither tensor nor array.
    """
    for i, value in enumerate(values):
        if not isinstance(value, Leaf | np.ndarray):
            raise TypeError(
                say(
                    f"{name}(): expected Tensor as element {i} in argument 0, but got {type(value).__name__}",
                    "tensors only",
                    "Make a tensor of it first: autograd.tensor(...).",
                )
            )
    return [as_tensor_like(value) for value in values]


def sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Return a shape given as `(2, 3)` or as `2, 3`.

    Raises
    ------
    TypeError
        A size is no integer.
    """
    if len(shape) == 1 and not isinstance(shape[0], int) and isinstance(shape[0], Sequence):
        shape = tuple(shape[0])
    if all([type(n) is int for n in shape]):
        return tuple(shape)
    for n in shape:
        if type(n) is not int and (isinstance(n, bool) or not hasattr(type(n), "__index__")):
            raise TypeError(say(f"a size was given as {n!r}", "integers", "Write (2, 3), or 2, 3."))
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
    if math.prod(shape) == n and (not shape or min(shape) >= 0):
        return shape
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


def reshape(input: Tensor, shape: Any, *more: Any) -> Tensor:
    """Return the elements in another shape: a view where memory order allows it, a copy otherwise.

    Parameters
    ----------
    input : Tensor
    shape : int or sequence of int
        As one sequence, or its sizes one by one. One of them may be -1: whatever is left.

    Raises
    ------
    RuntimeError
        The sizes do not fit.
    """
    input = as_tensor_like(input)
    target = resolve(sizes((shape, *more)), input._shape)
    return view(Reshape(shape=target), input)


def view_as_shape(input: Tensor, *shape: Any) -> Tensor:
    """Return the elements in another shape, sharing memory.

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


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Return the tensor with dimension `dim` made several, of `sizes`; one of them may be -1.

    Raises
    ------
    RuntimeError
        No sizes, sizes whose product is not that of the dimension, or a tensor without dimensions.
    """
    input = as_tensor_like(input)
    shape = input._array.shape
    d = dimension(dim, len(shape))
    if not shape or not len(sizes):
        raise ShapeError(
            say(
                f"unflatten: sizes {tuple(sizes)} for dimension {dim} of a tensor of shape {tuple(shape)}",
                "sizes must be non-empty, and the tensor must have dimensions",
                "Use reshape for a tensor of one element.",
            )
        )
    return reshape(input, (*shape[:d], *resolve(tuple(sizes), (shape[d],)), *shape[d + 1 :]))


def permute(input: Tensor, dims: Any, *more: Any) -> Tensor:
    """Return the tensor with its dimensions in the order `dims`: as one sequence, or one by one.

    Raises
    ------
    RuntimeError
        `dims` does not name every dimension once.
    """
    input = as_tensor_like(input)
    order = sizes((dims, *more))
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


def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Return the tensor with dimensions `source` moved to places `destination`; the others keep their order.

    Raises
    ------
    RuntimeError
        Source and destination differ in length, or name a dimension twice.
    TypeError
        One is a number and the other a sequence.
    """
    input = as_tensor_like(input)
    ndim = input._array.ndim
    if isinstance(source, Sequence) != isinstance(destination, Sequence):
        raise TypeError(
            say(f"movedim from {source!r} to {destination!r}", "two integers, or two sequences", "Write both alike.")
        )
    moved, places = (list(d) if isinstance(d, Sequence) else [d] for d in (source, destination))
    if len(moved) != len(places):
        raise RuntimeError(
            say(
                f"movedim: Invalid source or destination dims: source ({moved} dims) should contain the same number "
                f"of dims as destination ({places} dims)",
                "a place for every dimension",
                "Check both.",
            )
        )
    at = dict(zip(axes(places, ndim) or (), axes(moved, ndim) or (), strict=True))
    rest = iter([d for d in range(ndim) if d not in at.values()])
    return permute(input, [at[d] if d in at else next(rest) for d in range(ndim)])


moveaxis = movedim


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return the tensor with dimensions `dim0` and `dim1` exchanged."""
    input = as_tensor_like(input)
    ndim = input._array.ndim
    d0, d1 = dimension(dim0, ndim), dimension(dim1, ndim)
    if ndim == 0:
        return reshape(input, ())
    return view(Transpose(dim0=d0, dim1=d1), input)


swapdims = transpose


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Return the tensor with dimensions `axis0` and `axis1` exchanged: `transpose`, under NumPy's name."""
    return transpose(input, axis0, axis1)


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
    """Return the tensor with its dimensions reversed: `.T`. PyTorch wants it for matrices only, and warns otherwise."""
    ndim = input._array.ndim
    if ndim == 0 or ndim > 2:
        warnings.warn(
            f"The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated (this one has "
            f"{ndim}); write x.mT to transpose a batch of matrices, or x.permute(tuple(range(x.ndim))[::-1]).",
            UserWarning,
            stacklevel=2,
        )
    return view(Permute(dims=tuple(range(ndim))[::-1]), input)


def transpose_matrices(input: Tensor) -> Tensor:
    """Return the tensor with its last two dimensions exchanged: `.mT`; a single number as it is.

    Raises
    ------
    RuntimeError
        It is a vector.
    """
    return _matrices("tensor.mT", input)


def adjoint(input: Tensor) -> Tensor:
    """Return every matrix transposed (and conjugated, which changes nothing here): also `.mH`. Errors as for `.mT`."""
    return _matrices("tensor.adjoint()", input)


def transpose_matrix(input: Tensor) -> Tensor:
    """Return a matrix transposed: `.H`; a single number as it is.

    Raises
    ------
    RuntimeError
        It is a vector, or has more than two dimensions.
    """
    return _matrices("tensor.H", input, most=2)


def _matrices(name: str, input: Tensor, most: int | None = None) -> Tensor:
    """Transpose the matrices of a tensor of 2 to `most` dimensions."""
    input = as_tensor_like(input)
    ndim = input._array.ndim
    if ndim == 0:
        return input
    if ndim == 1 or (most is not None and ndim > most):
        raise ShapeError(
            say(
                f"{name} is only supported on matrices{'' if most else ' or batches of matrices'}. Got {ndim}-D tensor",
                "two dimensions" if most else "at least two dimensions",
                "Give the vector a dimension first: x[:, None]." if ndim == 1 else "Use .mH for a batch of matrices.",
            )
        )
    return transpose(input, -2, -1)


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Return the tensor without its dimensions of size 1, or without those of them in `dim`."""
    input = as_tensor_like(input)
    shape = input._array.shape
    named = () if dim == () else axes(dim, len(shape))
    if named is None:
        return view(SqueezeAll(dims=tuple(d for d, n in enumerate(shape) if n == 1)), input)
    return view(Squeeze(dims=tuple(d for d in named if shape[d] == 1)), input)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Return the tensor with a new dimension of size 1 at `dim`."""
    input = as_tensor_like(input)
    return view(Unsqueeze(dim=dimension(dim, input._array.ndim + 1)), input)


def expand(input: Tensor, size: Any, *more: Any) -> Tensor:
    """Return the tensor repeated along dimensions of size 1 (and new leading ones) without copying; -1 keeps a size.

    Parameters
    ----------
    input : Tensor
    size : int or sequence of int
        As one sequence, or one by one.

    Raises
    ------
    RuntimeError
        A dimension other than of size 1 would have to change.
    """
    input = as_tensor_like(input)
    source = input._array.shape
    target = sizes((size, *more))
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


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """Return the tensor expanded to `size`. Errors as for `expand`."""
    return expand(input, tuple(size))


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Return the tensors expanded to the one shape that they have together.

    Raises
    ------
    RuntimeError
        The shapes do not broadcast.
    TypeError
        Something that is no tensor.
    """
    ts = require_tensors("broadcast_tensors", tensors)
    shapes = [t._array.shape for t in ts]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise shapes_disagree("broadcast_tensors", error, *shapes) from None
    return tuple([t if t._array.shape == shape else expand(t, shape) for t in ts])


def broadcast_shapes(*shapes: int | Sequence[int]) -> Size:
    """Return the shape that tensors of `shapes` have together when an operation broadcasts them.

    Raises
    ------
    RuntimeError
        The shapes do not broadcast.
    ValueError
        A size is negative.
    """
    from autograd._tensor import Size

    given = [sizes((s,)) for s in shapes]
    if any(n < 0 for s in given for n in s):
        raise ValueError(
            say(f"Attempting to broadcast a dimension with negative length: {given}", "sizes >= 0", "Check them.")
        )
    try:
        return Size(np.broadcast_shapes(*given))
    except ValueError as error:
        raise shapes_disagree("broadcast_shapes", error, *given) from None


def atleast_1d(*tensors: Any) -> Any:
    """Return a tensor with at least one dimension: itself, or a view. Of several tensors, or a list, a tuple."""
    return _at_least("atleast_1d", tensors, lambda t: t if t._array.ndim else reshape(t, 1))


def atleast_2d(*tensors: Any) -> Any:
    """Return a tensor with at least two dimensions, new ones first. Of several tensors, or a list, a tuple."""
    return _at_least("atleast_2d", tensors, _two_dimensions)


def atleast_3d(*tensors: Any) -> Any:
    """Return a tensor with at least three dimensions: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""
    return _at_least(
        "atleast_3d", tensors, lambda t: t if t._array.ndim >= 3 else unsqueeze(_two_dimensions(t), -1)
    )


def _two_dimensions(t: Tensor) -> Tensor:
    return t if t._array.ndim >= 2 else unsqueeze(t, 0) if t._array.ndim else reshape(t, 1, 1)


def _at_least(name: str, tensors: tuple[Any, ...], extend: Callable[[Tensor], Tensor]) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], list | tuple):
        return extend(require_tensors(name, tensors)[0])
    several = tensors[0] if len(tensors) == 1 else tensors
    return tuple([extend(t) for t in require_tensors(name, several)])
