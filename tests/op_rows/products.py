"""The rows of products that are composed of others."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_rows.common import SHAPES_DISAGREE, in_place
from tests.op_samples import (
    Array,
    Bools,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    find,
)

nan = np.nan


def plus(product: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    """beta times the first argument plus alpha times the product of the others."""

    def reference(x: Array, y: Array, z: Array, *, beta: float = 1, alpha: float = 1) -> Array:
        p = alpha * product(y, z)
        return p + (beta * x if beta else np.zeros_like(x))

    return reference


def scaled(*shapes: tuple[int, ...], small: tuple[int, ...] = ()) -> tuple[Any, ...]:
    """Samples of a sum with a product: with factors, and of a first operand that is broadcast."""
    full = tuple(F(*shape) for shape in shapes)
    ints = tuple(Ints(shape) for shape in shapes)
    return (
        S(*full),
        S(*full, beta=2, alpha=0.5),
        S(*full, beta=0),
        S(*full, beta=-1.5),
        S(*ints),
        S(*ints, beta=2, alpha=-3),
        S(F(*small), *full[1:]),
        S(F(*small), *full[1:], beta=0, alpha=2),
        S(F(), *full[1:]),
        S(Exactly(np.full(shapes[0], nan)), *full[1:], beta=0),
    )


def refusals_of_sums(name: str, shape: tuple[int, ...], a: tuple[int, ...], b: tuple[int, ...]) -> tuple[R, ...]:
    """What every sum with a product refuses."""
    more = (2, *shape)
    return (
        R(lambda t: find(t, name)(t.ones(more), t.ones(a), t.ones(b)), RuntimeError, "expanded size|D tensor"),
        R(lambda t: find(t, name)(t.ones(7), t.ones(a), t.ones(b)), RuntimeError, "size mismatch"),
        R(lambda t: find(t, name)(t.ones(shape), t.ones(a), t.ones(b + (1,))), RuntimeError, "D"),
        R(lambda t: find(t, name)(t.ones(shape), t.ones(a), t.ones((9,) * len(b))), RuntimeError, "mis|cannot|same"),
        R(lambda t: find(t, name)(t.ones(shape), t.ones(a), 3), TypeError, "must be Tensor, not int"),
    )


def of_one_dtype(name: str, shape: tuple[int, ...], a: tuple[int, ...], b: tuple[int, ...]) -> tuple[R, ...]:
    return (
        R(lambda t: find(t, name)(t.ones(shape, dtype=t.float64), t.ones(a), t.ones(b)), RuntimeError, "same dtype"),
        R(lambda t: find(t, name)(t.ones(shape), t.ones(a), t.ones(b, dtype=t.float64)), RuntimeError, "same dtype"),
        R(lambda t: find(t, name)(*(t.ones(s, dtype=t.bool) for s in (shape, a, b))), RuntimeError, "bool"),
    )


def edits(row: Row, a: tuple[int, ...], b: tuple[int, ...], shape: tuple[int, ...]) -> Row:
    """The row of the in-place form of a sum with a product."""
    name = f"{row.name}_"
    errors: tuple[R, ...] = (
        R(lambda t: find(t.ones(shape, requires_grad=True), name)(t.ones(a), t.ones(b)), RuntimeError, "leaf"),
    )
    if name != "addbmm_":  # which in PyTorch gives the tensor another shape
        errors += (R(lambda t: find(t.ones(1), name)(t.ones(a), t.ones(b)), RuntimeError, "shape|size"),)
    if name in ("addmm_", "addr_"):  # with the others PyTorch writes into memory that several elements share
        expanded = R(lambda t: find(t.ones(1).expand(shape), name)(t.ones(a), t.ones(b)), RuntimeError, "single memory")
        errors = (*errors, expanded)
    return replace(in_place(row, name), errors=errors)


ADDMM = Row(
    "addmm", plus(np.matmul), (
        *scaled((2, 3), (2, 4), (4, 3), small=(3,)),
        S(F(2, 1), F(2, 4), F(4, 3), beta=3),
        S(F(2, 3), F(2, 0), F(0, 3)),
        S(F(0, 3), F(0, 2), F(2, 3)),
        S(Ints((3,)), Ints((2, 4)), Ints((4, 3)), beta=2, alpha=3),
    ),
    refusals_of_sums("addmm", (2, 3), (2, 4), (4, 3)) + of_one_dtype("addmm", (2, 3), (2, 4), (4, 3)),
)
ADDMV = Row(
    "addmv", plus(np.matmul), (*scaled((2,), (2, 3), (3,), small=(1,)), S(F(2), F(2, 0), F(0))),
    refusals_of_sums("addmv", (2,), (2, 3), (3,)) + of_one_dtype("addmv", (2,), (2, 3), (3,)),
)
ADDBMM = Row(
    "addbmm", plus(lambda x, y: np.sum(x @ y, axis=0)),
    (*scaled((2, 3), (5, 2, 4), (5, 4, 3), small=(3,)), S(F(2, 3), F(0, 2, 4), F(0, 4, 3), beta=2)),
    refusals_of_sums("addbmm", (2, 3), (5, 2, 4), (5, 4, 3))
    + of_one_dtype("addbmm", (2, 3), (5, 2, 4), (5, 4, 3))
    + (R(lambda t: t.addbmm(t.ones(2, 3), t.ones(5, 2, 4), t.ones(1, 4, 3)), RuntimeError, "same number of batches"),),
)
BADDBMM = Row(
    "baddbmm", plus(np.matmul), (*scaled((5, 2, 3), (5, 2, 4), (5, 4, 3), small=(3,)),
                                 S(F(5, 1, 3), F(5, 2, 4), F(5, 4, 3))),
    refusals_of_sums("baddbmm", (5, 2, 3), (5, 2, 4), (5, 4, 3))
    + of_one_dtype("baddbmm", (5, 2, 3), (5, 2, 4), (5, 4, 3))
    + (R(lambda t: t.baddbmm(t.ones(3), t.ones(5, 2, 4), t.ones(1, 4, 3)), RuntimeError, "same number of batches"),),
)
ADDR = Row(
    "addr", plus(np.outer), (
        *scaled((2, 3), (2,), (3,), small=(3,)),
        S(Ints((2, 3)), F(2), F(3)),
        S(F(2, 0), F(2), F(0)),
    ),
    (
        *refusals_of_sums("addr", (2, 3), (2,), (3,))[:3],
        R(lambda t: t.addr(t.ones(2, 3), t.ones(2), 3), TypeError, "must be Tensor, not int"),
        R(lambda t: t.addr(*[t.ones(n, dtype=t.int64) for n in (3, 2, 3)], beta=0.5), RuntimeError, "floating point"),
    ),
)


def cross(x: Array, y: Array, dim: int | None = None) -> Array:
    axis = x.shape.index(3) if dim is None else dim
    if x.size == 0:
        return x
    return np.cross(x, y, axis=axis)


def tensordot(x: Array, y: Array, dims: Any = 2) -> Array:
    return np.tensordot(x, y, dims)


CHAIN = (
    S(F(2, 3), F(3, 4)),
    S(F(2, 3), F(3, 4), F(4, 2)),
    S(F(5, 1), F(1, 4), F(4, 3), F(3, 2)),
    S(F(1, 4), F(4, 1), F(1, 5), F(5, 2), F(2, 3)),
    S(F(2, 0), F(0, 3), F(3, 1)),
    S(Ints((2, 3)), Ints((3, 2))),
)
in_list = tuple(S(list(sample.args)) for sample in CHAIN)

COMPOSED_PRODUCTS = [
    Row(
        "bmm",
        np.matmul,
        (
            S(F(2, 3, 4), F(2, 4, 2)),
            S(F(1, 2, 2), F(1, 2, 2)),
            S(F(0, 3, 4), F(0, 4, 5)),
            S(F(2, 3, 0), F(2, 0, 5)),
            S(Ints((2, 3, 4)), Ints((2, 4, 2))),
        ),
        (
            R(lambda t: t.bmm(t.ones(2, 3, 4), t.ones(1, 4, 5)), RuntimeError, "same number of batches"),
            R(lambda t: t.bmm(t.ones(2, 3, 4), t.ones(2, 3, 5)), RuntimeError, "cannot be multiplied"),
            R(lambda t: t.bmm(t.ones(3, 4), t.ones(2, 4, 5)), RuntimeError, "must be 3D"),
            R(lambda t: t.bmm(t.ones(2, 3, 4), t.ones(2, 4, 5, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.bmm(t.ones(2, 3, 4), 2), TypeError, "must be Tensor, not int"),
        ),
    ),
    ADDMM, ADDMV, ADDBMM, BADDBMM, ADDR,
    edits(ADDMM, (2, 4), (4, 3), (2, 3)),
    edits(ADDMV, (2, 4), (4,), (2,)),
    edits(ADDBMM, (5, 2, 4), (5, 4, 3), (2, 3)),
    edits(BADDBMM, (5, 2, 4), (5, 4, 3), (5, 2, 3)),
    edits(ADDR, (2,), (3,), (2, 3)),
    Row(
        "addbmm",
        lambda x, y, z: (x + np.sum(y @ z, axis=0)).astype(x.dtype),
        (S(*(Ints(shape, dtype="int32") for shape in ((2, 3), (5, 2, 4), (5, 4, 3)))),),
        variant="of small integers",
    ),
    Row(
        "addr",
        lambda x, y, z, **factors: x | np.outer(y, z),
        (S(Bools((2, 3)), Bools((2,)), Bools((3,))), S(Bools((3,)), Bools((2,)), Bools((3,)), beta=2)),
        variant="of bools",
    ),
    *[
        Row(
            name,
            np.outer,
            (
                S(F(2), F(3)),
                S(F(0), F(3)),
                S(F(1), F(1)),
                S(Ints((2,)), F(3)),
                S(Ints((2,)), Ints((3,), dtype="int32")),
                S(F(2, dtype="float32"), F(3, dtype="float64")),
                S(Bools((2,)), Bools((3,))),
            ),
            (
                R(lambda t, name=name: find(t, name)(t.ones(2, 2), t.ones(3)), RuntimeError, "Expected 1-D argument"),
                R(lambda t, name=name: find(t, name)(t.ones(2), t.ones(())), RuntimeError, "but got 0-D"),
                R(lambda t, name=name: find(t, name)(t.ones(2), 3), TypeError, "must be Tensor, not int"),
            ),
        )
        for name in ("outer", "ger")
    ],
    Row(
        "inner",
        np.inner,
        (
            S(F(3), F(3)),
            S(F(2, 3), F(3)),
            S(F(2, 3), F(4, 3)),
            S(F(2, 1, 3), F(4, 2, 3)),
            S(F(), F(2, 3)),
            S(F(2, 3), F()),
            S(F(), F()),
            S(F(2, 0), F(3, 0)),
            S(F(0), F(0)),
            S(Ints((3,)), Ints((3,))),
        ),
        (
            R(lambda t: t.inner(t.ones(2, 3), t.ones(4, 2)), RuntimeError, "last dimension must match"),
            R(lambda t: t.inner(t.ones(3), t.ones(3, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.inner(*[t.ones(3, dtype=t.bool)] * 2), RuntimeError, "bool"),
            R(lambda t: t.inner(t.ones(3), 2), TypeError, "must be Tensor, not int"),
        ),
    ),
    Row(
        "vdot",
        np.dot,
        (S(F(3), F(3)), S(F(0), F(0)), S(Ints((3,)), Ints((3,)))),
        (
            R(lambda t: t.vdot(t.ones(2), t.ones(3)), RuntimeError, "multiplied|same number of elements"),
            R(lambda t: t.vdot(t.ones(2), t.ones(2, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.vdot(t.ones(2, 3), t.ones(3)), RuntimeError, "1D"),
        ),
    ),
    Row(
        "linalg.vecdot",
        lambda x, y, *, dim=-1: np.sum(x * y, axis=dim if x.ndim else None),
        (
            S(F(3), F(3)),
            S(F(2, 3), F(3)),
            S(F(2, 3), F(2, 1), dim=0),
            S(F(2, 3, 2), F(3, 1), dim=-2),
            S(F(), F()),
            S(F(2, 0), F(2, 0)),
        ),
        (
            R(lambda t: t.linalg.vecdot(t.ones(2, 3), t.ones(2)), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.linalg.vecdot(t.ones(2), t.ones(2, dtype=t.float64)), RuntimeError, "same dtype"),
            R(lambda t: t.linalg.vecdot(t.tensor([1]), t.tensor([1])), RuntimeError, "floating point"),
            R(lambda t: t.linalg.vecdot(t.ones(2, 3), t.ones(3), dim=2), IndexError, "Dimension out of range"),
        ),
    ),
    Row(
        "cross",
        cross,
        (
            S(F(3), F(3)),
            S(F(2, 3), F(2, 3)),
            S(F(3, 2), F(3, 2)),
            S(F(3, 3), F(3, 3)),
            S(F(3, 3), F(3, 3), 1),
            S(F(3, 3), F(3, 3), dim=-1),
            S(F(1, 3), F(2, 3)),
            S(F(3, 1), F(3, 2)),
            S(F(2, 3, 2), F(1, 3, 2)),
            S(F(0, 3), F(0, 3)),
            S(Ints((2, 3)), Ints((2, 3))),
        ),
        (
            R(lambda t: t.cross(t.ones(2, 2), t.ones(2, 2)), RuntimeError, "no dimension of size 3"),
            R(lambda t: t.cross(t.ones(()), t.ones(())), RuntimeError, "no dimension of size 3"),
            R(lambda t: t.cross(t.ones(2, 2), t.ones(2, 2), 0), RuntimeError, "must have length 3"),
            R(lambda t: t.cross(t.ones(3), t.ones(2, 3)), RuntimeError, "same number of dimensions"),
            R(lambda t: t.cross(t.ones(3), t.ones(3, dtype=t.float64)), RuntimeError, "one scalar type"),
            R(lambda t: t.cross(*[t.ones(3, dtype=t.bool)] * 2), RuntimeError, "bool"),
            R(lambda t: t.cross(t.ones(2, 3), t.ones(2, 3), 5), IndexError, "Dimension out of range"),
            R(lambda t: t.cross(t.ones(2, 3), t.ones(4, 3), 1), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.cross(t.ones(3), 2), TypeError, "must be Tensor, not int"),
        ),
    ),
    Row(
        "linalg.cross",
        lambda x, y, *, dim=-1: cross(x, y, dim),
        (S(F(3), F(3)), S(F(1, 3), F(2, 3)), S(F(3, 2), F(3, 2), dim=0), S(F(2, 3, 2), F(2, 3, 1), dim=-2)),
        (
            R(lambda t: t.linalg.cross(t.ones(3, 2), t.ones(3, 2)), RuntimeError, "dimension -1 must have length 3"),
            R(lambda t: t.linalg.cross(t.ones(3), t.ones(2, 3)), RuntimeError, "same number of dimensions"),
        ),
    ),
    Row(
        "tensordot",
        tensordot,
        (
            S(F(2, 3, 4), F(3, 4, 2)),
            S(F(2, 3), F(3, 2), 1),
            S(F(2, 3, 4), F(4, 3, 2), ([1, 2], [1, 0])),
            S(F(2, 3, 4), F(4, 3, 2), dims=([-2], [1])),
            S(F(2, 3), F(3, 2), [(1,), (0,)]),
            S(F(2, 3), F(2), 0),
            S(F(), F(), 0),
            S(F(2, 0), F(0, 3), 1),
            S(F(2, 3), F(3, 2), ([1, 0], [0, 1])),
            S(Ints((2, 3)), Ints((3, 2)), 1),
        ),
        (
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(4, 5), 1), RuntimeError, "dimensions need to match"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(4, 5), -1), RuntimeError, "dims >= 0"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(4, 5), 3), RuntimeError, "but got dims=3"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(4, 5), 1.5), RuntimeError, "but got dims=1.5"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(3, 5), (1, 0)), TypeError, "must be tuple of ints, not int"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(2, 3), ([0], [0, 1])), RuntimeError, "same length"),
            R(lambda t: t.tensordot(t.ones(2, 2), t.ones(2, 2), ([0, 0], [0, 1])), RuntimeError, "multiple times"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(3, 5), ([5], [0])), IndexError, "Dimension out of range"),
            R(lambda t: t.tensordot(t.ones(2, 3), t.ones(3, 5, dtype=t.float64), 1), RuntimeError, "same dtype"),
        ),
    ),
    Row(
        "tensordot",
        lambda x, y, dims: np.tensordot(*np.broadcast_arrays(x, y), dims),
        (S(F(2, 3), F(1, 3), ([0, 1], [0, 1])), S(F(2, 1), F(2, 3), ([1, 0], [1, 0]))),
        variant="of broadcast dimensions",
    ),
    Row(
        "kron",
        np.kron,
        (
            S(F(2, 3), F(2, 2)),
            S(F(2), F(3)),
            S(F(2, 3), F(2)),
            S(F(2), F(1, 3, 2)),
            S(F(), F(2)),
            S(F(), F()),
            S(F(2, 0), F(2, 2)),
            S(Ints((2,)), F(2)),
            S(F(2, dtype="float32"), F(2, 2, dtype="float64")),
            S(Bools((2,)), Ints((2,))),
        ),
        call=lambda t, x, y: t.kron(x.contiguous(), y.contiguous()),  # PyTorch's fails on some others
        errors=(R(lambda t: t.kron(t.ones(2), 2), TypeError, "must be Tensor, not int"),),
    ),
    Row(
        "chain_matmul",
        lambda *matrices: functools.reduce(np.matmul, matrices),
        CHAIN,
        (
            R(lambda t: t.chain_matmul(), RuntimeError, "one or more matrices"),
            R(lambda t: t.chain_matmul(t.ones(2), t.ones(2, 2)), RuntimeError, "expected 2"),
            R(lambda t: t.chain_matmul(t.ones(2, 3), t.ones(4, 4)), RuntimeError, "cannot be multiplied"),
        ),
    ),
    Row(
        "linalg.multi_dot",
        lambda matrices: functools.reduce(np.matmul, matrices),
        (*in_list, S([F(3), F(3)]), S([F(3), F(3, 4), F(4)]), S((F(3), F(3, 4))), S([F(2, 3), F(3, 2), F(2)])),
        (
            R(lambda t: t.linalg.multi_dot([t.ones(3)]), RuntimeError, "at least 2 tensors but got 1"),
            R(lambda t: t.linalg.multi_dot([]), RuntimeError, "at least 2 tensors but got 0"),
            R(lambda t: t.linalg.multi_dot([t.ones(2, 3), t.ones(3), t.ones(3)]), RuntimeError, "tensor 1 must be 2D"),
            R(lambda t: t.linalg.multi_dot([t.ones(2, 3, 4), t.ones(4, 4)]), RuntimeError, "must be 1D or 2D"),
            R(lambda t: t.linalg.multi_dot([t.ones(()), t.ones(4, 4)]), RuntimeError, "got 0D"),
            R(lambda t: t.linalg.multi_dot([t.ones(2, 3), t.ones(4, 4)]), RuntimeError, "cannot be multiplied"),
            R(lambda t: t.linalg.multi_dot([t.ones(2, 3), t.ones(3, dtype=t.float64)]), RuntimeError, "same dtype"),
        ),
    ),
]
