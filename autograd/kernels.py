"""Array routines that NumPy lacks: arrays in, arrays out.

Derivative rules call these beside NumPy's own functions. A rule is read on ndarrays, on Tensors and on recording
arrays alike, so every routine here either consists of NumPy calls, which find the right reading by themselves, or is a
`routine`, which hands itself to the argument's `__array_function__` as NumPy's functions do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from autograd import direct

F = TypeVar("F", bound=Callable[..., Any])
Array = Any  # an ndarray, a NumPy scalar, or anything that speaks NumPy's protocols

#: Types of arguments that speak no protocol, or NumPy's own. Looked up first: asking costs ten times as much.
_PLAIN = {np.ndarray, np.float64, np.float32, np.bool_, np.int64, bool, int, float, str, tuple, slice, type(None)}


def routine(function: F) -> F:
    """Make `function` take part in NumPy's function protocol, like `np.sum` does."""

    @functools.wraps(function)
    def dispatch(*args: Any, **kwargs: Any) -> Any:
        for a in args:
            kind = type(a)
            if kind in _PLAIN or issubclass(kind, np.ndarray | np.generic):
                continue
            if hasattr(kind, "__array_function__"):
                return a.__array_function__(dispatch, (kind,), args, kwargs)
        return function(*args, **kwargs)

    return cast(F, dispatch)


def unbroadcast(g: Array, shape: tuple[int, ...]) -> Array:
    """Sum `g` over the axes along which an array of `shape` was broadcast to get `g.shape`.

    The adjoint of `np.broadcast_to(x, g.shape)` for x of `shape`.
    """
    if g.shape == shape:
        return g
    lead = len(g.shape) - len(shape)
    if lead == 1 and shape == g.shape[1:] and len(shape) == 1:
        return colsum(g)  # a bias: by far the most frequent case
    axes = tuple(range(lead)) + tuple(
        i + lead for i, n in enumerate(shape) if n == 1 and g.shape[i + lead] != 1
    )
    return direct.reshape(direct.sum(g, axes), shape)


def dot2d(x: Array, y: Array) -> Array:
    """Matrix product of two matrices (n, k) and (k, m). On ndarrays by `.dot`, which costs half of `@`."""
    return x.dot(y) if type(x) is np.ndarray and type(y) is np.ndarray else np.matmul(x, y)


_ones: dict[tuple[int, Any], np.ndarray[Any, Any]] = {}


def colsum(g: Array) -> Array:
    """Sum a matrix (n, m) over its rows, giving (m,). As a product with ones, which is faster than a reduction."""
    if type(g) is not np.ndarray or g.dtype.kind != "f":
        return np.sum(g, axis=0)
    return ones(g.shape[0], g.dtype).dot(g)


