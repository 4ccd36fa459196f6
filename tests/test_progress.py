"""nn.progress: what a terminal shows, with tqdm and without, and that nothing is shown elsewhere."""

from __future__ import annotations

import builtins
import io
from typing import Any

import pytest

import autograd
import nn
from nn import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw at every step, at a time that stands still."""
    import sys

    module = sys.modules["nn.progress"]
    monkeypatch.setattr(module, "_PAUSE", 0)
    monkeypatch.setattr(module.time, "monotonic", lambda: 100.0)


def test_a_plain_bar(every_step: None) -> None:
    screen = Terminal()
    bar = progress(range(4), "Iris", file=screen, tqdm=False)
    seen = []
    for epoch in bar:
        bar.set_postfix(loss=autograd.tensor(1 / (epoch + 1)), epoch=epoch)
        seen.append(epoch)
    assert seen == [0, 1, 2, 3]
    lines = screen.getvalue().split("\r")
    assert lines[1] == "Iris:  25% |######..................| 1/4 [00:00<00:00] loss=1, epoch=0"
    assert lines[3].rstrip() == "Iris:  75% |##################......| 3/4 [00:00<00:00] loss=0.3333, epoch=2"
    assert lines[5] == "Iris: 100% |########################| 4/4 [00:00<00:00] loss=0.25, epoch=3\n"
    assert bar.n == bar.total == len(bar) == 4


def test_a_shorter_line_wipes_the_longer_one(every_step: None) -> None:
    screen = Terminal()
    with progress(total=2, file=screen, tqdm=False) as bar:
        bar.set_postfix(loss=0.123456)
        bar.update()
        bar.set_postfix()
        bar.update()
    first, second, *_ = screen.getvalue().split("\r")[1:]
    assert first.endswith("loss=0.1235")
    assert len(first) == len(second)


def test_without_a_length(every_step: None) -> None:
    screen = Terminal()
    assert list(progress((i for i in range(2)), file=screen, tqdm=False)) == [0, 1]
    assert screen.getvalue() == "\r1 [00:00]\r2 [00:00]\r2 [00:00]\n"


def test_it_draws_seldom() -> None:
    screen = Terminal()
    assert sum(progress(range(10000), file=screen, tqdm=False)) == 49995000
    assert screen.getvalue().count("\r") < 100
    assert screen.getvalue().endswith("\n")


def test_no_terminal_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for bar in (progress(range(3)), progress(range(3), file=io.StringIO()), progress(range(3), disable=True)):
        assert [i for i in bar if bar.set_postfix(loss=i) is None] == [0, 1, 2]
        assert bar.n == 3
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_it_can_be_shown_in_a_file(every_step: None) -> None:
    page = io.StringIO()
    list(progress(range(1), file=page, disable=False, tqdm=False))
    assert "1/1" in page.getvalue()


def test_an_error_in_the_loop_ends_the_line() -> None:
    screen = Terminal()

    def loop() -> None:
        for i in progress(range(3), file=screen, tqdm=False):
            1 / i

    with pytest.raises(ZeroDivisionError):
        loop()
    assert screen.getvalue().endswith("\n")


def test_with_tqdm() -> None:
    pytest.importorskip("tqdm")
    screen = Terminal()
    bar = progress(range(3), "Iris", file=screen)
    for i in bar:
        bar.set_postfix(loss=float(i))
    assert "Iris: 100%" in screen.getvalue()
    assert "3/3" in screen.getvalue()
    assert "loss=2" in screen.getvalue()
    assert "loss=2.0" not in screen.getvalue()


def test_where_tqdm_is_missing(every_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_tqdm(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "tqdm":
            raise ModuleNotFoundError("No module named 'tqdm'", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_tqdm)
    screen = Terminal()
    list(progress(range(1), file=screen))
    assert "100% |####" in screen.getvalue()
    with pytest.raises(ImportError, match="tqdm is not installed; expected .* pip install"):
        progress(range(1), file=screen, tqdm=True)


def test_hours() -> None:
    import sys

    clock = sys.modules["nn.progress"]._clock
    assert [clock(s) for s in (0, 61, 3661)] == ["00:00", "01:01", "1:01:01"]
    assert nn.Progress is type(progress(()))
