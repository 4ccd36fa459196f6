"""ASGD: gradient descent that keeps the average of the values it passes."""

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
    expect_not_differentiable,
)
from nn.optim.runs import Array


class ASGD(Optimizer):
    """Averaged gradient descent: p ← p - η (g + λ p), while `state[p]["ax"]` becomes the average of p.

    After step t, η = lr / (1 + λ lr t)^α, and µ = 1 / max(1, t - t₀) is the weight of a new value in the average: up to
    t₀ the average is p itself. λ = lambd.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate; η at first.
    lambd : float
        λ.
    alpha : float
        How fast η falls.
    t0 : float
        When averaging begins.
    weight_decay : float
        g is first replaced by g + weight_decay · p.
    maximize : bool
        Climb instead.
    foreach, capturable : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative `lr` or `weight_decay`; see also `Optimizer`.

    Notes
    -----
    Polyak & Juditsky (1992), "Acceleration of stochastic approximation by averaging"; the schedule of η is that of
    Bottou (2010), "Large-scale machine learning with stochastic gradient descent".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.01. To climb, pass maximize=True.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the name of the average."""
        return ("ax",)

    def numbers(self, group: Group) -> dict[str, float]:
        """Return the names of η and µ, with what they are at first."""
        return {"eta": float(group["lr"]), "mu": 1.0}

    def advance(self, group: Group, age: int, numbers: Sequence[Any]) -> Sequence[Any]:
        """Return the η and the µ of the next step."""
        lr, t = float(group["lr"]), age + 1
        return lr / (1 + group["lambd"] * lr * t) ** group["alpha"], 1 / max(1, t - group["t0"])

    def reads_values(self, group: Group) -> bool:
        """Return True: they shrink, and are averaged."""
        return True

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
        """Compute η (g + λ p)."""
        average, eta, mu = state
        g = downhill(group, values, gradients, group["weight_decay"], spare, result)
        np.multiply(values, group["lambd"], out=result)
        result += g
        result *= float(eta)
        np.subtract(values, result, out=spare)  # the new values
        if mu == 1:
            average[...] = spare
        else:
            spare -= average
            spare *= float(mu)
            average += spare
