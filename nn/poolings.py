"""Pooling as functions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import ShapeError, say
from nn.checks import expect_floats
from nn.convolutions import Size, sizes_of
from nn.kernels_pool import Windows, places_of
from nn.rules_pool import AvgPool, MaxPool, Picked

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]


def _expect_image(name: str, input: Tensor, ndim: int, *, floats: bool = True) -> tuple[int, ...]:
    """Return the sizes of the spatial axes of an input; raise unless it is a batch of images, or one."""
    expect_floats(name, input=input)
    if input.ndim not in (ndim + 1, ndim + 2):
        raise ShapeError(
            say(
                f"{name}: Expected {ndim + 1}D or {ndim + 2}D (batch mode) tensor, but input has shape "
                f"{tuple(input.shape)}",
                "examples, channels, and the spatial axes; or without the examples",
                "Give the channels an axis of their own: x.unsqueeze(1).",
            )
        )
    sizes = tuple(input.shape[-ndim:])
    if not all(input.shape[-ndim - 1 :]):
        raise ShapeError(
            say(
                f"{name}: Expected {ndim + 1}D or {ndim + 2}D tensor with optional 0 dim batch size for input, but got "
                f"{tuple(input.shape)}",
                "at least one channel, and no empty axis",
                "Check the layers before this one.",
            )
        )
    return sizes


def _windows(
    name: str,
    sizes: tuple[int, ...],
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
) -> Windows:
    """Return where windows lie in an image of `sizes`; raise where arguments do not fit it."""
    ndim = len(sizes)
    kernel = sizes_of(name, "kernel_size", kernel_size, ndim, 1)
    steps = kernel if stride is None or stride == () or stride == [] else sizes_of(name, "stride", stride, ndim, 1)
    around = sizes_of(name, "padding", padding, ndim, 0)
    spread = sizes_of(name, "dilation", dilation, ndim, 1)
    counts = []
    for n, k, s, p, d in zip(sizes, kernel, steps, around, spread, strict=True):
        reach = d * (k - 1) + 1
        if p > reach // 2:
            raise ShapeError(
                say(
                    f"{name}: pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} "
                    f"and dilation={d}",
                    f"a padding of at most {reach // 2}",
                    "A window would lie in the padding alone.",
                )
            )
        room = n + 2 * p - reach
        count = (-(-room // s) if ceil_mode else room // s) + 1
        if ceil_mode and (count - 1) * s >= n + p:
            count -= 1  # the last window would begin in the padding
        if count < 1:
            raise ShapeError(
                say(
                    f"{name}: Given input size: {sizes}. Calculated output size: {count}. Output size is too small",
                    f"an axis of at least {reach - 2 * p}",
                    "Make the window smaller, or the image larger.",
                )
            )
        counts.append(count)
    return Windows(kernel, steps, around, spread, tuple(counts))


# -------------------------------------------------------------------------------------------------------------- largest


def _max_pool(
    ndim: int,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    name = f"max_pool{ndim}d"
    windows = _windows(name, _expect_image(name, input, ndim), kernel_size, stride, padding, dilation, ceil_mode)
    result: Tensor = MaxPool(windows=windows).apply(input)
    if not return_indices:
        return result
    return result, autograd.from_numpy(places_of(input.detach().numpy(), result.detach().numpy(), windows))


def max_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of a sequence. Parameters and errors as for `max_pool2d`."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window (lecture 004). The gradient goes to the first of several equal ones.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or pair
        The window's height and width.
    stride : int or pair, optional
        How far it moves; its own size if left out.
    padding : int or pair
        Rows and columns of -inf around the image: at most half a window.
    dilation : int or pair
        The distance of a window's places.
    ceil_mode : bool
        Let a last window reach beyond the image, if it begins inside.
    return_indices : bool
        Return also where the largest elements stand.

    Returns
    -------
    Tensor, shape (N, C, H', W'), or with `return_indices` a pair
        H' = (H + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1, rounded down, with `ceil_mode` up. The
        indices are numbers of elements, counted row by row over an image (int64).

    Raises
    ------
    RuntimeError
        The input has another number of dimensions, or integers; a number is out of range, or no window fits.
    TypeError
        An argument is neither an integer nor several; `input` is no Tensor.
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of a volume. Parameters and errors as for `max_pool2d`."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _max_unpool(
    ndim: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Sequence[int] | None,
) -> Tensor:
    name = f"max_unpool{ndim}d"
    sizes = _expect_image(name, input, ndim)
    if indices.dtype is not autograd.int64:
        raise RuntimeError(
            say(f"elements in indices should be type int64 but got: {indices.dtype}", "int64", "Call indices.long().")
        )
    if indices.shape != input.shape:
        raise ShapeError(
            say(
                f"Expected shape of indices to be same as that of the input tensor ({tuple(input.shape)}) but got "
                f"indices tensor with shape: {tuple(indices.shape)}",
                "an index for every element",
                f"Take both from max_pool{ndim}d(..., return_indices=True).",
            )
        )
    kernel = sizes_of(name, "kernel_size", kernel_size, ndim, 1)
    steps = kernel if stride is None else sizes_of(name, "stride", stride, ndim, 1)
    around = sizes_of(name, "padding", padding, ndim, 0)
    usual = tuple(
        [(n - 1) * s - 2 * p + k for n, s, p, k in zip(sizes, steps, around, kernel, strict=True)]
    )
    made = usual if output_size is None else tuple(output_size)[-ndim:]
    if len(made) != ndim or not all(u - s < m < u + s for m, u, s in zip(made, usual, steps, strict=True)):
        raise ValueError(
            say(
                f"invalid output_size {tuple(output_size or ())} for {name}",
                f"{ndim} numbers closer than a stride to {usual}",
                "Give the size of the image that was pooled.",
            )
        )
    lead = tuple(input.shape[:-ndim])
    n = math.prod(made)
    if indices.numel() and not 0 <= indices.min().item() <= indices.max().item() < n:
        raise RuntimeError(
            say(
                f"{name}: found an invalid max index: {indices.max().item()} (output volumes are of size {made})",
                f"indices from 0 to {n - 1}",
                "Give the output_size of the image that was pooled.",
            )
        )
    empty = autograd.zeros((*lead, n), dtype=input.dtype)
    return empty.scatter(-1, indices.reshape(*lead, -1), input.reshape(*lead, -1)).reshape(*lead, *made)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Return zeros with the elements of `input` where `max_pool1d` found them. See `max_unpool2d`."""
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Return zeros with the elements of `input` where `max_pool2d` found them.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    indices : Tensor of int64
        What `max_pool2d` returned.
    kernel_size, stride, padding
        Those of the pooling.
    output_size : sequence of int, optional
        The size of the pooled image, where several come to the same result.

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, or an index lies outside.
    ValueError
        `output_size` is not one that pooling brings to the size of `input`.
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Return zeros with the elements of `input` where `max_pool3d` found them. See `max_unpool2d`."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


