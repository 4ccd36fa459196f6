"""Every operation of the table: values, dtypes, derivatives of first and second order, memory, refusals."""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Op, Tensor
from autograd.function import FunctionCtx, _Twice
from autograd.inplace import Chain, Opaque, View
from autograd.op import Elementwise, MultiOp, Same
from autograd.ops.counting import Underivable
from autograd.ops.decompositions import Decomposition
from autograd.ops.extremes import Chosen, ChosenOne
from autograd.ops.rounding import Step
from tests.op_samples import Case, Floats, Row, eighths, find
from tests.op_table import ROWS
from tests.recorder import listened

every_row = pytest.mark.parametrize("row", ROWS, ids=str)
differentiable = pytest.mark.parametrize("row", [r for r in ROWS if any(c.checkable for c in r.cases())], ids=str)
with_gradient = pytest.mark.parametrize("row", [r for r in ROWS if r.gradient], ids=str)
refusing = pytest.mark.parametrize("row", [r for r in ROWS if r.errors], ids=str)

#: Relative and absolute error of values, by dtype.
CLOSE = {"float64": (1e-12, 1e-13), "float32": (1e-5, 2e-6), "float16": (1e-3, 1e-3)}


def listed(result: Any) -> list[Any]:
    """The results of an operation, as a list."""
    return list(result) if isinstance(result, tuple | list) else [result]


def array(value: Any) -> Any:
    """A result of either library, or of the reference, as an array."""
    return np.asarray(value.detach().numpy(force=True) if hasattr(value, "detach") else value)


def assert_close(mine: Any, theirs: Any, case: Case, what: str = "") -> None:
    """Fail unless two arrays have one shape and the same numbers, to the precision of the least precise float."""
    what = f"{what}{case}"
    assert mine.shape == theirs.shape, what
    if mine.dtype.kind == "f":
        floats = {a.dtype.name for a in case.drawn() if a is not None and a.dtype.kind == "f"} | {mine.dtype.name}
        rtol, atol = max(CLOSE[name] for name in floats)
        np.testing.assert_allclose(mine, theirs, rtol=rtol, atol=atol, err_msg=what)
    else:
        np.testing.assert_array_equal(mine, theirs, err_msg=what)


def call(library: Any, case: Case) -> tuple[list[Any], list[Any], list[Any]]:
    """Results, leaves, and the memory of all arguments of a call."""
    function, leaves, memory = case.bind(library)
    with warnings.catch_warnings():
        if library is not autograd:
            warnings.simplefilter("ignore")  # PyTorch's advice is not what is tested
        return listed(function(*leaves)), leaves, memory


# ----------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("row", [r for r in ROWS if r.numpy], ids=str)
def test_values_and_dtypes(row: Row) -> None:
    assert row.numpy is not None
    for case in row.cases():
        args, kwargs = case.arrays()
        results, _, _ = call(autograd, case)
        expected = listed(row.numpy(*args, **kwargs))
        assert len(results) == len(expected), str(case)
        for mine, reference in zip(in_agreement(results, case), in_agreement(expected, case), strict=True):
            assert_close(mine, reference, case)
        for mine, reference in zip(results, expected, strict=True):
            if isinstance(mine, Tensor):
                assert (mine._dtype, mine._shape) == (mine._array.dtype, mine._array.shape), str(case)
                assert mine.dtype is expected_dtype(case, array(reference).dtype), str(case)
            else:
                assert type(mine) is type(reference), str(case)


def in_agreement(results: list[Any], case: Case) -> list[Any]:
    """What results have to agree in, as arrays: for an index, where elements may tie, the elements that it names."""
    arrays = [array(r) for r in results]
    if case.row.tied is not None:
        args, kwargs = case.arrays()
        arrays[-1] = case.row.tied(arrays[-1], *args, **kwargs)
    return arrays


def expected_dtype(case: Case, reference: np.dtype[Any]) -> autograd.dtype:
    """What dtype a result has: of floats that of the float arguments; else the reference's, as it would be in int64."""
    if case.row.exact or reference.kind == "b":
        return getattr(autograd, reference.name)
    if reference.kind in "iu":
        ints = {a.dtype.name for a in case.drawn() if a is not None and a.dtype.kind in "iu" and a.ndim}
        return getattr(autograd, reference.name) if ints == {reference.name} else autograd.int64
    floats = [a.dtype for a in case.drawn() if a is not None and a.dtype.kind == "f"]
    dimensioned = [a.dtype for a in case.drawn() if a is not None and a.dtype.kind == "f" and a.ndim]
    if any(isinstance(d, Floats) and d.dtype for d in case.descriptions()):
        floats = dimensioned or floats  # a 0-d tensor does not widen one with dimensions
        return getattr(autograd, max(d.name for d in floats))
    return getattr(autograd, case.dtype) if floats else autograd.float32


