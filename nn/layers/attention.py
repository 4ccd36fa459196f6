"""MultiheadAttention."""

from __future__ import annotations

from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn import init
from nn.layers.linear import Linear
from nn.module import Module
from nn.parameter import Parameter


class NonDynamicallyQuantizableLinear(Linear):
    """`Linear` under the name that PyTorch prints for the output of attention."""


class MultiheadAttention(Module):
    """Attention with several heads: each looks at other features, and what they find is put together by a linear layer.

    Parameters
    ----------
    embed_dim : int
        Size of a query, and of an output.
    num_heads : int
        The heads, each of size embed_dim / num_heads.
    dropout : float
        The probability with which a weight is dropped in training.
    bias : bool
        Whether the projections have biases.
    add_bias_kv : bool
        One more key and its value, which are learned.
    add_zero_attn : bool
        One more key and value, of zeros.
    kdim, vdim : int, optional
        Sizes of a key and of a value; embed_dim if left out.
    batch_first : bool
        Tensors are (N, length, features), not (length, N, features).
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Attributes
    ----------
    in_proj_weight : Parameter, shape (3 embed_dim, embed_dim), or None
        The projections to queries, keys and values, one below the other. With `kdim` or `vdim` they are
        `q_proj_weight`, `k_proj_weight` and `v_proj_weight`.
    in_proj_bias : Parameter, shape (3 embed_dim,), or None
    out_proj : Linear
    bias_k, bias_v : Parameter, shape (1, 1, embed_dim), or None

    Raises
    ------
    ValueError
        A size is not positive.
    AssertionError
        `num_heads` does not divide `embed_dim`.
    """

    in_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                say(
                    f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and "
                    f"num_heads={num_heads} instead",
                    "positive sizes",
                    "MultiheadAttention(embed_dim, num_heads) takes the size of a query first.",
                )
            )
        super().__init__()
        if embed_dim % num_heads:
            raise AssertionError(
                say(
                    f"embed_dim must be divisible by num_heads, but they are {embed_dim} and {num_heads}",
                    "heads of equal size",
                    "Choose a number of heads that divides embed_dim.",
                )
            )
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        shapes: dict[str, tuple[int, ...] | None] = {
            "q_proj_weight": (embed_dim, embed_dim),
            "k_proj_weight": (embed_dim, self.kdim),
            "v_proj_weight": (embed_dim, self.vdim),
            "in_proj_weight": None,
        }
        if self._qkv_same_embed_dim:
            shapes = {"in_proj_weight": (3 * embed_dim, embed_dim), **dict.fromkeys(list(shapes)[:3])}
        shapes["in_proj_bias"] = (3 * embed_dim,) if bias else None

        def register(names: dict[str, tuple[int, ...] | None]) -> None:
            for name, shape in names.items():
                parameter = None if shape is None else Parameter(autograd.empty(shape, device=device, dtype=dtype))
                self.register_parameter(name, parameter)

        register(shapes)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        register(dict.fromkeys(("bias_k", "bias_v"), (1, 1, embed_dim) if add_bias_kv else None))
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw the projections afresh, by Glorot's rule."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return what the queries find, and with which weights.

        Parameters
        ----------
        query : Tensor, shape (L, N, embed_dim), (N, L, embed_dim) with `batch_first`, or (L, embed_dim)
        key, value : Tensor
            Of S keys and values, in the same order, with kdim and vdim features. The same tensor three times is
            self-attention, and computed fastest.
        key_padding_mask : Tensor, shape (N, S) or (S,), optional
            True (or a number to add) at keys that do not count.
        need_weights : bool
            Return the weights as well. Without them it is faster.
        attn_mask : Tensor, shape (L, S) or (N · num_heads, L, S), optional
            True (or a number to add) where a query does not see a key.
        average_attn_weights : bool
            Return the mean of the weights over the heads, not each.
        is_causal : bool
            A hint that `attn_mask` is the causal one, which has to be given.

        Returns
        -------
        output : Tensor, of the shape of `query`
        weights : Tensor, shape (N, L, S) or (N, num_heads, L, S), without N if there is none; or None

        Raises
        ------
        AssertionError, RuntimeError
            Shapes or dtypes do not fit.
        """
        turned = self.batch_first and query.ndim == 3
        if turned:
            if query is key and key is value:
                query = key = value = query.transpose(1, 0)
            elif key is value:
                query, key = query.transpose(1, 0), key.transpose(1, 0)
                value = key
            else:
                query, key, value = (x.transpose(1, 0) for x in (query, key, value))
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return output.transpose(1, 0) if turned else output, weights
