"""Lectures 002 and 003: the perceptron, its loss and its kernels; logistic regression, XOR and polar coordinates.

The numbers are those of the lectures' algorithms, with the label of a score of 0 counted as a mistake.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
import nn.data

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # the order of the tables


def signs(truth: str) -> np.ndarray[Any, Any]:
    """Labels +1 and -1 of the four corners, from a column of a truth table."""
    return np.array([1 if c == "1" else -1 for c in truth])


def perceptron(X: np.ndarray[Any, Any], t: np.ndarray[Any, Any], most: int = 100) -> tuple[list[list[int]], int]:
    """The weights (bias first) after every update, and the epochs: the last one makes no mistake.

    Each update is a step of gradient descent, at rate 1, on -t w·x: what the engine differentiates.
    """
    X = np.column_stack([np.ones(len(X)), X])
    w = autograd.zeros(X.shape[1], dtype=autograd.float64, requires_grad=True)
    path = []
    for epoch in range(1, most + 1):
        mistakes = 0
        for x, label in zip(X, t, strict=True):
            score = w @ autograd.tensor(x)
            if score.item() * label <= 0:
                mistakes += 1
                (slope,) = autograd.grad(-label * score, w)
                with autograd.no_grad():
                    w -= slope
                path.append([int(v) for v in w.tolist()])
        if not mistakes:
            return path, epoch
    return path, 0


@pytest.mark.parametrize(
    ("X", "t", "weights", "updates", "epochs"),
    [
        (CORNERS, signs("0001"), [-4, 3, 2], 18, 9),
        (CORNERS, signs("0111"), [-1, 2, 2], 9, 6),
        (CORNERS, signs("1110"), [4, -3, -2], 18, 9),
        (CORNERS, signs("1100"), [1, -2, 0], 5, 4),
        (2 * CORNERS - 1, signs("0001"), [-1, 1, 1], 1, 2),
        (np.column_stack([CORNERS, CORNERS.prod(1)]), signs("0110"), [-1, 2, 2, -5], 29, 12),
        (np.column_stack([2 * CORNERS - 1, (2 * CORNERS - 1).prod(1)]), signs("0110"), [0, 0, 0, -4], 4, None),
    ],
    ids=["and", "or", "nand", "not", "and of signs", "xor with product", "xor of signs with product"],
)
def test_perceptron(
    X: np.ndarray[Any, Any], t: np.ndarray[Any, Any], weights: list[int], updates: int, epochs: int | None
) -> None:
    path, needed = perceptron(X, t)
    assert path[-1] == weights
    assert len(path) == updates
    assert epochs is None or needed == epochs


def test_perceptron_never_learns_xor() -> None:
    path, epochs = perceptron(CORNERS, signs("0110"))
    assert epochs == 0
    assert path[3::4] == [[0, 0, 0]] * 100  # four mistakes an epoch, and back to where it began


def test_the_moving_line_of_lecture_002() -> None:
    path, epochs = perceptron(np.array([[3, 3], [4, 3], [1, 1]]), np.array([1, 1, -1]))
    assert path == [[1, 3, 3], [0, 2, 2], [-1, 1, 1], [-2, 0, 0], [-1, 3, 3], [-2, 2, 2], [-3, 1, 1]]
    assert epochs == 6


def test_perceptron_loss_and_distances() -> None:
    X = autograd.tensor([[1.0, 2.0], [2.0, 1.0], [-1.0, -1.0]], dtype=autograd.float64)
    y = autograd.tensor([1.0, 1.0, -1.0], dtype=autograd.float64)
    w = autograd.tensor([1.0, -1.0], dtype=autograd.float64, requires_grad=True)
    b = autograd.tensor(0.5, dtype=autograd.float64, requires_grad=True)
    scores = X @ w + b
    assert scores.tolist() == [-0.5, 1.5, 0.5]
    wrong = y * scores <= 0  # which examples count depends on the values: the graph is another one for other weights
    loss = -(y * scores)[wrong].sum()
    loss.backward()
    assert w.grad is not None
    assert b.grad is not None
    assert (loss.item(), w.grad.tolist(), b.grad.item()) == (1.0, [-2.0, -3.0], 0.0)
    distances = (-(y * scores)[wrong] / autograd.linalg.vector_norm(w)).tolist()
    np.testing.assert_allclose(distances, [0.35355339059327373] * 2, rtol=1e-15)


# ----------------------------------------------------------------------------------------------------- kernels

Kernel = Callable[[Any, Any], Any]

KERNELS: dict[str, Kernel] = {
    "linear": lambda x, y: x @ y.T,
    "quadratic": lambda x, y: (x @ y.T) ** 2,
    "quadratic with constant": lambda x, y: (1 + x @ y.T) ** 2,
    "gaussian": lambda x, y: autograd.exp(-(autograd.cdist(x, y) ** 2) / 2),
}


def kernel_perceptron(kernel: Kernel, X: np.ndarray[Any, Any], most: int = 100) -> tuple[list[int], list[float], int]:
    """How often each example was added, the scores, and the epochs without the last; 0 epochs: it never ends."""
    x = autograd.tensor(X, dtype=autograd.float64)
    K = kernel(x, x).numpy()
    t = signs("0110")
    alpha = np.zeros(len(x), int)
    for epoch in range(most):
        mistakes = 0
        for i in range(len(x)):
            if t[i] * np.sum(alpha * t * K[:, i]) <= 0:
                alpha[i] += 1
                mistakes += 1
        if not mistakes:
            return alpha.tolist(), ((alpha * t) @ K).tolist(), epoch + 1
    return alpha.tolist(), [], 0


@pytest.mark.parametrize(
    ("kernel", "X", "alpha", "scores", "epochs"),
    [
        ("quadratic with constant", CORNERS, [7, 5, 5, 4], [-1, 2, 2, -3], 8),
        ("quadratic", 2 * CORNERS - 1, [1, 1, 0, 0], [-4, 4, 4, -4], 2),
        ("quadratic with constant", 2 * CORNERS - 1, [1, 1, 1, 1], [-8, 8, 8, -8], 2),
        ("gaussian", CORNERS, [1, 1, 1, 1], [0.15481812174617549 * s for s in (-1, 1, 1, -1)], None),
        ("gaussian", 2 * CORNERS - 1, [1, 1, 1, 1], [0.7476450724155088 * s for s in (-1, 1, 1, -1)], None),
    ],
)
def test_kernel_perceptron_on_xor(
    kernel: str, X: np.ndarray[Any, Any], alpha: list[int], scores: list[float], epochs: int | None
) -> None:
    found, values, needed = kernel_perceptron(KERNELS[kernel], X)
    assert found == alpha
    np.testing.assert_allclose(values, scores, rtol=1e-12)
    assert epochs is None or needed == epochs


@pytest.mark.parametrize(
    ("kernel", "X"), [("linear", CORNERS), ("linear", 2 * CORNERS - 1), ("quadratic", CORNERS)]
)
def test_kernels_that_never_learn_xor(kernel: str, X: np.ndarray[Any, Any]) -> None:
    alpha, _, epochs = kernel_perceptron(KERNELS[kernel], X)
    assert epochs == 0
    if kernel == "quadratic":
        assert alpha[0] == 100  # K(0, ·) = 0: the score of the origin stays 0, one more mistake every epoch


def test_kernels_are_products_of_features() -> None:
    x, y = autograd.tensor([[2.0, 3.0], [-1.0, 4.0]], dtype=autograd.float64)
    quadratic = [autograd.stack([v[0] ** 2, 2**0.5 * v[0] * v[1], v[1] ** 2]) for v in (x, y)]
    np.testing.assert_allclose([(quadratic[0] @ quadratic[1]).item(), (x @ y).item() ** 2], 100, rtol=1e-12)
    one = autograd.ones(1, dtype=x.dtype)
    full = [autograd.cat([one, 2**0.5 * v, q]) for v, q in zip((x, y), quadratic, strict=True)]
    np.testing.assert_allclose([(full[0] @ full[1]).item(), (1 + (x @ y).item()) ** 2], 121, rtol=1e-12)


# ------------------------------------------------------------------------------------------- logistic regression


def logistic(X: Any, y: Any, rate: float, steps: int) -> tuple[Any, Any, float]:
    """Weights, bias and loss (before the last step) of logistic regression, by gradient descent from zero."""
    w = autograd.zeros(X.shape[1], dtype=autograd.float64, requires_grad=True)
    b = autograd.zeros((), dtype=autograd.float64, requires_grad=True)
    for _ in range(steps):
        loss = nn.functional.binary_cross_entropy_with_logits(X @ w + b, y)
        w.grad = b.grad = None
        loss.backward()
        with autograd.no_grad():
            w -= rate * w.grad
            b -= rate * b.grad
    return w, b, loss.item()


def test_logistic_regression_learns_nothing_of_xor() -> None:
    X, y = nn.data.xor(dtype=autograd.float64)
    w, b, loss = logistic(X, y.double(), 1.0, 200)
    assert w.tolist() == [0, 0]
    assert b.item() == 0
    np.testing.assert_allclose(loss, np.log(2), rtol=1e-15)


def test_logistic_regression_learns_xor_with_the_product() -> None:
    X, y = nn.data.xor(dtype=autograd.float64)
    X = autograd.cat([X, X.prod(1, keepdim=True)], 1)
    w, b, loss = logistic(X, y.double(), 1.0, 5000)
    np.testing.assert_allclose(loss, 0.005103068020862686, rtol=1e-10)
    np.testing.assert_allclose([b.item(), *w.tolist()], [-4.9085, 10.2254, 10.2254, -21.2667], atol=5e-5)


def test_rings_are_separated_in_polar_coordinates_around_their_centre() -> None:
    X, y = nn.data.rings(dtype=autograd.float64)

    def accuracy(features: Any) -> float:
        standard = (features - features.mean(0)) / features.std(0)
        w, b, _ = logistic(standard, y.double(), 1.0, 500)
        return float(((standard @ w + b > 0) == y.bool()).double().mean().item())

    def polar(points: Any) -> Any:
        x1, x2 = points.T
        return autograd.stack([autograd.hypot(x1, x2), autograd.atan2(x2, x1)], 1)

    assert accuracy(X) < 0.7
    assert accuracy(polar(X)) == 1.0
    assert accuracy(polar(X + 5)) < 0.7  # the slide's question: what if the origin is not in the middle?


def test_polar_coordinates() -> None:
    point, mirrored = (autograd.tensor(p, dtype=autograd.float64) for p in ([1.0, 1.0], [-1.0, 1.0]))
    np.testing.assert_allclose(autograd.hypot(*point).item(), 2**0.5, rtol=1e-15)
    np.testing.assert_allclose(autograd.atan2(*point.flip(0)).item(), 0.7853981633974483, rtol=1e-15)
    np.testing.assert_allclose(autograd.atan2(*mirrored.flip(0)).item(), 2.356194490192345, rtol=1e-15)
    slide = autograd.atan(autograd.abs(mirrored[1] / mirrored[0]))  # right in the first quadrant alone
    np.testing.assert_allclose(slide.item(), 0.7853981633974483, rtol=1e-15)


def test_the_probability_of_default() -> None:
    balance = autograd.tensor([1000.0, 2000.0], dtype=autograd.float64)
    score = -10.6513 + 0.0055 * balance
    p = autograd.sigmoid(score)
    np.testing.assert_allclose(p.tolist(), [0.005758517810223818, 0.5863022968465422], rtol=1e-12)
    np.testing.assert_allclose(autograd.logit(p).tolist(), score.tolist(), rtol=1e-12)


def test_binary_cross_entropy_far_from_the_truth() -> None:
    z = autograd.tensor(-10.0, dtype=autograd.float64, requires_grad=True)
    loss = nn.functional.binary_cross_entropy_with_logits(z, autograd.tensor(1.0, dtype=autograd.float64))
    loss.backward()
    assert z.grad is not None
    np.testing.assert_allclose(loss.item(), 10.000045398899218, rtol=1e-15)
    np.testing.assert_allclose(z.grad.item(), -0.9999546021312976, rtol=1e-15)
