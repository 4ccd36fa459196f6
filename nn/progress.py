"""progress: a bar that shows how far a loop is, and its loss."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, Generic, TextIO, TypeVar

T = TypeVar("T")

_WIDTH = 24
_PAUSE = 0.1  # seconds between two drawings


class Progress(Generic[T]):
    """What `progress` returns: iterate over it, or call `update` for every step.

    Attributes
    ----------
    disable : bool
        Whether it shows nothing.
    n, total : int
        Steps done, and to do (None if unknown).
    """

    def __init__(
        self, iterable: Iterable[T], description: str, total: int | None, file: TextIO, disable: bool, tqdm: bool
    ) -> None:
        self._iterable = iterable
        self.description = description
        self.total = total
        self.disable = disable
        self.n = 0
        self._file = file
        self._postfix = ""
        self._drawn = 0  # characters of the line on the screen
        self._start = self._latest = time.monotonic()
        self._bar: Any = None
        if tqdm and not disable:
            self._bar = _tqdm(description, total, file)

    def __iter__(self) -> Iterator[T]:
        try:
            for item in self._iterable:
                yield item
                self.update()
        finally:
            self.close()

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]

    def __enter__(self) -> Progress[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set_postfix(self, **values: Any) -> None:
        """Show values after the bar: `bar.set_postfix(loss=loss)`. Tensors with one number count as numbers."""
        if self.disable:
            return
        shown = {name: _number(value) for name, value in values.items()}
        self._postfix = ", ".join(f"{name}={value}" for name, value in shown.items())
        if self._bar is not None:
            self._bar.set_postfix_str(self._postfix, refresh=False)

    def update(self, n: int = 1) -> None:
        """Note that `n` more steps are done."""
        self.n += n
        if self._bar is not None:
            self._bar.update(n)
        elif not self.disable and (self.n == self.total or time.monotonic() - self._latest >= _PAUSE):
            self._draw()

    def close(self) -> None:
        """Draw the last state, and go to the next line. Doing so twice is harmless."""
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()
            self._bar = None
        elif not self.disable:
            self._draw()
            self._file.write("\n")
            self._file.flush()
        self.disable = True

    def _draw(self) -> None:
        self._latest = time.monotonic()
        seconds = self._latest - self._start
        parts = [f"{self.description}:"] if self.description else []
        if self.total:
            done = min(self.n / self.total, 1.0)
            full = int(done * _WIDTH)
            parts.append(f"{done:4.0%} |{'#' * full}{'.' * (_WIDTH - full)}| {self.n}/{self.total}")
        else:
            parts.append(f"{self.n}")
        left = f"<{_clock(seconds / self.n * (self.total - self.n))}" if self.n and self.total else ""
        parts.append(f"[{_clock(seconds)}{left}]")
        parts.append(self._postfix)
        line = " ".join(part for part in parts if part)
        self._file.write(f"\r{line:<{self._drawn}}")
        self._file.flush()
        self._drawn = len(line)


def progress(
    iterable: Iterable[T] | None = None,
    description: str = "",
    total: int | None = None,
    *,
    file: TextIO | None = None,
    disable: bool | None = None,
    tqdm: bool | None = None,
) -> Progress[T]:
    """Return an iterable that shows how far a loop over it is.

    Parameters
    ----------
    iterable : iterable, optional
        What the loop goes through: `range(epochs)`, a loader. Without it call `update` for every step.
    description : str
        Stands before the bar.
    total : int, optional
        How many steps there are; the length of `iterable` if left out and it has one.
    file : text file, optional
        Where it is shown; standard error if left out.
    disable : bool, optional
        True shows nothing. If left out, nothing is shown where `file` is no terminal.
    tqdm : bool, optional
        Whether the package tqdm draws the bar. If left out, it does where it is installed.

    Returns
    -------
    Progress
        Its `set_postfix(loss=loss)` shows values after the bar.

    Raises
    ------
    ImportError
        `tqdm` is True, and the package is not installed.

    Examples
    --------
    >>> for epoch in (bar := nn.progress(range(100), "Iris")):
    ...     bar.set_postfix(loss=1 / (epoch + 1))
    """
    file = sys.stderr if file is None else file
    if disable is None:
        disable = not file.isatty()
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    if tqdm is None and not disable:
        try:
            import tqdm as _  # noqa: F401
        except ModuleNotFoundError:
            tqdm = False
        else:
            tqdm = True
    return Progress(() if iterable is None else iterable, description, total, file, disable, bool(tqdm))


def _tqdm(description: str, total: int | None, file: TextIO) -> Any:
    from autograd.errors import MissingPackageError, say

    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        raise MissingPackageError(
            say("tqdm is not installed", "it for tqdm=True", "pip install 'chalkgrad[notebooks]', or leave tqdm out.")
        ) from None
    return tqdm(desc=description or None, total=total, file=file)


def _number(value: Any) -> str:
    if hasattr(value, "item"):
        value = value.item()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes:02}:{rest:02}"
