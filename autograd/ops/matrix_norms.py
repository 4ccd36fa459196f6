"""Norms of matrices, and condition numbers: composed of norms of vectors and singular values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import ShapeError, say
from autograd.op import wrap
from autograd.ops import arithmetic, choices, reduce, shape
from autograd.ops.decompositions import singular_values
from autograd.ops.dims import dimension
from autograd.ops.inverses import InvEx
from autograd.ops.matrices import matrix, square
from autograd.ops.norms import in_dtype, norm_along, vector_norm

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__: list[str] = []


def _no_such_order(name: str, ord: Any) -> ShapeError:
    return ShapeError(
        say(
            f"{name}: Order {ord} not supported, got an invalid norm type",
            "'fro', 'nuc', inf, -inf, 1, -1, 2 or -2",
            "Use linalg.vector_norm for other powers.",
        )
    )


def matrix_norm(
    A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Return the norms of matrices.

    Parameters
    ----------
    A : Tensor
        Of a floating-point dtype, with at least two dimensions.
    ord : {'fro', 'nuc', inf, -inf, 1, -1, 2, -2}
        'fro' is the square root of the sum of all squares, 'nuc' the sum of the singular values, 2 and -2 the largest
        and the smallest of them; 1 and -1 are the largest and the smallest sum of absolute values of a column, inf and
        -inf of a row.
    dim : pair of int
        Rows and columns.
    keepdim : bool
        Keep both with size 1.
    dtype : dtype, optional
        Cast to this first.

    Raises
    ------
    RuntimeError
        Another order or number of dimensions, or no floating-point dtype.
    IndexError
        There is no such dimension, or nothing to take the smallest of.
    """
    name = "linalg.matrix_norm"
    A = in_dtype(name, A, dtype)
    if not isinstance(dim, tuple | list):
        raise TypeError(say(f"{name}: dim was given as {dim!r}", "a pair of dimensions", "Write dim=(-2, -1)."))
    if len(dim) != 2:
        raise ShapeError(say(f"{name}: dim must be a 2-tuple. Got {tuple(dim)}", "rows and columns", "Name both."))
    spectral = ord == "nuc" or (not isinstance(ord, str) and abs(ord) == 2)
    matrix(name, A, halves=not spectral)
    ndim = A._array.ndim
    rows, columns = dimension(dim[0], ndim), dimension(dim[1], ndim)
    if rows == columns:
        raise ShapeError(say(f"{name}: dims must be different. Got {tuple(dim)}", "two dimensions", "Name both."))
    if ord == "fro":
        return norm_along(A, 2.0, (rows, columns), keepdim)
    if spectral:
        order = [d for d in range(ndim) if d not in (rows, columns)]
        s = singular_values(shape.permute(A, (*order, rows, columns)))
        z = reduce.sum(s, -1) if ord == "nuc" else _extreme(s, -1, math.copysign(math.inf, ord), False)
        return shape.unsqueeze(shape.unsqueeze(z, min(rows, columns)), max(rows, columns)) if keepdim else z
    if isinstance(ord, str) or abs(ord) not in (1, math.inf):
        raise _no_such_order(name, ord)
    added, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    z = _extreme(norm_along(A, 1.0, (added,), True), kept, math.copysign(math.inf, ord), True)
    return z if keepdim else shape.squeeze(z, (rows, columns))


def _extreme(x: Tensor, dim: int, which: float, keepdim: bool) -> Tensor:
    """Return the largest or smallest of numbers that are not negative; of no numbers the largest is 0."""
    d = dimension(dim, x._array.ndim)
    if x._array.shape[d] == 0:
        if which < 0:
            raise IndexError(
                say(f"amin(): Expected reduction dim {dim} to have non-zero size", "elements", "Check the shape first.")
            )
        return reduce.sum(x, d, keepdim)
    return norm_along(x, which, (d,), keepdim)


def norm(
    A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Return a norm: of vectors along one `dim`, of matrices in two, of all elements without `ord` and `dim`.

    Parameters
    ----------
    A : Tensor
    ord : float or str, optional
        As for `vector_norm` or `matrix_norm`; 2 of vectors and 'fro' of matrices, unless given.
    dim : int or pair of int, optional
        With `ord` alone the tensor must be a vector or a matrix.
    keepdim, dtype
        As for `vector_norm`.

    Raises
    ------
    RuntimeError
        As for `vector_norm` and `matrix_norm`; more than two dimensions.
    """
    given = None if dim is None else (dim,) if not isinstance(dim, tuple | list) else tuple(dim)
    if given is not None and len(given) not in (1, 2):
        raise ShapeError(
            say(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(given)}", "so", "Check it.")
        )
    if ord is None:
        return vector_norm(A, 2, given, keepdim, dtype=dtype)
    ndim = in_dtype("linalg.norm", A, dtype)._array.ndim
    if given is None and ndim not in (1, 2):
        raise ShapeError(
            say(
                f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {ndim}D",
                "a vector or a matrix",
                "Name the dimensions: dim=(-2, -1), say.",
            )
        )
    if isinstance(ord, str) or (ndim if given is None else len(given)) == 2:
        return matrix_norm(A, ord, (-2, -1) if given is None else given, keepdim, dtype=dtype)
    return vector_norm(A, ord, given, keepdim, dtype=dtype)


def cond(A: Tensor, p: Any = None) -> Tensor:
    """Return the condition numbers of matrices: the norm times that of the inverse.

    Parameters
    ----------
    A : Tensor
        Of shape (..., m, n); square unless `p` is None, 2 or -2.
    p : {None, 'fro', 'nuc', inf, -inf, 1, -1, 2, -2}
        The norm; None and 2 are the largest singular value through the smallest, -2 the reverse.

    Returns
    -------
    Tensor
        inf of singular matrices.

    Raises
    ------
    RuntimeError
        Another norm, less than two dimensions, or no square matrices.
    """
    if p in (None, 2, -2):
        A = matrix("linalg.cond", A)
        s = singular_values(A)
        if s._array.shape[-1] == 0:
            return reduce.sum(s, -1)
        largest, smallest = _extreme(s, -1, math.inf, False), _extreme(s, -1, -math.inf, False)
        return arithmetic.div(smallest, largest) if p == -2 else arithmetic.div(largest, smallest)
    if p not in ("fro", "nuc", math.inf, -math.inf, 1, -1):
        raise _no_such_order("linalg.cond", p)
    A = square("linalg.cond", A)
    if A._array.shape[-1] == 0:
        return reduce.sum(A, (-2, -1))
    inverse = InvEx().apply(A)
    exists = np.isfinite(inverse._array).all((-2, -1))
    inverse = choices.where(wrap(exists[..., None, None]), inverse, 0)  # of inf there are no singular values
    product = arithmetic.mul(matrix_norm(A, p), matrix_norm(inverse, p))
    return choices.where(wrap(exists), product, math.inf)  # type: ignore[no-any-return]