@pytest.mark.parametrize("row", [r for r in ROWS if r.numpy is None], ids=str)
def test_random_numbers_repeat_after_the_same_seed(row: Row) -> None:
    for case in row.cases():
        first, again = call(autograd, case)[0][0], call(autograd, case)[0][0]
        assert first.shape == again.shape
        assert first.dtype is again.dtype
        np.testing.assert_array_equal(array(first), array(again))


@pytest.mark.oracle
@every_row
def test_values_dtypes_and_requires_grad_as_in_torch(row: Row) -> None:
    torch = pytest.importorskip("torch")
    for case in row.cases():
        results, theirs = call(autograd, case)[0], call(torch, case)[0]
        assert len(results) == len(theirs), str(case)
        for a, b in zip(in_agreement(results, case), in_agreement(theirs, case), strict=True):
            assert_close(a, b, case)
        for mine, other in zip(results, theirs, strict=True):
            if isinstance(mine, Tensor):
                assert str(mine.dtype).partition(".")[2] == str(other.dtype).partition(".")[2], str(case)
                assert mine.requires_grad == (other.requires_grad and row.gradient), str(case)
                assert mine.is_leaf == (other.is_leaf or not row.gradient), str(case)
            else:
                assert type(mine) is type(other), str(case)


# ------------------------------------------------------------------------------------------------ derivatives


@differentiable
def test_first_derivatives(row: Row) -> None:
    for case in row.cases():
        if case.checkable:
            function, leaves, _ = case.bind(autograd)
            try:
                assert autograd.gradcheck(function, leaves, eps=row.eps)
            except autograd.errors.AutogradError as error:
                error.add_note(str(case))
                raise


@differentiable
def test_second_derivatives(row: Row) -> None:
    for case in row.cases():
        if case.checkable:
            function, leaves, _ = case.bind(autograd)
            given = seeds(autograd, function(*leaves))
            if any(t.dtype is not autograd.float64 for t in given):
                continue
            try:
                fast = case.layout != "contiguous"
                assert autograd.gradgradcheck(function, leaves, given, eps=row.eps, fast_mode=fast)
            except autograd.errors.AutogradError as error:
                error.add_note(str(case))
                raise


def seeds(library: Any, results: Any) -> list[Any]:
    """A gradient for every result that requires one: multiples of 1/8, themselves requiring a gradient."""
    found = []
    for number, t in enumerate(listed(results)):
        if getattr(t, "requires_grad", False):
            values = eighths(np.random.default_rng(number), tuple(t.shape), 0).astype(array(t).dtype)
            found.append(library.from_numpy(np.asarray(values)).requires_grad_())
    return found


def derivatives(library: Any, case: Case, orders: int = 2) -> tuple[list[Any], list[Any]]:
    """The first derivatives by every leaf; and those of a weighted sum of them by every leaf and every seed.

    `orders` says how many orders the library has; zeros stand for those beyond.
    """
    results, leaves, _ = call(library, case)
    outputs = [t for t in results if getattr(t, "requires_grad", False)]
    if not outputs:
        return [], []
    given = seeds(library, results)
    first = library.autograd.grad(outputs, leaves, given, create_graph=True, allow_unused=True)
    second = [None] * (len(leaves) + len(given))
    if orders > 1 and (weights := [w.detach() for w in seeds(library, first)]):
        again = [g for g in first if g is not None and g.requires_grad]
        second = library.autograd.grad(again, leaves + given, weights, allow_unused=True)
    return [filled(g, t) for g, t in zip(first, leaves, strict=True)], [
        filled(g, t) for g, t in zip(second, leaves + given, strict=True)
    ]


def filled(gradient: Any, t: Any) -> Any:
    """The gradient of a tensor as an array, zeros if there is none."""
    return np.zeros(tuple(t.shape), array(t).dtype) if gradient is None else array(gradient)


@pytest.mark.oracle
@with_gradient
def test_derivatives_as_in_torch(row: Row) -> None:
    torch = pytest.importorskip("torch")
    for case in row.cases():
        if case.sample.orders == 0:
            continue
        theirs = derivatives(torch, case, case.sample.orders)
        orders = list(zip(derivatives(autograd, case), theirs, strict=True))
        for order, (mine, theirs) in enumerate(orders[: case.sample.orders], 1):
            assert len(mine) == len(theirs), str(case)
            for a, b in zip(mine, theirs, strict=True):
                assert a.dtype == b.dtype, str(case)
                assert_close(a, b, case, f"derivative of order {order}: ")


