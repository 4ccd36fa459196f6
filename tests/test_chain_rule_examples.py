"""The chain-rule examples of lecture 003: values, derivatives, and the shape of the graphs they record.

The three examples are functions of one number x, written with Python operators exactly as on the slides. Beside them
stand the lecture's statements about define-by-run, accumulation, broadcasting and indexing, each on a case that can be
checked with a pencil.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

import autograd

Scalar = Callable[[float], float]


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


# ---------------------------------------------------------------------------------------------------------------------
# The three examples: intermediate results by name, the last one is the function's value
# ---------------------------------------------------------------------------------------------------------------------


def univariate(x: autograd.Tensor) -> dict[str, autograd.Tensor]:
    g = x**3 + 2 * x
    f = 2 * g**2 - 3 * g + 1
    return {"g": g, "f": f}


def example_1(x: autograd.Tensor) -> dict[str, autograd.Tensor]:
    g1 = 3 * x
    g2 = x**2 + 2 * x
    f = 2 * g1**2 - 3 * g1 * g2 + 1
    return {"g1": g1, "g2": g2, "f": f}


def example_2(x: autograd.Tensor) -> dict[str, autograd.Tensor]:
    g1 = 3 * x
    g2 = x**2 + x
    h1 = 2 * g1 + 1
    h2 = 2 * g1 + g2
    loss = (h1 - h2) ** 2
    return {"g1": g1, "g2": g2, "h1": h1, "h2": h2, "f": loss}


class Example(NamedTuple):
    """A recorded function; its closed forms; and the size of its graph: ops, leaves, edges, depth."""

    record: Callable[[autograd.Tensor], dict[str, autograd.Tensor]]
    value: Scalar
    derivative: Scalar
    graph: tuple[int, int, int, int]


EXAMPLES = [
    Example(
        univariate,
        lambda x: 2 * (x**3 + 2 * x) ** 2 - 3 * (x**3 + 2 * x) + 1,
        lambda x: (4 * (x**3 + 2 * x) - 3) * (3 * x**2 + 2),
        (8, 1, 10, 6),
    ),
    Example(example_1, lambda x: 1 - 9 * x**3, lambda x: -27 * x**2, (10, 1, 13, 5)),
    Example(
        example_2,
        lambda x: (1 - x - x**2) ** 2,
        lambda x: 2 * (1 - x - x**2) * (-1 - 2 * x),
        (9, 1, 12, 5),
    ),
]
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.record.__name__)


@pytest.mark.parametrize(
    ("record", "x", "value", "derivative"),
    [
        (univariate, 1.0, 10, 45),
        (univariate, 2.0, 253, 630),
        (univariate, 0.0, 1, -6),
        (univariate, -1.0, 28, -75),
        (univariate, 0.5, 0.15625, 4.125),
        (example_1, 1.0, -8, -27),
        (example_1, 2.0, -71, -108),
        (example_1, 0.0, 1, 0),
        (example_1, -1.0, 10, -27),
        (example_2, 1.0, 1, 6),
        (example_2, 2.0, 25, 50),
        (example_2, 0.5, 0.0625, -1),
    ],
)
def test_values_and_derivatives(
    record: Callable[[autograd.Tensor], dict[str, autograd.Tensor]], x: float, value: float, derivative: float
) -> None:
    """All of these are exact in binary floating point, so they are compared exactly."""
    at = leaf(x)
    f = record(at)["f"]
    f.backward()
    assert f.item() == value
    assert at.grad.item() == derivative


@every_example
@pytest.mark.parametrize("x", [-3.7, -0.3, 1 / 3, 0.9, 2.4])
def test_closed_forms(example: Example, x: float) -> None:
    at = leaf(x)
    f = example.record(at)["f"]
    f.backward()
    assert f.item() == pytest.approx(example.value(x), rel=1e-12, abs=1e-13)
    assert at.grad.item() == pytest.approx(example.derivative(x), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(("x", "dg1", "dg2"), [(1.0, 3.0, -9.0), (2.0, 0.0, -18.0), (0.5, 2.25, -4.5)])
def test_example_1_fan_out(x: float, dg1: float, dg2: float) -> None:
    """df/dg1 = 4 g1 - 3 g2 and df/dg2 = -3 g1: g1 is used twice and collects both."""
    steps = example_1(leaf(x))
    steps["g1"].retain_grad()
    steps["g2"].retain_grad()
    steps["f"].backward()
    assert steps["g1"].grad.item() == dg1
    assert steps["g2"].grad.item() == dg2


@pytest.mark.parametrize("x", [1.0, 2.0, 0.5, -0.3])
def test_example_2_paths_cancel_exactly(x: float) -> None:
    """g1 reaches the loss with +2 through h1 and -2 through h2: an overwriting `=` in place of `+=` is not zero."""
    steps = example_2(leaf(x))
    for step in steps.values():
        step.retain_grad()
    steps["f"].backward()
    assert steps["g1"].grad.item() == 0.0
    assert steps["h1"].grad.item() == -steps["h2"].grad.item() == 2 * (steps["h1"] - steps["h2"]).item()
    assert steps["g2"].grad.item() == steps["h2"].grad.item()
    assert steps["f"].grad.item() == 1.0


# ---------------------------------------------------------------------------------------------------------------------
# Their graphs: one node per Python operator, numbers are attributes, edges with multiplicity, none out of the root
# ---------------------------------------------------------------------------------------------------------------------


@every_example
def test_graph_counts(example: Example) -> None:
    g = autograd.draw(example.record(leaf(0.5))["f"])
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == example.graph


@every_example
def test_graph_counts_are_the_same_when_watched(example: Example) -> None:
    with autograd.watch():
        f = example.record(leaf(0.5))["f"]
        f.backward()
    g = autograd.draw(f)
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == example.graph


def test_graph_equal_expressions_are_not_shared() -> None:
    x = leaf(3.0)
    g = autograd.draw(x * x + x * x)
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (3, 1, 6, 2)


def test_graph_operands_without_gradient_are_not_counted() -> None:
    x, constant = leaf(3.0), autograd.tensor(2.0, dtype=autograd.float64)
    g = autograd.draw(constant * x + constant)
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (2, 1, 2, 2)


def test_graph_of_a_long_chain_needs_no_recursion() -> None:
    y = leaf(1.0)
    for _ in range(3000):
        y = y + 1.0
    g = autograd.draw(y)
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (3000, 1, 3000, 3000)


# ---------------------------------------------------------------------------------------------------------------------
# Define by run
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "derivative"), [(1.5, 3.0), (0.0, -2.0), (-1.5, -2.0)])
def test_an_if_on_a_value_chooses_the_graph(x: float, derivative: float) -> None:
    """f(x) = x^2 for x > 0, else -2 x: the branch not taken is not in the graph."""
    at = leaf(x)
    y = at * at if at > 0 else -2 * at
    assert y.grad_fn.name() == "MulBackward0"
    y.backward()
    assert at.grad.item() == derivative


@pytest.mark.parametrize(("x", "factors"), [(1.5, 7), (2.0, 5), (3.0, 3), (11.0, 2)])
def test_a_while_on_a_value_decides_the_length(x: float, factors: int) -> None:
    """Multiply by x until 17 is passed: x^n with an n that depends on x, derivative n x^(n-1)."""
    at = leaf(x)
    y, count = at, 1
    while y < 17:
        y = y * at
        count += 1
    y.backward()
    assert count == factors
    assert at.grad.item() == pytest.approx(factors * x ** (factors - 1), rel=1e-14)


def test_the_graph_is_made_anew_by_every_run() -> None:
    x = leaf(2.0)
    gradients = []
    for power in (1, 2, 3):
        x.grad = None
        y = x
        for _ in range(power - 1):
            y = y * x
        y.backward()
        gradients.append(x.grad.item())
    assert gradients == [1.0, 4.0, 12.0]


# ---------------------------------------------------------------------------------------------------------------------
# The chain rule, case 1 and case 2: closed form, engine, central difference
# ---------------------------------------------------------------------------------------------------------------------


def case_1(s: autograd.Tensor) -> autograd.Tensor:
    """s -> y = g(s) -> z = h(y)."""
    return autograd.exp(autograd.tanh(s))


def case_2(s: autograd.Tensor) -> autograd.Tensor:
    """s -> x = g(s) and y = h(s) -> z = k(x, y)."""
    x, y = s**2, autograd.exp(s)
    return x * y + autograd.sqrt(x + 1)


@pytest.mark.parametrize(
    ("function", "closed_form"),
    [
        (case_1, lambda s: math.exp(math.tanh(s)) / math.cosh(s) ** 2),
        (case_2, lambda s: (2 * s + s * s) * math.exp(s) + s / math.sqrt(s * s + 1)),
    ],
    ids=["case 1", "case 2"],
)
@pytest.mark.parametrize("s", [-1.3, 0.2, 0.7, 1.9])
def test_chain_rule(function: Callable[[autograd.Tensor], autograd.Tensor], closed_form: Scalar, s: float) -> None:
    at = leaf(s)
    function(at).backward()
    assert at.grad.item() == pytest.approx(closed_form(s), rel=1e-13)

    h = 1e-5
    difference = (function(leaf(s + h)).item() - function(leaf(s - h)).item()) / (2 * h)
    assert at.grad.item() == pytest.approx(difference, rel=1e-6)


# ---------------------------------------------------------------------------------------------------------------------
# Accumulation, and what backward may start from
# ---------------------------------------------------------------------------------------------------------------------


def test_gradients_accumulate() -> None:
    w = leaf([1.0, 2.0])
    (w**2).sum().backward()
    assert w.grad.tolist() == [2.0, 4.0]
    (w**2).sum().backward()
    assert w.grad.tolist() == [4.0, 8.0]
    w.grad.zero_()
    assert w.grad.tolist() == [0.0, 0.0]
    (w**2).sum().backward()
    assert w.grad.tolist() == [2.0, 4.0]


def test_gradient_of_the_total_loss_is_the_sum_over_the_examples() -> None:
    """Lecture 000: L = sum C^n, so dL/dw = sum dC^n/dw; by one backward, and by one for every example."""
    rng = np.random.default_rng(0)
    x, t = autograd.from_numpy(rng.normal(size=(5, 3))), autograd.from_numpy(rng.normal(size=5))
    start = rng.normal(size=3)

    total = leaf(start)
    ((x @ total - t) ** 2).sum().backward()
    one_by_one = leaf(start)
    for n in range(5):
        ((x[n] @ one_by_one - t[n]) ** 2).backward()
    closed_form = 2 * x.numpy().T @ (x.numpy() @ start - t.numpy())
    np.testing.assert_allclose(total.grad.numpy(), closed_form, rtol=1e-12)
    np.testing.assert_allclose(one_by_one.grad.numpy(), closed_form, rtol=1e-12)


def test_backward_starts_from_a_scalar_or_is_told_the_gradient() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x * x
    with pytest.raises(RuntimeError, match="scalar"):
        y.backward()
    assert x.grad is None
    y.backward(autograd.tensor([1.0, 10.0, 100.0], dtype=autograd.float64))
    assert x.grad.tolist() == [2.0, 40.0, 600.0]


def test_backward_starts_from_any_tensor_of_one_element() -> None:
    x = leaf([[3.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[6.0]]


def test_second_backward_only_if_the_graph_was_retained() -> None:
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()
    assert x.grad.item() == 12.0


# ---------------------------------------------------------------------------------------------------------------------
# Tensors of more than one number
# ---------------------------------------------------------------------------------------------------------------------


def test_broadcast_column_collects_its_row() -> None:
    """(n,1) + (n,m): the gradient of the bias is the sum over the m examples, in the bias's own shape."""
    bias = leaf([[1.0], [2.0]])
    x = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    weight = autograd.tensor([[1.0, 10.0, 100.0], [2.0, 20.0, 200.0]], dtype=autograd.float64)
    ((bias + x) * weight).sum().backward()
    assert bias.grad.tolist() == [[111.0], [222.0]]
    assert x.grad.tolist() == weight.tolist()


