"""Optimizers: stored numbers, PyTorch's trajectories, state, and what is refused."""

from __future__ import annotations

import copy
import math
import pickle
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.optim import SGD, Adam, Optimizer
from nn.optim.runs import BLOCK, LARGE
from tests.nn_oracle import agree, array, ours

f8 = autograd.float64


def one(value: float = 1.0) -> autograd.Tensor:
    return autograd.tensor([value], dtype=f8, requires_grad=True)


def run(
    optimizer: Optimizer, w: autograd.Tensor, loss: Callable[[autograd.Tensor], autograd.Tensor], steps: int
) -> list:
    values = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss(w).sum().backward()
        optimizer.step()
        values.append(w.item())
    return values


# ------------------------------------------------------------------------------------------------- stored numbers


def test_gradient_descent_on_a_parabola() -> None:
    w = one()
    np.testing.assert_allclose(run(SGD([w], lr=0.1), w, lambda w: w**2, 2), [0.8, 0.64], rtol=1e-15)


def test_weight_decay_shrinks_by_a_factor() -> None:
    w = one()
    values = run(SGD([w], lr=0.5, weight_decay=0.5), w, lambda w: 0 * w, 3)
    assert values == [0.75, 0.5625, 0.421875]


def test_adam() -> None:
    w = one()
    values = run(Adam([w], lr=0.1), w, lambda w: w**2, 2)
    np.testing.assert_allclose(values, [0.9000000005, 0.8004122286917927], rtol=1e-15)


def test_momentum_by_hand() -> None:
    """Gradient 1 throughout: velocities 1, 1.5, 1.75, and Nesterov looks half a step ahead."""
    w = one(0.0)
    np.testing.assert_allclose(run(SGD([w], lr=1, momentum=0.5), w, lambda w: w, 3), [-1, -2.5, -4.25], rtol=1e-15)
    w = one(0.0)
    values = run(SGD([w], lr=1, momentum=0.5, nesterov=True), w, lambda w: w, 2)
    np.testing.assert_allclose(values, [-1.5, -3.25], rtol=1e-15)
    w = one(0.0)
    values = run(SGD([w], lr=1, momentum=0.5, dampening=0.5), w, lambda w: w, 2)
    np.testing.assert_allclose(values, [-1, -2], rtol=1e-15)


def test_maximize_climbs() -> None:
    w = one()
    assert run(SGD([w], lr=0.25, maximize=True), w, lambda w: -(w**2), 2) == [0.5, 0.25]
    w = one()
    assert run(Adam([w], lr=0.1, maximize=True), w, lambda w: -(w**2), 1)[0] == pytest.approx(0.9)


# ----------------------------------------------------------------------------------------- as the formulas say it


def sgd_by_hand(
    p: float, gradients: list[float], lr: float, momentum: float = 0, dampening: float = 0, weight_decay: float = 0,
    nesterov: bool = False, maximize: bool = False,
) -> float:  # fmt: skip
    b = None
    for g in gradients:
        g = (-g if maximize else g) + weight_decay * p
        if momentum:
            b = g if b is None else momentum * b + (1 - dampening) * g
            g = g + momentum * b if nesterov else b
        p -= lr * g
    return p


def adam_by_hand(
    p: float, gradients: list[float], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
    weight_decay: float = 0, amsgrad: bool = False, maximize: bool = False, decoupled_weight_decay: bool = False,
) -> float:  # fmt: skip
    m = v = largest = 0.0
    for t, g in enumerate(gradients, 1):
        g = -g if maximize else g
        if decoupled_weight_decay:
            p -= lr * weight_decay * p
        else:
            g += weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        largest = max(largest, v)
        root = math.sqrt((largest if amsgrad else v) / (1 - betas[1] ** t))
        p -= lr * m / (1 - betas[0] ** t) / (root + eps)
    return p


# ------------------------------------------------------------------------------------------------------ trajectories

