"""Distances between vectors, and losses that ask for a margin between the right answer and the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn import rules, rules_activation
from nn.checks import chosen_reduction, expect_floats, expect_reduction, expect_tensors, reduced

__all__ = [
    "cosine_embedding_loss",
    "cosine_similarity",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "normalize",
    "pairwise_distance",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


# ------------------------------------------------------------------------------------------------ distances


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """Return the p-norm of x1 - x2 + eps along the last dimension.

    Parameters
    ----------
    x1, x2 : Tensor, shape (..., D)
        They are broadcast.
    p : float
    eps : float
        Keeps the gradient finite where the vectors are equal.
    keepdim : bool
    """
    expect_tensors("pairwise_distance", x1=x1, x2=x2)
    distance: Tensor = autograd.norm(x1 - x2 + eps, p, dim=-1, keepdim=keepdim)
    return distance


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return x1 · x2 / (|x1| |x2|) along `dim`, each norm at least `eps`.

    Raises
    ------
    RuntimeError
        The shapes cannot be broadcast, or neither tensor has floats.
    IndexError
        There is no such dimension.
    """
    expect_tensors("cosine_similarity", x1=x1, x2=x2)
    common = autograd.promote_types(x1.dtype, x2.dtype)
    if not common.is_floating_point:
        raise DtypeError(
            say(
                f"cosine_similarity: expected common dtype to be floating point, yet common dtype is {common}",
                "floating-point vectors",
                "Convert first: x.float().",
            )
        )
    x1, x2 = autograd.broadcast_tensors(x1.to(common), x2.to(common))
    unit: list[Tensor] = []
    for x in (x1, x2):
        unit.append(x / rules.Lifted(low=eps).apply(autograd.linalg.vector_norm(x, 2, dim, True)))
    cosine: Tensor = (unit[0] * unit[1]).sum(dim)
    return cosine


def normalize(
    input: Tensor, p: float = 2.0, dim: int | tuple[int, ...] = 1, eps: float = 1e-12, out: None = None
) -> Tensor:
    """Return `input` divided by its p-norm along `dim`, which is taken to be at least `eps`.

    Parameters
    ----------
    input : Tensor
    p : float
    dim : int or tuple of int
    eps : float
    out : None
        PyTorch's `out=` is not provided.

    Raises
    ------
    TypeError
        `out` is given.
    """
    expect_tensors("normalize", input=input)
    if out is not None:
        raise TypeError(say("normalize was given out=", "no out", "Write x.copy_(normalize(y))."))
    return input / autograd.norm(input, p, dim, keepdim=True).clamp_min(eps).expand_as(input)


