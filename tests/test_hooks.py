"""Hooks on tensors and nodes: what they see, when, in which order, and what they may change: as in PyTorch."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import graph


def leaf(*values: float, library: Any = autograd) -> Any:
    """A vector that requires a gradient."""
    return library.tensor(list(values), dtype=library.float64, requires_grad=True)


def numbers(gradients: Any) -> Any:
    """Gradients as lists: those of a tuple, with None for a missing one."""
    if isinstance(gradients, tuple | list):
        return [numbers(g) for g in gradients]
    return None if gradients is None else gradients.tolist()


# ------------------------------------------------------------------------------------------------- order and values

Log = list[tuple[str, Any]]


def every_kind_of_hook(library: Any) -> tuple[Any, Any, Any, Log]:
    """x -> y = 3 x w -> z = y w, with hooks of every kind on y and x, some of which change what they see."""
    x, w = leaf(1.0, 2.0, library=library), leaf(3.0, 3.0, library=library).detach()
    y = x * w
    log: Log = []

    def note(name: str, *values: Any) -> None:
        log.append((name, numbers(values)))

    def second(g: Any) -> Any:
        note("second", g)
        return g * 2

    def ahead(grads: Any) -> Any:
        note("prehook", grads)
        return (grads[0] * 10,)

    def after(inputs: Any, outputs: Any) -> Any:
        note("hook", inputs, outputs)
        return (inputs[0] + 1, None)

    y.grad_fn.register_hook(after)
    y.grad_fn.register_prehook(ahead)
    y.retain_grad()
    y.register_hook(lambda g: note("first", g))
    y.register_hook(second)
    x.register_hook(lambda g: note("leaf", g))
    x.register_post_accumulate_grad_hook(lambda t: note("accumulated", t.grad))
    return x, y, (y * w).sum(), log


#: What a pass does; and what the hooks see in it, in this order.
PASSES: dict[str, tuple[Callable[[Any, Any, Any, Any], Any], list[str]]] = {
    "backward": (lambda t, x, y, z: z.backward(), ["first", "second", "prehook", "hook", "leaf", "accumulated"]),
    "recorded": (
        lambda t, x, y, z: z.backward(create_graph=True, inputs=[x]),
        ["first", "second", "prehook", "hook", "leaf", "accumulated"],
    ),
    "by x": (lambda t, x, y, z: t.autograd.grad(z, x), ["first", "second", "prehook", "hook", "leaf"]),
    "by y": (lambda t, x, y, z: t.autograd.grad(z, y), ["first", "second"]),
    "by both": (lambda t, x, y, z: t.autograd.grad(z, [y, x]), ["first", "second", "prehook", "hook", "leaf"]),
}


def seen(library: Any, run: Callable[[Any, Any, Any, Any], Any]) -> tuple[Any, ...]:
    x, y, z, log = every_kind_of_hook(library)
    found = run(library, x, y, z)
    return numbers(found), numbers(x.grad), numbers(y.grad), log


@pytest.mark.parametrize("run", PASSES)
def test_the_order_of_hooks(run: str) -> None:
    result = seen(autograd, PASSES[run][0])
    assert [name for name, _ in result[3]] == PASSES[run][1]


def test_what_hooks_see_and_change() -> None:
    _, x_grad, y_grad, log = seen(autograd, PASSES["backward"][0])
    assert log == [
        ("first", [[3.0, 3.0]]),
        ("second", [[3.0, 3.0]]),
        ("prehook", [[[6.0, 6.0]]]),
        ("hook", [[[180.0, 180.0], None], [[60.0, 60.0]]]),
        ("leaf", [[181.0, 181.0]]),
        ("accumulated", [[181.0, 181.0]]),
    ]
    assert y_grad == [6.0, 6.0], "retain_grad comes after the hooks on the tensor, and before those on its node"
    assert x_grad == [181.0, 181.0]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")
@pytest.mark.parametrize("run", PASSES)
def test_hooks_are_torchs(run: str) -> None:
    torch = pytest.importorskip("torch")
    assert seen(autograd, PASSES[run][0]) == seen(torch, PASSES[run][0])


def test_a_hook_of_a_gradient_that_is_not_asked_for_is_not_called() -> None:
    x, w = leaf(1.0), leaf(2.0)
    w.register_hook(lambda g: pytest.fail("called"))
    y = x * w
    assert autograd.grad(y.sum(), x, retain_graph=True)[0].tolist() == [2.0]
    y.sum().backward(inputs=[x])
    assert w.grad is None


def test_hooks_on_a_tensor_see_the_complete_sum() -> None:
    x = leaf(1.0, 2.0)
    y = x * 2
    found: list[Any] = []
    y.register_hook(lambda g: found.append(g.tolist()))
    y.grad_fn.register_hook(lambda inputs, outputs: found.append(numbers((inputs, outputs))))
    (y.sum() + (y * y).sum() + y.exp().sum() * 0).backward()
    assert found == [[5.0, 9.0], [[[10.0, 18.0]], [[5.0, 9.0]]]]


@pytest.mark.parametrize("value", [2.0, [1.0, 2.0]], ids=["number", "vector"])
def test_a_hook_may_edit_the_gradient_in_place(value: Any) -> None:
    x = autograd.tensor(value, requires_grad=True)
    y = x * 3
    for t in (x, y):
        t.register_hook(lambda g: (g.mul_(10), None)[1])
    loss = y.sum()
    loss.register_hook(lambda g: (g.add_(1), None)[1])
    loss.backward()
    assert x.grad.tolist() == autograd.full_like(x, 600.0).tolist()
    (x * 1.0).sum().backward()
    assert x.grad.tolist() == autograd.full_like(x, 610.0).tolist(), "the edits stay with their pass"


# ------------------------------------------------------------------------------------------------ hooks on nodes


def test_missing_gradients_are_none() -> None:
    """In a prehook and in a hook; the rule itself gets zeros."""
    x = leaf(3.0, 1.0)
    values, _ = x.max(0)
    log: list[Any] = []
    values.grad_fn.register_prehook(lambda outputs: log.append(numbers(outputs)))
    values.grad_fn.register_hook(lambda inputs, outputs: log.append(numbers((inputs, outputs))))
    values.backward()
    assert log[0] == [1.0, None]
    assert log[1][1] == [1.0, None]


def test_a_prehook_may_give_and_take_gradients_of_several_outputs() -> None:
    class Both(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            return g * 2 + h * 3

    x = leaf(1.0)
    a, b = Both.apply(x)
    handle = a.grad_fn.register_prehook(lambda outputs: (outputs[0] * 10, None))
    (a + b).sum().backward(retain_graph=True)
    assert x.grad.tolist() == [20.0]
    handle.remove()
    x.grad = None
    (a + b).sum().backward()
    assert x.grad.tolist() == [5.0]


def test_a_prehook_may_take_the_gradient_away() -> None:
    x, w = leaf(1.0), leaf(2.0)
    y = x * 3
    y.grad_fn.register_prehook(lambda outputs: (None,))
    (y * w).sum().backward()
    assert x.grad is None
    assert w.grad.tolist() == [3.0]


def test_a_hook_sees_none_for_operands_that_need_no_gradient() -> None:
    x, c = leaf(1.0), leaf(2.0).detach()
    log: list[Any] = []
    for y in (x / c, c / x, autograd.where(x > 0, x, c), autograd.cat([c, x])):
        y.grad_fn.register_hook(lambda inputs, outputs: log.append([g is None for g in inputs]))
        y.sum().backward()
    assert log == [[False, True], [True, False], [False, True], [True, False]]


def test_hooks_on_nodes_when_the_pass_is_recorded() -> None:
    """What they return can be differentiated again."""
    x = leaf(2.0)
    y = x**3
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * x,))
    (slope,) = autograd.grad(y.sum(), x, create_graph=True)
    assert slope.tolist() == [24.0]
    assert autograd.grad(slope.sum(), x)[0].tolist() == [36.0]  # of 3 x^3


def test_the_node_of_a_leaf() -> None:
    """The way in which PyTorch's own libraries learn of a finished gradient."""
    x = leaf(1.0, 2.0)
    y = x * 3
    node = y.grad_fn.next_functions[0][0]
    log: list[Any] = []
    handle = node.register_hook(lambda inputs, outputs: log.append((inputs, numbers(outputs), numbers(x.grad))))
    y.sum().backward(retain_graph=True)
    y.sum().backward(retain_graph=True)
    assert log == [((), [[3.0, 3.0]], [3.0, 3.0]), ((), [[3.0, 3.0]], [6.0, 6.0])]
    autograd.grad(y.sum(), x, retain_graph=True)
    assert len(log) == 2, "nothing is accumulated"
    handle.remove()
    y.sum().backward()
    assert len(log) == 2
    node.metadata["seen"] = True
    assert (x * 1).grad_fn.next_functions[0][0].metadata == {"seen": True}


