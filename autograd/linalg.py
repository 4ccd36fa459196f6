"""Linear algebra: `autograd.linalg`, with PyTorch's names."""

from autograd.ops.norms import vector_norm

__all__ = ["vector_norm"]
