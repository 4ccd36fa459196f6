"""Transformers: layers of attention and a small net for every position, stacked to encoders and decoders."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import functional as F
from nn import init
from nn.attention import canonical_mask
from nn.layers.attention import MultiheadAttention
from nn.layers.container import ModuleList
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.layers.normalization import LayerNorm
from nn.module import Module

Activation = Callable[[Tensor], Tensor]


def _activation(given: str | Activation) -> Activation:
    """Return the activation that is meant by a name."""
    if not isinstance(given, str):
        return given
    if given not in ("relu", "gelu"):
        raise RuntimeError(
            say(
                f"activation should be relu/gelu, not {given}",
                "one of the two, or a function",
                "nn.functional has many.",
            )
        )
    return F.relu if given == "relu" else F.gelu


class TransformerEncoderLayer(Module):
    """A layer of an encoder: self-attention, then a net of two linear layers, each added to its input and normalised.

    Parameters
    ----------
    d_model : int
        Size of a position's features.
    nhead : int
        Heads of the attention.
    dim_feedforward : int
        Hidden size of the net.
    dropout : float
    activation : {"relu", "gelu"} or callable
        Of the net.
    layer_norm_eps : float
    batch_first : bool
        Tensors are (N, length, features), not (length, N, features).
    norm_first : bool
        Normalise what goes into attention and net, not the sum.
    bias : bool
        Whether linear layers and normalisation have biases.
    device : object, optional
        The cpu is the one device.
    dtype : dtype, optional
        Of the parameters; the default dtype if left out.

    Raises
    ------
    RuntimeError
        There is no activation of that name.
    ValueError, AssertionError
        The sizes do not fit, as for `MultiheadAttention`.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        factory: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **factory)
        self.linear1 = Linear(d_model, dim_feedforward, **factory)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **factory)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, **factory)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, **factory)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = _activation(activation)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Return the layer's output, of the shape of `src`.

        Parameters
        ----------
        src : Tensor, shape (S, N, d_model), (N, S, d_model) with `batch_first`, or (S, d_model)
        src_mask : Tensor, shape (S, S) or (N · nhead, S, S), optional
            True (or a number to add) where a position does not see another.
        src_key_padding_mask : Tensor, shape (N, S) or (S,), optional
            True (or a number to add) at positions that do not count.
        is_causal : bool
            A hint that `src_mask` is the causal one, which has to be given.
        """
        padding = canonical_mask(src_key_padding_mask, "src_key_padding_mask", src.dtype, src_mask, "src_mask")
        mask = canonical_mask(src_mask, "src_mask", src.dtype)
        x = src
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), mask, padding, is_causal)
            return x + self._ff_block(self.norm2(x))
        x = self.norm1(x + self._sa_block(x, mask, padding, is_causal))
        return self.norm2(x + self._ff_block(x))  # type: ignore[no-any-return]

    def _sa_block(self, x: Tensor, attn_mask: Tensor | None, padding: Tensor | None, is_causal: bool = False) -> Tensor:
        """Return what self-attention adds."""
        found = self.self_attn(x, x, x, padding, need_weights=False, attn_mask=attn_mask, is_causal=is_causal)[0]
        return self.dropout1(found)  # type: ignore[no-any-return]

    def _ff_block(self, x: Tensor) -> Tensor:
        """Return what the net adds."""
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))  # type: ignore[no-any-return]


class TransformerDecoderLayer(Module):
    """A layer of a decoder: self-attention, attention to an encoder's output, and a net of two linear layers.

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype
        As for `TransformerEncoderLayer`, and so are the errors.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        factory: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **factory)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **factory)
        self.linear1 = Linear(d_model, dim_feedforward, **factory)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **factory)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, **factory)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, **factory)
        self.norm3 = LayerNorm(d_model, eps=layer_norm_eps, **factory)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.dropout3 = Dropout(dropout)
        self.activation = _activation(activation)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the layer's output, of the shape of `tgt`.

        Parameters
        ----------
        tgt : Tensor, shape (T, N, d_model), (N, T, d_model) with `batch_first`, or (T, d_model)
        memory : Tensor, shape (S, N, d_model), (N, S, d_model) with `batch_first`, or (S, d_model)
            What the encoder returned.
        tgt_mask, memory_mask : Tensor, shapes (T, T) and (T, S), or (N · nhead, ...), optional
            True (or a number to add) where a position does not see another.
        tgt_key_padding_mask, memory_key_padding_mask : Tensor, shapes (N, T) and (N, S), or without N, optional
            True (or a number to add) at positions that do not count.
        tgt_is_causal, memory_is_causal : bool
            Hints that the masks are the causal ones, which have to be given.
        """
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory, memory_mask, memory_key_padding_mask, memory_is_causal)
        x = tgt
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), *own)
            x = x + self._mha_block(self.norm2(x), *other)
            return x + self._ff_block(self.norm3(x))
        x = self.norm1(x + self._sa_block(x, *own))
        x = self.norm2(x + self._mha_block(x, *other))
        return self.norm3(x + self._ff_block(x))  # type: ignore[no-any-return]

    def _sa_block(self, x: Tensor, attn_mask: Tensor | None, padding: Tensor | None, is_causal: bool = False) -> Tensor:
        """Return what self-attention adds."""
        found = self.self_attn(x, x, x, padding, need_weights=False, attn_mask=attn_mask, is_causal=is_causal)[0]
        return self.dropout1(found)  # type: ignore[no-any-return]

    def _mha_block(
        self, x: Tensor, mem: Tensor, attn_mask: Tensor | None, padding: Tensor | None, is_causal: bool = False
    ) -> Tensor:
        """Return what attention to the encoder's output adds."""
        options = {"need_weights": False, "attn_mask": attn_mask, "is_causal": is_causal}
        return self.dropout2(self.multihead_attn(x, mem, mem, padding, **options)[0])  # type: ignore[no-any-return]

    def _ff_block(self, x: Tensor) -> Tensor:
        """Return what the net adds."""
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))  # type: ignore[no-any-return]