# ----------------------------------------------------------------------------------------------------- memory


@every_row
def test_no_argument_is_modified_and_no_memory_shared(row: Row) -> None:
    """Results lie in memory of their own, unless they are views; gradients always, and nobody's."""
    for case in row.cases():
        before = [a.copy() for a in case.drawn() if a is not None]
        results, leaves, memory = call(autograd, case)
        values = [t for t in results if isinstance(t, Tensor)]
        if not row.shares:
            for a, z in itertools.product(memory, values):
                assert not np.shares_memory(a, array(z)), str(case)
        outputs = [t for t in values if t.requires_grad]
        given = seeds(autograd, outputs)
        found: list[Any] = []
        if outputs:
            autograd.backward(outputs, given, retain_graph=True)
            found = [t.grad for t in leaves]
            found += autograd.grad(outputs, leaves, given, allow_unused=True)
            derivatives(autograd, case)
        kept = [*memory, *map(array, values), *map(array, given)]
        for g in [array(t) for t in found if t is not None]:
            assert g.flags.writeable, str(case)
            assert not any(np.shares_memory(g, other) for other in kept), str(case)
            kept.append(g)
        for a, b in zip(memory, before, strict=True):
            np.testing.assert_array_equal(a, b, err_msg=str(case))


@pytest.mark.oracle
@pytest.mark.parametrize("row", [r for r in ROWS if r.shares], ids=str)
def test_memory_is_shared_as_in_torch(row: Row) -> None:
    torch = pytest.importorskip("torch")
    for case in row.cases():
        shared = []
        for library in (autograd, torch):
            results, _, memory = call(library, case)
            shared.append([z.numel() > 0 and bool(memory) and np.shares_memory(memory[0], array(z)) for z in results])
        mine, theirs = shared
        assert mine == theirs, str(case)


# --------------------------------------------------------------------------------------------------- refusals


@refusing
def test_refusals(row: Row) -> None:
    for refusal in row.errors:
        with pytest.raises(refusal.error) as raised:
            refusal.call(autograd)
        assert re.search(refusal.text, str(raised.value)), f"{row}: {raised.value}"


@pytest.mark.oracle
@refusing
def test_refusals_are_those_of_torch(row: Row) -> None:
    torch = pytest.importorskip("torch")
    for number, refusal in enumerate(row.errors):
        with pytest.raises(Exception) as theirs:
            refusal.call(torch)
        with pytest.raises(Exception) as mine:
            refusal.call(autograd)
        expected = autograd.linalg.LinAlgError if theirs.type is torch.linalg.LinAlgError else theirs.type
        assert isinstance(mine.value, expected), f"{row}, refusal {number}: {mine.value!r}, {theirs.value!r}"


# ------------------------------------------------------------------------------------------------ completeness

