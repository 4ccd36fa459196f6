"""The picture of a dense network, written as SVG. Knows nothing of modules: it is given columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

RADIUS = 24
ACROSS, DOWN = 250, 104  #: from column to column, and from unit to unit
MARGIN_X, TOP, BOTTOM = 70, 98, 96
MANY = 40  #: lines between two columns, beyond which they are thinner and paler
LABELS = 4  #: weights are written where one of the two columns has at most so many units

LIGHT = {
    "back": "#ffffff", "text": "#1a1a1a", "faint": "#595959", "unit": "#f4f4f4", "line": "#4d4d4d",
    "positive": "#0060a0", "negative": "#b34700", "delta": "#8a1c5b",
}  # fmt: skip
DARK = {
    "back": "#181a1b", "text": "#f0f0f0", "faint": "#b8b8b8", "unit": "#2b2e30", "line": "#b0b0b0",
    "positive": "#6db9f2", "negative": "#ff9a4d", "delta": "#f093c8",
}  # fmt: skip

STYLE = """\
.cg-net { font-family: system-ui, "DejaVu Sans", sans-serif; }
.cg-net .back { fill: %(back)s; }
.cg-net text { fill: %(text)s; font-size: 14px; text-anchor: middle; }
.cg-net text.small { fill: %(faint)s; font-size: 12px; }
.cg-net text.start { text-anchor: start; }
.cg-net text.long { font-size: 11px; }
.cg-net text.weight { font-size: 12px; }
.cg-net text.delta { fill: %(delta)s; font-size: 13px; }
.cg-net circle.unit { fill: %(unit)s; stroke: %(line)s; stroke-width: 1.5px; }
.cg-net circle.dot { fill: %(faint)s; }
.cg-net line.positive { stroke: %(positive)s; }
.cg-net line.negative { stroke: %(negative)s; stroke-dasharray: 6 4; }
.cg-net text.positive { fill: %(positive)s; }
.cg-net text.negative { fill: %(negative)s; }
"""


def number(value: float) -> str:
    """Return an activation: two decimals, fewer of a large number."""
    size = abs(value)
    return _minus(f"{value:.2f}" if size < 99.995 else f"{value:.0f}" if size < 99_999.5 else f"{value:.0e}")


def short(value: float) -> str:
    """Return a weight, a bias or an error term: two decimals, or two digits that count; no zeros at the end."""
    if value != 0 and not 1 <= abs(value) < 1e4:
        return _minus(f"{value:.2g}")
    return _minus(f"{value:.2f}".rstrip("0").rstrip("."))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def draw(columns: Sequence[Any], most: int, theme: str, sign: int) -> str:
    """Return the picture.

    Parameters
    ----------
    columns : sequence of Column
        The inputs and the layers.
    most : int
        How many units of a layer are drawn.
    theme : str
        "auto", "light" or "dark".
    sign : int
        Of the error terms, for the legend.
    """
    shown = [_shown(len(column.values), most) for column in columns]
    tallest = max(map(len, shown))
    width = 2 * MARGIN_X + ACROSS * (len(columns) - 1)
    width = max(width, 430)
    left = (width - ACROSS * (len(columns) - 1)) / 2
    height = TOP + DOWN * (tallest - 1) + BOTTOM
    x = [left + ACROSS * i for i in range(len(columns))]
    y = [[TOP + DOWN * ((tallest - len(units)) / 2 + k) for k in range(len(units))] for units in shown]

    parts = []
    for i in range(1, len(columns)):
        parts += _edges(columns[i], shown[i - 1], shown[i], (x[i - 1], y[i - 1]), (x[i], y[i]))
    for i, column in enumerate(columns):
        parts += _units(column, shown[i], x[i], y[i])
        head = column.name if not column.activation else f"{column.name}: {column.activation}"
        parts.append(_text(x[i], 22, head if len(head) <= 26 else head[:25] + "…"))
        counted = f"{len(column.values)} unit" + ("s" if len(column.values) != 1 else "")
        parts.append(_text(x[i], 39, counted, "small"))
    parts += _legend(columns, width, height, sign)

    if theme == "auto":
        style = STYLE % LIGHT + "@media (prefers-color-scheme: dark) {\n" + STYLE % DARK + "}\n"
    else:
        style = STYLE % (LIGHT if theme == "light" else DARK)
    style = style.replace(".cg-net", f".cg-net-{theme}")  # a page may hold pictures of several themes
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cg-net-{theme}" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" style="max-width: 100%">\n'
        f"<title>A dense network: {' → '.join([str(len(c.values)) for c in columns])} units</title>\n"
        f"<desc>{escape(describe(columns))}</desc>\n<style>\n{style}</style>\n"
        f'<rect class="back" width="{width:g}" height="{height:g}" rx="6"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def describe(columns: Sequence[Any]) -> str:
    """Return what the picture shows as text."""
    lines = []
    for column in columns:
        head = f"{column.name}{f' ({column.activation})' if column.activation else ''}"
        parts = [f"{head}: activations {_listed(column.values)}"]
        if column.weights is not None and column.weights.size <= 32:
            parts.append(f"weights [{'; '.join([_listed(row) for row in column.weights])}]")
        if column.biases is not None:
            parts.append(f"biases {_listed(column.biases)}")
        if column.deltas is not None:
            parts.append(f"error terms {_listed(column.deltas)}")
        lines.append(", ".join(parts))
    return "\n".join(lines)


def _listed(values: Any) -> str:
    words = [short(v) for v in values]
    return ", ".join(words if len(words) <= 16 else [*words[:8], "…", *words[-8:]])


def _shown(units: int, most: int) -> list[int | None]:
    """Return which units are drawn, and None where dots stand for those that are not."""
    if units <= most:
        return list(range(units))
    return [*range(most - most // 2), None, *range(units - most // 2, units)]


def _edges(column: Any, before: Sequence[Any], units: Sequence[Any], start: Any, end: Any) -> list[str]:
    (x1, ys1), (x2, ys2) = start, end
    largest = float(np.max(np.abs(column.weights), initial=0)) or 1.0
    lines, written = [], []
    many = len(before) * len(units) > MANY
    pale = ' stroke-opacity="0.6"' if many else ""
    if len(units) <= LABELS:
        at = 1 / (len(units) + 1)  # then the labels of all sources are evenly spaced
    elif len(before) <= LABELS:
        at = 1 - 1 / (len(before) + 1)
    else:
        at = None
    for j, y1 in zip(before, ys1, strict=True):
        for i, y2 in zip(units, ys2, strict=True):
            if i is None or j is None:
                continue
            w = float(column.weights[i, j])
            kind = "negative" if w < 0 else "positive"
            size = (0.4 + 1.4 * abs(w) / largest) if many else (0.6 + 2.6 * abs(w) / largest)
            lines.append(
                f'<line class="{kind}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke-width="{size:.2f}"{pale}>'
                f"<title>weight [{i}, {j}] of {escape(column.name)}: {_minus(f'{w:.6g}')}</title></line>"
            )
            if at is not None:
                written += _on_lines(x1 + at * (x2 - x1), y1 + at * (y2 - y1) + 4, short(w), f"weight {kind}")
    return lines + written


def _units(column: Any, shown: Sequence[Any], x: float, ys: Sequence[float]) -> list[str]:
    parts = []
    for k, y in zip(shown, ys, strict=True):
        if k is None:
            parts += [f'<circle class="dot" cx="{x:g}" cy="{y + step:g}" r="3"/>' for step in (-12, 0, 12)]
            continue
        told = [f"activation {_minus(f'{column.values[k]:.6g}')}"]
        inside = number(column.values[k])
        written = [_text(x, y + 5, inside, "" if len(inside) <= 5 else "long")]
        if column.biases is not None:
            told.append(f"bias {_minus(f'{column.biases[k]:.6g}')}")
            written += _on_lines(x, y - RADIUS - 7, f"b {short(column.biases[k])}", "small")
        if column.deltas is not None:
            told.append(f"error term {_minus(f'{column.deltas[k]:.6g}')}")
            written += _on_lines(x, y + RADIUS + 17, f"δ {short(column.deltas[k])}", "delta")
        title = f"<title>unit {k} of {escape(column.name)}: {', '.join(told)}</title>"
        parts += [f'<circle class="unit" cx="{x:g}" cy="{y:g}" r="{RADIUS}">{title}</circle>', *written]
    return parts


def _legend(columns: Sequence[Any], width: float, height: float, sign: int) -> list[str]:
    parts = []
    x, y = width / 2 - 195, height - 34
    for kind, text, at in (("positive", "positive weight", x), ("negative", "negative weight", x + 200)):
        parts.append(f'<line class="{kind}" x1="{at:g}" y1="{y:g}" x2="{at + 44:g}" y2="{y:g}" stroke-width="2.2"/>')
        parts.append(_text(at + 52, y + 4, text, "small start"))
    words = ["in the circle: activation"]
    if any([column.biases is not None for column in columns]):
        words.append("above: bias")
    if any([column.deltas is not None for column in columns]):
        words.append(f"below: δ = {'' if sign > 0 else '−'}∂C/∂z")
    return [*parts, _text(width / 2, height - 12, ", ".join(words), "small")]


def _on_lines(x: float, y: float, text: str, kind: str) -> list[str]:
    """Return a text on a patch of background, so that lines do not run through it."""
    width = 7.2 * len(text) + 4
    patch = f'<rect class="back" x="{x - width / 2:g}" y="{y - 12:g}" width="{width:g}" height="16" rx="3"/>'
    return [patch, _text(x, y, text, kind)]


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:g}" y="{y:g}">{escape(text)}</text>'
