"""Methods of Tensor that compare, and that compute with truth values and bits."""

from __future__ import annotations

import numpy as np

from autograd.inplace import inplace
from autograd.ops import compare


class ComparisonMethods:
    """Methods of Tensor that compare, and that compute with truth values and bits."""

    __slots__ = ()

    allclose = compare.allclose
    bitwise_and = compare.bitwise_and
    bitwise_left_shift = compare.bitwise_left_shift
    bitwise_not = compare.bitwise_not
    bitwise_or = compare.bitwise_or
    bitwise_right_shift = compare.bitwise_right_shift
    bitwise_xor = compare.bitwise_xor
    eq = compare.eq
    equal = compare.equal
    ge = greater_equal = compare.ge
    gt = greater = compare.gt
    isclose = compare.isclose
    isfinite = compare.isfinite
    isinf = compare.isinf
    isnan = compare.isnan
    isneginf = compare.isneginf
    isposinf = compare.isposinf
    isreal = compare.isreal
    le = less_equal = compare.le
    logical_and = compare.logical_and
    logical_not = compare.logical_not
    logical_or = compare.logical_or
    logical_xor = compare.logical_xor
    lt = less = compare.lt
    ne = not_equal = compare.ne
    signbit = compare.signbit

    bitwise_and_ = inplace(compare.bitwise_and)
    bitwise_left_shift_ = inplace(compare.bitwise_left_shift)
    bitwise_not_ = inplace(compare.bitwise_not)
    bitwise_or_ = inplace(compare.bitwise_or)
    bitwise_right_shift_ = inplace(compare.bitwise_right_shift)
    bitwise_xor_ = inplace(compare.bitwise_xor)
    eq_ = inplace(compare.as_numbers(compare.eq, np.equal))
    ge_ = greater_equal_ = inplace(compare.as_numbers(compare.ge, np.greater_equal))
    gt_ = greater_ = inplace(compare.as_numbers(compare.gt, np.greater))
    le_ = less_equal_ = inplace(compare.as_numbers(compare.le, np.less_equal))
    logical_and_ = inplace(compare.as_numbers(compare.logical_and, np.logical_and))
    logical_not_ = inplace(compare.logical_not)
    logical_or_ = inplace(compare.as_numbers(compare.logical_or, np.logical_or))
    logical_xor_ = inplace(compare.as_numbers(compare.logical_xor, np.logical_xor))
    lt_ = less_ = inplace(compare.as_numbers(compare.lt, np.less))
    ne_ = not_equal_ = inplace(compare.as_numbers(compare.ne, np.not_equal))
