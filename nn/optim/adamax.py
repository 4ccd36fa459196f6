"""Adamax: steps scaled by the largest recent gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.optim.optimizer import (
    Group,
    Optimizer,
    Params,
    downhill,
    expect_at_least_zero,
    expect_betas,
    expect_not_differentiable,
    lean,
)
from nn.optim.runs import Array


class Adamax(Optimizer):
    """Adamax: p ← p - lr · m̂ / u, with the running mean m of the gradient and its running largest size u.

    m ← β₁ m + (1 - β₁) g and u ← max(β₂ u, |g| + eps); m̂ = m / (1 - β₁ᵗ) in step t.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    betas : (float, float)
        β₁ and β₂, in [0, 1).
    eps : float
        Keeps u from 0.
    weight_decay : float
        λ: g is first replaced by g + λ p.
    maximize : bool
        Climb instead.
    foreach, capturable : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative option, or a β outside [0, 1); see also `Optimizer`.

    Notes
    -----
    Kingma & Ba (2015), "Adam: a method for stochastic optimization", section 7.1.
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.002. To climb, pass maximize=True.")
        expect_at_least_zero("epsilon value", eps, "1e-8 is usual.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_betas(betas)
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of the running mean and of the running maximum."""
        return ("exp_avg", "exp_inf")

    def update(
        self,
        group: Group,
        values: Array,
        gradients: Array,
        state: Sequence[Any],
        age: int,
        result: Array,
        spare: Array,
    ) -> None:
        """Compute lr · m̂ / u."""
        beta1, beta2 = group["betas"]
        m, u = state
        g = downhill(group, values, gradients, group["weight_decay"], spare, result)
        lean(m, g, 1 - beta1, result)
        np.abs(g, out=result)
        result += group["eps"]
        u *= beta2
        np.maximum(u, result, out=u)
        np.divide(m, u, out=result)
        result *= float(group["lr"]) / (1 - beta1 ** (age + 1))
