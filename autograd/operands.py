"""What operations may be given: tensors, arrays and numbers, brought to the one dtype PyTorch's promotion says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.errors import DtypeError, UndefinedError, say
from autograd.kernels import astype
from autograd.op import Array, Op, wrap
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor


def as_tensor_like(value: Any) -> Tensor:
    """Return an operand as a Tensor: tensors as they are, arrays wrapped, numbers as 0-d tensors.

    Raises
    ------
    TypeError
        `value` is neither tensor, array nor number.
    """
    if isinstance(value, Leaf):
        return value  # type: ignore[return-value]
    if isinstance(value, np.ndarray):
        return wrap(dtypes.canonical(np.asarray(value)))  # a subclass (np.matrix) has operators of its own
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
        if isinstance(value, Leaf | np.ndarray):
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
        if isinstance(value, Leaf | np.ndarray)
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


def converted(value: Any, d: np.dtype[Any]) -> Any:
    """Return a number as a NumPy scalar of dtype `d`.

    Raises
    ------
    RuntimeError
        It does not fit. Negative integers become unsigned ones modulo 2ⁿ, as in PyTorch.
    """
    plain = number(value)
    if d.kind == "f":
        plain = float(plain)
        fits = not math.isfinite(plain) or abs(plain) <= float(np.finfo(d).max)
    else:
        fits = fit(np.asarray(plain), d)
    if not fits:
        raise overflow(plain, d)
    if d.kind == "u" and plain < 0:
        return np.int64(plain).astype(d)
    return d.type(plain)


def fit(values: np.ndarray[Any, Any], d: np.dtype[Any]) -> bool:
    """Tell whether all `values` can be held by dtype `d`: integers in its range, no NaN among integers.

    An unsigned dtype takes negative integers down to minus its largest number, modulo 2ⁿ (PyTorch's rule).
    """
    if d.kind not in "iu" or values.size == 0:
        return True
    bounds = np.iinfo(d)
    low = -bounds.max if d.kind == "u" and values.dtype.kind != "f" else bounds.min
    # Compared as Python numbers: exactly, whatever the two dtypes. NaN fails every comparison.
    least, largest = (np.asarray(extreme).item() for extreme in (values.min(), values.max()))
    return bool(low <= least and largest <= bounds.max)


def overflow(value: Any, d: np.dtype[Any]) -> RuntimeError:
    """Return the error for a value that a dtype cannot hold."""
    return DtypeError(
        say(
            f"value cannot be converted to type {dtypes.of(d).name} without overflow: {value}",
            "numbers in the range of the dtype" if d.kind == "f" else f"{np.iinfo(d).min} to {np.iinfo(d).max}",
            "Use a wider dtype, or check the value.",
        )
    )


def refuse_bools(rule: type[Op], *operands: Any) -> None:
    """Raise if an operand is a bool and the rule has no meaning for those."""
    for value in operands:
        d = value._array.dtype if isinstance(value, Leaf) else getattr(value, "dtype", None)
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
