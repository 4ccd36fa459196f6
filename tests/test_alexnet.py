"""AlexNet (lecture 004): 61,100,840 parameters, and the shapes on the way, by nn.summary."""

from __future__ import annotations

from collections import OrderedDict

import nn


def alexnet() -> nn.Sequential:
    """Return AlexNet in one tower, in torchvision's layout (Krizhevsky, 2014)."""
    features = nn.Sequential(
        nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    classifier = nn.Sequential(
        nn.Dropout(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(),
        nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(),
        nn.Linear(4096, 1000),
    )  # fmt: skip
    pool = nn.AdaptiveAvgPool2d((6, 6))  # of pictures of 224 by 224 it changes nothing
    return nn.Sequential(OrderedDict(features=features, avgpool=pool, flatten=nn.Flatten(), classifier=classifier))


def test_alexnet() -> None:
    found = nn.summary(alexnet(), (1, 3, 224, 224))
    assert found.total == found.trainable == 61_100_840
    assert "61,100,840 parameters" in str(found)
    shapes = {row.path: tuple(row.output_shape) for row in found.rows}
    assert shapes[""] == (1, 1000)
    assert shapes["features.0"] == (1, 64, 55, 55)
    assert shapes["features.2"] == (1, 64, 27, 27)
    assert shapes["features.5"] == (1, 192, 13, 13)
    assert shapes["features"] == shapes["avgpool"] == (1, 256, 6, 6)
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
