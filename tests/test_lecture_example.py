"""The back-propagation example worked by hand in lecture 001, three ways.

A 2-2-1 net of sigmoids without biases, inputs (.35, .9), target .5, learning rate 1, loss ``(t - y)**2 / 2``.

(a) The slide's digits come out of `Decimal` when every printed line is rounded and the printed value carried on.
(b) The engine gives the full-precision numbers, neuron by neuron with scalars, with matrices, and with `nn` layers.
(c) Slide and truth differ by a bounded amount: the carried rounding, nothing else.

The slide's delta is ``-dL/dnet``, so ``dL/dw = -delta * input``; the engine's gradient is ``+dL/dnet``.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import NamedTuple

import numpy as np
import pytest

import autograd
import nn

Numbers = dict[str, float]


class Row(NamedTuple):
    """One line of the worked example: its true value, the slide's digits, and how far apart the two may lie."""

    name: str
    truth: str
    slide: str | None = None
    bound: float | None = None


FORWARD, DELTA, GRAD_1, OUTPUT = 2.9e-4, 8.2e-5, 4.2e-5, 1.1e-4

TABLE = [
    Row("x1", ".680267196698648452", ".68", FORWARD),
    Row("x2", ".663738697404352671", ".6637", FORWARD),
    Row("y", ".690283492907644405", ".69", FORWARD),
    Row("loss", ".0181039038365667793"),
    Row("delta_out", "-.0406811251123390390", "-.0406", DELTA),
    Row("delta_1", "-.00265448903088474315", "-.0027", DELTA),
    Row("delta_2", "-.00817164506412987146", "-.0082", DELTA),
    Row("grad_11", ".000929071160809660102", ".000945", GRAD_1),
    Row("grad_12", ".00238904012779626883", ".00243", GRAD_1),
    Row("grad_21", ".00286007577244545501", ".00287", GRAD_1),
    Row("grad_22", ".00735448055771688341", ".00738", GRAD_1),
    Row("grad_out_1", ".0276740349387178682", ".0276", OUTPUT),
    Row("grad_out_2", ".0270016369910074140", ".0269", OUTPUT),
    Row("new_11", ".0990709288391903399", ".0991", OUTPUT),
    Row("new_12", ".797610959872203731", ".7976", OUTPUT),
    Row("new_21", ".397139924227554545", ".3971", OUTPUT),
    Row("new_22", ".592645519442283116", ".5926", OUTPUT),
    Row("new_out_1", ".272325965061282132", ".2724", OUTPUT),
    Row("new_out_2", ".872998363008992586", ".8731", OUTPUT),
    Row("dx_1", ".00353410692874042"),
    Row("dx_2", ".00702657826318571"),
]
PRINTED = [row for row in TABLE if row.slide is not None]

# "Just repeat!": after how many weight updates, the output, the loss.
REPEATED = [
    (1, ".682018583264294182", ".0165653823267703970"),
    (2, ".673936512868620537", ".0151269552544478988"),
    (10, ".617472493564216535", ".00689989337209744756"),
    (100, ".500763965152584882", ".000000291821377182021"),
]

INPUT = (0.35, 0.9)
HIDDEN = ((0.1, 0.8), (0.4, 0.6))  # one row per neuron
OUT = (0.3, 0.9)
TARGET = 0.5


# ---------------------------------------------------------------------------------------------------------------------
# (a) The slide's arithmetic, with and without its rounding
# ---------------------------------------------------------------------------------------------------------------------

Rounding = Callable[[Decimal, int], Decimal]


