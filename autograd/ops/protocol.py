"""NumPy's functions, spelled in our operations: what `np.exp(tensor)` and `np.sum(tensor, axis=0)` do.

This is how one derivative rule serves higher orders: read on Tensors, its NumPy calls land here and are recorded. It
is also what keeps the graph in `ndarray * tensor`. The rules have NumPy's parameters and NumPy's meanings; a call that
asks for more than they can do is computed on the arrays where no gradient is lost by that, and else refused by name.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import dtypes, kernels, matrix_kernels, special_kernels
from autograd.errors import NumpyFunctionError, say
from autograd.op import wrap
from autograd.operands import ToCopy, as_tensor_like
from autograd.ops import (
    arithmetic,
    choices,
    compare,
    decompositions,
    diagonals,
    elementwise,
    extremes,
    flips,
    gather,
    index,
    inverses,
    join,
    linalg,
    parts,
    products,
    reduce,
    rounding,
    scan,
    scatter,
    special,
    trigonometry,
)
from autograd.ops import shape as shapes
from autograd.ops.dims import axes, dimension
from autograd.tape import Leaf


class _NoRuleError(Exception):
    """The arguments ask for something that the derivative rule cannot do."""


def _unless(unsupported: bool) -> None:
    if unsupported:
        raise _NoRuleError


def _operand(a: Any) -> Any:
    """Return nested lists as an array, all else as it is."""
    return np.asarray(a) if isinstance(a, list | tuple) else a


def _array(a: Any) -> np.ndarray[Any, Any]:
    return np.asarray(getattr(a, "_array", a))


def _chooser(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's argmax and argmin: indices, without gradient."""

    def apply(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        return wrap(np.asarray(function(_array(a), axis, keepdims=keepdims)))

    return apply


def _reduction(function: Callable[..., Any], *, floating: bool) -> Callable[..., Any]:
    """Sum and mean; the mean of integers is NumPy's alone."""

    def apply(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        a = as_tensor_like(a)
        _unless(floating and a._array.dtype.kind != "f")
        if _is_empty(axis):  # no axis at all, which is not PyTorch's reading
            return elementwise.clone(a)
        return function(a, axis, keepdims)

    return apply


def _product(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    _unless(isinstance(axis, list | tuple) or (axis is None and keepdims))
    return reduce.prod(a, axis, keepdims)


def _cumulative(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's cumsum and cumprod: over the flattened array if no axis is given."""

    def apply(a: Any, axis: int | None = None) -> Any:
        return function(shapes.ravel(a), 0) if axis is None else function(a, axis)

    return apply


def _is_empty(axis: Any) -> bool:
    return isinstance(axis, list | tuple) and not axis


def _extreme(function: Callable[..., Any], join: Callable[..., Any], least: float) -> Callable[..., Any]:
    """NumPy's max and min: over several axes one after the other; the gradient goes to one element each."""

    def apply(a: Any, axis: Any = None, *, keepdims: bool = False, initial: float | None = None) -> Any:
        a = as_tensor_like(a)
        ndim = a._array.ndim
        dims = () if _is_empty(axis) else axes(axis, ndim)
        if initial is not None and a._array.size == 0:
            # Nothing to choose from (or nothing to return): the initial value, hung where the result would hang.
            return elementwise.clone(a) if dims == () else reduce.sum(a, dims, keepdims) + initial
        if dims is None:
            z = function(a)
            z = z.reshape((1,) * ndim) if keepdims else z
        else:
            z = elementwise.clone(a) if dims == () else a
            for d in sorted(dims, reverse=True):
                z = function(z, d, keepdims)[0]
        return z if initial is None or initial == least else join(z, initial)

    return apply


def _variance(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, axis: Any = None, *, ddof: float = 0, keepdims: bool = False) -> Any:
        a = as_tensor_like(a)
        _unless(a._array.dtype.kind != "f" or _is_empty(axis))
        return function(a, axis, correction=ddof, keepdim=keepdims)

    return apply


def _where(condition: Any, *values: Any) -> Any:
    mask = as_tensor_like(_operand(condition))
    if mask._array.dtype.kind != "b":
        mask = compare.ne(mask, 0)
    return choices.where(mask, *[_operand(v) for v in values])


def _dot(a: Any, b: Any) -> Any:
    """Σ over the last axis of `a` and the last but one of `b`: of many dimensions all pairs, unlike matmul."""
    x, y = as_tensor_like(_operand(a)), as_tensor_like(_operand(b))
    m, n = x._array.ndim, y._array.ndim
    if m == 0 or n == 0:
        return arithmetic.mul(x, y)
    if m == 1 or n <= 2:
        return linalg.matmul(x, y)
    left, right = x._array.shape, y._array.shape
    _unless(left[-1] != right[-2])
    rest = (*right[:-2], right[-1])
    rows = shapes.reshape(x, (math.prod(left[:-1]), left[-1]))
    columns = shapes.reshape(shapes.permute(y, (n - 2, *range(n - 2), n - 1)), (right[-2], math.prod(rest)))
    return shapes.reshape(linalg.matmul(rows, columns), left[:-1] + rest)


def _expand_dims(a: Any, axis: Any) -> Any:
    dims = tuple(axis) if isinstance(axis, list | tuple) else (axis,)
    ndim = a._array.ndim + len(dims)
    places = sorted(dimension(d, ndim) for d in dims)
    _unless(len(set(places)) < len(places))
    for d in places:
        a = shapes.unsqueeze(a, d)
    return a


def _squeeze(a: Any, axis: Any = None) -> Any:
    if axis is None:
        return shapes.squeeze(a)
    sizes = a._array.shape
    dims = () if _is_empty(axis) else axes(axis, len(sizes)) or ()
    if any(sizes[d] != 1 for d in dims):
        raise ValueError(
            say(
                f"cannot select an axis to squeeze out which has size not equal to one: axis {axis} of shape "
                f"{tuple(sizes)}",
                "axes of size 1",
                "Leave the axis out to squeeze all that have size 1.",
            )
        )
    return shapes.squeeze(a, dims) if dims else shapes.reshape(a, sizes)


def _reshape(a: Any, shape: Any, order: str = "C") -> Any:
    _unless(order != "C")
    return shapes.reshape(a, shape)


def _ravel(a: Any, order: str = "C") -> Any:
    _unless(order != "C")
    return shapes.ravel(a)


def _copy(a: Any, order: str = "K") -> Any:
    _unless(order not in ("K", "C"))
    return elementwise.clone(a)


def _transpose(a: Any, axes: Any = None) -> Any:
    return shapes.permute(a, tuple(range(a._array.ndim))[::-1] if axes is None else tuple(axes))


def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    return shapes.transpose(a, axis1, axis2)


def _flip(m: Any, axis: Any = None) -> Any:
    return flips.flip(m, tuple(range(m._array.ndim)) if axis is None else axis)


def _roll(a: Any, shift: Any, axis: Any = None) -> Any:
    return flips.roll(a, shift, () if axis is None else axis)


def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    return shapes.movedim(a, source, destination)


def _broadcast_to(array: Any, shape: Any) -> Any:
    return shapes.broadcast_to(array, shape)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    _unless((a_min is not None and min is not None) or (a_max is not None and max is not None))
    low, high = a_min if min is None else min, a_max if max is None else max
    if low is None and high is None:
        return elementwise.clone(a)
    if low is None or high is None or isinstance(low, Leaf) == isinstance(high, Leaf):
        return choices.clamp(a, low, high)
    return choices.clamp(a, as_tensor_like(low), as_tensor_like(high))


def _concatenate(arrays: Any, axis: int | None = 0) -> Any:
    tensors = [as_tensor_like(_operand(a)) for a in arrays]
    if axis is None:
        tensors, axis = [shapes.ravel(t) for t in tensors], 0
    _unless(len({t._array.ndim for t in tensors}) > 1)
    return join.cat(tensors, axis)


def _stack(arrays: Any, axis: int = 0) -> Any:
    return join.stack([as_tensor_like(_operand(a)) for a in arrays], axis)


def _like(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, *args: Any, **kwargs: Any) -> Any:
        z = function(_array(a), *args, **kwargs)
        return wrap(z) if dtypes.known(z.dtype) else z

    return apply


def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    x, i = as_tensor_like(arr), _array(indices)
    sizes = x._array.shape
    if axis is None or i.ndim != len(sizes) or i.dtype.kind not in "iu":
        raise _NoRuleError
    return gather.Gather(kernels.along(i, axis, sizes), False).apply(x)


def _size(a: Any, axis: Any = None) -> int:
    return np.size(_array(a), axis)


def _astype(x: Any, dtype: Any) -> Any:
    return ToCopy(dtype=np.dtype(dtype)).apply(x)


UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: arithmetic.plus,
    np.subtract: arithmetic.minus,
    np.multiply: arithmetic.mul,
    np.divide: arithmetic.over,
    np.floor_divide: arithmetic.floor_divide,
    np.remainder: arithmetic.remainder,
    np.fmod: arithmetic.fmod,
    np.power: arithmetic.pow,
    np.float_power: arithmetic.float_power,
    np.negative: arithmetic.neg,
    np.positive: elementwise.clone,
    np.reciprocal: arithmetic.reciprocal,
    np.square: lambda x: x * x,
    np.absolute: elementwise.abs,
    np.fabs: elementwise.abs,
    np.exp: elementwise.exp,
    np.exp2: elementwise.exp2,
    np.expm1: elementwise.expm1,
    np.log: elementwise.log,
    np.log2: elementwise.log2,
    np.log10: elementwise.log10,
    np.log1p: elementwise.log1p,
    np.logaddexp: elementwise.logaddexp,
    np.logaddexp2: elementwise.logaddexp2,
    np.sqrt: elementwise.sqrt,
    np.sin: trigonometry.sin,
    np.cos: trigonometry.cos,
    np.tan: trigonometry.tan,
    np.arcsin: trigonometry.asin,
    np.arccos: trigonometry.acos,
    np.arctan: trigonometry.atan,
    np.arctan2: trigonometry.atan2,
    np.hypot: trigonometry.hypot,
    np.sinh: trigonometry.sinh,
    np.cosh: trigonometry.cosh,
    np.tanh: trigonometry.tanh,
    np.arcsinh: trigonometry.asinh,
    np.arccosh: trigonometry.acosh,
    np.arctanh: trigonometry.atanh,
    np.deg2rad: trigonometry.deg2rad,
    np.radians: trigonometry.deg2rad,
    np.rad2deg: trigonometry.rad2deg,
    np.degrees: trigonometry.rad2deg,
    np.sign: rounding.sign,
    np.floor: rounding.floor,
    np.ceil: rounding.ceil,
    np.trunc: rounding.trunc,
    np.rint: rounding.round,
    np.copysign: rounding.copysign,
    np.maximum: choices.maximum,
    np.minimum: choices.minimum,
    np.fmax: choices.fmax,
    np.fmin: choices.fmin,
    np.matmul: linalg.matmul,
    np.equal: compare.eq,
    np.not_equal: compare.ne,
    np.less: compare.lt,
    np.less_equal: compare.le,
    np.greater: compare.gt,
    np.greater_equal: compare.ge,
    np.logical_and: compare.logical_and,
    np.logical_or: compare.logical_or,
    np.logical_xor: compare.logical_xor,
    np.logical_not: compare.logical_not,
    np.bitwise_and: compare.bitwise_and,
    np.bitwise_or: compare.bitwise_or,
    np.bitwise_xor: compare.bitwise_xor,
    np.left_shift: compare.bitwise_left_shift,
    np.right_shift: compare.bitwise_right_shift,
    np.invert: compare.bitwise_not,
    np.isnan: compare.isnan,
    np.isfinite: compare.isfinite,
    np.isinf: compare.isinf,
    np.signbit: compare.signbit,
}

FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: _reduction(reduce.sum, floating=False),
    np.mean: _reduction(reduce.mean, floating=True),
    np.max: _extreme(extremes.max, choices.maximum, -math.inf),
    np.min: _extreme(extremes.min, choices.minimum, math.inf),
    np.var: _variance(reduce.var),
    np.std: _variance(reduce.std),
    np.argmax: _chooser(np.argmax),
    np.argmin: _chooser(np.argmin),
    np.where: _where,
    np.clip: _clip,
    np.round: lambda a, decimals=0: rounding.round(a, decimals=decimals),
    np.sinc: trigonometry.sinc,
    np.copy: _copy,
    np.dot: _dot,
    np.reshape: _reshape,
    np.ravel: _ravel,
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.expand_dims: _expand_dims,
    np.squeeze: _squeeze,
    np.moveaxis: _moveaxis,
    np.flip: _flip,
    np.roll: _roll,
    np.broadcast_to: _broadcast_to,
    np.cross: lambda a, b, *, axis: products.cross_along(a, b, axis),
    np.diagonal: lambda a, offset=0, axis1=0, axis2=1: diagonals.diagonal(a, offset, axis1, axis2),
    np.tril: lambda m, k=0: diagonals.tril(m, k),
    np.triu: lambda m, k=0: diagonals.triu(m, k),
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.take_along_axis: _take_along_axis,
    np.linalg.inv: inverses.inverse,
    np.linalg.solve: inverses.solve,
    np.linalg.det: inverses.det,
    np.linalg.slogdet: inverses.slogdet,
    np.linalg.cholesky: lambda a, /, *, upper=False: decompositions.cholesky(a, upper),
    np.linalg.qr: lambda a, mode="reduced": decompositions.qr_of(a, mode),
    np.linalg.eigh: lambda a, UPLO="L": decompositions.eigh_of(a, UPLO),
    np.linalg.svd: lambda a, full_matrices=True: decompositions.svd_of(a, full_matrices),
    np.zeros_like: _like(np.zeros_like),
    np.ones_like: _like(np.ones_like),
    np.full_like: _like(np.full_like),
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: _size,
    np.prod: _product,
    np.cumsum: _cumulative(scan.cumsum),
    np.cumprod: _cumulative(scan.cumprod),
    kernels.astype: _astype,
    kernels.combine: scatter.combine,
    kernels.fold: parts.fold,
    kernels.windows: parts.unfold,
    kernels.put: index.put,
    matrix_kernels.inverse: inverses.inverse,
    matrix_kernels.solve_triangular: inverses.substituted,
    matrix_kernels.cofactors: lambda x: inverses.Cofactors().apply(x),
    matrix_kernels.svd_or_nan: lambda x: decompositions.svd_of(x, True),
    kernels.recurrence: scan.recurred,
    kernels.running_product: scan.multiplied,
    kernels.running_sum: scan.summed,
    kernels.replace: index.replace,
    kernels.sigmoid: elementwise.sigmoid,
    kernels.trunc_divide: lambda x, y: arithmetic.div(x, y, rounding_mode="trunc"),
    special_kernels.erf: special.erf,
    special_kernels.erfc: special.erfc,
    special_kernels.erfinv: special.erfinv,
    special_kernels.lgamma: special.lgamma,
    special_kernels.digamma: special.digamma,
    special_kernels.polygamma: special.polygamma,
    special_kernels.xlogy: special.xlogy,
    kernels.keep_where: lambda mask, g: choices.where(mask, g, 0),
}


def _parameters(rule: Callable[..., Any]) -> tuple[float, frozenset[str] | None]:
    """Return how many arguments a rule takes by position, and which by name (None: any)."""
    parameters = inspect.signature(rule).parameters.values()
    kinds = {p.kind for p in parameters}
    most: float = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        most = math.inf
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return most, None
    return most, frozenset(p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD))


_PARAMETERS = {function: _parameters(rule) for function, rule in FUNCTIONS.items()}


def array_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Answer a ufunc call that has a Tensor among its arguments (`Tensor.__array_ufunc__`)."""
    rule = UFUNCS.get(ufunc)
    if method == "__call__" and rule is not None and all(v is None for v in kwargs.values()):
        return rule(*[_operand(a) for a in inputs])
    name = f"np.{ufunc.__name__}" if method == "__call__" else f"np.{ufunc.__name__}.{method}"
    return _on_arrays(name, getattr(ufunc, method), inputs, kwargs)


def array_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Answer a NumPy function call that has a Tensor among its arguments (`Tensor.__array_function__`)."""
    rule = FUNCTIONS.get(function)
    if rule is not None:
        most, names = _PARAMETERS[function]
        given = kwargs if names is None else {k: v for k, v in kwargs.items() if k in names or v is not None}
        if len(args) <= most and (names is None or names.issuperset(given)):
            try:
                return rule(*args, **given)
            except _NoRuleError:
                pass
    return _on_arrays(f"np.{function.__name__}", function, args, kwargs)


def _on_arrays(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute on the arrays, unless a gradient would be lost.

    Raises
    ------
    NumpyFunctionError
        An argument requires a gradient, or the result was to be written into a tensor.
    """

    def plain(a: Any) -> Any:
        if type(a) in (tuple, list):
            return type(a)(plain(i) for i in a)
        if not hasattr(a, "_array"):
            return a
        if a._needs:
            raise NumpyFunctionError(
                say(
                    f"{name} has no derivative rule for this call, and was given a tensor that requires a gradient",
                    "a function of autograd, or a tensor without gradient",
                    "Use the function of the same name in autograd, or call it on x.detach().",
                )
            )
        return a._array

    out = kwargs.get("out")
    if any(isinstance(o, Leaf) for o in (out if type(out) is tuple else (out,))):
        raise NumpyFunctionError(
            say(
                f"{name} was to write its result into a tensor, and the tape would not see that",
                "an array, or nothing, as out=",
                "Write x.copy_(result) instead.",
            )
        )
    values = [plain(a) for a in args]
    return function(*values, **{k: plain(v) for k, v in kwargs.items()})
