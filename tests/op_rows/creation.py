"""The rows of what makes tensors."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import (
    given,
    of_size,
)
from tests.op_rows.common import LIKE, NEGATIVE_SIZE, SIZES, made
from tests.op_samples import (
    Bools,
    Dtype,
    F,
    Ints,
    R,
    Raw,
    S,
    find,
)

CREATION = [
    *[
        made(
            name,
            of_size(function),
            *SIZES,
            errors=(
                R(lambda t, name=name: find(t, name)(-1), RuntimeError, NEGATIVE_SIZE),
                R(
                    lambda t, name=name: find(t, name)(2, dtype=t.int64, requires_grad=True),
                    RuntimeError,
                    "floating point",
                ),
            ),
        )
        for name, function in {"zeros": np.zeros, "ones": np.ones}.items()
    ],
    made(
        "empty",
        of_size(np.zeros),
        *SIZES,
        call=lambda t, *a, **k: t.zeros_like(t.empty(*a, **k)),
        errors=(R(lambda t: t.empty(-1), RuntimeError, NEGATIVE_SIZE),),
    ),
    made(
        "full",
        lambda size, value, dtype=None: given(np.full(size, value).tolist(), dtype),
        S((2, 3), 1.5),
        S((2,), 7),
        S((), True),
        S((2,), 1, dtype=Dtype("float64")),
        S([2], 1.5),
    ),
    made("zeros_like", np.zeros_like, *LIKE),
    made("ones_like", np.ones_like, *LIKE),
    made("empty_like", np.zeros_like, *LIKE, call=lambda t, *a, **k: t.zeros_like(t.empty_like(*a, **k))),
    made("full_like", np.full_like, S(F(2, 3), 1.5), S(Ints((3,)), 2), S(F(2), 1, dtype=Dtype("int64"))),
    made(
        "eye",
        lambda n, m=None, dtype=np.float32: np.eye(n, m, dtype=dtype),
        S(3),
        S(2, 4),
        S(0),
        S(3, dtype=Dtype("int64")),
    ),
    made(
        "arange",
        lambda *a, dtype=None: given(np.arange(*a).tolist(), dtype) if len(np.arange(*a)) else np.zeros(0, np.int64),
        S(5),
        S(1, 5),
        S(5, 0, -2),
        S(0, 1, 0.25),
        S(2.5),
        S(0),
        S(3, dtype=Dtype("float64")),
        S(0.0, 2.0, 0.3),
        errors=(
            R(lambda t: t.arange(1, 5, -1), RuntimeError, "step sign"),
            R(lambda t: t.arange(1, 5, 0), RuntimeError, "nonzero"),
        ),
    ),
    made(
        "linspace",
        lambda *a, dtype=np.float32: np.linspace(*a, dtype=dtype),
        S(0, 1, 5),
        S(-1.5, 2, 4),
        S(0, 1, 1),
        S(0, 1, 0),
        S(1, 0, 3, dtype=Dtype("float64")),
        errors=(R(lambda t: t.linspace(0, 1, -1), RuntimeError, "non-negative"),),
    ),
    made(
        "tensor",
        given,
        S(1.5),
        S(2),
        S(True),
        S([[1.0, 2.0], [3.0, 4.0]]),
        S([1, 2]),
        S([]),
        S([True, False]),
        S([1, 2.5]),
        S([1, 2], dtype=Dtype("float64")),
        S(Raw(F(2, 3))),
        S(Raw(Ints((3,)))),
        S([1.9], dtype=Dtype("int64")),
        errors=(
            R(lambda t: t.tensor([[1.0], [1.0, 2.0]]), ValueError, "lengths|length"),
            R(lambda t: t.tensor([1, 2], requires_grad=True), RuntimeError, "floating point"),
            R(lambda t: t.tensor("abc"), (TypeError, ValueError), "str"),
        ),
    ),
    *[
        made(
            name,
            given,
            S(1.5),
            S([1, 2]),
            S(Raw(F(2, 3))),
            S(F(2, 3)),
            S(Raw(Ints((3,))), dtype=Dtype("float64")),
            S(F(2), dtype=Dtype("float32")),
            shares=True,
        )
        for name in ("as_tensor", "asarray")
    ],
    made(
        "from_numpy",
        np.asarray,
        S(Raw(F(2, 3))),
        S(Raw(Ints((3,)))),
        S(Raw(Bools((2,)))),
        S(Raw(F())),
        shares=True,
        errors=(
            R(lambda t: t.from_numpy([1.0]), TypeError, "expected np.ndarray"),
            R(lambda t: t.from_numpy(np.array(["a"])), TypeError, "dtype|type"),
        ),
    ),
    made(
        "Tensor.new_tensor",
        lambda x, data, dtype=None: np.array(data, dtype or x.dtype),
        S(F(1), [1.0, 2.0]),
        S(Ints((1,)), [1, 2]),
        S(F(1), [1, 2], dtype=Dtype("int64")),
    ),
    made(
        "Tensor.new_zeros",
        lambda x, *size, dtype=None: np.zeros(size, dtype or x.dtype),
        S(F(1), 2, 3),
        S(Ints((1,)), 2),
        S(F(1), 2, dtype=Dtype("int64")),
    ),
    made(
        "Tensor.new_ones",
        lambda x, *size, dtype=None: np.ones(size, dtype or x.dtype),
        S(F(1), 2, 3),
        S(Ints((1,)), 2),
        S(F(1), 2, dtype=Dtype("int64")),
    ),
    made("numel", np.size, S(F(2, 3)), S(F()), S(F(0, 2)), S(Ints((4,)))),
]
