"""Random tensors: PyTorch's numbers after the same seed, stored ones and its own; in the order of memory."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import autograd
from autograd import Generator

#: What is drawn after `manual_seed(7)`.
DRAWS: dict[str, Callable[[Any], Any]] = {
    "rand": lambda t: t.rand(3),
    "rand in float16": lambda t: t.rand(3, dtype=t.float16),
    "randn in float16": lambda t: t.randn(3, dtype=t.float16),
    "exponential_": lambda t: t.empty(4).exponential_(),
    "exponential_(2.5) in float64": lambda t: t.empty(3, dtype=t.float64).exponential_(2.5),
    "random_ in int64": lambda t: t.empty(2, dtype=t.int64).random_(),
    "random_ in uint8": lambda t: t.empty(5, dtype=t.uint8).random_(),
    "random_ in float32": lambda t: t.empty(3).random_(),
    "random_(5)": lambda t: t.empty(6).random_(5),
    "bernoulli": lambda t: t.bernoulli(t.full((8,), 0.4)),
    "bernoulli of a transposed tensor": lambda t: t.bernoulli(t.linspace(0, 1, 6).reshape(2, 3).t()),
    "bernoulli_ with a tensor": lambda t: t.empty(2, 3).bernoulli_(t.tensor([0.1, 0.5, 0.9])),
    "uniform_ in memory order": lambda t: t.empty(2, 3).t().uniform_(),
    "rand_like of a transposed tensor": lambda t: t.rand_like(t.ones(2, 3).t()),
    "rand_like of an expanded tensor": lambda t: t.rand_like(t.ones(1, 3).expand(2, 3)),
    "randint_like": lambda t: t.randint_like(t.ones(2, 3), -2, 5),
    "multinomial": lambda t: t.multinomial(t.tensor([[0.1, 0.2, 0.3, 0.4], [4.0, 3.0, 2.0, 1.0]]), 3),
    "multinomial of one": lambda t: t.multinomial(t.tensor([0.1, 0.2, 0.3, 0.4]), 1, replacement=True),
    "multinomial with replacement": lambda t: t.multinomial(t.tensor([0.1, 0.2, 0.3, 0.4]), 8, replacement=True),
    "normal of tensors": lambda t: t.normal(t.tensor([0.0, 10.0]), t.tensor([[1.0], [0.1]])),
    "normal of a mean": lambda t: t.normal(t.arange(3.0), 0.5),
    "normal of a deviation": lambda t: t.normal(1.0, t.tensor([0.5, 2.0])),
    "normal of numbers": lambda t: t.normal(1.0, 0.5, (3,)),
    "geometric_": lambda t: t.empty(6).geometric_(0.3),
    "cauchy_": lambda t: t.empty(3, dtype=t.float64).cauchy_(1.0, 2.0),
    "log_normal_": lambda t: t.empty(3, dtype=t.float64).log_normal_(0.5, 0.25),
}
#: PyTorch 2.13's answers.
STORED: dict[str, Any] = {
    "rand": [0.5349225401878357, 0.19880318641662598, 0.6592116951942444],
    "rand in float16": [0.53515625, 0.1988525390625, 0.6591796875],
    "randn in float16": [-0.1468505859375, 0.7861328125, 0.94677734375],
    "exponential_": [0.3276439309120178, 0.319783478975296, 1.981175422668457, 1.0691168308258057],
    "exponential_(2.5) in float64": [0.1310575691932316, 0.12791338844087138, 0.7924701817115809],
    "random_ in int64": [1407639518939636932, 5163590386780219894],
    "random_ in uint8": [175, 196, 25, 246, 67],
    "random_ in float32": [8974492.0, 3335306.0, 11059538.0],
    "random_(5)": [0.0, 2.0, 1.0, 1.0, 3.0, 2.0],
    "bernoulli": [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0],
    "bernoulli of a transposed tensor": [[0.0, 1.0], [0.0, 1.0], [1.0, 1.0]],
    "bernoulli_ with a tensor": [[0.0, 1.0, 1.0], [0.0, 1.0, 1.0]],
    "uniform_ in memory order": [
        [0.5349225401878357, 0.6568902730941772],
        [0.19880318641662598, 0.23276156187057495],
        [0.6592116951942444, 0.4250614047050476],
    ],
    "rand_like of a transposed tensor": [
        [0.5349225401878357, 0.6568902730941772],
        [0.19880318641662598, 0.23276156187057495],
        [0.6592116951942444, 0.4250614047050476],
    ],
    "rand_like of an expanded tensor": [
        [0.5349225401878357, 0.19880318641662598, 0.6592116951942444],
        [0.6568902730941772, 0.23276156187057495, 0.4250614047050476],
    ],
    "randint_like": [[3.0, 4.0, 4.0], [-1.0, -1.0, 2.0]],
    "multinomial": [[1, 3, 0], [2, 1, 0]],
    "multinomial of one": [1],
    "multinomial with replacement": [1, 1, 3, 3, 3, 3, 1, 2],
    "normal of tensors": [[-0.1467950940132141, 10.786141395568848], [0.09468216449022293, 9.888566017150879]],
    "normal of a mean": [-0.07339754700660706, 1.3930706977844238, 2.4734108448028564],
    "normal of a deviation": [0.9266024827957153, 2.572282552719116],
    "normal of numbers": [0.9266024231910706, 1.3930706977844238, 1.4734108448028564],
    "geometric_": [4.0, 4.0, 1.0, 2.0, 1.0, 1.0],
    "cauchy_": [-0.6611115499249394, -0.7224061115390794, 5.323784455837047],
    "log_normal_": [1.5893120118287583, 2.0067877807382075, 2.089041612618788],
}
#: What is made of logarithms, sines or exponentials, by how much it may differ: PyTorch's own builds differ, too.
NEARLY = {
    "exponential_": 2.4e-7, "exponential_(2.5) in float64": 1e-15, "randn in float16": 1e-3, "normal of tensors": 2e-6,
    "normal of a mean": 2e-6, "normal of a deviation": 4e-6, "normal of numbers": 2e-6, "cauchy_": 4e-15,
    "log_normal_": 4e-15,
}  # fmt: skip


def drawn(library: Any, name: str) -> Any:
    library.manual_seed(7)
    return DRAWS[name](library)


@pytest.mark.parametrize("name", DRAWS)
def test_stored_numbers(name: str) -> None:
    found = drawn(autograd, name)
    expected = np.array(STORED[name], found.numpy().dtype)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=NEARLY.get(name, 0))


@pytest.mark.oracle
@pytest.mark.parametrize("name", DRAWS)
def test_numbers_are_torchs_and_so_is_what_comes_after(name: str) -> None:
    torch = pytest.importorskip("torch")
    with torch.random.fork_rng():
        found, expected = drawn(autograd, name), drawn(torch, name)
        assert str(found.dtype).partition(".")[2] == str(expected.dtype).partition(".")[2]
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=0, atol=NEARLY.get(name, 0))
        assert found.stride() == expected.stride()
        assert autograd.rand(3).tolist() == torch.rand(3).tolist()


STEPS: dict[str, Callable[[Any, Any, int], Any]] = {
    "rand": lambda t, g, n: t.rand(n, generator=g),
    "rand float16": lambda t, g, n: t.rand(n, generator=g, dtype=t.float16),
    "randint": lambda t, g, n: t.randint(-n, n + 1, (3,), generator=g),
    "randperm": lambda t, g, n: t.randperm(n, generator=g),
    "bernoulli": lambda t, g, n: t.bernoulli(t.full((n,), 0.3), generator=g),
    "bernoulli float64": lambda t, g, n: t.bernoulli(t.full((n,), 0.3, dtype=t.float64), generator=g),
    "uniform_": lambda t, g, n: t.empty(n, 3).t().uniform_(-0.1, 0.7, generator=g),
    "random_": lambda t, g, n: t.empty(n, dtype=t.int16).random_(generator=g),
    "multinomial": lambda t, g, n: t.multinomial(t.arange(1.0, n + 2), n + 1, generator=g),
    "with replacement": lambda t, g, n: t.multinomial(t.arange(1.0, n + 2), 5, True, generator=g),
    "geometric_": lambda t, g, n: t.empty(n).geometric_(0.4, generator=g),
}


@pytest.mark.oracle
@settings(max_examples=100)
@given(seed=st.integers(0, 2**63), steps=st.lists(st.tuples(st.sampled_from(list(STEPS)), st.integers(0, 40))))
def test_programs_draw_torchs_numbers(seed: int, steps: list[tuple[str, int]]) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    for name, n in steps:
        found, expected = STEPS[name](autograd, mine, n), STEPS[name](torch, theirs, n)
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
    assert mine.get_state().tolist() == theirs.get_state().tolist()


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("lambd", [0.1, 1.0, 3.7])
def test_many_exponential_numbers(dtype: str, lambd: float) -> None:
    torch = pytest.importorskip("torch")
    both = []
    for library, generator in ((autograd, Generator()), (torch, torch.Generator())):
        generator.manual_seed(3)
        t = library.empty(20_000, dtype=getattr(library, dtype))
        both.append(t.exponential_(lambd, generator=generator).numpy())
    ulps = 2 if dtype == "float64" else 1
    np.testing.assert_allclose(*both, rtol=ulps * np.finfo(dtype).eps, atol=0)


def test_a_refused_call_draws_nothing() -> None:
    autograd.manual_seed(3)
    before = autograd.get_rng_state().tolist()
    leaf, ints = autograd.ones(2, requires_grad=True), autograd.tensor([1, 2])
    for call in (
        lambda: leaf.uniform_(),
        lambda: leaf.random_(),
        lambda: ints.normal_(),
        lambda: autograd.rand(2, device="cuda"),
        lambda: autograd.rand(2, dtype=autograd.int64),
        lambda: autograd.randn(2, pin_memory=True),
        lambda: autograd.multinomial(autograd.zeros(2), 1),
        lambda: autograd.normal(0.0, autograd.tensor([-1.0])),
        lambda: autograd.bernoulli(autograd.tensor([2.0])),
    ):
        with pytest.raises((RuntimeError, TypeError)):
            call()
    assert autograd.get_rng_state().tolist() == before


def test_states_are_tensors() -> None:
    autograd.manual_seed(5)
    state = autograd.get_rng_state()
    assert state.dtype is autograd.uint8
    assert state.shape == (5056,)
    first = autograd.rand(3).tolist()
    autograd.set_rng_state(state)
    assert autograd.rand(3).tolist() == first
    g = Generator()
    g.set_state(state)
    assert autograd.rand(3, generator=copy.deepcopy(g)).tolist() == first
    assert g.device == autograd.device("cpu")


def test_fork_rng() -> None:
    autograd.manual_seed(5)
    expected = autograd.rand(2).tolist()
    autograd.manual_seed(5)
    with autograd.random.fork_rng():
        autograd.rand(100)
    assert autograd.rand(2).tolist() == expected
    autograd.manual_seed(5)
    with autograd.random.fork_rng(enabled=False):
        autograd.rand(2)
    assert autograd.rand(2).tolist() != expected


def test_filling_a_view_is_an_edit_of_its_base() -> None:
    x = autograd.ones(3, 4, requires_grad=True)
    y = x * 1.0
    autograd.manual_seed(0)
    y[1].uniform_()
    y.sum().backward()
    assert x.grad.tolist() == [[1.0] * 4, [0.0] * 4, [1.0] * 4]
    z = autograd.ones(2, requires_grad=True)
    squares = (w := z * 1.0) * w
    w.normal_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        squares.sum().backward()


def test_indices_drawn_without_replacement_are_different() -> None:
    p = autograd.tensor([0.1, 0.0, 5.0, 0.01])
    for seed in range(20):
        autograd.manual_seed(seed)
        assert sorted(autograd.multinomial(p, 3).tolist()) == [0, 2, 3]
