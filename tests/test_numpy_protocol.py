"""NumPy in and out: operators and functions of NumPy keep the graph, or compute on arrays, or say that they cannot.

Never an object array, never a gradient lost in silence. And the few names that exist so that programs written for
devices run unchanged.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd.errors import NumpyFunctionError


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


def differences(
    function: Callable[[Any], Any], at: np.ndarray[Any, Any], seed: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Central differences of sum(seed * function(at)), computed by NumPy alone."""
    grad = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = 1e-6
        grad[place] = (seed * (function(at + step) - function(at - step))).sum() / 2e-6
    return grad


def check(function: Callable[[Any], Any], at: np.ndarray[Any, Any]) -> None:
    """`function` means the same on a Tensor as on an ndarray, and its gradient is right."""
    x = leaf(at.tolist())
    out = function(x)
    assert type(out) is autograd.Tensor
    assert out.requires_grad
    expected = np.asarray(function(at))
    np.testing.assert_allclose(out.detach().numpy(), expected, rtol=1e-13, atol=1e-15)
    seed = np.random.default_rng(1).normal(size=expected.shape)
    out.backward(autograd.tensor(seed))
    np.testing.assert_allclose(x.grad.numpy(), differences(function, at, seed), rtol=1e-6, atol=1e-8)


class Marked(np.ndarray):
    """An array of a subclass of ndarray, as np.matrix is one."""


MATRIX = np.array([[0.5, 1.5, 2.5], [0.7, 3.0, 1.1]])
OTHER = np.array([[2.0, 0.3, 1.0], [1.2, 0.9, 4.0]])


@pytest.mark.parametrize(
    "operation",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow],
    ids=["+", "-", "*", "/", "**"],
)
def test_operators_with_arrays_on_either_side(operation: Callable[[Any, Any], Any]) -> None:
    check(lambda x: operation(x, OTHER), MATRIX)
    check(lambda x: operation(OTHER, x), MATRIX)
    check(lambda x: operation(OTHER[0], x), MATRIX)
    check(lambda x: operation(OTHER, x), MATRIX[0])
    check(lambda x: operation(np.float64(1.7), x), MATRIX)
    check(lambda x: operation(x, np.float64(1.7)), MATRIX)
    check(lambda x: operation(np.int64(2), x), MATRIX)
    check(lambda x: operation(np.array(1.7), x), MATRIX)


def test_matrix_products_with_arrays_on_either_side() -> None:
    check(lambda x: x @ OTHER.T, MATRIX)
    check(lambda x: OTHER.T @ x, MATRIX)
    check(lambda x: OTHER @ x, MATRIX[0])
    check(lambda x: np.stack([OTHER.T, OTHER.T]) @ x, MATRIX)


