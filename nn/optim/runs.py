"""How an update runs over many parameters: small ones together, large ones in blocks.

NumPy spends about 300 ns on a call however short the array, so the gradients of small parameters are gathered into one
flat array, and one update serves all of them. Memory that does not fit the cache is slow, so a large parameter is
updated a block at a time, with scratch of a block's size. What is flat is the optimizer's own: parameters and gradients
stay where they are, and whoever shares their memory sees every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, versions

Array = np.ndarray[Any, Any]
Entry = dict[str, Any]  # what the optimizer remembers of one parameter, by name

#: `update(values, gradients, state, age, result, spare)` computes what shall be subtracted from `values`, and leaves it
#: in `result`. All arrays are flat and of one length; `state` may be changed in place, `spare` is scratch.
Update = Callable[[Array, Array, Sequence[Array], int, Array, Array], None]

#: Elements that are updated at a time: the arrays of an update in this length stay in a core's cache.
BLOCK = 32768


def array_of(tensor: Tensor) -> Array:
    """Return the array that holds the elements of `tensor`: always the same one, until its data are replaced."""
    return tensor.numpy(force=True)


class Run:
    """Parameters whose updates are computed together, as one flat array.

    Parameters
    ----------
    params : list of Tensor
        Of one dtype and one age.
    entries : list of dict
        Their entries in the optimizer's state. The tensors in them are moved into this run's flat arrays.
    names : sequence of str
        The tensors of a parameter's shape that the update remembers; zeros where an entry has none yet.
    age : int
        The number of earlier updates.
    counted : bool
        Whether the entries count them ("step"). If not, `age` is only told apart from 0.
    scratch : sequence of four ndarrays
        Flat, and long enough for the run or for a block. Other runs may use the same.
    """

    def __init__(
        self,
        params: list[Tensor],
        entries: list[Entry],
        names: Sequence[str],
        age: int,
        counted: bool,
        scratch: Sequence[Array],
    ) -> None:
        self.params = params
        self.arrays = [array_of(p) for p in params]
        self.size = sum(a.size for a in self.arrays)
        self.in_blocks = comes_in_blocks(self.arrays)
        self.scratch = [flat[: BLOCK if self.in_blocks else self.size] for flat in scratch]
        self.state = [np.zeros(self.size, self.arrays[0].dtype) for _ in names]
        self.age = age
        self.steps = np.full(len(params), age, np.float32) if counted else None
        self.pieces = [] if self.in_blocks else [self._cut(flat) for flat in self.scratch]
        self.placed: list[tuple[Entry, str, Tensor]] = []
        for name, flat in zip(names, self.state, strict=True):
            for entry, piece in zip(entries, self._cut(flat), strict=True):
                if entry.get(name) is not None:
                    piece[...] = array_of(entry[name])
                self._place(entry, name, piece)
        if self.steps is not None:
            for i, entry in enumerate(entries):
                self._place(entry, "step", self.steps[i, ...])

    def _cut(self, flat: Array) -> list[Array]:
        """Return views of `flat`, one for each parameter and of its shape."""
        pieces = []
        start = 0
        for a in self.arrays:
            pieces.append(flat[start : start + a.size].reshape(a.shape))
            start += a.size
        return pieces

    def _place(self, entry: Entry, name: str, array: Array) -> None:
        tensor = entry[name] = autograd.from_numpy(array)
        self.placed.append((entry, name, tensor))

    def step(self, update: Update, reads_values: bool) -> None:
        """Subtract from the parameters what `update` computes.

        Parameters
        ----------
        update : callable
        reads_values : bool
            Whether it looks at the values of the parameters.
        """
        if self.in_blocks:
            self._step_in_blocks(update)
        else:
            self._step_gathered(update, reads_values)
        for array in self.arrays:
            versions.edited(array)
        self.age += 1
        if self.steps is not None:
            self.steps += 1

    def _step_gathered(self, update: Update, reads_values: bool) -> None:
        values, gradients, results, _ = self.pieces
        for piece, p in zip(gradients, self.params, strict=True):
            piece[...] = array_of(p.grad)  # type: ignore[arg-type]
        if reads_values:
            for piece, array in zip(values, self.arrays, strict=True):
                piece[...] = array
        flat_values, flat_gradients, result, spare = self.scratch
        update(flat_values, flat_gradients, self.state, self.age, result, spare)
        for array, piece in zip(self.arrays, results, strict=True):
            array -= piece

    def _step_in_blocks(self, update: Update) -> None:
        values = self.arrays[0].reshape(-1)
        gradients = np.ascontiguousarray(array_of(self.params[0].grad)).reshape(-1)  # type: ignore[arg-type]
        _, _, result, spare = self.scratch
        for start in range(0, self.size, BLOCK):
            p, g = values[start : start + BLOCK], gradients[start : start + BLOCK]
            state = [flat[start : start + BLOCK] for flat in self.state]
            update(p, g, state, self.age, result[: p.size], spare[: p.size])
            p -= result[: p.size]


def comes_in_blocks(arrays: Sequence[Array]) -> bool:
    """Tell whether a run over `arrays` is one large parameter, whose memory can be cut into blocks."""
    return len(arrays) == 1 and arrays[0].size > BLOCK and arrays[0].flags.c_contiguous


class Plan:
    """The runs over some parameters: of one dtype and one age, and of `BLOCK` elements at most or of one parameter.

    Parameters
    ----------
    params : list of Tensor
    state : dict
        Each parameter's entry.
    names : tuple of str
        The tensors of a parameter's shape that the update remembers.
    counted : bool
        Whether the state counts steps.
    """

    def __init__(self, params: list[Tensor], state: dict[Tensor, Entry], names: tuple[str, ...], counted: bool) -> None:
        self.params = params
        self.state = state
        self.names = names
        self.arrays = [array_of(p) for p in params]
        remembers = bool(names) or counted
        kinds: dict[tuple[np.dtype[Any], int], list[list[Tensor]]] = {}
        for p, array in zip(params, self.arrays, strict=True):
            entry = state[p] if remembers else {}
            age = int(entry["step"]) if "step" in entry else int(any(entry.get(name) is not None for name in names))
            parts = kinds.setdefault((array.dtype, age), [[]])
            if parts[-1] and array.size + sum(q.numel() for q in parts[-1]) > BLOCK:
                parts.append([])
            parts[-1].append(p)
        self.runs = []
        for (dtype, age), parts in kinds.items():
            arrays = [[array_of(p) for p in part] for part in parts]
            size = max(BLOCK if comes_in_blocks(part) else sum(a.size for a in part) for part in arrays)
            scratch = [np.empty(size, dtype) for _ in range(4)]
            for part in parts:
                entries = [state[p] if remembers else {} for p in part]
                self.runs.append(Run(part, entries, names, age, counted, scratch))
        self.entries = [state[p] for p in params] if remembers else []
        self.placed = [item for run in self.runs for item in run.placed]

    def stands(self, params: list[Tensor], state: dict[Tensor, Entry], names: tuple[str, ...]) -> bool:
        """Tell whether it still holds: the same parameters on the same memory, and nobody replaced any of the state."""
        if state is not self.state or names != self.names or len(params) != len(self.params):
            return False
        for p, planned, array in zip(params, self.params, self.arrays, strict=True):
            if p is not planned or array_of(p) is not array:
                return False
        for entry, name, tensor in self.placed:
            if entry.get(name) is not tensor:
                return False
        return all(state.get(p) is entry for p, entry in zip(params, self.entries, strict=False))
