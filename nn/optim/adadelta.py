"""Adadelta: steps of the size of earlier steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import say
from nn.optim.optimizer import (
    Group,
    Optimizer,
    Params,
    downhill,
    expect_at_least_zero,
    expect_not_differentiable,
    lean_to_square,
)
from nn.optim.runs import Array


class Adadelta(Optimizer):
    """Adadelta: p ← p - lr · Δ with Δ = √(a + eps) / √(v + eps) · g, so that lr needs no choice.

    v and a are running means of g² and, since earlier steps, of Δ²: v ← ρ v + (1 - ρ) g², and so a after the step.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    rho : float
        ρ, in [0, 1].
    eps : float
        Lets the first step begin, and keeps the divisor from 0.
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
        A negative option, or ρ outside [0, 1]; see also `Optimizer`.

    Notes
    -----
    Zeiler (2012), "ADADELTA: an adaptive learning rate method".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "1 is usual. To climb, pass maximize=True.")
        if not 0 <= rho <= 1:
            raise ValueError(say(f"Invalid rho value: {rho}", "0 <= rho <= 1", "0.9 is usual."))
        expect_at_least_zero("epsilon value", eps, "1e-6 is usual.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of the running means of squares."""
        return ("square_avg", "acc_delta")

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
        """Compute lr · Δ."""
        rho, eps = group["rho"], group["eps"]
        v, a = state
        g = downhill(group, values, gradients, group["weight_decay"], spare, result)
        lean_to_square(v, g, rho, result)
        np.add(v, eps, out=result)
        np.sqrt(result, out=result)
        np.divide(g, result, out=spare)
        np.add(a, eps, out=result)
        np.sqrt(result, out=result)
        result *= spare
        lean_to_square(a, result, rho, spare)
        result *= float(group["lr"])
