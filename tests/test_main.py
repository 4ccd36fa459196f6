"""The command line: what `python -m autograd` prints, writes, and answers to mistakes."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograd.__main__ import main
from autograd.examples import backpropagation, iris


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8", **environment}
    command = [sys.executable, "-m", "autograd", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_main_job(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for line in backpropagation.lines():
        assert any(row.startswith(line.name) and line.slide in row and repr(line.exact) in row
                   for row in done.stdout.splitlines()), line  # fmt: skip
    assert "-0.0406*" in done.stdout
    assert "82 parameters" in done.stdout
    assert "test " in done.stdout
    assert (tmp_path / "bp_example.svg").read_text(encoding="utf-8").count("W1_11") >= 1


def test_lecture_alone_writes_into_a_folder_it_makes(tmp_path: Path) -> None:
    done = run("lecture", "--out", "new/pictures", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Iris" not in done.stdout
    assert [p.name for p in (tmp_path / "new" / "pictures").iterdir()] == ["bp_example.svg"]


def test_a_terminal_without_greek_letters(tmp_path: Path) -> None:
    done = run("lecture", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "?2_1" in done.stdout


def test_help(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    for word in ("lecture", "iris", "--out"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("teach",), "teach"),
        (("--dir",), "--dir"),
        (("lecture", "--seed", "1"), "--seed"),
        (("iris", "--seed", "one"), "one"),
        (("--out", "a-file/pictures"), "a-file"),
        (("lecture", "--out", "a-file"), "a-file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments: tuple[str, ...], word: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert word in line
    assert "--help" in line


def test_which_slide_digits_are_off() -> None:
    off = {line.name for line in backpropagation.lines() if line.off}
    assert off == {"δ2_1", "∂L/∂W1_11", "∂L/∂W1_12", "∂L/∂W1_21", "∂L/∂W1_22", "∂L/∂W2_11", "∂L/∂W2_12",
                   "W2_11 new", "W2_12 new"}  # fmt: skip


def test_scalars_and_matrices_agree() -> None:
    for line in backpropagation.lines():
        assert line.by_matrices == pytest.approx(line.exact, rel=1e-14)


@pytest.fixture
def quick_iris(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train for two epochs: what is printed and written is the same."""
    train = iris.train
    monkeypatch.setattr(iris, "train", lambda seed, progress: train(seed, 2, progress))


def test_the_loss_curve_with_matplotlib(
    quick_iris: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(iris, "plot_losses", lambda losses, path: drawn.append((losses, path)) or True)
    assert main(["iris", "--out", str(tmp_path)]) == 0
    ((losses, path),) = drawn
    assert len(losses) == 2
    assert path == tmp_path / "iris_loss.svg"
    assert str(path) in capsys.readouterr().out


def test_no_loss_curve_without_matplotlib(
    quick_iris: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without_matplotlib(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ModuleNotFoundError("No module named 'matplotlib'", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    assert main(["iris", "--out", str(tmp_path)]) == 0
    assert "needs matplotlib" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
