"""The rows of operations that join tensors."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import blocks, joined
from tests.op_samples import (
    Bools,
    F,
    Ints,
    R,
    Row,
    S,
    Sample,
    find,
    only,
)


def stacked(name: str, *samples: Sample, wrong: tuple[tuple[int, ...], tuple[int, ...]]) -> Row:
    """A row of hstack and its like."""
    one, other = wrong
    return Row(
        name,
        getattr(np, name.replace("row_stack", "vstack")),
        (
            S([F(2), F(2)]),
            S([F(), F()]),
            S((F(2, 3), F(2, 3), F(2, 3))),
            S([F(2, 3, 2), F(2, 3, 2)]),
            S([F(0), F(0)]),
            S([F(3)]),
            S([Ints((2,)), F(2)]),
            S([Ints((2,)), Bools((2,))]),
            *samples,
        ),
        (
            R(lambda t: find(t, name)([t.ones(one), t.ones(other)]), RuntimeError, "Sizes of tensors must match"),
            R(lambda t: find(t, name)([]), RuntimeError, "non-empty"),
            R(lambda t: find(t, name)(t.ones(2)), TypeError, "tuple of Tensors"),
            R(lambda t: find(t, name)([1, 2]), TypeError, "expected Tensor"),
        ),
    )


JOINED = [
    Row(
        "cat",
        joined,
        (
            S([F(2, 3), F(1, 3)]),
            S([F(2, 3), F(2, 1), F(2, 2)], 1),
            S([F(2, 3), F(2, 3)], dim=-1),
            S([F(3)]),
            S((F(0), F(3))),
            S([F(0), F(2, 3)]),
            S([F(0), F(2, 3)], 1),
            S([F(2, 3), F(0), F(2, 1)], -1),
            S([F(0), F(0, 3)], 1),
            S([F(0), F(0)]),
            S([F(0), F(0)], 1),
            S([Ints((0,)), F(2, 3)]),
            S([F(0, dtype="float64"), F(2, 3, dtype="float32")]),
            S([F(0, 3), F(2, 3)]),
            S([Ints((2,)), F(3)]),
            S([Ints((2,)), Ints((1,))]),
            S([Bools((2,)), Ints((1,))]),
            S([F(2, dtype="float32"), F(2, dtype="float64")]),
            S([F(2, 2, 2)] * 2, -3),
        ),
        (
            R(lambda t: t.cat([t.ones(2, 3), t.ones(2, 2)]), RuntimeError, "Sizes of tensors must match"),
            R(lambda t: t.cat([t.ones(2), t.ones(2, 2)]), RuntimeError, "dimension|Sizes"),
            R(lambda t: t.cat([t.ones(2)], 1), IndexError, "Dimension out of range"),
            R(lambda t: t.cat([t.ones(())]), RuntimeError, "zero-dimensional"),
            R(lambda t: t.cat([t.ones(0), t.ones(2, 3)], 2), IndexError, "Dimension out of range"),
            R(lambda t: t.cat([t.ones(1, 0), t.ones(2, 3)], 1), RuntimeError, "Sizes of tensors must match"),
            R(lambda t: t.cat([]), ValueError, "non-empty"),
            R(lambda t: t.cat(t.ones(2)), TypeError, "tuple of Tensors"),
        ),
    ),
    Row(
        "stack",
        lambda xs, dim=0: np.stack(xs, dim),
        (
            S([F(2, 3), F(2, 3)]),
            S([F(2, 3), F(2, 3)], 1),
            S((F(3), F(3), F(3)), dim=-1),
            S([F(), F()]),
            S([F(0)] * 2),
            S([Ints((2,)), F(2)]),
            S([Bools((2,))] * 2),
        ),
        (
            R(lambda t: t.stack([t.ones(2), t.ones(3)]), RuntimeError, "equal size"),
            R(lambda t: t.stack([t.ones(2)], 2), IndexError, "Dimension out of range"),
            R(lambda t: t.stack([]), RuntimeError, "non-empty"),
            R(lambda t: t.stack(t.ones(2)), TypeError, "tuple of Tensors"),
        ),
    ),
    stacked("hstack", S([F(2), F(3)]), S([F(2, 3), F(2, 1)]), S([F(2), F()]), wrong=((2, 3), (3, 3))),
    stacked("vstack", S([F(2), F(3, 2)]), S([F(1, 2), F(2)]), wrong=((2,), (3,))),
    stacked("row_stack", S([F(2), F(3, 2)]), wrong=((2,), (3,))),
    stacked("dstack", S([F(2, 3, 1), F(2, 3)]), S([F(2), F(1, 2)]), wrong=((2,), (3,))),
    stacked("column_stack", S([F(2), F(2, 3)]), wrong=((2,), (3,))),
    Row(
        "block_diag",
        blocks,
        (
            S(F(2, 2), F(1, 3)),
            S(F(2), F(), F(2, 1)),
            S(F(2, 2)),
            only(0, S(F(0), F(1, 1))),  # PyTorch takes the gradient of another row
            S(F(2, 0), F(2)),
            S(Ints((2,)), F(2, 2)),
            S(Ints((2,)), Bools((1, 2))),
            S(F(2, dtype="float32"), F(1, dtype="float64")),
        ),
        (
            R(lambda t: t.block_diag(t.ones(2, 2, 2)), RuntimeError, "2 or fewer dimensions"),
            R(lambda t: t.block_diag([t.ones(1)]), TypeError, "expected Tensor"),
            R(lambda t: t.block_diag(1, 2), TypeError, "expected Tensor"),
        ),
    ),
    Row("block_diag", lambda: np.zeros((1, 0), np.float32), (S(),), variant="of nothing", gradient=False),
]
