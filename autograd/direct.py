"""NumPy's functions for rules, and a few expressions of them, without what they cost too much on plain arrays.

`np.sum` of a small array takes twice as long as the ufunc method behind it, `np.swapaxes` seven times as long as the
array's own. Each function here asks for the type once: an ndarray goes the short way, everything else (a Tensor, a
recording array, a NumPy scalar) to the NumPy function of that name, which finds the right reading by itself. On the
short way NumPy's warnings (of ∞ - ∞, of overflow) are this package's, and so are not shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np

Array = Any  # an ndarray, a NumPy scalar, or anything that speaks NumPy's protocols
Axes = int | tuple[int, ...] | None

_ndarray = np.ndarray
_float64 = np.float64
_add: Any = np.add.reduce
_multiply: Any = np.multiply.reduce
_maximum: Any = np.maximum.reduce

#: What a tensor holds, an array or (a number) perhaps a NumPy scalar; and what its `.grad` holds, AttributeError if
#: that is None. For loops over parameters: `map` calls them without a step of Python.
held: Any = attrgetter("_array")
held_gradient: Any = attrgetter("_grad._array")

#: Up to so many elements, repeating a value in memory of its own is quicker than a view that repeats it.
SMALL = 4096


def sum(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    """Return `np.sum(x, axis, keepdims=keepdims)`."""
    return _add(x, axis, None, None, keepdims) if type(x) is _ndarray else np.sum(x, axis=axis, keepdims=keepdims)


def prod(x: Array, axis: Axes = None, keepdims: bool = False) -> Array:
    """Return `np.prod(x, axis, keepdims=keepdims)`."""
    return _multiply(x, axis, None, None, keepdims) if type(x) is _ndarray else np.prod(x, axis=axis, keepdims=keepdims)


def max(x: Array, axis: Axes = None, keepdims: bool = False, initial: float = -math.inf) -> Array:
    """Return `np.max(x, axis, keepdims=keepdims, initial=initial)`; -inf, unless given, for no elements."""
    if type(x) is _ndarray:
        return _maximum(x, axis, None, None, keepdims, initial)
    return np.max(x, axis=axis, keepdims=keepdims, initial=initial)


def reshape(x: Array, shape: int | tuple[int, ...]) -> Array:
    """Return `np.reshape(x, shape)`."""
    return x.reshape(shape) if type(x) is _ndarray else np.reshape(x, shape)


def swapaxes(x: Array, axis1: int, axis2: int) -> Array:
    """Return `np.swapaxes(x, axis1, axis2)`."""
    return x.swapaxes(axis1, axis2) if type(x) is _ndarray else np.swapaxes(x, axis1, axis2)


def transpose(x: Array, axes: Sequence[int]) -> Array:
    """Return `np.transpose(x, axes)`."""
    return x.transpose(axes) if type(x) is _ndarray else np.transpose(x, axes)


def expand_dims(x: Array, axis: int | tuple[int, ...]) -> Array:
    """Return `np.expand_dims(x, axis)`."""
    if type(x) is not _ndarray:
        return np.expand_dims(x, axis)
    axes = axis if isinstance(axis, tuple) else (axis,)
    n = x.ndim + len(axes)
    new = {a % n for a in axes}
    sizes = iter(x.shape)
    return x.reshape([1 if i in new else next(sizes) for i in range(n)])


def squeeze(x: Array, axis: int | tuple[int, ...]) -> Array:
    """Return `np.squeeze(x, axis)`."""
    return x.squeeze(axis) if type(x) is _ndarray else np.squeeze(x, axis)


def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    """Return `np.broadcast_to(x, shape)`; in memory of its own if it is small."""
    if (type(x) is _ndarray or isinstance(x, np.generic)) and math.prod(shape) <= SMALL:
        z = np.empty(shape, x.dtype)
        z[...] = x
        return z
    return np.broadcast_to(x, shape)


# ------------------------------------------------------------------------------------------------------- expressions

#: The integers of a float's size, and from how many elements on it is quicker to edit floats as integers.
_integers = {np.dtype(np.float32): np.dtype(np.int32), np.dtype(np.float64): np.dtype(np.int64)}
BITS = 2048

#: 0 and 1 by dtype, as arrays: NumPy takes longer to make a Python number one than to add it to a small array.
_zeros = {d: np.zeros((), d) for d in (np.dtype(np.float32), np.dtype(np.float64))}
_ones = {d: np.ones((), d) for d in _zeros}
_zero = np.float64(0)


def zero(x: Array) -> Any:
    """Return the number 0 for expressions with `x`."""
    return _zeros.get(x.dtype, 0) if type(x) is _ndarray else 0


def sigmoid(x: Array) -> Array:
    """Return `1 / (1 + np.exp(-x))`."""
    if type(x) is _float64:  # one number: a ufunc takes ten times as long as Python does
        try:
            return _float64(1 / (1 + math.exp(-x)))
        except OverflowError:
            return _float64(0)
    one = _ones.get(x.dtype) if type(x) is _ndarray and x.ndim else None
    if one is None:
        return 1 / (1 + np.exp(-x))
    z = np.negative(x)
    np.exp(z, z)
    np.add(z, one, z)
    return np.reciprocal(z, z)


def sigmoid_slope(z: Array) -> Array:
    """Return `z * (1 - z)`."""
    if type(z) is not _ndarray:
        return z * (1 - z)
    slope = np.subtract(_ones.get(z.dtype, 1), z)
    return np.multiply(z, slope, slope) if type(slope) is _ndarray else z * slope


def tanh_slope(z: Array) -> Array:
    """Return `1 - z * z`."""
    if type(z) is not _ndarray:
        return 1 - z * z
    square = z * z
    return np.subtract(_ones.get(z.dtype, 1), square, square) if type(square) is _ndarray else 1 - square


def power(x: Array, c: float) -> Array:
    """Return `x**c` for a number c: x itself for c = 1."""
    return x if c == 1 and (type(x) is _float64 or type(x) is _ndarray) else x**c


def relu(x: Array) -> Array:
    """Return `np.maximum(0, x)`; -0 stays -0, and NaN stays NaN."""
    if type(x) is _ndarray:
        return np.maximum(_zeros.get(x.dtype, 0), x)
    if type(x) is _float64:
        return _zero if x < 0 else x
    return np.maximum(0, x)


def zero_where(mask: Array, g: Array) -> Array:
    """Return `np.where(mask, 0, g)`; unlike `g * (1 - mask)` right for infinities."""
    if type(g) is _ndarray and type(mask) is _ndarray and g.shape == mask.shape:
        integer: Any = _integers.get(g.dtype)
        if integer is not None and g.size >= BITS:
            # A branch an element is slow where the mask has no pattern. All bits of a float, and-ed with none or all:
            bits = mask.view(np.int8).astype(integer)
            bits -= 1
            return np.bitwise_and(bits, np.ascontiguousarray(g).view(integer), bits).view(g.dtype)
        z = g.copy()
        np.putmask(z, mask, 0)
        return z
    if isinstance(g, np.generic) and isinstance(mask, np.generic):
        return g.dtype.type(0) if mask else g
    return np.where(mask, 0, g)
