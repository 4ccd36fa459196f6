"""Schedules: PyTorch's rates for thirty steps, their state, stored numbers, and what is refused."""

from __future__ import annotations

import copy
import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.optim import SGD, Adam, lr_scheduler


class Halving:
    """A function of the epoch with a state."""

    def __init__(self) -> None:
        self.rate = 0.5

    def __call__(self, epoch: float) -> float:
        return self.rate**epoch


def warm_up(s: Any, o: Any) -> list[Any]:
    return [s.LinearLR(o, 0.1, total_iters=4), s.ExponentialLR(o, 0.9)]


#: name: (how the schedule is made in either library, how the optimizer)
SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "StepLR": lambda s, o: s.StepLR(o, 4, gamma=0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 7, 7, 20], gamma=0.5),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 7, eta_min=0.01),
    "CosineAnnealingLR whole": lambda s, o: s.CosineAnnealingLR(o, 30),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 7, eta_min=0.01),
    "CosineAnnealingWarmRestarts longer": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, T_mult=2),
    "LinearLR": lambda s, o: s.LinearLR(o),
    "LinearLR down": lambda s, o: s.LinearLR(o, 1.0, 0.1, total_iters=20),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.25, total_iters=7),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=20, power=2.0),
    "PolynomialLR short": lambda s, o: s.PolynomialLR(o),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    "LambdaLR several": lambda s, o: s.LambdaLR(o, [lambda epoch: 0.9**epoch, Halving()]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 3 else 1.0),
    "MultiplicativeLR several": lambda s, o: s.MultiplicativeLR(o, [Halving(), lambda epoch: 0.9]),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=40),
    "OneCycleLR linear": lambda s, o: s.OneCycleLR(
        o, [0.5, 0.7], epochs=5, steps_per_epoch=7, pct_start=0.4, anneal_strategy="linear", div_factor=10.0,
        final_div_factor=100.0, base_momentum=0.5, max_momentum=[0.8, 0.9],
    ),
    "OneCycleLR three phases": lambda s, o: s.OneCycleLR(o, 0.5, 30, three_phase=True, cycle_momentum=False),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, 0.1, step_size_up=5),
    "CyclicLR halved": lambda s, o: s.CyclicLR(o, [0.01, 0.02], 0.1, 4, 6, mode="triangular2", base_momentum=0.5),
    "CyclicLR exponential": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 4, 3, mode="exp_range", gamma=0.9),
    "CyclicLR own": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 4, scale_fn=Halving(), cycle_momentum=False),
    "CyclicLR own iterations": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, 4, scale_fn=lambda x: 0.95**x, scale_mode="iterations"
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(o, warm_up(s, o), milestones=[5]),
    "SequentialLR of three": lambda s, o: s.SequentialLR(
        o, [s.ConstantLR(o, 0.1, 3), s.CosineAnnealingWarmRestarts(o, 4), s.StepLR(o, 3, 0.5)], milestones=[4, 15]
    ),
    "SequentialLR nested": lambda s, o: s.SequentialLR(
        o, [s.SequentialLR(o, warm_up(s, o), milestones=[5]), s.StepLR(o, 2, 0.5)], milestones=[10]
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(warm_up(s, o)),
    "ChainedScheduler of three": lambda s, o: s.ChainedScheduler(
        [s.CosineAnnealingLR(o, 6), s.MultiStepLR(o, [4, 9]), s.PolynomialLR(o, 25)], optimizer=o
    ),
}  # fmt: skip


def momentum_of(group: dict[str, Any]) -> float:
    return group["betas"][0] if "betas" in group else group["momentum"]


def optimizers(optim: Any, ones: Callable[[int], Any], kind: str = "SGD") -> Any:
    """An optimizer with two groups, and gradients."""
    v, w = ones(1), ones(2)
    groups = [{"params": [v]}, {"params": [w], "lr": 0.2}]
    options = {"lr": 0.1, "momentum": 0.9} if kind == "SGD" else {"lr": 0.1}
    return getattr(optim, kind)(groups, **options)


def mine(kind: str = "SGD") -> Any:
    return optimizers(nn.optim, lambda n: autograd.ones(n, requires_grad=True), kind)


def theirs(torch: Any, kind: str = "SGD") -> Any:
    return optimizers(torch.optim, lambda n: torch.ones(n, requires_grad=True), kind)


