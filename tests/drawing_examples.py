"""The graphs whose DOT text is kept: three chain-rule examples and the worked example of the lecture.

`python -m tests.drawing_examples` writes the files anew (look at the pictures before you commit them), among them the
pictures of the README and of docs/seeing.md. Graphviz or the extra `render` has to be installed for it.
"""

from collections.abc import Callable
from pathlib import Path

import autograd
import nn
from autograd.examples import backpropagation
from tests.test_chain_rule_examples import example_1, example_2, leaf, univariate
from tests.test_f_network import BIASES, PASSES, TARGET, WEIGHTS

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
DOCS = ROOT / "docs"


def chain_rule(record: Callable[[autograd.Tensor], dict[str, autograd.Tensor]]) -> autograd.Graph:
    """Return the graph of an example at x = 2, every intermediate result under its name on the slide."""
    x = leaf(2.0)
    x.name = "x"
    with autograd.watch():
        steps = record(x)
        steps["f"].backward()
    return autograd.draw(steps["f"], names=steps)


def readme() -> autograd.Graph:
    """Return example 2 of the lecture at x = 2, its result called the loss, as in the README."""
    x = autograd.tensor(2.0, requires_grad=True, name="x")
    with autograd.watch():
        g1 = 3 * x
        g2 = x**2 + x
        h1 = 2 * g1 + 1
        h2 = 2 * g1 + g2
        loss = (h1 - h2) ** 2
        loss.backward()
    return autograd.draw(loss, names={"g1": g1, "g2": g2, "h1": h1, "h2": h2, "loss": loss})


def matrices() -> autograd.Graph:
    """Return the lecture's worked example with one matrix a layer."""
    x = autograd.tensor([0.35, 0.9], dtype=autograd.float64, name="x")
    w1 = autograd.tensor([[0.1, 0.8], [0.4, 0.6]], dtype=autograd.float64, requires_grad=True, name="W1")
    w2 = autograd.tensor([0.3, 0.9], dtype=autograd.float64, requires_grad=True, name="w2")
    t = autograd.tensor(0.5, dtype=autograd.float64, name="t")
    with autograd.watch():
        net1 = w1 @ x
        net2 = w2 @ autograd.sigmoid(net1)
        y = autograd.sigmoid(net2)
        loss = (t - y) ** 2 / 2
        loss.backward()
    return autograd.draw(loss, names={"net1": net1, "net2": net2, "y": y, "loss": loss})


#: File name -> what it shows.
EXAMPLES: dict[str, Callable[[], autograd.Graph]] = {
    "univariate": lambda: chain_rule(univariate),
    "example_1": lambda: chain_rule(example_1),
    "example_2": lambda: chain_rule(example_2),
    "lecture_scalars": backpropagation.graph,
    "lecture_matrices": matrices,
}


def f_network() -> nn.NetworkPicture:
    """Return the network f of lectures 000 to 002 at [1, -1], with its error terms for the target [1, 0]."""
    layers: list[nn.Module] = []
    for weight, bias in zip(WEIGHTS, BIASES, strict=True):
        layer = nn.Linear(2, 2, dtype=autograd.float64)
        with autograd.no_grad():
            layer.weight.copy_(autograd.tensor(weight))
            layer.bias.copy_(autograd.tensor(bias))
        layers += [layer, nn.Sigmoid()]
    target = autograd.tensor(TARGET, dtype=autograd.float64)
    return nn.draw_network(nn.Sequential(*layers), PASSES[0].x, lambda y: ((y - target) ** 2).sum() / 2)


if __name__ == "__main__":
    f_network().save(DOCS / "f_network.svg")
    for name, graph in EXAMPLES.items():
        graph().render(GOLDEN / f"{name}.dot")
    for suffix in ("dot", "svg"):
        readme().render(DOCS / f"graph.{suffix}", direction="LR")
