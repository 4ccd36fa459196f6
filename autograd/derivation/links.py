"""How recorded operations depend on each other: links from value to value, element by element or tensor by tensor.

A **place** is a value of the graph: node, output number, and the position of an element (None: the whole tensor). A
**link** leads from a place to one that was computed from it, and carries the local derivative. The local derivatives
come out of the rules themselves: a rule turns the gradient 1 of one element of its result into a row of its Jacobian.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd import hooks, tape
from autograd.errors import GraphError, say

Key: TypeAlias = tuple[int, int]  # node of the model, output number
Array: TypeAlias = Any

MOST_LINKS = 5_000  #: beyond, nobody reads a derivation by elements, and it would take long to make


class Place(NamedTuple):
    """A value: the node of the graph that made it, which of its outputs, and which element (None: all of it)."""

    node: int
    output: int
    element: int | None = None


class Link(NamedTuple):
    """One use of a value.

    Attributes
    ----------
    source, target : Place
        What was used, and what was computed with it.
    position : int
        Which input of the operation it was, among those that need a gradient or not, numbers left out.
    weight : float
        The local derivative; 1 between whole tensors.
    """

    source: Place
    target: Place
    position: int
    weight: float = 1.0


class Tape:
    """The recorded operations that a loss was computed by, the earliest first, with the model's id of each.

    Parameters
    ----------
    root : Node or Leaf
        The edge of the loss.
    ids : mapping
        The model's id by tape node, and by `id()` of leaves.
    """

    def __init__(self, root: tape.Edge, ids: Mapping[Any, int]) -> None:
        order = tape.collect([root])
        self.order = order
        self.ids = ids
        self.nodes = [n for n in reversed(order) if not isinstance(n, tape.Port)]
        self.several = {n.edges[0] for n in order if isinstance(n, tape.Port)}
        self.by_id = {ids[n]: n for n in self.nodes}

    def key(self, edge: tape.Edge) -> Key:
        """Return which value an edge leads to."""
        if isinstance(edge, tape.Port):
            return self.ids[edge.edges[0]], edge.number
        return (self.ids[id(edge)] if isinstance(edge, tape.Leaf) else self.ids[edge]), 0

    def results(self, node: tape.Node) -> dict[int, Array]:
        """Return the values that a node made and that can have a gradient, by output number."""
        value = node.extra.seen.value  # type: ignore[union-attr]
        values = value if type(value) is tuple else (value,)
        return {i: v for i, v in enumerate(values) if np.asarray(v).dtype.kind == "f"}

    def pull(self, node: tape.Node, gradients: Mapping[int, Array]) -> tuple[Array, ...]:
        """Return the gradients of a node's inputs from those of its outputs: what the engine computes there."""
        g: Any = node.complete(tape.Outputs(gradients)) if node in self.several else gradients[0]
        with hooks.user_code(False):
            h = node.backward(g, *(node.saved or ()))
        if node.shapes is not None:
            h = tape.unbroadcast_all(h, node.shapes, node.edges)
        return h if type(h) is tuple else (h,)

    def used(self, node: tape.Node, reached: Any) -> list[tuple[int, Key]]:
        """Return position and key of those inputs of a node that are among `reached`."""
        keys = [(i, self.key(e)) for i, e in enumerate(node.edges) if e is not None]
        return [(i, key) for i, key in keys if key in reached]


def by_tensors(recorded: Tape, start: Key) -> list[list[Link]]:
    """Return the links between whole tensors that lead on from `start`: a list for each operation, in order."""
    reached = {start}
    groups = []
    for node in recorded.nodes:
        inputs = recorded.used(node, reached)
        if not inputs:
            continue
        targets = [Place(recorded.ids[node], number) for number in recorded.results(node)]
        reached.update([(t.node, t.output) for t in targets])
        groups.append([Link(Place(*key), t, i) for t in targets for i, key in inputs])
    return groups


def by_elements(recorded: Tape, start: Key, element: int, shapes: Mapping[Key, tuple[int, ...]]) -> list[list[Link]]:
    """Return the links between elements that lead on from one element: a list for each operation, in order.

    Left out are links that the operation does not have: whose local derivative is 0 for want of a dependence.

    Parameters
    ----------
    shapes : mapping
        The shape of every value.

    Raises
    ------
    RuntimeError
        There are more than 5,000 between elements of larger tensors.
    """
    reached: dict[Key, set[int]] = {start: {element}}
    groups: list[list[Link]] = []
    count = 0
    for node in recorded.nodes:
        inputs = recorded.used(node, reached)
        if not inputs:
            continue
        wanted = [(i, key, np.array(sorted(reached[key]))) for i, key in inputs]
        links: list[Link] = []
        for number, value in recorded.results(node).items():
            target = (recorded.ids[node], number)
            simple = value.size > 1 and node not in recorded.several
            found = _diagonal(recorded, node, value, wanted, shapes) if simple else None
            if found is None:
                found = _rows(recorded, node, number, value, wanted, MOST_LINKS - count)
            links += [Link(Place(*key, j), Place(*target, k), i, weight) for i, key, j, k, weight in found]
            if found:
                reached.setdefault(target, set()).update([k for *_, k, _ in found])
        links.sort(key=lambda link: (link.target, link.position, link.source))
        groups.append(links)
        count += len([link for link in links if link.target.element])
        if count > MOST_LINKS:
            raise _too_many()
    return groups


