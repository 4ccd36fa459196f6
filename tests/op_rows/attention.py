"""The rows of attention."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import Any

import numpy as np

from tests.op_rows.common import seeded
from tests.op_samples import Array, Bools, Exactly, F, R, Random, Row, S

N = "nn.functional."


def attention(
    q: Array,
    k: Array,
    v: Array,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
    enable_gqa: bool = False,
) -> Array:
    if enable_gqa:
        k, v = (np.repeat(x, q.shape[-3] // x.shape[-3], -3) for x in (k, v))
    scores = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if is_causal:
        attn_mask = np.tri(*scores.shape[-2:], dtype=bool)
    if attn_mask is not None:
        more = np.where(attn_mask, 0, -np.inf) if attn_mask.dtype == bool else attn_mask
        scores = scores + more.astype(q.dtype)
    top = np.max(scores, -1, keepdims=True, initial=-1e30)
    e = np.exp(scores - top)
    total = np.sum(e, -1, keepdims=True)
    return (e / np.where(total == 0, 1, total) @ v).astype(q.dtype)


def twice_differentiable(t: Any) -> Any:
    """Ask PyTorch for the one of its implementations that has second derivatives."""
    if t.__name__ != "torch":
        return contextlib.nullcontext()
    return t.nn.attention.sdpa_kernel(t.nn.attention.SDPBackend.MATH)


def called(t: Any, *args: Any, **kwargs: Any) -> Any:
    with twice_differentiable(t):
        return t.nn.functional.scaled_dot_product_attention(*args, **kwargs)


MASK = Exactly([[True, False, True], [False, False, False]], "bool")


def moderate(random: Random, shape: tuple[int, ...], place: int) -> Array:
    """Numbers in [-0.7, 0.7): products of three of them leave the softmax well conditioned."""
    return random.uniform(-0.7, 0.7, shape)


def heads(t: Any, q: Any, k: Any, v: Any, w: Any, b: Any, w_out: Any, mask: Any, needs: bool) -> Any:
    """Attention with two heads; its output and, if asked for, its weights."""
    options = {"attn_mask": mask, "need_weights": needs}
    with twice_differentiable(t):
        z = t.nn.functional.multi_head_attention_forward(
            q, k, v, 4, 2, w, b, None, None, False, 0.0, w_out, None, **options
        )
    return z if needs else z[0]


def heads_by_hand(q: Array, k: Array, v: Array, w: Array, b: Array, w_out: Array, mask: Any, needs: bool) -> Any:
    def split(x: Array, part: int) -> Array:
        y = x @ w[4 * part : 4 * part + 4].T + b[4 * part : 4 * part + 4]
        return np.transpose(y.reshape(*y.shape[:2], 2, 2), (1, 2, 0, 3))

    parts = [split(x, i) for i, x in enumerate((q, k, v))]
    z = np.transpose(attention(*parts, mask), (2, 0, 1, 3)).reshape(*q.shape[:2], 4) @ w_out.T
    if not needs:
        return z
    size = k.shape[0]
    eye = np.broadcast_to(np.eye(size, dtype=q.dtype), (*parts[1].shape[:2], size, size))
    return z, attention(parts[0], parts[1], eye, mask).mean(1)


ATTENTION: list[Row] = [
    Row(
        f"{N}scaled_dot_product_attention",
        attention,
        (
            S(F(2, 4), F(3, 4), F(3, 2)),
            S(F(2, 2, 3, 2), F(2, 2, 3, 2), F(2, 2, 3, 2)),
            S(F(2, 1, 3, 2), F(2, 3, 2), F(3, 2)),
            S(F(3, 2), F(3, 2), F(3, 2), is_causal=True),
            S(F(2, 2), F(4, 2), F(4, 2), None, 0.0, True),
            S(F(4, 2), F(2, 2), F(2, 2), is_causal=True),
            S(F(2, 2, 2), F(2, 3, 2), F(2, 3, 1), F(2, 3)),
            S(F(2, 2, 2), F(2, 3, 2), F(2, 3, 1), F(2, 1, 3)),
            S(F(2, 2), F(3, 2), F(3, 2), F(2, 3, gradient=False), scale=0.3),
            S(F(2, 2), F(3, 2), F(3, 2), Bools((2, 3))),
            S(F(2, 2), F(3, 2), F(3, 2), MASK),
            S(F(2, 2), F(3, 2, gradient=False), F(3, 2), Bools((1, 3)), scale=2),
            S(F(2, 2, gradient=False), F(3, 2), F(3, 2, gradient=False)),
            S(F(4, 2, 2), F(2, 3, 2), F(2, 3, 2), enable_gqa=True),
            S(F(0, 2), F(3, 2), F(3, 2)),
            S(F(0, 2, 2), F(0, 3, 2), F(0, 3, 2)),
        ),
        (
            R(lambda t: sdpa(t, (2, 2), (3, 2), (4, 2)), RuntimeError, "size|value"),
            R(lambda t: sdpa(t, (2, 2), (3, 3), (3, 2)), RuntimeError, "size|shape|query"),
            R(lambda t: sdpa(t, (2,), (3, 2), (3, 2)), RuntimeError, "at least 2 dim"),
            R(lambda t: sdpa(t, (2, 3, 2), (4, 3, 2), (4, 3, 2)), RuntimeError, "must match"),
            R(lambda t: sdpa(t, (2, 2), (3, 2), (3, 2), t.ones(2, 3), is_causal=True), RuntimeError, "is_causal"),
            R(lambda t: sdpa(t, (2, 2), (3, 2), (3, 2), t.ones(2, 3).double()), RuntimeError, "dtype"),
            R(lambda t: sdpa(t, (2, 2), (3, 2), (3, 2), t.ones(2, 2)), RuntimeError, "match"),
            R(lambda t: sdpa(t, (3, 2, 2), (2, 2, 2), (2, 2, 2), enable_gqa=True), RuntimeError, "heads"),
            R(
                lambda t: t.nn.functional.scaled_dot_product_attention(*[t.ones(2, 2)] * 2, t.ones(2, 2).double()),
                RuntimeError,
                "same dtype",
            ),
            R(lambda t: t.nn.functional.scaled_dot_product_attention([1.0], [1.0], [1.0]), TypeError, "Tensor"),
        ),
        call=called,
    ),
    replace(
        seeded(
            f"{N}scaled_dot_product_attention",
            S(F(2, 2, 3, 2), F(2, 2, 4, 2), F(2, 2, 4, 2), None, 0.4),
            S(F(2, 2, 3, 2), F(2, 2, 4, 2), F(2, 2, 4, 2), F(3, 4), 0.2),
            S(F(3, 2), F(3, 2), F(3, 2), dropout_p=0.5, is_causal=True),
            gradient=True,
        ),
        variant="with dropout",
        exact=False,
    ),
    Row(
        f"{N}multi_head_attention_forward",
        heads_by_hand,
        (
            S(F(2, 1, 4), F(3, 1, 4), F(3, 1, 4), F(12, 4), F(12), F(4, 4), None, False),
            S(F(2, 2, 4), F(2, 2, 4), F(2, 2, 4), F(12, 4), F(12), F(4, 4), F(2, 2, gradient=False), True),
        ),
        call=heads,
        domain=moderate,
    ),
]


def sdpa(t: Any, *shapes: Any, **named: Any) -> Any:
    """Attention of ones of these shapes; a tensor stands for itself."""
    return t.nn.functional.scaled_dot_product_attention(
        *[t.ones(s) if isinstance(s, tuple) else s for s in shapes], **named
    )
