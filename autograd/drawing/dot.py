"""The graph in Graphviz's DOT language.

Labels are plain text: every program that reads DOT understands those. What a node is shows in its shape as well as in
its colour, and the colours are those of Okabe and Ito, which colour-blind people can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd.drawing import labels
from autograd.drawing.model import Direction, Edge, Graph, Kind, Node, Operand
from autograd.errors import say

DIRECTIONS = ("TB", "LR")

_FONT = 'fontname="Helvetica", fontsize=11'
_STYLES: dict[Kind, str] = {
    "op": 'shape=box, style="rounded,filled", fillcolor="#fff3d1", color="#b87a00"',
    "leaf": 'shape=box, style="filled", fillcolor="#d3e9f8", color="#0072b2"',
    "constant": 'shape=note, style="filled", fillcolor="#f0f0f0", color="#767676"',
}

ONE_WAY = ("-", "/", "%", "**", "@")  #: signs whose operands may not be exchanged
SIDES = ("left", "right")


def quote(text: str) -> str:
    """Return `text` as a DOT string that shows as it is: nothing in it is read as an escape, an entity or markup."""
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


def to_dot(graph: Graph, direction: Direction = "TB", *, derivatives: bool = False, hidden: str = "") -> str:
    """Return the graph in DOT. See `Graph.to_dot`."""
    if direction not in DIRECTIONS:
        raise ValueError(
            say(
                f"direction {direction!r} was asked for",
                "'TB' (top to bottom) or 'LR' (left to right)",
                'Write for instance to_dot(direction="LR").',
            )
        )
    said = "\n".join([words for words in (graph.note, hidden) if words])
    note = f", labelloc=b, label={quote(said)}" if said else ""
    drawn = [
        "digraph {",
        f"  graph [rankdir={direction}, nodesep=0.3, ranksep=0.35, {_FONT}{note}];",
        f'  node [{_STYLES["op"]}, {_FONT}, margin="0.14,0.07"];',
        f'  edge [{_FONT}, color="#555555", fontcolor="#555555", arrowsize=0.7];',
        *_nodes(graph),
    ]
    for node in graph.ops:
        drawn += [_edge(graph, e, derivatives) for e in node.operands if isinstance(e, Edge)]
    drawn.append("}")
    return "\n".join(drawn) + "\n"


def _nodes(graph: Graph) -> Iterable[str]:
    """Yield the nodes; those of a module inside a box with the module's name, boxes inside boxes."""
    boxes: dict[str, list[Any]] = {"": []}  # path -> the nodes (by id) and boxes (by path) in it, in order
    for node in graph.nodes:
        for path, outer in _and_above(node.path):
            if path not in boxes:
                boxes[path] = []
                boxes[outer].append(path)
        boxes[node.path].append(node.id)
    number = {path: i for i, path in enumerate(boxes)}
    stack = [iter(boxes[""])]
    while stack:
        indent = "  " * len(stack)
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
            if stack:
                yield "  " * len(stack) + "}"
        elif isinstance(item, int):
            yield indent + _node(graph, graph.nodes[item])
        else:
            yield f"{indent}subgraph cluster_{number[item]} {{"
            yield f'{indent}  label={quote(labels.cut(item))}; labeljust=l; style="rounded"; '
            yield f'{indent}  color="#999999"; fontcolor="#555555";'
            stack.append(iter(boxes[item]))


def _and_above(path: str) -> list[tuple[str, str]]:
    """Return (path, path of what it is in) of a module and all that it is in, outermost first."""
    parts = path.split(".") if path else []
    return [(".".join(parts[: i + 1]), ".".join(parts[:i])) for i in range(len(parts))]


def _node(graph: Graph, node: Node) -> str:
    style = "" if node.kind == "op" else f", {_STYLES[node.kind]}"
    if node.id in graph.roots:
        style += ", penwidth=2.5"
    label = "\n".join(lines(graph, node))
    return f"n{node.id} [label={quote(label)}{style}];"


def lines(graph: Graph, node: Node) -> list[str]:
    """Return the lines of a node's label."""
    what = _what(graph, node)
    name = labels.cut(node.name) if node.name else ""
    found = [f"{name} = {what}" if name and what else name or what or node.kind]
    for i, output in enumerate(node.outputs):
        if len(node.outputs) > 1:
            found.append(f"output {i}" + (f", {labels.cut(output.name)}" if output.name else ""))
        found += [w for w in (labels.shape(output), labels.value(output), labels.grad(node, output)) if w]
    return found


def _what(graph: Graph, node: Node) -> str:
    """Return what an operation computes. Operands without a name are dots: the edges show them."""
    if node.kind != "op":
        return ""
    sign = labels.between(node)
    if sign is not None and node.name is None and _nameless(graph, node):
        return sign
    if sign is not None or node.op == "neg":
        return labels.expression(node, lambda operand: _word(graph, operand))
    inside = ", ".join(labels.numbers(node) + labels.attributes(node))
    return f"{node.op}({inside})" if inside else node.op


def _word(graph: Graph, operand: Operand) -> str:
    """Return a number, the name of a value, "·" if that has none, "?" where nothing is known."""
    if operand is None:
        return "?"
    if not isinstance(operand, Edge):
        return labels.number(operand)
    return labels.cut(graph.nodes[operand.source].outputs[operand.output].name or "·")


def _derivative(edge: Edge) -> list[str]:
    """Return the local derivative, or the rule in its place, and the gradient that flowed."""
    words = [f"∂ {labels.array(edge.local)}"] if edge.local is not None else [edge.rule] if edge.rule else []
    return words + ([f"grad {labels.array(edge.grad)}"] if edge.grad is not None else [])


def _edge(graph: Graph, edge: Edge, derivatives: bool) -> str:
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    words = [f"output {edge.output}"] if len(source.outputs) > 1 else []
    if labels.between(target) in ONE_WAY and _nameless(graph, target):
        words.append(SIDES[edge.position])
    if derivatives and source.kind != "constant":
        words += _derivative(edge)
    attributes = [f"label={quote('  ' + ', '.join(words) + '  ')}"] if words else []  # blanks keep it off the line
    if source.kind == "constant":
        attributes.append('style="dashed"')
    return f"  n{edge.source} -> n{edge.target}" + (f" [{', '.join(attributes)}];" if attributes else ";")


def _nameless(graph: Graph, node: Node) -> bool:
    """Tell whether a node has two operands, and neither has a name."""
    return [_word(graph, operand) for operand in node.operands] == ["·", "·"]
