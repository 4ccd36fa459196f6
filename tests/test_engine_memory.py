"""Memory that tensors share, as in PyTorch: `.data`, `.detach()`, `.numpy()` and views, of 0-d results too.

Arithmetic may give NumPy scalars inside, which own no memory to share: none of this may show.
"""

import numpy as np
import pytest

import autograd


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


def result() -> autograd.Tensor:
    return constant(2.0) * constant(3.0)


def test_0d_results_share_memory_with_data_detach_and_numpy() -> None:
    y = result()
    data, cut, array = y.data, y.detach(), y.numpy()
    assert isinstance(array, np.ndarray)
    assert array.shape == ()
    array[...] = 7.0
    assert [y.item(), data.item(), cut.item()] == [7.0, 7.0, 7.0]
    data += 1.0
    cut.mul_(2.0)
    assert [y.item(), float(array)] == [16.0, 16.0]
    y.fill_(1.0)
    assert [data.item(), cut.item(), float(array)] == [1.0, 1.0, 1.0]


def test_0d_results_with_history_share_memory_with_detach() -> None:
    x = leaf(2.0)
    y = x + 1.0
    cut = y.detach()
    cut += 10.0
    assert y.item() == 13.0
    y.backward()
    assert x.grad.item() == 1.0


def test_a_view_of_a_0d_result_shares_memory() -> None:
    y = result()
    view = y.view(1)
    y += 1.0
    assert view.tolist() == [7.0]
    view[0] = 50.0
    assert y.item() == 50.0


def test_elements_of_a_vector_are_0d_views() -> None:
    x = constant([1.0, 2.0])
    element = x[0]
    element += 10.0
    assert x.tolist() == [11.0, 2.0]
    assert element.numpy().shape == ()


def test_in_place_arithmetic_on_0d_results() -> None:
    x = leaf(3.0)
    y = x * x
    alias = y
    y += x
    y *= 2.0
    assert alias is y
    assert y.item() == 24.0
    y.backward()
    assert x.grad.item() == 14.0


def test_0d_gradients_can_be_edited() -> None:
    x = leaf(3.0)
    (x * x).backward()
    kept = x.grad
    x.grad.mul_(0.5)
    assert kept.item() == 3.0
    x.grad.zero_()
    (x * x).backward()
    assert x.grad.item() == 6.0


def test_data_can_be_assigned() -> None:
    x = leaf([1.0, 2.0])
    x.data = constant([5.0, 6.0])
    assert x.tolist() == [5.0, 6.0]
    assert x.is_leaf
    assert x.requires_grad
    (x * x).sum().backward()
    assert x.grad.tolist() == [10.0, 12.0]


def test_an_edit_through_data_is_not_recorded_but_never_falsifies_a_gradient() -> None:
    """Outside the graph, as in torch; but where torch goes on with the wrong saved value (404, 832), we refuse."""
    w = leaf([1.0, 2.0])
    y = w * w
    z = y * y
    grad_fn = y.grad_fn
    y.data.add_(100.0)
    assert y.grad_fn is grad_fn
    assert y.tolist() == [101.0, 104.0]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()
    assert w.grad is None


def test_numpy_refuses_what_requires_a_gradient() -> None:
    x = leaf([1.0, 2.0])
    for tensor in (x, x * 2):
        with pytest.raises(RuntimeError, match=r"detach\(\)"):
            tensor.numpy()
    assert x.detach().numpy().tolist() == [1.0, 2.0]
