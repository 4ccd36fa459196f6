"""Pictures in files: laid out by Graphviz, as a program of the system or out of the `pygraphviz` wheel."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from autograd.drawing.model import Direction, Graph
from autograd.errors import AutogradError, say

PICTURES = ("svg", "png", "pdf")
TEXTS: dict[str, Callable[[Graph, Direction], str]] = {
    "dot": lambda graph, direction: graph.to_dot(direction),
    "txt": lambda graph, _: graph.to_text() + "\n",
    "html": lambda graph, _: graph.to_html(),
    "json": lambda graph, _: graph.to_json() + "\n",
    "mmd": lambda graph, direction: graph.to_mermaid(direction),
}


class RenderError(AutogradError):
    """Nothing that is installed could turn a graph into a picture."""


def render(graph: Graph, path: str | os.PathLike[str], direction: Direction = "TB") -> Path:
    """Write `graph` into the file at `path`. See `Graph.render`."""
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in PICTURES and kind not in TEXTS:
        raise ValueError(
            say(
                f"render was given the file name {target.name!r}, whose suffix names no format it can write",
                f"one of {', '.join([f'.{k}' for k in (*PICTURES, *TEXTS)])}",
                "Write for instance render('graph.svg').",
            )
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(
            say(f"there is no folder {str(target.parent)!r}", "an existing one", "Create it first, or choose another.")
        )
    content = picture(graph, kind, direction) if kind in PICTURES else TEXTS[kind](graph, direction).encode()
    _write(target, content)
    return target


def picture(graph: Graph, kind: str, direction: Direction = "TB") -> bytes:
    """Return the picture of a graph as the content of a file.

    Parameters
    ----------
    graph : Graph
    kind : {"svg", "png", "pdf"}
    direction : {"TB", "LR"}

    Raises
    ------
    RenderError
        No renderer is installed, or none succeeded.
    """
    dot = graph.to_dot(direction)
    failures = []
    for renderer in (_by_system, _by_wheel):
        try:
            content = renderer(dot, kind)
        except _Failed as failure:
            failures.append(str(failure))
            continue
        if content is not None:
            return content
    remedy = (
        "Run `pip install 'chalkgrad[render]'`, or install Graphviz (https://graphviz.org/download) so that `dot` is "
        "on the PATH. to_text() and to_dot() need neither."
    )
    if failures:
        raise RenderError(say(f"the picture could not be drawn: {'; '.join(failures)}", "a working Graphviz", remedy))
    raise RenderError(say("there is no Graphviz to draw the picture with", "the program `dot` or pygraphviz", remedy))


class _Failed(Exception):
    """A renderer that is installed did not succeed."""


def _by_system(dot: str, kind: str) -> bytes | None:
    """Draw with the program `dot`; None if there is none."""
    try:
        import graphviz
    except ImportError:
        return None
    try:
        content: bytes = graphviz.pipe("dot", kind, dot.encode(), quiet=True)
    except graphviz.ExecutableNotFound:
        return None
    except subprocess.CalledProcessError as error:
        raise _Failed(f"`dot` said: {_last_line(error.stderr)}") from None
    return content


#: In a process of its own: a crash of the library would take the notebook along, and what it prints is no concern.
_WHEEL = (
    "import sys, pygraphviz; "
    "graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode()); "
    "sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog='dot'))"
)


def _by_wheel(dot: str, kind: str) -> bytes | None:
    """Draw with the libraries in the pygraphviz wheel; None if it is not installed."""
    if not sys.executable or importlib.util.find_spec("pygraphviz") is None:
        return None
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([p for p in sys.path if p])}
    command = [sys.executable, "-P", "-c", _WHEEL, kind]
    done = subprocess.run(command, input=dot.encode(), capture_output=True, env=environment, check=False)
    if done.returncode != 0 or not done.stdout:
        raise _Failed(f"pygraphviz said: {_last_line(done.stderr) or f'exit code {done.returncode}'}")
    return done.stdout


def _last_line(output: bytes) -> str:
    return (output.decode(errors="replace").strip().splitlines() or [""])[-1]


def _write(target: Path, content: bytes) -> None:
    """Put `content` into the file at once: a write that fails leaves what was there."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