def test_metadata_is_kept_with_the_node() -> None:
    y = leaf(1.0) * 2
    assert y.grad_fn.metadata == {}
    y.grad_fn.metadata["layer"] = 3
    assert (y + 1).grad_fn.next_functions[0][0].metadata == {"layer": 3}


#: What a hook returns, as a function of the gradients, and what becomes of it.
WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda gs: 1, TypeError, "expected tuple, but hook returned 'int'"),
    (lambda gs: gs[0] * 2, TypeError, "expected tuple, but hook returned 'Tensor'"),
    (lambda gs: list(gs), TypeError, "expected tuple, but hook returned 'list'"),
    (lambda gs: (*gs, gs[0]), RuntimeError, "has returned an incorrect number of values"),
    (lambda gs: (gs[0][0],), RuntimeError, "has changed the size of value"),
    (lambda gs: (gs[0].float(),), RuntimeError, "has changed the type of value"),
    (lambda gs: (2.0,), TypeError, "returned float among the gradients"),
]


@pytest.mark.parametrize("case", WRONG, ids=[text for _, _, text in WRONG])
def test_what_hooks_on_nodes_must_not_return(case: tuple[Any, type[Exception], str]) -> None:
    wrong, error, text = case
    for ahead in (True, False):
        x = leaf(1.0, 2.0)
        y = x.exp()
        if ahead:
            y.grad_fn.register_prehook(wrong)
        else:
            y.grad_fn.register_hook(lambda inputs, outputs: wrong(inputs))
        with pytest.raises(error, match=text):
            y.sum().backward()
        assert x.grad is None


