"""Pooling and padding as modules: lecture 004's numbers, PyTorch's on random geometries, NaN, what is printed."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from tests.nn_oracle import agree, ours

F8 = autograd.float64
IMAGE = autograd.tensor([[[[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]]])


def test_the_lectures_image() -> None:
    assert nn.MaxPool2d(2)(IMAGE).tolist() == [[[[6, 8], [3, 4]]]]
    assert nn.AvgPool2d(2)(IMAGE).tolist() == [[[[3.25, 5.25], [2, 2]]]]
    values, indices = nn.MaxPool2d(2, return_indices=True)(IMAGE)
    assert indices.tolist() == [[[[5, 7], [8, 15]]]]
    back = nn.MaxUnpool2d(2)(values, indices)
    assert back.tolist() == [[[[0, 0, 0, 0], [0, 6, 0, 8], [3, 0, 0, 0], [0, 0, 0, 4]]]]


def test_stored_numbers() -> None:
    x = autograd.arange(10.0)[None]
    assert nn.MaxPool1d(3, 2, 1)(x).tolist() == [[1, 3, 5, 7, 9]]
    assert nn.AvgPool1d(4, 3, 1, count_include_pad=False)(x).tolist() == [[1, 3.5, 6.5]]
    assert nn.AdaptiveAvgPool1d(4)(x).tolist() == [[1, 3, 6, 8]]
    assert nn.AdaptiveMaxPool1d(4)(x).tolist() == [[2, 4, 7, 9]]
    np.testing.assert_allclose(nn.LPPool1d(2, 2)(x).tolist(), [[1, 13**0.5, 41**0.5, 85**0.5, 145**0.5]], rtol=1e-6)
    assert nn.ReflectionPad1d((2, 1))(x[:, :4]).tolist() == [[2, 1, 0, 1, 2, 3, 2]]
    assert nn.ReplicationPad1d((2, 1))(x[:, :2]).tolist() == [[0, 0, 0, 1, 1]]
    assert nn.CircularPad1d(1)(x[:, :3]).tolist() == [[2, 0, 1, 2, 0]]
    assert nn.ConstantPad1d((0, 1), 7)(x[:, :2]).tolist() == [[0, 1, 7]]
    assert nn.ZeroPad1d(1)(x[:, 1:2]).tolist() == [[0, 1, 0]]


def test_ties_go_to_the_first_and_overlapping_windows_add_up() -> None:
    x = autograd.ones(1, 4, dtype=F8, requires_grad=True)
    nn.functional.max_pool1d(x, 3, 1).backward(autograd.tensor([[2.0, 3.0]], dtype=F8))
    assert x.grad is not None
    assert x.grad.tolist() == [[2, 3, 0, 0]]
    x.grad = None
    nn.functional.avg_pool1d(x, 3, 1).backward(autograd.tensor([[3.0, 6.0]], dtype=F8))
    assert x.grad.tolist() == [[1, 3, 3, 2]]


def test_infinite_gradients_stay_where_they_belong() -> None:
    x = autograd.tensor([[1.0, 2.0, 3.0, 0.0]], requires_grad=True)
    nn.functional.max_pool1d(x, 2).backward(autograd.tensor([[float("inf"), float("nan")]]))
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), [[0, np.inf, np.nan, 0]])


def both(name: str, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    """A module of each library."""
    torch = pytest.importorskip("torch")
    return getattr(nn, name)(*args, **kwargs), getattr(torch.nn, name)(*args, **kwargs)


def compare(mine: Any, theirs: Any, shape: tuple[int, ...]) -> None:
    """Fail unless results, indices and input gradients agree, of an input with many ties."""
    torch = pytest.importorskip("torch")
    x = torch.tensor(np.random.default_rng(0).integers(-3, 4, shape) / 2, requires_grad=True)
    y = ours(x).requires_grad_()
    expected, found = theirs(x), mine(y)
    if isinstance(expected, tuple):
        agree(found[1], expected[1])
        expected, found = expected[0], found[0]
    agree(found, expected)
    g = torch.tensor(np.random.default_rng(1).normal(size=expected.shape))
    expected.backward(g)
    found.backward(ours(g))
    agree(y.grad, x.grad)


SIZES = ((9,), (7, 8), (5, 6, 5))


@pytest.mark.oracle
@pytest.mark.parametrize("lead", [(2, 3), (3,)])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_windows_as_in_pytorch(axes: int, lead: tuple[int, ...]) -> None:
    shape = (*lead, *SIZES[axes - 1])
    for kernel, stride, padding, ceil in itertools.product((2, 3), (None, 1, 2), (0, 1), (False, True)):
        for dilation in (1, 2):
            compare(
                *both(f"MaxPool{axes}d", kernel, stride, padding, dilation, return_indices=True, ceil_mode=ceil), shape
            )
        for counted in (True, False):
            compare(*both(f"AvgPool{axes}d", kernel, stride, padding, ceil, counted), shape)
    for size in (1, 3, 4):
        compare(*both(f"AdaptiveAvgPool{axes}d", size), shape)
        compare(*both(f"AdaptiveMaxPool{axes}d", size, return_indices=True), shape)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "padding"),
    [
        (f"{kind}Pad{axes}d", padding)
        for kind in ("Zero", "Reflection", "Replication", "Circular")
        for axes in (1, 2, 3)
        for padding in (1, (2, 1, 0, 1, 1, 2)[: 2 * axes])
    ],
)
def test_padding_as_in_pytorch(name: str, padding: Any) -> None:
    axes = int(name[-2])
    compare(*both(name, padding), (2, 2, *SIZES[axes - 1]))


@pytest.mark.oracle
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_other_layers_as_in_pytorch(axes: int) -> None:
    shape = (2, 2, *SIZES[axes - 1])
    compare(*both(f"ConstantPad{axes}d", 2, 1.5), shape)
    if axes > 1:
        compare(*both(f"AvgPool{axes}d", 2, divisor_override=3), shape)


@pytest.mark.oracle
def test_nan_is_the_largest_and_the_last_one_gets_the_gradient() -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor([[[1.0, np.nan, 2.0, np.nan], [3.0, 0.0, np.nan, 1.0]]], dtype=torch.float64, requires_grad=True)
    y = ours(x).requires_grad_()
    expected, where = torch.nn.functional.max_pool2d(x, (2, 2), return_indices=True)
    found, mine = nn.functional.max_pool2d(y, (2, 2), return_indices=True)
    np.testing.assert_array_equal(found.detach().numpy(), expected.detach().numpy())
    agree(mine, where)
    expected.sum().backward()
    found.sum().backward()
    agree(y.grad, x.grad)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("MaxPool2d", (3, 2, 1)), ("MaxPool1d", (2,)), ("AvgPool2d", ((2, 3),)), ("AvgPool1d", (2,)),
        ("LPPool2d", (2, 3)), ("AdaptiveAvgPool2d", ((None, 5),)), ("AdaptiveMaxPool1d", (3,)),
        ("MaxUnpool2d", (2,)), ("ReflectionPad2d", (1,)), ("ConstantPad1d", (1, 2.5)), ("ZeroPad2d", ((1, 2, 3, 4),)),
    ],
)  # fmt: skip
def test_what_is_printed(name: str, args: Any) -> None:
    mine, theirs = both(name, *args)
    assert repr(mine) == repr(theirs)


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_second_derivatives_as_in_pytorch(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor(np.random.default_rng(0).normal(size=(1, 2, 6, 6)), dtype=getattr(torch, dtype))

    def slope(lib: Any, x: Any) -> Any:
        f = lib.nn.functional
        y = (f.max_pool2d(x, 3, 2) ** 3).sum() + (f.avg_pool2d(x, 2) ** 3).sum()
        y = y + (f.adaptive_max_pool2d(x, 4) ** 2).sum()
        (g,) = lib.autograd.grad(y, x, create_graph=True)
        return lib.autograd.grad((g**2).sum(), x)[0]

    expected = slope(torch, x.clone().requires_grad_())
    agree(slope(autograd, ours(x).requires_grad_()), expected, rtol=1e-12 if dtype == "float64" else 1e-5)
