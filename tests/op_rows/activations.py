"""The rows of activations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_references import quiet, softmax
from tests.op_rows.common import SPECIAL, at, one, ones, refusals_of_dims, seeded
from tests.op_samples import Array, Exactly, F, Ints, R, Random, Row, S, Sample, anywhere, find, kink, nonzero, only


def wide(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [-5, 8): on all pieces of the functions that consist of several."""
    return random.uniform(-5, 8, shape)


def sigma(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softplus(x: Array, beta: float = 1, threshold: float = 20) -> Array:
    return np.where(x * beta > threshold, x, np.log1p(np.exp(x * beta)) / beta)


def elu(x: Array, alpha: float = 1.0, scale: float = 1.0, inner: float = 1.0) -> Array:
    return scale * np.where(x > 0, x, alpha * np.expm1(inner * x)).astype(x.dtype)


def phi(x: Array) -> Array:
    return (0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))).astype(x.dtype)


def gelu(x: Array, approximate: str = "none") -> Array:
    if approximate == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return x * phi(x)


def within(x: Array, low: float, high: float) -> Array:
    return np.minimum(np.maximum(x, low), high).astype(x.dtype)


def hardswish(x: Array) -> Array:
    return x * within(x + 3, 0, 6) / 6


def glu(x: Array, dim: int = -1) -> Array:
    a, b = np.split(x, 2, dim)
    return a * sigma(b)


def prelu(x: Array, w: Array) -> Array:
    return np.where(x > 0, x, x * (w if x.ndim < 2 else np.reshape(w, (-1, *(1,) * (x.ndim - 2)))))


#: Far from 0 nothing overflows, in no derivative.
FAR = S(at(-1000.0, -200.0, -40.0, 40.0, 200.0, 1000.0))


def floats_only(name: str, *more: Any) -> tuple[R, ...]:
    return (
        R(lambda t: find(t, name)(t.tensor([1, 2]), *more), NotImplementedError, "not implemented for"),
        R(lambda t: find(t, name)(t.tensor([True]), *more), NotImplementedError, "not implemented for"),
        R(lambda t: find(t, name)([1.0], *more), TypeError, "must be Tensor, not list"),
    )


def activation(
    name: str, numpy: Callable[..., Array], *more: Sample, corners: tuple[float, ...] = (), **options: Any
) -> Row:
    """The row of an activation of floats."""
    name = f"nn.functional.{name}"
    samples = (*more, options.pop("far", FAR), S(F(2, dtype="float16", gradient=False)))
    if corners:
        samples += (kink(at(*corners)),)
    errors = (floats_only(name) if options.pop("only_floats", True) else ()) + options.pop("errors", ())
    return one(name, numpy, options.pop("domain", wide), *samples, errors=errors, **options)


def inexact(row: Row) -> Row:
    """The row of what PyTorch differentiates with constants of single precision, and once only."""
    return replace(row, samples=tuple(only(0, sample) for sample in row.samples))


def overwriting(name: str, *options: Any, errors: tuple[R, ...] = ()) -> list[Row]:
    """Rows of the two in-place forms of an activation: with `inplace=True`, and with an underscore."""
    function = f"nn.functional.{name}"

    def call(t: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        z = x.clone()
        assert find(t, function)(z, *options, inplace=True) is z
        return z

    def underscored(t: Any, x: Any) -> Any:
        z = x.clone()
        assert find(t, f"{function}_")(z, *options) is z
        return z

    row = Row(
        function,
        quiet(lambda x: REFERENCES[name](x, *options)),
        (S(F(2, 3)), S(F()), S(F(0))),
        domain=wide,
        variant="in place",
        call=call,
        errors=(
            R(
                lambda t: find(t, function)(t.ones(2, requires_grad=True), *options, inplace=True),
                RuntimeError,
                "leaf Variable that requires",
            ),
        ),
    )
    if name not in UNDERSCORED:
        return [row]
    again = (
        R(
            lambda t: find(t, f"{function}_")(t.ones(2, requires_grad=True), *options),
            RuntimeError,
            "leaf Variable that requires",
        ),
    )
    return [row, replace(row, name=f"{function}_", variant="", call=underscored, errors=again)]


REFERENCES: dict[str, Callable[..., Array]] = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: within(x, 0, 6),
    "leaky_relu": lambda x, slope=0.01, negative_slope=None: np.where(x > 0, x, x * (negative_slope or slope)),
    "hardtanh": lambda x, low=-1, high=1, min_val=None, max_val=None: within(
        x, low if min_val is None else min_val, high if max_val is None else max_val
    ),
    "hardsigmoid": lambda x: within(x + 3, 0, 6) / 6,
    "hardswish": hardswish,
    "threshold": lambda x, threshold, value: np.where(x > threshold, x, np.where(np.isnan(x), x, value)).astype(
        x.dtype
    ),
    "elu": elu,
    "selu": lambda x: elu(x, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946),
    "celu": lambda x, alpha=1.0: elu(x, alpha, 1.0, 1 / alpha),
    "silu": lambda x: x * sigma(x),
    "mish": lambda x: x * np.tanh(np.logaddexp(x, np.zeros_like(x))),
    "rrelu": lambda x, lower=1 / 8, upper=1 / 3: np.where(x > 0, x, x * (lower + upper) / 2),
}
UNDERSCORED = {"relu", "leaky_relu", "hardtanh", "threshold", "elu", "selu", "celu", "rrelu"}

