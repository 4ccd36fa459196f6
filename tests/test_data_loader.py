"""The loader against PyTorch's: samplers, splits, batches, workers, and the random numbers drawn afterwards."""

from __future__ import annotations

import collections
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
import nn.data


def plain(value: Any) -> Any:
    """Return nested batches with lists and dtypes in the place of tensors, and the kinds of containers."""
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return str(value.dtype).replace("torch.", "").replace("autograd.", ""), value.tolist()
    if isinstance(value, dict):
        return type(value).__name__, {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(item) for item in value]
    return value


def agrees(run: Callable[[Any, Any], Any]) -> None:
    """Run a function of a library and its `utils.data` with both from one seed; compare, and the stream afterwards."""
    torch = pytest.importorskip("torch")
    results = []
    for library, data in ((autograd, nn.data), (torch, torch.utils.data)):
        library.manual_seed(7)
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        results.append((plain(run(library, data)), library.rand(3).tolist()))
    assert results[0] == results[1]


def epochs(library: Any, loader: Any, count: int = 2) -> list[Any]:
    """Return the batches of some epochs, with other draws from the stream in between."""
    seen: list[Any] = []
    for _ in range(count):
        for batch in loader:
            seen += [batch, library.rand(1).item()]
        seen.append(library.rand(1).item())
    return seen


# ----------------------------------------------------------------------------------------------------------- samplers

SAMPLERS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "random": lambda data, g: data.RandomSampler(range(23), **g),
    "with replacement": lambda data, g: data.RandomSampler(range(23), True, **g),
    "many with replacement": lambda data, g: data.RandomSampler(range(23), True, 100, **g),
    "several permutations": lambda data, g: data.RandomSampler(range(23), num_samples=60, **g),
    "a part": lambda data, g: data.RandomSampler(range(23), num_samples=5, **g),
    "subset": lambda data, g: data.SubsetRandomSampler([3, 5, 11, 2], **g),
    "weighted": lambda data, g: data.WeightedRandomSampler([0.1, 3, 0.5, 2], 50, **g),
    "weighted, once each": lambda data, g: data.WeightedRandomSampler([0.1, 3, 0.5, 2], 4, False, **g),
    "batches": lambda data, g: data.BatchSampler(data.RandomSampler(range(23), **g), 5, True),
    "sequential": lambda data, g: data.SequentialSampler(range(4)),
}


@pytest.mark.oracle
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers_draw_as_pytorchs(name: str, own: bool, seeded: None) -> None:
    def run(library: Any, data: Any) -> Any:
        generator = {"generator": library.Generator().manual_seed(3)} if own else {}
        sampler = SAMPLERS[name](data, generator)
        seen = [list(sampler), library.rand(1).item(), list(sampler), len(sampler)]
        return seen + ([generator["generator"].initial_seed(), library.rand(2, **generator)] if own else [])

    agrees(run)


@pytest.mark.oracle
@pytest.mark.parametrize("workers", [{}, {"num_workers": 2}, {"num_workers": 1, "prefetch_factor": 3}])
@pytest.mark.parametrize("name", sorted(set(SAMPLERS) - {"batches", "sequential"}))
def test_loaders_with_samplers_draw_as_pytorchs(name: str, workers: dict[str, Any], seeded: None) -> None:
    def run(library: Any, data: Any) -> Any:
        generator = library.Generator().manual_seed(3)
        loader = data.DataLoader(
            range(23), 4, sampler=SAMPLERS[name](data, {"generator": generator}), generator=generator, **workers
        )
        return epochs(library, loader, 1 if workers else 3)

    agrees(run)


