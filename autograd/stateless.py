"""Modules as functions of their parameters: `functional_call`. Of modules only their public names are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from autograd._tensor import Tensor
from autograd.errors import AutogradError, say
from autograd.ops.join import stack


@contextmanager
def _exchanged(module: Any, tensors: Mapping[str, Any]) -> Iterator[None]:
    """Let a module hold other tensors under the names of its parameters and buffers."""
    before: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for path, t in tensors.items():
            parent, _, name = path.rpartition(".")
            attributes = vars(module.get_submodule(parent))
            before.append((attributes, name, attributes[name]))
            attributes[name] = t
        yield
    finally:
        for attributes, name, t in reversed(before):
            attributes[name] = t


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in place of its parameters and buffers.

    Parameters
    ----------
    module : nn.Module
    parameter_and_buffer_dicts : dict or sequence of dict
        Tensors by the names of `named_parameters` and `named_buffers`.
    args : Any, optional
        The positional arguments: a tuple, or a single one.
    kwargs : dict, optional
    tie_weights : bool
        A tensor given for a parameter that the module has under several names stands for all of them.
    strict : bool
        All parameters and buffers must be given.

    Returns
    -------
    Any
        What the module returns.

    Raises
    ------
    ValueError
        A name comes in several of the dicts.
    RuntimeError
        With `strict`, names are missing; or a name is not the module's.
    """
    dicts: Any = parameter_and_buffer_dicts
    given: dict[str, Any] = {}
    for tensors in [dicts] if isinstance(dicts, Mapping) else dicts:
        for path, t in tensors.items():
            if path in given:
                raise ValueError(
                    say(
                        f"{path} appears in multiple dictionaries; behavior of functional call is ambiguous",
                        "every name once",
                        "Leave it out of all but one.",
                    )
                )
            given[path] = t
    held = dict(module.named_parameters(remove_duplicate=False)) | dict(module.named_buffers(remove_duplicate=False))
    unexpected, missing = [p for p in given if p not in held], [p for p in held if p not in given]
    if unexpected or (strict and missing):
        raise AutogradError(
            say(
                f"Error(s) in functional_call of {type(module).__name__}: unexpected key(s) {unexpected}"
                + (f", missing key(s) {missing}" if strict else ""),
                f"names among {sorted(held)}",
                "Take them from named_parameters() and named_buffers().",
            )
        )
    if tie_weights:
        by_tensor = {id(held[path]): t for path, t in given.items()}
        given |= {p: by_tensor[id(t)] for p, t in held.items() if p not in given and id(t) in by_tensor}
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with _exchanged(module, given):
        return module(*arguments, **(kwargs or {}))


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return the parameters of several modules of one class, stacked, and their buffers: for `functional_call`, mapped.

    Raises
    ------
    RuntimeError
        There is no module, or they are of several classes, or some are in training mode and some are not.
    """
    models = list(models)
    if not models:
        raise AutogradError(say("stack_module_state: Expected at least one model, got 0", "a module", "Give some."))
    if any([type(m) is not type(models[0]) or m.training != models[0].training for m in models]):
        raise AutogradError(
            say(
                "stack_module_state: Expected all models to be of the same class and to have the same training/eval "
                "mode",
                "one class, one mode",
                "Call train() or eval() on all of them.",
            )
        )

    def stacked(states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        return {
            path: stack([state[path] for state in states]).detach().requires_grad_(states[0][path].requires_grad)
            for path in states[0]
        }

    return stacked([dict(m.named_parameters()) for m in models]), stacked([dict(m.named_buffers()) for m in models])
