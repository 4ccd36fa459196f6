"""Stopping in the middle of an epoch and going on from there: batches, and the numbers drawn between them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Generator
from nn.data import DataLoader, Dataset, IterableDataset, RandomSampler, WeightedRandomSampler, get_worker_info


class Noisy(Dataset[Any]):
    """Its examples draw from three random streams, where workers read them."""

    def __len__(self) -> int:
        return 11

    def __getitem__(self, i: int) -> Any:
        if get_worker_info() is None:
            return i
        return i, autograd.rand(1).item(), random.random(), np.random.rand()  # noqa: NPY002


class Shuffled(IterableDataset[Any]):
    """It draws its order when it is asked for an iterator, and a number with every example that a worker reads."""

    def __iter__(self) -> Iterator[Any]:
        order = autograd.randperm(11).tolist()
        if get_worker_info() is None:
            return iter(order)
        return ((i, autograd.rand(1).item()) for i in order)


LOADERS: dict[str, Callable[[], DataLoader]] = {
    "in order": lambda: DataLoader(range(11), 3),
    "shuffled": lambda: DataLoader(range(11), 3, shuffle=True),
    "single examples": lambda: DataLoader(range(11), None, shuffle=True),
    "own generator": lambda: DataLoader(range(11), 3, shuffle=True, generator=Generator().manual_seed(5)),
    "sampler's generator": lambda: DataLoader(
        range(11), 3, sampler=RandomSampler(range(11), True, 40, Generator().manual_seed(5))
    ),
    "weighted": lambda: DataLoader(range(11), 3, sampler=WeightedRandomSampler([1.0] * 11, 11)),
    "iterable": lambda: DataLoader(Shuffled(), 3),
    "workers": lambda: DataLoader(Noisy(), 2, shuffle=True, num_workers=2),
    "workers, own generator": lambda: DataLoader(
        Noisy(), 2, shuffle=True, num_workers=2, generator=Generator().manual_seed(5)
    ),
    "iterable, workers": lambda: DataLoader(Shuffled(), 2, num_workers=2),
}


def plain(batch: Any) -> Any:
    return (
        [plain(b) for b in batch] if isinstance(batch, list) else batch.tolist() if hasattr(batch, "tolist") else batch
    )


def rest(loader: DataLoader, iterator: Iterator[Any]) -> list[Any]:
    """Return what is left of the epoch and the next two, with other draws in between."""
    seen = []
    for epoch in (iterator, loader, loader):
        for batch in epoch:
            seen.append((plain(batch), autograd.rand(1).item()))
        seen.append((None, autograd.rand(1).item()))
    return seen


@pytest.mark.parametrize("after", [0, 1, 2, 3])
@pytest.mark.parametrize("name", LOADERS)
def test_a_stopped_epoch_goes_on(name: str, after: int) -> None:
    autograd.manual_seed(3)
    loader = LOADERS[name]()
    list(loader)  # so that own generators have moved on
    autograd.rand(5)
    iterator = iter(loader)
    for _ in range(after):
        next(iterator)
        autograd.rand(1)
    saved, stream = loader.state_dict(), autograd.get_rng_state()
    expected = rest(loader, iterator)

    for again in range(2):  # the second from what the first, resumed one, says of its position
        autograd.manual_seed(99 + again)
        loader = LOADERS[name]()
        loader.load_state_dict(saved)
        assert loader.state_dict()["epoch"] == saved["epoch"]
        autograd.set_rng_state(stream)
        iterator = iter(loader)
        saved, stream = loader.state_dict(), autograd.get_rng_state()
        assert rest(loader, iterator) == expected


@pytest.mark.parametrize("name", LOADERS)
def test_between_epochs(name: str) -> None:
    autograd.manual_seed(3)
    loader = LOADERS[name]()
    list(loader)
    saved, stream = loader.state_dict(), autograd.get_rng_state()
    assert saved["epoch"] is None
    expected = [plain(batch) for batch in loader]
    loader = LOADERS[name]()
    loader.load_state_dict(saved)
    autograd.set_rng_state(stream)
    assert [plain(batch) for batch in loader] == expected


def test_after_the_last_batch_nothing_is_left() -> None:
    loader = DataLoader(range(4), 2)
    iterator = iter(loader)
    next(iterator), next(iterator)
    saved = loader.state_dict()
    assert next(iterator, None) is None
    assert loader.state_dict()["epoch"] is None
    loader.load_state_dict(saved)
    assert list(loader) == []
    assert len(list(loader)) == 2


def test_resuming_reads_no_batch_twice() -> None:
    read: list[int] = []

    class Watched(Dataset[int]):
        def __len__(self) -> int:
            return 6

        def __getitem__(self, i: int) -> int:
            read.append(i)
            return i

    loader = DataLoader(Watched(), 2)
    iterator = iter(loader)
    next(iterator)
    saved = loader.state_dict()
    loader = DataLoader(Watched(), 2)
    loader.load_state_dict(saved)
    list(loader)
    assert read == [0, 1, 2, 3, 4, 5]


def test_states_of_other_loaders_are_refused() -> None:
    loader = DataLoader(range(9), 2)
    iterator = iter(loader)
    for _ in range(5):
        next(iterator)
    saved = loader.state_dict()
    with pytest.raises(ValueError, match="not the state of such a DataLoader; expected a dict of 'epoch'"):
        loader.load_state_dict({})
    with pytest.raises(ValueError, match="'generators', of which this loader has 1"):
        DataLoader(range(9), 2, shuffle=True, generator=Generator()).load_state_dict(saved)
    shorter = DataLoader(range(3), 2)
    shorter.load_state_dict(saved)
    with pytest.raises(ValueError, match="position is after 5 batches, but it has fewer"):
        iter(shorter)
