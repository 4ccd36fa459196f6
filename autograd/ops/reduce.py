"""Rules that reduce over dimensions: sum, mean, max, variance, logsumexp, softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.appliers import unary
from autograd.errors import DtypeError, UndefinedError, say
from autograd.op import OUT, Array, MultiOp, Op, wrap
from autograd.operands import as_tensor_like, cast
from autograd.ops.choices import maximum, minimum
from autograd.ops.dims import Dims, axes, dimension

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "log_softmax",
    "logsumexp",
    "max",
    "mean",
    "min",
    "softmax",
    "std",
    "sum",
    "var",
]


def spread(g: Array, dims: tuple[int, ...] | None, keepdim: bool, shape: tuple[int, ...]) -> Array:
    """Give a reduced gradient its reduced dimensions back and repeat it along them: the adjoint of a sum."""
    if dims is not None and not keepdim:
        g = np.expand_dims(g, dims)
    return np.broadcast_to(g, shape)


class Sum(Op):
    """z = Σ x     dx = g, repeated over the summed dimensions"""

    __slots__ = ("dim", "keepdim", "shape")
    torch_name = "SumBackward1"
    dim: tuple[int, ...] | None
    keepdim: bool
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.sum(x, axis=self.dim, keepdims=self.keepdim)

    def backward(self, g: Array) -> Array:
        return spread(g, self.dim, self.keepdim, self.shape)


class SumAll(Op):
    """z = Σ x over all elements     dx = g everywhere"""

    __slots__ = ("shape",)
    torch_name = "SumBackward0"
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.sum(x)

    def backward(self, g: Array) -> Array:
        return np.broadcast_to(g, self.shape)


def count(shape: tuple[int, ...], dim: tuple[int, ...] | None) -> Any:
    """Return how many elements a reduction of `shape` over `dim` takes together: a float.

    None at all count as a NumPy zero, so that an empty mean is nan rather than an error.
    """
    n = float(np.prod(shape if dim is None else [shape[d] for d in dim], dtype=np.int64))
    return n if n else np.float32(0)


class Mean(Op):
    """z = Σ x / n     dx = g / n, repeated over the averaged dimensions"""

    __slots__ = ("dim", "keepdim", "shape")
    torch_name = "MeanBackward1"
    dim: tuple[int, ...] | None
    keepdim: bool
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.sum(x, axis=self.dim, keepdims=self.keepdim) / count(x.shape, self.dim)

    def backward(self, g: Array) -> Array:
        return spread(g / (count(self.shape, self.dim) or 1), self.dim, self.keepdim, self.shape)


class MeanAll(Op):
    """z = Σ x / n over all elements     dx = g / n everywhere"""

    __slots__ = ("shape",)
    torch_name = "MeanBackward0"
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return np.sum(x) / count(x.shape, None)

    def backward(self, g: Array) -> Array:
        return np.broadcast_to(g / (count(self.shape, None) or 1), self.shape)


class MaxAll(Op):
    """z = max x     the gradient goes to the largest element, in equal parts to all that tie"""

    torch_name = "MaxBackward1"
    saves = (0, OUT)

    def forward(self, x: Array) -> Array:
        return np.max(x)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        mask = (x == z) | (np.isnan(x) & np.isnan(z))
        return np.where(mask, g / np.sum(mask), 0)


class MinAll(MaxAll):
    """z = min x     the gradient goes to the smallest element, in equal parts to all that tie"""

    torch_name = "MinBackward1"

    def forward(self, x: Array) -> Array:
        return np.min(x)


class MaxDim(MultiOp):
    """z, i = max x along dim     dx = g at i, 0 elsewhere"""

    __slots__ = ("dim", "index", "keepdim", "shape")
    torch_name = "MaxBackward0"
    watched = ("index",)
    dim: int
    keepdim: bool
    index: Array
    shape: tuple[int, ...]

    def find(self, x: Array) -> Array:
        """Return the index of the extreme element (of the first one at a tie; of a NaN if there is one)."""
        return np.argmax(x, axis=self.dim, keepdims=True)

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        self.index = index = self.find(x)
        z = np.take_along_axis(x, index, self.dim)
        return (z, index) if self.keepdim else (np.squeeze(z, self.dim), np.squeeze(index, self.dim))

    def backward(self, gs: Array) -> Array:
        g = gs[0] if self.keepdim else np.expand_dims(gs[0], self.dim)
        places = np.expand_dims(np.arange(self.shape[self.dim]), tuple(range(1, len(self.shape) - self.dim)))
        return np.where(places == self.index, g, 0)


class MinDim(MaxDim):
    """z, i = min x along dim     dx = g at i, 0 elsewhere"""

    torch_name = "MinBackward0"

    def find(self, x: Array) -> Array:
        """Return the index of the smallest element."""
        return np.argmin(x, axis=self.dim, keepdims=True)


class Var(Op):
    """z = Σ (x - mean)² / (n - correction)     dx = 2 g (x - mean) / (n - correction)"""

    __slots__ = ("correction", "dim", "keepdim")
    saves: tuple[Any, ...] = (0,)
    dim: tuple[int, ...] | None
    keepdim: bool
    correction: float

    def freedom(self, shape: tuple[int, ...]) -> Any:
        """Return n - correction; 0 (a NumPy scalar: its reciprocal is no error) where that is not positive."""
        n = float(count(shape, self.dim)) - self.correction
        return n if n > 0 else np.float32(0)

    def forward(self, x: Array) -> Array:
        deviation = x - np.mean(x, axis=self.dim, keepdims=True)
        return np.sum(deviation * deviation, axis=self.dim, keepdims=self.keepdim) / self.freedom(x.shape)

    def backward(self, g: Array, x: Array) -> Array:
        deviation = x - np.mean(x, axis=self.dim, keepdims=True)
        return spread(g, self.dim, self.keepdim, x.shape) * (deviation * (2 / self.freedom(x.shape)))


class Std(Var):
    """z = √(Σ (x - mean)² / (n - correction))     dx = g (x - mean) / (z (n - correction))"""

    saves: tuple[Any, ...] = (0, OUT)

    def forward(self, x: Array) -> Array:
        return np.sqrt(Var.forward(self, x))

    def backward(self, g: Array, x: Array, z: Array) -> Array:  # type: ignore[override]
        return Var.backward(self, np.where(z == 0, 0, g / (2 * np.where(z == 0, 1, z))), x)


class Logsumexp(Op):
    """z = ln Σ exp(x)     dx = g exp(x - z)     (shifted by the maximum: no overflow)"""

    __slots__ = ("dim", "keepdim")
    saves = (0, OUT)
    dim: tuple[int, ...]
    keepdim: bool

    def forward(self, x: Array) -> Array:
        top = np.max(x, axis=self.dim, keepdims=True, initial=-np.inf)
        top = np.where(np.isfinite(top), top, 0)
        z = np.log(np.sum(np.exp(x - top), axis=self.dim, keepdims=True)) + top
        return z if self.keepdim else np.squeeze(z, self.dim)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        if not self.keepdim:
            g, z = np.expand_dims(g, self.dim), np.expand_dims(z, self.dim)
        return g * np.exp(x - z)


class Softmax(Op):
    """z = exp(x) / Σ exp(x)     dx = z (g - Σ g z)"""

    __slots__ = ("dim",)
    saves = (OUT,)
    dim: int

    def forward(self, x: Array) -> Array:
        e = np.exp(x - np.max(x, axis=self.dim, keepdims=True, initial=-np.inf))
        return e / np.sum(e, axis=self.dim, keepdims=True)

    def backward(self, g: Array, z: Array) -> Array:
        gz = g * z
        return gz - z * np.sum(gz, axis=self.dim, keepdims=True)


class LogSoftmax(Op):
    """z = x - ln Σ exp(x)     dx = g - exp(z) Σ g"""

    __slots__ = ("dim",)
    saves = (OUT,)
    dim: int

    def forward(self, x: Array) -> Array:
        shifted = x - np.max(x, axis=self.dim, keepdims=True, initial=-np.inf)
        return shifted - np.log(np.sum(np.exp(shifted), axis=self.dim, keepdims=True))

    def backward(self, g: Array, z: Array) -> Array:
        return g - np.exp(z) * np.sum(g, axis=self.dim, keepdims=True)


# ------------------------------------------------------------------------------------------------ the functions


def _either(dim: Any, axis: Any) -> Any:
    """Return `dim`, or `axis`, NumPy's word for it."""
    return dim if axis is None else axis


