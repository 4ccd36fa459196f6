"""Hooks on what operations save for their derivatives: what is packed, when it is unpacked, and that it stays right."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import graph
from tests.op_samples import Case, Row
from tests.op_table import ROWS


def leaf(*values: float, library: Any = autograd) -> Any:
    """A vector that requires a gradient."""
    return library.tensor(list(values), dtype=library.float64, requires_grad=True)


class Shelf:
    """Packs to a number, under which the values are found again; notes what went by."""

    def __init__(self) -> None:
        self.values: dict[int, Any] = {}
        self.packed: list[Any] = []
        self.unpacked: list[Any] = []
        self.numbers = itertools.count()

    def pack(self, t: Any) -> int:
        number = next(self.numbers)
        self.values[number] = t.detach().clone()
        self.packed.append(t.tolist())
        return number

    def unpack(self, number: int) -> Any:
        self.unpacked.append(self.values[number].tolist())
        return self.values[number]

    def hooks(self) -> graph.saved_tensors_hooks:
        return graph.saved_tensors_hooks(self.pack, self.unpack)


def test_what_is_packed_and_unpacked() -> None:
    shelf = Shelf()
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    with shelf.hooks():
        z = (a * b).sum()
        assert shelf.packed == [[1.0, 2.0], [3.0, 4.0]]
        (-a).sum()
        (a + b).sum()
        with autograd.no_grad():
            a.exp()
        assert len(shelf.packed) == 2, "nothing else is saved"
        a.exp()
        assert shelf.packed[2:] == [[np.exp(1.0), np.exp(2.0)]], "the output"
    assert shelf.unpacked == []
    z.backward(retain_graph=True)
    assert shelf.unpacked == [[1.0, 2.0], [3.0, 4.0]]
    z.backward()
    assert len(shelf.unpacked) == 4, "once a pass"
    assert a.grad.tolist() == [6.0, 8.0]
    assert (a * b).exp().sum().backward() is None
    assert len(shelf.packed) == 3, "outside the block as ever"


def test_what_no_gradient_asks_for_is_not_packed() -> None:
    shelf = Shelf()
    a, c = leaf(1.0), leaf(2.0).detach()
    with shelf.hooks():
        (a * c).sum().backward()
        (a * 3.0).sum().backward()
    assert shelf.packed == shelf.unpacked == [[2.0]]


def test_hooks_are_given_the_tensor_itself() -> None:
    """An operand as the user's own tensor, an output with its history."""
    given: list[Any] = []
    a = leaf(1.0)
    b = a * 2
    with graph.saved_tensors_hooks(lambda t: given.append(t), lambda _: autograd.zeros(1)):
        c = (b * a).exp()
    assert given[0] is b
    assert given[1] is a
    assert given[2].grad_fn is c.grad_fn
    assert given[2].requires_grad


def test_hooks_run_without_recording() -> None:
    seen: list[bool] = []

    def look(t: Any) -> Any:
        seen.append(autograd.is_grad_enabled())
        return t

    a = leaf(1.0)
    with graph.saved_tensors_hooks(look, look):
        b = a.exp()
        assert autograd.is_grad_enabled()
    b.sum().backward()
    assert seen == [False, False]


def test_the_innermost_hooks_apply() -> None:
    outer, inner = Shelf(), Shelf()
    a = leaf(1.0)
    with outer.hooks():
        b = a.exp()
        with inner.hooks():
            c = b.exp()
        d = c.exp()
    d.sum().backward()
    assert inner.packed == inner.unpacked == [c.tolist()]
    assert outer.packed == [b.tolist(), d.tolist()]
    assert outer.unpacked == [d.tolist(), b.tolist()]


def test_other_modes_may_lie_between() -> None:
    outer, inner = Shelf(), Shelf()
    a = leaf(1.0)
    with outer.hooks(), autograd.detect_anomaly(), inner.hooks(), autograd.watch():
        b = a.exp()
        b.sum().backward(retain_graph=True)
        b.sum().backward()
    assert (len(inner.packed), len(inner.unpacked), len(outer.packed)) == (1, 2, 0)
    assert b.grad_fn.extra.seen is not None
    assert "test_saved_tensors_hooks.py" in b.grad_fn.extra.origin


def test_a_decorated_function() -> None:
    shelf = Shelf()

    @shelf.hooks()
    def double_exp(x: Any) -> Any:
        return x.exp().exp()

    assert double_exp(leaf(0.5)).sum().backward() is None
    assert len(shelf.packed) == len(shelf.unpacked) == 2


