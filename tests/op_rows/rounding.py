"""The rows of rounding, signs and steps."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import quiet, rounded
from tests.op_rows.common import (
    BOOLS,
    INTEGERS,
    MIXED,
    SHAPES_DISAGREE,
    SPECIAL_PAIRS,
    TWO_BOOLS,
    TWO_INTEGERS,
    at,
    not_for_bools,
    one,
    pairs,
    two,
    two_at,
)
from tests.op_samples import Bools, Exactly, F, Ints, R, Row, S, distinct, kink, nonzero, only

HALVES = Exactly([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999, 1e30])


def whole(function):
    return quiet(lambda x: function(x).astype(x.dtype))


ROUNDING = [
    *[
        one(name, whole(function), distinct, *INTEGERS, S(HALVES), kink(at(1.0, -0.5, np.nan, np.inf)), errors=refused)
        for name, function, refused in [
            ("floor", np.floor, not_for_bools("floor")),
            ("ceil", np.ceil, not_for_bools("ceil")),
            ("trunc", np.trunc, not_for_bools("trunc")),
            (
                "round",
                np.rint,
                (
                    *not_for_bools("round"),
                    R(lambda t: t.round(t.ones(1), decimals=0.5), TypeError, "float"),
                    R(lambda t: t.round(t.tensor([1]), decimals=1), RuntimeError, "not implemented for"),
                    R(lambda t: t.round(t.tensor([15]), decimals=-1), RuntimeError, "not implemented for"),
                ),
            ),
        ]
    ],
    Row(
        "round",
        quiet(rounded),
        (
            S(F(2, 3), decimals=1),
            S(F(), decimals=2),
            S(F(0), decimals=3),
            S(F(2, 3, 2), decimals=-1),
            S(Exactly([0.125, 0.375, 2.675, 1e30, np.inf, np.nan, -0.0]), decimals=2),
            S(Exactly([1234.5678, -1250.0, 1350.0]), decimals=-2),
        ),
        domain=distinct,
        variant="to decimals",
    ),
    Row(
        "round",
        quiet(rounded),
        (
            S(Exactly([501.0, -65.5, 0.12345, np.inf], dtype="float16"), decimals=3),
            S(Exactly([0.12345, 1.0, 6e4], dtype="float16"), decimals=5),
            S(Exactly([501.0, 6e4], dtype="float16"), decimals=-5),
        ),
        exact=True,
        variant="halves to decimals",
    ),
    one(
        "frac",
        quiet(lambda x: x - np.trunc(x)),
        distinct,
        kink(at(1.0, -0.5, np.nan, np.inf)),
        errors=(
            R(lambda t: t.frac(t.tensor([1])), RuntimeError, "not implemented for"),
            R(lambda t: t.frac(t.tensor([True])), RuntimeError, "not implemented for"),
        ),
    ),
    one(
        "sign",
        lambda x: np.where(np.isnan(x), 0, np.sign(1 * x)).astype(x.dtype),
        nonzero,
        *INTEGERS,
        *BOOLS,
        S(Ints((3,), 0, 3, dtype="uint8")),
        kink(at(0.0, -0.0, np.nan, np.inf)),
    ),
    two(
        "copysign",
        np.copysign,
        *MIXED,
        *TWO_INTEGERS,
        *TWO_BOOLS[:1],
        S(F(3), -1),
        S(F(3), -0.0),
        S(Ints((3,)), -1.5),
        SPECIAL_PAIRS,
        two_at(kink),
        only(1, kink(at(0.0, -0.0, 1.0), at(-1.0, 1.0, -0.0))),
        domain=nonzero,
    ),
    Row(
        "heaviside",
        quiet(lambda x, v: np.where(x == 0, v, (x > 0).astype(v.dtype))),
        (
            *pairs(),
            S(Exactly([0.0, -0.0, np.nan, -1.0, 2.0]), Exactly(5.0)),
            S(Exactly([0.0, 1.0]), Exactly([np.nan, np.inf])),
            S(Ints((2, 3), -1, 2), Ints((3,))),
            S(Bools((3,)), Bools((3,))),
        ),
        (
            R(lambda t: t.heaviside(t.ones(2), t.ones(2).double()), RuntimeError, "different dtypes"),
            R(lambda t: t.heaviside(t.ones(2), t.tensor([1, 2])), RuntimeError, "different dtypes"),
            R(lambda t: t.heaviside(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
        ),
        gradient=False,
    ),
]
