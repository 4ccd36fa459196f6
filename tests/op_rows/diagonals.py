"""The rows of diagonals and triangles, and of einsum, which takes diagonals and products together."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.op_rows.common import in_place, shape_row
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


def diag_embed(x: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    n = x.shape[-1] + abs(offset)
    z = np.zeros((*x.shape[:-1], n, n), x.dtype)
    along = np.arange(x.shape[-1])
    z[..., along + max(-offset, 0), along + max(offset, 0)] = x
    return np.moveaxis(z, (-2, -1), (dim1, dim2))


def triangle(name: str, numpy: Callable[..., Array]) -> Row:
    return Row(
        name,
        lambda x, diagonal=0: numpy(x, diagonal),
        (
            *[S(F(2, 3), k) for k in (-3, -1, 0, 1, 5)],
            S(F(3, 3)),
            S(F(2, 2, 3), diagonal=-1),
            S(F(0, 3)),
            S(F(2, 0, 3), 1),
            S(Ints((3, 3)), 1),
            S(Bools((3, 3))),
            S(Exactly([[1.0, np.nan], [np.inf, -0.0]])),
        ),
        (
            R(lambda t: find(t, name)(t.ones(3)), RuntimeError, "at least 2 dimensions"),
            R(lambda t: find(t, name)(t.ones(())), RuntimeError, "at least 2 dimensions"),
            R(lambda t: find(t, name)(t.ones(2, 3), 1.5), TypeError, "must be int, not float"),
        ),
    )


TRIL, TRIU = triangle("tril", np.tril), triangle("triu", np.triu)


def editing(t: Any, x: Any, *args: Any) -> Any:
    """The matrix whose diagonal was multiplied in place."""
    z = x.clone()
    z.diagonal(*args).mul_(2.5)
    return z


def edited(x: Array, *args: int) -> Array:
    return x + 1.5 * embedded_in(x, *args)


def embedded_in(x: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """What lies on the diagonals of `x`, and 0 elsewhere."""
    mask = np.zeros_like(np.moveaxis(x, (dim1, dim2), (-2, -1)))
    mask[...] = np.eye(mask.shape[-2], mask.shape[-1], offset)
    return x * np.moveaxis(mask, (-2, -1), (dim1, dim2))


DIAGONAL_ROWS = [
    shape_row(
        "diagonal",
        np.diagonal,
        S(F(3, 3)),
        *[S(F(2, 3), k) for k in (-2, -1, 0, 1, 2, 5)],
        S(F(2, 3, 4), 1, 2, 0),
        S(F(2, 3, 4), 0, -1, 0),
        S(F(2, 3, 2), -1, 1, -1),
        S(F(0, 3)),
        errors=(
            R(lambda t: t.diagonal(t.ones(3)), IndexError, "Dimension out of range: got 1"),
            R(lambda t: t.diagonal(t.ones(())), IndexError, "Dimension out of range"),
            R(lambda t: t.diagonal(t.ones(2, 3), 0, 0, 2), IndexError, "Dimension out of range: got 2"),
            R(lambda t: t.diagonal(t.ones(2, 3), 0, 1, -1), RuntimeError, "cannot be identical"),
            R(lambda t: t.diagonal(t.ones(2, 3), 1.5), TypeError, "must be int, not float"),
        ),
    ),
    shape_row(
        "linalg.diagonal",
        lambda A, *, offset=0, dim1=-2, dim2=-1: np.diagonal(A, offset, dim1, dim2),
        S(F(2, 3)),
        S(F(2, 3, 4)),
        S(F(2, 3, 4), offset=1),
        S(F(2, 3, 2), offset=-1, dim1=0, dim2=1),
        errors=(
            R(lambda t: t.linalg.diagonal(t.ones(3)), IndexError, "Dimension out of range"),
            R(lambda t: t.linalg.diagonal(t.ones(2, 3), dim1=1), RuntimeError, "cannot be identical"),
            R(lambda t: t.linalg.diagonal(t.ones(2, 3), 1), TypeError, "positional argument"),
        ),
    ),
    Row(
        "Tensor.diagonal",
        edited,
        (S(F(3, 3)), S(F(2, 3), 1), S(F(2, 3, 2), -1, 2, 0), S(F(2, 3), 5)),
        (R(lambda t: t.ones(2, 2, requires_grad=True).diagonal().mul_(2), RuntimeError, "leaf Variable"),),
        call=editing,
        variant="edited in place",
    ),
    Row(
        "diag",
        lambda x, diagonal=0: np.array(np.diag(x, diagonal)),
        (
            *[S(F(3), k) for k in (0, 1, -2)],
            *[S(F(2, 3), k) for k in (0, 1, -1, 7)],
            S(F(0)),
            S(F(0), 2),
            S(F(0, 3)),
            S(F(2), diagonal=1),
            S(Ints((3,))),
            S(Bools((2, 2))),
        ),
        (
            R(lambda t: t.diag(t.ones(())), RuntimeError, "Got 0D"),
            R(lambda t: t.diag(t.ones(2, 3, 4)), RuntimeError, "Got 3D"),
            R(lambda t: t.diag(t.ones(2), 1.5), TypeError, "must be int, not float"),
        ),
    ),
    Row(
        "diag_embed",
        diag_embed,
        (
            S(F(3)),
            *[S(F(2, 3), k) for k in (0, 1, -2)],
            S(F(2, 3), 1, 0, 2),
            S(F(2, 3), -1, dim1=-1, dim2=0),
            S(F(2, 3, 2), 0, 1, 0),
            S(F(0), 1),
            S(F(2, 0)),
            S(Ints((2, 3)), 1),
            S(Bools((3,))),
        ),
        (
            R(lambda t: t.diag_embed(t.ones(2, 3), 0, 0, 0), RuntimeError, "cannot be identical"),
            R(lambda t: t.diag_embed(t.ones(2, 3), 0, 0, 3), IndexError, "Dimension out of range: got 3"),
            R(lambda t: t.diag_embed(t.ones(())), IndexError, "Dimension out of range"),
            R(lambda t: t.diag_embed(t.ones(3), 1.5), TypeError, "must be int, not float"),
        ),
    ),
    Row(
        "trace",
        np.trace,
        (S(F(3, 3)), S(F(2, 3)), S(F(3, 2)), S(F(0, 0)), S(F(0, 3)), S(Ints((2, 2)))),
        (
            R(lambda t: t.trace(t.ones(2)), RuntimeError, "expected a matrix"),
            R(lambda t: t.trace(t.ones(2, 2, 2)), RuntimeError, "expected a matrix"),
            R(lambda t: t.trace(t.ones(2, 2, dtype=t.bool)), RuntimeError, "bool"),
        ),
    ),
    TRIL,
    TRIU,
    in_place(TRIL, "tril_"),
    in_place(TRIU, "triu_"),
]


# ----------------------------------------------------------------------------------------------------- einsum

#: Equations that NumPy reads as PyTorch does, and shapes of the operands.
EQUATIONS: list[tuple[str, tuple[tuple[int, ...], ...]]] = [
    ("ij,jk", ((2, 3), (3, 2))),
    ("ij,jk->ki", ((2, 3), (3, 2))),
    ("ij,kj->ik", ((2, 3), (4, 3))),
    ("ij,j->i", ((2, 3), (3,))),
    ("i,i", ((3,), (3,))),
    ("i,i->i", ((3,), (3,))),
    ("i,j->ij", ((2,), (3,))),
    ("i,j->ji", ((2,), (3,))),
    ("ij,ij->", ((2, 3), (2, 3))),
    ("ij,ij->j", ((2, 3), (2, 3))),
    ("bij,bjk->bik", ((2, 2, 3), (2, 3, 2))),
    ("bij,bjk->kb", ((2, 2, 3), (2, 3, 2))),
    ("bn,anm,bm->ba", ((2, 3), (2, 3, 2), (2, 2))),
    ("ij,jk,kl->il", ((2, 3), (3, 4), (4, 2))),
    ("i,i,i", ((3,), (3,), (3,))),
    ("i,j,k->kij", ((2,), (3,), (2,))),
    ("ij,k->j", ((2, 3), (2,))),
    ("ii,i->i", ((3, 3), (3,))),
    ("aab,b->a", ((2, 2, 3), (3,))),
    ("aaa,a", ((2, 2, 2), (2,))),
    ("ij,ij->ij", ((2, 1), (2, 3))),
    ("ij,jk", ((2, 1), (3, 4))),
    ("...ij,...jk->...ik", ((2, 2, 3), (3, 2))),
    ("...ij,...jk", ((2, 1, 2, 3), (3, 3, 2))),
    ("...i,...i->...", ((2, 3), (3,))),
    ("i...,i...->...", ((2, 3), (2, 1))),
    ("...,...->...", ((2, 3), (4, 1, 3))),
    ("a...,...a->...", ((2, 3), (3, 2))),
    ("a...,b...->ab...", ((2, 3), (4, 3))),
    ("i,->i", ((2,), ())),
    (",", ((), ())),
    (" i j , j k -> i k ", ((2, 3), (3, 2))),
    ("Ab,bc", ((2, 3), (3, 2))),
    ("ij,ij", ((0, 3), (0, 3))),
    ("ij,jk", ((2, 0), (0, 3))),
    ("ij,k->ik", ((2, 3), (0,))),
]
#: The same of one operand, of which the result may be a view.
OF_ONE: list[tuple[str, tuple[int, ...]]] = [
    ("ij", (2, 3)),
    ("ji", (2, 3)),
    ("bA", (2, 3)),
    ("ij->ji", (2, 3)),
    ("ijk->kij", (2, 3, 2)),
    ("ii->i", (3, 3)),
    ("aba->ba", (2, 3, 2)),
    ("iii->i", (2, 2, 2)),
    ("...ij->...ji", (2, 3, 2)),
    ("...", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii", (3, 3)),
    ("...i->...", (2, 3)),
    ("->", ()),
    ("ij->i", (2, 0)),
]


def wrong(*args: Any) -> Callable[[Any], Any]:
    """A call of einsum with tensors of ones of given shapes."""
    return lambda t: t.einsum(*[t.ones(a) if isinstance(a, tuple) else a for a in args])


def lists(*args: Any) -> Array:
    """PyTorch's lists of numbers, of which 26 is the first small letter, as NumPy reads them."""
    return np.einsum(*args)


