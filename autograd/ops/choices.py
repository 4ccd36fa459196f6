"""Choices: the larger, the smaller, one or the other by a condition, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.appliers import binary
from autograd.errors import AutogradError, DtypeError, say
from autograd.op import Array, Elementwise, wrap
from autograd.operands import as_tensor_like, common, converted
from autograd.ops.checks import broadcastable, numbers, tensors

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "fmax",
    "fmin",
    "maximum",
    "minimum",
    "nan_to_num",
    "where",
]


class Maximum(Elementwise):
    """z = max(x, y)     the gradient goes to the larger; at a tie half of it to each"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        return np.maximum(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        shared = np.where(x == y, g / 2, g)
        return np.where(x < y, 0, shared), np.where(x > y, 0, shared)


class Minimum(Elementwise):
    """z = min(x, y)     the gradient goes to the smaller; at a tie half of it to each"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        return np.minimum(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        shared = np.where(x == y, g / 2, g)
        return np.where(x > y, 0, shared), np.where(x < y, 0, shared)


class Fmax(Elementwise):
    """z = max(x, y), or the other where one is NaN     the gradient goes to the larger; at a tie to x"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        return np.fmax(y, x)  # of two zeros it takes the second

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        first = (x >= y) | np.isnan(y)
        return np.where(first, g, 0), np.where(first, 0, g)


