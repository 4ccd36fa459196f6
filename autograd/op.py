"""How a derivative rule gets onto the tape.

A rule is a class: `forward` and `backward`, written once in NumPy, and `saves`, which says what `backward` needs. The
instance is the tape node. Three ways lead onto the tape: `unary(rule)` and `binary(rule, ...)` return functions made
for speed, specialised by closure; `rule(...).apply(x, ...)` serves every other shape of operation. `Function`, in
PyTorch's spelling, is in `function.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes, versions
from autograd.dtypes import F4, F8
from autograd.errors import DtypeError, ShapeError, UndefinedError, say
from autograd.hooks import Extra
from autograd.kernels import astype
from autograd.modes import special, state
from autograd.tape import OUT, Edge, Leaf, Node, Outputs, Port

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["OUT", "Op", "binary", "reflected", "unary"]

Array = Any  # what rules compute with: ndarrays, NumPy scalars, Tensors or recording arrays
_tick = versions.tick
_new = object.__new__


def _set_attributes(self: Op, **attributes: Any) -> None:
    """Set the attributes of a rule: `Sum(dim=0, keepdim=False)`."""
    for name, value in attributes.items():
        setattr(self, name, value)


class _RuleType(type):
    """Gives each rule its slots, PyTorch's name for the node and, where it has several outputs, its ports."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> type:
        if namespace.setdefault("__slots__", ()):
            # Only rules with attributes have an initialiser: making one of the others then costs least.
            namespace.setdefault("__init__", _set_attributes)
        cls = super().__new__(mcls, name, bases, namespace, **kwargs)
        cls.__name__ = namespace.get("torch_name", f"{name}Backward0")
        return cls


class Op(Node, metaclass=_RuleType):
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

    def forward(self, *inputs: Array) -> Array:
        """Compute the value from arrays."""
        raise NotImplementedError

    def keep(self, name: str, function: Callable[..., Array], *args: Array) -> Array:
        """Return `function(*args)`, computed once in `forward` and found again in `backward`.

        For intermediates that depend on inputs (probabilities, normalised activations). When the backward pass is
        itself differentiated, `args` are Tensors and the function runs again on them: a stored constant would give
        right first and silently wrong second derivatives.
        """
        if any(isinstance(a, Leaf) for a in args):
            return function(*args)
        try:
            extra = self.extra
        except AttributeError:
            raise TypeError(
                say(
                    f"{self.name()} keeps an intermediate, and was made by `unary` or `binary`",
                    "a rule that saves inputs and outputs alone",
                    "Apply it in the general form: Rule().apply(x).",
                )
            ) from None
        if extra is None:
            extra = self.extra = Extra()
        if extra.kept is None:
            extra.kept = {}
        if name not in extra.kept:
            extra.kept[name] = function(*args)
        return extra.kept[name]

    def apply(self, *inputs: Tensor) -> Any:
        """Compute the rule's value for `inputs` and record it.

        Returns
        -------
        Tensor or tuple of Tensor
            As many as `forward` returns.
        """
        self.extra = None
        self.shapes = None
        arrays = [t._array for t in inputs]
        z = self.forward(*arrays)
        if self.broadcasts and any([a.shape != z.shape for a in arrays]):
            self.shapes = tuple([a.shape for a in arrays])
        if not (state.mode and any([t._needs for t in inputs])):
            if type(z) is tuple:
                return tuple([wrap(a) for a in z])
            return wrap(z)
        return record(self, inputs, arrays, z)

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
        if type(value) is float or type(value) is int:
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

_Tensor: type[Tensor]


def use_tensor(cls: type[Tensor]) -> None:
    """Tell this file the class of what operations return (`_tensor.py` imports the operations, not the reverse)."""
    global _Tensor
    _Tensor = cls


def wrap(array: Array) -> Tensor:
    """Return a Tensor without history that holds `array` itself."""
    t: Tensor = _new(_Tensor)
    t._array = array
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
    node.seq = _tick()


def begin(node: Op, inputs: Sequence[Tensor]) -> Op:
    """Put a node that saves nothing onto the tape."""
    node.saved = ()
    node.extra = node.shapes = None
    connect(node, inputs)
    return node