SGDS = [
    {"lr": 0.05},
    {"lr": 0.05, "weight_decay": 0.1},
    {"lr": 0.05, "momentum": 0.9},
    {"lr": 0.05, "momentum": 0.9, "dampening": 0.3},
    {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"lr": 0.05, "momentum": 0.9, "maximize": True, "weight_decay": 0.1},
    {"lr": 0.05, "maximize": True},
]
ADAMS = [
    {},
    {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
    {"lr": 0.1, "betas": (0.0, 0.0)},
    {"lr": 0.01, "weight_decay": 0.1},
    {"lr": 0.01, "amsgrad": True},
    {"lr": 0.01, "maximize": True, "weight_decay": 0.1, "amsgrad": True},
    {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True},
    {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
]
KINDS = [("SGD", o) for o in SGDS] + [("Adam", o) for o in ADAMS]


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("size", [1, LARGE])
def test_ten_steps_by_hand(kind: str, options: dict[str, Any], size: int) -> None:
    gradients = [3.0, -1.0, 0.5, 0.0, 2.0, 2.0, -4.0, 1.0, 0.1, -0.2]
    w = autograd.full((size,), 0.7, dtype=f8, requires_grad=True)
    optimizer = (SGD if kind == "SGD" else Adam)([w], **options)
    for g in gradients:
        w.grad = autograd.full((size,), g, dtype=f8)
        optimizer.step()
    expected = (sgd_by_hand if kind == "SGD" else adam_by_hand)(0.7, gradients, **options)
    np.testing.assert_allclose(w.detach().numpy(), expected, rtol=1e-13)


@pytest.mark.parametrize("how", ["tensor", "entry", "all", "data"])
def test_what_was_replaced_between_steps_is_used(how: str) -> None:
    """The optimizer keeps its state in arrays of its own; whoever puts something else in its place is heard."""
    w, v = one(), one()
    optimizer, reference = Adam([w], lr=0.1), Adam([v], lr=0.1)
    run(optimizer, w, lambda w: w**2, 2)
    fresh = {
        "step": autograd.tensor(2.0),
        "exp_avg": autograd.ones(1, dtype=f8),
        "exp_avg_sq": autograd.ones(1, dtype=f8),
    }
    if how == "tensor":
        fresh = {**optimizer.state[w], "exp_avg": autograd.ones(1, dtype=f8)}
        optimizer.state[w]["exp_avg"] = autograd.ones(1, dtype=f8)
    elif how == "entry":
        optimizer.state[w] = dict(fresh)
    elif how == "all":
        optimizer.state = defaultdict(dict, {w: dict(fresh)})
    else:
        fresh = dict(optimizer.state[w])
        w.data = w.data + 1
    with autograd.no_grad():
        v.copy_(w)
    reference.state[v] = {name: value.clone() for name, value in fresh.items()}
    assert run(optimizer, w, lambda w: w**2, 2) == run(reference, v, lambda v: v**2, 2)


def trajectory(
    library: Any, optim: Any, kind: str, options: Any, values: list[Any], steps: int
) -> tuple[list[Any], Any]:
    """Parameters of an uneven, shifting landscape after `steps` steps, and the optimizer."""
    params = [v.requires_grad_() for v in values]
    optimizer = getattr(optim, kind)(params, **options)
    for i in range(steps):
        optimizer.zero_grad()
        sum(((p - 0.1 * i) * (k + 1)).sin().sum() + (p**2).sum() for k, p in enumerate(params)).backward()
        optimizer.step()
    return params, optimizer


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_twenty_steps_as_in_pytorch(kind: str, options: dict[str, Any], dtype: str) -> None:
    torch = pytest.importorskip("torch")
    values = [torch.randn(shape, dtype=getattr(torch, dtype)) for shape in ((3, 4), (4,), (), (2, 1, 3), (0, 2))]
    mine, my_optimizer = trajectory(autograd, nn.optim, kind, options, [ours(v) for v in values], 20)
    theirs, their_optimizer = trajectory(torch, torch.optim, kind, options, values, 20)
    rtol, atol = (1e-7, 1e-12) if dtype == "float64" else (1e-3, 1e-5)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol, atol)
    my_state, their_state = my_optimizer.state_dict(), their_optimizer.state_dict()
    assert my_state["param_groups"] == their_state["param_groups"]
    assert my_state["state"].keys() == their_state["state"].keys()
    for i, entry in their_state["state"].items():
        assert my_state["state"][i].keys() == entry.keys()
        for name, value in entry.items():
            agree(my_state["state"][i][name], value, rtol, atol)
    assert repr(my_optimizer) == repr(their_optimizer)


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_large_parameters_as_in_pytorch(kind: str, options: dict[str, Any]) -> None:
    """Blocks, runs of several parameters, and memory that is not in order."""
    torch = pytest.importorskip("torch")
    values = [torch.randn(shape, dtype=torch.float64) for shape in ((7, BLOCK // 3), (BLOCK - 1,), (2,), (BLOCK + 1,))]
    values += [torch.randn(LARGE - 1, dtype=torch.float64) for _ in range(BLOCK // LARGE + 1)]
    values.append(torch.randn(3, BLOCK // 2, dtype=torch.float64).t())
    copies = [ours(v) for v in values]
    copies[-1] = ours(values[-1].t()).t()
    mine, _ = trajectory(autograd, nn.optim, kind, options, copies, 3)
    assert not mine[-1].is_contiguous()
    theirs, _ = trajectory(torch, torch.optim, kind, options, values, 3)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-7, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), [KINDS[4], KINDS[7], KINDS[11]])
def test_changing_circumstances_as_in_pytorch(kind: str, options: dict[str, Any]) -> None:
    """Missing gradients, frozen and thawed parameters, a new group, other options, other dtypes, a cleared state."""
    torch = pytest.importorskip("torch")

    def steps(library: Any, optim: Any, values: list[Any]) -> list[Any]:
        a, b, c, d = (v.requires_grad_() for v in values)
        optimizer = getattr(optim, kind)([a, b, c], **options)
        for i in range(12):
            optimizer.zero_grad(set_to_none=i % 2 == 0)
            if i == 2:
                optimizer.add_param_group({"params": [d], "lr": 0.5})
            if i == 5:
                optimizer.param_groups[0]["lr"] = 0.2
                b.data = b.data * 2
            if i == 6 and kind == "SGD":
                optimizer.param_groups[0]["momentum"] = 0.5
            if i == 7:
                optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
            if i == 9:
                optimizer.state = defaultdict(dict)
            if i == 10:
                name = "momentum_buffer" if kind == "SGD" else "exp_avg"
                optimizer.state[a][name].fill_(0.5)
                optimizer.state[b][name] = library.ones_like(b)
            loss = (a**3).sum() + (b.sin() * (i + 1)).sum()
            if i in (0, 3, 4, 8):
                loss = loss + (c * a.sum()).sum()
            if i > 2:
                loss = loss + (d**2).sum()
            loss.backward()
            optimizer.step()
        return [a, b, c, d]

    values = [torch.randn(shape, dtype=torch.float64) for shape in ((3, 2), (4,), (2,), (1,))]
    mine = steps(autograd, nn.optim, [ours(v) for v in values])
    for p, q in zip(mine, steps(torch, torch.optim, values), strict=True):
        agree(p, q, rtol=1e-7)


@pytest.mark.oracle
def test_parameters_of_two_dtypes_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    values = [torch.randn(3, dtype=torch.float64), torch.randn(3), torch.randn(2, dtype=torch.float64)]
    mine, _ = trajectory(autograd, nn.optim, "Adam", {"lr": 0.1}, [ours(v) for v in values], 5)
    theirs, _ = trajectory(torch, torch.optim, "Adam", {"lr": 0.1}, values, 5)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-5 if p.dtype is autograd.float32 else 1e-10)


# ------------------------------------------------------------------------------------------------- steps and memory


def test_a_step_edits_in_place_and_is_noticed() -> None:
    for make in (lambda w: SGD(w, lr=0.5), lambda w: Adam(w, lr=0.5)):
        for size in (2, BLOCK + 1):
            w = autograd.zeros(size, requires_grad=True)
            alias, view = w.data, w.detach()[:1]
            y = (w * w).sum()
            version = w._version
            w.grad = autograd.ones(size)
            optimizer = make([w])
            optimizer.step()
            assert w._version == version + 1
            assert alias.tolist() == w.tolist()
            assert view.item() == w[0].item() == pytest.approx(-0.5)
            assert w.grad.tolist() == [1] * size  # the gradient stays as it is
            assert w.is_leaf
            assert w.requires_grad
            with pytest.raises(RuntimeError, match="modified by an inplace operation"):
                y.backward()


def test_parameters_without_gradient_are_left_out() -> None:
    a, b = one(), one()
    optimizer = Adam([a, b], lr=0.1)
    (a * 2).sum().backward()
    optimizer.step()
    assert b.item() == 1
    assert list(optimizer.state) == [a]
    SGD([a]).step()
    optimizer.zero_grad()
    optimizer.step()
    assert optimizer.state[a]["step"].item() == 1


def test_zero_grad() -> None:
    w = one()
    optimizer = SGD([w], lr=0.1)
    (w * 3).sum().backward()
    grad = w.grad
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is grad
    assert w.grad.tolist() == [0]
    (w**3).sum().backward(create_graph=True)
    optimizer.zero_grad(set_to_none=False)
    assert w.grad.tolist() == [0]
    assert not w.grad.requires_grad
    optimizer.zero_grad()
    assert w.grad is None


def test_closures_run_with_gradients_enabled_and_their_loss_is_returned() -> None:
    w = one()
    optimizer = SGD([w], lr=0.1)

    def closure() -> autograd.Tensor:
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        return loss

    with autograd.no_grad():
        assert optimizer.step(closure).item() == 1
    assert w.item() == pytest.approx(0.8)
    assert optimizer.step() is None


def test_the_learning_rate_may_be_a_tensor_and_change() -> None:
    w = one()
    optimizer = SGD([w], lr=autograd.tensor(0.5, dtype=f8))
    assert run(optimizer, w, lambda w: w, 1) == [0.5]
    optimizer.param_groups[0]["lr"] = 0.25
    assert run(optimizer, w, lambda w: w, 1) == [0.25]
    adam = Adam([w], lr=autograd.tensor(0.5, dtype=f8))
    assert run(adam, w, lambda w: w, 1)[0] == pytest.approx(-0.25)


def test_gradients_with_history_are_taken_as_they_are() -> None:
    w = one(2.0)
    (w**3).sum().backward(create_graph=True)
    assert w.grad is not None
    assert w.grad.requires_grad
    SGD([w], lr=0.25).step()
    assert w.item() == -1
    w.grad = None


def test_parameters_whose_memory_is_not_in_order() -> None:
    w = autograd.zeros(2, LARGE, dtype=f8).t().requires_grad_()
    assert not w.is_contiguous()
    w.grad = autograd.arange(2 * LARGE, dtype=f8).reshape(LARGE, 2)
    Adam([w], lr=1).step()
    SGD([w], lr=1).step()
    np.testing.assert_allclose(w.detach().numpy(), -np.sign(w.grad.numpy()) - w.grad.numpy())


def test_gradients_whose_memory_is_not_in_order() -> None:
    for n in (3, BLOCK):
        w = autograd.zeros(n, 2, dtype=f8, requires_grad=True)
        w.grad = autograd.arange(2 * n, dtype=f8).reshape(2, n).t()
        SGD([w], lr=1).step()
        assert w.tolist() == (-w.grad).tolist()


def test_overflow_is_silent_as_in_pytorch() -> None:
    w = autograd.tensor([1e30], requires_grad=True)
    w.grad = autograd.tensor([1e30])
    Adam([w]).step()
    w.grad = autograd.tensor([3e38])
    SGD([w], lr=1e10).step()
    assert w.tolist() == [-np.inf]


def test_an_optimizer_of_ones_own_may_write_its_step() -> None:
    class SignDescent(Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        @autograd.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for p in group["params"]:
                    p -= group["lr"] * p.grad.sign()
                    self.state[p]["seen"] = True

    w = one()
    optimizer = SignDescent([w], 0.25)
    assert run(optimizer, w, lambda w: w * 5, 2) == [0.75, 0.5]
    assert optimizer.state_dict()["state"] == {0: {"seen": True}}


def test_the_base_class_says_what_is_missing() -> None:
    w = one()
    w.grad = autograd.ones(1, dtype=f8)
    with pytest.raises(NotImplementedError):
        Optimizer([w], {"weight_decay": 0}).step()


# ------------------------------------------------------------------------------------------------ groups and state


def test_parameter_groups() -> None:
    a, b, c = one(), one(), one()
    optimizer = SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.5]
    optimizer.add_param_group({"params": [c], "momentum": 0.5})
    for p in (a, b, c):
        p.grad = autograd.ones(1, dtype=f8)
    optimizer.step()
    assert [a.item(), b.item(), c.item()] == [0.75, 0.5, 0.75]
    assert [group["params"] for group in optimizer.state_dict()["param_groups"]] == [[0], [1], [2]]
    assert list(optimizer.state_dict()["state"]) == [2]


def test_named_parameters() -> None:
    net = nn.Linear(2, 1)
    optimizer = SGD(net.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["params"] == [net.weight, net.bias]
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    with pytest.raises(ValueError, match="all optimizer params should be with/without names"):
        optimizer.add_param_group({"params": [one()]})
    with pytest.raises(ValueError, match="Some param names are missing"):
        SGD([("a", one()), one()])  # type: ignore[list-item]
    assert len(optimizer.param_groups) == 1


@pytest.mark.parametrize("make", [lambda p: SGD(p, lr=0.1, momentum=0.9), lambda p: Adam(p, lr=0.1, amsgrad=True)])
def test_state_goes_over_to_another_optimizer(make: Any) -> None:
    w, v = one(), one()
    optimizer = make([w])
    run(optimizer, w, lambda w: w**2, 3)
    saved = copy.deepcopy(optimizer.state_dict())
    before = w.item()
    expected = run(optimizer, w, lambda w: w**2, 3)
    with autograd.no_grad():
        v.fill_(before)
    other = make([v])
    other.load_state_dict(saved)
    assert other.state[v].keys() == optimizer.state[w].keys()
    assert run(other, v, lambda w: w**2, 3) == expected
    assert saved["state"][0].keys() == optimizer.state[w].keys()
    for name, value in saved["state"][0].items():  # what was saved has not been stepped along
        assert value.item() != optimizer.state[w][name].item() or name == "max_exp_avg_sq"


def test_state_is_cast_to_the_parameters_dtype_but_for_the_count() -> None:
    w = autograd.ones(2, requires_grad=True)
    optimizer = Adam([w])
    w.grad = autograd.ones(2)
    optimizer.step()
    v = autograd.ones(2, dtype=f8, requires_grad=True)
    other = Adam([v])
    other.load_state_dict(optimizer.state_dict())
    assert other.state[v]["exp_avg"].dtype is f8
    assert other.state[v]["step"].dtype is autograd.float32
    assert other.state[v]["step"].item() == 1


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "options"), [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"amsgrad": True})])
def test_state_from_pytorch_can_be_continued(kind: str, options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    values = [torch.randn(3, 4, dtype=torch.float64), torch.randn(2, dtype=torch.float64)]
    theirs, their_optimizer = trajectory(torch, torch.optim, kind, options, values, 4)
    mine = [ours(p).requires_grad_() for p in theirs]
    my_optimizer = getattr(nn.optim, kind)(mine, **options)
    state = copy.deepcopy(their_optimizer.state_dict())
    state["state"] = {i: {name: ours(v) for name, v in entry.items()} for i, entry in state["state"].items()}
    my_optimizer.load_state_dict(state)
    for _ in range(3):
        for params, optimizer in ((mine, my_optimizer), (theirs, their_optimizer)):
            optimizer.zero_grad()
            sum((p**4).sum() for p in params).backward()
            optimizer.step()
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-10)


def test_state_that_does_not_match_is_refused() -> None:
    a, b = one(), one()
    optimizer = SGD([a, b], lr=0.1, momentum=0.5)
    state = SGD([{"params": [one()]}, {"params": [one()]}], lr=0.3).state_dict()
    with pytest.raises(ValueError, match="different number of parameter groups: 2; expected 1"):
        optimizer.load_state_dict(state)
    with pytest.raises(
        ValueError, match=r"doesn't match the size of optimizer's group: its groups have \[1\] parameters"
    ):
        optimizer.load_state_dict(SGD([one()], lr=0.3).state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_optimizers_can_be_copied_with_their_model() -> None:
    net = nn.Linear(3, 1, dtype=f8)
    optimizer = Adam(net.parameters(), lr=0.1)

    def step(net: Any, optimizer: Optimizer) -> None:
        optimizer.zero_grad()
        net(autograd.ones(2, 3, dtype=f8)).sum().backward()
        optimizer.step()

    step(net, optimizer)
    for twin, twins_optimizer in (copy.deepcopy((net, optimizer)), pickle.loads(pickle.dumps((net, optimizer)))):
        assert twins_optimizer.param_groups[0]["params"][0] is twin.weight
        assert twins_optimizer.state[twin.weight]["step"].item() == 1
        reference, references_optimizer = copy.deepcopy((net, optimizer))
        step(reference, references_optimizer)
        step(twin, twins_optimizer)
        agree(twin.weight, reference.weight, rtol=0)
        assert array(net.weight).tolist() != array(twin.weight).tolist()


def test_repr() -> None:
    assert repr(SGD([one()], lr=0.1)) == (
        "SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n"
        "    lr: 0.1\n    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n)"
    )


# ----------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: SGD([], lr=0.1), ValueError, "optimizer got an empty parameter list; expected at least one parameter"),
        (lambda: Adam(iter([])), ValueError, "optimizer got an empty parameter list"),
        (lambda: SGD(one(), lr=0.1), TypeError, "params argument .* should be an iterable .* but got Tensor"),
        (lambda: SGD(nn.Linear(2, 1), lr=0.1), TypeError, "but got Linear; expected a list"),  # type: ignore[arg-type]
        (lambda: SGD([3.0], lr=0.1), TypeError, "can only optimize Tensors, but one of the params is float"),
        (lambda: SGD([one() * 2], lr=0.1), ValueError, r"can't optimize a non-leaf Tensor: .* result of MulBackward0"),
        (lambda: SGD([{"params": {one()}}], lr=0.1), TypeError, "ordering of tensors in sets will change"),
        (lambda: SGD([one()], lr=-0.1), ValueError, "Invalid learning rate: -0.1; expected .* maximize=True"),
        (lambda: SGD([one()], lr=float("nan")), ValueError, "Invalid learning rate: nan"),
        (lambda: SGD([one()], momentum=-1), ValueError, "Invalid momentum value: -1"),
        (lambda: SGD([one()], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
        (lambda: SGD([one()], nesterov=True), ValueError, "Nesterov momentum requires a momentum and zero dampening"),
        (lambda: SGD([one()], differentiable=True), NotImplementedError, "differentiable=True asks for a step"),
        (lambda: Adam([one()], lr=-1), ValueError, "Invalid learning rate: -1"),
        (lambda: Adam([one()], eps=-1), ValueError, "Invalid epsilon value: -1"),
        (lambda: Adam([one()], betas=(1.0, 0.5)), ValueError, "Invalid beta parameter at index 0: 1.0"),
        (lambda: Adam([one()], betas=(0.5, -0.1)), ValueError, "Invalid beta parameter at index 1: -0.1"),
        (lambda: Adam([one()], weight_decay=-1), ValueError, "Invalid weight_decay value: -1"),
        (lambda: Adam([one()], differentiable=True), NotImplementedError, "differentiable=True asks for a step"),
    ],
)
def test_errors(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


def test_duplicates_are_refused() -> None:
    a, b = one(), one()
    with pytest.raises(ValueError, match="a parameter group with duplicate parameters: 3 given, of which 2 differ"):
        SGD([a, b, a], lr=0.1)
    with pytest.raises(ValueError, match="some parameters appear in more than one parameter group"):
        SGD([{"params": [a]}, {"params": [b, a]}], lr=0.1)
    optimizer = SGD([a], lr=0.1)
    with pytest.raises(ValueError, match="some parameters appear in more than one parameter group"):
        optimizer.add_param_group({"params": [a]})
    with pytest.raises(TypeError, match="param_group must be a dict, but got <class 'list'>"):
        optimizer.add_param_group([b])  # type: ignore[arg-type]
    assert len(optimizer.param_groups) == 1
