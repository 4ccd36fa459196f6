"""The rows of what picks elements: by a tensor of indices, by a mask, by one index along a dimension."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

import numpy as np

from tests.op_rows.common import SHAPES_DISAGREE
from tests.op_samples import Bools, Exactly, F, Ints, R, Row, S, only
from tests.picking_references import gathered, masked_elements, nonzero_places, taken_along


def I(values: Any, dtype: str = "int64") -> Exactly:  # noqa: E743
    """A tensor of indices."""
    return Exactly(values, dtype)


def M(values: Any) -> Exactly:
    """A mask."""
    return Exactly(values, "bool")


NO_INDICES = I(np.zeros((0, 2), np.int64))
RANGE = "out of (bounds|range|DATA bounds)"

PICKING = [
    Row(
        "gather",
        gathered,
        (
            S(F(3), 0, I([2, 0, 0, 1])),
            S(F(2, 3), 0, I([[0, 1, 1], [1, 1, 0], [0, 0, 0]])),
            S(F(2, 3), 1, I([[2, 0], [1, 1]])),
            S(F(2, 3), -1, I([[2, 0, 2, 2]])),  # smaller than the tensor
            S(F(2, 3), 1, I([[0], [2]], "int32")),
            S(F(2, 3, 2), 1, I([[[0, 1], [2, 2]], [[0, 0], [1, 0]]])),
            S(F(2, 3, 2), -3, I([[[1, 0]]])),
            S(F(), 0, I(0)),
            S(F(), -1, I([0, 0])),
            S(F(3), 0, I(1)),
            S(F(2, 3), 1, NO_INDICES),
            S(F(2, 3), 0, I(np.zeros((0, 9), np.int64))),
            S(F(2, 3), 1, I(np.zeros(0, np.int64))),
            only(0, S(F(2, 3), dim=1, index=I([[0], [1]]), sparse_grad=True)),  # PyTorch's gradient is a sparse tensor
            S(Ints((2, 3)), 1, I([[1], [0]])),
            S(Bools((2, 3)), 1, I([[1], [0]])),
        ),
        (
            *[R(lambda t, d=d: t.gather(t.ones(2, 3), d, t.zeros(1, 1, dtype=t.int64)), IndexError, "Dimension out of")
              for d in (2, -3)],
            R(lambda t: t.gather(t.ones(2, 3), "0", t.zeros(1, 1, dtype=t.int64)), TypeError, "'?0'?|str"),
            R(lambda t: t.gather(t.ones(2, 3), 1, t.tensor([[3]])), RuntimeError, RANGE),
            R(lambda t: t.gather(t.ones(2, 3), 1, t.tensor([[-1]])), RuntimeError, RANGE),
            R(lambda t: t.gather(t.ones(2, 3), 1, t.tensor([0])), RuntimeError, "same number of dimensions"),
            R(lambda t: t.gather(t.ones(2, 3), 1, t.zeros(3, 1, dtype=t.int64)), RuntimeError, "Size does not match"),
            R(lambda t: t.gather(t.ones(2, 3), 1, t.tensor([[0.0]])), RuntimeError, "Expected dtype int"),
            R(lambda t: t.gather(t.ones(2, 3), 1, t.zeros(1, 1, dtype=t.int16)), RuntimeError, "Expected dtype int"),
            R(lambda t: t.gather(t.ones(2, 3), 1, [[0]]), TypeError, "must be Tensor"),
            R(lambda t: t.gather(t.ones(()), 0, t.tensor(1)), RuntimeError, RANGE),
        ),
    ),
    Row(
        "take_along_dim",
        taken_along,
        (
            S(F(2, 3), I([[2], [-1]]), 1),
            S(F(2, 3), I([[1, 0, 0]]), 0),
            S(F(2, 3), I([[2, 0], [1, 1]]), dim=-1),
            S(F(1, 3), I([2, 0, 0])),  # (others PyTorch refuses where they do not lie in order)
            S(F(3), I([0])),
            S(F(1, 3), I([[0], [1], [1]]), 1),  # broadcast
            S(F(2, 1, 3), I([[[0], [1], [1], [0]]]), 2),
            S(F(2, 3), I([[1]]), 1),
            S(F(), I(0)),
            S(F(2, 3), I(np.zeros((2, 0), np.int64)), 1),
            S(Ints((2, 3)), I([[1], [0]]), 1),
        ),
        (
            R(lambda t: t.take_along_dim(t.ones(2, 3), t.tensor([[0]]), 2), IndexError, "Dimension out of range"),
            R(lambda t: t.take_along_dim(t.ones(2, 3), t.tensor([0]), 1), RuntimeError, "same number of dimensions"),
            R(lambda t: t.take_along_dim(t.ones(2, 3), t.tensor([[0.0]]), 1), RuntimeError, "dtype"),
            R(lambda t: t.take_along_dim(t.ones(2, 3), t.zeros(1, 1, dtype=t.int32), 1), RuntimeError, "dtype"),
            R(lambda t: t.take_along_dim(t.ones(2, 3), t.tensor([-1])), RuntimeError, RANGE),
            R(lambda t: t.take_along_dim(t.ones(2, 3), t.zeros(3, 1, dtype=t.int64), 1), RuntimeError,
              SHAPES_DISAGREE),
        ),
    ),
    Row(
        "index_select",
        lambda x, dim, index: np.take(x, index.reshape(-1), dim) if x.ndim else x,
        (
            S(F(3), 0, I([2, 0, 0])),
            S(F(2, 3), 0, I([1, 1])),
            S(F(2, 3), 1, I([2, 0], "int32")),
            S(F(2, 3, 2), -2, I([2, 0, 0, 1])),
            S(F(2, 3), 1, I(2)),
            S(F(2, 3), 0, I([])),
            S(F(0, 3), 1, I([0, 0])),
            S(F(), 0, I([0])),
            S(F(), 0, I(0)),
            S(Ints((2, 3)), 1, I([1])),
            S(Bools((2, 3)), 1, I([1])),
        ),
        (
            R(lambda t: t.index_select(t.ones(2, 3), 2, t.tensor([0])), IndexError, "Dimension out of range"),
            R(lambda t: t.index_select(t.ones(2, 3), 1, t.tensor([[0]])), IndexError, "vector"),
            R(lambda t: t.index_select(t.ones(3), 0, t.tensor([3])), IndexError, RANGE),
            R(lambda t: t.index_select(t.ones(3), 0, t.tensor([-1])), IndexError, RANGE),
            R(lambda t: t.index_select(t.ones(2, 3), 1, t.tensor([3])), RuntimeError, RANGE),
            R(lambda t: t.index_select(t.ones(3), 0, t.tensor([0.0])), RuntimeError, "Expected dtype int"),
            R(lambda t: t.index_select(t.ones(3), 0, t.tensor([True])), RuntimeError, "Expected dtype int"),
            R(lambda t: t.index_select(t.ones(()), 0, t.tensor([0, 0])), RuntimeError, "only 1 value"),
            R(lambda t: t.index_select(t.ones(3), 0, [0]), TypeError, "must be Tensor"),
        ),
    ),
    Row(
        "take",
        lambda x, index: np.take(x, index),
        (
            S(F(3), I([2, 0, 0])),
            S(F(2, 3), I([[5, -1], [0, -6]])),
            S(F(2, 3, 2), I([[[11]]])),
            S(F(2, 3), I(4)),
            S(F(), I([0, 0])),
            S(F(), I(0)),
            S(F(2, 3), I([])),
            S(Ints((2, 3)), I([1])),
        ),
        (
            R(lambda t: t.take(t.ones(2, 3), t.tensor([6])), IndexError, RANGE),
            R(lambda t: t.take(t.ones(2, 3), t.tensor([-7])), IndexError, RANGE),
            R(lambda t: t.take(t.ones(0), t.tensor([0])), IndexError, "out of bounds|empty tensor"),
            R(lambda t: t.take(t.ones(2, 3), t.tensor([0.0])), RuntimeError, "Expected"),
            R(lambda t: t.take(t.ones(2, 3), t.zeros(1, dtype=t.int32)), RuntimeError, "Expected"),
            R(lambda t: t.take(t.ones(2, 3), [0]), TypeError, "must be Tensor"),
        ),
    ),
    Row(
        "select",
        lambda x, dim, index: np.take(x, index, dim),
        (
            S(F(3), 0, 1),
            S(F(2, 3), 1, -1),
            S(F(2, 3), -2, 0),
            S(F(2, 3, 2), dim=1, index=2),
            S(F(0, 3), 1, 2),
            S(Ints((2, 3)), 0, 1),
            S(Bools((2, 3)), 0, 1),
        ),
        (
            R(lambda t: t.select(t.ones(2, 3), 2, 0), IndexError, "Dimension out of range"),
            R(lambda t: t.select(t.ones(2, 3), 1, 3), IndexError, RANGE),
            R(lambda t: t.select(t.ones(2, 3), 1, -4), IndexError, RANGE),
            R(lambda t: t.select(t.ones(()), 0, 0), IndexError, "0-dim"),
            R(lambda t: t.select(t.ones(3), 0, 0.5), TypeError, "int"),
        ),
        shares=True,
    ),
    Row(
        "masked_select",
        masked_elements,
        (
            S(F(2, 3), M([[True, False, True], [False, False, True]])),
            S(F(2, 3), M([True, False, True])),
            S(F(3), M([[True, False, True], [False, False, True]])),  # both are broadcast
            S(F(2, 1), M([[True, True, False]])),
            S(F(3), M([False, False, False])),
            S(F(2, 3), M(True)),
            S(F(), M(True)),
            S(F(), M(False)),
            S(F(0, 3), M([True, True, False])),
            S(Ints((3,)), M([True, False, True])),
        ),
        (
            R(lambda t: t.masked_select(t.ones(2, 3), t.tensor([True, False])), RuntimeError, SHAPES_DISAGREE),
            R(lambda t: t.masked_select(t.ones(3), t.tensor([1, 0, 1])), RuntimeError, "masks|BoolTensor"),
            R(lambda t: t.masked_select(t.ones(3), [True, False, True]), TypeError, "must be Tensor"),
        ),
    ),
    Row(
        "nonzero",
        nonzero_places,
        (
            S(F(2, 3)),
            S(Exactly([[0.0, 1.0, -0.0], [np.nan, 0.0, -2.0]])),
            S(Exactly([[0.0, 1.0], [3.0, 0.0]]), as_tuple=True),
            S(Bools((2, 3, 2))),
            S(Ints((3,), 0, 2), as_tuple=True),
            S(Exactly(5.0)),
            S(Exactly(0.0)),
            S(Exactly(5.0), as_tuple=True),
            S(Exactly(0.0), as_tuple=True),
            S(F(0, 3)),
        ),
        (R(lambda t: t.nonzero([1, 0]), TypeError, "must be Tensor"),),
        gradient=False,
        exact=True,
    ),
    Row("argwhere", nonzero_places, (S(F(2, 3)), S(Bools((2, 3, 2))), S(Exactly(5.0)), S(Exactly(0.0)), S(F(0, 3))),
        gradient=False, exact=True),
]
