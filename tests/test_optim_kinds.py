"""Every optimizer beside PyTorch's of its name: trajectories, state that goes over, options, and what is refused."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.optim.runs import BLOCK, LARGE
from tests.nn_oracle import agree, array, ours
from tests.test_optim import trajectory

f8 = autograd.float64

#: For each optimizer the options that are tried: each option once, and combinations that take other paths.
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
        {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "maximize": True},
    ],
    "Adam": [{"lr": 0.01, "amsgrad": True, "weight_decay": 0.1}, {"lr": 0.01, "foreach": False, "maximize": True}],
    "AdamW": [
        {},
        {"lr": 0.01, "weight_decay": 0.1, "amsgrad": True},
        {"lr": 0.01, "betas": (0.5, 0.9), "eps": 1e-3, "maximize": True},
    ],
    "Adamax": [
        {},
        {"lr": 0.05, "weight_decay": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
        {"lr": 0.05, "weight_decay": 0.1, "maximize": True, "foreach": False},
    ],
    "NAdam": [
        {},
        {"lr": 0.05, "weight_decay": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "momentum_decay": 0.1},
        {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True, "foreach": False},
    ],
    "RAdam": [
        {},
        {"lr": 0.05, "weight_decay": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
        {"lr": 0.05, "betas": (0.5, 0.99)},
        {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True, "foreach": False},
    ],
    "Adagrad": [
        {},
        {"lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.3, "eps": 1e-3},
        {"lr": 0.5, "weight_decay": 0.1, "maximize": True, "foreach": False},
    ],
    "Adadelta": [
        {},
        {"lr": 0.5, "rho": 0.5, "eps": 1e-2, "weight_decay": 0.1},
        {"lr": 3, "weight_decay": 0.1, "maximize": True, "foreach": False},
    ],
    "RMSprop": [
        {},
        {"lr": 0.05, "alpha": 0.5, "eps": 1e-3, "weight_decay": 0.1},
        {"lr": 0.05, "momentum": 0.9},
        {"lr": 0.05, "centered": True, "weight_decay": 0.1},
        {"lr": 0.05, "centered": True, "momentum": 0.5, "maximize": True, "weight_decay": 0.1, "foreach": False},
    ],
    "Rprop": [
        {},
        {"lr": 0.3, "etas": (0.3, 1.5), "step_sizes": (0.01, 0.5)},
        {"lr": 0.1, "maximize": True, "foreach": False},
    ],
    "ASGD": [
        {},
        {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 3, "weight_decay": 0.1},
        {"lr": 0.1, "lambd": 0.01, "t0": 5, "maximize": True, "foreach": False},
    ],
    "Adafactor": [
        {},
        {"lr": 0.5, "beta2_decay": -0.5, "eps": (1e-2, 0.1), "d": 2.0, "weight_decay": 0.1},
        {"lr": 0.5, "maximize": True, "foreach": False},
    ],
}
KINDS = [(kind, options) for kind, several in OPTIONS.items() for options in several]
KEYED = [pytest.param(kind, options, id=f"{kind}-{i}") for i, (kind, options) in enumerate(KINDS)]


def shapes(kind: str) -> list[tuple[int, ...]]:
    """Shapes of parameters; PyTorch's Adafactor divides by zero if one is empty."""
    return [(3, 4), (4,), (), (2, 1, 3), *([(0, 2)] if kind != "Adafactor" else [])]


def same_state(mine: Any, theirs: Any, rtol: float, atol: float) -> None:
    """Fail unless two states hold the same under the same names."""
    if hasattr(theirs, "detach"):
        agree(mine, theirs, rtol, atol)
    elif isinstance(theirs, dict):
        assert mine.keys() == theirs.keys()
        for key, value in theirs.items():
            same_state(mine[key], value, rtol, atol)
    elif isinstance(theirs, list):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            same_state(a, b, rtol, atol)
    elif isinstance(theirs, float):
        np.testing.assert_allclose(mine, theirs, rtol=rtol, atol=atol)
    else:
        assert mine == theirs


def in_ours(state: Any) -> Any:
    """A state of PyTorch's with our tensors in place of its own."""
    if hasattr(state, "detach"):
        return ours(state)
    if isinstance(state, dict):
        return {key: in_ours(value) for key, value in state.items()}
    if isinstance(state, list):
        return [in_ours(value) for value in state]
    return state


