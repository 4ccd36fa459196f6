"""How many threads NumPy's matrix products use. Everything else here computes on one."""

from __future__ import annotations

import os
import warnings
from typing import Any

from autograd.errors import AutogradError, say


def _controller() -> Any:
    """Return threadpoolctl's module; None where it is not installed."""
    try:
        import threadpoolctl
    except ImportError:
        return None
    return threadpoolctl


def set_num_threads(int_: int) -> None:
    """Set how many threads NumPy's matrix products use, in the whole process.

    That is for its BLAS library to say, and the package `threadpoolctl` knows how to tell it. Where that is not
    installed, nothing changes and a warning says so: results are the same on any number of threads up to the last
    digits, so a program need not stop. The environment variable OMP_NUM_THREADS=1, set before NumPy is imported, does
    the same without it.

    Parameters
    ----------
    int_ : int
        At least 1.

    Raises
    ------
    RuntimeError
        The number is none, or not positive.
    """
    if isinstance(int_, bool) or not isinstance(int_, int) or int_ < 1:
        kind = "" if isinstance(int_, int) else f", but got {type(int_).__name__}"
        raise AutogradError(
            say(f"set_num_threads expects a positive integer{kind}: {int_!r}", "1 or more", "Write set_num_threads(1).")
        )
    controller = _controller()
    if controller is None:
        warnings.warn(
            "set_num_threads changed nothing: NumPy's BLAS can be told by the package threadpoolctl, which is not "
            "installed (pip install threadpoolctl)",
            stacklevel=2,
        )
    else:
        controller.threadpool_limits(int_)


def get_num_threads() -> int:
    """Return how many threads NumPy's matrix products use: the number of CPUs where `threadpoolctl` is missing."""
    controller = _controller()
    pools = controller.threadpool_info() if controller is not None else []
    return max([pool["num_threads"] for pool in pools], default=os.cpu_count() or 1)
