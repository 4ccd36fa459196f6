"""Parameters that are computed from others: PyTorch's names and numbers, and what is refused."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.utils import parametrizations, parametrize
from tests.nn_oracle import agree, copied, ours


class Doubled(nn.Module):
    """w = 2 x."""

    def forward(self, x: Any) -> Any:
        return x * 2

    def right_inverse(self, w: Any) -> Any:
        return w / 2


class Triangular(nn.Module):
    """w = x below the diagonal, and on it: no inverse is defined."""

    def forward(self, x: Any) -> Any:
        return x.tril()


class Summed(nn.Module):
    """w = a + b."""

    def forward(self, a: Any, b: Any) -> Any:
        return a + b

    def right_inverse(self, w: Any) -> Any:
        return w / 4, w * 0.75


LAYERS = [
    ("Linear(3, 4)", (5, 3)), ("Conv2d(2, 3, 2)", (2, 2, 4, 4)), ("ConvTranspose1d(2, 3, 2)", (2, 2, 4)),
    ("Conv1d(2, 4, 3, groups=2)", (2, 2, 5)),
]  # fmt: skip
NORMS = [
    "weight_norm(layer)", "weight_norm(layer, dim=1)", "weight_norm(layer, 'weight', None)",
    "weight_norm(layer, dim=-2)", "weight_norm(layer, 'bias')", "spectral_norm(layer)",
    "spectral_norm(layer, n_power_iterations=3, dim=1)",
    "spectral_norm(layer, 'bias', dim=0)",
]  # fmt: skip


def built(library: Any, layer: str, norm: str) -> Any:
    library.manual_seed(2)
    names = {"layer": eval(f"nn.{layer}", {"nn": library.nn}).double(), "norms": library.nn.utils.parametrizations}
    return eval(f"norms.{norm}", names)


@pytest.mark.oracle
@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=[layer for layer, _ in LAYERS])
@pytest.mark.parametrize("norm", NORMS)
def test_norms_of_weights_as_in_pytorch(norm: str, layer: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    theirs, mine = built(torch, layer, norm), built(autograd, layer, norm)
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    assert [name for name, _ in mine.named_parameters()] == [name for name, _ in theirs.named_parameters()]
    for key, value in theirs.state_dict().items():
        agree(mine.state_dict()[key], value)
    mine = copied(mine, theirs)
    x = torch.randn(shape, dtype=torch.float64)
    for training in (True, True, False):
        for module in (theirs, mine):
            module.train(training).zero_grad()
        y, their_y = mine(ours(x)), theirs(x)
        agree(y, their_y)
        (y**2).sum().backward()
        (their_y**2).sum().backward()
        for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
            agree(p.grad, q.grad, 1e-11, 1e-12)
        for p, q in zip(mine.buffers(), theirs.buffers(), strict=True):
            agree(p, q)


@pytest.mark.oracle
def test_a_training_with_norms_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    losses = []
    for library in (torch, autograd):
        library.manual_seed(4)
        norms = library.nn.utils.parametrizations
        net = library.nn.Sequential(
            norms.weight_norm(library.nn.Linear(4, 8)), library.nn.ReLU(), norms.spectral_norm(library.nn.Linear(8, 1))
        ).double()
        optimizer = library.optim.Adam(net.parameters(), lr=0.01)
        x = library.randn(16, 4, dtype=library.float64)
        row = []
        for _ in range(20):
            loss = ((net(x)[:, 0] - x.sum(1)) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            row.append(loss.item())
        losses.append(row)
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-11)


def test_weight_norm_by_hand() -> None:
    layer = nn.Linear(2, 1, dtype=autograd.float64)
    with autograd.no_grad():
        layer.weight.copy_(autograd.tensor([[3.0, 4.0]]))
    parametrizations.weight_norm(layer)
    trained = layer.parametrizations.weight
    assert trained.original0.tolist() == [[5]]
    assert trained.original1.tolist() == [[3, 4]]
    layer.weight.sum().backward()
    assert trained.original0.grad.tolist() == [[pytest.approx(1.4)]]
    np.testing.assert_allclose(trained.original1.grad.tolist(), [[1 - 0.6 * 1.4, 1 - 0.8 * 1.4]], rtol=1e-12)
    assert autograd.gradcheck(
        lambda g, v: nn.utils.parametrizations.scaled(v, g, 0), (trained.original0, trained.original1)
    )
    layer.weight = autograd.tensor([[0.0, -2.0]], dtype=autograd.float64)
    assert (trained.original0.tolist(), trained.original1.tolist()) == ([[2]], [[0, -2]])


def test_spectral_norm_finds_the_largest_singular_value() -> None:
    autograd.manual_seed(0)
    layer = parametrizations.spectral_norm(nn.Linear(5, 4, dtype=autograd.float64), n_power_iterations=200)
    assert autograd.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, rel=1e-9)


# ------------------------------------------------------------------------------------------------ the mechanism


def test_registering_and_removing() -> None:
    layer = nn.Linear(3, 3)
    weight, before = layer.weight, layer.weight.tolist()
    parametrize.register_parametrization(layer, "weight", Doubled())
    assert type(layer).__name__ == "ParametrizedLinear"
    assert isinstance(layer, nn.Linear)
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert layer.parametrizations.weight.original is weight  # what the optimizer has stays right
    np.testing.assert_allclose(layer.weight.tolist(), before)
    parametrize.register_parametrization(layer, "weight", Triangular())
    np.testing.assert_allclose(layer.weight.tolist(), np.tril(before))
    layer(autograd.ones(1, 3)).sum().backward()
    assert weight.grad.tolist() == [[2, 0, 0], [2, 2, 0], [2, 2, 2]]
    parametrize.register_parametrization(layer, "bias", Doubled())
    parametrize.remove_parametrizations(layer, "weight")
    assert parametrize.is_parametrized(layer)
    assert not parametrize.is_parametrized(layer, "weight")
    assert layer.weight is weight
    np.testing.assert_allclose(weight.tolist(), np.tril(before))
    halves = layer.parametrizations.bias.original.tolist()
    parametrize.remove_parametrizations(layer, "bias", leave_parametrized=False)
    assert layer.bias.tolist() == halves
    assert type(layer) is nn.Linear
    assert not parametrize.is_parametrized(layer)
    assert sorted(layer.state_dict()) == ["bias", "weight"]


def test_several_tensors_and_buffers() -> None:
    layer = nn.Linear(2, 2)
    before = layer.weight.tolist()
    parametrize.register_parametrization(layer, "weight", Summed())
    assert [name for name, _ in layer.named_parameters()] == [
        "bias", "parametrizations.weight.original0", "parametrizations.weight.original1",
    ]  # fmt: skip
    np.testing.assert_allclose(layer.weight.tolist(), before, rtol=1e-6)
    parametrize.remove_parametrizations(layer, "weight")
    assert isinstance(layer.weight, nn.Parameter)
    layer.register_buffer("scale", autograd.ones(2))
    parametrize.register_parametrization(layer, "scale", Doubled())
    assert [name for name, _ in layer.named_buffers()] == ["parametrizations.scale.original"]
    assert layer.scale.tolist() == [1, 1]


def test_what_is_cached() -> None:
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Doubled())
    assert layer.weight is not layer.weight
    with parametrize.cached():
        first = layer.weight
        assert layer.weight is first
    assert layer.weight is not first


def test_copies_are_independent() -> None:
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Doubled())
    other = copy.deepcopy(layer)
    assert other.weight.tolist() == layer.weight.tolist()
    parametrize.remove_parametrizations(other, "weight")
    assert type(other) is nn.Linear
    assert layer.weight.tolist() == other.weight.tolist()
    assert parametrize.is_parametrized(layer)
    with pytest.raises(RuntimeError, match=r"only supported through state_dict\(\)"):
        pickle.dumps(layer)


def test_what_parametrize_refuses() -> None:
    layer = nn.Linear(2, 3)

    class Flat(nn.Module):
        def forward(self, x: Any) -> Any:
            return x.flatten()

    class Wide(nn.Module):
        def forward(self, x: Any) -> Any:
            return x.double()

    class Nothing(nn.Module):
        def forward(self, x: Any) -> Any:
            return 3

    with pytest.raises(ValueError, match="does not have a parameter, a buffer, or a parametrized element .* 'w'"):
        parametrize.register_parametrization(layer, "w", Doubled())
    for module, text in ((Flat(), "shape"), (Wide(), "dtype"), (Nothing(), "must return a tensor. Got int")):
        with pytest.raises(ValueError, match=text):
            parametrize.register_parametrization(layer, "weight", module)
    assert type(layer) is nn.Linear
    assert isinstance(layer.weight, nn.Parameter)
    parametrize.register_parametrization(layer, "weight", Flat(), unsafe=True)
    assert layer.weight.shape == (6,)
    with pytest.raises(RuntimeError, match="parametrization Flat does not implement right_inverse"):
        layer.weight = autograd.ones(3, 2)
    with pytest.raises(ValueError, match="does not have a parametrization on bias"):
        parametrize.remove_parametrizations(layer, "bias")
    parametrize.register_parametrization(layer, "bias", Summed())
    with pytest.raises(ValueError, match="Cannot leave unparametrized"):
        parametrize.remove_parametrizations(layer, "bias", leave_parametrized=False)
    with pytest.raises(ValueError, match="no parameter or buffer with name 'w'"):
        parametrizations.spectral_norm(layer, "w")
    with pytest.raises(ValueError, match="Expected n_power_iterations to be positive"):
        parametrizations.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)
    with pytest.raises(IndexError, match="Dimension out of range"):
        parametrizations.spectral_norm(nn.Linear(2, 2), dim=2)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.nn.utils.parametrizations.weight_norm(t.nn.Linear(2, 2), "w"),
        lambda t: t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(2, 2), "w"),
        lambda t: t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(2, 2), dim=2),
        lambda t: t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(2, 2), n_power_iterations=0),
        lambda t: t.nn.utils.parametrize.register_parametrization(t.nn.Linear(2, 2), "weight", t.nn.Flatten(0)),
        lambda t: t.nn.utils.parametrize.remove_parametrizations(t.nn.Linear(2, 2), "weight"),
        lambda t: t.nn.utils.parametrize.ParametrizationList([], t.ones(2)),
    ],
)
def test_what_pytorch_refuses_is_refused(call: Any) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(Exception) as theirs:
        call(torch)
    with pytest.raises(Exception) as mine:
        call(autograd)
    assert isinstance(mine.value, theirs.type), f"{mine.value!r}, {theirs.value!r}"


# ------------------------------------------------------------------------------------------------ functional_call


def test_functional_call_of_parametrised_modules() -> None:
    layer = parametrize.register_parametrization(nn.Linear(2, 2), "weight", Doubled())
    x = autograd.ones(1, 2)
    given = {"parametrizations.weight.original": autograd.ones(2, 2), "bias": autograd.zeros(2)}
    assert autograd.func.functional_call(layer, given, (x,)).tolist() == [[4, 4]]
    assert layer(x).tolist() != [[4, 4]]
    with pytest.warns(FutureWarning, match=r"Please use `torch\.func\.functional_call` instead"):
        assert nn.utils.stateless.functional_call(layer, given, x).tolist() == [[4, 4]]


def test_pytorch_s_paths() -> None:
    from autograd.nn.utils.parametrizations import weight_norm

    import autograd as torch

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.nn.utils.parametrizations.weight_norm is weight_norm
        assert torch.nn.utils.parametrize.is_parametrized is parametrize.is_parametrized
        assert torch.nn.utils.stateless.functional_call is nn.utils.stateless.functional_call