def test_an_array_and_a_scalar_tensor() -> None:
    check(lambda x: OTHER * x, np.array(1.3))
    check(lambda x: np.float64(2.0) / x, np.array(1.3))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "negative": np.negative,
    "absolute": np.abs,
    "square": np.square,
    "add": lambda x: np.add(x, OTHER),
    "subtract": lambda x: np.subtract(OTHER, x),
    "multiply": lambda x: np.multiply(x, x),
    "divide": lambda x: np.divide(1.0, x),
    "power": lambda x: np.power(x, 3),
    "maximum": lambda x: np.maximum(x, OTHER),
    "minimum": lambda x: np.minimum(1.0, x),
    "matmul": lambda x: np.matmul(x, OTHER.T),
    "dot of matrices": lambda x: np.dot(x, OTHER.T),
    "dot of vectors": lambda x: np.dot(OTHER[0], x[0]),
    "sum": np.sum,
    "sum over an axis": lambda x: np.sum(x, axis=0),
    "sum over axes, kept": lambda x: np.sum(x, axis=(0, 1), keepdims=True),
    "mean": lambda x: np.mean(x, axis=-1, keepdims=True),
    "max": np.max,
    "max over an axis": lambda x: np.max(x, axis=1),
    "min over an axis": lambda x: np.min(x, axis=0, keepdims=True),
    "variance": lambda x: np.var(x, axis=0),
    "deviation": lambda x: np.std(x, ddof=1),
    "where": lambda x: np.where(np.asarray(MATRIX) > 1.0, x, OTHER),
    "where by itself": lambda x: np.where(x > 1.0, x * x, 0.0),
    "clip": lambda x: np.clip(x, 0.6, 2.0),
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "ravel": np.ravel,
    "transpose": np.transpose,
    "swapaxes": lambda x: np.swapaxes(x, 0, -1),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 0)),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "concatenate": lambda x: np.concatenate([x, OTHER, x], axis=1),
    "stack": lambda x: np.stack([x, OTHER], axis=-1),
    "add a list": lambda x: np.add([1.0, 2.0, 3.0], x),
    "add an array of a subclass": lambda x: x + OTHER.view(Marked),
    "an array of a subclass times": lambda x: OTHER.view(Marked) * x,
    "sum over no axis": lambda x: np.sum(x, axis=()),
    "sum, keywords that say nothing": lambda x: np.sum(a=x, axis=0, dtype=None, out=None),
    "mean over no axis": lambda x: np.mean(x, axis=(), keepdims=True),
    "max over no axis": lambda x: np.max(x, axis=()),
    "max, kept": lambda x: np.max(x, keepdims=True),
    "max over both axes": lambda x: np.max(x, axis=(0, 1)),
    "max with an initial": lambda x: np.max(x, axis=0, initial=1.0),
    "min with an initial": lambda x: np.min(x, initial=1.2),
    "max with the least initial": lambda x: np.max(x, axis=1, initial=-np.inf),
    "where of integers": lambda x: np.where([[0, 1, 2], [1, 0, 0]], x, 0.0),
    "clip to nothing": lambda x: np.clip(x, None, 2.0),
    "copy": lambda x: np.copy(x, order="C"),
    "reshape in order": lambda x: np.reshape(x, (3, -1), order="C"),
    "swapaxes by name": lambda x: np.swapaxes(x, axis1=0, axis2=1),
    "expand_dims twice": lambda x: np.expand_dims(x, (0, -1)),
    "squeeze an axis": lambda x: np.squeeze(np.expand_dims(x, 1), axis=-2),
    "squeeze no axis": lambda x: np.squeeze(np.expand_dims(x, 0), axis=()),
    "concatenate, flat": lambda x: np.concatenate([x, OTHER[0], x[0]], axis=None),
    "concatenate a list": lambda x: np.concatenate([x, [[1.0, 2.0, 3.0]]]),
    "take_along_axis": lambda x: np.take_along_axis(x, np.array([[0, 0, 1], [2, 2, 2]]), axis=1),
    "take_along_axis, one index for all": lambda x: np.take_along_axis(x, np.array([[1], [-1], [1]]).T, 0),
    "take_along_axis, broadcast": lambda x: np.take_along_axis(x, np.array([[1, 1, 0, 2]]), axis=-1),
    "dot with a number": lambda x: np.dot(2.5, x),
    "dot with a list": lambda x: np.dot(x, [1.0, 2.0, 3.0]),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_numpy_functions_keep_the_graph(function: Callable[[Any], Any]) -> None:
    check(function, MATRIX)


