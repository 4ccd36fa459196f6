"""Handles of hooks, and the observer that looks on while the tape records and runs.

Nothing here costs anything when unused: a node or a leaf without hooks has `extra` None, and operations meet an
observer only when `modes.state.mode` is one.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from autograd import modes

Hook = Callable[[Any], Any]


class Extra:
    """What few nodes and tensors have: hooks, a name, kept intermediates, and what `watch` saw."""

    __slots__ = ("after", "before", "kept", "name", "origin", "retain", "seen", "why")

    def __init__(self) -> None:
        self.before: dict[int, tuple[int, Hook]] = {}  # handle id -> (output number, hook on that output's gradient)
        self.after: dict[int, Callable[..., Any]] = {}  # handle id -> hook on (gradients of inputs, of outputs)
        self.retain: dict[int, Callable[[Any], None]] = {}  # output number -> where retain_grad puts the gradient
        self.kept: dict[str, Any] | None = None
        self.name: str | None = None
        self.seen: Seen | None = None
        self.origin: str | None = None  # where detect_anomaly saw the node made
        self.why: str | None = None  # for a tensor without gradient: how it lost its history


class RemovableHandle:
    """What registering a hook returns; `remove()` takes the hook off again. Works in a `with` block as well."""

    __slots__ = ("_hooks", "id")

    _lock = threading.Lock()
    _next = 0

    def __init__(self, hooks: dict[int, Any]) -> None:
        with RemovableHandle._lock:
            self.id = RemovableHandle._next
            RemovableHandle._next += 1
        self._hooks = hooks

    def remove(self) -> None:
        """Take the hook off. Doing so twice is harmless."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


class Observer(Protocol):
    """Who looks on: told of every recorded node, and of every node that ran in a backward pass."""

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """`node` was recorded; `inputs` are the operands (tensors or numbers), `output` the result's array(s)."""

    def ran(self, node: Any, gradient: Any, gradients: Any) -> None:
        """`node` turned the gradient of its output into the gradients of its inputs."""


class Seen:
    """What `watch` keeps of one node.

    Attributes
    ----------
    value : array or tuple of arrays
        The output (a reference to it, not a copy).
    grad : array, tuple of arrays or None
        The gradient of the last backward pass that came by; None until then.
    gradients : tuple
        What the node passed on, one item an input; () until a backward pass came by.
    path : str
        Dotted path of the module in whose `forward` the node was made; "" outside modules.
    line : tuple[str, int]
        File name and line number of the user's code that made the node.
    operands : tuple
        The operands in order: a number as it is, a tensor that needs no gradient as a `Constant`, and None for one
        that does (its edge leads to it).
    """

    __slots__ = ("grad", "gradients", "line", "operands", "path", "value")

    def __init__(self, value: Any, path: str, line: tuple[str, int], operands: tuple[Any, ...]) -> None:
        self.value = value
        self.grad: Any = None
        self.gradients: tuple[Any, ...] = ()
        self.path = path
        self.line = line
        self.operands = operands


    def passed(self, gradient: Any, gradients: Any) -> None:
        """Keep the gradient that came to the node, and those it passed on: as arrays, which lead nowhere."""
        self.grad = _array_of(gradient)
        self.gradients = _array_of(gradients if type(gradients) is tuple else (gradients,))


def _array_of(gradient: Any) -> Any:
    if type(gradient) is tuple:
        return tuple([_array_of(g) for g in gradient])
    return getattr(gradient, "_array", gradient)


class Constant:
    """An operand that needs no gradient, as an operation met it.

    Attributes
    ----------
    array : array
        Its values (a reference; one constant used twice is the same array).
    name : str or None
        Its name, if it has one.
    """

    __slots__ = ("array", "name")

    def __init__(self, array: Any, name: str | None) -> None:
        self.array = array
        self.name = name


def _operand(value: Any) -> Any:
    """Return what a watched node keeps of an operand: never the tensor, which may lead back to the node."""
    if not hasattr(value, "_array"):
        return value
    return None if value._needs else Constant(value._array, value.name)


_INSIDE = ("autograd.", "nn.")


def inside_package(frame: FrameType) -> bool:
    """Tell whether a frame runs code of this package rather than the user's."""
    name = frame.f_globals.get("__name__", "")
    return name in ("autograd", "nn") or name.startswith(_INSIDE)


def user_line() -> tuple[str, int]:
    """Return file name and line number of the innermost frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and inside_package(frame):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


class _Scopes(threading.local):
    def __init__(self) -> None:
        self.names: list[str] = []


_scopes = _Scopes()


def watching() -> bool:
    """Tell whether this thread has an observer, so that naming scopes is worth the while."""
    return modes.state.observer is not None


@contextmanager
def scope(path: str) -> Iterator[None]:
    """Nodes recorded inside belong to the module at dotted `path`."""
    _scopes.names.append(path)
    try:
        yield
    finally:
        _scopes.names.pop()


def current_scope() -> str:
    """Return the innermost path set by `scope`, or ""."""
    return _scopes.names[-1] if _scopes.names else ""


class Watcher:
    """The observer behind `watch`: keeps on each node what a drawing needs."""

    def __init__(self, outer: Observer | None) -> None:
        self._outer = outer

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what is known of a node just recorded."""
        if node.extra is None:
            node.extra = Extra()
        node.extra.seen = Seen(output, current_scope(), user_line(), tuple([_operand(i) for i in inputs]))
        if self._outer is not None:
            self._outer.made(node, inputs, output)

    def ran(self, node: Any, gradient: Any, gradients: Any) -> None:
        """Hand on that a node ran: what passed it is kept by the tape itself."""
        if self._outer is not None:
            self._outer.ran(node, gradient, gradients)


class watch(modes.ModeSwitch):
    """Look on: nodes recorded inside keep their value, gradient, module path and source line.

    `with autograd.watch():` or `@autograd.watch()`. `backward()` does not free nodes that were watched, so that
    `autograd.draw` can show every number of them afterwards. Holds for the current thread.
    """

    def _enter(self) -> None:
        modes.set_modes(modes.state.grad, Watcher(modes.state.observer))