def go_on(params: list[Any], optimizer: Any, steps: int) -> None:
    """Make steps on a landscape with curvature."""
    for i in range(steps):

        def closure(i: int = i) -> Any:
            optimizer.zero_grad()
            loss = sum((p**4).sum() * 0.1 + ((p - 0.3 * i) * (k + 1)).sin().sum() for k, p in enumerate(params))
            loss.backward()
            return loss

        optimizer.step(closure)


# ------------------------------------------------------------------------------------------------------ trajectories


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KEYED)
def test_twenty_steps(kind: str, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    values = [torch.randn(shape, dtype=torch.float64) for shape in shapes(kind)]
    mine, my_optimizer = trajectory(autograd, nn.optim, kind, options, [ours(v) for v in values], 20)
    theirs, their_optimizer = trajectory(torch, torch.optim, kind, options, values, 20)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-7, atol=1e-12)
    my_state, their_state = my_optimizer.state_dict(), their_optimizer.state_dict()
    assert my_state["param_groups"] == their_state["param_groups"]
    same_state(my_state["state"], their_state["state"], rtol=1e-7, atol=1e-12)
    assert repr(my_optimizer) == repr(their_optimizer)


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KEYED)
def test_twenty_steps_in_float32(kind: str, options: dict[str, Any]) -> None:
    """With the same gradients: on a landscape, some of these would take a rounding to another valley."""
    torch = pytest.importorskip("torch")
    values = [torch.randn(shape) for shape in shapes(kind)]
    mine, theirs = [ours(v).requires_grad_() for v in values], [v.requires_grad_() for v in values]
    optimizers = getattr(nn.optim, kind)(mine, **options), getattr(torch.optim, kind)(theirs, **options)
    for _ in range(20):
        for p, q in zip(mine, theirs, strict=True):
            q.grad = torch.randn(q.shape)
            p.grad = ours(q.grad)
        for optimizer in optimizers:
            optimizer.step()
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-5, atol=1e-6)
    same_state(optimizers[0].state_dict(), optimizers[1].state_dict(), rtol=1e-5, atol=1e-6)


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KEYED)
def test_large_parameters_and_groups(kind: str, options: dict[str, Any]) -> None:
    """Blocks beside gathered parameters, another learning rate for some, and one whose gradient comes late."""
    torch = pytest.importorskip("torch")
    sizes = ((2,), (BLOCK + 1,), (LARGE - 1,), (3, LARGE), (2, 2), (3,))
    values = [torch.randn(shape, dtype=torch.float64) for shape in sizes]
    ends = []
    for optim, make in ((nn.optim, ours), (torch.optim, lambda v: v.clone())):
        params = [make(v).requires_grad_() for v in values]
        groups = [{"params": params[:3]}, {"params": params[3:5], "lr": 0.02}]
        optimizer = getattr(optim, kind)(groups, **options)
        for i in range(4):
            optimizer.zero_grad()
            if i == 1:
                optimizer.add_param_group({"params": params[5:], "lr": 0.03})
            active = params[1:] if i == 0 else params
            sum(((p - 0.1 * i).sin() + p**2).sum() for p in active).backward()
            optimizer.step()
            optimizer.param_groups[0]["lr"] *= 0.9
        ends.append((params, optimizer.state_dict()))
    for p, q in zip(ends[0][0], ends[1][0], strict=True):
        agree(p, q, rtol=1e-7, atol=1e-12)
    same_state(ends[0][1], ends[1][1], rtol=1e-7, atol=1e-12)


# ------------------------------------------------------------------------------------------------- stored numbers

