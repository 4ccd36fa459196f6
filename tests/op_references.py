"""What operations compute, in NumPy, with PyTorch's arguments: the references of the op table."""

from __future__ import annotations

import functools
import math
import statistics
import warnings
from collections.abc import Callable
from fractions import Fraction
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


def real(function: Callable[..., Array]) -> Callable[..., Array]:
    """A reference that takes integers and bools for floats."""
    return quiet(lambda x, *more, **named: function(x if x.dtype.kind == "f" else x.astype(np.float64), *more, **named))


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


# --------------------------------------------------------------------------------------- arithmetic, special functions


def number_by_number(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """A reference from a function of one number."""
    return lambda x: np.array([function(float(v)) for v in x.ravel()], x.dtype).reshape(x.shape)


def remainder(x: Any, y: Any) -> Array:
    """NumPy's, but for the sign of a remainder 0: that of x."""
    z = np.remainder(x, y)
    return np.where(z == 0, np.fmod(x, y), z)


def power(x: Any, y: Any) -> Array:
    """Integers to a negative power: the inverse rounded toward 0."""
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype.kind == "f" or y.dtype.kind == "f":
        return np.sqrt(x) ** (2 * y) if y.ndim == 0 and abs(y) == 0.5 else np.power(x, y)
    if np.any(y < 0):
        exact = [Fraction(int(b)) ** int(e) if b or e >= 0 else 0 for b, e in np.broadcast(x, y)]
        return np.array([math.trunc(v) for v in exact]).reshape(np.broadcast_shapes(x.shape, y.shape))
    return np.power(x, y, dtype=np.int64 if x.dtype.kind == "b" else x.dtype)


def lerped(x: Array, y: Array, w: Any) -> Array:
    with np.errstate(all="ignore"):
        z = np.where(np.abs(w) < 0.5, x + w * (y - x), y - (y - x) * (1 - w))
        return z.astype(x.dtype) if x.dtype.kind == "f" else z


def rounded(x: Array, decimals: int = 0) -> Array:
    """By a power of ten that is a whole number, float16 by way of float32."""
    y = x.astype(np.promote_types(x.dtype, np.float32))
    tens = np.asarray(10.0 ** abs(decimals), y.dtype)
    return (np.rint(y * tens) / tens if decimals > 0 else np.rint(y / tens) * tens).astype(x.dtype)


def finite_numbers(x: Array, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Array:
    if x.dtype.kind != "f":
        return x.copy()
    with np.errstate(all="ignore"):
        return np.nan_to_num(x, nan=nan or 0.0, posinf=posinf, neginf=neginf)


def x_log_y(x: Any, y: Any) -> Array:
    return np.where(np.isnan(y), np.nan, np.where(np.equal(x, 0), 0, x * np.log(y)))


def limited_logit(x: Array, eps: float | None = None) -> Array:
    if eps is not None and eps >= 0:
        x = np.where(x < eps, eps, np.where(x > 1 - eps, 1 - eps, x))
    return np.log(x / (1 - x))


def error_inverse(x: float) -> float:
    """The number whose erf is x: the normal distribution's quantile, corrected by a step of Newton's."""
    if abs(x) >= 1 or x == 0 or math.isnan(x):
        return x * math.inf if abs(x) == 1 else x if x == 0 else math.nan
    z = statistics.NormalDist().inv_cdf((1 + x) / 2) / math.sqrt(2)
    wrong = math.erf(z) - x if abs(x) < 0.5 else math.copysign(1, x) * ((1 - abs(x)) - math.erfc(abs(z)))
    return z - wrong * math.sqrt(math.pi) / 2 * math.exp(z * z)


def log_gamma(x: float) -> float:
    return math.inf if math.isinf(x) or (x <= 0 and x == math.floor(x)) else math.lgamma(x)


BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510]


def polygamma(n: int, x: float) -> float:
    """From large arguments, where there is an asymptotic series, by recurrence to smaller ones."""
    if math.isnan(x) or x == -math.inf:
        return math.nan
    if x == math.inf:
        return math.inf if n == 0 else 0.0
    if x <= 0 and x == math.floor(x):
        if n == 0:
            return -math.copysign(math.inf, x) if x == 0 else math.nan
        return math.inf if n % 2 else -math.inf
    sign = (-1) ** (n + 1)
    terms = []
    while x < 20:
        terms.append(sign * math.factorial(n) / x ** (n + 1))
        x += 1
    terms.append(-1 / (2 * x) if n == 0 else sign * math.factorial(n) / (2 * x ** (n + 1)))
    terms.append(math.log(x) if n == 0 else sign * math.factorial(n - 1) / x**n)
    for k, b in enumerate(BERNOULLI, 1):
        terms.append(sign * b * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n)))
    return math.fsum(terms)