# ------------------------------------------------------------------------------------------------------------- averages


def _avg_pool(
    ndim: int,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    name = f"avg_pool{ndim}d"
    sizes = _expect_image(name, input, ndim)
    if divisor_override == 0:
        raise RuntimeError(say(f"{name}: divisor must be not zero", "a number other than 0", "Leave it out."))
    windows = _windows(name, sizes, kernel_size, stride, padding, 1, ceil_mode)
    divisor = np.asarray(divisor_override or _counted(windows, sizes, count_include_pad), input.detach().numpy().dtype)
    result: Tensor = AvgPool(windows=windows, divisor=divisor, sizes=sizes).apply(input)
    return result


def _counted(windows: Windows, sizes: tuple[int, ...], include_pad: bool) -> Any:
    """Return how many elements each window averages: those of the image, or of its padding too."""
    count: Any = 1
    for axis, (n, k, s, p, _, m) in enumerate(zip(sizes, *windows, strict=True)):
        begin = np.arange(m) * s - p
        end = np.minimum(begin + k, n + p)
        if not include_pad:
            begin, end = np.maximum(begin, 0), np.minimum(end, n)
        count = count * (end - begin).reshape((-1,) + (1,) * (len(sizes) - axis - 1))
    return count if np.ptp(count) else count.flat[0]


def avg_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of a sequence. Parameters and errors as for `avg_pool2d`."""
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window (lecture 004).

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size, stride, ceil_mode
        As for `max_pool2d`.
    padding : int or pair
        Rows and columns of zeros around the image: at most half a window.
    count_include_pad : bool
        Count these zeros as elements.
    divisor_override : int, optional
        Divide every sum by this instead of the number of elements.

    Raises
    ------
    RuntimeError, TypeError
        As for `max_pool2d`; `divisor_override` is 0.
    """
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window of a volume. Parameters and errors as for `avg_pool2d`."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _lp_pool(
    ndim: int, input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None, ceil_mode: bool
) -> Tensor:
    kernel = sizes_of(f"lp_pool{ndim}d", "kernel_size", kernel_size, ndim, 1)
    means = _avg_pool(ndim, input.pow(norm_type), kernel, stride, 0, ceil_mode, True, None)
    return (autograd.sign(means) * autograd.relu(autograd.abs(means))).mul(math.prod(kernel)).pow(1.0 / norm_type)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """Return (Σ xᵖ)^(1/p) of each window of a sequence. Parameters and errors as for `lp_pool2d`."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """Return (Σ xᵖ)^(1/p) of each window, p being `norm_type`.

    Where the sum is 0 the gradient is NaN, as in PyTorch. Other parameters and errors as for `avg_pool2d`.
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
) -> Tensor:
    """Return (Σ xᵖ)^(1/p) of each window of a volume. Parameters and errors as for `lp_pool2d`."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


# ------------------------------------------------------------------------------------------------------------- adaptive


def _output_sizes(name: str, output_size: Any, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the size that is asked for; None stands for the input's."""
    wanted = list(output_size) if isinstance(output_size, Sequence) else [output_size] * len(sizes)
    if len(wanted) != len(sizes):
        raise ShapeError(
            say(
                f"{name}: internal error: output_size must have {len(sizes)} numbers, got {output_size}",
                f"1 or {len(sizes)} numbers",
                "Write one for each spatial axis.",
            )
        )
    given = [n if m is None else m for n, m in zip(sizes, wanted, strict=True)]
    return sizes_of(name, "output_size", given, len(sizes), 0)


