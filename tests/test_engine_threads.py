"""Eight threads, two hundred backward passes each: separate graphs, one model, one retained encoder, passes in passes;
modes, hooks, edits and errors mixed among the threads.

Values are small integers in float64, so that every sum is exact.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import graph, modes

THREADS, PASSES = 8, 200


@pytest.fixture(autouse=True)
def _hasty() -> Iterator[None]:
    """Switch threads as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0) ... work(7)` in eight threads that start at once; return their results in order."""
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


def leaf(values: Any) -> autograd.Tensor:
    return autograd.tensor(values, dtype=autograd.float64, requires_grad=True)


def integers(seed: int, *shape: int) -> autograd.Tensor:
    return autograd.from_numpy(np.random.default_rng(seed).integers(-3, 4, shape).astype(np.float64))


def network() -> nn.Sequential:
    net = nn.Sequential(nn.Linear(4, 5, dtype=autograd.float64), nn.ReLU(), nn.Linear(5, 3, dtype=autograd.float64))
    with autograd.no_grad():
        for number, parameter in enumerate(net.parameters()):
            parameter.copy_(integers(number, *parameter.shape))
    return net


# --------------------------------------------------------------------------------------------------- many passes


def test_separate_graphs() -> None:
    def work(number: int) -> list[Any]:
        found = []
        for i in range(PASSES):
            x = leaf([1.0 + i, number])
            y = x * x + x
            (y * y.relu()).sum().backward()
            found.append(x.grad.tolist())
        return found

    expected = [
        [[2 * v * (v * v + v) * 2 + (v * v + v) * 2 for v in (1.0 + i, float(n))] for i in range(PASSES)]
        for n in range(THREADS)
    ]
    assert together(work) == expected


def test_one_model() -> None:
    def passes(net: nn.Module, number: int) -> None:
        for i in range(PASSES):
            (net(integers(1000 * number + i, 6, 4)) ** 2).sum().backward()

    alone, shared = network(), network()
    for number in range(THREADS):
        passes(alone, number)
    together(lambda number: passes(shared, number))
    for expected, found in zip(alone.parameters(), shared.parameters(), strict=True):
        assert found.grad.tolist() == expected.grad.tolist()


def test_one_retained_encoder() -> None:
    """By `backward` and by `grad`, the whole of it and a part, all over the same nodes."""

    def passes(code: autograd.Tensor, parameters: list[Any], number: int) -> list[Any]:
        found = []
        for i in range(PASSES):
            loss = (code * float(number + 1)).sum() + (code * code).sum() * float(i % 3)
            if i % 2:
                loss.backward(retain_graph=True)
            else:
                wanted = parameters[i % 4 :]
                found.append([g.tolist() for g in autograd.grad(loss, wanted, retain_graph=True)])
        return found

    results = []
    for run in (lambda work: [work(number) for number in range(THREADS)], together):
        net = network()
        code, parameters = net(integers(7, 6, 4)), list(net.parameters())
        found = run(lambda number, code=code, parameters=parameters: passes(code, parameters, number))
        results.append((found, [p.grad.tolist() for p in parameters]))
    assert results[0] == results[1]


def test_second_derivatives_over_one_graph() -> None:
    x = leaf([1.0, 2.0, -1.0])
    y = (x * x * x).sum()

    def work(number: int) -> list[Any]:
        found = []
        for _ in range(PASSES // 4):
            (slope,) = autograd.grad(y, x, create_graph=True)
            (curvature,) = autograd.grad((slope * float(number)).sum(), x, retain_graph=True)
            found.append(curvature.tolist())
        return found

    assert together(work) == [[[6.0 * n, 12.0 * n, -6.0 * n]] * (PASSES // 4) for n in range(THREADS)]


# ------------------------------------------------------------------------------------------------ passes in passes


class Checkpoint(autograd.Function):
    """x³ by a pass within the pass."""

    @staticmethod
    def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx: Any, g: autograd.Tensor) -> autograd.Tensor:
        (x,) = ctx.saved_tensors
        again = x.detach().requires_grad_()
        with autograd.enable_grad():
            out = again * again * again
        out.backward(g)
        return again.grad


def test_passes_in_functions_and_hooks() -> None:
    """Each thread's pass begins others: in a Function's backward, in a tensor's hook, in hooks of a node."""
    shared = leaf([1.0, 2.0])
    base = shared * 2.0

    def work(number: int) -> list[Any]:
        found = []
        for _ in range(PASSES):
            y = Checkpoint.apply(base) * float(number + 1)
            inner: list[Any] = []
            z = base * base
            loss, side = y.sum(), z.sum()

            def look(*_: Any, inner: list[Any] = inner, side: Any = side) -> None:
                inner.append(autograd.grad(side, shared, retain_graph=True)[0].tolist())

            y.register_hook(look)
            y.grad_fn.register_prehook(look)
            y.grad_fn.register_hook(look)
            found.append((autograd.grad(loss, shared, retain_graph=True)[0].tolist(), inner))
        return found

    inner = [[8.0, 16.0]] * 3
    expected = [[([24.0 * (n + 1), 96.0 * (n + 1)], inner)] * PASSES for n in range(THREADS)]
    assert together(work) == expected


def test_hooks_on_shared_nodes_see_their_own_pass() -> None:
    x = leaf([1.0, 2.0])
    y = x * 3.0
    seen: list[Any] = []
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs[0].tolist(), outputs[0].tolist())))
    graph.register_multi_grad_hook([x, y], lambda gs: seen.append(tuple([g.tolist() for g in gs])))
    together(lambda n: [(y * float(n) + y).sum().backward(retain_graph=True) for _ in range(PASSES)])
    expected = [([3.0 * (n + 1)] * 2, [1.0 * (n + 1)] * 2) for n in range(THREADS)]
    assert sorted(seen) == sorted(expected * (2 * PASSES))
    assert x.grad.tolist() == [3.0 * PASSES * 36.0] * 2


# ------------------------------------------------------------------------------------------------------- modes


def noticed() -> tuple[Any, ...]:
    """What this thread's modes do to an operation: is it recorded, watched, checked, packed?"""
    x = leaf([1.0])
    y = x.exp()
    node = y.grad_fn
    if node is None:
        return (False,)
    seen = node.extra is not None and node.extra.seen is not None
    origin = node.extra is not None and node.extra.origin is not None
    return True, seen, origin, type(node.saved) is not tuple, autograd.is_anomaly_enabled(), autograd.is_grad_enabled()


#: Modes, and what an operation shows of them.
MODES: list[tuple[Callable[[], Any], tuple[Any, ...]]] = [
    (contextlib.nullcontext, (True, False, False, False, False, True)),
    (autograd.no_grad, (False,)),
    (lambda: autograd.set_grad_enabled(False), (False,)),
    (autograd.enable_grad, (True, False, False, False, False, True)),
    (autograd.inference_mode, (False,)),
    (autograd.watch, (True, True, False, False, False, True)),
    (autograd.detect_anomaly, (True, False, True, False, True, True)),
    (lambda: graph.saved_tensors_hooks(lambda t: t.detach(), lambda t: t), (True, False, False, True, False, True)),
    (graph.save_on_cpu, (True, False, False, True, False, True)),
]


def test_modes_stay_in_their_threads() -> None:
    def work(number: int) -> None:
        for i in range(PASSES):
            make, expected = MODES[(number + i) % len(MODES)]
            with make():
                assert noticed() == expected
                with contextlib.suppress(KeyError), autograd.no_grad():
                    assert noticed() == (False,)
                    raise KeyError
                assert noticed() == expected
            assert noticed() == MODES[0][1]

    together(work)
    assert modes.special == []


def test_forbidding_hooks_stays_in_its_thread() -> None:
    def work(number: int) -> int:
        refused = 0
        for _ in range(PASSES):
            with graph.disable_saved_tensors_hooks("not here") if number % 2 else contextlib.nullcontext():
                try:
                    with graph.save_on_cpu():
                        pass
                except RuntimeError:
                    refused += 1
        return refused

    assert together(work) == [0, PASSES] * (THREADS // 2)


def test_errors_and_anomalies_in_some_threads() -> None:
    """What goes wrong in one thread's pass disturbs neither its next pass nor the others', over one shared leaf."""
    x = leaf([1.0, 2.0])

    class Failing(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: autograd.Tensor) -> autograd.Tensor:
            raise KeyError

    def work(number: int) -> None:
        for i in range(PASSES):
            if number % 2 and i % 4 == 0:
                with pytest.raises(KeyError):
                    Failing.apply(x).sum().backward()
            elif number % 2 and i % 4 == 1:
                with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="nan"):
                    (x * float("nan")).sum().backward()
            else:
                (x * float(number)).sum().backward()

    together(work)
    total = sum(n * (PASSES // 2 if n % 2 else PASSES) for n in range(THREADS))
    assert x.grad.tolist() == [float(total)] * 2
    assert modes.special == []


def test_packed_values_in_threads() -> None:
    """Hooks of several threads on graphs over one leaf, unpacked in other threads."""
    x = leaf([1.0, 2.0])

    def build(number: int) -> list[Any]:
        with graph.saved_tensors_hooks(lambda t: (number, t.tolist()), lambda kept: leaf(kept[1]) * 1.0):
            return [(x * x * float(number)).sum() for _ in range(PASSES)]

    graphs = together(build)
    together(lambda number: [loss.backward() for loss in graphs[(number + 3) % THREADS]])
    assert x.grad.tolist() == [2.0 * PASSES * 28, 4.0 * PASSES * 28]


# --------------------------------------------------------------------------------------------- one leaf, one node


def test_accumulating_into_one_leaf_without_loss() -> None:
    x = leaf([1.0, 2.0])
    per_thread = 300

    def work(number: int) -> None:
        for _ in range(per_thread):
            (x * (number + 1.0)).sum().backward()

    together(work)
    assert x.grad.tolist() == [per_thread * 36.0] * 2


@pytest.mark.parametrize("size", [1, 300_000], ids=["small", "large enough for NumPy to let other threads run"])
def test_a_race_for_the_first_gradient_and_for_every_other(size: int) -> None:
    for _ in range(20):
        x = leaf(np.ones(size))

        def work(number: int, x: autograd.Tensor = x) -> None:
            for _ in range(2):
                (x * (number + 1.0)).sum().backward()

        together(work)
        assert (x.grad == 2 * 36.0).all()


def test_hooks_and_retained_gradients() -> None:
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


def test_graphs_handed_from_thread_to_thread() -> None:
    """Forward in one thread, backward in another."""
    leaves = [leaf([1.0, 2.0]) for _ in range(THREADS)]
    losses = together(lambda number: (leaves[number] ** 2 * (number + 1.0)).sum())
    together(lambda number: losses[(number + 3) % THREADS].backward())
    assert [x.grad.tolist() for x in leaves] == [[2.0 * n, 4.0 * n] for n in range(1, 9)]


def test_edits_are_noticed_by_the_right_graphs() -> None:
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
