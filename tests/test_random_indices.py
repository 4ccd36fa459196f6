"""Random indices, right and wrong, in every spelling: read, assigned to, gathered and scattered as in PyTorch.

Each property compares what comes out (values, dtypes, gradients, also where an element is named twice) or the type of
the exception. It runs on a few hundred examples, and on some thousands where slow tests run.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from tests.test_random_graphs import FAST, SLOW, weights

# ------------------------------------------------------------------------------------------------- both libraries


class Of(NamedTuple):
    """A tensor, to be made by the library that is called."""

    array: Any


def made(library: Any, value: Any) -> Any:
    """Nested arguments with tensors of a library in place of their descriptions."""
    if isinstance(value, Of):
        return library.from_numpy(np.array(value.array))
    if type(value) in (tuple, list):
        return type(value)(made(library, v) for v in value)
    if type(value) is slice:
        return slice(*(made(library, v) for v in (value.start, value.stop, value.step)))
    return value


def outcome(library: Any, function: Callable[..., Any], arrays: list[Any]) -> Any:
    """What a function of tensors returns, with the gradients of a weighted sum of it; or the exception it raises."""
    leaves = [library.from_numpy(np.array(a)) for a in arrays]
    floats = [x.requires_grad_() for x in leaves if x.is_floating_point()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # lists as tuples and uint8 masks are deprecated
        try:
            z = function(library, *leaves)
        except Exception as error:
            return error
    grads: Any = []
    if z.requires_grad:
        seed = library.from_numpy(weights(tuple(z.shape)).astype(z.detach().numpy().dtype))
        grads = library.autograd.grad(z, floats, seed, allow_unused=True)
    zeros = [np.zeros(tuple(x.shape), x.detach().numpy().dtype) for x in floats]
    return z.detach().numpy(), [zero if g is None else g.numpy() for zero, g in itertools.zip_longest(zeros, grads)]


def agree(function: Callable[..., Any], arrays: list[Any]) -> None:
    """Fail unless both libraries do the same."""
    torch = pytest.importorskip("torch")
    mine, theirs = outcome(autograd, function, arrays), outcome(torch, function, arrays)
    if isinstance(theirs, Exception) or isinstance(mine, Exception):
        assert isinstance(mine, type(theirs)), f"{mine!r} instead of {theirs!r}"
        return
    found = [mine[0], *mine[1]]
    precise = all(a.dtype != np.float32 for a in found)
    for a, b in zip(found, [theirs[0], *theirs[1]], strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=1e-12 if precise else 1e-5, atol=1e-12 if precise else 1e-5)


# ------------------------------------------------------------------------------------------------- what is indexed

WRONG = st.sampled_from([0.5, "a", Of(np.array(0.5)), Of(np.array([0.5])), Of(np.zeros(2, np.int16)), {}, b"ab"])


def spelled(draw: Any, a: Any) -> Any:
    """An index array as a tensor, an array or nested lists."""
    how = draw(st.sampled_from(["tensor", "tensor", "array", "list"]))
    return Of(a) if how == "tensor" or a.ndim == 0 else a if how == "array" else a.tolist()


@st.composite
def item(draw: Any, n: int, together: tuple[int, ...], mistake: str) -> Any:
    """An item of an index for a dimension of size `n`; with a mistake perhaps one that does not fit."""
    low, high = (-n - 2, n + 1) if mistake == "range" else (-n, n - 1)
    kinds = ["integer", "array", "0-d", "array", "slice", "mask"]
    # Where an index names nothing, PyTorch does not look whether it is in range: no empty slices and masks then.
    kind = draw(st.sampled_from(kinds[:4] if mistake == "range" else kinds))
    if low > high and kind in ("integer", "array", "0-d"):
        kind = "slice"
    if kind == "slice":
        bound = st.none() | st.integers(-n - 1, n + 1)
        steps = [0, -1, -2, 1] if mistake == "step" else [None, None, 1, 2, 3]
        start, stop = draw(bound), draw(bound)
        if stop is not None and mistake != "step" and draw(st.integers(0, 9)) == 0:
            stop = Of(np.array(stop))
        return slice(start, stop, draw(st.sampled_from(steps)))
    if kind == "array":
        cut = draw(st.integers(0, len(together)))
        sizes = tuple(1 if draw(st.booleans()) and k else k for k in together[cut:])
        if mistake == "together" and sizes:
            sizes = (*sizes[:-1], 5)
        d = draw(st.sampled_from([np.int64, np.int64, np.int32]))
        return spelled(draw, draw(hnp.arrays(d, sizes, elements=st.integers(low, high))))
    if kind == "mask":
        return spelled(draw, draw(hnp.arrays(np.bool_, n + (mistake == "mask"))))
    number = draw(st.integers(low, high))
    if kind == "0-d":
        return draw(st.sampled_from([Of(np.array(number)), Of(np.array(number, np.int8)), np.int64(number)]))
    return number


MISTAKES = ["range", "step", "together", "mask", "wrong", "too many"]


@st.composite
def index(draw: Any, shape: tuple[int, ...]) -> Any:
    """An index of a tensor of a shape: in most cases a right one, else with mistakes of one kind."""
    mistake = draw(st.sampled_from([""] * 12 + MISTAKES))
    if 0 in shape or not shape:
        mistake = ""  # where there are no elements, PyTorch lets some wrong indices pass
    together = draw(st.sampled_from([(), (1,), (2,), (3,), (2, 2), (0,)][: 5 if mistake == "range" else 6]))
    used = len(shape) + 1 if mistake == "too many" else draw(st.integers(0, len(shape)))
    before = draw(st.integers(0, used))  # so many dimensions before an ellipsis, the rest after it
    dots = mistake != "wrong" and draw(st.booleans())
    dims = [d if d < before or not dots else d + len(shape) - used for d in range(used)]
    items: list[Any] = []
    while dims:
        if dots and len(dims) == used - before:
            items.append(...)
            dots = False
        dim = dims.pop(0)
        run = 1 + sum(d == dim + k for k, d in enumerate(dims, 1)) if not dots else 1
        deep = draw(st.integers(1, min(3, run)))
        if deep > 1 and dim + deep <= len(shape) and mistake not in ("range", "wrong"):
            # As a tensor: PyTorch counts lists and arrays as one dimension when an ellipsis goes before.
            items.append(Of(draw(hnp.arrays(np.bool_, shape[dim : dim + deep]))))
            del dims[: deep - 1]
            continue
        items.append(draw(item(shape[dim] if dim < len(shape) else 1, together, mistake)))
    if dots:
        items.append(...)
    extras = [None, True, Of(np.array(True)), False][: 3 if mistake == "range" else 4]
    for extra in draw(st.lists(st.sampled_from(extras), max_size=2)):
        items.insert(draw(st.integers(0, len(items))), extra)
    if mistake == "wrong":
        items = [*items[: len(shape) - 1], draw(WRONG)]
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


SHAPES = st.integers(0, 4).flatmap(lambda n: hnp.array_shapes(min_dims=0, max_dims=4, min_side=min(n, 1), max_side=4))


@st.composite
def readings(draw: Any) -> tuple[tuple[int, ...], Any]:
    shape = draw(SHAPES)
    return shape, draw(index(shape))


def read(case: tuple[tuple[int, ...], Any]) -> None:
    shape, at = case
    agree(lambda t, x: x[made(t, at)], [weights(shape)])


@st.composite
def assignments(draw: Any) -> tuple[Any, Any, Any, bool]:
    """A tensor of some dtype, an index, a value (mostly of the right shape), and whether it is added."""
    shape = draw(SHAPES)
    at = draw(index(shape))
    d = draw(st.sampled_from(["float64", "float64", "float64", "float32", "int64", "bool"]))
    x = (3 * weights(shape)).astype(d)
    region = outcome(autograd, lambda t, y: y[made(t, at)], [x])
    if isinstance(region, Exception):
        return x, at, 1, False  # one mistake is enough
    if draw(st.booleans()):
        return x, at, draw(st.sampled_from([0, 1, -3, 2.5, True, np.inf, np.nan, 1e300, None, [1.0]])), False
    full = region[0].shape
    kept = tuple(1 if draw(st.integers(0, 5)) == 0 else n for n in full)
    kept = draw(st.sampled_from([kept, kept, kept[1:], (1, *kept), kept[: len(kept) // 2], (2, *kept)]))
    values = 2 + weights(kept)
    return x, at, Of(values.astype(d if draw(st.integers(0, 4)) else "float64")), draw(st.integers(0, 3)) == 0


def assign(case: tuple[Any, Any, Any, bool]) -> None:
    """`y[at] = v` or `y[at] += v`, on a result whose square is differentiated."""
    x, at, value, added = case
    if at is False or (type(at) is tuple and len(at) == 1 and at[0] is False):
        return  # an assignment to nothing at all: PyTorch does not even look at the value

    def write(t: Any, x: Any, *v: Any) -> Any:
        y = x.clone()
        new = v[0] if v else made(t, value)
        if added:
            y[made(t, at)] += new
        else:
            y[made(t, at)] = new
        return y * y

    # (Of floats that go into integers, PyTorch has a gradient for some and an error for others.)
    agree(write, [x, value.array] if isinstance(value, Of) and x.dtype.kind == "f" else [x])


# ------------------------------------------------------------------------------------------- gathered and scattered

Call = tuple[str, list[Any], tuple[Any, ...], dict[str, Any]]  # name, tensors, further arguments with `X` for those


class X(NamedTuple):
    """The place of one of the tensors that are differentiated."""

    number: int


REDUCTIONS = ["prod", "mean", "amax", "amin", "sum"]


def different(shape: tuple[int, ...], place: int) -> Any:
    """Numbers of both signs, all different, none near 0: so there are no ties, and products can be divided."""
    n = int(np.prod(shape))
    return ((np.arange(n) * 7 % max(n, 1) + 1.5 + 0.3 * place) * np.where(np.arange(n) % 3, 0.4, -0.4)).reshape(shape)


@st.composite
def along(draw: Any) -> Call:
    """Gather, scatter and their relatives, with an index that may be smaller, or wrong."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4))
    name = draw(st.sampled_from(["gather", "scatter", "scatter_add", "scatter_reduce", "take_along_dim"]))
    mistake = draw(st.sampled_from([""] * 8 + ["range", "dim", "dtype", "size", "src"]))
    ndim = max(len(shape), 1)
    dim = draw(st.integers(-ndim - 1, ndim) if mistake == "dim" else st.integers(-ndim, ndim - 1))
    sizes = [draw(st.integers(1, n)) for n in shape]
    if shape:
        sizes[dim % ndim] = draw(st.integers(1, 5))
    if mistake == "size" and ndim > 1:
        sizes[(dim + 1) % ndim] += 5
    n = shape[dim % ndim] if shape else 1
    d = np.int16 if mistake == "dtype" else draw(st.sampled_from([np.int64, np.int64, np.int32]))
    i = draw(hnp.arrays(d, tuple(sizes), elements=st.integers(-1, n) if mistake == "range" else st.integers(0, n - 1)))
    x, src = different(shape, 0), different(tuple(k + 1 if mistake == "src" else k for k in sizes), 1)
    if name == "take_along_dim":
        i = i.astype(d if mistake == "dtype" else np.int64) % (10 if mistake == "dtype" else n)
        return (name, [x], (X(0), Of(i), dim), {}) if shape else ("gather", [x], (X(0), dim, Of(i)), {})
    if name == "gather":
        return name, [x], (X(0), dim, Of(i)), {}
    if mistake == "src":
        return name, [x], (X(0), dim, Of(i), Of(src.astype(np.float32)), *["sum"] * (name == "scatter_reduce")), {}
    if name == "scatter" and draw(st.booleans()):
        return name, [x], (X(0), dim, Of(i), draw(st.sampled_from([0, 2.5, True]))), {}
    more = (draw(st.sampled_from(REDUCTIONS)),) if name == "scatter_reduce" else ()
    return name, [x, src], (X(0), dim, Of(i), X(1), *more), {"include_self": draw(st.booleans())} if more else {}


