"""Windows of images as columns, and pixels and channels in another order, as functions."""

from __future__ import annotations

from typing import Any

from autograd import Tensor
from autograd.errors import ShapeError, say
from nn.checks import expect_tensors
from nn.convolutions import Size, sizes_of
from nn.kernels_conv import Geometry
from nn.rules_conv import Patched, Patches

__all__ = ["channel_shuffle", "fold", "pixel_shuffle", "pixel_unshuffle", "unfold"]


def _windows(name: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> tuple[tuple[int, ...], Geometry]:
    kernel = sizes_of(name, "kernel_size", kernel_size, 2, 1)
    around = tuple([(p, p) for p in sizes_of(name, "padding", padding, 2, 0)])
    return kernel, Geometry(
        sizes_of(name, "stride", stride, 2, 1), around, sizes_of(name, "dilation", dilation, 2, 1), 1
    )


def unfold(input: Tensor, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Tensor:
    """Return the windows of images, each written out as a column.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size, dilation, padding, stride : int or tuple
        As in `conv2d`.

    Returns
    -------
    Tensor, shape (N, C kh kw, L) or (C kh kw, L)
        With L windows.

    Raises
    ------
    RuntimeError
        The input is no image, or smaller than the window.
    """
    expect_tensors("unfold", input=input)
    kernel, geometry = _windows("unfold", kernel_size, dilation, padding, stride)
    if input.ndim not in (3, 4):
        raise (IndexError if input.ndim < 3 else ShapeError)(
            say(
                f"Expected 3D or 4D (batch mode) tensor for input, but got: {tuple(input.shape)} in unfold",
                "(C, H, W) or (N, C, H, W)",
                "Reshape it.",
            )
        )
    image = input if input.ndim == 4 else input.unsqueeze(0)
    sizes = tuple(image.shape[2:])
    counts = geometry.sizes(sizes, kernel)
    if min(counts) < 1:
        raise ShapeError(
            say(
                f"Given input with spatial size {sizes}, kernel_size={kernel}: calculated shape of the array of "
                f"sliding blocks as {counts}, but its components must be at least one",
                "an image no smaller than the window",
                "Pad it.",
            )
        )
    windows: Tensor = Patches(sizes=sizes, kernel=kernel, geometry=geometry).apply(image)
    n, c = image.shape[:2]
    flat = windows.reshape(n, c * kernel[0] * kernel[1], counts[0] * counts[1])
    return flat if input.ndim == 4 else flat.squeeze(0)


def fold(
    input: Tensor, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
) -> Tensor:
    """Return windows, written out as columns, added up where they lie in images: the adjoint of `unfold`.

    Parameters
    ----------
    input : Tensor, shape (N, C kh kw, L) or (C kh kw, L)
    output_size : int or tuple
        (H, W) of the images.
    kernel_size, dilation, padding, stride : int or tuple
        As in `unfold`.

    Returns
    -------
    Tensor, shape (N, C, H, W) or (C, H, W)

    Raises
    ------
    RuntimeError
        The columns are not those of such images.
    """
    expect_tensors("fold", input=input)
    sizes = sizes_of("fold", "output_size", output_size, 2, 1)
    kernel, geometry = _windows("fold", kernel_size, dilation, padding, stride)
    counts = geometry.sizes(sizes, kernel)
    each = kernel[0] * kernel[1]
    fits = input.ndim in (2, 3) and min(counts) >= 1
    if not fits or input.shape[-2] % each or input.shape[-1] != counts[0] * counts[1]:
        raise ShapeError(
            say(
                f"Expected 2D or 3D (batch mode) tensor for input to fold; given output_size={sizes}, kernel_size="
                f"{kernel}: expected size of input's dimension 1 to be divisible by the product of kernel_size, and "
                f"dimension 2 to match the calculated number of sliding blocks {counts[0]} * {counts[1]}, but got "
                f"input of size {tuple(input.shape)}",
                f"(N, C * {each}, {counts[0] * counts[1]})",
                "Give the sizes that `unfold` had.",
            )
        )
    batch = input if input.ndim == 3 else input.unsqueeze(0)
    windows = batch.reshape(batch.shape[0], batch.shape[1] // each, *kernel, *counts)
    image: Tensor = Patched(sizes=sizes, kernel=kernel, geometry=geometry).apply(windows)
    return image if input.ndim == 3 else image.squeeze(0)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Return images (..., C r², H, W) as (..., C, H r, W r): channels become pixels.

    Raises
    ------
    RuntimeError
        There are too few dimensions, the factor is not positive, or its square does not divide the channels.
    """
    expect_tensors("pixel_shuffle", input=input)
    r = upscale_factor
    _expect_image("pixel_shuffle", input, "upscale_factor", r)
    *lead, c, h, w = input.shape
    if c % (r * r):
        raise ShapeError(
            say(
                "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
                f"upscale_factor, but input.size(-3)={c} is not divisible by {r * r}",
                "that many channels",
                "Check the number of channels.",
            )
        )
    n = len(lead)
    parts = input.reshape(*lead, c // (r * r), r, r, h, w)
    turned = parts.permute(*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return _apart(turned.reshape(*lead, c // (r * r), h * r, w * r), input)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Return images (..., C, H r, W r) as (..., C r², H, W): the inverse of `pixel_shuffle`.

    Raises
    ------
    RuntimeError
        There are too few dimensions, the factor is not positive, or it does not divide height and width.
    """
    expect_tensors("pixel_unshuffle", input=input)
    r = downscale_factor
    _expect_image("pixel_unshuffle", input, "downscale_factor", r)
    *lead, c, h, w = input.shape
    if h % r or w % r:
        raise ShapeError(
            say(
                f"pixel_unshuffle expects height and width to be divisible by downscale_factor, but got ({h}, {w}), "
                f"which are not divisible by {r}",
                f"multiples of {r}",
                "Crop or pad the image.",
            )
        )
    n = len(lead)
    parts = input.reshape(*lead, c, h // r, r, w // r, r)
    turned = parts.permute(*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return _apart(turned.reshape(*lead, c * r * r, h // r, w // r), input)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Return images (N, C, *sizes) with channels in another order: the first of every group, the second, and so on.

    (Zhang and others, "ShuffleNet", 2018.)

    Raises
    ------
    RuntimeError
        There are too few dimensions, or `groups` does not divide the channels.
    """
    expect_tensors("channel_shuffle", input=input)
    _expect_image("channel_shuffle", input, "groups", groups)
    n, c, *sizes = input.shape
    if c % groups:
        raise ShapeError(
            say(
                f"Number of channels must be divisible by groups in channel_shuffle. Got {c} channels and {groups} "
                "groups",
                "groups of one size",
                "Check the number of groups.",
            )
        )
    return input.reshape(n, groups, c // groups, *sizes).transpose(1, 2).reshape(n, c, *sizes)


def _apart(result: Tensor, input: Tensor) -> Tensor:
    """Return a result in memory of its own, also where reshaping alone had made it."""
    return result.clone() if result.data_ptr() == input.data_ptr() else result


def _expect_image(name: str, input: Tensor, argument: str, factor: int) -> None:
    if isinstance(factor, bool) or not hasattr(factor, "__index__"):
        raise TypeError(say(f"{name}(): argument '{argument}' must be int, not {factor!r}", "an integer", "Check it."))
    if input.ndim < 3:
        raise ShapeError(
            say(
                f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)",
                "(..., C, H, W)",
                "Reshape it.",
            )
        )
    if factor <= 0:
        raise ShapeError(
            say(f"{name} expects a positive {argument}, but got {factor}", "1 or more", "Check the number.")
        )
