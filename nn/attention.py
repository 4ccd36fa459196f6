"""Attention as functions: of queries to keys and values, and with several heads."""

from __future__ import annotations

import math
import warnings
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import DtypeError, ShapeError, say
from nn import rules
from nn.checks import expect_floats
from nn.dropouts import dropout, expect_probability
from nn.rules_attention import Attention, MaskedAttention

__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Return softmax(scale · Q Kᵀ + mask) V: for every query the mean of the values, weighed by how its keys fit.

    Parameters
    ----------
    query : Tensor, shape (..., L, E)
    key : Tensor, shape (..., S, E)
    value : Tensor, shape (..., S, V)
        Leading dimensions broadcast: batches and heads.
    attn_mask : Tensor, optional
        Of a shape that broadcasts to (..., L, S). Bools say which keys take part (False: this one does not); floats, of
        the dtype of the query, are added to the scores. A query with no key left gets zeros.
    dropout_p : float
        The probability with which a weight is dropped. Not only in training: give 0 in evaluation.
    is_causal : bool
        Query i sees the keys up to i.
    scale : float, optional
        1/√E if left out.
    enable_gqa : bool
        Let several heads (dimension -3) of the query share one of key and value.

    Returns
    -------
    Tensor, shape (..., L, V)

    Raises
    ------
    RuntimeError
        Shapes or dtypes do not fit; both a mask and `is_causal` are given.
    TypeError
        Something is no tensor.
    ValueError
        `dropout_p` is no probability.
    """
    name = "scaled_dot_product_attention"
    expect_floats(name, query=query, key=key, value=value)
    expect_probability(dropout_p)
    if enable_gqa:
        key, value = _shared_heads(query, key), _shared_heads(query, value)
    _expect_fit(query, key, value)
    if query.dtype is autograd.float16:  # computed in single precision
        mask = attn_mask.float() if attn_mask is not None and attn_mask.dtype is autograd.float16 else attn_mask
        return scaled_dot_product_attention(
            query.float(), key.float(), value.float(), mask, dropout_p, is_causal, scale=scale
        ).half()
    length, size, width = query.shape[-2], key.shape[-2], query.shape[-1]
    if is_causal:
        if attn_mask is not None:
            raise RuntimeError(
                say(
                    f"{name}: Explicit attn_mask should not be set when is_causal=True",
                    "one of the two",
                    "Add the causal mask to your own, or leave out is_causal.",
                )
            )
        attn_mask = autograd.full((length, size), -math.inf, dtype=query.dtype).triu_(1)
    elif attn_mask is not None:
        attn_mask = _added(
            attn_mask, query, (*autograd.broadcast_shapes(query.shape[:-2], key.shape[:-2]), length, size)
        )
    noise = None
    if dropout_p > 0:
        stack = autograd.broadcast_shapes(query.shape[:-2], key.shape[:-2])
        noise = dropout(autograd.ones((*stack, length, size), dtype=query.dtype), dropout_p).numpy()
    scale = (1 / math.sqrt(width) if width else 1.0) if scale is None else float(scale)
    result: Tensor
    if attn_mask is None:
        result = Attention(noise=noise, scale=scale).apply(query, key, value)
    else:
        result = MaskedAttention(noise=noise, scale=scale).apply(query, key, value, attn_mask)
    return result


def _shared_heads(query: Tensor, shared: Tensor) -> Tensor:
    """Return keys or values with as many heads as the queries have."""
    heads, groups = (t.shape[-3] if t.ndim > 2 else 0 for t in (query, shared))
    if not groups or heads % groups:
        raise RuntimeError(
            say(
                f"scaled_dot_product_attention: enable_gqa with {heads} heads of the query, {groups} of key or value",
                "Number of heads in key and value must divide the number of heads in query, in dimension -3",
                "Check the order of the dimensions: (N, heads, length, features).",
            )
        )
    return shared.repeat_interleave(heads // groups, -3)


def _expect_fit(query: Tensor, key: Tensor, value: Tensor) -> None:
    shapes = f"query is {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
    if query.dtype is not key.dtype or key.dtype is not value.dtype:
        raise DtypeError(
            say(
                "Expected query, key, and value to have the same dtype, but got query.dtype: "
                f"{query.dtype}, key.dtype: {key.dtype} and value.dtype: {value.dtype}",
                "one dtype",
                "Convert them: key.to(query.dtype).",
            )
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ShapeError(
            say(
                f"Expected query, key, and value to all be at least 2 dimensional, but {shapes}",
                "(..., length, features)",
                "Give a single one its dimension: x.unsqueeze(0).",
            )
        )
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            say(
                f"scaled_dot_product_attention: {shapes}",
                "query (..., L, E), key (..., S, E) and value (..., S, V)",
                "Every key needs its value, and the features of a query.",
            )
        )
    try:
        autograd.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    except RuntimeError:
        raise ShapeError(
            say(
                f"scaled_dot_product_attention: the leading dimensions do not broadcast (must match): {shapes}",
                "the same batches and heads",
                "With fewer heads of key and value than of the query, set enable_gqa=True.",
            )
        ) from None


def _added(mask: Tensor, query: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return a mask as numbers to add to scores of `shape`: 0, and -∞ where a bool says no."""
    if mask.dtype not in (autograd.bool, query.dtype):
        raise DtypeError(
            say(
                f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
                f"{mask.dtype} and query.dtype: {query.dtype}",
                "bools, or numbers of the query's dtype",
                "Convert it: mask.to(query.dtype).",
            )
        )
    lead = len(shape) - mask.ndim
    if lead < 0 or any([n not in (1, m) for n, m in zip(mask.shape, shape[lead:], strict=False)]):
        raise ShapeError(
            say(
                f"The expanded size of the tensor must match: attn_mask is {tuple(mask.shape)} for scores of {shape}",
                f"a shape that broadcasts to {shape}",
                "The last two dimensions are those of queries and keys.",
            )
        )
    return infinite_where(mask.logical_not(), query.dtype) if mask.dtype is autograd.bool else mask


