"""How an update runs over many parameters: small ones together, large ones in blocks.

NumPy spends about 300 ns on a call however short the array, so the gradients of small parameters are gathered into one
flat array, and one update serves all of them. Memory that does not fit the cache is slow, so a large parameter is
updated a block at a time, with scratch of a block's size. What is flat is the optimizer's own: parameters and gradients
stay where they are, and whoever shares their memory sees every step.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Tensor, versions
from autograd.direct import held, held_gradient

Array = np.ndarray[Any, Any]
Entry = dict[str, Any]  # what the optimizer remembers of one parameter, by name

#: `update(values, gradients, state, age, result, spare)` computes what shall be subtracted from `values`, and leaves it
#: in `result`. All arrays are flat and of one length; `state` may be changed in place, `spare` is scratch.
Update = Callable[[Array, Array, Sequence[Any], int, Array, Array], None]

#: Elements of a large parameter that are updated at a time: arrays of this length stay in a core's cache.
BLOCK = 32768
#: From here on a parameter is large: calls cost less than the copying that gathers.
LARGE = 4096


class Memory(NamedTuple):
    """What an optimizer remembers of each parameter.

    Attributes
    ----------
    tensors : mapping of str to float
        Tensors of the parameter's shape, and what they are filled with at first.
    numbers : mapping of str to float
        Numbers, and what they are at first.
    counted : bool
        Whether the updates are counted, as "step".
    """

    tensors: Mapping[str, float]
    numbers: Mapping[str, float]
    counted: bool


def array_of(tensor: Tensor) -> Array:
    """Return the array that holds the elements of `tensor`: always the same one, until its data are replaced."""
    return tensor.numpy(force=True)


def number_dtype() -> np.dtype[Any]:
    """Return the dtype of the numbers that are remembered: float32, or float64 if that is the default (as PyTorch)."""
    return np.dtype(np.float64 if autograd.get_default_dtype() is autograd.float64 else np.float32)


def numbers_of(entry: Entry, memory: Memory) -> tuple[Any, ...]:
    """Return the numbers in `entry`, as NumPy scalars of their dtype, or what they are at first."""
    return tuple(
        array_of(entry[name])[()] if entry.get(name) is not None else number_dtype().type(first)
        for name, first in memory.numbers.items()
    )


class Run:
    """Parameters whose updates are computed together.

    Parameters
    ----------
    params : list of Tensor
        Of one dtype, one age, and the same numbers.
    entries : list of dict
        Their entries in the optimizer's state. The tensors in them are moved into this run's flat arrays.
    memory : Memory
        What the entries hold. If it is not `counted`, `age` is only told apart from 0.
    age : int
        The number of earlier updates.
    """

    def __init__(self, params: list[Tensor], entries: list[Entry], memory: Memory, age: int) -> None:
        self.params = params
        self.arrays = [array_of(p) for p in params]
        self.size = sum(a.size for a in self.arrays)
        self.dtype = self.arrays[0].dtype
        self.state = [np.full(self.size, first, self.dtype) for first in memory.tensors.values()]
        self.age = age
        self.steps = np.full(len(params), age, number_dtype()) if memory.counted else None
        self.numbers = numbers_of(entries[0], memory)
        self.places = [np.full(len(params), number) for number in self.numbers]  # where the entries have them
        for name, flat in zip(memory.tensors, self.state, strict=True):
            for entry, piece in zip(entries, self.cut(flat), strict=True):
                if entry.get(name) is not None:
                    piece[...] = array_of(entry[name])
                self._place(entry, name, piece)
        own = dict(zip(memory.numbers, self.places, strict=True))
        if self.steps is not None:
            own["step"] = self.steps
        for name, values in own.items():
            for i, entry in enumerate(entries):
                self._place(entry, name, values[i, ...])
        self.counts = self._counts()

    def _counts(self) -> list[bytes]:
        """Return the bytes of the numbers in the entries: comparing these is quicker than comparing arrays."""
        return [values.tobytes() for values in (self.places if self.steps is None else [self.steps, *self.places])]

    def stands(self) -> bool:
        """Tell whether the numbers in the entries are what this run left there: `entry["step"].add_(3)` edits one."""
        return self._counts() == self.counts

    def _place(self, entry: Entry, name: str, array: Array) -> None:
        entry[name] = autograd.from_numpy(array)

    def cut(self, flat: Array) -> list[Array]:
        """Return views of `flat`, one for each parameter and of its shape."""
        pieces = []
        start = 0
        for a in self.arrays:
            pieces.append(flat[start : start + a.size].reshape(a.shape))
            start += a.size
        return pieces

    def scratch_size(self) -> int:
        """Return how long the scratch arrays must be."""
        raise NotImplementedError

    def use_scratch(self, flats: Sequence[Array]) -> None:
        """Take four flat arrays for intermediate results. Other runs may use the same."""
        raise NotImplementedError

    def subtract(self, update: Update, reads_values: bool) -> None:
        """Subtract from the parameters what `update` computes. It may look at their values if `reads_values`."""
        raise NotImplementedError

    def step(self, update: Update, reads_values: bool, numbers: Sequence[Any]) -> None:
        """Make one step, tell the engine that the parameters were edited, and remember `numbers` from now on."""
        self.subtract(update, reads_values)
        versions.edited(*self.arrays)
        self.age += 1
        if self.steps is not None:
            self.steps += 1
        for place, number in zip(self.places, numbers, strict=True):
            place[...] = number
        self.numbers = tuple(place[0] for place in self.places)
        self.counts = self._counts()


class Gathered(Run):
    """Small parameters, whose gradients are copied into one flat array; and such whose memory is not in order."""

    def scratch_size(self) -> int:
        """Return the number of elements of all parameters."""
        return self.size

    def use_scratch(self, flats: Sequence[Array]) -> None:
        """Cut the scratch arrays into pieces of the parameters' shapes."""
        self.values, self.gradients, self.result, self.spare = [flat[: self.size] for flat in flats]
        self.value_pieces = self.cut(self.values)
        self.gradient_pieces = self.cut(self.gradients)
        self.result_pieces = self.cut(self.result)

    def subtract(self, update: Update, reads_values: bool) -> None:
        """Gather the gradients, update, and scatter the result."""
        for piece, gradient in zip(self.gradient_pieces, map(held_gradient, self.params), strict=True):
            piece[...] = gradient
        if reads_values:
            for piece, array in zip(self.value_pieces, self.arrays, strict=True):
                piece[...] = array
        update(self.values, self.gradients, [*self.state, *self.numbers], self.age, self.result, self.spare)
        for array, piece in zip(self.arrays, self.result_pieces, strict=True):
            np.subtract(array, piece, array)


