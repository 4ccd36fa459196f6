"""The derivative rule of connectionist temporal classification: all alignments of a text to a sequence, at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Op, direct

Array = Any  # what rules compute with: ndarrays, NumPy scalars, Tensors or recording arrays

#: The logarithm of a probability that is 0: finite, so that differences of two of them are numbers.
NEVER = -1e30


class CtcLoss(Op):
    """L = -ln Σ over alignments of Π_t y_t     d ln y_tc = g (y_tc - share of the alignments with c at t)

    The sums run over extended labels, (blank, l_1, blank, l_2, ..., blank), in logarithms: α_t(s) over all beginnings
    that are at label s at time t, β_t(s) over all ends that go on from there. (Graves and others, "Connectionist
    temporal classification", 2006, equations 5 to 16.) The gradient is right for logarithms of probabilities that add
    up to 1, as log_softmax returns them; the y_tc in it is what that makes of the sum, and PyTorch has it here as well.

    Attributes
    ----------
    labels : array of int64, shape (N, S')
        The extended labels.
    skips : array of float, shape (N, S')
        0 where an alignment may leave out the blank before, else `NEVER`.
    ends : array of float, shape (N, S')
        0 where an alignment may end, else `NEVER`.
    lengths : array of int64, shape (N,)
        How many time steps count.
    shares : array of float, shape (N, S', C)
        Which class each extended label is: 1 there, else 0.
    """

    __slots__ = ("ends", "labels", "lengths", "shares", "skips", "zero_infinity")
    saves = (0,)
    labels: Array
    skips: Array
    ends: Array
    lengths: Array
    shares: Array
    zero_infinity: bool

    def forward(self, x: Array) -> Array:
        _, _, log_p = self.keep("beginnings", self.beginnings, x)
        return np.where(log_p > NEVER / 2, -log_p, 0 if self.zero_infinity else math.inf)

    def beginnings(self, x: Array) -> tuple[Array, list[Array], Array]:
        """Return ln y by extended label, α for every time step, and the logarithm of the sum over all alignments."""
        y = x[:, np.arange(len(self.labels))[:, None], self.labels]  # (T, N, S')
        first = np.where(np.arange(self.labels.shape[1]) < 2, 0.0, NEVER).astype(self.skips.dtype)
        alphas = [first + y[0]]
        log_p = np.where(self.lengths == 0, self.ends[:, 0], NEVER)  # without time only the empty text is said
        for t in range(x.shape[0]):
            if t:
                alphas.append(self.arrived(alphas[-1]) + y[t])
            log_p = np.where(self.lengths == t + 1, total(alphas[-1] + self.ends), log_p)
        return y, alphas, log_p

    def arrived(self, a: Array) -> Array:
        """Return ln of what has come to each label: from itself, from the one before, and over a blank."""
        never = np.full((len(self.labels), 2), NEVER, self.skips.dtype)
        before = np.concatenate((never[:, :1], a[:, :-1]), 1)
        over = np.concatenate((never, a), 1)[:, : self.labels.shape[1]] + self.skips
        return np.logaddexp(np.logaddexp(a, before), over)

    def left(self, b: Array) -> Array:
        """Return ln of what each label goes on to: the same moves, backwards."""
        never = np.full((len(self.labels), 2), NEVER, self.skips.dtype)
        after = np.concatenate((b[:, 1:], never[:, :1]), 1)
        over = np.concatenate((b + self.skips, never), 1)[:, 2:]
        return np.logaddexp(np.logaddexp(b, after), over)

    def backward(self, g: Array, x: Array) -> Array:
        y, alphas, log_p = self.keep("beginnings", self.beginnings, x)
        possible = log_p > NEVER / 2
        at: list[Array] = [None] * x.shape[0]
        b = self.ends + NEVER
        for t in range(x.shape[0] - 1, -1, -1):
            going_on = b if t == x.shape[0] - 1 else self.left(b + y[t + 1])
            b = np.where((self.lengths == t + 1)[:, None], self.ends, going_on)
            at[t] = np.exp(alphas[t] + b - np.where(possible, log_p, 0)[:, None])
        shares = np.matmul(np.stack(at, 1), self.shares)  # (N, T, C)
        counts = (np.arange(x.shape[0])[:, None] < self.lengths)[..., None]
        dx = np.exp(x) - direct.swapaxes(shares, 0, 1)
        dx = np.where(possible[:, None], dx, 0 if self.zero_infinity else math.nan)
        return np.where(counts, dx, 0) * g[:, None]


def total(a: Array) -> Array:
    """Return ln Σ exp(a) along the last axis."""
    top = direct.max(a, -1)
    return np.log(direct.sum(np.exp(a - top[:, None]), -1)) + top


def extended(texts: Sequence[Array], lengths: Array, classes: int, blank: int, dtype: Any) -> dict[str, Array]:
    """Return the attributes of the rule that say what is to be found: `texts` are the labels of each example."""
    size = 2 * max([len(text) for text in texts], default=0) + 1
    labels = np.full((len(texts), size), blank)
    ends = np.full((len(texts), size), NEVER, dtype)
    for row, (text, end) in enumerate(zip(texts, ends, strict=True)):
        labels[row, 1 : 2 * len(text) : 2] = text
        end[max(2 * len(text) - 1, 0) : 2 * len(text) + 1] = 0
    skips = np.full((len(texts), size), NEVER, dtype)
    skips[:, 2:][(labels[:, 2:] != blank) & (labels[:, 2:] != labels[:, :-2])] = 0
    shares = (labels[..., None] == np.arange(classes)).astype(dtype)
    return {"labels": labels, "skips": skips, "ends": ends, "lengths": lengths, "shares": shares}
