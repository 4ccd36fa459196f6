"""DataLoader: batches of a data set, in order or shuffled.

A shuffled epoch has PyTorch's order: the loader takes the same numbers from the main random stream, at the same time.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from types import GenericAlias
from typing import Any

import autograd
from autograd import Generator
from autograd.errors import say
from nn.data.collate import default_collate, default_convert
from nn.data.dataset import IterableDataset
from nn.data.epoch import Epoch
from nn.data.sampler import BatchSampler, Endless, RandomSampler, SequentialSampler


class DataLoader:
    """Batches of a data set: iterate over it once an epoch.

    Parameters
    ----------
    dataset : Dataset, or anything with `__getitem__` and `__len__`
    batch_size : int or None
        Examples a batch. None gives single examples, without the batch dimension.
    shuffle : bool
        A new random order every epoch.
    sampler : iterable of int, optional
        The order, in place of `shuffle`.
    batch_sampler : iterable of lists of int, optional
        The batches, in place of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    num_workers : int
        0 reads batches as they are asked for. More gives the batches that so many of PyTorch's worker processes give,
        each with its own copy of the data set and its own random numbers; the work is done in this process, in turns.
    collate_fn : callable, optional
        Makes a batch of a list of examples; `default_collate` if left out.
    pin_memory, timeout, multiprocessing_context, pin_memory_device, in_order : object
        Checked as in PyTorch; they change nothing here.
    drop_last : bool
        Leave out a last batch that is smaller.
    worker_init_fn : callable, optional
        Called with each worker's number, as that worker.
    generator : Generator, optional
        Where the order and the workers' seeds are drawn from; the main stream if left out.
    prefetch_factor : int, optional
        How many batches ahead each worker is told of: so much earlier their numbers are drawn. 2 if left out.
    persistent_workers : bool
        Keep the workers, with their copies and their random numbers, from epoch to epoch.

    Raises
    ------
    ValueError
        Options contradict each other, or `batch_size` is no positive integer.
    TypeError
        `multiprocessing_context` is neither a start method's name nor a context.
    """

    _sealed = False
    __class_getitem__: Any = classmethod(GenericAlias)  # `DataLoader[int]` in annotations

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        _check_order(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last)
        if sampler is None:
            if isinstance(dataset, IterableDataset):
                sampler = Endless()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.persistent_workers = persistent_workers
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.timeout = timeout
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.in_order = in_order
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.generator = generator
        self._lasting: Epoch | None = None  # the epoch whose workers are kept
        self._latest: Callable[[], Epoch | None] = lambda: None  # a weak reference to the latest epoch
        self._resume: dict[str, Any] | None = None
        self._promised: int | None = None  # the length that an IterableDataset was asked for and gave
        self._sealed = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self._sealed and name in (
            "batch_size",
            "batch_sampler",
            "sampler",
            "drop_last",
            "dataset",
            "persistent_workers",
        ):
            raise ValueError(
                say(
                    f"{name} attribute should not be set after {type(self).__name__} is initialized",
                    "it to stay what it is",
                    "Make another DataLoader.",
                )
            )
        super().__setattr__(name, value)

    def __iter__(self) -> Iterator[Any]:
        resume, self._resume = self._resume, None
        if self._lasting is not None and resume is None:
            self._lasting.restart(self._promised)
            return self._lasting
        epoch = Epoch(self, resume)
        self._latest = weakref.ref(epoch)
        if self.persistent_workers:
            self._lasting = epoch
        return epoch

    @property
    def _index_sampler(self) -> Iterable[Any]:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)  # type: ignore[arg-type]
        examples = len(self.dataset)  # type: ignore[arg-type]
        self._promised = examples
        if self.batch_size is None:
            return examples
        return examples // self.batch_size if self.drop_last else -(-examples // self.batch_size)

    # -- stopping and resuming -------------------------------------------------------------------------------------

    def _generators(self) -> list[Generator]:
        """Return the generators of the caller's that the order is drawn from, each once."""
        owners = (self, self.batch_sampler, self.sampler, getattr(self.batch_sampler, "sampler", None))
        found = [getattr(owner, "generator", None) for owner in owners]
        distinct = {id(g): g for g in found if isinstance(g, Generator) and g is not autograd.default_generator}
        return list(distinct.values())

    def state_dict(self) -> dict[str, Any]:
        """Return the position in the data: how far the epoch under way has come, and what its order was drawn from.

        An epoch is under way while its iterator exists and has batches left. Save this together with the state of the
        main stream (`autograd.get_rng_state()`), since the next epochs are drawn from it. `autograd.save` takes both.

        Returns
        -------
        dict
            Numbers and tensors; `"epoch"` is None between epochs.
        """
        epoch = self._latest()
        if self._resume is not None:
            return dict(self._resume)
        return {
            "generators": [g.get_state() for g in self._generators()],
            "epoch": None if epoch is None or epoch.ended else epoch.position(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go to a position that `state_dict` returned: the next iteration yields what was left of that epoch.

        The loader must have been made with the same arguments, and its sampler give the same order from the same random
        numbers. Batches before the position are not read again. An IterableDataset is, from its start; so without
        workers it must not draw from the main stream between batches. The main stream stays where it is.

        Raises
        ------
        ValueError
            `state_dict` is no state of a loader, or of one with other generators.
        """
        generators = self._generators()
        if set(state_dict) != {"generators", "epoch"} or len(state_dict["generators"]) != len(generators):
            raise ValueError(
                say(
                    "this is not the state of such a DataLoader",
                    f"a dict of 'epoch' and 'generators', of which this loader has {len(generators)}",
                    "Make the loader with the arguments it had when its state_dict() was saved.",
                )
            )
        for generator, state in zip(generators, state_dict["generators"], strict=True):
            generator.set_state(state)
        self._resume = dict(state_dict)
        self._lasting = None


def _contradiction(happened: str, leave_out: str) -> ValueError:
    return ValueError(say(happened, "options that do not contradict each other", f"Leave out {leave_out}."))


def _check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool, context: Any
) -> None:
    remedy = "num_workers=0 reads batches as they are asked for, and needs none of the options for workers."
    problem = None
    if num_workers < 0:
        problem = "num_workers option should be non-negative"
    elif timeout < 0:
        problem = "timeout option should be non-negative"
    elif num_workers == 0 and prefetch_factor is not None:
        problem = "prefetch_factor option could only be specified in multiprocessing"
    elif prefetch_factor is not None and prefetch_factor < 0:
        problem = "prefetch_factor option should be non-negative"
    elif persistent_workers and num_workers == 0:
        problem = "persistent_workers option needs num_workers > 0"
    elif context is not None and num_workers == 0:
        problem = "multiprocessing_context can only be used with multi-process loading (num_workers > 0)"
    if problem is not None:
        raise ValueError(say(problem, "options that fit together", remedy))
    if context is not None:
        import multiprocessing
        from multiprocessing.context import BaseContext

        methods = multiprocessing.get_all_start_methods()
        if (isinstance(context, str) and context not in methods) or not isinstance(context, str | BaseContext):
            raise (ValueError if isinstance(context, str) else TypeError)(
                say(
                    f"multiprocessing_context option should be a valid start method or context, but got {context!r}",
                    f"one of {methods}",
                    "Leave it out: no process is started.",
                )
            )


def _check_order(
    dataset: Any, batch_size: int | None, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    if isinstance(dataset, IterableDataset):
        options = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
        for name, value in options.items():
            if value is not None:
                raise _contradiction(
                    f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}", name
                )
    if sampler is not None and shuffle:
        raise _contradiction("sampler option is mutually exclusive with shuffle", "shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise _contradiction(
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
            "those the batch_sampler decides",
        )
    if batch_sampler is None and batch_size is None and drop_last:
        raise _contradiction(
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last", "drop_last"
        )
