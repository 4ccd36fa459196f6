"""Recurrent layers: cells for one step, and layers for whole sequences."""

from __future__ import annotations

import math
import warnings
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn import functional as F
from nn import init
from nn.module import Module
from nn.parameter import Parameter
from nn.recurrence import State, Step, Weights, gru_step, lstm_step, over_packed, over_sequence, rnn_step
from nn.utils.rnn import PackedSequence

NONLINEARITIES = {"tanh": autograd.tanh, "relu": autograd.relu}


def _nonlinear(name: str) -> Step:
    if name not in NONLINEARITIES:
        raise ValueError(
            say(f"Unknown nonlinearity '{name}'. Select from 'tanh' or 'relu'.", "one of them", "'tanh' is usual.")
        )
    return rnn_step(NONLINEARITIES[name])


def _draw(module: Module, hidden_size: int) -> None:
    """Draw all parameters evenly from ±1/√hidden_size, in the order of their registration."""
    bound = 1 / math.sqrt(hidden_size) if hidden_size > 0 else 0
    for parameter in module.parameters():
        init.uniform_(parameter, -bound, bound)


class _Cell(Module):
    """What the cells share.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool

    Attributes
    ----------
    weight_ih, weight_hh : Parameter, shapes (gates · hidden, input) and (gates · hidden, hidden)
    bias_ih, bias_hh : Parameter, shape (gates · hidden,), or None
        All drawn evenly from ±1/√hidden.
    """

    gates = 1
    step: Step
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = self.gates * hidden_size
        self.weight_ih = Parameter(autograd.empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(autograd.empty((rows, hidden_size), device=device, dtype=dtype))
        if bias:
            self.bias_ih = Parameter(autograd.empty(rows, device=device, dtype=dtype))
            self.bias_hh = Parameter(autograd.empty(rows, device=device, dtype=dtype))
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters afresh."""
        _draw(self, self.hidden_size)

    def extra_repr(self) -> str:
        """Return the sizes, and what is not usual."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")

    def _next(self, input: Tensor, state: State | None, step: Step, states: int) -> State:
        name = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(
                say(
                    f"{name}: Expected input to be 1D or 2D, got {input.ndim}D instead",
                    "(N, input) or (input,)",
                    "Give the cell one step at a time.",
                )
            )
        if input.shape[-1] != self.input_size:
            raise ShapeError(
                say(
                    f"{name}: input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}",
                    f"(..., {self.input_size})",
                    "Check the input, or the cell's input_size.",
                )
            )
        shape = (*input.shape[:-1], self.hidden_size)
        if state is None:
            state = tuple([autograd.zeros(shape, dtype=input.dtype) for _ in range(states)])
        for h in state:
            if h.ndim not in (1, 2):
                raise ValueError(
                    say(
                        f"{name}: Expected hidden to be 1D or 2D, got {h.ndim}D instead",
                        f"a state of shape {shape}",
                        "Check the state.",
                    )
                )
            if tuple(h.shape) != shape:
                raise ShapeError(
                    say(
                        f"{name}: hidden has shape {tuple(h.shape)}: inconsistent hidden_size or batch size, "
                        f"expected {shape}",
                        f"a state of shape {shape}",
                        "Check the state.",
                    )
                )
        return step(F.linear(input, self.weight_ih, self.bias_ih), state, self.weight_hh, self.bias_hh)


class RNNCell(_Cell):
    """One step of Elman's network: h' = tanh(W x + b + U h + b') (lecture 004).

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    nonlinearity : {"tanh", "relu"}
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def extra_repr(self) -> str:
        """Return the sizes, and what is not usual."""
        more = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + more

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Return the next state of shape (N, hidden) or (hidden,), after `hx`, zeros if left out.

        Raises
        ------
        RuntimeError
            A size does not fit, or the nonlinearity is unknown.
        ValueError
            A number of dimensions is wrong.
        """
        if self.nonlinearity not in NONLINEARITIES:
            raise RuntimeError(
                say(f"Unknown nonlinearity: {self.nonlinearity}", "'tanh' or 'relu'", "'tanh' is usual.")
            )
        return self._next(input, None if hx is None else (hx,), _nonlinear(self.nonlinearity), 1)[0]


class LSTMCell(_Cell):
    """One step of an LSTM: c' = f c + i g, h' = o tanh(c') (lecture 004).

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    """

    gates = 4

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Return the next (h, c), each of shape (N, hidden) or (hidden,). Errors as for `RNNCell`."""
        h, c = self._next(input, hx, lstm_step, 2)
        return h, c


class GRUCell(_Cell):
    """One step of a GRU: h' = n + z (h - n).

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    """

    gates = 3

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Return the next state of shape (N, hidden) or (hidden,). Errors as for `RNNCell`."""
        return self._next(input, None if hx is None else (hx,), gru_step, 1)[0]


