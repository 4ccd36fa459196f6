"""Rules that are flat almost everywhere: rounding and signs."""

from __future__ import annotations

import numpy as np

from autograd.appliers import unary
from autograd.op import Array, Elementwise

__all__ = [
    "floor",
    "sign",
]


class Sign(Elementwise):
    """z = sign(x), and 0 of NaN     dx = 0"""

    def forward(self, x: Array) -> Array:
        return np.copy(x) if x.dtype == np.bool_ else np.where(np.isnan(x), 0, np.sign(x))

    def backward(self, g: Array) -> Array:
        return np.zeros_like(g)


class Floor(Elementwise):
    """z = the largest integer <= x     dx = 0"""

    without_bools = "Convert it first: x.int() or x.float()."

    def forward(self, x: Array) -> Array:
        return np.copy(x) if x.dtype.kind in "iu" else np.floor(x)  # NumPy 2.0 makes floats of integers

    def backward(self, g: Array) -> Array:
        return np.zeros_like(g)


sign = unary(Sign, floating=False)
floor = unary(Floor, floating=False)
