"""Convolutions and transposed convolutions as layers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn import init
from nn.module import Module
from nn.parameter import Parameter

Size = int | tuple[int, ...]
MODES = ("zeros", "reflect", "replicate", "circular")


class ConvNd(Module):
    """What all convolutions share: their arguments and parameters.

    Attributes
    ----------
    weight : Parameter
        (out_channels, in_channels / groups, *kernel_size); with the two channels swapped if transposed.
    bias : Parameter, shape (out_channels,), or None
        Both drawn evenly from [-1/√n, 1/√n), where n is how many numbers a window sees: the same numbers as in PyTorch
        for the same seed.
    """

    #: How many spatial axes there are.
    axes = 0
    transposed = False
    weight: Parameter
    bias: Parameter | None
    padding: Any

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        output_padding: Size,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        self._check(in_channels, out_channels, stride, padding, groups, padding_mode)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = self._each(kernel_size)
        self.stride = self._each(stride)
        self.padding = padding if isinstance(padding, str) else self._each(padding)
        self.dilation = self._each(dilation)
        self.output_padding = self._each(output_padding)
        self.groups = groups
        self.padding_mode = padding_mode
        channels = (in_channels, out_channels // groups) if self.transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(autograd.empty((*channels, *self.kernel_size), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(autograd.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _check(self, inputs: int, outputs: int, stride: Any, padding: Any, groups: int, mode: str) -> None:
        name = type(self).__name__
        for argument, value in (("in_channels", inputs), ("out_channels", outputs), ("groups", groups)):
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise TypeError(say(f"{name} was given {argument}={value!r}", "an integer", "Channels are counts."))
        if groups <= 0:
            raise ValueError(
                say(f"groups must be a positive integer: {name} was given {groups}", "1 or more", "Check.")
            )
        for argument, value in (("in_channels", inputs), ("out_channels", outputs)):
            if value % groups:
                raise ValueError(
                    say(
                        f"{argument} must be divisible by groups: {name} was given {value} and groups={groups}",
                        f"a multiple of {groups}",
                        "Every group gets as many channels.",
                    )
                )
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    say(f"Invalid padding string '{padding}' for {name}", "'same' or 'valid', or numbers", "Check it.")
                )
            if padding == "same" and any([s != 1 for s in self._each(stride)]):
                raise ValueError(
                    say(
                        f"padding='same' is not supported for strided convolutions: {name} got stride={stride}",
                        "a stride of 1",
                        "Give the padding in numbers.",
                    )
                )
        modes = MODES[:1] if self.transposed else MODES
        if mode not in modes:
            raise ValueError(
                say(
                    f"padding_mode must be one of {modes}, but {name} got padding_mode='{mode}'",
                    "one of these",
                    "Check.",
                )
            )

    def _each(self, value: Any) -> tuple[int, ...]:
        """Return a number for every axis."""
        return tuple(value) if isinstance(value, Sequence) else (value,) * self.axes

    def reset_parameters(self) -> None:
        """Draw the parameters afresh."""
        if 0 in self.weight.shape:
            return
        # He's bound for a leaky slope of √5 is 1/√n; drawn this way for equal bits.
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
            init.uniform_(self.bias, -bound, bound)

    def _around(self, input: Tensor) -> tuple[Tensor, Any]:
        """Return the input, continued beyond its border as `padding_mode` says, and the zeros still to add."""
        if self.padding_mode == "zeros" or self.padding == "valid":
            return input, self.padding
        margins: list[int] = []
        for axis in reversed(range(self.axes)):  # as `pad` counts them: from the last one on
            if self.padding == "same":
                total = self.dilation[axis] * (self.kernel_size[axis] - 1)
                margins += [total // 2, total - total // 2]
            else:
                margins += [self.padding[axis]] * 2
        return F.pad(input, margins, self.padding_mode), 0

    def extra_repr(self) -> str:
        """Return the arguments that are not the defaults."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * self.axes:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self.axes:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * self.axes:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class ForwardConv(ConvNd):
    """What convolutions that are not transposed share."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        """Return the correlation of `input` with the windows."""
        function = (F.conv1d, F.conv2d, F.conv3d)[self.axes - 1]
        x, padding = self._around(input)
        return function(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(ForwardConv):
    """Convolution of sequences (N, C, L) or (C, L); the arguments are those of `Conv2d`."""

    axes = 1


class Conv2d(ForwardConv):
    """Convolution of images (N, C, H, W) or (C, H, W) with learned windows, plus a bias for every channel.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of an input and of an output.
    kernel_size : int or tuple
        Size of the window.
    stride, padding, dilation, groups
        As in `nn.functional.conv2d`; `padding` may be "same" or "valid".
    bias : bool
        Whether there is a bias.
    padding_mode : str
        What stands beyond the border: "zeros", or the image "reflect"ed, its border "replicate"d, or the image again
        ("circular").
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Raises
    ------
    ValueError
        `groups` does not divide the channels, or a mode of padding is none.
    """

    axes = 2


class Conv3d(ForwardConv):
    """Convolution of volumes (N, C, D, H, W) or (C, D, H, W); the arguments are those of `Conv2d`."""

    axes = 3


class TransposedConv(ConvNd):
    """What transposed convolutions share."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Return the transposed convolution of `input`; of `output_size`, if that is given, in place of output_padding.

        Raises
        ------
        ValueError
            No convolution leads from that size to the input's.
        """
        function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self.axes - 1]
        more = self.output_padding if output_size is None else self._missing(input, list(output_size))
        return function(input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation)

    def _missing(self, input: Tensor, output_size: list[int]) -> tuple[int, ...]:
        """Return the output padding that leads to a size, with or without the dimensions in front."""
        lead = input.ndim - self.axes
        if len(output_size) == input.ndim:
            output_size = output_size[lead:]
        if len(output_size) != self.axes:
            raise ValueError(
                say(
                    f"{type(self).__name__}: for {input.ndim}D input, output_size must have {self.axes} or "
                    f"{input.ndim} elements (got {len(output_size)})",
                    "a number for every spatial axis",
                    "Check it.",
                )
            )
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[lead:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        most = [n + s - 1 for n, s in zip(least, self.stride, strict=True)]
        if any([not low <= n <= high for low, n, high in zip(least, output_size, most, strict=True)]):
            raise ValueError(
                say(
                    f"requested an output size of {output_size}, but valid sizes range from {least} to {most} (for an "
                    f"input of {list(input.shape[lead:])})",
                    "a size in that range",
                    "Other sizes are not led to the input's by this stride.",
                )
            )
        return tuple([n - low for n, low in zip(output_size, least, strict=True)])


class ConvTranspose1d(TransposedConv):
    """Transposed convolution of sequences (N, C, L) or (C, L); the arguments are those of `ConvTranspose2d`."""

    axes = 1


class ConvTranspose2d(TransposedConv):
    """Transposed convolution of images (N, C, H, W) or (C, H, W), plus a bias: with a stride, it makes them larger.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of an input and of an output.
    kernel_size : int or tuple
        Size of the window.
    stride, padding, output_padding, groups, dilation
        As in `nn.functional.conv_transpose2d`.
    bias : bool
        Whether there is a bias.
    padding_mode : str
        "zeros" is the only one.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Raises
    ------
    ValueError
        `groups` does not divide the channels, or a mode of padding is none.
    """

    axes = 2


class ConvTranspose3d(TransposedConv):
    """Transposed convolution of volumes (N, C, D, H, W); the arguments are those of `ConvTranspose2d`."""

    axes = 3
