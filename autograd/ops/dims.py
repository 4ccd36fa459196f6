"""Dimensions as arguments: counted from the front, checked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from autograd.errors import say

Dims = int | Sequence[int] | None
R = TypeVar("R")


def numpy_names(function: Callable[..., R]) -> Callable[..., R]:
    """Let a function take `axis` for `dim` and `keepdims` for `keepdim`, NumPy's names, as in PyTorch."""

    @functools.wraps(function)
    def spelled(*args: Any, **kwargs: Any) -> R:
        if kwargs:
            for name, ours in (("axis", "dim"), ("keepdims", "keepdim")):
                if name in kwargs and ours not in kwargs:
                    kwargs[ours] = kwargs.pop(name)
        return function(*args, **kwargs)

    return spelled


def along(dim: int, item: Any) -> tuple[Any, ...]:
    """Return the index that takes `item`, an integer, slice or array, along `dim`, and all of the other dimensions."""
    return (*(slice(None),) * dim, item, ...)


def dimension(dim: int, ndim: int) -> int:
    """Return `dim` counted from the front.

    Raises
    ------
    IndexError
        There is no such dimension.
    """
    if type(dim) is int and -ndim <= dim < ndim:
        return dim % ndim
    if isinstance(dim, bool) or not hasattr(type(dim), "__index__"):
        raise TypeError(
            say(f"dim was given as {dim!r}", "an integer", "Count dimensions from 0, or from -1 for the last.")
        )
    n = max(ndim, 1)  # a 0-d tensor answers to dimensions 0 and -1
    if not -n <= dim < n:
        raise IndexError(
            say(
                f"Dimension out of range: got {dim} for a tensor of {ndim} dimensions",
                f"a dimension in [{-n}, {n - 1}]",
                "Count dimensions from 0, or from -1 for the last.",
            )
        )
    return int(dim) % n


def axes(dim: Dims, ndim: int) -> tuple[int, ...] | None:
    """Return the dimensions to reduce, from the front, in order; None for all of them.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; one is named twice.
    """
    if dim is None:
        return None
    if type(dim) is int and -ndim <= dim < ndim:
        return (dim % ndim,)
    if not isinstance(dim, Sequence):
        d = dimension(dim, ndim)
        return (d,) if ndim else ()
    dims = [dimension(d, ndim) for d in dim]
    if not dims:
        return None
    if len(set(dims)) < len(dims):
        raise RuntimeError(
            say(
                f"dim {tuple(dims)} appears multiple times in the list of dims",
                "every dimension once",
                "Leave out the repetition.",
            )
        )
    return tuple(d for d in dims if d < ndim)
