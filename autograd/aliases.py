"""PyTorch's module paths: `import autograd.nn as nn`, `from autograd.utils.data import DataLoader`.

`nn` is a package beside `autograd`; these names lead there. They are found on first use, so that `import autograd`
loads none of it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

#: What PyTorch's path begins with, and what is meant.
PATHS = {
    "autograd.nn": "nn",
    "autograd.optim": "nn.optim",
    "autograd.utils.data": "nn.data",
    "autograd.autograd": "autograd",
}


def meaning(path: str) -> str | None:
    """Return the module that a PyTorch path stands for; None if it is no such path."""
    for prefix, target in PATHS.items():
        if path == prefix or path.startswith(prefix + "."):
            return target + path[len(prefix) :]
    return None


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers the import of an alias with the module itself, not a copy."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim the paths in `PATHS`."""
        if meaning(fullname) is None:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return the module that is meant."""
        real = meaning(spec.name)
        assert real is not None
        module = importlib.import_module(real)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is: it has run under its own name."""
        module.__spec__ = self._own_spec  # the import machinery has just put the alias's there


def install() -> None:
    """Make the paths importable. Doing so twice is harmless."""
    if not any(isinstance(f, _Finder) for f in sys.meta_path):
        sys.meta_path.insert(0, _Finder())  # before the path finder, which would load files of `nn` a second time

