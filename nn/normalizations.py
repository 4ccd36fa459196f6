"""Normalisation as functions: to mean 0 and variance 1, or to mean square 1, over parts of the input."""

from __future__ import annotations

import math
from collections.abc import Sequence

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, RangeError, ShapeError, say
from nn.checks import expect_floats, expect_tensors
from nn.rules_norm import BatchNorm, LayerNorm, RmsNorm

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm"]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return weight · (x - μ) / √(σ² + eps) + bias, with mean and variance of each example by itself.

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
    normalized_shape : sequence of int
        The last dimensions, over which μ and σ² are taken.
    weight, bias : Tensor, shape normalized_shape, optional
    eps : float
        Added to the variance, which may be 0.

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, or `input` has no floats.
    TypeError
        An argument is no Tensor, or `normalized_shape` no sequence of integers.

    Notes
    -----
    Ba, Kiros and Hinton, "Layer normalization", 2016.
    """
    last = _last("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    dims = tuple(range(input.ndim - len(last), input.ndim))
    rule = LayerNorm(
        dims=dims, over=tuple(range(dims[0])), frame=last, eps=eps, affine=weight is not None or bias is not None
    )
    result: Tensor = rule.apply(input, *_affine(input, last, weight, bias))
    return result


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Return weight · x / √(mean x² + eps), with the mean of each example by itself.

    Parameters
    ----------
    input : Tensor, shape (..., *normalized_shape)
    normalized_shape : sequence of int
        The last dimensions, over which the mean is taken.
    weight : Tensor, shape normalized_shape, optional
    eps : float, optional
        The distance from 1 to the next number of the dtype (for float16 that of float32) if left out.

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    RuntimeError, TypeError
        As for `layer_norm`.
    ValueError
        The input has fewer dimensions than `normalized_shape`.

    Notes
    -----
    Zhang and Sennrich, "Root mean square layer normalization", 2019.
    """
    last = _last("rms_norm", input, normalized_shape, weight=weight)
    dims = tuple(range(input.ndim - len(last), input.ndim))
    if eps is None:
        eps = autograd.finfo(autograd.promote_types(input.dtype, autograd.float32)).eps  # sums are at least float32
    rule = RmsNorm(dims=dims, over=tuple(range(dims[0])), frame=last, eps=eps, affine=weight is not None)
    result: Tensor = rule.apply(input, _affine(input, last, weight, None)[0])
    return result


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return weight · (x - μ) / √(σ² + eps) + bias, with mean and variance of each channel over the batch.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    running_mean, running_var : Tensor, shape (C,), or None
        Without `training` these are μ and σ². With it they are moved towards those of the batch, in place:
        (1 - momentum) · running + momentum · new, where the new variance is the unbiased one.
    weight, bias : Tensor, shape (C,), optional
    training : bool
        Take μ and σ² from the batch.
    momentum : float
    eps : float
        Added to the variance.

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    ValueError
        In training there is one number a channel, or `eps` is not positive; one running statistic is missing.
    RuntimeError
        Shapes or dtypes do not fit, `input` has no floats, a running statistic requires a gradient, or both are
        missing without `training`.
    IndexError
        The input has no channels.
    TypeError
        An argument is no Tensor.

    Notes
    -----
    Ioffe and Szegedy, "Batch normalization", 2015.
    """
    if training and input.ndim and input.shape[0] * math.prod(input.shape[2:]) == 1:
        raise _too_few("value per channel", input, "Batches of several examples, or evaluation: model.eval().")
    if eps < 0 or (training and eps == 0):
        raise ValueError(
            say(f"batch_norm eps must be positive during training, but got {eps}", "a small number", "Leave eps out.")
        )
    _expect_channels("batch_norm", input, running_mean, running_var, weight, bias, training)
    if not training:
        assert running_mean is not None
        assert running_var is not None
        return _with_moments(input, running_mean, running_var, weight, bias, eps)
    others = (0, *range(2, input.ndim))
    return _with_own_moments(input, others, running_mean, running_var, weight, bias, momentum, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return weight · (x - μ) / √(σ² + eps) + bias, with mean and variance of each channel of each example.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    running_mean, running_var : Tensor, shape (C,), or None
        Without `use_input_stats` these are μ and σ². With it they are moved, as by `batch_norm`, towards the means of
        those of the examples.
    weight, bias : Tensor, shape (C,), optional
    use_input_stats : bool
    momentum, eps : float

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    ValueError
        There is one number a channel; one running statistic is missing.
    RuntimeError, TypeError
        As for `batch_norm`.

    Notes
    -----
    Ulyanov, Vedaldi and Lempitsky, "Instance normalization", 2016.
    """
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise _too_few("spatial element", input, "Use layer_norm or batch_norm for what has no space.")
    _expect_channels("instance_norm", input, running_mean, running_var, weight, bias, use_input_stats)
    if not use_input_stats:
        assert running_mean is not None
        assert running_var is not None
        return _with_moments(input, running_mean, running_var, weight, bias, eps)
    space = tuple(range(2, input.ndim))
    return _with_own_moments(input, space, running_mean, running_var, weight, bias, momentum, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Return weight · (x - μ) / √(σ² + eps) + bias, with mean and variance of groups of channels of each example.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    num_groups : int
        A divisor of C.
    weight, bias : Tensor, shape (C,), optional
    eps : float
        Added to the variance.

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit, `input` has no floats, or `num_groups` is no divisor.
    ValueError
        A group has one number, in a batch of one.
    ZeroDivisionError
        `num_groups` is 0.
    TypeError
        An argument is no Tensor.

    Notes
    -----
    Wu and He, "Group normalization", 2018.
    """
    expect_floats("group_norm", input=input, weight=weight, bias=bias)
    shape = tuple(input.shape)
    if len(shape) < 2:
        raise ShapeError(
            say(f"Expected at least 2 dimensions for input tensor but received {input.ndim}", "(N, C, ...)", "Check.")
        )
    n, channels, space = shape[0], shape[1], math.prod(shape[2:])
    if num_groups <= 0:
        raise (RuntimeError if num_groups else ZeroDivisionError)(
            say(f"Expected num groups to be greater than 0, got {num_groups}", "a divisor of C", "1 is the least.")
        )
    if n * channels // num_groups * space == 1:
        raise _too_few("value per channel", input, "Make fewer groups.")
    if channels % num_groups:
        raise ShapeError(
            say(
                "Expected number of channels in input to be divisible by num_groups, but got input of shape "
                f"{list(shape)} and num_groups={num_groups}",
                f"a divisor of {channels}",
                "Choose another number of groups.",
            )
        )
    for argument, value in (("weight", weight), ("bias", bias)):
        if value is not None and tuple(value.shape) != (channels,):
            raise ShapeError(
                say(
                    f"Expected {argument} to be a vector of size equal to the number of channels in input, but got "
                    f"{argument} of shape {list(value.shape)} and input of shape {list(shape)}",
                    f"shape ({channels},)",
                    f"Check {argument}.",
                )
            )
    _same_dtype("group_norm", input, weight=weight, bias=bias)
    each = channels // num_groups
    rule = LayerNorm(
        dims=(2, 3),
        over=(0, 3),
        frame=(1, num_groups, each, 1),
        eps=eps,
        affine=weight is not None or bias is not None,
    )
    groups = input.reshape(n, num_groups, each, space)
    result: Tensor = rule.apply(groups, *_affine(input, (channels,), weight, bias)).reshape(shape)
    return result


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Return x / (k + alpha · m)^beta, where m is the mean of squares over `size` neighbouring channels.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...)
    size : int
        How many channels, of which size // 2 lie before. Those beyond the ends count as 0.
    alpha, beta, k : float

    Returns
    -------
    Tensor, of the shape of `input`

    Raises
    ------
    ValueError
        The input has fewer than 3 dimensions.
    RuntimeError
        `size` is not positive.
    TypeError
        `input` is no Tensor.

    Notes
    -----
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012, with a
    mean in place of their sum.
    """
    expect_tensors("local_response_norm", input=input)
    if input.ndim < 3:
        raise ValueError(
            say(f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)", "(N, C, ...)", "Check it.")
        )
    if input.numel() == 0:
        return input
    if size <= 0:
        raise ShapeError(
            say(f"kernel size should be greater than zero, but got {size}", "a number of channels", "AlexNet's is 5.")
        )
    rest = list(input.shape[2:])
    ends = [autograd.zeros([input.shape[0], n, *rest], dtype=input.dtype) for n in (size // 2, (size - 1) // 2)]
    squares = autograd.cat([ends[0], input * input, ends[1]], 1).unfold(1, size, 1)
    return input / (squares.mean(-1) * alpha + k) ** beta


# ------------------------------------------------------------------------------------------------ moments


def _with_moments(
    input: Tensor, mean: Tensor, variance: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
) -> Tensor:
    """Return weight · (x - mean) / √(variance + eps) + bias, with one number a channel of each."""
    frame = (1, -1) + (1,) * (input.ndim - 2)
    x = input.float() if input.dtype == autograd.float16 else input
    scale = (variance.to(x.dtype) + eps).rsqrt()
    if weight is not None:
        scale = scale * weight
    y = (x - mean.reshape(frame)) * scale.reshape(frame)
    return (y if bias is None else y + bias.reshape(frame)).to(input.dtype)


def _with_own_moments(
    input: Tensor,
    dims: tuple[int, ...],
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    momentum: float,
    eps: float,
) -> Tensor:
    """Return `input` normalised over `dims`, with a scale and a shift for each channel; move the running moments."""
    channels = input.shape[1]
    rule = BatchNorm(
        dims=dims,
        over=(0, *range(2, input.ndim)),
        frame=(1, channels) + (1,) * (input.ndim - 2),
        eps=eps,
        affine=weight is not None or bias is not None,
    )
    result: Tensor
    result, mean, variance = rule.apply(input, *_affine(input, (channels,), weight, bias))
    if running_mean is not None and running_var is not None and input.numel():
        n = math.prod([input.shape[d] for d in dims])
        with autograd.no_grad():
            for running, new in ((running_mean, mean.detach()), (running_var, variance.detach() * (n / (n - 1)))):
                of_channels = new.reshape(-1, channels).mean(0)
                running.mul_(1 - momentum).add_((of_channels * momentum).to(running.dtype))
    return result


# ------------------------------------------------------------------------------------------------ arguments


def _too_few(what: str, input: Tensor, advice: str) -> ValueError:
    return ValueError(
        say(
            f"Expected more than 1 {what} when training, got input size {list(input.shape)}",
            "several numbers, of which mean and variance are taken",
            advice,
        )
    )


def _expect_channels(
    name: str,
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    own: bool,
) -> None:
    """Raise unless the input has channels, all else has a number for each, and there are moments without `own`."""
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    expect_floats(name, input=input, **given)
    if input.ndim < 2:
        raise RangeError(
            say(f"{name}: Dimension out of range: the input has {input.ndim} dimensions", "(N, C, ...)", "Add a batch.")
        )
    if not own and (running_mean is None or running_var is None):
        missing = "running_mean" if running_mean is None else "running_var"
        raise RuntimeError(
            say(
                f"{name}: {missing} must be defined in evaluation mode",
                "running_mean and running_var",
                "Pass them, or take the input's own moments.",
            )
        )
    if (running_mean is None) != (running_var is None):
        raise ValueError(
            say("running_mean and running_var must either both be None or neither be None", "both", "Pass both.")
        )
    for argument, value in given.items():
        if value is not None and tuple(value.shape) != (input.shape[1],):
            raise ShapeError(
                say(
                    f"{argument} should contain {input.shape[1]} elements not {value.numel()}",
                    f"shape ({input.shape[1]},), a number for each channel",
                    "Make the layer with num_features equal to the input's channels.",
                )
            )
        if value is not None and argument.startswith("running") and value.requires_grad:
            raise RuntimeError(
                say(f"{name} is not differentiable with respect to argument '{argument}'", "no gradient", "Detach it.")
            )
    _same_dtype(name, input, **given)


def _last(name: str, input: Tensor, normalized_shape: Sequence[int], **given: Tensor | None) -> tuple[int, ...]:
    """Return `normalized_shape` as a tuple; raise unless input, weight and bias fit it."""
    if not isinstance(normalized_shape, Sequence) or not all(hasattr(n, "__index__") for n in normalized_shape):
        raise TypeError(
            say(
                f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {normalized_shape!r}",
                "the sizes of the last dimensions",
                "Of one dimension write (4,).",
            )
        )
    last = tuple(int(n) for n in normalized_shape)
    if not last:
        raise ShapeError(
            say(
                "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but "
                "got normalized_shape = ()",
                "the sizes of the last dimensions",
                "Write input.shape[-1:] for the last one.",
            )
        )
    expect_floats(name, input=input, **given)
    for argument, value in given.items():
        if value is not None and tuple(value.shape) != last:
            raise ShapeError(
                say(
                    f"Expected {argument} to be of same shape as normalized_shape, but got {argument} of shape "
                    f"{tuple(value.shape)} and normalized_shape = {last}",
                    f"shape {last}",
                    f"Check {argument}.",
                )
            )
    if name == "rms_norm" and input.ndim < len(last):
        raise ValueError(
            say(
                f"Input tensor must have at least {len(last)} dimensions, but got {input.ndim}",
                f"last dimensions {last}",
                "Make normalized_shape the input's last dimensions.",
            )
        )
    if tuple(input.shape)[-len(last) :] != last:
        raise ShapeError(
            say(
                f"Given normalized_shape={list(last)}, expected input with shape [*, {', '.join(map(str, last))}], but "
                f"got input of size {list(input.shape)}",
                f"last dimensions {last}",
                "Make normalized_shape the input's last dimensions.",
            )
        )
    _same_dtype(name, input, **given)
    return last


def _same_dtype(name: str, input: Tensor, **given: Tensor | None) -> None:
    """Raise unless all have the dtype of the input; float32 goes with float16, too."""
    half = input.dtype == autograd.float16
    for argument, value in given.items():
        if value is not None and value.dtype != input.dtype and not (half and value.dtype == autograd.float32):
            raise DtypeError(
                say(
                    f"{name}: expected {argument} to have dtype {input.dtype}, that of the input, but got "
                    f"{value.dtype} (mixed dtype)",
                    "one dtype",
                    "Convert the input (x.float(), x.double()) or the layer (model.double()).",
                )
            )


def _affine(input: Tensor, shape: tuple[int, ...], weight: Tensor | None, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return weight and bias: ones and zeros for what was left out."""
    if weight is None:
        weight = autograd.ones(shape, dtype=input.dtype)
    if bias is None:
        bias = autograd.zeros(shape, dtype=input.dtype)
    return weight, bias
