"""What picks and puts elements, in NumPy, element by element as PyTorch's documentation writes it down."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def gathered(x: Array, dim: int, index: Array, sparse_grad: bool = False) -> Array:
    z = np.empty(index.shape, x.dtype)
    for place in np.ndindex(*index.shape):
        at = list(place)[: x.ndim]
        if x.ndim:
            at = at or [0]
            at[dim] = index[place]
        z[place] = x[tuple(at)]
    return z


def taken_along(x: Array, indices: Array, dim: int | None = None) -> Array:
    return np.take(x, indices.reshape(-1)) if dim is None else np.take_along_axis(x, indices, dim)


def masked_elements(x: Array, mask: Array) -> Array:
    values, chosen = np.broadcast_arrays(x, mask)
    return values[chosen].reshape(-1)


def nonzero_places(x: Array, as_tuple: bool = False) -> Any:
    return np.nonzero(np.atleast_1d(x)) if as_tuple else np.argwhere(x)


COMBINED: dict[str, Callable[[list[Any]], Any]] = {
    "last": lambda values: values[-1],
    "sum": sum,
    "prod": math.prod,
    "mean": lambda values: sum(values) / len(values),
    "amax": max,
    "amin": min,
}


def scattered(x: Array, dim: int, index: Array, src: Any, how: str = "last", include_self: bool = True) -> Array:
    z = np.array(x).reshape(x.shape or (1,))
    i = np.atleast_1d(index)
    y = np.broadcast_to(src, i.shape) if np.ndim(src) == 0 else np.atleast_1d(src)
    named: dict[tuple[int, ...], list[Any]] = {}
    for place in np.ndindex(*i.shape):
        at = list(place)
        at[dim] = i[place]
        named.setdefault(tuple(at), []).append(y[place])
    for at, values in named.items():
        values = [z[at], *values] if include_self else values
        z[at] = COMBINED[how](values) if z.dtype.kind == "f" or how != "mean" else sum(values) // len(values)
    return z.reshape(x.shape)


def slices_scattered(
    x: Array, dim: int, index: Array, source: Array, how: str = "last", include_self: bool = True
) -> Array:
    """What index_add and its relatives do: scatter with one index a slice."""
    if not x.ndim:
        return scattered(x, 0, index.reshape(-1), source.reshape(-1), how, include_self)
    source = np.atleast_1d(source)
    i = np.expand_dims(index.reshape(-1), tuple(d for d in range(x.ndim) if d != dim % x.ndim))
    return scattered(x, dim, np.broadcast_to(i, source.shape), source, how, include_self)


def filled_slices(x: Array, dim: int, index: Array, value: Any) -> Array:
    z = np.array(x).reshape(x.shape or (1,))
    z[(slice(None),) * (dim % z.ndim) + (index,)] = value
    return z.reshape(x.shape)


def put_counted(x: Array, index: Array, source: Array, accumulate: bool = False) -> Array:
    z = scattered(x.reshape(-1), 0, index.reshape(-1) % x.size, source.reshape(-1), "sum" if accumulate else "last")
    return z.reshape(x.shape)


def put_at(x: Array, indices: Any, values: Array, accumulate: bool = False) -> Array:
    z = np.array(x)
    if accumulate:
        np.add.at(z, tuple(indices), values)
    else:
        z[tuple(indices)] = values
    return z


def mask_scattered(x: Array, mask: Array, source: Array) -> Array:
    z, m = np.broadcast_arrays(x, mask)
    z = z.copy()
    z[m] = source.reshape(-1)[: np.count_nonzero(m)]
    return z


def with_part(x: Array, part: Callable[[Array], Array], src: Array) -> Array:
    """A copy with `src` in a part of it, which `part` returns as a view."""
    z = x.copy()
    part(z)[...] = src
    return z