def test_max_of_a_row_sends_its_gradient_to_the_place_of_the_maximum() -> None:
    x = leaf([[1.0, 5.0, 2.0], [7.0, 3.0, 7.0]])
    values, indices = autograd.max(x, dim=1, keepdim=True)
    assert values.tolist() == [[5.0], [7.0]]
    assert indices.tolist() == [[1], [0]]
    assert not indices.requires_grad
    values.sum().backward()
    assert x.grad.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]


def test_max_of_two_tensors_halves_a_tie() -> None:
    """Program 1 writes ReLU as max(zero, z): at z = 0 it sends .5, where ReLU sends 0."""
    z = leaf([-1.0, 0.0, 2.0])
    autograd.max(autograd.zeros(1, dtype=autograd.float64), z).sum().backward()
    assert z.grad.tolist() == [0.0, 0.5, 1.0]
    z.grad = None
    autograd.relu(z).sum().backward()
    assert z.grad.tolist() == [0.0, 0.0, 1.0]


def test_max_of_everything_shares_a_tie_evenly() -> None:
    x = leaf([[4.0, 1.0], [4.0, 4.0]])
    autograd.max(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), [[1 / 3, 0], [1 / 3, 1 / 3]], rtol=1e-15)


def test_argmax_carries_no_gradient() -> None:
    x = leaf([[1.0, 5.0], [7.0, 3.0]])
    where = x.argmax(dim=1)
    assert where.tolist() == [1, 0]
    assert where.dtype is autograd.int64
    assert where.grad_fn is None
    assert not where.requires_grad


