"""Transformers as in PyTorch: their `repr`, outputs and gradients with dropout from the same seed, and trainings."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from tests.nn_oracle import agree, ours

D, HEADS, BATCH, SOURCE, TARGET = 8, 2, 3, 5, 4
LAYERS: list[dict[str, Any]] = [
    {}, {"batch_first": True}, {"norm_first": True}, {"bias": False, "activation": "gelu"},
    {"activation": "tanh of the library", "batch_first": True, "norm_first": True, "layer_norm_eps": 1e-3},
    {"activation": "a module", "dropout": 0.0},
]  # fmt: skip


def made(library: Any, name: str, options: dict[str, Any], *sizes: int) -> Any:
    """A module in double precision, drawn from the same seed."""
    options = {"dim_feedforward": 7, "dropout": 0.3, **options}
    if options.get("activation") == "tanh of the library":
        options["activation"] = library.tanh
    if options.get("activation") == "a module":
        options["activation"] = library.nn.ELU()
    library.manual_seed(3)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="enable_nested_tensor is True")
        return getattr(library.nn, name)(D, HEADS, *sizes, **options, dtype=library.float64)


def pair_of(torch: Any, name: str, options: dict[str, Any], *sizes: int) -> tuple[Any, Any]:
    theirs, mine = (made(library, name, options, *sizes) for library in (torch, autograd))
    assert list(mine.state_dict()) == list(theirs.state_dict())
    assert repr(mine) == repr(theirs)
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())
    return theirs, mine


def same_call(torch: Any, pair: tuple[Any, Any], inputs: list[Any], options: dict[str, Any]) -> None:
    results = []
    for library, module in zip((torch, autograd), pair, strict=True):

        def of(t: Any, library: Any = library) -> Any:
            return t.clone() if library is torch else ours(t)

        leaves = [of(x).requires_grad_() for x in inputs]
        named = {name: of(m) if isinstance(m, torch.Tensor) else m for name, m in options.items()}
        library.manual_seed(5)
        y = module(*leaves, **named)
        (y**3).sum().backward()
        results.append([y, *(x.grad for x in leaves), *(p.grad for p in module.parameters())])
    for theirs, mine in zip(*results, strict=True):
        agree(mine, theirs, 1e-10, 1e-11)


def laid_out(options: dict[str, Any], *tensors: Any) -> list[Any]:
    return [t.transpose(0, 1).contiguous() if options.get("batch_first") else t for t in tensors]


def padding_of(torch: Any, size: int) -> Any:
    return torch.arange(size) >= torch.tensor([[size], [2], [size - 1]])


@pytest.mark.oracle
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("options", LAYERS, ids=str)
def test_encoder_layers_as_in_pytorch(options: dict[str, Any], training: bool) -> None:
    torch = pytest.importorskip("torch")
    pair = pair_of(torch, "TransformerEncoderLayer", options)
    for module in pair:
        module.train(training)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(SOURCE).double()
    for masks in (
        {},
        {"src_mask": torch.rand(SOURCE, SOURCE) > 0.8, "src_key_padding_mask": padding_of(torch, SOURCE)},
        {"src_key_padding_mask": padding_of(torch, SOURCE)},
        {"src_mask": causal, "is_causal": True},
        {"src_mask": torch.randn(BATCH * HEADS, SOURCE, SOURCE).double()},
    ):
        same_call(torch, pair, laid_out(options, torch.randn(SOURCE, BATCH, D).double()), masks)
    same_call(torch, pair, [torch.randn(SOURCE, D).double()], {"src_mask": causal})


@pytest.mark.oracle
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("options", LAYERS, ids=str)
def test_decoder_layers_as_in_pytorch(options: dict[str, Any], training: bool) -> None:
    torch = pytest.importorskip("torch")
    pair = pair_of(torch, "TransformerDecoderLayer", options)
    for module in pair:
        module.train(training)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(TARGET).double()
    for masks in (
        {},
        {"tgt_mask": causal, "tgt_is_causal": True, "memory_key_padding_mask": padding_of(torch, SOURCE)},
        {"memory_mask": torch.randn(TARGET, SOURCE).double(), "tgt_key_padding_mask": padding_of(torch, TARGET)},
    ):
        tensors = (torch.randn(TARGET, BATCH, D).double(), torch.randn(SOURCE, BATCH, D).double())
        same_call(torch, pair, laid_out(options, *tensors), masks)
    same_call(torch, pair, [torch.randn(TARGET, D).double(), torch.randn(SOURCE, D).double()], {"tgt_mask": causal})


@pytest.mark.oracle
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"norm_first": True, "bias": False}], ids=str)
def test_transformers_as_in_pytorch(options: dict[str, Any], training: bool) -> None:
    torch = pytest.importorskip("torch")
    pair = pair_of(torch, "Transformer", options, 2, 1)
    for module in pair:
        module.train(training)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(TARGET).double()
    for masks in (
        {},
        {"tgt_mask": causal, "src_key_padding_mask": padding_of(torch, SOURCE)},
        {"tgt_mask": causal, "tgt_is_causal": True, "src_mask": torch.eye(SOURCE).bool()},
        {"memory_mask": torch.randn(TARGET, SOURCE).double(), "tgt_is_causal": False},
    ):
        tensors = (torch.randn(SOURCE, BATCH, D).double(), torch.randn(TARGET, BATCH, D).double())
        same_call(torch, pair, laid_out(options, *tensors), masks)


@pytest.mark.oracle
def test_encoders_in_evaluation_without_gradients_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")
    results = []
    x = torch.randn(BATCH, SOURCE, D).double()
    for library in (torch, autograd):
        layer = made(library, "TransformerEncoderLayer", {"batch_first": True})
        encoder = library.nn.TransformerEncoder(layer, 2, library.nn.LayerNorm(D, dtype=library.float64)).eval()
        with library.no_grad():
            results.append(encoder(x if library is torch else ours(x)))
    agree(results[1], results[0], 1e-11, 1e-12)


def test_layers_of_a_stack_begin_alike_and_train_apart() -> None:
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 3, 0.0), 2)
    first, second = encoder.layers
    assert first.linear1.weight.tolist() == second.linear1.weight.tolist()
    encoder(autograd.randn(3, 2, 4)).pow(3).sum().backward()
    assert first.linear1.weight.grad.tolist() != second.linear1.weight.grad.tolist()


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "options", "shapes"),
    [
        ("TransformerEncoderLayer", {"activation": "sigmoid"}, []),
        ("TransformerDecoderLayer", {"activation": "sigmoid"}, []),
        ("TransformerEncoderLayer", {"nhead": 3}, []),
        ("TransformerEncoderLayer", {"dropout": 2.0}, []),
        ("TransformerEncoderLayer", {}, [(4, 3, 5)]),
        ("TransformerEncoderLayer", {}, [(4, 3, 1, 8)]),
        ("TransformerDecoderLayer", {}, [(4, 3, 8), (5, 2, 8)]),
        ("Transformer", {}, [(4, 3, 8), (4, 2, 8)]),
        ("Transformer", {"batch_first": True}, [(3, 4, 8), (2, 4, 8)]),
        ("Transformer", {}, [(4, 3, 8), (4, 3, 6)]),
    ],
)
def test_transformers_refuse_what_pytorch_refuses(name: str, options: Any, shapes: list[Any]) -> None:
    torch = pytest.importorskip("torch")

    def call(library: Any) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="enable_nested_tensor is True")
            more = {"num_encoder_layers": 1, "num_decoder_layers": 1} if name == "Transformer" else {}
            module = getattr(library.nn, name)(
                **{"d_model": D, "nhead": HEADS, "dim_feedforward": 4, **more, **options}
            )
            module(*[library.ones(shape) for shape in shapes])

    with pytest.raises(Exception) as theirs:
        call(torch)
    with pytest.raises(Exception) as mine:
        call(autograd)
    assert isinstance(mine.value, theirs.type), f"{mine.value!r}, {theirs.value!r}"


# ------------------------------------------------------------------------------------------------ trainings


def losses_of(library: Any, dtype: str, steps: int) -> list[float]:
    """The losses of a small transformer that learns to repeat what it reads, with dropout, from one seed."""
    torch = library
    kind = getattr(torch, dtype)
    torch.manual_seed(0)
    embed = torch.nn.Embedding(11, 16, dtype=kind)
    layer = torch.nn.TransformerEncoderLayer(16, 2, 32, 0.1, batch_first=True, dtype=kind)
    net = torch.nn.TransformerEncoder(layer, 2)
    head = torch.nn.Linear(16, 11, dtype=kind)
    parameters = list(itertools.chain(*[m.parameters() for m in (embed, net, head)]))
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(8, dtype=kind)
    losses = []
    for _ in range(steps):
        x = torch.randint(11, (8, 8))
        y = head(net(embed(x), mask=mask))
        loss = torch.nn.functional.cross_entropy(y.reshape(-1, 11), x.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-10), ("float32", 1e-5)])
def test_a_hundred_losses_as_in_pytorch(dtype: str, close: float) -> None:
    torch = pytest.importorskip("torch")
    theirs, mine = losses_of(torch, dtype, 100), losses_of(autograd, dtype, 100)
    np.testing.assert_allclose(mine, theirs, rtol=close, atol=0)
    assert mine[-1] < 0.7 * mine[0]


def test_losses_of_pytorch() -> None:
    expected = [2.5823435488283053, 2.643882255238268, 2.5723584037452367]
    np.testing.assert_allclose(losses_of(autograd, "float64", 3), expected, rtol=1e-12)
