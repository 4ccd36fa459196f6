"""The graph as text: one line a node, in the order in which they were computed."""

from __future__ import annotations

from autograd.drawing import labels
from autograd.drawing.model import Edge, Graph, Node, Operand

WIDEST = 48  #: characters of a column that others are aligned with


def to_text(graph: Graph) -> str:
    """Return the graph as lines `name = expression   value   gradient`, operands before operations."""

    def spell(operand: Operand) -> str:
        if operand is None:
            return "?"
        if not isinstance(operand, Edge):
            return labels.number(operand)
        node = graph.nodes[operand.source]
        name = node.outputs[operand.output].name
        if name:
            return labels.cut(name)
        return f"n{node.id}" + (f"[{operand.output}]" if len(node.outputs) > 1 else "")

    rows = []
    for node in graph.nodes:
        what = labels.expression(node, spell) if node.kind == "op" else node.kind
        rows.append((f"{labels.cut(node.name or f'n{node.id}')} = {what}", *_numbers(node), node.path))
    widths = [max([len(row[i]) for row in rows if len(row[i]) <= WIDEST], default=0) for i in range(3)]
    lines = []
    for what, value, grad, path in rows:
        line = f"{what:{widths[0]}}  {value:{widths[1]}}  {grad:{widths[2]}}"
        lines.append((f"{line}  # {path}" if path else line).rstrip())
    lines.append(repr(graph))
    if graph.note:
        lines.append(graph.note)
    return "\n".join(lines)


def _numbers(node: Node) -> tuple[str, str]:
    """Return the columns of values and of gradients."""
    values = [" ".join([w for w in (labels.shape(o), labels.value(o)) if w]) for o in node.outputs]
    grads = [labels.grad(node, o) for o in node.outputs]
    return "; ".join([v for v in values if v]), "; ".join([g for g in grads if g])
