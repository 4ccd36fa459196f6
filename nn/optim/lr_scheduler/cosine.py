"""Schedules that fall along a cosine."""

from __future__ import annotations

import math

from autograd.errors import say
from nn.optim.lr_scheduler.base import LRScheduler, Rate, of_groups, positive
from nn.optim.optimizer import Optimizer


class CosineAnnealingLR(LRScheduler):
    """Let the rates swing between lr₀ and `eta_min`: eta_min + (lr₀ - eta_min) (1 + cos(π t / T_max)) / 2.

    Parameters
    ----------
    optimizer : Optimizer
    T_max : int
        The epochs from the largest rate to the smallest.
    eta_min : float
    last_epoch : int
        See `LRScheduler`.

    Notes
    -----
    Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts"; without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns: the next rate from the present one, so that schedules can be chained."""
        if self._is_initial:
            return of_groups(self.optimizer, "lr")
        if self._step_count == 1 and self.last_epoch > 0:
            return self._get_closed_form_lr()
        groups, low = self.optimizer.param_groups, self.eta_min
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # from the bottom, whose height has no ratio
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [group["lr"] + (lr - low) * rise for lr, group in zip(self.base_lrs, groups, strict=True)]
        ratio = self.height(self.last_epoch) / self.height(self.last_epoch - 1)
        return [ratio * (group["lr"] - low) + low for group in groups]

    def height(self, epoch: int) -> float:
        """Return 1 + cos(π t / T_max)."""
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def _get_closed_form_lr(self) -> list[Rate]:
        height = self.height(self.last_epoch)
        return [self.eta_min + (lr - self.eta_min) * height / 2 for lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Let the rates fall from lr₀ to `eta_min` along half a cosine, again and again, each time `T_mult` times as long.

    Parameters
    ----------
    optimizer : Optimizer
    T_0 : int
        The epochs of the first fall.
    T_mult : int
    eta_min : float
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        `T_0` or `T_mult` is no integer >= 1, or `eta_min` no number.

    Notes
    -----
    Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        positive("T_0", T_0)
        positive("T_mult", T_mult)
        if not isinstance(eta_min, float | int):
            raise ValueError(
                say(
                    f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}",
                    "a number",
                    "0 is usual.",
                )
            )
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns."""
        height = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (lr - self.eta_min) * height / 2 for lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the rates of the next epoch.

        Parameters
        ----------
        epoch : float, optional
            The epoch, if it is not the next; with a fraction, for steps after each batch (epoch + i / batches).

        Raises
        ------
        ValueError
            A negative epoch.
        """
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            self._place(epoch)
        self.last_epoch = math.floor(epoch)
        with self._within_step():
            values = self.get_lr()
        self._set(values)

    def _place(self, epoch: float) -> None:
        """Find the fall that `epoch` lies in, and where in it."""
        if epoch < 0:
            raise ValueError(say(f"Expected non-negative epoch, but got {epoch}", "epoch >= 0", "Leave it out."))
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
