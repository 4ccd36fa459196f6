"""What a training step costs against torch's eager mode: zero_grad, forward, backward, step; one thread each side.

The same weights, data and rates on both sides; the first three losses have to agree before anything is timed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

import autograd
from tests.benchmarks.measure import Timed, alternate, clock, medians, ratio

#: A training step of one library: performs it, and returns the loss.
Step = Callable[[], Any]
Workload = Callable[[Any, str], Step]

FLOAT64 = "float64"
FLOAT32 = "float32"


def scalar_mlp(lib: Any, dtype: str) -> Step:
    """W2: 2-16-16-1 ReLU by single numbers, hinge loss, one sample, 337 parameters; the update by hand."""
    draw = random.Random(0)
    number = getattr(lib, dtype)

    def weight() -> Any:
        return lib.tensor(draw.uniform(-1, 1), dtype=number, requires_grad=True)

    sizes = [2, 16, 16, 1]
    layers = [
        [([weight() for _ in range(n)], weight()) for _ in range(m)] for n, m in pairwise(sizes)
    ]
    weights = [w for layer in layers for ws, b in layer for w in (*ws, b)]
    point = [0.5, -0.3]

    def step() -> Any:
        x: list[Any] = list(point)
        for depth, layer in enumerate(layers):
            made = []
            for ws, b in layer:
                z = b
                for w, value in zip(ws, x, strict=True):
                    z = z + w * value
                made.append(z if depth == 2 else z.relu())
            x = made
        loss = (1.0 - x[0]).relu()
        for w in weights:
            w.grad = None
        loss.backward()
        with lib.no_grad():
            for w in weights:
                if w.grad is not None:
                    w -= 1e-6 * w.grad
        return loss

    return step


def network(
    lib: Any, dtype: str, sizes: list[int], activation: str, batch: int, optimizer: Callable[[Any, Any], Any]
) -> Step:
    """Return a step of a multilayer perceptron with cross-entropy."""
    generator = np.random.default_rng(0)
    number = getattr(lib, dtype)
    modules = []
    for n, m in pairwise(sizes):
        layer = lib.nn.Linear(n, m, dtype=number)
        with lib.no_grad():
            layer.weight.copy_(lib.tensor(generator.standard_normal((m, n)) / n**0.5, dtype=number))
            layer.bias.copy_(lib.tensor(generator.standard_normal(m) * 0.1, dtype=number))
        modules += [layer, getattr(lib.nn, activation)()]
    model = lib.nn.Sequential(*modules[:-1])
    x = lib.tensor(generator.standard_normal((batch, sizes[0])), dtype=number)
    y = lib.tensor(generator.integers(0, sizes[-1], batch))
    criterion = lib.nn.CrossEntropyLoss()
    optim = optimizer(lib, model.parameters())

    def step() -> Any:
        optim.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optim.step()
        return loss

    return step


def iris(lib: Any, dtype: str) -> Step:
    """W3: 4-5-6-3 tanh, batch 1, Adam."""
    return network(lib, dtype, [4, 5, 6, 3], "Tanh", 1, lambda lib, ps: lib.optim.Adam(ps, lr=1e-5))


def classifier(lib: Any, dtype: str) -> Step:
    """W4: 256-128-64-10 ReLU, batch 32, SGD."""
    return network(lib, dtype, [256, 128, 64, 10], "ReLU", 32, lambda lib, ps: lib.optim.SGD(ps, lr=1e-5))


def wide(lib: Any, dtype: str) -> Step:
    """W5: three 1000x1000 layers, ReLU, batch 64, SGD."""
    return network(lib, dtype, [1000] * 4, "ReLU", 64, lambda lib, ps: lib.optim.SGD(ps, lr=1e-5))


def lenet(lib: Any, dtype: str) -> Step:
    """W6: convolution 5x5 to 6 channels, ReLU, pooling, the same to 16 channels, 256-10, on 28x28, batch 32, SGD."""
    generator = np.random.default_rng(0)
    number = getattr(lib, dtype)
    nn = lib.nn
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, dtype=number), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5, dtype=number), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 10, dtype=number),
    )  # fmt: skip
    with lib.no_grad():
        for p in model.parameters():
            shape = tuple(p.shape)
            scale = np.prod(shape[1:]) ** -0.5 if len(shape) > 1 else 0.1
            p.copy_(lib.tensor(generator.standard_normal(shape) * scale, dtype=number))
    x = lib.tensor(generator.standard_normal((32, 1, 28, 28)), dtype=number)
    y = lib.tensor(generator.integers(0, 10, 32))
    criterion = nn.CrossEntropyLoss()
    optim = lib.optim.SGD(model.parameters(), lr=1e-5)

    def step() -> Any:
        optim.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optim.step()
        return loss

    return step


def characters(lib: Any, dtype: str) -> tuple[Any, Any]:
    """32 steps of 16 sequences over a vocabulary of 64: inputs one-hot, and what comes next."""
    draw = np.random.default_rng(0)
    x = np.eye(64)[draw.integers(0, 64, (32, 16))]
    return lib.tensor(x, dtype=getattr(lib, dtype)), lib.tensor(draw.integers(0, 64, 32 * 16))


def lstm(lib: Any, dtype: str) -> Step:
    """W7: nn.LSTM of 128 units, a linear layer, cross-entropy, SGD."""
    x, y = characters(lib, dtype)
    number = getattr(lib, dtype)
    model, head = lib.nn.LSTM(64, 128, dtype=number), lib.nn.Linear(128, 64, dtype=number)
    set_weights(lib, [*model.parameters(), *head.parameters()], number)
    optimizer = lib.optim.SGD([*model.parameters(), *head.parameters()], lr=1e-5)

    def step() -> Any:
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(head(model(x)[0]).reshape(-1, 64), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def lstm_cell(lib: Any, dtype: str) -> Step:
    """W7cell: the same with the cell written out, operation by operation."""
    x, y = characters(lib, dtype)
    number = getattr(lib, dtype)
    shapes = [(512, 64), (512, 128), (512,), (64, 128), (64,)]
    weights = [lib.zeros(*shape, dtype=number, requires_grad=True) for shape in shapes]
    set_weights(lib, weights, number)
    W, U, b, V, c0 = weights
    optimizer = lib.optim.SGD(weights, lr=1e-5)
    F = lib.nn.functional

    def step() -> Any:
        h, c = lib.zeros(16, 128, dtype=number), lib.zeros(16, 128, dtype=number)
        hidden = []
        for t in range(32):
            i, f, g, o = (F.linear(x[t], W, b) + F.linear(h, U)).chunk(4, 1)
            c = lib.sigmoid(f) * c + lib.sigmoid(i) * lib.tanh(g)
            h = lib.sigmoid(o) * lib.tanh(c)
            hidden.append(h)
        loss = F.cross_entropy(F.linear(lib.cat(hidden), V, c0), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def transformer(lib: Any, dtype: str, dropout: float = 0.1) -> Step:
    """W8: two encoder layers, d_model 64, 4 heads, a net of 256, 8 causal sequences of 16, dropout of 0.1, Adam."""
    draw = np.random.default_rng(0)
    number = getattr(lib, dtype)
    layer = lib.nn.TransformerEncoderLayer(64, 4, 256, dropout, batch_first=True, dtype=number)
    model, head = lib.nn.TransformerEncoder(layer, 2), lib.nn.Linear(64, 64, dtype=number)
    set_weights(lib, [*model.parameters(), *head.parameters()], number)
    x = lib.tensor(draw.standard_normal((8, 16, 64)), dtype=number)
    y = lib.tensor(draw.integers(0, 64, 8 * 16))
    mask = lib.nn.Transformer.generate_square_subsequent_mask(16, dtype=number)
    optimizer = lib.optim.Adam([*model.parameters(), *head.parameters()], lr=1e-5)
    lib.manual_seed(0)

    def step() -> Any:
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(head(model(x, mask=mask, is_causal=True)).reshape(-1, 64), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def transformer_without_dropout(lib: Any, dtype: str) -> Step:
    """W8plain: the same without dropout."""
    return transformer(lib, dtype, 0.0)


def set_weights(lib: Any, parameters: list[Any], number: Any) -> None:
    """Give parameters the same small numbers in both libraries."""
    draw = np.random.default_rng(1)
    with lib.no_grad():
        for p in parameters:
            p.copy_(lib.tensor(draw.standard_normal(tuple(p.shape)) * 0.1, dtype=number))


WORKLOADS: dict[str, tuple[Workload, list[str], int]] = {
    # name: (how to make a step, dtypes, steps a block)
    "W2, 2-16-16-1 by single numbers": (scalar_mlp, [FLOAT64], 3),
    "W3, 4-5-6-3 tanh, batch 1, Adam": (iris, [FLOAT32, FLOAT64], 50),
    "W4, 256-128-64-10, batch 32, SGD": (classifier, [FLOAT32, FLOAT64], 50),
    "W5, three 1000x1000, batch 64, SGD": (wide, [FLOAT32, FLOAT64], 2),
    "W6, LeNet-like, batch 32, SGD": (lenet, [FLOAT32, FLOAT64], 5),
    "W7, nn.LSTM of 128, 32 steps, batch 16": (lstm, [FLOAT32, FLOAT64], 3),
    "W7cell, the same by operations": (lstm_cell, [FLOAT32, FLOAT64], 1),
    "W8, transformer of 64, 2 layers, batch 8, Adam": (transformer, [FLOAT32, FLOAT64], 2),
    "W8plain, the same without dropout": (transformer_without_dropout, [FLOAT32, FLOAT64], 2),
}


def timed(step: Step, times: int) -> Timed:
    """Return a function that times a block of steps, in ns a step."""
    return lambda: (clock(step, times),)


def run(rounds: int = 40) -> str:
    """Measure, and return the table as Markdown."""
    import torch

    torch.set_num_threads(1)
    lines = ["| a training step | dtype | ours, µs | torch, µs | ours / torch |", "|---|---|---:|---:|---:|"]
    for name, (make, dtypes, times) in WORKLOADS.items():
        for dtype in dtypes:
            ours, theirs = make(autograd, dtype), make(torch, dtype)
            for _ in range(3):
                np.testing.assert_allclose(ours().item(), theirs().item(), rtol=1e-10 if dtype == FLOAT64 else 1e-5)
            answers = alternate({"ours": timed(ours, times), "torch": timed(theirs, times)}, rounds)
            (mine,), (other,) = medians(answers["ours"]), medians(answers["torch"])
            (share,) = ratio(answers["ours"], answers["torch"])
            lines.append(f"| {name} | {dtype} | {mine / 1000:.1f} | {other / 1000:.1f} | {share:.2f} |")
    return "\n".join(lines)
