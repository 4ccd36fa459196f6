"""The format safetensors: a line of JSON that says where each tensor lies, then the tensors, row by row.

Eight bytes give the length of the JSON; of each tensor it gives `dtype`, `shape` and `data_offsets`. The offsets, in
order, cover the rest of the file without gap or overlap: that makes the format safe to read.
<https://github.com/huggingface/safetensors#format>
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from autograd.formats.checks import Array, bytes_of, is_count, parse_json, read_array, refuse

#: The format's own limit.
LONGEST_HEADER = 100_000_000
METADATA = "__metadata__"

DTYPES = {
    "BOOL": np.dtype(np.bool_),
    "U8": np.dtype(np.uint8),
    "I8": np.dtype(np.int8),
    "I16": np.dtype("<i2"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
BFLOAT16 = "BF16"


def write(stream: IO[bytes], arrays: Mapping[str, Array]) -> None:
    """Write contiguous arrays; the widest first, so that each begins at a multiple of its item's size."""
    header: dict[str, Any] = {}
    offset = 0
    ordered = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    for name in ordered:
        array = arrays[name]
        end = offset + array.nbytes
        dtype = _NAMES[array.dtype.newbyteorder("<") if array.itemsize > 1 else array.dtype]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps({name: header[name] for name in arrays}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    stream.write(len(text).to_bytes(8, "little") + text)
    for name in ordered:
        array = arrays[name]
        if sys.byteorder == "big":
            array = array.astype(array.dtype.newbyteorder("<"))
        stream.write(array.reshape(-1).view(np.uint8).data)


def begins(start: bytes) -> bool:
    """Return whether a file that begins so may be in this format."""
    return len(start) >= 9 and start[8:9] == b"{"


def read(stream: IO[bytes], size: int) -> dict[str, Array]:
    """Return the arrays of a file, in the order in which it names them.

    Raises
    ------
    FileFormatError
        The file is damaged, or has tensors of a dtype that does not exist here.

    Warns
    -----
    UserWarning
        Tensors of bfloat16 became float32, which holds all their values.
    """
    length = int.from_bytes(stream.read(8), "little")
    if length > min(LONGEST_HEADER, size - 8):
        refuse(f"the header claims {length} bytes in a file of {size}", f"at most {min(LONGEST_HEADER, size - 8)}")
    header = parse_json(stream.read(length))
    if not isinstance(header, dict):
        refuse("the header is no dict", "names and tensors")
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        refuse("the metadata is no dict of strings")
    for name, entry in header.items():
        _check(name, entry)
    in_order = sorted(header, key=lambda name: header[name]["data_offsets"])
    end = 0
    for name in in_order:
        start, stop = header[name]["data_offsets"]
        if start != end:
            refuse(f"{name!r} begins at {start}", f"it to begin at {end}, where the tensor before it ends")
        end = stop
    if end != size - 8 - length:
        refuse(f"the tensors have {end} bytes, and the file has {size - 8 - length} for them")
    arrays = {}
    narrow = []
    for name in in_order:
        shape, dtype = tuple(header[name]["shape"]), header[name]["dtype"]
        if dtype == BFLOAT16:
            narrow.append(name)
            bits = read_array(stream, shape, np.dtype("<u2"), False, name)
            arrays[name] = (bits.astype(np.uint32) << 16).view(np.float32)
        else:
            arrays[name] = read_array(stream, shape, DTYPES[dtype], False, name)
            if dtype == "BOOL" and arrays[name].size and arrays[name].view(np.uint8).max() > 1:
                refuse(f"{name!r} has bools that are neither 0 nor 1")
    if narrow:
        warnings.warn(
            f"{len(narrow)} tensors of bfloat16 ({narrow[0]!r} ...) were loaded as float32, which holds their values: "
            "bfloat16 does not exist here.",
            stacklevel=4,
        )
    return {name: arrays[name] for name in header}


def _check(name: str, entry: Any) -> None:
    """Raise unless what the header says of a tensor is possible."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        refuse(f"{name!r} is described by {str(entry)[:80]}", "dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or (dtype not in DTYPES and dtype != BFLOAT16):
        refuse(
            f"{name!r} has dtype {str(dtype)[:80]}",
            f"one of {', '.join(DTYPES)}",
            "Convert it (tensor.float(), say) before saving it; nothing was loaded.",
        )
    if not isinstance(shape, list) or not all(is_count(n) for n in shape) or len(shape) > 32:
        refuse(f"{name!r} has the shape {str(shape)[:80]}", "a list of sizes")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(is_count(n) for n in offsets):
        refuse(f"{name!r} has the offsets {str(offsets)[:80]}", "where it begins and ends")
    itemsize = 2 if dtype == BFLOAT16 else DTYPES[dtype].itemsize
    if offsets[1] - offsets[0] != bytes_of(tuple(shape), itemsize):
        refuse(f"{name!r} has the shape {shape} of {dtype} in {offsets[1] - offsets[0]} bytes", "a size that fits")
