"""The rows of special functions."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import math

import numpy as np

from tests.op_references import error_inverse, limited_logit, log_gamma, number_by_number, polygamma, real, x_log_y
from tests.op_rows.common import (
    FLOATING_INTS,
    MIXED,
    NUMBERS,
    SPECIAL_PAIRS,
    TWO_BOOLS,
    TWO_INTEGERS,
    at,
    one,
    ones,
    two,
    two_at,
)
from tests.op_samples import (
    Exactly,
    F,
    Floats,
    Ints,
    R,
    Row,
    S,
    anywhere,
    inside_one,
    kink,
    only,
    positive,
    unit,
)

ENDS = at(0.0, -0.0, 1.0, -1.0, 2.0, np.inf, -np.inf, np.nan)


def large(random, shape, place):
    """Where PyTorch's trigamma has all digits: it loses half of them near 0."""
    return random.uniform(40, 60, shape)


SPECIAL_FUNCTIONS = [
    one("erf", real(number_by_number(math.erf)), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("erfc", real(number_by_number(math.erfc)), anywhere, *FLOATING_INTS, kink(ENDS), S(Exactly([5.0, 9.0, -5.0]))),
    one("erfinv", real(number_by_number(error_inverse)), inside_one, S(Exactly([-0.999, 1e-9, 0.999999])), kink(ENDS)),
    Row(
        "lgamma",
        real(number_by_number(log_gamma)),
        (
            *[only(1, s) for s in ones()],
            *FLOATING_INTS,
            S(Exactly([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, 2.0, -1.0, -2.5, 1e-8, 100.5, 1e30])),
            only(1, kink(at(0.0, -0.0, 1.0, -1.0, 2.0, np.inf, -np.inf, np.nan))),
        ),
        domain=positive,
    ),
    Row(
        "digamma",
        real(number_by_number(lambda x: polygamma(0, x))),
        (
            *[S(F(*shape, domain=large)) for shape in [(), (3,), (0,), (2, 3)]],
            *[only(0, s) for s in ones(shapes=[(2, 3), (2, 3, 2)])],
            *FLOATING_INTS,
            S(Exactly([np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, -2.5, 1e-8, 100.5, 1.4616321449683623])),
        ),
        domain=positive,
    ),
    Row(
        "polygamma",
        lambda n, x: real(number_by_number(lambda v: polygamma(n, v)))(x),
        (
            S(0, F(2, 3, domain=large)),
            S(1, F(3, domain=large)),
            S(2, F(2, 3)),
            S(2, F()),
            S(3, F(0)),
            S(4, F(2, 3, 2)),
            S(2, Ints((3,), 1, 5)),
            S(3, Exactly([0.25, 1e-3, 30.0, 0.0, -1.5])),
        ),
        (R(lambda t: t.polygamma(-1, t.ones(2)), RuntimeError, "does not support negative n"),),
        domain=positive,
    ),
    Row(
        "Tensor.polygamma",
        lambda x, n: real(number_by_number(lambda v: polygamma(n, v)))(x),
        (S(F(2, 3), 2), S(F(), 3), S(F(2, domain=large), 1)),
        (R(lambda t: t.ones(2).polygamma(-1), RuntimeError, "does not support negative n"),),
        domain=positive,
    ),
    one(
        "logit",
        real(limited_logit),
        unit,
        *FLOATING_INTS,
        *ones(0.1),
        S(Exactly([0.0, 0.05, 0.5, 1.0, 1.5, np.nan]), eps=0.1),
        S(Exactly([0.25, 0.5, 0.75]), eps=0.6),
        S(Exactly([0.2, 0.5, 0.0, 1.0]), 0),
        S(Exactly([0.2, 0.5]), eps=None),
        S(Exactly([0.2, 0.5]), -1),
        only(1, kink(at(0.0, 1.0, 0.5, -0.5, 1.5, np.nan))),
        only(1, kink(at(0.0, 1.0, 0.1, 0.9, 0.5, -0.5, 1.5, np.nan), 0.1)),
    ),
    two(
        "xlogy",
        x_log_y,
        *NUMBERS,
        *MIXED,
        *TWO_INTEGERS,
        *TWO_BOOLS,
        S(2, F(3, domain=positive)),
        S(0, Floats((2,), domain=positive)),
        SPECIAL_PAIRS,
        two_at(kink),
        domain=positive,
    ),
]
