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

WIDTH, HEIGHT = 222, 66  #: of a box
ACROSS, DOWN = 270, 84  #: from a box to the next
MARGIN = 14
LETTERS = 28  #: of a line in a box


def short(text: str, letters: int = LETTERS) -> str:
    """Return the beginning of a text that is too long for a box."""
    return text if len(text) <= letters else text[: letters - 1] + "…"


def picture(graph: Graph, made: Sequence[Mapping[str, Any]]) -> str:
    """Return the graph as SVG. Values and gradients are empty: the script fills them in."""
    at = places(graph)
    rows = [row for _, row in at.boxes.values()] + list(at.lanes.values())
    lowest = min(rows, default=0)

    def spot(x: int, row: float) -> tuple[int, int]:
        return MARGIN + x * ACROSS, MARGIN + round((row - lowest) * DOWN)

    spots = {n: spot(*place) for n, place in at.boxes.items()}
    width = max([x for x, _ in spots.values()], default=0) + WIDTH + MARGIN
    height = round((max(rows, default=0) - lowest) * DOWN) + HEIGHT + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="group" aria-label="computation graph">'
    ]
    for e in (*graph.edges, *graph.constant_edges):
        x, y = spots[e.source]
        x, y = x + WIDTH, y + HEIGHT // 2
        way = [f"M{x} {y}"]
        for to, up in [*[spot(*lane) for lane in at.between(e)], spots[e.target]]:
            up += HEIGHT // 2
            bend = (to - x) // 2
            way.append(f"C{x + bend} {y} {to - bend} {up} {to} {up}")
            x, y = to + WIDTH, up
            way.append(f"H{x}")
        parts.append(f'<path class="line" d="{"".join(way[:-1])}"/>')  # it ends at the box
    for node, box in zip(graph.nodes, made, strict=True):
        x, y = spots[node.id]
        round_ = {"op": 5, "leaf": 20, "constant": 0}[node.kind]
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
