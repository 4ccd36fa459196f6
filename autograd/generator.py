"""PyTorch's CPU random numbers in NumPy: the same seed gives the same numbers.

A `Generator` is the Mersenne Twister mt19937, which NumPy has too, and a recipe for each kind of number. The recipes
are those of PyTorch's x86-64 CPU build (2.13), read from the headers it ships (`ATen/core/DistributionsHelper.h`,
`TransformationHelper.h`, `ATen/native/cpu/DistributionTemplates.h`) and checked number by number:

=====================  =============================================================================================
uniform, float32       the low 24 bits of one 32-bit draw, times 2**-24
uniform, float64       the low 53 bits of two draws (the first is the high half), times 2**-53
between low and high   ``fma(u, high - low, low)``, rounded once; a result rounded up to ``high`` becomes ``low``
normal, 16 or more     Box-Muller on blocks of 16 uniform numbers; a ragged end draws its last 16 afresh
normal, fewer          Box-Muller on pairs in float64, one number at a time; the spare one waits for the next call
integers               a draw modulo the range; two draws make one 64-bit number once the range reaches 2**28
permutation            Fisher-Yates: one draw for each swap
bernoulli              a uniform number is below p
=====================  =============================================================================================

All are equal to PyTorch's bit by bit but the normal numbers: PyTorch's own builds differ there in the last bits, since
each has its own logarithm, sine and cosine. Arrays come out; `random.py` makes tensors of them.
"""

from __future__ import annotations

import math
import operator
import os
import threading
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self, SupportsFloat, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from autograd.device import cpu, require_cpu
from autograd.device import device as Device
from autograd.errors import say
from autograd.op import wrap
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = SupportsIndex | Sequence[SupportsIndex]

DEFAULT_SEED = 67280421310721  # what an unseeded `torch.Generator()` starts from
BLOCK = 1 << 15                # numbers worked on at a time, so that the intermediates stay in the cache
WIDE_RANGE = 1 << 28           # integers from a range this large are made of 64 bits: the modulo stays nearly even
WIDE_PERMUTATION = (2**32 - 1) // 20  # and so are the swaps of a permutation of this length

_LOW_24 = np.uint64(2**24 - 1)
_LOW_53 = np.uint64(2**53 - 1)
_INT64 = np.iinfo(np.int64)

# PyTorch's layout of a generator's state, 5056 bytes: the fields of a C struct with the holes the compiler leaves.
_STATE = np.dtype({
    "names":   ["seed", "left", "seeded", "next", "words", "normal", "normal_is_valid"],
    "formats": ["<u8", "<i4", "<i4", "<u8", ("<u8", 624), "<f8", "<i4"],
    "offsets": [0, 8, 12, 16, 24, 5024, 5040],
    "itemsize": 5056,
})


