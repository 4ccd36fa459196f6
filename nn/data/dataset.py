"""Data sets: examples by number, or one after the other."""

from __future__ import annotations

import bisect
import itertools
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import autograd
from autograd import Generator, Tensor
from autograd.errors import say

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Base class of data sets. A subclass defines `__getitem__`, and `__len__` if its examples can be counted.

    It may define `__getitems__(indices)` as well, which returns the list of several examples at once.
    """

    def __getitem__(self, index: Any) -> T_co:
        raise NotImplementedError(
            say(
                f"{type(self).__name__} was asked for example {index}",
                "it to define __getitem__",
                "Write `def __getitem__(self, index): ...`, which returns one example.",
            )
        )

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        """Return the examples of this data set followed by those of the other."""
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co], Iterable[T_co]):
    """Base class of data sets that are read one example after the other. A subclass defines `__iter__`.

    With `num_workers` each worker has its own copy: `get_worker_info` tells `__iter__` which part to read.
    """

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        """Return the examples of this data set followed by those of the other."""
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors that belong together row by row: example i is the tuple of their rows i.

    Parameters
    ----------
    *tensors : Tensor
        Of equal length.

    Raises
    ------
    AssertionError
        Their lengths differ.
    IndexError
        There are none, or one has no dimension.
    """

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [len(t) if t.ndim else None for t in tensors]
        if not tensors or None in lengths or len(set(lengths)) > 1:
            kind = IndexError if not tensors or None in lengths else AssertionError
            raise kind(
                say(
                    f"Size mismatch between tensors: they have shapes {[tuple(t.shape) for t in tensors]}",
                    "at least one tensor, and one first dimension, that of the examples, for all",
                    "TensorDataset(X, y) wants as many rows in X as labels in y.",
                )
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple([t[index] for t in self.tensors])

    def __len__(self) -> int:
        return len(self.tensors[0])


def _several(dataset: Any, indices: list[Any]) -> list[Any]:
    """Return several examples of a data set, at once if it can."""
    if callable(getattr(dataset, "__getitems__", None)):
        examples: list[Any] = dataset.__getitems__(indices)
        return examples
    return [dataset[i] for i in indices]


class StackDataset(Dataset[Any]):
    """Data sets side by side: example i is a tuple (or a dict) of their examples i.

    Parameters
    ----------
    *args, **kwargs : Dataset
        Either of them, of equal length: positional ones give tuples, named ones dicts.

    Raises
    ------
    ValueError
        Both are given or neither, or lengths differ.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        parts = list(args) + list(kwargs.values())
        if not parts or (args and kwargs):
            what = "Both positional and named data sets" if parts else "No data set"
            raise ValueError(
                say(
                    f"{what} given to StackDataset",
                    "at least one, and all of one sort",
                    "StackDataset(a, b) gives tuples, StackDataset(image=a, text=b) dicts.",
                )
            )
        if len({len(part) for part in parts}) > 1:
            raise ValueError(
                say(
                    f"Size mismatch between datasets: lengths are {[len(part) for part in parts]}",
                    "one length",
                    "Take a Subset of the longer ones.",
                )
            )
        self.datasets: tuple[Any, ...] | dict[str, Any] = args or kwargs

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {key: dataset[index] for key, dataset in self.datasets.items()}
        return tuple([dataset[index] for dataset in self.datasets])

    def __getitems__(self, indices: list[Any]) -> list[Any]:
        """Return the examples with these numbers.

        Raises
        ------
        ValueError
            The `__getitems__` of one of the data sets returned another number of examples.
        """
        named = isinstance(self.datasets, dict)
        columns = [_several(d, indices) for d in (self.datasets.values() if named else self.datasets)]  # type: ignore[union-attr]
        for column in columns:
            if len(column) != len(indices):
                raise ValueError(
                    say(
                        f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(column)}",
                        "as many examples as indices",
                        "Correct the __getitems__ of that data set.",
                    )
                )
        rows = list(zip(*columns, strict=True))
        return [dict(zip(self.datasets, row, strict=True)) for row in rows] if named else rows

    def __len__(self) -> int:
        first = next(iter(self.datasets.values())) if isinstance(self.datasets, dict) else self.datasets[0]
        return len(first)


class ConcatDataset(Dataset[T_co]):
    """Data sets one after the other.

    Parameters
    ----------
    datasets : iterable of Dataset
        With lengths: no IterableDataset.

    Raises
    ------
    AssertionError
        There are none, or one is an IterableDataset.

    Attributes
    ----------
    datasets : list of Dataset
    cumulative_sizes : list of int
        Where each of them ends.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets or any(isinstance(d, IterableDataset) for d in self.datasets):
            problem = "does not support IterableDataset" if self.datasets else "got an empty iterable"
            raise AssertionError(
                say(
                    f"ConcatDataset {problem}",
                    "data sets with a length",
                    "ChainDataset joins data sets that are only read one after the other.",
                )
            )
        self.cumulative_sizes = list(itertools.accumulate(len(d) for d in self.datasets))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T_co:
        if index < -len(self):
            raise ValueError(
                say(
                    f"absolute value of index should not exceed dataset length, but it is {index}",
                    f"a number from {-len(self)} to {len(self) - 1}",
                    "Count from the start or, with a minus, from the end.",
                )
            )
        if index < 0:
            index += len(self)
        which = bisect.bisect_right(self.cumulative_sizes, index)
        example: T_co = self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]
        return example


