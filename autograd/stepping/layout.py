"""Where the boxes of a graph go: in layers from left to right, in an order in which few lines cross.

Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981: layers by longest
paths; where a line passes over a layer it has a lane there, so that it goes through no box; then each layer ordered by
the mean place of its neighbours, forwards and backwards a few times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from autograd.drawing.model import Edge, Graph

SWEEPS = 12
#: What a lane needs of the height of a row.
LANE = 0.3
#: Without lanes beyond this many: such a picture is for scrolling, not for following lines.
MOST_LANES = 20_000

#: A box by the id of its node, or the lane of what a node made over a layer: (id, layer).
Spot = int | tuple[int, int]


class Layout(NamedTuple):
    """Where everything goes.

    Attributes
    ----------
    boxes : dict
        Column and row of each node, by its id. Rows are fractional.
    lanes : dict
        Row of each lane, by (id of the node the line comes from, column).
    """

    boxes: dict[int, tuple[int, float]]
    lanes: dict[tuple[int, int], float]

    def between(self, edge: Edge) -> list[tuple[int, float]]:
        """Return column and row of the lanes through which an edge goes."""
        first, last = self.boxes[edge.source][0], self.boxes[edge.target][0]
        spots = [(x, self.lanes.get((edge.source, x))) for x in range(first + 1, last)]
        return [(x, row) for x, row in spots if row is not None]


def columns(graph: Graph) -> dict[int, int]:
    """Return the column of each node. Every node stands to the right of what it takes."""
    edges = [*graph.edges, *graph.constant_edges]
    sources: dict[int, list[int]] = {}
    targets: dict[int, list[int]] = {}
    for e in edges:
        sources.setdefault(e.target, []).append(e.source)
        targets.setdefault(e.source, []).append(e.target)
    depth = [0] * len(graph.nodes)
    for node in graph.nodes:  # in topological order
        if node.kind == "op":
            depth[node.id] = 1 + max([depth[s] for s in sources.get(node.id, [])], default=0)
    for node in reversed(graph.nodes):  # beside what uses it first, rather than far to the left
        taken = {s for s in sources.get(node.id, []) if graph.nodes[s].kind == "op"}
        if len(taken) <= 1 and node.id in targets:
            depth[node.id] = min([depth[t] for t in targets[node.id]]) - 1
    used = {x: i for i, x in enumerate(sorted(set(depth)))}
    return {node.id: used[depth[node.id]] for node in graph.nodes}


def places(graph: Graph) -> Layout:
    """Return where the boxes and the lanes of a graph go."""
    column = columns(graph)
    layers: list[list[Spot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in graph.nodes:
        layers[column[node.id]].append(node.id)
    edges = [*graph.edges, *graph.constant_edges]
    last: dict[int, int] = {}
    for e in edges:
        last[e.source] = max(last.get(e.source, 0), column[e.target])
    if sum([x - column[n] - 1 for n, x in last.items()]) <= MOST_LANES:
        for n, end in last.items():
            for x in range(column[n] + 1, end):
                layers[x].append((n, x))
    present = {spot for layer in layers for spot in layer}
    before: dict[Spot, list[Spot]] = {spot: [] for spot in present}
    after: dict[Spot, list[Spot]] = {spot: [] for spot in present}
    joined: set[tuple[Spot, Spot]] = {(_left(e.source, column[e.target], column, present), e.target) for e in edges}
    for spot in present:
        if isinstance(spot, tuple):
            joined.add((_left(spot[0], spot[1], column, present), spot))
    for a, b in sorted(joined, key=str):
        after[a].append(b)
        before[b].append(a)
    row = _rows(layers, before, after)
    boxes = {n: (x, row[n]) for n, x in column.items()}
    return Layout(boxes, {spot: row[spot] for spot in present if isinstance(spot, tuple)})


def _left(source: int, x: int, column: Mapping[int, int], present: set[Spot]) -> Spot:
    """Return what lies to the left of column `x` on the way from a source: its lane there, or the source itself."""
    lane = (source, x - 1)
    return lane if x - 1 > column[source] and lane in present else source


def _rows(
    layers: list[list[Spot]], before: Mapping[Spot, list[Spot]], after: Mapping[Spot, list[Spot]]
) -> dict[Spot, float]:
    row: dict[Spot, float] = {}
    for layer in layers:
        row.update(_apart(layer, dict.fromkeys(layer, 0.0)))
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        for layer in layers if rightwards else reversed(layers):
            beside = before if rightwards else after
            wished = {spot: _mean([row[n] for n in beside[spot]], row[spot]) for spot in layer}
            layer.sort(key=wished.__getitem__)
            row.update(_apart(layer, wished))
    return row


def _mean(numbers: list[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _apart(layer: list[Spot], wished: Mapping[Spot, float]) -> dict[Spot, float]:
    """Return rows in the given order, far enough from each other, and as near to what is wished as squares can tell.

    With distances taken off, that is isotonic regression: neighbours out of order are pooled at their mean.
    """
    offset, offsets = 0.0, []
    for i, spot in enumerate(layer):
        if i > 0:
            offset += (_height(layer[i - 1]) + _height(spot)) / 2
        offsets.append(offset)
    pools: list[tuple[float, int]] = []  # mean and count
    for spot, shift in zip(layer, offsets, strict=True):
        mean, count = wished[spot] - shift, 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return {spot: mean + shift for spot, mean, shift in zip(layer, means, offsets, strict=True)}


def _height(spot: Spot) -> float:
    return LANE if isinstance(spot, tuple) else 1.0