class Generator:
    """A stream of pseudo-random numbers, equal to that of `torch.Generator` on the CPU.

    Each method draws a whole array under a lock, so threads may share a generator. `copy.copy`, `copy.deepcopy` and
    `pickle` give an independent generator at the same position.

    Parameters
    ----------
    device : str or device, optional
        Only ``"cpu"`` exists.

    Raises
    ------
    RuntimeError
        If `device` is another one.

    Examples
    --------
    >>> import numpy as np
    >>> Generator().manual_seed(0).uniform(3, np.float32)
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
    """

    def __init__(self, device: Device | str = "cpu") -> None:
        require_cpu(device)
        self._lock = threading.Lock()
        self._bits = np.random.MT19937(0)
        self._spare_normal: float | None = None  # the second number of a Box-Muller pair
        self._reseed(DEFAULT_SEED)

    # --------------------------------------------------------------------------------------------------- seed and state

    @property
    def device(self) -> Device:
        """The device whose numbers these are: always the cpu."""
        return cpu

    def manual_seed(self, seed: SupportsIndex) -> Self:
        """Start the stream that belongs to `seed`.

        Parameters
        ----------
        seed : int
            From -2**63 to 2**64 - 1; a negative seed means ``seed + 2**64``. mt19937 itself takes the low 32 bits.

        Returns
        -------
        Generator
            The generator itself.

        Raises
        ------
        RuntimeError
            If `seed` is not an integer.
        ValueError
            If `seed` is out of range.
        """
        remedy = "Pass an int from -2**63 to 2**64 - 1."
        kind = type(seed).__name__
        if isinstance(seed, bool):
            raise RuntimeError(say(f"manual_seed expected a long, but got {kind}", "an int", remedy))
        try:
            number = operator.index(seed)
        except TypeError:
            raise RuntimeError(say(f"manual_seed expected a long, but got {kind}", "an int", remedy)) from None
        if not -(2**63) <= number < 2**64:
            raise ValueError(say(f"Overflow when unpacking long long: the seed is {number}", "a 64-bit number", remedy))
        with self._lock:
            self._reseed(number % 2**64)
        return self

    def seed(self) -> int:
        """Start a stream nobody can foresee, and return its seed: 64 bits from the operating system."""
        number = int.from_bytes(os.urandom(8), "little")
        with self._lock:
            self._reseed(number)
        return number

    def initial_seed(self) -> int:
        """Return the seed this stream was started with."""
        return self._seed

    def _reseed(self, seed: int) -> None:
        self._seed = seed
        self._spare_normal = None
        np.random.RandomState(self._bits).seed(seed % 2**32)  # mt19937's own seeding, which PyTorch uses too

    def get_state(self) -> Tensor:
        """Return the position in the stream as 5056 bytes, laid out as `torch.Generator.get_state` does.

        Returns
        -------
        Tensor of uint8, shape (5056,)
        """
        state = np.zeros((), _STATE)
        with self._lock:
            twister: Any = self._bits.state["state"]
            words, position = twister["key"], twister["pos"]
            state["seed"], state["seeded"], state["words"] = self._seed, True, words
            # mt19937 makes 624 numbers at a time. PyTorch counts those left over down to 1 and makes new ones when it
            # needs them; a stream just seeded stands at number 0 (its first word is the seed).
            just_seeded = position == 624 and words[0] == self._seed % 2**32
            state["next"] = 0 if just_seeded else position
            state["left"] = 1 if just_seeded else 625 - position
            if self._spare_normal is not None:
                state["normal"], state["normal_is_valid"] = self._spare_normal, True
        return wrap(np.frombuffer(state.tobytes(), np.uint8).copy())

    def set_state(self, new_state: Tensor) -> None:
        """Go to a position in a stream that `get_state` returned, here or in PyTorch.

        Parameters
        ----------
        new_state : Tensor of uint8, shape (5056,)
            PyTorch's state has room for a spare normal number in float32 as well; on the CPU it is always empty, and
            it is ignored here.

        Raises
        ------
        TypeError
            If `new_state` is not a tensor of uint8.
        RuntimeError
            If it has another size, or is not the state of an mt19937.
        """
        remedy = "Pass what get_state() returned."
        held = new_state._array if isinstance(new_state, Leaf) else None
        if held is None or held.dtype != np.uint8:
            what = type(new_state).__name__ if held is None else f"a tensor of {held.dtype}"
            raise TypeError(say(f"RNG state must be a torch.ByteTensor, but it is {what}", "5056 bytes", remedy))
        if held.size != _STATE.itemsize:
            raise RuntimeError(say(f"the RNG state has size {held.size}", f"size {_STATE.itemsize}", remedy))
        state = np.frombuffer(held.tobytes(), _STATE)[0]
        left, position = int(state["left"]), int(state["next"])
        if not state["seeded"] or not (left == 1 or (1 < left < 625 and position == 625 - left)):
            raise RuntimeError(say(f"Invalid mt19937 state: {left} numbers left at number {position} of 624",
                                   "left + next = 625", remedy))
        with self._lock:
            self._bits.state = {"bit_generator": "MT19937",
                                "state": {"key": state["words"].astype(np.uint32), "pos": 625 - left}}
            self._seed = int(state["seed"])
            self._spare_normal = float(state["normal"]) if state["normal_is_valid"] else None

    def clone_state(self) -> Generator:
        """Return an independent generator at the same position."""
        clone = Generator()
        clone.set_state(self.get_state())
        return clone

    def __reduce__(self) -> tuple[type[Generator], tuple[()], Tensor]:
        return Generator, (), self.get_state()

    __setstate__ = set_state  # with __reduce__: copy, deepcopy and pickle

    def __repr__(self) -> str:
        return f"Generator(device='cpu', initial_seed={self._seed})"

    # -------------------------------------------------------------------------------------------------- uniform numbers

    def uniform(self, shape: Shape, dtype: npt.DTypeLike = np.float32, low: float = 0.0, high: float = 1.0) -> Array:
        """Draw numbers spread evenly over [low, high): `torch.rand`, and `uniform_` with bounds.

        Parameters
        ----------
        shape : int or sequence of int
        dtype : float16, float32 or float64
        low, high : float
            Rounded to `dtype` first, as is their difference.

        Returns
        -------
        ndarray of `dtype`

        Raises
        ------
        RuntimeError
            If `shape` has a negative entry, ``low > high``, or a bound or their difference does not fit in `dtype`.
        TypeError
            If a bound is not a real number.
        NotImplementedError
            If `dtype` is none of those.
        """
        dims, count = _dimensions(shape)
        kind = _float_dtype("uniform_", dtype)
        work = _computed_in(kind)
        start, stop = _bounds(low, high, kind, work)
        with self._lock:
            numbers = self._units(count, work)
        if (start, stop) != (0.0, 1.0):
            # Block by block: the single rounding takes intermediates of several times the size.
            for block in _blocks(numbers):
                block[...] = _fused_multiply_add(block, stop - start, start)
        numbers = numbers.astype(kind, copy=False)
        if (start, stop) != (0.0, 1.0) or kind != work:  # rounded up to the bound, which is outside
            numbers[numbers == kind.type(stop)] = kind.type(start)
        return numbers.reshape(dims)

    def bernoulli(self, p: float | Array, shape: Shape) -> npt.NDArray[np.bool_]:
        """Draw True with probability `p`: `torch.bernoulli`, and `bernoulli_`.

        An array of float32 takes one draw for each number; a Python number or an array of float64 takes two. For a
        Python number PyTorch does this on AMD's and Arm's processors; on Intel's it asks the MKL library instead,
        with other results.

        Parameters
        ----------
        p : float or ndarray of float16, float32 or float64
            Probabilities; an array is broadcast to `shape`.
        shape : int or sequence of int

        Returns
        -------
        ndarray of bool

        Raises
        ------
        RuntimeError
            If a probability is outside [0, 1], or `shape` has a negative entry.
        NotImplementedError
            If `p` is an array of another dtype.
        ValueError
            If `p` does not broadcast to `shape`.
        """
        dims, count = _dimensions(shape)
        chance = np.asarray(p, np.float64 if isinstance(p, (int, float)) else None)
        kind = _computed_in(_float_dtype("bernoulli", chance.dtype))
        chance = np.broadcast_to(chance, dims)
        inside = (chance >= 0) & (chance <= 1)  # false for a NaN as well
        if not inside.all():
            raise RuntimeError(say(f"bernoulli_ expects p to be in [0, 1], but got p={chance[~inside][0]}",
                                   "a probability", "Pass numbers from 0 to 1; a sigmoid turns logits into such."))
        with self._lock:
            numbers = self._units(count, kind)
        return np.asarray(numbers.reshape(dims) < chance)

    def _units(self, count: int, kind: np.dtype[Any]) -> Array:
        """Draw uniform numbers in [0, 1)."""
        numbers = np.empty(count, kind)
        for block in _blocks(numbers):
            if kind == np.float32:
                block[...] = self._bits.random_raw(block.size) & _LOW_24
                block *= 2.0**-24
            else:
                block[...] = self._draws64(block.size) & _LOW_53
                block *= 2.0**-53
        return numbers

    def _draws64(self, count: int) -> npt.NDArray[np.uint64]:
        """Draw 64-bit numbers, each made of two 32-bit ones."""
        pairs = self._bits.random_raw(2 * count)
        return (pairs[0::2] << np.uint64(32)) | pairs[1::2]

    # --------------------------------------------------------------------------------------------------- normal numbers

    def normal(self, shape: Shape, dtype: npt.DTypeLike = np.float32, mean: float = 0.0, std: float = 1.0,
               contiguous: bool = True) -> Array:
        """Draw normally distributed numbers: `torch.randn`, and `normal_` with mean and standard deviation.

        Parameters
        ----------
        shape : int or sequence of int
        dtype : float16, float32 or float64
        mean, std : float
        contiguous : bool, optional
            False follows what `normal_` does to a tensor whose memory has gaps or another order: one number at a
            time, whatever the size.

        Returns
        -------
        ndarray of `dtype`

        Raises
        ------
        RuntimeError
            If `std` is negative or NaN, or `shape` has a negative entry.
        TypeError
            If `mean` or `std` is not a real number.
        NotImplementedError
            If `dtype` is none of those.

        Notes
        -----
        Box-Muller: of two uniform numbers u and v, ``sqrt(-2 log(1 - u))`` is the radius and ``2 pi v`` the angle of a
        point whose two coordinates are independent and normal (Box and Muller, 1958).
        """
        dims, count = _dimensions(shape)
        kind = _float_dtype("normal_", dtype)
        mean, std = _real("normal_", "mean", mean), _real("normal_", "std", std)
        if not std >= 0.0:
            raise RuntimeError(say(f"normal expects std >= 0.0, but found std {std}", "a standard deviation",
                                   "Pass 0 or a positive number; a variance needs its square root taken."))
        with self._lock:
            if count >= 16 and contiguous:
                numbers = self._normal_blocks(count, kind)
            else:
                numbers = self._normal_pairs(count)
        with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 a mean or std is inf, as in PyTorch
            factor, shift = numbers.dtype.type(std), numbers.dtype.type(mean)
            for block in _blocks(numbers):
                block[...] = _fused_multiply_add(block, factor, shift)
            return numbers.astype(kind, copy=False).reshape(dims)

    def _normal_blocks(self, count: int, kind: np.dtype[Any]) -> Array:
        """Make standard normal numbers of uniform ones, all at once."""
        ragged, work = count % 16, _computed_in(kind)
        numbers = np.empty(count, work)
        first = count if kind == work else count - ragged  # float16 does not draw what is overwritten below
        numbers[:first] = self._units(first, work)
        for block in _blocks(numbers[:count - ragged]):
            _box_muller(block)
        if ragged:
            tail = self._units(16, work)
            _box_muller(tail)
            numbers[-16:] = tail
        return numbers

    def _normal_pairs(self, count: int) -> npt.NDArray[np.float64]:
        """Make standard normal numbers pair by pair in float64; keep the spare one of the last pair."""
        numbers = [] if self._spare_normal is None else [self._spare_normal]
        missing = max(count - len(numbers), 0)
        units = self._units(missing + missing % 2, np.dtype(np.float64)).tolist()
        # Here the angle comes first. `math` has the C library's functions, which PyTorch calls in this place.
        for v, u in zip(units[0::2], units[1::2], strict=True):
            radius, angle = math.sqrt(-2.0 * math.log1p(-u)), 2.0 * math.pi * v
            numbers += radius * math.cos(angle), radius * math.sin(angle)
        self._spare_normal = numbers[count] if len(numbers) > count else None
        return np.array(numbers[:count], np.float64)

    # ---------------------------------------------------------------------------------------- integers and permutations

    def integers(self, low: SupportsIndex, high: SupportsIndex | None, shape: Shape,
                 dtype: npt.DTypeLike = np.int64) -> Array:
        """Draw integers from `low` up to, not including, `high`: `torch.randint`.

        Parameters
        ----------
        low, high : int
            Within 64 bits, signed. None for `high`: up to the largest that `dtype` holds, included.
        shape : int or sequence of int
        dtype : dtype
            Integer, float or bool; the numbers do not depend on it.

        Returns
        -------
        ndarray of `dtype`

        Raises
        ------
        TypeError
            If a bound is not an integer.
        ValueError
            If a bound does not fit in 64 bits.
        RuntimeError
            If ``low >= high``, if `dtype` cannot hold every number of the range or is of another kind, or `shape` has
            a negative entry.
        """
        dims, count = _dimensions(shape)
        kind = np.dtype(dtype)
        smallest, largest = _exact_integers(kind)
        start = _integer("randint", "low", low)
        stop = largest + 1 if high is None else _integer("randint", "high", high)
        if start >= stop:
            raise RuntimeError(say(f"random_ expects 'from' to be less than 'to', but got from={start} >= to={stop}",
                                   "low < high", "The range goes from low to high - 1: make high larger."))
        if largest < smallest:
            raise RuntimeError(_no_kernel("randint", kind, "an integer or float dtype, or bool"))
        for name, bound in (("from", start), ("to - 1", stop - 1)):
            if not smallest <= bound <= largest:
                raise RuntimeError(say(f"{name} is out of bounds for {kind}: it is {bound}",
                                       f"a number from {smallest} to {largest}", "Choose a larger dtype."))
        span = stop - start
        with self._lock:
            draws = self._bits.random_raw(count) if span < WIDE_RANGE else self._draws64(count)
        # Unsigned arithmetic modulo 2**64, read as signed numbers afterwards: no sum can overflow.
        if span < 2**64:
            draws %= np.uint64(span)
            draws += np.uint64(start % 2**64)
        return draws.view(np.int64).astype(kind, copy=False).reshape(dims)

    def whole_range(self, shape: Shape, dtype: npt.DTypeLike) -> Array:
        """Draw integers from 0 to the largest that `dtype` holds: `random_()`.

        A float dtype holds the integers up to 2 to the power of its digits. int64 and float64 take 64 bits for each.

        Parameters
        ----------
        shape : int or sequence of int
        dtype : dtype
            Integer, float or bool.

        Returns
        -------
        ndarray of `dtype`
        """
        dims, count = _dimensions(shape)
        kind = np.dtype(dtype)
        with self._lock:
            draws = self._draws64(count) if kind.itemsize == 8 else self._bits.random_raw(count)
        draws %= np.uint64(_exact_integers(kind)[1] + 1)
        return draws.astype(kind).reshape(dims)

    def permutation(self, n: SupportsIndex, dtype: npt.DTypeLike = np.int64) -> Array:
        """Draw the numbers 0 ... n - 1 in random order: `torch.randperm`.

        Parameters
        ----------
        n : int
        dtype : dtype
            Integer or float.

        Returns
        -------
        ndarray of `dtype`, shape (n,)

        Raises
        ------
        TypeError
            If `n` is not an integer.
        ValueError
            If `n` does not fit in 64 bits.
        RuntimeError
            If `n` is negative, or `dtype` cannot hold ``n - 1``.
        NotImplementedError
            If `dtype` is of another kind.
        """
        length = _integer("randperm", "n", n)
        kind = np.dtype(dtype)
        if length < 0:
            raise RuntimeError(say(f"Trying to create tensor with negative dimension {length}: [{length}]",
                                   "randperm's n >= 0", "Pass how many numbers to permute."))
        _, largest = _exact_integers(kind)
        if kind.kind not in "iuf":
            raise NotImplementedError(_no_kernel("randperm", kind, "an integer or float dtype"))
        if length - 1 > largest:
            raise RuntimeError(say(f"randperm: {length - 1} cannot be converted to {kind} without overflow",
                                   f"n <= {largest + 1}", "Choose a larger dtype."))
        order = np.arange(length)
        numbers = order.data  # a memoryview: it hands out Python's ints, for which swapping is quick
        with self._lock:
            for first in range(0, length, BLOCK):
                here = np.arange(first, min(first + BLOCK, length), dtype=np.uint64)
                if length < WIDE_PERMUTATION:  # swap with one that comes later, or with itself
                    here = here[here < length - 1]  # the last has no choice: no draw
                    there = here + self._bits.random_raw(here.size) % (np.uint64(length) - here)
                else:  # swap with one that came before, or with itself
                    there = self._draws64(here.size) % (here + np.uint64(1))
                for i, j in enumerate(there.tolist(), first):
                    numbers[i], numbers[j] = numbers[j], numbers[i]
        return order.astype(kind, copy=False)


