"""Recurrent nets: lecture 004's numbers, PyTorch's outputs, gradients and losses, packing, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.utils import rnn
from tests.nn_oracle import agree, copied, ours

F8 = autograd.float64


def filled(module: nn.Module, value: float = 0.1) -> nn.Module:
    """A module in float64 whose parameters are `value`, 2 `value` ... in their order."""
    module.double()
    number = 0
    with autograd.no_grad():
        for p in module.parameters():
            for place in np.ndindex(*p.shape):
                number += 1
                p[place] = value * ((number * 7) % 11 - 5)
    return module


def test_a_scalar_network_by_hand() -> None:
    """h = tanh(.5 h + x - .1), twice, and its gradients by the chain rule."""
    cell = nn.RNNCell(1, 1).double()
    with autograd.no_grad():
        for p, v in zip(cell.parameters(), (1.0, 0.5, -0.1, 0.0), strict=True):
            p.fill_(v)
    x = autograd.tensor([[0.3], [0.7]], dtype=F8)
    h1 = cell(x[:1])
    h2 = cell(x[1:], h1)
    a = np.tanh(0.3 - 0.1)
    b = np.tanh(0.5 * a + 0.7 - 0.1)
    np.testing.assert_allclose([h1.item(), h2.item()], [a, b], rtol=1e-15)
    h2.backward()
    slope = 1 - b * b
    assert cell.weight_hh.grad is not None
    assert cell.weight_ih.grad is not None
    np.testing.assert_allclose(cell.weight_hh.grad.item(), slope * a, rtol=1e-14)
    np.testing.assert_allclose(cell.weight_ih.grad.item(), slope * (0.7 + 0.5 * (1 - a * a) * 0.3), rtol=1e-14)


def test_the_identity_keeps_state_and_gradient_for_ever() -> None:
    """Lecture 004, trick 2: W = I, no bias, ReLU: after 100 steps the state is the first, and so is the gradient."""
    net = nn.RNN(1, 3, nonlinearity="relu", bias=False).double()
    nn.init.eye_(net.weight_hh_l0)
    nn.init.zeros_(net.weight_ih_l0)
    h0 = autograd.full((1, 1, 3), 0.3, dtype=F8, requires_grad=True)
    _, h = net(autograd.zeros(100, 1, 1, dtype=F8), h0)
    h.sum().backward()
    assert h0.grad is not None
    assert (h == 0.3).all()
    assert (h0.grad == 1).all()


def test_gates_keep_gradients_that_a_plain_network_loses() -> None:
    """Lecture 004, trick 3: what the first input does to the last state, over 50 and 100 steps."""

    def influence(net: Any, steps: int) -> float:
        x = autograd.full((steps, 1, 1), 0.5, dtype=F8, requires_grad=True)
        net(x)[0][-1].sum().backward()
        assert x.grad is not None
        return float(x.grad[0].abs().item())

    autograd.manual_seed(0)
    plain, gated = nn.RNN(1, 8).double(), nn.LSTM(1, 8).double()
    with autograd.no_grad():
        gated.bias_ih_l0[8:16] = 5.0
    assert influence(plain, 50) < 1e-6
    assert influence(plain, 100) < influence(plain, 50) * 1e-3
    assert influence(gated, 100) > 1e-4


def test_order_matters_to_a_network_and_not_to_a_sum() -> None:
    """Lecture 004: "good, not bad" and "bad, not good" have the same words."""
    autograd.manual_seed(0)
    words, net = nn.Embedding(3, 4), nn.RNN(4, 5)
    first, second = words(autograd.tensor([0, 1, 2])), words(autograd.tensor([2, 1, 0]))
    np.testing.assert_allclose(first.sum(0).tolist(), second.sum(0).tolist(), rtol=1e-6)
    assert (net(first)[1] - net(second)[1]).abs().max() > 0.01


#: PyTorch's.
STORED = {
    "RNN": [-0.8477018170283465, 0.4447416666385425, 0.453706364141983],
    "LSTM": [-0.008493561792035984, 0.07783532761662154, 0.22349814826394526],
    "GRU": [-0.09272089707438602, 0.12651841269919778, -0.14958646847060653],
}
LOSSES = [1.9680394626714646, 1.9580781032022052, 1.8956569909401058, 1.3042498116530574]  # steps 0, 1, 10, 99


@pytest.mark.parametrize("kind", STORED)
def test_stored_numbers(kind: str) -> None:
    net = filled(getattr(nn, kind)(2, 3))
    x = autograd.tensor([[[0.5, -1.0]], [[0.25, 0.75]]], dtype=F8)
    np.testing.assert_allclose(net(x)[0][-1, 0].tolist(), STORED[kind], rtol=1e-12)


# ----------------------------------------------------------------------------------------------------- as in PyTorch


def both(kind: str, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    """A layer of each library, in float64, with the same weights."""
    torch = pytest.importorskip("torch")
    theirs = getattr(torch.nn, kind)(*args, **kwargs).double()
    return copied(getattr(nn, kind)(*args, **kwargs).double(), theirs), theirs


def states(kind: str, h: Any) -> tuple[Any, ...]:
    return h if kind == "LSTM" else (h,)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("kind", "layers", "bidirectional", "batch_first", "bias", "packed"),
    list(itertools.product(("RNN", "LSTM", "GRU"), (1, 2), (False, True), (False, True), (True, False), (False, True))),
)
def test_layers(kind: str, layers: int, bidirectional: bool, batch_first: bool, bias: bool, packed: bool) -> None:
    torch = pytest.importorskip("torch")
    options = {"num_layers": layers, "bidirectional": bidirectional, "batch_first": batch_first, "bias": bias}
    mine, theirs = both(kind, 3, 5, **options)
    assert repr(mine) == repr(theirs)
    x = torch.randn(*((2, 4) if batch_first else (4, 2)), 3, dtype=torch.float64, requires_grad=True)
    h0 = torch.randn(layers * (1 + bidirectional), 2, 5, dtype=torch.float64, requires_grad=True)
    y, g0 = ours(x).requires_grad_(), ours(h0).requires_grad_()
    first, second = ((h0, 2 * h0), (g0, 2 * g0)) if kind == "LSTM" else (h0, g0)
    given, taken = x, y
    if packed:
        given = torch.nn.utils.rnn.pack_padded_sequence(x, [2, 4], batch_first, enforce_sorted=False)
        taken = rnn.pack_padded_sequence(y, [2, 4], batch_first, enforce_sorted=False)
        agree(taken.data, given.data)
    (expected, h), (found, g) = theirs(given, first), mine(taken, second)
    if packed:
        expected, lengths = torch.nn.utils.rnn.pad_packed_sequence(expected, batch_first, 1.5, 5)
        found, sizes = rnn.pad_packed_sequence(found, batch_first, 1.5, 5)
        assert sizes.tolist() == lengths.tolist()
    for a, b in zip((found, *states(kind, g)), (expected, *states(kind, h)), strict=True):
        agree(a, b, rtol=1e-10)
    ((expected**2).sum() + sum((s**3).sum() for s in states(kind, h))).backward()
    ((found**2).sum() + sum((s**3).sum() for s in states(kind, g))).backward()
    for a, b in zip((y, g0, *mine.parameters()), (x, h0, *theirs.parameters()), strict=True):
        agree(a.grad, b.grad, rtol=1e-9, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("kind", "options"), [
    ("RNNCell", {}), ("RNNCell", {"nonlinearity": "relu"}), ("LSTMCell", {}), ("GRUCell", {}),
])  # fmt: skip
def test_cells(kind: str, options: dict[str, str], bias: bool) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = both(kind, 3, 5, bias, **options)
    assert repr(mine) == repr(theirs)
    for shape in ((2, 3), (3,)):
        x = torch.randn(*shape, dtype=torch.float64, requires_grad=True)
        y = ours(x).requires_grad_()
        expected, found = theirs(x), mine(y)
        if kind == "LSTMCell":
            expected, found = theirs(x, expected), mine(y, found)
            expected, found = expected[0] * expected[1], found[0] * found[1]
        else:
            expected, found = theirs(x, expected), mine(y, found)
        agree(found, expected, rtol=1e-10)
        expected.sum().backward()
        found.sum().backward()
        agree(y.grad, x.grad, rtol=1e-9)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_unbatched_and_second_order(kind: str) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = both(kind, 2, 3)
    x = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    y = ours(x).requires_grad_()
    agree(mine(y)[0], theirs(x)[0], rtol=1e-10)
    (slope,) = torch.autograd.grad((theirs(x)[0] ** 3).sum(), x, create_graph=True)
    (found,) = autograd.grad((mine(y)[0] ** 3).sum(), y, create_graph=True)
    agree(found, slope, rtol=1e-9)
    again = torch.autograd.grad((slope**2).sum(), (x, *theirs.parameters()))
    for a, b in zip(autograd.grad((found**2).sum(), (y, *mine.parameters())), again, strict=True):
        agree(a, b, rtol=1e-8, atol=1e-12)


def character_losses(torch: Any, dtype: str) -> list[float]:
    """A two-layer LSTM with dropout learns what comes next."""
    torch.manual_seed(2)
    number = getattr(torch, dtype)
    net = torch.nn.LSTM(7, 8, num_layers=2, dropout=0.2).to(number)
    head = torch.nn.Linear(8, 7).to(number)
    parameters = [*net.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=5e-3)
    text = torch.tensor([[(i * i + j) % 7 for j in range(3)] for i in range(12)])
    words = torch.eye(7, dtype=number)[text]
    losses = []
    for _ in range(100):
        optimizer.zero_grad()
        output, _ = net(words[:-1])
        loss = torch.nn.functional.cross_entropy(head(output).reshape(-1, 7), text[1:].reshape(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_stored_losses() -> None:
    losses = character_losses(autograd, "float64")
    np.testing.assert_allclose([losses[i] for i in (0, 1, 10, 99)], LOSSES, rtol=1e-10)


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-10), ("float32", 1e-5)])
def test_the_same_losses_from_the_same_seed(dtype: str, rtol: float) -> None:
    torch = pytest.importorskip("torch")
    np.testing.assert_allclose(character_losses(autograd, dtype), character_losses(torch, dtype), rtol=rtol)


@pytest.mark.oracle
def test_padding_and_packing() -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.nn.utils.rnn
    sequences = [torch.arange(float(n))[:, None] + 10 * n for n in (2, 4, 1)]
    mine = [ours(s) for s in sequences]
    for options in ({}, {"batch_first": True}, {"padding_value": -1.0}, {"padding_side": "left"}):
        agree(rnn.pad_sequence(mine, **options), theirs.pad_sequence(sequences, **options))
    packed, expected = rnn.pack_sequence(mine, False), theirs.pack_sequence(sequences, False)
    for a, b in zip(packed, expected, strict=True):
        agree(a, b)
    for a, b in zip(rnn.unpack_sequence(packed), sequences, strict=True):
        agree(a, b)
    agree(rnn.pad_sequence(iter(mine)), theirs.pad_sequence(sequences))
    for change in (lambda p: p.double(), lambda p: p.long().float(), lambda p: p.to(p.batch_sizes.dtype).cpu()):
        for a, b in zip(change(packed), change(expected), strict=True):
            agree(a, b)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: nn.LSTM(2, 0), ValueError, "hidden_size must be greater than zero"),
        (lambda: nn.GRU(2, 3.5), TypeError, "hidden_size should be of type int"),
        (lambda: nn.RNN(2, 3, 0), ValueError, "num_layers must be greater than zero"),
        (lambda: nn.LSTM(2, 3, 2, dropout=1.5), ValueError, "number in range"),
        (lambda: nn.RNN(2, 3, nonlinearity="sin"), ValueError, "Unknown nonlinearity 'sin'"),
        (lambda: nn.LSTM(2, 3, proj_size=2), NotImplementedError, "proj_size=2, which is not provided"),
        (lambda: nn.RNNCell(2, 3)(autograd.ones(1, 1, 2)), ValueError, "Expected input to be 1D or 2D, got 3D"),
        (lambda: nn.RNNCell(2, 3)(autograd.ones(1, 4)), RuntimeError, "inconsistent input_size: got 4 expected 2"),
        (lambda: nn.GRUCell(2, 3)(autograd.ones(1, 2), autograd.ones(1, 4)), RuntimeError, "inconsistent hidden_size"),
        (lambda: nn.RNNCell(2, 3, nonlinearity="sin")(autograd.ones(1, 2)), RuntimeError, "Unknown nonlinearity: sin"),
        (lambda: nn.LSTM(2, 3)(autograd.ones(4, 1, 2, dtype=F8)), ValueError, "does not match weight dtype"),
        (lambda: nn.GRU(2, 3)(autograd.ones(4, 1, 2).long()), ValueError, "does not match weight dtype"),
        (lambda: nn.LSTM(2, 3)(autograd.ones(2, 2), [autograd.ones(1, 3, dtype=F8)] * 2), RuntimeError, "the state is"),
        (lambda: nn.LSTM(2, 3)(autograd.ones(0, 1, 2)), RuntimeError, "sequence length to be larger than 0"),
        (lambda: rnn.pad_sequence(3), RuntimeError, "Expected iterable"),
        (lambda: rnn.pad_sequence([]), RuntimeError, "empty list"),
        (lambda: rnn.pack_padded_sequence(autograd.ones(3, 2), [1, 3]), RuntimeError, "sorted in decreasing order"),
        (lambda: rnn.pack_padded_sequence(autograd.ones(3, 2), [3, 0]), RuntimeError, "greater than 0"),
        (lambda: rnn.pack_padded_sequence(autograd.ones(3, 2), [3]), RuntimeError, "equal to batch_size"),
    ],
)
def test_what_is_refused(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def test_dropout_of_one_layer_warns() -> None:
    with pytest.warns(UserWarning, match="expects num_layers greater than 1"):
        nn.LSTM(2, 3, dropout=0.5)


def test_pytorchs_path() -> None:
    import importlib

    assert importlib.import_module("autograd.nn.utils.rnn") is rnn
