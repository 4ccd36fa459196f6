"""Indexing means what it means in PyTorch, also where NumPy means something else, and so do its gradients."""

import itertools
from typing import Any

import numpy as np
import pytest

import autograd

SHAPE = (2, 3, 2, 2)
MASK = "mask"
PARTS: list[Any] = [0, -1, slice(None), slice(1, None), None, Ellipsis, [0, 1], [[0], [1]], MASK]


def make(lib: Any, parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn parts into an index of a tensor of `SHAPE`: lists into tensors, a mask that fits the dimension it meets."""
    index: list[Any] = []
    dim, consumed = 0, sum(part is not None and part is not Ellipsis for part in parts)
    for part in parts:
        if part is Ellipsis:
            dim = len(SHAPE) - (consumed - dim)
        if part == MASK:
            size = SHAPE[dim] if dim < len(SHAPE) else 1
            index.append(lib.tensor([True] + [False] * (size - 2) + [True] * (size > 1)))
        else:
            index.append(lib.tensor(part) if isinstance(part, list) else part)
        dim += part is not None and part is not Ellipsis
    return tuple(index)


def read(lib: Any, parts: tuple[Any, ...]) -> tuple[Any, Any]:
    """Return ``x[index]`` and the gradient of a weighted sum of it; in place of them what was refused."""
    x = lib.tensor(np.arange(24.0).reshape(SHAPE).tolist(), dtype=lib.float64, requires_grad=True)
    try:
        y = x[make(lib, parts)]
    except IndexError:
        return "refused", None
    if y.numel():
        (y * lib.arange(1.0, y.numel() + 1, dtype=lib.float64).reshape(y.shape)).sum().backward()
    return (tuple(y.shape), y.tolist()), None if x.grad is None else x.grad.tolist()


def write(lib: Any, parts: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """Return y after ``y[index] = v`` and the gradients of a weighted sum; in place of them what was refused."""
    x = lib.tensor(np.arange(24.0).reshape(SHAPE).tolist(), dtype=lib.float64, requires_grad=True)
    v = lib.tensor([10.0, 20.0], dtype=lib.float64, requires_grad=True)
    y, index = x * 1.0, make(lib, parts)
    try:
        shape = y[index].shape
    except IndexError:
        return "refused", None, None
    if any(isinstance(part, list) for part in parts) and len(shape) > 1:
        value: Any = v.sum()  # places named twice must not be given different values
    else:
        value = v if shape and shape[-1] in (1, 2) else v.sum()
    if shape and shape[-1] == 1 and value is v:
        value = v[:1]
    try:
        y[index] = value
    except (IndexError, RuntimeError):
        return "refused", None, None
    (y * lib.arange(1.0, 25.0, dtype=lib.float64).reshape(SHAPE)).sum().backward()
    return y.tolist(), x.grad.tolist(), None if v.grad is None else v.grad.tolist()


@pytest.mark.oracle
@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_combination_reads_as_in_torch(length: int) -> None:
    torch = pytest.importorskip("torch")
    for parts in itertools.product(PARTS, repeat=length):
        if parts.count(Ellipsis) < 2:
            assert read(autograd, parts) == read(torch, parts), parts


@pytest.mark.oracle
@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_combination_writes_as_in_torch(length: int) -> None:
    torch = pytest.importorskip("torch")
    for parts in itertools.product(PARTS, repeat=length):
        if parts.count(Ellipsis) < 2:
            assert write(autograd, parts) == write(torch, parts), parts


def test_an_integer_beside_an_index_tensor_only_removes_its_dimension() -> None:
    """NumPy counts the integer among the index arrays and moves their dimension to the front: (2, 3)."""
    x = autograd.arange(24.0).reshape(2, 3, 4)
    assert x[0, :, [1, 2]].tolist() == [[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]]


def test_a_mask_may_follow_an_ellipsis() -> None:
    x = autograd.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    y = x[..., autograd.tensor([True, False, True])]
    assert y.tolist() == [[1.0, 3.0], [4.0, 6.0]]
    y.sum().backward()
    assert x.grad.tolist() == [[1.0, 0.0, 1.0]] * 2


def test_index_tensors_apart_bring_their_dimension_to_the_front() -> None:
    x = autograd.arange(24.0).reshape(2, 3, 4)
    assert x[[0, 1], :, [1, 2]].tolist() == [[1.0, 5.0, 9.0], [14.0, 18.0, 22.0]]


@pytest.mark.parametrize("step", [-1, -2])
def test_negative_steps_are_refused_as_in_torch(step: int) -> None:
    with pytest.raises(ValueError, match="step"):
        autograd.arange(3.0)[::step]


def test_a_number_that_does_not_fit_is_refused() -> None:
    x = autograd.tensor([1, 2], dtype=autograd.int8)
    with pytest.raises(RuntimeError, match="300"):
        x[0] = 300
    assert x.tolist() == [1, 2]
    x[0] = -128
    assert x.tolist() == [-128, 2]
    y = autograd.tensor([1.0, 2.0])
    y[0] = 3
    assert y.tolist() == [3.0, 2.0]
