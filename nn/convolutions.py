"""Convolution and transposed convolution, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn.checks import expect_tensors
from nn.kernels_conv import Geometry
from nn.rules_conv import Convolution, ConvolutionByImage

__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

Size = int | Sequence[int]


def sizes_of(name: str, argument: str, value: Any, ndim: int, least: int) -> tuple[int, ...]:
    """Return an argument as one integer for each of `ndim` axes, none below `least`.

    Raises
    ------
    TypeError
        It is neither an integer nor several.
    RuntimeError
        There are too many or too few, or one is too small.
    """
    several = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not all(hasattr(v, "__index__") and not isinstance(v, bool) for v in several):
        raise TypeError(
            say(
                f"{name}(): argument '{argument}' must be tuple of ints, not {value!r}",
                f"an integer, or {ndim} of them",
                f"Write {argument}=2, or one number for each axis.",
            )
        )
    if len(several) not in (1, ndim):
        raise ShapeError(
            say(
                f"expected {argument} to be a single integer value or a list of {ndim} values to match the convolution "
                f"dimensions, but got {argument}={several}",
                f"1 or {ndim} numbers",
                f"{name} has {ndim} spatial axes.",
            )
        )
    numbers = tuple([int(v) for v in several])
    if min(numbers) < least:
        what = "negative" if least == 0 else "non-positive"
        raise ShapeError(
            say(
                f"{name}: {what} {argument} is not supported: got {list(numbers)}",
                f"at least {least}; {argument} should be greater than {'or equal to ' * (least == 0)}zero",
                "Check it.",
            )
        )
    return numbers if len(numbers) == ndim else numbers * ndim


def _expect_fit(name: str, x: Tensor, w: Tensor, bias: Tensor | None, ndim: int, groups: int, transposed: bool) -> None:
    """Raise unless an input, a weight and a bias fit each other."""
    expect_tensors(name, input=x, weight=w, bias=bias)
    if isinstance(groups, bool) or not hasattr(groups, "__index__"):
        raise TypeError(say(f"{name}(): argument 'groups' must be int, not {groups!r}", "an integer", "Check it."))
    if groups <= 0:
        raise ShapeError(say(f"non-positive groups is not supported: {name} got {groups}", "1 or more", "Check it."))
    given, shape = tuple(x.shape), tuple(w.shape)
    if w.ndim != ndim + 2:
        raise ShapeError(
            say(
                f"Expected {ndim + 2}D weight in {name} for {ndim} spatial axes, but got weight of size {shape}",
                f"a weight of {ndim + 2} dimensions",
                "Its first two are channels, the others the size of the window.",
            )
        )
    if x.ndim not in (ndim + 1, ndim + 2):
        raise ShapeError(
            say(
                f"Expected {ndim + 1}D (unbatched) or {ndim + 2}D (batched) input to {name}, but got input of size: "
                f"{given}",
                "examples, channels, and the spatial axes",
                "Give the channels an axis of their own: x.unsqueeze(1).",
            )
        )
    channels = given[-ndim - 1]
    into = shape[0] if transposed else shape[1] * groups
    if channels != into or shape[0] % groups or shape[0] == 0:
        raise ShapeError(
            say(
                f"Given {'transposed=1, ' if transposed else ''}groups={groups}, weight of size {shape}, expected "
                f"input {given} to have {into} channels, but got {channels} channels instead; and weight to be at "
                f"least {groups} at dimension 0, divisible by it",
                f"an input of {into} channels",
                f"Channels are dimension {x.ndim - ndim - 1} of the input. Check in_channels of the layer, or permute.",
            )
        )
    out = shape[1] * groups if transposed else shape[0]
    if bias is not None and tuple(bias.shape) != (out,):
        raise ShapeError(
            say(
                f"Given {'transposed=1, ' if transposed else ''}weight of size {shape}, expected bias to be "
                f"1-dimensional with {out} elements, but got bias of size {tuple(bias.shape)} instead",
                f"({out},), a number for every channel of the result",
                "Check it.",
            )
        )
    for what, other in (("weight", w), ("bias", bias)):
        if other is not None and other.dtype != x.dtype:
            raise DtypeError(
                say(
                    f"Input type ({x.dtype}) and {what} type ({other.dtype}) should be the same in {name}",
                    f"an input of dtype {other.dtype}",
                    "Convert the input (x.float(), x.double()) or the layer (model.double()).",
                )
            )


def _padding(
    name: str, padding: Any, ndim: int, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Return the zeros before and after each axis."""
    if not isinstance(padding, str):
        return tuple([(p, p) for p in sizes_of(name, "padding", padding, ndim, 0)])
    if padding == "valid":
        return ((0, 0),) * ndim
    if padding != "same":
        raise ShapeError(
            say(f"Invalid padding string: '{padding}' for {name}", "'same' or 'valid', or numbers", "Check it.")
        )
    if max(stride) > 1:
        raise ShapeError(
            say(
                f"padding='same' is not supported for strided convolutions: {name} got stride={stride}",
                "a stride of 1",
                "Give the padding in numbers.",
            )
        )
    totals = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    return tuple([(total // 2, total - total // 2) for total in totals])


def _convolve(
    name: str,
    ndim: int,
    x: Tensor,
    w: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    _expect_fit(name, x, w, bias, ndim, groups, False)
    strides, spread = sizes_of(name, "stride", stride, ndim, 1), sizes_of(name, "dilation", dilation, ndim, 1)
    kernel = tuple(w.shape[2:])
    around = _padding(name, padding, ndim, kernel, strides, spread)
    geometry = Geometry(strides, around, spread, groups)
    sizes = tuple(x.shape[-ndim:])
    whole = geometry.padded(sizes)
    reach = tuple([d * (k - 1) + 1 for d, k in zip(spread, kernel, strict=True)])
    if min(kernel) < 1 or any([n < k for n, k in zip(whole, reach, strict=True)]):
        raise ShapeError(
            say(
                f"Calculated padded input size per channel: {whole}. Kernel size: {reach}. Kernel size can't be "
                f"greater than actual input size in {name}",
                f"an input of at least {reach}, with its padding",
                "Pad the input, or take a smaller kernel; after pooling little may be left.",
            )
        )
    return _lifted(Convolution(geometry=geometry), geometry, ndim, x, w, bias)


def _lifted(rule: Any, geometry: Geometry, ndim: int, x: Tensor, w: Tensor, bias: Tensor | None) -> Tensor:
    """Apply a rule, which wants a batch, and two spatial axes or more."""
    batched = x.ndim == ndim + 2
    if not batched:
        x = x.unsqueeze(0)
    if ndim == 1:
        rule.geometry = Geometry(
            (1, *geometry.stride), ((0, 0), *geometry.padding), (1, *geometry.dilation), geometry.groups
        )
        x, w = x.unsqueeze(2), w.unsqueeze(2)
    y: Tensor = rule.apply(x, w) if bias is None else rule.apply(x, w, bias)
    if ndim == 1:
        y = y.squeeze(2)
    return y if batched else y.squeeze(0)


def _transpose(
    name: str,
    ndim: int,
    x: Tensor,
    w: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    _expect_fit(name, x, w, bias, ndim, groups, True)
    strides, spread = sizes_of(name, "stride", stride, ndim, 1), sizes_of(name, "dilation", dilation, ndim, 1)
    around = sizes_of(name, "padding", padding, ndim, 0)
    more = sizes_of(name, "output_padding", output_padding, ndim, 0)
    if any([m >= max(s, d) for m, s, d in zip(more, strides, spread, strict=True)]):
        raise ShapeError(
            say(
                f"output padding must be smaller than either stride or dilation, but got output_padding: {more}, "
                f"stride: {strides}, dilation: {spread}",
                "less than the stride or the dilation of the axis",
                "It chooses among the sizes whose convolution has the size of the input.",
            )
        )
    kernel = tuple(w.shape[2:])
    sizes = tuple(
        [
            (n - 1) * s - 2 * p + d * (k - 1) + m + 1
            for n, s, p, d, k, m in zip(x.shape[-ndim:], strides, around, spread, kernel, more, strict=True)
        ]
    )
    if min(sizes) < 1:
        raise ShapeError(
            say(
                f"Given input size per channel: {tuple(x.shape[-ndim:])}. Calculated output size per channel: {sizes}. "
                "Output size is too small",
                "a result of at least one element",
                "Take less padding.",
            )
        )
    # With a dilation above the stride, more may be asked for than windows reach: first what the padding had cut off,
    # then nothing but the bias.
    further = [m // s * s for m, s in zip(more, strides, strict=True)]
    ends = tuple([(p, max(p - f, 0)) for p, f in zip(around, further, strict=True)])
    beyond = [max(f - p, 0) for p, f in zip(around, further, strict=True)]
    geometry = Geometry(strides, ends, spread, groups)
    reached = tuple([n - b for n, b in zip(sizes, beyond, strict=True)])
    rule = ConvolutionByImage(geometry=geometry, sizes=reached if ndim > 1 else (1, *reached))
    if not any(beyond):
        return _lifted(rule, geometry, ndim, x, w, bias)
    y = _lifted(rule, geometry, ndim, x, w, None)
    for axis, b in enumerate(beyond, y.ndim - ndim):
        y = autograd.cat([y, y.new_zeros(*y.shape[:axis], b, *y.shape[axis + 1 :])], axis)
    return y if bias is None else y + bias.reshape(-1, *(1,) * ndim)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Return the correlation of sequences with windows: as `conv2d`, with one spatial axis.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
    weight : Tensor, shape (O, C / groups, k)
    bias : Tensor, shape (O,), optional
    stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    Tensor, shape (N, O, L') or (O, L')
    """
    return _convolve("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Return the correlation of images with windows: y_o = b_o + Σ_c Σ_ij w_ocij x_c,(h s + i d),(v s + j d).

    Networks call it convolution; that of mathematics flips the window first.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (O, C / groups, kh, kw)
    bias : Tensor, shape (O,), optional
    stride : int or tuple
        How far the window moves.
    padding : int, tuple or str
        Zeros on each side; "valid" for none, "same" for as many as keep the size.
    dilation : int or tuple
        How far apart the elements of the window are.
    groups : int
        Channels are split into so many parts, which do not see each other.

    Returns
    -------
    Tensor, shape (N, O, H', W') or (O, H', W')
        With H' = ⌊(H + 2 padding - dilation (kh - 1) - 1) / stride⌋ + 1.

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, the window is larger than the padded image, a number is out of range, or "same" is
        asked for with a stride.
    TypeError
        An argument is of the wrong type.
    """
    return _convolve("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Return the correlation of volumes with windows: as `conv2d`, with three spatial axes.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
    weight : Tensor, shape (O, C / groups, kd, kh, kw)
    bias : Tensor, shape (O,), optional
    stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    Tensor, shape (N, O, D', H', W') or (O, D', H', W')
    """
    return _convolve("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """Return the transposed convolution of sequences (N, C, L) or (C, L): as `conv_transpose2d`, with one axis."""
    return _transpose("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """Return the transposed convolution of images: the gradient of `conv2d` by its input, as an operation.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    weight : Tensor, shape (C, O / groups, kh, kw)
    bias : Tensor, shape (O,), optional
    stride, padding, dilation : int or tuple
        Those of the convolution whose gradient it is.
    output_padding : int or tuple
        Added to the size on one side: with a stride, several sizes lead to the same one.
    groups : int
        As in `conv2d`.

    Returns
    -------
    Tensor, shape (N, O, H', W') or (O, H', W')
        With H' = (H - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1.

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, or a number is out of range.
    TypeError
        An argument is of the wrong type.
    """
    return _transpose("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Tensor:
    """Return the transposed convolution of volumes (N, C, D, H, W): as `conv_transpose2d`, with three axes."""
    return _transpose("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)
