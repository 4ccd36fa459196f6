"""Rules of matrix decompositions: Cholesky, QR, eigenvalues, singular values.

Of a stack of matrices each is taken apart by itself, by NumPy's LAPACK, in the dtype of the tensor.

Sources of the derivatives: M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions" (2010) for
QR; I. Murray, "Differentiation of the Cholesky decomposition" (2016).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import return_types
from autograd.errors import AutogradError, say
from autograd.matrix_kernels import solve_triangular
from autograd.modes import state
from autograd.op import OUT, Array, MultiOp, Op, wrap
from autograd.ops.matrices import failed, matrix, not_finite, square, turned
from autograd.tape import Outputs

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["cholesky", "qr", "svd"]


def times(*factors: Array) -> Array:
    """Return the product of matrices, from left to right."""
    z = factors[0]
    for factor in factors[1:]:
        z = np.matmul(z, factor)
    return z


def scaled_columns(x: Array, s: Array) -> Array:
    """Return X diag(s)."""
    return x * np.expand_dims(s, -2)


def half(x: Array) -> Array:
    """Return the lower triangles, with half of their diagonals."""
    return (np.tril(x) + np.tril(x, -1)) / 2


def off_diagonal(gaps: Array) -> Array:
    """Return matrices of divisors with 1 on the diagonal, where nothing is divided."""
    return np.where(np.eye(gaps.shape[-1], dtype=np.bool_), 1, gaps)


class Decomposition(MultiOp):
    """Base class of rules with several factors; the gradient of a factor that nobody used arrives as None.

    Zeros in its place would be divided by the gaps between equal eigenvalues, and be nan.
    """

    def complete(self, gs: Outputs) -> tuple[Any, ...]:
        return tuple([gs.get(i) for i in range(len(self.forms))])


class Cholesky(Op):
    """X = L Lᵀ     dX = (S + Sᵀ) / 2 with S = L⁻ᵀ half(Lᵀ G) L⁻¹     (or X = Uᵀ U, with L = Uᵀ)

    half(M) is the lower triangle with half of the diagonal.
    """

    __slots__ = ("upper",)
    torch_name = "LinalgCholeskyExBackward0"
    saves = (OUT,)
    upper: bool

    def forward(self, x: Array) -> Array:
        return np.linalg.cholesky(x, upper=self.upper)

    def backward(self, g: Array, z: Array) -> Array:
        u, g = (z, turned(g)) if self.upper else (turned(z), g)  # u is Lᵀ
        inner = half(np.matmul(u, g))
        s = solve_triangular(u, turned(solve_triangular(u, turned(inner), True, False)), True, False)
        return (s + turned(s)) / 2


class Qr(Decomposition):
    """X = Q R     dX = [(Q' + Q sym(triu(R' R₁ᵀ - Qᵀ Q'))) R₁⁻ᵀ,  Q R₂']     (R = [R₁, R₂] with a square R₁)

    Q' is the gradient by Q plus Q R₂ R₂'ᵀ, since R₂ = Qᵀ X₂; sym(M) = M + Mᵀ with the diagonal once.
    """

    __slots__ = ("mode",)
    torch_name = "LinalgQrBackward0"
    saves = ((OUT, 0), (OUT, 1))
    mode: Any  # "reduced", "complete" or "r"

    def forward(self, x: Array) -> Any:
        if self.mode == "r":
            r = np.linalg.qr(x, mode="r")
            return np.zeros_like(r, shape=(0,)), r
        both: Any = np.linalg.qr(x, mode=self.mode)
        return both[0], both[1]

    def backward(self, gs: Any, q: Array, r: Array) -> Array:
        if self.mode == "r":
            raise AutogradError(
                say(
                    "The derivative of linalg.qr depends on Q, which is not computed when mode='r'",
                    "mode='reduced'",
                    "Please use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.",
                )
            )
        m, n = q.shape[-2], r.shape[-1]
        if self.mode == "complete" and m > n:
            raise AutogradError(
                say(
                    "The QR decomposition is not differentiable when mode='complete' and nrows > ncols",
                    "mode='reduced'",
                    "The columns of Q beyond those of A can be chosen freely: leave them out.",
                )
            )
        k = min(m, n)
        gq = np.zeros_like(q) if gs[0] is None else gs[0]
        gr = np.zeros_like(r) if gs[1] is None else gs[1]
        r1, r2, g1, g2 = r[..., :k], r[..., k:], gr[..., :k], gr[..., k:]
        if n > k:
            gq = gq + times(q, r2, turned(g2))
        inner = np.triu(np.matmul(g1, turned(r1)) - np.matmul(turned(q), gq))
        inner = inner + turned(np.triu(inner, 1))
        dx = turned(solve_triangular(r1, turned(gq + np.matmul(q, inner)), True, False))
        return np.concatenate([dx, np.matmul(q, g2)], axis=-1) if n > k else dx


class Eigh(Decomposition):
    """X = V diag(w) Vᵀ     dX = V (diag(w') + skew(Vᵀ V') / E) Vᵀ with E_ij = w_j - w_i

    skew(M) = (M - Mᵀ) / 2. Where two eigenvalues are equal, the eigenvectors have no derivative: inf or nan.
    """

    __slots__ = ("lower",)
    torch_name = "LinalgEighBackward0"
    saves = ((OUT, 0), (OUT, 1))
    lower: bool

    def forward(self, x: Array) -> Any:
        w, v = np.linalg.eigh(x, "L" if self.lower else "U")
        return w, v

    def backward(self, gs: Any, w: Array, v: Array) -> Any:
        gw, gv = gs
        dx = None
        if gw is not None:
            dx = np.matmul(scaled_columns(v, gw), turned(v))
        if gv is not None:
            inner = np.matmul(turned(v), gv)
            gaps = off_diagonal(np.expand_dims(w, -2) - np.expand_dims(w, -1))
            turn = times(v, (inner - turned(inner)) / 2 / gaps, turned(v))
            dx = turn if dx is None else dx + turn
        return dx


class Eigvalsh(Op):
    """w of X = V diag(w) Vᵀ     dX = V diag(g) Vᵀ"""

    __slots__ = ("lower",)
    torch_name = "LinalgEighBackward0"
    saves = (0,)
    lower: bool

    def pair(self, x: Array) -> Any:
        """Return eigenvalues and eigenvectors."""
        return np.linalg.eigh(x, "L" if self.lower else "U")

    def forward(self, x: Array) -> Array:
        w, _ = self.keep("pair", self.pair, x)
        return w

    def backward(self, g: Array, x: Array) -> Array:
        _, v = self.keep("pair", self.pair, x)
        return np.matmul(scaled_columns(v, g), turned(v))


class Svd(Decomposition):
    """X = U diag(s) Vᵀ     dX = U (diag(s') + skew(Uᵀ U') / E diag(s) + diag(s) skew(Vᵀ V') / E) Vᵀ + rest

    E_ij = s_j² - s_i² and skew(M) = M - Mᵀ. Rest is (1 - U Uᵀ) U' diag(1/s) Vᵀ, if X has more rows than columns, or
    U diag(1/s) V'ᵀ (1 - V Vᵀ), if it has fewer. Where two singular values are equal, or one of an oblong matrix is 0,
    the vectors have no derivative: inf or nan. Of `full_matrices`, the vectors beyond those of s have none either;
    their gradient is left out, as in PyTorch.
    """

    __slots__ = ("full",)
    torch_name = "LinalgSvdBackward0"
    saves = ((OUT, 0), (OUT, 1), (OUT, 2))
    full: bool

    def forward(self, x: Array) -> Any:
        u, s, vh = np.linalg.svd(x, full_matrices=self.full)
        return u, s, vh

    def backward(self, gs: Any, u: Array, s: Array, vh: Array) -> Any:
        k = s.shape[-1]
        m, n = u.shape[-2], vh.shape[-1]
        gu, g, gvh = gs
        u, vh = u[..., :k], vh[..., :k, :]
        inner = rest = None
        squares = s * s
        gaps = off_diagonal(np.expand_dims(squares, -2) - np.expand_dims(squares, -1))
        if gu is not None:
            gu = gu[..., :k]
            overlap = np.matmul(turned(u), gu)
            inner = scaled_columns((overlap - turned(overlap)) / gaps, s)
            if m > k:
                rest = np.matmul(scaled_columns(gu - np.matmul(u, overlap), 1 / s), vh)
        if gvh is not None:
            gv = turned(gvh[..., :k, :])
            overlap = np.matmul(vh, gv)
            turn = np.expand_dims(s, -1) * ((overlap - turned(overlap)) / gaps)
            inner = turn if inner is None else inner + turn
            if n > k:
                rest = np.matmul(scaled_columns(u, 1 / s), turned(gv - np.matmul(turned(vh), overlap)))
        parts = [None if inner is None else times(u, inner, vh), rest]
        parts += [None if g is None else np.matmul(scaled_columns(u, g), vh)]
        return functools.reduce(np.add, [part for part in parts if part is not None])


class Svdvals(Op):
    """s of X = U diag(s) Vᵀ     dX = U diag(g) Vᵀ"""

    torch_name = "LinalgSvdBackward0"
    saves = (0,)

    def vectors(self, x: Array) -> Any:
        """Return the whole decomposition."""
        return np.linalg.svd(x, full_matrices=False)

    def forward(self, x: Array) -> Array:
        _, s, _ = self.keep("vectors", self.vectors, x)
        return s

    def backward(self, g: Array, x: Array) -> Array:
        u, _, vh = self.keep("vectors", self.vectors, x)
        return np.matmul(scaled_columns(u, g), vh)


# ------------------------------------------------------------------------------------------------ the functions


def recorded(t: Tensor) -> bool:
    """Tell whether an operation on `t` is put onto the tape."""
    return bool(state.mode and t._needs)


def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """Return L of A = L Lᵀ, or U of A = Uᵀ U. PyTorch's older name of `linalg.cholesky`."""
    return cholesky_of("cholesky", input, upper)


def cholesky_of(name: str, A: Any, upper: bool) -> Tensor:
    """Return a Cholesky factor; errors speak of `name`."""
    A = square(name, A)
    try:
        z: Tensor = Cholesky(upper=bool(upper)).apply(A)
    except np.linalg.LinAlgError:
        raise _not_positive(name, A._array, upper) from None
    if np.isnan(z._array).any():  # LAPACK may run over a nan
        raise _not_positive(name, A._array, upper)
    return z


def _not_positive(name: str, x: Any, upper: bool) -> Exception:
    info = orders(x, upper)
    first = info.flat[np.flatnonzero(info)[0]]
    return failed(
        name,
        info != 0,
        "The factorization could not be completed because the input is not positive-definite (the leading minor of "
        f"order {first} is not positive-definite)",
        "symmetric matrices with positive eigenvalues",
        "Check linalg.eigvalsh(A), or add a small multiple of the identity.",
    )


def orders(x: Any, upper: bool) -> np.ndarray[Any, Any]:
    """Return for each matrix the order of the first leading minor that is not positive, or 0 (int32)."""

    def order(a: Any) -> int:
        for i in range(1, len(a) + 1):
            try:
                bad = bool(np.isnan(np.linalg.cholesky(a[:i, :i], upper=upper)).any())
            except np.linalg.LinAlgError:
                bad = True
            if bad:
                return i
        return 0

    found = np.zeros(x.shape[:-2], np.int32)
    for place in np.ndindex(found.shape):
        found[place] = order(x[place])
    return found


def qr(input: Tensor, some: bool = True) -> return_types.qr:
    """Return Q and R; all columns of Q if not `some`. PyTorch's older name of `linalg.qr`."""
    return return_types.qr(qr_of(input, "reduced" if some else "complete"))


def qr_of(A: Any, mode: str) -> Any:
    """Return Q and R of A = Q R as a tuple."""
    A = matrix("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise AutogradError(
            say(
                f"qr received unrecognized mode '{mode}'",
                "one of 'reduced' (default), 'r', or 'complete'",
                "Leave it out for 'reduced'.",
            )
        )
    return Qr(mode=mode).apply(A)


def eigh_of(A: Any, UPLO: str) -> Any:
    """Return eigenvalues and eigenvectors as a tuple."""
    A, lower = _symmetric("linalg.eigh", A, UPLO)
    try:
        return Eigh(lower=lower).apply(A)
    except np.linalg.LinAlgError:
        raise not_finite("linalg.eigh", A._array) from None


def _symmetric(name: str, A: Any, UPLO: str) -> tuple[Tensor, bool]:
    """Check the arguments of the eigenvalue functions."""
    A = square(name, A)
    if UPLO not in ("L", "U", "l", "u"):
        raise AutogradError(
            say(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}", "the triangle to be read", "Leave it out.")
        )
    return A, UPLO in "Ll"


def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> return_types.svd:
    """Return U, S and V (not transposed). PyTorch's older form of `linalg.svd`.

    Parameters
    ----------
    input : Tensor
        Of shape (..., m, n).
    some : bool
        As many vectors as singular values; else square U and V.
    compute_uv : bool
        Compute U and V at all; else they are zeros.
    """
    A = matrix("linalg.svd", input)
    x = A._array
    if not compute_uv:
        stack, (m, n) = x.shape[:-2], x.shape[-2:]
        u, v = (wrap(np.zeros((*stack, size, size), x.dtype)) for size in (m, n))
        return return_types.svd((u, singular_values(A), v))
    U, S, Vh = svd_of(A, not some)
    return return_types.svd((U, S, Vh.mT))


def svd_of(A: Any, full: bool) -> Any:
    """Return U, S and Vᵀ as a tuple."""
    A = matrix("linalg.svd", A)
    try:
        return Svd(full=bool(full)).apply(A)
    except np.linalg.LinAlgError:
        raise not_finite("linalg.svd", A._array) from None


def singular_values(A: Any) -> Tensor:
    """Return the singular values, largest first."""
    A = matrix("linalg.svd", A)
    try:
        if recorded(A):
            return Svdvals().apply(A)  # type: ignore[no-any-return]
        return wrap(np.linalg.svd(A._array, compute_uv=False))
    except np.linalg.LinAlgError:
        raise not_finite("linalg.svd", A._array) from None


def eigenvalues(A: Any, UPLO: str) -> Tensor:
    """Return the eigenvalues of symmetric matrices, smallest first."""
    A, lower = _symmetric("linalg.eigh", A, UPLO)
    try:
        if recorded(A):
            return Eigvalsh(lower=lower).apply(A)  # type: ignore[no-any-return]
        return wrap(np.linalg.eigvalsh(A._array, "L" if lower else "U"))
    except np.linalg.LinAlgError:
        raise not_finite("linalg.eigh", A._array) from None
