"""How a derivative rule gets onto the tape.

A rule is a class: `forward` and `backward`, written once in NumPy, and `saves`, which says what `backward` needs. The
instance is the tape node: `Sum(dim=0).apply(x)` computes and records. `appliers.py` has the quick ways for the rules
that come most often, and `function.py` has PyTorch's spelling, for rules of one's own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import say
from autograd.modes import special, state
from autograd.ruletype import RuleType, inputs_of, with_own_code, written_out
from autograd.tape import OUT, Edge, Leaf, Node, Outputs, Port
from autograd.versions import tick

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["OUT", "Elementwise", "MultiOp", "Op"]

Array = Any  # what rules compute with: ndarrays, NumPy scalars, Tensors or recording arrays
_new = object.__new__


class Op(Node, metaclass=RuleType):
    """Base class of derivative rules; an instance is a node on the tape.

    A rule defines

    - `forward(self, *inputs)`: the value, from arrays;
    - `backward(self, g, *saved)`: the gradients of the inputs from the gradient `g` of the output: one for one input,
      else a tuple; None for an input without gradient. Broadcasting needs no thought: the tape sums it back;
    - `saves`: which inputs (by position) and whether the output (`OUT`) arrive as `saved`, in that order;
    - `__slots__`: names of its plain attributes, set by keyword: `Sum(dim=0, keepdim=False)`.

    Both methods use NumPy's functions and operators only, edit nothing in place, and do not branch on data: they are
    read on ndarrays (the eager engine), on Tensors (`create_graph`) and on recording arrays.
    """

    __slots__ = ("shapes",)
    __init__ = object.__init__

    #: Inputs may be broadcast to the shape of the output.
    broadcasts = False

    #: Why the rule refuses bools, and what to do instead; "" if it takes them.
    without_bools = ""

    #: PyTorch's name of the node, where it is not the class name followed by "Backward0".
    torch_name: str

    #: The names of its attributes, those of its base classes first.
    attributes: tuple[str, ...]

    def forward(self, *inputs: Array) -> Array:
        """Compute the value from arrays."""
        raise NotImplementedError

    def keep(self, name: str, function: Callable[..., Array], *args: Array) -> Array:
        """Return `function(*args)`, computed once in `forward` and found again in `backward`.

        For intermediates that depend on inputs (probabilities, normalised activations). When the backward pass is
        itself differentiated, `args` are Tensors and the function runs again on them: a stored constant would give
        right first and silently wrong second derivatives.
        """
        for a in args:
            if isinstance(a, Leaf):
                return function(*args)
        try:
            kept = self.memo
        except AttributeError:
            raise TypeError(
                say(
                    f"{self.name()} keeps an intermediate, and was made by `unary` or `binary`",
                    "a rule that saves inputs and outputs alone",
                    "Apply it in the general form: Rule().apply(x).",
                )
            ) from None
        if kept is None:
            kept = self.memo = {}
        if name not in kept:
            kept[name] = function(*args)
        return kept[name]

    def apply(self, *inputs: Tensor) -> Any:
        """Compute the rule's value for `inputs` and record it.

        Returns
        -------
        Tensor or tuple of Tensor
            As many as `forward` returns.

        Notes
        -----
        A rule whose `forward` has a fixed number of inputs has this written out for them (in `ruletype.py`).
        """
        self.extra = self.shapes = self.memo = None
        arrays = tuple([t._array for t in inputs])
        z = self.forward(*arrays)
        if type(z) is tuple:
            return several(self, inputs, arrays, z)
        t = wrap(z)
        if self.broadcasts and any([a.shape != z.shape for a in arrays]):
            self.shapes = tuple([a.shape for a in arrays])
        mode: Any = state.mode if special else True
        if mode and any([t._needs for t in inputs]) and t._dtype.kind == "f":
            connect(self, inputs)
            self.saved = chosen(self.saves, arrays, z)
            t._node = self
            t._needs = True
            if mode is not True:
                mode.made(self, inputs, z)
        return t

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "apply" not in cls.__dict__:
            n = inputs_of(inspect.getattr_static(cls, "forward"))
            cls.apply = written_out(cls, n, globals()) if n else Op.apply  # type: ignore[method-assign]
        if "run" not in cls.__dict__:
            cls.run = with_own_code(cls.run, "run")  # type: ignore[method-assign]

    def backward_recorded(self, g: Any) -> Any:
        """Run `backward` on Tensors: the saved arrays as Tensors that hang where the inputs hung."""
        assert self.saved is not None
        saved = [self._hung(place, value) for place, value in zip(self.saves, self.saved, strict=True)]
        h = self.backward(g, *saved)
        if type(h) is tuple:
            return tuple([None if a is None else as_recorded(a) for a in h])
        return None if h is None else as_recorded(h)

    def _hung(self, place: Any, value: Any) -> Any:
        """Return a saved value as a Tensor on the edge it came from; a Python number as it is."""
        if isinstance(value, int | float) and not isinstance(value, np.generic):
            return value
        if place == OUT:
            return rebuild(value, self)
        return rebuild(value, Port(self, place[1]) if type(place) is tuple else self.edges[place])

    def complete(self, gs: Outputs) -> Any:
        """Return the gradients of all outputs; zeros, made here, for those that did not arrive."""
        raise NotImplementedError(f"{self.name()} has one output")


class Elementwise(Op):
    """Base class of rules whose result has the broadcast shape of the inputs."""

    broadcasts = True


class MultiOp(Op):
    """Base class of rules with several outputs: `forward` returns a tuple.

    `backward(self, gs, *saved)` gets the gradients of all outputs as a tuple, zeros where none arrived. Integer outputs
    carry no edge and have None there.
    """

    __slots__ = ("forms",)

    #: Shape and dtype of each output.
    forms: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]

    def complete(self, gs: Outputs) -> tuple[Any, ...]:
        """Fill in zeros for outputs whose gradient did not arrive."""
        recorded = any(isinstance(g, Leaf) for g in gs.values())
        full = []
        for i, (shape, d) in enumerate(self.forms):
            if i in gs or d.kind != "f":
                full.append(gs.get(i))
            else:
                zeros = np.zeros(shape, d)
                full.append(wrap(zeros) if recorded else zeros)
        return tuple(full)


# ----------------------------------------------------------------------------------------------- tensors and nodes

tensor_class: type[Tensor]


def use_tensor(cls: type[Tensor]) -> None:
    """Tell this file the class of what operations return (`_tensor.py` imports the operations, not the reverse)."""
    global tensor_class
    tensor_class = cls


def wrap(array: Array) -> Tensor:
    """Return a Tensor without history that holds `array` itself."""
    t: Tensor = _new(tensor_class)
    t._array = array
    t._dtype = array.dtype
    t._shape = array.shape
    t._node = None
    t._needs = False
    t._grad = None
    t._family = None
    t._extra = None
    return t


class Same(Op):
    """z = x     dx = g     (a saved value of a leaf that holds another array by now)."""

    def forward(self, x: Array) -> Array:
        return x

    def backward(self, g: Array) -> Array:
        return g


def rebuild(array: Array, edge: Edge | None) -> Tensor:
    """Return a Tensor that holds `array` and whose gradient flows to `edge`: the leaf itself where that is one."""
    if isinstance(edge, Leaf):
        leaf: Tensor = edge  # type: ignore[assignment]
        if leaf._array is array:
            return leaf
        edge = begin(Same(), (leaf,))
    t = wrap(array)
    t._node = edge
    t._needs = edge is not None
    return t


def as_recorded(a: Any) -> Tensor:
    """Return `a` as a Tensor."""
    return a if isinstance(a, Leaf) else wrap(np.asarray(a))  # type: ignore[return-value]


def edge_of(t: Tensor) -> Edge | None:
    """Return where the gradient of `t` goes: its node, itself if it is a leaf, None if it needs none."""
    return (t._node or t) if t._needs else None


def connect(node: Node, inputs: Sequence[Tensor]) -> None:
    """Give `node` its edges and its place on the tape."""
    node.edges = tuple([(t._node or t) if t._needs else None for t in inputs])
    node.seq = tick()


def begin(node: Op, inputs: Sequence[Tensor]) -> Op:
    """Put a node that saves nothing onto the tape."""
    node.saved = ()
    node.extra = node.shapes = None
    connect(node, inputs)
    return node


def several(node: Op, inputs: tuple[Tensor, ...], arrays: tuple[Array, ...], z: tuple[Array, ...]) -> Any:
    """Return the arrays `z`, which `node` made from `arrays`, as Tensors, and put `node` onto the tape."""
    mode: Any = state.mode if special else True
    if not (mode and any([t._needs for t in inputs])):
        return tuple([wrap(a) for a in z])
    connect(node, inputs)
    node.saved = tuple([z[place[1]] if type(place) is tuple else arrays[place] for place in node.saves])
    if isinstance(node, MultiOp):
        node.forms = tuple([(a.shape, a.dtype) for a in z])
    out = tuple([rebuild(a, Port(node, i) if a.dtype.kind == "f" else None) for i, a in enumerate(z)])
    if mode is not True:
        mode.made(node, inputs, z)
    return out


def chosen(saves: tuple[Any, ...], values: tuple[Any, ...], output: Any) -> tuple[Any, ...]:
    """Return what a rule of one output saves."""
    if not saves:
        return ()
    return values[:2] if saves == (0, 1) else tuple([output if place == OUT else values[place] for place in saves])
