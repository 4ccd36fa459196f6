"""Files that are damaged or made to harm: a clear error, and nothing loaded."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd.errors import FileFormatError
from autograd.formats import archive


def load(data: bytes) -> Any:
    return autograd.load(io.BytesIO(data))


def refused(data: bytes, text: str = "") -> None:
    with pytest.raises(FileFormatError, match=text) as caught:
        load(data)
    assert "; expected " in str(caught.value)


# -------------------------------------------------------------------------------------------------------- safetensors


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


SAFETENSORS = {
    "truncated": (safetensors({"a": entry()}, b"1234567"), "the tensors have 8 bytes, and the file has 7"),
    "too long": (safetensors({"a": entry()}, b"123456789"), "the tensors have 8 bytes, and the file has 9"),
    "a header beyond the file": (safetensors({"a": entry()}, b"12345678", 10**6), "the header claims 1000000 bytes"),
    "an absurd header": (safetensors({"a": entry()}, b"12345678", 2**63), "the header claims 9223372036854775808 byt"),
    "a header cut short": (safetensors({"a": entry()}, b"12345678", 20), "cannot be read"),
    "no JSON": (safetensors(b"{nonsense}"), "description of its content cannot be read"),
    "no UTF-8": (safetensors(b'{"\xff": 1}'), "description of its content cannot be read"),
    "nested without end": (safetensors(b'{"a":' + b"[" * 10**5), "cannot be read"),
    "an absurd number": (safetensors(b'{"a":' + b"9" * 10**5 + b"}"), "cannot be read"),
    "NaN": (safetensors(b'{"a": NaN}'), "the file's JSON contains NaN"),
    "twice": (
        safetensors(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{}}', b"12345678"),
        "the file names 'a' twice",
    ),
    "no entry": (safetensors({"a": 3}), "'a' is described by 3"),
    "too many words": (safetensors({"a": {**entry(), "strides": [1]}}, b"12345678"), "'a' is described by"),
    "no such dtype": (safetensors({"a": entry("F8_E4M3", (8,))}, b"12345678"), "'a' has dtype F8_E4M3"),
    "a dtype that is a list": (safetensors({"a": entry([])}, b"12345678"), r"'a' has dtype \[\]"),
    "a shape that is a number": (safetensors({"a": entry("F32", 2)}, b"12345678"), "'a' has the shape 2"),
    "a negative shape": (safetensors({"a": entry("F32", (-1, -2))}, b"12345678"), r"'a' has the shape \[-1, -2\]"),
    "a shape of bools": (safetensors({"a": entry("F32", (2, True))}, b"12345678"), "'a' has the shape"),
    "a fractional shape": (safetensors({"a": entry("F32", (2.0,))}, b"12345678"), "'a' has the shape"),
    "an absurd shape": (safetensors({"a": entry("F32", (2**40, 2**40))}, b"12345678"), "in 8 bytes; expected a size"),
    "an overflowing shape": (safetensors({"a": entry("F32", (2**63, 2), (0, 0))}), "in 0 bytes; expected a size"),
    "many dimensions": (safetensors({"a": entry("F32", (1,) * 33, (0, 4))}, b"1234"), "'a' has the shape"),
    "too small": (safetensors({"a": entry("F64")}, b"12345678"), r"the shape \[2\] of F64 in 8 bytes"),
    "offsets backwards": (safetensors({"a": entry(offsets=(8, 0))}, b"12345678"), "in -8 bytes"),
    "negative offsets": (safetensors({"a": entry(offsets=(-8, 0))}, b"12345678"), r"the offsets \[-8, 0\]"),
    "one offset": (safetensors({"a": entry(offsets=(8,))}, b"12345678"), "the offsets"),
    "overlap": (
        safetensors({"a": entry(), "b": entry(offsets=(4, 12))}, b"1" * 12),
        "'b' begins at 4; expected it to begin at 8",
    ),
    "the same bytes": (safetensors({"a": entry(), "b": entry()}, b"1" * 8), "begins at 0; expected it to begin at 8"),
    "a gap": (safetensors({"a": entry(offsets=(4, 12))}, b"1" * 12), "'a' begins at 4; expected it to begin at 0"),
    "beyond the file": (safetensors({"a": entry("U8", (10**12,), (0, 10**12))}, b"1"), "and the file has 1 for them"),
    "metadata": (safetensors({"__metadata__": {"a": 1}}), "metadata is no dict of strings"),
    "bools": (safetensors({"a": entry("BOOL", (2,), (0, 2))}, b"\1\2"), "bools that are neither 0 nor 1"),
}


@pytest.mark.parametrize("name", SAFETENSORS)
def test_safetensors_that_are_refused(name: str) -> None:
    refused(*SAFETENSORS[name])


# ----------------------------------------------------------------------------------------------------------- archives


def zipped(members: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as z:
        for name, content in members.items() if isinstance(members, dict) else members:
            z.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def npy(array: Any, **changes: Any) -> bytes:
    """Return an array as a member, with parts of its header replaced."""
    buffer = io.BytesIO()
    header = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape, **changes}
    np.lib.format.write_array_header_1_0(buffer, header)  # type: ignore[no-untyped-call]
    return buffer.getvalue() + array.tobytes()


def nested(value: Any, arrays: int = 1, version: Any = 1) -> bytes:
    text = json.dumps({"chalkgrad": version, "value": value}).encode()
    members = {f"arrays/{i}.npy": npy(np.ones(2, np.float32)) for i in range(arrays)}
    return zipped({"structure.json": text, **members})


def saved(obj: Any) -> bytes:
    buffer = io.BytesIO()
    autograd.save(obj, buffer)
    return buffer.getvalue()


ones = np.ones(3)
objects = io.BytesIO()
np.save(objects, np.array([None, {}]), allow_pickle=True)


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A third of a megabyte that would become a third of a gigabyte."""
    buffer = io.BytesIO()
    header = npy(np.empty(0), shape=(40 * 2**20,))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z, z.open("a.npy", "w") as member:
        member.write(header)
        for _ in range(320):
            member.write(bytes(2**20))
    return buffer.getvalue()