#: Twenty steps from 0.7 with PyTorch's float64: the value after steps 1, 2, 10 and 20.
STORED: dict[str, tuple[dict[str, Any], list[float]]] = {
    "AdamW": ({"lr": 0.1}, [0.5993000003333333, 0.5586788433165765, 0.32017050818987175, 0.11438735707095952]),
    "Adamax": (
        {"lr": 0.1, "weight_decay": 0.1},
        [0.6000000003257329, 0.5687155014587112, 0.4253728590996672, 0.3162869496338163],
    ),
    "NAdam": ({"lr": 0.1}, [0.5943548212186716, 0.6214317428743203, 0.5059853185183492, 0.3289716533067732]),
    "RAdam": (
        {"lr": 0.1, "betas": (0.9, 0.99)},
        [0.3999999999999999, 0.3105263157894736, 0.08238150432399846, 0.038754777828082544],
    ),
    "Adagrad": (
        {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5},
        [0.6026671473247003, 0.6307223018623966, 0.5834267985888254, 0.5564245283352559],
    ),
    "Adadelta": (
        {"weight_decay": 0.1},
        [0.6968377240174489, 0.6981985050831867, 0.6944227213285457, 0.6888015491919317],
    ),
    "RMSprop": (
        {"lr": 0.1, "momentum": 0.5, "centered": True},
        [-0.30503778158917916, -0.48927237837085674, -1.9789804676998775, -3.1513721478667622],
    ),
    "Rprop": ({"lr": 0.1}, [0.6, 0.6, 0.37399999999999994, 0.31531999999999993]),
    "Adafactor": (
        {"lr": 0.5, "beta2_decay": -0.5, "weight_decay": 0.1},
        [0.31499999999999995, 0.3853896103067892, 0.07318923032891622, 0.019180817964710134],
    ),
    "ASGD": (
        {"lr": 0.1, "lambd": 0.1, "t0": 3},
        [0.3929999954253435, 0.4883557155988689, 0.323520815781012, 0.00365851004077711],
    ),
}
GRADIENTS = [3.0, -1.0, 0.5, 0.0, 2.0, 2.0, -4.0, 1.0, 0.1, -0.2] * 2


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("size", [1, LARGE])
def test_stored_trajectories(kind: str, size: int) -> None:
    options, expected = STORED[kind]
    w = autograd.full((size,), 0.7, dtype=f8, requires_grad=True)
    optimizer = getattr(nn.optim, kind)([w], **options)
    values = []
    for g in GRADIENTS:
        w.grad = autograd.full((size,), g, dtype=f8)
        optimizer.step()
        values.append(w[0].item())
        assert (array(w) == array(w)[0]).all()
    np.testing.assert_allclose([values[i] for i in (0, 1, 9, 19)], expected, rtol=1e-12)


# ----------------------------------------------------------------------------------------------------------- state


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KEYED)
def test_state_of_pytorchs_is_continued(kind: str, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    theirs = [torch.randn(shape, dtype=torch.float64).requires_grad_() for shape in ((3, 4), (2,))]
    their_optimizer = getattr(torch.optim, kind)(theirs, **options)
    go_on(theirs, their_optimizer, 4)
    mine = [ours(p).requires_grad_() for p in theirs]
    my_optimizer = getattr(nn.optim, kind)(mine, lr=7.0)
    my_optimizer.load_state_dict(in_ours(their_optimizer.state_dict()))
    go_on(mine, my_optimizer, 5)
    go_on(theirs, their_optimizer, 5)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-7)
    same_state(my_optimizer.state_dict(), their_optimizer.state_dict(), rtol=1e-7, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KEYED)
def test_pytorch_continues_our_state(kind: str, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")

    def in_theirs(state: Any) -> Any:
        if isinstance(state, autograd.Tensor):
            return torch.from_numpy(array(state).copy())
        if isinstance(state, dict):
            return {key: in_theirs(value) for key, value in state.items()}
        return [in_theirs(value) for value in state] if isinstance(state, list) else state

    mine = [autograd.randn(shape, dtype=f8).requires_grad_() for shape in ((3, 4), (2,))]
    my_optimizer = getattr(nn.optim, kind)(mine, **options)
    go_on(mine, my_optimizer, 4)
    theirs = [torch.from_numpy(array(p).copy()).requires_grad_() for p in mine]
    their_optimizer = getattr(torch.optim, kind)(theirs, lr=7.0)
    their_optimizer.load_state_dict(in_theirs(my_optimizer.state_dict()))
    go_on(mine, my_optimizer, 5)
    go_on(theirs, their_optimizer, 5)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-6)  # PyTorch casts the numbers of NAdam and ASGD to float64 when it loads them


@pytest.mark.parametrize(("kind", "options"), KEYED)
@pytest.mark.parametrize("dtype", [f8, autograd.float32])
def test_a_saved_run_continues_bit_for_bit(kind: str, options: dict[str, Any], dtype: Any) -> None:
    params = [autograd.randn(shape, dtype=dtype).requires_grad_() for shape in ((3, 4), (2,), (LARGE,))]
    optimizer = getattr(nn.optim, kind)(params, **options)
    go_on(params, optimizer, 4)
    saved = copy.deepcopy(optimizer.state_dict())
    twins = [p.detach().clone().requires_grad_() for p in params]
    other = getattr(nn.optim, kind)(twins, lr=7.0)
    other.load_state_dict(saved)
    go_on(params, optimizer, 4)
    go_on(twins, other, 4)
    for p, q in zip(params, twins, strict=True):
        assert array(p).tobytes() == array(q).tobytes()
    same_state(other.state_dict(), optimizer.state_dict(), rtol=0, atol=0)


