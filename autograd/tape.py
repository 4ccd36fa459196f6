"""The tape: nodes, leaves and `run_backward`, the engine. It knows no operation and no Tensor.

A **node** is one executed operation. Its `edges` lead to what its inputs came from: another node, a leaf, or None
where no gradient is wanted. `run_backward` walks the nodes against the order in which they were made, so that every
node meets the complete sum of its gradient before it passes it on.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias, Union

import numpy as np

from autograd import hooks, modes, versions
from autograd.hooks import Extra, Pass, RemovableHandle
from autograd.kernels import unbroadcast
from autograd.stale import check_saved, freed, refuse_if_stale

Gradient: TypeAlias = Any  # an ndarray or NumPy scalar; a Tensor while a graph of the backward pass is recorded
Edge: TypeAlias = Union["Node", "Leaf"]

OUT = "out"  #: in `saves`: the output (of a rule with several outputs: a pair ("out", number))


class Node:
    """One executed operation on the tape.

    Attributes
    ----------
    seq : int
        The tick at which the node was made: later nodes have larger numbers.
    edges : tuple of Node, Leaf or None
        Where the gradient of each input goes.
    saved : tuple or None
        The values that `backward` needs, in the order of `saves`; None once they were freed.
    shapes : tuple or None
        The shapes of the inputs, if some were broadcast; None if none was.
    memo : dict or None
        Intermediates that `forward` computed and `backward` finds again, by name.
    extra : Extra or None
        Hooks and what `watch` saw; None for most nodes.
    """

    __slots__ = ("__weakref__", "edges", "extra", "memo", "saved", "seq")

    ends = False
    saves: tuple[Any, ...] = ()
    #: Saved input i is used for the gradient of input saved_for[i] alone: no edge there, no harm in an edit.
    saved_for: dict[int, int] = {}
    #: Attributes that hold arrays of the user's (a mask, an index), which he must not edit before backward either.
    watched: tuple[str, ...] = ()
    shapes: tuple[tuple[int, ...], ...] | None = None
    outputs = 1

    seq: float
    edges: tuple[Edge | None, ...]
    saved: tuple[Any, ...] | None
    extra: Extra | None
    memo: dict[str, Any] | None

    def backward(self, g: Gradient, *saved: Any) -> Any:
        """Turn the gradient of the output into the gradients of the inputs (of a single input: not in a tuple)."""
        raise NotImplementedError

    def backward_recorded(self, g: Gradient) -> Any:
        """Do what `backward` does with Tensors, so that the backward pass is itself recorded."""
        raise NotImplementedError

    def run(self, g: Gradient, sums: dict[Edge, Gradient], owned: set[Edge], retain_graph: bool) -> None:
        """Turn the gradient of the output into those of the inputs, and add these to the sums of where they go.

        This is the inner loop of a backward pass that nobody looks at. Every rule has a copy of it (see `RuleType`),
        and what a loop over a zip would take thrice as long for is written out for one input and for two.
        """
        saved = self.saved
        if not saved:
            if saved is None:  # freed inside a hook, or in another thread
                raise freed(self)
            h = self.backward(g)
        else:
            n = len(saved)
            if n == 1:
                h = self.backward(g, saved[0])
            elif n == 2:
                h = self.backward(g, saved[0], saved[1])
            else:
                h = self.backward(g, *saved)
            if not retain_graph:
                self.saved = self.memo = None
        if self.shapes is not None:
            h = unbroadcast_all(h, self.shapes, self.edges)
        if type(h) is not tuple:
            e = self.edges[0]
            if e is not None and h is not None:
                if e in sums:
                    add(sums, owned, e, h, False)
                else:
                    sums[e] = h
        elif len(h) == 2:
            e, e1 = self.edges
            h, h1 = h
            if e is not None and h is not None:
                if e in sums:
                    add(sums, owned, e, h, False)
                else:
                    sums[e] = h
            if e1 is not None and h1 is not None:
                if e1 in sums:
                    add(sums, owned, e1, h1, False)
                else:
                    sums[e1] = h1
        else:
            share(self.edges, h, sums, owned, False)

    def complete(self, gs: Outputs) -> Any:
        """Return the gradients of all outputs, of which only those in `gs` arrived."""
        raise NotImplementedError

    def name(self) -> str:
        """Return PyTorch's name of the node, `MulBackward0` for a product."""
        return type(self).__name__

    def needs(self, i: int) -> bool:
        """Tell whether anybody needs the gradient of input `i`."""
        return self.edges[i] is not None

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)`, two tuples, after this node has run in a backward pass.

        The hook may return a tuple that takes the place of `grad_inputs`.
        """
        from autograd.graph import on_node

        return on_node(self, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_outputs)`, a tuple, before this node runs in a backward pass.

        The hook may return a tuple that takes the place of `grad_outputs`.
        """
        from autograd.graph import before_node

        return before_node(self, hook)

    @property
    def metadata(self) -> dict[str, Any]:
        """A dictionary for notes of the user's."""
        return self.hooks().notes()

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input the node it came from and the number of that node's output: `((node, 0), ...)`.

        An input that needs no gradient shows as `(None, 0)`, a leaf as an `AccumulateGrad`.
        """
        return tuple(
            (None, 0)
            if e is None
            else (AccumulateGrad(e), 0)
            if isinstance(e, Leaf)
            else (e.edges[0], e.number)
            if isinstance(e, Port)
            else (e, 0)
            for e in self.edges
        )

    def hooks(self) -> Extra:
        """Return this node's `extra`, made if missing."""
        if self.extra is None:
            self.extra = Extra()
        return self.extra

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class Leaf:
    """Where gradients end: the base class of Tensor. Owns `.grad` and the hooks on it."""

    __slots__ = ("_extra", "_grad", "_needs")

    ends = True  # gradients stop here
    edges: tuple[Edge | None, ...] = ()
    saved: tuple[Any, ...] | None = ()
    seq = 0

    _array: Any
    _node: Any
    _extra: Extra | None
    _dtype: Any
    _shape: tuple[int, ...]
    _grad: Any
    _needs: bool | None  # whether a gradient is required; None: not, because it was computed under no_grad

    def _more(self) -> Extra:
        """Return this leaf's `_extra`, made if missing."""
        raise NotImplementedError

    def _wrap(self, gradient: Any) -> Any:
        """Return `gradient`, an array this leaf may keep, as what `.grad` shall hold."""
        raise NotImplementedError

    def _accumulate(self, gradient: Any) -> None:
        """Add a pass's gradient to the `.grad` there is (call under the lock)."""
        raise NotImplementedError


