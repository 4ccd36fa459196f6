"""Data, dtypes and corner cases of joining and reducing: what PyTorch answers, value by value and error by error.

Every expression is evaluated with `T` bound to each of the two libraries.
"""

import copy
from typing import Any

import numpy as np
import pytest

import autograd

VALUES = """
T.tensor(-2**63)
T.tensor([2**63, 1.5])
T.tensor([2**70, 1.5])
T.tensor(2**70, dtype=T.float64)
T.tensor([-1, -255], dtype=T.uint8)
T.tensor([1.5, -128.0], dtype=T.int8)
T.tensor(1e300, dtype=T.float32)
T.tensor(np.array([300]), dtype=T.int8)
T.tensor([5, 0], dtype=T.bool)
T.full((2,), -1, dtype=T.uint8)
T.full((2,), float("inf"))
T.full((2,), T.tensor(2.5))
T.zeros(2, dtype=T.int8).fill_(1.7)
T.zeros(2, dtype=T.uint8).fill_(-1)
T.tensor([np.float32(1), 2.0])
T.tensor([2.0, np.float32(1)])
T.tensor([np.float64(1), 1.0])
T.tensor([np.float16(1)])
T.tensor([np.int32(1)])
T.tensor([np.int32(1), 1])
T.tensor([np.int32(1), 1.0])
T.tensor([np.int8(1), np.float32(1)])
T.tensor([np.bool_(True)])
T.tensor([[np.float32(1), 2], [1, 2]])
T.tensor([T.tensor(1), 2.0])
T.tensor([T.tensor(1.0, dtype=T.float64), 2.0])
T.tensor([T.tensor(1, dtype=T.int32), T.tensor(2, dtype=T.int32)])
T.tensor([[], []])
T.tensor(range(3))
T.zeros(2, dtype=float)
T.zeros(2, dtype=int)
T.zeros(2, dtype=bool)
T.tensor([1], dtype=float)
T.ones(2).to(float)
T.ones(2).sum(dtype=float)
T.tensor([1, 2], dtype=T.uint8).all()
T.tensor([[0, 2]], dtype=T.uint8).any(dim=0)
T.tensor([[0, 2]], dtype=T.int8).any(dim=0)
T.cat([T.ones(0), T.ones(2, 2)], 1)
T.cat([T.ones(0), T.ones(0)])
T.cat([T.ones(0, dtype=T.float64), T.ones(2, 2)])
T.zeros(0, 3).argmax(1)
T.zeros(0, 3).argmin(1, keepdim=True)
T.zeros(0, 3).max(1)
T.tensor([[1.0, 3.0], [5.0, 2.0]]).max(0)
T.tensor([[1.0, 3.0], [5.0, 2.0]]).min(dim=1, keepdim=True)
T.tensor(2.5).max(0)
f"{T.tensor(2.5)}"
f"{T.tensor(2.5, requires_grad=True)}"
f"{T.tensor(2.5):>8.2f}"
f"{T.tensor(True)}"
f"{T.tensor([2.5])}"
"{}".format(T.tensor(2))
"""

ERRORS = """
T.tensor(2**63)
T.tensor([2**63, 1])
T.tensor([-2**63 - 1])
T.tensor(300, dtype=T.int8)
T.tensor([300], dtype=T.uint8)
T.tensor([-256], dtype=T.uint8)
T.tensor([200.5], dtype=T.int8)
T.tensor(1e30, dtype=T.int64)
T.tensor([np.int64(300)], dtype=T.int8)
T.tensor([float("nan")], dtype=T.int64)
T.full((2,), 300, dtype=T.int8)
T.full((2,), 1e300)
T.full((2,), float("nan"), dtype=T.int64)
T.full_like(T.zeros(2, dtype=T.int8), 300)
T.zeros(2, dtype=T.int8).fill_(300)
T.tensor(["a"])
T.tensor("a")
T.tensor(None)
T.tensor([1, None])
T.tensor({1: 2})
T.from_numpy(np.ones(2, ">f4"))
T.cat([])
T.stack([])
T.cat([T.ones(2), 3])
T.stack([T.ones(2), 3])
T.cat(3)
T.cat([T.ones(2), T.tensor(1.0)])
T.cat([T.ones(0), T.tensor(1.0)])
T.tensor(1.0).split(1)
T.tensor(1.0).split([1])
T.tensor(1.0).chunk(2)
T.tensor(1.0).unbind()
T.zeros(0, 3).argmax()
T.zeros(0, 3).argmax(0)
T.tensor([True]).argmax()
f"{T.tensor([2.5]):.2f}"
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def evaluate(expression: str, library: Any) -> Any:
    return eval(expression, {"T": library, "np": np})  # the expressions stand above


@pytest.mark.oracle
@pytest.mark.parametrize("expression", lines(VALUES))
def test_values_and_dtypes_are_those_of_torch(expression: str) -> None:
    """Compared as they print, which shows values, shape and dtype alike."""
    torch = pytest.importorskip("torch")
    theirs = repr(evaluate(expression, torch)).replace("torch", "autograd")
    assert repr(evaluate(expression, autograd)) == theirs


@pytest.mark.oracle
@pytest.mark.parametrize("expression", lines(ERRORS))
def test_errors_are_those_of_torch(expression: str) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(Exception) as theirs:
        evaluate(expression, torch)
    with pytest.raises(theirs.type):
        evaluate(expression, autograd)


@pytest.mark.parametrize("expression", lines(ERRORS))
def test_errors_teach(expression: str) -> None:
    """All but Python's own refusal of a format: what happened, what was expected, what to do."""
    with pytest.raises(Exception) as caught:
        evaluate(expression, autograd)
    assert "; expected " in str(caught.value) or "__format__" in str(caught.value)


def test_a_parameter_formats_as_a_tensor() -> None:
    """PyTorch formats the number of a plain tensor only."""
    import nn

    p = nn.Parameter(autograd.tensor(2.5))
    assert f"{p}" == str(p)


def test_empty_vectors_stay_in_the_graph() -> None:
    empty = autograd.zeros(0, requires_grad=True)
    for other, dim in ((autograd.ones(2, 3), 1), (autograd.ones(3), 0)):
        joined = autograd.cat([empty, other, empty], dim)
        assert joined.requires_grad
        assert joined.tolist() == other.tolist()
        (grad,) = autograd.grad(joined.sum(), empty, create_graph=True)
        assert grad.shape == (0,)


def test_a_shallow_copy_is_a_leaf_on_the_same_memory() -> None:
    x = autograd.ones(2, requires_grad=True)
    for t in (x, x * 1.0):
        twin = copy.copy(t)
        assert twin is not t
        assert twin.is_leaf
        assert twin.requires_grad
        assert twin.grad is None
        with autograd.no_grad():
            twin[0] = 5.0
        assert t.tolist() == [5.0, 1.0]
        x = autograd.ones(2, requires_grad=True)


def test_an_edit_of_a_shallow_copy_is_seen_by_the_tape() -> None:
    x = autograd.ones(2, requires_grad=True) * 1.0
    y = x * x
    copy.copy(x.detach())[0] = 5.0
    with pytest.raises(RuntimeError, match="in-?place"):
        y.sum().backward()