def test_numbers_have_the_default_dtype_if_that_is_float64() -> None:
    autograd.set_default_dtype(autograd.float64)
    try:
        w = autograd.ones(2, requires_grad=True)
        optimizer = nn.optim.NAdam([w])
        w.grad = autograd.ones(2)
        optimizer.step()
        assert optimizer.state[w]["mu_product"].dtype is f8
        assert optimizer.state[w]["step"].dtype is f8
    finally:
        autograd.set_default_dtype(autograd.float32)


def test_parameters_with_different_numbers_are_kept_apart() -> None:
    """ASGD's learning rate of now is remembered for each parameter: two that differ are no longer computed together."""
    v, w = (autograd.zeros(1, dtype=f8, requires_grad=True) for _ in range(2))
    optimizer = nn.optim.ASGD([v, w], lr=1.0, lambd=0)
    optimizer.state[v] = {"step": autograd.tensor(1.0), "eta": autograd.tensor(0.5), "mu": autograd.tensor(1.0)}
    optimizer.state[w] = {"step": autograd.tensor(1.0), "eta": autograd.tensor(0.25), "mu": autograd.tensor(1.0)}
    v.grad, w.grad = (autograd.ones(1, dtype=f8) for _ in range(2))
    optimizer.step()
    assert (v.item(), w.item()) == (-0.5, -0.25)
    optimizer.step()
    assert (v.item(), w.item()) == (-1.5, -1.25)


EDITABLE = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam", "ASGD"]  # what they remember of a step enters the next


def edited_in_place(library: Any, kind: str, gradients: list[np.ndarray[Any, Any]], *, fresh: bool) -> Any:
    """Return a large and a small parameter after steps between which their state's numbers were edited.

    `fresh` puts new tensors into the state, instead of editing those that are there.
    """
    params = [library.zeros(n, dtype=library.float64, requires_grad=True) for n in (LARGE, 3)]
    optimizer = (nn if library is autograd else library).optim.__dict__[kind](params, lr=0.1)
    for g in gradients:
        for p in params:
            p.grad = library.full_like(p, float(g[0])) * 1.5
            state = optimizer.state[p]
            for name in ("step", "mu_product", "eta") if state else ():
                if name in state:
                    new = state[name] + 3 if name == "step" else state[name] * 0.5
                    state[name] = new if fresh else state[name].copy_(new)
        optimizer.step()
    return [p.detach() for p in params], [float(optimizer.state[p]["step"]) for p in params]


@pytest.mark.parametrize("kind", EDITABLE)
def test_numbers_of_the_state_can_be_edited_in_place(kind: str) -> None:
    gradients = list(np.random.default_rng(0).standard_normal((4, 1)))
    params, steps = edited_in_place(autograd, kind, gradients, fresh=False)
    expected, expected_steps = edited_in_place(autograd, kind, gradients, fresh=True)
    assert steps == expected_steps
    for p, q in zip(params, expected, strict=True):
        assert p.tolist() == q.tolist()


@pytest.mark.oracle
@pytest.mark.parametrize("kind", EDITABLE)
def test_numbers_edited_in_place_are_those_of_pytorch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    gradients = list(np.random.default_rng(0).standard_normal((4, 1)))
    params, steps = edited_in_place(autograd, kind, gradients, fresh=False)
    expected, expected_steps = edited_in_place(torch, kind, gradients, fresh=False)
    np.testing.assert_allclose(steps, expected_steps)
    for p, q in zip(params, expected, strict=True):
        np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-6)


def test_adafactor_leaves_an_empty_parameter_as_it_is() -> None:
    w = autograd.zeros(0, 3, requires_grad=True)
    w.grad = autograd.zeros(0, 3)
    nn.optim.Adafactor([w]).step()
    assert w.shape == (0, 3)


def test_adamw_takes_over_a_state_of_adam() -> None:
    w = autograd.ones(1, requires_grad=True)
    optimizer = nn.optim.AdamW([w])
    optimizer.load_state_dict(nn.optim.Adam([w]).state_dict())
    assert optimizer.param_groups[0]["decoupled_weight_decay"] is True


