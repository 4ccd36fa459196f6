"""The state of a module as a dict, and back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Tensor, no_grad
from autograd.errors import say
from nn.parameter import Parameter

if TYPE_CHECKING:
    from nn.module import Module


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict(strict=False)` had to leave out.

    Attributes
    ----------
    missing_keys : list of str
        Names the module has and the state dict lacks.
    unexpected_keys : list of str
        Names the state dict has and the module lacks.
    """

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def named(module: Module) -> Iterator[tuple[str, Module, str, Tensor]]:
    """Yield (dotted path, owner, attribute, tensor) of all that the state dict holds."""
    for path, owner in module.named_modules(remove_duplicate=False):
        for name, value in itertools.chain(owner._parameters.items(), owner._buffers.items()):
            if value is not None and name not in owner._transient:
                yield (f"{path}.{name}" if path else name), owner, name, value


def load(module: Module, state_dict: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Do what `Module.load_state_dict` promises: everything is checked before anything is copied."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            say(
                f"Expected state_dict to be dict-like, got {type(state_dict)}",
                "a mapping of names to tensors",
                "Pass model.state_dict(), not the model.",
            )
        )
    own = {key: (owner, name, value) for key, owner, name, value in named(module)}
    missing = [key for key in own if key not in state_dict]
    unexpected = [key for key in state_dict if key not in own]
    faults = []
    if strict and missing:
        faults.append("Missing key(s) in state_dict: {}. ".format(", ".join(f'"{key}"' for key in missing)))
    if strict and unexpected:
        faults.append("Unexpected key(s) in state_dict: {}. ".format(", ".join(f'"{key}"' for key in unexpected)))
    for key, (_, _, value) in own.items():
        given = state_dict.get(key, value)
        if not isinstance(given, Tensor):
            faults.append(
                f'While copying the parameter named "{key}", expected a Tensor from checkpoint but received '
                f"{type(given)}"
            )
        elif given.shape != value.shape:
            faults.append(
                f"size mismatch for {key}: copying a param with shape {tuple(given.shape)} from checkpoint, "
                f"the shape in current model is {tuple(value.shape)}."
            )
        elif assign and value.requires_grad and not given.is_floating_point():
            faults.append(f"{key} requires a gradient, which a tensor of dtype {given.dtype} cannot have")
    if faults:
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t" + "\n\t".join(faults))
    with no_grad():
        for key, (owner, name, value) in own.items():
            if key not in state_dict:
                continue
            if not assign:
                value.copy_(state_dict[key])
            elif isinstance(value, Parameter):
                setattr(owner, name, Parameter(state_dict[key], value.requires_grad))
            else:
                setattr(owner, name, state_dict[key])
    return IncompatibleKeys(missing, unexpected)
