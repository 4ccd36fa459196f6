"""The rows of in-place forms."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from dataclasses import replace

import numpy as np

from tests.op_references import (
    filled_with,
)
from tests.op_rows.arithmetic import ARITHMETIC
from tests.op_rows.choices import CHOICES
from tests.op_rows.common import by_name, in_place
from tests.op_rows.compare import COMPARISONS, LOGIC, LOGICAL
from tests.op_rows.elementwise import ELEMENTWISE
from tests.op_rows.operators import OPERATORS
from tests.op_rows.rounding import ROUNDING
from tests.op_rows.special import SPECIAL_FUNCTIONS
from tests.op_rows.trigonometry import TRIGONOMETRY
from tests.op_samples import (
    Bools,
    F,
    Ints,
    R,
    Row,
    S,
    eighths,
    only,
    positive,
)

OUT_OF_PLACE = by_name(
    ARITHMETIC + ELEMENTWISE + TRIGONOMETRY + ROUNDING + CHOICES + SPECIAL_FUNCTIONS + LOGICAL + OPERATORS
)
NAMES_IN_PLACE = [
    "add", "sub", "mul", "div", "true_divide", "floor_divide", "remainder", "fmod", "pow", "square",
    "neg", "reciprocal", "lerp", "addcmul", "addcdiv",
    "abs", "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "sigmoid", "relu",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh",
    "sinc", "hypot", "deg2rad", "rad2deg",
    "floor", "ceil", "trunc", "round", "frac", "sign", "copysign", "heaviside",
    "clamp", "clamp_min", "clamp_max", "nan_to_num",
    "erf", "erfc", "erfinv", "lgamma", "digamma", "logit", "xlogy",
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_left_shift", "bitwise_right_shift",
]  # fmt: skip
OPERATORS_IN_PLACE = [
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift",
]  # fmt: skip


def as_number(row: Row) -> Row:
    """The row of a comparison whose result has the dtype of its first operand."""
    truth = row.numpy
    assert truth is not None
    samples = tuple(s for s in row.samples if not isinstance(s.args[0], Ints))  # PyTorch lets integers need a gradient
    return replace(row, numpy=lambda x, *y: truth(x, *y).astype(x.dtype), samples=samples, gradient=True)


IN_PLACE = [
    *[in_place(OUT_OF_PLACE[name], f"{name}_") for name in NAMES_IN_PLACE],
    *[in_place(OUT_OF_PLACE[f"Tensor.__{name}__"], f"__i{name}__") for name in OPERATORS_IN_PLACE],
    *[in_place(as_number(OUT_OF_PLACE[name]), f"{name}_") for name in COMPARISONS],
    *[
        replace(in_place(as_number(OUT_OF_PLACE[name]), f"{name}_"), gradient=False, errors=())
        for name in [*LOGIC, "logical_not"]
    ],
    in_place(OUT_OF_PLACE["Tensor.polygamma"], "polygamma_"),
    *[
        # PyTorch has forgotten the derivatives of these.
        replace(row, samples=tuple(only(0, s) for s in row.samples))
        for row in [in_place(OUT_OF_PLACE[name], f"{name}_") for name in ("asinh", "acosh", "atanh")]
    ],
    Row(
        "Tensor.float_power_",
        np.float_power,
        (S(F(2, 3, dtype="float64"), 2), S(F(3, dtype="float64"), F(3, gradient=False)), S(F(dtype="float64"), 0.5)),
        (
            R(lambda t: t.ones(2).float_power_(2), RuntimeError, "the base given to float_power_ has dtype"),
            R(lambda t: t.ones(2, requires_grad=True).double().float_power_("2"), TypeError, "str"),
        ),
        call=lambda t, x, y: x.clone().float_power_(y),
        domain=positive,
        exact=True,
    ),
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
        (R(lambda t: t.ones(2, requires_grad=True).fill_(1), RuntimeError, "leaf Variable"),
         R(lambda t: t.ones(2).fill_(t.ones(2)), RuntimeError, "0-dim")),
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
