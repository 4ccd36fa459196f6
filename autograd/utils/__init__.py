"""`torch.utils`, as far as it exists here: `utils.data` is `nn.data`."""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Find `data` on first use."""
    if name == "data":
        return importlib.import_module("nn.data")
    raise AttributeError(f"module 'autograd.utils' has no attribute '{name}'")