@pytest.mark.parametrize(
    ("left", "right"),
    [((2, 3, 4), (4, 5)), ((2, 3, 4), (6, 4, 5)), ((3, 4), (2, 2, 4, 5)), ((4,), (6, 4, 5)), ((2, 3, 4), (4,)),
     ((), (2, 3)), ((2, 3), ())],
    ids=str,
)
def test_dot_is_numpys_dot(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """Beyond two dimensions np.dot is not matmul; with a scalar it is a product."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=left), rng.normal(size=right)
    check(lambda x: np.dot(x, b), a)
    check(lambda x: np.dot(a, x), b)


def test_keywords_that_have_no_rule_are_refused_not_ignored() -> None:
    x = leaf([1.0, -2.0, 3.0])
    mask = np.array([True, False, True])
    for call in (
        lambda: np.sum(x, where=mask),
        lambda: np.sum(x, initial=100.0),
        lambda: np.sum(x, dtype=np.float32),
        lambda: np.exp(x, where=mask),
        lambda: np.add(x, 1, dtype=np.float32),
        lambda: np.concatenate([x, x], axis=0, dtype=np.float32),
        lambda: np.mean(x, where=mask),
        lambda: np.sum(x, 0, np.float32),
        lambda: np.sum(x, out=np.zeros(())),
        lambda: np.max(x, where=mask, initial=0.0),
        lambda: np.reshape(x, (3, 1), order="F"),
        lambda: np.ravel(x, order="F"),
        lambda: np.take_along_axis(x, np.array([0, 1]), axis=None),
        lambda: np.var(x, mean=2.0),
        lambda: np.var(x, axis=()),
        lambda: np.expand_dims(x, (0, 0)),
    ):
        with pytest.raises(NumpyFunctionError, match=r"np\.\w+ has no derivative rule"):
            call()


def test_keywords_that_have_no_rule_are_numpys_where_no_gradient_is_lost() -> None:
    array = np.array([[1.0, -2.0, 3.0]])
    x, mask = autograd.tensor(array), np.array([True, False, True])
    calls: tuple[Callable[[Any], Any], ...] = (
        lambda x: np.sum(x, where=mask),
        lambda x: np.sum(x, initial=100.0),
        lambda x: np.sum(x, 1, np.float32),
        lambda x: np.mean(x, dtype=np.float32),
        lambda x: np.exp(x, where=True),
        lambda x: np.max(x, where=mask, initial=0.0),
        lambda x: np.reshape(x, (3, 1), order="F"),
        lambda x: np.take_along_axis(x, np.array([0, 1]), axis=None),
        lambda x: np.concatenate([x, x], dtype=np.float32),
        lambda x: np.zeros_like(x, dtype=complex),
    )
    for call in calls:
        result, expected = call(x), call(array)
        assert isinstance(result, np.ndarray | np.generic)
        assert result.dtype == expected.dtype
        np.testing.assert_array_equal(result, expected)


def test_the_mean_of_integers_is_numpys() -> None:
    whole = autograd.tensor([1, 2, 4])
    assert np.mean(whole) == 7 / 3
    assert np.var(whole, ddof=1) == np.var([1, 2, 4], ddof=1)


def test_a_tensor_holds_plain_arrays() -> None:
    """np.matrix has a `*` of its own, which would turn the next product into a matrix product."""
    x, matrix = leaf([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]).view(np.matrix)
    for y in (x + matrix, autograd.exp(matrix), autograd.tensor(matrix), autograd.from_numpy(matrix)):
        assert type(y.detach().numpy()) is np.ndarray


def test_an_axis_that_cannot_be_squeezed() -> None:
    with pytest.raises(ValueError, match="size not equal to one"):
        np.squeeze(leaf([[1.0, 2.0]]), axis=1)


def test_extremes_of_nothing_with_an_initial() -> None:
    """What softmax asks of empty rows; the result hangs in the graph."""
    x = autograd.zeros(2, 0, requires_grad=True)
    for initial in (-np.inf, 3.0):
        top = np.max(x, axis=1, keepdims=True, initial=initial)
        assert top.requires_grad
        assert top.tolist() == [[initial], [initial]]


def test_no_result_is_written_into_a_tensor() -> None:
    target = constant([0.0, 0.0])
    for call in (
        lambda: np.exp(np.ones(2), out=target),
        lambda: np.sum(np.ones((2, 2)), axis=0, out=target),
    ):
        with pytest.raises(NumpyFunctionError, match="copy_"):
            call()
    assert target.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("unwrap", np.unwrap),
        ("histogram", np.histogram),
        ("interp", lambda x: np.interp(0.5, [0.0, 1.0, 2.0], x)),
        ("spacing", np.spacing),
        ("nextafter", lambda x: np.nextafter(x, 0.0)),
        ("add.reduce", np.add.reduce),
        ("multiply.outer", lambda x: np.multiply.outer([1.0, 2.0], x)),
        ("linalg.norm|norm", np.linalg.norm),
        ("fft", np.fft.fft),
    ],
)
def test_a_function_without_a_rule(name: str, call: Callable[[Any], Any]) -> None:
    """A named error where a gradient would be lost; an ndarray where there is none to lose."""
    with pytest.raises(RuntimeError, match=name) as caught:
        call(leaf([1.0, 2.0, 3.0]))
    assert "detach" in str(caught.value)

    array = np.array([1.0, 2.0, 3.0])
    result, expected = call(autograd.tensor(array)), call(array)
    for got, wanted in zip(*((r if isinstance(r, tuple) else (r,)) for r in (result, expected)), strict=True):
        assert not isinstance(got, autograd.Tensor)
        np.testing.assert_array_equal(got, wanted)


def test_writing_a_result_into_an_array_would_lose_the_graph() -> None:
    x, array = leaf([1.0, 2.0]), np.zeros(2)
    with pytest.raises(RuntimeError):
        np.exp(x, out=array)
    with pytest.raises(RuntimeError):
        array += x
    with pytest.raises(RuntimeError):
        array[:] = x
    with pytest.raises(RuntimeError):
        np.copyto(array, x)
    with pytest.raises(RuntimeError):
        np.add.at(array, [0, 1], x)
    assert array.tolist() == [0.0, 0.0]


def test_an_array_takes_in_a_tensor_without_gradient() -> None:
    array = np.zeros(2)
    array += constant([1.0, 2.0])
    array[:1] = constant([5.0])
    assert type(array) is np.ndarray
    assert array.tolist() == [5.0, 2.0]


def test_a_tensor_takes_in_an_array() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    y += np.array([10.0, 20.0])
    y[0] = np.float64(7.0)
    assert y.tolist() == [7.0, 24.0]
    (y * np.array([3.0, 4.0])).sum().backward()
    assert x.grad.tolist() == [0.0, 8.0]


def test_conversion_to_an_array() -> None:
    x = constant([[1.0, 2.0], [3.0, 4.0]])
    array = np.asarray(x)
    assert type(array) is np.ndarray
    assert array.dtype == np.float64
    assert np.shares_memory(array, x.numpy())
    assert not np.shares_memory(np.array(x), x.numpy())
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    assert np.asarray(constant(2.0)).shape == ()
    assert np.array([constant(1.0), constant(2.0)]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "convert",
    [
        np.asarray,
        np.array,
        np.ascontiguousarray,
        lambda x: np.array([x, x]),
        lambda x: np.asarray(x, dtype=object),
        lambda x: np.array([x[0], x[1]]),
    ],
    ids=["asarray", "array", "ascontiguousarray", "list", "object", "list of 0-d"],
)
@pytest.mark.parametrize("make", [lambda: leaf([1.0, 2.0]), lambda: leaf([1.0, 2.0]) * 1.0], ids=["leaf", "result"])
def test_what_requires_a_gradient_does_not_become_an_array(
    convert: Callable[[Any], Any], make: Callable[[], autograd.Tensor]
) -> None:
    with pytest.raises(RuntimeError, match=r"detach\(\)"):
        convert(make())


def test_there_are_no_object_arrays() -> None:
    x, objects = leaf([1.0, 2.0]), np.array([1.0, None], dtype=object)
    for call in (
        lambda: x * objects,
        lambda: objects * x,
        lambda: np.add(objects, x),
        lambda: autograd.tensor(objects),
        lambda: x * np.array(["a", "b"]),
        lambda: np.array(["a", "b"]) + x,
        lambda: autograd.from_numpy(objects),
    ):
        with pytest.raises(TypeError):
            call()


def test_comparisons_with_arrays_are_bool_tensors() -> None:
    x = leaf([1.0, 2.0, 3.0])
    array = np.array([2.0, 2.0, 2.0])
    for result, expected in (
        (x > array, [False, False, True]),
        (array > x, [True, False, False]),
        (array == x, [False, True, False]),
        (array != x, [True, False, True]),
        (np.less_equal(x, array), [True, True, False]),
    ):
        assert type(result) is autograd.Tensor
        assert result.dtype is autograd.bool
        assert result.tolist() == expected


def test_arrays_index_tensors_and_tensors_index_arrays() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x[np.array([2, 0])] * 10 + x[np.array([True, True, False])]
    assert y.tolist() == [31.0, 12.0]
    y.sum().backward()
    assert x.grad.tolist() == [11.0, 1.0, 10.0]
    array = np.array([5.0, 6.0, 7.0])
    assert array[autograd.tensor([2, 0])].tolist() == [7.0, 5.0]
    assert array[autograd.tensor(1)] == 6.0


def test_numbers_out_of_a_tensor() -> None:
    x = autograd.tensor(2.5)
    assert float(x) == 2.5
    assert int(x) == 2
    assert bool(x) is True
    assert type(x.item()) is float
    assert type(autograd.tensor(3).item()) is int
    assert type(autograd.tensor(True).item()) is bool
    assert [10, 20, 30][autograd.tensor(1)] == 20
    assert list(range(autograd.tensor(3))) == [0, 1, 2]
    assert f"{x:.2f}" == "2.50"
    assert "%.1f" % x == "2.5"  # noqa: UP031 - the spelling of the lectures' programs
    with pytest.raises((RuntimeError, ValueError)):
        float(autograd.tensor([1.0, 2.0]))
    with pytest.raises((RuntimeError, ValueError), match=r"(?i)ambiguous|more than one"):
        bool(autograd.tensor([1.0, 2.0]))
    with pytest.raises((RuntimeError, ValueError)):
        autograd.tensor([1.0, 2.0]).item()


def test_iteration_and_length() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2
    rows = list(x)
    assert [row.tolist() for row in rows] == [[1.0, 2.0], [3.0, 4.0]]
    (rows[0] * rows[1]).sum().backward()
    assert x.grad.tolist() == [[3.0, 4.0], [1.0, 2.0]]
    with pytest.raises(TypeError, match="0-d"):
        len(constant(1.0))
    with pytest.raises(TypeError, match="0-d"):
        iter(constant(1.0))


def test_from_numpy_refuses_what_it_cannot_share() -> None:
    with pytest.raises(TypeError):
        autograd.from_numpy([1.0, 2.0])
    with pytest.raises(TypeError):
        autograd.from_numpy(np.array(["a"]))


def test_a_float32_tensor_and_a_float64_array_promote() -> None:
    x = autograd.tensor([1.0, 2.0], requires_grad=True)
    y = np.array([3.0, 4.0]) * x
    assert y.dtype is autograd.float64
    y.sum().backward()
    assert x.grad.dtype is autograd.float32
    assert x.grad.tolist() == [3.0, 4.0]


# ---------------------------------------------------------------------------------------------------------------------
# The one device
# ---------------------------------------------------------------------------------------------------------------------


def test_there_is_one_device_and_it_is_the_cpu() -> None:
    x = leaf([1.0, 2.0])
    device = autograd.device("cuda" if autograd.cuda.is_available() else "cpu")
    assert autograd.cuda.is_available() is False
    assert str(device) == "cpu"
    assert device.type == "cpu"
    assert x.device == device
    assert not x.is_cuda
    assert x.cpu() is x
    assert x.to(device) is x
    assert x.to("cpu") is x
    assert autograd.zeros(2, device=device).device == device
    assert autograd.tensor([1.0], device="cpu").device == device


def test_another_device_is_refused() -> None:
    with pytest.raises((RuntimeError, AssertionError), match=r"(?i)cuda"):
        leaf([1.0]).to("cuda")
    with pytest.raises((RuntimeError, AssertionError), match=r"(?i)cuda"):
        leaf([1.0]).cuda()
    with pytest.raises((RuntimeError, AssertionError), match=r"(?i)cuda"):
        autograd.zeros(2, device="cuda")


def test_to_casts_and_is_differentiable() -> None:
    x = leaf([1.0, 2.0])
    assert x.to(autograd.float64) is x
    y = x.to(autograd.float32)
    assert y.dtype is autograd.float32
    assert x.to("cpu", autograd.float32).dtype is autograd.float32
    assert x.to(y).dtype is autograd.float32
    assert x.to(dtype=autograd.float32).dtype is autograd.float32
    for cast, dtype in ((x.float(), "float32"), (x.double(), "float64"), (x.long(), "int64"), (x.bool(), "bool")):
        assert cast.dtype is getattr(autograd, dtype)
    (y * 3).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    assert x.grad.dtype is autograd.float64
    assert not x.long().requires_grad
