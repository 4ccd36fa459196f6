"""Recurrences: one step of each kind, and all steps of a sequence, padded or packed."""

from __future__ import annotations

from collections.abc import Callable

import autograd
from autograd import Tensor
from nn import functional as F
from nn.rules_recurrent import Lstm

State = tuple[Tensor, ...]  # (h,), of the LSTM (h, c); each (N, hidden)
Weights = tuple[Tensor, Tensor, Tensor | None, Tensor | None]  # W (gates x inputs), U (gates x hidden), their biases
#: `step(given, state, U, bias)`: the next state, from W x + b of the step's input.
Step = Callable[[Tensor, State, Tensor, Tensor | None], State]


def rnn_step(nonlinearity: Callable[[Tensor], Tensor]) -> Step:
    """Return the step h' = nonlinearity(W x + b + U h + b')."""

    def step(given: Tensor, state: State, u: Tensor, bias: Tensor | None) -> State:
        return (nonlinearity(given + F.linear(state[0], u, bias)),)

    return step


def lstm_step(given: Tensor, state: State, u: Tensor, bias: Tensor | None) -> State:
    """Return c' = f c + i g and h' = o tanh(c'), the gates i, f, g, o being σ, σ, tanh, σ of W x + b + U h + b'."""
    h, c = state
    i, f, g, o = (given + F.linear(h, u, bias)).chunk(4, -1)
    c = autograd.sigmoid(f) * c + autograd.sigmoid(i) * autograd.tanh(g)
    return autograd.sigmoid(o) * autograd.tanh(c), c


def gru_step(given: Tensor, state: State, u: Tensor, bias: Tensor | None) -> State:
    """Return h' = n + z (h - n), with r, z = σ(W x + b + U h + b') and n = tanh(W x + b + r (U h + b')).

    Cho and others, "Learning phrase representations using RNN encoder-decoder", 2014, in PyTorch's variant.
    """
    (h,) = state
    xr, xz, xn = given.chunk(3, -1)
    hr, hz, hn = F.linear(h, u, bias).chunk(3, -1)
    r, z = autograd.sigmoid(xr + hr), autograd.sigmoid(xz + hz)
    n = autograd.tanh(xn + r * hn)
    return (n + z * (h - n),)


def over_sequence(step: Step, x: Tensor, state: State, weights: Weights, reverse: bool) -> tuple[Tensor, State]:
    """Return the hidden states (T, N, hidden) of all steps, and the last state.

    Parameters
    ----------
    step : callable
    x : Tensor, shape (T, N, inputs)
    state : tuple of Tensor
        Before the first step.
    weights : tuple
    reverse : bool
        Begin at the last step.
    """
    w, u, b, more = weights
    if step is lstm_step:
        return _lstm(x, state, weights, reverse)
    given = F.linear(x, w, b)
    hidden: list[Tensor] = []
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        state = step(given[t], state, u, more)
        hidden.append(state[0])
    return autograd.stack(hidden[::-1] if reverse else hidden), state


def _lstm(x: Tensor, state: State, weights: Weights, reverse: bool) -> tuple[Tensor, State]:
    w, u, b, more = weights
    bias = autograd.zeros(len(w), dtype=w.dtype) if b is None or more is None else b + more
    hidden, h, c = Lstm().apply(x.flip(0) if reverse else x, *state, w, u, bias)
    return (hidden.flip(0) if reverse else hidden), (h, c)


def over_packed(
    step: Step, data: Tensor, sizes: list[int], state: State, weights: Weights, reverse: bool
) -> tuple[Tensor, State]:
    """Return the hidden states of packed sequences, packed in the same way, and the last state of each sequence.

    Parameters
    ----------
    step : callable
    data : Tensor, shape (all steps, inputs)
        Step by step, of each step the sequences that are that long, the longest first.
    sizes : list of int
        How many sequences have a first step, a second one, and so on.
    state, weights, reverse
        As for `over_sequence`.
    """
    w, u, b, more = weights
    given = F.linear(data, w, b).split(sizes)
    hidden: list[Tensor] = []
    if reverse:  # the longest begin; the others join, with their first state, where they end
        now = tuple([s[: sizes[-1]] for s in state])
        for t in reversed(range(len(sizes))):
            if sizes[t] > len(now[0]):
                joining = [s[len(now[0]) : sizes[t]] for s in state]
                now = tuple([autograd.cat([a, j]) for a, j in zip(now, joining, strict=True)])
            now = step(given[t], now, u, more)
            hidden.append(now[0])
        return autograd.cat(hidden[::-1]), now
    now, ended = state, []
    for t, n in enumerate(sizes):
        if n < len(now[0]):
            ended.append([s[n:] for s in now])
            now = tuple([s[:n] for s in now])
        now = step(given[t], now, u, more)
        hidden.append(now[0])
    ended.append(list(now))
    last = tuple([autograd.cat(parts[::-1]) for parts in zip(*ended, strict=True)])
    return autograd.cat(hidden), last