@pytest.mark.oracle
@pytest.mark.parametrize("case", WRONG[:6], ids=[text for _, _, text in WRONG[:6]])
def test_torch_refuses_the_same(case: tuple[Any, type[Exception], str]) -> None:
    torch = pytest.importorskip("torch")
    wrong, error, text = case
    y = leaf(1.0, 2.0, library=torch).exp()
    y.grad_fn.register_prehook(wrong)
    with pytest.raises(error, match=text):
        y.sum().backward()


def test_a_gradient_in_place_of_none_is_refused() -> None:
    x, c = leaf(1.0), leaf(2.0).detach()
    y = x * c
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0], inputs[0]))
    with pytest.raises(TypeError, match="can't replace a None gradient with a non-None value"):
        y.sum().backward()


# ------------------------------------------------------------------------------------------------------- handles

REGISTER: dict[str, Callable[[Any, Any, Callable[..., Any]], Any]] = {
    "tensor": lambda x, y, hook: y.register_hook(hook),
    "leaf": lambda x, y, hook: x.register_hook(hook),
    "post accumulate": lambda x, y, hook: x.register_post_accumulate_grad_hook(hook),
    "node": lambda x, y, hook: y.grad_fn.register_hook(hook),
    "prehook": lambda x, y, hook: y.grad_fn.register_prehook(hook),
    "several": lambda x, y, hook: graph.register_multi_grad_hook([x, y], hook),
    "any of several": lambda x, y, hook: graph.register_multi_grad_hook([x, y], hook, mode="any"),
}


@pytest.mark.parametrize("kind", REGISTER)
def test_handles_take_hooks_off(kind: str) -> None:
    x = leaf(1.0)
    y = x * 2
    calls: list[Any] = []

    def hook(*given: Any) -> None:
        calls.append(given)

    def run() -> int:
        before = len(calls)
        y.sum().backward(retain_graph=True)
        return len(calls) - before

    handle, other = REGISTER[kind](x, y, hook), REGISTER[kind](x, y, hook)
    assert run() == 2
    handle.remove()
    handle.remove()
    assert run() == 1
    with other as same:
        assert same is other
        assert run() == 1
    assert run() == 0
    with pytest.raises(KeyError), REGISTER[kind](x, y, hook):
        raise KeyError
    assert run() == 0


def test_a_hook_that_takes_itself_off_while_hooks_run() -> None:
    x = leaf(1.0)
    y = x * 2
    calls: list[str] = []
    handles: dict[str, Any] = {}

    def once(name: str) -> Callable[..., None]:
        def hook(*_: Any) -> None:
            calls.append(name)
            handles[name].remove()

        return hook

    for kind in REGISTER:
        handles[kind] = REGISTER[kind](x, y, once(kind))
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    assert sorted(calls) == sorted(REGISTER)


def test_hooks_keep_no_graph_alive() -> None:
    x = leaf(1.0, 2.0)

    def build() -> weakref.ref[Any]:
        y = x * 2
        y.grad_fn.register_hook(lambda inputs, outputs: None)
        y.grad_fn.register_prehook(lambda outputs: None)
        y.register_hook(lambda g: None)
        y.sum().backward()
        return weakref.ref(y.grad_fn)

    gc.disable()
    try:
        reference = build()
        alive = reference() is not None
    finally:
        gc.enable()
        gc.collect()
    assert reference() is None
    assert alive, "the hook on a node knows the node, as in PyTorch: a cycle, for the collector"


