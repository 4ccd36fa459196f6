"""The rows of what orders elements, or chooses by their order."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_rows.common import refusals_of_dims
from tests.op_samples import (
    Bools,
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
)
from tests.order_references import (
    kthvalue,
    median,
    mode,
    named_by,
    quantile,
    sort,
    topk,
)

inf, nan = np.inf, np.nan

ORDERED = (
    S(F()),
    S(F(), 0),
    S(F(3)),
    S(F(0)),
    S(F(2, 3)),
    S(F(2, 3), 0),
    S(F(2, 3), -1),
    S(F(2, 3, 2), 1),
    S(F(2, 3, 2), dim=-3),
    S(F(2, 3), axis=0),
    S(F(2, 0), 1),
    S(F(2, 0), 0),
    S(Ints((2, 5))),
    S(Ints((3,), dtype="int32")),
    S(Bools((5,))),
    S(Exactly([1.0, nan, -inf, inf, nan, 0.0])),
    S(Exactly([[2.0, 1.0, 2.0], [1.0, 1.0, 0.0]])),
)
DIRECTIONS = (
    S(F(2, 3), 0, True),
    S(F(2, 3), descending=True),
    S(F(), descending=True),
    S(F(0), descending=True),
    S(Ints((9,)), descending=True, stable=True),
    S(Bools((5,)), descending=True, stable=True),
    S(Exactly([1.0, nan, -inf, inf, nan, 0.0]), descending=True, stable=True),
    S(Exactly([2.0, 1.0, 2.0, 1.0]), stable=True),
)
ONE_EACH = (
    S(F(), 0),
    S(F(3), 0),
    S(F(4), 0),
    S(F(2, 3), 0),
    S(F(2, 3), -1, True),
    S(F(2, 3, 4), 1),
    S(F(2, 3, 2), dim=-3, keepdim=True),
    S(F(2, 3), axis=0, keepdims=True),
    S(F(2, 0), 0),
    S(Ints((2, 9)), 1),
    S(Ints((3,), dtype="int32"), 0),
    S(Exactly([2.0, 1.0, 2.0, 1.0, 1.0]), 0),
)
WITH_NAN = (
    S(Exactly([[nan, 1.0, 2.0], [1.0, 2.0, nan], [nan, nan, nan], [3.0, nan, nan]]), 1),
    S(Exactly([[nan, 1.0, 2.0], [1.0, 2.0, nan]]), 0),
    S(Exactly([inf, -inf, 1.0]), 0),
    kink(F(2, 5, domain=some_nan), 1),
)


def nothing_there(name: str, *more: int) -> R:
    return R(lambda t: find(t, name)(t.ones(2, 0), *more, 1), IndexError, "no elements|non-zero size")


def inside(random: np.random.Generator, shape: tuple[int, ...], place: int) -> np.ndarray:
    """Quantiles that fall between the elements, of up to five."""
    return random.uniform(0.02, 0.23, shape) + 0.5 * random.integers(0, 2, shape)


SORTING = [
    Row(
        "sort",
        sort,
        (*ORDERED, *DIRECTIONS, kink(F(5, domain=some_nan))),
        refusals_of_dims("sort"),
        domain=distinct,
        tied=lambda i, x, dim=-1, *a, axis=None, **k: named_by(i, x, dim if axis is None else axis),
    ),
    Row(
        "argsort",
        lambda *a, **k: sort(*a, **k)[1],
        (*ORDERED, *DIRECTIONS[1:]),
        refusals_of_dims("argsort")[:3],
        domain=distinct,
        gradient=False,
        tied=lambda i, x, dim=-1, *a, axis=None, **k: named_by(i, x, dim if axis is None else axis),
    ),
    Row(
        "sort",
        sort,
        (
            S(Ints((9,)), stable=True),
            S(Ints((3, 4)), dim=0, descending=True, stable=True),
            S(Exactly([1.0, nan, 1.0, nan]), descending=True, stable=True),
            S(Exactly([2, 1, 2], dtype="uint8"), stable=True),
            S(Exactly([0.5, 2.0, 0.5], dtype="float16"), stable=True),
        ),
        exact=True,
        variant="stable",
    ),
    Row("msort", lambda x: sort(x, 0)[0], (S(F()), S(F(3)), S(F(3, 2)), S(F(0, 2)), S(Ints((4, 2)))), domain=distinct),
    Row(
        "topk",
        topk,
        (
            S(F(), 1),
            S(F(), 1, 0),
            S(F(3), 2),
            S(F(3), 0),
            S(F(3), 3, 0, False),
            S(F(2, 3), 2),
            S(F(2, 3), 1, 0),
            S(F(2, 3), 2, -1, False),
            S(F(2, 3, 4), 2, dim=1, largest=False),
            S(F(2, 3), k=1, axis=0),
            S(F(0), 0),
            S(Exactly([nan, 1.0, nan, 2.0, 2.0]), 3),
            S(Exactly([nan, 1.0, nan, 2.0, 1.0]), 3, largest=False),
            S(F(2, 0), 1, 0),
            S(Ints((2, 9)), 3),
            S(Ints((5,), dtype="int32"), 3, largest=False),
            S(Exactly([1.0, nan, inf, nan, 0.0]), 3),
            S(Exactly([1.0, nan, -inf, nan, 0.0]), 4, largest=False),
            S(Exactly([2.0, 1.0, 2.0, 1.0]), 3),
            kink(F(5, domain=some_nan), 3),
        ),
        (
            R(lambda t: t.topk(t.ones(3), 4), RuntimeError, "index k out of range"),
            R(lambda t: t.topk(t.ones(3), -1), RuntimeError, "index k out of range"),
            R(lambda t: t.topk(t.ones(()), 2), RuntimeError, "index k out of range"),
            R(lambda t: t.topk(t.ones(3), 1, 1), IndexError, "Dimension out of range: got 1"),
            R(lambda t: t.topk(t.ones(3) > 0, 1), RuntimeError, "bool"),
        ),
        domain=distinct,
        tied=lambda i, x, k, dim=-1, *a, axis=None, **rest: named_by(i, x, dim if axis is None else axis),
    ),
    Row(
        "kthvalue",
        kthvalue,
        (
            *[S(s.args[0], 2 if s.args[0].shape else 1, *s.args[1:], **s.kwargs)
              for s in ONE_EACH if isinstance(s.args[0], Floats | Ints) and s.args[0].shape != (2, 0)],
            S(F(3), 1),
            S(F(3), 3),
            S(F(2, 0), 2, 0),
            S(Exactly([nan, 1.0, nan, 2.0]), 3),
            S(Exactly([nan, 1.0, nan, 2.0]), 2),
            S(Exactly([2.0, 1.0, 2.0, 1.0]), 2),
            kink(F(5, domain=some_nan), 2),
        ),
        (
            R(lambda t: t.kthvalue(t.ones(3), 0), RuntimeError, "k out of range"),
            R(lambda t: t.kthvalue(t.ones(3), 4), RuntimeError, "k out of range"),
            R(lambda t: t.kthvalue(t.ones(3), 1, 1), IndexError, "Dimension out of range: got 1"),
            R(lambda t: t.kthvalue(t.ones(3) > 0, 1), NotImplementedError, "bool|Bool"),
            nothing_there("kthvalue", 1),
        ),
        domain=distinct,
        tied=lambda i, x, k, dim=-1, keepdim=False, axis=None, keepdims=None: named_by(
            i, x, dim if axis is None else axis, keepdim if keepdims is None else keepdims),
    ),
    Row(
        "mode",
        mode,
        (S(F()), S(F(3)), *ONE_EACH, S(Ints((4, 9), 0, 3)), S(Bools((5,))), S(Exactly([inf, 1.0, inf])),
         S(Exactly([3.0, 1.0, 3.0, 1.0, 2.0]))),
        (*refusals_of_dims("mode"), nothing_there("mode")),
        domain=distinct,
        tied=lambda i, x, dim=-1, keepdim=False, axis=None, keepdims=None: named_by(
            i, x, dim if axis is None else axis, keepdim if keepdims is None else keepdims),
    ),
    *[
        Row(
            name,
            median(name == "nanmedian"),
            (*ONE_EACH, *WITH_NAN),
            (
                *refusals_of_dims(name)[:3],
                nothing_there(name),
                R(lambda t, name=name: find(t, name)(t.ones(3) > 0, 0), NotImplementedError, "bool|Bool"),
            ),
            domain=distinct,
            variant="along a dimension",
            tied=lambda i, x, dim=-1, keepdim=False, axis=None, keepdims=None: named_by(
                i, x, dim if axis is None else axis, keepdim if keepdims is None else keepdims),
        )
        for name in ("median", "nanmedian")
    ],
    *[
        Row(
            name,
            median(name == "nanmedian"),
            (
                S(F()),
                S(F(3)),
                S(F(4)),
                S(F(2, 3)),
                S(F(2, 3, 3)),
                only(1, S(F(0))),
                only(1, S(F(2, 0))),
                S(Ints((2, 3))),
                S(Ints((4,), dtype="int32")),
                S(Exactly([nan, 1.0, 2.0])),
                S(Exactly([nan, nan])),
                S(Exactly([inf, -inf])),
                kink(F(2, 5, domain=some_nan)),
                kink(Floats((5,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 3.0, 2.0]))),
                kink(Floats((4,), lambda r, s, p: np.array([nan, 2.0, nan, 2.0]))),
            ),
            (R(lambda t, name=name: find(t, name)(t.ones(3) > 0), NotImplementedError, "bool|Bool"),),
            domain=distinct,
        )
        for name in ("median", "nanmedian")
    ],
    *[
        Row(
            name,
            quantile(numpy),
            (
                S(F(), 0.3),
                S(F(), 0.3, 0),
                S(F(3), 0.3),
                S(F(3), 0),
                S(F(3), 1.0),
                S(F(2, 3), 0.3),
                S(F(2, 3), 0.7, 0),
                S(F(2, 3), 0.3, -1, True),
                S(F(2, 3, 2), 0.3, 1),
                S(F(2, 3, 2), q=0.3, axis=-3, keepdims=True),
                S(F(2, 3), 0.3, keepdim=True),
                S(F(1), 0.5),
                S(F(2, 3), F(domain=inside)),
                S(F(2, 3), F(2, domain=inside)),
                S(F(2, 3), F(2, domain=inside), 0),
                S(F(2, 3, 2), F(2, domain=inside), 1, True),
                S(F(2, 3), F(2, domain=inside), keepdim=True),
                S(F(3), Exactly([])),
                *[S(F(2, 4), 0.3, 1, interpolation=i) for i in ("linear", "lower", "higher", "midpoint", "nearest")],
                *[S(F(4), F(2, domain=inside), interpolation=i) for i in ("lower", "higher", "midpoint", "nearest")],
                S(Exactly([-inf, -inf, 0.0, 1.0]), 0.5),
                S(Exactly([nan, 1.0, 2.0]), 0.3),
                S(Exactly([[nan, 1.0, 2.0], [3.0, 1.0, 2.0]]), Exactly([0.3, 0.9]), 1),
                S(Exactly([nan, nan]), 0.3) if name == "quantile" else S(F(2, 5, domain=some_nan), 0.3, 1),
            ),
            (
                R(lambda t, name=name: find(t, name)(t.ones(0), 0.5), RuntimeError, "must be non-empty"),
                R(lambda t, name=name: find(t, name)(t.tensor([1]), 0.5), RuntimeError, "float or double"),
                R(lambda t, name=name: find(t, name)(t.ones(2).half(), 0.5), RuntimeError, "float or double"),
                R(lambda t, name=name: find(t, name)(t.ones(2), 1.5), RuntimeError, r"range \[0, 1\]"),
                R(lambda t, name=name: find(t, name)(t.ones(2), nan), RuntimeError, r"range \[0, 1\]"),
                R(lambda t, name=name: find(t, name)(t.ones(2), t.tensor([-0.5])), RuntimeError, r"range \[0, 1\]"),
                R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(1, 1)), RuntimeError, "scalar or 1D"),
                R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(1).double()), RuntimeError, "same dtype"),
                R(lambda t, name=name: find(t, name)(t.ones(2), [0.5]), TypeError, "list"),
                R(lambda t, name=name: find(t, name)(t.ones(2), 0.5, 1), IndexError, "Dimension out of range: got 1"),
                R(lambda t, name=name: find(t, name)(t.ones(2), 0.5, interpolation="x"), RuntimeError, "interpolation"),
            ),
            domain=distinct,
        )
        for name, numpy in {"quantile": np.quantile, "nanquantile": np.nanquantile}.items()
    ],
]
