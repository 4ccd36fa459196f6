"""Derivative rules of attention: one node from queries, keys and values to what attention makes of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Op, direct
from autograd.kernels import unbroadcast

Array = Any  # what rules compute with: ndarrays, NumPy scalars, Tensors or recording arrays


class Attention(Op):
    """Z = (P ∘ N) V with P = softmax(s Q Kᵀ)     dV = (P ∘ N)ᵀ G,  dP = (G Vᵀ) ∘ N,  dQ = s dS K,  dK = s dSᵀ Q

    N is the noise of dropout, if there is one, and dS = P ∘ (dP - Σ P ∘ dP) the gradient before the softmax. (Vaswani
    and others, "Attention is all you need", 2017, section 3.2.1.)
    """

    __slots__ = ("noise", "scale")
    saves: tuple[int, ...] = (0, 1, 2)
    noise: Array | None
    scale: float

    def forward(self, q: Array, k: Array, v: Array, *mask: Array) -> Array:
        p = self.keep("probabilities", self.probabilities, q, k, *mask)
        return np.matmul(p if self.noise is None else p * self.noise, v)

    def probabilities(self, q: Array, k: Array, *mask: Array) -> Array:
        """Return softmax(s Q Kᵀ), or softmax(s Q Kᵀ + M)."""
        scores = np.matmul(q * self.scale, direct.swapaxes(k, -1, -2))
        return masked_softmax(scores + mask[0]) if mask else softmax(scores)

    def backward(self, g: Array, q: Array, k: Array, v: Array, *mask: Array) -> Any:
        p = self.keep("probabilities", self.probabilities, q, k, *mask)
        dv: Array = None
        ds: Array = None
        if self.needs(2):
            dropped = p if self.noise is None else p * self.noise
            dv = unbroadcast(np.matmul(direct.swapaxes(dropped, -1, -2), g), v.shape)
        if self.needs(0) or self.needs(1) or (mask and self.needs(3)):
            dp = np.matmul(g, direct.swapaxes(v, -1, -2))
            ds = before_softmax(dp if self.noise is None else dp * self.noise, p)
        dq = unbroadcast(np.matmul(ds, k) * self.scale, q.shape) if self.needs(0) else None
        dk = unbroadcast(np.matmul(direct.swapaxes(ds, -1, -2), q) * self.scale, k.shape) if self.needs(1) else None
        if not mask:
            return dq, dk, dv
        return dq, dk, dv, (unbroadcast(ds, mask[0].shape) if self.needs(3) else None)


class MaskedAttention(Attention):
    """As `Attention`, with P = softmax(s Q Kᵀ + M)     dM = dS"""

    saves = (0, 1, 2, 3)


# On ndarrays the three below work in the memory of their first argument, which is their caller's own; Tensors and
# recording arrays get the same in NumPy's functions.


def softmax(x: Array) -> Array:
    """Return exp(x) / Σ exp(x) along the last axis."""
    top = direct.max(x, -1, keepdims=True)
    if type(x) is not np.ndarray:
        e = np.exp(x - top)
        return e / direct.sum(e, -1, keepdims=True)
    x -= top
    np.exp(x, x)
    x /= direct.sum(x, -1, keepdims=True)
    return x


def masked_softmax(x: Array) -> Array:
    """Return the softmax along the last axis; zeros where all of a row is -∞, which is where everything is masked."""
    top = direct.max(x, -1, keepdims=True)
    e = np.exp(x - np.where(top == -math.inf, 0, top))
    total = direct.sum(e, -1, keepdims=True)
    return e / np.where(total == 0, 1, total)


def before_softmax(g: Array, p: Array) -> Array:
    """Return p (g - Σ g p): the gradient of what the softmax `p` was taken of."""
    if type(g) is not np.ndarray:
        gp = g * p
        return gp - p * direct.sum(gp, -1, keepdims=True)
    g *= p
    g -= p * direct.sum(g, -1, keepdims=True)
    return g
