"""`backward`, `autograd.grad`, hooks and the flags of a tensor, with PyTorch's names and meanings."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


# ---------------------------------------------------------------------------------------------------------------------
# backward(gradient, retain_graph, create_graph, inputs)
# ---------------------------------------------------------------------------------------------------------------------


def test_gradient_argument_weights_the_outputs() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    (x * x).backward(gradient=constant([[1.0, 0.0], [0.5, -1.0]]))
    assert x.grad.tolist() == [[2.0, 0.0], [3.0, -8.0]]


def test_gradient_of_the_wrong_shape_is_refused() -> None:
    x = leaf([1.0, 2.0, 3.0])
    with pytest.raises(RuntimeError, match=r"(?s)shape.*(2.*3|3.*2)"):
        (x * x).backward(constant([1.0, 2.0]))
    assert x.grad is None


def test_retain_graph() -> None:
    x = leaf(2.0)
    y = autograd.exp(x)
    for _ in range(3):
        y.backward(retain_graph=True)
    assert x.grad.item() == pytest.approx(3 * np.exp(2.0), rel=1e-15)


def test_a_shared_part_that_was_freed_raises_and_changes_nothing() -> None:
    x = leaf(2.0)
    shared = autograd.exp(x)
    first, second = shared * 2, shared * 3
    first.backward()
    before = x.grad.item()
    with pytest.raises(RuntimeError, match="second time"):
        second.backward()
    assert x.grad.item() == before


def test_create_graph_makes_gradients_that_can_be_differentiated() -> None:
    x = leaf(2.0)
    (grad,) = autograd.grad(x**3, x, create_graph=True)
    assert grad.requires_grad
    (second,) = autograd.grad(grad, x, create_graph=True)
    (third,) = autograd.grad(second, x)
    assert [grad.item(), second.item(), third.item()] == [12.0, 12.0, 6.0]
    assert not third.requires_grad


def test_create_graph_retains_the_graph() -> None:
    x = leaf(2.0)
    y = x**3
    autograd.grad(y, x, create_graph=True)
    y.backward()
    assert x.grad.item() == 12.0


def test_backward_with_create_graph_retains_the_graph() -> None:
    x = leaf(2.0)
    y = x**3
    y.backward(create_graph=True)
    x.grad = None  # a recorded gradient refers to x: let go of it
    y.backward()
    assert x.grad.item() == 12.0


def test_without_create_graph_gradients_have_no_history() -> None:
    x = leaf([1.0, 2.0])
    (x**3).sum().backward()
    assert not x.grad.requires_grad
    assert x.grad.grad_fn is None
    (grad,) = autograd.grad((x**3).sum(), x)
    assert not grad.requires_grad


def test_inputs_confine_backward_to_some_leaves() -> None:
    x, y, z = leaf(2.0), leaf(3.0), leaf(5.0)
    (x * y * z).backward(inputs=[x, z])
    assert x.grad.item() == 15.0
    assert y.grad is None
    assert z.grad.item() == 6.0


def test_inputs_accumulate() -> None:
    x = leaf(2.0)
    x.grad = constant(100.0)
    (x * x).backward(inputs=[x])
    assert x.grad.item() == 104.0


def test_backward_from_a_leaf() -> None:
    x = leaf(2.0)
    x.backward()
    x.backward(constant(5.0))
    assert x.grad.item() == 6.0


# ---------------------------------------------------------------------------------------------------------------------
# autograd.grad
# ---------------------------------------------------------------------------------------------------------------------


def test_grad_returns_a_tuple_and_leaves_grad_alone() -> None:
    x, y = leaf(2.0), leaf(3.0)
    grads = autograd.grad(x * x * y, [x, y])
    assert isinstance(grads, tuple)
    assert [grad.item() for grad in grads] == [12.0, 4.0]
    assert x.grad is None
    assert y.grad is None


def test_grad_of_an_intermediate() -> None:
    x = leaf(2.0)
    y = x * x
    z = y * y * x
    dz_dy, dz_dx = autograd.grad(z, (y, x))
    assert dz_dy.item() == 16.0
    assert dz_dx.item() == 16.0 + 16.0 * 4.0


def test_grad_of_several_outputs_with_weights() -> None:
    x = leaf([1.0, 2.0])
    a, b = x * x, x * 3
    (grad,) = autograd.grad([a, b.sum()], x, grad_outputs=[constant([1.0, 10.0]), None])
    assert grad.tolist() == [5.0, 43.0]


def test_grad_of_an_output_with_respect_to_itself() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    (grad,) = autograd.grad(y, y, grad_outputs=constant([5.0, 7.0]))
    assert grad.tolist() == [5.0, 7.0]


def test_grad_says_which_input_was_not_used() -> None:
    x, unused = leaf(2.0), leaf(3.0)
    y = x * x
    with pytest.raises(RuntimeError, match="allow_unused"):
        autograd.grad(y, [x, unused], retain_graph=True)
    assert autograd.grad(y, [x, unused], allow_unused=True, retain_graph=True)[1] is None
    used, zeros = autograd.grad(y, [x, unused], allow_unused=True, materialize_grads=True)
    assert used.item() == 4.0
    assert zeros.item() == 0.0


def test_grad_frees_the_graph_unless_told_otherwise() -> None:
    x = leaf(2.0)
    y = x * x
    autograd.grad(y, x)
    with pytest.raises(RuntimeError, match="second time"):
        autograd.grad(y, x)


def test_grad_refuses_an_input_that_needs_no_gradient() -> None:
    x, fixed = leaf(2.0), constant(3.0)
    with pytest.raises(RuntimeError, match="require"):
        autograd.grad(x * fixed, fixed)


def test_the_same_input_twice() -> None:
    x = leaf(2.0)
    first, second = autograd.grad(x * x, [x, x])
    assert first.item() == second.item() == 4.0


# ---------------------------------------------------------------------------------------------------------------------
# Hooks and retain_grad
# ---------------------------------------------------------------------------------------------------------------------


def test_a_hook_sees_the_gradient_and_may_replace_it() -> None:
    x = leaf(2.0)
    y = x * 3
    seen = []
    y.register_hook(lambda grad: seen.append(grad.item()))
    y.register_hook(lambda grad: grad * 10)
    y.register_hook(lambda grad: seen.append(grad.item()))
    (y * y).backward()
    assert seen == [12.0, 120.0]
    assert x.grad.item() == 360.0


def test_a_removed_hook_is_not_called() -> None:
    x = leaf(2.0)
    calls = []
    handle = x.register_hook(lambda grad: calls.append("removed"))
    x.register_hook(lambda grad: calls.append("kept"))
    handle.remove()
    handle.remove()  # twice does no harm
    (x * x).backward()
    assert calls == ["kept"]


def test_a_hook_on_a_leaf_runs_once_a_pass_on_the_sum() -> None:
    x = leaf(2.0)
    seen = []
    x.register_hook(lambda grad: seen.append(grad.item()))
    for _ in range(2):
        (x * 3 + x * 4 + x * x).backward()
    assert seen == [11.0, 11.0]
    assert x.grad.item() == 22.0


def test_a_hook_on_a_leaf_may_replace_what_is_accumulated() -> None:
    x = leaf(2.0)
    x.register_hook(lambda grad: grad.clamp(-1.0, 1.0))
    (x * 100).backward()
    (x * 100).backward()
    assert x.grad.item() == 2.0


def test_hooks_run_for_grad_as_well() -> None:
    x = leaf(2.0)
    y = x * x
    y.register_hook(lambda grad: grad * 5)
    x.register_hook(lambda grad: grad + 1)
    assert autograd.grad(y, x)[0].item() == 21.0


def test_a_hook_that_keeps_its_gradient_keeps_it_unchanged() -> None:
    x = leaf([1.0, 2.0])
    kept = []
    x.register_hook(kept.append)
    (x * 3).sum().backward()
    (x * 4).sum().backward()
    assert [grad.tolist() for grad in kept] == [[3.0, 3.0], [4.0, 4.0]]
    assert x.grad.tolist() == [7.0, 7.0]
    assert not np.shares_memory(kept[0].numpy(), x.grad.numpy())


def test_hooks_need_a_tensor_with_a_gradient() -> None:
    with pytest.raises(RuntimeError, match="grad"):
        constant(2.0).register_hook(lambda grad: None)


def test_an_error_in_a_hook_leaves_modes_and_gradients_as_they_were() -> None:
    x = leaf([1.0, 2.0])
    y = x * x

    def refuse(grad: autograd.Tensor) -> None:
        raise ValueError("refused by the hook")

    handle = y.register_hook(refuse)
    with pytest.raises(ValueError, match="refused by the hook"):
        y.sum().backward(retain_graph=True)
    assert x.grad is None
    assert autograd.is_grad_enabled()
    handle.remove()
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_inside_a_hook_nothing_is_recorded_unless_create_graph() -> None:
    x = leaf(2.0)
    y = x * x
    enabled = []
    y.register_hook(lambda grad: enabled.append(autograd.is_grad_enabled()))
    y.backward(retain_graph=True)
    autograd.grad(y, x, create_graph=True)
    assert enabled == [False, True]


def test_retain_grad_keeps_the_gradient_of_an_intermediate() -> None:
    x = leaf(2.0)
    y = x * x
    y.retain_grad()
    y.retain_grad()  # twice does no harm
    assert y.retains_grad
    assert not (x * 1).retains_grad
    (y * 5).backward(retain_graph=True)
    assert y.grad.item() == 5.0
    assert x.grad.item() == 20.0


def test_retained_gradients_accumulate() -> None:
    x = leaf(2.0)
    y = x * x
    y.retain_grad()
    (y * 5).backward(retain_graph=True)
    (y * 2).backward()
    assert y.grad.item() == 7.0


def test_retain_grad_sees_what_hooks_made_of_the_gradient() -> None:
    x = leaf(2.0)
    y = x * x
    y.retain_grad()
    y.register_hook(lambda grad: grad * 10)
    y.backward()
    assert y.grad.item() == 10.0


def test_retain_grad_on_a_leaf_changes_nothing() -> None:
    x = leaf(2.0)
    x.retain_grad()
    (x * x).backward()
    assert x.grad.item() == 4.0
    assert not x.retains_grad


def test_retain_grad_needs_a_gradient() -> None:
    with pytest.raises(RuntimeError, match="requires_grad"):
        constant(2.0).retain_grad()


def test_retain_grad_on_one_of_several_outputs() -> None:
    x = leaf([1.0, 2.0, 3.0])
    first, second, third = x.unbind()
    second.retain_grad()
    (first * 2 + second * 5).backward()
    assert second.grad.item() == 5.0
    assert first.retains_grad is third.retains_grad is False


def test_post_accumulate_hooks_run_after_grad_is_there() -> None:
    x = leaf(2.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda tensor: seen.append(tensor.grad.item()))
    (x * x).backward()
    (x * x).backward()
    assert seen == [4.0, 8.0]


# ---------------------------------------------------------------------------------------------------------------------
# detach, requires_grad_, is_leaf
# ---------------------------------------------------------------------------------------------------------------------


def test_detach_cuts_the_graph_and_shares_memory() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    cut = y.detach()
    assert not cut.requires_grad
    assert cut.grad_fn is None
    assert cut.is_leaf
    (cut * x).sum().backward()
    assert x.grad.tolist() == [1.0, 4.0]
    cut[0] = 50.0
    assert y.tolist() == [50.0, 4.0]


def test_is_leaf() -> None:
    x, fixed = leaf(2.0), constant(3.0)
    assert x.is_leaf
    assert fixed.is_leaf
    assert (fixed * fixed).is_leaf, "what needs no gradient is a leaf by convention"
    assert not (x * fixed).is_leaf
    assert (x * fixed).requires_grad


def test_requires_grad_in_place() -> None:
    x = constant([1.0, 2.0])
    assert x.requires_grad_() is x
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]
    x.requires_grad_(False)
    assert not (x * x).requires_grad
    x.requires_grad = True
    assert (x * x).requires_grad


@pytest.mark.parametrize("freeze", [lambda x: x.requires_grad_(False), lambda x: x.detach_()])
def test_a_leaf_frozen_after_the_forward_pass_gets_no_gradient(freeze: Callable[[Any], Any]) -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    loss = (x * w).sum()
    freeze(x)
    loss.backward()
    assert x.grad is None
    assert w.grad.tolist() == [1.0, 2.0]


def test_requires_grad_of_a_result_cannot_be_switched_off() -> None:
    y = leaf(2.0) * 3
    with pytest.raises(RuntimeError, match="detach"):
        y.requires_grad_(False)
    with pytest.raises(RuntimeError, match="detach"):
        y.requires_grad = False
    assert y.requires_grad_(True) is y


@pytest.mark.parametrize("dtype", ["int64", "int32", "bool"])
def test_only_floating_point_tensors_can_require_a_gradient(dtype: str) -> None:
    with pytest.raises(RuntimeError, match="loating"):
        autograd.tensor([1, 0], dtype=getattr(autograd, dtype)).requires_grad_()
    with pytest.raises(RuntimeError, match="loating"):
        autograd.tensor([1, 0], dtype=getattr(autograd, dtype), requires_grad=True)
    with pytest.raises(RuntimeError, match="loating"):
        autograd.zeros(2, dtype=getattr(autograd, dtype), requires_grad=True)


def test_a_constant_switched_on_after_its_use_gets_no_gradient_from_before() -> None:
    x, late = leaf(2.0), constant(3.0)
    y = x * late
    late.requires_grad_()
    y.backward()
    assert x.grad.item() == 3.0
    assert late.grad is None


def test_grad_can_be_assigned_and_deleted() -> None:
    x = leaf([1.0, 2.0])
    x.grad = constant([5.0, 6.0])
    (x * x).sum().backward()
    assert x.grad.tolist() == [7.0, 10.0]
    x.grad = None
    assert x.grad is None
    (x * x).sum().backward()
    del x.grad
    assert x.grad is None


@pytest.mark.parametrize(
    "wrong",
    [lambda: constant([1.0, 2.0, 3.0]), lambda: autograd.tensor([1.0, 2.0], dtype=autograd.float32)],
    ids=["shape", "dtype"],
)
def test_a_grad_that_does_not_fit_is_refused(wrong: Any) -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError):
        x.grad = wrong()
    with pytest.raises(TypeError):
        x.grad = [1.0, 2.0]
    assert x.grad is None


def test_clone_is_differentiable_and_has_memory_of_its_own() -> None:
    x = leaf([1.0, 2.0])
    y = x.clone()
    y[0] = 50.0
    assert x.tolist() == [1.0, 2.0]
    (y * y).sum().backward()
    assert x.grad.tolist() == [0.0, 4.0]


def test_gradient_dtype_is_the_leafs_dtype() -> None:
    x = autograd.tensor([1.0, 2.0], dtype=autograd.float32, requires_grad=True)
    y = leaf([3.0, 4.0])
    (x * y).sum().backward()
    assert x.grad.dtype is autograd.float32
    assert y.grad.dtype is autograd.float64
