"""Products of vectors, matrices and tensors beyond `matmul`; most are composed of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import DtypeError, ShapeError, UndefinedError, say
from autograd.op import Array, Elementwise
from autograd.operands import as_tensor_like, common
from autograd.ops import arithmetic, linalg, reduce, shape
from autograd.ops.dims import axes, dimension
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "bmm",
    "chain_matmul",
    "cross",
    "ger",
    "inner",
    "kron",
    "outer",
    "tensordot",
    "vdot",
]


def times(number: float, x: Array) -> Array:
    """Return a multiple of `x`; `x` itself for 1."""
    return x if number == 1 else number * x


class Combined(Elementwise):
    """z = β x + α y, without x where β is 0     dx = β g,  dy = α g"""

    __slots__ = ("alpha", "beta")
    torch_name = "AddBackward0"
    beta: float
    alpha: float

    def forward(self, x: Array, y: Array) -> Array:
        if self.beta == 0:  # whatever x holds, nan included, does not count
            return times(self.alpha, y) + np.zeros_like(x)
        return times(self.beta, x) + times(self.alpha, y)

    def backward(self, g: Array) -> Any:
        return times(self.beta, g), times(self.alpha, g)


class Cross(Elementwise):
    """z = x × y     dx = y × g,  dy = g × x"""

    __slots__ = ("dim",)
    torch_name = "LinalgCrossBackward0"
    saves = (0, 1)
    saved_for = {0: 1, 1: 0}
    dim: int  # counted from the last

    def forward(self, x: Array, y: Array) -> Array:
        return np.cross(x, y, axis=self.dim)

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        dx = np.cross(y, g, axis=self.dim) if self.needs(0) else None
        return dx, (np.cross(g, x, axis=self.dim) if self.needs(1) else None)


# ------------------------------------------------------------------------------------------ sums with a product


def _tensors(name: str, *operands: Any) -> list[Tensor]:
    """Return operands as tensors.

    Raises
    ------
    TypeError
        One is neither tensor nor array.
    """
    for place, operand in enumerate(operands, 1):
        if not isinstance(operand, Leaf | np.ndarray):
            raise TypeError(
                say(
                    f"{name}(): argument (position {place}) must be Tensor, not {type(operand).__name__}",
                    "tensors",
                    "Make a tensor of it first: autograd.tensor(...).",
                )
            )
    return [as_tensor_like(operand) for operand in operands]


def _vectors(name: str, *operands: Any) -> list[Tensor]:
    """Return operands as tensors, each of one dimension."""
    found = _tensors(name, *operands)
    for place, t in enumerate(found, 1):
        if t._array.ndim != 1:
            raise ShapeError(
                say(
                    f"{name}: Expected 1-D argument vec{place}, but got {t._array.ndim}-D",
                    "two vectors",
                    "Flatten it first, or use matmul.",
                )
            )
    return found


def _plus(name: str, input: Tensor, product: Tensor, beta: float, alpha: float) -> Tensor:
    """Return beta times `input`, broadcast, plus alpha times a product."""
    x, y = input._array, product._array
    if x.dtype != y.dtype:
        raise DtypeError(
            say(
                f"{name}: self and mat2 must have the same dtype, but got {input.dtype} and {product.dtype}",
                "one dtype",
                "Convert one of them first, for instance x.to(y.dtype).",
            )
        )
    lead = y.ndim - x.ndim
    if lead < 0 or any(m not in (1, n) for m, n in zip(x.shape, y.shape[lead:], strict=True)):
        raise ShapeError(
            say(
                f"{name}: the expanded size of the tensor {tuple(y.shape)} must match the existing size "
                f"{tuple(x.shape)} at non-singleton dimensions: size mismatch",
                f"a tensor that broadcasts to {tuple(y.shape)}, the shape of the product",
                "Check its shape, or the order of the factors.",
            )
        )
    if y.dtype.kind in "iu":
        beta, alpha = int(beta), int(alpha)
    return Combined(beta=beta, alpha=alpha).apply(input, product)  # type: ignore[no-any-return]


def _batches(name: str, input: Any, mat2: Any) -> list[Tensor]:
    """Return two stacks of as many matrices."""
    a, b = _tensors(name, input, mat2)
    x, y = a._array, b._array
    if x.ndim != 3 or y.ndim != 3:
        raise ShapeError(
            say(
                f"{name}: batch1 and batch2 must be 3D tensors, but they are {x.ndim}D and {y.ndim}D",
                "stacks of matrices, of shapes (b, n, m) and (b, m, p)",
                "Use matmul (@) for other shapes.",
            )
        )
    if x.shape[0] != y.shape[0]:
        raise ShapeError(
            say(
                f"{name}: batch1 and batch2 must have same number of batches, got {x.shape[0]} and {y.shape[0]}",
                "as many matrices in both",
                "Use matmul (@), which broadcasts.",
            )
        )
    return [a, b]


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Return the products of matrices, pair by pair.

    Parameters
    ----------
    input, mat2 : Tensor
        Of shapes (b, n, m) and (b, m, p), and of one dtype.

    Returns
    -------
    Tensor
        Of shape (b, n, p).

    Raises
    ------
    RuntimeError
        Other shapes, or unequal dtypes.
    """
    return linalg.product("bmm", *_batches("bmm", input, mat2))


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return `beta * input + alpha * (mat1 @ mat2)`.

    Parameters
    ----------
    input : Tensor
        Broadcast to the shape of the product. Not read at all if `beta` is 0.
    mat1, mat2 : Tensor
        Matrices of one dtype, that of `input`.
    beta, alpha : float
        Of integer tensors the integers below.

    Raises
    ------
    RuntimeError
        The shapes do not fit, or the dtypes differ.
    """
    a, b, c = _tensors("addmm", input, mat1, mat2)
    return _plus("addmm", a, linalg.mm(b, c), beta, alpha)


def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return `beta * input + alpha * (mat @ vec)`. Further as `addmm`."""
    a, b, c = _tensors("addmv", input, mat, vec)
    return _plus("addmv", a, linalg.mv(b, c), beta, alpha)


