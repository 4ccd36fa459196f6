"""Rules of indexing and of assignment to an index."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from operator import index as as_int
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes, kernels, versions
from autograd.dtypes import BOOL, I8
from autograd.errors import DtypeError, ShapeError, say
from autograd.inplace import Copied, View, base_of, own, put_into, refuse_unless_editable, view
from autograd.modes import state
from autograd.op import Array, Op, wrap
from autograd.operands import as_tensor_like, cast, converted
from autograd.ops.dims import along, dimension
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "index_put",
    "select",
]


class Slice(View):
    """z = x[i] for integers, slices, None and ...     dx = g at i, 0 elsewhere"""

    __slots__ = ("index", "shape")
    index: tuple[Any, ...]
    shape: tuple[int, ...]

    def __init__(self, index: tuple[Any, ...], shape: tuple[int, ...] = ()) -> None:
        self.index = index  # by hand, because indexing is frequent: the general way costs a loop
        self.shape = shape

    def name(self) -> str:
        """Return PyTorch's name of the one step that the index takes; if it takes several, that of a slice."""
        if type(self) is not Slice:
            return super().name()  # unbind and split are slices by another name
        steps = [i for i in self.index if i is not Ellipsis and i != slice(None)]
        if len(steps) == 1 and type(steps[0]) is int:
            return "SelectBackward0"
        if steps == [None]:
            return "UnsqueezeBackward0"
        return "AliasBackward0" if self.index == (Ellipsis,) else "SliceBackward0"

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

    def __init__(self, index: tuple[Any, ...], unique: bool) -> None:
        self.index = index
        self.unique = unique

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
    """z = x with y at i     dx = g with 0 at i,  dy = g at i     (of an element named twice, both get its g)"""

    __slots__ = ("index",)
    watched = ("index",)
    index: tuple[Any, ...]

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.replace(x, self.index, y)

    def backward(self, g: Array) -> Any:
        return kernels.replace(g, self.index, 0), g[self.index]


class IndexPutNumber(Op):
    """z = x with a number at i     dx = g with 0 at i"""

    __slots__ = ("index", "value")
    torch_name = "ScatterBackward1"
    watched = ("index",)
    index: tuple[Any, ...]
    value: Any

    def forward(self, x: Array) -> Array:
        return kernels.replace(x, self.index, self.value)

    def backward(self, g: Array) -> Array:
        return kernels.replace(g, self.index, 0)


class IndexPutAdd(Op):
    """z = x with y added at i     dx = g,  dy = g at i"""

    __slots__ = ("index",)
    torch_name = "IndexPutBackward0"
    watched = ("index",)
    index: tuple[Any, ...]

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.combine(x, self.index, y, np.add)

    def backward(self, g: Array) -> Any:
        return g, g[self.index]


def put(g: Tensor, index: Any, shape: tuple[int, ...], unique: bool) -> Tensor:
    """Return zeros of `shape` with `g` added at `index`: `kernels.put` for Tensors."""
    return Put(index=index, shape=shape, unique=unique).apply(g)  # type: ignore[no-any-return]


def replace(x: Tensor, index: Any, value: Any) -> Tensor:
    """Return `x` with `value` at `index`: `kernels.replace` for Tensors."""
    if not isinstance(value, Leaf | np.ndarray):
        return IndexPutNumber(index=index, value=value).apply(x)  # type: ignore[no-any-return]
    y = as_tensor_like(value)
    shape = x._array[index].shape
    return IndexPut(index=index).apply(x, cast(y, x._array.dtype).expand(shape))  # type: ignore[no-any-return]


# --------------------------------------------------------------------------------------------- what an index means

Basic = tuple[Any, ...] | None  # integers, slices, None and ...: a view
Advanced = tuple[Any, ...] | None  # arrays of integers or bools, and slices: a copy


def _basic(index: Any) -> Basic:
    """Return an index of integers, plain slices, None and ... as NumPy takes it; None if there is more to it.

    With the ellipsis that is added, one element is a 0-d array, which shares memory, and no scalar.
    """
    items = index if type(index) is tuple else (index,)
    dots = False
    for i in items:
        kind = type(i)
        if kind is slice:
            if i.step is not None or (
                (i.start is not None and type(i.start) is not int) or (i.stop is not None and type(i.stop) is not int)
            ):
                return None
        elif i is Ellipsis and not dots:
            dots = True
        elif kind is not int and i is not None:
            return None
    return items if dots else (*items, Ellipsis)


