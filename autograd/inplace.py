"""Views and in-place edits: shared memory with right gradients.

A view remembers the tensor it was made from and the rule that made it. When a view is edited in place, its base is
rebased: from then on the base is "what it was, with the view's region replaced", and every other view of it is made
anew from that (PyTorch's CopySlices). Edits compute their result first, refuse what cannot be recorded, and only then
touch memory.
"""

from __future__ import annotations

import functools
import operator
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes, versions
from autograd.dtypes import F4, F8
from autograd.errors import InPlaceError, ShapeError, say
from autograd.modes import special, state
from autograd.op import Array, Elementwise, Op, begin, edge_of, wrap
from autograd.tape import Edge, Leaf, Node

if TYPE_CHECKING:
    from autograd._tensor import Tensor


_new = object.__new__
_reference = weakref.ref


class View(Op):
    """Base class of rules whose result shares the memory of their one input."""

    #: One of several views that one operation returned (unbind, split).
    several = False

    #: Elements of the result may lie on each other in memory.
    repeats = False

    def again(self) -> View:
        """Return a new node of the same rule and attributes, not yet on the tape."""
        rules = [c for c in type(self).__mro__ if issubclass(c, View) and c is not View]
        slots = {name for c in rules for name in c.__dict__["__slots__"]}
        again: View = type(self)(**{name: getattr(self, name) for name in slots})
        return again


class Family:
    """The views of one base tensor, in the order they were made."""

    __slots__ = ("opaque", "prune_at", "views")

    def __init__(self) -> None:
        self.views: list[weakref.ref[Tensor]] = []
        self.opaque: Sequence[weakref.ref[Tensor]] = ()  # outputs of user-defined Functions on this memory
        self.prune_at = 16

    def prune(self) -> None:
        """Forget views that no longer exist: whenever the list has doubled."""
        self.views = [r for r in self.views if r() is not None]
        self.prune_at = 2 * len(self.views) + 16


class Origin:
    """How a view came to be: from which tensor, by which rule, and whether that was recorded."""

    __slots__ = ("family", "parent", "repeats", "rule", "several", "tracked")

    parent: Tensor
    rule: View
    family: Family
    repeats: bool
    several: bool
    tracked: bool


class Chain(View):
    """z = a view of a view of x     dx = g sent back through both"""

    __slots__ = ("first", "second")
    first: View
    second: View

    def name(self) -> str:
        return self.second.name()

    def forward(self, x: Array) -> Array:
        return self.second.forward(self.first.forward(x))

    def backward(self, g: Array) -> Array:
        return self.first.backward(self.second.backward(g))


def overlaps(a: Array) -> bool:
    """Tell whether elements of `a` may lie on each other in memory, because it was expanded or cut into windows."""
    if type(a) is not np.ndarray or a.flags.c_contiguous:
        return False
    reach = 0  # of the dimensions so far, in bytes
    for stride, n in sorted((abs(s), n) for s, n in zip(a.strides, a.shape, strict=True) if n > 1):
        if stride <= reach or stride == 0:
            return True
        reach += stride * (n - 1)
    return False


def own(t: Tensor) -> np.ndarray[Any, Any]:
    """Return the memory of `t`, made if `t` holds a NumPy scalar."""
    a = t._array
    if type(a) is np.ndarray:
        return a
    memory = t._array = np.array(a)
    versions.alias(a, memory)
    return memory


def view(rule: View, input: Tensor) -> Tensor:
    """Apply a rule whose result shares memory with `input`, and remember the relation."""
    x = input._array
    if type(x) is not np.ndarray:
        x = own(input)
    z = rule.forward(x)
    t = wrap(z)
    mode = state.mode if special else True
    if mode and input._needs:
        rule.edges = (input._node or input,)
        rule.seq = versions.tick()
        rule.saved = ()
        rule.extra = rule.shapes = None
        t._node = rule
        t._needs = True
        if mode is not True:
            mode.made(rule, (input,), z)
    base = z.base
    if z is x or (base is not None and (base is x or base is x.base or versions.owner(z) is versions.owner(x))):
        relate(t, input, rule)  # reshape may have had to copy
    return t


