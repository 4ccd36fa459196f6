"""Derivative rules that are fused for neural networks: the linear layer and the losses.

Each does in one node what a chain of operations would do in several, and more exactly: the cross-entropy never takes
the logarithm of a probability that has become zero.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd import Op, direct
from autograd.errors import DtypeError, ShapeError, say
from autograd.kernels import colsum, copied, dot2d, ones
from autograd.op import Elementwise

Array = Any  # what rules compute with: ndarrays, NumPy scalars, Tensors or recording arrays


# ------------------------------------------------------------------------------------------------------- linear


def folded(x: Array) -> Array:
    """Return `x` as a matrix: its leading axes folded into one."""
    return direct.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))


def rows(x: Array, w: Array) -> Array:
    """Return `x` as a matrix for the layer of weight `w`; raise if it does not fit."""
    if x.shape[-1:] != w.shape[1:]:
        raise misfit(x, w)
    return folded(x)


class Mm(Op):
    """Y = X Wᵀ     dX = G W,  dW = Gᵀ X     (leading axes of X are folded into one)"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, w: Array) -> Array:
        if x.dtype != w.dtype or w.ndim != 2:
            raise misfit(x, w)
        if x.ndim != 2:
            return direct.reshape(self.forward(rows(x, w), w), x.shape[:-1] + w.shape[:1])
        try:
            return dot2d(x, w.T)
        except ValueError:
            raise misfit(x, w) from None

    def backward(self, g: Array, x: Array, w: Array) -> Any:
        if x.ndim != 2:
            dx, dw = self.backward(folded(g), folded(x), w)
            return (None if dx is None else direct.reshape(dx, x.shape)), dw
        to_x, to_w = self.edges
        return (dot2d(g, w) if to_x is not None else None), (dot2d(g.T, x) if to_w is not None else None)


class Addmm(Op):
    """Y = X Wᵀ + b     dX = G W,  dW = Gᵀ X,  db = Σ rows of G     (leading axes of X are folded into one)"""

    saves = (0, 1)
    saved_for = {0: 1, 1: 0}

    def forward(self, x: Array, w: Array, b: Array) -> Array:
        d = w.dtype
        if x.dtype is not d or b.dtype is not d or w.ndim != 2 or b.shape != w.shape[:1]:
            if x.dtype != d or w.ndim != 2:
                raise misfit(x, w)
            if b.shape != w.shape[:1] or b.dtype != d:
                raise misfit_bias(w, b)
        if x.ndim != 2:
            return direct.reshape(self.forward(rows(x, w), w, b), x.shape[:-1] + b.shape)
        try:
            return affine(x, w, b)
        except ValueError:
            raise misfit(x, w) from None

    def backward(self, g: Array, x: Array, w: Array) -> Any:
        if x.ndim != 2:
            dx, dw, db = self.backward(folded(g), folded(x), w)
            return (None if dx is None else direct.reshape(dx, x.shape)), dw, db
        to_x, to_w, to_b = self.edges
        return (
            dot2d(g, w) if to_x is not None else None,
            dot2d(g.T, x) if to_w is not None else None,
            colsum(g) if to_b is not None else None,
        )


def affine(x: Array, w: Array, b: Array) -> Array:
    """Return x wᵀ + b of matrices.

    Of float32 matrices BLAS computes (w xᵀ)ᵀ up to a quarter faster if the rows are few and long, and adding b puts the
    result into order on the way.
    """
    if type(x) is not np.ndarray:
        return np.matmul(x, w.T) + b
    n, k = x.shape
    if k >= 256 and n <= 128 and x.itemsize == 4 and w.shape[0] >= 64:
        return np.add(w.dot(x.T).T, b, order="C")
    y = x.dot(w.T)
    y += b if n != 1 else b[None]  # which NumPy need not broadcast
    return y


