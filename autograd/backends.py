"""`torch.backends` as far as portable programs ask it: there are no other ones, and everything is deterministic."""

from __future__ import annotations

from types import SimpleNamespace


def _no() -> bool:
    """Return False."""
    return False


#: Settings of a library that is not there. Programs that want the same numbers in every run set them.
cudnn = SimpleNamespace(benchmark=False, deterministic=True, enabled=False, is_available=_no)
mps = SimpleNamespace(is_available=_no, is_built=_no)
cuda = SimpleNamespace(is_built=_no)

_asked = [False]


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accept the wish: every operation gives the same numbers in every run, whatever `mode` is."""
    _asked[0] = bool(mode)


def are_deterministic_algorithms_enabled() -> bool:
    """Return what `use_deterministic_algorithms` was last given."""
    return _asked[0]
