"""Initial values for parameters, with PyTorch's names and PyTorch's random stream: same seed, same numbers.

Every function fills its tensor in place, unrecorded, and returns it.

Sources: Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks" (xavier);
He et al. (2015), "Delving deep into rectifiers" (kaiming).
"""

from __future__ import annotations

import math
import warnings

import autograd
from autograd import Generator, Tensor, no_grad
from autograd.errors import say

_LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that keeps the variance of a signal which then passes `nonlinearity`.

    Parameters
    ----------
    nonlinearity : str
        "linear", "sigmoid" (both 1), "tanh" (5/3), "relu" (√2), "leaky_relu" (√(2 / (1 + slope²))), "selu" (3/4), or
        the name of a convolution (1).
    param : float, optional
        The negative slope of "leaky_relu"; .01 if left out.

    Raises
    ------
    ValueError
        Another name, or a slope that is no number.
    """
    if nonlinearity in _LINEAR or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5 / 3
    if nonlinearity == "relu":
        return math.sqrt(2)
    if nonlinearity == "selu":
        return 3 / 4
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise ValueError(
                say(
                    f"negative_slope {param!r} is not a valid number", "a number such as 0.01", "Leave it out for 0.01."
                )
            )
        return math.sqrt(2 / (1 + slope**2))
    raise ValueError(
        say(
            f"Unsupported nonlinearity {nonlinearity!r}",
            "linear, sigmoid, tanh, relu, leaky_relu, selu or the name of a convolution",
            "For another activation take the nearest of these, or pass a gain of your own.",
        )
    )


def fans(tensor: Tensor) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many numbers an output sums up, and how many outputs an input enters.

    For a weight of shape (out, in, *kernel) these are in · |kernel| and out · |kernel|.

    Raises
    ------
    ValueError
        The tensor has fewer than two axes.
    """
    if tensor.ndim < 2:
        raise ValueError(
            say(
                "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: "
                f"this one has shape {tuple(tensor.shape)}",
                "a weight of shape (out, in) or (out, in, *kernel)",
                "Initialise biases with zeros_, constant_ or uniform_.",
            )
        )
    n_out, n_in, *kernel = tensor.shape
    return n_in * math.prod(kernel), n_out * math.prod(kernel)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with numbers drawn evenly from [a, b)."""
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with numbers of the normal distribution N(mean, std²)."""
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with `val`."""
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on the diagonal and zeros elsewhere: a layer that lets its inputs pass.

    Raises
    ------
    ValueError
        The tensor is no matrix.
    """
    if tensor.ndim != 2:
        raise ValueError(
            say(
                f"Only tensors with 2 dimensions are supported: eye_ was given one of shape {tuple(tensor.shape)}",
                "a matrix",
                "Initialise its matrices one at a time.",
            )
        )
    with no_grad():
        return tensor.copy_(autograd.eye(*tensor.shape, dtype=tensor.dtype))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill evenly from [-a, a) with a = gain √(6 / (fan_in + fan_out)). Also known as Glorot initialisation."""
    std = gain * math.sqrt(2 / sum(fans(tensor)))
    bound = math.sqrt(3) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill from N(0, std²) with std = gain √(2 / (fan_in + fan_out)). Also known as Glorot initialisation."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(
            say(
                f"Mode {mode!r} not supported",
                "fan_in or fan_out",
                "fan_in keeps the variance of the forward pass, fan_out that of the backward pass.",
            )
        )
    fan_in, fan_out = fans(tensor)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan_in if mode.lower() == "fan_in" else fan_out)


def _nothing_to_fill(tensor: Tensor) -> bool:
    if 0 not in tensor.shape:
        return False
    warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return True


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill evenly from [-bound, bound) with bound = gain √(3 / fan). Also known as He initialisation.

    Parameters
    ----------
    tensor : Tensor
        A weight of shape (out, in) or (out, in, *kernel).
    a : float
        The negative slope of the "leaky_relu" that follows.
    mode : str
        "fan_in" keeps the variance of the forward pass, "fan_out" that of the backward pass.
    nonlinearity : str
        What follows: a name `calculate_gain` knows.
    generator : Generator, optional
        Where the random numbers come from; the main stream if left out.
    """
    if _nothing_to_fill(tensor):
        return tensor
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill from N(0, std²) with std = gain / √fan. Also known as He initialisation.

    The parameters are those of `kaiming_uniform_`.
    """
    if _nothing_to_fill(tensor):
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)
