"""What all schedules share: where they are, how they set the rates, and their state."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograd import Tensor
from autograd.errors import say
from nn.optim.optimizer import Optimizer

Rate = Any  # a float, or a Tensor of one element


class LRScheduler:
    """Base class of schedules: each `step` gives the learning rates of an optimizer's groups their next values.

    A subclass computes them in `get_lr`, from `last_epoch`, `base_lrs` and the groups' present rates.

    Parameters
    ----------
    optimizer : Optimizer
        A rate that is a Tensor is filled, one that is a number replaced.
    last_epoch : int
        -1 to begin; else where to go on, with an optimizer whose groups have "initial_lr".

    Attributes
    ----------
    optimizer : Optimizer
    base_lrs : list
        The groups' rates at the beginning.
    last_epoch : int
        How many steps have been made, the one in the constructor left out.

    Raises
    ------
    TypeError
        `optimizer` is none.
    KeyError
        A group without "initial_lr", though `last_epoch` says that a schedule goes on.
    """

    _get_lr_called_within_step = False
    _is_initial = False
    _last_lr: list[Rate]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        expect_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    say(
                        f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with "
                        f"last_epoch >= 0: last_epoch is {last_epoch}",
                        "an optimizer that was scheduled before",
                        "Load its state dict first; or leave last_epoch out for a new run.",
                    )
                )
        self.base_lrs: list[Rate] = of_groups(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        if optimizer._opt_called is None:
            optimizer._opt_called = False
        self._initial_step()

    def _initial_step(self) -> None:
        """Set the rates of the beginning."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def get_lr(self) -> list[Rate]:
        """Compute the rates of `last_epoch`, one a group. For `step` to call; the present ones are in `get_last_lr`."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                say(
                    "get_lr() was called outside of step(), where it computes a further step",
                    "to get the last learning rate computed by the scheduler",
                    "Please use `get_last_lr()`.",
                ),
                UserWarning,
                stacklevel=2,
            )
        return self.rates()

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns."""
        raise NotImplementedError

    def get_last_lr(self) -> list[Rate]:
        """Return the rates that the last step set, one a group."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch.

        Parameters
        ----------
        epoch : int, optional
            The epoch, if it is not the next. Deprecated, as in PyTorch; it warns.
        """
        if self._step_count == 1:
            self._expect_an_earlier_step()
        self._step_count += 1
        if epoch is not None:
            warn_of_epoch()
        self._update_lr(epoch)

    def _expect_an_earlier_step(self) -> None:
        """Warn if the optimizer has not made a step yet: it would never see the first rate."""
        if not getattr(self.optimizer.step, "hooked", False):
            happened = "`optimizer.step()` has been overridden after learning rate scheduler initialization"
            expected = "to notice calls of `optimizer.step()`"
            remedy = "Write a subclass with the `step` instead; and call it before `lr_scheduler.step()`."
        elif self.optimizer._opt_called is False:
            happened = "Detected call of `lr_scheduler.step()` before `optimizer.step()`"
            expected = "the opposite order"
            remedy = "The first value of the learning rate schedule is skipped otherwise."
        else:
            return
        warnings.warn(say(happened, expected, remedy), UserWarning, stacklevel=3)

    def _update_lr(self, epoch: int | None = None) -> None:
        with self._within_step():
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                closed_form = getattr(self, "_get_closed_form_lr", self.get_lr)
                values = closed_form()
        self._set(values)

    @contextmanager
    def _within_step(self) -> Iterator[None]:
        self._get_lr_called_within_step = True
        try:
            yield
        finally:
            self._get_lr_called_within_step = False

    def _set(self, values: list[Rate]) -> None:
        """Give the groups these rates."""
        for group, lr in zip(self.optimizer.param_groups, values, strict=True):
            put(group, "lr", lr)
        self._last_lr = of_groups(self.optimizer, "lr")

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer, in PyTorch's layout."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state.

        Parameters
        ----------
        state_dict : dict
            What `state_dict` returned. The optimizer's own state has the rates: load that as well.
        """
        self.__dict__.update(state_dict)


def copied(value: Rate) -> Rate:
    """Return `value`; if it is a Tensor, a copy of it."""
    return value.clone() if isinstance(value, Tensor) else value


def of_groups(optimizer: Optimizer, option: str) -> list[Any]:
    """Return an option's values, one a group; copies, if they are Tensors."""
    return [copied(group[option]) for group in optimizer.param_groups]


def put(group: dict[str, Any], option: str, value: Rate) -> None:
    """Set an option of a group; one that is a Tensor is filled."""
    if isinstance(group[option], Tensor):
        group[option].fill_(float(value))
    else:
        group[option] = value


def one_per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """Return the argument `value`, called `name`, as a list of one value a group; raise ValueError if it has others."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [copied(value) for _ in range(groups)]
    if len(value) != groups:
        raise ValueError(
            say(
                f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, "
                f"param_groups has {groups}",
                f"{groups} values, or one for all",
                "Give each group its value.",
            )
        )
    return [copied(v) for v in value]


def expect_optimizer(optimizer: Any) -> None:
    """Raise TypeError unless it is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            say(
                f"{type(optimizer).__name__} is not an Optimizer",
                "the optimizer whose learning rates shall change",
                "Write StepLR(optimizer, ...).",
            )
        )


def positive(name: str, value: int) -> int:
    """Return the argument; raise ValueError unless it is an integer >= 1."""
    if not isinstance(value, int) or value <= 0:
        raise ValueError(say(f"Expected positive integer {name}, but got {value}", "1 or more", "Count the steps."))
    return value


def warn_of_epoch() -> None:
    """Say that naming the epoch is deprecated, to whoever called `step`."""
    warnings.warn(
        say(
            "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible",
            "`scheduler.step()`",
            "With it, the closed form of a schedule is used instead of the chainable one.",
        ),
        UserWarning,
        stacklevel=3,
    )
