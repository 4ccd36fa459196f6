"""Activations as modules."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import ShapeError, say
from nn import functional as F
from nn.checks import expect_tensors
from nn.module import Module
from nn.parameter import Parameter


def _shown(module: Module, *names: str) -> str:
    """Return a module's options as they stand in its `repr`, and whether it works in place."""
    shown = [f"{name}={getattr(module, name)}" for name in names]
    if getattr(module, "inplace", False):
        shown.append("inplace=True")
    return ", ".join(shown)


class _InPlace(Module):
    """What activations share that have no other option than to overwrite their input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """Say so if it works in place."""
        return _shown(self)


class _Along(Module):
    """What the modules share that work along a dimension of classes."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"


# ------------------------------------------------------------------------------------------------ straight pieces


class ReLU(_InPlace):
    """max(0, x), elementwise. Its derivative at 0 is 0.

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return max(0, input)."""
        return F.relu(input, self.inplace)


class LeakyReLU(Module):
    """x where x > 0, and negative_slope · x elsewhere.

    Parameters
    ----------
    negative_slope : float
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the leaky ReLU of `input`."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "negative_slope")


class PReLU(Module):
    """x where x > 0, and a x elsewhere, with slopes a that are learned.

    Parameters
    ----------
    num_parameters : int
        1, or as many as dimension 1 of the input has channels.
    init : float
        The slopes at the beginning.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the slopes; the default dtype if left out.

    Attributes
    ----------
    weight : Parameter, shape (num_parameters,)
    """

    weight: Parameter

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(autograd.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slopes to `init`."""
        with autograd.no_grad():
            self.weight.fill_(self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Return the leaky ReLU of `input` with the learned slopes."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return the number of slopes."""
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """x where x > 0, and r x elsewhere: in training r is random, in evaluation the mean of its limits.

    Parameters
    ----------
    lower, upper : float
        r is drawn from [lower, upper) for every element.
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the leaky ReLU of `input` with slopes drawn afresh."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "lower", "upper")


class Hardtanh(Module):
    """The element of [min_val, max_val] nearest to x: tanh in three straight pieces.

    Parameters
    ----------
    min_val, max_val : float
    inplace : bool
        Overwrite the input.
    min_value, max_value : float, optional
        Their old names, still taken, with a warning.

    Raises
    ------
    ValueError
        min_val is not below max_val.
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        for old, new, value in (("min_value", "min_val", min_value), ("max_value", "max_val", max_value)):
            if value is not None:
                message = f"keyword argument `{old}` is deprecated and rename to `{new}`"
                warnings.warn(message, FutureWarning, stacklevel=2)
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise ValueError(
                say(
                    f"Hardtanh was given min_val {self.min_val} and max_val {self.max_val}",
                    "max_val to be larger than min_val",
                    "Exchange them.",
                )
            )

    def forward(self, input: Tensor) -> Tensor:
        """Return the hard tanh of `input`."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "min_val", "max_val")


class ReLU6(Hardtanh):
    """min(max(0, x), 6).

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Say so if it works in place."""
        return _shown(self)


class Hardsigmoid(_InPlace):
    """(x + 3) / 6 within [0, 1]: the sigmoid in three straight pieces.

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the hard sigmoid of `input`."""
        return F.hardsigmoid(input, self.inplace)

    def extra_repr(self) -> str:
        """Return nothing, as in PyTorch."""
        return ""


class Hardswish(_InPlace):
    """x · hardsigmoid(x).

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the hard swish of `input`."""
        return F.hardswish(input, self.inplace)

    def extra_repr(self) -> str:
        """Return nothing, as in PyTorch."""
        return ""


class Hardshrink(Module):
    """x where |x| > lambd, and 0 elsewhere.

    Parameters
    ----------
    lambd : float
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Return `input` without what is small."""
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"{self.lambd}"


class Softshrink(Module):
    """x moved by lambd toward 0, and 0 where it would pass it.

    Parameters
    ----------
    lambd : float
        At least 0.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, shrunk."""
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"{self.lambd}"


class Threshold(Module):
    """x where x > threshold, and `value` elsewhere.

    Parameters
    ----------
    threshold, value : float
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, with `value` where it does not pass the threshold."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "threshold", "value")


class Maxout(Module):
    """The largest of every `pool_size` neighbours along a dimension (lecture 003). PyTorch has no such layer.

    Goodfellow et al., "Maxout networks", 2013: after a linear layer, the largest of several linear functions, which is
    convex, in straight pieces, and learned. The gradient goes to the largest, at a tie to the first.

    Parameters
    ----------
    pool_size : int
        So many neighbours become one.
    dim : int
        Its size is divided by `pool_size`.

    Raises
    ------
    ValueError
        `pool_size` is less than 1.

    Examples
    --------
    >>> nn.Sequential(nn.Linear(4, 5 * 2), nn.Maxout(2))  # 4 features in, 5 out
    """

    def __init__(self, pool_size: int, dim: int = -1) -> None:
        super().__init__()
        self.pool_size = operator.index(pool_size)
        self.dim = dim
        if self.pool_size < 1:
            raise ValueError(say(f"Maxout was given pool_size={pool_size}", "at least 1", "Maxout(2) takes pairs."))

    def forward(self, input: Tensor) -> Tensor:
        """Return the largest of the neighbours.

        Raises
        ------
        RuntimeError
            The size along the dimension is no multiple of `pool_size`.
        IndexError
            There is no such dimension.
        """
        expect_tensors("maxout", input=input)
        size = input.size(self.dim)
        if size % self.pool_size:
            raise ShapeError(
                say(
                    f"Maxout({self.pool_size}): the input has {size} numbers along dimension {self.dim}",
                    "a multiple of pool_size",
                    "Give the layer before it out_features = pool_size times the features you want.",
                )
            )
        d = self.dim % input.ndim
        largest: Tensor = input.unflatten(d, (size // self.pool_size, self.pool_size)).max(d + 1).values
        return largest

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "pool_size", "dim")


# ------------------------------------------------------------------------------------------------ with exponentials


class Sigmoid(Module):
    """1 / (1 + exp(-x)), elementwise."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the sigmoid of `input`."""
        return autograd.sigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent, elementwise."""

    def forward(self, input: Tensor) -> Tensor:
        """Return tanh(input)."""
        return autograd.tanh(input)


class LogSigmoid(Module):
    """ln σ(x), elementwise, exact where σ(x) vanishes."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithm of the sigmoid of `input`."""
        return F.logsigmoid(input)


class Softsign(Module):
    """x / (1 + |x|), elementwise."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the softsign of `input`."""
        return F.softsign(input)


class Tanhshrink(Module):
    """x - tanh(x), elementwise."""

    def forward(self, input: Tensor) -> Tensor:
        """Return input - tanh(input)."""
        return F.tanhshrink(input)


class ELU(Module):
    """x where x > 0, and alpha (exp(x) - 1) elsewhere.

    Parameters
    ----------
    alpha : float
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the ELU of `input`."""
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "alpha")


class SELU(_InPlace):
    """1.0507 x where x > 0, and 1.7581 (exp(x) - 1) elsewhere: keeps mean 0 and variance 1.

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the SELU of `input`."""
        return F.selu(input, self.inplace)


class CELU(Module):
    """x where x > 0, and alpha (exp(x / alpha) - 1) elsewhere: an ELU without a corner.

    Parameters
    ----------
    alpha : float
        Not 0.
    inplace : bool
        Overwrite the input.
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the CELU of `input`."""
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "alpha")