def half_up(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact(value: Decimal, places: int) -> Decimal:
    return value


def sigma(net: Decimal) -> Decimal:
    return 1 / (1 + (-net).exp())


def by_hand(r: Rounding, weights: list[Decimal] | None = None) -> dict[str, Decimal]:
    """One step of the example in Decimal; ``r(value, places)`` is applied wherever the slide prints a result."""
    i1, i2 = Decimal(".35"), Decimal(".9")
    w11, w12, w21, w22, v1, v2 = weights or [Decimal(w) for w in (".1", ".8", ".4", ".6", ".3", ".9")]
    t = Decimal(".5")

    x1 = r(sigma(w11 * i1 + w12 * i2), 2)
    x2 = r(sigma(w21 * i1 + w22 * i2), 4)
    y = r(sigma(v1 * x1 + v2 * x2), 2)

    delta_out = r((t - y) * y * (1 - y), 4)
    delta_1 = r(x1 * (1 - x1) * v1 * delta_out, 4)
    delta_2 = r(x2 * (1 - x2) * v2 * delta_out, 4)

    grads = [-delta_1 * i1, -delta_1 * i2, -delta_2 * i1, -delta_2 * i2]
    grads += [r(-delta_out * x1, 4), r(-delta_out * x2, 4)]
    new = [r(w - g, 4) for w, g in zip((w11, w12, w21, w22, v1, v2), grads, strict=True)]

    names = ["11", "12", "21", "22", "out_1", "out_2"]
    return {
        "x1": x1, "x2": x2, "y": y, "loss": (t - y) ** 2 / 2,
        "delta_out": delta_out, "delta_1": delta_1, "delta_2": delta_2,
        "dx_1": -(delta_1 * w11 + delta_2 * w21), "dx_2": -(delta_1 * w12 + delta_2 * w22),
        **{f"grad_{name}": g for name, g in zip(names, grads, strict=True)},
        **{f"new_{name}": w for name, w in zip(names, new, strict=True)},
    }  # fmt: skip


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: row.name)
def test_slide_digits(row: Row) -> None:
    """Round after each printed line and carry the printed value on: every digit of the slide appears."""
    assert by_hand(half_up)[row.name] == Decimal(str(row.slide))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_truth_column_is_the_same_arithmetic_unrounded(row: Row) -> None:
    with localcontext() as context:
        context.prec = 40
        value = by_hand(exact)[row.name]
        assert abs(value - Decimal(row.truth)) <= Decimal("1e-14") * abs(value)


def test_repeated_column_is_the_same_arithmetic_unrounded() -> None:
    with localcontext() as context:
        context.prec = 40
        expected = {step: (Decimal(y), Decimal(loss)) for step, y, loss in REPEATED}
        numbers = by_hand(exact)
        for step in range(1, 101):
            numbers = by_hand(exact, [value for name, value in numbers.items() if name.startswith("new_")])
            if step in expected:
                y, loss = expected[step]
                assert abs(numbers["y"] - y) <= Decimal("1e-14") * y
                assert abs(numbers["loss"] - loss) <= Decimal("1e-14") * loss


# ---------------------------------------------------------------------------------------------------------------------
# (b) The engine, in three spellings. Each makes a function `step()` that trains once and returns what it saw.
# ---------------------------------------------------------------------------------------------------------------------


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def neuron_by_neuron() -> Callable[[], Numbers]:
    """Every weight a scalar, every operation a Python operator."""
    i1, i2 = (leaf(value) for value in INPUT)
    (w11, w12), (w21, w22) = ([leaf(w) for w in row] for row in HIDDEN)
    v1, v2 = (leaf(w) for w in OUT)
    weights = {"11": w11, "12": w12, "21": w21, "22": w22, "out_1": v1, "out_2": v2}

    def step() -> Numbers:
        net1 = w11 * i1 + w12 * i2
        net2 = w21 * i1 + w22 * i2
        x1 = 1 / (1 + autograd.exp(-net1))
        x2 = 1 / (1 + autograd.exp(-net2))
        net = v1 * x1 + v2 * x2
        y = 1 / (1 + autograd.exp(-net))
        loss = (TARGET - y) ** 2 / 2
        for node in (net, net1, net2):
            node.retain_grad()
        for tensor in (i1, i2, *weights.values()):
            tensor.grad = None
        loss.backward()

        seen = {"x1": x1, "x2": x2, "y": y, "loss": loss}
        seen |= {"delta_out": -net.grad, "delta_1": -net1.grad, "delta_2": -net2.grad}
        seen |= {"dx_1": i1.grad, "dx_2": i2.grad}
        seen |= {f"grad_{name}": w.grad for name, w in weights.items()}
        with autograd.no_grad():
            for w in weights.values():
                w -= w.grad
        seen |= {f"new_{name}": w for name, w in weights.items()}
        return {name: float(value.item()) for name, value in seen.items()}

    return step


def numbers_of(
    hidden: autograd.Tensor, y: autograd.Tensor, loss: autograd.Tensor, nets: list[autograd.Tensor],
    x: autograd.Tensor, grads: list[autograd.Tensor], new: list[autograd.Tensor],
) -> Numbers:  # fmt: skip
    """Lay the arrays of a matrix spelling out under the names of the table."""
    names = ["x1", "x2", "y", "loss", "delta_1", "delta_2", "delta_out", "dx_1", "dx_2"]
    names += [f"{kind}_{place}" for kind in ("grad", "new") for place in ("11", "12", "21", "22", "out_1", "out_2")]
    found = [hidden, y, loss, -nets[0].grad, -nets[1].grad, x.grad, *grads, *new]
    values = np.concatenate([np.ravel(value.detach().numpy()) for value in found])
    return dict(zip(names, values.tolist(), strict=True))