def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return `beta * input + alpha * outer(vec1, vec2)`; dtypes are promoted. Further as `addmm`.

    Raises
    ------
    RuntimeError
        The shapes do not fit, or `beta` or `alpha` is no integer among integer tensors.
    """
    a, b, c = common([_tensors("addr", input)[0], *_vectors("addr", vec1, vec2)])
    if a._array.dtype.kind != "f" and any(isinstance(n, float) for n in (beta, alpha)):
        raise DtypeError(
            say(
                "For integral input tensors, argument beta or alpha must not be a floating point number",
                "integers",
                "Convert the tensors first: x.float().",
            )
        )
    if a._array.dtype.kind == "b":
        beta, alpha = bool(beta), bool(alpha)
    return _plus("addr", a, outer(b, c), beta, alpha)


def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return `beta * input + alpha * bmm(batch1, batch2).sum(0)`. Further as `addmm`."""
    (a,) = _tensors("addbmm", input)
    products = linalg.product("addbmm", *_batches("addbmm", batch1, batch2))
    return _plus("addbmm", a, reduce.sum(products, 0, dtype=products.dtype), beta, alpha)


def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """Return `beta * input + alpha * bmm(batch1, batch2)`. Further as `addmm`."""
    (a,) = _tensors("baddbmm", input)
    product = linalg.product("baddbmm", *_batches("baddbmm", batch1, batch2))
    return _plus("baddbmm", a, product, beta, alpha)


