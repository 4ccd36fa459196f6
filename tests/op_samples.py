"""What the rows of the op table are made of: samples, which describe arguments; refusals; rows; and cases.

Arrays in samples are descriptions. A case, which is a sample in one dtype and one memory layout, draws their numbers,
always the same ones.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

Array = Any
Random = np.random.Generator
Domain = Callable[[Random, tuple[int, ...], int], Array]

# ------------------------------------------------------------------------------------------------------ domains
# Where an operation is differentiable, and its differences are well conditioned. The last argument is the place of the
# array among those of the sample.


def anywhere(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [-2, 2)."""
    return random.uniform(-2, 2, shape)


def positive(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [0.3, 2)."""
    return random.uniform(0.3, 2, shape)


def nonzero(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers of both signs, at least 0.3 away from 0."""
    return random.uniform(0.3, 2, shape) * random.choice([-1.0, 1.0], shape)


def distinct(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers at least 0.01 apart from each other, from those of the other arrays, and from multiples of 0.1."""
    n = int(np.prod(shape))
    return (0.1 * (random.permutation(n) - n // 2) + 0.03 + 0.017 * place).reshape(shape)


def some_zero(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers away from 0; but every third one is 0, and the one after the first."""
    values = nonzero(random, shape, place).reshape(-1)
    values[::3] = 0
    values[1:2] = 0
    return values.reshape(shape)


def some_nan(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Distinct numbers; but every third one is NaN."""
    values = distinct(random, shape, place).reshape(-1)
    values[::3] = np.nan
    return values.reshape(shape)


def inside_one(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [-0.9, 0.9)."""
    return random.uniform(-0.9, 0.9, shape)


def beyond_one(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [1.3, 3)."""
    return random.uniform(1.3, 3, shape)


def unit(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [0.2, 0.8)."""
    return random.uniform(0.2, 0.8, shape)


def zero(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Nothing but 0."""
    return np.zeros(shape)


def eighths(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Multiples of 1/8 in [-2, 2): exact in every float dtype."""
    return random.integers(-16, 16, shape) / 8


# ------------------------------------------------------------------------------------------- what samples are made of


@dataclass(frozen=True)
class Floats:
    """A float tensor of a shape, out of the row's domain or its own, in the dtype under test or its own."""

    shape: tuple[int, ...]
    domain: Domain | None = None
    dtype: str | None = None
    gradient: bool = True


@dataclass(frozen=True)
class Ints:
    """An integer tensor with elements in [low, high)."""

    shape: tuple[int, ...]
    low: int = -4
    high: int = 5
    dtype: str = "int64"


@dataclass(frozen=True)
class Bools:
    """A bool tensor."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Exactly:
    """A tensor of given values, in the dtype under test or its own."""

    values: Any
    dtype: str | None = None
    gradient: bool = False


@dataclass(frozen=True)
class Raw:
    """The NumPy array itself, not a tensor."""

    of: Any


@dataclass(frozen=True)
class Dtype:
    """A dtype, of the library that is called."""

    name: str


DESCRIPTIONS = (Floats, Ints, Bools, Exactly, Raw, Dtype)


def F(*shape: int, **options: Any) -> Floats:
    """A float tensor."""
    return Floats(shape, **options)


@dataclass(frozen=True)
class Sample:
    """Arguments of one call."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    kink: bool = False  # no derivative there: which one is taken is PyTorch's choice, and not for differences to tell
    orders: int = 2  # so many orders of derivative are PyTorch's; of the next it has none, or nan


def S(*args: Any, **kwargs: Any) -> Sample:
    """A sample: arguments."""
    return Sample(args, kwargs)


def kink(*args: Any, **kwargs: Any) -> Sample:
    """A sample where the operation has no derivative in the usual sense."""
    return Sample(args, kwargs, kink=True)


def only(orders: int, sample: Sample) -> Sample:
    """A sample of whose derivatives PyTorch has only the first orders."""
    return replace(sample, orders=orders)


def walk(value: Any, change: Callable[[Any], Any], kinds: tuple[type, ...] = DESCRIPTIONS) -> Any:
    """Return nested arguments with everything of some kinds changed."""
    if isinstance(value, kinds):
        return change(value)
    if type(value) in (tuple, list):
        return type(value)(walk(item, change, kinds) for item in value)
    if type(value) is dict:
        return {key: walk(item, change, kinds) for key, item in value.items()}
    return value


class Refusal(NamedTuple):
    """A call that must fail: `call(library)`, the exception, and what its text says. PyTorch refuses it as well."""

    call: Callable[[Any], Any]
    error: type[Exception]
    text: str


R = Refusal


# --------------------------------------------------------------------------------------------------------- rows


@dataclass(frozen=True)
class Row:
    """An operation.

    Attributes
    ----------
    name : str
        Where it is found, in `autograd` and in `torch`.
    numpy : callable or None
        The same on arrays; None for random numbers.
    samples : tuple of Sample
    errors : tuple of Refusal
    call : callable, optional
        `call(library, *args, **kwargs)`, where it is not the function `name`.
    domain : Domain
    gradient : bool
        The result has a gradient.
    shares : bool
        The result may lie in the memory of an argument.
    replay : bool
        It can be recorded, and replayed on other numbers. If not, `why` says so.
    exact : bool
        The result has the very dtype of the reference. (Otherwise: floats that of the float arguments, or float32.)
    eps : float
        How far gradcheck moves; a power of two where the numbers have few digits and the operation is linear.
    variant : str
        Tells several rows of one name apart.
    tied : callable, optional
        `tied(indices, *args, **kwargs)` returns the elements that the last result, indices, names. Where elements tie,
        any valid index will do: these elements are compared in its place.
    """

    name: str
    numpy: Callable[..., Any] | None
    samples: tuple[Sample, ...]
    errors: tuple[Refusal, ...] = ()
    call: Callable[..., Any] | None = None
    domain: Domain = anywhere
    gradient: bool = True
    shares: bool = False
    replay: bool = True
    why: str = ""
    exact: bool = False
    eps: float = 1e-6
    variant: str = ""
    tied: Callable[..., Array] | None = None

    def __post_init__(self) -> None:
        assert self.replay or self.why, f"{self}: replay=False needs a reason"

    def __str__(self) -> str:
        return f"{self.name} {self.variant}".strip()

    def run(self, library: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the operation in a library."""
        if self.call is not None:
            return self.call(library, *args, **kwargs)
        return find(library, self.name)(*args, **kwargs)

    def cases(self) -> Iterator[Case]:
        """Yield every sample in the dtypes and memory layouts that make a difference."""
        for number, sample in enumerate(self.samples):
            case = Case(self, sample, number, "float64", "contiguous")
            yield case
            if any(isinstance(d, Floats | Exactly) and d.dtype is None for d in case.descriptions()):
                yield replace(case, dtype="float32")
            ndim = max([a.ndim for a in case.drawn() if a is not None and a.size > 1], default=0)
            if ndim >= 1:
                yield replace(case, layout="apart")
            if ndim >= 2:
                yield replace(case, layout="turned")


def find(library: Any, name: str) -> Any:
    """Return what a dotted name stands for."""
    return functools.reduce(getattr, name.split("."), library)


@dataclass(frozen=True)
class Case:
    """A sample in one float dtype and one memory layout.

    `draw` numbers draws of other numbers for what has a gradient; all else stays.
    """

    row: Row
    sample: Sample
    number: int
    dtype: str
    layout: str
    draw: int = 0

    def __str__(self) -> str:
        return f"{self.row} sample {self.number} {self.sample.args} {self.sample.kwargs} {self.dtype} {self.layout}"

    def again(self, draw: int) -> Case:
        """Return the same with other numbers in the tensors that have a gradient."""
        return replace(self, draw=draw)

    @property
    def checkable(self) -> bool:
        """Whether differences can tell its derivative."""
        floats = [d for d in self.descriptions() if isinstance(d, Floats) and d.gradient]
        return (
            self.row.gradient
            and not self.sample.kink
            and self.dtype == "float64"
            and bool(floats)
            and all(d.dtype in (None, "float64") for d in floats)
        )

    def descriptions(self) -> list[Any]:
        """Return the descriptions among the arguments, in order."""
        found: list[Any] = []
        walk((self.sample.args, self.sample.kwargs), lambda d: found.append(d.of if isinstance(d, Raw) else d))
        return found

    def drawn(self) -> list[Any]:
        """Return the array for every description; None for one that stands for no array."""
        name = f"{self.row}/{self.number}".encode()
        floats = np.random.default_rng([zlib.crc32(name), self.draw])
        others = np.random.default_rng(zlib.crc32(name))
        arrays: list[Any] = []
        for place, d in enumerate(self.descriptions()):
            if isinstance(d, Floats):
                values: Array = (d.domain or self.row.domain)(floats if d.gradient else others, d.shape, place)
                arrays.append(laid_out(np.asarray(values, d.dtype or self.dtype), self.layout))
            elif isinstance(d, Ints):
                arrays.append(laid_out(others.integers(d.low, d.high, d.shape).astype(d.dtype), self.layout))
            elif isinstance(d, Bools):
                arrays.append(laid_out(others.random(d.shape) < 0.5, self.layout))
            elif isinstance(d, Exactly):
                arrays.append(laid_out(np.array(d.values, d.dtype or self.dtype), self.layout))
            else:
                arrays.append(None)
        return arrays

    def arrays(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments with new arrays, for the reference."""
        drawn = iter(self.drawn())

        def make(d: Any) -> Any:
            array = next(drawn)
            return np.dtype(d.name) if isinstance(d, Dtype) else array

        return walk(self.sample.args, make), walk(self.sample.kwargs, make)

    def bind(self, library: Any) -> tuple[Callable[..., Any], list[Any], list[Any]]:
        """Return the call as a function of the tensors that need a gradient, these, and the memory of all arguments."""
        drawn = iter(self.drawn())
        leaves: list[Any] = []
        memory: list[Any] = []

        def make(d: Any) -> Any:
            array = next(drawn)
            if isinstance(d, Dtype):
                return getattr(library, d.name)
            memory.append(array)
            if isinstance(d, Raw):
                return array
            t = library.from_numpy(array)
            if getattr(d, "gradient", False) and self.row.gradient:
                leaves.append(t.requires_grad_())
                return Slot(len(leaves) - 1)
            return t

        args, kwargs = walk(self.sample.args, make), walk(self.sample.kwargs, make)

        def function(*given: Any) -> Any:
            filled = (walk(value, lambda slot: given[slot.number], (Slot,)) for value in (args, kwargs))
            return self.row.run(library, *filled)

        return function, leaves, memory


class Slot(NamedTuple):
    """The place of a leaf among the arguments."""

    number: int


def laid_out(a: Array, layout: str) -> Array:
    """Return `a` in new memory: "contiguous", "apart" (gaps between elements) or "turned" (first dimension fastest)."""
    if layout == "apart" and a.ndim:
        room = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)
        room[..., ::2] = a
        return room[..., ::2]
    return np.array(a, order="F" if layout == "turned" else "C")
