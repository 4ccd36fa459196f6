"""Counting and finding: unique elements, histograms, places in a sorted sequence. None of it has a derivative."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes, return_types
from autograd.dtypes import F4, F8
from autograd.errors import AutogradError, ShapeError, UndefinedError, say
from autograd.op import Array, Op, wrap
from autograd.operands import as_tensor_like
from autograd.ops.dims import dimension

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "bincount",
    "bucketize",
    "histc",
    "histogram",
    "searchsorted",
    "unique",
    "unique_consecutive",
]


class Underivable(Op):
    """z = a value computed from x     no dx: backward says so"""

    __slots__ = ("value", "what")
    value: Array
    what: str

    def forward(self, x: Array) -> Array:
        return self.value

    def backward(self, g: Array) -> Array:
        raise UndefinedError(
            say(
                f"derivative for {self.what} is not implemented",
                "an operation with a derivative between the loss and what it is differentiated by",
                f"Give {self.what} a tensor without gradient: x.detach().",
            )
        )


# ------------------------------------------------------------------------------------------------ unique elements


def _unique(
    name: str, input: Any, sort: bool, dim: int | None, return_inverse: bool, return_counts: bool
) -> Tensor | tuple[Tensor, ...]:
    x = as_tensor_like(input)
    a = x._array
    rows = np.reshape(a, (-1, 1)) if dim is None else _rows(name, a, dim)
    n = len(rows)
    order = np.lexsort(rows.T[::-1]) if sort and n else np.arange(n)
    ordered = rows[order]
    first = np.ones(n, np.bool_)  # of those that are equal, which follow one another now
    differs = ordered[1:] != ordered[:-1]
    first[1:] = differs[:, 0] if dim is None else np.any(differs, axis=1)
    inverse = np.empty(n, np.int64)
    inverse[order] = np.cumsum(first) - 1
    if dim is None:
        values, inverse = np.reshape(a, -1)[order[first]], inverse.reshape(a.shape)
    else:
        values = np.take(a, order[first], axis=dim)
    results = [Underivable(value=values, what=name).apply(x)]
    if return_inverse:
        results.append(wrap(inverse))
    if return_counts:
        results.append(wrap(np.diff(np.append(np.flatnonzero(first), n))))
    return results[0] if len(results) == 1 else tuple(results)


def _rows(name: str, a: Array, dim: int) -> Array:
    """Return a matrix of what stands at each index of a dimension.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; another one has no elements.
    """
    if a.ndim == 0:
        raise IndexError(
            say(f"Dimension specified as {dim} but tensor has no dimensions", "at least one", "Leave dim out.")
        )
    d = dimension(dim, a.ndim)
    if 0 in a.shape[:d] + a.shape[d + 1 :]:
        raise ShapeError(
            say(
                f"There are 0 sized dimensions, and they aren't selected, so {name} cannot be applied: {list(a.shape)}",
                "elements along all other dimensions",
                "Check the shape, or the dim.",
            )
        )
    moved = np.moveaxis(a, d, 0)
    return np.reshape(moved, (len(moved), math.prod(moved.shape[1:])))


def unique(
    input: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Return the elements that differ, in order; along `dim`, the slices that differ.

    Parameters
    ----------
    input : Tensor
    sorted : bool
        The result is in order even if this is False.
    return_inverse : bool
        Return where in the result each element is found, as well (int64).
    return_counts : bool
        Return how often each was there, as well (int64).
    dim : int, optional

    Returns
    -------
    Tensor or tuple of Tensor
        Every NaN differs from every other. There is no derivative: backward raises NotImplementedError.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; another one has no elements.
    """
    return _unique("unique", input, True, dim, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """Return the elements without those that equal the one before. Arguments and errors as for `unique`."""
    return _unique("unique_consecutive", input, False, dim, return_inverse, return_counts)


# ------------------------------------------------------------------------------------------------ histograms


def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Tensor:
    """Return how often each of 0, 1, 2 ... is there (int64); or the sums of their weights (float32 or float64).

    Parameters
    ----------
    input : Tensor
        Integers of one dimension, none negative.
    weights : Tensor, optional
        One for each. There is no derivative in them: backward raises NotImplementedError.
    minlength : int
        Count at least up to here.

    Raises
    ------
    NotImplementedError, RuntimeError
        A dtype other than that; dimensions, numbers, weights or `minlength` other than that.
    """
    x = as_tensor_like(input)._array
    if x.dtype.kind not in "iu":
        raise UndefinedError(say(f'"bincount" is not defined for {dtypes.of(x.dtype)}', "integers", "Use x.long()."))
    if x.ndim != 1 or np.any(x < 0):
        raise AutogradError(
            say("bincount only supports 1-d non-negative integral inputs", "a vector of those", "Flatten it first.")
        )
    if minlength < 0:
        raise AutogradError(say("minlength should be >= 0", "a number of bins", "Leave it out."))
    w = None if weights is None else as_tensor_like(weights)
    if w is not None and w._array.shape != x.shape:
        raise ShapeError(
            say("weights should be 1-d and have the same length as input", "one for each", "Check their shapes.")
        )
    if w is None or not x.size:
        return wrap(np.bincount(x, minlength=minlength))
    sums = np.bincount(x, w._array, minlength).astype(F4 if w._array.dtype == F4 else F8)
    return Underivable(value=sums, what="bincount").apply(w)  # type: ignore[no-any-return]


def _limits(name: str, x: Array, limits: tuple[float, float] | None, margin: float) -> tuple[float, float]:
    """Return the ends of a histogram: those given, or those of the numbers; some way apart in any case.

    Raises
    ------
    RuntimeError
        One is not finite, or they stand the wrong way round.
    """
    if limits is None:
        limits = (float(np.min(x)), float(np.max(x))) if x.size else (0.0, 1.0)
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high)):
        raise AutogradError(say(f"{name}: range of [{low}, {high}] is not finite", "finite limits", "Give them."))
    if low > high:
        raise AutogradError(say(f"{name}: max must be larger than min: {low}, {high}", "min < max", "Exchange them."))
    return (low - margin, high + margin) if low == high else (low, high)


