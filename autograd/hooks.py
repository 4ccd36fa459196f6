"""Handles of hooks, and the observer that looks on while the tape records and runs.

Nothing here costs anything when unused: a node or a leaf without hooks has `extra` None, and operations meet an
observer only when `modes.state.mode` is one.
"""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol, TypeAlias

from autograd import modes

#: The pass a hook runs in: its nodes, latest first; those of them that lead to its targets (None: all); the targets,
#: with the gradients that arrived; and room for what hooks note for as long as the pass lasts.
Pass: TypeAlias = tuple[Sequence[Any], "set[Any] | None", dict[Any, Any], dict[Any, Any]]
Hook = Callable[[Any, Pass], Any]


class Extra:
    """What few nodes and tensors have: hooks, a name, kept intermediates, and what `watch` saw."""

    __slots__ = ("after", "ahead", "before", "metadata", "name", "origin", "retain", "seen", "why")

    def __init__(self) -> None:
        self.before: dict[int, tuple[int, Hook]] = {}  # handle id -> (output number, hook on that output's gradient)
        self.ahead: dict[int, Callable[[Any], Any]] | None = None  # handle id -> hook of a node on what has arrived
        self.after: dict[int, Callable[..., Any]] = {}  # of a node: on (gradients of inputs, what arrived); of a leaf
        self.retain: dict[int, Callable[[Any], None]] = {}  # output number -> where retain_grad puts the gradient
        self.name: str | None = None
        self.seen: Seen | None = None
        self.metadata: dict[str, Any] | None = None
        self.origin: str | None = None  # where detect_anomaly saw the node made
        self.why: str | None = None  # for a tensor without gradient: how it lost its history

    def notes(self) -> dict[str, Any]:
        """Return the dictionary for notes of the user's (`Node.metadata`)."""
        if self.metadata is None:
            self.metadata = {}
        return self.metadata


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


# ------------------------------------------------------------------------------------------------------ running hooks


def user_code(create_graph: bool) -> modes.no_grad:
    """Return the mode in which a backward pass runs hooks and user-defined Functions."""
    mode: modes.no_grad = modes.enable_grad() if create_graph else modes.no_grad()
    return mode


def run_hooks(extra: Extra, g: Any, create_graph: bool, going: Pass) -> Any:
    """Let the hooks on a gradient see it, and replace it by what they return; then keep it for `retain_grad`."""
    several = isinstance(g, dict)  # the gradients of a node with several outputs, by number
    if extra.before:
        with user_code(create_graph):
            for number, hook in list(extra.before.values()):
                if not several:
                    if (replaced := hook(g, going)) is not None:
                        g = replaced
                elif number in g and (replaced := hook(g[number], going)) is not None:
                    g = type(g)(g)
                    g[number] = replaced
    for number, put in extra.retain.items():
        if not several:
            put(g)
        elif number in g:
            put(g[number])
    return g


def run_port_hooks(port: Any, g: Any, create_graph: bool, going: Pass) -> Any:
    """Let the hooks on one of several outputs of a node see its gradient, if the pass ends there, before the node."""
    (node,) = port.edges
    if node.extra is None or node in (going[1] or ()):
        return g
    return run_hooks(node.extra, {port.number: g}, create_graph, going)[port.number]


def run_prehooks(hooks: dict[int, Callable[[Any], Any]], g: Any, create_graph: bool) -> Any:
    """Let the prehooks of a node see what has arrived there, and replace it; None if one of them took it away."""
    with user_code(create_graph):
        for hook in list(hooks.values()):
            if g is not None:
                g = hook(g)
    return g


def run_after_hooks(hooks: dict[int, Callable[..., Any]], g: Any, h: Any, create_graph: bool) -> Any:
    """Let the hooks of a node, to which `g` had arrived, see the gradients `h` that it passes on, and replace them."""
    h = h if type(h) is tuple else (h,)
    with user_code(create_graph):
        for hook in list(hooks.values()):
            h = hook(h, g)
    return h


# ------------------------------------------------------------------------------------------------------------ observers


class Observer(Protocol):
    """Who looks on: told of every recorded node, and of every node that ran in a backward pass."""

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """`node` was recorded; `inputs` are the operands (tensors or numbers), `output` the result's array(s)."""

    def ran(self, node: Any, gradient: Any, gradients: Any) -> None:
        """`node` turned the gradient of its output into the gradients of its inputs."""

    def failed(self, node: Any, error: BaseException) -> None:
        """`error` was raised in the backward pass, at `node`."""


class Onlooker:
    """Base class of observers: one that does nothing but hand everything on to the next, who was there before it."""

    def __init__(self, outer: Observer | None) -> None:
        self.outer = outer

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Hand on that a node was recorded."""
        if self.outer is not None:
            self.outer.made(node, inputs, output)

    def ran(self, node: Any, gradient: Any, gradients: Any) -> None:
        """Hand on that a node ran."""
        if self.outer is not None:
            self.outer.ran(node, gradient, gradients)

    def failed(self, node: Any, error: BaseException) -> None:
        """Hand on that a node's backward raised."""
        if self.outer is not None:
            self.outer.failed(node, error)


def observers(first: Any) -> Iterator[Any]:
    """Yield an observer and those it hands on to."""
    while first is not None:
        yield first
        first = getattr(first, "outer", None)


def without(first: Any, kind: type[Onlooker]) -> Any:
    """Return a chain of observers in which none is of `kind`."""
    if first is None:
        return None
    outer = without(getattr(first, "outer", None), kind)
    if isinstance(first, kind):
        return outer
    if isinstance(first, Onlooker) and outer is not first.outer:
        first = copy.copy(first)
        first.outer = outer
    return first


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


class Watcher(Onlooker):
    """The observer behind `watch`: keeps on each node what a drawing needs (what passes it is kept by the tape)."""

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what is known of a node just recorded."""
        if node.extra is None:
            node.extra = Extra()
        node.extra.seen = Seen(output, current_scope(), user_line(), tuple([_operand(i) for i in inputs]))
        super().made(node, inputs, output)


class watch(modes.ModeSwitch):
    """Look on: nodes recorded inside keep their value, gradient, module path and source line.

    `with autograd.watch():` or `@autograd.watch()`. `backward()` does not free nodes that were watched, so that
    `autograd.draw` can show every number of them afterwards. Holds for the current thread.
    """

    def _enter(self) -> None:
        modes.set_modes(modes.state.grad, Watcher(modes.state.observer))
