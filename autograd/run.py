"""`python -m autograd run script.py`: a script that says `import torch`, run on this package, unchanged.

`torch` and the modules below it are found by a finder of this process alone: each is a stand-in for the module meant
here, and answers for a name that is missing with PyTorch's path of it.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from autograd import aliases

ROOT = "torch"


def _not_provided(path: str) -> str:
    return f"{path} is not provided by Chalkgrad; docs/tensor.md lists what is"


class Standin(ModuleType):
    """A module under PyTorch's path, with the names of the module it stands for.

    Parameters
    ----------
    path : str
        `torch.nn`, say.
    target : module or namespace
        What it stands for.
    """

    def __init__(self, path: str, target: Any) -> None:
        super().__init__(path, getattr(target, "__doc__", None))
        own = self.__dict__
        own["_target"] = target
        own["__path__"] = []  # a package: PyTorch's paths go on below it
        own["__all__"] = getattr(target, "__all__", None) or [n for n in dir(target) if not n.startswith("_")]
        own["__version__"] = getattr(target, "__version__", None)

    def __getattr__(self, name: str) -> Any:
        path = f"{self.__name__}.{name}"
        try:
            value = getattr(self._target, name)
        except AttributeError as error:
            reason = str(error).partition(f"'{name}': ")[2]  # of dtypes ours says more
            raise AttributeError(
                f"module '{self.__name__}' has no attribute '{name}': {reason or _not_provided(path)}",
                name=name,
                obj=self,
            ) from None
        return importlib.import_module(path) if isinstance(value, ModuleType) else value

    def __setattr__(self, name: str, value: Any) -> None:
        # What the import system says of this module stays here; what a program sets is meant for the other.
        if isinstance(value, Standin) or (name.startswith("__") and name.endswith("__")):
            self.__dict__[name] = value
        else:
            setattr(self._target, name, value)

    def __dir__(self) -> list[str]:
        return dir(self._target)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers imports of `torch` and of everything below it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim PyTorch's paths.

        Raises
        ------
        ModuleNotFoundError
            It is one of PyTorch's paths, and there is no such module or name here.
        """
        if fullname.partition(".")[0] != ROOT:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        spec.loader_state = self._meant(fullname)
        return spec

    def _meant(self, path: str) -> Any:
        here = "autograd" + path[len(ROOT) :]
        name = aliases.meaning(here) or here
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not (name + ".").startswith(error.name + "."):
                raise  # a module of ours needs one that is not installed
        parent, _, last = path.rpartition(".")
        found = getattr(sys.modules[parent]._target, last, None) if parent in sys.modules else None
        if found is None or callable(found):
            # Without a name, so that `from torch import x` raises this, and not an error that says less.
            raise ModuleNotFoundError(_not_provided(path))
        return found

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return the stand-in."""
        return Standin(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: what it stands for has run."""


def install() -> None:
    """Let `import torch` mean this package, in this process."""
    for name in [n for n in sys.modules if n.partition(".")[0] == ROOT]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder())


def _without_frames_before(script: str, hook: Callable[..., Any]) -> Callable[..., Any]:
    """Return an excepthook that shows of a traceback what begins in `script`, as Python does of a script it runs."""

    def shown(kind: type[BaseException], error: BaseException, tb: TracebackType | None) -> None:
        while tb is not None and tb.tb_frame.f_code.co_filename != script:
            tb = tb.tb_next
        hook(kind, error.with_traceback(tb), tb)

    return shown


def run(script: str, arguments: Sequence[str] = ()) -> None:
    """Run a PyTorch script on this package, as `python script.py arguments` would.

    Parameters
    ----------
    script : str
        Its path.
    arguments : sequence of str
        What it finds in `sys.argv` after its own name.
    """
    path = os.path.abspath(script)
    source = Path(path).read_bytes()
    install()
    importlib.import_module("nn")  # by way of the present sys.path, whose first entry now becomes the script's folder
    sys.argv = [script, *arguments]
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    sys.excepthook = _without_frames_before(path, sys.excepthook)
    module = ModuleType("__main__")
    module.__dict__.update(
        __file__=path, __builtins__=builtins, __loader__=importlib.machinery.SourceFileLoader("__main__", path)
    )
    sys.modules["__main__"] = module
    exec(compile(source, path, "exec"), module.__dict__)
