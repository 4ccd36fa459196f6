"""`explain(loss, w)`: the chain rule of one gradient, with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from autograd import op, stale, tape
from autograd.derivation import names as naming
from autograd.derivation.links import (
    Key,
    Link,
    Place,
    Tape,
    by_elements,
    by_tensors,
    count_paths,
    largest_paths,
    leading_to,
    sums,
)
from autograd.drawing.model import HOW_TO_SEE, Edge, Graph
from autograd.drawing.read import read
from autograd.errors import EditedError, GraphError, say
from autograd.hooks import watch

if TYPE_CHECKING:
    from autograd._tensor import Tensor

Array = Any

#: Operations that end a layer: what goes in is the layer's pre-activation, the gradient there its error term.
ACTIVATIONS = frozenset([
    "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "celu", "selu", "gelu", "silu", "mish", "softplus",
    "softsign", "hardtanh", "hardsigmoid", "hardswish", "relu6", "log_sigmoid", "softmax", "log_softmax",
    "cross_entropy",
])  # fmt: skip


class ErrorTerm(NamedTuple):
    """δ of a layer, or of one of its neurons.

    Attributes
    ----------
    place : Place
        The pre-activation.
    layer : int
        Which layer, counted from 1: how many activations lead to this one.
    neuron : tuple of int or None
        Which of its neurons, counted from 0; None: all, or the only one.
    value : float or array
        The gradient there times the sign chosen.
    """

    place: Place
    layer: int
    neuron: tuple[int, ...] | None
    value: Any


class Share(NamedTuple):
    """What an operation passes back to one of its inputs: `value` along `link`, by the rule of the link's target."""

    link: Link
    value: Array


