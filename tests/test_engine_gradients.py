"""The rules of gradients: broadcasting undone, memory of their own, and missing ones.

Each test fails when its rule is broken.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


# ---------------------------------------------------------------------------------------------------------------------
# Rule 4: broadcasting is undone
# ---------------------------------------------------------------------------------------------------------------------

BROADCASTS = [
    ((3,), ()),
    ((2, 3), (3,)),
    ((2, 3), (2, 1)),
    ((2, 1), (1, 3)),
    ((4, 1, 3), (2, 1)),
    ((1, 1, 1), (2, 3)),
    ((1,), (4, 2, 1)),
    ((0, 3), (1, 3)),
    ((2, 0), (2, 1)),
    ((2, 3), (2, 3)),
]


@pytest.mark.parametrize(("left", "right"), [*BROADCASTS, *(pair[::-1] for pair in BROADCASTS)])
def test_broadcast_axes_are_summed_back(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    a, b = leaf(rng.normal(size=left)), leaf(rng.normal(size=right))
    seed = rng.normal(size=np.broadcast_shapes(left, right))
    (a * b).backward(constant(seed))

    def back(grad: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        lead = grad.ndim - len(shape)
        axes = (*range(lead), *(lead + axis for axis, size in enumerate(shape) if size == 1))
        return grad.sum(axis=axes, keepdims=True).reshape(shape)

    assert a.grad.shape == left
    assert b.grad.shape == right
    np.testing.assert_allclose(a.grad.numpy(), back(seed * b.detach().numpy(), left), rtol=1e-12)
    np.testing.assert_allclose(b.grad.numpy(), back(seed * a.detach().numpy(), right), rtol=1e-12)


def test_broadcasting_is_undone_for_every_operator() -> None:
    for operation in (
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a / b,
        lambda a, b: a**b,
        autograd.maximum,
        autograd.minimum,
        lambda a, b: autograd.where(constant([[True], [False]]).bool(), a, b),
    ):
        row, column = leaf([1.0, 2.0, 3.0]), leaf([[4.0], [5.0]])
        operation(row, column).sum().backward()
        assert row.grad.shape == (3,)
        assert column.grad.shape == (2, 1)


def test_broadcasting_of_stacked_matrix_products_is_undone() -> None:
    a, b = leaf(np.ones((4, 1, 2, 3))), leaf(np.ones((5, 3, 2)))
    (a @ b).sum().backward()
    assert a.grad.tolist() == np.full((4, 1, 2, 3), 10.0).tolist()
    assert b.grad.tolist() == np.full((5, 3, 2), 8.0).tolist()


# ---------------------------------------------------------------------------------------------------------------------
# Rule 5: nobody's gradient shares memory with anything else
# ---------------------------------------------------------------------------------------------------------------------


def share(*tensors: autograd.Tensor) -> bool:
    arrays = [tensor.detach().numpy() for tensor in tensors]
    return any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


def test_two_leaves_of_one_sum_have_gradients_of_their_own() -> None:
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (a + b).sum().backward()
    assert not share(a.grad, b.grad)
    a.grad.mul_(10.0)
    assert b.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "operation",
    [
        lambda a: a.sum(),
        lambda a: a.expand(3, 2).sum(),
        lambda a: a.mean(),
        lambda a: (a + autograd.zeros(3, 2, dtype=autograd.float64)).sum(),
        lambda a: a.reshape(2, 1).transpose(0, 1).sum(),
        lambda a: a[0] + a[1],
        lambda a: autograd.cat([a, a]).sum(),
        lambda a: autograd.stack([a, a]).sum(),
        lambda a: a.max(),
        lambda a: a[None].squeeze().sum(),
    ],
    ids=["sum", "expand", "mean", "broadcast", "views", "index", "cat", "stack", "max", "unsqueeze"],
)
def test_a_gradient_is_never_read_only(operation: Callable[[autograd.Tensor], autograd.Tensor]) -> None:
    a = leaf([1.0, 2.0])
    operation(a).backward()
    before = a.grad.tolist()
    assert a.grad.numpy().flags.writeable
    a.grad += 1.0
    assert a.grad.tolist() == [value + 1.0 for value in before]


def test_parts_of_one_tensor_have_gradients_of_their_own() -> None:
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    autograd.cat([a, b]).sum().backward()
    assert not share(a.grad, b.grad)
    a.grad = b.grad = None
    autograd.stack([a, b]).backward(constant([[1.0, 2.0], [3.0, 4.0]]))
    assert not share(a.grad, b.grad)


def test_the_seed_is_not_taken_over() -> None:
    seed = constant([1.0, 10.0])
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (a + b + a).backward(seed)
    assert seed.tolist() == [1.0, 10.0]
    assert not share(seed, a.grad, b.grad)
    direct = leaf([1.0, 2.0])
    direct.backward(seed)
    assert not share(seed, direct.grad)


def test_a_retained_gradient_is_its_own() -> None:
    a = leaf([1.0, 2.0])
    y = a + 0.0
    z = y + 0.0
    y.retain_grad()
    z.retain_grad()
    z.sum().backward()
    assert not share(a.grad, y.grad, z.grad)


def test_a_retained_gradient_does_not_change_the_gradient_that_travels_on() -> None:
    a = leaf([1.0, 2.0])
    y = a + 0.0
    y.retain_grad()
    (y.sum() + y.sum()).backward(retain_graph=True)
    y.grad.zero_()
    assert a.grad.tolist() == [2.0, 2.0]


def test_the_tape_adds_into_no_array_it_does_not_own() -> None:
    """A rule may hand out an array it keeps: adding the second arrival in place would falsify it."""
    weights = constant([1.0, 10.0])

    class Weighted(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return (x * weights).sum()

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            return weights

    x = leaf([1.0, 2.0])
    y = x * 1.0
    for _ in range(2):
        (Weighted.apply(y) + Weighted.apply(y) + Weighted.apply(x)).backward(retain_graph=True)
    assert weights.tolist() == [1.0, 10.0]
    assert x.grad.tolist() == [6.0, 60.0]
    assert not share(weights, x.grad)


def test_saved_arrays_survive_their_use() -> None:
    """d(xy)/dx is y itself: two arrivals at x must not add into y."""
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x * y + x * y).backward(constant([1.0, 1.0]))
    assert y.tolist() == [3.0, 4.0]
    assert x.grad.tolist() == [6.0, 8.0]
    assert not share(x.grad, y)


# ---------------------------------------------------------------------------------------------------------------------
# Rule 6: missing gradients
# ---------------------------------------------------------------------------------------------------------------------


class SecondOnly(autograd.Function):
    """Hands its first argument no gradient at all."""

    @staticmethod
    def forward(ctx: Any, first: autograd.Tensor, second: autograd.Tensor) -> autograd.Tensor:
        return first + second

    @staticmethod
    def backward(ctx: Any, grad: autograd.Tensor) -> tuple[None, autograd.Tensor]:
        return None, grad


def test_a_missing_gradient_counts_as_an_arrival() -> None:
    """A node with two users, one of which sends nothing, must still run."""
    for missing_first in (True, False):
        x = leaf(1.0)
        y = x * 2
        if missing_first:
            out = y * 5 + SecondOnly.apply(y, x * 3)
        else:
            out = SecondOnly.apply(y, x * 3) + y * 5
        out.backward()
        assert x.grad.item() == 13.0


def test_where_nothing_but_missing_gradients_arrive_nothing_is_stored() -> None:
    x, y = leaf(1.0), leaf(2.0)
    SecondOnly.apply(x * x, y).backward()
    assert x.grad is None
    assert y.grad.item() == 1.0


def test_a_part_without_gradient_does_not_stop_the_parts_made_before_it() -> None:
    x, y = leaf(1.0), leaf(2.0)
    early = y * 3
    late = x * x
    SecondOnly.apply(late, early).backward()
    assert x.grad is None
    assert y.grad.item() == 3.0


def test_missing_gradients_of_several_outputs_are_zeros() -> None:
    received = []

    class Split(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
            return x[:1].clone(), x[1:].clone()

        @staticmethod
        def backward(ctx: Any, *grads: autograd.Tensor) -> autograd.Tensor:
            received.append([grad.tolist() for grad in grads])
            return autograd.cat(grads)

    x = leaf([1.0, 2.0, 3.0])
    _, tail = Split.apply(x)
    (tail * 5.0).sum().backward()
    assert received == [[[0.0], [5.0, 5.0]]]
    assert x.grad.tolist() == [0.0, 5.0, 5.0]


@pytest.mark.parametrize(
    "parts",
    [lambda x: x.split(1), lambda x: x.unbind(), lambda x: x.split([1, 2])],
    ids=["split", "unbind", "split by sizes"],
)
def test_unused_parts_get_zeros(parts: Callable[[autograd.Tensor], tuple[autograd.Tensor, ...]]) -> None:
    x = leaf([1.0, 2.0, 3.0])
    (parts(x)[0] * 7.0).sum().backward()
    assert x.grad.tolist() == [7.0, 0.0, 0.0]


def test_integer_outputs_carry_no_edge() -> None:
    x = leaf([[1.0, 5.0], [7.0, 3.0]])
    values, indices = x.max(dim=1)
    assert values.requires_grad
    assert indices.dtype is autograd.int64
    assert not indices.requires_grad
    assert indices.grad_fn is None
    comparison = x > 2
    assert not comparison.requires_grad
    assert comparison.grad_fn is None