class AccumulateGrad:
    """How a leaf shows among `next_functions`: the place where its gradient is accumulated into `.grad`."""

    __slots__ = ("variable",)

    next_functions = ()

    def __init__(self, variable: Leaf) -> None:
        self.variable = variable

    def name(self) -> str:
        """Return the node's name."""
        return "AccumulateGrad"

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook((), (gradient,))` after a backward pass added that gradient to the leaf's `.grad`."""
        from autograd.graph import on_leaf

        return on_leaf(self.variable, hook)

    @property
    def metadata(self) -> dict[str, Any]:
        """A dictionary for notes of the user's."""
        return self.variable._more().notes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccumulateGrad) and other.variable is self.variable

    def __hash__(self) -> int:
        return id(self.variable)


class Outputs(dict[int, Any]):
    """Gradients of a node with several outputs, by output number. Adding two of them merges them."""

    __slots__ = ()

    def __add__(self, other: Outputs) -> Outputs:
        merged = Outputs(self)
        for number, g in other.items():
            merged[number] = merged[number] + g if number in merged else g
        return merged

    __iadd__ = __add__  # never in place: the gradients in it may belong to others


class Port(Node):
    """Output `number` of a node with several outputs.

    Tensors out of such a node lead to a port, and the port to the node: so an edge is a plain reference for all
    the operations that have one output.
    """

    __slots__ = ("number",)

    number: int

    def __init__(self, node: Node, number: int) -> None:
        self.seq = node.seq + 0.5  # after its node, and before all that can use it
        self.edges = (node,)
        self.saved = ()
        self.extra = None
        self.number = number

    def __eq__(self, other: object) -> bool:
        return type(other) is Port and other.edges[0] is self.edges[0] and other.number == self.number

    def __hash__(self) -> int:
        return hash((id(self.edges[0]), self.number))

    def backward(self, g: Gradient, *saved: Any) -> Any:
        """Hand the gradient to its place among the node's outputs."""
        return Outputs({self.number: g})

    backward_recorded = backward

    def name(self) -> str:
        """Return the name of the node this is an output of."""
        node = self.edges[0]
        assert isinstance(node, Node)
        return node.name()


_seq = attrgetter("seq")


def collect(roots: Iterable[Edge]) -> list[Node]:
    """Return all nodes that `roots` depend on, latest first. Iterative: depth does not matter."""
    seen: set[Any] = {None, *roots}
    order: list[Any] = [root for root in seen if root is not None and root.edges]  # a leaf has no edges
    below = [root.edges for root in order]
    add, visit, follow = seen.add, order.append, below.append
    for edges in below:  # which grows as we go
        for e in edges:
            if e not in seen:
                add(e)
                further = e.edges
                if further:
                    visit(e)
                    follow(further)
    if len(order) > 1:
        order.sort(key=_seq, reverse=True)
    return order


def leading_to(order: Sequence[Node], targets: Iterable[Edge]) -> set[Edge]:
    """Return those of `order` (latest first) that pass a gradient on towards one of `targets`."""
    reached = set(targets)
    runs: set[Edge] = set()
    for node in reversed(order):
        for e in node.edges:
            if e in reached:
                reached.add(node)
                runs.add(node)
                break
    return runs


_grad_lock = threading.Lock()


def _references() -> int:
    """Return what `sys.getrefcount` says of an array that one local variable alone holds: 2, or 1 from Python 3.14."""
    g = np.empty(1)
    return sys.getrefcount(g)


ALONE = _references()


def run_backward(
    roots: Sequence[Edge],
    gradients: Sequence[Gradient],
    retain_graph: bool,
    create_graph: bool,
    targets: Sequence[Edge] | None = None,
) -> list[Gradient | None]:
    """Carry `gradients` of `roots` back through the tape.

    Parameters
    ----------
    roots, gradients
        Where to begin, and with what.
    retain_graph : bool
        Keep what the nodes saved, for another pass.
    create_graph : bool
        Record the pass: gradients are Tensors, and can be differentiated again.
    targets : sequence of Node or Leaf, optional
        Visit only what leads to these, and return their gradients. Without targets, the gradients of all leaves
        are added to their `.grad`.

    Returns
    -------
    list
        The gradient of each target, None where none arrived; without targets an empty list.

    Notes
    -----
    Hooks and the bodies of user-defined Functions run with gradients recorded if `create_graph`, else under `no_grad`.

    All marks and sums of the pass are local, so that passes may run inside hooks and rules of other passes, and in
    several threads over shared nodes. Sums are completed before anything outside changes: an error in a rule leaves
    every `.grad` as it was.
    """
    order = collect(roots)
    runs = None if targets is None else leading_to(order, targets)
    refuse_if_stale(order, runs)
    captured: dict[Edge, Gradient] = dict.fromkeys(targets) if targets else {}
    sums: dict[Edge, Gradient] = {}
    for root, g in zip(roots, gradients):  # noqa: B905 (the caller made one for each)
        sums[root] = sums[root] + g if root in sums else g
    g = gradients = ()  # let go: whoever alone holds a gradient may keep it
    going: Pass = (order, runs, captured, {})
    if create_graph:
        with modes.enable_grad():
            carry(going, sums, retain_graph, create_graph)
    else:
        carry(going, sums, retain_graph, create_graph)  # rules compute on arrays, and ask no mode
    if sums:
        finish(going, sums, create_graph, accumulate=targets is None)
    return [captured[t] for t in targets] if targets is not None else []


def carry(going: Pass, sums: dict[Edge, Gradient], retain_graph: bool, create_graph: bool) -> None:
    """Run the nodes of a pass: take each one's sum out of `sums`, and add what it passes on to its inputs' sums."""
    order, runs, _, _ = going
    owned: set[Edge] = set()  # whose sum was made here, and may be added to in place
    arrived = sums.pop
    last_edit = versions.last_edit
    edits = last_edit[0]
    closely = create_graph or runs is not None or modes.state.observer is not None
    for node in order:
        g = arrived(node, None)
        if g is None:
            continue
        if closely or node.extra is not None or type(g) is Outputs or last_edit[0] is not edits:
            h = run_closely(node, g, going, retain_graph, create_graph, last_edit[0] is not edits)
            if h is not None:
                share(node.edges, h, sums, owned, create_graph)
        else:
            node.run(g, sums, owned, retain_graph)


def run_closely(
    node: Node, g: Gradient, going: Pass, retain_graph: bool, create_graph: bool, edited: bool
) -> Any:
    """Do what `Node.run` does where somebody may look on or interfere; return what the node passes on.

    That is the case if the pass has targets or is recorded, if the node has hooks, several outputs, or kept something,
    under `watch` and in anomaly mode, and if user code has `edited` a tensor during this pass.
    """
    _, runs, captured, _ = going
    observer = modes.state.observer
    saved = node.saved
    extra = node.extra
    if saved:
        if edited:
            check_saved(node, saved)
    elif saved is None and (runs is None or node in runs):  # freed inside a hook, or in another thread
        raise freed(node)
    if node in captured:
        captured[node] = g  # as in PyTorch, before the hooks if the gradient goes on from here, else after
    edits = versions.last_edit[0]
    if extra is not None and (runs is None or node in runs or node in captured):
        g = hooks.run_hooks(extra, g, create_graph, going)
    if runs is not None and node not in runs:
        if node in captured:
            captured[node] = g if type(node) is not Port else hooks.run_port_hooks(node, g, create_graph, going)
        return None
    if extra is not None and extra.ahead:
        g = hooks.run_prehooks(extra.ahead, g, create_graph)
        if g is None:
            return None
    if saved and versions.last_edit[0] is not edits:  # by a hook
        check_saved(node, saved)
    came = g
    if type(g) is Outputs:
        g = node.complete(g)
    try:
        h = node.backward_recorded(g) if create_graph else node.backward(g, *(saved or ()))
    except Exception as error:
        if observer is not None:
            observer.failed(node, error)
        raise
    if node.shapes is not None:
        h = unbroadcast_all(h, node.shapes, node.edges)
    if observer is not None:
        observer.ran(node, g, h)
    if extra is not None:
        if extra.seen is not None:
            extra.seen.passed(g, h)
            retain_graph = True
        if extra.after:
            h = hooks.run_after_hooks(extra.after, came, h, create_graph)
    if saved and not retain_graph:
        node.saved = node.memo = None
    return h


def share(
    edges: Sequence[Edge | None], h: Any, sums: dict[Edge, Gradient], owned: set[Edge], create_graph: bool
) -> None:
    """Add the gradients that a node passes on to the sums of its inputs."""
    for e, g in zip(edges, h if type(h) is tuple else (h,)):  # noqa: B905 (a rule's own business, as in `Node.run`)
        if e is not None and g is not None:
            if e in sums:
                add(sums, owned, e, g, create_graph)
            else:
                sums[e] = g


def add(sums: dict[Edge, Gradient], owned: set[Edge], e: Edge, h: Gradient, create_graph: bool) -> None:
    """Add `h` to the sum that there is for `e`: in place if the sum is this pass's own."""
    if e in owned:
        held = sums[e]
        held += h
        sums[e] = held  # a NumPy scalar is another one now
    else:
        sums[e] = sums[e] + h
        if not create_graph:
            owned.add(e)


def finish(going: Pass, sums: dict[Edge, Gradient], create_graph: bool, *, accumulate: bool) -> None:
    """Run the hooks of the leaves on their completed sums, then put the sums where they belong."""
    captured = going[2]
    deposits = []
    leaves: list[Any] = list(sums)  # every node has taken its sum out
    for leaf in leaves:
        g = sums.pop(leaf)
        if not accumulate and leaf not in captured:
            continue
        extra = leaf._extra
        if extra is not None and extra.before:
            g = hooks.run_hooks(extra, g, create_graph, going)
        if not accumulate:
            captured[leaf] = g
        elif leaf._needs:  # it may have been frozen since the forward pass
            # Only what nobody else refers to may become .grad as it is; shared or borrowed memory is copied.
            if type(g) is np.ndarray and (sys.getrefcount(g) > ALONE or not g.flags.owndata or not g.flags.writeable):
                g = g.copy()
            deposits.append((leaf, leaf._wrap(g)))
    deposit(deposits, create_graph)


def deposit(deposits: Sequence[tuple[Leaf, Any]], create_graph: bool) -> None:
    """Add gradients to the `.grad` of leaves: all under one lock, then their post-accumulate hooks."""
    hooked = []
    with _grad_lock:
        for leaf, g in deposits:
            if leaf._grad is None:
                leaf._grad = g
            else:
                leaf._accumulate(g)
            if leaf._extra is not None and leaf._extra.after:
                hooked.append((leaf, g, leaf._extra.after))
    for leaf, g, after in hooked:
        with hooks.user_code(create_graph):
            for hook in list(after.values()):
                hook(leaf, g)


def unbroadcast_all(h: Any, shapes: Sequence[tuple[int, ...]], edges: Sequence[Edge | None]) -> tuple[Any, ...]:
    """Sum each gradient over the axes along which its input was broadcast."""
    return tuple(
        g if g is None or e is None or g.shape == shape else unbroadcast(g, shape)
        for g, shape, e in zip(h if type(h) is tuple else (h,), shapes, edges, strict=True)
    )