def record(node: Op, inputs: Sequence[Tensor], arrays: Sequence[Array], z: Array) -> Any:
    """Put `node`, which made `z` from `arrays`, onto the tape, and return `z` as Tensor(s) with that history."""
    connect(node, inputs)
    if type(z) is tuple:
        node.saved = tuple([z[place[1]] if type(place) is tuple else arrays[place] for place in node.saves])
        if isinstance(node, MultiOp):
            node.forms = tuple([(a.shape, a.dtype) for a in z])
        out: Any = tuple([rebuild(a, Port(node, i) if a.dtype.kind == "f" else None) for i, a in enumerate(z)])
    else:
        node.saved = chosen(node.saves, arrays, z)
        out = rebuild(z, node) if z.dtype.kind == "f" else wrap(z)
    if state.mode is not True:
        state.mode.made(node, tuple(inputs), z)  # type: ignore[union-attr]
    return out


# ------------------------------------------------------------------------------------------------ operands

def as_tensor_like(value: Any, like: Tensor | None = None) -> Tensor:
    """Return an operand as a Tensor: tensors as they are, arrays wrapped, numbers as 0-d tensors.

    Raises
    ------
    TypeError
        `value` is neither tensor, array nor number.
    """
    if isinstance(value, _Tensor):
        return value
    if isinstance(value, np.ndarray):
        return wrap(dtypes.canonical(value))
    plain = number(value)
    return wrap(np.array(plain, dtypes.of_number(plain)))


def common(operands: Sequence[Any], *, floating: bool = False) -> list[Tensor]:
    """Return operands as Tensors of the one dtype that PyTorch's promotion gives them.

    Parameters
    ----------
    operands : sequence of Tensor, ndarray or number
    floating : bool
        Make it the default floating-point dtype where promotion gives an integer.
    """
    ranked = []
    for value in operands:
        if isinstance(value, _Tensor | np.ndarray):
            a = as_tensor_like(value)._array
            ranked.append((a.dtype, 2 if a.ndim else 1))
        else:
            ranked.append((dtypes.of_number(number(value)), 0))
    d = dtypes.result_type(*ranked)
    if floating and d.kind != "f":
        d = dtypes.get_default_dtype().dtype
    # A number becomes the result's dtype at once: by way of float32 it would lose digits among float64.
    return [
        cast(as_tensor_like(value), d)
        if isinstance(value, _Tensor | np.ndarray)
        else wrap(np.asarray(number(value)).astype(d))
        for value in operands
    ]


