"""Losses as modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn.checks import chosen_reduction
from nn.layers.distance import PairwiseDistance
from nn.module import Module


class _Loss(Module):
    """What losses share: how their terms are reduced to one number."""

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = chosen_reduction(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    """What losses share that can weigh classes or elements: the weights are a buffer."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


def _above_zero(name: str, margin: float) -> float:
    """Return a margin, if it is one."""
    if margin <= 0:
        raise ValueError(
            say(
                f"{name}: expected margin to be greater than 0, got {margin} instead", "margin > 0", "The default is 1."
            )
        )
    return margin


# ------------------------------------------------------------------------------------------------ distances


class MSELoss(_Loss):
    """The squared error (input - target)²: its mean, its sum, or every element of it.

    Parameters
    ----------
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """The absolute error |input - target|.

    Parameters
    ----------
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """The absolute error, but rounded off to a parabola where it is below `beta`.

    Parameters
    ----------
    beta : float
        At least 0.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.smooth_l1_loss(input, target, beta=self.beta, reduction=self.reduction)


class HuberLoss(_Loss):
    """Half the squared error up to `delta`, and linear beyond.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
    delta : float
        Larger than 0.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not isinstance(delta, float | int):
            raise TypeError(say(f"delta must be a float or int, got: {type(delta)}", "a number", "The default is 1."))
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


# ------------------------------------------------------------------------------------------------ classes


class CrossEntropyLoss(_WeightedLoss):
    """-ln softmax(input)[target]: the cross-entropy of logits, stable however large they are.

    Parameters
    ----------
    ignore_index : int
        Labels of this value do not count.
    label_smoothing : float in [0, 1]
        How much of each target is spread evenly over all classes.
    weight : Tensor, optional
        Shape (C,): a weight for every class.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of logits (N, C, ...) for labels (N, ...) or for probabilities (N, C, ...)."""
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            reduction=self.reduction,
        )


class NLLLoss(_WeightedLoss):
    """-input[target]: the cross-entropy of log-probabilities.

    Parameters
    ----------
    ignore_index : int
        Labels of this value do not count.
    weight : Tensor, optional
        Shape (C,): a weight for every class.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class BCELoss(_WeightedLoss):
    """-t ln x - (1 - t) ln(1 - x): the cross-entropy of probabilities of two classes.

    Parameters
    ----------
    weight : Tensor, optional
        Broadcast to the shape of the input.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """The cross-entropy of logits of two classes, stable however large they are.

    Parameters
    ----------
    pos_weight : Tensor, optional
        The weight of positive examples; a buffer as well.
    weight : Tensor, optional
        Broadcast to the shape of the input.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.binary_cross_entropy_with_logits(
            input, target, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """The mean of `BCEWithLogitsLoss` over the classes, which are the last dimension.

    Parameters
    ----------
    weight : Tensor, optional
        Shape (C,): a weight for every class.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    """Σ max(0, 1 - x_y + x_j) / C over the right classes y and all others j.

    Parameters
    ----------
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """Σ max(0, margin - x_y + x_j)^p / C over the classes j but the right one, y.

    Parameters
    ----------
    p : {1, 2}
    margin : float
    weight : Tensor, optional
        Shape (C,): a weight for every class.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        `p` is neither 1 nor 2, or `weight` no vector.
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(
                say(f"only p == 1 and p == 2 supported: MultiMarginLoss was given p={p}", "1 or 2", "Use 1.")
            )
        if weight is not None and weight.ndim != 1:
            raise ValueError(
                say(
                    f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.ndim}D instead",
                    "one weight a class",
                    "Reshape it.",
                )
            )
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every example without reduction."""
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class SoftMarginLoss(_Loss):
    """ln(1 + exp(-t x)), for targets t of 1 and -1.

    Parameters
    ----------
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.soft_margin_loss(input, target, reduction=self.reduction)


# ------------------------------------------------------------------------------------------------ pairs and triplets


class HingeEmbeddingLoss(_Loss):
    """A distance x where the target is 1, and max(0, margin - x) where it is -1.

    Parameters
    ----------
    margin : float
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    """max(0, margin - t (x1 - x2)): with t = 1 the first is to rank higher, with t = -1 the second.

    Parameters
    ----------
    margin : float
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """1 - cos(x1, x2) where the target is 1, and max(0, cos(x1, x2) - margin) where it is -1.

    Parameters
    ----------
    margin : float
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """max(0, margin + d(anchor, positive) - d(anchor, negative)), with the p-norm as distance d.

    Parameters
    ----------
    margin : float
        Larger than 0.
    p, eps : float
        Of the distance.
    swap : bool
        Take d(positive, negative) where that is less than d(anchor, negative).
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        `margin` is not positive.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = _above_zero("TripletMarginLoss", margin)
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(_Loss):
    """max(0, margin + d(anchor, positive) - d(anchor, negative)), with any distance d.

    Parameters
    ----------
    distance_function : callable, optional
        `PairwiseDistance()` if left out.
    margin : float
        Larger than 0.
    swap : bool
        Take d(positive, negative) where that is less than d(anchor, negative).
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        `margin` is not positive.
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.margin = _above_zero("TripletMarginWithDistanceLoss", margin)
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


# ------------------------------------------------------------------------------------------------ likelihoods


class KLDivLoss(_Loss):
    """t (ln t - input): summed, the divergence of the distribution exp(input) from the distribution t.

    Parameters
    ----------
    log_target : bool
        The target holds ln t.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "batchmean", "sum", "none"}
        "batchmean", the sum divided by the size of the batch, is the divergence. "mean" is not, and warns.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.kl_div(input, target, log_target=self.log_target, reduction=self.reduction)


class PoissonNLLLoss(_Loss):
    """m - t ln m: -ln of the probability of the count t under a Poisson distribution of mean m.

    Parameters
    ----------
    log_input : bool
        The input is ln m.
    full : bool
        Add ln t! by Stirling's formula.
    eps : float
        Added to m in its logarithm.
    size_average, reduce : bool, optional
        The old spelling of `reduction`, still taken, with a warning.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.eps = eps
        self.log_input = log_input
        self.full = full

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    """(ln v + (input - target)² / v) / 2: -ln of the density of a normal distribution, but for a constant.

    Parameters
    ----------
    full : bool
        Add the constant, ln(2π) / 2.
    eps : float
        The variance v is at least this.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        """Return the loss: a number, or one for every term without reduction."""
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


# ------------------------------------------------------------------------------------------------ sequences


class CTCLoss(_Loss):
    """-ln of the probability that a sequence reads as its text, over all alignments of the two.

    Parameters
    ----------
    blank : int
        Which class is the blank.
    reduction : {"mean", "sum", "none"}
        The mean is that of losses by label.
    zero_infinity : bool
        Losses of texts that do not fit into their sequence, and their gradients, are 0 instead of infinite and NaN.
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(
        self,
        log_probs: Tensor,
        targets: Tensor,
        input_lengths: Tensor | Sequence[int],
        target_lengths: Tensor | Sequence[int],
    ) -> Tensor:
        """Return the loss of log-probabilities (T, N, C), as `functional.ctc_loss` does."""
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
