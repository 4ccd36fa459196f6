"""The formula of a derivative, read off the docstring of its rule: `z = tanh x     dx = g (1 - z²)`.

The rules say what they do in one notation, so a derivation writes what the engine computes: the letters of the rule
become the names of the tensors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_RESULT = re.compile(r"\s*([A-Za-z]) = ")
_TERM = re.compile(r"\bd([A-Za-z]) = (.*?)(?=[,;]  d[A-Za-z] =|\s{3,}|\n|$)")
_LETTER = re.compile(r"(?<![A-Za-z_])([A-Za-z])(?![A-Za-z_])")
_WORDS = re.compile(
    r"[:;,]| (?:where|or|with|at|as|in|everywhere|elsewhere|repeated|added|rows|within|over|there|the) ?\b|dx|= "
)
_FACTOR = re.compile(r"(?<=[\w)²³ᵀ\]]) (?=[A-Za-z0-9(√Σ])")
_LESS_ONE = re.compile(r"\^\((\(?-?[\d.]+\)?)-1\)")
_AFTER_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) ⊙")
_FUNCTION = re.compile(r"\b(?:exp|ln|sin|cos|tan|sinh|cosh|sign|trunc|floor|softmax|onehot)$")


class Formula(NamedTuple):
    """How a rule differentiates by one of its operands.

    Attributes
    ----------
    text : str
        Such as "g z (1 - z)", where g is the gradient of the result.
    letters : tuple of str
        What the rule calls its operands, in order.
    result : str
        What it calls its result.
    """

    text: str
    letters: tuple[str, ...]
    result: str

    @property
    def in_words(self) -> bool:
        """Whether the formula is a sentence rather than a product: "g everywhere"."""
        return _WORDS.search(self.text) is not None

    def gradient(self, g: str, names: Mapping[str, str], times: str) -> str:
        """Return the gradient that reaches the operand, from the gradient `g` of the result.

        Parameters
        ----------
        g : str
            How the gradient of the result is written.
        names : mapping of str to str
            What stands for the letters of the rule.
        times : str
            The sign between factors.
        """
        text = self.text if self.in_words else _with_signs(self.text, times)
        return _named(text, {**names, "g": g, "G": g})

    def derivative(self, names: Mapping[str, str], times: str) -> str | None:
        """Return the local derivative, the factor by which `g` is multiplied; None if the rule is no such product."""
        if self.in_words or "G" in self.text or "⊗" in self.text or "ᵀ" in self.text:
            return None
        before, found, after = self.text.partition("g")
        if not found or _LETTER.sub(lambda m: "#" if m[1] == "g" else m[1], self.text).count("#") != 1:
            return None
        if after.strip() == "" and before.strip() in ("", "-"):
            return before.strip() + "1"
        rest = f"1{after}" if after.startswith(" /") and before.strip() in ("", "-") else after.lstrip()
        text = f"{before.strip()} {rest.strip()}" if before.strip() not in ("", "-") else f"{before}{rest}"
        return _named(_with_signs(text.strip(), times), names)


def formula(rule: type, position: int) -> Formula | None:
    """Return the formula by which a rule differentiates by operand `position`; None if its docstring has none."""
    doc = (rule.__doc__ or "").split("\n")[0]
    result, terms = _RESULT.match(doc), _TERM.findall(doc)
    if result is None or position >= len(terms):
        return None
    return Formula(terms[position][1].strip(), tuple([letter for letter, _ in terms]), result[1])


def _with_signs(text: str, times: str) -> str:
    """Put a sign between factors that stand side by side, but not between a function and its argument."""
    parts = _FACTOR.split(text)
    joined = parts[0]
    for part in parts[1:]:
        joined += (" " if _FUNCTION.search(joined) else f" {times} ") + part
    return joined


def _named(text: str, names: Mapping[str, str]) -> str:
    text = _LETTER.sub(lambda m: names.get(m[1], m[1]), text)
    text = _LESS_ONE.sub(_exponent, text)
    return _AFTER_NUMBER.sub(r"\1 ·", text)


def _exponent(match: re.Match[str]) -> str:
    """Return an exponent less 1, worked out: x^(2-1) is x, x^(3-1) is x^(2)."""
    less = float(match[1].strip("()")) - 1
    return "" if less == 1 else f"^({less:g})"
