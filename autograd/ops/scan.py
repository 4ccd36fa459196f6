"""Rules that go along a dimension: cumulative sums, products and extremes; differences; areas under a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import return_types
from autograd.errors import DtypeError, ShapeError, UndefinedError, say
from autograd.kernels import along as places
from autograd.kernels import put, recurrence, running_product, running_sum
from autograd.op import OUT, Array, MultiOp, Op, wrap
from autograd.operands import as_tensor_like, cast
from autograd.ops.compare import ne
from autograd.ops.dims import along, dimension, numpy_names
from autograd.ops.elementwise import clone
from autograd.ops.extremes import choose
from autograd.ops.join import cat
from autograd.ops.reduce import adding, floating, sum
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "diff",
    "logcumsumexp",
    "trapezoid",
    "trapz",
]


class Cumsum(Op):
    """z_k = Σ x_i over i <= k     dx_i = Σ g_k over k >= i     (and the other way round if `reverse`)"""

    __slots__ = ("dim", "reverse")
    dim: int
    reverse: bool

    def forward(self, x: Array) -> Array:
        return running_sum(x, self.dim, self.reverse)

    def backward(self, g: Array) -> Array:
        return running_sum(g, self.dim, not self.reverse)


class Cumprod(Op):
    """z_k = Π x_i over i <= k     dx_i = λ_i z_{i-1} with λ_i = g_i + x_{i+1} λ_{i+1}

    No division: right where there are zeros. From the end if `reverse`.
    """

    __slots__ = ("dim", "reverse")
    saves = (0, OUT)
    dim: int
    reverse: bool

    def forward(self, x: Array) -> Array:
        return running_product(x, self.dim, self.reverse)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        first, last = along(self.dim, slice(0, 1)), along(self.dim, slice(-1, None))
        behind, ahead = along(self.dim, slice(0, -1)), along(self.dim, slice(1, None))
        if self.reverse:
            so_far = np.concatenate([z[ahead], np.ones_like(z[last])], axis=self.dim)
            return so_far * recurrence(x[behind], g, self.dim, False)
        so_far = np.concatenate([np.ones_like(z[first]), z[behind]], axis=self.dim)
        return so_far * recurrence(x[ahead], g, self.dim, True)


class Recurrence(Op):
    """y_{k+1} = a_k y_k + b_{k+1}     db_k = λ_k = g_k + a_k λ_{k+1},  da_k = λ_{k+1} y_k     (`kernels.recurrence`)"""

    __slots__ = ("dim", "reverse")
    saves = (0, OUT)
    dim: int
    reverse: bool

    def forward(self, a: Array, b: Array) -> Array:
        return recurrence(a, b, self.dim, self.reverse)

    def backward(self, g: Array, a: Array, y: Array) -> Any:
        behind, ahead = along(self.dim, slice(0, -1)), along(self.dim, slice(1, None))
        db = recurrence(a, g, self.dim, not self.reverse)
        return (db[behind] * y[ahead] if self.reverse else db[ahead] * y[behind]), db


class Logcumsumexp(Op):
    """z_k = ln Σ exp(x_i) over i <= k     dx_i = exp(x_i - z_i) λ_i with λ_i = g_i + exp(z_i - z_{i+1}) λ_{i+1}

    z never falls: no exponent is positive, and nothing overflows.
    """

    __slots__ = ("dim",)
    saves = (0, OUT)
    dim: int

    def forward(self, x: Array) -> Array:
        return np.logaddexp.accumulate(x, axis=self.dim)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        behind, ahead = z[along(self.dim, slice(0, -1))], z[along(self.dim, slice(1, None))]
        falling = np.exp(np.where(np.isinf(behind), 0, behind - ahead))  # ∞ - ∞ is a step of 0
        return np.exp(x - z) * recurrence(falling, g, self.dim, True)


class Cummax(MultiOp):
    """z, i = the largest element so far, and where it stands (the last at a tie)     dx = g added at i"""

    __slots__ = ("dim", "index", "shape")
    watched = ("index",)
    dim: int
    index: Array
    shape: tuple[int, ...]
    extreme: Any = np.maximum

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        z = type(self).extreme.accumulate(x, axis=self.dim)
        here = np.expand_dims(np.arange(x.shape[self.dim]), tuple(range(1, x.ndim - self.dim)))
        self.index = np.maximum.accumulate(np.where((x == z) | np.isnan(x), here, 0), axis=self.dim)
        return z, self.index

    def backward(self, gs: Array) -> Array:
        return put(gs[0], places(self.index, self.dim, self.shape), self.shape, False)


class Cummin(Cummax):
    """z, i = the smallest element so far, and where it stands (the last at a tie)     dx = g added at i"""

    extreme = np.minimum


# ------------------------------------------------------------------------------------------------ the functions


def summed(x: Tensor, axis: int, reverse: bool = False) -> Tensor:
    """Return running sums: `kernels.running_sum` for Tensors."""
    return Cumsum(dim=axis, reverse=reverse).apply(x)  # type: ignore[no-any-return]


def multiplied(x: Tensor, axis: int, reverse: bool = False) -> Tensor:
    """Return running products: `kernels.running_product` for Tensors."""
    return Cumprod(dim=axis, reverse=reverse).apply(x)  # type: ignore[no-any-return]


def recurred(a: Any, b: Any, axis: int, reverse: bool = False) -> Tensor:
    """Return a first-order recurrence: `kernels.recurrence` for Tensors."""
    return Recurrence(dim=axis, reverse=reverse).apply(as_tensor_like(a), as_tensor_like(b))  # type: ignore[no-any-return]


def _scan(rule: type[Op], input: Tensor, dim: int, **attributes: Any) -> Any:
    """Apply a rule that goes along a dimension. Of a single number nothing is to be added up."""
    d = dimension(dim, input._array.ndim)
    return rule(dim=d, **attributes).apply(input) if input._array.ndim else clone(input)


def _cumulative(rule: type[Op], input: Any, dim: int, dtype: Any) -> Tensor:
    x = adding(input, dtype)
    return cast(_scan(rule, x, dim, reverse=False), x._array.dtype)


@numpy_names
def cumsum(input: Any, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the sums of all elements up to each along `dim`.

    Parameters
    ----------
    input : Tensor
    dim : int
    dtype : dtype, optional
        Cast to this first. Integers and bools sum in int64.
    """
    return _cumulative(Cumsum, input, dim, dtype)


