"""Making tensors: of one value, of a range, in the shape of another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np

from autograd import dtypes
from autograd.device import contiguous_format, preserve_format, require_cpu, strided
from autograd.errors import AutogradError, UndefinedError, say
from autograd.op import wrap
from autograd.operands import converted, number
from autograd.ops import layout
from autograd.ops.shape import new_sizes
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "arange",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "scalar_tensor",
    "zeros",
    "zeros_like",
]


class Options(TypedDict, total=False):
    """What every function that makes a tensor takes by keyword.

    dtype : dtype, optional
    layout : layout, optional
        `autograd.strided`, the only one.
    device : {"cpu"}, optional
    requires_grad : bool
        Compute a gradient for it. Floating point only.
    pin_memory : bool
        False: pinned memory serves the transfer to devices that there are none of.
    name : str, optional
        Shown in drawings and in errors.

    Raises
    ------
    RuntimeError
        `requires_grad` for a dtype that is no floating-point one; another device than cpu; pinned memory.
    TypeError
        A dtype that is none, or an unknown keyword.
    """

    dtype: Any
    layout: Any
    device: Any
    requires_grad: bool
    pin_memory: bool
    name: str | None


def asked(options: Mapping[str, Any], default: np.dtype[Any] | None = None) -> np.dtype[Any]:
    """Return the dtype that is asked for, once everything asked for can be had.

    Parameters
    ----------
    options : mapping
        Some of `Options`.
    default : numpy.dtype, optional
        Where no dtype is given; else the default floating-point one.

    Raises
    ------
    RuntimeError, TypeError
        As `Options` says.
    """
    for name in options:
        if name not in Options.__annotations__:
            raise TypeError(
                say(
                    f"got an unexpected keyword argument '{name}'",
                    f"some of {', '.join(Options.__annotations__)}",
                    "Leave it out, or check its spelling.",
                )
            )
    if options.get("device") is not None:
        require_cpu(options["device"])
    if options.get("layout") not in (None, strided):
        raise AutogradError(
            say(f"layout {options['layout']!r} was asked for", "autograd.strided", "There are no sparse tensors here.")
        )
    if options.get("pin_memory"):
        raise AutogradError(
            say(
                "pin_memory=True requires an accelerator, and there is none",
                "pin_memory=False",
                "Leave it out: tensors stay on the cpu.",
            )
        )
    dtype = options.get("dtype")
    if dtype is not None:
        d = dtypes.to_numpy(dtype)
    else:
        d = dtypes.get_default_dtype().dtype if default is None else default
    if options.get("requires_grad"):
        dtypes.require_float(d, "requires_grad=True was asked")
    return d


#: One tuple for all leaves of a shape, so that operations find equal shapes by `is`.
_shapes: dict[tuple[int, ...], tuple[int, ...]] = {}


def finish(array: Any, options: Mapping[str, Any]) -> Tensor:
    """Return the tensor that holds a new array; the rest of `options` (see `asked`) is done to it."""
    t = wrap(array if array.ndim else array[()])  # one number is a NumPy scalar until its memory is asked for
    t._shape = _shapes.setdefault(t._shape, t._shape)
    if len(_shapes) > 1000:
        _shapes.clear()
    t._needs = bool(options.get("requires_grad"))
    if options.get("name") is not None:
        t.name = options["name"]
    return t


def _size(size: tuple[Any, ...], shape: Any, function: str) -> tuple[int, ...]:
    """Return the shape given as `2, 3`, as `(2, 3)` or as `size=(2, 3)`."""
    if shape is not None:
        size = (*size, shape)
    if not size:
        raise TypeError(say(f"{function}() missing 1 required positional arguments: 'size'", "a shape", "Give sizes."))
    return new_sizes(size)


def _filled(size: tuple[int, ...], value: float, d: np.dtype[Any]) -> np.ndarray[Any, Any]:
    return np.full(size, converted(value.item() if isinstance(value, Leaf) else value, d))


# --------------------------------------------------------------------------------------------------------- of a shape


def zeros(*sizes: Any, size: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return a tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`. Keywords as in `Options`."""
    d = asked(options)
    return finish(np.zeros(_size(sizes, size, "zeros"), d), options)


