"""How elements lie in memory: their order, what they are next to, and other readings of the same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes, inplace, kernels
from autograd.device import channels_last, channels_last_3d, contiguous_format, memory_format, preserve_format
from autograd.dtypes import dtype as Dtype
from autograd.errors import AutogradError, ShapeError, say
from autograd.inplace import View, own
from autograd.op import Array, Op, wrap
from autograd.operands import as_tensor_like
from autograd.ops import elementwise
from autograd.ops import shape as shapes
from autograd.ops.dims import dimension

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "as_strided",
    "clone",
]


def order(format: memory_format, ndim: int) -> tuple[int, ...] | None:
    """Return the dimensions from farthest apart to closest together; None if the format is for other tensors."""
    if format is channels_last:
        return (0, 2, 3, 1) if ndim == 4 else None
    if format is channels_last_3d:
        return (0, 2, 3, 4, 1) if ndim == 5 else None
    return tuple(range(ndim))


class InOrder(Op):
    """z = x, copied, its dimensions in a given order in memory     dx = g"""

    __slots__ = ("dims",)
    torch_name = "CloneBackward0"
    dims: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        ordered = np.copy(np.transpose(x, self.dims), order="C")
        return np.transpose(ordered, tuple([self.dims.index(d) for d in range(len(self.dims))]))

    def backward(self, g: Array) -> Array:
        return g


class AsStrided(View):
    """z = x by distances in memory: z[i, j] = x.flat[o + i s₀ + j s₁]     dx = g added where it was read"""

    __slots__ = ("offset", "places", "shape", "size", "stride")
    repeats = True
    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    places: np.ndarray[Any, Any]  # for every element of z, its number among those of x
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return kernels.strided(x, self.size, self.stride, self.offset)

    def backward(self, g: Array) -> Array:
        return np.reshape(kernels.put(g, (self.places,), (math.prod(self.shape),), False), self.shape)


# ------------------------------------------------------------------------------------------------ the functions


def clone(input: Tensor, *, memory_format: memory_format = preserve_format) -> Tensor:
    """Return a copy on memory of its own; gradients flow through it.

    Parameters
    ----------
    input : Tensor
    memory_format : autograd.memory_format
        The order of the copy in memory; by default that of `input`.

    Raises
    ------
    RuntimeError
        The format is for tensors with another number of dimensions.
    """
    if memory_format is preserve_format:
        return elementwise.clone(input)
    dims = order(memory_format, input._array.ndim)
    if dims is None:
        raise ShapeError(
            say(
                f"{memory_format} is for images or volumes with a batch dimension, and the tensor has "
                f"{input._array.ndim} dimensions",
                "4 dimensions for channels_last, 5 for channels_last_3d",
                "Add a dimension with unsqueeze(0), or leave the format out.",
            )
        )
    return InOrder(dims=dims).apply(input)  # type: ignore[no-any-return]


def contiguous(input: Tensor, *, memory_format: memory_format = contiguous_format) -> Tensor:
    """Return the tensor with its elements in order in memory: itself if they are. Errors as for `clone`."""
    if is_contiguous(input, memory_format=memory_format):
        return input
    if memory_format is preserve_format:
        raise AutogradError(
            say(
                "preserve memory format is unsupported by the contiguous operator",
                "an order to bring the elements into",
                "Leave the format out, or use clone().",
            )
        )
    return clone(input, memory_format=memory_format)


def is_contiguous(input: Tensor, *, memory_format: memory_format = contiguous_format) -> bool:
    """Tell whether the elements lie in memory in their order, or in that of another memory format.

    Dimensions of size 1 have no say. A tensor without elements is contiguous, and in no other format.
    """
    a = np.asarray(input._array)
    dims = order(memory_format, a.ndim)
    if dims is None or (a.size == 0 and dims != tuple(range(a.ndim))):
        return False
    return bool(a.transpose(dims).flags.c_contiguous)


def stride(input: Tensor, dim: int | None = None) -> Any:
    """Return how many elements lie between neighbours along each dimension, or along `dim`.

    Where nobody can go, NumPy keeps no distance: a new dimension of size 1 gets the one that PyTorch gives it, the
    length of what follows, and a tensor without elements those of a contiguous one.
    """
    a = np.asarray(input._array)
    steps = [s // a.itemsize for s in a.strides]
    for d in reversed(range(a.ndim)):
        if a.size == 0 or (a.shape[d] == 1 and steps[d] == 0):
            steps[d] = max(a.shape[d + 1], 1) * steps[d + 1] if d + 1 < a.ndim else 1
    return tuple(steps) if dim is None else steps[dimension(dim, a.ndim)]


def data_ptr(input: Tensor) -> int:
    """Return the address of the first element."""
    return int(own(input).__array_interface__["data"][0])


def storage_offset(input: Tensor) -> int:
    """Return how many elements lie before the first one in the memory that the tensor is on."""
    return _before(own(input))


def _before(a: np.ndarray[Any, Any]) -> int:
    memory, base = a, a.base
    while base is not None:
        if isinstance(base, np.ndarray):  # others (bytes, say, or another library's) have no address to ask for
            memory = base
        base = getattr(base, "base", None)
    first, start = (int(x.__array_interface__["data"][0]) for x in (a, memory))
    return (first - start) // a.itemsize


def view(input: Tensor, size: Any = None, *more: Any, dtype: Any = None) -> Tensor:
    """Return the elements in another shape on the same memory, `x.view(2, 3)`; or their bytes, `x.view(int32)`.

    Parameters
    ----------
    input : Tensor
    size : int or sequence of int or autograd.dtype
        The shape: as one sequence, or its sizes one by one. One of them may be -1.
    dtype : autograd.dtype, optional
        As what kind of number the bytes are read. The result has no gradient. If the numbers are larger or smaller,
        the last dimension shrinks or grows.

    Raises
    ------
    RuntimeError
        The sizes do not fit; only a copy would do; the bytes do not make whole numbers of that dtype.
    TypeError
        Neither sizes nor a dtype were given.
    """
    if isinstance(size, Dtype):
        size, dtype = None, size
    if size is not None:
        return shapes.view_as_shape(input, size, *more)
    if dtype is None:
        raise TypeError(say("view() was called without arguments", "sizes or a dtype", "Write x.view(-1)."))
    a, d = own(input), dtypes.to_numpy(dtype)
    try:
        z = a.view(d)
    except ValueError:
        z = None
    if z is None or not z.flags.aligned:
        raise ShapeError(
            say(
                f"the bytes of a tensor of shape {tuple(a.shape)}, stride {stride(input)} and dtype {input.dtype} are "
                f"no whole numbers of dtype {dtypes.of(d)} (different element sizes)",
                "a last dimension without gaps that holds a whole number of them, beginning at a whole one",
                "Convert the values with .to(dtype), or copy with .contiguous() first.",
            )
        )
    return wrap(z)


def as_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """Return a view by distances in memory: z[i, j, ...] is the element at offset + i stride[0] + j stride[1] + ...

    Parameters
    ----------
    input : Tensor
        Contiguous.
    size, stride : sequence of int
        For each dimension of the result, how many elements it has, and how far they lie apart.
    storage_offset : int, optional
        Where in memory the first element lies; by default where that of `input` lies.

    Raises
    ------
    RuntimeError
        Size and stride differ in length; one of them is negative; the elements lie outside of `input`, or `input` is
        not contiguous.
    """
    input = as_tensor_like(input)
    a = own(input)
    start = _before(a)
    target, steps = shapes.new_sizes((tuple(size),)), shapes.sizes((tuple(stride),))
    offset = 0 if storage_offset is None else storage_offset - start
    if len(target) != len(steps) or any(s < 0 for s in steps):
        raise ShapeError(
            say(
                f"mismatch in length of strides and shape, or a negative stride: size {target}, stride {steps}",
                "one stride >= 0 for every size",
                "Check them.",
            )
        )
    last = offset + sum([(n - 1) * s for n, s in zip(target, steps, strict=True)])
    empty = math.prod(target) == 0
    if not a.flags.c_contiguous or not (empty or 0 <= offset <= last < a.size):
        raise ShapeError(
            say(
                f"as_strided to size {target} and stride {steps} from element {start + offset} of memory is out of "
                f"bounds for a tensor of shape {tuple(a.shape)}, or that is not contiguous",
                f"elements {start} to {start + a.size - 1}, where the tensor lies",
                "Call it on the tensor that the memory belongs to.",
            )
        )
    distances = [np.arange(n) * s for n, s in zip(target, steps, strict=True)]
    places = sum(np.ix_(*distances), np.asarray(offset)) if distances else np.asarray(offset)
    rule = AsStrided(size=target, stride=steps, offset=0 if empty else offset, places=np.asarray(places))
    return inplace.view(rule, input)
