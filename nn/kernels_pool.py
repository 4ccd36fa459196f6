"""Array routines of pooling: arrays in, arrays out, as in `autograd.kernels`.

A window of k places is read as k slices of the image: place by place, the elements that all windows have there. That is
k passes over short arrays, and ten times faster than copying every window out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from autograd import direct
from autograd.kernels import routine

Array = Any  # an ndarray, or anything that speaks NumPy's protocols


class Windows(NamedTuple):
    """Where windows lie: along each spatial axis their length, stride, padding and distance of places, and number."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def apart(self) -> bool:
        """Whether no element lies in two windows."""
        return all(
            s >= d * (k - 1) + 1 for k, s, d in zip(self.kernel, self.stride, self.dilation, strict=True)
        )

    def margins(self, sizes: tuple[int, ...]) -> list[tuple[int, int]]:
        """Return what is missing of an image of `sizes` before and behind, for the windows to lie in it."""
        axes = zip(sizes, *self, strict=True)
        return [(p, max(0, (m - 1) * s + d * (k - 1) + 1 - n - p)) for n, k, s, p, d, m in axes]

    def places(self) -> Iterator[tuple[Any, ...]]:
        """Yield for each place of a window the index, in the padded image, of what all windows have there."""
        for place in itertools.product(*map(range, self.kernel)):
            axes = zip(place, self.stride, self.dilation, self.counts, strict=True)
            yield (..., *[slice(i * d, i * d + s * (m - 1) + 1, s) for i, s, d, m in axes])


def padded(x: Array, windows: Windows, value: float) -> Array:
    """Return an image with `value` around it as far as windows reach; `x` itself where they reach no further."""
    sizes = x.shape[x.ndim - len(windows.kernel) :]
    margins = windows.margins(sizes)
    if not any([a or b for a, b in margins]):
        return x
    lead = x.shape[: x.ndim - len(sizes)]
    whole = tuple([n + a + b for n, (a, b) in zip(sizes, margins, strict=True)])
    z = np.full(lead + whole, value, x.dtype)
    z[inside(windows, sizes)] = x
    return z


def inside(windows: Windows, sizes: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the index of an image in its padded self."""
    return (..., *[slice(p, p + n) for p, n in zip(windows.padding, sizes, strict=True)])


@routine
def largest(x: Array, windows: Windows) -> Array:
    """Return the largest element of every window; NaN if there is one."""
    x = padded(x, windows, -math.inf)
    first, *rest = windows.places()
    z = x[first].copy()
    for place in rest:
        np.maximum(z, x[place], out=z)
    return z


@routine
def largest_adjoint(g: Array, x: Array, z: Array, windows: Windows) -> Array:
    """Return zeros in the shape of `x` with `g` added where `largest` found z: at the first place of several."""
    sizes = x.shape[x.ndim - len(windows.kernel) :]
    image = padded(x, windows, -math.inf)
    out = np.zeros(image.shape, g.dtype)
    for place, missed in zip(windows.places(), misses(image, z, windows), strict=True):
        share = direct.zero_where(missed, g)
        if windows.apart:
            out[place] = share
        else:
            out[place] += share
    return np.ascontiguousarray(out[inside(windows, sizes)])


def misses(image: Array, z: Array, windows: Windows) -> list[Array]:
    """Return for each place of a window a mask of the windows that do not have their largest element there.

    Of several equal ones it is the first, of several NaN the last (PyTorch's choice).
    """
    hits = [image[place] == z for place in windows.places()]
    nan = np.isnan(z)
    if nan.any():
        hits = [hit | (nan & np.isnan(image[place])) for hit, place in zip(hits, windows.places(), strict=True)]
        found = np.zeros(z.shape, np.bool_)
        for hit in reversed(hits):  # the last one of each window of NaN
            hit &= ~(found & nan)
            found |= hit
    found = np.zeros(z.shape, np.bool_)
    for hit in hits:
        earlier = found.copy()
        found |= hit
        np.logical_or(np.logical_not(hit, out=hit), earlier, out=hit)
    return hits


def places_of(x: Array, z: Array, windows: Windows) -> Array:
    """Return where `largest` found z: numbers of elements of the image, counted over its spatial axes (int64)."""
    sizes = x.shape[x.ndim - len(windows.kernel) :]
    image = padded(x, windows, -math.inf)
    steps = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
    axes = zip(windows.counts, windows.stride, windows.padding, steps, strict=True)
    corners = [(np.arange(m) * s - p) * step for m, s, p, step in axes]
    corner: Array = sum(
        [c.reshape((-1,) + (1,) * (len(sizes) - i - 1)) for i, c in enumerate(corners)], np.zeros((), np.int64)
    )
    numbers = np.zeros(z.shape, np.int64)
    offsets = itertools.product(*map(range, windows.kernel))
    for offset, missed in zip(offsets, misses(image, z, windows), strict=True):
        step = sum([i * d * t for i, d, t in zip(offset, windows.dilation, steps, strict=True)])
        np.copyto(numbers, corner + step, where=~missed)
    return numbers


@routine
def picked(x: Array, numbers: Array, axes: int) -> Array:
    """Return the elements of an image, of `axes` spatial axes, at `numbers` counted over these."""
    images = math.prod(x.shape[: x.ndim - axes])
    n, m = math.prod(x.shape[x.ndim - axes :]), math.prod(numbers.shape[x.ndim - axes :])
    return np.take_along_axis(x.reshape(images, n), numbers.reshape(images, m), 1).reshape(numbers.shape)


@routine
def picked_adjoint(g: Array, numbers: Array, sizes: tuple[int, ...]) -> Array:
    """Return zeros of spatial `sizes` with `g` added at `numbers`: the adjoint of `picked`."""
    lead = g.shape[: g.ndim - len(sizes)]
    images, n = math.prod(lead), math.prod(sizes)
    where = numbers.reshape(images, math.prod(numbers.shape[len(lead) :])) + np.arange(images)[:, None] * n
    total = np.bincount(where.reshape(-1), g.reshape(-1), images * n)
    return total.astype(g.dtype).reshape(lead + sizes)


@routine
def summed(x: Array, windows: Windows) -> Array:
    """Return the sum of every window."""
    x = padded(x, windows, 0)
    first, *rest = windows.places()
    z = x[first].copy()
    for place in rest:
        z += x[place]
    return z


@routine
def summed_adjoint(g: Array, windows: Windows, sizes: tuple[int, ...]) -> Array:
    """Return zeros of spatial `sizes` with `g` added to all elements of each window: the adjoint of `summed`."""
    margins = windows.margins(sizes)
    whole = tuple([n + a + b for n, (a, b) in zip(sizes, margins, strict=True)])
    out = np.zeros(g.shape[: g.ndim - len(sizes)] + whole, g.dtype)
    for place in windows.places():
        out[place] += g
    return np.ascontiguousarray(out[inside(windows, sizes)])