N = "nn.functional."
ACTIVATIONS = [
    one(f"{N}relu", REFERENCES["relu"], nonzero),
    activation("relu6", REFERENCES["relu6"], S(Ints((3,), -3, 12)), corners=(0.0, 6.0), only_floats=False),
    activation("leaky_relu", REFERENCES["leaky_relu"], S(F(3), 0.2), S(F(3), negative_slope=-0.5), corners=(0.0, -0.0)),
    activation(
        "hardtanh",
        REFERENCES["hardtanh"],
        S(F(3), 0.5, 2.0),
        S(F(3), min_val=-2, max_val=3),
        S(Ints((5,)), -2, 2.7),
        S(Ints((5,), dtype="int32")),
        corners=(-1.0, 1.0),
        only_floats=False,
        errors=(
            R(
                lambda t: t.nn.functional.hardtanh(t.ones(2), 2.0, 1.0),
                ValueError,
                "min_val cannot be greater than max_val",
            ),
            R(
                lambda t: t.nn.functional.hardtanh(t.ones(2).to(t.uint8)),
                RuntimeError,
                "unsigned type with negative limits",
            ),
        ),
    ),
    inexact(activation("hardsigmoid", REFERENCES["hardsigmoid"], corners=(-3.0, 3.0))),
    activation("hardswish", REFERENCES["hardswish"], corners=(-3.0, 3.0)),
    activation(
        "hardshrink",
        lambda x, lambd=0.5: np.where(np.abs(x) <= lambd, 0, x),
        S(F(3), 2.0),
        S(F(3), lambd=0),
        corners=(-0.5, 0.5),
    ),
    activation(
        "softshrink",
        lambda x, lambd=0.5: np.where(x > lambd, x - lambd, np.where(x < -lambd, x + lambd, 0 * x)),
        S(F(3), 2.0),
        S(F(3), lambd=0),
        corners=(-0.5, 0.5),
        errors=(R(lambda t: t.nn.functional.softshrink(t.ones(2), -1.0), RuntimeError, "lambda must be"),),
    ),
    Row(
        f"{N}threshold",
        quiet(REFERENCES["threshold"]),
        (
            *ones(0.5, -3.0),
            S(F(3), threshold=0.1, value=20),
            S(Ints((4,)), 1.5, 7.9),
            replace(SPECIAL, args=(*SPECIAL.args, 0.5, 2.0)),
            kink(at(0.5, 1.0), 0.5, 2.0),
        ),
        (
            R(lambda t: t.nn.functional.threshold(t.tensor([True]), 0, 1), NotImplementedError, "not implemented for"),
            R(lambda t: t.nn.functional.threshold([1.0], 0, 1), TypeError, "must be Tensor"),
        ),
        domain=wide,
        exact=True,
    ),
    activation("elu", elu, S(F(3), 0.5), S(F(3), alpha=-2.0), corners=(0.0,)),
    activation("selu", REFERENCES["selu"], corners=(0.0,)),
    activation(
        "celu",
        REFERENCES["celu"],
        S(F(3), 0.5),
        S(F(3), alpha=-20.0),
        corners=(0.0,),
        errors=(R(lambda t: t.nn.functional.celu(t.ones(2), 0.0), RuntimeError, "alpha cannot be 0 for CELU"),),
    ),
    Row(
        f"{N}gelu",
        gelu,
        (
            *ones(),
            S(Exactly([np.nan, 0.0, -0.0, 1.0])),
            FAR,
            S(F(2, 3), approximate="tanh"),
            S(at(-40.0, 30.0), approximate="tanh"),
        ),
        floats_only(f"{N}gelu")
        + (R(lambda t: t.nn.functional.gelu(t.ones(2), approximate="erf"), RuntimeError, "either none or tanh"),),
        domain=wide,
    ),
    activation("silu", REFERENCES["silu"]),
    activation("mish", REFERENCES["mish"], domain=anywhere, far=only(1, FAR)),
    activation("softplus", softplus, S(F(3), 3), S(F(3), 2.0, 1.0), S(F(3), beta=0.5, threshold=2)),
    activation("logsigmoid", lambda x: -np.logaddexp(np.zeros_like(x), -x)),
    one(f"{N}softsign", lambda x: x / (1 + np.abs(x)), nonzero, S(Ints((3,)))),
    one(f"{N}tanhshrink", lambda x: x - np.tanh(x), anywhere, S(Ints((3,)))),
    Row(
        f"{N}glu",
        quiet(glu),
        (S(F(4)), S(F(2, 3), 0), S(F(2, 4)), S(F(2, 4, 3), dim=-2), S(F(0, 4)), S(F(2, 0)), FAR),
        (
            R(
                lambda t: t.nn.functional.glu(t.ones(2, 3)),
                RuntimeError,
                "Halving dimension must be even, but dimension 1 is size 3",
            ),
            R(lambda t: t.nn.functional.glu(t.ones(())), RuntimeError, "glu does not support scalars"),
            R(lambda t: t.nn.functional.glu(t.ones(2, 4), 2), IndexError, "Dimension out of range"),
        ),
    ),
    Row(
        f"{N}prelu",
        quiet(prelu),
        (
            S(F(2, 3), F(1)),
            S(F(2, 3), F()),
            S(F(2, 3), F(3)),
            S(F(2, 3, 2, 2), F(3)),
            S(F(3), F(1)),
            S(F(), F()),
            S(F(0, 3), F(3)),
            S(F(2, 3, 4), F(1)),
            S(F(2, 1), F(1)),
            only(1, kink(at(0.0, -0.0), F(1))),
            kink(Exactly([np.inf, -np.inf, np.nan]), F(1)),
        ),
        (
            R(
                lambda t: t.nn.functional.prelu(t.ones(2, 3), t.ones(2)),
                RuntimeError,
                "parameter numbers = 2 and channel size = 3",
            ),
            R(lambda t: t.nn.functional.prelu(t.ones(3), t.ones(3)), RuntimeError, "channel size = 1"),
            R(
                lambda t: t.nn.functional.prelu(t.ones(2, 3), t.ones(3).double()),
                RuntimeError,
                "Type promoting not supported",
            ),
            R(lambda t: t.nn.functional.prelu(t.ones(2, 3), t.ones(1, 3)), RuntimeError, "scalar or 1D tensor"),
            R(lambda t: t.nn.functional.prelu(t.ones(()), t.ones(3)), RuntimeError, "zero-dim input"),
            R(
                lambda t: t.nn.functional.prelu(t.tensor([1]), t.tensor([1])),
                NotImplementedError,
                "not implemented for",
            ),
            R(lambda t: t.nn.functional.prelu([1.0], t.ones(1)), TypeError, "must be Tensor"),
        ),
        domain=nonzero,
    ),
    activation(
        "rrelu",
        REFERENCES["rrelu"],
        S(F(3), 0.1, 0.2),
        S(F(3), lower=0.3, upper=0.3),
        corners=(0.0,),
        errors=(R(lambda t: t.nn.functional.rrelu(t.ones(2), 0.5, 0.1), RuntimeError, "Lower bound should be less"),),
    ),
    replace(
        seeded(
            f"{N}rrelu",
            S(F(3, 4), training=True),
            S(F(50), 0.1, 0.9, True),
            S(F(), 0.1, 0.9, True),
            S(F(0), training=True),
            gradient=True,
        ),
        variant="in training",
    ),
    *[
        row
        for name, options in [
            ("relu", ()),
            ("relu6", ()),
            ("leaky_relu", (0.2,)),
            ("hardtanh", (-2.0, 2.0)),
            ("hardswish", ()),
            ("threshold", (0.1, 2.0)),
            ("elu", (0.5,)),
            ("selu", ()),
            ("celu", (2.0,)),
            ("silu", ()),
            ("mish", ()),
            ("rrelu", (0.1, 0.3)),
        ]
        for row in overwriting(name, *options)
    ],
    *map(inexact, overwriting("hardsigmoid")),
    Row(f"{N}softmax", softmax, (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)), refusals_of_dims(f"{N}softmax")[:3]),
    Row(
        f"{N}softmin",
        lambda x, dim: softmax(-x, dim),
        (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)),
        refusals_of_dims(f"{N}softmin")[:3],
    ),
]