def infinite_where(mask: Tensor, dtype: Any) -> Tensor:
    """Return -∞ where a mask is True, and 0 elsewhere."""
    return autograd.zeros(mask.shape, dtype=dtype).masked_fill_(mask, -math.inf)


# --------------------------------------------------------------------------------------------------- several heads


def canonical_mask(
    mask: Tensor | None, name: str, dtype: Any, other: Tensor | None = None, other_name: str = ""
) -> Tensor | None:
    """Return a mask as numbers to add to the scores: -∞ where a bool says that something is masked.

    Raises
    ------
    AssertionError
        It has neither bools nor floats.

    Warns
    -----
    UserWarning
        The other mask is of another dtype.
    """
    if mask is None or not (mask.dtype is autograd.bool or mask.is_floating_point()):
        if mask is None:
            return None
        raise AssertionError(
            say(
                f"only bool and floating types of {name} are supported, but got {mask.dtype}",
                "bools (True: masked), or floats to add",
                "Convert it: mask.bool().",
            )
        )
    if other is not None and other.dtype is not mask.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
            stacklevel=3,
        )
    return infinite_where(mask, dtype) if mask.dtype is autograd.bool else mask


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Return attention with several heads, and its weights: what `MultiheadAttention` computes.

    Parameters
    ----------
    query : Tensor, shape (L, N, E) or (L, E)
    key, value : Tensor, shape (S, N, ...) or (S, ...)
    embed_dim_to_check, num_heads : int
        What E has to be, and into how many heads it is divided.
    in_proj_weight : Tensor, shape (3 E, E), or None
        The projections to queries, keys and values, one below the other; with `use_separate_proj_weight`, they are
        given as `q_proj_weight`, `k_proj_weight` and `v_proj_weight`.
    in_proj_bias : Tensor, shape (3 E,), or None
    bias_k, bias_v : Tensor, shape (1, 1, E), or None
        One more key, and its value.
    add_zero_attn : bool
        One more key and value, of zeros.
    dropout_p : float
        The probability with which a weight is dropped in training.
    out_proj_weight, out_proj_bias : Tensor, shapes (E, E) and (E,)
    key_padding_mask : Tensor, shape (N, S) or (S,), optional
        True (or a number to add) at keys that do not count.
    need_weights : bool
        Return the weights as well.
    attn_mask : Tensor, shape (L, S) or (N · num_heads, L, S), optional
        True (or a number to add) where a query does not see a key.
    static_k, static_v : Tensor, shape (N · num_heads, S, E / num_heads), optional
        Taken in place of the projected keys and values.
    average_attn_weights : bool
        Return the mean of the weights over the heads, not each.
    is_causal : bool
        A hint that `attn_mask` is the causal one, which has to be given.

    Returns
    -------
    output : Tensor, shape (L, N, E) or (L, E)
    weights : Tensor, shape (N, L, S) or (N, num_heads, L, S), without N if there is none; or None

    Raises
    ------
    AssertionError, RuntimeError
        Shapes or dtypes do not fit, as in PyTorch.
    """
    batched = _is_batched(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        if query is key and key is value:
            query = key = value = query.unsqueeze(1)
        else:
            query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    key_padding_mask = canonical_mask(key_padding_mask, "key_padding_mask", query.dtype, attn_mask, "attn_mask")
    if is_causal and attn_mask is None:
        raise RuntimeError(
            say(
                "Need attn_mask if specifying the is_causal hint",
                "the causal mask itself",
                "nn.Transformer.generate_square_subsequent_mask makes it.",
            )
        )
    causal = is_causal and key_padding_mask is None and not need_weights
    attn_mask = None if causal else canonical_mask(attn_mask, "attn_mask", query.dtype)
    _expect_sizes(query, key, value, embed_dim_to_check, num_heads, use_separate_proj_weight)
    (length, batch, width), size = query.shape, key.shape[0]
    if attn_mask is not None:
        attn_mask = _mask_by_head(attn_mask, batch, num_heads, length, size)

    heads = (num_heads, width // num_heads)
    if use_separate_proj_weight:
        weights = _separate_weights(query, key, value, q_proj_weight, k_proj_weight, v_proj_weight)
        biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
        parts = [_projected(*given) for given in zip((query, key, value), weights, biases, strict=True)]
    else:
        parts = _packed_projections(query, key, value, in_proj_weight, in_proj_bias)
    if bias_k is not None and bias_v is not None:
        _refuse_static(static_k, static_v)
        parts[1] = autograd.cat([parts[1], bias_k.repeat(1, batch, 1)])
        parts[2] = autograd.cat([parts[2], bias_v.repeat(1, batch, 1)])
    elif bias_k is not None or bias_v is not None:
        raise AssertionError(say("only one of bias_k and bias_v is given", "both, or none", "Give the other as well."))
    q, k, v = (t.reshape(t.shape[0], batch, *heads).permute(1, 2, 0, 3) for t in parts)  # (N, heads, length, features)
    k = k if static_k is None else _static(static_k, "static_k", batch, heads)
    v = v if static_v is None else _static(static_v, "static_v", batch, heads)
    if add_zero_attn:
        zeros = autograd.zeros((batch, num_heads, 1, heads[1]), dtype=k.dtype)
        k, v = autograd.cat([k, zeros], 2), autograd.cat([v, zeros], 2)
    attn_mask = _merged(attn_mask, key_padding_mask, size, k.shape[2], batch)

    p = dropout_p if training else 0.0
    shown: Tensor | None = None
    if need_weights:
        scores = (q * math.sqrt(1 / heads[1])) @ k.transpose(-2, -1)
        if attn_mask is not None:
            scores = scores + _added(attn_mask, scores, tuple(scores.shape))
        shown = dropout(autograd.softmax(scores, -1), p) if p > 0 else autograd.softmax(scores, -1)
        output = shown @ v
        shown = shown.mean(dim=1) if average_attn_weights else shown
        shown = shown if batched else shown.squeeze(0)
    else:
        output = scaled_dot_product_attention(q, k, v, attn_mask, p, causal)
    output = output.permute(2, 0, 1, 3).reshape(length, batch, width)
    output = _projected(output, out_proj_weight, out_proj_bias)
    return output if batched else output.squeeze(1), shown


def _projected(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    result: Tensor = rules.Mm().apply(x, weight) if bias is None else rules.Addmm().apply(x, weight, bias)
    return result


def _packed_projections(
    query: Tensor, key: Tensor, value: Tensor, weight: Tensor | None, bias: Tensor | None
) -> list[Tensor]:
    """Return the projected query, key and value, of weights one below the other: in one product where they are one."""
    if weight is None:
        raise AssertionError(
            say(
                "use_separate_proj_weight is False but in_proj_weight is None",
                "a weight (3 E, E)",
                "Give one, or the three weights apart with use_separate_proj_weight=True.",
            )
        )
    width = query.shape[-1]
    if key is not value:
        biases = (None,) * 3 if bias is None else bias.chunk(3)
        return [_projected(*given) for given in zip((query, key, value), weight.chunk(3), biases, strict=True)]
    if query is key:
        projected = _projected(query, weight, bias)
        return list(projected.unflatten(-1, (3, width)).unbind(-2))
    sizes = [width, 2 * width]
    (w_q, w_kv), (b_q, b_kv) = weight.split(sizes), (None, None) if bias is None else bias.split(sizes)
    return [_projected(query, w_q, b_q), *_projected(key, w_kv, b_kv).unflatten(-1, (2, width)).unbind(-2)]


def _separate_weights(
    query: Tensor, key: Tensor, value: Tensor, w_q: Tensor | None, w_k: Tensor | None, w_v: Tensor | None
) -> list[Tensor]:
    weights = []
    for name, x, weight in (("q", query, w_q), ("k", key, w_k), ("v", value, w_v)):
        if weight is None or tuple(weight.shape) != (query.shape[-1], x.shape[-1]):
            raise AssertionError(
                say(
                    f"use_separate_proj_weight is True but {name}_proj_weight is "
                    f"{None if weight is None else tuple(weight.shape)}",
                    f"a weight of shape {(query.shape[-1], x.shape[-1])}",
                    "kdim and vdim are the sizes of a key and of a value.",
                )
            )
        weights.append(weight)
    return weights


def _merged(
    attn_mask: Tensor | None, key_padding_mask: Tensor | None, size: int, full: int, batch: int
) -> Tensor | None:
    """Return both masks as one that broadcasts to (N, heads, L, full); keys added beyond `size` are never masked."""
    if key_padding_mask is not None:
        if tuple(key_padding_mask.shape) != (batch, size):
            raise AssertionError(
                say(
                    f"Expected key_padding_mask of shape {(batch, size)}, but got {tuple(key_padding_mask.shape)}",
                    "one bool for each key of each example",
                    "It is (N, S), also without batch_first.",
                )
            )
        padding = key_padding_mask.reshape(batch, 1, 1, size)
        attn_mask = padding if attn_mask is None else attn_mask + padding
    if attn_mask is None or full == size:
        return attn_mask
    return autograd.cat([attn_mask, autograd.zeros((*attn_mask.shape[:-1], full - size), dtype=attn_mask.dtype)], -1)


# ------------------------------------------------------------------------------------------------- what is refused


def _is_batched(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None,
    attn_mask: Tensor | None,
    num_heads: int,
) -> bool:
    """Return whether there is a dimension of examples; raise AssertionError if the arguments do not agree on it."""
    if query.ndim not in (2, 3):
        raise AssertionError(
            say(
                f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor",
                "(L, N, E) or (L, E)",
                "With batch_first=True it is (N, L, E).",
            )
        )
    kind = f"For {'batched (3-D)' if query.ndim == 3 else 'unbatched (2-D)'} `query`, expected"
    if key.ndim != query.ndim or value.ndim != query.ndim:
        raise AssertionError(
            say(
                f"{kind} `key` and `value` to be {query.ndim}-D but found {key.ndim}-D and {value.ndim}-D tensors",
                "all three with a batch, or none",
                "unsqueeze gives a dimension, squeeze takes one.",
            )
        )
    if key_padding_mask is not None and key_padding_mask.ndim != query.ndim - 1:
        raise AssertionError(
            say(
                f"{kind} `key_padding_mask` to be `None` or {query.ndim - 1}-D but found {key_padding_mask.ndim}-D",
                "(N, S) with a batch, (S,) without",
                "For a mask of queries and keys take attn_mask.",
            )
        )
    if attn_mask is not None:
        shape = tuple(attn_mask.shape)
        if len(shape) not in (2, 3):
            raise AssertionError(
                say(
                    f"{kind} `attn_mask` to be `None`, 2-D or 3-D but found {len(shape)}-D tensor instead",
                    "(L, S), or (N * num_heads, L, S)",
                    "A mask of keys alone is key_padding_mask.",
                )
            )
        if query.ndim == 2 and len(shape) == 3 and shape != (num_heads, len(query), len(key)):
            raise AssertionError(
                say(
                    f"Expected `attn_mask` shape to be {(num_heads, len(query), len(key))} but got {shape}",
                    "(num_heads, L, S) without a batch",
                    "(L, S) is one mask for all heads.",
                )
            )
    return query.ndim == 3


def _expect_sizes(query: Tensor, key: Tensor, value: Tensor, width: int, num_heads: int, separate: bool) -> None:
    if query.shape[-1] != width:
        raise AssertionError(
            say(
                f"was expecting embedding dimension of {width}, but got {query.shape[-1]}",
                f"queries of {width} features",
                "embed_dim is the size of the last dimension.",
            )
        )
    if width % num_heads:
        raise AssertionError(
            say(
                f"embed_dim {width} not divisible by num_heads {num_heads}",
                "heads of equal size",
                "Choose a number of heads that divides embed_dim.",
            )
        )
    if key.shape[:2] != value.shape[:2] if separate else key.shape != value.shape:
        raise AssertionError(
            say(
                f"key shape {tuple(key.shape)} does not match value shape {tuple(value.shape)}",
                "a value for every key",
                "Of other sizes than embed_dim they need kdim and vdim.",
            )
        )


def _mask_by_head(mask: Tensor, batch: int, num_heads: int, length: int, size: int) -> Tensor:
    """Return a mask of queries and keys with its dimensions of examples and heads, which may be of size 1."""
    expected = (length, size) if mask.ndim == 2 else (batch * num_heads, length, size)
    if tuple(mask.shape) != expected:
        raise RuntimeError(
            say(
                f"The shape of the {mask.ndim}D attn_mask is {tuple(mask.shape)}, but should be {expected}",
                "(L, S), or (N * num_heads, L, S)",
                "L counts queries, S keys.",
            )
        )
    return mask if mask.ndim == 2 else mask.reshape(batch, num_heads, length, size)


def _refuse_static(static_k: Tensor | None, static_v: Tensor | None) -> None:
    if static_k is not None or static_v is not None:
        raise AssertionError(
            say("bias cannot be added to static key or value", "one of the two", "Leave out bias_k and bias_v.")
        )


def _static(given: Tensor, name: str, batch: int, heads: tuple[int, int]) -> Tensor:
    if given.ndim != 3 or given.shape[0] != batch * heads[0] or given.shape[2] != heads[1]:
        raise AssertionError(
            say(
                f"expecting {name} of shape {(batch * heads[0], 'S', heads[1])}, but got {tuple(given.shape)}",
                "(N * num_heads, S, E / num_heads)",
                "Reshape it.",
            )
        )
    return given.reshape(batch, heads[0], given.shape[1], heads[1])