#: Public names that compute nothing: what the tape is asked and told, dtypes, state, and what only reads.
NO_OPERATIONS = {
    "Function", "Generator", "OUT", "Op", "Size", "Tensor", "are_deterministic_algorithms_enabled", "backward", "bool",
    "can_cast", "channels_last", "channels_last_3d", "contiguous_format", "default_generator", "detach_",
    "detect_anomaly", "device", "double", "dtype", "e", "edited", "enable_grad", "finfo", "float", "float16", "float32",
    "float64", "get_default_device", "get_default_dtype", "get_device", "get_num_threads", "get_rng_state", "grad",
    "gradcheck", "gradgradcheck", "half", "iinfo", "inf", "inference_mode", "initial_seed", "int", "int16", "int32",
    "int64", "int8", "is_anomaly_check_nan_enabled", "is_anomaly_enabled", "is_complex", "is_floating_point",
    "is_grad_enabled", "is_inference_mode_enabled", "is_nonzero", "is_same_size", "is_signed", "is_tensor", "layout",
    "long", "manual_seed", "memory_format", "nan", "newaxis", "no_grad", "pi", "preserve_format", "promote_types",
    "result_type", "seed", "set_default_device", "set_default_dtype", "set_detect_anomaly", "set_grad_enabled",
    "set_num_threads", "set_printoptions", "set_rng_state", "short", "strided", "uint8", "use_deterministic_algorithms",
    "watch",
}  # fmt: skip
#: Where classes are that Tensor inherits methods from.
METHODS = {cls.__module__ for cls in Tensor.__mro__ if cls.__module__.startswith("autograd.methods.")}
#: The same of Tensor.
NO_METHODS = {
    "backward", "cuda", "data", "data_ptr", "detach_", "device", "dim", "dtype", "element_size", "get_device", "grad",
    "grad_fn", "is_complex", "is_contiguous", "is_cpu", "is_cuda", "is_floating_point", "is_leaf", "is_meta",
    "is_nonzero", "is_quantized", "is_same_size", "is_signed", "is_sparse", "item", "itemsize", "layout", "name",
    "nbytes", "ndim", "ndimension", "nelement", "numel", "numpy", "output_nr", "register_hook",
    "register_post_accumulate_grad_hook", "requires_grad", "requires_grad_", "retain_grad", "retains_grad", "shape",
    "size", "storage_offset", "stride", "tolist", "__annotations__", "__array__", "__array_function__",
    "__array_priority__", "__array_ufunc__", "__bool__", "__complex__", "__copy__", "__deepcopy__", "__delitem__",
    "__dict__", "__dlpack__", "__dlpack_device__", "__doc__", "__float__", "__format__", "__hash__", "__index__",
    "__init__", "__int__", "__iter__", "__len__", "__module__", "__new__", "__reduce__", "__repr__", "__slots__",
    "__weakref__",
}  # fmt: skip
#: Rules that are no operations, and what they are.
NO_RULES = {
    Op: "the base class",
    Elementwise: "a base class",
    MultiOp: "a base class",
    Chosen: "a base class",
    ChosenOne: "a base class",
    View: "a base class",
    Decomposition: "a base class",
    _Twice: "how a function that may be differentiated once says so",
    Same: "how backward reaches a leaf whose memory was exchanged since",
    Chain: "how a part of expanded memory hangs on what was expanded",
    Underivable: "how an operation without derivative says so in backward",
    Step: "a base class",
    Opaque: "how an output of a user-defined Function is told to lie on its input's memory",
}


def members() -> dict[str, Any]:
    """Everything that Tensor has from this package."""
    ours = [cls for cls in reversed(Tensor.__mro__) if issubclass(cls, Tensor) or cls.__module__ in METHODS]
    return {name: value for cls in ours for name, value in vars(cls).items()}


def public_operations() -> dict[str, Any]:
    """Everything public that computes, by the name that a row would have."""
    found = {name: getattr(autograd, name) for name in autograd.__all__ if name not in NO_OPERATIONS}
    found = {name: value for name, value in found.items() if not isinstance(value, ModuleType)}
    found |= {
        f"Tensor.{name}": value
        for name, value in members().items()
        if name not in NO_METHODS and (name.startswith("__") or not name.startswith("_"))
    }
    solvers = [name for name in autograd.linalg.__all__ if name != "LinAlgError"]
    found |= {f"linalg.{name}": getattr(autograd.linalg, name) for name in solvers}
    return found | {f"nn.functional.{name}": getattr(nn.functional, name) for name in nn.functional.__all__}


def without_row(operations: Mapping[str, Any]) -> list[str]:
    """The operations that no row names, by this or by another of their names."""
    named = {row.name for row in ROWS}
    covered = {id(find(autograd, name)) for name in named if "Tensor." not in name}
    covered |= {id(members()[name.removeprefix("Tensor.")]) for name in named if name.startswith("Tensor.")}
    return sorted(name for name, value in operations.items() if name not in named and id(value) not in covered)


def rules(base: type[Op] = Op) -> set[type[Op]]:
    """All derivative rules of the two packages."""
    found = {base} if base.__module__.partition(".")[0] in ("autograd", "nn") else set()
    for rule in base.__subclasses__():
        if rule is not FunctionCtx:  # Functions bring rules of their own
            found |= rules(rule)
    return found


def rules_met(cases: Iterable[Case]) -> set[type[Op]]:
    """The rules that calls put onto the tape, in forward and in twice differentiable backward."""
    met: set[type[Op]] = set()

    def meet(case: Case) -> None:
        results, leaves, _ = call(autograd, case)
        outputs = [t for t in results if isinstance(t, Tensor) and t.requires_grad]
        edges = [t.grad_fn for t in outputs if t.grad_fn]
        met.update(type(node) for node in autograd.tape.collect(edges))
        if outputs:
            autograd.grad(outputs, leaves, seeds(autograd, outputs), create_graph=True, allow_unused=True)

    for case in cases:
        _, listener = listened(lambda case=case: meet(case))
        met.update(type(node) for node in listener.operands)
    return met


