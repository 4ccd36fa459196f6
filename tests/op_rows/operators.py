"""The rows of Python's operators."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import operator

from tests.op_references import (
    on_arrays,
    quiet,
)
from tests.op_rows.common import (
    BOOLS,
    INTEGERS,
    NUMBERS,
    SHAPES_DISAGREE,
    TWO_BOOLS,
    TWO_INTEGERS,
    ones,
    pairs,
    plain,
    reflected,
)
from tests.op_rows.compare import COMPARED, COMPARISONS, SHIFTS
from tests.op_samples import (
    Bools,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    anywhere,
    nonzero,
    only,
    positive,
)

OPERATORS = [
    Row("Tensor.__add__", operator.add, (*pairs(), *NUMBERS, *TWO_INTEGERS), call=plain(operator.add)),
    Row("Tensor.__add__", on_arrays(operator.add), NUMBERS, call=reflected(operator.add), variant="reflected"),
    Row(
        "Tensor.__sub__",
        operator.sub,
        (*pairs(), *NUMBERS, *TWO_INTEGERS),
        call=plain(operator.sub),
        errors=(
            R(lambda t: t.tensor([True]) - t.tensor([True]), RuntimeError, "bool"),
            R(lambda t: t.ones(2) - t.ones(3), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.ones(2) - "a", TypeError, "str"),
        ),
    ),
    Row(
        "Tensor.__rsub__",
        on_arrays(operator.sub),
        (*ones(2.5), *NUMBERS),
        call=reflected(operator.sub),
        errors=(R(lambda t: 1 - t.tensor([True]), RuntimeError, "bool"),),
    ),
    Row("Tensor.__mul__", operator.mul, (*pairs(), *NUMBERS), call=plain(operator.mul)),
    Row("Tensor.__mul__", on_arrays(operator.mul), NUMBERS, call=reflected(operator.mul), variant="reflected"),
    Row(
        "Tensor.__truediv__", operator.truediv, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), call=plain(operator.truediv)
    ),
    Row(
        "Tensor.__rtruediv__",
        on_arrays(quiet(operator.truediv)),
        (
            *ones(2.5),
            S(F(3), 2),
            S(Ints((3,), 1, 5), 2),
            S(Exactly([0.0]), 1),
            S(F(), 1.0),
        ),
        call=reflected(operator.truediv),
        domain=nonzero,
    ),
    Row(
        "Tensor.__floordiv__",
        operator.floordiv,
        (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS),
        gradient=False,
        call=plain(operator.floordiv),
    ),
    Row(
        "Tensor.__rfloordiv__",
        on_arrays(operator.floordiv),
        (S(F(3), 2.5), S(F(2, 3), 2), S(Ints((3,), 1, 5), 7)),
        gradient=False,
        domain=nonzero,
        call=reflected(operator.floordiv),
    ),
    Row("Tensor.__mod__", operator.mod, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), call=plain(operator.mod)),
    Row(
        "Tensor.__rmod__",
        on_arrays(operator.mod),
        (
            only(0, S(F(3), 2.5)),
            only(0, S(F(2, 3), 2)),
            S(Ints((3,), 1, 5), 7),
        ),
        domain=nonzero,
        call=reflected(operator.mod),
    ),
    Row(
        "Tensor.__pow__",
        operator.pow,
        (*pairs(anywhere), S(F(2, 3), 2), S(F(), 0.5), S(Ints((3,)), 2)),
        domain=positive,
        call=plain(operator.pow),
    ),
    Row(
        "Tensor.__rpow__",
        on_arrays(quiet(operator.pow)),
        (
            *ones(2.5),
            S(F(3), 2),
            S(F(), 1),
            S(Ints((3,), 0, 4), 2),
            only(1, S(F(3, domain=positive), 0)),
            S(Ints((3,)), 2.0),
        ),
        call=reflected(operator.pow),
    ),
    Row("Tensor.__matmul__", operator.matmul, (S(F(2, 3), F(3, 2)), S(F(2, 2, 3), F(3))), call=plain(operator.matmul)),
    Row(
        "Tensor.__rmatmul__",
        lambda x, a: a @ x,
        (S(F(3, 2), F(2, 3, gradient=False)),),
        call=lambda t, x, a: t.Tensor.__rmatmul__(x, a),
    ),
    Row("Tensor.__neg__", operator.neg, (S(F(2, 3)), S(Ints((3,)))), call=plain(operator.neg)),
    Row("Tensor.__pos__", operator.pos, (S(F(2, 3)), S(Ints((3,))), S(F())), call=plain(operator.pos), shares=True),
    Row("Tensor.__abs__", operator.abs, (S(F(2, 3)), S(Ints((3,)))), call=plain(operator.abs), domain=nonzero),
    *[
        Row(
            f"Tensor.__{name}__", getattr(operator, name), COMPARED, call=plain(getattr(operator, name)), gradient=False
        )
        for name in COMPARISONS
    ],
    *[
        Row(
            f"Tensor.__{name}__",
            getattr(operator, f"{name}_".replace("xor_", "xor")),
            (*TWO_INTEGERS, *TWO_BOOLS),
            call=plain(getattr(operator, f"{name}_".replace("xor_", "xor"))),
            gradient=False,
        )
        for name in ("and", "or", "xor")
    ],
    *[
        Row(
            f"Tensor.__r{name}__",
            on_arrays(getattr(operator, f"{name}_".replace("xor_", "xor"))),
            (S(Ints((3,)), 5), S(Bools((3,)), True)),
            call=reflected(getattr(operator, f"{name}_".replace("xor_", "xor"))),
            gradient=False,
        )
        for name in ("and", "or", "xor")
    ],
    *[
        Row(
            f"Tensor.__{name}__",
            SHIFTS[f"bitwise_{side}_shift"],
            (S(Ints((2, 3)), Ints((3,), 0, 5)), S(Ints((3,)), 2), S(Bools((3,)), 1)),
            (R(lambda t, name=name: getattr(operator, name)(t.ones(2), 1), RuntimeError, "not implemented"),),
            call=plain(getattr(operator, name)),
            gradient=False,
        )
        for name, side in [("lshift", "left"), ("rshift", "right")]
    ],
    *[
        Row(
            f"Tensor.__r{name}__",
            on_arrays(SHIFTS[f"bitwise_{side}_shift"]),
            (S(Ints((3,), 0, 5), 8),),
            call=reflected(getattr(operator, name)),
            gradient=False,
        )
        for name, side in [("lshift", "left"), ("rshift", "right")]
    ],
    Row("Tensor.__invert__", operator.invert, (*INTEGERS, *BOOLS), call=plain(operator.invert), gradient=False),
]
