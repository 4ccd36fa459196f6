"""Norms of vectors, and distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes
from autograd.errors import DtypeError, ShapeError, UndefinedError, say
from autograd.kernels import astype, sign, unbroadcast
from autograd.op import OUT, Array, Elementwise, Op
from autograd.operands import as_tensor_like, cast
from autograd.ops import arithmetic, shape
from autograd.ops.dims import Dims, axes, dimension
from autograd.ops.elementwise import clone
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["cdist", "norm", "renorm"]


class VectorNorm(Op):
    """z = (Σ |x|ᵖ)^(1/p)     dx = g sign(x) (|x| / z)^(p-1), 0 where x or z is 0

    Source: PyTorch's `norm_backward`; the quotient of two powers is written as a power of the quotient, which neither
    overflows nor vanishes.
    """

    __slots__ = ("dim", "keepdim", "ord")
    torch_name = "LinalgVectorNormBackward0"
    saves: tuple[Any, ...] = (0, OUT)
    dim: tuple[int, ...] | None
    keepdim: bool
    ord: float

    def forward(self, x: Array) -> Array:
        return np.power(self.sum(np.power(np.abs(x), self.ord)), 1 / self.ord)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        g, z = self.kept(g), self.kept(z)
        flat = (x == 0) | (z == 0)
        ratio = np.where(flat, 1, np.abs(x)) / np.where(flat, 1, z)
        return np.where(flat, 0, g * sign(x) * np.power(ratio, self.ord - 1))

    def sum(self, x: Array) -> Array:
        """Add up along the dimensions of the norm."""
        return np.sum(x, axis=self.dim, keepdims=self.keepdim)

    def kept(self, g: Array) -> Array:
        """Return what has the shape of the output with the reduced dimensions, of size 1."""
        return g if self.dim is None or self.keepdim else np.expand_dims(g, self.dim)


class EuclideanNorm(VectorNorm):
    """z = √(Σ x²)     dx = g x / z, 0 where z is 0"""

    torch_name = "LinalgVectorNormBackward0"

    def forward(self, x: Array) -> Array:
        return np.sqrt(self.sum(x * x))

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        g, z = self.kept(g), self.kept(z)
        return np.where(z == 0, 0, g * (x / np.where(z == 0, 1, z)))


class AbsoluteNorm(VectorNorm):
    """z = Σ |x|     dx = g sign(x)"""

    torch_name = "LinalgVectorNormBackward0"
    saves: tuple[Any, ...] = (0,)

    def forward(self, x: Array) -> Array:
        return self.sum(np.abs(x))

    def backward(self, g: Array, x: Array) -> Array:  # type: ignore[override]
        return self.kept(g) * sign(x)


class CountNorm(VectorNorm):
    """z = how many x are not 0     (no gradient: a step has none)"""

    torch_name = "LinalgVectorNormBackward0"
    saves: tuple[Any, ...] = ()

    def forward(self, x: Array) -> Array:
        return self.sum(astype(x != 0, x.dtype))

    def backward(self, g: Array) -> Any:  # type: ignore[override]
        return None


class ExtremeNorm(VectorNorm):
    """z = max |x| or min |x|     dx = g sign(x) in equal parts for all x with |x| = z, 0 elsewhere"""

    torch_name = "LinalgVectorNormBackward0"

    def forward(self, x: Array) -> Array:
        if self.ord < 0:
            return np.min(np.abs(x), axis=self.dim, keepdims=self.keepdim)
        return np.max(np.abs(x), axis=self.dim, keepdims=self.keepdim, initial=0)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        chosen = astype((np.abs(x) == self.kept(z)) | np.isnan(x), x.dtype)
        return sign(x) * chosen * (self.kept(g) / np.sum(chosen, axis=self.dim, keepdims=True))


class Distance(VectorNorm):
    """z = (Σ |x|ᵖ)^(1/p) of differences: a vector norm but for what PyTorch's `cdist` does at ties and with nan"""

    torch_name = "CdistBackward0"


class Euclidean(EuclideanNorm):
    """z = √(Σ x²)     dx = g x / z, 0 where z is 0"""

    torch_name = "CdistBackward0"


