"""What the operations on matrices have in common: checks of their operands, and the transpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import DtypeError, LinAlgError, ShapeError, UndefinedError, say
from autograd.op import Array
from autograd.operands import as_tensor_like
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor


def turned(x: Array) -> Array:
    """Return the transposes of matrices."""
    return np.swapaxes(x, -1, -2)


def matrix(name: str, A: Any, *, halves: bool = False) -> Tensor:
    """Return an operand as a tensor that holds float matrices.

    Raises
    ------
    RuntimeError
        It has less than two dimensions, or a dtype that LAPACK does not compute in.
    TypeError
        It is no tensor.
    """
    if not isinstance(A, Leaf | np.ndarray):
        raise TypeError(
            say(
                f"{name}: argument must be Tensor, not {type(A).__name__}",
                "a tensor",
                "Make a tensor of it first: autograd.tensor(...).",
            )
        )
    t = as_tensor_like(A)
    d = t._array.dtype
    if t._array.ndim < 2:
        raise ShapeError(
            say(
                f"{name}: The input tensor must have at least 2 dimensions, but it has {t._array.ndim}",
                "a matrix, or a stack of matrices",
                "Give a vector a dimension first: x[:, None].",
            )
        )
    if d.kind != "f" or (d.itemsize == 2 and not halves):
        raise UndefinedError(
            say(
                f"{name}: Expected a floating point tensor as input. Got {t.dtype}",
                "float32 or float64",
                "Convert it first: x.float().",
            )
        )
    return t


def square(name: str, A: Any) -> Tensor:
    """Return an operand as a tensor that holds square float matrices. Errors as for `matrix`."""
    return _square(name, matrix(name, A))


def _square(name: str, t: Tensor) -> Tensor:
    m, n = t._array.shape[-2:]
    if m != n:
        raise ShapeError(
            say(
                f"{name}: A must be batches of square matrices, but they are {m} by {n} matrices",
                "as many rows as columns",
                "Use linalg.lstsq, pinv, svd or qr for others.",
            )
        )
    return t


def square_of_any_dtype(name: str, A: Tensor) -> Tensor:
    """Return square matrices of any dtype: what is only multiplied."""
    if A._array.ndim < 2:
        raise ShapeError(
            say(
                f"{name}: The input tensor A must have at least 2 dimensions, but it has {A._array.ndim}",
                "a matrix, or a stack of matrices",
                "Give it dimensions first.",
            )
        )
    return _square(name, A)


def of_one_dtype(name: str, a: Tensor, b: Tensor) -> None:
    """Raise unless two operands have one dtype."""
    if a._array.dtype != b._array.dtype:
        raise DtypeError(
            say(
                f"{name}: Expected A and B to have the same dtype, but A is of type {a.dtype} and B of type {b.dtype}",
                "one dtype",
                "Convert one of them first, for instance x.to(y.dtype).",
            )
        )


def stacks_fit(name: str, x: Any, y: Any) -> None:
    """Raise unless the dimensions before the last two broadcast."""
    try:
        np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    except ValueError:
        raise ShapeError(
            say(
                f"{name}: the stacks of matrices of shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be broadcast",
                "equal sizes, or size 1, in every dimension before the last two",
                "Reshape one operand, for instance with unsqueeze.",
            )
        ) from None


def failed(name: str, bad: Any, what: str, expected: str, remedy: str) -> LinAlgError:
    """Word the error of a routine that failed for some matrices of a stack; `bad` tells for which."""
    places = np.argwhere(bad)
    element = ", ".join(map(str, places[0])) if np.ndim(bad) and len(places) else ""
    where = f"(Batch element {element}): " if element else ""
    return LinAlgError(say(f"{name}: {where}{what}", expected, remedy))


def not_finite(name: str, x: Any) -> LinAlgError:
    """Word the error of an iteration that did not converge."""
    return failed(
        name,
        ~np.isfinite(x).all((-2, -1)),
        "The algorithm failed to converge"
        + ("" if np.isfinite(x).all() else " because the input matrix contained non-finite values"),
        "matrices of finite numbers",
        "Look for nan and inf before: autograd.isfinite(A).all().",
    )
