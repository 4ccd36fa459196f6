"""Rules that put elements in order, or choose by it: sort, topk, kthvalue, median, mode, quantile.

NaN counts as larger than every number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import return_types
from autograd.dtypes import F4, F8
from autograd.errors import AutogradError, DtypeError, UndefinedError, say
from autograd.kernels import along as places
from autograd.kernels import astype, put
from autograd.op import OUT, Array, Op, wrap
from autograd.operands import as_tensor_like, number
from autograd.ops.dims import along, dimension, numpy_names
from autograd.ops.extremes import Chosen, ChosenOne, choose, choose_one, share_equally
from autograd.ops.reduce import sum
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "argsort",
    "kthvalue",
    "median",
    "mode",
    "msort",
    "nanmedian",
    "nanquantile",
    "quantile",
    "sort",
    "topk",
]


def in_order(x: Array, dim: int, descending: bool = False) -> Array:
    """Return the indices that sort `x` along `dim`; what ties stays in its order."""
    if not descending:
        return np.argsort(x, axis=dim, kind="stable")
    backwards = np.argsort(np.flip(x, dim), axis=dim, kind="stable")
    return x.shape[dim] - 1 - np.flip(backwards, dim)


def parted(x: Array, dim: int, *ranks: int) -> Array:
    """Return indices that bring the elements of these ranks to their places, and only smaller ones before each.

    Much cheaper than to sort. Which of several elements that tie comes to a place is not said.
    """
    return np.argpartition(x, ranks, axis=dim)


class Sort(Chosen):
    """z, i = x in order along dim, and where its elements stood     dx = g at i"""

    __slots__ = ("descending",)
    descending: bool

    def find(self, x: Array) -> Array:
        """Return the indices that sort."""
        return in_order(x, self.dim, self.descending)


class Topk(Chosen):
    """z, i = the k largest (or smallest) elements of x along dim, in order     dx = g at i, 0 elsewhere"""

    __slots__ = ("k", "largest")
    k: int
    largest: bool

    def find(self, x: Array) -> Array:
        """Return the indices of the k at one end, sorted."""
        n = x.shape[self.dim]
        if not 0 < self.k < n:
            return in_order(x, self.dim, self.largest)[along(self.dim, slice(0, self.k))]
        if self.largest:
            found = parted(x, self.dim, n - self.k)[along(self.dim, slice(n - self.k, None))]
        else:
            found = parted(x, self.dim, self.k - 1)[along(self.dim, slice(0, self.k))]
        found = np.sort(found, axis=self.dim)
        order = in_order(np.take_along_axis(x, found, self.dim), self.dim, self.largest)
        return np.take_along_axis(found, order, self.dim)


class Kthvalue(ChosenOne):
    """z, i = the k-th smallest element of x along dim     dx = g at i, 0 elsewhere"""

    __slots__ = ("k",)
    k: int

    def find(self, x: Array) -> Array:
        """Return the index of the element of this rank."""
        return parted(x, self.dim, self.k - 1)[along(self.dim, slice(self.k - 1, self.k))]


class Mode(ChosenOne):
    """z, i = the most frequent element of x along dim, the smallest at a tie     dx = g at i, 0 elsewhere"""

    def find(self, x: Array) -> Array:
        """Return the index of the last element of the longest run among the sorted ones."""
        order = in_order(x, self.dim)
        z = np.take_along_axis(x, order, self.dim)
        behind, ahead = along(self.dim, slice(0, -1)), along(self.dim, slice(1, None))
        here = np.expand_dims(np.arange(x.shape[self.dim]), tuple(range(1, x.ndim - self.dim)))
        starts = np.where(z[ahead] != z[behind], here[1:], 0)
        first = np.zeros_like(starts, shape=(*x.shape[: self.dim], 1, *x.shape[self.dim + 1 :]))
        run = here - np.maximum.accumulate(np.concatenate([first, starts], axis=self.dim), axis=self.dim)
        return np.take_along_axis(order, np.argmax(run, axis=self.dim, keepdims=True), self.dim)


def middle(x: Array, dim: int, without_nan: bool) -> Array:
    """Return where the median stands among the sorted elements: the lower of two; the first NaN if there is one."""
    n = x.shape[dim]
    numbers = np.sum(np.logical_not(np.isnan(x)), axis=dim, keepdims=True)
    return np.maximum(numbers - 1, 0) // 2 if without_nan else np.where(numbers < n, numbers, (n - 1) // 2)


class MedianDim(ChosenOne):
    """z, i = the median of x along dim, the lower of two     dx = g at i, 0 elsewhere"""

    torch_name = "MedianBackward1"
    without_nan = False

    def find(self, x: Array) -> Array:
        """Return the one in the middle of the indices that sort."""
        return np.take_along_axis(in_order(x, self.dim), middle(x, self.dim, self.without_nan), self.dim)


class NanmedianDim(MedianDim):
    """z, i = the median of what is no NaN of x along dim     dx = g at i, 0 elsewhere"""

    torch_name = "NanmedianBackward1"
    without_nan = True


class Median(Op):
    """z = the median of all x, the lower of two     the gradient goes to it, in equal parts to all that tie"""

    saves = (0, OUT)
    without_nan = False

    def forward(self, x: Array) -> Array:
        flat = np.reshape(x, (-1,))
        return np.reshape(np.take_along_axis(np.sort(flat), middle(flat, 0, self.without_nan), 0), ())

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        return share_equally(g, x, z)


class Nanmedian(Median):
    """z = the median of all x that is no NaN     the gradient goes to it, in equal parts to all that tie"""

    without_nan = True


class Quantile(Op):
    """z = (1 - w) a + w b     da = (1 - w) g,  db = w g,  dq = Σ g (b - a) (n - 1)

    a and b are the elements of `x`, which is in order along its last dimension, of the ranks below and above
    r = q (n - 1); w = r - ⌊r⌋. A vector `q` gives the last dimension of the result. n does not count NaNs if they are
    left out; else one makes the result NaN.
    """

    __slots__ = ("above", "below", "interpolation", "last", "without_nan")
    watched = ("above", "below")
    saves = (0, 1)
    interpolation: str
    without_nan: bool
    below: Array
    above: Array
    last: Array

    def forward(self, x: Array, q: Array) -> Array:
        numbers = np.sum(np.logical_not(np.isnan(x)), axis=-1, keepdims=True)
        n = x.shape[-1]
        last = np.maximum(numbers, 1) - 1 if self.without_nan else np.full_like(numbers, n - 1)
        self.last = astype(last, x.dtype)
        ranks = q * self.last if self.without_nan else np.where(numbers < n, n - 1, q * self.last)
        self.below, self.above = (astype(round(ranks), np.int64) for round in ROUNDED[self.interpolation])
        low, high = np.take_along_axis(x, self.below, -1), np.take_along_axis(x, self.above, -1)
        w = self.weight(q)
        # From the nearer of the two, so that an infinity on the other side does not matter (PyTorch's `lerp`).
        return np.where(w < 0.5, low + w * (high - low), high - (1 - w) * (high - low))

    def weight(self, q: Array) -> Array:
        """Return the weight of the element above."""
        if self.interpolation == "linear":
            return q * self.last - astype(self.below, q.dtype)
        return np.full_like(q, 0.5 if self.interpolation == "midpoint" else 0)

    def backward(self, g: Array, x: Array, q: Array) -> Any:
        w = self.weight(q)
        below, above = places(self.below, -1, self.below.shape), places(self.above, -1, self.above.shape)
        dx = put(g * (1 - w), below, x.shape, False) + put(g * w, above, x.shape, False)
        if self.interpolation != "linear":
            return dx, None
        high, low = np.take_along_axis(x, self.above, -1), np.take_along_axis(x, self.below, -1)
        return dx, np.sum(g * (high - low) * self.last, axis=tuple(range(x.ndim - 1)))


#: How ranks are rounded to that of the element below, and above.
ROUNDED: dict[str, tuple[Any, Any]] = {
    "linear": (np.floor, np.ceil),
    "midpoint": (np.floor, np.ceil),
    "lower": (np.floor, np.floor),
    "higher": (np.ceil, np.ceil),
    "nearest": (np.round, np.round),
}


# ------------------------------------------------------------------------------------------------ the functions


@numpy_names
def sort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> return_types.sort:
    """Return `(values, indices)`: the elements in order along `dim`, and where they stood.

    Parameters
    ----------
    input : Tensor
    dim : int
    descending : bool
        The largest first; NaN before all.
    stable : bool, optional
        Leave what ties in its order. That is always done.
    """
    return return_types.sort(choose(Sort, as_tensor_like(input), dim, descending=descending))


@numpy_names
def argsort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """Return the indices (int64) that sort along `dim`. Arguments as for `sort`."""
    x = as_tensor_like(input)._array
    d = dimension(dim, x.ndim)
    return wrap(in_order(x, d, descending) if x.ndim else np.zeros((), np.int64))


def msort(input: Any) -> Tensor:
    """Return the tensor sorted along its first dimension."""
    return sort(input, 0)[0]  # type: ignore[no-any-return]


@numpy_names
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> return_types.topk:
    """Return `(values, indices)`: the `k` largest (or smallest) elements along `dim`, in order, and where they stand.

    NaN is the largest of all. Which of those that tie are chosen is not said; they come in their order. The result is
    in order even if `sorted` is False.

    Raises
    ------
    RuntimeError
        There are no `k` elements; a tensor of bools.
    """
    x = as_tensor_like(input)
    if x._array.dtype.kind == "b":
        raise DtypeError(say("topk does not support bool dtypes", "numbers", "Convert it first: x.int()."))
    n = _along(x, dim)
    if not 0 <= k <= n:
        raise _out_of_range("topk", k, 0, n)
    return return_types.topk(choose(Topk, x, dim, k=k if x._array.ndim else 1, largest=largest))


@numpy_names
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> return_types.kthvalue:
    """Return `(values, indices)`: the `k`-th smallest element along `dim`, counted from 1, and where it stands.

    NaN is the largest of all. The gradient goes to the index.

    Raises
    ------
    IndexError, RuntimeError
        There are no elements, or no `k` of them.
    NotImplementedError
        A tensor of bools.
    """
    x = as_tensor_like(input)
    _no_bools("kthvalue", x)
    n = _along(x, dim)
    if n and not 1 <= k <= n:
        raise _out_of_range("kthvalue", k, 1, n)
    return choose_one("kthvalue", Kthvalue, x, dim, keepdim, k=k)  # type: ignore[no-any-return]


def _along(x: Tensor, dim: int) -> int:
    """Return how many elements there are along `dim`; a single number counts as a vector of one."""
    d = dimension(dim, x._array.ndim)
    return x._array.shape[d] if x._array.ndim else 1


def _out_of_range(name: str, k: int, least: int, most: int) -> AutogradError:
    return AutogradError(
        say(f"{name}(): selected index k out of range: {k}", f"k from {least} to {most}", "Check k, or the dim.")
    )


def _no_bools(name: str, x: Tensor) -> None:
    if x._array.dtype.kind == "b":
        raise UndefinedError(say(f'"{name}" is not defined for bools', "numbers", "Convert it first: x.int()."))


@numpy_names
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> return_types.mode:
    """Return `(values, indices)`: the most frequent element along `dim`, the smallest at a tie, and where it stands.

    Raises
    ------
    IndexError
        There are no elements.
    """
    return choose_one("mode", Mode, input, dim, keepdim)  # type: ignore[no-any-return]


def _median(all_rule: type[Op], dim_rule: type[ChosenOne], input: Any, dim: int | None, keepdim: bool) -> Any:
    name = all_rule.__qualname__.lower()
    x = as_tensor_like(input)
    _no_bools(name, x)
    if dim is not None:
        return choose_one(name, dim_rule, x, dim, keepdim)
    if x._array.size:
        return all_rule().apply(x)
    if x._array.dtype.kind == "f":
        return sum(x) + np.nan
    raise AutogradError(say(f"{name}() of no integers", "at least one element", "Check the tensor's shape first."))


@numpy_names
def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the median, the lower of two; along `dim`, `(values, indices)`. NaN if there is one.

    The gradient goes to the index chosen along `dim`; over all elements it is shared equally by those that tie.

    Raises
    ------
    IndexError
        There are no elements along `dim`. (The median of no floats at all is nan.)
    NotImplementedError
        A tensor of bools.
    """
    return _median(Median, MedianDim, input, dim, keepdim)


