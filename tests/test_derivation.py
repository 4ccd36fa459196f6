"""`explain`: the paths, the local derivatives and their products, against the engine's gradients and the lectures."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Derivation, Tensor
from autograd.examples import backpropagation
from tests.test_chain_rule_examples import example_1, example_2, univariate


def tensor(data: Any, name: str | None = None, *, grad: bool = True) -> Tensor:
    return autograd.tensor(data, dtype=autograd.float64, requires_grad=grad, name=name)


GLOBAL = tensor(2.0)


def by_matrices() -> tuple[Tensor, Tensor, Tensor]:
    """Return loss and weights of the lecture's worked example."""
    x, t = tensor([0.35, 0.9], "x", grad=False), tensor(0.5, "t", grad=False)
    W1, W2 = tensor([[0.1, 0.8], [0.4, 0.6]], "W1"), tensor([[0.3, 0.9]], "W2")
    with autograd.watch():
        net1 = W1 @ x
        h = autograd.sigmoid(net1)
        net2 = W2 @ h
        y = autograd.sigmoid(net2)
        L = ((t - y) ** 2 / 2).sum()
        L.backward()
    return L, W1, W2


def agrees(derivation: Derivation, expected: Any) -> None:
    """Hold a derivation to a gradient, and the paths it writes out to the derivation."""
    np.testing.assert_allclose(derivation.value, expected, rtol=1e-12, atol=1e-14)
    if derivation.start.element is None or derivation.left_out:
        return
    products = [np.prod([link.weight for link in path]) for path in derivation.paths]
    np.testing.assert_allclose(sum(products), expected, rtol=1e-10, atol=1e-12)
    for path in filter(None, derivation.paths):
        assert path[0].source == derivation.start
        assert path[-1].target == derivation.root
        assert all(a.target == b.source for a, b in pairwise(path))


# ------------------------------------------------------------------------------------------- the worked example

SCALARS = """\
The derivative of L by W1_11:
  W1_11 = 0.1
  L = 0.0181039

1 path:
  W1_11 → v1 → net1_1 → x1_1 → v5 → net2_1 → y → v7 → v8 → L

Step by step, with the local derivatives:
  v1 = W1_11 * x1         ∂v1/∂W1_11     = x1 = 0.35
  net1_1 = v1 + v2        ∂net1_1/∂v1    = 1
  x1_1 = sigmoid(net1_1)  ∂x1_1/∂net1_1  = x1_1 · (1 - x1_1) = 0.217504
  v5 = W2_11 * x1_1       ∂v5/∂x1_1      = W2_11 = 0.3
  net2_1 = v5 + v6        ∂net2_1/∂v5    = 1
  y = sigmoid(net2_1)     ∂y/∂net2_1     = y · (1 - y) = 0.213792
  v7 = t - y              ∂v7/∂y         = -1
  v8 = v7 ** 2            ∂v8/∂v7        = 2 · v7 = -0.380567
  L = v8 * 0.5            ∂L/∂v8         = 0.5

The product along the path:
  ∂L/∂W1_11  = 0.35 · 1 · 0.217504 · 0.3 · 1 · 0.213792 · (-1) · (-0.380567) · 0.5
             = 0.000929071

Error terms:
  δ²         = −(∂L/∂net2_1)                                    = -0.0406811
  δ¹₁        = −(∂L/∂net1_1)  = W2_11 · x1_1 · (1 - x1_1) · δ²  = -0.00265449
  ∂L/∂W1_11  = −δ¹₁ · x1                                        = 0.000929071

It is what W1_11.grad holds.
"""

MATRICES = """\
The derivative of L by W1, of shape (2, 2):
  L = 0.0181039

1 path:
  W1 → net1 → h → net2 → y → v1 → v2 → v3 → L

Backwards, from the loss:
  ∂L/∂v3    = 1 everywhere         = [1]
  ∂L/∂v2    = ∂L/∂v3 / 2           = [0.5]
  ∂L/∂v1    = ∂L/∂v2 ⊙ 2 · v1      = [-0.190283]
  ∂L/∂y     = -∂L/∂v1              = [0.190283]
  ∂L/∂net2  = ∂L/∂y ⊙ y ⊙ (1 - y)  = [0.0406811]
  δ²        = −(∂L/∂net2)          = [-0.0406811]
  ∂L/∂h     = W2ᵀ · (−δ²)          = [0.0122043, 0.036613]
  ∂L/∂net1  = ∂L/∂h ⊙ h ⊙ (1 - h)  = [0.00265449, 0.00817165]
  δ¹        = −(∂L/∂net1)          = [-0.00265449, -0.00817165]
  ∂L/∂W1    = (−δ¹) ⊗ x            = [[0.000929071, 0.00238904], [0.00286008, 0.00735448]]

It is what W1.grad holds.
"""


