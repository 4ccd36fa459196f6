"""In-place edits and views: either the gradient is right or there is an error before anything changed.

Closed forms, on cases that can be checked with a pencil; `test_engine_random_programs.py` tries what nobody thinks of.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd.inplace import inplace

EDITED = "modified by an inplace operation"


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


def test_what_inner_operations_of_an_edit_saved_is_kept() -> None:
    def polynomial(t: Any) -> Any:
        return t * t + 3 * t.exp()

    x = leaf([0.0, 1.0])
    y = x * 1.0
    assert inplace(polynomial)(y) is y
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [3.0, 2.0 + 3 * np.e], rtol=1e-15)


# ---------------------------------------------------------------------------------------------------------------------
# Editing what a rule saved
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("Mul", lambda y: y * y),
        ("Pow", lambda y: y**2),
        ("Exp", lambda y: autograd.exp(y)),
        ("Sigmoid", lambda y: autograd.sigmoid(y)),
        ("Tanh", lambda y: autograd.tanh(y)),
        ("Sqrt", lambda y: autograd.sqrt(y)),
        ("Div", lambda y: 1 / y),
        ("Log", lambda y: autograd.log(y)),
        ("Mm", lambda y: y.reshape(2, 1) @ y.reshape(1, 2)),
    ],
)
def test_editing_a_saved_value_raises_and_names_the_operation(name: str, use: Callable[[Any], Any]) -> None:
    """Of each rule either its operand or its result is saved: edit both, and backward must refuse."""
    x = leaf([1.0, 2.0])
    y = x * 1.0
    z = use(y)
    total = z.sum()
    with autograd.no_grad():
        y += 1.0
        z += 1.0
    with pytest.raises(RuntimeError, match=EDITED) as caught:
        total.backward()
    assert name in str(caught.value) or "Reciprocal" in str(caught.value)
    assert x.grad is None


@pytest.mark.parametrize(
    "edit",
    [
        lambda y: operator.iadd(y, 1.0),
        lambda y: operator.imul(y, 2.0),
        lambda y: y.zero_(),
        lambda y: y.fill_(3.0),
        lambda y: y.copy_(constant([7.0, 8.0])),
        lambda y: operator.setitem(y, 0, 5.0),
        lambda y: operator.setitem(y, y > 1.5, 5.0),
        lambda y: y[:1].add_(1.0),
        lambda y: y.reshape(2, 1)[0].mul_(3.0),
        lambda y: y.detach().add_(1.0),
    ],
    ids=["+=", "*=", "zero_", "fill_", "copy_", "[0] =", "[mask] =", "slice", "view of a view", "detach"],
)
def test_every_kind_of_edit_is_noticed(edit: Callable[[Any], Any]) -> None:
    x = leaf([1.0, 2.0])
    y = x * 1.0
    z = y * y
    with autograd.no_grad():
        edit(y)
    with pytest.raises(RuntimeError, match=EDITED):
        z.sum().backward()


def test_an_edit_through_the_base_is_noticed_by_what_saved_a_view() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1.0
    z = y[0] * y[0]
    y += 1.0
    with pytest.raises(RuntimeError, match=EDITED):
        z.sum().backward()


def test_an_edited_constant_is_noticed() -> None:
    x, factor = leaf([1.0, 2.0]), constant([3.0, 4.0])
    y = x * factor
    factor += 1.0
    with pytest.raises(RuntimeError, match=EDITED):
        y.sum().backward()


def test_a_0d_result_that_was_saved_and_edited_is_noticed() -> None:
    """0-d results may be NumPy scalars inside; an edit must be noticed all the same."""
    x = leaf(2.0)
    y = x * 1.0
    z = y * y
    y += 1.0
    with pytest.raises(RuntimeError, match=EDITED):
        z.backward()


def test_an_edited_parameter_is_noticed() -> None:
    """A step of the optimizer between forward and backward."""
    w, x = leaf([[1.0, 2.0]]), leaf([[3.0], [4.0]])
    y = w @ x
    with autograd.no_grad():
        w -= 0.1
    with pytest.raises(RuntimeError, match=EDITED):
        y.sum().backward()


def test_an_edit_of_what_nobody_saved_is_allowed() -> None:
    x = leaf([1.0, 2.0])
    y = x + 1.0
    z = y + 2.0  # a sum saves nothing
    y *= 5.0
    (z + y).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_an_edit_before_the_use_is_allowed() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2.0
    y += 1.0
    (y * y).sum().backward()
    assert x.grad.tolist() == [12.0, 20.0]


def test_an_edit_that_only_the_constants_gradient_would_need_is_allowed() -> None:
    """d(xc)/dx needs c alone, so x may change when c needs no gradient."""
    x = leaf([1.0, 2.0])
    y = x * 1.0
    z = y * constant([3.0, 4.0])
    with autograd.no_grad():
        y += 1.0
    z.sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]


def test_the_gradient_after_a_refused_backward_is_untouched_and_the_graph_of_others_lives_on() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    bad = y * y
    good = x + 3.0
    y += 1.0
    with pytest.raises(RuntimeError):
        (bad.sum() + good.sum()).backward()
    assert x.grad is None
    good.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_versions_count_edits_and_are_shared_by_views() -> None:
    x = constant([1.0, 2.0])
    view = x[:1]
    before = x._version
    x += 1.0
    view.mul_(2.0)
    x[1] = 0.0
    assert x._version == view._version == before + 3
    assert x.clone()._version == 0


# ---------------------------------------------------------------------------------------------------------------------
# Leaves that require a gradient
# ---------------------------------------------------------------------------------------------------------------------

EDITS: list[Callable[[Any], Any]] = [
    lambda x: operator.iadd(x, 1.0),
    lambda x: operator.isub(x, 1.0),
    lambda x: operator.imul(x, 2.0),
    lambda x: operator.itruediv(x, 2.0),
    lambda x: x.add_(1.0),
    lambda x: x.zero_(),
    lambda x: x.fill_(1.0),
    lambda x: x.copy_(constant([7.0, 8.0])),
    lambda x: operator.setitem(x, 0, 5.0),
    lambda x: operator.setitem(x, slice(None), leaf([5.0, 6.0])),
    lambda x: x[:1].add_(1.0),
    lambda x: x.view(2, 1).mul_(2.0),
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_leaf_that_requires_a_gradient_is_not_edited(edit: Callable[[Any], Any]) -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    with pytest.raises(RuntimeError, match="leaf"):
        edit(x)
    assert x.tolist() == [1.0, 2.0], "refused before anything changed"
    assert x.is_leaf
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("edit", [*EDITS[:9], *EDITS[10:]])
def test_under_no_grad_a_leaf_may_be_edited(edit: Callable[[Any], Any]) -> None:
    x = leaf([1.0, 2.0])
    with autograd.no_grad():
        edit(x)
    assert x.tolist() != [1.0, 2.0]
    assert x.is_leaf
    assert x.requires_grad
    value = x.tolist()
    (x * x).sum().backward()
    assert x.grad.tolist() == [2 * v for v in value]


# ---------------------------------------------------------------------------------------------------------------------
# Edits that are part of the graph
# ---------------------------------------------------------------------------------------------------------------------


def test_in_place_arithmetic_is_differentiated() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 5.0])
    y = x * 2.0  # 2x
    y += w  # 2x + w
    y *= 3.0  # 3(2x + w)
    y -= x  # 5x + 3w
    y /= 2.0
    assert y.tolist() == [7.0, 12.5]
    y.sum().backward()
    assert x.grad.tolist() == [2.5, 2.5]
    assert w.grad.tolist() == [1.5, 1.5]


def test_in_place_power_and_product_with_itself() -> None:
    x = leaf([2.0, 3.0])
    y = x * 1.0
    y **= 2
    y = y * 1.0
    y *= x
    y.sum().backward()
    assert x.grad.tolist() == [12.0, 27.0]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        *(
            (name, ())
            for name in ("neg_", "abs_", "exp_", "log_", "sqrt_", "tanh_", "sigmoid_", "relu_", "reciprocal_")
        ),
        *((name, (1.5,)) for name in ("add_", "sub_", "mul_", "div_", "pow_")),
        *((name, "w") for name in ("add_", "sub_", "mul_", "div_", "pow_")),
        ("clamp_", (0.5, 1.5)),
        ("zero_", ()),
        ("fill_", (3.0,)),
    ],
    ids=str,
)
def test_every_in_place_method_has_the_gradients_of_its_plain_form(name: str, arguments: Any) -> None:
    """And what it saves is its own operand and result, though they share one memory."""

    def gradients(method: str) -> list[Any]:
        x, w = leaf([0.7, 1.2, 2.0]), leaf([1.1, 0.4, 2.5])
        y = x * 1.25
        given = (w,) if arguments == "w" else arguments
        if method in ("zero", "fill"):  # these have no plain form
            z = y * 0.0 + (given or (0.0,))[0]
        else:
            z = getattr(y, method)(*given)
        (z * z * constant([1.0, 2.0, 3.0]) + y.detach() * 0.0).sum().backward()
        return [z.tolist(), x.grad.tolist(), None if w.grad is None else w.grad.tolist()]

    assert gradients(name) == gradients(name.rstrip("_"))


def test_single_numbers_are_edited_one_edit_after_the_other() -> None:
    """The product saved the number as it was, and no later edit can change that."""
    x, w = leaf([2.0, 3.0]), leaf(5.0)
    y = x[0] * x[1]
    y.mul_(w)
    y.add_(1.0)
    y.backward()
    assert (y.item(), x.grad.tolist(), w.grad.item()) == (31.0, [15.0, 10.0], 6.0)


def test_in_place_on_what_needed_no_gradient_makes_it_need_one() -> None:
    x, total = leaf([1.0, 2.0]), constant([0.0, 0.0])
    for _ in range(3):
        total += x * x
    assert total.requires_grad
    assert not total.is_leaf
    total.sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


def test_in_place_under_no_grad_is_a_constant_change() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2.0
    with autograd.no_grad():
        y += 100.0
    (y + 0.0).sum().backward()
    assert y.tolist() == [102.0, 104.0]
    assert x.grad.tolist() == [2.0, 2.0]


def test_in_place_broadcasts_its_operand_only() -> None:
    x, b = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([10.0, 20.0])
    y = x * 1.0
    y += b
    y.sum().backward()
    assert b.grad.tolist() == [2.0, 2.0]
    small = leaf([1.0, 2.0]) * 1.0
    with pytest.raises(RuntimeError):
        small += constant([[1.0, 2.0], [3.0, 4.0]])
    assert small.tolist() == [1.0, 2.0]


def test_in_place_returns_its_tensor() -> None:
    x = constant([1.0, 2.0])
    assert x.add_(1.0) is x
    same = x
    same += 1.0
    assert same is x
    assert x.tolist() == [3.0, 4.0]


# ---------------------------------------------------------------------------------------------------------------------
# Views and index assignment: the edit reaches the base and its other views
# ---------------------------------------------------------------------------------------------------------------------


def test_adding_to_an_element_of_a_result() -> None:
    """`y[0] += 1` edits a view of y: y's own gradient path must not be lost, nor counted twice."""
    x = leaf([1.0, 2.0, 3.0])
    y = x * x
    y[0] += 1.0
    assert y.tolist() == [2.0, 4.0, 9.0]
    (y * y).sum().backward()
    assert x.grad.tolist() == [8.0, 32.0, 108.0]


