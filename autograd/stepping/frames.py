"""What happens in a forward and a backward pass, step by step, as data for a page.

Forward, one step for each operation: its value appears. Backward, in the order in which the engine goes, one step for
each operation: what it passes on is added to the gradients of its operands, which grow where a value was used several
times.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograd.drawing import labels
from autograd.drawing.formulas import Formula
from autograd.drawing.model import Edge, Graph, Node, Operand

#: Of longer arrays a part is printed.
PRINTED = 200
#: Where more of a gradient comes from than the boxes passed on: to an operation, and to a leaf.
ELSEWHERE = "backward began here as well, or a hook added it"
OTHERWISE = "other passes, parts not drawn or edits gave the rest"


def called(graph: Graph) -> dict[int, str]:
    """Return what each node is called: its name, or v1, v2 ... for operations and c1 ... for the others."""
    taken = {node.name for node in graph.nodes}
    names: dict[int, str] = {}
    numbers = {"op": 0, "leaf": 0, "constant": 0}
    for node in graph.nodes:
        if node.name:
            names[node.id] = labels.cut(node.name)
            continue
        while True:
            numbers[node.kind] += 1
            name = f"{'v' if node.kind == 'op' else 'c'}{numbers[node.kind]}"
            if name not in taken:
                break
        names[node.id] = name
    return names


def spelled(graph: Graph, node: Node, names: Mapping[int, str]) -> str:
    """Return what an operation computes, in the names of what it takes."""

    def spell(operand: Operand) -> str:
        if isinstance(operand, Edge):
            source = graph.nodes[operand.source]
            return names[operand.source] + (f"[{operand.output}]" if len(source.outputs) > 1 else "")
        return "…" if operand is None else labels.number(operand)

    return labels.expression(node, spell)


def printed(array: Any) -> str:
    """Return all elements of an array with eight digits; of a long one the first and the last."""
    return np.array2string(np.asarray(array), precision=8, threshold=PRINTED, separator=", ", max_line_width=100)


def line_of(node: Node) -> str:
    """Return the line of Python that made a node, with its file and number; "" if that is not known."""
    if node.line is None:
        return ""
    file, number = node.line
    text = linecache.getline(file, number).strip()
    return f"{Path(file).name}:{number}: {text}" if text else f"{Path(file).name}:{number}"


#: `rule(node, position)`: the formula of the derivative by an operand, if there is one.
Rule = Callable[[Node, int], Formula | None]


def boxes(graph: Graph, rule: Rule) -> list[dict[str, Any]]:
    """Return for each node what its box shows, and what there is to say of it."""
    names = called(graph)
    found = []
    for node in graph.nodes:
        title = names[node.id] if node.kind != "op" else f"{names[node.id]} = {spelled(graph, node, names)}"
        tells = [] if node.kind != "op" else _rules(graph, node, names, rule)
        box = {
            "title": title,
            "name": names[node.id],
            "kind": node.kind,
            "value": _both([o.value for o in node.outputs], labels.array),
            "full": _both([o.value for o in node.outputs], printed),
            "rules": tells,
            "line": line_of(node),
            "path": node.path,
        }
        found.append(box)
    return found


def _both(values: list[Any], word: Callable[[Any], str]) -> str:
    return "; ".join(["?" if v is None else word(v) for v in values])


def _rules(graph: Graph, node: Node, names: Mapping[int, str], rule: Rule) -> list[str]:
    """Return the formulas by which gradients pass through an operation: `d h = g · y · (1 - y)`."""
    found = []
    words = [
        names[v.source] if isinstance(v, Edge) else "…" if v is None else labels.number(v) for v in node.operands
    ]
    for i, e in enumerate(node.operands):
        if not isinstance(e, Edge) or graph.nodes[e.source].kind == "constant":
            continue
        formula = rule(node, e.position)
        if formula is None:
            continue
        letters = dict(zip(formula.letters, words, strict=False)) if len(formula.letters) > 1 else {
            formula.letters[0]: words[i]
        }
        number = [w for v, w in zip(node.operands, words, strict=True) if not isinstance(v, Edge)]
        known = {**letters, formula.result: names[node.id], **({"c": number[0]} if number else {})}
        found.append(f"d {words[i]} = {formula.gradient('g', known, '·')}")
    return found


def frames(graph: Graph, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps: a sentence, which box and lines it is about, and what changes in which box.

    Parameters
    ----------
    graph : Graph
        Watched.
    made : list of dict
        What `boxes` returned.
    """
    known = [n.id for n in graph.nodes if n.kind != "op"]
    steps: list[dict[str, Any]] = [
        {
            "say": "Before the first step: leaves and constants have their values.",
            "about": [],
            "values": known,
            "grads": [],
            "lines": [],
        }
    ]
    numbers = {id(e): i for i, e in enumerate((*graph.edges, *graph.constant_edges))}
    for node in graph.ops:
        box = made[node.id]
        steps.append(
            {
                "say": f"Forward: {box['title']} is {box['value']}.",
                "about": [node.id],
                "values": [node.id],
                "grads": [],
                "lines": [numbers[id(e)] for e in node.operands if isinstance(e, Edge)],
            }
        )
    return steps + _backward(graph, made, numbers)


