"""Samplers: in which order, and in which batches, the examples of a data set are read.

Each draws from the random stream what PyTorch's draws, at the same time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import autograd
from autograd import Generator, Tensor
from autograd.errors import say

T_co = TypeVar("T_co", covariant=True)


def draw_seed(generator: Generator | None) -> int:
    """Draw a number below 2**63 from a generator, or from the main stream."""
    return int(autograd.empty((), dtype=autograd.int64).random_(generator=generator).item())


def _positive(name: str, value: Any, what: str, remedy: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError(say(f"{name} should be a positive integer value, but got {name}={value}", what, remedy))


class Sampler(Generic[T_co]):
    """Base class of samplers. A subclass defines `__iter__`, which yields numbers or lists of them, and `__len__`."""

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(
            say(
                f"{type(self).__name__} was asked for an order",
                "it to define __iter__",
                "Write `def __iter__(self): ...`, which yields the numbers of the examples.",
            )
        )


class SequentialSampler(Sampler[int]):
    """The numbers of the examples in order."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The numbers of the examples in random order, another one each time.

    Parameters
    ----------
    data_source : sized
    replacement : bool
        Draw every number anew, so that some come several times and some not at all.
    num_samples : int, optional
        How many; one for each example if left out. More than those give several permutations.
    generator : Generator, optional
        Where the order is drawn from. If left out, a new one for each epoch, seeded from the main stream.

    Raises
    ------
    TypeError
        `replacement` is no bool.
    ValueError
        There is nothing to draw.
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                say(
                    f"replacement should be a boolean value, but got replacement={replacement}",
                    "True or False",
                    "How many to draw is num_samples.",
                )
            )
        _positive("num_samples", self.num_samples, "how many to draw", "An empty data set cannot be shuffled.")

    @property
    def num_samples(self) -> int:
        """How many numbers an epoch has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        # A generator function: as in PyTorch the seed is drawn when the first batch is asked for.
        n = len(self.data_source)
        generator = self.generator
        if generator is None:
            generator = Generator().manual_seed(draw_seed(None))
        if self.replacement:
            for _ in range(self.num_samples // 32):
                yield from autograd.randint(n, (32,), generator=generator).tolist()
            yield from autograd.randint(n, (self.num_samples % 32,), generator=generator).tolist()
        else:
            for _ in range(self.num_samples // n):
                yield from autograd.randperm(n, generator=generator).tolist()
            # Of a last permutation often none is needed; drawing it moves a generator of the caller's on.
            yield from autograd.randperm(n, generator=generator).tolist()[: self.num_samples % n]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Given numbers in random order.

    Parameters
    ----------
    indices : sequence of int
    generator : Generator, optional
        Where the order is drawn from; the main stream if left out.
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for i in autograd.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Numbers drawn with given probabilities.

    Parameters
    ----------
    weights : sequence of float
        The probability of each number, up to a factor.
    num_samples : int
    replacement : bool
        Whether a number can come again.
    generator : Generator, optional
        Where they are drawn from; the main stream if left out.

    Raises
    ------
    ValueError
        `num_samples` is no positive integer, `replacement` no bool, or `weights` no flat sequence.
    """

    def __init__(
        self,
        weights: Sequence[float] | Tensor,
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        _positive("num_samples", num_samples, "how many to draw", "len(weights) draws as many as there are.")
        if not isinstance(replacement, bool):
            raise ValueError(
                say(
                    f"replacement should be a boolean value, but got replacement={replacement}",
                    "True or False",
                    "True lets a number come several times.",
                )
            )
        self.weights = autograd.as_tensor(weights, dtype=autograd.float64)
        if self.weights.ndim != 1:
            raise ValueError(
                say(
                    f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}",
                    "one weight for each example",
                    "Flatten them.",
                )
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        yield from autograd.multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        ).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
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
        _positive(
            "batch_size",
            batch_size,
            "how many examples make a batch",
            "1 updates after every example, len(dataset) once an epoch.",
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


class Endless(Sampler[Any]):
    """What an IterableDataset is asked with: it has no numbers, and ends by itself."""

    def __iter__(self) -> Iterator[Any]:
        return itertools.repeat(None)
