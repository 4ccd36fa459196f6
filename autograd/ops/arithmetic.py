"""Sums, products, quotients and powers, their rounded relatives, and the reflected operators."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import direct, dtypes, kernels
from autograd.appliers import binary, reflected, unary
from autograd.errors import DtypeError, UndefinedError, say
from autograd.op import OUT, Array, Elementwise, Op, wrap
from autograd.operands import as_tensor_like, cast, common, converted, number, refuse_bools
from autograd.ops.checks import broadcastable, floating, numbers, tensors

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "add",
    "addcdiv",
    "addcmul",
    "div",
    "divide",
    "float_power",
    "floor_divide",
    "fmod",
    "lerp",
    "mul",
    "multiply",
    "neg",
    "negative",
    "positive",
    "pow",
    "reciprocal",
    "remainder",
    "rsub",
    "square",
    "sub",
    "subtract",
    "true_divide",
]

# ---------------------------------------------------------------------------------------------------- sums and products


class Add(Elementwise):
    """z = x + y     dx = g,  dy = g"""

    def forward(self, x: Array, y: Array) -> Array:
        return x + y

    def backward(self, g: Array) -> Any:
        return g, g


class AddNumber(Elementwise):
    """z = x + c     dx = g"""

    torch_name = "AddBackward0"

    def forward(self, x: Array, c: float) -> Array:
        return x + c

    def backward(self, g: Array) -> Array:
        return g


class Sub(Elementwise):
    """z = x - y     dx = g,  dy = -g"""

    without_bools = "Use ~ or logical_not to invert a mask, ^ for its difference from another, or convert: x.int()."

    def forward(self, x: Array, y: Array) -> Array:
        return x - y

    def backward(self, g: Array) -> Any:
        return g, (-g if self.edges[1] is not None else None)


class SubNumber(Elementwise):
    """z = x - c     dx = g"""

    torch_name = "SubBackward0"

    def forward(self, x: Array, c: float) -> Array:
        return x - c

    def backward(self, g: Array) -> Array:
        return g


class Rsub(Elementwise):
    """z = c - x     dx = -g"""

    torch_name = "RsubBackward1"

    def forward(self, x: Array, c: float) -> Array:
        return c - x

    def backward(self, g: Array) -> Array:
        return -g


class Mul(Elementwise):
    """z = x y     dx = g y,  dy = g x"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, y: Array) -> Array:
        return x * y

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        dx, dy = self.edges
        return (g * y if dx is not None else None), (g * x if dy is not None else None)


class MulNumber(Elementwise):
    """z = c x     dx = c g"""

    torch_name = "MulBackward0"
    saves = (1,)

    def forward(self, x: Array, c: float) -> Array:
        return x * c

    def backward(self, g: Array, c: float) -> Array:
        return g * c


class Neg(Elementwise):
    """z = -x     dx = -g"""

    without_bools = "Use ~ or logical_not to invert a mask."

    def forward(self, x: Array) -> Array:
        return -x

    def backward(self, g: Array) -> Array:
        return -g


# ------------------------------------------------------------------------------------------------------------ quotients


class Div(Elementwise):
    """z = x / y     dx = g / y,  dy = -g x / y²"""

    saves = (0, 1)
    saved_for = {0: 1}

    def forward(self, x: Array, y: Array) -> Array:
        return x / y

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        _, dy = self.edges
        if dy is None:
            return g / y, None
        h = g / y
        return h, -h * (x / y)


class DivNumber(Elementwise):
    """z = x / c     dx = g / c"""

    torch_name = "DivBackward0"
    saves = (1,)

    def forward(self, x: Array, c: float) -> Array:
        return x / c

    def backward(self, g: Array, c: float) -> Array:
        return g / c


class Rdiv(Elementwise):
    """z = c / x     dx = -g z / x"""

    torch_name = "DivBackward0"
    saves = (0, OUT)

    def forward(self, x: Array, c: float) -> Array:
        return c / x

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        return -g * (z / x)


