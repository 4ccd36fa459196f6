"""The rows of what draws random numbers."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from tests.op_rows.common import NEGATIVE_SIZE, seeded
from tests.op_samples import (
    Dtype,
    F,
    R,
    S,
)

FLOAT64 = {"dtype": Dtype("float64")}
RANDOM = [
    seeded(
        "rand",
        S(2, 3),
        S((20,)),
        S(()),
        S(0),
        S(5, **FLOAT64),
        errors=(
            R(lambda t: t.rand(-1), RuntimeError, NEGATIVE_SIZE),
            R(lambda t: t.rand(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
        ),
    ),
    seeded(
        "randn",
        S(2, 3),
        S((20,)),
        S(()),
        S(0),
        S(5, **FLOAT64),
        S(17, **FLOAT64),
        errors=(
            R(lambda t: t.randn(-1), RuntimeError, NEGATIVE_SIZE),
            R(lambda t: t.randn(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
        ),
    ),
    seeded(
        "randint",
        S(10, (5,)),
        S(-3, 4, (2, 3)),
        S(0, 2**40, (3,)),
        S(10, (3,), dtype=Dtype("int32")),
        S(0, 5, (3,), dtype=Dtype("float32")),
        errors=(
            R(lambda t: t.randint(0, 0, (3,)), RuntimeError, "from"),
            R(lambda t: t.randint(5, 2, (3,)), RuntimeError, "from"),
        ),
    ),
    seeded(
        "randperm",
        S(10),
        S(0),
        S(1),
        S(50, dtype=Dtype("int32")),
        errors=(R(lambda t: t.randperm(-1), RuntimeError, "negative dimension"),),
    ),
    seeded("rand_like", S(F(2, 3)), S(F()), S(F(3), **FLOAT64)),
    seeded("randn_like", S(F(2, 3)), S(F()), S(F(3), **FLOAT64)),
    seeded(
        "Tensor.uniform_",
        S(F(2, 3)),
        S(F(20), -1, 3),
        S(F()),
        gradient=True,
        errors=(
            R(lambda t: t.ones(2, requires_grad=True).uniform_(), RuntimeError, "leaf Variable"),
            R(lambda t: t.ones(2).uniform_(2, 1), RuntimeError, "from"),
            R(lambda t: t.tensor([1, 2]).uniform_(), RuntimeError, "(?i)int64|long|floating"),
        ),
    ),
    seeded(
        "Tensor.normal_",
        S(F(2, 3)),
        S(F(20), 1.5, 0.25),
        S(F()),
        gradient=True,
        errors=(
            R(lambda t: t.ones(2, requires_grad=True).normal_(), RuntimeError, "leaf Variable"),
            R(lambda t: t.ones(2).normal_(0, -1), RuntimeError, "std"),
        ),
    ),
]
