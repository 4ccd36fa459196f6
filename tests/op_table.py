"""One row for every operation: its name, what it computes, samples, and what it refuses.

`name` is PyTorch's, and says where the operation is found: "add", "Tensor.add_", "nn.functional.linear". The tests that
run over the table call it in `autograd`, and in `torch` where that is installed; `numpy` computes the same on arrays.
Arrays in samples are descriptions: every test draws their numbers, in float32 and float64, contiguous and not.
"""

from __future__ import annotations

import functools
import operator
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

import nn  # noqa: F401  (rules of its own)

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


def S(*args: Any, **kwargs: Any) -> Sample:
    """A sample: arguments."""
    return Sample(args, kwargs)


def kink(*args: Any, **kwargs: Any) -> Sample:
    """A sample where the operation has no derivative in the usual sense."""
    return Sample(args, kwargs, kink=True)


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
    """A call that must fail: `call(library)`, the exception, and what its text says."""

    call: Callable[[Any], Any]
    error: type[Exception]
    text: str
    torch: bool = True  # PyTorch refuses it too, with the same type


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

    `draw` numbers draws of other floats; integers, bools and given values stay.
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
        """Return the same with other floats."""
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
                values: Array = (d.domain or self.row.domain)(floats, d.shape, place)
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
        """Return the call as a function of the tensors that require a gradient, these tensors, and all tensors."""
        drawn = iter(self.drawn())
        leaves: list[Any] = []
        tensors: list[Any] = []

        def make(d: Any) -> Any:
            array = next(drawn)
            if isinstance(d, Dtype):
                return getattr(library, d.name)
            if isinstance(d, Raw):
                return array
            t = library.from_numpy(array)
            tensors.append(t)
            if getattr(d, "gradient", False) and self.row.gradient:
                leaves.append(t.requires_grad_())
                return Slot(len(leaves) - 1)
            return t

        args, kwargs = walk(self.sample.args, make), walk(self.sample.kwargs, make)

        def function(*given: Any) -> Any:
            filled = (walk(value, lambda slot: given[slot.number], (Slot,)) for value in (args, kwargs))
            return self.row.run(library, *filled)

        return function, leaves, tensors


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


# ------------------------------------------------------------------------------------------------ references, on arrays


def axes(x: Array, dim: Any) -> Any:
    """PyTorch's dims as NumPy's axis: () means all, and a 0-d array has a dimension 0."""
    if dim is None or dim == () or x.ndim == 0:
        return None
    return tuple(dim) if isinstance(dim, tuple | list) else dim


def reduction(function: Callable[..., Array]) -> Callable[..., Array]:
    """A reference with PyTorch's arguments from one with NumPy's."""

    def reference(x: Array, dim: Any = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool = False) -> Array:
        return function(x, axis=axes(x, dim if axis is None else axis), keepdims=(keepdim or keepdims) and x.ndim > 0)

    return reference


