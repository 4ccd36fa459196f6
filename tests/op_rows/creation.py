"""The rows of what makes tensors."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.op_references import given, of_size
from tests.op_rows.common import LIKE, NEGATIVE_SIZE, SIZES, made
from tests.op_samples import Bools, Dtype, Exactly, F, Ints, R, Raw, S, find

INT64, FLOAT64 = {"dtype": Dtype("int64")}, {"dtype": Dtype("float64")}
A_TENSOR = "floating point"  # what requires_grad of another dtype is told


def refusals_of_options(make: Callable[..., Any], float_alone: bool = True, pinned: bool = True) -> tuple[R, ...]:
    """What everything that makes a tensor refuses; `make(library, **options)`."""
    grad = (R(lambda t: make(t, dtype=t.int64, requires_grad=True), RuntimeError, A_TENSOR),) if float_alone else ()
    memory = (R(lambda t: make(t, pin_memory=True), RuntimeError, "pin_memory=True requires"),) if pinned else ()
    return (
        *grad,
        *memory,
        R(lambda t: make(t, no_such_option=1), TypeError, "unexpected keyword argument 'no_such_option'"),
        R(lambda t: make(t, dtype="no dtype"), TypeError, "dtype"),
        R(lambda t: make(t, device="no device"), RuntimeError, "device type"),
    )


def refusals_of_sizes(name: str, first: Callable[[Any], tuple[Any, ...]] = lambda t: ()) -> tuple[R, ...]:
    """What everything that takes sizes refuses."""
    return (
        R(lambda t: find(t, name)(*first(t), -1), RuntimeError, NEGATIVE_SIZE),
        R(lambda t: find(t, name)(*first(t), (2, -3)), RuntimeError, NEGATIVE_SIZE),
        R(lambda t: find(t, name)(*first(t), 2.0), TypeError, "must be tuple of ints"),
        R(lambda t: find(t, name)(*first(t), (2.0,)), TypeError, "must be tuple of ints"),
        R(lambda t: find(t, name)(*first(t), True), TypeError, "must be tuple of ints"),
        R(lambda t: find(t, name)(*first(t), "2"), TypeError, "must be tuple of ints"),
        R(lambda t: find(t, name)(*first(t)), TypeError, "missing 1 required positional argument"),
        *refusals_of_options(lambda t, **options: find(t, name)(*first(t), 2, **options)),
    )


def refusals_of_likes(name: str, *more: Any) -> tuple[R, ...]:
    return (
        R(lambda t: find(t, name)(3, *more), TypeError, "must be Tensor, not int"),
        *refusals_of_options(lambda t, **options: find(t, name)(t.ones(2), *more, **options)),
    )


def new_sizes(fill: Callable[..., Any]) -> Callable[..., Any]:
    """What a tensor's `new_zeros` and its like compute."""
    def reference(x: Any, *sizes: Any, size: Any = (), dtype: Any = None) -> Any:
        shape = sizes[0] if sizes and isinstance(sizes[0], tuple | list) else sizes or size
        return fill(shape, dtype or x.dtype)
    return reference


