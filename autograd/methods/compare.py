"""Methods of Tensor that compare, and that compute with truth values and bits."""

from __future__ import annotations

from autograd.ops import compare


class ComparisonMethods:
    """Methods of Tensor that compare, and that compute with truth values and bits."""

    __slots__ = ()

    allclose = compare.allclose
    bitwise_and = compare.bitwise_and
    bitwise_not = compare.bitwise_not
    bitwise_or = compare.bitwise_or
    bitwise_xor = compare.bitwise_xor
    eq = compare.eq
    equal = compare.equal
    ge = greater_equal = compare.ge
    gt = greater = compare.gt
    isclose = compare.isclose
    isfinite = compare.isfinite
    isinf = compare.isinf
    isnan = compare.isnan
    le = less_equal = compare.le
    logical_and = compare.logical_and
    logical_not = compare.logical_not
    logical_or = compare.logical_or
    logical_xor = compare.logical_xor
    lt = less = compare.lt
    ne = not_equal = compare.ne
