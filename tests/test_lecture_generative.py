"""Lecture 004: the adversarial game on four outcomes, and flows with the logarithm that the slide leaves out."""

import math
from typing import Any

import numpy as np

import autograd

F8 = autograd.float64
DATA = autograd.tensor([0.1, 0.2, 0.3, 0.4], dtype=F8)
GENERATED = autograd.tensor([0.4, 0.3, 0.2, 0.1], dtype=F8)


def value(D: Any, data: Any, generated: Any) -> Any:
    """V(D, G) = E_data ln D + E_generated ln (1 - D)."""
    return (data * autograd.log(D) + generated * autograd.log(1 - D)).sum()


def divergence(p: Any, q: Any) -> Any:
    """KL(p, q)."""
    return (p * autograd.log(p / q)).sum()


def test_the_best_discriminator() -> None:
    best = DATA / (DATA + GENERATED)
    np.testing.assert_allclose(best.tolist(), [0.2, 0.4, 0.6, 0.8], rtol=1e-15)
    V = value(best, DATA, GENERATED).item()
    np.testing.assert_allclose(V, -1.1734140905474444, rtol=1e-14)
    middle = (DATA + GENERATED) / 2
    js = (divergence(DATA, middle) + divergence(GENERATED, middle)).item() / 2
    np.testing.assert_allclose(js, 0.10644013528622318, rtol=1e-13)
    np.testing.assert_allclose(V, -math.log(4) + 2 * js, rtol=1e-14)
    np.testing.assert_allclose(divergence(DATA, GENERATED).item(), 0.4564348191467835, rtol=1e-13)


def test_ascent_finds_the_best_discriminator() -> None:
    logits = autograd.zeros(4, dtype=F8, requires_grad=True)
    for _ in range(3000):
        (slope,) = autograd.grad(value(autograd.sigmoid(logits), DATA, GENERATED), logits)
        with autograd.no_grad():
            logits += slope
    np.testing.assert_allclose(autograd.sigmoid(logits).tolist(), [0.2, 0.4, 0.6, 0.8], rtol=1e-14)


def test_against_the_best_discriminator_the_generator_finds_the_data() -> None:
    logits = autograd.log(GENERATED).requires_grad_()
    for _ in range(2000):
        generated = autograd.softmax(logits, 0)
        best = (DATA / (DATA + generated)).detach()
        (slope,) = autograd.grad(value(best, DATA, generated), logits)
        with autograd.no_grad():
            logits -= slope
    np.testing.assert_allclose(autograd.softmax(logits, 0).tolist(), DATA.tolist(), rtol=1e-6)
    V = value(DATA / (DATA + generated), DATA, generated).item()
    np.testing.assert_allclose(V, -1.3862943611198906, rtol=1e-10)


# ------------------------------------------------------------------------------------------------------------ flows


def log_normal(z: Any) -> Any:
    """The logarithm of the standard normal density."""
    return -0.5 * z**2 - 0.5 * math.log(2 * math.pi)


def slope(f: Any, z: Any) -> Any:
    """df/dz by the engine."""
    (derivative,) = autograd.grad(f(z), z, create_graph=True)
    return derivative


def test_change_of_variables() -> None:
    z = autograd.tensor(0.5, dtype=F8, requires_grad=True)
    np.testing.assert_allclose(log_normal(z).item(), -1.0439385332046727, rtol=1e-15)
    one = slope(lambda z: 2 * z + 1, z)
    np.testing.assert_allclose((log_normal(z) - autograd.log(one)).item(), -1.737085713764618, rtol=1e-14)

    z1 = (2 * z + 1).detach().requires_grad_()
    two = slope(lambda z: z**3 + z, z1)
    right = log_normal(z) - autograd.log(one.abs()) - autograd.log(two.abs())
    np.testing.assert_allclose(right.item(), -4.302035071226155, rtol=1e-14)
    # The slide leaves out the logarithm.
    np.testing.assert_allclose((log_normal(z) - one.abs()).item(), -3.0439385332046727, rtol=1e-14)
    np.testing.assert_allclose((log_normal(z) - one.abs() - two.abs()).item(), -16.043938533204674, rtol=1e-14)


def test_an_affine_flow_finds_mean_and_deviation() -> None:
    """argmin KL is argmax of the likelihood: the fit is the sample's own mean and deviation."""
    x = autograd.tensor(np.random.RandomState(0).normal(3, 2, 500))
    shift, log_scale = (autograd.zeros((), dtype=F8, requires_grad=True) for _ in range(2))

    def nll() -> Any:
        return -(log_normal((x - shift) * autograd.exp(-log_scale)) - log_scale).mean()

    for _ in range(3000):
        slopes = autograd.grad(nll(), (shift, log_scale))
        with autograd.no_grad():
            shift -= 0.5 * slopes[0]
            log_scale -= 0.5 * slopes[1]
    np.testing.assert_allclose(shift.item(), 2.9492911213351323, rtol=1e-9)
    np.testing.assert_allclose(math.exp(log_scale.item()), 1.9963135546858517, rtol=1e-9)
    np.testing.assert_allclose(nll().item(), 2.110240790282341, rtol=1e-12)


def test_divergence_of_two_normals() -> None:
    """KL(N(0, 1), N(1, 2²)) by quadrature of its definition, against ln 2 + (1 + 1)/8 - 1/2."""
    z = autograd.linspace(-12, 12, 200001, dtype=F8)
    other = log_normal((z - 1) / 2) - math.log(2)
    integrand = autograd.exp(log_normal(z)) * (log_normal(z) - other)
    np.testing.assert_allclose(autograd.trapezoid(integrand, z).item(), 0.4431471805599453, rtol=1e-10)
