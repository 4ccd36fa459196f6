"""Derivative rules of activations, one node each: exact far from 0, and at kinks what PyTorch takes there.

Where a rule chooses between two formulas, what the formula not chosen would compute stays finite: in a second
derivative its gradient is 0, and 0 times infinity is not.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Op
from autograd.kernels import sigmoid
from autograd.op import Elementwise
from autograd.special_kernels import erf

Array = Any  # what rules compute with: ndarrays, NumPy scalars, Tensors or recording arrays


# ------------------------------------------------------------------------------------------------ straight pieces


class LeakyRelu(Elementwise):
    """z = x where x > 0, else a x     dx = g, or a g     (a g at 0)"""

    __slots__ = ("slope",)
    saves = (0,)
    slope: float

    def forward(self, x: Array) -> Array:
        return np.where(x > 0, x, x * self.slope)

    def backward(self, g: Array, x: Array) -> Array:
        return np.where(x > 0, g, g * self.slope)


class Prelu(Elementwise):
    """z = x where x > 0, else w x     dx = g, or w g;  dw = 0, or x g     (the latter at 0)"""

    torch_name = "PreluKernelBackward0"
    saves = (0, 1)

    def forward(self, x: Array, w: Array) -> Array:
        return np.where(x > 0, x, w * x)

    def backward(self, g: Array, x: Array, w: Array) -> Any:
        return np.where(x > 0, g, w * g), np.where(x >= 0, 0, x) * g


class Hardtanh(Elementwise):
    """z = x within [low, high], else the nearer of the two     dx = g where low < x < high, else 0"""

    __slots__ = ("high", "low")
    saves = (0,)
    low: float
    high: float

    def forward(self, x: Array) -> Array:
        return np.minimum(np.maximum(x, self.low), self.high)

    def backward(self, g: Array, x: Array) -> Array:
        return np.where((x > self.low) & (x < self.high), g, 0)


class Hardsigmoid(Elementwise):
    """z = (x + 3) / 6, within [0, 1]     dx = g / 6 where -3 < x < 3, else 0"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.minimum(np.maximum(x + 3, 0), 6) / 6

    def backward(self, g: Array, x: Array) -> Array:
        return np.where((x > -3) & (x < 3), g / 6, 0)


class Hardswish(Elementwise):
    """z = x hardsigmoid(x)     dx = 0 up to -3, g (x / 3 + 1/2), g from 3 on"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return x * np.minimum(np.maximum(x + 3, 0), 6) / 6

    def backward(self, g: Array, x: Array) -> Array:
        return g * np.where(x <= -3, 0, np.where(x >= 3, 1, x / 3 + 0.5))


class Hardshrink(Elementwise):
    """z = x where |x| > l, else 0     dx = g, or 0"""

    __slots__ = ("lambd",)
    saves = (0,)
    lambd: float

    def forward(self, x: Array) -> Array:
        return np.where((x >= -self.lambd) & (x <= self.lambd), 0, x)

    def backward(self, g: Array, x: Array) -> Array:
        return np.where((x < -self.lambd) | (x > self.lambd), g, 0)


class Softshrink(Hardshrink):
    """z = x - l where x > l, x + l where x < -l, else 0     dx = g, or 0"""

    def forward(self, x: Array) -> Array:
        return np.where(x > self.lambd, x - self.lambd, np.where(x < -self.lambd, x + self.lambd, 0 * x))


class Threshold(Elementwise):
    """z = x where x > t, else v     dx = g, or 0"""

    __slots__ = ("threshold", "value")
    saves = (0,)
    threshold: float
    value: float

    def forward(self, x: Array) -> Array:
        return np.where(x <= self.threshold, self.value, x)

    def backward(self, g: Array, x: Array) -> Array:
        return np.where(x <= self.threshold, 0, g)


# ------------------------------------------------------------------------------------------------ with exponentials


class Elu(Elementwise):
    """z = s x where x > 0, else s a (exp(c x) - 1)     dx = s g, or s a c exp(c x) g     (the latter at 0)"""

    __slots__ = ("alpha", "inner", "scale")
    saves = (0,)
    alpha: float
    scale: float
    inner: float

    def forward(self, x: Array) -> Array:
        curve = np.expm1(np.where(x >= 0, 0, x) * self.inner) * (self.alpha * self.scale)
        return np.where(x > 0, x * self.scale, curve)

    def backward(self, g: Array, x: Array) -> Array:
        slope = np.exp(np.where(x >= 0, 0, x) * self.inner) * (self.alpha * self.scale * self.inner)
        return g * np.where(x > 0, self.scale, slope)


class Celu(Elu):
    """z = x where x > 0, else a (exp(x / a) - 1)     dx = g, or exp(x / a) g     (an ELU without a corner)"""


class Softplus(Elementwise):
    """z = ln(1 + exp(b x)) / b     dx = g σ(b x)     (z = x, dx = g where b x > t: there the rest is lost anyway)"""

    __slots__ = ("beta", "threshold")
    saves = (0,)
    beta: float
    threshold: float

    def forward(self, x: Array) -> Array:
        bx = x * self.beta
        return np.where(bx > self.threshold, x, np.log1p(np.exp(bx)) / self.beta)

    def backward(self, g: Array, x: Array) -> Array:
        bx = x * self.beta
        return g * np.where(bx > self.threshold, 1, sigmoid(bx))


class LogSigmoid(Elementwise):
    """z = ln σ(x) = min(x, 0) - ln(1 + exp(-|x|))     dx = g σ(-x)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))

    def backward(self, g: Array, x: Array) -> Array:
        return g * sigmoid(-x)


