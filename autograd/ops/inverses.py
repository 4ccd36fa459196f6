"""Rules of inverses and determinants, and what is solved by them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import matrix_kernels, return_types
from autograd.errors import AutogradError, LinAlgError, ShapeError, say
from autograd.kernels import unbroadcast
from autograd.op import OUT, Array, MultiOp, Op, wrap
from autograd.operands import as_tensor_like
from autograd.ops import arithmetic, choices, linalg, reduce, shape
from autograd.ops.decompositions import cholesky_of, eigenvalues, orders, singular_values
from autograd.ops.matrices import (
    failed,
    matrix,
    not_finite,
    of_one_dtype,
    square,
    square_of_any_dtype,
    stacks_fit,
    turned,
)

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["det", "inverse", "logdet", "matrix_power", "pinverse", "slogdet"]


class Inv(Op):
    """Z = X⁻¹     dX = -Zᵀ G Zᵀ"""

    torch_name = "LinalgInvExBackward0"
    saves = (OUT,)

    def forward(self, x: Array) -> Array:
        return np.linalg.inv(x)

    def backward(self, g: Array, z: Array) -> Array:
        return -np.matmul(turned(z), np.matmul(g, turned(z)))


class InvEx(Inv):
    """Z = X⁻¹, inf where there is none     dX = -Zᵀ G Zᵀ"""

    torch_name = "LinalgInvExBackward0"

    def forward(self, x: Array) -> Array:
        return matrix_kernels.inverse(x)


class Solve(Op):
    """Z of X Z = Y     dY = X⁻ᵀ G,  dX = -dY Zᵀ"""

    __slots__ = ("sizes",)
    torch_name = "LinalgSolveExBackward0"
    saves = (0, OUT)
    sizes: tuple[tuple[int, ...], tuple[int, ...]]

    def forward(self, x: Array, y: Array) -> Array:
        self.sizes = x.shape, y.shape
        return np.linalg.solve(x, y)

    def backward(self, g: Array, x: Array, z: Array) -> Any:
        dy = np.linalg.solve(turned(x), g)
        dx = -np.matmul(dy, turned(z)) if self.needs(0) else None
        m, n = self.sizes
        return None if dx is None else unbroadcast(dx, m), unbroadcast(dy, n) if self.needs(1) else None


class SolveTriangular(Op):
    """Z of X Z = Y with a triangle X     dY = X⁻ᵀ G,  dX = the triangle of -dY Zᵀ"""

    __slots__ = ("sizes", "unit", "upper")
    torch_name = "LinalgSolveTriangularBackward0"
    saves = (0, OUT)
    upper: bool
    unit: bool
    sizes: tuple[tuple[int, ...], tuple[int, ...]]

    def forward(self, x: Array, y: Array) -> Array:
        self.sizes = x.shape, y.shape
        return matrix_kernels.solve_triangular(x, y, self.upper, self.unit)

    def backward(self, g: Array, x: Array, z: Array) -> Any:
        dy = matrix_kernels.solve_triangular(turned(x), g, not self.upper, self.unit)
        dx = None
        m, n = self.sizes
        if self.needs(0):
            dx = -np.matmul(dy, turned(z))
            dx = np.triu(dx, int(self.unit)) if self.upper else np.tril(dx, -int(self.unit))
            dx = unbroadcast(dx, m)
        return dx, unbroadcast(dy, n) if self.needs(1) else None


def unless_nan(x: Array, z: Array, otherwise: float = np.nan) -> Array:
    """Return `z`, and something else for matrices that hold a nan: LAPACK's elimination may step over it."""
    return np.where(np.any(np.isnan(x), axis=(-2, -1)), otherwise, z)


class Det(Op):
    """z = det X     dX = g C with the cofactor matrix C, which is det(X) X⁻ᵀ where X has an inverse"""

    torch_name = "LinalgDetBackward0"
    saves = (0,)

    def forward(self, x: Array) -> Array:
        return unless_nan(x, np.linalg.det(x))

    def backward(self, g: Array, x: Array) -> Array:
        return np.expand_dims(g, (-2, -1)) * matrix_kernels.cofactors(x)


