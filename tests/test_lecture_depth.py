"""All lectures: what hidden layers can do, what depth does to gradients, and backpropagation written out by hand.

Universality, networks on XOR, linear collapse, m examples at once, vanishing and exploding gradients, residual blocks
and the differential equation they approximate.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
import nn.data

F8 = autograd.float64


# ---------------------------------------------------------------------------------------------------- universality


@pytest.mark.parametrize(
    ("pieces", "error"), [(4, 0.2105132), (8, 0.0703652), (16, 0.0188251), (32, 0.0047850), (64, 0.0012012)]
)
def test_hinges_interpolate_the_sine(pieces: int, error: float) -> None:
    """One hidden layer of ReLUs is a polygon: its corners lie on the curve, and the error is at most h²/8."""
    knots = np.linspace(0, 2 * np.pi, pieces + 1)
    slopes = np.diff(np.sin(knots)) / np.diff(knots)
    net = nn.Sequential(nn.Linear(1, pieces), nn.ReLU(), nn.Linear(pieces, 1)).double()
    first, _, last = net
    with autograd.no_grad():
        first.weight.fill_(1)
        first.bias.copy_(autograd.tensor(-knots[:-1]))
        last.weight.copy_(autograd.tensor(np.diff(slopes, prepend=0))[None])
        last.bias.fill_(0)
    x = autograd.linspace(0, 2 * math.pi, 401, dtype=F8)[:, None]
    worst = (net(x) - autograd.sin(x)).abs().max().item()
    np.testing.assert_allclose(worst, error, atol=1e-7)
    assert worst <= (2 * np.pi / pieces) ** 2 / 8


@pytest.mark.parametrize(("k", "error"), [(3, 1.0), (4, 4 / 9), (5, 0.25), (8, 0.0816327), (16, 0.0177778)])
def test_maxout_of_tangents_is_the_parabola(k: int, error: float) -> None:
    """Figure 1 of the maxout paper: k tangents of x² on [-2, 2] miss it by (h/2)² at most."""
    at = np.linspace(-2, 2, k)
    maxout = nn.Sequential(nn.Linear(1, k), nn.Maxout(k)).double()
    with autograd.no_grad():
        maxout[0].weight.copy_(autograd.tensor(2 * at)[:, None])
        maxout[0].bias.copy_(autograd.tensor(-(at**2)))
    x = autograd.linspace(-2, 2, 4 * 3 * 5 * 7 * 4 + 1, dtype=F8)[:, None]
    np.testing.assert_allclose((x**2 - maxout(x)).abs().max().item(), error, atol=1e-6)


def test_more_neurons_fit_better() -> None:
    x = autograd.linspace(-math.pi, math.pi, 64, dtype=F8)[:, None]
    errors = []
    for n in (2, 8):
        autograd.manual_seed(0)
        net = nn.Sequential(nn.Linear(1, n), nn.Tanh(), nn.Linear(n, 1)).double()
        optimizer = nn.optim.Adam(net.parameters(), lr=0.02)
        for _ in range(2000):
            loss = nn.functional.mse_loss(net(x), autograd.sin(2 * x))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        errors.append(loss.item())
    assert errors[1] < errors[0] / 100


@pytest.mark.parametrize("hidden", [4, 8])
def test_four_hidden_neurons_learn_xor(hidden: int) -> None:
    X, y = nn.data.xor(dtype=F8)
    for seed in range(20):
        autograd.manual_seed(seed)
        net = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 1)).double()
        optimizer = nn.optim.SGD(net.parameters(), lr=0.5)
        for _ in range(1000 if hidden == 8 else 3000):
            loss = nn.functional.binary_cross_entropy_with_logits(net(X)[:, 0], y.double())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if loss.item() < 0.05:
                break
        assert ((net(X)[:, 0] > 0) == y.bool()).all(), seed


def test_without_activation_two_layers_are_one() -> None:
    first, second = nn.Linear(5, 7).double(), nn.Linear(7, 3).double()
    x = autograd.randn(20, 5, dtype=F8)
    one = x @ (second.weight @ first.weight).T + second.weight @ first.bias + second.bias
    np.testing.assert_allclose(second(first(x)).detach().numpy(), one.detach().numpy(), atol=2e-15)


# ------------------------------------------------------------------------------- the reference, written out by hand


def by_hand(W: list[Any], b: list[Any], X: Any, Y: Any, decay: float) -> tuple[float, list[Any], list[Any]]:
    """Lecture 003's vectorised backpropagation of m examples: loss, weights' and biases' gradients.

    Sigmoid, then softmax with negative log-likelihood: J = -Σ ln a_y / m + λ/2 Σ W², biases free of λ.
    """
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(W[0] @ X + b[0])))
    Z = W[1] @ A + b[1]
    P = np.exp(Z - Z.max(0)) / np.exp(Z - Z.max(0)).sum(0)
    loss = -np.sum(Y * np.log(P)) / m + decay / 2 * sum(np.sum(w * w) for w in W)
    delta2 = P - Y
    delta1 = (W[1].T @ delta2) * A * (1 - A)
    weights = [delta1 @ X.T / m + decay * W[0], delta2 @ A.T / m + decay * W[1]]
    return loss, weights, [delta1.mean(1, keepdims=True), delta2.mean(1, keepdims=True)]


def test_m_examples_at_once() -> None:
    random = np.random.default_rng(0)
    W = [random.standard_normal((4, 3)), random.standard_normal((3, 4))]
    b = [random.standard_normal((4, 1)), random.standard_normal((3, 1))]
    X, labels = random.standard_normal((3, 5)), random.integers(0, 3, 5)
    loss, weights, biases = by_hand(W, b, X, np.eye(3)[:, labels], 0.1)
    tensors = [autograd.tensor(a, requires_grad=True) for a in (*W, *b)]
    W1, W2, b1, b2 = tensors
    logits = W2 @ autograd.sigmoid(W1 @ autograd.tensor(X) + b1) + b2
    J = nn.functional.cross_entropy(logits.T, autograd.tensor(labels)) + 0.05 * ((W1**2).sum() + (W2**2).sum())
    J.backward()
    np.testing.assert_allclose(J.item(), loss, rtol=1e-14)
    for tensor, gradient in zip(tensors, [*weights, *biases], strict=True):
        assert tensor.grad is not None
        np.testing.assert_allclose(tensor.grad.numpy(), gradient, atol=1e-15)


def test_the_mean_of_the_batches_gradients_is_the_whole_gradient() -> None:
    X, y = nn.data.iris(dtype=F8)[:2]
    net = nn.Linear(4, 3).double()

    def gradient(rows: Any) -> Any:
        return autograd.grad(nn.functional.cross_entropy(net(X[rows]), y[rows]), net.weight)[0].numpy()

    batches = [gradient(slice(i, i + 30)) for i in range(0, 150, 30)]
    np.testing.assert_allclose(np.mean(batches, 0), gradient(slice(None)), atol=1e-15)
    net.zero_grad()
    for i in range(150):  # the total loss of lecture 000: gradients of single examples add up
        nn.functional.cross_entropy(net(X[i : i + 1]), y[i : i + 1]).backward()
    assert net.weight.grad is not None
    np.testing.assert_allclose(net.weight.grad.numpy() / 150, gradient(slice(None)), atol=1e-14)


# ------------------------------------------------------------------------------------- vanishing and exploding


@pytest.mark.parametrize(
    ("depth", "slope"),
    [(1, 0.2350037122015945), (5, 6.079862743106368e-04), (10, 3.483115609785163e-07), (20, 1.143095886693206e-13)],
)
def test_a_chain_of_sigmoids(depth: int, slope: float) -> None:
    x = autograd.tensor(0.5, dtype=F8, requires_grad=True)
    y = x
    for _ in range(depth):
        y = autograd.sigmoid(y)
    y.backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.item(), slope, rtol=1e-12)


@pytest.mark.parametrize(
    ("factor", "steps", "gradient"),
    [(0.9, 10, 0.3486784401), (0.9, 100, 2.656139888758694e-5), (1.1, 10, 2.5937424601), (1.1, 100, 13780.61233982238)],
)
def test_a_linear_recurrence(factor: float, steps: int, gradient: float) -> None:
    h0 = autograd.tensor(1.0, dtype=F8, requires_grad=True)
    h = h0
    for _ in range(steps):
        h = factor * h
    h.backward()
    assert h0.grad is not None
    np.testing.assert_allclose(h0.grad.item(), gradient, rtol=1e-12)


def deep(activation: type[nn.Module], init: Callable[[Any], Any]) -> tuple[float, float]:
    """The norms of the first and the last layer's gradient in a network of 20 layers."""
    depth, width = 20, 32
    autograd.manual_seed(0)
    layers = [nn.Linear(width, width).double() for _ in range(depth)]
    for layer in layers:
        init(layer.weight)
        nn.init.zeros_(layer.bias)
    x = autograd.randn(64, width, dtype=F8)
    for layer in layers:
        x = activation()(layer(x))
    (x**2).mean().backward()
    norms = [autograd.linalg.vector_norm(layer.weight.grad).item() for layer in (layers[0], layers[-1])]
    return norms[0], norms[1]


