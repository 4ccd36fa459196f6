"""Exponentials, logarithms, roots, activations, and copies: element by element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import direct, kernels
from autograd.appliers import binary, unary
from autograd.op import OUT, Array, Elementwise, Op
from autograd.ops.checks import floating

__all__ = [
    "abs",
    "absolute",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "relu",
    "rsqrt",
    "sigmoid",
    "sqrt",
]

LN2, LN10 = math.log(2), math.log(10)

# -------------------------------------------------------------------------------------- exponentials, logarithms, roots


class Exp(Elementwise):
    """z = exp(x)     dx = g z"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.exp(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * z


class Exp2(Elementwise):
    """z = 2^x     dx = g z ln 2"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.exp2(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * z * LN2


class Expm1(Elementwise):
    """z = exp(x) - 1     dx = g (z + 1)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.expm1(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * (z + 1)


class Log(Elementwise):
    """z = ln x     dx = g / x"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.log(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / x


class Log2(Elementwise):
    """z = log₂ x     dx = g / (x ln 2)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.log2(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / (x * LN2)


class Log10(Elementwise):
    """z = log₁₀ x     dx = g / (x ln 10)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.log10(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / (x * LN10)


class Log1p(Elementwise):
    """z = ln(1 + x)     dx = g / (1 + x)"""

    torch_name = "Log1PBackward0"
    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.log1p(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / (x + 1)


class Logaddexp(Elementwise):
    """z = ln(exp x + exp y)     dx = g / (1 + exp(y - x)),  dy = g / (1 + exp(x - y))"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        floating("logaddexp", x.dtype)
        return np.logaddexp(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return g / (1 + np.exp(y - x)), g / (1 + np.exp(x - y))


class Logaddexp2(Elementwise):
    """z = log₂(2^x + 2^y)     dx = g / (1 + 2^(y - x)),  dy = g / (1 + 2^(x - y))"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        floating("logaddexp2", x.dtype)
        return np.logaddexp2(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return g / (1 + np.exp2(y - x)), g / (1 + np.exp2(x - y))


class Sqrt(Elementwise):
    """z = √x     dx = g / (2 z)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.sqrt(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g / (2 * z)


class Rsqrt(Elementwise):
    """z = 1 / √x     dx = -g z³ / 2"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return 1 / np.sqrt(x)

    def backward(self, g: Array, z: Array) -> Array:
        return -0.5 * g * (z * z * z)


# ---------------------------------------------------------------------------------------------------------- activations


class Sigmoid(Elementwise):
    """z = 1 / (1 + exp(-x))     dx = g z (1 - z)     (lecture 001: from the stored activation)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return direct.sigmoid(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * direct.sigmoid_slope(z)


class Relu(Elementwise):
    """z = max(0, x)     dx = g where z > 0, else 0     (0 at 0)"""

    without_bools = "Convert it first: x.int() or x.float()."
    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return direct.relu(x)

    def backward(self, g: Array, z: Array) -> Array:
        return direct.zero_where(z <= direct.zero(z), g)  # so worded that NaN passes


class Abs(Elementwise):
    """z = |x|     dx = g sign(x)     (0 at 0)"""

    without_bools = "Convert it first: x.int() or x.float()."
    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.abs(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * kernels.sign(x)


# --------------------------------------------------------------------------------------------------------------- copies


class Clone(Op):
    """z = x, copied     dx = g"""

    def forward(self, x: Array) -> Array:
        return kernels.copied(x)

    def backward(self, g: Array) -> Array:
        return g


# ------------------------------------------------------------------------------------------------- the functions

abs = absolute = unary(Abs, floating=False)
exp = unary(Exp)
exp2 = unary(Exp2)
expm1 = unary(Expm1)
log = unary(Log)
log2 = unary(Log2)
log10 = unary(Log10)
log1p = unary(Log1p)
logaddexp = binary(Logaddexp)
logaddexp2 = binary(Logaddexp2)
sqrt = unary(Sqrt)
rsqrt = unary(Rsqrt)
sigmoid = unary(Sigmoid)
relu = unary(Relu, floating=False)
clone = unary(Clone, floating=False)
