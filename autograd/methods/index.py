"""Methods of Tensor that pick elements, or put them."""

from __future__ import annotations

from autograd.inplace import inplace
from autograd.ops import index


class IndexMethods:
    """Methods of Tensor that pick elements, or put them."""

    __slots__ = ()

    masked_fill = index.masked_fill

    masked_fill_ = inplace(index.masked_fill)
