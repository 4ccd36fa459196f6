"""One row for every operation: its name, what it computes, samples, and what it refuses.

`name` is PyTorch's, and says where the operation is found: "add", "Tensor.add_", "nn.functional.linear". The tests that
run over the table call it in `autograd`, and in `torch` where that is installed; `numpy` computes the same on arrays.
"""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import nn  # noqa: F401  (rules of its own)
from tests.op_references import (
    assigned,
    chunk,
    clamped,
    cross_entropy,
    exchanged,
    expanded,
    extreme,
    filled_with,
    flattened,
    given,
    joined,
    linear,
    log_softmax,
    logsumexp,
    mean,
    number_at,
    of_size,
    on_arrays,
    place_of,
    quiet,
    quotient,
    real,
    reduction,
    reordered,
    reshaped,
    softmax,
    split,
    squared_error,
    squeezed,
    variance,
)
from tests.op_samples import (
    DESCRIPTIONS,
    Array,
    Bools,
    Case,
    Domain,
    Dtype,
    Exactly,
    F,
    Floats,
    Ints,
    R,
    Raw,
    Row,
    S,
    Sample,
    anywhere,
    distinct,
    eighths,
    find,
    kink,
    nonzero,
    only,
    positive,
    zero,
)

# ---------------------------------------------------------------------------------------------------- shapes of samples

ONE = [(), (3,), (0,), (2, 3), (2, 0, 3), (2, 3, 2)]
PAIRS = [
    ((), ()),
    ((3,), ()),
    ((), (3,)),
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((0, 3), (1, 3)),
    ((2, 3, 2), (3, 1)),
]
SPECIAL = S(Exactly([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0]))


def ones(*options: Any, shapes: Any = ONE, **kwargs: Any) -> tuple[Sample, ...]:
    """Samples of one tensor."""
    return tuple(S(F(*shape), *options, **kwargs) for shape in shapes)


def pairs(second: Domain | None = None) -> tuple[Sample, ...]:
    """Samples of two tensors that broadcast."""
    return tuple(S(F(*a), F(*b, domain=second)) for a, b in PAIRS)


