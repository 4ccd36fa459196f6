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


def not_close(name):
    """What `isclose` and `allclose` refuse."""
    return (
        R(lambda t: find(t, name)(t.ones(2), t.ones(2).double()), RuntimeError, "did not match"),
        R(lambda t: find(t, name)(t.tensor([1]), t.ones(1)), RuntimeError, "did not match"),
        R(lambda t: find(t, name)(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
        R(lambda t: find(t, name)(t.ones(2), t.ones(2), rtol=-1), RuntimeError, "greater than or equal to zero"),
    )


LOGIC = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor}
BITS = {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}



def shifted(function):
    """NumPy's shift, for numbers of places that are too large, or negative."""

    def reference(x, y):
        x, y = np.asarray(x), np.asarray(y)
        d = x.dtype if x.ndim and x.dtype.kind in "iu" and (y.dtype == x.dtype or not y.ndim) else np.dtype(np.int64)
        bits = d.itemsize * 8
        outside = (y < 0) | (y >= bits)
        rest = np.where(x < 0, -1, 0) if function is np.right_shift else 0
        return np.where(outside, rest, function(x.astype(np.int64), np.where(outside, 0, y).astype(np.int64))).astype(d)

    return reference


SHIFTS = {"bitwise_left_shift": shifted(np.left_shift), "bitwise_right_shift": shifted(np.right_shift)}

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
    *[
        Row(
            name,
            numpy,
            (
                S(Ints((2, 3)), Ints((3,), -2, 70)),
                S(Ints((3,)), 1),
                S(Ints(()), Ints((0,))),
                S(Ints((3,)), 64),
                S(Ints((3,)), -1),
                S(1, Ints((3,), 0, 5)),
                S(Ints((2, 3), dtype="int8"), Ints((3,), 0, 12, dtype="int8")),
                S(Ints((3,), 0, 9, dtype="uint8"), 7),
                S(Bools((3,)), 1),
            ),
            (
                R(lambda t, name=name: find(t, name)(t.ones(2), 1), RuntimeError, "not implemented"),
                R(lambda t, name=name: find(t, name)(t.tensor([1]), 1.0), RuntimeError, "not implemented"),
                R(lambda t, name=name: find(t, name)(*[t.tensor([True])] * 2), RuntimeError, "not implemented"),
                R(lambda t, name=name: find(t, name)(t.tensor([1]), t.ones(2)), RuntimeError, "not implemented"),
                R(lambda t, name=name: find(t, name)(t.tensor([1] * 2), t.tensor([1] * 3)), RuntimeError, "size|broad"),
            ),
            gradient=False,
        )
        for name, numpy in SHIFTS.items()
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
        for name, numpy in {
            "isnan": np.isnan,
            "isinf": np.isinf,
            "isfinite": np.isfinite,
            "isposinf": lambda x: x == np.inf,
            "isneginf": lambda x: x == -np.inf,
            "isreal": np.isreal,
            "signbit": lambda x: np.signbit(x) if x.dtype.kind == "f" else x < np.zeros_like(x),
        }.items()
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
        not_close("allclose"),
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
            S(Bools((3,)), Bools((3,))),
            S(Exactly([np.inf, -np.inf, np.inf, 1.0]), Exactly([np.inf, np.inf, 1.0, np.inf])),
        ),
        not_close("isclose"),
        gradient=False,
    ),
]
