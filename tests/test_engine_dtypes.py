"""Result dtypes are PyTorch's: Python numbers never widen a tensor, 0-d tensors only across categories."""

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd


def tensor(value: object, dtype: str, **kwargs: Any) -> autograd.Tensor:
    return autograd.tensor(value, dtype=getattr(autograd, dtype), **kwargs)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


@pytest.mark.parametrize("operation", OPERATORS.values(), ids=OPERATORS.keys())
@pytest.mark.parametrize("number", [2, 0.5, True, np.float64(0.5), np.int64(2), np.float32(0.5)], ids=repr)
def test_numbers_do_not_widen_float32(operation: Callable[[Any, Any], Any], number: Any) -> None:
    """NumPy scalars count as Python numbers: `np.float64(0.5) * x` must not make a float64 of a float32 net."""
    if operation is operator.sub and number is True:
        number = 1  # a bool cannot be subtracted, in torch as here
    x = tensor([1.0, 2.0], "float32")
    for result in (operation(x, number), operation(number, x)):
        assert type(result) is autograd.Tensor
        assert result.dtype is autograd.float32
        assert result.numpy().dtype == np.float32


@pytest.mark.parametrize("number", [2, 0.5, np.float64(0.5)], ids=repr)
def test_numbers_do_not_widen_a_0d_tensor(number: Any) -> None:
    x = autograd.tensor(3.0)
    assert (x * number).dtype is autograd.float32
    assert (number * x).dtype is autograd.float32
    assert ((x * number) * number).numpy().dtype == np.float32


def test_gradients_of_float32_stay_float32_and_exact() -> None:
    x = tensor([1.0, 3.0], "float32", requires_grad=True)
    y = (x * 0.1 + 0.7) ** 2 / 3
    y.sum().backward()
    assert y.dtype is x.grad.dtype is autograd.float32
    f = np.float32
    array = np.array([1.0, 3.0], f)
    np.testing.assert_array_equal(y.detach().numpy(), (array * f(0.1) + f(0.7)) ** 2 / f(3))
    assert x.grad.numpy().dtype == np.float32


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        (("float32", 1), ("int64", 1), "float32"),
        (("float32", 1), ("int64", 0), "float32"),
        (("float32", 0), ("int64", 1), "float32"),
        (("float32", 1), ("float64", 1), "float64"),
        (("float32", 1), ("float64", 0), "float32"),
        (("float64", 0), ("float32", 0), "float64"),
        (("float64", 0), ("int64", 1), "float64"),
        (("int64", 1), ("int32", 1), "int64"),
        (("int32", 1), ("int64", 0), "int32"),
        (("bool", 1), ("int64", 0), "int64"),
        (("bool", 1), ("float32", 1), "float32"),
        (("float32", 1), ("bool", 0), "float32"),
        (("uint8", 1), ("int64", 1), "int64"),
    ],
    ids=str,
)
def test_promotion(left: tuple[str, int], right: tuple[str, int], result: str) -> None:
    def make(dtype: str, ndim: int) -> autograd.Tensor:
        return tensor(np.ones((2,) * ndim).tolist(), dtype)

    for a, b in ((make(*left), make(*right)), (make(*right), make(*left))):
        out = a * b
        assert out.dtype is getattr(autograd, result)
        assert out.numpy().dtype == np.dtype(result)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_division_of_integers_gives_the_default_float(dtype: str) -> None:
    x = tensor([1, 1], dtype)
    for result in (x / x, x / 2, 1 / x):
        assert result.dtype is autograd.float32
    autograd.set_default_dtype(autograd.float64)
    try:
        assert (x / x).dtype is autograd.float64
    finally:
        autograd.set_default_dtype(autograd.float32)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sigmoid"])
def test_functions_of_integers_give_the_default_float(name: str) -> None:
    function = getattr(autograd, name)
    assert function(tensor([1, 2], "int64")).dtype is autograd.float32
    assert function(tensor(1, "int64")).dtype is autograd.float32
    assert function(tensor([1.0], "float64")).dtype is autograd.float64


def test_an_integer_tensor_and_a_python_float_give_the_default_float() -> None:
    x = tensor([1, 2], "int64")
    assert (x * 0.5).dtype is autograd.float32
    assert (x * 2).dtype is autograd.int64
    assert (x + True).dtype is autograd.int64
    assert (tensor([True, False], "bool") * 2).dtype is autograd.int64


