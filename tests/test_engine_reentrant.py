"""Backward inside backward: the numbers of one quiet pass.

Values are small integers, so every sum is exact and no order of arrival can excuse a difference.
"""

from collections.abc import Callable
from typing import Any

import pytest

import autograd


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


# ---------------------------------------------------------------------------------------------------------------------
# Inside a hook
# ---------------------------------------------------------------------------------------------------------------------


def once(look: Callable[[], float], found: list[float]) -> Callable[[autograd.Tensor], None]:
    """Make a hook that calls `look` the first time only: the pass inside meets the hook as well."""
    calls = []

    def hook(grad: autograd.Tensor) -> None:
        calls.append(grad)
        if len(calls) == 1:
            found.append(look())

    return hook


def test_grad_inside_a_hook_over_the_same_graph() -> None:
    """The inner pass walks the very nodes that the outer pass is half through with."""
    x = leaf(3.0)
    y = x * x
    z = y * x  # x^3
    inner: list[float] = []
    y.register_hook(once(lambda: autograd.grad(z, x, retain_graph=True)[0].item(), inner))
    z.backward(retain_graph=True)
    assert inner == [27.0]
    assert x.grad.item() == 27.0


def test_grad_inside_a_hook_over_the_part_not_yet_visited() -> None:
    x = leaf(3.0)
    a = x * x
    b = a * a  # x^4
    inner: list[float] = []
    b.register_hook(once(lambda: autograd.grad(b, x, retain_graph=True)[0].item(), inner))
    a.register_hook(once(lambda: autograd.grad(a, x, retain_graph=True)[0].item(), inner))
    (b + a).backward()
    assert sorted(inner) == [6.0, 108.0]
    assert x.grad.item() == 108.0 + 6.0


def test_an_inner_pass_that_frees_what_the_outer_one_still_needs_is_an_error() -> None:
    x = leaf(3.0)
    a = x * x
    b = a * 2.0
    b.register_hook(once(lambda: autograd.grad(a, x)[0].item(), []))
    with pytest.raises(RuntimeError, match="second time"):
        b.backward()
    assert x.grad is None


def test_backward_inside_a_hook_accumulates_into_the_same_leaf() -> None:
    x = leaf(3.0)
    y = x * x
    other = x * 10.0
    y.register_hook(lambda grad: other.backward())
    (y + x).backward()
    assert x.grad.item() == 10.0 + 7.0


def test_backward_inside_a_leaf_hook() -> None:
    x, w = leaf(3.0), leaf(5.0)
    seen = []

    def run_another(grad: autograd.Tensor) -> None:
        seen.append(grad.item())
        with autograd.enable_grad():
            (w * w).backward()

    x.register_hook(run_another)
    (x * w).backward()
    assert seen == [5.0]
    assert x.grad.item() == 5.0
    assert w.grad.item() == 3.0 + 10.0


def test_graphs_built_inside_a_hook() -> None:
    x = leaf(3.0)
    norms = []

    def penalise(grad: autograd.Tensor) -> autograd.Tensor:
        with autograd.enable_grad():
            probe = grad.detach().requires_grad_()
            (slope,) = autograd.grad(probe**3, probe)
        norms.append(slope.item())
        return grad + slope

    (x * 1.0).register_hook(penalise)
    y = x * 2.0
    y.register_hook(penalise)
    (y * 2.0).backward()
    assert norms == [12.0]
    assert x.grad.item() == 28.0


# ---------------------------------------------------------------------------------------------------------------------
# Inside the backward of a Function: checkpointing
# ---------------------------------------------------------------------------------------------------------------------


class Checkpoint(autograd.Function):
    """Forget the activations of a block; run it again when its gradient is wanted."""

    @staticmethod
    def forward(ctx: Any, block: Callable[[Any], Any], x: autograd.Tensor) -> autograd.Tensor:
        ctx.block = block
        ctx.save_for_backward(x)
        with autograd.no_grad():
            return block(x)

    @staticmethod
    def backward(ctx: Any, grad: autograd.Tensor) -> tuple[None, autograd.Tensor]:
        (x,) = ctx.saved_tensors
        again = x.detach().requires_grad_()
        with autograd.enable_grad():
            out = ctx.block(again)
        out.backward(grad)
        return None, again.grad


def blocks() -> tuple[list[autograd.Tensor], list[Callable[[Any], Any]]]:
    weights = [leaf([[1.0, 2.0], [-1.0, 1.0]]), leaf([[2.0, 0.0], [1.0, -1.0]]), leaf([[1.0, 1.0], [3.0, -2.0]])]
    return weights, [lambda x, w=w: (x @ w) * x + x for w in weights]


def plain_gradients() -> list[list[float]]:
    weights, functions = blocks()
    x = leaf([1.0, 2.0])
    h = x
    for function in functions:
        h = function(h)
    (h * h).sum().backward()
    return [tensor.grad.tolist() for tensor in (x, *weights)]


def test_checkpointing_gives_the_same_gradients() -> None:
    weights, functions = blocks()
    x = leaf([1.0, 2.0])
    h = x
    for function in functions:
        h = Checkpoint.apply(function, h)
    (h * h).sum().backward()
    assert [tensor.grad.tolist() for tensor in (x, *weights)] == plain_gradients()


def test_checkpoints_within_a_checkpoint() -> None:
    weights, functions = blocks()
    x = leaf([1.0, 2.0])

    def all_of_it(h: autograd.Tensor) -> autograd.Tensor:
        for function in functions:
            h = Checkpoint.apply(function, h)
        return h

    h = Checkpoint.apply(all_of_it, x)
    (h * h).sum().backward()
    assert [tensor.grad.tolist() for tensor in (x, *weights)] == plain_gradients()


def test_the_same_block_checkpointed_and_used_plainly() -> None:
    """The weight gets gradients from the outer pass and from the inner one, into one `.grad`."""
    w = leaf([[1.0, 2.0], [-1.0, 1.0]])
    x = leaf([1.0, 2.0])
    block = lambda h: h @ w
    (Checkpoint.apply(block, x) + block(x)).sum().backward()
    assert w.grad.tolist() == [[2.0, 2.0], [4.0, 4.0]]
    assert x.grad.tolist() == [6.0, 0.0]


def test_a_backward_that_fails_inside_a_backward_leaves_the_thread_as_it_was() -> None:
    class Failing(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return x * 1.0

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            probe = leaf(1.0)
            with autograd.enable_grad():
                out = probe * probe
            out.backward()
            out.backward()  # the second time
            return grad

    x = leaf(1.0)
    with pytest.raises(RuntimeError, match="second time"):
        Failing.apply(x).backward()
    assert autograd.is_grad_enabled()
    assert x.grad is None
