"""Pooling as modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Tensor
from nn import functional as F
from nn.module import Module

Size = int | tuple[int, ...]


class _MaxPool(Module):
    """The largest element of each window, as in `nn.functional.max_pool2d`.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As for the function.
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """Return the options."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )

    def _options(self) -> tuple[Any, ...]:
        return self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices


class MaxPool1d(_MaxPool):
    """The largest element of each window of a sequence (N, C, L) or (C, L). See `nn.functional.max_pool1d`."""

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, with `return_indices` also where they stand."""
        return F.max_pool1d(input, *self._options())


class MaxPool2d(_MaxPool):
    """The largest element of each window of an image (N, C, H, W) or (C, H, W). See `nn.functional.max_pool2d`."""

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, with `return_indices` also where they stand."""
        return F.max_pool2d(input, *self._options())


class MaxPool3d(_MaxPool):
    """The largest element of each window of a volume (N, C, D, H, W) or (C, D, H, W). See `functional.max_pool3d`."""

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, with `return_indices` also where they stand."""
        return F.max_pool3d(input, *self._options())


class _MaxUnpool(Module):
    """Zeros with elements put back where pooling found them, as in `nn.functional.max_unpool2d`.

    Parameters
    ----------
    kernel_size, stride, padding
        Those of the pooling.
    """

    axes = 0

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = (
            (v,) * self.axes if isinstance(v, int) else tuple(v)
            for v in (kernel_size, kernel_size if stride is None else stride, padding)
        )

    def extra_repr(self) -> str:
        """Return the options."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The way back from `MaxPool1d(..., return_indices=True)`. See `nn.functional.max_unpool1d`."""

    axes = 1

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Return the sequence with zeros elsewhere."""
        return F.max_unpool1d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool2d(_MaxUnpool):
    """The way back from `MaxPool2d(..., return_indices=True)`. See `nn.functional.max_unpool2d`."""

    axes = 2

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Return the image with zeros elsewhere."""
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool3d(_MaxUnpool):
    """The way back from `MaxPool3d(..., return_indices=True)`. See `nn.functional.max_unpool3d`."""

    axes = 3

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Return the volume with zeros elsewhere."""
        return F.max_unpool3d(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class AvgPool1d(Module):
    """The mean of each window of a sequence (N, C, L) or (C, L). See `nn.functional.avg_pool1d`.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As for the function.
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = (
            (v,) if isinstance(v, int) else tuple(v)
            for v in (kernel_size, kernel_size if stride is None else stride, padding)
        )
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def extra_repr(self) -> str:
        """Return the options."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )


class _AvgPool(Module):
    """The mean of each window, as in `nn.functional.avg_pool2d`.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As for the function.
    """

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def extra_repr(self) -> str:
        """Return the options."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"

    def _options(self) -> tuple[Any, ...]:
        return (
            self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad, self.divisor_override
        )  # fmt: skip


class AvgPool2d(_AvgPool):
    """The mean of each window of an image (N, C, H, W) or (C, H, W). See `nn.functional.avg_pool2d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.avg_pool2d(input, *self._options())


class AvgPool3d(_AvgPool):
    """The mean of each window of a volume (N, C, D, H, W) or (C, D, H, W). See `nn.functional.avg_pool3d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.avg_pool3d(input, *self._options())


class _LPPool(Module):
    """(Σ xᵖ)^(1/p) of each window, as in `nn.functional.lp_pool2d`.

    Parameters
    ----------
    norm_type : float
        p: 1 sums, the larger the closer to the largest element.
    kernel_size, stride, ceil_mode
        As for the function.
    """

    def __init__(
        self, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def extra_repr(self) -> str:
        """Return the options."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """The p-norm of each window of a sequence. See `nn.functional.lp_pool1d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the norms."""
        return F.lp_pool1d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPool):
    """The p-norm of each window of an image. See `nn.functional.lp_pool2d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the norms."""
        return F.lp_pool2d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool3d(_LPPool):
    """The p-norm of each window of a volume. See `nn.functional.lp_pool3d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the norms."""
        return F.lp_pool3d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class _AdaptiveAvgPool(Module):
    """Means of windows that share the input evenly, as in `nn.functional.adaptive_avg_pool2d`.

    Parameters
    ----------
    output_size : int, or sequence of int or None
        What comes out; None leaves an axis as it is.
    """

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        """Return the size that comes out."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """A given number of means of a sequence. See `nn.functional.adaptive_avg_pool1d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """An image of a given size, of means. See `nn.functional.adaptive_avg_pool2d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """A volume of a given size, of means. See `nn.functional.adaptive_avg_pool3d`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        return F.adaptive_avg_pool3d(input, self.output_size)


class _AdaptiveMaxPool(Module):
    """The largest elements of windows that share the input evenly, as in `nn.functional.adaptive_max_pool2d`.

    Parameters
    ----------
    output_size : int, or sequence of int or None
        What comes out; None leaves an axis as it is.
    return_indices : bool
        Return also where the largest elements stand.
    """

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def extra_repr(self) -> str:
        """Return the size that comes out."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """A given number of largest elements of a sequence. See `nn.functional.adaptive_max_pool1d`."""

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, with `return_indices` also where they stand."""
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """An image of a given size, of largest elements. See `nn.functional.adaptive_max_pool2d`."""

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, with `return_indices` also where they stand."""
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """A volume of a given size, of largest elements. See `nn.functional.adaptive_max_pool3d`."""

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, with `return_indices` also where they stand."""
        return F.adaptive_max_pool3d(input, self.output_size, self.return_indices)