# ------------------------------------------------------------------------------------------- several gradients at once


def calls_of_multi(library: Any, mode: str) -> list[Any]:
    """The example of PyTorch's documentation, and a second pass within it."""
    a, b = leaf(1.0, 2.0, library=library), leaf(3.0, 4.0, library=library)
    c, d = a * b, a / b
    calls: list[Any] = []
    library.autograd.graph.register_multi_grad_hook([a, b, c, d], lambda g: calls.append(numbers(g)), mode=mode)
    c.sum().backward(retain_graph=True)
    (c * d).sum().backward(retain_graph=True)
    c.sum().backward(inputs=[a], retain_graph=True)
    if library is autograd:  # PyTorch refuses this one: leaves among the tensors, in a pass of grad
        autograd.grad((c + d).sum(), b, retain_graph=True)
        autograd.grad((c + d).sum(), c, retain_graph=True)
    return calls


def test_a_hook_on_several_gradients() -> None:
    assert calls_of_multi(autograd, "all") == [
        [[3.0, 4.0], [1.0, 2.0], [1.0, 1.0], None],
        [[2.0, 4.0], [0.0, 0.0], [1 / 3, 0.5], [3.0, 8.0]],
        [[3.0, 4.0], None, [1.0, 1.0], None],
        [None, [1 - 1 / 9, 2 - 2 / 16], [1.0, 1.0], [1.0, 1.0]],
        [None, None, [1.0, 1.0], None],
    ]
    assert [len(call) for call in calls_of_multi(autograd, "any")] == [2, 2, 2, 2, 2]


@pytest.mark.oracle
def test_a_hook_on_several_gradients_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    assert calls_of_multi(autograd, "all")[:3] == calls_of_multi(torch, "all")
    assert calls_of_multi(autograd, "any")[:3] == calls_of_multi(torch, "any")


def test_a_hook_on_several_gradients_in_a_pass_within_a_pass() -> None:
    a = leaf(1.0)
    b = a * 2
    c = (b * b).sum()
    calls: list[Any] = []
    graph.register_multi_grad_hook([a, b], lambda gs: calls.append(numbers(gs)))
    first = [True]

    def again(g: Any) -> None:
        if first.pop() if first else False:
            autograd.grad(c, a, retain_graph=True)

    b.register_hook(again)
    c.backward(retain_graph=True)
    assert calls == [[[8.0], [4.0]], [[8.0], [4.0]]]


def test_bad_arguments_of_a_hook_on_several_gradients() -> None:
    with pytest.raises(ValueError, match="one of \\('all', 'any'\\)"):
        graph.register_multi_grad_hook([leaf(1.0)], print, mode="some")
    with pytest.raises(RuntimeError, match="doesn't require gradient: tensor 1"):
        graph.register_multi_grad_hook([leaf(1.0), leaf(1.0).detach()], print)
    graph.register_multi_grad_hook([leaf(1.0).detach()], print, mode="any")


# ------------------------------------------------------------------------------------------------------------- edges


def test_a_gradient_edge_stands_for_its_tensor() -> None:
    x = leaf(3.0, 1.0)
    y = x.exp()
    values, _ = y.max(0)
    for t in (x, y, values):
        edge = graph.get_gradient_edge(t)
        assert edge.output_nr == t.output_nr
        assert edge.node == (t.grad_fn or (x * 1).grad_fn.next_functions[0][0])
        z = values * values + y.sum()
        expected = autograd.grad(z, t, retain_graph=True)[0].tolist()
        assert autograd.grad(z, edge, retain_graph=True)[0].tolist() == expected
        assert autograd.grad(z, [edge, t], retain_graph=True)[1].tolist() == expected


def test_a_gradient_edge_as_the_beginning() -> None:
    x = leaf(3.0, 1.0)
    edge = graph.get_gradient_edge(x * 2)
    seed = autograd.tensor([1.0, 10.0], dtype=autograd.float64)
    assert autograd.grad(edge, x, seed, retain_graph=True)[0].tolist() == [2.0, 20.0]
    autograd.backward([edge], [seed])
    assert x.grad.tolist() == [2.0, 20.0]
    with pytest.raises(RuntimeError, match="GradientEdge"):
        autograd.grad(edge, x)


def test_edges_of_what_needs_no_gradient() -> None:
    with pytest.raises(RuntimeError, match="not possible to get the gradient edge"):
        graph.get_gradient_edge(leaf(1.0).detach())


def test_an_edit_through_numpy_can_be_told() -> None:
    x = leaf(1.0, 2.0)
    y = x * 1
    z = y * y
    y.detach().numpy()[0] = 5.0
    graph.increment_version(y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()
    graph.increment_version([y, y])
    assert y._version == 3
