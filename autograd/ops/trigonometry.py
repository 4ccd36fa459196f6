"""Sines, cosines and their hyperbolic relatives."""

from __future__ import annotations

import numpy as np

from autograd.appliers import unary
from autograd.op import OUT, Array, Elementwise

__all__ = [
    "cos",
    "sin",
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


class Tanh(Elementwise):
    """z = tanh x     dx = g (1 - z²)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.tanh(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * (1 - z * z)


sin = unary(Sin)
cos = unary(Cos)
tanh = unary(Tanh)