# ------------------------------------------------------------------------------------------------ pairs and triplets


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return x where the target is 1, and max(0, margin - x) where it is -1, for distances x.

    Parameters
    ----------
    input, target : Tensor
        They are broadcast. The target holds 1 and -1.
    margin : float
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning. (So for all losses here.)
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        Unknown reduction. (So for all losses here.)
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("hinge_embedding_loss", input=input, target=target)
    apart = autograd.where(target != 1, (margin - input).clamp_min(0), 0.0)
    return reduced(apart + autograd.where(target != -1, input, 0.0), reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin - t (x1 - x2)): with t = 1 the first is to rank higher, with t = -1 the second.

    Raises
    ------
    RuntimeError
        The numbers of dimensions differ.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("margin_ranking_loss", input1=input1, input2=input2, target=target)
    if not input1.ndim == input2.ndim == target.ndim:
        shapes = ", ".join(str(tuple(t.shape)) for t in (input1, input2, target))
        raise ShapeError(
            say(
                f"margin_ranking_loss : All input tensors should have same dimension but got sizes: {shapes}",
                "three tensors with the same number of dimensions",
                "Reshape them.",
            )
        )
    return reduced((margin - target * (input1 - input2)).clamp_min(0), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return 1 - cos(x1, x2) where the target is 1, and max(0, cos(x1, x2) - margin) where it is -1.

    Parameters
    ----------
    input1, input2 : Tensor, shape (N, D) or (D,)
    target : Tensor, shape (N,) or ()
    margin : float
        From -1 to 1.

    Raises
    ------
    RuntimeError
        The shapes do not fit.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_tensors("cosine_embedding_loss", input1=input1, input2=input2, target=target)
    if target.ndim > 1 or not input1.ndim == input2.ndim == target.ndim + 1:
        raise ShapeError(
            say(
                f"cosine_embedding_loss was given inputs of {input1.ndim} and {input2.ndim} dimensions, and a target "
                f"of {target.ndim} (0D or 1D target tensor expected, multi-target not supported)",
                "(N, D), (N, D) and (N,); or (D,), (D,) and ()",
                "Reshape them.",
            )
        )
    products, first, second = [(a * b).sum(-1) for a, b in ((input1, input2), (input1, input1), (input2, input2))]
    cosine = products / autograd.sqrt((first + 1e-12) * (second + 1e-12))
    together = autograd.where(target == 1, 1 - cosine, 0.0)
    return reduced(together + autograd.where(target == -1, (cosine - margin).clamp_min(0), 0.0), reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin + d(anchor, positive) - d(anchor, negative)), where d is `pairwise_distance`.

    Parameters
    ----------
    anchor, positive, negative : Tensor, shape (N, D) or (D,)
    margin : float
        Larger than 0.
    p, eps : float
        Of the distance.
    swap : bool
        Take d(positive, negative) where that is less than d(anchor, negative).

    Raises
    ------
    ValueError
        `margin` is not positive.
    RuntimeError
        The numbers of dimensions differ.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)

    def distance(a: Tensor, b: Tensor) -> Tensor:
        return pairwise_distance(a, b, p, eps)

    return _triplet("triplet_margin_loss", anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return what `triplet_margin_loss` does, for any distance: `distance_function(a, b)`."""
    distance = pairwise_distance if distance_function is None else distance_function
    name = "triplet_margin_with_distance_loss"
    return _triplet(name, anchor, positive, negative, distance, margin, swap, reduction)


def _triplet(
    name: str,
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance: Callable[[Tensor, Tensor], Tensor],
    margin: float,
    swap: bool,
    reduction: str,
) -> Tensor:
    expect_tensors(name, anchor=anchor, positive=positive, negative=negative)
    expect_reduction(reduction)
    if margin <= 0:
        raise ValueError(say(f"{name}: margin must be greater than 0, got {margin}", "margin > 0", "The default is 1."))
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise ShapeError(
            say(
                f"{name}: The anchor, positive, and negative tensors are expected to have the same number of "
                f"dimensions, but got: anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D "
                "inputs",
                "three tensors with the same number of dimensions",
                "Reshape them.",
            )
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = autograd.minimum(far, distance(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)


# ------------------------------------------------------------------------------------------------ classes


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return ln(1 + exp(-t x)), for targets t of 1 and -1; stable however large x is.

    Raises
    ------
    RuntimeError
        The shapes cannot be broadcast, or a tensor has no floats.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_floats("soft_margin_loss", input=input, target=target)
    return reduced(-rules_activation.LogSigmoid().apply(target * input), reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the mean of `binary_cross_entropy_with_logits` over the classes, which are the last dimension.

    Parameters
    ----------
    input, target : Tensor, shape (N, C) or (C,)
        Logits, and 0 or 1 for every class.
    weight : Tensor, shape (C,), optional
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_floats("multilabel_soft_margin_loss", input=input)
    expect_tensors("multilabel_soft_margin_loss", input=input, target=target, weight=weight)
    expect_reduction(reduction)
    yes, no = [rules_activation.LogSigmoid().apply(x) for x in (input, -input)]
    losses = -(target * yes + (1 - target) * no)
    if weight is not None:
        losses = losses * weight
    return reduced(losses.sum(-1) / input.shape[-1], reduction)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return Σ max(0, margin - x_y + x_j)^p / C over the classes j but the right one, y.

    Parameters
    ----------
    input : Tensor, shape (N, C) or (C,)
    target : Tensor of int64, shape (N,) or ()
        Class labels y.
    p : {1, 2}
    margin : float
    weight : Tensor, shape (C,), optional
        A weight for every right class, before the power.

    Raises
    ------
    ValueError
        `p` is neither 1 nor 2, or `weight` no vector.
    RuntimeError
        Shapes or dtypes do not fit, or a label is no class.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_floats("multi_margin_loss", input=input)
    expect_tensors("multi_margin_loss", input=input, target=target, weight=weight)
    expect_reduction(reduction)
    if p not in (1, 2):
        raise ValueError(
            say(f"multi_margin_loss was given p={p}: only p == 1 and p == 2 supported", "1 or 2", "Use 1.")
        )
    if weight is not None and weight.ndim != 1:
        raise ValueError(
            say(f"multi_margin_loss: weight must be one-dimensional, got {weight.ndim}D", "(C,)", "Reshape it.")
        )
    if input.ndim not in (1, 2) or target.shape != input.shape[:-1]:
        raise ShapeError(
            say(
                f"multi_margin_loss: inconsistent target size {tuple(target.shape)} for an input of shape "
                f"{tuple(input.shape)}",
                "(N,) for (N, C), or () for (C,)",
                "Give each example one label.",
            )
        )
    _expect_labels("multi_margin_loss", target, 0, input.shape[-1])
    labels = target.unsqueeze(-1)
    terms = autograd.relu(margin - input.gather(-1, labels) + input)
    if p == 2:
        terms = terms * terms
    if weight is not None:
        terms = terms * weight[labels]
    others = labels != autograd.arange(input.shape[-1])
    return reduced(autograd.where(others, terms, 0.0).sum(-1) / input.shape[-1], reduction)


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return Σ max(0, 1 - x_y + x_j) / C over the right classes y and all others j.

    Parameters
    ----------
    input : Tensor, shape (N, C) or (C,)
    target : Tensor of int64, of the same shape
        The right classes of an example stand first in its row, and are followed by -1.

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, or a label is no class.
    """
    reduction = chosen_reduction(size_average, reduce, reduction)
    expect_floats("multilabel_margin_loss", input=input)
    expect_tensors("multilabel_margin_loss", input=input, target=target)
    expect_reduction(reduction)
    if input.ndim not in (1, 2) or target.shape != input.shape:
        raise ShapeError(
            say(
                f"multilabel_margin_loss: inconsistent target size {tuple(target.shape)} for an input of shape "
                f"{tuple(input.shape)}",
                "(N, C) and (N, C), or (C,) and (C,)",
                "Fill up rows of labels with -1.",
            )
        )
    classes = input.shape[-1]
    _expect_labels("multilabel_margin_loss", target, -1, classes)
    labels = target.numpy()
    given = np.logical_and.accumulate(labels >= 0, axis=-1)
    right = ((labels[..., :, None] == np.arange(classes)) & given[..., :, None]).any(-2)
    pairs = autograd.from_numpy(given[..., :, None] & ~right[..., None, :])
    of_right = input.gather(-1, autograd.from_numpy(np.where(given, labels, 0))).unsqueeze(-1)
    terms = autograd.relu(1 - of_right + input.unsqueeze(-2))
    return reduced(autograd.where(pairs, terms, 0.0).sum((-2, -1)) / classes, reduction)


def _expect_labels(name: str, target: Tensor, lowest: int, classes: int) -> None:
    if target.dtype is not autograd.int64:
        raise DtypeError(
            say(f"{name}: expected scalar type Long but found {target.dtype}", "int64 labels", "Write target.long().")
        )
    if ((target < lowest) | (target >= classes)).any():
        raise ShapeError(
            say(
                f"{name}: argument #2 'target' is out of range",
                f"labels from {lowest} to {classes - 1}",
                "Count classes from 0.",
            )
        )
