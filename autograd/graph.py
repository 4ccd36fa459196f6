"""Looking into the tape, by PyTorch's names: hooks on nodes, on what nodes save, and on several gradients at once.

Hooks on saved tensors are an observer of their own (`Saver`), which puts what the hooks made of a saved value in its
place once a node has been recorded. So they cost nothing where there are none.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd import dtypes, modes, versions
from autograd.errors import AutogradError, EditedError, GraphError, ShapeError, say
from autograd.hooks import Observer, Onlooker, Pass, RemovableHandle, observers
from autograd.op import MultiOp, edge_of, rebuild, wrap
from autograd.tape import OUT, AccumulateGrad, Edge, Leaf, Node, Outputs, Port

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "GradientEdge",
    "Node",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


# --------------------------------------------------------------------------------------------------- hooks on nodes


def _arrived(node: Node, g: Any) -> tuple[Any, ...]:
    """Return the gradients of all outputs of a node, None where none arrived."""
    return tuple([g.get(i) for i in range(len(node.forms))]) if isinstance(g, Outputs) else (g,)  # type: ignore[attr-defined]


def _tensors(gradients: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([g if g is None or isinstance(g, Leaf) else wrap(g) for g in gradients])


def _replaced(hook: Callable[..., Any], out: Any, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
    """Check what a hook of a node returned in place of `gradients`, and return it as they are: arrays or Tensors."""
    name = getattr(hook, "__name__", type(hook).__name__)
    if not isinstance(out, tuple):
        raise TypeError(
            say(
                f"hook '{name}' of a node: expected tuple, but hook returned '{type(out).__name__}'",
                "a tuple of gradients, or None to change nothing",
                "Return (gradient,) for a single one.",
            )
        )
    if len(out) != len(gradients):
        raise AutogradError(
            say(
                f"hook '{name}' has returned an incorrect number of values (got {len(out)}, but expected "
                f"{len(gradients)})",
                "one gradient for each that the hook was given",
                "Return None in the place of those that shall be missing.",
            )
        )
    return tuple([_checked(name, new, g) for new, g in zip(out, gradients, strict=True)])


def _checked(name: str, new: Any, g: Any) -> Any:
    if new is None:
        return None
    if g is None or not isinstance(new, Leaf):
        raise TypeError(
            say(
                f"hook '{name}' returned {type(new).__name__} among the gradients"
                + (": can't replace a None gradient with a non-None value" if g is None else ""),
                "None" if g is None else "a Tensor or None",
                "Return the gradients in the places in which the hook was given them.",
            )
        )
    array, before = new._array, getattr(g, "_array", g)
    if array.shape != before.shape:
        raise ShapeError(
            say(
                f"hook '{name}' has changed the size of value: from {tuple(before.shape)} to {tuple(array.shape)}",
                "a gradient of the same shape",
                "Change the numbers only.",
            )
        )
    if array.dtype != before.dtype:
        raise AutogradError(
            say(
                f"hook '{name}' has changed the type of value (was {dtypes.of(before.dtype)} got "
                f"{dtypes.of(array.dtype)})",
                "a gradient of the same dtype",
                "Convert it back: new.to(gradient.dtype).",
            )
        )
    return new if isinstance(g, Leaf) else array


def on_node(node: Node, hook: Callable[..., Any]) -> RemovableHandle:
    """Do what `Node.register_hook` says."""

    def after(h: tuple[Any, ...], g: Any) -> tuple[Any, ...]:
        wanted = tuple([None if e is None else gradient for e, gradient in zip(node.edges, h, strict=True)])
        out = hook(_tensors(wanted), _tensors(_arrived(node, g)))
        return h if out is None else _replaced(hook, out, wanted)

    hooks = node.hooks().after
    handle = RemovableHandle(hooks)
    hooks[handle.id] = after
    return handle


def before_node(node: Node, hook: Callable[..., Any]) -> RemovableHandle:
    """Do what `Node.register_prehook` says."""

    def before(g: Any) -> Any:
        gradients = _arrived(node, g)
        out = hook(_tensors(gradients))
        if out is None:
            return g
        new = _replaced(hook, out, gradients)
        return Outputs({i: a for i, a in enumerate(new) if a is not None}) if isinstance(g, Outputs) else new[0]

    extra = node.hooks()
    if extra.ahead is None:
        extra.ahead = {}
    handle = RemovableHandle(extra.ahead)
    extra.ahead[handle.id] = before
    return handle


def on_leaf(leaf: Leaf, hook: Callable[..., Any]) -> RemovableHandle:
    """Do what `AccumulateGrad.register_hook` says: with the post-accumulate hooks, in the order of registration."""
    hooks = leaf._more().after
    handle = RemovableHandle(hooks)
    # The first gradient is `.grad` itself, into which later ones are added.
    hooks[handle.id] = lambda _, g: hook((), (g.clone() if g is leaf._grad else g,))
    return handle


# ------------------------------------------------------------------------------------------- hooks on saved tensors


class Held:
    """A saved value as hooks keep it: packed, until it is asked for."""

    __slots__ = ("dtype", "kept", "pack", "shape", "source", "tick", "unpack")

    def __init__(self, t: Any, pack: Callable[[Any], Any], unpack: Callable[[Any], Any], node: Node) -> None:
        array = t._array
        self.pack, self.unpack = pack, unpack
        self.shape, self.dtype = array.shape, array.dtype
        # Only arrays can be edited; the reference is needed until the operation has ended (`Packed.rescue`).
        self.source = weakref.ref(array) if type(array) is np.ndarray else None
        before = versions.count(array)
        with modes.no_grad():
            kept = pack(t)
        if versions.count(array) != before:
            raise AutogradError(
                say(
                    "A saved tensor pack hook is modifying its input in place: tensors provided as input to pack hook "
                    "can not be modified by in-place operations, since the operation's own result would change",
                    "a pack hook that reads its input",
                    "Work on a copy: x = x.clone().",
                )
            )
        if kept is t and t.grad_fn is node:
            kept = t.detach()  # the node's own output, and so the node, would never be freed
        self.kept = kept
        self.tick = versions.tick()

    def array(self) -> Any:
        """Unpack the value."""
        if isinstance(self.kept, Leaf) and versions.stamp(self.kept._array) > self.tick:
            raise EditedError(
                say(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"a tensor of shape {tuple(self.shape)} that a saved tensor pack hook returned",
                    "the value that the forward pass computed with",
                    "Let the pack hook return a copy, or edit one.",
                )
            )
        with modes.no_grad():
            t = self.unpack(self.kept)
        if not isinstance(t, Leaf):
            raise TypeError(
                say(
                    "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                    f"{type(t).__name__}",
                    "a Tensor",
                    "Make a tensor of it: autograd.from_numpy(...).",
                )
            )
        array = t._array
        if array.shape != self.shape:
            raise ShapeError(
                say(
                    f"a saved tensor unpack_hook returned a tensor of shape {tuple(array.shape)}",
                    f"the shape {tuple(self.shape)} of the tensor that was packed",
                    "Let unpack_hook undo what pack_hook does.",
                )
            )
        return array if array.dtype == self.dtype else array.astype(self.dtype)


def unpacked(value: Any) -> Any:
    """Return a saved value as rules want it, whether hooks have packed it or not."""
    return value.array() if type(value) is Held else value


class Packed(tuple[Any, ...]):
    """What a node saved, held by hooks: reading an item unpacks it."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        return map(unpacked, super().__iter__())

    def __getitem__(self, i: Any) -> Any:
        return unpacked(super().__getitem__(i))

    def rescue(self, edited: Any) -> None:
        """Pack anew, as copies, what lies in memory that is about to be edited by the operation that saved it."""
        memory = versions.owner(edited)
        for held in super().__iter__():
            source = held.source() if type(held) is Held and held.source is not None else None
            if source is not None and versions.owner(source) is memory:
                with modes.no_grad():
                    held.kept = held.pack(wrap(source.copy()))
                held.tick = versions.tick()