class Blocks(Run):
    """One large parameter, updated block by block where it is."""

    def scratch_size(self) -> int:
        """Return the number of elements of a block."""
        return min(self.size, BLOCK)

    def use_scratch(self, flats: Sequence[Array]) -> None:
        """Cut values, state and two of the scratch arrays into blocks: gradients come with every step."""
        _, _, result, spare = flats
        values = self.arrays[0].reshape(-1)
        self.blocks = []
        for start in range(0, self.size, BLOCK):
            block = slice(start, min(start + BLOCK, self.size))
            n = block.stop - start
            state = [flat[block] for flat in self.state]
            self.blocks.append((block, values[block], state, result[:n], spare[:n]))

    def subtract(self, update: Update, reads_values: bool) -> None:
        """Update one block after the other."""
        gradients = held_gradient(self.params[0])
        if not gradients.flags.c_contiguous:
            gradients = np.ascontiguousarray(gradients)
        gradients = gradients.reshape(-1)
        for block, values, state, result, spare in self.blocks:
            update(values, gradients[block], [*state, *self.numbers], self.age, result, spare)
            np.subtract(values, result, values)


class Plan:
    """The runs over some parameters, as they are now.

    Parameters
    ----------
    params : list of Tensor
    state : dict
        Each parameter's entry.
    names : tuple of str
        The tensors of a parameter's shape that the update remembers.
    memory : Memory
        Those and the rest, with what they are at first.
    """

    def __init__(
        self, params: list[Tensor], state: dict[Tensor, Entry], names: tuple[str, ...], memory: Memory
    ) -> None:
        self.params = params
        self.state = state
        self.names = names
        self.arrays = [array_of(p) for p in params]
        self.runs: list[Run] = []
        remembers = bool(names or memory.numbers or memory.counted)
        gathering: dict[Any, list[Tensor]] = {}  # small parameters of one dtype, one age and the same numbers
        for p, array in zip(params, self.arrays, strict=True):
            entry = state[p] if remembers else {}
            age = int(entry["step"]) if "step" in entry else int(any(entry.get(name) is not None for name in names))
            if array.size >= LARGE and array.flags.c_contiguous:
                self.runs.append(Blocks([p], [entry], memory, age))
            else:
                numbers = tuple((number.dtype, number.item()) for number in numbers_of(entry, memory))
                gathering.setdefault((array.dtype, age, numbers), []).append(p)
        for (_, age, _), small in gathering.items():
            for part in parts(small):
                self.runs.append(Gathered(part, [state[p] if remembers else {} for p in part], memory, age))
        for dtype in {run.dtype for run in self.runs}:
            runs = [run for run in self.runs if run.dtype == dtype]
            scratch = [np.empty(max(run.scratch_size() for run in runs), dtype) for _ in range(4)]
            for run in runs:
                run.use_scratch(scratch)
        self.entries = [state[p] for p in params] if remembers else []
        self.standing = self.parts(params)  # kept, so that nothing new can have the identity of what was replaced
        self.identities = [*map(id, self.standing)]

    def parts(self, params: list[Tensor]) -> list[Any]:
        """Return all that the plan relies on: the parameters, their memory, their entries, and what is in these."""
        entries = map(self.state.get, params) if self.entries else ()
        contents = itertools.chain.from_iterable(map(dict.values, self.entries))
        return [*params, *map(held, params), *entries, *contents]

    def stands(self, params: list[Tensor], state: dict[Tensor, Entry], names: tuple[str, ...]) -> bool:
        """Tell whether it still holds: the same parameters on the same memory, nothing replaced, no number edited."""
        return (
            state is self.state
            and names == self.names
            and [*map(id, self.parts(params))] == self.identities
            and all([run.stands() for run in self.runs])
        )


def parts(params: list[Tensor]) -> list[list[Tensor]]:
    """Divide parameters into lists of at most `BLOCK` elements, or of one parameter."""
    lists: list[list[Tensor]] = []
    size = 0
    for p in params:
        if not lists or size + p.numel() > BLOCK:
            lists.append([])
            size = 0
        lists[-1].append(p)
        size += p.numel()
    return lists
