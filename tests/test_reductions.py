"""Sums, products, choices and orders, in numbers: what the op table does not say."""

import copy
import pickle

import numpy as np
import pytest

import autograd
from autograd import kernels, return_types
from autograd.ops.scan import multiplied, recurred, summed


def test_the_recurrence_is_what_it_says() -> None:
    a, b = np.array([2.0, 3.0]), np.array([1.0, 10.0, 100.0])
    assert kernels.recurrence(a, b, 0).tolist() == [1, 2 * 1 + 10, 3 * 12 + 100]
    assert kernels.recurrence(a, b, 0, True).tolist() == [1 + 2 * 310, 10 + 3 * 100, 100]
    assert kernels.recurrence(np.ones((2, 0)), np.ones((2, 1)), -1).tolist() == [[1], [1]]
    assert kernels.recurrence(np.ones((0, 2)), np.ones((0, 2)), 0).shape == (0, 2)


def test_running_sums_and_products_go_both_ways() -> None:
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert kernels.running_sum(x, 1).tolist() == [[1, 3, 6], [4, 9, 15]]
    assert kernels.running_sum(x, 1, True).tolist() == [[6, 5, 3], [15, 11, 6]]
    assert kernels.running_product(x, 0, True).tolist() == [[4, 10, 18], [4, 5, 6]]


@pytest.mark.parametrize("reverse", [False, True])
def test_what_backward_uses_has_derivatives_of_its_own(reverse: bool) -> None:
    random = np.random.default_rng(0)
    x, b = (autograd.from_numpy(random.normal(size=(2, 3))).requires_grad_() for _ in range(2))
    a = autograd.from_numpy(random.normal(size=(2, 2))).requires_grad_()
    for function, inputs in (
        (lambda x: summed(x, 1, reverse), [x]),
        (lambda x: multiplied(x, 1, reverse), [x]),
        (lambda a, b: recurred(a, b, 1, reverse), [a, b]),
    ):
        assert autograd.gradcheck(function, inputs)
        assert autograd.gradgradcheck(function, inputs)


ZEROS = [[2.0, 3.0, 4.0], [0.0, 3.0, 4.0], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("values", ZEROS)
def test_second_derivatives_of_a_product_with_zeros(values: list[float]) -> None:
    """The derivative by two factors is the third, whichever of them are zero."""
    x = autograd.tensor(values, requires_grad=True)
    p, q, r = values
    for z in (x.prod(), x.prod(0), x.cumprod(0)[-1]):
        (slope,) = autograd.grad(z, x, create_graph=True)
        assert slope.tolist() == [q * r, p * r, p * q]
        hessian = [autograd.grad(s, x, retain_graph=True)[0].tolist() for s in slope]
        assert hessian == [[0, r, q], [r, 0, p], [q, p, 0]]


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "cumsum", "cumprod", "nansum", "nanmean"])
def test_infinities_and_overflow_make_no_noise(name: str) -> None:
    """(Warnings fail a test.)"""
    for values in ([np.inf, -np.inf], [1e38, 1e38, 1e38], [0.0, np.inf]):
        x = autograd.tensor(values)
        getattr(x, name)(0)
        if not name.startswith("cum"):
            getattr(x, name)()


RESULTS = {
    "max": lambda t, x: x.max(0),
    "min": lambda t, x: x.min(dim=1),
    "sort": lambda t, x: t.sort(x),
    "topk": lambda t, x: x.topk(1),
    "kthvalue": lambda t, x: x.kthvalue(1),
    "median": lambda t, x: x.median(0),
    "nanmedian": lambda t, x: x.nanmedian(0),
    "mode": lambda t, x: x.mode(),
    "cummax": lambda t, x: x.cummax(0),
    "cummin": lambda t, x: x.cummin(0),
    "aminmax": lambda t, x: x.aminmax(),
    "histogram": lambda t, x: x.histogram(2),
}


