"""MSELoss and CrossEntropyLoss: values, gradients, second derivatives, extremes, errors."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.checking import gradcheck, gradgradcheck
from nn import functional as F
from tests.nn_oracle import agree, ours

f8 = autograd.float64


# ------------------------------------------------------------------------------------------- numbers of the lectures


def test_cross_entropy_of_the_lecture() -> None:
    y = autograd.tensor([3.0, 1, -3], dtype=f8, requires_grad=True)
    loss = nn.CrossEntropyLoss()(y, autograd.tensor(0))
    loss.backward()
    assert loss.item() == pytest.approx(0.1291089088298506, rel=1e-14)
    assert loss.shape == ()
    assert y.grad is not None
    np.testing.assert_allclose(
        y.grad.numpy(), [-0.12112175726784913, 0.11894323591065209, 0.002178521357197023], rtol=1e-14
    )


def test_squared_error_of_the_lecture() -> None:
    y = autograd.tensor([3.0, 1, -3], dtype=f8, requires_grad=True)
    loss = nn.MSELoss(reduction="sum")(F.softmax(y, 0), autograd.tensor([1.0, 0, 0], dtype=f8))
    loss.backward()
    assert loss.item() == pytest.approx(0.028822719407852564, rel=1e-13)
    assert y.grad is not None
    np.testing.assert_allclose(
        y.grad.numpy(), [-0.05066332196787065, 0.05025167920680963, 0.00041164276106100533], rtol=1e-13
    )


def test_cross_entropy_against_squared_error_far_from_the_target() -> None:
    """At (-10, 10, -1000) the gradient of the one is 1, that of the other 1e-8."""
    y = autograd.tensor([-10.0, 10, -1000], dtype=f8, requires_grad=True)
    loss = F.cross_entropy(y, autograd.tensor(0))
    assert loss.item() == pytest.approx(20.000000002061153, rel=1e-15)
    (g,) = autograd.grad(loss, (y,))
    assert g is not None
    np.testing.assert_allclose(g.numpy(), [-0.99999999793884639, 0.99999999793884639, 0], rtol=1e-14, atol=1e-300)
    (g,) = autograd.grad(F.mse_loss(F.softmax(y, 0), autograd.tensor([1.0, 0, 0], dtype=f8), reduction="sum"), (y,))
    assert g is not None
    np.testing.assert_allclose(np.abs(g.numpy()[:2]), 8.2446145e-09, rtol=1e-7)
    assert F.cross_entropy(y, autograd.tensor(2)).item() == pytest.approx(1010.0000000020612, rel=1e-15)


def test_backpropagation_through_softmax_and_cross_entropy() -> None:
    w = autograd.tensor([[0.1, 0.2], [0.3, -0.1], [-0.2, 0.4]], dtype=f8, requires_grad=True)
    a = autograd.tensor([1.0, 2.0], dtype=f8, requires_grad=True)
    loss = F.cross_entropy(F.linear(a, w), autograd.tensor(1))
    loss.backward()
    p = [0.3602966152405401, 0.2415140437145238, 0.3981893410449361]
    assert loss.item() == pytest.approx(1.4208276555532595, rel=1e-14)
    assert w.grad is not None
    assert a.grad is not None
    np.testing.assert_allclose(w.grad.numpy(), np.outer([p[0], p[1] - 1, p[2]], [1, 2]), rtol=1e-14)
    np.testing.assert_allclose(a.grad.numpy(), [-0.27115399357057607, 0.3071836550946301], rtol=1e-13)


def test_the_sum_is_the_negative_log_likelihood() -> None:
    x = autograd.randn(6, 4, dtype=f8)
    y = autograd.tensor([0, 3, 1, 1, 2, 0])
    likelihood = math.prod(F.softmax(x, 1)[i, k].item() for i, k in enumerate(y.tolist()))
    assert F.cross_entropy(x, y, reduction="sum").item() == pytest.approx(-math.log(likelihood), rel=1e-13)


# ----------------------------------------------------------------------------------------------------- cross-entropy


@pytest.mark.oracle
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("target", ["labels", "ignored", "bytes", "probabilities"])
@pytest.mark.parametrize("shape", [(4,), (5, 4), (1, 4), (3, 4, 2), (2, 4, 3, 2)])
def test_cross_entropy_as_in_pytorch(
    shape: tuple[int, ...], target: str, weighted: bool, smoothing: float, reduction: str
) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64) * 3
    labels_shape = shape[:1] + shape[2:] if len(shape) > 1 else ()
    y = torch.randint(4, labels_shape)
    options: dict[str, Any] = {"reduction": reduction, "label_smoothing": smoothing}
    if target == "probabilities":
        y = torch.softmax(torch.randn(shape, dtype=torch.float64), 0 if len(shape) == 1 else 1)
    elif target == "ignored":
        options["ignore_index"] = 2
    weight = torch.tensor([0.5, 1.0, 2.0, 0.25], dtype=torch.float64) if weighted else None

    their_x = x.requires_grad_()
    theirs = torch.nn.CrossEntropyLoss(weight, **options)(their_x, y)
    if target == "bytes":
        y = y.to(torch.uint8)  # which PyTorch takes in its simplest case only
    my_x = ours(x).requires_grad_()
    mine = nn.CrossEntropyLoss(None if weight is None else ours(weight), **options)(my_x, ours(y))
    agree(mine, theirs, rtol=1e-11)
    if not torch.isfinite(theirs).all():
        return  # all labels ignored: the mean of nothing is nan in both
    seed = torch.randn(theirs.shape, dtype=torch.float64)
    mine.backward(ours(seed))
    theirs.backward(seed)
    agree(my_x.grad, their_x.grad, rtol=1e-11, atol=1e-15)


@pytest.mark.oracle
def test_cross_entropy_in_float32_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    x = torch.randn(64, 10, requires_grad=True)
    y = torch.randint(10, (64,))
    my_x = ours(x).requires_grad_()
    theirs, mine = torch.nn.functional.cross_entropy(x, y), F.cross_entropy(my_x, ours(y))
    agree(mine, theirs, rtol=1e-6)
    theirs.backward()
    mine.backward()
    agree(my_x.grad, x.grad, rtol=1e-5, atol=1e-8)


@pytest.mark.oracle
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_second_derivatives_of_cross_entropy_as_in_pytorch(smoothing: float, reduction: str) -> None:
    torch = pytest.importorskip("torch")
    x, y = torch.randn(5, 4, dtype=torch.float64), torch.randint(4, (5,))
    v = torch.randn(5, 4, dtype=torch.float64)

    def second(library: Any, functional: Any, x: Any, y: Any, v: Any) -> Any:
        x.requires_grad_()
        loss = functional.cross_entropy(x, y, reduction=reduction, label_smoothing=smoothing)
        (g,) = library.grad((loss**2).sum(), (x,), create_graph=True)
        (h,) = library.grad((g * v).sum(), (x,), create_graph=True)
        return h, library.grad((h * v).sum(), (x,))[0]  # and third ones

    mine = second(autograd, F, ours(x), ours(y), ours(v))
    for a, b in zip(mine, second(torch.autograd, torch.nn.functional, x, y, v), strict=True):
        agree(a, b, rtol=1e-10, atol=1e-14)


def test_the_hessian_of_cross_entropy_is_known() -> None:
    """diag(p) - p pᵀ: a stored probability taken for a constant would make it zero."""
    x = autograd.tensor([[3.0, 1.0, -3.0]], dtype=f8, requires_grad=True)
    (g,) = autograd.grad(F.cross_entropy(x, autograd.tensor([1])), (x,), create_graph=True)
    assert g is not None
    rows = [autograd.grad(g[0, i], (x,), retain_graph=True)[0] for i in range(3)]
    p = F.softmax(x, 1).detach().numpy()[0]
    hessian = np.stack([row.numpy()[0] for row in rows if row is not None])
    np.testing.assert_allclose(hessian, np.diag(p) - np.outer(p, p), rtol=1e-13, atol=1e-16)


@pytest.mark.oracle
def test_probabilities_may_need_gradients_themselves() -> None:
    torch = pytest.importorskip("torch")
    x, t = torch.randn(3, 4, dtype=torch.float64), torch.rand(3, 4, dtype=torch.float64)
    my_x, my_t = ours(x).requires_grad_(), ours(t).requires_grad_()
    x.requires_grad_()
    t.requires_grad_()
    torch.nn.functional.cross_entropy(x, t).backward()
    F.cross_entropy(my_x, my_t).backward()
    agree(my_x.grad, x.grad)
    agree(my_t.grad, t.grad)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"label_smoothing": 0.2},
        {"ignore_index": 1},
        {"weight": autograd.tensor([0.5, 1, 2, 3], dtype=f8), "label_smoothing": 0.1},
    ],
)
def test_derivatives_of_losses_against_differences(options: dict[str, Any], reduction: str) -> None:
    x, t = (autograd.randn(3, 4, dtype=f8, requires_grad=True) for _ in range(2))
    y = autograd.tensor([3, 1, 0])

    def hard(x: autograd.Tensor) -> autograd.Tensor:
        return F.cross_entropy(x, y, reduction=reduction, **options)

    assert gradcheck(hard, (x,))
    assert gradgradcheck(hard, (x,))
    if "ignore_index" not in options:

        def soft(x: autograd.Tensor, t: autograd.Tensor) -> autograd.Tensor:
            return F.cross_entropy(x, t, reduction=reduction, **options)

        assert gradcheck(soft, (x, t))
        assert gradgradcheck(soft, (x, t))
    if not options:

        def squared(x: autograd.Tensor, t: autograd.Tensor) -> autograd.Tensor:
            return F.mse_loss(x, t, reduction=reduction)

        assert gradcheck(squared, (x, t))
        assert gradgradcheck(squared, (x, t))


def test_smoothing_mixes_the_label_with_an_even_spread() -> None:
    x, y = autograd.randn(5, 4, dtype=f8), autograd.tensor([0, 3, 1, 1, 2])
    soft = 0.7 * autograd.eye(4, dtype=f8)[y] + 0.3 / 4
    for reduction in ("mean", "sum", "none"):
        agree(
            F.cross_entropy(x, y, label_smoothing=0.3, reduction=reduction),
            F.cross_entropy(x, soft, reduction=reduction),
        )


def test_weights_weigh_the_mean() -> None:
    x, y = autograd.randn(3, 2, dtype=f8), autograd.tensor([0, 1, 1])
    a, b, c = F.cross_entropy(x, y, reduction="none").tolist()
    weight = autograd.tensor([1.0, 4.0], dtype=f8)
    assert F.cross_entropy(x, y, weight, reduction="sum").item() == pytest.approx(a + 4 * b + 4 * c, rel=1e-14)
    assert F.cross_entropy(x, y, weight).item() == pytest.approx((a + 4 * b + 4 * c) / 9, rel=1e-14)
    soft = autograd.eye(2, dtype=f8)[y]
    assert F.cross_entropy(x, soft, weight).item() == pytest.approx((a + 4 * b + 4 * c) / 3, rel=1e-14)


def test_cross_entropy_is_one_node() -> None:
    x = autograd.randn(5, 3, requires_grad=True)
    loss = F.cross_entropy(x, autograd.tensor([0, 1, 2, 0, 1]))
    assert loss.grad_fn.name() == "NllLossBackward0"
    assert [type(node).__name__ for node, _ in loss.grad_fn.next_functions] == ["AccumulateGrad", "NoneType"]


def test_large_logits_neither_overflow_nor_vanish() -> None:
    for scale in (1e3, 1e30, 1e300):
        x = autograd.tensor([[scale, 0.0], [-scale, 0.0]], dtype=f8, requires_grad=True)
        loss = F.cross_entropy(x, autograd.tensor([0, 0]), reduction="none")
        loss.sum().backward()
        assert loss.tolist() == [0, scale]
        assert x.grad is not None
        assert x.grad.tolist() == [[0, 0], [-1, 1]]
    x = autograd.tensor([[0.0, -math.inf]], dtype=f8, requires_grad=True)  # a class that is masked out
    F.cross_entropy(x, autograd.tensor([0])).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0, 0]]


def test_ignored_rows_do_not_count_even_if_they_are_not_finite() -> None:
    x = autograd.tensor([[1.0, 2.0], [math.nan, math.inf]], requires_grad=True)
    loss = F.cross_entropy(x, autograd.tensor([0, -100]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(1 + math.e))
    assert x.grad is not None
    assert x.grad[1].tolist() == [0, 0]
    assert F.cross_entropy(x, autograd.tensor([0, -100]), reduction="none")[1].item() == 0


def test_the_mean_of_nothing_is_nan_and_the_sum_zero() -> None:
    x = autograd.ones(3, 5, requires_grad=True)
    ignored = autograd.full((3,), -100)
    for smoothing, weight in itertools.product((0.0, 0.1), (None, autograd.ones(5))):
        loss = F.cross_entropy(x, ignored, weight, label_smoothing=smoothing)
        assert math.isnan(loss.item())
        loss = F.cross_entropy(x, ignored, weight, label_smoothing=smoothing, reduction="sum")
        assert loss.item() == 0
    empty, none = autograd.zeros(0, 5), autograd.zeros(0, dtype=autograd.int64)
    assert math.isnan(F.cross_entropy(empty, none).item())
    assert F.cross_entropy(empty, none, reduction="sum").item() == 0
    assert F.cross_entropy(empty, none, reduction="none").shape == (0,)
    assert math.isnan(F.mse_loss(empty, empty).item())


def test_weights_are_a_buffer() -> None:
    loss = nn.CrossEntropyLoss(weight=autograd.ones(3))
    assert list(loss.state_dict()) == ["weight"]
    assert loss.double().weight.dtype is f8  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("target", "options", "error", "text"),
    [
        (
            [0, 1, 7],
            {},
            IndexError,
            "Target 7 is out of bounds; expected labels from 0 to 4, the input having 5 classes",
        ),
        ([0, -1, 2], {}, IndexError, "Target -1 is out of bounds; expected labels from 0 to 4"),
        ([0, 5, -100], {}, IndexError, "Target 5 is out of bounds"),
        ([0, -100, 2], {"ignore_index": 3}, IndexError, "Target -100 is out of bounds.*ignore_index=3"),
        ([0.0, 1, 2], {}, RuntimeError, "expected target dtype to be Long or Byte, but got autograd.float32"),
        ([True, False, True], {}, RuntimeError, "expected target dtype to be Long or Byte, but got autograd.bool"),
        ([0, 1], {}, ValueError, r"Expected input batch_size \(3\) to match target batch_size \(2\)"),
        ([[0, 1, 2]], {}, ValueError, r"Expected input batch_size \(3\) to match target batch_size \(1\)"),
        (
            [[0], [1], [2]],
            {},
            RuntimeError,
            r"target has shape \(3, 1\) for .* \(3, 5\) \(multi-target not supported\)",
        ),
        (0, {}, ValueError, r"Expected input batch_size \(3\) to match target batch_size \(0\)"),
        (
            [[0] * 5] * 3,
            {},
            RuntimeError,
            "Expected floating point type for target with class probabilities, got .*int64",
        ),
        ([[0.2] * 5] * 3, {"ignore_index": 1}, RuntimeError, "ignore_index is not supported for floating point target"),
        ([0, 1, 2], {"reduction": "foo"}, ValueError, "foo is not a valid value for reduction"),
        ([0, 1, 2], {"label_smoothing": 1.5}, RuntimeError, "label_smoothing must be between 0.0 and 1.0. Got: 1.5"),
        (
            [0, 1, 2],
            {"weight": autograd.ones(4)},
            RuntimeError,
            r"weight tensor should be defined either for all 5 classes .* shape: \[4\]",
        ),
        (
            [0, 1, 2],
            {"weight": autograd.ones(5, dtype=f8)},
            RuntimeError,
            "expected scalar type autograd.float32 but found autograd.float64 as the weight",
        ),
    ],
)
def test_errors_of_cross_entropy(target: Any, options: dict[str, Any], error: type[Exception], text: str) -> None:
    x = autograd.zeros(3, 5, requires_grad=True)
    with pytest.raises(error, match=text):
        F.cross_entropy(x, autograd.tensor(target), **options)


def test_logits_must_be_floats() -> None:
    with pytest.raises(RuntimeError, match=r"cross_entropy was given logits of dtype autograd.int64"):
        F.cross_entropy(autograd.ones(2, 3).long(), autograd.tensor([0, 1]))


@pytest.mark.oracle
def test_pytorch_raises_the_same_types() -> None:
    torch = pytest.importorskip("torch")
    for mark in test_errors_of_cross_entropy.pytestmark:
        for target, options, error, _ in mark.args[1]:
            theirs = {name: torch.tensor(v.tolist()).to(getattr(torch, str(v.dtype).rpartition(".")[2]))
                      if name == "weight" else v for name, v in options.items()}  # fmt: skip
            with pytest.raises(error):
                torch.nn.functional.cross_entropy(torch.zeros(3, 5), torch.tensor(target), **theirs)


# ------------------------------------------------------------------------------------------------------ squared error


@pytest.mark.oracle
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(), (5,), (5, 3), (0, 3)])
def test_squared_error_as_in_pytorch(shape: tuple[int, ...], reduction: str) -> None:
    torch = pytest.importorskip("torch")
    x, t = torch.randn(shape, dtype=torch.float64), torch.randn(shape, dtype=torch.float64)
    my_x, my_t = ours(x).requires_grad_(), ours(t).requires_grad_()
    x.requires_grad_()
    t.requires_grad_()
    theirs = torch.nn.MSELoss(reduction=reduction)(x, t)
    mine = nn.MSELoss(reduction=reduction)(my_x, my_t)
    agree(mine, theirs)
    assert mine.grad_fn.name() == theirs.grad_fn.name() == "MseLossBackward0"
    seed = torch.randn(theirs.shape, dtype=torch.float64)
    mine.backward(ours(seed))
    theirs.backward(seed)
    agree(my_x.grad, x.grad)
    agree(my_t.grad, t.grad)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_hessian_of_the_squared_error_is_constant(reduction: str) -> None:
    x = autograd.randn(3, dtype=f8, requires_grad=True)
    t = autograd.randn(3, dtype=f8, requires_grad=True)
    gx, gt = autograd.grad(F.mse_loss(x, t, reduction=reduction), (x, t), create_graph=True)
    assert gx is not None
    assert gt is not None
    each = 2 / 3 if reduction == "mean" else 2
    for g, other, sign in ((gx, x, 1), (gx, t, -1), (gt, x, -1), (gt, t, 1)):
        (h,) = autograd.grad(g[1], (other,), retain_graph=True)
        assert h is not None
        np.testing.assert_allclose(h.numpy(), [0, sign * each, 0], rtol=1e-15)


def test_only_the_input_needs_a_gradient_of_the_squared_error() -> None:
    x = autograd.tensor([1.0, 2.0], requires_grad=True)
    F.mse_loss(x, autograd.zeros(2)).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1, 2]
    F.mse_loss(autograd.zeros(2), x, reduction="sum").backward()
    assert x.grad.tolist() == [3, 6]


def test_squared_error_warns_of_broadcasting_and_does_it() -> None:
    x = autograd.tensor([[1.0], [2.0]], requires_grad=True)
    text = (
        r"Using a target size \(\(2,\)\) that is different to the input size \(\(2, 1\)\). "
        "This will likely lead to incorrect results due to broadcasting"
    )
    with pytest.warns(UserWarning, match=text) as caught:
        loss = F.mse_loss(x, autograd.zeros(2))
    assert caught[0].filename == __file__
    loss.backward()
    assert loss.item() == 2.5
    assert x.grad is not None
    assert x.grad.tolist() == [[1], [2]]
    with pytest.warns(UserWarning, match="Using a target size"):
        assert F.mse_loss(x, autograd.zeros(2), reduction="none").shape == (2, 2)
    with pytest.warns(UserWarning, match="Using a target size"):
        assert F.mse_loss(x, autograd.zeros(2), reduction="sum").item() == 10


def test_squared_error_promotes() -> None:
    x = autograd.tensor([1.0, 2.0], requires_grad=True)
    assert F.mse_loss(x, autograd.zeros(2, dtype=f8)).dtype is f8
    loss = F.mse_loss(x, autograd.tensor([0, 1]))
    assert loss.dtype is autograd.float32
    loss.backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1, 1]
    with pytest.raises(ValueError, match=re.escape("foo is not a valid value for reduction; expected 'mean', 'sum'")):
        nn.MSELoss(reduction="foo")(x, x)
