"""What programs ask about tensors and dtypes: their kind, their limits, and what comes out of two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.errors import AutogradError, say
from autograd.operands import number
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "can_cast",
    "finfo",
    "get_device",
    "iinfo",
    "is_complex",
    "is_floating_point",
    "is_nonzero",
    "is_same_size",
    "is_signed",
    "is_tensor",
    "numel",
    "promote_types",
    "result_type",
]


def is_tensor(obj: Any) -> bool:
    """Tell whether an object is a Tensor."""
    return isinstance(obj, Leaf)


def _array_of(input: Any, function: str) -> Any:
    if not isinstance(input, Leaf):
        raise TypeError(
            say(
                f"{function}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}",
                "a Tensor",
                "Make a tensor of it first: autograd.tensor(...).",
            )
        )
    return input._array


def numel(input: Tensor) -> int:
    """Return the number of elements."""
    return int(_array_of(input, "numel").size)


def is_floating_point(input: Tensor) -> bool:
    """Tell whether the dtype of a tensor is a floating-point one."""
    return bool(_array_of(input, "is_floating_point").dtype.kind == "f")


def is_complex(input: Tensor) -> bool:
    """Return False: there are no complex tensors."""
    return bool(_array_of(input, "is_complex").dtype.kind == "c")


def is_nonzero(input: Tensor) -> bool:
    """Tell whether the one element of a tensor is not 0.

    Raises
    ------
    RuntimeError
        There is not exactly one element.
    """
    a = _array_of(input, "is_nonzero")
    if a.size != 1:
        several = "more than one value" if a.size else "no values"
        raise AutogradError(
            say(f"Boolean value of Tensor with {several} is ambiguous", "one element", "Use .any() or .all().")
        )
    return bool(a.item())


# ------------------------------------------------------------------------------------------------ Tensor's methods


def is_signed(input: Tensor) -> bool:
    """Tell whether the dtype of a tensor has negative numbers."""
    return bool(input._array.dtype.kind in "if")


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have the same shape."""
    return bool(input._array.shape == other._array.shape)


def get_device(input: Tensor) -> int:
    """Return -1, the number of the cpu."""
    _array_of(input, "get_device")
    return -1


# ---------------------------------------------------------------------------------------------------------- promotion


def _dtype_of(value: Any, function: str) -> np.dtype[Any]:
    if not isinstance(value, dtypes.dtype):
        raise TypeError(
            say(
                f"{function}(): an argument must be a dtype, not {type(value).__name__}",
                "two dtypes such as autograd.float32",
                "Write x.dtype for that of a tensor.",
            )
        )
    return value.dtype


def promote_types(type1: dtypes.dtype, type2: dtypes.dtype) -> dtypes.dtype:
    """Return the dtype of an operation on tensors of two dtypes.

    Raises
    ------
    TypeError
        An argument is no dtype.
    """
    return dtypes.of(dtypes.promote(_dtype_of(type1, "promote_types"), _dtype_of(type2, "promote_types")))


def can_cast(from_: dtypes.dtype, to: dtypes.dtype) -> bool:
    """Tell whether an in-place operation may convert: not from floats to integers, nor from those to bools.

    Raises
    ------
    TypeError
        An argument is no dtype.
    """
    return dtypes.category(_dtype_of(from_, "can_cast")) <= dtypes.category(_dtype_of(to, "can_cast"))


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """Return the dtype of an operation on two tensors or numbers.

    Raises
    ------
    TypeError
        An argument is neither.
    """
    ranked = [
        (value._array.dtype, 2 if value._array.ndim else 1)
        if isinstance(value, Leaf)
        else (dtypes.of_number(number(value)), 0)
        for value in (tensor1, tensor2)
    ]
    return dtypes.of(dtypes.result_type(*ranked))


# ------------------------------------------------------------------------------------------------------------- limits


class _Limits:
    """What `finfo` and `iinfo` share: two of a dtype are equal."""

    __slots__ = ("bits", "dtype", "max", "min")

    bits: int
    dtype: str

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.dtype == self.dtype

    def __hash__(self) -> int:
        return hash((type(self), self.dtype))


class finfo(_Limits):  # PyTorch's spelling of the class
    """The limits of a floating-point dtype.

    Parameters
    ----------
    type : dtype, optional
        The default dtype if left out.

    Attributes
    ----------
    bits : int
    eps : float
        The smallest number for which 1 + eps differs from 1.
    max, min : float
        The largest and the smallest number.
    tiny, smallest_normal : float
        The smallest positive number of full precision.
    resolution : float
        The precision in decimal digits, as a power of ten.
    dtype : str

    Raises
    ------
    TypeError
        The dtype is no floating-point one.
    """

    __slots__ = ("eps", "resolution", "smallest_normal", "tiny")

    max: float
    min: float

    def __init__(self, type: dtypes.dtype | None = None) -> None:
        d = dtypes.get_default_dtype().dtype if type is None else _dtype_of(type, "finfo")
        if d.kind != "f":
            raise TypeError(
                say(
                    f"finfo() requires a floating point input type, not {dtypes.of(d)}",
                    "float16, float32 or float64",
                    "Use iinfo for integers.",
                )
            )
        limits = np.finfo(d)
        self.bits, self.dtype = int(limits.bits), d.name
        self.max, self.min, self.eps = float(limits.max), float(limits.min), float(limits.eps)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = 10.0 ** -int(limits.precision)

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
            f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})"
        )


class iinfo(_Limits):  # PyTorch's spelling of the class
    """The limits of an integer dtype.

    Attributes
    ----------
    bits, max, min : int
    dtype : str

    Raises
    ------
    TypeError
        The dtype is no integer one.
    """

    __slots__ = ()

    max: int
    min: int

    def __init__(self, type: dtypes.dtype) -> None:
        d = _dtype_of(type, "iinfo")
        if d.kind not in "iu":
            raise TypeError(
                say(
                    f"iinfo() requires an integer input type, not {dtypes.of(d)}",
                    "uint8, int8, int16, int32 or int64",
                    "Use finfo for floating-point dtypes.",
                )
            )
        limits = np.iinfo(d)
        self.bits, self.dtype, self.max, self.min = int(limits.bits), d.name, int(limits.max), int(limits.min)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