def _general(index: Any, shape: tuple[int, ...]) -> tuple[Basic, Advanced]:
    """Return any index in two steps.

    Integers come into the first, so that they have no say in where the dimensions of arrays go (NumPy counts them among
    the arrays); and so do truth values, each as a new dimension of size 1, of which the second step then takes all or
    nothing.
    """
    if isinstance(index, Leaf):  # the most frequent ones: one tensor of indices, one mask
        a = index._array
        if a.ndim and shape and (a.dtype is I8 or (a.dtype is BOOL and a.shape == shape[: a.ndim])):
            return None, (a,)
    items = _checked([*map(_item, _listed(index))], shape)
    if not any([isinstance(i, np.ndarray) for i in items]):
        return (*items, Ellipsis), None
    basic: list[Any] = []
    advanced: list[Any] = []
    for i in items:
        if not isinstance(i, np.ndarray):
            basic.append(i)
            if type(i) is not int:
                advanced.append(slice(None))
        elif i.ndim == 0:
            basic.append(None)
            advanced.append(np.zeros(int(i), np.int64))
        else:
            basic += [slice(None)] * _dimensions(i)
            advanced.append(i)
    if any([type(i) is int or (isinstance(i, np.ndarray) and i.ndim == 0) for i in items]):
        return (*basic, Ellipsis), tuple(advanced)
    return None, tuple(items)


_NESTED = (Leaf, np.ndarray, slice, Sequence, type(None), type(Ellipsis))


def _listed(index: Any) -> Sequence[Any]:
    """Return the items of an index. PyTorch still reads a list of lists, slices or tensors as if it were a tuple."""
    if isinstance(index, tuple):
        return index
    if (
        not isinstance(index, Leaf | str | bytes)
        and isinstance(index, Sequence)
        and len(index) < 32
        and any([type(i) is not int and isinstance(i, _NESTED) for i in index])
    ):
        warnings.warn(
            "Using a non-tuple sequence for multidimensional indexing is deprecated: x[[a, b]] is read as x[a, b]. "
            "Write x[tuple(index)] for that, or x[autograd.tensor(index)] for one index array.",
            UserWarning,
            stacklevel=4,  # whoever wrote x[index]
        )
        return index
    return (index,)


def _item(item: Any) -> Any:
    """Return one item of an index as an int, slice, None, Ellipsis or an array of integers or bools."""
    if type(item) is int or item is None or item is Ellipsis:
        return item
    if type(item) is slice:
        return _slice(item)
    if isinstance(item, Leaf):
        a = np.asarray(item._array)
        if a.ndim and (a.dtype is I8 or a.dtype is BOOL):
            return a
        refused = a.ndim > 0 and a.dtype in (np.int8, np.int16)
    elif isinstance(item, str | bytes):
        raise TypeError(say(f"invalid data type {type(item).__name__} in an index", "integers", "Write x[0], say."))
    elif isinstance(item, np.ndarray | np.generic | bool | Sequence):
        a = np.asarray(item)
        refused = False
        if a.size == 0 and isinstance(item, Sequence):
            a = a.astype(np.int64)  # x[[]]
    elif hasattr(type(item), "__index__"):
        return as_int(item)
    else:
        a, refused = np.asarray(None), True
    if refused or a.dtype.kind not in "iub":
        what = type(item).__name__ if a.dtype.kind == "O" else a.dtype
        raise IndexError(
            say(
                f"only integers, slices (`:`), ellipsis (`...`), None and tensors can be indices, and tensors used as "
                f"indices must be long, int, byte or bool tensors, but one is {what}",
                "integers or bools",
                "Convert it first: index.long(), or write a comparison to get a mask.",
            )
        )
    if a.dtype == np.uint8:
        if a.ndim:
            warnings.warn(
                "indexing with dtype uint8 is now deprecated, please use a dtype bool instead.",
                UserWarning,
                stacklevel=4,
            )
        a = a.astype(np.bool_)
    return int(a) if a.ndim == 0 and a.dtype.kind != "b" else a  # a 0-d tensor counts as a number


def _slice(s: slice) -> slice:
    ends = [None if e is None else as_int(e) for e in (s.start, s.stop, s.step)]
    if ends[2] is not None and ends[2] <= 0:
        raise ValueError(
            say(f"step must be greater than zero, but is {s.step}", "a positive step", "Reverse it by an index array.")
        )
    return slice(*ends)


