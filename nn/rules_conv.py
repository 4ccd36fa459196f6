"""Derivative rules of convolution: three operations, linear in each of two operands, that are each other's derivatives.

With y = C(x, w) for the convolution, and G for the gradient of what a rule returns:

    y = C(x, w)      dx = I(G, w)     dw = W(G, x)
    x = I(y, w)      dy = C(G, w)     dw = W(y, G)
    w = W(y, x)      dy = C(x, G)     dx = I(y, G)

(Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Op, Tensor, direct
from nn.kernels_conv import Geometry, columns, correlated, image_adjoint, patched, patches, weight_adjoint

Array = Any  # what rules compute with: ndarrays, Tensors or recording arrays


def by_image(g: Array, w: Array, sizes: tuple[int, ...], geometry: Geometry) -> Array:
    """Return I(g, w) for an image of `sizes`."""
    if isinstance(g, Tensor):
        return ConvolutionByImage(sizes=sizes, geometry=geometry).apply(g, w)
    return image_adjoint(g, w, sizes, geometry)


def by_weight(g: Array, x: Array, kernel: tuple[int, ...], geometry: Geometry) -> Array:
    """Return W(g, x) for a weight of size `kernel`."""
    if isinstance(g, Tensor):
        return ConvolutionByWeight(kernel=kernel, geometry=geometry).apply(g, x)
    return weight_adjoint(g, columns(x, kernel, geometry), weight_shape(g, x, kernel, geometry), geometry)


def convolved(x: Array, w: Array, geometry: Geometry) -> Array:
    """Return C(x, w)."""
    if isinstance(x, Tensor):
        return Convolution(geometry=geometry).apply(x, w)
    return correlated(x, w, columns(x, w.shape[2:], geometry), geometry)


def weight_shape(y: Array, x: Array, kernel: tuple[int, ...], geometry: Geometry) -> tuple[int, ...]:
    """Return the shape of the weight that makes y of x."""
    return (y.shape[1], x.shape[1] // geometry.groups, *kernel)


def by_bias(g: Array) -> Array:
    """Return the sums of `g` over all but its channels."""
    if type(g) is np.ndarray:
        return direct.sum(direct.sum(g, tuple(range(2, g.ndim))), 0)  # in two steps, which is faster
    return direct.sum(g, (0, *range(2, g.ndim)))


class Convolution(Op):
    """y = C(x, w) + b     dx = I(g, w),  dw = W(g, x),  db = Σ g over all but its channels"""

    __slots__ = ("geometry",)
    saves = (0, 1)
    geometry: Geometry

    def forward(self, x: Array, w: Array, *b: Array) -> Array:
        spread = self.keep("columns", self.columns, x, w)
        return correlated(x, w, spread, self.geometry, *b)

    def columns(self, x: Array, w: Array) -> Array:
        """Return the columns of x."""
        return columns(x, w.shape[2:], self.geometry)

    def backward(self, g: Array, x: Array, w: Array) -> Any:
        dx = by_image(g, w, x.shape[2:], self.geometry) if self.needs(0) else None
        dw: Array = None
        if self.needs(1):
            if isinstance(g, Tensor):
                dw = by_weight(g, x, w.shape[2:], self.geometry)
            else:
                dw = weight_adjoint(g, self.keep("columns", self.columns, x, w), w.shape, self.geometry)
        return dx, dw, (by_bias(g) if len(self.edges) == 3 and self.needs(2) else None)


class ConvolutionByImage(Op):
    """x = I(y, w) + b     dy = C(g, w),  dw = W(y, g),  db = Σ g over all but its channels"""

    __slots__ = ("geometry", "sizes")
    torch_name = "ConvolutionBackward0"
    saves = (0, 1)
    geometry: Geometry
    sizes: tuple[int, ...]

    def forward(self, y: Array, w: Array, *b: Array) -> Array:
        x = image_adjoint(y, w, self.sizes, self.geometry)
        return x + direct.reshape(b[0], (-1,) + (1,) * len(self.sizes)) if b else x

    def backward(self, g: Array, y: Array, w: Array) -> Any:
        dy = convolved(g, w, self.geometry) if self.needs(0) else None
        dw = by_weight(y, g, w.shape[2:], self.geometry) if self.needs(1) else None
        return dy, dw, (by_bias(g) if len(self.edges) == 3 and self.needs(2) else None)


class ConvolutionByWeight(Op):
    """w = W(y, x)     dy = C(x, g),  dx = I(y, g)"""

    __slots__ = ("geometry", "kernel")
    torch_name = "ConvolutionBackward0"
    saves = (0, 1)
    geometry: Geometry
    kernel: tuple[int, ...]

    def forward(self, y: Array, x: Array) -> Array:
        return by_weight(y, x, self.kernel, self.geometry)

    def backward(self, g: Array, y: Array, x: Array) -> Any:
        dy = convolved(x, g, self.geometry) if self.needs(0) else None
        return dy, (by_image(y, g, x.shape[2:], self.geometry) if self.needs(1) else None)


class Patches(Op):
    """z = the windows of x     dx = g added up where they lie"""

    __slots__ = ("geometry", "kernel", "sizes")
    torch_name = "Im2ColBackward0"
    geometry: Geometry
    kernel: tuple[int, ...]
    sizes: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return patches(x, self.kernel, self.geometry)

    def backward(self, g: Array) -> Array:
        if isinstance(g, Tensor):
            return Patched(sizes=self.sizes, kernel=self.kernel, geometry=self.geometry).apply(g)
        return patched(g, self.sizes, self.kernel, self.geometry)


class Patched(Op):
    """z = windows x, added up where they lie     dx = the windows of g"""

    __slots__ = ("geometry", "kernel", "sizes")
    torch_name = "Col2ImBackward0"
    geometry: Geometry
    kernel: tuple[int, ...]
    sizes: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return patched(x, self.sizes, self.kernel, self.geometry)

    def backward(self, g: Array) -> Array:
        if isinstance(g, Tensor):
            return Patches(sizes=self.sizes, kernel=self.kernel, geometry=self.geometry).apply(g)
        return patches(g, self.kernel, self.geometry)
