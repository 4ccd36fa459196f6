"""RAdam: Adam that waits until it knows the gradient's size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.optim.optimizer import (
    Group,
    Optimizer,
    Params,
    decay_of_gradient,
    downhill,
    expect_at_least_zero,
    expect_betas,
    expect_not_differentiable,
    lean,
    lean_to_square,
    shrink,
)
from nn.optim.runs import Array


class RAdam(Optimizer):
    """RAdam: Adam, rectified: p ← p - lr · r · m̂ / √v̂, or lr · m̂ as long as v rests on too few gradients.

    With ρ∞ = 2 / (1 - β₂) - 1, v is worth ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ) gradients in step t. From ρ > 5 on,
    r² = (ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ).

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    betas : (float, float)
        β₁ and β₂, in [0, 1).
    eps : float
        Keeps the divisor √v from 0.
    weight_decay : float
        λ: g is first replaced by g + λ p.
    decoupled_weight_decay : bool
        Shrink p by lr λ p instead of changing g.
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
    Liu et al. (2020), "On the variance of the adaptive learning rate and beyond".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.001. To climb, pass maximize=True.")
        expect_at_least_zero("epsilon value", eps, "1e-8 is usual.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_betas(betas)
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of the running moments."""
        return ("exp_avg", "exp_avg_sq")

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
        """Compute lr · r · m̂ / √v̂, or lr · m̂."""
        beta1, beta2 = group["betas"]
        m, v = state
        g = downhill(group, values, gradients, decay_of_gradient(group), spare, result)
        lean(m, g, 1 - beta1, result)
        lean_to_square(v, g, beta2, result)

        t = age + 1
        rate = float(group["lr"]) / (1 - beta1**t)
        correction2 = 1 - beta2**t
        worth_at_last = 2 / (1 - beta2) - 1
        worth = worth_at_last - 2 * t * beta2**t / correction2
        if worth > 5:
            np.sqrt(v, out=result)
            result += group["eps"]
            np.divide(m, result, out=result)
            rectifier = (worth - 4) * (worth - 2) * worth_at_last
            rectifier /= (worth_at_last - 4) * (worth_at_last - 2) * worth
            result *= rate * math.sqrt(correction2 * rectifier)
        else:
            np.multiply(m, rate, out=result)
        shrink(group, values, result, spare)