def test_every_public_operation_has_a_row() -> None:
    assert without_row(public_operations()) == []


def test_every_rule_is_met_by_a_row() -> None:
    cases = [case for row in ROWS if row.gradient for case in row.cases() if case.layout == "contiguous"]
    missing = rules() - rules_met(cases) - NO_RULES.keys()
    assert sorted(f"{rule.__module__}.{rule.__qualname__}" for rule in missing) == []


def test_an_operation_without_a_row_is_named() -> None:
    def cube(x: Any) -> Any:
        return x * x * x

    assert without_row({"cube": cube, "Tensor.cube": cube, "also_add": autograd.add}) == ["Tensor.cube", "cube"]


def test_a_rule_without_a_row_is_named() -> None:
    cube = type(Op)("Cube", (Op,), {"__module__": "autograd.ops.elementwise"})
    assert cube in rules()
    assert cube not in rules_met(ROWS[0].cases())


def test_every_exception_to_the_table_exists() -> None:
    """A name that is gone, or has got a row, leaves these lists."""
    named = {row.name for row in ROWS}
    assert all(hasattr(autograd, name) for name in NO_OPERATIONS)
    assert not NO_OPERATIONS & named
    assert sorted(n for n in NO_METHODS if not hasattr(Tensor, n)) == []


@pytest.mark.oracle
def test_every_row_has_torchs_name() -> None:
    torch = pytest.importorskip("torch")
    assert [row.name for row in ROWS if not exists(torch, row.name)] == []


def exists(library: Any, name: str) -> bool:
    try:
        find(library, name)
    except AttributeError:
        return False
    return True


# -------------------------------------------------------------------------------------------- kinks, in numbers

#: A function, where it has no derivative, and the one that PyTorch takes there.
KINKS: list[tuple[Callable[[Any, Any], Any], Any, Any]] = [
    (lambda t, x: x.abs(), [0.0, -1.0], [0.0, -1.0]),
    (lambda t, x: x.relu(), [0.0, 1.0, -1.0], [0.0, 1.0, 0.0]),
    (lambda t, x: x.clamp(-1, 1), [-1.0, 1.0, 1.5], [1.0, 1.0, 0.0]),
    (lambda t, x: t.maximum(x, t.ones_like(x)), [1.0, 2.0, 0.0], [0.5, 1.0, 0.0]),
    (lambda t, x: t.minimum(x, t.ones_like(x)), [1.0, 2.0, 0.0], [0.5, 0.0, 1.0]),
    (lambda t, x: t.maximum(x, x), [1.0], [1.0]),
    (lambda t, x: x.max(), [2.0, 1.0, 2.0], [0.5, 0.0, 0.5]),
    (lambda t, x: x.min(), [1.0, 1.0, 2.0, 1.0], [1 / 3, 1 / 3, 0.0, 1 / 3]),
    (lambda t, x: x.max(0).values, [2.0, 1.0, 2.0], [1.0, 0.0, 0.0]),
    (lambda t, x: x.min(1).values, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]),
    (lambda t, x: x**0, [0.0, 1.0], [0.0, 0.0]),
    (lambda t, x: x**2, [0.0], [0.0]),
    (lambda t, x: x**1, [0.0], [1.0]),
    (lambda t, x: 0**x, [0.0, 2.0], [0.0, 0.0]),
    (lambda t, x: x.std(correction=0), [1.0, 1.0], [0.0, 0.0]),
    (lambda t, x: x.sign(), [0.0, 2.0], [0.0, 0.0]),
    (lambda t, x: x.floor(), [1.0, 1.5], [0.0, 0.0]),
]


def derivative_at_kink(library: Any, number: int) -> Any:
    function, at, _ = KINKS[number]
    x = library.tensor(at, dtype=library.float64, requires_grad=True)
    function(library, x).sum().backward()
    return x.grad.numpy()


@pytest.mark.parametrize("number", range(len(KINKS)))
def test_derivatives_at_kinks(number: int) -> None:
    np.testing.assert_allclose(derivative_at_kink(autograd, number), KINKS[number][2], rtol=1e-15)


@pytest.mark.oracle
@pytest.mark.parametrize("number", range(len(KINKS)))
def test_derivatives_at_kinks_are_torchs(number: int) -> None:
    torch = pytest.importorskip("torch")
    np.testing.assert_allclose(derivative_at_kink(torch, number), KINKS[number][2], rtol=1e-15)