class Cofactors(Op):
    """C = det(X) X⁻ᵀ, also of singular X     dX = σ U D Vᵀ with X = U diag(s) Vᵀ, σ = det(U) det(V), H = Uᵀ G V

    D_ii = Σ_k P_ik H_kk and D_ij = -P_ij H_ji with P_ij the product of all s but s_i and s_j: what elimination of two
    rows and two columns leaves of diag(s).
    """

    saves = (0,)

    def forward(self, x: Array) -> Array:
        return matrix_kernels.cofactors(x)

    def backward(self, g: Array, x: Array) -> Array:
        u, s, vh = matrix_kernels.svd_or_nan(x)
        n = s.shape[-1]
        i, j = np.arange(n)[:, None], np.arange(n)
        apart = i != j
        factors = np.where(matrix_kernels.all_but(n, i, j), np.expand_dims(s, (-3, -2)), 1)
        with np.errstate(over="ignore"):
            p = np.where(apart, np.prod(factors, axis=-1), 0)
        h = np.matmul(turned(u), np.matmul(g, turned(vh)))
        on = np.sum(p * np.expand_dims(np.diagonal(h, 0, -2, -1), -2), axis=-1)
        d = np.where(apart, -p * turned(h), np.expand_dims(on, -1))
        with np.errstate(invalid="ignore"):
            sign = np.expand_dims(np.linalg.det(u) * np.linalg.det(vh), (-2, -1))
        return sign * np.matmul(u, np.matmul(d, vh))


class Slogdet(MultiOp):
    """z = sign det X, ln |det X|     dX = g X⁻ᵀ from the second; inf where X has no inverse"""

    torch_name = "LinalgSlogdetBackward0"
    saves = (0,)

    def forward(self, x: Array) -> Any:
        sign, logarithm = np.linalg.slogdet(x)
        return unless_nan(x, sign, 0.0), unless_nan(x, logarithm)

    def backward(self, gs: Any, x: Array) -> Array:
        return np.expand_dims(gs[1], (-2, -1)) * turned(matrix_kernels.inverse(x))


class Pinv(Op):
    """Z = X⁺     dX = -Zᵀ G Zᵀ + (1 - X Z) Gᵀ Z Zᵀ + Zᵀ Z Gᵀ (1 - Z X)

    Source: G. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems"
    (1973), for matrices whose rank does not change. Singular values up to max(atol, rtol s_max) count as 0.
    """

    __slots__ = ("atol", "hermitian", "rtol")
    torch_name = "LinalgPinvBackward0"
    saves = (0, OUT)
    atol: Any
    rtol: Any
    hermitian: bool

    def forward(self, x: Array) -> Array:
        if self.hermitian:
            w, v = np.linalg.eigh(x)
            s, u, vh = w, v, turned(v)
        else:
            u, s, vh = np.linalg.svd(x, full_matrices=False)
        size = np.abs(s)
        cut = np.maximum(np.expand_dims(self.rtol, -1) * np.max(size, axis=-1, keepdims=True, initial=0), self.atol)
        counts = size > cut
        reciprocals = np.where(counts, 1 / np.where(counts, s, 1), 0)
        return np.matmul(turned(vh) * np.expand_dims(reciprocals, -2), turned(u))

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        gt, zt = turned(g), turned(z)
        left = gt - np.matmul(x, np.matmul(z, gt))
        right = gt - np.matmul(np.matmul(gt, z), x)
        return np.matmul(np.matmul(left, z), zt) + np.matmul(zt, np.matmul(z, right)) - np.matmul(zt, np.matmul(g, zt))


# ------------------------------------------------------------------------------------------ inverses, equations


def inverse(input: Tensor) -> Tensor:
    """Return the inverse matrices: `linalg.inv`.

    Parameters
    ----------
    input : Tensor
        Of shape (..., n, n).

    Raises
    ------
    RuntimeError
        They are not square, or of no floating-point dtype.
    linalg.LinAlgError
        One of them is singular.
    """
    A = square("linalg.inv", input)
    try:
        return Inv().apply(A)  # type: ignore[no-any-return]
    except np.linalg.LinAlgError:
        raise singular("linalg.inv", A._array) from None


def singular(name: str, x: Any) -> LinAlgError:
    """Word the error of a matrix without inverse."""
    return failed(
        name,
        np.linalg.slogdet(x)[0] == 0,
        "the inversion could not be completed because the input matrix is singular",
        "matrices with linearly independent rows",
        "Use linalg.pinv or lstsq, or add a small multiple of the identity.",
    )


