"""Rules that reduce over dimensions: sums, means, products, variances."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import direct, dtypes
from autograd.appliers import unary
from autograd.errors import DtypeError, say
from autograd.kernels import astype, running_product
from autograd.op import OUT, Array, Op, wrap
from autograd.operands import as_tensor_like, cast
from autograd.ops.dims import Dims, along, axes, dimension, numpy_names

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "all",
    "any",
    "count_nonzero",
    "mean",
    "nanmean",
    "nansum",
    "prod",
    "std",
    "std_mean",
    "sum",
    "var",
    "var_mean",
]


def spread(g: Array, dims: tuple[int, ...] | None, keepdim: bool, shape: tuple[int, ...]) -> Array:
    """Give a reduced gradient its reduced dimensions back and repeat it along them: the adjoint of a sum."""
    if dims is not None and not keepdim:
        g = direct.expand_dims(g, dims)
    return direct.broadcast_to(g, shape)


class Sum(Op):
    """z = Σ x     dx = g, repeated over the summed dimensions"""

    __slots__ = ("dim", "keepdim", "shape")
    torch_name = "SumBackward1"
    dim: tuple[int, ...] | None
    keepdim: bool
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return direct.sum(x, axis=self.dim, keepdims=self.keepdim)

    def backward(self, g: Array) -> Array:
        return spread(g, self.dim, self.keepdim, self.shape)


class SumAll(Op):
    """z = Σ x over all elements     dx = g everywhere"""

    __slots__ = ("shape",)
    torch_name = "SumBackward0"
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return direct.sum(x)

    def backward(self, g: Array) -> Array:
        return direct.broadcast_to(g, self.shape)


def count(shape: tuple[int, ...], dim: tuple[int, ...] | None) -> Any:
    """Return how many elements a reduction of `shape` over `dim` takes together: a float.

    None at all count as a NumPy zero, so that an empty mean is nan rather than an error.
    """
    return float(math.prod(shape if dim is None else [shape[d] for d in dim])) or np.float16(0)


def wide(x: Array) -> Array:
    """Return float16 as float32, in which its sums have room; other dtypes as they are."""
    return astype(x, np.float32) if x.dtype.itemsize == 2 else x


class Mean(Op):
    """z = Σ x / n     dx = g / n, repeated over the averaged dimensions"""

    __slots__ = ("dim", "keepdim", "shape")
    torch_name = "MeanBackward1"
    dim: tuple[int, ...] | None
    keepdim: bool
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return astype(direct.sum(wide(x), axis=self.dim, keepdims=self.keepdim) / count(x.shape, self.dim), x.dtype)

    def backward(self, g: Array) -> Array:
        return spread(g / (count(self.shape, self.dim) or 1), self.dim, self.keepdim, self.shape)


class MeanAll(Op):
    """z = Σ x / n over all elements     dx = g / n everywhere"""

    __slots__ = ("shape",)
    torch_name = "MeanBackward0"
    shape: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return astype(direct.sum(wide(x)) / count(x.shape, None), x.dtype)

    def backward(self, g: Array) -> Array:
        return direct.broadcast_to(g / (count(self.shape, None) or 1), self.shape)


class Nansum(Sum):
    """z = Σ x over what is no NaN     dx = g there, 0 at NaNs"""

    torch_name = "NansumBackward0"
    saves: tuple[Any, ...] = (0,)

    def forward(self, x: Array) -> Array:
        return Sum.forward(self, np.where(np.isnan(x), 0, x))

    def backward(self, g: Array, x: Array) -> Array:  # type: ignore[override]
        return Sum.backward(self, g) * numbers(x)


class Nanmean(Op):
    """z = Σ x / n over what is no NaN     dx = g / n there, 0 at NaNs"""

    __slots__ = ("dim", "keepdim")
    saves = (0,)
    dim: tuple[int, ...] | None
    keepdim: bool

    def forward(self, x: Array) -> Array:
        total = direct.sum(np.where(np.isnan(x), 0, x), axis=self.dim, keepdims=self.keepdim)
        return total / direct.sum(numbers(x), axis=self.dim, keepdims=self.keepdim)

    def backward(self, g: Array, x: Array) -> Array:
        kept = numbers(x)
        share = g / direct.sum(kept, axis=self.dim, keepdims=self.keepdim)
        return spread(share, self.dim, self.keepdim, x.shape) * kept


def numbers(x: Array) -> Array:
    """Return 1 for what is a number, 0 for NaNs, in the dtype of `x`."""
    return astype(np.logical_not(np.isnan(x)), x.dtype)


class Prod(Op):
    """z = Π x along dim     dx_i = g Π x_j over j ≠ i     (no division: right where there are zeros)"""

    __slots__ = ("dim", "keepdim")
    torch_name = "ProdBackward1"
    saves = (0,)
    dim: int
    keepdim: bool

    def forward(self, x: Array) -> Array:
        return direct.prod(x, axis=self.dim, keepdims=self.keepdim)

    def backward(self, g: Array, x: Array) -> Array:
        return (g if self.keepdim else direct.expand_dims(g, self.dim)) * others(x, self.dim)


class ProdAll(Op):
    """z = Π x over all elements     dx_i = g Π x_j over j ≠ i"""

    torch_name = "ProdBackward0"
    saves = (0,)

    def forward(self, x: Array) -> Array:
        return direct.prod(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * direct.reshape(others(direct.reshape(x, (-1,)), 0), x.shape)


def others(x: Array, dim: int) -> Array:
    """Return for each element the product of all others along `dim`: of those before it times those behind it."""
    one = np.ones_like(x[along(dim, slice(0, 1))])
    before = running_product(x[along(dim, slice(0, -1))], dim)
    behind = running_product(x[along(dim, slice(1, None))], dim, True)
    return np.concatenate([one, before], axis=dim) * np.concatenate([behind, one], axis=dim)


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
        return n if n > 0 else np.float16(0)

    def deviation(self, x: Array) -> Array:
        """Return x - mean; of float16 in float32."""
        x = wide(x)
        return x - direct.sum(x, axis=self.dim, keepdims=True) / count(x.shape, self.dim)

    def variance(self, x: Array) -> Array:
        """Return the value; of float16 in float32."""
        deviation = self.deviation(x)
        return direct.sum(deviation * deviation, axis=self.dim, keepdims=self.keepdim) / self.freedom(x.shape)

    def forward(self, x: Array) -> Array:
        return astype(self.variance(x), x.dtype)

    def backward(self, g: Array, x: Array) -> Array:
        g, deviation = spread(g, self.dim, self.keepdim, x.shape), self.deviation(x)
        n = self.freedom(x.shape)
        if n == 0:  # as in PyTorch: a variance that is infinite grows wherever x moves
            return g * astype(np.where(deviation == 0, np.nan, np.inf), x.dtype)
        return astype(g * (deviation * (2 / n)), x.dtype)


class Std(Var):
    """z = √(Σ (x - mean)² / (n - correction))     dx = g (x - mean) / (z (n - correction))"""

    saves: tuple[Any, ...] = (0, OUT)

    def forward(self, x: Array) -> Array:
        return astype(np.sqrt(self.variance(x)), x.dtype)

    def backward(self, g: Array, x: Array, z: Array) -> Array:  # type: ignore[override]
        return Var.backward(self, np.where(z == 0, 0, g / (2 * np.where(z == 0, 1, z))), x)


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
    if dtype is not None or x.dtype.kind != "f":
        input = adding(input, dtype)
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
    floating("mean", input)
    dim = _either(dim, axis)
    keepdim = keepdim if keepdims is None else keepdims
    if dim is None and not keepdim:
        return _mean_all(input)
    return Mean(dim=axes(dim, input._array.ndim), keepdim=keepdim).apply(input)  # type: ignore[no-any-return]


def floating(name: str, t: Tensor, error: type[DtypeError] = DtypeError) -> None:
    """Raise unless a tensor is floating point."""
    if t._array.dtype.kind != "f":
        raise error(
            say(
                f"{name}(): input dtype should be floating point, got {t.dtype}",
                "a float tensor",
                "Convert it first: x.float().",
            )
        )


def adding(input: Any, dtype: Any) -> Tensor:
    """Return the operand of a sum or product: in the dtype asked for, else integers and bools in int64."""
    input = as_tensor_like(input)
    if dtype is not None:
        return cast(input, dtypes.to_numpy(dtype))
    return cast(input, dtypes.I8) if input._array.dtype.kind != "f" else input


@numpy_names
def nansum(input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the sum of what is no NaN. Arguments as for `sum`."""
    x = adding(input, dtype)
    if x._array.dtype.kind != "f":
        return sum(x, dim, keepdim, dtype=dtype)
    return Nansum(dim=axes(dim, x._array.ndim), keepdim=keepdim).apply(x)  # type: ignore[no-any-return]


