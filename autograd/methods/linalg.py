"""Methods of Tensor that multiply matrices, and the rest of linear algebra."""

from __future__ import annotations

from autograd.ops import linalg


class LinearAlgebraMethods:
    """Methods of Tensor that multiply matrices, and the rest of linear algebra."""

    __slots__ = ()

    dot = linalg.dot
    matmul = linalg.matmul
    mm = linalg.mm
    mv = linalg.mv
