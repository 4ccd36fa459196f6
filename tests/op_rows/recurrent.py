"""The row of the LSTM."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.op_samples import F, R, Row, S

Array = Any


def sigma(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def lstm(x: Array, h: Array, c: Array, w: Array, u: Array, b: Array, more: Array) -> tuple[Array, ...]:
    """Gate by gate, step by step."""
    hidden = []
    for step in x:
        i, f, g, o = np.split(step @ w.T + b + h @ u.T + more, 4, 1)
        c = sigma(f) * c + sigma(i) * np.tanh(g)
        h = sigma(o) * np.tanh(c)
        hidden.append(h)
    return np.stack(hidden).astype(x.dtype), h.astype(x.dtype), c.astype(x.dtype)


def call(library: Any, x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, more: Any) -> Any:
    """The layer with these weights."""
    layer = library.nn.LSTM(w.shape[1], u.shape[1], dtype=x.dtype)
    weights = {"weight_ih_l0": w, "weight_hh_l0": u, "bias_ih_l0": b, "bias_hh_l0": more}
    hidden, (last, cell) = library.func.functional_call(layer, weights, (x, (h[None], c[None])))
    return hidden, last[0], cell[0]


def refuse(call: Any, error: type[Exception], text: str) -> R:
    return R(lambda t: call(t.nn.LSTM(2, 3), t.ones), error, text)


RECURRENT = [
    Row(
        "nn.LSTM",
        lstm,
        (
            S(F(3, 2, 2), F(2, 3), F(2, 3), F(12, 2), F(12, 3), F(12), F(12)),
            S(F(1, 1, 1), F(1, 1), F(1, 1), F(4, 1), F(4, 1), F(4), F(4)),
        ),
        (
            refuse(lambda layer, ones: layer(ones(2, 2, 5)), RuntimeError, "Expected 2, got 5"),
            refuse(lambda layer, ones: layer(ones(2)), ValueError, "Expected input to be 2D or 3D, got 1D"),
            refuse(lambda layer, ones: layer(ones(2, 1, 2), (ones(1, 1, 4), ones(1, 1, 4))), RuntimeError, "hidden"),
            refuse(lambda layer, ones: layer(ones(2, 2), (ones(1, 1, 3), ones(1, 1, 3))), RuntimeError, "unbatched"),
        ),
        call=call,
    )
]