def test_the_activation_decides_whether_gradients_vanish() -> None:
    sigmoid = deep(nn.Sigmoid, nn.init.xavier_uniform_)
    tanh = deep(nn.Tanh, nn.init.xavier_uniform_)
    relu = deep(nn.ReLU, lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"))
    assert sigmoid[0] / sigmoid[1] < 1e-10
    assert 0.1 < tanh[0] / tanh[1] < 10
    assert 0.1 < relu[0] / relu[1] < 10


class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, branch: nn.Module) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, x: Any) -> Any:
        """Return the input, and what the branch adds to it."""
        return x + self.branch(x)


def test_a_residual_block_of_a_zero_branch_is_the_identity() -> None:
    branch = nn.Linear(4, 4).double()
    nn.init.zeros_(branch.weight)
    nn.init.zeros_(branch.bias)
    x = autograd.randn(3, 4, dtype=F8, requires_grad=True)
    y = Residual(branch)(x)
    y.sum().backward()
    assert x.grad is not None
    assert (y == x).all()
    assert (x.grad == 1).all()


def test_fifty_layers_vanish_without_shortcuts_and_do_not_with_them() -> None:
    def gradient_of_first(residual: bool) -> float:
        autograd.manual_seed(0)
        layers = [nn.Sequential(nn.Linear(32, 32), nn.ReLU()).double() for _ in range(50)]
        net = nn.Sequential(*[Residual(layer) if residual else layer for layer in layers])
        net(autograd.randn(16, 32, dtype=F8)).sum().backward()
        return float(autograd.linalg.vector_norm(layers[0][0].weight.grad).item())

    assert gradient_of_first(residual=False) < 1e-15
    assert gradient_of_first(residual=True) > 1


