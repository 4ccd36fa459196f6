"""Tables of vectors, one-hot vectors, and the bilinear layer, as functions."""

from __future__ import annotations

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import AutogradError, DtypeError, ShapeError, UndefinedError, say
from nn import rules
from nn.checks import expect_tensors

__all__ = ["bilinear", "embedding", "one_hot"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return weight[input]: a vector for every index.

    Parameters
    ----------
    input : Tensor of int64 or int32, shape (...)
        Indices of rows.
    weight : Tensor, shape (V, D)
    padding_idx : int, optional
        This row gets no gradient.
    max_norm : float, optional
        Rows that are looked up and longer than this are shortened to it, in place.
    norm_type : float
        Which norm that is.
    scale_grad_by_freq : bool
        Divide the gradient of a row by how often it was looked up.
    sparse : bool
        Not provided: gradients are dense.

    Returns
    -------
    Tensor, shape (..., D)

    Raises
    ------
    IndexError
        An index is no row.
    RuntimeError
        The indices are no integers, `weight` is no matrix, or `sparse` is set.
    AssertionError
        `padding_idx` is no row.
    """
    expect_tensors("embedding", input=input, weight=weight)
    if input.dtype not in (autograd.int64, autograd.int32):
        raise DtypeError(
            say(
                "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but "
                f"got {input.dtype} instead (while checking arguments for embedding)",
                "integers",
                "Convert them: x.long().",
            )
        )
    if weight.ndim != 2:
        raise ShapeError(say(f"'weight' must be 2-D: it has shape {tuple(weight.shape)}", "(V, D)", "Reshape it."))
    if sparse:
        raise UndefinedError(say("embedding was given sparse=True", "dense gradients", "Leave sparse out."))
    rows = len(weight)
    padding = padded_row(padding_idx, rows)
    indices = input.numpy()
    if indices.size and not 0 <= indices.min() <= indices.max() < rows:
        wrong = indices[(indices < 0) | (indices >= rows)].reshape(-1)[0]
        raise IndexError(
            say(
                f"index out of range in self: embedding was given the index {wrong}",
                f"indices from 0 to {rows - 1}",
                "Make the table longer (num_embeddings), or check how indices were counted.",
            )
        )
    if max_norm is not None:
        _shorten(weight, np.unique(indices), max_norm, norm_type)
    vectors = weight[input] if input.ndim else weight[input.reshape(1)].reshape(-1)  # not a view of the table
    if padding is None and not scale_grad_by_freq:
        return vectors
    share = np.ones(indices.shape, weight.detach().numpy().dtype)
    if scale_grad_by_freq:
        share /= np.bincount(indices.reshape(-1), minlength=rows)[indices]
    if padding is not None:
        share[indices == padding] = 0
    result: Tensor = rules.Weighed(share=share[..., None]).apply(vectors)
    return result


def padded_row(padding_idx: int | None, rows: int) -> int | None:
    """Return `padding_idx` counted from 0.

    Raises
    ------
    AssertionError
        There is no such row.
    """
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise AssertionError(
            say(
                f"Padding_idx must be within num_embeddings: got {padding_idx}",
                f"from {-rows} to {rows - 1}",
                "Count rows from 0, or from -1 for the last.",
            )
        )
    return padding_idx % rows


def _shorten(weight: Tensor, rows: np.ndarray, max_norm: float, norm_type: float) -> None:
    """Scale those of some rows that are longer than `max_norm` down to it, in place."""
    with autograd.no_grad():
        index = autograd.from_numpy(rows.astype(np.int64))
        lengths = autograd.norm(weight[index], norm_type, dim=1, keepdim=True)
        long = (lengths > max_norm).squeeze(1)
        if long.any():
            weight[index[long]] = weight[index[long]] * (max_norm / (lengths[long] + 1e-7))


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Return a vector for every label, 1 at the label and 0 elsewhere.

    Parameters
    ----------
    input : Tensor of int64, shape (...)
    num_classes : int
        One more than the largest label, if left out.

    Returns
    -------
    Tensor of int64, shape (..., num_classes)

    Raises
    ------
    RuntimeError
        The labels are no int64, negative or too large; or there are none, nor a number of classes.
    """
    expect_tensors("one_hot", input=input)
    if input.dtype is not autograd.int64:
        raise DtypeError(
            say(
                f"one_hot is only applicable to index tensor of type LongTensor: got {input.dtype}",
                "int64 labels",
                "Write input.long().",
            )
        )
    labels = input.numpy()
    if labels.size == 0 and num_classes <= 0:
        raise AutogradError(
            say("Can not infer total number of classes from empty tensor", "num_classes", "Give it as the second.")
        )
    if labels.size and labels.min() < 0:
        raise AutogradError(
            say("Class values must be non-negative: one_hot was given others", "labels", "Count from 0.")
        )
    if num_classes == -1:
        num_classes = int(labels.max()) + 1
    elif num_classes < 1 or (labels.size and labels.max() >= num_classes):
        raise AutogradError(
            say(
                f"Class values must be smaller than num_classes: one_hot was given {num_classes}",
                "one more than the largest label",
                "Leave it out, and it is counted.",
            )
        )
    hot: Tensor = (input.unsqueeze(-1) == autograd.arange(num_classes)).long()
    return hot


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return Σ_ij x_i W_oij y_j + b_o for vectors x and y.

    Parameters
    ----------
    input1 : Tensor, shape (..., in1)
    input2 : Tensor, shape (..., in2)
    weight : Tensor, shape (out, in1, in2)
    bias : Tensor, shape (out,), optional

    Returns
    -------
    Tensor, shape (..., out)

    Raises
    ------
    RuntimeError
        The shapes do not fit.
    """
    expect_tensors("bilinear", input1=input1, input2=input2, weight=weight, bias=bias)
    fits = (
        input1.shape[:-1] == input2.shape[:-1]
        and weight.ndim == 3
        and tuple(weight.shape[1:]) == (*input1.shape[-1:], *input2.shape[-1:])
        and (bias is None or bias.shape == weight.shape[:1])
    )
    if not fits:
        shapes = [tuple(t.shape) for t in (input1, input2, weight, bias) if t is not None]
        raise ShapeError(
            say(
                f"bilinear(): input dimensions do not match: got {', '.join(map(str, shapes))}",
                "(..., in1), (..., in2), (out, in1, in2) and (out,)",
                "The inputs need the same leading dimensions.",
            )
        )
    out, in1, in2 = weight.shape
    # For every example the matrix of the layer's linear function of y, and then that function.
    matrices = (input1.reshape(-1, in1) @ weight.permute(1, 0, 2).reshape(in1, out * in2)).reshape(-1, out, in2)
    result = (matrices @ input2.reshape(-1, in2, 1)).reshape(*input1.shape[:-1], out)
    return result if bias is None else result + bias
