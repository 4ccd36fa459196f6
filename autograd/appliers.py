"""The quick ways onto the tape: `unary`, `binary` and `reflected` make the function of a rule, once, by closure.

What they return is both `autograd.mul` and `Tensor.__mul__`. They do what `Op.apply` does, for one or two float tensors
or a tensor and a Python number, without a loop, a list or a call more than needed; whatever else they are given takes
the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes, versions
from autograd.dtypes import F4, F8
from autograd.errors import DtypeError, ShapeError, UndefinedError, say
from autograd.modes import special, state
from autograd.op import OUT, Op, begin, chosen, wrap
from autograd.operands import as_tensor_like, cast, common, number, refuse_bools
from autograd.ruletype import with_own_code
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

#: Between these a number keeps its digits in float16.
_LEAST, _LARGEST = (float(x) for x in (np.finfo(np.float16).smallest_normal, np.finfo(np.float16).max))

_tick = versions.tick
_new = object.__new__
_Tensor: type[Tensor]  # a global of this file, because looking it up in `op` costs every operation


def use_tensor(cls: type[Tensor]) -> None:
    """Tell this file the class of what operations return, as `op.use_tensor` does."""
    global _Tensor
    _Tensor = cls


def _specialised(apply: Any, rule: type[Op]) -> Any:
    """Return `apply` under the rule's name and with its docstring, and with a code object of its own."""
    own = with_own_code(apply, rule.__qualname__.lower())
    own.__doc__ = rule.__doc__
    return own


def _of(rule: type[Op]) -> tuple[Any, Op]:
    """Return `forward` of a rule, and an instance to call it on: a node is made only if something is recorded."""
    return rule.forward, rule()


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
        d = input._dtype
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
        t._dtype = z.dtype
        t._shape = input._shape if keeps_shape else z.shape
        t._grad = t._family = t._extra = None
        mode = state.mode if special else True
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
    forward, idle = _of(rule)
    saves = rule.saves
    saves_both = saves == (0, 1)
    broadcasts = rule.broadcasts

    def apply(input: Tensor, other: Any) -> Tensor:
        if not isinstance(other, Leaf):
            return numbered(input, other)
        try:
            x = input._array
        except AttributeError:  # a function called with an array or a number first
            return general(input, other)
        d = input._dtype
        if other._dtype is not d or (d is not F8 and d is not F4):
            return general(input, other)
        y = other._array
        try:
            z = forward(idle, x, y)
        except ValueError:
            return general(input, other)  # which words the error
        t: Tensor = _new(_Tensor)
        shape = input._shape
        same = shape is other._shape or shape == other._shape
        t._array = z
        t._dtype = d
        t._shape = shape if same else z.shape
        t._grad = t._family = t._extra = None
        mode = state.mode if special else True
        if mode and (input._needs or other._needs):
            n = rule()
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
    forward, idle = _of(rule)
    saves = rule.saves
    saves_number = saves == (1,)

    def apply(input: Tensor, other: Any) -> Tensor:
        if type(other) is not float and type(other) is not int:
            return general(input, other)
        try:
            x = input._array
        except AttributeError:
            return general(input, other)
        d = input._dtype
        if d is not F8 and d is not F4:
            return general(input, other)
        z = forward(idle, x, other)
        t: Tensor = _new(_Tensor)
        t._array = z
        t._dtype = d
        t._shape = input._shape
        t._grad = t._family = t._extra = None
        mode = state.mode if special else True
        if mode and input._needs:
            n = rule()
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
        if d.kind == "f" and d.itemsize == 2 and c and not _LEAST <= abs(c) <= _LARGEST:
            return cast(apply(cast(a, F4), c), d)  # as in PyTorch, no number overflows before it has met its tensor
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
