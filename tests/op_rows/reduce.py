"""The rows of reductions."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import (
    extreme,
    log_softmax,
    logsumexp,
    mean,
    place_of,
    quiet,
    reduction,
    softmax,
    variance,
)
from tests.op_rows.common import (
    ALONG,
    BOOLS,
    INTEGERS,
    REDUCED,
    SHAPES_DISAGREE,
    not_for_bools,
    ones,
    refusals_of_dims,
    twice,
    whole,
    without_floats,
)
from tests.op_samples import (
    Bools,
    Dtype,
    Exactly,
    F,
    Floats,
    Ints,
    R,
    Row,
    S,
    distinct,
    find,
    kink,
)

REDUCTIONS = [
    whole(
        "sum",
        reduction(np.sum),
        *INTEGERS,
        *BOOLS,
        S(F(0)),
        S(F(2, 0), 1),
        S(F(2, 0), 0),
        S(F(2, 3), dim=()),
        S(Ints((2, 3), dtype="int32"), 0),
        S(Bools((2, 3)), 1, True),
        errors=(twice("sum"),),
    ),
    Row(
        "sum",
        lambda x, dim=None, *, dtype: np.sum(x, axis=dim, dtype=dtype),
        (
            S(F(2, 3), dtype=Dtype("float64")),
            S(Ints((2, 3)), 0, dtype=Dtype("float32")),
            S(Ints((3,)), dtype=Dtype("int32")),
        ),
        exact=True,
        variant="with dtype",
    ),
    whole(
        "mean",
        reduction(quiet(mean)),
        S(F(0)),
        S(F(2, 0), 0),
        S(F(2, 3), dim=()),
        errors=(
            twice("mean"),
            without_floats("mean"),
            R(lambda t: t.mean(t.tensor([True])), RuntimeError, "floating"),
        ),
    ),
    Row(
        "mean",
        lambda x, dim=None, *, dtype: np.mean(x, axis=dim, dtype=dtype),
        (S(F(2, 3), 0, dtype=Dtype("float64")), S(Ints((2, 3)), dtype=Dtype("float32"))),
        exact=True,
        variant="with dtype",
    ),
    *[
        whole(
            name,
            quiet(variance if name == "var" else lambda *a, **k: np.sqrt(variance(*a, **k))),
            S(F(3), unbiased=False),
            S(F(2, 3), False),
            S(F(2, 3), 1, False, True),
            S(F(2, 3), 0, correction=0),
            S(F(2, 3), correction=0.5),
            S(F(3), correction=2),
            errors=(twice(name), without_floats(name)),
        )
        for name in ("var", "std")
    ],
    *[
        Row(
            name,
            extreme(*functions),
            (
                *ones(shapes=[(), (3,), (2, 3), (2, 3, 2)]),
                *ALONG,
                S(Ints((2, 3)), 0),
                S(Ints((2, 3))),
                S(Bools((2, 3))),
                S(F(2, 3), F(3)),
                S(Exactly([[1.0, np.nan, 2.0]]), 1),
                S(Exactly([1.0, np.nan])),
                S(Exactly([[2.0, 2.0, 1.0]]), 1),
                kink(Floats((4,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 1.0]))),
            ),
            (
                *refusals_of_dims(name)[:3],
                R(lambda t, name=name: find(t, name)(t.ones(0)), RuntimeError, "no elements|non-empty|numel"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 0), 1), IndexError, "no elements|non-zero size"),
                R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
            ),
            domain=distinct,
        )
        for name, functions in {"max": (np.max, np.argmax, np.maximum), "min": (np.min, np.argmin, np.minimum)}.items()
    ],
    *[
        Row(
            name,
            place_of(which),
            (
                S(F()),
                S(F(3)),
                S(F(2, 3)),
                *ALONG[:-1],
                S(Ints((2, 3)), 1),
                S(F(2, 3), keepdim=True),
                S(Exactly([1.0, np.nan, 2.0])),
                S(Exactly([2.0, 1.0, 1.0, 2.0])),
            ),
            (
                *refusals_of_dims(name),
                *not_for_bools(name),
                R(lambda t, name=name: find(t, name)(t.ones(0)), IndexError, "no elements|non-zero size"),
            ),
            domain=distinct,
            gradient=False,
        )
        for name, which in {"argmax": np.argmax, "argmin": np.argmin}.items()
    ],
    *[
        Row(
            name,
            reduction(numpy),
            (
                *REDUCED[:-2],
                S(Bools((2, 3))),
                S(Bools((2, 3)), 0),
                S(Bools((2, 3)), 1, True),
                S(Ints((2, 3), 0, 2), 1),
                S(Bools((0,))),
                S(Exactly([np.nan])),
                S(Bools(())),
            ),
            refusals_of_dims(name),
            gradient=False,
        )
        for name, numpy in {"all": np.all, "any": np.any}.items()
    ],
    Row(
        "logsumexp",
        quiet(logsumexp),
        (
            *ALONG,
            S(F(2, 3, 2), (0, -1)),
            S(F(2, 3, 2), (2, 0), keepdim=True),
            S(F(2, 0), 1),
            S(F(0, 2), 1),
            S(Exactly([[1000.0], [-1000.0]]), 1),
            S(Exactly([-np.inf, -np.inf]), 0),
            S(Exactly([np.inf, 1.0]), 0),
            S(Ints((2, 3)), 1),
        ),
        (*refusals_of_dims("logsumexp"), twice("logsumexp")),
    ),
    *[
        Row(
            name,
            quiet(numpy),
            (
                S(F(), 0),
                S(F(3), 0),
                S(F(2, 3), 0),
                S(F(2, 3), -1),
                S(F(2, 3, 2), 1),
                S(F(2, 0), 1),
                S(F(0, 2), 1),
                S(F(2, 3), dim=1),
            ),
            (*refusals_of_dims(name)[:3], without_floats(name, 0)),
        )
        for name, numpy in {"softmax": softmax, "log_softmax": log_softmax}.items()
    ],
    *[
        Row(
            name,
            lambda x, dim, *, dtype, numpy=numpy: numpy(x.astype(dtype), dim),
            (S(Ints((2, 3)), 1, dtype=Dtype("float32")), S(F(2, 3), 0, dtype=Dtype("float64"))),
            exact=True,
            variant="with dtype",
        )
        for name, numpy in {"softmax": softmax, "log_softmax": log_softmax}.items()
    ],
]
