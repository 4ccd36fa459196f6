"""Tensors in another dtype, on another device (there is none), or as the same again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.device import channels_last, channels_last_3d, contiguous_format, device, preserve_format, require_cpu
from autograd.errors import say
from autograd.operands import cast
from autograd.ops.layout import clone, contiguous
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor


def to(
    input: Tensor,
    *target: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Return the tensor in another dtype: `x.to(float64)`, `x.to(other)`, `x.to("cpu")`. Itself if nothing changes.

    Parameters
    ----------
    *target : dtype, device, Tensor
        A dtype, a device, a device and a dtype, or a tensor whose dtype is meant; then `non_blocking` and `copy`.
    dtype, device : optional
    non_blocking : bool
        Ignored: there is nothing to wait for.
    copy : bool
        Return a copy even if nothing changes.
    memory_format : memory_format, optional
        The order of the result in memory.

    Raises
    ------
    RuntimeError
        Another device than cpu is asked for.
    """
    flags = []
    for item in target:
        if isinstance(item, bool):
            flags.append(item)
        elif isinstance(item, Leaf):
            dtype = item._array.dtype
        elif item is None:
            continue
        elif isinstance(item, str | int | _Device):
            device = item
        else:
            dtype = item
    if device is not None:
        require_cpu(device)
    t = input if dtype is None else cast(input, dtypes.to_numpy(dtype))
    if memory_format not in (None, preserve_format):
        if t is not input:
            return contiguous(t, memory_format=memory_format)
        if copy or memory_format is not _format(t):
            return clone(t, memory_format=memory_format)
        return t
    return clone(t) if t is input and (copy or flags[1:] == [True]) else t


def _format(t: Tensor) -> Any:
    """Return the format that a tensor's memory is taken for: channels_last only where nothing else explains it."""
    if t.is_contiguous():
        return contiguous_format
    fits = [f for f, ndim in ((channels_last, 4), (channels_last_3d, 5)) if t.ndim == ndim]
    return next((f for f in fits if t.is_contiguous(memory_format=f)), contiguous_format)


_Device = device


def cpu(input: Tensor, memory_format: Any = None) -> Tensor:
    """Return the tensor: it is on the cpu."""
    return input


def cuda(input: Tensor, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Tensor:
    """Raise: there is no other device than the cpu.

    Raises
    ------
    RuntimeError
        Always.
    """
    return to(input, device="cuda")


def type_(input: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Return the name of the tensor's type, or the tensor in another dtype (itself if it has that dtype).

    Parameters
    ----------
    dtype : dtype, token or str, optional
        `autograd.int32`, `autograd.IntTensor`, or a token's name as PyTorch writes it: 'torch.IntTensor'.

    Raises
    ------
    ValueError
        The name is none of a tensor type.
    """
    if dtype is None:
        return next(f"autograd.{n}" for n, token in dtypes.TOKENS.items() if token.dtype == input._array.dtype)
    if isinstance(dtype, str) and dtype.rsplit(".", 1)[-1] not in dtypes.TOKENS:
        raise ValueError(
            say(f"invalid type: {dtype!r}", f"one of {', '.join(dtypes.TOKENS)}", "Write x.type(autograd.float32).")
        )
    return cast(input, dtypes.to_numpy(dtype))


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """Return the tensor in the dtype of another."""
    return cast(input, other._array.dtype)


def _in(name: str) -> Callable[..., Tensor]:
    """Return the method that converts to one dtype."""
    d = np.dtype(name)

    def convert(input: Tensor, memory_format: Any = None) -> Tensor:
        return cast(input, d)

    convert.__doc__ = f"Return the tensor in {name}."
    return convert


bool_ = _in("bool")
byte = _in("uint8")
char = _in("int8")
double = _in("float64")
float_ = _in("float32")
half = _in("float16")
int_ = _in("int32")
long = _in("int64")
short = _in("int16")