class Reciprocal(Elementwise):
    """z = 1 / x     dx = -g z²"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return 1 / x

    def backward(self, g: Array, z: Array) -> Array:
        return -g * (z * z)


class FloorDiv(Elementwise):
    """z = floor(x / y)     dx = dy = 0"""

    torch_name = "DivBackward1"

    def forward(self, x: Array, y: Array) -> Array:
        return np.floor_divide(x, y)

    def backward(self, g: Array) -> Any:
        return np.zeros_like(g), np.zeros_like(g)


class TruncDiv(Elementwise):
    """z = x / y, rounded toward 0     dx = dy = 0"""

    torch_name = "DivBackward1"

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.trunc_divide(x, y)

    def backward(self, g: Array) -> Any:
        return np.zeros_like(g), np.zeros_like(g)


class Fmod(Elementwise):
    """z = x - y trunc(x / y)     dx = g,  dy = -g trunc(x / y)"""

    torch_name = "FmodBackward1"
    saves = (0, 1)
    saved_for = {0: 1, 1: 1}

    def forward(self, x: Array, y: Array) -> Array:
        return np.fmod(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return g, (-g * kernels.trunc_divide(x, y) if self.edges[1] is not None else None)


class Remainder(Elementwise):
    """z = x - y floor(x / y)     dx = g,  dy = -g floor(x / y)"""

    torch_name = "RemainderBackward1"
    saves = (0, 1)
    saved_for = {0: 1, 1: 1}

    def forward(self, x: Array, y: Array) -> Array:
        z = np.fmod(x, y)  # np.remainder, but for the sign of a remainder 0, which is here that of x
        return np.where((z != 0) & ((y < 0) != (z < 0)), z + y, z)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return g, (-g * np.floor_divide(x, y) if self.edges[1] is not None else None)


# --------------------------------------------------------------------------------------------------------------- powers


class Pow(Elementwise):
    """z = x^y     dx = g y x^(y-1),  dy = g z ln x     (0 where y = 0; 0 where x = 0 and y >= 0)"""

    torch_name = "PowBackward1"
    saves = (0, 1, OUT)

    def forward(self, x: Array, y: Array) -> Array:
        return x**y if x.dtype.kind == "f" else _power_of_integers(x, y)

    def backward(self, g: Array, x: Array, y: Array, z: Array) -> Any:
        dx, dy = self.edges
        gx = np.where(y == 0, 0, g * (y * x ** (y - 1))) if dx is not None else None
        gy = None
        if dy is not None:
            gy = np.where((x == 0) & (y >= 0), 0, g * (z * np.log(x)))
        return gx, gy


class PowNumber(Elementwise):
    """z = x^c     dx = g c x^(c-1)     (0 where c = 0)"""

    torch_name = "PowBackward0"
    saves = (0, 1)

    def forward(self, x: Array, c: float) -> Array:
        # The root, PyTorch's choice, differs from the power at -0 and -inf.
        return np.sqrt(x) if c == 0.5 else 1 / np.sqrt(x) if c == -0.5 else x * x if c == 2 else x**c

    def backward(self, g: Array, x: Array, c: float) -> Array:
        if c == 0:
            return np.zeros_like(g)
        return g * (c * (direct.power(x, c - 1) if c != 0.5 else 1 / np.sqrt(x)))


class Rpow(Elementwise):
    """z = c^x     dx = g z ln c     (0 where c = 0 and x >= 0)"""

    torch_name = "PowBackward2"
    saves = (0, 1, OUT)

    def forward(self, x: Array, c: float) -> Array:
        return c**x if x.dtype.kind == "f" else _power_of_integers(c, x)

    def backward(self, g: Array, x: Array, c: float, z: Array) -> Array:
        if c == 0:
            return np.where(x >= 0, 0, -g * z)  # z = inf is as good as z ln 0, and has no 0 * inf where x >= 0
        return g * (z * (math.log(c) if c > 0 else math.nan))


# ------------------------------------------------------------------------------------------------- several in one


class Addcmul(Elementwise):
    """z = x + c y w     dx = g,  dy = g c w,  dw = g c y"""

    __slots__ = ("value",)
    saves = (1, 2)
    value: float

    def forward(self, x: Array, y: Array, w: Array) -> Array:
        return x + self.value * y * w

    def backward(self, g: Array, y: Array, w: Array) -> Any:
        return g, g * (w * self.value), g * (y * self.value)


class Addcdiv(Elementwise):
    """z = x + c y / w     dx = g,  dy = g c / w,  dw = -g c y / w²"""

    __slots__ = ("value",)
    saves = (1, 2)
    value: float

    def forward(self, x: Array, y: Array, w: Array) -> Array:
        return x + self.value * y / w

    def backward(self, g: Array, y: Array, w: Array) -> Any:
        return g, g * (self.value / w), -g * (self.value * y / (w * w))


class LerpNumber(Elementwise):
    """z = x + c (y - x)     dx = (1 - c) g,  dy = c g"""

    __slots__ = ("weight",)
    torch_name = "LerpBackward0"
    weight: float

    def forward(self, x: Array, y: Array) -> Array:
        c = self.weight  # from the nearer end, so that weight 1 gives y exactly
        return x + c * (y - x) if abs(c) < 0.5 else y - (y - x) * (1 - c)

    def backward(self, g: Array) -> Any:
        return g * (1 - self.weight), g * self.weight


class Lerp(Elementwise):
    """z = x + w (y - x)     dx = (1 - w) g,  dy = w g,  dw = (y - x) g"""

    torch_name = "LerpBackward1"
    saves = (0, 1, 2)

    def forward(self, x: Array, y: Array, w: Array) -> Array:
        return np.where(np.abs(w) < 0.5, x + w * (y - x), y - (y - x) * (1 - w))

    def backward(self, g: Array, x: Array, y: Array, w: Array) -> Any:
        return g * (1 - w), g * w, g * (y - x)


# ------------------------------------------------------------------------------------------------- the functions


def _power_of_integers(x: Array, y: Array) -> Array:
    """Return x^y, and 1 / x^-y rounded toward 0 where y < 0, which NumPy refuses."""
    inverse = np.where(x == 1, 1, np.where(x == -1, 1 - 2 * (y & 1), 0))
    return np.where(y < 0, inverse, x ** np.where(y < 0, 0, y))


def _power(input: Any, other: Any) -> Tensor:
    """Take the power of anything but two float tensors; refuse integers to a negative number, and two bools."""
    d = common((input, other))[0]._array.dtype
    if not isinstance(other, np.generic | int | float):
        numbers("pow", d)
    elif d.kind == "b":
        return wrap(as_tensor_like(input)._array | (not other))  # x¹ or x⁰
    elif d.kind in "iu":
        if number(other) < 0:
            raise DtypeError(
                say(
                    f"Integers to negative integer powers are not allowed: {number(other)}",
                    "an exponent of at least 0",
                    "Write x.float() ** -1, say.",
                )
            )
        converted(other, d)  # which refuses what does not fit
    return _any_power(input, other)


def _dividing(rule: type[Op], name: str) -> Callable[[Any, Any], Tensor]:
    """Return the function that brings operands to one dtype, refuses what cannot be divided, and applies a rule."""

    def divide(input: Any, other: Any) -> Tensor:
        a, b = common((input, other))
        broadcastable(name, a, b)
        d = a._array.dtype
        numbers(name, d)
        if d.kind in "iu" and np.any(b._array == 0):
            raise RuntimeError(
                say(
                    f"ZeroDivisionError: {name} of an integer tensor by zero",
                    "divisors other than zero",
                    "Check the divisor, or divide as floats.",
                )
            )
        return rule().apply(a, b)  # type: ignore[no-any-return]

    return divide


plus = binary(Add, AddNumber)
minus = binary(Sub, SubNumber)
mul = multiply = binary(Mul, MulNumber)
over = true_divide = binary(Div, DivNumber, floating=True)
fmod = binary(Fmod, otherwise=_dividing(Fmod, "fmod"))
remainder = binary(Remainder, otherwise=_dividing(Remainder, "remainder"))
_any_power = binary(Pow, PowNumber)
pow = binary(Pow, PowNumber, otherwise=_power)
rminus = reflected(Sub, Rsub)
rover = reflected(Div, Rdiv, floating=True)
rpow = reflected(Pow, Rpow)
neg = negative = unary(Neg, floating=False)
reciprocal = unary(Reciprocal)
_floored = _dividing(FloorDiv, "floor_divide")
_truncated = _dividing(TruncDiv, "div")


def add(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return `input + alpha * other`, elementwise with broadcasting.

    Parameters
    ----------
    alpha : number
        An integer for a result of integers, anything for one of bools, where it counts as a bool.

    Raises
    ------
    RuntimeError
        The shapes cannot be broadcast together; `alpha` is a float among integers, or a bool among numbers.
    """
    return plus(input, other) if _is_one(alpha) else plus(*_scaled("add", input, other, alpha))


