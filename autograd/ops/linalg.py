"""Rules of linear algebra: products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import direct
from autograd.appliers import binary
from autograd.errors import ShapeError, UndefinedError, say
from autograd.kernels import unbroadcast
from autograd.op import Array, Op
from autograd.operands import as_tensor_like

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "dot",
    "matmul",
    "mm",
    "mv",
]


_ndarray = np.ndarray


class Mm(Op):
    """Z = X Y     dX = G Yᵀ,  dY = Xᵀ G     (two matrices)"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, y: Array) -> Array:
        if x.ndim != 2 or y.ndim != 2:
            raise ValueError("a matrix product takes two matrices")
        return x.dot(y) if type(x) is _ndarray else np.matmul(x, y)  # half the cost of @

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        dx, dy = self.edges
        product = _ndarray.dot if type(g) is _ndarray else np.matmul
        return (product(g, y.T) if dx is not None else None), (product(x.T, g) if dy is not None else None)


class Dot(Op):
    """z = Σ x y     dx = g y,  dy = g x     (two vectors)"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, y: Array) -> Array:
        return np.matmul(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return g * y, g * x


class Mv(Op):
    """z = X y     dX = g ⊗ y,  dy = Xᵀ g     (a matrix and a vector)"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, y: Array) -> Array:
        return np.matmul(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return direct.expand_dims(g, 1) * y, np.matmul(x.T, g)


class Vm(Op):
    """z = x Y     dx = Y g,  dY = x ⊗ g     (a vector and a matrix)"""

    torch_name = "SqueezeBackward4"
    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, y: Array) -> Array:
        return np.matmul(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        return np.matmul(y, g), direct.expand_dims(x, 1) * g


class Matmul(Op):
    """Z = X Y for stacks of matrices     dX = G Yᵀ,  dY = Xᵀ G, summed where a stack was broadcast"""

    torch_name = "UnsafeViewBackward0"
    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, y: Array) -> Array:
        return np.matmul(x, y)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        row, column = len(x.shape) == 1, len(y.shape) == 1
        if row:
            x, g = direct.expand_dims(x, 0), direct.expand_dims(g, -2)
        if column:
            y, g = direct.expand_dims(y, 1), direct.expand_dims(g, -1)
        dx = dy = None
        if self.needs(0):
            dx = unbroadcast(np.matmul(g, direct.swapaxes(y, -1, -2)), x.shape)
            dx = direct.squeeze(dx, 0) if row else dx
        if self.needs(1):
            dy = unbroadcast(np.matmul(direct.swapaxes(x, -1, -2), g), y.shape)
            dy = direct.squeeze(dy, 1) if column else dy
        return dx, dy


_RULES: dict[tuple[int, int], type[Op]] = {(1, 1): Dot, (2, 1): Mv, (1, 2): Vm, (2, 2): Mm}


def product(name: str, a: Tensor, b: Tensor) -> Tensor:
    """Check that a product exists, then record it by the rule for its dimensions."""
    x, y = a._array, b._array
    if x.dtype != y.dtype:
        raise RuntimeError(
            say(
                f"{name}: expected both operands to have the same dtype, but got {a.dtype} and {b.dtype}",
                "one dtype",
                "Convert one of them first, for instance x.to(y.dtype).",
            )
        )
    if x.dtype.kind == "b":
        raise UndefinedError(say(f"{name} of bool tensors", "numbers", "Convert them first: x.int() or x.float()."))
    if x.ndim == 0 or y.ndim == 0:
        raise RuntimeError(
            say(
                f"{name}: both arguments need to be at least 1D, but they are {x.ndim}D and {y.ndim}D",
                "vectors, matrices or stacks of matrices",
                "Use * to multiply by a number.",
            )
        )
    inner = y.shape[-2] if y.ndim > 1 else y.shape[0]
    if x.shape[-1] != inner:
        raise ShapeError(
            say(
                f"{name}: mat1 and mat2 shapes cannot be multiplied ({_times(x.shape)} and {_times(y.shape)})",
                f"as many columns on the left ({x.shape[-1]}) as rows on the right ({inner})",
                "Check the order of the operands; a transpose (.T) may be missing.",
            )
        )
    if x.ndim <= 2 and y.ndim <= 2:
        return _RULES[x.ndim, y.ndim]().apply(a, b)  # type: ignore[no-any-return]
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
    return Matmul().apply(a, b)  # type: ignore[no-any-return]


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _matmul_any(input: Any, other: Any) -> Tensor:
    for operand in (input, other):
        if not hasattr(operand, "ndim") or isinstance(operand, np.generic):
            raise TypeError(
                say(
                    f"unsupported operand of @ and matmul: {type(operand).__name__}",
                    "a tensor",
                    "Use * to multiply by a number.",
                )
            )
    return product("matmul", as_tensor_like(input), as_tensor_like(other))


#: Matrix product of any two tensors: vectors, matrices, stacks of matrices (broadcast). Also the operator `@`.
matmul = binary(Mm, otherwise=_matmul_any)
matmul.__name__ = matmul.__qualname__ = "matmul"
matmul.__doc__ = """Return the matrix product of two tensors: vectors, matrices or stacks of matrices (broadcast).

    Raises
    ------
    RuntimeError
        The inner sizes differ, or the dtypes do.
    """


def _of_dims(name: str, m: int, n: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a product that takes nothing but an m-dimensional and an n-dimensional tensor."""

    def of_dims(input: Tensor, other: Tensor) -> Tensor:
        a, b = as_tensor_like(input), as_tensor_like(other)
        if a._array.ndim != m or b._array.ndim != n:
            raise ShapeError(
                say(
                    f"{name}: {m}D and {n}D tensors expected, but got {a._array.ndim}D and {b._array.ndim}D tensors",
                    f"tensors of {m} and {n} dimensions",
                    "Use matmul (@) for other shapes.",
                )
            )
        return product(name, a, b)

    of_dims.__name__ = of_dims.__qualname__ = name
    of_dims.__doc__ = f"Return the product of a {m}-dimensional and a {n}-dimensional tensor; no broadcasting."
    return of_dims


mm = _of_dims("mm", 2, 2)
mv = _of_dims("mv", 2, 1)
dot = _of_dims("dot", 1, 1)
