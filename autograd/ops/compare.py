"""Comparisons and logic: bool results, no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import ShapeError, UndefinedError, say
from autograd.op import wrap
from autograd.operands import as_tensor_like, common

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "allclose",
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "eq",
    "equal",
    "ge",
    "gt",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "ne",
]


def _comparison(name: str, ufunc: np.ufunc, meaning: str) -> Callable[[Any, Any], Tensor]:
    def compare(input: Any, other: Any) -> Tensor:
        a, b = common((input, other))
        return wrap(np.asarray(_broadcast(name, ufunc, a, b)))

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"Tell, elementwise with broadcasting, whether {meaning}."
    return compare


def _broadcast(name: str, ufunc: np.ufunc, a: Tensor, b: Tensor) -> Any:
    try:
        return ufunc(a._array, b._array)
    except ValueError:
        raise ShapeError(
            say(
                f"{name}: operands of shapes {tuple(a._array.shape)} and {tuple(b._array.shape)} cannot be broadcast "
                "together",
                "equal sizes, or size 1, in every dimension, counted from the last",
                "Reshape one operand, for instance with unsqueeze.",
            )
        ) from None
    except TypeError:
        raise UndefinedError(
            say(f"{name} is not defined for {a.dtype}", "bools or integers", "Convert first, or use a comparison.")
        ) from None


eq = _comparison("eq", np.equal, "x = y")
ne = _comparison("ne", np.not_equal, "x differs from y")
lt = _comparison("lt", np.less, "x < y")
le = _comparison("le", np.less_equal, "x <= y")
gt = _comparison("gt", np.greater, "x > y")
ge = _comparison("ge", np.greater_equal, "x >= y")
logical_and = _comparison("logical_and", np.logical_and, "both are nonzero")
logical_or = _comparison("logical_or", np.logical_or, "one is nonzero")
logical_xor = _comparison("logical_xor", np.logical_xor, "exactly one is nonzero")
bitwise_and = _comparison("bitwise_and", np.bitwise_and, "both are true (bools), or return the common bits (integers)")
bitwise_or = _comparison("bitwise_or", np.bitwise_or, "one is true (bools), or return the bits of either (integers)")
bitwise_xor = _comparison("bitwise_xor", np.bitwise_xor, "they differ (bools), or return the bits that do (integers)")


def _test(name: str, ufunc: np.ufunc, meaning: str) -> Callable[[Any], Tensor]:
    def test(input: Any) -> Tensor:
        x = as_tensor_like(input)
        try:
            return wrap(np.asarray(ufunc(x._array)))
        except TypeError:
            raise UndefinedError(
                say(f"{name} is not defined for {x.dtype}", "bools or integers", "Convert first.")
            ) from None

    test.__name__ = test.__qualname__ = name
    test.__doc__ = f"Tell, elementwise, whether {meaning}."
    return test


logical_not = _test("logical_not", np.logical_not, "x is zero")
bitwise_not = _test("bitwise_not", np.invert, "x is false (bools), or return the other bits (integers)")
isnan = _test("isnan", np.isnan, "x is not a number")
isfinite = _test("isfinite", np.isfinite, "x is neither infinite nor NaN")
isinf = _test("isinf", np.isinf, "x is infinite")


def equal(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have the same shape and the same elements."""
    return bool(np.array_equal(as_tensor_like(input)._array, as_tensor_like(other)._array))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Tell whether |x - y| <= atol + rtol |y| everywhere."""
    a, b = as_tensor_like(input)._array, as_tensor_like(other)._array
    return bool(np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Tell, elementwise, whether |x - y| <= atol + rtol |y|."""
    a, b = as_tensor_like(input)._array, as_tensor_like(other)._array
    return wrap(np.asarray(np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)))