def test_rprop_rests_where_the_sign_turns_and_where_a_gradient_is_nan() -> None:
    w = autograd.zeros(2, dtype=f8, requires_grad=True)
    optimizer = nn.optim.Rprop([w], lr=1.0)
    seen = []
    for g in ([1.0, np.nan], [2.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]):
        w.grad = autograd.tensor(g, dtype=f8)
        optimizer.step()
        seen.append(w.tolist())
    np.testing.assert_allclose(seen, [[-1, 0], [-2.2, -1], [-2.2, -2.2], [-1.6, -3.64]])


# --------------------------------------------------------------------------------------------- options and refusals


@pytest.mark.oracle
@pytest.mark.parametrize("kind", OPTIONS)
def test_arguments_have_the_names_the_order_and_the_defaults_of_pytorch(kind: str) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = (
        [(p.name, p.kind, p.default) for p in inspect.signature(getattr(optim, kind)).parameters.values()]
        for optim in (nn.optim, torch.optim)
    )
    assert mine == theirs


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    *[(kind, {"lr": -1.0}, "Invalid learning rate: -1.0; expected a number of at least 0") for kind in OPTIONS],
    *[(kind, {"lr": [1.0, 1.0]}, "Invalid learning rate: a Tensor of shape") for kind in OPTIONS],
    *[(kind, {"weight_decay": -1.0}, "Invalid weight_decay value: -1.0") for kind in OPTIONS if kind != "Rprop"],
    *[
        (kind, {"eps": -1.0}, "Invalid epsilon value: -1.0")
        for kind in OPTIONS
        if kind not in ("Rprop", "ASGD", "SGD", "Adafactor")
    ],
    *[
        (kind, {"betas": betas}, f"Invalid beta parameter at index {i}")
        for kind in ("AdamW", "Adamax", "NAdam", "RAdam")
        for i, betas in enumerate([(1.0, 0.5), (0.5, 1.0)])
    ],
    ("NAdam", {"momentum_decay": -1.0}, "Invalid momentum_decay value"),
    ("Adagrad", {"lr_decay": -1.0}, "Invalid lr_decay value"),
    ("Adagrad", {"initial_accumulator_value": -1.0}, "Invalid initial_accumulator_value value"),
    ("Adadelta", {"rho": 1.5}, "Invalid rho value: 1.5"),
    ("RMSprop", {"momentum": -1.0}, "Invalid momentum value"),
    ("RMSprop", {"alpha": -1.0}, "Invalid alpha value"),
    ("Rprop", {"etas": (1.0, 1.2)}, "Invalid eta values: 1.0, 1.2"),
    ("Adafactor", {"beta2_decay": 0.5}, "beta2_decay should be <= 0 but is: 0.5"),
    ("Adafactor", {"eps": (-1.0, 0.1)}, "Invalid epsilon1: -1.0"),
    ("Adafactor", {"eps": (None, -0.1)}, "Invalid epsilon2: -0.1"),
    ("Adafactor", {"d": 0.5}, "Clipping threshold d should be >= 1 but is: 0.5"),
]


@pytest.mark.parametrize(("kind", "options", "text"), REFUSED)
def test_refused_options(kind: str, options: dict[str, Any], text: str) -> None:
    options = {k: autograd.tensor(v) if isinstance(v, list) else v for k, v in options.items()}
    with pytest.raises(ValueError, match=text):
        getattr(nn.optim, kind)([autograd.ones(1, requires_grad=True)], **options)


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options", "text"), REFUSED)
def test_pytorch_refuses_those_too(kind: str, options: dict[str, Any], text: str) -> None:
    torch = pytest.importorskip("torch")
    options = {k: torch.tensor(v) if isinstance(v, list) else v for k, v in options.items()}
    with pytest.raises(ValueError):
        getattr(torch.optim, kind)([torch.ones(1, requires_grad=True)], **options)


@pytest.mark.parametrize("kind", sorted(set(OPTIONS) - {"Adafactor"}))
def test_a_step_that_gradients_flow_through_is_refused(kind: str) -> None:
    with pytest.raises(NotImplementedError, match="differentiable=True asks for a step"):
        getattr(nn.optim, kind)([autograd.ones(1, requires_grad=True)], differentiable=True)


def test_adagrad_fused_and_foreach() -> None:
    with pytest.raises(RuntimeError, match="`fused` and `foreach` cannot be `True` together"):
        nn.optim.Adagrad([autograd.ones(1, requires_grad=True)], fused=True, foreach=True)


# ----------------------------------------------------------------------------------------------------------- hooks