def run(optimizer: Any, schedule: Any, steps: int) -> list[list[float]]:
    """The rates and momenta of both groups, before each step."""
    seen = []
    for _ in range(steps):
        seen.append([float(g["lr"]) for g in optimizer.param_groups] + [momentum_of(g) for g in optimizer.param_groups])
        np.testing.assert_array_equal(schedule.get_last_lr(), seen[-1][:2])
        optimizer.step()
        schedule.step()
    return seen


def plain(state: Any) -> Any:
    """A state with nothing of either library in it."""
    if isinstance(state, dict):
        return {k: plain(v) for k, v in state.items() if k not in ("_scale_fn_ref",)}
    return [plain(v) for v in state] if isinstance(state, list) else state


def close(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    return math.isclose(a, b, rel_tol=1e-12) if isinstance(a, float) else bool(a == b)


# PyTorch warns of the order of steps when it builds schedules of schedules of schedules, and so do we.
NAMES = [
    pytest.param(
        name, marks=pytest.mark.filterwarnings("ignore:Detected call of .lr_scheduler") if "nested" in name else ()
    )
    for name in SCHEDULES
]

# -------------------------------------------------------------------------------------------------------- in PyTorch


@pytest.mark.oracle
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_thirty_steps(name: str, kind: str) -> None:
    torch = pytest.importorskip("torch")
    my_optimizer, their_optimizer = mine(kind), theirs(torch, kind)
    my_schedule = SCHEDULES[name](lr_scheduler, my_optimizer)
    their_schedule = SCHEDULES[name](torch.optim.lr_scheduler, their_optimizer)
    mine_seen, theirs_seen = run(my_optimizer, my_schedule, 30), run(their_optimizer, their_schedule, 30)
    np.testing.assert_allclose(mine_seen, theirs_seen, rtol=1e-12)
    assert close(plain(my_schedule.state_dict()), plain(their_schedule.state_dict()))
    assert close(plain(my_optimizer.state_dict()["param_groups"]), plain(their_optimizer.state_dict()["param_groups"]))


@pytest.mark.oracle
@pytest.mark.parametrize("name", NAMES)
def test_state_of_pytorchs_is_continued(name: str) -> None:
    torch = pytest.importorskip("torch")
    my_optimizer, their_optimizer = mine(), theirs(torch)
    my_schedule = SCHEDULES[name](lr_scheduler, my_optimizer)
    their_schedule = SCHEDULES[name](torch.optim.lr_scheduler, their_optimizer)
    run(their_optimizer, their_schedule, 8)
    my_schedule.load_state_dict(copy.deepcopy(their_schedule.state_dict()))
    my_optimizer.load_state_dict(their_optimizer.state_dict())
    np.testing.assert_allclose(run(my_optimizer, my_schedule, 15), run(their_optimizer, their_schedule, 15), rtol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("name", [n for n in SCHEDULES if not n.startswith(("Sequential", "Chained"))])
def test_steps_that_name_their_epoch(name: str) -> None:
    """The closed form; those of CosineAnnealingWarmRestarts do not warn."""
    torch = pytest.importorskip("torch")
    seen = []
    for optimizer, module in ((mine(), lr_scheduler), (theirs(torch), torch.optim.lr_scheduler)):
        schedule = SCHEDULES[name](module, optimizer)
        optimizer.step()
        rates: list[list[float]] = []
        for epoch in (3, 4, 0, 12, 7):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                schedule.step(epoch)
            rates.append(schedule.get_last_lr())
            assert [w.category for w in caught] == ([] if "Restarts" in name else [UserWarning])
        seen.append(rates)
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-12)


@pytest.mark.oracle
def test_restarts_between_epochs() -> None:
    torch = pytest.importorskip("torch")
    seen = []
    for optimizer, module in ((mine(), lr_scheduler), (theirs(torch), torch.optim.lr_scheduler)):
        for mult in (1, 2):
            schedule = module.CosineAnnealingWarmRestarts(optimizer, 4, T_mult=mult)
            for i in range(60):
                schedule.step(i / 4)
                seen.append((optimizer, schedule.get_last_lr()))
    half = len(seen) // 2
    np.testing.assert_allclose([s for _, s in seen[:half]], [s for _, s in seen[half:]], rtol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "name", ["StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "LinearLR", "ConstantLR", "PolynomialLR",
             "LambdaLR", "MultiplicativeLR", "CosineAnnealingWarmRestarts"],
)  # fmt: skip
def test_going_on_from_an_epoch(name: str) -> None:
    torch = pytest.importorskip("torch")
    seen = []
    for optimizer, module in ((mine(), lr_scheduler), (theirs(torch), torch.optim.lr_scheduler)):
        run(optimizer, SCHEDULES[name](module, optimizer), 6)
        made = {
            "StepLR": lambda o, m: m.StepLR(o, 4, 0.5, last_epoch=5),
            "MultiStepLR": lambda o, m: m.MultiStepLR(o, [7], last_epoch=5),
            "ExponentialLR": lambda o, m: m.ExponentialLR(o, 0.9, last_epoch=5),
            "CosineAnnealingLR": lambda o, m: m.CosineAnnealingLR(o, 7, last_epoch=5),
            "LinearLR": lambda o, m: m.LinearLR(o, total_iters=9, last_epoch=5),
            "ConstantLR": lambda o, m: m.ConstantLR(o, total_iters=9, last_epoch=5),
            "PolynomialLR": lambda o, m: m.PolynomialLR(o, 12, last_epoch=5),
            "LambdaLR": lambda o, m: m.LambdaLR(o, lambda e: 0.9**e, last_epoch=5),
            "MultiplicativeLR": lambda o, m: m.MultiplicativeLR(o, lambda e: 0.9, last_epoch=5),
            "CosineAnnealingWarmRestarts": lambda o, m: m.CosineAnnealingWarmRestarts(o, 7, last_epoch=5),
        }[name](optimizer, module)
        seen.append(run(optimizer, made, 10))
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-12)


