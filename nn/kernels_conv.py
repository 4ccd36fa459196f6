"""Array routines of convolution: arrays in, arrays out, as in `autograd.kernels`.

A window is written out along all axes but the first: its *columns*, one for every place of the others. Along the first
axis windows overlap in memory as they do in the image, so that the columns of all rows of a window are one matrix that
no one copied. One matrix product for every output row does the rest. (Chellapilla and others, "High performance
convolutional neural networks for document processing", 2006, write out all axes.)

Arrays here have two spatial axes or more: a sequence gets a first one of length 1.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from autograd.kernels import routine

Array = Any  # an ndarray, or anything that speaks NumPy's protocols


class Geometry(NamedTuple):
    """How a window moves: along each spatial axis a stride, zeros before and after, a distance; and the groups."""

    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int

    def sizes(self, shape: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[int, ...]:
        """Return how many windows there are along each axis of an image of `shape`."""
        return tuple(
            [
                (n + a + b - d * (k - 1) - 1) // s + 1
                for n, k, s, (a, b), d in zip(shape, kernel, self.stride, self.padding, self.dilation, strict=True)
            ]
        )

    def padded(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the size of an image of `shape` with its padding."""
        return tuple([n + a + b for n, (a, b) in zip(shape, self.padding, strict=True)])


def padded(x: Array, geometry: Geometry) -> Array:
    """Return `x` with zeros around its spatial axes; `x` itself where there are none to add."""
    if not any([a or b for a, b in geometry.padding]):
        return x
    lead = x.ndim - len(geometry.padding)
    z = np.zeros(x.shape[:lead] + geometry.padded(x.shape[lead:]), x.dtype)
    z[inside(x.shape[lead:], geometry)] = x
    return z


def inside(shape: tuple[int, ...], geometry: Geometry) -> tuple[Any, ...]:
    """Return the index of an image of `shape` in its padded self."""
    return (..., *[slice(a, a + n) for n, (a, _) in zip(shape, geometry.padding, strict=True)])


def written_out(
    x: Array,
    axis: int,
    kernel: tuple[int, ...],
    sizes: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> Array:
    """Return a view of `x` with its axes from `axis` on replaced by the places in a window, and then the windows."""
    steps = x.strides[axis:]
    shape = x.shape[:axis] + kernel + sizes
    inner = tuple([d * t for d, t in zip(dilation, steps, strict=True)])
    outer = tuple([s * t for s, t in zip(stride, steps, strict=True)])
    return np.lib.stride_tricks.as_strided(x, shape, x.strides[:axis] + inner + outer, writeable=False)


def added_up(
    z: Array, windows: Array, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...], axis: int
) -> Array:
    """Add windows, as `written_out` has them, into the last axes of `z`, where they lie; return `z`."""
    sizes = windows.shape[windows.ndim - len(kernel) :]
    lead = (slice(None),) * axis
    for place in product(*[range(k) for k in kernel]):
        where = [
            slice(i * d, i * d + s * (n - 1) + 1, s) for i, d, s, n in zip(place, dilation, stride, sizes, strict=True)
        ]
        z[(..., *where)] += windows[lead + place]
    return z


