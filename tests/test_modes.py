"""no_grad, enable_grad, set_grad_enabled: as context managers and decorators, nested, and for each thread by itself."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def test_no_grad_records_nothing() -> None:
    x = leaf([1.0, 2.0])
    with autograd.no_grad():
        y = x * x
        assert not autograd.is_grad_enabled()
    assert autograd.is_grad_enabled()
    assert not y.requires_grad
    assert y.grad_fn is None
    assert y.is_leaf


def test_a_leaf_made_under_no_grad_may_require_a_gradient() -> None:
    with autograd.no_grad():
        x = leaf(2.0)
    assert x.requires_grad
    (x * x).backward()
    assert x.grad.item() == 4.0


def test_modes_nest_and_unwind() -> None:
    seen = []
    with autograd.no_grad():
        seen.append(autograd.is_grad_enabled())
        with autograd.enable_grad():
            seen.append(autograd.is_grad_enabled())
            with autograd.set_grad_enabled(False):
                seen.append(autograd.is_grad_enabled())
            seen.append(autograd.is_grad_enabled())
        seen.append(autograd.is_grad_enabled())
    seen.append(autograd.is_grad_enabled())
    assert seen == [False, True, False, True, False, True]


@pytest.mark.parametrize("mode", [autograd.no_grad, autograd.enable_grad, lambda: autograd.set_grad_enabled(False)])
def test_an_exception_unwinds_the_mode(mode: Callable[[], Any]) -> None:
    for outer in (True, False):
        with autograd.set_grad_enabled(outer):
            with pytest.raises(KeyError), mode():
                raise KeyError
            assert autograd.is_grad_enabled() is outer


def test_a_mode_object_can_be_entered_again_while_it_is_open() -> None:
    off = autograd.no_grad()
    with off:
        with off:
            assert not autograd.is_grad_enabled()
        assert not autograd.is_grad_enabled()
    assert autograd.is_grad_enabled()


def test_modes_as_decorators() -> None:
    x = leaf(2.0)

    @autograd.no_grad()
    def constant(factor: float) -> autograd.Tensor:
        """Say what it is."""
        return x * factor

    @autograd.no_grad
    def bare() -> autograd.Tensor:
        return x * 3

    @autograd.enable_grad()
    def recorded() -> autograd.Tensor:
        return x * 3

    @autograd.set_grad_enabled(False)
    def switched_off() -> autograd.Tensor:
        return x * 3

    assert autograd.is_grad_enabled(), "decorating changes no mode"
    assert constant.__name__ == "constant"
    assert constant.__doc__ == "Say what it is."
    assert constant(factor=4).item() == 8.0
    assert not constant(4).requires_grad
    assert not bare().requires_grad
    assert not switched_off().requires_grad
    with autograd.no_grad():
        assert recorded().requires_grad
        assert not autograd.is_grad_enabled()
    assert autograd.is_grad_enabled()


def test_a_decorated_function_that_calls_itself() -> None:
    x = leaf(2.0)
    seen = []

    @autograd.no_grad()
    def descend(depth: int) -> None:
        seen.append((x * 1).requires_grad)
        if depth:
            with autograd.enable_grad():
                descend(depth - 1)
                seen.append((x * 1).requires_grad)

    descend(2)
    assert seen == [False, False, False, True, True]
    assert autograd.is_grad_enabled()


def test_a_decorated_generator_keeps_its_mode_to_itself() -> None:
    """Between two items the caller's mode holds, inside the generator its own."""
    x = leaf(2.0)

    @autograd.no_grad()
    def items() -> Iterator[autograd.Tensor]:
        for factor in (1, 2):
            yield x * factor

    for item in items():
        assert not item.requires_grad
        assert autograd.is_grad_enabled()
    assert autograd.is_grad_enabled()


def test_set_grad_enabled_as_a_plain_call() -> None:
    x = leaf(2.0)
    autograd.set_grad_enabled(False)
    try:
        assert not (x * x).requires_grad
        autograd.set_grad_enabled(True)
        assert (x * x).requires_grad
    finally:
        autograd.set_grad_enabled(True)


def test_backward_works_inside_no_grad() -> None:
    x = leaf(2.0)
    y = x * x
    with autograd.no_grad():
        y.backward()
        assert not autograd.is_grad_enabled()
    assert x.grad.item() == 4.0


def test_create_graph_records_even_inside_no_grad() -> None:
    x = leaf(2.0)
    y = x**3
    with autograd.no_grad():
        (grad,) = autograd.grad(y, x, create_graph=True)
    assert grad.requires_grad
    assert autograd.grad(grad, x)[0].item() == 12.0


# ---------------------------------------------------------------------------------------------------------------------
# Threads
# ---------------------------------------------------------------------------------------------------------------------


def in_thread(run: Callable[[], Any]) -> Any:
    """Run in a new thread; return its result or raise its error here."""
    box: list[Any] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            box.append(run())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return box[0]


def test_a_new_thread_records_whatever_its_maker_does() -> None:
    x = leaf(2.0)
    with autograd.no_grad():
        assert in_thread(autograd.is_grad_enabled)
        assert in_thread(lambda: (x * x).requires_grad)
        assert not (x * x).requires_grad


def test_a_thread_that_switches_off_switches_off_for_itself() -> None:
    x = leaf(2.0)
    off, done = threading.Event(), threading.Event()

    def hold() -> bool:
        with autograd.no_grad():
            off.set()
            done.wait(10)
            return (x * x).requires_grad

    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(hold()))
    thread.start()
    try:
        assert off.wait(10)
        assert autograd.is_grad_enabled()
        assert (x * x).requires_grad
    finally:
        done.set()
        thread.join()
    assert results == [False]


def test_watching_is_for_one_thread() -> None:
    """A node recorded by another thread meanwhile is not watched, so its graph is freed by backward."""
    x = leaf(2.0)

    def second_backward_is_refused() -> bool:
        y = x * x
        y.backward()
        with pytest.raises(RuntimeError, match="second time"):
            y.backward()
        return True

    with autograd.watch():
        assert in_thread(second_backward_is_refused)
