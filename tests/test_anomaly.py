"""`detect_anomaly`: where it stops, and what it says: the operation, its line, the shapes."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import pytest

import autograd
import nn


def leaf(*values: Any) -> autograd.Tensor:
    """A vector that requires a gradient."""
    return autograd.tensor(list(values), dtype=autograd.float64, requires_grad=True)


def line_of(text: str) -> int:
    """The number of the line after the one that has `text` in the test that calls."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    lines, start = inspect.getsourcelines(frame.f_back.f_code)
    (at,) = [i for i, line in enumerate(lines) if line.rstrip().endswith(f"# {text}")]
    return start + at


def test_nan_in_the_forward_pass() -> None:
    x, y = leaf(1.0, 0.0), leaf(1.0, 0.0)
    with autograd.detect_anomaly(), pytest.raises(RuntimeError) as caught:
        x / y  # here
    assert str(caught.value) == (
        "DivBackward0 returned nan in the forward pass; operand shapes (2,), (2,), made at "
        f"{__file__}:{line_of('here')}, `x / y  # here`; no operand had nan; "
        "expected numbers. Look at the operands there: log or sqrt of a negative number, 0/0 or inf - inf."
    )


def test_nan_that_came_in() -> None:
    x = leaf(float("nan"), 1.0)
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="an operand had nan already"):
        x.exp()


def test_infinities_pass() -> None:
    with autograd.detect_anomaly():
        (1 / leaf(0.0)).sum().backward()


def nan_in_backward() -> autograd.Tensor:
    """The derivative of the square root at 0 is infinite, and infinity times zero is no number."""
    x = leaf(0.0, 4.0)
    return autograd.where(x > 0, x.sqrt(), x * 0).sum()  # its root


def test_nan_in_the_backward_pass() -> None:
    with autograd.detect_anomaly():
        loss = nan_in_backward()
        with pytest.raises(RuntimeError) as caught:
            loss.backward()
    source, start = inspect.getsourcelines(nan_in_backward)
    at = start + next(i for i, line in enumerate(source) if "# its root" in line)
    assert str(caught.value) == (
        "Function 'SqrtBackward0' returned nan values in its 0th output, the gradient of operand 0, in its backward "
        f"pass; operand shapes (2,), made at {__file__}:{at}, `return autograd.where(x > 0, x.sqrt(), x * 0).sum()  "
        "# its root`; the gradient that came in, of shape (2,), had none; expected numbers. Look at "
        "the forward values there: a division by zero, or an infinite derivative times zero."
    )
    assert not getattr(caught.value, "__notes__", [])


def test_the_operand_is_told() -> None:
    x, y = leaf(2.0), leaf(0.0)
    with autograd.detect_anomaly():
        z = (x * autograd.ones(3, 1, dtype=autograd.float64)) ** 2 + y.sqrt()
        with pytest.raises(RuntimeError, match=r"'SqrtBackward0'.*0th output.*came in, of shape \(1,\), had none"):
            (z * 0).sum().backward()


def test_nan_in_one_of_several_gradients() -> None:
    class Second(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            return x + y, x - y

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            return g, h * float("nan")

    with autograd.detect_anomaly():
        a, b = Second.apply(leaf(1.0), leaf(2.0))
        with pytest.raises(RuntimeError) as caught:
            (a + b).sum().backward()
    text = str(caught.value)
    assert "Function 'SecondBackward' returned nan values in its 1th output, the gradient of operand 1" in text
    assert "came in, of shapes (1,), (1,), had none" in text


def test_nan_that_came_in_backward() -> None:
    x = leaf(1.0)
    with autograd.detect_anomaly():
        y = x * 2
        with pytest.raises(RuntimeError, match=r"of shape \(1,\), had nan already"):
            y.backward(autograd.tensor([float("nan")], dtype=autograd.float64))


def test_gradients_that_nobody_needs_are_not_looked_at() -> None:
    class Careless(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g, g * float("nan")

    with autograd.detect_anomaly():
        Careless.apply(leaf(1.0), leaf(1.0).detach()).sum().backward()


def test_the_module_is_named() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    with autograd.no_grad():
        net[0].weight.fill_(float("nan"))
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match=r"returned nan in the forward pass.*in module 0"):
        net(autograd.ones(1, 2))


def test_nodes_made_before() -> None:
    loss = nan_in_backward()
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="'SqrtBackward0'.*made outside detect_anomaly"):
        loss.backward()


