"""Methods that PyTorch has as functions as well, nearly all in place: `autograd.relu_(x)` is `x.relu_()`."""

from __future__ import annotations

from autograd._tensor import Tensor as methods

__all__ = [
    "abs_",
    "acos_",
    "acosh_",
    "addmv_",
    "arccos_",
    "arccosh_",
    "arcsin_",
    "arcsinh_",
    "arctan_",
    "arctanh_",
    "asin_",
    "asinh_",
    "atan_",
    "atanh_",
    "ceil_",
    "clamp_",
    "clamp_max_",
    "clamp_min_",
    "clip_",
    "cos_",
    "cosh_",
    "deg2rad_",
    "detach",
    "detach_",
    "erf_",
    "erfc_",
    "exp2_",
    "exp_",
    "expm1_",
    "fill_",
    "fix_",
    "floor_",
    "frac_",
    "index_put_",
    "log1p_",
    "log2_",
    "log10_",
    "log_",
    "logit_",
    "nan_to_num_",
    "neg_",
    "negative_",
    "rad2deg_",
    "reciprocal_",
    "relu_",
    "round_",
    "rsqrt_",
    "sigmoid_",
    "sin_",
    "sinc_",
    "sinh_",
    "sqrt_",
    "square_",
    "tan_",
    "tanh_",
    "trunc_",
    "xlogy_",
    "zero_",
]

abs_ = methods.abs_
acos_ = methods.acos_
acosh_ = methods.acosh_
addmv_ = methods.addmv_
arccos_ = methods.arccos_
arccosh_ = methods.arccosh_
arcsin_ = methods.arcsin_
arcsinh_ = methods.arcsinh_
arctan_ = methods.arctan_
arctanh_ = methods.arctanh_
asin_ = methods.asin_
asinh_ = methods.asinh_
atan_ = methods.atan_
atanh_ = methods.atanh_
ceil_ = methods.ceil_
clamp_ = methods.clamp_
clamp_max_ = methods.clamp_max_
clamp_min_ = methods.clamp_min_
clip_ = methods.clip_
cos_ = methods.cos_
cosh_ = methods.cosh_
deg2rad_ = methods.deg2rad_
detach = methods.detach
detach_ = methods.detach_
erf_ = methods.erf_
erfc_ = methods.erfc_
exp2_ = methods.exp2_
exp_ = methods.exp_
expm1_ = methods.expm1_
fill_ = methods.fill_
fix_ = methods.fix_
floor_ = methods.floor_
frac_ = methods.frac_
index_put_ = methods.index_put_
log10_ = methods.log10_
log1p_ = methods.log1p_
log2_ = methods.log2_
log_ = methods.log_
logit_ = methods.logit_
nan_to_num_ = methods.nan_to_num_
neg_ = methods.neg_
negative_ = methods.negative_
rad2deg_ = methods.rad2deg_
reciprocal_ = methods.reciprocal_
relu_ = methods.relu_
round_ = methods.round_
rsqrt_ = methods.rsqrt_
sigmoid_ = methods.sigmoid_
sin_ = methods.sin_
sinc_ = methods.sinc_
sinh_ = methods.sinh_
sqrt_ = methods.sqrt_
square_ = methods.square_
tan_ = methods.tan_
tanh_ = methods.tanh_
trunc_ = methods.trunc_
xlogy_ = methods.xlogy_
zero_ = methods.zero_