def _backward(graph: Graph, made: list[dict[str, Any]], numbers: Mapping[int, int]) -> list[dict[str, Any]]:
    """Return the steps of the backward pass; one that says so if there was none."""
    roots = [graph.nodes[r] for r in graph.roots if graph.nodes[r].grad is not None]
    if not roots:
        said = "There was no backward pass: call backward() inside the watched block to see one."
        return [{"say": said, "about": [], "values": [], "grads": [], "lines": []}]
    uses: dict[tuple[int, int], int] = {}
    for e in graph.edges:
        if e.grad is not None:
            uses[e.source, e.output] = uses.get((e.source, e.output), 0) + 1
    arrived: dict[tuple[int, int], list[Any]] = {}
    steps = [
        {
            "say": f"Backward begins: the gradient of {made[r.id]['name']} by itself is {labels.array(r.grad)}.",
            "about": [r.id],
            "values": [],
            "grads": [[r.id, labels.array(r.grad), printed(r.grad)]],
            "lines": [],
        }
        for r in roots
        if not any(e.source == r.id for e in graph.edges)
    ]
    for node in reversed(graph.ops):
        passed = [e for e in node.operands if isinstance(e, Edge) and e.grad is not None]
        if not passed:
            continue
        told, grads = [], []
        came = "" if node.grad is None else f" with g = {labels.array(node.grad)}"
        rest = _rest(node.grad, arrived.get((node.id, 0)))
        if rest is not None:
            came += f", of which {labels.array(rest)} came from no box drawn: {ELSEWHERE}"
            grads.append([node.id, labels.array(node.grad), printed(node.grad)])
        for e in passed:
            key = e.source, e.output
            parts = arrived.setdefault(key, [])
            parts.append(e.grad)
            source = made[e.source]["name"] + (f"[{e.output}]" if len(graph.nodes[e.source].outputs) > 1 else "")
            text = f"{source} gets {labels.array(e.grad)}"
            if uses[key] > 1:
                text += f", contribution {len(parts)} of {uses[key]}, and has {labels.array(_total(parts))}"
            leaf = graph.nodes[e.source]
            if leaf.kind == "leaf" and len(parts) == uses[key] and _rest(leaf.grad, parts) is not None:
                text += f"; its grad holds {labels.array(leaf.grad)}: {OTHERWISE}"
            told.append(text)
            grads.append([e.source, *_so_far(graph.nodes[e.source], arrived, uses)])
        rules = "; ".join(made[node.id]["rules"])
        steps.append(
            {
                "say": f"Backward through {made[node.id]['title']}{came}: "
                + (f"{rules}. " if rules else "")
                + "; ".join(told)
                + ".",
                "about": [node.id],
                "values": [],
                "grads": grads,
                "lines": [numbers[id(e)] for e in passed],
            }
        )
    return steps


def _total(parts: list[Any]) -> Any:
    return sum(parts[1:], parts[0])


def _rest(grad: Any, parts: list[Any] | None) -> Any:
    """Return what a gradient holds beyond the contributions that were seen; None if that is no more than rounding."""
    if grad is None or not parts:
        return None
    rest = np.asarray(grad) - _total(parts)
    size = sum([np.abs(part) for part in parts], np.abs(grad))
    return rest if np.any(np.abs(rest) > 8 * len(parts) * np.finfo(rest.dtype).eps * size) else None


def _so_far(node: Node, arrived: Mapping[tuple[int, int], list[Any]], uses: Mapping[tuple[int, int], int]) -> list[str]:
    """Return the gradient that a node has so far, short and in full; of several outputs one after the other."""
    short, full = [], []
    for i in range(len(node.outputs)):
        parts, of = arrived.get((node.id, i)), uses.get((node.id, i), 0)
        if parts is None:
            short.append("–")
            full.append("–")
            continue
        total = _total(parts)
        short.append(labels.array(total) + (f" ({len(parts)}/{of})" if of > 1 else ""))
        full.append(printed(total))
    return ["; ".join(short), "; ".join(full)]
