"""Rules of normalisation: each in one node, with the scale and the shift that follow it.

A rule normalises over the dimensions `dims`. Weight and bias are brought to the shape `frame`, which broadcasts against
the input, and are the same for all places along the dimensions `over`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Op, direct
from autograd.kernels import astype
from autograd.op import MultiOp

Array = Any  # what rules compute with: ndarrays, Tensors or recording arrays
Shape = tuple[int, ...]


class LayerNorm(Op):
    """y = w x̂ + b with x̂ = (x - μ) r,  r = 1/√(σ² + ε)     dx = r (h - mean h - x̂ mean(h x̂)) with h = g w

    Means, μ and σ² are over `dims`;  dw = Σ g x̂,  db = Σ g  over `over`. (The form for dx: Ioffe and Szegedy, "Batch
    normalization", 2015, section 3, its sums collected.)
    """

    __slots__ = ("affine", "dims", "eps", "frame", "over")
    torch_name = "NativeLayerNormBackward0"
    saves = (0, 1)
    affine: bool
    dims: Shape
    over: Shape
    frame: Shape
    eps: float

    def forward(self, x: Array, w: Array, b: Array) -> Array:
        unit = self.keep("standardized", standardized, x, self.dims, self.eps)[0]
        return placed(self, unit, w, b, x.dtype)

    def backward(self, g: Array, x: Array, w: Array) -> Any:
        unit, r, _, _ = self.keep("standardized", standardized, x, self.dims, self.eps)
        return slopes(self, g, unit, r, w, x.dtype, centred=True)


class BatchNorm(MultiOp):
    """`LayerNorm` with further outputs μ and σ², for averages over batches; they pass no gradient on"""

    __slots__ = ("affine", "dims", "eps", "frame", "over")
    torch_name = "NativeBatchNormBackward0"
    saves = (0, 1)
    affine: bool
    dims: Shape
    over: Shape
    frame: Shape
    eps: float

    def forward(self, x: Array, w: Array, b: Array) -> Any:
        unit, _, mean, variance = self.keep("standardized", standardized, x, self.dims, self.eps)
        return placed(self, unit, w, b, x.dtype), mean, variance

    def backward(self, gs: Any, x: Array, w: Array) -> Any:
        unit, r, _, _ = self.keep("standardized", standardized, x, self.dims, self.eps)
        return slopes(self, gs[0], unit, r, w, x.dtype, centred=True)


class RmsNorm(Op):
    """y = w x̂ with x̂ = x r,  r = 1/√(mean x² + ε)     dx = r (h - x̂ mean(h x̂)) with h = g w,  dw = Σ g x̂"""

    __slots__ = ("affine", "dims", "eps", "frame", "over")
    torch_name = "FusedRmsNormBackward0"
    saves = (0, 1)
    affine: bool
    dims: Shape
    over: Shape
    frame: Shape
    eps: float

    def forward(self, x: Array, w: Array) -> Array:
        unit = self.keep("scaled", scaled, x, self.dims, self.eps)[0]
        return placed(self, unit, w, None, x.dtype)

    def backward(self, g: Array, x: Array, w: Array) -> Any:
        unit, r = self.keep("scaled", scaled, x, self.dims, self.eps)
        return slopes(self, g, unit, r, w, x.dtype, centred=False)[:2]


Rule = LayerNorm | BatchNorm | RmsNorm


def standardized(x: Array, dims: Shape, eps: float) -> tuple[Array, Array, Array, Array]:
    """Return (x - μ) r, r = 1/√(σ² + ε), μ and σ², the moments over `dims`, which are kept with size 1."""
    x = roomy(x)
    mean = average(x, dims)
    centred = x - mean
    variance = average(centred * centred, dims)
    r = 1 / np.sqrt(variance + eps)
    return centred * r, r, mean, variance


def scaled(x: Array, dims: Shape, eps: float) -> tuple[Array, Array]:
    """Return x r and r = 1/√(mean x² + ε), the mean over `dims`, which are kept with size 1."""
    x = roomy(x)
    r = 1 / np.sqrt(average(x * x, dims) + eps)
    return x * r, r


def roomy(x: Array) -> Array:
    """Return float16 as float32, in which its sums have room; other dtypes as they are."""
    return astype(x, np.float32) if x.dtype.itemsize == 2 else x


def average(x: Array, dims: Shape) -> Array:
    """Return the mean over `dims`, kept with size 1; 0 where there is nothing to average."""
    return direct.sum(x, axis=dims, keepdims=True) * (1 / max(1, math.prod([x.shape[d] for d in dims])))


def placed(rule: Rule, unit: Array, w: Array, b: Array, dtype: Any) -> Array:
    """Return w x̂ + b in `dtype`; x̂ itself, `unit`, without weights, and w x̂ without `b`."""
    if rule.affine:
        unit = unit * direct.reshape(w, rule.frame)
        if b is not None:
            unit = unit + direct.reshape(b, rule.frame)
    return astype(unit, dtype)


def slopes(rule: Rule, g: Array, unit: Array, r: Array, w: Array, dtype: Any, centred: bool) -> tuple[Any, Any, Any]:
    """Return the gradients of x, w and b: None for those that nobody needs."""
    g = roomy(g)
    dx = dw = db = None
    if rule.needs(0):
        h = g * direct.reshape(w, rule.frame) if rule.affine else g
        dx = h - unit * average(h * unit, rule.dims)
        if centred:
            dx = dx - average(h, rule.dims)
        dx = astype(dx * r, dtype)
    if rule.needs(1):
        dw = gathered(rule, g * unit, w)
    if len(rule.edges) > 2 and rule.needs(2):
        db = gathered(rule, g, w)
    return dx, dw, db


def gathered(rule: Rule, g: Array, w: Array) -> Array:
    """Return the sum of `g` over `rule.over`, in the form of the weight."""
    total = direct.sum(g, axis=rule.over) if rule.over else g
    return astype(direct.reshape(total, w.shape), w.dtype)
