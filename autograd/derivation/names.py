"""Names for what has none: the variables that hold tensors, and those that a line of the program assigns to."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograd import hooks, tape
from autograd.drawing.model import Graph, Node

_ASSIGNED = re.compile(r"\s*([A-Za-z_]\w*)\s*(?::[^=]+)?(?:[-+*/@]|\*\*)?=(?!=)")
LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def of_caller() -> dict[str, Any]:
    """Return the unnamed tensors among the variables of the innermost code outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and hooks.inside_package(frame):
        frame = frame.f_back
    local = unnamed(frame.f_locals.items())
    return local | {name: t for name, t in unnamed(frame.f_globals.items()).items() if name not in local}


def of_call(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the unnamed tensors that a call hands over, by the names of the parameters, and those it closes over."""
    try:
        held = inspect.getclosurevars(function)
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):  # no Python function, or wrong arguments: the call will say so
        return {}
    return unnamed(held.globals.items()) | unnamed(held.nonlocals.items()) | unnamed(given.items())


def unnamed(variables: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return those of the variables that are tensors without a name of their own."""
    return {
        name: t
        for name, t in list(variables)
        if isinstance(t, tape.Leaf) and not name.startswith("_") and t.name is None  # type: ignore[attr-defined]
    }


def label(graph: Graph) -> dict[tuple[int, int], str]:
    """Return a name for every value of a graph: its own, that of the variable its line assigns to, or v1, v2 and on.

    A line that ran several times gives h₁, h₂ and on.
    """
    given = {(n.id, i): o.name for n in graph.nodes for i, o in enumerate(n.outputs) if o.name}
    taken = set(given.values())
    runs: dict[tuple[str, int], list[list[Node]]] = {}  # line -> the operations of every time that it ran
    before = None
    for node in graph.ops:
        if node.line is not None:
            runs.setdefault(node.line, [])
            if node.line != before:
                runs[node.line].append([])
            runs[node.line][-1].append(node)
        before = node.line
    for line, groups in runs.items():
        source = linecache.getline(*line)
        match = _ASSIGNED.match(source)
        if match is None:
            continue
        results = [part[-1].id for group in groups for part in _iterations(group, source)]
        free = [i for i in results if (i, 0) not in given and len(graph.nodes[i].outputs) == 1]
        if match[1] in taken and len(results) == 1:
            continue
        numbered = len(results) > 1
        for k, i in enumerate(results, start=1):
            if i in free and (word := match[1] + (str(k).translate(LOW) if numbered else "")) not in taken:
                given[i, 0] = word
                taken.add(word)
    counts = {"v": 0, "c": 0}
    for node in graph.nodes:
        letter = "c" if node.kind == "constant" else "v"
        for i in range(len(node.outputs)):
            if (node.id, i) not in given:
                counts[letter] += 1
                while f"{letter}{counts[letter]}" in taken:
                    counts[letter] += 1
                given[node.id, i] = f"{letter}{counts[letter]}"
    return given


def _iterations(group: list[Node], source: str) -> list[list[Node]]:
    """Take apart the operations of a line that ran again and again: when it has fewer operators than they are."""
    try:
        written = sum([isinstance(n, ast.BinOp | ast.UnaryOp | ast.Call) for n in ast.walk(ast.parse(source.strip()))])
    except SyntaxError:  # the line is a part of a statement
        return [group]
    ops = [n.op for n in group]
    for size in range(min(written, len(ops) - 1), 0, -1):
        times, rest = divmod(len(ops), size)
        if not rest and ops == ops[:size] * times and not any([n.path for n in group]) and written < len(ops):
            return [group[i : i + size] for i in range(0, len(group), size)]
    return [group]
