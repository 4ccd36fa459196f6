"""What a loader does with `num_workers`: the work of PyTorch's processes, done here in turns.

A worker process has its own copy of the data set and its own random numbers, and reads ahead. All of that shows: in
which examples an IterableDataset yields twice, in the numbers a random augmentation draws. So each worker is here, with
its copy and its streams, and works in this process when its batch is asked for. Batches are those of PyTorch's workers.
"""

from __future__ import annotations

import contextlib
import copy
import random
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import autograd
from nn.data.fetch import Fetch


class WorkerInfo(NamedTuple):
    """What `get_worker_info` tells a worker.

    Attributes
    ----------
    id : int
        From 0 to `num_workers` - 1.
    num_workers : int
    seed : int
        What the worker's random numbers started from.
    dataset : Dataset
        The worker's own (shallow) copy.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


_current: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """Return what a worker of a loader knows of itself; None outside of workers."""
    return _current


Streams = tuple[Any, Any, Any]


def _streams() -> Streams:
    """Return the state of the main stream, of Python's and of NumPy's global random numbers."""
    return autograd.get_rng_state(), random.getstate(), np.random.get_state()  # noqa: NPY002


def _set_streams(streams: Streams) -> None:
    ours, python, numpy = streams
    autograd.set_rng_state(ours)
    random.setstate(python)
    np.random.set_state(numpy)  # noqa: NPY002


class Worker:
    """One worker: its copy of the data set, its random numbers, and how it reads a batch."""

    def __init__(
        self,
        info: WorkerInfo,
        base_seed: int,
        fetch: Callable[[Any], Fetch],
        init: Callable[[int], None] | None,
    ) -> None:
        self.info = info
        self.exhausted = False
        self._new_fetch = fetch
        outside = _streams()
        autograd.manual_seed(info.seed)
        random.seed(info.seed)
        words = [info.id, base_seed % 2**32, base_seed >> 32, 0]
        np.random.seed(np.random.SeedSequence(words).generate_state(4))  # noqa: NPY002
        self.streams = _streams()
        _set_streams(outside)
        with self._at_work():
            if init is not None:
                init(info.id)
            self._fetch = fetch(info.dataset)

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """Let the global random numbers be this worker's own."""
        global _current
        outside, before = _streams(), _current
        _set_streams(self.streams)
        _current = self.info
        try:
            yield
        finally:
            self.streams = _streams()
            _set_streams(outside)
            _current = before

    def restart(self) -> None:
        """Begin another epoch with the same copy and the same streams."""
        with self._at_work():
            self.exhausted = False
            self._fetch = self._new_fetch(self.info.dataset)

    def fetch(self, index: Any) -> Any:
        """Return the batch of these numbers."""
        with self._at_work():
            return self._fetch(index)


class Crew:
    """The workers of one loader, who take the batches in turn, and what they have been asked for.

    Attributes
    ----------
    asked : deque of (int, object)
        Worker and numbers of the batches asked for and not yet read.
    ahead : int
        How many may be asked for at a time.
    """

    def __init__(
        self,
        dataset: Any,
        count: int,
        prefetch: int,
        base_seed: int,
        fetch: Callable[[Any], Fetch],
        init: Callable[[int], None] | None,
    ) -> None:
        infos = [WorkerInfo(i, count, base_seed + i, copy.copy(dataset)) for i in range(count)]
        self.workers = [Worker(info, base_seed, fetch, init) for info in infos]
        self.asked: deque[tuple[int, Any]] = deque()
        self.ahead = prefetch * count
        self._turn = 0

    def restart(self) -> None:
        """Begin another epoch."""
        self.asked.clear()
        self._turn = 0
        for worker in self.workers:
            worker.restart()

    def ask(self, index: Any) -> bool:
        """Ask the next worker for a batch; False if all are exhausted."""
        for _ in self.workers:
            turn = self._turn
            self._turn = (turn + 1) % len(self.workers)
            if not self.workers[turn].exhausted:
                self.asked.append((turn, index))
                return True
        return False

    def next(self, refill: Callable[[], None]) -> Any:
        """Return the next batch; `refill` asks for another.

        Raises
        ------
        StopIteration
            There is none.
        """
        while self.asked:
            turn, index = self.asked.popleft()
            worker = self.workers[turn]
            if worker.exhausted:
                continue
            try:
                batch = worker.fetch(index)
            except StopIteration:
                worker.exhausted = True
                refill()
                continue
            refill()
            return batch
        raise StopIteration
