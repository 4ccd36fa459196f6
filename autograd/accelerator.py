"""`torch.accelerator` as far as portable programs ask it: there is none."""

from __future__ import annotations


def is_available() -> bool:
    """Return False: tensors live in the computer's main memory."""
    return False


def current_accelerator(check_available: bool = False) -> None:
    """Return None: there is no accelerator."""


def device_count() -> int:
    """Return 0."""
    return 0
