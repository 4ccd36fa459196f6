"""Functions of neural networks, with PyTorch's names and arguments (`torch.nn.functional`)."""

from __future__ import annotations

import warnings

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn import activations as _activations
from nn import rules
from nn.activations import *
from nn.checks import expect_reduction

__all__ = ["cross_entropy", "linear", "log_softmax", "mse_loss", "softmax", "softmin"]
for _family in (_activations,):
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


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """Return the squared error (input - target)²: its mean, its sum, or every element of it.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape.
    reduction : {"mean", "sum", "none"}

    Warns
    -----
    UserWarning
        The shapes differ and are broadcast, which is hardly ever meant.
    """
    expect_reduction(reduction)
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({tuple(target.shape)}) that is different to the input size ({tuple(input.shape)}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=2,
        )
    if input.shape != target.shape or input.dtype is not target.dtype:
        squares = (input - target) ** 2  # broadcasts and promotes
        return squares if reduction == "none" else squares.sum() if reduction == "sum" else squares.mean()
    loss: Tensor = rules.MseLoss(reduction=reduction).apply(input, target)
    return loss


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
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
    in_range = values.size == 0 or np.maximum.reduce(values.view(np.uint64)) < classes
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
