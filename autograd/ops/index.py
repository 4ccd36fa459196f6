"""Rules of indexing and of assignment to an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels, versions
from autograd.appliers import shapes_disagree
from autograd.errors import DtypeError, ShapeError, say
from autograd.inplace import Copied, View, base_of, put_into, view
from autograd.op import Array, Op, wrap
from autograd.operands import as_tensor_like, cast, converted, number
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "masked_fill",
]


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
    watched = ("index",)
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
    watched = ("index",)
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
    watched = ("index",)
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


def parse(index: Any, shape: tuple[int, ...]) -> tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]:
    """Return an index in two steps, as PyTorch takes them: a basic one, then one by arrays.

    The basic step (integers, slices, None) gives a view; the step by arrays a copy. Either may be None. Integers come
    first, so that they have no say in where the dimensions of arrays go (NumPy counts them among the arrays).

    Raises
    ------
    IndexError
        Too many indices, a wrong dtype, a mask of another shape.
    ValueError
        A slice with a step that is not positive.
    """
    items = [_item(i) for i in (index if type(index) is tuple else (index,))]
    used = sum(_dimensions(i) for i in items)
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
    if sum(i is Ellipsis for i in items) > 1:
        raise IndexError(say("an index can only have a single ellipsis ('...')", "one", "Write slices (:) instead."))
    arrays = [i for i in items if isinstance(i, np.ndarray)]
    if not arrays:
        # With the ellipsis one element is a 0-d array, which shares memory, and no scalar.
        return (tuple(items) if Ellipsis in items else (*items, Ellipsis)), None
    if any(i is Ellipsis for i in items):
        at = next(k for k, i in enumerate(items) if i is Ellipsis)
        items[at : at + 1] = [slice(None)] * (len(shape) - used)
    _check_masks(items, shape)
    if not any(type(i) is int for i in items):
        return None, tuple(items)
    basic: list[Any] = []
    advanced: list[Any] = []
    for i in items:
        if isinstance(i, np.ndarray):
            basic += [slice(None)] * _dimensions(i)
            advanced.append(i)
        else:
            basic.append(i)
            if type(i) is not int:
                advanced.append(slice(None))
    return (*basic, Ellipsis), tuple(advanced)


def _item(item: Any) -> Any:
    """Return one item of an index as an int, slice, None, Ellipsis or an array of integers or bools."""
    if type(item) is slice:
        return _slice(item)
    if type(item) is int or item is None or item is Ellipsis:
        return item
    if isinstance(item, np.integer):
        return int(item)
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
    return int(a) if a.ndim == 0 and a.dtype.kind != "b" else a  # a 0-d tensor counts as a number


def _dimensions(item: Any) -> int:
    """Return how many dimensions of the tensor an item of an index stands for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if isinstance(item, np.ndarray) and item.dtype.kind == "b" else 1


def _check_masks(items: list[Any], shape: tuple[int, ...]) -> None:
    at = 0
    for i in items:
        n = _dimensions(i)
        if isinstance(i, np.ndarray) and i.dtype.kind == "b" and i.shape != shape[at : at + n]:
            raise IndexError(
                say(
                    f"The shape of the mask {list(i.shape)} at index {at} does not match the shape of the indexed "
                    f"tensor {list(shape)}",
                    "a mask as large as the dimensions it stands for",
                    "Compare tensors of the same shape to get it.",
                )
            )
        at += n


def _slice(s: slice) -> slice:
    if s.step is not None and s.step.__index__() <= 0:
        raise ValueError(
            say(f"step must be greater than zero, but is {s.step}", "a positive step", "Reverse it by an index array.")
        )
    ends = [None if e is None else int(e) for e in (s.start, s.stop, s.step)]
    return slice(*ends)


def _out_of_range(error: IndexError, shape: tuple[int, ...]) -> IndexError:
    happened = str(error).replace("for axis", "for dimension")
    return IndexError(
        say(f"{happened} (shape {tuple(shape)})", "indices within the tensor's sizes", "Compare it with x.shape.")
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
    basic, advanced = parse(index, shape)
    try:
        if basic is not None:
            input = view(Slice(index=basic), input)
        if advanced is not None:
            input = Index(index=advanced, unique=_unique(advanced)).apply(input)
    except IndexError as error:
        raise _out_of_range(error, shape) from None
    return input


def setitem(input: Tensor, index: Any, value: Any) -> None:
    """Assign `input[index] = value`, in place, with gradients to the value and to what of `input` remains.

    Raises
    ------
    IndexError
        As for `getitem`.
    RuntimeError
        The value does not broadcast to the indexed shape, or `input` cannot be edited in place.
    """
    shape = input._array.shape
    basic, advanced = parse(index, shape)
    if isinstance(value, Leaf | np.ndarray):
        y = as_tensor_like(value)
    else:
        y = wrap(np.asarray(converted(value, input._array.dtype)))
    try:
        target = input if basic is None else view(Slice(index=basic), input)
        region = target._array if advanced is None else target._array[advanced]
    except IndexError as error:
        raise _out_of_range(error, shape) from None
    base = base_of(input)
    if _same_memory(region, y._array) and base_of(y) is (input if base is None else base):
        return  # x[i] += 1: the edit has already happened
    if y._array.ndim > region.ndim:  # leading dimensions of size 1 are dropped
        y = y.reshape(y._array.shape[y._array.ndim - region.ndim :])
    if region.shape != y._array.shape and not _expands(y._array.shape, region.shape):
        raise ShapeError(
            say(
                f"shape mismatch: value tensor of shape {list(y._array.shape)} cannot be broadcast to indexing result "
                f"of shape {list(region.shape)}",
                "a value that broadcasts to the indexed region",
                "Reshape the value, or index a region of its shape.",
            )
        )
    y = cast(y, input._array.dtype)
    if advanced is None:
        put_into(target, Copied().apply(target, y))
    else:
        put_into(target, IndexPut(index=advanced).apply(target, y.expand(region.shape)))


def _expands(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


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

    Parameters
    ----------
    input : Tensor
    mask : Tensor of bool
    value : number or 0-d Tensor
        In the dtype of `input` from then on. A tensor gets the sum of the gradients where the mask holds.

    Raises
    ------
    RuntimeError
        The mask is no bool tensor, or does not broadcast with `input`; the value has dimensions.
    """
    from autograd.ops.choices import Where

    x, m = input._array, as_tensor_like(mask)._array
    if m.dtype.kind != "b":
        raise DtypeError(
            say(f"masked_fill only supports boolean masks, but got {m.dtype}", "a bool tensor", "Write a comparison.")
        )
    if getattr(value, "ndim", 0):
        raise ShapeError(
            say(
                f"masked_fill only supports a 0-dimensional value tensor, but got one with {value.ndim} dimension(s)",
                "one number",
                "Use where(mask, value, x) for one value an element.",
            )
        )
    try:
        np.broadcast_shapes(x.shape, m.shape)
    except ValueError as error:
        raise shapes_disagree("masked_fill", error, x.shape, m.shape) from None
    # A number takes the dtype at once: by way of float32 it would lose digits.
    given = hasattr(value, "ndim") and not isinstance(value, np.generic)
    fill = cast(as_tensor_like(value), x.dtype) if given else wrap(np.asarray(number(value)).astype(x.dtype))
    return Where(condition=m).apply(fill, input)  # type: ignore[no-any-return]