def test_stored_orders() -> None:
    """PyTorch's, for where it is not installed."""
    autograd.manual_seed(0)
    assert list(nn.data.RandomSampler(range(6), True, 8)) == [0, 2, 2, 3, 3, 5, 3, 0]
    assert list(nn.data.SubsetRandomSampler([10, 20, 30, 40])) == [20, 10, 40, 30]
    assert list(nn.data.WeightedRandomSampler([1.0, 8.0, 1.0], 6)) == [0, 1, 0, 1, 1, 1]
    assert [list(part.indices) for part in nn.data.random_split(range(7), [0.5, 0.5])] == [[2, 3, 5, 0], [6, 4, 1]]


# ---------------------------------------------------------------------------------------------------------- data sets


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:Length of split")
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(
    "lengths", [[7, 3], [0.5, 0.5], [0.34, 0.33, 0.33], [0.99, 0.01], [10], [1.0], [0.0, 1.0], [3, 3, 4]]
)
def test_random_splits_are_pytorchs(lengths: list[Any], own: bool, seeded: None) -> None:
    def run(library: Any, data: Any) -> Any:
        generator = {"generator": library.Generator().manual_seed(3)} if own else {}
        parts = data.random_split(range(100, 110), lengths, **generator)
        return [list(part.indices) for part in parts] + [[part[i] for i in range(len(part))] for part in parts]

    agrees(run)


def test_random_split_warns_of_an_empty_part() -> None:
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        assert [len(part) for part in nn.data.random_split(range(3), [1.0, 0.0])] == [3, 0]


class Count(nn.data.IterableDataset[int]):
    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.end))

    def __len__(self) -> int:
        return self.end - self.start


def test_joined_data_sets() -> None:
    X = nn.data.TensorDataset(autograd.arange(3))
    both = X + nn.data.TensorDataset(autograd.arange(10, 14))
    assert isinstance(both, nn.data.ConcatDataset)
    assert [int(both[i][0].item()) for i in range(-7, 7)] == [0, 1, 2, 10, 11, 12, 13] * 2
    assert both.cumulative_sizes == [3, 7]
    with pytest.raises(IndexError):
        both[7]
    with pytest.raises(ValueError, match="absolute value of index should not exceed dataset length, but it is -8"):
        both[-8]
    chain = Count(0, 3) + Count(7, 9)
    assert isinstance(chain, nn.data.ChainDataset)
    assert list(chain) == [0, 1, 2, 7, 8]
    assert len(chain) == 5
    part = nn.data.Subset(both, [6, 0, 3])
    assert [int(t[0].item()) for t in part.__getitems__([0, 2])] == [13, 10]
    assert part[1][0].item() == 0
    pairs = nn.data.StackDataset(range(3), "abc")
    assert [pairs[i] for i in range(len(pairs))] == [(0, "a"), (1, "b"), (2, "c")] == pairs.__getitems__([0, 1, 2])
    named = nn.data.StackDataset(n=range(3), part=nn.data.Subset("xyz", [2, 1, 0]))
    assert named[0] == {"n": 0, "part": "z"}
    assert named.__getitems__([2, 1]) == [{"n": 2, "part": "x"}, {"n": 1, "part": "y"}]


def test_parts_of_tensors_are_indexed_at_once() -> None:
    """And give what they give one by one."""
    X, y = autograd.randn(8, 3), autograd.arange(8)
    part = nn.data.Subset(nn.data.Subset(nn.data.TensorDataset(X, y), [7, 5, 3, 1]), [3, 0, 2])
    (batch,) = nn.data.DataLoader(part, batch_size=3)
    assert batch[1].tolist() == [1, 7, 3]
    slow = nn.data.default_collate([part[i] for i in range(3)])
    assert [t.tolist() for t in batch] == [t.tolist() for t in slow]


# ------------------------------------------------------------------------------------------------------------ collate

Point = collections.namedtuple("Point", ["x", "y"])