def inverse_and_info(name: str, A: Any, check_errors: bool) -> tuple[Tensor, Tensor]:
    """Return inverses, and for each 0 or the first column that is a combination of those before it."""
    A = square(name, A)
    x = A._array
    info = np.zeros(x.shape[:-2], np.int32)
    for place in np.argwhere(np.linalg.slogdet(x)[0] == 0):
        a = x[tuple(place)]
        ranks = [np.linalg.matrix_rank(a[:, : i + 1]) for i in range(len(a))]
        info[tuple(place)] = next(i for i, rank in enumerate([*ranks, 0], 1) if rank < i)
    if check_errors and info.any():
        raise singular(name, x)
    return InvEx().apply(A), wrap(info)


def factor_and_info(name: str, A: Any, upper: bool, check_errors: bool) -> tuple[Tensor, Tensor]:
    """Return Cholesky factors, nan where there is none, and for each 0 or the order of the minor that is at fault."""
    A = square(name, A)
    info = orders(A._array, upper)
    if not info.any() or check_errors:
        return cholesky_of(name, A, upper), wrap(info)
    bad = wrap((info != 0)[..., None, None])
    identity = wrap(np.eye(A._array.shape[-1], dtype=A._array.dtype))
    factor = cholesky_of(name, choices.where(bad, identity, A), upper)
    return choices.where(bad, math.nan, factor), wrap(info)


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """Return X of A X = B, or of X A = B.

    Parameters
    ----------
    A : Tensor
        Of shape (..., n, n).
    B : Tensor
        Of shape (..., n, k); or vectors, of shape (n,) or of that of `A` without its last dimension. The dimensions in
        front broadcast.
    left : bool
        `A` stands on the left.

    Raises
    ------
    RuntimeError
        The shapes or dtypes do not fit.
    linalg.LinAlgError
        A matrix is singular.
    """
    A, B = square("linalg.solve", A), as_tensor_like(B)
    x, y = A._array, B._array
    of_one_dtype("linalg.solve", A, B)
    if y.ndim == 0:
        raise ShapeError(
            say("linalg.solve: The input tensor B must have at least 2 dimensions", "vectors or matrices", "Check B.")
        )
    if y.ndim == 1 or (y.ndim == x.ndim - 1 and y.shape == x.shape[:-1]):
        return shape.squeeze(_solved(A, shape.unsqueeze(B, -1), left), -1)
    return _solved(A, B, left)


def _solved(A: Tensor, B: Tensor, left: bool) -> Tensor:
    rows_fit("linalg.solve", A, B, left)
    stacks_fit("linalg.solve", A._array, B._array)
    try:
        if left:
            return Solve().apply(A, B)  # type: ignore[no-any-return]
        return shape.transpose(Solve().apply(shape.transpose(A, -2, -1), shape.transpose(B, -2, -1)), -2, -1)
    except np.linalg.LinAlgError:
        raise singular("linalg.solve", A._array) from None


def rows_fit(name: str, A: Tensor, B: Tensor, left: bool) -> None:
    """Raise unless an equation's two sides have sizes that fit."""
    x, y = A._array, B._array
    if y.shape[-2 if left else -1] != x.shape[-1]:
        m, n = x.shape[-2:]
        raise ShapeError(
            say(
                f"{name}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
                f"({m}x{n} and {y.shape[-2]}x{y.shape[-1]})",
                f"B with {n} {'rows' if left else 'columns'}",
                "Transpose B (.mT), or use left=False for the other equation.",
            )
        )


def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """Return X of A X = B, or of X A = B, with a triangular A.

    Parameters
    ----------
    A : Tensor
        Of shape (..., n, n). Only its upper or lower triangle is read.
    B : Tensor
        Of shape (..., n, k), or (..., k, n) if not `left`.
    upper : bool
        Which triangle it is.
    left : bool
        `A` stands on the left.
    unitriangular : bool
        Take the diagonal of `A` for ones.

    Raises
    ------
    RuntimeError
        The shapes or dtypes do not fit. (A zero on the diagonal raises nothing: it gives inf or nan.)
    """
    name = "linalg.solve_triangular"
    A, B = square(name, A), matrix(name, B)
    of_one_dtype(name, A, B)
    rows_fit(name, A, B, left)
    stacks_fit(name, A._array, B._array)
    if left:
        return substituted(A, B, upper, unitriangular)
    A, B = shape.transpose(A, -2, -1), shape.transpose(B, -2, -1)
    return shape.transpose(substituted(A, B, not upper, unitriangular), -2, -1)


