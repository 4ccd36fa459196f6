"""NumPy's functions, spelled in our operations: what `np.exp(tensor)` and `np.sum(tensor, axis=0)` do.

This is how one derivative rule serves higher orders: read on Tensors, its NumPy calls land here and are recorded. It
is also what keeps the graph in `ndarray * tensor`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels
from autograd.errors import NumpyFunctionError, say
from autograd.op import wrap
from autograd.operands import ToCopy, as_tensor_like
from autograd.ops import compare, elementwise, index, join, linalg, reduce, shape
from autograd.ops.dims import axes, dimension

if TYPE_CHECKING:
    pass


def _of_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compute on the arrays, without gradient (indices, masks, shapes)."""

    def apply(*args: Any, **kwargs: Any) -> Any:
        z = function(*[getattr(a, "_array", a) for a in args], **kwargs)
        return wrap(np.asarray(z))

    return apply


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        return function(a, axis, keepdims)

    return apply


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's max and min: over several axes one after the other; the gradient goes to one element each."""

    def apply(a: Any, axis: Any = None, *, keepdims: bool = False, initial: float | None = None) -> Any:
        if axis is None:
            z = function(a)
            return z.reshape((1,) * a._array.ndim) if keepdims else z
        for d in sorted(axes(axis, a._array.ndim) or (), reverse=True):
            a = function(a, d, keepdims)[0]
        return a

    return apply


def _variance(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
        return function(a, axis, correction=ddof, keepdim=keepdims)

    return apply


def _expand_dims(a: Any, axis: Any) -> Any:
    dims = (axis,) if isinstance(axis, int) else tuple(axis)
    ndim = a._array.ndim + len(dims)
    for d in sorted(dimension(d, ndim) for d in dims):
        a = shape.unsqueeze(a, d)
    return a


def _squeeze(a: Any, axis: Any = None) -> Any:
    return shape.squeeze(a, axis)


def _transpose(a: Any, axes: Any = None) -> Any:
    return shape.permute(a, tuple(range(a._array.ndim))[::-1] if axes is None else tuple(axes))


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return elementwise.clamp(a, a_min if min is None else min, a_max if max is None else max)


def _like(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(a: Any, *args: Any, **kwargs: Any) -> Any:
        return wrap(function(a._array, *args, **kwargs))

    return apply


def _take_along_axis(a: Any, indices: Any, axis: int) -> Any:
    i = getattr(indices, "_array", indices)
    grid: list[Any] = [np.arange(n).reshape((-1,) + (1,) * (i.ndim - d - 1)) for d, n in enumerate(i.shape)]
    grid[axis] = i
    return index.Index(index=tuple(grid), unique=True).apply(as_tensor_like(a))


def _astype(x: Any, dtype: Any) -> Any:
    return ToCopy(dtype=np.dtype(dtype)).apply(x)


UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: elementwise.plus,
    np.subtract: elementwise.minus,
    np.multiply: elementwise.mul,
    np.divide: elementwise.over,
    np.floor_divide: elementwise.floor_divide,
    np.remainder: elementwise.remainder,
    np.power: elementwise.pow,
    np.negative: elementwise.neg,
    np.absolute: elementwise.abs,
    np.sign: elementwise.sign,
    np.floor: elementwise.floor,
    np.exp: elementwise.exp,
    np.log: elementwise.log,
    np.log1p: elementwise.log1p,
    np.sqrt: elementwise.sqrt,
    np.sin: elementwise.sin,
    np.cos: elementwise.cos,
    np.tanh: elementwise.tanh,
    np.reciprocal: elementwise.reciprocal,
    np.maximum: elementwise.maximum,
    np.minimum: elementwise.minimum,
    np.matmul: linalg.matmul,
    np.square: lambda x: x * x,
    np.equal: compare.eq,
    np.not_equal: compare.ne,
    np.less: compare.lt,
    np.less_equal: compare.le,
    np.greater: compare.gt,
    np.greater_equal: compare.ge,
    np.logical_and: compare.logical_and,
    np.logical_or: compare.logical_or,
    np.logical_not: compare.logical_not,
    np.bitwise_and: compare.bitwise_and,
    np.bitwise_or: compare.bitwise_or,
    np.invert: compare.bitwise_not,
    np.isnan: compare.isnan,
    np.isfinite: compare.isfinite,
    np.isinf: compare.isinf,
}

FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: _reduction(reduce.sum),
    np.mean: _reduction(reduce.mean),
    np.max: _extreme(reduce.max),
    np.min: _extreme(reduce.min),
    np.var: _variance(reduce.var),
    np.std: _variance(reduce.std),
    np.argmax: _of_arrays(np.argmax),
    np.argmin: _of_arrays(np.argmin),
    np.where: elementwise.where,
    np.clip: _clip,
    np.copy: elementwise.clone,
    np.dot: linalg.matmul,
    np.reshape: shape.reshape,
    np.ravel: shape.ravel,
    np.transpose: _transpose,
    np.swapaxes: shape.transpose,
    np.expand_dims: _expand_dims,
    np.squeeze: _squeeze,
    np.broadcast_to: shape.broadcast_to,
    np.concatenate: lambda arrays, axis=0: join.cat(arrays, axis),
    np.stack: lambda arrays, axis=0: join.stack(arrays, axis),
    np.take_along_axis: _take_along_axis,
    np.zeros_like: _like(np.zeros_like),
    np.ones_like: _like(np.ones_like),
    np.full_like: _like(np.full_like),
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a._array.size,
    kernels.astype: _astype,
    kernels.put: index.put,
    kernels.replace: index.replace,
    kernels.keep_where: lambda mask, g: elementwise.where(mask, g, 0),
}


def array_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Answer a ufunc call that has a Tensor among its arguments (`Tensor.__array_ufunc__`)."""
    rule = UFUNCS.get(ufunc)
    if method == "__call__" and rule is not None and not kwargs:
        return rule(*inputs)
    name = f"np.{ufunc.__name__}" if method == "__call__" else f"np.{ufunc.__name__}.{method}"
    return _on_arrays(name, getattr(ufunc, method), inputs, kwargs)


def array_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Answer a NumPy function call that has a Tensor among its arguments (`Tensor.__array_function__`)."""
    rule = FUNCTIONS.get(function)
    if rule is not None:
        return rule(*args, **kwargs)
    return _on_arrays(f"np.{function.__name__}", function, args, kwargs)


def _on_arrays(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute on the arrays, unless a gradient would be lost.

    Raises
    ------
    NumpyFunctionError
        An argument requires a gradient.
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

    values = [plain(a) for a in args]
    return function(*values, **{k: plain(v) for k, v in kwargs.items()})
