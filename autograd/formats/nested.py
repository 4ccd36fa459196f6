"""Nested structures as JSON and a list of arrays, and back.

Lists, strings, bools, None and most numbers are themselves in JSON. Everything else is an object with one name, that of
its kind: `{"tuple": [...]}`, `{"dict": [[key, value], ...]}`, `{"tensor": [number of the array, requires_grad]}`.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter, OrderedDict
from typing import Any

import numpy as np

from autograd import dtypes
from autograd._tensor import Size, Tensor
from autograd.errors import GraphError, say
from autograd.formats.checks import Array, is_count, parse_json, refuse
from autograd.op import wrap

VERSION = 1
_DICTS: dict[str, type[dict[Any, Any]]] = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
_DICT_NAMES = {kind: name for name, kind in _DICTS.items()}
_FLOATS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def array_of(tensor: Tensor, where: str) -> Array:
    """Return the array of a leaf.

    Raises
    ------
    RuntimeError
        It was computed, and has a graph behind it.
    """
    if not tensor.is_leaf:
        raise GraphError(
            say(
                f"{where} was computed by {tensor.grad_fn.name()}: its graph cannot be saved",
                "a leaf",
                "Save x.detach().",
            )
        )
    return np.asarray(tensor._array)


class Encoder:
    """Makes JSON and a list of arrays of a nested structure."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._numbers: dict[Any, int] = {}  # of arrays seen, by their place in memory: a shared one is stored once

    def text(self, value: Any) -> bytes:
        """Return the JSON.

        Raises
        ------
        TypeError
            There is something in it that cannot be saved; the message says where.
        ValueError
            It contains itself.
        """
        try:
            node = self._node(value, "the object")
            return json.dumps({"chalkgrad": VERSION, "value": node}, allow_nan=False, separators=(",", ":")).encode()
        except RecursionError:
            raise ValueError(
                say("the structure is nested too deeply, or contains itself", "a finite one", "Flatten it.")
            ) from None

    def _node(self, value: Any, path: str) -> Any:
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is list:
            return [self._node(item, f"{path}[{i}]") for i, item in enumerate(value)]
        if kind in _DICT_NAMES:
            pairs = [[self._node(k, f"a key of {path}"), self._node(v, f"{path}[{k!r}]")] for k, v in value.items()]
            return {_DICT_NAMES[kind]: pairs}
        if kind is tuple or kind is Size:
            items = [self._node(item, f"{path}[{i}]") for i, item in enumerate(value)]
            return {"Size" if kind is Size else "tuple": items}
        if isinstance(value, Tensor):
            return {"tensor": [self._number(array_of(value, path)), bool(value.requires_grad)]}
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc":
            return {"array" if isinstance(value, np.ndarray) else "number": self._number(np.asarray(value))}
        if kind is dtypes.dtype:
            return {"dtype": value.name}
        if kind is bytes:
            return {"bytes": base64.b64encode(value).decode()}
        raise TypeError(
            say(
                f"{path} is a {kind.__module__}.{kind.__qualname__}, which cannot be saved",
                "tensors, arrays, numbers, strings, None, and dicts, lists and tuples of these",
                "Save its state instead: model.state_dict(), generator.get_state(), vars(thing).",
            )
        )

    def _number(self, array: Array) -> int:
        place = array.__array_interface__["data"][0], array.shape, array.strides, array.dtype
        if array.size == 0 or place not in self._numbers:
            self._numbers[place] = len(self.arrays)
            self.arrays.append(array)
        return self._numbers[place]


class Decoder:
    """Makes a nested structure of JSON and arrays."""

    def __init__(self, arrays: list[Array]) -> None:
        self._arrays = arrays

    def value(self, text: bytes) -> Any:
        """Return the structure.

        Raises
        ------
        FileFormatError
            The JSON says something that `Encoder` never says.
        """
        content = parse_json(text)
        if not isinstance(content, dict) or set(content) != {"chalkgrad", "value"}:
            refuse("the file's structure lacks its beginning")
        if content["chalkgrad"] != VERSION:
            refuse(
                f"the file is in version {str(content['chalkgrad'])[:80]} of the format",
                f"version {VERSION}",
                "A newer release of Chalkgrad reads it; nothing was loaded.",
            )
        try:
            return self._value(content["value"])
        except RecursionError:
            refuse("the file's structure is nested too deeply")

    def _value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._value(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) != 1:
            refuse(f"the file's structure has an object with the names {sorted(node)[:5]}", "one, that of its kind")
        ((kind, content),) = node.items()
        if kind in _DICTS:
            return self._dict(kind, content)
        if kind == "tensor":
            return self._tensor(content)
        if kind in ("tuple", "Size") and isinstance(content, list):
            items = [self._value(item) for item in content]
            if kind == "Size" and not all(type(item) is int for item in items):
                refuse("a Size in the file has other entries than ints")
            return tuple(items) if kind == "tuple" else Size(items)
        if kind in ("array", "number"):
            array = self._array(content)
            if kind == "number" and array.ndim:
                refuse(f"a number in the file has shape {array.shape}")
            return array if kind == "array" else array[()]
        if kind == "float" and isinstance(content, str) and content in _FLOATS:
            return _FLOATS[content]
        if kind == "dtype" and isinstance(content, str) and content in dtypes.NAMES:
            return dtypes.NAMES[content]
        if kind == "bytes" and isinstance(content, str):
            try:
                return base64.b64decode(content, validate=True)
            except binascii.Error as error:
                refuse(f"bytes in the file cannot be read ({error})")
        return refuse(f"the file's structure has a {kind[:80]!r} of {str(content)[:80]}", "one of the known kinds")

    def _array(self, number: Any) -> Array:
        if not is_count(number) or number >= len(self._arrays):
            refuse(f"the file has {len(self._arrays)} arrays, and its structure wants number {str(number)[:80]}")
        array: Array = self._arrays[number]
        return array

    def _tensor(self, content: Any) -> Tensor:
        if not isinstance(content, list) or len(content) != 2 or type(content[1]) is not bool:
            refuse(f"a tensor in the file is described by {str(content)[:80]}")
        array = self._array(content[0])
        if not dtypes.known(array.dtype):
            refuse(f"a tensor in the file has dtype {array.dtype}")
        if content[1] and array.dtype.kind != "f":
            refuse(f"a tensor of {array.dtype} in the file requires a gradient")
        return wrap(array).requires_grad_(content[1])

    def _dict(self, kind: str, pairs: Any) -> dict[Any, Any]:
        if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            refuse(f"a {kind} in the file is no list of pairs")
        made = _DICTS[kind]()
        for key, value in pairs:
            try:
                key = self._value(key)
                twice = key in made
            except TypeError:
                refuse(f"a {kind} in the file has a key that cannot be one")
            if twice:
                refuse(f"the file names {key!r} twice")
            made[key] = self._value(value)
        return made