EXAMPLES: dict[str, Callable[[Any], list[Any]]] = {
    "floats": lambda T: [1.0, 2.5],
    "ints": lambda T: [1, 2],
    "bools": lambda T: [True, False],
    "strings": lambda T: ["a", "b"],
    "bytes": lambda T: [b"a", b"b"],
    "tensors": lambda T: [T.ones(2), T.zeros(2)],
    "arrays": lambda T: [np.ones((2, 2)), np.zeros((2, 2))],
    "small arrays": lambda T: [np.ones(2, np.int8), np.zeros(2, np.int8)],
    "NumPy's numbers": lambda T: [np.float32(1), np.float32(2)],
    "NumPy's bools": lambda T: [np.bool_(1), np.bool_(0)],
    "tuples": lambda T: [(1, 2.0, "a"), (3, 4.0, "b")],
    "lists": lambda T: [[1, [2.0]], [3, [4.0]]],
    "named tuples": lambda T: [Point(1, T.ones(1)), Point(2, T.zeros(1))],
    "dicts": lambda T: [{"a": 1, "b": (1.0, 2)}, {"a": 2, "b": (3.0, 4)}],
    "ordered dicts": lambda T: [collections.OrderedDict(b=1, a=2), collections.OrderedDict(b=3, a=4)],
    "ranges": lambda T: [range(2), range(1, 3)],
    "default dicts": lambda T: [collections.defaultdict(int, a=1), collections.defaultdict(int, a=2)],
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", EXAMPLES)
def test_batches_are_made_as_pytorch_makes_them(name: str, seeded: None) -> None:
    agrees(lambda T, data: [data.default_collate(EXAMPLES[name](T)), data.default_convert(EXAMPLES[name](T))])
    agrees(lambda T, data: list(data.DataLoader(EXAMPLES[name](T), batch_size=2)))
    agrees(lambda T, data: list(data.DataLoader(EXAMPLES[name](T), batch_size=None)))


# ------------------------------------------------------------------------------------------------------------ workers


def noisy(library: Any, data: Any) -> Any:
    """Return a data set whose examples draw from three random streams."""

    class Noisy(data.Dataset):  # type: ignore[misc, name-defined]
        def __len__(self) -> int:
            return 11

        def __getitem__(self, i: int) -> Any:
            info = data.get_worker_info()
            who = (-1, -1, -1) if info is None else (info.id, info.num_workers, info.seed)
            return (i, who, library.rand(1).item(), random.random(), np.random.rand())  # noqa: NPY002

    return Noisy()


def counting(data: Any, shared: bool) -> Any:
    """Return a data set that is read one after the other: by each worker its part, or by each worker all of it."""

    class Counting(data.IterableDataset):  # type: ignore[misc, name-defined]
        def __iter__(self) -> Iterator[int]:
            info = data.get_worker_info()
            step = info.num_workers if info and shared else 1
            return iter(range(info.id if info and shared else 0, 10, step))

    return Counting()


@pytest.mark.oracle
@pytest.mark.parametrize(
    "options",
    [
        {"num_workers": 0},
        {"num_workers": 1},
        {"num_workers": 2, "shuffle": True},
        {"num_workers": 2, "persistent_workers": True, "shuffle": True},
        {"num_workers": 3, "batch_size": None},
    ],
)
@pytest.mark.filterwarnings("ignore:This DataLoader will create")
def test_workers_draw_as_pytorchs_processes(options: dict[str, Any], seeded: None) -> None:
    agrees(lambda library, data: epochs(library, data.DataLoader(noisy(library, data), **{"batch_size": 3, **options})))


@pytest.mark.oracle
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("options", [{}, {"num_workers": 2}, {"num_workers": 2, "drop_last": True}])
def test_iterable_data_sets_with_workers(options: dict[str, Any], shared: bool, seeded: None) -> None:
    agrees(lambda library, data: epochs(library, data.DataLoader(counting(data, shared), batch_size=3, **options), 1))


def test_stored_batches_of_workers(seeded: None) -> None:
    """PyTorch's, for where it is not installed."""
    autograd.manual_seed(7)
    loader = nn.data.DataLoader(noisy(autograd, nn.data), batch_size=4, num_workers=2)
    numbers, (ids, _, seeds), ours, python, numpy = next(iter(loader))
    assert numbers.tolist() == [0, 1, 2, 3]
    assert ids.tolist() == [0, 0, 0, 0]
    assert seeds[0].item() == 1407639518939636932
    assert ours[0].item() == pytest.approx(0.11662513017654419, rel=1e-7)
    assert python[0].item() == pytest.approx(0.9290632898373887, rel=1e-12)
    assert numpy[0].item() == pytest.approx(0.03541536592796235, rel=1e-12)


def test_workers_leave_the_streams_and_the_data_set_alone() -> None:
    """The fixture watches Python's and NumPy's."""

    class Once(nn.data.IterableDataset[int]):
        read = 0

        def __iter__(self) -> Iterator[int]:
            while self.read < 3:
                self.read += 1
                yield self.read

    data = Once()
    assert [b.tolist() for b in nn.data.DataLoader(data, 3, num_workers=2)] == [[1, 2, 3], [1, 2, 3]]
    assert data.read == 0
    autograd.manual_seed(1)
    loader = nn.data.DataLoader(noisy(autograd, nn.data), num_workers=2)
    iterator = iter(loader)
    before = autograd.get_rng_state().tolist()
    list(iterator)
    assert autograd.get_rng_state().tolist() == before
    assert nn.data.get_worker_info() is None


def test_worker_init_fn_runs_as_the_worker() -> None:
    seen: list[Any] = []

    def init(number: int) -> None:
        info = nn.data.get_worker_info()
        assert info is not None
        seen.append((number, info.id))
        info.dataset.start += 2 * number

    data = Count(0, 4)
    loader = nn.data.DataLoader(data, 4, num_workers=2, worker_init_fn=init)
    assert [b.tolist() for b in loader] == [[0, 1, 2, 3], [2, 3]]
    assert seen == [(0, 0), (1, 1)]
    assert data.start == 0


# ------------------------------------------------------------------------------------------------------------- errors

REFUSED: dict[str, Callable[[Any, Any], Any]] = {
    "no __getitem__": lambda T, D: D.Dataset()[0],
    "no __iter__ of a sampler": lambda T, D: iter(D.Sampler()),
    "unequal lengths": lambda T, D: D.TensorDataset(T.ones(2), T.ones(3)),
    "no tensors": lambda T, D: len(D.TensorDataset()),
    "nothing to stack": lambda T, D: D.StackDataset(),
    "both sorts": lambda T, D: D.StackDataset([1], a=[1]),
    "stacked lengths": lambda T, D: D.StackDataset([1], [1, 2]),
    "nothing to join": lambda T, D: D.ConcatDataset([]),
    "joined iterable": lambda T, D: D.ConcatDataset([D.ChainDataset([])]),
    "chained others": lambda T, D: list(D.ChainDataset([[1]])),
    "split sum": lambda T, D: D.random_split(range(5), [1, 2]),
    "split fraction": lambda T, D: D.random_split(range(5), [1.5, -0.5]),
    "batch_size 0": lambda T, D: D.DataLoader([1], batch_size=0),
    "batch_size -1": lambda T, D: D.BatchSampler([1], -1, False),
    "drop_last": lambda T, D: D.BatchSampler([1], 1, None),
    "replacement": lambda T, D: D.RandomSampler([1], replacement=1),
    "num_samples": lambda T, D: D.RandomSampler([1], num_samples=0),
    "shuffled nothing": lambda T, D: D.DataLoader([], shuffle=True),
    "weighted num_samples": lambda T, D: D.WeightedRandomSampler([1.0], True),
    "weighted replacement": lambda T, D: D.WeightedRandomSampler([1.0], 1, 1),
    "weighted matrix": lambda T, D: D.WeightedRandomSampler([[1.0]], 1),
    "weights negative": lambda T, D: list(D.WeightedRandomSampler([-1.0, 2.0], 2)),
    "sampler and shuffle": lambda T, D: D.DataLoader([1], sampler=[0], shuffle=True),
    "batch_sampler": lambda T, D: D.DataLoader([1], 2, batch_sampler=[[0]]),
    "no batches, drop_last": lambda T, D: D.DataLoader([1], None, drop_last=True),
    "iterable, shuffle": lambda T, D: D.DataLoader(D.ChainDataset([]), shuffle=True),
    "iterable, sampler": lambda T, D: D.DataLoader(D.ChainDataset([]), sampler=[1]),
    "iterable, batch_sampler": lambda T, D: D.DataLoader(D.ChainDataset([]), batch_sampler=[[1]]),
    "num_workers": lambda T, D: D.DataLoader([1], num_workers=-1),
    "timeout": lambda T, D: D.DataLoader([1], timeout=-1),
    "timeout without workers": lambda T, D: iter(D.DataLoader([1], timeout=1)),
    "prefetch without workers": lambda T, D: D.DataLoader([1], prefetch_factor=2),
    "prefetch_factor": lambda T, D: D.DataLoader([1], num_workers=1, prefetch_factor=-1),
    "persistent": lambda T, D: D.DataLoader([1], persistent_workers=True),
    "context without workers": lambda T, D: D.DataLoader([1], multiprocessing_context="spawn"),
    "no such context": lambda T, D: D.DataLoader([1], num_workers=1, multiprocessing_context="sprawl"),
    "context": lambda T, D: D.DataLoader([1], num_workers=1, multiprocessing_context=3),
    "sealed": lambda T, D: setattr(D.DataLoader([1]), "batch_size", 3),
    "a set": lambda T, D: D.default_collate([{1}]),
    "arrays of strings": lambda T, D: D.default_collate([np.array(["a"])]),
    "lengths": lambda T, D: D.default_collate([[1], [1, 2]]),
    "shapes": lambda T, D: D.default_collate([T.ones(1), T.ones(2)]),
    "pickled": lambda T, D: __import__("pickle").dumps(iter(D.DataLoader([1]))),
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", REFUSED)
def test_refusals_are_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(Exception) as theirs:
        REFUSED[name](torch, torch.utils.data)
    with pytest.raises(theirs.type):
        REFUSED[name](autograd, nn.data)


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_teach(name: str) -> None:
    with pytest.raises(Exception, match=r"(?s); expected .*\."):
        REFUSED[name](autograd, nn.data)


def test_pytorchs_modules_of_data() -> None:
    from autograd.utils.data import DataLoader, dataloader, dataset, sampler
    from autograd.utils.data.dataloader import default_collate
    from autograd.utils.data.dataset import TensorDataset

    assert dataloader.DataLoader is DataLoader is nn.data.DataLoader
    assert default_collate is nn.data.default_collate
    assert TensorDataset is dataset.TensorDataset
    assert sampler.BatchSampler is nn.data.BatchSampler
    assert DataLoader[int]


def test_a_subset_overrides_both_or_neither() -> None:
    with pytest.raises(NotImplementedError, match="overrides __getitem__ but not __getitems__; expected both"):
        type("Half", (nn.data.Subset,), {"__getitem__": lambda self, i: 0})([1], [0])


def test_more_than_was_promised_warns() -> None:
    class Liar(Count):
        def __len__(self) -> int:
            return 1

    loader = nn.data.DataLoader(Liar(0, 2), batch_size=None)
    assert len(loader) == 1
    with pytest.warns(UserWarning, match="was reported to be 1 .* but 2 samples have been fetched"):
        list(loader)
    assert len(nn.data.DataLoader(Count(0, 7), 3)) == 3
    assert len(nn.data.DataLoader(Count(0, 7), 3, drop_last=True)) == 2
