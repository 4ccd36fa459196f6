"""`nn.deltas` and `nn.draw_network`: error terms and pictures of dense networks."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from nn import network_svg
from tests import drawing_examples
from tests.drawing_examples import DOCS
from tests.test_f_network import BIASES, DELTAS, PASSES, TARGET, WEIGHTS

SVG = "{http://www.w3.org/2000/svg}"


def f_network() -> nn.Sequential:
    """Return the network f of the lectures."""
    layers: list[nn.Module] = []
    for w, b in zip(WEIGHTS, BIASES, strict=True):
        layer = nn.Linear(2, 2, dtype=autograd.float64)
        with autograd.no_grad():
            layer.weight.copy_(autograd.tensor(w))
            assert layer.bias is not None
            layer.bias.copy_(autograd.tensor(b))
        layers += [layer, nn.Sigmoid()]
    return nn.Sequential(*layers)


def half_square(y: Tensor) -> Tensor:
    return ((y - autograd.tensor(TARGET, dtype=autograd.float64)) ** 2).sum() / 2


def texts(svg: str) -> list[str]:
    """Return the texts of a picture, in their order."""
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


# ------------------------------------------------------------------------------------------------------ deltas


def test_deltas_of_the_f_network() -> None:
    model = f_network()
    x = autograd.tensor(PASSES[0].x, dtype=autograd.float64)
    with autograd.watch():
        loss = half_square(model(x))
        loss.backward()
    found = nn.deltas(model, loss)
    assert list(found) == ["0", "2", "4"]
    for delta, expected, path in zip(found.values(), DELTAS, found, strict=True):
        np.testing.assert_allclose(delta.numpy(), expected, rtol=0, atol=1e-15)
        np.testing.assert_array_equal(delta.numpy(), model.get_parameter(f"{path}.bias").grad)  # BP3
    np.testing.assert_array_equal(nn.deltas(model, loss, sign=-1)["2"], -found["2"].numpy())


def test_the_four_equations_of_backpropagation() -> None:
    autograd.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 5), nn.Sigmoid(), nn.Sequential(nn.Linear(5, 3), nn.Tanh())).double()
    x, t = autograd.randn(7, 4, dtype=autograd.float64), autograd.randn(7, 3, dtype=autograd.float64)
    with autograd.watch():
        loss = ((model(x) - t) ** 2).sum() / 2
        loss.backward()
    found = {path: delta.numpy() for path, delta in nn.deltas(model, loss).items()}
    assert list(found) == ["0", "2.0"]
    first, second = model[0], model[2][0]
    W1, b1, W2, b2 = (p.detach().numpy() for p in (first.weight, first.bias, second.weight, second.bias))
    a1 = 1 / (1 + np.exp(-(x.numpy() @ W1.T + b1)))
    a2 = np.tanh(a1 @ W2.T + b2)
    d2 = (a2 - t.numpy()) * (1 - a2**2)  # BP1
    d1 = d2 @ W2 * a1 * (1 - a1)  # BP2
    np.testing.assert_allclose(found["2.0"], d2, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(found["0"], d1, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(first.bias.grad, d1.sum(0), rtol=1e-13)  # BP3
    np.testing.assert_allclose(second.weight.grad, d2.T @ a1, rtol=1e-13)  # BP4


def test_deltas_of_a_layer_that_runs_twice() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return autograd.tanh(self.cell(autograd.tanh(self.cell(x))))

    model = Twice()
    with autograd.watch():
        loss = model(autograd.ones(2)).sum()
        loss.backward()
    found = nn.deltas(model, loss)
    assert list(found) == ["cell", "cell#2"]
    assert model.cell.bias is not None
    np.testing.assert_allclose((found["cell"] + found["cell#2"]).numpy(), model.cell.bias.grad, rtol=1e-6)


def test_what_deltas_refuses() -> None:
    model, x = f_network(), autograd.ones(2, dtype=autograd.float64)
    unwatched = half_square(model(x))
    with autograd.watch():
        loss = half_square(model(x))
    with pytest.raises(RuntimeError, match="the forward pass was not watched.*autograd.watch"):
        nn.deltas(model, unwatched)
    with pytest.raises(RuntimeError, match="the backward pass was not watched"):
        nn.deltas(model, loss)
    with autograd.watch():
        loss.backward()
    with pytest.raises(RuntimeError, match="not computed by a layer of this model"):
        nn.deltas(nn.Tanh(), loss)
    with pytest.raises(TypeError, match="deltas was given function"):
        nn.deltas(half_square, loss)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sign=2"):
        nn.deltas(model, loss, sign=2)  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------------------- pictures


def test_the_f_network_shows_the_numbers_of_the_slide() -> None:
    model = f_network()
    picture = nn.draw_network(model, PASSES[0].x, loss=half_square)
    shown = texts(picture.svg)
    inside = [t for t in shown if re.fullmatch(r"−?\d\.\d\d", t)]
    assert inside == ["1.00", "−1.00", "0.98", "0.12", "0.86", "0.11", "0.62", "0.83"]
    assert [t for t in shown if t.startswith("δ")] == [
        "δ −0.0036", "δ −0.00099", "δ −0.046", "δ 0.055", "δ −0.09", "δ 0.12",
    ]  # fmt: skip
    assert [t for t in shown if t.startswith("b ")] == ["b 1", "b 0", "b 0", "b 0", "b −2", "b 2"]
    assert [t for t in shown if re.fullmatch(r"−?\d", t)] == [
        "1", "−1", "−2", "1", "2", "−2", "−1", "−1", "3", "−1", "−1", "4",
    ]  # fmt: skip
    for column, expected, delta in zip(picture.columns[1:], PASSES[0].activations, DELTAS, strict=True):
        np.testing.assert_allclose(column.values, expected, rtol=1e-14)
        np.testing.assert_allclose(column.deltas, delta, rtol=0, atol=1e-15)
    assert [column.activation for column in picture.columns] == ["", "Sigmoid", "Sigmoid", "Sigmoid"]
    assert all(p.grad is None for p in model.parameters())
    assert any("δ = −∂C/∂z" in t for t in texts(nn.draw_network(model, [0, 0], half_square, sign=-1).svg))


def test_the_sign_of_a_weight_is_seen_without_colour() -> None:
    svg = ET.fromstring(nn.draw_network(f_network(), [0.0, 0.0]).svg)
    lines = [e for e in svg.iter(f"{SVG}line") if e.find(f"{SVG}title") is not None]
    assert len(lines) == 12
    for line in lines:
        title = line.find(f"{SVG}title")
        assert title is not None
        assert line.get("class") == ("negative" if "−" in str(title.text) else "positive")
    (style,) = [e.text or "" for e in svg.iter(f"{SVG}style")]
    assert "line.negative { stroke: #b34700; stroke-dasharray" in style
    assert "prefers-color-scheme: dark" in style


def test_the_picture_has_words_for_screen_readers() -> None:
    picture = nn.draw_network(f_network(), [1.0, -1.0], half_square)
    svg = ET.fromstring(picture.svg)
    assert svg.get("role") == "img"
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert title.text == "A dense network: 2 → 2 → 2 → 2 units"
    assert description is not None
    assert description.text == str(picture)
    assert "4 (Sigmoid): activations 0.62, 0.83, weights [3, −1; −1, 4], biases −2, 2, error terms" in str(picture)
    assert picture._repr_mimebundle_() == {"image/svg+xml": picture.svg, "text/plain": str(picture)}
    assert repr(picture) == "<NetworkPicture: 2 → 2 → 2 → 2 units>"
    assert picture._repr_svg_() == picture.svg


def boxes(svg: str) -> list[tuple[str, float, float, float, float]]:
    """Return the texts of a picture with the boxes they fill: left, top, right, bottom."""
    sizes = {"": 14, "small": 12, "weight": 12, "delta": 13, "long": 11}
    found = []
    for e in ET.fromstring(svg).iter(f"{SVG}text"):
        kinds = (e.get("class") or "").split() or [""]
        size = sizes[kinds[0]]
        text, x, y = e.text or "", float(e.get("x", 0)), float(e.get("y", 0))
        width = 0.6 * size * len(text)
        left = x if "start" in kinds else x - width / 2
        found.append((text, left, y - 0.75 * size, left + width, y + 0.2 * size))
    return found


SHAPES = [(2, 2, 2, 2), (4, 5, 6, 3), (3, 1), (1, 4, 1), (2, 3, 4, 2), (16, 8, 10), (64, 20, 10)]


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_no_text_is_clipped_or_overlaps(sizes: tuple[int, ...]) -> None:
    autograd.manual_seed(1)
    layers = [layer for n, m in pairwise(sizes) for layer in (nn.Linear(n, m), nn.Tanh())]
    svg = nn.draw_network(nn.Sequential(*layers), autograd.randn(sizes[0]) * 3, lambda y: y.sum()).svg
    root = ET.fromstring(svg)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    found = boxes(svg)
    for text, left, top, right, bottom in found:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= width, text
        assert bottom <= height, text
    for i, (text, left, top, right, bottom) in enumerate(found):
        for other, left2, top2, right2, bottom2 in found[i + 1 :]:
            apart = left >= right2 or left2 >= right or top >= bottom2 or top2 >= bottom
            assert apart, (text, other)


def test_a_wide_layer_is_elided_with_dots() -> None:
    model = nn.Sequential(nn.Linear(20, 3), nn.ReLU(), nn.Linear(3, 2))
    svg = ET.fromstring(nn.draw_network(model, np.zeros(20)).svg)
    circles = [c.get("class") for c in svg.iter(f"{SVG}circle")]
    assert circles.count("unit") == 16 + 3 + 2
    assert circles.count("dot") == 3
    whole = ET.fromstring(nn.draw_network(model, np.zeros(20), most=20).svg)
    assert [c.get("class") for c in whole.iter(f"{SVG}circle")].count("unit") == 25
    assert network_svg._shown(9, 4) == [0, 1, None, 7, 8]
    assert "20 units" in texts(ET.tostring(svg, encoding="unicode"))


def test_a_row_of_a_batch_and_layers_without_bias() -> None:
    model = nn.Sequential(nn.Linear(2, 1, bias=False))
    picture = nn.draw_network(model, autograd.ones(1, 2))
    assert picture.columns[1].biases is None
    assert not [t for t in texts(picture.svg) if t.startswith(("b ", "δ"))]
    assert nn.draw_network(nn.Linear(2, 1), [1, 2]).columns[1].name == "Linear"


def test_numbers_of_all_sizes() -> None:
    written = [network_svg.number(v) for v in (0.975, -1.0, 99.99, 100.0, -1000.4, 1e6, float("nan"))]
    assert written == ["0.97", "−1.00", "99.99", "100", "−1000", "1e+06", "nan"]
    short = [network_svg.short(v) for v in (0.0, 1.0, -2.5, 0.1, 1234.5, 1e-5, -2e5)]
    assert short == ["0", "1", "−2.5", "0.1", "1234.5", "1e−05", "−2e+05"]


def test_the_picture_in_the_docs_is_up_to_date() -> None:
    """`python -m tests.drawing_examples` writes it."""
    assert (DOCS / "f_network.svg").read_text(encoding="utf-8") == drawing_examples.f_network().svg


def test_saving(tmp_path: Path) -> None:
    picture = nn.draw_network(f_network(), [1.0, -1.0], theme="dark")
    path = picture.save(tmp_path / "f.svg")
    assert path.read_text(encoding="utf-8") == picture.svg
    with pytest.raises(ValueError, match=r"ends in \.svg"):
        picture.save(tmp_path / "f.png")


def test_what_draw_network_refuses() -> None:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 3), nn.Linear(2, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.a(x) + self.b(x)

    model = f_network()
    refused: list[tuple[type[Exception], Any, str]] = [
        (TypeError, lambda: nn.draw_network(half_square, [1.0]), "draw_network was given function"),  # type: ignore[arg-type]
        (ValueError, lambda: nn.draw_network(nn.Tanh(), [1.0]), "ran no Linear"),
        (ValueError, lambda: nn.draw_network(Sum(), [1.0, 2.0]), "not fed by the layer before"),
        (ValueError, lambda: nn.draw_network(model, np.ones((3, 2))), r"shape \(3, 2\).*one example"),
        (ValueError, lambda: nn.draw_network(model, [1.0, 1.0], most=1), "most=1"),
        (ValueError, lambda: nn.draw_network(model, [1.0, 1.0], theme="pink"), "pink"),  # type: ignore[arg-type]
        (RuntimeError, lambda: nn.draw_network(model, [1.0, 1.0], lambda y: y), "single number"),
        (RuntimeError, lambda: nn.draw_network(model, [1.0, 1.0], lambda y: y.detach().sum()), "single number"),
    ]
    for kind, call, message in refused:
        with pytest.raises(kind, match=message):
            call()
    assert [m._make_hooks().after for m in model.modules()] == [{}] * 7
