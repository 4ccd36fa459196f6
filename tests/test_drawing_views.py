"""More views of the graph: as JSON and in Mermaid, derivatives on the edges, modules as one node, functions drawn."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.drawing.collapse import collapsed
from tests.stepping_examples import iris, lecture

F8 = autograd.float64


def scalar(value: float, name: str) -> autograd.Tensor:
    return autograd.tensor(value, dtype=F8, requires_grad=True, name=name)


def square(x: autograd.Tensor) -> autograd.Tensor:
    y = 2 * autograd.sigmoid(x) ** 2
    y.backward()
    return y


def test_a_function_is_watched_and_drawn() -> None:
    x = scalar(0.5, "x")
    graph = autograd.draw(square, x)
    assert [node.op for node in graph.ops] == ["sigmoid", "pow", "mul"]
    assert all(node.watched for node in graph.ops)
    assert graph.find("x").grad == x.grad.item()  # type: ignore[union-attr]
    assert not autograd.hooks.watching()


def test_arguments_without_a_function_are_refused() -> None:
    with pytest.raises(TypeError, match=r"draw was given a tensor, and arguments for a function: \['backward'\]"):
        autograd.draw(scalar(1.0, "x") * 2, backward=True)


def test_local_derivatives_and_rules_stand_on_the_edges() -> None:
    x = scalar(0.5, "x")
    graph = autograd.draw(square, x)
    s = 1 / (1 + np.exp(-0.5))
    by_op = {graph.nodes[e.target].op: e for e in graph.edges}
    found = [by_op[op].local for op in ("sigmoid", "pow", "mul")]
    np.testing.assert_allclose(found, [s * (1 - s), 2 * s, 2], rtol=1e-15)
    assert by_op["sigmoid"].rule == "g · z · (1 - z)"
    text = graph.to_dot(derivatives=True)
    assert 'label="  ∂ 0.235, grad 0.5851  "' in text
    assert "∂" not in graph.to_dot()


def test_the_gradient_along_an_edge_is_the_local_derivative_times_that_of_the_target() -> None:
    random = np.random.default_rng(0)
    functions = (autograd.tanh, autograd.exp, autograd.sin, lambda t: t * t, lambda t: 3 / (2 + t * t))
    for _ in range(50):
        x = autograd.tensor(random.normal(size=(2, 3)), requires_grad=True)
        with autograd.watch():
            y = x
            for choice in random.integers(0, len(functions), 4):
                y = functions[choice](y) + x
            y.sum().backward()
        graph = autograd.draw(y)
        met = [e for e in graph.edges if e.local is not None]
        assert len(met) >= 8
        for e in met:
            np.testing.assert_allclose(e.grad, e.local * graph.nodes[e.target].grad, rtol=1e-12)


def test_what_is_not_elementwise_has_a_rule_and_no_local_derivative() -> None:
    W = autograd.ones(2, 2, dtype=F8, requires_grad=True)
    x = autograd.ones(2, dtype=F8, requires_grad=True)
    with autograd.watch():
        y = (W @ x + autograd.ones(1, 2, dtype=F8)).sum()
    edges = autograd.draw(y).edges
    assert {e.local is None for e in edges if autograd.draw(y).nodes[e.target].op != "add"} == {True}
    assert [e.local for e in edges if autograd.draw(y).nodes[e.target].op == "add"] == [None]  # it was broadcast
    assert all(e.rule for e in edges)


def test_json_holds_everything() -> None:
    x = scalar(0.5, "x")
    graph = autograd.draw(square, x)
    found = json.loads(graph.to_json())
    assert found["roots"] == [3]
    assert [n["op"] for n in found["nodes"]] == ["", "sigmoid", "pow", "mul"]
    assert found["nodes"][0]["outputs"][0]["grad"] == x.grad.item()  # type: ignore[union-attr]
    assert found["nodes"][3]["operands"] == [None, 2.0]
    assert found["edges"][0]["rule"] == "g · z · (1 - z)"
    assert [(e["source"], e["target"]) for e in found["edges"]] == [(0, 1), (1, 2), (2, 3)]


def test_json_has_no_infinities() -> None:
    x = autograd.tensor([0.0, 1.0], dtype=F8, requires_grad=True)
    with autograd.watch():
        y = autograd.log(x).sum()
    found = json.loads(autograd.draw(y).to_json(), parse_constant=lambda name: pytest.fail(name))
    assert found["nodes"][1]["outputs"][0]["value"] == ["-inf", 0.0]


def test_mermaid() -> None:
    x = scalar(2.0, "x<")
    with autograd.watch():
        y = 3 * x
    assert autograd.draw(y).to_mermaid("LR") == (
        "flowchart LR\n"
        '  n0["x#lt;<br/>value 2<br/>grad –"]:::leaf\n'
        '  n1("x#lt; * 3<br/>value 6<br/>grad –"):::op\n'
        "  n0 --> n1\n"
        "  classDef op fill:#fff3d1,stroke:#b87a00,color:#000\n"
        "  classDef leaf fill:#d3e9f8,stroke:#0072b2,color:#000\n"
        "  classDef constant fill:#f0f0f0,stroke:#767676,color:#000\n"
    )


@pytest.mark.parametrize(("suffix", "begins"), [("mmd", "flowchart TB"), ("json", "{"), ("html", "<!doctype html>")])
def test_files(suffix: str, begins: str, tmp_path: Path) -> None:
    step, _ = lecture()
    path = autograd.draw(step).render(tmp_path / f"graph.{suffix}")
    assert path.read_text(encoding="utf-8").startswith(begins)


# ---------------------------------------------------------------------------------------------------------- modules


class Block(nn.Module):
    """Two layers with a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x: Any) -> Any:
        """Return x and what the layers make of it."""
        return x + self.second(autograd.tanh(self.first(x)))


