"""Losses as modules."""

from __future__ import annotations

from autograd import Tensor
from nn import functional as F
from nn.module import Module


class MSELoss(Module):
    """The squared error (input - target)²: its mean, its sum, or every element of it.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss: a number, or of the inputs' shape without reduction."""
        return F.mse_loss(input, target, reduction=self.reduction)


class CrossEntropyLoss(Module):
    """-ln softmax(input)[target]: the cross-entropy of logits, stable however large they are.

    Parameters
    ----------
    weight : Tensor, shape (C,), optional
        A weight for every class.
    ignore_index : int
        Labels of this value do not count.
    reduction : {"mean", "sum", "none"}
    label_smoothing : float in [0, 1]
        How much of each target is spread evenly over all classes.
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss of logits (N, C, ...) for labels (N, ...) or for probabilities (N, C, ...)."""
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