def number(value: Any) -> float:
    """Return a Python or NumPy number as a Python number.

    Raises
    ------
    TypeError
        It is none.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | float):
        return value
    raise TypeError(
        say(
            f"an operand of type {type(value).__name__} was given",
            "a Tensor, a NumPy array or a number",
            "Make a tensor of it first: autograd.tensor(...).",
        )
    )


def refuse_bools(rule: type[Op], *operands: Any) -> None:
    """Raise if an operand is a bool and the rule has no meaning for those."""
    for value in operands:
        d = value._array.dtype if isinstance(value, _Tensor) else getattr(value, "dtype", None)
        if d == dtypes.BOOL or isinstance(value, bool):
            raise UndefinedError(
                say(f"{rule.__qualname__.lower()} with a bool tensor is not supported", "numbers", rule.without_bools)
            )


def cast(t: Tensor, d: np.dtype[Any]) -> Tensor:
    """Return `t` in NumPy dtype `d`: itself if it has it, else the result of a recorded cast."""
    return t if t._array.dtype == d else ToCopy(dtype=d).apply(t)


class ToCopy(Op):
    """z = x in another dtype     dx = g in the dtype of x."""

    __slots__ = ("dtype", "source")
    dtype: np.dtype[Any]
    source: np.dtype[Any]

    def forward(self, x: Array) -> Array:
        self.source = x.dtype
        return astype(x, self.dtype)

    def backward(self, g: Array) -> Array:
        return astype(g, self.source)


# --------------------------------------------------------------------------------------------- the two fast ways


def chosen(saves: tuple[Any, ...], values: Sequence[Any], output: Any) -> tuple[Any, ...]:
    """Return what a rule of one output saves."""
    return tuple([output if place == OUT else values[place] for place in saves])


def _specialised(apply: Any, rule: type[Op]) -> Any:
    """Return `apply` under the rule's name, with a code object of its own.

    The interpreter adapts bytecode to the types it meets, per code object. One shared by all rules would meet them all.
    """
    name = rule.__qualname__.lower()
    code = apply.__code__.replace(co_name=name, co_qualname=name)
    own = FunctionType(code, apply.__globals__, name, apply.__defaults__, apply.__closure__)
    own.__doc__ = rule.__doc__
    own.__annotations__ = apply.__annotations__
    return own


def unary(rule: type[Op], *, floating: bool = True) -> Callable[[Tensor], Tensor]:
    """Return the function that applies a rule of one input and no attributes, and records it.

    Parameters
    ----------
    rule : Op class
    floating : bool
        Turn integer inputs into the default dtype first (`exp`), rather than keep them (`abs`).
    """
    forward: Any = rule.forward
    saves_input = rule.saves == (0,)
    saves_output = rule.saves == (OUT,)
    keeps_shape = rule.broadcasts
    if rule.saves and not (saves_input or saves_output):
        raise TypeError(f"unary rule {rule} saves {rule.saves}: expected (), (0,) or (OUT,). Apply it in general form.")

    def apply(input: Tensor) -> Tensor:
        try:
            x = input._array
        except AttributeError:  # called with an array or a number
            input = as_tensor_like(input)
            x = input._array
        d = x.dtype
        if d is not F8 and d is not F4:
            if floating and d.kind != "f":
                input = cast(input, dtypes.get_default_dtype().dtype)
                x = input._array
            elif rule.without_bools:
                refuse_bools(rule, input)
        n = rule()
        try:
            z = forward(n, x)
        except TypeError as error:
            raise not_defined(rule, error) from None
        t: Tensor = _new(_Tensor)
        t._array = z
        t._shape = input._shape if keeps_shape else z.shape
        t._grad = t._family = t._extra = None
        mode = state.mode if special[0] else True
        if mode and input._needs:
            n.edges = (input._node or input,)
            n.seq = _tick()
            n.saved = (x,) if saves_input else (z,) if saves_output else ()
            n.extra = n.shapes = None
            t._node = n
            t._needs = True
            if mode is not True:
                mode.made(n, (input,), z)
        else:
            t._node = None
            t._needs = False if mode else None  # None: because of no_grad
        return t

    return _specialised(apply, rule)  # type: ignore[no-any-return]


def binary(
    rule: type[Op],
    with_number: type[Op] | None = None,
    *,
    floating: bool = False,
    otherwise: Callable[[Any, Any], Tensor] | None = None,
) -> Callable[[Tensor, Any], Tensor]:
    """Return the function that applies a rule of two inputs, and records it.

    Parameters
    ----------
    rule : Op class
        For two tensors.
    with_number : Op class, optional
        For a tensor and a Python number, which stays a Python number: `forward(x, c)`, one gradient.
    floating : bool
        Turn integer inputs into the default dtype (`true_divide`).
    otherwise : callable, optional
        Takes all operands but two float tensors of equal dtype, and those on which `forward` raises ValueError. By
        default they are brought to one dtype and the rule is applied.
    """
    general = otherwise or _promoting(rule, with_number, floating=floating)
    numbered = _numbered(with_number, general) if with_number else general
    forward: Any = rule.forward
    saves = rule.saves
    saves_both = saves == (0, 1)
    broadcasts = rule.broadcasts

    def apply(input: Tensor, other: Any) -> Tensor:
        try:
            x = input._array
        except AttributeError:  # a function called with an array or a number first
            return general(input, other)
        d = x.dtype
        if d is not F8 and d is not F4:
            return general(input, other)
        if not isinstance(other, _Tensor):
            return numbered(input, other)
        y = other._array
        if y.dtype is not d:
            return general(input, other)
        n = rule()
        try:
            z = forward(n, x, y)
        except ValueError:
            return general(input, other)  # which words the error
        t: Tensor = _new(_Tensor)
        shape = input._shape
        same = shape is other._shape or shape == other._shape
        t._array = z
        t._shape = shape if same else z.shape
        t._grad = t._family = t._extra = None
        mode = state.mode if special[0] else True
        if mode and (input._needs or other._needs):
            n.edges = (
                (input._node or input) if input._needs else None,
                (other._node or other) if other._needs else None,
            )
            n.seq = _tick()
            n.saved = (x, y) if saves_both else chosen(saves, (x, y), z) if saves else ()
            n.extra = None
            n.shapes = None if same or not broadcasts else (shape, other._shape)
            t._node = n
            t._needs = True
            if mode is not True:
                mode.made(n, (input, other), z)
        else:
            t._node = None
            t._needs = False if mode else None
        return t

    return _specialised(apply, rule)  # type: ignore[no-any-return]


def reflected(rule: type[Op], with_number: type[Op], *, floating: bool = False) -> Callable[[Tensor, Any], Tensor]:
    """Return the function behind a reflected operator: of `(input, other)` the rule's value for `(other, input)`."""
    general = _promoting(rule, with_number, floating=floating, swapped=True)
    return _specialised(_numbered(with_number, general), with_number)  # type: ignore[no-any-return]