def test_sum_over_a_dimension_spreads_its_gradient() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    (x.sum(dim=0) * autograd.tensor([1.0, 10.0], dtype=autograd.float64)).sum().backward()
    assert x.grad.tolist() == [[1.0, 10.0], [1.0, 10.0]]
    x.grad = None
    kept = x.sum(dim=1, keepdim=True)
    assert kept.shape == (2, 1)
    (kept * kept).sum().backward()
    assert x.grad.tolist() == [[6.0, 6.0], [14.0, 14.0]]


def test_slices_and_reshapes_put_gradients_back_where_they_came_from() -> None:
    x = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    (x[:, 1:] * x[0, 0]).sum().backward()
    assert x.grad.tolist() == [[16.0, 1.0, 1.0], [0.0, 1.0, 1.0]]
    x.grad = None
    (x.reshape(3, 2)[2] * autograd.tensor([10.0, 100.0], dtype=autograd.float64)).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0, 0.0], [0.0, 10.0, 100.0]]


def test_an_element_picked_twice_collects_twice() -> None:
    x = leaf([1.0, 2.0, 3.0])
    x[autograd.tensor([0, 2, 2])].sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 2.0]


# ---------------------------------------------------------------------------------------------------------------------
# Attributes, dtype tokens and the bridge to NumPy
# ---------------------------------------------------------------------------------------------------------------------


