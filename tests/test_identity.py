"""`nn` refuses to work on another distribution's `autograd`, and says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(code: str, *path: Path, cwd: Path, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run `code` in a new interpreter that looks for modules in `path` first."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [sys.executable, "-W", "error", *options, "-c", code]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Make a directory that holds another package named `autograd`."""
    package = tmp_path / "other" / "autograd"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("def grad(fun): ...\n")
    return package.parent


def test_ours_is_accepted(tmp_path: Path) -> None:
    done = run("import nn, nn._identity; nn._identity.check(); print('fine')", ROOT, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


@pytest.mark.parametrize("module", ["nn", "nn.functional", "nn._identity"])
def test_the_other_distribution_is_named_with_its_version(module: str, other: Path, tmp_path: Path) -> None:
    information = other / "autograd-1.8.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: autograd\nVersion: 1.8.0\n")
    done = run(f"import {module}", other, ROOT, cwd=tmp_path)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        f"ImportError: nn found another `autograd` than Chalkgrad's: {other / 'autograd' / '__init__.py'} belongs to "
        "the distribution autograd 1.8.0 (HIPS), which overwrote ours or comes before it on sys.path; expected the "
        "`autograd` that comes with the distribution chalkgrad. Install chalkgrad into a fresh environment, or repair "
        "this one: `pip uninstall autograd`, then `pip install --force-reinstall chalkgrad`."
    )


def test_a_stray_package_is_named_by_its_place(other: Path, tmp_path: Path) -> None:
    done = run("import nn", other, ROOT, cwd=tmp_path)
    assert done.returncode == 1
    assert f"{other / 'autograd' / '__init__.py'} belongs to something else of that name" in done.stderr


def test_what_uninstalling_the_other_leaves_behind_is_named_too(other: Path, tmp_path: Path) -> None:
    """Uninstalling HIPS's files takes our `__init__.py` along: what remains is a namespace package without a file."""
    (other / "autograd" / "__init__.py").unlink()
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "nn").symlink_to(ROOT / "nn", target_is_directory=True)
    done = run("import nn", other, installed, cwd=tmp_path, options=("-S",))  # else a chalkgrad in site-packages wins
    assert done.returncode == 1
    assert f"{other / 'autograd'} belongs to something else of that name" in done.stderr
    assert "pip install --force-reinstall chalkgrad" in done.stderr


def test_metadata_is_read_only_to_word_the_error(tmp_path: Path) -> None:
    code = "import sys, numpy; before = 'importlib.metadata' in sys.modules; import nn\n"
    code += "assert before or 'importlib.metadata' not in sys.modules"
    done = run(code, ROOT, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
