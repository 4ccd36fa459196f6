"""The rows of what draws random numbers. That they are PyTorch's bit by bit is shown in `test_random`."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from tests.op_rows.common import NEGATIVE_SIZE, seeded
from tests.op_rows.creation import refusals_of_options
from tests.op_samples import Bools, Dtype, Exactly, F, Ints, R, S, find, positive

FLOAT64, FLOAT16 = {"dtype": Dtype("float64")}, {"dtype": Dtype("float16")}
LEAF = "leaf Variable"
ROWS_OF_CHANCES = [[0.1, 0.0, 0.4, 0.5], [2.0, 1.0, 0.0, 0.5]]
IN_PLACE = (S(F(2, 3)), S(F(20)), S(F()), S(F(0)), S(F(2, 3, 2)))
NOT_ONLY_FLOATS = (S(Ints((2, 3))), S(Ints((20,), dtype="int32")), S(Bools((5,))))


def without_floats(name: str, *args: float) -> R:
    return R(lambda t: find(t.tensor([1, 2]), name)(*args), RuntimeError, "(?i)int64|long|floating")


def edits(name: str, *args: float) -> tuple[R, ...]:
    """What everything that fills a tensor refuses."""
    return (
        R(lambda t: find(t.ones(2, requires_grad=True), name)(*args), RuntimeError, LEAF),
        R(lambda t: find(t.ones(1).expand(2), name)(*args), RuntimeError, "single memory location"),
    )


RANDOM = [
    *[
        seeded(
            name,
            S(2, 3), S((20,)), S(()), S(0), S(5, **FLOAT64), S(17, **FLOAT64), S(17, **FLOAT16), S(2, 2, **FLOAT16),
            errors=(
                R(lambda t, name=name: find(t, name)(-1), RuntimeError, NEGATIVE_SIZE),
                R(lambda t, name=name: find(t, name)(2.0), TypeError, "must be tuple of ints"),
                R(lambda t, name=name: find(t, name)(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
                *refusals_of_options(lambda t, name=name, **options: find(t, name)(2, **options), float_alone=False),
            ),
        )
        for name in ("rand", "randn")
    ],
    seeded(
        "randint",
        S(10, (5,)), S(-3, 4, (2, 3)), S(0, 2**40, (3,)), S(10, (3,), dtype=Dtype("int32")),
        S(0, 5, (3,), dtype=Dtype("float32")), S(0, 2, (3,), dtype=Dtype("bool")), S(10, ()), S(10, (0, 2)),
        S(low=2, high=9, size=(3,)),
        errors=(
            R(lambda t: t.randint(0, 0, (3,)), RuntimeError, "from"),
            R(lambda t: t.randint(5, 2, (3,)), RuntimeError, "from"),
            R(lambda t: t.randint(0, 300, (3,), dtype=t.uint8), RuntimeError, "out of bounds"),
            R(lambda t: t.randint(10, (-3,)), RuntimeError, NEGATIVE_SIZE),
            R(lambda t: t.randint(10, 3), TypeError, ""),
            R(lambda t: t.randint(0, 2.5, (3,)), TypeError, "float"),
            R(lambda t: t.randint(0, 5, (3,), requires_grad=True), RuntimeError, "floating point"),
        ),
    ),
    seeded(
        "randperm", S(10), S(0), S(1), S(50, dtype=Dtype("int32")), S(20, **FLOAT64),
        errors=(
            R(lambda t: t.randperm(-1), RuntimeError, "negative dimension"),
            R(lambda t: t.randperm(2.0), TypeError, "float"),
            R(lambda t: t.randperm(300, dtype=t.uint8), RuntimeError, "without overflow"),
        ),
    ),
    *[
        seeded(
            name, S(F(2, 3)), S(F()), S(F(3), **FLOAT64), S(F(4, 5)), S(F(3, 2, 4)), S(F(0, 2)), S(F(20), **FLOAT16),
            errors=(
                R(lambda t, name=name: find(t, name)(3), TypeError, "must be Tensor, not int"),
                R(lambda t, name=name: find(t, name)(t.tensor([1])), RuntimeError, "(?i)int64|long|floating"),
            ),
        )
        for name in ("rand_like", "randn_like")
    ],
    seeded(
        "randint_like", S(F(2, 3), 10), S(Ints((3,)), -2, 5), S(F(4, 5), 0, 7), S(F(2), 5, dtype=Dtype("int64")),
        S(F(0), 3),
        errors=(
            R(lambda t: t.randint_like(t.ones(2), 5, 2), RuntimeError, "from"),
            R(lambda t: t.randint_like(3, 5), TypeError, "must be Tensor, not int"),
        ),
    ),
    seeded(
        "normal",
        S(F(2, 3), F(2, 3, domain=positive)), S(F(20), F(domain=positive)), S(F(2, 1), F(3, domain=positive)),
        S(F(20), 0.5), S(F(3)), S(2.0, F(20, domain=positive)), S(1, F(3, domain=positive)), S(1.5, 0.25, (20,)),
        S(0.0, 1.0, size=(2, 3)), S(0.0, 1.0, size=(3,), **FLOAT64), S(F(0), 1.0),
        errors=(
            R(lambda t: t.normal(t.ones(2), -1.0), RuntimeError, "std"),
            R(lambda t: t.normal(t.ones(2), t.ones(3)), RuntimeError, "(?i)shape|size of tensor"),
            R(lambda t: t.normal(0.0, t.tensor([1.0, -1.0])), RuntimeError, "std"),
            R(lambda t: t.normal(0.0, -1.0, (3,)), RuntimeError, "std"),
            R(lambda t: t.normal(0.0, 1.0), TypeError, "invalid combination of arguments"),
            R(lambda t: t.normal(t.tensor([1, 2]), 1.0), RuntimeError, "(?i)int64|long|floating"),
        ),
    ),
    seeded(
        "bernoulli",
        S(Exactly([0.0, 0.1, 0.5, 0.9, 1.0])), S(Exactly([[0.2, 0.7], [0.5, 0.5]])), S(Exactly(0.5)), S(F(0)),
        S(F(4, 5), 0.3), S(Exactly([0.5] * 20, dtype="float16")),
        errors=(
            R(lambda t: t.bernoulli(t.tensor([0.5, 1.5])), RuntimeError, "p"),
            R(lambda t: t.bernoulli(t.tensor([0.5]), 1.5), RuntimeError, r"p to be in \[0, 1\]"),
            R(lambda t: t.bernoulli(t.tensor([1, 0])), RuntimeError, "(?i)int64|long"),
        ),
    ),
    seeded("Tensor.bernoulli", S(Exactly([0.0, 0.1, 0.5, 0.9, 1.0])), S(F(4, 5), 0.3)),
    *[
        seeded(
            name,
            S(Exactly(ROWS_OF_CHANCES), 2), S(Exactly(ROWS_OF_CHANCES), 1), S(Exactly(ROWS_OF_CHANCES), 9, True),
            S(Exactly(ROWS_OF_CHANCES[0]), 3), S(Exactly(ROWS_OF_CHANCES[1]), 40, replacement=True),
            S(Exactly(ROWS_OF_CHANCES[1]), 1, replacement=True), S(F(30, domain=positive), 30),
            errors=(
                R(lambda t, name=name: find(t, name)(t.ones(3), 4), RuntimeError, "without replacement"),
                R(lambda t, name=name: find(t, name)(t.ones(3), 0), RuntimeError, "n_sample <= 0"),
                R(lambda t, name=name: find(t, name)(t.ones(()), 1), RuntimeError, "1 or 2 dim"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 2, 2), 1), RuntimeError, "1 or 2 dim"),
                R(lambda t, name=name: find(t, name)(t.tensor([1, 2]), 1), RuntimeError, "floating-point"),
                R(lambda t, name=name: find(t, name)(t.tensor([1.0, -1.0]), 1), RuntimeError, "element < 0"),
                R(lambda t, name=name: find(t, name)(t.tensor([1.0, float("nan")]), 1), RuntimeError, "nan"),
                R(lambda t, name=name: find(t, name)(t.zeros(3), 1), RuntimeError, "sum of probabilities <= 0"),
            ),
        )
        for name in ("multinomial", "Tensor.multinomial")
    ],
    seeded(
        "Tensor.uniform_", *IN_PLACE, S(F(20), -1, 3), gradient=True,
        errors=(
            *edits("uniform_"),
            R(lambda t: t.ones(2).uniform_(2, 1), RuntimeError, "from"),
            without_floats("uniform_"),
        ),
    ),
    seeded(
        "Tensor.normal_", *IN_PLACE, S(F(20), 1.5, 0.25), gradient=True,
        errors=(
            *edits("normal_"),
            R(lambda t: t.ones(2).normal_(0, -1), RuntimeError, "std"),
            without_floats("normal_"),
        ),
    ),
    seeded(
        "Tensor.random_", *IN_PLACE, *NOT_ONLY_FLOATS, S(F(20), 10), S(F(20), -3, 4), S(Ints((9,)), -(2**40), 2**40),
        S(Ints((9,), dtype="int32"), 5, None), gradient=True,
        errors=(
            *edits("random_"),
            R(lambda t: t.ones(2).random_(5, 2), RuntimeError, "from"),
            R(lambda t: t.ones(2, dtype=t.uint8).random_(300), RuntimeError, "out of bounds"),
            R(lambda t: t.ones(2).random_(1, 2, 3), TypeError, ""),
        ),
    ),
    seeded(
        "Tensor.bernoulli_", *IN_PLACE, *NOT_ONLY_FLOATS, S(F(20), 0.3), S(F(2, 3), Exactly([0.1, 0.5, 0.9])),
        S(Ints((2, 3)), Exactly([[0.1], [0.9]], dtype="float64")), S(F(2, 3), Exactly(0.5)), gradient=True,
        errors=(
            *edits("bernoulli_"),
            R(lambda t: t.ones(2).bernoulli_(1.5), RuntimeError, r"p to be in \[0, 1\]"),
            R(lambda t: t.ones(2).bernoulli_(t.ones(3)), RuntimeError, "3"),
        ),
    ),
    seeded(
        "Tensor.exponential_", *IN_PLACE, S(F(20), 2.5), gradient=True,
        errors=(
            *edits("exponential_"),
            R(lambda t: t.ones(2).exponential_(0.0), RuntimeError, "lambda > 0"),
            R(lambda t: t.ones(2).exponential_(-1.0), RuntimeError, "lambda > 0"),
            without_floats("exponential_"),
        ),
    ),
    seeded(
        "Tensor.geometric_", *[S(s.args[0], 0.3) for s in (*IN_PLACE, *NOT_ONLY_FLOATS[:2])], gradient=True,
        errors=(
            *edits("geometric_", 0.3),
            R(lambda t: t.ones(2).geometric_(0.0), RuntimeError, r"in \(0, 1\)"),
            R(lambda t: t.ones(2).geometric_(1.0), RuntimeError, r"in \(0, 1\)"),
        ),
    ),
    seeded(
        "Tensor.cauchy_", *IN_PLACE, S(F(20), 1.0, 0.5), gradient=True,
        errors=(
            *edits("cauchy_"),
            R(lambda t: t.ones(2).cauchy_(0.0, -1.0), RuntimeError, "sigma > 0"),
            without_floats("cauchy_"),
        ),
    ),
    seeded(
        "Tensor.log_normal_", *IN_PLACE, S(F(20), 0.5, 0.25), gradient=True,
        errors=(
            *edits("log_normal_"),
            R(lambda t: t.ones(2).log_normal_(0.0, -1.0), RuntimeError, "std > 0"),
            without_floats("log_normal_"),
        ),
    ),
]
