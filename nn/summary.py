"""summary: a model's layers, the shapes that pass through them, and how many parameters they have."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import autograd
from autograd import Size, Tensor
from autograd.errors import say
from nn.module import Module


class Row(NamedTuple):
    """One module of a summary.

    Attributes
    ----------
    path : str
        Its dotted path; empty for the model itself.
    kind : str
        The name of its class.
    output_shape : Size, or tuples, lists and dicts of these, or None
        Of its last call; None if it was not called, or returned no tensor.
    parameters : int
        How many numbers it holds itself, without those of the modules in it and those already counted.
    """

    path: str
    kind: str
    output_shape: Any
    parameters: int


class Summary:
    """What `summary` found. Prints as a table.

    Attributes
    ----------
    rows : list of Row
        One for each module, in the order of `named_modules()`.
    total, trainable : int
        How many parameters there are, each counted once, and how many of them require a gradient.
    """

    def __init__(self, rows: list[Row], total: int, trainable: int) -> None:
        self.rows = rows
        self.total = total
        self.trainable = trainable

    def __str__(self) -> str:
        table = [("Layer", "Output shape", "Parameters")]
        for row in self.rows:
            depth = row.path.count(".") + 1 if row.path else 0
            name = f"{'  ' * depth}{row.path.rpartition('.')[2]} ({row.kind})" if row.path else row.kind
            count = f"{row.parameters:,}" if row.parameters else "-"
            table.append((name, "-" if row.output_shape is None else _shown(row.output_shape), count))
        widths = [max(len(line[i]) for line in table) for i in range(3)]
        lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in table]
        rule = "-" * len(lines[0])
        return "\n".join([
            lines[0], rule, *lines[1:], rule,
            f"{self.total:,} parameters, {self.trainable:,} of them trainable",
        ])  # fmt: skip

    __repr__ = __str__


def _shown(shape: Any) -> str:
    if isinstance(shape, Size):
        return str(tuple(shape))
    if isinstance(shape, dict):
        return "{" + ", ".join(f"{key}: {_shown(value)}" for key, value in shape.items()) + "}"
    if isinstance(shape, list | tuple):
        return ", ".join(_shown(part) for part in shape)
    return "-"


def _shapes(output: Any) -> Any:
    """Return the structure of an output with shapes in the place of tensors; None for what holds none."""
    if isinstance(output, Tensor):
        return output.shape
    if isinstance(output, dict):
        return {key: _shapes(value) for key, value in output.items()}
    if isinstance(output, list | tuple):
        parts = [_shapes(value) for value in output]
        return tuple(parts) if any(part is not None for part in parts) else None
    return None


def summary(model: Module, input_size: Any = None, *, input_data: Any = None, dtype: Any = None) -> Summary:
    """List a model's modules with the shapes of their outputs and their numbers of parameters.

    The model is called once, in evaluation mode, without recording. Afterwards everything is as it was: its mode, its
    buffers, its hooks and the random stream.

    Parameters
    ----------
    model : Module
    input_size : tuple of int, or list of such, optional
        The shape of the input, batch dimension included, or the shapes of several. Zeros of this shape go in. Without
        it, and without `input_data`, parameters are counted and the model is not called.
    input_data : Tensor, or tuple or list of arguments, optional
        What goes in, in place of zeros.
    dtype : dtype, or list of such, optional
        Of the zeros. If left out, that of the model's first floating-point parameter; int64 suits embeddings.

    Returns
    -------
    Summary

    Raises
    ------
    TypeError
        `model` is no module, or `input_size` no shape.
    ValueError
        Both `input_size` and `input_data` are given.

    Examples
    --------
    >>> print(nn.summary(nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3)), (1, 4)))
    Layer         Output shape  Parameters
    --------------------------------------
    Sequential    (1, 3)                 -
      0 (Linear)  (1, 5)                25
      1 (ReLU)    (1, 5)                 -
      2 (Linear)  (1, 3)                18
    --------------------------------------
    43 parameters, 43 of them trainable
    """
    if not isinstance(model, Module):
        raise TypeError(say(f"summary was given a {type(model).__name__}", "a Module", "Pass the model first."))
    if input_size is not None and input_data is not None:
        raise ValueError(say("both input_size and input_data are given", "one of them", "Leave one out."))
    shapes: dict[int, Any] = {}
    if input_size is not None:
        input_data = _zeros(model, input_size, dtype)
    if input_data is not None:
        arguments = tuple(input_data) if isinstance(input_data, list | tuple) else (input_data,)
        with _undisturbed(model), _watched(model, shapes), autograd.no_grad():
            model(*arguments)
    rows = []
    seen: set[int] = set()
    total = trainable = 0
    for path, module in model.named_modules():
        own = 0
        for parameter in module.parameters(recurse=False):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                own += parameter.numel()
                trainable += parameter.numel() if parameter.requires_grad else 0
        total += own
        rows.append(Row(path, type(module).__name__, shapes.get(id(module)), own))
    return Summary(rows, total, trainable)


def _zeros(model: Module, input_size: Any, dtype: Any) -> list[Tensor]:
    """Return zeros of one shape, or of several."""
    several = isinstance(input_size, list | tuple) and all(isinstance(size, list | tuple) for size in input_size)
    sizes = list(input_size) if several and len(input_size) else [input_size]
    for size in sizes:
        if not isinstance(size, list | tuple) or not all(type(n) is int and n >= 0 for n in size):
            raise TypeError(
                say(
                    f"input_size is {input_size!r}",
                    "a shape with its batch dimension, or a list of shapes",
                    "Write (1, 4) for a batch of one example of four numbers.",
                )
            )
    if dtype is None:
        floats = [p.dtype for p in model.parameters() if p.is_floating_point()]
        dtype = floats[0] if floats else autograd.get_default_dtype()
    dtypes = list(dtype) if isinstance(dtype, list | tuple) else [dtype] * len(sizes)
    return [autograd.zeros(tuple(size), dtype=d) for size, d in zip(sizes, dtypes, strict=True)]


@contextlib.contextmanager
def _watched(model: Module, shapes: dict[int, Any]) -> Iterator[None]:
    """Write down the shapes of what each module returns, by its id."""

    def note(module: Module, _: Sequence[Any], output: Any) -> None:
        shapes[id(module)] = _shapes(output)

    modules = list(model.modules())
    without_hooks = [module for module in modules if module._hooks is None]
    handles = [module.register_forward_hook(note) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        for module in without_hooks:  # back to the quick way of being called
            module.__dict__.pop("_hooks", None)


@contextlib.contextmanager
def _undisturbed(model: Module) -> Iterator[None]:
    """Let a model be in evaluation mode for a while, and put back its modes, its buffers and the random stream."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [
        (module, name, buffer, None if buffer is None else buffer.clone())
        for module in model.modules()
        for name, buffer in module._buffers.items()
    ]
    stream = autograd.get_rng_state()
    try:
        for module, _ in modes:
            module.training = False
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        with autograd.no_grad():
            for module, name, buffer, copy in buffers:
                setattr(module, name, buffer)
                if buffer is not None and copy is not None and not _equal(buffer, copy):
                    buffer.copy_(copy)
        autograd.set_rng_state(stream)


def _equal(a: Tensor, b: Tensor) -> bool:
    """Return whether two tensors are the same, a NaN being like another."""
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())