def mean(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    total = np.sum(x, axis=axis, keepdims=keepdims)
    return np.divide(total, x.size / total.size if total.size else 1)


def variance(x: Array, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, **options: Any) -> Array:
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    correction = options.get("correction", 1 if unbiased is None else int(unbiased))
    dim = options.get("axis", dim)
    return np.var(x, axis=axes(x, dim), ddof=correction, keepdims=keepdim or options.get("keepdims", False))


def softmax(x: Array, dim: int) -> Array:
    if x.size == 0:
        return x
    e = np.exp(x - np.max(x, axis=axes(x, dim), keepdims=True))
    return e / np.sum(e, axis=axes(x, dim), keepdims=True)


def log_softmax(x: Array, dim: int) -> Array:
    return np.log(softmax(x, dim))


def logsumexp(x: Array, dim: Any, keepdim: bool = False) -> Array:
    return np.log(np.sum(np.exp(x), axis=axes(x, dim), keepdims=keepdim and x.ndim > 0))


def extreme(function: Callable[..., Array], which: Callable[..., Array], pairwise: Callable[..., Array]) -> Any:
    """max and min: of all, along a dimension with indices, or of two."""

    def reference(x: Array, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return function(x)
        if not isinstance(dim, int):
            return pairwise(x, dim)
        if x.ndim == 0:
            return x, np.zeros((), np.int64)
        return function(x, axis=dim, keepdims=keepdim), which(x, axis=dim, keepdims=keepdim)

    return reference


def place_of(which: Callable[..., Array]) -> Callable[..., Array]:
    def reference(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
        if x.ndim == 0:
            return np.zeros((), np.int64)
        return np.asarray(which(x, axis=dim, keepdims=keepdim))

    return reference


def clamped(x: Array, min: Any = None, max: Any = None) -> Array:  # noqa: A002
    low = x if min is None else np.maximum(x, min)
    return low if max is None else np.minimum(low, max)


def quotient(x: Array, y: Any, rounding_mode: str | None = None) -> Array:
    if rounding_mode is None:
        return np.true_divide(x, y)
    rounded = (np.floor if rounding_mode == "floor" else np.trunc)(np.true_divide(x, y))
    return rounded.astype(np.result_type(x, y))


def split(x: Array, size: Any, dim: int = 0) -> list[Array]:
    ends = np.cumsum(size)[:-1] if isinstance(size, list) else range(size, x.shape[dim], size)
    return np.split(x, list(ends), axis=dim)


def chunk(x: Array, chunks: int, dim: int = 0) -> list[Array]:
    return split(x, max(-(-x.shape[dim] // chunks), 1), dim)


def joined(arrays: Any, dim: int = 0) -> Array:
    full = [a for a in arrays if a.shape != (0,)] or arrays[:1]
    return np.concatenate(full, axis=dim)


def flattened(x: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    shape = x.shape or (1,)
    start, end = start_dim % len(shape), end_dim % len(shape)
    return x.reshape(*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])


def squeezed(x: Array, dim: Any = None) -> Array:
    dims = range(x.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    return np.squeeze(x, tuple(d % x.ndim for d in dims if x.shape[d] == 1) if x.ndim else ())


def expanded(x: Array, *sizes: Any) -> Array:
    target = sizes[0] if isinstance(sizes[0], tuple) else sizes
    lead = len(target) - x.ndim
    return np.broadcast_to(x, [x.shape[i - lead] if n == -1 else n for i, n in enumerate(target)])


def reordered(x: Array, *dims: Any) -> Array:
    order = dims[0] if dims and isinstance(dims[0], tuple | list) else dims
    return np.transpose(x, order)


def reshaped(x: Array, *shape: Any) -> Array:
    return np.reshape(x, shape[0] if shape and isinstance(shape[0], tuple | list) else shape)


def exchanged(x: Array, dim0: int, dim1: int) -> Array:
    return np.swapaxes(x, dim0, dim1) if x.ndim else x


def assigned(x: Array, index: Any, value: Any) -> Array:
    z = x.copy()
    z[index] = value
    return z


def linear(x: Array, w: Array, b: Array | None = None) -> Array:
    return x @ w.T if b is None else x @ w.T + b


def squared_error(x: Array, t: Array, reduction: str = "mean") -> Array:
    squares = (x - t) ** 2
    return squares if reduction == "none" else np.sum(squares) if reduction == "sum" else mean(squares)


def cross_entropy(
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """The formula of PyTorch's documentation, with targets as class probabilities."""
    axis = 0 if x.ndim < 2 else 1
    classes = x.shape[axis]
    counted = np.ones(())
    probabilities = y
    if y.dtype.kind != "f":
        probabilities = np.moveaxis(np.eye(classes)[np.where(y == ignore_index, 0, y)], -1, axis)
        counted = np.expand_dims(y != ignore_index, axis)
    w = np.ones(classes) if weight is None else weight
    w = w.reshape(-1, *[1] * (x.ndim - axis - 1))
    smooth = (1 - label_smoothing) * probabilities + label_smoothing / classes
    losses = -np.sum(smooth * counted * w * log_softmax(x, axis), axis)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    total = np.sum(probabilities * counted * w) if y.dtype.kind != "f" else x.size / classes
    return np.sum(losses) / total


# ------------------------------------------------------------------------------------------------ shapes of samples

ONE = [(), (3,), (0,), (2, 3), (2, 0, 3), (2, 3, 2)]
PAIRS = [
    ((), ()),
    ((3,), ()),
    ((), (3,)),
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((0, 3), (1, 3)),
    ((2, 3, 2), (3, 1)),
]
SPECIAL = S(Exactly([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0]))


def ones(*options: Any, shapes: Any = ONE, **kwargs: Any) -> tuple[Sample, ...]:
    """Samples of one tensor."""
    return tuple(S(F(*shape), *options, **kwargs) for shape in shapes)


def pairs(second: Domain | None = None) -> tuple[Sample, ...]:
    """Samples of two tensors that broadcast."""
    return tuple(S(F(*a), F(*b, domain=second)) for a, b in PAIRS)


INTEGERS = (S(Ints((2, 3))), S(Ints((3,), dtype="int32")), S(Ints(())))
BOOLS = (S(Bools((2, 3))),)
TWO_INTEGERS = (S(Ints((2, 3)), Ints((3,), 1, 5)), S(Ints((2, 3), dtype="int32"), Ints((3,), 1, 5)), S(Ints((3,)), 3))
TWO_BOOLS = (S(Bools((2, 3)), Bools((3,))), S(Bools((2, 3)), True))
MIXED = (
    S(F(2, 3), Ints((3,), 1, 5)),
    S(Ints((2, 3), 1, 5), F(3)),
    S(F(3, dtype="float32"), F(3, dtype="float64")),
    S(F(3, dtype="float32"), F(dtype="float64")),
    S(Ints((3,), 1, 5), F()),
)
NUMBERS = (S(F(2, 3), 2.5), S(F(2, 3), 2), S(F(), 2), S(F(0), 1.5), S(Ints((3,)), 2.5))
REDUCED = (
    S(F()),
    S(F(), 0),
    S(F(3)),
    S(F(2, 3)),
    S(F(2, 3), 0),
    S(F(2, 3), -1),
    S(F(2, 3), 1, True),
    S(F(2, 3, 2), dim=(0, 1)),
    S(F(2, 3, 2), dim=(2, 0)),
    S(F(2, 3, 2), dim=(-1, -3), keepdim=True),
    S(F(2, 3), axis=0),
    S(F(2, 3), axis=1, keepdims=True),
)
ALONG = (
    S(F(), 0),
    S(F(3), 0),
    S(F(2, 3), 0),
    S(F(2, 3), -1),
    S(F(2, 3), 1, True),
    S(F(2, 3, 2), 1),
    S(F(2, 3, 2), -3, keepdim=True),
    S(F(0, 3), 1),
)
PRODUCTS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 2, 3), (3, 2)),
    ((2, 3), (2, 3, 2)),
    ((2, 2, 3), (2, 3, 2)),
    ((2, 1, 2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
    ((2, 2, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
]


# ------------------------------------------------------------------------------------------------------- refusals

def refusals_of_pairs(name: str) -> tuple[Refusal, ...]:
    """What every operation on two tensors refuses."""
    return (
        Refusal(lambda t: find(t, name)(t.ones(2), t.ones(3)), RuntimeError, "must match the size|broadcast"),
        Refusal(lambda t: find(t, name)(t.ones(2, 3), t.ones(2)), RuntimeError, "must match the size|broadcast"),
        Refusal(lambda t: find(t, name)(t.ones(2), "3"), TypeError, "type str"),
    )


def refusals_of_dims(name: str, *more: Any) -> tuple[Refusal, ...]:
    """What every operation along a dimension refuses."""
    return (
        Refusal(lambda t: find(t, name)(t.ones(2, 3), 2, *more), IndexError, "Dimension out of range: got 2"),
        Refusal(lambda t: find(t, name)(t.ones(2, 3), -3, *more), IndexError, "Dimension out of range: got -3"),
        Refusal(lambda t: find(t, name)(t.ones(()), 1, *more), IndexError, "Dimension out of range: got 1"),
        Refusal(lambda t: find(t, name)(t.ones(2), 0.5, *more), TypeError, "0.5"),
    )


def twice(name: str) -> Refusal:
    return Refusal(lambda t: find(t, name)(t.ones(2, 3), dim=(0, -2)), RuntimeError, "multiple times in the list of dims")


def without_floats(name: str, *more: Any) -> Refusal:
    return Refusal(lambda t: find(t, name)(t.tensor([1, 2]), *more), RuntimeError, "floating")


# --------------------------------------------------------------------------------------------------- the rows: elementwise


def one(name: str, numpy: Callable[..., Any], domain: Domain = anywhere, *more: Sample, **options: Any) -> Row:
    """A row of an elementwise operation on one tensor."""
    samples = ones() + (SPECIAL, S(Exactly([[1.0, 0.5], [2.0, 0.25]]))) + more
    return Row(name, numpy, samples, domain=domain, **options)


def two(name: str, numpy: Callable[..., Any], *more: Sample, **options: Any) -> Row:
    """A row of an elementwise operation on two tensors."""
    second = options.pop("second", None)
    errors = refusals_of_pairs(name) + options.pop("errors", ())
    return Row(name, numpy, pairs(second) + more, errors, **options)


def quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reference whose infinities and NaNs are meant."""

    @functools.wraps(function)
    def reference(*args: Any, **kwargs: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)

    return reference


def real(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A reference that takes integers and bools for floats."""
    return quiet(lambda x: function(x if x.dtype.kind == "f" else x.astype(np.float64)))


def not_for_bools(name: str, text: str) -> Refusal:
    return Refusal(lambda t: find(t, name)(t.tensor([True]), t.tensor([True])), RuntimeError, text)


FLOATING_INTS = (S(Ints((2, 3), 1, 5)), S(Bools((3,))))

ELEMENTWISE = [
    one("abs", np.abs, nonzero, *INTEGERS, kink(F(3, domain=lambda r, s, p: np.zeros(s)))),
    one("neg", np.negative, anywhere, *INTEGERS, errors=(
        Refusal(lambda t: t.neg(t.tensor([True])), RuntimeError, "bool"),
    )),  # fmt: skip
    one("reciprocal", real(lambda x: 1 / x), nonzero, S(Ints((2, 3), 1, 5))),
    one("exp", real(np.exp), anywhere, *FLOATING_INTS),
    one("log", real(np.log), positive, *FLOATING_INTS),
    one("log1p", real(np.log1p), positive, *FLOATING_INTS),
    one("sqrt", real(np.sqrt), positive, *FLOATING_INTS),
    one("sin", real(np.sin), anywhere, *FLOATING_INTS),
    one("cos", real(np.cos), anywhere, *FLOATING_INTS),
    one("tanh", real(np.tanh), anywhere, *FLOATING_INTS, S(Exactly([-1000.0, -20.0, 20.0, 1000.0]))),
    one("sigmoid", real(lambda x: 1 / (1 + np.exp(-x))), anywhere, *FLOATING_INTS,
        S(Exactly([-1000.0, -40.0, 40.0, 1000.0]))),  # fmt: skip
    one("relu", lambda x: np.maximum(x, 0), nonzero, *INTEGERS, kink(F(3, domain=lambda r, s, p: np.zeros(s)))),
    one("sign", lambda x: np.where(np.isnan(x), 0, np.sign(x)).astype(x.dtype), nonzero, *INTEGERS),
    one("floor", lambda x: np.floor(x).astype(x.dtype), distinct, *INTEGERS),
    one("clone", np.copy, anywhere, *INTEGERS, *BOOLS),
    two("add", lambda x, y, alpha=1: x + (y if alpha == 1 else alpha * y), *NUMBERS, *MIXED, *TWO_INTEGERS, *TWO_BOOLS,
        S(F(2, 3), F(3), alpha=2), S(F(3), 2.0, alpha=0.5), S(Ints((3,)), Ints((3,)), alpha=3), S(F(3), True)),
    two("sub", lambda x, y, alpha=1: x - (y if alpha == 1 else alpha * y), *NUMBERS, *MIXED, *TWO_INTEGERS,
        S(F(2, 3), F(3), alpha=2), S(F(3), 2.0, alpha=0.5),
        errors=(not_for_bools("sub", "bool"),)),
    two("mul", np.multiply, *NUMBERS, *MIXED, *TWO_INTEGERS, *TWO_BOOLS),
    two("div", quiet(quotient), *NUMBERS, *MIXED, *TWO_INTEGERS, S(Bools((3,)), 2),
        S(F(2, 3), F(3), rounding_mode="floor"), S(F(2, 3), F(3), rounding_mode="trunc"),
        S(Ints((2, 3)), Ints((3,), 1, 4), rounding_mode="floor"), S(Ints((2, 3)), 2, rounding_mode="trunc"),
        S(F(2, 3), 0.75, rounding_mode="trunc"), S(Exactly([1.0, -1.0, 0.0]), 0),
        second=nonzero, errors=(
            Refusal(lambda t: t.div(t.ones(2), 2, rounding_mode="up"), RuntimeError, "rounding_mode"),
            Refusal(lambda t: t.div(t.tensor([1]), 0, rounding_mode="floor"), RuntimeError, "ZeroDivisionError"),
            Refusal(lambda t: t.div(t.tensor([1]), 0, rounding_mode="trunc"), RuntimeError, "ZeroDivisionError"),
        )),  # fmt: skip
    two("pow", quiet(np.power), S(F(2, 3), 2.5), S(F(2, 3, domain=anywhere), 2), S(F(2, domain=anywhere), 3.0),
        S(F(3, domain=nonzero), -2), S(F(3, domain=anywhere), 0), S(F(3, domain=anywhere), 1), S(F(), 0.5),
        S(Ints((2, 3), 0, 4), Ints((3,), 0, 4)), S(Ints((3,)), 2), S(Ints((3,), 1, 4), 0.5), S(Ints((3,), 1, 4), F(3)),
        S(F(3), Ints((3,), -2, 3)), S(F(3, dtype="float32"), F(3, dtype="float64")),
        kink(F(3, domain=lambda r, s, p: np.zeros(s)), 2), kink(F(3, domain=lambda r, s, p: np.zeros(s)), 1),
        kink(F(3, domain=lambda r, s, p: np.zeros(s)), F(3, domain=positive)),
        domain=positive, second=anywhere, errors=(
            Refusal(lambda t: t.pow(t.tensor([2]), -1), RuntimeError, "negative integer powers"),
        )),  # fmt: skip
    two("remainder", quiet(np.remainder), *NUMBERS, *MIXED[1:], *TWO_INTEGERS, S(F(2, 3), -0.75), second=nonzero),
    two("floor_divide", quiet(np.floor_divide), *NUMBERS, *MIXED, *TWO_INTEGERS, second=nonzero, gradient=False,
        errors=(Refusal(lambda t: t.floor_divide(t.tensor([1]), 0), RuntimeError, "ZeroDivisionError"),)),
    two("maximum", np.maximum, *MIXED, *TWO_INTEGERS[:2], S(Bools((3,)), Bools((3,))), S(F(3), Exactly([np.nan] * 3)),
        kink(F(3, domain=eighths), F(3, domain=eighths)), kink(F(3, domain=lambda r, s, p: np.ones(s)), F()),
        domain=distinct),
    two("minimum", np.minimum, *MIXED, *TWO_INTEGERS[:2], S(Bools((3,)), Bools((3,))), S(F(3), Exactly([np.nan] * 3)),
        kink(F(3, domain=eighths), F(3, domain=eighths)), domain=distinct),
    Row("clamp", clamped, (
            *ones(-0.5, 0.5), *ones(min=0), *ones(max=0.0), S(Ints((2, 3)), -1, 2), S(Ints((3,)), min=0.5),
            S(F(3), 0.5, -0.5), S(Exactly([np.nan, np.inf, -np.inf]), -1, 1),
            S(F(2, 3), F(3), F(3)), S(F(2, 3), F(2, 1), F(3)), S(F(3), min=F(3)), S(F(3), max=F()),
            S(F(2, 3), Ints((3,), -1, 1), F(3)), kink(Floats((3,), lambda r, s, p: np.array([-1.0, 0.0, 1.0])), -1, 1),
        ), (
            Refusal(lambda t: t.clamp(t.ones(2)), ValueError, "neither min nor max|At least one of"),
            Refusal(lambda t: t.clamp(t.ones(2), t.ones(3), t.ones(2)), RuntimeError, "must match the size|broadcast"),
        ), domain=distinct),  # fmt: skip
    Row("where", np.where, (
            S(Bools((2, 3)), F(2, 3), F(2, 3)), S(Bools((2, 1)), F(3), F()), S(Bools(()), F(2), F(2)),
            S(Bools((3,)), F(3), 0.0), S(Bools((3,)), 1.5, F(2, 3)), S(Bools((0,)), F(0), F(1)),
            S(Bools((3,)), Ints((3,)), F(3)), S(Bools((3,)), Ints((3,)), Ints((3,))), S(Bools((3,)), 1, 2),
            S(Bools((3,)), F(3), Exactly([np.nan, np.inf, 1.0])),
        ), (
            Refusal(lambda t: t.where(t.tensor([1.0]), t.ones(1), t.ones(1)), RuntimeError, "bool"),
            Refusal(lambda t: t.where(t.tensor([True, False]), t.ones(3), t.ones(2)), RuntimeError,
                    "must match the size|broadcast"),
        )),  # fmt: skip
    Row("where", lambda c: list(np.nonzero(c)), (S(Bools((3, 4))), S(F(3)), S(Ints((2, 3))), S(Bools((0,)))),
        gradient=False, replay=False, why="how many elements are nonzero depends on the data",
        variant="of one argument"),
    Row("Tensor.where", lambda x, c, y: np.where(c, x, y),
        (S(F(2, 3), Bools((3,)), F(2, 1)), S(F(3), Bools((3,)), 0.5), S(Ints((3,)), Bools((3,)), 0))),
    Row("masked_fill", lambda x, m, v: np.where(m, np.asarray(v, x.dtype), x), (
            S(F(2, 3), Bools((2, 3)), 7.0), S(F(2, 3), Bools((3,)), 0), S(F(), Bools(()), 1.5),
            S(F(2, 3), Bools((2, 1)), F()), S(Ints((3,)), Bools((3,)), 2), S(Bools((3,)), Bools((3,)), True),
            S(F(1, 3), Bools((2, 3)), -np.inf),
        ), (
            Refusal(lambda t: t.masked_fill(t.ones(2), t.tensor([1, 0]), 0), RuntimeError, "bool"),
            Refusal(lambda t: t.masked_fill(t.ones(2), t.tensor([True, False, True]), 0), RuntimeError,
                    "must match the size|broadcast"),
            Refusal(lambda t: t.masked_fill(t.ones(2), t.tensor([True, False]), t.ones(2)), RuntimeError, "0-dim"),
        )),  # fmt: skip
]

COMPARED = (*pairs(), S(F(2, 3), 0.5), S(F(3), 0), *MIXED, *TWO_INTEGERS, *TWO_BOOLS, S(Exactly([np.nan, 1.0]), 1.0),
            S(Ints((3,), 0, 2), Ints((3,), 0, 2)), S(Ints((3,)), 0.5))  # fmt: skip
COMPARISONS = {
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
}  # fmt: skip
LOGIC = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor}
BITS = {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}
SHAPES_DISAGREE = "must match the size|broadcast"

LOGICAL = [
    *[
        Row(name, numpy, COMPARED, refusals_of_pairs(name), gradient=False)
        for name, numpy in COMPARISONS.items()
    ],
    *[
        Row(name, numpy, (*pairs(), *MIXED, *TWO_INTEGERS[:2], *TWO_BOOLS[:1]), refusals_of_pairs(name)[:2],
            gradient=False)
        for name, numpy in LOGIC.items()
    ],
    *[
        Row(name, numpy, (*TWO_INTEGERS, *TWO_BOOLS, S(Ints((3,)), Bools((3,))), S(Ints(()), Ints((0,)))), (
            Refusal(lambda t, name=name: find(t, name)(t.ones(2), t.ones(2)), RuntimeError, "not (defined|implemented)"),
            Refusal(lambda t, name=name: find(t, name)(t.ones(2) > 0, t.ones(3) > 0), RuntimeError, SHAPES_DISAGREE),
        ), gradient=False)
        for name, numpy in BITS.items()
    ],
    Row("logical_not", np.logical_not, (*ones(), SPECIAL, *INTEGERS, *BOOLS), gradient=False),
    Row("bitwise_not", np.invert, (*INTEGERS, *BOOLS), (
        Refusal(lambda t: t.bitwise_not(t.ones(2)), RuntimeError, "not (defined|implemented)|integer"),
    ), gradient=False),
    *[
        Row(name, numpy, (*ones(), SPECIAL, *INTEGERS, *BOOLS), gradient=False)
        for name, numpy in {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}.items()
    ],
    Row("equal", np.array_equal, (
        S(F(2, 3), F(2, 3)), S(Ints((3,), 1, 2), Ints((3,), 1, 2)), S(F(3), F(2, 3)), S(F(0), F(0)), S(F(), F()),
        S(Exactly([np.nan]), Exactly([np.nan])),
    ), gradient=False),
    Row("allclose", np.allclose, (
        S(Exactly([1.0, 2.0]), Exactly([1.0, 2.000001])), S(Exactly([1.0]), Exactly([1.1]), rtol=0.2),
        S(Exactly([0.0]), Exactly([0.5]), atol=1.0), S(Exactly([np.nan]), Exactly([np.nan]), equal_nan=True),
        S(Exactly([np.nan]), Exactly([np.nan])), S(F(2, 3), F(3)),
    ), gradient=False),
    Row("isclose", np.isclose, (
        S(Exactly([1.0, 2.0, 3.0]), Exactly([1.0, 2.000001, 3.1])), S(Exactly([1.0]), Exactly([1.1]), rtol=0.2),
        S(Exactly([np.nan, np.inf]), Exactly([np.nan, np.inf]), equal_nan=True), S(F(2, 3), F(3)),
        S(Ints((3,)), Ints((3,))),
    ), gradient=False),
]  # fmt: skip

# ----------------------------------------------------------------------------------------------------- the rows: reductions


def whole(name: str, numpy: Callable[..., Array], *more: Sample, errors: tuple[Refusal, ...] = (), **options: Any) -> Row:
    """A row of a reduction over any dimensions."""
    return Row(name, numpy, REDUCED + more, refusals_of_dims(name) + errors, **options)


REDUCTIONS = [
    whole("sum", reduction(np.sum), *INTEGERS, *BOOLS, S(F(0)), S(F(2, 0), 1), S(F(2, 0), 0), S(F(2, 3), dim=()),
          S(Ints((2, 3), dtype="int32"), 0), S(Bools((2, 3)), 1, True), errors=(twice("sum"),)),
    Row("sum", lambda x, dim=None, *, dtype: np.sum(x, axis=dim, dtype=dtype),
        (S(F(2, 3), dtype=Dtype("float64")), S(Ints((2, 3)), 0, dtype=Dtype("float32")),
         S(Ints((3,)), dtype=Dtype("int32"))),
        exact=True, variant="with dtype"),
    whole("mean", reduction(quiet(mean)), S(F(0)), S(F(2, 0), 0), S(F(2, 3), dim=()), errors=(
        twice("mean"), without_floats("mean"), Refusal(lambda t: t.mean(t.tensor([True])), RuntimeError, "floating"),
    )),
    Row("mean", lambda x, dim=None, *, dtype: np.mean(x, axis=dim, dtype=dtype),
        (S(F(2, 3), 0, dtype=Dtype("float64")), S(Ints((2, 3)), dtype=Dtype("float32"))),
        exact=True, variant="with dtype"),
    *[
        whole(name, variance if name == "var" else lambda *a, **k: np.sqrt(variance(*a, **k)),
              S(F(3), unbiased=False), S(F(2, 3), False), S(F(2, 3), 1, False, True), S(F(2, 3), 0, correction=0),
              S(F(2, 3), correction=0.5), S(F(3), correction=2),
              errors=(twice(name), without_floats(name)))
        for name in ("var", "std")
    ],
    *[
        Row(name, extreme(*functions), (
                *ones(), *ALONG, S(Ints((2, 3)), 0), S(Ints((2, 3))), S(Bools((2, 3))), S(F(2, 3), F(3)),
                S(Exactly([[1.0, np.nan, 2.0]]), 1), S(Exactly([1.0, np.nan])), S(Exactly([[2.0, 2.0, 1.0]]), 1),
                kink(Floats((4,), lambda r, s, p: np.array([1.0, 2.0, 2.0, 1.0]))),
            ), (
                *refusals_of_dims(name)[:3],
                Refusal(lambda t, name=name: find(t, name)(t.ones(0)), RuntimeError, "no elements|non-empty|numel"),
                Refusal(lambda t, name=name: find(t, name)(t.ones(2, 0), 1), IndexError, "no elements|non-zero size"),
                Refusal(lambda t, name=name: find(t, name)(t.ones(2), t.ones(3)), RuntimeError, SHAPES_DISAGREE),
            ), domain=distinct)
        for name, functions in {
            "max": (np.max, np.argmax, np.maximum), "min": (np.min, np.argmin, np.minimum)
        }.items()
    ],
    *[
        Row(name, place_of(which), (
                S(F()), S(F(3)), S(F(2, 3)), *ALONG[:-1], S(Ints((2, 3)), 1), S(F(2, 3), keepdim=True),
                S(Exactly([1.0, np.nan, 2.0])), S(Exactly([2.0, 1.0, 1.0, 2.0])),
            ), (
                *refusals_of_dims(name),
                Refusal(lambda t, name=name: find(t, name)(t.ones(0)), IndexError, "no elements|non-zero size"),
            ), domain=distinct, gradient=False)
        for name, which in {"argmax": np.argmax, "argmin": np.argmin}.items()
    ],
    *[
        Row(name, reduction(numpy), (
                *REDUCED[:-2], S(Bools((2, 3))), S(Bools((2, 3)), 0), S(Bools((2, 3)), 1, True), S(Ints((2, 3), 0, 2), 1),
                S(Bools((0,))), S(Exactly([np.nan])), S(Bools(())),
            ), refusals_of_dims(name), gradient=False)
        for name, numpy in {"all": np.all, "any": np.any}.items()
    ],
    Row("logsumexp", quiet(logsumexp), (
            *ALONG, S(F(2, 3, 2), (0, -1)), S(F(2, 3, 2), (2, 0), keepdim=True), S(F(2, 0), 1), S(F(0, 2), 1),
            S(Exactly([[1000.0], [-1000.0]]), 1), S(Exactly([-np.inf, -np.inf]), 0), S(Exactly([np.inf, 1.0]), 0),
            S(Ints((2, 3)), 1),
        ), (*refusals_of_dims("logsumexp"), twice("logsumexp"))),
    *[
        Row(name, quiet(numpy), (
                S(F(), 0), S(F(3), 0), S(F(2, 3), 0), S(F(2, 3), -1), S(F(2, 3, 2), 1), S(F(2, 0), 1), S(F(0, 2), 1),
                S(F(2, 3), dim=1),
            ), (*refusals_of_dims(name)[:3], without_floats(name, 0)))
        for name, numpy in {"softmax": softmax, "log_softmax": log_softmax}.items()
    ],
    *[
        Row(name, lambda x, dim, *, dtype, numpy=numpy: numpy(x.astype(dtype), dim),
            (S(Ints((2, 3)), 1, dtype=Dtype("float32")), S(F(2, 3), 0, dtype=Dtype("float64"))),
            exact=True, variant="with dtype")
        for name, numpy in {"softmax": softmax, "log_softmax": log_softmax}.items()
    ],
]  # fmt: skip

# --------------------------------------------------------------------------------------------------------- the rows: shape


def shape_row(name: str, numpy: Callable[..., Any], *samples: Sample, **options: Any) -> Row:
    """A row of an operation that only moves numbers: also for integers and bools, and it may share memory."""
    first = samples[0]
    plain = (replace(first, args=(Ints(first.args[0].shape), *first.args[1:])),
             replace(first, args=(Bools(first.args[0].shape), *first.args[1:])))  # fmt: skip
    options.setdefault("shares", True)
    return Row(name, numpy, samples + plain, **options)


def no_such_dim(name: str, *args: Any) -> Refusal:
    return Refusal(lambda t: find(t, name)(t.ones(2, 3), *args), IndexError, "Dimension out of range")


def invalid_shape(name: str, *shape: Any) -> Refusal:
    return Refusal(lambda t: find(t, name)(t.ones(2, 3), *shape), RuntimeError, "is invalid for input of size 6")


SHAPE = [
    shape_row("reshape", reshaped, S(F(2, 3), (3, 2)), S(F(2, 3), (-1,)), S(F(2, 3), (6, -1)), S(F(), (1, 1)),
              S(F(1, 1), ()), S(F(0, 3), (3, 0)), S(F(2, 3, 2), (4, 3)), S(F(0), (0, 2)), errors=(
                  invalid_shape("reshape", (4, 2)), invalid_shape("reshape", (-1, 4)),
                  Refusal(lambda t: t.reshape(t.ones(2, 3), (-1, -1)), RuntimeError, "-1|infer"),
                  Refusal(lambda t: t.reshape(t.ones(0), (0, -1)), RuntimeError, "-1|invalid"),
              )),
    shape_row("Tensor.reshape", reshaped, S(F(2, 3), 3, 2), S(F(2, 3), -1), S(F(1)), S(F(6), [2, 3]),
              call=lambda t, x, *shape: x.reshape(*shape or ((),))),
    shape_row("Tensor.view", reshaped, S(F(6), 2, 3), S(F(6), (-1, 2)), S(F(), 1), S(F(1), ()), S(F(0), 0, 3), errors=(
        invalid_shape("Tensor.view", 4, 2),
        Refusal(lambda t: t.ones(2, 3).T.view(6), RuntimeError, "stride"),
    )),
    shape_row("Tensor.view_as", lambda x, y: x.reshape(y.shape), S(F(6), Ints((2, 3))), S(F(1), F(gradient=False))),
    shape_row("Tensor.reshape_as", lambda x, y: x.reshape(y.shape), S(F(2, 3), Ints((3, 2))), S(F(), Ints((1, 1)))),
    shape_row("ravel", np.ravel, S(F(2, 3)), S(F()), S(F(0, 2)), S(F(2, 3, 2))),
    shape_row("flatten", flattened, S(F(2, 3, 2)), S(F()), S(F(2, 3, 2), 1), S(F(2, 3, 2), 0, 1), S(F(2, 3, 2), -2),
              S(F(2, 0, 2), 1), S(F(3)), S(F(2, 3), 1, 1), errors=(
                  no_such_dim("flatten", 2), no_such_dim("flatten", 0, -3),
                  Refusal(lambda t: t.flatten(t.ones(2, 3), 1, 0), RuntimeError, "start_dim"),
              )),
    shape_row("permute", reordered, S(F(2, 3, 2), (2, 0, 1)), S(F(2, 3), (-1, 0)), S(F(), ()), S(F(0, 2), (1, 0)), errors=(
        no_such_dim("permute", (0, 2)), Refusal(lambda t: t.permute(t.ones(2, 3), (0,)), RuntimeError, "dimensions"),
        Refusal(lambda t: t.permute(t.ones(2, 3), (0, -2)), RuntimeError, "multiple times|duplicate"),
    )),
    shape_row("Tensor.permute", reordered, S(F(2, 3, 2), 2, 0, 1), S(F(2, 3), [1, 0])),
    shape_row("transpose", exchanged, S(F(2, 3), 0, 1), S(F(2, 3, 2), -1, 0), S(F(2, 3), 1, 1), S(F(), 0, -1),
              S(F(0, 2), 0, 1), errors=(no_such_dim("transpose", 0, 2), no_such_dim("transpose", -3, 0))),
    shape_row("t", np.transpose, S(F(2, 3)), S(F(3)), S(F()), S(F(0, 2)), errors=(
        Refusal(lambda t: t.t(t.ones(1, 1, 1)), RuntimeError, "2 dimensions"),
    )),
    shape_row("Tensor.T", np.transpose, S(F(2, 3)), S(F(0, 2)), call=lambda t, x: x.T),
    shape_row("Tensor.mT", lambda x: np.swapaxes(x, -1, -2), S(F(2, 3)), S(F(2, 3, 2)), call=lambda t, x: x.mT, errors=(
        Refusal(lambda t: t.ones(3).mT, RuntimeError, "at least 2|Dimension|two"),
        Refusal(lambda t: t.ones(()).mT, RuntimeError, "at least 2|Dimension|two"),
    )),
    shape_row("squeeze", squeezed, S(F(1, 3, 1)), S(F(1, 3, 1), 0), S(F(1, 3, 1), -1), S(F(1, 3, 1), 1),
              S(F(1, 3, 1), (0, 2)), S(F()), S(F(), 0), S(F(1, 0)), errors=(
                  no_such_dim("squeeze", 2),
                  Refusal(lambda t: t.squeeze(t.ones(1, 1), (0, -2)), RuntimeError, "multiple times"),
              )),
    shape_row("unsqueeze", np.expand_dims, S(F(2, 3), 0), S(F(2, 3), -1), S(F(2, 3), 1), S(F(), 0), S(F(0), 1),
              errors=(no_such_dim("unsqueeze", 3), no_such_dim("unsqueeze", -4))),
    shape_row("Tensor.expand", expanded, S(F(1, 3), 2, 3), S(F(3), (2, -1)), S(F(2, 1), 4, -1, 3), S(F(), 2), S(F(1), 0),
              S(F(2, 3), 2, 3), errors=(
                  Refusal(lambda t: t.ones(2, 3).expand(2, 4), RuntimeError, "expand"),
                  Refusal(lambda t: t.ones(2, 3).expand(3), RuntimeError, "expand"),
                  Refusal(lambda t: t.ones(3).expand(-1, 3), RuntimeError, "expand"),
              )),
    shape_row("Tensor.expand_as", lambda x, y: np.broadcast_to(x, y.shape), S(F(3), Ints((2, 3)))),
    shape_row("broadcast_to", np.broadcast_to, S(F(3), (2, 3)), S(F(2, 1), (2, 3)), S(F(), (2,)), errors=(
        Refusal(lambda t: t.broadcast_to(t.ones(2), (3,)), RuntimeError, "expand"),
    )),
    shape_row("split", split, S(F(5, 2), 2), S(F(5), 5), S(F(5), 7), S(F(2, 5), [1, 4], -1), S(F(2, 5), [0, 5], dim=1),
              S(F(0, 2), 1), errors=(
                  Refusal(lambda t: t.split(t.ones(5), [1, 2]), RuntimeError, "sum exactly to 5"),
                  Refusal(lambda t: t.split(t.ones(5), -1), RuntimeError, "non-negative"),
                  Refusal(lambda t: t.split(t.ones(5), 0), RuntimeError, "split_size"),
                  Refusal(lambda t: t.split(t.ones(5), 1, 1), IndexError, "Dimension out of range"),
              )),
    shape_row("chunk", chunk, S(F(5, 2), 2), S(F(2, 5), 3, 1), S(F(5), 1), S(F(2), 4), S(F(2, 6), 3, dim=-1), errors=(
        Refusal(lambda t: t.chunk(t.ones(5), 0), RuntimeError, "greater than 0"),
        Refusal(lambda t: t.chunk(t.ones(5), 2, 1), IndexError, "Dimension out of range"),
    )),
    shape_row("unbind", lambda x, dim=0: [np.take(x, i, dim) for i in range(x.shape[dim])], S(F(3)), S(F(2, 3), 1),
              S(F(2, 3, 2), -1), S(F(0, 2)), errors=(
                  no_such_dim("unbind", 2), Refusal(lambda t: t.unbind(t.ones(())), RuntimeError, "no dimensions|0-d|dimension"),
              )),
    Row("cat", joined, (
            S([F(2, 3), F(1, 3)]), S([F(2, 3), F(2, 1), F(2, 2)], 1), S([F(2, 3), F(2, 3)], dim=-1), S([F(3)]),
            S((F(0), F(3))), S([F(0), F(2, 3)]), S([F(0, 3), F(2, 3)]), S([Ints((2,)), F(3)]), S([Ints((2,)), Ints((1,))]),
            S([Bools((2,)), Ints((1,))]), S([F(2, dtype="float32"), F(2, dtype="float64")]), S([F(2, 2, 2)] * 2, -3),
        ), (
            Refusal(lambda t: t.cat([t.ones(2, 3), t.ones(2, 2)]), RuntimeError, "Sizes of tensors must match"),
            Refusal(lambda t: t.cat([t.ones(2), t.ones(2, 2)]), RuntimeError, "dimension|Sizes"),
            Refusal(lambda t: t.cat([t.ones(2)], 1), IndexError, "Dimension out of range"),
            Refusal(lambda t: t.cat([t.ones(())]), RuntimeError, "zero-dimensional"),
            Refusal(lambda t: t.cat([]), (ValueError, RuntimeError), "non-empty"),
            Refusal(lambda t: t.cat(t.ones(2)), TypeError, "tuple|list|sequence"),
        )),
    Row("stack", lambda xs, dim=0: np.stack(xs, dim), (
            S([F(2, 3), F(2, 3)]), S([F(2, 3), F(2, 3)], 1), S((F(3), F(3), F(3)), dim=-1), S([F(), F()]), S([F(0)] * 2),
            S([Ints((2,)), F(2)]), S([Bools((2,))] * 2),
        ), (
            Refusal(lambda t: t.stack([t.ones(2), t.ones(3)]), RuntimeError, "equal size"),
            Refusal(lambda t: t.stack([t.ones(2)], 2), IndexError, "Dimension out of range"),
            Refusal(lambda t: t.stack([]), (ValueError, RuntimeError), "non-empty"),
        )),
]  # fmt: skip

# -------------------------------------------------------------------------------------------------------- the rows: products


def products(dims: set[tuple[int, int]]) -> tuple[Sample, ...]:
    return tuple(S(F(*a), F(*b)) for a, b in PRODUCTS if (len(a), len(b)) in dims)


def refusals_of_products(name: str, a: Any, b: Any, wrong: Any) -> tuple[Refusal, ...]:
    return (
        Refusal(lambda t: find(t, name)(t.ones(a), t.ones(wrong)), RuntimeError, "cannot be multiplied|size mismatch"),
        Refusal(lambda t: find(t, name)(t.ones(a), t.ones(b, dtype=t.float64)), RuntimeError, "same dtype"),
        Refusal(lambda t: find(t, name)(t.ones(a), t.ones(b, dtype=t.int64)), RuntimeError, "same dtype"),
    )


PRODUCT_ROWS = [
    Row("matmul", np.matmul, (
            *[S(F(*a), F(*b)) for a, b in PRODUCTS], S(Ints((2, 3)), Ints((3, 2))), S(Ints((3,)), Ints((3,))),
        ), (
            *refusals_of_products("matmul", (2, 3), (3, 2), (2, 2)),
            Refusal(lambda t: t.ones(2, 3) @ t.ones(4), RuntimeError, "multiplied|mismatch"),
            Refusal(lambda t: t.matmul(t.ones(()), t.ones(2)), RuntimeError, "at least 1D"),
            Refusal(lambda t: t.ones(2, 3, 3) @ t.ones(4, 3, 3), RuntimeError, SHAPES_DISAGREE),
            Refusal(lambda t: t.ones(2) @ 3, TypeError, "number|int"),
        )),
    Row("mm", np.matmul, products({(2, 2)}) + (S(Ints((2, 3)), Ints((3, 2))),), (
        *refusals_of_products("mm", (2, 3), (3, 2), (2, 2)),
        Refusal(lambda t: t.mm(t.ones(2, 3), t.ones(3)), RuntimeError, "2D|matrix"),
    )),
    Row("mv", np.matmul, products({(2, 1)}) + (S(F(2, 0), F(0)),), (
        *refusals_of_products("mv", (2, 3), (3,), (2,)),
        Refusal(lambda t: t.mv(t.ones(2, 3), t.ones(3, 1)), RuntimeError, "1D|vector"),
    )),
    Row("dot", np.matmul, products({(1, 1)}) + (S(F(0), F(0)), S(Ints((3,)), Ints((3,)))), (
        Refusal(lambda t: t.dot(t.ones(2), t.ones(3)), RuntimeError, "multiplied|same number of elements|inconsistent"),
        Refusal(lambda t: t.dot(t.ones(2), t.ones(2, dtype=t.float64)), RuntimeError, "same dtype"),
        Refusal(lambda t: t.dot(t.ones(2, 3), t.ones(3)), RuntimeError, "1D"),
    )),
]  # fmt: skip

# -------------------------------------------------------------------------------------------------------- the rows: indexing

BASIC = (
    S(F(3), 1),
    S(F(3), -1),
    S(F(2, 3), 1),
    S(F(2, 3), (1, 2)),
    S(F(2, 3), slice(None, None, 2)),
    S(F(3, 3), (slice(1, None), slice(None, -1))),
    S(F(3, 3), (slice(-2, 9), None, 1)),
    S(F(2, 3, 2), (..., 0)),
    S(F(2, 3, 2), (1, ..., slice(None, None, 2))),
    S(F(), None),
    S(F(), ()),
    S(F(), ...),
    S(F(3), slice(2, 1)),
    S(F(0, 3), (slice(None), 1)),
)
ADVANCED = (
    S(F(3), Exactly([0, 2, 2], "int64")),
    S(F(3), [0, 2, 2]),
    S(F(3, 4), (Exactly([[0], [2]], "int64"), Exactly([1, 1, 3], "int32"))),
    S(F(3, 4), (slice(None), [0, 0, -1])),
    S(F(3, 4), (..., [1, 2])),
    S(F(2, 3, 4), ([0, 1], slice(None), [1, 3])),
    S(F(2, 3, 4), (slice(None), [[0, 1], [2, 2]])),
    S(F(2, 3, 4), (None, [0, 1], 1)),
    S(F(3), Exactly([], "int64")),
    S(F(3), Exactly(1, "int64")),
    S(F(0, 3), (slice(None), [0, 0])),
)
MASKED = (
    S(F(2, 3), Exactly([[True, False, True], [False, False, True]], "bool")),
    S(F(2, 3), Exactly([True, False], "bool")),
    S(F(2, 3), (slice(None), Exactly([True, False, True], "bool"))),
    S(F(2, 3, 2), (1, Exactly([True, False, True], "bool"))),
    S(F(3), Exactly([False, False, False], "bool")),
)
BAD_INDICES = (
    (lambda t: t.ones(2, 3)[2], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[0, -4], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[0, 0, 0], IndexError, "too many indices"),
    (lambda t: t.ones(())[0], IndexError, "0-dim"),
    (lambda t: t.ones(2, 3)[t.tensor([2])], IndexError, "out of (bounds|range)"),
    (lambda t: t.ones(2, 3)[t.tensor([0.5])], IndexError, "used as indices must be"),
    (lambda t: t.ones(2, 3)[t.tensor([True])], IndexError, "shape of the mask"),
    (lambda t: t.ones(3)[::-1], ValueError, "greater than zero"),
    (lambda t: t.ones(4, 4)[[0, 1], [0, 1, 2]], IndexError, "broadcast"),
    (lambda t: t.ones(3)["a"], IndexError, "invalid index|must be"),
)


def numpy_index(x: Array, index: Any) -> Array:
    """`x[index]` where integers only remove their dimension, as in PyTorch (and not in NumPy, beside index arrays)."""
    items = index if isinstance(index, tuple) else (index,)
    advanced = any(isinstance(i, list | np.ndarray) for i in items)
    if not advanced or not any(isinstance(i, int) for i in items):
        return x[index]
    plain = [i if isinstance(i, int) else slice(None) for i in items if i is not None]
    return x[tuple(plain)][tuple(i for i in items if not isinstance(i, int))]


def written(library: Any, x: Any, index: Any, value: Any) -> Any:
    z = x.clone()
    z[index] = value
    return z


def number_at(x: Array, index: Any) -> Array:
    return np.asarray(numpy_index(x, index))


INDEXING = [
    Row("Tensor.__getitem__", number_at, BASIC, tuple(Refusal(*bad) for bad in BAD_INDICES), shares=True,
        variant="basic"),
    Row("Tensor.__getitem__", number_at, ADVANCED, variant="integers"),
    Row("Tensor.__getitem__", number_at, MASKED, replay=False,
        why="how many elements a mask names depends on the data", variant="mask"),
    Row("Tensor.__setitem__", assigned, (
            S(F(3), 1, 2.5), S(F(2, 3), 1, F(3)), S(F(2, 3), (slice(None), 0), F(2)), S(F(2, 3), ..., F(1, 3)),
            S(F(2, 3), (slice(None), slice(1, None)), F()), S(F(3, 3), slice(None, None, 2), F(2, 3)), S(F(), ..., 1.0),
            S(F(3), slice(2, 1), F()), S(Ints((3,)), 0, 7), S(Bools((3,)), 0, True), S(F(3), 0, Ints(())),
            S(F(3), [0, 2], F(2)), S(F(2, 3), ([0, 1], [2, 0]), F(2)), S(F(2, 3), (slice(None), [0, 2]), F()),
            S(F(2, 3), Exactly([True, False], "bool"), F(3)),
            S(F(2, 3), Exactly([[True, False, True], [False, True, True]], "bool"), 0.0),
        ), (
            Refusal(lambda t: written(t, t.ones(2, 3), 0, t.ones(2)), RuntimeError, "shape mismatch|expanded size"),
            Refusal(lambda t: written(t, t.ones(2, 3), 2, 1.0), IndexError, "out of (bounds|range)"),
            Refusal(lambda t: written(t, t.ones(2, 3), t.tensor([0.5]), 1.0), IndexError, "used as indices must be"),
            Refusal(lambda t: t.ones(2, requires_grad=True).__setitem__(0, 1.0), RuntimeError, "leaf Variable"),
            Refusal(lambda t: t.ones(1).expand(2).__setitem__(0, 1.0), RuntimeError, "single memory location"),
        ), call=written),
    Row("Tensor.__contains__", lambda x, v: bool(np.any(x == v)), (
        S(Ints((3,), 1, 3), 2), S(Ints((3,), 1, 3), 7), S(F(2, 3), 0.5), S(F(0), 1.0), S(F(3), Exactly(9.0)),
    ), gradient=False, call=lambda t, x, v: v in x),
]  # fmt: skip

# ------------------------------------------------------------------------------------------------------- the rows: operators


def reflected(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda t, x, number: function(number, x)


def on_arrays(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda x, number: function(number, x)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda t, *args: function(*args)


OPERATORS = [
    Row("Tensor.__add__", operator.add, (*pairs(), *NUMBERS, *TWO_INTEGERS), call=plain(operator.add)),
    Row("Tensor.__add__", on_arrays(operator.add), NUMBERS, call=reflected(operator.add), variant="reflected"),
    Row("Tensor.__sub__", operator.sub, (*pairs(), *NUMBERS, *TWO_INTEGERS), call=plain(operator.sub), errors=(
        Refusal(lambda t: t.tensor([True]) - t.tensor([True]), RuntimeError, "bool"),
        Refusal(lambda t: t.ones(2) - t.ones(3), RuntimeError, SHAPES_DISAGREE),
        Refusal(lambda t: t.ones(2) - "a", TypeError, "str"),
    )),
    Row("Tensor.__rsub__", on_arrays(operator.sub), (*ones(2.5), *NUMBERS), call=reflected(operator.sub), errors=(
        Refusal(lambda t: 1 - t.tensor([True]), RuntimeError, "bool"),
    )),
    Row("Tensor.__mul__", operator.mul, (*pairs(), *NUMBERS), call=plain(operator.mul)),
    Row("Tensor.__mul__", on_arrays(operator.mul), NUMBERS, call=reflected(operator.mul), variant="reflected"),
    Row("Tensor.__truediv__", operator.truediv, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), call=plain(operator.truediv)),
    Row("Tensor.__rtruediv__", on_arrays(quiet(operator.truediv)), (
        *ones(2.5), S(F(3), 2), S(Ints((3,), 1, 5), 2), S(Exactly([0.0]), 1), S(F(), 1.0),
    ), call=reflected(operator.truediv), domain=nonzero),
    Row("Tensor.__floordiv__", operator.floordiv, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), gradient=False,
        call=plain(operator.floordiv)),
    Row("Tensor.__rfloordiv__", on_arrays(operator.floordiv), (S(F(3), 2.5), S(F(2, 3), 2), S(Ints((3,), 1, 5), 7)),
        gradient=False, domain=nonzero, call=reflected(operator.floordiv)),
    Row("Tensor.__mod__", operator.mod, (*pairs(nonzero), *NUMBERS, *TWO_INTEGERS), call=plain(operator.mod)),
    Row("Tensor.__rmod__", on_arrays(operator.mod), (S(F(3), 2.5), S(F(2, 3), 2), S(Ints((3,), 1, 5), 7)),
        domain=nonzero, call=reflected(operator.mod)),
    Row("Tensor.__pow__", operator.pow, (*pairs(anywhere), S(F(2, 3), 2), S(F(), 0.5), S(Ints((3,)), 2)), domain=positive,
        call=plain(operator.pow)),
    Row("Tensor.__rpow__", on_arrays(quiet(operator.pow)), (
        *ones(2.5), S(F(3), 2), S(F(), 1), S(Ints((3,), 0, 4), 2), S(F(3, domain=positive), 0), S(Ints((3,)), 2.0),
    ), call=reflected(operator.pow)),
    Row("Tensor.__matmul__", operator.matmul, (S(F(2, 3), F(3, 2)), S(F(2, 2, 3), F(3))), call=plain(operator.matmul)),
    Row("Tensor.__rmatmul__", lambda x, a: a @ x, (S(F(3, 2), F(2, 3, gradient=False)),),
        call=lambda t, x, a: t.Tensor.__rmatmul__(x, a)),
    Row("Tensor.__neg__", operator.neg, (S(F(2, 3)), S(Ints((3,)))), call=plain(operator.neg)),
    Row("Tensor.__pos__", operator.pos, (S(F(2, 3)), S(Ints((3,))), S(F())), call=plain(operator.pos), shares=True),
    Row("Tensor.__abs__", operator.abs, (S(F(2, 3)), S(Ints((3,)))), call=plain(operator.abs), domain=nonzero),
    *[
        Row(f"Tensor.__{name}__", getattr(operator, name), COMPARED, call=plain(getattr(operator, name)), gradient=False)
        for name in COMPARISONS
    ],
    *[
        Row(f"Tensor.__{name}__", getattr(operator, f"{name}_".replace("xor_", "xor")), (*TWO_INTEGERS, *TWO_BOOLS),
            call=plain(getattr(operator, f"{name}_".replace("xor_", "xor"))), gradient=False)
        for name in ("and", "or", "xor")
    ],
    *[
        Row(f"Tensor.__r{name}__", on_arrays(getattr(operator, f"{name}_".replace("xor_", "xor"))),
            (S(Ints((3,)), 5), S(Bools((3,)), True)),
            call=reflected(getattr(operator, f"{name}_".replace("xor_", "xor"))), gradient=False)
        for name in ("and", "or", "xor")
    ],
    Row("Tensor.__invert__", operator.invert, (*INTEGERS, *BOOLS), call=plain(operator.invert), gradient=False),
]  # fmt: skip

# ------------------------------------------------------------------------------------------------- the rows: in-place forms


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row.name: row for row in reversed(rows)}


def fits(row: Row, sample: Sample) -> bool:
    """Tell whether the result could take the place of the first argument."""
    first = sample.args[0]
    if isinstance(first, Floats | Exactly | Ints | Bools) and row.numpy is not None:
        args, kwargs = Case(row, sample, 0, "float64", "contiguous").arrays()
        z = row.numpy(*args, **kwargs)
        return isinstance(z, np.ndarray | np.generic) and z.shape == args[0].shape and z.dtype.kind == args[0].dtype.kind
    return False


def in_place(row: Row, name: str) -> Row:
    """The row of an operation's in-place form, which edits a clone and returns it."""

    def call(t: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        z = x.clone()
        edited = getattr(z, name)(*args, **kwargs) if name.endswith("_") and not name.startswith("__") else (
            getattr(operator, name.strip("_"))(z, *args)
        )
        assert edited is z
        return z

    samples = tuple(sample for sample in row.samples if fits(row, sample) and not sample.kwargs.get("rounding_mode"))
    errors = (
        Refusal(lambda t: call_on(t.ones(2, requires_grad=True), name, row), RuntimeError, "leaf Variable that requires"),
        Refusal(lambda t: call_on(t.ones(1).expand(2), name, row), RuntimeError, "single memory location"),
    )
    return replace(row, name=f"Tensor.{name}", samples=samples, errors=errors, call=call, shares=False, variant="")


def call_on(x: Any, name: str, row: Row) -> Any:
    """Call an in-place form with arguments of its first sample that are numbers, or 1 for tensors."""
    sample = next(s for s in row.samples if fits(row, s))
    rest = [1 if isinstance(a, DESCRIPTIONS) else a for a in sample.args[1:]]
    if name.startswith("__"):
        return getattr(operator, name.strip("_"))(x, *rest)
    return getattr(x, name)(*rest, **sample.kwargs)


OUT_OF_PLACE = by_name(ELEMENTWISE + OPERATORS)
NAMES_IN_PLACE = (
    "add sub mul div pow remainder neg abs exp log sqrt tanh sigmoid relu reciprocal clamp floor".split()
)
OPERATORS_IN_PLACE = "add sub mul truediv floordiv mod pow".split()


def filled_with(x: Array, value: Any) -> Array:
    return np.full_like(x, value)


IN_PLACE = [
    *[in_place(OUT_OF_PLACE[name], f"{name}_") for name in NAMES_IN_PLACE],
    *[in_place(OUT_OF_PLACE[f"Tensor.__{name}__"], f"__i{name}__") for name in OPERATORS_IN_PLACE],
    replace(
        in_place(replace(OUT_OF_PLACE["masked_fill"], samples=OUT_OF_PLACE["masked_fill"].samples[:-1]), "masked_fill_"),
        errors=(),
    ),
    Row("Tensor.copy_", lambda x, y: np.broadcast_to(y, x.shape).astype(x.dtype), (
            S(F(2, 3), F(2, 3)), S(F(2, 3), F(3)), S(F(), F()), S(F(3), Ints((3,))), S(Ints((3,)), F(3, gradient=False)),
            S(F(3, dtype="float32"), F(3, dtype="float64", domain=eighths)), S(F(0), F(1)),
        ), (
            Refusal(lambda t: t.ones(2).copy_(t.ones(3)), RuntimeError, "expand|must match|broadcast"),
            Refusal(lambda t: t.ones(2, requires_grad=True).copy_(t.ones(2)), RuntimeError, "leaf Variable"),
        ), call=lambda t, x, y: x.clone().copy_(y), exact=True),
    Row("Tensor.fill_", filled_with, (S(F(2, 3), 1.5), S(F(), 2), S(Ints((3,)), 7), S(F(2, 3), F()), S(F(0), 1.0)),
        (Refusal(lambda t: t.ones(2, requires_grad=True).fill_(1), RuntimeError, "leaf Variable"),),
        call=lambda t, x, value: x.clone().fill_(value)),
    Row("Tensor.zero_", np.zeros_like, (S(F(2, 3)), S(F()), S(Ints((3,))), S(Bools((3,)))),
        (Refusal(lambda t: t.ones(2, requires_grad=True).zero_(), RuntimeError, "leaf Variable"),),
        call=lambda t, x: x.clone().zero_()),
]  # fmt: skip

# ----------------------------------------------------------------------------------------- the rows: dtypes, copies, memory


def to_dtype(name: str, dtype: str) -> Row:
    """The row of a method that converts: linear, and exact for numbers of few digits."""
    return Row(
        f"Tensor.{name}",
        lambda x: x.astype(dtype),
        (S(F(2, 3)), S(F()), S(F(0)), S(Ints((3,))), S(Bools((3,)))),
        domain=eighths,
        exact=True,
        shares=True,
        eps=2.0**-7,
    )


CONVERSIONS = [
    *[to_dtype(name, dtype) for name, dtype in {"float": "float32", "double": "float64", "half": "float16"}.items()],
    *[
        Row(f"Tensor.{name}", lambda x, dtype=dtype: x.astype(dtype), (S(F(2, 3)), S(Ints((3,))), S(Bools((3,))), S(F())),
            gradient=False, exact=True, shares=True)
        for name, dtype in {"long": "int64", "int": "int32", "bool": "bool"}.items()
    ],
    Row("Tensor.to", lambda x, dtype: x.astype(dtype), (
            S(F(2, 3), Dtype("float32")), S(F(2, 3), Dtype("float64")), S(F(), Dtype("float16")), S(Ints((3,)), Dtype("float32")),
            S(F(3), dtype=Dtype("float64")),
        ), (Refusal(lambda t: t.ones(2).to("cuda:0" if t.__name__ == "autograd" else "nowhere"), RuntimeError, "cuda|nowhere"),),
        domain=eighths, exact=True, shares=True, eps=2.0**-7),
    Row("Tensor.type", lambda x, dtype: x.astype(dtype), (S(F(2, 3), Dtype("float32")), S(Ints((3,)), Dtype("float64"))),
        domain=eighths, exact=True, shares=True, eps=2.0**-7),
    Row("Tensor.type_as", lambda x, y: x.astype(y.dtype),
        (S(F(2, 3), F(1, dtype="float32", gradient=False)), S(Ints((3,)), F(gradient=False))),
        domain=eighths, exact=True, shares=True, eps=2.0**-7),
    Row("Tensor.contiguous", np.ascontiguousarray, (S(F(2, 3)), S(Ints((3,)))), shares=True),
    Row("Tensor.detach", np.asarray, (S(F(2, 3)), S(Ints((3,))), S(F())), gradient=False, shares=True),
    Row("Tensor.data", np.asarray, (S(F(2, 3)), S(Ints((3,))), S(F())), gradient=False, shares=True,
        call=lambda t, x: x.data),
    Row("Tensor.cpu", np.asarray, (S(F(2, 3)), S(Ints((3,)))), shares=True),
]  # fmt: skip

# -------------------------------------------------------------------------------------------------------- the rows: creation

LIKE = (S(F(2, 3)), S(F()), S(Ints((3,))), S(Bools((2,))), S(F(2, 0)), S(F(2), dtype=Dtype("int64")))
SIZES = (S(2, 3), S((2, 3)), S(()), S(0), S([2]), S(2, dtype=Dtype("float64")), S(2, 1, dtype=Dtype("bool")))


def of_size(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *size, dtype=np.float32: function(size[0] if isinstance(size[0], tuple | list) else size, dtype)


def made(name: str, numpy: Callable[..., Any], *samples: Sample, **options: Any) -> Row:
    """A row of a function that makes a tensor."""
    return Row(name, numpy, samples, gradient=False, exact=True, **options)


def given(x: Any, dtype: Any = None) -> Array:
    """What `tensor` makes: numbers in the default dtypes, arrays in their own."""
    a = np.array(x)
    if dtype is None and not isinstance(x, np.ndarray):
        dtype = {"f": np.float32, "i": np.int64, "b": np.bool_}[a.dtype.kind if a.size else "f"]
    return a.astype(dtype or a.dtype)


NEGATIVE_SIZE = "negative dimension"
CREATION = [
    *[
        made(name, of_size(function), *SIZES, errors=(
            Refusal(lambda t, name=name: find(t, name)(-1), RuntimeError, NEGATIVE_SIZE),
            Refusal(lambda t, name=name: find(t, name)(2, dtype=t.int64, requires_grad=True), RuntimeError, "floating point"),
        ))
        for name, function in {"zeros": np.zeros, "ones": np.ones}.items()
    ],
    made("empty", of_size(np.zeros), *SIZES, call=lambda t, *a, **k: t.zeros_like(t.empty(*a, **k)), errors=(
        Refusal(lambda t: t.empty(-1), RuntimeError, NEGATIVE_SIZE),
    )),
    made("full", lambda size, value, dtype=None: given(np.full(size, value).tolist(), dtype),
         S((2, 3), 1.5), S((2,), 7), S((), True), S((2,), 1, dtype=Dtype("float64")), S([2], 1.5)),
    made("zeros_like", np.zeros_like, *LIKE),
    made("ones_like", np.ones_like, *LIKE),
    made("empty_like", np.zeros_like, *LIKE, call=lambda t, *a, **k: t.zeros_like(t.empty_like(*a, **k))),
    made("full_like", np.full_like, S(F(2, 3), 1.5), S(Ints((3,)), 2), S(F(2), 1, dtype=Dtype("int64"))),
    made("eye", lambda n, m=None, dtype=np.float32: np.eye(n, m, dtype=dtype),
         S(3), S(2, 4), S(0), S(3, dtype=Dtype("int64"))),
    made("arange", lambda *a, dtype=None: given(np.arange(*a).tolist(), dtype) if len(np.arange(*a)) else
         np.zeros(0, np.int64),
         S(5), S(1, 5), S(5, 0, -2), S(0, 1, 0.25), S(2.5), S(0), S(3, dtype=Dtype("float64")), S(0.0, 2.0, 0.3),
         errors=(Refusal(lambda t: t.arange(1, 5, -1), RuntimeError, "step sign"),
                 Refusal(lambda t: t.arange(1, 5, 0), RuntimeError, "nonzero"))),
    made("linspace", lambda *a, dtype=np.float32: np.linspace(*a, dtype=dtype),
         S(0, 1, 5), S(-1.5, 2, 4), S(0, 1, 1), S(0, 1, 0), S(1, 0, 3, dtype=Dtype("float64")),
         errors=(Refusal(lambda t: t.linspace(0, 1, -1), RuntimeError, "non-negative"),)),
    made("tensor", given, S(1.5), S(2), S(True), S([[1.0, 2.0], [3.0, 4.0]]), S([1, 2]), S([]), S([True, False]),
         S([1, 2.5]), S([1, 2], dtype=Dtype("float64")), S(Raw(F(2, 3))), S(Raw(Ints((3,)))), S([1.9], dtype=Dtype("int64")),
         errors=(
             Refusal(lambda t: t.tensor([[1.0], [1.0, 2.0]]), ValueError, "lengths|length"),
             Refusal(lambda t: t.tensor([1, 2], requires_grad=True), RuntimeError, "floating point"),
             Refusal(lambda t: t.tensor("abc"), (TypeError, ValueError), "str"),
         )),
    *[
        made(name, given, S(1.5), S([1, 2]), S(Raw(F(2, 3))), S(F(2, 3)), S(Raw(Ints((3,))), dtype=Dtype("float64")),
             S(F(2), dtype=Dtype("float32")), shares=True)
        for name in ("as_tensor", "asarray")
    ],
    made("from_numpy", np.asarray, S(Raw(F(2, 3))), S(Raw(Ints((3,)))), S(Raw(Bools((2,)))), S(Raw(F())), shares=True,
         errors=(
             Refusal(lambda t: t.from_numpy([1.0]), TypeError, "expected np.ndarray"),
             Refusal(lambda t: t.from_numpy(np.array(["a"])), TypeError, "dtype|type"),
         )),
    made("Tensor.new_tensor", lambda x, data, dtype=None: np.array(data, dtype or x.dtype),
         S(F(1), [1.0, 2.0]), S(Ints((1,)), [1, 2]), S(F(1), [1, 2], dtype=Dtype("int64"))),
    made("Tensor.new_zeros", lambda x, *size, dtype=None: np.zeros(size, dtype or x.dtype),
         S(F(1), 2, 3), S(Ints((1,)), 2), S(F(1), 2, dtype=Dtype("int64"))),
    made("Tensor.new_ones", lambda x, *size, dtype=None: np.ones(size, dtype or x.dtype),
         S(F(1), 2, 3), S(Ints((1,)), 2), S(F(1), 2, dtype=Dtype("int64"))),
    made("numel", np.size, S(F(2, 3)), S(F()), S(F(0, 2)), S(Ints((4,)))),
]  # fmt: skip

# ------------------------------------------------------------------------------------------------- the rows: random numbers


def seeded(name: str, *samples: Sample, errors: tuple[Refusal, ...] = (), gradient: bool = False) -> Row:
    """A row of a function that draws: after the same seed, PyTorch's numbers."""

    def call(t: Any, *args: Any, **kwargs: Any) -> Any:
        t.manual_seed(7)
        if name.endswith("_"):
            return getattr(args[0].clone(), name.removeprefix("Tensor."))(*args[1:], **kwargs)
        return find(t, name)(*args, **kwargs)

    return Row(name, None, samples, errors, call=call, gradient=gradient, replay=False, why="random", exact=True)


FLOAT64 = {"dtype": Dtype("float64")}
RANDOM = [
    seeded("rand", S(2, 3), S((20,)), S(()), S(0), S(5, **FLOAT64), errors=(
        Refusal(lambda t: t.rand(-1), RuntimeError, NEGATIVE_SIZE),
        Refusal(lambda t: t.rand(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
    )),
    seeded("randn", S(2, 3), S((20,)), S(()), S(0), S(5, **FLOAT64), S(17, **FLOAT64), errors=(
        Refusal(lambda t: t.randn(-1), RuntimeError, NEGATIVE_SIZE),
        Refusal(lambda t: t.randn(2, dtype=t.int64), RuntimeError, "(?i)int64|long|floating"),
    )),
    seeded("randint", S(10, (5,)), S(-3, 4, (2, 3)), S(0, 2**40, (3,)), S(10, (3,), dtype=Dtype("int32")),
           S(0, 5, (3,), dtype=Dtype("float32")), errors=(
               Refusal(lambda t: t.randint(0, 0, (3,)), RuntimeError, "from"),
               Refusal(lambda t: t.randint(5, 2, (3,)), RuntimeError, "from"),
           )),
    seeded("randperm", S(10), S(0), S(1), S(50, dtype=Dtype("int32")), errors=(
        Refusal(lambda t: t.randperm(-1), RuntimeError, "non-negative"),
    )),
    seeded("rand_like", S(F(2, 3)), S(F()), S(F(3), **FLOAT64)),
    seeded("randn_like", S(F(2, 3)), S(F()), S(F(3), **FLOAT64)),
    seeded("Tensor.uniform_", S(F(2, 3)), S(F(20), -1, 3), S(F()), gradient=True, errors=(
        Refusal(lambda t: t.ones(2, requires_grad=True).uniform_(), RuntimeError, "leaf Variable"),
        Refusal(lambda t: t.ones(2).uniform_(2, 1), RuntimeError, "from"),
        Refusal(lambda t: t.tensor([1, 2]).uniform_(), RuntimeError, "(?i)int64|long|floating"),
    )),
    seeded("Tensor.normal_", S(F(2, 3)), S(F(20), 1.5, 0.25), S(F()), gradient=True, errors=(
        Refusal(lambda t: t.ones(2, requires_grad=True).normal_(), RuntimeError, "leaf Variable"),
        Refusal(lambda t: t.ones(2).normal_(0, -1), RuntimeError, "std"),
    )),
]  # fmt: skip

# ------------------------------------------------------------------------------------------------- the rows: neural networks

LABELS = Ints((4,), 0, 3)
NETWORKS = [
    Row("nn.functional.linear", linear, (
            S(F(4, 3), F(2, 3)), S(F(4, 3), F(2, 3), F(2)), S(F(3), F(2, 3), F(2)), S(F(2, 2, 3), F(2, 3), F(2)),
            S(F(2, 2, 3), F(2, 3)), S(F(0, 3), F(2, 3), F(2)), S(F(2, 2, 2, 3), F(2, 3), bias=None),
        ), (
            Refusal(lambda t: t.nn.functional.linear(t.ones(4, 2), t.ones(2, 3)), RuntimeError, "shapes cannot be"),
            Refusal(lambda t: t.nn.functional.linear(t.ones(4, 3), t.ones(2, 3), t.ones(3)), RuntimeError, "bias|expanded|size"),
            Refusal(lambda t: t.nn.functional.linear(t.ones(4, 3).double(), t.ones(2, 3)), RuntimeError, "same dtype"),
            Refusal(lambda t: t.nn.functional.linear([1.0], t.ones(2, 3)), TypeError, "must be Tensor"),
        ), call=lambda t, x, w, b=None, bias=None: t.nn.functional.linear(x, w, bias if b is None else b)),
    one("nn.functional.relu", lambda x: np.maximum(x, 0), nonzero),
    Row("nn.functional.relu", lambda x: np.maximum(x, 0), (S(F(2, 3)), S(F())), domain=nonzero, variant="in place",
        call=lambda t, x: t.nn.functional.relu(x.clone(), inplace=True)),
    Row("nn.functional.softmax", softmax, (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)), refusals_of_dims("nn.functional.softmax")[:3]),
    Row("nn.functional.log_softmax", log_softmax, (S(F(2, 3), 1), S(F(2, 3, 2), dim=0)),
        refusals_of_dims("nn.functional.log_softmax")[:3]),
    Row("nn.functional.mse_loss", quiet(squared_error), (
            S(F(2, 3), F(2, 3)), S(F(2, 3), F(2, 3), reduction="sum"), S(F(2, 3), F(2, 3), reduction="none"), S(F(), F()),
            S(F(0), F(0)), S(F(3), F(3, gradient=False)), S(F(3, gradient=False), F(3)),
        ), (
            Refusal(lambda t: t.nn.functional.mse_loss(t.ones(2), t.ones(2), reduction="max"), ValueError, "reduction"),
        )),
    Row("nn.functional.cross_entropy", quiet(cross_entropy), (
            *[S(F(4, 3), LABELS, reduction=r) for r in ("mean", "sum", "none")],
            S(F(4, 3), LABELS), S(F(3), Ints((), 0, 3)), S(F(2, 3, 2), Ints((2, 2), 0, 3)),
            S(F(2, 3, 2, 2), Ints((2, 2, 2), 0, 3), reduction="none"), S(F(0, 3), Ints((0,), 0, 3)),
            S(F(4, 3), LABELS, F(3, gradient=False, domain=positive)),
            S(F(4, 3), LABELS, weight=F(3, gradient=False, domain=positive), label_smoothing=0.1),
            S(F(4, 3), LABELS, label_smoothing=0.2), S(F(4, 3), LABELS, label_smoothing=0.2, reduction="none"),
            S(F(4, 3), LABELS, label_smoothing=0.3, reduction="sum"),
            S(F(4, 3), Ints((4,), 0, 3, dtype="uint8")), S(Exactly([[1000.0, -1000.0]]), Exactly([0], "int64")),
            S(F(4, 3), F(4, 3, domain=positive)), S(F(4, 3), F(4, 3, domain=positive), reduction="sum"),
            S(F(4, 3), F(4, 3, domain=positive), reduction="none", label_smoothing=0.1),
            S(F(3), F(3, domain=positive)), S(F(2, 3, 2), F(2, 3, 2, domain=positive)),
            S(F(4, 3), F(4, 3, domain=positive), F(3, gradient=False, domain=positive)),
        ), (
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 3])), IndexError, "out of bounds"),
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, -1])), IndexError, "out of bounds"),
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0.0, 1.0])), RuntimeError, "Long|dtype"),
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1, 2])), ValueError, "batch_size"),
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), reduction="max"), ValueError,
                    "reduction"),
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), t.ones(2)), RuntimeError,
                    "weight"),
            Refusal(lambda t: t.nn.functional.cross_entropy(t.ones(2, 3), t.tensor([0, 1]), label_smoothing=2.0),
                    RuntimeError, "label_smoothing"),
        )),
    Row("nn.functional.cross_entropy", cross_entropy, (
            S(F(4, 3), Exactly([0, -100, 2, 1], "int64")), S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), ignore_index=1, reduction="none"),
            S(F(4, 3), Exactly([0, 1, 2, 1], "int64"), F(3, gradient=False, domain=positive), ignore_index=1),
        ), replay=False, why="how many labels count depends on the data", variant="with labels to ignore"),
]  # fmt: skip

ROWS = (
    ELEMENTWISE + LOGICAL + REDUCTIONS + SHAPE + PRODUCT_ROWS + INDEXING + OPERATORS + IN_PLACE + CONVERSIONS + CREATION
    + RANDOM + NETWORKS
)  # fmt: skip
