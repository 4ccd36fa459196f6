"""The hand-worked example of lecture 001: a 2-2-1 network, one backward pass, one weight update.

Inputs (0.35, 0.9), target 0.5, sigmoid neurons, no biases, L = ½ (t - y)², learning rate 1. The lecture defines the
error term of a neuron as δ = -∂L/∂net (lectures 003 and 004 have the opposite sign), so ∂L/∂W = -δ x.
"""

from __future__ import annotations

from typing import NamedTuple

import autograd
from autograd import Tensor

INPUTS = (0.35, 0.9)
TARGET = 0.5
RATE = 1.0
WEIGHTS = {"W1_11": 0.1, "W1_12": 0.8, "W1_21": 0.4, "W1_22": 0.6, "W2_11": 0.3, "W2_12": 0.9}

#: Every number the slides print, as they print it.
SLIDES = {
    "x1_1": "0.68",
    "x1_2": "0.6637",
    "y": "0.69",
    "δ2_1": "-0.0406",
    "δ1_1": "-0.0027",
    "δ1_2": "-0.0082",
    "∂L/∂W1_11": "0.000945",
    "∂L/∂W1_12": "0.00243",
    "∂L/∂W1_21": "0.00287",
    "∂L/∂W1_22": "0.00738",
    "∂L/∂W2_11": "0.0276",
    "∂L/∂W2_12": "0.0269",
    "W1_11 new": "0.0991",
    "W1_12 new": "0.7976",
    "W1_21 new": "0.3971",
    "W1_22 new": "0.5926",
    "W2_11 new": "0.2724",
    "W2_12 new": "0.8731",
}

WHY = """\
Digits marked * differ from the exact value when that is rounded to as many decimals. The slides compute on with
rounded numbers: y = 0.690283 is printed as 0.69, so δ2_1 becomes (0.5 - 0.69) · 0.69 · 0.31 = -0.040641, printed
-0.0406 where the exact -0.040681 rounds to -0.0407; ∂L/∂W2_11 becomes 0.0406 · 0.68 = 0.0276 instead of 0.0277, and so
the new weights 0.2724 and 0.8731 are off in the fourth decimal: exact are 0.2723 and 0.8730. Likewise the gradients of
the first layer are products of δ1_1 = -0.0027 and δ1_2 = -0.0082, of which two digits are left."""


class Line(NamedTuple):
    """One number of the example: its name, the slide's digits and the engine's value, by scalars and by matrices."""

    name: str
    slide: str
    exact: float
    by_matrices: float

    @property
    def difference(self) -> float:
        """The slide's number less the exact one."""
        return float(self.slide) - self.exact

    @property
    def off(self) -> bool:
        """Whether the slide's digits are not the exact value, rounded to as many."""
        decimals = len(self.slide.partition(".")[2])
        return f"{self.exact:.{decimals}f}" != self.slide


class Scalars(NamedTuple):
    """The example built of scalar tensors, neuron by neuron, after its backward pass."""

    weights: dict[str, Tensor]
    nets: dict[str, Tensor]
    hidden: tuple[Tensor, Tensor]
    y: Tensor
    loss: Tensor


def by_scalars() -> Scalars:
    """Run forward and backward pass with one scalar tensor per weight and neuron."""
    weights = {
        name: autograd.tensor(value, dtype=autograd.float64, requires_grad=True, name=name)
        for name, value in WEIGHTS.items()
    }
    x1, x2 = (
        autograd.tensor(value, dtype=autograd.float64, name=f"x{i}") for i, value in enumerate(INPUTS, start=1)
    )
    t = autograd.tensor(TARGET, dtype=autograd.float64, name="t")
    net1 = weights["W1_11"] * x1 + weights["W1_12"] * x2
    net2 = weights["W1_21"] * x1 + weights["W1_22"] * x2
    h1, h2 = autograd.sigmoid(net1), autograd.sigmoid(net2)
    net = weights["W2_11"] * h1 + weights["W2_12"] * h2
    y = autograd.sigmoid(net)
    loss = 0.5 * (t - y) ** 2
    named = {"net1_1": net1, "net1_2": net2, "x1_1": h1, "x1_2": h2, "net2_1": net, "y": y, "L": loss}
    for name, result in named.items():
        result.name = name
    nets = {"δ1_1": net1, "δ1_2": net2, "δ2_1": net}
    for neuron in nets.values():
        neuron.retain_grad()
    loss.backward()
    return Scalars(weights, nets, (h1, h2), y, loss)