def test_the_lecture_in_scalars() -> None:
    with autograd.watch():
        scalars = backpropagation.by_scalars()
    derivation = autograd.explain(scalars.loss, scalars.weights["W1_11"])
    assert derivation.text == SCALARS
    assert derivation.value == pytest.approx(0.000929071160809660102, rel=1e-14)
    assert [term.value for term in derivation.deltas] == pytest.approx(
        [-0.0406811251123390390, -0.00265448903088474315], rel=1e-14
    )


def test_the_lecture_in_matrices() -> None:
    L, W1, W2 = by_matrices()
    whole = autograd.explain(L, W1)
    assert whole.text == MATRICES
    np.testing.assert_array_equal(whole.value, W1.grad)
    np.testing.assert_array_equal(autograd.explain(L, W2).value, W2.grad)
    assert [np.round(term.value, 12).tolist() for term in whole.deltas] == [
        [-0.040681125112],
        [-0.002654489031, -0.008171645064],
    ]


def test_the_lecture_by_an_element_of_the_matrix() -> None:
    L, W1, _ = by_matrices()
    text = re.sub(" +", " ", autograd.explain(L, W1, index=(0, 0)).text)
    assert " δ² = −(∂L/∂net2[0]) = -0.0406811\n" in text
    assert " δ¹₁ = −(∂L/∂net1[0]) = W2[0, 0] · h[0] · (1 - h[0]) · δ² = -0.00265449\n" in text
    assert " ∂L/∂W1[0, 0] = −δ¹₁ · x[0] = 0.000929071\n" in text
    assert W1.grad is not None
    for i in range(2):
        for j in range(2):
            agrees(autograd.explain(L, W1, index=(i, j)), W1.grad[i, j].item())
    assert autograd.explain(L, W1, index=(-1, -1)).value == autograd.explain(L, W1, index=(1, 1)).value


def test_the_sign_of_error_terms_is_chosen() -> None:
    L, W1, _ = by_matrices()
    ours, theirs = autograd.explain(L, W1, sign=1), autograd.explain(L, W1)
    for a, b in zip(ours.deltas, theirs.deltas, strict=True):
        np.testing.assert_array_equal(a.value, -b.value)
    assert "∂L/∂W1    = δ¹ ⊗ x" in ours.text
    assert "δ¹        = ∂L/∂net1" in ours.text


# ----------------------------------------------------------------------------------------------- numbers and paths


