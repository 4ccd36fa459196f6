"""The Iris network of lecture 000: 4-5-6-3 with rectifiers, trained on real flowers, one at a time.

Weights by Glorot's uniform rule and biases zero, Adam with Keras' ε of 1e-7, cross-entropy, 100 epochs; 120 flowers to
train on and 30 to test, drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import autograd
import nn
from nn.data import DataLoader, TensorDataset, iris
from nn.optim import Adam

EPOCHS = 100
TRAINING = 120


class Score(NamedTuple):
    """Mean cross-entropy and share of flowers named right."""

    loss: float
    accuracy: float


class Fit(NamedTuple):
    """A trained network, the mean loss of each epoch, and its scores."""

    model: nn.Sequential
    losses: list[float]
    train: Score
    test: Score


def network() -> nn.Sequential:
    """Return the untrained network: 82 parameters."""
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 3))
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model


def score(model: nn.Module, X: autograd.Tensor, y: autograd.Tensor) -> Score:
    """Return loss and accuracy of `model` on flowers `X` (N, 4) of species `y` (N,)."""
    with autograd.no_grad():
        logits = model(X)
        loss = nn.functional.cross_entropy(logits, y).item()
        return Score(loss, (logits.argmax(1) == y).double().mean().item())


def train(seed: int, epochs: int = EPOCHS, progress: Callable[[int, float], None] | None = None) -> Fit:
    """Train the network.

    Parameters
    ----------
    seed : int
        Decides the split, the weights and the order of the flowers.
    epochs : int
    progress : callable, optional
        Called after each epoch with its number, from 1, and its mean loss.
    """
    autograd.manual_seed(seed)
    flowers = iris()
    order = autograd.randperm(len(flowers.X))
    first, rest = order[:TRAINING], order[TRAINING:]
    X, y = flowers.X[first], flowers.y[first]
    model = network()
    loss_of = nn.CrossEntropyLoss()
    optimizer = Adam(model.parameters(), lr=1e-3, eps=1e-7)
    loader = DataLoader(TensorDataset(X, y), batch_size=1, shuffle=True)
    losses = []
    for epoch in range(1, epochs + 1):
        total = 0.0
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = loss_of(model(inputs), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / TRAINING)
        if progress is not None:
            progress(epoch, losses[-1])
    return Fit(model, losses, score(model, X, y), score(model, flowers.X[rest], flowers.y[rest]))


def plot_losses(losses: list[float], path: Path) -> bool:
    """Write the loss curve to `path`; return False, and write nothing, where matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return False
    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot(xlabel="epoch", ylabel="mean cross-entropy", title="Iris, 4-5-6-3")
    axes.plot(range(1, len(losses) + 1), losses)
    figure.savefig(path)
    return True