def ones(*sizes: Any, size: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return a tensor of ones: `ones(2, 3)` or `ones((2, 3))`. Keywords as in `Options`."""
    d = asked(options)
    return finish(np.ones(_size(sizes, size, "ones"), d), options)


def empty(*sizes: Any, size: Any = None, memory_format: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return a tensor whose values are to be set: here they are zeros, so that nothing depends on old memory."""
    d = asked(options)
    shape = _size(sizes, size, "empty")
    return finish(_laid_out(shape, d, _order(memory_format or contiguous_format, len(shape))), options)


def full(size: Any, fill_value: float, **options: Unpack[Options]) -> Tensor:
    """Return a tensor with one value everywhere, in the dtype of that value unless another is given.

    Raises
    ------
    RuntimeError
        The dtype cannot hold the value.
    TypeError
        The size is no tuple or list.
    """
    if isinstance(fill_value, Leaf):
        fill_value = fill_value.item()
    d = asked(options, dtypes.of_number(number(fill_value)))
    return finish(_filled(listed(size, "full"), fill_value, d), options)


def listed(size: Any, function: str) -> tuple[int, ...]:
    """Return the shape given as a tuple or list; raise TypeError for anything else."""
    if not isinstance(size, tuple | list):
        raise TypeError(
            say(
                f"{function}(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}",
                "a tuple or list",
                f"Write {function}(({size},), ...).",
            )
        )
    return new_sizes((size,))


def eye(n: int, m: int | None = None, **options: Unpack[Options]) -> Tensor:
    """Return the (n, m) matrix with ones on its diagonal (m = n if left out). Keywords as in `Options`.

    Raises
    ------
    RuntimeError
        n or m is negative.
    """
    d = asked(options)
    found = [(name, _count(value, "eye", name)) for name, value in (("n", n), ("m", n if m is None else m))]
    for name, value in found:
        if value < 0:
            raise AutogradError(
                say(f"{name} must be greater or equal to 0, got {value}", "numbers of rows and columns", "Check them.")
            )
    return finish(np.eye(found[0][1], found[1][1], dtype=d), options)


def scalar_tensor(s: float, **options: Unpack[Options]) -> Tensor:
    """Return the 0-d tensor of a number, in the default dtype unless another is given."""
    d = asked(options)
    return finish(_filled((), s, d), options)


# --------------------------------------------------------------------------------------------------------- of a range


def _count(value: Any, function: str, name: str) -> int:
    """Return a whole number; raise TypeError for anything else."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            say(
                f"{function}(): argument '{name}' must be int, not {type(value).__name__}",
                "an int",
                "Convert it with int().",
            )
        )
    return int(value.__index__())


def _numbers(*values: Any) -> list[Any]:
    """Return numbers and 0-d tensors as Python numbers."""
    for value in values:
        if isinstance(value, Leaf) and value._array.ndim:
            raise AutogradError(
                say(
                    f"only supports 0-dimensional start and end tensors, but got {value._array.ndim} dimension(s)",
                    "numbers or 0-d tensors",
                    "Call .item() on the element that is meant.",
                )
            )
    return [number(value._array[()] if isinstance(value, Leaf) else value) for value in values]


def _refuse_bool(function: str, d: np.dtype[Any]) -> None:
    if d == dtypes.BOOL:
        raise UndefinedError(
            say(f"'{function}' not implemented for 'Bool'", "a dtype of numbers", "Convert the result: x.bool().")
        )


def arange(start: Any = 0, end: Any = None, step: Any = 1, **options: Unpack[Options]) -> Tensor:
    """Return start, start + step, ... below `end`; int64 if all three are integers. Keywords as in `Options`.

    Raises
    ------
    RuntimeError
        A step of 0, bounds that do not agree with its sign, or that are not finite.
    ValueError
        A step that is 0 as an integer, where the dtype is one.
    """
    if end is None:
        start, end = 0, start
    first, last, by = _numbers(start, end, step)
    whole = not any(isinstance(v, float) for v in (first, last, by))
    d = asked(options, dtypes.I8 if whole else None)
    _refuse_bool("arange_cpu", d)
    if by == 0:
        raise AutogradError(say("step must be nonzero", "a positive or negative step", "Check the step."))
    if not (math.isfinite(first) and math.isfinite(last)):
        raise AutogradError(
            say(f"unsupported range: {first} -> {last}", "finite bounds", "Check what they were computed from.")
        )
    if (last - first) * by < 0:
        raise AutogradError(
            say(
                f"upper bound and lower bound inconsistent with step sign: from {first} to {last} by {by}",
                "a step that leads from the first to the second",
                "Exchange start and end, or change the sign of the step.",
            )
        )
    if d.kind in "iu":
        n = -((int(first) - int(last)) // int(by)) if whole else math.ceil((last - first) / by)
        if int(by) == 0:
            raise ValueError(say(f"step must be nonzero, but {by} is 0 as an integer", "a whole step", "Check dtype."))
        if d == dtypes.I8:
            n = -((int(first) - int(last)) // int(by))
        return finish((int(first) + int(by) * np.arange(n, dtype=np.int64)).astype(d), options)
    n = math.ceil((last - first) / by)
    return finish((first + by * np.arange(n, dtype=np.float64)).astype(d), options)


def _spaced(start: Any, end: Any, steps: Any, d: np.dtype[Any], function: str) -> np.ndarray[Any, Any]:
    """Return `steps` numbers from start to end, counted from both ends, so that both are exact."""
    _refuse_bool(f"{function}_cpu", d)
    n = _count(steps, function, "steps")
    if n < 0:
        raise AutogradError(say(f"number of steps must be non-negative, but is {n}", "0 or more", "Check steps."))
    work = d if d.kind == "f" else dtypes.F8
    first, last = (work.type(converted(v, d)) for v in _numbers(start, end))
    if n == 1:
        return np.full(1, first, work)
    step = (last - first) / work.type(max(n - 1, 1))
    i = np.arange(n, dtype=work)
    return np.where(i < n // 2, first + step * i, last - step * (n - 1 - i))


def linspace(start: Any, end: Any, steps: int, **options: Unpack[Options]) -> Tensor:
    """Return `steps` numbers from `start` to `end`, both included, at equal distances. Keywords as in `Options`.

    Raises
    ------
    RuntimeError
        `steps` is negative.
    NotImplementedError
        The dtype is bool.
    """
    d = asked(options)
    return finish(_spaced(start, end, steps, d, "linspace").astype(d), options)


def logspace(start: Any, end: Any, steps: int, base: float = 10.0, **options: Unpack[Options]) -> Tensor:
    """Return `base` to the power of `steps` numbers from `start` to `end`. Errors and keywords as for `linspace`."""
    d = asked(options)
    exponents = _spaced(start, end, steps, d, "logspace")
    return finish(np.power(exponents.dtype.type(base), exponents).astype(d), options)


# ----------------------------------------------------------------------------------------------- of another's shape


def memory_order(array: Any) -> list[int]:
    """Return the dimensions of an array as they lie in memory, the slowest first.

    Dimensions of stride 0, whose place memory does not tell, keep theirs among the others (PyTorch's rule).
    """
    a = np.asarray(array)
    order = list(range(a.ndim - 1, -1, -1))  # the fastest first; sorted by exchanges, as PyTorch does
    for place in range(1, a.ndim):
        here = place
        for before in range(place - 1, -1, -1):
            quick, slow = order[before], order[here]
            if a.strides[quick] == 0 or a.strides[slow] == 0:
                continue
            if a.strides[quick] < a.strides[slow]:
                break
            if a.strides[quick] > a.strides[slow] or a.shape[quick] > a.shape[slow]:
                order[before], order[here] = slow, quick
                here = before
    return order[::-1]


def like(input: Tensor, options: Mapping[str, Any], memory_format: Any = None) -> np.ndarray[Any, Any]:
    """Return zeros in the shape, the dtype and the memory order of a tensor, as far as nothing else is asked for.

    Raises
    ------
    TypeError
        `input` is no tensor.
    """
    if not isinstance(input, Leaf):
        raise TypeError(
            say(
                f"argument 'input' (position 1) must be Tensor, not {type(input).__name__}",
                "a Tensor",
                "Give a shape to zeros, ones, full or empty instead.",
            )
        )
    a = np.asarray(input._array)
    d = asked(options, a.dtype)
    kept = memory_format in (None, preserve_format)
    return _laid_out(a.shape, d, memory_order(a) if kept else _order(memory_format, a.ndim))


def _order(memory_format: Any, ndim: int) -> Sequence[int]:
    """Return the dimensions in the order of a memory format, the slowest first."""
    known = type(memory_format) is type(contiguous_format) and memory_format is not preserve_format
    dims = layout.order(memory_format, ndim) if known else None
    if dims is None:
        raise AutogradError(
            say(
                f"unsupported memory format {memory_format!r} for {ndim} dimensions",
                "autograd.contiguous_format, or channels_last for 4 dimensions",
                "Leave it out.",
            )
        )
    return dims


def _laid_out(shape: Sequence[int], d: np.dtype[Any], order: Sequence[int]) -> np.ndarray[Any, Any]:
    """Return zeros whose dimensions lie in memory in a given order, the slowest first."""
    if list(order) == list(range(len(order))):
        return np.zeros(shape, d)  # memory of its own, and no view of it
    return np.transpose(np.zeros([shape[dim] for dim in order], d), np.argsort(order))


def zeros_like(input: Tensor, *, memory_format: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return zeros in the shape (and dtype) of a tensor. Keywords as in `Options`."""
    return finish(like(input, options, memory_format), options)


def ones_like(input: Tensor, *, memory_format: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return ones in the shape (and dtype) of a tensor. Keywords as in `Options`."""
    a = like(input, options, memory_format)
    a.fill(1)
    return finish(a, options)


def empty_like(input: Tensor, *, memory_format: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return a tensor in the shape (and dtype) of another, whose values are to be set (here: zeros)."""
    return finish(like(input, options, memory_format), options)


def full_like(
    input: Tensor, fill_value: float, *, memory_format: Any = None, **options: Unpack[Options]
) -> Tensor:
    """Return one value everywhere in the shape (and dtype) of a tensor. Errors as for `full`."""
    a = like(input, options, memory_format)
    a.fill(_filled((), fill_value, a.dtype))
    return finish(a, options)


# ------------------------------------------------------------------------------- of another's dtype: Tensor's methods


def new_zeros(input: Tensor, *sizes: Any, size: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return zeros of a shape, in this tensor's dtype unless another is given. Keywords as in `Options`."""
    d = asked(options, input._array.dtype)
    return finish(np.zeros(_size(sizes, size, "new_zeros"), d), options)


def new_ones(input: Tensor, *sizes: Any, size: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return ones of a shape, in this tensor's dtype unless another is given. Keywords as in `Options`."""
    d = asked(options, input._array.dtype)
    return finish(np.ones(_size(sizes, size, "new_ones"), d), options)


def new_empty(input: Tensor, *sizes: Any, size: Any = None, **options: Unpack[Options]) -> Tensor:
    """Return a tensor of a shape whose values are to be set (here: zeros), in this tensor's dtype unless given."""
    d = asked(options, input._array.dtype)
    return finish(np.zeros(_size(sizes, size, "new_empty"), d), options)


def new_full(input: Tensor, size: Any, fill_value: float, **options: Unpack[Options]) -> Tensor:
    """Return a tensor with one value everywhere, in this tensor's dtype unless another is given."""
    d = asked(options, input._array.dtype)
    return finish(_filled(listed(size, "new_full"), fill_value, d), options)
