"""Methods of Tensor that change the shape, or cut and join."""

from __future__ import annotations

from autograd.ops import join, shape


class ShapeMethods:
    """Methods of Tensor that change the shape, or cut and join."""

    __slots__ = ()

    broadcast_to = shape.broadcast_to
    chunk = join.chunk
    expand = shape.expand
    flatten = shape.flatten
    permute = shape.permute
    ravel = shape.ravel
    reshape = shape.reshape
    split = join.split
    squeeze = shape.squeeze
    swapaxes = transpose = shape.transpose
    t = shape.t
    unbind = join.unbind
    unsqueeze = shape.unsqueeze
