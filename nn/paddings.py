"""Padding: tensors continued beyond their border."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import ShapeError, say
from nn.checks import expect_tensors
from nn.rules_pool import ConstantPadNd

__all__ = ["pad"]

#: What NumPy calls the ways to continue a tensor by its own elements.
NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Return `input` with elements added before and behind, or cut off where a number is negative.

    Parameters
    ----------
    input : Tensor
    pad : sequence of int
        For the last dimension how many before and how many behind, then for the one before the last, and so on.
    mode : str
        What is added: "constant" numbers, "reflect", the elements mirrored at the first and last one, "replicate",
        these two themselves, or "circular", those of the other end. All but the first are for the last one, two or
        three dimensions of an input with one or two more.
    value : float, optional
        The constant; 0 if left out.

    Raises
    ------
    RuntimeError
        `pad` has an odd length or too many numbers, there are fewer elements than a mode needs, nothing is left of a
        dimension, or `value` is given with another mode.
    NotImplementedError
        There is no such mode, or not for that many dimensions.
    TypeError
        `pad` holds no integers; `input` is no Tensor.
    """
    expect_tensors("pad", input=input)
    if not isinstance(pad, Sequence | Tensor) or not all(hasattr(n, "__index__") for n in pad):
        raise TypeError(
            say(f"pad(): argument 'pad' (position 2) must be tuple of ints, not {pad!r}", "integers", "Write (1, 1).")
        )
    numbers = [int(n) for n in pad]
    if len(numbers) % 2:
        raise RuntimeError(
            say(
                f"Padding length must be divisible by 2, but {len(numbers)} numbers were given",
                "two for each dimension, from the last one on",
                "Write (1, 1), or (1, 1, 2, 2).",
            )
        )
    axes = len(numbers) // 2
    if axes > input.ndim:
        raise RuntimeError(
            say(
                f"Padding length should be less than or equal to two times the input dimension but got padding length "
                f"{len(numbers)} and input of dimension {input.ndim}",
                f"at most {2 * input.ndim} numbers",
                "Leave out those of the dimensions that there are not.",
            )
        )
    margins = [(0, 0)] * (input.ndim - axes) + [(numbers[2 * i], numbers[2 * i + 1]) for i in reversed(range(axes))]
    if mode == "constant":
        return _constant(input, margins, 0 if value is None else value)
    if mode not in NUMPY_MODES:
        raise NotImplementedError(
            say(f"Unrecognised padding mode {mode}", f"'constant' or one of {sorted(NUMPY_MODES)}", "Check the name.")
        )
    if value:
        raise RuntimeError(
            say(f'Padding mode "{mode}" doesn\'t take in value argument', "no value", "Use mode='constant'.")
        )
    if not (1 <= axes <= 3 and input.ndim in (axes + 1, axes + 2)):
        raise NotImplementedError(
            say(
                f"Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now: {2 * axes} numbers "
                f"were given for an input of {input.ndim} dimensions",
                "numbers for the last one, two or three dimensions of an input with one or two more",
                "Unsqueeze the input, or pad with a constant.",
            )
        )
    return _continued(input, margins, mode)


def _cut(input: Tensor, margins: list[tuple[int, int]]) -> Tensor:
    """Return the tensor without what negative margins cut off."""
    kept = []
    for dim, ((before, behind), n) in enumerate(zip(margins, input.shape, strict=True)):
        if n + before + behind < 0 or (n and n + min(before, 0) + min(behind, 0) < 0):
            raise ShapeError(
                say(
                    f"The input size {n}, plus negative padding {before} and {behind} resulted in a negative output "
                    f"size, which is invalid. Check dimension {dim} of your input",
                    "a dimension that is long enough",
                    "Cut off less.",
                )
            )
        kept.append(slice(-min(before, 0), n + min(behind, 0)))
    return input[tuple(kept)]


def _constant(input: Tensor, margins: list[tuple[int, int]], value: float) -> Tensor:
    if any(n < 0 for margin in margins for n in margin):
        input = _cut(input, margins)
    added = tuple([(max(a, 0), max(b, 0)) for a, b in margins])
    if not any([a or b for a, b in added]):
        return input.clone()
    result: Tensor = ConstantPadNd(margins=added, value=value).apply(input)
    return result


def _continued(input: Tensor, margins: list[tuple[int, int]], mode: str) -> Tensor:
    for dim, (before, behind) in enumerate(margins):
        n = input.shape[dim]
        most = {"reflect": n - 1, "circular": n}.get(mode, max(before, behind) if n else 0)
        if max(before, behind) > most:
            raise ShapeError(
                say(
                    f"Padding size should be less than the corresponding input dimension, but got: padding ({before}, "
                    f"{behind}) at dimension {dim} of input {list(input.shape)}; more would wrap around more than once",
                    f"at most {most} for mode '{mode}'",
                    "Pad less, or pad with a constant.",
                )
            )
    if any(n < 0 for margin in margins for n in margin):
        input = _cut(input, margins)
    for dim, (before, behind) in enumerate(margins):
        added = max(before, 0), max(behind, 0)
        if any(added):
            places: Any = np.pad(np.arange(input.shape[dim]), added, NUMPY_MODES[mode])  # type: ignore[call-overload]
            input = input.index_select(dim, autograd.from_numpy(places))
    return input
