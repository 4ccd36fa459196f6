"""Methods of Tensor on how its elements lie in memory."""

from __future__ import annotations

from autograd.ops import layout


class LayoutMethods:
    """Methods of Tensor on how its elements lie in memory."""

    __slots__ = ()

    as_strided = layout.as_strided
    clone = layout.clone
    contiguous = layout.contiguous
    data_ptr = layout.data_ptr
    is_contiguous = layout.is_contiguous
    storage_offset = layout.storage_offset
    stride = layout.stride
    view = layout.view
