"""Special functions: how exact they are, and what is there without SciPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import special_kernels

#: Argument and value, the latter to 25 digits.
VALUES = {
    "erf": [
        (1e-08, "1.128379167095512559892102e-8"),
        (-0.3, "-0.328626759459127416189618"),
        (0.9, "0.7969082124228321396646662"),
        (2.5, "0.9995930479825550410604358"),
        (-4.0, "-0.9999999845827420997199811"),
    ],
    "erfc": [
        (1e-08, "0.9999999887162083290448744"),
        (-0.3, "1.328626759459127416189618"),
        (0.9, "0.2030917875771678603353338"),
        (2.5, "0.0004069520174449589395642157"),
        (5.5, "7.357847917974398063068362e-15"),
    ],
    "erfinv": [
        (1e-08, "8.862269254527580553925872e-9"),
        (-0.3, "-0.2724627147267543450246528"),
        (0.9, "1.163087153676674162844095"),
        (0.9999, "2.751063905712079691742594"),
        (-0.75, "-0.8134198475976185416902894"),
    ],
    "lgamma": [
        (1e-08, "18.42068073818020888445275"),
        (0.25, "1.28802252469807745737061"),
        (3.5, "1.200973602347074224816022"),
        (20.75, "41.58201578195489543431862"),
        (120.0, "453.0248962384961351041436"),
    ],
    "digamma": [
        (1e-06, "-1000000.577214020013919956"),
        (0.25, "-4.22745353337626540808953"),
        (1.75, "0.2474724535468611637064466"),
        (20.75, "3.008256360771268735279011"),
        (1000000.0, "13.81551005796419077077462"),
    ],
    "polygamma 1": [
        (0.001, "1000001.64253319582734467"),
        (0.25, "17.19732915450711073927132"),
        (3.5, "0.3303577561002348649728011"),
        (75.0, "0.01342261726990576130858221"),
    ],
    "polygamma 2": [
        (0.001, "-2000000002.39763216483324"),
        (0.25, "-129.327739937536920333338"),
        (3.5, "-0.1082040516417274030037417"),
        (75.0, "-0.0001801639496810077606026242"),
    ],
    "polygamma 4": [
        (0.001, "-24000000000000022.26654531"),
        (0.25, "-24584.37538863793373355823"),
        (3.5, "-0.0679959995067313633754281"),
        (75.0, "-0.0000001947425993200387414957562"),
    ],
}

#: Units in the last place that the docstrings promise for these arguments: with SciPy, and without.
BOUNDS = {
    "erf": (3, 1),
    "erfc": (31, 3),
    "erfinv": (3, None),
    "lgamma": (3, 6),
    "digamma": (3, None),
    "polygamma 1": (7, None),
    "polygamma 2": (7, None),
    "polygamma 4": (7, None),
}


@pytest.fixture
def without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(special_kernels, "scipy_special", lambda: None)


def evaluated(name: str, x: Any) -> Any:
    function, _, order = name.partition(" ")
    return autograd.polygamma(int(order), x) if order else getattr(autograd, function)(x)


def assert_within(name: str, bound: float) -> None:
    arguments, exact = zip(*VALUES[name], strict=True)
    found = evaluated(name, autograd.tensor(list(arguments), dtype=autograd.float64)).numpy()
    for x, value, text in zip(arguments, found, exact, strict=True):
        error = abs(float(Decimal(value.item()) - Decimal(text))) / np.spacing(abs(value))
        assert error <= bound, f"{name} of {x} is off by {error:.1f} units in the last place"
    single = evaluated(name, autograd.tensor(list(arguments), dtype=autograd.float32)).numpy()
    again = evaluated(name, autograd.tensor(list(np.float32(arguments).astype(float)), dtype=autograd.float64)).numpy()
    np.testing.assert_allclose(single, again, rtol=4e-7)


@pytest.mark.parametrize("name", VALUES)
def test_errors_with_scipy_are_within_what_the_docstrings_say(name: str) -> None:
    pytest.importorskip("scipy")
    assert_within(name, BOUNDS[name][0])


@pytest.mark.parametrize("name", [name for name in VALUES if BOUNDS[name][1]])
@pytest.mark.usefixtures("without_scipy")
def test_errors_without_scipy_are_within_what_the_docstrings_say(name: str) -> None:
    assert_within(name, BOUNDS[name][1] or 0)


FALL_BACKS: dict[str, Callable[[float], float]] = {"erf": math.erf, "erfc": math.erfc, "lgamma": math.lgamma}


@pytest.mark.parametrize("name", FALL_BACKS)
@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_values_are_those_of_python_in_every_shape_and_dtype(name: str) -> None:
    for shape in [(), (3,), (0,), (2, 3), (2, 0, 3)]:
        for dtype in (autograd.float32, autograd.float64, autograd.float16):
            x = np.linspace(0.25, 2.5, math.prod(shape)).reshape(shape)
            z = evaluated(name, autograd.tensor(x, dtype=dtype))
            assert (z.shape, z.dtype) == (shape, dtype)
            exact = np.array([FALL_BACKS[name](v) for v in autograd.tensor(x, dtype=dtype).double().numpy().ravel()])
            np.testing.assert_allclose(z.numpy().ravel(), exact.astype(z.numpy().dtype), rtol=0, atol=0)
    assert evaluated(name, autograd.tensor([1, 2])).dtype is autograd.float32


@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_log_gamma_has_its_poles_and_limits() -> None:
    z = autograd.lgamma(autograd.tensor([0.0, -0.0, -1.0, np.inf, -np.inf, np.nan, 1e306], dtype=autograd.float64))
    np.testing.assert_array_equal(z.numpy(), [np.inf] * 5 + [np.nan, np.inf])


@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_the_error_function_is_differentiated_twice() -> None:
    x = autograd.tensor([-0.5, 0.25, 2.0], dtype=autograd.float64, requires_grad=True)
    assert autograd.gradcheck(autograd.erf, x)
    assert autograd.gradgradcheck(autograd.erfc, x)


@pytest.mark.usefixtures("without_scipy")
def test_without_scipy_the_others_say_what_to_install() -> None:
    x = autograd.tensor([0.5], requires_grad=True)
    for call in (
        lambda: autograd.erfinv(x),
        lambda: autograd.digamma(x),
        lambda: autograd.polygamma(2, x),
        lambda: autograd.lgamma(x).backward(),
    ):
        with pytest.raises(ImportError, match=r"SciPy.*not installed.*pip install 'chalkgrad\[scipy\]'"):
            call()


def test_the_module_has_torchs_names() -> None:
    assert autograd.special.psi is autograd.digamma
    assert autograd.special.gammaln is autograd.lgamma
    assert autograd.special.expit is autograd.sigmoid
    assert all(hasattr(autograd.special, name) for name in autograd.special.__all__)


@pytest.mark.oracle
def test_the_modules_names_are_torchs() -> None:
    torch = pytest.importorskip("torch")
    assert [name for name in autograd.special.__all__ if not hasattr(torch.special, name)] == []