def _histogram_of(name: str, input: Any, bins: Any, allowed: tuple[Any, ...]) -> Array:
    x = as_tensor_like(input)._array
    if x.dtype not in allowed:
        raise UndefinedError(
            say(f'"{name}" is not defined for {dtypes.of(x.dtype)}', "floats", "Convert it first: x.float().")
        )
    if isinstance(bins, int) and bins <= 0:
        raise AutogradError(say(f"{name}: bins must be > 0, but got {bins}", "a positive number", "Check it."))
    return x


def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """Return how many elements fall into each of `bins` bins of equal width between `min` and `max`.

    Parameters
    ----------
    input : Tensor
        Of floats; of any shape.
    bins : int
    min, max : float
        Elements outside are not counted. If the two are equal, the limits of the numbers are taken.

    Returns
    -------
    Tensor
        Of the dtype of the input, without gradient.

    Raises
    ------
    NotImplementedError, RuntimeError
        Another dtype; no bins; limits that are not finite, or the wrong way round.
    """
    if not isinstance(bins, int):
        raise TypeError(say(f"histc(): bins was given as {bins!r}", "an integer", "Use histogram for edges."))
    x = _histogram_of("histc", input, bins, (np.float16, F4, F8)).ravel()
    low, high = _limits("histc", x, None if min == max else (min, max), 1)
    inside = x[(x >= low) & (x <= high)]
    bin_of = np.minimum(((inside - low) * bins / (high - low)).astype(np.int64), bins - 1)
    return wrap(np.bincount(bin_of, minlength=bins).astype(x.dtype))


def histogram(
    input: Any, bins: Any = 100, *, range: tuple[float, float] | None = None, weight: Any = None, density: bool = False
) -> return_types.histogram:
    """Return `(hist, bin_edges)`: how many elements fall into each bin, and where the bins end.

    Parameters
    ----------
    input : Tensor
        float32 or float64; of any shape.
    bins : int or Tensor
        How many, of equal width; or their edges, in order. The last bin contains both its ends, the others the left.
    range : (float, float), optional
        The first and the last edge; by default the limits of the numbers.
    weight : Tensor, optional
        What each element counts, in the shape of `input`.
    density : bool
        Divide by the total and by the widths of the bins: their areas add up to 1.

    Raises
    ------
    NotImplementedError, RuntimeError
        Another dtype; no bins; limits that are not finite, or the wrong way round; shapes or dtypes that differ.
    """
    x = _histogram_of("histogram", input, bins, (F4, F8))
    w = None if weight is None else as_tensor_like(weight)._array
    if w is not None and (w.shape, w.dtype) != (x.shape, x.dtype):
        raise ShapeError(
            say("histogram: weight has another shape or dtype than input", "one weight for each", "Check both.")
        )
    if isinstance(bins, int):
        edges = np.linspace(*_limits("histogram", x, range, 0.5), bins + 1, dtype=x.dtype)
    else:
        edges = as_tensor_like(bins)._array
        if edges.ndim != 1 or edges.size < 2 or edges.dtype != x.dtype:
            raise AutogradError(
                say(
                    f"histogram: bins tensor should have one dimension, at least 2 elements and dtype {x.dtype}",
                    "the edges of at least one bin",
                    "Check it, or give a number of bins.",
                )
            )
    inside = (x >= edges[0]) & (x <= edges[-1])
    bin_of = np.minimum(np.searchsorted(edges, x[inside], "right") - 1, edges.size - 2)
    counts = np.bincount(bin_of, None if w is None else w[inside], edges.size - 1).astype(x.dtype)
    if density:
        counts = counts / np.sum(counts) / np.diff(edges)
    return return_types.histogram([wrap(counts), wrap(np.array(edges))])