def sub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return `input - alpha * other`, elementwise with broadcasting. Errors as for `add`, and bools are refused."""
    return minus(input, other) if _is_one(alpha) else minus(*_scaled("sub", input, other, alpha))


subtract = sub


def rsub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return `other - alpha * input`: `sub` with the operands exchanged."""
    if _is_one(alpha):
        return rminus(input, other)
    b, a = _scaled("rsub", other, input, alpha)
    return minus(b, a)


def _is_one(alpha: float) -> bool:
    return type(alpha) is int and alpha == 1


def _scaled(name: str, input: Any, other: Any, alpha: float) -> tuple[Tensor, Tensor]:
    """Return `input` and `alpha * other`, in their common dtype."""
    refuse_bools(Sub, *((input, other) if name != "add" else ()))
    a, b = common((input, other))
    kind = a._array.dtype.kind
    alpha = number(alpha)
    if isinstance(alpha, float) and kind != "f":
        raise DtypeError(
            say(
                f"For integral input tensors, argument alpha must not be a floating point number: {name} got {alpha}",
                "an integer",
                "Convert a tensor first: x.float().",
            )
        )
    if isinstance(alpha, bool) and kind != "b":
        raise DtypeError(
            say(f"Boolean alpha only supported for Boolean results: {name} got {alpha}", "a number", "Write alpha=1.")
        )
    return a, mul(b, bool(alpha) if kind == "b" else alpha)


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """Return `input / other`, elementwise with broadcasting; integers divide to the default float dtype.

    Parameters
    ----------
    rounding_mode : {None, "trunc", "floor"}
        Round the quotient toward zero or down, keeping integer dtypes. Such a quotient has gradient zero.

    Raises
    ------
    RuntimeError
        The shapes cannot be broadcast together; an integer is divided by zero and the quotient rounded; another mode.
    """
    if rounding_mode is None:
        return over(input, other)
    if rounding_mode == "floor":
        return _floored(input, other)
    if rounding_mode == "trunc":
        return _truncated(input, other)
    raise RuntimeError(
        say(
            f"div was given rounding_mode {rounding_mode!r}",
            "None, 'trunc' or 'floor'",
            "Leave it out for the exact quotient.",
        )
    )


