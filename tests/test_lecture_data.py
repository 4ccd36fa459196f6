"""The lectures' data and training loops, with their numbers: digits, ten flowers, rings, batches, one seed."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytest

import autograd
import nn
import nn.data
from nn.data import DataLoader, TensorDataset
from nn.optim import SGD, Adam


def accuracy(model: Any, X: autograd.Tensor, y: autograd.Tensor) -> float:
    with autograd.no_grad():
        return (model(X).argmax(1) == y).double().mean().item()


# ------------------------------------------------------------------------------------------------------------- digits


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_digits_are_learnt(seed: int) -> None:
    """Lecture 000: 256-64-10, of 17,098 parameters; SGD at 0.1 in batches of 50, 15 epochs."""
    autograd.manual_seed(seed)
    X, y = nn.data.digits(200, seed=2 * seed)
    model = nn.Sequential(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10))
    assert nn.summary(model).total == 17_098
    optimizer = SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(X, y), batch_size=50, shuffle=True)
    for _ in range(15):
        for inputs, labels in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
    assert accuracy(model, X, y) >= 0.99
    assert accuracy(model, *nn.data.digits(100, seed=2 * seed + 1)) >= 0.95


def test_digits() -> None:
    X, y = nn.data.digits(20)
    assert X.shape == (200, 256)
    assert X.dtype is autograd.float32
    assert sorted(set(X.flatten().tolist())) == [0, 1]
    assert y.tolist() == [digit for digit in range(10) for _ in range(20)]
    assert X.sum().item() == 13236
    assert nn.data.digits(2, seed=1)[0].tolist() != nn.data.digits(2)[0].tolist()
    clean, _ = nn.data.digits(30, flips=0, dtype=autograd.float64)
    assert clean.dtype is autograd.float64
    pictures = clean.view(10, 30, 16, 16)
    assert pictures.sum((2, 3)).unique(dim=1).shape == (10, 1)  # moved about, no dot is lost
    assert len({tuple(p.flatten().tolist()) for p in pictures[8]}) > 10
    flipped = (nn.data.digits(200, flips=0.05)[0] != nn.data.digits(200, flips=0)[0]).float().mean()
    assert flipped.item() == pytest.approx(0.05, abs=0.002)


def test_the_font_is_read_as_drawn() -> None:
    """A 4, 14 rows by 10 columns, in the corner where it was put first."""
    picture = nn.data.digits(1, flips=0)[0][4].view(16, 16)
    rows = [i for i in range(16) if picture[i].any()]
    columns = [j for j in range(16) if picture[:, j].any()]
    assert (len(rows), len(columns)) == (14, 10)
    small = picture[rows[0] : rows[-1] + 1 : 2, columns[0] : columns[-1] + 1 : 2].int().tolist()
    assert ["".join(".#"[dot] for dot in row) for row in small] == [
        "...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#.",
    ]  # fmt: skip


def test_scikit_learns_digits() -> None:
    sklearn = pytest.importorskip("sklearn.datasets")
    X, y = nn.data.load_digits()
    theirs = sklearn.load_digits()
    assert X.dtype is autograd.float32
    assert X.tolist() == theirs.data.tolist()
    assert y.tolist() == theirs.target.tolist()


def test_scikit_learns_digits_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_sklearn(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "sklearn":
            raise ModuleNotFoundError("No module named 'sklearn'", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_sklearn)
    with pytest.raises(ImportError, match="needs scikit-learn, .*; expected it: .* pip install 'chalkgrad"):
        nn.data.load_digits()


# ------------------------------------------------------------------------------------------------------- other data


def test_the_ten_flowers_the_lecture_prints() -> None:
    flowers = nn.data.ten_irises(autograd.float64)
    assert flowers.X.tolist() == [
        [6.4, 2.8, 5.6, 2.1],
        [5.7, 3.8, 1.7, 0.3],
        [7.4, 2.8, 6.1, 1.9],
        [7.6, 3.0, 6.6, 2.1],
        [7.3, 2.9, 6.3, 1.8],
        [6.0, 2.9, 4.5, 1.5],
        [6.0, 2.7, 5.1, 1.6],
        [5.8, 4.0, 1.2, 0.2],
        [5.4, 3.9, 1.7, 0.4],
        [6.3, 2.8, 5.1, 1.5],
    ]
    assert flowers.y.bincount().tolist() == [3, 2, 5]
    assert [flowers.class_names[label] for label in flowers.y[:2].tolist()] == ["virginica", "setosa"]


@pytest.mark.parametrize(
    ("features", "low", "high"),
    [
        (lambda x, y: (x, y), 0.5, 0.7),
        (lambda x, y: (x, y, x * x, x * y, y * y), 1, 1),
    ],
    ids=["linear", "quadratic"],
)
def test_rings_need_the_right_features(features: Any, low: float, high: float) -> None:
    """Lecture 000, "How about quadratic model?": Adam at 0.1, 2000 steps, all points at once."""
    points, labels = nn.data.rings(100, dtype=autograd.float64)
    X = autograd.stack(features(points[:, 0], points[:, 1]), 1)
    y = labels.double()
    w = autograd.zeros(X.shape[1], dtype=autograd.float64, requires_grad=True)
    b = autograd.zeros((), dtype=autograd.float64, requires_grad=True)
    optimizer = Adam([w, b], lr=0.1)
    for _ in range(2000):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(X @ w + b, y).backward()
        optimizer.step()
    right = (((X @ w + b) > 0).double() == y).double().mean().item()
    assert low <= right <= high


def test_toy_sequences() -> None:
    X, y = nn.data.first_symbol(50, 7, 3)
    assert X.shape == (50, 7)
    assert X.dtype is y.dtype is autograd.int64
    assert y.tolist() == X[:, 0].tolist()
    assert set(X.flatten().tolist()) == {0, 1, 2}
    X, Y = nn.data.echo(50, 9, 2, 3)
    assert set(X.flatten().tolist()) == {1, 2, 3}
    assert Y[:, 2:].tolist() == X[:, :-2].tolist()
    assert not Y[:, :2].any()
    for delay in (0, 9):
        X, Y = nn.data.echo(3, 9, delay)
        assert Y.tolist() == (X if delay == 0 else X * 0).tolist()
    X, y = nn.data.adding(4000, 11)
    assert X.shape == (4000, 11, 2)
    assert X.dtype is y.dtype is autograd.float32
    assert X[:, :5, 1].sum(1).unique().tolist() == X[:, 5:, 1].sum(1).unique().tolist() == [1]
    assert y.tolist() == pytest.approx((X[..., 0] * X[..., 1]).sum(1).tolist())
    assert ((y - 1) ** 2).mean().item() == pytest.approx(1 / 6, abs=0.01)
    assert nn.data.adding(seed=1)[1].tolist() != nn.data.adding()[1].tolist()


def test_a_text() -> None:
    text = nn.data.text()
    assert text.decode(text.codes).startswith("Shall I compare thee")
    assert text.decode(text.codes[-5:]) == "hee.\n"
    assert len(text.codes) == 620
    assert len(text.alphabet) == 41
    assert list(text.alphabet) == sorted(set(text.decode(text.codes)))


@pytest.mark.parametrize(
    "make",
    [lambda: nn.data.first_symbol(1, 0), lambda: nn.data.echo(1, 3, 4), lambda: nn.data.echo(1, 3, -1),
     lambda: nn.data.adding(1, 1)],
)  # fmt: skip
def test_sequences_that_are_too_short(make: Any) -> None:
    with pytest.raises(ValueError, match="; expected .* Choose a longer sequence"):
        make()


def test_data_leave_the_streams_alone() -> None:
    """Ours; the fixture watches NumPy's."""
    before = autograd.get_rng_state().tolist()
    data = nn.data
    for make in (data.digits, data.first_symbol, data.echo, data.adding, data.text, data.ten_irises):
        make()
    assert autograd.get_rng_state().tolist() == before


