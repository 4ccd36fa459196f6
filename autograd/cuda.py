"""`torch.cuda` as far as portable programs ask it: there is none."""

from __future__ import annotations


def is_available() -> bool:
    """Return False: tensors live in the computer's main memory."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0
