"""RMSprop: steps scaled by the gradient's recent size."""

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
    lean,
    lean_to_square,
)
from nn.optim.runs import Array


class RMSprop(Optimizer):
    """RMSprop: p ← p - lr · g / (√v + eps), with the running mean v ← α v + (1 - α) g².

    Centred, the variance v - m² takes the place of v, m being the running mean of g. With momentum µ the step goes
    along b ← µ b + g / (√v + eps).

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    alpha : float
        α, the share of the past.
    eps : float
        Keeps the divisor from 0.
    weight_decay : float
        λ: g is first replaced by g + λ p.
    momentum : float
        µ.
    centered : bool
        Divide by the standard deviation of g.
    maximize : bool
        Climb instead.
    foreach, capturable : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative option; see also `Optimizer`.

    Notes
    -----
    Tieleman & Hinton (2012), lecture 6.5 of "Neural networks for machine learning"; centred: Graves (2013),
    "Generating sequences with recurrent neural networks".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.01. To climb, pass maximize=True.")
        expect_at_least_zero("epsilon value", eps, "1e-8 is usual.")
        expect_at_least_zero("momentum value", momentum, "0 switches it off.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_at_least_zero("alpha value", alpha, "0.99 is usual.")
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of v and, as far as wanted, of b and m."""
        momentum = ("momentum_buffer",) if group["momentum"] > 0 else ()
        return ("square_avg", *momentum, *(("grad_avg",) if group["centered"] else ()))

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
        """Compute lr · g / (√v + eps), or lr · b."""
        alpha = group["alpha"]
        v = state[0]
        g = downhill(group, values, gradients, group["weight_decay"], spare, result)
        lean_to_square(v, g, alpha, result)
        if group["centered"]:
            m = state[-1]
            lean(m, g, 1 - alpha, result)
            np.multiply(m, m, out=result)
            np.subtract(v, result, out=result)
            np.sqrt(result, out=result)
        else:
            np.sqrt(v, out=result)
        result += group["eps"]
        np.divide(g, result, out=result)
        if group["momentum"] > 0:
            b = state[1]
            b *= group["momentum"]
            b += result
            np.multiply(b, float(group["lr"]), out=result)
        else:
            result *= float(group["lr"])
