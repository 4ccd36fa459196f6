"""The rule of the LSTM: all steps of a sequence in one node.

Hochreiter and Schmidhuber, "Long short-term memory", 1997; forget gates: Gers and others, 2000. Gates stand in
PyTorch's order: input, forget, cell, output. Only what a step needs of the one before it is computed step by step; the
products of all inputs, and those of all gradients, are one matrix product each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import direct
from autograd.kernels import dot2d
from autograd.op import MultiOp

Array = Any  # what rules compute with: ndarrays, Tensors or recording arrays


class Lstm(MultiOp):
    """h_t = o tanh(c_t), c_t = f c_(t-1) + i g     with i, f, g, o = σ, σ, tanh, σ of W x_t + U h_(t-1) + b

    Inputs: x (T, N, I), the first h and c (N, H), W (4H, I), U (4H, H), b (4H). Outputs: all h (T, N, H), the last h
    and c. Backward through time: what reaches a step's sums goes to the step before by U.
    """

    __slots__ = ()
    saves = (0, 1, 2, 3, 4, 5)

    def forward(self, x: Array, h: Array, c: Array, w: Array, u: Array, b: Array) -> Any:
        _, cells, hidden = self.keep("states", states, x, h, c, w, u, b)
        return hidden, np.copy(hidden[-1]), np.copy(cells[-1])

    def backward(self, gs: Any, x: Array, h: Array, c: Array, w: Array, u: Array, b: Array) -> Any:
        gates, cells, hidden = self.keep("states", states, x, h, c, w, u, b)
        g_all, g_h, g_c = gs
        steps, n, size = hidden.shape
        i, f, g, o = [gates[..., k * size : (k + 1) * size] for k in range(4)]
        squashed = np.tanh(cells)
        before = np.concatenate([c[None], cells[:-1]])
        # The slopes of all steps at once; dh and dc alone go from step to step.
        to_o = squashed * (o * (1 - o))
        to_c = o * (1 - squashed * squashed)
        slopes = np.concatenate([g * (i * (1 - i)), before * (f * (1 - f)), i * (1 - g * g)], 2)
        dh, dc = g_h, g_c
        sums = []
        for t in range(steps - 1, -1, -1):
            dh = g_all[t] + dh
            dc = dc + dh * to_c[t]
            sums.append(np.concatenate([slopes[t] * np.concatenate([dc, dc, dc], 1), dh * to_o[t]], 1))
            dc = dc * f[t]
            dh = dot2d(sums[-1], u)
        dz = direct.reshape(np.stack(sums[::-1]), (steps * n, 4 * size))
        earlier = direct.reshape(np.concatenate([h[None], hidden[:-1]]), (steps * n, size))
        flat = direct.reshape(x, (steps * n, x.shape[2]))
        return (
            direct.reshape(dot2d(dz, w), x.shape) if self.needs(0) else None,
            dh,
            dc,
            dot2d(dz.T, flat) if self.needs(3) else None,
            dot2d(dz.T, earlier) if self.needs(4) else None,
            direct.sum(dz, 0) if self.needs(5) else None,
        )


def states(x: Array, h: Array, c: Array, w: Array, u: Array, b: Array) -> tuple[Array, Array, Array]:
    """Return the gates (T, N, 4H), cells and hidden states (T, N, H) of all steps."""
    steps, n, inputs = x.shape
    size = h.shape[1]
    given = direct.reshape(dot2d(direct.reshape(x, (steps * n, inputs)), w.T) + b, (steps, n, 4 * size))
    # σ(z) = tanh(z / 2) / 2 + 1/2: one tanh serves all four gates, of which the third is a tanh itself.
    half, whole = np.full_like(b[:size], 0.5), np.full_like(b[:size], 1)
    scale = np.concatenate([half, half, whole, half])
    shift = 1 - scale
    across = np.copy(u.T)
    gates, cells, hidden = [], [], []
    for t in range(steps):
        a = np.tanh((given[t] + dot2d(h, across)) * scale) * scale + shift
        c = a[:, size : 2 * size] * c + a[:, :size] * a[:, 2 * size : 3 * size]
        h = a[:, 3 * size :] * np.tanh(c)
        gates.append(a)
        cells.append(c)
        hidden.append(h)
    return np.stack(gates), np.stack(cells), np.stack(hidden)
