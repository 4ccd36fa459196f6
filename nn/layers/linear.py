"""Linear, Bilinear and Identity."""

from __future__ import annotations

import math
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn import init
from nn.module import Module
from nn.parameter import Parameter


class Identity(Module):
    """Return the input: a placeholder. Arguments are accepted and ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return `input` itself."""
        return input


class Linear(Module):
    """The affine layer y = W x + b, for every row of the input.

    Parameters
    ----------
    in_features, out_features : int
        Sizes of an input and of an output.
    bias : bool
        Whether there is a b.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in_features)
    bias : Parameter, shape (out_features,), or None
        Both drawn evenly from [-1/√in_features, 1/√in_features): the same numbers as in PyTorch for the same seed.

    Raises
    ------
    TypeError, RuntimeError
        A size is no integer, or negative.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if isinstance(size, bool) or not hasattr(size, "__index__"):
                raise TypeError(
                    say(f"Linear was given {name}={size!r}", "an integer", "Sizes are counts: Linear(4, 3).")
                )
            if size < 0:
                raise RuntimeError(
                    say(
                        f"Trying to create tensor with negative dimension {size}: Linear was given {name}={size}",
                        "a size of at least 0",
                        "Linear(in_features, out_features) takes the two sizes.",
                    )
                )
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(autograd.empty((out_features, in_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(autograd.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters afresh."""
        # He's bound for a leaky slope of √5 is √3 · √(2 / (1 + 5)) / √in = 1/√in; drawn this way for equal bits.
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return W x + b of shape (..., out_features) for an input of shape (..., in_features)."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the layer's sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """The bilinear layer Σ_ij x_i W_oij y_j + b_o, for every pair of rows of two inputs.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
        Sizes of both inputs and of an output.
    bias : bool
        Whether there is a b.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in1_features, in2_features)
    bias : Parameter, shape (out_features,), or None
        Both drawn evenly from [-1/√in1_features, 1/√in1_features).

    Raises
    ------
    ValueError
        `in1_features` is not positive.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(autograd.empty((out_features, in1_features, in2_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(autograd.empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters afresh."""
        if self.in1_features <= 0:
            raise ValueError(
                say(f"in1_features must be > 0, but got (in1_features={self.in1_features})", "1 or more", "Check it.")
            )
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """Return outputs (..., out_features) for inputs (..., in1_features) and (..., in2_features)."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the layer's sizes."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
