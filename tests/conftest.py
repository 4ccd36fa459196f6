"""What every test gets: one thread, a fixed seed, and a check that it left no state behind."""

import importlib
import importlib.util
import os

# BLAS reads these once, when NumPy is imported; PyTorch likewise. One thread keeps sums in one order.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"

import random
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import hypothesis
import numpy as np
import pytest

import autograd
from autograd import modes

# The same examples in every run: a failure is the change's, not the day's. `--hypothesis-profile=explore` draws others.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=500, print_blob=True)
hypothesis.settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail the run if any test was skipped")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("torch") is None:
        for item in items:
            if item.get_closest_marker("oracle"):
                item.add_marker(pytest.mark.skip(reason="needs torch: install the extra `oracle`"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if skipped := _skipped(config):
        terminalreporter.section("tests skipped, and --no-skips asks for none", red=True)
        for nodeid in skipped:
            terminalreporter.write_line(nodeid)


def _skipped(config: pytest.Config) -> list[str]:
    """Names of the skipped tests (or modules), if the run is one that may have none."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not config.getoption("--no-skips"):
        return []
    return [report.nodeid for report in reporter.stats.get("skipped", [])]


def _modes() -> tuple[bool, Any]:
    return modes.state.grad, modes.state.observer


def _numpy_random() -> tuple[Any, ...]:
    name, key, *rest = np.random.get_state()  # noqa: NPY002
    return (name, tuple(key.tolist()), *rest)


class State(NamedTuple):
    """Something that outlives a test: what to call it, how to read it and how to put it back."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], Any]


SETTINGS = (
    State("grad, anomaly or watch mode", _modes, lambda value: modes.set_modes(*value)),
    State("default dtype", autograd.get_default_dtype, autograd.set_default_dtype),
    State("NumPy's error handling", np.geterr, lambda value: np.seterr(**value)),
)
SEEDS = (
    State("Python's global random state", random.getstate, random.setstate),
    State("NumPy's global random state", _numpy_random, np.random.set_state),
)


@pytest.fixture
def seeded() -> None:
    """Allow the test to use the global random states of Python and NumPy; they are put back after it."""


@pytest.fixture(autouse=True)
def _leaves_no_state(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that changes a mode, a default or a global seed and does not put it back."""
    autograd.manual_seed(0)
    if "torch" in sys.modules or (request.node.get_closest_marker("oracle") and importlib.util.find_spec("torch")):
        importlib.import_module("torch").manual_seed(0)
    before = [(state, state.read()) for state in SETTINGS + SEEDS]
    yield
    changed = [(state, value) for state, value in before if state.read() != value]
    for state, value in changed:
        state.write(value)
    leaked = [state.name for state, _ in changed if not (state in SEEDS and "seeded" in request.fixturenames)]
    if leaked:
        pytest.fail(f"the test leaves changed behind: {', '.join(leaked)}", pytrace=False)
