"""From the same seed, the same weights and the same losses as PyTorch's: construction, dropout and a hundred steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd

STEPS = 100


def data(torch: Any, dtype: Any, *shape: int) -> tuple[Any, Any]:
    """Inputs of a shape, the first axis being examples, and one of ten labels for each."""
    random = np.random.default_rng(0)
    x = torch.tensor(random.standard_normal(shape), dtype=dtype)
    return x, torch.tensor(random.integers(0, 10, shape[0]))


def mlp(torch: Any, dtype: Any) -> tuple[Any, Any, Any, Any]:
    """A multilayer perceptron with batch normalisation and dropout, Adam with weight decay."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(20, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.25),
        nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 10),
    ).to(dtype)  # fmt: skip
    return model, torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4), *data(torch, dtype, 24, 20)


def cnn(torch: Any, dtype: Any) -> tuple[Any, Any, Any, Any]:
    """A convolutional network in the manner of LeNet, with dropout; SGD with momentum."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Dropout2d(0.1), nn.Flatten(), nn.Linear(72, 10),
    ).to(dtype)  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
    return model, optimizer, *data(torch, dtype, 16, 1, 16, 16)


NETWORKS: dict[str, Callable[[Any, Any], tuple[Any, Any, Any, Any]]] = {"mlp": mlp, "cnn": cnn}

#: PyTorch's losses of steps 0, 1, 10 and 99 in float64.
LOSSES = {
    "mlp": [2.3447941164072605, 2.3380620105474366, 2.1437176334913253, 0.4445698187973775],
    "cnn": [2.312715697484937, 2.3013964425065763, 1.952302569851407, 0.033267074754738904],
}


def train(name: str, torch: Any, dtype: str) -> tuple[list[Any], list[float]]:
    """The parameters that the network is made with, and the losses of its first steps."""
    torch.manual_seed(1)
    model, optimizer, x, y = NETWORKS[name](torch, getattr(torch, dtype))
    first = [p.detach().clone().numpy() for p in model.parameters()]
    criterion = torch.nn.CrossEntropyLoss()
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return first, losses


@pytest.mark.parametrize("name", NETWORKS)
def test_stored_losses(name: str) -> None:
    _, losses = train(name, autograd, "float64")
    np.testing.assert_allclose([losses[i] for i in (0, 1, 10, 99)], LOSSES[name], rtol=1e-10)


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_as_pytorch(name: str, dtype: str, rtol: float) -> None:
    torch = pytest.importorskip("torch")
    (mine, losses), (theirs, expected) = (train(name, lib, dtype) for lib in (autograd, torch))
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(losses, expected, rtol=rtol)
