"""Gradients of gradients: Hessians of composite functions against PyTorch, finite differences and closed forms.

First derivatives that are right say nothing about second ones: an intermediate stored as a constant (probabilities,
normalised activations) gives the right gradient and a silently wrong Hessian. Each function here contains such steps.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


# The functions take the library as an argument, so that torch runs the very same lines.


def small_network(lib: Any, w: Any) -> Any:
    """Tanh layer, softmax cross-entropy, and a penalty; w holds both weight matrices."""
    x = lib.tensor([[0.5, -1.0], [2.0, 0.3], [-0.7, 1.1]], dtype=lib.float64)
    hidden = lib.tanh(x @ w[:6].reshape(2, 3))
    logits = hidden @ w[6:].reshape(3, 2)
    picked = lib.log_softmax(logits, dim=1)[lib.tensor([0, 1, 2]), lib.tensor([0, 1, 1])]
    return -picked.mean() + 0.1 * (w**2).sum()


def normalised_ratio(lib: Any, w: Any) -> Any:
    """Standardise, divide by a norm, take a product of softmax and sigmoid: every quotient depends on all inputs."""
    z = (w - w.mean()) / (w.std() + 0.5)
    p = lib.softmax(z, dim=0)
    return (p * lib.sigmoid(w * 1.5)).sum() / lib.sqrt((w * w).sum() + 1.0) + lib.logsumexp(z * w, dim=0)


def pieces(lib: Any, w: Any) -> Any:
    """Indexing, concatenation, broadcasting, where, maximum, powers with tensor exponents, an in-place edit."""
    a, b = w[:4].reshape(2, 2), w[4:].reshape(1, 4)
    table = lib.cat([lib.exp(a).reshape(-1), lib.where(b[0] > 0, b[0] ** 3, b[0] * b[0])])
    outer = table[:, None] * b.transpose(0, 1).reshape(-1)
    edited = outer * 1.0
    edited[0] *= w[3]
    powers = (lib.abs(w) + 0.5) ** lib.maximum(w, w * 0.5)
    return (edited * edited).mean() + powers.sum() / (1.0 + w[0] ** 2)


FUNCTIONS: list[tuple[Callable[[Any, Any], Any], int]] = [(small_network, 12), (normalised_ratio, 5), (pieces, 8)]
every_function = pytest.mark.parametrize(
    ("function", "size"), FUNCTIONS, ids=lambda value: getattr(value, "__name__", "")
)


def point(size: int) -> list[float]:
    return np.random.default_rng(3).normal(size=size).tolist()


def gradient(function: Callable[[Any, Any], Any], at: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    w = leaf(at.tolist())
    return autograd.grad(function(autograd, w), w)[0].numpy()


def hessian(
    lib: Any, grad: Callable[..., Any], function: Callable[[Any, Any], Any], at: list[float]
) -> np.ndarray[Any, Any]:
    """Row i is the gradient of component i of the gradient."""
    w = lib.tensor(at, dtype=lib.float64, requires_grad=True)
    (slope,) = grad(function(lib, w), w, create_graph=True)
    rows = [grad(slope[i], w, retain_graph=True)[0].numpy() for i in range(len(at))]
    return np.stack(rows)


@every_function
def test_hessian_against_finite_differences(function: Callable[[Any, Any], Any], size: int) -> None:
    at = np.array(point(size))
    exact = hessian(autograd, autograd.grad, function, at.tolist())
    h = 1e-5
    differences = np.stack([
        (gradient(function, at + h * step) - gradient(function, at - h * step)) / (2 * h) for step in np.eye(size)
    ])  # fmt: skip
    scale = np.abs(exact).max()
    np.testing.assert_allclose(exact, differences, rtol=1e-6, atol=1e-8 * scale)
    np.testing.assert_allclose(exact, exact.T, rtol=1e-10, atol=1e-12 * scale)
    assert scale > 0.01, "a Hessian of zeros would agree with anything"


@pytest.mark.oracle
@every_function
def test_hessian_against_torch(function: Callable[[Any, Any], Any], size: int) -> None:
    torch = pytest.importorskip("torch")
    ours = hessian(autograd, autograd.grad, function, point(size))
    theirs = hessian(torch, torch.autograd.grad, function, point(size))
    np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13 * np.abs(theirs).max())


@every_function
def test_gradient_recorded_is_gradient_unrecorded(function: Callable[[Any, Any], Any], size: int) -> None:
    """The same rules, read on arrays and on tensors."""
    w = leaf(point(size))
    (recorded,) = autograd.grad(function(autograd, w), w, create_graph=True)
    np.testing.assert_allclose(recorded.detach().numpy(), gradient(function, np.array(point(size))), rtol=1e-13)


@every_function
def test_hessian_vector_product_in_two_ways(function: Callable[[Any, Any], Any], size: int) -> None:
    """Differentiate <g, v> once, or differentiate g backwards with seed v."""
    v = autograd.tensor(np.random.default_rng(4).normal(size=size).tolist(), dtype=autograd.float64)
    w = leaf(point(size))
    (slope,) = autograd.grad(function(autograd, w), w, create_graph=True)
    (by_dot,) = autograd.grad((slope * v).sum(), w, retain_graph=True)
    (by_seed,) = autograd.grad(slope, w, grad_outputs=v)
    np.testing.assert_allclose(by_dot.numpy(), by_seed.numpy(), rtol=1e-12)


def test_nth_derivatives_of_a_power() -> None:
    x = leaf(1.5)
    y = x**5
    derivatives = []
    for _ in range(6):
        (y,) = autograd.grad(y, x, create_graph=True)
        derivatives.append(y.item())
    assert derivatives == pytest.approx([5 * 1.5**4, 20 * 1.5**3, 60 * 1.5**2, 120 * 1.5, 120.0, 0.0], rel=1e-14)


@pytest.mark.parametrize(
    ("name", "closed_form"),
    [
        ("exp", lambda x: np.exp(x)),
        ("log", lambda x: 2 / x**3),
        ("sqrt", lambda x: 3 / 8 * x**-2.5),
        ("tanh", lambda x: (6 * np.tanh(x) ** 2 - 2) / np.cosh(x) ** 2),
        ("sigmoid", lambda x: np.exp(x) * (np.exp(2 * x) - 4 * np.exp(x) + 1) / (1 + np.exp(x)) ** 4),
    ],
)
def test_third_derivatives(name: str, closed_form: Callable[[float], float]) -> None:
    x = leaf(0.7)
    y = getattr(autograd, name)(x)
    for _ in range(3):
        (y,) = autograd.grad(y, x, create_graph=True)
    assert y.item() == pytest.approx(closed_form(0.7), rel=1e-12)


def test_gradient_penalty() -> None:
    """A loss on the gradient of a network with respect to its input, trained through: d/dw of (dy/dx)^2."""
    w, x = leaf(0.8), leaf(1.3)
    (slope,) = autograd.grad(autograd.tanh(w * x), x, create_graph=True)
    (slope**2).backward()
    s = 1 / np.cosh(0.8 * 1.3) ** 2  # slope = w s, ds/dw = -2 s x tanh(w x)
    expected = 2 * (0.8 * s) * (s - 2 * 0.8 * 1.3 * s * np.tanh(0.8 * 1.3))
    assert w.grad.item() == pytest.approx(expected, rel=1e-13)


def test_backward_create_graph_leaves_a_gradient_that_can_be_differentiated() -> None:
    x = leaf(2.0)
    (x**3).backward(create_graph=True)
    slope = x.grad
    assert slope.requires_grad
    x.grad = None
    slope.backward()
    assert x.grad.item() == 12.0


def test_accumulation_of_recorded_gradients() -> None:
    x = leaf(2.0)
    (x**3).backward(create_graph=True)
    (x**2).backward(create_graph=True)
    total = x.grad  # 3 x^2 + 2 x
    x.grad = None
    total.backward()
    assert x.grad.item() == 14.0


def test_an_edited_saved_value_is_noticed_in_the_second_pass_too() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1.0
    (slope,) = autograd.grad((y**3).sum(), x, create_graph=True)
    with autograd.no_grad():
        y += 1.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        slope.sum().backward()


def test_second_derivative_through_a_broadcast() -> None:
    row, column = leaf([1.0, 2.0, 3.0]), leaf([[2.0], [5.0]])
    (slope,) = autograd.grad((row**2 * column**2).sum(), row, create_graph=True)  # 2 r (c1^2 + c2^2)
    d_row, d_column = autograd.grad(slope.sum(), (row, column))
    assert d_row.tolist() == [58.0, 58.0, 58.0]
    assert d_column.tolist() == [[48.0], [120.0]]


def test_second_derivative_through_one_of_several_outputs() -> None:
    x = leaf([1.0, 2.0, 3.0])
    first, rest = x.split([1, 2])
    (slope,) = autograd.grad((first**3).sum() + (rest[0] * first).sum(), x, create_graph=True)
    assert slope.tolist() == [5.0, 1.0, 0.0]
    assert autograd.grad(slope[0], x)[0].tolist() == [6.0, 1.0, 0.0]
