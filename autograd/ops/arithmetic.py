"""Sums, products, quotients and powers, their rounded relatives, and the reflected operators."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.appliers import binary, reflected, shapes_disagree, unary
from autograd.errors import UndefinedError, say
from autograd.op import OUT, Array, Elementwise, wrap
from autograd.operands import as_tensor_like, common

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "add",
    "div",
    "floor_divide",
    "mul",
    "multiply",
    "neg",
    "negative",
    "pow",
    "reciprocal",
    "remainder",
    "sub",
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
        dx, dy = self.edges
        return (g / y if dx is not None else None), (-g * ((x / y) / y) if dy is not None else None)


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


class Remainder(Elementwise):
    """z = x - y floor(x / y)     dx = g,  dy = -g floor(x / y)"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 1}

    def forward(self, x: Array, y: Array) -> Array:
        if x.dtype == np.bool_:
            raise TypeError("not implemented for bools")
        return x % y

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return g, (-g * np.floor(x / y) if self.edges[1] is not None else None)


# --------------------------------------------------------------------------------------------------------------- powers


class Pow(Elementwise):
    """z = x^y     dx = g y x^(y-1),  dy = g z ln x     (0 where y = 0; 0 where x = 0 and y >= 0)"""

    torch_name = "PowBackward1"
    saves = (0, 1, OUT)

    def forward(self, x: Array, y: Array) -> Array:
        if x.dtype == np.bool_:
            raise TypeError("not implemented for bools")
        return x**y

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
        return x**c

    def backward(self, g: Array, x: Array, c: float) -> Array:
        if c == 0:
            return np.zeros_like(g)
        return g * (c * x ** (c - 1))


class Rpow(Elementwise):
    """z = c^x     dx = g z ln c     (0 where c = 0 and x >= 0)"""

    torch_name = "PowBackward2"
    saves = (0, 1, OUT)

    def forward(self, x: Array, c: float) -> Array:
        return c**x

    def backward(self, g: Array, x: Array, c: float, z: Array) -> Array:
        if c == 0:
            return np.where(x >= 0, 0, -g * z)  # z = inf is as good as z ln 0, and has no 0 * inf where x >= 0
        return g * (z * (math.log(c) if c > 0 else math.nan))


# ------------------------------------------------------------------------------------------------- the functions

plus = binary(Add, AddNumber)
minus = binary(Sub, SubNumber)
mul = multiply = binary(Mul, MulNumber)
over = binary(Div, DivNumber, floating=True)
pow = binary(Pow, PowNumber)
_remainder = binary(Remainder)
rsub = reflected(Sub, Rsub)
rdiv = reflected(Div, Rdiv, floating=True)
rpow = reflected(Pow, Rpow)
neg = negative = unary(Neg, floating=False)
reciprocal = unary(Reciprocal)


def add(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return `input + alpha * other`, elementwise with broadcasting."""
    return plus(input, other) if alpha == 1 else plus(input, mul(as_tensor_like(other), alpha))


def sub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return `input - alpha * other`, elementwise with broadcasting."""
    return minus(input, other) if alpha == 1 else minus(input, mul(as_tensor_like(other), alpha))


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """Return `input / other`, elementwise with broadcasting; integers divide to the default float dtype.

    Parameters
    ----------
    rounding_mode : {None, "trunc", "floor"}
        Round the quotient toward zero or down, keeping integer dtypes. Such a quotient has gradient zero.
    """
    if rounding_mode is None:
        return over(input, other)
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode == "trunc":
        a, b = common((input, other))
        return _divided(a, b, lambda x, y: np.trunc(x / y) if x.dtype.kind == "f" else _truncated(x, y))
    raise RuntimeError(
        say(
            f"div was given rounding_mode {rounding_mode!r}",
            "None, 'trunc' or 'floor'",
            "Leave it out for the exact quotient.",
        )
    )


def floor_divide(input: Any, other: Any) -> Tensor:
    """Return floor(input / other), in the operands' common dtype, without gradient."""
    a, b = common((input, other))
    return _divided(a, b, lambda x, y: np.floor_divide(x, y))


def rfloor_divide(input: Any, other: Any) -> Tensor:
    """Return floor(other / input)."""
    return floor_divide(other, input)


def remainder(input: Any, other: Any) -> Tensor:
    """Return input - other * floor(input / other), which has the sign of `other`.

    Raises
    ------
    RuntimeError
        An integer is divided by zero.
    """
    _refuse_zero(*common((input, other)))
    return _remainder(input, other)


def rremainder(input: Any, other: Any) -> Tensor:
    """Return the remainder of other / input."""
    return remainder(other, input)


def _divided(a: Tensor, b: Tensor, divide: Any) -> Tensor:
    x, y = a._array, b._array
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError as error:
        raise shapes_disagree("div", error, x.shape, y.shape) from None
    if x.dtype.kind == "b":
        raise UndefinedError(
            say("rounded division is not defined for bools", "numbers", "Convert them first: x.int() or x.float().")
        )
    _refuse_zero(a, b)
    return wrap(divide(x, y))


def _truncated(x: Array, y: Array) -> Array:
    q = np.abs(x) // np.abs(y)
    return (q * np.sign(x) * np.sign(y)).astype(x.dtype)


def _refuse_zero(a: Tensor, b: Tensor) -> None:
    """Raise if integers `a` are to be divided by a zero among `b`."""
    if a._array.dtype.kind in "iu" and np.any(b._array == 0):
        raise RuntimeError(
            say(
                "ZeroDivisionError: an integer tensor was divided by zero",
                "divisors other than zero",
                "Check the divisor, or divide as floats.",
            )
        )
