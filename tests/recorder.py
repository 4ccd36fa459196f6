"""The third reading of a rule: arrays that write down every NumPy call made on them, and tell nothing but their shape.

A rule that is read on them must not look at numbers: it has to consist of NumPy calls. The list of these calls is a
program, which runs again on other data of the same shapes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import Tensor, modes, tape
from autograd.inplace import CopySlices
from autograd.kernels import unbroadcast
from autograd.op import MultiOp, Op

PLAIN = (np.ndarray, np.generic)


class Leak(TypeError):
    """A rule looked at the numbers of an array, or changed them: it cannot be replayed on other data."""


@dataclass(frozen=True)
class Call:
    """One NumPy call: what was called on what, and the numbers of the arrays that came out."""

    function: Callable[..., Any]
    args: Any
    kwargs: Any
    results: tuple[int, ...]


class Program:
    """NumPy calls in the order in which they were made, on arrays known by number.

    Attributes
    ----------
    calls : list of Call
    examples : list
        The arrays of the run that was recorded, by number.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.examples: list[Any] = []

    def array(self, example: Any) -> Recorded:
        """Return a new recorded array: an input of the program."""
        self.examples.append(example)
        return Recorded(self, len(self.examples) - 1)

    def record(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Make a call on the examples, write it down, and return what came out as recorded arrays.

        Raises
        ------
        Leak
            It edits an array, returns something other than arrays, or shapes that depend on the numbers.
        """
        name = getattr(function, "__name__", str(function))
        if kwargs.get("out") is not None:
            raise Leak(f"{name} was to edit an array in place")
        if function in (np.shape, np.ndim, np.size):
            return function(*filled(args, self.examples), **kwargs)
        if function in (np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.compress, np.extract):
            raise Leak(f"the shape of {name} depends on the numbers")
        z = function(*filled(args, self.examples), **filled(kwargs, self.examples))
        several = isinstance(z, tuple | list)
        arrays = tuple(z) if several else (z,)
        if not all(isinstance(a, PLAIN) for a in arrays):
            raise Leak(f"{name} returned {type(z).__name__}, a number taken out of an array")
        out = [self.array(a) for a in arrays]
        self.calls.append(Call(function, args, kwargs, tuple(a._number for a in out)))
        return tuple(out) if several else out[0]

    def run(self, inputs: dict[int, Any], wanted: Sequence[Recorded | None]) -> list[Any]:
        """Make the calls again, on other arrays in place of some inputs, and return the wanted arrays."""
        values = dict(enumerate(self.examples))
        for call in self.calls:
            for number in call.results:
                del values[number]  # whatever is used has to be computed again
        values |= inputs
        for call in self.calls:
            z = call.function(*filled(call.args, values), **filled(call.kwargs, values))
            values.update(zip(call.results, z if isinstance(z, tuple | list) else (z,), strict=True))
        return [None if a is None else values[a._number] for a in wanted]


def filled(value: Any, values: Any) -> Any:
    """Return nested arguments with the recorded arrays replaced by those of a run."""
    if isinstance(value, Recorded):
        return values[value._number]
    if type(value) in (tuple, list):
        return type(value)(filled(item, values) for item in value)
    if type(value) is dict:
        return {key: filled(item, values) for key, item in value.items()}
    if type(value) is slice:
        return slice(filled(value.start, values), filled(value.stop, values), filled(value.step, values))
    return value


class Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """An array without numbers: it has a shape and a dtype, and what is done with it is written down."""

    __slots__ = ("_number", "_program")
    __hash__ = object.__hash__
    __iter__ = None

    def __init__(self, program: Program, number: int) -> None:
        self._program = program
        self._number = number

    @property
    def shape(self) -> tuple[int, ...]:
        return self._program.examples[self._number].shape

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._program.examples[self._number].dtype

    @property
    def T(self) -> Any:
        return self._program.record(np.transpose, (self,), {})

    def __getitem__(self, index: Any) -> Any:
        items = index if type(index) is tuple else (index,)
        if any(isinstance(i, Recorded) and i.dtype == np.bool_ for i in items):
            raise Leak("the shape of x[mask] depends on the numbers of the mask")
        return self._program.record(operator.getitem, (self, index), {})

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return self._program.record(ufunc if method == "__call__" else getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return self._program.record(function, args, kwargs)

    # Without these Python would take the array for true, and NumPy would pack it into an array of objects.

    def __bool__(self) -> bool:
        raise Leak("a rule branched on the numbers of an array")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise Leak("a rule took the numbers out of an array")

    def __setitem__(self, index: Any, value: Any) -> None:
        raise Leak("a rule edited an array in place")

    def __repr__(self) -> str:
        return f"Recorded(shape={self.shape}, dtype={self.dtype})"


# ------------------------------------------------------------------------------------- operations as programs


class Listener:
    """An observer of the tape: keeps the operands of every node, as they were when it was made."""

    def __init__(self) -> None:
        self.operands: dict[Any, list[Any]] = {}

    def made(self, node: Any, inputs: tuple[Any, ...], output: Any) -> None:
        self.operands[node] = [getattr(i, "_array", i) for i in inputs]

    def ran(self, node: Any, gradient: Any, gradients: Any) -> None:
        pass

    def failed(self, node: Any, error: BaseException) -> None:
        pass


def listened(function: Callable[[], Any]) -> tuple[Any, Listener]:
    """Call a function, and return its result and what was heard of the tape."""
    listener = Listener()
    grad, observer = modes.state.grad, modes.state.observer
    modes.set_modes(True, listener)
    try:
        return function(), listener
    finally:
        modes.set_modes(grad, observer)


class Reading:
    """An operation, forward and backward, as a program: the rules that it put onto the tape, read on recorded arrays.

    Parameters
    ----------
    outputs : sequence of Tensor
        What the operation returned, those with a graph.
    listener : Listener
        Which heard the operation.
    seeds : sequence of ndarray
        Gradients of the outputs.

    Attributes
    ----------
    program : Program
    outputs : list of Recorded
        In the order of the argument.
    gradients : dict
        The recorded gradient of every leaf, by leaf.
    numbers : dict
        The number of the program's input that stands for an array, by the array's id.
    """

    def __init__(self, outputs: Sequence[Tensor], listener: Listener, seeds: Sequence[Any]) -> None:
        self.program = Program()
        self.numbers: dict[int, int] = {}
        self.gradients: dict[Any, Any] = {}
        self._listener = listener
        self._values: dict[Any, Any] = {}  # node, port or leaf -> recorded array(s)
        self._rules: dict[Any, tuple[Op, list[Any]]] = {}  # node -> the rule that was read, what it saved
        edges = [tape_end(t) for t in outputs]
        order = tape.collect(edges)
        for node in reversed(order):
            self._values[node] = self._forward(node)
        self.outputs = [self._value(e) for e in edges]
        self._backward(order, edges, [self._input(v) for v in seeds])

    def _input(self, array: Any) -> Any:
        """Return the recorded array that stands for a concrete one, the same one each time; numbers as they are."""
        if not isinstance(array, PLAIN):
            return array
        number = self.numbers.get(id(array))
        if number is None:
            recorded = self.program.array(array)
            self.numbers[id(array)] = recorded._number
            return recorded
        return Recorded(self.program, number)

    def _value(self, edge: Any) -> Any:
        if isinstance(edge, Tensor):
            return self._input(edge._array)
        return self._values[edge]

    def _forward(self, node: Any) -> Any:
        if isinstance(node, tape.Port):
            return self._values[node.edges[0]][node.number]
        rule = copy_of(node)
        heard = self._listener.operands.get(node)
        if heard is None and None in node.edges:
            raise Leak(f"{node.name()} was put onto the tape unheard: an edit of a tensor that has no gradient")
        operands = [
            self._input(heard[i]) if edge is None else self._value(edge) for i, edge in enumerate(node.edges)
        ] + ([] if heard is None else [self._input(a) for a in heard[len(node.edges) :]])
        z = edited(rule, *operands) if isinstance(rule, CopySlices) else rule.forward(*operands)
        if isinstance(rule, MultiOp):
            rule.forms = tuple((a.shape, a.dtype) for a in z)
        saved = [
            z if place == tape.OUT else z[place[1]] if type(place) is tuple else operands[place] for place in rule.saves
        ]
        self._rules[node] = rule, saved
        return z

    def _backward(self, order: Sequence[Any], roots: Sequence[Any], seeds: Sequence[Any]) -> None:
        """Do what the engine does with gradients, on recorded ones."""
        sums: dict[Any, Any] = {}
        for edge, seed in zip(roots, seeds, strict=True):
            sums[edge] = sums[edge] + seed if edge in sums else seed
        for node in order:
            g = sums.pop(node, None)
            if g is None:
                continue
            if isinstance(node, tape.Port):
                h: Any = tape.Outputs({node.number: g})
            else:
                rule, saved = self._rules[node]
                h = rule.backward(rule.complete(g) if type(g) is tape.Outputs else g, *saved)
            h = h if type(h) is tuple else (h,)
            for at, (edge, dx) in enumerate(zip(node.edges, h, strict=False)):
                if edge is None or dx is None:
                    continue
                if node.shapes is not None:
                    dx = unbroadcast(dx, node.shapes[at])
                sums[edge] = sums[edge] + dx if edge in sums else dx
        self.gradients = sums  # of the nodes nothing is left: these are the leaves'


def tape_end(t: Tensor) -> Any:
    """Return where the gradient of an output goes."""
    return t._node or t


def copy_of(node: Any) -> Any:
    """Return a new rule with the attributes of a node, and none of what it computed."""
    rule = object.__new__(type(node))
    for cls in type(node).__mro__[: type(node).__mro__.index(Op)]:
        for name in cls.__dict__.get("__slots__", ()):
            if name != "forms" and hasattr(node, name):
                setattr(rule, name, getattr(node, name))
    rule.edges, rule.shapes, rule.extra, rule.memo, rule.saved = node.edges, node.shapes, None, None, None
    return rule


def edited(rule: CopySlices, x: Any, y: Any) -> Any:
    """Return `x` with the region of a view replaced by `y`: the forward that the engine did by an edit of memory."""
    region = rule.rule.backward(np.ones(y.shape, np.bool_))
    return np.where(region, rule.rule.backward(y), x)
