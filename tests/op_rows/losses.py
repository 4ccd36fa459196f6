"""The rows of losses, and of distances between vectors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.op_references import mean, quiet
from tests.op_rows.common import at
from tests.op_samples import (
    Array,
    Domain,
    Exactly,
    F,
    Ints,
    R,
    Random,
    Row,
    S,
    Sample,
    anywhere,
    find,
    kink,
    nonzero,
    only,
    positive,
    unit,
)

N = "nn.functional."
REDUCTIONS = ("mean", "sum", "none")


def signs(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers that are 1 or -1."""
    return random.choice([-1.0, 1.0], shape)


def zeros_and_ones(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers that are 0 or 1."""
    return random.choice([0.0, 1.0], shape)


def counts(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Whole numbers from 0 to 4."""
    return random.integers(0, 5, shape) * 1.0


def reduced(terms: Callable[..., Array]) -> Callable[..., Array]:
    """A reference for a loss, from one for its terms."""

    @functools.wraps(terms)
    def reference(*args: Any, reduction: str = "mean", **kwargs: Any) -> Array:
        losses = terms(*args, **kwargs)
        return losses if reduction == "none" else np.sum(losses) if reduction == "sum" else mean(losses)

    return quiet(reference)


def refused_reduction(name: str, *tensors: Callable[[Any], Any]) -> R:
    return R(lambda t: find(t, N + name)(*[x(t) for x in tensors], reduction="max"), ValueError, "max is not")


def floats(*shape: int) -> Callable[[Any], Any]:
    return lambda t: t.full(shape, 0.5)


def labels(*values: int) -> Callable[[Any], Any]:
    return lambda t: t.tensor(list(values))


def loss(
    name: str,
    terms: Callable[..., Array],
    *samples: Sample,
    errors: tuple[R, ...] = (),
    domain: Domain = anywhere,
    second: Any = None,
    orders: int = 2,
    **options: Any,
) -> Row:
    """The row of a loss of two tensors of one shape; `second` describes the other, of shape (2, 3)."""
    second = second or F(2, 3)
    shaped = [
        type(second)(s, *[v for k, v in vars(second).items() if k != "shape"]) for s in ((), (0,), (3,), (2, 2, 2))
    ]
    both = [S(F(2, 3), second, reduction=r) for r in REDUCTIONS] + [S(F(*s.shape), s) for s in shaped]
    both += [
        S(F(2, 3, gradient=False, domain=unit), second),
        S(F(2, 3), F(2, 3, gradient=False, domain=second.domain or unit)),
    ]
    refused = (refused_reduction(name, floats(2), floats(2)), *errors)
    return Row(
        N + name,
        terms if terms in WEIGHTED else reduced(terms),
        limited(orders, *both, *samples),
        refused,
        domain=domain,
        **options,
    )


def limited(orders: int, *samples: Sample) -> tuple[Sample, ...]:
    """Samples of what PyTorch has only some orders of derivative of."""
    return tuple(only(min(orders, sample.orders), sample) for sample in samples)


def constant(domain: Domain) -> Any:
    """A tensor of shape (2, 3) that gets no gradient."""
    return F(2, 3, domain=domain, gradient=False)


# ------------------------------------------------------------------------------------------------ references


def weighted(terms: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    def reference(x: Array, t: Array, reduction: str = "mean", weight: Array | None = None, **options: Any) -> Array:
        losses = terms(x, t, **options) * (1 if weight is None else weight)
        total = np.sum(losses)
        if reduction == "none":
            return losses
        plain = weight is None or terms is huber
        return total if reduction == "sum" else mean(losses) if plain else total / np.sum(weight)

    return quiet(reference)


def absolute(x: Array, t: Array) -> Array:
    return np.abs(x - t)


def smooth(x: Array, t: Array, beta: float = 1.0) -> Array:
    d = np.abs(x - t)
    return d if beta == 0 else np.where(d < beta, d * d / (2 * beta), d - beta / 2)


def huber(x: Array, t: Array, delta: float = 1.0) -> Array:
    d = np.abs(x - t)
    return np.where(d < delta, d * d / 2, delta * (d - delta / 2))


def binary(x: Array, t: Array, weight: Array | None = None) -> Array:
    losses = -t * np.maximum(np.log(x), -100) - (1 - t) * np.maximum(np.log1p(-x), -100)
    return losses if weight is None else losses * weight


def log_sigma(x: Array) -> Array:
    return -np.logaddexp(np.zeros_like(x), -x)


def logits(x: Array, t: Array, weight: Array | None = None, pos_weight: Array | None = None) -> Array:
    losses = -(t * (1 if pos_weight is None else pos_weight) * log_sigma(x) + (1 - t) * log_sigma(-x))
    return losses if weight is None else losses * weight


def divergence(x: Array, t: Array, log_target: bool = False) -> Array:
    if log_target:
        return np.exp(t) * (t - x)
    return np.where(t == 0, 0, t * np.log(np.where(t == 0, 1, t))) - t * x


def kl_div(x: Array, t: Array, reduction: str = "mean", log_target: bool = False) -> Array:
    terms = divergence(x, t, log_target)
    if reduction == "batchmean":
        return np.sum(terms) / (x.shape[0] if x.ndim else 1)
    return terms if reduction == "none" else np.sum(terms) if reduction == "sum" else mean(terms)


def poisson(x: Array, t: Array, log_input: bool = True, full: bool = False, eps: float = 1e-8) -> Array:
    losses = np.exp(x) - t * x if log_input else x - t * np.log(x + eps)
    if full:
        losses = losses + np.where(t > 1, t * np.log(t) - t + 0.5 * np.log(2 * np.pi * t), 0)
    return losses


def gaussian(x: Array, t: Array, var: Any, full: bool = False, eps: float = 1e-6) -> Array:
    v = np.maximum(np.asarray(var, x.dtype), eps)
    v = v[..., None] if v.ndim == x.ndim - 1 and v.ndim else v
    return (0.5 * (np.log(v) + (x - t) ** 2 / v) + (0.5 * np.log(2 * np.pi) if full else 0)).astype(x.dtype)


def nll(x: Array, y: Array, weight: Array | None = None, ignore_index: int = -100, reduction: str = "mean") -> Array:
    axis = 0 if x.ndim < 2 else 1
    counts = y != ignore_index
    safe = np.where(counts, y, 0).astype(np.int64)
    picked = np.squeeze(np.take_along_axis(x, np.expand_dims(safe, axis), axis), axis)
    share = (np.ones(x.shape[axis], x.dtype) if weight is None else weight)[safe] * counts
    losses = np.where(counts, -picked * share, 0)
    if reduction == "none":
        return losses
    return np.sum(losses) if reduction == "sum" else np.sum(losses) / np.sum(share)


def distance(a: Array, b: Array, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Array:
    d = np.abs(a - b + eps)
    largest = np.max(d, -1, keepdims=keepdim)
    return largest if p == np.inf else np.sum(d**p, -1, keepdims=keepdim) ** (1 / p)


def length(a: Array, p: float, dim: Any, eps: float) -> Array:
    return np.maximum(np.sum(np.abs(a) ** p, dim, keepdims=True) ** (1 / p), eps)


def cosine(a: Array, b: Array, dim: int = 1, eps: float = 1e-8) -> Array:
    a, b = np.broadcast_arrays(a, b)
    return np.sum(a / length(a, 2, dim, eps) * (b / length(b, 2, dim, eps)), dim)


def normalize(a: Array, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> Array:
    return a / length(a, p, dim, eps)


def hinge(x: Array, t: Array, margin: float = 1.0) -> Array:
    return np.where(t == 1, x, np.maximum(0, margin - x))


def ranking(a: Array, b: Array, t: Array, margin: float = 0) -> Array:
    return np.maximum(0, margin - t * (a - b))


def embedding(a: Array, b: Array, t: Array, margin: float = 0) -> Array:
    c = np.sum(a * b, -1) / np.sqrt((np.sum(a * a, -1) + 1e-12) * (np.sum(b * b, -1) + 1e-12))
    return np.where(t == 1, 1 - c, np.maximum(0, c - margin))


def triplet(
    a: Array, b: Array, n: Array, margin: float = 1.0, p: float = 2, eps: float = 1e-6, swap: bool = False
) -> Array:
    far = distance(a, n, p, eps)
    if swap:
        far = np.minimum(far, distance(b, n, p, eps))
    return np.maximum(0, margin + distance(a, b, p, eps) - far)


def several_labels(x: Array, t: Array, weight: Array | None = None) -> Array:
    return np.sum(logits(x, t, weight), -1) / x.shape[-1]


def multi_margin(x: Array, y: Array, p: int = 1, margin: float = 1.0, weight: Array | None = None) -> Array:
    of_right = np.take_along_axis(x, np.expand_dims(y, -1), -1)
    terms = np.maximum(0, margin - of_right + x) ** p * (1 if weight is None else np.expand_dims(weight[y], -1))
    return np.sum(np.where(np.expand_dims(y, -1) == np.arange(x.shape[-1]), 0, terms), -1) / x.shape[-1]


def multilabel(x: Array, t: Array) -> Array:
    if x.ndim == 2:
        return np.array([multilabel(a, b) for a, b in zip(x, t, strict=True)], x.dtype)
    right = [int(y) for y in t[: list(t).index(-1) if -1 in t else None]]
    others = [j for j in range(len(x)) if j not in right]
    return sum((np.maximum(0, 1 - x[y] + x[j]) for y in right for j in others), x.dtype.type(0)) / len(x)


L1, HUBER = weighted(absolute), weighted(huber)
WEIGHTED = (L1, HUBER)  # references that reduce by themselves
LABELS = Ints((4,), 0, 3)
WEIGHT = F(3, gradient=False, domain=positive)
SIGNS, BITS = constant(signs), constant(zeros_and_ones)

LOSSES = [
    loss(
        "l1_loss",
        L1,
        S(F(2, 3), F(2, 3), weight=F(2, 3, gradient=False, domain=positive)),
        S(Ints((3,)), Ints((3,)), reduction="sum"),
        kink(at(1.0, 2.0), at(1.0, 2.0)),
        errors=(R(lambda t: t.nn.functional.l1_loss(t.ones(2), t.ones(2), weight=t.ones(1)), ValueError, "same size"),),
    ),
    loss(
        "smooth_l1_loss",
        smooth,
        S(F(2, 3), F(2, 3), beta=0.5),
        S(F(2, 3), F(2, 3), beta=0),
        only(1, kink(at(1.0, -1.0, 0.0), at(0.0, 0.0, 0.0))),
        errors=(
            R(
                lambda t: t.nn.functional.smooth_l1_loss(t.ones(2), t.ones(2), beta=-1.0),
                RuntimeError,
                "negative values for beta",
            ),
        ),
    ),
    loss(
        "huber_loss",
        HUBER,
        S(F(2, 3), F(2, 3), delta=0.5),
        S(F(2, 3), F(2, 3), weight=F(2, 3, gradient=False, domain=positive)),
        only(1, kink(at(1.0, -1.0, 0.0), at(0.0, 0.0, 0.0))),
        errors=(
            R(
                lambda t: t.nn.functional.huber_loss(t.ones(2), t.ones(2), delta=0.0),
                RuntimeError,
                "non-positive values for delta",
            ),
            R(lambda t: t.nn.functional.huber_loss(t.ones(2), t.ones(2), weight=t.ones(1)), ValueError, "same size"),
        ),
    ),
    loss(
        "binary_cross_entropy",
        binary,
        S(F(2, 3), F(2, 3), F(3, gradient=False, domain=positive)),
        S(F(2, 3), F(2, 3), weight=F(2, 1, gradient=False, domain=positive)),
        S(Exactly([0.0, 1.0, 0.0, 1.0]), Exactly([0.0, 1.0, 1.0, 0.0]), reduction="none"),
        only(0, kink(at(0.0, 1.0, 1.0, 0.0), Exactly([0.0, 1.0, 0.5, 1.0]))),
        domain=unit,
        orders=1,  # PyTorch's second derivatives are off by 1e-12 / (x (1 - x))
        errors=(
            R(lambda t: t.nn.functional.binary_cross_entropy(t.ones(2), t.ones(3)), ValueError, "target size"),
            R(
                lambda t: t.nn.functional.binary_cross_entropy(t.ones(2) * 1.5, t.ones(2)),
                RuntimeError,
                "between 0 and 1",
            ),
            R(
                lambda t: t.nn.functional.binary_cross_entropy(t.ones(2), t.ones(2).double()),
                RuntimeError,
                "[Ff]ound dtype|expected",
            ),
            R(
                lambda t: t.nn.functional.binary_cross_entropy(t.tensor([1]), t.tensor([1])),
                RuntimeError,
                "not implemented",
            ),
        ),
    ),
    loss(
        "binary_cross_entropy_with_logits",
        logits,
        S(F(2, 3), F(2, 3), F(3, gradient=False, domain=positive)),
        S(F(2, 3), F(2, 3), pos_weight=F(3, gradient=False, domain=positive)),
        S(
            F(2, 3),
            BITS,
            weight=F(2, 1, gradient=False, domain=positive),
            pos_weight=F(3, gradient=False, domain=positive),
            reduction="sum",
        ),
        S(at(-1000.0, -200.0, 200.0, 1000.0), Exactly([0.0, 1.0, 1.0, 0.0])),
        errors=(
            R(
                lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.ones(2), t.ones(3)),
                ValueError,
                "arget size",
            ),
            R(
                lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.ones(2, 1), t.ones(2)),
                ValueError,
                "arget size",
            ),
            R(
                lambda t: t.nn.functional.binary_cross_entropy_with_logits(t.ones(2), t.tensor([0, 1])),
                RuntimeError,
                "not implemented|cast",
            ),
        ),
    ),
    Row(
        f"{N}kl_div",
        quiet(kl_div),
        (
            *[S(F(2, 3), F(2, 3, domain=positive), reduction=r) for r in ("batchmean", "sum", "none")],
            *[S(F(2, 3), F(2, 3), reduction=r, log_target=True) for r in ("batchmean", "sum", "none")],
            S(F(), F(domain=positive), reduction="batchmean"),
            S(F(0, 3), F(0, 3, domain=positive), reduction="sum"),
            S(F(3), Exactly([0.0, 0.5, 0.5]), reduction="sum"),
            S(F(2, 3), F(3, domain=positive), reduction="none"),
        ),
        (
            R(lambda t: t.nn.functional.kl_div(t.ones(2), t.ones(2), reduction="max"), ValueError, "max is not"),
            R(
                lambda t: t.nn.functional.kl_div(t.ones(2), t.ones(3), reduction="sum"),
                RuntimeError,
                "must match the size",
            ),
        ),
    ),
    loss(
        "poisson_nll_loss",
        poisson,
        S(F(2, 3), constant(counts), full=True),
        S(F(2, 3, domain=positive), constant(counts), False),
        S(F(2, 3, domain=positive), constant(counts), log_input=False, full=True, eps=1e-3),
        second=constant(counts),
    ),
    Row(
        f"{N}gaussian_nll_loss",
        reduced(gaussian),
        (
            *[S(F(2, 3), F(2, 3), F(2, 3, domain=positive), reduction=r) for r in REDUCTIONS],
            S(F(2, 3), F(2, 3), F(2, domain=positive)),
            S(F(2, 3), F(2, 3), F(2, 1, domain=positive), full=True),
            S(F(2, 3), F(2, 3), 0.5),
            S(F(2, 3), F(2, 3), F(1, 3, domain=positive), eps=0.1),
            kink(at(1.0, 2.0), at(0.0, 0.0), at(0.0, 1e-9), eps=0.01),
            S(F(0), F(0), F(0)),
        ),
        (
            R(
                lambda t: t.nn.functional.gaussian_nll_loss(t.ones(2), t.ones(2), -t.ones(2)),
                ValueError,
                "negative entry",
            ),
            R(lambda t: t.nn.functional.gaussian_nll_loss(t.ones(2), t.ones(2), -1.0), ValueError, "negative entry"),
            R(
                lambda t: t.nn.functional.gaussian_nll_loss(t.ones(2, 3), t.ones(2, 3), t.ones(3)),
                ValueError,
                "incorrect size",
            ),
            R(
                lambda t: t.nn.functional.gaussian_nll_loss(t.ones(2), t.ones(2), t.ones(2), reduction="max"),
                ValueError,
                "max is not",
            ),
        ),
    ),
    Row(
        f"{N}nll_loss",
        quiet(nll),
        (
            *[S(F(4, 3), LABELS, reduction=r) for r in REDUCTIONS],
            S(F(3), Ints((), 0, 3)),
            only(0, S(F(2, 3, 2), Ints((2, 2), 0, 3))),
            only(0, S(F(2, 3, 2, 2), Ints((2, 2, 2), 0, 3), reduction="none")),
            *[S(F(4, 3), LABELS, WEIGHT, reduction=r) for r in REDUCTIONS],
            only(1, S(F(0, 3), Ints((0,), 0, 3))),
            S(F(4, 3), Exactly([0, -100, 2, 1], "int64")),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), WEIGHT, ignore_index=1, reduction="none"),
            S(F(4, 3), Ints((4,), 0, 3, dtype="uint8")),
        ),
        (
            R(lambda t: t.nn.functional.nll_loss(t.ones(2, 3), t.tensor([0, 3])), IndexError, "out of bounds"),
            R(lambda t: t.nn.functional.nll_loss(t.ones(2, 3), t.tensor([0.0, 1.0])), RuntimeError, "Long|dtype"),
            R(lambda t: t.nn.functional.nll_loss(t.ones(2, 3), t.tensor([0, 1, 2])), ValueError, "batch_size"),
            R(lambda t: t.nn.functional.nll_loss(t.ones(2, 3), t.tensor([0, 1]), t.ones(2)), RuntimeError, "weight"),
            R(lambda t: t.nn.functional.nll_loss(t.tensor([[1, 2]]), t.tensor([0])), RuntimeError, "not implemented"),
            refused_reduction("nll_loss", floats(2, 3), labels(0, 1)),
        ),
    ),
    loss(
        "hinge_embedding_loss",
        hinge,
        S(F(2, 3), SIGNS, 0.5),
        S(F(2, 3), SIGNS, margin=2),
        kink(at(1.0, 1.0), Exactly([-1.0, 1.0])),
        second=SIGNS,
    ),
    Row(
        f"{N}margin_ranking_loss",
        reduced(ranking),
        (
            *[S(F(2, 3), F(2, 3), SIGNS, reduction=r) for r in REDUCTIONS],
            S(F(3), F(3), F(3, gradient=False, domain=signs), 0.5),
            S(F(2, 1), F(1, 3), SIGNS, margin=0.5),
            kink(at(1.0), at(1.0), Exactly([1.0])),
        ),
        (
            refused_reduction("margin_ranking_loss", floats(2), floats(2), floats(2)),
            R(
                lambda t: t.nn.functional.margin_ranking_loss(t.ones(2, 2), t.ones(2), t.ones(2)),
                RuntimeError,
                "same dimension",
            ),
        ),
    ),
    Row(
        f"{N}cosine_embedding_loss",
        reduced(embedding),
        (
            *[S(F(2, 3), F(2, 3), F(2, gradient=False, domain=signs), reduction=r) for r in REDUCTIONS],
            S(F(3), F(3), Exactly(1.0)),
            S(F(3), F(3), Exactly(-1.0), -0.5),
            S(F(4, 3), F(4, 3), Ints((4,), 1, 2), margin=0.2),
        ),
        (
            refused_reduction("cosine_embedding_loss", floats(2, 2), floats(2, 2), floats(2)),
            R(
                lambda t: t.nn.functional.cosine_embedding_loss(t.ones(2, 2), t.ones(2, 2), t.ones(2, 2)),
                RuntimeError,
                "multi-target",
            ),
            R(
                lambda t: t.nn.functional.cosine_embedding_loss(t.ones(2), t.ones(2), t.ones(2)),
                RuntimeError,
                "dimension|D",
            ),
        ),
    ),
    Row(
        f"{N}triplet_margin_loss",
        reduced(triplet),
        (
            *[S(F(4, 3), F(4, 3), F(4, 3), reduction=r) for r in REDUCTIONS],
            S(F(3), F(3), F(3), 3.0),
            S(F(4, 3), F(4, 3), F(4, 3), margin=2, p=1.0, swap=True),
            S(F(4, 3), F(4, 3), F(4, 3), p=3, eps=1e-3),
        ),
        (
            refused_reduction("triplet_margin_loss", floats(2, 2), floats(2, 2), floats(2, 2)),
            R(
                lambda t: t.nn.functional.triplet_margin_loss(t.ones(2, 2), t.ones(2, 2), t.ones(2, 2), margin=0),
                ValueError,
                "greater than 0",
            ),
            R(
                lambda t: t.nn.functional.triplet_margin_loss(t.ones(2, 2), t.ones(2), t.ones(2, 2)),
                RuntimeError,
                "anchor 2D",
            ),
        ),
        domain=nonzero,
    ),
    Row(
        f"{N}triplet_margin_with_distance_loss",
        reduced(triplet),
        (
            *[S(F(4, 3), F(4, 3), F(4, 3), reduction=r) for r in REDUCTIONS],
            S(F(4, 3), F(4, 3), F(4, 3), margin=2, swap=True),
        ),
        (
            refused_reduction("triplet_margin_with_distance_loss", floats(2, 2), floats(2, 2), floats(2, 2)),
            R(
                lambda t: t.nn.functional.triplet_margin_with_distance_loss(
                    t.ones(2, 2), t.ones(2, 2), t.ones(2, 2), margin=0
                ),
                ValueError,
                "greater than 0",
            ),
            R(
                lambda t: t.nn.functional.triplet_margin_with_distance_loss(t.ones(2, 2), t.ones(2), t.ones(2, 2)),
                RuntimeError,
                "anchor 2D",
            ),
        ),
        domain=nonzero,
    ),
    loss(
        "soft_margin_loss",
        lambda x, t: np.log1p(np.exp(-x * t)),
        second=SIGNS,
    ),
    Row(
        f"{N}multilabel_soft_margin_loss",
        reduced(several_labels),
        (
            *[S(F(4, 3), F(4, 3, domain=zeros_and_ones, gradient=False), reduction=r) for r in REDUCTIONS],
            S(F(3), F(3)),
            S(F(2, 3), BITS, WEIGHT),
            S(F(2, 3, 2), F(2, 3, 2)),
        ),
        (refused_reduction("multilabel_soft_margin_loss", floats(2, 2), floats(2, 2)),),
    ),
    Row(
        f"{N}multi_margin_loss",
        reduced(multi_margin),
        limited(
            1,
            *[S(F(4, 3), LABELS, reduction=r) for r in REDUCTIONS],
            S(F(3), Ints((), 0, 3)),
            S(F(4, 3), LABELS, 2),
            S(F(4, 3), LABELS, 2, 0.5, WEIGHT),
            S(F(4, 3), LABELS, weight=WEIGHT),
            kink(Exactly([[1.0, 0.0]], gradient=True), Exactly([0], "int64")),
        ),
        (
            refused_reduction("multi_margin_loss", floats(2, 3), labels(0, 1)),
            R(
                lambda t: t.nn.functional.multi_margin_loss(t.ones(2, 3), t.tensor([0, 1]), p=3),
                ValueError,
                "only p == 1 and p == 2",
            ),
            R(
                lambda t: t.nn.functional.multi_margin_loss(t.ones(2, 3), t.tensor([0, 1]), weight=t.ones(1, 3)),
                ValueError,
                "one-dimensional",
            ),
            R(
                lambda t: t.nn.functional.multi_margin_loss(t.ones(2, 3), t.tensor([0, 1, 1])),
                RuntimeError,
                "target size",
            ),
            R(
                lambda t: t.nn.functional.multi_margin_loss(t.ones(2, 3), t.tensor([0, 3])),
                RuntimeError,
                "out of range",
            ),
            R(lambda t: t.nn.functional.multi_margin_loss(t.ones(2, 3), t.tensor([0.0, 1.0])), RuntimeError, "Long"),
        ),
    ),
    Row(
        f"{N}multilabel_margin_loss",
        reduced(multilabel),
        limited(
            1,
            *[S(F(2, 4), Exactly([[1, 3, -1, 0], [2, -1, -1, -1]], "int64"), reduction=r) for r in REDUCTIONS],
            S(F(3), Exactly([0, 1, 2], "int64")),
            S(F(4), Exactly([3, 0, -1, 1], "int64")),
            S(F(2), Exactly([-1, 0], "int64")),
        ),
        (
            refused_reduction("multilabel_margin_loss", floats(2), labels(0, -1)),
            R(
                lambda t: t.nn.functional.multilabel_margin_loss(t.ones(2, 3), t.tensor([[0, 1]])),
                RuntimeError,
                "target size",
            ),
            R(
                lambda t: t.nn.functional.multilabel_margin_loss(t.ones(3), t.tensor([0, 3, -1])),
                RuntimeError,
                "out of range",
            ),
            R(lambda t: t.nn.functional.multilabel_margin_loss(t.ones(2), t.tensor([0.0, -1.0])), RuntimeError, "Long"),
        ),
    ),
    Row(
        f"{N}pairwise_distance",
        distance,
        (
            S(F(2, 3), F(2, 3)),
            S(F(3), F(3)),
            S(F(2, 2, 3), F(3)),
            S(F(2, 3), F(2, 3), 1.0),
            S(F(2, 3), F(2, 3), p=3.5, eps=1e-3, keepdim=True),
            S(F(2, 3), F(2, 3), np.inf),
            S(F(0, 3), F(0, 3)),
        ),
        (
            R(
                lambda t: t.nn.functional.pairwise_distance(t.ones(2, 3), t.ones(2, 2)),
                RuntimeError,
                "must match the size|broadcast",
            ),
        ),
    ),
    Row(
        f"{N}cosine_similarity",
        cosine,
        (
            S(F(2, 3), F(2, 3)),
            S(F(3), F(3), 0),
            S(F(2, 3, 2), F(3, 1), dim=-2),
            kink(F(2, 3), F(2, 3), eps=10.0),
            S(F(2, 3), Ints((2, 3), 1, 5)),
            S(F(0, 3), F(0, 3)),
        ),
        (
            R(
                lambda t: t.nn.functional.cosine_similarity(t.ones(2, 3), t.ones(2, 2)),
                RuntimeError,
                "must match the size|broadcast",
            ),
            R(lambda t: t.nn.functional.cosine_similarity(t.ones(2), t.ones(2)), IndexError, "Dimension out of range"),
            R(
                lambda t: t.nn.functional.cosine_similarity(t.tensor([[1]]), t.tensor([[1]])),
                RuntimeError,
                "floating point",
            ),
        ),
    ),
    Row(
        f"{N}normalize",
        normalize,
        (S(F(2, 3)), S(F(3), dim=0), S(F(2, 3), 1.0), S(F(2, 3, 2), dim=(1, 2)), S(F(2, 3), 3.0, -2, 5.0), S(F(0, 3))),
        (R(lambda t: t.nn.functional.normalize(t.ones(2)), IndexError, "Dimension out of range"),),
        domain=nonzero,
    ),
]
