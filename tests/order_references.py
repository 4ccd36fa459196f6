"""References of operations along a dimension, of choices by order, of counting: for a vector, in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.op_references import quiet

Array = Any


def spelled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reference that takes `axis` and `keepdims` as well."""

    def reference(*args: Any, **kwargs: Any) -> Any:
        named = {"axis": "dim", "keepdims": "keepdim"}
        return function(*args, **{named.get(name, name): value for name, value in kwargs.items()})

    return reference


def along(function: Callable[[Array], Any], x: Array, dim: int) -> Array:
    """Apply a function of a vector, which returns one, along a dimension."""
    rows = np.moveaxis(x, dim, -1)
    lead = rows.shape[:-1]
    found = [np.asarray(function(row)) for row in rows.reshape(int(np.prod(lead)), rows.shape[-1])]
    like = found[0] if found else np.asarray(function(np.ones(rows.shape[-1], x.dtype)))
    return np.moveaxis(np.array(found, like.dtype).reshape(lead + like.shape), -1, dim)


def scan(function: Callable[..., Array]) -> Callable[..., Array]:
    """cumsum and its like: a single number stays as it is, bools and integers give int64."""

    def reference(x: Array, dim: int, *, dtype: Any = None) -> Array:
        d = dtype or (x.dtype if x.dtype.kind == "f" else np.int64)
        return function(x.astype(d), axis=dim, dtype=d) if x.ndim else x.astype(d)

    return spelled(reference)


def extreme_so_far(better: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    """cummax and cummin."""

    def places(row: Array) -> list[int]:
        found: list[int] = []
        for i, value in enumerate(row):
            last = row[found[-1]] if found else value
            found.append(i if np.isnan(value) or better(value, last) else found[-1])
        return found

    def reference(x: Array, dim: int) -> Any:
        if x.ndim == 0:
            return x, np.zeros((), np.int64)
        index = along(lambda row: np.array(places(row), np.int64), x, dim)
        return np.take_along_axis(x, index, dim), index

    return spelled(reference)


def order(row: Array, descending: bool = False) -> list[int]:
    """The indices that sort; what ties stays in its order, and NaN is the largest."""
    return sorted(range(len(row)), key=lambda i: (bool(np.isnan(row[i])), row[i] if row[i] == row[i] else 0),
                  reverse=descending)  # fmt: skip


def picked(x: Array, pick: Callable[[Array], list[int]], dim: int, keepdim: bool = True) -> Any:
    """The elements that `pick` chooses along a dimension, and their indices."""
    if x.ndim == 0:
        return x, np.zeros((), np.int64)
    index = along(lambda row: np.array(pick(row), np.int64), x, dim)
    values = np.take_along_axis(x, index, dim)
    return (values, index) if keepdim else (np.squeeze(values, dim), np.squeeze(index, dim))


def named_by(index: Array, x: Array, dim: int, keepdim: bool = True) -> Array:
    """The elements that indices name along a dimension; none may be named twice."""
    if x.ndim == 0:
        assert index == 0
        return x
    index = index if keepdim else np.expand_dims(index, dim)
    assert np.all(np.diff(np.sort(index, dim), axis=dim) > 0)
    values = np.take_along_axis(x, index, dim)
    return values if keepdim else np.squeeze(values, dim)


@spelled
def sort(x: Array, dim: int = -1, descending: bool = False, stable: Any = None) -> Any:
    return picked(x, lambda row: order(row, descending), dim)


@spelled
def topk(x: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    return picked(x, lambda row: order(row, largest)[:k], dim)


@spelled
def kthvalue(x: Array, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    return picked(x, lambda row: [order(row)[k - 1]], dim, keepdim)


@spelled
def mode(x: Array, dim: int = -1, keepdim: bool = False) -> Any:
    def most_frequent(row: Array) -> list[int]:
        values, counts = np.unique(row, return_counts=True)
        return [int(np.flatnonzero(row == values[np.argmax(counts)])[-1])]

    return picked(x, most_frequent, dim, keepdim)


def median(without_nan: bool) -> Callable[..., Any]:
    def middle(row: Array) -> int:
        inside = [i for i in order(row) if not np.isnan(row[i])]
        if len(inside) < len(row) and (not without_nan or not inside):
            return int(np.flatnonzero(np.isnan(row))[0])
        return inside[(len(inside) - 1) // 2]

    def reference(x: Array, dim: int | None = None, keepdim: bool = False) -> Any:
        if dim is None:
            flat = np.ravel(x)
            return np.asarray(flat[middle(flat)] if x.size else np.nan, x.dtype)
        return picked(x, lambda row: [middle(row)], dim, keepdim)

    return spelled(reference)


def quantile(function: Callable[..., Array]) -> Callable[..., Array]:
    def reference(x: Array, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
                  ) -> Array:  # fmt: skip
        keep = keepdim and x.ndim > 0
        return quiet(function)(x, q, axis=dim if x.ndim else None, keepdims=keep, method=interpolation).astype(x.dtype)

    return spelled(reference)


def unique(
    x: Array, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    values, inverse, counts = np.unique(
        x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False
    )
    inverse = inverse.reshape(x.shape if dim is None else (-1,))
    return [values, *([inverse] if return_inverse else []), *([counts] if return_counts else [])]


def unique_consecutive(
    x: Array, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    slices = list(np.ravel(x) if dim is None else np.moveaxis(x, dim, 0))
    first = [i for i, item in enumerate(slices) if i == 0 or np.any(item != slices[i - 1])]
    values = np.take(np.ravel(x) if dim is None else x, np.array(first, np.int64), axis=dim or 0)
    inverse = np.array([sum(f <= i for f in first) - 1 for i in range(len(slices))], np.int64)
    counts = np.diff([*first, len(slices)]).astype(np.int64)
    inverse = inverse.reshape(x.shape) if dim is None else inverse
    return [values, *([inverse] if return_inverse else []), *([counts] if return_counts else [])]


def searchsorted(
    sequence: Array, x: Any, *, out_int32: bool = False, right: bool = False, side: str | None = None,
    sorter: Any = None,
) -> Array:  # fmt: skip
    def place(items: Array, value: Any) -> int:
        return sum(not (item > value if right or side == "right" else item >= value) for item in items)

    values = np.asarray(x)
    sequence = sequence if sorter is None else np.take_along_axis(sequence, sorter, -1)
    found = np.zeros(values.shape, np.int32 if out_int32 else np.int64)
    for at in np.ndindex(*values.shape):
        found[at] = place(sequence[at[:-1]] if sequence.ndim > 1 else sequence, values[at])
    return found
