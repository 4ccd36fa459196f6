"""What the tests of `nn` share: the same thing in two libraries, and whether they agree."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn


def ours(theirs: Any) -> autograd.Tensor:
    """Our tensor with a copy of a torch tensor's elements."""
    return autograd.from_numpy(theirs.detach().numpy().copy())


def copied(module: nn.Module, theirs: Any) -> nn.Module:
    """`module` with the parameters and buffers of a torch module."""
    module.load_state_dict({name: ours(value) for name, value in theirs.state_dict().items()})
    return module


def array(value: Any) -> np.ndarray[Any, Any]:
    """The elements of a tensor of either library."""
    return np.asarray(value.detach().numpy())


def agree(mine: Any, theirs: Any, rtol: float = 1e-12, atol: float = 1e-14) -> None:
    """Fail unless two tensors have one shape, one dtype and the same elements."""
    a, b = array(mine), array(theirs)
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)
