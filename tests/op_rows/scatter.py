"""The rows of what puts elements: by a tensor of indices, by a mask, in place of a part."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_rows.common import SHAPES_DISAGREE, in_place
from tests.op_rows.gather import NO_INDICES, RANGE, I, M
from tests.op_samples import (
    Bools,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    Sample,
    anywhere,
    distinct,
    find,
    kink,
    nonzero,
    only,
    walk,
    zero,
)
from tests.picking_references import (
    filled_slices,
    mask_scattered,
    put_at,
    put_counted,
    scattered,
    slices_scattered,
    with_part,
)

TWICE = I([[0, 2, 0], [1, 1, 1]])

#: Arguments of scatter and its relatives, with a tensor of values.
SINGLE = (
    S(F(3), 0, I([2, 0]), F(2)),
    S(F(2, 3), 1, I([[0, 2, 1], [1, 2, 0]]), F(2, 3)),
    S(F(2, 3), -2, I([[0, 1], [1, 0]]), F(2, 2)),
    S(F(2, 3), 1, I([[2]], "int32"), F(1, 1)),
    S(F(2, 3, 2), 1, I([[[0, 1], [2, 0]]]), F(1, 2, 2)),
    S(F(), 0, I(0), F()),
    S(F(), -1, I([0]), F(1)),
    S(F(2, 3), 0, NO_INDICES, F(0, 2)),
    S(F(0, 3), 1, I(np.zeros((0, 3), np.int64)), F(0, 3)),
    only(0, S(F(2, 3), 1, I([[0, 1]]), F(2, 3))),  # PyTorch has no gradient for values that no index asks for
)
DOUBLE = (
    S(F(3), 0, I([1, 1, 1, 0]), F(4)),
    S(F(2, 3), 1, TWICE, F(2, 3)),
    S(F(2, 3, 2), 0, I([[[1, 0]], [[1, 1]]]), F(2, 1, 2)),
    S(Ints((2, 3)), 1, I([[0, 0]]), Ints((1, 2))),
)
SLICES = (
    S(F(3), 0, I([2, 0]), F(2)),
    S(F(2, 3), 1, I([2, 0]), F(2, 2)),
    S(F(2, 3), 1, I(1), F(2, 1)),
    S(F(2, 3, 2), -2, I([0]), F(2, 1, 2)),
    S(F(), 0, I(0), F()),
    S(F(2, 3), 0, I([]), F(0, 3)),
    S(F(0, 3), 1, I([0, 1]), F(0, 2)),
    S(Ints((2, 3)), 1, I([2, 0]), Ints((2, 2))),
)
SLICES_TWICE = (
    S(F(3), 0, I([1, 1, 1, 0]), F(4)),
    S(F(2, 3), 1, I([2, 0, 0]), F(2, 3)),
    S(F(2, 3), -2, I([1, 1]), F(2, 3)),
    S(F(2, 3, 2), 1, I([0, 0]), F(2, 2, 2)),
)
SMALL = (S(F(2, 3), 1, I([2, 0], "int32"), F(2, 2)),)


def overwritten(*samples: Sample) -> tuple[Sample, ...]:
    """Samples in which a value overwrites another: PyTorch gives the gradient to both."""
    return tuple(replace(s, kink=True) for s in samples)


def refusals(name: str, *more: Any) -> tuple[R, ...]:
    """What scatter and its relatives refuse."""
    def call(t: Any, index: Any, src: Any, dim: Any = 1) -> Any:
        return find(t, name)(t.ones(2, 3), dim, index, src, *more)

    return (
        R(lambda t: call(t, t.tensor([[0]]), t.ones(1, 1), 2), IndexError, "Dimension out of range"),
        R(lambda t: call(t, t.tensor([[0]]), t.ones(1, 1), "0"), TypeError, "'?0'?|str"),
        R(lambda t: call(t, t.tensor([[3]]), t.ones(1, 1)), RuntimeError, RANGE),
        R(lambda t: call(t, t.tensor([[-1]]), t.ones(1, 1)), RuntimeError, RANGE),
        R(lambda t: call(t, t.tensor([0]), t.ones(1)), RuntimeError, "same number of dimensions"),
        R(lambda t: call(t, t.tensor([[0]]), t.ones(1)), RuntimeError, "dimensions"),
        R(lambda t: call(t, t.tensor([[0], [0], [0]]), t.ones(3, 1)), RuntimeError, "no larger"),
        R(lambda t: call(t, t.tensor([[0, 1]]), t.ones(1, 1)), RuntimeError, "no larger size than src"),
        R(lambda t: call(t, t.tensor([[0.0]]), t.ones(1, 1)), RuntimeError, "Expected dtype int"),
        R(lambda t: call(t, t.zeros(1, 1, dtype=t.int16), t.ones(1, 1)), RuntimeError, "Expected dtype int"),
        R(lambda t: call(t, t.tensor([[0]]), t.ones(1, 1, dtype=t.float64)), RuntimeError, "self.dtype"),
        R(lambda t: call(t, [[0]], t.ones(1, 1)), TypeError, "must be Tensor|invalid combination"),
    )


def reduced(reduce: str) -> Callable[..., Any]:
    return lambda x, dim, index, src, _=None, include_self=True: scattered(x, dim, index, src, reduce, include_self)


def with_reduction(samples: tuple[Sample, ...], reduce: str) -> tuple[Sample, ...]:
    """Samples with the name of a reduction, each with the element that is there and without it."""
    return tuple(
        Sample((*s.args, reduce), {} if include_self else {"include_self": False}, s.kink, s.orders)
        for s in samples for include_self in (True, False)
    )


ZEROS = tuple(
    # One zero in a group, two, three, at every place; with two PyTorch has no second derivative, and with none the
    # zero is that of `x`.
    only(orders, S(F(2), 0, I([0] * n), F(n, domain=domain)))
    for n, domain, orders in ((1, zero, 2), (2, zero, 0), (3, zero, 0), (2, nonzero, 2))
) + (
    only(0, S(F(2, domain=zero), 0, I([0, 0, 1]), F(3))),
    only(0, S(F(2, domain=zero), 0, I([0, 0, 1]), F(3, domain=zero))),
)
TIES = (
    kink(Exactly([3.0, 1.0], gradient=True), 0, I([0, 0, 1]), Exactly([3.0, 3.0, 5.0], gradient=True)),
    kink(Exactly([np.nan, 1.0]), 0, I([0, 1]), Exactly([3.0, np.nan])),
)
DOMAINS = {"sum": anywhere, "mean": anywhere, "prod": nonzero, "amax": distinct, "amin": distinct}
SCATTER_REDUCE = [
    Row(
        "scatter_reduce",
        reduced(reduce),
        with_reduction(SINGLE + DOUBLE + (ZEROS if reduce == "prod" else ()), reduce)
        + ((with_reduction(TIES[:1], reduce)[0],) if reduce.startswith("am") else ()),
        refusals("scatter_reduce", reduce),
        domain=domain,
        variant=reduce,
    )
    for reduce, domain in DOMAINS.items()
]


def refusals_of_slices(name: str, *more: Any, small: bool = True, count: type[Exception] = RuntimeError) -> Any:
    """What index_add and its relatives refuse."""
    def call(t: Any, index: Any, source: Any, dim: Any = 1) -> Any:
        return find(t, name)(t.ones(2, 3), dim, index, source, *more)

    return (
        R(lambda t: call(t, t.tensor([0]), t.ones(2, 1), 2), IndexError, "Dimension out of range"),
        R(lambda t: call(t, t.tensor([0]), t.ones(2, 1), 0.5), TypeError, "0.5|float"),
        R(lambda t: call(t, t.tensor([3]), t.ones(2, 1)), (IndexError if not small else RuntimeError), RANGE)
        if name != "index_reduce" else R(lambda t: call(t, t.tensor([3]), t.ones(2, 1)), IndexError, RANGE),
        R(lambda t: call(t, t.tensor([[0]]), t.ones(2, 1)), IndexError, "vector|dimension 1 or 0"),
        R(lambda t: call(t, t.tensor([0]), t.ones(2, 2)), count, "Number of indices"),
        R(lambda t: call(t, t.tensor([0]), t.ones(1, 1)), RuntimeError, "shape|size"),
        R(lambda t: call(t, t.tensor([0]), t.ones(2)), count,
          "out of bounds|shape|slice|same number"),
        R(lambda t: call(t, t.tensor([0.0]), t.ones(2, 1)), RuntimeError, "Expected"),
        R(lambda t: call(t, t.zeros(1, dtype=t.int16), t.ones(2, 1)), RuntimeError, "Expected"),
        R(lambda t: call(t, t.tensor([0]), t.ones(2, 1, dtype=t.int64)), RuntimeError, "dtype|scalar type"),
        R(lambda t: call(t, t.tensor([0]), 1.0), TypeError, "must be Tensor|invalid combination"),
    )


SCATTERING = [
    Row("scatter", lambda x, dim, index, src=None, value=None: scattered(x, dim, index, value if src is None else src),
        SINGLE + overwritten(*DOUBLE) + (
        S(F(2, 3), 1, TWICE, 2.5),
        S(F(2, 3), dim=1, index=I([[0]]), value=7),
        S(F(2, 3), dim=1, index=I([[0]]), src=F(1, 1)),
        S(F(), 0, I(0), 1.5),
        S(F(2, 3), 1, NO_INDICES, 1.0),
        S(Ints((2, 3)), 1, I([[0]]), 2.5),
        S(Bools((2, 3)), 1, I([[0]]), True),
    ), refusals("scatter") + (
        R(lambda t: t.scatter(t.ones(2), 0, t.tensor([0])), TypeError, "no value|invalid combination"),
        R(lambda t: t.scatter(t.ones(2), 0, t.tensor([0]), "a"), TypeError, "str"),
        R(lambda t: t.scatter(t.zeros(2, dtype=t.int8), 0, t.tensor([0]), 300), RuntimeError, "overflow"),
        R(lambda t: t.scatter(t.ones(2), 0, t.tensor([0]), 1, reduce="sum"), RuntimeError, "add or multiply"),
    )),
    Row(
        "scatter",
        lambda x, dim, index, src, reduce: scattered(x, dim, index, src, {"add": "sum", "multiply": "prod"}[reduce]),
        tuple(only(0, S(F(2, 3), 1, TWICE, src, reduce=how)) for how in ("add", "multiply") for src in (F(2, 3), 2.0)),
        domain=nonzero,
        gradient=False,
        variant="reduce",
    ),
    Row("scatter_add", lambda *args: scattered(*args, "sum"), SINGLE + DOUBLE, refusals("scatter_add") + (
        R(lambda t: t.scatter_add(t.ones(2), 0, t.tensor([0]), 1.0), TypeError, "must be Tensor"),
    )),
    *SCATTER_REDUCE,
    Row(
        "scatter_reduce",
        None,
        (),
        (
            R(lambda t: t.scatter_reduce(t.ones(2), 0, t.tensor([0]), t.ones(1), "add"), RuntimeError, "be either"),
            R(lambda t: t.scatter_reduce(t.ones(2), 0, t.tensor([0]), 1.0, "sum"), TypeError, "must be Tensor"),
            R(lambda t: t.scatter_reduce(t.ones(2) > 0, 0, t.tensor([0]), t.ones(1) > 0, "mean"), NotImplementedError,
              "bool|implem"),
        ),
        variant="refused",
    ),
    Row(
        "index_add",
        lambda x, dim, index, source, alpha=1: slices_scattered(x, dim, index, alpha * source, "sum"),
        SLICES + SLICES_TWICE + SMALL + (
            S(F(3), 0, I([1, 1]), F(2), alpha=-0.5),
            S(F(3), 0, I([1, 1]), F(2), alpha=2),
            S(Ints((3,)), 0, I([1, 1]), Ints((2,)), alpha=2),
        ),
        refusals_of_slices("index_add") + (
            R(lambda t: t.index_add(t.ones(()), 0, t.tensor([0]), t.ones(1)), RuntimeError, "shape must match"),
        ),
    ),
    Row("index_copy", slices_scattered, SLICES + overwritten(*SLICES_TWICE) + (
        S(F(3), 0, I([1]), F()),
        S(F(), 0, I([0]), F(1)),
    ), refusals_of_slices("index_copy", small=False, count=IndexError) + (
        R(lambda t: t.index_copy(t.ones(2), 0, t.tensor([0], dtype=t.int32), t.ones(1)), RuntimeError, "Expected"),
        R(lambda t: t.index_copy(t.ones(2), 0, t.tensor([0, 1]), t.ones(())), IndexError, "Number|one element"),
    )),
    *[
        Row(
            "index_reduce",
            lambda x, dim, index, source, how, include_self=True: slices_scattered(
                x, dim, index, source, how, include_self),
            with_reduction(SLICES + SLICES_TWICE + tuple(only(0, s) for s in SMALL), reduce),
            refusals_of_slices("index_reduce", reduce),
            domain=DOMAINS[reduce],
            variant=reduce,
        )
        for reduce in ("prod", "mean", "amax", "amin")
    ],
    Row(
        "index_reduce",
        None,
        (),
        (R(lambda t: t.index_reduce(t.ones(2), 0, t.tensor([0]), t.ones(1), "sum"), RuntimeError, "one of"),),
        variant="refused",
    ),
    Row(
        "index_fill",
        filled_slices,
        (
            S(F(3), 0, I([2, 0, 0]), 1.5),
            S(F(2, 3), 1, I([2, -3]), 7),
            S(F(2, 3), -2, I([0]), F()),
            S(F(2, 3), 1, I([2, 0]), F()),
            S(F(2, 3, 2), dim=1, index=I([]), value=1.0),
            S(F(2, 3), 1, I(0), Ints(())),
            S(F(), 0, I([0]), 1.5),
            S(F(), 0, I(0), F()),
            S(Ints((3,)), 0, I([0]), 2.5),
            S(Bools((3,)), 0, I([0]), True),
        ),
        (
            R(lambda t: t.index_fill(t.ones(2, 3), 2, t.tensor([0]), 1), IndexError, "Dimension out of range"),
            R(lambda t: t.index_fill(t.ones(2, 3), 1, t.tensor([3]), 1), IndexError, RANGE),
            R(lambda t: t.index_fill(t.ones(2, 3), 1, t.tensor([-4]), 1), IndexError, RANGE),
            R(lambda t: t.index_fill(t.ones(2, 3), 1, t.tensor([[0]]), 1), RuntimeError, "vector"),
            R(lambda t: t.index_fill(t.ones(2, 3), 1, t.tensor([0]), t.ones(1)), RuntimeError, "0-dim"),
            R(lambda t: t.index_fill(t.ones(2, 3), 1, t.zeros(1, dtype=t.int32), 1), IndexError, "Expected"),
            R(lambda t: t.index_fill(t.ones(2, 3), 1, t.tensor([0]), "a"), TypeError, "str"),
        ),
    ),
    Row(
        "put",
        put_counted,
        (
            S(F(3), I([2, 0]), F(2)),
            S(F(2, 3), I([[5, -2]]), F(1, 2)),
            S(F(2, 3), I([1, 1, 0]), F(3), True),
            *overwritten(S(F(2, 3), I([1, 1, 0]), F(3, 1))),
            S(F(2, 3), I(4), F()),
            S(F(), I([0]), F(1)),
            S(F(2, 3), I([]), F(0), accumulate=True),
            S(Ints((2, 3)), I([1, 1]), Ints((2,)), accumulate=True),
        ),
        (
            R(lambda t: t.put(t.ones(2, 3), t.tensor([6]), t.ones(1)), IndexError, RANGE),
            R(lambda t: t.put(t.ones(2, 3), t.tensor([0]), t.ones(2)), IndexError, "same number of elements"),
            R(lambda t: t.put(t.ones(2, 3), t.tensor([0.0]), t.ones(1)), RuntimeError, "Expected"),
            R(lambda t: t.put(t.ones(2, 3), t.tensor([0]), t.ones(1, dtype=t.int64)), RuntimeError, "dtype"),
            R(lambda t: t.put(t.ones(2, 3), t.tensor([0]), 1.0), TypeError, "must be Tensor"),
        ),
    ),
    Row(
        "index_put",
        put_at,
        (
            S(F(3), (I([2, 0]),), F(2)),
            *overwritten(S(F(2, 3), (I([1, 1]), I([0, 0])), F(2))),
            S(F(2, 3), (I([1, 1]), I([0, 0])), F(2), True),
            S(F(2, 3), [I([0, 0])], F(3), accumulate=True),
            S(F(2, 3), (I([0]),), F()),
            S(F(2, 3), (I([[0], [1]], "int32"), I([0, 2])), F(2, 2)),
            S(F(2, 3), (I(1),), F(3)),
            S(F(2, 3), (M([[True, False, True], [False, True, False]]),), F(3)),
            S(F(2, 3), (I([0, 1]), M([True, False, True])), F(2)),
            S(F(2, 3), (I([]),), F(0, 3)),
            S(Ints((3,)), (I([0, 0]),), Ints((2,)), accumulate=True),
        ),
        (
            R(lambda t: t.index_put(t.ones(3), (t.tensor([3]),), t.ones(1)), IndexError, RANGE),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([0]), t.tensor([0])), t.ones(1)), IndexError, "too many"),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([0.5]),), t.ones(1)), IndexError, "used as"),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([True]),), t.ones(1)), IndexError, "mask"),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([0]),), t.ones(2)), RuntimeError, "shape mismatch"),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([0]),), t.ones(1, 1)), RuntimeError, "shape mismatch"),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([0]),), t.ones(1).double()), RuntimeError, "dtypes match"),
            R(lambda t: t.index_put(t.ones(3), (t.tensor([0]),), 1.0), TypeError, "must be Tensor"),
            R(lambda t: t.index_put(t.ones(3), (0,), t.ones(1)), TypeError, "Tensor"),
            R(lambda t: t.index_put(t.ones(3), t.tensor([0]), t.ones(1)), TypeError, "tuple"),
        ),
    ),
    Row(
        "masked_scatter",
        mask_scattered,
        (
            S(F(2, 3), M([[True, False, True], [False, False, True]]), F(3)),
            S(F(2, 3), M([True, False, True]), F(2, 3)),
            S(F(3), M([[True, False, True], [False, False, True]]), F(3)),
            S(F(2, 3), M(False), F(0)),
            S(F(), M(True), F(2)),
            S(Ints((3,)), M([True, False, True]), Ints((2,))),
        ),
        (
            R(lambda t: t.masked_scatter(t.ones(3), t.tensor([True] * 3), t.ones(2)), RuntimeError, "< number of ones"),
            R(lambda t: t.masked_scatter(t.ones(3), t.tensor([True, False]), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.masked_scatter(t.ones(3), t.tensor([1, 0, 1]), t.ones(2)), RuntimeError, "boolean masks"),
            R(lambda t: t.masked_scatter(t.ones(3), t.tensor(True), t.ones(3).double()), RuntimeError, "same dtypes"),
            R(lambda t: t.masked_scatter(t.ones(3), t.tensor(True), 1.0), TypeError, "must be Tensor"),
        ),
    ),
    Row(
        "select_scatter",
        lambda x, src, dim, index: with_part(x, lambda z: np.moveaxis(z, dim, 0)[index:][:1], src),
        (
            S(F(3), F(), 0, 1),
            S(F(2, 3), F(2), 1, -1),
            S(F(2, 3, 2), F(2, 2), -2, 0),
            S(F(2, 3), Ints((3,)), dim=0, index=1),
            S(Ints((3,)), Ints(()), 0, 0),
        ),
        (
            R(lambda t: t.select_scatter(t.ones(2, 3), t.ones(2), 2, 0), IndexError, "Dimension out of range"),
            R(lambda t: t.select_scatter(t.ones(2, 3), t.ones(2), 1, 3), IndexError, RANGE),
            R(lambda t: t.select_scatter(t.ones(2, 3), t.ones(1), 1, 0), RuntimeError, "size equal to the slice"),
        ),
    ),
    Row(
        "slice_scatter",
        lambda x, src, dim=0, start=None, end=None, step=1: with_part(
            x, lambda z: np.moveaxis(np.moveaxis(z, dim, 0)[start:end:step], 0, dim), src),
        (
            S(F(3), F(3)),
            S(F(3), F(2), 0, 1),
            S(F(2, 3), F(2, 2), 1, 0, 3, 2),
            S(F(2, 3, 2), F(2, 1, 2), -2, -1, 9),
            S(F(2, 3), F(2, 0), dim=1, start=2, end=1),
            S(F(0, 3), F(0, 1), 1, end=1),
            S(F(3), Ints((2,)), start=-2),
            S(Ints((3,)), Ints((2,)), end=2),
        ),
        (
            R(lambda t: t.slice_scatter(t.ones(2, 3), t.ones(2, 3), 2), IndexError, "Dimension out of range"),
            R(lambda t: t.slice_scatter(t.ones(2, 3), t.ones(2, 3), 1, 1), RuntimeError, "size equal to the slice"),
            R(lambda t: t.slice_scatter(t.ones(3), t.ones(3), 0, None, None, -1), RuntimeError, "positive"),
        ),
    ),
    Row(
        "diagonal_scatter",
        lambda x, src, offset=0, dim1=0, dim2=1: with_part(x, lambda z: diagonal(z, offset, dim1, dim2), src),
        (
            S(F(2, 3), F(2)),
            S(F(2, 3), F(2), 1),
            S(F(2, 3), F(1), -1),
            S(F(2, 3), F(0), 5),
            S(F(3, 2), F(2), 0, 1, 0),
            S(F(2, 3, 2), F(3, 2), offset=0, dim1=0, dim2=2),
            S(F(2, 3, 2, 3), F(2, 2, 2), 1, -3, -1),
            S(F(2, 2), Ints((2,))),
        ),
        (
            R(lambda t: t.diagonal_scatter(t.ones(2), t.ones(2)), IndexError, "Dimension out of range"),
            R(lambda t: t.diagonal_scatter(t.ones(2, 2), t.ones(2), 0, 1, 1), RuntimeError, "identical"),
            R(lambda t: t.diagonal_scatter(t.ones(2, 2), t.ones(1)), RuntimeError, "size equal to the slice"),
        ),
    ),
]


def diagonal(z: Any, offset: int, dim1: int, dim2: int) -> Any:
    view = np.diagonal(z, offset, dim1, dim2)
    view.flags.writeable = True
    return view


IN_PLACE_NAMES = ("scatter", "scatter_add", "scatter_reduce", "index_add", "index_copy", "index_reduce", "index_fill",
                  "put", "index_put", "masked_scatter")


def edited(row: Row) -> Row:
    """The row of an in-place form: it refuses leaves and expanded memory, with arguments that are right otherwise."""
    name = f"{row.name}_"

    def edit(t: Any, x: Any) -> Any:
        def make(d: Any) -> Any:
            return t.tensor(d.values) if isinstance(d, Exactly) else t.ones(d.shape)

        return getattr(x, name)(*walk(row.samples[0].args[1:], make))

    errors = [R(lambda t: edit(t, t.ones(3, requires_grad=True)), RuntimeError, "leaf Variable that requires")]
    if row.name not in ("index_put", "index_fill"):  # where PyTorch only warns
        errors.append(R(lambda t: edit(t, t.ones(1).expand(3)), RuntimeError, "single memory location"))
    return replace(in_place(row, name), errors=tuple(errors))


SCATTERING += [edited(row) for row in SCATTERING if row.name in IN_PLACE_NAMES and row.samples and row.gradient]
