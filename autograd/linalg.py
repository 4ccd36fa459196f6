"""Linear algebra: `autograd.linalg`, with PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.ops import diagonals, products
from autograd.ops.linalg import matmul
from autograd.ops.norms import vector_norm
from autograd.ops.products import multi_dot, vecdot

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["cross", "diagonal", "matmul", "multi_dot", "vecdot", "vector_norm"]


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