# ----------------------------------------------------------------------------------------------- of vectors


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Return the matrix of the products of every element of one vector with every element of another.

    Raises
    ------
    RuntimeError
        They are no vectors.
    """
    a, b = _vectors("outer", input, vec2)
    return arithmetic.mul(shape.unsqueeze(a, 1), b)


ger = outer


def vdot(input: Tensor, other: Tensor) -> Tensor:
    """Return the dot product of two vectors; as `dot`, since there are no complex numbers to be conjugated."""
    return linalg.dot(input, other)


def inner(input: Tensor, other: Tensor) -> Tensor:
    """Return the dot products along the last dimensions of two tensors.

    Parameters
    ----------
    input, other : Tensor
        Of shapes (..., k) and (*, k); or one of them a single number, which multiplies.

    Returns
    -------
    Tensor
        Of shape (..., *).

    Raises
    ------
    RuntimeError
        The last sizes differ, or the dtypes do.
    """
    a, b = _tensors("inner", input, other)
    x, y = a._array, b._array
    if x.ndim == 0 or y.ndim == 0:
        return arithmetic.mul(a, b)
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            say(
                f"inner() the last dimension must match on both input tensors but got shapes {list(x.shape)} and "
                f"{list(y.shape)}",
                "equal last sizes",
                "Check the shapes; tensordot takes any dimensions.",
            )
        )
    if x.ndim == 1 and y.ndim == 1:
        return linalg.dot(a, b)
    return tensordot(a, b, ([-1], [-1]))


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """Return the dot products along a dimension of two tensors, which are broadcast.

    Raises
    ------
    RuntimeError
        They do not broadcast, are no floating-point tensors, or of unequal dtypes.
    """
    a, b = _tensors("linalg.vecdot", x, y)
    for t in (a, b):
        if t._array.dtype.kind != "f":
            raise UndefinedError(
                say(
                    f"linalg.vecdot: Expected a floating point tensor as input. Got {t.dtype}",
                    "float32 or float64",
                    "Convert it first: x.float().",
                )
            )
    if a._array.dtype != b._array.dtype:
        raise DtypeError(
            say(
                f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {a.dtype} and y of type "
                f"{b.dtype} instead",
                "one dtype",
                "Convert one of them first, for instance x.to(y.dtype).",
            )
        )
    return reduce.sum(arithmetic.mul(a, b), dim)


def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """Return the vector products of three-dimensional vectors along `dim`; the other dimensions broadcast.

    Parameters
    ----------
    input, other : Tensor
        With as many dimensions, of size 3 in `dim`.
    dim : int, optional
        Without it, the first dimension of `input` that has size 3. (`linalg.cross` takes the last one.)

    Raises
    ------
    RuntimeError
        There is no dimension of size 3, or the shapes or dtypes do not fit.
    """
    (a,) = _tensors("cross", input)
    if dim is None:
        sizes = a._array.shape
        if 3 not in sizes:
            raise ShapeError(
                say(f"no dimension of size 3 in input (shape {tuple(sizes)})", "vectors of three", "Check the shape.")
            )
        dim = sizes.index(3)
    return cross_along(a, other, dim)


def cross_along(input: Tensor, other: Tensor, dim: int) -> Tensor:
    """Return the vector products of three-dimensional vectors along `dim`.

    Raises
    ------
    RuntimeError
        The size there is not 3, or the shapes or dtypes do not fit.
    """
    a, b = _tensors("linalg.cross", input, other)
    x, y = a._array, b._array
    if x.ndim != y.ndim:
        raise ShapeError(
            say(
                f"linalg.cross: inputs must have the same number of dimensions, but they have {x.ndim} and {y.ndim}",
                "as many dimensions",
                "Give one of them more, with unsqueeze.",
            )
        )
    d = dimension(dim, x.ndim)
    if x.ndim == 0 or x.shape[d] != 3 or y.shape[d] != 3:
        raise ShapeError(
            say(
                f"linalg.cross: inputs dimension {dim} must have length 3. Got shapes {tuple(x.shape)} and "
                f"{tuple(y.shape)}",
                "vectors of three numbers",
                "Name their dimension: dim=...",
            )
        )
    if x.dtype != y.dtype:
        raise DtypeError(
            say(f"linalg.cross: expected one scalar type, got {a.dtype} and {b.dtype}", "one dtype", "Convert one.")
        )
    if x.dtype.kind == "b":
        raise UndefinedError(say("linalg.cross of bool tensors", "numbers", "Convert them first: x.int()."))
    if any(m != n and 1 not in (m, n) for m, n in zip(x.shape, y.shape, strict=True)):
        raise ShapeError(
            say(
                f"linalg.cross: shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be broadcast: sizes must match the "
                "size of the other, or be 1",
                "equal sizes, or size 1, in every dimension",
                "Check the shapes.",
            )
        )
    return Cross(dim=d - x.ndim).apply(a, b)  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------------------ of tensors


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Return the sum of the products of two tensors over pairs of dimensions.

    Parameters
    ----------
    a, b : Tensor
    dims : int or pair of lists of int
        The dimensions of `a` and of `b` to be summed over; of a number n, the last n of `a` and the first n of `b`.

    Returns
    -------
    Tensor
        With the remaining dimensions of `a`, then those of `b`.

    Raises
    ------
    RuntimeError
        The sizes do not match, a dimension is named twice, or the dtypes differ.
    """
    left, right = _tensors("tensordot", a, b)
    first, second = _contracted(dims, left._array.ndim, right._array.ndim)
    for d, e in zip(first, second, strict=True):
        m, n = left._array.shape[d], right._array.shape[e]
        if m == n:
            continue
        if 1 not in (m, n):
            raise ShapeError(
                say(
                    f"contracted dimensions need to match, but first has size {m} in dim {d} and second has size {n} "
                    f"in dim {e}",
                    "equal sizes",
                    "Check the order of the dimensions.",
                )
            )
        if m == 1:  # a broadcast dimension, as in PyTorch: what it multiplies can be summed first
            right = reduce.sum(right, e, keepdim=True)
        else:
            left = reduce.sum(left, d, keepdim=True)
    x, y = left._array, right._array
    if x.dtype != y.dtype:
        raise DtypeError(
            say(f"both inputs should have same dtype: {left.dtype} and {right.dtype}", "one dtype", "Convert one.")
        )
    rows = [d for d in range(x.ndim) if d not in first]
    columns = [d for d in range(y.ndim) if d not in second]
    inside = math.prod(x.shape[d] for d in first)
    m, n = (math.prod(s.shape[d] for d in kept) for s, kept in ((x, rows), (y, columns)))
    z = linalg.mm(
        shape.reshape(shape.permute(left, (*rows, *first)), (m, inside)),
        shape.reshape(shape.permute(right, (*second, *columns)), (inside, n)),
    )
    return shape.reshape(z, tuple([x.shape[d] for d in rows] + [y.shape[d] for d in columns]))


