"""Attention as in PyTorch: outputs, weights and gradients, with masks of all kinds; and numbers to know."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn import functional as F
from tests.nn_oracle import agree, copied, ours

OPTIONS: list[dict[str, Any]] = [
    {}, {"batch_first": True}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True, "dropout": 0.3},
    {"kdim": 3, "vdim": 5, "dropout": 0.2}, {"kdim": 3, "bias": False, "batch_first": True},
    {"dropout": 0.4, "batch_first": True}, {"dropout": 0.5},
    {"dropout": 0.4, "batch_first": True, "add_bias_kv": True, "add_zero_attn": True},
]  # fmt: skip
MASKS = ["none", "bools", "floats by head", "padding", "both", "causal"]
EMBED, HEADS, BATCH, SOURCE = 8, 2, 3, 6


def library_of(module: Any) -> Any:
    return autograd if isinstance(module, nn.Module) else pytest.importorskip("torch")


def given(torch: Any, value: Any, library: Any) -> Any:
    """A copy of a torch tensor for either library."""
    return None if value is None else value.clone() if library is torch else ours(value)


def masks_of(torch: Any, kind: str, length: int, batched: bool) -> tuple[Any, Any]:
    """The mask of queries and keys, and that of keys."""
    attention = padding = None
    if kind in ("bools", "both"):
        attention = torch.rand(length, SOURCE) > 0.7
    if kind == "floats by head":
        attention = torch.randn(HEADS * (BATCH if batched else 1), length, SOURCE).double()
    if kind in ("padding", "both"):
        padding = torch.rand(*([BATCH] if batched else []), SOURCE) > 0.6
        padding[..., 0] = False
    if kind == "both":
        attention[:, 0] = False
    if kind == "causal":
        attention = torch.nn.Transformer.generate_square_subsequent_mask(SOURCE)[:length].double()
    return attention, padding


def same_call(torch: Any, pair: tuple[Any, Any], tensors: list[Any], sharing: str, **options: Any) -> None:
    """Call a torch module and ours alike, and compare outputs, weights and all gradients."""
    results = []
    for module in pair:
        library = library_of(module)
        q, k, v = (given(torch, t, library).requires_grad_() for t in tensors)
        k = q if sharing == "self" else k
        v = k if sharing != "none" else v
        masks = {n: given(torch, m, library) if n.endswith("mask") else m for n, m in options.items()}
        library.manual_seed(5)
        output, weights = module(q, k, v, **masks)
        loss = (output**2).sum()
        if weights is not None:
            loss = loss + (weights**3).sum()
        loss.backward()
        results.append([output, weights, q.grad, k.grad, v.grad, *(p.grad for p in module.parameters())])
    for theirs, mine in zip(*results, strict=True):
        assert (mine is None) == (theirs is None)
        if theirs is not None:
            agree(mine, theirs, 1e-11, 1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_multihead_attention_as_in_pytorch(options: dict[str, Any], training: bool) -> None:
    torch = pytest.importorskip("torch")
    sharings = ["none"] if "kdim" in options else ["none", "keys", "self"]
    for mask, weights, sharing in itertools.product(MASKS, (True, False), sharings):
        pair = []
        for library in (torch, autograd):
            library.manual_seed(3)
            pair.append(library.nn.MultiheadAttention(EMBED, HEADS, dtype=library.float64, **options).train(training))
        theirs, mine = pair
        assert list(mine.state_dict()) == list(theirs.state_dict())
        assert repr(mine) == repr(theirs)
        for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
            agree(p, q, rtol=1e-15)
        length = SOURCE if sharing == "self" else 4
        sizes = (EMBED, options.get("kdim", EMBED), options.get("vdim", EMBED))
        tensors = [
            torch.randn(n, BATCH, size).double() for n, size in zip((length, SOURCE, SOURCE), sizes, strict=True)
        ]
        if options.get("batch_first"):
            tensors = [t.transpose(0, 1).contiguous() for t in tensors]
        attention, padding = masks_of(torch, mask, length, batched=True)
        same_call(
            torch, (theirs, mine), tensors, sharing,
            attn_mask=attention, key_padding_mask=padding, need_weights=weights,
            average_attn_weights=mask != "bools", is_causal=mask == "causal",
        )  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("weights", [True, False])
def test_attention_without_a_batch_as_in_pytorch(mask: str, weights: bool) -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.nn.MultiheadAttention(EMBED, HEADS, dtype=torch.float64, batch_first=True)
    mine = copied(nn.MultiheadAttention(EMBED, HEADS, dtype=autograd.float64, batch_first=True), theirs)
    attention, padding = masks_of(torch, mask, 4, batched=False)
    tensors = [torch.randn(n, EMBED).double() for n in (4, SOURCE, SOURCE)]
    for sharing in ("none", "keys"):
        same_call(
            torch, (theirs, mine), tensors, sharing,
            attn_mask=attention, key_padding_mask=padding, need_weights=weights, average_attn_weights=False,
        )  # fmt: skip


@pytest.mark.oracle
def test_attention_in_single_precision_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.nn.MultiheadAttention(EMBED, HEADS, batch_first=True)
    mine = copied(nn.MultiheadAttention(EMBED, HEADS, batch_first=True), theirs)
    x = torch.randn(BATCH, SOURCE, EMBED)
    padding = torch.arange(SOURCE) >= torch.tensor([[6], [3], [1]])
    for weights in (True, False):
        y, w = mine(*[ours(x)] * 3, key_padding_mask=ours(padding), need_weights=weights)
        their_y, their_w = theirs(x, x, x, key_padding_mask=padding, need_weights=weights)
        agree(y, their_y, 1e-5, 1e-6)
        if weights:
            agree(w, their_w, 1e-5, 1e-6)


@pytest.mark.oracle
def test_static_keys_and_values_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.MultiheadAttention(EMBED, HEADS, dtype=torch.float64)
    x = torch.randn(4, BATCH, EMBED).double()
    static = torch.randn(2, BATCH * HEADS, 5, EMBED // HEADS).double()
    results = []
    for library in (torch, autograd):

        def t(value: Any, library: Any = library) -> Any:
            return given(torch, value, library)

        y, w = library.nn.functional.multi_head_attention_forward(
            t(x), t(x), t(x), EMBED, HEADS, t(layer.in_proj_weight.detach()), None, None, None, False, 0.0,
            t(layer.out_proj.weight.detach()), None, static_k=t(static[0]), static_v=t(static[1]),
        )  # fmt: skip
        results.append((y, w))
    for theirs, mine in zip(*results, strict=True):
        agree(mine, theirs)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("options", "shapes", "masks"),
    [
        ({"num_heads": 3}, None, {}),
        ({"num_heads": 0}, None, {}),
        ({}, [(4, 3, 6)] * 3, {}),
        ({}, [(4, 3, 1, 8)] * 3, {}),
        ({}, [(4, 3, 8), (4, 8), (4, 8)], {}),
        ({}, [(4, 8), (4, 3, 8), (4, 3, 8)], {}),
        ({}, [(4, 3, 8), (5, 3, 8), (4, 3, 8)], {}),
        ({"kdim": 5}, [(4, 3, 8), (4, 3, 5), (5, 3, 8)], {}),
        ({"kdim": 5}, [(4, 3, 8)] * 3, {}),
        ({}, [(4, 3, 8)] * 3, {"attn_mask": (4, 5)}),
        ({}, [(4, 3, 8)] * 3, {"attn_mask": (4,)}),
        ({}, [(4, 3, 8)] * 3, {"attn_mask": (3, 4, 4)}),
        ({}, [(4, 8)] * 3, {"attn_mask": (3, 4, 4)}),
        ({}, [(4, 3, 8)] * 3, {"key_padding_mask": (4,)}),
        ({}, [(4, 8)] * 3, {"key_padding_mask": (3, 4)}),
        ({}, [(4, 3, 8)] * 3, {"key_padding_mask": (4, 3)}),
        ({}, [(4, 3, 8)] * 3, {"is_causal": True}),
        ({"dtype": "float64"}, [(4, 3, 8)] * 3, {}),
    ],
)  # fmt: skip
def test_multihead_attention_refuses_what_pytorch_refuses(options: Any, shapes: Any, masks: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")

    def call(library: Any) -> None:
        named = {"embed_dim": 8, "num_heads": 2, **options}
        if "dtype" in named:
            named["dtype"] = library.float64
        layer = library.nn.MultiheadAttention(**named)
        given = {k: m if m is True else library.zeros(m).bool() for k, m in masks.items()}
        layer(*[library.ones(shape) for shape in shapes or []], **given)

    with pytest.raises(Exception) as theirs:
        call(torch)
    with pytest.raises(Exception) as mine:
        call(autograd)
    assert isinstance(mine.value, theirs.type), f"{mine.value!r}, {theirs.value!r}"
    assert "; expected " in str(mine.value)


def test_masks_of_integers_are_refused_and_unlike_masks_warned_of() -> None:
    layer = nn.MultiheadAttention(4, 2)
    x = autograd.ones(3, 1, 4)
    with pytest.raises(AssertionError, match="only bool and floating types of attn_mask are supported"):
        layer(x, x, x, attn_mask=autograd.ones(3, 3).long())
    with pytest.warns(UserWarning, match="Support for mismatched key_padding_mask and attn_mask is deprecated"):
        layer(x, x, x, attn_mask=autograd.ones(3, 3), key_padding_mask=autograd.zeros(1, 3).bool())


# ------------------------------------------------------------------------------------------------ numbers to know


def test_attention_by_hand() -> None:
    """Two keys that fit a query as 0 and ln 3 do get the weights 1/4 and 3/4."""
    q = autograd.tensor([[1.0]], dtype=autograd.float64, requires_grad=True)
    k = autograd.tensor([[0.0], [np.log(3)]], dtype=autograd.float64, requires_grad=True)
    v = autograd.tensor([[4.0, 0.0], [8.0, -4.0]], dtype=autograd.float64, requires_grad=True)
    z = F.scaled_dot_product_attention(q, k, v)
    np.testing.assert_allclose(z.tolist(), [[7, -3]], rtol=1e-14)
    z[0, 0].backward()
    slope = 4 * 3 / 16  # of z by the second score: p (1 - p) times the difference of the values
    np.testing.assert_allclose(v.grad.tolist(), [[0.25, 0], [0.75, 0]], rtol=1e-14)
    np.testing.assert_allclose(k.grad.tolist(), [[-slope], [slope]], rtol=1e-14)
    np.testing.assert_allclose(q.grad.tolist(), [[slope * np.log(3)]], rtol=1e-14)


def test_numbers_of_pytorch() -> None:
    q, k, v = (autograd.arange(6, dtype=autograd.float64).reshape(3, 2) * s for s in (0.1, -0.2, 1.0))
    z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    expected = [[0, 1], [0.9294069377853345, 1.9294069377853345], [1.6642036613565714, 2.6642036613565714]]
    np.testing.assert_allclose(z.tolist(), expected, rtol=1e-13)


def test_queries_without_keys_get_zeros() -> None:
    q, k, v = (autograd.randn(1, 2, 3, 4, dtype=autograd.float64, requires_grad=True) for _ in range(3))
    mask = autograd.ones(3, 3).bool()
    mask[1] = False
    z = F.scaled_dot_product_attention(q, k, v, mask)
    assert z[..., 1, :].tolist() == [[[0.0] * 4] * 2]
    z.sum().backward()
    for t in (q, k, v):
        assert t.grad.isfinite().all()
    assert not q.grad[..., 1, :].any()


def test_attention_is_one_node() -> None:
    q = autograd.ones(3, 2, requires_grad=True)
    z = F.scaled_dot_product_attention(q, q, autograd.ones(3, 2), autograd.zeros(3, 3))
    assert z.grad_fn.name() == "MaskedAttentionBackward0"
    assert [edge is None for edge in z.grad_fn.edges] == [False, False, True, True]


def test_dropped_weights_are_pytorch_s_and_keep_their_mean() -> None:
    autograd.manual_seed(0)
    q = autograd.zeros(400, 1)
    z = F.scaled_dot_product_attention(q, q, autograd.ones(400, 1), dropout_p=0.5)
    assert abs(z.mean().item() - 1) < 0.01
    assert z.std().item() > 0.03
    assert F.scaled_dot_product_attention(q, q, q, dropout_p=1.0).tolist() == [[0.0]] * 400


def test_halves_are_computed_in_single_precision() -> None:
    x = autograd.randn(3, 4)
    z = F.scaled_dot_product_attention(x.half(), x.half(), x.half(), autograd.zeros(3, 3).half())
    assert z.dtype is autograd.float16
    y = x.half().float()
    assert z.tolist() == F.scaled_dot_product_attention(y, y, y).half().tolist()
