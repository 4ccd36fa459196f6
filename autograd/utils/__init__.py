"""`torch.utils`, as far as it exists here: `utils.data` is `nn.data`, and there is `utils.checkpoint`."""

from __future__ import annotations

import importlib
from typing import Any

_MODULES = {"checkpoint": "autograd.utils.checkpoint", "data": "nn.data"}


def __getattr__(name: str) -> Any:
    """Find a module on first use."""
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    raise AttributeError(f"module 'autograd.utils' has no attribute '{name}'")
