"""What must not be computed with: saved values that were freed, or edited in place since they were saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd import versions
from autograd.errors import EditedError, GraphError, say

if TYPE_CHECKING:
    from autograd.tape import Edge, Node


def refuse_if_stale(order: Sequence[Node], runs: set[Edge] | None) -> None:
    """Raise, before anything changes, if a node of the pass has lost what it saved, or had it edited."""
    for node in [n for n in order if n.saved is None]:
        if runs is None or node in runs:
            raise freed(node)
    edited = versions.last_edit[0]
    if not order or edited < order[-1].seq:
        return
    for node in order:
        if (node.saved or node.watched) and edited > node.seq and (runs is None or node in runs):
            check_saved(node, node.saved or ())


def freed(node: Any) -> GraphError:
    """Word the error of a second pass through a node whose saved values are gone."""
    return GraphError(
        say(
            f"Trying to backward through the graph a second time: the saved values of {node.name()} have already "
            "been freed by an earlier backward",
            "a graph that no backward has gone through yet",
            "Specify retain_graph=True in the first backward or grad call if you need a second one, or run the "
            "forward pass again.",
        )
    )


def check_saved(node: Node, saved: tuple[Any, ...]) -> None:
    """Raise if a value that `node` saved, and is about to use, was edited in place since."""
    used: list[tuple[str, Any]] = []
    if type(saved) is not tuple:
        saved = ()  # packed by hooks of the user's, who alone knows what was kept
    places = node.saves if len(node.saves) == len(saved) else range(len(saved))
    for place, value in zip(places, saved, strict=True):
        only_for = node.saved_for.get(place) if isinstance(place, int) else None
        if only_for is None or node.edges[only_for] is not None:
            used.append((f"input {place} of" if isinstance(place, int) else "the output of", value))
    for name in node.watched:
        held = getattr(node, name)
        used += [(f"the {name} of", value) for value in (held if type(held) is tuple else (held,))]
    for what, value in used:
        if versions.stamp(value) > node.seq:
            raise EditedError(
                say(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"{what} {node.name()}, of shape {tuple(value.shape)}, is at version {versions.count(value)}",
                    "the value that the forward pass computed with",
                    "Edit a copy instead (x = x.clone() before the edit), or write x = x + 1 in place of x += 1.",
                )
            )
