"""Sequential and ModuleList: modules in a row."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Self, overload

from autograd.errors import say
from nn.module import Module, bracketed, indented


class _Row(Module):
    """What Sequential and ModuleList share: children named by position, and the behaviour of a list."""

    def __len__(self) -> int:
        return len(self._module_names)

    def __iter__(self) -> Iterator[Module]:
        return iter([self.__dict__[name] for name in self._module_names])

    def _name_at(self, index: int) -> str:
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(
                say(
                    f"index {index} is out of range",
                    f"a position in a {type(self).__name__} of length {len(self)}",
                    "Count from 0, or from -1 for the last.",
                )
            )
        return list(self._module_names)[position]

    def _replace_all(self, modules: list[Module]) -> None:
        """Make `modules` the children, numbered from 0."""
        for name in list(self._module_names):
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name_at(index), module)

    def __delitem__(self, index: int | slice) -> None:
        if not isinstance(index, slice):
            self._name_at(index)  # an index that is out of range is refused here
        modules = list(self)
        del modules[index]
        self._replace_all(modules)

    def append(self, module: Module) -> Self:
        """Add `module` at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add `module` before position `index`.

        Raises
        ------
        IndexError
            There is no such position.
        """
        if not -len(self) <= index <= len(self):
            raise IndexError(
                say(
                    f"Index out of range: {index}",
                    f"a position from {-len(self)} to {len(self)}",
                    "append() adds last.",
                )
            )
        modules = list(self)
        modules.insert(index, module)
        self._replace_all(modules)
        return self

    def pop(self, key: int) -> Module:
        """Remove the module at position `key` and return it."""
        module: Module = self.__dict__[self._name_at(key)]
        del self[key]
        return module

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)


class Sequential(_Row):
    """Modules applied one after the other: the nested function f_n(… f_2(f_1(x))).

    Parameters
    ----------
    *args : Module
        Or a single OrderedDict of names and modules.

    Examples
    --------
    >>> nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
    """

    @overload
    def __init__(self, *args: Module) -> None: ...

    @overload
    def __init__(self, arg: OrderedDict[str, Module], /) -> None: ...

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = args[0] if len(args) == 1 and isinstance(args[0], OrderedDict) else dict(enumerate(args))
        for name, module in named.items():
            self.add_module(str(name), module)

    def forward(self, input: Any) -> Any:
        """Return what the last module makes of it all."""
        attributes = self.__dict__
        for name in self._module_names:
            input = attributes[name](input)
        return input

    @overload
    def __getitem__(self, index: int) -> Module: ...

    @overload
    def __getitem__(self, index: slice) -> Sequential: ...

    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self.named_items())[index]))
        module: Module = self.__dict__[self._name_at(index)]
        return module

    def named_items(self) -> Iterator[tuple[str, Module]]:
        """Yield (name, module) in order, repeated modules as often as they stand."""
        return zip(list(self._module_names), self, strict=True)

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *other)

    def __mul__(self, times: int) -> Sequential:
        """Return the same modules (not copies) several times in a row."""
        if operator.index(times) <= 0:
            raise ValueError(
                say(f"Non-positive multiplication factor {times} for {type(self).__name__}", "1 or more", "Check it.")
            )
        return Sequential(*list(self) * times)

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(list(self * times)[len(self) :])


class ModuleList(_Row):
    """A list whose modules are registered: their parameters are found.

    Parameters
    ----------
    modules : iterable of Module, optional
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    @overload
    def __getitem__(self, index: int) -> Module: ...

    @overload
    def __getitem__(self, index: slice) -> ModuleList: ...

    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        module: Module = self.__dict__[self._name_at(index)]
        return module

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __repr__(self) -> str:
        runs: list[tuple[str, int]] = []  # equal neighbours are shown once, with their number
        for text in map(repr, self):
            if runs and runs[-1][0] == text:
                runs[-1] = (text, runs[-1][1] + 1)
            else:
                runs.append((text, 1))
        lines = []
        first = 0
        for text, count in runs:
            shown = f"({first}): {text}" if count == 1 else f"({first}-{first + count - 1}): {count} x {text}"
            lines.append(indented(shown))
            first += count
        return bracketed(type(self).__name__, [], lines)
