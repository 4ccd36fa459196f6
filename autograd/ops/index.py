"""Rules of indexing and of assignment to an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels, versions
from autograd.errors import DtypeError, ShapeError, say
from autograd.inplace import Copied, View, own, put_into, refuse_unless_editable, view
from autograd.op import Array, Op, as_tensor_like, cast, wrap

if TYPE_CHECKING:
    from autograd._tensor import Tensor


class Slice(View):
    """z = x[i] for integers, slices, None and ...     dx = g at i, 0 elsewhere"""

    __slots__ = ("index", "shape")
    index: tuple[Any, ...]
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x[self.index]

    def backward(self, g: Array) -> Array:
        return kernels.put(g, self.index, self.shape, True)


class Index(Op):
    """z = x[i] for arrays of integers or bools     dx = g added at i     (once for every time an element was named)"""

    __slots__ = ("index", "shape", "unique")
    index: tuple[Any, ...]
    unique: bool
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x[self.index]

    def backward(self, g: Array) -> Array:
        return kernels.put(g, self.index, self.shape, self.unique)


class Put(Op):
    """z = g added into zeros at i     dg = the gradient at i     (the adjoint of indexing)"""

    __slots__ = ("index", "shape", "unique")
    torch_name = "IndexPutBackward0"
    index: tuple[Any, ...]
    unique: bool
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return kernels.put(x, self.index, self.shape, self.unique)

    def backward(self, g: Array) -> Array:
        return g[self.index]


class IndexPut(Op):
    """z = x with y at i     dx = g with 0 at i,  dy = g at i"""

    __slots__ = ("index",)
    index: tuple[Any, ...]

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.replace(x, self.index, y)

    def backward(self, g: Array) -> Any:
        return kernels.replace(g, self.index, 0), g[self.index]


def put(g: Tensor, index: Any, shape: tuple[int, ...], unique: bool) -> Tensor:
    """Return zeros of `shape` with `g` added at `index`: `kernels.put` for Tensors."""
    return Put(index=index, shape=shape, unique=unique).apply(g)  # type: ignore[no-any-return]


def replace(x: Tensor, index: Any, value: Any) -> Tensor:
    """Return `x` with `value` at `index`: `kernels.replace` for Tensors."""
    y = as_tensor_like(value)
    shape = x._array[index].shape
    return IndexPut(index=index).apply(x, cast(y, x._array.dtype).expand(shape))  # type: ignore[no-any-return]


def parse(index: Any, shape: tuple[int, ...]) -> tuple[tuple[Any, ...], bool]:
    """Return an index as NumPy wants it, and whether it is basic (the result shares memory).

    Raises
    ------
    IndexError
        Too many indices, a wrong dtype, an integer out of range, a mask of another shape.
    ValueError
        A slice with a negative step.
    """
    items = index if type(index) is tuple else (index,)
    basic = True
    parsed: list[Any] = []
    used = 0
    for item in items:
        if type(item) is int or type(item) is slice or item is None or item is Ellipsis:
            if type(item) is slice:
                item = _slice(item)
            used += item is not None and item is not Ellipsis
            parsed.append(item)
            continue
        if isinstance(item, np.integer):
            parsed.append(int(item))
            used += 1
            continue
        a = np.asarray(getattr(item, "_array", item))
        if a.size == 0 and not hasattr(item, "dtype"):
            a = a.astype(np.int64)  # x[[]]
        if a.dtype.kind not in "iub":
            raise IndexError(
                say(
                    f"tensors used as indices must be long, int, byte or bool tensors, but one is {a.dtype}",
                    "integers or bools",
                    "Convert it first: index.long(), or write a comparison to get a mask.",
                )
            )
        if a.dtype == np.uint8:
            a = a.astype(np.bool_)
        if a.dtype.kind == "b":
            if a.shape != shape[used : used + a.ndim]:
                raise IndexError(
                    say(
                        f"The shape of the mask {list(a.shape)} does not match the shape of the indexed tensor "
                        f"{list(shape)}",
                        "a mask as large as the dimensions it stands for",
                        "Compare tensors of the same shape to get it.",
                    )
                )
            used += a.ndim
        else:
            used += 1
        if a.ndim == 0 and a.dtype.kind != "b":
            parsed.append(int(a))  # a 0-d tensor counts as a number
            continue
        basic = False
        parsed.append(a)
    if used > len(shape):
        raise IndexError(
            say(
                f"too many indices for tensor of dimension {len(shape)}"
                if shape
                else "invalid index of a 0-dim tensor",
                f"at most {len(shape)}" if shape else "no index at all: it is a single number",
                "Check the tensor's shape." if shape else "Use tensor.item() to convert a 0-dim tensor to a number.",
            )
        )
    if basic and Ellipsis not in parsed:
        parsed.append(Ellipsis)  # so that one element is a 0-d array, which shares memory, and no scalar
    return tuple(parsed), basic


def _slice(s: slice) -> slice:
    if s.step is not None and s.step.__index__() <= 0:
        raise ValueError(
            say(f"step must be greater than zero, but is {s.step}", "a positive step", "Use flip to reverse a dimension.")
        )
    ends = [None if e is None else int(e) for e in (s.start, s.stop, s.step)]
    return slice(*ends)


def _out_of_range(error: IndexError, shape: tuple[int, ...]) -> IndexError:
    happened = str(error).replace("for axis", "for dimension")
    return IndexError(
        say(f"{happened} (shape {tuple(shape)})", "indices within the tensor's sizes", "Check the index against x.shape.")
    )


def _unique(index: tuple[Any, ...]) -> bool:
    """Tell whether no element can be named twice: masks name each once, arrays of integers need not."""
    return not any(isinstance(i, np.ndarray) and i.dtype.kind != "b" for i in index)


def getitem(input: Tensor, index: Any) -> Tensor:
    """Return `input[index]`: a view for integers, slices, None and ...; a copy for arrays of integers or bools.

    Raises
    ------
    IndexError
        Too many indices, a wrong dtype, an integer out of range, a mask of another shape.
    """
    shape = input._array.shape
    parsed, basic = parse(index, shape)
    try:
        if basic:
            return view(Slice(index=parsed), input)
        return Index(index=parsed, unique=_unique(parsed)).apply(input)  # type: ignore[no-any-return]
    except IndexError as error:
        raise _out_of_range(error, shape) from None


def setitem(input: Tensor, index: Any, value: Any) -> None:
    """Assign `input[index] = value`, in place, with gradients to the value and to what of `input` remains.

    Raises
    ------
    IndexError
        As for `getitem`.
    RuntimeError
        The value does not broadcast to the indexed shape, or `input` cannot be edited in place.
    """
    refuse_unless_editable(input, False)
    shape = input._array.shape
    parsed, basic = parse(index, shape)
    y = as_tensor_like(value)
    own(input)
    try:
        region = input._array[parsed]
    except IndexError as error:
        raise _out_of_range(error, shape) from None
    if _same_memory(region, y._array):
        return  # x[i] += 1: the edit has already happened
    if y._array.ndim > region.ndim:  # leading dimensions of size 1 are dropped
        y = y.reshape(y._array.shape[-region.ndim :] if region.ndim else ())
    try:
        np.broadcast_shapes(region.shape, y._array.shape)
        fits = np.broadcast_shapes(region.shape, y._array.shape) == region.shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            say(
                f"shape mismatch: value tensor of shape {list(y._array.shape)} cannot be broadcast to indexing result of "
                f"shape {list(region.shape)}",
                "a value that broadcasts to the indexed region",
                "Reshape the value, or index a region of its shape.",
            )
        )
    y = cast(y, input._array.dtype)
    if basic:
        target = view(Slice(index=parsed), input)
        put_into(target, Copied().apply(target, y))
    else:
        put_into(input, IndexPut(index=parsed).apply(input, y.expand(region.shape)))


def _same_memory(a: Any, b: Any) -> bool:
    return (
        isinstance(a, np.ndarray)
        and isinstance(b, np.ndarray)
        and a.shape == b.shape
        and a.strides == b.strides
        and a.dtype == b.dtype
        and a.__array_interface__["data"] == b.__array_interface__["data"]
        and a.size > 0
        and versions.owner(a) is versions.owner(b)
    )


def masked_fill(input: Tensor, mask: Any, value: Any) -> Tensor:
    """Return `input` with `value` wherever `mask` (bool, broadcast) holds.

    Raises
    ------
    RuntimeError
        The mask is no bool tensor.
    """
    from autograd.ops.elementwise import Where

    m = as_tensor_like(mask)._array
    if m.dtype.kind != "b":
        raise DtypeError(
            say(f"masked_fill only supports boolean masks, but got {m.dtype}", "a bool tensor", "Write a comparison.")
        )
    fill = wrap(np.asarray(getattr(value, "_array", value)).astype(input._array.dtype))
    return Where(condition=m).apply(fill, input)  # type: ignore[no-any-return]