class _Recurrent(Module):
    """What the layers share.

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers : int
        Layers on top of each other.
    bias : bool
    batch_first : bool
        Sequences are (N, T, ...) rather than (T, N, ...); states are not concerned.
    dropout : float
        Of the outputs of all layers but the last, in training.
    bidirectional : bool
        Read sequences in both directions.

    Raises
    ------
    TypeError
        `hidden_size` is no integer.
    ValueError
        A size is not positive, or `dropout` no probability.
    """

    gates = 1
    states = 1
    mode = ""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._check(hidden_size, num_layers, dropout, proj_size)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = 0
        rows = self.gates * hidden_size
        for layer in range(num_layers):
            columns = input_size if layer == 0 else hidden_size * self._directions
            for suffix in self._suffixes(layer):
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, columns), "weight_hh": (rows, hidden_size)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                for name, shape in shapes.items():
                    empty = autograd.empty(shape, device=device, dtype=dtype)
                    self.register_parameter(f"{name}{suffix}", Parameter(empty))
        self.reset_parameters()

    def _check(self, hidden_size: Any, num_layers: int, dropout: Any, proj_size: int) -> None:
        name = type(self).__name__
        if not isinstance(hidden_size, int):
            raise TypeError(
                say(f"hidden_size should be of type int, got: {type(hidden_size).__name__}", "an integer", "Check it.")
            )
        if hidden_size <= 0:
            raise ValueError(say(f"hidden_size must be greater than zero, got {hidden_size}", "1 or more", "Check it."))
        if num_layers <= 0:
            raise ValueError(say(f"num_layers must be greater than zero, got {num_layers}", "1 or more", "Check it."))
        if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
            raise ValueError(
                say(
                    f"dropout should be a number in range [0, 1] representing the probability of an element being "
                    f"zeroed, got {dropout}",
                    "a probability",
                    "0 switches it off.",
                )
            )
        if proj_size:
            raise NotImplementedError(
                say(f"{name} was given proj_size={proj_size}, which is not provided", "0", "Add a Linear behind it.")
            )
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
                stacklevel=4,
            )

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}", f"_l{layer}_reverse"][: self._directions]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]
        suffixes = [s for layer in range(self.num_layers) for s in self._suffixes(layer)]
        return [[getattr(self, name + suffix) for name in names] for suffix in suffixes]

    def flatten_parameters(self) -> None:
        """Do nothing: there is no other place where the parameters would be read faster."""

    def reset_parameters(self) -> None:
        """Draw the parameters afresh."""
        _draw(self, self.hidden_size)

    def extra_repr(self) -> str:
        """Return the sizes, and what is not usual."""
        words = [f"{self.input_size}, {self.hidden_size}"]
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}
        words += [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join(words)

    def _step(self) -> Step:
        raise NotImplementedError

    def _weights(self, suffix: str) -> Weights:
        w, u = getattr(self, f"weight_ih{suffix}"), getattr(self, f"weight_hh{suffix}")
        return w, u, getattr(self, f"bias_ih{suffix}", None), getattr(self, f"bias_hh{suffix}", None)

    def _run(self, input: Any, state: State | None) -> tuple[Any, State]:
        """Return outputs and last states; `state` and what is returned are (layers · directions, N, hidden)."""
        if isinstance(input, PackedSequence):
            sizes = input.batch_sizes.tolist()
            state = self._first(input.data, sizes[0], state, batched=True)
            if input.sorted_indices is not None:
                state = tuple([s.index_select(1, input.sorted_indices) for s in state])
            output, last = self._layers(input.data, state, sizes)
            if input.unsorted_indices is not None:
                last = tuple([s.index_select(1, input.unsorted_indices) for s in last])
            return PackedSequence(output, *input[1:]), last
        if input.ndim not in (2, 3):
            raise ValueError(
                say(
                    f"{type(self).__name__}: Expected input to be 2D or 3D, got {input.ndim}D instead",
                    "(T, N, input), (N, T, input) if batch_first, or (T, input)",
                    "Check the shape.",
                )
            )
        batched = input.ndim == 3
        x = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            x = x.transpose(0, 1)
        output, last = self._layers(x, self._first(x, x.shape[1], state, batched), None)
        if not batched:
            return output.squeeze(1), tuple([s.squeeze(1) for s in last])
        return (output.transpose(0, 1) if self.batch_first else output), last

    def _first(self, x: Tensor, n: int, state: State | None, batched: bool) -> State:
        """Return the first states, checked; zeros if none are given."""
        dtype = self.all_weights[0][0].dtype
        if x.dtype != dtype:
            raise ValueError(
                say(
                    f"{type(self).__name__} input dtype ({x.dtype}) does not match weight dtype ({dtype})",
                    f"an input of dtype {dtype}",
                    "Convert the input (input.to(...)), or the model (model.to(...)).",
                )
            )
        if x.shape[-1] != self.input_size:
            raise ShapeError(
                say(
                    f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {x.shape[-1]}",
                    f"an input of shape (..., {self.input_size})",
                    "Check the input, or the layer's input_size.",
                )
            )
        if len(x) == 0:
            raise RuntimeError(
                say("Expected sequence length to be larger than 0 in RNN", "one step or more", "Leave it out.")
            )
        count = self.num_layers * self._directions
        if state is None:
            return tuple([autograd.zeros((count, n, self.hidden_size), dtype=x.dtype) for _ in range(self.states)])
        checked = []
        for h in state:
            if h.ndim != (3 if batched else 2):
                raise RuntimeError(
                    say(
                        f"For {'batched 3-D' if batched else 'unbatched 2-D'} input, hx and cx should also be "
                        f"{'3-D' if batched else '2-D'} but got a {h.ndim}-D tensor",
                        f"states of {3 if batched else 2} dimensions",
                        "Check the state.",
                    )
                )
            whole = h if batched else h.unsqueeze(1)
            if tuple(whole.shape) != (count, n, self.hidden_size):
                raise ShapeError(
                    say(
                        f"Expected hidden size ({count}, {n}, {self.hidden_size}), got {list(h.shape)}",
                        "a state for each layer, direction and sequence",
                        "Check the state.",
                    )
                )
            if h.dtype != dtype:
                raise DtypeError(
                    say(
                        f"{type(self).__name__}: the state is {h.dtype}, the weights are {dtype}",
                        f"a state of dtype {dtype}",
                        "Convert the state (h.to(...)).",
                    )
                )
            checked.append(whole)
        return tuple(checked)

    def _layers(self, x: Tensor, state: State, sizes: list[int] | None) -> tuple[Tensor, State]:
        step = self._step()
        last: list[State] = []
        for layer in range(self.num_layers):
            outputs = []
            for d, suffix in enumerate(self._suffixes(layer)):
                first = tuple([s[layer * self._directions + d] for s in state])
                weights = self._weights(suffix)
                if sizes is None:
                    output, end = over_sequence(step, x, first, weights, reverse=bool(d))
                else:
                    output, end = over_packed(step, x, sizes, first, weights, reverse=bool(d))
                outputs.append(output)
                last.append(end)
            x = outputs[0] if len(outputs) == 1 else autograd.cat(outputs, -1)
            if self.dropout and self.training and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout)
        return x, tuple([autograd.stack(parts) for parts in zip(*last, strict=True)])


