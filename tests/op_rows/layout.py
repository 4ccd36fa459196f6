"""The rows of operations on how elements lie in memory, and of in-place forms that change the shape."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

import numpy as np

from tests.op_references import exchanged, squeezed
from tests.op_rows.common import shape_row
from tests.op_samples import (
    Bools,
    Dtype,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    Sample,
)


def strided(x: Any, size: Any, stride: Any, offset: int = 0) -> Any:
    return np.lib.stride_tricks.as_strided(np.ravel(x)[offset:], size, [s * x.itemsize for s in stride])


def reframed(name: str, numpy: Any, *samples: Sample, errors: tuple[R, ...] = ()) -> Row:
    """A row of an in-place form that changes the shape, of a copy in the same layout."""

    def call(t: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        z = x.clone()
        assert getattr(z, name)(*args, **kwargs) is z
        return z

    leaf = R(
        lambda t: getattr(t.ones(1, 2, requires_grad=True), name)(*samples[0].args[1:]),
        RuntimeError,
        "leaf Variable that requires",
    )
    return shape_row(f"Tensor.{name}", numpy, *samples, call=call, errors=(leaf, *errors), shares=False)


def on_contiguous(t: Any, x: Any, *args: Any) -> Any:
    return t.as_strided(x.contiguous(), *args)


LAYOUT = [
    Row(
        "as_strided",
        strided,
        (
            S(F(6), (2, 2), (1, 2)),
            S(F(6), (2, 3), (1, 1), 2),
            S(F(2, 3), (3, 2), (1, 3)),
            S(F(2, 3), (6,), (1,)),
            S(F(3), (2, 3), (0, 1)),
            S(F(2, 3), (2,), (4,), 1),
            S(F(6), (), (), 3),
            S(F(), (3,), (0,)),
            S(F(6), (0, 2), (1, 1)),
            S(Ints((6,)), (2, 2), (3, 1)),
        ),
        (
            R(lambda t: t.arange(6.0).as_strided((2, 2), (1, 2), 3), RuntimeError, "out of bounds"),
            R(lambda t: t.arange(6.0).as_strided((2, 2), (1,)), RuntimeError, "mismatch in length"),
            R(lambda t: t.arange(6.0).as_strided((2,), (-1,)), RuntimeError, "(?i)negative stride"),
            R(lambda t: t.arange(6.0).as_strided((-2,), (1,)), RuntimeError, "negative dimension"),
            R(lambda t: t.arange(6.0).as_strided((2,), (1,), -1), RuntimeError, "out of bounds"),
        ),
        call=on_contiguous,
        shares=True,
    ),
    Row("clone", np.copy, (S(F(2, 3)), S(F()), S(F(0)), S(F(2, 3, 2)), S(Ints((3,))))),
    *[
        Row(
            f"Tensor.{name}",
            np.copy,
            (S(F(2, 3, 2, 2)), S(F(2, 1, 2, 3)), S(Ints((1, 2, 1, 1))), S(F(0, 2, 2, 2))),
            (
                R(
                    lambda t, name=name: getattr(t.ones(2, 3), name)(memory_format=t.channels_last),
                    RuntimeError,
                    "channels_last",
                ),
            ),
            call=lambda t, x, name=name: getattr(x, name)(memory_format=t.channels_last),
            shares=name == "contiguous",
            variant="in a format",
        )
        for name in ("clone", "contiguous")
    ],
    Row(
        "Tensor.view",
        lambda x, dtype: np.array(x, order="C").view(dtype),
        (
            S(Exactly([[1.0, -2.5], [np.inf, 0.0]], "float32"), Dtype("int32")),
            S(Exactly([[1.0, -2.5], [np.inf, 0.0]], "float32"), Dtype("uint8")),
            S(Exactly([1.0, -2.5], "float64"), Dtype("float64")),
            S(Bools((3,)), Dtype("uint8")),
            S(Exactly(1.0, "float64"), dtype=Dtype("int64")),
            S(F(3, dtype="float64"), Dtype("int64")),
        ),
        (
            R(lambda t: t.ones(3).view(t.float64), RuntimeError, "different element sizes"),
            R(lambda t: t.ones(()).view(t.uint8), RuntimeError, "different element sizes"),
            R(lambda t: t.ones(2, 4).t().view(t.float64), RuntimeError, "different element sizes"),
            R(lambda t: t.ones(2, 4)[:, 1:3].view(t.float64), RuntimeError, "different element sizes"),
            R(lambda t: t.ones(2).view(), TypeError, "without arguments"),
        ),
        call=lambda t, x, dtype: x.contiguous().view(dtype),
        shares=True,
        gradient=False,
        exact=True,
        variant="as another dtype",
    ),
    reframed("squeeze_", squeezed, S(F(1, 3, 1)), S(F(1, 3, 1), -1), S(F(1, 3, 1), (0, 2)), S(F()), S(F(2, 3), 1)),
    reframed("unsqueeze_", np.expand_dims, S(F(2, 3), 0), S(F(2, 3), -1), S(F(), 0), S(F(0), 1), errors=(
        R(lambda t: t.ones(2).unsqueeze_(2), IndexError, "Dimension out of range"),
    )),
    reframed("t_", np.transpose, S(F(2, 3)), S(F(3)), S(F()), S(F(0, 2)), errors=(
        R(lambda t: t.ones(1, 1, 1).t_(), RuntimeError, "2 dimensions|2D"),
    )),
    *[
        reframed(name, exchanged, S(F(2, 3), 0, 1), S(F(2, 3, 2), -1, 0), S(F(2), 0, 0), S(F(), 0, -1), errors=(
            R(lambda t, name=name: getattr(t.ones(2), name)(0, 1), IndexError, "Dimension out of range"),
        ))
        for name in ("transpose_", "swapaxes_", "swapdims_")
    ],
]