def test_a_zip_bomb_is_refused(bomb: bytes) -> None:
    assert len(bomb) < 350_000
    refused(bomb, "would expand to 335544448; expected at most 100 times as much")


ARCHIVES = {
    "objects": (zipped({"a.npy": objects.getvalue()}), "'a.npy' holds Python objects, which only pickle can read"),
    "an absurd shape": (zipped({"a.npy": npy(ones, shape=(10**15,))}), "has the shape .* in 24 bytes"),
    "an overflowing shape": (zipped({"a.npy": npy(ones, shape=(2**62, 4))}), "has the shape .* in 24 bytes"),
    "a negative shape": (zipped({"a.npy": npy(ones, shape=(-1, -3))}), r"shape \(-1, -3\)"),
    "a shape too small": (zipped({"a.npy": npy(ones, shape=(2,))}), "in 24 bytes; expected a size that fits"),
    "another dtype": (zipped({"a.npy": npy(ones, descr="<f4")}), "in 24 bytes; expected a size that fits"),
    "strings": (zipped({"a.npy": npy(np.array(["abc"]))}), "is an array of <U3; expected numbers"),
    "records": (zipped({"a.npy": npy(np.zeros(1, "i4"), descr=[("x", "<i4")])}), "is an array of .*; expected numbers"),
    "parts": (zipped({"a.npy": npy(np.zeros(2, "i4"), descr="(2,)i4", shape=(1,))}), "a.npy"),
    "no header": (zipped({"a.npy": b"nonsense"}), "cannot be read"),
    "an empty member": (zipped({"a.npy": b""}), "cannot be read"),
    "a header that runs": (
        zipped({"a.npy": b"\x93NUMPY\x01\x00\x16\x00__import__('os').abort"}),
        "'a.npy' in the archive cannot be read",
    ),
    "a newer version": (zipped({"a.npy": b"\x93NUMPY\x09\x00\x00\x00"}), "cannot be read|in version"),
    "another member": (zipped({"a.npy": npy(ones), "b.txt": b""}), "a member 'b.txt'; expected arrays"),
    "a pickle": (zipped({"archive/data.pkl": pickle.dumps(1)}), "PyTorch's own, which holds a pickle"),
    "a way out": (zipped({"../a.npy": npy(ones)}), "a member named '../a.npy'; expected plain names"),
    "a way out backwards": (zipped({"x\\..\\..\\a.npy": npy(ones)}), "expected plain names"),
    "a root": (zipped({"/etc/a.npy": npy(ones)}), "a member named '/etc/a.npy'"),
    "truncated": (zipped({"a.npy": npy(ones)})[:-30], "the archive cannot be read"),
    "an array of no tensor's dtype": (nested({"tensor": [0, False]}, 0), "wants number 0"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_that_are_refused(name: str) -> None:
    refused(*ARCHIVES[name])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused() -> None:
    refused(zipped([("a.npy", npy(ones)), ("a.npy", npy(ones))]), "the file names 'a.npy' twice")


def test_npz_of_other_dtypes_are_refused() -> None:
    with pytest.raises(RuntimeError, match="'a' is an array of complex128; expected a dtype that tensors have"):
        load(zipped({"a.npy": npy(np.ones(1, complex))}))


def changed(data: bytes, offset: int, field: str, value: int) -> bytes:
    """Return an archive whose only member's entry in the table at the end has another number at an offset."""
    place = data.rindex(b"PK\x01\x02") + offset
    return data[:place] + struct.pack(field, value) + data[place + struct.calcsize(field) :]


@pytest.mark.parametrize(
    ("offset", "field", "value", "text"),
    [
        (8, "<H", 1, "is encrypted"),
        (10, "<H", 12, "compressed by method 12"),
        (10, "<H", 99, "compressed by method 99|cannot be read"),
        (16, "<I", 7, "cannot be read .*CRC"),
        (20, "<I", 2**31, "claims 2147483648 bytes that are not its own"),
        (24, "<I", 2**31, "claims 2147483648 bytes, of which 152 are there|would expand"),
        (42, "<I", 2**31, "claims 152 bytes that are not its own|cannot be read"),
        (42, "<I", 3, "claims|cannot be read"),
    ],
)
def test_a_table_that_lies_is_refused(offset: int, field: str, value: int, text: str) -> None:
    refused(changed(zipped({"a.npy": npy(ones)}), offset, field, value), text)


def test_members_that_overlap_are_refused() -> None:
    data = zipped({"a.npy": npy(ones), "b.npy": npy(ones)})
    first = data.index(b"PK\x01\x02")
    refused(changed(data, 42, "<I", 0), "not its own|cannot be read")
    assert first < data.rindex(b"PK\x01\x02")


NESTED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no such array": (lambda: nested({"array": 1}), "has 1 arrays, and its structure wants number 1"),
    "a negative number": (lambda: nested({"array": -1}), "wants number -1"),
    "a bool": (lambda: nested({"array": False}), "wants number False"),
    "a number with a shape": (lambda: nested({"number": 0}), r"a number in the file has shape \(2,\)"),
    "an unknown kind": (lambda: nested({"os.system": "true"}), "has a 'os.system' of true"),
    "two kinds": (lambda: nested({"array": 0, "tuple": []}), "an object with the names"),
    "no kind": (lambda: nested({}), r"an object with the names \[\]"),
    "a tuple that is none": (lambda: nested({"tuple": 3}), "has a 'tuple' of 3"),
    "a Size of strings": (lambda: nested({"Size": ["a"]}), "a Size in the file has other entries"),
    "a float that is none": (lambda: nested({"float": "1"}), "has a 'float' of 1"),
    "bytes that are none": (lambda: nested({"bytes": "!"}), "bytes in the file cannot be read"),
    "a dtype that does not exist": (lambda: nested({"dtype": "object"}), "has a 'dtype' of object"),
    "a dict that is none": (lambda: nested({"dict": [1]}), "is no list of pairs"),
    "a key that cannot be one": (lambda: nested({"dict": [[[], 1]]}), "has a key that cannot be one"),
    "a key twice": (lambda: nested({"dict": [[1, 1], [1, 2]]}), "names 1 twice"),
    "equal keys": (lambda: nested({"dict": [[1, 1], [True, 2]]}), "names True twice"),
    "half a tensor": (lambda: nested({"tensor": [0]}), "a tensor in the file is described by"),
    "a tensor with a number": (lambda: nested({"tensor": [0, 1]}), "a tensor in the file is described by"),
    "another version": (lambda: nested(1, version=2), "in version 2 of the format; expected version 1. A newer"),
    "no beginning": (lambda: zipped({"structure.json": b"[]"}), "lacks its beginning"),
    "deep": (lambda: zipped({"structure.json": b'{"chalkgrad":1,"value":' + b"[" * 10**5}), "cannot be read"),
    "deep, closed": (
        lambda: zipped({"structure.json": b'{"chalkgrad":1,"value":' + b"[" * 900 + b"]" * 900 + b"}"}),
        "nested too deeply|cannot be read",
    ),
    "more arrays": (lambda: zipped({"structure.json": b"{}", "arrays/1.npy": npy(ones)}), "other members than its 1"),
    "other members": (lambda: zipped({"structure.json": b"{}", "run.py": b""}), "other members than its 1"),
    "ints with gradients": (
        lambda: zipped({
            "structure.json": b'{"chalkgrad":1,"value":{"tensor":[0,true]}}', "arrays/0.npy": npy(np.ones(1, int)),
        }),
        "a tensor of int64 in the file requires a gradient",
    ),
    "a tensor of complex numbers": (
        lambda: zipped({
            "structure.json": b'{"chalkgrad":1,"value":{"tensor":[0,true]}}', "arrays/0.npy": npy(np.ones(1, complex)),
        }),
        "a tensor in the file has dtype complex128",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_structures_that_are_refused(name: str) -> None:
    make, text = NESTED[name]
    refused(make(), text)


# ------------------------------------------------------------------------------------------------------ anything else


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "the file is empty"),
        (b"garbage, and a lot of it", "the file begins with b'garbage,'"),
        (b"PK\x03\x04", "the archive cannot be read"),
        (b"PK\x05\x06", "the archive cannot be read"),
        (pickle.dumps({"a": 1}, 2), "the file is a pickle"),
        (pickle.dumps({"a": 1}, 5), "the file is a pickle"),
        (pickle.dumps({"a": 1}, 0), "the file begins with"),
        (objects.getvalue(), "a single array of NumPy's"),
    ],
)
def test_other_files_are_refused(data: bytes, text: str) -> None:
    refused(data, text)


WHOLE = {
    "archive": saved({"a": autograd.arange(3.0), "b": [1, (autograd.ones(2, 2),)]}),
    "safetensors": safetensors({"a": entry(), "b": entry("I64", (1,), (8, 16))}, b"1" * 16),
}


@pytest.mark.parametrize("name", WHOLE)
def test_no_part_of_a_file_loads(name: str) -> None:
    whole = WHOLE[name]
    load(whole)
    for end in range(len(whole)):
        with pytest.raises(FileFormatError):
            load(whole[:end])


@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_damaged_files_load_or_are_refused(name: str, data: st.DataObject) -> None:
    """No other error, whatever bytes are changed."""
    broken = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        load(bytes(broken))
    except FileFormatError:
        return


def test_archives_are_not_compressed() -> None:
    """So that no file of ours looks like a bomb."""
    assert len(saved(autograd.zeros(10**5))) > 4 * 10**5
    assert archive.FACTOR == 100
