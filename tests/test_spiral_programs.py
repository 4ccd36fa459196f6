"""Lecture 003: one network on the spiral, programmed in three ways; only the import line tells the libraries apart.

By tensors alone, with the update written out; as a module of its own; and as a `Sequential` with loss and optimizer.
The stored losses are PyTorch 2.13's, and the tests marked `oracle` run the same functions with PyTorch.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
import nn.data

HIDDEN, RATE, DECAY = 100, 1.0, 1e-3


def spiral() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The 300 points (2, 300), and their labels."""
    X, y = nn.data.spiral(dtype=autograd.float64)
    return X.numpy().T, y.numpy()


def by_tensors(torch: Any, dtype: Any) -> Iterator[tuple[Any, Callable[[], float]]]:
    """Yield the regularised loss of each epoch, and how to ask for the accuracy."""
    points, labels = spiral()
    X = torch.from_numpy(points.copy()).type(dtype)
    truth = torch.from_numpy(np.eye(3)[labels].T.copy()).type(dtype)
    zero = torch.zeros((1, 1)).type(dtype)
    W1 = (0.01 * torch.randn(HIDDEN, 2)).type(dtype).requires_grad_(True)
    b1 = torch.zeros((HIDDEN, 1)).type(dtype).requires_grad_(True)
    W2 = (0.01 * torch.randn(3, HIDDEN)).type(dtype).requires_grad_(True)
    b2 = torch.zeros((3, 1)).type(dtype).requires_grad_(True)

    def accuracy() -> float:
        w1, c1, w2, c2 = (p.data.numpy() for p in (W1, b1, W2, b2))
        logits = w2.dot(np.maximum(0, w1.dot(X.numpy()) + c1)) + c2
        return float(np.mean(np.argmax(logits, axis=0) == labels))

    while True:
        logits = W2.mm(torch.max(zero, W1.mm(X) + b1)) + b2
        scores = torch.exp(logits - torch.max(logits, dim=0, keepdim=True)[0])
        shares = scores / torch.sum(scores, dim=0, keepdim=True)
        loss = -torch.mean(torch.sum(torch.mul(truth, torch.log(shares)), dim=0))
        loss = loss + 0.5 * DECAY * (torch.sum(W1 * W1) + torch.sum(W2 * W2))
        yield loss, accuracy
        loss.backward()
        for p in (W1, b1, W2, b2):
            p.data -= RATE * p.grad.data
            p.grad.data.zero_()


def by_module(torch: Any, dtype: Any) -> Iterator[tuple[Any, Callable[[], float]]]:
    """The same by a module: probabilities out of softmax, the loss written out."""
    points, labels = spiral()

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(2, HIDDEN)
            self.relu = torch.nn.ReLU()
            self.second = torch.nn.Linear(HIDDEN, 3)
            self.softmax = torch.nn.Softmax(dim=-1)

        def forward(self, x: Any) -> Any:
            return self.softmax(self.second(self.relu(self.first(x))))

    X = torch.from_numpy(points.T.copy()).type(dtype)
    one_hot = torch.from_numpy(np.eye(3)[labels]).type(dtype)
    model = Net()
    if dtype is torch.DoubleTensor:
        model.double()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def accuracy() -> float:
        return float(np.mean(np.argmax(model(X).data.numpy(), axis=1) == labels))

    while True:
        loss = torch.sum(torch.neg(torch.log(model(X))) * one_hot) / len(labels)
        yield loss, accuracy
        model.zero_grad()
        loss.backward()
        optimizer.step()


def by_library(torch: Any, dtype: Any) -> Iterator[tuple[Any, Callable[[], float]]]:
    """The same from ready parts; weight decay counts the biases here, and the loss not the decay."""
    points, labels = spiral()
    X = torch.from_numpy(points.T).type(dtype)
    y = torch.from_numpy(labels).type(torch.LongTensor)
    model = torch.nn.Sequential(torch.nn.Linear(X.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 3))
    if dtype is torch.DoubleTensor:
        model.double()
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, weight_decay=DECAY)

    def accuracy() -> float:
        return float(np.mean(y.data.numpy() == np.argmax(model(X).data.numpy(), axis=1)))

    while True:
        loss = criterion(model(X), y)
        yield loss, accuracy
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


