"""Special functions under PyTorch's names: `torch.special`."""

from __future__ import annotations

from autograd.ops.elementwise import exp2, expm1, log1p
from autograd.ops.elementwise import sigmoid as expit
from autograd.ops.rounding import round
from autograd.ops.softmax import log_softmax, logsumexp, softmax
from autograd.ops.special import digamma, erf, erfc, erfinv, logit, polygamma, xlogy
from autograd.ops.special import digamma as psi
from autograd.ops.special import lgamma as gammaln
from autograd.ops.trigonometry import sinc

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlogy",
]
