"""Functions of neural networks, with PyTorch's names and arguments (`torch.nn.functional`)."""

from __future__ import annotations

import warnings

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import activations as _activations
from nn import attention as _attention
from nn import convolutions as _convolutions
from nn import ctc as _ctc
from nn import dropouts as _dropouts
from nn import label_losses as _label_losses
from nn import lookups as _lookups
from nn import margin_losses as _margin_losses
from nn import normalizations as _normalizations
from nn import paddings as _paddings
from nn import patches as _patches
from nn import poolings as _poolings
from nn import regression_losses as _regression_losses
from nn import rules
from nn.activations import *
from nn.attention import *
from nn.convolutions import *
from nn.ctc import *
from nn.dropouts import *
from nn.label_losses import *
from nn.lookups import *
from nn.margin_losses import *
from nn.normalizations import *
from nn.paddings import *
from nn.patches import *
from nn.poolings import *
from nn.regression_losses import *

__all__ = ["linear", "log_softmax", "softmax", "softmin"]
for _family in (
    _activations,
    _attention,
    _convolutions,
    _ctc,
    _dropouts,
    _label_losses,
    _lookups,
    _margin_losses,
    _normalizations,
    _paddings,
    _patches,
    _poolings,
    _regression_losses,
):
    __all__ += _family.__all__


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return input · weightᵀ + bias: the layer y = W x + b of every row of `input`.

    Parameters
    ----------
    input : Tensor, shape (..., in)
    weight : Tensor, shape (out, in)
    bias : Tensor, shape (out,), optional

    Returns
    -------
    Tensor, shape (..., out)

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit.
    TypeError
        `input` is no Tensor.
    """
    if not isinstance(input, Tensor):
        raise TypeError(
            say(
                f"linear(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}",
                "a Tensor",
                "Make one: autograd.tensor(...), or autograd.from_numpy(...) for an array.",
            )
        )
    result: Tensor = rules.Mm().apply(input, weight) if bias is None else rules.Addmm().apply(input, weight, bias)
    return result


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: autograd.dtype | None = None) -> Tensor:
    """Return exp(input) / Σ exp(input) along `dim`: positive, and of sum 1.

    Parameters
    ----------
    input : Tensor
    dim : int
        The dimension of the classes. Left out, it is guessed from the number of dimensions, with a warning: over the
        wrong one the loss cannot fall, and the accuracy does not show it.
    dtype : dtype, optional
        Cast to this first.
    """
    return autograd.softmax(input, _choose_dim("softmax", input, dim, _stacklevel), dtype=dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: autograd.dtype | None = None
) -> Tensor:
    """Return the logarithm of `softmax(input, dim)`, exact where probabilities vanish."""
    return autograd.log_softmax(input, _choose_dim("log_softmax", input, dim, _stacklevel), dtype=dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: autograd.dtype | None = None) -> Tensor:
    """Return `softmax(-input, dim)`: the smallest number gets most."""
    return autograd.softmax(-input, _choose_dim("softmin", input, dim, _stacklevel), dtype=dtype)


def _choose_dim(name: str, input: Tensor, dim: int | None, stacklevel: int) -> int:
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if input.ndim in (0, 1, 3) else 1
