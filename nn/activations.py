"""Activations as functions, with PyTorch's names and arguments."""

from __future__ import annotations

from collections.abc import Callable

import autograd
from autograd import Op, Tensor, sigmoid, tanh
from autograd.errors import AutogradError, DtypeError, ShapeError, say
from autograd.inplace import inplace as edited
from autograd.inplace import put_into, refuse_unless_editable
from nn import rules_activation as rules
from nn.checks import expect_floats, expect_tensors

__all__ = [
    "celu",
    "celu_",
    "elu",
    "elu_",
    "gelu",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
]

# Klambauer et al., "Self-normalizing neural networks", 2017, equation 14: mean 0 and variance 1 are kept.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def _applied(name: str, rule: Op, input: Tensor, inplace: bool = False) -> Tensor:
    """Return what a rule makes of floating-point `input`; with `inplace`, in its memory."""
    expect_floats(name, input=input)
    return _put(rule, input, inplace)


def _put(rule: Op, input: Tensor, inplace: bool) -> Tensor:
    if inplace:
        refuse_unless_editable(input, False)
        return put_into(input, rule.apply(input))
    result: Tensor = rule.apply(input)
    return result


# ------------------------------------------------------------------------------------------------ straight pieces


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return max(0, input), elementwise; with `inplace`, in the memory of `input`."""
    return input.relu_() if inplace else autograd.relu(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return x where x > 0, and negative_slope · x elsewhere; with `inplace`, in the memory of `input`.

    Raises
    ------
    RuntimeError
        `input` is no floating-point tensor. (So for all functions here but `relu`, `hardtanh` and `threshold`.)
    """
    return _applied("leaky_relu", rules.LeakyRelu(slope=negative_slope), input, inplace)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Return x where x > 0, and w x elsewhere, with slopes w that are learned.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...) or (C,)
    weight : Tensor, shape (1,), () or (C,)
        One slope for all, or one a channel (dimension 1).

    Raises
    ------
    RuntimeError
        The number of slopes is not that of the channels, or the dtypes differ or are no floats.
    """
    expect_tensors("prelu", input=input, weight=weight)
    if input.dtype is not weight.dtype:
        raise DtypeError(
            say(
                f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}",
                "an input and a weight of one dtype",
                "Convert the input (x.float(), x.double()) or the layer (model.double()).",
            )
        )
    expect_floats("prelu", input=input, weight=weight)
    if weight.ndim > 1:
        raise ShapeError(
            say(
                f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}",
                "one slope, or one a channel",
                "Write weight.reshape(-1).",
            )
        )
    channels = input.shape[1] if input.ndim > 1 else 1
    if weight.numel() != 1:
        if input.ndim == 0:
            raise ShapeError(say("prelu: Not allow zero-dim input tensor", "one slope for it", "Give one slope."))
        if weight.numel() != channels:
            raise ShapeError(
                say(
                    f"Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                    f"{weight.numel()} and channel size = {channels}",
                    "one slope, or one for each index of dimension 1",
                    "Make the layer with num_parameters=1, or with the number of channels.",
                )
            )
    slopes = weight.reshape(()) if input.ndim == 0 else weight.reshape(-1, *(1,) * max(input.ndim - 2, 0))
    result: Tensor = rules.Prelu().apply(input, slopes)
    return result


def rrelu(
    input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """Return x where x > 0, and r x elsewhere.

    Parameters
    ----------
    lower, upper : float
        In training, r is drawn from [lower, upper) for every element: PyTorch's numbers after the same `manual_seed`.
        Otherwise it is their mean.
    training, inplace : bool

    Raises
    ------
    RuntimeError
        lower > upper, or `input` is no floating-point tensor.
    """
    if lower > upper:
        raise AutogradError(
            say(
                f"Lower bound should be less than or equal to the upper bound: rrelu was given {lower} and {upper}",
                "lower <= upper",
                "Exchange them.",
            )
        )
    if not training:
        return _applied("rrelu", rules.LeakyRelu(slope=(lower + upper) / 2), input, inplace)
    expect_floats("rrelu", input=input)
    low, high = autograd.tensor([lower, upper], dtype=input.dtype).tolist()
    slopes = autograd.ones(input.shape, dtype=input.dtype)
    below = input.detach() <= 0
    draws = autograd.empty(int(below.sum()), dtype=autograd.float64).uniform_(low, high)
    slopes[below] = draws.to(input.dtype)
    return input.mul_(slopes) if inplace else input * slopes


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Return the element of [min_val, max_val] nearest to x: tanh in three straight pieces.

    Unlike that of `clamp`, the derivative is 0 at the limits themselves.

    Raises
    ------
    ValueError
        min_val > max_val.
    RuntimeError
        `input` holds bools, or unsigned integers and a limit is negative.
    """
    if min_val > max_val:
        raise ValueError(
            say(
                f"min_val cannot be greater than max_val: hardtanh was given {min_val} and {max_val}",
                "min_val <= max_val",
                "Exchange them.",
            )
        )
    expect_tensors("hardtanh", input=input)
    if input.dtype is autograd.bool:
        raise DtypeError(say("Bool inputs not supported for hardtanh", "numbers", "Convert first: x.float()."))
    if not input.is_floating_point():
        min_val, max_val = int(min_val), int(max_val)
        if input.dtype is autograd.uint8 and min(min_val, max_val) < 0:
            raise DtypeError(
                say(
                    "cannot do hardtanh on an unsigned type with negative limits",
                    "signed numbers, or limits of at least 0",
                    "Convert first: x.int() or x.float().",
                )
            )
    return _put(rules.Hardtanh(low=min_val, high=max_val), input, inplace)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return min(max(0, x), 6). Errors as for `hardtanh`."""
    return hardtanh(input, 0, 6, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return (x + 3) / 6 within [0, 1]: the sigmoid in three straight pieces."""
    return _applied("hardsigmoid", rules.Hardsigmoid(), input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x · hardsigmoid(x)."""
    return _applied("hardswish", rules.Hardswish(), input, inplace)


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return x where |x| > lambd, and 0 elsewhere."""
    return _applied("hardshrink", rules.Hardshrink(lambd=lambd), input)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return x moved by lambd toward 0, and 0 where it would pass it.

    Raises
    ------
    RuntimeError
        `lambd` is negative, or `input` no floating-point tensor.
    """
    if lambd < 0:
        raise AutogradError(
            say(f"lambda must be in range [0, inf), but found {lambd}", "a distance", "Give softshrink a lambd >= 0.")
        )
    return _applied("softshrink", rules.Softshrink(lambd=lambd), input)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return x where x > threshold, and `value` elsewhere.

    Raises
    ------
    RuntimeError
        `input` holds bools.
    """
    expect_tensors("threshold", input=input)
    if not input.is_floating_point():
        if input.dtype is autograd.bool:
            expect_floats("threshold", input=input)
        threshold, value = int(threshold), int(value)
    return _put(rules.Threshold(threshold=threshold, value=value), input, inplace)


# ------------------------------------------------------------------------------------------------ with exponentials


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where x > 0, and alpha (exp(x) - 1) elsewhere."""
    return _applied("elu", rules.Elu(alpha=alpha, scale=1.0, inner=1.0), input, inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return 1.0507 x where x > 0, and 1.7581 (exp(x) - 1) elsewhere: it keeps mean 0 and variance 1."""
    return _applied("selu", rules.Elu(alpha=SELU_ALPHA, scale=SELU_SCALE, inner=1.0), input, inplace)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where x > 0, and alpha (exp(x / alpha) - 1) elsewhere: an `elu` without a corner, for every alpha.

    Raises
    ------
    RuntimeError
        `alpha` is 0, or `input` no floating-point tensor.
    """
    if alpha == 0:
        raise AutogradError(say("ZeroDivisionError: alpha cannot be 0 for CELU", "another number", "The default is 1."))
    return _applied("celu", rules.Celu(alpha=alpha, scale=1.0, inner=1 / alpha), input, inplace)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return x Φ(x), with the distribution Φ of the standard normal.

    Parameters
    ----------
    input : Tensor
    approximate : {"none", "tanh"}
        "tanh": x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.

    Raises
    ------
    RuntimeError
        `approximate` is something else, or `input` no floating-point tensor.
    """
    if approximate not in ("none", "tanh"):
        raise AutogradError(
            say(
                f"approximate argument must be either none or tanh: gelu was given {approximate!r}",
                "'none' or 'tanh'",
                "The default is 'none'.",
            )
        )
    return _applied("gelu", rules.Gelu() if approximate == "none" else rules.GeluTanh(), input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x σ(x), which others call swish."""
    return _applied("silu", rules.Silu(), input, inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x tanh(softplus(x))."""
    return _applied("mish", rules.Mish(), input, inplace)


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """Return ln(1 + exp(beta x)) / beta: a rounded ReLU. Where beta x > threshold it is x."""
    return _applied("softplus", rules.Softplus(beta=beta, threshold=threshold), input)


def logsigmoid(input: Tensor) -> Tensor:
    """Return ln σ(x), exact where σ(x) vanishes."""
    return _applied("logsigmoid", rules.LogSigmoid(), input)


def softsign(input: Tensor) -> Tensor:
    """Return x / (1 + |x|)."""
    expect_tensors("softsign", input=input)
    return input / (autograd.abs(input) + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """Return x - tanh(x)."""
    expect_tensors("tanhshrink", input=input)
    return input - autograd.tanh(input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Return a σ(b), where a and b are the halves of `input` along `dim`.

    Raises
    ------
    RuntimeError
        The size along `dim` is odd, or `input` has no dimension, or no floats.
    IndexError
        There is no such dimension.
    """
    expect_tensors("glu", input=input)
    if input.ndim == 0:
        raise ShapeError(
            say("glu does not support scalars because halving size must be even", "a dimension to halve", "Give one.")
        )
    if input.size(dim) % 2:
        raise ShapeError(
            say(
                f"Halving dimension must be even, but dimension {dim % input.ndim} is size {input.size(dim)}",
                "two halves",
                "Give the layer before glu twice the features you want.",
            )
        )
    expect_floats("glu", input=input)
    a, b = input.chunk(2, dim)
    return a * autograd.sigmoid(b)


# ------------------------------------------------------------------------------------------------ in-place forms

relu_: Callable[..., Tensor] = edited(autograd.relu)
leaky_relu_: Callable[..., Tensor] = edited(leaky_relu)
hardtanh_: Callable[..., Tensor] = edited(hardtanh)
threshold_: Callable[..., Tensor] = edited(threshold)
elu_: Callable[..., Tensor] = edited(elu)
selu_: Callable[..., Tensor] = edited(selu)
celu_: Callable[..., Tensor] = edited(celu)
rrelu_: Callable[..., Tensor] = edited(rrelu)
