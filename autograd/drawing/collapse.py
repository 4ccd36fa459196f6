"""Large graphs made small: modules drawn as one node each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from autograd.drawing.model import Edge, Graph, Node, Operand, Output

Group = int | str  # a node that is drawn, by id; or the path of a module that is drawn as one node


def collapsed(
    graph: Graph, depth: int | None = None, expand: Collection[str] = (), max_nodes: int | None = None
) -> tuple[Graph, str]:
    """Return the graph with modules drawn as one node each, and a sentence that says what is hidden ("": nothing).

    Parameters
    ----------
    graph : Graph
    depth : int, optional
        Modules whose path has more parts are drawn within those that have so many: 0 leaves the outermost alone.
    expand : collection of str
        Paths of modules that are shown inside, all above them included.
    max_nodes : int, optional
        With more nodes, `depth` is lowered until no more than these are left, or nothing can be hidden.
    """
    deepest = max([len(node.path.split(".")) for node in graph.nodes if node.path], default=0)
    depth = deepest if depth is None else min(depth, deepest)
    small = _at(graph, depth, expand)
    while max_nodes is not None and len(small.nodes) > max_nodes and depth > 0:
        depth -= 1
        small = _at(graph, depth, expand)
    hidden = len(graph.nodes) - len(small.nodes)
    if not hidden:
        return graph, ""
    modules = sum([1 for node in small.nodes if node.op.startswith("module ")])
    return small, (
        f"{hidden} of {len(graph.nodes)} nodes are hidden inside {modules} modules: "
        "show them by expand={'path'}, depth= or max_nodes=None."
    )


def _at(graph: Graph, depth: int, expand: Collection[str]) -> Graph:
    """Return the graph with every module deeper than `depth` drawn within one node."""
    open_ = {".".join(path.split(".")[: i + 1]) for path in expand for i in range(len(path.split(".")))}
    group: list[Group] = [_group(node, depth, open_) for node in graph.nodes]
    while True:
        order, circular = _sorted(graph, group)
        if not circular:
            return _contracted(graph, group, order)
        # A module that is left and entered again cannot be one node of a graph without circles.
        group = [node.id if g in circular else g for node, g in zip(graph.nodes, group, strict=True)]


def _group(node: Node, depth: int, open_: Collection[str]) -> Group:
    parts = node.path.split(".") if node.path else []
    if len(parts) <= depth:
        return node.id
    for i in range(depth + 1, len(parts) + 1):
        path = ".".join(parts[:i])
        if path not in open_:
            return path
    return node.id


def _sorted(graph: Graph, group: list[Group]) -> tuple[list[Group], set[Group]]:
    """Return the groups in topological order; and the modules among those that stand in a circle."""
    targets: dict[Group, set[Group]] = {g: set() for g in group}
    waiting: dict[Group, int] = dict.fromkeys(group, 0)
    for e in (*graph.edges, *graph.constant_edges):
        a, b = group[e.source], group[e.target]
        if a != b and b not in targets[a]:
            targets[a].add(b)
            waiting[b] += 1
    order = [g for g in dict.fromkeys(group) if not waiting[g]]
    for g in order:  # which grows as we go
        for b in targets[g]:
            waiting[b] -= 1
            if not waiting[b]:
                order.append(b)
    return order, {g for g, n in waiting.items() if n and isinstance(g, str)}


def _contracted(graph: Graph, group: list[Group], order: list[Group]) -> Graph:
    """Return the graph of the groups."""
    place = {g: i for i, g in enumerate(order)}
    members: dict[Group, list[Node]] = {g: [] for g in order}
    for node, g in zip(graph.nodes, group, strict=True):
        members[g].append(node)
    made: dict[Group, list[tuple[int, int]]] = {g: [] for g in order}  # what others use of a module: (node, output)
    for e in (*graph.edges, *graph.constant_edges):
        if group[e.source] != group[e.target] and (e.source, e.output) not in made[group[e.source]]:
            made[group[e.source]].append((e.source, e.output))
    for r in graph.roots:
        if isinstance(group[r], str) and (r, 0) not in made[group[r]]:
            made[group[r]].append((r, 0))

    def moved(e: Edge, target: int, position: int) -> Edge:
        g = group[e.source]
        output = made[g].index((e.source, e.output)) if isinstance(g, str) else e.output
        return replace(e, source=place[g], target=target, output=output, position=position)

    nodes = []
    for i, g in enumerate(order):
        inside = members[g]
        if isinstance(g, int):
            (node,) = inside
            operands: list[Operand] = [moved(v, i, v.position) if isinstance(v, Edge) else v for v in node.operands]
            nodes.append(replace(node, id=i, operands=tuple(operands)))
            continue
        taken = [
            v for node in inside for v in node.operands if isinstance(v, Edge) and group[v.source] != g
        ]
        outputs = [graph.nodes[n].outputs[o] for n, o in made[g]] or [Output()]
        nodes.append(
            Node(
                i,
                "op",
                tuple([replace(o, name=None) for o in outputs]),
                op=f"module {g}",
                operands=tuple([moved(v, i, position) for position, v in enumerate(taken)]),
                attributes={"nodes": len(inside)},
                path=g.rpartition(".")[0],
                watched=all(node.watched for node in inside),
            )
        )
    return Graph(nodes, [place[group[r]] for r in graph.roots])
