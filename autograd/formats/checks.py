"""What the readers of all formats refuse, and in which words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import IO, Any, NoReturn

import numpy as np

from autograd.errors import FileFormatError, say

Array = np.ndarray[Any, Any]


def refuse(happened: str, expected: str = "a file as `autograd.save` writes it",
           remedy: str = "It is damaged or was made by another program; nothing was loaded.") -> NoReturn:  # fmt: skip
    """Raise FileFormatError."""
    raise FileFormatError(say(happened, expected, remedy))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        refuse(f"the file names {next(n for n in names if names.count(n) > 1)!r} twice")
    return found


def _no_constant(text: str) -> NoReturn:
    refuse(f"the file's JSON contains {text}, which JSON does not have")


def parse_json(data: bytes) -> Any:
    """Return what JSON says, every name being there once.

    Raises
    ------
    FileFormatError
        It is no JSON, or too deeply nested.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        if isinstance(error, FileFormatError):
            raise
        refuse(f"the file's description of its content cannot be read ({error})")


def is_count(value: Any) -> bool:
    """Return whether a value is an int that is not negative; True and False are not."""
    return type(value) is int and value >= 0


def bytes_of(shape: tuple[int, ...], itemsize: int) -> int:
    """Return how many bytes an array takes."""
    return math.prod(shape) * itemsize


def read_array(stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any], fortran: bool, name: str) -> Array:
    """Return an array of known size, read from the stream's position on, in the machine's byte order.

    Raises
    ------
    FileFormatError
        The stream ends early.
    """
    array: Array = np.empty(math.prod(shape), dtype)
    view = array.view(np.uint8).data
    done = 0
    while done < len(view):
        read = stream.readinto(view[done:])  # type: ignore[attr-defined]
        if not read:
            refuse(f"the file ends within {name!r}: {done} of {len(view)} bytes are there")
        done += read
    array = array.astype(dtype.newbyteorder("="), copy=False)
    return array.reshape(shape[::-1]).transpose() if fortran else array.reshape(shape)


def named_arrays(obj: Any, what: str, to_array: Callable[[Any], Array | None]) -> dict[str, Array]:
    """Return the contiguous arrays of a flat dict of tensors, by name.

    Raises
    ------
    TypeError
        It is something else.
    """
    remedy = "Save nested structures under another name: checkpoint.pt, say."
    if not isinstance(obj, dict):
        raise TypeError(say(f"{what} cannot hold a {type(obj).__name__}", "a dict of names and tensors", remedy))
    arrays = {}
    for key, value in obj.items():
        array = to_array(value)
        if not isinstance(key, str) or array is None:
            raise TypeError(
                say(
                    f"{what} cannot hold {key!r}: {type(value).__name__}",
                    "a dict of str and tensors, not nested",
                    remedy,
                )
            )
        arrays[key] = np.asarray(array, order="C")
    return arrays
