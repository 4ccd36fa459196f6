"""Files that are replaced as a whole: after a crash or a full disk the old file is there, or the new one."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import stat
from collections.abc import Callable
from typing import IO

from autograd.errors import AutogradError, say


def replace(path: str, write: Callable[[IO[bytes]], None]) -> None:
    """Let `write` write a file beside `path`, and put it in the place of `path` once it is on the disk.

    A link goes on leading where it led, and an existing file's permissions are kept. What is no file (a pipe,
    `/dev/null`) is written to directly.

    Raises
    ------
    RuntimeError
        There is no such folder, or `path` is one.
    OSError
        The system refuses; `path` is as it was.
    """
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise AutogradError(say(f"Parent directory {folder} does not exist", "a folder", "Make it first."))
    if os.path.isdir(target):
        raise AutogradError(say(f"{path} is a directory", "the name of a file", "Add a name: model.safetensors, say."))
    mode = None
    if os.path.exists(target):
        found = os.stat(target).st_mode
        if not stat.S_ISREG(found):
            buffer = io.BytesIO()
            write(buffer)
            with open(target, "wb") as pipe:
                pipe.write(buffer.getvalue())
            return
        mode = stat.S_IMODE(found)
    part = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}.part")
    # Made by open itself, so that the permissions are those the system gives a new file; never one that exists.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            os.chmod(part, mode)
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Have the new name written to the disk, where the system can be asked to."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
