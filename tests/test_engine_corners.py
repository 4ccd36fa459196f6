"""Corners of the engine: edited masks and indices, Functions that hand their input through, outputs saved by their own
node, what hooks may return."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Function, Tensor, tensor


def leaf(values: Any, dtype: Any = autograd.float64) -> Tensor:
    return tensor(values, dtype=dtype, requires_grad=True)


# --------------------------------------------------------------- masks and indices edited between forward and backward


def where_in_a_loop(x: Tensor) -> Tensor:
    mask = tensor([True, False, True])
    h = x
    for step in range(3):
        h = autograd.where(mask, h * 2, h)
        mask[step] = False
    return h


def index_read(x: Tensor) -> Tensor:
    i = tensor([0, 1])
    y = x[i]
    i += 1
    return y


def index_written(x: Tensor) -> Tensor:
    y, i = x * 1, tensor([0, 1])
    y[i] = 0.0
    i.fill_(2)
    return y


def mask_read(x: Tensor) -> Tensor:
    mask = tensor([True, False, True])
    y = x[mask]
    mask.fill_(True)
    return y


def mask_filled(x: Tensor) -> Tensor:
    mask = tensor([True, False, True])
    y = x.masked_fill(mask, 0.0)
    mask.fill_(False)
    return y


def indices_returned(x: Tensor) -> Tensor:
    values, indices = (x * 1).max(0)
    indices.fill_(0)
    return values


@pytest.mark.parametrize(
    "program", [where_in_a_loop, index_read, index_written, mask_read, mask_filled, indices_returned]
)
def test_an_edited_mask_or_index_is_refused(program: Callable[[Tensor], Tensor]) -> None:
    x = leaf([1.0, 3.0, 2.0])
    y = program(x)
    with pytest.raises(RuntimeError, match=r"the (condition|index) of .* at version \d"):
        y.sum().backward()
    assert x.grad is None


def test_an_edit_of_a_mask_that_no_gradient_needs_does_no_harm() -> None:
    mask = tensor([True, False])
    y = autograd.where(mask, tensor([1.0, 2.0]), tensor([3.0, 4.0]))
    mask.fill_(False)
    assert y.tolist() == [1.0, 4.0]


# --------------------------------------------------------------------------- Functions that return what they are given


class Itself(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad * 10


class ViewOfItself(Itself):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)


@pytest.mark.parametrize("function", [Itself, ViewOfItself])
def test_an_output_on_its_inputs_memory_cannot_be_edited(function: type[Function]) -> None:
    a = leaf([1.0, 2.0])
    x = a * 1
    y = function.apply(x)
    for edit in (lambda: y.mul_(3), lambda: x.mul_(3), lambda: y.__setitem__(0, 5.0)):
        with pytest.raises(RuntimeError, match=r"Function|custom|view"):
            edit()
    assert x.tolist() == [1.0, 2.0]
    (y * y).sum().backward()
    assert a.grad.tolist() == [20.0, 40.0]


def test_the_input_may_be_edited_once_the_output_is_gone() -> None:
    a = leaf([1.0, 2.0])
    x = a * 1
    Itself.apply(x)
    x.mul_(3)
    x.sum().backward()
    assert a.grad.tolist() == [3.0, 3.0]


def test_a_leaf_handed_through_cannot_be_edited_behind_its_back() -> None:
    a = leaf([1.0, 2.0])
    y = Itself.apply(a)
    with pytest.raises(RuntimeError):
        y.mul_(3)
    assert a.tolist() == [1.0, 2.0]


def test_an_unrecorded_call_returns_a_tensor_of_its_own() -> None:
    a = leaf([1.0, 2.0])
    with autograd.no_grad():
        y = Itself.apply(a)
    assert y is not a
    assert not y.requires_grad
    assert np.shares_memory(y.numpy(), a.detach().numpy())


# ------------------------------------------------------------------------------------- outputs saved by their own node


class CubeAndDouble(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        cube, double = x**3, 2 * x
        ctx.save_for_backward(x, cube)
        return cube, double

    @staticmethod
    def backward(ctx: Any, g_cube: Tensor, g_double: Tensor) -> Tensor:
        x, cube = ctx.saved_tensors
        return g_cube * 3 * cube / x + g_double * 2


def test_a_gradient_by_one_of_several_outputs_takes_the_way_through_its_saved_value() -> None:
    """g = b · 3 a / x + 2 a with a = x³, b = 2x: by a (x fixed) it is 3 b / x + 2 = 8."""
    x = leaf([1.0, 2.0])
    a, b = CubeAndDouble.apply(x)
    (g,) = autograd.grad((a * b).sum(), x, create_graph=True)
    assert g.tolist() == [8.0, 64.0]
    by_a, by_b = autograd.grad(g.sum(), [a, b], retain_graph=True)
    assert by_a.tolist() == [8.0, 8.0]
    assert by_b.tolist() == [3.0, 12.0]
    assert autograd.grad(g.sum(), x)[0].tolist() == [24.0, 96.0]  # (2 x⁴)'' = 24 x²


# ------------------------------------------------------------------------------------------------ asking for gradients


def test_an_input_named_twice_counts_once() -> None:
    x = leaf([1.0, 2.0])
    (2 * x).sum().backward(inputs=[x, x])
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_retained_gradient_asked_for_as_well_counts_once() -> None:
    x = leaf([1.0, 2.0])
    y = 2 * x
    y.retain_grad()
    (y * y).sum().backward(inputs=[y, x])
    assert y.grad.tolist() == [4.0, 8.0]
    assert x.grad.tolist() == [8.0, 16.0]


def test_gradient_penalties_are_spelled_as_in_torch() -> None:
    x = leaf([1.0, 2.0])
    (g,) = autograd.grad(
        outputs=(x**3).sum(), inputs=x, grad_outputs=None, create_graph=True, retain_graph=True, only_inputs=True
    )
    ((g.pow(2).sum().sqrt() - 1) ** 2).backward()
    norm = math.hypot(3.0, 12.0)
    np.testing.assert_allclose(
        x.grad.numpy(), [2 * (norm - 1) * 3 * 6 / norm, 2 * (norm - 1) * 12 * 12 / norm], rtol=1e-14
    )
    with pytest.raises(NotImplementedError, match="only_inputs=False"):
        autograd.grad((x * x).sum(), x, only_inputs=False)


def batches(library: Any) -> list[Any]:
    """Gradients by batches of gradients, in either library."""
    x = library.tensor([1.0, 2.0], requires_grad=True)
    w = library.ones(1, requires_grad=True)
    y, z, unit = x * x, x.sum(), library.eye(2)
    options = {"is_grads_batched": True, "retain_graph": True}
    of = library.autograd.grad
    recorded = of(y, x, unit, is_grads_batched=True, create_graph=True)[0]
    found = [
        of(y, x, unit, **options),
        of((y, z), x, (unit, library.ones(2)), **options),
        of(y, (x, w), unit, allow_unused=True, **options),
        of(y, (x, w), unit, materialize_grads=True, **options),
        of(recorded.sum(), x, retain_graph=True),
    ]
    of(y, x, unit, is_grads_batched=True)
    with pytest.raises(RuntimeError, match="second time"):
        of(y, x, unit, is_grads_batched=True)
    return [[None if g is None else g.tolist() for g in row] for row in found]


def test_gradients_by_batches() -> None:
    assert batches(autograd) == [
        [[[2.0, 0.0], [0.0, 4.0]]],
        [[[3.0, 1.0], [1.0, 5.0]]],
        [[[2.0, 0.0], [0.0, 4.0]], None],
        [[[2.0, 0.0], [0.0, 4.0]], [0.0]],
        [[2.0, 2.0]],
    ]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning", "ignore::UserWarning")
def test_gradients_by_batches_are_torchs() -> None:
    assert batches(pytest.importorskip("torch")) == batches(autograd)


def test_bad_batches() -> None:
    x = leaf([1.0, 2.0])
    y, z = x * x, x.sum()
    for wrong in (None, autograd.ones(2), autograd.ones(2, 3), autograd.tensor(1.0)):
        with pytest.raises(RuntimeError, match="we interpret the first dimension of each grad_output as the batch"):
            autograd.grad(y, x, wrong, is_grads_batched=True)
    with pytest.raises(ValueError, match="Expected all tensors to have the same size in the mapped dimension"):
        autograd.grad((y, z), x, (autograd.eye(2), autograd.ones(3)), is_grads_batched=True)
    with pytest.raises(ValueError, match=r"batches of sizes \[0\]"):
        autograd.grad(y, x, autograd.ones(0, 2), is_grads_batched=True)


def test_a_hook_may_not_change_the_dtype() -> None:
    x = leaf([1.0], autograd.float32)
    y = x * 2
    y.register_hook(lambda grad: grad.double())
    with pytest.raises(RuntimeError, match=r"changed the type of value.*float32"):
        y.sum().backward()
    assert x.grad is None


def test_data_of_another_shape_and_an_old_gradient() -> None:
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    x.data = tensor([1.0, 2.0, 3.0], dtype=autograd.float64)
    with pytest.raises(RuntimeError, match=r"\(3,\).*\(2,\).*x\.grad = None"):
        (x * x).sum().backward()
    x.grad = None
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0, 6.0]


# ------------------------------------------------------------------------------------------------------ special values


def test_a_nan_is_not_hidden_by_relu() -> None:
    x = leaf([math.nan, 0.0, -1.0, 1.0])
    autograd.relu(x).sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 0.0, 1.0]


def test_zero_to_a_power() -> None:
    p = leaf([-1.0, 0.0, 2.0])
    (tensor([0.0, 0.0, 0.0], dtype=autograd.float64) ** p).sum().backward()
    assert p.grad.tolist() == [-math.inf, 0.0, 0.0]


@pytest.mark.parametrize("flag", [True, False])
def test_bools_count_as_numbers_in_second_derivatives(flag: bool) -> None:
    x = leaf([1.0, 2.0])
    (g,) = autograd.grad((x * x * flag + x * True).sum(), x, create_graph=True)
    assert g.tolist() == [2.0 * flag * v + 1 for v in (1.0, 2.0)]
    (h,) = autograd.grad(g.sum(), x)
    assert h.tolist() == [2.0 * flag] * 2


def test_an_expansion_that_repeats_nothing_may_be_edited() -> None:
    y = autograd.ones(2, 3).expand(2, 3)
    y += 1
    z = autograd.ones(2, 1).expand(2, 3)[:, :1]
    z += 1
    assert y.tolist() == [[2.0] * 3] * 2
    assert z.tolist() == [[2.0]] * 2
    with pytest.raises(RuntimeError, match="single memory location"):
        autograd.ones(2, 1).expand(2, 3).add_(1)