def substituted(A: Tensor, B: Tensor, upper: bool, unit: bool) -> Tensor:
    """Return X of A X = B: `matrix_kernels.solve_triangular` for Tensors."""
    return SolveTriangular(upper=upper, unit=unit).apply(A, B)  # type: ignore[no-any-return]


def matrix_power(input: Tensor, n: int) -> Tensor:
    """Return A multiplied by itself n times; of n < 0, the power of the inverse.

    Raises
    ------
    RuntimeError
        The matrices are not square; of n < 0, singular (`linalg.LinAlgError`).
    TypeError
        `n` is no integer.
    """
    A = square_of_any_dtype("linalg.matrix_power", as_tensor_like(input))
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(
            say(f"linalg.matrix_power(): argument 'n' must be int, not {type(n).__name__}", "an integer", "Round it.")
        )
    if n == 0:
        x = A._array
        identity = np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape)
        return choices.where(wrap(np.ones(x.shape, np.bool_)), wrap(identity), A)  # type: ignore[no-any-return]
    if n < 0:
        A, n = inverse(A), -n
    power: Tensor | None = None
    while True:  # n in binary digits: A, A², A⁴ ...
        if n % 2:
            power = A if power is None else linalg.matmul(power, A)
        n //= 2
        if n == 0:
            assert power is not None
            return power.clone() if power is input else power
        A = linalg.matmul(A, A)


# ------------------------------------------------------------------------------------------------ determinants


def det(input: Tensor) -> Tensor:
    """Return the determinants of matrices, of shape (..., n, n). Also `linalg.det`.

    The gradient is exact at singular matrices as well; it costs a singular value decomposition.

    Raises
    ------
    RuntimeError
        They are not square, or of no floating-point dtype.
    """
    A = square("linalg.det", input)
    with np.errstate(invalid="ignore", over="ignore"):
        return Det().apply(A)  # type: ignore[no-any-return]


def slogdet(input: Tensor) -> return_types.slogdet:
    """Return the sign of determinants, and the logarithm of their absolute values. See `linalg.slogdet`."""
    return return_types.slogdet(_slogdet("linalg.slogdet", input))


def _slogdet(name: str, input: Any) -> Any:
    A = square(name, input)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Slogdet().apply(A)


def logdet(input: Tensor) -> Tensor:
    """Return the logarithm of determinants: nan of negative ones, -inf of 0."""
    sign, logarithm = _slogdet("logdet", input)
    return choices.where(wrap(sign._array < 0), math.nan, logarithm)  # type: ignore[no-any-return]


# ----------------------------------------------------------------------------------- what rank decides


