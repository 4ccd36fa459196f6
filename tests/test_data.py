"""Data sets, the loader and the toy data."""

from __future__ import annotations

import math
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import autograd
import nn.data
from nn.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler, TensorDataset, default_collate


class Squares(Dataset[int]):
    def __init__(self, n: int) -> None:
        self.n = n

    def __getitem__(self, index: int) -> int:
        return index**2

    def __len__(self) -> int:
        return self.n


# ---------------------------------------------------------------------------------------------------------- data sets


def test_tensor_dataset() -> None:
    X, y = autograd.randn(5, 2), autograd.arange(5)
    data = TensorDataset(X, y)
    assert len(data) == 5
    row, label = data[3]
    assert row.tolist() == X[3].tolist()
    assert label.item() == 3
    assert data[1:3][1].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("tensors", "error"),
    [
        ((), IndexError),
        ((autograd.ones(3), autograd.ones(4)), AssertionError),
        ((autograd.tensor(1.0),), IndexError),
        ((autograd.ones(1), autograd.tensor(1.0)), IndexError),
    ],
)
def test_tensor_dataset_refuses_unequal_lengths(tensors: Any, error: type[Exception]) -> None:
    with pytest.raises(
        error, match=r"Size mismatch between tensors: they have shapes .* as many rows in X as labels"
    ):
        TensorDataset(*tensors)


def test_a_dataset_must_define_getitem() -> None:
    with pytest.raises(NotImplementedError, match="Dataset was asked for example 0; expected it to define __getitem__"):
        Dataset()[0]


# ------------------------------------------------------------------------------------------------------------- loader


def test_batches_in_order() -> None:
    X, y = autograd.randn(7, 2), autograd.arange(7)
    loader = DataLoader(TensorDataset(X, y), batch_size=3)
    assert len(loader) == 3
    batches = list(loader)
    assert [batch[1].tolist() for batch in batches] == [[0, 1, 2], [3, 4, 5], [6]]
    assert all(type(batch) is list for batch in batches)
    assert autograd.cat([batch[0] for batch in batches]).tolist() == X.tolist()
    loader = DataLoader(TensorDataset(X, y), batch_size=3, drop_last=True)
    assert len(loader) == 2
    assert [batch[1].tolist() for batch in loader] == [[0, 1, 2], [3, 4, 5]]
    assert [label.tolist() for _, label in DataLoader(TensorDataset(X, y))] == [[i] for i in range(7)]


def test_batches_are_copies() -> None:
    X = autograd.zeros(4, 2)
    for (batch,) in DataLoader(TensorDataset(X), batch_size=2):
        batch += 1
    assert not X.any()


def test_any_indexable_is_a_dataset() -> None:
    assert [batch.tolist() for batch in DataLoader(Squares(5), batch_size=2)] == [[0, 1], [4, 9], [16]]
    assert [batch.dtype for batch in DataLoader([1.0, 2.0], batch_size=2)] == [autograd.float64]
    assert list(DataLoader(Squares(3), batch_size=None)) == [0, 1, 4]
    assert [len(batch) for batch in DataLoader(["a", "b", "c"], batch_size=2)] == [2, 1]