def sum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None,
    keepdims: bool | None = None,
) -> Tensor:  # fmt: skip
    """Return the sum of all elements, or along `dim`.

    Parameters
    ----------
    input : Tensor
    dim : int or tuple of int, optional
        `axis` is accepted as well, and `keepdims` for `keepdim`.
    keepdim : bool
        Keep the summed dimensions with size 1.
    dtype : dtype, optional
        Cast to this first. Integers and bools sum in int64.
    """
    input = as_tensor_like(input)
    x = input._array
    if dtype is not None:
        input = cast(input, dtypes.to_numpy(dtype))
    elif x.dtype.kind != "f":
        input = cast(input, dtypes.I8)
    dim = _either(dim, axis)
    keepdim = keepdim if keepdims is None else keepdims
    if dim is None and not keepdim:
        z = _sum_all(input)
    else:
        z = Sum(dim=axes(dim, x.ndim), keepdim=keepdim).apply(input)
    return z if dtype is None else cast(z, input._array.dtype)  # NumPy sums small integers in int64


_sum_all = unary(SumAll, floating=False)
_mean_all = unary(MeanAll, floating=False)


def mean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None,
    keepdims: bool | None = None,
) -> Tensor:  # fmt: skip
    """Return the mean of all elements, or along `dim`. Arguments as for `sum`.

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one.
    """
    input = as_tensor_like(input)
    if dtype is not None:
        input = cast(input, dtypes.to_numpy(dtype))
    _floating("mean", input)
    dim = _either(dim, axis)
    keepdim = keepdim if keepdims is None else keepdims
    if dim is None and not keepdim:
        return _mean_all(input)
    return Mean(dim=axes(dim, input._array.ndim), keepdim=keepdim).apply(input)  # type: ignore[no-any-return]


