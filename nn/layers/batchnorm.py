"""Normalisation of channels, over batches or within each example, as modules with running moments."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn import init
from nn.module import Module
from nn.parameter import Parameter


class _Norm(Module):
    """What the modules here share.

    Parameters
    ----------
    num_features : int
        How many channels there are.
    eps : float
        Added to the variance.
    momentum : float or None
        The share of new moments in the running ones. None, of batch normalisation, is for their plain mean.
    affine : bool
        Whether there are weight and bias.
    track_running_stats : bool
        Whether there are running moments. Without them evaluation takes the input's own, as training does.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of parameters and buffers; the default dtype if left out.
    bias : bool
        Whether there is a bias besides the weight.

    Attributes
    ----------
    weight, bias : Parameter, shape (num_features,), or None
        At first 1 and 0.
    running_mean, running_var : Tensor, shape (num_features,), or None
        Buffers, at first 0 and 1.
    num_batches_tracked : Tensor of int64, or None
        A buffer.

    Raises
    ------
    ValueError
        The input has another number of dimensions.
    """

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    #: Numbers of dimensions an input may have.
    dimensions: ClassVar[tuple[int, ...]]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            empty = autograd.empty(num_features, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))
        track = track_running_stats
        moments = [autograd.empty(num_features, device=device, dtype=dtype) if track else None for _ in range(2)]
        self.register_buffer("running_mean", moments[0])
        self.register_buffer("running_var", moments[1])
        self.register_buffer("num_batches_tracked", autograd.tensor(0, device=device) if track else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running mean to 0, the running variance to 1, and the count of batches to 0."""
        if self.running_mean is not None:
            self.running_mean.zero_()
        if self.running_var is not None:
            self.running_var.fill_(1)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Set the weight to 1 and the bias to 0, and the running moments as at first."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _expect_dimensions(self, input: Tensor) -> None:
        if input.ndim not in self.dimensions:
            wanted = " or ".join(f"{n}D" for n in self.dimensions)
            raise ValueError(
                say(
                    f"expected {wanted} input (got {input.ndim}D input)",
                    f"an input of {wanted} for {type(self).__name__}",
                    "Use the layer for its number of dimensions, or reshape the input.",
                )
            )

    def extra_repr(self) -> str:
        """Return the layer's options."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_Norm):
    """Normalise each channel over the batch, in evaluation by the running moments."""

    def forward(self, input: Tensor) -> Tensor:
        """Return `input` normalised; in training, move the running moments towards its own."""
        self._expect_dimensions(input)
        counted = self.num_batches_tracked if self.training and self.track_running_stats else None
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.momentum is None and counted is not None:
            momentum = 1 / (int(counted.item()) + 1)
        used = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if used else (None, None)
        own = self.training or (self.running_mean is None and self.running_var is None)
        result = F.batch_norm(input, mean, variance, self.weight, self.bias, own, momentum, self.eps)
        if counted is not None:
            counted.add_(1)
        return result


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of an input of shape (N, C) or (N, C, L)."""

    dimensions = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of an input of shape (N, C, H, W)."""

    dimensions = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of an input of shape (N, C, D, H, W)."""

    dimensions = (5,)


class _InstanceNorm(_Norm):
    """Normalise each channel of each example; in evaluation by running moments, if there are any."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return `input`, with or without a batch, normalised.

        Raises
        ------
        ValueError
            The input has another number of dimensions, or of channels while there is a weight.

        Warns
        -----
        UserWarning
            The input has another number of channels, and there is no weight.
        """
        self._expect_dimensions(input)
        alone = input.ndim == self.dimensions[0]
        axis = 0 if alone else 1
        if input.shape[axis] != self.num_features:
            words = f"input's size at dim={axis} is {input.shape[axis]} and does not match num_features"
            if self.affine:
                raise ValueError(
                    say(f"{words} ({self.num_features})", "a channel for each feature", "Check num_features.")
                )
            warnings.warn(f"{words}, which is not used because affine=False.", stacklevel=2)
        result = F.instance_norm(
            input.unsqueeze(0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return result.squeeze(0) if alone else result


class InstanceNorm1d(_InstanceNorm):
    """Instance normalisation of an input of shape (N, C, L) or (C, L)."""

    dimensions = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of an input of shape (N, C, H, W) or (C, H, W)."""

    dimensions = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of an input of shape (N, C, D, H, W) or (C, D, H, W)."""

    dimensions = (4, 5)