class GELU(Module):
    """x Φ(x), with the distribution Φ of the standard normal.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        "tanh": with a tanh that is close to Φ.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Return the GELU of `input`."""
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        """Return the options."""
        return f"approximate={self.approximate!r}"


class SiLU(_InPlace):
    """x σ(x), which others call swish.

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the SiLU of `input`."""
        return F.silu(input, self.inplace)


class Mish(_InPlace):
    """x tanh(ln(1 + exp(x))).

    Parameters
    ----------
    inplace : bool
        Overwrite the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the Mish of `input`."""
        return F.mish(input, self.inplace)


class Softplus(Module):
    """ln(1 + exp(beta x)) / beta: a rounded ReLU.

    Parameters
    ----------
    beta : float
    threshold : float
        Where beta x is larger, the result is x.
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Return the softplus of `input`."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Return the options."""
        return _shown(self, "beta", "threshold")


class GLU(Module):
    """a σ(b), where a and b are the halves of the input along a dimension.

    Parameters
    ----------
    dim : int
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the first half of `input`, gated by the second."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"


# ------------------------------------------------------------------------------------------------ over classes


class Softmax(_Along):
    """exp(x) / Σ exp(x) along a dimension.

    Parameters
    ----------
    dim : int
        The dimension of the classes: -1 for a batch of rows. Left out, it is guessed, with a warning.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmax of `input`."""
        return F.softmax(input, self.dim, _stacklevel=5)


class Softmin(_Along):
    """exp(-x) / Σ exp(-x) along a dimension.

    Parameters
    ----------
    dim : int
        As for `Softmax`.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmin of `input`."""
        return F.softmin(input, self.dim, _stacklevel=5)


class LogSoftmax(_Along):
    """The logarithm of the softmax along a dimension, exact where probabilities vanish.

    Parameters
    ----------
    dim : int
        As for `Softmax`.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithm of the softmax of `input`."""
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    """The softmax over the channels of pictures, for every place."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmax of `input`, of shape (N, C, H, W) or (C, H, W), over C.

        Raises
        ------
        ValueError
            The input has another number of dimensions.
        """
        if input.ndim not in (3, 4):
            raise ValueError(
                say(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead", "pictures", "Use Softmax.")
            )
        return F.softmax(input, -3)
