"""Linear, activations and containers: values, gradients, second derivatives, errors."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.checking import gradcheck, gradgradcheck
from nn import functional as F
from tests.nn_oracle import agree, array, copied, ours


def double(*shape: int, requires_grad: bool = False) -> autograd.Tensor:
    return autograd.randn(*shape, dtype=autograd.float64, requires_grad=requires_grad)


# ------------------------------------------------------------------------------------------------------------ linear


def test_rows_of_the_weight_are_neurons() -> None:
    layer = nn.Linear(3, 3, bias=False)
    with autograd.no_grad():
        layer.weight.copy_(autograd.tensor([[1.0, 4, 7], [2, 5, 8], [3, 6, 9]]))
    assert layer(autograd.tensor([1.0, 0, 0])).tolist() == [1, 2, 3]
    assert layer(autograd.ones(3)).tolist() == [12, 15, 18]
    assert layer(autograd.ones(1, 3)).tolist() == [[12, 15, 18]]


def test_the_layer_with_all_numbers_in_the_lecture() -> None:
    layer = nn.Linear(2, 2, dtype=autograd.float64)
    with autograd.no_grad():
        layer.weight.copy_(autograd.tensor([[1.0, -2], [-1, 1]]))
        layer.bias.copy_(autograd.tensor([1.0, 0]))
    net = nn.Sequential(layer, nn.Sigmoid())
    y = net(autograd.tensor([1.0, -1], dtype=autograd.float64))
    np.testing.assert_allclose(y.detach().numpy(), [0.9820137900379085, 0.11920292202211755], rtol=1e-15)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (1, 3), (5, 3), (2, 4, 3), (2, 1, 2, 3), (0, 3)])
def test_linear_is_the_product_with_the_transposed_weight(shape: tuple[int, ...], bias: bool) -> None:
    w, b = double(4, 3, requires_grad=True), double(4, requires_grad=True)
    x = double(*shape, requires_grad=True)
    y = F.linear(x, w, b if bias else None)
    expected = autograd.matmul(x, w.t()) + (b if bias else 0)
    agree(y, expected)
    g = double(*y.shape)
    inputs = (x, w, b) if bias else (x, w)
    for mine, other in zip(autograd.grad(y, inputs, g), autograd.grad(expected, inputs, g), strict=True):
        assert mine is not None
        assert other is not None
        agree(mine, other)


def test_linear_computes_only_gradients_that_are_needed() -> None:
    layer = nn.Linear(3, 4)
    y = layer(autograd.ones(2, 3))
    assert y.grad_fn.name() == "AddmmBackward0"
    assert [edge is None for edge in y.grad_fn.edges] == [True, False, False]
    dx, dw, db = y.grad_fn.backward(np.ones((2, 4), np.float32), *y.grad_fn.saved)
    assert dx is None
    assert dw.shape == (4, 3)
    assert db.tolist() == [2, 2, 2, 2]
    assert nn.Linear(3, 4, bias=False)(autograd.ones(2, 3)).grad_fn.name() == "MmBackward0"


@pytest.mark.oracle
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_linear_as_in_pytorch(shape: tuple[int, ...], bias: bool, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.nn.Linear(3, 4, bias=bias, dtype=getattr(torch, dtype))
    mine = copied(nn.Linear(3, 4, bias=bias, dtype=getattr(autograd, dtype)), theirs)
    their_x = torch.randn(shape, dtype=getattr(torch, dtype), requires_grad=True)
    x = ours(their_x).requires_grad_()
    rtol, atol = (1e-12, 1e-14) if dtype == "float64" else (1e-5, 1e-6)
    y, their_y = mine(x), theirs(their_x)
    agree(y, their_y, rtol, atol)
    (y * y).sum().backward()
    (their_y * their_y).sum().backward()
    agree(x.grad, their_x.grad, rtol, atol)
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        agree(p.grad, q.grad, rtol, atol)


@pytest.mark.oracle
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_second_derivatives_of_linear_as_in_pytorch(shape: tuple[int, ...], bias: bool) -> None:
    torch = pytest.importorskip("torch")

    def penalty(library: Any, linear: Any, values: list[Any]) -> list[Any]:
        """The gradient of a function of the gradients, which mixes all inputs."""
        x, w, b = [v.requires_grad_() for v in values]
        inputs = (x, w, b) if bias else (x, w)
        loss = (linear(x, w, b if bias else None) ** 3).sum()
        first = library.grad(loss, inputs, create_graph=True)
        second = sum((g**2).sum() for g in first)
        return list(library.grad(second, inputs))

    values = [torch.randn(s, dtype=torch.float64) for s in (shape, (4, 3), (4,))]
    mine = penalty(autograd, F.linear, [ours(v) for v in values])
    theirs = penalty(torch.autograd, torch.nn.functional.linear, values)
    for a, b in zip(mine, theirs, strict=True):
        agree(a, b, rtol=1e-11)


def test_a_hessian_through_linear() -> None:
    x = autograd.tensor([[1.0, 2.0]], dtype=autograd.float64, requires_grad=True)
    w = autograd.tensor([[3.0, -1.0]], dtype=autograd.float64, requires_grad=True)
    y = F.linear(x, w).sum() ** 2  # (w · x)², whose mixed derivative is 2 (w ⊗ x + (w · x) I)
    (dx,) = autograd.grad(y, (x,), create_graph=True)
    assert dx is not None
    rows = [autograd.grad(dx[0, i], (w,), retain_graph=True)[0] for i in range(2)]
    assert [row.tolist() for row in rows if row is not None] == [[[8.0, 12.0]], [[-2.0, -2.0]]]


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 3)])
def test_derivatives_of_linear_against_differences(shape: tuple[int, ...]) -> None:
    x, w, b = (double(*s, requires_grad=True) for s in (shape, (4, 3), (4,)))
    for inputs in ((x, w, b), (x, w)):
        assert gradcheck(F.linear, inputs)
        assert gradgradcheck(F.linear, inputs)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: nn.Linear(8, 4)(autograd.ones(32, 16)),
            RuntimeError,
            r"^Linear 8->4: input is \(32, 16\), weight expects 8 features \(mat1 and mat2 shapes cannot be "
            r"multiplied: 32x16 and 8x4\); expected an input of shape \(..., 8\)\. .*in_features=16",
        ),
        (lambda: nn.Linear(8, 4)(autograd.ones(16)), RuntimeError, r"Linear 8->4: input is \(16,\)"),
        (lambda: nn.Linear(8, 4)(autograd.ones(2, 3, 16)), RuntimeError, r"input is \(2, 3, 16\).*6x16 and 8x4"),
        (
            lambda: nn.Linear(8, 4)(autograd.tensor(1.0)),
            RuntimeError,
            "both arguments to linear need to be at least 1D",
        ),
        (
            lambda: F.linear(autograd.ones(8), autograd.ones(8)),
            RuntimeError,
            r"need to be at least 1D.*weight is \(8,\)",
        ),
        (
            lambda: nn.Linear(8, 4)(autograd.ones(2, 8).double()),
            RuntimeError,
            r"Linear 8->4: input is float64, weight is float32 \(mat1 and mat2 must have the same dtype\)",
        ),
        (lambda: nn.Linear(8, 4)(autograd.ones(2, 8).long()), RuntimeError, "input is int64.*Convert the input"),
        (lambda: nn.Linear(8, 4)(np.ones((2, 8))), TypeError, "argument 'input' .* must be Tensor, not ndarray"),
        (
            lambda: F.linear(autograd.ones(2, 8), autograd.ones(4, 8), autograd.ones(3)),
            RuntimeError,
            r"Linear 8->4: bias is \(3,\) of dtype float32; expected shape \(4,\)",
        ),
        (
            lambda: F.linear(autograd.ones(2, 8), autograd.ones(4, 8), autograd.ones(4).double()),
            RuntimeError,
            r"bias is \(4,\) of dtype float64; expected shape \(4,\) and dtype float32",
        ),
        (lambda: nn.Linear(2.0, 3), TypeError, "Linear was given in_features=2.0; expected an integer"),
        (lambda: nn.Linear(2, -3), RuntimeError, "negative dimension -3: Linear was given out_features=-3"),
    ],
)
def test_errors_of_linear(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def test_linear_of_no_features() -> None:
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        layer = nn.Linear(0, 3)
    assert layer.bias is not None
    assert layer(autograd.ones(2, 0)).tolist() == [layer.bias.tolist()] * 2
    assert layer(autograd.ones(1, 2, 0)).tolist() == [[layer.bias.tolist()] * 2]


def test_two_linear_layers_are_one() -> None:
    first, second = nn.Linear(3, 4, dtype=autograd.float64), nn.Linear(4, 2, dtype=autograd.float64)
    x = double(5, 3)
    product = autograd.matmul(second.weight, first.weight)
    agree(second(first(x)), F.linear(x, product, autograd.matmul(second.weight, first.bias) + second.bias), rtol=1e-12)


# ------------------------------------------------------------------------------------------------------- activations


def test_softmax_of_the_lecture() -> None:
    y = nn.Softmax(dim=0)(autograd.tensor([3.0, 1, -3], dtype=autograd.float64))
    np.testing.assert_allclose(y.numpy(), [0.8788782427321509, 0.11894323591065209, 0.002178521357197023], rtol=1e-15)
    y = F.softmax(autograd.tensor([1.0, 2, 3], dtype=autograd.float64), -1)
    np.testing.assert_allclose(y.numpy(), [0.09003057317038045, 0.2447284710547976, 0.6652409557748218], rtol=1e-15)


def test_softmax_without_dim_warns_and_guesses() -> None:
    x = autograd.randn(3, 4)
    for call in (nn.Softmax(), F.softmax):
        with pytest.warns(UserWarning, match="Implicit dimension choice for softmax has been deprecated") as caught:
            agree(call(x), F.softmax(x, 1), rtol=0)
        assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="log_softmax"):
        agree(F.log_softmax(x[0]), F.log_softmax(x[0], 0), rtol=0)
    with pytest.warns(UserWarning, match="softmax"):
        agree(F.softmax(autograd.ones(2, 3, 4)), F.softmax(autograd.ones(2, 3, 4), 0), rtol=0)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "name", ["Identity()", "ReLU()", "ReLU(inplace=True)", "Sigmoid()", "Tanh()", "Softmax(dim=1)", "Softmax(dim=-2)"]
)
def test_activations_as_in_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = eval(f"nn.{name}"), eval(f"torch.nn.{name}", {"torch": torch})
    their_x = torch.tensor([[-3.0, 0.0, 2.0], [1000.0, -1000.0, 0.5]], dtype=torch.float64, requires_grad=True)
    x = ours(their_x).requires_grad_()
    seed = torch.randn(2, 3, dtype=torch.float64)
    y, their_y = mine(x * 1), theirs(their_x * 1)
    agree(y, their_y)
    y.backward(ours(seed))
    their_y.backward(seed)
    agree(x.grad, their_x.grad)


def test_relu_in_place_overwrites_its_input() -> None:
    x = autograd.tensor([-1.0, 2.0])
    assert nn.ReLU(inplace=True)(x) is x
    assert x.tolist() == [0, 2]
    assert F.relu(x - 5).tolist() == [0, 0]


def test_functions_take_a_dtype() -> None:
    x = autograd.tensor([1, 2, 3])
    assert F.softmax(x, 0, dtype=autograd.float64).dtype is autograd.float64
    assert F.log_softmax(x, 0, dtype=autograd.float32).dtype is autograd.float32


# -------------------------------------------------------------------------------------------------------- containers


def test_sequential_is_the_nested_call() -> None:
    a, b, c = nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)
    net = nn.Sequential(a, b, c)
    x = autograd.randn(5, 3)
    assert net(x).tolist() == c(b(a(x))).tolist()
    assert nn.Sequential()(x) is x
    named = nn.Sequential(OrderedDict([("first", a), ("second", b)]))
    assert named.first is a
    assert list(named.state_dict()) == ["first.weight", "first.bias"]
    assert named(x).tolist() == b(a(x)).tolist()


def test_sequential_behaves_like_a_list() -> None:
    a, b, c, d = nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.Identity()
    net = nn.Sequential(a, b)
    assert len(net) == 2
    assert list(net) == [a, b]
    assert net[-1] is b
    net.append(c).insert(0, d)
    assert list(net) == [d, a, b, c]
    assert [name for name, _ in net.named_children()] == ["0", "1", "2", "3"]
    part = net[1:3]
    assert isinstance(part, nn.Sequential)
    assert list(part) == [a, b]
    assert [name for name, _ in part.named_children()] == ["1", "2"]
    net[0] = b
    assert net[0] is b
    del net[0]
    assert list(net) == [a, b, c]
    assert net.pop(1) is b
    assert [name for name, _ in net.named_children()] == ["0", "1"]
    del net[:]
    assert list(net) == []
    net.extend([a, b])
    net += nn.Sequential(c)
    assert list(net) == [a, b, c]
    assert list(nn.Sequential(a) + nn.Sequential(b)) == [a, b]
    assert list(nn.Sequential(a, b) * 2) == [a, b, a, b]
    assert list(2 * nn.Sequential(a)) == [a, a]
    net *= 2
    assert list(net) == [a, b, c, a, b, c]
    with pytest.raises(ValueError, match="Non-positive multiplication factor 0"):
        net *= 0


def test_module_list() -> None:
    a, b = nn.Linear(1, 1), nn.Linear(1, 1)
    layers = nn.ModuleList([a])
    layers.append(b)
    assert [name for name, _ in layers.named_parameters()] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert list(layers[1:]) == [b]
    assert isinstance(layers[1:], nn.ModuleList)
    assert layers[-1] is b
    assert list(layers + [a]) == [a, b, a]
    assert isinstance(layers + [a], nn.ModuleList)
    layers += [nn.ReLU()]
    assert len(layers) == 3
    layers.insert(1, nn.Tanh())
    assert [type(m).__name__ for m in layers] == ["Linear", "Tanh", "Linear", "ReLU"]
    assert len(nn.ModuleList()) == 0
    assert len(nn.ModuleList(nn.Linear(i, 1) for i in range(1, 4))) == 3


def test_rows_refuse_what_does_not_fit() -> None:
    net = nn.Sequential(nn.ReLU())
    for call in (
        lambda: net[1],
        lambda: net.pop(-2),
        lambda: net.__setitem__(1, nn.ReLU()),
        lambda: net.__delitem__(5),
    ):
        with pytest.raises(
            IndexError, match=r"index -?\d is out of range; expected a position in a Sequential of length 1"
        ):
            call()
    with pytest.raises(IndexError, match="Index out of range: 3"):
        net.insert(3, nn.ReLU())
    with pytest.raises(ValueError, match="Non-positive multiplication factor 0 for Sequential"):
        net * 0
    with pytest.raises(TypeError, match="float is not a Module subclass"):
        nn.Sequential(2.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="function is not a Module subclass"):
        nn.ModuleList([lambda x: x])  # type: ignore[list-item]
    assert list(map(type, net)) == [nn.ReLU]


@pytest.mark.oracle
def test_a_net_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")

    def build(nn: Any) -> Any:
        return nn.Sequential(
            nn.Linear(4, 5), nn.ReLU(), nn.Sequential(nn.Linear(5, 6), nn.Tanh()), nn.Linear(6, 3), nn.Sigmoid()
        ).double()

    theirs = build(torch.nn)
    mine = copied(build(nn), theirs)
    their_x = torch.randn(7, 4, dtype=torch.float64, requires_grad=True)
    x = ours(their_x).requires_grad_()
    mine(x).sum().backward()
    theirs(their_x).sum().backward()
    agree(mine(x), theirs(their_x))
    agree(x.grad, their_x.grad)
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        agree(p.grad, q.grad)
    assert array(x.grad).any()
