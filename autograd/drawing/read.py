"""Reading the tape into a `Graph`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import op, tape, versions
from autograd.drawing.model import Edge, Graph, Node, Operand, Output
from autograd.errors import GraphError, say
from autograd.hooks import Constant, Seen

if TYPE_CHECKING:
    from autograd._tensor import Tensor

Key = Any  # identifies a value: (node, output number), a leaf, or for a constant the id of its array


def draw(out: Tensor | Sequence[Tensor], *, names: Any = None) -> Graph:
    """Return the graph that a tensor was computed by, with all that is known of it.

    Of a forward and backward pass inside `with autograd.watch():` that is the value and the gradient of every node,
    the module and the line that made it, and the constants; otherwise the operations, their shapes as far as rules
    saved them, and the leaves with values and gradients.

    Parameters
    ----------
    out : Tensor or sequence of Tensor
        The result, or several.
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
    roots = _tensors("draw", out)
    for t in roots:
        if not t.requires_grad:
            raise GraphError(
                say(
                    f"draw was given a tensor of shape {tuple(t.shape)} that requires no gradient: nothing of it was "
                    "recorded",
                    "a tensor computed from a leaf that requires a gradient",
                    "Create that leaf with requires_grad=True, and compute outside no_grad.",
                )
            )
    reader = _Reader(_names(names))
    return reader.read(roots)


def _tensors(who: str, given: Any) -> list[Any]:
    found = [given] if isinstance(given, tape.Leaf) else list(given) if isinstance(given, list | tuple) else [None]
    for t in found or [None]:
        if not isinstance(t, tape.Leaf):
            raise TypeError(
                say(
                    f"{who} was given {type(given).__name__}",
                    "a Tensor, or a list of Tensors",
                    "Give it the result of the computation: autograd.draw(loss).",
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
        found.setdefault(id(t._array) if edge is None else _key(edge), str(name))  # type: ignore[attr-defined]
    return found


def _key(edge: tape.Edge) -> Key:
    """Return what identifies the value at the far end of an edge."""
    if isinstance(edge, tape.Port):
        return edge.edges[0], edge.number
    return edge if isinstance(edge, tape.Leaf) else (edge, 0)


class _Reader:
    """One reading of the tape: nodes in the order they were made, operands before operations. No recursion."""

    def __init__(self, names: dict[Key, str]) -> None:
        self.names = names
        self.nodes: list[Node] = []
        self.ids: dict[Key, int] = {}  # of leaves and constants by key, of operations by tape node
        self.kinds: dict[type, tuple[str, list[str]]] = {}  # rule -> its word, the names of its attributes

    def read(self, roots: Sequence[Any]) -> Graph:
        """Return the graph of `roots`."""
        edges = [e for e in map(op.edge_of, roots) if e is not None]
        order = [n for n in reversed(tape.collect(edges)) if isinstance(n, tape.Node)]
        ports = [n for n in order if isinstance(n, tape.Port)]
        operations = [n for n in order if not isinstance(n, tape.Port)]
        self.known = _known(roots, edges, operations)
        for node in [*order]:
            if node.extra is not None and node.extra.name:
                self.names.setdefault(_key(node), node.extra.name)
        for t, edge in zip(roots, edges, strict=True):
            if t.name:
                self.names.setdefault(_key(edge), t.name)
        del ports
        paths = {n.extra.seen.path for n in operations if n.extra is not None and n.extra.seen is not None}
        for node in operations:
            self.operation(node, paths)
        for leaf in [e for e in edges if isinstance(e, tape.Leaf)]:
            self.leaf(leaf, versions.tick(), paths)
        return Graph(self.nodes, [self.ids[e if isinstance(e, tape.Leaf) else _key(e)[0]] for e in edges])
