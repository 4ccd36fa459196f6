"""Reading the tape into a `Graph`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import op, tape, versions
from autograd.drawing.formulas import formula
from autograd.drawing.model import Edge, Graph, Kind, Node, Operand, Output
from autograd.errors import GraphError, say
from autograd.hooks import Constant, Seen, watch

if TYPE_CHECKING:
    from autograd._tensor import Tensor

#: Local derivatives are computed of operations of at most so many elements.
LOCAL = 10_000

Key = Any  # identifies a value: (node, output number), or id() of a leaf or of the array of a constant


def draw(out: Tensor | Sequence[Tensor] | Callable[..., Any], *args: Any, names: Any = None, **kwargs: Any) -> Graph:
    """Return the graph that a tensor was computed by, with all that is known of it.

    Of a forward and backward pass inside `with autograd.watch():` that is the value and the gradient of every node,
    the module and the line that made it, and the constants; otherwise the operations, their shapes as far as rules
    saved them, and the leaves with values and gradients.

    Parameters
    ----------
    out : Tensor, sequence of Tensor, or callable
        The result, or several; or a function that returns them, whose call is watched here.
    *args, **kwargs
        What the function is called with.
    names : mapping of str to Tensor, or Module, optional
        Names for leaves, constants and intermediate results, before those the tensors have: `{"h": h}`. Of a module,
        the names of its parameters: `draw(loss, names=model)`.

    Returns
    -------
    Graph
        In a notebook it shows as a picture. `print` it, or `render("file.svg")` it, or walk its nodes and edges.

    Raises
    ------
    TypeError
        `out` or one of the named is no tensor.
    RuntimeError
        A tensor requires no gradient, so that nothing of it was recorded.

    Examples
    --------
    >>> with autograd.watch():
    ...     loss = (w * x - 1) ** 2
    ...     loss.backward()
    >>> autograd.draw(loss).render("loss.svg")
    """
    return read(recorded("draw", result_of("draw", out, args, kwargs)), names)[0]


def result_of(who: str, out: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return `out`; of a function what it returns, whose call is watched here.

    Raises
    ------
    TypeError
        There are arguments, and no function.
    """
    if callable(out) and not isinstance(out, tape.Leaf):
        with watch():
            return out(*args, **kwargs)
    if args or kwargs:
        raise TypeError(
            say(
                f"{who} was given a tensor, and arguments for a function: {[*args, *kwargs]}",
                "a tensor (or several in a list) alone, or a function with its arguments",
                "Options of the picture belong to to_dot() and render().",
            )
        )
    return out


def recorded(who: str, out: Any) -> list[Any]:
    """Return the tensors that are to be shown, as a list.

    Raises
    ------
    TypeError
        `out` is neither a tensor nor several.
    RuntimeError
        A tensor requires no gradient, so that nothing of it was recorded.
    """
    roots = _tensors(who, out)
    for t in roots:
        if not t.requires_grad:
            raise GraphError(
                say(
                    f"{who} was given a tensor of shape {tuple(t.shape)} that requires no gradient: nothing of it was "
                    "recorded",
                    "a tensor computed from a leaf that requires a gradient",
                    "Create that leaf with requires_grad=True, and compute outside no_grad.",
                )
            )
    return roots


def read(roots: Sequence[Any], names: Any = None) -> tuple[Graph, dict[Any, int]]:
    """Return the graph of tensors, and its ids by tape node, and by `id()` of leaves and of constants' arrays."""
    reader = _Reader(_names(names))
    return reader.read(roots), reader.ids


def _tensors(who: str, given: Any) -> list[Any]:
    found = [given] if isinstance(given, tape.Leaf) else list(given) if isinstance(given, list | tuple) else [None]
    for t in found or [None]:
        if not isinstance(t, tape.Leaf):
            raise TypeError(
                say(
                    f"{who} was given {type(given).__name__}",
                    "a Tensor, or a list of Tensors",
                    f"Give it the result of the computation: autograd.{who}(loss).",
                )
            )
    return found


