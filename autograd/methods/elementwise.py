"""Methods of Tensor that compute element by element."""

from __future__ import annotations

import numpy as np

from autograd.inplace import inplace
from autograd.ops import elementwise


class ElementwiseMethods:
    """Methods of Tensor that compute element by element."""

    __slots__ = ()

    abs = absolute = elementwise.abs
    add = elementwise.add
    clamp = clip = elementwise.clamp
    cos = elementwise.cos
    div = divide = true_divide = elementwise.div
    exp = elementwise.exp
    floor = elementwise.floor
    floor_divide = elementwise.floor_divide
    log = elementwise.log
    log1p = elementwise.log1p
    maximum = elementwise.maximum
    minimum = elementwise.minimum
    mul = multiply = elementwise.mul
    neg = negative = elementwise.neg
    pow = elementwise.pow
    reciprocal = elementwise.reciprocal
    relu = elementwise.relu
    remainder = elementwise.remainder
    sigmoid = elementwise.sigmoid
    sign = elementwise.sign
    sin = elementwise.sin
    sqrt = elementwise.sqrt
    sub = subtract = elementwise.sub
    tanh = elementwise.tanh

    abs_ = inplace(elementwise.abs)
    add_ = inplace(elementwise.add, np.add)
    clamp_ = clip_ = inplace(elementwise.clamp)
    div_ = inplace(elementwise.div, np.divide)
    exp_ = inplace(elementwise.exp)
    floor_ = inplace(elementwise.floor)
    log_ = inplace(elementwise.log)
    mul_ = inplace(elementwise.mul, np.multiply)
    neg_ = inplace(elementwise.neg)
    pow_ = inplace(elementwise.pow)
    reciprocal_ = inplace(elementwise.reciprocal)
    relu_ = inplace(elementwise.relu)
    remainder_ = inplace(elementwise.remainder)
    sigmoid_ = inplace(elementwise.sigmoid)
    sqrt_ = inplace(elementwise.sqrt)
    sub_ = inplace(elementwise.sub, np.subtract)
    tanh_ = inplace(elementwise.tanh)