divide = div


def floor_divide(input: Any, other: Any) -> Tensor:
    """Return floor(input / other), in the operands' common dtype, without gradient.

    Raises
    ------
    RuntimeError
        An integer is divided by zero.
    """
    return wrap(_floored(input, other)._array)


def rfloor_divide(input: Any, other: Any) -> Tensor:
    """Return floor(other / input)."""
    return floor_divide(other, input)


def rremainder(input: Any, other: Any) -> Tensor:
    """Return the remainder of other / input."""
    return remainder(as_tensor_like(other) if isinstance(other, np.ndarray) else other, input)


def square(input: Tensor) -> Tensor:
    """Return input², elementwise; bools become integers."""
    return pow(input, 2)


def positive(input: Tensor) -> Tensor:
    """Return `input` itself.

    Raises
    ------
    RuntimeError
        It is a bool tensor.
    """
    if input._array.dtype.kind == "b":
        raise UndefinedError(
            say("The `+` operator, on a bool tensor is not supported", "numbers", "Leave it out, or write x.int().")
        )
    return input


def float_power(input: Any, exponent: Any) -> Tensor:
    """Return input^exponent, elementwise with broadcasting, computed in float64 and of that dtype."""
    if isinstance(input, np.generic | int | float):
        return rpow(cast(as_tensor_like(exponent), dtypes.F8), float(input))
    if not isinstance(exponent, np.generic | int | float):
        exponent = cast(as_tensor_like(exponent), dtypes.F8)
    return pow(cast(as_tensor_like(input), dtypes.F8), exponent)