# ------------------------------------------------------------------------------------------------------ training loops


def gradients(model: Any, X: autograd.Tensor, y: autograd.Tensor, reduction: str = "mean") -> np.ndarray[Any, Any]:
    model.zero_grad()
    nn.functional.cross_entropy(model(X), y, reduction=reduction).backward()
    return np.concatenate([p.grad.numpy().ravel() for p in model.parameters()])


@pytest.mark.parametrize("batch_size", [1, 10, 25, 150])
def test_the_mean_over_batches_is_the_gradient_over_all(batch_size: int) -> None:
    """Lecture 004: SGD one by one, in mini-batches and in one batch descend, in the mean, the same way."""
    flowers = nn.data.iris(autograd.float64)
    model = nn.Sequential(nn.Linear(4, 5), nn.Sigmoid(), nn.Linear(5, 3)).double()
    full = gradients(model, flowers.X, flowers.y)
    loader = DataLoader(TensorDataset(flowers.X, flowers.y), batch_size, shuffle=True)
    parts = [gradients(model, X, y) for X, y in loader]
    assert len(parts) == 150 // batch_size
    np.testing.assert_allclose(np.mean(parts, axis=0), full, rtol=0, atol=1e-14)


def test_the_gradient_of_a_sum_is_the_sum_of_gradients() -> None:
    """Lecture 000, L = Σ C: added up over a backward pass for each example; the mean is a 150th of it."""
    flowers = nn.data.iris(autograd.float64)
    model = nn.Sequential(nn.Linear(4, 5), nn.Sigmoid(), nn.Linear(5, 3)).double()
    total = gradients(model, flowers.X, flowers.y, "sum")
    np.testing.assert_allclose(gradients(model, flowers.X, flowers.y) * 150, total, rtol=0, atol=1e-12)
    model.zero_grad()
    for X, y in DataLoader(TensorDataset(flowers.X, flowers.y)):
        nn.functional.cross_entropy(model(X), y).backward()
    added = np.concatenate([p.grad.numpy().ravel() for p in model.parameters()])
    np.testing.assert_allclose(added, total, rtol=0, atol=1e-12)


def test_one_seed_one_training_run() -> None:
    """Weights, shuffles and losses of two runs are equal bit for bit, those of another seed are not."""

    def losses(seed: int) -> list[float]:
        autograd.manual_seed(seed)
        X, y = nn.data.spiral()
        model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
        optimizer = SGD(model.parameters(), lr=0.5)
        found = []
        for inputs, labels in DataLoader(TensorDataset(X, y), 30, shuffle=True):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    assert losses(3) == losses(3) != losses(4)
    assert losses(3)[0] == pytest.approx(math.log(3), abs=0.2)


@pytest.mark.oracle
def test_one_seed_the_same_numbers_as_pytorch() -> None:
    """Splits, initial weights, shuffles and what is drawn after them, of one seed: bit for bit."""
    torch = pytest.importorskip("torch")

    def drawn(library: Any, data: Any) -> list[Any]:
        library.manual_seed(42)
        train, test = data.random_split(range(50), [0.7, 0.3])
        layer = library.nn.Linear(7, 5)
        orders = [[b.tolist() for b in data.DataLoader(train, 8, shuffle=True)] for _ in range(2)]
        return [list(test.indices), layer.weight.tolist(), layer.bias.tolist(), orders, library.rand(4).tolist()]

    assert drawn(autograd, nn.data) == drawn(torch, torch.utils.data)
