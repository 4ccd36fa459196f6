"""What training looks like: decision regions, loss curves, gradient norms, activation functions, loss surfaces.

Each comes twice: a function that returns the numbers as arrays, and one that draws them with matplotlib (extra
`notebooks`) and returns the axes: `decision_regions` and `plot_decision_regions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import MissingPackageError, say
from nn.module import Module

Array = Any
Axes = Any

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#000000")  # seen by all
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def axes(ax: Axes | None = None) -> Axes:
    """Return `ax`, or new axes if it is None.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise MissingPackageError(
            say(
                "plots are drawn by matplotlib, which is not installed",
                "matplotlib",
                "Install it (pip install matplotlib), or take the numbers: every plot_… has a function that returns "
                "them.",
            )
        ) from None
    return plt.subplots(layout="constrained")[1]


# ---------------------------------------------------------------------------------------------- decision regions


class Regions(NamedTuple):
    """What a classifier says of the points of a grid.

    Attributes
    ----------
    x, y : array, shape (steps,)
        The coordinates.
    scores : array, shape (steps, steps, classes)
        The model's output at `(x[j], y[i])`.
    classes : array of int, shape (steps, steps)
        The class of each point: the largest score, or for a single score whether it is above the threshold.
    """

    x: Array
    y: Array
    scores: Array
    classes: Array


def decision_regions(
    model: Callable[[Tensor], Tensor], points: Any, steps: int = 200, margin: float = 0.1, threshold: float = 0.0
) -> Regions:
    """Ask a classifier of two features about every point of a grid around the data.

    Parameters
    ----------
    model : Module or callable
        Takes a batch (n, 2), returns scores (n, classes), (n, 1) or (n,).
    points : Tensor or array, shape (n, 2)
        The data. The grid reaches beyond them on every side.
    steps : int
        How many points there are along each side.
    margin : float
        How far beyond, as a part of the data's extent.
    threshold : float
        For a single score: above it lies class 1. 0 for logits, 0.5 for probabilities.

    Returns
    -------
    Regions

    Raises
    ------
    ValueError
        The points have not two features, or the model does not return one row of scores a point.
    """
    given = points if isinstance(points, Tensor) else autograd.as_tensor(np.asarray(points))
    data = given.detach().numpy()
    if data.ndim != 2 or data.shape[1] != 2:
        raise ValueError(
            say(f"decision_regions was given points of shape {data.shape}", "(n, 2): two features", "Choose two.")
        )
    low, high = data.min(0), data.max(0)
    room = margin * np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(a - r, b + r, steps) for a, b, r in zip(low, high, room, strict=True))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    parameters = list(model.parameters()) if isinstance(model, Module) else []
    dtype = parameters[0].dtype if parameters else given.dtype
    scores = _asked(model, autograd.as_tensor(grid, dtype=dtype))
    if scores.shape[:1] != (steps * steps,) or scores.ndim > 2:
        raise ValueError(
            say(
                f"the model turned a batch of shape {grid.shape} into {scores.shape}",
                f"({steps * steps}, classes)",
                "The model has to take a batch of points and to return a row of scores for each.",
            )
        )
    scores = scores.reshape(steps, steps, -1)
    classes = scores.argmax(-1) if scores.shape[-1] > 1 else (scores[..., 0] > threshold).astype(np.int64)
    return Regions(x, y, scores, classes)


def _asked(model: Callable[[Tensor], Tensor], batch: Tensor) -> Array:
    """Return what a model says, as at prediction: in eval mode, nothing recorded."""
    training = [m for m in model.modules() if m.training] if isinstance(model, Module) else []
    try:
        for module in training:
            module.training = False
        with autograd.no_grad():
            return np.array(model(batch).detach().numpy())
    finally:
        for module in training:
            module.training = True


