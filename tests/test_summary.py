"""nn.summary: the counts of the lectures, the shapes, and that the model is left alone."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import autograd
import nn
from autograd.examples.iris import network


def stack(*sizes: int) -> nn.Sequential:
    return nn.Sequential(*[nn.Linear(a, b) for a, b in itertools.pairwise(sizes)])


@pytest.mark.parametrize(
    ("model", "size", "count"),
    [
        (stack(10, 20, 5, 3), (1, 10), 343),
        (network(), (1, 4), 82),
        (nn.Linear(1000, 1000), (1, 1000), 1_001_000),
        (stack(256, 64, 10), (50, 256), 17_098),
    ],
    ids=["10-20-5-3", "iris", "1000-1000", "digits"],
)
def test_the_counts_of_the_lectures(model: nn.Module, size: tuple[int, ...], count: int) -> None:
    found = nn.summary(model, size)
    assert found.total == found.trainable == count == sum(row.parameters for row in found.rows)
    assert count == nn.summary(model).total
    assert f"{count:,} parameters, {count:,} of them trainable" in str(found)


def test_the_table() -> None:
    assert str(nn.summary(network(), (30, 4))).splitlines() == [
        "Layer         Output shape  Parameters",
        "--------------------------------------",
        "Sequential    (30, 3)                -",
        "  0 (Linear)  (30, 5)               25",
        "  1 (ReLU)    (30, 5)                -",
        "  2 (Linear)  (30, 6)               36",
        "  3 (ReLU)    (30, 6)                -",
        "  4 (Linear)  (30, 3)               21",
        "--------------------------------------",
        "82 parameters, 82 of them trainable",
    ]
    assert str(nn.summary(nn.Linear(2, 1))).splitlines()[2] == "Linear  -                      3"


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 4)
        self.head = nn.Sequential(nn.Linear(4, 2), nn.Tanh())
        self.tied = nn.Linear(4, 10, bias=False)
        self.tied.weight = self.table.weight
        self.unused = nn.Linear(1, 1)
        self.head[0].bias.requires_grad_(False)

    def forward(self, numbers: Any, scale: Any) -> Any:
        x = self.table(numbers) * scale
        return {"head": self.head(x), "parts": (self.tied(x), [x, None])}


def test_rows_of_a_model_with_branches() -> None:
    model = Branches()
    found = nn.summary(model, [(3, 5), (1,)], dtype=[autograd.int64, autograd.float32])
    assert [(row.path, row.kind, row.parameters) for row in found.rows] == [
        ("", "Branches", 0),
        ("table", "Embedding", 40),
        ("head", "Sequential", 0),
        ("head.0", "Linear", 10),
        ("head.1", "Tanh", 0),
        ("tied", "Linear", 0),
        ("unused", "Linear", 2),
    ]
    assert found.rows[0].output_shape == {"head": (3, 5, 2), "parts": ((3, 5, 10), ((3, 5, 4), None))}
    assert [tuple(row.output_shape) for row in found.rows[1:6]] == [
        (3, 5, 4),
        (3, 5, 2),
        (3, 5, 2),
        (3, 5, 2),
        (3, 5, 10),
    ]
    assert found.rows[6].output_shape is None
    assert (found.total, found.trainable) == (52, 50)
    assert "{head: (3, 5, 2), parts: (3, 5, 10), (3, 5, 4), -}" in str(found)
    data = [autograd.zeros(3, 5, dtype=autograd.int64), autograd.ones(1)]
    assert str(nn.summary(model, input_data=data)) == str(found)


class Restless(nn.Module):
    """It counts its calls in a buffer, makes another buffer anew, draws, and trains only parts of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", autograd.zeros(1))
        self.register_buffer("latest", autograd.tensor([float("nan")]))
        self.register_buffer("none", None)
        self.inner = nn.Sequential(nn.Linear(2, 2, dtype=autograd.float64), nn.Dropout(0.5))
        self.inner[1].eval()

    def forward(self, x: Any) -> Any:
        assert not self.training
        self.calls += 1
        self.latest = autograd.rand(3)
        return self.inner(x)


def test_the_model_and_the_stream_are_left_alone() -> None:
    model = Restless()
    calls, latest = model.calls, model.latest
    hooked: list[Any] = []
    model.inner.register_forward_hook(lambda *_: hooked.append(1))
    before = autograd.get_rng_state().tolist()
    for _ in range(2):
        found = nn.summary(model, (3, 2))
        assert found.rows[1].output_shape == (3, 2)
    assert autograd.get_rng_state().tolist() == before
    assert model.calls is calls
    assert calls.tolist() == [0]
    assert model.latest is latest
    assert latest.shape == (1,)
    assert model.none is None
    assert [module.training for module in model.modules()] == [True, True, True, False]
    assert [module._hooks is None for module in model.modules()] == [True, False, True, True]
    model.eval()
    model(autograd.zeros(1, 2, dtype=autograd.float64))
    assert hooked == [1, 1, 1]
    assert all(p.grad is None for p in model.parameters())


def test_a_model_that_raises_is_left_alone_too() -> None:
    model = stack(3, 2)
    with pytest.raises(RuntimeError, match="3"):
        nn.summary(model, (1, 4))
    assert model.training
    assert model[0]._hooks is None


@pytest.mark.parametrize(
    ("arguments", "options", "error", "text"),
    [
        ((3,), {}, TypeError, "summary was given a int; expected a Module"),
        ((stack(1, 1), 4), {}, TypeError, "input_size is 4; expected a shape"),
        ((stack(1, 1), (1.0, 4)), {}, TypeError, r"input_size is \(1.0, 4\); expected a shape"),
        ((stack(1, 1), (1, 1)), {"input_data": autograd.ones(1)}, ValueError, "both input_size and input_data"),
    ],
)
def test_refusals(arguments: Any, options: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        nn.summary(*arguments, **options)
