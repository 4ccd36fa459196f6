"""The error terms of backpropagation, layer by layer."""

from __future__ import annotations

from typing import Literal

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import say
from nn.layers.embedding import Embedding
from nn.module import Module


def deltas(model: Module, loss: Tensor, sign: Literal[-1, 1] = 1) -> dict[str, Tensor]:
    """Return the error term δ of each layer: the gradient of the loss by its pre-activation z = W a + b.

    These are the δ of the four equations of backpropagation (lecture 004)::

        BP1   δ of the last layer = ∂C/∂a ⊙ σ'(z)
        BP2   δ = (Wᵀ δ of the next layer) ⊙ σ'(z)
        BP3   ∂C/∂b = δ
        BP4   ∂C/∂W = δ aᵀ, with the layer's input a

    Parameters
    ----------
    model : Module
        Its layers are the modules in it that have a weight of two dimensions or more, in the order they ran in.
    loss : Tensor
        Computed by the model, and gone back from, inside `with autograd.watch():`.
    sign : {1, -1}
        1: δ = ∂C/∂z (lectures 003 and 004); -1: δ = -∂C/∂z (lecture 001).

    Returns
    -------
    dict of str to Tensor
        The path of each layer in the model, and its error term in the shape of the layer's output. The calls of a layer
        that ran several times are called "cell", "cell#2" and so on. A layer that no gradient reached is missing.

    Raises
    ------
    TypeError
        `model` is no Module, or `loss` no Tensor.
    RuntimeError
        Forward and backward pass were not watched, or the loss does not come from this model.

    Examples
    --------
    >>> with autograd.watch():
    ...     loss = criterion(model(x), y)
    ...     loss.backward()
    >>> nn.deltas(model, loss)["0"]
    """
    if not isinstance(model, Module):
        raise TypeError(say(f"deltas was given {type(model).__name__}", "a Module", "Write nn.deltas(model, loss)."))
    if sign not in (1, -1):
        raise ValueError(say(f"deltas was given sign={sign!r}", "1 or -1", "1 is the sign of lectures 003 and 004."))
    graph = autograd.draw(loss)
    layers = {path for path, module in model.named_modules() if is_layer(module)}
    path_of = {node.id: node.path for node in graph.nodes}
    stays = {edge.source for edge in graph.edges if path_of[edge.target] == path_of[edge.source]}
    found: dict[str, Tensor] = {}
    calls: dict[str, int] = {}
    for node in graph.ops:
        if node.path not in layers or node.id in stays:
            continue
        calls[node.path] = calls.get(node.path, 0) + 1
        if node.grad is not None:
            name = node.path if calls[node.path] == 1 else f"{node.path}#{calls[node.path]}"
            found[name] = autograd.from_numpy(sign * np.array(node.grad))
    if not found:
        happened = (
            "the backward pass was not watched"
            if calls
            else "the forward pass was not watched"
            if not all([node.watched for node in graph.ops])
            else "the loss was not computed by a layer of this model"
        )
        raise RuntimeError(
            say(
                happened,
                "the gradients of the layers' outputs",
                "Run both loss = criterion(model(x), y) and loss.backward() inside `with autograd.watch():`.",
            )
        )
    return found


def is_layer(module: Module) -> bool:
    """Tell whether a module multiplies its input by a weight."""
    weight = getattr(module, "weight", None)
    return isinstance(weight, Tensor) and weight.dim() >= 2 and not isinstance(module, Embedding)
