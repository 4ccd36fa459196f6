"""Methods of Tensor that compute element by element."""

from __future__ import annotations

import numpy as np

from autograd.inplace import inplace
from autograd.ops import arithmetic, choices, elementwise, rounding, trigonometry


class ElementwiseMethods:
    """Methods of Tensor that compute element by element."""

    __slots__ = ()

    abs = absolute = elementwise.abs
    add = arithmetic.add
    clamp = clip = choices.clamp
    cos = trigonometry.cos
    div = divide = true_divide = arithmetic.div
    exp = elementwise.exp
    floor = rounding.floor
    floor_divide = arithmetic.floor_divide
    log = elementwise.log
    log1p = elementwise.log1p
    maximum = choices.maximum
    minimum = choices.minimum
    mul = multiply = arithmetic.mul
    neg = negative = arithmetic.neg
    pow = arithmetic.pow
    reciprocal = arithmetic.reciprocal
    relu = elementwise.relu
    remainder = arithmetic.remainder
    sigmoid = elementwise.sigmoid
    sign = rounding.sign
    sin = trigonometry.sin
    sqrt = elementwise.sqrt
    sub = subtract = arithmetic.sub
    tanh = trigonometry.tanh

    abs_ = inplace(elementwise.abs)
    add_ = inplace(arithmetic.add, np.add)
    clamp_ = clip_ = inplace(choices.clamp)
    div_ = inplace(arithmetic.div, np.divide)
    exp_ = inplace(elementwise.exp)
    floor_ = inplace(rounding.floor)
    log_ = inplace(elementwise.log)
    mul_ = inplace(arithmetic.mul, np.multiply)
    neg_ = inplace(arithmetic.neg)
    pow_ = inplace(arithmetic.pow)
    reciprocal_ = inplace(arithmetic.reciprocal)
    relu_ = inplace(elementwise.relu)
    remainder_ = inplace(arithmetic.remainder)
    sigmoid_ = inplace(elementwise.sigmoid)
    sqrt_ = inplace(elementwise.sqrt)
    sub_ = inplace(arithmetic.sub, np.subtract)
    tanh_ = inplace(trigonometry.tanh)
