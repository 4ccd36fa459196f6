"""The lecture's Iris network, trained on the real flowers: data, loader, layers, loss and optimizer together."""

from __future__ import annotations

import numpy as np
import pytest

import autograd
import nn
from autograd.examples.iris import train as train_iris
from nn.data import iris
from nn.optim import SGD


# Batches of one jump about: seed 4 stands at .917 after its last step. Seed 8 draws a net whose rectifiers are all shut
# and never learns. PyTorch gives the same two results for the same two seeds.
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5])
def test_iris(seed: int) -> None:
    fit = train_iris(seed)
    assert sum(p.numel() for p in fit.model.parameters()) == 82
    assert fit.losses[-1] < 0.2 < 0.8 < fit.losses[0]
    assert fit.train.accuracy >= 0.93
    assert fit.test.accuracy >= 0.85


def test_the_first_epochs_of_seed_0() -> None:
    """Initialisation, order of the examples and update together, as PyTorch has them."""
    np.testing.assert_allclose(train_iris(0, epochs=2).losses, [1.5584502, 0.8967282], rtol=1e-5)


@pytest.mark.oracle
def test_the_first_epochs_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")

    X, y, *_ = iris()
    X, y = torch.from_numpy(X.numpy().copy()), torch.from_numpy(y.numpy().copy())
    for seed in (4, 8):
        torch.manual_seed(seed)
        train = torch.randperm(150)[:120]
        linear, relu = torch.nn.Linear, torch.nn.ReLU
        model = torch.nn.Sequential(linear(4, 5), relu(), linear(5, 6), relu(), linear(6, 3))
        for layer in model[::2]:
            torch.nn.init.xavier_uniform_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
        data = torch.utils.data.TensorDataset(X[train], y[train])
        losses = []
        for _ in range(3):
            total = 0.0
            for inputs, labels in torch.utils.data.DataLoader(data, shuffle=True):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(model(inputs), labels)
                loss.backward()
                optimizer.step()
                total += loss.item()
            losses.append(total / 120)
        np.testing.assert_allclose(train_iris(seed, epochs=3).losses, losses, rtol=1e-5)


def test_softmax_regression_on_the_ten_flowers_the_lecture_prints() -> None:
    """From zero weights and on all ten at once nothing is random: the losses are known. The first step overshoots."""
    X, y, *_ = iris(dtype=autograd.float64)
    ten = autograd.tensor([128, 18, 130, 105, 107, 78, 83, 14, 5, 133])
    X, y = X[ten], y[ten]
    assert X[0].tolist() == [6.4, 2.8, 5.6, 2.1]
    assert y.tolist() == [2, 0, 2, 2, 2, 1, 1, 0, 0, 2]
    model = nn.Linear(4, 3, dtype=autograd.float64)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(1001):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    known = {
        0: 1.0986122886681096,
        1: 1.1699917800255542,
        10: 0.6125109700975506,
        100: 0.392823785237017,
        1000: 0.22173004991884587,
    }
    np.testing.assert_allclose([losses[i] for i in known], list(known.values()), rtol=1e-12)
