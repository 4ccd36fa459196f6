"""Random tensors, in PyTorch's CPU stream: the same seed gives the same numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from autograd import dtypes
from autograd.creation import Options, asked, finish, like, listed, memory_order
from autograd.device import contiguous_format
from autograd.errors import AutogradError, ShapeError, UndefinedError, say
from autograd.generator import Generator, default_generator
from autograd.inplace import Copied, put_into, refuse_unless_editable
from autograd.op import wrap
from autograd.ops.arithmetic import add, mul
from autograd.ops.shape import broadcast_shapes, new_sizes
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "bernoulli",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]


def manual_seed(seed: int) -> Generator:
    """Seed the default generator, and return it."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator with a number from the operating system, and return the number."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed the default generator was last given."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Return the state of the default generator, as a uint8 tensor."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set the state of the default generator to one that `get_rng_state` returned."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """Put the default generator's state back at the end of a `with` block.

    Parameters
    ----------
    devices : ignored
        Other devices whose state to keep: there are none.
    enabled : bool
        False does nothing.
    """
    state = default_generator.get_state()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_state(state)


def _stream(generator: Generator | None) -> Generator:
    return default_generator if generator is None else generator


# --------------------------------------------------------------------------------------------------- of a given shape


def rand(*size: Any, generator: Generator | None = None, **options: Unpack[Options]) -> Tensor:
    """Return numbers drawn uniformly from [0, 1). Keywords as in `autograd.creation.Options`."""
    d = asked(options)
    return finish(_stream(generator).uniform(new_sizes(size), d), options)


def randn(*size: Any, generator: Generator | None = None, **options: Unpack[Options]) -> Tensor:
    """Return numbers drawn from the standard normal distribution. Keywords as in `autograd.creation.Options`.

    Notes
    -----
    The stream is PyTorch's; float32 values agree to 2e-6 absolute and float64 values to 2 units in the last place
    (PyTorch's own builds differ among each other there).
    """
    d = asked(options)
    return finish(_stream(generator).normal(new_sizes(size), d), options)


def randint(
    low: int, high: Any = None, size: Any = None, *, generator: Generator | None = None, **options: Unpack[Options]
) -> Tensor:
    """Return integers drawn uniformly from [low, high): `randint(10, (3,))` or `randint(5, 10, (3,))`.

    Raises
    ------
    RuntimeError
        `low` is not below `high`, or the dtype cannot hold the numbers.
    """
    if size is None:
        low, high, size = 0, low, high
    d = asked(options, dtypes.I8)
    return finish(_stream(generator).integers(low, high, listed(size, "randint"), d), options)


def randperm(n: int, *, generator: Generator | None = None, **options: Unpack[Options]) -> Tensor:
    """Return the integers below `n` in random order. Keywords as in `autograd.creation.Options`."""
    d = asked(options, dtypes.I8)
    return finish(_stream(generator).permutation(n, d), options)


# ------------------------------------------------------------------------------------------------ of another's shape


def _drawn_like(
    input: Tensor, options: Options, memory_format: Any, fill: Callable[[Tensor], Tensor]
) -> Tensor:
    """Return a tensor like `input` (see `creation.like`), filled by `fill` in the order of its memory."""
    return finish(fill(wrap(like(input, options, memory_format)))._array, options)


def rand_like(
    input: Tensor, *, generator: Generator | None = None, memory_format: Any = None, **options: Unpack[Options]
) -> Tensor:
    """Return uniform numbers in the shape (and dtype) of a tensor."""
    return _drawn_like(input, options, memory_format, lambda t: uniform_(t, generator=generator))


def randn_like(
    input: Tensor, *, generator: Generator | None = None, memory_format: Any = None, **options: Unpack[Options]
) -> Tensor:
    """Return normal numbers in the shape (and dtype) of a tensor."""
    return _drawn_like(input, options, memory_format, lambda t: normal_(t, generator=generator))


def randint_like(
    input: Tensor,
    low: int = 0,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    memory_format: Any = None,
    **options: Unpack[Options],
) -> Tensor:
    """Return integers from [low, high) in the shape (and dtype) of a tensor: also `randint_like(x, high)`."""
    if high is None:
        low, high = 0, low
    return _drawn_like(input, options, memory_format, lambda t: random_(t, low, high, generator=generator))


# ------------------------------------------------------------------------------------- of distributions with parameters


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None, **options: Unpack[Options]
) -> Tensor:
    """Return normal numbers of given mean and standard deviation.

    Parameters
    ----------
    mean, std : Tensor or float
        Tensors broadcast, and give the result its shape; with two numbers, `size` does.
    size : tuple of int, optional
    generator : Generator, optional
    **options
        As in `autograd.creation.Options`, with `size`.

    Raises
    ------
    RuntimeError
        A standard deviation is negative.
    TypeError
        Two numbers without `size`, or a tensor with it.
    """
    tensors = [value for value in (mean, std) if isinstance(value, Leaf)]
    if bool(tensors) == (size is not None):
        raise TypeError(
            say(
                "normal() received an invalid combination of arguments",
                "tensors (mean, std), or two numbers and a size",
                "Write normal(0.0, 1.0, size=(3,)).",
            )
        )
    if not tensors:
        d = asked(options)
        return finish(_stream(generator).normal(new_sizes((size,)), d, mean, std), options)
    deviations = std._array if isinstance(std, Leaf) else np.asarray(std)
    if np.any(deviations < 0):
        raise AutogradError(
            say(f"normal expects all elements of std >= 0.0, but found {deviations.min()}", "std >= 0", "Check std.")
        )
    shape = broadcast_shapes(*[value._array.shape for value in tensors])
    d = np.result_type(*[value._array.dtype for value in tensors]) if len(tensors) == 2 else tensors[0]._array.dtype
    if isinstance(std, Leaf):
        mean, std = _detached(mean), _detached(std)
        return add(mul(wrap(_stream(generator).normal(shape, d)), std), mean)
    return add(wrap(_stream(generator).normal(shape, d, 0.0, std)), _detached(mean))


def _detached(value: Any) -> Any:
    return wrap(value._array) if isinstance(value, Leaf) else value


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Tensor:
    """Return 1 with the probability that each element gives (or `p`, if given), and else 0, in the dtype of `input`.

    Raises
    ------
    RuntimeError
        A probability is not between 0 and 1.
    """
    result = wrap(like(input, {}, contiguous_format))
    return bernoulli_(result, input if p is None else p, generator=generator)


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Return indices drawn with the probabilities that each row of `input` gives, up to a factor.

    Parameters
    ----------
    input : Tensor, shape (n,) or (m, n)
    num_samples : int
    replacement : bool
        Whether an index can be drawn again.
    generator : Generator, optional

    Returns
    -------
    Tensor of int64, shape (num_samples,) or (m, num_samples)

    Raises
    ------
    RuntimeError
        Probabilities that are negative, infinite, NaN or all 0 in a row; more samples than there are indices.

    Notes
    -----
    Without replacement: the largest of p / e, with e exponentially distributed; with it: where a uniform number falls
    among the cumulative sums. PyTorch does the same, so the indices are its own.
    """
    a = np.asarray(input._array)
    problem = None
    if a.ndim not in (1, 2):
        problem = "prob_dist must be 1 or 2 dim"
    elif a.dtype.kind != "f":
        problem = f"multinomial only supports floating-point dtypes for input, got: {input.dtype}"
    elif num_samples <= 0:
        problem = "cannot sample n_sample <= 0 samples"
    elif not replacement and num_samples > a.shape[-1]:
        problem = "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
    elif a.size and not (np.all(a >= 0) and np.all(np.isfinite(a))):
        problem = "probability tensor contains either `inf`, `nan` or element < 0"
    elif a.size and not np.all(a.sum(-1) > 0):
        problem = "invalid multinomial distribution (sum of probabilities <= 0)"
    if problem is not None:
        raise AutogradError(say(problem, "rows of probabilities", "Check the input; softmax makes such rows."))
    stream = _stream(generator)
    if a.size == 0:
        return wrap(np.zeros((*a.shape[:-1], num_samples), np.int64))
    if replacement and num_samples > 1:
        return wrap(_with_replacement(stream, a, num_samples))
    scores = a / exponential_(wrap(like(input, {})), generator=generator)._array
    order = np.argsort(-scores, axis=-1, kind="stable")[..., :num_samples]
    return wrap(np.ascontiguousarray(order))


def _with_replacement(stream: Generator, a: np.ndarray[Any, Any], n: int) -> np.ndarray[Any, Any]:
    sums = np.cumsum(a, -1, dtype=a.dtype)
    sums = (sums / sums[..., -1:]).reshape(-1, a.shape[-1])
    sums[:, -1] = 1
    numbers = stream.uniform((len(sums), n), np.float64)
    found = [np.searchsorted(row.astype(np.float64), u) for row, u in zip(sums, numbers, strict=True)]
    return np.array(found, np.int64).reshape(*a.shape[:-1], n)


# --------------------------------------------------------------------------------------- in place: Tensor's methods


def _fill(t: Tensor, draw: Callable[[tuple[int, ...], np.dtype[Any]], Any]) -> Tensor:
    """Fill with random numbers in the order in which the elements lie in memory, as PyTorch does."""
    refuse_unless_editable(t, False)
    a = np.asarray(t._array)
    order = memory_order(a)
    numbers = draw(tuple([a.shape[d] for d in order]), a.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        placed = np.transpose(numbers.astype(a.dtype, copy=False), np.argsort(order) if order else None)
    return put_into(t, Copied().apply(t, wrap(placed)))


def uniform_(input: Tensor, low: float = 0.0, high: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers drawn uniformly from [low, high), in PyTorch's stream."""
    return _fill(input, lambda size, d: _stream(generator).uniform(size, d, low, high))


def normal_(input: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers drawn from the normal distribution, in PyTorch's stream."""
    in_order = input.is_contiguous()
    return _fill(input, lambda size, d: _stream(generator).normal(size, d, mean, std, contiguous=in_order))


def random_(input: Tensor, *bounds: int | None, generator: Generator | None = None) -> Tensor:
    """Fill with integers drawn uniformly: `random_()`, `random_(high)` or `random_(low, high)`, `high` not included.

    Without bounds, from 0 up to the largest that the dtype holds; a float dtype holds the integers up to 2 to the power
    of its digits. `random_(low, None)` draws from `low` up.

    Raises
    ------
    RuntimeError
        `low` is not below `high`, or the dtype cannot hold the numbers.
    TypeError
        More than two bounds, or bounds that are no integers.
    """
    stream = _stream(generator)
    if not bounds:
        return _fill(input, stream.whole_range)
    if len(bounds) > 2:
        raise TypeError(say(f"random_() was given {len(bounds)} bounds", "at most two", "Write random_(low, high)."))
    low, high = bounds if len(bounds) == 2 else (0, bounds[0])
    return _fill(input, lambda size, d: stream.integers(0 if low is None else low, high, size, d))


def bernoulli_(input: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with 1, with probability `p` (a number, or a tensor that broadcasts), and else 0.

    Raises
    ------
    RuntimeError
        A probability is not between 0 and 1.
    """
    if not isinstance(p, Leaf):
        return _fill(input, lambda size, d: _stream(generator).bernoulli(p, size))
    try:
        chances = np.broadcast_to(p._array, input._array.shape)
    except ValueError:
        raise ShapeError(
            say(
                f"probabilities of shape {tuple(p._shape)} were given for a tensor of shape {tuple(input._shape)}",
                "a shape that broadcasts to the tensor's",
                "Reshape the probabilities.",
            )
        ) from None
    chances = np.transpose(chances, memory_order(input._array) or None)
    return _fill(input, lambda size, d: _stream(generator).bernoulli(chances, size))


def _float_only(input: Tensor, what: str) -> None:
    if not input.is_floating_point():
        raise UndefinedError(
            say(
                f"{what} distribution is a continuous probability distribution. dtype must be a floating point but you "
                f"specified {input.dtype}",
                "float32 or float64",
                "Draw in such a dtype and convert.",
            )
        )


def _parameter(fits: bool, what: str) -> None:
    if not fits:
        raise AutogradError(say(what, "a parameter of the distribution", "Check what it was computed from."))


def exponential_(input: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers of the exponential distribution: -log(1 - u) / lambd, u uniform (float32 to 2.4e-7 of torch).

    Raises
    ------
    RuntimeError
        `lambd` is not positive, or the dtype no floating-point one.
    """
    _float_only(input, "Exponential")
    _parameter(lambd > 0, f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
    return _fill(input, lambda size, d: -1.0 / lambd * np.log1p(-_stream(generator).uniform(size, np.float64)))


def geometric_(input: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers of trials until the first success: ceil(log(u) / log(1 - p)), u uniform.

    Raises
    ------
    RuntimeError
        `p` is not strictly between 0 and 1.
    """
    _parameter(0 < p < 1, f"geometric_ expects p to be in (0, 1), but got p={p}")
    return _fill(input, lambda size, d: np.ceil(np.log(_stream(generator).uniform(size, np.float64)) / np.log1p(-p)))


def cauchy_(
    input: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers of the Cauchy distribution: median + sigma tan(π (u - ½)), u uniform.

    Raises
    ------
    RuntimeError
        `sigma` is not positive, or the dtype no floating-point one.
    """
    _float_only(input, "Cauchy")
    _parameter(sigma > 0, f"cauchy_ expects sigma > 0.0, but found sigma={sigma}")
    return _fill(
        input,
        lambda size, d: median + sigma * np.tan(np.pi * (_stream(generator).uniform(size, np.float64) - 0.5)),
    )


def log_normal_(input: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with exponentials of normal numbers of the given mean and standard deviation.

    Raises
    ------
    RuntimeError
        `std` is not positive, or the dtype no floating-point one.
    """
    _float_only(input, "Log-normal")
    _parameter(std > 0, f"log_normal_ expects std > 0.0, but found std={std}")
    return _fill(
        input,
        lambda size, d: np.exp(_stream(generator).normal(size, np.float64, mean, std, contiguous=False)),
    )
