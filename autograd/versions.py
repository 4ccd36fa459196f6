"""Stamps on edited memory: how backward learns that a saved value was changed in place.

Nodes and edits draw their numbers from one clock. An in-place edit stamps the memory it changed; a node that saved
an array of that memory at an earlier tick must not use it. Saving therefore costs nothing: only edits are written
down, by the owner of the memory, so that all views of it share one record.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from typing import Any

import numpy as np

#: The clock. `tick()` is atomic in CPython.
tick = itertools.count(1).__next__

#: The tick of the last edit anywhere: backward looks closer only at nodes older than this.
last_edit = [0]


class _Record:
    __slots__ = ("count", "keeper", "stamp")

    def __init__(self, keeper: Any) -> None:
        self.keeper = keeper
        self.stamp = 0
        self.count = 0


_records: dict[int, _Record] = {}
_lock = threading.Lock()


def owner(array: Any) -> Any:
    """Return the array that owns the memory of `array` (itself unless it is a view)."""
    base = getattr(array, "base", None)
    while base is not None:
        array = base
        base = getattr(array, "base", None)
    return array


def _record(memory: Any) -> _Record:
    key = id(memory)
    record = _records.get(key)
    if record is None:
        # The record goes when the memory goes; memory that is no array (bytes, say) is kept alive instead.
        try:
            keeper: Any = weakref.ref(memory, lambda _: _records.pop(key, None))
        except TypeError:
            keeper = memory
        record = _records[key] = _Record(keeper)
    return record


def edited(*arrays: Any) -> None:
    """Stamp the memory of `arrays`: it was just changed in place."""
    with _lock:
        now = last_edit[0] = tick()
        for array in arrays:
            memory = array if array.base is None else owner(array)
            record = _records.get(id(memory)) or _record(memory)
            record.count += 1
            record.stamp = now


def alias(scalar: np.generic, array: np.ndarray[Any, Any]) -> None:
    """Let a NumPy scalar share the record of `array`, which takes its place as the memory of a tensor.

    Scalars cannot change, but a rule that saved this one must learn of edits of the tensor all the same.
    """
    key = id(scalar)
    with _lock:
        record = _record(array)
        record.keeper = (record.keeper, scalar, weakref.ref(array, lambda _: _records.pop(key, None)))
        _records[key] = record


def stamp(array: Any) -> int:
    """Return the tick of the last edit of the memory of `array`; 0 if there was none."""
    record = _records.get(id(owner(array)))
    return 0 if record is None else record.stamp


def count(array: Any) -> int:
    """Return how often the memory of `array` was edited in place (`Tensor._version`)."""
    record = _records.get(id(owner(array)))
    return 0 if record is None else record.count