def test_hooks_around_a_step() -> None:
    w = autograd.ones(1, requires_grad=True)
    optimizer = nn.optim.SGD([w], lr=0.5)
    seen: list[Any] = []
    before = optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(("before", o is optimizer, args)))
    after = optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(("after", w.item(), kwargs)))
    w.grad = autograd.ones(1)
    optimizer.step()
    assert seen == [("before", True, (optimizer,)), ("after", 0.5, {})]
    before.remove()
    after.remove()
    optimizer.step()
    assert len(seen) == 2
    with optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7), {})):
        assert optimizer.step() == 7
    with (
        optimizer.register_step_pre_hook(lambda o, args, kwargs: 3),
        pytest.raises(RuntimeError, match="must return None or a tuple of .new_args, new_kwargs., but got 3"),
    ):
        optimizer.step()
    assert optimizer.step() is None


def test_hooks_run_once_around_a_step_that_calls_another() -> None:
    class Twice(nn.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            super().step(closure)
            return super().step(closure)

    w = autograd.ones(1, requires_grad=True)
    w.grad = autograd.ones(1)
    optimizer = Twice([w], lr=0.25)
    seen: list[float] = []
    optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(w.item()))
    optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(w.item()))
    optimizer.step()
    assert seen == [1.0, 0.5]
    assert copy.deepcopy(optimizer).step() is None
    assert len(seen) == 2  # copies come without hooks


def test_hooks_around_the_state() -> None:
    w = autograd.ones(1, requires_grad=True)
    optimizer = nn.optim.SGD([w], lr=0.5)
    seen: list[str] = []

    def mark(o: Any, state: dict[str, Any]) -> None:
        seen.append("saved")
        state["mark"] = 1

    def other(o: Any, state: dict[str, Any]) -> dict[str, Any]:
        seen.append("load")
        assert "mark" in state
        return {**state, "param_groups": [{**state["param_groups"][0], "lr": 0.125}]}

    optimizer.register_state_dict_pre_hook(lambda o: seen.append("save"))
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("first"), prepend=True)
    optimizer.register_state_dict_post_hook(mark)
    optimizer.register_load_state_dict_pre_hook(other)
    optimizer.register_load_state_dict_post_hook(lambda o: seen.append(f"loaded {o.param_groups[0]['lr']}"))
    state = optimizer.state_dict()
    assert state["mark"] == 1
    optimizer.load_state_dict(state)
    assert state["param_groups"][0]["lr"] == 0.5
    assert seen == ["first", "save", "saved", "load", "loaded 0.125"]


@pytest.mark.oracle
def test_hooks_run_when_pytorchs_do() -> None:
    torch = pytest.importorskip("torch")
    logs = []
    for library, optim in ((autograd, nn.optim), (torch, torch.optim)):
        w = library.ones(1, requires_grad=True)
        w.grad = library.ones(1)
        optimizer = optim.SGD([w], lr=0.5)
        log: list[Any] = []
        optimizer.register_step_pre_hook(
            lambda o, a, k, log=log, w=w: log.append(("before", w.item(), len(a), list(k)))
        )
        optimizer.register_step_post_hook(
            lambda o, a, k, log=log, w=w: log.append(("after", w.item(), len(a), list(k)))
        )
        optimizer.register_state_dict_pre_hook(lambda o, log=log: log.append("save"))
        optimizer.register_state_dict_post_hook(lambda o, s, log=log: log.append(sorted(s)))
        optimizer.register_load_state_dict_pre_hook(lambda o, s, log=log: log.append(sorted(s)), prepend=True)
        optimizer.register_load_state_dict_post_hook(lambda o, log=log: log.append("loaded"))
        optimizer.step()
        optimizer.step(closure=lambda: None)
        optimizer.step(lambda: None)
        optimizer.load_state_dict(optimizer.state_dict())
        copy.deepcopy(optimizer).step()
        logs.append(log)
    assert logs[0] == logs[1]
    assert len(logs[0]) == 10


@pytest.mark.oracle
def test_adagrads_state_is_there_before_the_first_step_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    states = [
        optim.Adagrad([library.ones(2, 3, requires_grad=True)], initial_accumulator_value=0.5).state_dict()
        for library, optim in ((autograd, nn.optim), (torch, torch.optim))
    ]
    same_state(states[0], states[1], rtol=0, atol=0)


def test_state_of_no_parameter_is_kept() -> None:
    optimizer = nn.optim.SGD([autograd.ones(1, requires_grad=True)])
    state = optimizer.state_dict()
    state["state"] = {"note": 5}
    optimizer.load_state_dict(state)
    assert optimizer.state_dict()["state"] == {"note": 5}
