"""Connectionist temporal classification: the loss of texts whose place in a sequence is not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import ShapeError, say
from nn.checks import expect_reduction, expect_tensors
from nn.rules_ctc import CtcLoss, extended

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Return -ln of the probability that a sequence reads as its text: summed over all alignments of the two.

    An alignment names a class or the blank for every time step; it reads as the text that is left when repetitions are
    taken for one, and then blanks are left out.

    Parameters
    ----------
    log_probs : Tensor of float32 or float64, shape (T, N, C) or (T, C)
        Logarithms of the probabilities of C classes, one of them the blank: what `log_softmax` returns. The gradient is
        right for such alone.
    targets : Tensor, shape (N, S), (sum of target_lengths,) or (S,)
        The labels of each text, without blanks, in rows or one text after the other.
    input_lengths, target_lengths : Tensor of integers or sequence of int, shape (N,) or ()
        How many time steps, and how many labels, of each example count. Both are tensors, or none.
    blank : int
        Which class is the blank.
    reduction : {"mean", "sum", "none"}
        The mean is that of losses by label: each is divided by the length of its text first.
    zero_infinity : bool
        Losses of texts that do not fit into their sequence, and their gradients, are 0 instead of infinite and NaN.

    Raises
    ------
    RuntimeError
        Shapes, lengths or the blank do not fit; or there is nothing.
    NotImplementedError
        `log_probs` has another dtype.
    TypeError
        Lengths are a tensor and a sequence, or a sequence of something else than integers.
    ValueError
        Unknown reduction.
    IndexError
        A label is no class.
    """
    expect_tensors("ctc_loss", log_probs=log_probs, targets=targets)
    expect_reduction(reduction)
    if log_probs.dtype not in (autograd.float32, autograd.float64):
        raise NotImplementedError(
            say(
                f'"ctc_loss" not implemented for {log_probs.dtype}', "float32 or float64", "Convert: log_probs.float()."
            )
        )
    batched = log_probs.ndim == 3
    if log_probs.ndim not in (2, 3) or log_probs.numel() == 0:
        raise ShapeError(
            say(
                f"ctc_loss: log_probs tensor must not be empty and have shape (T, N, C) or (T, C), but it is "
                f"{tuple(log_probs.shape)}",
                "at least one time step, example and class",
                "With a batch in front, permute it: x.permute(1, 0, 2).",
            )
        )
    x = log_probs if batched else log_probs.unsqueeze(1)
    steps, batch, classes = x.shape
    if isinstance(input_lengths, Tensor) is not isinstance(target_lengths, Tensor):
        raise TypeError(
            say(
                "ctc_loss() received an invalid combination of arguments: one of the lengths is a tensor, one is not",
                "two tensors, or two sequences of int",
                "Make a tensor of the other: autograd.tensor(lengths).",
            )
        )
    if not 0 <= blank < classes:
        raise RuntimeError(
            say(f"blank must be in label range, but it is {blank}", f"0 to {classes - 1}", "Classes count from 0.")
        )
    heard = _lengths("input_lengths", input_lengths, batch, steps)
    counts = _lengths("target_lengths", target_lengths, batch, None)
    texts = _texts(targets.detach().long().numpy(), counts, classes)
    options = extended(texts, heard, classes, blank, log_probs.detach().numpy().dtype)
    losses: Tensor = CtcLoss(zero_infinity=bool(zero_infinity), **options).apply(x)
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return (losses / autograd.from_numpy(np.maximum(counts, 1)).to(losses.dtype)).mean()
    return losses if batched else losses.squeeze(0)


def _lengths(name: str, given: Tensor | Sequence[int], batch: int, most: int | None) -> np.ndarray[Any, Any]:
    """Return lengths as an array, one for each example, if they are such."""
    if isinstance(given, Tensor):
        values = given.detach().numpy()
        if values.dtype.kind not in "iu":
            raise RuntimeError(say(f"{name} must be integral, but has dtype {given.dtype}", "int64", "Use .long()."))
        values = values.reshape(-1).astype(np.int64)
    else:
        if any([isinstance(n, bool) or not hasattr(n, "__index__") for n in given]):
            raise TypeError(say(f"ctc_loss() was given {name}={given!r}", "integers", "Lengths are counts."))
        values = np.array([n.__index__() for n in given], np.int64)
    if len(values) != batch:
        raise RuntimeError(
            say(
                f"{name} must be of size batch_size, but has {len(values)} for {batch}",
                "one length for each example",
                "log_probs is (T, N, C), with the batch in the middle.",
            )
        )
    if values.min() < 0 or (most is not None and values.max() > most):
        wrong, least = (values.min(), True) if values.min() < 0 else (values.max(), False)
        raise RuntimeError(
            say(
                f"Expected {name} to have value at {'least 0' if least else f'most {most}'}, but got value {wrong}",
                "lengths from 0 to the number of time steps",
                "log_probs is (T, N, C), with time in front.",
            )
        )
    return values


def _texts(targets: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any], classes: int) -> list[np.ndarray[Any, Any]]:
    """Return the labels of each example."""
    if targets.ndim == 1:
        fits = len(targets) == lengths.sum()
        texts = np.split(targets, np.cumsum(lengths)[:-1])
    else:
        fits = targets.ndim == 2 and len(targets) == len(lengths) and targets.shape[1] >= lengths.max()
        texts = [row[:n] for row, n in zip(targets, lengths, strict=False)] if fits else []
    if not fits:
        raise ShapeError(
            say(
                f"ctc_loss: Expected tensor to have size for all labels, but targets is {targets.shape} for "
                f"{len(lengths)} texts, the longest of {lengths.max()} labels, with {lengths.sum()} labels in all",
                "(N, S) with S at least the longest, or (sum of target_lengths,)",
                "Pad the rows with any label, or put the texts one after the other.",
            )
        )
    wrong = [label for text in texts for label in text if not 0 <= label < classes]
    if wrong:
        raise IndexError(
            say(
                f"ctc_loss: label {wrong[0]} is out of bounds",
                f"labels from 0 to {classes - 1}, log_probs having {classes} classes",
                "Count classes from 0, the blank among them.",
            )
        )
    return texts
