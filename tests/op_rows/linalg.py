"""The rows of products and of linear algebra."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

import numpy as np

from tests.op_rows.common import PRODUCTS, SHAPES_DISAGREE
from tests.op_samples import (
    F,
    Ints,
    R,
    Row,
    S,
    Sample,
    find,
)


def products(dims: set[tuple[int, int]]) -> tuple[Sample, ...]:
    return tuple(S(F(*a), F(*b)) for a, b in PRODUCTS if (len(a), len(b)) in dims)


def refusals_of_products(name: str, a: Any, b: Any, wrong: Any) -> tuple[R, ...]:
    return (
        R(lambda t: find(t, name)(t.ones(a), t.ones(wrong)), RuntimeError, "cannot be multiplied|size mismatch"),
        R(lambda t: find(t, name)(t.ones(a), t.ones(b, dtype=t.float64)), RuntimeError, "same dtype"),
        R(lambda t: find(t, name)(t.ones(a), t.ones(b, dtype=t.int64)), RuntimeError, "same dtype"),
    )


PRODUCT_ROWS = [
    Row("linalg.matmul", np.matmul, products({(2, 2), (3, 3), (1, 1)})),
    Row(
        "matmul",
        np.matmul,
        (
            *[S(F(*a), F(*b)) for a, b in PRODUCTS],
            S(Ints((2, 3)), Ints((3, 2))),
            S(Ints((3,)), Ints((3,))),
        ),
        (
            *refusals_of_products("matmul", (2, 3), (3, 2), (2, 2)),
            R(lambda t: t.ones(2, 3) @ t.ones(4), RuntimeError, "multiplied|mismatch"),
            R(lambda t: t.matmul(t.ones(()), t.ones(2)), RuntimeError, "at least 1D"),
            R(lambda t: t.matmul(*[t.ones(2, 2, dtype=t.bool)] * 2), RuntimeError, "bool"),
            R(lambda t: t.ones(2, 3, 3) @ t.ones(4, 3, 3), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.ones(2) @ 3, TypeError, "unsupported operand"),
            R(lambda t: t.matmul(t.ones(2), 3), TypeError, "unsupported operand"),
        ),
    ),
    Row(
        "mm",
        np.matmul,
        products({(2, 2)}) + (S(Ints((2, 3)), Ints((3, 2))),),
        (
            *refusals_of_products("mm", (2, 3), (3, 2), (2, 2)),
            R(lambda t: t.mm(t.ones(2, 3), t.ones(3)), RuntimeError, "2D|matrix"),
        ),
    ),
    Row(
        "mv",
        np.matmul,
        products({(2, 1)}) + (S(F(2, 0), F(0)),),
        (
            *refusals_of_products("mv", (2, 3), (3,), (2,)),
            R(lambda t: t.mv(t.ones(2, 3), t.ones(3, 1)), RuntimeError, "1D|vector"),
        ),
    ),
    Row(
        "dot",
        np.matmul,
        products({(1, 1)}) + (S(F(0), F(0)), S(Ints((3,)), Ints((3,)))),
        (
            R(lambda t: t.dot(t.ones(2), t.ones(3)), RuntimeError, "multiplied|same number of elements|inconsistent"),
            R(lambda t: t.dot(t.ones(2), t.ones(2, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.dot(t.ones(2, 3), t.ones(3)), RuntimeError, "1D"),
        ),
    ),
]