class ChainDataset(IterableDataset[T_co]):
    """Iterable data sets one after the other.

    Parameters
    ----------
    datasets : iterable of IterableDataset

    Raises
    ------
    AssertionError
        One is no IterableDataset: when it is its turn.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def _each(self) -> Iterator[Any]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError(
                    say(
                        f"ChainDataset only supports IterableDataset, but found {type(dataset).__name__}",
                        "data sets that are read one after the other",
                        "ConcatDataset joins data sets with a length.",
                    )
                )
            yield dataset

    def __iter__(self) -> Iterator[T_co]:
        for dataset in self._each():
            yield from dataset

    def __len__(self) -> int:
        return sum(len(dataset) for dataset in self._each())


class Subset(Dataset[T_co]):
    """Part of a data set.

    Parameters
    ----------
    dataset : Dataset
    indices : sequence of int
        The numbers, in `dataset`, of the examples that belong to the part.

    Raises
    ------
    NotImplementedError
        A subclass defines `__getitem__` anew, but not `__getitems__`, which the loader calls.
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        mine = type(self)
        if mine.__getitem__ is not Subset.__getitem__ and mine.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                say(
                    f"{mine.__name__} overrides __getitem__ but not __getitems__",
                    "both or neither: the loader asks for several examples at once",
                    "Write `def __getitems__(self, indices): return [self[i] for i in indices]`.",
                )
            )
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> T_co:
        chosen = [self.indices[i] for i in index] if isinstance(index, list) else self.indices[index]
        example: T_co = self.dataset[chosen]
        return example

    def __getitems__(self, indices: list[int]) -> list[T_co]:
        """Return the examples with these numbers (in this part)."""
        return _several(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Any, lengths: Sequence[int | float], generator: Generator | None = None) -> list[Subset[Any]]:
    """Split a data set at random into parts that do not overlap.

    Parameters
    ----------
    dataset : Dataset
    lengths : sequence of int or float
        How many examples each part gets; or fractions that sum to 1, rounded down, what remains being dealt out one by
        one from the first part on.
    generator : Generator, optional
        Where the order is drawn from; the main stream if left out.

    Returns
    -------
    list of Subset

    Raises
    ------
    ValueError
        The lengths do not sum to the number of examples, or a fraction is not between 0 and 1.

    Warns
    -----
    UserWarning
        A fraction gives no example.
    """
    total = len(dataset)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        for i, fraction in enumerate(lengths):
            if not 0 <= fraction <= 1:
                raise ValueError(
                    say(
                        f"Fraction at index {i} is not between 0 and 1: it is {fraction}",
                        "fractions that sum to 1",
                        "Pass [0.8, 0.2], say, or numbers of examples.",
                    )
                )
        sizes = [math.floor(total * fraction) for fraction in lengths]
        for i in range(total - sum(sizes)):
            sizes[i % len(sizes)] += 1
        for i, size in enumerate(sizes):
            if size == 0:
                warnings.warn(
                    f"Length of split at index {i} is 0. This might result in an empty dataset.", stacklevel=2
                )
        lengths = sizes
    if sum(lengths) != total:
        raise ValueError(
            say(
                f"Sum of input lengths does not equal the length of the input dataset: {list(lengths)} for {total} "
                "examples",
                f"lengths that sum to {total}, or fractions that sum to 1",
                "random_split(data, [0.8, 0.2]) needs no counting.",
            )
        )
    numbers = autograd.randperm(total, generator=generator).tolist()
    ends = itertools.accumulate(int(n) for n in lengths)
    return [Subset(dataset, numbers[end - int(n) : end]) for n, end in zip(lengths, ends, strict=True)]
