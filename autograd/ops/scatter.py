"""Putting elements where a tensor of indices says: along a dimension, slice by slice, or counted in order.

Of the values for an element that is named twice the last one stays, or all are combined. Indices are checked before
anything is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index as as_int
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels
from autograd.errors import DtypeError, RangeError, ShapeError, UndefinedError, say
from autograd.op import OUT, Array, Op, wrap
from autograd.operands import as_tensor_like, cast, converted
from autograd.ops.dims import along, dimension
from autograd.ops.elementwise import clone
from autograd.ops.gather import check_fit, check_range, index_array, numbered, vector
from autograd.ops.index import IndexPut, IndexPutAdd, IndexPutNumber, require_tensor, selected
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "diagonal_scatter",
    "index_add",
    "index_copy",
    "index_fill",
    "index_reduce",
    "put",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "select_scatter",
    "slice_scatter",
]


class Scatter(IndexPut):
    """z = x with y at i along a dimension     dx = g with 0 at i,  dy = g at i"""


class ScatterAdd(IndexPutAdd):
    """z = x with y added at i along a dimension     dx = g,  dy = g at i"""


class IndexAdd(IndexPutAdd):
    """z = x with y added to slices     dx = g,  dy = g at i"""


class IndexCopy(IndexPut):
    """z = x with y as slices     dx = g with 0 at i,  dy = g at i"""


class IndexFill(IndexPutNumber):
    """z = x with a number in slices     dx = g with 0 at i"""


class IndexFillTensor(IndexPut):
    """z = x with a 0-d tensor in slices     dx = g with 0 at i,  dy = Σ g at i"""

    torch_name = "IndexFillBackward1"


class PutCounted(IndexPut):
    """z = x with y as elements number i     dx = g with 0 at i,  dy = g at i"""

    torch_name = "PutBackward0"


class AddCounted(IndexPutAdd):
    """z = x with y added to elements number i     dx = g,  dy = g at i"""

    torch_name = "PutBackward0"


class SelectScatter(IndexPut):
    """z = x with y as one slice     dx = g with 0 there,  dy = g there"""


class SliceScatter(IndexPut):
    """z = x with y as a range of slices     dx = g with 0 there,  dy = g there"""


class DiagonalScatter(IndexPut):
    """z = x with y as a diagonal     dx = g with 0 there,  dy = g there"""


# -------------------------------------------------------------------------------------------------- reducing rules


class CombineSum(Op):
    """z = x + Σ y at i     dx = g,  dy = g at i"""

    __slots__ = ("function", "index")
    watched = ("index",)
    index: tuple[Any, ...]
    function: str

    def name(self) -> str:
        """Return the name after the function that was called."""
        return f"{self.function}Backward0"

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.combine(x, self.index, y, np.add)

    def backward(self, g: Array, *saved: Array) -> Any:
        return g, g[self.index]


class CombineMean(CombineSum):
    """z = (x + Σ y at i) / n     dx = g / n,  dy = g / n at i"""

    __slots__ = ("count",)
    count: Array

    def forward(self, x: Array, y: Array) -> Array:
        total = kernels.combine(x, self.index, y, np.add)
        return total / self.count if x.dtype.kind == "f" else total // self.count

    def backward(self, g: Array, *saved: Array) -> Any:
        share = g / self.count
        return share, share[self.index]


class CombineProd(CombineSum):
    """z = x Π y at i     the gradient of each factor: g times the product of the others

    That is z by the factor; for a factor of 0 the product of the others without the zeros, if it is the only zero, and
    that times the other zero if there are two.
    """

    saves = (0, 1, OUT)

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.combine(x, self.index, y, np.multiply)

    def backward(self, g: Array, *saved: Array) -> Any:
        x, y, z = saved
        i = self.index
        zeros = kernels.combine(kernels.astype(x == 0, np.int64), i, kernels.astype(y == 0, np.int64), np.add)
        total = kernels.combine(np.where(x == 0, x, 0), i, np.where(y == 0, y, 0), np.add)
        rest = kernels.combine(np.where(x == 0, 1, x), i, np.where(y == 0, 1, y), np.multiply)
        return g * others(x, z, rest, zeros, total), g[i] * others(y, z[i], rest[i], zeros[i], total[i])


def others(factor: Array, product: Array, rest: Array, zeros: Array, total: Array) -> Array:
    """Return the product of the other factors, so that it has the right derivative too.

    `rest` is the product of those that are not 0, `zeros` the number of those that are, and `total` their sum.
    """
    other_zero = np.where(zeros == 1, 1, np.where(zeros == 2, total - factor, 0))
    return np.where(factor == 0, rest * other_zero, product / np.where(factor == 0, 1, factor))


class CombineExtreme(CombineSum):
    """z = max(x, y at i) or min     the gradient goes to the elements that are z, in equal shares"""

    __slots__ = ("ufunc",)
    saves = (0, 1, OUT)
    ufunc: np.ufunc

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.combine(x, self.index, y, self.ufunc)

    def backward(self, g: Array, *saved: Array) -> Any:
        x, y, z = saved
        i = self.index
        first, second = kernels.astype(x == z, g.dtype), kernels.astype(y == z[i], g.dtype)
        share = g / kernels.combine(first, i, second, np.add)
        return first * share, second * share[i]


def combine(x: Tensor, index: Any, y: Tensor, ufunc: np.ufunc) -> Tensor:
    """Return `x` with `y` combined into it at `index`: `kernels.combine` for Tensors."""
    rule = (CombineSum if ufunc is np.add else CombineProd)(function="IndexPut", index=index)
    return rule.apply(as_tensor_like(x), as_tensor_like(y))  # type: ignore[no-any-return]


def _reduced(
    function: str, input: Tensor, at: tuple[Any, ...], y: Tensor, reduce: str, include_self: bool = True
) -> Tensor:
    """Return `input` with `y` reduced into it at an index."""
    named: dict[str, Any] = {"function": function, "index": at}
    d = input._array.dtype
    if reduce == "mean" and d.kind == "b":
        raise UndefinedError(say("the mean of bools was asked for", "numbers", "Convert them first: x.float()."))
    if not include_self:  # what is there becomes what changes nothing
        limits: Any = np.iinfo(d) if d.kind in "iu" else None
        low, high = (limits.min, limits.max) if limits else (False, True) if d.kind == "b" else (-np.inf, np.inf)
        neutral = {"sum": 0, "mean": 0, "prod": 1, "amax": low, "amin": high}[reduce]
        input = IndexPutNumber(index=at, value=d.type(neutral)).apply(input)
    rule: Op
    if reduce == "sum":
        rule = CombineSum(**named)
    elif reduce == "prod":
        rule = CombineProd(**named)
    elif reduce == "mean":
        start = np.full(input._array.shape, int(include_self), np.int64)
        counts = kernels.combine(start, at, np.ones(y._array.shape, np.int64), np.add)
        counts = np.maximum(counts, 1)
        rule = CombineMean(**named, count=counts.astype(d) if d.kind == "f" else counts)
    else:
        rule = CombineExtreme(**named, ufunc=np.maximum if reduce == "amax" else np.minimum)
    return cast(rule.apply(input, y), d)


# ---------------------------------------------------------------------------------------- what is asked of values


def _require_dtype(name: str, x: Tensor, y: Tensor) -> None:
    if x._array.dtype != y._array.dtype:
        raise DtypeError(
            say(
                f"{name}(): Expected self.dtype to be equal to src.dtype, but got {x.dtype} and {y.dtype}",
                "values of the tensor's own dtype",
                "Convert them: src.to(x.dtype).",
            )
        )


def _require_shape(name: str, got: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if got != expected:
        raise ShapeError(
            say(
                f"{name}(): expected src to have a size equal to the slice of self. src size = {list(got)}, slice size "
                f"= {list(expected)}",
                f"a tensor of shape {expected}",
                "Reshape or expand it.",
            )
        )


def _scattered(
    name: str, input: Tensor, dim: int, index: Tensor, value: Any, rule: Callable[[Tensor, Any, Tensor], Tensor]
) -> Tensor:
    """Check the arguments of scatter and its relatives, and apply `rule(x, index for NumPy, values)`."""
    i = index_array(name, index)
    x = as_tensor_like(input)
    shape = x._array.shape
    d = dimension(dim, len(shape))
    y = value if isinstance(value, Leaf) else wrap(np.full(i.shape, converted(value, x._array.dtype)))
    y = as_tensor_like(y)
    _require_dtype(name, x, y)
    if i.size == 0:
        return clone(x)
    x = x if shape else clone(x).reshape(1)  # of a clone, so that an in-place form does not edit what a rule saves
    y = y if y._array.ndim else y.reshape(1)
    i = np.atleast_1d(i)
    check_fit(name, i, x._array.shape, d)
    sizes = y._array.shape
    if len(sizes) != i.ndim:
        raise RangeError(
            say(
                f"{name}(): Index tensor must have the same number of dimensions as src tensor, but has {i.ndim} "
                f"instead of {len(sizes)}",
                "a value for every index",
                "Give src the missing dimensions: src.unsqueeze(...).",
            )
        )
    if any(m > n for m, n in zip(i.shape, sizes, strict=True)):
        raise ShapeError(
            say(
                f"{name}(): Expected index {list(i.shape)} to be no larger size than src {list(sizes)}",
                "a value for every index",
                "Expand src, or cut the index.",
            )
        )
    check_range(name, i, x._array.shape[d], d)
    if sizes != i.shape:
        y = y[tuple([slice(n) for n in i.shape])]
    z = rule(x, kernels.along(i, d, i.shape), y)
    return z if shape else z.reshape(())


# ------------------------------------------------------------------------------------------------ the functions


def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Tensor:
    """Return `input` with values at `index` along `dim`: `z[index[i, j], j] = src[i, j]` for dim=0.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        Of as many dimensions as `input`; apart from `dim` it may be smaller.
    src : Tensor or number
        A tensor of the dtype of `input`, in no dimension smaller than the index.
    value : number
        Another name for a `src` that is a number.
    reduce : {"add", "multiply"}, optional
        Combine the values with what is there, rather than replace it.

    Raises
    ------
    RuntimeError
        A dtype is another, a shape does not fit, or an index is out of range (an IndexError as well).
    TypeError
        There is no value.
    """
    given = src if value is None else value
    if given is None or (src is not None and value is not None):
        raise TypeError(say("scatter() was given no value, or two", "src or value", "Write scatter(dim, index, src)."))
    if value is not None or not isinstance(src, Leaf | np.ndarray):
        given = as_tensor_like(given).item()
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise DtypeError(
                say(
                    f"scatter(): reduce argument must be either add or multiply, got {reduce!r}",
                    "one of them",
                    "Use scatter_reduce for others.",
                )
            )
        kind = "sum" if reduce == "add" else "prod"
        return _scattered(
            "scatter", input, dim, index, given, lambda x, at, y: _reduced("ScatterReduce", x, at, y, kind)
        )
    if isinstance(given, Leaf | np.ndarray):
        return _scattered("scatter", input, dim, index, given, lambda x, at, y: Scatter(index=at).apply(x, y))
    number = converted(given, as_tensor_like(input)._array.dtype)
    return _scattered(
        "scatter", input, dim, index, given, lambda x, at, _: IndexPutNumber(index=at, value=number).apply(x)
    )


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return `input` with `src` added at `index` along `dim`, every value that an element gets. Arguments as `scatter`.

    Raises
    ------
    RuntimeError
        As for `scatter`.
    TypeError
        `src` is no tensor.
    """
    y = require_tensor("scatter_add", "src", src)
    return _scattered("scatter_add", input, dim, index, y, lambda x, at, y: ScatterAdd(index=at).apply(x, y))


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return `input` with `src` reduced into it at `index` along `dim`. Arguments as for `scatter`, and

    Parameters
    ----------
    reduce : {"sum", "prod", "mean", "amax", "amin"}
    include_self : bool
        Count the element that is there among those to be reduced.

    Raises
    ------
    RuntimeError
        As for `scatter`; there is no such reduction.
    TypeError
        `src` is no tensor.
    """
    y = require_tensor("scatter_reduce", "src", src)
    kinds = ("sum", "prod", "mean", "amax", "amin")
    if reduce not in kinds:
        raise DtypeError(
            say(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}", "one of them", "Check.")
        )
    return _scattered(
        "scatter_reduce",
        input,
        dim,
        index,
        y,
        lambda x, at, y: _reduced("ScatterReduce", x, at, y, reduce, include_self),
    )


def _slices(
    name: str, input: Tensor, dim: int, index: Tensor, source: Tensor, *, small: bool, error: type[Exception]
) -> tuple[Tensor, tuple[Any, ...], Tensor]:
    """Check the arguments of index_add and its relatives; return tensor, index for NumPy and values."""
    i = vector(name, index_array(name, index, small=small))
    x, y = as_tensor_like(input), require_tensor(name, "source", source)
    shape, sizes = x._array.shape, y._array.shape
    d = dimension(dim, len(shape))
    _require_dtype(name, x, y)
    if len(shape) != len(sizes) and (error is ShapeError or (shape and sizes)):  # index_copy takes scalars for vectors
        raise error(
            say(
                f"{name}(): source tensor shape must match self tensor shape, excluding the specified dimension. Got "
                f"self.shape = {list(shape)} source.shape = {list(sizes)}",
                "as many dimensions",
                "Reshape source.",
            )
        )
    x = x if shape else clone(x).reshape(1)
    if not sizes:
        y, sizes = y.reshape(1), (1,) * (d + 1)
    if d < len(sizes) and sizes[d] != i.size:
        raise error(
            say(
                f"{name}(): Number of indices ({i.size}) should be equal to source.size(dim) ({sizes[d]})",
                "one slice for every index",
                "Check the dimension, and the shape of source.",
            )
        )
    _require_shape(name, sizes, (*x._array.shape[:d], i.size, *x._array.shape[d + 1 :]))
    check_range(name, i, x._array.shape[d], d)
    return x, along(d, i), y


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """Return `input` with `alpha` times the slices of `source` added to the slices at `index` along `dim`.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        A vector. A slice that is named twice gets both.
    source : Tensor
        Of the dtype of `input`, and of its shape, but along `dim` of as many slices as indices.
    alpha : number

    Raises
    ------
    RuntimeError
        A dtype is another, a shape does not fit, or an index is out of range (an IndexError as well).
    IndexError
        The index has more than one dimension.
    """
    x, at, y = _slices("index_add", input, dim, index, source, small=True, error=ShapeError)
    if alpha != 1:
        y = y * converted(alpha, x._array.dtype).item()
    z: Tensor = IndexAdd(index=at).apply(x, y)
    return z if as_tensor_like(input)._array.ndim else z.reshape(())


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Return `input` with the slices of `source` as its slices at `index` (int64) along `dim`; of several the last one.

    Raises
    ------
    RuntimeError
        A dtype is another, a shape does not fit.
    IndexError
        The index has more than one dimension, is out of range, or has another number of elements than there are slices.
    """
    x, at, y = _slices("index_copy", input, dim, index, source, small=False, error=IndexError)
    z: Tensor = IndexCopy(index=at).apply(x, y)
    return z if as_tensor_like(input)._array.ndim else z.reshape(())


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return `input` with the slices of `source` reduced into its slices at `index` along `dim`.

    Parameters
    ----------
    input, dim, index, source
        As for `index_add`.
    reduce : {"prod", "mean", "amax", "amin"}
    include_self : bool
        Count the slice that is there among those to be reduced.

    Raises
    ------
    RuntimeError, IndexError
        As for `index_add`; there is no such reduction.
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise DtypeError(
            say(
                f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}",
                "one of them",
                "Use index_add for sums.",
            )
        )
    x, at, y = _slices("index_reduce", input, dim, index, source, small=True, error=ShapeError)
    z = _reduced("IndexReduce", x, at, y, reduce, include_self)
    return z if as_tensor_like(input)._array.ndim else z.reshape(())


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """Return `input` with a number in its slices at `index` along `dim`.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64
        A vector; negative ones count from the end.
    value : number or 0-d Tensor
        A tensor gets the sum of the gradients of what it filled.

    Raises
    ------
    IndexError
        The index has another dtype, or is out of range.
    RuntimeError
        The index has more than one dimension, the value has dimensions.
    """
    name = "index_fill"
    i = vector(name, index_array(name, index, IndexError, small=False), ShapeError)
    x = as_tensor_like(input)
    shape = x._array.shape
    d = dimension(dim, len(shape))
    x = x if shape else clone(x).reshape(1)
    n = x._array.shape[d]
    check_range(name, i, n, d, negative=True)
    at = along(d, np.unique(np.where(i < 0, i + n, i)))  # once each, so that its gradient is counted once
    if isinstance(value, Leaf | np.ndarray):
        y = cast(as_tensor_like(value), x._array.dtype)
        if y._array.ndim:
            raise ShapeError(
                say(
                    f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {y._array.ndim} "
                    "dimension(s)",
                    "one number",
                    "Use index_copy for one value an element.",
                )
            )
        z: Tensor = IndexFillTensor(index=at).apply(x, y.expand(x._array[at].shape))
    else:
        z = IndexFill(index=at, value=converted(value, x._array.dtype)).apply(x)
    return z if shape else z.reshape(())


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """Return `input` with the elements of `source` as its elements with numbers `index`, counted in order.

    Parameters
    ----------
    input : Tensor
    index : Tensor of int64
        Negative ones count from the end.
    source : Tensor
        Of the dtype of `input`, with as many elements as the index.
    accumulate : bool
        Add the elements to what is there. Else the last one stays.

    Raises
    ------
    RuntimeError
        A dtype is another.
    IndexError
        An index is out of range; the numbers of elements differ.
    """
    i = index_array("put", index, small=False)
    x, y = as_tensor_like(input), require_tensor("put", "source", source)
    _require_dtype("put", x, y)
    if i.size != y._array.size:
        raise IndexError(
            say(
                "put(): Expected source and index to have the same number of elements, but got source.numel() = "
                f"{y._array.size}, index.numel() = {i.size}",
                "an element for every index",
                "Check both shapes.",
            )
        )
    check_range("put", i, x._array.size, negative=True)
    shape = x._array.shape
    x = x if shape else clone(x).reshape(1)
    at = numbered(i, x._array.shape)
    y = y if y._array.shape == i.shape else y.reshape(i.shape)
    z: Tensor = (AddCounted if accumulate else PutCounted)(index=at).apply(x, y)
    return z if shape else z.reshape(())


