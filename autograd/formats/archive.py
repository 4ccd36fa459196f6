"""Archives of arrays: zip files of `.npy` members, as NumPy's `.npz` is one. Nothing in them is ever unpickled.

The layout of a member is NumPy's (`numpy.lib.format`): a line with shape, dtype and order, then the numbers.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from autograd.errors import FileFormatError
from autograd.formats.checks import Array, bytes_of, read_array, refuse

#: A compressed member may grow by this factor, and all of them to this many bytes whatever the factor.
FACTOR, ENOUGH = 100, 1 << 28

#: What a reader of damaged bytes may raise.
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, RuntimeError, OSError)


def write(stream: IO[bytes], members: Mapping[str, bytes | Array]) -> None:
    """Write an archive, uncompressed; arrays get the suffix `.npy`. The same members give the same bytes."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, content in members.items():
            suffix = "" if isinstance(content, bytes) else ".npy"
            with archive.open(zipfile.ZipInfo(name + suffix), "w", force_zip64=True) as member:
                if isinstance(content, bytes):
                    member.write(content)
                else:
                    np.lib.format.write_array(member, content, allow_pickle=False)


def is_plain(name: str) -> bool:
    """Return whether a member's name, if it were a path, would stay where it is unpacked. Nothing is unpacked here."""
    parts = name.replace("\\", "/").split("/")
    return "" not in parts and ".." not in parts and "\0" not in name


class Archive:
    """An archive that is read. Everything it says of itself is checked against the size of the file first.

    Raises
    ------
    FileFormatError
        It is no zip file, or one that cannot be trusted: members that overlap, lie outside of the file, expand to much
        more than they are, or have a name twice.
    """

    def __init__(self, stream: IO[bytes], size: int) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except _DAMAGE as error:
            refuse(f"the archive cannot be read ({error})")
        self._members = {info.filename: info for info in self._zip.infolist()}
        self.names = list(self._members)
        self._check(size)

    def _check(self, size: int) -> None:
        infos = sorted(self._zip.infolist(), key=lambda info: info.header_offset)
        if len(infos) > len(self.names):
            names = [info.filename for info in infos]
            refuse(f"the file names {next(n for n in names if names.count(n) > 1)!r} twice")
        ends = [*[info.header_offset for info in infos[1:]], size]
        for info, end in zip(infos, ends, strict=False):  # an empty archive has an end and no member
            name = info.filename
            if not is_plain(name):
                refuse(f"the archive has a member named {name!r}", "plain names")
            if info.flag_bits & 1:
                refuse(f"{name!r} in the archive is encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                refuse(f"{name!r} in the archive is compressed by method {info.compress_type}", "none, or deflate")
            if info.header_offset < 0 or info.header_offset + info.compress_size > end:
                refuse(f"{name!r} claims {info.compress_size} bytes that are not its own")
            if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
                refuse(f"{name!r} claims {info.file_size} bytes, of which {info.compress_size} are there")
        whole = sum(info.file_size for info in infos)
        if whole > max(ENOUGH, FACTOR * size):
            refuse(
                f"the archive has {size} bytes and would expand to {whole}",
                f"at most {FACTOR} times as much",
                "If you trust it, load it with numpy.load and save it anew; nothing was loaded.",
            )

    def bytes(self, name: str) -> bytes:
        """Return a member as it is."""
        try:
            return self._zip.read(name)
        except _DAMAGE as error:
            refuse(f"{name!r} in the archive cannot be read ({error})")

    def array(self, name: str) -> Array:
        """Return a `.npy` member as an array.

        Raises
        ------
        FileFormatError
            It is damaged, holds Python objects, or its size is not that of its shape.
        """
        info = self._members[name]
        try:
            with self._zip.open(info) as member:
                shape, fortran, dtype = _npy_header(member, name)
                room = info.file_size - member.tell()
                if bytes_of(shape, dtype.itemsize) != room:
                    refuse(f"{name!r} has the shape {shape} of {dtype} in {room} bytes", "a size that fits")
                array = read_array(member, shape, dtype, fortran, name)
                member.read(1)  # at the end the checksum is compared
        except FileFormatError:
            raise
        except _DAMAGE as error:
            refuse(f"{name!r} in the archive cannot be read ({error})")
        return array


def _npy_header(member: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(member)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(member)
    else:
        refuse(f"{name!r} is in version {version} of NumPy's format", "version 1 or 2")
    if dtype.hasobject:
        refuse(
            f"{name!r} holds Python objects, which only pickle can read",
            "numbers",
            "A pickle can run any program when it is read. Save tensors and numbers instead; nothing was loaded.",
        )
    if dtype.kind not in "biufc" or dtype.names is not None or dtype.subdtype is not None:
        refuse(f"{name!r} is an array of {dtype}", "numbers")
    if any(n < 0 for n in shape):
        refuse(f"{name!r} has the shape {shape}", "sizes of 0 or more")
    return shape, fortran, dtype
