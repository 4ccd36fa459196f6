"""Data sets: examples by number."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from autograd import Tensor
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


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors that belong together row by row: example i is the tuple of their rows i.

    Parameters
    ----------
    *tensors : Tensor
        Of equal length.

    Raises
    ------
    ValueError
        Their lengths differ, or there are none.
    """

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [len(t) if t.ndim else None for t in tensors]
        if not tensors or None in lengths or len(set(lengths)) > 1:
            raise ValueError(
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
