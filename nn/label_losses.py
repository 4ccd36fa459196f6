"""Losses of classification by labels: cross-entropy of logits, and of log-probabilities."""

from __future__ import annotations

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn import rules
from nn.checks import chosen_reduction, expect_floats, expect_reduction, expect_tensors

__all__ = ["cross_entropy", "nll_loss"]


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return -ln softmax(input)[target]: the cross-entropy of logits, stable however large they are.

    Parameters
    ----------
    input : Tensor, shape (N, C), (C,) or (N, C, ...)
        Logits: no softmax before.
    target : Tensor
        Class labels (int64 or uint8), of the shape of `input` without C; or class probabilities, of its full shape.
    weight : Tensor, shape (C,), optional
        A weight for every class. The mean is then the weighted one.
    ignore_index : int
        Labels of this value do not count.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    label_smoothing : float in [0, 1]
        How much of each target is spread evenly over all classes.

    Raises
    ------
    IndexError
        A label is neither a class nor `ignore_index`.
    RuntimeError
        The input's or target's dtype, the weight's shape or dtype, or `label_smoothing` is wrong.
    ValueError
        Batch sizes differ; unknown reduction.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    if not input.is_floating_point():
        raise DtypeError(
            say(
                f"cross_entropy was given logits of dtype {input.dtype}",
                "floating-point logits",
                "Write input.float().",
            )
        )
    if input.ndim == 2 and target.ndim == 1 and target.dtype is autograd.int64 and len(input) == len(target):
        # The usual case, and the one whose time shows: one row of logits and one label an example.
        return _hard_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)
    axis = 0 if input.ndim < 2 else 1
    if target.shape == input.shape:
        return _soft_cross_entropy(input, target, weight, ignore_index, axis, reduction, label_smoothing)
    labels = _labels(input, target, axis)
    if input.ndim != 2:  # the class axis goes last, all others fold into one
        input = input.permute(*(d for d in range(input.ndim) if d != axis), axis).reshape(-1, input.shape[axis])
    loss = _hard_cross_entropy(input, labels.reshape(-1), weight, ignore_index, reduction, label_smoothing)
    return loss.reshape(target.shape) if reduction == "none" else loss


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return -input[target]: the cross-entropy of log-probabilities, `log_softmax` for example.

    Parameters
    ----------
    input : Tensor, shape (N, C), (C,) or (N, C, ...)
        Log-probabilities.
    target : Tensor of int64 or uint8
        Class labels, of the shape of `input` without C.
    weight, size_average, ignore_index, reduce, reduction
        As for `cross_entropy`.

    Raises
    ------
    IndexError
        A label is neither a class nor `ignore_index`.
    RuntimeError
        A dtype, or the weight's shape, is wrong.
    ValueError
        Batch sizes differ; unknown reduction.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_floats("nll_loss", input=input)
    expect_tensors("nll_loss", input=input, target=target)
    expect_reduction(reduction)
    axis = 0 if input.ndim < 2 else 1
    if input.ndim == 0:
        raise ValueError(
            say("nll_loss was given a number: Expected 1 or more dimensions (got 0)", "(N, C)", "Reshape.")
        )
    labels = _labels(input, target, axis)
    classes = input.shape[axis]
    _check_options(input, classes, weight, reduction, 0.0)
    counted = _counted(labels, classes, ignore_index)
    if counted is not None:
        labels = autograd.where(counted, labels, 0)
    losses = -input.gather(axis, labels.unsqueeze(axis)).squeeze(axis)
    share = None if weight is None else weight[labels]
    if counted is not None:
        share = counted.to(input.dtype) if share is None else share * counted
        losses = autograd.where(counted, losses, 0.0)  # also where what does not count is not finite
    if share is not None:
        losses = losses * share
    if reduction == "mean":
        return losses.mean() if share is None else losses.sum() / share.sum()
    return losses.sum() if reduction == "sum" else losses


def _hard_cross_entropy(
    x: Tensor, y: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, smoothing: float
) -> Tensor:
    """Cross-entropy of rows of logits (N, C) and int64 labels (N,)."""
    counted = _counted(y, x.shape[1], ignore_index)
    loss: Tensor
    if counted is not None:
        rest = _hard_cross_entropy(x[counted], y[counted], weight, -100, reduction, smoothing)
        if reduction != "none":
            return rest
        loss = autograd.zeros(len(x), dtype=x.dtype)
        loss[counted] = rest
        return loss
    if weight is None and not smoothing:
        expect_reduction(reduction)
        loss = rules.CrossEntropy(reduction=reduction).apply(x, y)
        return loss
    _check_options(x, x.shape[1], weight, reduction, smoothing)
    loss = rules.CrossEntropy(reduction="none").apply(x, y)
    share = None if weight is None else weight[y]
    if share is not None:
        loss = loss * share
    if smoothing:
        log_p = autograd.log_softmax(x, 1)
        spread = -(log_p if weight is None else log_p * weight).sum(1)
        loss = (1 - smoothing) * loss + smoothing / x.shape[1] * spread
    if reduction == "mean":
        return loss.mean() if share is None else loss.sum() / share.sum()
    return loss.sum() if reduction == "sum" else loss


