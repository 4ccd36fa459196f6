"""How the examples of a batch are read from a data set, and made into a batch."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from autograd import Tensor
from nn.data.collate import default_collate
from nn.data.dataset import IterableDataset, Subset, TensorDataset

#: Of the numbers of a batch (or one number, without batches): the batch. Raises StopIteration at the end.
Fetch = Callable[[Any], Any]


def _rows(dataset: Any, indices: list[int]) -> list[Tensor] | None:
    """Return a batch of a TensorDataset, or of part of one, by indexing once; None for any other data set."""
    if type(dataset) is Subset:
        return _rows(dataset.dataset, [dataset.indices[i] for i in indices])
    if type(dataset) is TensorDataset:
        return [t[indices] for t in dataset.tensors]
    return None


def fetch_from(dataset: Any, batched: bool, collate: Callable[[Any], Any], drop_last: bool) -> Fetch:
    """Return the function that reads batches from a data set.

    Parameters
    ----------
    dataset : Dataset
    batched : bool
        Whether it is given lists of numbers.
    collate : callable
        Makes a batch of a list of examples, or converts a single one.
    drop_last : bool
        Leave out a last batch that is smaller: of an IterableDataset, which ends without notice.
    """
    if isinstance(dataset, IterableDataset):
        examples = iter(dataset)

        def read(indices: Any) -> Any:
            if not batched:
                return collate(next(examples))
            batch = list(itertools.islice(examples, len(indices)))
            if not batch or (drop_last and len(batch) < len(indices)):
                raise StopIteration
            return collate(batch)

        return read

    def look_up(indices: Any) -> Any:
        if not batched:
            return collate(dataset[indices])
        rows = _rows(dataset, indices) if collate is default_collate else None
        if rows is not None:
            return rows
        together = getattr(dataset, "__getitems__", None)
        return collate(together(indices) if together else [dataset[i] for i in indices])

    return look_up
