"""Stepping through a pass: what the steps say, that sums grow to the gradients, and the page as text."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
from autograd.drawing import labels
from autograd.stepping.layout import LANE, places
from tests.stepping_examples import EXAMPLES, lecture, recurrent


def takes(page: str) -> Any:
    """The data in a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_lectures_example_step_by_step() -> None:
    step, _ = lecture()
    shown = autograd.step_through(step)
    assert shown.frames[0] == "Before the first step: leaves and constants have their values."
    assert "Forward: v4 = sigmoid(v3) is 0.6803." in shown.frames
    assert shown.frames[15] == "Forward: v15 = v14 / 2 is 0.0181."
    assert shown.frames[16] == "Backward begins: the gradient of v15 by itself is 1."
    assert shown.frames[-1] == (
        "Backward through v1 = w11 * x1 with g = 0.002654: d w11 = g · x1. w11 gets 0.0009291."
    )
    assert any(f.endswith("d v11 = g · v12 · (1 - v12). v11 gets 0.04068.") for f in shown.frames)
    assert len(shown.html) < 100_000


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_last_sums_are_the_gradients(name: str) -> None:
    step, weights = EXAMPLES[name]()
    (take,) = takes(autograd.step_through(step).html)
    last: dict[str, str] = {}
    for frame in take["frames"]:
        for number, text, _ in frame["grads"]:
            last[take["boxes"][number]["name"]] = re.sub(r" \(\d+/\d+\)$", "", text)
    for path, weight in weights.items():
        assert last[path] == labels.array(weight.grad.numpy())


def test_a_sum_grows_where_a_value_was_used_several_times() -> None:
    step, weights = recurrent()
    shown = autograd.step_through(step)
    told = [f for f in shown.frames if "W gets" in f]
    assert [re.search(r"W gets .*, contribution (\d of 3)", f)[1] for f in told] == ["1 of 3", "2 of 3", "3 of 3"]  # type: ignore[index]
    (take,) = takes(shown.html)
    full = [g[2] for f in take["frames"] for g in f["grads"] if take["boxes"][g[0]]["name"] == "W"]
    assert len(full) == 3
    last = np.array(json.loads(full[-1].replace("\n", "")))
    np.testing.assert_allclose(last, weights["W"].grad.numpy(), rtol=1e-7)


def test_a_watched_result_and_several() -> None:
    x = autograd.tensor(2.0, requires_grad=True, name="x")
    with autograd.watch():
        y, z = x * 3, x**2
        (y + z).backward()
    assert autograd.step_through(y).frames[1:] == [
        "Forward: v1 = x * 3 is 6.",
        "Backward begins: the gradient of v1 by itself is 1.",
        "Backward through v1 = x * 3 with g = 1: d x = 3 · g. x gets 3; its grad holds 7: "
        "other passes, parts not drawn or edits gave the rest.",
    ]
    both = autograd.step_through([y, z])
    assert "Forward: v1 = x * 3 is 6." in both.frames


def test_without_a_backward_pass_the_page_says_so() -> None:
    x = autograd.tensor(2.0, requires_grad=True)
    with autograd.watch():
        y = x * 3
    assert autograd.step_through(y).frames[-1].startswith("There was no backward pass: call backward()")


def test_what_cannot_be_stepped_through() -> None:
    x = autograd.tensor(2.0, requires_grad=True)
    with pytest.raises(RuntimeError, match="nobody watched; expected values of every node.*autograd.watch"):
        autograd.step_through(x * 3)
    with pytest.raises(RuntimeError, match="requires no gradient"):
        autograd.step_through(autograd.tensor(1.0))
    with pytest.raises(TypeError, match="step_through was given int"):
        autograd.step_through(3)


def test_names_and_lines_of_the_users_are_text() -> None:
    x = autograd.tensor(2.0, requires_grad=True, name="</script><script>alert(1)</script>@data@")
    page = autograd.step_through(lambda: x * 3, title="<b>&@pictures@").html
    assert "<script>alert" not in page
    assert "</script><script>" not in page
    assert "&lt;b&gt;&amp;" in page
    assert takes(page)[0]["boxes"][0]["name"].startswith("</script><script>")