@numpy_names
def nanmean(input: Any, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the mean of what is no NaN, nan where nothing is left. Arguments and errors as for `mean`."""
    x = as_tensor_like(input)
    floating("nanmean", x)
    if dtype is not None:
        x = cast(x, dtypes.to_numpy(dtype))
    return Nanmean(dim=axes(dim, x._array.ndim), keepdim=keepdim).apply(x)  # type: ignore[no-any-return]


@numpy_names
def prod(input: Any, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the product of all elements, or along `dim`.

    Parameters
    ----------
    input : Tensor
    dim : int, optional
    keepdim : bool
        Keep the dimension with size 1.
    dtype : dtype, optional
        Cast to this first. Integers and bools multiply in int64.
    """
    x = adding(input, dtype)
    if dim is None:
        z = ProdAll().apply(x)
    elif x._array.ndim == 0:
        dimension(dim, 0)
        z = ProdAll().apply(x)
    else:
        z = Prod(dim=dimension(dim, x._array.ndim), keepdim=keepdim).apply(x)
    return z if dtype is None else cast(z, x._array.dtype)


@numpy_names
def count_nonzero(input: Any, dim: Dims = None) -> Tensor:
    """Return how many elements, in all or along `dim`, are not zero (int64). NaN is not zero."""
    x = as_tensor_like(input)._array
    return wrap(np.asarray(np.count_nonzero(x, axis=axes(dim, x.ndim))))


@numpy_names
def all(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Tell whether all elements, or all along `dim`, are nonzero: bools, of uint8 uint8 (PyTorch's older bools)."""
    return _truth(np.all, input, dim, keepdim)


@numpy_names
def any(input: Any, dim: Dims = None, keepdim: bool = False) -> Tensor:
    """Tell whether any element, or any along `dim`, is nonzero: bools, of uint8 uint8 (PyTorch's older bools)."""
    return _truth(np.any, input, dim, keepdim)


def _truth(test: Any, input: Any, dim: Dims, keepdim: bool) -> Tensor:
    x = as_tensor_like(input)._array
    over = dim if dim == () else axes(dim, x.ndim)  # unlike a sum, over no dimension it is over none
    z = np.asarray(test(x, axis=over, keepdims=keepdim))
    return wrap(z.astype(x.dtype) if x.dtype == np.uint8 else z)


def _spread(
    name: str, rule: type[Var], input: Any, dim: Any, correction: Any, unbiased: bool | None, keepdim: bool
) -> Tensor:
    input = as_tensor_like(input)
    floating(name, input)
    if isinstance(dim, bool):  # x.var(False): PyTorch's older signature, with `unbiased` first
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    correction = 1 if correction is None else correction
    return rule(dim=axes(dim, input._array.ndim), keepdim=keepdim, correction=correction).apply(input)  # type: ignore[no-any-return]


@numpy_names
def var(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> Tensor:  # fmt: skip
    """Return the variance, with `correction` (1) subtracted from the number of elements it is averaged over.

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one.
    """
    return _spread("var", Var, input, dim, correction, unbiased, keepdim)


@numpy_names
def std(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> Tensor:  # fmt: skip
    """Return the standard deviation: the square root of `var`, with gradient 0 where it is 0."""
    return _spread("std", Std, input, dim, correction, unbiased, keepdim)


@numpy_names
def var_mean(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return the variance and the mean. Arguments and errors as for `var`."""
    z = var(input, dim, unbiased, keepdim, correction=correction)
    return z, mean(input, None if isinstance(dim, bool) else dim, keepdim)


@numpy_names
def std_mean(
    input: Any, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return the standard deviation and the mean. Arguments and errors as for `var`."""
    z = std(input, dim, unbiased, keepdim, correction=correction)
    return z, mean(input, None if isinstance(dim, bool) else dim, keepdim)
