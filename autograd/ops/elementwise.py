"""Exponentials, logarithms, roots, activations, and copies: element by element."""

from __future__ import annotations

import numpy as np

from autograd import kernels
from autograd.appliers import unary
from autograd.kernels import keep_where
from autograd.op import OUT, Array, Elementwise, Op

__all__ = [
    "abs",
    "exp",
    "log",
    "log1p",
    "relu",
    "sigmoid",
    "sqrt",
]

# -------------------------------------------------------------------------------------- exponentials, logarithms, roots


class Exp(Elementwise):
    """z = exp(x)     dx = g z"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.exp(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * z


class Log(Elementwise):
    """z = ln x     dx = g / x"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.log(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / x


class Log1p(Elementwise):
    """z = ln(1 + x)     dx = g / (1 + x)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.log1p(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g / (x + 1)


class Sqrt(Elementwise):
    """z = √x     dx = g / (2 z)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.sqrt(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g / (2 * z)


# ---------------------------------------------------------------------------------------------------------- activations


class Sigmoid(Elementwise):
    """z = 1 / (1 + exp(-x))     dx = g z (1 - z)     (lecture 001: from the stored activation)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return 1 / (1 + np.exp(-x))

    def backward(self, g: Array, z: Array) -> Array:
        return g * (z * (1 - z))


class Relu(Elementwise):
    """z = max(0, x)     dx = g where z > 0, else 0     (0 at 0)"""

    without_bools = "Convert it first: x.int() or x.float()."
    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def backward(self, g: Array, z: Array) -> Array:
        return keep_where(np.logical_not(z <= 0), g)  # so worded that NaN passes


class Abs(Elementwise):
    """z = |x|     dx = g sign(x)     (0 at 0)"""

    without_bools = "Convert it first: x.int() or x.float()."
    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.abs(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * np.sign(x)


# --------------------------------------------------------------------------------------------------------------- copies


class Clone(Op):
    """z = x, copied     dx = g"""

    def forward(self, x: Array) -> Array:
        return kernels.copied(x)

    def backward(self, g: Array) -> Array:
        return g


# ------------------------------------------------------------------------------------------------- the functions

abs = unary(Abs, floating=False)
exp = unary(Exp)
log = unary(Log)
log1p = unary(Log1p)
sqrt = unary(Sqrt)
sigmoid = unary(Sigmoid)
relu = unary(Relu, floating=False)
clone = unary(Clone, floating=False)
