"""The rows of in-place forms."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from dataclasses import replace

import numpy as np

from tests.op_references import (
    filled_with,
)
from tests.op_rows.common import by_name, in_place
from tests.op_rows.elementwise import ELEMENTWISE
from tests.op_rows.operators import OPERATORS
from tests.op_samples import (
    Bools,
    F,
    Ints,
    R,
    Row,
    S,
    eighths,
)

OUT_OF_PLACE = by_name(ELEMENTWISE + OPERATORS)
NAMES_IN_PLACE = [
    "add",
    "sub",
    "mul",
    "div",
    "pow",
    "remainder",
    "neg",
    "abs",
    "exp",
    "log",
    "sqrt",
    "tanh",
    "sigmoid",
    "relu",
    "reciprocal",
    "clamp",
    "floor",
]
OPERATORS_IN_PLACE = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]


IN_PLACE = [
    *[in_place(OUT_OF_PLACE[name], f"{name}_") for name in NAMES_IN_PLACE],
    *[in_place(OUT_OF_PLACE[f"Tensor.__{name}__"], f"__i{name}__") for name in OPERATORS_IN_PLACE],
    replace(in_place(OUT_OF_PLACE["masked_fill"], "masked_fill_"), errors=()),
    Row(
        "Tensor.copy_",
        lambda x, y: np.broadcast_to(y, x.shape).astype(x.dtype),
        (
            S(F(2, 3), F(2, 3)),
            S(F(2, 3), F(3)),
            S(F(), F()),
            S(F(3), Ints((3,))),
            S(Ints((3,)), F(3, gradient=False)),
            S(F(3, dtype="float32"), F(3, dtype="float64", domain=eighths)),
            S(F(0), F(1)),
        ),
        (
            R(lambda t: t.ones(2).copy_(t.ones(3)), RuntimeError, "expand|must match|broadcast"),
            R(lambda t: t.ones(2, requires_grad=True).copy_(t.ones(2)), RuntimeError, "leaf Variable"),
        ),
        call=lambda t, x, y: x.clone().copy_(y),
        exact=True,
    ),
    Row(
        "Tensor.fill_",
        filled_with,
        (S(F(2, 3), 1.5), S(F(), 2), S(Ints((3,)), 7), S(F(2, 3), F()), S(F(0), 1.0)),
        (R(lambda t: t.ones(2, requires_grad=True).fill_(1), RuntimeError, "leaf Variable"),),
        call=lambda t, x, value: x.clone().fill_(value),
    ),
    Row(
        "Tensor.zero_",
        np.zeros_like,
        (S(F(2, 3)), S(F()), S(Ints((3,))), S(Bools((3,)))),
        (R(lambda t: t.ones(2, requires_grad=True).zero_(), RuntimeError, "leaf Variable"),),
        call=lambda t, x: x.clone().zero_(),
    ),
]
