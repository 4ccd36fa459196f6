"""Comparisons, tests, logic and bits: results without gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.errors import AutogradError, DtypeError, UndefinedError, say
from autograd.kernels import astype
from autograd.op import Array, Elementwise, wrap
from autograd.operands import as_tensor_like, cast, common
from autograd.ops.checks import broadcastable, numbers

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "allclose",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "eq",
    "equal",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "le",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "ne",
    "not_equal",
    "signbit",
]


def _comparison(name: str, ufunc: Callable[..., Any], meaning: str) -> Callable[[Any, Any], Tensor]:
    def compare(input: Any, other: Any) -> Tensor:
        a, b = common((input, other))
        broadcastable(name, a, b)
        return wrap(_defined(name, ufunc, a._array, b._array))

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"Tell, elementwise with broadcasting, whether {meaning}."
    return compare


def _defined(name: str, ufunc: Callable[..., Any], *arrays: Any) -> Any:
    """Call a function that is not defined for all dtypes."""
    try:
        return np.asarray(ufunc(*arrays))
    except TypeError:
        raise UndefinedError(
            say(
                f'"{name}" not implemented for {dtypes.of(arrays[0].dtype)}',
                "bools or integers",
                "Convert first: x.int().",
            )
        ) from None


eq = _comparison("eq", np.equal, "x = y")
ne = not_equal = _comparison("ne", np.not_equal, "x differs from y")
lt = less = _comparison("lt", np.less, "x < y")
le = less_equal = _comparison("le", np.less_equal, "x <= y")
gt = greater = _comparison("gt", np.greater, "x > y")
ge = greater_equal = _comparison("ge", np.greater_equal, "x >= y")
logical_and = _comparison("logical_and", np.logical_and, "both are nonzero")
logical_or = _comparison("logical_or", np.logical_or, "one is nonzero")
logical_xor = _comparison("logical_xor", np.logical_xor, "exactly one is nonzero")
bitwise_and = _comparison("bitwise_and", np.bitwise_and, "both are true (bools), or return the common bits (integers)")
bitwise_or = _comparison("bitwise_or", np.bitwise_or, "one is true (bools), or return the bits of either (integers)")
bitwise_xor = _comparison("bitwise_xor", np.bitwise_xor, "they differ (bools), or return the bits that do (integers)")


def _shift(name: str, ufunc: np.ufunc, meaning: str) -> Callable[[Any, Any], Tensor]:
    def move(x: Any, y: Any) -> Any:
        """Shift, but by all bits and the sign's where `y` is more than there are, or negative."""
        last = np.iinfo(x.dtype).bits - 1 if x.dtype.kind in "iu" else 0
        outside = (y < 0) | (y > last)
        rest = np.where(x < 0, -1, 0) if ufunc is np.right_shift else 0
        return np.where(outside, rest, ufunc(x, np.where(outside, 0, y))).astype(x.dtype)

    def shift(input: Any, other: Any) -> Tensor:
        a, b = common((input, other))
        broadcastable(name, a, b)
        numbers(name, a._array.dtype)
        return wrap(_defined(name, move, a._array, b._array))

    shift.__name__ = shift.__qualname__ = name
    shift.__doc__ = f"Return the bits of integers moved to the {meaning}; negative numbers of places move all bits out."
    return shift


bitwise_left_shift = _shift("bitwise_left_shift", np.left_shift, "left by `other` places, x 2^y")
bitwise_right_shift = _shift("bitwise_right_shift", np.right_shift, "right by `other` places, floor(x / 2^y)")


def rshift_left(input: Any, other: Any) -> Tensor:
    """Return `other << input`."""
    return bitwise_left_shift(other, input)


def rshift_right(input: Any, other: Any) -> Tensor:
    """Return `other >> input`."""
    return bitwise_right_shift(other, input)


def _test(name: str, function: Callable[..., Any], meaning: str) -> Callable[[Any], Tensor]:
    def test(input: Any) -> Tensor:
        return wrap(_defined(name, function, as_tensor_like(input)._array))

    test.__name__ = test.__qualname__ = name
    test.__doc__ = f"Tell, elementwise, whether {meaning}."
    return test


logical_not = _test("logical_not", np.logical_not, "x is zero")
bitwise_not = _test("bitwise_not", np.invert, "x is false (bools), or return the other bits (integers)")
isnan = _test("isnan", np.isnan, "x is not a number")
isfinite = _test("isfinite", np.isfinite, "x is neither infinite nor NaN")
isinf = _test("isinf", np.isinf, "x is infinite")


isposinf = _test("isposinf", lambda x: x == np.inf, "x is positive infinity")
isneginf = _test("isneginf", lambda x: x == -np.inf, "x is negative infinity")
isreal = _test("isreal", np.isreal, "x has no imaginary part: no number of a supported dtype has one")
signbit = _test("signbit", lambda x: np.signbit(x) if x.dtype.kind == "f" else x < 0, "x has a minus sign, as -0 has")


class Compared(Elementwise):
    """z = a truth value, as a number in the dtype of x     dx = dy = 0     (a comparison in place)"""

    __slots__ = ("ufunc",)
    ufunc: np.ufunc

    def forward(self, x: Array, y: Array) -> Array:
        return astype(self.ufunc(x, y), x.dtype)

    def backward(self, g: Array) -> Any:
        return np.zeros_like(g), np.zeros_like(g)


def as_numbers(comparison: Callable[[Any, Any], Tensor], ufunc: np.ufunc) -> Callable[[Any, Any], Tensor]:
    """Return a comparison whose result has the dtype of its first operand, and gradient zero: for use in place."""

    @functools.wraps(comparison)
    def compare(input: Tensor, other: Any) -> Tensor:
        a, b = common((input, other))
        broadcastable(comparison.__name__, a, b)
        return cast(Compared(ufunc=ufunc).apply(a, b), input._array.dtype)

    return compare


def equal(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have the same shape and the same elements."""
    return bool(np.array_equal(as_tensor_like(input)._array, as_tensor_like(other)._array))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Tell whether |x - y| <= atol + rtol |y| everywhere. Errors as for `isclose`."""
    return bool(np.all(isclose(input, other, rtol, atol, equal_nan)._array))


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Tell, elementwise with broadcasting, whether |x - y| <= atol + rtol |y|.

    Raises
    ------
    RuntimeError
        The dtypes differ, the shapes cannot be broadcast together, or a tolerance is negative.
    """
    a, b = as_tensor_like(input), as_tensor_like(other)
    if a._array.dtype != b._array.dtype:
        raise DtypeError(
            say(f"isclose: {a.dtype} did not match {b.dtype}", "one dtype", "Convert one of them: y.to(x.dtype).")
        )
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not value >= 0:
            raise AutogradError(
                say(f"{name} must be greater than or equal to zero, but got {value}", f"{name} >= 0", "Drop the sign.")
            )
    broadcastable("isclose", a, b)
    return wrap(np.asarray(np.isclose(a._array, b._array, rtol=rtol, atol=atol, equal_nan=equal_nan)))
