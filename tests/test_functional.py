"""`autograd.functional`: vjp, jvp, jacobian, hessian, hvp, vhp. Numbers, shapes, nesting and errors are PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import functional

# PyTorch's forward mode compiles something in a way that it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")


def tensor(library: Any, values: Any, requires_grad: bool = False) -> Any:
    """A float64 tensor of either library."""
    return library.tensor(values, dtype=library.float64, requires_grad=requires_grad)


def plain(value: Any) -> Any:
    """Tensors within tuples, as lists."""
    return [plain(v) for v in value] if isinstance(value, tuple) else value.tolist()


def flat(value: Any) -> list[Any]:
    """The tensors within tuples, in order."""
    return [t for v in value for t in flat(v)] if isinstance(value, tuple) else [value]


def same(mine: Any, theirs: Any, *, but_for_flags: bool = False) -> None:
    """Fail unless the nesting, the shapes, and the numbers but for rounding are the same."""
    assert isinstance(mine, tuple) == isinstance(theirs, tuple | list)  # PyTorch's forward mode gives lists
    if isinstance(mine, tuple):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            same(a, b, but_for_flags=but_for_flags)
        return
    assert tuple(mine.shape) == tuple(theirs.shape)
    assert str(mine.dtype).split(".")[1] == str(theirs.dtype).split(".")[1]
    assert but_for_flags or mine.requires_grad == theirs.requires_grad
    np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-12, atol=1e-13)


# ------------------------------------------------------------------------------------------------------- in numbers


def test_products_with_a_jacobian() -> None:
    """y = (a b, a²) at a = 2, b = 3 has the Jacobian [[3, 2], [4, 0]]."""
    a, b = tensor(autograd, 2.0), tensor(autograd, 3.0)
    function = lambda a, b: autograd.stack([a * b, a * a])
    v = tensor(autograd, [1.0, 10.0])
    assert plain(functional.vjp(function, (a, b), v)) == [[6.0, 4.0], [43.0, 2.0]]
    w = (tensor(autograd, 1.0), tensor(autograd, 10.0))
    assert plain(functional.jvp(function, (a, b), w)) == [[6.0, 4.0], [23.0, 4.0]]
    assert plain(functional.jacobian(function, (a, b))) == [[3.0, 4.0], [2.0, 0.0]]


def test_products_with_a_hessian() -> None:
    """a² b at (2, 3) has the gradient (12, 4) and the Hessian [[6, 4], [4, 0]]."""
    x, v = tensor(autograd, [2.0, 3.0]), tensor(autograd, [1.0, 10.0])
    function = lambda x: x[0] ** 2 * x[1]
    assert functional.hessian(function, x).tolist() == [[6.0, 4.0], [4.0, 0.0]]
    assert plain(functional.vhp(function, x, v)) == [12.0, [46.0, 4.0]]
    assert plain(functional.hvp(function, x, v)) == [12.0, [46.0, 4.0]]


def test_results_have_no_history_unless_asked_for() -> None:
    x = tensor(autograd, [1.0, 2.0], requires_grad=True)
    assert not functional.jacobian(lambda x: x**2, x).requires_grad
    jacobian = functional.jacobian(lambda x: x**2, x, create_graph=True)
    assert autograd.grad(jacobian.sum(), x)[0].tolist() == [2.0, 2.0]
    assert x.grad is None


def test_the_argument_is_another_tensor_than_the_one_outside() -> None:
    """What a function knows by another way is a constant to it, even if it is the very tensor."""
    x = tensor(autograd, [2.0], requires_grad=True)
    assert functional.jacobian(lambda y: x * y, x).tolist() == [[2.0]]


def test_under_no_grad() -> None:
    with autograd.no_grad():
        assert functional.hessian(lambda x: (x**3).sum(), tensor(autograd, [1.0])).tolist() == [[6.0]]
        assert functional.jvp(lambda x: x**3, tensor(autograd, [1.0]), tensor(autograd, [1.0]))[1].tolist() == [3.0]


def test_empty_tensors() -> None:
    x = autograd.zeros(0)
    assert functional.jacobian(lambda x: x * 2, x).shape == (0, 0)
    assert functional.jacobian(lambda x: x * 2, x, vectorize=True, strategy="forward-mode").shape == (0, 0)
    assert functional.hessian(lambda x: x.sum(), x).shape == (0, 0)


# ------------------------------------------------------------------------------------------------------ as in torch

Function = Callable[..., Any]

#: Functions of tensors, the values of these, and whether the value is a single number.
CASES: dict[str, tuple[Callable[[Any], Function], list[Any], bool]] = {
    "square": (lambda t: lambda x: x**2 + 0 * x, [[[1.0, 2.0], [3.0, 4.0]]], False),
    "number to number": (lambda t: lambda x: x.exp() * x, [0.5], True),
    "number to vector": (lambda t: lambda x: t.stack([x, x * x, x.exp()]), [0.5], False),
    "vector to number": (lambda t: lambda x: (x**3).sum(), [[1.0, 2.0, -1.0]], True),
    "one element": (lambda t: lambda x: (x**3).sum().reshape(1, 1), [[1.0, 2.0, -1.0]], True),
    "two inputs": (lambda t: lambda x, y: (x @ y).tanh(), [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [1.0, -1.0, 2]], False),
    "two inputs, a number": (lambda t: lambda x, y: (x * y.exp() * x).sum(), [[1.0, 2.0], [0.5, -0.5]], True),
    "two outputs": (lambda t: lambda x: (x.sin(), x.sum() * x), [[0.5, 1.0]], False),
    "two and two": (lambda t: lambda x, y: (x * y, (x + y).sum() ** 2), [[1.0, 2.0], [3.0, 4.0]], False),
    "tuple of one": (lambda t: lambda x: (x * x,), [[0.5, 1.0]], False),
    "an unused input": (lambda t: lambda x, y: (x**2).sum(), [[0.5, 1.0], [[1.0, 2.0]]], True),
    "a constant output": (lambda t: lambda x: (x * x, t.ones(2, dtype=t.float64)), [[0.5, 1.0]], False),
    "linear": (lambda t: lambda x: 3 * x.sum(), [[0.5, 1.0]], True),
    "linear in one": (lambda t: lambda x, y: (x**2 * 2).sum() + y.sum(), [[0.5], [1.0, 2.0]], True),
}


def arguments(library: Any, values: list[Any], requires_grad: bool) -> Any:
    """The inputs: one that is a list of numbers alone not in a tuple."""
    tensors = tuple([tensor(library, v, requires_grad) for v in values])
    return tensors if len(tensors) > 1 else tensors[0]


def vector(library: Any, like: Any) -> Any:
    """Numbers in the shapes of tensors, the same in both libraries."""
    vs = [tensor(library, np.sin(np.arange(1.0, 1 + t.numel())).reshape(tuple(t.shape)).tolist()) for t in flat(like)]
    return tuple(vs) if isinstance(like, tuple) else vs[0]


def calls(name: str, library: Any, create_graph: bool) -> dict[str, Any]:
    """What each function of the module gives for a case, and the inputs."""
    make, values, number = CASES[name]
    function = make(library)
    x = arguments(library, values, create_graph)
    given = x if isinstance(x, tuple) else (x,)
    of = library.autograd.functional
    out = function(*given)
    found = {
        "vjp": of.vjp(function, x, vector(library, out), create_graph=create_graph),
        "jvp": of.jvp(function, x, vector(library, x), create_graph=create_graph),
        "jacobian": of.jacobian(function, x, create_graph=create_graph),
        "jacobian vectorized": of.jacobian(function, x, create_graph=create_graph, vectorize=True),
    }
    if not create_graph:
        found["jacobian forward"] = of.jacobian(function, x, vectorize=True, strategy="forward-mode")
    if number:
        found |= {
            "vhp": of.vhp(function, x, vector(library, x), create_graph=create_graph),
            "hvp": of.hvp(function, x, vector(library, x), create_graph=create_graph),
            "hessian": of.hessian(function, x, create_graph=create_graph),
        }
        if not create_graph:
            found["hessian forward"] = of.hessian(function, x, vectorize=True, outer_jacobian_strategy="forward-mode")
    return found | {"inputs": x}


@pytest.mark.oracle
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_numbers_shapes_and_nesting_are_torchs(name: str, create_graph: bool) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = calls(name, autograd, create_graph), calls(name, torch, create_graph)
    for key, result in mine.items():
        # There PyTorch records zeros, and returns history that nobody asked for.
        same(result, theirs[key], but_for_flags="vectorized" in key or "forward" in key)


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_results_can_be_differentiated_as_in_torch(name: str) -> None:
    """With create_graph: the derivative of the sum of everything, by the inputs."""
    torch = pytest.importorskip("torch")
    results = []
    for library in (autograd, torch):
        found = calls(name, library, True)
        inputs = flat(found.pop("inputs"))
        row = []
        for result in found.values():
            total = sum([(t * t).sum() for t in flat(result) if t.requires_grad], 0 * inputs[0].sum())
            grads = library.autograd.grad(total, inputs, allow_unused=True)
            row += [np.zeros(tuple(x.shape)) if g is None else g.numpy() for g, x in zip(grads, inputs, strict=True)]
        results.append(row)
    for mine, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_jacobians_agree_with_each_other_and_with_differences(name: str) -> None:
    """Rows, columns, and products with unit vectors; no other library is asked."""
    make, values, number = CASES[name]
    function = make(autograd)
    x = arguments(autograd, values, False)
    rows = functional.jacobian(function, x)
    same(rows, functional.jacobian(function, x, vectorize=True, strategy="forward-mode"))
    product = functional.jvp(function, x, vector(autograd, x))[1]
    given, outs = flat(x), flat(function(*(x if isinstance(x, tuple) else (x,))))
    step = 1e-6
    moved = [
        flat(function(*[t + side * step * v for t, v in zip(given, flat(vector(autograd, x)), strict=True)]))
        for side in (1, -1)
    ]
    for i, (out, (ahead, behind)) in enumerate(zip(outs, zip(*moved, strict=True), strict=True)):
        slope = ((ahead - behind) / (2 * step)).numpy()
        np.testing.assert_allclose(flat(product)[i].numpy(), slope, rtol=1e-6, atol=1e-8)
        blocks = flat(rows)[i * len(given) : (i + 1) * len(given)]
        total = sum(
            block.reshape(out.numel(), t.numel()) @ v.reshape(-1)
            for block, t, v in zip(blocks, given, flat(vector(autograd, x)), strict=True)
        )
        np.testing.assert_allclose(flat(product)[i].reshape(-1).numpy(), total.numpy(), rtol=1e-12, atol=1e-13)
    if number:
        hessian = functional.hessian(function, x)
        assert len(flat(hessian)) == len(given) ** 2
        same(functional.hvp(function, x, vector(autograd, x)), functional.vhp(function, x, vector(autograd, x)))


# ---------------------------------------------------------------------------------------------------------- refusals

Refusal = Callable[[Any, Any], Any]

#: Calls of `functional` that are refused, and how. Each takes the library and its functional module.
REFUSALS: dict[str, tuple[Refusal, type[Exception], str]] = {
    "vjp of a list": (lambda t, f: f.vjp(lambda x: x, [1.0]), TypeError, "inputs given to vjp must be either a Tensor"),
    "jvp of a number in a tuple": (
        lambda t, f: f.jvp(lambda x, y: x, (t.ones(1), 1.0)),
        TypeError,
        "the value at index 1 has type",
    ),
    "jacobian of a number": (
        lambda t, f: f.jacobian(lambda x: 1.0, t.ones(1)),
        TypeError,
        "outputs of the user-provided function given to jacobian must be",
    ),
    "vjp without v": (lambda t, f: f.vjp(lambda x: x, t.ones(2)), RuntimeError, "vector v can only be None if"),
    "vjp without v, two outputs": (
        lambda t, f: f.vjp(lambda x: (x, x), t.ones(1)),
        RuntimeError,
        "vector v can only be None if",
    ),
    "jvp without v": (lambda t, f: f.jvp(lambda x: x, t.ones(2)), RuntimeError, "vector v can only be None if"),
    "hvp without v": (lambda t, f: f.hvp(lambda x: x.sum(), t.ones(2)), RuntimeError, "vector v can only be None if"),
    "vhp without v": (lambda t, f: f.vhp(lambda x: x.sum(), t.ones(2)), RuntimeError, "vector v can only be None if"),
    "too many vectors": (
        lambda t, f: f.vjp(lambda x: x, t.ones(2), (t.ones(2), t.ones(2))),
        RuntimeError,
        "The given v should contain a single Tensor",
    ),
    "too few vectors": (
        lambda t, f: f.jvp(lambda x, y: x, (t.ones(2), t.ones(2)), t.ones(2)),
        RuntimeError,
        "v is a tuple of invalid length: should be 2 but got 1",
    ),
    "a vector of another shape": (
        lambda t, f: f.jvp(lambda x: x, t.ones(2), t.ones(3)),
        RuntimeError,
        "v has invalid size: should be",
    ),
    "one of several of another shape": (
        lambda t, f: f.vjp(lambda x: (x, x), t.ones(2), (t.ones(2), t.ones(1))),
        RuntimeError,
        "Entry 1 in v has invalid size: should be",
    ),
    "hessian of a vector": (lambda t, f: f.hessian(lambda x: x, t.ones(2)), RuntimeError, "contain a single element"),
    "hessian of a tuple": (
        lambda t, f: f.hessian(lambda x: (x.sum(), x.sum()), t.ones(2)),
        RuntimeError,
        "should return a single Tensor",
    ),
    "hvp of a vector": (lambda t, f: f.hvp(lambda x: x, t.ones(2), t.ones(2)), RuntimeError, "a single element"),
    "vhp of a tuple": (
        lambda t, f: f.vhp(lambda x: (x.sum(), x.sum()), t.ones(2), t.ones(2)),
        RuntimeError,
        "should return a single Tensor",
    ),
    "another strategy": (
        lambda t, f: f.jacobian(lambda x: x, t.ones(2), strategy="sideways"),
        AssertionError,
        'strategy to be either "forward-mode" or "reverse-mode"',
    ),
    "another strategy for a hessian": (
        lambda t, f: f.hessian(lambda x: x.sum(), t.ones(2), outer_jacobian_strategy="sideways"),
        AssertionError,
        'strategy to be either "forward-mode" or "reverse-mode"',
    ),
    "forward without vectorize": (
        lambda t, f: f.jacobian(lambda x: x, t.ones(2), strategy="forward-mode"),
        NotImplementedError,
        "vectorize=True",
    ),
    "forward with create_graph": (
        lambda t, f: f.jacobian(lambda x: x, t.ones(2), create_graph=True, vectorize=True, strategy="forward-mode"),
        NotImplementedError,
        "create_graph=True",
    ),
    "strict and vectorize": (
        lambda t, f: f.jacobian(lambda x: x, t.ones(2), strict=True, vectorize=True),
        RuntimeError,
        "not supported together",
    ),
    "strict and forward": (
        lambda t, f: f.jacobian(lambda x: x, t.ones(2), strict=True, vectorize=True, strategy="forward-mode"),
        RuntimeError,
        "not supported together",
    ),
}

#: The same in strict mode: functions, and which of the module's functions refuse them, how.
STRICT: dict[str, tuple[Callable[[Any], Function], int, dict[str, str]]] = {
    "a constant": (
        lambda t: lambda x: t.ones(()),
        1,
        dict.fromkeys(["vjp", "jvp", "jacobian", "hvp", "vhp", "hessian"], "Output 0 of the user-provided function"),
    ),
    "an unused input": (
        lambda t: lambda x, y: (x**3).sum(),
        2,
        {
            "vjp": "independent of input 1",
            "jvp": "independent of input 1",
            "jacobian": "is independent of input 1",
            "hvp": "independent of input 1",
            "vhp": "independent of input 1",
            "hessian": "independent of",
        },
    ),
    "linear": (
        lambda t: lambda x: (3 * x).sum(),
        1,
        dict.fromkeys(["hvp", "vhp", "hessian"], "jacobian of the user-provided function with respect to input 0"),
    ),
    "fine": (lambda t: lambda x: (x**3).sum(), 1, {}),
}


def strictly(library: Any, name: str) -> dict[str, str | None]:
    """What each function says to a case in strict mode; None if it computes."""
    make, inputs, _ = STRICT[name]
    function, of = make(library), library.autograd.functional
    x = tuple([tensor(library, [1.0, 2.0]) for _ in range(inputs)])
    v = tuple([tensor(library, [1.0, 1.0]) for _ in range(inputs)])
    runs = {
        "vjp": lambda: of.vjp(function, x, tensor(library, 1.0), strict=True),
        "jvp": lambda: of.jvp(function, x, v, strict=True),
        "jacobian": lambda: of.jacobian(function, x, strict=True),
        "hvp": lambda: of.hvp(function, x, v, strict=True),
        "vhp": lambda: of.vhp(function, x, v, strict=True),
        "hessian": lambda: of.hessian(function, x, strict=True),
    }
    said: dict[str, str | None] = {}
    for key, run in runs.items():
        try:
            run()
            said[key] = None
        except RuntimeError as error:
            said[key] = str(error)
    return said


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused(name: str) -> None:
    call, error, text = REFUSALS[name]
    with pytest.raises(error, match=text):
        call(autograd, functional)
    assert autograd.is_grad_enabled()


@pytest.mark.oracle
@pytest.mark.parametrize("name", REFUSALS)
def test_torch_refuses_the_same(name: str) -> None:
    torch = pytest.importorskip("torch")
    call, error, text = REFUSALS[name]
    with pytest.raises(error, match=text):
        call(torch, torch.autograd.functional)


@pytest.mark.parametrize("name", STRICT)
def test_strict_mode(name: str) -> None:
    said = strictly(autograd, name)
    expected = STRICT[name][2]
    assert {key for key, text in said.items() if text} == set(expected)
    for key, text in expected.items():
        assert text in str(said[key])
        assert "not allowed in strict mode" in str(said[key])


@pytest.mark.oracle
@pytest.mark.parametrize("name", STRICT)
def test_strict_mode_is_torchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    mine, theirs = strictly(autograd, name), strictly(torch, name)
    assert {key for key, text in mine.items() if text} == {key for key, text in theirs.items() if text}
    for key, text in STRICT[name][2].items():
        assert text in str(theirs[key])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", ["vjp", "jacobian"])
def test_strict_mode_with_create_graph(name: str, create_graph: bool) -> None:
    """A Jacobian that depends on nothing is refused where it is to be differentiated."""
    x = tensor(autograd, [1.0], requires_grad=True)
    run = getattr(functional, name)
    if create_graph:
        with pytest.raises(RuntimeError, match="jacobian of the user-provided function is independent of input 0"):
            run(lambda x: 3 * x, x, create_graph=True, strict=True)
    else:
        run(lambda x: 3 * x, x, strict=True)


def test_the_paths_are_torchs() -> None:
    from autograd.autograd.functional import hessian  # type: ignore[import-not-found]

    assert hessian is functional.hessian is autograd.autograd.functional.hessian
