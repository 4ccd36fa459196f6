"""Methods of Tensor that take dimensions away: sums, extremes, means."""

from __future__ import annotations

from autograd.ops import reduce


class ReductionMethods:
    """Methods of Tensor that take dimensions away: sums, extremes, means."""

    __slots__ = ()

    all = reduce.all
    any = reduce.any
    argmax = reduce.argmax
    argmin = reduce.argmin
    log_softmax = reduce.log_softmax
    logsumexp = reduce.logsumexp
    max = reduce.max
    mean = reduce.mean
    min = reduce.min
    softmax = reduce.softmax
    std = reduce.std
    sum = reduce.sum
    var = reduce.var
