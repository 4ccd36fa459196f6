"""Methods of Tensor that multiply matrices, and the rest of linear algebra."""

from __future__ import annotations

from autograd.inplace import inplace
from autograd.ops import diagonals, linalg, products


class LinearAlgebraMethods:
    """Methods of Tensor that multiply matrices, and the rest of linear algebra."""

    __slots__ = ()

    addbmm = products.addbmm
    addmm = products.addmm
    addmv = products.addmv
    addr = products.addr
    baddbmm = products.baddbmm
    bmm = products.bmm
    cross = products.cross
    diag = diagonals.diag
    diag_embed = diagonals.diag_embed
    diagonal = diagonals.diagonal
    dot = linalg.dot
    inner = products.inner
    kron = products.kron
    matmul = linalg.matmul
    mm = linalg.mm
    mv = linalg.mv
    outer = ger = products.outer
    trace = diagonals.trace
    tril = diagonals.tril
    triu = diagonals.triu
    vdot = products.vdot

    addbmm_ = inplace(products.addbmm)
    addmm_ = inplace(products.addmm)
    addmv_ = inplace(products.addmv)
    addr_ = inplace(products.addr)
    baddbmm_ = inplace(products.baddbmm)
    tril_ = inplace(diagonals.tril)
    triu_ = inplace(diagonals.triu)