PROGRAMS = {"tensors": by_tensors, "module": by_module, "library": by_library}

#: PyTorch's losses of epochs 0, 1, 10 and 100 after manual_seed(0), in float64.
LOSSES = {
    "tensors": [1.0986573988701407, 1.098421956591998, 1.094810719378338, 0.7178299226641319],
    "module": [1.072442304660753, 0.9572164500525313, 0.7660567400473756, 0.39290195977108794],
    "library": [1.072442304660753, 0.9573568471202228, 0.7649803357753259, 0.4193256040392409],
}


def losses(program: Any, torch: Any, dtype: str, epochs: int) -> tuple[list[float], float]:
    """The losses of the first epochs, the last one included, and the accuracy after them."""
    torch.manual_seed(0)
    found = []
    for epoch, (loss, accuracy) in enumerate(program(torch, getattr(torch, dtype))):
        found.append(loss.item())
        if epoch == epochs:
            return found, accuracy()
    raise AssertionError("the program ends too early")


@pytest.mark.parametrize("name", PROGRAMS)
def test_stored_losses(name: str) -> None:
    found, _ = losses(PROGRAMS[name], autograd, "DoubleTensor", 100)
    rtol = 1e-8 if name == "tensors" else 1e-12
    np.testing.assert_allclose([found[i] for i in (0, 1, 10, 100)], LOSSES[name], rtol=rtol)


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "rtol"), [("DoubleTensor", 1e-12), ("FloatTensor", 1e-5)])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_losses_as_pytorch(name: str, dtype: str, rtol: float) -> None:
    torch = pytest.importorskip("torch")
    mine, _ = losses(PROGRAMS[name], autograd, dtype, 100)
    theirs, _ = losses(PROGRAMS[name], torch, dtype, 100)
    np.testing.assert_allclose(mine, theirs, rtol=1e-8 if name == "tensors" and dtype == "DoubleTensor" else rtol)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("tensors", 0.96), ("module", 0.98), ("library", 0.97)])
def test_accuracy_after_2000_epochs(name: str, least: float) -> None:
    _, accuracy = losses(PROGRAMS[name], autograd, "DoubleTensor", 2000)
    assert accuracy >= least


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize(("name", "rtol"), [("tensors", 5e-3), ("module", 1e-10), ("library", 1e-10)])
def test_the_same_loss_after_2000_epochs(name: str, rtol: float) -> None:
    torch = pytest.importorskip("torch")
    (mine, _), (theirs, _) = (losses(PROGRAMS[name], lib, "DoubleTensor", 2000) for lib in (autograd, torch))
    np.testing.assert_allclose(mine[-1], theirs[-1], rtol=rtol)


def test_a_loss_is_no_array_to_index() -> None:
    loss = autograd.tensor(1.5)
    with pytest.raises(IndexError, match=r"invalid index of a 0-dim tensor.*\.item\(\)"):
        loss.data[0]


def test_softmax_over_the_examples_is_seen_in_the_loss_and_not_in_the_accuracy() -> None:
    """With dim=0 the probabilities of each class sum to 1 over the 300 points: no loss below ln 100 is possible."""
    points, labels = spiral()
    autograd.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 3), nn.Softmax(dim=0)).double()
    X, one_hot = autograd.tensor(points.T.copy()), autograd.tensor(np.eye(3)[labels])
    optimizer = nn.optim.SGD(net.parameters(), lr=RATE)
    for _ in range(500):
        loss = (-autograd.log(net(X)) * one_hot).sum() / len(labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() > np.log(100)
    assert np.mean(net(X).argmax(1).numpy() == labels) > 0.9
