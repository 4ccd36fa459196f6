"""`draw_network`: the neurons of a dense network as circles, with the numbers of one forward and backward pass."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import say
from nn import network_svg
from nn.layers.linear import Linear
from nn.module import Module


@dataclass(frozen=True)
class Column:
    """One column of the picture: the inputs, or the neurons of a layer.

    Attributes
    ----------
    name : str
        Path of the layer in the model; "input" for the inputs.
    activation : str
        What the layer's sums go through, such as "Sigmoid"; "" for the inputs, or if there is nothing.
    values : array, shape (units,)
        The activations: what the next layer takes, or the output of the model.
    weights : array, shape (units, units before), or None
        None for the inputs.
    biases, deltas : array, shape (units,), or None
        None if there are none, or none were asked for.
    """

    name: str
    activation: str
    values: Any
    weights: Any = None
    biases: Any = None
    deltas: Any = None


@dataclass(frozen=True, repr=False, eq=False)
class NetworkPicture:
    """A dense network with its numbers. Shows itself in a notebook; made by `nn.draw_network`.

    Attributes
    ----------
    columns : tuple of Column
        The numbers, from the inputs to the last layer.
    svg : str
        The picture.
    """

    columns: tuple[Column, ...]
    svg: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture into an .svg file, and return the file's path.

        Raises
        ------
        ValueError
            Another suffix.
        """
        path = Path(path)
        if path.suffix != ".svg":
            raise ValueError(
                say(f"the picture was to be saved as {path.name}", "a name that ends in .svg", "It is an SVG.")
            )
        path.write_text(self.svg, encoding="utf-8")
        return path

    def __str__(self) -> str:
        return network_svg.describe(self.columns)

    def __repr__(self) -> str:
        return f"<NetworkPicture: {' → '.join([str(len(c.values)) for c in self.columns])} units>"

    def _repr_svg_(self) -> str:
        """Show the picture in a notebook."""
        return self.svg

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the picture in a notebook, with text for those who cannot see it."""
        return {"image/svg+xml": self.svg, "text/plain": str(self)}


def draw_network(
    model: Module,
    x: Any,
    loss: Callable[[Tensor], Tensor] | None = None,
    *,
    sign: Literal[-1, 1] = 1,
    most: int = 16,
    theme: Literal["auto", "light", "dark"] = "auto",
) -> NetworkPicture:
    """Draw a dense network: neurons in layers, weights on the edges, activations in and error terms under the neurons.

    Positive weights are solid lines, negative ones dashed; a thicker line is a larger weight. Weights are written
    where there is room, and shown for every line that the mouse points at.

    Parameters
    ----------
    model : Module
        Layers of type `Linear`, each fed by the one before it, with anything between them that keeps the size.
    x : Tensor or data, shape (in_features,) or (1, in_features)
        One example.
    loss : callable, optional
        Takes the model's output and returns the loss; then the error terms are shown. `.grad`s are left alone.
    sign : {1, -1}
        Of the error terms: δ = ∂C/∂z (lectures 003 and 004) or δ = -∂C/∂z (lecture 001).
    most : int
        Of a layer with more units the first and the last are drawn, and dots for the others.
    theme : {"auto", "light", "dark"}
        Colours; "auto" goes with the reader's system.

    Returns
    -------
    NetworkPicture
        In a notebook it shows itself; `.save("network.svg")` writes a file, `.columns` has the numbers.

    Raises
    ------
    TypeError
        `model` is no Module.
    ValueError
        The model has no `Linear`, they do not form a chain, `x` is more than one example, `most` is less than 2, or the
        theme is not known.
    RuntimeError
        The loss is not a single number computed from the output.
    """
    if not isinstance(model, Module):
        raise TypeError(
            say(f"draw_network was given {type(model).__name__}", "a Module", "Write nn.draw_network(model, x).")
        )
    if theme not in ("auto", "light", "dark"):
        raise ValueError(say(f"draw_network was given theme={theme!r}", '"auto", "light" or "dark"', "Choose one."))
    if most < 2:
        raise ValueError(say(f"draw_network was given most={most}", "at least 2", "Give the units to draw a layer."))
    columns = tuple(_columns(model, x, loss, sign))
    return NetworkPicture(columns, network_svg.draw(columns, most, theme, sign))


def _columns(model: Module, x: Any, loss: Any, sign: int) -> list[Column]:
    layers, inputs, sums, after, output = _watched(model, x)
    if not layers:
        raise ValueError(
            say("the model ran no Linear", "a network of dense layers", "draw_network draws layers of type Linear.")
        )
    deltas: list[Any] = [None] * len(layers)
    if loss is not None:
        value = loss(output)
        if not isinstance(value, Tensor) or value.numel() != 1 or not value.requires_grad:
            raise RuntimeError(
                say(
                    "the loss of draw_network did not return a single number that depends on the model",
                    "a function of the output that returns the loss",
                    "Write for instance loss=lambda y: ((y - t) ** 2).sum() / 2.",
                )
            )
        grads = autograd.grad(value, sums, allow_unused=True)
        deltas = [None if g is None else sign * _units(g, "error term") for g in grads]
    columns = [Column("input", "", _units(inputs[0], "input"))]
    for i, (name, layer) in enumerate(layers):
        values = inputs[i + 1] if i + 1 < len(layers) else output
        weights = layer.weight.detach().numpy()
        biases = None if layer.bias is None else layer.bias.detach().numpy()
        columns.append(Column(name, after[i], _units(values, "activation"), np.array(weights), biases, deltas[i]))
        if columns[-1].values.shape != weights.shape[:1] or columns[-2].values.shape != weights.shape[1:]:
            raise ValueError(
                say(
                    f"layer {name} (Linear {layer.in_features}->{layer.out_features}) is not fed by the layer before "
                    "it alone, or what follows it changes the size",
                    "a chain of layers",
                    "Draw a part of the model that is one.",
                )
            )
    return columns


def _watched(model: Module, x: Any) -> tuple[list[tuple[str, Linear]], list[Tensor], list[Tensor], list[str], Tensor]:
    """Run a model; return its dense layers as they ran, their inputs and outputs, what came after each, its output."""
    names = {module: path for path, module in model.named_modules()}
    layers: list[tuple[str, Linear]] = []
    inputs: list[Tensor] = []
    sums: list[Tensor] = []
    after: list[str] = []

    def look(module: Module, args: Any, output: Any) -> None:
        if isinstance(module, Linear):
            layers.append((names[module] or type(module).__name__, module))
            inputs.append(args[0])
            sums.append(output)
            after.append("")
        elif after:
            after[-1] = after[-1] or type(module).__name__

    handles = [m.register_forward_hook(look) for m in model.modules() if not any(True for _ in m.children())]
    try:
        with autograd.enable_grad():
            parameter = next(iter(model.parameters()), None)
            given = autograd.as_tensor(x) if parameter is None else autograd.as_tensor(x, dtype=parameter.dtype)
            output = model(given)
    finally:
        for handle in handles:
            handle.remove()
    return layers, inputs, sums, after, output


def _units(values: Tensor, what: str) -> Any:
    """Return the numbers of one example as a vector."""
    array = np.array(values.detach().numpy())
    if array.ndim == 1 or (array.ndim > 1 and array.size == array.shape[-1]):
        return array.reshape(-1)
    raise ValueError(
        say(f"the {what} has shape {array.shape}", "one example", "Draw one at a time: nn.draw_network(model, x[0]).")
    )