def _names(names: Any) -> dict[Key, str]:
    """Return the names asked for by what they name."""
    if names is None:
        return {}
    pairs: Iterable[tuple[str, Any]]
    if hasattr(names, "named_parameters"):
        pairs = names.named_parameters()
    elif isinstance(names, Mapping):
        pairs = names.items()
    else:
        raise TypeError(
            say(
                f"names was given {type(names).__name__}",
                "a dict of name: tensor, or a module",
                'Write for instance draw(loss, names={"h": h}) or draw(loss, names=model).',
            )
        )
    found: dict[Key, str] = {}
    for name, t in pairs:
        if not isinstance(t, tape.Leaf):
            raise TypeError(
                say(f"the name {name!r} was given to {type(t).__name__}", "a Tensor", "Leave out what is no tensor.")
            )
        edge = op.edge_of(t)  # type: ignore[arg-type]
        found.setdefault(id(t._array) if edge is None else _key(edge), str(name))
    return found


def _key(edge: tape.Edge) -> Key:
    """Return what identifies the value at the far end of an edge."""
    if isinstance(edge, tape.Port):
        return edge.edges[0], edge.number
    return id(edge) if isinstance(edge, tape.Leaf) else (edge, 0)


class _Reader:
    """One reading of the tape: nodes in the order they were made, operands before operations. No recursion."""

    def __init__(self, names: dict[Key, str]) -> None:
        self.names = names
        self.nodes: list[Node] = []
        self.ids: dict[Any, int] = {}  # of operations by tape node, of leaves and constants by key
        self.forms: dict[Key, Output] = {}  # of operations that were not watched: what others tell of their results
        self.modules: set[str] = set()
        self.rules: dict[type, tuple[str, list[str]]] = {}
        self.formulas: dict[tuple[type, int], str] = {}

    def read(self, roots: Sequence[Any]) -> Graph:
        """Return the graph of `roots`."""
        edges = [e for t in roots if (e := op.edge_of(t)) is not None]
        recorded = [n for n in reversed(tape.collect(edges)) if isinstance(n, tape.Node)]
        operations = [n for n in recorded if not isinstance(n, tape.Port)]
        for t, edge in zip(roots, edges, strict=True):
            self.forms[_key(edge)] = _output(t._array)
            if t.name:
                self.names.setdefault(_key(edge), t.name)
        for node in recorded:
            if node.extra is not None and node.extra.name:
                self.names.setdefault(_key(node), node.extra.name)
        for node in operations:
            self.look(node)
        for node in operations:
            self.add_operation(node)
        for edge in edges:
            if isinstance(edge, tape.Leaf):
                self.add_leaf(edge, versions.last_edit[0])
        return Graph(self.nodes, [self.source(e)[0] for e in edges])

    def look(self, node: tape.Node) -> None:
        """Note the module of a watched node; of another, the shapes that it tells of its result and its operands."""
        if (seen := _seen(node)) is not None:
            parts = seen.path.split(".")
            self.modules.update([".".join(parts[: i + 1]) for i in range(len(parts))])
            return
        for place, array in zip(node.saves, node.saved or (), strict=False):
            if array is None:
                continue
            if place == tape.OUT:
                self.forms.setdefault((node, 0), _form(array))
            elif isinstance(place, tuple):
                self.forms.setdefault((node, place[1]), _form(array))
            elif isinstance(place, int) and place < len(node.edges) and (edge := node.edges[place]) is not None:
                self.forms.setdefault(_key(edge), _form(array))
        for edge, shape in zip(node.edges, node.shapes or (), strict=False):
            if edge is not None:
                self.forms.setdefault(_key(edge), Output(shape=shape))
        for i, (shape, dtype) in enumerate(getattr(node, "forms", ())):
            self.forms.setdefault((node, i), Output(shape=shape, dtype=str(dtype)))

    # ------------------------------------------------------------------------------------------------- nodes

    def add(self, key: Any, kind: Kind, outputs: Sequence[Output], **known: Any) -> None:
        """Add a node under the next id."""
        self.ids[key] = len(self.nodes)
        self.nodes.append(Node(len(self.nodes), kind, tuple(outputs), **known))

    def add_leaf(self, leaf: Any, tick: float) -> None:
        """Add a leaf unless it is there. `tick` is when it was first used."""
        if id(leaf) in self.ids:
            return
        name = self.names.get(id(leaf), leaf.name)
        module = (name or "").rpartition(".")[0]
        # Copies: the next update of a parameter must not change a graph that was drawn before it.
        grad = None if leaf.grad is None else np.array(leaf.grad._array)
        output = _output(np.array(leaf._array), grad, name, versions.stamp(leaf._array) > tick)
        self.add(id(leaf), "leaf", [output], path=module if module in self.modules else "")

    def add_constant(self, constant: Constant, tick: float) -> None:
        """Add an operand without gradient unless it is there. `tick` is when it was first used."""
        key = id(constant.array)
        if key in self.ids:
            return
        name = self.names.get(key, constant.name)
        output = _output(constant.array, None, name, versions.stamp(constant.array) > tick)
        self.add(key, "constant", [output])

    def add_operation(self, node: tape.Node) -> None:
        """Add an operation, after the leaves and constants among its operands."""
        seen = _seen(node)
        operands = self.operands(node, seen)  # first: their ids are smaller
        word, slots = self.rule(node)
        plain = [(name, getattr(node, name, None)) for name in slots]
        self.add(
            node,
            "op",
            self.outputs(node, seen),
            op=word,
            grad_fn=node.name(),
            operands=operands,
            attributes={name: value for name, value in plain if _tells(name, value)},
            path="" if seen is None else seen.path,
            line=None if seen is None else seen.line,
            watched=seen is not None,
        )

    def rule(self, node: tape.Node) -> tuple[str, list[str]]:
        """Return the word for a node's operation, and the names of its attributes."""
        rule = type(node)
        if rule not in self.rules:
            word = rule.__qualname__.rpartition(".")[2]
            word = _VARIANT.sub("", word) or word
            classes = [c for c in reversed(rule.__mro__) if issubclass(c, tape.Node) and c is not tape.Node]
            slots = [name for c in classes for name in c.__dict__.get("__slots__", ())]
            self.rules[rule] = _HUMP.sub("_", word).lower(), [name for name in slots if name != "__dict__"]
        return self.rules[rule]

    def outputs(self, node: tape.Node, seen: Seen | None) -> list[Output]:
        """Return what is known of a node's results."""
        if seen is None:
            count = max(1, len(getattr(node, "forms", ())))
            forms = [self.forms.get((node, i), Output()) for i in range(count)]
            return [replace(form, name=self.names.get((node, i))) for i, form in enumerate(forms)]
        values, grads = _several(seen.value), _several(seen.grad)
        return [
            _output(
                value,
                grads[i] if i < len(grads) else None,
                self.names.get((node, i)),
                versions.stamp(value) > node.seq,
            )
            for i, value in enumerate(values)
        ]

    def operands(self, node: tape.Node, seen: Seen | None) -> tuple[Operand, ...]:
        """Return what a node took, in order, after adding the leaves and constants among it."""
        met = list(seen.operands) if seen is not None else _numbers_saved(node)
        for edge in node.edges:
            if isinstance(edge, tape.Leaf):
                self.add_leaf(edge, node.seq)
        for value in met:
            if isinstance(value, Constant):
                self.add_constant(value, node.seq)
        target = len(self.nodes)  # the id that the node is about to get
        operands: list[Operand] = []
        for i, (value, edge, grad) in enumerate(_matched(met, node.edges, () if seen is None else seen.gradients)):
            if edge is not None:
                source, output = self.source(edge)
                local = _local(node, seen, i)
                operands.append(Edge(source, target, output, i, _array(grad), local, self.words(node, i)))
            elif isinstance(value, Constant):
                operands.append(Edge(self.ids[id(value.array)], target, 0, i))
            elif seen is None or isinstance(value, int | float):
                operands.append(value)
        return tuple(operands)

    def words(self, node: tape.Node, position: int) -> str:
        """Return the formula of the gradient by an operand, "" if its rule says none."""
        key = type(node), position
        if key not in self.formulas:
            found = formula(*key)
            self.formulas[key] = "" if found is None else found.gradient("g", {}, "·")
        return self.formulas[key]

    def source(self, edge: tape.Edge) -> tuple[int, int]:
        """Return the id of the node that an edge leads to, and which of its outputs."""
        key = _key(edge)
        return (self.ids[key], 0) if isinstance(edge, tape.Leaf) else (self.ids[key[0]], key[1])


