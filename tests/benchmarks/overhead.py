"""What an operation costs besides its arithmetic: ns per op forward and per node backward, against torch.

Chains of 200 ops on (4, 4) float64; the scalar 2-2-1 example of lecture 001 (forward, backward, update), against
torch and micrograd as well; a deep chain. One thread each side, alternating, medians of per-round ratios. Hooks, modes
and version checks are on, as always.
"""

from __future__ import annotations

import math
import random
import resource
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from tests.benchmarks.measure import Timed, alternate, clock, medians, ratio

CHAIN = 200

Step = Callable[[Any, Any, Any], Any]

#: name: (lib, y, w) -> next y of the same shape, where to start, and the shape. Reductions run along a dimension of 1.
OPS: dict[str, tuple[Step, float, tuple[int, ...]]] = {
    "add": (lambda lib, y, w: y + w, 0.0, (4, 4)),
    "sub": (lambda lib, y, w: y - w, 0.0, (4, 4)),
    "mul": (lambda lib, y, w: y * w, 0.0, (4, 4)),
    "div": (lambda lib, y, w: y / w, 0.0, (4, 4)),
    "mul by a number": (lambda lib, y, w: y * 0.99, 0.0, (4, 4)),
    "neg": (lambda lib, y, w: -y, 0.0, (4, 4)),
    "pow 2": (lambda lib, y, w: y**2, 0.0, (4, 4)),
    "exp": (lambda lib, y, w: lib.exp(y), -50.0, (4, 4)),
    "log": (lambda lib, y, w: lib.log(y), 1.0, (4, 4)),
    "sqrt": (lambda lib, y, w: lib.sqrt(y), 1.0, (4, 4)),
    "tanh": (lambda lib, y, w: lib.tanh(y), 0.0, (4, 4)),
    "sigmoid": (lambda lib, y, w: lib.sigmoid(y), 0.0, (4, 4)),
    "relu": (lambda lib, y, w: lib.relu(y), 0.0, (4, 4)),
    "maximum": (lambda lib, y, w: lib.maximum(y, w), 0.0, (4, 4)),
    "matmul": (lambda lib, y, w: y @ w, 0.0, (4, 4)),
    "sum": (lambda lib, y, w: y.sum(0, keepdim=True), 0.0, (1, 4)),
    "mean": (lambda lib, y, w: y.mean(0, keepdim=True), 0.0, (1, 4)),
    "softmax": (lambda lib, y, w: y.softmax(1), 0.0, (4, 4)),
    "transpose": (lambda lib, y, w: y.transpose(0, 1), 0.0, (4, 4)),
    "reshape": (lambda lib, y, w: y.reshape(4, 4), 0.0, (4, 4)),
    "slice": (lambda lib, y, w: y[0:4], 0.0, (4, 4)),
    "cat": (lambda lib, y, w: lib.cat([y], 0), 0.0, (4, 4)),
}


def chain_of(lib: Any, step: Step, start: float, shape: tuple[int, ...]) -> Timed:
    """Return a function that builds a chain of one op and differentiates it: (ns forward, ns backward) per op."""
    noise = np.random.default_rng(0).standard_normal(shape) * 0.01
    x = lib.tensor(noise + start, dtype=lib.float64, requires_grad=True)
    w = lib.tensor(np.eye(4) * 0.99 + 0.01 * (step is OPS["div"][0]), dtype=lib.float64, requires_grad=True)
    seed = lib.ones(shape, dtype=lib.float64)

    def timed() -> tuple[float, float]:
        made: list[Any] = [x]

        def forward() -> None:
            y = x
            for _ in range(CHAIN):
                y = step(lib, y, w)
            made[0] = y

        ahead, back = [], []
        for _ in range(6):
            ahead.append(clock(forward) / CHAIN)
            back.append(clock(lambda: made[0].backward(seed)) / CHAIN)
            x.grad = w.grad = None
        return statistics.median(ahead[1:]), statistics.median(back[1:])

    return timed


