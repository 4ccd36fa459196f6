"""dtype objects with PyTorch's names, and PyTorch's promotion rules.

NumPy promotes float32 with int64 to float64 and lets a 0-d array widen a whole array; PyTorch does neither.
This file is the one place that says what the result dtype is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import DtypeError, say

F4 = np.dtype(np.float32)
F8 = np.dtype(np.float64)
I8 = np.dtype(np.int64)
BOOL = np.dtype(np.bool_)

#: Categories in the order of promotion: a higher one decides the result (PyTorch, "type promotion").
_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


class dtype:  # PyTorch's spelling of the class
    """The element type of a tensor: `autograd.float32` and its like.

    Passes wherever NumPy wants a dtype (`np.zeros(3, dtype=autograd.float32)`), and compares by identity.

    Attributes
    ----------
    dtype : numpy.dtype
        NumPy's object for the same element type.
    is_floating_point, is_complex, is_signed : bool
    itemsize : int
        Bytes per element.
    """

    __slots__ = ("dtype", "is_complex", "is_floating_point", "is_signed", "itemsize", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.dtype = np.dtype(name)
        self.itemsize = self.dtype.itemsize
        self.is_floating_point = self.dtype.kind == "f"
        self.is_complex = self.dtype.kind == "c"
        self.is_signed = self.dtype.kind in "ifc"

    def __repr__(self) -> str:
        return f"autograd.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)  # identity survives copying and pickling


float16 = dtype("float16")
float32 = dtype("float32")
float64 = dtype("float64")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = dtype("int16")
int32 = dtype("int32")
int64 = dtype("int64")
bool_ = dtype("bool")

#: PyTorch's other dtypes: what they are, and what to use instead.
NOT_PROVIDED = {
    **dict.fromkeys(
        ("complex32", "complex64", "complex128", "chalf", "cfloat", "cdouble"),
        ("complex numbers are not provided", "two tensors, for the real and the imaginary part"),
    ),
    "bfloat16": ("bfloat16 is not provided, since NumPy has no such numbers", "float32, or float16 for storage"),
    **dict.fromkeys(("uint16", "uint32", "uint64"), ("of the unsigned integers only uint8 is provided", "int64")),
}


def not_provided(name: str) -> str:
    """Return the message for the name of one of PyTorch's dtypes that do not exist here."""
    what, instead = NOT_PROVIDED[name]
    return say(f"{name}: {what}", "one of float64, float32, float16, int64, int32, int16, int8, uint8 and bool",
               f"Use {instead}.")  # fmt: skip


#: Every dtype by the name PyTorch prints, and PyTorch's second names.
NAMES = {d.name: d for d in (float16, float32, float64, uint8, int8, int16, int32, int64, bool_)}
NAMES |= {"half": float16, "float": float32, "double": float64, "short": int16, "int": int32, "long": int64}


def named(name: str) -> dtype:
    """Return the dtype of a name."""
    return NAMES[name]


_BY_NUMPY = {d.dtype: d for d in NAMES.values()}

_default = float32


def of(numpy_dtype: np.dtype[Any]) -> dtype:
    """Return our dtype object for a NumPy dtype.

    Raises
    ------
    TypeError
        The NumPy dtype has no counterpart (complex, object, strings, uint16 ...).
    """
    try:
        return _BY_NUMPY[numpy_dtype]
    except KeyError:
        native = numpy_dtype.newbyteorder("=")
        if native in _BY_NUMPY:
            return _BY_NUMPY[native]
        if native.name in NOT_PROVIDED:
            raise TypeError(not_provided(native.name)) from None
        raise TypeError(
            say(
                f"an array of dtype {numpy_dtype} was given to a tensor",
                "one of float64, float32, float16, int64, int32, int16, int8, uint8 and bool",
                "Convert it first, for instance with array.astype('float64').",
            )
        ) from None


def known(numpy_dtype: np.dtype[Any]) -> bool:
    """Tell whether a NumPy dtype has a counterpart."""
    return numpy_dtype in _BY_NUMPY


def canonical(array: Any) -> Any:
    """Return `array`, on the same memory, with NumPy's own dtype object for its element type.

    Unpickled arrays carry an equal one, and operations compare dtypes by `is`.

    Raises
    ------
    TypeError
        The dtype has no counterpart.
    """
    d = of(array.dtype).dtype
    return array if array.dtype is d or array.dtype != d else array.view(d)


