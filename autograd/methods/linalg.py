"""Methods of Tensor that multiply matrices, and the rest of linear algebra."""

from __future__ import annotations

from autograd.inplace import inplace
from autograd.ops import decompositions, diagonals, inverses, linalg, products


class LinearAlgebraMethods:
    """Methods of Tensor that multiply matrices, and the rest of linear algebra."""

    __slots__ = ()

    addbmm = products.addbmm
    addmm = products.addmm
    addmv = products.addmv
    addr = products.addr
    baddbmm = products.baddbmm
    bmm = products.bmm
    cholesky = decompositions.cholesky
    cross = products.cross
    det = inverses.det
    diag = diagonals.diag
    diag_embed = diagonals.diag_embed
    diagonal = diagonals.diagonal
    dot = linalg.dot
    inner = products.inner
    inverse = inverses.inverse
    kron = products.kron
    logdet = inverses.logdet
    matmul = linalg.matmul
    matrix_power = inverses.matrix_power
    mm = linalg.mm
    mv = linalg.mv
    outer = ger = products.outer
    pinverse = inverses.pinverse
    qr = decompositions.qr
    slogdet = inverses.slogdet
    svd = decompositions.svd
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