def _local(node: tape.Node, seen: Seen | None, position: int) -> Any:
    """Return the derivative of an elementwise operation by an operand: what its rule makes of a gradient of 1."""
    if not isinstance(node, op.Elementwise) or seen is None or type(node.saved) is not tuple or node.shapes is not None:
        return None
    inputs = [i for i, edge in enumerate(node.edges) if edge is not None]
    if type(seen.value) is tuple or np.size(seen.value) > LOCAL or not inputs:
        return None
    derivatives = node.backward(np.ones_like(seen.value), *node.saved)
    several = derivatives if type(derivatives) is tuple else (derivatives,)
    return _array(several[position]) if position < len(several) else None


def _numbers_saved(node: tape.Node) -> list[Any]:
    """Return the operands of a node that nobody watched: the numbers among what its rule saved, None for the others."""
    met: list[Any] = [None] * len(node.edges)
    for place, value in zip(node.saves, node.saved or (), strict=False):
        if isinstance(place, int) and type(value) in (int, float):
            met += [None] * (place + 1 - len(met))
            met[place] = value
    return met


def _matched(met: Sequence[Any], edges: Sequence[Any], gradients: Sequence[Any]) -> Iterable[tuple[Any, Any, Any]]:
    """Yield (operand, its edge, the gradient passed along it). Numbers have none, but as arguments of a Function."""
    given = iter(zip(edges, [*gradients, *[None] * len(edges)], strict=False))
    for value in met:
        tensor = value is None or isinstance(value, Constant) or len(met) == len(edges)
        yield (value, *(next(given, (None, None)) if tensor else (None, None)))
    yield from [(None, *rest) for rest in given]


_VARIANT = re.compile(r"(Backward\d*|Number|Tensors|All|Dim)$")  # a rule may have several classes for one operation
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _seen(node: tape.Node) -> Seen | None:
    return None if node.extra is None else node.extra.seen


def _several(value: Any) -> tuple[Any, ...]:
    return value if type(value) is tuple else (value,)


def _array(value: Any) -> Any:
    """Return the array of a tensor; None of what is no array."""
    value = getattr(value, "_array", value)
    return value if isinstance(value, np.ndarray | np.generic) else None


def _output(value: Any, grad: Any = None, name: str | None = None, edited: bool = False) -> Output:
    value = _array(value)
    if value is None:
        return Output(name)
    return Output(name, value.shape, str(value.dtype), value, _array(grad), edited)


def _form(value: Any) -> Output:
    """Return what a saved array tells of a result that nobody watched: its shape, not its value."""
    return replace(_output(value), value=None)


def _tells(name: str, value: Any) -> bool:
    """Tell whether an attribute of a rule is worth showing: the numbers it was made with, not its bookkeeping."""
    if name.startswith("_") or hasattr(tape.Node, name):
        return False
    if name in ("dim", "dims") and type(value) is tuple:
        return True
    return type(value) in (int, float)