def _dimensions(item: Any) -> int:
    """Return how many dimensions of the tensor an item of an index stands for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if isinstance(item, np.ndarray) and item.dtype.kind == "b" else 1


def _checked(items: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """Return the items of an index, with slices in place of the ellipsis.

    Raises
    ------
    IndexError
        They stand for more dimensions than there are; a mask has another shape than what it stands for.
    """
    used = sum([_dimensions(i) for i in items])
    if used > len(shape):
        raise _too_many(shape)
    items = _spelled_out(items, len(shape) - used)
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
    return items


def _spelled_out(items: list[Any], left: int) -> list[Any]:
    """Return the items of an index with as many slices in place of the ellipsis as dimensions are left.

    Raises
    ------
    IndexError
        Something follows a second ellipsis, for which nothing is left.
    """
    places = [k for k, i in enumerate(items) if i is Ellipsis]
    if not places:
        return items
    rest = [i for i in items[places[0] :] if i is not Ellipsis]
    if left and len(places) > 1 and any(i is not Ellipsis for i in items[places[1] :]):
        raise IndexError(say("an index can only have a single ellipsis ('...')", "one", "Write slices (:) instead."))
    return items[: places[0]] + [slice(None)] * left + rest


def _too_many(shape: tuple[int, ...]) -> IndexError:
    if not shape:
        return IndexError(
            say(
                "invalid index of a 0-dim tensor",
                "no index at all: it is a single number",
                "Use tensor.item() to convert a 0-dim tensor to a number.",
            )
        )
    n = len(shape)
    return IndexError(
        say(f"too many indices for tensor of dimension {n}", f"at most {n}", "Check the tensor's shape.")
    )


def _reworded(error: IndexError, shape: tuple[int, ...]) -> IndexError:
    """Return NumPy's error in the words of this package."""
    happened = str(error).replace("for axis", "for dimension")
    if happened.startswith("too many indices"):
        return _too_many(shape)
    return IndexError(
        say(f"{happened} (shape {tuple(shape)})", "indices within the tensor's sizes", "Compare it with x.shape.")
    )


def unique(index: tuple[Any, ...]) -> bool:
    """Tell whether no element can be named twice: masks name each once, arrays of integers need not."""
    return not any([isinstance(i, np.ndarray) and i.dtype.kind != "b" for i in index])


# ------------------------------------------------------------------------------------------------ the functions


def getitem(input: Tensor, index: Any) -> Tensor:
    """Return `input[index]`: a view for integers, slices, None and ...; a copy for arrays of integers or bools.

    Raises
    ------
    IndexError
        Too many indices, a wrong dtype, an integer out of range, a mask of another shape.
    ValueError
        A slice with a step that is not positive.
    TypeError
        A string.
    """
    basic = _basic(index)
    advanced = None
    if basic is None:
        basic, advanced = _general(index, input._array.shape)
    try:
        if basic is not None:
            input = view(Slice(basic), input)
        if advanced is None:
            return input
        if 0 in input._shape:
            _check_range(advanced, input._shape)
        return Index(advanced, unique(advanced)).apply(input)  # type: ignore[no-any-return]
    except IndexError as error:
        raise _reworded(error, input._array.shape) from None


def _check_range(index: tuple[Any, ...], shape: tuple[int, ...]) -> None:
    """Raise NumPy's IndexError for an integer out of range: before 2.4 it passed them where there are no elements."""
    at = 0
    for item in index:
        if isinstance(item, np.ndarray) and item.dtype.kind in "iu" and item.size:
            n = shape[at]
            for extreme in (int(item.min()), int(item.max())):
                if not -n <= extreme < n:
                    raise IndexError(f"index {extreme} is out of bounds for axis {at} with size {n}")
        at += _dimensions(item)


def setitem(input: Tensor, index: Any, value: Any) -> None:
    """Assign `input[index] = value`, in place, with gradients to the value and to what of `input` remains.

    Of the values for an element that is named twice, the last one stays.

    Raises
    ------
    IndexError, ValueError, TypeError
        As for `getitem`; the value is neither tensor, array nor number.
    RuntimeError
        The value does not broadcast to the indexed shape, or is a tensor of another dtype and the index has arrays; or
        `input` cannot be edited in place.
    """
    basic = _basic(index)
    advanced = None
    if basic is None:
        basic, advanced = _general(index, input._array.shape)
    d = input._array.dtype
    if isinstance(value, Leaf):
        y = as_tensor_like(value)
    elif isinstance(value, np.ndarray):
        y = cast(as_tensor_like(value), d)
    else:
        y = wrap(np.asarray(converted(value, d)))
    try:
        target = input if basic is None else view(Slice(basic), input)
        region = target._array if advanced is None else target._array[advanced]
    except IndexError as error:
        raise _reworded(error, input._array.shape) from None
    base = base_of(input)
    if _same_memory(region, y._array) and base_of(y) is (input if base is None else base):
        return  # x[i] += 1: the edit has already happened
    lead = y._array.ndim - region.ndim
    if lead > 0 and y._array.shape[:lead] == (1,) * lead:
        y = y.reshape(y._array.shape[lead:])
    _refuse_unless_it_expands(y._array.shape, region.shape)
    y = cast(y, d) if advanced is None else _same_dtype(y, d, advanced)
    if not (state.grad and (input._needs or y._needs)):
        refuse_unless_editable(target, False)
        memory = own(target)
        memory[... if advanced is None else advanced] = y._array
        versions.edited(memory)
    elif advanced is None:
        put_into(target, Copied().apply(target, y))
    else:
        put_into(target, IndexPut(index=advanced).apply(target, y.expand(region.shape)))


