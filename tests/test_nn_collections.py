"""ModuleDict, ParameterList and ParameterDict."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

import autograd
import nn


def test_module_dict() -> None:
    a, b, c = nn.Linear(1, 1), nn.ReLU(), nn.Tanh()
    layers = nn.ModuleDict({"b": b, "a": a})
    assert list(layers) == list(layers.keys()) == ["b", "a"]
    assert list(layers.values()) == [b, a]
    assert [name for name, _ in layers.named_parameters()] == ["a.weight", "a.bias"]
    layers["c"] = c
    layers.update([("b", c)])
    assert layers["b"] is c
    assert len(layers) == 3
    assert "c" in layers
    assert "d" not in layers
    assert layers.pop("c") is c
    del layers["b"]
    assert list(layers.items()) == [("a", a)]
    layers.update(nn.ModuleDict([("x", b)]))
    assert list(layers) == ["a", "x"]
    layers.clear()
    assert len(layers) == 0
    assert len(nn.ModuleDict()) == 0


def test_parameter_list() -> None:
    p, t = nn.Parameter(autograd.ones(2)), autograd.zeros(3)
    weights = nn.ParameterList([p, t, "text"])
    assert weights[0] is p
    assert isinstance(weights[1], nn.Parameter)
    assert weights[-1] == "text"
    assert [name for name, _ in weights.named_parameters()] == ["0", "1"]
    weights[2] = autograd.ones(1)
    weights.append(p).extend([t])
    weights += [t]
    assert len(weights) == 6
    assert [v.requires_grad for v in weights] == [True] * 6
    assert isinstance(weights[1:3], nn.ParameterList)
    assert len(weights[1:3]) == 2
    assert list(weights.state_dict()) == ["0", "1", "2", "3", "4", "5"]


def test_parameter_dict() -> None:
    p = nn.Parameter(autograd.ones(2))
    weights = nn.ParameterDict({"b": p, "a": autograd.zeros(1)})
    assert list(weights) == ["a", "b"]  # a plain dict is sorted, as in PyTorch
    assert list(nn.ParameterDict(OrderedDict([("b", p), ("a", p)]))) == ["b", "a"]
    assert weights["b"] is p
    assert [name for name, _ in weights.named_parameters()] == ["a", "b"]
    weights.update([("c", 5)])
    assert weights["c"] == 5
    assert list(reversed(weights)) == ["c", "b", "a"]
    assert weights.get("x") is None
    assert weights.setdefault("x", autograd.ones(1)) is weights["x"]
    assert weights.popitem()[0] == "x"
    assert weights.pop("c") == 5
    assert list((weights | {"z": p}).keys()) == ["a", "b", "z"]
    weights |= {"y": p}
    assert dict(weights.items())["y"] is p
    assert list(weights.copy().values())[1] is p
    assert list(weights.fromkeys(["k", "l"], 1)) == ["k", "l"]
    del weights["a"]
    assert "a" not in weights
    assert len(weights) == 2
    weights.clear()
    assert len(weights) == 0


@pytest.mark.oracle
@pytest.mark.parametrize(
    "build",
    [
        lambda t, nn: nn.ModuleDict({"b": nn.ReLU(), "a": nn.Sequential(nn.Tanh())}),
        lambda t, nn: nn.ModuleDict(),
        lambda t, nn: nn.ParameterList([t.ones(2, 3), 5, t.ones(())]),
        lambda t, nn: nn.ParameterList([t.ones(2)]),
        lambda t, nn: nn.ParameterDict({"b": t.ones(2, 3).double(), "a": 5}),
    ],
)
def test_they_print_as_in_pytorch(build: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    assert repr(build(autograd, nn)) == repr(build(torch, torch.nn)).replace("torch.", "autograd.")


@pytest.mark.oracle
@pytest.mark.parametrize(
    "call",
    [
        lambda t, nn: nn.ModuleDict({"a": 1}),
        lambda t, nn: nn.ModuleDict(5),
        lambda t, nn: nn.ModuleDict([5]),
        lambda t, nn: nn.ModuleDict([(1, 2, 3)]),
        lambda t, nn: nn.ModuleDict()["a"],
        lambda t, nn: nn.ModuleDict({"pop": nn.ReLU()}),
        lambda t, nn: nn.ModuleDict().pop("a"),
        lambda t, nn: nn.ParameterList(t.ones(2)),
        lambda t, nn: nn.ParameterList(5),
        lambda t, nn: nn.ParameterList([t.ones(1)])[1],
        lambda t, nn: nn.ParameterList([t.ones(1)])(t.ones(1)),
        lambda t, nn: nn.ParameterDict({1: t.ones(1)}),
        lambda t, nn: nn.ParameterDict()["a"],
        lambda t, nn: nn.ParameterDict()[0],
        lambda t, nn: nn.ParameterDict({"pop": t.ones(1)}),
        lambda t, nn: nn.ParameterDict(5),
        lambda t, nn: nn.ParameterDict([("a", 1, 2)]),
        lambda t, nn: nn.ParameterDict()(t.ones(1)),
    ],
)
def test_they_refuse_what_pytorch_refuses(call: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(Exception) as theirs:
        call(torch, torch.nn)
    with pytest.raises(Exception) as mine:
        call(autograd, nn)
    assert isinstance(mine.value, theirs.type), f"{mine.value!r}, {theirs.value!r}"
