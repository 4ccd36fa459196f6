"""Tensors from data: nested lists, arrays, other tensors, bytes, and what other libraries hold."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack, cast

import numpy as np

from autograd import dtypes, versions
from autograd.creation import Options, asked, finish, zeros
from autograd.device import require_cpu
from autograd.errors import AutogradError, say
from autograd.inplace import own
from autograd.op import wrap
from autograd.operands import cast as cast_to
from autograd.operands import fit, overflow
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["as_tensor", "asarray", "edited", "from_dlpack", "from_numpy", "frombuffer", "tensor"]

_NUMBERS = {bool, int, float}


def _is_list(data: Any) -> bool:
    return isinstance(data, Sequence) and not isinstance(data, str | bytes)


def _plain(data: Any) -> Any:
    """Return nested data with tensors in it replaced by their values: inside lists, numbers.

    Raises
    ------
    ValueError
        A tensor inside a list has several elements.
    """
    if not _is_list(data):
        return data._array if isinstance(data, Leaf) else data
    plain = []
    for item in data:
        if isinstance(item, Leaf):
            if item._array.size != 1:
                raise ValueError(
                    say(
                        "only one element tensors can be converted to Python scalars, but a list given to a tensor "
                        f"has one of shape {tuple(item._shape)}",
                        "numbers, or tensors of one element",
                        "Use autograd.stack(list) or autograd.cat(list).",
                    )
                )
            plain.append(item._array.item())
        else:
            plain.append(_plain(item) if _is_list(item) else item)
    return plain


def _inferred(data: Any) -> np.dtype[Any] | None:
    """Return the dtype PyTorch infers from nested data: that of all items promoted; None where there are none.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        An item is no number.
    """
    if isinstance(data, Leaf):
        return cast("np.dtype[Any]", data._array.dtype)
    if isinstance(data, np.ndarray | np.generic):
        return dtypes.of(data.dtype).dtype
    if isinstance(data, int | float):
        return dtypes.of_number(data)
    if _is_list(data):
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
    if isinstance(data, complex):
        raise TypeError(dtypes.not_provided("complex64"))
    error = TypeError if isinstance(data, str | bytes) else RuntimeError
    raise error(
        say(
            f"Could not infer dtype of {type(data).__name__}",
            "numbers, bools, or nested lists of them",
            "Convert the values to numbers first.",
        )
    )


def _lengths(data: Any) -> list[int]:
    """Return the shape that the first items of nested lists have."""
    found = []
    while _is_list(data) or (isinstance(data, np.ndarray) and data.ndim):
        found.append(len(data))
        if not len(data):
            break
        data = data[0]
    return found


def _ragged(data: Any, shape: list[int]) -> Exception:
    """Return the error for nested lists that do not have `shape`."""
    expected, remedy = "lists of equal length at every depth", "Pad the shorter ones, or keep a Python list of tensors."
    level = [data]
    for depth, n in enumerate(shape):
        for item in level:
            if not hasattr(item, "__len__"):
                return TypeError(say(f"not a sequence: {item!r} stands beside lists of length {n}", expected, remedy))
            if len(item) != n:
                what = f"expected sequence of length {n} at dim {depth} (got {len(item)})"
                return ValueError(say(what, expected, remedy))
        level = [inner for item in level for inner in item]
    return TypeError(say("a list stands beside numbers in the lists given to a tensor", expected, remedy))


def as_array(data: Any, dtype: np.dtype[Any] | None = None) -> np.ndarray[Any, Any]:
    """Return new memory holding `data`: Python floats in the default dtype, arrays in their own.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        The data are no numbers, numbers that the dtype cannot hold, or ragged.
    """
    inferred = _inferred(data)
    wanted = inferred if dtype is None else dtype
    if wanted is None:
        wanted = dtypes.get_default_dtype().dtype
    plain = _plain(data)
    try:
        a = np.array(plain)
    except ValueError:
        shape = _lengths(plain)
        if 0 not in shape:
            raise _ragged(plain, shape) from None
        a = np.zeros(shape)  # no elements, as the first of the lists says
        wanted = dtypes.get_default_dtype().dtype if dtype is None else dtype
    # Arrays are cast as they are; numbers have to fit.
    if not isinstance(data, Leaf | np.ndarray) and not fit(a, wanted):
        if dtype is None:
            raise ValueError(
                say(
                    "Overflow when unpacking long long: an integer needs more than 64 bits",
                    "integers from -2**63 to 2**63 - 1",
                    "Write it as a float, or give a float dtype.",
                )
            )
        raise overflow(data, wanted)
    with np.errstate(over="ignore"):  # beyond a float dtype's range a number is inf, as in PyTorch
        held: np.ndarray[Any, Any] = dtypes.canonical(a.astype(wanted, copy=False))
    return held


def tensor(data: Any, **options: Unpack[Options]) -> Tensor:
    """Return a tensor holding a copy of `data`.

    Parameters
    ----------
    data : number, nested list, array or Tensor
        Python floats give the default dtype (float32), integers int64, bools bool; arrays, NumPy's numbers and tensors
        keep their dtype. Where they are mixed, the dtypes are promoted.
    **options
        dtype, device, requires_grad, name: as in `autograd.creation.Options`.

    Raises
    ------
    RuntimeError
        `requires_grad` for a dtype that is no floating-point one; data that are no numbers, or that the dtype cannot
        hold.
    TypeError, ValueError
        Data that are complex or texts, integers of more than 64 bits, ragged lists.
    """
    a = as_array(data, None if options.get("dtype") is None else asked(options))
    asked(options, a.dtype)
    return finish(a, options)


def new_tensor(input: Tensor, data: Any, **options: Unpack[Options]) -> Tensor:
    """Return a new tensor of `data`, in this tensor's dtype unless another is given. Errors as for `tensor`."""
    return finish(as_array(data, asked(options, input._array.dtype)), options)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Return `data` as a tensor: a tensor itself and an array's memory, where its dtype allows; else a copy."""
    if device is not None:
        require_cpu(device)
    if isinstance(data, Leaf | np.ndarray):
        t = cast("Tensor", data) if isinstance(data, Leaf) else from_numpy(data)
        return t if dtype is None else cast_to(t, dtypes.to_numpy(dtype))
    return tensor(data, dtype=dtype)


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool | None = None
) -> Tensor:
    """Return `obj` as a tensor, on its memory if that can be shared.

    Parameters
    ----------
    obj : Tensor, array, object with a buffer (bytes, bytearray ...), number or nested list
        A buffer is read as elements of `dtype`.
    dtype, device : optional
    copy : bool, optional
        True: always copy; False: never; None: where a copy is needed.
    requires_grad : bool, optional
        For a tensor that is computed on a graph, False detaches.

    Raises
    ------
    ValueError
        `copy=False`, but a copy is needed.
    RuntimeError, TypeError
        As for `tensor`.
    """
    if device is not None:
        require_cpu(device)
    d = None if dtype is None else dtypes.to_numpy(dtype)
    copied = False
    if isinstance(obj, Leaf):
        t = cast("Tensor", obj)
    elif isinstance(obj, np.ndarray | np.generic):
        t = from_numpy(np.asarray(obj))
    elif isinstance(obj, bytes | bytearray | memoryview):
        t = frombuffer(obj, dtype=dtype or dtypes.get_default_dtype())
    else:
        if copy is False:
            raise ValueError(
                say("can't alias arbitrary sequence into a tensor", "copy=None or True", "Leave out copy=False.")
            )
        t, copied = tensor(obj, dtype=dtype), True
    if d is not None and t._array.dtype != d:
        if copy is False:
            raise ValueError(
                say(
                    f"can't alias tensor with dtype {dtypes.of(t._array.dtype)} into dtype {dtypes.of(d)}",
                    "copy=None or True",
                    "Leave out copy=False, or the dtype.",
                )
            )
        t, copied = cast_to(t, d), True
    if copy and not copied:
        t = t.clone()
    if requires_grad is False and t._needs:
        t = t.detach()
    elif requires_grad and not t._needs:
        t = (wrap(own(t)) if t is obj else t).requires_grad_()
    return t


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """Return a tensor on the memory of an array: an edit of one is an edit of the other.

    Raises
    ------
    TypeError
        The argument is no array, or has a dtype without counterpart.
    ValueError
        Its numbers are stored in a foreign byte order, or backwards (a negative stride).
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
    if any(stride < 0 for stride in ndarray.strides):
        raise ValueError(
            say("At least one stride in the given numpy array is negative", "strides >= 0", "Copy it: array.copy().")
        )
    return wrap(dtypes.canonical(ndarray if type(ndarray) is np.ndarray else np.asarray(ndarray)))


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """Return a 1-d tensor on the memory of an object with a buffer: bytearray, array.array, mmap ...

    Read-only memory (bytes) gives a tensor that cannot be edited in place.

    Parameters
    ----------
    buffer : object with Python's buffer protocol
    dtype : dtype
    count : int
        How many elements; -1 for all that there are.
    offset : int
        How many bytes to skip.
    requires_grad : bool

    Raises
    ------
    ValueError
        There is no buffer, or it has not that many elements.
    """
    d = dtypes.to_numpy(dtype)
    if requires_grad:
        dtypes.require_float(d, "requires_grad=True was asked")
    try:
        length = memoryview(buffer).nbytes
    except TypeError:
        raise ValueError(
            say("object does not implement Python buffer protocol", "bytes, a bytearray, an array", "Convert it first.")
        ) from None
    problem = None
    if length == 0 or count == 0:
        problem = f"both buffer length ({length}) and count ({count}) must not be 0"
    elif not 0 <= offset < length:
        problem = f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) - 1"
    elif count > 0 and count * d.itemsize > length - offset:
        problem = (
            f"requested buffer length ({count} * {d.itemsize} bytes) after offset ({offset} bytes) must not be greater "
            f"than actual buffer length ({length} bytes)"
        )
    elif count < 0 and (length - offset) % d.itemsize:
        problem = (
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({d.itemsize})"
        )
    if problem is not None:
        raise ValueError(say(problem, "a buffer that holds whole elements", "Check dtype, count and offset."))
    t = wrap(np.frombuffer(buffer, d, count if count > 0 else -1, offset))
    t._needs = requires_grad
    return t


def from_dlpack(ext_tensor: Any) -> Tensor:
    """Return a tensor on the memory of another library's array (its `__dlpack__`): nothing is copied.

    Raises
    ------
    RuntimeError
        The object has no `__dlpack__`.
    TypeError
        Its dtype has no counterpart.
    BufferError
        It requires a gradient, or lives on another device.

    Notes
    -----
    NumPy 2.0 reads the memory of other libraries only: the tensor cannot be edited then.
    """
    if isinstance(ext_tensor, Leaf):
        refuse_to_share(cast("Tensor", ext_tensor))
        return cast("Tensor", ext_tensor).detach()
    if not hasattr(ext_tensor, "__dlpack__"):
        raise AutogradError(
            say(
                f"{type(ext_tensor).__name__} does not support the DLPack exchange of arrays (__dlpack__)",
                "an array of NumPy, PyTorch, JAX ...",
                "Use autograd.tensor for numbers and lists.",
            )
        )
    shared = ext_tensor[...] if isinstance(ext_tensor, np.ndarray) else np.from_dlpack(ext_tensor)
    return wrap(dtypes.canonical(shared))


def refuse_to_share(t: Tensor) -> None:
    """Raise unless another library may have the memory of `t`.

    Raises
    ------
    BufferError
        It requires a gradient, which the other library would lose; or its memory is read-only.
    """
    if t._needs:
        raise BufferError(
            say("Can't export tensors that require gradient", "a tensor without history", "Use x.detach().")
        )
    if not own(t).flags.writeable:
        raise BufferError(
            say("Can't export tensors on read-only memory", "memory that can be edited", "Use x.clone().")
        )


#: NumPy 2.1 and later are told the version, the device and whether to copy.
_ASKS_MORE = np.lib.NumpyVersion(np.__version__) >= "2.1.0"


def dlpack(
    input: Tensor, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """Hand the memory to another library (`torch.from_dlpack(x)`, `np.from_dlpack(x)`): nothing is copied.

    Parameters
    ----------
    stream, max_version, dl_device, copy
        What the other library asks for, as the array API standard has it.

    Raises
    ------
    BufferError
        It requires a gradient, which the other library would lose; its memory is read-only; or the other library asks
        for another device.
    """
    refuse_to_share(input)
    a = own(input)
    if _ASKS_MORE:
        return a.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)
    if dl_device not in (None, a.__dlpack_device__()):
        raise BufferError(
            say(f"the memory of another device, {dl_device}, was asked for", "the cpu, (1, 0)", "Copy it there.")
        )
    return (a.copy() if copy else a).__dlpack__(stream=stream)


def dlpack_device(input: Tensor) -> tuple[int, int]:
    """Return where the memory lies, as the array API standard has it: (1, 0), the cpu."""
    return own(input).__dlpack_device__()


def edited(t: Tensor) -> None:
    """Tell the tape that the memory of `t` was edited from outside (through `t.numpy()`, say).

    Bumps `_version`: a rule that saved the old value raises in backward instead of using the new one.
    """
    versions.edited(own(t))


def _build_token(d: dtypes.dtype, *data: Any) -> Tensor:
    if data and isinstance(data[0], int):
        return zeros(*data, dtype=d)
    return tensor(data[0] if data else [], dtype=d)


for _token in dtypes.TOKENS.values():
    _token._build = _build_token
