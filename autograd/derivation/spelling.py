"""How names, numbers and formulas of a derivation are written: for a terminal, and in LaTeX."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autograd.derivation.names import LOW

HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
INLINE = 6  #: arrays of more elements are summarised

Index = tuple[int, ...]


class Plain:
    """Text for a terminal."""

    times, each, arrow, minus = "·", "⊙", " → ", "−"

    def name(self, label: str, index: Index | None = None) -> str:
        """Return the name of a tensor, or of one of its elements."""
        return f"{label}[{', '.join(map(str, index))}]" if index else label

    def partial(self, of: str, by: str) -> str:
        """Return the sign of a derivative."""
        return f"∂{of}/∂{by}"

    def opposite(self, partial: str) -> str:
        """Return minus a derivative."""
        return f"−({partial})"

    def delta(self, layer: int, neuron: Index | None) -> str:
        """Return the sign of the error term of a layer, or of one of its neurons (counted from 1)."""
        sign = "δ" + str(layer).translate(HIGH)
        if neuron is None:
            return sign
        places = _counted(neuron)
        return sign + (places[0].translate(LOW) if len(places) == 1 else f"({','.join(places)})")

    def number(self, value: Any) -> str:
        """Return a number with at most six digits that count."""
        return f"{float(value):.6g}"

    def array(self, value: Any) -> str:
        """Return the elements of an array if they are few, else their range."""
        a = np.asarray(value)
        if a.size <= INLINE:
            return self._nested(a.tolist())
        return f"shape {a.shape}, {self.number(a.min())} … {self.number(a.max())}"

    def _nested(self, value: Any) -> str:
        return f"[{', '.join([self._nested(v) for v in value])}]" if isinstance(value, list) else self.number(value)

    def formula(self, text: str) -> str:
        """Return a formula that has its names already."""
        return text

    def words(self, text: str) -> str:
        """Return a sentence among formulas."""
        return text

    def factor(self, value: str) -> str:
        """Return a number as a factor of a product: a negative one in brackets."""
        return f"({value})" if value.startswith("-") else value


_LATEX = {
    "·": r"\cdot ", "⊙": r"\odot ", "⊗": r"\otimes ", "ᵀ": r"^{\top}", "²": "^{2}", "³": "^{3}", "√": r"\surd ",
    "Σ": r"\sum ", "Π": r"\prod ", "σ": r"\sigma ", "Φ": r"\Phi ", "φ": r"\varphi ", "π": r"\pi ", "−": "-",
    "δ": r"\delta ", "∂": r"\partial ", "→": r"\to ", "…": r"\dots ", "<=": r"\le ", ">=": r"\ge ",
}  # fmt: skip
_SIGNS = re.compile("|".join(map(re.escape, _LATEX)))
_POWER = re.compile(r"\^\(([^()]*)\)")
_FUNCTIONS = re.compile(r"(?<![\\A-Za-z{])(exp|ln|sin|cos|tan|sinh|cosh|max|min)(?![A-Za-z}])")
_SPECIAL, _ESCAPED = re.compile(r"([_#%&$])"), r"\\\1"
_DIGITS = re.compile("[₀-₉]+")


class Latex(Plain):
    """LaTeX, as MathJax and KaTeX read it."""

    times, each, arrow, minus = r"\cdot", r"\odot", r" \to ", "-"

    def name(self, label: str, index: Index | None = None) -> str:
        """Return the name of a tensor, or of one of its elements."""
        escaped = _SPECIAL.sub(_ESCAPED, label)
        escaped = _DIGITS.sub(lambda m: f"}}_{{{''.join(str(ord(c) - ord('₀')) for c in m[0])}", escaped)
        word = escaped if len(label) == 1 else rf"\mathrm{{{escaped}}}"
        return f"{word}_{{{','.join(map(str, index))}}}" if index else word

    def partial(self, of: str, by: str) -> str:
        """Return the sign of a derivative."""
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def opposite(self, partial: str) -> str:
        """Return minus a derivative."""
        return f"-{partial}"

    def delta(self, layer: int, neuron: Index | None) -> str:
        """Return the sign of the error term of a layer, or of one of its neurons (counted from 1)."""
        return rf"\delta^{{{layer}}}" + ("" if neuron is None else f"_{{{','.join(_counted(neuron))}}}")

    def number(self, value: Any) -> str:
        """Return a number with at most six digits that count."""
        digits, _, exponent = super().number(value).replace("inf", r"\infty").partition("e")
        return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits

    def array(self, value: Any) -> str:
        """Return the elements of a vector or matrix if they are few, else their range."""
        a = np.asarray(value)
        if a.size > INLINE:
            return rf"\text{{shape {a.shape}, }} {self.number(a.min())} \dots {self.number(a.max())}"
        if a.ndim == 0 or a.size == 0 or a.ndim > 2:
            return super().array(a)
        rows = a if a.ndim == 2 else a[:, None]
        return r"\begin{bmatrix}" + r" \\ ".join([" & ".join(map(self.number, row)) for row in rows]) + r"\end{bmatrix}"

    def formula(self, text: str) -> str:
        """Return a formula that has its names already."""
        text = _POWER.sub(r"^{\1}", text)
        text = _FUNCTIONS.sub(r"\\\1", text)
        return _SIGNS.sub(lambda m: _LATEX[m[0]], text)

    def words(self, text: str) -> str:
        """Return a sentence among formulas."""
        return rf"\text{{{_SPECIAL.sub(_ESCAPED, text)}}}"


def _counted(neuron: Index) -> list[str]:
    return [str(k + 1) for k in neuron]