def tolerances(A: Tensor, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """Return absolute and relative tolerance: as PyTorch, max(m, n) eps relative if neither is given."""
    x = A._array
    if rtol is None:
        eps = float(np.finfo(x.dtype).eps) * max(x.shape[-2:])
        # With an absolute tolerance alone there is no relative one.
        rtol = eps if atol is None else np.where(_plain(atol, x) > 0, 0.0, eps)
    return _plain(0.0 if atol is None else atol, x)[..., None], _plain(rtol, x)


def _plain(tolerance: Any, x: Any) -> Any:
    return np.asarray(getattr(tolerance, "_array", tolerance), x.dtype)


def pinverse(input: Tensor, rcond: Any = 1e-15) -> Tensor:
    """Return the Moore-Penrose inverse. PyTorch's older name of `linalg.pinv`."""
    return pinv(input, rtol=rcond)


def pinv(A: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """Return the Moore-Penrose inverse of matrices.

    Parameters
    ----------
    A : Tensor
        Of shape (..., m, n).
    rcond : float or Tensor, optional
        An older name of `rtol`.
    hermitian : bool
        The matrices are symmetric: use eigenvalues.
    atol, rtol : float or Tensor, optional
        Singular values up to `max(atol, rtol * largest)` count as 0. Without either, `rtol` is max(m, n) times the
        spacing of the dtype at 1.

    Returns
    -------
    Tensor
        Of shape (..., n, m).

    Raises
    ------
    RuntimeError
        Less than two dimensions, or no floating-point dtype; nan or inf in a matrix (`linalg.LinAlgError`).
    """
    A = square("linalg.eigh", A) if hermitian else matrix("linalg.pinv", A)
    absolute, relative = tolerances(A, atol, rcond if rtol is None else rtol)
    try:
        return Pinv(atol=absolute, rtol=relative, hermitian=bool(hermitian)).apply(A)  # type: ignore[no-any-return]
    except np.linalg.LinAlgError:
        raise not_finite("linalg.svd", A._array) from None


def matrix_rank(
    A: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Tensor:
    """Return how many singular values of matrices are not 0 (int64). Tolerances as for `pinv`; `tol` is `atol` alone.

    Raises
    ------
    RuntimeError
        Less than two dimensions, or no floating-point dtype.
    """
    A = square("linalg.eigh", A) if hermitian else matrix("linalg.matrix_rank", A)
    if tol is not None:
        atol, rtol = tol, 0.0
    absolute, relative = tolerances(A, atol, rtol)
    x = A.detach()
    s = np.abs(eigenvalues(x, "L")._array) if hermitian else singular_values(x)._array
    cut = np.maximum(relative[..., None] * np.max(s, axis=-1, keepdims=True, initial=0), absolute)
    return wrap(np.asarray(np.sum(s > cut, axis=-1)))


DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> return_types.linalg_lstsq:
    """Return X that makes the sums of squares of A X - B smallest; of several such, the smallest.

    Parameters
    ----------
    A : Tensor
        Of shape (..., m, n).
    B : Tensor
        Of shape (..., m, k), or (..., m).
    rcond : float, optional
        Singular values up to `rcond` times the largest count as 0; max(m, n) eps, unless given.
    driver : str, optional
        What else is computed, as by LAPACK's routine of the name: `gelsy` (unless another is named) ranks, `gelsd` and
        `gelss` ranks, singular values and residuals, `gels` residuals alone. The solution is one: by the pseudoinverse.

    Raises
    ------
    RuntimeError
        The shapes or dtypes do not fit, or there is no such driver.
    """
    A, B = matrix("linalg.lstsq", A), as_tensor_like(B)
    x, y = A._array, B._array
    chosen = "gelsy" if driver is None else driver
    if chosen not in DRIVERS:
        raise AutogradError(
            say(f"linalg.lstsq: parameter `driver` {chosen!r} should be one of {DRIVERS}", "a driver", "Leave it out.")
        )
    vectors = y.ndim == 1 or (y.ndim == x.ndim - 1 and y.shape == x.shape[:-1])
    B = shape.unsqueeze(B, -1) if vectors and y.ndim else B
    if B._array.ndim != x.ndim or B._array.shape[-2] != x.shape[-2]:
        raise ShapeError(
            say(
                f"linalg.lstsq: input.size(-2) should match other.size(-2), but the shapes are {tuple(x.shape)} and "
                f"{tuple(y.shape)}",
                "as many rows, and as many dimensions",
                "Check B, or expand it.",
            )
        )
    of_one_dtype("linalg.lstsq", A, B)
    stacks_fit("linalg.lstsq", x, B._array)
    m, n = x.shape[-2:]
    rtol = float(np.finfo(x.dtype).eps) * max(m, n) if rcond is None else rcond
    solution = linalg.matmul(pinv(A, rtol=rtol), B)
    s = singular_values(A.detach())._array
    ranks = np.asarray(np.sum(s > rtol * np.max(s, axis=-1, keepdims=True, initial=0), axis=-1))
    nothing = wrap(np.zeros(0, x.dtype))
    residuals = nothing
    if chosen != "gelsy" and m > n and (chosen == "gels" or (ranks == n).all()):
        left = arithmetic.sub(linalg.matmul(A, solution), B)
        residuals = reduce.sum(arithmetic.mul(left, left), -2)
    return return_types.linalg_lstsq(
        (
            shape.squeeze(solution, -1) if vectors else solution,
            residuals,
            wrap(np.zeros(0, np.int64)) if chosen == "gels" else wrap(ranks),
            wrap(s) if chosen in ("gelsd", "gelss") else nothing,
        )
    )
