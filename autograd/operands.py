"""What operations may be given: tensors, arrays and numbers, brought to the one dtype PyTorch's promotion says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.errors import UndefinedError, say
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
