"""Rprop: steps whose size depends on the gradient's sign alone."""

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
)
from nn.optim.runs import Array


class Rprop(Optimizer):
    """Rprop: p ← p - Δ · sign(g), where each element has a step size Δ of its own.

    Δ grows by η⁺ where g has kept its sign and shrinks by η⁻ where it has changed; there g counts as 0, so that the
    element rests for a step. For gradients of the whole data, not of small batches.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        What Δ is at first.
    etas : (float, float)
        η⁻ < 1 < η⁺.
    step_sizes : (float, float)
        The smallest Δ, and the largest.
    maximize : bool
        Climb instead.
    foreach, capturable : object
        Accepted as in PyTorch, where they choose between implementations of this same step.
    differentiable : bool
        Not supported.

    Raises
    ------
    ValueError
        A negative `lr`, or other etas; see also `Optimizer`.

    Notes
    -----
    Riedmiller & Braun (1993), "A direct adaptive method for faster backpropagation learning: the RPROP algorithm".
    """

    counts_steps = True

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.01. To climb, pass maximize=True.")
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(
                say(f"Invalid eta values: {etas[0]}, {etas[1]}", "0 < etas[0] < 1 < etas[1]", "(0.5, 1.2) is usual.")
            )
        expect_not_differentiable(differentiable)
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of the last gradient and of Δ."""
        return ("prev", "step_size")

    def initial(self, group: Group) -> dict[str, float]:
        """Return what Δ is at first."""
        return {"step_size": float(group["lr"])}

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
        """Compute Δ · sign(g)."""
        shrink, grow = group["etas"]
        last, size = state
        g = downhill(group, values, gradients, 0, spare, result)
        np.multiply(g, last, out=result)
        kept, turned = result > 0, result < 0
        np.multiply(size, grow, out=size, where=kept)
        np.multiply(size, shrink, out=size, where=turned)
        np.clip(size, *group["step_sizes"], out=size)
        np.copyto(last, g)
        last[turned] = 0
        np.subtract(last > 0, last < 0, out=result, dtype=result.dtype)  # the sign; 0 for NaN, as in PyTorch
        result *= size
