"""Rules of the largest and the smallest element: max, min, amax, amin and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import return_types
from autograd.errors import DtypeError, say
from autograd.kernels import along, astype, put
from autograd.op import OUT, Array, MultiOp, Op, wrap
from autograd.operands import as_tensor_like
from autograd.ops.choices import maximum, minimum
from autograd.ops.dims import Dims, axes, dimension, numpy_names

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = [
    "amax",
    "amin",
    "aminmax",
    "argmax",
    "argmin",
    "max",
    "min",
]


class Amax(Op):
    """z = max x     the gradient goes to the largest elements, in equal parts to all that tie"""

    __slots__ = ("dim", "keepdim")
    saves = (0, OUT)
    dim: tuple[int, ...] | None
    keepdim: bool

    def forward(self, x: Array) -> Array:
        return np.max(x, axis=self.dim, keepdims=self.keepdim)

    def chosen(self, x: Array, z: Array) -> Array:
        """Tell which elements are the extreme one. None is where that is NaN: the gradient is NaN there."""
        return x == z

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        if self.dim is not None and not self.keepdim:
            g, z = np.expand_dims(g, self.dim), np.expand_dims(z, self.dim)
        share = astype(self.chosen(x, z), x.dtype)
        return g * share / np.sum(share, axis=self.dim, keepdims=True)


class Amin(Amax):
    """z = min x     the gradient goes to the smallest elements, in equal parts to all that tie"""

    def forward(self, x: Array) -> Array:
        return np.min(x, axis=self.dim, keepdims=self.keepdim)


class MaxAll(Op):
    """z = max x     the gradient goes to the largest element, in equal parts to all that tie"""

    torch_name = "MaxBackward1"
    saves = (0, OUT)

    def forward(self, x: Array) -> Array:
        return np.max(x)

    def backward(self, g: Array, x: Array, z: Array) -> Array:
        return share_equally(g, x, z)


class MinAll(MaxAll):
    """z = min x     the gradient goes to the smallest element, in equal parts to all that tie"""

    torch_name = "MinBackward1"

    def forward(self, x: Array) -> Array:
        return np.min(x)


def share_equally(g: Array, x: Array, z: Array) -> Array:
    """Return `g` in equal parts for all elements of `x` that are `z`, the one that was chosen: a NaN, perhaps."""
    mask = (x == z) | (np.isnan(x) & np.isnan(z))
    return np.where(mask, g / np.sum(astype(mask, x.dtype)), 0)


class Chosen(MultiOp):
    """z, i = elements of x along dim, and where they stand     dx = g at i, 0 elsewhere"""

    __slots__ = ("dim", "index", "shape")
    watched = ("index",)
    dim: int
    index: Array
    shape: tuple[int, ...]

    def find(self, x: Array) -> Array:
        """Return the indices of the chosen elements along the dimension."""
        raise NotImplementedError

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        self.index = index = self.find(x)
        return np.take_along_axis(x, index, self.dim), index

    def backward(self, gs: Array) -> Array:
        return put(gs[0], along(self.index, self.dim, self.index.shape), self.shape, True)


class ChosenOne(Chosen):
    """z, i = one element of x along dim, and where it stands     dx = g at i, 0 elsewhere"""

    __slots__ = ("keepdim",)
    keepdim: bool

    def forward(self, x: Array) -> Array:
        z, index = Chosen.forward(self, x)
        return (z, index) if self.keepdim else (np.squeeze(z, self.dim), np.squeeze(index, self.dim))

    def backward(self, gs: Array) -> Array:
        g = gs[0] if self.keepdim else np.expand_dims(gs[0], self.dim)
        places = np.expand_dims(np.arange(self.shape[self.dim]), tuple(range(1, len(self.shape) - self.dim)))
        return np.where(places == self.index, g, 0)


class MaxDim(ChosenOne):
    """z, i = max x along dim     dx = g at i, 0 elsewhere"""

    torch_name = "MaxBackward0"

    def find(self, x: Array) -> Array:
        """Return the index of the largest element (of the first one at a tie; of a NaN if there is one)."""
        return np.argmax(x, axis=self.dim, keepdims=True)


class MinDim(ChosenOne):
    """z, i = min x along dim     dx = g at i, 0 elsewhere"""

    torch_name = "MinBackward0"

    def find(self, x: Array) -> Array:
        """Return the index of the smallest element (of the first one at a tie; of a NaN if there is one)."""
        return np.argmin(x, axis=self.dim, keepdims=True)


# ------------------------------------------------------------------------------------------------ the functions


def choose(rule: type[Chosen], input: Tensor, dim: int, **attributes: Any) -> tuple[Tensor, Tensor]:
    """Apply a rule that chooses along a dimension; a single number counts as a vector of one."""
    d = dimension(dim, input._array.ndim)
    if input._array.ndim:
        return rule(dim=d, **attributes).apply(input)  # type: ignore[no-any-return]
    values, indices = rule(dim=0, **attributes).apply(input.reshape(1))
    return values.reshape(()), indices.reshape(())


def choose_one(name: str, rule: type[ChosenOne], input: Any, dim: int, keepdim: bool, **attributes: Any) -> Any:
    """Apply a rule that chooses one element along a dimension, and return it and its index by name.

    Raises
    ------
    IndexError
        There is nothing to choose from.
    """
    input = as_tensor_like(input)
    x = input._array
    if x.ndim and x.shape[dimension(dim, x.ndim)] == 0:
        raise IndexError(str(nothing(name, dim)))
    found: type[return_types.Named] = getattr(return_types, name)
    return found(choose(rule, input, dim, keepdim=keepdim, **attributes))


def nothing(name: str, dim: Any = None) -> RuntimeError:
    """Return the error of a choice among no elements."""
    return RuntimeError(
        say(
            f"{name}() was given no elements to choose from" + ("" if dim is None else f" along dim {dim}"),
            "at least one element",
            "Check the tensor's shape first.",
        )
    )


def _extreme(
    all_rule: type[Op], dim_rule: type[ChosenOne], pairwise: Any, input: Any, dim: Any, keepdim: bool
) -> Any:
    name = all_rule.__qualname__[:3].lower()
    if dim is None:
        input = as_tensor_like(input)
        if input._array.size == 0:
            raise nothing(name)
        return all_rule().apply(input)
    if not isinstance(dim, int):
        return pairwise(input, dim)
    return choose_one(name, dim_rule, input, dim, keepdim)


@numpy_names
def max(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """Return the largest element; along `dim`, `(values, indices)`; of two tensors, the elementwise maximum.

    The gradient goes to the index chosen along `dim`; over all elements it is shared equally by those that tie, and of
    two tensors each gets half at a tie.
    """
    return _extreme(MaxAll, MaxDim, maximum, input, dim if other is None else other, keepdim)


@numpy_names
def min(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """Return the smallest element; along `dim`, `(values, indices)`; of two tensors, the elementwise minimum.

    Gradients as for `max`.
    """
    return _extreme(MinAll, MinDim, minimum, input, dim if other is None else other, keepdim)


def _amost(rule: type[Amax], input: Any, dim: Dims, keepdim: bool) -> Tensor:
    name = rule.__qualname__.lower()
    input = as_tensor_like(input)
    x = input._array
    dims = axes(dim, x.ndim)
    if x.size == 0:
        if dims is None:
            raise nothing(name)
        if any(x.shape[d] == 0 for d in dims):
            raise IndexError(str(nothing(name, dim)))
    return rule(dim=dims, keepdim=keepdim).apply(input)  # type: ignore[no-any-return]


@numpy_names
def amax(input: Any, dim: Dims = (), keepdim: bool = False) -> Tensor:
    """Return the largest element of all, or along one or several dimensions.

    The gradient is shared equally by the elements that tie, and is NaN where the result is.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension, or nothing to choose from.
    """
    return _amost(Amax, input, dim, keepdim)


@numpy_names
def amin(input: Any, dim: Dims = (), keepdim: bool = False) -> Tensor:
    """Return the smallest element of all, or along one or several dimensions. Gradients and errors as for `amax`."""
    return _amost(Amin, input, dim, keepdim)


@numpy_names
def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False) -> return_types.aminmax:
    """Return the smallest and the largest element, `(min, max)`, of all or along `dim`. Gradients as for `amax`.

    Raises
    ------
    IndexError, RuntimeError
        There is no such dimension, or nothing to choose from.
    """
    input = as_tensor_like(input)
    return return_types.aminmax([f(input, () if dim is None else dim, keepdim) for f in (amin, amax)])


def _arg(name: str, find: Any, input: Any, dim: int | None, keepdim: bool) -> Tensor:
    x = as_tensor_like(input)._array
    if x.dtype.kind == "b":
        raise DtypeError(say(f"{name}() does not support bool input", "numbers", "Convert it first: x.int()."))
    if x.size == 0 and (dim is None or x.shape[dimension(dim, x.ndim)] == 0):
        raise IndexError(str(nothing(name, dim)))
    if dim is None:
        i = np.asarray(find(x))
        return wrap(i.reshape((1,) * x.ndim) if keepdim else i)
    d = dimension(dim, x.ndim)
    if x.ndim == 0:
        return wrap(np.zeros((), np.int64))
    return wrap(np.asarray(find(x, axis=d, keepdims=keepdim)))


@numpy_names
def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return the index (int64) of the largest element: in the flattened tensor, or along `dim`."""
    return _arg("argmax", np.argmax, input, dim, keepdim)


@numpy_names
def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return the index (int64) of the smallest element: in the flattened tensor, or along `dim`."""
    return _arg("argmin", np.argmin, input, dim, keepdim)
