"""Activations as modules."""

from __future__ import annotations

import autograd
from autograd import Tensor
from nn import functional as F
from nn.module import Module


class ReLU(Module):
    """max(0, x), elementwise. Its derivative at 0 is 0.

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return max(0, input)."""
        return F.relu(input, self.inplace)

    def extra_repr(self) -> str:
        """Say so if it works in place."""
        return "inplace=True" if self.inplace else ""


class Sigmoid(Module):
    """1 / (1 + exp(-x)), elementwise."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the sigmoid of `input`."""
        return autograd.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent, elementwise."""

    def forward(self, input: Tensor) -> Tensor:
        """Return tanh(input)."""
        return autograd.tanh(input)


class Softmax(Module):
    """exp(x) / Σ exp(x) along a dimension.

    Parameters
    ----------
    dim : int
        The dimension of the classes: -1 for a batch of rows. Left out, it is guessed, with a warning.
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmax of `input`."""
        return F.softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"
