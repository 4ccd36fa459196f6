"""Array routines on matrices that NumPy lacks: arrays in, arrays out, as in `kernels.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.kernels import Array, routine


@routine
def inverse(x: Array) -> Array:
    """Return the inverses of matrices; of those that have none, inf everywhere."""
    try:
        return np.linalg.inv(x)
    except np.linalg.LinAlgError:
        bad = (np.linalg.slogdet(x)[0] == 0)[..., None, None]
        return np.where(bad, x.dtype.type(np.inf), np.linalg.inv(np.where(bad, np.eye(x.shape[-1], dtype=x.dtype), x)))


@routine
def solve_triangular(a: Array, b: Array, upper: bool, unit: bool) -> Array:
    """Return X of A X = B by substitution, row by row. Only a triangle of A is read, without its diagonal if `unit`.

    A zero on the diagonal gives inf or nan, where `np.linalg.solve` raises.
    """
    n = a.shape[-1]
    x = np.array(np.broadcast_to(b, np.broadcast_shapes(a.shape[:-2], b.shape[:-2]) + b.shape[-2:]))
    for i in range(n)[::-1] if upper else range(n):
        known = slice(i + 1, n) if upper else slice(0, i)
        row = x[..., i, :] - np.matmul(a[..., i : i + 1, known], x[..., known, :])[..., 0, :]
        x[..., i, :] = row if unit else row / a[..., i, i, None]
    return x


def all_but(n: int, *chosen: Any) -> Any:
    """Return a mask of n numbers in a new last dimension: all but the chosen ones."""
    return np.all([np.expand_dims(i, -1) != np.arange(n) for i in np.broadcast_arrays(*chosen)], axis=0)


@routine
def svd_or_nan(x: Array) -> Array:
    """Return the singular value decomposition of square matrices, nan for those that are not finite."""
    finite = np.isfinite(x).all((-2, -1), keepdims=True)
    u, s, vh = np.linalg.svd(np.where(finite, x, 0))
    return np.where(finite, u, x.dtype.type(np.nan)), s, vh


@routine
def cofactors(x: Array) -> Array:
    """Return the cofactor matrices, det(X) X⁻ᵀ where X has an inverse: the derivative of the determinant.

    From X = U diag(s) Vᵀ as det(U) det(V) U diag(∏_{j≠i} s_j) Vᵀ, which needs no inverse.
    """
    u, s, vh = svd_or_nan(x)
    n = s.shape[-1]
    with np.errstate(invalid="ignore", over="ignore"):
        sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
        rest = np.prod(np.where(all_but(n, np.arange(n)), s[..., None, :], 1), axis=-1)
    return sign * np.matmul(u * rest[..., None, :], vh)