#: Links on their way to be made: position, source, its element, the element of the target, weight.
Found: TypeAlias = list[tuple[int, Key, int, int, float]]


def _diagonal(recorded: Tape, node: tape.Node, value: Array, wanted: Any, shapes: Any) -> Found | None:
    """Return the links of an operation that works element by element; None if it does not."""
    try:
        numbered = [np.arange(np.prod(shapes[key], dtype=int)).reshape(shapes[key]) for _, key, _ in wanted]
        places = [np.broadcast_to(a, value.shape) for a in numbered]
    except ValueError:
        return None
    ones, probe = np.ones_like(value), _probe(value)
    with hooks.user_code(False):
        slopes, probed = (node.backward(g, *(node.saved or ())) for g in (ones, probe))
    slopes, probed = (h if type(h) is tuple else (h,) for h in (slopes, probed))
    found: Found = []
    for (i, key, reached), place in zip(wanted, places, strict=True):
        h, tried = slopes[i], probed[i]
        if h is None:
            continue
        if np.shape(h) != value.shape or not np.allclose(tried, probe * h, rtol=1e-4, atol=0, equal_nan=True):
            return None
        flat = np.reshape(h, -1)
        found += [(i, key, int(place.flat[k]), int(k), float(flat[k])) for k in np.flatnonzero(np.isin(place, reached))]
    return found


def _rows(recorded: Tape, node: tape.Node, number: int, value: Array, wanted: Any, room: int) -> Found:
    """Return the links of any operation: rows of its Jacobian, after blocks of rows that are 0 were ruled out."""
    found: Found = []
    size, single = value.size, value.size == 1
    probe = np.reshape(value if single else _probe(value), -1)
    blocks = [(0, size)]
    while blocks:
        low, high = blocks.pop()
        g = np.zeros(size, value.dtype)
        g[low:high] = 1 if high - low == 1 else probe[low:high]
        pulled = recorded.pull(node, {number: g.reshape(value.shape)})
        hit = []
        for i, key, reached in wanted:
            if pulled[i] is None:
                continue
            row = np.reshape(pulled[i], -1)
            alone = single and row.size == 1
            hit += [(i, key, int(j), low, float(row[j])) for j in reached if row[j] != 0 or alone]
        if hit and high - low == 1:
            found += hit
        elif hit:
            middle = (low + high) // 2
            blocks += [(middle, high), (low, middle)]
        if len(found) > room:
            raise _too_many()
    return found


def _probe(value: Array) -> Array:
    """Return a gradient without structure, so that nothing cancels."""
    return np.random.default_rng(0).uniform(1, 2, np.shape(value)).astype(value.dtype)


def _too_many() -> GraphError:
    return GraphError(
        say(
            f"the derivation by elements has more than {MOST_LINKS:,} local derivatives",
            "a computation that can be written out element by element",
            "Leave out index= for the matrix form, or give a smaller batch.",
        )
    )


# ------------------------------------------------------------------------------------------------------- paths


def leading_to(groups: Sequence[Sequence[Link]], root: Place) -> list[list[Link]]:
    """Return the groups with those links alone from which `root` is reached."""
    alive = {root}
    kept = []
    for group in reversed(groups):
        links = [link for link in group if link.target in alive]
        alive.update([link.source for link in links])
        kept.append(links)
    return [links for links in reversed(kept) if links]


def count_paths(groups: Sequence[Sequence[Link]], start: Place, root: Place) -> int:
    """Return the number of paths from `start` to `root`, exactly, without walking them."""
    paths = {start: 1}
    for group in groups:
        for link in group:
            paths[link.target] = paths.get(link.target, 0) + paths[link.source]
    return paths.get(root, 0)


def largest_paths(groups: Sequence[Sequence[Link]], start: Place, root: Place, most: int) -> list[list[Link]]:
    """Return the paths with the largest products, at most so many, in the order of the graph."""
    best: dict[Place, list[tuple[float, Any]]] = {start: [(1.0, None)]}  # |product|, (last link, what came before)
    for group in groups:
        arrived: dict[Place, list[tuple[float, Any]]] = {}
        for link in group:
            slope = abs(link.weight)
            arrived.setdefault(link.target, []).extend(
                [(size * slope, (link, before)) for size, before in best[link.source]]
            )
        for target, candidates in arrived.items():
            best[target] = heapq.nlargest(most, candidates, key=lambda candidate: candidate[0])
    paths = []
    for _, chain in best.get(root, []):
        path = []
        while chain is not None:
            link, chain = chain
            path.append(link)
        paths.append(path[::-1])
    return sorted(paths, key=lambda path: [(link.target, link.position) for link in path])


def sums(groups: Sequence[Sequence[Link]], root: Place) -> dict[Place, float]:
    """Return the derivative of `root` by every element that leads to it: products along paths, summed."""
    total = {root: 1.0}
    for group in reversed(groups):
        for link in reversed(group):
            total[link.source] = total.get(link.source, 0.0) + total[link.target] * link.weight
    return total
