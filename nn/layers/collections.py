"""ModuleDict, ParameterList and ParameterDict: what is kept in a list or a dict, and found all the same."""

from __future__ import annotations

import operator
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, NoReturn, Self, overload

from autograd import Tensor
from autograd.errors import AutogradError, say
from nn.module import Module
from nn.parameter import Parameter


def _pairs(owner: Module, given: Any) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a mapping, or of an iterable of pairs.

    Raises
    ------
    TypeError, ValueError
        It is neither, or an element of it no pair.
    """
    if isinstance(given, Mapping | ModuleDict | ParameterDict):
        yield from given.items()
        return
    name = f"{type(owner).__name__}.update"
    if not isinstance(given, Iterable) or isinstance(given, Tensor):
        happened = f"{name} should be called with an iterable of key/value pairs, but got {type(given).__name__}"
        raise TypeError(say(happened, "a dict, or pairs", "Write {'name': value}."))
    for number, pair in enumerate(given):
        if not isinstance(pair, Iterable):
            happened = f"{name} sequence element #{number} should be Iterable; is {type(pair).__name__}"
            raise TypeError(say(happened, "pairs", "Write ('name', value)."))
        entry = tuple(pair)
        if len(entry) != 2:
            happened = f"{name} sequence element #{number} has length {len(entry)}; 2 is required"
            raise ValueError(say(happened, "pairs", "Write ('name', value)."))
        yield entry


class ModuleDict(Module):
    """A dict whose modules are registered: their parameters are found.

    Parameters
    ----------
    modules : mapping of str to Module, or iterable of pairs, optional
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        module: Any = self._modules[key]
        return module  # type: ignore[no-any-return]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Remove everything."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Remove the module of that name and return it."""
        module = self[key]
        del self[key]
        return module

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._modules.keys()

    def items(self) -> ItemsView[str, Any]:
        """Return names and modules."""
        return self._modules.items()

    def values(self) -> ValuesView[Any]:
        """Return the modules."""
        return self._modules.values()

    def update(self, modules: Any) -> None:
        """Add, or replace, the modules of a mapping or of pairs (name, module).

        Raises
        ------
        TypeError, ValueError
            It is neither.
        """
        for key, module in _pairs(self, modules):
            self[key] = module


def _as_parameter(value: Any) -> Any:
    """Return a tensor as a parameter, all else as it is."""
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _listed(entries: Iterable[tuple[Any, Any]], type_of: Callable[[Tensor], Any]) -> str:
    """Return what is in there, line by line."""
    lines = []
    for key, value in entries:
        if isinstance(value, Tensor):
            kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
            text = f"{kind} containing: [{type_of(value)} of size {'x'.join(map(str, value.shape))}]"
        else:
            text = f"Object of type: {type(value).__name__}"
        lines.append(f"  ({key}): {text}")
    return "\n".join(lines)


class ParameterList(Module):
    """A list whose parameters are registered. Tensors in it become parameters.

    Parameters
    ----------
    values : iterable, optional
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _name_at(self, index: int) -> str:
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(
                say(
                    f"index {index} is out of range",
                    f"a position in a ParameterList of length {len(self)}",
                    "Count from 0, or from -1 for the last.",
                )
            )
        return str(position % len(self))

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> ParameterList: ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self._name_at(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._name_at(index), _as_parameter(value))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(len(self))])

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def append(self, value: Any) -> Self:
        """Add a value at the end."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several values at the end.

        Raises
        ------
        TypeError
            `values` is not iterable, or a tensor.
        """
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(
                say(
                    f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}",
                    "several values",
                    "append() adds one.",
                )
            )
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        """Return what is in the list."""
        return _listed(enumerate(self), lambda t: t.dtype)

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: it is no layer."""
        raise AutogradError(say("ParameterList should not be called", "an index", "Write self.weights[0]."))


class ParameterDict(Module):
    """A dict whose parameters are registered. Tensors in it become parameters.

    Parameters
    ----------
    parameters : mapping of str to anything, or iterable of pairs, optional
        A plain dict is sorted by its keys, as in PyTorch.
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def _expect_name(self, key: str) -> str:
        if not isinstance(key, str):
            raise TypeError(
                say(
                    f"Index given to ParameterDict cannot be used as a key as it is not a string (type is "
                    f"'{type(key).__name__}')",
                    "a name",
                    "Write str(key).",
                )
            )
        return key

    def __getitem__(self, key: str) -> Any:
        if self._expect_name(key) not in self._keys:
            raise AttributeError(  # PyTorch's, whose dict looks up attributes
                say(
                    f"ParameterDict has no entry '{key}'",
                    f"one of: {', '.join(self) or 'none'}",
                    "get() has a default.",
                )
            )
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, self._expect_name(key), _as_parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __or__(self, other: Any) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self

    def copy(self) -> ParameterDict:
        """Return another dict of the same parameters."""
        return ParameterDict(list(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of that name; set it to `default` first if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Remove everything."""
        for key in list(self):
            del self[key]

    def pop(self, key: str) -> Any:
        """Remove the value of that name and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Remove the last entry and return it."""
        key = next(reversed(self))
        return key, self.pop(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of that name, or `default`."""
        if key in self:
            return self[key]
        return default

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Return a dict of these keys, with the same value each."""
        return ParameterDict([(key, default) for key in keys])

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._keys.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return names and values."""
        return [(key, self[key]) for key in self._keys]

    def values(self) -> Iterable[Any]:
        """Return the values."""
        return [self[key] for key in self._keys]

    def update(self, parameters: Any) -> None:
        """Add, or replace, the entries of a mapping or of pairs (name, value).

        Raises
        ------
        TypeError, ValueError
            It is neither.
        """
        entries = _pairs(self, parameters)
        for key, value in sorted(entries) if type(parameters) is dict else entries:
            self[key] = value

    def extra_repr(self) -> str:
        """Return what is in the dict."""
        return _listed(self.items(), lambda t: t.type())

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: it is no layer."""
        raise AutogradError(say("ParameterDict should not be called", "a key", "Write self.weights['name']."))
