"""Normalisation as functions: to mean 0 and variance 1, or to mean square 1, over parts of the input."""

from __future__ import annotations

from collections.abc import Sequence

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn.checks import expect_floats
from nn.rules_norm import LayerNorm, RmsNorm

__all__ = ["layer_norm", "rms_norm"]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return weight · (x - μ) / √(σ² + eps) + bias, with mean and variance of each example by itself.

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
    normalized_shape : sequence of int
        The last dimensions, over which μ and σ² are taken.
    weight, bias : Tensor, shape normalized_shape, optional
    eps : float
        Added to the variance, which may be 0.

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, or `input` has no floats.
    TypeError
        An argument is no Tensor, or `normalized_shape` no sequence of integers.

    Notes
    -----
    Ba, Kiros and Hinton, "Layer normalization", 2016.
    """
    last = _last("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    dims = tuple(range(input.ndim - len(last), input.ndim))
    rule = LayerNorm(
        dims=dims, over=tuple(range(dims[0])), frame=last, eps=eps, affine=weight is not None or bias is not None
    )
    result: Tensor = rule.apply(input, *_affine(input, last, weight, bias))
    return result


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Return weight · x / √(mean x² + eps), with the mean of each example by itself.

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
    normalized_shape : sequence of int
        The last dimensions, over which the mean is taken.
    weight : Tensor, shape normalized_shape, optional
    eps : float, optional
        The distance from 1 to the next number of the dtype (for float16 that of float32) if left out.

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    RuntimeError, TypeError
        As for `layer_norm`.
    ValueError
        The input has fewer dimensions than `normalized_shape`.

    Notes
    -----
    Zhang and Sennrich, "Root mean square layer normalization", 2019.
    """
    last = _last("rms_norm", input, normalized_shape, weight=weight)
    dims = tuple(range(input.ndim - len(last), input.ndim))
    if eps is None:
        eps = autograd.finfo(autograd.promote_types(input.dtype, autograd.float32)).eps  # sums are at least float32
    rule = RmsNorm(dims=dims, over=tuple(range(dims[0])), frame=last, eps=eps, affine=weight is not None)
    result: Tensor = rule.apply(input, _affine(input, last, weight, None)[0])
    return result


# ------------------------------------------------------------------------------------------------ arguments


def _last(name: str, input: Tensor, normalized_shape: Sequence[int], **given: Tensor | None) -> tuple[int, ...]:
    """Return `normalized_shape` as a tuple; raise unless input, weight and bias fit it."""
    if not isinstance(normalized_shape, Sequence) or not all(hasattr(n, "__index__") for n in normalized_shape):
        raise TypeError(
            say(
                f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {normalized_shape!r}",
                "the sizes of the last dimensions",
                "Of one dimension write (4,).",
            )
        )
    last = tuple(int(n) for n in normalized_shape)
    if not last:
        raise ShapeError(
            say(
                "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but "
                "got normalized_shape = ()",
                "the sizes of the last dimensions",
                "Write input.shape[-1:] for the last one.",
            )
        )
    expect_floats(name, input=input, **given)
    for argument, value in given.items():
        if value is not None and tuple(value.shape) != last:
            raise ShapeError(
                say(
                    f"Expected {argument} to be of same shape as normalized_shape, but got {argument} of shape "
                    f"{tuple(value.shape)} and normalized_shape = {last}",
                    f"shape {last}",
                    f"Check {argument}.",
                )
            )
    if name == "rms_norm" and input.ndim < len(last):
        raise ValueError(
            say(
                f"Input tensor must have at least {len(last)} dimensions, but got {input.ndim}",
                f"last dimensions {last}",
                "Make normalized_shape the input's last dimensions.",
            )
        )
    if tuple(input.shape)[-len(last) :] != last:
        raise ShapeError(
            say(
                f"Given normalized_shape={list(last)}, expected input with shape [*, {', '.join(map(str, last))}], but "
                f"got input of size {list(input.shape)}",
                f"last dimensions {last}",
                "Make normalized_shape the input's last dimensions.",
            )
        )
    _same_dtype(name, input, **given)
    return last


def _same_dtype(name: str, input: Tensor, **given: Tensor | None) -> None:
    """Raise unless all have the dtype of the input."""
    for argument, value in given.items():
        if value is not None and value.dtype != input.dtype:
            raise DtypeError(
                say(
                    f"{name}: expected {argument} to have dtype {input.dtype}, that of the input, but got "
                    f"{value.dtype} (mixed dtype)",
                    "one dtype",
                    "Convert the input (x.float(), x.double()) or the layer (model.double()).",
                )
            )


def _affine(input: Tensor, shape: tuple[int, ...], weight: Tensor | None, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return weight and bias: ones and zeros for what was left out."""
    if weight is None:
        weight = autograd.ones(shape, dtype=input.dtype)
    if bias is None:
        bias = autograd.zeros(shape, dtype=input.dtype)
    return weight, bias