def result(library: object, name: str) -> object:
    return RESULTS[name](library, library.tensor([[1.0, 3.0], [2.0, 0.0]]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", RESULTS)
def test_results_have_names(name: str) -> None:
    found = result(autograd, name)
    assert type(found) is getattr(return_types, name)
    first, second = found
    assert found[0] is first is getattr(found, found.names[0])
    assert found[1] is second is getattr(found, found.names[1])
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert type(again) is type(found)
        assert again[0].tolist() == first.tolist()


@pytest.mark.oracle
@pytest.mark.parametrize("name", RESULTS)
def test_results_print_as_in_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    assert repr(result(autograd, name)) == repr(result(torch, name)).replace("torch.", "autograd.")


def test_every_choice_is_tested() -> None:
    assert {t.__name__ for t in return_types.ValuesIndices.__subclasses__()} <= RESULTS.keys()


def test_an_edited_index_is_noticed() -> None:
    """Backward needs the indices that were returned."""
    x = autograd.tensor([3.0, 1.0, 2.0], requires_grad=True)
    values, indices = (x * 1).sort()
    indices += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        values.sum().backward()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "index",
    [
        (np.arange(-50, 150) % 50,),
        (slice(None), np.arange(-30, 60) % 30 - 15),
        ((np.arange(900) * 7 % 50).reshape(30, 30), np.arange(30)),
        (np.arange(50 * 30).reshape(50, 30) % 3 > 0,),
    ],
)
def test_adding_by_number_is_adding_by_index(index: tuple[object, ...], order: str) -> None:
    x = np.array(np.arange(1500.0).reshape(50, 30), order=order)  # type: ignore[call-overload]
    y = np.cos(np.arange(x[index].size)).reshape(x[index].shape)
    for ufunc in (np.add, np.multiply, np.maximum):
        for values in (y, np.array(2.0)):
            expected = x.copy()
            ufunc.at(expected, index, values)
            assert np.array_equal(kernels.combine(x, index, values, ufunc), expected)
    expected = np.zeros(x.shape)
    np.add.at(expected, index, y)
    assert np.array_equal(kernels.put(y, index, x.shape, False), expected)


def test_float16_sums_are_divided_before_they_overflow() -> None:
    x = autograd.full((2, 70000), 2.0, dtype=autograd.float16)
    assert x.mean().item() == 2.0
    assert x.mean(1).tolist() == [2.0, 2.0]
    assert (x.var().item(), x.std().item()) == (0.0, 0.0)
    np.testing.assert_allclose(x.softmax(1)[0, :2].tolist(), 1 / 70000, rtol=0.01)
    np.testing.assert_allclose(x.log_softmax(1)[0, :2].tolist(), -np.log(70000), rtol=1e-3)
    assert x[0].cumsum(0)[[9, 9999, 69999]].tolist() == [20.0, 20000.0, np.inf]


def test_running_sums_keep_the_digits_of_float32() -> None:
    """PyTorch adds them up in float64; in float32 the last one would be off by one percent."""
    n = 1 << 20
    x = autograd.full((n,), 0.1)
    np.testing.assert_allclose(x.cumsum(0)[-1].item(), n * float(np.float32(0.1)), rtol=1e-7)
    assert x.cumsum(0).dtype is autograd.float32
    np.testing.assert_allclose((x * 0 + 1.000001).cumprod(0)[-1].item(), float(np.float32(1.000001)) ** n, rtol=1e-6)


def test_the_deviation_of_float16_is_in_range_where_its_square_is_not() -> None:
    x = autograd.tensor([-600.0, 0.0, 600.0], dtype=autograd.float16, requires_grad=True)
    z = x.std(unbiased=True)
    assert (z.item(), x.var().item(), z.dtype) == (600.0, np.inf, autograd.float16)
    (g,) = autograd.grad(z, x, create_graph=True)
    assert (g.tolist(), g.dtype) == ([-0.5, 0.0, 0.5], autograd.float16)
