"""Random tensors, in PyTorch's CPU stream: the same seed gives the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import dtypes
from autograd._tensor import Tensor
from autograd.creation import _dtype_of, _finish
from autograd.generator import Generator, default_generator
from autograd.op import wrap
from autograd.ops.shape import sizes


def manual_seed(seed: int) -> Generator:
    """Seed the default generator, and return it."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator with a number from the operating system, and return the number."""
    return default_generator.seed()


def initial_seed() -> int:
    """Return the seed the default generator was last given."""
    return default_generator.initial_seed()


def _stream(generator: Generator | None) -> Generator:
    return default_generator if generator is None else generator


def rand(
    *size: Any, generator: Generator | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return numbers drawn uniformly from [0, 1)."""
    return _finish(_stream(generator).uniform(sizes(size), _dtype_of(dtype)), requires_grad, device)


def randn(
    *size: Any, generator: Generator | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return numbers drawn from the standard normal distribution.

    Notes
    -----
    The stream is PyTorch's; float32 values agree to 2e-6 absolute and float64 values to 2 units in the last place
    (PyTorch's own builds differ among each other there).
    """
    return _finish(_stream(generator).normal(sizes(size), _dtype_of(dtype)), requires_grad, device)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Return integers drawn uniformly from [low, high): `randint(10, (3,))` or `randint(5, 10, (3,))`.

    Raises
    ------
    RuntimeError
        `low` is not below `high`.
    """
    if size is None:
        low, high, size = 0, low, high
    d = dtypes.I8 if dtype is None else dtypes.to_numpy(dtype)
    return _finish(_stream(generator).integers(low, high, sizes((size,)), d), False, device)


def randperm(n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """Return the integers below `n` in random order."""
    d = dtypes.I8 if dtype is None else dtypes.to_numpy(dtype)
    return _finish(_stream(generator).permutation(n, d), False, device)


def _empty_like(input: Tensor, dtype: Any) -> Tensor:
    """Return a tensor to be filled, with its dimensions in the memory order of `input`, in which PyTorch draws."""
    return wrap(np.empty_like(input._array, None if dtype is None else dtypes.to_numpy(dtype)))


def rand_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return uniform numbers in the shape (and dtype) of a tensor."""
    return _finish(_empty_like(input, dtype).uniform_()._array, requires_grad)


def randn_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Return normal numbers in the shape (and dtype) of a tensor."""
    return _finish(_empty_like(input, dtype).normal_()._array, requires_grad)


def get_rng_state() -> Tensor:
    """Return the state of the default generator, as a uint8 tensor."""
    return _finish(np.asarray(default_generator.get_state()), False)


def set_rng_state(new_state: Tensor) -> None:
    """Set the state of the default generator to one that `get_rng_state` returned."""
    default_generator.set_state(new_state.numpy())
