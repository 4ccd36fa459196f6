"""Per-thread modes: is the tape recording, and who is looking on.

`state.mode` is all that an operation reads: False (record nothing), True (record), or the observer that `watch` and
`detect_anomaly` install (record, and tell it). One read answers both questions, so looking costs nothing when unused.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from autograd.hooks import Observer

F = TypeVar("F", bound=Callable[..., Any])


class _State(threading.local):
    """What this thread's operations read. Every new thread begins with these."""

    def __init__(self) -> None:
        self.grad: bool = True
        self.observer: Observer | None = None
        self.mode: bool | Observer = True


state = _State()

#: An item for each thread that is in another mode than plain recording. While it is empty, operations need not ask
#: `state`, which costs them four times as much as looking here. (Appending and popping are atomic: no lock is needed.)
special: list[None] = []


def set_modes(grad: bool, observer: Observer | None) -> None:
    """Set this thread's gradient mode and observer, and the one value that operations read."""
    here = state.__dict__  # this thread's: asked for once, it is an ordinary dict
    before = here["mode"]
    here["grad"] = grad
    here["observer"] = observer
    here["mode"] = mode = (observer or True) if grad else False
    if before is True:
        if mode is not True:
            special.append(None)
    elif mode is True:
        special.pop()


def is_grad_enabled() -> bool:
    """Tell whether operations of this thread are recorded."""
    return state.grad


class ModeSwitch:
    """A context manager that is also a decorator (and can be entered again)."""

    _before: Any = None  # what to go back to: grad, observer, and what that went back to

    def _enter(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> None:
        here = state.__dict__
        self._before = (here["grad"], here["observer"], self._before)
        self._enter()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        grad, observer, self._before = self._before
        set_modes(grad, observer)

    def _again(self) -> ModeSwitch:
        return type(self)()

    def __call__(self, function: F) -> F:
        """Decorate a function: the mode holds while it runs."""
        if inspect.isgeneratorfunction(function):
            return cast(F, self._each_step(function))

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return cast(F, wrapper)


    def _each_step(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a generator: the mode holds while it runs, and not while its caller does."""

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            step: Callable[[], Any] = functools.partial(next, generator)
            try:
                while True:
                    with self._again():
                        item = step()
                    try:
                        sent = yield item
                        step = functools.partial(generator.send, sent)
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # thrown in by the caller: hand it on
                        step = functools.partial(generator.throw, error)
            except StopIteration as stop:
                return stop.value
            finally:
                with self._again():
                    generator.close()

        return wrapper


class no_grad(ModeSwitch):
    """Record nothing inside: results need no gradient. `with no_grad():` or `@no_grad()`.

    Holds for the current thread only.
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """Return the mode, or, as a decorator without brackets, the decorated function."""
        self = object.__new__(cls)
        return self if function is None else self(function)

    # Entered around every update of parameters, so `set_modes` is written out: half of the time are calls.

    def __enter__(self) -> None:
        here = state.__dict__
        before = here["mode"]
        self._before = (here["grad"], here["observer"], self._before)
        here["grad"] = here["mode"] = False
        if before is True:
            special.append(None)


class enable_grad(no_grad):
    """Record inside, even within `no_grad`. `with enable_grad():` or `@enable_grad()`."""

    def __enter__(self) -> None:
        here = state.__dict__
        self._before = (here["grad"], here["observer"], self._before)
        set_modes(True, here["observer"])


class set_grad_enabled(ModeSwitch):
    """Switch recording on or off: at once as a call, and back at the end of a `with` block or decorated function.

    Parameters
    ----------
    mode : bool
        True records.
    """

    def __init__(self, mode: bool) -> None:
        self._mode = bool(mode)
        self._at_call = (state.grad, state.observer)
        set_modes(self._mode, state.observer)

    def __enter__(self) -> None:
        self._before = (*self._at_call, self._before)
        set_modes(self._mode, state.observer)

    def _again(self) -> set_grad_enabled:
        return type(self)(self._mode)

    def __call__(self, function: F) -> F:
        """Decorate a function: the mode holds while it runs, and only then."""
        set_modes(*self._at_call)  # a decorator must not switch the mode where it is written
        return super().__call__(function)