def test_multiplying_an_element_of_a_result() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x * x
    y[1] *= 10.0
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 40.0, 6.0]


def test_assigning_to_a_part_cuts_the_gradient_of_what_was_there() -> None:
    x, v = leaf([1.0, 2.0, 3.0]), leaf([10.0, 20.0])
    y = x * 2.0
    y[1:] = v * 3.0
    assert y.tolist() == [2.0, 30.0, 60.0]
    (y * y).sum().backward()
    assert x.grad.tolist() == [8.0, 0.0, 0.0]
    assert v.grad.tolist() == [180.0, 360.0]


def test_assigning_a_number_or_a_broadcast_value() -> None:
    x, v = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([5.0])
    y = x * 2.0
    y[0] = 7.0
    y[:, 1] = v
    assert y.tolist() == [[7.0, 5.0], [6.0, 5.0]]
    (y * y).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0], [24.0, 0.0]]
    assert v.grad.tolist() == [20.0]


@pytest.mark.parametrize(
    ("part", "slope"),
    [
        (lambda y: y[0], 1.0),
        (lambda y: y[:1][0], 1.0),
        (lambda y: y[0].detach(), 0.0),
        (lambda y: y.detach()[0], 0.0),
        (lambda y: y.data[0], 0.0),
        (lambda y: y.detach().numpy()[0], 0.0),
    ],
    ids=["itself", "a view of itself", "detached", "of the detached", "data", "numpy"],
)
def test_assigning_a_part_to_itself(part: Callable[[Any], Any], slope: float) -> None:
    """The memory does not change, but a detached part brings no gradient."""
    x = leaf([1.0, 2.0])
    y = x * 1.0
    y[0] = part(y)
    assert y.tolist() == [1.0, 2.0]
    (y * constant([1.0, 10.0])).sum().backward()
    assert x.grad.tolist() == [slope, 10.0]


