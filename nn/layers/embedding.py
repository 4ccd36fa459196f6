"""Embedding: a table of vectors that are learned."""

from __future__ import annotations

from typing import Any, Self

import autograd
from autograd import Tensor
from autograd.errors import ShapeError, say
from nn import functional as F
from nn import init
from nn.lookups import padded_row
from nn.module import Module
from nn.parameter import Parameter


class Embedding(Module):
    """A table of vectors that are learned, looked up by index.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        How many vectors, and their length.
    padding_idx : int, optional
        This row is 0 at first and gets no gradient.
    max_norm : float, optional
        Rows that are looked up and longer than this are shortened to it.
    norm_type : float
        Which norm that is.
    scale_grad_by_freq : bool
        Divide the gradient of a row by how often it was looked up.
    sparse : bool
        Not provided: gradients are dense.
    _weight : Tensor, optional
        The table.
    _freeze : bool
        The table needs no gradient.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the table; the default dtype if left out.

    Attributes
    ----------
    weight : Parameter, shape (num_embeddings, embedding_dim)
        Drawn from the standard normal distribution.

    Raises
    ------
    AssertionError
        `padding_idx` is no row, or `_weight` has another shape.
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padded_row(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            table = autograd.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = Parameter(table, not _freeze)
            self.reset_parameters()
        else:
            if tuple(_weight.shape) != (num_embeddings, embedding_dim):
                raise AssertionError(
                    say(
                        f"Shape of weight does not match num_embeddings and embedding_dim: {tuple(_weight.shape)}",
                        f"({num_embeddings}, {embedding_dim})",
                        "Embedding.from_pretrained takes them from the weight.",
                    )
                )
            self.weight = Parameter(_weight, not _freeze)

    def reset_parameters(self) -> None:
        """Draw the table afresh."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with autograd.no_grad():
                self.weight[self.padding_idx].fill_(0)

    def forward(self, input: Tensor) -> Tensor:
        """Return vectors of shape (..., embedding_dim) for indices of shape (...)."""
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        """Return the sizes, and what is not as usual."""
        shown = f"{self.num_embeddings}, {self.embedding_dim}"
        usual = {"padding_idx": None, "max_norm": None, "norm_type": 2, "scale_grad_by_freq": False, "sparse": False}
        for name, value in usual.items():
            if getattr(self, name) != value:
                shown += f", {name}={True if value is False else getattr(self, name)}"
        return shown

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Return a layer with a table that is already learned.

        Parameters
        ----------
        embeddings : Tensor, shape (V, D)
            The table; its memory is shared.
        freeze : bool
            It needs no gradient.
        padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
            As for the layer.

        Raises
        ------
        RuntimeError
            `embeddings` is no matrix.
        """
        if embeddings.ndim != 2:
            raise ShapeError(
                say(
                    f"Embeddings parameter is expected to be 2-dimensional: it has shape {tuple(embeddings.shape)}",
                    "(V, D)",
                    "Reshape it.",
                )
            )
        rows, columns = embeddings.shape
        return cls(
            rows,
            columns,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=embeddings,
            _freeze=freeze,
        )
