"""The recorded graph as plain data: nodes, edges, and what can be asked of them.

Nothing here knows the engine or NumPy. Values and gradients are kept as they were given; the views (`dot.py`,
`text.py`, `render.py`) read them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["op", "leaf", "constant"]
Direction: TypeAlias = Literal["TB", "LR"]

#: A notebook shows no picture of more nodes: nobody could read it, and the layout would take minutes.
SHOWN_AT_MOST = 400

HOW_TO_SEE = "run the forward pass inside `with autograd.watch():` to see values and gradients of every node."


@dataclass(frozen=True, slots=True)
class Edge:
    """A value on its way into an operation; its gradient comes back along the edge.

    Attributes
    ----------
    source, target : int
        `id` of the node that made the value, and of the operation that takes it.
    output : int
        Which output of the source it is: 0 unless that has several.
    position : int
        Which operand of the target it is.
    grad : array or None
        What the target passed back along the edge; None where that was not seen.
    local : array or None
        The local derivative, element by element: what the gradient of the target is multiplied by. Only of watched
        elementwise operations whose operand was not broadcast.
    rule : str
        The gradient that goes along the edge as a formula, g being that of the target: "g · z · (1 - z)"; "" where
        there is none.
    """

    source: int
    target: int
    output: int
    position: int
    grad: Any = field(default=None, repr=False, compare=False)
    local: Any = field(default=None, repr=False, compare=False)
    rule: str = field(default="", repr=False, compare=False)


#: What an operation took: a value that came along an edge, a Python number, or None for what is not known.
Operand: TypeAlias = Edge | int | float | None


@dataclass(frozen=True, slots=True)
class Output:
    """A value that a node made. Most nodes have one.

    Attributes
    ----------
    name : str or None
    shape : tuple of int or None
        None: not known.
    dtype : str or None
        Such as "float32"; None: not known.
    value : array or None
        None: not known.
    grad : array or None
        None: no gradient arrived, or none was seen (see `Node.watched`).
    edited : bool
        The value was edited in place since the forward pass: it is not what the pass computed with.
    """

    name: str | None = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    value: Any = field(default=None, repr=False, compare=False)
    grad: Any = field(default=None, repr=False, compare=False)
    edited: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An operation, a leaf that requires a gradient, or a constant that needs none.

    Attributes
    ----------
    id : int
        Its place in `Graph.nodes`.
    kind : str
        "op", "leaf" or "constant".
    outputs : tuple of Output
        What it made: one value, but for operations with several.
    op : str
        The operation, such as "mul"; "" for leaves and constants.
    grad_fn : str
        PyTorch's name of the operation, such as "MulBackward0"; "" for leaves and constants.
    operands : tuple
        What the operation took, in order: an `Edge`, a number, or None where nothing is known.
    attributes : dict
        The numbers the operation was made with, such as `{"dim": 1}`.
    path : str
        Dotted path of the module it belongs to; "" outside modules.
    line : tuple[str, int] or None
        File name and line number of the code that made it.
    watched : bool
        Whether its gradient would be known if there was one: an absent one then is a fact, else ignorance.
    """

    id: int
    kind: Kind
    outputs: tuple[Output, ...]
    op: str = ""
    grad_fn: str = ""
    operands: tuple[Operand, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    line: tuple[str, int] | None = None
    watched: bool = True

    @property
    def name(self) -> str | None:
        """Its name; the names of several outputs with commas between; None without any."""
        return ", ".join([o.name for o in self.outputs if o.name]) or None

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of its (first) output."""
        return self.outputs[0].shape

    @property
    def dtype(self) -> str | None:
        """The dtype of its (first) output."""
        return self.outputs[0].dtype

    @property
    def value(self) -> Any:
        """The value of its (first) output; None where it is not known."""
        return self.outputs[0].value

    @property
    def grad(self) -> Any:
        """The gradient of its (first) output; None where there is none."""
        return self.outputs[0].grad


class Graph:
    """The graph of one recorded computation, from the leaves to the results that were drawn.

    Made by `autograd.draw`. In a notebook it shows as a picture; `print` shows it as text.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order: what an operation takes stands before it. `nodes[i].id == i`.
    roots : sequence of int
        The ids of the nodes that were drawn.

    Attributes
    ----------
    nodes : tuple of Node
        Operations, leaves and constants.
    roots : tuple of int
        The ids of the nodes that were drawn.
    ops, leaves, constants : tuple of Node
        The nodes of each kind. Only watched graphs have constants.
    edges : tuple of Edge
        Where gradients flow: one for every use of an operation's or a leaf's value, so `x * x` has two from x.
    constant_edges : tuple of Edge
        Where constants are used.
    """

    def __init__(self, nodes: Sequence[Node], roots: Sequence[int]) -> None:
        self.nodes = tuple(nodes)
        self.roots = tuple(roots)
        self.ops = tuple([n for n in nodes if n.kind == "op"])
        self.leaves = tuple([n for n in nodes if n.kind == "leaf"])
        self.constants = tuple([n for n in nodes if n.kind == "constant"])
        drawn = [e for n in self.ops for e in n.operands if isinstance(e, Edge)]
        self.edges = tuple([e for e in drawn if nodes[e.source].kind != "constant"])
        self.constant_edges = tuple([e for e in drawn if nodes[e.source].kind == "constant"])

    def depth(self) -> int:
        """Return the number of operations on the longest path through the graph."""
        longest = [0] * len(self.nodes)
        for node in self.ops:
            longest[node.id] = 1 + max([longest[e.source] for e in node.operands if isinstance(e, Edge)], default=0)
        return max(longest, default=0)

    def find(self, name: str) -> Node:
        """Return the node of a name.

        Names come from `tensor(..., name=)`, from the modules of a watched forward pass, and from `draw(..., names=)`.

        Raises
        ------
        KeyError
            No node has that name, or several have.
        """
        found = [n for n in self.nodes if any(o.name == name for o in n.outputs)]
        if len(found) == 1:
            return found[0]
        known = sorted({o.name for n in self.nodes for o in n.outputs if o.name})
        happened = f"{len(found)} nodes are" if found else "no node is"
        raise KeyError(
            f"{happened} named {name!r}; expected one of {', '.join(known) or '(no node has a name)'}. "
            "Give tensors names by tensor(..., name=) or draw(..., names={name: tensor}), or walk graph.nodes."
        )

    @property
    def note(self) -> str:
        """What the graph does not show, and how to see it, in one sentence; "" if it shows everything."""
        unseen = sum([not n.watched for n in self.ops])
        if unseen:
            which = "The" if unseen == len(self.ops) else f"{unseen} of {len(self.ops)}"
            return f"{which} operations were not watched: {HOW_TO_SEE}"
        if (
            any(leaf.grad is not None for leaf in self.leaves)
            and self.ops
            and not any(o.grad is not None for n in self.ops for o in n.outputs)
        ):
            return (
                "The gradients of the leaves come from a backward pass outside `with autograd.watch():`; run it inside "
                "to see those of every node."
            )
        return ""

    # ------------------------------------------------------------------------------------------------- views

    def to_dot(
        self,
        direction: Direction = "TB",
        *,
        derivatives: bool = False,
        depth: int | None = None,
        expand: Collection[str] = (),
        max_nodes: int | None = SHOWN_AT_MOST,
    ) -> str:
        """Return the graph in Graphviz's DOT language. The same graph always gives the same text.

        Parameters
        ----------
        direction : {"TB", "LR"}
            Which way the forward pass goes: from top to bottom, or from left to right.
        derivatives : bool
            Write on each edge the local derivative, or the rule, and the gradient that flowed.
        depth : int, optional
            Draw modules as one node each whose path has more parts than these.
        expand : collection of str
            Paths of modules to show inside all the same.
        max_nodes : int, optional
            With more nodes, the innermost modules are drawn as one node each, then those around them, until no more
            are left; a sentence says what was hidden. None: draw all.

        Raises
        ------
        ValueError
            Another direction is asked for.
        """
        from autograd.drawing import dot

        small, hidden = self.collapsed(depth, expand, max_nodes)
        return dot.to_dot(small, direction, derivatives=derivatives, hidden=hidden)

    def collapsed(
        self, depth: int | None = None, expand: Collection[str] = (), max_nodes: int | None = None
    ) -> tuple[Graph, str]:
        """Return the graph with modules drawn as one node each, and a sentence on what is hidden. See `to_dot`."""
        from autograd.drawing import collapse

        return collapse.collapsed(self, depth, expand, max_nodes)

    def to_json(self) -> str:
        """Return all that the graph holds as JSON: nodes, edges, values, gradients, local derivatives."""
        from autograd.drawing import data

        return data.to_json(self)

    def to_mermaid(self, direction: Direction = "TB") -> str:
        """Return the graph as a flowchart in Mermaid's language, for pages of Markdown."""
        from autograd.drawing import mermaid

        return mermaid.to_mermaid(self, direction)

    def to_networkx(self) -> Any:
        """Return the graph as a `networkx.MultiDiGraph`; node attributes are the fields of `Node`.

        Raises
        ------
        ImportError
            networkx is not installed.
        """
        try:
            import networkx
        except ModuleNotFoundError:
            raise ImportError(
                "networkx is not installed; expected it for to_networkx(). Run `pip install networkx`."
            ) from None
        found = networkx.MultiDiGraph()
        for node in self.nodes:
            found.add_node(node.id, **{name: getattr(node, name) for name in ("kind", "op", "name", "path", "outputs")})
        for e in (*self.edges, *self.constant_edges):
            found.add_edge(e.source, e.target, output=e.output, position=e.position, grad=e.grad, local=e.local)
        return found

    def to_text(self) -> str:
        """Return the graph as text for a terminal: one line a node, operands before operations."""
        from autograd.drawing import text

        return text.to_text(self)

    def to_html(self) -> str:
        """Return a page on which one steps through the passes, as `autograd.step_through` makes it.

        Raises
        ------
        RuntimeError
            The graph was not watched.
        """
        from autograd.stepping import StepThrough

        shown = StepThrough()
        shown.add(self)
        return shown.html

    def render(self, path: str | os.PathLike[str], direction: Direction = "TB") -> Path:
        """Write the graph into a file, in the format its suffix names, and return the file's path.

        Parameters
        ----------
        path : path
            Ends in .svg, .png, .pdf, .dot, .mmd, .json, .txt or .html (the page of `to_html`).
        direction : {"TB", "LR"}
            As for `to_dot`.

        Raises
        ------
        ValueError
            Another suffix, or another direction.
        FileNotFoundError
            The folder does not exist.
        RuntimeError
            There is nothing installed that can lay out the graph. The message says what to install.
        """
        from autograd.drawing import render

        return render.render(self, path, direction)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show the graph in a notebook: as a picture if there is a renderer, and as text."""
        from autograd.drawing import render

        small, _ = self.collapsed(max_nodes=SHOWN_AT_MOST)
        if len(small.nodes) > SHOWN_AT_MOST:
            return {"text/plain": f"{self!r}\nToo large to show here: use to_text(), to_dot() or render(path)."}
        try:
            return {"image/svg+xml": render.picture(self, "svg").decode(), "text/plain": self.to_text()}
        except render.RenderError as error:
            return {"text/plain": f"{self.to_text()}\n{error}"}

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        counts = [_count(self.ops, "op", "ops"), _count(self.leaves, "leaf", "leaves")]
        if self.constants:
            counts.append(_count(self.constants, "constant", "constants"))
        counts.append(_count(self.edges, "edge", "edges"))
        return f"<Graph: {', '.join(counts)}, depth {self.depth()}>"


def _count(things: Sequence[Any], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"
