"""What operations on several tensors refuse, in the same words everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.appliers import shapes_disagree
from autograd.errors import UndefinedError, say
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor


def tensors(name: str, *operands: Any) -> None:
    """Raise unless all operands are tensors (or arrays), not numbers."""
    for t in operands:
        if not isinstance(t, Leaf | np.ndarray):
            raise TypeError(
                say(f"{name} was given an operand of type {type(t).__name__}", "a Tensor", "Write autograd.tensor(2).")
            )


def broadcastable(name: str, *operands: Tensor) -> None:
    """Raise unless the shapes of the operands can be broadcast together."""
    shapes = [t._shape for t in operands]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise shapes_disagree(name, error, *shapes) from None


def floating(name: str, d: np.dtype[Any]) -> None:
    """Raise unless a dtype is floating-point."""
    if d.kind != "f":
        raise UndefinedError(
            say(f'"{name}" not implemented for {dtypes.of(d)}', "floating-point numbers", "Convert first: x.float().")
        )


def numbers(name: str, d: np.dtype[Any]) -> None:
    """Raise if a dtype is bool."""
    if d.kind == "b":
        raise UndefinedError(
            say(f'"{name}" not implemented for bool tensors', "numbers", "Convert first: x.int() or x.float().")
        )