def test_a_training_loop_is_recorded(tmp_path: Path) -> None:
    step, weights = lecture()
    recorder = autograd.Recorder("Two steps")
    losses = []
    for _ in range(2):
        losses.append(recorder.record(step))
        with autograd.no_grad():
            for w in weights.values():
                w -= w.grad
                w.grad = None
    found = takes(recorder.html)
    assert [t["boxes"][-1]["value"] for t in found] == [labels.array(loss.detach().numpy()) for loss in losses]
    assert [t["picture"] for t in found] == [0, 0]  # one structure, one picture
    assert repr(recorder) == "<Recorder: 2 passes, 62 steps>"
    assert recorder.save(tmp_path / "steps.html").read_text(encoding="utf-8") == recorder.html
    assert recorder._repr_html_().startswith('<iframe title="Two steps" srcdoc="&lt;!doctype html&gt;')


def test_a_block_is_recorded_and_watching_ends_with_it() -> None:
    step, _ = lecture()
    recorder = autograd.Recorder()
    assert "Nothing was recorded yet" in recorder._repr_html_()
    with recorder:
        loss = step()
    recorder.keep(loss)
    assert len(recorder.frames) == 32
    with pytest.raises(RuntimeError, match="nobody watched"):
        recorder.keep(step())


def test_a_backward_pass_that_begins_in_the_middle_as_well() -> None:
    a = autograd.tensor(2.0, requires_grad=True, name="a")
    with autograd.watch():
        y = a * 3
        z = y**2
        (y + z).backward()
    shown = autograd.step_through([y, z])
    assert shown.frames[-1] == (
        "Backward through v1 = a * 3 with g = 13, of which 1 came from no box drawn: backward began here as well, "
        "or a hook added it: d a = 3 · g. a gets 39."
    )
    (take,) = takes(shown.html)
    assert take["frames"][-1]["grads"][0] == [1, "13", "13."]


def test_a_gradient_that_was_there_before_the_pass() -> None:
    w = autograd.tensor(2.0, requires_grad=True, name="w")
    (w * 3).backward()
    shown = autograd.step_through(lambda: _backward(w * 5))
    told = shown.frames[-1]
    assert told.endswith("w gets 5; its grad holds 8: other passes, parts not drawn or edits gave the rest.")
    w.grad = None
    assert autograd.step_through(lambda: _backward(w * 5)).frames[-1].endswith("w gets 5.")


def _backward(loss: Any) -> Any:
    loss.backward()
    return loss


class Both(autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2, x * 3

    @staticmethod
    def backward(ctx: Any, g: Any, h: Any) -> Any:
        return g * 2 + h * 3


def test_outputs_of_one_operation_have_a_gradient_each() -> None:
    x = autograd.tensor(1.0, requires_grad=True, name="x")

    def step() -> Any:
        a, b = Both.apply(x)
        return _backward(a * 5 + b * 7)

    shown = autograd.step_through(step)
    (take,) = takes(shown.html)
    both = next(i for i, b in enumerate(take["boxes"]) if ";" in b["value"])
    assert take["boxes"][both]["value"] == "2; 3"
    assert [g[1] for f in take["frames"] for g in f["grads"] if g[0] == both] == ["–; 7", "5; 7"]
    assert shown.frames[-1].endswith("x gets 31.")


def _random_graph(seed: int) -> autograd.Graph:
    draw = np.random.default_rng(seed)
    known = [autograd.tensor(float(v), requires_grad=True) for v in range(3)]
    with autograd.watch():
        for _ in range(25):
            a, b = (known[i] for i in draw.integers(len(known), size=2))
            known.append(a * b if draw.random() < 0.5 else autograd.tanh(a))
    return autograd.draw(known[3:])


@pytest.mark.parametrize("name", [*EXAMPLES, *range(40)])
def test_neither_boxes_nor_lines_lie_on_boxes(name: Any) -> None:
    if isinstance(name, int):
        graph = _random_graph(name)
    else:
        with autograd.watch():
            loss = EXAMPLES[name]()[0]()
        graph = autograd.draw(loss)
    at = places(graph)
    columns: dict[int, list[tuple[float, float]]] = {}
    for x, row in at.boxes.values():
        columns.setdefault(x, []).append((row, 0.5))
    for (_, x), row in at.lanes.items():
        columns.setdefault(x, []).append((row, LANE / 2))
    for spots in columns.values():
        spots.sort()
        for (upper, half), (lower, other) in pairwise(spots):
            assert lower - upper >= half + other - 1e-9
    for e in (*graph.edges, *graph.constant_edges):
        first, last = at.boxes[e.source][0], at.boxes[e.target][0]
        assert [x for x, _ in at.between(e)] == list(range(first + 1, last))
        assert first < last