def ones(n: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Return n ones, not to be edited: they are kept."""
    found = _ones.get((n, dtype))
    if found is None:
        if len(_ones) > 64:
            _ones.clear()
        found = _ones[n, dtype] = np.ones(n, dtype)
    return found


@routine
def astype(x: Array, dtype: Any) -> Array:
    """Return `x` as an array of NumPy `dtype` (a copy, unless it has that dtype already)."""
    return x.astype(dtype, copy=False)


@routine
def put(g: Array, index: Any, shape: tuple[int, ...], unique: bool) -> Array:
    """Return zeros of `shape` with `g` added at `index`: the adjoint of `x[index]` for x of `shape`.

    `unique` says that no element is named twice (slices and integers, boolean masks).
    """
    z = np.zeros(shape, g.dtype)
    if unique:
        z[index] = g
    else:
        _at(np.add, z, index, g)
    return z


def _at(ufunc: np.ufunc, z: Array, index: Any, y: Array) -> None:
    """Do what `ufunc.at(z, index, y)` does, by number instead of by index if there is much for few elements.

    That is up to ten times faster.
    """
    if z.ndim > 1 and z.flags.c_contiguous and 1000 < z.size <= 20 * y.size:
        numbers = np.arange(z.size).reshape(z.shape)[index]
        ufunc.at(z.reshape(-1), numbers.reshape(-1), np.broadcast_to(y, numbers.shape).reshape(-1))
    else:
        ufunc.at(z, index, y)


@routine
def keep_where(mask: Array, g: Array) -> Array:
    """Return `g` where `mask` holds and 0 elsewhere; unlike `g * mask` right for infinities."""
    if isinstance(g, np.generic):
        return g if mask else g.dtype.type(0)
    return np.where(mask, g, 0)


@routine
def replace(x: Array, index: Any, value: Array) -> Array:
    """Return `x` with `value` at `index`."""
    z = np.array(x)
    z[index] = value
    return z


@routine
def combine(x: Array, index: Any, y: Array, ufunc: np.ufunc) -> Array:
    """Return `x` with `y` combined into it at `index` by `ufunc`, once for every time an element is named."""
    z = np.array(x)
    _at(ufunc, z, index, y)
    return z


def _running(ufunc: np.ufunc, x: Array, axis: int) -> Array:
    """Return `ufunc.accumulate(x, axis)`, of floats in the next wider dtype: errors add up along the way."""
    if x.dtype.kind != "f" or x.dtype.itemsize == 8:
        return ufunc.accumulate(x, axis)
    return ufunc.accumulate(x, axis, np.float32 if x.dtype.itemsize == 2 else np.float64).astype(x.dtype)


@routine
def running_sum(x: Array, axis: int, reverse: bool = False) -> Array:
    """Return the sums of all elements up to each along `axis`; from the end if `reverse`.

    Each direction is the adjoint of the other.
    """
    y = np.flip(x, axis) if reverse else x
    z = _running(np.add, y, axis)
    return np.flip(z, axis) if reverse else z


@routine
def running_product(x: Array, axis: int, reverse: bool = False) -> Array:
    """Return the products of all elements up to each along `axis`; from the end if `reverse`."""
    y = np.flip(x, axis) if reverse else x
    z = _running(np.multiply, y, axis)
    return np.flip(z, axis) if reverse else z


@routine
def recurrence(a: Array, b: Array, axis: int, reverse: bool = False) -> Array:
    """Return y with y_0 = b_0 and y_{k+1} = a_k y_k + b_{k+1} along `axis`; y_k = a_k y_{k+1} + b_k if `reverse`.

    `a` has one element less than `b`: it stands between two neighbours. So the adjoint of one direction, in `b`, is the
    other direction with the same `a`.
    """
    y = np.moveaxis(np.array(b), axis, 0)
    between = np.moveaxis(a, axis, 0)
    n = len(y)
    for k in range(n - 2, -1, -1) if reverse else range(n - 1):
        here, there = (k, k + 1) if reverse else (k + 1, k)
        y[here] += between[k] * y[there]
    return np.moveaxis(y, 0, axis)


def along(index: Array, axis: int, shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Return what `np.take_along_axis(x, index, axis)` indexes an array of `shape` with."""
    ndim = len(shape)
    places: list[Any] = [np.reshape(np.arange(n), (-1,) + (1,) * (ndim - d - 1)) for d, n in enumerate(shape)]
    places[axis] = index
    return tuple(places)


@routine
def copied(x: Array) -> Array:
    """Return a copy of `x` with its elements in the same order in memory; what was expanded lies in its own order."""
    expanded = 0 in x.strides and any([s == 0 and n > 1 for s, n in zip(x.strides, x.shape, strict=True)])
    return np.array(x, order="C" if expanded else "K")


@routine
def windows(x: Array, dim: int, size: int, step: int) -> Array:
    """Return windows of `size` along `dim`, one every `step`, without copying; a last dimension goes through them."""
    every = np.lib.stride_tricks.sliding_window_view(x, size, axis=dim, writeable=True)
    return every[(*(slice(None),) * dim, slice(None, None, step))]


@routine
def fold(g: Array, dim: int, step: int, shape: tuple[int, ...]) -> Array:
    """Return windows added up where they lie in an array of `shape`: the adjoint of `windows`."""
    z = np.zeros(shape, g.dtype)
    before = (slice(None),) * dim
    count, size = g.shape[dim], g.shape[-1]
    if size <= count:
        for k in range(size):
            z[(*before, slice(k, k + step * (count - 1) + 1, step))] += g[..., k]
    else:
        for i in range(count):
            z[(*before, slice(i * step, i * step + size))] += np.moveaxis(g[(*before, i)], -1, dim)
    return z


@routine
def strided(x: Array, size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> Array:
    """Return a view of contiguous `x` by element distances: z[i, j, ...] = x.flat[offset + i s₀ + j s₁ + ...]."""
    flat = np.reshape(x, -1)[offset:]
    return np.lib.stride_tricks.as_strided(flat, size, [s * x.itemsize for s in stride])


@routine
def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)): one operation to its readers, whose derivatives are finite wherever it is."""
    return direct.sigmoid(x)


def sign(x: Array) -> Array:
    """Return the sign of `x`, and 0 of NaN."""
    return np.where(np.isnan(x), 0, np.sign(x))


@routine
def trunc_divide(x: Array, y: Array) -> Array:
    """Return x / y, rounded toward 0."""
    if x.dtype.kind == "f":
        return np.trunc(x / y)
    magnitude = np.abs(x) // np.abs(y)
    return (magnitude * np.sign(x) * np.sign(y)).astype(x.dtype)
