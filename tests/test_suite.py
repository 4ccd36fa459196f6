"""The suite watches itself: leaked state, warnings and skipped tests do not pass unseen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LEAKS = """
import random, warnings
import autograd, numpy as np

def test_grad_mode(): autograd.set_grad_enabled(False)
def test_watch(): autograd.watch().__enter__()
def test_dtype(): autograd.set_default_dtype(autograd.float64)
def test_numpy_errors(): np.seterr(all="raise")
def test_numpy_seed(): np.random.seed(1)
def test_python_seed(): random.random()
def test_warning(): warnings.warn("seen")
def test_after_all_that():
    assert autograd.is_grad_enabled() and autograd.tensor(1.0).dtype is autograd.float32
def test_seeds_may_be_used_by_asking(seeded): np.random.rand() + random.random()
def test_seed_of_the_first(): assert autograd.rand(1).item() == FIRST
def test_seed_of_the_next(): assert autograd.rand(1).item() == FIRST

autograd.manual_seed(0)
FIRST = autograd.rand(1).item()
"""

SKIPS = {
    "test_module.py": "import pytest\n\npytest.importorskip('not_there')\n\ndef test_it(): pass\n",
    "test_one.py": "import pytest\n\ndef test_it(): pytest.importorskip('not_there')\n",
    "test_other.py": "def test_it(): pass\n",
}


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the tests in `folder` under this suite's settings."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(folder), "-p", "no:cacheprovider", *options, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_leaked_state_and_warnings_fail_the_test_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "test_leaks.py").write_text(LEAKS)
    done = run(tmp_path)
    assert "1 failed, 10 passed, 6 errors in" in done.stdout, done.stdout
    assert "FAILED test_leaks.py::test_warning - UserWarning: seen" in done.stdout
    for test, leak in {
        "grad_mode": "grad, anomaly or watch mode",
        "watch": "grad, anomaly or watch mode",
        "dtype": "default dtype",
        "numpy_errors": "NumPy's error handling",
        "numpy_seed": "NumPy's global random state",
        "python_seed": "Python's global random state",
    }.items():
        section = done.stdout.partition(f"ERROR at teardown of test_{test} ")[2]
        assert section.splitlines()[1] == f"the test leaves changed behind: {leak}"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_skipped_tests_fail_a_run_that_may_have_none(workers: str, tmp_path: Path) -> None:
    for name, code in SKIPS.items():
        (tmp_path / name).write_text(code)
    assert run(tmp_path, "-n", workers).returncode == pytest.ExitCode.OK
    done = run(tmp_path, "-n", workers, "--no-skips")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    listed = done.stdout.partition("tests skipped, and --no-skips asks for none")[2].splitlines()
    assert {line for line in listed if line.startswith("test_")} == {"test_module.py", "test_one.py::test_it"}