@numpy_names
def nanmedian(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the median of what is no NaN. As `median`."""
    return _median(Nanmedian, NanmedianDim, input, dim, keepdim)


def _quantile(name: str, input: Any, q: Any, dim: int | None, keepdim: bool, interpolation: str) -> Tensor:
    x = as_tensor_like(input)
    q = q if isinstance(q, Leaf) else wrap(np.asarray(number(q), x._array.dtype))
    _check_quantile(name, x, q, interpolation)
    shape = x._array.shape
    if dim is None or not shape:
        dimension(dim or 0, len(shape))
        kept: tuple[int, ...] = (1,) * len(shape)
        rest: tuple[int, ...] = ()
        rows = x.reshape(*kept, -1)
    else:
        d = dimension(dim, len(shape))
        kept, rest = (*shape[:d], 1, *shape[d + 1 :]), shape[:d] + shape[d + 1 :]
        rows = x.unsqueeze(-1).transpose(d, -1)
    rule = Quantile(interpolation=interpolation, without_nan=name == "nanquantile")
    z = rule.apply(sort(rows)[0], q.reshape(-1))
    if q._array.ndim:
        z = z.permute(z._array.ndim - 1, *range(z._array.ndim - 1))
    return z.reshape((*q._array.shape, *(kept if keepdim else rest)))  # type: ignore[no-any-return]


def _check_quantile(name: str, x: Tensor, q: Tensor, interpolation: str) -> None:
    if x._array.size == 0:
        raise AutogradError(say(f"{name}() input tensor must be non-empty", "at least one element", "Check its shape."))
    if x._array.dtype not in (F4, F8):
        raise DtypeError(
            say(
                f"{name}() input tensor must be either float or double dtype, got {x.dtype}",
                "float32 or float64",
                "Convert it first: x.float().",
            )
        )
    if q._array.dtype != x._array.dtype:
        raise DtypeError(
            say(
                f"{name}() q tensor must be same dtype as the input tensor, got {q.dtype} and {x.dtype}",
                "one dtype",
                "Convert one of them.",
            )
        )
    if q._array.ndim > 1:
        raise AutogradError(
            say(f"{name}() q must be a scalar or 1D tensor, got {q._array.ndim}D", "at most 1D", "Flatten it first.")
        )
    if not np.all((q._array >= 0) & (q._array <= 1)):
        raise AutogradError(
            say(f"{name}() q must be in the range [0, 1] but got {q._array.tolist()}", "0 to 1", "Is it a percentage?")
        )
    if interpolation not in ROUNDED:
        raise AutogradError(
            say(
                f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
                f"{interpolation}",
                "one of these",
                "Check the spelling.",
            )
        )


@numpy_names
def quantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """Return the q-th quantiles of all elements, or along `dim`: the elements of rank q (n - 1), counted from 0.

    Parameters
    ----------
    input : Tensor
        float32 or float64.
    q : float or Tensor
        In [0, 1]. A vector gives the result a first dimension of its own. The result has a derivative in it, too.
    dim : int, optional
    keepdim : bool
        Keep the dimension with size 1.
    interpolation : str
        What a rank between two elements gives: "linear", "lower", "higher", "midpoint" or "nearest".

    Returns
    -------
    Tensor
        NaN where there is a NaN.

    Raises
    ------
    RuntimeError
        A dtype, `q` or `interpolation` other than these; no elements.
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


@numpy_names
def nanquantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """Return the q-th quantiles of what is no NaN. Arguments and errors as for `quantile`."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)
