"""Schedules that are functions of the epoch."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from autograd.errors import say
from nn.optim.lr_scheduler.base import LRScheduler, Rate, of_groups
from nn.optim.optimizer import Optimizer

Function = Callable[[int], float]


class Functions(LRScheduler):
    """Base class of schedules that have a function of the epoch for each group.

    Their state holds no functions; of objects that can be called, the attributes.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Function | list[Function], last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * groups
        if len(self.lr_lambdas) != groups:
            raise ValueError(
                say(
                    f"Expected {groups} lr_lambdas, but got {len(self.lr_lambdas)}",
                    "one function a group, or one for all",
                    "Give each group its function.",
                )
            )
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(
                    say(
                        f"lr_lambda should be a function, but got {type(function).__name__}",
                        "a function of the epoch",
                        "Write lambda epoch: 0.95**epoch, say.",
                    )
                )
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer and the functions."""
        return {**super().state_dict(), "lr_lambdas": [attributes(function) for function in self.lr_lambdas]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state; the functions stay, objects among them get their attributes."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "lr_lambdas"})
        for function, saved in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if saved is not None:
                function.__dict__.update(saved)


def attributes(function: Any) -> dict[str, Any] | None:
    """Return a copy of the attributes of an object that can be called; None for a function."""
    return None if isinstance(function, types.FunctionType) else function.__dict__.copy()


class LambdaLR(Functions):
    """Multiply the rates of the beginning by a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable, or list of them
        epoch → factor; one for all groups, or one a group.
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        More functions than groups, or fewer.
    TypeError
        Something that cannot be called.
    """

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns."""
        return [lr * f(self.last_epoch) for f, lr in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(Functions):
    """Multiply the rates in each epoch by a function of it.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable, or list of them
        epoch → factor; one for all groups, or one a group.
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        More functions than groups, or fewer.
    TypeError
        Something that cannot be called.
    """

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns."""
        if self._is_initial:
            return of_groups(self.optimizer, "lr")
        groups = self.optimizer.param_groups
        return [group["lr"] * f(self.last_epoch) for f, group in zip(self.lr_lambdas, groups, strict=True)]
