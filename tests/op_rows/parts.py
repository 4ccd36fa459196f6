"""The rows of views that are parts of a tensor."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
import numpy as np

from tests.op_references import chunk, cut, split, windows
from tests.op_rows.common import no_such_dim, shape_row
from tests.op_samples import (
    Exactly,
    F,
    R,
    Row,
    S,
    Sample,
)


def equal_parts(name: str, *samples: Sample, least: int) -> Row:
    """A row of hsplit and its like, which cut one certain dimension."""
    return shape_row(
        name,
        getattr(np, name),
        *samples,
        errors=(
            R(lambda t: getattr(t, name)(t.ones((4,) * least), 3), RuntimeError, "not divisible"),
            R(lambda t: getattr(t, name)(t.ones((4,) * least), 0), RuntimeError, "not divisible"),
            R(lambda t: getattr(t, name)(t.ones((4,) * (least - 1)), 2), RuntimeError, f"at least {least} dimension"),
        ),
    )


PARTS = [
    shape_row(
        "split",
        split,
        S(F(5, 2), 2),
        S(F(5), 5),
        S(F(5), 7),
        S(F(2, 5), [1, 4], -1),
        S(F(2, 5), [0, 5], dim=1),
        S(F(0, 2), 1),
        S(F(0), 0),
        S(F(5), (2, 0, 3)),
        errors=(
            R(lambda t: t.split(t.ones(5), [1, 2]), RuntimeError, "sum exactly to 5"),
            R(lambda t: t.split(t.ones(5), -1), RuntimeError, "non-negative"),
            R(lambda t: t.split(t.ones(5), 0), RuntimeError, "split_size"),
            R(lambda t: t.split(t.ones(5), [6, -1]), RuntimeError, "non-negative"),
            R(lambda t: t.split(t.ones(()), 1), RuntimeError, "at least a 1-dimensional"),
            R(lambda t: t.split(t.ones(5), 1, 1), IndexError, "Dimension out of range"),
        ),
    ),
    shape_row(
        "chunk",
        chunk,
        S(F(5, 2), 2),
        S(F(2, 5), 3, 1),
        S(F(5), 1),
        S(F(2), 4),
        S(F(2, 6), 3, dim=-1),
        S(F(0, 2), 3),
        errors=(
            R(lambda t: t.chunk(t.ones(5), 0), RuntimeError, "greater than 0"),
            R(lambda t: t.chunk(t.ones(()), 1), RuntimeError, "at least a 1-dimensional"),
            R(lambda t: t.chunk(t.ones(5), 2, 1), IndexError, "Dimension out of range"),
        ),
    ),
    shape_row(
        "unbind",
        lambda x, dim=0: [np.take(x, i, dim) for i in range(x.shape[dim])],
        S(F(3)),
        S(F(2, 3), 1),
        S(F(2, 3, 2), -1),
        S(F(0, 2)),
        errors=(
            no_such_dim("unbind", 2),
            R(lambda t: t.unbind(t.ones(())), IndexError, "no dimensions"),
        ),
    ),
    shape_row(
        "split_with_sizes",
        split,
        S(F(5, 2), [2, 3]),
        S(F(2, 5), (0, 1, 4), -1),
        S(F(0), [0, 0]),
        errors=(
            R(lambda t: t.split_with_sizes(t.ones(5), [1, 2]), RuntimeError, "sum exactly to 5"),
            R(lambda t: t.split_with_sizes(t.ones(5), [6, -1]), RuntimeError, "non-negative"),
            R(lambda t: t.split_with_sizes(t.ones(5), 2), TypeError, "tuple of ints"),
            R(lambda t: t.split_with_sizes(t.ones(5), [2, 3], 1), IndexError, "Dimension out of range"),
            R(lambda t: t.split_with_sizes(t.ones(()), [1]), RuntimeError, "1-dimensional"),
        ),
    ),
    shape_row(
        "tensor_split",
        cut,
        S(F(7), 3),
        S(F(2, 5), 2, 1),
        S(F(2, 5), 2, dim=-1),
        S(F(3), 5),
        S(F(7), (1, 6)),
        S(F(7), [1, -1]),
        S(F(7), (5, 2, 9)),
        S(F(7, 2), ()),
        S(F(2, 5), indices=(1, 3), dim=1),
        S(F(5), sections=2),
        S(F(0, 2), 2),
        S(F(7), Exactly([1, 3], dtype="int64")),
        S(F(7), Exactly(3, dtype="int64")),
        errors=(
            R(lambda t: t.tensor_split(t.ones(5), 0), RuntimeError, "larger than 0"),
            R(lambda t: t.tensor_split(t.ones(5), 2, 1), IndexError, "Dimension out of range"),
            R(lambda t: t.tensor_split(t.ones(()), 1), RuntimeError, "1-dimensional"),
            R(lambda t: t.tensor_split(t.ones(5), t.tensor([[1]])), RuntimeError, "one-dimensional"),
            R(lambda t: t.tensor_split(t.ones(5), t.tensor(2.0)), RuntimeError, "int64"),
        ),
    ),
    equal_parts("hsplit", S(F(6), 2), S(F(2, 4), 2), S(F(2, 4, 2), [1, 3]), S(F(2, 0), 1), least=1),
    equal_parts("vsplit", S(F(4, 2), 2), S(F(4, 2), (1,)), S(F(2, 3, 2), 1), least=2),
    equal_parts("dsplit", S(F(1, 2, 4), 2), S(F(2, 1, 4), (1, 3)), least=3),
    shape_row(
        "narrow",
        lambda x, dim, start, length: np.take(x, np.arange(length) + int(start) % x.shape[dim], dim),
        S(F(5), 0, 1, 3),
        S(F(2, 5), 1, -2, 2),
        S(F(2, 5, 2), -2, 0, 5),
        S(F(3), 0, 2, 0),
        S(F(5), dim=0, start=4, length=1),
        S(F(5), 0, Exactly(2, dtype="int64"), 2),
        S(F(5), 0, Exactly(2, dtype="int32"), 2),
        errors=(
            no_such_dim("narrow", 2, 0, 1),
            R(lambda t: t.narrow(t.ones(3), 0, 0, 4), RuntimeError, "exceeds dimension size"),
            R(lambda t: t.narrow(t.ones(3), 0, -2, 3), RuntimeError, "exceeds dimension size"),
            R(lambda t: t.narrow(t.ones(3), 0, 0, -1), RuntimeError, "non-negative"),
            R(lambda t: t.narrow(t.ones(3), 0, 4, 0), IndexError, "start out of range"),
            R(lambda t: t.narrow(t.ones(3), 0, -4, 1), IndexError, "start out of range"),
            R(lambda t: t.narrow(t.ones(()), 0, 0, 1), RuntimeError, "0-dim"),
            R(lambda t: t.narrow(t.ones(3), 0, t.tensor([1]), 1), RuntimeError, "0-dim integral"),
            R(lambda t: t.narrow(t.ones(3), 0, t.tensor(1.0), 1), RuntimeError, "0-dim integral"),
            R(lambda t: t.narrow(t.ones(3), 0, 1.0, 1), TypeError, "1.0"),
        ),
    ),
    shape_row(
        "Tensor.unfold",
        windows,
        S(F(5), 0, 2, 1),
        S(F(7), 0, 3, 2),
        S(F(6), 0, 2, 3),
        S(F(2, 5), 1, 4, 1),
        S(F(5, 2), 0, 2, 2),
        S(F(2, 5, 2), -2, 3, 1),
        S(F(3), 0, 3, 7),
        S(F(0, 3), 1, 2, 1),
        S(F(3), dimension=0, size=1, step=1),
        errors=(
            R(lambda t: t.ones(3).unfold(0, 4, 1), RuntimeError, "maximum size for tensor at dimension 0 is 3"),
            R(lambda t: t.ones(3).unfold(0, -1, 1), RuntimeError, "size is -1"),
            R(lambda t: t.ones(3).unfold(0, 2, 0), RuntimeError, "step must be > 0"),
            R(lambda t: t.ones(3).unfold(1, 2, 1), IndexError, "Dimension out of range"),
            R(lambda t: t.ones(()).unfold(0, 2, 1), RuntimeError, "maximum size"),
        ),
    ),
    shape_row("Tensor.unfold", lambda x, dim, size, step: np.reshape(x, 1)[:size], S(F(), 0, 1, 1), S(F(), 0, 0, 2),
              variant="of a number"),
]