def _copies(module: Module, n: int) -> ModuleList:
    return ModuleList([copy.deepcopy(module) for _ in range(n)])


def _is_causal(mask: Tensor | None, hint: bool | None, x: Tensor, layers: Any) -> bool:
    """Return whether the mask for `layers` is the causal one; without a hint, look."""
    if hint is not None or mask is None:
        return bool(hint)
    size = x.shape[1 if x.ndim == 3 and layers[0].self_attn.batch_first else 0]
    causal = Transformer.generate_square_subsequent_mask(size, dtype=mask.dtype)
    return mask.shape == causal.shape and bool((mask == causal).all())


class TransformerEncoder(Module):
    """Layers of an encoder, one after the other.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
        The layers are copies of it, all with the same numbers to begin with.
    num_layers : int
    norm : Module, optional
        Applied to the output.
    enable_nested_tensor, mask_check : bool
        Kept, and of no effect: there are no nested tensors.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Return the last layer's output, of the shape of `src`.

        Parameters
        ----------
        src, mask, src_key_padding_mask
            As `src`, `src_mask` and `src_key_padding_mask` of `TransformerEncoderLayer`.
        is_causal : bool, optional
            Whether `mask` is the causal one; if left out, it is looked at.
        """
        padding = canonical_mask(src_key_padding_mask, "src_key_padding_mask", src.dtype, mask, "mask")
        mask = canonical_mask(mask, "mask", src.dtype)
        causal = _is_causal(mask, is_causal, src, self.layers)
        x = src
        for layer in self.layers:
            x = layer(x, src_mask=mask, is_causal=causal, src_key_padding_mask=padding)
        return x if self.norm is None else self.norm(x)


class TransformerDecoder(Module):
    """Layers of a decoder, one after the other.

    Parameters
    ----------
    decoder_layer : TransformerDecoderLayer
        The layers are copies of it, all with the same numbers to begin with.
    num_layers : int
    norm : Module, optional
        Applied to the output.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the last layer's output, of the shape of `tgt`. Parameters as of `TransformerDecoderLayer`.

        `tgt_is_causal` may be left out; then `tgt_mask` is looked at.
        """
        causal = _is_causal(tgt_mask, tgt_is_causal, tgt, self.layers)
        x = tgt
        for layer in self.layers:
            x = layer(
                x,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=causal,
                memory_is_causal=memory_is_causal,
            )
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """An encoder, and a decoder that attends to its output: Vaswani and others, "Attention is all you need" (2017).

    Parameters
    ----------
    d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype
        As for `TransformerEncoderLayer`, and so are the errors.
    num_encoder_layers, num_decoder_layers : int
    custom_encoder, custom_decoder : Module, optional
        Taken in place of a `TransformerEncoder` and a `TransformerDecoder`.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        factory: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        options: dict[str, Any] = {
            "dim_feedforward": dim_feedforward,
            "dropout": dropout,
            "activation": activation,
            "layer_norm_eps": layer_norm_eps,
            "batch_first": batch_first,
            "norm_first": norm_first,
            **factory,
        }
        if custom_encoder is None:
            layer: Module = TransformerEncoderLayer(d_model, nhead, **options)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **factory)
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        self.encoder = custom_encoder
        if custom_decoder is None:
            layer = TransformerDecoderLayer(d_model, nhead, **options)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **factory)
            custom_decoder = TransformerDecoder(layer, num_decoder_layers, norm)
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the decoder's output, of the shape of `tgt`.

        Parameters
        ----------
        src, src_mask, src_key_padding_mask, src_is_causal
            What goes into the encoder.
        tgt, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal, memory_is_causal
            What goes into the decoder, besides the encoder's output.

        Raises
        ------
        RuntimeError
            The batches differ, or the features are not `d_model`.
        """
        place = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[place] != tgt.shape[place]:
            raise RuntimeError(
                say(
                    f"the batch number of src and tgt must be equal, but they are {src.shape[place]} and "
                    f"{tgt.shape[place]}",
                    "(N, length, d_model)" if self.batch_first else "(length, N, d_model)",
                    "batch_first says where the batch is.",
                )
            )
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise RuntimeError(
                say(
                    "the feature number of src and tgt must be equal to d_model, but they are "
                    f"{src.shape[-1]} and {tgt.shape[-1]}",
                    f"{self.d_model} features in the last dimension",
                    "An embedding or a linear layer before makes them so many.",
                )
            )
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(  # type: ignore[no-any-return]
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """Return the causal mask (sz, sz): -∞ above the diagonal, and 0 elsewhere. Position i sees those up to i."""
        return autograd.full((sz, sz), -math.inf, device=device, dtype=dtype).triu_(1)

    def _reset_parameters(self) -> None:
        """Draw the matrices afresh, by Glorot's rule."""
        for p in self.parameters():
            if p.ndim > 1:
                init.xavier_uniform_(p)
