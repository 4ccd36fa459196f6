"""Adagrad: steps scaled by all gradients so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd
from autograd.errors import say
from nn.optim.optimizer import (
    Group,
    Optimizer,
    Params,
    downhill,
    expect_at_least_zero,
    expect_not_differentiable,
)
from nn.optim.runs import Array


class Adagrad(Optimizer):
    """Adagrad: p ← p - lr / (1 + (t - 1) lr_decay) · g / (√s + eps), with the sum s ← s + g² of all squares so far.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    lr_decay : float
        How fast the learning rate falls with the number t of the step.
    weight_decay : float
        λ: g is first replaced by g + λ p.
    initial_accumulator_value : float
        What s is at first.
    eps : float
        Keeps the divisor from 0.
    maximize : bool
        Climb instead.
    foreach, fused : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative option; see also `Optimizer`.
    RuntimeError
        `fused` with `foreach`.

    Notes
    -----
    Duchi, Hazan & Singer (2011), "Adaptive subgradient methods for online learning and stochastic optimization".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.01. To climb, pass maximize=True.")
        expect_at_least_zero("lr_decay value", lr_decay, "0 switches it off.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_at_least_zero("initial_accumulator_value value", initial_accumulator_value, "0 is usual.")
        expect_at_least_zero("epsilon value", eps, "1e-10 is usual.")
        expect_not_differentiable(differentiable)
        if fused and foreach:
            raise RuntimeError(
                say("`fused` and `foreach` cannot be `True` together", "one of the two", "Leave both out.")
            )
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:  # the state is there before the first step, as in PyTorch
            for p in group["params"]:
                self.state[p] = {
                    "step": autograd.tensor(0.0),
                    "sum": autograd.full_like(p, initial_accumulator_value, requires_grad=False),
                }

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the name of the sum of squares."""
        return ("sum",)

    def initial(self, group: Group) -> dict[str, float]:
        """Return what the sum is at first."""
        return {"sum": self.defaults["initial_accumulator_value"]}

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
        """Compute the learning rate of this step times g / (√s + eps)."""
        (s,) = state
        g = downhill(group, values, gradients, group["weight_decay"], spare, result)
        np.multiply(g, g, out=result)
        s += result
        np.sqrt(s, out=result)
        result += group["eps"]
        np.divide(g, result, out=result)
        result *= float(group["lr"]) / (1 + age * group["lr_decay"])
