"""What operations compute, in NumPy, with PyTorch's arguments: the references of the op table."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def axes(x: Array, dim: Any) -> Any:
    """PyTorch's dims as NumPy's axis: () means all, and a 0-d array has a dimension 0."""
    if dim is None or dim == () or x.ndim == 0:
        return None
    return tuple(dim) if isinstance(dim, tuple | list) else dim


def reduction(function: Callable[..., Array]) -> Callable[..., Array]:
    """A reference with PyTorch's arguments from one with NumPy's."""

    def reference(x: Array, dim: Any = None, keepdim: bool = False, **numpys: Any) -> Array:
        keep = numpys.get("keepdims", keepdim) and x.ndim > 0
        return function(x, axis=axes(x, numpys.get("axis", dim)), keepdims=keep)

    return reference


def mean(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    total = np.sum(x, axis=axis, keepdims=keepdims)
    return np.divide(total, x.size / total.size if total.size else 1)


def variance(x: Array, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, **options: Any) -> Array:
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    correction = options.get("correction", 1 if unbiased is None else int(unbiased))
    dim = options.get("axis", dim)
    return np.var(x, axis=axes(x, dim), ddof=correction, keepdims=keepdim or options.get("keepdims", False))


def softmax(x: Array, dim: int) -> Array:
    if x.size == 0:
        return x
    e = np.exp(x - np.max(x, axis=axes(x, dim), keepdims=True))
    return e / np.sum(e, axis=axes(x, dim), keepdims=True)


def log_softmax(x: Array, dim: int) -> Array:
    return x - logsumexp(x, dim, x.ndim > 0)


def logsumexp(x: Array, dim: Any, keepdim: bool = False) -> Array:
    return np.logaddexp.reduce(x, axis=axes(x, dim), keepdims=keepdim and x.ndim > 0)


def extreme(function: Callable[..., Array], which: Callable[..., Array], pairwise: Callable[..., Array]) -> Any:
    """max and min: of all, along a dimension with indices, or of two."""

    def reference(x: Array, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return function(x)
        if not isinstance(dim, int):
            return pairwise(x, dim)
        if x.ndim == 0:
            return x, np.zeros((), np.int64)
        return function(x, axis=dim, keepdims=keepdim), which(x, axis=dim, keepdims=keepdim)

    return reference


def place_of(which: Callable[..., Array]) -> Callable[..., Array]:
    def reference(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
        if x.ndim == 0:
            return np.zeros((), np.int64)
        return np.asarray(which(x, axis=dim, keepdims=keepdim))

    return reference


def clamped(x: Array, min: Any = None, max: Any = None) -> Array:
    low = x if min is None else np.maximum(x, min)
    return low if max is None else np.minimum(low, max)


def quotient(x: Array, y: Any, rounding_mode: str | None = None) -> Array:
    if rounding_mode is None:
        return np.true_divide(x, y)
    rounded = (np.floor if rounding_mode == "floor" else np.trunc)(np.true_divide(x, y))
    return rounded.astype(np.result_type(x, y))


def split(x: Array, size: Any, dim: int = 0) -> list[Array]:
    n = x.shape[dim]
    ends = np.cumsum(size)[:-1] if isinstance(size, list | tuple) else range(size, n, size) if n else []
    return np.split(x, list(ends), axis=dim)


def chunk(x: Array, chunks: int, dim: int = 0) -> list[Array]:
    n = x.shape[dim]
    return split(x, -(-n // chunks), dim) if n else [x] * chunks


def cut(x: Array, where: Any = None, dim: int = 0, **named: Any) -> list[Array]:
    where = np.asarray(next(iter(named.values()), where)).tolist()
    return np.array_split(x, list(where) if isinstance(where, list | tuple) else where, axis=dim)


def windows(x: Array, dimension: int, size: int, step: int) -> Array:
    dim = dimension
    n = x.shape[dim] - size + 1
    starts = range(0, n, step)
    return np.stack([np.moveaxis(np.take(x, range(i, i + size), dim), dim, -1) for i in starts], dim % x.ndim)


def each(function: Callable[[Array], Array]) -> Callable[..., Any]:
    """A reference that takes one array, several, or a list of them."""

    def reference(*arrays: Any) -> Any:
        several = arrays[0] if isinstance(arrays[0], list) else arrays
        results = [function(a) for a in several]
        return results[0] if several is arrays and len(arrays) == 1 else results

    return reference


def joined(arrays: Any, dim: int = 0) -> Array:
    full = [a for a in arrays if a.shape != (0,)]
    if not full:
        return arrays[0]
    return np.concatenate(full, axis=dim)


def flattened(x: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    shape = x.shape or (1,)
    start, end = start_dim % len(shape), end_dim % len(shape)
    return x.reshape(*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])


def squeezed(x: Array, dim: Any = None) -> Array:
    dims = tuple(range(x.ndim)) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    return np.squeeze(x, tuple(d % x.ndim for d in dims if x.shape[d] == 1) if x.ndim else ())


def expanded(x: Array, *sizes: Any) -> Array:
    target = sizes[0] if isinstance(sizes[0], tuple) else sizes
    lead = len(target) - x.ndim
    return np.broadcast_to(x, [x.shape[i - lead] if n == -1 else n for i, n in enumerate(target)])


def reordered(x: Array, *dims: Any) -> Array:
    order = dims[0] if dims and isinstance(dims[0], tuple | list) else dims
    return np.transpose(x, order)


def reshaped(x: Array, *sizes: Any, shape: Any = None) -> Array:
    if shape is not None:
        return np.reshape(x, shape)
    shape = sizes
    return np.reshape(x, shape[0] if shape and isinstance(shape[0], tuple | list) else shape)


def exchanged(x: Array, *dims: int, **named: int) -> Array:
    return np.swapaxes(x, *dims, *named.values()) if x.ndim else x


def assigned(x: Array, index: Any, value: Any) -> Array:
    z = x.copy()
    z[index] = value
    return z


def linear(x: Array, w: Array, b: Array | None = None) -> Array:
    return x @ w.T if b is None else x @ w.T + b


def squared_error(x: Array, t: Array, reduction: str = "mean") -> Array:
    squares = (x - t) ** 2
    return squares if reduction == "none" else np.sum(squares) if reduction == "sum" else mean(squares)


def cross_entropy(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """The formula of PyTorch's documentation, with targets as class probabilities."""
    axis = 0 if x.ndim < 2 else 1
    classes = x.shape[axis]
    counted = np.ones(())
    probabilities = y
    if y.dtype.kind != "f":
        probabilities = np.moveaxis(np.eye(classes)[np.where(y == ignore_index, 0, y)], -1, axis)
        counted = np.expand_dims(y != ignore_index, axis)
    w = np.ones(classes) if weight is None else weight
    w = w.reshape(-1, *[1] * (x.ndim - axis - 1))
    smooth = (1 - label_smoothing) * probabilities + label_smoothing / classes
    losses = -np.sum(smooth * counted * w * log_softmax(x, axis), axis)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    total = np.sum(probabilities * counted * w) if y.dtype.kind != "f" else x.size / classes
    return np.sum(losses) / total


def quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reference whose infinities and NaNs are meant."""

    @functools.wraps(function)
    def reference(*args: Any, **kwargs: Any) -> Any:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # "Mean of empty slice"
            return function(*args, **kwargs)

    return reference


def real(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A reference that takes integers and bools for floats."""
    return quiet(lambda x: function(x if x.dtype.kind == "f" else x.astype(np.float64)))


def numpy_index(x: Array, index: Any) -> Array:
    """`x[index]` as in PyTorch, which differs from NumPy beside index arrays.

    Integers only remove their dimension, and an ellipsis that stands for no dimension does not keep arrays apart.
    """
    items = list(index) if isinstance(index, tuple) else [index]
    items = [int(i) if isinstance(i, np.ndarray) and i.shape == () and i.dtype.kind == "i" else i for i in items]
    if not any(isinstance(i, list | np.ndarray) for i in items):
        return x[tuple(items)]
    removing: list[Any] = []
    for i in items:
        mask = isinstance(i, np.ndarray) and i.dtype == np.bool_
        whole = [slice(None)] * (i.ndim if mask else 1)
        removing += [] if i is None else [i] if isinstance(i, int) or i is Ellipsis else whole
    used = sum(i is not Ellipsis for i in removing)
    kept = [i for i in items if not isinstance(i, int) and not (i is Ellipsis and used == x.ndim)]
    return x[tuple(removing)][tuple(kept)]


def number_at(x: Array, index: Any) -> Array:
    return np.asarray(numpy_index(x, index))


def filled_with(x: Array, value: Any) -> Array:
    return np.full_like(x, value)


def of_size(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *size, dtype=np.float32: function(size[0] if isinstance(size[0], tuple | list) else size, dtype)


def given(x: Any, dtype: Any = None) -> Array:
    """What `tensor` makes: numbers in the default dtypes, arrays in their own."""
    a = np.array(x)
    typed = [v.dtype for v in x if isinstance(v, np.ndarray | np.generic)] if isinstance(x, list) else []
    if dtype is None and not isinstance(x, np.ndarray | np.generic):
        untyped = {"f": np.float32, "i": np.int64, "b": np.bool_}[a.dtype.kind if a.size else "f"]
        dtype = np.result_type(*typed) if typed else untyped
    with np.errstate(over="ignore"):
        return a.astype(dtype or a.dtype)


def on_arrays(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda x, number: function(number, x)


def blocks(*arrays: Array) -> Array:
    matrices = [np.atleast_2d(a) for a in arrays]
    z = np.zeros(np.sum([m.shape for m in matrices], axis=0), np.result_type(*arrays))
    at = np.zeros(2, int)
    for m in matrices:
        z[at[0] : at[0] + m.shape[0], at[1] : at[1] + m.shape[1]] = m
        at += m.shape
    return z
