"""Losses by the distance from a target, and likelihoods: what is averaged is computed element by element."""

from __future__ import annotations

import math
import warnings

import autograd
from autograd import Tensor
from autograd.errors import AutogradError, DtypeError, say
from nn import rules, rules_activation
from nn.checks import chosen_reduction, expect_floats, expect_reduction, expect_tensors, reduced

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "gaussian_nll_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]


def _warn_of_broadcasting(input: Tensor, target: Tensor) -> None:
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({tuple(target.shape)}) that is different to the input size ({tuple(input.shape)}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )


def _expect_same_size(input: Tensor, target: Tensor) -> None:
    if input.shape != target.shape:
        raise ValueError(
            say(
                f"Using a target size ({tuple(target.shape)}) that is different to the input size "
                f"({tuple(input.shape)}): Target size must be the same as input size",
                "one target for every element",
                "Reshape one of them: x.squeeze(1) takes away a dimension of size 1.",
            )
        )


def _of_one_dtype(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    common = autograd.promote_types(input.dtype, target.dtype)
    return input.to(common), target.to(common)


def _expect_weights(input: Tensor, weight: Tensor) -> None:
    if weight.shape != input.shape:
        raise ValueError(
            say(
                f"Weights and input must have the same size: got {tuple(weight.shape)} and {tuple(input.shape)}",
                "one weight for every element",
                "Write weight.expand_as(input).",
            )
        )


def _weighted(losses: Tensor, input: Tensor, weight: Tensor | None, reduction: str) -> Tensor:
    """Reduce `losses`; the mean of weighted ones is the weighted mean."""
    expect_reduction(reduction)
    if weight is None:
        return reduced(losses, reduction)
    _expect_weights(input, weight)
    losses = losses * weight
    return losses.sum() / weight.sum() if reduction == "mean" else reduced(losses, reduction)


# ------------------------------------------------------------------------------------------------ distances


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the squared error (input - target)²: its mean, its sum, or every element of it.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    weight : Tensor, optional
        A weight for every element. The mean is then the weighted one.

    Raises
    ------
    ValueError
        Unknown reduction, or a weight of another shape than `input`.

    Warns
    -----
    UserWarning
        The shapes differ and are broadcast, which is hardly ever meant.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_reduction(reduction)
    _warn_of_broadcasting(input, target)
    if weight is not None or input.shape != target.shape or input.dtype is not target.dtype:
        return _weighted((input - target) ** 2, input, weight, reduction)  # broadcasts and promotes
    loss: Tensor = rules.MseLoss(reduction=reduction).apply(input, target)
    return loss


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the absolute error |input - target|. Parameters, errors and warnings as for `mse_loss`."""
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("l1_loss", input=input, target=target)
    _warn_of_broadcasting(input, target)
    return _weighted(autograd.abs(input - target), input, weight, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return d² / (2 beta) where d = |input - target| is below beta, and d - beta / 2 from there on.

    Parameters as for `mse_loss`; with beta = 0 it is `l1_loss`.

    Raises
    ------
    RuntimeError
        `beta` is negative, or a tensor has no floats.
    ValueError
        Unknown reduction.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_floats("smooth_l1_loss", input=input, target=target)
    _warn_of_broadcasting(input, target)
    if beta < 0:
        raise AutogradError(
            say(f"smooth_l1_loss does not support negative values for beta: got {beta}", "beta >= 0", "Default: 1.")
        )
    if beta == 0:
        return reduced(autograd.abs(input - target), reduction)
    return reduced(rules.SmoothL1Loss(beta=beta).apply(*_of_one_dtype(input, target)), reduction)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """Return d² / 2 where d = |input - target| is at most delta, and delta (d - delta / 2) beyond.

    Parameters as for `mse_loss`.

    Raises
    ------
    RuntimeError
        `delta` is not positive, or a tensor has no floats.
    ValueError
        Unknown reduction, or a weight of another shape than `input`.
    """
    expect_floats("huber_loss", input=input, target=target)
    expect_reduction(reduction)
    _warn_of_broadcasting(input, target)
    if delta <= 0:
        raise AutogradError(
            say(f"huber_loss does not support non-positive values for delta: got {delta}", "delta > 0", "Default: 1.")
        )
    losses: Tensor = rules.HuberLoss(delta=delta).apply(*_of_one_dtype(input, target))
    if weight is not None:
        _expect_weights(input, weight)
        losses = losses * weight
    return reduced(losses, reduction)


# ------------------------------------------------------------------------------------------------ two classes


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return -t ln x - (1 - t) ln(1 - x), each logarithm at least -100: the cross-entropy of a probability.

    `binary_cross_entropy_with_logits` is more exact, and one layer shorter.

    Parameters
    ----------
    input : Tensor
        Probabilities in [0, 1].
    target : Tensor
        Of the same shape and dtype.
    weight : Tensor, optional
        Broadcast to the shape of `input`.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ; unknown reduction.
    RuntimeError
        A probability is outside of [0, 1], or the dtypes differ or are no floats.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("binary_cross_entropy", input=input, target=target, weight=weight)
    expect_reduction(reduction)
    _expect_same_size(input, target)
    if input.dtype is not target.dtype:
        raise DtypeError(
            say(
                f"Found dtype {target.dtype} but expected {input.dtype}: binary_cross_entropy was given both",
                "a target of the input's dtype",
                "Convert it: target.to(input.dtype).",
            )
        )
    expect_floats("binary_cross_entropy", input=input)
    outside = (input.detach() < 0) | (input.detach() > 1)
    if outside.any():
        raise AutogradError(
            say(
                "all elements of input should be between 0 and 1: binary_cross_entropy was given others",
                "probabilities",
                "Put a sigmoid before it, or use binary_cross_entropy_with_logits.",
            )
        )
    losses: Tensor = rules.BinaryCrossEntropy().apply(input, target)
    if weight is not None:
        losses = losses * weight
    return reduced(losses, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return -p t ln σ(x) - (1 - t) ln(1 - σ(x)): the cross-entropy of a logit, stable however large it is.

    Parameters
    ----------
    input : Tensor
        Logits: no sigmoid before.
    target : Tensor
        Of the same shape, in [0, 1].
    weight : Tensor, optional
        Broadcast to the shape of `input`.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    pos_weight : Tensor, optional
        p: the weight of the positive examples, broadcast to the shape of `input`.

    Raises
    ------
    ValueError
        The shapes differ; unknown reduction.
    RuntimeError
        A tensor has no floats.
    """
    name = "binary_cross_entropy_with_logits"
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors(name, input=input, target=target, weight=weight, pos_weight=pos_weight)
    expect_reduction(reduction)
    _expect_same_size(input, target)
    expect_floats(name, input=input, target=target)
    log_p: Tensor = rules_activation.LogSigmoid().apply(input)
    if pos_weight is not None:
        log_p = log_p * ((pos_weight - 1) * target + 1)
    losses = (1 - target) * input - log_p
    if weight is not None:
        losses = losses * weight
    return reduced(losses, reduction)


# ------------------------------------------------------------------------------------------------ likelihoods


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return t (ln t - input): summed, the divergence of the distribution exp(input) from the distribution t.

    Parameters
    ----------
    input : Tensor
        Log-probabilities.
    target : Tensor
        Probabilities t.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "batchmean", "sum", "none"}
        "batchmean", the sum divided by the size of the batch, is the divergence. "mean" is not, and warns.
    log_target : bool
        `target` holds ln t.

    Raises
    ------
    ValueError
        Unknown reduction.
    """
    old = size_average is not None or reduce is not None
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("kl_div", input=input, target=target)
    if reduction == "mean" and not old:
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    terms = autograd.exp(target) * (target - input) if log_target else autograd.xlogy(target, target) - target * input
    if reduction == "batchmean":
        total = terms.sum()
        return total / input.shape[0] if input.ndim else total
    return reduced(terms, reduction)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return -ln of the probability of the count t under a Poisson distribution of mean m: m - t ln m.

    Parameters
    ----------
    input : Tensor
        ln m; or m, if not `log_input`.
    target : Tensor
        Counts t.
    log_input : bool
    full : bool
        Add ln t! by Stirling's formula, t ln t - t + ln(2πt) / 2, where t > 1.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    eps : float
        Added to m in its logarithm.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        Unknown reduction.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("poisson_nll_loss", input=input, target=target)
    if log_input:
        losses = autograd.exp(input) - target * input
    else:
        losses = input - target * autograd.log(input + eps)
    if full:
        stirling = target * autograd.log(target) - target + 0.5 * autograd.log(2 * math.pi * target)
        losses = losses + autograd.where(target.detach() <= 1, 0.0, stirling)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """Return (ln v + (input - target)² / v) / 2: -ln of the density of a normal distribution, but for a constant.

    Parameters
    ----------
    input : Tensor
        Means.
    target : Tensor
    var : Tensor or float
        Variances v: of the shape of `input`; without its last dimension, or with size 1 in one dimension; or one for
        all.
    full : bool
        Add the constant, ln(2π) / 2.
    eps : float
        v is at least this (which its gradient does not see).
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        A variance is negative, or of another shape; unknown reduction.
    """
    expect_tensors("gaussian_nll_loss", input=input, target=target)
    if isinstance(var, float | int):
        var = autograd.full_like(input, float(var))
    if (var.detach() < 0).any():
        raise ValueError(
            say(
                "gaussian_nll_loss: var has negative entry/entries", "variances", "Let the net return ln v, and exp it."
            )
        )
    if var.shape != input.shape:
        if var.shape == input.shape[:-1]:
            var = var.unsqueeze(-1)
        else:
            sizes = zip(input.shape, var.shape, strict=False)
            if input.ndim != var.ndim or sum(n for m, n in sizes if m != n) != 1:
                raise ValueError(
                    say(
                        f"gaussian_nll_loss: var is of incorrect size {tuple(var.shape)}",
                        f"that of the input, {tuple(input.shape)}, or with 1 in one dimension",
                        "Reshape it.",
                    )
                )
    expect_reduction(reduction)
    at_least: Tensor = rules.Lifted(low=eps).apply(var)
    losses = 0.5 * (autograd.log(at_least) + (input - target) ** 2 / at_least)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return reduced(losses, reduction)
