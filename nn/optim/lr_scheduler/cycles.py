"""Schedules in which the rate rises and falls, and the momentum the other way."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

from autograd.errors import say
from nn.optim.lr_scheduler.base import LRScheduler, Rate, expect_optimizer, one_per_group, positive, put
from nn.optim.optimizer import Group, Optimizer


class Cycles(LRScheduler):
    """Base class of schedules that change the momentum (or Adam's β₁) as well as the rate."""

    cycle_momentum: bool
    use_beta1: bool

    def _begin_momentum(self, base_momentum: Any, max_momentum: Any, last_epoch: int) -> tuple[list[Any], list[Any]]:
        """Note the limits in the groups, set the larger one, and return both, one a group."""
        optimizer = self.optimizer
        if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
            raise ValueError(
                say(
                    "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                    "an optimizer with either, such as SGD or Adam",
                    "Pass cycle_momentum=False.",
                )
            )
        self.use_beta1 = "betas" in optimizer.defaults
        largest = one_per_group("max_momentum", optimizer, max_momentum)
        smallest = one_per_group("base_momentum", optimizer, base_momentum)
        if last_epoch == -1:
            for high, low, group in zip(largest, smallest, optimizer.param_groups, strict=True):
                self._put_momentum(group, high)
                group["max_momentum"] = high
                group["base_momentum"] = low
        return smallest, largest

    def _put_momentum(self, group: Group, momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(Cycles):
    """Let the rates go up and down between two bounds, batch after batch, and the momentum down and up.

    Parameters
    ----------
    optimizer : Optimizer
    base_lr, max_lr : float or list of float
        The bounds: one for all groups, or one a group.
    step_size_up : int
        The steps from the lower bound to the upper.
    step_size_down : int, optional
        The steps back; as many unless given.
    mode : {"triangular", "triangular2", "exp_range"}
        What becomes of the height of the cycles: it stays, is halved each time, or is multiplied by gammaⁿ in step n.
    gamma : float
    scale_fn : callable, optional
        A function for the height instead of a mode.
    scale_mode : {"cycle", "iterations"}
        Whether it is a function of the number of the cycle, or of the step.
    cycle_momentum : bool
        Whether the momentum changes too.
    base_momentum, max_momentum : float or list of float
        Its bounds.
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    TypeError
        `optimizer` is none.
    ValueError
        An unknown mode, not one bound a group, or an optimizer without momentum though `cycle_momentum` is asked for.

    Notes
    -----
    Smith (2017), "Cyclical learning rates for training neural networks".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        expect_optimizer(optimizer)
        self.optimizer = optimizer
        lowest = one_per_group("base_lr", optimizer, base_lr)
        highest = one_per_group("max_lr", optimizer, max_lr)
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError(
                say(
                    f"mode is invalid and scale_fn is None: mode is {mode!r}",
                    "'triangular', 'triangular2' or 'exp_range'",
                    "Name one of them, or pass a scale_fn.",
                )
            )
        up = float(step_size_up)
        self.max_lrs = highest
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom: Any = scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._begin_momentum(base_momentum, max_momentum, last_epoch)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, lowest, strict=True):
                put(group, "lr", lr)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lowest

    def scale_fn(self, x: float) -> float:
        """Return the height of a cycle, as a share of the first one's.

        Parameters
        ----------
        x : float
            The number of the cycle, from 1, or of the step (`scale_mode`).
        """
        if self._scale_fn_custom is not None:
            return float(self._scale_fn_custom(x))
        if self.mode == "exp_range":
            return float(self.gamma**x)
        return 1.0 if self.mode == "triangular" else 1 / 2.0 ** (x - 1)

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns, and set the momentum."""
        turns = self.last_epoch / self.total_size
        cycle = math.floor(1 + turns)
        x = 1.0 + turns - cycle
        up = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        height = up * self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            groups = self.optimizer.param_groups
            for low, high, group in zip(self.base_momentums, self.max_momentums, groups, strict=True):
                self._put_momentum(group, high - (high - low) * height)
        return [low + (high - low) * height for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """Return all but the optimizer and a function for the height; of an object, the attributes."""
        function = self._scale_fn_custom
        plain = function is None or isinstance(function, types.FunctionType)
        return {**super().state_dict(), "_scale_fn_custom": None if plain else function.__dict__.copy()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state; the function for the height stays, an object gets its attributes."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_scale_fn_custom"})
        saved = state_dict["_scale_fn_custom"]
        if saved is not None:
            self._scale_fn_custom.__dict__.update(saved)


class OneCycleLR(Cycles):
    """Let the rates rise once to `max_lr` and then fall far below where they began; the momentum falls and rises.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list of float
        One for all groups, or one a group.
    total_steps : int, optional
        The steps (batches, not epochs) of the whole training.
    epochs, steps_per_epoch : int, optional
        Whose product they are, unless given.
    pct_start : float
        The share of the rise.
    anneal_strategy : {"cos", "linear"}
        How rates go from one value to another.
    cycle_momentum : bool
        Whether the momentum changes too.
    base_momentum, max_momentum : float or list of float
        Its bounds.
    div_factor, final_div_factor : float
        The rates begin at max_lr / div_factor, and end at that / final_div_factor.
    three_phase : bool
        Fall to the beginning's rate first, as fast as the rise was, and to the last rate only then.
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    TypeError
        `optimizer` is none.
    ValueError
        An option out of its range, or no number of steps; a step beyond the last.

    Notes
    -----
    Smith & Topin (2019), "Super-convergence: very fast training of neural networks using large learning rates".
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        expect_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = number_of_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(
                say(f"Expected float between 0 and 1 pct_start, but got {pct_start}", "0. to 1.", "0.3 is usual.")
            )
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                say(
                    f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
                    "'cos' or 'linear'",
                    "Name one of them.",
                )
            )
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = phases(pct_start * self.total_steps, self.total_steps - 1, three_phase)
        highest = one_per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, highest, strict=True):
                group["initial_lr"] = lr / div_factor
                group["max_lr"] = lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def rates(self) -> list[Rate]:
        """Compute what `get_lr` returns, and set the momentum."""
        if self.last_epoch > self.total_steps:
            raise ValueError(
                say(
                    f"Tried to step {self.last_epoch} times. The specified number of total steps is {self.total_steps}",
                    "no step beyond them",
                    "Make the schedule for epochs * len(loader) steps.",
                )
            )
        start = 0.0
        for phase in self._schedule_phases[:-1]:
            if self.last_epoch <= phase["end_step"]:
                break
            start = phase["end_step"]
        else:
            phase = self._schedule_phases[-1]
        share = (self.last_epoch - start) / (phase["end_step"] - start)
        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], share))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._put_momentum(group, self._between(*ends, share))
        return lrs

    def _between(self, start: Rate, end: Rate, share: float) -> Rate:
        if self._anneal_func_type == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def number_of_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """Return the number of steps that OneCycleLR is given in one of two ways."""
    if total_steps is not None:
        return positive("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError(
            say(
                "You must define either total_steps OR (epochs AND steps_per_epoch)",
                "the number of steps in one of these ways",
                "Pass epochs=..., steps_per_epoch=len(loader).",
            )
        )
    return positive("epochs", epochs) * positive("steps_per_epoch", steps_per_epoch)


def phases(rise: float, last: int, three: bool) -> list[dict[str, Any]]:
    """Return OneCycleLR's phases: where each ends, and the names of the groups' options that it goes between."""

    def phase(end: float, lrs: tuple[str, str], momenta: tuple[str, str]) -> dict[str, Any]:
        values = {"start_lr": lrs[0], "end_lr": lrs[1], "start_momentum": momenta[0], "end_momentum": momenta[1]}
        return {"end_step": end, **values}

    low, high = "base_momentum", "max_momentum"
    up = phase(float(rise) - 1, ("initial_lr", "max_lr"), (high, low))
    if not three:
        return [up, phase(last, ("max_lr", "min_lr"), (low, high))]
    back = phase(float(2 * rise) - 2, ("max_lr", "initial_lr"), (low, high))
    return [up, back, phase(last, ("initial_lr", "min_lr"), (high, high))]
