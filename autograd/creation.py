"""Making tensors: from data, of one value, of a range."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import dtypes, versions
from autograd._tensor import Tensor
from autograd.device import require_cpu
from autograd.errors import say
from autograd.inplace import own
from autograd.op import wrap
from autograd.operands import converted, fit, overflow
from autograd.ops.shape import new_sizes

#: One tuple for all leaves of a shape, so that operations find equal shapes by `is`.
_shapes: dict[tuple[int, ...], tuple[int, ...]] = {}


def _finish(array: Any, requires_grad: bool, device: Any = None, name: str | None = None) -> Tensor:
    if device is not None:
        require_cpu(device)
    if requires_grad:
        dtypes.require_float(array.dtype, "requires_grad=True was asked")
    t = wrap(array if array.ndim else array[()])  # one number is a NumPy scalar until its memory is asked for
    t._shape = _shapes.setdefault(t._shape, t._shape)
    if len(_shapes) > 1000:
        _shapes.clear()
    t._needs = requires_grad
    if name is not None:
        t.name = name
    return t


def _plain(data: Any) -> Any:
    """Return nested data with tensors in it replaced by their values."""
    if isinstance(data, Tensor):
        return data._array
    if isinstance(data, list | tuple):
        return [_plain(item) for item in data]
    return data


_NUMBERS = {bool, int, float}


def _inferred(data: Any) -> np.dtype[Any] | None:
    """Return the dtype PyTorch infers from nested data: that of all items promoted; None where there are none.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        An item is no number.
    """
    if isinstance(data, Tensor):
        return data._array.dtype  # type: ignore[no-any-return]
    if isinstance(data, np.ndarray | np.generic):
        return dtypes.of(data.dtype).dtype
    if isinstance(data, int | float):
        return dtypes.of_number(data)
    if isinstance(data, Sequence) and not isinstance(data, str):
        if data and isinstance(data[0], str):
            raise ValueError(
                say(
                    f"too many dimensions 'str': {data[0][:20]!r} was given among a tensor's values",
                    "numbers, bools, or nested lists of them",
                    "Convert the texts to numbers first.",
                )
            )
        kinds = set(map(type, data))
        found = [dtypes.of_number(kind()) for kind in kinds] if kinds <= _NUMBERS else [_inferred(i) for i in data]
        known = [d for d in found if d is not None]
        return functools.reduce(dtypes.promote, known) if known else None
    if hasattr(data, "__array__") or hasattr(data, "__array_interface__"):
        return dtypes.of(np.asarray(data).dtype).dtype
    error = TypeError if isinstance(data, complex | str) else RuntimeError
    raise error(
        say(
            f"could not infer dtype of {type(data).__name__}",
            "numbers, bools, or nested lists of them",
            "Convert the values to numbers first.",
        )
    )


def as_array(data: Any, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Return new memory holding `data`: Python floats in the default dtype, arrays in their own.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        The data are no numbers, numbers that the dtype cannot hold, or ragged.
    """
    inferred = _inferred(data)
    wanted = inferred if dtype is None else dtypes.to_numpy(dtype)
    if wanted is None:
        wanted = dtypes.get_default_dtype().dtype
    plain = _plain(data)
    try:
        a = np.array(plain)
    except ValueError:
        raise ValueError(
            say(
                "the nested lists given to a tensor are ragged: their lengths differ at some depth",
                "lists of equal length at every depth",
                "Pad the shorter ones, or keep a Python list of tensors.",
            )
        ) from None
    # Arrays are cast as they are; numbers have to fit.
    if not isinstance(data, Tensor | np.ndarray) and not fit(a, wanted):
        if dtype is None:
            raise ValueError(
                say(
                    "overflow when unpacking an integer: it needs more than 64 bits",
                    "integers from -2**63 to 2**63 - 1",
                    "Write it as a float, or give a float dtype.",
                )
            )
        raise overflow(data, wanted)
    held: np.ndarray[Any, Any] = dtypes.canonical(a.astype(wanted, copy=False))
    return held


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return a tensor holding a copy of `data`.

    Parameters
    ----------
    data : number, nested list, array or Tensor
        Python floats give the default dtype (float32), integers int64, bools bool; arrays keep their dtype.
    dtype : dtype, optional
    device : {"cpu"}, optional
    requires_grad : bool
        Compute a gradient for it. Floating point only.
    name : str, optional
        Shown in drawings and in errors.

    Raises
    ------
    RuntimeError
        `requires_grad` for a dtype that is no floating-point one; data that are no numbers, or that `dtype` cannot
        hold.
    TypeError, ValueError
        Data that are complex or texts, integers of more than 64 bits, ragged lists.
    """
    return _finish(as_array(data, dtype), requires_grad, device, name)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Return `data` as a tensor, on the same memory where its dtype allows."""
    if device is not None:
        require_cpu(device)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray):
        t = from_numpy(data)
        return t if dtype is None else t.to(dtype)
    return tensor(data, dtype=dtype)


