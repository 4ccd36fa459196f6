"""The graph in Mermaid's language, which many pages of Markdown show as a picture."""

from __future__ import annotations

from autograd.drawing import labels
from autograd.drawing.dot import lines
from autograd.drawing.model import Direction, Edge, Graph, Kind

SHAPES: dict[Kind, tuple[str, str]] = {"op": ("(", ")"), "leaf": ("[", "]"), "constant": ("[/", "/]")}
STYLES: dict[Kind, str] = {
    "op": "fill:#fff3d1,stroke:#b87a00,color:#000",
    "leaf": "fill:#d3e9f8,stroke:#0072b2,color:#000",
    "constant": "fill:#f0f0f0,stroke:#767676,color:#000",
}


def quote(text: str) -> str:
    """Return `text` as a Mermaid string that shows as it is."""
    for mark, code in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        text = text.replace(mark, code)
    return '"' + text.replace("\n", "<br/>") + '"'


def to_mermaid(graph: Graph, direction: Direction = "TB") -> str:
    """Return the graph as a flowchart. See `Graph.to_mermaid`."""
    found = [f"flowchart {direction}"]
    for node in graph.nodes:
        left, right = SHAPES[node.kind]
        found.append(f"  n{node.id}{left}{quote(chr(10).join(lines(graph, node)))}{right}:::{node.kind}")
    for node in graph.ops:
        for e in node.operands:
            if isinstance(e, Edge):
                dashed = graph.nodes[e.source].kind == "constant"
                found.append(f"  n{e.source} {'-.->' if dashed else '-->'} n{e.target}")
    modules = sorted({node.path for node in graph.nodes if node.path})
    for i, path in enumerate(modules):
        inside = " ".join([f"n{node.id}" for node in graph.nodes if node.path == path])
        found += [f"  subgraph m{i} [{quote(labels.cut(path))}]", f"    {inside}", "  end"]
    found += [f"  classDef {kind} {style}" for kind, style in STYLES.items()]
    return "\n".join(found) + "\n"
