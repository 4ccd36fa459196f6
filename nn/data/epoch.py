"""One pass of a loader over its data: an iterator that can tell its position, and start from one."""

from __future__ import annotations

import contextlib
import functools
import itertools
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import autograd
from autograd.errors import say
from nn.data.dataset import IterableDataset
from nn.data.fetch import Fetch, fetch_from
from nn.data.sampler import draw_seed
from nn.data.workers import Crew

if TYPE_CHECKING:
    from nn.data.dataloader import DataLoader


class Epoch:
    """The iterator of a loader.

    Its position is how many batches it has yielded, how many it has drawn the numbers of (more, with workers), and
    where the random streams stood before the first of those. To start from there, the numbers are drawn once more.

    Attributes
    ----------
    ended : bool
        Whether all batches have been yielded.
    """

    def __init__(self, loader: DataLoader, resume: dict[str, Any] | None) -> None:
        if loader.timeout and not loader.num_workers:
            raise AssertionError(say("timeout without workers", "timeout=0", "Leave it out: nothing is waited for."))
        if loader.num_workers and not loader.prefetch_factor:
            raise AssertionError(say("prefetch_factor is 0", "a number above 0", "Leave it out."))
        position = resume["epoch"] if resume else None
        self._iterable = isinstance(loader.dataset, IterableDataset)
        self._dataset = loader.dataset
        self._generators = [autograd.default_generator, *loader._generators()]
        self._order = loader._index_sampler
        self._indices = iter(self._order)
        # PyTorch draws a seed for worker processes, and so moves the stream on, even without any.
        self._seed = position["seed"] if position else draw_seed(loader.generator)
        self._before: list[Any] | None  # the streams' states before the first numbers were drawn
        self._begin(loader._promised)
        with self._streams_at(position["before"] if position else None):
            self._hire(loader)
            if position is not None:
                self._replay(position)
        if self._crew is not None:
            self._ask_ahead()

    def _hire(self, loader: DataLoader) -> None:
        """Have the data set read by workers, or here."""
        fetch = functools.partial(
            fetch_from,
            batched=loader.batch_sampler is not None,
            collate=loader.collate_fn,
            drop_last=loader.drop_last,
        )
        self._crew: Crew | None = None
        self._fetch: Fetch | None = None
        if loader.prefetch_factor:
            self._crew = Crew(
                loader.dataset, loader.num_workers, loader.prefetch_factor, self._seed, fetch, loader.worker_init_fn
            )
        else:
            if self._iterable:  # it may draw numbers as soon as it is asked for an iterator
                self._before = self._states()
            self._fetch = fetch(loader.dataset)

    def _states(self) -> list[Any]:
        return [g.get_state() for g in self._generators]

    def _set_states(self, states: list[Any]) -> None:
        for generator, state in zip(self._generators, states, strict=True):
            generator.set_state(state)

    @contextlib.contextmanager
    def _streams_at(self, states: list[Any] | None) -> Iterator[None]:
        """Let the random streams stand elsewhere for a while; None: where they are, and they move on."""
        if states is None:
            yield
            return
        now = self._states()
        self._set_states(states)
        try:
            yield
        finally:
            self._set_states(now)

    def _begin(self, promised: int | None) -> None:
        self._yielded = self._drawn = 0
        self._before = None
        self._promised = promised
        self.ended = False

    def restart(self, promised: int | None) -> None:
        """Begin another epoch with the same workers."""
        assert self._crew is not None
        self._indices = iter(self._order)
        self._crew.restart()
        self._begin(promised)
        self._ask_ahead()

    def _draw(self) -> Any:
        """Return the numbers of the next batch."""
        if self._before is None:
            self._before = self._states()
        index = next(self._indices)
        self._drawn += 1
        return index

    def _ask(self) -> None:
        """Ask the next worker for the next batch, if there is one."""
        assert self._crew is not None
        try:
            index = self._draw()
        except StopIteration:
            return
        self._crew.ask(index)

    def _ask_ahead(self) -> None:
        assert self._crew is not None
        for _ in range(self._crew.ahead - len(self._crew.asked)):
            self._ask()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            if self._crew is not None:
                batch = self._crew.next(self._ask)
            else:
                assert self._fetch is not None
                batch = self._fetch(self._draw())
        except StopIteration:
            self.ended = True
            raise
        self._yielded += 1
        if self._iterable and self._promised is not None and self._yielded > self._promised:
            warnings.warn(
                f"Length of IterableDataset {self._dataset} was reported to be {self._promised} (when accessing "
                f"len(dataloader)), but {self._yielded} samples have been fetched.",
                stacklevel=2,
            )
        return batch

    def __len__(self) -> int:
        return len(self._order)  # type: ignore[arg-type]

    def __reduce__(self) -> Any:
        raise NotImplementedError(
            say("an iterator of a DataLoader cannot be pickled", "its position", "Save loader.state_dict().")
        )

    # -- position ----------------------------------------------------------------------------------------------------

    def position(self) -> dict[str, Any]:
        """Return the position, for `DataLoader.state_dict`."""
        return {
            "yielded": self._yielded,
            "drawn": self._drawn,
            "seed": self._seed,
            "before": self._before,
            "workers": None if self._crew is None else [w.streams for w in self._crew.workers],
        }

    def _replay(self, position: dict[str, Any]) -> None:
        """Draw again what had been drawn, and drop the batches that had been yielded."""
        try:
            drawn = [self._draw() for _ in range(position["drawn"])]
            if self._crew is not None:
                _replay_workers(self._crew, position, drawn, self._iterable)
            elif self._iterable:
                assert self._fetch is not None
                for index in drawn[: position["yielded"]]:
                    self._fetch(index)
        except StopIteration:
            raise ValueError(
                say(
                    f"the loader's position is after {position['yielded']} batches, but it has fewer",
                    "the loader that was saved",
                    "Make it with the same data and the same arguments.",
                )
            ) from None
        self._yielded = position["yielded"]


def _replay_workers(crew: Crew, position: dict[str, Any], drawn: list[Any], iterable: bool) -> None:
    if iterable:  # they read their parts once more, drawing from their own streams as before
        waiting = iter(drawn)

        def ask() -> None:
            for index in itertools.islice(waiting, 1):
                crew.ask(index)

        for _ in range(crew.ahead):
            ask()
        for _ in range(position["yielded"]):
            crew.next(ask)
        return
    for index in drawn:
        crew.ask(index)
    for _ in range(position["yielded"]):
        crew.asked.popleft()
    for worker, streams in zip(crew.workers, position["workers"], strict=True):
        worker.streams = tuple(streams)
