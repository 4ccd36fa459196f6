"""DataLoader: batches of a data set, in order or shuffled.

A shuffled epoch has PyTorch's order: the loader takes the same numbers from the main random stream, at the same time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any

import numpy as np

import autograd
from autograd import Generator, Tensor
from autograd.errors import say
from nn.data.dataset import TensorDataset


def _draw_seed(generator: Generator | None) -> int:
    """Draw a seed: 64 bits of the stream, of which a new generator takes the low 32."""
    return int(autograd.randint(2**62, (), generator=generator).item())


class SequentialSampler:
    """The numbers of the examples in order."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler:
    """The numbers of the examples in random order, another one each time.

    Parameters
    ----------
    data_source : sized
    generator : Generator, optional
        Where the order is drawn from. If left out, a new one for each epoch, seeded from the main stream.
    """

    def __init__(self, data_source: Sized, *, generator: Generator | None = None) -> None:
        self.data_source = data_source
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        # A generator function: as in PyTorch the seed is drawn when the first batch is asked for.
        generator = self.generator or Generator().manual_seed(_draw_seed(None))
        yield from autograd.randperm(len(self.data_source), generator=generator).tolist()
        if self.generator is not None:
            # PyTorch ends with a part of another permutation, here none of it: that moves the caller's generator on.
            autograd.randperm(len(self.data_source), generator=generator)

    def __len__(self) -> int:
        return len(self.data_source)


class BatchSampler:
    """Lists of `batch_size` numbers from another sampler.

    Parameters
    ----------
    sampler : iterable of int
    batch_size : int
    drop_last : bool
        Leave out a last batch that is smaller.

    Raises
    ------
    ValueError
        `batch_size` is no positive integer, or `drop_last` no bool.
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size <= 0:
            raise ValueError(
                say(
                    f"batch_size should be a positive integer value, but got batch_size={batch_size}",
                    "how many examples make a batch",
                    "1 updates after every example, len(dataset) once an epoch.",
                )
            )
        if not isinstance(drop_last, bool):
            raise ValueError(
                say(
                    f"drop_last should be a boolean value, but got drop_last={drop_last}",
                    "True or False",
                    "True leaves out a last batch that is smaller.",
                )
            )
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        numbers = iter(self.sampler)
        while batch := list(itertools.islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


def default_collate(batch: Sequence[Any]) -> Any:
    """Return one batch of several examples: tensors stacked, numbers made into a tensor, tuples and dicts item by item.

    Raises
    ------
    TypeError
        The examples are none of these.
    RuntimeError
        Examples differ in length or shape.
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return autograd.stack(list(batch), 0)
    if isinstance(first, np.ndarray):
        return autograd.stack([autograd.as_tensor(a) for a in batch], 0)
    if isinstance(first, np.generic):
        return autograd.as_tensor(np.array(batch))
    if isinstance(first, float):
        return autograd.tensor(batch, dtype=autograd.float64)
    if isinstance(first, int):
        return autograd.tensor(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([example[key] for example in batch]) for key in first}
    if isinstance(first, Sequence):
        if len({len(example) for example in batch}) > 1:
            raise RuntimeError(
                say(
                    "each element in list of batch should be of equal size: lengths are "
                    f"{[len(example) for example in batch]}",
                    "examples of one length",
                    "Pad them, or pass a collate_fn.",
                )
            )
        items = [default_collate(item) for item in zip(*batch, strict=True)]
        return type(first)(*items) if hasattr(first, "_fields") else items
    raise TypeError(
        say(
            f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}",
            "one of these",
            "Pass a collate_fn that makes a batch of a list of examples.",
        )
    )


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
    num_workers, pin_memory : object
        Accepted as in PyTorch, where they change when batches are loaded, not what is in them. All is loaded here, in
        this process, when it is asked for.
    collate_fn : callable, optional
        Makes a batch of a list of examples; `default_collate` if left out.
    drop_last : bool
        Leave out a last batch that is smaller.
    generator : Generator, optional
        Where the order is drawn from; the main stream if left out.

    Raises
    ------
    ValueError
        Options contradict each other, or `batch_size` is no positive integer.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        *,
        generator: Generator | None = None,
    ) -> None:
        if sampler is not None and shuffle:
            raise _contradiction("sampler option is mutually exclusive with shuffle", "shuffle")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise _contradiction(
                "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
                "those the batch_sampler decides",
            )
        if batch_size is None and drop_last:
            raise _contradiction(
                "batch_size=None option disables auto-batching and is mutually exclusive with drop_last", "drop_last"
            )
        if sampler is None:
            sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.collate_fn = collate_fn
        self.generator = generator

    def __iter__(self) -> Iterator[Any]:
        # PyTorch draws a seed for worker processes here, and so moves the stream on, even without any.
        _draw_seed(self.generator)
        return self._batches()

    def _batches(self) -> Iterator[Any]:
        dataset, collate = self.dataset, self.collate_fn
        if self.batch_sampler is None:
            for i in self.sampler:
                example = dataset[i]
                yield collate(example) if collate else list(example) if isinstance(example, tuple) else example
        elif type(dataset) is TensorDataset and collate is None:
            for batch in self.batch_sampler:
                yield [t[batch] for t in dataset.tensors]  # the rows of the batch at once
        else:
            for batch in self.batch_sampler:
                examples = (
                    dataset.__getitems__(batch) if hasattr(dataset, "__getitems__") else [dataset[i] for i in batch]
                )
                yield (collate or default_collate)(examples)

    def __len__(self) -> int:
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]


def _contradiction(happened: str, leave_out: str) -> ValueError:
    return ValueError(say(happened, "options that do not contradict each other", f"Leave out {leave_out}."))
