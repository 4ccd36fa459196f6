"""Special functions: the error function, the gamma function and their relatives.

Their derivatives are rules, of every order. Errors are bounds, in units in the last place (ulp) of a float64 result,
measured against 40-digit arithmetic. A float32 result is the float64 one, rounded, or as good.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import special_kernels as kernels
from autograd.appliers import binary, unary
from autograd.errors import AutogradError, say
from autograd.op import OUT, Array, Elementwise
from autograd.operands import common

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "lgamma",
    "logit",
    "polygamma",
    "xlogy",
]

SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0


class Erf(Elementwise):
    """z = erf x     dx = g 2/√π exp(-x²)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return kernels.erf(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * (SLOPE * np.exp(-(x * x)))


class Erfc(Elementwise):
    """z = 1 - erf x     dx = -g 2/√π exp(-x²)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return kernels.erfc(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * (-SLOPE * np.exp(-(x * x)))


class Erfinv(Elementwise):
    """x = erf z     dx = g √π/2 exp(z²)"""

    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return kernels.erfinv(x)

    def backward(self, g: Array, z: Array) -> Array:
        return g * (np.exp(z * z) / SLOPE)


class Lgamma(Elementwise):
    """z = ln |Γ(x)|     dx = g ψ(x)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return kernels.lgamma(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * kernels.digamma(x)


class Digamma(Elementwise):
    """z = ψ(x) = Γ'(x) / Γ(x)     dx = g ψ'(x)"""

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return kernels.digamma(x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * kernels.polygamma(1, x)


class Polygamma(Elementwise):
    """z = the derivative of order n of ψ(x)     dx = g times that of order n + 1"""

    __slots__ = ("n",)
    saves = (0,)
    n: int

    def forward(self, x: Array) -> Array:
        return kernels.polygamma(self.n, x)

    def backward(self, g: Array, x: Array) -> Array:
        return g * kernels.polygamma(self.n + 1, x)


class Logit(Elementwise):
    """z = ln(x / (1 - x)), with x limited to [e, 1 - e]     dx = g / (x (1 - x)) within, else 0     (no e: else NaN)"""

    __slots__ = ("eps",)
    saves = (0,)
    eps: float | None

    def forward(self, x: Array) -> Array:
        if self.eps is not None:
            low, high = self.eps, 1 - self.eps
            x = np.where(x < low, low, np.where(x > high, high, x))
        return np.log(x / (1 - x))

    def backward(self, g: Array, x: Array) -> Array:
        low, outside = (0.0, math.nan) if self.eps is None else (self.eps, 0.0)
        return np.where((x >= low) & (x <= 1 - low), g / (x * (1 - x)), outside)


class Xlogy(Elementwise):
    """z = x ln y, and 0 where x = 0     dx = g ln y (0 where x = 0 and y <= 0),  dy = g x / y"""

    saves = (0, 1)

    def forward(self, x: Array, y: Array) -> Array:
        return kernels.xlogy(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return np.where((x == 0) & (y <= 0), 0, kernels.xlogy(g, y)), g * x / y


_erf = unary(Erf)
_erfc = unary(Erfc)
_erfinv = unary(Erfinv)
_lgamma = unary(Lgamma)
_digamma = unary(Digamma)
xlogy = binary(Xlogy, floating=True)


def erf(input: Tensor) -> Tensor:
    """Return 2/√π times the integral of exp(-t²) from 0 to the input, elementwise.

    Within 3 ulp with SciPy, 1 ulp without.
    """
    return _erf(input)


def erfc(input: Tensor) -> Tensor:
    """Return 1 - erf(input), elementwise, exact where erf is nearly 1.

    With SciPy within 31 ulp from -6 to 6 and 500 ulp up to 26, where it nears the smallest number; without it 3 ulp.
    """
    return _erfc(input)


def erfinv(input: Tensor) -> Tensor:
    """Return the number whose erf is the input, elementwise: inf at 1, -inf at -1, NaN beyond.

    Within 3 ulp.

    Raises
    ------
    ImportError
        SciPy is not installed.
    """
    return _erfinv(input)


def lgamma(input: Tensor) -> Tensor:
    """Return ln |Γ(input)|, elementwise: inf at 0, -1, -2 ...

    Within 3 ulp for positive numbers (without SciPy 6); but near its zeros at 1 and 2, from 0.3 to 3, within 5e-16
    (1.4e-15), and for negative numbers down to -20 within 7e-15 (1.1e-14). Its derivative, `digamma`, needs SciPy.
    """
    return _lgamma(input)


def digamma(input: Tensor) -> Tensor:
    """Return the derivative of ln Γ, elementwise: -inf at 0, inf at -0, NaN at -1, -2 ...

    Within 3 ulp for positive numbers; between the poles from -10 to 0, down to 1e-4 from a pole, within 4000 ulp.

    Raises
    ------
    ImportError
        SciPy is not installed.
    """
    return _digamma(input)


def polygamma(n: int, input: Tensor) -> Tensor:
    """Return the derivative of order `n` of digamma, elementwise.

    Within 7 ulp for positive numbers, `n` from 1 to 4.

    Parameters
    ----------
    n : int
        At least 0. The method is `x.polygamma(n)`.

    Raises
    ------
    RuntimeError
        `n` is negative.
    ImportError
        SciPy is not installed.
    """
    order = operator.index(n)
    if order < 0:
        raise AutogradError(say(f"polygamma(n, x) does not support negative n: {n}", "n >= 0", "digamma is n = 0."))
    (x,) = common((input,), floating=True)
    return Polygamma(n=order).apply(x) if order else digamma(x)


def polygamma_of(input: Tensor, n: int) -> Tensor:
    """Return `polygamma(n, input)`: the method, which has its operands in this order."""
    return polygamma(n, input)


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """Return ln(x / (1 - x)), elementwise: the inverse of `sigmoid`.

    Parameters
    ----------
    eps : float, optional
        Limit the input to [eps, 1 - eps] first. Without it, numbers outside [0, 1] give NaN.
    """
    (x,) = common((input,), floating=True)
    return Logit(eps=None if eps is None or eps < 0 else eps).apply(x)  # type: ignore[no-any-return]