def test_every_epoch_has_its_own_order_and_all_examples() -> None:
    loader = DataLoader(Squares(20), batch_size=6, shuffle=True)
    epochs = [[i for batch in loader for i in batch.tolist()] for _ in range(3)]
    assert all(sorted(epoch) == [i**2 for i in range(20)] for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    autograd.manual_seed(0)
    assert [[i for batch in loader for i in batch.tolist()] for _ in range(3)] == epochs


def test_a_stored_order() -> None:
    autograd.manual_seed(0)
    loader = DataLoader(range(10), batch_size=4, shuffle=True)
    assert [batch.tolist() for batch in loader] == [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]


@pytest.mark.oracle
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("options", [{"shuffle": True}, {"shuffle": True, "drop_last": True}, {}, {"batch_size": None}])
def test_the_order_is_pytorchs(options: dict[str, Any], own: bool) -> None:
    """Over several epochs, and with other draws from the stream in between."""
    torch = pytest.importorskip("torch")

    def epochs(library: Any, data: Any) -> list[Any]:
        library.manual_seed(11)
        generator = {"generator": library.Generator().manual_seed(3)} if own else {}
        loader = data.DataLoader(range(23), **{"batch_size": 5, **options}, **generator)
        seen: list[Any] = []
        for _ in range(3):
            for batch in loader:
                seen.append(batch.tolist() if hasattr(batch, "tolist") else batch)
                if len(seen) == 2:
                    seen.append(library.rand(1).item())
            seen.append(library.rand(1).item())
        return seen

    assert epochs(autograd, nn.data) == epochs(torch, torch.utils.data)


@pytest.mark.oracle
@pytest.mark.parametrize("n", [1, 2, 120, 1000])
def test_samplers_are_pytorchs(n: int) -> None:
    torch = pytest.importorskip("torch")
    for seed in (0, 5):
        autograd.manual_seed(seed)
        torch.manual_seed(seed)
        assert list(RandomSampler(range(n))) == list(torch.utils.data.RandomSampler(range(n)))
        assert autograd.rand(1).item() == torch.rand(1).item()


def test_a_stored_order_from_an_own_generator() -> None:
    """It moves on by a seed and two permutations an epoch, as PyTorch's does."""
    loader = DataLoader(range(6), batch_size=6, shuffle=True, generator=autograd.Generator().manual_seed(3))
    assert [batch.tolist() for _ in range(3) for batch in loader] == [
        [1, 3, 2, 0, 4, 5],
        [0, 5, 1, 3, 4, 2],
        [5, 0, 4, 1, 2, 3],
    ]


def test_samplers() -> None:
    assert list(SequentialSampler("abc")) == [0, 1, 2]
    assert len(SequentialSampler("abc")) == len(RandomSampler("abc")) == 3
    assert list(BatchSampler(range(5), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    assert len(BatchSampler(range(5), 2, False)) == 3
    assert len(BatchSampler(range(5), 2, True)) == 2
    loader = DataLoader(Squares(5), sampler=[4, 0], batch_size=2)
    assert [batch.tolist() for batch in loader] == [[16, 0]]
    loader = DataLoader(Squares(5), batch_sampler=[[1], [2, 3]])
    assert [batch.tolist() for batch in loader] == [[1], [4, 9]]
    assert len(loader) == 2


def test_collating() -> None:
    Point = namedtuple("Point", ["x", "y"])
    batch = default_collate([{"a": 1, "b": (1.0, [autograd.ones(2)])}, {"a": 2, "b": (2.0, [autograd.zeros(2)])}])
    assert batch["a"].tolist() == [1, 2]
    assert batch["b"][0].dtype is autograd.float64
    assert batch["b"][1][0].tolist() == [[1, 1], [0, 0]]
    point = default_collate([Point(1, "p"), Point(2, "q")])
    assert point.x.tolist() == [1, 2]
    assert point.y == ("p", "q")
    assert default_collate([np.ones(2), np.zeros(2)]).tolist() == [[1, 1], [0, 0]]
    assert default_collate([np.float32(1), np.float32(2)]).dtype is autograd.float32
    assert default_collate([True, False]).dtype is autograd.bool
    loader = DataLoader(Squares(4), batch_size=2, collate_fn=sum)
    assert list(loader) == [1, 13]
    loader = DataLoader([(1, "x")], batch_size=None)
    assert list(loader) == [[1, "x"]]

    class Quick(Squares):
        def __getitems__(self, indices: list[int]) -> list[int]:
            return [-i for i in indices]

    assert [batch.tolist() for batch in DataLoader(Quick(3), batch_size=2)] == [[0, -1], [-2]]


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (
            lambda: DataLoader([1], batch_size=0),
            ValueError,
            "batch_size should be a positive integer value, but got .*=0",
        ),
        (lambda: DataLoader([1], batch_size=2.0), ValueError, "batch_size should be a positive integer"),
        (lambda: DataLoader([1], batch_size=True), ValueError, "batch_size should be a positive integer"),
        (lambda: BatchSampler([1], 2, 1), ValueError, "drop_last should be a boolean value, but got drop_last=1"),
        (
            lambda: DataLoader([1], shuffle=True, sampler=[0]),
            ValueError,
            "sampler option is mutually exclusive with shuf",
        ),
        (
            lambda: DataLoader([1], batch_size=2, batch_sampler=[[0]]),
            ValueError,
            "batch_sampler option is mutually excl",
        ),
        (lambda: DataLoader([1], batch_size=None, drop_last=True), ValueError, "batch_size=None option disables"),
        (lambda: default_collate([(1, 2), (1,)]), RuntimeError, r"should be of equal size: lengths are \[2, 1\]"),
        (lambda: default_collate([{1, 2}]), TypeError, "must contain tensors, .* or lists; found <class 'set'>"),
    ],
)
def test_errors(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


# ----------------------------------------------------------------------------------------------------------- toy data


def test_iris() -> None:
    iris = nn.data.iris()
    assert iris.X.shape == (150, 4)
    assert iris.X.dtype is autograd.float32
    assert iris.y.dtype is autograd.int64
    assert iris.y.tolist() == [0] * 50 + [1] * 50 + [2] * 50
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert iris.feature_names == ("sepal_length", "sepal_width", "petal_length", "petal_width")
    X = nn.data.iris(dtype=autograd.float64).X
    # Sums and two of the ten rows that the lecture prints; those of UCI's file, which differ from Fisher's in two rows.
    np.testing.assert_allclose(X.sum(0).numpy(), [876.5, 458.1, 563.8, 179.8], rtol=1e-12)
    assert X[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    assert X[149].tolist() == [5.9, 3.0, 5.1, 1.8]


def test_spiral() -> None:
    X, y = nn.data.spiral(dtype=autograd.float64)
    assert X.shape == (300, 2)
    assert X.sum().item() == pytest.approx(-9.615827548938189, rel=1e-13)
    assert y.tolist() == [0] * 100 + [1] * 100 + [2] * 100
    X, y = nn.data.spiral(points=20, classes=2, noise=0, seed=1)
    assert X.dtype is autograd.float32
    assert X.shape == (40, 2)
    assert X[19].tolist() == pytest.approx([math.sin(4), math.cos(4)])


def test_moons() -> None:
    X, y = nn.data.moons(points=50, noise=0, dtype=autograd.float64)
    assert X.shape == (100, 2)
    assert y.sum().item() == 50
    radii = ((X[:50] ** 2).sum(1)).sqrt()
    assert radii.tolist() == pytest.approx([1] * 50)
    assert X[:50, 1].min().item() >= 0
    lower = X[50:] - autograd.tensor([1, 0.5], dtype=autograd.float64)
    assert ((lower**2).sum(1)).sqrt().tolist() == pytest.approx([1] * 50)
    assert lower[:, 1].max().item() <= 0
    assert nn.data.moons(noise=0.1)[0].tolist() == nn.data.moons(noise=0.1)[0].tolist()
    assert nn.data.moons(noise=0.1)[0].tolist() != nn.data.moons(noise=0.1, seed=1)[0].tolist()


def test_rings() -> None:
    X, y = nn.data.rings(points=200)
    radii = ((X**2).sum(1)).sqrt()
    assert radii[y == 0].max().item() <= 0.5
    assert 1 <= radii[y == 1].min().item() <= radii[y == 1].max().item() <= 1.5


def test_xor() -> None:
    X, y = nn.data.xor()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [0, 1, 1, 0]
    assert X.dtype is autograd.float32


def test_toy_data_leave_the_streams_alone() -> None:
    """Both libraries' global streams: the fixture watches NumPy's, this test ours."""
    before = autograd.get_rng_state().tolist()
    for make in (nn.data.spiral, nn.data.moons, nn.data.rings, nn.data.xor, nn.data.iris):
        make()
    assert autograd.get_rng_state().tolist() == before
