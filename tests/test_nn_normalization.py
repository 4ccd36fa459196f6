"""Normalisation as in PyTorch, in training and evaluation; and numbers to know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd
import nn
from tests.nn_oracle import agree, copied, ours

#: Constructor calls, and the shapes of the inputs.
LAYERS: list[tuple[str, tuple[int, ...]]] = [
    ("LayerNorm(3)", (4, 3)), ("LayerNorm((2, 3))", (4, 2, 3)), ("LayerNorm([3], eps=0.1)", (2, 2, 3)),
    ("LayerNorm(3, elementwise_affine=False)", (4, 3)), ("LayerNorm(3, bias=False)", (4, 3)),
    ("RMSNorm(3)", (4, 3)), ("RMSNorm((2, 3), 0.1)", (4, 2, 3)), ("RMSNorm(3, elementwise_affine=False)", (4, 3)),
    ("BatchNorm1d(3)", (4, 3)), ("BatchNorm1d(3, momentum=None)", (2, 3, 4)), ("BatchNorm1d(3, affine=False)", (4, 3)),
    ("BatchNorm1d(3, eps=0.1, momentum=0.5, bias=False)", (4, 3)), ("BatchNorm2d(3)", (2, 3, 4, 2)),
    ("BatchNorm2d(3, track_running_stats=False)", (2, 3, 2, 2)), ("BatchNorm3d(2)", (2, 2, 2, 3, 2)),
    ("BatchNorm1d(3, momentum=None, affine=False, track_running_stats=False)", (4, 3)),
    ("GroupNorm(2, 4)", (3, 4, 2)), ("GroupNorm(1, 4, affine=False)", (3, 4)), ("GroupNorm(4, 4, 0.1)", (2, 4, 2, 3)),
    ("GroupNorm(2, 4, bias=False)", (2, 4, 2)), ("InstanceNorm1d(3)", (2, 3, 4)), ("InstanceNorm1d(3)", (3, 4)),
    ("InstanceNorm1d(3, affine=True, track_running_stats=True)", (2, 3, 4)),
    ("InstanceNorm2d(3, momentum=None, track_running_stats=True)", (2, 3, 4, 2)),
    ("InstanceNorm2d(3, 0.1, 0.5, True, True)", (3, 4, 2)), ("InstanceNorm3d(3, affine=True)", (2, 3, 2, 1, 2)),
    ("LocalResponseNorm(2)", (2, 5, 3)), ("LocalResponseNorm(3, 0.5, 0.6, 2.0)", (2, 5, 3, 2)),
]  # fmt: skip


def module(library: Any, call: str) -> Any:
    return eval(f"nn.{call}", {"nn": library})


@pytest.mark.oracle
@pytest.mark.parametrize(("call", "shape"), LAYERS, ids=[call for call, _ in LAYERS])
def test_as_in_pytorch(call: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    theirs = module(torch.nn, call).double()
    mine = module(nn, call).double()
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        agree(mine.state_dict()[name], value)  # as they begin
    with torch.no_grad():
        for p in theirs.parameters():
            p.copy_(torch.randn_like(p))
    copied(mine, theirs)
    for training in (True, True, False, True):
        mine.train(training)
        theirs.train(training)
        x = torch.randn(shape, dtype=torch.float64).mul_(2).add_(1).requires_grad_()
        leaf = ours(x).requires_grad_()
        y, their_y = mine(leaf), theirs(x)
        agree(y, their_y)
        seed = torch.randn(their_y.shape, dtype=torch.float64)
        y.backward(ours(seed))
        their_y.backward(seed)
        agree(leaf.grad, x.grad, 1e-11, 1e-13)
        for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
            agree(p.grad, q.grad)
        for name, value in theirs.state_dict().items():
            agree(mine.state_dict()[name], value)  # buffers among them


def test_layer_norm_has_the_numbers_of_the_lecture() -> None:
    x = autograd.tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0]], dtype=autograd.float64)
    wanted = [[-1.2247356859, 0, 1.2247356859], [-1.0190487428, -0.3396829143, 1.3587316571]]
    np.testing.assert_allclose(nn.LayerNorm(3).double()(x).detach().numpy(), wanted, rtol=1e-9, atol=1e-12)


def test_rms_norm_divides_by_the_root_of_the_mean_square() -> None:
    y = nn.RMSNorm(2).double()(autograd.tensor([[3.0, 4.0]], dtype=autograd.float64))
    np.testing.assert_allclose(y.detach().numpy(), [[3 / 12.5**0.5, 4 / 12.5**0.5]], rtol=1e-7)


def test_layer_norm_is_one_node() -> None:
    x = autograd.randn(2, 3, requires_grad=True)
    node = nn.LayerNorm(3)(x).grad_fn
    assert node is not None
    assert node.name() == "NativeLayerNormBackward0"
    assert [type(after).__name__ for after, _ in node.next_functions] == ["AccumulateGrad"] * 3


def test_batch_norm_has_the_numbers_of_the_lecture() -> None:
    x = autograd.tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 9.0]], dtype=autograd.float64)
    layer = nn.BatchNorm1d(3).double()
    y = layer(x)
    row = np.array([0.99998000060, 0.99999500004, 0.99999944444])
    np.testing.assert_allclose(y.detach().numpy(), [-row, row], rtol=1e-10)
    assert layer.running_mean is not None
    assert layer.running_var is not None
    np.testing.assert_allclose(layer.running_mean.numpy(), [0.15, 0.3, 0.6], rtol=1e-12)
    np.testing.assert_allclose(layer.running_var.numpy(), [0.95, 1.1, 2.7], rtol=1e-12)  # unbiased: 0.5, 2, 18
    y = layer.eval()(x)
    np.testing.assert_allclose(y[0, 0].item(), 0.85 / (0.95 + 1e-5) ** 0.5, rtol=1e-12)


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    layer = nn.BatchNorm1d(3)
    before = {name: value.tolist() for name, value in layer.state_dict().items()}
    for shape, error, words in [
        ((2, 3, 1, 1), ValueError, "expected 2D or 3D input"),
        ((1, 3), ValueError, "more than 1 value per channel"),
        ((2, 4), RuntimeError, "should contain 4 elements not 3"),
    ]:
        with pytest.raises(error, match=words):
            layer(autograd.ones(shape))
    assert {name: value.tolist() for name, value in layer.state_dict().items()} == before
    with pytest.raises(ValueError, match="does not match num_features"):
        nn.InstanceNorm1d(3, affine=True)(autograd.ones(2, 4, 2))
    with pytest.raises(ValueError, match="expected 3D or 4D input"):
        nn.InstanceNorm2d(3)(autograd.ones(2, 3))
    with pytest.raises(ValueError, match=r"num_channels \(3\) must be divisible"):
        nn.GroupNorm(2, 3)
    with pytest.warns(UserWarning, match="not used because affine=False"):
        nn.InstanceNorm1d(3)(autograd.ones(2, 4, 2))


def test_an_empty_batch_leaves_the_running_moments() -> None:
    layer = nn.BatchNorm1d(2)
    assert layer(autograd.ones(0, 2)).shape == (0, 2)
    assert layer.running_var is not None
    assert layer.running_var.tolist() == [1, 1]


def test_half_precision_as_a_mixture() -> None:
    x = autograd.tensor([[1.0, 2.0], [3.0, 6.0]]).half().requires_grad_()
    layer = nn.BatchNorm1d(2)
    y = layer(x)
    y[0].sum().backward()
    assert y.dtype == autograd.float16
    assert layer.weight is not None
    assert layer.weight.grad is not None
    assert layer.weight.grad.dtype == autograd.float32
    np.testing.assert_allclose(y.detach().numpy(), [[-1, -1], [1, 1]], atol=1e-3)
