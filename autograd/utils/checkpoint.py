"""Checkpoints: what a part of a program saves for its backward pass is thrown away, and computed again when needed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from autograd import modes
from autograd._tensor import Tensor
from autograd.errors import AutogradError, EditedError, say
from autograd.graph import saved_tensors_hooks
from autograd.random import fork_rng, get_rng_state, set_rng_state


class CheckpointError(AutogradError):
    """The second run of a checkpointed function did something else than the first."""


class _Run:
    """One call of a checkpointed function: what it needs to run again, and what the second run saved."""

    def __init__(self, function: Callable[[], Any], inputs: Sequence[Tensor], preserve_rng: bool, check: bool) -> None:
        self.function = function
        self.inputs = [(t, t._version) for t in inputs]
        self.random = get_rng_state() if preserve_rng else None
        self.check = check
        self.forms: list[tuple[Any, Any]] = []  # shape and dtype of what the first run saved
        self.values: dict[int, tuple[Tensor, int]] = {}  # what the second run saved, with the version it had

    def pack(self, t: Tensor) -> int:
        """Keep nothing but the number of a saved tensor."""
        self.forms.append((t.shape, t.dtype))
        return len(self.forms) - 1

    def unpack(self, number: int) -> Tensor:
        """Return the tensor of that number, out of a second run."""
        if number not in self.values:
            self.run_again()
        t, version = self.values.pop(number)
        if t._version != version:
            raise EditedError(
                say(
                    "a value that a checkpointed function computed was modified by an inplace operation after it was "
                    "saved",
                    "the value that the forward pass computed with",
                    "Edit a copy instead: x = x.clone() before the edit.",
                )
            )
        return t

    def run_again(self) -> None:
        """Run the function as the first time, and keep what it saves."""
        for t, version in self.inputs:
            if t._version != version:
                raise EditedError(
                    say(
                        f"an input of a checkpointed function, of shape {tuple(t.shape)}, was modified by an inplace "
                        "operation since",
                        "the input that the forward pass computed with",
                        "Edit a copy instead: x = x.clone() before the edit.",
                    )
                )
        saved: list[Tensor] = []
        versions: list[int] = []

        def keep(t: Tensor) -> None:
            saved.append(t.detach())
            versions.append(t._version)

        with modes.enable_grad(), saved_tensors_hooks(keep, lambda t: t), contextlib.ExitStack() as stack:
            if self.random is not None:
                stack.enter_context(fork_rng())
                set_rng_state(self.random)
            self.function()
        found = [(t.shape, t.dtype) for t in saved]
        if len(found) != len(self.forms) or (self.check and found != self.forms):
            raise CheckpointError(
                say(
                    f"a checkpointed function saved {len(self.forms)} tensors in the forward pass and {len(found)} "
                    "when it ran again, or tensors of other shapes or dtypes",
                    "the same operations in both runs",
                    "Let the function depend on nothing but its arguments and the random stream.",
                )
            )
        self.values = dict(enumerate(zip(saved, versions, strict=True)))


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    determinism_check: str = "default",
    **kwargs: Any,
) -> Any:
    """Return `function(*args, **kwargs)`, without keeping what its operations save for the backward pass.

    Backward runs the function again when it gets there: memory for time.

    Parameters
    ----------
    function : callable
        Must do the same both times.
    *args, **kwargs
        Its arguments.
    use_reentrant : bool, optional
        Accepted. There is one way here, which does all that PyTorch's two do: parameters that the function does not
        take as arguments get their gradients, `autograd.grad` works, and so do second derivatives.
    preserve_rng_state : bool
        Draw the same random numbers again.
    determinism_check : {"default", "none"}
        "none" does not compare shapes and dtypes of the two runs.

    Raises
    ------
    CheckpointError
        In the backward pass: the two runs differ.
    RuntimeError
        In the backward pass: an argument was edited in place since.
    """
    inputs = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
    run = _Run(lambda: function(*args, **kwargs), inputs, preserve_rng_state, determinism_check != "none")
    with saved_tensors_hooks(run.pack, run.unpack):
        return run.function()


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, preserve_rng_state: bool = True
) -> Any:
    """Return `input` sent through functions in turn, of which each segment but the last is a checkpoint.

    Parameters
    ----------
    functions : nn.Sequential or sequence of callables
    segments : int
        Into how many pieces to cut them.
    input : Tensor
    use_reentrant, preserve_rng_state
        As for `checkpoint`.
    """
    chain = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(chain) // segments

    def through(part: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
        def forward(x: Any) -> Any:
            for each in part:
                x = each(x)
            return x

        return forward

    end = size * (segments - 1)
    for start in range(0, end, size):
        input = checkpoint(
            through(chain[start : start + size]),
            input,
            use_reentrant=use_reentrant,
            preserve_rng_state=preserve_rng_state,
        )
    return through(chain[end:])(input)