def _floating(name: str, t: Tensor, error: type[DtypeError] = DtypeError) -> None:
    if t._array.dtype.kind != "f":
        raise error(
            say(
                f"{name}(): input dtype should be floating point, got {t.dtype}",
                "a float tensor",
                "Convert it first: x.float().",
            )
        )


class Extreme(tuple[Any, ...]):
    """What `max(dim)` returns: `(values, indices)`, by position and by name."""

    __slots__ = ()
    name = "max"

    @property
    def values(self) -> Tensor:
        """The extreme elements."""
        return self[0]  # type: ignore[no-any-return]

    @property
    def indices(self) -> Tensor:
        """Where they stand along the dimension (int64)."""
        return self[1]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"autograd.return_types.{self.name}(\nvalues={self[0]!r},\nindices={self[1]!r})"


class Least(Extreme):
    """What `min(dim)` returns."""

    __slots__ = ()
    name = "min"


def _extreme(
    name: str, all_rule: type[Op], dim_rule: type[MaxDim], pairwise: Any, input: Any, dim: Any, keepdim: bool
) -> Any:
    input = as_tensor_like(input)
    if dim is None:
        if input._array.size == 0:
            raise _nothing(name)
        return all_rule().apply(input)
    if not isinstance(dim, int):
        return pairwise(input, dim)
    pair = Extreme if name == "max" else Least
    d = dimension(dim, input._array.ndim)
    if input._array.ndim == 0:
        values, indices = dim_rule(dim=0, keepdim=False).apply(input.reshape(1))
        return pair((values, indices))
    if input._array.shape[d] == 0:
        raise IndexError(str(_nothing(name)))
    return pair(dim_rule(dim=d, keepdim=keepdim).apply(input))


def _nothing(name: str) -> RuntimeError:
    return RuntimeError(
        say(f"{name}() was given no elements to choose from", "at least one element", "Check the tensor's shape first.")
    )