asarray = as_tensor


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """Return a tensor on the memory of an array: an edit of one is an edit of the other.

    Raises
    ------
    TypeError
        The argument is no array, or has a dtype without counterpart.
    ValueError
        Its numbers are stored in a foreign byte order.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(
            say(
                f"expected np.ndarray (got {type(ndarray).__name__})",
                "a NumPy array",
                "Use autograd.tensor for numbers and lists.",
            )
        )
    if dtypes.of(ndarray.dtype).dtype != ndarray.dtype:
        raise ValueError(
            say(
                "the array has a foreign byte order",
                "native byte order",
                "Convert it first: array.astype(array.dtype.newbyteorder('=')).",
            )
        )
    return wrap(dtypes.canonical(ndarray if type(ndarray) is np.ndarray else np.asarray(ndarray)))


def _dtype_of(dtype: Any) -> np.dtype[Any]:
    return dtypes.get_default_dtype().dtype if dtype is None else dtypes.to_numpy(dtype)


def zeros(
    *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """Return a tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    return _finish(np.zeros(new_sizes(size), _dtype_of(dtype)), requires_grad, device, name)


def ones(
    *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """Return a tensor of ones: `ones(2, 3)` or `ones((2, 3))`."""
    return _finish(np.ones(new_sizes(size), _dtype_of(dtype)), requires_grad, device, name)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a tensor whose values are to be set: here they are zeros, so that nothing depends on old memory."""
    return zeros(*size, dtype=dtype, device=device, requires_grad=requires_grad)


def full(
    size: Any, fill_value: float, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor with one value everywhere, in the dtype of that value unless another is given.

    Raises
    ------
    RuntimeError
        The dtype cannot hold the value.
    """
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    d = dtypes.of_number(fill_value) if dtype is None else dtypes.to_numpy(dtype)
    return _finish(np.full(new_sizes((size,)), converted(fill_value, d)), requires_grad, device)


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return the (n, m) matrix with ones on its diagonal."""
    return _finish(np.eye(n, m, dtype=_dtype_of(dtype)), requires_grad, device)


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return start, start + step, ... below `end`; int64 if all three are integers.

    Raises
    ------
    RuntimeError
        A step of 0, or bounds that do not agree with its sign.
    """
    if end is None:
        start, end = 0, start
    values = [v.item() if isinstance(v, Tensor | np.generic) else v for v in (start, end, step)]
    first, last, by = (float(v) if isinstance(v, float) else int(v) for v in values)
    if by == 0 or (last - first) / by < 0:
        raise RuntimeError(
            say(
                f"arange({first}, {last}, {by}) has upper bound and larger bound inconsistent with step sign"
                if by
                else "step must be nonzero",
                "a step that leads from start to end",
                "Exchange start and end, or change the sign of the step.",
            )
        )
    d = dtypes.to_numpy(dtype) if dtype is not None else _dtype_of(
        None if any(isinstance(v, float) for v in values) else dtypes.int64
    )
    n = int(np.ceil((last - first) / by))
    counted: Any = np.arange(n, dtype=np.float64 if d.kind == "f" else np.int64)
    return _finish((first + by * counted).astype(d), requires_grad, device)


def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return `steps` numbers from `start` to `end`, both included, at equal distances."""
    if steps < 0:
        raise RuntimeError(say(f"number of steps must be non-negative, but is {steps}", "0 or more", "Check steps."))
    d = _dtype_of(dtype)
    if steps == 1:
        return _finish(np.full(1, start, d), requires_grad, device)
    work = np.dtype(np.float64) if d.kind != "f" else d
    # As PyTorch does: counted from both ends, so that the ends are exact and the whole symmetric.
    step = (work.type(end) - work.type(start)) / work.type(max(steps - 1, 1))
    i = np.arange(steps, dtype=work)
    a = np.where(i < steps // 2, work.type(start) + step * i, work.type(end) - step * (steps - 1 - i))
    return _finish(a.astype(d), requires_grad, device)


def _like(t: Tensor, dtype: Any) -> np.dtype[Any]:
    return t._array.dtype if dtype is None else dtypes.to_numpy(dtype)


def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return zeros in the shape (and dtype) of a tensor."""
    return _finish(np.zeros(input._array.shape, _like(input, dtype)), requires_grad, device)


def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return ones in the shape (and dtype) of a tensor."""
    return _finish(np.ones(input._array.shape, _like(input, dtype)), requires_grad, device)


def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a tensor in the shape (and dtype) of another, whose values are to be set (here: zeros)."""
    return zeros_like(input, dtype=dtype, device=device, requires_grad=requires_grad)


def full_like(
    input: Tensor, fill_value: float, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return one value everywhere in the shape (and dtype) of a tensor. Errors as for `full`."""
    value = converted(fill_value, _like(input, dtype))
    return _finish(np.full(input._array.shape, value), requires_grad, device)


def is_tensor(obj: Any) -> bool:
    """Tell whether an object is a Tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """Return the number of elements."""
    return input.numel()


def _build_token(d: dtypes.dtype, *data: Any) -> Tensor:
    if data and isinstance(data[0], int):
        return zeros(*data, dtype=d)
    return tensor(data[0] if data else [], dtype=d)


for _token in dtypes.TOKENS.values():
    _token._build = _build_token


def edited(t: Tensor) -> None:
    """Tell the tape that the memory of `t` was edited from outside (through `t.numpy()`, say).

    Bumps `_version`: a rule that saved the old value raises in backward instead of using the new one.
    """
    versions.edited(own(t))