# ---------------------------------------------------------------------------------------- a view of it, replaced


def _replaced(name: str, rule: type[IndexPut], input: Tensor, at: tuple[Any, ...], src: Tensor) -> Tensor:
    """Return `input` with `src`, in its dtype, at an index whose shape it has."""
    x, y = as_tensor_like(input), require_tensor(name, "src", src)
    _require_shape(name, y._array.shape, np.shape(x._array[at]))
    return rule(index=at).apply(x, cast(y, x._array.dtype))  # type: ignore[no-any-return]


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """Return `input` with `src` in place of its slice at `index` along `dim`: what `x[:, index] = src` makes of it.

    Raises
    ------
    RuntimeError
        `src` has not the shape of the slice.
    IndexError
        There is no such dimension, or no such index.
    """
    at = selected("select_scatter", as_tensor_like(input)._array.shape, dim, index)
    return _replaced("select_scatter", SelectScatter, input, at, src)


def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """Return `input` with `src` in place of `input[start:end:step]` along `dim`.

    Raises
    ------
    RuntimeError
        `src` has not the shape of what it replaces; the step is not positive.
    IndexError
        There is no such dimension.
    """
    d = dimension(dim, as_tensor_like(input)._array.ndim)
    if step <= 0:
        raise ShapeError(say(f"slice step must be positive, but is {step}", "a positive step", "Flip src instead."))
    ends = [None if e is None else as_int(e) for e in (start, end, step)]
    return _replaced("slice_scatter", SliceScatter, input, along(d, slice(*ends)), src)


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return `input` with `src` as its diagonal, which is the last dimension of `src`.

    Parameters
    ----------
    input, src : Tensor
    offset : int
        Which diagonal: above the main one where positive, below it where negative.
    dim1, dim2 : int
        The dimensions of the matrices.

    Raises
    ------
    RuntimeError
        `src` has not the shape of the diagonal; the two dimensions are one.
    IndexError
        There is no such dimension.
    """
    shape = as_tensor_like(input)._array.shape
    d1, d2 = dimension(dim1, len(shape)), dimension(dim2, len(shape))
    if d1 == d2:
        raise ShapeError(
            say(f"diagonal dimensions cannot be identical {dim1}, {dim2}", "two dimensions", "Name another one.")
        )
    n = max(0, min(shape[d1] - max(-offset, 0), shape[d2] - max(offset, 0)))
    rest = [d for d in range(len(shape)) if d not in (d1, d2)]
    *grid, steps = np.indices((*[shape[d] for d in rest], n), sparse=True)
    at: dict[int, Array] = dict(zip(rest, grid, strict=True))
    at[d1], at[d2] = steps + max(-offset, 0), steps + max(offset, 0)
    return _replaced(
        "diagonal_scatter", DiagonalScatter, input, tuple([at[d] for d in range(len(shape))]), src
    )
