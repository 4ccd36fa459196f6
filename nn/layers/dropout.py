"""Dropout as modules: active in training, the identity in evaluation."""

from __future__ import annotations

from autograd import Tensor
from nn import functional as F
from nn.dropouts import expect_probability
from nn.module import Module


class _Dropout(Module):
    """What the modules here share.

    Parameters
    ----------
    p : float
        The probability with which something is dropped.
    inplace : bool
        Overwrite the input.

    Raises
    ------
    ValueError
        `p` is no probability.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        expect_probability(p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Return the options."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training, set each element to 0 with probability `p`, and divide the others by 1 - p.

    Parameters
    ----------
    p : float
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return what is left of `input`."""
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_Dropout):
    """In training, drop whole channels of an input of shape (N, C, L) or (C, L).

    Parameters
    ----------
    p : float
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return what is left of `input`."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """In training, drop whole channels of an input of shape (N, C, H, W).

    Parameters
    ----------
    p : float
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return what is left of `input`."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_Dropout):
    """In training, drop whole channels of an input of shape (N, C, D, H, W) or (C, D, H, W).

    Parameters
    ----------
    p : float
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return what is left of `input`."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """Dropout for nets of SELU: elements go to where it falls to, and mean and variance are kept.

    Parameters
    ----------
    p : float
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return what is left of `input`."""
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels.

    Parameters
    ----------
    p : float
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return what is left of `input`."""
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace)
