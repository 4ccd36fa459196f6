"""The 2-2-2-2 sigmoid network called f in lectures 000 to 002.

Its first layer is printed in the lectures; the other two are the only small integers that reproduce the printed outputs
f([1, -1]) = [.62, .83], f([0, 0]) = [.51, .85] together with the hidden values of the public deck ("the recovered
network"). W2 and W3 are not symmetric, so a transposed weight anywhere gives other numbers.
"""

from typing import NamedTuple

import numpy as np
import pytest

import autograd
import nn

WEIGHTS = ([[1, -2], [-1, 1]], [[2, -1], [-2, -1]], [[3, -1], [-1, 4]])
BIASES = ([1, 0], [0, 0], [-2, 2])


class Pass(NamedTuple):
    """One input, what each layer makes of it, the two digits on the slide, and df/dx."""

    x: list[float]
    nets: list[list[float]]
    activations: list[list[float]]
    slide: list[float]
    jacobian: list[list[float]]


PASSES = [
    Pass(
        x=[1, -1],
        nets=[[4, -2], [1.8448246580536993, -2.0832305020979343], [0.4798174941963218, 1.5794314626747166]],
        activations=[
            [0.9820137900379085, 0.11920292202211755],
            [0.8635183126781821, 0.11073744383822466],
            [0.6177047777553412, 0.8291239841574399],
        ],
        slide=[0.62, 0.83],
        jacobian=[[0.01009548338562704, -0.013866357108216956], [0.0015449896504240038, 0.0010162386899072165]],
    ),
    Pass(
        x=[0, 0],
        nets=[[1, 0], [0.9621171572600098, -1.9621171572600098], [0.047398379747081165, 1.7694069257619984]],
        activations=[
            [0.7310585786300049, 0.5],
            [0.7235454949773021, 0.12323810518482516],
            [0.5118473769870672, 0.8543839009877142],
        ],
        slide=[0.51, 0.85],
        jacobian=[[0.10030930611199312, -0.16988389263478929], [-0.023708462032058723, 0.05463825007062991]],
    ),
]
by_input = pytest.mark.parametrize("case", PASSES, ids=lambda case: f"x={case.x}")

# loss = |f([1, -1]) - [1, 0]|^2 / 2
TARGET = [1.0, 0.0]
LOSS = 0.4167981090280999
DELTAS = [
    [-0.003565162853706424, -0.000986695763572436],
    [-0.04576289176682412, 0.055160568394214377],
    [-0.09027732901189875, 0.11746813288382997],
]
WEIGHT_GRADS = [
    [[-0.003565162853706424, 0.003565162853706424], [-0.000986695763572436, 0.000986695763572436]],
    [[-0.04493979078703355, -0.00545507041878734], [0.054168438829447725, 0.006575300932991218]],
    [[-0.07795612682144791, -0.009997080651320066], [0.10143588390130134, 0.013008120768004231]],
]


def array(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


class FNetwork:
    """``a = sigmoid(W a + b)`` three times, keeping the pre-activations ``nets`` and the activations of each layer."""

    def __init__(self) -> None:
        self.weights = [array(weight).requires_grad_() for weight in WEIGHTS]
        self.biases = [array(bias).requires_grad_() for bias in BIASES]

    def __call__(self, x: autograd.Tensor, *, columns: bool = False) -> autograd.Tensor:
        self.nets, self.activations = [], []
        a = x
        for weight, bias in zip(self.weights, self.biases, strict=True):
            net = weight @ a + (bias.reshape(2, 1) if columns else bias)
            a = autograd.sigmoid(net)
            self.nets.append(net)
            self.activations.append(a)
        return a


def close(actual: autograd.Tensor, expected: object, *, rtol: float = 1e-13, atol: float = 0.0) -> None:
    np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=rtol, atol=atol)


def test_one_printed_layer() -> None:
    """sigma([[1, -2], [-1, 1]] [1, -1] + [1, 0]): the one matrix the slides print with all its numbers (.98, .12)."""
    out = autograd.sigmoid(array(WEIGHTS[0]) @ array([1, -1]) + array(BIASES[0]))
    close(out, [0.98, 0.12], rtol=0, atol=0.005)
    close(out, [0.9820137900379085, 0.11920292202211755], rtol=1e-15, atol=1e-15)


