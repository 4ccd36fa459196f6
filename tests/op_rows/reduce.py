"""The rows of reductions."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

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
    Array,
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
    only,
    some_nan,
    some_zero,
)
from tests.order_references import spelled


@spelled
def product(x: Array, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    d = dtype or (x.dtype if x.dtype.kind == "f" else np.int64)
    return np.prod(x, axis=dim if x.ndim else None, keepdims=keepdim and x.ndim > 0, dtype=d)


def without_nan(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    numbers = np.sum(~np.isnan(x), axis=axis, keepdims=keepdims)
    return np.divide(np.nansum(x, axis=axis, keepdims=keepdims), numbers).astype(x.dtype)


@spelled
def both_extremes(x: Array, *, dim: int | None = None, keepdim: bool = False) -> Any:
    axis, keep = (dim, keepdim) if x.ndim else (None, False)
    return np.min(x, axis=axis, keepdims=keep), np.max(x, axis=axis, keepdims=keep)


def with_mean(root: bool) -> Any:
    def reference(x: Array, dim: Any = None, unbiased: Any = None, keepdim: bool = False, **options: Any) -> Any:
        z = variance(x, dim, unbiased, keepdim, **options)
        over = None if isinstance(dim, bool) else options.get("axis", dim)
        keep = options.get("keepdims", keepdim)
        return np.sqrt(z) if root else z, reduction(mean)(x, over, keep)

    return reference


#: Arguments of var and its like.
SPREADS = (
    S(F(3), unbiased=False),
    S(F(2, 3), False),
    S(F(2, 3), 1, False, True),
    S(F(2, 3), 0, correction=0),
    S(F(2, 3), correction=0.5),
    S(F(3), correction=2),
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
            *SPREADS,
            S(F(2, 0), 0),
            kink(F()),
            kink(F(0)),
            only(1, kink(F(1), 0)),
            kink(F(2, 0), 1),
            kink(F(3), correction=5),
            errors=(twice(name), without_floats(name)),
        )
        for name in ("var", "std")
    ],
    *[
        whole(
            name,
            quiet(with_mean(name == "std_mean")),
            *SPREADS,
            kink(F()),
            kink(F(0)),
            errors=(twice(name), without_floats(name)),
        )
        for name in ("var_mean", "std_mean")
    ],
    Row(
        "prod",
        product,
        (
            *ones(shapes=[(), (3,), (2, 3), (2, 3, 2), (0,), (2, 0)]),
            *ALONG,
            S(F(2, 3), axis=0, keepdims=True),
            S(F(2, 0), 1),
            S(F(1, 2), 0),
            S(F(2, domain=some_zero)),
            S(F(4, domain=some_zero)),
            S(F(2, 3, domain=some_zero)),
            S(F(3, domain=lambda r, s, p: np.array([0.0, 2.0, 3.0]))),
            S(F(2, 4, domain=some_zero), 1),
            S(F(4, 2, domain=some_zero), 0),
            *INTEGERS,
            *BOOLS,
            S(Ints((2, 3), dtype="int32"), 0),
            S(Bools((2, 3)), 1, True),
            S(Exactly([1.0, np.nan, np.inf])),
        ),
        (
            *refusals_of_dims("prod"),
            R(lambda t: t.prod(t.ones(2, 3), (0, 1)), TypeError, "(0, 1)|tuple"),
        ),
    ),
    Row(
        "prod",
        product,
        (
            S(F(2, 3), dtype=Dtype("float64")),
            S(Ints((2, 3)), 0, dtype=Dtype("float32")),
            S(Ints((3,)), dtype=Dtype("int32")),
            S(Exactly([2.0, 0.5, 4.0], dtype="float16")),
            S(Ints((3,), 0, dtype="uint8")),
        ),
        exact=True,
        variant="with dtype",
    ),
    whole(
        "nansum",
        reduction(np.nansum),
        *INTEGERS,
        *BOOLS,
        S(F(0)),
        S(F(2, 0), 0),
        S(F(2, 3), dim=()),
        S(F(2, 5, domain=some_nan)),
        S(F(2, 5, domain=some_nan), 1),
        S(F(2, 5, domain=some_nan), 0, True),
        S(Exactly([np.nan, np.nan])),
        S(Exactly([np.inf, 1.0, np.nan])),
        errors=(twice("nansum"),),
    ),
    Row(
        "nansum",
        lambda x, dim=None, *, dtype: np.nansum(x, axis=dim, dtype=dtype),
        (S(F(2, 3), 0, dtype=Dtype("float64")), S(Ints((2, 3)), dtype=Dtype("float32")),
         S(Ints((3,)), dtype=Dtype("int32"))),
        exact=True,
        variant="with dtype",
    ),
    whole(
        "nanmean",
        reduction(quiet(without_nan)),
        S(F(0)),
        S(F(2, 0), 0),
        S(F(2, 3), dim=()),
        S(F(2, 5, domain=some_nan)),
        S(F(2, 5, domain=some_nan), 1),
        S(F(2, 5, domain=some_nan), 0, True),
        S(Exactly([np.nan, np.nan])),
        errors=(twice("nanmean"), without_floats("nanmean"),
                R(lambda t: t.nanmean(t.tensor([True])), RuntimeError, "floating")),
    ),
    Row(
        "nanmean",
        lambda x, dim=None, *, dtype: np.nanmean(x, axis=dim, dtype=dtype),
        (S(F(2, 3), 0, dtype=Dtype("float64")),),
        exact=True,
        variant="with dtype",
    ),
    Row(
        "count_nonzero",
        spelled(lambda x, dim=None: np.asarray(np.count_nonzero(x, axis=None if dim == () or not x.ndim else dim))),
        (
            *[s for s in REDUCED if len(s.args) < 3 and not s.kwargs.keys() & {"keepdim", "keepdims"}],
            S(F(0)),
            S(F(2, 0), 1),
            S(F(2, 3), dim=()),
            S(Ints((2, 9), 0, 2), 1),
            S(Bools((2, 3)), (0, 1)),
            S(Exactly([0.0, -0.0, np.nan, 1.0])),
        ),
        (*refusals_of_dims("count_nonzero"), twice("count_nonzero")),
        gradient=False,
        domain=some_zero,
    ),
    *[
        whole(
            name,
            reduction(function),
            *INTEGERS,
            *BOOLS,
            S(F(2, 3), dim=()),
            S(F(2, 0), 0),
            S(F(0, 3), (1,)),
            S(Exactly([[1.0, np.nan, 2.0]]), 1),
            S(Exactly([np.inf, -np.inf])),
            only(1, kink(Floats((4,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 1.0])))),
            only(1, kink(Floats((2, 2), lambda r, s, p: np.array([[1.0, 1.0], [2.0, 1.0]])), 1)),
            only(1, kink(Floats((2, 2), lambda r, s, p: np.array([[1.0, 1.0], [np.nan, 1.0]])), 1, True)),
            errors=(
                twice(name),
                R(lambda t, name=name: find(t, name)(t.ones(0)), RuntimeError, "no elements|to be specified"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 0), 1), IndexError, "no elements|non-zero size"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 0), (0, 1)), IndexError, "no elements|non-zero size"),
            ),
            domain=distinct,
        )
        for name, function in {"amax": np.max, "amin": np.min}.items()
    ],
    *[
        Row(
            name,
            reduction(function),
            (S(Ints((2, 3), 0, dtype="uint8"), 1), S(Exactly([0.5, 2.0], dtype="float16"))),
            exact=True,
            variant="of other dtypes",
        )
        for name, function in {"amax": np.max, "amin": np.min}.items()
    ],
    Row(
        "aminmax",
        both_extremes,
        (
            *ones(shapes=[(), (3,), (2, 3)]),
            S(F(), dim=0),
            S(F(2, 3), dim=0),
            S(F(2, 3, 2), dim=-2, keepdim=True),
            S(F(2, 3), axis=1, keepdims=True),
            S(F(2, 0), dim=0),
            *INTEGERS,
            *BOOLS,
            S(Exactly([1.0, np.nan])),
            only(1, kink(Floats((4,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 1.0])))),
        ),
        (
            R(lambda t: t.aminmax(t.ones(2, 3), dim=2), IndexError, "Dimension out of range: got 2"),
            R(lambda t: t.aminmax(t.ones(0)), RuntimeError, "no elements|empty dimension"),
            R(lambda t: t.aminmax(t.ones(2, 0), dim=1), IndexError, "no elements|non-zero size"),
            R(lambda t: t.aminmax(t.ones(2, 3), 0), TypeError, "positional"),
        ),
        domain=distinct,
    ),
    *[
        Row(
            name,
            spelled(extreme(*functions)),
            (
                *ones(shapes=[(), (3,), (2, 3), (2, 3, 2)]),
                *ALONG,
                S(Ints((2, 3)), 0),
                S(Ints((2, 3))),
                S(Bools((2, 3))),
                S(F(2, 3), axis=1, keepdims=True),
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
            spelled(place_of(which)),
            (
                S(F(2, 3), axis=1, keepdims=True),
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
            lambda x, dim=None, *a, numpy=numpy, **k: numpy(x, ()) if dim == () else reduction(numpy)(x, dim, *a, **k),
            (
                *REDUCED,
                S(F(2, 3), dim=()),
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
        spelled(quiet(logsumexp)),
        (
            *ALONG,
            S(F(2, 3), axis=0, keepdims=True),
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
            spelled(quiet(numpy)),
            (
                S(F(), 0),
                S(F(3), 0),
                S(F(2, 3), 0),
                S(F(2, 3), axis=0),
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