def _soft_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    axis: int,
    reduction: str,
    smoothing: float,
) -> Tensor:
    """Cross-entropy with class probabilities, which may need gradients themselves."""
    classes = input.shape[axis] if input.ndim else 1
    _check_options(input, classes, weight, reduction, smoothing)
    if not target.is_floating_point():
        raise RuntimeError(
            say(
                f"Expected floating point type for target with class probabilities, got {target.dtype}",
                "probabilities of the input's shape, or labels without its class dimension",
                "For one-hot targets write target.float(); for labels take target.argmax(1).",
            )
        )
    if ignore_index >= 0:
        raise RuntimeError(
            say(
                "ignore_index is not supported for floating point target",
                "class labels, or no ignore_index",
                "Give the examples to leave out the probability 0 for every class.",
            )
        )
    if smoothing:
        target = (1 - smoothing) * target + smoothing / classes
    terms = autograd.log_softmax(input, axis) * target
    if weight is not None:
        terms = terms * weight.reshape(-1, *(1,) * (input.ndim - axis - 1))
    if reduction == "none":
        return -terms.sum(axis)
    return -terms.sum() if reduction == "sum" else -terms.sum() / (input.numel() / classes)


def _check_options(input: Tensor, classes: int, weight: Tensor | None, reduction: str, smoothing: float) -> None:
    expect_reduction(reduction)
    if not 0 <= smoothing <= 1:
        raise RuntimeError(
            say(
                f"label_smoothing must be between 0.0 and 1.0. Got: {smoothing}",
                "the share of the target that is spread",
                "0 switches it off.",
            )
        )
    if weight is None:
        return
    if tuple(weight.shape) != (classes,):
        raise ShapeError(
            say(
                f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor "
                f"of shape: {list(weight.shape)}",
                f"shape ({classes},)",
                "Give classes that need none the weight 1.",
            )
        )
    if weight.dtype != input.dtype:
        raise DtypeError(
            say(
                f"expected scalar type {input.dtype} but found {weight.dtype} as the weight",
                "the dtype of the input",
                "Convert it: weight.to(input.dtype).",
            )
        )


def _labels(input: Tensor, target: Tensor, axis: int) -> Tensor:
    """Return the labels as int64, their shape and dtype checked."""
    wanted = tuple(input.shape[:axis]) + tuple(input.shape[axis + 1 :])
    if target.dtype not in (autograd.int64, autograd.uint8):
        raise DtypeError(
            say(
                f"expected target dtype to be Long or Byte, but got {target.dtype}",
                f"int64 labels of shape {wanted}, or probabilities of shape {tuple(input.shape)}",
                "Convert labels with target.long().",
            )
        )
    if tuple(target.shape) != wanted:
        remedy = "Give each example one label; target.squeeze(1) takes away a dimension of size 1."
        if input.ndim > 1 and tuple(target.shape[:1]) != tuple(input.shape[:1]):
            batch = target.shape[0] if target.ndim else 0
            happened = f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({batch})"
            raise ValueError(say(happened, f"labels of shape {wanted}", remedy))
        raise ShapeError(
            say(
                f"target has shape {tuple(target.shape)} for an input of shape {tuple(input.shape)} (multi-target not "
                "supported)",
                f"labels of shape {wanted}",
                remedy,
            )
        )
    return target if target.dtype is autograd.int64 else target.long()


def _counted(labels: Tensor, classes: int, ignore_index: int) -> Tensor | None:
    """Return a mask of the labels that count, None if all do.

    Raises
    ------
    IndexError
        A label is neither a class nor `ignore_index`.
    """
    values = labels.numpy()
    # Read as unsigned, a negative label is huge: one comparison sees both ends.
    in_range = values.size == 0 or np.maximum.reduce(values.view(np.uint64), None) < classes
    if in_range and not 0 <= ignore_index < classes:
        return None
    ignored = values == ignore_index
    wrong = values[~ignored & ((values < 0) | (values >= classes))]
    if wrong.size:
        raise IndexError(
            say(
                f"Target {wrong[0]} is out of bounds",
                f"labels from 0 to {classes - 1}, the input having {classes} classes (or ignore_index={ignore_index})",
                "Count classes from 0, and give the last layer one output a class.",
            )
        )
    return autograd.from_numpy(~ignored) if ignored.any() else None