class EuclideanByProduct(Op):
    """z = √(|x|² + |y|² - 2 x·y) of every row x and row y     with r = g / z, 0 where z is 0:
    dx = x Σ_j r - r Y,  dy = y Σ_i r - rᵀ X

    One matrix product and no table of differences: many times faster for many rows, and less exact where two rows are
    close. Source: PyTorch's `_euclidean_dist`.
    """

    torch_name = "EuclideanDistBackward0"
    saves = (0, 1, OUT)

    def forward(self, x: Array, y: Array) -> Array:
        squares = np.sum(x * x, axis=-1, keepdims=True) + np.expand_dims(np.sum(y * y, axis=-1), -2)
        return np.sqrt(np.maximum(squares - 2 * np.matmul(x, np.swapaxes(y, -1, -2)), 0))

    def backward(self, g: Array, x: Array, y: Array, z: Array) -> Any:
        ratio = np.where(z == 0, 0, g / np.where(z == 0, 1, z))
        turned = np.swapaxes(ratio, -1, -2)
        dx = x * np.sum(ratio, axis=-1, keepdims=True) - np.matmul(ratio, y)
        dy = y * np.sum(turned, axis=-1, keepdims=True) - np.matmul(turned, x)
        return unbroadcast(dx, x.shape), unbroadcast(dy, y.shape)


class Hamming(CountNorm):
    """z = how many x are not 0, nan if one is nan     (no gradient)"""

    torch_name = "CdistBackward0"

    def forward(self, x: Array) -> Array:
        return self.sum(np.minimum(np.ceil(np.abs(x)), 1))


class Manhattan(AbsoluteNorm):
    """z = Σ |x|     dx = g sign(x), nan where x is nan"""

    torch_name = "CdistBackward0"

    def backward(self, g: Array, x: Array) -> Array:  # type: ignore[override]
        return self.kept(g) * np.where(np.isnan(x), x, sign(x))


class Chebyshev(ExtremeNorm):
    """z = max |x|     dx = g sign(x) unless |x| < z: where several tie, for each of them"""

    torch_name = "CdistBackward0"

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        return np.where(np.abs(x) < self.kept(z), 0, self.kept(g) * sign(x))


class Shrink(Elementwise):
    """z = limit / (x + 1e-7) where x > limit, else 1     dx = -g limit / (x + 1e-7)² there, else 0"""

    __slots__ = ("limit",)
    torch_name = "RenormBackward0"
    saves = (0,)
    limit: float

    def forward(self, x: Array) -> Array:
        return np.where(x > self.limit, self.limit / (x + 1e-7), 1)

    def backward(self, g: Array, x: Array) -> Array:
        return np.where(x > self.limit, -g * self.limit / ((x + 1e-7) * (x + 1e-7)), 0)


_RULES: dict[float, type[VectorNorm]] = {
    0: CountNorm, 1: AbsoluteNorm, 2: EuclideanNorm, math.inf: ExtremeNorm, -math.inf: ExtremeNorm
}  # fmt: skip
_DISTANCES: dict[float, type[VectorNorm]] = {0: Hamming, 1: Manhattan, 2: Euclidean, math.inf: Chebyshev}


# ------------------------------------------------------------------------------------------------ the functions


def in_dtype(name: str, input: Any, dtype: Any) -> Tensor:
    """Return the operand of a norm in the dtype in which the norm is to be computed.

    Raises
    ------
    RuntimeError
        Either dtype is no floating-point one, or digits would be lost.
    """
    if not isinstance(input, Leaf | np.ndarray):
        raise TypeError(
            say(
                f"{name}(): argument 'input' must be Tensor, not {type(input).__name__}",
                "a tensor",
                "Make a tensor of it first: autograd.tensor(...).",
            )
        )
    input = as_tensor_like(input)
    own = input._array.dtype
    d = own if dtype is None else dtypes.to_numpy(dtype)
    if own.kind != "f" or d.kind != "f":
        raise UndefinedError(
            say(
                f"{name}: Expected a floating point tensor as input. Got {dtypes.of(own if own.kind != 'f' else d)}",
                "float32 or float64",
                "Convert it first: x.float().",
            )
        )
    if d.itemsize < own.itemsize:
        raise DtypeError(
            say(
                f"{name}: the dtype of the input ({dtypes.of(own)}) should be convertible without narrowing to the "
                f"specified dtype ({dtypes.of(d)})",
                "a dtype with at least as many digits",
                "Convert the result instead: norm(x).to(dtype).",
            )
        )
    return cast(input, d)