@dataclass(frozen=True, repr=False, eq=False)
class Derivation:
    """The chain rule of one gradient. `print` it; in a notebook it shows as formulas.

    Made by `autograd.explain`.

    Attributes
    ----------
    value : float or array
        The derivative: the sum over all paths of the products of the local derivatives.
    grad : float, array or None
        What `.grad` of the tensor holds, at the same place; None if it has none. It is `value`, unless other passes
        have added to it.
    path_count : int
        How many paths there are.
    paths : tuple of tuple of Link
        Those that are written out: the ones with the largest products.
    left_out : int
        How many are not.
    deltas : tuple of ErrorTerm
        The error terms of the layers on the way, the last layer first.
    shares : dict
        By tensors: for each value on the way what every operation that used it passed back.
    gradients : dict
        The derivative by every value on the way, `value` among them.
    sign : int
        -1: error terms are minus the gradient, as in lecture 001; 1: the gradient, as in lectures 003 and 004.
    """

    graph: Graph
    names: dict[Key, str]
    rules: dict[int, type]
    start: Place
    root: Place
    value: Any
    grad: Any
    path_count: int
    paths: tuple[tuple[Link, ...], ...]
    deltas: tuple[ErrorTerm, ...]
    shares: dict[Place, list[Share]]
    gradients: dict[Place, Any]
    sign: int

    @property
    def left_out(self) -> int:
        """How many paths are not written out."""
        return self.path_count - len(self.paths)

    @property
    def text(self) -> str:
        """The derivation as text for a terminal."""
        from autograd.derivation import page

        return page.text(self)

    @property
    def latex(self) -> str:
        """The derivation as one LaTeX formula, without dollar signs."""
        from autograd.derivation import page

        return page.latex(self)

    @property
    def markdown(self) -> str:
        """The derivation in Markdown, with LaTeX between dollar signs."""
        from autograd.derivation import page

        return page.markdown(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        loss, by = (self.names[place.node, place.output] for place in (self.root, self.start))
        return f"<Derivation of {loss} by {by}: {self.path_count:,} path{'s' if self.path_count != 1 else ''}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the derivation in a notebook: as formulas, and as text where these cannot be shown."""
        return {"text/latex": self._repr_latex_(), "text/markdown": self.markdown, "text/plain": self.text}

    def _repr_latex_(self) -> str:
        """Show the derivation in a notebook."""
        return f"$$\n{self.latex}\n$$"

    def _repr_markdown_(self) -> str:
        """Show the derivation in a notebook that prefers Markdown."""
        return self.markdown


def explain(
    loss: Tensor | Callable[..., Any],
    *args: Any,
    of: Tensor | str | None = None,
    index: int | tuple[int, ...] | None = None,
    names: Any = None,
    most: int = 6,
    sign: Literal[-1, 1] = -1,
    **kwargs: Any,
) -> Derivation:
    """Write out the chain rule of one gradient: the paths, the local derivatives with their numbers, and their sum.

    `explain(loss, w)` reads what `with autograd.watch():` recorded. `explain(function, *args, of=w)` calls the function
    and watches that call; the function returns the loss.

    Parameters
    ----------
    loss : Tensor of one element, or callable
        What was differentiated.
    *args, **kwargs
        After a tensor, the tensor that `of` names as well; after a function, its arguments.
    of : Tensor or str
        By what: a tensor that the loss was computed from (a leaf or an intermediate result), or its name.
    index : int or tuple of int, optional
        An element of it: the derivation goes from number to number, through the elements that matter. Without, numbers
        are treated so and larger tensors as wholes, in matrix form.
    names : mapping of str to Tensor, or Module, optional
        Names to use, as in `draw`. Else tensors go by their own name, that of a parameter in its module, that of the
        variable they are in, or are called v1, v2 and so on.
    most : int
        How many paths are written out at most; there may be exponentially many. The largest products come first.
    sign : {-1, 1}
        Of the error terms: δ = -∂L/∂net (lecture 001) or δ = ∂L/∂net (lectures 003 and 004).

    Returns
    -------
    Derivation
        `print` it, or use `.text`, `.latex`, `.markdown`, `.value`, `.paths`.

    Raises
    ------
    TypeError
        There is no tensor to differentiate, or none to differentiate by.
    RuntimeError
        The loss has several elements; nothing was recorded or watched; the loss does not depend on the tensor; a value
        was edited since (explain before `optimizer.step()`); or there are too many elements to write out.
    IndexError
        `index` does not name one element.
    KeyError
        No tensor of the graph has the name `of`.

    Examples
    --------
    >>> with autograd.watch():
    ...     loss = (w * x - t) ** 2
    ...     loss.backward()
    >>> print(autograd.explain(loss, w))
    """
    variables = naming.of_caller()
    if not isinstance(loss, tape.Leaf):
        if not callable(loss):
            raise TypeError(
                say(
                    f"explain was given {type(loss).__name__}",
                    "a Tensor, or a function that returns one",
                    "Write autograd.explain(loss, w), or autograd.explain(step, x, y, of=w).",
                )
            )
        variables |= naming.of_call(loss, args, kwargs)
        with watch():
            loss = _first(loss(*args, **kwargs))
    elif of is None and len(args) == 1 and not kwargs:
        (of,) = args
    elif args or kwargs:
        raise TypeError(
            say(
                f"explain was given a Tensor and {len(args) + len(kwargs)} arguments",
                "the tensor to differentiate by",
                "Write autograd.explain(loss, w).",
            )
        )
    if not isinstance(of, tape.Leaf | str):
        raise TypeError(
            say(
                f"explain was to differentiate by {type(of).__name__}",
                "a Tensor that the loss was computed from, or its name",
                "Write autograd.explain(loss, w), or autograd.explain(step, x, y, of=w).",
            )
        )
    if loss._array.size != 1:  # type: ignore[union-attr]
        raise GraphError(
            say(
                f"explain was given a result of shape {tuple(loss.shape)}",  # type: ignore[union-attr]
                "a single number",
                "Explain one of its elements, or their sum.",
            )
        )
    return _Maker(loss, variables, names).derive(of, index, most, sign)


def _first(result: Any) -> Any:
    """Return the loss out of what a function returned."""
    found = result[0] if isinstance(result, tuple | list) and result else result
    if isinstance(found, tape.Leaf):
        return found
    raise TypeError(
        say(
            f"the function that explain called returned {type(found).__name__}",
            "the loss, a Tensor",
            "Return the loss itself, not loss.item().",
        )
    )


class _Maker:
    """The making of one derivation."""

    def __init__(self, loss: Any, variables: dict[str, Any], names: Any) -> None:
        root = op.edge_of(loss)
        if root is None:
            raise GraphError(
                say(
                    "explain was given a result that requires no gradient: nothing of it was recorded",
                    "one computed from a leaf that requires a gradient",
                    "Create that leaf with requires_grad=True, and compute outside no_grad.",
                )
            )
        self.graph, ids = read([loss], _merged(variables, names))
        self.recorded = Tape(root, ids)
        unseen = [n for n in self.graph.ops if not n.watched]
        if unseen:
            raise GraphError(
                say(
                    f"{len(unseen)} of the {len(self.graph.ops)} operations behind the loss were not watched, "
                    f"{unseen[0].op} among them",
                    "a watched graph",
                    f"For a derivation with its numbers, {HOW_TO_SEE}",
                )
            )
        try:
            stale.refuse_if_stale(self.recorded.order, None)
        except EditedError as error:
            error.add_note("Explain before optimizer.step(), or run the forward pass again and explain that.")
            raise
        self.root = self.recorded.key(root)
        self.names = naming.label(self.graph)
        self.shapes = {(n.id, i): tuple(o.shape or ()) for n in self.graph.nodes for i, o in enumerate(n.outputs)}

    def derive(self, of: Any, index: Any, most: int, sign: int) -> Derivation:
        """Return the derivation by a tensor or one of its elements."""
        key = self.key(of)
        shape = self.shapes[key]
        tensors = by_tensors(self.recorded, key)
        whole = leading_to(tensors, Place(*self.root))
        if not whole and key != self.root:
            raise self._unrelated(key)
        met = {key, self.root} | {(p.node, p.output) for group in whole for link in group for p in link[:2]}
        small = all([int(np.prod(self.shapes[k])) == 1 for k in met])
        if index is None and not small:
            return self.in_matrices(key, whole, most, sign)
        element = _flat(index, shape, self.names[key])
        return self.by_numbers(key, element, most, sign)

    def key(self, of: Any) -> Key:
        """Return which value of the graph is meant."""
        if isinstance(of, str):
            node = self.graph.find(of)
            return node.id, next(i for i, o in enumerate(node.outputs) if o.name == of)
        edge = op.edge_of(of)
        if edge is None:
            raise GraphError(
                say(
                    f"explain was to differentiate by a tensor of shape {tuple(of.shape)} that requires no gradient",
                    "a tensor that requires one",
                    "Create it with requires_grad=True, and run the forward pass again.",
                )
            )
        known = self.recorded.ids.get(
            id(edge) if isinstance(edge, tape.Leaf) else edge.edges[0] if isinstance(edge, tape.Port) else edge
        )
        if known is None:
            raise self._unrelated(None)
        return self.recorded.key(edge)

    def _unrelated(self, key: Key | None) -> GraphError:
        name = "that tensor" if key is None else self.names[key]
        leaves = ", ".join([self.names[n.id, 0] for n in self.graph.leaves][:8])
        return GraphError(
            say(
                f"the loss was not computed from {name}",
                f"a tensor of its graph, such as {leaves}",
                "Look at print(autograd.draw(loss)); a detach() or no_grad() on the way cuts the graph.",
            )
        )

    def by_numbers(self, key: Key, element: int, most: int, sign: int) -> Derivation:
        """Return the derivation that goes from number to number."""
        start, root = Place(*key, element), Place(*self.root, 0)
        groups = leading_to(by_elements(self.recorded, key, element, self.shapes), root)
        gradients = sums(groups, root)
        return self._derivation(start, root, groups, gradients, {}, gradients.get(start, 0.0), most, sign)

    def in_matrices(self, key: Key, groups: list[list[Link]], most: int, sign: int) -> Derivation:
        """Return the derivation that goes from tensor to tensor."""
        start, root = Place(*key), Place(*self.root)
        by_node: dict[int, list[Link]] = {}
        for group in groups:
            for link in group:
                by_node.setdefault(link.target.node, []).append(link)
        (seed,) = [v for i, v in self._results(root.node).items() if i == root.output]
        gradients: dict[Place, Array] = {root: np.ones_like(seed)}
        shares: dict[Place, list[Share]] = {}
        for number in sorted(by_node, reverse=True):
            arrived = {p.output: g for p, g in gradients.items() if p.node == number}
            if not arrived:
                continue
            pulled = self.recorded.pull(self.recorded.by_id[number], arrived)
            for position, link in {link.position: link for link in by_node[number]}.items():
                g = pulled[position]
                if g is not None:
                    shares.setdefault(link.source, []).append(Share(link, np.asarray(g)))
                    gradients[link.source] = gradients[link.source] + g if link.source in gradients else g
        shape = self.shapes[key]
        value = np.asarray(gradients.get(start, np.zeros(shape)))
        return self._derivation(start, root, groups, gradients, shares, value, most, sign)

    def _results(self, number: int) -> dict[int, Array]:
        node = self.recorded.by_id.get(number)
        if node is None:  # the loss is a leaf
            return {0: self.graph.nodes[number].value}
        return self.recorded.results(node)

    def _derivation(
        self,
        start: Place,
        root: Place,
        groups: list[list[Link]],
        gradients: dict[Place, Any],
        shares: dict[Place, list[Share]],
        value: Any,
        most: int,
        sign: int,
    ) -> Derivation:
        grad = self.graph.nodes[start.node].outputs[start.output].grad
        if grad is not None and start.element is not None:
            grad = float(np.reshape(grad, -1)[start.element])
        return Derivation(
            self.graph,
            self.names,
            {self.recorded.ids[n]: type(n) for n in self.recorded.nodes},
            start,
            root,
            value,
            grad,
            count_paths(groups, start, root),
            tuple([tuple(path) for path in largest_paths(groups, start, root, most)]),
            tuple(self.error_terms(gradients, sign)),
            shares,
            gradients,
            sign,
        )

    def error_terms(self, gradients: dict[Place, Any], sign: int) -> list[ErrorTerm]:
        """Return the error terms among the gradients, the last layer first."""
        depth = dict.fromkeys(range(len(self.graph.nodes)), 0)
        layers: dict[Key, int] = {}
        for node in self.graph.ops:
            sources = [e for e in node.operands if isinstance(e, Edge)]
            depth[node.id] = max([depth[e.source] for e in sources], default=0)
            if node.op in ACTIVATIONS and sources:
                layers.setdefault((sources[0].source, sources[0].output), depth[sources[0].source] + 1)
                depth[node.id] += 1
        members: dict[int, list[Key]] = {}
        for key, layer in layers.items():
            if self.graph.nodes[key[0]].kind == "op":
                members.setdefault(layer, []).append(key)
        terms = []
        for place, g in gradients.items():
            key = (place.node, place.output)
            if key not in layers or self.graph.nodes[key[0]].kind != "op":
                continue
            of_layer, shape = members[layers[key]], self.shapes[key]
            neuron: tuple[int, ...] | None = None
            if len(of_layer) > 1 and all([int(np.prod(self.shapes[k])) == 1 for k in of_layer]):
                neuron = (of_layer.index(key),)
            elif place.element is not None and int(np.prod(shape)) > 1:
                neuron = tuple(map(int, np.unravel_index(place.element, shape)))
            terms.append(ErrorTerm(place, layers[key], neuron, sign * g))
        return sorted(terms, key=lambda term: (-term.layer, term.place))


def _merged(variables: dict[str, Any], names: Any) -> dict[str, Any]:
    """Return the names asked for and, after them, the variables."""
    asked = dict(names.named_parameters()) if hasattr(names, "named_parameters") else names
    if asked is None:
        return variables
    if not isinstance(asked, dict):
        return asked  # type: ignore[no-any-return]  # `read` says what is wrong with it
    return {**asked, **{name: t for name, t in variables.items() if name not in asked}}


def _flat(index: Any, shape: tuple[int, ...], name: str) -> int:
    """Return the position of an element in memory order."""
    given = index if isinstance(index, tuple) else () if index is None else (index,)
    if index is None:
        given = (0,) * len(shape)
    integers = all([isinstance(i, int | np.integer) and not isinstance(i, bool) for i in given])
    if not integers or len(given) != len(shape):
        raise IndexError(
            say(
                f"explain was given index={index!r} for {name} of shape {shape}",
                f"{len(shape)} integers, one a dimension",
                f"Write for instance index={(0,) * len(shape)}.",
            )
        )
    for i, (k, n) in enumerate(zip(given, shape, strict=True)):
        if not -n <= k < n:
            raise IndexError(
                say(
                    f"index {k} is out of range for dimension {i} of {name}, whose shape is {shape}",
                    f"a number from {-n} to {n - 1}",
                    "Counting begins at 0.",
                )
            )
    inside = [k % n for k, n in zip(given, shape, strict=True)]
    return int(np.ravel_multi_index(inside, shape)) if shape else 0
