"""Batches: several examples made into one tensor, or into one nest of tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import say


def _rebuilt(like: Any, items: dict[Any, Any] | list[Any]) -> Any:
    """Return `items` as a container of the sort of `like`; as a plain dict or list if that cannot be made."""
    try:
        if isinstance(like, MutableMapping):
            made = copy.copy(like)
            made.update(items)
            return made
        if isinstance(like, MutableSequence):
            changed = copy.copy(like)
            for i, item in enumerate(items):
                changed[i] = item
            return changed
        return type(like)(items)
    except TypeError:
        return items


def _of_items(value: Any, items: Sequence[Any], function: Callable[[Any], Any]) -> Any:
    """Return `function` of each item in the place of the items of a sequence; of a tuple a list, as in PyTorch."""
    made = [function(item) for item in items]
    if isinstance(value, tuple):
        return type(value)(*made) if hasattr(value, "_fields") else made
    return _rebuilt(value, made)


def _refused(what: Any) -> TypeError:
    return TypeError(
        say(
            f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {what}",
            "one of these",
            "Pass a collate_fn that makes a batch of a list of examples.",
        )
    )


def default_collate(batch: Sequence[Any]) -> Any:
    """Return one batch of several examples: tensors stacked, numbers made into a tensor, tuples and dicts item by item.

    Parameters
    ----------
    batch : sequence
        Examples of one structure. Tensors and arrays are stacked along a new first dimension, floats become a float64
        tensor and ints an int64 one, strings stay a list; dicts, lists and named tuples stay what they are, tuples
        become lists.

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
        if first.dtype.kind in "SUO":
            raise _refused(first.dtype)
        return autograd.stack([autograd.as_tensor(a) for a in batch], 0)
    if isinstance(first, np.bool_ | np.number):
        return autograd.as_tensor(np.array(batch))
    if isinstance(first, float):
        return autograd.tensor(batch, dtype=autograd.float64)
    if isinstance(first, int):
        return autograd.tensor(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return _rebuilt(first, {key: default_collate([example[key] for example in batch]) for key in first})
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
        return _of_items(first, list(zip(*batch, strict=True)), default_collate)
    raise _refused(type(first))


def default_convert(data: Any) -> Any:
    """Return one example with its arrays made into tensors, inside tuples, lists and dicts as well."""
    if isinstance(data, Tensor | str | bytes):
        return data
    if isinstance(data, np.ndarray | np.generic):
        return data if data.dtype.kind in "SUO" else autograd.as_tensor(data)
    if isinstance(data, Mapping):
        return _rebuilt(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence):
        return _of_items(data, data, default_convert)
    return data