def float_power_of_doubles(input: Tensor, exponent: Any) -> Tensor:
    """Return `float_power`, of a float64 tensor alone: what its in-place form can take.

    Raises
    ------
    RuntimeError
        The tensor has another dtype.
    """
    if input._array.dtype != dtypes.F8:
        raise DtypeError(
            say(
                f"the base given to float_power_ has dtype {input.dtype} but the operation's result requires dtype "
                "float64",
                "a float64 tensor",
                "Write x = x.float_power(y).",
            )
        )
    return float_power(input, exponent)


def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """Return input + weight * (end - input), computed from the nearer end, so that weight 1 gives `end` exactly.

    Parameters
    ----------
    input, end : Tensor
        Of one floating-point dtype.
    weight : number or Tensor
        A tensor of that dtype, or a 0-d one, beside which the others may be integers. Not limited to [0, 1].

    Raises
    ------
    RuntimeError
        The dtypes differ or are no floats; the shapes cannot be broadcast together.
    """
    tensors("lerp", input, end)
    d = input.dtype
    tensor = hasattr(weight, "_array")
    for name, t in (("end", end), ("weight", weight)):
        if hasattr(t, "_array") and t.dtype is not d and not (t is weight and t._array.ndim == 0):
            raise DtypeError(
                say(f"expected dtype {d} for `{name}` but got dtype {t.dtype}", "one dtype", "Convert it first.")
            )
    if tensor:
        input, end, weight = common((input, end, weight))  # among integers, a weight of one number makes floats
    floating("lerp", input._array.dtype)
    broadcastable("lerp", input, end, *([weight] if tensor else []))
    if tensor:
        return Lerp().apply(input, end, weight)  # type: ignore[no-any-return]
    return LerpNumber(weight=number(weight)).apply(input, end)  # type: ignore[no-any-return]


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """Return input + value * tensor1 * tensor2, elementwise with broadcasting.

    Parameters
    ----------
    value : number
        Among integers its fraction is dropped.

    Raises
    ------
    RuntimeError
        The shapes cannot be broadcast together; all tensors are bools.
    """
    tensors("addcmul", input, tensor1, tensor2)
    operands = common((input, tensor1, tensor2))
    numbers("addcmul", operands[0]._array.dtype)
    return _with_value(Addcmul, "addcmul", operands, value)


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """Return input + value * tensor1 / tensor2, elementwise with broadcasting.

    Raises
    ------
    RuntimeError
        The shapes cannot be broadcast together; neither divisor nor dividend is a float tensor.
    """
    tensors("addcdiv", input, tensor1, tensor2)
    if all(as_tensor_like(t)._array.dtype.kind != "f" for t in (tensor1, tensor2)):
        raise DtypeError(
            say("Integer division with addcdiv is not supported", "a float tensor to divide", "Write tensor1.float().")
        )
    return _with_value(Addcdiv, "addcdiv", common((input, tensor1, tensor2)), value)


def _with_value(rule: type[Op], name: str, operands: list[Tensor], value: Any) -> Tensor:
    broadcastable(name, *operands)
    plain = value.item() if hasattr(value, "_array") else number(value)
    if operands[0]._array.dtype.kind != "f":
        plain = int(plain)
    return rule(value=plain).apply(*operands)  # type: ignore[no-any-return]
