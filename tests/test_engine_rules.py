"""The rules of the tape: what a node is, what it keeps alive, and how backward walks it.

Each test fails when its rule is broken. Other rules have files of their own: gradients, dtypes, in-place edits, memory,
threads and reentrance, higher order, user-defined functions, the NumPy protocols.
"""

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
# Rule 1: a class per operation; its instance is the tape node
# ---------------------------------------------------------------------------------------------------------------------

NAMES: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("AddBackward0", lambda x, y: x + y),
    ("AddBackward0", lambda x, y: 1 + x),
    ("SubBackward0", lambda x, y: x - y),
    ("MulBackward0", lambda x, y: x * y),
    ("DivBackward0", lambda x, y: x / y),
    ("NegBackward0", lambda x, y: -x),
    ("PowBackward0", lambda x, y: x**2),
    ("PowBackward1", lambda x, y: x**y),
    ("MmBackward0", lambda x, y: x @ y),
    ("MvBackward0", lambda x, y: x @ y[0].detach()),
    ("DotBackward0", lambda x, y: autograd.dot(x.detach()[0], x[0])),
    ("ExpBackward0", lambda x, y: autograd.exp(x)),
    ("LogBackward0", lambda x, y: autograd.log(x)),
    ("SqrtBackward0", lambda x, y: autograd.sqrt(x)),
    ("TanhBackward0", lambda x, y: autograd.tanh(x)),
    ("SigmoidBackward0", lambda x, y: autograd.sigmoid(x)),
    ("ReluBackward0", lambda x, y: autograd.relu(x)),
    ("AbsBackward0", lambda x, y: autograd.abs(x)),
    ("MaximumBackward0", lambda x, y: autograd.maximum(x, y)),
    ("MinimumBackward0", lambda x, y: autograd.minimum(x, y)),
    ("WhereBackward0", lambda x, y: autograd.where(x > y, x, y)),
    ("SumBackward0", lambda x, y: x.sum()),
    ("MeanBackward0", lambda x, y: x.mean()),
    ("SoftmaxBackward0", lambda x, y: x.softmax(0)),
    ("LogSoftmaxBackward0", lambda x, y: x.log_softmax(0)),
    ("LogsumexpBackward0", lambda x, y: x.logsumexp(0)),
    ("TransposeBackward0", lambda x, y: x.transpose(0, 1)),
    ("PermuteBackward0", lambda x, y: x.permute(1, 0)),
    ("UnsqueezeBackward0", lambda x, y: x.unsqueeze(0)),
    ("ExpandBackward0", lambda x, y: x.expand(3, 2, 2)),
    ("CatBackward0", lambda x, y: autograd.cat([x, y])),
    ("StackBackward0", lambda x, y: autograd.stack([x, y])),
]


@pytest.mark.parametrize(("name", "operation"), NAMES, ids=[f"{i}-{name}" for i, (name, _) in enumerate(NAMES)])
def test_a_node_is_named_as_in_torch(name: str, operation: Callable[[Any, Any], Any]) -> None:
    out = operation(leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[2.0, 1.0], [5.0, 2.0]]))
    assert out.grad_fn.name() == name


@pytest.mark.parametrize(("name", "operation"), NAMES, ids=[f"{i}-{name}" for i, (name, _) in enumerate(NAMES)])
def test_a_node_has_slots_and_no_dict(name: str, operation: Callable[[Any, Any], Any]) -> None:
    out = operation(leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[2.0, 1.0], [5.0, 2.0]]))
    assert not hasattr(out.grad_fn, "__dict__")


def test_every_rule_class_declares_slots() -> None:
    """One class without `__slots__` would give all its instances a dict, and its subclasses too."""
    seen, todo = [], [autograd.function.Op]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        if cls.__module__.startswith(("autograd.", "nn.")):
            seen.append(cls)
    without = [cls.__qualname__ for cls in seen if "__slots__" not in vars(cls)]
    assert len(seen) > 20
    assert without == []


def test_next_functions_lead_to_nodes_and_leaves() -> None:
    x, y = leaf(2.0), leaf(3.0)
    z = (x * y) + x
    (product, output), (to_x, _) = z.grad_fn.next_functions
    assert product.name() == "MulBackward0"
    assert output == 0
    assert to_x.variable is x
    assert [to.variable for to, _ in product.next_functions] == [x, y]


def test_next_functions_have_none_where_nothing_is_needed() -> None:
    x = leaf(2.0)
    (to_x, _), (nowhere, _) = (x * constant(3.0)).grad_fn.next_functions
    assert to_x.variable is x
    assert nowhere is None


# ---------------------------------------------------------------------------------------------------------------------
# Rule 2: what no rule saved dies early; graphs are freed by reference count alone
# ---------------------------------------------------------------------------------------------------------------------


