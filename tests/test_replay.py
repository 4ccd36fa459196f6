"""Rules are read a third way: the NumPy calls they make are recorded, and made again on other data."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd
from autograd import Op, Tensor, kernels, matrix_kernels
from autograd.ops.index import Put, put
from autograd.ops.inverses import Cofactors
from autograd.ops.parts import Fold, fold
from autograd.ops.scan import Recurrence, recurred
from nn.kernels_conv import Geometry
from nn.kernels_pool import Windows
from nn.rules_conv import ConvolutionByWeight
from nn.rules_pool import Picked, Placed, Spread
from tests.op_samples import Case, Row
from tests.op_table import ROWS
from tests.recorder import Listener, Program, Reading, Recorded, listened
from tests.test_ops import NO_RULES, array, assert_close, listed, rules, seeds

REPLAYED = [row for row in ROWS if row.gradient and row.replay]


class Engine(NamedTuple):
    """An operation called, and differentiated."""

    outputs: list[Tensor]
    leaves: list[Tensor]
    arrays: list[Any]  # everything that went in: the arguments' memory, and the gradients of the outputs
    seeds: list[Any]
    gradients: list[Tensor | None]
    listener: Listener


def engine(case: Case) -> Engine:
    """Call an operation and differentiate it, while somebody listens."""
    function, leaves, memory = case.bind(autograd)
    result, listener = listened(lambda: function(*leaves))
    outputs = [t for t in listed(result) if isinstance(t, Tensor) and t.requires_grad]
    given = [s.detach() for s in seeds(autograd, outputs)]
    found = autograd.grad(outputs, leaves, given, retain_graph=True, allow_unused=True) if outputs else ()
    arrays = [s.numpy() for s in given]
    return Engine(outputs, leaves, memory + arrays, arrays, list(found), listener)


@pytest.mark.parametrize("row", REPLAYED, ids=str)
def test_recorded_calls_replayed_on_fresh_data_give_the_engines_numbers(row: Row) -> None:
    for case in row.cases():
        run = engine(case)
        if case.layout != "contiguous" or not run.outputs:
            continue
        fresh = engine(case.again(1))
        with np.errstate(all="ignore"):
            reading = Reading(run.outputs, run.listener, run.seeds)
            inputs = {
                reading.numbers[id(old)]: new
                for old, new in zip(run.arrays, fresh.arrays, strict=True)
                if id(old) in reading.numbers
            }
            gradients = [reading.gradients.get(t) for t in run.leaves]
            replayed = reading.program.run(inputs, [*reading.outputs, *gradients])
        expected = [*fresh.outputs, *fresh.gradients]
        for mine, theirs in zip(replayed, expected, strict=True):
            assert (mine is None) == (theirs is None), str(case)
            if mine is not None:
                assert_close(np.asarray(mine), array(theirs), case)


def test_every_rule_was_read() -> None:
    """Those on the tape of the rows; and the eight that only backward uses."""
    read = {Cofactors, ConvolutionByWeight, Fold, Picked, Placed, Put, Recurrence, Spread}
    for row in REPLAYED:
        for case in row.cases():
            if case.layout == "contiguous":
                read |= {type(node) for node in engine(case).listener.operands}
    assert rules() - read - NO_RULES.keys() == set()


def test_the_adjoint_of_indexing_is_replayed() -> None:
    g = autograd.tensor([1.0, 2.0, 3.0], dtype=autograd.float64, requires_grad=True)
    z, listener = listened(lambda: put(g, (np.array([1, 1, 0]),), (3,), False))
    v = np.array([0.5, 0.25, -1.0])
    reading = Reading([z], listener, [v])
    fresh = np.array([-1.0, 4.0, 0.5])
    inputs = {reading.numbers[id(g._array)]: fresh, reading.numbers[id(v)]: 2 * v}
    replayed, gradient = reading.program.run(inputs, [*reading.outputs, reading.gradients[g]])
    assert (replayed.tolist(), gradient.tolist()) == ([0.5, 3.0, 0.0], [0.5, 0.5, 1.0])


@pytest.mark.parametrize("reverse", [False, True])
def test_the_recurrence_is_replayed(reverse: bool) -> None:
    random = np.random.default_rng(0)
    a, b = (autograd.tensor(random.normal(size=n), requires_grad=True) for n in (3, 4))
    z, listener = listened(lambda: recurred(a, b, 0, reverse))
    v = random.normal(size=4)
    reading = Reading([z], listener, [v])
    fresh = [random.normal(size=n) for n in (3, 4)]
    inputs = {reading.numbers[id(t._array)]: new for t, new in zip((a, b), fresh, strict=True)}
    replayed = reading.program.run(inputs, [*reading.outputs, reading.gradients[a], reading.gradients[b]])
    leaves = [autograd.from_numpy(new).requires_grad_() for new in fresh]
    again = recurred(*leaves, 0, reverse)
    expected = [again, *autograd.grad(again, leaves, autograd.from_numpy(v))]
    for mine, theirs in zip(replayed, expected, strict=True):
        np.testing.assert_allclose(mine, array(theirs), rtol=1e-14)


def test_the_adjoint_of_windows_is_replayed() -> None:
    """Windows (x₀ x₁) (x₁ x₂), added up where they lie."""
    g = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=autograd.float64, requires_grad=True)
    z, listener = listened(lambda: fold(g, 0, 1, (3,)))
    v = np.array([0.5, 0.25, -1.0])
    reading = Reading([z], listener, [v])
    fresh = np.array([[-1.0, 4.0], [0.5, 8.0]])
    inputs = {reading.numbers[id(g._array)]: fresh, reading.numbers[id(v)]: 2 * v}
    replayed, gradient = reading.program.run(inputs, [*reading.outputs, reading.gradients[g]])
    assert (replayed.tolist(), gradient.tolist()) == ([-1.0, 4.5, 8.0], [[1.0, 0.5], [0.5, -2.0]])


def test_the_derivative_of_determinants_is_replayed() -> None:
    x = autograd.tensor([[2.0, 1.0], [0.5, 3.0]], dtype=autograd.float64, requires_grad=True)
    z, listener = listened(lambda: matrix_kernels.cofactors(x))
    v = np.array([[1.0, 2.0], [3.0, 4.0]])
    reading = Reading([z], listener, [v])
    fresh = np.array([[1.0, 2.0], [4.0, 8.0]])
    inputs = {reading.numbers[id(x._array)]: fresh}
    replayed, gradient = reading.program.run(inputs, [*reading.outputs, reading.gradients[x]])
    np.testing.assert_allclose(replayed, [[8.0, -4.0], [-2.0, 1.0]])
    np.testing.assert_allclose(gradient, [[4.0, -3.0], [-2.0, 1.0]])


def test_the_weight_of_a_convolution_is_replayed() -> None:
    """Its gradient by result y and image x, which is linear in both, and differentiated again."""
    random = np.random.default_rng(0)
    geometry = Geometry((1, 2), ((1, 1), (0, 1)), (1, 1), 2)
    y, x = (autograd.tensor(random.normal(size=n), requires_grad=True) for n in ((2, 4, 4, 2), (2, 2, 3, 4)))

    def by_weight(y: Tensor, x: Tensor) -> Tensor:
        w: Tensor = ConvolutionByWeight(kernel=(2, 2), geometry=geometry).apply(y, x)
        return w

    z, listener = listened(lambda: by_weight(y, x))
    v = random.normal(size=(4, 1, 2, 2))
    reading = Reading([z], listener, [v])
    fresh = [random.normal(size=t.shape) for t in (y, x)]
    inputs = {reading.numbers[id(t._array)]: new for t, new in zip((y, x), fresh, strict=True)}
    replayed = reading.program.run(inputs, [*reading.outputs, reading.gradients[y], reading.gradients[x]])
    leaves = [autograd.from_numpy(new).requires_grad_() for new in fresh]
    again = by_weight(*leaves)
    expected = [again, *autograd.grad(again, leaves, autograd.from_numpy(v))]
    for mine, theirs in zip(replayed, expected, strict=True):
        np.testing.assert_allclose(mine, array(theirs), rtol=1e-14)
    assert autograd.gradcheck(by_weight, (y, x))


WINDOWS = Windows((2, 2), (1, 2), (0, 1), (1, 1), (3, 3))
NUMBERS = np.array([[[[3, 0, 15], [3, 7, 8]]]])


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        (lambda: Picked(numbers=NUMBERS, sizes=(4, 4)), (1, 1, 4, 4)),
        (lambda: Placed(numbers=NUMBERS, sizes=(4, 4)), (1, 1, 2, 3)),
        (lambda: Spread(windows=WINDOWS, divisor=np.array(4.0), sizes=(4, 4)), (1, 1, 3, 3)),
    ],
    ids=["picked", "placed", "spread"],
)
def test_what_pooling_differentiates_to_is_replayed(rule: Any, shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    x = autograd.tensor(random.normal(size=shape), requires_grad=True)
    z, listener = listened(lambda: rule().apply(x))
    v, fresh = random.normal(size=z.shape), random.normal(size=shape)
    reading = Reading([z], listener, [v])
    replayed = reading.program.run({reading.numbers[id(x._array)]: fresh}, [*reading.outputs, reading.gradients[x]])
    leaf = autograd.from_numpy(fresh).requires_grad_()
    again = rule().apply(leaf)
    for mine, theirs in zip(replayed, [again, *autograd.grad(again, leaf, autograd.from_numpy(v))], strict=True):
        np.testing.assert_allclose(mine, array(theirs), rtol=1e-14)
    assert autograd.gradcheck(lambda x: rule().apply(x), (x,))
    assert autograd.gradgradcheck(lambda x: rule().apply(x) ** 2, (x,))


def test_rows_that_cannot_be_replayed_say_why() -> None:
    assert all(row.why for row in ROWS if not row.replay)
    assert len(REPLAYED) > 100


# --------------------------------------------------------------------------- what a rule must not do is noticed


def recorded(*shape: int) -> Recorded:
    return Program().array(np.ones(shape))


LEAKS = {
    "branch": lambda x: 0 if np.sum(x) > 0 else x,
    "branch on a comparison": lambda x: x if x > 0 else -x,
    "float": lambda x: x * float(x),
    "item": lambda x: x * x.item(),
    "int": lambda x: x * int(x),
    "loop": lambda x: [y for y in x],  # noqa: C416
    "length": lambda x: len(x),
    "asarray": lambda x: np.asarray(x) * 2,
    "array": lambda x: np.array([x, x]),
    "tolist": lambda x: x.tolist(),
    "array_equal": lambda x: x * np.array_equal(x, x),
    "allclose": lambda x: x * np.allclose(x, x),
    "in place": lambda x: operator.iadd(x, 1),
    "in place by index": lambda x: operator.setitem(x, 0, 1.0),
    "out": lambda x: np.exp(x, out=np.ones(())),
    "nonzero": lambda x: np.nonzero(x),
    "mask": lambda x: x[x > 0],
    "method": lambda x: x.max(),
    "math": lambda x: math.exp(x),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=list(LEAKS))
def test_a_rule_that_looks_at_numbers_or_edits_them_fails(leak: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        leak(recorded())


def test_shapes_and_dtypes_may_be_looked_at() -> None:
    x = recorded(2, 3)
    assert (x.shape, x.ndim, x.dtype, x.T.shape) == ((2, 3), 2, np.float64, (3, 2))
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)


def test_calls_are_recorded_in_order_and_replayed() -> None:
    program = Program()
    x = program.array(np.array([1.0, 2.0]))
    y = np.sum(np.exp(x) * 2 + x[::-1])
    assert [call.function.__name__ for call in program.calls] == ["exp", "multiply", "getitem", "add", "sum"]
    fresh = np.array([0.5, -1.0])
    (z,) = program.run({x._number: fresh}, [y])
    assert z == np.sum(np.exp(fresh) * 2 + fresh[::-1])


def test_a_routine_of_the_kernels_is_one_call() -> None:
    program = Program()
    x = program.array(np.array([1.0, 2.0]))
    kernels.put(x, ([0, 0],), (3,), False)
    assert [call.function for call in program.calls] == [kernels.put]


def test_a_rule_that_keeps_a_constant_of_the_data_replays_wrongly() -> None:
    """A number taken from the data before the rule is old when the calls are made again: the rows' test sees that."""

    class Normalised(Op):
        __slots__ = ("total",)
        saves = ()

        def forward(self, x: Any) -> Any:
            return x / self.total

        def backward(self, g: Any) -> Any:
            return g / self.total

    x = autograd.tensor([1.0, 3.0], dtype=autograd.float64, requires_grad=True)
    z, listener = listened(lambda: Normalised(total=float(x.sum())).apply(x))
    reading = Reading([z], listener, [np.ones(2)])
    fresh = np.array([2.0, 8.0])
    (replayed,) = reading.program.run({reading.numbers[id(x._array)]: fresh}, reading.outputs)
    np.testing.assert_array_equal(replayed, fresh / 4)
    assert not np.allclose(replayed, fresh / fresh.sum())
