"""What was watched, as a page to step through."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from autograd import tape
from autograd.drawing.formulas import Formula, formula
from autograd.drawing.model import HOW_TO_SEE, Graph, Node
from autograd.drawing.read import read, recorded, result_of
from autograd.errors import GraphError, say
from autograd.hooks import watch
from autograd.stepping.frames import Rule, boxes, frames
from autograd.stepping.page import page, picture


class StepThrough:
    """Passes to step through, forward and backward: a page by itself. A notebook shows it in a frame of its own.

    Made by `step_through` and `Recorder`.

    Attributes
    ----------
    html : str
        The page: no other file, no network and no kernel is needed.
    """

    def __init__(self, title: str = "Step by step") -> None:
        self.title = title
        self._pictures: list[str] = []
        self._takes: list[dict[str, Any]] = []

    @property
    def html(self) -> str:
        """The page, as text."""
        return page(self.title, self._pictures, self._takes)

    @property
    def frames(self) -> list[str]:
        """What each step says, one sentence a step, pass after pass."""
        return [frame["say"] for take in self._takes for frame in take["frames"]]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page into a file, and return its path."""
        file = Path(path)
        file.write_text(self.html, encoding="utf-8")
        return file

    def _repr_html_(self) -> str:
        if not self._takes:
            return "<p>Nothing was recorded yet.</p>"
        return (
            f'<iframe title="{html.escape(self.title)}" srcdoc="{html.escape(self.html)}" '
            'style="width:100%;height:640px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        steps = sum([len(take["frames"]) - 1 for take in self._takes])
        passes = "1 pass" if len(self._takes) == 1 else f"{len(self._takes)} passes"
        return f"<{type(self).__name__}: {passes}, {steps} steps>"

    def add(self, graph: Graph, rule: Rule = lambda node, position: None) -> None:
        """Add a watched graph, with the formulas of its rules where they are known."""
        if not all([n.watched for n in graph.ops]):
            raise GraphError(
                say("a graph was to be stepped through that nobody watched", "values of every node", HOW_TO_SEE)
            )
        made = boxes(graph, rule)
        drawn = picture(graph, made)
        if drawn not in self._pictures:
            self._pictures.append(drawn)
        steps = frames(graph, made)
        self._takes.append({"picture": self._pictures.index(drawn), "boxes": made, "frames": steps})


class Recorder(StepThrough):
    """Keeps the passes of a training loop, to step through all of them.

    Parameters
    ----------
    title : str
        The page's heading.

    Examples
    --------
    >>> recorder = autograd.Recorder()
    >>> for x, y in data:
    ...     recorder.record(train_step, x, y)  # which returns the loss
    >>> recorder.save("training.html")
    """

    _watching: watch | None = None

    def record(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call `function`, which returns the loss, keep the pass, and return what it returned."""
        with self:
            result = function(*args, **kwargs)
        self.keep(result)
        return result

    def keep(self, loss: Any, names: Any = None) -> None:
        """Keep the pass that computed `loss`, watched in a `with recorder:` block or by `autograd.watch()`.

        Parameters
        ----------
        loss : Tensor or sequence of Tensor
        names : mapping of str to Tensor, or Module, optional
            As for `autograd.draw`.

        Raises
        ------
        RuntimeError
            It was not watched, or requires no gradient.
        TypeError
            `loss` is no tensor.
        """
        self.add(*_graph_of(recorded("step_through", loss), names))

    def __enter__(self) -> Recorder:
        self._watching = watch()
        self._watching.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        assert self._watching is not None
        self._watching.__exit__(kind, error, tb)
        self._watching = None


def _graph_of(roots: list[Any], names: Any) -> tuple[Graph, Rule]:
    graph, ids = read(roots, names)
    rules = {number: type(node) for node, number in ids.items() if isinstance(node, tape.Node)}

    def rule(node: Node, position: int) -> Formula | None:
        return formula(rules[node.id], position) if node.id in rules else None

    return graph, rule


def step_through(out: Any, *args: Any, names: Any = None, title: str = "Step by step", **kwargs: Any) -> StepThrough:
    """Return a page on which one steps through a watched computation, forward and backward.

    Parameters
    ----------
    out : Tensor, sequence of Tensor, or callable
        The result of a computation that was watched; or a function that returns it, whose call is watched here.
    *args, **kwargs
        What the function is called with.
    names : mapping of str to Tensor, or Module, optional
        As for `autograd.draw`.
    title : str
        The page's heading.

    Returns
    -------
    StepThrough
        A notebook shows it; `save("steps.html")` writes it into a file.

    Raises
    ------
    RuntimeError
        The computation was not watched, or requires no gradient.
    TypeError
        `out` is neither a tensor nor callable.

    Examples
    --------
    >>> with autograd.watch():
    ...     loss = (w * x - 1) ** 2
    ...     loss.backward()
    >>> autograd.step_through(loss).save("steps.html")
    """
    shown = StepThrough(title)
    shown.add(*_graph_of(recorded("step_through", result_of("step_through", out, args, kwargs)), names))
    return shown
