"""The rows of conversions, copies and memory."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_samples import (
    Bools,
    Dtype,
    F,
    Ints,
    R,
    Row,
    S,
    eighths,
)


def to_dtype(name: str, dtype: str) -> Row:
    """The row of a method that converts: linear, and exact for numbers of few digits."""
    return Row(
        f"Tensor.{name}",
        lambda x: x.astype(dtype),
        (S(F(2, 3)), S(F()), S(F(0)), S(Ints((3,))), S(Bools((3,)))),
        domain=eighths,
        exact=True,
        shares=True,
        eps=2.0**-7,
    )


CONVERSIONS = [
    *[to_dtype(name, dtype) for name, dtype in {"float": "float32", "double": "float64", "half": "float16"}.items()],
    *[
        Row(
            f"Tensor.{name}",
            lambda x, dtype=dtype: x.astype(dtype),
            (S(F(2, 3)), S(Ints((3,))), S(Bools((3,))), S(F())),
            gradient=False,
            exact=True,
            shares=True,
        )
        for name, dtype in {
            "long": "int64", "int": "int32", "short": "int16", "char": "int8", "bool": "bool"
        }.items()
    ],
    Row(
        "Tensor.byte",
        lambda x: x.astype(np.int64).astype(np.uint8),
        (S(F(2, 3, domain=eighths)), S(Ints((3,), -300, 300)), S(Bools((3,))), S(F())),
        gradient=False,
        exact=True,
        shares=True,
    ),
    Row(
        "Tensor.to",
        lambda x, *to, dtype=None, **_: x.astype(dtype or next((d for d in to if isinstance(d, np.dtype)), x.dtype)),
        (
            S(F(2, 3), Dtype("float32")),
            S(F(2, 3), Dtype("float64")),
            S(F(), Dtype("float16")),
            S(Ints((3,)), Dtype("float32")),
            S(F(3), dtype=Dtype("float64")),
            S(F(3), "cpu", Dtype("float64"), True, True),
            S(F(3), "cpu", non_blocking=True),
            S(F(3)),
        ),
        (
            R(lambda t: t.ones(2).to("cuda" if t.__name__ == "autograd" else "nowhere"), RuntimeError, "cuda|nowhere"),
            R(lambda t: t.ones(2).to("float64"), RuntimeError, "float64"),
            R(lambda t: t.ones(2).to(3), RuntimeError, "device|accelerator"),
        ),
        domain=eighths,
        exact=True,
        shares=True,
        eps=2.0**-7,
    ),
    Row(
        "Tensor.type",
        lambda x, dtype: x.astype(dtype),
        (S(F(2, 3), Dtype("float32")), S(Ints((3,)), Dtype("float64"))),
        (R(lambda t: t.ones(2).type("no.such.Tensor"), ValueError, "invalid type"),),
        domain=eighths,
        exact=True,
        shares=True,
        eps=2.0**-7,
    ),
    Row(
        "Tensor.type_as",
        lambda x, y: x.astype(y.dtype),
        (S(F(2, 3), F(1, dtype="float32", gradient=False)), S(Ints((3,)), F(gradient=False))),
        domain=eighths,
        exact=True,
        shares=True,
        eps=2.0**-7,
    ),
    Row("Tensor.clone", np.copy, (S(F(2, 3)), S(Ints((3,))))),
    Row("Tensor.contiguous", np.ascontiguousarray, (S(F(2, 3)), S(Ints((3,)))), shares=True),
    Row("Tensor.detach", np.asarray, (S(F(2, 3)), S(Ints((3,))), S(F())), gradient=False, shares=True),
    Row(
        "Tensor.data",
        np.asarray,
        (S(F(2, 3)), S(Ints((3,))), S(F())),
        gradient=False,
        shares=True,
        call=lambda t, x: x.data,
    ),
    Row("Tensor.cpu", np.asarray, (S(F(2, 3)), S(Ints((3,)))), shares=True),
]