def max(
    input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:  # fmt: skip
    """Return the largest element; along `dim`, `(values, indices)`; of two tensors, the elementwise maximum.

    The gradient goes to the index chosen along `dim`; over all elements it is shared equally by those that tie, and of
    two tensors each gets half at a tie.
    """
    dim = _either(_either(dim, axis), other)
    return _extreme("max", MaxAll, MaxDim, maximum, input, dim, keepdim if keepdims is None else keepdims)


def min(
    input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, axis: int | None = None,
    keepdims: bool | None = None,
) -> Any:  # fmt: skip
    """Return the smallest element; along `dim`, `(values, indices)`; of two tensors, the elementwise minimum.

    Gradients as for `max`.
    """
    dim = _either(_either(dim, axis), other)
    return _extreme("min", MinAll, MinDim, minimum, input, dim, keepdim if keepdims is None else keepdims)


def _arg(name: str, find: Any, input: Any, dim: int | None, keepdim: bool) -> Tensor:
    x = as_tensor_like(input)._array
    if x.dtype.kind == "b":
        raise DtypeError(say(f"{name}() does not support bool input", "numbers", "Convert it first: x.int()."))
    if x.size == 0 and (dim is None or x.shape[dimension(dim, x.ndim)] == 0):
        raise IndexError(str(_nothing(name)))
    if dim is None:
        i = np.asarray(find(x))
        return wrap(i.reshape((1,) * x.ndim) if keepdim else i)
    d = dimension(dim, x.ndim)
    if x.ndim == 0:
        return wrap(np.zeros((), np.int64))
    return wrap(np.asarray(find(x, axis=d, keepdims=keepdim)))


def argmax(
    input: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool | None = None
) -> Tensor:
    """Return the index (int64) of the largest element: in the flattened tensor, or along `dim`."""
    return _arg("argmax", np.argmax, input, _either(dim, axis), keepdim if keepdims is None else keepdims)


def argmin(
    input: Any, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None, keepdims: bool | None = None
) -> Tensor:
    """Return the index (int64) of the smallest element: in the flattened tensor, or along `dim`."""
    return _arg("argmin", np.argmin, input, _either(dim, axis), keepdim if keepdims is None else keepdims)


def all(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Tell whether all elements, or all along `dim`, are nonzero: bools, of uint8 uint8 (PyTorch's older bools)."""
    return _truth(np.all, input, dim, keepdim)


def any(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Tell whether any element, or any along `dim`, is nonzero: bools, of uint8 uint8 (PyTorch's older bools)."""
    return _truth(np.any, input, dim, keepdim)


def _truth(test: Any, input: Any, dim: Dims, keepdim: bool) -> Tensor:
    x = as_tensor_like(input)._array
    z = np.asarray(test(x, axis=axes(dim, x.ndim), keepdims=keepdim))
    return wrap(z.astype(x.dtype) if x.dtype == np.uint8 else z)


def _spread(
    name: str, rule: type[Var], input: Any, dim: Any, correction: Any, unbiased: bool | None, keepdim: bool
) -> Tensor:
    input = as_tensor_like(input)
    _floating(name, input)
    if isinstance(dim, bool):  # x.var(False): PyTorch's older signature, with `unbiased` first
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    correction = 1 if correction is None else correction
    return rule(dim=axes(dim, input._array.ndim), keepdim=keepdim, correction=correction).apply(input)  # type: ignore[no-any-return]


def var(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None, axis: Dims = None, keepdims: bool | None = None,
) -> Tensor:  # fmt: skip
    """Return the variance, with `correction` (1) subtracted from the number of elements it is averaged over.

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one.
    """
    keepdim = keepdim if keepdims is None else keepdims
    return _spread("var", Var, input, _either(dim, axis), correction, unbiased, keepdim)


def std(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None, axis: Dims = None, keepdims: bool | None = None,
) -> Tensor:  # fmt: skip
    """Return the standard deviation: the square root of `var`, with gradient 0 where it is 0."""
    keepdim = keepdim if keepdims is None else keepdims
    return _spread("std", Std, input, _either(dim, axis), correction, unbiased, keepdim)


def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False) -> Tensor:
    """Return ln Σ exp(x) along `dim`, without overflow."""
    input = as_tensor_like(input)
    if input._array.dtype.kind != "f":
        input = cast(input, dtypes.get_default_dtype().dtype)
    dims = axes(dim, input._array.ndim)
    return Logsumexp(dim=tuple(range(input._array.ndim)) if dims is None else dims, keepdim=keepdim).apply(input)  # type: ignore[no-any-return]


def _normalise(rule: type[Op], input: Any, dim: Any, dtype: Any) -> Tensor:
    input = as_tensor_like(input)
    if dtype is not None:
        input = cast(input, dtypes.to_numpy(dtype))
    _floating(rule.__qualname__.lower(), input, UndefinedError)
    if dim is None:
        raise TypeError(
            say(
                f"{rule.__qualname__.lower()} was given no dim",
                "the dimension along which the probabilities add up to 1",
                "Write dim=-1 for the last one.",
            )
        )
    d = dimension(dim, input._array.ndim)
    if input._array.ndim == 0:
        return rule(dim=0).apply(input.reshape(1)).reshape(())  # type: ignore[no-any-return]
    return rule(dim=d).apply(input)  # type: ignore[no-any-return]


def softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Return exp(x) / Σ exp(x) along `dim` (lecture 000; shifted by the maximum: no overflow).

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one.
    TypeError
        No `dim` is given.
    """
    return _normalise(Softmax, input, dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Return ln softmax(x) along `dim`, computed as x - logsumexp(x). Errors as for `softmax`."""
    return _normalise(LogSoftmax, input, dim, dtype)