@pytest.mark.parametrize("record", [univariate, example_1, example_2])
@pytest.mark.parametrize("at", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_the_chain_rule_examples(record: Callable[[Tensor], dict[str, Tensor]], at: float) -> None:
    x = tensor(at, "x")
    with autograd.watch():
        steps = record(x)
        for t in steps.values():
            t.retain_grad()
        steps["f"].backward()
    for t in (x, *steps.values()):
        assert t.grad is not None
        agrees(autograd.explain(steps["f"], t, most=100), t.grad.item())


def test_cancelling_paths_are_shown() -> None:
    x = tensor(2.0, "x")
    with autograd.watch():
        steps = example_2(x)
        steps["f"].backward()
    derivation = autograd.explain(steps["f"], steps["g1"], names=steps)
    assert derivation.value == 0
    assert derivation.path_count == 2
    text = re.sub(" +", " ", derivation.text)
    assert " path 1 2 · 1 · 1 · (-10) = -20\n path 2 2 · 1 · (-1) · (-10) = 20\n" in text
    assert " ∂f/∂g1 = (-20) + 20\n = 0\n" in text


def test_one_value_used_twice_by_an_operation_is_two_paths() -> None:
    x = tensor(3.0)
    with autograd.watch():
        y = x * x
        y.backward()
    derivation = autograd.explain(y, x)
    assert derivation.path_count == 2
    assert [path[0].weight for path in derivation.paths] == [3.0, 3.0]
    agrees(derivation, 6.0)


def test_the_loss_itself() -> None:
    x = tensor(3.0)
    with autograd.watch():
        y = x * 2
    derivation = autograd.explain(y, y)
    assert (derivation.value, derivation.path_count) == (1.0, 1)
    assert "∂y/∂y  = 1" in derivation.text


def test_exponentially_many_paths_are_counted_and_cut() -> None:
    x = tensor(0.001)
    with autograd.watch():
        y = x
        for _ in range(200):
            y = y + y
    derivation = autograd.explain(y, x, most=3)
    assert derivation.path_count == 2**200
    assert derivation.left_out == 2**200 - 3
    assert len(derivation.paths) == 3
    assert derivation.value == 2.0**200
    assert f"{2**200 - 3:,} others" in derivation.text
    assert "189 more" in derivation.text


def test_the_largest_products_are_written_out() -> None:
    w = tensor(1.0)
    with autograd.watch():
        y = w * 2 + w * -7 + w * 0.1 + w * 5
        y.backward()
    derivation = autograd.explain(y, w, most=2)
    assert sorted(np.prod([link.weight for link in path]) for path in derivation.paths) == [-7, 5]
    assert "(the 2 others)" in derivation.text
    np.testing.assert_allclose(derivation.value, 0.1)


def test_a_path_without_effect_has_factor_0() -> None:
    x = tensor(-2.0)
    with autograd.watch():
        y = autograd.relu(x) * 3
        y.backward()
    derivation = autograd.explain(y, x)
    assert derivation.value == 0
    assert [[link.weight for link in path] for path in derivation.paths] == [[0.0, 3.0]]


def test_a_long_chain() -> None:
    x = tensor(1.0)
    with autograd.watch():
        y = x
        for _ in range(10_000):
            y = y * 1.0001
    derivation = autograd.explain(y, x)
    np.testing.assert_allclose(derivation.value, 1.0001**10_000, rtol=1e-10)
    assert "9,960 more steps" in derivation.text
    assert len(derivation.latex) < 10_000


OPERATIONS: list[Callable[[Tensor, Tensor], Tensor]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (2 + b * b),
    lambda a, b: autograd.tanh(a),
    lambda a, b: autograd.sigmoid(a) * 2,
    lambda a, b: 3 - a,
    lambda a, b: autograd.exp(a * -0.5) + 1 / (1 + b**2),
    lambda a, b: autograd.maximum(a, b),
]


def brute_force(derivation: Derivation) -> tuple[int, float]:
    """Count and sum paths by walking them all, over the links that the written paths consist of."""
    links = {link for path in derivation.paths for link in path}
    count, total, todo = 0, 0.0, [(derivation.start, 1.0)]
    while todo:
        place, product = todo.pop()
        if place == derivation.root:
            count, total = count + 1, total + product
        todo += [(link.target, product * link.weight) for link in links if link.source == place]
    return count, total


@settings(max_examples=300, deadline=None)
@given(
    start=st.lists(st.floats(-2, 2), min_size=2, max_size=3),
    program=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=7),
)
def test_paths_of_random_graphs_sum_to_the_gradient(start: list[float], program: list[tuple[int, int, int]]) -> None:
    values = leaves = [tensor(v) for v in start]
    with autograd.watch():
        for which, i, j in program:
            values = [*values, OPERATIONS[which](values[i % len(values)], values[j % len(values)])]
        loss = values[-1]
        loss.backward()
    for leaf in leaves:
        if leaf.grad is None:
            with pytest.raises(RuntimeError, match="not computed from"):
                autograd.explain(loss, leaf)
            continue
        derivation = autograd.explain(loss, leaf, most=500)
        agrees(derivation, leaf.grad.item())
        if not derivation.left_out:
            count, total = brute_force(derivation)
            assert count == derivation.path_count
            np.testing.assert_allclose(total, leaf.grad.item(), rtol=1e-10, atol=1e-12)
        assert derivation.text