@by_input
def test_forward(case: Pass) -> None:
    f = FNetwork()
    out = f(array(case.x))
    close(out, case.slide, rtol=0, atol=0.005)
    for net, expected in zip(f.nets, case.nets, strict=True):
        close(net, expected, rtol=1e-15, atol=1e-15)
    for activation, expected in zip(f.activations, case.activations, strict=True):
        close(activation, expected, rtol=1e-15, atol=1e-15)


def test_forward_of_both_inputs_in_one_pass() -> None:
    """The "parallel computing" slide: the two inputs as columns of one matrix."""
    out = FNetwork()(array([[1, 0], [-1, 0]]), columns=True)
    expected = np.array([case.activations[-1] for case in PASSES]).T
    close(out, expected, rtol=1e-15, atol=1e-15)


def test_forward_and_gradients_of_the_same_network_from_layers() -> None:
    """`nn.Linear` keeps one row per neuron, so the weights go in as printed; the batch goes in as rows."""
    layers: list[nn.Module] = []
    for weight, bias in zip(WEIGHTS, BIASES, strict=True):
        linear = nn.Linear(2, 2, dtype=autograd.float64)
        with autograd.no_grad():
            linear.weight.copy_(array(weight))
            linear.bias.copy_(array(bias))
        layers += [linear, nn.Sigmoid()]
    net = nn.Sequential(*layers)
    assert sum(p.numel() for p in net.parameters()) == 18

    out = net(array([case.x for case in PASSES]))
    close(out, [case.activations[-1] for case in PASSES], rtol=1e-15, atol=1e-15)

    loss = 0.5 * ((out[0] - array(TARGET)) ** 2).sum()
    loss.backward()
    for linear, weight_grad, delta in zip(layers[::2], WEIGHT_GRADS, DELTAS, strict=True):
        close(linear.weight.grad, weight_grad)
        close(linear.bias.grad, delta)


def test_gradients() -> None:
    """Every delta = dL/dz, which is the bias gradient too, and every dW = delta a^T."""
    f = FNetwork()
    loss = 0.5 * autograd.sum((f(array(PASSES[0].x)) - array(TARGET)) ** 2)
    for net in f.nets:
        net.retain_grad()
    loss.backward()

    assert loss.item() == pytest.approx(LOSS, rel=1e-14, abs=0)
    for layer in range(3):
        close(f.nets[layer].grad, DELTAS[layer])
        close(f.biases[layer].grad, DELTAS[layer])
        close(f.weights[layer].grad, WEIGHT_GRADS[layer])

    first, last = (np.abs(f.weights[layer].grad.numpy()).max() for layer in (0, 2))
    assert 28 < last / first < 29, "the gradient vanishes towards the input: 28 times smaller already in three layers"


def test_gradients_of_a_batch_add_up() -> None:
    """Two columns in one pass give the sum of the gradients of two passes."""
    x = array([[1, 0], [-1, 0]])
    together, one_by_one = FNetwork(), FNetwork()
    (0.5 * autograd.sum((together(x, columns=True) - array(TARGET).reshape(2, 1)) ** 2)).backward()
    for case in PASSES:
        (0.5 * autograd.sum((one_by_one(array(case.x)) - array(TARGET)) ** 2)).backward()
    for got, expected in zip(together.weights + together.biases, one_by_one.weights + one_by_one.biases, strict=True):
        close(got.grad, expected.grad.numpy())


@by_input
def test_jacobian_row_by_row(case: Pass) -> None:
    f = FNetwork()
    x = array(case.x).requires_grad_()
    out = f(x)
    rows = [autograd.grad(out[i], x, retain_graph=True)[0] for i in range(2)]
    close(autograd.stack(rows), case.jacobian)
    assert x.grad is None, "autograd.grad returns gradients and leaves .grad alone"


def test_weight_gradient_is_the_input_of_the_weight() -> None:
    """The forward-pass half of the lecture's argument: dz/dw is what arrives through w (-1, .12, .11)."""
    f = FNetwork()
    f(array([1, -1]))
    arrives = [(0, 1, -1.0), (1, 1, 0.11920292202211755), (2, 1, 0.11073744383822466)]
    for layer, column, value in arrives:
        for neuron in range(2):
            (grad,) = autograd.grad(f.nets[layer][neuron], f.weights[layer], retain_graph=True)
            expected = np.zeros((2, 2))
            expected[neuron] = f.activations[layer - 1].detach().numpy() if layer else [1, -1]
            close(grad, expected)
            assert grad[neuron, column].item() == pytest.approx(value, rel=1e-15, abs=0)
