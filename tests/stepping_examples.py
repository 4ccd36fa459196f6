"""Computations to step through: lecture 001's network by numbers, Iris, and a recurrent cell over three steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import nn
import nn.data

F8 = autograd.float64


def lecture() -> tuple[Callable[[], Any], dict[str, Any]]:
    """The 2-2-1 network of lecture 001 by single numbers: a step that returns the loss, and its weights by name."""
    values = {"w11": 0.1, "w12": 0.8, "w21": 0.4, "w22": 0.6, "u1": 0.3, "u2": 0.9}
    w = {name: autograd.tensor(v, dtype=F8, requires_grad=True, name=name) for name, v in values.items()}
    x1, x2 = (autograd.tensor(v, dtype=F8, name=n) for v, n in ((0.35, "x1"), (0.9, "x2")))

    def step() -> Any:
        h1 = autograd.sigmoid(w["w11"] * x1 + w["w12"] * x2)
        h2 = autograd.sigmoid(w["w21"] * x1 + w["w22"] * x2)
        y = autograd.sigmoid(w["u1"] * h1 + w["u2"] * h2)
        loss = (0.5 - y) ** 2 / 2
        loss.backward()
        return loss

    return step, w


def iris() -> tuple[Callable[[], Any], dict[str, Any]]:
    """A training step of the 4-5-6-3 network on five flowers."""
    autograd.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))
    optimizer = nn.optim.SGD(model.parameters(), lr=0.1)
    X, y = nn.data.iris()[:2]

    def step() -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X[::30]), y[::30])
        loss.backward()
        return loss

    return step, dict(model.named_parameters())


def recurrent() -> tuple[Callable[[], Any], dict[str, Any]]:
    """h ← tanh(W h + U x), three times with the same weights."""
    W = autograd.tensor([[0.5, -0.3], [0.2, 0.4]], dtype=F8, requires_grad=True, name="W")
    U = autograd.tensor([[1.0], [-1.0]], dtype=F8, requires_grad=True, name="U")
    xs = [autograd.tensor([v], dtype=F8, name=f"x{t}") for t, v in enumerate((1.0, 0.5, -0.25), 1)]

    def step() -> Any:
        h = autograd.zeros(2, dtype=F8)
        h.name = "h0"
        for x in xs:
            h = autograd.tanh(W @ h + U @ x)
        loss = (h**2).sum()
        loss.backward()
        return loss

    return step, {"W": W, "U": U}


EXAMPLES = {"lecture": lecture, "iris": iris, "recurrent": recurrent}
