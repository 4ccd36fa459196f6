"""Choices: the larger, the smaller, one or the other by a condition, within limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.appliers import binary, shapes_disagree
from autograd.errors import AutogradError, say
from autograd.op import Array, Elementwise, wrap
from autograd.operands import as_tensor_like, common

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "clamp",
    "clip",
    "maximum",
    "minimum",
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
        return np.clip(x, self.low, self.high)

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


maximum = binary(Maximum)
minimum = binary(Minimum)


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Choose elementwise: `input` where `condition` holds, `other` elsewhere.

    Parameters
    ----------
    condition : Tensor of bool
    input, other : Tensor or number
        Broadcast with the condition. Without them the indices of True are returned, as a tuple.
    """
    mask = as_tensor_like(condition)._array
    if input is None and other is None:
        return tuple([wrap(i) for i in np.nonzero(mask)])
    if mask.dtype.kind != "b":
        raise RuntimeError(
            say(
                f"where was given a condition of dtype {as_tensor_like(condition).dtype}",
                "a bool tensor",
                "Write a comparison, such as x > 0.",
            )
        )
    a, b = common((input, other))
    shapes = (mask.shape, a._array.shape, b._array.shape)
    try:
        np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise shapes_disagree("where", error, *shapes) from None
    return Where(condition=mask).apply(a, b)


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Limit every element to [min, max]; the gradient passes where the limits hold.

    Parameters
    ----------
    min, max : number, Tensor or None
        Where min > max, the result is max.

    Raises
    ------
    RuntimeError
        Neither limit is given.
    """
    if min is None and max is None:
        raise AutogradError(
            say("clamp was given neither min nor max", "at least one of them", "Write x.clamp(min=0), say.")
        )
    input = as_tensor_like(input)
    if isinstance(min, int | float | None) and isinstance(max, int | float | None):
        if isinstance(min, float) or isinstance(max, float):
            input = common((input, 0.0))[0]
        return Clamp(low=min, high=max).apply(input)  # type: ignore[no-any-return]
    low = -math.inf if min is None else min
    high = math.inf if max is None else max
    if min is None or max is None:
        return minimum(input, high) if min is None else maximum(input, low)
    operands = common((input, low, high))
    shapes = [t._array.shape for t in operands]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise shapes_disagree("clamp", error, *shapes) from None
    return ClampTensors().apply(*operands)  # type: ignore[no-any-return]


clip = clamp