def test_default_dtype_of_new_tensors() -> None:
    assert autograd.get_default_dtype() is autograd.float32
    assert autograd.tensor(1.0).dtype is autograd.float32
    assert autograd.tensor([1.0, 2.0]).dtype is autograd.float32
    assert autograd.tensor([1, 2]).dtype is autograd.int64
    assert autograd.tensor([True]).dtype is autograd.bool
    assert autograd.tensor(np.array([1.0])).dtype is autograd.float64, "an array keeps its dtype"
    assert autograd.zeros(2).dtype is autograd.ones(2).dtype is autograd.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_reductions_keep_the_dtype(dtype: str) -> None:
    x = tensor([[1.0, 2.0], [3.0, 4.0]], dtype)
    for result in (x.sum(), x.mean(dim=0), x.max(), x.var(), x.std(), x.logsumexp(0), x.softmax(0)):
        assert result.dtype is getattr(autograd, dtype)
        assert result.numpy().dtype == np.dtype(dtype)


def test_sum_of_integers_and_bools_is_int64() -> None:
    assert tensor([1, 2], "int32").sum().dtype is autograd.int64
    assert tensor([True, True], "bool").sum().dtype is autograd.int64
    assert tensor([True, True], "bool").sum().item() == 2


def test_mean_of_integers_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"(?i)float"):
        tensor([1, 2], "int64").mean()


def test_comparisons_are_bool() -> None:
    x = tensor([1.0, 2.0], "float32")
    for result in (x > 1, x == x, x != 1.0, x <= tensor([1, 2], "int64")):
        assert result.dtype is autograd.bool


def test_matmul_does_not_promote() -> None:
    with pytest.raises(RuntimeError, match="dtype"):
        tensor([[1.0]], "float32") @ tensor([[1.0]], "float64")


def test_in_place_keeps_the_dtype_or_refuses() -> None:
    x = tensor([1.0, 2.0], "float32")
    x += tensor([1.0, 1.0], "float64")
    assert x.dtype is autograd.float32
    assert x.tolist() == [2.0, 3.0]
    n = tensor([1, 2], "int64")
    with pytest.raises(RuntimeError, match="cast"):
        n += 0.5
    with pytest.raises(RuntimeError, match="cast"):
        n /= 2
    assert n.tolist() == [1, 2]


def test_each_operand_gets_a_gradient_of_its_own_dtype() -> None:
    a = tensor([1.0, 2.0], "float32", requires_grad=True)
    b = tensor([3.0, 4.0], "float64", requires_grad=True)
    c = tensor(2.0, "float64", requires_grad=True)
    (a * b + a * c).sum().backward()
    assert a.grad.dtype is autograd.float32
    assert b.grad.dtype is c.grad.dtype is autograd.float64
    assert [a.grad.tolist(), b.grad.tolist(), c.grad.item()] == [[5.0, 6.0], [1.0, 2.0], 3.0]


@pytest.mark.oracle
@pytest.mark.parametrize("sign", OPERATORS)
def test_promotion_is_torchs_for_all_pairs(sign: str) -> None:
    torch = pytest.importorskip("torch")
    operation = OPERATORS[sign]
    dtypes = ["bool", "uint8", "int32", "int64", "float32", "float64"]
    operands = [(dtype, ndim) for dtype in dtypes for ndim in (0, 1, 2)]
    numbers: list[Any] = [2, 0.5]
    for left, right in itertools.chain(
        itertools.product(operands, operands),
        itertools.product(operands, numbers),
        itertools.product(numbers, operands),
    ):
        ours, theirs = [], []
        for operand in (left, right):
            if isinstance(operand, tuple):
                dtype, ndim = operand
                value = np.ones((2,) * ndim).tolist()
                ours.append(tensor(value, dtype))
                theirs.append(torch.tensor(value, dtype=getattr(torch, dtype)))
            else:
                ours.append(operand)
                theirs.append(operand)
        try:
            expected = str(operation(*theirs).dtype).rpartition(".")[2]
        except RuntimeError:
            with pytest.raises(RuntimeError):
                operation(*ours)
        else:
            assert str(operation(*ours).dtype).rpartition(".")[2] == expected, (left, sign, right)


def test_numbers_out_of_range_of_float16_do_not_overflow_on_their_way() -> None:
    x = autograd.tensor([2.0, -0.5], dtype=autograd.float16, requires_grad=True)
    small = autograd.tensor([1e-3], dtype=autograd.float16)
    assert (small * 1e6).tolist() == [1000.5]
    assert (x * 1e-7).tolist() == autograd.tensor([2e-7, -5e-8], dtype=autograd.float16).tolist()
    assert (x / 1e6).tolist() == autograd.tensor([2e-6, -5e-7], dtype=autograd.float16).tolist()
    assert (1e6 / (x * 500)).tolist() == [1000.0, -4000.0]
    assert (x * float("inf")).tolist() == [float("inf"), -float("inf")]
    y = x * 1e-7
    assert y.dtype is autograd.float16
    y.sum().backward()
    assert x.grad.dtype is autograd.float16
    assert x.grad.tolist() == autograd.full((2,), 1e-7, dtype=autograd.float16).tolist()