def test_second_derivatives_go_through_hooks() -> None:
    for everything in (False, True):
        shelf = Shelf()
        x = leaf(0.5, 2.0)
        with shelf.hooks():
            y = (x.exp() * x).sum()
            if everything:
                (slope,) = autograd.grad(y, x, create_graph=True)
        if not everything:
            (slope,) = autograd.grad(y, x, create_graph=True)
        (curvature,) = autograd.grad(slope.sum(), x)
        np.testing.assert_allclose(curvature.numpy(), np.exp(x.tolist()) * (np.array(x.tolist()) + 2), rtol=1e-14)
        assert shelf.packed
        assert shelf.unpacked


# ------------------------------------------------------------------------------------ every operation of the table


def derivatives(case: Case, hooks: Any) -> list[Any]:
    """The gradients of a call's results by its leaves, recorded, and the gradients of those."""
    autograd.manual_seed(0)
    function, leaves, _ = case.bind(autograd)
    if hooks is None:
        results = function(*leaves)
    else:
        with hooks:
            results = function(*leaves)
    results = [t for t in (results if isinstance(results, tuple | list) else [results]) if t.requires_grad]
    seeds = [autograd.full_like(t, 0.5 + i) for i, t in enumerate(results)]
    first = autograd.grad(results, leaves, seeds, create_graph=True, allow_unused=True)
    slopes = [g for g in first if g is not None and g.requires_grad]
    second: Any = ()
    if slopes:
        second = autograd.grad(slopes, leaves, [autograd.ones_like(g) for g in slopes], allow_unused=True)
    return [None if g is None else g.detach().numpy() for g in (*first, *second)]


@pytest.mark.parametrize("row", [r for r in ROWS if r.gradient], ids=str)
def test_derivatives_are_the_same_with_packed_values(row: Row) -> None:
    """Of first and second order; the values as copies elsewhere, and as they are."""
    for case in row.cases():
        if case.dtype != "float64" or not case.bind(autograd)[1]:
            continue
        expected = derivatives(case, None)
        for hooks in (Shelf().hooks(), graph.saved_tensors_hooks(lambda t: t, lambda t: t)):
            for found, same in zip(derivatives(case, hooks), expected, strict=True):
                if found is None or same is None:
                    assert found is same, str(case)
                else:  # a copy lies otherwise in memory, where sums may take another order
                    np.testing.assert_allclose(found, same, rtol=1e-12, atol=1e-14, err_msg=str(case))


def test_layers_and_losses_are_right_with_packed_values() -> None:
    """Among them the fused rules, which keep intermediates: those are computed again."""

    def loss_of(net: nn.Module, hooks: bool) -> list[Any]:
        autograd.manual_seed(0)
        x = autograd.rand(6, 4, dtype=autograd.float64)
        target = autograd.tensor([0, 1, 2, 0, 1, 2])
        shelf = Shelf()
        if hooks:
            with shelf.hooks():
                loss = nn.functional.cross_entropy(net(x), target) + net(x).softmax(1).var()
        else:
            loss = nn.functional.cross_entropy(net(x), target) + net(x).softmax(1).var()
        parameters = list(net.parameters())
        first = autograd.grad(loss, parameters, create_graph=True)
        second = autograd.grad(sum((g * g).sum() for g in first), parameters)
        assert bool(shelf.unpacked) is hooks
        return [g.tolist() for g in (*first, *second)]

    net = nn.Sequential(nn.Linear(4, 5, dtype=autograd.float64), nn.Tanh(), nn.Linear(5, 3, dtype=autograd.float64))
    assert loss_of(net, hooks=True) == loss_of(net, hooks=False)


# ------------------------------------------------------------------------------------------------- Functions


class Cube(autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        square = x * x
        ctx.save_for_backward(x, None, square)
        return square * x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, nothing, square = ctx.saved_tensors
        assert nothing is None
        return g * (square + 2 * x * x)


def test_what_a_function_saves_goes_through_hooks() -> None:
    shelf = Shelf()
    x = leaf(2.0)
    with shelf.hooks():
        y = Cube.apply(x)
    assert shelf.packed == [[2.0], [4.0]]
    y.sum().backward(retain_graph=True)
    assert x.grad.tolist() == [12.0]
    assert shelf.unpacked == [[2.0], [4.0]], "when saved_tensors is read"
    y.sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.sum().backward()


# ------------------------------------------------------------------------------------------------------- edits


def test_a_saved_value_may_be_edited_once_it_was_copied_away() -> None:
    shelf = Shelf()
    x = leaf(1.0, 2.0)
    with shelf.hooks():
        y = x * 1.0
        z = y * y
        y += 100.0
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    "edit",
    [lambda y, w: y.mul_(w), lambda y, w: y.exp_(), lambda y, w: y.pow_(2), lambda y, w: y[0].mul_(w[0])],
    ids=["mul", "exp", "pow", "a view"],
)
def test_edits_in_place_save_what_they_overwrite(edit: Callable[[Any, Any], Any]) -> None:
    """Even where the hooks keep a reference alone."""
    found = []
    for hooks in (None, Shelf().hooks(), graph.saved_tensors_hooks(lambda t: t, lambda t: t)):
        x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
        y = x * 1.0
        if hooks is None:
            edit(y, w)
        else:
            with hooks:
                edit(y, w)
        y.sum().backward()
        found.append([None if t.grad is None else t.grad.tolist() for t in (x, w)])
    assert found[0] == found[1] == found[2]


