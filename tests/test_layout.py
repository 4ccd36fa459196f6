"""How elements lie in memory: strides and contiguity are PyTorch's; in-place forms that change only the shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import autograd

VIEWS: list[Callable[[Any], Any]] = [
    lambda t: t.zeros(2, 3),
    lambda t: t.zeros(2, 3).t(),
    lambda t: t.zeros(()),
    lambda t: t.zeros(2, 0),
    lambda t: t.zeros(0, 3),
    lambda t: t.zeros(2, 0, 3),
    lambda t: t.zeros(2, 3).unsqueeze(0),
    lambda t: t.zeros(2, 3).unsqueeze(1),
    lambda t: t.zeros(2, 3).t().unsqueeze(1),
    lambda t: t.zeros(2, 3)[:, None],
    lambda t: t.zeros(2, 3).expand(1, 2, 3),
    lambda t: t.zeros(2, 1).expand(1, 2, 4),
    lambda t: t.zeros(4, 6)[:1, :3],
    lambda t: t.zeros(4, 6)[:, :1],
    lambda t: t.zeros(4, 6)[::2],
    lambda t: t.zeros(4, 6).t()[:1],
    lambda t: t.zeros(4, 1, 6).transpose(0, 1),
    lambda t: t.zeros(5).unfold(0, 2, 1),
    lambda t: t.zeros(2, 7).unfold(1, 3, 2),
    lambda t: t.zeros(2, 3).t().clone(),
    lambda t: t.zeros(2, 3).t().contiguous(),
    lambda t: t.zeros(3).expand(2, 3).clone(),
    lambda t: t.zeros(2, 3, 4).permute(2, 0, 1)[:, :, ::2].clone(),
    lambda t: t.zeros(2, 3, 4, 5).contiguous(memory_format=t.channels_last),
    lambda t: t.zeros(2, 1, 4, 5),
    lambda t: t.zeros(2, 3, 1, 1),
    lambda t: t.zeros(1, 2, 3, 4, 5).clone(memory_format=t.channels_last_3d),
    lambda t: t.rot90(t.zeros(2, 3)),
    lambda t: t.meshgrid(t.zeros(2), t.zeros(3), indexing="xy")[0],
    lambda t: t.arange(6.0)[2:].view(2, 2),
]


def layout(t: Any, number: int) -> Any:
    x = VIEWS[number](t)
    formats = (t.contiguous_format, t.preserve_format, t.channels_last, t.channels_last_3d)
    return tuple(x.stride()), x.storage_offset(), [x.is_contiguous(memory_format=f) for f in formats]


@pytest.mark.oracle
@pytest.mark.parametrize("number", range(len(VIEWS)))
def test_strides_and_contiguity_are_torchs(number: int) -> None:
    torch = pytest.importorskip("torch")
    assert layout(autograd, number) == layout(torch, number)


def test_elements_in_order_can_be_viewed() -> None:
    x = autograd.arange(6).view(2, 3)
    assert x.t().contiguous().view(-1).tolist() == [0, 3, 1, 4, 2, 5]
    assert x[0].expand(2, 3).clone().view(6).tolist() == [0, 1, 2, 0, 1, 2]
    assert x.contiguous() is x
    with pytest.raises(RuntimeError, match="unsupported by the contiguous operator"):
        x.t().contiguous(memory_format=autograd.preserve_format)


def test_addresses_tell_views_apart() -> None:
    x = autograd.zeros(4)
    assert x[1:].data_ptr() - x.data_ptr() == x.element_size()
    assert x[1:].storage_offset() == 1
    assert x.detach().data_ptr() == x.data_ptr() != x.clone().data_ptr()
    assert x.is_same_size(x[None][0])
    assert x.ndimension() == 1


def test_other_readings_of_the_bytes_share_memory_and_version() -> None:
    x = autograd.ones(2, requires_grad=True)
    y = x * 1.0
    square = y * y
    bits = y.view(autograd.int32)
    assert not bits.requires_grad
    bits.zero_()
    assert y.tolist() == [0.0, 0.0]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        square.sum().backward()


def test_dot_T_of_other_than_matrices_warns() -> None:
    with pytest.warns(UserWarning, match="deprecated"):
        assert autograd.ones(2, 3, 4).T.shape == (4, 3, 2)
    with pytest.warns(UserWarning, match="deprecated"):
        assert autograd.ones(()).T.shape == ()
    assert autograd.ones(3).T.shape == (3,)


def test_windows_that_overlap_are_not_edited_but_a_window_is() -> None:
    """PyTorch edits them, each element once for each window, with a wrong gradient."""
    x = autograd.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1.0
    with pytest.raises(RuntimeError, match="windows overlap"):
        y.unfold(0, 2, 1).mul_(2.0)
    y.unfold(0, 2, 1)[1].mul_(2.0)
    y.unfold(0, 1, 2).mul_(10.0)
    assert y.tolist() == [10.0, 4.0, 60.0]
    (y * y).sum().backward()
    assert x.grad.tolist() == [200.0, 16.0, 2400.0]


def test_a_tensor_that_changes_its_shape_keeps_its_views() -> None:
    x = autograd.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    y = x * 1.0
    row = y[0]
    assert y.t_() is y
    column = y[:, 0]
    assert (tuple(y.shape), y.grad_fn.name()) == ((3, 2), "TBackward0")
    y[2].mul_(10.0)  # x[:, 2]
    row.mul_(2.0)
    assert column.tolist() == row.tolist() == [2.0, 4.0, 60.0]
    (column * autograd.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [[2.0, 20.0, 2000.0], [0.0, 0.0, 0.0]]


def test_a_view_that_changes_its_shape_stays_a_view() -> None:
    x = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 1.0
    column = y[:, 1]
    column.unsqueeze_(0).transpose_(0, 1)
    y.mul_(2.0)
    column[1].add_(5.0)
    assert (column.tolist(), y.tolist()) == ([[4.0], [13.0]], [[2.0, 4.0], [6.0, 13.0]])
    (column * column).sum().backward()
    assert x.grad.tolist() == [[0.0, 16.0], [0.0, 52.0]]


def test_under_no_grad_a_change_of_shape_is_recorded_all_the_same() -> None:
    """The gradient has to find its way back into the shape that it had before."""
    x = autograd.tensor([[1.0, 2.0]], requires_grad=True)
    y = x * 3.0
    with autograd.no_grad():
        y.t_()
    (y * autograd.tensor([[1.0], [10.0]])).sum().backward()
    assert x.grad.tolist() == [[3.0, 30.0]]


def test_a_leaf_that_changes_its_shape_under_no_grad_stays_a_leaf() -> None:
    x = autograd.tensor([[1.0, 2.0]], requires_grad=True)
    with autograd.no_grad():
        x.t_()
    (x * autograd.tensor([[1.0], [10.0]])).sum().backward()
    assert x.is_leaf
    assert x.grad.tolist() == [[1.0], [10.0]]


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda x: x.t_(), "a leaf Variable that requires grad"),
        (lambda x: x[:1].squeeze_(0), "a view of a leaf Variable"),
        (lambda x: (x * 1.0).unbind()[0].unsqueeze_(0), "multiple views"),
    ],
    ids=["leaf", "view of a leaf", "one of several views"],
)
def test_changes_of_shape_are_refused_where_edits_are(refused: Callable[[Any], Any], why: str) -> None:
    x = autograd.ones(2, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match=why):
        refused(x)
    assert x.shape == (2, 3)