def by_matrices() -> Callable[[], Numbers]:
    """Columns: ``a = sigmoid(W x)``."""
    x, w1, w2 = leaf([[value] for value in INPUT]), leaf(HIDDEN), leaf([OUT])

    def step() -> Numbers:
        net1 = w1 @ x
        hidden = autograd.sigmoid(net1)
        net2 = w2 @ hidden
        y = autograd.sigmoid(net2)
        loss = 0.5 * autograd.sum((TARGET - y) ** 2)
        net1.retain_grad()
        net2.retain_grad()
        x.grad = w1.grad = w2.grad = None
        loss.backward()
        with autograd.no_grad():
            w1.sub_(w1.grad)
            w2.sub_(w2.grad)
        return numbers_of(hidden, y, loss, [net1, net2], x, [w1.grad, w2.grad], [w1, w2])

    return step


def by_layers() -> Callable[[], Numbers]:
    """The same net as a student writes it with `nn`: rows instead of columns, an optimizer instead of a subtraction."""
    layer1 = nn.Linear(2, 2, bias=False, dtype=autograd.float64)
    layer2 = nn.Linear(2, 1, bias=False, dtype=autograd.float64)
    with autograd.no_grad():
        layer1.weight.copy_(autograd.tensor(HIDDEN, dtype=autograd.float64))
        layer2.weight.copy_(autograd.tensor([OUT], dtype=autograd.float64))
    squash, criterion = nn.Sigmoid(), nn.MSELoss(reduction="sum")
    optimizer = nn.optim.SGD([*layer1.parameters(), *layer2.parameters()], lr=1.0)
    x, target = leaf([INPUT]), autograd.tensor([[TARGET]], dtype=autograd.float64)

    def step() -> Numbers:
        net1 = layer1(x)
        hidden = squash(net1)
        net2 = layer2(hidden)
        y = squash(net2)
        loss = criterion(y, target) / 2
        net1.retain_grad()
        net2.retain_grad()
        x.grad = None
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        weights = [layer1.weight, layer2.weight]
        return numbers_of(hidden, y, loss, [net1, net2], x, [w.grad for w in weights], weights)

    return step


SPELLINGS = [neuron_by_neuron, by_matrices, by_layers]


@pytest.fixture(params=SPELLINGS, ids=lambda spelling: spelling.__name__)
def step(request: pytest.FixtureRequest) -> Callable[[], Numbers]:
    spelling: Callable[[], Callable[[], Numbers]] = request.param
    return spelling()


def test_truth(step: Callable[[], Numbers]) -> None:
    """Values, deltas, six gradients, six updated weights and dL/dx in full precision."""
    numbers = step()
    assert numbers == pytest.approx({row.name: float(row.truth) for row in TABLE}, rel=1e-12, abs=0)


def test_just_repeat(step: Callable[[], Numbers]) -> None:
    """The slide ends with "Just repeat!": output and loss after 1, 2, 10 and 100 updates."""
    expected = {count: (float(y), float(loss)) for count, y, loss in REPEATED}
    losses = []
    for count in range(101):
        numbers = step()
        losses.append(numbers["loss"])
        if count in expected:
            y, loss = expected[count]
            assert numbers["y"] == pytest.approx(y, rel=1e-12, abs=0)
            assert numbers["loss"] == pytest.approx(loss, rel=1e-12, abs=1e-15)
    assert losses == sorted(losses, reverse=True), "the loss falls at every one of the 100 steps"


# ---------------------------------------------------------------------------------------------------------------------
# (c) Slide against truth
# ---------------------------------------------------------------------------------------------------------------------


def test_slide_vs_truth(step: Callable[[], Numbers]) -> None:
    """The engine lies within the carried rounding of every printed number."""
    numbers = step()
    for row in PRINTED:
        assert row.slide is not None
        assert row.bound is not None
        assert abs(numbers[row.name] - float(row.slide)) <= row.bound, row.name


def test_which_slide_digits_are_off(step: Callable[[], Numbers]) -> None:
    """Rounded once, at the end, five printed numbers would read differently in their last decimal."""
    numbers = step()
    at_four_places = ("delta_", "new_", "grad_out_")
    off = {
        row.name: str(half_up(Decimal(numbers[row.name]), 4))
        for row in PRINTED
        if row.name.startswith(at_four_places) and half_up(Decimal(numbers[row.name]), 4) != Decimal(str(row.slide))
    }
    assert off == {
        "delta_out": "-0.0407",
        "grad_out_1": "0.0277",
        "grad_out_2": "0.0270",
        "new_out_1": "0.2723",
        "new_out_2": "0.8730",
    }
