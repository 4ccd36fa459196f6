"""L-BFGS: the valley of Rosenbrock, PyTorch's trajectories, its state, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import autograd
from nn.optim import LBFGS
from tests.nn_oracle import agree, array, ours
from tests.test_optim_kinds import in_ours, same_state

f8 = autograd.float64

OPTIONS: list[dict[str, Any]] = [
    {},
    {"lr": 0.1, "max_iter": 7},
    {"lr": 0.5, "history_size": 3},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "lr": 5, "history_size": 2},
    {"line_search_fn": "strong_wolfe", "lr": 0.01, "max_iter": 5},
    {"line_search_fn": "strong_wolfe", "max_eval": 4},
    {"tolerance_grad": 1.0},
    {"tolerance_change": 0.1},
    {"max_eval": 3},
    {"max_iter": 1},
    {"max_eval": 1, "line_search_fn": "strong_wolfe"},
]


def valley(params: list[Any], library: Any) -> Any:
    """Rosenbrock's function along a chain of all elements, gently scaled."""
    x = library.cat([p.reshape(-1) for p in params])
    return ((x[1:] - x[:-1] ** 2) ** 2).sum() * 10 + ((1 - x[:-1]) ** 2).sum()


def descend(library: Any, optimizer: Any, params: list[Any], steps: int) -> list[float]:
    """The losses at the beginning of each step."""

    def closure() -> Any:
        optimizer.zero_grad()
        loss = valley(params, library)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(steps)]


#: PyTorch's losses from (-1.2, 1), without and with a line search.
STORED = [
    (0.5, None, [6.776000000000001, 3.89299205560558, 3.04295365533019, 1.0910997629760548, 0.1773259430404679]),
    (1.0, "strong_wolfe", [6.776000000000001, 3.459110278683543, 1.361029355579069, 0.236452383897, 0.0020866134758]),
]


@pytest.mark.parametrize(("lr", "search", "expected"), STORED)
def test_it_finds_the_bottom_of_the_valley(lr: float, search: str | None, expected: list[float]) -> None:
    w = autograd.tensor([-1.2, 1.0], dtype=f8, requires_grad=True)
    optimizer = LBFGS([w], lr=lr, max_iter=5, line_search_fn=search)
    np.testing.assert_allclose(descend(autograd, optimizer, [w], 5), expected, rtol=1e-7)
    descend(autograd, optimizer, [w], 5)
    np.testing.assert_allclose(array(w), [1, 1], rtol=1e-4)


def pair(torch: Any, options: dict[str, Any], dtype: Any) -> tuple[list[Any], Any, list[Any], Any]:
    theirs = [0.5 * torch.randn(shape, dtype=dtype) for shape in ((2, 2), (), (3,))]
    mine = [ours(p).requires_grad_() for p in theirs]
    theirs = [p.requires_grad_() for p in theirs]
    return mine, LBFGS(mine, **options), theirs, torch.optim.LBFGS(theirs, **options)


@pytest.mark.oracle
@pytest.mark.parametrize("options", OPTIONS)
def test_trajectories_and_state_are_pytorchs(options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    mine, my_optimizer, theirs, their_optimizer = pair(torch, options, torch.float64)
    for _ in range(4):
        mine_losses = descend(autograd, my_optimizer, mine, 1)
        np.testing.assert_allclose(mine_losses, descend(torch, their_optimizer, theirs, 1), rtol=1e-7, atol=1e-12)
        for p, q in zip(mine, theirs, strict=True):
            agree(p, q, rtol=1e-7, atol=1e-10)
    my_state, their_state = my_optimizer.state_dict(), their_optimizer.state_dict()
    assert my_state["param_groups"] == their_state["param_groups"]
    for name in ("func_evals", "n_iter"):
        assert my_state["state"][0][name] == their_state["state"][0][name]
    assert my_state["state"][0].keys() == their_state["state"][0].keys()
    for name in ("d", "prev_flat_grad", "prev_loss"):
        same_state(my_state["state"][0][name], their_state["state"][0][name], rtol=1e-5, atol=1e-7)
    for name in {"old_dirs", "old_stps", "ro", "al"} & their_state["state"][0].keys():
        assert len(my_state["state"][0][name]) == len(their_state["state"][0][name])
    assert repr(my_optimizer) == repr(their_optimizer)


@pytest.mark.oracle
@pytest.mark.parametrize("options", OPTIONS[:6])
def test_state_of_pytorchs_is_continued(options: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    options = {**options, "max_iter": 4}
    _, _, theirs, their_optimizer = pair(torch, options, torch.float64)
    descend(torch, their_optimizer, theirs, 2)
    mine = [ours(p).requires_grad_() for p in theirs]
    my_optimizer = LBFGS(mine, lr=7)
    my_optimizer.load_state_dict(in_ours(their_optimizer.state_dict()))
    descend(torch, their_optimizer, theirs, 2)
    descend(autograd, my_optimizer, mine, 2)
    for p, q in zip(mine, theirs, strict=True):
        agree(p, q, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("options", OPTIONS[:6])
@pytest.mark.parametrize("dtype", [f8, autograd.float32])
def test_a_saved_run_continues_bit_for_bit(options: dict[str, Any], dtype: Any) -> None:
    params = [(0.5 * autograd.randn(shape, dtype=dtype)).requires_grad_() for shape in ((2, 2), (3,))]
    optimizer = LBFGS(params, **{**options, "max_iter": 4})
    descend(autograd, optimizer, params, 2)
    saved = copy.deepcopy(optimizer.state_dict())
    assert saved["state"][0]["d"].dtype is dtype
    twins = [p.detach().clone().requires_grad_() for p in params]
    other = LBFGS(twins)
    other.load_state_dict(saved)
    assert descend(autograd, optimizer, params, 2) == descend(autograd, other, twins, 2)
    for p, q in zip(params, twins, strict=True):
        assert array(p).tobytes() == array(q).tobytes()
        assert p.dtype is dtype


def test_parameters_without_gradient_stay() -> None:
    v, w = (autograd.ones(2, dtype=f8, requires_grad=True) for _ in range(2))
    optimizer = LBFGS([v, w])

    def closure() -> autograd.Tensor:
        optimizer.zero_grad()
        loss = ((v - 3) ** 2).sum()
        loss.backward()
        return loss

    version = v._version
    assert optimizer.step(closure).item() == 8
    assert v._version > version
    np.testing.assert_allclose(array(v), [3, 3])
    assert w.tolist() == [1, 1]
    assert optimizer.step(closure).item() < 1e-12


def test_no_iterations_change_nothing() -> None:
    w = autograd.tensor([-1.2, 1.0], requires_grad=True)
    optimizer = LBFGS([w], max_iter=0)
    assert descend(autograd, optimizer, [w], 2)[0] == pytest.approx(6.776)
    assert w.tolist() == autograd.tensor([-1.2, 1.0]).tolist()
    assert optimizer.state[w]["n_iter"] == 0


def test_refusals() -> None:
    w = autograd.zeros(2, requires_grad=True)
    with pytest.raises(ValueError, match="Invalid learning rate: -1"):
        LBFGS([w], lr=-1)
    with pytest.raises(ValueError, match="LBFGS doesn't support per-parameter options"):
        LBFGS([{"params": [w]}, {"params": [autograd.ones(1)]}])
    with pytest.raises(TypeError, match="missing its argument 'closure'; expected a function"):
        LBFGS([w]).step()
    optimizer = LBFGS([w], line_search_fn="armijo")
    with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported, but line_search_fn is 'armijo'"):
        descend(autograd, optimizer, [w], 1)