def vector_norm(
    input: Tensor, ord: float = 2, dim: Dims = None, keepdim: bool = False, *, dtype: Any = None, axis: Dims = None,
    keepdims: bool | None = None,
) -> Tensor:  # fmt: skip
    """Return the norm (Σ |x|ᵖ)^(1/p) of all elements as one vector, or along `dim`.

    Parameters
    ----------
    input : Tensor
        Of a floating-point dtype.
    ord : float
        p; `inf` and `-inf` are the largest and the smallest |x|, 0 counts what is not 0.
    dim : int or tuple of int, optional
        `axis` is accepted as well, and `keepdims` for `keepdim`.
    keepdim : bool
        Keep the reduced dimensions with size 1.
    dtype : dtype, optional
        Cast to this first.

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one, or there is no element to take the extreme of.
    TypeError
        `ord` is no number.

    Notes
    -----
    The gradient is 0 where the norm is 0. For `inf` and `-inf` it is shared equally by all elements that tie.
    """
    input = in_dtype("linalg.vector_norm", input, dtype)
    if not isinstance(ord, int | float):
        raise TypeError(
            say(
                f"linalg.vector_norm: argument 'ord' must be Number, not {type(ord).__name__}",
                "a number, inf or -inf",
                "The norms 'fro' and 'nuc' are those of matrices: use linalg.matrix_norm.",
            )
        )
    dims = axes(dim if axis is None else axis, input._array.ndim)
    return norm_along(input, float(ord), dims, keepdim if keepdims is None else keepdims)


def norm_along(input: Tensor, p: float, dims: tuple[int, ...] | None, keepdim: bool) -> Tensor:
    """Return the p-norm over dimensions that have been checked (None: over all)."""
    sizes = input._array.shape
    if (p < 0 or p == math.inf) and 0 in (sizes if dims is None else [sizes[d] for d in dims]):
        raise ShapeError(
            say(
                f"linalg.vector_norm cannot compute the {p:g} norm of no elements (shape {tuple(sizes)}), because the "
                "operation does not have an identity",
                "at least one element along the dimensions of the norm",
                "Check the tensor's shape first.",
            )
        )
    if input._array.dtype.itemsize == 2:  # the powers of float16 leave its range
        return cast(norm_along(cast(input, dtypes.F4), p, dims, keepdim), input._array.dtype)
    return _RULES.get(p, VectorNorm)(ord=p, dim=dims, keepdim=keepdim).apply(input)  # type: ignore[no-any-return]