# -------------------------------------------------------------------------------------------------------- tensors

rng = np.random.default_rng(0)
A, B, V = (rng.standard_normal(shape) for shape in ((3, 4), (4, 2), (4,)))

TENSORS: dict[str, tuple[Callable[..., Tensor], tuple[Any, ...]]] = {
    "matrix times vector": (lambda a, v: autograd.tanh(a @ v).sum(), (A, V)),
    "vector times matrix": (lambda v, b: autograd.exp(v @ b).sum(), (V, B)),
    "matrix times matrix": (lambda a, b: ((a @ b) ** 2).mean(), (A, B)),
    "inner product": (lambda v, u: (v @ u) ** 2, (V, V + 1)),
    "batches of matrices": (lambda a, b: (a @ b).sum(), (rng.standard_normal((2, 3, 4)), B)),
    "broadcast": (lambda a, v: (a * v + v).sum(), (A, V)),
    "broadcast number": (lambda a, c: (a / c).sum(), (A, np.array(3.0))),
    "column": (lambda a, c: ((a - c) ** 2).sum(), (A, rng.standard_normal((3, 1)))),
    "transposed and reshaped": (lambda a: (a.T.reshape(2, 6)[:, 1:4] ** 2).sum(), (A,)),
    "index twice": (lambda v: (v[[0, 0, 2]] * v[1]).sum(), (V,)),
    "largest": (lambda a: a.max(dim=1)[0].prod(), (A,)),
    "variance": (lambda a: a.var(dim=0).sum(), (A,)),
    "joined": (lambda v, u: autograd.cat([v, u * 2]).cumsum(0).sum(), (V, V)),
    "softmax": (lambda a: (autograd.softmax(a, dim=1)[:, 0] ** 2).sum(), (A,)),
    "parts": (lambda a: (a.split(2, dim=1)[0] * a.split(2, dim=1)[1]).sum(), (A,)),
    "linear": (nn.functional.linear, (V, A[:1], np.array([0.5]))),
    "cross-entropy": (lambda a: nn.functional.cross_entropy(a, autograd.tensor([0, 3, 1])), (A,)),
    "squared error": (lambda a: nn.functional.mse_loss(a, a.detach() * 2 + 1), (A,)),
    "relu": (lambda a: autograd.relu(a).sum(), (A,)),
    "cross product": (lambda a, b: (autograd.linalg.cross(a, b) ** 2).sum(), (A[:, :3], A[:, 1:])),
}


@pytest.mark.parametrize("case", TENSORS)
def test_tensors_and_their_elements(case: str) -> None:
    function, data = TENSORS[case]
    operands = [tensor(d) for d in data]
    with autograd.watch():
        loss = function(*operands).sum()
        loss.backward()
    for t in operands:
        assert t.grad is not None
        whole = autograd.explain(loss, t)
        np.testing.assert_allclose(whole.value, t.grad.numpy(), rtol=1e-12, atol=1e-14)
        for index in list(np.ndindex(*t.shape))[:6]:
            agrees(autograd.explain(loss, t, index=index, most=10_000), t.grad[index].item())
        for written in (whole, autograd.explain(loss, t, index=(0,) * t.dim())):
            for text in (written.text, written.latex, written.markdown):
                assert "None" not in text


PRODUCTS: dict[str, tuple[Callable[..., Tensor], tuple[tuple[int, ...], ...]]] = {
    "matrix times vector": (lambda a, b: a @ b, ((3, 4), (4,))),
    "vector times matrix": (lambda a, b: a @ b, ((4,), (4, 3))),
    "matrix times matrix": (lambda a, b: a @ b, ((2, 4), (4, 3))),
    "inner product": (lambda a, b: a @ b, ((4,), (4,))),
    "layer of a batch": (lambda a, b: nn.functional.linear(a, b), ((2, 3, 4), (5, 4))),
    "layer with bias": (lambda a, b, c: nn.functional.linear(a, b, c), ((2, 4), (5, 4), (5,))),
    "element by element": (lambda a, b: a * b, ((3, 4), (3, 4))),
    "broadcast row": (lambda a, b: a * b, ((3, 4), (4,))),
    "broadcast column": (lambda a, b: a * b, ((3, 1), (3, 4))),
}