EINSUM_ROWS = [
    Row(
        "einsum",
        lambda equation, *x: np.einsum(equation, *(x[0] if isinstance(x[0], list) else x)),
        (
            *[S(equation, *(F(*shape) for shape in shapes)) for equation, shapes in EQUATIONS],
            S("ij,jk", [F(2, 3), F(3, 2)]),
            S("ij,jk->ik", Ints((2, 3)), Ints((3, 2))),
            S("i,i->i", Ints((3,)), F(3)),
            S("i,j", Ints((2,)), F(3)),
            S("i,i->i", Bools((3,)), Bools((3,))),
        ),
        (
            R(wrong("i->ii", (3,)), RuntimeError, "more than once in the output"),
            R(wrong("ii", (3, 2)), RuntimeError, "sizes don't match, 3 != 2"),
            R(wrong("ii", (1, 3)), RuntimeError, "sizes don't match"),
            R(wrong("ij,jk", (2, 2), (3, 4)), RuntimeError, "does not broadcast with previously seen size 2"),
            R(wrong("ij", (2,)), RuntimeError, r"\(2\) does not match the number of dimensions \(1\) for operand 0"),
            R(wrong("ij", (2, 3, 4)), RuntimeError, "no ellipsis was given"),
            R(wrong("ij...", (2,)), RuntimeError, "does not match the number of dimensions"),
            R(wrong("ij,jk", (2, 3)), RuntimeError, "fewer operands"),
            R(wrong("ij", (2, 3), (2, 3)), RuntimeError, "more operands"),
            R(wrong("ij->ik", (2, 3)), RuntimeError, "k does not appear in the equation"),
            R(wrong("i1", (2, 3)), RuntimeError, "invalid subscript given at index 1"),
            R(wrong("i>j", (2, 3)), RuntimeError, "invalid subscript given at index 1"),
            R(wrong("i->i->i", (2,)), RuntimeError, "invalid subscript given at index 4"),
            R(wrong("..i", (2, 3)), RuntimeError, "not part of any ellipsis"),
            R(wrong("i...j...", (2, 3)), RuntimeError, "an ellipsis was already found"),
            R(wrong("....", (2, 3)), RuntimeError, "an ellipsis was already found"),
            R(wrong("ij"), ValueError, "must specify the equation"),
            R(wrong(1, (2,)), TypeError, "must be str, not int"),
            R(wrong("i", 3), TypeError, "expected Tensor as element 0 in argument 1, but got int"),
            R(wrong((2, 3), [0, 52]), ValueError, "valid range"),
            R(wrong((2, 3), [0, -1]), ValueError, "valid range"),
            R(wrong((2, 3), [0, "a"]), TypeError, "'a'"),
            R(wrong((2, 3), (3, 4)), RuntimeError, "list of numbers|ambiguous"),
            R(lambda t: t.einsum("ij,jk", t.ones(2, 3), t.ones(3, 2, dtype=t.float64)), RuntimeError, "same dtype"),
        ),
    ),
    Row(
        "einsum",
        np.einsum,
        (
            *[S(equation, F(*shape)) for equation, shape in OF_ONE],
            S("ij->ji", Ints((2, 3))),
            S("ij->ji", Bools((2, 3))),
        ),
        call=lambda t, equation, x: t.einsum(equation, x),
        shares=True,
        variant="of one operand",
    ),
    Row(
        "einsum",
        lists,
        (
            S(F(2, 3), [0, 1], F(3, 2), [1, 2]),
            S(F(2, 3), [0, 1], F(3, 2), [1, 2], [2, 0]),
            S(F(2, 2, 3), [..., 0, 1], F(3, 2), [..., 1, 2], [..., 0, 2]),
            S(F(2, 3), [51, 1], F(3), [1]),
            S(F(2, 3), [26, 0], F(2), [26], [0]),
        ),
        variant="of lists",
    ),
]
