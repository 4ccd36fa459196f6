"""Rules that are flat almost everywhere: rounding, signs and steps."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import kernels
from autograd.appliers import binary, unary
from autograd.errors import DtypeError, say
from autograd.op import OUT, Array, Elementwise, wrap
from autograd.operands import as_tensor_like
from autograd.ops.checks import broadcastable, floating

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "ceil",
    "copysign",
    "fix",
    "floor",
    "frac",
    "heaviside",
    "round",
    "sgn",
    "sign",
    "trunc",
]


class Sign(Elementwise):
    """z = sign(x), and 0 of NaN     dx = 0"""

    def forward(self, x: Array) -> Array:
        return np.copy(x) if x.dtype == np.bool_ else kernels.sign(x)

    def backward(self, g: Array) -> Array:
        return np.zeros_like(g)


class Step(Elementwise):
    """Base class of what makes whole numbers of floats, and keeps integers as they are     dx = 0"""

    without_bools = "Convert it first: x.int() or x.float()."

    def forward(self, x: Array) -> Array:
        return np.copy(x) if x.dtype.kind in "iu" else self.step(x)  # NumPy 2.0 makes floats of integers

    def step(self, x: Array) -> Array:
        """Compute the value for floats."""
        raise NotImplementedError

    def backward(self, g: Array) -> Array:
        return np.zeros_like(g)


class Floor(Step):
    """z = the largest integer <= x     dx = 0"""

    def step(self, x: Array) -> Array:
        return np.floor(x)


class Ceil(Step):
    """z = the smallest integer >= x     dx = 0"""

    def step(self, x: Array) -> Array:
        return np.ceil(x)


class Trunc(Step):
    """z = x without its fraction     dx = 0"""

    def step(self, x: Array) -> Array:
        return np.trunc(x)


class Round(Step):
    """z = the nearest integer, of two the even one     dx = 0"""

    def step(self, x: Array) -> Array:
        return np.rint(x)


class RoundDecimals(Elementwise):
    """z = round(x 10^d) / 10^d     dx = 0     (so computed that the power of ten is a whole number)

    float16 is computed in float32: its own range ends at 65504.
    """

    __slots__ = ("decimals",)
    torch_name = "RoundBackward1"
    decimals: int

    def forward(self, x: Array) -> Array:
        floating("round to decimals", x.dtype)
        wide = np.promote_types(x.dtype, np.float32)
        power = np.power(10.0, np.abs(self.decimals)).astype(wide)
        y = kernels.astype(x, wide)
        z = np.rint(y * power) / power if self.decimals > 0 else np.rint(y / power) * power
        return kernels.astype(z, x.dtype)

    def backward(self, g: Array) -> Array:
        return np.zeros_like(g)


class Frac(Elementwise):
    """z = x - trunc(x)     dx = g"""

    def forward(self, x: Array) -> Array:
        floating("frac", x.dtype)
        return x - np.trunc(x)

    def backward(self, g: Array) -> Array:
        return g


class Copysign(Elementwise):
    """z = |x| with the sign of y     dx = g z / x,  dy = 0     (0 at x = 0)"""

    saves = (0, OUT)

    def forward(self, x: Array, y: Array) -> Array:
        return np.copysign(x, y)

    def backward(self, g: Array, x: Array, z: Array) -> Any:
        return g * np.where(x == 0, 0, z / x), np.zeros_like(g)


sign = sgn = unary(Sign, floating=False)
floor = unary(Floor, floating=False)
ceil = unary(Ceil, floating=False)
trunc = fix = unary(Trunc, floating=False)
_round = unary(Round, floating=False)
frac = unary(Frac, floating=False)
copysign = binary(Copysign, floating=True)


def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """Round to the nearest number with so many decimals; of two equally near ones to the even.

    Parameters
    ----------
    decimals : int
        Negative ones round to tens, hundreds and so on.

    Raises
    ------
    TypeError
        `decimals` is no integer.
    RuntimeError
        The tensor holds bools, or integers and `decimals` is not 0.
    """
    digits = operator.index(decimals)
    if digits == 0:
        return _round(input)
    return RoundDecimals(decimals=digits).apply(as_tensor_like(input))  # type: ignore[no-any-return]


def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """Return 0 where input < 0, `values` where it is 0, and 1 where it is larger; without gradient.

    Raises
    ------
    RuntimeError
        The dtypes differ, or the shapes cannot be broadcast together.
    """
    a, b = as_tensor_like(input), as_tensor_like(values)
    if a._array.dtype != b._array.dtype:
        raise DtypeError(
            say(
                f"heaviside is not yet implemented for tensors with different dtypes: {a.dtype} and {b.dtype}",
                "one dtype",
                "Convert one of them: values.to(input.dtype).",
            )
        )
    broadcastable("heaviside", a, b)
    x, v = a._array, b._array
    return wrap(np.where(x == 0, v, (x > 0).astype(v.dtype)))