@numpy_names
def cumprod(input: Any, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the products of all elements up to each along `dim`. Arguments as for `cumsum`.

    Gradients are right where there are zeros, too.
    """
    return _cumulative(Cumprod, input, dim, dtype)


@numpy_names
def logcumsumexp(input: Any, dim: int) -> Tensor:
    """Return ln Σ exp(x) over all elements up to each along `dim`, without overflow.

    Raises
    ------
    NotImplementedError
        The tensor is no floating-point one.
    """
    x = as_tensor_like(input)
    floating("logcumsumexp", x, UndefinedError)
    return _scan(Logcumsumexp, x, dim)  # type: ignore[no-any-return]


@numpy_names
def cummax(input: Any, dim: int) -> return_types.cummax:
    """Return `(values, indices)`: the largest element so far along `dim`, and where it stands (the last at a tie).

    From a NaN on, all is NaN. The gradient goes to the index.
    """
    return return_types.cummax(choose(Cummax, as_tensor_like(input), dim))


@numpy_names
def cummin(input: Any, dim: int) -> return_types.cummin:
    """Return `(values, indices)`: the smallest element so far along `dim`, and where it stands. As `cummax`."""
    return return_types.cummin(choose(Cummin, as_tensor_like(input), dim))


def _behind(x: Tensor, d: int) -> Tensor:
    return x[along(d, slice(0, -1))]


def _ahead(x: Tensor, d: int) -> Tensor:
    return x[along(d, slice(1, None))]


@numpy_names
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """Return the differences of neighbours along `dim`, taken `n` times; of bools, where they differ.

    Parameters
    ----------
    input : Tensor
    n : int
    dim : int
    prepend, append : Tensor, optional
        Joined to the input along `dim` first (unless `n` is 0).

    Raises
    ------
    RuntimeError
        `n` is negative, the tensor has no dimensions, or what is joined to it does not fit.
    """
    x = as_tensor_like(input)
    if n < 0 or x._array.ndim == 0:
        happened = f"order must be non-negative but got {n}" if n < 0 else "diff expects input to be at least 1-D"
        raise ShapeError(say(happened, "a vector, and n >= 0", "Check the arguments."))
    d = dimension(dim, x._array.ndim)
    for other in (prepend, append):
        if other is not None and other.ndim != x._array.ndim:
            raise ShapeError(
                say(
                    f"diff expects prepend or append to be the same dimension as input: {other.ndim} and "
                    f"{x._array.ndim}",
                    "as many dimensions",
                    "Reshape it first.",
                )
            )
    if n == 0:
        return clone(x)  # without what was to be joined to it: PyTorch's rule
    parts = [t for t in (prepend, x, append) if t is not None]
    x = cat(parts, d) if len(parts) > 1 else x
    for _ in range(min(n, x._array.shape[d])):
        x = ne(_ahead(x, d), _behind(x, d)) if x._array.dtype.kind == "b" else _ahead(x, d) - _behind(x, d)
    return x


def _curve(name: str, y: Any, x: Any, dx: float | None, dim: int) -> tuple[Tensor, Any, int]:
    """Return the heights of a curve, the steps between them (or their one width), and `dim` counted from the front.

    Raises
    ------
    IndexError
        The tensor has no dimensions.
    RuntimeError
        A tensor of bools; not one `x` for each `y`.
    TypeError
        Both `x` and `dx`.
    """
    y = as_tensor_like(y)
    if x is not None and dx is not None:
        raise TypeError(say(f"{name}() was given both x and dx", "one of them", "dx is the distance of equal steps."))
    if x is not None and not isinstance(x, Leaf | np.ndarray):
        raise TypeError(say(f"{name}() was given x = {x!r}", "a tensor", "Write dx= for the distance of equal steps."))
    x = None if x is None else as_tensor_like(x)
    for t in (y, x):
        if t is not None and t._array.dtype.kind == "b":
            raise DtypeError(say(f"{name}: received a bool input", "numbers", "Convert it first: y.float()."))
    ndim = y._array.ndim
    if ndim == 0:
        raise IndexError(say(f"{name}(): the tensor has no dimensions", "at least one", "A point has no area below."))
    d = dimension(dim, ndim)
    if x is None:
        return y, 1 if dx is None else dx, d
    n = y._array.shape[d]
    if x._array.ndim == 1:
        if x._array.size != n:
            raise ShapeError(
                say(
                    f"{name}: There must be one `x` value for each sample point: {x._array.size} for {n}",
                    "as many",
                    "Check the dim.",
                )
            )
        x = x.reshape(n, *(1,) * (ndim - d - 1))
        return y, _ahead(x, 0) - _behind(x, 0), d
    x = x.reshape((1,) * (ndim - x._array.ndim) + x._array.shape)
    return y, _ahead(x, d) - _behind(x, d), d


@numpy_names
def trapezoid(y: Any, x: Any = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """Return the area below `y` along `dim` by the trapezoidal rule: Σ (x_{k+1} - x_k) (y_k + y_{k+1}) / 2.

    Parameters
    ----------
    y : Tensor
    x : Tensor, optional
        Where the values stand: one for each along `dim`, or a tensor that broadcasts with `y`.
    dx : float
        Their distance, if that is always the same (1).
    dim : int

    Raises
    ------
    IndexError, RuntimeError, TypeError
        The tensor has no dimensions; bools, or not one `x` for each `y`; both `x` and `dx`.
    """
    y, steps, d = _curve("trapezoid", y, x, dx, dim)
    if y._array.shape[d] == 0:
        return wrap(np.zeros(y._array.shape[:d] + y._array.shape[d + 1 :], y._array.dtype))
    if x is None:
        return (sum(y, d) - (y[along(d, 0)] + y[along(d, -1)]) / 2) * steps  # type: ignore[no-any-return]
    return sum((_behind(y, d) + _ahead(y, d)) * steps, d) / 2


trapz = trapezoid


@numpy_names
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """Return the areas below `y` up to each point but the first. Arguments and errors as for `trapezoid`."""
    y, steps, d = _curve("cumulative_trapezoid", y, x, dx, dim)
    return cumsum((_behind(y, d) + _ahead(y, d)) * steps, d) / 2