@st.composite
def slices(draw: Any) -> Call:
    """index_select, index_add and their relatives: whole slices."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    name = draw(st.sampled_from(["index_select", "index_add", "index_copy", "index_fill", "index_reduce"]))
    mistake = draw(st.sampled_from([""] * 6 + ["dtype", "ndim", "count", "values"]))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    n = shape[dim]
    count = draw(st.integers(0, 4))
    d = np.int16 if mistake == "dtype" else np.int64
    i = draw(hnp.arrays(d, (count,) if mistake != "ndim" else (1, count), elements=st.integers(0, n - 1)))
    x = different(shape, 0)
    sizes = list(shape)
    sizes[dim] = count + (mistake == "count")
    source = different(tuple(sizes), 1)
    if name == "index_select":
        return name, [x], (X(0), dim, Of(i)), {}
    if name == "index_fill":
        value = draw(st.sampled_from([1.5, 2, True, Of(np.array(2))]))
        return (name, [x], (X(0), dim, Of(i), value), {}) if draw(st.booleans()) else (
            name, [x, different((), 1)], (X(0), dim, Of(i), X(1)), {})  # fmt: skip
    if mistake == "values":
        return name, [x], (X(0), dim, Of(i), Of(source.astype(np.int64)), *["prod"] * (name == "index_reduce")), {}
    more = (draw(st.sampled_from(REDUCTIONS)),) if name == "index_reduce" else ()
    options = {"include_self": draw(st.booleans())} if more else {}
    if name == "index_add":
        options = {"alpha": draw(st.sampled_from([1, 2, -0.5]))}
    return name, [x, source], (X(0), dim, Of(i), X(1), *more), options


@st.composite
def places(draw: Any) -> Call:
    """take, put, index_put and masks."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4))
    x = different(shape, 0)
    name = draw(st.sampled_from(["take", "put", "index_put", "masked_select", "masked_scatter", "masked_fill"]))
    if name.startswith("masked"):
        mask = draw(hnp.arrays(np.bool_, draw(hnp.broadcastable_shapes(shape, max_dims=3, max_side=3))))
        if name == "masked_select":
            return name, [x], (X(0), Of(mask)), {}
        if name == "masked_fill":
            return name, [x, different((), 1)], (X(0), Of(mask), X(1)), {}
        n = int(np.broadcast_to(mask, np.broadcast_shapes(shape, mask.shape)).sum())
        return name, [x, different((max(n + draw(st.integers(-1, 2)), 0),), 1)], (X(0), Of(mask), X(1)), {}
    accumulate = draw(st.booleans())
    wrong = draw(st.integers(0, 5)) == 0
    if name == "index_put":
        at = tuple(Of(draw(hnp.arrays(np.int64, (2,), elements=st.integers(-n, n - 1 + wrong)))) for n in shape[:2])
        if not at:
            at, name = (Of(draw(hnp.arrays(np.int64, (2,), elements=st.integers(-1, 0)))),), "put"
        full = (2, *shape[len(at) :])
        if name == "index_put":
            cut = draw(st.integers(0, len(full)))
            return name, [x, different(full[cut:], 1)], (X(0), at, X(1), accumulate), {}
    low, high = (-x.size - 1, x.size) if wrong else (-x.size, x.size - 1)
    i = draw(hnp.arrays(np.int64, draw(st.sampled_from([(), (0,), (3,), (2, 2)])), elements=st.integers(low, high)))
    if name == "take":
        return name, [x], (X(0), Of(i)), {}
    return "put", [x, different(i.shape, 1)], (X(0), Of(i), X(1), accumulate), {}


