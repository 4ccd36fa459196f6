"""Special functions of arrays: SciPy's where it is installed, else Python's own, element by element.

Like the routines in `kernels.py`, these are read on arrays, on Tensors and on recording arrays.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from autograd.errors import MissingPackageError, say
from autograd.kernels import Array, routine


@functools.cache
def scipy_special() -> ModuleType | None:
    """Return `scipy.special`, or None where SciPy is not installed."""
    try:
        import scipy.special
    except ImportError:
        return None
    return scipy.special  # type: ignore[no-any-return]


def _required(name: str) -> Any:
    """Return a function of `scipy.special`.

    Raises
    ------
    ImportError
        SciPy is not installed.
    """
    special = scipy_special()
    if special is None:
        raise MissingPackageError(
            say(f"{name} is computed by SciPy, which is not installed", "SciPy", "Run: pip install 'chalkgrad[scipy]'")
        )
    return getattr(special, name)


def _one_by_one(function: Callable[[float], float], x: Array) -> Array:
    return np.asarray(np.frompyfunc(function, 1, 1)(x)).astype(x.dtype)


def _computed(name: str, otherwise: Callable[[float], float], x: Array) -> Array:
    """Return a function of `scipy.special`, or another one element by element, in the dtype of `x`."""
    special = scipy_special()
    if special is None:
        return _one_by_one(otherwise, x)
    return getattr(special, name)(x).astype(x.dtype, copy=False)


@routine
def erf(x: Array) -> Array:
    """Return 2/√π times the integral of exp(-t²) from 0 to x."""
    return _computed("erf", math.erf, x)


@routine
def erfc(x: Array) -> Array:
    """Return 1 - erf(x), without cancellation."""
    return _computed("erfc", math.erfc, x)


@routine
def erfinv(x: Array) -> Array:
    """Return the y of which x is the erf; SciPy only."""
    z = _required("erfinv")(x).astype(x.dtype, copy=False)
    return np.copysign(z, x)  # of -0 it is -0


def _log_gamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # at 0, -1, -2 ..., and beyond 2.5e305
        return math.inf


@routine
def lgamma(x: Array) -> Array:
    """Return ln |Γ(x)|; infinite at 0, -1, -2 ... and at both infinities."""
    z = _computed("gammaln", _log_gamma, x)
    return np.where(np.isinf(x), np.abs(z), z)


@routine
def digamma(x: Array) -> Array:
    """Return the derivative of ln Γ(x); SciPy only."""
    return _required("psi")(x).astype(x.dtype, copy=False)


@routine
def polygamma(n: int, x: Array) -> Array:
    """Return the derivative of order n >= 1 of digamma: (-1)^(n+1) n! ζ(n+1, x); SciPy only."""
    zeta = _required("zeta")(np.asarray(n + 1, x.dtype), x)
    return ((-1.0) ** (n + 1) * _required("gamma")(n + 1.0) * zeta).astype(x.dtype, copy=False)


@routine
def xlogy(x: Array, y: Array) -> Array:
    """Return x ln y, and 0 where x = 0, whatever ln y is, unless y is NaN."""
    return np.where((x == 0) & np.logical_not(np.isnan(y)), 0, x * np.log(y))
