"""`detect_anomaly`: stop at the first NaN, forward or backward, and say where it came from."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np

from autograd import modes
from autograd.errors import AnomalyError, say
from autograd.hooks import Extra, Observer, Onlooker, Seen, current_scope, observers, user_line, without


def _has_nan(value: Any) -> bool:
    if type(value) is tuple:
        return any(_has_nan(v) for v in value)
    if isinstance(value, dict):
        return any(_has_nan(v) for v in value.values())
    a = getattr(value, "_array", value)
    return a is not None and getattr(getattr(a, "dtype", None), "kind", "") == "f" and bool(np.isnan(a).any())


def _shapes(operands: Any) -> str:
    return ", ".join(str(tuple(np.shape(getattr(o, "_array", o)))) for o in operands) or "none"


def _shapes_of(gradient: Any) -> str:
    """Return the shape of a gradient, or of those of several outputs."""
    several = type(gradient) is tuple
    return ("s " if several else " ") + _shapes([g for g in gradient if g is not None] if several else [gradient])


def _origin(node: Any) -> str:
    """Return what `Detector.made` kept of a node."""
    return (node.extra.origin if node.extra is not None else None) or "made outside detect_anomaly"


def _where(seen: Seen) -> str:
    file, number = seen.line
    text = linecache.getline(file, number).strip()
    module = f" in module {seen.path}" if seen.path else ""
    return f"made at {file}:{number}{module}" + (f", `{text}`" if text else "")


class Detector(Onlooker):
    """The observer behind `detect_anomaly`."""

    def __init__(self, outer: Observer | None, check_nan: bool) -> None:
        super().__init__(outer)
        self.check_nan = check_nan

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Raise if the forward value has a NaN; keep where the node was made."""
        super().made(node, inputs, output)
        seen = Seen(None, current_scope(), user_line(), ())
        if self.check_nan and _has_nan(output):
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
        super().ran(node, gradient, gradients)
        if not self.check_nan:
            return
        passed = gradients if type(gradients) is tuple else (gradients,)
        for i, (edge, g) in enumerate(zip(node.edges, passed, strict=True)):
            if edge is None or not _has_nan(g):
                continue
            came_in = _has_nan(gradient)
            raise AnomalyError(
                say(
                    f"Function '{node.name()}' returned nan values in its {i}th output, the gradient of operand {i}, "
                    f"in its backward pass; {_origin(node)}; the gradient that came in, of "
                    f"shape{_shapes_of(gradient)}, had {'nan already' if came_in else 'none'}",
                    "numbers",
                    "Look at the forward values there: a division by zero, or an infinite derivative times zero.",
                )
            )

    def failed(self, node: Any, error: BaseException) -> None:
        """Add to an error of a backward pass where the node was made."""
        super().failed(node, error)
        if not isinstance(error, AnomalyError):
            error.add_note(f"Error detected in {node.name()}; {_origin(node)}.")


class detect_anomaly(modes.ModeSwitch):
    """Inside, the first NaN raises: in the forward pass at once, in the backward pass naming the forward line.

    `with autograd.detect_anomaly():` around forward and backward. Any other error of the backward pass gets a note that
    says which operation it was, and which line made it. Slow: for finding mistakes. Holds for the current thread.

    Parameters
    ----------
    check_nan : bool
        False: let NaN pass, and only tell where errors come from.

    Raises
    ------
    RuntimeError
        At the operation whose value or gradient has a NaN.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan

    def _enter(self) -> None:
        _look(True, self._check_nan)

    def _again(self) -> detect_anomaly:
        return detect_anomaly(self._check_nan)


class set_detect_anomaly(modes.ModeSwitch):
    """Switch anomaly detection on or off: at once as a call, and back at the end of a `with` block.

    Parameters
    ----------
    mode : bool
        True looks for anomalies.
    check_nan : bool
        As for `detect_anomaly`.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._mode, self._check_nan = mode, check_nan
        self._at_call = (modes.state.grad, modes.state.observer)
        _look(mode, check_nan)

    def __enter__(self) -> None:
        self._before = (*self._at_call, self._before)
        _look(self._mode, self._check_nan)

    def _again(self) -> set_detect_anomaly:
        return set_detect_anomaly(self._mode, self._check_nan)

    def __call__(self, function: modes.F) -> modes.F:
        """Decorate a function: it runs in this mode, and the mode ends where the decorator stands."""
        modes.set_modes(*self._at_call)
        return super().__call__(function)


def _look(on: bool, check_nan: bool) -> None:
    """Let this thread look for anomalies in this one way, or not at all."""
    others = without(modes.state.observer, Detector)
    modes.set_modes(modes.state.grad, Detector(others, check_nan) if on else others)


def _detector() -> Detector | None:
    return next((o for o in observers(modes.state.observer) if isinstance(o, Detector)), None)


def is_anomaly_enabled() -> bool:
    """Tell whether this thread looks for anomalies."""
    return _detector() is not None


def is_anomaly_check_nan_enabled() -> bool:
    """Tell whether this thread's anomaly detection looks for NaN."""
    detector = _detector()
    return detector is not None and detector.check_nan