def test_an_edit_of_what_a_hook_returned_is_noticed() -> None:
    x = leaf(1.0, 2.0)
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x * 1.0
        z = y * y
        y += 1.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation: a tensor of shape \\(2,\\) that a saved"):
        z.sum().backward()


# ------------------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize(
    "hooks",
    [
        lambda: graph.saved_tensors_hooks(lambda t: t, lambda t: t),
        lambda: graph.saved_tensors_hooks(lambda t: t.numpy(force=True), autograd.from_numpy),
        graph.save_on_cpu,
    ],
    ids=["as they are", "arrays", "save_on_cpu"],
)
def test_graphs_with_packed_values_are_freed_at_once(hooks: Callable[[], Any]) -> None:
    gc.disable()
    try:
        x = leaf(1.0)
        with hooks():
            y = x.exp().exp() * x
        node = weakref.ref(y.grad_fn)
        del y
        assert node() is None
    finally:
        gc.enable()


def test_values_are_let_go_once_they_are_packed(tmp_path: Path) -> None:
    """On disk, say."""
    names = (tmp_path / f"{i}.npy" for i in itertools.count())

    def pack(t: Any) -> Path:
        name = next(names)
        np.save(name, t.detach().numpy())
        return name

    x = leaf(0.5, 1.0)
    with graph.saved_tensors_hooks(pack, lambda name: autograd.from_numpy(np.load(name))):
        y = x.exp()
        value = weakref.ref(y.detach().numpy())
        z = y.sum()
        del y
    assert value() is None
    z.backward()
    assert x.grad.tolist() == np.exp([0.5, 1.0]).tolist()


# --------------------------------------------------------------------------------------------------- bad hooks


def run(pack: Callable[[Any], Any], unpack: Callable[[Any], Any], library: Any = autograd) -> Any:
    x = leaf(1.0, 2.0, library=library)
    with library.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = (x * 1).exp()
    y.sum().backward()
    return x.grad.tolist()


def test_bad_hooks() -> None:
    with pytest.raises(TypeError, match="unpack_hook expected to be a Tensor but got result of type int"):
        run(lambda t: t, lambda t: 1)
    with pytest.raises(RuntimeError, match="A saved tensor pack hook is modifying its input in place"):
        run(lambda t: t.add_(1), lambda t: t)
    with pytest.raises(RuntimeError, match=r"returned a tensor of shape \(1,\); expected the shape \(2,\)"):
        run(lambda t: t, lambda t: t[:1])
    with pytest.raises(KeyError, match="in pack"):
        run(lambda t: {}["in pack"], lambda t: t)
    with pytest.raises(KeyError, match="in unpack"):
        run(lambda t: t, lambda t: {}["in unpack"])
    assert autograd.is_grad_enabled()
    assert run(lambda t: t.half(), lambda t: t) == np.exp([1.0, 2.0]).astype(np.float16).tolist()


@pytest.mark.oracle
def test_torch_refuses_bad_hooks_as_well() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="unpack_hook expected to be a Tensor but got result of type int"):
        run(lambda t: t, lambda t: 1, torch)
    with pytest.raises(RuntimeError, match="A saved tensor pack hook is modifying its input in place"):
        run(lambda t: t.add_(1), lambda t: t, torch)


def forbidden(library: Any) -> list[str]:
    """What is said where hooks are forbidden: inside the block, on entry within hooks, in a block of its own inside."""
    graph = library.autograd.graph
    texts = []
    hooks = graph.saved_tensors_hooks(lambda t: t, lambda t: t)
    with graph.disable_saved_tensors_hooks("not here"):
        with pytest.raises(RuntimeError) as caught, hooks:
            pass
        texts.append(str(caught.value))
        with graph.disable_saved_tensors_hooks("nor there"):
            with pytest.raises(RuntimeError) as caught, graph.save_on_cpu():
                pass
            texts.append(str(caught.value))
        with pytest.raises(RuntimeError) as caught, hooks:
            pass
        texts.append(str(caught.value))
    with hooks, pytest.raises(RuntimeError) as caught, graph.disable_saved_tensors_hooks("too late"):
        pass
    texts.append(str(caught.value))
    with hooks:
        pass
    return texts


def test_hooks_can_be_forbidden() -> None:
    assert forbidden(autograd) == ["not here", "nor there", "not here", "too late"]


@pytest.mark.oracle
def test_torch_forbids_hooks_likewise() -> None:
    assert forbidden(pytest.importorskip("torch")) == forbidden(autograd)
