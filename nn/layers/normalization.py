"""Normalisation of each example by itself, as modules without running moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn import init
from nn.module import Module
from nn.parameter import Parameter


def _sizes(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    """Return `normalized_shape` as a tuple."""
    return (int(normalized_shape),) if hasattr(normalized_shape, "__index__") else tuple(normalized_shape)


def _fill(module: Any) -> None:
    """Set the weight of `module` to 1 and its bias to 0, where it has them."""
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)


class LayerNorm(Module):
    """Normalise each example over its last dimensions: y = weight · (x - μ) / √(σ² + eps) + bias.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Sizes of the last dimensions.
    eps : float
        Added to the variance.
    elementwise_affine : bool
        Whether there are weight and bias.
    bias : bool
        Whether there is a bias besides the weight.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Attributes
    ----------
    weight, bias : Parameter, shape normalized_shape, or None
        At first 1 and 0.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _sizes(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            empty = autograd.empty(self.normalized_shape, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0."""
        _fill(self)

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, of shape (..., *normalized_shape), normalised."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the layer's options."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """Bring each example to mean square 1 over its last dimensions: y = weight · x / √(mean x² + eps).

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Sizes of the last dimensions.
    eps : float, optional
        The distance from 1 to the next number of the input's dtype if left out.
    elementwise_affine : bool
        Whether there is a weight.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the weight; the default dtype if left out.

    Attributes
    ----------
    weight : Parameter, shape normalized_shape, or None
        At first 1.
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _sizes(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        weight = autograd.empty(self.normalized_shape, device=device, dtype=dtype) if elementwise_affine else None
        self.register_parameter("weight", None if weight is None else Parameter(weight))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return `x`, of shape (..., *normalized_shape), normalised."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return the layer's options."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Normalise groups of channels of each example: y = weight · (x - μ) / √(σ² + eps) + bias.

    Parameters
    ----------
    num_groups, num_channels : int
    eps : float
        Added to the variance.
    affine : bool
        Whether there are weight and bias.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.
    bias : bool
        Whether there is a bias besides the weight.

    Attributes
    ----------
    weight, bias : Parameter, shape (num_channels,), or None
        At first 1 and 0.

    Raises
    ------
    ValueError
        `num_channels` is no multiple of `num_groups`.
    ZeroDivisionError
        `num_groups` is 0.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(
                say(
                    f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})",
                    "a divisor",
                    "Choose another number of groups.",
                )
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            empty = autograd.empty(num_channels, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0."""
        _fill(self)

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, of shape (N, num_channels, ...), normalised."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the layer's options."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LocalResponseNorm(Module):
    """Divide by a power of the mean square of neighbouring channels: x / (k + alpha · m)^beta.

    Parameters
    ----------
    size : int
        How many channels m is the mean over.
    alpha, beta, k : float
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, of shape (N, C, ...), normalised."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """Return the layer's options."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