def relate(t: Tensor, parent: Tensor, rule: View) -> None:
    """Remember that `t` is a view of `parent` made by `rule`."""
    family = join(t, parent, rule)
    if len(family.views) >= family.prune_at:
        family.prune()
    family.views.append(_reference(t))


def join(t: Tensor, parent: Tensor, rule: View) -> Family:
    """Write down where `t` comes from, and return the family it belongs to."""
    origin = t._family = _new(Origin)
    origin.parent = parent
    origin.rule = rule
    origin.repeats = rule.repeats
    origin.several = rule.several
    origin.tracked = state.grad if special else True
    above = parent._family
    if isinstance(above, Origin):
        family = above.family
        origin.several = rule.several or above.several
        origin.repeats = rule.repeats or above.repeats
        if above.repeats and overlaps(parent._array):
            # An edit of this view changes its parent in more places than the view's own: it hangs higher up.
            origin.parent, origin.rule = above.parent, Chain(first=above.rule, second=rule)
    elif above is None:
        family = parent._family = Family()
    else:
        family = above
    origin.family = family
    return family


class Opaque(View):
    """z = an input of a user-defined Function, or a view of it, handed through: nobody knows by which rule"""

    __slots__ = ("function",)
    several = True
    function: str

    def name(self) -> str:
        return self.function


def share(t: Tensor, parent: Tensor, function: str) -> None:
    """Remember that `t`, an output of a user-defined Function, lies on the memory of its input `parent`.

    There is no rule by which an edit of one could be carried over to the other: such edits are refused.
    """
    family = join(t, parent, Opaque(function=function))
    family.opaque = [r for r in (*family.opaque, _reference(t)) if r() is not None]


def base_of(t: Tensor) -> Tensor | None:
    """Return the tensor whose memory `t` is a view of; None if it is no view."""
    base = None
    while isinstance(t._family, Origin):
        base = t = t._family.parent
    return base


class CopySlices(Op):
    """z = x with the region of a view replaced by y     dx = g outside the region, 0 inside,  dy = g inside"""

    __slots__ = ("rule",)
    torch_name = "CopySlices"
    rule: View

    def backward(self, g: Array) -> Any:
        inside = self.rule.forward(g)
        mask = self.rule.backward(np.ones(inside.shape, np.bool_))
        return np.where(mask, 0, g), inside


class Copied(Elementwise):
    """z = y in the shape of x     dx = 0,  dy = g"""

    torch_name = "CopyBackwards"

    def forward(self, x: Array, y: Array) -> Array:
        return np.broadcast_to(y, np.broadcast_shapes(x.shape, y.shape))

    def backward(self, g: Array) -> Any:
        return np.zeros_like(g), g


class Fill(Op):
    """z = a number everywhere     dx = 0"""

    __slots__ = ("value",)
    value: float

    def forward(self, x: Array) -> Array:
        return np.full_like(x, self.value)

    def backward(self, g: Array) -> Array:
        return np.zeros_like(g)


def refuse_unless_editable(t: Tensor, recorded: bool) -> None:
    """Raise unless the memory of `t` can be edited, and the edit recorded if `recorded`.

    Raises
    ------
    RuntimeError
        Several elements of `t` are one element of memory, its memory is read-only, it is a leaf that requires a
        gradient (or a view of one) while gradients are recorded, or a view whose edits cannot be recorded.
    """
    a = t._array
    if type(a) is np.ndarray:
        if overlaps(a):
            raise InPlaceError(
                say(
                    "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                    "location (it was expanded, or its windows overlap)",
                    "a tensor with memory of its own for every element",
                    "Clone it before the edit: x = x.clone().",
                )
            )
        if not a.flags.writeable:
            raise InPlaceError(
                say(
                    "the memory of the tensor is read-only and cannot be edited in place",
                    "writable memory",
                    "Clone the tensor first: x = x.clone().",
                )
            )
    refuse_unless_recordable(t, recorded)