# ------------------------------------------------------------------------------------------------ places


def searchsorted(
    sorted_sequence: Any, input: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None,
    sorter: Any = None,
) -> Tensor:  # fmt: skip
    """Return the index at which each number would have to be inserted for the sequence to stay in order.

    Parameters
    ----------
    sorted_sequence : Tensor
        In order along its last dimension. A vector; or as many sequences as `input` has rows, in the same dimensions.
    input : Tensor or number
    out_int32 : bool
        Return int32 rather than int64.
    right : bool
        Behind those that are equal, rather than before them.
    side : "left" or "right", optional
        The same in words.
    sorter : Tensor of int64, optional
        What would sort the sequence, if it is not in order: `argsort(sorted_sequence)`.

    Raises
    ------
    RuntimeError
        Shapes that do not fit; a `side` other than that, or one that `right` contradicts; a `sorter` other than that.
    """
    sequence, x = as_tensor_like(sorted_sequence)._array, as_tensor_like(input)._array
    for a in (sequence, x):
        if a.dtype.kind == "b":
            raise UndefinedError(say("searchsorted is not defined for bools", "numbers", "Convert first: x.int()."))
    if side not in (None, "left", "right"):
        raise AutogradError(say(f"side can only be 'left' or 'right' but got {side}", "one of them", "Check it."))
    if side == "left" and right:
        raise AutogradError(say("side and right can't be set to opposites", "one of them", "Leave one out."))
    if sequence.ndim == 0 or (sequence.ndim > 1 and sequence.shape[:-1] != x.shape[:-1]):
        raise ShapeError(
            say(
                f"boundaries tensor should be 1 dimension, or of the dimensions of the input but for the last: "
                f"{list(sequence.shape)} and {list(x.shape)}",
                "a vector, or a sequence for every row",
                "Check their shapes.",
            )
        )
    if sorter is not None:
        sequence = np.take_along_axis(sequence, _checked(sorter, sequence), -1)
    where: Any = "right" if right or side == "right" else "left"
    if sequence.ndim == 1:
        found = np.searchsorted(sequence, x, where)
    else:
        count = math.prod(x.shape[:-1])
        rows = zip(sequence.reshape(count, sequence.shape[-1]), x.reshape(count, x.shape[-1]), strict=True)
        found = np.array([np.searchsorted(s, v, where) for s, v in rows], np.int64).reshape(x.shape)
    return wrap(np.asarray(found).astype(np.int32 if out_int32 else np.int64))


def _checked(sorter: Any, sequence: Array) -> Array:
    index = as_tensor_like(sorter)._array
    fits = index.shape == sequence.shape and index.dtype == np.int64
    if not fits or np.any((index < 0) | (index >= sequence.shape[-1])):
        raise AutogradError(
            say(
                f"boundary and sorter must have the same size, and sorter must be of indices, but is of shape "
                f"{list(index.shape)} and {index.dtype}",
                f"int64 indices of shape {list(sequence.shape)}",
                "Write sorter=argsort(sorted_sequence).",
            )
        )
    return index


def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """Return the index of the bucket of each number: how many `boundaries` lie below it (or equal it, if `right`).

    Raises
    ------
    RuntimeError
        `boundaries` is no vector.
    """
    edges = as_tensor_like(boundaries)
    if edges._array.ndim != 1:
        raise ShapeError(
            say(f"boundaries tensor must be 1 dimension, but got dim({edges._array.ndim})", "a vector", "Flatten it.")
        )
    return searchsorted(edges, input, out_int32=out_int32, right=right)
