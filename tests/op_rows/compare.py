"""The rows of comparisons and of logic."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_rows.common import (
    BOOLS,
    INTEGERS,
    MIXED,
    SHAPES_DISAGREE,
    SPECIAL,
    TWO_BOOLS,
    TWO_INTEGERS,
    ones,
    pairs,
    refusals_of_pairs,
)
from tests.op_samples import (
    Bools,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    find,
)

COMPARED = (
    *pairs(),
    S(F(2, 3), 0.5),
    S(F(3), 0),
    *MIXED,
    *TWO_INTEGERS,
    *TWO_BOOLS,
    S(Exactly([np.nan, 1.0]), 1.0),
    S(Ints((3,), 0, 2), Ints((3,), 0, 2)),
    S(Ints((3,)), 0.5),
)
COMPARISONS = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
LOGIC = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor}
BITS = {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}

LOGICAL = [
    *[Row(name, numpy, COMPARED, refusals_of_pairs(name), gradient=False) for name, numpy in COMPARISONS.items()],
    *[
        Row(
            name,
            numpy,
            (*pairs(), *MIXED, *TWO_INTEGERS[:2], *TWO_BOOLS[:1]),
            refusals_of_pairs(name)[:2],
            gradient=False,
        )
        for name, numpy in LOGIC.items()
    ],
    *[
        Row(
            name,
            numpy,
            (*TWO_INTEGERS, *TWO_BOOLS, S(Ints((3,)), Bools((3,))), S(Ints(()), Ints((0,)))),
            (
                R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(2)), RuntimeError, "not (defined|implemented)"),
                R(lambda t, name=name: find(t, name)(t.ones(2) > 0, t.ones(3) > 0), RuntimeError, SHAPES_DISAGREE),
            ),
            gradient=False,
        )
        for name, numpy in BITS.items()
    ],
    Row("logical_not", np.logical_not, (*ones(), SPECIAL, *INTEGERS, *BOOLS), gradient=False),
    Row(
        "bitwise_not",
        np.invert,
        (*INTEGERS, *BOOLS),
        (R(lambda t: t.bitwise_not(t.ones(2)), RuntimeError, "not (defined|implemented)|integer"),),
        gradient=False,
    ),
    *[
        Row(name, numpy, (*ones(), SPECIAL, *INTEGERS, *BOOLS), gradient=False)
        for name, numpy in {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}.items()
    ],
    Row(
        "equal",
        np.array_equal,
        (
            S(F(2, 3), F(2, 3)),
            S(Ints((3,), 1, 2), Ints((3,), 1, 2)),
            S(F(3), F(2, 3)),
            S(F(0), F(0)),
            S(F(), F()),
            S(Exactly([np.nan]), Exactly([np.nan])),
        ),
        gradient=False,
    ),
    Row(
        "allclose",
        np.allclose,
        (
            S(Exactly([1.0, 2.0]), Exactly([1.0, 2.000001])),
            S(Exactly([1.0]), Exactly([1.1]), rtol=0.2),
            S(Exactly([0.0]), Exactly([0.5]), atol=1.0),
            S(Exactly([np.nan]), Exactly([np.nan]), equal_nan=True),
            S(Exactly([np.nan]), Exactly([np.nan])),
            S(F(2, 3), F(3)),
        ),
        gradient=False,
    ),
    Row(
        "isclose",
        np.isclose,
        (
            S(Exactly([1.0, 2.0, 3.0]), Exactly([1.0, 2.000001, 3.1])),
            S(Exactly([1.0]), Exactly([1.1]), rtol=0.2),
            S(Exactly([np.nan, np.inf]), Exactly([np.nan, np.inf]), equal_nan=True),
            S(F(2, 3), F(3)),
            S(Ints((3,)), Ints((3,))),
        ),
        gradient=False,
    ),
]