def refuse_unless_recordable(t: Tensor, recorded: bool) -> None:
    """Raise unless an edit of `t` can be part of the graph, or none is recorded.

    Raises
    ------
    RuntimeError
        `t` is a leaf that requires a gradient (or a view of one), or a view whose edits cannot be recorded.
    """
    if not state.grad:
        return
    family = t._family.family if isinstance(t._family, Origin) else t._family
    if family is not None and any([r() is not None and r() is not t for r in family.opaque]):
        raise InPlaceError(
            say(
                "a tensor is being modified inplace whose memory an output of a custom Function shares: the Function "
                "returned its input, or a view of it",
                "memory that no recorded function hands through",
                "Return x.clone() from the Function's forward, or clone the tensor before the edit.",
            )
        )
    if t._needs and t._node is None:
        raise InPlaceError(
            say(
                "a leaf Variable that requires grad is being used in an in-place operation",
                "a tensor computed from it, or no recording",
                "Write x = x + 1 in place of x += 1, or do the edit under autograd.no_grad() (a parameter update).",
            )
        )
    origin = t._family
    if not isinstance(origin, Origin):
        return
    base = base_of(t)
    assert base is not None
    if base._needs and base._node is None:
        raise InPlaceError(
            say(
                "a view of a leaf Variable that requires grad is being used in an in-place operation",
                "a view of a tensor computed from it, or no recording",
                "Clone the leaf first, or do the edit under autograd.no_grad().",
            )
        )
    if not (recorded or base._needs):
        return
    if origin.several:
        raise InPlaceError(
            say(
                f"Output of {origin.rule.name()} is a view and is being modified inplace; it comes from a function "
                "that returns multiple views, which do not allow their outputs to be modified inplace",
                "a view made by indexing, or a copy",
                "Index the tensor instead (x[i] += 1), or clone the view first.",
            )
        )
    if not origin.tracked:
        raise InPlaceError(
            say(
                "a view that was created in no_grad mode is being modified inplace with grad mode enabled",
                "a view made while recording, or an edit under no_grad",
                "Make the view outside no_grad, or do the edit inside it.",
            )
        )


def rescue(last: Node, since: float, old: Array, z: Array) -> None:
    """Let the nodes made after tick `since`, up to `last`, keep copies of what they saved of the memory of `old`.

    It is about to be overwritten by `z`, the value of `last`, which from then on is found there: where `last` saved its
    own value it gets None, for the time being.
    """
    memory = versions.owner(old)
    todo: list[Any] = [last]
    for node in todo:
        packed = getattr(node.saved, "rescue", None)  # by hooks on saved tensors
        if packed is not None:
            packed(old)
        elif node.saved and old is not z:
            node.saved = tuple(
                [
                    None if a is z and node is last else a.copy() if versions.owner(a) is memory else a
                    for a in node.saved
                ]
            )
        todo += [e for e in node.edges if e is not None and e.seq > since and e not in todo]


def put_into(t: Tensor, result: Tensor, since: float | None = None) -> Tensor:
    """Let `t` become `result`: its memory gets the values, and `t` the history.

    Parameters
    ----------
    t, result : Tensor
    since : float, optional
        The tick at which the operation began that computed the result, if it may have made several nodes.

    Raises
    ------
    RuntimeError
        The result has another shape than `t`, or a dtype that `t` cannot hold; or `t` cannot be edited.
    """
    z = result._array
    old = t._array
    if z.shape != old.shape:
        raise ShapeError(
            say(
                f"output with shape {list(old.shape)} doesn't match the broadcast shape {list(z.shape)}",
                "a result of the tensor's own shape: an in-place edit cannot enlarge it",
                "Write x = x + y in place of x += y.",
            )
        )
    if dtypes.category(z.dtype) > dtypes.category(old.dtype):
        raise InPlaceError(
            say(
                f"result type {dtypes.of(z.dtype).name} can't be cast to the desired output type "
                f"{dtypes.of(old.dtype).name}",
                "a result of the tensor's own kind of number",
                "Convert the tensor first (x = x.float()), or write x = x + y.",
            )
        )
    refuse_unless_editable(t, bool(result._needs))
    node = result._node if result._node is not t._node else None
    if z.dtype != old.dtype and node is not None:
        result = result.to(dtypes.of(old.dtype))
        node = result._node
    if node is not None:
        # Rules may have saved what is about to be overwritten.
        rescue(node, node.seq - 0.75 if since is None else since, old, z)
    memory = own(t)
    np.copyto(memory, z, casting="unsafe")
    versions.edited(memory)
    if isinstance(node, Op):
        if type(node.saved) is tuple:
            node.saved = tuple([memory if a is None else a for a in node.saved])
        node.seq = versions.tick()
    if state.grad and (result._needs or t._needs):
        become(t, result)
    return t


