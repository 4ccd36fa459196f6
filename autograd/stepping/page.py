"""One self-contained page: pictures as inline SVG, the steps as JSON, and a small script. It asks for no network."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from autograd.drawing.model import Graph
from autograd.stepping.layout import places

WIDTH, HEIGHT = 206, 66  #: of a box
ACROSS, DOWN = 262, 84  #: from a box to the next
MARGIN = 14
LETTERS = 28  #: of a line in a box


def short(text: str, letters: int = LETTERS) -> str:
    """Return the beginning of a text that is too long for a box."""
    return text if len(text) <= letters else text[: letters - 1] + "…"


def picture(graph: Graph, made: Sequence[Mapping[str, Any]]) -> str:
    """Return the graph as SVG. Values and gradients are empty: the script fills them in."""
    at = places(graph)
    lowest = min([row for _, row in at.values()], default=0)
    spots = {n: (MARGIN + x * ACROSS, MARGIN + round((row - lowest) * DOWN)) for n, (x, row) in at.items()}
    width = max([x for x, _ in spots.values()], default=0) + WIDTH + MARGIN
    height = max([y for _, y in spots.values()], default=0) + HEIGHT + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="group" aria-label="computation graph">'
    ]
    for e in (*graph.edges, *graph.constant_edges):
        (x1, y1), (x2, y2) = spots[e.source], spots[e.target]
        x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
        bend = max(30, (x2 - x1) // 2)
        parts.append(f'<path class="line" d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>')
    for node, box in zip(graph.nodes, made, strict=True):
        x, y = spots[node.id]
        round_ = {"op": 6, "leaf": HEIGHT // 2, "constant": 0}[node.kind]
        parts.append(
            f'<g class="box {node.kind}" tabindex="0" role="img" transform="translate({x} {y})">'
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="{round_}"/>'
            f'<text x="{WIDTH // 2}" y="20" class="title">{html.escape(short(box["title"]))}</text>'
            f'<text x="{WIDTH // 2}" y="39" class="value"></text><text x="{WIDTH // 2}" y="57" class="grad"></text></g>'
        )
    return "".join([*parts, "</svg>"])


def page(title: str, pictures: Sequence[str], takes: Sequence[Mapping[str, Any]]) -> str:
    """Return the page.

    Parameters
    ----------
    title : str
    pictures : sequence of str
        As SVG.
    takes : sequence of dict
        For each recorded pass: "picture", the number of its picture; "boxes" and "frames".
    """
    template = resources.files("autograd.stepping").joinpath("page.html").read_text(encoding="utf-8")
    data = json.dumps(list(takes), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    shown = "".join([f'<div class="picture" hidden>{svg}</div>' for svg in pictures])
    pieces = {"title": html.escape(title), "pictures": shown, "data": data}
    return re.sub("@(title|pictures|data)@", lambda mark: pieces[mark[1]], template)  # what is put in is not read again
