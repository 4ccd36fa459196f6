"""The rows of exponentials, logarithms, roots, activations and copies."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import quiet, real
from tests.op_rows.common import (
    BOOLS,
    FLOATING_INTS,
    INTEGERS,
    MIXED,
    SHAPES_DISAGREE,
    SPECIAL_PAIRS,
    at,
    not_for_bools,
    one,
    two,
    two_at,
)
from tests.op_samples import Bools, Exactly, F, Ints, R, Row, S, anywhere, kink, nonzero, positive, zero

ENDS = at(0.0, -0.0, 1.0, -1.0, 2.0, np.inf, -np.inf, np.nan)

ELEMENTWISE = [
    one("abs", np.abs, nonzero, *INTEGERS, kink(F(3, domain=zero)), kink(ENDS), errors=not_for_bools("abs")),
    *[
        one(name, real(function), domain, *FLOATING_INTS, kink(ENDS))
        for name, function, domain in [
            ("exp", np.exp, anywhere),
            ("exp2", np.exp2, anywhere),
            ("expm1", np.expm1, anywhere),
            ("log", np.log, positive),
            ("log1p", np.log1p, positive),
            ("log2", np.log2, positive),
            ("log10", np.log10, positive),
            ("sqrt", np.sqrt, positive),
            ("rsqrt", lambda x: 1 / np.sqrt(x), positive),
        ]
    ],
    *[
        two(
            name,
            quiet(function),
            *MIXED,
            SPECIAL_PAIRS,
            S(Exactly([1000.0, -1000.0]), Exactly([999.0, -1000.0])),
            two_at(kink),
            errors=(R(lambda t, name=name: getattr(t, name)(t.tensor([1]), t.tensor([1])), RuntimeError, "not impl"),),
        )
        for name, function in [("logaddexp", np.logaddexp), ("logaddexp2", np.logaddexp2)]
    ],
    one(
        "sigmoid",
        real(lambda x: 1 / (1 + np.exp(-x))),
        anywhere,
        *FLOATING_INTS,
        S(Exactly([-1000.0, -40.0, 40.0, 1000.0])),
        kink(ENDS),
    ),
    one(
        "relu",
        lambda x: np.maximum(x, 0),
        nonzero,
        *INTEGERS,
        kink(F(3, domain=zero)),
        kink(ENDS),
        errors=not_for_bools("relu"),
    ),
    one("clone", np.copy, anywhere, *INTEGERS, *BOOLS),
    Row(
        "masked_fill",
        lambda x, m, v: np.where(m, np.asarray(v, x.dtype), x),
        (
            S(F(2, 3), Bools((2, 3)), 7.0),
            S(F(2, 3), Bools((3,)), 0),
            S(F(), Bools(()), 1.5),
            S(F(2, 3), Bools((2, 1)), F()),
            S(Ints((3,)), Bools((3,)), 2),
            S(Bools((3,)), Bools((3,)), True),
            kink(F(1, 3), Bools((2, 3)), -np.inf),
        ),
        (
            R(lambda t: t.masked_fill(t.ones(2), t.tensor([1, 0]), 0), RuntimeError, "bool"),
            R(lambda t: t.masked_fill(t.ones(2), t.tensor([True, False, True]), 0), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.masked_fill(t.ones(2), t.tensor([True, False]), t.ones(2)), RuntimeError, "0-dim"),
        ),
    ),
]
