"""Methods of Tensor that pick elements, or put them."""

from __future__ import annotations

from autograd.inplace import inplace
from autograd.ops import gather as picking
from autograd.ops import index, masks
from autograd.ops import scatter as putting


class IndexMethods:
    """Methods of Tensor that pick elements, or put them."""

    __slots__ = ()

    argwhere = masks.argwhere
    diagonal_scatter = putting.diagonal_scatter
    gather = picking.gather
    index_add = putting.index_add
    index_copy = putting.index_copy
    index_fill = putting.index_fill
    index_put = index.index_put
    index_reduce = putting.index_reduce
    index_select = picking.index_select
    masked_fill = masks.masked_fill
    masked_scatter = masks.masked_scatter
    masked_select = masks.masked_select
    nonzero = masks.nonzero
    put = putting.put
    scatter = putting.scatter
    scatter_add = putting.scatter_add
    scatter_reduce = putting.scatter_reduce
    select = index.select
    select_scatter = putting.select_scatter
    slice_scatter = putting.slice_scatter
    take = picking.take
    take_along_dim = picking.take_along_dim

    index_add_ = inplace(putting.index_add)
    index_copy_ = inplace(putting.index_copy)
    index_fill_ = inplace(putting.index_fill)
    index_put_ = inplace(index.index_put)
    index_reduce_ = inplace(putting.index_reduce)
    masked_fill_ = inplace(masks.masked_fill)
    masked_scatter_ = inplace(masks.masked_scatter)
    put_ = inplace(putting.put)
    scatter_ = inplace(putting.scatter)
    scatter_add_ = inplace(putting.scatter_add)
    scatter_reduce_ = inplace(putting.scatter_reduce)
