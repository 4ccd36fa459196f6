"""Gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import say
from nn.optim.optimizer import Group, Optimizer, Params, downhill, expect_at_least_zero, expect_not_differentiable
from nn.optim.runs import Array


class SGD(Optimizer):
    """Gradient descent: p ← p - lr · g.

    With weight decay λ, g is first replaced by g + λ p. With momentum µ, the step goes along a velocity instead of the
    gradient: b ← µ b + (1 - dampening) g (b = g in the first step), and g is replaced by b, or with Nesterov's variant
    by g + µ b. "Stochastic" is only the choice of the examples that made the gradient.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    momentum, dampening, weight_decay : float
    nesterov : bool
        Wants momentum, and no dampening.
    maximize : bool
        Climb instead.
    foreach, fused : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative option, or an option that does not go with another; see also `Optimizer`.

    Notes
    -----
    Sutskever, Martens, Dahl & Hinton (2013), "On the importance of initialization and momentum in deep learning"; in
    PyTorch's form, in which lr multiplies the velocity rather than what enters it.
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.1 or 0.01. To climb, pass maximize=True.")
        expect_at_least_zero("momentum value", momentum, "0.9 is usual.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_not_differentiable(differentiable)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                say(
                    "Nesterov momentum requires a momentum and zero dampening: momentum is "
                    f"{momentum}, dampening {dampening}",
                    "momentum > 0 and dampening = 0",
                    "0.9 is a usual momentum.",
                )
            )
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the name of the velocity, if there is one."""
        return ("momentum_buffer",) if group["momentum"] else ()

    def update(
        self,
        group: Group,
        values: Array,
        gradients: Array,
        state: Sequence[Array],
        age: int,
        result: Array,
        spare: Array,
    ) -> None:
        """Compute lr · g, or lr times what takes the place of g."""
        g = downhill(group, values, gradients, group["weight_decay"], result, spare)
        if state:
            (velocity,) = state
            if age == 0:
                velocity[...] = g
            else:
                np.multiply(g, 1 - group["dampening"], out=spare)
                velocity *= group["momentum"]
                velocity += spare
            if group["nesterov"]:
                np.multiply(velocity, group["momentum"], out=spare)
                g = np.add(g, spare, out=result)
            else:
                g = velocity
        np.multiply(g, float(group["lr"]), out=result)