@pytest.mark.parametrize("case", PRODUCTS)
def test_the_factor_named_in_a_product_is_the_local_derivative(case: str) -> None:
    function, shapes = PRODUCTS[case]
    numbers = iter(range(2, 200))
    operands = {
        name: tensor(np.reshape([float(next(numbers)) for _ in range(int(np.prod(shape)))], shape), name)
        for name, shape in zip("abc", shapes, strict=False)
    }
    with autograd.watch():
        s = function(*operands.values()).sum()
    named = 0
    for name in ("a", "b"):
        index = tuple(n - 1 for n in operands[name].shape)
        text = autograd.explain(s, operands[name], index=index, most=50).text
        for factor, place, value in re.findall(r"= ([abc])\[([\d, ]+)\] = (\S+)$", text, flags=re.M):
            named += 1
            assert factor == ("b" if name == "a" else "a")
            assert operands[factor][tuple(map(int, place.split(",")))].item() == float(value)
    assert named >= 2


def test_softmax_and_cross_entropy_of_the_lecture() -> None:
    """Lecture 003: dW = (p - t) aᵀ, and the gradient of the input is Wᵀ (p - t)."""
    W, a = tensor([[0.1, 0.2], [0.3, -0.1], [-0.2, 0.4]], "W"), tensor([[1.0, 2.0]], "a")
    with autograd.watch():
        z = nn.functional.linear(a, W)
        J = nn.functional.cross_entropy(z, autograd.tensor([1]))
        J.backward()
    by_W, by_a = autograd.explain(J, W, sign=1), autograd.explain(J, a, sign=1)
    p = np.array([0.3602966152405401, 0.2415140437145238, 0.3981893410449361])
    np.testing.assert_allclose(by_W.deltas[0].value, [p - [0, 1, 0]], rtol=1e-14)
    np.testing.assert_allclose(by_W.value, np.outer(p - [0, 1, 0], [1, 2]), rtol=1e-14)
    np.testing.assert_allclose(by_a.value, [[-0.27115399357057607, 0.3071836550946301]], rtol=1e-14)
    assert "  ∂J/∂W  = δ¹ᵀ · a " in by_W.text
    assert "  ∂J/∂a  = δ¹ · W " in by_a.text


class Cube(autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


def test_rules_of_the_users_own() -> None:
    x = tensor([1.0, -2.0])
    with autograd.watch():
        y = Cube.apply(x).sum()
        y.backward()
    agrees(autograd.explain(y, x, index=1), 12.0)
    np.testing.assert_array_equal(autograd.explain(y, x).value, [3.0, 12.0])


def test_an_edit_in_place_is_part_of_the_path() -> None:
    x = tensor([1.0, 2.0])
    with autograd.watch():
        y = x * 1.0
        y[0] *= 5
        loss = (y * y).sum()
        loss.backward()
    assert x.grad is not None
    agrees(autograd.explain(loss, x, index=0, most=50), x.grad[0].item())
    np.testing.assert_array_equal(autograd.explain(loss, x).value, x.grad)


def test_the_shares_of_a_fork_are_shown_in_matrix_form() -> None:
    w, v = tensor([[1.0, 2.0], [3.0, 4.0]], "w"), tensor([1.0, -1.0], "v", grad=False)
    with autograd.watch():
        h = w @ v
        s = (w @ h).sum()
        s.backward()
    derivation = autograd.explain(s, w)
    text = re.sub(" +", " ", derivation.text)
    assert derivation.path_count == 2
    assert " by h = ∂s/∂h ⊗ v = [[4, -4], [6, -6]]\n" in text
    assert " by v1 = ∂s/∂v1 ⊗ h = [[-1, -1], [-1, -1]]\n" in text
    assert " ∂s/∂w = their sum = [[3, -5], [5, -7]]\n" in text


def test_neurons_of_a_batch_are_numbered_by_example_and_unit() -> None:
    w, x = tensor(np.ones((2, 3)), "w"), tensor(np.ones((2, 4)), "x", grad=False)
    with autograd.watch():
        s = autograd.tanh(x.T @ w).sum()
    derivation = autograd.explain(s, w, index=(1, 2))
    assert [term.neuron for term in derivation.deltas] == [(0, 2), (1, 2), (2, 2), (3, 2)]
    assert "δ¹(4,3)  = −(∂s/∂v1[3, 2])" in derivation.text
    assert r"\delta^{1}_{4,3}" in derivation.latex


# ---------------------------------------------------------------------------------------------------------- names


def test_names_of_modules_variables_and_lines() -> None:
    autograd.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))

    def step(inputs: Tensor, target: Tensor) -> Tensor:
        out = model(inputs)
        loss = ((out - target) ** 2).sum()
        loss.backward()
        return loss

    derivation = autograd.explain(step, autograd.ones(1, 2), autograd.tensor(2.0), of=model[0].weight)
    for name in ("0.weight", "out", "inputs", "loss"):
        assert name in derivation.text
    assert model[0].weight.grad is not None
    np.testing.assert_allclose(derivation.value, model[0].weight.grad.numpy(), rtol=1e-6)
    again = autograd.explain(step, autograd.ones(1, 2), autograd.tensor(2.0), of="0.weight", index=(2, 1))
    np.testing.assert_allclose(again.value, derivation.value[2, 1], rtol=1e-6)
    assert "out - target" in again.text
    assert "0.weight.grad[2, 1] holds" in again.text  # from two passes by now
    assert "other backward passes, or hooks, have changed it" in again.text