PLATEAUS: list[dict[str, Any]] = [
    {"patience": 2},
    {"patience": 0, "factor": 0.5, "cooldown": 2},
    {"mode": "max", "patience": 1, "threshold": 0.05},
    {"mode": "max", "patience": 1, "threshold": 0.05, "threshold_mode": "abs"},
    {"patience": 1, "threshold": 0.05, "threshold_mode": "abs", "min_lr": 0.005},
    {"patience": 0, "min_lr": [0.05, 0.001], "factor": 0.3, "eps": 0.002},
]


@pytest.mark.oracle
@pytest.mark.parametrize("options", PLATEAUS)
def test_plateaus(options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    metrics = [3, 2, 1.5, 1.49, 1.49, 1.49, math.nan, 1.2, 1.21, 1.22, 1.23, 1.19, 1.3, 1, 1, 1, 1, 1.01, 2, 2, 0.9, 1]
    seen, states = [], []
    for optimizer, library, module in (
        (mine(), autograd, lr_scheduler),
        (theirs(torch), torch, torch.optim.lr_scheduler),
    ):
        schedule = module.ReduceLROnPlateau(optimizer, **options)
        rates: list[Any] = []
        for metric in metrics:
            schedule.step(library.tensor(metric, dtype=library.float64))
            rates.append([*schedule.get_last_lr(), schedule.in_cooldown])
        seen.append(rates)
        states.append(schedule.state_dict())
    np.testing.assert_allclose(seen[0], seen[1], rtol=1e-12)
    assert close(plain(states[0]), plain(states[1]))
    other = lr_scheduler.ReduceLROnPlateau(mine())
    other.load_state_dict(states[1])
    assert close(plain(other.state_dict()), plain(states[1]))


@pytest.mark.oracle
def test_plateaus_warn_of_an_epoch_as_pytorch_does() -> None:
    torch = pytest.importorskip("torch")
    for optimizer, module in ((mine(), lr_scheduler), (theirs(torch), torch.optim.lr_scheduler)):
        schedule = module.ReduceLROnPlateau(optimizer)
        with pytest.warns(UserWarning, match=r"The epoch parameter in `scheduler.step\(\)` was not necessary"):
            schedule.step(1.0, epoch=4)
        assert schedule.last_epoch == 4


@pytest.mark.oracle
def test_names_and_arguments_are_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    names = [n for n in torch.optim.lr_scheduler.__all__ if n != "LRScheduler"]
    assert sorted(names) == sorted({n.split()[0] for n in SCHEDULES} | {"ReduceLROnPlateau"})
    for name in [*names, "LRScheduler"]:
        mine_, theirs_ = (
            [(p.name, p.default) for p in inspect.signature(getattr(module, name)).parameters.values()]
            for module in (lr_scheduler, torch.optim.lr_scheduler)
        )
        assert mine_ == theirs_, name


# --------------------------------------------------------------------------------------------------- stored numbers


#: The rate after steps 0, 1, 6 and 19, from 0.1, as PyTorch has it.
STORED: dict[str, list[float]] = {
    "StepLR": [0.1, 0.1, 0.05, 0.00625],
    "MultiStepLR": [0.1, 0.1, 0.05, 0.0125],
    "ExponentialLR": [0.1, 0.09000000000000001, 0.05314410000000002, 0.013508517176729932],
    "CosineAnnealingLR": [0.1, 0.09554359905560886, 0.014456400944391143, 0.026942958916357007],
    "CosineAnnealingWarmRestarts": [0.1, 0.09554359905560886, 0.014456400944391143, 0.026942958916356993],
    "LinearLR": [0.03333333333333333, 0.04666666666666667, 0.1, 0.1],
    "ConstantLR": [0.025, 0.025, 0.025, 0.1],
    "PolynomialLR": [0.1, 0.09025, 0.048999999999999995, 0.0002500000000000005],
    "LambdaLR": [0.1, 0.05, 0.014285714285714285, 0.005000000000000001],
    "MultiplicativeLR": [0.1, 0.09000000000000001, 0.06561000000000002, 0.025418658283290013],
    "OneCycleLR": [0.020000000000000018, 0.029721686332520647, 0.2941555611855884, 0.40587282697488153],
    "CyclicLR": [0.01, 0.028000000000000018, 0.08199999999999999, 0.028000000000000018],
    "SequentialLR": [0.010000000000000002, 0.03250000000000001, 0.09000000000000001, 0.022876792454961013],
    "ChainedScheduler": [0.010000000000000002, 0.02925000000000001, 0.05314410000000002, 0.013508517176729932],
}


def test_stored_rates() -> None:
    assert STORED.keys() == {n for n in SCHEDULES if " " not in n}
    for name, expected in STORED.items():
        optimizer = mine()
        rates = [row[0] for row in run(optimizer, SCHEDULES[name](lr_scheduler, optimizer), 20)]
        np.testing.assert_allclose([rates[i] for i in (0, 1, 6, 19)], expected, rtol=1e-12, err_msg=name)


def test_a_plateau_by_hand() -> None:
    optimizer = SGD([autograd.ones(1, requires_grad=True)], lr=1.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    rates = []
    for loss in [1.0, 0.9, 0.95, 0.93, 0.92, 0.8, 0.8, 0.8]:
        schedule.step(loss)
        rates.append(schedule.get_last_lr()[0])
    assert rates == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]


# ------------------------------------------------------------------------------------------------------------- state


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_schedule_continues_bit_for_bit(name: str) -> None:
    optimizer, other = mine(), mine()
    schedule = SCHEDULES[name](lr_scheduler, optimizer)
    run(optimizer, schedule, 8)
    saved = copy.deepcopy((schedule.state_dict(), optimizer.state_dict()))
    twin = SCHEDULES[name](lr_scheduler, other)
    twin.load_state_dict(saved[0])
    other.load_state_dict(saved[1])
    assert run(other, twin, 12) == run(optimizer, schedule, 12)
    assert "optimizer" not in saved[0]


def test_attributes_of_callable_objects_are_saved() -> None:
    for make in (
        lambda o, f: lr_scheduler.LambdaLR(o, f),
        lambda o, f: lr_scheduler.CyclicLR(o, 0.1, 0.2, scale_fn=f, cycle_momentum=False),
    ):
        function, fresh = Halving(), Halving()
        function.rate = 0.25
        state = copy.deepcopy(make(mine(), function).state_dict())
        make(mine(), fresh).load_state_dict(state)
        assert fresh.rate == 0.25


def test_rates_that_are_tensors_are_filled() -> None:
    rate = autograd.tensor(0.5, dtype=autograd.float64)
    w = autograd.ones(1, requires_grad=True)
    optimizer = SGD([w], lr=rate)
    schedule = lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    first = schedule.get_last_lr()
    optimizer.step()
    schedule.step()
    assert rate.item() == 0.25
    assert first[0].item() == 0.5
    assert schedule.base_lrs[0].item() == 0.5


def test_schedules_of_ones_own() -> None:
    class Alternate(lr_scheduler.LRScheduler):
        def get_lr(self) -> list[float]:
            return [lr * (1 + self.last_epoch % 2) for lr in self.base_lrs]

    optimizer = mine()
    assert [row[0] for row in run(optimizer, Alternate(optimizer), 4)] == [0.1, 0.2, 0.1, 0.2]
    with pytest.raises(NotImplementedError):
        lr_scheduler.LRScheduler(mine())


def test_groups_may_be_scheduled_by_hand_in_between() -> None:
    """The chainable form goes on from what the rates have become."""
    optimizer = mine()
    schedule = lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.param_groups[0]["lr"] = 8.0
    optimizer.step()
    schedule.step()
    assert schedule.get_last_lr() == [4.0, 0.1]


# ---------------------------------------------------------------------------------------------------------- warnings


@pytest.mark.oracle
def test_order_of_steps_as_pytorch_warns() -> None:
    torch = pytest.importorskip("torch")
    for make, module in ((mine, lr_scheduler), (lambda: theirs(torch), torch.optim.lr_scheduler)):
        optimizer = make()
        optimizer.step()  # before the schedule was there: does not count
        schedule = module.StepLR(optimizer, 3)
        with pytest.warns(UserWarning, match=r"call of `lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
            schedule.step()
        schedule.step()  # once is enough
        optimizer = make()
        schedule = module.StepLR(optimizer, 3)
        optimizer.step()
        second = module.StepLR(optimizer, 3)
        schedule.step()
        second.step()
        optimizer = make()
        schedule = module.StepLR(optimizer, 3)
        optimizer.step = lambda closure=None: None
        with pytest.warns(UserWarning, match=r"`optimizer.step\(\)` has been overridden"):
            schedule.step()
        with pytest.warns(UserWarning, match=r"please use `get_last_lr\(\)`|Please use `get_last_lr\(\)`"):
            schedule.get_lr()


# ----------------------------------------------------------------------------------------------------------- errors

s = lr_scheduler


REFUSED: list[tuple[Callable[[Any, Any], Any], type[Exception], str]] = [
    (lambda s, o: s.StepLR(3, 3), TypeError, "int is not an Optimizer"),
    (lambda s, o: s.ReduceLROnPlateau(3), TypeError, "int is not an Optimizer"),
    (lambda s, o: s.CyclicLR(3, 0.1, 0.2), TypeError, "int is not an Optimizer"),
    (lambda s, o: s.OneCycleLR(3, 0.1, 10), TypeError, "int is not an Optimizer"),
    (lambda s, o: s.StepLR(o, 3, last_epoch=4), KeyError, r"'initial_lr' is not specified in param_groups\[0\]"),
    (lambda s, o: s.ConstantLR(o, factor=1.5), ValueError, "factor expected to be between 0 and 1"),
    (lambda s, o: s.LinearLR(o, start_factor=0.0), ValueError, "Starting multiplicative factor expected"),
    (lambda s, o: s.LinearLR(o, end_factor=1.5), ValueError, "Ending multiplicative factor expected"),
    (lambda s, o: s.LambdaLR(o, [lambda e: 1.0]), ValueError, "Expected 2 lr_lambdas, but got 1"),
    (lambda s, o: s.MultiplicativeLR(o, [lambda e: 1.0]), ValueError, "Expected 2 lr_lambdas, but got 1"),
    (lambda s, o: s.MultiplicativeLR(o, 0.9), TypeError, "lr_lambda should be a function, but got float"),
    (lambda s, o: s.LambdaLR(o, 0.9), TypeError, "float"),
    (lambda s, o: s.CosineAnnealingWarmRestarts(o, 0), ValueError, "Expected positive integer T_0, but got 0"),
    (lambda s, o: s.CosineAnnealingWarmRestarts(o, 1.5), ValueError, "Expected positive integer T_0, but got 1.5"),
    (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 0), ValueError, "T_mult"),
    (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, eta_min="0"), ValueError, "Expected float or int eta_min"),
    (lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1), ValueError, "Expected non-negative epoch, but got -1"),
    (lambda s, o: s.OneCycleLR(o, 0.1), ValueError, "define either total_steps OR"),
    (lambda s, o: s.OneCycleLR(o, 0.1, epochs=3), ValueError, "define either total_steps OR"),
    (lambda s, o: s.OneCycleLR(o, 0.1, 0), ValueError, "Expected positive integer total_steps, but got 0"),
    (lambda s, o: s.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=1), ValueError, "Expected positive integer epochs"),
    (lambda s, o: s.OneCycleLR(o, 0.1, epochs=1, steps_per_epoch=1.5), ValueError, "positive integer steps_per_epoch"),
    (lambda s, o: s.OneCycleLR(o, 0.1, 10, pct_start=1.5), ValueError, "Expected float between 0 and 1 pct_start"),
    (lambda s, o: s.OneCycleLR(o, 0.1, 10, anneal_strategy="no"), ValueError, "must be one of 'cos' or 'linear'"),
    (lambda s, o: s.OneCycleLR(o, [0.1], 10), ValueError, "must have the same length as optimizer.param_groups"),
    (lambda s, o: s.CyclicLR(o, [0.1], 0.2), ValueError, "must have the same length as optimizer.param_groups"),
    (lambda s, o: s.CyclicLR(o, 0.1, 0.2, mode="no"), ValueError, "mode is invalid and scale_fn is None"),
    (lambda s, o: s.ReduceLROnPlateau(o, factor=1.0), ValueError, "Factor should be < 1.0"),
    (lambda s, o: s.ReduceLROnPlateau(o, mode="no"), ValueError, "mode no is unknown!"),
    (lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="no"), ValueError, "threshold mode no is unknown!"),
    (lambda s, o: s.ReduceLROnPlateau(o, min_lr=[0.1]), ValueError, "expected 2 min_lrs, got 1"),
    (lambda s, o: s.SequentialLR(o, [], []), ValueError, "expects at least one scheduler"),
    (lambda s, o: s.SequentialLR(o, [3], []), TypeError, "at index 0 should have `optimizer` as its attribute"),
    (lambda s, o: s.SequentialLR(o, [s.StepLR(o, 3)], [3]), ValueError, "one more than the number of milestone"),
    (lambda s, o: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], []), ValueError, "does not support `ReduceLROnPlateau`"),
    (lambda s, o: s.ChainedScheduler([]), ValueError, "expects at least one scheduler"),
    (lambda s, o: s.ChainedScheduler([s.ReduceLROnPlateau(o)]), ValueError, "does not support `ReduceLROnPlateau`"),
    (
        lambda s, o: s.ChainedScheduler([s.StepLR(o, 3), s.StepLR(copy.deepcopy(o), 3)]),
        ValueError,
        "expects all schedulers to belong to the same optimizer",
    ),
]


