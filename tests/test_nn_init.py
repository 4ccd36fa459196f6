"""Initial values: PyTorch's numbers for the same seed, and the texts of errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from tests.nn_oracle import array


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", [(1, 1), (4, 5), (2, 1), (784, 10), (1000, 64), (3, 17), (7, 16)])
def test_linear_equals_pytorch_bit_for_bit(sizes: tuple[int, int], dtype: str) -> None:
    torch = pytest.importorskip("torch")
    for seed in (0, 1, 42):
        autograd.manual_seed(seed)
        torch.manual_seed(seed)
        mine = nn.Linear(*sizes, dtype=getattr(autograd, dtype))
        theirs = torch.nn.Linear(*sizes, dtype=getattr(torch, dtype))
        assert array(mine.weight).tobytes() == array(theirs.weight).tobytes()
        assert array(mine.bias).tobytes() == array(theirs.bias).tobytes()


@pytest.mark.oracle
def test_a_whole_net_equals_pytorch_bit_for_bit() -> None:
    torch = pytest.importorskip("torch")

    def build(nn: Any) -> Any:
        return nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 6, bias=False), nn.ReLU(), nn.Linear(6, 3))

    autograd.manual_seed(3)
    torch.manual_seed(3)
    mine, theirs = build(nn), build(torch.nn)
    for (name, p), (their_name, q) in zip(mine.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == their_name
        assert array(p).tobytes() == array(q).tobytes()


def test_linear_for_seed_0() -> None:
    autograd.manual_seed(0)
    layer = nn.Linear(2, 3)
    assert layer.bias is not None
    np.testing.assert_array_equal(
        layer.weight.detach().numpy(),
        np.array([[-0.005293981, 0.3793229], [-0.58198076, -0.5203875], [-0.27234524, 0.18961589]], np.float32),
    )
    np.testing.assert_array_equal(
        layer.bias.detach().numpy(), np.array([-0.014010034, 0.5606575, -0.06275152], np.float32)
    )


@pytest.mark.oracle
@pytest.mark.parametrize("shape", [(3, 5), (20, 30), (4, 3, 2, 2)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("uniform_", {}),
        ("uniform_", {"a": -2.0, "b": 0.5}),
        ("normal_", {}),
        ("normal_", {"mean": 3.0, "std": 0.1}),
        ("constant_", {"val": 0.3}),
        ("ones_", {}),
        ("zeros_", {}),
        ("xavier_uniform_", {}),
        ("xavier_uniform_", {"gain": 1.7}),
        ("xavier_normal_", {}),
        ("kaiming_uniform_", {}),
        ("kaiming_uniform_", {"a": 0.2, "mode": "fan_out"}),
        ("kaiming_uniform_", {"nonlinearity": "relu"}),
        ("kaiming_normal_", {}),
        ("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "tanh"}),
    ],
)
def test_initialisers_equal_pytorch(name: str, arguments: dict[str, Any], dtype: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    autograd.manual_seed(7)
    torch.manual_seed(7)
    mine = nn.Parameter(autograd.empty(shape, dtype=getattr(autograd, dtype)))
    theirs = torch.empty(shape, dtype=getattr(torch, dtype))
    assert getattr(nn.init, name)(mine, **arguments) is mine
    getattr(torch.nn.init, name)(theirs, **arguments)
    if "normal" not in name:
        assert array(mine).tobytes() == array(theirs).tobytes()
    elif dtype == "float64":
        np.testing.assert_array_max_ulp(array(mine), array(theirs), 2)
    else:
        std = float(array(theirs).std())
        np.testing.assert_allclose(array(mine), array(theirs), rtol=0, atol=2e-6 * max(std, 1))
    assert mine.is_leaf
    assert mine.requires_grad


def test_glorot_bounds_of_the_iris_net() -> None:
    bounds = []
    for sizes in ((4, 5), (5, 6), (6, 3)):
        weight = nn.Linear(*sizes).weight
        nn.init.xavier_uniform_(weight)
        bounds.append(math.sqrt(6 / sum(sizes)))
        assert bounds[-1] * 0.7 < weight.abs().max().item() <= bounds[-1]
    np.testing.assert_allclose(bounds, [0.816496580927726, 0.7385489458759964, 0.816496580927726], rtol=1e-15)


def test_eye() -> None:
    weight = nn.Parameter(autograd.randn(2, 3))
    assert nn.init.eye_(weight).tolist() == [[1, 0, 0], [0, 1, 0]]
    with pytest.raises(ValueError, match="Only tensors with 2 dimensions are supported: eye_ was given one of shape"):
        nn.init.eye_(autograd.ones(3))


def test_an_own_generator_leaves_the_main_stream_alone() -> None:
    a, b = autograd.empty(3, 4), autograd.empty(3, 4)
    nn.init.xavier_uniform_(a, generator=autograd.Generator().manual_seed(5))
    after = autograd.rand(1).item()
    autograd.manual_seed(0)
    assert autograd.rand(1).item() == after
    autograd.manual_seed(5)
    nn.init.xavier_uniform_(b)
    assert a.tolist() == b.tolist()


@pytest.mark.parametrize(
    ("nonlinearity", "param", "gain"),
    [
        ("linear", None, 1),
        ("conv2d", None, 1),
        ("sigmoid", None, 1),
        ("tanh", None, 5 / 3),
        ("relu", None, math.sqrt(2)),
        ("leaky_relu", None, math.sqrt(2 / 1.0001)),
        ("leaky_relu", 0.2, math.sqrt(2 / 1.04)),
        ("leaky_relu", 1, 1),
        ("selu", None, 0.75),
    ],
)
def test_gains(nonlinearity: str, param: float | None, gain: float) -> None:
    assert nn.init.calculate_gain(nonlinearity, param) == pytest.approx(gain, rel=1e-15)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="Unsupported nonlinearity 'swish'"):
        nn.init.calculate_gain("swish")
    with pytest.raises(ValueError, match="negative_slope True is not a valid number"):
        nn.init.calculate_gain("leaky_relu", True)
    with pytest.raises(ValueError, match="Mode 'fan' not supported"):
        nn.init.kaiming_normal_(autograd.empty(2, 2), mode="fan")
    with pytest.raises(ValueError, match=r"Fan in and fan out can not be computed .* this one has shape \(3,\)"):
        nn.init.xavier_uniform_(autograd.empty(3))
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        nn.init.kaiming_uniform_(autograd.empty(0, 2))
