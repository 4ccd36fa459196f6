"""The schedule that waits until nothing gets better."""

from __future__ import annotations

import math
from typing import Any

from autograd.errors import say
from nn.optim.lr_scheduler.base import LRScheduler, expect_optimizer, of_groups, put, warn_of_epoch
from nn.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiply the rates by `factor` when a metric has not become better for more than `patience` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {"min", "max"}
        Which way is better: down for a loss, up for an accuracy.
    factor : float
        Below 1.
    patience : int
        The epochs without improvement that are put up with.
    threshold : float
        How much better counts.
    threshold_mode : {"rel", "abs"}
        Whether that is a share of the best value.
    cooldown : int
        The epochs after a reduction that are not counted.
    min_lr : float or list of float
        Where the rates stop; one for all groups, or one a group.
    eps : float
        A smaller change of a rate is not made.

    Raises
    ------
    ValueError
        An option out of its range, or not one value of `min_lr` a group.
    TypeError
        `optimizer` is none.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1:
            raise ValueError(say(f"Factor should be < 1.0, but is {factor}", "factor < 1", "0.1 is usual."))
        expect_optimizer(optimizer)
        for name, value, choices in (
            ("mode", mode, ("min", "max")),
            ("threshold mode", threshold_mode, ("rel", "abs")),
        ):
            if value not in choices:
                raise ValueError(
                    say(f"{name} {value} is unknown!", " or ".join(map(repr, choices)), "Name one of them.")
                )
        groups = len(optimizer.param_groups)
        given = list(min_lr) if isinstance(min_lr, list | tuple) else None
        if given is not None and len(given) != groups:
            raise ValueError(
                say(f"expected {groups} min_lrs, got {len(given)}", "one a group, or one for all", "Give each its own.")
            )
        self.factor = factor
        self.optimizer = optimizer
        self.default_min_lr = min_lr if given is None else None
        self.min_lrs: list[Any] = [min_lr] * groups if given is None else given
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = of_groups(optimizer, "lr")
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at the metric of an epoch, and reduce the rates if it is time.

        Parameters
        ----------
        metrics : float or Tensor of one element
        epoch : int, optional
            Deprecated, as in PyTorch; it warns.
        """
        current = float(metrics)
        if epoch is not None:
            warn_of_epoch()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = of_groups(self.optimizer, "lr")

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs are not counted at present."""
        return self.cooldown_counter > 0

    def _is_better(self, current: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bar = self.best * (1.0 + sign * self.threshold)
        else:
            bar = self.best + sign * self.threshold
        return current > bar if self.mode == "max" else current < bar

    def _reduce_lr(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    say(
                        f"The number of param groups in the `optimizer` ({len(groups)}) differs from when "
                        f"`ReduceLROnPlateau` was initialized ({len(self.min_lrs)})",
                        "a minimum for each group",
                        "Extend the `min_lrs` field when you add a group.",
                    )
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, least in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                put(group, "lr", new)