class Fmin(Elementwise):
    """z = min(x, y), or the other where one is NaN     the gradient goes to the smaller; at a tie to x"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        return np.fmin(y, x)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        first = (x <= y) | np.isnan(y)
        return np.where(first, g, 0), np.where(first, 0, g)


class Where(Elementwise):
    """z = x where the condition holds, else y     dx = g where it holds,  dy = g where not"""

    __slots__ = ("condition",)
    watched = ("condition",)
    condition: Array

    def forward(self, x: Array, y: Array) -> Array:
        return np.where(self.condition, x, y)

    def backward(self, g: Array) -> Any:
        return np.where(self.condition, g, 0), np.where(self.condition, 0, g)


class Clamp(Elementwise):
    """z = min(max(x, low), high) for numbers     dx = g where low <= x <= high, else 0"""

    __slots__ = ("high", "low")
    torch_name = "ClampBackward1"
    saves = (0,)
    low: float | None
    high: float | None

    def forward(self, x: Array) -> Array:
        if self.low and self.high:
            return np.clip(x, self.low, self.high)
        z = x if self.low is None else np.maximum(self.low, x)  # in this order -0 stays -0, which clip loses
        return z if self.high is None else np.minimum(self.high, z)

    def backward(self, g: Array, x: Array) -> Array:
        inside = True if self.low is None else x >= self.low
        if self.high is not None:
            inside = inside & (x <= self.high)
        return np.where(inside, g, 0)


class ClampTensors(Elementwise):
    """z = min(max(x, l), h)     dx = g where l <= x <= h,  dl = g where x < l < h,  dh = g where x > h or h < l"""

    torch_name = "ClampBackward0"
    saves = (0, 1, 2)

    def forward(self, x: Array, low: Array, high: Array) -> Array:
        return np.minimum(np.maximum(x, low), high)

    def backward(self, g: Array, x: Array, low: Array, high: Array) -> Any:
        return (
            np.where((x >= low) & (x <= high), g, 0),
            np.where((x < low) & (low < high), g, 0),
            np.where((x > high) | (high < low), g, 0),
        )


class ClampMin(Elementwise):
    """z = max(x, l)     dx = g where x >= l,  dl = g where x < l"""

    torch_name = "ClampBackward0"
    saves = (0, 1)

    def forward(self, x: Array, low: Array) -> Array:
        return np.maximum(x, low)

    def backward(self, g: Array, x: Array, low: Array) -> Any:
        return np.where(x >= low, g, 0), np.where(x < low, g, 0)


class ClampMax(Elementwise):
    """z = min(x, h)     dx = g where x <= h,  dh = g where x > h"""

    torch_name = "ClampBackward0"
    saves = (0, 1)

    def forward(self, x: Array, high: Array) -> Array:
        return np.minimum(x, high)

    def backward(self, g: Array, x: Array, high: Array) -> Any:
        return np.where(x <= high, g, 0), np.where(x > high, g, 0)


class NanToNum(Elementwise):
    """z = x, but numbers in place of NaN, inf and -inf     dx = g where x is finite"""

    __slots__ = ("nan", "neginf", "posinf")
    saves = (0,)
    nan: float
    neginf: float
    posinf: float

    def forward(self, x: Array) -> Array:
        finite = np.where(x == np.inf, self.posinf, np.where(x == -np.inf, self.neginf, x))
        return np.where(np.isnan(x), self.nan, finite)

    def backward(self, g: Array, x: Array) -> Array:
        return np.where(np.isfinite(x), g, 0)


maximum = binary(Maximum)
minimum = binary(Minimum)
fmax = binary(Fmax)
fmin = binary(Fmin)
_at_least = binary(ClampMin)
_at_most = binary(ClampMax)


def _plain(value: Any) -> bool:
    return isinstance(value, np.generic | int | float)


def _number_of(limit: Any) -> Any:
    """Return what a tensor without dimensions and gradient holds, and all else as it is."""
    return limit.item() if hasattr(limit, "_array") and not (limit._shape or limit._needs) else limit


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Choose elementwise: `input` where `condition` holds, `other` elsewhere.

    Parameters
    ----------
    condition : Tensor of bool or uint8
    input, other : Tensor or number
        Broadcast with the condition. Without them the indices of True are returned, as a tuple.

    Raises
    ------
    TypeError
        One of `input` and `other` is missing, or the condition is no tensor.
    RuntimeError
        The condition has another dtype, a number does not fit into the result's dtype, or the shapes cannot be
        broadcast together.
    """
    if isinstance(condition, bool | int | float) or (input is None) != (other is None):
        raise TypeError(
            say(
                f"where was given {type(condition).__name__}, {type(input).__name__} and {type(other).__name__}",
                "a condition tensor, alone or with two tensors or numbers to choose from",
                "Write where(x > 0, x, 0.0), say.",
            )
        )
    condition = as_tensor_like(condition)
    mask = condition._array
    if input is None:
        return tuple([wrap(i) for i in np.nonzero(np.atleast_1d(mask))])
    if mask.dtype == np.uint8:
        mask = mask != 0
    if mask.dtype.kind != "b":
        raise DtypeError(
            say(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype}",
                "a bool tensor",
                "Write a comparison, such as x > 0.",
            )
        )
    a, b = common((input, other))
    for value in (input, other):
        if _plain(value):
            converted(value, a._array.dtype)  # which refuses what does not fit
    broadcastable("where", condition, a, b)
    return Where(condition=mask).apply(a, b)


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Limit every element to [min, max]; the gradient passes where the limits hold.

    Parameters
    ----------
    min, max : number, Tensor or None
        Both numbers or both tensors, which are broadcast; beside a number, a tensor without dimensions is a number.
        Where min > max, the result is max. A NaN among the limits gives NaN.

    Returns
    -------
    Tensor
        Of the dtype that promotion gives all of them: integers within limits that are floats become floats.

    Raises
    ------
    RuntimeError
        Neither limit is given, a number does not fit into the dtype, or the shapes cannot be broadcast together.
    TypeError
        One limit is a number and the other a tensor.
    """
    tensors("clamp", input)
    if _plain(min) != _plain(max):  # beside a number, a tensor of one number counts as that
        min, max = [_number_of(v) for v in (min, max)]
    limits = [v for v in (min, max) if v is not None]
    if not limits:
        raise AutogradError(
            say(
                "clamp was given neither min nor max: At least one of 'min' or 'max' must not be None",
                "at least one of them",
                "Write x.clamp(min=0), say.",
            )
        )
    if all(_plain(v) for v in limits):
        x = common((input, *limits))[0]
        numbers("clamp", x._array.dtype)
        low, high = [v if v is None or x._array.dtype.kind == "f" else converted(v, x._array.dtype) for v in (min, max)]
        return Clamp(low=low, high=high).apply(x)  # type: ignore[no-any-return]
    if any(_plain(v) for v in limits):
        raise TypeError(
            say(
                f"clamp was given min of type {type(min).__name__} and max of type {type(max).__name__}",
                "two numbers or two tensors",
                "Make a tensor of the number: autograd.tensor(2.0).",
            )
        )
    if max is None:
        return _at_least(input, min)
    if min is None:
        return _at_most(input, max)
    operands = common((input, min, max))
    numbers("clamp", operands[0]._array.dtype)
    broadcastable("clamp", *operands)
    return ClampTensors().apply(*operands)  # type: ignore[no-any-return]


clip = clamp


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Raise every element to at least `min`: `clamp(input, min=min)`."""
    return clamp(input, min)


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Lower every element to at most `max`: `clamp(input, max=max)`."""
    return clamp(input, None, max)


def nan_to_num(
    input: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Replace NaN and the infinities by numbers.

    Parameters
    ----------
    nan : float, optional
        0 by default.
    posinf, neginf : float, optional
        The largest and the smallest finite number of the dtype by default.
    """
    input = as_tensor_like(input)
    d = input._array.dtype
    if d.kind != "f":
        return wrap(np.copy(input._array))
    limits = np.finfo(d)
    return NanToNum(  # type: ignore[no-any-return]
        nan=d.type(0 if nan is None else nan),
        posinf=d.type(limits.max if posinf is None else posinf),
        neginf=d.type(limits.min if neginf is None else neginf),
    ).apply(input)
