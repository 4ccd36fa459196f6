"""`inference_mode`: `no_grad` under the name that programs use which never train."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from autograd import modes


class _State(threading.local):
    on: bool = False


_state = _State()


def is_inference_mode_enabled() -> bool:
    """Tell whether this thread is inside `inference_mode`."""
    return _state.on


class inference_mode(modes.ModeSwitch):
    """Record nothing inside, and promise not to train on the results: `with inference_mode():` or `@inference_mode()`.

    Tensors made inside are ordinary ones: they may be used in recorded operations later, as constants. (PyTorch refuses
    that, since it leaves out the counting of edits for them. Here counting costs nothing, and so is not left out.)

    Parameters
    ----------
    mode : bool
        False records again, inside another `inference_mode`.
    """

    def __new__(cls, mode: Any = True) -> Any:
        """Return the mode, or, as a decorator without brackets, the decorated function."""
        self = object.__new__(cls)
        if isinstance(mode, bool):
            return self
        self.__init__()  # type: ignore[misc]
        return self(mode)

    def __init__(self, mode: bool = True) -> None:
        self._mode = mode
        self._on_before: list[bool] = []

    def _enter(self) -> None:
        self._on_before.append(_state.on)
        _state.on = self._mode
        modes.set_modes(not self._mode, modes.state.observer)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        super().__exit__(kind, error, tb)
        _state.on = self._on_before.pop()

    def _again(self) -> inference_mode:
        again: inference_mode = type(self)(self._mode)
        return again