def plot_decision_regions(
    model: Callable[[Tensor], Tensor],
    points: Any,
    labels: Any = None,
    ax: Axes | None = None,
    steps: int = 200,
    margin: float = 0.1,
    threshold: float = 0.0,
) -> Axes:
    """Draw the regions of a classifier, and the data on them, every class with a colour and a shape of its own.

    Parameters
    ----------
    model, points, steps, margin, threshold
        As for `decision_regions`.
    labels : Tensor or array of int, shape (n,), optional
        The classes of the points.
    ax : Axes, optional
        Where to draw; new axes if left out.

    Returns
    -------
    Axes
    """
    ax = axes(ax)
    x, y, scores, classes = decision_regions(model, points, steps, margin, threshold)
    count = max(2, scores.shape[-1])
    palette = [COLOURS[k % len(COLOURS)] for k in range(count)]
    ax.contourf(x, y, classes, levels=np.arange(count + 1) - 0.5, colors=palette, alpha=0.3)
    for k in range(count):
        if (classes == k).any() and (classes != k).any():
            ax.contour(x, y, classes == k, levels=[0.5], colors="0.25", linewidths=0.8)
    data = _numbers(points)
    of_class = np.zeros(len(data), np.int64) if labels is None else _numbers(labels).astype(np.int64).reshape(-1)
    for k in np.unique(of_class):
        colour = "0.2" if labels is None else palette[k % count]
        marker = MARKERS[k % len(MARKERS)]
        chosen = data[of_class == k]
        ax.scatter(*chosen.T, s=24, c=colour, marker=marker, edgecolors="white", linewidths=0.6, label=f"class {k}")
    if labels is not None:
        ax.legend(loc="best", framealpha=0.9)
    ax.set(xlabel="feature 0", ylabel="feature 1", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    return ax


# ---------------------------------------------------------------------------------------------------- loss curves


def loss_curves(losses: Any, window: int = 1) -> dict[str, tuple[Array, Array]]:
    """Return the curves of one or several losses: the steps, and the means of `window` losses up to each.

    Parameters
    ----------
    losses : sequence of numbers or one-element Tensors, or mapping of str to such
        One loss a step.
    window : int
        Over how many steps to take the mean.

    Returns
    -------
    dict of str to (steps, losses)
        Two arrays for each name; a single sequence is called "loss". Steps count from 1.

    Raises
    ------
    ValueError
        The window is less than 1, or longer than the losses.
    """
    named = losses if isinstance(losses, Mapping) else {"loss": losses}
    curves = {}
    for name, values in named.items():
        y = np.array([float(v) for v in values])
        if not 1 <= window <= len(y):
            raise ValueError(
                say(f"window is {window} for {len(y)} losses of {name!r}", f"1 to {len(y)}", "Choose a smaller one.")
            )
        sums = np.cumsum(np.concatenate([[0.0], y]))
        curves[name] = (np.arange(window, len(y) + 1), (sums[window:] - sums[:-window]) / window)
    return curves


def plot_losses(losses: Any, ax: Axes | None = None, window: int = 1, log: bool = False) -> Axes:
    """Draw one or several losses over the steps.

    Parameters
    ----------
    losses, window
        As for `loss_curves`: `{"train": [...], "test": [...]}`.
    ax : Axes, optional
        Where to draw; new axes if left out.
    log : bool
        Whether the losses are on a logarithmic scale.

    Returns
    -------
    Axes
    """
    ax = axes(ax)
    curves = loss_curves(losses, window)
    for k, (name, (x, y)) in enumerate(curves.items()):
        ax.plot(x, y, color=COLOURS[k % len(COLOURS)], linestyle=("-", "--", "-.", ":")[k % 4], label=name)
    if len(curves) > 1:
        ax.legend()
    ax.set(xlabel="step", ylabel="loss", yscale="log" if log else "linear")
    return ax


# -------------------------------------------------------------------------------------------------- gradient norms


def gradient_norms(model: Module) -> dict[str, float]:
    """Return the Euclidean norm of the gradients of each layer, in the order of the model.

    Where they fall towards the first layers, the gradient vanishes; where they grow, it explodes (lecture 004).

    Parameters
    ----------
    model : Module
        After a backward pass.

    Returns
    -------
    dict of str to float
        The path of every module that has parameters of its own with gradients, and the norm of all of these.

    Raises
    ------
    RuntimeError
        No parameter has a gradient.
    """
    norms = {}
    for path, module in model.named_modules():
        grads = [p.grad for p in module.parameters(recurse=False) if p.grad is not None]
        if grads:
            squares = [np.sum(np.square(g.detach().numpy(), dtype=np.float64)) for g in grads]
            norms[path or type(module).__name__] = float(np.sqrt(np.sum(squares)))
    if not norms:
        raise RuntimeError(
            say("no parameter of the model has a gradient", "a model after a backward pass", "Call loss.backward().")
        )
    return norms


def plot_gradient_norms(models: Module | Mapping[str, Module], ax: Axes | None = None) -> Axes:
    """Draw the norm of the gradients of each layer on a logarithmic scale.

    Parameters
    ----------
    models : Module or mapping of str to Module
        One or, to compare them, several.
    ax : Axes, optional
        Where to draw; new axes if left out.

    Returns
    -------
    Axes
    """
    ax = axes(ax)
    named = models if isinstance(models, Mapping) else {"": models}
    longest: Sequence[str] = ()
    for k, (name, model) in enumerate(named.items()):
        norms = gradient_norms(model)
        longest = max(longest, list(norms), key=len)
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        ax.plot(range(len(norms)), list(norms.values()), color=colour, marker=marker, label=name)
    if len(longest) <= 30:
        ax.set_xticks(range(len(longest)), longest, rotation=90 if len(longest) > 8 else 0)
    if len(named) > 1:
        ax.legend()
    ax.set(xlabel="layer", ylabel="norm of the gradient", yscale="log")
    return ax


# --------------------------------------------------------------------------------------------- activation functions


class Curve(NamedTuple):
    """A function of one number: arguments, values and derivatives, arrays of shape (steps,)."""

    x: Array
    y: Array
    derivative: Array


def activation_curve(
    function: Callable[[Tensor], Tensor], low: float = -5.0, high: float = 5.0, steps: int = 401
) -> Curve:
    """Return an elementwise function and its derivative between two arguments.

    Parameters
    ----------
    function : callable
        `nn.functional.relu`, `nn.Tanh()` or any elementwise function of a Tensor.
    low, high : float
        The interval.
    steps : int
        How many arguments.

    Returns
    -------
    Curve
        In float64. The derivative is the engine's: at a corner the one that training uses.

    Raises
    ------
    ValueError
        The function changes the shape.
    """
    x = autograd.linspace(low, high, steps, dtype=autograd.float64).requires_grad_()
    y = function(x)
    if y.shape != x.shape:
        raise ValueError(
            say(f"the function turned shape {tuple(x.shape)} into {tuple(y.shape)}", "the same shape", "Give another.")
        )
    (derivative,) = autograd.grad(y.sum(), x)
    return Curve(*[np.array(t.detach().numpy()) for t in (x, y, derivative)])


def plot_activation(
    functions: Callable[[Tensor], Tensor] | Mapping[str, Callable[[Tensor], Tensor]],
    ax: Axes | None = None,
    low: float = -5.0,
    high: float = 5.0,
    steps: int = 401,
) -> Axes:
    """Draw activation functions as solid lines, and their derivatives as dashed ones.

    Parameters
    ----------
    functions : callable or mapping of str to callable
        One or several, as for `activation_curve`.
    ax : Axes, optional
        Where to draw; new axes if left out.
    low, high, steps
        As for `activation_curve`.

    Returns
    -------
    Axes
    """
    ax = axes(ax)
    named = functions if isinstance(functions, Mapping) else {_name(functions): functions}
    for k, (name, function) in enumerate(named.items()):
        x, y, derivative = activation_curve(function, low, high, steps)
        colour = COLOURS[k % len(COLOURS)]
        ax.plot(x, y, color=colour, label=name)
        ax.plot(x, derivative, color=colour, linestyle="--", label=f"derivative of {name}")
    ax.axhline(0, color="0.7", linewidth=0.8, zorder=0)
    ax.axvline(0, color="0.7", linewidth=0.8, zorder=0)
    ax.legend()
    ax.set(xlabel="x", xlim=(low, high))
    return ax


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


# ---------------------------------------------------------------------------------------------------- loss surfaces


class Surface(NamedTuple):
    """A loss over two weights.

    Attributes
    ----------
    x, y : array, shape (steps,)
        The values of the first and of the second weight.
    loss : array, shape (steps, steps)
        The loss at `(x[j], y[i])`.
    at : tuple of float
        What the two weights are.
    """

    x: Array
    y: Array
    loss: Array
    at: tuple[float, float]


#: A weight: a tensor, and the index of one of its elements.
Weight = tuple[Tensor, Any]


def loss_surface(
    loss: Callable[[], Any], first: Weight, second: Weight, span: float | tuple[float, float] = 1.0, steps: int = 41
) -> Surface:
    """Compute a loss for many values of two weights, the others left as they are.

    Parameters
    ----------
    loss : callable
        Computes the loss, of no arguments: `lambda: criterion(model(x), y)`. Called steps² times.
    first, second : (Tensor, index)
        The two weights: `(model[0].weight, (0, 1))`. They have their values back in the end.
    span : float or (float, float)
        How far the values reach on both sides of what the weights are; or from where to where.
    steps : int
        How many values of each.

    Returns
    -------
    Surface

    Raises
    ------
    ValueError
        An index does not name one element.
    """
    for t, index in (first, second):
        if t.detach()[index].numel() != 1:
            raise ValueError(
                say(f"index {index!r} does not name one element of shape {tuple(t.shape)}", "one weight", "Index it.")
            )
    at = (float(first[0].detach()[first[1]]), float(second[0].detach()[second[1]]))
    x, y = (
        np.linspace(*span, steps) if isinstance(span, tuple) else np.linspace(a - span, a + span, steps) for a in at
    )
    values = np.empty((steps, steps))
    with autograd.no_grad():
        try:
            for i, b in enumerate(y):
                for j, a in enumerate(x):
                    _put(first, a)
                    _put(second, b)
                    values[i, j] = float(loss())
        finally:
            _put(first, at[0])
            _put(second, at[1])
    return Surface(x, y, values, at)


def _put(weight: Weight, value: float) -> None:
    t, index = weight
    t[index] = float(value)


def plot_loss_surface(
    loss: Callable[[], Any],
    first: Weight,
    second: Weight,
    ax: Axes | None = None,
    span: float | tuple[float, float] = 1.0,
    steps: int = 41,
) -> Axes:
    """Draw a loss over two weights as contour lines, with a cross where the weights are.

    Parameters
    ----------
    loss, first, second, span, steps
        As for `loss_surface`.
    ax : Axes, optional
        Where to draw; new axes if left out.

    Returns
    -------
    Axes
    """
    ax = axes(ax)
    x, y, values, at = loss_surface(loss, first, second, span, steps)
    filled = ax.contourf(x, y, values, levels=24, cmap="cividis")
    ax.contour(x, y, values, levels=24, colors="white", linewidths=0.3, alpha=0.6)
    ax.plot(*at, marker="X", color="white", markeredgecolor="black", markersize=10)
    ax.figure.colorbar(filled, ax=ax, label="loss")
    names = [f"{w[0].name or 'weight'}{list(w[1]) if isinstance(w[1], tuple) else [w[1]]}" for w in (first, second)]
    ax.set(xlabel=names[0], ylabel=names[1])
    return ax


def _numbers(data: Any) -> Array:
    return data.detach().numpy() if isinstance(data, Tensor) else np.asarray(data)
