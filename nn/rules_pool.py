"""Derivative rules of pooling and padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import OUT, Op, Tensor
from nn.kernels_pool import (
    Windows,
    largest,
    largest_adjoint,
    picked,
    picked_adjoint,
    places_of,
    summed,
    summed_adjoint,
)

Array = Any  # what rules compute with: ndarrays, Tensors or recording arrays


class MaxPool(Op):
    """z = the largest of each window of x     dx = g added up where it stands"""

    __slots__ = ("windows",)
    torch_name = "MaxPool2DWithIndicesBackward0"
    saves = (0, OUT)
    windows: Windows

    def forward(self, x: Array) -> Array:
        return largest(x, self.windows)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        if isinstance(g, Tensor):
            numbers = places_of(x.detach().numpy(), z.detach().numpy(), self.windows)
            return Placed(numbers=numbers, sizes=tuple(x.shape[x.ndim - len(self.windows.kernel) :])).apply(g)
        return largest_adjoint(g, x, z, self.windows)


class Picked(Op):
    """z = the elements of x with certain numbers     dx = g added up there"""

    __slots__ = ("numbers", "sizes")
    torch_name = "AdaptiveMaxPool2DBackward0"
    numbers: Array
    sizes: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return picked(x, self.numbers, len(self.sizes))

    def backward(self, g: Array) -> Array:
        if isinstance(g, Tensor):
            return Placed(numbers=self.numbers, sizes=self.sizes).apply(g)
        return picked_adjoint(g, self.numbers, self.sizes)


class Placed(Op):
    """z = x added up at certain numbers     dx = the elements of g there"""

    __slots__ = ("numbers", "sizes")
    torch_name = "MaxPool2DWithIndicesBackwardBackward0"
    numbers: Array
    sizes: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return picked_adjoint(x, self.numbers, self.sizes)

    def backward(self, g: Array) -> Array:
        if isinstance(g, Tensor):
            return Picked(numbers=self.numbers, sizes=self.sizes).apply(g)
        return picked(g, self.numbers, len(self.sizes))


class AvgPool(Op):
    """z = Σ of each window of x / n     dx = g / n added up over the windows"""

    __slots__ = ("divisor", "sizes", "windows")
    torch_name = "AvgPool2DBackward0"
    windows: Windows
    divisor: Array
    sizes: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return summed(x, self.windows) / self.divisor

    def backward(self, g: Array) -> Array:
        if isinstance(g, Tensor):
            return Spread(windows=self.windows, divisor=self.divisor, sizes=self.sizes).apply(g)
        return summed_adjoint(g / self.divisor, self.windows, self.sizes)


class Spread(Op):
    """z = x / n added up over windows     dx = Σ of each window of g / n"""

    __slots__ = ("divisor", "sizes", "windows")
    torch_name = "AvgPool2DBackwardBackward0"
    windows: Windows
    divisor: Array
    sizes: tuple[int, ...]

    def forward(self, x: Array) -> Array:
        return summed_adjoint(x / self.divisor, self.windows, self.sizes)

    def backward(self, g: Array) -> Array:
        if isinstance(g, Tensor):
            return AvgPool(windows=self.windows, divisor=self.divisor, sizes=self.sizes).apply(g)
        return summed(g, self.windows) / self.divisor


class ConstantPadNd(Op):
    """z = x in a frame of a constant     dx = g inside the frame"""

    __slots__ = ("margins", "value")
    margins: tuple[tuple[int, int], ...]
    value: float

    def forward(self, x: Array) -> Array:
        return np.pad(x, self.margins, constant_values=self.value)

    def backward(self, g: Array) -> Array:
        inside = tuple([slice(a, n - b) for (a, b), n in zip(self.margins, g.shape, strict=True)])
        return np.copy(g[inside])
