"""The words of a drawing: numbers, arrays and operations as short text. Shared by all views."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.drawing.model import Edge, Node, Operand, Output

INLINE = 6  #: arrays of more elements are summarised
LONGEST = 60  #: characters of a name, before it is cut

#: Operations that Python writes between their two operands.
INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "remainder": "%", "pow": "**",
    "matmul": "@", "mv": "@", "vm": "@", "dot": "@",
}  # fmt: skip
#: The same, with the operands exchanged.
REFLECTED = {"rsub": "-", "rdiv": "/", "rpow": "**"}

_NOT_SHOWN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")


def number(value: Any) -> str:
    """Return a number with at most four digits that count; integers and truth values in full."""
    if isinstance(value, bool | int | np.bool_ | np.integer):
        return str(value)
    return f"{float(value):.4g}"


def array(value: Any) -> str:
    """Return the elements of an array if they are few, else mean ± standard deviation, smallest…largest."""
    a = np.asarray(value)
    if a.size == 0:
        return "empty"
    if a.size <= INLINE:
        return _nested(a.tolist())
    with np.errstate(all="ignore"):  # of inf and nan there is no mean, which the picture says by itself
        b = a.astype(np.float64)
        mean, std = b.mean(), b.std()
    return f"{number(mean)} ± {number(std)}, {number(a.min())}…{number(a.max())}"


def _nested(value: Any) -> str:
    return f"[{', '.join([_nested(v) for v in value])}]" if isinstance(value, list) else number(value)


def cut(name: str) -> str:
    """Return a name on one line of printable characters, its middle left out if it is long."""
    name = _NOT_SHOWN.sub(" ", name)
    return name if len(name) <= LONGEST else f"{name[: LONGEST // 2 - 1]}…{name[-LONGEST // 2 :]}"


def shape(output: Output) -> str:
    """Return the shape where the value does not show it, else ""."""
    if output.shape is None or (output.value is not None and 0 < np.size(output.value) <= INLINE):
        return ""
    return f"shape {tuple(output.shape)}"


def value(output: Output) -> str:
    """Return the value in words, "" if it is not known."""
    if output.value is None:
        return ""
    return f"value {array(output.value)}{' (edited since)' if output.edited else ''}"


def grad(node: Node, output: Output) -> str:
    """Return the gradient in words: "grad –" if none arrived, "" for what can have none or was not watched."""
    if output.grad is not None:
        return f"grad {array(output.grad)}"
    possible = node.kind != "constant" and "float" in (output.dtype or "float")
    return "grad –" if node.watched and possible else ""


def expression(node: Node, spell: Callable[[Operand], str]) -> str:
    """Return what an operation computes, as Python would write it: `g1 * 2`, `sum(x, dim=1)`.

    Parameters
    ----------
    node : Node
        Of kind "op".
    spell : callable
        Gives each operand's word.
    """
    words = [spell(operand) for operand in node.operands]
    if (sign := between(node)) is not None:
        words += [spell(None)] * (2 - len(words))
        return f" {sign} ".join(words[::-1] if node.op in REFLECTED else words)
    if node.op == "neg":
        return f"-{words[0]}"
    return f"{node.op}({', '.join(words + attributes(node))})"


def between(node: Node) -> str | None:
    """Return the sign that Python writes between the operands of an operation; None for other operations."""
    return None if len(node.operands) > 2 else INFIX.get(node.op, REFLECTED.get(node.op))


def attributes(node: Node) -> list[str]:
    """Return what an operation was made with, `dim=1` for instance."""
    return [f"{name}={_attribute(v)}" for name, v in node.attributes.items()]


def _attribute(v: Any) -> str:
    return str(v) if isinstance(v, tuple) else number(v)


def numbers(node: Node) -> list[str]:
    """Return the operands that are plain numbers."""
    return [number(v) for v in node.operands if v is not None and not isinstance(v, Edge)]
