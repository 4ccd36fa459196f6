"""Layers as in PyTorch: their `repr`, outputs and gradients, in training and evaluation; and numbers to know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd
import nn
from tests.nn_oracle import agree, copied, ours

#: Constructor calls, and the shapes of the inputs.
ACTIVATIONS = [
    "ReLU()", "ReLU(inplace=True)", "ReLU6()", "ReLU6(True)", "LeakyReLU()", "LeakyReLU(0.2, inplace=True)",
    "PReLU()", "PReLU(4, init=0.1)", "PReLU(num_parameters=4)", "RReLU()", "RReLU(0.1, 0.2, True)",
    "Hardtanh()", "Hardtanh(-2, 2.5, inplace=True)", "Hardsigmoid()", "Hardsigmoid(True)", "Hardswish()",
    "Hardswish(inplace=True)", "Hardshrink()", "Hardshrink(1)", "Softshrink()", "Softshrink(0.1)",
    "Threshold(0.1, 20)", "Threshold(-0.5, 0.25, True)", "Sigmoid()", "Tanh()", "LogSigmoid()", "Softsign()",
    "Tanhshrink()", "ELU()", "ELU(0.5, True)", "SELU()", "SELU(True)", "CELU()", "CELU(2.0, inplace=True)", "GELU()",
    'GELU(approximate="tanh")', "SiLU()", "SiLU(inplace=True)", "Mish()", "Mish(True)", "Softplus()",
    "Softplus(2, 1.5)", "GLU()", "GLU(1)", "Softmax(dim=1)", "Softmax(-2)", "Softmin(dim=1)", "LogSoftmax(dim=0)",
    "Softmax2d()",
]  # fmt: skip
DISTANCES = [
    "CosineSimilarity()", "CosineSimilarity(dim=-1, eps=1e-3)", "PairwiseDistance()", "PairwiseDistance(1)",
    "PairwiseDistance(p=3, eps=0.1, keepdim=True)",
]  # fmt: skip
SHAPED = [
    ("Flatten()", [(3, 4, 2)]), ("Flatten(0, 1)", [(3, 4, 2)]), ("Unflatten(1, (2, 2))", [(3, 4, 2)]),
    ("Unflatten(-2, [4, 1])", [(3, 4, 2)]), ("Bilinear(4, 3, 2)", [(5, 4), (5, 3)]),
    ("Bilinear(4, 3, 2, bias=False)", [(2, 5, 4), (2, 5, 3)]), ("Dropout()", [(3, 4)]), ("Dropout(0.9, True)", [(9,)]),
    ("Dropout(1.0)", [(3, 4)]), ("Dropout(0)", [(3, 4)]), ("Dropout1d(0.3)", [(3, 4, 2)]), ("Dropout1d()", [(4, 2)]),
    ("Dropout1d(0.5, True)", [(4, 2)]), ("Dropout2d()", [(3, 4, 2, 2)]), ("Dropout2d(0.2, True)", [(3, 4, 2, 2)]),
    ("Dropout3d()", [(3, 4, 2, 2, 1)]), ("Dropout3d(inplace=True)", [(4, 2, 2, 1)]), ("AlphaDropout()", [(3, 4)]),
    ("AlphaDropout(0.2, inplace=True)", [(3, 4)]), ("FeatureAlphaDropout(0.3)", [(3, 4, 2)]),
]  # fmt: skip
LAYERS = SHAPED + [(call, [(3, 4, 2)]) for call in ACTIVATIONS] + [(call, [(3, 4), (3, 4)]) for call in DISTANCES]
#: Constructor calls of losses, and what their inputs are: floats, probabilities, signs, bits or labels of a shape.
LOSSES = [
    *[(f"{name}({options})", ("floats", "floats")) for name, options in [
        ("MSELoss", ""), ("MSELoss", 'reduction="sum"'), ("L1Loss", ""), ("L1Loss", 'reduction="none"'),
        ("SmoothL1Loss", ""), ("SmoothL1Loss", "beta=0.5"), ("HuberLoss", ""), ("HuberLoss", '"sum", 0.3'),
        ("SoftMarginLoss", ""), ("KLDivLoss", 'reduction="batchmean", log_target=True'),
        ("BCEWithLogitsLoss", ""), ("BCEWithLogitsLoss", "pos_weight=torch.tensor([1.0, 2.0, 0.5, 3.0]).double()"),
        ("BCEWithLogitsLoss", "torch.tensor([1.0, 2.0, 0.5, 3.0]).double()"), ("MultiLabelSoftMarginLoss", ""),
        ("MultiLabelSoftMarginLoss", "torch.tensor([1.0, 2.0, 0.5, 3.0]).double()"), ("CrossEntropyLoss", ""),
    ]],
    *[(f"{name}({options})", ("floats", "labels")) for name, options in [
        ("NLLLoss", ""), ("NLLLoss", "torch.tensor([1.0, 2.0, 0.5, 3.0]).double(), ignore_index=2"),
        ("CrossEntropyLoss", "ignore_index=2, label_smoothing=0.1"), ("MultiMarginLoss", ""),
        ("MultiMarginLoss", "2, 0.5, torch.tensor([1.0, 2.0, 0.5, 3.0]).double()"),
    ]],
    ("BCELoss()", ("probabilities", "probabilities")),
    ("BCELoss(torch.tensor([1.0, 2.0, 0.5, 3.0]).double())", ("probabilities", "bits")),
    ("KLDivLoss(reduction='sum')", ("floats", "probabilities")),
    ("PoissonNLLLoss()", ("floats", "bits")),
    ("PoissonNLLLoss(False, full=True, eps=0.1, reduction='sum')", ("probabilities", "probabilities")),
    ("GaussianNLLLoss()", ("floats", "floats", "probabilities")),
    ("GaussianNLLLoss(full=True, eps=0.3)", ("floats", "floats", "probabilities")),
    ("HingeEmbeddingLoss(0.5)", ("floats", "signs")),
    ("MarginRankingLoss(margin=0.1)", ("floats", "floats", "signs")),
    ("CosineEmbeddingLoss(0.1)", ("floats", "floats", "sign of each")),
    ("TripletMarginLoss()", ("floats", "floats", "floats")),
    ("TripletMarginLoss(2.0, p=1, eps=1e-3, swap=True, reduction='none')", ("floats", "floats", "floats")),
    ("TripletMarginWithDistanceLoss(swap=True)", ("floats", "floats", "floats")),
    ("MultiLabelMarginLoss()", ("floats", "lists of labels")),
]  # fmt: skip


def module(library: Any, call: str) -> Any:
    return eval(f"nn.{call}", {"nn": library.nn if hasattr(library, "nn") else library, "torch": library})


@pytest.mark.oracle
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(("call", "shapes"), LAYERS, ids=[call for call, _ in LAYERS])
def test_layers_as_in_pytorch(call: str, shapes: list[tuple[int, ...]], training: bool) -> None:
    torch = pytest.importorskip("torch")
    theirs = module(torch, call).double().train(training)
    mine = copied(module(autograd, call).double(), theirs).train(training)
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    inputs = [torch.randn(shape, dtype=torch.float64) * 2 for shape in shapes]
    leaves = [ours(x).requires_grad_() for x in inputs]
    for x in inputs:
        x.requires_grad_()
    outputs = []
    for library, layer, given in ((torch, theirs, inputs), (autograd, mine, leaves)):
        library.manual_seed(3)
        outputs.append(layer(*[x * 1 for x in given]))  # in place on a copy
    their_y, y = outputs
    agree(y, their_y)
    seed = torch.randn(their_y.shape, dtype=torch.float64)
    y.backward(ours(seed))
    their_y.backward(seed)
    rtol = 1e-7 if "Hardsigmoid" in call else 1e-12  # whose gradient PyTorch multiplies by 1/6 in single precision
    for a, b in zip(leaves, inputs, strict=True):
        agree(a.grad, b.grad, rtol)
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        agree(p.grad, q.grad)


def made(torch: Any, kind: str) -> Any:
    """A tensor for 3 examples and 4 classes."""
    return {
        "floats": lambda: torch.randn(3, 4, dtype=torch.float64),
        "probabilities": lambda: torch.rand(3, 4, dtype=torch.float64),
        "bits": lambda: torch.randint(2, (3, 4)).double(),
        "signs": lambda: torch.randint(2, (3, 4)).double() * 2 - 1,
        "sign of each": lambda: torch.tensor([1.0, -1.0, -1.0]).double(),
        "labels": lambda: torch.tensor([3, 2, 0]),
        "lists of labels": lambda: torch.tensor([[1, 3, -1, 0], [2, -1, 0, 0], [0, 1, 2, 3]]),
    }[kind]()


@pytest.mark.oracle
@pytest.mark.parametrize(("call", "kinds"), LOSSES, ids=[call for call, _ in LOSSES])
def test_losses_as_in_pytorch(call: str, kinds: tuple[str, ...]) -> None:
    torch = pytest.importorskip("torch")
    theirs, mine = module(torch, call), module(autograd, call)
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    inputs = [made(torch, kind) for kind in kinds]
    leaves = [ours(x) for x in inputs]
    for x in (inputs[0], leaves[0]):
        x.requires_grad_()
    loss, their_loss = mine(*leaves), theirs(*inputs)
    agree(loss, their_loss)
    seed = torch.randn(their_loss.shape, dtype=torch.float64)
    loss.backward(ours(seed))
    their_loss.backward(seed)
    agree(leaves[0].grad, inputs[0].grad)


@pytest.mark.parametrize(
    ("size_average", "reduce", "meant"),
    [(True, None, "mean"), (False, None, "sum"), (None, True, "mean"), (True, False, "none"), (False, True, "sum")],
)
def test_losses_take_the_old_spelling_of_a_reduction(size_average: Any, reduce: Any, meant: str) -> None:
    with pytest.warns(UserWarning, match=f"please use reduction='{meant}' instead") as caught:
        assert nn.L1Loss(size_average, reduce).reduction == meant
    x = autograd.ones(2)
    with pytest.warns(UserWarning, match=f"please use reduction='{meant}' instead"):
        loss = nn.functional.mse_loss(x, x, size_average, reduce)
    assert loss.shape == ((2,) if meant == "none" else ())
    assert caught


def test_losses_warn_of_a_mean_that_is_no_divergence() -> None:
    x = autograd.ones(2, 2)
    with pytest.warns(UserWarning, match="'batchmean' divides only by the batch size"):
        nn.KLDivLoss()(x, x)


def test_soft_margins_do_not_overflow() -> None:
    x = autograd.tensor([-1000.0, 1000.0], requires_grad=True)
    loss = nn.SoftMarginLoss(reduction="none")(x, autograd.tensor([1.0, 1.0]))
    loss.sum().backward()
    assert loss.tolist() == [1000, 0]
    assert x.grad is not None
    assert x.grad.tolist() == [-1, 0]


@pytest.mark.oracle
@pytest.mark.parametrize("call", [call for call in ACTIVATIONS if "True" in call])
def test_layers_that_work_in_place_return_their_input(call: str) -> None:
    x = autograd.randn(3, 4, 2)
    assert module(autograd, call)(x) is x


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("call", "shape"),
    [
        ("Softmax2d()", (2, 3)),
        ("PReLU(3)", (2, 4)),
        ("RReLU(0.5, 0.1)", (2,)),
        ("CELU(0)", (2,)),
        ("GELU('exact')", (2,)),
        ("GLU()", (2, 3)),
        ("Softshrink(-1)", (2,)),
        ("Threshold()", (2,)),
        ("Softmax(dim=2)", (2, 3)),
        ("MultiMarginLoss(3)", (2, 3)),
        ("MultiMarginLoss(weight=torch.ones(2, 2))", (2, 3)),
        ("HuberLoss(delta='1')", (2, 3)),
        ("TripletMarginLoss(0)", (2, 3)),
        ("TripletMarginWithDistanceLoss(margin=-1)", (2, 3)),
        ("BCELoss()", (2, 3)),
        ("L1Loss(reduction='max')", (2, 3)),
        ("Dropout(1.5)", (2, 3)),
        ("Dropout1d()", (2,)),
        ("Unflatten(1, 3)", (2, 3)),
        ("Unflatten(1, (2, 2))", (2, 3)),
        ("Bilinear(0, 3, 2)", (2, 3)),
        ("Embedding(3, 2, padding_idx=3)", (2,)),
        ("Embedding(3, 2, _weight=torch.ones(2, 2))", (2,)),
        ("Embedding(3, 2)", (2,)),
    ],
)
def test_layers_refuse_what_pytorch_refuses(call: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(Exception) as theirs:
        module(torch, call)(torch.ones(shape))
    with pytest.raises(Exception) as mine:
        module(autograd, call)(autograd.ones(shape))
    assert isinstance(mine.value, theirs.type), f"{mine.value!r}, {theirs.value!r}"


# ------------------------------------------------------------------------------------------------ numbers to know


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("ELU()", [-0.8646647167633873, -0.3934693402873666, 0, 0.5, 2.0]),
        ("SELU()", [-1.5201664685956948, -0.6917581878028713, 0, 0.5253504936777402, 2.101401974710961]),
        ("GELU()", [-0.04550026389635842, -0.15426876936299344, 0, 0.34573123063700656, 1.9544997361036416]),
        ("SiLU()", [-0.2384058440442351, -0.1887703343990727, 0, 0.3112296656009273, 1.7615941559557646]),
        ("Mish()", [-0.2525014826957089, -0.22074377465173, 0, 0.3752452113048951, 1.9439589595339946]),
        (
            "Softplus()",
            [0.1269280110429725, 0.4740769841801067, 0.6931471805599453, 0.9740769841801067, 2.1269280110429727],
        ),
        ("Hardswish()", [-1 / 3, -0.625 / 3, 0, 0.875 / 3, 5 / 3]),
        ("Softsign()", [-2 / 3, -1 / 3, 0, 1 / 3, 2 / 3]),
        ("LeakyReLU(0.1)", [-0.2, -0.05, 0, 0.5, 2]),
        ("Maxout(5)", [2]),
    ],
)
def test_known_values(call: str, expected: list[float]) -> None:
    x = autograd.tensor([-2, -0.5, 0, 0.5, 2], dtype=autograd.float64)
    np.testing.assert_allclose(module(autograd, call)(x).tolist(), expected, rtol=1e-14)


def test_selu_keeps_mean_and_variance() -> None:
    autograd.manual_seed(0)
    y = nn.SELU()(autograd.randn(200_000, dtype=autograd.float64))
    assert abs(y.mean().item()) < 0.01
    assert abs(y.var().item() - 1) < 0.02


def test_hardtanh_takes_the_old_names_of_its_limits() -> None:
    with pytest.warns(FutureWarning, match="`min_value` is deprecated and rename to `min_val`"):
        layer = nn.Hardtanh(min_value=-3)
    assert repr(layer) == "Hardtanh(min_val=-3, max_val=1.0)"


# ------------------------------------------------------------------------------------------------ maxout


def test_maxout_takes_the_largest_of_each_pool() -> None:
    x = autograd.tensor([[1.0, 3.0, 2.0, 2.0, -1.0, -5.0]], requires_grad=True)
    y = nn.Maxout(2)(x)
    assert y.tolist() == [[3, 2, -1]]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0, 1, 1, 0, 1, 0]]  # at a tie to the first
    assert nn.Maxout(3)(x).tolist() == [[3, 2]]
    assert nn.Maxout(2, dim=0)(autograd.tensor([[1.0, 5.0], [2.0, 4.0]])).tolist() == [[2, 5]]
    assert repr(nn.Maxout(2)) == "Maxout(pool_size=2, dim=-1)"


def test_maxout_of_two_lines_is_the_absolute_value() -> None:
    layer = nn.Linear(1, 2, bias=False)
    with autograd.no_grad():
        layer.weight.copy_(autograd.tensor([[1.0], [-1.0]]))
    net = nn.Sequential(layer, nn.Maxout(2))
    assert net(autograd.tensor([[-3.0], [0.0], [2.0]])).tolist() == [[3], [0], [2]]


def test_maxout_has_derivatives_of_both_orders() -> None:
    x = autograd.randn(3, 6, dtype=autograd.float64, requires_grad=True)
    assert autograd.gradcheck(nn.Maxout(3), (x,))
    assert autograd.gradgradcheck(nn.Maxout(3), (x,))


def test_maxout_refuses_what_does_not_fit() -> None:
    with pytest.raises(
        RuntimeError, match=r"Maxout\(2\): the input has 3 numbers along dimension -1; expected a multiple"
    ):
        nn.Maxout(2)(autograd.ones(2, 3))
    with pytest.raises(ValueError, match="Maxout was given pool_size=0"):
        nn.Maxout(0)
    with pytest.raises(TypeError):
        nn.Maxout(1.5)  # type: ignore[arg-type]
    with pytest.raises(IndexError):
        nn.Maxout(2, dim=2)(autograd.ones(2, 4))


# ------------------------------------------------------------------------------------------------ dropout


def test_dropout_keeps_the_mean() -> None:
    autograd.manual_seed(1)
    y = nn.Dropout(0.25)(autograd.ones(100_000))
    assert set(y.tolist()) == {0.0, 4 / 3} or abs(y.max().item() - 4 / 3) < 1e-6
    assert abs(y.mean().item() - 1) < 0.01


def test_channels_are_dropped_whole() -> None:
    autograd.manual_seed(2)
    y = nn.Dropout2d()(autograd.ones(6, 8, 3, 3))
    assert ((y == 0).all(-1).all(-1) | (y == 2).all(-1).all(-1)).all()
    assert 10 < (y[..., 0, 0] == 0).sum() < 38


def test_dropout_in_evaluation_returns_its_input() -> None:
    x = autograd.randn(3, 4)
    for layer in (nn.Dropout(), nn.AlphaDropout(), nn.Dropout(inplace=True)):
        assert layer.eval()(x) is x


def test_dropout_warns_of_inputs_that_have_no_channels() -> None:
    with pytest.warns(UserWarning, match="Received a 2-D input to dropout2d"):
        nn.Dropout2d()(autograd.ones(2, 3))
    with pytest.warns(UserWarning, match="Received a 3D input to dropout2d"):
        nn.Dropout2d()(autograd.ones(2, 3, 4))
    with pytest.warns(UserWarning, match="Received a 2-D input to dropout3d"):
        nn.Dropout3d()(autograd.ones(2, 3))


# ------------------------------------------------------------------------------------------------ embedding

EMBEDDINGS = [
    "Embedding(6, 3)", "Embedding(6, 3, padding_idx=2)", "Embedding(6, 3, -1)", "Embedding(6, 3, max_norm=1.0)",
    "Embedding(6, 3, max_norm=0.5, norm_type=1.0)", "Embedding(6, 3, 0, scale_grad_by_freq=True)",
    "Embedding(6, 3, _freeze=True)", "Embedding.from_pretrained(torch.ones(6, 3), freeze=False, padding_idx=1)",
]  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("call", EMBEDDINGS)
def test_embeddings_as_in_pytorch(call: str) -> None:
    torch = pytest.importorskip("torch")
    theirs = module(torch, call).double()
    mine = copied(module(autograd, call).double(), theirs)
    assert isinstance(mine, nn.Embedding)
    assert repr(mine) == repr(theirs)
    index = torch.tensor([[1, 2, 1, 5], [0, 1, 5, 5]])
    y, their_y = mine(ours(index)), theirs(index)
    agree(y, their_y)
    agree(mine.weight, theirs.weight)  # shortened rows and all
    assert mine.weight.requires_grad == theirs.weight.requires_grad
    if theirs.weight.requires_grad:
        seed = torch.randn(their_y.shape, dtype=torch.float64)
        y.backward(ours(seed))
        their_y.backward(seed)
        agree(mine.weight.grad, theirs.weight.grad)


@pytest.mark.oracle
def test_layers_begin_with_the_numbers_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    for call in ("Embedding(6, 3, padding_idx=2, dtype=torch.float64)", "Bilinear(4, 3, 2, dtype=torch.float64)"):
        layers = []
        for library in (torch, autograd):
            library.manual_seed(5)
            layers.append(module(library, call))
        for p, q in zip(layers[1].parameters(), layers[0].parameters(), strict=True):
            agree(p, q, rtol=1e-15)


def test_the_padding_row_is_zero_and_stays_so() -> None:
    table = nn.Embedding(4, 2, padding_idx=0)
    table(autograd.tensor([0, 1, 1])).sum().backward()
    assert table.weight[0].tolist() == [0, 0]
    assert table.weight.grad is not None
    assert table.weight.grad.tolist() == [[0, 0], [2, 2], [0, 0], [0, 0]]


def test_sparse_gradients_are_refused() -> None:
    with pytest.raises(RuntimeError, match="embedding was given sparse=True; expected dense gradients"):
        nn.Embedding(3, 2, sparse=True)(autograd.tensor([1]))
