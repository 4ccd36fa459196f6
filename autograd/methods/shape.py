"""Methods of Tensor that change the shape, or take it apart."""

from __future__ import annotations

from autograd.ops import flips, parts, reframe, shape, tiling


class ShapeMethods:
    """Methods of Tensor that change the shape, or take it apart."""

    __slots__ = ()

    H = property(shape.transpose_matrix)
    T = property(shape.reverse_dims)
    adjoint = shape.adjoint
    broadcast_to = shape.broadcast_to
    chunk = parts.chunk
    dsplit = parts.dsplit
    expand = shape.expand
    flatten = shape.flatten
    flip = flips.flip
    fliplr = flips.fliplr
    flipud = flips.flipud
    hsplit = parts.hsplit
    mH = property(shape.adjoint)
    mT = property(shape.transpose_matrices)
    movedim = moveaxis = shape.movedim
    narrow = parts.narrow
    permute = shape.permute
    ravel = shape.ravel
    repeat = tiling.repeat
    repeat_interleave = tiling.repeat_interleave
    reshape = shape.reshape
    roll = flips.roll
    rot90 = flips.rot90
    split = parts.split
    split_with_sizes = parts.split_with_sizes
    squeeze = shape.squeeze
    swapaxes = shape.swapaxes
    t = shape.t
    tensor_split = parts.tensor_split
    tile = tiling.tile
    transpose = swapdims = shape.transpose
    unbind = parts.unbind
    unflatten = shape.unflatten
    unfold = parts.unfold
    unsqueeze = shape.unsqueeze
    vsplit = parts.vsplit

    squeeze_ = reframe.squeeze_
    swapaxes_ = reframe.swapaxes_
    t_ = reframe.t_
    transpose_ = swapdims_ = reframe.transpose_
    unsqueeze_ = reframe.unsqueeze_