def shared(x: Array, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Return a view of contiguous `x` by distances in elements, for reading alone."""
    return np.lib.stride_tricks.as_strided(x, shape, [s * x.itemsize for s in strides], writeable=False)


@routine
def columns(x: Array, kernel: tuple[int, ...], geometry: Geometry) -> Array:
    """Return the columns of an image (N, C, *sizes): matrices (groups, rows, k, m) that overlap in memory.

    `rows` counts the first axis of the result, `k` the elements of a window in a group, and `m` the windows in a row.
    """
    sizes = geometry.sizes(x.shape[2:], kernel)
    x = padded(x, geometry)
    n, c, high = x.shape[:3]
    groups, stride, dilation = geometry.groups, geometry.stride, geometry.dilation
    spread = written_out(x, 3, kernel[1:], sizes[1:], stride[1:], dilation[1:])
    spread = spread.reshape((n, groups, c // groups) + spread.shape[2:])
    last = len(kernel) - 1
    order = (1, 3, 2, *range(4, 4 + last), 0, *range(4 + last, 4 + 2 * last))
    lines = np.ascontiguousarray(spread.transpose(order))  # (groups, high, channels, *places, N, *windows)
    m = n * math.prod(sizes[1:])
    depth = c // groups * math.prod(kernel[1:])
    line = depth * m
    shape = (groups, sizes[0], kernel[0] * depth, m)
    if dilation[0] == 1 or kernel[0] == 1:
        return shared(lines, shape, (high * line, stride[0] * line, m, 1))
    apart = shared(
        lines, (groups, sizes[0], kernel[0], depth, m), (high * line, stride[0] * line, dilation[0] * line, m, 1)
    )
    return apart.reshape(shape)


def as_rows(w: Array, groups: int) -> Array:
    """Return a weight (O, C in a group, *kernel) as matrices (groups, O in a group, k), in the order of `columns`."""
    o = w.shape[0] // groups
    turned = w.reshape((groups, o) + w.shape[1:]).swapaxes(2, 3)
    return np.ascontiguousarray(turned).reshape(groups, o, -1)


def by_line(g: Array, groups: int) -> Array:
    """Return an image (N, O, high, *sizes) as matrices (groups, high, O in a group, m)."""
    n, o, high = g.shape[:3]
    split = g.reshape((n, groups, o // groups) + g.shape[2:])
    lines = split.transpose((1, 3, 2, 0, *range(4, split.ndim)))
    return np.ascontiguousarray(lines).reshape(groups, high, o // groups, -1)


@routine
def correlated(x: Array, w: Array, spread: Array, geometry: Geometry, bias: Array | None = None) -> Array:
    """Return the correlation of image `x` with weight `w`, from the columns of x, plus a bias for every channel."""
    groups = geometry.groups
    sizes = geometry.sizes(x.shape[2:], w.shape[2:])
    n, o = x.shape[0], w.shape[0]
    lines = np.matmul(as_rows(w, groups)[:, None], spread)  # (groups, high, O in a group, m)
    split = lines.reshape((groups, sizes[0], o // groups, n) + sizes[1:])
    turned = split.transpose((3, 0, 2, 1, *range(4, split.ndim)))
    if bias is None:
        return np.ascontiguousarray(turned).reshape((n, o) + sizes)
    each = bias.reshape((groups, o // groups) + (1,) * len(sizes))
    return np.add(turned, each, order="C").reshape((n, o) + sizes)


@routine
def weight_adjoint(g: Array, spread: Array, shape: tuple[int, ...], geometry: Geometry) -> Array:
    """Return the gradient of a weight of `shape`, from that of the result and the columns of the image."""
    groups = geometry.groups
    dw = np.matmul(by_line(g, groups), spread.swapaxes(2, 3)).sum(1)  # (groups, O in a group, k)
    dw = dw.reshape((groups, shape[0] // groups, shape[2], shape[1]) + shape[3:]).swapaxes(2, 3)
    return np.ascontiguousarray(dw).reshape(shape)


@routine
def image_adjoint(g: Array, w: Array, sizes: tuple[int, ...], geometry: Geometry) -> Array:
    """Return the gradient of an image of `sizes`, from that of the result: the transposed convolution of `g`."""
    groups, stride, dilation = geometry.groups, geometry.stride, geometry.dilation
    n, kernel = g.shape[0], w.shape[2:]
    whole = geometry.padded(sizes)
    lines = by_line(g, groups)
    high, o, m = lines.shape[1:]
    each = w.shape[1] * math.prod(kernel[1:])
    split = (groups, o, kernel[0], each)
    places = as_rows(w, groups).reshape(split)
    if stride[0] == dilation[0] == 1:
        # A line of the image is a window of k lines of g, read from the last to the first: again overlapping matrices.
        k = kernel[0]
        room = np.zeros((groups, high + 2 * (k - 1), o, m), g.dtype)
        room[:, k - 1 : k - 1 + high] = lines
        made = high + k - 1
        window = shared(room, (groups, made, k * o, m), ((high + 2 * (k - 1)) * o * m, o * m, m, 1))
        turned = np.ascontiguousarray(places[:, :, ::-1].transpose(0, 3, 2, 1)).reshape(groups, 1, each, k * o)
        spread = np.matmul(turned, window)
    else:
        made = dilation[0] * (kernel[0] - 1) + stride[0] * (high - 1) + 1
        apart = np.matmul(places.reshape(groups, 1, o, -1).swapaxes(2, 3), lines)
        spread = np.zeros((groups, made, each, m), np.result_type(g, w))
        added_up(
            spread.transpose(0, 2, 3, 1),
            apart.reshape(groups, high, kernel[0], each, m).transpose(2, 0, 3, 4, 1),
            kernel[:1], stride[:1], dilation[:1], 0,
        )  # fmt: skip
    last = len(kernel) - 1
    windows = spread.reshape((groups, made, w.shape[1]) + kernel[1:] + (n,) + g.shape[3:])
    z = np.zeros((groups, whole[0], w.shape[1], n) + whole[1:], spread.dtype)
    order = (*range(3, 3 + last), 0, 1, 2, *range(3 + last, windows.ndim))
    added_up(z[:, :made], windows.transpose(order), kernel[1:], stride[1:], dilation[1:], 0)
    image = z.transpose((3, 0, 2, 1, *range(4, z.ndim)))[inside(sizes, geometry)]
    return np.ascontiguousarray(image).reshape((n, groups * w.shape[1]) + sizes)


@routine
def patches(x: Array, kernel: tuple[int, ...], geometry: Geometry) -> Array:
    """Return the windows of an image (N, C, *sizes), copied, as (N, C, *places, *windows)."""
    sizes = geometry.sizes(x.shape[2:], kernel)
    return np.array(written_out(padded(x, geometry), 2, kernel, sizes, geometry.stride, geometry.dilation))


@routine
def patched(g: Array, sizes: tuple[int, ...], kernel: tuple[int, ...], geometry: Geometry) -> Array:
    """Return windows (N, C, *places, *windows) added up where they lie in an image: the adjoint of `patches`."""
    z = np.zeros(g.shape[:2] + geometry.padded(sizes), g.dtype)
    added_up(z, g, kernel, geometry.stride, geometry.dilation, 2)
    return np.ascontiguousarray(z[inside(sizes, geometry)])
