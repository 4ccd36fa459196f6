"""What rows share: lists of samples, refusals, and the shapes of whole families."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_references import quiet
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
    Row,
    S,
    Sample,
    anywhere,
    find,
)

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


#: Pairs where operations on two numbers have their special cases: ties, zeros of both signs, infinities, NaN.
CORNERS = [
    (0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (-0.0, 0.0), (0.0, -0.0), (1.0, 2.0), (-1.0, 2.0),
    (np.nan, 1.0), (1.0, np.nan), (np.nan, np.nan), (0.0, np.nan),
    (np.inf, np.inf), (-np.inf, -np.inf), (-np.inf, np.inf), (np.inf, 1.0), (1.0, np.inf), (-np.inf, 1.0),
    (1.0, -np.inf), (-1.0, np.inf), (0.0, np.inf), (np.inf, 0.0),
    (0.0, -1.0), (-1.0, 0.0), (-4.0, -2.0), (4.0, -2.0), (7.5, -2.0), (-7.5, 2.0),
]  # fmt: skip
SPECIAL_PAIRS = S(*[Exactly(list(side)) for side in zip(*CORNERS, strict=True)])


def at(*values: float) -> Floats:
    """A float tensor of given values, with a gradient."""
    return Floats((len(values),), lambda random, shape, place: np.array(values))


def two_at(sample: Callable[..., Sample]) -> Sample:
    """The pairs of special cases as a sample with gradients."""
    return sample(*[at(*side) for side in zip(*CORNERS, strict=True)])


INTEGERS = (S(Ints((2, 3))), S(Ints((3,), dtype="int32")), S(Ints(())))
BOOLS = (S(Bools((2, 3))),)
TWO_INTEGERS = (S(Ints((2, 3)), Ints((3,), 1, 5)), S(Ints((2, 3), dtype="int32"), Ints((3,), 1, 5)), S(Ints((3,)), 3))
FLOATING_INTS = (S(Ints((2, 3), 1, 5)), S(Bools((3,))))
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


def one(name: str, numpy: Callable[..., Any], domain: Domain = anywhere, *more: Sample, **options: Any) -> Row:
    """A row of an elementwise operation on one tensor."""
    samples = ones() + (SPECIAL, S(Exactly([[1.0, 0.5], [2.0, 0.25]]))) + more
    return Row(name, quiet(numpy), samples, domain=domain, **options)


def two(name: str, numpy: Callable[..., Any], *more: Sample, **options: Any) -> Row:
    """A row of an elementwise operation on two tensors."""
    second = options.pop("second", None)
    errors = refusals_of_pairs(name) + options.pop("errors", ())
    return Row(name, quiet(numpy), pairs(second) + more, errors, **options)


def not_for_bools(name: str, operands: int = 1) -> tuple[R, ...]:
    return (R(lambda t: find(t, name)(*[t.tensor([True])] * operands), RuntimeError, "bool"),)


def whole(name: str, numpy: Callable[..., Array], *more: Sample, errors: tuple[R, ...] = (), **options: Any) -> Row:
    """A row of a reduction over any dimensions."""
    first = REDUCED[2:] if name.startswith(("var", "std")) else REDUCED  # a single number has no variance
    return Row(name, numpy, first + more, refusals_of_dims(name) + errors, **options)


def shape_row(name: str, numpy: Callable[..., Any], *samples: Sample, **options: Any) -> Row:
    """A row of an operation that only moves numbers: also for integers and bools, and it may share memory."""
    first = samples[0]
    plain = (
        replace(first, args=(Ints(first.args[0].shape), *first.args[1:])),
        replace(first, args=(Bools(first.args[0].shape), *first.args[1:])),
    )
    options.setdefault("shares", True)
    return Row(name, numpy, samples + plain, **options)


def no_such_dim(name: str, *args: Any) -> R:
    return R(lambda t: find(t, name)(t.ones(2, 3), *args), IndexError, "Dimension out of range")


def invalid_shape(name: str, *shape: Any) -> R:
    return R(lambda t: find(t, name)(t.ones(2, 3), *shape), RuntimeError, "is invalid for input of size 6")


def reflected(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda t, x, number: function(number, x)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda t, *args: function(*args)


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
        edited = (
            getattr(z, name)(*args, **kwargs)
            if name.endswith("_") and not name.startswith("__")
            else (getattr(operator, name.strip("_"))(z, *args))
        )
        assert edited is z
        return z

    numpy = row.numpy
    assert numpy is not None

    def reference(x: Array, *args: Any, **kwargs: Any) -> Array:
        return numpy(x, *args, **kwargs).astype(x.dtype)

    samples = tuple(sample for sample in row.samples if fits(row, sample))
    errors = (
        R(lambda t: call_on(t, t.ones(2, requires_grad=True), name, row), RuntimeError, "leaf Variable that requires"),
        R(lambda t: call_on(t, t.ones(1).expand(2), name, row), RuntimeError, "single memory location"),
    )
    return replace(row, name=f"Tensor.{name}", numpy=reference, samples=samples, errors=errors, call=call, exact=True)


def call_on(t: Any, x: Any, name: str, row: Row) -> Any:
    """Call an in-place form with arguments of its first sample that are numbers, or ones for tensors."""
    sample = next(s for s in row.samples if fits(row, s))
    rest = [t.ones(()) if isinstance(a, Floats) else 1 if isinstance(a, DESCRIPTIONS) else a for a in sample.args[1:]]
    if name.startswith("__"):
        return getattr(operator, name.strip("_"))(x, *rest)
    return getattr(x, name)(*rest, **sample.kwargs)


LIKE = (S(F(2, 3)), S(F()), S(Ints((3,))), S(Bools((2,))), S(F(2, 0)), S(F(2), dtype=Dtype("int64")))


SIZES = (S(2, 3), S((2, 3)), S(()), S(0), S([2]), S(2, dtype=Dtype("float64")), S(2, 1, dtype=Dtype("bool")))


def made(name: str, numpy: Callable[..., Any], *samples: Sample, **options: Any) -> Row:
    """A row of a function that makes a tensor."""
    return Row(name, numpy, samples, gradient=False, exact=True, **options)


NEGATIVE_SIZE = "negative dimension"


def seeded(name: str, *samples: Sample, errors: tuple[R, ...] = (), gradient: bool = False) -> Row:
    """A row of a function that draws: after the same seed, PyTorch's numbers."""

    def call(t: Any, *args: Any, **kwargs: Any) -> Any:
        t.manual_seed(7)
        if name.endswith("_"):
            return getattr(args[0].clone(), name.removeprefix("Tensor."))(*args[1:], **kwargs)
        return find(t, name)(*args, **kwargs)

    return Row(name, None, samples, errors, call=call, gradient=gradient, replay=False, why="random", exact=True)
