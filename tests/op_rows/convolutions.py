"""The rows of convolutions, of windows and of pixels in another order."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from tests.op_samples import F, R, Row, S

Array = Any


# ---------------------------------------------------------------------- by the definition, one product after another


def each(value: Any, axes: int) -> tuple[int, ...]:
    """A number for every axis."""
    return (value,) * axes if isinstance(value, int) else tuple(value) * (axes if len(value) == 1 else 1)


def meetings(sizes: Any, kernel: Any, out: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """Yield which place of an image meets which place of a window, for which place of the result."""
    for to in product(*map(range, out)):
        for at in product(*map(range, kernel)):
            place = tuple(o * s - p + k * d for o, s, p, k, d in zip(to, stride, padding, at, dilation, strict=True))
            if all(0 <= i < n for i, n in zip(place, sizes, strict=True)):
                yield place, at, to


def conv(
    x: Array, w: Array, b: Array = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Array:
    """Correlation."""
    axes = w.ndim - 2
    if x.ndim == axes + 1:
        return conv(x[None], w, b, stride, padding, dilation, groups)[0]
    stride, dilation, kernel, sizes = each(stride, axes), each(dilation, axes), w.shape[2:], x.shape[2:]
    total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if padding == "same":
        before, around = [t // 2 for t in total], total
    else:
        before = each(0 if padding == "valid" else padding, axes)
        around = [2 * p for p in before]
    out = [(n + a - t - 1) // s + 1 for n, a, t, s in zip(sizes, around, total, stride, strict=True)]
    y = np.zeros((x.shape[0], w.shape[0], *out), x.dtype)
    inputs, outputs = w.shape[1], w.shape[0] // groups
    for g in range(groups):
        channels, made = slice(g * inputs, (g + 1) * inputs), slice(g * outputs, (g + 1) * outputs)
        for place, at, to in meetings(sizes, kernel, out, stride, before, dilation):
            y[(slice(None), made, *to)] += x[(slice(None), channels, *place)] @ w[(made, slice(None), *at)].T
    return y if b is None else y + b.reshape(-1, *(1,) * axes)


def conv_transpose(
    x: Array,
    w: Array,
    b: Array = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Array:
    """Transposed convolution."""
    axes = w.ndim - 2
    if x.ndim == axes + 1:
        return conv_transpose(x[None], w, b, stride, padding, output_padding, groups, dilation)[0]
    stride, dilation, padding, more = (each(v, axes) for v in (stride, dilation, padding, output_padding))
    kernel, sizes = w.shape[2:], x.shape[2:]
    out = [
        (n - 1) * s - 2 * p + d * (k - 1) + m + 1
        for n, s, p, d, k, m in zip(sizes, stride, padding, dilation, kernel, more, strict=True)
    ]
    inputs, outputs = w.shape[0] // groups, w.shape[1]
    y = np.zeros((x.shape[0], groups * outputs, *out), x.dtype)
    for g in range(groups):
        channels, made = slice(g * inputs, (g + 1) * inputs), slice(g * outputs, (g + 1) * outputs)
        for place, at, to in meetings(out, kernel, sizes, stride, padding, dilation):
            y[(slice(None), made, *place)] += x[(slice(None), channels, *to)] @ w[(channels, slice(None), *at)]
    return y if b is None else y + b.reshape(-1, *(1,) * axes)


def counts(sizes: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> list[int]:
    """How many windows there are."""
    numbers = zip(sizes, kernel, dilation, padding, stride, strict=True)
    return [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in numbers]


def unfold(x: Array, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Array:
    """Windows as columns."""
    if x.ndim == 3:
        return unfold(x[None], kernel_size, dilation, padding, stride)[0]
    kernel, dilation, padding, stride = (each(v, 2) for v in (kernel_size, dilation, padding, stride))
    out = counts(x.shape[2:], kernel, dilation, padding, stride)
    z = np.zeros((*x.shape[:2], *kernel, *out), x.dtype)
    for place, at, to in meetings(x.shape[2:], kernel, out, stride, padding, dilation):
        z[(..., *at, *to)] = x[(..., *place)]
    return z.reshape(x.shape[0], x.shape[1] * kernel[0] * kernel[1], out[0] * out[1])


def fold(x: Array, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Array:
    """Windows added up."""
    if x.ndim == 2:
        return fold(x[None], output_size, kernel_size, dilation, padding, stride)[0]
    sizes, kernel, dilation, padding, stride = (
        each(v, 2) for v in (output_size, kernel_size, dilation, padding, stride)
    )
    out = counts(sizes, kernel, dilation, padding, stride)
    windows = x.reshape(x.shape[0], x.shape[1] // (kernel[0] * kernel[1]), *kernel, *out)
    z = np.zeros((*windows.shape[:2], *sizes), x.dtype)
    for place, at, to in meetings(sizes, kernel, out, stride, padding, dilation):
        z[(..., *place)] += windows[(..., *at, *to)]
    return z


def pixel_shuffle(x: Array, upscale_factor: int) -> Array:
    """Channels as pixels."""
    r = upscale_factor
    *lead, c, h, w = x.shape
    z = np.zeros((*lead, c // r**2, h * r, w * r), x.dtype)
    for i, j in product(range(r), range(r)):
        z[..., i::r, j::r] = x[..., i * r + j :: r * r, :, :]
    return z


def pixel_unshuffle(x: Array, downscale_factor: int) -> Array:
    """Pixels as channels."""
    r = downscale_factor
    *lead, c, h, w = x.shape
    z = np.zeros((*lead, c * r**2, h // r, w // r), x.dtype)
    for i, j in product(range(r), range(r)):
        z[..., i * r + j :: r * r, :, :] = x[..., i::r, j::r]
    return z


def channel_shuffle(x: Array, groups: int) -> Array:
    """Channels in another order."""
    each_group = x.shape[1] // groups
    return x[:, [g * each_group + i for i in range(each_group) for g in range(groups)]]


# --------------------------------------------------------------------------------------------------------------- rows


def refused(name: str, *calls: tuple[Any, type[Exception], str]) -> tuple[R, ...]:
    """Refusals of calls `call(function, ones)`."""

    def bound(call: Any) -> Any:
        return lambda t: call(getattr(t.nn.functional, name), t.ones)

    return tuple(R(bound(call), error, text) for call, error, text in calls)


CONVOLUTIONS = [
    Row(
        "nn.functional.conv1d",
        conv,
        (
            S(F(2, 2, 5), F(3, 2, 2), F(3)),
            S(F(2, 6), F(2, 2, 3), None, 2, 1),
            S(F(1, 4, 6), F(2, 2, 2), F(2), padding="same", groups=2),
            S(F(1, 1, 7), F(2, 1, 3), stride=(2,), padding=(2,), dilation=(2,)),
            S(F(0, 1, 3), F(2, 1, 3), F(2)),
        ),
        refused(
            "conv1d",
            (lambda f, ones: f(ones(1, 2, 4), ones(3, 1, 2)), RuntimeError, "channels"),
            (lambda f, ones: f(ones(1, 1, 2), ones(3, 1, 3)), RuntimeError, "Kernel size can't be greater"),
        ),
    ),
    Row(
        "nn.functional.conv2d",
        conv,
        (
            S(F(2, 2, 4, 3), F(3, 2, 2, 2), F(3)),
            S(F(2, 4, 3), F(2, 2, 2, 2)),
            S(F(1, 1, 4, 4), F(1, 1, 3, 2), F(1), stride=(2, 1), padding=(1, 0)),
            S(F(1, 2, 5, 4), F(2, 1, 2, 2), F(2), 1, 1, (2, 1), 2),
            S(F(1, 1, 3, 3), F(1, 1, 2, 3), padding="same", dilation=(1, 2)),
            S(F(1, 1, 3, 3, gradient=False), F(1, 1, 2, 2), padding="valid"),
            S(F(1, 1, 3, 3), F(1, 1, 2, 2, gradient=False), F(1)),
            S(F(0, 2, 3, 3), F(1, 2, 2, 2), F(1)),
        ),
        refused(
            "conv2d",
            (lambda f, ones: f(ones(1, 2, 4, 4), ones(3, 1, 2, 2)), RuntimeError, "channels"),
            (lambda f, ones: f(ones(2, 4), ones(3, 1, 2, 2)), RuntimeError, "unbatched"),
            (lambda f, ones: f(ones(1, 1, 2, 2), ones(3, 1, 3, 3)), RuntimeError, "Kernel size can't be greater"),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), ones(2)), RuntimeError, "expected bias"),
            (lambda f, ones: f(ones(1, 1, 4, 4).double(), ones(3, 1, 3, 3)), RuntimeError, "type|dtype"),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), stride=0), RuntimeError, "non-positive stride"),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), padding=-1), RuntimeError, "negative padding"),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), padding="some"), RuntimeError, "Invalid padding"),
            (
                lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), padding="same", stride=2),
                RuntimeError,
                "strided convolutions",
            ),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), groups=0), RuntimeError, "non-positive groups"),
            (
                lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), dilation=(1, 1, 1)),
                RuntimeError,
                "expected dilation to be",
            ),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3)), RuntimeError, "expected|Expected"),
            (lambda f, ones: f([1.0], ones(3, 1, 3, 3)), TypeError, "conv2d"),
            (lambda f, ones: f(ones(1, 1, 4, 4), ones(3, 1, 3, 3), stride=1.5), TypeError, "conv2d"),
        ),
    ),
    Row(
        "nn.functional.conv3d",
        conv,
        (
            S(F(1, 1, 3, 2, 3), F(1, 1, 2, 2, 2), F(1)),
            S(F(2, 2, 3, 3), F(1, 2, 1, 2, 2), None, (1, 2, 1), (0, 1, 0)),
        ),
        refused("conv3d", (lambda f, ones: f(ones(4, 4), ones(3, 1, 2, 2, 2)), RuntimeError, "unbatched")),
    ),
    Row(
        "nn.functional.conv_transpose1d",
        conv_transpose,
        (
            S(F(2, 2, 3), F(2, 1, 2), F(1)),
            S(F(2, 3), F(2, 2, 3), None, 2, 1, 1),
            S(F(1, 2, 2), F(2, 1, 2), F(2), groups=2, dilation=3, output_padding=2),
            S(F(1, 1, 2), F(1, 1, 2), F(1), padding=1, dilation=3, output_padding=2),
        ),
        refused(
            "conv_transpose1d",
            (lambda f, ones: f(ones(1, 2, 4), ones(3, 1, 2)), RuntimeError, "channels"),
            (lambda f, ones: f(ones(1, 3, 1), ones(3, 1, 2), padding=1), RuntimeError, "Output size is too small"),
        ),
    ),
    Row(
        "nn.functional.conv_transpose2d",
        conv_transpose,
        (
            S(F(2, 2, 2, 2), F(2, 1, 2, 2), F(1)),
            S(F(1, 2, 2), F(1, 2, 2, 3), F(2), (2, 1), (1, 0), (1, 0)),
            S(F(1, 2, 2, 2), F(2, 1, 2, 2), groups=2, dilation=2),
        ),
        refused(
            "conv_transpose2d",
            (lambda f, ones: f(ones(1, 2, 4, 4), ones(3, 1, 2, 2)), RuntimeError, "channels"),
            (
                lambda f, ones: f(ones(1, 3, 4, 4), ones(3, 1, 2, 2), output_padding=1),
                RuntimeError,
                "output padding must be smaller",
            ),
        ),
    ),
    Row(
        "nn.functional.conv_transpose3d",
        conv_transpose,
        (S(F(1, 1, 2, 1, 2), F(1, 1, 2, 2, 1), F(1), 2),),
        refused(
            "conv_transpose3d", (lambda f, ones: f(ones(1, 2, 2, 2, 2), ones(3, 1, 2, 2, 2)), RuntimeError, "chann")
        ),
    ),
    Row(
        "nn.functional.unfold",
        unfold,
        (
            S(F(1, 2, 3, 4), 2),
            S(F(1, 4, 3), (2, 1), (2, 1), (1, 0), (1, 2)),
            S(F(0, 1, 3, 3), 2),
            S(F(1, 1, 1, 1), 1),
        ),
        refused(
            "unfold",
            (lambda f, ones: f(ones(2, 2), 2), IndexError, "imension|Expected"),
            (lambda f, ones: f(ones(1, 1, 2, 2), 3), RuntimeError, "sliding blocks"),
            (lambda f, ones: f(ones(1, 1, 4, 4), 0), RuntimeError, "greater than zero"),
        ),
    ),
    Row(
        "nn.functional.fold",
        fold,
        (
            S(F(1, 8, 4), 3, 2),
            S(F(4, 4), (3, 3), (2, 2)),
            S(F(1, 4, 4), (4, 4), 2, stride=2),
            S(F(1, 4, 9), (2, 2), 2, padding=1),
        ),
        refused(
            "fold",
            (lambda f, ones: f(ones(1, 5, 4), (3, 3), 2), RuntimeError, "divisible by the product of kernel_size"),
            (lambda f, ones: f(ones(1, 4, 5), (3, 3), 2), RuntimeError, "number of sliding blocks"),
        ),
    ),
    Row(
        "nn.functional.pixel_shuffle",
        pixel_shuffle,
        (S(F(1, 8, 2, 3), 2), S(F(4, 1, 2), 2), S(F(2, 1, 9, 1, 1), 3)),
        refused(
            "pixel_shuffle",
            (lambda f, ones: f(ones(3, 2, 2), 2), RuntimeError, "divisible by"),
            (lambda f, ones: f(ones(2, 2), 2), RuntimeError, "at least 3 dimensions"),
            (lambda f, ones: f(ones(4, 2, 2), 0), RuntimeError, "positive upscale_factor"),
            (lambda f, ones: f(ones(4, 2, 2), 1.5), TypeError, "upscale_factor"),
        ),
    ),
    Row(
        "nn.functional.pixel_unshuffle",
        pixel_unshuffle,
        (S(F(1, 2, 4, 2), 2), S(F(1, 2, 2), 2), S(F(2, 1, 1, 3, 3), 3)),
        refused(
            "pixel_unshuffle",
            (lambda f, ones: f(ones(4, 3, 2), 2), RuntimeError, "divisible by"),
            (lambda f, ones: f(ones(4, 2), 2), RuntimeError, "at least 3 dimensions"),
        ),
    ),
    Row(
        "nn.functional.channel_shuffle",
        channel_shuffle,
        (S(F(1, 6, 2, 1), 2), S(F(2, 6, 2), 3)),
        refused(
            "channel_shuffle",
            (lambda f, ones: f(ones(1, 3, 2, 2), 2), RuntimeError, "divisible"),
            (lambda f, ones: f(ones(1, 3), 3), RuntimeError, "dim"),
            (lambda f, ones: f(ones(1, 4, 2, 2), 0), RuntimeError, "positive"),
        ),
        shares=True,
    ),
]
