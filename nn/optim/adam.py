"""Adam: steps scaled by running moments of the gradient."""

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


class Adam(Optimizer):
    """Adam: p ← p - lr · m̂ / (√v̂ + eps), with running means m of the gradient and v of its square.

    m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g². Both begin at 0, which m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ)
    correct in step t. The first step is ± lr, whatever the size of the gradient.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The learning rate.
    betas : (float, float)
        β₁ and β₂, in [0, 1).
    eps : float
        Keeps the divisor from 0.
    weight_decay : float
        λ: g is first replaced by g + λ p.
    amsgrad : bool
        Divide by the largest v so far (Reddi, Kale & Kumar 2018, "On the convergence of Adam and beyond").
    maximize : bool
        Climb instead.
    decoupled_weight_decay : bool
        Shrink p by lr λ p instead of changing g (Loshchilov & Hutter 2019: "AdamW").
    foreach, fused, capturable : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative option, or a β outside [0, 1); see also `Optimizer`.

    Notes
    -----
    Kingma & Ba (2015), "Adam: a method for stochastic optimization".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.001. To climb, pass maximize=True.")
        expect_at_least_zero("epsilon value", eps, "1e-8 is usual.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_not_differentiable(differentiable)
        expect_betas(betas)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of the running moments."""
        return ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")

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
        """Compute lr · m̂ / (√v̂ + eps)."""
        beta1, beta2 = group["betas"]
        m, v = state[:2]
        g = downhill(group, values, gradients, decay_of_gradient(group), spare, result)
        lean(m, g, 1 - beta1, result)
        lean_to_square(v, g, beta2, result)
        if group["amsgrad"]:
            v = np.maximum(state[2], v, out=state[2])

        # The corrections are numbers: m / (√v + eps √c₂) · (lr √c₂ / c₁) spares two passes over the arrays.
        correction1, root2 = 1 - beta1 ** (age + 1), math.sqrt(1 - beta2 ** (age + 1))
        np.sqrt(v, out=result)
        result += group["eps"] * root2
        np.divide(m, result, out=result)
        result *= float(group["lr"]) * root2 / correction1

        shrink(group, values, result, spare)


class AdamW(Adam):
    """Adam with decoupled weight decay: p shrinks by lr λ p in each step, and g stays as it is.

    Parameters
    ----------
    params, lr, betas, eps, weight_decay, amsgrad, maximize, foreach, capturable, differentiable, fused
        As for `Adam`; `weight_decay` is 0.01 unless given.

    Raises
    ------
    ValueError
        As for `Adam`.

    Notes
    -----
    Loshchilov & Hutter (2019), "Decoupled weight decay regularization".
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state, that of an `Adam` included; weight decay stays decoupled."""
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
