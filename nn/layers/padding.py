"""Padding as modules."""

from __future__ import annotations

from autograd import Tensor
from nn import functional as F
from nn.module import Module

Size = int | tuple[int, ...]


class _Pad(Module):
    """What the modules here share.

    Parameters
    ----------
    padding : int or tuple of int
        On all sides, or from the last axis on how many before and behind, as for `nn.functional.pad`.
    """

    axes = 0
    mode = "constant"
    padding: tuple[int, ...]

    def __init__(self, padding: Size) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.axes) if isinstance(padding, int) else tuple(padding)

    def extra_repr(self) -> str:
        """Return the padding."""
        return f"{self.padding}"

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, continued. Errors as for `nn.functional.pad`."""
        return F.pad(input, self.padding, self.mode)


class _ConstantPad(_Pad):
    """A frame of a constant.

    Parameters
    ----------
    padding : int or tuple of int
        As for `nn.functional.pad`.
    value : float
    """

    def __init__(self, padding: Size, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def extra_repr(self) -> str:
        """Return the options."""
        return f"padding={self.padding}, value={self.value}"

    def forward(self, input: Tensor) -> Tensor:
        """Return the input in its frame. Errors as for `nn.functional.pad`."""
        return F.pad(input, self.padding, "constant", self.value)


class ConstantPad1d(_ConstantPad):
    """A constant before and behind sequences. Parameters as for `nn.functional.pad`."""

    axes = 1


class ConstantPad2d(_ConstantPad):
    """A constant around images. Parameters as for `nn.functional.pad`."""

    axes = 2


class ConstantPad3d(_ConstantPad):
    """A constant around volumes. Parameters as for `nn.functional.pad`."""

    axes = 3


class ZeroPad1d(_Pad):
    """Zeros before and behind sequences. Parameters as for `nn.functional.pad`."""

    axes = 1


class ZeroPad2d(_Pad):
    """Zeros around images. Parameters as for `nn.functional.pad`."""

    axes = 2


class ZeroPad3d(_Pad):
    """Zeros around volumes. Parameters as for `nn.functional.pad`."""

    axes = 3


class ReflectionPad1d(_Pad):
    """Sequences (N, C, L) or (C, L) continued by their mirror images, which leave out the last element itself."""

    axes = 1
    mode = "reflect"


class ReflectionPad2d(_Pad):
    """Images (N, C, H, W) or (C, H, W) continued by their mirror images, which leave out the border itself."""

    axes = 2
    mode = "reflect"


class ReflectionPad3d(_Pad):
    """Volumes continued by their mirror images, which leave out the border itself."""

    axes = 3
    mode = "reflect"


class ReplicationPad1d(_Pad):
    """Sequences (N, C, L) or (C, L) continued by their first and last element."""

    axes = 1
    mode = "replicate"


class ReplicationPad2d(_Pad):
    """Images (N, C, H, W) or (C, H, W) continued by their border."""

    axes = 2
    mode = "replicate"


class ReplicationPad3d(_Pad):
    """Volumes continued by their border."""

    axes = 3
    mode = "replicate"


class CircularPad1d(_Pad):
    """Sequences (N, C, L) or (C, L) continued by their other end."""

    axes = 1
    mode = "circular"


class CircularPad2d(_Pad):
    """Images (N, C, H, W) or (C, H, W) continued by their other side."""

    axes = 2
    mode = "circular"


class CircularPad3d(_Pad):
    """Volumes continued by their other side."""

    axes = 3
    mode = "circular"
