"""Where the boxes of a graph go: in layers from left to right, in an order in which few lines cross.

Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981: layers by longest
paths, then each layer ordered by the mean place of its neighbours, forwards and backwards a few times.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograd.drawing.model import Graph

SWEEPS = 8


def layers(graph: Graph) -> list[list[int]]:
    """Return the ids of the nodes of each layer. Every node stands to the right of what it takes."""
    depth = [0] * len(graph.nodes)
    edges = [*graph.edges, *graph.constant_edges]
    sources: dict[int, list[int]] = {}
    for e in edges:
        sources.setdefault(e.target, []).append(e.source)
    for node in graph.nodes:  # in topological order
        if node.kind == "op":
            depth[node.id] = 1 + max([depth[s] for s in sources.get(node.id, [])], default=0)
    first_use: dict[int, int] = {}
    for e in edges:
        first_use[e.source] = min(first_use.get(e.source, depth[e.target]), depth[e.target])
    for node in graph.nodes:
        if node.kind != "op":  # beside what uses it first, rather than far to the left
            depth[node.id] = max(0, first_use.get(node.id, 1) - 1)
    found: list[list[int]] = [[] for _ in range(max(depth, default=0) + 1)]
    for node in graph.nodes:
        found[depth[node.id]].append(node.id)
    return [layer for layer in found if layer]


def places(graph: Graph) -> dict[int, tuple[int, float]]:
    """Return column and row of every node; rows of a layer are centred around 0."""
    neighbours: dict[int, list[int]] = {node.id: [] for node in graph.nodes}
    for e in (*graph.edges, *graph.constant_edges):
        neighbours[e.source].append(e.target)
        neighbours[e.target].append(e.source)
    columns = layers(graph)
    row: dict[int, float] = {}
    for layer in columns:
        row.update(_spread(layer))
    for sweep in range(SWEEPS):
        for layer in columns if sweep % 2 == 0 else reversed(columns):
            middle = {n: _mean(n, neighbours[n], row) for n in layer}
            layer.sort(key=lambda n, middle=middle: middle[n])  # type: ignore[misc]
            row.update(_spread(layer))
    return {n: (x, row[n]) for x, layer in enumerate(columns) for n in layer}


def _spread(layer: list[int]) -> dict[int, float]:
    return {n: i - (len(layer) - 1) / 2 for i, n in enumerate(layer)}


def _mean(node: int, others: list[int], row: Mapping[int, float]) -> float:
    return sum([row[n] for n in others]) / len(others) if others else row[node]