def _contracted(dims: Any, m: int, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the dimensions to be summed over, of tensors of m and of n dimensions."""
    if isinstance(dims, Leaf | np.ndarray):
        dims = as_tensor_like(dims)._array.tolist()
    if isinstance(dims, int):
        if not 0 <= dims <= min(m, n):
            raise ShapeError(
                say(f"tensordot expects dims >= 0, not more than there are, but got dims={dims}", "fewer", "Check it.")
            )
        return tuple(range(m - dims, m)), tuple(range(dims))
    if not isinstance(dims, Sequence) or len(dims) != 2:
        raise ShapeError(
            say(
                "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two "
                f"lists, but got dims={dims!r}",
                "a number, or two lists of dimensions",
                "Write dims=([1], [0]), say.",
            )
        )
    for which in dims:
        if not isinstance(which, Sequence):
            raise TypeError(
                say(f"tensordot(): dims must be tuple of ints, not {type(which).__name__}", "lists", "Say ([1], [0]).")
            )
    first, second = (axes(tuple(d), k) or () for d, k in zip(dims, (m, n), strict=True))
    if len(first) != len(second):
        raise ShapeError(
            say(f"both dimension lists should have same length, got {first} and {second}", "pairs", "Check the lists.")
        )
    return first, second


def kron(input: Tensor, other: Tensor) -> Tensor:
    """Return the Kronecker product: `input` with every element replaced by its product with all of `other`."""
    a, b = _tensors("kron", input, other)
    ndim = max(a._array.ndim, b._array.ndim)
    m, n = ((1,) * (ndim - t._array.ndim) + t._array.shape for t in (a, b))
    apart = shape.reshape(a, tuple([k for size in m for k in (size, 1)]))
    within = shape.reshape(b, tuple([k for size in n for k in (1, size)]))
    return shape.reshape(arithmetic.mul(apart, within), tuple([i * j for i, j in zip(m, n, strict=True)]))


def chain_matmul(*matrices: Tensor) -> Tensor:
    """Return the product of several matrices, multiplied in the cheapest order. See `linalg.multi_dot`.

    Raises
    ------
    RuntimeError
        No matrices, something else than a matrix, or sizes that do not fit.
    """
    found = _tensors("chain_matmul", *matrices)
    if not found:
        raise ShapeError(say("chain_matmul(): Expected one or more matrices", "at least one", "Name them: (a, b, c)."))
    for t in found:
        if t._array.ndim != 2:
            raise ShapeError(
                say(f"Tensor dimension is {t._array.ndim}, expected 2 instead", "matrices", "Use matmul (@) else.")
            )
    return found[0] if len(found) == 1 else multi_dot(found)


def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """Return the product of several matrices, multiplied in the order that takes the fewest multiplications.

    Parameters
    ----------
    tensors : sequence of Tensor
        At least two matrices; the first and the last may be vectors, a row and a column.

    Raises
    ------
    RuntimeError
        Fewer than two, other dimensions, or sizes or dtypes that do not fit.
    """
    found = _tensors("multi_dot", *tensors)
    if len(found) < 2:
        raise ShapeError(
            say(f"multi_dot(): expected at least 2 tensors but got {len(found)}", "a list of tensors", "Add some.")
        )
    last = len(found) - 1
    for place, t in enumerate(found):
        ndim = t._array.ndim
        if ndim != 2 and not (ndim == 1 and place in (0, last)):
            raise ShapeError(
                say(
                    f"multi_dot(): tensor {place} must be 2D but got {ndim}D",
                    "matrices; the first and the last tensor must be 1D or 2D",
                    "Use matmul (@) for stacks of matrices.",
                )
            )
    row, column = found[0]._array.ndim == 1, found[last]._array.ndim == 1
    found[0] = shape.unsqueeze(found[0], 0) if row else found[0]
    found[last] = shape.unsqueeze(found[last], 1) if column else found[last]
    for place in range(last):
        x, y = found[place], found[place + 1]
        if x._array.dtype != y._array.dtype:
            raise DtypeError(
                say(
                    f"multi_dot(): all tensors must be of the same dtype but tensor {place} is {x.dtype} and tensor "
                    f"{place + 1} {y.dtype}",
                    "one dtype",
                    "Convert some of them.",
                )
            )
        if x._array.shape[1] != y._array.shape[0]:
            raise ShapeError(
                say(
                    f"multi_dot(): tensors {place} and {place + 1} with shapes {list(x._array.shape)} and "
                    f"{list(y._array.shape)} cannot be multiplied",
                    "as many columns on the left as rows on the right",
                    "Check the order of the matrices.",
                )
            )
    z = _ordered(found, _cheapest([*(t._array.shape[0] for t in found), found[last]._array.shape[1]]), 0, last)
    dropped = ((0,) if row else ()) + ((1,) if column else ())
    return shape.squeeze(z, dropped) if dropped else z


def _cheapest(sizes: list[int]) -> Callable[[int, int], int]:
    """Return where to cut the product of matrices i to j, of shapes (sizes[i], sizes[i + 1]) each, into two.

    Source: T. Cormen et al., Introduction to Algorithms, "Matrix-chain multiplication".
    """
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    cut: dict[tuple[int, int], int] = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            price = {k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)}
            cut[i, j] = min(price, key=price.__getitem__)
            cost[i, j] = price[cut[i, j]]
    return lambda i, j: cut[i, j]


def _ordered(matrices: list[Tensor], cut: Callable[[int, int], int], i: int, j: int) -> Tensor:
    """Return the product of matrices i to j."""
    if i == j:
        return matrices[i]
    k = cut(i, j)
    return linalg.mm(_ordered(matrices, cut, i, k), _ordered(matrices, cut, k + 1, j))