def misfit(x: Array, w: Array) -> Exception:
    """Word the error of an input that does not fit a weight."""
    if w.ndim != 2 or x.ndim == 0:
        return ShapeError(
            say(
                f"both arguments to linear need to be at least 1D: input is {x.shape}, weight is {w.shape}",
                "an input (..., in) and a weight (out, in)",
                "Give a single number its axis: x.reshape(1).",
            )
        )
    layer = f"Linear {w.shape[1]}->{w.shape[0]}"
    if x.shape[-1] != w.shape[1]:
        return ShapeError(
            say(
                f"{layer}: input is {x.shape}, weight expects {w.shape[1]} features (mat1 and mat2 shapes cannot be "
                f"multiplied: {math.prod(x.shape[:-1])}x{x.shape[-1]} and {w.shape[1]}x{w.shape[0]})",
                f"an input of shape (..., {w.shape[1]})",
                f"Reshape the input so that the features come last, or make the layer with in_features={x.shape[-1]}.",
            )
        )
    return DtypeError(
        say(
            f"{layer}: input is {x.dtype}, weight is {w.dtype} (mat1 and mat2 must have the same dtype)",
            f"an input of dtype {w.dtype}",
            "Convert the input (x.float(), x.double()) or the layer (model.double()).",
        )
    )


def misfit_bias(w: Array, b: Array) -> Exception:
    """Word the error of a bias that does not fit a weight."""
    return (ShapeError if b.shape != w.shape[:1] else DtypeError)(
        say(
            f"Linear {w.shape[1]}->{w.shape[0]}: bias is {b.shape} of dtype {b.dtype}",
            f"shape {w.shape[:1]} and dtype {w.dtype}, one number an output",
            "Make the bias a vector of length out_features.",
        )
    )


# ------------------------------------------------------------------------------------------------------- losses


class MseLoss(Op):
    """L = Σ (x - t)² / n     dx = 2 (x - t) g / n,  dt = -dx     (n = 1 for a sum; elementwise without reduction)"""

    __slots__ = ("reduction",)
    saves = (0, 1)
    reduction: str

    def forward(self, x: Array, t: Array) -> Array:
        squares = np.square(x - t)
        return squares if self.reduction == "none" else direct.sum(squares) / self.count(x)

    def count(self, x: Array) -> float:
        """Return the number of elements averaged over; nan for none, whose mean is nan."""
        return math.prod(x.shape) or math.nan if self.reduction == "mean" else 1

    def backward(self, g: Array, x: Array, t: Array) -> Any:
        dx = (x - t) * (g * (2 / (self.count(x) if math.prod(x.shape) else 1)))
        return dx, (-dx if self.needs(1) else None)


class CrossEntropy(Op):
    """L = Σ_i (ln Σ_c exp(x_ic) - x_iy) / n     dx = (softmax(x) - onehot(y)) g / n     (n = 1 for a sum)"""

    __slots__ = ("reduction",)
    torch_name = "NllLossBackward0"
    saves = (0, 1)
    reduction: str

    def forward(self, x: Array, y: Array) -> Array:
        _, sums, top = self.keep("exponentials", exponentials, x)
        losses = np.log(sums) + (top - at_label(x, y))
        return losses if self.reduction == "none" else total(losses) / self.count(x)

    def count(self, x: Array) -> float:
        """Return the number of rows averaged over; nan for none, whose mean is nan."""
        return x.shape[0] or math.nan if self.reduction == "mean" else 1

    def backward(self, g: Array, x: Array, y: Array) -> Any:
        e, sums, _ = self.keep("exponentials", exponentials, x)
        share = g / self.count(x)
        return less_at_label(e * (share / sums)[:, None], y, share), None


class SmoothL1Loss(Elementwise):
    """L = d² / 2b where |d| < b, else |d| - b / 2, with d = x - t     dx = g d / b within [-g, g],  dt = -dx"""

    __slots__ = ("beta",)
    saves = (0, 1)
    beta: float

    def forward(self, x: Array, t: Array) -> Array:
        d = np.abs(x - t)
        return np.where(d < self.beta, 0.5 * (d * d) / self.beta, d - 0.5 * self.beta)

    def backward(self, g: Array, x: Array, t: Array) -> Any:
        dx = g * np.clip((x - t) / self.beta, -1, 1)
        return dx, (-dx if self.needs(1) else None)


