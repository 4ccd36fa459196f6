"""The rows of pooling and padding."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tests.op_rows.convolutions import each, refused
from tests.op_samples import F, R, Row, S

Array = Any


def boxes(sizes: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool) -> Any:
    """Yield the number of each window, and for every axis the places in it, those beyond the border included."""
    axes = []
    for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = (-(-room // s) if ceil else room // s) + 1
        if ceil and (count - 1) * s >= n + p:
            count -= 1
        axes.append([(i, [i * s - p + j * d for j in range(k)]) for i in range(count)])
    for window in itertools.product(*axes):
        yield tuple(i for i, _ in window), [places for _, places in window]


def pooled(x: Array, windows: Any, axes: int, value: Any) -> Array:
    """`value` of each window: called with the elements (..., k), and the places along every axis."""
    windows = list(windows)
    counts = np.max([number for number, _ in windows], axis=0) + 1
    z = np.zeros((*x.shape[:-axes], *counts), x.dtype)
    for number, places in windows:
        inside = [[i for i in place if 0 <= i < n] for place, n in zip(places, x.shape[-axes:], strict=True)]
        n = int(np.prod([len(i) for i in inside]))
        z[(..., *number)] = value(x[(..., *np.ix_(*inside))].reshape(*x.shape[:-axes], n), places)
    return z


def max_pool(axes: int) -> Any:
    def reference(
        x: Array, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:  # fmt: skip
        k = each(kernel, axes)
        windows = list(
            boxes(
                x.shape[-axes:], k, k if stride is None else each(stride, axes), each(padding, axes),
                each(dilation, axes), ceil_mode,
            )
        )  # fmt: skip
        z = pooled(x, windows, axes, lambda elements, _: elements.max(-1))
        if not return_indices:
            return z
        everywhere = np.broadcast_to(np.arange(np.prod(x.shape[-axes:])).reshape(x.shape[-axes:]), x.shape)
        numbers = np.zeros(z.shape, np.int64)
        for number, places in windows:
            inside = [[i for i in place if 0 <= i < n] for place, n in zip(places, x.shape[-axes:], strict=True)]
            box = (..., *np.ix_(*inside))
            first = x[box].reshape(*x.shape[:-axes], -1).argmax(-1)[..., None]
            flat = everywhere[box].reshape(*x.shape[:-axes], -1)
            numbers[(..., *number)] = np.take_along_axis(flat, first, -1)[..., 0]
        return z, numbers

    return reference


def avg_pool(axes: int) -> Any:
    def reference(
        x: Array, kernel: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
        count_include_pad: bool = True, divisor_override: int | None = None,
    ) -> Array:  # fmt: skip
        k, p = each(kernel, axes), each(padding, axes)

        def value(elements: Array, places: Any) -> Array:
            counted = 1
            for place, n, around in zip(places, x.shape[-axes:], p, strict=True):
                low, high = (-around, n + around) if count_include_pad else (0, n)
                counted *= sum(low <= i < high for i in place)
            return elements.sum(-1) / (divisor_override or counted)

        steps = k if stride is None else each(stride, axes)
        return pooled(x, boxes(x.shape[-axes:], k, steps, p, (1,) * axes, ceil_mode), axes, value)

    return reference


def lp_pool(axes: int) -> Any:
    def reference(x: Array, p: float, kernel: Any, stride: Any = None, ceil_mode: bool = False) -> Array:
        k = each(kernel, axes)
        steps = k if stride is None else each(stride, axes)
        windows = boxes(x.shape[-axes:], k, steps, (0,) * axes, (1,) * axes, ceil_mode)

        def value(elements: Array, places: Any) -> Array:
            # As in PyTorch, a last window that is cut off counts as if it were whole.
            counted = np.prod([sum(i < n for i in place) for place, n in zip(places, x.shape[-axes:], strict=True)])
            return ((elements**p).sum(-1) * (np.prod(k) / counted)) ** (1 / p)

        return pooled(x, windows, axes, value)

    return reference


def adaptive(axes: int, value: Any) -> Any:
    def reference(x: Array, output_size: Any, return_indices: bool = False) -> Array:
        sizes = x.shape[-axes:]
        made = [n if m is None else m for n, m in zip(sizes, each(output_size, axes), strict=True)]
        spans = [
            [(i, list(range(i * n // m, -(-(i + 1) * n // m)))) for i in range(m)]
            for n, m in zip(sizes, made, strict=True)
        ]
        windows = [(tuple(i for i, _ in w), [p for _, p in w]) for w in itertools.product(*spans)]
        return pooled(x, windows, axes, lambda elements, _: value(elements))

    return reference


def mean(elements: Array) -> Array:
    return elements.mean(-1)


def largest(elements: Array) -> Array:
    return elements.max(-1)


def pad(x: Array, margins: Any, mode: str = "constant", value: float | None = None) -> Array:
    widths = [(0, 0)] * (x.ndim - len(margins) // 2)
    widths += [(margins[i], margins[i + 1]) for i in range(len(margins) - 2, -1, -2)]
    cut = tuple(slice(max(0, -a), n - max(0, -b)) for (a, b), n in zip(widths, x.shape, strict=True))
    added = [(max(a, 0), max(b, 0)) for a, b in widths]
    if not widths:
        return x.copy()
    if mode == "constant":
        return np.pad(x[cut], added, constant_values=value or 0)
    return np.pad(x[cut], added, {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode])


def positive(random: Any, shape: tuple[int, ...], place: int) -> Array:
    """Numbers away from 0, whose powers of any order have a slope."""
    return random.uniform(0.5, 2, shape)


def rows(axes: int) -> list[Row]:
    """The rows of pooling along so many axes."""
    sizes = ((7,), (5, 6), (3, 4, 3))[axes - 1]
    image = (2, *sizes)
    batch = (2, 1, *sizes)
    some = (1,) * (axes - 1)
    return [
        Row(
            f"nn.functional.max_pool{axes}d",
            max_pool(axes),
            (
                S(F(*batch), 2),
                S(F(*image), 3, 2, 1),
                S(F(*image), 2, 1, 0, 2),
                S(F(*image), 2, 2, 1, 1, True),
                S(F(*image), (*some, 2), (*some, 1)),
                S(F(0, 1, *sizes), 2),
                S(F(*batch), 3, 1, 1, return_indices=True),
            ),
            refused(
                f"max_pool{axes}d",
                (lambda f, ones: f(ones(*sizes[:1]), 2), RuntimeError, "[Dd]im|Expected"),
                (lambda f, ones: f(ones(*image), 2, 1, 2), RuntimeError, "at most half of effective kernel size"),
                (lambda f, ones: f(ones(*image), 9), RuntimeError, "Output size is too small|too small|greater than 0"),
                (lambda f, ones: f(ones(*image), 2, 0), RuntimeError, "stride"),
                (lambda f, ones: f(ones(*image), 1.5), TypeError, "kernel_size"),
            ),
        ),
        Row(
            f"nn.functional.avg_pool{axes}d",
            avg_pool(axes),
            (
                S(F(*batch), 2),
                S(F(*image), 3, 2, 1),
                S(F(*image), 3, 2, 1, True, False),
                S(F(*image), 2, 1, ceil_mode=True),
                S(F(*image), 3, 2, 1, count_include_pad=False),
                S(F(0, 1, *sizes), 2),
                *([S(F(*image), 2, divisor_override=3)] if axes > 1 else []),
            ),
            refused(
                f"avg_pool{axes}d",
                (lambda f, ones: f(ones(*image), 2, 1, 2), RuntimeError, "at most half of"),
                (lambda f, ones: f(ones(*image), 9), RuntimeError, "Output size is too small|too small|greater than 0"),
                (lambda f, ones: f(ones(*image), 2, 0), RuntimeError, "stride"),
            ),
        ),
        Row(
            f"nn.functional.lp_pool{axes}d",
            lp_pool(axes),
            (S(F(*batch), 2, 2), S(F(*image), 3.0, 2, 1), S(F(*image), 1, (*some, 2) if some else 2)),
            refused(
                f"lp_pool{axes}d",
                (lambda f, ones: f(ones(*image), 2, 9), RuntimeError, "too small|greater than 0"),
            ),
            domain=positive,
        ),
        Row(
            f"nn.functional.adaptive_avg_pool{axes}d",
            adaptive(axes, mean),
            (
                S(F(*batch), 1),
                S(F(*image), 2),
                S(F(*image), sizes),
                *([S(F(*image), (None, *(2,) * (axes - 1)))] if axes > 1 else []),
            ),
            refused(
                f"adaptive_avg_pool{axes}d",
                (lambda f, ones: f(ones(*sizes[:1]), 2), RuntimeError, "[Dd]im|Expected"),
                (lambda f, ones: f(ones(*image), -1), RuntimeError, "output_size|negative|greater"),
            ),
        ),
        Row(
            f"nn.functional.adaptive_max_pool{axes}d",
            adaptive(axes, largest),
            (S(F(*batch), 1), S(F(*image), 2), S(F(*image), sizes)),
            refused(
                f"adaptive_max_pool{axes}d",
                (lambda f, ones: f(ones(*sizes[:1]), 2), RuntimeError, "[Dd]im|Expected"),
            ),
            replay=False,
            why="which elements are the largest is found outside the rule",
        ),
    ]


PADDING = Row(
    "nn.functional.pad",
    pad,
    (
        S(F(2, 3), (1, 2)),
        S(F(2, 3), (1, 2, 0, 1), "constant", 2.5),
        S(F(4), (-1, 2)),
        S(F(2, 3, 4), (-1, -2, 3, 0)),
        S(F(), ()),
        S(F(0, 2), (1, 0)),
        S(F(2, 4), (2, 1), "reflect"),
        S(F(1, 3, 4), (1, 1, 2, 0), "reflect"),
        S(F(1, 2, 2, 3, 2), (1, 1, 2, 0, 1, 0), "reflect"),
        S(F(2, 1, 3), (4, 2), "replicate"),
        S(F(1, 3, 4), (1, -1, 2, 0), "replicate"),
        S(F(2, 3), (3, 1), "circular"),
        S(F(1, 2, 3, 2), (1, 2, 2, 0), "circular"),
    ),
    refused(
        "pad",
        (lambda f, ones: f(ones(2, 3), (1,)), RuntimeError, "divisible by 2"),
        (lambda f, ones: f(ones(3), (1, 1, 1, 1)), RuntimeError, "two times the input dimension"),
        (lambda f, ones: f(ones(3), (-2, -2)), RuntimeError, "negative output size"),
        (lambda f, ones: f(ones(2, 3), (3, 0), "reflect"), RuntimeError, "Padding size should be less"),
        (lambda f, ones: f(ones(2, 3), (4, 0), "circular"), RuntimeError, "wrap"),
        (lambda f, ones: f(ones(3), (1, 1), "reflect"), NotImplementedError, "Only 2D, 3D, 4D, 5D"),
        (lambda f, ones: f(ones(2, 3), (1, 1), "nowhere"), NotImplementedError, "Unrecognised padding mode"),
        (lambda f, ones: f(ones(2, 3), (1, 1), "reflect", 1.0), RuntimeError, "doesn't take in value"),
    ),
)


def unpool(axes: int) -> Row:
    """The row of the way back from the largest elements."""
    sizes = ((6,), (4, 4), (2, 4, 2))[axes - 1]

    def both(library: Any, x: Any, *args: Any) -> Any:
        f = library.nn.functional
        largest, indices = getattr(f, f"max_pool{axes}d")(x, *args, return_indices=True)
        return getattr(f, f"max_unpool{axes}d")(largest, indices, *args)

    def reference(x: Array, *args: Any) -> Array:
        largest, indices = max_pool(axes)(x, *args, return_indices=True)
        z = np.zeros((*x.shape[:-axes], int(np.prod(sizes))), x.dtype)
        lead = x.shape[:-axes]
        np.put_along_axis(z, indices.reshape(*lead, -1), largest.reshape(*lead, -1), -1)
        return z.reshape(x.shape)

    def call(change: Any) -> Any:
        def refused(t: Any) -> Any:
            f = t.nn.functional
            z, indices = getattr(f, f"max_pool{axes}d")(t.ones(1, 1, *sizes), 2, return_indices=True)
            return change(getattr(f, f"max_unpool{axes}d"), z, indices)

        return refused

    return Row(
        f"nn.functional.max_unpool{axes}d",
        reference,
        (S(F(2, 1, *sizes), 2), S(F(3, *sizes), 2, 2)),
        (
            R(call(lambda f, z, i: f(z, i.int(), 2)), RuntimeError, "int64"),
            R(call(lambda f, z, i: f(z, i[:, :, :0], 2)), RuntimeError, "shape of indices"),
            R(call(lambda f, z, i: f(z, i, 2, output_size=(99,) * axes)), ValueError, "invalid output_size"),
        ),
        call=both,
        replay=False,
        why="which elements are the largest is found outside the rules",
    )


POOLINGS = [*rows(1), *rows(2), *rows(3), unpool(1), unpool(2), unpool(3), PADDING]
