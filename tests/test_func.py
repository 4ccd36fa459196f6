"""`autograd.func`: derivatives as functions, `vmap`, `functional_call`. Numbers and errors are PyTorch's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd
import nn
from autograd import func
from autograd.trees import filled, leaves, structure


def values(tree: Any) -> Any:
    """A tree of tensors of either library as one of lists, each with whether it has a history."""
    if isinstance(tree, dict):
        return {key: values(value) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        return [values(value) for value in tree]
    if not hasattr(tree, "detach"):
        return tree
    return np.round(tree.detach().numpy().astype(float), 5).tolist(), tree.requires_grad


# -------------------------------------------------------------------------------------------------------- values


def vector(t: Any, requires_grad: bool = False) -> Any:
    return t.tensor([1.0, 2.0, 3.0], requires_grad=requires_grad)


def number(t: Any) -> Any:
    return t.tensor(2.0)


Case = Callable[[Any, Any], Any]

#: What is computed, with the library `t` and its functions `f`, and, where it is worth a line, what comes out.
VALUES: dict[str, tuple[Case, Any]] = {
    "grad": (lambda t, f: f.grad(lambda x: (x * x).sum())(vector(t)), [2.0, 4.0, 6.0]),
    "grad of grad of grad": (lambda t, f: f.grad(f.grad(f.grad(lambda x: x**4)))(number(t)), 48.0),
    "grad by an inner function's constant": (
        lambda t, f: f.grad(lambda x: f.grad(lambda y: x * y**2)(t.tensor(3.0)))(number(t)),
        6.0,
    ),
    "grad of a product with a grad": (
        lambda t, f: f.grad(lambda x: x * f.grad(lambda y: x * y**2)(x))(number(t)),
        24.0,
    ),
    "grad by both": (lambda t, f: f.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(vector(t), vector(t) * 2), None),
    "grad by the last": (lambda t, f: f.grad(lambda x, y: (x * y).sum(), argnums=-1)(vector(t), vector(t) * 2), None),
    "grad by a tree": (
        lambda t, f: f.grad(lambda p: (p["a"] * p["b"][0]).sum())({"a": vector(t), "b": [vector(t) * 2, number(t)]}),
        None,
    ),
    "grad with aux": (lambda t, f: f.grad(lambda x: (x.sum(), {"a": x * 2}), has_aux=True)(vector(t)), None),
    "grad of a constant": (lambda t, f: f.grad(lambda x: (x.detach() * 2).sum())(vector(t)), [0.0, 0.0, 0.0]),
    "grad of an identity": (lambda t, f: f.grad(lambda x: x)(number(t)), 1.0),
    "grad with a keyword": (lambda t, f: f.grad(lambda x, k: (x**k).sum())(vector(t), k=3), [3.0, 12.0, 27.0]),
    "grad of what records nothing": (lambda t, f: f.grad(t.no_grad()(lambda x: (x * x).sum()))(vector(t)), [0.0] * 3),
    "grad_and_value": (lambda t, f: f.grad_and_value(lambda x: (x * x).sum())(vector(t)), None),
    "grad_and_value with aux": (
        lambda t, f: f.grad_and_value(lambda x: ((x * x).sum(), x.sum()), has_aux=True)(vector(t)),
        None,
    ),
    "vjp": (lambda t, f: f.vjp(lambda x: (x, 2 * x), vector(t))[1]((vector(t), vector(t))), [[3.0, 6.0, 9.0]]),
    "vjp's value": (lambda t, f: f.vjp(lambda x: {"a": x * x}, vector(t))[0], None),
    "vjp with aux": (lambda t, f: f.vjp(lambda x: (x * x, x + 1), vector(t), has_aux=True)[2], None),
    "vjp of two": (lambda t, f: f.vjp(lambda x, y: x * y, vector(t), number(t))[1](vector(t)), [[2.0, 4.0, 6.0], 14.0]),
    "jvp": (lambda t, f: f.jvp(lambda x: x * x, (vector(t),), (vector(t),)), None),
    "jvp of a constant": (
        lambda t, f: f.jvp(lambda x: {"a": x * 3, "b": t.ones(2)}, (vector(t),), (vector(t),)),
        None,
    ),
    "jvp with aux": (lambda t, f: f.jvp(lambda x: (x * x, x), (vector(t),), (vector(t),), has_aux=True), None),
    "jvp of grad": (
        lambda t, f: f.jvp(f.grad(lambda x: (x**3).sum()), (vector(t),), (vector(t),))[1],
        [6.0, 24.0, 54.0],
    ),
    "linearize": (lambda t, f: f.linearize(lambda x: x * x, vector(t))[1](vector(t)), [2.0, 8.0, 18.0]),
    "jacrev": (lambda t, f: f.jacrev(lambda x: x.sum() * x)(vector(t)), None),
    "jacrev of a tree": (lambda t, f: f.jacrev(lambda x: {"a": x * 2, "b": x.sum()})(vector(t)), None),
    "jacrev by both": (lambda t, f: f.jacrev(lambda x, y: (x * y, x), argnums=(0, 1))(vector(t), vector(t)), None),
    "jacrev of matrices": (lambda t, f: f.jacrev(lambda x: x @ x)(t.tensor([[1.0, 2.0], [3.0, 4.0]])), None),
    "jacrev with aux": (lambda t, f: f.jacrev(lambda x: (x * 2, {"z": x}), has_aux=True)(vector(t)), None),
    "jacfwd": (lambda t, f: f.jacfwd(lambda x: x.sum() * x)(vector(t)), None),
    "jacfwd of a tree": (lambda t, f: f.jacfwd(lambda x: {"a": x * 2, "b": x.sum()})(vector(t)), None),
    "jacfwd by both": (lambda t, f: f.jacfwd(lambda x, y: (x * y, x), argnums=(0, 1))(vector(t), vector(t)), None),
    "jacfwd with aux": (lambda t, f: f.jacfwd(lambda x: (x * 2, {"z": x}), has_aux=True)(vector(t)), None),
    "jacfwd of jacfwd": (lambda t, f: f.jacfwd(f.jacfwd(lambda x: x**3))(vector(t)), None),
    "jacrev of jacfwd": (lambda t, f: f.jacrev(f.jacfwd(lambda x: x.sin().sum()))(vector(t)), None),
    "hessian": (lambda t, f: f.hessian(lambda x: (x**3).sum())(vector(t)), [[6.0, 0, 0], [0, 12.0, 0], [0, 0, 18.0]]),
    "hessian by both": (
        lambda t, f: f.hessian(lambda x, y: (x * y).sum() ** 2, argnums=(0, 1))(vector(t), vector(t)),
        None,
    ),
    "hessian by a tree": (
        lambda t, f: f.hessian(lambda p: (p["a"] * p["b"]).sum() ** 2)({"a": vector(t), "b": vector(t)}),
        None,
    ),
    "vmap": (lambda t, f: f.vmap(lambda x: x * x)(vector(t)), [1.0, 4.0, 9.0]),
    "vmap along the last": (lambda t, f: f.vmap(lambda x: x * 2, in_dims=-1, out_dims=-1)(t.ones(2, 3)), None),
    "vmap of two": (lambda t, f: f.vmap(lambda x, y: x * y, in_dims=(0, None))(vector(t), number(t)), [2.0, 4.0, 6.0]),
    "vmap of a tree": (
        lambda t, f: f.vmap(lambda d: {"s": d["a"] + d["b"], "t": (d["a"],)}, in_dims=({"a": 0, "b": None},))(
            {"a": vector(t), "b": number(t)}
        ),
        None,
    ),
    "vmap to several": (lambda t, f: f.vmap(lambda x: (x, x * 2), out_dims=(0, 1))(t.ones(2, 3)), None),
    "vmap to what is the same": (
        lambda t, f: f.vmap(lambda x, y: y, in_dims=(0, None), out_dims=None)(vector(t), number(t)),
        2.0,
    ),
    "vmap and a keyword": (lambda t, f: f.vmap(lambda x, k: x * k)(vector(t), k=vector(t)), None),
    "vmap within vmap": (
        lambda t, f: f.vmap(f.vmap(lambda x, y: x * y, in_dims=(None, 0)), in_dims=(0, None))(vector(t), vector(t)),
        None,
    ),
    "vmap of nothing": (lambda t, f: f.vmap(lambda x: x.sin(), in_dims=1, out_dims=1)(t.zeros(3, 0)), None),
    "vmap of a function that edits": (lambda t, f: f.vmap(lambda x: x.mul_(2))(vector(t)), [2.0, 4.0, 6.0]),
    "gradients of each sample": (
        lambda t, f: f.vmap(f.grad(lambda w, x: ((w * x).sum() - 1) ** 2), in_dims=(None, 0))(vector(t), t.ones(2, 3)),
        [[10.0] * 3] * 2,
    ),
    "jacrev of vmap": (lambda t, f: f.jacrev(f.vmap(lambda x: x**2))(vector(t)), None),
    "vmap of jacrev": (lambda t, f: f.vmap(f.jacrev(lambda x: x * x.sum()))(t.ones(2, 3)), None),
    "a history through a weight": (
        lambda t, f: (lambda w: f.grad(lambda x: (x * x * w).sum())(vector(t)))(vector(t, True)),
        None,
    ),
    "a history through an argument": (lambda t, f: f.grad_and_value(lambda x: (x * x).sum())(vector(t, True)), None),
    "no history under no_grad": (
        lambda t, f: (lambda w: t.no_grad()(f.grad(lambda x: (x * x * w).sum()))(vector(t)))(vector(t, True)),
        None,
    ),
    "a history through a cotangent": (lambda t, f: f.vjp(lambda x: x * 2, vector(t))[1](vector(t, True)), None),
    "a history through a tangent": (lambda t, f: f.jvp(lambda x: x * 2, (vector(t),), (vector(t, True),)), None),
    "a history of Jacobians": (
        lambda t, f: (lambda w: [m(lambda x: x * w)(vector(t)) for m in (f.jacrev, f.jacfwd)])(vector(t, True)),
        None,
    ),
    "a history through slices": (lambda t, f: f.vmap(lambda x: x * x)(vector(t, True)), None),
}


def test_numbers() -> None:
    for name, (case, expected) in VALUES.items():
        if expected is not None:
            found = case(autograd, func)
            lists = found.tolist() if isinstance(found, autograd.Tensor) else [t.tolist() for t in found]
            assert lists == expected, name


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize("name", VALUES)
def test_numbers_structures_and_histories_are_torchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    case = VALUES[name][0]
    assert values(case(autograd, func)) == values(case(torch, torch.func))


@pytest.mark.parametrize("name", VALUES)
def test_nothing_is_left_behind(name: str) -> None:
    VALUES[name][0](autograd, func)
    assert autograd.is_grad_enabled()


def test_histories_lead_where_they_should() -> None:
    """The derivative of a gradient by a weight that the function knows, and by the argument."""
    x, w = vector(autograd, True), vector(autograd, True)
    slope = func.grad(lambda x: (x * x * w).sum())(x)  # 2 x w
    assert [g.tolist() for g in autograd.grad(slope.sum(), (x, w))] == [[2.0, 4.0, 6.0], [2.0, 4.0, 6.0]]
    matrix = func.jacfwd(lambda x: x * w * x)(x)
    assert autograd.grad(matrix.sum(), w)[0].tolist() == [2.0, 4.0, 6.0]
    assert x.grad is None
    assert w.grad is None
    func.vmap(lambda x: x * x)(x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0, 6.0]


def test_the_value_and_then_the_gradient() -> None:
    x = vector(autograd)
    value, slope = func.value_and_grad(lambda x: (x * x).sum())(x)
    assert (value.item(), slope.tolist()) == (14.0, [2.0, 4.0, 6.0])
    (value, aux), slopes = func.value_and_grad(lambda x, y: ((x * y).sum(), "more"), (0, 1), has_aux=True)(x, x * 2)
    assert (value.item(), aux) == (28.0, "more")
    assert [slope.tolist() for slope in slopes] == [[2.0, 4.0, 6.0], [1.0, 2.0, 3.0]]


def test_the_argument_is_not_the_tensor_outside() -> None:
    x = vector(autograd)
    assert func.grad(lambda y: (x * y).sum())(x).tolist() == [1.0, 2.0, 3.0]
    assert not x.requires_grad


# --------------------------------------------------------------------------------------------------------- vmap


def test_random_numbers_in_vmap() -> None:
    x = vector(autograd)

    def noisy(x: Any) -> Any:
        return x * 0 + autograd.rand(2)

    autograd.manual_seed(1)
    with pytest.raises(RuntimeError, match="random operation while in randomness error mode"):
        func.vmap(noisy)(x)
    first = autograd.rand(2).tolist()
    autograd.manual_seed(1)
    assert autograd.rand(2).tolist() == first, "a refused call draws nothing"
    autograd.manual_seed(1)
    different = func.vmap(noisy, randomness="different")(x).tolist()
    assert different[0] == first
    assert len({tuple(row) for row in different}) == 3
    autograd.manual_seed(1)
    assert func.vmap(noisy, randomness="same")(x).tolist() == [first] * 3
    after = autograd.rand(2).tolist()
    assert after == different[1], "as after one call"


def test_vmap_may_look_at_values() -> None:
    """Which PyTorch refuses: its batch runs in one go."""
    assert func.vmap(lambda x: x if x > 1 else -x)(vector(autograd)).tolist() == [-1.0, 2.0, 3.0]


def test_chunks_change_nothing() -> None:
    x = vector(autograd)
    assert func.vmap(lambda x: x * x, chunk_size=2)(x).tolist() == func.vmap(lambda x: x * x)(x).tolist()
    assert func.jacrev(lambda x: x * x, chunk_size=1)(x).tolist() == func.jacrev(lambda x: x * x)(x).tolist()


def test_empty_jacobians() -> None:
    x = autograd.zeros(0)
    assert func.jacrev(lambda x: x * 2)(x).shape == func.jacfwd(lambda x: x * 2)(x).shape == (0, 0)
    assert func.hessian(lambda x: x.sum())(x).shape == (0, 0)


# ------------------------------------------------------------------------------------------------------ modules


def network(seed: int) -> nn.Sequential:
    autograd.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def test_a_module_as_a_function_of_its_parameters() -> None:
    net, x = network(0), autograd.ones(5, 3)
    parameters = dict(net.named_parameters())
    doubled = {name: (p * 2).detach() for name, p in parameters.items()}
    inside = func.functional_call(net, doubled, x)
    assert dict(net.named_parameters()) == parameters
    with autograd.no_grad():
        for p in net.parameters():
            p *= 2
    assert inside.tolist() == net(x).tolist()
    assert func.functional_call(net, {}, (x,)).tolist() == net(x).tolist()
    assert func.functional_call(
        net, ({"0.weight": doubled["0.weight"]}, {"2.bias": doubled["2.bias"]}), (x,)
    ).shape == (5, 2)
    gradients = func.grad(lambda p: func.functional_call(net, p, (x,)).sum())(parameters)
    net(x).sum().backward()
    assert {name: g.tolist() for name, g in gradients.items()} == {n: p.grad.tolist() for n, p in parameters.items()}


def test_a_module_is_put_back_after_an_error() -> None:
    net = network(0)
    before = dict(net.named_parameters())
    with pytest.raises(RuntimeError):
        func.functional_call(net, {"0.weight": autograd.ones(1, 1)}, autograd.ones(5, 3))
    assert all(a is b for a, b in zip(before.values(), dict(net.named_parameters()).values(), strict=True))


def test_parameters_that_a_module_has_twice() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(1, 1, bias=False)
            self.b = nn.Linear(1, 1, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x: Any) -> Any:
            return self.a(x) * 10 + self.b(x)

    net, x, three = Tied(), autograd.ones(1, 1), autograd.full((1, 1), 3.0)
    assert func.functional_call(net, {"a.weight": three}, x).item() == 33.0
    untied = func.functional_call(net, {"a.weight": three}, x, tie_weights=False).item()
    assert untied == pytest.approx(30.0 + net.a.weight.item())


def test_bad_calls_of_modules() -> None:
    net, x = network(0), autograd.ones(5, 3)
    weight = {"0.weight": autograd.ones(4, 3)}
    with pytest.raises(ValueError, match=r"0\.weight appears in multiple dictionaries"):
        func.functional_call(net, (weight, weight), x)
    with pytest.raises(RuntimeError, match=r"unexpected key\(s\) \['nothing'\]"):
        func.functional_call(net, {"nothing": autograd.ones(1)}, x)
    with pytest.raises(RuntimeError, match=r"missing key\(s\) \['0\.bias', '2\.weight', '2\.bias'\]"):
        func.functional_call(net, weight, x, strict=True)
    with pytest.raises(RuntimeError, match="at least one model"):
        func.stack_module_state([])
    with pytest.raises(RuntimeError, match="same class"):
        func.stack_module_state([net, net[0]])
    with pytest.raises(RuntimeError, match="same training/eval mode"):
        func.stack_module_state([net, network(1).eval()])


def test_an_ensemble() -> None:
    """Several networks at once, as in PyTorch's tutorial."""
    nets, x = [network(seed) for seed in range(3)], autograd.ones(5, 3)
    parameters, buffers = func.stack_module_state(nets)
    assert buffers == {}
    assert parameters["0.weight"].shape == (3, 4, 3)
    assert parameters["0.weight"].requires_grad
    found = func.vmap(lambda p, b, x: func.functional_call(nets[0], (p, b), (x,)), in_dims=(0, 0, None))(
        parameters, buffers, x
    )
    assert found.tolist() == [net(x).tolist() for net in nets]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_gradients_of_each_sample_of_a_network_are_torchs() -> None:
    torch = pytest.importorskip("torch")
    results = []
    for library, modules in ((autograd, nn), (torch, torch.nn)):
        library.manual_seed(0)
        net = modules.Sequential(modules.Linear(3, 4), modules.Tanh(), modules.Linear(4, 2))
        x, y = library.rand(6, 3), library.tensor([0, 1, 0, 1, 1, 0])

        def loss(p: Any, x: Any, y: Any, library: Any = library, modules: Any = modules, net: Any = net) -> Any:
            out = library.func.functional_call(net, p, (x.unsqueeze(0),))
            return modules.functional.cross_entropy(out, y.unsqueeze(0))

        parameters = {name: p.detach() for name, p in net.named_parameters()}
        found = library.func.vmap(library.func.grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
        results.append({name: g.numpy() for name, g in found.items()})
    mine, theirs = results
    assert list(mine) == list(theirs)
    for name, g in mine.items():
        np.testing.assert_allclose(g, theirs[name], rtol=1e-5, atol=1e-6)


# ------------------------------------------------------------------------------------------------------ refusals


class Refusal(NamedTuple):
    """What is refused, and how."""

    call: Case
    error: type[Exception]
    text: str


REFUSALS: list[Refusal] = [
    Refusal(
        lambda t, f: f.grad(lambda x: x)(vector(t)), RuntimeError, "to return a scalar Tensor, got tensor with 1 dims"
    ),
    Refusal(lambda t, f: f.grad(lambda x: 1.0)(vector(t)), RuntimeError, "to return a Tensor, got <class 'float'>"),
    Refusal(
        lambda t, f: f.grad(lambda x: (x.sum(), 1))(vector(t)), RuntimeError, "to return a Tensor, got <class 'tuple'>"
    ),
    Refusal(
        lambda t, f: f.grad(lambda x: x.sum(), has_aux=True)(vector(t)), RuntimeError, "output of function f should be"
    ),
    Refusal(lambda t, f: f.grad(lambda x: (x.sum(), 1, 2), has_aux=True)(vector(t)), RuntimeError, "should be a tuple"),
    Refusal(
        lambda t, f: f.grad(lambda x: x.sum(), argnums=1)(vector(t)),
        RuntimeError,
        "Got argnum=1, but only 1 positional",
    ),
    Refusal(lambda t, f: f.grad(lambda x: x.sum(), argnums=())(vector(t)), RuntimeError, "argnums must be non-empty"),
    Refusal(
        lambda t, f: f.grad(lambda x: x.sum(), argnums=(0, 0))(vector(t)),
        RuntimeError,
        "argnums elements must be unique",
    ),
    Refusal(
        lambda t, f: f.grad(lambda x: x.sum(), argnums="a")(vector(t)), RuntimeError, "argnums must be int or Tuple"
    ),
    Refusal(lambda t, f: f.grad(lambda x: x.sum())(t.ones(3, dtype=t.int64)), RuntimeError, "floating point dtype"),
    Refusal(lambda t, f: f.grad(lambda x: x[0].sum())([vector(t), 2]), ValueError, "must be Tensor, got <class 'int'>"),
    Refusal(
        lambda t, f: f.grad(lambda x: x.mul_(3).sum())(vector(t)), RuntimeError, "leaf Variable that requires grad"
    ),
    Refusal(
        lambda t, f: f.vjp(lambda x: (x, x), vector(t))[1](vector(t)), RuntimeError, "pytree structure of cotangents"
    ),
    Refusal(lambda t, f: f.vjp(lambda x: x, vector(t))[1](t.ones(2)), RuntimeError, "Mismatch in shape"),
    Refusal(lambda t, f: f.vjp(lambda x: 2.0, vector(t)), RuntimeError, "to return only tensors, got unsupported type"),
    Refusal(lambda t, f: f.jvp(lambda x: x, vector(t), vector(t)), RuntimeError, "Expected primals to be a tuple"),
    Refusal(
        lambda t, f: f.jvp(lambda x: x, (vector(t),), (t.ones(2),)), RuntimeError, "while the given forward gradient is"
    ),
    Refusal(lambda t, f: f.jvp(lambda x: x, (vector(t),), (vector(t),) * 2), RuntimeError, "same python structure"),
    Refusal(lambda t, f: f.jvp(lambda x: x, (), ()), RuntimeError, "Expected primals to contain at least one Tensor"),
    Refusal(
        lambda t, f: f.jvp(lambda x: t.ones(2), (vector(t),), (vector(t),), strict=True),
        RuntimeError,
        "independent of the inputs",
    ),
    Refusal(
        lambda t, f: f.jacrev(lambda x: 1.0)(vector(t)), RuntimeError, "to return only tensors, got unsupported type"
    ),
    Refusal(
        lambda t, f: f.jacrev(lambda x: x, chunk_size=0)(vector(t)), ValueError, "`chunk_size` should be greater than 0"
    ),
    Refusal(lambda t, f: f.vmap(lambda x: x, in_dims=1)(vector(t)), ValueError, "to satisfy -1 <= in_dim < 1"),
    Refusal(lambda t, f: f.vmap(lambda x: x, in_dims=(0, 0))(vector(t)), ValueError, "in_dims is not compatible with"),
    Refusal(
        lambda t, f: f.vmap(lambda x: x, in_dims=(None,))(vector(t)), ValueError, "at least one Tensor to vmap over"
    ),
    Refusal(
        lambda t, f: f.vmap(lambda x, y: x)(vector(t), t.ones(2)), ValueError, r"got sizes \[3, 2\] for the mapped"
    ),
    Refusal(
        lambda t, f: f.vmap(lambda x: 1.0)(vector(t)), ValueError, "must only return Tensors, got type <class 'float'>"
    ),
    Refusal(lambda t, f: f.vmap(lambda x: x)(2.0), ValueError, "cannot vmap over non-Tensor arguments"),
    Refusal(lambda t, f: f.vmap(lambda x: x, out_dims=1)(vector(t)), IndexError, "Dimension out of range"),
    Refusal(
        lambda t, f: f.vmap(lambda x: (x, x), out_dims=(0,) * 3)(vector(t)), ValueError, "out_dims is not compatible"
    ),
    Refusal(
        lambda t, f: f.vmap(lambda x: x, out_dims=None)(vector(t)), ValueError, "can not return a BatchedTensor when"
    ),
    Refusal(
        lambda t, f: f.vmap(lambda x: x, randomness="any")(vector(t)),
        RuntimeError,
        "Only allowed values for randomness",
    ),
    Refusal(lambda t, f: f.vmap(lambda x: x, chunk_size=0)(vector(t)), ValueError, "chunk_size"),
    Refusal(lambda t, f: f.vmap(lambda: 1)(), ValueError, "got no inputs"),
    Refusal(lambda t, f: f.vmap(lambda x: x, in_dims="a")(vector(t)), ValueError, "expected `in_dims` to be int or a"),
    Refusal(lambda t, f: f.vmap(lambda x: x + t.rand(()))(vector(t)), RuntimeError, "randomness error mode"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=[r.text for r in REFUSALS])
def test_what_is_refused(refusal: Refusal) -> None:
    with pytest.raises(refusal.error, match=refusal.text):
        refusal.call(autograd, func)
    assert autograd.is_grad_enabled()


@pytest.mark.oracle
@pytest.mark.parametrize("refusal", REFUSALS, ids=[r.text for r in REFUSALS])
def test_torch_refuses_the_same(refusal: Refusal) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(refusal.error, match=refusal.text):
        refusal.call(torch, torch.func)


def test_jacfwd_checks_its_randomness() -> None:
    with pytest.raises(RuntimeError, match="Only allowed values for randomness"):
        func.jacfwd(lambda x: x, randomness="any")


# -------------------------------------------------------------------------------------------------------- others


def test_in_threads() -> None:
    """Levels belong to calls: eight threads differentiate the same function of the same weight at once."""
    w, found = vector(autograd, True), [None] * 8

    def work(i: int) -> None:
        x = autograd.full((3,), float(i))
        found[i] = [func.hessian(lambda x: (x**3 * w).sum())(x).tolist() for _ in range(5)]  # type: ignore[call-overload]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(8):
        assert found[i] == [[[6.0 * i, 0, 0], [0, 12.0 * i, 0], [0, 0, 18.0 * i]]] * 5


def test_trees() -> None:
    class Pair(NamedTuple):
        a: Any
        b: Any

    tree = Pair({"x": 1, "y": [2, (3,)]}, None)
    assert leaves(tree) == [1, 2, 3, None]
    assert filled(tree, "abcd") == Pair({"x": "a", "y": ["b", ("c",)]}, "d")
    assert structure(tree) == structure(filled(tree, "abcd"))
    assert structure((1, 2)) != structure([1, 2])
    assert repr(structure({"a": (1, 2)})) == "{'a': (*, *)}"


def test_the_paths_are_torchs() -> None:
    import autograd as torch
    from autograd.func import grad, vmap

    assert torch.func.grad is grad
    assert torch.vmap is vmap is torch.func.vmap
    assert sorted(func.__all__) == func.__all__