def spaced(start: float, end: float, steps: int, dtype: Any = np.float32) -> Any:
    """What `linspace` computes: for integers PyTorch counts in them, and cuts off."""
    if np.dtype(dtype).kind == "f":
        return np.linspace(start, end, steps, dtype=dtype)
    start, end = int(start), int(end)
    step, i = (end - start) / max(steps - 1, 1), np.arange(steps)
    return np.where(i < steps // 2, start + step * i, end - step * (steps - 1 - i)).astype(dtype)


NEW = (S(F(1), 2, 3), S(F(1), (2, 3)), S(F(), ()), S(Ints((1,)), 2), S(Bools((1,)), [2]), S(F(1), 0),
       S(F(1), 2, **INT64), S(F(2), size=(2, 1)))
CREATION = [
    *[
        made(name, of_size(function), *SIZES, S((2, 0, 3)), S(2, dtype=Dtype("float16")), S(2, dtype=Dtype("uint8")),
             errors=refusals_of_sizes(name))
        for name, function in {"zeros": np.zeros, "ones": np.ones}.items()
    ],
    made(
        "empty", of_size(np.zeros), *SIZES,
        call=lambda t, *a, **k: t.zeros_like(t.empty(*a, **k)),
        errors=(
            *refusals_of_sizes("empty"),
            R(lambda t: t.empty(2, memory_format=t.preserve_format), RuntimeError, "unsupported memory format"),
        ),
    ),
    made(
        "full", lambda size, value, dtype=None: given(np.full(size, value).tolist(), dtype),
        S((2, 3), 1.5), S((2,), 7), S((), True), S((2,), 1, **FLOAT64), S([2], 1.5), S((2,), 2.7, **INT64),
        S((2,), Exactly(2.5, dtype="float64"), dtype=Dtype("float32")), S((1, 2), float("inf")),
        S((2,), 3, dtype=Dtype("bool")),
        errors=(
            R(lambda t: t.full(3, 1.0), TypeError, "must be tuple of ints, not int"),
            R(lambda t: t.full((-1,), 1.0), RuntimeError, NEGATIVE_SIZE),
            R(lambda t: t.full((2,), 300, dtype=t.uint8), RuntimeError, "without overflow"),
            R(lambda t: t.full((2,), float("nan"), dtype=t.int64), RuntimeError, "without overflow"),
            R(lambda t: t.full((2,), 2, requires_grad=True), RuntimeError, A_TENSOR),
            R(lambda t: t.full((2,), "2"), TypeError, "str"),
            *refusals_of_options(lambda t, **options: t.full((2,), 1.0, **options)),
        ),
    ),
    made(
        "scalar_tensor", lambda s, dtype=np.float32: np.asarray(s, dtype),
        S(2), S(2.5), S(True), S(2.5, **INT64), S(3, **FLOAT64),
        errors=(
            R(lambda t: t.scalar_tensor([1]), TypeError, "list"),
            *refusals_of_options(lambda t, **options: t.scalar_tensor(1.0, **options)),
        ),
    ),
    made("zeros_like", np.zeros_like, *LIKE, S(F(2, 3, 2)), errors=refusals_of_likes("zeros_like")),
    made("ones_like", np.ones_like, *LIKE, S(F(2, 3, 2)), errors=refusals_of_likes("ones_like")),
    made("empty_like", np.zeros_like, *LIKE, call=lambda t, *a, **k: t.zeros_like(t.empty_like(*a, **k)),
         errors=refusals_of_likes("empty_like")),
    made(
        "full_like", lambda x, value, dtype=None: np.full_like(x, np.asarray(value).astype(dtype or x.dtype), dtype),
        S(F(2, 3), 1.5), S(Ints((3,)), 2), S(Ints((3,)), 2.7), S(F(2), 1, **INT64), S(Bools((2,)), 3), S(F(2, 0), 1),
        S(F(2), Exactly(2.5, dtype="float64")),
        errors=(
            R(lambda t: t.full_like(t.ones(2, dtype=t.uint8), 300), RuntimeError, "without overflow"),
            *refusals_of_likes("full_like", 2),
        ),
    ),
    made(
        "eye", lambda n, m=None, dtype=np.float32: np.eye(n, m, dtype=dtype),
        S(3), S(2, 4), S(4, 2), S(0), S(0, 3), S(3, **INT64), S(2, dtype=Dtype("bool")), S(n=2, m=1),
        errors=(
            R(lambda t: t.eye(-1), RuntimeError, "n must be greater or equal to 0, got -1"),
            R(lambda t: t.eye(2, -1), RuntimeError, "m must be greater or equal to 0, got -1"),
            R(lambda t: t.eye(2.0), TypeError, "must be int, not float"),
            R(lambda t: t.eye(True), TypeError, "must be int, not bool"),
            *refusals_of_options(lambda t, **options: t.eye(2, **options)),
        ),
    ),
    made(
        "arange",
        lambda *a, dtype=None: given(np.arange(*a).tolist(), dtype) if len(np.arange(*a)) else np.zeros(0, np.int64),
        S(5), S(1, 5), S(5, 0, -2), S(0, 1, 0.25), S(2.5), S(0), S(3, **FLOAT64), S(0.0, 2.0, 0.3), S(3, 9, 4),
        S(-3, 4, 2), S(2**53, 2**53 + 3), S(1, 2.5, 0.5), S(3, dtype=Dtype("float16")), S(0, -5, -2), S(9, 3, -2),
        S(3, dtype=Dtype("uint8")), S(0.1, 100, 0.1, **FLOAT64),
        errors=(
            R(lambda t: t.arange(1, 5, -1), RuntimeError, "step sign"),
            R(lambda t: t.arange(5, 1), RuntimeError, "step sign"),
            R(lambda t: t.arange(1, 5, 0), RuntimeError, "nonzero"),
            R(lambda t: t.arange(0, 3, 0.5, dtype=t.int64), ValueError, "nonzero"),
            R(lambda t: t.arange(float("nan")), RuntimeError, "unsupported range"),
            R(lambda t: t.arange(float("inf")), RuntimeError, "unsupported range"),
            R(lambda t: t.arange(5, dtype=t.bool), NotImplementedError, "Bool"),
            R(lambda t: t.arange(5, requires_grad=True), RuntimeError, A_TENSOR),
            R(lambda t: t.arange("a"), TypeError, "str"),
            *refusals_of_options(lambda t, **options: t.arange(2.0, **options)),
        ),
    ),
    made(
        "linspace", spaced,
        S(0, 1, 5), S(-1.5, 2, 4), S(0, 1, 1), S(0, 1, 0), S(1, 0, 3, **FLOAT64), S(0, 1, 50), S(0, 9, 5, **INT64),
        S(0.5, 9.7, 5, dtype=Dtype("int32")), S(3, 3, 4), S(0, 1, 5, dtype=Dtype("float16")),
        S(Exactly(0.5, dtype="float32"), Exactly(2.0, dtype="float32"), 4), S(start=0, end=1, steps=3),
        errors=(
            R(lambda t: t.linspace(0, 1, -1), RuntimeError, "non-negative"),
            R(lambda t: t.linspace(0, 1), TypeError, ""),
            R(lambda t: t.linspace(0, 1, 2.0), TypeError, "float"),
            R(lambda t: t.linspace(t.ones(2), 1, 3), RuntimeError, "only supports 0-dimensional"),
            R(lambda t: t.linspace(0, 1, 3, dtype=t.bool), NotImplementedError, "Bool"),
            *refusals_of_options(lambda t, **options: t.linspace(0, 1, 3, **options)),
        ),
    ),
    made(
        "logspace",
        lambda start, end, steps, base=10.0, dtype=np.float32: np.power(float(base), spaced(
            start, end, steps, dtype if np.dtype(dtype).kind == "f" else np.float64)).astype(dtype),
        S(0, 2, 3), S(0, 2, 3, 2), S(-1.5, 0.5, 5, base=2.5), S(0, 2, 3, **INT64), S(0, 2, 1), S(0, 2, 0),
        S(0, 2, 3, base=-2), S(0, 1, 4, **FLOAT64),
        errors=(
            R(lambda t: t.logspace(0, 1, -1), RuntimeError, "non-negative"),
            R(lambda t: t.logspace(0, 1, 2.0), TypeError, "float"),
            R(lambda t: t.logspace(0, 1, 3, dtype=t.bool), NotImplementedError, "Bool"),
            *refusals_of_options(lambda t, **options: t.logspace(0, 1, 3, **options)),
        ),
    ),
    made(
        "tensor", given,
        S(1.5), S(2), S(True), S([[1.0, 2.0], [3.0, 4.0]]), S([1, 2]), S([]), S([[]]), S([True, False]), S([1, 2.5]),
        S([True, 1]), S([True, 2, 2.5]), S(((1, 2), (3, 4))), S(range(3)), S([1, 2], **FLOAT64), S(Raw(F(2, 3))),
        S(Raw(Ints((3,)))), S(F(2, 3)), S([1.9, -1.9], **INT64), S([2, 0], dtype=Dtype("bool")), S([np.float64(1), 2]),
        S([np.float32(1.5), 2]), S(np.int32(3)), S([Exactly(1.0, dtype="float32"), Exactly(2.5, dtype="float64")]),
        S([1e40]), S([-1, -255], dtype=Dtype("uint8")), S([1e6], dtype=Dtype("float16")),
        errors=(
            R(lambda t: t.tensor([[1.0], [1.0, 2.0]]), ValueError, r"expected sequence of length 1 at dim 1 \(got 2\)"),
            R(lambda t: t.tensor([[1, 2], [1]]), ValueError, r"expected sequence of length 2 at dim 1 \(got 1\)"),
            R(lambda t: t.tensor([1, [1, 2]]), TypeError, "list"),
            R(lambda t: t.tensor([[1, 2], 1]), TypeError, "not a sequence"),
            R(lambda t: t.tensor([1, 2], requires_grad=True), RuntimeError, A_TENSOR),
            R(lambda t: t.tensor("abc"), TypeError, "str"),
            R(lambda t: t.tensor(["abc"]), ValueError, "too many dimensions 'str'"),
            R(lambda t: t.tensor([b"a"]), TypeError, "bytes"),
            R(lambda t: t.tensor(None), RuntimeError, "Could not infer dtype of NoneType"),
            R(lambda t: t.tensor([None]), RuntimeError, "Could not infer dtype of NoneType"),
            R(lambda t: t.tensor({1}), RuntimeError, "Could not infer dtype of set"),
            R(lambda t: t.tensor(2**63), ValueError, "Overflow when unpacking long"),
            R(lambda t: t.tensor([-(2**63) - 1]), ValueError, "Overflow when unpacking long"),
            R(lambda t: t.tensor(300, dtype=t.uint8), RuntimeError, "without overflow"),
            R(lambda t: t.tensor([-256], dtype=t.uint8), RuntimeError, "without overflow"),
            R(lambda t: t.tensor([float("nan")], dtype=t.int32), RuntimeError, "without overflow"),
            R(lambda t: t.tensor([t.ones(2), t.ones(2)]), ValueError, "only one element tensors"),
            R(lambda t: t.tensor(np.array(["a"])), TypeError, "float64, float32"),
            R(lambda t: t.tensor(), TypeError, "missing 1 required positional argument"),
            *refusals_of_options(lambda t, **options: t.tensor([1.0], **options)),
        ),
    ),
    *[
        made(
            name, given,
            S(1.5), S([1, 2]), S(Raw(F(2, 3))), S(F(2, 3)), S(Raw(Ints((3,))), **FLOAT64),
            S(F(2), dtype=Dtype("float32")),
            shares=True,
            errors=(
                R(lambda t, name=name: find(t, name)(np.ones(3)[::-1]), ValueError, "negative"),
                R(lambda t, name=name: find(t, name)([[1], [1, 2]]), ValueError, "expected sequence of length"),
                R(lambda t, name=name: find(t, name)([1], device="no device"), RuntimeError, "device type"),
            ),
        )
        for name in ("as_tensor", "asarray")
    ],
    made(
        "asarray", lambda x, copy=None, dtype=None: np.array(x, dtype),
        S(Raw(F(2, 3)), copy=True), S(F(2, 3), copy=True), S([True], copy=True), S(Raw(F(2, 3)), copy=False),
        S(F(3), copy=True, dtype=Dtype("int64")),
        variant="copy", shares=True,
        errors=(
            R(lambda t: t.asarray(t.ones(2), copy=False, dtype=t.int64), ValueError, "can't alias tensor"),
            R(lambda t: t.asarray([1.0], copy=False), ValueError, "can't alias arbitrary sequence"),
            R(lambda t: t.asarray([1], requires_grad=True), RuntimeError, A_TENSOR),
        ),
    ),
    made(
        "from_numpy", np.asarray,
        S(Raw(F(2, 3))), S(Raw(Ints((3,)))), S(Raw(Bools((2,)))), S(Raw(F())), S(Raw(F(2, 0))),
        shares=True,
        errors=(
            R(lambda t: t.from_numpy([1.0]), TypeError, "expected np.ndarray"),
            R(lambda t: t.from_numpy(np.array(["a"])), TypeError, "dtype|type"),
            R(lambda t: t.from_numpy(np.ones(3)[::-1]), ValueError, "negative"),
            R(lambda t: t.from_numpy(np.ones(3, ">f8")), ValueError, "byte order"),
        ),
    ),
    made(
        "from_dlpack", np.asarray,
        S(Raw(F(2, 3))), S(Raw(Ints((3,)))), S(Raw(Bools((2,)))), S(F(2, 3)),
        shares=True,
        errors=(
            R(lambda t: t.from_dlpack([1]), RuntimeError, "DLTensor capsule|__dlpack__"),
            R(lambda t: t.from_dlpack(t.ones(2, requires_grad=True)), BufferError, "require gradient"),
        ),
    ),
    made(
        "frombuffer", lambda b, dtype, count=-1, offset=0: np.frombuffer(b, dtype, count, offset),
        S(bytearray(range(8)), dtype=Dtype("uint8")), S(bytearray(range(8)), dtype=Dtype("int16"), count=2, offset=2),
        S(bytearray(range(8)), dtype=Dtype("float32")), S(bytearray(range(8)), dtype=Dtype("int32"), offset=4),
        errors=(
            R(lambda t: t.frombuffer(bytearray(4), dtype=t.int16, offset=1), ValueError, "multiple of element size"),
            R(lambda t: t.frombuffer(bytearray(4), dtype=t.int16, offset=4), ValueError, "no greater than buffer"),
            R(lambda t: t.frombuffer(bytearray(4), dtype=t.int16, offset=-1), ValueError, "must be non-negative"),
            R(lambda t: t.frombuffer(bytearray(4), dtype=t.int16, count=3), ValueError, "requested buffer length"),
            R(lambda t: t.frombuffer(bytearray(4), dtype=t.int16, count=0), ValueError, "must not be 0"),
            R(lambda t: t.frombuffer(bytearray(), dtype=t.int16), ValueError, "must not be 0"),
            R(lambda t: t.frombuffer([1], dtype=t.int16), ValueError, "buffer protocol"),
            R(lambda t: t.frombuffer(bytearray(4)), TypeError, "missing 1 required"),
            R(lambda t: t.frombuffer(bytearray(4), dtype=t.int16, requires_grad=True), RuntimeError, A_TENSOR),
        ),
    ),
    made(
        "Tensor.new_tensor", lambda x, data, dtype=None: np.array(data).astype(dtype or x.dtype),
        S(F(1), [1.0, 2.0]), S(Ints((1,)), [1, 2]), S(Ints((1,)), [1.9]), S(F(1), [1, 2], **INT64), S(F(2), F(3)),
        errors=(
            R(lambda t: t.ones(2, dtype=t.uint8).new_tensor([300]), RuntimeError, "without overflow"),
            R(lambda t: t.ones(2).new_tensor([[1], [1, 2]]), ValueError, "expected sequence of length"),
            *refusals_of_options(lambda t, **options: t.ones(2).new_tensor([1.0], **options), pinned=False),
        ),
    ),
    *[
        made(f"Tensor.{name}", new_sizes(function), *NEW,
             errors=refusals_of_sizes(f"Tensor.{name}", lambda t: (t.ones(2),)))
        for name, function in {"new_zeros": np.zeros, "new_ones": np.ones}.items()
    ],
    made("Tensor.new_empty", new_sizes(np.zeros), *NEW,
         call=lambda t, x, *a, **k: t.zeros_like(x.new_empty(*a, **k)),
         errors=refusals_of_sizes("Tensor.new_empty", lambda t: (t.ones(2),))),
    made(
        "Tensor.new_full",
        lambda x, size, value, dtype=None: np.full(size, np.asarray(value).astype(dtype or x.dtype)),
        S(F(1), (2, 3), 1.5), S(Ints((1,)), (2,), 3.7), S(F(1), [], 2), S(F(1), (2,), 2.5, **INT64), S(F(1), (0,), 1),
        S(Bools((2,)), (2,), 3),
        errors=(
            R(lambda t: t.ones(2).new_full(2, 3), TypeError, "must be tuple of ints, not int"),
            R(lambda t: t.ones(2).new_full((-1,), 3), RuntimeError, NEGATIVE_SIZE),
            R(lambda t: t.ones(2, dtype=t.uint8).new_full((2,), 300), RuntimeError, "without overflow"),
            *refusals_of_options(lambda t, **options: t.ones(2).new_full((2,), 3, **options)),
        ),
    ),
    made("numel", np.size, S(F(2, 3)), S(F()), S(F(0, 2)), S(Ints((4,)))),
]