@contextmanager
def no_cycles() -> Iterator[None]:
    """Fail if anything of ours made inside is left for the cyclic garbage collector."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        gc.collect()
        left = [type(thing).__name__ for thing in gc.garbage if type(thing).__module__.startswith(("autograd", "nn"))]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []


@pytest.mark.parametrize(
    "use",
    [
        lambda y: y + 1,
        lambda y: y - y,
        lambda y: y * constant([2.0, 3.0]),
        lambda y: 3 * y,
        lambda y: y.sum(),
        lambda y: autograd.exp(y),  # exp saves its result, not its operand
        lambda y: autograd.tanh(y),
    ],
    ids=["add", "sub", "mul by a constant", "mul by a number", "sum", "exp", "tanh"],
)
def test_an_intermediate_that_no_rule_saved_dies_early(use: Callable[[Any], Any]) -> None:
    x = leaf([1.0, 2.0])
    gc.disable()
    try:
        y = x + 1
        watcher = weakref.ref(y)
        z = use(y)
        del y
        assert watcher() is None
    finally:
        gc.enable()
    z.sum().backward()
    assert x.grad is not None


def traced(run: Callable[[], Any]) -> tuple[int, int]:
    """Bytes still held after ``run()`` while its result lives, and the most that were held at any time."""
    gc.collect()
    tracemalloc.start()
    try:
        result = run()
        held, peak = tracemalloc.get_traced_memory()
        del result
    finally:
        tracemalloc.stop()
    return held, peak


MEGABYTE = 2**20


def test_arrays_that_no_rule_saved_are_freed_while_the_graph_is_built() -> None:
    x = leaf(np.ones(MEGABYTE // 8))

    def fifty_sums() -> autograd.Tensor:
        y = x
        for _ in range(50):
            y = y + 1.0
        return y

    def fifty_products() -> autograd.Tensor:
        y = x
        for _ in range(50):
            y = y * x
        return y

    assert traced(fifty_sums)[1] < 3 * MEGABYTE
    assert traced(fifty_products)[0] > 49 * MEGABYTE, "a product does save its factors, so this measures what it says"


def test_backward_frees_what_was_saved_as_it_goes() -> None:
    """After backward the graph holds no array any more, though its root lives."""
    x = leaf(np.ones(MEGABYTE // 8))

    def build_and_differentiate() -> autograd.Tensor:
        y = x
        for _ in range(20):
            y = autograd.exp(y * 1e-3)
        loss = y.sum()
        loss.backward()
        return loss

    held, _ = traced(build_and_differentiate)
    assert held < 2 * MEGABYTE, "only x.grad is left"


def small_loss(w: autograd.Tensor, x: autograd.Tensor) -> autograd.Tensor:
    hidden = autograd.tanh(x @ w) * 1.0
    hidden[0] += 1.0
    values, _ = autograd.exp(hidden).max(dim=1)
    return autograd.softmax(values, dim=0).log().mean() + (w[0] * w[:, 1].sum()).sum()


def drop(w: autograd.Tensor, x: autograd.Tensor) -> None:
    small_loss(w, x)


def differentiate(w: autograd.Tensor, x: autograd.Tensor) -> None:
    small_loss(w, x).backward()


def retain(w: autograd.Tensor, x: autograd.Tensor) -> None:
    loss = small_loss(w, x)
    loss.backward(retain_graph=True)
    loss.backward(retain_graph=True)


def differentiate_twice(w: autograd.Tensor, x: autograd.Tensor) -> None:
    (grad,) = autograd.grad(small_loss(w, x), w, create_graph=True)
    (grad**2).sum().backward()


def keep_gradients_and_hooks(w: autograd.Tensor, x: autograd.Tensor) -> None:
    hidden = x @ w
    hidden.retain_grad()
    hidden.register_hook(lambda grad: grad * 2)
    hidden.sum().backward()


def fail_half_way(w: autograd.Tensor, x: autograd.Tensor) -> None:
    def refuse(grad: autograd.Tensor) -> None:
        raise KeyError("no")

    hidden = x @ w
    hidden.register_hook(refuse)
    with pytest.raises(KeyError):
        hidden.sum().backward()


def look_on(w: autograd.Tensor, x: autograd.Tensor) -> None:
    with autograd.watch():
        loss = small_loss(w, x)
        loss.backward()


@pytest.mark.parametrize(
    "use", [drop, differentiate, retain, differentiate_twice, keep_gradients_and_hooks, fail_half_way, look_on]
)
def test_graphs_make_no_cycles(use: Callable[[autograd.Tensor, autograd.Tensor], None]) -> None:
    with no_cycles():
        use(leaf([[1.0, 2.0], [0.5, -1.0]]), constant([[1.0, 0.5], [2.0, 1.5]]))


# ---------------------------------------------------------------------------------------------------------------------
# Rule 3: every node once, in an order that waits for all its users; no recursion
# ---------------------------------------------------------------------------------------------------------------------


def test_a_node_waits_for_all_its_users() -> None:
    """y feeds z and w, z feeds w: breadth first, y would run before z has sent its share."""
    x = leaf(1.0)
    y = x * 2
    z = y * 3
    w = y + z
    arrived = []
    y.register_hook(lambda grad: arrived.append(grad.item()))
    w.backward()
    assert arrived == [4.0]
    assert x.grad.item() == 8.0


def test_the_order_does_not_depend_on_which_operand_comes_first() -> None:
    for combine in (lambda y, z: y + z, lambda y, z: z + y):
        x = leaf(1.0)
        y = x * 2
        combine(y, y * 3).backward()
        assert x.grad.item() == 8.0


def test_every_node_runs_once_however_many_paths_there_are() -> None:
    """2^60 paths lead through 60 diamonds; each is passed once."""
    x = leaf(1.0)
    y, visits = x, [0]

    def count(grad: autograd.Tensor) -> None:
        visits[0] += 1

    for _ in range(60):
        y = y + y
        y.register_hook(count)
    y.backward()
    assert visits == [60]
    assert x.grad.item() == 2.0**60


def test_skip_connections_of_every_length() -> None:
    """y_n = y_(n-1) + ... + y_0 doubles each time: dy_n/dy_0 = 2^(n-1)."""
    x = leaf(1.0)
    ys = [x]
    for _ in range(20):
        total = ys[0]
        for y in ys[1:]:
            total = total + y
        ys.append(total)
    ys[-1].backward()
    assert x.grad.item() == 2.0**19


def test_a_million_operations_are_built_differentiated_and_freed() -> None:
    x = leaf(1.5)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert y.item() == 1_000_001.5
    assert x.grad.item() == 1.0
    del y  # a graph after backward


def test_a_node_of_a_deep_chain_takes_less_than_200_bytes() -> None:
    x = leaf([1.0])
    y = x * 1.0
    tracemalloc.start()
    try:
        for _ in range(10_000):
            y = y * 1.0001 + 0.0001
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held / 20_000 <= 200


def test_a_million_operations_are_freed_without_backward() -> None:
    x = leaf(1.5)
    y = x
    for _ in range(500_000):
        y = y * x  # saves both operands
        y = y - x
    watcher = weakref.ref(y)
    gc.disable()
    try:
        del y
        assert watcher() is None
    finally:
        gc.enable()
    assert x.grad is None


def test_long_chains_of_every_kind_of_node() -> None:
    """Saved outputs, views, in-place edits, several outputs and user-defined functions are just as iterative."""

    class Twice(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
            return x * 1.0, x * 0.0

        @staticmethod
        def backward(ctx: Any, first: autograd.Tensor, second: autograd.Tensor) -> autograd.Tensor:
            return first + second

    x = leaf([0.25, 0.5])
    y = x
    for _ in range(3_000):
        y = autograd.sqrt(y * y)
        y = y.reshape(2, 1).transpose(0, 1)[0]
        y = y + 0.0
        y += 0.0
        first, second = y.split(1)
        y = autograd.cat([first, second])
        y, _ = Twice.apply(y)
    y.sum().backward(retain_graph=True)
    np.testing.assert_allclose(x.grad.numpy(), [1.0, 1.0], rtol=1e-9)
    (grad,) = autograd.grad(y.sum(), x, create_graph=True)
    np.testing.assert_allclose(grad.detach().numpy(), [1.0, 1.0], rtol=1e-9)
    del y, first, second, grad


def test_a_long_chain_is_differentiated_twice() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(5_000):
        y = y * 1.0
    (grad,) = autograd.grad(y * y, x, create_graph=True)
    grad.backward()
    assert grad.item() == 2.0
    assert x.grad.item() == 2.0


# ---------------------------------------------------------------------------------------------------------------------
# Rule 7: what nobody needs is not computed where it costs
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "product",
    [lambda x, w: x @ w.t(), lambda x, w: autograd.matmul(x, w.t()), nn.functional.linear],
    ids=["@", "matmul", "linear"],
)
def test_no_gradient_is_computed_for_a_constant_operand(product: Callable[..., autograd.Tensor]) -> None:
    """dx would be as large as x itself (16 MB); neither need nor room for it."""
    x = constant(np.ones((4000, 500)))
    w = leaf(np.ones((1, 500)))
    loss = product(x, w).sum()
    _, peak = traced(loss.backward)
    assert w.grad.tolist() == [[4000.0] * 500]
    assert peak < MEGABYTE


def test_backward_does_not_enter_branches_that_need_nothing() -> None:
    class Untouchable(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            raise AssertionError("nobody asked for this gradient")

    x, y = leaf(1.0), leaf(3.0)
    out = Untouchable.apply(x) * y
    assert autograd.grad(out, y, retain_graph=True)[0].item() == 2.0
    out.backward(inputs=[y])
    assert y.grad.item() == 2.0
    assert x.grad is None


# ---------------------------------------------------------------------------------------------------------------------
# Backward's cost grows with the graph, not faster
# ---------------------------------------------------------------------------------------------------------------------


def test_a_gradient_of_a_part_walks_only_that_part() -> None:
    """Ten gradients through the last op of a long chain visit ten nodes, not ten chains."""
    visits = [0]

    def count(grad: autograd.Tensor) -> None:
        visits[0] += 1

    x = leaf(1.0)
    y = x
    for _ in range(100):
        y = y * 1.0
        y.register_hook(count)
    last = y * 3.0
    visits[0] = 0
    assert autograd.grad(last, y, retain_graph=True)[0].item() == 3.0
    assert visits == [1]