@pytest.mark.parametrize(
    ("n", "value", "by_rate"),
    [
        (10, 0.3486784401, -0.387420489),
        (100, 0.3660323412732296, -0.3697296376497276),
        (1000, 0.36769542477096373, -0.36806348825922597),
    ],
)
def test_residual_blocks_are_eulers_steps(n: int, value: float, by_rate: float) -> None:
    """h ← h + f(h)/N with f = -θh comes to exp(-θ) as 1/N does to 0."""
    rate = autograd.tensor(1.0, dtype=F8, requires_grad=True)
    h = autograd.tensor(1.0, dtype=F8)
    for _ in range(n):
        h = h - rate * h / n
    h.backward()
    assert rate.grad is not None
    np.testing.assert_allclose(h.item(), value, rtol=1e-12)
    np.testing.assert_allclose(rate.grad.item(), by_rate, rtol=1e-12)
    np.testing.assert_allclose((math.exp(-1) - h.item()) * n, 0.184, atol=0.01)


def test_clipping_a_gradient_of_norm_13() -> None:
    first, second = (autograd.zeros(n, dtype=F8, requires_grad=True) for n in (2, 1))
    first.grad, second.grad = autograd.tensor([3.0, 4.0], dtype=F8), autograd.tensor([12.0], dtype=F8)
    norm = nn.utils.clip_grad_norm_([first, second], 1.0)
    assert norm.item() == 13
    clipped = [*first.grad.tolist(), *second.grad.tolist()]
    np.testing.assert_allclose(clipped, [0.23076921301775288, 0.3076922840236705, 0.9230768520710115], rtol=1e-12)
