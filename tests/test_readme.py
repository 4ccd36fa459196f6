"""What README and docs show is what happens: every block of code in them runs, and prints what stands below it.

- The ``python`` and ``pycon`` blocks of a page share one namespace, from top to bottom, in an empty folder.
- A ``text`` block that follows a ``python``, ``bash`` or ``console`` block, with nothing between, is its output;
  ``...`` stands for anything. A ``text`` block elsewhere is a picture made of letters and is not compared.
- A line of a ``bash`` block, and a line after ``$`` in a ``console`` block, is a command. One that installs is not run
  here, since the tests need no network: it is read, and `.ci/run` executes the README's two as they stand. Tests,
  benchmarks and linters would take too long: they are asked for ``--help``, which shows that the command exists.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LANGUAGES = {"python", "pycon", "bash", "console", "text", "toml", "dot", "mermaid", "bibtex"}

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w-]*)[^\n]*\n(?P<code>.*?)^(?P=indent)```[ ]*$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    code: str
    output: str | None  # what the page says it prints

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, each output joined to the block it belongs to."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for match in FENCE.finditer(text):
        code = textwrap.dedent(match["code"])
        if match["language"] == "text" and found and found[-1].output is None and not text[end : match.start()].strip():
            found[-1] = found[-1]._replace(output=code)
        else:
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(page, line, match["language"], code, None))
        end = match.end()
    return found


def commands(block: Block) -> list[tuple[str, str | None]]:
    """Return the commands of a shell block, each with the output shown for it."""
    if block.language == "bash":
        lines = [line for line in block.code.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
        shown: list[str | None] = [None] * len(lines)
        shown[-1] = block.output
        return list(zip(lines, shown, strict=True))
    parts = re.split(r"^\$ ", block.code, flags=re.M)
    assert not parts[0].strip(), f"{block}: a console block starts with `$ `"
    pairs = [part.partition("\n") for part in parts[1:]]
    return [(command, output if output.strip() else None) for command, _, output in pairs]


def same(printed: str, shown: str) -> bool:
    """Compare line by line, without trailing blanks; `...` in what is shown stands for anything."""
    printed, shown = ("\n".join(line.rstrip() for line in text.strip("\n").splitlines()) for text in (printed, shown))
    pattern = ".*?".join(re.escape(part) for part in shown.split("..."))
    return re.fullmatch(pattern, printed, re.S) is not None


def run_python(block: Block, namespace: dict[str, Any]) -> str:
    """Run a block in `namespace` and return what it printed."""
    # Padding makes the line numbers of a traceback those of the page.
    code = compile("\n" * block.line + block.code, str(block.page), "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, namespace)
    return printed.getvalue()


def run_session(block: Block, namespace: dict[str, Any]) -> None:
    """Run a `>>>` session in `namespace` and compare every answer."""
    test = doctest.DocTestParser().get_doctest(block.code, namespace, str(block), str(block.page), block.line)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert runner.run(test, out=report.write, clear_globs=False).failed == 0, report.getvalue()
    namespace.update(test.globs)


def installs(command: str) -> bool:
    """Tell whether a command changes an environment: those need a network, so the test only reads them."""
    return "pip install" in command or "-m venv" in command or command.startswith(("git clone", "cd ", "sudo apt"))


def run_shell(command: str, folder: Path) -> str:
    """Run a command that starts with `python` in `folder`, where it finds our packages."""
    program, *arguments = shlex.split(command, comments=True)
    if arguments[:1] == ["-m"] and arguments[1].partition(".")[0] in {"pytest", "tests", "ruff", "mypy"}:
        arguments.append("--help")
    assert re.fullmatch(r"(.*/)?python3?", program), f"only `python ...` and installing can be checked, not: {command}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each page in turn, with an empty folder as the current one."""
    monkeypatch.chdir(tmp_path)
    found: Path = request.param
    return found


@pytest.mark.usefixtures("seeded")  # a page is a user's script and may seed what it likes
def test_python_blocks_run_and_print_what_is_shown(page: Path) -> None:
    # Classes defined in a page look up `__module__` (dataclasses and pickle do), hence a name.
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "pycon" or (block.language == "python" and block.code.startswith(">>> ")):
            run_session(block, namespace)
        elif block.language == "python":
            printed = run_python(block, namespace)
            assert block.output is None or same(printed, block.output), f"{block} prints\n{printed}"


def test_commands_run_and_print_what_is_shown(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.language in {"bash", "console"}:
            for command, shown in commands(block):
                if not installs(command):
                    printed = run_shell(command, tmp_path)
                    assert shown is None or same(printed, shown), f"{block}: {command}\nprints\n{printed}"


def test_blocks_say_their_language(page: Path) -> None:
    """A block without a language, or with a misspelt one, would go unchecked."""
    text = page.read_text(encoding="utf-8")
    assert [str(block) for block in blocks(page) if block.language not in LANGUAGES] == []
    assert text.count("```") == 2 * len(FENCE.findall(text)), "an unclosed or nested fence"


def test_extras_named_exist(page: Path) -> None:
    named = re.findall(r"(?:chalkgrad|\.)\[([\w,-]+)\]", page.read_text(encoding="utf-8"))
    assert {extra for names in named for extra in names.split(",")} <= PROJECT["optional-dependencies"].keys()


def test_files_linked_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_readme_has_the_two_commands() -> None:
    """One line installs and runs, one line installs and tests; each needs nothing but Python and makes its own room."""
    found = [line for block in blocks(PAGES[0]) if block.language == "bash" for line, _ in commands(block)]
    two = [line for line in found if "-m venv" in line]
    assert len(two) == 2
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install ") for line in two)
    assert two[0].endswith(" && .venv/bin/python -m autograd")
    assert ".venv/bin/python -m pytest" in two[1]
    assert not any("activate" in line or "sudo" in line for line in two)


def test_the_checks_see_a_fault(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\nprint(2.5)\n```\n\n```text\n1\n2...\n```\n\n```text\na picture\n```\n")
    first, second = blocks(page)
    assert (first.line, first.output, second.output) == (1, "1\n2...\n", None)
    assert run_python(first, {}) == "1\n2.5\n"
    assert same("1\n2.5\n", first.output)
    assert not same("1\n3.5\n", first.output)
    with pytest.raises(UserWarning, match="seen"):
        run_python(first._replace(code="import warnings\nwarnings.warn('seen')\n"), {})
    with pytest.raises(AssertionError, match="Expected"):
        run_session(Block(ROOT / "README.md", 1, "pycon", ">>> 1 + 1\n3\n", None), {})
