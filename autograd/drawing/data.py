"""The graph as JSON: all that `Graph` holds, for programs that know nothing of this package."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from autograd.drawing.model import Edge, Graph, Node, Output

FORMAT = 1  #: counts up when something in the text changes its meaning


def to_json(graph: Graph) -> str:
    """Return the graph as JSON. See `Graph.to_json`."""
    found = {
        "format": FORMAT,
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(e, False) for e in graph.edges] + [_edge(e, True) for e in graph.constant_edges],
        "roots": list(graph.roots),
        "note": graph.note,
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "name": node.name,
        "op": node.op,
        "grad_fn": node.grad_fn,
        "operands": [None if isinstance(v, Edge) else v for v in node.operands],
        "attributes": {name: list(v) if isinstance(v, tuple) else v for name, v in node.attributes.items()},
        "path": node.path,
        "line": None if node.line is None else list(node.line),
        "outputs": [_output(o) for o in node.outputs],
    }


def _output(output: Output) -> dict[str, Any]:
    return {
        "name": output.name,
        "shape": None if output.shape is None else list(output.shape),
        "dtype": output.dtype,
        "value": _array(output.value),
        "grad": _array(output.grad),
    }


def _edge(edge: Edge, constant: bool) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "output": edge.output,
        "position": edge.position,
        "constant": constant,
        "grad": _array(edge.grad),
        "local": _array(edge.local),
        "rule": edge.rule,
    }


def _array(value: Any) -> Any:
    """Return an array as nested lists; infinities and NaN, which JSON lacks, as texts."""
    return None if value is None else _plain(np.asarray(value).tolist())


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)
