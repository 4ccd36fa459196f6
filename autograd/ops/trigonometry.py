"""Sines, cosines, their hyperbolic relatives, the inverses of all of them, and angles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import direct
from autograd.appliers import binary, unary
from autograd.op import OUT, Array, Elementwise
from autograd.operands import common
from autograd.ops.arithmetic import mul
from autograd.ops.checks import floating

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "deg2rad",
    "hypot",
    "rad2deg",
    "sin",
    "sinc",
    "sinh",
    "tan",
    "tanh",
]


class Sin(Elementwise):
    """z = sin x     dx = g cos x"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.sin(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * np.cos(x)


class Cos(Elementwise):
    """z = cos x     dx = -g sin x"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.cos(x)

    def backward(self, g: Array, x: Array) -> Array:
        return -g * np.sin(x)


class Tan(Elementwise):
    """z = tan x     dx = g (1 + z²)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.tan(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * (1 + z * z)


class Asin(Elementwise):
    """z = arcsin x     dx = g / √(1 - x²)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.arcsin(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / np.sqrt(1 - x * x)


class Acos(Elementwise):
    """z = arccos x     dx = -g / √(1 - x²)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.arccos(x)

    def backward(self, g: Array, x: Array) -> Array:
        return -g / np.sqrt(1 - x * x)


class Atan(Elementwise):
    """z = arctan x     dx = g / (1 + x²)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.arctan(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / (x * x + 1)


class Atan2(Elementwise):
    """z = the angle of the point (y, x)     dx = g y / (x² + y²),  dy = -g x / (x² + y²)     (0 at the origin)"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        return np.arctan2(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        r = x * x + y * y
        inverse = np.where(r == 0, 0, 1 / r)
        return g * y * inverse, g * -x * inverse


class Hypot(Elementwise):
    """z = √(x² + y²)     dx = g x / z,  dy = g y / z"""

    saves = (0, 1, OUT)

    def forward(self, x: Array, y: Array) -> Array:
        floating("hypot", x.dtype)
        return np.hypot(x, y)

    def backward(self, g: Array, x: Array, y: Array, z: Array) -> Any:
        return g * (x / z), g * (y / z)


class Sinh(Elementwise):
    """z = sinh x     dx = g cosh x"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.sinh(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * np.cosh(x)


class Cosh(Elementwise):
    """z = cosh x     dx = g sinh x"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.cosh(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * np.sinh(x)


class Tanh(Elementwise):
    """z = tanh x     dx = g (1 - z²)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.tanh(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * direct.tanh_slope(z)


class Asinh(Elementwise):
    """z = arsinh x     dx = g / √(x² + 1)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.arcsinh(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / np.sqrt(x * x + 1)


class Acosh(Elementwise):
    """z = arcosh x     dx = g / √(x² - 1)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.arccosh(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / np.sqrt(x * x - 1)


class Atanh(Elementwise):
    """z = artanh x     dx = g / (1 - x²)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.arctanh(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / (1 - x * x)


class Sinc(Elementwise):
    """z = sin(πx) / (πx)     dx = g (πx cos(πx) - sin(πx)) / (πx²)     (at 0: z = 1, dx = 0)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        angle = math.pi * x
        return np.where(x == 0, 1, np.sin(angle) / angle)

    def backward(self, g: Array, x: Array) -> Array:
        angle = math.pi * x
        slope = (angle * np.cos(angle) - np.sin(angle)) / (angle * x)
        return g * np.where(x == 0, 0, slope)


def _times(factor: float, name: str, meaning: str) -> Callable[[Tensor], Tensor]:
    def convert(input: Tensor) -> Tensor:
        (x,) = common((input,), floating=True)
        return mul(x, factor)

    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = f"Return {meaning}, elementwise."
    return convert


sin = unary(Sin)
cos = unary(Cos)
tan = unary(Tan)
asin = arcsin = unary(Asin)
acos = arccos = unary(Acos)
atan = arctan = unary(Atan)
atan2 = arctan2 = binary(Atan2, floating=True)
hypot = binary(Hypot)
sinh = unary(Sinh)
cosh = unary(Cosh)
tanh = unary(Tanh)
asinh = arcsinh = unary(Asinh)
acosh = arccosh = unary(Acosh)
atanh = arctanh = unary(Atanh)
sinc = unary(Sinc)
deg2rad = _times(math.pi / 180, "deg2rad", "angles in degrees as angles in radians")
rad2deg = _times(180 / math.pi, "rad2deg", "angles in radians as angles in degrees")
