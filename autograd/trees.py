"""Nested tuples, lists and dicts as the functions of `autograd.func` take and return them: **trees**, with leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return a tree of the same structure with `function` of every leaf."""
    if isinstance(tree, dict):
        return type(tree)((key, mapped(function, value)) for key, value in tree.items())
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[mapped(function, value) for value in tree])
    if isinstance(tree, tuple | list):
        return type(tree)([mapped(function, value) for value in tree])
    return function(tree)


def leaves(tree: Any) -> list[Any]:
    """Return the leaves of a tree in order."""
    found: list[Any] = []
    mapped(found.append, tree)
    return found


def filled(tree: Any, values: Sequence[Any]) -> Any:
    """Return a tree of the same structure with other leaves."""
    remaining = iter(values)
    return mapped(lambda _: next(remaining), tree)


def structure(tree: Any) -> Any:
    """Return a tree with `*` for every leaf, by which structures can be compared and told."""
    return mapped(lambda _: Star(), tree)


class Star:
    """The place of a leaf."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Star)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "*"


def spread(prefix: Any, tree: Any) -> list[Any]:
    """Return a value for every leaf of `tree`: of a leaf of `prefix`, for all leaves of what stands in its place.

    Raises
    ------
    ValueError
        The structures disagree.
    """
    return list(_spread(prefix, tree))


def _spread(prefix: Any, tree: Any) -> Iterator[Any]:
    if not isinstance(prefix, tuple | list | dict):
        yield from [prefix] * len(leaves(tree))
        return
    keys: Any = tree.keys() if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, tuple | list) else ()
    if type(prefix) is not type(tree) or len(prefix) != len(keys):
        raise ValueError(f"{structure(prefix)} does not fit {structure(tree)}")
    for key in keys:
        if isinstance(prefix, dict) and key not in prefix:
            raise ValueError(f"{structure(prefix)} does not fit {structure(tree)}")
        yield from _spread(prefix[key], tree[key])
