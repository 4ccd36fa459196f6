"""`detect_anomaly`: stop at the first NaN, forward or backward, and say where it came from."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np

from autograd import modes
from autograd.errors import AnomalyError, say
from autograd.hooks import Extra, Observer, Seen, current_scope, user_line


def _has_nan(value: Any) -> bool:
    if type(value) is tuple:
        return any(_has_nan(v) for v in value)
    if isinstance(value, dict):
        return any(_has_nan(v) for v in value.values())
    a = getattr(value, "_array", value)
    return a is not None and getattr(getattr(a, "dtype", None), "kind", "") == "f" and bool(np.isnan(a).any())


def _shapes(operands: Any) -> str:
    return ", ".join(str(tuple(np.shape(getattr(o, "_array", o)))) for o in operands) or "none"


def _where(seen: Seen) -> str:
    file, number = seen.line
    text = linecache.getline(file, number).strip()
    module = f" in module {seen.path}" if seen.path else ""
    return f"made at {file}:{number}{module}" + (f", `{text}`" if text else "")


class Detector:
    """The observer behind `detect_anomaly`."""

    def __init__(self, outer: Observer | None) -> None:
        self._outer = outer

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Raise if the forward value has a NaN; keep where the node was made."""
        if self._outer is not None:
            self._outer.made(node, inputs, output)
        seen = Seen(None, current_scope(), user_line(), ())
        if _has_nan(output):
            came_in = any(_has_nan(i) for i in inputs)
            raise AnomalyError(
                say(
                    f"{node.name()} returned nan in the forward pass; operand shapes {_shapes(inputs)}, {_where(seen)}"
                    + ("; an operand had nan already" if came_in else "; no operand had nan"),
                    "numbers",
                    "Look at the operands there: log or sqrt of a negative number, 0/0 or inf - inf.",
                )
            )
        if node.extra is None:
            node.extra = Extra()
        node.extra.origin = f"operand shapes {_shapes(inputs)}, {_where(seen)}"

    def ran(self, node: Any, gradient: Any, gradients: Any) -> None:
        """Raise if the backward pass of a node made a NaN."""
        if self._outer is not None:
            self._outer.ran(node, gradient, gradients)
        if not _has_nan(gradients if type(gradients) is tuple else (gradients,)):
            return
        where = (node.extra.origin if node.extra is not None else None) or "made outside detect_anomaly"
        came_in = _has_nan(gradient)
        raise AnomalyError(
            say(
                f"Function '{node.name()}' returned nan values in its backward pass; {where}"
                + f"; the gradient that came in had {'nan already' if came_in else 'none'}",
                "numbers",
                "Look at the forward values there: a division by zero, or an infinite derivative times zero.",
            )
        )


class detect_anomaly(modes.ModeSwitch):
    """Inside, the first NaN raises: in the forward pass at once, in the backward pass naming the forward line.

    `with autograd.detect_anomaly():` around forward and backward. Slow: for finding mistakes.

    Raises
    ------
    RuntimeError
        At the operation whose value or gradient has a NaN.
    """

    def _enter(self) -> None:
        modes.set_modes(modes.state.grad, Detector(modes.state.observer))


def is_anomaly_enabled() -> bool:
    """Tell whether this thread looks for NaN."""
    observer = modes.state.observer
    while observer is not None:
        if isinstance(observer, Detector):
            return True
        observer = getattr(observer, "_outer", None)
    return False