INTEGERS = (S(Ints((2, 3))), S(Ints((3,), dtype="int32")), S(Ints(())))
BOOLS = (S(Bools((2, 3))),)
TWO_INTEGERS = (S(Ints((2, 3)), Ints((3,), 1, 5)), S(Ints((2, 3), dtype="int32"), Ints((3,), 1, 5)), S(Ints((3,)), 3))
TWO_BOOLS = (S(Bools((2, 3)), Bools((3,))), S(Bools((2, 3)), True))
MIXED = (
    S(F(2, 3), Ints((3,), 1, 5)),
    S(Ints((2, 3), 1, 5), F(3)),
    S(F(3, dtype="float32"), F(3, dtype="float64")),
    S(F(3, dtype="float32"), F(dtype="float64")),
    S(Ints((3,), 1, 5), F()),
)
NUMBERS = (S(F(2, 3), 2.5), S(F(2, 3), 2), S(F(), 2), S(F(0), 1.5), S(Ints((3,)), 2.5))
REDUCED = (
    S(F()),
    S(F(), 0),
    S(F(3)),
    S(F(2, 3)),
    S(F(2, 3), 0),
    S(F(2, 3), -1),
    S(F(2, 3), 1, True),
    S(F(2, 3, 2), dim=(0, 1)),
    S(F(2, 3, 2), dim=(2, 0)),
    S(F(2, 3, 2), dim=(-1, -3), keepdim=True),
    S(F(2, 3), axis=0),
    S(F(2, 3), axis=1, keepdims=True),
)
ALONG = (
    S(F(), 0),
    S(F(3), 0),
    S(F(2, 3), 0),
    S(F(2, 3), -1),
    S(F(2, 3), 1, True),
    S(F(2, 3, 2), 1),
    S(F(2, 3, 2), -3, keepdim=True),
    S(F(0, 3), 1),
)
PRODUCTS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 2, 3), (3, 2)),
    ((2, 3), (2, 3, 2)),
    ((2, 2, 3), (2, 3, 2)),
    ((2, 1, 2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
    ((2, 2, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
]


# ------------------------------------------------------------------------------------------------------------- refusals

SHAPES_DISAGREE = "must match the size|broadcast"


def refusals_of_pairs(name: str) -> tuple[R, ...]:
    """What every operation on two tensors refuses."""
    return (
        R(lambda t: find(t, name)(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
        R(lambda t: find(t, name)(t.ones(2, 3), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
        R(lambda t: find(t, name)(t.ones(2), "3"), TypeError, "type str"),
    )


def refusals_of_dims(name: str, *more: Any) -> tuple[R, ...]:
    """What every operation along a dimension refuses."""
    return (
        R(lambda t: find(t, name)(t.ones(2, 3), 2, *more), IndexError, "Dimension out of range: got 2"),
        R(lambda t: find(t, name)(t.ones(2, 3), -3, *more), IndexError, "Dimension out of range: got -3"),
        R(lambda t: find(t, name)(t.ones(()), 1, *more), IndexError, "Dimension out of range: got 1"),
        R(lambda t: find(t, name)(t.ones(2), 0.5, *more), TypeError, "0.5"),
    )


def twice(name: str) -> R:
    return R(lambda t: find(t, name)(t.ones(2, 3), dim=(0, -2)), RuntimeError, "multiple times in the list of dims")


def without_floats(name: str, *more: Any) -> R:
    return R(lambda t: find(t, name)(t.tensor([1, 2]), *more), RuntimeError, "floating")


# ------------------------------------------------------------------------------------------------ the rows: elementwise


def one(name: str, numpy: Callable[..., Any], domain: Domain = anywhere, *more: Sample, **options: Any) -> Row:
    """A row of an elementwise operation on one tensor."""
    samples = ones() + (SPECIAL, S(Exactly([[1.0, 0.5], [2.0, 0.25]]))) + more
    return Row(name, numpy, samples, domain=domain, **options)


def two(name: str, numpy: Callable[..., Any], *more: Sample, **options: Any) -> Row:
    """A row of an elementwise operation on two tensors."""
    second = options.pop("second", None)
    errors = refusals_of_pairs(name) + options.pop("errors", ())
    return Row(name, numpy, pairs(second) + more, errors, **options)


def not_for_bools(name: str, operands: int = 1) -> tuple[R, ...]:
    return (R(lambda t: find(t, name)(*[t.tensor([True])] * operands), RuntimeError, "bool"),)


FLOATING_INTS = (S(Ints((2, 3), 1, 5)), S(Bools((3,))))

ELEMENTWISE = [
    one("abs", np.abs, nonzero, *INTEGERS, kink(F(3, domain=zero)), errors=not_for_bools("abs")),
    one("neg", np.negative, anywhere, *INTEGERS, errors=not_for_bools("neg")),
    one("reciprocal", real(lambda x: 1 / x), nonzero, S(Ints((2, 3), 1, 5))),
    one("exp", real(np.exp), anywhere, *FLOATING_INTS),
    one("log", real(np.log), positive, *FLOATING_INTS),
    one("log1p", real(np.log1p), positive, *FLOATING_INTS),
    one("sqrt", real(np.sqrt), positive, *FLOATING_INTS),
    one("sin", real(np.sin), anywhere, *FLOATING_INTS),
    one("cos", real(np.cos), anywhere, *FLOATING_INTS),
    one("tanh", real(np.tanh), anywhere, *FLOATING_INTS, S(Exactly([-1000.0, -20.0, 20.0, 1000.0]))),
    one("sigmoid", real(lambda x: 1 / (1 + np.exp(-x))), anywhere, *FLOATING_INTS,
        S(Exactly([-1000.0, -40.0, 40.0, 1000.0]))),
    one("relu", lambda x: np.maximum(x, 0), nonzero, *INTEGERS, kink(F(3, domain=zero)),
        errors=not_for_bools("relu")),
    one("sign", lambda x: np.where(np.isnan(x), 0, np.sign(1 * x)).astype(x.dtype), nonzero, *INTEGERS, *BOOLS),
    one("floor", lambda x: np.floor(x).astype(x.dtype), distinct, *INTEGERS, errors=not_for_bools("floor")),
    one("clone", np.copy, anywhere, *INTEGERS, *BOOLS),
    two("add", lambda x, y, alpha=1: x + (y if alpha == 1 else alpha * y), *NUMBERS, *MIXED, *TWO_INTEGERS, *TWO_BOOLS,
        S(F(2, 3), F(3), alpha=2), S(F(3), 2.0, alpha=0.5), S(Ints((3,)), Ints((3,)), alpha=3), S(F(3), True)),
    two("sub", lambda x, y, alpha=1: x - (y if alpha == 1 else alpha * y), *NUMBERS, *MIXED, *TWO_INTEGERS,
        S(F(2, 3), F(3), alpha=2), S(F(3), 2.0, alpha=0.5),
        errors=not_for_bools("sub", 2)),
    two("mul", np.multiply, *NUMBERS, *MIXED, *TWO_INTEGERS, *TWO_BOOLS),
    two("div", quiet(quotient), *NUMBERS, *MIXED, *TWO_INTEGERS, S(Bools((3,)), 2),
        S(Exactly([1.0, -1.0, 0.0]), 0), second=nonzero, errors=(
            R(lambda t: t.div(t.ones(2), 2, rounding_mode="up"), RuntimeError, "rounding_mode"),
            R(lambda t: t.div(t.tensor([1]), 0, rounding_mode="floor"), RuntimeError, "ZeroDivisionError"),
            R(lambda t: t.div(t.tensor([1]), 0, rounding_mode="trunc"), RuntimeError, "ZeroDivisionError"),
            R(lambda t: t.div(t.ones(2), t.ones(3), rounding_mode="floor"), RuntimeError, "must match the size"),
        )),
    Row("div", quiet(quotient), (
            S(F(2, 3), F(3), rounding_mode="floor"), S(F(2, 3), F(3), rounding_mode="trunc"),
            S(Ints((2, 3)), Ints((3,), 1, 4), rounding_mode="floor"), S(Ints((2, 3)), 2, rounding_mode="trunc"),
            S(F(2, 3), 0.75, rounding_mode="trunc"), S(F(), 0.75, rounding_mode="floor"),
        ), domain=nonzero, gradient=False, variant="rounded"),
    two("pow", quiet(np.power), S(F(2, 3), 2.5), S(F(2, 3, domain=anywhere), 2), S(F(2, domain=anywhere), 3.0),
        S(F(3, domain=nonzero), -2), S(F(3, domain=anywhere), 0), S(F(3, domain=anywhere), 1), S(F(), 0.5),
        S(Ints((2, 3), 0, 4), Ints((3,), 0, 4)), S(Ints((3,)), 2), S(Ints((3,), 1, 4), 0.5), S(Ints((3,), 1, 4), F(3)),
        S(F(3), Ints((3,), -2, 3)), S(F(3, dtype="float32"), F(3, dtype="float64")),
        kink(F(3, domain=zero), 2), kink(F(3, domain=zero), 1),
        only(1, kink(F(3, domain=zero), F(3, domain=positive))),
        domain=positive, second=anywhere, errors=(
            R(lambda t: t.pow(t.tensor([2]), -1), RuntimeError, "negative integer powers"),
            *not_for_bools("pow", 2),
        )),
    two("remainder", quiet(np.remainder), *NUMBERS, *MIXED[1:], *TWO_INTEGERS, S(F(2, 3), -0.75), second=nonzero,
        errors=(R(lambda t: t.remainder(t.tensor([1]), 0), RuntimeError, "ZeroDivisionError"),
                *not_for_bools("remainder", 2))),
    two("floor_divide", quiet(np.floor_divide), *NUMBERS, *MIXED, *TWO_INTEGERS, second=nonzero, gradient=False,
        errors=(R(lambda t: t.floor_divide(t.tensor([1]), 0), RuntimeError, "ZeroDivisionError"),
                *not_for_bools("floor_divide", 2))),
    two("maximum", np.maximum, *MIXED, *TWO_INTEGERS[:2], S(Bools((3,)), Bools((3,))),
        kink(F(3), Exactly([np.nan] * 3)),
        kink(F(3, domain=eighths), F(3, domain=eighths)), kink(F(3, domain=zero), F(domain=zero)),
        domain=distinct),
    two("minimum", np.minimum, *MIXED, *TWO_INTEGERS[:2], S(Bools((3,)), Bools((3,))),
        kink(F(3), Exactly([np.nan] * 3)),
        kink(F(3, domain=eighths), F(3, domain=eighths)), domain=distinct),
    Row("clamp", clamped, (
            *ones(-0.5, 0.5), *ones(min=0), *ones(max=0.0), S(Ints((2, 3)), -1, 2), S(Ints((3,)), min=0.5),
            S(F(3), 0.5, -0.5), S(Exactly([np.nan, np.inf, -np.inf]), -1, 1),
            S(F(2, 3), F(3), F(3)), S(F(2, 3), F(2, 1), F(3)), S(F(3), min=F(3)), S(F(3), max=F()),
            S(F(2, 3), Ints((3,), -1, 1), F(3)), kink(Floats((3,), lambda r, s, p: np.array([-1.0, 0.0, 1.0])), -1, 1),
        ), (
            R(lambda t: t.clamp(t.ones(2)), RuntimeError, "neither min nor max|At least one of"),
            R(lambda t: t.clamp(t.ones(2), t.ones(3), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
        ), domain=distinct),
    Row("where", np.where, (
            S(Bools((2, 3)), F(2, 3), F(2, 3)), S(Bools((2, 1)), F(3), F()), S(Bools(()), F(2), F(2)),
            S(Bools((3,)), F(3), 0.0), S(Bools((3,)), 1.5, F(2, 3)), S(Bools((0,)), F(0), F(1)),
            S(Bools((3,)), Ints((3,)), F(3)), S(Bools((3,)), Ints((3,)), Ints((3,))), S(Bools((3,)), 1, 2),
            S(Bools((3,)), F(3), Exactly([np.nan, np.inf, 1.0])),
        ), (
            R(lambda t: t.where(t.tensor([1.0]), t.ones(1), t.ones(1)), RuntimeError, "bool"),
            R(lambda t: t.where(t.tensor([True, False]), t.ones(3), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
        )),
    Row("where", lambda c: list(np.nonzero(c)), (S(Bools((3, 4))), S(F(3)), S(Ints((2, 3))), S(Bools((0,)))),
        gradient=False, replay=False, why="how many elements are nonzero depends on the data",
        variant="of one argument"),
    Row("Tensor.where", lambda x, c, y: np.where(c, x, y),
        (S(F(2, 3), Bools((3,)), F(2, 1)), S(F(3), Bools((3,)), 0.5), S(Ints((3,)), Bools((3,)), 0))),
    Row("masked_fill", lambda x, m, v: np.where(m, np.asarray(v, x.dtype), x), (
            S(F(2, 3), Bools((2, 3)), 7.0), S(F(2, 3), Bools((3,)), 0), S(F(), Bools(()), 1.5),
            S(F(2, 3), Bools((2, 1)), F()), S(Ints((3,)), Bools((3,)), 2), S(Bools((3,)), Bools((3,)), True),
            kink(F(1, 3), Bools((2, 3)), -np.inf),
        ), (
            R(lambda t: t.masked_fill(t.ones(2), t.tensor([1, 0]), 0), RuntimeError, "bool"),
            R(lambda t: t.masked_fill(t.ones(2), t.tensor([True, False, True]), 0), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.masked_fill(t.ones(2), t.tensor([True, False]), t.ones(2)), RuntimeError, "0-dim"),
        )),
]

COMPARED = (*pairs(), S(F(2, 3), 0.5), S(F(3), 0), *MIXED, *TWO_INTEGERS, *TWO_BOOLS, S(Exactly([np.nan, 1.0]), 1.0),
            S(Ints((3,), 0, 2), Ints((3,), 0, 2)), S(Ints((3,)), 0.5))
COMPARISONS = {
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
}
LOGIC = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor}
BITS = {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}

LOGICAL = [
    *[
        Row(name, numpy, COMPARED, refusals_of_pairs(name), gradient=False)
        for name, numpy in COMPARISONS.items()
    ],
    *[
        Row(name, numpy, (*pairs(), *MIXED, *TWO_INTEGERS[:2], *TWO_BOOLS[:1]), refusals_of_pairs(name)[:2],
            gradient=False)
        for name, numpy in LOGIC.items()
    ],
    *[
        Row(name, numpy, (*TWO_INTEGERS, *TWO_BOOLS, S(Ints((3,)), Bools((3,))), S(Ints(()), Ints((0,)))), (
            R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(2)), RuntimeError, "not (defined|implemented)"),
            R(lambda t, name=name: find(t, name)(t.ones(2) > 0, t.ones(3) > 0), RuntimeError, SHAPES_DISAGREE),
        ), gradient=False)
        for name, numpy in BITS.items()
    ],
    Row("logical_not", np.logical_not, (*ones(), SPECIAL, *INTEGERS, *BOOLS), gradient=False),
    Row("bitwise_not", np.invert, (*INTEGERS, *BOOLS), (
        R(lambda t: t.bitwise_not(t.ones(2)), RuntimeError, "not (defined|implemented)|integer"),
    ), gradient=False),
    *[
        Row(name, numpy, (*ones(), SPECIAL, *INTEGERS, *BOOLS), gradient=False)
        for name, numpy in {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}.items()
    ],
    Row("equal", np.array_equal, (
        S(F(2, 3), F(2, 3)), S(Ints((3,), 1, 2), Ints((3,), 1, 2)), S(F(3), F(2, 3)), S(F(0), F(0)), S(F(), F()),
        S(Exactly([np.nan]), Exactly([np.nan])),
    ), gradient=False),
    Row("allclose", np.allclose, (
        S(Exactly([1.0, 2.0]), Exactly([1.0, 2.000001])), S(Exactly([1.0]), Exactly([1.1]), rtol=0.2),
        S(Exactly([0.0]), Exactly([0.5]), atol=1.0), S(Exactly([np.nan]), Exactly([np.nan]), equal_nan=True),
        S(Exactly([np.nan]), Exactly([np.nan])), S(F(2, 3), F(3)),
    ), gradient=False),
    Row("isclose", np.isclose, (
        S(Exactly([1.0, 2.0, 3.0]), Exactly([1.0, 2.000001, 3.1])), S(Exactly([1.0]), Exactly([1.1]), rtol=0.2),
        S(Exactly([np.nan, np.inf]), Exactly([np.nan, np.inf]), equal_nan=True), S(F(2, 3), F(3)),
        S(Ints((3,)), Ints((3,))),
    ), gradient=False),
]

# ------------------------------------------------------------------------------------------------- the rows: reductions


def whole(name: str, numpy: Callable[..., Array], *more: Sample, errors: tuple[R, ...] = (), **options: Any) -> Row:
    """A row of a reduction over any dimensions."""
    first = REDUCED[2:] if name in ("var", "std") else REDUCED  # a single number has no variance
    return Row(name, numpy, first + more, refusals_of_dims(name) + errors, **options)


REDUCTIONS = [
    whole("sum", reduction(np.sum), *INTEGERS, *BOOLS, S(F(0)), S(F(2, 0), 1), S(F(2, 0), 0), S(F(2, 3), dim=()),
          S(Ints((2, 3), dtype="int32"), 0), S(Bools((2, 3)), 1, True), errors=(twice("sum"),)),
    Row("sum", lambda x, dim=None, *, dtype: np.sum(x, axis=dim, dtype=dtype),
        (S(F(2, 3), dtype=Dtype("float64")), S(Ints((2, 3)), 0, dtype=Dtype("float32")),
         S(Ints((3,)), dtype=Dtype("int32"))),
        exact=True, variant="with dtype"),
    whole("mean", reduction(quiet(mean)), S(F(0)), S(F(2, 0), 0), S(F(2, 3), dim=()), errors=(
        twice("mean"), without_floats("mean"), R(lambda t: t.mean(t.tensor([True])), RuntimeError, "floating"),
    )),
    Row("mean", lambda x, dim=None, *, dtype: np.mean(x, axis=dim, dtype=dtype),
        (S(F(2, 3), 0, dtype=Dtype("float64")), S(Ints((2, 3)), dtype=Dtype("float32"))),
        exact=True, variant="with dtype"),
    *[
        whole(name, quiet(variance if name == "var" else lambda *a, **k: np.sqrt(variance(*a, **k))),
              S(F(3), unbiased=False), S(F(2, 3), False), S(F(2, 3), 1, False, True), S(F(2, 3), 0, correction=0),
              S(F(2, 3), correction=0.5), S(F(3), correction=2),
              errors=(twice(name), without_floats(name)))
        for name in ("var", "std")
    ],
    *[
        Row(name, extreme(*functions), (
                *ones(shapes=[(), (3,), (2, 3), (2, 3, 2)]), *ALONG, S(Ints((2, 3)), 0), S(Ints((2, 3))),
                S(Bools((2, 3))), S(F(2, 3), F(3)),
                S(Exactly([[1.0, np.nan, 2.0]]), 1), S(Exactly([1.0, np.nan])), S(Exactly([[2.0, 2.0, 1.0]]), 1),
                kink(Floats((4,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 1.0]))),
            ), (
                *refusals_of_dims(name)[:3],
                R(lambda t, name=name: find(t, name)(t.ones(0)), RuntimeError, "no elements|non-empty|numel"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 0), 1), IndexError, "no elements|non-zero size"),
                R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
            ), domain=distinct)
        for name, functions in {
            "max": (np.max, np.argmax, np.maximum), "min": (np.min, np.argmin, np.minimum)
        }.items()
    ],
    *[
        Row(name, place_of(which), (
                S(F()), S(F(3)), S(F(2, 3)), *ALONG[:-1], S(Ints((2, 3)), 1), S(F(2, 3), keepdim=True),
                S(Exactly([1.0, np.nan, 2.0])), S(Exactly([2.0, 1.0, 1.0, 2.0])),
            ), (
                *refusals_of_dims(name), *not_for_bools(name),
                R(lambda t, name=name: find(t, name)(t.ones(0)), IndexError, "no elements|non-zero size"),
            ), domain=distinct, gradient=False)
        for name, which in {"argmax": np.argmax, "argmin": np.argmin}.items()
    ],
    *[
        Row(name, reduction(numpy), (
                *REDUCED[:-2], S(Bools((2, 3))), S(Bools((2, 3)), 0), S(Bools((2, 3)), 1, True),
                S(Ints((2, 3), 0, 2), 1),
                S(Bools((0,))), S(Exactly([np.nan])), S(Bools(())),
            ), refusals_of_dims(name), gradient=False)
        for name, numpy in {"all": np.all, "any": np.any}.items()
    ],
    Row("logsumexp", quiet(logsumexp), (
            *ALONG, S(F(2, 3, 2), (0, -1)), S(F(2, 3, 2), (2, 0), keepdim=True), S(F(2, 0), 1), S(F(0, 2), 1),
            S(Exactly([[1000.0], [-1000.0]]), 1), S(Exactly([-np.inf, -np.inf]), 0), S(Exactly([np.inf, 1.0]), 0),
            S(Ints((2, 3)), 1),
        ), (*refusals_of_dims("logsumexp"), twice("logsumexp"))),
    *[
        Row(name, quiet(numpy), (
                S(F(), 0), S(F(3), 0), S(F(2, 3), 0), S(F(2, 3), -1), S(F(2, 3, 2), 1), S(F(2, 0), 1), S(F(0, 2), 1),
                S(F(2, 3), dim=1),
            ), (*refusals_of_dims(name)[:3], without_floats(name, 0)))
        for name, numpy in {"softmax": softmax, "log_softmax": log_softmax}.items()
    ],
    *[
        Row(name, lambda x, dim, *, dtype, numpy=numpy: numpy(x.astype(dtype), dim),
            (S(Ints((2, 3)), 1, dtype=Dtype("float32")), S(F(2, 3), 0, dtype=Dtype("float64"))),
            exact=True, variant="with dtype")
        for name, numpy in {"softmax": softmax, "log_softmax": log_softmax}.items()
    ],
]

# ------------------------------------------------------------------------------------------------------ the rows: shape


def shape_row(name: str, numpy: Callable[..., Any], *samples: Sample, **options: Any) -> Row:
    """A row of an operation that only moves numbers: also for integers and bools, and it may share memory."""
    first = samples[0]
    plain = (replace(first, args=(Ints(first.args[0].shape), *first.args[1:])),
             replace(first, args=(Bools(first.args[0].shape), *first.args[1:])))
    options.setdefault("shares", True)
    return Row(name, numpy, samples + plain, **options)


def no_such_dim(name: str, *args: Any) -> R:
    return R(lambda t: find(t, name)(t.ones(2, 3), *args), IndexError, "Dimension out of range")


def invalid_shape(name: str, *shape: Any) -> R:
    return R(lambda t: find(t, name)(t.ones(2, 3), *shape), RuntimeError, "is invalid for input of size 6")


SHAPE = [
    shape_row("reshape", reshaped, S(F(2, 3), (3, 2)), S(F(2, 3), (-1,)), S(F(2, 3), (6, -1)), S(F(), (1, 1)),
              S(F(1, 1), ()), S(F(0, 3), (3, 0)), S(F(2, 3, 2), (4, 3)), S(F(0), (0, 2)), errors=(
                  invalid_shape("reshape", (4, 2)), invalid_shape("reshape", (-1, 4)),
                  R(lambda t: t.reshape(t.ones(2, 3), (-1, -1)), RuntimeError, "-1|infer"),
                  R(lambda t: t.reshape(t.ones(0), (0, -1)), RuntimeError, "-1|invalid"),
              )),
    shape_row("Tensor.reshape", reshaped, S(F(2, 3), 3, 2), S(F(2, 3), -1), S(F(1)), S(F(6), [2, 3]),
              call=lambda t, x, *shape: x.reshape(*shape or ((),))),
    shape_row("Tensor.view", reshaped, S(F(6), 2, 3), S(F(6), (-1, 2)), S(F(), 1), S(F(1), ()), S(F(0), 0, 3), errors=(
        invalid_shape("Tensor.view", 4, 2),
        R(lambda t: t.ones(2, 3).T.view(6), RuntimeError, "stride"),
    )),
    shape_row("Tensor.view_as", lambda x, y: x.reshape(y.shape), S(F(6), Ints((2, 3))), S(F(1), F(gradient=False))),
    shape_row("Tensor.reshape_as", lambda x, y: x.reshape(y.shape), S(F(2, 3), Ints((3, 2))), S(F(), Ints((1, 1)))),
    shape_row("ravel", np.ravel, S(F(2, 3)), S(F()), S(F(0, 2)), S(F(2, 3, 2))),
    shape_row("flatten", flattened, S(F(2, 3, 2)), S(F()), S(F(2, 3, 2), 1), S(F(2, 3, 2), 0, 1), S(F(2, 3, 2), -2),
              S(F(2, 0, 2), 1), S(F(3)), S(F(2, 3), 1, 1), errors=(
                  no_such_dim("flatten", 2), no_such_dim("flatten", 0, -3),
                  R(lambda t: t.flatten(t.ones(2, 3), 1, 0), RuntimeError, "start_dim"),
              )),
    shape_row("permute", reordered, S(F(2, 3, 2), (2, 0, 1)), S(F(2, 3), (-1, 0)), S(F(), ()),
        S(F(0, 2), (1, 0)), errors=(
        no_such_dim("permute", (0, 2)), R(lambda t: t.permute(t.ones(2, 3), (0,)), RuntimeError, "dimensions"),
        R(lambda t: t.permute(t.ones(2, 3), (0, -2)), RuntimeError, "multiple times|duplicate"),
    )),
    shape_row("Tensor.permute", reordered, S(F(2, 3, 2), 2, 0, 1), S(F(2, 3), [1, 0])),
    shape_row("transpose", exchanged, S(F(2, 3), 0, 1), S(F(2, 3, 2), -1, 0), S(F(2, 3), 1, 1), S(F(), 0, -1),
              S(F(0, 2), 0, 1), errors=(no_such_dim("transpose", 0, 2), no_such_dim("transpose", -3, 0))),
    shape_row("t", np.transpose, S(F(2, 3)), S(F(3)), S(F()), S(F(0, 2)), errors=(
        R(lambda t: t.t(t.ones(1, 1, 1)), RuntimeError, "2 dimensions"),
    )),
    shape_row("Tensor.T", np.transpose, S(F(2, 3)), S(F(0, 2)), call=lambda t, x: x.T),
    shape_row("Tensor.mT", lambda x: np.swapaxes(x, -1, -2), S(F(2, 3)), S(F(2, 3, 2)), call=lambda t, x: x.mT, errors=(
        R(lambda t: t.ones(3).mT, RuntimeError, "only supported on matrices"),
    )),
    shape_row("squeeze", squeezed, S(F(1, 3, 1)), S(F(1, 3, 1), 0), S(F(1, 3, 1), -1), S(F(1, 3, 1), 1),
              S(F(1, 3, 1), (0, 2)), S(F()), S(F(), 0), S(F(1, 0)), errors=(
                  no_such_dim("squeeze", 2),
                  R(lambda t: t.squeeze(t.ones(1, 1), (0, -2)), RuntimeError, "multiple times"),
              )),
    shape_row("unsqueeze", np.expand_dims, S(F(2, 3), 0), S(F(2, 3), -1), S(F(2, 3), 1), S(F(), 0), S(F(0), 1),
              errors=(no_such_dim("unsqueeze", 3), no_such_dim("unsqueeze", -4))),
    shape_row("Tensor.expand", expanded, S(F(1, 3), 2, 3), S(F(3), (2, -1)), S(F(2, 1), 4, -1, 3), S(F(), 2),
        S(F(1), 0),
              S(F(2, 3), 2, 3), errors=(
                  R(lambda t: t.ones(2, 3).expand(2, 4), RuntimeError, "expand"),
                  R(lambda t: t.ones(2, 3).expand(3), RuntimeError, "expand"),
                  R(lambda t: t.ones(3).expand(-1, 3), RuntimeError, "expand"),
              )),
    shape_row("Tensor.expand_as", lambda x, y: np.broadcast_to(x, y.shape), S(F(3), Ints((2, 3)))),
    shape_row("broadcast_to", np.broadcast_to, S(F(3), (2, 3)), S(F(2, 1), (2, 3)), S(F(), (2,)), errors=(
        R(lambda t: t.broadcast_to(t.ones(2), (3,)), RuntimeError, "expand"),
    )),
    shape_row("split", split, S(F(5, 2), 2), S(F(5), 5), S(F(5), 7), S(F(2, 5), [1, 4], -1), S(F(2, 5), [0, 5], dim=1),
              S(F(0, 2), 1), errors=(
                  R(lambda t: t.split(t.ones(5), [1, 2]), RuntimeError, "sum exactly to 5"),
                  R(lambda t: t.split(t.ones(5), -1), RuntimeError, "non-negative"),
                  R(lambda t: t.split(t.ones(5), 0), RuntimeError, "split_size"),
                  R(lambda t: t.split(t.ones(5), 1, 1), IndexError, "Dimension out of range"),
              )),
    shape_row("chunk", chunk, S(F(5, 2), 2), S(F(2, 5), 3, 1), S(F(5), 1), S(F(2), 4), S(F(2, 6), 3, dim=-1), errors=(
        R(lambda t: t.chunk(t.ones(5), 0), RuntimeError, "greater than 0"),
        R(lambda t: t.chunk(t.ones(5), 2, 1), IndexError, "Dimension out of range"),
    )),
    shape_row("unbind", lambda x, dim=0: [np.take(x, i, dim) for i in range(x.shape[dim])], S(F(3)), S(F(2, 3), 1),
              S(F(2, 3, 2), -1), S(F(0, 2)), errors=(
                  no_such_dim("unbind", 2), R(lambda t: t.unbind(t.ones(())), IndexError, "no dimensions"),
              )),
    Row("cat", joined, (
            S([F(2, 3), F(1, 3)]), S([F(2, 3), F(2, 1), F(2, 2)], 1), S([F(2, 3), F(2, 3)], dim=-1), S([F(3)]),
            S((F(0), F(3))), S([F(0), F(2, 3)]), S([F(0, 3), F(2, 3)]), S([Ints((2,)), F(3)]),
            S([Ints((2,)), Ints((1,))]),
            S([Bools((2,)), Ints((1,))]), S([F(2, dtype="float32"), F(2, dtype="float64")]), S([F(2, 2, 2)] * 2, -3),
        ), (
            R(lambda t: t.cat([t.ones(2, 3), t.ones(2, 2)]), RuntimeError, "Sizes of tensors must match"),
            R(lambda t: t.cat([t.ones(2), t.ones(2, 2)]), RuntimeError, "dimension|Sizes"),
            R(lambda t: t.cat([t.ones(2)], 1), IndexError, "Dimension out of range"),
            R(lambda t: t.cat([t.ones(())]), RuntimeError, "zero-dimensional"),
            R(lambda t: t.cat([]), ValueError, "non-empty"),
            R(lambda t: t.cat(t.ones(2)), TypeError, "tuple of Tensors"),
        )),
    Row("stack", lambda xs, dim=0: np.stack(xs, dim), (
            S([F(2, 3), F(2, 3)]), S([F(2, 3), F(2, 3)], 1), S((F(3), F(3), F(3)), dim=-1), S([F(), F()]),
            S([F(0)] * 2),
            S([Ints((2,)), F(2)]), S([Bools((2,))] * 2),
        ), (
            R(lambda t: t.stack([t.ones(2), t.ones(3)]), RuntimeError, "equal size"),
            R(lambda t: t.stack([t.ones(2)], 2), IndexError, "Dimension out of range"),
            R(lambda t: t.stack([]), RuntimeError, "non-empty"),
            R(lambda t: t.stack(t.ones(2)), TypeError, "tuple of Tensors"),
        )),
]

# --------------------------------------------------------------------------------------------------- the rows: products


def products(dims: set[tuple[int, int]]) -> tuple[Sample, ...]:
    return tuple(S(F(*a), F(*b)) for a, b in PRODUCTS if (len(a), len(b)) in dims)


def refusals_of_products(name: str, a: Any, b: Any, wrong: Any) -> tuple[R, ...]:
    return (
        R(lambda t: find(t, name)(t.ones(a), t.ones(wrong)), RuntimeError, "cannot be multiplied|size mismatch"),
        R(lambda t: find(t, name)(t.ones(a), t.ones(b, dtype=t.float64)), RuntimeError, "same dtype"),
        R(lambda t: find(t, name)(t.ones(a), t.ones(b, dtype=t.int64)), RuntimeError, "same dtype"),
    )


PRODUCT_ROWS = [
    Row("matmul", np.matmul, (
            *[S(F(*a), F(*b)) for a, b in PRODUCTS], S(Ints((2, 3)), Ints((3, 2))), S(Ints((3,)), Ints((3,))),
        ), (
            *refusals_of_products("matmul", (2, 3), (3, 2), (2, 2)),
            R(lambda t: t.ones(2, 3) @ t.ones(4), RuntimeError, "multiplied|mismatch"),
            R(lambda t: t.matmul(t.ones(()), t.ones(2)), RuntimeError, "at least 1D"),
            R(lambda t: t.ones(2, 3, 3) @ t.ones(4, 3, 3), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.ones(2) @ 3, TypeError, "unsupported operand"),
            R(lambda t: t.matmul(t.ones(2), 3), TypeError, "unsupported operand"),
        )),
    Row("mm", np.matmul, products({(2, 2)}) + (S(Ints((2, 3)), Ints((3, 2))),), (
        *refusals_of_products("mm", (2, 3), (3, 2), (2, 2)),
        R(lambda t: t.mm(t.ones(2, 3), t.ones(3)), RuntimeError, "2D|matrix"),
    )),
    Row("mv", np.matmul, products({(2, 1)}) + (S(F(2, 0), F(0)),), (
        *refusals_of_products("mv", (2, 3), (3,), (2,)),
        R(lambda t: t.mv(t.ones(2, 3), t.ones(3, 1)), RuntimeError, "1D|vector"),
    )),
    Row("dot", np.matmul, products({(1, 1)}) + (S(F(0), F(0)), S(Ints((3,)), Ints((3,)))), (
        R(lambda t: t.dot(t.ones(2), t.ones(3)), RuntimeError, "multiplied|same number of elements|inconsistent"),
        R(lambda t: t.dot(t.ones(2), t.ones(2, dtype=t.float64)), RuntimeError, "same dtype"),
        R(lambda t: t.dot(t.ones(2, 3), t.ones(3)), RuntimeError, "1D"),
    )),
]

# --------------------------------------------------------------------------------------------------- the rows: indexing

BASIC = (
    S(F(3), 1),
    S(F(3), -1),
    S(F(2, 3), 1),
    S(F(2, 3), (1, 2)),
    S(F(2, 3), slice(None, None, 2)),
    S(F(3, 3), (slice(1, None), slice(None, -1))),
    S(F(3, 3), (slice(-2, 9), None, 1)),
    S(F(2, 3, 2), (..., 0)),
    S(F(2, 3, 2), (1, ..., slice(None, None, 2))),
    S(F(), None),
    S(F(), ()),
    S(F(), ...),
    S(F(3), slice(2, 1)),
    S(F(0, 3), (slice(None), 1)),
    S(F(3), Exactly(1, "int64")),
)
ADVANCED = (
    S(F(3), Exactly([0, 2, 2], "int64")),
    S(F(3), [0, 2, 2]),
    S(F(3, 4), (Exactly([[0], [2]], "int64"), Exactly([1, 1, 3], "int32"))),
    S(F(3, 4), (slice(None), [0, 0, -1])),
    S(F(3, 4), (..., [1, 2])),
    S(F(2, 3, 4), ([0, 1], slice(None), [1, 3])),
    S(F(2, 3, 4), (slice(None), [[0, 1], [2, 2]])),
    S(F(2, 3, 4), (None, [0, 1], 1)),
    S(F(3), Exactly([], "int64")),
    S(F(0, 3), (slice(None), [0, 0])),
)
MASKED = (
    S(F(2, 3), Exactly([[True, False, True], [False, False, True]], "bool")),
    S(F(2, 3), Exactly([True, False], "bool")),
    S(F(2, 3), (slice(None), Exactly([True, False, True], "bool"))),
    S(F(2, 3, 2), (1, Exactly([True, False, True], "bool"))),
    S(F(3), Exactly([False, False, False], "bool")),
)
BAD_INDICES = (
    (lambda t: t.ones(2, 3)[2], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[0, -4], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[0, 0, 0], IndexError, "too many indices"),
    (lambda t: t.ones(())[0], IndexError, "0-dim"),
    (lambda t: t.ones(2, 3)[t.tensor([2])], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[t.tensor([0.5])], IndexError, "used as indices must be"),
    (lambda t: t.ones(2, 3)[t.tensor([True])], IndexError, "shape of the mask"),
    (lambda t: t.ones(3)[::-1], ValueError, "greater than zero"),
    (lambda t: t.ones(4, 4)[[0, 1], [0, 1, 2]], IndexError, "broadcast"),
)


def written(library: Any, x: Any, index: Any, value: Any) -> Any:
    z = x.clone()
    z[index] = value
    return z


INDEXING = [
    Row("Tensor.__getitem__", number_at, BASIC, tuple(R(*bad) for bad in BAD_INDICES), shares=True,
        variant="basic"),
    Row("Tensor.__getitem__", number_at, ADVANCED, variant="integers"),
    Row("Tensor.__getitem__", number_at, MASKED, replay=False,
        why="how many elements a mask names depends on the data", variant="mask"),
    Row("Tensor.__setitem__", assigned, (
            S(F(3), 1, 2.5), S(F(2, 3), 1, F(3)), S(F(2, 3), (slice(None), 0), F(2)), S(F(2, 3), ..., F(1, 3)),
            S(F(2, 3), (slice(None), slice(1, None)), F()), S(F(3, 3), slice(None, None, 2), F(2, 3)), S(F(), ..., 1.0),
            S(F(3), slice(2, 1), F()), S(Ints((3,)), 0, 7), S(Bools((3,)), 0, True), S(F(3), 0, Ints(())),
            S(F(3), [0, 2], F(2)), S(F(2, 3), ([0, 1], [2, 0]), F(2)), S(F(2, 3), (slice(None), [0, 2]), F()),
            S(F(2, 3), Exactly([True, False], "bool"), F(3)),
            S(F(2, 3), Exactly([[True, False, True], [False, True, True]], "bool"), 0.0),
        ), (
            R(lambda t: written(t, t.ones(2, 3), 0, t.ones(2)), RuntimeError, "shape mismatch|expanded size"),
            R(lambda t: written(t, t.ones(2, 3), 2, 1.0), IndexError, "out of (bounds|range)"),
            R(lambda t: written(t, t.ones(2, 3), t.tensor([0.5]), 1.0), IndexError, "used as indices must be"),
            R(lambda t: t.ones(2, requires_grad=True).__setitem__(0, 1.0), RuntimeError, "leaf Variable"),
            R(lambda t: t.ones(1).expand(2).__setitem__(..., 1.0), RuntimeError, "single memory location"),
        ), call=written),
    Row("Tensor.__contains__", lambda x, v: bool(np.any(x == v)), (
        S(Ints((3,), 1, 3), 2), S(Ints((3,), 1, 3), 7), S(F(2, 3), 0.5), S(F(0), 1.0), S(F(3), Exactly(9.0)),
    ), gradient=False, call=lambda t, x, v: v in x),
]

# -------------------------------------------------------------------------------------------------- the rows: operators


def reflected(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda t, x, number: function(number, x)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda t, *args: function(*args)


OPERATORS = [
    Row("Tensor.__add__", operator.add, (*pairs(), *NUMBERS, *TWO_INTEGERS), call=plain(operator.add)),
    Row("Tensor.__add__", on_arrays(operator.add), NUMBERS, call=reflected(operator.add), variant="reflected"),
    Row("Tensor.__sub__", operator.sub, (*pairs(), *NUMBERS, *TWO_INTEGERS), call=plain(operator.sub), errors=(
        R(lambda t: t.tensor([True]) - t.tensor([True]), RuntimeError, "bool"),
        R(lambda t: t.ones(2) - t.ones(3), RuntimeError, SHAPES_DISAGREE),
        R(lambda t: t.ones(2) - "a", TypeError, "str"),
    )),
    Row("Tensor.__rsub__", on_arrays(operator.sub), (*ones(2.5), *NUMBERS), call=reflected(operator.sub), errors=(
        R(lambda t: 1 - t.tensor([True]), RuntimeError, "bool"),
    )),
    Row("Tensor.__mul__", operator.mul, (*pairs(), *NUMBERS), call=plain(operator.mul)),
    Row("Tensor.__mul__", on_arrays(operator.mul), NUMBERS, call=reflected(operator.mul), variant="reflected"),
    Row("Tensor.__truediv__", operator.truediv, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS),
        call=plain(operator.truediv)),
    Row("Tensor.__rtruediv__", on_arrays(quiet(operator.truediv)), (
        *ones(2.5), S(F(3), 2), S(Ints((3,), 1, 5), 2), S(Exactly([0.0]), 1), S(F(), 1.0),
    ), call=reflected(operator.truediv), domain=nonzero),
    Row("Tensor.__floordiv__", operator.floordiv, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), gradient=False,
        call=plain(operator.floordiv)),
    Row("Tensor.__rfloordiv__", on_arrays(operator.floordiv), (S(F(3), 2.5), S(F(2, 3), 2), S(Ints((3,), 1, 5), 7)),
        gradient=False, domain=nonzero, call=reflected(operator.floordiv)),
    Row("Tensor.__mod__", operator.mod, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), call=plain(operator.mod)),
    Row("Tensor.__rmod__", on_arrays(operator.mod), (
        only(0, S(F(3), 2.5)), only(0, S(F(2, 3), 2)), S(Ints((3,), 1, 5), 7),
    ),
        domain=nonzero, call=reflected(operator.mod)),
    Row("Tensor.__pow__", operator.pow, (*pairs(anywhere), S(F(2, 3), 2), S(F(), 0.5), S(Ints((3,)), 2)),
        domain=positive,
        call=plain(operator.pow)),
    Row("Tensor.__rpow__", on_arrays(quiet(operator.pow)), (
        *ones(2.5), S(F(3), 2), S(F(), 1), S(Ints((3,), 0, 4), 2), only(1, S(F(3, domain=positive), 0)),
        S(Ints((3,)), 2.0),
    ), call=reflected(operator.pow)),
    Row("Tensor.__matmul__", operator.matmul, (S(F(2, 3), F(3, 2)), S(F(2, 2, 3), F(3))), call=plain(operator.matmul)),
    Row("Tensor.__rmatmul__", lambda x, a: a @ x, (S(F(3, 2), F(2, 3, gradient=False)),),
        call=lambda t, x, a: t.Tensor.__rmatmul__(x, a)),
    Row("Tensor.__neg__", operator.neg, (S(F(2, 3)), S(Ints((3,)))), call=plain(operator.neg)),
    Row("Tensor.__pos__", operator.pos, (S(F(2, 3)), S(Ints((3,))), S(F())), call=plain(operator.pos), shares=True),
    Row("Tensor.__abs__", operator.abs, (S(F(2, 3)), S(Ints((3,)))), call=plain(operator.abs), domain=nonzero),
    *[
        Row(f"Tensor.__{name}__", getattr(operator, name), COMPARED,
            call=plain(getattr(operator, name)), gradient=False)
        for name in COMPARISONS
    ],
    *[
        Row(f"Tensor.__{name}__", getattr(operator, f"{name}_".replace("xor_", "xor")), (*TWO_INTEGERS, *TWO_BOOLS),
            call=plain(getattr(operator, f"{name}_".replace("xor_", "xor"))), gradient=False)
        for name in ("and", "or", "xor")
    ],
    *[
        Row(f"Tensor.__r{name}__", on_arrays(getattr(operator, f"{name}_".replace("xor_", "xor"))),
            (S(Ints((3,)), 5), S(Bools((3,)), True)),
            call=reflected(getattr(operator, f"{name}_".replace("xor_", "xor"))), gradient=False)
        for name in ("and", "or", "xor")
    ],
    Row("Tensor.__invert__", operator.invert, (*INTEGERS, *BOOLS), call=plain(operator.invert), gradient=False),
]

# --------------------------------------------------------------------------------------------- the rows: in-place forms


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row.name: row for row in reversed(rows)}


def fits(row: Row, sample: Sample) -> bool:
    """Tell whether the result could take the place of the first argument."""
    first = sample.args[0]
    if isinstance(first, Floats | Exactly | Ints | Bools) and row.numpy is not None:
        args, kwargs = Case(row, sample, 0, "float64", "contiguous").arrays()
        z = row.numpy(*args, **kwargs)
        x = args[0]
        return isinstance(z, np.ndarray | np.generic) and z.shape == x.shape and z.dtype.kind == x.dtype.kind
    return False


def in_place(row: Row, name: str) -> Row:
    """The row of an operation's in-place form, which edits a clone and returns it."""

    def call(t: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        z = x.clone()
        edited = getattr(z, name)(*args, **kwargs) if name.endswith("_") and not name.startswith("__") else (
            getattr(operator, name.strip("_"))(z, *args)
        )
        assert edited is z
        return z

    numpy = row.numpy
    assert numpy is not None

    def reference(x: Array, *args: Any, **kwargs: Any) -> Array:
        return numpy(x, *args, **kwargs).astype(x.dtype)

    samples = tuple(sample for sample in row.samples if fits(row, sample))
    errors = (
        R(lambda t: call_on(t.ones(2, requires_grad=True), name, row), RuntimeError, "leaf Variable that requires"),
        R(lambda t: call_on(t.ones(1).expand(2), name, row), RuntimeError, "single memory location"),
    )
    return replace(row, name=f"Tensor.{name}", numpy=reference, samples=samples, errors=errors, call=call, exact=True)


def call_on(x: Any, name: str, row: Row) -> Any:
    """Call an in-place form with arguments of its first sample that are numbers, or 1 for tensors."""
    sample = next(s for s in row.samples if fits(row, s))
    rest = [1 if isinstance(a, DESCRIPTIONS) else a for a in sample.args[1:]]
    if name.startswith("__"):
        return getattr(operator, name.strip("_"))(x, *rest)
    return getattr(x, name)(*rest, **sample.kwargs)


OUT_OF_PLACE = by_name(ELEMENTWISE + OPERATORS)
NAMES_IN_PLACE = [
    "add", "sub", "mul", "div", "pow", "remainder", "neg", "abs", "exp", "log", "sqrt", "tanh", "sigmoid", "relu",
    "reciprocal", "clamp", "floor",
]
OPERATORS_IN_PLACE = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]


IN_PLACE = [
    *[in_place(OUT_OF_PLACE[name], f"{name}_") for name in NAMES_IN_PLACE],
    *[in_place(OUT_OF_PLACE[f"Tensor.__{name}__"], f"__i{name}__") for name in OPERATORS_IN_PLACE],
    replace(in_place(OUT_OF_PLACE["masked_fill"], "masked_fill_"), errors=()),
    Row("Tensor.copy_", lambda x, y: np.broadcast_to(y, x.shape).astype(x.dtype), (
            S(F(2, 3), F(2, 3)), S(F(2, 3), F(3)), S(F(), F()), S(F(3), Ints((3,))),
            S(Ints((3,)), F(3, gradient=False)),
            S(F(3, dtype="float32"), F(3, dtype="float64", domain=eighths)), S(F(0), F(1)),
        ), (
            R(lambda t: t.ones(2).copy_(t.ones(3)), RuntimeError, "expand|must match|broadcast"),
            R(lambda t: t.ones(2, requires_grad=True).copy_(t.ones(2)), RuntimeError, "leaf Variable"),
        ), call=lambda t, x, y: x.clone().copy_(y), exact=True),
    Row("Tensor.fill_", filled_with, (S(F(2, 3), 1.5), S(F(), 2), S(Ints((3,)), 7), S(F(2, 3), F()), S(F(0), 1.0)),
        (R(lambda t: t.ones(2, requires_grad=True).fill_(1), RuntimeError, "leaf Variable"),),
        call=lambda t, x, value: x.clone().fill_(value)),
    Row("Tensor.zero_", np.zeros_like, (S(F(2, 3)), S(F()), S(Ints((3,))), S(Bools((3,)))),
        (R(lambda t: t.ones(2, requires_grad=True).zero_(), RuntimeError, "leaf Variable"),),
        call=lambda t, x: x.clone().zero_()),
]

# ------------------------------------------------------------------------------------- the rows: dtypes, copies, memory


def to_dtype(name: str, dtype: str) -> Row:
    """The row of a method that converts: linear, and exact for numbers of few digits."""
    return Row(
        f"Tensor.{name}",
        lambda x: x.astype(dtype),
        (S(F(2, 3)), S(F()), S(F(0)), S(Ints((3,))), S(Bools((3,)))),
        domain=eighths,
        exact=True,
        shares=True,
        eps=2.0**-7,
    )


CONVERSIONS = [
    *[to_dtype(name, dtype) for name, dtype in {"float": "float32", "double": "float64", "half": "float16"}.items()],
    *[
        Row(f"Tensor.{name}", lambda x, dtype=dtype: x.astype(dtype), (S(F(2, 3)), S(Ints((3,))), S(Bools((3,))),
            S(F())),
            gradient=False, exact=True, shares=True)
        for name, dtype in {"long": "int64", "int": "int32", "bool": "bool"}.items()
    ],
    Row("Tensor.to", lambda x, dtype: x.astype(dtype), (
            S(F(2, 3), Dtype("float32")), S(F(2, 3), Dtype("float64")), S(F(), Dtype("float16")),
            S(Ints((3,)), Dtype("float32")),
            S(F(3), dtype=Dtype("float64")),
        ), (R(lambda t: t.ones(2).to("cuda:0" if t.__name__ == "autograd" else "nowhere"),
            RuntimeError, "cuda|nowhere"),),
        domain=eighths, exact=True, shares=True, eps=2.0**-7),
    Row("Tensor.type", lambda x, dtype: x.astype(dtype), (S(F(2, 3), Dtype("float32")),
        S(Ints((3,)), Dtype("float64"))),
        domain=eighths, exact=True, shares=True, eps=2.0**-7),
    Row("Tensor.type_as", lambda x, y: x.astype(y.dtype),
        (S(F(2, 3), F(1, dtype="float32", gradient=False)), S(Ints((3,)), F(gradient=False))),
        domain=eighths, exact=True, shares=True, eps=2.0**-7),
    Row("Tensor.clone", np.copy, (S(F(2, 3)), S(Ints((3,))))),
    Row("Tensor.contiguous", np.ascontiguousarray, (S(F(2, 3)), S(Ints((3,)))), shares=True),
    Row("Tensor.detach", np.asarray, (S(F(2, 3)), S(Ints((3,))), S(F())), gradient=False, shares=True),
    Row("Tensor.data", np.asarray, (S(F(2, 3)), S(Ints((3,))), S(F())), gradient=False, shares=True,
        call=lambda t, x: x.data),
    Row("Tensor.cpu", np.asarray, (S(F(2, 3)), S(Ints((3,)))), shares=True),
]

# --------------------------------------------------------------------------------------------------- the rows: creation

LIKE = (S(F(2, 3)), S(F()), S(Ints((3,))), S(Bools((2,))), S(F(2, 0)), S(F(2), dtype=Dtype("int64")))
SIZES = (S(2, 3), S((2, 3)), S(()), S(0), S([2]), S(2, dtype=Dtype("float64")), S(2, 1, dtype=Dtype("bool")))


def made(name: str, numpy: Callable[..., Any], *samples: Sample, **options: Any) -> Row:
    """A row of a function that makes a tensor."""
    return Row(name, numpy, samples, gradient=False, exact=True, **options)


NEGATIVE_SIZE = "negative dimension"
CREATION = [
    *[
        made(name, of_size(function), *SIZES, errors=(
            R(lambda t, name=name: find(t, name)(-1), RuntimeError, NEGATIVE_SIZE),
            R(lambda t, name=name: find(t, name)(2, dtype=t.int64, requires_grad=True), RuntimeError, "floating point"),
        ))
        for name, function in {"zeros": np.zeros, "ones": np.ones}.items()
    ],
    made("empty", of_size(np.zeros), *SIZES, call=lambda t, *a, **k: t.zeros_like(t.empty(*a, **k)), errors=(
        R(lambda t: t.empty(-1), RuntimeError, NEGATIVE_SIZE),
    )),
    made("full", lambda size, value, dtype=None: given(np.full(size, value).tolist(), dtype),
         S((2, 3), 1.5), S((2,), 7), S((), True), S((2,), 1, dtype=Dtype("float64")), S([2], 1.5)),
    made("zeros_like", np.zeros_like, *LIKE),
    made("ones_like", np.ones_like, *LIKE),
    made("empty_like", np.zeros_like, *LIKE, call=lambda t, *a, **k: t.zeros_like(t.empty_like(*a, **k))),
    made("full_like", np.full_like, S(F(2, 3), 1.5), S(Ints((3,)), 2), S(F(2), 1, dtype=Dtype("int64"))),
    made("eye", lambda n, m=None, dtype=np.float32: np.eye(n, m, dtype=dtype),
         S(3), S(2, 4), S(0), S(3, dtype=Dtype("int64"))),
    made("arange", lambda *a, dtype=None: given(np.arange(*a).tolist(), dtype) if len(np.arange(*a)) else
         np.zeros(0, np.int64),
         S(5), S(1, 5), S(5, 0, -2), S(0, 1, 0.25), S(2.5), S(0), S(3, dtype=Dtype("float64")), S(0.0, 2.0, 0.3),
         errors=(R(lambda t: t.arange(1, 5, -1), RuntimeError, "step sign"),
                 R(lambda t: t.arange(1, 5, 0), RuntimeError, "nonzero"))),
    made("linspace", lambda *a, dtype=np.float32: np.linspace(*a, dtype=dtype),
         S(0, 1, 5), S(-1.5, 2, 4), S(0, 1, 1), S(0, 1, 0), S(1, 0, 3, dtype=Dtype("float64")),
         errors=(R(lambda t: t.linspace(0, 1, -1), RuntimeError, "non-negative"),)),
    made("tensor", given, S(1.5), S(2), S(True), S([[1.0, 2.0], [3.0, 4.0]]), S([1, 2]), S([]), S([True, False]),
         S([1, 2.5]), S([1, 2], dtype=Dtype("float64")), S(Raw(F(2, 3))), S(Raw(Ints((3,)))),
         S([1.9], dtype=Dtype("int64")),
         errors=(
             R(lambda t: t.tensor([[1.0], [1.0, 2.0]]), ValueError, "lengths|length"),
             R(lambda t: t.tensor([1, 2], requires_grad=True), RuntimeError, "floating point"),
             R(lambda t: t.tensor("abc"), (TypeError, ValueError), "str"),
         )),
    *[
        made(name, given, S(1.5), S([1, 2]), S(Raw(F(2, 3))), S(F(2, 3)), S(Raw(Ints((3,))), dtype=Dtype("float64")),
             S(F(2), dtype=Dtype("float32")), shares=True)
        for name in ("as_tensor", "asarray")
    ],
    made("from_numpy", np.asarray, S(Raw(F(2, 3))), S(Raw(Ints((3,)))), S(Raw(Bools((2,)))), S(Raw(F())), shares=True,
         errors=(
             R(lambda t: t.from_numpy([1.0]), TypeError, "expected np.ndarray"),
             R(lambda t: t.from_numpy(np.array(["a"])), TypeError, "dtype|type"),
         )),
    made("Tensor.new_tensor", lambda x, data, dtype=None: np.array(data, dtype or x.dtype),
         S(F(1), [1.0, 2.0]), S(Ints((1,)), [1, 2]), S(F(1), [1, 2], dtype=Dtype("int64"))),
    made("Tensor.new_zeros", lambda x, *size, dtype=None: np.zeros(size, dtype or x.dtype),
         S(F(1), 2, 3), S(Ints((1,)), 2), S(F(1), 2, dtype=Dtype("int64"))),
    made("Tensor.new_ones", lambda x, *size, dtype=None: np.ones(size, dtype or x.dtype),
         S(F(1), 2, 3), S(Ints((1,)), 2), S(F(1), 2, dtype=Dtype("int64"))),
    made("numel", np.size, S(F(2, 3)), S(F()), S(F(0, 2)), S(Ints((4,)))),
]

# --------------------------------------------------------------------------------------------- the rows: random numbers


def seeded(name: str, *samples: Sample, errors: tuple[R, ...] = (), gradient: bool = False) -> Row:
    """A row of a function that draws: after the same seed, PyTorch's numbers."""

    def call(t: Any, *args: Any, **kwargs: Any) -> Any:
        t.manual_seed(7)
        if name.endswith("_"):
            return getattr(args[0].clone(), name.removeprefix("Tensor."))(*args[1:], **kwargs)
        return find(t, name)(*args, **kwargs)

    return Row(name, None, samples, errors, call=call, gradient=gradient, replay=False, why="random", exact=True)


FLOAT64 = {"dtype": Dtype("float64")}
RANDOM = [
    seeded("rand", S(2, 3), S((20,)), S(()), S(0), S(5, **FLOAT64), errors=(
        R(lambda t: t.rand(-1), RuntimeError, NEGATIVE_SIZE),
        R(lambda t: t.rand(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
    )),
    seeded("randn", S(2, 3), S((20,)), S(()), S(0), S(5, **FLOAT64), S(17, **FLOAT64), errors=(
        R(lambda t: t.randn(-1), RuntimeError, NEGATIVE_SIZE),
        R(lambda t: t.randn(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
    )),
    seeded("randint", S(10, (5,)), S(-3, 4, (2, 3)), S(0, 2**40, (3,)), S(10, (3,), dtype=Dtype("int32")),
           S(0, 5, (3,), dtype=Dtype("float32")), errors=(
               R(lambda t: t.randint(0, 0, (3,)), RuntimeError, "from"),
               R(lambda t: t.randint(5, 2, (3,)), RuntimeError, "from"),
           )),
    seeded("randperm", S(10), S(0), S(1), S(50, dtype=Dtype("int32")), errors=(
        R(lambda t: t.randperm(-1), RuntimeError, "negative dimension"),
    )),
    seeded("rand_like", S(F(2, 3)), S(F()), S(F(3), **FLOAT64)),
    seeded("randn_like", S(F(2, 3)), S(F()), S(F(3), **FLOAT64)),
    seeded("Tensor.uniform_", S(F(2, 3)), S(F(20), -1, 3), S(F()), gradient=True, errors=(
        R(lambda t: t.ones(2, requires_grad=True).uniform_(), RuntimeError, "leaf Variable"),
        R(lambda t: t.ones(2).uniform_(2, 1), RuntimeError, "from"),
        R(lambda t: t.tensor([1, 2]).uniform_(), RuntimeError, "(?i)int64|long|floating"),
    )),
    seeded("Tensor.normal_", S(F(2, 3)), S(F(20), 1.5, 0.25), S(F()), gradient=True, errors=(
        R(lambda t: t.ones(2, requires_grad=True).normal_(), RuntimeError, "leaf Variable"),
        R(lambda t: t.ones(2).normal_(0, -1), RuntimeError, "std"),
    )),
]

# -------------------------------------------------------------------------------------------- the rows: neural networks

LABELS = Ints((4,), 0, 3)
NETWORKS = [
    Row("nn.functional.linear", lambda x, w, b=None, bias=None: linear(x, w, b), (
            S(F(4, 3), F(2, 3)), S(F(4, 3), F(2, 3), F(2)), S(F(3), F(2, 3), F(2)), S(F(2, 2, 3), F(2, 3), F(2)),
            S(F(2, 2, 3), F(2, 3)), S(F(0, 3), F(2, 3), F(2)), S(F(2, 2, 2, 3), F(2, 3), bias=None),
        ), (
            R(lambda t: t.nn.functional.linear(t.ones(4, 2), t.ones(2, 3)), RuntimeError, "shapes cannot be"),
            R(lambda t: t.nn.functional.linear(t.ones(4, 3), t.ones(2, 3), t.ones(3)),
                RuntimeError, "bias|expanded|size"),
            R(lambda t: t.nn.functional.linear(t.ones(4, 3).double(), t.ones(2, 3)), RuntimeError, "same dtype"),
            R(lambda t: t.nn.functional.linear([1.0], t.ones(2, 3)), TypeError, "must be Tensor"),
        ), call=lambda t, x, w, b=None, bias=None: t.nn.functional.linear(x, w, bias if b is None else b)),
    one("nn.functional.relu", lambda x: np.maximum(x, 0), nonzero),
    Row("nn.functional.relu", lambda x: np.maximum(x, 0), (S(F(2, 3)), S(F())), domain=nonzero, variant="in place",
        call=lambda t, x: t.nn.functional.relu(x.clone(), inplace=True)),
    Row("nn.functional.softmax", softmax, (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)),
        refusals_of_dims("nn.functional.softmax")[:3]),
    Row("nn.functional.log_softmax", log_softmax, (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)),
        refusals_of_dims("nn.functional.log_softmax")[:3]),
    Row("nn.functional.mse_loss", quiet(squared_error), (
            S(F(2, 3), F(2, 3)), S(F(2, 3), F(2, 3), reduction="sum"), S(F(2, 3), F(2, 3), reduction="none"),
            S(F(), F()),
            S(F(0), F(0)), S(F(3), F(3, gradient=False)), S(F(3, gradient=False), F(3)),
        ), (
            R(lambda t: t.nn.functional.mse_loss(t.ones(2), t.ones(2), reduction="max"), ValueError, "reduction"),
        )),
    Row("nn.functional.cross_entropy", quiet(cross_entropy), (
            *[S(F(4, 3), LABELS, reduction=r) for r in ("mean", "sum", "none")],
            S(F(4, 3), LABELS), S(F(3), Ints((), 0, 3)), S(F(2, 3, 2), Ints((2, 2), 0, 3)),
            S(F(2, 3, 2, 2), Ints((2, 2, 2), 0, 3), reduction="none"), S(F(0, 3), Ints((0,), 0, 3)),
            S(F(4, 3), LABELS, F(3, gradient=False, domain=positive)),
            S(F(4, 3), LABELS, weight=F(3, gradient=False, domain=positive), label_smoothing=0.1),
            S(F(4, 3), LABELS, label_smoothing=0.2), S(F(4, 3), LABELS, label_smoothing=0.2, reduction="none"),
            S(F(4, 3), LABELS, label_smoothing=0.3, reduction="sum"),
            S(F(4, 3), Ints((4,), 0, 3, dtype="uint8")), S(Exactly([[1000.0, -1000.0]]), Exactly([0], "int64")),
            S(F(4, 3), F(4, 3, domain=positive)), S(F(4, 3), F(4, 3, domain=positive), reduction="sum"),
            S(F(4, 3), F(4, 3, domain=positive), reduction="none", label_smoothing=0.1),
            S(F(3), F(3, domain=positive)), S(F(2, 3, 2), F(2, 3, 2, domain=positive)),
            S(F(4, 3), F(4, 3, domain=positive), F(3, gradient=False, domain=positive)),
        ), (
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 3])), IndexError, "out of bounds"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, -1])), IndexError, "out of bounds"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0.0, 1.0])), RuntimeError, "Long|dtype"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1, 2])), ValueError, "batch_size"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), reduction="max"), ValueError,
                    "reduction"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), t.ones(2)), RuntimeError,
                    "weight"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), label_smoothing=2.0),
                    RuntimeError, "label_smoothing"),
        )),
    Row("nn.functional.cross_entropy", cross_entropy, (
            S(F(4, 3), Exactly([0, -100, 2, 1], "int64")), S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1, reduction="none"),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), F(3, gradient=False, domain=positive), ignore_index=1),
        ), replay=False, why="how many labels count depends on the data", variant="with labels to ignore"),
]

ROWS = (
    ELEMENTWISE + LOGICAL + REDUCTIONS + SHAPE + PRODUCT_ROWS + INDEXING + OPERATORS + IN_PLACE + CONVERSIONS + CREATION
    + RANDOM + NETWORKS
)