def become(t: Tensor, result: Tensor) -> None:
    """Give `t` the history of `result`, rebase what it is a view of, and make its relatives' edges anew."""
    rehang(t, edge_of(result))
    family = t._family
    if family is None:
        return
    current = t
    while isinstance(current._family, Origin):
        parent = current._family.parent
        node = begin(CopySlices(rule=current._family.rule), (parent, current))
        if state.observer is not None:
            state.observer.made(node, (parent, current), parent._array)
        rehang(parent, node)
        current = parent
    family = family.family if isinstance(family, Origin) else family
    for reference in family.views:
        relative = reference()
        if relative is None:
            continue
        origin = relative._family
        assert isinstance(origin, Origin)
        rehang(relative, begin(origin.rule.again(), (origin.parent,)) if origin.parent._needs else None)


def rehang(t: Tensor, edge: Edge | None) -> None:
    """Let `t` come from another place on the tape, or from nowhere; what `retain_grad` asked for goes along."""
    before, number = t.grad_fn, t.output_nr
    t._node, t._needs = edge, edge is not None
    if edge is not None and before is not None and before.extra is not None and number in before.extra.retain:
        t.grad_fn.hooks().retain[t.output_nr] = before.extra.retain.pop(number)


#: What does to two arrays, in the first one's memory, what a ufunc does; to two scalars, with a new one for a result.
_EDITS = {
    np.add: operator.iadd,
    np.subtract: operator.isub,
    np.multiply: operator.imul,
    np.divide: operator.itruediv,
}


def inplace(function: Callable[..., Tensor], ufunc: Any = None) -> Callable[..., Tensor]:
    """Return the in-place form of an operation: compute as usual, then put the result into the first operand.

    Parameters
    ----------
    function : callable
        The operation.
    ufunc : numpy.ufunc, optional
        One of `_EDITS`. Used where nothing is recorded and the operands agree: a parameter's update.
    """

    @functools.wraps(function)
    def edit(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        refuse_unless_editable(self, False)
        since = versions.tick()
        return put_into(self, function(self, *args, **kwargs), since)

    operate: Any = _EDITS.get(ufunc)

    @functools.wraps(function)
    def update(self: Tensor, other: Any, **kwargs: Any) -> Tensor:
        if special and isinstance(other, Leaf) and not state.grad and not kwargs:
            d = self._dtype
            if other._dtype is d and (d is F8 or d is F4):
                a, b = self._array, other._array
                if type(a) is not np.ndarray:
                    if type(b) is not np.ndarray:
                        self._array = operate(a, b)  # a scalar: there is no memory yet that anybody could share
                        return self
                elif a.shape == b.shape and a.base is None and a.flags.writeable:
                    operate(a, b)
                    versions.edited(a)
                    return self
        return edit(self, other, **kwargs)

    chosen: Any = edit if operate is None else update
    chosen.__name__ = chosen.__qualname__ = f"{function.__name__}_"
    chosen.__doc__ = f"In-place form of `{function.__name__}`: edits this tensor and returns it."
    return chosen  # type: ignore[no-any-return]