# ----------------------------------------------------------------------------------------------------------- arithmetic

def _blocks(numbers: Array) -> list[Array]:
    """Cut a flat array into views of consecutive pieces."""
    return [numbers[first:first + BLOCK] for first in range(0, numbers.size, BLOCK)]


def _box_muller(numbers: Array) -> None:
    """Turn uniform numbers into normal ones, in place: of each 16 the first 8 give radii, the last 8 angles."""
    real = numbers.dtype.type
    pairs = numbers.reshape(-1, 2, 8)
    radius = np.sqrt(real(-2) * np.log(real(1) - pairs[:, 0]))
    angle = real(2 * math.pi) * pairs[:, 1]
    np.multiply(radius, np.cos(angle), out=pairs[:, 0])
    np.multiply(radius, np.sin(angle), out=pairs[:, 1])


def _fused_multiply_add(x: Array, factor: Any, shift: Any) -> Array:
    """``x * factor + shift`` rounded once, as the processor's fma instruction does and NumPy does not.

    The exact value is held as a sum of floats, rounded results and their errors, and rounded in two steps. Rounding
    twice is as good as rounding once if the first step rounds to odd (Boldo and Melquiond, "Emulation of FMA and
    correctly rounded sums", 2008).

    Parameters
    ----------
    x : ndarray of float32 or float64
    factor, shift : scalars of the same dtype
    """
    if factor == 1 or shift == 0 or not (np.isfinite(factor) and np.isfinite(shift)):
        return np.asarray(x * factor + shift)  # one of the two steps is exact anyway
    if x.dtype == np.float32:
        product = x.astype(np.float64) * np.float64(factor)  # exact: 24 + 24 bits
        return _add_to_odd(product, np.float64(shift)).astype(np.float32)
    if not 2.0**-400 < max(abs(factor), abs(shift)) < 2.0**400:
        return _fractional_multiply_add(x, factor, shift)
    product, product_error = _multiply(x, factor)
    low, low_error = _add(product_error, shift)
    high, high_error = _add(product, low)
    return np.asarray(high + _add_to_odd(high_error, low_error))


