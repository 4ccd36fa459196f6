"""Distances between vectors as modules."""

from __future__ import annotations

from autograd import Tensor
from nn import functional as F
from nn.module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between two vectors: x1 · x2 / (|x1| |x2|).

    Parameters
    ----------
    dim : int
        Where the vectors lie.
    eps : float
        Norms are taken to be at least this.
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the cosines."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The p-norm of x1 - x2 + eps along the last dimension.

    Parameters
    ----------
    p : float
    eps : float
        Keeps the gradient finite where the vectors are equal.
    keepdim : bool
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the distances."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
