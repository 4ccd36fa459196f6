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


NAMES: list[tuple[Any, str]] = [
    (0, "SelectBackward0"),
    (np.int64(0), "SelectBackward0"),
    ((..., -1), "SelectBackward0"),
    ((slice(None), 1), "SelectBackward0"),
    (None, "UnsqueezeBackward0"),
    ((slice(None), None), "UnsqueezeBackward0"),
    (slice(1, None), "SliceBackward0"),
    ((slice(None), slice(0, 1)), "SliceBackward0"),
    (..., "AliasBackward0"),
    (slice(None), "SliceBackward0"),
    ([0, 1], "IndexBackward0"),
]


@pytest.mark.parametrize(("index", "name"), NAMES, ids=[repr(i) for i, _ in NAMES])
def test_an_index_of_one_step_has_that_steps_name(index: Any, name: str) -> None:
    assert autograd.ones(2, 3, requires_grad=True)[index].grad_fn.name() == name


@pytest.mark.oracle
@pytest.mark.parametrize(("index", "name"), NAMES, ids=[repr(i) for i, _ in NAMES])
def test_the_name_is_torchs(index: Any, name: str) -> None:
    torch = pytest.importorskip("torch")
    assert torch.ones(2, 3, requires_grad=True)[index].grad_fn.name() == name


def test_a_list_of_lists_is_read_as_a_tuple_with_a_warning() -> None:
    x = autograd.arange(6.0).reshape(2, 3)
    with pytest.warns(UserWarning, match=r"x\[tuple\(index\)\]") as caught:
        assert x[[[0, 1], [2, 2]]].tolist() == [2.0, 5.0]
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="deprecated"):
        assert x[[0, slice(1, None)]].tolist() == [1.0, 2.0]
    assert x[([[0, 1], [1, 1]],)].shape == (2, 2, 3)


def test_bytes_are_read_as_a_mask_with_a_warning() -> None:
    x = autograd.arange(3.0)
    with pytest.warns(UserWarning, match="uint8") as caught:
        assert x[autograd.tensor([1, 0, 1], dtype=autograd.uint8)].tolist() == [0.0, 2.0]
    assert caught[0].filename == __file__


def test_an_array_is_converted_when_it_is_assigned() -> None:
    """A tensor of another dtype is refused; but arrays of floats have 64 bits unless somebody says otherwise."""
    x = autograd.zeros(3)
    x[[0, 2]] = np.array([1.0, 2.0])
    x[1] = np.array(3)
    assert x.tolist() == [1.0, 3.0, 2.0]


def test_a_part_may_be_moved_within_its_own_tensor() -> None:
    x = autograd.arange(4.0)
    x[1:] = x[:-1]
    assert x.tolist() == [0.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "edit",
    [
        lambda x: x.scatter_(0, autograd.tensor([0, 3]), autograd.ones(2)),
        lambda x: x.scatter_add_(0, autograd.tensor([0, -1]), autograd.ones(2)),
        lambda x: x.index_add_(0, autograd.tensor([0, 3]), autograd.ones(2)),
        lambda x: x.index_copy_(0, autograd.tensor([0, 3]), autograd.ones(2)),
        lambda x: x.index_fill_(0, autograd.tensor([0, 3]), 7.0),
        lambda x: x.put_(autograd.tensor([0, 3]), autograd.ones(2)),
        lambda x: x.index_put_((autograd.tensor([0, 3]),), autograd.ones(2)),
        lambda x: x.masked_scatter_(autograd.tensor([True, True, False]), autograd.ones(1)),
        lambda x: x.__setitem__([0, 3], 7.0),
    ],
)
def test_what_is_refused_has_changed_nothing(edit: Any) -> None:
    x = autograd.zeros(3)
    version = x._version
    with pytest.raises((RuntimeError, IndexError)):
        edit(x)
    assert (x.tolist(), x._version) == ([0.0, 0.0, 0.0], version)


def test_an_extreme_that_is_not_counted_gets_no_share_of_the_gradient() -> None:
    """PyTorch gives `x` a share where its element, which is left out, happens to equal the extreme of the others."""
    x = autograd.tensor([3.0, 1.0], requires_grad=True)
    y = autograd.tensor([3.0, 2.0], requires_grad=True)
    x.scatter_reduce(0, autograd.tensor([0, 0]), y, "amax", include_self=False).sum().backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([0.0, 1.0], [1.0, 0.0])


def test_much_is_added_to_few_elements_by_number() -> None:
    """The quick way of the adjoint of an index gives what the plain one does."""
    random = np.random.default_rng(0)
    for index in (random.integers(-40, 40, 300), (slice(None), random.integers(0, 50, (2, 30)))):
        x = autograd.tensor(random.standard_normal((40, 50)), requires_grad=True)
        y = x[autograd.tensor(index) if isinstance(index, np.ndarray) else (index[0], autograd.tensor(index[1]))]
        g = random.standard_normal(y.shape)
        y.backward(autograd.tensor(g))
        expected = np.zeros((40, 50))
        np.add.at(expected, index, g)
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-14)


def test_items_are_not_deleted() -> None:
    x = autograd.ones(3)
    with pytest.raises(TypeError, match=r"does not support deleting items; .* Write x = x\[keep\]"):
        del x[0]
