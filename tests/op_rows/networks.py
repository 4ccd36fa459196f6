"""The rows of `nn.functional`."""

from __future__ import annotations

# fmt: off  (a table is read in columns)
from tests.op_references import (
    cross_entropy,
    linear,
    log_softmax,
    quiet,
    squared_error,
)
from tests.op_rows.common import refusals_of_dims
from tests.op_samples import (
    Exactly,
    F,
    Ints,
    R,
    Row,
    S,
    positive,
)

LABELS = Ints((4,), 0, 3)
NETWORKS = [
    Row(
        "nn.functional.linear",
        lambda x, w, b=None, bias=None: linear(x, w, b),
        (
            S(F(4, 3), F(2, 3)),
            S(F(4, 3), F(2, 3), F(2)),
            S(F(3), F(2, 3), F(2)),
            S(F(2, 2, 3), F(2, 3), F(2)),
            S(F(2, 2, 3), F(2, 3)),
            S(F(0, 3), F(2, 3), F(2)),
            S(F(2, 2, 2, 3), F(2, 3), bias=None),
        ),
        (
            R(lambda t: t.nn.functional.linear(t.ones(4, 2), t.ones(2, 3)), RuntimeError, "shapes cannot be"),
            R(
                lambda t: t.nn.functional.linear(t.ones(4, 3), t.ones(2, 3), t.ones(3)),
                RuntimeError,
                "bias|expanded|size",
            ),
            R(lambda t: t.nn.functional.linear(t.ones(4, 3).double(), t.ones(2, 3)), RuntimeError, "same dtype"),
            R(lambda t: t.nn.functional.linear([1.0], t.ones(2, 3)), TypeError, "must be Tensor"),
        ),
        call=lambda t, x, w, b=None, bias=None: t.nn.functional.linear(x, w, bias if b is None else b),
    ),
    Row(
        "nn.functional.log_softmax",
        log_softmax,
        (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)),
        refusals_of_dims("nn.functional.log_softmax")[:3],
    ),
    Row(
        "nn.functional.mse_loss",
        quiet(squared_error),
        (
            S(F(2, 3), F(2, 3)),
            S(F(2, 3), F(2, 3), reduction="sum"),
            S(F(2, 3), F(2, 3), reduction="none"),
            S(F(), F()),
            S(F(0), F(0)),
            S(F(3), F(3, gradient=False)),
            S(F(3, gradient=False), F(3)),
        ),
        (R(lambda t: t.nn.functional.mse_loss(t.ones(2), t.ones(2), reduction="max"), ValueError, "reduction"),),
    ),
    Row(
        "nn.functional.cross_entropy",
        quiet(cross_entropy),
        (
            *[S(F(4, 3), LABELS, reduction=r) for r in ("mean", "sum", "none")],
            S(F(4, 3), LABELS),
            S(F(3), Ints((), 0, 3)),
            S(F(2, 3, 2), Ints((2, 2), 0, 3)),
            S(F(2, 3, 2, 2), Ints((2, 2, 2), 0, 3), reduction="none"),
            S(F(0, 3), Ints((0,), 0, 3)),
            S(F(4, 3), LABELS, F(3, gradient=False, domain=positive)),
            S(F(4, 3), LABELS, weight=F(3, gradient=False, domain=positive), label_smoothing=0.1),
            S(F(4, 3), LABELS, label_smoothing=0.2),
            S(F(4, 3), LABELS, label_smoothing=0.2, reduction="none"),
            S(F(4, 3), LABELS, label_smoothing=0.3, reduction="sum"),
            S(F(4, 3), Ints((4,), 0, 3, dtype="uint8")),
            S(Exactly([[1000.0, -1000.0]]), Exactly([0], "int64")),
            S(F(4, 3), F(4, 3, domain=positive)),
            S(F(4, 3), F(4, 3, domain=positive), reduction="sum"),
            S(F(4, 3), F(4, 3, domain=positive), reduction="none", label_smoothing=0.1),
            S(F(3), F(3, domain=positive)),
            S(F(2, 3, 2), F(2, 3, 2, domain=positive)),
            S(F(4, 3), F(4, 3, domain=positive), F(3, gradient=False, domain=positive)),
        ),
        (
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 3])), IndexError, "out of bounds"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, -1])), IndexError, "out of bounds"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0.0, 1.0])), RuntimeError, "Long|dtype"),
            R(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1, 2])), ValueError, "batch_size"),
            R(
                lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), reduction="max"),
                ValueError,
                "reduction",
            ),
            R(
                lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), t.ones(2)),
                RuntimeError,
                "weight",
            ),
            R(
                lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), label_smoothing=2.0),
                RuntimeError,
                "label_smoothing",
            ),
        ),
    ),
    Row(
        "nn.functional.cross_entropy",
        cross_entropy,
        (
            S(F(4, 3), Exactly([0, -100, 2, 1], "int64")),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1, reduction="none"),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), F(3, gradient=False, domain=positive), ignore_index=1),
        ),
        replay=False,
        why="how many labels count depends on the data",
        variant="with labels to ignore",
    ),
]