def _refuse_unless_it_expands(shape: tuple[int, ...], to: tuple[int, ...]) -> None:
    lead = len(to) - len(shape)
    if shape != to and (lead < 0 or any([n != 1 and n != m for n, m in zip(shape, to[lead:], strict=True)])):
        raise ShapeError(
            say(
                f"shape mismatch: value tensor of shape {list(shape)} cannot be broadcast to indexing result "
                f"of shape {list(to)}",
                "a value that broadcasts to the indexed region",
                "Reshape the value, or index a region of its shape.",
            )
        )


def _same_dtype(y: Tensor, d: np.dtype[Any], index: tuple[Any, ...]) -> Tensor:
    """Return values for an index with arrays in dtype `d`: only one number, and only for a mask, is converted."""
    arrays = [i for i in index if isinstance(i, np.ndarray)]
    if y._array.dtype != d and not (y._array.size == 1 and len(arrays) == 1 and unique(index)):
        raise DtypeError(
            say(
                "Index put requires the source and destination dtypes match, got "
                f"{dtypes.of(d)} for the destination and {y.dtype} for the source",
                "values of the tensor's own dtype",
                "Convert them: values.to(x.dtype).",
            )
        )
    return cast(y, d)


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


def require_tensor(name: str, argument: str, value: Any) -> Tensor:
    """Return an argument that has to be a tensor (or an array).

    Raises
    ------
    TypeError
        It is a number, a list or something else.
    """
    if not isinstance(value, Leaf | np.ndarray):
        raise TypeError(
            say(
                f"{name}(): argument '{argument}' must be Tensor, not {type(value).__name__}",
                "a tensor",
                "Make one of it: autograd.tensor(...).",
            )
        )
    return as_tensor_like(value)


def index_put(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """Return `input` with `values` at `indices`: what `input[indices] = values` would make of it.

    Parameters
    ----------
    input : Tensor
    indices : sequence of Tensor
        Index arrays and masks, of the first dimensions.
    values : Tensor
        Of the dtype of `input`, and broadcast to the indexed shape.
    accumulate : bool
        Add the values to what is there, those of an element that is named twice too. Else the last one stays.

    Raises
    ------
    IndexError
        Too many indices, a wrong dtype, an integer out of range, a mask of another shape.
    RuntimeError
        The values do not broadcast, or have another dtype.
    TypeError
        Something is no tensor.
    """
    if not isinstance(indices, tuple | list):
        raise TypeError(
            say(f"indices were given as {type(indices).__name__}", "a tuple of tensors", "Write (index,) for one.")
        )
    input = as_tensor_like(input)
    at = tuple(_checked([_item(require_tensor("index_put", "indices", i)) for i in indices], input._array.shape))
    y = require_tensor("index_put", "values", values)
    try:
        shape = input._array[at].shape
    except IndexError as error:
        raise _reworded(error, input._array.shape) from None
    _refuse_unless_it_expands(y._array.shape, shape)
    y = _same_dtype(y, input._array.dtype, at).expand(shape)
    return (IndexPutAdd if accumulate else IndexPut)(index=at).apply(input, y)  # type: ignore[no-any-return]


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Return a view of the elements at `index` along `dim`, without that dimension: `x[:, index]` for dim=1.

    Raises
    ------
    IndexError
        There is no such dimension, or no such index; the tensor is a single number.
    """
    input = as_tensor_like(input)
    return view(Slice(selected("select", input._array.shape, dim, index)), input)


def selected(name: str, shape: tuple[int, ...], dim: int, index: int) -> tuple[Any, ...]:
    """Return the index of the elements at `index` along `dim`."""
    if not shape:
        raise IndexError(
            say(f"{name}() cannot be applied to a 0-dim tensor", "a tensor with dimensions", "Use the tensor itself.")
        )
    d, i = dimension(dim, len(shape)), as_int(index)
    if not -shape[d] <= i < shape[d]:
        raise IndexError(
            say(
                f"{name}(): index {i} out of range for tensor of size {list(shape)} at dimension {d}",
                f"an index in [{-shape[d]}, {shape[d] - 1}]",
                "Compare it with x.shape.",
            )
        )
    return along(d, i)