def _numbered(rule: type[Op], general: Callable[[Any, Any], Tensor]) -> Callable[[Tensor, Any], Tensor]:
    """Return the function that applies a rule to a float tensor and a Python number; other operands go to `general`."""
    forward: Any = rule.forward
    saves = rule.saves
    saves_number = saves == (1,)

    def apply(input: Tensor, other: Any) -> Tensor:
        if type(other) is not float and type(other) is not int:
            return general(input, other)
        x = input._array
        d = x.dtype
        if d is not F8 and d is not F4:
            return general(input, other)
        n = rule()
        z = forward(n, x, other)
        t: Tensor = _new(_Tensor)
        t._array = z
        t._shape = input._shape
        t._grad = t._family = t._extra = None
        mode = state.mode if special[0] else True
        if mode and input._needs:
            n.edges = (input._node or input,)
            n.seq = _tick()
            n.saved = (other,) if saves_number else chosen(saves, (x, other), z) if saves else ()
            n.extra = n.shapes = None
            t._node = n
            t._needs = True
            if mode is not True:
                mode.made(n, (input, other), z)
        else:
            t._node = None
            t._needs = False if mode else None
        return t

    return _specialised(apply, rule)  # type: ignore[no-any-return]


def _promoting(
    rule: type[Op], with_number: type[Op] | None, *, floating: bool, swapped: bool = False
) -> Callable[[Any, Any], Tensor]:
    """Return the function that takes operands of any kind, brings them to one dtype and applies the rule."""

    def apply(input: Any, other: Any) -> Tensor:
        if rule.without_bools:
            refuse_bools(rule, input, other)
        if with_number is None or not isinstance(other, np.generic | int | float):
            a, b = common((other, input) if swapped else (input, other), floating=floating)
            n = rule()
            if a._shape != b._shape:
                n.shapes = (a._shape, b._shape)
            return compute(n, (a, b), (a._array, b._array))
        c = number(other)
        a = as_tensor_like(input)
        d = dtypes.result_type((a._array.dtype, 2), (dtypes.of_number(c), 0))
        if floating and d.kind != "f":
            d = dtypes.get_default_dtype().dtype
        a = cast(a, d)
        # An integer as NumPy's scalar of that dtype, so that 300 wraps around among int8 as in PyTorch.
        value: Any = np.asarray(c).astype(d)[()] if d.kind in "iu" else c
        return compute(with_number(), (a,), (a._array, value))

    def compute(n: Op, tensors: tuple[Tensor, ...], values: tuple[Any, ...]) -> Tensor:
        shapes = getattr(n, "shapes", None)
        try:
            z = n.forward(*values)
        except ValueError as error:
            raise shapes_disagree(rule.__qualname__.lower(), error, *map(np.shape, values)) from None
        except TypeError as error:
            raise not_defined(rule, error) from None
        t = wrap(z)
        if state.mode and z.dtype.kind == "f" and any([a._needs for a in tensors]):
            begin(n, tensors)
            n.shapes = shapes
            n.saved = chosen(n.saves, values, z)
            t._node = n
            t._needs = True
            if state.mode is not True:
                state.mode.made(n, (*tensors, *values[len(tensors) :]), z)
        return t

    return apply


def not_defined(rule: type[Op], error: TypeError) -> UndefinedError:
    """Word the error of an operation that has no meaning for a dtype (the difference of two bools)."""
    return UndefinedError(
        say(f"{rule.__qualname__.lower()}: {error}", "numbers", "Convert to numbers first: x.int() or x.float().")
    )


def shapes_disagree(name: str, error: ValueError, *shapes: tuple[int, ...]) -> Exception:
    """Word the error of operands that do not broadcast; another error of NumPy's keeps its text."""
    for i, a in enumerate(shapes):
        for b in shapes[i + 1 :]:
            for at, (m, n) in enumerate(zip(a[::-1], b[::-1], strict=False), 1):
                if m != n and m != 1 and n != 1:
                    return ShapeError(
                        say(
                            f"{name}: operands of shapes {tuple(a)} and {tuple(b)} cannot be broadcast together: the "
                            f"size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension "
                            f"{max(len(a), len(b)) - at}",
                            "equal sizes, or size 1, in every dimension, counted from the last",
                            "Reshape one operand, for instance with unsqueeze, or check which one is wrong.",
                        )
                    )
    return DtypeError(f"{name}: {error}")
