"""The rows of choices: the larger, the smaller, one or the other, within limits."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import clamped, finite_numbers, quiet
from tests.op_rows.common import (
    BOOLS,
    INTEGERS,
    MIXED,
    SHAPES_DISAGREE,
    SPECIAL_PAIRS,
    TWO_INTEGERS,
    at,
    one,
    ones,
    two,
    two_at,
)
from tests.op_samples import Bools, Exactly, F, Ints, R, Row, S, distinct, eighths, kink, zero

AT_LIMITS = at(-1.0, 0.0, 1.0, -0.0, np.nan, np.inf, -np.inf)
LIMITS_DISAGREE = (
    R(lambda t: t.clamp(t.ones(2), t.ones(3), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
    R(lambda t: t.clamp(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
    R(lambda t: t.clamp(t.ones(2), max=t.ones(3)), RuntimeError, SHAPES_DISAGREE),
)

CHOICES = [
    *[
        two(
            name,
            function,
            *MIXED,
            *TWO_INTEGERS[:2],
            S(Bools((3,)), Bools((3,))),
            SPECIAL_PAIRS,
            two_at(kink),
            kink(F(3), Exactly([np.nan] * 3)),
            kink(F(3, domain=eighths), F(3, domain=eighths)),
            kink(F(3, domain=zero), F(domain=zero)),
            domain=distinct,
        )
        for name, function in [("maximum", np.maximum), ("minimum", np.minimum), ("fmax", np.fmax), ("fmin", np.fmin)]
    ],
    Row(
        "clamp",
        clamped,
        (
            *ones(-0.5, 0.5),
            *ones(min=0),
            *ones(max=0.0),
            S(Ints((2, 3)), -1, 2),
            S(Ints((3,)), min=0.5),
            S(Ints((3,)), 0, 1.5),
            S(Bools((3,)), 0, 1),
            S(Exactly([0, 1, 3], dtype="uint8"), 1, 2),
            S(F(3), 0.5, -0.5),
            S(F(3), True, 2),
            S(Exactly([np.nan, np.inf, -np.inf]), -1, 1),
            kink(F(3), np.nan, 1.0),
            kink(F(3), 0.0, np.nan),
            S(F(2, 3), F(3), F(3)),
            S(F(2, 3), F(2, 1), F(3)),
            S(F(3), min=F(3)),
            S(F(3), max=F()),
            S(F(2, 1), min=F(3)),
            S(F(2, 3), Ints((3,), -1, 1), F(3)),
            S(Ints((3,)), min=F(3)),
            S(Ints((3,)), Ints((3,)), Ints((3,))),
            S(F(0), F(1)),
            S(F(3), Exactly(-0.5), 1),
            S(F(3), -1, Exactly(0.5, dtype="float64")),
            kink(AT_LIMITS, -1, 1),
            kink(AT_LIMITS, min=0),
            kink(AT_LIMITS, max=0),
            kink(AT_LIMITS, 0, 1),
            kink(AT_LIMITS, 1, -1),
            kink(AT_LIMITS, AT_LIMITS, F(7)),
            kink(F(7), AT_LIMITS, AT_LIMITS),
            two_at(kink),
        ),
        (
            R(lambda t: t.clamp(t.ones(2)), RuntimeError, "At least one of"),
            R(lambda t: t.clamp(t.ones(2), t.ones(2), 1.0), TypeError, "clamp"),
            R(lambda t: t.clamp(t.ones(2), 0, t.ones(2)), TypeError, "clamp"),
            R(lambda t: t.clamp(*[t.tensor([True])] * 3), RuntimeError, "not implemented"),
            R(lambda t: t.clamp(t.tensor([True]), False, True), RuntimeError, "not implemented"),
            R(lambda t: t.clamp(t.tensor([1], dtype=t.uint8), 2, 300), RuntimeError, "without overflow"),
            *LIMITS_DISAGREE,
        ),
        domain=distinct,
    ),
    *[
        Row(
            name,
            quiet(function),
            (
                *ones(0.25),
                S(F(3), F(3)),
                S(F(2, 1), F(3)),
                S(F(), F()),
                S(Ints((3,)), 1),
                S(Ints((3,)), 0.5),
                S(Ints((3,)), F(3)),
                S(Bools((3,)), 1),
                kink(AT_LIMITS, 0),
                two_at(kink),
            ),
            (R(lambda t, name=name: getattr(t, name)(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),),
            domain=distinct,
        )
        for name, function in [("clamp_min", np.maximum), ("clamp_max", np.minimum)]
    ],
    Row(
        "where",
        np.where,
        (
            S(Bools((2, 3)), F(2, 3), F(2, 3)),
            S(Bools((2, 1)), F(3), F()),
            S(Bools(()), F(2), F(2)),
            S(Bools((3,)), F(3), 0.0),
            S(Bools((3,)), 1.5, F(2, 3)),
            S(Bools((0,)), F(0), F(1)),
            S(Bools((3,)), Ints((3,)), F(3)),
            S(Bools((3,)), Ints((3,)), Ints((3,))),
            S(Bools((3,)), Ints((3,)), 2.5),
            S(Bools((3,)), Bools((3,)), 1),
            S(Bools((3,)), 1, 2),
            S(Bools((3,)), 1.5, 2),
            S(Bools((3,)), F(3, dtype="float32"), F(dtype="float64")),
            kink(Bools((3,)), F(3), Exactly([np.nan, np.inf, 1.0])),
            S(Exactly([0, 1, 2], dtype="uint8"), F(3), F(3)),
        ),
        (
            R(lambda t: t.where(t.tensor([1.0]), t.ones(1), t.ones(1)), RuntimeError, "bool"),
            R(lambda t: t.where(t.tensor([1]), t.ones(1), t.ones(1)), RuntimeError, "bool"),
            R(lambda t: t.where(t.tensor([True, False]), t.ones(3), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.where(t.tensor([True]), t.ones(1)), TypeError, "where"),
            R(lambda t: t.where(True, t.ones(1), t.ones(1)), TypeError, "where"),
            R(
                lambda t: t.where(t.tensor([True]), t.tensor([1], dtype=t.uint8), 300),
                RuntimeError,
                "without overflow",
            ),
        ),
    ),
    Row(
        "where",
        lambda c: list(np.nonzero(np.atleast_1d(c))),
        (S(Bools((3, 4))), S(F(3)), S(Ints((2, 3))), S(Bools((0,))), S(Exactly(5.0)), S(Exactly(0.0))),
        gradient=False,
        replay=False,
        why="how many elements are nonzero depends on the data",
        variant="of one argument",
    ),
    Row(
        "Tensor.where",
        lambda x, c, y: np.where(c, x, y),
        (S(F(2, 3), Bools((3,)), F(2, 1)), S(F(3), Bools((3,)), 0.5), S(Ints((3,)), Bools((3,)), 0)),
    ),
    one(
        "nan_to_num",
        finite_numbers,
        distinct,
        *INTEGERS,
        *BOOLS,
        S(Exactly([np.nan, np.inf, -np.inf, 1.0]), 1, 2.0, -3),
        S(Exactly([np.nan, np.inf, -np.inf, 1.0]), nan=np.inf),
        S(Exactly([np.nan, np.inf, -np.inf, 1.0]), nan=None, neginf=0.5),
        kink(AT_LIMITS),
    ),
    Row(
        "nan_to_num",
        finite_numbers,
        (
            S(Exactly([np.nan, np.inf, -np.inf, 1.0], dtype="float16")),
            S(Exactly([np.nan, np.inf, -np.inf], dtype="float16"), posinf=1e6),
        ),
        exact=True,
        variant="of halves",
    ),
]
