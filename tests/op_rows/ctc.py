"""The row of the loss of texts whose place in a sequence is not known."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tests.op_references import log_softmax
from tests.op_samples import Array, Exactly, F, R, Row, S, only


def by_alignments(
    x: Array,
    texts: Array,
    heard: Any,
    counts: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Array:
    """-ln of the sum of the probabilities of all alignments that read as the text, one alignment after the other."""
    y = np.exp(log_softmax(x.astype(np.float64), -1))
    losses = []
    for n, (text, steps, count) in enumerate(zip(texts, heard, counts, strict=True)):
        p = 0.0
        for alignment in itertools.product(range(x.shape[2]), repeat=int(steps)):
            said = [c for c, _ in itertools.groupby(alignment) if c != blank]
            if said == list(text[:count]):
                p += np.prod(y[np.arange(steps), n, list(alignment)])
        losses.append(-np.log(p) if p else 0.0 if zero_infinity else np.inf)
    terms = np.array(losses)
    if reduction == "mean":
        terms = np.mean(terms / np.maximum(counts, 1))
    return np.asarray(np.sum(terms) if reduction == "sum" else terms).astype(x.dtype)


def of_logits(t: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    return t.nn.functional.ctc_loss(t.log_softmax(x, -1), *args, **kwargs)


TEXTS = Exactly([[1, 2], [1, 1]], "int64")
TEXTS_IN_SEQUENCES = [
    Row(
        "nn.functional.ctc_loss",
        by_alignments,
        tuple(
            only(1, sample)  # PyTorch has no second derivative
            for sample in (
                S(F(4, 2, 3), TEXTS, (4, 4), (2, 2)),
                S(F(4, 2, 3), TEXTS, (3, 4), (1, 2), reduction="none"),
                S(F(4, 2, 3), TEXTS, (4, 2), (2, 0), 0, "sum"),
                S(F(4, 2, 3), Exactly([[1, 0], [0, 0]], "int64"), (4, 4), (2, 2), blank=2, reduction="sum"),
                S(F(3, 2, 3), TEXTS, (3, 2), (2, 2), reduction="none", zero_infinity=True),
                S(F(1, 1, 3), Exactly([[2]], "int64"), (1,), (1,)),
                S(F(4, 2, 3), TEXTS, Exactly([4, 3], "int64"), Exactly([2, 2], "int64")),
            )
        ),
        (
            R(
                lambda t: t.nn.functional.ctc_loss(t.zeros(3, 1, 2), t.tensor([[1]]), (4,), (1,)),
                RuntimeError,
                "input_lengths to have value at most 3",
            ),
            R(
                lambda t: t.nn.functional.ctc_loss(t.zeros(3, 1, 2), t.tensor([[1]]), (3,), (1,), 2),
                RuntimeError,
                "blank must be in label range",
            ),
        ),
        call=of_logits,
    ),
]
