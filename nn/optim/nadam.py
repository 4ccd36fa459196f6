"""NAdam: Adam that looks a step ahead."""

from __future__ import annotations

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


class NAdam(Optimizer):
    """NAdam: Adam with Nesterov's momentum.

    m and v are Adam's running means. In step t the momentum is µ(t) = β₁ (1 - ½ 0.96^(t ψ)) with ψ = momentum_decay,
    and Π the product of all so far. The step goes along (1 - µ(t)) g / (1 - Π) + µ(t + 1) m / (1 - Π µ(t + 1)), divided
    by √v̂ + eps.

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
    momentum_decay : float
        ψ: how fast the momentum grows to β₁.
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
    Dozat (2016), "Incorporating Nesterov momentum into Adam".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.002. To climb, pass maximize=True.")
        expect_at_least_zero("epsilon value", eps, "1e-8 is usual.")
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        expect_at_least_zero("momentum_decay value", momentum_decay, "0.004 is usual.")
        expect_betas(betas)
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of the running moments."""
        return ("exp_avg", "exp_avg_sq")

    def numbers(self, group: Group) -> dict[str, float]:
        """Return the name of Π."""
        return {"mu_product": 1.0}

    def advance(self, group: Group, age: int, numbers: Sequence[Any]) -> Sequence[Any]:
        """Return the Π of the next step."""
        return (numbers[0] * momentum(group, age + 1),)

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
        """Compute lr times the direction looked ahead to, over √v̂ + eps."""
        lr = float(group["lr"])
        beta1, beta2 = group["betas"]
        m, v, product = state
        g = downhill(group, values, gradients, decay_of_gradient(group), spare, result)
        lean(m, g, 1 - beta1, result)
        lean_to_square(v, g, beta2, result)

        now, ahead = momentum(group, age + 1), momentum(group, age + 2)
        product = float(product * now)
        np.multiply(g, lr * (1 - now) / (1 - product), out=spare)
        np.multiply(m, lr * ahead / (1 - product * ahead), out=result)
        spare += result
        np.divide(v, 1 - beta2 ** (age + 1), out=result)
        np.sqrt(result, out=result)
        result += group["eps"]
        np.divide(spare, result, out=result)
        shrink(group, values, result, spare)


def momentum(group: Group, t: int) -> float:
    """Return µ(t)."""
    return float(group["betas"][0] * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"])))
