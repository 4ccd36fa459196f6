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