def by_matrices() -> dict[str, float]:
    """Run the same pass with a weight matrix per layer, and return every number of it by name."""
    x = autograd.tensor(INPUTS, dtype=autograd.float64)
    first = [[WEIGHTS["W1_11"], WEIGHTS["W1_12"]], [WEIGHTS["W1_21"], WEIGHTS["W1_22"]]]
    W1 = autograd.tensor(first, dtype=autograd.float64, requires_grad=True)
    W2 = autograd.tensor([[WEIGHTS["W2_11"], WEIGHTS["W2_12"]]], dtype=autograd.float64, requires_grad=True)
    net1 = W1 @ x
    h = autograd.sigmoid(net1)
    net2 = W2 @ h
    y = autograd.sigmoid(net2)
    loss = 0.5 * ((TARGET - y) ** 2).sum()
    d1, d2, dW1, dW2 = autograd.grad(loss, (net1, net2, W1, W2))
    numbers = {"x1_1": h[0].item(), "x1_2": h[1].item(), "y": y.item()}
    numbers |= {"δ2_1": -d2.item(), "δ1_1": -d1[0].item(), "δ1_2": -d1[1].item()}
    for layer, W, dW in ((1, W1, dW1), (2, W2, dW2)):
        for i, row in enumerate(dW.tolist()):
            for j, g in enumerate(row):
                place = f"W{layer}_{i + 1}{j + 1}"
                numbers[f"∂L/∂{place}"] = g
                numbers[f"{place} new"] = W[i, j].item() - RATE * g
    return numbers


def lines() -> list[Line]:
    """Return every number the slides print, beside the engine's."""
    scalars = by_scalars()
    exact = {"x1_1": scalars.hidden[0].item(), "x1_2": scalars.hidden[1].item(), "y": scalars.y.item()}
    exact |= {name: -net.grad.item() for name, net in scalars.nets.items() if net.grad is not None}
    for name, w in scalars.weights.items():
        assert w.grad is not None
        exact[f"∂L/∂{name}"] = w.grad.item()
        exact[f"{name} new"] = w.item() - RATE * w.grad.item()
    matrices = by_matrices()
    return [Line(name, slide, exact[name], matrices[name]) for name, slide in SLIDES.items()]


def table() -> str:
    """Return the comparison as text: slide, engine by scalars, difference, and how far scalars and matrices differ."""
    rows = [f"{'':12}{'slide':>10}  {'engine':>22}  {'slide - engine':>15}  {'scalars - matrices':>19}"]
    rows += [
        f"{line.name:12}{line.slide:>10}{'*' if line.off else ' '} {line.exact!r:>22}  {line.difference:>15.1e}  "
        f"{line.exact - line.by_matrices:>19.0e}"
        for line in lines()
    ]
    return "\n".join(rows)


def just_repeat(steps: int) -> list[tuple[float, float]]:
    """Return output and loss before the first weight update and after each of `steps` updates."""
    x = autograd.tensor(INPUTS, dtype=autograd.float64)
    first = [[WEIGHTS["W1_11"], WEIGHTS["W1_12"]], [WEIGHTS["W1_21"], WEIGHTS["W1_22"]]]
    W1 = autograd.tensor(first, dtype=autograd.float64, requires_grad=True)
    W2 = autograd.tensor([[WEIGHTS["W2_11"], WEIGHTS["W2_12"]]], dtype=autograd.float64, requires_grad=True)
    seen = []
    for step in range(steps + 1):
        y = autograd.sigmoid(W2 @ autograd.sigmoid(W1 @ x))
        loss = 0.5 * ((TARGET - y) ** 2).sum()
        seen.append((y.item(), loss.item()))
        if step < steps:
            d1, d2 = autograd.grad(loss, (W1, W2))
            with autograd.no_grad():
                W1 -= RATE * d1
                W2 -= RATE * d2
    return seen


def graph() -> autograd.Graph:
    """Return the computation graph of the example, with the value and the gradient of every node."""
    with autograd.watch():
        loss = by_scalars().loss
    return autograd.draw(loss)
