"""Devices: there is one, the cpu. The names exist so that programs written for PyTorch run unchanged."""

from __future__ import annotations

from typing import Any

from autograd.errors import AutogradError, say


class device:  # PyTorch's spelling of the class
    """Where a tensor lives. `device("cpu")` is the only one on which tensors can be made.

    Parameters
    ----------
    type : str or device
        "cpu"; "cuda" and the like may be named, but nothing can be moved there.
    index : int, optional

    Raises
    ------
    RuntimeError
        The name is none that PyTorch knows.
    """

    KNOWN = frozenset({"cpu", "cuda", "mps", "xpu", "meta"})

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: str | device, index: int | None = None) -> None:
        if isinstance(type, device):
            index = type.index if index is None else index
            type = type.type
        name, _, number = str(type).partition(":")
        if name not in self.KNOWN:
            raise AutogradError(say(f"Expected one of {', '.join(sorted(self.KNOWN))} device types, but got {type!r}",
                                    "'cpu'", "Write device('cpu')."))  # fmt: skip
        if number and not number.isdigit():
            raise AutogradError(say(f"Invalid device string: {type!r}", "'cpu'", "Write device('cpu')."))
        self.type = name
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> device:
        require_cpu(self)  # `with device("cpu"):` makes new tensors there, where they are made anyway
        return self

    def __exit__(self, *_: object) -> None:
        pass


cpu = device("cpu")


def get_default_device() -> device:
    """Return the device on which tensors are made: the cpu."""
    return cpu


def set_default_device(device: Any) -> None:
    """Accept the cpu as the device on which tensors are made.

    Raises
    ------
    RuntimeError
        It is another device.
    """
    if device is not None:
        require_cpu(device)


def require_cpu(where: Any) -> None:
    """Raise unless `where` names the cpu.

    Raises
    ------
    RuntimeError
        It names another device.
    """
    if device(where).type != "cpu":
        raise AutogradError(
            say(
                f"device '{where}' was asked for, but there is none (not compiled with it enabled)",
                "the one device 'cpu'",
                "Write device('cpu'), or ask autograd.cuda.is_available() first (it is False).",
            )
        )


class layout:  # PyTorch's spelling of the class
    """How the elements of a tensor are stored. There is one layout: `autograd.strided`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"autograd.{self.name}"


class memory_format:  # PyTorch's spelling of the class
    """In which order memory holds the dimensions: `contiguous_format`, `preserve_format`, `channels_last`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"autograd.{self.name}"


strided = layout("strided")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
#: Of images (N, C, H, W) the channels of one pixel lie together; and of volumes (N, C, D, H, W).
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
