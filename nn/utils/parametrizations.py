"""Parametrisations to use: weights by direction and length, and weights of spectral norm 1."""

from __future__ import annotations

import autograd
from autograd import Tensor, no_grad
from autograd.errors import say
from nn import functional as F
from nn.layers.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from nn.module import Module
from nn.utils.parametrize import register_parametrization

__all__ = ["spectral_norm", "weight_norm"]


def lengths(weight: Tensor, dim: int) -> Tensor:
    """Return the Euclidean norm of every slice along `dim`, in a shape that broadcasts; with -1 that of all."""
    if dim == -1:
        return autograd.linalg.vector_norm(weight)
    others = tuple(d for d in range(weight.ndim) if d != dim % weight.ndim)
    return autograd.linalg.vector_norm(weight, dim=others, keepdim=True) if others else weight.abs()


def scaled(weight_v: Tensor, weight_g: Tensor, dim: int) -> Tensor:
    """Return `weight_v`, each slice along `dim` brought to its length in `weight_g`."""
    return weight_v * (weight_g / lengths(weight_v, dim))


class _WeightNorm(Module):
    """w = g v / |v|, from a length g and a direction v."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """Return the weight."""
        return scaled(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return a length and a direction that make `weight`."""
        return lengths(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Train the lengths g and the directions v of a weight w = g v / |v| instead of it.

    (Salimans and Kingma, "Weight normalization", 2016.)

    Parameters
    ----------
    module : Module
    name : str
        Of the parameter. Its lengths are `parametrizations.weight.original0`, its directions `original1`.
    dim : int or None
        There is one length for each index of this dimension; None: one for all of it.

    Returns
    -------
    Module
        `module`.

    Raises
    ------
    ValueError
        There is no such parameter.
    """
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    """w / σ, where σ is the largest singular value of w as a matrix, found by iteration."""

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise IndexError(
                say(
                    f"Dimension out of range (expected to be in range of [-{weight.ndim}, {weight.ndim - 1}] but got "
                    f"{dim})",
                    "a dimension of the weight",
                    "It is the one of the outputs.",
                )
            )
        if n_power_iterations <= 0:
            raise ValueError(
                say(
                    f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}",
                    "1 or more",
                    "The default is 1.",
                )
            )
        self.dim = dim % weight.ndim
        self.eps = eps
        if weight.ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._matrix(weight.detach())
            for name, size in zip(("_u", "_v"), matrix.shape, strict=True):
                drawn = matrix.new_empty(size).normal_(0, 1)
                self.register_buffer(name, F.normalize(drawn, dim=0, eps=eps))
            self._iterate(matrix, 15)

    def _matrix(self, weight: Tensor) -> Tensor:
        """Return the weight as a matrix, of one row for each output."""
        if self.dim:
            weight = weight.permute(self.dim, *(d for d in range(weight.ndim) if d != self.dim))
        return weight.flatten(1)

    def _iterate(self, matrix: Tensor, times: int) -> None:
        """Bring u and v closer to the first singular vectors, in place."""
        with no_grad():
            for _ in range(times):
                self._u.copy_(F.normalize(autograd.mv(matrix, self._v), dim=0, eps=self.eps))
                self._v.copy_(F.normalize(autograd.mv(matrix.t(), self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight, divided by uᵀ W v. In training, u and v are improved first."""
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # copies: the next call edits them
        return weight / autograd.vdot(u, autograd.mv(matrix, v))

    def right_inverse(self, value: Tensor) -> Tensor:
        """Return `value`: what has spectral norm 1 makes itself."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its spectral norm, the most by which it can lengthen a vector.

    (Miyato and others, "Spectral normalization for generative adversarial networks", 2018.)

    Parameters
    ----------
    module : Module
    name : str
        Of the parameter.
    n_power_iterations : int
        Steps of the power method in each call in training. Evaluation does none.
    eps : float
        The least length that vectors are divided by.
    dim : int, optional
        The dimension of the outputs: 0, but 1 for transposed convolutions.

    Returns
    -------
    Module
        `module`.

    Raises
    ------
    ValueError
        There is no such parameter or buffer; `n_power_iterations` is not positive.
    IndexError
        The weight has no such dimension.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(
            say(
                f"Module '{module}' has no parameter or buffer with name '{name}'",
                f"one of: {', '.join([*module._parameters, *module._buffers])}",
                "Name a parameter of this very module, not of one below.",
            )
        )
    if dim is None:
        dim = 1 if isinstance(module, ConvTranspose1d | ConvTranspose2d | ConvTranspose3d) else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