def test_second_derivatives() -> None:
    x = leaf(0.0)
    with autograd.detect_anomaly():
        (slope,) = autograd.grad((x**1.5).sum(), x, create_graph=True)
        with pytest.raises(RuntimeError, match="returned nan"):
            autograd.grad((slope * 0).sum(), x)


# ------------------------------------------------------------------------------------------------ errors of other kinds


def test_an_error_in_backward_is_told_its_line() -> None:
    class Stumbling(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            raise KeyError("stumbled")

    def run() -> list[str]:
        with pytest.raises(KeyError, match="stumbled") as caught:
            loss.backward(retain_graph=True)
        return list(getattr(caught.value, "__notes__", []))

    with autograd.detect_anomaly():
        loss = Stumbling.apply(leaf(1.0)).sum()  # stumbling
        notes = run()
    assert notes == [
        f"Error detected in StumblingBackward; operand shapes (1,), made at {__file__}:{line_of('stumbling')}, "
        "`loss = Stumbling.apply(leaf(1.0)).sum()  # stumbling`."
    ]
    assert run() == [], "only while one looks"


# ------------------------------------------------------------------------------------------------------- the mode


def test_without_the_check_nan_passes_and_lines_are_kept() -> None:
    with autograd.detect_anomaly(check_nan=False):
        loss = nan_in_backward()
        loss.backward()
        assert autograd.is_anomaly_enabled()
        assert not autograd.is_anomaly_check_nan_enabled()
    assert "its root" in loss.grad_fn.extra.origin


def test_the_innermost_setting_holds() -> None:
    x = leaf(-1.0)
    with autograd.detect_anomaly():
        with autograd.detect_anomaly(check_nan=False):
            x.log()
            with autograd.detect_anomaly():
                assert autograd.is_anomaly_check_nan_enabled()
                with pytest.raises(RuntimeError, match="LogBackward0 returned nan"):
                    x.log()
            x.log()
        with autograd.set_detect_anomaly(False):
            x.log()
            assert not autograd.is_anomaly_enabled()
        with pytest.raises(RuntimeError, match="LogBackward0 returned nan"):
            x.log()
    assert not autograd.is_anomaly_enabled()
    x.log()


def test_as_a_call() -> None:
    x = leaf(-1.0)
    autograd.set_detect_anomaly(True)
    try:
        with pytest.raises(RuntimeError, match="LogBackward0 returned nan"):
            x.log()
        autograd.set_detect_anomaly(True, check_nan=False)
        x.log()
    finally:
        autograd.set_detect_anomaly(False)
    x.log()


def test_as_a_decorator() -> None:
    @autograd.detect_anomaly(check_nan=False)
    def careless(x: autograd.Tensor) -> bool:
        return autograd.is_anomaly_check_nan_enabled() or not autograd.is_anomaly_enabled()

    @autograd.set_detect_anomaly(True)
    def careful() -> bool:
        return autograd.is_anomaly_check_nan_enabled()

    assert not careless(leaf(1.0))
    assert careful()
    assert not autograd.is_anomaly_enabled()


def test_other_observers_stay() -> None:
    with autograd.watch():
        with autograd.detect_anomaly(), autograd.set_detect_anomaly(False):
            y = leaf(1.0).exp()
        with autograd.detect_anomaly(), autograd.watch(), autograd.set_detect_anomaly(False):
            z = leaf(1.0).exp()
    assert y.grad_fn.extra.seen is not None
    assert y.grad_fn.extra.origin is None
    assert z.grad_fn.extra.seen is not None
    assert z.grad_fn.extra.origin is None


def test_for_one_thread() -> None:
    found: list[bool] = []
    with autograd.detect_anomaly():
        thread = threading.Thread(target=lambda: found.append(autograd.is_anomaly_enabled()))
        thread.start()
        thread.join()
    assert found == [False]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:Anomaly Detection:UserWarning", "ignore:Error detected:UserWarning")
def test_torch_stops_at_the_same_function() -> None:
    torch = pytest.importorskip("torch")
    texts = []
    for library in (autograd, torch):
        x = library.tensor([0.0, 4.0], requires_grad=True)
        with library.autograd.detect_anomaly(), pytest.raises(RuntimeError) as caught:
            library.where(x > 0, x.sqrt(), x * 0).sum().backward()
        texts.append(str(caught.value))
    assert texts[1].rstrip(".") in texts[0]
