"""Schedules that multiply the rates by factors."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from autograd.errors import say
from nn.optim.lr_scheduler.base import LRScheduler, Rate, of_groups
from nn.optim.optimizer import Optimizer

# Each class has its formula twice: as the next factor, on whatever the rates have become, so that schedules can be
# chained; and from the beginning, for a step that names its epoch.


class Factors(LRScheduler):
    """Base class of schedules that multiply the rates by the same factor in all groups."""

    def next_factor(self) -> float | None:
        """Return the rate of `last_epoch` over that of the epoch before; None for no change."""
        raise NotImplementedError

    def factor_so_far(self) -> float:
        """Return the rate of `last_epoch` over that of the beginning."""
        raise NotImplementedError

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns."""
        factor = self.next_factor()
        if factor is None:
            return of_groups(self.optimizer, "lr")
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        factor = self.factor_so_far()
        return [lr * factor for lr in self.base_lrs]


class StepLR(Factors):
    """Multiply the rates by `gamma` every `step_size` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
    gamma : float
    last_epoch : int
        See `LRScheduler`.
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_factor(self) -> float | None:
        """Return gamma after another `step_size` epochs."""
        return None if self.last_epoch == 0 or self.last_epoch % self.step_size else self.gamma

    def factor_so_far(self) -> float:
        """Return γ^⌊t / step_size⌋."""
        return float(self.gamma ** (self.last_epoch // self.step_size))


class MultiStepLR(Factors):
    """Multiply the rates by `gamma` at certain epochs.

    Parameters
    ----------
    optimizer : Optimizer
    milestones : iterable of int
        The epochs. One that is named twice counts twice.
    gamma : float
    last_epoch : int
        See `LRScheduler`.
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_factor(self) -> float | None:
        """Return gamma at a milestone."""
        if self.last_epoch not in self.milestones:
            return None
        return float(self.gamma ** self.milestones[self.last_epoch])

    def factor_so_far(self) -> float:
        """Return γ to the power of the milestones passed."""
        return float(self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch))


class ConstantLR(Factors):
    """Multiply the rates by `factor` for the first `total_iters` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    factor : float
        In [0, 1].
    total_iters : int
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        `factor` is outside [0, 1].
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        if not 0 <= factor <= 1:
            raise ValueError(
                say(
                    f"Constant multiplicative factor expected to be between 0 and 1, but got {factor}",
                    "0 <= factor <= 1",
                    "To begin with larger rates, give them to the optimizer.",
                )
            )
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def next_factor(self) -> float | None:
        """Return the factor at first, and what undoes it at last."""
        if self.last_epoch == 0:
            return self.factor
        return None if self.last_epoch != self.total_iters else 1.0 / self.factor

    def factor_so_far(self) -> float:
        """Return the factor, 1 after `total_iters`."""
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(Factors):
    """Multiply the rates by a factor that goes from `start_factor` to `end_factor` in `total_iters` equal steps.

    Parameters
    ----------
    optimizer : Optimizer
    start_factor : float
        In (0, 1].
    end_factor : float
        In [0, 1].
    total_iters : int
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        A factor out of its range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ValueError(
                say(
                    "Starting multiplicative factor expected to be greater than 0 and less or equal to 1, but got "
                    f"{start_factor}",
                    "0 < start_factor <= 1",
                    "To begin with larger rates, give them to the optimizer.",
                )
            )
        if not 0 <= end_factor <= 1:
            raise ValueError(
                say(
                    f"Ending multiplicative factor expected to be between 0 and 1, but got {end_factor}",
                    "0 <= end_factor <= 1",
                    "To end with larger rates, give them to the optimizer.",
                )
            )
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def next_factor(self) -> float | None:
        """Return the factor now over that of before."""
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def factor_so_far(self) -> float:
        """Return the factor between start and end."""
        share = min(self.total_iters, self.last_epoch) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * share


class ExponentialLR(Factors):
    """Multiply the rates by `gamma` every epoch.

    Parameters
    ----------
    optimizer : Optimizer
    gamma : float
    last_epoch : int
        See `LRScheduler`.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def next_factor(self) -> float | None:
        """Return gamma."""
        return None if self._is_initial else self.gamma

    def factor_so_far(self) -> float:
        """Return γᵗ."""
        return float(self.gamma**self.last_epoch)


class PolynomialLR(Factors):
    """Let the rates fall to 0 in `total_iters` epochs: lr₀ (1 - t / total_iters)^power.

    Parameters
    ----------
    optimizer : Optimizer
    total_iters : int
    power : float
    last_epoch : int
        See `LRScheduler`.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def next_factor(self) -> float | None:
        """Return what is left now over what was left before."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        now, before = 1.0 - self.last_epoch / self.total_iters, 1.0 - (self.last_epoch - 1) / self.total_iters
        return float((now / before) ** self.power)

    def factor_so_far(self) -> float:
        """Return what is left of 1."""
        return float((1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power)
