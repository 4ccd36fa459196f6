"""Rules of exponentials that add up: logsumexp, softmax, log_softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import direct, dtypes
from autograd.errors import UndefinedError, say
from autograd.kernels import astype
from autograd.op import OUT, Array, Op
from autograd.operands import as_tensor_like, cast
from autograd.ops.dims import Dims, axes, dimension, numpy_names
from autograd.ops.reduce import floating, wide

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "log_softmax",
    "logsumexp",
    "softmax",
]


class Logsumexp(Op):
    """z = ln Σ exp(x)     dx = g exp(x - z)     (shifted by the maximum: no overflow)"""

    __slots__ = ("dim", "keepdim")
    saves = (0, OUT)
    dim: tuple[int, ...]
    keepdim: bool

    def forward(self, x: Array) -> Array:
        top = direct.max(x, axis=self.dim, keepdims=True)
        top = np.where(np.isfinite(top), top, 0)
        z = np.log(direct.sum(np.exp(x - top), axis=self.dim, keepdims=True)) + top
        return z if self.keepdim else direct.squeeze(z, self.dim)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        if not self.keepdim:
            g, z = direct.expand_dims(g, self.dim), direct.expand_dims(z, self.dim)
        return g * np.exp(x - z)


class Softmax(Op):
    """z = exp(x) / Σ exp(x)     dx = z (g - Σ g z)"""

    __slots__ = ("dim",)
    saves = (OUT,)
    dim: int

    def forward(self, x: Array) -> Array:
        y = wide(x)
        e = np.exp(y - direct.max(y, axis=self.dim, keepdims=True))
        return astype(e / direct.sum(e, axis=self.dim, keepdims=True), x.dtype)

    def backward(self, g: Array, z: Array) -> Array:
        gz = g * z
        return gz - z * direct.sum(gz, axis=self.dim, keepdims=True)


class LogSoftmax(Op):
    """z = x - ln Σ exp(x)     dx = g - exp(z) Σ g"""

    __slots__ = ("dim",)
    saves = (OUT,)
    dim: int

    def forward(self, x: Array) -> Array:
        y = wide(x)
        shifted = y - direct.max(y, axis=self.dim, keepdims=True)
        return astype(shifted - np.log(direct.sum(np.exp(shifted), axis=self.dim, keepdims=True)), x.dtype)

    def backward(self, g: Array, z: Array) -> Array:
        return g - np.exp(z) * direct.sum(g, axis=self.dim, keepdims=True)


# ------------------------------------------------------------------------------------------------ the functions


@numpy_names
def logsumexp(input: Tensor, dim: Dims, keepdim: bool = False) -> Tensor:
    """Return ln Σ exp(x) along `dim`, without overflow."""
    input = as_tensor_like(input)
    if input._array.dtype.kind != "f":
        input = cast(input, dtypes.get_default_dtype().dtype)
    dims = axes(dim, input._array.ndim)
    return Logsumexp(dim=tuple(range(input._array.ndim)) if dims is None else dims, keepdim=keepdim).apply(input)  # type: ignore[no-any-return]


def _normalise(name: str, rule: type[Op], input: Any, dim: Any, dtype: Any) -> Tensor:
    input = as_tensor_like(input)
    if dtype is not None:
        input = cast(input, dtypes.to_numpy(dtype))
    floating(name, input, UndefinedError)
    if dim is None:
        raise TypeError(
            say(
                f"{name} was given no dim",
                "the dimension along which the probabilities add up to 1",
                "Write dim=-1 for the last one.",
            )
        )
    d = dimension(dim, input._array.ndim)
    if input._array.ndim == 0:
        return rule(dim=0).apply(input.reshape(1)).reshape(())  # type: ignore[no-any-return]
    return rule(dim=d).apply(input)  # type: ignore[no-any-return]


@numpy_names
def softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Return exp(x) / Σ exp(x) along `dim` (lecture 000; shifted by the maximum: no overflow).

    Raises
    ------
    RuntimeError
        The tensor is no floating-point one.
    TypeError
        No `dim` is given.
    """
    return _normalise("softmax", Softmax, input, dim, dtype)


@numpy_names
def log_softmax(input: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """Return ln softmax(x) along `dim`, computed as x - logsumexp(x). Errors as for `softmax`."""
    return _normalise("log_softmax", LogSoftmax, input, dim, dtype)
