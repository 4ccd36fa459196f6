"""`torch.cuda` as far as portable programs ask it: there is none."""

from __future__ import annotations


def is_available() -> bool:
    """Return False: tensors live in the computer's main memory."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: there is no generator to seed."""


def manual_seed_all(seed: int) -> None:
    """Do nothing: there are no generators to seed."""


def empty_cache() -> None:
    """Do nothing: there is no cache."""