def test_a_line_that_ran_again_and_again_numbers_its_results() -> None:
    w, h = tensor(0.5), tensor(0.1, grad=False)
    with autograd.watch():
        for _ in range(3):
            h = autograd.tanh(w * h)
        s = h * 2
    text = autograd.explain(s, w).text
    assert "w → v1 → h₁ → v2 → h₂ → v3 → h → s" in text


def test_a_line_with_the_same_operation_twice_is_one_result() -> None:
    a, b = tensor(0.5), tensor(0.25)

    def twice(a: Tensor, b: Tensor) -> Tensor:
        y = autograd.tanh(b * autograd.tanh(b * a))
        return y * 1

    text = autograd.explain(twice, a, b, of=a).text
    assert "a → v1 → v2 → v3 → y → v4" in text


def test_local_variables_go_before_global_ones() -> None:
    inner = GLOBAL
    with autograd.watch():
        y = inner * 3
    assert "∂y/∂inner" in autograd.explain(y, inner).text


def test_a_name_given_outlives_a_variable() -> None:
    x = tensor(2.0, "weight")
    with autograd.watch():
        y = x * 3
    assert "∂y/∂weight" in autograd.explain(y, x).text
    assert "∂loss/∂weight" in autograd.explain(y, x, names={"loss": y}).text


# ------------------------------------------------------------------------------------------------- LaTeX, notebooks


def balanced(latex: str) -> bool:
    text = latex.replace(r"\{", "").replace(r"\}", "")
    depth = np.cumsum([(c == "{") - (c == "}") for c in text])
    return depth.min() >= 0 and depth[-1] == 0 and latex.count(r"\begin") == latex.count(r"\end")


def test_latex() -> None:
    L, W1, _ = by_matrices()
    whole, element = autograd.explain(L, W1), autograd.explain(L, W1, index=(0, 0))
    assert r"\delta^{2}" in whole.latex
    assert r"\mathrm{W2}^{\top}" in whole.latex
    assert r"(-\delta^{1}) \otimes  x" in whole.latex
    assert r"\begin{bmatrix}0.000929071 & 0.00238904 \\ 0.00286008 & 0.00735448\end{bmatrix}" in whole.latex
    assert r"\frac{\partial L}{\partial \mathrm{W1}_{0,0}}" in element.latex
    assert r"\delta^{1}_{1}" in element.latex
    assert r"= -\frac{\partial L}{\partial \mathrm{net2}_{0}}" in element.latex
    assert r"\mathrm{v1}^{2}" in element.latex
    for d in (whole, element):
        assert balanced(d.latex)
        assert d.latex.isascii()
        assert d._repr_latex_().startswith("$$")
        assert d._repr_markdown_() == d.markdown
        assert d._repr_mimebundle_() == {
            "text/latex": d._repr_latex_(), "text/markdown": d.markdown, "text/plain": d.text,
        }  # fmt: skip
        assert d.markdown.count("$$") % 2 == 0
        assert str(d) == d.text
    assert repr(whole) == "<Derivation of L by W1: 1 path>"