class HuberLoss(Elementwise):
    """L = d² / 2 where |d| <= b, else b (|d| - b / 2), with d = x - t     dx = g d within [-b g, b g],  dt = -dx"""

    __slots__ = ("delta",)
    saves = (0, 1)
    delta: float

    def forward(self, x: Array, t: Array) -> Array:
        d = np.abs(x - t)
        return np.where(d <= self.delta, 0.5 * (d * d), self.delta * (d - 0.5 * self.delta))

    def backward(self, g: Array, x: Array, t: Array) -> Any:
        dx = g * np.clip(x - t, -self.delta, self.delta)
        return dx, (-dx if self.needs(1) else None)


class Lifted(Elementwise):
    """z = max(x, low)     dx = g everywhere: a guard against division by 0 that the gradient does not see"""

    __slots__ = ("low",)
    low: float

    def forward(self, x: Array) -> Array:
        return np.maximum(x, self.low)

    def backward(self, g: Array) -> Array:
        return g


class Weighed(Op):
    """z = x, copied     dx = g s: how an embedding tells rows of its table apart"""

    __slots__ = ("share",)
    share: Array

    def forward(self, x: Array) -> Array:
        return copied(x)

    def backward(self, g: Array) -> Array:
        return g * self.share


class BinaryCrossEntropy(Elementwise):
    """L = -t ln x - (1 - t) ln(1 - x)     dx = g (x - t) / (x (1 - x)),  dt = g ln((1 - x) / x)

    The logarithms in L are at least -100, and the denominator in dx at least 1e-12.
    """

    saves = (0, 1)

    def forward(self, x: Array, t: Array) -> Array:
        return (t - 1) * np.maximum(np.log1p(-x), -100) - t * np.maximum(np.log(x), -100)

    def backward(self, g: Array, x: Array, t: Array) -> Any:
        dx = g * (x - t) / np.maximum((1 - x) * x, 1e-12) if self.needs(0) else None
        return dx, (g * (np.log1p(-x) - np.log(x)) if self.needs(1) else None)


def exponentials(x: Array) -> tuple[Array, Array, Array]:
    """Return exp(x - top), its row sums, and top, the largest of each row: softmax without overflow."""
    if type(x) is np.ndarray:
        top = direct.max(x, 1, True)
        e = np.subtract(x, top)
        np.exp(e, e)
        return e, e.dot(ones(e.shape[1], e.dtype)), top.reshape(-1)
    top = np.max(x, axis=1, initial=-math.inf)
    e = np.exp(x - top[:, None])
    return e, np.sum(e, axis=1), top


def total(x: Array) -> Array:
    """Return the sum of a vector: of a short one as a product with ones, which NumPy begins faster."""
    if type(x) is np.ndarray and x.shape[0] <= direct.SMALL:
        return x.dot(ones(x.shape[0], x.dtype))
    return direct.sum(x)


# On ndarrays the labelled entries are found by number, and their gradient is written where it belongs; Tensors and
# recording arrays get the same in NumPy's functions.

_starts: dict[tuple[int, int], np.ndarray[Any, Any]] = {}


def numbers(y: Array, classes: int) -> Array:
    """Return where in a matrix of `classes` columns, read row by row, the entries at the labels `y` stand."""
    n = y.shape[0]
    starts = _starts.get((n, classes))
    if starts is None:
        if len(_starts) > 64:
            _starts.clear()
        starts = _starts[n, classes] = np.arange(0, n * classes, classes) if classes else np.zeros(n, np.int64)
    return starts + y


def at_label(x: Array, y: Array) -> Array:
    """Return each row's entry at its label `y`."""
    if type(x) is np.ndarray:
        return x.take(numbers(y, x.shape[1]))
    return x[np.arange(x.shape[0]), y]


def less_at_label(p: Array, y: Array, share: Array) -> Array:
    """Return the matrix `p` with `share` (a number, or one a row) taken from each row's entry at its label `y`.

    `p` is the caller's own: an ndarray may be changed in place.
    """
    if type(p) is np.ndarray:
        if not p.flags.c_contiguous:
            p = np.array(p, order="C")
        p.reshape(-1)[numbers(y, p.shape[1])] -= share
        return p
    one_hot = y[:, None] == np.arange(p.shape[1])
    return p - one_hot * (share if share.ndim == 0 else share[:, None])