def _spans(n: int, m: int) -> list[tuple[int, int]]:
    """Return where each of m windows that share n elements evenly begins and ends; neighbours may share some."""
    return [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]


def _adaptive_avg(ndim: int, input: Tensor, output_size: Any) -> Tensor:
    # A mean over a box is a mean along every axis: a product with a matrix of shares for each.
    name = f"adaptive_avg_pool{ndim}d"
    sizes = _expect_image(name, input, ndim)
    for axis, (n, m) in enumerate(zip(sizes, _output_sizes(name, output_size, sizes), strict=True)):
        d = axis - ndim
        if n == m:
            continue
        if m == 1:
            input = input.mean(d, keepdim=True)
            continue
        shares = np.zeros((n, m), input.detach().numpy().dtype)
        for i, (begin, end) in enumerate(_spans(n, m)):
            shares[begin:end, i] = 1 / (end - begin)
        input = (input.transpose(d, -1) @ autograd.from_numpy(shares)).transpose(d, -1)
    return input.clone() if tuple(input.shape[-ndim:]) == sizes else input.contiguous()


def _adaptive_max(ndim: int, input: Tensor, output_size: Any, return_indices: bool) -> Any:
    name = f"adaptive_max_pool{ndim}d"
    sizes = _expect_image(name, input, ndim)
    made = _output_sizes(name, output_size, sizes)
    values = input.detach().numpy()
    lead = values.shape[:-ndim]
    everywhere = np.arange(math.prod(sizes)).reshape(sizes)
    numbers = np.empty((*lead, *made), np.int64)
    spans = [list(enumerate(_spans(n, m))) for n, m in zip(sizes, made, strict=True)]
    for window in itertools.product(*spans):
        box: Any = tuple([slice(begin, end) for _, (begin, end) in window])
        first = np.argmax(values[(..., *box)].reshape(*lead, everywhere[box].size), -1)
        cell: Any = (..., *[i for i, _ in window])
        numbers[cell] = everywhere[box].reshape(-1)[first]
    result: Tensor = Picked(numbers=numbers, sizes=sizes).apply(input)
    return (result, autograd.from_numpy(numbers)) if return_indices else result


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Return `output_size` means that share a sequence evenly. See `adaptive_avg_pool2d`."""
    return _adaptive_avg(1, input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Return an image of a given size, of means of windows that share `input` evenly.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    output_size : int, or pair of int or None
        The height and width that come out; None leaves an axis as it is. Window i of m along an axis of n goes from
        element ⌊i n / m⌋ to before ⌈(i + 1) n / m⌉.

    Raises
    ------
    RuntimeError
        The input has another number of dimensions, or integers; a size is negative.
    TypeError
        `output_size` holds no integers; `input` is no Tensor.
    """
    return _adaptive_avg(2, input, output_size)


def adaptive_avg_pool3d(input: Tensor, output_size: Any) -> Tensor:
    """Return a volume of a given size, of means of windows that share `input` evenly. See `adaptive_avg_pool2d`."""
    return _adaptive_avg(3, input, output_size)


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return the `output_size` largest elements of windows that share a sequence evenly. See `adaptive_max_pool2d`."""
    return _adaptive_max(1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return an image of a given size: the largest elements of windows that share `input` evenly.

    Windows and errors as for `adaptive_avg_pool2d`, gradient and `return_indices` as for `max_pool2d`.
    """
    return _adaptive_max(2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Return a volume of a given size: the largest elements of windows that share `input` evenly."""
    return _adaptive_max(3, input, output_size, return_indices)
