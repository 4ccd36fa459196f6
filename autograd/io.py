"""`save` and `load`: tensors and nests of them in files, without pickle.

A pickle can run any program when it is read, so none is ever read here, and none written.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import IO, Any

import numpy as np

from autograd import dtypes
from autograd._tensor import Tensor
from autograd.device import require_cpu
from autograd.errors import DtypeError, say
from autograd.formats import archive, atomic, nested, safetensors
from autograd.formats.checks import Array, named_arrays, refuse
from autograd.op import wrap

STRUCTURE = "structure.json"
_ARRAYS = "arrays/{}"
_INSTEAD = "In PyTorch write safetensors.torch.save_file(model.state_dict(), 'model.safetensors'), and load that."


def save(obj: Any, f: str | os.PathLike[str] | IO[bytes]) -> None:
    """Write an object to a file. The name decides how.

    `.safetensors` and `.npz` hold one dict of names and tensors, such as `model.state_dict()`, and are read by other
    programs (`safetensors.torch.load_file`, `numpy.load`). Every other name, `.pt` among them, and a file object get
    a format of this package, which holds nested structures as well: the states of optimizers, schedules and loaders.

    Parameters
    ----------
    obj : object
        Tensors, arrays, numbers, strings, None, and dicts, lists and tuples of these.
    f : path or binary file object
        A file is replaced as a whole: if anything goes wrong, the old one stays. A file object is written to at once,
        when all has been encoded.

    Raises
    ------
    TypeError
        There is something in `obj` that cannot be saved; nothing was written.
    RuntimeError
        A tensor was computed, and has a graph; or there is no such folder.

    Notes
    -----
    Tensors come back contiguous, with their dtype and `requires_grad`, a Parameter as a plain tensor. Those that are
    one tensor in memory (tied weights) are one in memory again, in the format of this package.
    """
    if isinstance(f, str | os.PathLike):
        atomic.replace(os.fspath(f), _writer(obj, os.path.splitext(os.fspath(f))[1].lower()))
        return
    if not hasattr(f, "write"):
        raise AttributeError(
            say(f"expected 'f' to be string, path, or a file-like object, but it is {type(f).__name__}", "one of them",
                "Pass a file name, or a file opened with 'wb'.")
        )  # fmt: skip
    buffer = io.BytesIO()
    _writer(obj, "")(buffer)
    f.write(buffer.getvalue())


def _writer(obj: Any, suffix: str) -> Callable[[IO[bytes]], None]:
    """Encode an object; return the function that writes it."""
    if suffix == ".npz":
        arrays = named_arrays(obj, "a .npz file", _plain)
        for name in arrays:
            if not archive.is_plain(f"{name}.npy"):
                raise ValueError(say(f"a .npz file cannot name an array {name!r}", "a name, not a path", "Rename it."))
        return lambda stream: archive.write(stream, arrays)
    if suffix == ".safetensors":
        tensors = named_arrays(obj, "a .safetensors file", _plain)
        for name, array in tensors.items():
            if not dtypes.known(array.dtype) or name == safetensors.METADATA:
                raise TypeError(
                    say(f"a .safetensors file cannot hold {name!r} of {array.dtype}", "a dtype that tensors have",
                        "Convert it first, or use another name.")
                )  # fmt: skip
        return lambda stream: safetensors.write(stream, tensors)
    encoder = nested.Encoder()
    members: dict[str, bytes | Array] = {STRUCTURE: encoder.text(obj)}
    members |= {_ARRAYS.format(i): np.asarray(array, order="C") for i, array in enumerate(encoder.arrays)}
    return lambda stream: archive.write(stream, members)


def _plain(value: Any) -> Array | None:
    """Return the array of a tensor or an array of numbers; None for anything else."""
    if isinstance(value, Tensor):
        return nested.array_of(value, "a tensor")
    return value if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" else None


def load(
    f: str | os.PathLike[str] | IO[bytes],
    map_location: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
) -> Any:
    """Read a file that `save` has written; or a `.safetensors` or `.npz` file of another program's.

    The content decides, not the name.

    Parameters
    ----------
    f : path or binary file object
        Of a file object all is read that is left.
    map_location : optional
        Where tensors go: to the cpu, there is nothing else.
    weights_only, mmap : bool, optional
        Accepted for PyTorch's sake. A file holds nothing but data in any case, and is read into memory.

    Returns
    -------
    object
        What was saved; of a `.safetensors` or `.npz` file a dict of names and tensors.

    Raises
    ------
    FileFormatError
        A RuntimeError. The file is damaged, hostile, or a pickle, as PyTorch's own files are. Nothing was loaded.
    OSError
        It cannot be read.
    RuntimeError
        `map_location` is another device.
    """
    if isinstance(map_location, str) or type(map_location).__name__ == "device":
        require_cpu(map_location)
    if isinstance(f, str | os.PathLike):
        with open(f, "rb") as stream:
            return _read(stream, os.fstat(stream.fileno()).st_size)
    if not hasattr(f, "read"):
        raise AttributeError(
            say(f"expected a file name or a file, but got {type(f).__name__}", "one of them",
                "Pass a file name, or a file opened with 'rb'.")
        )  # fmt: skip
    data = f.read()
    return _read(io.BytesIO(data), len(data))


def _read(stream: IO[bytes], size: int) -> Any:
    start = stream.read(16)
    stream.seek(0)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _unpack(archive.Archive(stream, size))
    if start.startswith(b"\x80") and start[1:2] <= b"\x05" and not safetensors.begins(start):
        refuse("the file is a pickle", "tensors without pickle: a pickle can run any program when it is read", _INSTEAD)
    if safetensors.begins(start):
        return _tensors(safetensors.read(stream, size))
    if start.startswith(b"\x93NUMPY"):
        refuse("the file holds a single array of NumPy's", "an archive", "Write autograd.from_numpy(numpy.load(file)).")
    return refuse(f"the file begins with {start[:8]!r}" if start else "the file is empty",
                  "a file that autograd.save wrote, .safetensors or .npz",
                  "Check the name, and whether the file has been written completely.")  # fmt: skip


def _unpack(found: archive.Archive) -> Any:
    names = found.names
    if any(name.rpartition("/")[2].endswith(".pkl") for name in names):
        refuse(
            "the file is PyTorch's own, which holds a pickle",
            "tensors without pickle: a pickle can run any program when it is read",
            _INSTEAD,
        )
    if STRUCTURE in names:
        members = [f"{_ARRAYS.format(i)}.npy" for i in range(len(names) - 1)]
        if set(names) != {STRUCTURE, *members}:
            refuse(f"the archive has other members than its {len(members)} arrays")
        return nested.Decoder([found.array(name) for name in members]).value(found.bytes(STRUCTURE))
    strange = [name for name in names if not name.endswith(".npy")]
    if strange:
        refuse(f"the archive has a member {strange[0]!r}", "arrays: members ending in .npy")
    return _tensors({name.removesuffix(".npy"): found.array(name) for name in names})


def _tensors(arrays: dict[str, Array]) -> dict[str, Tensor]:
    for name, array in arrays.items():
        if not dtypes.known(array.dtype):
            raise DtypeError(
                say(f"{name!r} is an array of {array.dtype}", "a dtype that tensors have",
                    "Read it with numpy.load and convert it; nothing was loaded.")
            )  # fmt: skip
    return {name: wrap(array) for name, array in arrays.items()}