def test_data_grad_and_grad_fn() -> None:
    x = leaf(2.0)
    z = x * x + x
    assert x.grad_fn is None
    assert x.grad is None
    assert z.grad_fn.name() == "AddBackward0"
    (product, _), (accumulate, _) = z.grad_fn.next_functions
    assert product.name() == "MulBackward0"
    assert accumulate.variable is x
    assert z.data.item() == 6.0
    assert not z.data.requires_grad


def test_constants_get_no_gradient() -> None:
    x, constant = leaf(2.0), autograd.tensor(3.0, dtype=autograd.float64)
    (x * constant).backward()
    assert x.grad.item() == 3.0
    assert constant.grad is None
    assert (constant * constant).grad_fn is None


def test_arithmetic_on_data_leaves_no_trace() -> None:
    w = leaf([1.0, 2.0])
    (w**2).sum().backward()
    w.data -= 0.5 * w.grad.data
    assert w.tolist() == [0.0, 0.0]
    assert w.is_leaf
    assert w.requires_grad
    (3 * w).sum().backward()
    assert w.grad.tolist() == [5.0, 7.0]


@pytest.mark.parametrize(
    ("token", "dtype"),
    [("FloatTensor", "float32"), ("DoubleTensor", "float64"), ("LongTensor", "int64")],
)
def test_dtype_tokens(token: str, dtype: str) -> None:
    x = autograd.tensor([1.0, 2.0]).type(getattr(autograd, token))
    assert x.dtype is getattr(autograd, dtype)
    assert x.tolist() == [1.0, 2.0]


def test_a_cast_is_differentiable() -> None:
    x = leaf([1.0, 2.0])
    y = x.type(autograd.FloatTensor)
    assert y.dtype is autograd.float32
    assert not y.is_leaf
    (y * y).sum().backward()
    assert x.grad.dtype is autograd.float64
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_cast_to_its_own_dtype_is_the_same_tensor() -> None:
    x = leaf([1.0, 2.0])
    same = x.type(autograd.DoubleTensor)
    assert same is x
    assert same.is_leaf


def test_numpy_bridge_shares_memory_both_ways() -> None:
    array = np.array([1.0, 2.0, 3.0])
    tensor = autograd.from_numpy(array)
    array[0] = 10.0
    assert tensor[0].item() == 10.0
    tensor[1] = 20.0
    assert array[1] == 20.0
    back = tensor.numpy()
    back[2] = 30.0
    assert array.tolist() == tensor.tolist() == [10.0, 20.0, 30.0]


def test_from_numpy_takes_a_transposed_array() -> None:
    """Program 3 feeds `from_numpy(X.T)`, which is not contiguous."""
    array = np.arange(6.0).reshape(2, 3)
    x = autograd.from_numpy(array.T)
    assert x.shape == (3, 2)
    w = leaf([1.0, 10.0])
    (x @ w).sum().backward()
    assert w.grad.tolist() == [3.0, 12.0]