def norm(input: Any, p: Any = "fro", dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """Return the norm of all elements, or along `dim`.

    Parameters
    ----------
    input : Tensor
    p : float, "fro" or "nuc"
        (Σ |x|ᵖ)^(1/p); the largest |x| for inf, the smallest for -inf, how many are not 0 for 0. "fro" is 2, along at
        most two dimensions; "nuc" the sum of the singular values of a matrix, in two dimensions.
    dim : int or tuple of int, optional
    keepdim : bool
        Keep the dimensions with size 1.
    dtype : dtype, optional
        Cast to this first.

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one; there is nothing to take an extreme of; no such norm.
    """
    if isinstance(p, str):
        if p == "nuc":
            from autograd.ops.matrix_norms import matrix_norm

            pair = dim if dim is not None else tuple(range(np.ndim(input)))
            return matrix_norm(input, "nuc", pair if isinstance(pair, Sequence) else (pair,), keepdim, dtype=dtype)
        if p != "fro":
            raise ShapeError(say(f"norm: order {p} not supported", 'a number, "fro" or "nuc"', "Check the spelling."))
        if isinstance(dim, Sequence) and len(dim) > 2:
            raise ShapeError(
                say(f"matrix_norm: dim must be a 2-tuple. Got {dim}", "at most two dimensions", "Use p=2.")
            )
    return vector_norm(input, 2.0 if p is None or p == "fro" else float(p), dim, keepdim, dtype=dtype)


def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Tensor:
    """Return the tensor with every slice along `dim` whose p-norm is larger than `maxnorm` scaled down to it.

    Parameters
    ----------
    input : Tensor
        Of at least two dimensions.
    p : float
        Positive.
    dim : int
    maxnorm : float

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension; a tensor, `p` or `maxnorm` other than that.
    """
    x = as_tensor_like(input)
    ndim = x._array.ndim
    if ndim < 2 or p <= 0 or maxnorm < 0:
        raise ShapeError(
            say(
                f"renorm: input has {ndim} dimensions, p is {p} (non-positive-norm not supported), maxnorm {maxnorm}",
                "at least 2 dimensions, p > 0 and maxnorm >= 0",
                "Check the arguments.",
            )
        )
    d = dimension(dim, ndim)
    if x._array.dtype == np.float16:
        return cast(renorm(cast(x, dtypes.F4), p, dim, maxnorm), x._array.dtype)
    x = clone(x)  # the rules below save it: `renorm_` then edits something else
    size = vector_norm(x, p, tuple(i for i in range(ndim) if i != d), True)
    return x * Shrink(limit=maxnorm).apply(size)  # type: ignore[no-any-return]


def cdist(
    x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """Return the p-norm distance of every row of `x1` from every row of `x2`.

    Parameters
    ----------
    x1, x2 : Tensor
        Of shapes (..., n, d) and (..., m, d); the leading dimensions broadcast.
    p : float
        At least 0. See `linalg.vector_norm`.
    compute_mode : str, optional
        `"use_mm_for_euclid_dist"` computes Euclidean distances by a matrix product, which takes a fraction of the time
        and memory, and is less exact for rows that are close. Else they come from differences, which is PyTorch's most
        exact way.

    Returns
    -------
    Tensor
        Of shape (..., n, m).

    Raises
    ------
    RuntimeError
        Unequal row lengths or dtypes, fewer than two dimensions, integers, or p < 0.
    """
    known = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    if compute_mode is not None and compute_mode not in known:
        raise ValueError(
            say(f"{compute_mode!r} is not a valid value for compute_mode", " or ".join(known), "Leave it out.")
        )
    if not isinstance(p, int | float):
        raise TypeError(
            say(f"cdist(): argument 'p' must be float, not {type(p).__name__}", "a number >= 0", "Write p=2.0.")
        )
    if not p >= 0:
        raise ShapeError(say(f"cdist only supports non-negative p values, got {p}", "p >= 0, or inf", "Write p=2.0."))
    a, b = _rows("X1", x1), _rows("X2", x2)
    x, y = a._array, b._array
    if x.dtype != y.dtype:
        raise DtypeError(
            say(f"cdist: expected one scalar type but found {a.dtype} and {b.dtype}", "one dtype", "Convert one.")
        )
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            say(
                f"X1 and X2 must have the same number of columns. X1: {x.shape[-1]} X2: {y.shape[-1]}",
                "rows of one length",
                "Check whether one of them has to be transposed.",
            )
        )
    if p == 2 and compute_mode == "use_mm_for_euclid_dist" and x.size and y.size:
        return EuclideanByProduct().apply(a, b)  # type: ignore[no-any-return]
    between = arithmetic.sub(shape.unsqueeze(a, -2), shape.unsqueeze(b, -3))
    rule = _DISTANCES.get(p, Distance)
    return rule(ord=float(p), dim=(between._array.ndim - 1,), keepdim=False).apply(between)  # type: ignore[no-any-return]


def _rows(name: str, x: Any) -> Tensor:
    """Check one operand of `cdist`."""
    if not isinstance(x, Leaf | np.ndarray):
        raise TypeError(say(f"cdist(): {name} must be Tensor, not {type(x).__name__}", "a tensor", "Make one of it."))
    t = as_tensor_like(x)
    if t._array.dtype.kind != "f" or t._array.dtype.itemsize == 2:
        raise UndefinedError(
            say(
                f"cdist only supports floating-point dtypes, {name} got: {t.dtype}",
                "float32 or float64",
                "Convert it first: x.float().",
            )
        )
    if t._array.ndim < 2:
        raise ShapeError(
            say(
                f"cdist only supports at least 2D tensors, {name} got: {t._array.ndim}D",
                "rows of vectors, of shape (..., n, d)",
                "Give a single vector a dimension first: x[None].",
            )
        )
    return t
