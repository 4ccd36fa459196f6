"""`nn.plots`: the numbers behind the plots, and that matplotlib draws these."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Tensor
from nn import plots


@pytest.fixture
def ax() -> Iterator[Any]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    yield axes
    figure.canvas.draw()
    plt.close(figure)


def xor_model() -> nn.Sequential:
    """Return a network that separates x < 0 from x > 0 by two scores."""
    model = nn.Sequential(nn.Linear(2, 2))
    with autograd.no_grad():
        model[0].weight.copy_(autograd.tensor([[-1.0, 0.0], [1.0, 0.0]]))
        model[0].bias.zero_()
    return model


POINTS = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, 1.0]])

# ---------------------------------------------------------------------------------------------- decision regions


def test_decision_regions() -> None:
    model = xor_model()
    x, y, scores, classes = plots.decision_regions(model, POINTS, steps=50, margin=0.25)
    np.testing.assert_allclose([x[0], x[-1], y[0], y[-1]], [-1.5, 1.5, -0.5, 2.5])
    assert scores.shape == (50, 50, 2)
    np.testing.assert_array_equal(classes, np.tile(x > 0, (50, 1)))
    np.testing.assert_allclose(scores[7, :, 1], x, rtol=1e-6)


def test_regions_follow_the_features_in_order() -> None:
    def above(batch: Tensor) -> Tensor:
        return batch[:, 1] - 1

    x, y, scores, classes = plots.decision_regions(above, POINTS, steps=20)
    assert scores.shape == (20, 20, 1)
    np.testing.assert_array_equal(classes, np.tile((y > 1)[:, None], (1, 20)))
    probabilities = plots.decision_regions(lambda b: autograd.sigmoid(b[:, :1]), POINTS, steps=20, threshold=0.5)
    np.testing.assert_array_equal(probabilities.classes, np.tile(x > 0, (20, 1)))


def test_asking_a_model_leaves_it_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.9), nn.Linear(8, 2).eval())
    first = plots.decision_regions(model, POINTS, steps=5)
    np.testing.assert_array_equal(first.scores, plots.decision_regions(model, POINTS, steps=5).scores)
    assert [m.training for m in model] == [True, True, False]
    assert all(p.grad is None for p in model.parameters())


def test_what_decision_regions_refuses() -> None:
    with pytest.raises(ValueError, match=r"points of shape \(3, 3\).*two features"):
        plots.decision_regions(xor_model(), np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"into \(\)"):
        plots.decision_regions(lambda b: b.sum(), POINTS, steps=4)


def test_plot_decision_regions(ax: Any) -> None:
    assert plots.plot_decision_regions(xor_model(), POINTS, [0, 1, 1], ax, steps=20) is ax
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["class 0", "class 1"]
    drawn = [
        np.asarray(c.get_offsets()).tolist() for c in ax.collections if len(c.get_offsets()) and c.get_label()[0] == "c"
    ]
    assert drawn == [POINTS[:1].tolist(), POINTS[1:].tolist()]
    plots.plot_decision_regions(xor_model(), autograd.tensor(POINTS), ax=ax, steps=20)


# -------------------------------------------------------------------------------------------- losses and gradients


def test_loss_curves() -> None:
    curves = plots.loss_curves({"train": [4.0, 2.0, 3.0], "test": [autograd.tensor(5.0), 1, 3]}, window=2)
    np.testing.assert_array_equal(curves["train"], ([2, 3], [3.0, 2.5]))
    np.testing.assert_array_equal(curves["test"], ([2, 3], [3.0, 2.0]))
    np.testing.assert_array_equal(plots.loss_curves([1.0, 2.0])["loss"], ([1, 2], [1.0, 2.0]))
    for window in (0, 3):
        with pytest.raises(ValueError, match=f"window is {window} for 2 losses"):
            plots.loss_curves([1.0, 2.0], window=window)


def test_plot_losses(ax: Any) -> None:
    plots.plot_losses({"train": [4.0, 2.0], "test": [3.0, 1.0]}, ax, log=True)
    assert ax.get_yscale() == "log"
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [3.0, 1.0])
    assert len({line.get_linestyle() for line in ax.lines}) == 2


def deep(activation: type[nn.Module]) -> nn.Sequential:
    """Return 20 layers of 32 units, after a backward pass (lecture 004: the choice of the activation function)."""
    autograd.manual_seed(0)
    model = nn.Sequential(*[layer for _ in range(20) for layer in (nn.Linear(32, 32), activation())])
    model(autograd.randn(16, 32)).sum().backward()
    return model


def test_gradients_vanish_behind_sigmoids() -> None:
    norms = plots.gradient_norms(deep(nn.Sigmoid))
    assert list(norms) == [str(i) for i in range(0, 40, 2)]
    assert norms["0"] < 1e-10 * norms["38"]
    tanh = plots.gradient_norms(deep(nn.Tanh))
    assert tanh["0"] > 1e-7 * tanh["38"]


def test_gradient_norms_are_those_of_weight_and_bias_together() -> None:
    model = nn.Linear(2, 1)
    model(autograd.tensor([3.0, 4.0])).sum().backward()
    assert plots.gradient_norms(model) == {"Linear": pytest.approx(np.sqrt(3**2 + 4**2 + 1))}
    with pytest.raises(RuntimeError, match="no parameter of the model has a gradient"):
        plots.gradient_norms(nn.Linear(2, 1))


def test_plot_gradient_norms(ax: Any) -> None:
    models = {"sigmoid": deep(nn.Sigmoid), "tanh": deep(nn.Tanh)}
    plots.plot_gradient_norms(models, ax)
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), list(plots.gradient_norms(models["tanh"]).values()))
    assert ax.get_yscale() == "log"
    assert [t.get_text() for t in ax.get_xticklabels()][:3] == ["0", "2", "4"]


# ---------------------------------------------------------------------------------------- functions and surfaces


def test_activation_curves() -> None:
    x, y, slope = plots.activation_curve(autograd.sigmoid, -2, 2, 5)
    np.testing.assert_array_equal(x, [-2, -1, 0, 1, 2])
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-x)))
    np.testing.assert_allclose(slope, y * (1 - y))
    np.testing.assert_array_equal(plots.activation_curve(nn.ReLU(), -1, 1, 3).derivative, [0, 0, 1])
    with pytest.raises(ValueError, match=r"turned shape \(401,\) into \(\)"):
        plots.activation_curve(lambda t: t.sum())


def test_plot_activation(ax: Any) -> None:
    plots.plot_activation({"relu": nn.functional.relu, "tanh": autograd.tanh}, ax)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "relu", "derivative of relu", "tanh", "derivative of tanh",
    ]  # fmt: skip
    np.testing.assert_allclose(ax.lines[3].get_ydata(), 1 - ax.lines[2].get_ydata() ** 2, atol=1e-12)


def test_loss_surface() -> None:
    """The slide "cross-entropy or square error": at (-10, 10, -1000) the one has a slope, the other has none."""
    logits = autograd.tensor([-10.0, 10.0, -1000.0], dtype=autograd.float64, requires_grad=True)
    target = autograd.tensor(0)

    def cross_entropy() -> Tensor:
        return nn.functional.cross_entropy(logits, target)

    x, y, loss, at = plots.loss_surface(cross_entropy, (logits, 0), (logits, 1), span=(-10.0, 10.0), steps=5)
    np.testing.assert_array_equal(x, [-10, -5, 0, 5, 10])
    np.testing.assert_allclose(loss, np.log(1 + np.exp(y[:, None] - x[None, :])), rtol=1e-12)
    assert loss[4, 0] == pytest.approx(20.000000002061153, rel=1e-14)
    assert at == (-10, 10)
    np.testing.assert_array_equal(logits.detach().numpy(), [-10, 10, -1000])


def test_the_weights_are_put_back_after_an_error() -> None:
    model = nn.Linear(2, 1)
    before = model.weight.detach().numpy().copy()

    def fails() -> Tensor:
        raise KeyError("no")

    with pytest.raises(KeyError):
        plots.loss_surface(fails, (model.weight, (0, 0)), (model.weight, (0, 1)))
    np.testing.assert_array_equal(model.weight.detach().numpy(), before)
    with pytest.raises(ValueError, match="does not name one element"):
        plots.loss_surface(fails, (model.weight, 0), (model.weight, (0, 1)))


def test_plot_loss_surface(ax: Any) -> None:
    w = autograd.tensor([1.0, 2.0], requires_grad=True, name="w")
    plots.plot_loss_surface(lambda: (w**2).sum(), (w, 0), (w, 1), ax, steps=9)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w[0]", "w[1]")
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[1.0, 2.0]])


# -------------------------------------------------------------------------------------------------- matplotlib


def test_new_axes() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    ax = plots.plot_losses([1.0, 0.5])
    assert ax.figure in [plt.figure(n) for n in plt.get_fignums()]
    plt.close("all")


def test_without_matplotlib_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        plots.plot_losses([1.0, 0.5])
    assert plots.loss_curves([1.0, 0.5])["loss"][1].tolist() == [1.0, 0.5]
