"""The rows of inverses, determinants, decompositions and norms of matrices.

Vectors out of a decomposition are told up to their sign. The calls fix it, by the diagonal, so that both libraries
and all samples speak of the same.
"""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import LinAlgError
from tests.op_rows.norms import at
from tests.op_samples import (
    Array,
    Dtype,
    Exactly,
    F,
    Ints,
    R,
    Random,
    Row,
    S,
    find,
    kink,
    only,
)

inf, nan = np.inf, np.nan

# ----------------------------------------------------------------------------------------------------- numbers


def regular(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Matrices far from singular: small numbers, and 2, 3, 4 ... on the diagonal."""
    z = random.uniform(-0.5, 0.5, shape)
    if len(shape) < 2:
        return z + 1
    n = min(shape[-2:])
    z[..., range(n), range(n)] += np.arange(n) + 2
    return z


def apart(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Matrices with eigenvalues and singular values far from each other, near 2, 6 and 10."""
    z = random.uniform(-0.5, 0.5, shape)
    n = min(shape[-2:])
    z[..., range(n), range(n)] += 4 * np.arange(n) + 2
    return z


def symmetric(x: Any) -> Any:
    """A symmetric matrix, since eigenvalues and Cholesky factors read one triangle alone."""
    return (x + x.mT) / 2


SQUARES = (S(F(1, 1)), S(F(2, 2)), S(F(3, 3)), S(F(2, 3, 3)), S(F(2, 1, 2, 2)), S(F(0, 0)), S(F(0, 2, 2)),
           S(F(2, 0, 0)))
OBLONG = (S(F(2, 3)), S(F(3, 2)), S(F(2, 3, 2)), S(F(2, 2, 3)))
EMPTY = (S(F(0, 3)), S(F(3, 0)), S(F(2, 0, 3)), S(F(0, 2, 3)))


def refusals_of_matrices(name: str, *more: Any) -> tuple[R, ...]:
    """What every operation on matrices refuses."""
    return (
        R(lambda t: find(t, name)(t.ones(3), *more), RuntimeError, "at least 2 dimensions"),
        R(lambda t: find(t, name)(t.ones(()), *more), RuntimeError, "at least 2 dimensions"),
        R(lambda t: find(t, name)(t.ones(2, 2, dtype=t.int64), *more), RuntimeError, "floating point"),
        R(lambda t: find(t, name)(t.ones(2, 2, dtype=t.float16), *more), RuntimeError, "floating point"),
        R(lambda t: find(t, name)(t.ones(2, 2, dtype=t.bool), *more), RuntimeError, "floating point"),
        R(lambda t: find(t, name)(3, *more), TypeError, "must be Tensor, not int"),
    )


def refusals_of_squares(name: str, *more: Any) -> tuple[R, ...]:
    """What every operation on square matrices refuses."""
    oblong = R(lambda t: find(t, name)(t.ones(2, 3), *more), RuntimeError, "batches of square matrices")
    return (*refusals_of_matrices(name, *more), oblong)


def fails(call: Callable[[Any], Any], text: str) -> R:
    """A refusal by `LinAlgError`."""
    return R(call, LinAlgError, text)


# -------------------------------------------------------------------------------------------------- references


def solve(a: Array, b: Array, *, left: bool = True) -> Array:
    if b.ndim == 1 or (b.ndim == a.ndim - 1 and b.shape == a.shape[:-1]):
        return np.linalg.solve(a, b[..., None])[..., 0]
    if not left:
        return np.swapaxes(np.linalg.solve(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2)), -1, -2)
    return np.linalg.solve(a, b)


