"""The rows of sines, cosines, their relatives and inverses, and of angles."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import real
from tests.op_rows.common import FLOATING_INTS, MIXED, SPECIAL_PAIRS, TWO_BOOLS, TWO_INTEGERS, at, one, two, two_at
from tests.op_samples import Exactly, F, R, S, anywhere, beyond_one, inside_one, kink, nonzero, only, zero

ENDS = at(1.0, -1.0, 0.0, -0.0, 2.0, np.inf, -np.inf, np.nan)
NOT_WHOLE = R(lambda t: t.hypot(t.tensor([1]), t.tensor([1])), RuntimeError, "not implemented for")

TRIGONOMETRY = [
    one("sin", real(np.sin), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("cos", real(np.cos), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("tan", real(np.tan), inside_one, *FLOATING_INTS, kink(ENDS)),
    one("asin", real(np.arcsin), inside_one, *FLOATING_INTS, kink(ENDS)),
    one("acos", real(np.arccos), inside_one, *FLOATING_INTS, kink(ENDS)),
    one("atan", real(np.arctan), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("sinh", real(np.sinh), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("cosh", real(np.cosh), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("tanh", real(np.tanh), anywhere, *FLOATING_INTS, S(Exactly([-1000.0, -20.0, 20.0, 1000.0])), kink(ENDS)),
    one("asinh", real(np.arcsinh), anywhere, *FLOATING_INTS, kink(ENDS)),
    one("acosh", real(np.arccosh), beyond_one, *FLOATING_INTS, kink(ENDS)),
    one("atanh", real(np.arctanh), inside_one, *FLOATING_INTS, kink(ENDS)),
    one("sinc", real(np.sinc), nonzero, *FLOATING_INTS, only(1, kink(at(0.0, 1.0, -1.0)))),
    one("deg2rad", real(np.deg2rad), anywhere, *FLOATING_INTS),
    one("rad2deg", real(np.rad2deg), anywhere, *FLOATING_INTS),
    two(
        "atan2",
        lambda x, y: np.arctan2(1.0 * x, y),
        *MIXED,
        *TWO_INTEGERS[:2],
        *TWO_BOOLS[:1],
        SPECIAL_PAIRS,
        two_at(kink),
        domain=nonzero,
    ),
    two(
        "hypot",
        np.hypot,
        *MIXED,
        SPECIAL_PAIRS,
        two_at(kink),
        kink(F(2, domain=zero), F(2, domain=zero)),
        domain=nonzero,
        errors=(NOT_WHOLE,),
    ),
]