class Silu(Op):
    """z = x σ(x)     dx = g (s + x s (1 - s)) with s = σ(x)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return x * self.keep("s", sigmoid, x)

    def backward(self, g: Array, x: Array) -> Array:
        s = self.keep("s", sigmoid, x)
        return g * (s * (1 + x * (1 - s)))


class Mish(Op):
    """z = x t     dx = g (t + x σ(x) (1 - t²)) with t = tanh(ln(1 + exp x))"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return x * self.keep("t", squashed_softplus, x)

    def backward(self, g: Array, x: Array) -> Array:
        t = self.keep("t", squashed_softplus, x)
        return g * (t + x * sigmoid(x) * (1 - t * t))


class Gelu(Op):
    """z = x Φ(x)     dx = g (Φ(x) + x φ(x))     (Φ and φ: distribution and density of the standard normal)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return x * self.keep("phi", normal_distribution, x)

    def backward(self, g: Array, x: Array) -> Array:
        density = np.exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
        return g * (self.keep("phi", normal_distribution, x) + x * density)


class GeluTanh(Op):
    """z = x (1 + t) / 2     dx = g ((1 + t) / 2 + x (1 - t²) u' / 2) with t = tanh(u), u = √(2/π) (x + 0.044715 x³)"""

    torch_name = "GeluBackward0"
    saves = (0,)

    def forward(self, x: Array) -> Array:
        return 0.5 * x * (1 + self.keep("t", cubic_tanh, x))

    def backward(self, g: Array, x: Array) -> Array:
        t = self.keep("t", cubic_tanh, x)
        slope = math.sqrt(2 / math.pi) * (1 + 3 * CUBIC * (x * x))
        return g * (0.5 * (1 + t) + 0.5 * x * ((1 - t * t) * slope))


CUBIC = 0.044715  # of the fit in Hendrycks and Gimpel, "Gaussian error linear units", 2016


def squashed_softplus(x: Array) -> Array:
    """Return tanh(ln(1 + exp x))."""
    return np.tanh(np.logaddexp(x, np.zeros_like(x)))


def normal_distribution(x: Array) -> Array:
    """Return Φ(x), the probability that a standard normal number is smaller than x."""
    return 0.5 * (1 + erf(x * math.sqrt(0.5)))


def cubic_tanh(x: Array) -> Array:
    """Return tanh(√(2/π) (x + 0.044715 x³)), which is close to erf(x / √2)."""
    return np.tanh(math.sqrt(2 / math.pi) * (x + CUBIC * (x * x * x)))