@pytest.mark.parametrize(("make", "error", "text"), REFUSED)
def test_refusals(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make(lr_scheduler, mine())


@pytest.mark.oracle
@pytest.mark.parametrize(("make", "error", "text"), REFUSED)
def test_pytorch_refuses_those_too(make: Any, error: type[Exception], text: str) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(error):
        make(torch.optim.lr_scheduler, theirs(torch))


def test_momentum_is_wanted_where_it_shall_cycle() -> None:
    optimizer = nn.optim.Adagrad([autograd.ones(1, requires_grad=True)])
    for make in (lambda: s.OneCycleLR(optimizer, 0.1, 10), lambda: s.CyclicLR(optimizer, 0.1, 0.2)):
        with pytest.raises(ValueError, match="optimizer must support momentum or beta1"):
            make()
    s.OneCycleLR(optimizer, 0.1, 10, cycle_momentum=False)


def test_one_cycle_ends() -> None:
    optimizer = mine()
    schedule = s.OneCycleLR(optimizer, 0.1, total_steps=5)
    run(optimizer, schedule, 5)
    with pytest.raises(ValueError, match="Tried to step 6 times. The specified number of total steps is 5"):
        schedule.step()


def test_a_plateau_and_a_new_group() -> None:
    optimizer = mine()
    one, each = s.ReduceLROnPlateau(optimizer, patience=0), s.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0, 0])
    optimizer.add_param_group({"params": [autograd.ones(1, requires_grad=True)], "lr": 1.0})
    for loss in (1.0, 2.0):
        one.step(loss)
    np.testing.assert_allclose(one.get_last_lr(), [0.01, 0.02, 0.1])
    each.step(1.0)
    with pytest.raises(RuntimeError, match="The number of param groups in the `optimizer`"):
        each.step(2.0)


@pytest.mark.oracle
def test_nested_schedules_warn_as_pytorchs_do() -> None:
    torch = pytest.importorskip("torch")
    for optimizer, module in ((mine(), lr_scheduler), (theirs(torch), torch.optim.lr_scheduler)):
        with pytest.warns(UserWarning, match="Detected call of `lr_scheduler"):
            SCHEDULES["SequentialLR nested"](module, optimizer)


def test_pytorchs_path_leads_here() -> None:
    import autograd.optim.lr_scheduler as path

    assert path is lr_scheduler
    assert autograd.optim.lr_scheduler is lr_scheduler
    assert Adam is autograd.optim.Adam
