"""Schedules made of schedules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from autograd.errors import say
from nn.optim.lr_scheduler.base import LRScheduler, of_groups, put
from nn.optim.lr_scheduler.plateau import ReduceLROnPlateau
from nn.optim.optimizer import Optimizer


class Composed(LRScheduler):
    """Base class of schedules made of others, whose states are part of their state."""

    def __init__(self, optimizer: Optimizer | None, schedulers: Sequence[LRScheduler]) -> None:
        name = type(self).__name__
        if len(schedulers) < 1:
            raise ValueError(
                say(
                    f"{name} expects at least one scheduler, but got no scheduler", "schedulers", "Pass a list of them."
                )
            )
        self.optimizer: Optimizer = optimizer or schedulers[0].optimizer
        for i, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(
                    say(
                        f"{name} at index {i} should have `optimizer` as its attribute, but is "
                        f"{type(scheduler).__name__}",
                        "a scheduler",
                        "Make it one first: StepLR(optimizer, 10), say.",
                    )
                )
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(
                    say(
                        f"{name} does not support `ReduceLROnPlateau`, whose `step` wants a metric, but got one at "
                        f"index {i}",
                        "schedules of the epoch alone",
                        "Step it by itself.",
                    )
                )
            if scheduler.optimizer is not self.optimizer:
                raise ValueError(
                    say(
                        f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                        f"{type(scheduler).__name__} at index {i} of another one",
                        "schedules of one optimizer",
                        "Make a schedule for each optimizer.",
                    )
                )
        self._schedulers = schedulers

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer; the states of the schedules in a list."""
        return {**super().state_dict(), "_schedulers": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state, and those of the schedules."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_schedulers"})
        for scheduler, saved in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(saved)


class SequentialLR(Composed):
    """One schedule after the other.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : list of LRScheduler
    milestones : list of int
        The epochs at which the next one takes over; each begins with its epoch 0.
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        No schedules, milestones that are not one fewer, schedules of several optimizers, or one of a metric.
    TypeError
        Something that is no schedule.
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int], last_epoch: int = -1
    ) -> None:
        super().__init__(optimizer, schedulers)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                say(
                    "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                    f"milestone points, but got {len(schedulers)} schedulers and {len(milestones)} milestones",
                    f"{len(schedulers) - 1} milestones",
                    "Name each epoch at which the next schedule takes over.",
                )
            )
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        # Each schedule has made its first step when it was built: all of those are taken back, and one made again.
        for group in optimizer.param_groups:
            put(group, "lr", group["initial_lr"])
        take_back(self)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Set the rates of the next epoch."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


def take_back(scheduler: LRScheduler) -> None:
    """Let a schedule, or those it is made of, forget that they made a step."""
    if isinstance(scheduler, Composed):
        for part in scheduler._schedulers:
            take_back(part)
    else:
        scheduler.last_epoch -= 1


class ChainedScheduler(Composed):
    """Several schedules at once: each changes what the one before it has made of the rates.

    Parameters
    ----------
    schedulers : sequence of LRScheduler
    optimizer : Optimizer, optional
        That of the schedules.

    Raises
    ------
    ValueError
        No schedules, schedules of several optimizers, or one of a metric.
    TypeError
        Something that is no schedule.
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        super().__init__(optimizer, schedulers)
        self._last_lr = of_groups(self.optimizer, "lr")

    def step(self) -> None:  # type: ignore[override]
        """Set the rates of the next epoch."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = of_groups(self.optimizer, "lr")
