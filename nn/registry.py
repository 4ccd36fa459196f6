"""How a module keeps its parameters, buffers and children: by name, and in the order of registration."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.errors import say

if TYPE_CHECKING:
    from nn.module import Module

T = TypeVar("T")


class Members(MutableMapping[str, T]):
    """A module's parameters (or buffers, or children) by name, in order of registration.

    Values live in the module's `__dict__`, where Python finds `self.weight` fastest; what is kept beside them is only
    the order of the names. This is the two seen as one dict: a change here changes the attribute.
    """

    __slots__ = ("_attributes", "_names")

    def __init__(self, attributes: dict[str, Any], names: dict[str, None]) -> None:
        self._attributes = attributes
        self._names = names

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        value: T = self._attributes[name]
        return value

    def __setitem__(self, name: str, value: T) -> None:
        self._names[name] = None
        self._attributes[name] = value

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        del self._attributes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return repr(dict(self))


def expect_initialised(module: Module, what: str) -> None:
    """Raise AttributeError if something is assigned to a module whose base class was not initialised yet."""
    if "_module_names" not in module.__dict__:
        raise AttributeError(
            say(
                f"cannot assign {what} before Module.__init__() call",
                "the parent's constructor to run first",
                f"Begin {type(module).__name__}.__init__ with super().__init__().",
            )
        )


def expect_free_name(module: Module, name: str, kind: str, own: dict[str, None]) -> None:
    """Raise if `name` is no attribute name, or taken by something that is not among `own`, the names of this kind."""
    expect_initialised(module, kind)
    if not isinstance(name, str):
        raise TypeError(
            say(f"{kind} name should be a string. Got {type(name).__name__}", "a str", "The name comes first.")
        )
    if "." in name or name == "":
        raise KeyError(
            say(f'{kind} name can\'t contain "." or be empty, got: {name!r}', "an attribute name", "Rename it.")
        )
    if hasattr(module, name) and name not in own:
        raise KeyError(say(f"attribute '{name}' already exists", f"a free name for the {kind}", "Choose another name."))


def wrong_kind(module: Module, name: str, value: Any, kind: str) -> TypeError:
    """Word the error of a `value` that cannot take the place of a parameter, child module or buffer."""
    expected = {"parameter": "an nn.Parameter", "child module": "an nn.Module", "buffer": "a Tensor"}[kind]
    return TypeError(
        say(
            f"cannot assign '{type(value).__name__}' as {kind} '{name}' of {type(module).__name__}",
            f"{expected} or None",
            "To change a parameter's value, assign to its .data or copy_ into it under no_grad."
            if kind == "parameter"
            else f"To use the name for something else, del the {kind} first.",
        )
    )
