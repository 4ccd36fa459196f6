"""Convolutions: the lecture's numbers by hand; layers and random geometries as in PyTorch; what is not computed."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn import functional as F
from nn import kernels_conv, rules_conv
from tests.nn_oracle import agree, copied, ours
from tests.test_nn_modules import module

IMAGE = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
SYMMETRIC = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
ASYMMETRIC = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
STRIDED = [
    [[0.5, -1.5], [-5.5, -17.5], [-29.5, -41.5], [-41.5, -51.5]],
    [[3.0, 17.0], [33.0, 53.0], [73.0, 93.0], [25.0, 31.0]],
]
TRANSPOSED = [[[0.0, -1.0, 0.0], [-8.0, -15.0, -10.0], [0.0, -5.0, 0.0]]]
DRAWN = [-0.003743410110473633, 0.26822179555892944, -0.4115225672721863, -0.3679695129394531, -0.19257718324661255]


def plane(rows: Any) -> autograd.Tensor:
    """An image, or a window, of one channel."""
    return autograd.tensor(rows, dtype=autograd.float64).reshape(1, 1, len(rows), len(rows[0]))


def test_the_lectures_map() -> None:
    y = F.conv2d(plane(IMAGE), plane(SYMMETRIC))
    assert y[0, 0].tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_correlation_and_true_convolution() -> None:
    x, w = plane(IMAGE), plane(ASYMMETRIC)
    assert F.conv2d(x, w)[0, 0].tolist() == [[26, 35, 34], [20, 34, 33], [26, 31, 22]]
    flipped = F.conv2d(x, w.flip(2, 3))
    assert flipped[0, 0].tolist() == [[34, 35, 26], [20, 36, 37], [14, 29, 38]]


def test_gradients_of_the_sum_of_the_lectures_map() -> None:
    """By image: how much filter has touched each pixel. By filter: how much image each of its elements has seen."""
    x, w = plane(IMAGE).requires_grad_(), plane(SYMMETRIC).requires_grad_()
    F.conv2d(x, w).sum().backward()
    seen = [[sum(IMAGE[i + h][j + v] for h in range(3) for v in range(3)) for j in range(3)] for i in range(3)]
    touched = np.zeros((5, 5))
    for h in range(3):
        for v in range(3):
            touched[h : h + 3, v : v + 3] += SYMMETRIC
    assert w.grad is not None
    assert x.grad is not None
    assert w.grad[0, 0].tolist() == seen == [[6, 7, 6], [4, 7, 7], [4, 6, 6]]
    assert x.grad[0, 0].tolist() == touched.tolist()
    assert x.grad[0, 0].tolist()[2] == [2, 3, 5, 3, 2]


def test_a_detector_of_crosses_follows_the_shift() -> None:
    """The filter answers with 5, its number of ones, exactly where the cross is, at all 25 places of a 7 by 7 image."""
    w = plane(SYMMETRIC)
    for i in range(5):
        for j in range(5):
            image = np.zeros((7, 7))
            image[i : i + 3, j : j + 3] = SYMMETRIC
            answer = F.conv2d(plane(image.tolist()), w).relu()[0, 0].numpy()
            assert answer.max() == 5
            assert (answer == 5).sum() == 1
            assert answer[i, j] == 5


def test_numbers_of_pytorch() -> None:
    """Of PyTorch 2.13: a strided, padded convolution; its transpose; initial weights from a seed."""
    x = autograd.arange(12.0).reshape(1, 3, 4)
    w = autograd.arange(8.0).reshape(2, 1, 2, 2) - 3
    y = F.conv2d(x, w, autograd.tensor([0.5, -1.0]), stride=(1, 2), padding=(1, 0))
    assert y.tolist() == STRIDED
    assert F.conv_transpose2d(x[:, :2, :2], w[:1], stride=2, padding=1, output_padding=1).tolist() == TRANSPOSED
    autograd.manual_seed(0)
    layer = nn.Conv2d(1, 1, 2)
    assert [*layer.weight.reshape(-1).tolist(), *layer.state_dict()["bias"].tolist()] == DRAWN


def test_results_lie_in_memory_as_in_pytorch() -> None:
    """So that `view` flattens them, as programs do."""
    y = F.conv2d(autograd.ones(2, 3, 5, 5), autograd.ones(4, 3, 2, 2), autograd.ones(4))
    assert y.is_contiguous()
    assert y.view(2, -1).shape == (2, 64)
    assert F.conv_transpose2d(y, autograd.ones(4, 3, 2, 2)).is_contiguous()


def test_gradients_nobody_needs_are_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    for name in ("image_adjoint", "weight_adjoint"):
        routine = getattr(kernels_conv, name)
        monkeypatch.setattr(rules_conv, name, lambda *a, r=routine, n=name: called.append(n) or r(*a))
    x, w = autograd.ones(1, 1, 3, 3), autograd.ones(1, 1, 2, 2)
    F.conv2d(x, w.clone().requires_grad_()).sum().backward()
    assert called == ["weight_adjoint"]
    F.conv2d(x.clone().requires_grad_(), w).sum().backward()
    assert called == ["weight_adjoint", "image_adjoint"]


MODES = ("reflect", "replicate", "circular")
LAYERS = [
    ("Conv1d(2, 3, 3)", (2, 2, 7)),
    ("Conv1d(4, 6, (3,), 2, 1, 2, 2, False)", (3, 4, 9)),
    ("Conv1d(2, 2, 3)", (2, 7)),
    ("Conv2d(3, 4, 3)", (2, 3, 6, 5)),
    ("Conv2d(2, 4, (3, 2), (2, 1), (1, 0), (1, 2), 2)", (3, 2, 6, 7)),
    ("Conv2d(4, 4, 3, padding=1, groups=4)", (2, 4, 5, 5)),
    ("Conv2d(1, 6, 5)", (1, 8, 8)),
    ("Conv2d(2, 2, (4, 3), padding='same', dilation=(1, 2))", (2, 2, 6, 6)),
    ("Conv2d(2, 2, 2, padding='valid')", (1, 2, 4, 4)),
    ("Conv3d(2, 4, (1, 2, 3), groups=2)", (2, 2, 3, 4, 4)),
    ("Conv3d(1, 2, 2, 2, 1)", (1, 3, 3, 4)),
    *[(f"Conv2d(2, 3, (3, 2), padding=(2, 1), padding_mode='{mode}')", (2, 2, 4, 5)) for mode in MODES],
    *[(f"Conv1d(2, 3, 4, padding='same', padding_mode='{mode}')", (2, 2, 6)) for mode in MODES],
    ("Conv3d(1, 1, 2, padding=1, padding_mode='circular')", (1, 1, 3, 2, 3)),
    ("Conv2d(1, 1, 3, padding=1, padding_mode='replicate')", (1, 4, 4)),
    ("ConvTranspose1d(3, 2, 3)", (2, 3, 4)),
    ("ConvTranspose1d(4, 6, 3, 2, 1, 1, 2, False, 2)", (4, 5)),
    ("ConvTranspose2d(4, 6, 3, 2, 1, 1, 2)", (2, 4, 3, 3)),
    ("ConvTranspose2d(2, 1, (2, 3), dilation=(3, 1))", (1, 2, 3, 2)),
    ("ConvTranspose3d(2, 2, 2, 2)", (1, 2, 2, 2, 1)),
    ("Unfold((2, 3), 1, 1, 2)", (2, 3, 5, 6)),
    ("Unfold(2)", (1, 3, 4)),
    ("Fold((4, 5), (2, 3), stride=(2, 1))", (2, 12, 6)),
    ("Fold(4, 2, 2, 1, 1)", (4, 16)),
    ("PixelShuffle(2)", (1, 8, 2, 3)),
    ("PixelUnshuffle(2)", (2, 1, 4, 6)),
    ("ChannelShuffle(2)", (1, 6, 2, 2)),
]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
@pytest.mark.parametrize(("call", "shape"), LAYERS, ids=[call for call, _ in LAYERS])
def test_layers_as_in_pytorch(call: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    autograd.manual_seed(3)
    theirs, mine = module(torch, call), module(autograd, call)
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        assert p.tolist() == q.tolist()
    theirs = theirs.double()
    mine = copied(mine.double(), theirs)
    x = torch.randn(shape, dtype=torch.float64).requires_grad_()
    leaf = ours(x).requires_grad_()
    y, their_y = mine(leaf), theirs(x)
    agree(y, their_y, 1e-11, 1e-13)
    seed = torch.randn(their_y.shape, dtype=torch.float64)
    y.backward(ours(seed))
    their_y.backward(seed)
    agree(leaf.grad, x.grad, 1e-11, 1e-13)
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        agree(p.grad, q.grad, 1e-11, 1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("size", [[5, 6], [6, 5], [1, 2, 6, 6]])
def test_transposed_layers_of_a_given_size_as_in_pytorch(size: list[int]) -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1).double()
    mine = copied(nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1).double(), theirs)
    x = torch.randn(1, 2, 3, 3, dtype=torch.float64)
    agree(mine(ours(x), output_size=size), theirs(x, output_size=size), 1e-11, 1e-13)


REFUSED = [
    "Conv2d(3, 4, 3, groups=2)", "Conv2d(4, 3, 3, groups=2)", "Conv2d(4, 4, 3, groups=0)",
    "Conv2d(4, 4, 3, padding='some')", "Conv2d(4, 4, 3, 2, 'same')", "Conv2d(4, 4, 3, padding_mode='mirror')",
    "ConvTranspose2d(4, 4, 3, padding_mode='reflect')",
]  # fmt: skip


@pytest.mark.parametrize("call", REFUSED)
def test_refusals_of_layers(call: str) -> None:
    with pytest.raises(ValueError, match="groups|padding"):
        module(autograd, call)


@pytest.mark.oracle
@pytest.mark.parametrize("call", REFUSED)
def test_refusals_are_pytorchs(call: str) -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(ValueError, match=r"groups|padding|transpose"):
        module(torch, call)


def test_refusals_of_calls() -> None:
    layer = nn.ConvTranspose2d(1, 1, 3, stride=2)
    with pytest.raises(ValueError, match="valid sizes range from"):
        layer(autograd.ones(1, 1, 2, 2), output_size=[9, 9])
    with pytest.raises(ValueError, match="elements"):
        layer(autograd.ones(1, 1, 2, 2), output_size=[9, 9, 9])
    with pytest.raises(RuntimeError, match="Padding size should be less"):
        nn.Conv1d(1, 1, 3, padding=3, padding_mode="reflect")(autograd.ones(1, 1, 3))


@pytest.mark.oracle
@pytest.mark.parametrize("number", range(100))
def test_random_geometries_as_in_pytorch(number: int) -> None:
    torch = pytest.importorskip("torch")
    draw = random.Random(number)
    axes, transposed, groups = draw.randint(1, 3), draw.random() < 0.5, draw.choice([1, 1, 2, 3])
    inputs, outputs = draw.randint(1, 3), draw.randint(1, 3)
    kernel, stride, padding = ([draw.randint(low, 3) for _ in range(axes)] for low in (1, 1, 0))
    dilation = [draw.randint(1, 2) for _ in range(axes)]
    options: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if transposed:
        kernel = [max(k, p + 1) for k, p in zip(kernel, padding, strict=True)]
        options["output_padding"] = [draw.randint(0, max(pair) - 1) for pair in zip(stride, dilation, strict=True)]
    name = f"conv{'_transpose' * transposed}{axes}d"
    shape = (groups * inputs, outputs, *kernel) if transposed else (groups * outputs, inputs, *kernel)
    x = torch.randn(draw.randint(1, 3), groups * inputs, *[draw.randint(5, 8) for _ in kernel])
    theirs = [t.double().requires_grad_() for t in (x, torch.randn(shape), torch.randn(groups * outputs))]
    mine = [ours(t).requires_grad_() for t in theirs]
    y, their_y = getattr(F, name)(*mine, **options), getattr(torch.nn.functional, name)(*theirs, **options)
    agree(y, their_y, 1e-11, 1e-12)
    seed = torch.randn(their_y.shape, dtype=torch.float64)
    y.backward(ours(seed))
    their_y.backward(seed)
    for a, b in zip(mine, theirs, strict=True):
        agree(a.grad, b.grad, 1e-11, 1e-11)
