"""The graph in Graphviz's DOT language.

Labels are plain text: every program that reads DOT understands those. What a node is shows in its shape as well as in
its colour, and the colours are those of Okabe and Ito, which colour-blind people can tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from autograd.drawing import labels
from autograd.drawing.model import Direction, Edge, Graph, Kind, Node, Operand
from autograd.errors import say

DIRECTIONS = ("TB", "LR")

_SHAPES: dict[Kind, dict[str, str]] = {
    "op": {},
    "leaf": {"shape": "box", "style": "filled", "fillcolor": "#d3e9f8", "color": "#0072b2"},
    "constant": {"shape": "note", "style": "filled", "fillcolor": "#f0f0f0", "color": "#767676"},
}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")


def quote(text: str) -> str:
    """Return `text` as a DOT string that shows as it is: nothing in it is read as an escape, an entity or markup."""
    text = _CONTROL.sub("\ufffd", text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + text.replace("\n", "\\n") + '"'


def to_dot(graph: Graph, direction: Direction = "TB") -> str:
    """Return the graph in DOT. See `Graph.to_dot`."""
    if direction not in DIRECTIONS:
        raise ValueError(
            say(
                f"direction {direction!r} was asked for",
                "'TB' (top to bottom) or 'LR' (left to right)",
                'Write for instance to_dot(direction="LR").',
            )
        )
    lines = ["digraph {"]
    lines.append(f"  graph [rankdir={direction}, nodesep=0.3, ranksep=0.35, {_FONT}" + _note(graph) + "];")
    lines.append(f'  node [shape=box, style="rounded,filled", fillcolor="#fff3d1", color="#b87a00", {_FONT}, '
                 'margin="0.14,0.07"];')  # fmt: skip
    lines.append(f'  edge [color="#555555", arrowsize=0.7, {_FONT}];')
    lines += _nodes(graph)
    for node in graph.ops:
        lines += [_edge(graph, e) for e in node.operands if isinstance(e, Edge)]
    lines.append("}")
    return "\n".join(lines) + "\n"


_FONT = 'fontname="Helvetica", fontsize=11'


def _note(graph: Graph) -> str:
    return f", labelloc=b, label={quote(graph.note)}" if graph.note else ""


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
            yield f'{indent}  label={quote(labels.cut(item))}; style="rounded"; color="#999999"; fontcolor="#555555";'
            stack.append(iter(boxes[item]))


def _and_above(path: str) -> list[tuple[str, str]]:
    """Return (path, path of what it is in) of a module and all that it is in, outermost first."""
    parts = path.split(".") if path else []
    return [(".".join(parts[: i + 1]), ".".join(parts[:i])) for i in range(len(parts))]


def _node(graph: Graph, node: Node) -> str:
    attributes = {"label": quote("\n".join(_lines(graph, node))), **{k: quote(v) for k, v in _SHAPES[node.kind].items()}}
    if node.id in graph.roots:
        attributes["penwidth"] = "2.5"
    return f"n{node.id} [{', '.join([f'{k}={v}' for k, v in attributes.items()])}];"


def _lines(graph: Graph, node: Node) -> list[str]:
    """Return the lines of a node's label."""
    what = _what(graph, node)
    name = labels.cut(node.name) if node.name else ""
    lines = [f"{name} = {what}" if name and what else name or what or node.kind]
    for i, output in enumerate(node.outputs):
        if len(node.outputs) > 1:
            lines.append(f"output {i}" + (f", {labels.cut(output.name)}" if output.name else ""))
        lines += [w for w in (labels.shape(output), labels.value(output), labels.grad(node, output)) if w]
    return lines


def _what(graph: Graph, node: Node) -> str:
    """Return what an operation computes. Operands without a name are dots: the edges show them."""
    if node.kind != "op":
        return ""

    def spell(operand: Operand) -> str:
        if operand is None:
            return "·"
        if not isinstance(operand, Edge):
            return labels.number(operand)
        return labels.cut(graph.nodes[operand.source].outputs[operand.output].name or "·")

    if labels.between(node) or node.op == "neg":
        return labels.expression(node, spell)
    inside = ", ".join(labels.numbers(node) + labels.attributes(node))
    return f"{node.op}({inside})" if inside else node.op


def _edge(graph: Graph, edge: Edge) -> str:
    source = graph.nodes[edge.source]
    attributes = []
    if len(source.outputs) > 1:
        attributes.append(f"label={quote(f'output {edge.output}')}")
    if source.kind == "constant":
        attributes.append('style="dashed"')
    return f"  n{edge.source} -> n{edge.target}" + (f" [{', '.join(attributes)}];" if attributes else ";")
