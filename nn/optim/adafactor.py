"""Adafactor: Adam's scaling from far less memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, versions
from autograd.errors import say
from nn.optim.optimizer import Group, Optimizer, Params, expect_at_least_zero, loss_of
from nn.optim.runs import Array, array_of, number_dtype


class Adafactor(Optimizer):
    """Adafactor: p ← p - α · u / max(1, RMS(u) / d) with u = g / √v, where v of a matrix is made of two vectors.

    For a parameter of two or more dimensions, running means R of g² over the last dimension and C over the one before
    are kept instead of v, which is R C / mean(R). The share of the new in step t is t^beta2_decay, and
    α = max(ε₂, RMS(p)) · min(lr, 1 / √t): steps are relative to the size of p.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float or Tensor of one element
        The largest relative step.
    beta2_decay : float
        At most 0.
    eps : (float or None, float)
        ε₁, which keeps divisors from 0 (None: the smallest difference of the dtype), and ε₂, the least size of p that
        is reckoned with.
    d : float
        Where u is clipped, at least 1.
    weight_decay : float
        λ: p first shrinks by lr λ p.
    foreach : object
        Accepted as in PyTorch, where it chooses between implementations of this same step.
    maximize : bool
        Climb instead.

    Raises
    ------
    ValueError
        An option out of its range; see also `Optimizer`.

    Notes
    -----
    Shazeer & Stern (2018), "Adafactor: adaptive learning rates with sublinear memory cost".
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "Try 0.01. To climb, pass maximize=True.")
        if not beta2_decay <= 0:
            raise ValueError(
                say(f"beta2_decay should be <= 0 but is: {beta2_decay}", "a number of at most 0", "-0.8 is usual.")
            )
        if eps[0] is not None:
            expect_at_least_zero("epsilon1", eps[0], "None is usual.")
        expect_at_least_zero("epsilon2", eps[1], "0.001 is usual.")
        if not d >= 1:
            raise ValueError(
                say(f"Clipping threshold d should be >= 1 but is: {d}", "a number of at least 1", "1 is usual.")
            )
        expect_at_least_zero("weight_decay value", weight_decay, "0 switches it off.")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; see `Optimizer.step`."""
        loss = loss_of(closure)
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None and p.numel():  # without elements there is no mean
                    self._step_of(p, array_of(p.grad), group)
        return loss

    def _step_of(self, p: Tensor, g: Array, group: Group) -> None:
        values, state = array_of(p), self._state_of(p, g)
        lr, (eps1, eps2) = float(group["lr"]), group["eps"]
        eps1 = float(np.finfo(values.dtype).eps) if eps1 is None else eps1
        if group["maximize"]:
            g = -g
        state["step"] += 1
        t = state["step"].item()
        alpha = max(eps2, root_mean_square(values)) * min(lr, t**-0.5)
        if group["weight_decay"]:
            values *= 1 - lr * group["weight_decay"]

        share = t ** group["beta2_decay"]
        if g.ndim > 1:
            rows, columns = array_of(state["row_var"]), array_of(state["col_var"])
            squares = g * g
            rows += share * (squares.mean(-1, keepdims=True) - rows)
            columns += share * (squares.mean(-2, keepdims=True) - columns)
            v = rows @ columns
            v /= np.maximum(rows.mean(-2, keepdims=True), eps1)
        else:
            v = array_of(state["variance"])
            v += share * (g * g - v)
        u = g / np.sqrt(np.maximum(v, eps1 * eps1))
        u *= alpha / max(1.0, root_mean_square(u) / group["d"])
        values -= u
        versions.edited(values)

    def _state_of(self, p: Tensor, g: Array) -> dict[str, Any]:
        """Return what is remembered of `p`, with zeros at first."""
        state = self.state[p]
        if not state:
            state["step"] = autograd.from_numpy(np.zeros((), number_dtype()))
            if g.ndim > 1:
                state["row_var"] = autograd.from_numpy(np.zeros((*g.shape[:-1], 1), g.dtype))
                state["col_var"] = autograd.from_numpy(np.zeros((*g.shape[:-2], 1, g.shape[-1]), g.dtype))
            else:
                state["variance"] = autograd.from_numpy(np.zeros(g.shape, g.dtype))
        return state


def root_mean_square(x: Array) -> float:
    """Return √(mean of x²), as a float."""
    return float(np.linalg.norm(x)) / math.sqrt(x.size)
