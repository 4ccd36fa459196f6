"""Methods of Tensor that take dimensions away, or go along one: sums, extremes, means, order."""

from __future__ import annotations

from autograd.inplace import inplace
from autograd.ops import counting, extremes, norms, reduce, scan, softmax, sorting


class ReductionMethods:
    """Methods of Tensor that take dimensions away, or go along one: sums, extremes, means, order."""

    __slots__ = ()

    all = reduce.all
    amax = extremes.amax
    amin = extremes.amin
    aminmax = extremes.aminmax
    any = reduce.any
    argmax = extremes.argmax
    argmin = extremes.argmin
    argsort = sorting.argsort
    bincount = counting.bincount
    count_nonzero = reduce.count_nonzero
    cummax = scan.cummax
    cummin = scan.cummin
    cumprod = scan.cumprod
    cumsum = scan.cumsum
    diff = scan.diff
    histc = counting.histc
    histogram = counting.histogram
    kthvalue = sorting.kthvalue
    log_softmax = softmax.log_softmax
    logcumsumexp = scan.logcumsumexp
    logsumexp = softmax.logsumexp
    max = extremes.max
    mean = reduce.mean
    median = sorting.median
    min = extremes.min
    mode = sorting.mode
    msort = sorting.msort
    nanmean = reduce.nanmean
    nanmedian = sorting.nanmedian
    nanquantile = sorting.nanquantile
    nansum = reduce.nansum
    norm = norms.norm
    prod = reduce.prod
    quantile = sorting.quantile
    renorm = norms.renorm
    softmax = softmax.softmax
    sort = sorting.sort
    std = reduce.std
    sum = reduce.sum
    topk = sorting.topk
    unique = counting.unique
    unique_consecutive = counting.unique_consecutive
    var = reduce.var

    cumprod_ = inplace(scan.cumprod)
    cumsum_ = inplace(scan.cumsum)
    renorm_ = inplace(norms.renorm)