def deep_chain_of(lib: Any, length: int = 100_000) -> Timed:
    """Return a function that times x * 1.0001 + 0.0001 repeated, on one element."""
    x = lib.tensor([1.0], dtype=lib.float64, requires_grad=True)
    seed = lib.ones(1, dtype=lib.float64)

    def timed() -> tuple[float, float]:
        made: list[Any] = [x]

        def forward() -> None:
            y = x
            for _ in range(length // 2):
                y = y * 1.0001 + 0.0001
            made[0] = y

        ahead = clock(forward)
        back = clock(lambda: made[0].backward(seed))
        x.grad = None
        return ahead / length, back / length

    return timed


def bytes_per_node(lib: Any, length: int = 1_000_000) -> float:
    """Return by how much the process grows, per node, when a chain is built and only its end is held (Linux)."""

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    x = lib.tensor([1.0], dtype=lib.float64, requires_grad=True)
    before, y = resident(), x
    for _ in range(length // 2):
        y = y * 1.0001 + 0.0001
    return (resident() - before) / length


def lecture_step(lib: Any, weight: Callable[[float], Any], sigmoid: Callable[[Any], Any]) -> Timed:
    """Return a function that times one step of the scalar 2-2-1 example: forward, backward, update by rate 1e-3."""
    values = (0.1, 0.8, 0.4, 0.6, 0.3, 0.9)

    def step(ws: list[Any]) -> None:
        a, b, c, d, e, f = ws
        h1, h2 = sigmoid(a * 0.35 + b * 0.9), sigmoid(c * 0.35 + d * 0.9)
        loss = (sigmoid(e * h1 + f * h2) - 0.5) ** 2 * 0.5
        loss.backward()
        if lib is None:
            for w in ws:
                w.data -= 1e-3 * w.grad
                w.grad = 0.0
        else:
            with lib.no_grad():
                for w in ws:
                    w -= 1e-3 * w.grad
                    w.grad = None

    ws = [weight(v) for v in values]
    return lambda: (clock(lambda: step(ws), 200),)


def micrograd_sigmoid(x: Any) -> Any:
    """Return the sigmoid of a micrograd Value, which has none, in the way of its author's lecture."""
    from micrograd.engine import Value

    s = 1.0 / (1.0 + math.exp(-x.data))
    out = Value(s, (x,), "sigmoid")

    def backward() -> None:
        x.grad += s * (1.0 - s) * out.grad

    out._backward = backward
    return out


def run(rounds: int = 40) -> str:
    """Measure, and return the table as Markdown."""
    import torch

    torch.set_num_threads(1)
    random.seed(0)
    lines = [
        "| | ours, ns forward / backward | torch | ratio forward | ratio backward |",
        "|---|---:|---:|---:|---:|",
    ]

    def row(name: str, ours: Timed, theirs: Timed, rounds: int) -> None:
        answers = alternate({"ours": ours, "torch": theirs}, rounds)
        (f, b), (tf, tb) = medians(answers["ours"]), medians(answers["torch"])
        rf, rb = ratio(answers["ours"], answers["torch"])
        lines.append(f"| {name} | {f:.0f} / {b:.0f} | {tf:.0f} / {tb:.0f} | {rf:.2f} | {rb:.2f} |")

    for name, (step, start, shape) in OPS.items():
        row(name, chain_of(autograd, step, start, shape), chain_of(torch, step, start, shape), rounds)
    row("deep chain, 100,000 ops", deep_chain_of(autograd), deep_chain_of(torch), 5)

    here, there = bytes_per_node(autograd), bytes_per_node(torch)
    lines += ["", f"A chain of 1,000,000 ops: {here:.0f} bytes a node; torch {there:.0f} ({here / there:.2f})."]

    def scalar(lib: Any) -> Timed:
        return lecture_step(
            lib, lambda v: lib.tensor(v, dtype=lib.float64, requires_grad=True), lambda x: lib.sigmoid(x)
        )

    contestants = {"ours": scalar(autograd), "torch": scalar(torch)}
    try:
        from micrograd.engine import Value

        contestants["micrograd"] = lecture_step(None, Value, micrograd_sigmoid)
    except ModuleNotFoundError:
        lines.append("")
        lines.append("micrograd is not installed: no comparison with it (pip install micrograd).")
    answers = alternate(contestants, rounds)
    ours = answers.pop("ours")
    lines += ["", "| one step of the scalar 2-2-1 example | ns | ours / theirs |", "|---|---:|---:|"]
    lines.append(f"| ours | {medians(ours)[0]:.0f} | |")
    lines += [f"| {name} | {medians(a)[0]:.0f} | {ratio(ours, a)[0]:.2f} |" for name, a in answers.items()]
    return "\n".join(lines)
