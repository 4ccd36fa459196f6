"""Linear algebra: `autograd.linalg`, with PyTorch's names. The rules stand in `autograd/ops`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import return_types
from autograd.errors import LinAlgError
from autograd.ops import decompositions, diagonals, inverses, products
from autograd.ops.inverses import (
    det,
    inverse,
    lstsq,
    matrix_power,
    matrix_rank,
    pinv,
    solve,
    solve_triangular,
)
from autograd.ops.linalg import matmul
from autograd.ops.matrix_norms import cond, matrix_norm, norm
from autograd.ops.norms import vector_norm
from autograd.ops.products import multi_dot, vecdot

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "LinAlgError",
    "cholesky",
    "cholesky_ex",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "inv",
    "inv_ex",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "vecdot",
    "vector_norm",
]

inv = inverse


def inv_ex(A: Tensor, *, check_errors: bool = False) -> return_types.linalg_inv_ex:
    """Return the inverse matrices, and for each whether it has one, instead of an error.

    Parameters
    ----------
    A : Tensor
        Of shape (..., n, n).
    check_errors : bool
        Raise nevertheless.

    Returns
    -------
    inverse : Tensor
        inf of singular matrices.
    info : Tensor
        0, or the number, from 1, of the first column that is a combination of those before it (int32).
    """
    return return_types.linalg_inv_ex(inverses.inverse_and_info("linalg.inv_ex", A, check_errors))


def slogdet(A: Tensor) -> return_types.linalg_slogdet:
    """Return the sign of determinants, and the logarithm of their absolute values: 0 and -inf of singular matrices.

    Raises
    ------
    RuntimeError
        The matrices are not square, or of no floating-point dtype.
    """
    return return_types.linalg_slogdet(inverses.slogdet(A))


def cholesky(A: Tensor, *, upper: bool = False) -> Tensor:
    """Return the lower triangle L of A = L Lᵀ, or U of A = Uᵀ U.

    Parameters
    ----------
    A : Tensor
        Symmetric and positive-definite, of shape (..., n, n). Only the triangle in question is read.
    upper : bool
        Return U, from the upper triangle.

    Raises
    ------
    RuntimeError
        The matrices are not square, or of no floating-point dtype.
    LinAlgError
        One of them is not positive-definite.
    """
    return decompositions.cholesky_of("linalg.cholesky", A, upper)


def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> return_types.linalg_cholesky_ex:
    """Return Cholesky factors, and for each matrix whether it has one, instead of an error.

    Returns
    -------
    L : Tensor
        nan of matrices that are not positive-definite.
    info : Tensor
        0, or the order of the first leading minor that is not positive (int32).
    """
    factors = inverses.factor_and_info("linalg.cholesky_ex", A, upper, check_errors)
    return return_types.linalg_cholesky_ex(factors)


def qr(A: Tensor, mode: str = "reduced") -> return_types.linalg_qr:
    """Return Q with orthonormal columns and the upper triangle R of A = Q R.

    Parameters
    ----------
    A : Tensor
        Of shape (..., m, n).
    mode : {'reduced', 'complete', 'r'}
        min(m, n) columns of Q, m columns, or R alone.

    Raises
    ------
    RuntimeError
        Another mode; less than two dimensions or no floating-point dtype. In backward: of 'r', and of 'complete' if
        there are more rows than columns.
    """
    return return_types.linalg_qr(decompositions.qr_of(A, mode))


def eigh(A: Tensor, UPLO: str = "L") -> return_types.linalg_eigh:
    """Return eigenvalues, smallest first, and eigenvectors, as columns, of symmetric matrices.

    Parameters
    ----------
    A : Tensor
        Of shape (..., n, n).
    UPLO : {'L', 'U'}
        The triangle that is read. The gradient is that by a symmetric matrix.

    Raises
    ------
    RuntimeError
        The matrices are not square, or of no floating-point dtype; another UPLO.

    Notes
    -----
    Eigenvectors are told up to their sign: only what does not depend on it has a meaningful gradient. Where two
    eigenvalues are equal, the gradient of the vectors is nan or inf.
    """
    return return_types.linalg_eigh(decompositions.eigh_of(A, UPLO))


def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """Return the eigenvalues of symmetric matrices, smallest first. Arguments as for `eigh`."""
    return decompositions.eigenvalues(A, UPLO)


def svd(A: Tensor, full_matrices: bool = True) -> return_types.linalg_svd:
    """Return U, S and Vᵀ of A = U diag(S) Vᵀ.

    Parameters
    ----------
    A : Tensor
        Of shape (..., m, n).
    full_matrices : bool
        Square U and V; else as many vectors as singular values. Gradients need the latter, but for what depends on
        these vectors alone.

    Raises
    ------
    RuntimeError
        Less than two dimensions, or no floating-point dtype.
    LinAlgError
        A matrix holds nan or inf.

    Notes
    -----
    Vectors are told up to the sign of each pair: only what does not depend on it has a meaningful gradient. Where two
    singular values are equal, the gradient of the vectors is nan or inf.
    """
    return return_types.linalg_svd(decompositions.svd_of(A, full_matrices))


def svdvals(A: Tensor) -> Tensor:
    """Return the singular values of matrices, largest first. Errors as for `svd`."""
    return decompositions.singular_values(A)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Return the diagonals of matrices: `autograd.diagonal` of the last two dimensions, unless others are named."""
    return diagonals.diagonal(A, offset, dim1, dim2)


def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """Return the vector products of three-dimensional vectors along `dim`; the other dimensions broadcast.

    Raises
    ------
    RuntimeError
        The size there is not 3, or the shapes or dtypes do not fit.
    """
    return products.cross_along(input, other, dim)
