"""AlexNet (lecture 004): 61,100,840 parameters, and the shapes on the way, by nn.summary.

Convolution and pooling are written out here, by windows, as modules of one's own.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import autograd
import nn


class Conv2d(nn.Module):
    """y[n, o, i, j] = sum over c, k, l of x[n, c, i s + k, j s + l] w[o, c, k, l], plus b[o]."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, padding: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(autograd.zeros(outputs, inputs, size, size))
        self.bias = nn.Parameter(autograd.zeros(outputs))
        self.size, self.stride, self.padding = size, stride, padding

    def forward(self, x: Any) -> Any:
        n, c, h, w = x.shape
        p = self.padding
        framed = autograd.zeros(n, c, h + 2 * p, w + 2 * p)
        framed[:, :, p : p + h, p : p + w] = x
        windows = framed.unfold(2, self.size, self.stride).unfold(3, self.size, self.stride)
        return autograd.einsum("ncijkl,ockl->noij", windows, self.weight) + self.bias[:, None, None]


class MaxPool2d(nn.Module):
    """The largest of each window."""

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x: Any) -> Any:
        return x.unfold(2, self.size, self.stride).unfold(3, self.size, self.stride).amax((-2, -1))


def alexnet() -> nn.Sequential:
    """Return AlexNet in one tower, in torchvision's layout (Krizhevsky, 2014), with zeros for weights.

    For pictures of 224 by 224 the average pooling to 6 by 6 before the dense layers changes nothing.
    """
    features = nn.Sequential(
        Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), MaxPool2d(3, 2),
        Conv2d(64, 192, 5, padding=2), nn.ReLU(), MaxPool2d(3, 2),
        Conv2d(192, 384, 3, padding=1), nn.ReLU(),
        Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        Conv2d(256, 256, 3, padding=1), nn.ReLU(), MaxPool2d(3, 2),
    )  # fmt: skip
    classifier = nn.Sequential(
        nn.Dropout(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(),
        nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(),
        nn.Linear(4096, 1000),
    )  # fmt: skip
    return nn.Sequential(OrderedDict(features=features, flatten=nn.Flatten(), classifier=classifier))


def test_alexnet() -> None:
    found = nn.summary(alexnet(), (1, 3, 224, 224))
    assert found.total == found.trainable == 61_100_840
    assert "61,100,840 parameters" in str(found)
    shapes = {row.path: tuple(row.output_shape) for row in found.rows}
    assert shapes[""] == (1, 1000)
    assert shapes["features.0"] == (1, 64, 55, 55)
    assert shapes["features.2"] == (1, 64, 27, 27)
    assert shapes["features.5"] == (1, 192, 13, 13)
    assert shapes["features"] == (1, 256, 6, 6)
    assert shapes["flatten"] == (1, 9216)
    counts = {row.path: row.parameters for row in found.rows if row.parameters}
    assert counts == {
        "features.0": 23_296,
        "features.3": 307_392,
        "features.6": 663_936,
        "features.8": 884_992,
        "features.10": 590_080,
        "classifier.1": 37_752_832,
        "classifier.4": 16_781_312,
        "classifier.6": 4_097_000,
    }