def blocks(n: int) -> autograd.Graph:
    """The graph of n blocks."""
    autograd.manual_seed(0)
    model = nn.Sequential(*[Block() for _ in range(n)])

    def step() -> Any:
        loss = (model(autograd.ones(2, 3)) ** 2).sum()
        loss.backward()
        return loss

    return autograd.draw(step)


def test_modules_as_one_node() -> None:
    graph = blocks(3)
    small, hidden = collapsed(graph, depth=0)
    assert [node.op for node in small.ops] == ["module 0", "module 1", "module 2", "pow", "sum"]
    assert "nodes are hidden inside 3 modules" in hidden
    assert small.depth() == 5
    inside = [node for node in graph.nodes if node.path.split(".")[0] == "1"]
    assert small.ops[1].attributes == {"nodes": len(inside)}
    np.testing.assert_array_equal(small.ops[1].value, [n for n in graph.ops if n.path == "1"][-1].value)
    assert small.ops[1].grad is not None
    opened, _ = collapsed(graph, depth=0, expand={"1"})
    assert [node.op for node in opened.ops] == [
        "module 0", "module 1.first", "tanh", "module 1.second", "add", "module 2", "pow", "sum",
    ]  # fmt: skip
    assert collapsed(graph) == (graph, "")
    assert 'label="module 0(nodes=' in graph.to_dot(depth=0)


def test_large_graphs_collapse_by_themselves() -> None:
    graph = blocks(60)
    assert len(graph.nodes) > 400
    text = graph.to_dot()
    assert "nodes are hidden inside" in text
    assert text.count("[label=") < 400
    assert len(graph.to_dot(max_nodes=None).splitlines()) > len(graph.nodes)


def test_a_module_that_is_entered_again_is_shown_inside() -> None:
    autograd.manual_seed(0)
    shared = nn.Linear(2, 2)
    model = nn.Sequential(shared, nn.Tanh(), shared)
    with autograd.watch():
        y = model(autograd.ones(1, 2)).sum()
    small, _ = collapsed(autograd.draw(y), depth=0)
    assert "tanh" in [n.op for n in small.ops] or "module 1" in [n.op for n in small.ops]
    at = {n.id for n in small.nodes}
    assert all(e.source in at and e.source < e.target for e in small.edges)


def test_graphs_of_100_000_nodes_are_no_problem() -> None:
    x = scalar(1.0, "x")
    y = x
    for _ in range(100_000):
        y = y * 1.0001
    limit = sys.getrecursionlimit()
    graph = autograd.draw(y)
    assert len(graph.to_dot(max_nodes=None)) > 1_000_000
    assert graph.to_json().count('"op": "mul"') == 100_000
    assert sys.getrecursionlimit() == limit


def test_networkx() -> None:
    networkx = pytest.importorskip("networkx")
    step, _ = iris()
    graph = autograd.draw(step)
    found = graph.to_networkx()
    assert networkx.is_directed_acyclic_graph(found)
    assert found.number_of_nodes() == len(graph.nodes)
    assert found.number_of_edges() == len(graph.edges) + len(graph.constant_edges)


def test_without_networkx_an_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(ImportError, match="pip install networkx"):
        autograd.draw(scalar(1.0, "x") * 2).to_networkx()
