"""Methods of Tensor that compute element by element."""

from __future__ import annotations

import numpy as np

from autograd.inplace import inplace
from autograd.ops import arithmetic, choices, elementwise, rounding, special, trigonometry


class ElementwiseMethods:
    """Methods of Tensor that compute element by element."""

    __slots__ = ()

    abs = absolute = elementwise.abs
    acos = arccos = trigonometry.acos
    acosh = arccosh = trigonometry.acosh
    add = arithmetic.add
    addcdiv = arithmetic.addcdiv
    addcmul = arithmetic.addcmul
    asin = arcsin = trigonometry.asin
    asinh = arcsinh = trigonometry.asinh
    atan = arctan = trigonometry.atan
    atan2 = arctan2 = trigonometry.atan2
    atanh = arctanh = trigonometry.atanh
    ceil = rounding.ceil
    clamp = clip = choices.clamp
    clamp_max = choices.clamp_max
    clamp_min = choices.clamp_min
    copysign = rounding.copysign
    cos = trigonometry.cos
    cosh = trigonometry.cosh
    deg2rad = trigonometry.deg2rad
    digamma = special.digamma
    div = divide = arithmetic.div
    erf = special.erf
    erfc = special.erfc
    erfinv = special.erfinv
    exp = elementwise.exp
    exp2 = elementwise.exp2
    expm1 = elementwise.expm1
    float_power = arithmetic.float_power
    floor = rounding.floor
    floor_divide = arithmetic.floor_divide
    fmax = choices.fmax
    fmin = choices.fmin
    fmod = arithmetic.fmod
    frac = rounding.frac
    heaviside = rounding.heaviside
    hypot = trigonometry.hypot
    lerp = arithmetic.lerp
    lgamma = special.lgamma
    log = elementwise.log
    log10 = elementwise.log10
    log1p = elementwise.log1p
    log2 = elementwise.log2
    logaddexp = elementwise.logaddexp
    logaddexp2 = elementwise.logaddexp2
    logit = special.logit
    maximum = choices.maximum
    minimum = choices.minimum
    mul = multiply = arithmetic.mul
    nan_to_num = choices.nan_to_num
    neg = negative = arithmetic.neg
    polygamma = special.polygamma_of
    positive = arithmetic.positive
    pow = arithmetic.pow
    rad2deg = trigonometry.rad2deg
    reciprocal = arithmetic.reciprocal
    relu = elementwise.relu
    remainder = arithmetic.remainder
    round = rounding.round
    rsqrt = elementwise.rsqrt
    sigmoid = elementwise.sigmoid
    sign = sgn = rounding.sign
    sin = trigonometry.sin
    sinc = trigonometry.sinc
    sinh = trigonometry.sinh
    sqrt = elementwise.sqrt
    square = arithmetic.square
    sub = subtract = arithmetic.sub
    tan = trigonometry.tan
    tanh = trigonometry.tanh
    true_divide = arithmetic.true_divide
    trunc = fix = rounding.trunc
    xlogy = special.xlogy

    abs_ = absolute_ = inplace(elementwise.abs)
    acos_ = arccos_ = inplace(trigonometry.acos)
    acosh_ = arccosh_ = inplace(trigonometry.acosh)
    add_ = inplace(arithmetic.add, np.add)
    addcdiv_ = inplace(arithmetic.addcdiv)
    addcmul_ = inplace(arithmetic.addcmul)
    asin_ = arcsin_ = inplace(trigonometry.asin)
    asinh_ = arcsinh_ = inplace(trigonometry.asinh)
    atan_ = arctan_ = inplace(trigonometry.atan)
    atan2_ = arctan2_ = inplace(trigonometry.atan2)
    atanh_ = arctanh_ = inplace(trigonometry.atanh)
    ceil_ = inplace(rounding.ceil)
    clamp_ = clip_ = inplace(choices.clamp)
    clamp_max_ = inplace(choices.clamp_max)
    clamp_min_ = inplace(choices.clamp_min)
    copysign_ = inplace(rounding.copysign)
    cos_ = inplace(trigonometry.cos)
    cosh_ = inplace(trigonometry.cosh)
    deg2rad_ = inplace(trigonometry.deg2rad)
    digamma_ = inplace(special.digamma)
    div_ = divide_ = inplace(arithmetic.div, np.divide)
    erf_ = inplace(special.erf)
    erfc_ = inplace(special.erfc)
    erfinv_ = inplace(special.erfinv)
    exp_ = inplace(elementwise.exp)
    exp2_ = inplace(elementwise.exp2)
    expm1_ = inplace(elementwise.expm1)
    float_power_ = inplace(arithmetic.float_power_of_doubles)
    floor_ = inplace(rounding.floor)
    floor_divide_ = inplace(arithmetic.floor_divide)
    fmod_ = inplace(arithmetic.fmod)
    frac_ = inplace(rounding.frac)
    heaviside_ = inplace(rounding.heaviside)
    hypot_ = inplace(trigonometry.hypot)
    lerp_ = inplace(arithmetic.lerp)
    lgamma_ = inplace(special.lgamma)
    log_ = inplace(elementwise.log)
    log10_ = inplace(elementwise.log10)
    log1p_ = inplace(elementwise.log1p)
    log2_ = inplace(elementwise.log2)
    logit_ = inplace(special.logit)
    mul_ = multiply_ = inplace(arithmetic.mul, np.multiply)
    nan_to_num_ = inplace(choices.nan_to_num)
    neg_ = negative_ = inplace(arithmetic.neg)
    polygamma_ = inplace(special.polygamma_of)
    pow_ = inplace(arithmetic.pow)
    rad2deg_ = inplace(trigonometry.rad2deg)
    reciprocal_ = inplace(arithmetic.reciprocal)
    relu_ = inplace(elementwise.relu)
    remainder_ = inplace(arithmetic.remainder)
    round_ = inplace(rounding.round)
    rsqrt_ = inplace(elementwise.rsqrt)
    sigmoid_ = inplace(elementwise.sigmoid)
    sign_ = sgn_ = inplace(rounding.sign)
    sin_ = inplace(trigonometry.sin)
    sinc_ = inplace(trigonometry.sinc)
    sinh_ = inplace(trigonometry.sinh)
    sqrt_ = inplace(elementwise.sqrt)
    square_ = inplace(arithmetic.square)
    sub_ = subtract_ = inplace(arithmetic.sub, np.subtract)
    tan_ = inplace(trigonometry.tan)
    tanh_ = inplace(trigonometry.tanh)
    true_divide_ = inplace(arithmetic.true_divide, np.divide)
    trunc_ = fix_ = inplace(rounding.trunc)
    xlogy_ = inplace(special.xlogy)
