"""Gradients kept in bounds and parameters as one vector: PyTorch's numbers, by hand, and what is refused."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn import utils
from tests.nn_oracle import agree, ours

f8 = autograd.float64


def with_gradient(*values: list[float]) -> list[autograd.Tensor]:
    params = []
    for value in values:
        p = autograd.zeros(len(value), dtype=f8, requires_grad=True)
        p.grad = autograd.tensor(value, dtype=f8)
        params.append(p)
    return params


# ---------------------------------------------------------------------------------------------------------- by hand


def test_a_norm_is_clipped() -> None:
    v, w = with_gradient([3.0, 0.0], [0.0, -4.0, 0.0])
    grad = v.grad
    norm = utils.clip_grad_norm_([v, w], 1.0)
    assert norm.item() == 5
    assert norm.shape == ()
    assert not norm.requires_grad
    assert v.grad is grad
    np.testing.assert_allclose(v.grad.tolist(), [0.6, 0], rtol=1e-6)
    np.testing.assert_allclose(w.grad.tolist(), [0, -0.8, 0], rtol=1e-6)
    assert utils.clip_grad_norm_([v, w], 2.0).item() == pytest.approx(1, rel=1e-6)
    np.testing.assert_allclose(v.grad.tolist(), [0.6, 0], rtol=1e-6)  # small ones stay


def test_one_tensor_and_generators() -> None:
    (v,) = with_gradient([3.0, 4.0])
    assert utils.clip_grad_norm_(v, 10).item() == 5
    assert utils.clip_grad_norm_((p for p in [v]), 2.5).item() == 5
    np.testing.assert_allclose(v.grad.tolist(), [1.5, 2], rtol=1e-6)
    utils.clip_grad_value_(v, 1.75)
    np.testing.assert_allclose(v.grad.tolist(), [1.5, 1.75], rtol=1e-6)
    utils.clip_grads_with_norm_(v, 1, autograd.tensor(4.0))
    np.testing.assert_allclose(v.grad.tolist(), [0.375, 0.4375], rtol=1e-6)
    assert utils.get_total_norm(v.grad, math.inf).item() == pytest.approx(0.4375)


def test_parameters_without_gradient_are_left_out() -> None:
    w = autograd.zeros(2, requires_grad=True)
    assert utils.clip_grad_norm_([w], 1.0).item() == 0
    utils.clip_grad_value_([w], 1.0)
    utils.clip_grads_with_norm_([w], 1.0, autograd.tensor(3.0))
    assert w.grad is None
    assert utils.get_total_norm([]).item() == 0


def test_gradients_with_history_are_clipped() -> None:
    w = autograd.tensor([2.0], dtype=f8, requires_grad=True)
    (w**3).sum().backward(create_graph=True)
    assert utils.clip_grad_norm_([w], 3.0).item() == 12
    assert w.grad is not None
    assert w.grad.item() == pytest.approx(3, rel=1e-6)
    utils.clip_grad_value_([w], 1.0)
    assert w.grad.item() == 1
    w.grad = None


def test_what_is_not_finite() -> None:
    for bad in (math.nan, math.inf):
        v, w = with_gradient([bad, 1.0], [2.0])
        with pytest.raises(RuntimeError, match=r"total norm of order 2.0 for gradients .* is non-finite.*: it is"):
            utils.clip_grad_norm_([v, w], 1.0, error_if_nonfinite=True)
        assert w.grad.tolist() == [2]
        with pytest.raises(RuntimeError, match="non-finite"):
            utils.get_total_norm([v.grad], error_if_nonfinite=True)
    utils.clip_grad_norm_([v, w], 1.0)
    assert math.isnan(v.grad[0].item())
    assert w.grad.tolist() == [0]


def test_an_exhausted_generator_is_noticed() -> None:
    net = nn.Linear(2, 1)
    parameters = (p for p in net.parameters())
    list(parameters)
    with pytest.warns(UserWarning, match="`parameters` is an empty generator, no gradient clipping will occur"):
        utils.clip_grad_norm_(parameters, 1.0)


def test_parameters_and_vectors() -> None:
    net = nn.Linear(2, 3, dtype=f8)
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.tolist() == [*net.weight.flatten().tolist(), *net.bias.tolist()]
    (vector**2).sum().backward()
    agree(net.weight.grad, 2 * net.weight)
    new = autograd.arange(9, dtype=f8)
    utils.vector_to_parameters(new, net.parameters())
    assert net.weight.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert net.bias.tolist() == [6, 7, 8]
    assert net.weight.requires_grad
    assert net.weight.is_leaf
    new[0] = 10
    assert net.weight[0, 0].item() == 10  # the memory is the vector's, as in PyTorch


def test_a_vector_of_the_wrong_kind() -> None:
    w = autograd.zeros(3, requires_grad=True)
    with pytest.raises(TypeError, match="expected a Tensor, but got: list"):
        utils.vector_to_parameters([1.0, 2.0, 3.0], [w])  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        utils.vector_to_parameters(autograd.ones(2), [w])
    with pytest.raises(ValueError):
        utils.parameters_to_vector([])
    with pytest.raises(RuntimeError):
        utils.parameters_to_vector([autograd.zeros(2, 3).t()])
    with pytest.raises(ValueError):
        utils.clip_grad_norm_([w], "x")  # type: ignore[arg-type]
    w.grad = autograd.zeros(3)
    with pytest.raises(ValueError):
        utils.clip_grad_norm_([w], "x")  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------------- in PyTorch


@pytest.mark.oracle
@pytest.mark.parametrize("norm_type", [2.0, 1, 0.5, 3.0, math.inf, "inf", 0])
@pytest.mark.parametrize("max_norm", [0.1, 5, 1e3])
@pytest.mark.parametrize("dtypes", [("float64",), ("float32",), ("float32", "float64")])
def test_norms_are_clipped_as_in_pytorch(norm_type: Any, max_norm: float, dtypes: tuple[str, ...]) -> None:
    torch = pytest.importorskip("torch")
    theirs, mine = [], []
    for i, shape in enumerate([(3, 4), (), (5,), (2, 0)][: 3 if norm_type in (math.inf, "inf") else 4]):
        q = torch.zeros(shape, dtype=getattr(torch, dtypes[i % len(dtypes)]), requires_grad=True)
        q.grad = torch.randn(shape, dtype=q.dtype)
        p = ours(q).requires_grad_()
        p.grad = ours(q.grad)
        theirs.append(q)
        mine.append(p)
    rtol = 1e-12 if dtypes == ("float64",) else 1e-5
    agree(
        utils.clip_grad_norm_(mine, max_norm, norm_type),
        torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type),
        rtol,
    )
    for p, q in zip(mine, theirs, strict=True):
        agree(p.grad, q.grad, rtol, atol=1e-9 if rtol > 1e-9 else 1e-14)
    utils.clip_grad_value_(mine, 0.05)
    torch.nn.utils.clip_grad_value_(theirs, 0.05)
    for p, q in zip(mine, theirs, strict=True):
        agree(p.grad, q.grad, rtol, atol=1e-9 if rtol > 1e-9 else 1e-14)


@pytest.mark.oracle
def test_arguments_have_the_names_and_defaults_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    for name in (n for n in dir(utils) if inspect.isfunction(getattr(utils, n))):
        mine, theirs = (
            [(p.name, p.default) for p in inspect.signature(getattr(module, name)).parameters.values()]
            for module in (utils, torch.nn.utils)
        )
        assert mine == theirs, name


def test_pytorchs_paths_lead_here() -> None:
    import autograd.nn.utils as path
    from autograd.nn.utils.clip_grad import clip_grad_norm_

    assert path is utils
    assert clip_grad_norm_ is utils.clip_grad_norm_