def test_latex_escapes_names() -> None:
    x = tensor(2.0, "a_b%c")
    with autograd.watch():
        y = x * 3
    assert r"a\_b\%c" in autograd.explain(y, x).latex


def test_small_numbers_in_latex() -> None:
    x = tensor(2.0)
    with autograd.watch():
        y = x * 1e-9
    assert r"1 \cdot 10^{-9}" in autograd.explain(y, x).latex


# --------------------------------------------------------------------------------------------------------- errors


def test_what_is_refused() -> None:
    w, other = tensor([1.0, 2.0], "w"), tensor(1.0, "other")
    with autograd.watch():
        loss = (w * w).sum()
        many = w * 2
    unwatched = (w * w).sum()
    refused: list[tuple[Any, Callable[[], Any], str]] = [
        (TypeError, lambda: autograd.explain(3, w), "explain was given int"),  # type: ignore[arg-type]
        (TypeError, lambda: autograd.explain(loss), "differentiate by NoneType"),
        (TypeError, lambda: autograd.explain(loss, w, w), "a Tensor and 2 arguments"),
        (TypeError, lambda: autograd.explain(loss, 3), "differentiate by int"),
        (TypeError, lambda: autograd.explain(lambda: loss.item(), of=w), "returned float.*loss.item"),
        (RuntimeError, lambda: autograd.explain(many, w), r"a result of shape \(2,\); expected a single number"),
        (RuntimeError, lambda: autograd.explain(unwatched, w), "were not watched, mul among them.*with autograd.watch"),
        (RuntimeError, lambda: autograd.explain(loss, other), "not computed from that tensor.*such as w"),
        (RuntimeError, lambda: autograd.explain(loss, w.detach()), "requires no gradient"),
        (RuntimeError, lambda: autograd.explain(loss.detach(), w), "requires no gradient"),
        (RuntimeError, lambda: autograd.explain(loss, many), "not computed from"),
        (KeyError, lambda: autograd.explain(loss, of="nobody"), "no node is named 'nobody'"),
        (IndexError, lambda: autograd.explain(loss, w, index=2), "index 2 is out of range for dimension 0 of w"),
        (IndexError, lambda: autograd.explain(loss, w, index=-3), "index -3 is out of range"),
        (IndexError, lambda: autograd.explain(loss, w, index=(0, 0)), r"index=\(0, 0\) for w of shape \(2,\)"),
        (IndexError, lambda: autograd.explain(loss, w, index=()), "1 integers"),
        (IndexError, lambda: autograd.explain(loss, w, index=0.5), "index=0.5"),  # type: ignore[arg-type]
        (IndexError, lambda: autograd.explain(loss, w, index=True), "index=True"),
    ]
    for kind, call, message in refused:
        with pytest.raises(kind, match=message):
            call()


def test_a_value_edited_since_is_refused() -> None:
    w = tensor([1.0, 2.0])
    with autograd.watch():
        loss = (w * w).sum()
        loss.backward()
    with autograd.no_grad():
        w -= 0.1
    with pytest.raises(RuntimeError, match="modified by an inplace operation") as caught:
        autograd.explain(loss, w)
    assert "Explain before optimizer.step()" in caught.value.__notes__[0]


def test_too_many_elements_are_refused() -> None:
    w = autograd.ones(80, 80, requires_grad=True)
    with autograd.watch():
        loss = (w @ autograd.ones(80, 80)).exp().cumsum(0).sum()
    with pytest.raises(RuntimeError, match="5,000 local derivatives.*matrix form"):
        autograd.explain(loss, w, index=(0, 0))


def test_explaining_changes_nothing() -> None:
    L, W1, _ = by_matrices()
    before = np.array(W1.grad)
    autograd.explain(L, W1)
    autograd.explain(L, W1, index=(0, 1))
    np.testing.assert_array_equal(W1.grad, before)
    L.backward()
    np.testing.assert_array_equal(W1.grad, 2 * before)
