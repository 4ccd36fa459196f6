"""Backward inside backward, and backward in several threads at once: the numbers of one quiet pass.

Values are small integers, so every sum is exact and no order of arrival can excuse a difference.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
import nn


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


# ---------------------------------------------------------------------------------------------------------------------
# Threads
# ---------------------------------------------------------------------------------------------------------------------

THREADS = 8


@pytest.fixture
def hasty() -> Iterator[None]:
    """Switch threads as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(work: Callable[[int], Any]) -> list[Any]:
    """Run ``work(0) ... work(7)`` in eight threads that start at once; return their results in order."""
    results: list[Any] = [None] * THREADS
    errors: list[BaseException] = []
    start = threading.Barrier(THREADS)

    def target(number: int) -> None:
        try:
            start.wait()
            results[number] = work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=target, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def integers(seed: int, *shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(-3, 4, shape).astype(np.float64)


def model() -> nn.Sequential:
    net = nn.Sequential(nn.Linear(4, 5, dtype=autograd.float64), nn.ReLU(), nn.Linear(5, 3, dtype=autograd.float64))
    with autograd.no_grad():
        for number, parameter in enumerate(net.parameters()):
            parameter.copy_(constant(integers(number, *parameter.shape).tolist()))
    return net


def one_share(net: nn.Module, number: int) -> None:
    """Twenty passes on this thread's own data, all into the model's one set of gradients."""
    for repeat in range(20):
        x = autograd.from_numpy(integers(100 * number + repeat, 6, 4))
        (net(x) ** 2).sum().backward()


@pytest.mark.usefixtures("hasty")
def test_threads_share_a_model() -> None:
    alone, shared = model(), model()
    for number in range(THREADS):
        one_share(alone, number)
    together(lambda number: one_share(shared, number))
    for expected, got in zip(alone.parameters(), shared.parameters(), strict=True):
        assert got.grad.tolist() == expected.grad.tolist()


@pytest.mark.usefixtures("hasty")
def test_threads_accumulate_into_one_leaf_without_loss() -> None:
    x = leaf([1.0, 2.0])
    per_thread = 300

    def work(number: int) -> None:
        for _ in range(per_thread):
            (x * (number + 1.0)).sum().backward()

    together(work)
    assert x.grad.tolist() == [per_thread * 36.0] * 2


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("size", [1, 300_000], ids=["small", "large enough for NumPy to let other threads run"])
def test_threads_race_for_the_first_gradient_and_for_every_other(size: int) -> None:
    for _ in range(20):
        x = leaf(np.ones(size))

        def work(number: int, x: autograd.Tensor = x) -> None:
            for _ in range(2):
                (x * (number + 1.0)).sum().backward()

        together(work)
        assert (x.grad == 2 * 36.0).all()


@pytest.mark.usefixtures("hasty")
def test_threads_share_a_retained_encoder() -> None:
    """Eight heads on one recorded encoder: each thread's pass walks the encoder's nodes at the same time."""
    net = model()
    x = autograd.from_numpy(integers(7, 6, 4))

    def head_loss(code: autograd.Tensor, number: int) -> autograd.Tensor:
        return (code * float(number + 1)).sum() + (code * code).sum()

    code = net(x)
    for number in range(THREADS):
        head_loss(code, number).backward(retain_graph=True)
    expected = [parameter.grad.tolist() for parameter in net.parameters()]

    for _ in range(10):
        for parameter in net.parameters():
            parameter.grad = None
        together(lambda number: head_loss(code, number).backward(retain_graph=True))
        assert [parameter.grad.tolist() for parameter in net.parameters()] == expected


@pytest.mark.usefixtures("hasty")
def test_grad_in_threads_returns_each_its_own() -> None:
    net = model()
    code = net(autograd.from_numpy(integers(7, 6, 4)))
    parameters = list(net.parameters())

    def gradients(number: int) -> list[Any]:
        loss = (code * float(number + 1)).sum()
        return [grad.tolist() for grad in autograd.grad(loss, parameters, retain_graph=True)]

    expected = [gradients(number) for number in range(THREADS)]
    for _ in range(10):
        assert together(gradients) == expected
    assert all(parameter.grad is None for parameter in parameters)


@pytest.mark.usefixtures("hasty")
def test_hooks_and_retained_gradients_in_threads() -> None:
    """Each thread's hook sees the complete gradient of its own pass, never a mixture."""
    x = leaf([1.0, 2.0])
    shared = x * 2.0
    seen: list[tuple[float, ...]] = []
    shared.register_hook(lambda grad: seen.append(tuple(grad.tolist())))
    x.register_hook(lambda grad: seen.append(tuple(grad.tolist())))

    def work(number: int) -> None:
        factor = float(number + 1)
        for _ in range(20):
            (shared * factor + shared * 10.0).sum().backward(retain_graph=True)

    together(work)
    expected = [(factor + 10.0,) * 2 for factor in range(1, 9)] + [((factor + 10.0) * 2,) * 2 for factor in range(1, 9)]
    assert sorted(seen) == sorted(expected * 20)
    assert x.grad.tolist() == [20 * 2 * (36.0 + 80.0)] * 2


@pytest.mark.usefixtures("hasty")
def test_graphs_handed_from_thread_to_thread() -> None:
    """Forward in one thread, backward in another."""
    leaves = [leaf([1.0, 2.0]) for _ in range(THREADS)]
    losses = together(lambda number: (leaves[number] ** 2 * (number + 1.0)).sum())
    together(lambda number: losses[(number + 3) % THREADS].backward())
    assert [x.grad.tolist() for x in leaves] == [[2.0 * n, 4.0 * n] for n in range(1, 9)]


@pytest.mark.usefixtures("hasty")
def test_edits_in_threads_are_noticed_by_the_right_graphs() -> None:
    """Every thread edits a saved value of every second of its graphs: those raise, the others do not."""

    def work(number: int) -> list[bool]:
        refused = []
        for repeat in range(40):
            x = leaf([1.0, 2.0])
            y = x * 1.0
            z = y * y
            if repeat % 2:
                y += 1.0
            try:
                z.sum().backward()
                refused.append(False)
            except RuntimeError:
                refused.append(True)
        return refused

    assert together(work) == [[False, True] * 20] * THREADS