class Saver(Onlooker):
    """The observer behind `saved_tensors_hooks`: lets hooks pack what a node has just saved."""

    def __init__(self, outer: Observer | None, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        super().__init__(outer)
        self.pack, self.unpack = pack, unpack

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Pack what `node` saved, unless a saver within this one has done so."""
        saved = node.saved
        if saved and not any([type(value) is Held for value in tuple.__iter__(saved)]):
            places = node.saves if len(node.saves) == len(saved) else [None] * len(saved)
            values = [self.held(node, inputs, place, value) for place, value in zip(places, saved, strict=True)]
            # A Function reads what it saved as `ctx.saved_tensors`, once; a rule, as arguments.
            node.saved = tuple(values) if _is_function(node) else Packed(values)
            node.memo = None  # intermediates are computed again
        super().made(node, inputs, output)

    def held(self, node: Any, inputs: tuple[Any, ...], place: Any, value: Any) -> Any:
        """Return a saved value packed; a number, and what no gradient will ask for, as it is."""
        if not isinstance(value, np.ndarray | np.generic):
            return value
        used_for = node.saved_for.get(place) if isinstance(place, int) else None
        if used_for is not None and node.edges[used_for] is None:
            return value
        given = inputs[place] if isinstance(place, int) and place < len(inputs) else None
        if isinstance(given, Leaf) and given._array is value:
            t = given
        elif place is None or isinstance(place, int) or value.dtype.kind != "f":
            t = wrap(value)
        elif place == OUT or (_is_function(node) and node.outputs == 1):
            t = rebuild(value, node)
        else:
            t = rebuild(value, Port(node, place[1]))
        return Held(t, self.pack, self.unpack, node)


def _is_function(node: Node) -> bool:
    """Tell whether a node is the ctx of a user-defined Function."""
    return hasattr(type(node), "saved_tensors")


class _Disabled(threading.local):
    message: str | None = None


_disabled = _Disabled()


class saved_tensors_hooks(modes.ModeSwitch):
    """Inside, whatever an operation saves for its derivative goes through `pack_hook`, and back through `unpack_hook`.

    `with autograd.graph.saved_tensors_hooks(pack_hook, unpack_hook):` around the forward pass. What `pack_hook(tensor)`
    returned is kept in the graph in the tensor's place, and `unpack_hook` is called with it when backward gets there.
    Within several such blocks, the innermost hooks apply. Holds for the current thread.

    Parameters
    ----------
    pack_hook : callable
        Takes a Tensor, and returns anything. It must not edit the tensor.
    unpack_hook : callable
        Takes what `pack_hook` returned, and returns a Tensor equal to that which was packed.

    Raises
    ------
    RuntimeError
        On entry, where `disable_saved_tensors_hooks` forbids it; in the forward pass, if `pack_hook` edits its input;
        in the backward pass, if `unpack_hook` returns another shape.
    TypeError
        `unpack_hook` returns something else than a Tensor.

    Notes
    -----
    Operations save what their own rules need, which is not always what PyTorch's save. Intermediate results that some
    rules keep (the probabilities of a softmax loss, say) are computed again in the backward pass instead.
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        if _disabled.message is not None:
            raise AutogradError(_disabled.message)
        super().__enter__()

    def _enter(self) -> None:
        modes.set_modes(modes.state.grad, Saver(modes.state.observer, self.pack_hook, self.unpack_hook))

    def _again(self) -> saved_tensors_hooks:
        return saved_tensors_hooks(self.pack_hook, self.unpack_hook)


class save_on_cpu(saved_tensors_hooks):
    """Inside, saved tensors are kept on the cpu: where they are anyway, so they are kept as copies.

    Parameters
    ----------
    pin_memory : bool
        Accepted; memory is never pinned.
    device_type : str
        Accepted; there is no other device than the cpu.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda t: t.detach().clone(), lambda t: t)


class disable_saved_tensors_hooks:
    """Inside, entering `saved_tensors_hooks` raises RuntimeError with this message. For the current thread.

    Raises
    ------
    RuntimeError
        On entry, if such hooks are active already.
    """

    def __init__(self, error_message: str) -> None:
        self.error_message = error_message
        self._before: list[str | None] = []

    def __enter__(self) -> None:
        if any([isinstance(observer, Saver) for observer in observers(modes.state.observer)]):
            raise AutogradError(self.error_message)
        self._before.append(_disabled.message)
        _disabled.message = self.error_message

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        _disabled.message = self._before.pop()


# --------------------------------------------------------------------------------------------------- several gradients


class _Handles(RemovableHandle):
    """One handle for the hooks on several tensors."""

    __slots__ = ("_handles",)

    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        super().__init__({})
        self._handles = handles

    def remove(self) -> None:
        """Take the hooks off. Doing so twice is harmless."""
        for handle in self._handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., None], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` once in every backward pass that computes gradients of some of `tensors`.

    Parameters
    ----------
    tensors : sequence of Tensor
        They require gradients.
    fn : callable
        With mode "all", it is called once the last of the gradients that the pass computes is complete, with a list
        of them: None for a tensor whose gradient this pass does not compute. With mode "any", once the first is, with
        that one.
    mode : str
        "all" or "any".

    Returns
    -------
    RemovableHandle
        Its `remove()` takes the hook off.

    Raises
    ------
    ValueError
        Another mode.
    RuntimeError
        A tensor requires no gradient.
    """
    if mode not in ("all", "any"):
        raise ValueError(say(f"register_multi_grad_hook got mode {mode!r}", "one of ('all', 'any')", "Choose one."))
    key = object()  # of this hook's notes among those of a pass
    edges = [edge_of(t) for t in tensors]

    def hook_of(number: int) -> Callable[[Any, Pass], None]:
        def hook(g: Any, going: Pass) -> None:
            notes = going[3]
            gradient = g if isinstance(g, Leaf) else wrap(g)
            if mode == "any":
                if key not in notes:
                    notes[key] = True
                    fn(gradient)
                return
            if key not in notes:
                reached = _reached(going) | {_place(edges[number])}
                notes[key] = [sum([_place(e) in reached for e in edges]), [None] * len(edges)]
            state = notes[key]
            state[0] -= 1
            state[1][number] = gradient
            if state[0] == 0:
                fn(state[1])

        return hook

    handles = []
    for number, t in enumerate(tensors):
        if not t._needs:
            if mode == "any":
                continue
            raise GraphError(
                say(
                    f"cannot register a hook on a tensor that doesn't require gradient: tensor {number}",
                    "tensors that require gradients",
                    "Leave it out.",
                )
            )
        hooks = (t._more() if t._node is None else t.grad_fn.hooks()).before
        handle = RemovableHandle(hooks)
        hooks[handle.id] = (t.output_nr, hook_of(number))
        handles.append(handle)
    return _Handles(handles)


def _place(edge: Edge | None) -> Any:
    """Return what runs the hooks on a tensor: its node or the leaf itself."""
    return edge.edges[0] if type(edge) is Port else edge


def _reached(going: Pass) -> set[Any]:
    """Return the nodes and leaves whose hooks run in a pass."""
    order, runs, captured, _ = going
    running = [node for node in order if runs is None or node in runs]
    ends = {e for node in running for e in node.edges if e is not None and (runs is None or e in captured)}
    return {_place(e) for e in [*running, *ends]}


# --------------------------------------------------------------------------------------------------- edges


class GradientEdge(NamedTuple):
    """A place on the tape where a gradient arrives: output `output_nr` of `node`. `get_gradient_edge` makes it."""

    node: Any
    output_nr: int
    ownership_token: Any = None

    def edge(self) -> Edge:
        """Return the place as the tape itself knows it."""
        if isinstance(self.node, AccumulateGrad):
            return self.node.variable
        several = isinstance(self.node, MultiOp) and len(self.node.forms) > 1
        return Port(self.node, self.output_nr) if several else self.node


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Return where on the tape the gradient of `tensor` arrives: `grad` takes it in the tensor's place.

    Raises
    ------
    RuntimeError
        The tensor requires no gradient.
    """
    if not tensor._needs:
        raise GraphError(
            say(
                "It is not possible to get the gradient edge for a Tensor that does not require gradients",
                "a tensor that requires a gradient",
                "Call requires_grad_() on it before it is used.",
            )
        )
    node = AccumulateGrad(tensor) if tensor._node is None else tensor.grad_fn
    return GradientEdge(node, tensor.output_nr)


def increment_version(tensor: Tensor | Sequence[Tensor]) -> None:
    """Tell the tape that the memory of a tensor (or of several) was edited without its knowledge, through NumPy say."""
    for t in [tensor] if isinstance(tensor, Leaf) else tensor:
        versions.edited(t._array)