class TensorType:
    """A legacy dtype token: `torch.FloatTensor`, `torch.LongTensor` and so on.

    `x.type(autograd.FloatTensor)` casts; `autograd.FloatTensor([1, 2])` builds a tensor.
    """

    __slots__ = ("_build", "dtype", "name")

    def __init__(self, name: str, of_dtype: dtype) -> None:
        self.name = name
        self.dtype = of_dtype.dtype
        self._build: Any = None

    def __instancecheck__(self, x: Any) -> bool:
        """Answer `isinstance(x, autograd.FloatTensor)`: a tensor of this dtype."""
        return isinstance(getattr(x, "dtype", None), dtype) and x.dtype.dtype is self.dtype

    def __repr__(self) -> str:
        return f"autograd.{self.name}"

    def __call__(self, *data: Any) -> Any:
        """Build a tensor: sizes give an uninitialised (here: zero) tensor, a sequence gives its values."""
        return self._build(of(self.dtype), *data)


TOKENS = {
    name: TensorType(name, d)
    for name, d in {
        "HalfTensor": float16,
        "FloatTensor": float32,
        "DoubleTensor": float64,
        "ByteTensor": uint8,
        "CharTensor": int8,
        "ShortTensor": int16,
        "IntTensor": int32,
        "LongTensor": int64,
        "BoolTensor": bool_,
    }.items()
}


def to_numpy(spec: Any) -> np.dtype[Any]:
    """Return the NumPy dtype of a dtype object, a token, a Python type, a NumPy dtype or a token's name.

    Raises
    ------
    TypeError
        `spec` names no dtype.
    """
    if type(spec) is dtype or type(spec) is TensorType:
        return spec.dtype
    if isinstance(spec, str):
        name = spec.rsplit(".", 1)[-1]
        if name in TOKENS:
            return TOKENS[name].dtype
        if name in NAMES:
            return NAMES[name].dtype
        if name in NOT_PROVIDED:
            raise TypeError(not_provided(name))
    elif spec is float:
        return F8  # PyTorch's reading: Python's own float has 64 bits
    elif spec is int:
        return I8
    elif spec is bool:
        return BOOL
    else:
        try:
            found = np.dtype(spec)
        except TypeError:
            pass
        else:
            return of(found).dtype
    raise TypeError(
        say(
            f"{spec!r} was given as a dtype",
            "a dtype such as autograd.float32, a NumPy dtype or a token such as autograd.FloatTensor",
            "Write dtype=autograd.float64, say.",
        )
    )


def get_default_dtype() -> dtype:
    """Return the dtype of tensors made from Python floats (float32 unless changed)."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the dtype of tensors made from Python floats.

    Raises
    ------
    TypeError
        `d` is no floating-point dtype.
    """
    global _default
    chosen = of(to_numpy(d))
    if not chosen.is_floating_point:
        raise TypeError(
            say(
                f"set_default_dtype was given {chosen}",
                "a floating-point dtype",
                "Use autograd.float32 or autograd.float64.",
            )
        )
    _default = chosen


def of_number(value: float) -> np.dtype[Any]:
    """Return the dtype PyTorch gives a Python number that stands alone."""
    if isinstance(value, bool):
        return BOOL
    return I8 if isinstance(value, int) else _default.dtype


def result_type(*operands: tuple[np.dtype[Any], int]) -> np.dtype[Any]:
    """Return the dtype of an operation on `operands`, each a pair of dtype and priority class.

    The second item tells how the operand counts: 2 for a tensor with dimensions, 1 for a 0-d tensor, 0 for a Python
    number. An operand of a lower class decides only when its category (bool, integer, float) is higher than that of
    every operand of a higher class (PyTorch's promotion rules).
    """
    best: list[np.dtype[Any] | None] = [None, None, None]
    for d, rank in operands:
        b = best[rank]
        best[rank] = d if b is None else promote(b, d)
    result: np.dtype[Any] | None = None
    for d2 in (best[2], best[1], best[0]):
        if d2 is None:
            continue
        if result is None:
            result = d2
        elif _CATEGORY[d2.kind] > _CATEGORY[result.kind]:
            # A Python float among integers gives the default dtype; a 0-d tensor keeps its own.
            result = d2
    assert result is not None
    return result


def category(d: np.dtype[Any]) -> int:
    """Return 0 for bool, 1 for integers, 2 for floats: PyTorch's order of promotion."""
    return _CATEGORY[d.kind]


def promote(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """Return PyTorch's `promote_types` of two NumPy dtypes.

    A float beats an integer and keeps its own size: float32 with int64 is float32.
    """
    if a is b:
        return a
    ca, cb = _CATEGORY[a.kind], _CATEGORY[b.kind]
    if ca != cb and max(ca, cb) == 2:
        return a if ca > cb else b
    return np.promote_types(a, b)


def require_float(d: np.dtype[Any], what: str) -> None:
    """Raise unless `d` is floating point: only those carry gradients."""
    if d.kind != "f":
        raise DtypeError(
            say(
                f"{what} for a tensor of dtype {of(d)}: only Tensors of floating point dtype can require gradients",
                "float32 or float64",
                "Convert it first: x = x.float().requires_grad_().",
            )
        )
