"""The loss of texts whose place in a sequence is not known: PyTorch's numbers, and sums over all alignments."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn import functional as F
from tests.nn_oracle import agree, ours

STEPS, BATCH, CLASSES = 7, 4, 5
TARGETS = [[1, 2, 2], [3, 3, 1], [4, 0, 0], [2, 1, 4]]
HEARD, COUNTS = [7, 5, 1, 6], [3, 3, 1, 0]


def both(torch: Any, dtype: str, call: Any) -> list[Any]:
    """Loss and gradient of a call of `ctc_loss` in both libraries."""
    logits = torch.randn(STEPS, BATCH, CLASSES, dtype=getattr(torch, dtype))
    results = []
    for library in (torch, autograd):
        x = (logits.clone() if library is torch else ours(logits)).requires_grad_()
        loss = call(library, library.log_softmax(x, -1))
        weights = library.arange(loss.numel(), dtype=x.dtype).reshape(loss.shape) + 1
        (loss * weights).sum().backward()
        results.append((loss, x.grad))
    return results


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("form", ["rows", "one after the other", "numbers", "int32"])
def test_ctc_as_in_pytorch(form: str, reduction: str, dtype: str) -> None:
    torch = pytest.importorskip("torch")

    def call(library: Any, log_p: Any) -> Any:
        loss = library.nn.CTCLoss(reduction=reduction)
        assert repr(loss) == "CTCLoss()"
        if form == "one after the other":
            flat = [label for text, n in zip(TARGETS, COUNTS, strict=True) for label in text[:n]]
            return loss(log_p, library.tensor(flat), library.tensor(HEARD), library.tensor(COUNTS))
        if form == "numbers":
            return loss(log_p, library.tensor(TARGETS), tuple(HEARD), tuple(COUNTS))
        kind = library.int32 if form == "int32" else library.int64
        return loss(log_p, *[library.tensor(t, dtype=kind) for t in (TARGETS, HEARD, COUNTS)])

    close = (1e-5, 1e-5) if dtype == "float32" else (1e-12, 1e-13)
    for theirs, mine in zip(*both(torch, dtype, call), strict=True):
        agree(mine, theirs, *close)


@pytest.mark.oracle
@pytest.mark.parametrize("blank", [0, 2, 4])
@pytest.mark.parametrize("zero_infinity", [True, False])
def test_texts_that_do_not_fit_as_in_pytorch(zero_infinity: bool, blank: int) -> None:
    torch = pytest.importorskip("torch")
    labels = [c for c in range(CLASSES) if c != blank]
    texts = [[labels[0]] * 3, labels[:3], labels[1:], [labels[3], labels[3], labels[0]]]

    def call(library: Any, log_p: Any) -> Any:
        texts_of = library.tensor([text[:3] for text in texts])
        return library.nn.functional.ctc_loss(log_p, texts_of, (4, 2, 0, 5), (3, 3, 0, 3), blank, "none", zero_infinity)

    for theirs, mine in zip(*both(torch, "float64", call), strict=True):
        agree(mine, theirs)
        assert zero_infinity or not np.isfinite(mine.detach().numpy()).all()


@pytest.mark.oracle
def test_ctc_without_a_batch_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")

    def call(library: Any, log_p: Any) -> Any:
        n, m = library.tensor(6), library.tensor(2)
        return library.nn.functional.ctc_loss(log_p[:, 0], library.tensor([1, 1]), n, m, reduction="none")

    for theirs, mine in zip(*both(torch, "float64", call), strict=True):
        agree(mine, theirs)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "change",
    [
        {"blank": 5}, {"blank": -1}, {"input_lengths": (8, 5, 1, 6)}, {"input_lengths": (-1, 5, 1, 6)},
        {"target_lengths": (4, 3, 1, 0)}, {"target_lengths": (-1, 3, 1, 0)}, {"input_lengths": (7,)},
        {"target_lengths": (1,)}, {"input_lengths": (7.0, 5.0, 1.0, 6.0)}, {"reduction": "max"},
        {"targets": [[1, 2, 2]]}, {"targets": [1, 2]}, {"targets": [[[1]]]}, {"log_probs": (7, 4, 0)},
        {"log_probs": (0, 4, 5)}, {"log_probs": (5,)}, {"log_probs": (1, 7, 4, 5)}, {"dtype": "float16"},
        {"dtype": "int64"}, {"input_lengths": [7.5] * 4, "tensors": True}, {"mixed": True},
    ],
    ids=str,
)  # fmt: skip
def test_ctc_refuses_what_pytorch_refuses(change: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")

    def call(library: Any) -> None:
        given: dict[str, Any] = {
            "log_probs": (STEPS, BATCH, CLASSES), "targets": TARGETS, "input_lengths": tuple(HEARD),
            "target_lengths": tuple(COUNTS), **change,
        }  # fmt: skip
        dtype = getattr(library, given.pop("dtype", "float32"))
        given["log_probs"] = library.zeros(given["log_probs"], dtype=dtype)
        given["targets"] = library.tensor(given["targets"])
        names = {"input_lengths"} if given.pop("mixed", False) else set()
        names |= {"input_lengths", "target_lengths"} if given.pop("tensors", False) else set()
        for name in names:
            given[name] = library.tensor(given[name])
        library.nn.functional.ctc_loss(**given)

    with pytest.raises(Exception) as theirs:
        call(torch)
    with pytest.raises(Exception) as mine:
        call(autograd)
    assert isinstance(mine.value, theirs.type), f"{mine.value!r}, {theirs.value!r}"
    assert "; expected " in str(mine.value)


def test_labels_that_are_no_classes_are_refused() -> None:
    with pytest.raises(IndexError, match="label 5 is out of bounds; expected labels from 0 to 4"):
        F.ctc_loss(autograd.zeros(3, 1, 5), autograd.tensor([[1, 5]]), (3,), (2,))
    F.ctc_loss(autograd.zeros(3, 1, 5), autograd.tensor([[1, -1]]), (3,), (1,))  # what does not count may be anything


# ------------------------------------------------------------------------------------------------ by hand


def read(alignment: tuple[int, ...]) -> list[int]:
    """What an alignment reads as: repetitions once, and no blanks."""
    return [c for c, _ in itertools.groupby(alignment) if c != 0]


@pytest.mark.parametrize("text", [[], [1], [1, 1], [2, 1], [1, 2, 1]])
def test_the_loss_is_the_sum_over_all_alignments(text: list[int]) -> None:
    autograd.manual_seed(0)
    log_p = autograd.randn(5, 1, 3, dtype=autograd.float64).log_softmax(-1)
    p = log_p.exp()[:, 0].numpy()
    alignments = [a for a in itertools.product(range(3), repeat=5) if read(a) == text]
    expected = -math.log(sum(math.prod(p[t, c] for t, c in enumerate(a)) for a in alignments))
    targets = autograd.tensor([text + [0]])
    assert F.ctc_loss(log_p, targets, (5,), (len(text),), reduction="sum").item() == pytest.approx(expected, rel=1e-13)


def test_equal_chances() -> None:
    """With two steps and three classes, "a" is said by three of nine alignments: aa, a-, -a."""
    log_p = autograd.zeros(2, 1, 3, dtype=autograd.float64).log_softmax(-1)
    loss = nn.CTCLoss()(log_p, autograd.tensor([[1]]), (2,), (1,))
    assert loss.item() == pytest.approx(math.log(3), rel=1e-14)


def test_numbers_of_pytorch() -> None:
    x = autograd.arange(24, dtype=autograd.float64).reshape(4, 2, 3).sin().requires_grad_()
    loss = F.ctc_loss(x.log_softmax(-1), autograd.tensor([[1, 2], [2, 2]]), (4, 3), (2, 2))
    loss.backward()
    assert loss.item() == pytest.approx(1.3988543659687291, rel=1e-13)
    expected = [
        [0.0039787853142917535, -0.04634704025839909, 0.04236825494410734],
        [-0.09643761682570094, 0.05902536657051065, 0.037412250255190294],
    ]
    np.testing.assert_allclose(x.grad[1].tolist(), expected, rtol=1e-12)


def test_a_training_that_learns_to_read() -> None:
    x = autograd.zeros(6, 1, 4, requires_grad=True)
    for _ in range(60):
        loss = F.ctc_loss(x.log_softmax(-1), autograd.tensor([[1, 3, 3]]), (6,), (3,))
        x.grad = None
        loss.backward()
        with autograd.no_grad():
            x -= 5 * x.grad
    assert read(tuple(x.argmax(-1)[:, 0].tolist())) == [1, 3, 3]
