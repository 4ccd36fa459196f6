"""The rows of indexing."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from typing import Any

import numpy as np

from tests.op_references import (
    assigned,
    number_at,
)
from tests.op_samples import (
    Bools,
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
)

BASIC = (
    S(F(3), 1),
    S(F(3), -1),
    S(F(2, 3), 1),
    S(F(2, 3), (1, 2)),
    S(F(2, 3), slice(None, None, 2)),
    S(F(3, 3), (slice(1, None), slice(None, -1))),
    S(F(3, 3), (slice(-2, 9), None, 1)),
    S(F(2, 3, 2), (..., 0)),
    S(F(2, 3, 2), (1, ..., slice(None, None, 2))),
    S(F(), None),
    S(F(), ()),
    S(F(), ...),
    S(F(3), slice(2, 1)),
    S(F(0, 3), (slice(None), 1)),
    S(F(3), Exactly(1, "int64")),
)
ADVANCED = (
    S(F(3), Exactly([0, 2, 2], "int64")),
    S(F(3), [0, 2, 2]),
    S(F(3, 4), (Exactly([[0], [2]], "int64"), Exactly([1, 1, 3], "int32"))),
    S(F(3, 4), (slice(None), [0, 0, -1])),
    S(F(3, 4), (..., [1, 2])),
    S(F(2, 3, 4), ([0, 1], slice(None), [1, 3])),
    S(F(2, 3, 4), (slice(None), [[0, 1], [2, 2]])),
    S(F(2, 3, 4), (None, [0, 1], 1)),
    S(F(3), Exactly([], "int64")),
    S(F(0, 3), (slice(None), [0, 0])),
)
MASKED = (
    S(F(2, 3), Exactly([[True, False, True], [False, False, True]], "bool")),
    S(F(2, 3), Exactly([True, False], "bool")),
    S(F(2, 3), (slice(None), Exactly([True, False, True], "bool"))),
    S(F(2, 3, 2), (1, Exactly([True, False, True], "bool"))),
    S(F(3), Exactly([False, False, False], "bool")),
)
BAD_INDICES = (
    (lambda t: t.ones(2, 3)[2], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[0, -4], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[0, 0, 0], IndexError, "too many indices"),
    (lambda t: t.ones(())[0], IndexError, "0-dim"),
    (lambda t: t.ones(2, 3)[t.tensor([2])], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[t.tensor([0.5])], IndexError, "used as indices must be"),
    (lambda t: t.ones(2, 3)[t.tensor([True])], IndexError, "shape of the mask"),
    (lambda t: t.ones(3)[::-1], ValueError, "greater than zero"),
    (lambda t: t.ones(4, 4)[[0, 1], [0, 1, 2]], IndexError, "broadcast"),
)


def written(library: Any, x: Any, index: Any, value: Any) -> Any:
    z = x.clone()
    z[index] = value
    return z


INDEXING = [
    Row("Tensor.__getitem__", number_at, BASIC, tuple(R(*bad) for bad in BAD_INDICES), shares=True, variant="basic"),
    Row("Tensor.__getitem__", number_at, ADVANCED, variant="integers"),
    Row(
        "Tensor.__getitem__",
        number_at,
        MASKED,
        replay=False,
        why="how many elements a mask names depends on the data",
        variant="mask",
    ),
    Row(
        "Tensor.__setitem__",
        assigned,
        (
            S(F(3), 1, 2.5),
            S(F(2, 3), 1, F(3)),
            S(F(2, 3), (slice(None), 0), F(2)),
            S(F(2, 3), ..., F(1, 3)),
            S(F(2, 3), (slice(None), slice(1, None)), F()),
            S(F(3, 3), slice(None, None, 2), F(2, 3)),
            S(F(), ..., 1.0),
            S(F(3), slice(2, 1), F()),
            S(Ints((3,)), 0, 7),
            S(Bools((3,)), 0, True),
            S(F(3), 0, Ints(())),
            S(F(3), [0, 2], F(2)),
            S(F(2, 3), ([0, 1], [2, 0]), F(2)),
            S(F(2, 3), (slice(None), [0, 2]), F()),
            S(F(2, 3), Exactly([True, False], "bool"), F(3)),
            S(F(2, 3), Exactly([[True, False, True], [False, True, True]], "bool"), 0.0),
        ),
        (
            R(lambda t: written(t, t.ones(2, 3), 0, t.ones(2)), RuntimeError, "shape mismatch|expanded size"),
            R(lambda t: written(t, t.ones(2, 3), 2, 1.0), IndexError, "out of (bounds|range)"),
            R(lambda t: written(t, t.ones(2, 3), t.tensor([0.5]), 1.0), IndexError, "used as indices must be"),
            R(lambda t: t.ones(2, requires_grad=True).__setitem__(0, 1.0), RuntimeError, "leaf Variable"),
            R(lambda t: t.ones(1).expand(2).__setitem__(..., 1.0), RuntimeError, "single memory location"),
        ),
        call=written,
    ),
    Row(
        "Tensor.__contains__",
        lambda x, v: bool(np.any(x == v)),
        (
            S(Ints((3,), 1, 3), 2),
            S(Ints((3,), 1, 3), 7),
            S(F(2, 3), 0.5),
            S(F(0), 1.0),
            S(F(3), Exactly(9.0)),
        ),
        gradient=False,
        call=lambda t, x, v: v in x,
    ),
]