def call(case: Call) -> None:
    """A function by its name; its in-place form on a clone does the same."""
    name, arrays, arguments, options = case

    def filled(t: Any, tensors: Any) -> Any:
        return tuple(tensors[a.number] if isinstance(a, X) else made(t, a) for a in arguments)

    agree(lambda t, *tensors: getattr(t, name)(*filled(t, tensors), **options), arrays)
    if hasattr(autograd.Tensor, f"{name}_"):
        agree(lambda t, x, *more: edited(name, filled(t, (x, *more)), options), arrays)


def edited(name: str, arguments: Any, options: Any) -> Any:
    x = arguments[0] * 1.0
    return getattr(x, f"{name}_")(*arguments[1:], **options) * x


test_readings_as_in_torch = pytest.mark.oracle(FAST(given(readings())(read)))
test_readings_as_in_torch_at_length = pytest.mark.slow(pytest.mark.oracle(SLOW(given(readings())(read))))
test_assignments_as_in_torch = pytest.mark.oracle(FAST(given(assignments())(assign)))
test_assignments_as_in_torch_at_length = pytest.mark.slow(pytest.mark.oracle(SLOW(given(assignments())(assign))))
test_calls_as_in_torch = pytest.mark.oracle(FAST(given(st.one_of(along(), slices(), places()))(call)))
test_calls_as_in_torch_at_length = pytest.mark.slow(
    pytest.mark.oracle(SLOW(given(st.one_of(along(), slices(), places()))(call)))
)