def solve_triangular(
    a: Array, b: Array, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Array:
    triangle = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        n = a.shape[-1]
        triangle = np.where(np.eye(n, dtype=bool), 1, triangle).astype(a.dtype)
    return solve(triangle, b, left=left)


def pinv(x: Array, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Array:
    rtol = rcond if rtol is None else rtol
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    eps = np.finfo(x.dtype).eps * max(x.shape[-2:])
    relative = (eps if atol is None else 0.0) if rtol is None else rtol
    cut = np.maximum(np.asarray(relative)[..., None] * s.max(-1, keepdims=True, initial=0),
                     np.asarray(0.0 if atol is None else atol)[..., None])
    s = np.where(s > cut, 1 / np.where(s > cut, s, 1), 0).astype(x.dtype)
    return np.swapaxes(u * s[..., None, :] @ vh, -1, -2)


def matrix_rank(x: Array, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Array:
    s = np.linalg.svd(x, compute_uv=False)
    absolute = 0.0 if tol is None and atol is None else atol if tol is None else tol
    relative = 0.0 if rtol is None else rtol
    if tol is None and atol is None and rtol is None:
        relative = np.finfo(x.dtype).eps * max(x.shape[-2:])
    cut = np.maximum(relative * s.max(-1, keepdims=True, initial=0), np.asarray(absolute)[..., None])
    return np.sum(s > cut, axis=-1)


def matrix_norm(x: Array, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None) -> Array:
    x = np.moveaxis(x if dtype is None else x.astype(dtype), dim, (-2, -1))
    if 0 in x.shape:
        z = np.zeros(x.shape[:-2], x.dtype)
    else:
        z = np.asarray(np.linalg.norm(x, ord, axis=(-2, -1)))
    rows, columns = (d % x.ndim for d in dim)
    return np.expand_dims(z, tuple(sorted((rows, columns)))) if keepdim else z


def norm(x: Array, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Array:
    x = x if dtype is None else x.astype(dtype)
    if ord is None and dim is None:
        z = np.linalg.norm(x.reshape(-1))
        return np.asarray(z).reshape((1,) * x.ndim) if keepdim else z
    return np.linalg.norm(x, ord, axis=dim, keepdims=keepdim)


def cond(x: Array, p: Any = None) -> Array:
    if 0 in x.shape[-2:]:
        return np.zeros(x.shape[:-2], x.dtype)
    if x.size == 0:
        return np.zeros(0, x.dtype)
    if p in (None, 2, -2):
        return np.linalg.cond(x, p)
    exists = np.linalg.det(x) != 0
    inverse = np.linalg.inv(np.where(exists[..., None, None], x, np.eye(x.shape[-1]))).astype(x.dtype)
    z = np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(inverse, p, axis=(-2, -1))
    return np.where(exists, z, inf).astype(x.dtype)


def determinants(x: Array) -> Array:
    """-inf or nan where the logarithm of a determinant is no number."""
    sign, logarithm = np.linalg.slogdet(x)
    return np.where(sign < 0, nan, logarithm).astype(x.dtype)


def eigenvectors(x: Array, *uplo: str) -> Any:
    w, v = np.linalg.eigh((x + np.swapaxes(x, -1, -2)) / 2)
    return w, v * np.sign(np.diagonal(v, 0, -2, -1))[..., None, :]


def singular(x: Array, full_matrices: bool = True) -> Any:
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    sign = np.sign(np.diagonal(u, 0, -2, -1))
    return u * sign[..., None, :], s, vh * sign[..., None]


def signs(v: Any) -> Any:
    """The signs of the vectors that are the columns of `v`, as a row."""
    return v.diagonal(dim1=-2, dim2=-1).sign().unsqueeze(-2)


def call_eigh(t: Any, x: Any, *uplo: str) -> Any:
    w, v = t.linalg.eigh(symmetric(x), *uplo)
    return w, v * signs(v)


def call_svd(t: Any, x: Any, *full_matrices: bool) -> Any:
    u, s, vh = t.linalg.svd(x, *full_matrices)
    k = s.shape[-1]
    u, vh = u[..., :k], vh[..., :k, :]
    return u * signs(u), s, vh * signs(u).mT


def call_older_svd(t: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    u, s, v = t.svd(x, *args, **kwargs)
    k = s.shape[-1]
    u, v = u[..., :k], v[..., :k]
    return u * signs(u), s, v * signs(u)


def older_svd(x: Array, some: bool = True, compute_uv: bool = True) -> Any:
    u, s, vh = singular(x)
    return u * compute_uv, s, np.swapaxes(vh, -1, -2) * compute_uv


def cholesky(x: Array, upper: bool = False) -> Array:
    return np.linalg.cholesky((x + np.swapaxes(x, -1, -2)) / 2, upper=upper)


def lstsq(a: Array, b: Array, rcond: Any = None, *, driver: Any = None) -> Any:
    vectors = b.ndim == 1 or (b.ndim == a.ndim - 1 and b.shape == a.shape[:-1])
    b = b[..., None] if vectors else b
    x = pinv(a) @ b
    found = [x[..., 0] if vectors else x]
    if driver in ("gelsd", "gelss"):
        found += [np.sum((a @ x - b) ** 2, axis=-2), matrix_rank(a), np.linalg.svd(a, compute_uv=False)]
    elif driver == "gels":
        found += [np.sum((a @ x - b) ** 2, axis=-2)]
    else:
        found += [matrix_rank(a)]
    return found


def call_lstsq(t: Any, a: Any, b: Any, *rcond: Any, driver: Any = None) -> Any:
    z = t.linalg.lstsq(a, b, *rcond, driver=driver)
    wanted = {"gelsd": (0, 1, 2, 3), "gelss": (0, 1, 2, 3), "gels": (0, 1), None: (0, 2), "gelsy": (0, 2)}
    return [z[i] for i in wanted[driver]]


SINGULAR = [[1.0, 2.0], [2.0, 4.0]]
INDEFINITE = [[1.0, 2.0], [2.0, 1.0]]
NOT_FINITE = [[nan, 1.0], [1.0, 1.0]]


def stacked(t: Any, second: Any) -> Any:
    return t.stack([t.eye(2), t.tensor(second)])


ORDERS = ("fro", "nuc", 1, -1, 2, -2, inf, -inf)

#: Batches of matrices, and right sides: matrices, vectors, broadcast and empty.
EQUATIONS = (
    S(F(2, 2), F(2)),
    S(F(3, 3), F(3, 2)),
    S(F(2, 3, 3), F(2, 3, 1)),
    S(F(2, 3, 3), F(3, 2)),
    S(F(3, 3), F(2, 3, 1)),
    S(F(2, 1, 2, 2), F(3, 2, 1)),
    S(F(0, 0), F(0, 3)),
    S(F(2, 2), F(2, 0)),
    S(F(0, 2, 2), F(0, 2, 1)),
)


def refusals_of_equations(name: str, **options: Any) -> tuple[R, ...]:
    def call(*shapes: Any) -> Callable[[Any], Any]:
        return lambda t: find(t, name)(*[t.ones(shape) for shape in shapes], **options)

    return (
        R(call((2, 3), (2, 1)), RuntimeError, "batches of square matrices"),
        R(call((2, 2), (3, 2)), RuntimeError, r"shapes of A and B for the equation AX = B \(2x2 and 3x2\)"),
        R(call(2, 2), RuntimeError, "at least 2 dimensions"),
        R(call((3, 2, 2), (4, 2, 1)), RuntimeError, "cannot be broadcast"),
        R(call((2, 2), ()), RuntimeError, "at least 2 dimensions"),
    )


DETERMINED = (*SQUARES, S(at(SINGULAR)), S(at([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 1.0]], "float64")))

INVERSES = [
    *[
        Row(
            name,
            np.linalg.inv,
            SQUARES,
            (
                *refusals_of_squares(name),
                fails(lambda t, name=name: find(t, name)(t.ones(2, 2)), "input matrix is singular"),
                fails(lambda t, name=name: find(t, name)(stacked(t, SINGULAR)), r"\(Batch element 1\)"),
            ),
            domain=regular,
        )
        for name in ("inverse", "linalg.inv")
    ],
    Row(
        "linalg.inv_ex",
        lambda x, **options: (np.linalg.inv(x), np.zeros(x.shape[:-2], np.int32)),
        (*SQUARES, S(F(2, 2), check_errors=True)),
        (
            *refusals_of_squares("linalg.inv_ex"),
            fails(lambda t: t.linalg.inv_ex(t.ones(2, 2), check_errors=True), "singular"),
        ),
        domain=regular,
        exact=True,
    ),
    Row(
        "linalg.inv_ex",
        lambda x: np.array([0, 2, 1], np.int32),
        (S(Exactly([[[2.0, 1.0], [1.0, 2.0]], SINGULAR, [[0.0, 0.0], [0.0, 0.0]]])),),
        call=lambda t, x: t.linalg.inv_ex(x).info,
        gradient=False,
        exact=True,
        variant="of singular matrices",
    ),
    Row(
        "linalg.solve",
        solve,
        (*EQUATIONS, S(F(3, 2, 2), F(3, 2)), S(F(2, 2), F(3, 2), left=False), S(F(2, 2), F(2, 3, 2), left=False)),
        (
            *refusals_of_equations("linalg.solve"),
            R(lambda t: t.linalg.solve(t.eye(2), t.ones(2, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.linalg.solve(t.eye(2).int(), t.ones(2).int()), RuntimeError, "floating point"),
            R(lambda t: t.linalg.solve(t.eye(2), t.ones(2), left=False), RuntimeError, "XA = B"),
            fails(lambda t: t.linalg.solve(t.ones(2, 2), t.ones(2)), "singular"),
            fails(lambda t: t.linalg.solve(stacked(t, SINGULAR), t.ones(2, 2, 1)), r"\(Batch element 1\)"),
        ),
        domain=regular,
    ),
    Row(
        "linalg.solve_triangular",
        solve_triangular,
        (
            *[S(*sample.args, upper=True) for sample in EQUATIONS[1:]],
            *[S(*sample.args, upper=False) for sample in EQUATIONS[1:4]],
            S(F(3, 3), F(3, 2), upper=True, unitriangular=True),
            S(F(3, 3), F(3, 2), upper=False, unitriangular=True),
            S(F(2, 2), F(3, 2), upper=True, left=False),
            S(F(2, 2), F(2, 3, 2), upper=False, left=False, unitriangular=True),
        ),
        (
            *refusals_of_equations("linalg.solve_triangular", upper=True),
            R(lambda t: t.linalg.solve_triangular(t.eye(2), t.ones(2), upper=True), RuntimeError, "at least 2 dim"),
            R(lambda t: t.linalg.solve_triangular(t.eye(2), t.ones(2, 1)), TypeError, "upper"),
        ),
        domain=regular,
    ),
    Row(
        "linalg.solve_triangular",
        lambda a, b, **options: np.array([[nan], [inf]], a.dtype),
        (S(Exactly([[0.0, 0.0], [0.0, 0.0]]), Exactly([[1.0], [1.0]]), upper=True),),
        variant="with zeros on the diagonal",
    ),
    Row(
        "det",
        lambda x: np.where(np.isnan(x).any((-2, -1)), nan, np.linalg.det(np.nan_to_num(x))).astype(x.dtype),
        (*DETERMINED, only(1, S(at([[0.0, 0.0], [0.0, 0.0]]))), only(1, kink(at(NOT_FINITE)))),
        refusals_of_squares("det"),
        domain=regular,
    ),
    *[
        Row(
            name,
            np.linalg.slogdet,
            (*SQUARES, S(at([[1.0, 2.0], [4.0, 2.0]])), S(Exactly(SINGULAR))),
            refusals_of_squares(name),
            domain=regular,
        )
        for name in ("slogdet", "linalg.slogdet")
    ],
    Row(
        "logdet",
        determinants,
        (*SQUARES, kink(at([[1.0, 2.0], [4.0, 2.0]])), S(Exactly(SINGULAR))),
        refusals_of_squares("logdet"),
        domain=regular,
    ),
    *[
        Row(
            name,
            pinv,
            (
                *SQUARES[:5],
                *OBLONG,
                *EMPTY,
                S(F(3, 2), *([1e-3] if name == "pinverse" else [0.1])),
            ),
            (
                *refusals_of_matrices(name),
                fails(lambda t, name=name: find(t, name)(t.tensor(NOT_FINITE)), "non-finite"),
            ),
            domain=regular,
        )
        for name in ("pinverse", "linalg.pinv")
    ],
    Row(
        "linalg.pinv",
        pinv,
        (
            S(F(3, 2), rcond=0.1),
            S(F(2, 3), rtol=0.1),
            S(F(2, 3), atol=0.1),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), atol=1.0),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), rtol=0.5),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), Exactly(0.5)),
            S(Exactly([[[2.0, 0.0], [0.0, 0.5]]] * 2), rtol=Exactly([0.125, 0.5])),
            kink(at(SINGULAR)),
        ),
        domain=regular,
        variant="with tolerances",
    ),
    Row(
        "linalg.pinv",
        lambda x: pinv((x + np.swapaxes(x, -1, -2)) / 2),
        (S(F(3, 3)), S(F(2, 2, 2)), S(F(0, 0))),
        (R(lambda t: t.linalg.pinv(t.ones(2, 3), hermitian=True), RuntimeError, "batches of square matrices"),),
        call=lambda t, x: t.linalg.pinv(symmetric(x), hermitian=True),
        domain=regular,
        variant="of symmetric matrices",
    ),
    Row(
        "linalg.matrix_rank",
        matrix_rank,
        (
            *SQUARES,
            *OBLONG,
            *EMPTY,
            S(Exactly(SINGULAR)),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), 1.0),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), tol=0.25),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), atol=1.0),
            S(Exactly([[2.0, 0.0], [0.0, 0.5]]), rtol=0.5),
            S(Exactly([[2.0, 1.0], [1.0, 2.0]]), hermitian=True),
            S(Exactly([[[2.0, 0.0], [0.0, 0.5]]] * 2), tol=Exactly([0.125, 1.0])),
        ),
        (
            R(lambda t: t.linalg.matrix_rank(t.ones(3)), RuntimeError, "at least 2 dimensions"),
            R(lambda t: t.linalg.matrix_rank(t.ones(2, 2).int()), RuntimeError, "floating point"),
            R(lambda t: t.linalg.matrix_rank(t.ones(2, 3), hermitian=True), RuntimeError, "square"),
        ),
        domain=regular,
        gradient=False,
    ),
    *[
        Row(
            name,
            np.linalg.matrix_power,
            (
                *[S(F(2, 2), n) for n in (-3, -1, 0, 1, 2, 3, 5, 6)],
                S(F(2, 3, 3), 2),
                S(F(0, 0), -2),
                S(F(0, 2, 2), 3),
                S(Ints((2, 2)), 3),
                S(Ints((2, 2)), 0),
            ),
            (
                R(lambda t, name=name: find(t, name)(t.ones(2), 2), RuntimeError, "at least 2 dimensions"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 3), 2), RuntimeError, "square matrices"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 2), 1.5), TypeError, "must be int, not float"),
                R(lambda t, name=name: find(t, name)(t.ones(2, 2).long(), -1), RuntimeError, "floating point"),
                fails(lambda t, name=name: find(t, name)(t.ones(2, 2), -1), "singular"),
            ),
            domain=regular,
        )
        for name in ("matrix_power", "linalg.matrix_power")
    ],
    Row(
        "linalg.lstsq",
        lstsq,
        (
            S(F(3, 2), F(3)),
            S(F(3, 2), F(3, 2)),
            S(F(2, 2), F(2, 1)),
            S(F(2, 3), F(2, 1)),
            S(F(2, 3, 2), F(2, 3, 1)),
            S(F(2, 3, 2), F(2, 3)),
            S(F(3, 2), F(3, 1), 0.01),
            S(F(3, 2), F(3, 1), driver="gelsd"),
            S(F(2, 3, 2), F(2, 3, 2), driver="gelss"),
            S(F(3, 2), F(3, 2), driver="gels"),
            S(F(3, 2), F(3, 2), driver="gelsy"),
            S(Exactly([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]), Exactly([[1.0], [1.0], [1.0]])),
        ),
        (
            R(lambda t: t.linalg.lstsq(t.ones(3), t.ones(3)), RuntimeError, "at least 2 dimensions"),
            R(lambda t: t.linalg.lstsq(t.ones(3, 2), t.ones(2, 1)), RuntimeError, "should match"),
            R(lambda t: t.linalg.lstsq(t.ones(4, 3, 2), t.ones(3, 1)), RuntimeError, "as many dimensions"),
            R(lambda t: t.linalg.lstsq(t.ones(3, 2), t.ones(3, 1, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.linalg.lstsq(t.ones(3, 2), t.ones(3, 1), driver="x"), RuntimeError, "should be one of"),
        ),
        call=call_lstsq,
        domain=regular,
    ),
]

DECOMPOSITIONS = [
    *[
        Row(
            name,
            cholesky,
            (*SQUARES, S(F(3, 3), upper=True), S(F(2, 2, 2), upper=True)),
            (
                *refusals_of_squares(name),
                fails(lambda t, name=name: find(t, name)(t.zeros(2, 2)), "leading minor of order 1"),
                fails(lambda t, name=name: find(t, name)(t.tensor(INDEFINITE)), "not positive-definite"),
                fails(lambda t, name=name: find(t, name)(t.tensor(NOT_FINITE)), "not positive-definite"),
                fails(lambda t, name=name: find(t, name)(stacked(t, INDEFINITE)), r"\(Batch element 1\)"),
            ),
            call=lambda t, x, name=name, **options: find(t, name)(symmetric(x), **options),
            domain=regular,
        )
        for name in ("cholesky", "linalg.cholesky")
    ],
    Row(
        "linalg.cholesky",
        lambda x, upper=False: np.linalg.cholesky(x, upper=upper),
        (S(Exactly([[2.0, 9.0], [1.0, 2.0]])), S(Exactly([[2.0, 1.0], [9.0, 2.0]]), upper=True)),
        variant="of one triangle",
    ),
    Row(
        "linalg.cholesky_ex",
        lambda x, **options: (cholesky(x), np.zeros(x.shape[:-2], np.int32)),
        SQUARES,
        (
            *refusals_of_squares("linalg.cholesky_ex"),
            fails(lambda t: t.linalg.cholesky_ex(t.tensor(INDEFINITE), check_errors=True), "order 2"),
        ),
        call=lambda t, x: t.linalg.cholesky_ex(symmetric(x)),
        domain=regular,
        exact=True,
    ),
    Row(
        "linalg.cholesky_ex",
        lambda x: (np.array([0, 2, 1], np.int32), np.eye(2, dtype=x.dtype)),
        (S(Exactly([[[1.0, 0.0], [0.0, 1.0]], INDEFINITE, NOT_FINITE])),),
        call=lambda t, x: (lambda z: (z.info, z.L[0]))(t.linalg.cholesky_ex(x)),
        gradient=False,
        exact=True,
        variant="of others",
    ),
    Row(
        "linalg.qr",
        lambda x, mode="reduced": np.linalg.qr(x, mode),
        (
            *SQUARES,
            *OBLONG,
            *EMPTY,
            S(F(2, 3), "complete"),
            S(F(3, 3), mode="complete"),
        ),
        (
            *refusals_of_matrices("linalg.qr"),
            R(lambda t: t.linalg.qr(t.ones(3, 2), "full"), RuntimeError, "unrecognized mode 'full'"),
            R(lambda t: t.linalg.qr(t.ones(2, 2, requires_grad=True), "r")[1].sum().backward(), RuntimeError, "on Q"),
            R(lambda t: t.linalg.qr(t.ones(3, 2, requires_grad=True), "complete")[0].sum().backward(),
              RuntimeError, "not differentiable"),
        ),
        domain=regular,
    ),
    Row(
        "linalg.qr",
        lambda x, mode: (np.zeros(0, x.dtype), np.linalg.qr(x, mode)),
        (S(F(3, 2), "r"), S(F(2, 3), "r"), S(F(2, 2, 2), mode="r")),
        gradient=False,
        domain=regular,
        variant="without Q",
    ),
    Row(
        "linalg.qr",
        np.linalg.qr,
        (S(F(3, 2), "complete"), S(F(2, 3, 1), mode="complete"), S(F(3, 0), "complete")),
        gradient=False,
        domain=regular,
        variant="with more columns of Q",
    ),
    Row(
        "qr",
        lambda x, some=True: np.linalg.qr(x, "reduced" if some else "complete"),
        (S(F(3, 2)), S(F(2, 3)), S(F(2, 2, 2), True), S(F(2, 3), some=False)),
        refusals_of_matrices("qr"),
        domain=regular,
    ),
    Row(
        "linalg.eigh",
        eigenvectors,
        (*SQUARES, S(F(3, 3), "U"), S(F(2, 2), "l")),
        (
            *refusals_of_squares("linalg.eigh"),
            R(lambda t: t.linalg.eigh(t.eye(2), UPLO="X"), RuntimeError, "'L' or 'U', but got X"),
        ),
        call=call_eigh,
        domain=apart,
    ),
    Row(
        "linalg.eigvalsh",
        lambda x, *uplo: eigenvectors(x)[0],
        (*SQUARES, S(F(3, 3), "U"), only(1, kink(at([[1.0, 0.0], [0.0, 1.0]])))),
        (
            *refusals_of_squares("linalg.eigvalsh"),
            R(lambda t: t.linalg.eigvalsh(t.eye(2), UPLO="X"), RuntimeError, "'L' or 'U', but got X"),
        ),
        call=lambda t, x, *uplo: t.linalg.eigvalsh(symmetric(x), *uplo),
        domain=apart,
    ),
    Row(
        "linalg.eigvalsh",
        np.linalg.eigvalsh,
        (S(Exactly([[2.0, 9.0], [1.0, 2.0]])), S(Exactly([[2.0, 9.0], [1.0, 2.0]]), "U")),
        variant="of one triangle",
    ),
    Row(
        "linalg.svd",
        singular,
        (*SQUARES, *OBLONG, S(F(3, 2), False), S(F(2, 3), False), S(F(2, 2, 3), False), *EMPTY),
        (
            *refusals_of_matrices("linalg.svd"),
            fails(lambda t: t.linalg.svd(t.tensor(NOT_FINITE)), "non-finite"),
        ),
        call=call_svd,
        domain=apart,
    ),
    Row(
        "linalg.svd",
        lambda x, full_matrices=True: [np.zeros(a.shape[-2:]) for a in np.linalg.svd(x, full_matrices)[::2]],
        (S(F(3, 2)), S(F(2, 3)), S(F(3, 2), False), S(F(3, 0)), S(F(0, 2))),
        call=lambda t, *args: [t.zeros(a.shape, dtype=t.float64) for a in t.linalg.svd(*args)[::2]],
        gradient=False,
        exact=True,
        variant="as shapes",
    ),
    Row(
        "svd",
        older_svd,
        (S(F(3, 2)), S(F(2, 3)), S(F(3, 3), False), S(F(2, 3, 2), some=False)),
        refusals_of_matrices("svd"),
        call=call_older_svd,
        domain=apart,
    ),
    Row(
        "svd",
        lambda x, **options: (np.zeros((3, 3), x.dtype), np.linalg.svd(x, compute_uv=False), np.zeros((2, 2), x.dtype)),
        (S(F(3, 2), compute_uv=False),),
        gradient=False,
        domain=regular,
        variant="without vectors",
    ),
    Row(
        "linalg.svdvals",
        lambda x: np.linalg.svd(x, compute_uv=False),
        (*SQUARES, *OBLONG, *EMPTY, only(1, kink(at([[1.0, 0.0], [0.0, 1.0]])))),
        (
            *refusals_of_matrices("linalg.svdvals"),
            fails(lambda t: t.linalg.svdvals(t.tensor(NOT_FINITE)), "non-finite"),
        ),
        domain=apart,
    ),
]

NORMS_OF_MATRICES = [
    Row(
        "linalg.matrix_norm",
        matrix_norm,
        (
            *[S(F(*shape), p) for p in ORDERS for shape in ((3, 3), (2, 3), (3, 2), (2, 2, 3))],
            *[S(F(2, 3, 2), p, (2, 0), True) for p in ORDERS],
            *[S(F(2, 3, 2), p, dim=(-3, -2)) for p in ORDERS],
            S(F(2, 3)),
            S(F(2, 3), keepdim=True),
            S(F(0, 3, 3), 2),
            *[only(1, kink(at([[1.0, 1.0], [1.0, 1.0]]), p)) for p in (1, -1, inf, -inf)],
            *[only(1, kink(at([[0.0, 0.0], [0.0, 0.0]]), p)) for p in ("fro", 1, inf)],
            *[only(1, kink(at([[1.0, 0.0], [0.0, 1.0]]), p)) for p in ("nuc", 2, -2)],
        ),
        (
            R(lambda t: t.linalg.matrix_norm(t.ones(3)), RuntimeError, "at least 2 dimensions"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2).int()), RuntimeError, "floating point"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2).half(), 2), RuntimeError, "floating point"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2), 3), RuntimeError, "Order 3 not supported"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2), "abc"), RuntimeError, "Order abc not supported"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2), dim=(0, 0)), RuntimeError, "dims must be different"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2), dim=(0,)), RuntimeError, "must be a 2-tuple"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2), dim=0), TypeError, "pair|combination"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2), dim=(0, 2)), IndexError, "Dimension out of range"),
            R(lambda t: t.linalg.matrix_norm(t.ones(0, 0), -2), IndexError, "non-zero size"),
            R(lambda t: t.linalg.matrix_norm(t.ones(0, 3), -inf), IndexError, "non-zero size"),
            R(lambda t: t.linalg.matrix_norm(t.ones(2, 2).double(), dtype=t.float32), RuntimeError, "narrowing"),
            fails(lambda t: t.linalg.matrix_norm(t.tensor(NOT_FINITE), 2), "non-finite"),
        ),
        domain=regular,
    ),
    Row(
        "norm",
        lambda x, p, dim=(-2, -1), *keepdim: matrix_norm(x, p, dim, *keepdim),
        (S(F(2, 3), "nuc"), S(F(2, 3, 2), "nuc", (2, 0)), S(F(2, 3, 2), "nuc", (-1, 1), True)),
        (
            R(lambda t: t.norm(t.ones(3), "nuc"), RuntimeError, "2-tuple|2 dimensions"),
            R(lambda t: t.norm(t.ones(2, 3, 2), "nuc"), RuntimeError, "must be a 2-tuple"),
            R(lambda t: t.norm(t.ones(2, 3, 2), "nuc", 1), RuntimeError, "must be a 2-tuple"),
        ),
        domain=regular,
        variant="by singular values",
    ),
    Row(
        "linalg.matrix_norm",
        matrix_norm,
        (*[S(F(0, 0), p) for p in ("fro", "nuc", 1, 2, inf)], S(F(3, 0), 1), S(F(0, 3), inf), S(F(2, 0, 3), 2)),
        gradient=False,
        variant="of nothing",
    ),
    *[
        Row(
            name,
            function,
            tuple(S(F(2, 3, dtype="float32"), p, dtype=Dtype("float64")) for p in ("fro", 2)),
            domain=regular,
            exact=True,
            variant="in another dtype",
        )
        for name, function in {"linalg.matrix_norm": matrix_norm, "linalg.norm": norm}.items()
    ],
    Row(
        "linalg.norm",
        norm,
        (
            *[S(F(3, 2), p) for p in ORDERS],
            *[S(F(3), p) for p in (0, 1, 2, 3, inf, -inf, -1)],
            *[S(F(2, 3, 2), p, (0, 2)) for p in ORDERS],
            *[S(F(2, 3, 2), p, 1) for p in (0, 1, 2.5, inf)],
            S(F(2, 3, 2)),
            S(F(2, 3, 2), keepdim=True),
            S(F(2, 3), dim=1),
            S(F(2, 3, 2), dim=(0, 1), keepdim=True),
            S(F()),
            S(F(2, 3), 1, keepdim=True),
            S(F(2, 3), "fro", (1, 0)),
        ),
        (
            R(lambda t: t.linalg.norm(t.ones(2, 2, 2), 2), RuntimeError, "must be 1D or 2D. Got 3D"),
            R(lambda t: t.linalg.norm(t.ones(2, 2, 2), "fro"), RuntimeError, "must be 1D or 2D. Got 3D"),
            R(lambda t: t.linalg.norm(t.ones(()), 2), RuntimeError, "must be 1D or 2D. Got 0D"),
            R(lambda t: t.linalg.norm(t.ones(2, 2, 2), dim=(0, 1, 2)), RuntimeError, "length 1 or 2"),
            R(lambda t: t.linalg.norm(t.ones(2, 2, 2), dim=()), RuntimeError, "length 1 or 2"),
            R(lambda t: t.linalg.norm(t.ones(3), "nuc"), RuntimeError, "at least 2 dimensions"),
            R(lambda t: t.linalg.norm(t.ones(2, 3), "fro", 1), RuntimeError, "must be a 2-tuple"),
            R(lambda t: t.linalg.norm(t.ones(2, 3), 3), RuntimeError, "Order 3 not supported"),
            R(lambda t: t.linalg.norm(t.ones(2, 3), 2, 2), IndexError, "Dimension out of range"),
            R(lambda t: t.linalg.norm(t.tensor([1, 2])), RuntimeError, "floating point"),
            R(lambda t: t.linalg.norm("a"), TypeError, "must be Tensor, not str"),
        ),
        domain=regular,
    ),
    Row(
        "linalg.cond",
        cond,
        (
            *[S(F(3, 3), p) for p in (None, 2, -2)],
            # Of the others PyTorch's own derivative fails: it edits the inverse that it saved.
            *[only(0, S(F(3, 3), p)) for p in ("fro", "nuc", 1, -1, inf, -inf)],
            *[only(0, S(F(2, 2, 2), p)) for p in ("fro", "nuc", 1)],
            S(F(3, 2)),
            S(F(2, 2, 3), -2),
            S(Exactly(SINGULAR), 1),
            S(Exactly([[[2.0, 0.0], [0.0, 0.0]], [[2.0, 0.0], [0.0, 1.0]]]), "nuc"),
        ),
        (
            R(lambda t: t.linalg.cond(t.ones(3)), RuntimeError, "at least 2 dimensions"),
            R(lambda t: t.linalg.cond(t.ones(2, 3), 1), RuntimeError, "square matrices"),
            R(lambda t: t.linalg.cond(t.eye(2), 3), RuntimeError, "invalid norm type"),
            R(lambda t: t.linalg.cond(t.eye(2), "abc"), RuntimeError, "invalid norm type"),
            R(lambda t: t.linalg.cond(t.eye(2).int()), RuntimeError, "floating point"),
        ),
        domain=regular,
    ),
    Row(
        "linalg.cond",
        cond,
        (S(F(0, 0)), S(F(0, 0), 1), S(F(2, 0, 0), 1), S(F(0, 2, 2), 1), S(F(0, 2, 2))),
        gradient=False,
        variant="of nothing",
    ),
]