def _fractional_multiply_add(x: Array, factor: Any, shift: Any) -> Array:
    """Compute ``x * factor + shift`` in fractions: slowly, where errors would leave float64's range of exponents."""
    a, b = Fraction(float(factor)), Fraction(float(shift))

    def rounded(number: float) -> float:
        value = Fraction(number) * a + b
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf

    return np.array([rounded(number) for number in x.tolist()])


def _add(a: Array, b: Any) -> tuple[Array, Array]:
    """Return ``a + b`` and the error of that sum, exactly (Knuth's two-sum)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _multiply(a: Array, b: Any) -> tuple[Array, Array]:
    """Return ``a * b`` in float64 and the error of that product, exactly (Dekker's product of 26-bit halves)."""
    product = a * b
    a_high, b_high = (2**27 + 1) * a, (2**27 + 1) * b
    a_high, b_high = a_high - (a_high - a), b_high - (b_high - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _add_to_odd(a: Array, b: Any) -> Array:
    """Return ``a + b`` in float64; if inexact, the one of its two neighbours whose last bit is 1."""
    total, error = _add(a, b)
    wrong = (error != 0) & (total.view(np.int64) & 1 == 0)
    if wrong.any():
        total[wrong] = np.nextafter(total[wrong], np.copysign(np.inf, error[wrong]))
    return total


# ------------------------------------------------------------------------------------------------------ argument checks

def _no_kernel(name: str, kind: np.dtype[Any], expected: str) -> str:
    """Word the error for a dtype that a function cannot draw."""
    return say(f'"{name}" not implemented for {kind}', expected, "Draw in such a dtype and convert.")


def _integer(function: str, name: str, value: SupportsIndex) -> int:
    """Return a 64-bit integer argument as int."""
    if not isinstance(value, bool):
        try:
            number = operator.index(value)
        except TypeError:
            pass
        else:
            if _INT64.min <= number <= _INT64.max:
                return number
            raise ValueError(say(f"Overflow when unpacking long long: {function}'s {name} is {number}",
                                 "a signed 64-bit number", "Choose a smaller one."))
    raise TypeError(say(f"{function}(): argument '{name}' must be int, not {type(value).__name__}", "an int",
                        "Convert it with int()."))


def _real(function: str, name: str, value: SupportsFloat | SupportsIndex) -> float:
    """Return a real argument as float."""
    if isinstance(value, SupportsFloat | SupportsIndex):  # a str is neither, though float() would read it
        return float(value)
    raise TypeError(say(f"{function}(): argument '{name}' must be float, not {type(value).__name__}", "a real number",
                        "Convert it with float()."))


def _dimensions(shape: Shape) -> tuple[tuple[int, ...], int]:
    """Return a shape as a tuple, and the number of its entries."""
    sizes = shape if isinstance(shape, Sequence) else (shape,)
    dims = tuple(_integer("rand", "size", size) for size in sizes)
    for size in dims:
        if size < 0:
            raise RuntimeError(say(f"Trying to create tensor with negative dimension {size}: {list(dims)}",
                                   "sizes >= 0", "Check the shape."))
    return dims, math.prod(dims)


def _float_dtype(function: str, dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return the dtype, which must be a floating-point one."""
    kind = np.dtype(dtype)
    if kind not in (np.float16, np.float32, np.float64):
        raise NotImplementedError(_no_kernel(function, kind, "float16, float32 or float64"))
    return kind


def _computed_in(kind: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype in which numbers of a float dtype are made."""
    return np.dtype(np.float32) if kind == np.float16 else kind


def _bounds(low: float, high: float, kind: np.dtype[Any], work: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the bounds of a uniform distribution in `kind`, rounded to the dtype it is computed in."""
    low, high = _real("uniform_", "from", low), _real("uniform_", "to", high)
    largest = float(np.finfo(kind).max)
    for name, bound in (("from", low), ("to", high)):
        if not -largest <= bound <= largest:  # true for a NaN as well
            raise RuntimeError(say(f"{name} is out of bounds for {kind}: it is {bound}", "a finite number",
                                   "Choose other bounds, or a larger dtype."))
    if low > high:
        raise RuntimeError(say(f"uniform_ expects to return a [from, to) range, but found from={low} > to={high}",
                               "low <= high", "Swap the bounds."))
    with np.errstate(over="ignore"):
        start, stop = work.type(low), work.type(high)
        width = stop - start
    if high - low > largest or not np.isfinite(width):
        raise RuntimeError(say(f"uniform_ expects to-from <= {largest}, but found to={high} and from={low}",
                               f"a difference that {kind} can hold", "Choose closer bounds, or a larger dtype."))
    return start, stop


def _exact_integers(kind: np.dtype[Any]) -> tuple[int, int]:
    """Return the ends of the range in which a dtype holds every 64-bit integer; (0, -1) if it is not for numbers."""
    if kind.kind in "iu":
        return max(np.iinfo(kind).min, _INT64.min), min(np.iinfo(kind).max, _INT64.max)
    if kind.kind == "f":
        largest = 2 ** (np.finfo(kind).nmant + 1)
        return -largest, largest
    return (0, 1) if kind == np.bool_ else (0, -1)


#: What tensors are drawn from unless a generator is given. As in PyTorch, seeded by the operating system until
#: `manual_seed` is called: two unseeded runs differ.
default_generator = Generator()
default_generator.seed()
