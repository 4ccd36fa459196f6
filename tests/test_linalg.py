"""Linear algebra beyond the op table: what results look like, errors, and derivatives where matrices are degenerate."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import linalg

RESULTS: dict[str, Callable[[Any], Any]] = {
    "slogdet": lambda t: t.slogdet(t.eye(1)),
    "linalg_slogdet": lambda t: t.linalg.slogdet(t.eye(1)),
    "qr": lambda t: t.qr(t.eye(1)),
    "linalg_qr": lambda t: t.linalg.qr(t.eye(1)),
    "linalg_eigh": lambda t: t.linalg.eigh(t.eye(1)),
    "svd": lambda t: t.svd(t.eye(1)),
    "linalg_svd": lambda t: t.linalg.svd(t.eye(1)),
    "linalg_inv_ex": lambda t: t.linalg.inv_ex(t.eye(1)),
    "linalg_cholesky_ex": lambda t: t.linalg.cholesky_ex(t.eye(1)),
    "linalg_lstsq": lambda t: t.linalg.lstsq(t.eye(1), t.eye(1)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_tuples_with_names(name: str) -> None:
    found = RESULTS[name](autograd)
    assert type(found) is getattr(autograd.return_types, name)
    assert all(getattr(found, label) is item for label, item in zip(found.names, found, strict=True))
    assert type(pickle.loads(pickle.dumps(found))) is type(found)


@pytest.mark.oracle
@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.filterwarnings("ignore")
def test_results_print_as_in_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    assert repr(RESULTS[name](autograd)) == repr(RESULTS[name](torch)).replace("torch.", "autograd.")


def test_a_singular_matrix_is_an_error_of_its_own_class() -> None:
    assert issubclass(linalg.LinAlgError, RuntimeError)
    stack = autograd.stack([autograd.eye(2), autograd.ones(2, 2)])
    with pytest.raises(linalg.LinAlgError) as raised:
        stack.inverse()
    assert str(raised.value) == (
        "linalg.inv: (Batch element 1): the inversion could not be completed because the input matrix is singular; "
        "expected matrices with linearly independent rows. Use linalg.pinv or lstsq, or add a small multiple of the "
        "identity."
    )


def test_a_matrix_that_is_not_positive_names_the_minor() -> None:
    with pytest.raises(linalg.LinAlgError, match=re.escape("the leading minor of order 2 is not positive-definite")):
        autograd.tensor([[1.0, 2.0], [2.0, 1.0]]).cholesky()


def test_numpys_own_error_does_not_come_through() -> None:
    singular = autograd.ones(2, 2, dtype=autograd.float64, requires_grad=True)
    _, logarithm = linalg.slogdet(singular)
    with pytest.raises(linalg.LinAlgError):
        autograd.grad(logarithm, singular, create_graph=True)


def test_the_inverse_of_a_singular_matrix_is_inf_beside_the_others() -> None:
    found = linalg.inv_ex(autograd.stack([autograd.eye(2), autograd.ones(2, 2)]))
    assert found.inverse.tolist() == [[[1.0, 0.0], [0.0, 1.0]], [[np.inf] * 2] * 2]
    assert found.info.tolist() == [0, 2]


DEGENERATE: dict[str, Callable[[Any, Any], Any]] = {
    "eigenvectors": lambda t, x: t.linalg.eigh(x)[1].sum(),
    "eigenvalues with eigenvectors": lambda t, x: t.linalg.eigh(x)[0].sum(),
    "left vectors": lambda t, x: t.linalg.svd(x)[0].sum(),
    "singular values with vectors": lambda t, x: t.linalg.svd(x)[1].sum(),
    "singular values": lambda t, x: t.linalg.svdvals(x).sum(),
    "nuclear norm of 0": lambda t, x: t.linalg.matrix_norm(x * 0, "nuc"),
    "Q of 0": lambda t, x: t.linalg.qr(x * 0)[0].sum(),
    "pseudoinverse of 0": lambda t, x: t.linalg.pinv(x * 0).sum(),
    "logarithm of a negative determinant": lambda t, x: t.logdet(-x[:1, :1]),
}


@pytest.mark.oracle
@pytest.mark.parametrize("function", DEGENERATE.values(), ids=list(DEGENERATE))
def test_degenerate_matrices_have_the_gradient_of_torch(function: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    found = []
    for library in (autograd, torch):
        x = library.eye(2, dtype=library.float64).requires_grad_()
        (gradient,) = library.autograd.grad(function(library, x), x)
        found.append(gradient.numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-14)


def test_determinants_of_singular_matrices_have_second_derivatives() -> None:
    """det = ad - bc is smooth everywhere, also at 0."""
    x = autograd.zeros(2, 2, dtype=autograd.float64, requires_grad=True)
    (g,) = autograd.grad(linalg.det(x), x, create_graph=True)
    rows = [autograd.grad(e, x, retain_graph=True)[0].tolist() for e in g.ravel()]
    assert g.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert np.abs(rows).tolist() == [[[0, 0], [0, 1]], [[0, 0], [1, 0]], [[0, 1], [0, 0]], [[1, 0], [0, 0]]]
    assert (rows[0][1][1], rows[1][1][0]) == (1.0, -1.0)


def test_a_recorded_gradient_of_cofactors_can_be_differentiated_again() -> None:
    x = autograd.tensor([[2.0, 0.5], [0.25, 1.0]], dtype=autograd.float64, requires_grad=True)
    assert autograd.gradgradcheck(lambda x: linalg.det(x) ** 2, x)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_substitution_solves(n: int) -> None:
    random = np.random.default_rng(n)
    a, b = random.standard_normal((3, n, n)) + 4 * np.eye(n), random.standard_normal((3, n, 2))
    x = linalg.solve_triangular(autograd.tensor(a), autograd.tensor(b), upper=False).numpy()
    np.testing.assert_allclose(np.tril(a) @ x, b, atol=1e-13)


def test_one_letter_per_dimension_of_many_operands() -> None:
    """A chain of products in one call; every gradient against the others' product."""
    xs = [autograd.full((2, 2), k + 1.0, dtype=autograd.float64, requires_grad=True) for k in range(5)]
    z = autograd.einsum("ab,bc,cd,de,ef->", *xs)
    gradients = autograd.grad(z, xs)
    assert z.item() == 120 * 2**6
    assert [g.tolist() for g in gradients] == [[[z.item() / 4 / (k + 1)] * 2] * 2 for k in range(5)]


def test_a_determinant_beyond_the_range_is_inf_without_a_warning() -> None:
    for scale in (1e15, 1e30):
        x = (scale * autograd.eye(3)).requires_grad_()
        z = autograd.linalg.det(x)
        (gradient,) = autograd.grad(z, x, create_graph=True)
        gradient.sum().backward()
        assert z.item() == np.inf
        assert scale > 1e15 or gradient[0, 0].item() == pytest.approx(1e30)