def test_assigning_to_a_0d_result() -> None:
    x, v = leaf(3.0), leaf(5.0)
    y = x * 2.0
    y[...] = v * 4.0
    z = x * 2.0
    z[()] = 7.0
    masked = x * 2.0
    masked[masked > 1.0] = 8.0
    assert [y.item(), z.item(), masked.item()] == [20.0, 7.0, 8.0]
    (y + z + masked).backward()
    assert x.grad.item() == 0.0
    assert v.grad.item() == 4.0


@pytest.mark.parametrize("style", ["mask", "integers", "tensor of integers"])
def test_assigning_by_mask_and_by_integers(style: str) -> None:
    x, v = leaf([1.0, 2.0, 3.0]), leaf([10.0, 20.0])
    y = x * 2.0
    index: Any = {
        "mask": autograd.tensor([True, False, True]),
        "integers": [0, 2],
        "tensor of integers": autograd.tensor([0, 2]),
    }[style]
    y[index] = v * 3.0
    assert y.tolist() == [30.0, 4.0, 60.0]
    (y * y).sum().backward()
    assert x.grad.tolist() == [0.0, 16.0, 0.0]
    assert v.grad.tolist() == [180.0, 360.0]


def test_assigning_into_a_constant_makes_it_part_of_the_graph() -> None:
    x, table = leaf([1.0, 2.0]), constant([0.0, 0.0, 0.0])
    table[1:] = x * x
    table[0] = x[0]
    (table * constant([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [21.0, 400.0]


def test_an_edited_view_reaches_its_base() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1.0
    row = y[0]
    row *= 5.0
    assert y.tolist() == [[5.0, 10.0], [3.0, 4.0]]
    y.sum().backward()
    assert x.grad.tolist() == [[5.0, 5.0], [1.0, 1.0]]


def test_after_an_edit_a_view_comes_from_its_base() -> None:
    """What reaches the base includes what reaches the view, and not the reverse."""
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 2.0
    row = y[0]
    y.retain_grad()
    row.retain_grad()
    row *= 5.0
    seen = []
    row.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: seen.append(g.tolist()))
    loss = (row * row).sum() + y.sum()
    expected = [[20.0, 40.0], [[21.0, 41.0], [1.0, 1.0]], [[210.0, 410.0], [2.0, 2.0]]]
    loss.backward(retain_graph=True)
    assert [t.grad.tolist() for t in (row, y, x)] == expected
    assert [g.tolist() for g in autograd.grad(loss, (row, y, x))] == expected
    assert seen == expected[:2] * 2
    assert [g.tolist() for g in autograd.grad(row.sum(), y)] == [[[1.0, 1.0], [0.0, 0.0]]]


def test_an_edited_base_reaches_its_views() -> None:
    """The view is older than the edit: its path must be made anew."""
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1.0
    row = y[0]
    y *= 5.0
    assert row.tolist() == [5.0, 10.0]
    row.sum().backward()
    assert x.grad.tolist() == [[5.0, 5.0], [0.0, 0.0]]


def test_an_edited_view_reaches_an_older_view_that_overlaps() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x * 1.0
    left, right = y[:2], y[1:]
    left *= 5.0
    assert right.tolist() == [10.0, 3.0]
    (right * right).sum().backward()
    assert x.grad.tolist() == [0.0, 100.0, 6.0]


def test_views_of_views_of_transposes() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1.0
    column = y.t()[1]  # [2, 4]
    flat = y.view(4)
    flat[3:] *= 10.0  # y[1, 1] = 40
    column += 1.0
    assert y.tolist() == [[1.0, 3.0], [3.0, 41.0]]
    (column * column).sum().backward()
    assert x.grad.tolist() == [[0.0, 6.0], [0.0, 820.0]]


def test_an_edited_view_of_a_constant_makes_the_base_need_a_gradient() -> None:
    x, base = leaf([1.0, 2.0]), constant([[0.0, 0.0], [7.0, 7.0]])
    base[0] += x * x
    assert base.requires_grad
    base.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_an_accumulator_filled_row_by_row() -> None:
    x = leaf([1.0, 2.0, 3.0])
    out = autograd.zeros(3, 3, dtype=autograd.float64)
    for i in range(3):
        for j in range(3):
            out[i, j] += x[i] * x[j]
    out.sum().backward()
    assert x.grad.tolist() == [12.0, 12.0, 12.0]


def test_a_view_taken_under_no_grad_shares_memory() -> None:
    x = leaf([1.0, 2.0])
    with autograd.no_grad():
        view = x[:1]
        view += 10.0
    assert x.tolist() == [11.0, 2.0]
    assert x.is_leaf


def test_a_boolean_or_integer_index_is_a_copy() -> None:
    x = constant([1.0, 2.0, 3.0])
    for index in (autograd.tensor([0, 1]), x > 1.5, [0, 1]):
        part = x[index]
        part += 100.0
    assert x.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[0],
        lambda x: x[:, 1],
        lambda x: x[0, 1],
        lambda x: x[..., None],
        lambda x: x.view(4),
        lambda x: x.reshape(4),
        lambda x: x.t(),
        lambda x: x.transpose(0, 1),
        lambda x: x.permute(1, 0),
        lambda x: x.unsqueeze(0),
        lambda x: x.squeeze(),
        lambda x: x.flatten(),
        lambda x: x.expand(3, 2, 2),
        lambda x: x.split(1)[0],
        lambda x: x.unbind()[0],
        lambda x: x.detach(),
        lambda x: x.data,
    ],
    ids=[
        *("row", "column", "element", "None", "view", "reshape", "t", "transpose", "permute", "unsqueeze", "squeeze"),
        *("flatten", "expand", "split", "unbind", "detach", "data"),
    ],
)
def test_views_share_memory(view: Callable[[autograd.Tensor], autograd.Tensor]) -> None:
    base = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=autograd.float64)
    part = view(base)
    base.fill_(9.0)
    assert np.unique(part.numpy()).tolist() == [9.0]
    assert np.shares_memory(part.numpy(), base.numpy())