class RNN(_Recurrent):
    """Elman's network over sequences: h_t = tanh(W x_t + b + U h_(t-1) + b') (lecture 004).

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers : int
        Layers on top of each other.
    nonlinearity : {"tanh", "relu"}
    bias, batch_first, dropout, bidirectional
        As in PyTorch: sequences are (T, N, input), or (N, T, input) if `batch_first`, or (T, input).

    Raises
    ------
    TypeError, ValueError
        A size or option is wrong.
    """

    mode = "RNN_TANH"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        _nonlinear(nonlinearity)
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype
        )
        self.nonlinearity = nonlinearity
        self.mode = f"RNN_{nonlinearity.upper()}"

    def _step(self) -> Step:
        return _nonlinear(self.nonlinearity)

    def forward(self, input: Any, hx: Tensor | None = None) -> tuple[Any, Tensor]:
        """Return the hidden states of all steps, and the last one of each layer and direction.

        Parameters
        ----------
        input : Tensor, shape (T, N, input), (N, T, input) if batch_first, or (T, input); or PackedSequence
        hx : Tensor, shape (layers · directions, N, hidden), or without N; zeros if left out

        Raises
        ------
        RuntimeError
            A size or the state's dtype does not fit, or there are no steps.
        ValueError
            The input has another number of dimensions, or another dtype than the weights.
        """
        output, (h,) = self._run(input, None if hx is None else (hx,))
        return output, h


class LSTM(_Recurrent):
    """Long short-term memory over sequences: c_t = f c_(t-1) + i g, h_t = o tanh(c_t) (lecture 004).

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers, bias, batch_first, dropout, bidirectional
        As for `RNN`.
    proj_size : int
        0: projections are not provided.

    Raises
    ------
    NotImplementedError
        `proj_size` is not 0.
    TypeError, ValueError
        A size or option is wrong.
    """

    gates = 4
    states = 2
    mode = "LSTM"

    def _step(self) -> Step:
        return lstm_step

    def forward(
        self, input: Any, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        """Return the hidden states of all steps, and the last (h, c). Parameters and errors as for `RNN`."""
        output, (h, c) = self._run(input, hx)
        return output, (h, c)


class GRU(_Recurrent):
    """Gated recurrent units over sequences: h_t = n + z (h_(t-1) - n).

    Parameters
    ----------
    input_size, hidden_size : int
    num_layers, bias, batch_first, dropout, bidirectional
        As for `RNN`.

    Raises
    ------
    TypeError, ValueError
        A size or option is wrong.
    """

    gates = 3
    mode = "GRU"

    def _step(self) -> Step:
        return gru_step

    def forward(self, input: Any, hx: Tensor | None = None) -> tuple[Any, Tensor]:
        """Return the hidden states of all steps, and the last one. Parameters and errors as for `RNN`."""
        output, (h,) = self._run(input, None if hx is None else (hx,))
        return output, h
