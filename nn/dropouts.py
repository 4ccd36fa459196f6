"""Dropout as functions. After the same `manual_seed` what is dropped is what PyTorch drops."""

from __future__ import annotations

import math
import warnings

import autograd
from autograd import Tensor
from autograd.errors import ShapeError, say
from nn.checks import expect_floats, expect_tensors

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]

#: Minus the value to which SELU falls: its scale times its alpha.
SELU_DEPTH = 1.7580993408473766


def expect_probability(p: float) -> None:
    """Raise ValueError unless `p` is a probability."""
    if not 0 <= p <= 1:
        raise ValueError(
            say(
                f"dropout probability has to be between 0 and 1, but got {p}",
                "the probability with which an element is dropped",
                "0.5 drops half of them.",
            )
        )


def _dropped(
    name: str, input: Tensor, p: float, training: bool, inplace: bool, channels: bool = False, alpha: bool = False
) -> Tensor:
    """Return `input` times noise, of one number for each element or channel; with `alpha`, as `alpha_dropout` does."""
    expect_probability(p)
    expect_tensors(name, input=input)
    if p == 0 or not training or input.numel() == 0:
        return input
    expect_floats(name, input=input)
    if p == 1:
        nothing = autograd.zeros((), dtype=input.dtype)
        return input.mul_(nothing) if inplace else input * nothing
    if channels:
        if input.ndim < 2:
            raise ShapeError(
                say(
                    f"{name}: Feature dropout requires at least 2 dimensions in the input, got {input.ndim}",
                    "(N, C, ...)",
                    "Use dropout for what has no channels.",
                )
            )
        noise = autograd.empty(tuple(input.shape[:2]) + (1,) * (input.ndim - 2), dtype=input.dtype)
    else:
        noise = autograd.empty_like(input.detach())
    noise.bernoulli_(1 - p)
    if not alpha:
        noise.div_(1 - p)
        return input.mul_(noise) if inplace else input * noise
    a = 1 / math.sqrt((SELU_DEPTH * SELU_DEPTH * p + 1) * (1 - p))
    shift = noise.add(-1).mul_(SELU_DEPTH * a).add_(SELU_DEPTH * a * p)
    noise.mul_(a)
    return input.mul_(noise).add_(shift) if inplace else (input * noise).add_(shift)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Return `input` with each element set to 0 with probability `p`, and the others divided by 1 - p.

    Parameters
    ----------
    input : Tensor
    p : float
    training : bool
        If False, `input` itself is returned.
    inplace : bool
        Overwrite the input.

    Raises
    ------
    ValueError
        `p` is no probability.
    RuntimeError
        `input` is no floating-point tensor.

    Notes
    -----
    The stream is PyTorch's on AMD's and Arm's processors; on Intel's it asks the MKL library, which has another.
    """
    return _dropped("dropout", input, p, training, inplace)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Return `input` with elements set to where SELU falls to, scaled and shifted so that mean and variance are kept.

    Parameters, errors and notes as for `dropout`.
    """
    return _dropped("alpha_dropout", input, p, training, inplace, alpha=True)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Return `alpha_dropout` of whole channels: of shape (N, C, ...), one draw for each n and c."""
    return _dropped("feature_alpha_dropout", input, p, training, inplace, channels=True, alpha=True)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Return `dropout` of whole channels: of shape (N, C, L) or (C, L), one draw for each n and c.

    Raises
    ------
    RuntimeError
        The input has neither 2 nor 3 dimensions, or no floats.
    ValueError
        `p` is no probability.
    """
    expect_probability(p)
    if input.ndim not in (2, 3):
        raise ShapeError(
            say(
                f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input",
                "(N, C, L) or (C, L)",
                "Use dropout for what has no channels.",
            )
        )
    return _batched("dropout1d", input, p, training, inplace, 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Return `dropout` of whole channels: of shape (N, C, H, W), one draw for each n and c.

    Raises
    ------
    ValueError
        `p` is no probability.
    RuntimeError
        The input has fewer than 2 dimensions, or no floats.

    Warns
    -----
    UserWarning
        The input has not 4 dimensions: dimensions 0 and 1 are taken for N and C.
    """
    expect_probability(p)
    if input.ndim not in (3, 4):
        _warn_of_shape("dropout2d", input, 2)
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. dropout1d says so.",
            stacklevel=2,
        )
    return _dropped("dropout2d", input, p, training, inplace, channels=True)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Return `dropout` of whole channels: of shape (N, C, D, H, W) or (C, D, H, W), one draw for each n and c.

    Raises
    ------
    ValueError
        `p` is no probability.
    RuntimeError
        The input has no floats.

    Warns
    -----
    UserWarning
        The input has another number of dimensions: then there is one draw for each index of the first.
    """
    expect_probability(p)
    if input.ndim not in (4, 5):
        _warn_of_shape("dropout3d", input, 3)
    return _batched("dropout3d", input, p, training, inplace, 5)


def _batched(name: str, input: Tensor, p: float, training: bool, inplace: bool, dims: int) -> Tensor:
    """Drop channels of an input of `dims` dimensions, or of one without a batch."""
    if input.ndim == dims:
        return _dropped(name, input, p, training, inplace, channels=True)
    if not inplace:
        return _dropped(name, input.unsqueeze(0), p, training, False, channels=True).squeeze(0)
    _dropped(name, input.unsqueeze(0), p, training, True, channels=True)  # a view: the input is edited with it
    return input


def _warn_of_shape(name: str, input: Tensor, spatial: int) -> None:
    warnings.warn(
        f"{name}: Received a {input.ndim}-D input to {name}, which is deprecated and will result in an error in a "
        "future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"{name} exists to provide channel-wise dropout on inputs with {spatial} spatial dimensions, a channel "
        f"dimension, and an optional batch dimension (i.e. {spatial + 1}D or {spatial + 2}D inputs).",
        stacklevel=3,
    )