# ---------------------------------------------------------------------------------------------------------------------
# Refused
# ---------------------------------------------------------------------------------------------------------------------


def test_expanded_memory_is_not_edited() -> None:
    x = leaf([[1.0], [2.0]])
    wide = (x * 1.0).expand(2, 3)
    with pytest.raises(RuntimeError, match="clone"):
        wide += constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    plain = constant([1.0]).expand(3)
    with pytest.raises(RuntimeError, match="clone"):
        plain += constant([1.0, 2.0, 3.0])
    assert wide.tolist() == [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    assert plain.tolist() == [1.0, 1.0, 1.0]


def test_a_part_of_expanded_memory_is_edited() -> None:
    """The edit shows in every copy, and the gradient of what was overwritten is not counted for each of them."""
    x, v = leaf([2.0, 3.0]), leaf(7.0)
    y = x * 1.0
    wide = y.expand(2, 2)
    row, column, element = wide[0], wide[:, 1], wide.t()[0, :1]
    row *= 5.0
    wide[1, 0] = v
    assert y.tolist() == [7.0, 15.0]
    assert wide.tolist() == [[7.0, 15.0]] * 2
    (wide * constant([[1.0, 10.0], [100.0, 1000.0]]) + column + row * element).sum().backward()
    assert x.grad.tolist() == [0.0, 5 * (1010.0 + 4 + 2 * 7.0)]  # of 101 y₀ + 1010 y₁ + 4 y₁ + 2 (y₀² + y₁ y₀)
    assert v.grad.item() == 101.0 + 2 * (14.0 + 15.0)


@pytest.mark.parametrize("parts", [lambda y: y.unbind(), lambda y: y.split(1)], ids=["unbind", "split"])
def test_views_out_of_unbind_and_split_are_not_edited(parts: Callable[[Any], tuple[Any, ...]]) -> None:
    x = leaf([1.0, 2.0])
    y = x * 1.0
    first = parts(y)[0]
    with pytest.raises(RuntimeError, match=r"multiple|several"):
        first += 1.0
    assert y.tolist() == [1.0, 2.0]
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_an_edit_that_does_not_fit_changes_nothing() -> None:
    y = leaf([1.0, 2.0]) * 1.0
    version = y._version
    with pytest.raises(RuntimeError):
        y += constant([1.0, 2.0, 3.0])
    with pytest.raises((RuntimeError, ValueError)):
        y[0:2] = constant([1.0, 2.0, 3.0])
    with pytest.raises(IndexError):
        y[5] = 1.0
    assert y.tolist() == [1.0, 2.0]
    assert y._version == version
    assert y.grad_fn.name() == "MulBackward0"
