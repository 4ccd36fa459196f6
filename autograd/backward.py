"""Asking for gradients: `backward` adds them to the leaves' `.grad`, `grad` returns them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from autograd import dtypes
from autograd.errors import GraphError, ShapeError, say
from autograd.graph import GradientEdge
from autograd.hooks import inside_package
from autograd.op import edge_of, wrap
from autograd.operands import as_tensor_like
from autograd.ops.join import stack
from autograd.tape import ALONE, Edge, Leaf, deposit, run_backward

if TYPE_CHECKING:
    from autograd._tensor import Tensor

_ones = {d: d.type(1) for d in (dtypes.F4, dtypes.F8)}

OneOrMore = Any  # a Tensor (or GradientEdge), or a sequence of them


def one(d: np.dtype[Any]) -> Any:
    """Return the gradient of a loss by itself."""
    return _ones.get(d) or d.type(1)


def _listed(tensors: OneOrMore) -> list[Any]:
    return [tensors] if isinstance(tensors, Leaf | GradientEdge) else list(tensors)


def backward(
    tensors: OneOrMore,
    grad_tensors: OneOrMore | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: OneOrMore | None = None,
) -> None:
    """Add the gradient of `tensors` to the `.grad` of the leaves they were computed from.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        Where to begin.
    grad_tensors : Tensor or sequence of Tensor, optional
        The gradient of each; 1 for tensors of one element, which may be left out or None.
    retain_graph : bool, optional
        Keep what the rules saved for another backward. Default: `create_graph`.
    create_graph : bool
        Record the pass, so that the gradients can be differentiated again.
    inputs : Tensor or sequence of Tensor, optional
        Add to the `.grad` of these alone.

    Raises
    ------
    RuntimeError
        No gradient is required anywhere; a tensor of several elements has no `grad_tensors`; a seed has the wrong
        shape; a saved value was edited in place or freed by an earlier backward.
    """
    retain = create_graph if retain_graph is None else retain_graph
    roots = _listed(tensors)
    edges, seeds = _begin(roots, grad_tensors, create_graph)
    if inputs is None:
        run_backward(edges, seeds, retain_graph=retain, create_graph=create_graph)
        return
    targets = list({id(t): t for t in _listed(inputs)}.values())
    if not targets:
        raise RuntimeError(
            say(
                "'inputs' argument to backward cannot be empty",
                "at least one tensor",
                "Leave it out to reach all leaves.",
            )
        )
    found = run_backward(
        edges, seeds, retain_graph=retain, create_graph=create_graph, targets=[_target(t) for t in targets]
    )
    deposit(
        [
            (t, t._wrap(g if isinstance(g, Leaf) else np.array(g)))
            for t, g in zip(targets, found, strict=True)
            if g is not None and not t.retains_grad  # which has put it there already
        ],
        create_graph,
    )


def grad(
    outputs: OneOrMore,
    inputs: OneOrMore,
    grad_outputs: OneOrMore | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor, ...]:
    """Return the gradients of `outputs` with respect to `inputs`, leaving every `.grad` alone.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
    inputs : Tensor or sequence of Tensor
        Leaves or intermediate results.
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradient of each output; 1 for outputs of one element, which may be left out or None.
    retain_graph, create_graph
        As for `backward`.
    only_inputs : bool
        True: the gradients of the inputs are returned, and no `.grad` changes.
    allow_unused : bool, optional
        Return None for an input that no output depends on, rather than raise. Default: `materialize_grads`.
    is_grads_batched : bool
        `grad_outputs` are batches of gradients along a first dimension, and so are the gradients that are returned.
        They are computed one after the other.
    materialize_grads : bool
        Return zeros for such inputs.

    Returns
    -------
    tuple of Tensor
        One gradient per input; with `allow_unused`, None for an input that was not used.

    Raises
    ------
    RuntimeError
        As for `backward`; or an input is unused, or requires no gradient.
    ValueError
        Batches have different sizes.
    """
    if not only_inputs:
        raise NotImplementedError(
            say(
                "grad was called with only_inputs=False",
                "the inputs' gradients alone",
                "Call backward to reach every leaf.",
            )
        )
    if allow_unused is None:
        allow_unused = materialize_grads
    if materialize_grads and not allow_unused:
        raise ValueError(
            say("allow_unused=False was combined with materialize_grads=True", "one of them", "Leave out allow_unused.")
        )
    roots, wanted = _listed(outputs), _listed(inputs)
    retain = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        batches = _batches(roots, grad_outputs)
        rows = [
            grad(roots, wanted, row, i < len(batches) - 1 or retain, create_graph, allow_unused=allow_unused)
            for i, row in enumerate(batches)
        ]
        columns = [[g for g in column if g is not None] for column in zip(*rows, strict=True)]
        missing = [wrap(np.zeros(t._array.shape, t._array.dtype)) if materialize_grads else None for t in wanted]
        return tuple([stack(column) if column else g for column, g in zip(columns, missing, strict=True)])  # type: ignore[misc]
    edges, seeds = _begin(roots, grad_outputs, create_graph)
    targets = [_target(t) for t in wanted]
    found = run_backward(edges, seeds, retain_graph=retain, create_graph=create_graph, targets=targets)
    out: list[Any] = []
    found.reverse()
    for i, t in enumerate(wanted):
        g = found.pop()
        if g is None:
            if not allow_unused:
                raise GraphError(
                    say(
                        f"One of the differentiated Tensors appears to not have been used in the graph: input {i}"
                        + ("" if isinstance(t, GradientEdge) else f", of shape {tuple(t.shape)}"),
                        "inputs that the outputs were computed from",
                        "Set allow_unused=True if this is the desired behavior; its gradient then is None.",
                    )
                )
            out.append(wrap(np.zeros(t._array.shape, t._array.dtype)) if materialize_grads else None)
        elif isinstance(g, Leaf):
            out.append(g)
        else:
            # As for .grad: what anybody else refers to is copied.
            if type(g) is np.ndarray and (sys.getrefcount(g) > ALONE or not g.flags.owndata or not g.flags.writeable):
                g = g.copy()
            out.append(wrap(np.asarray(g, g.dtype if isinstance(t, GradientEdge) else t._array.dtype)))
    return tuple(out)


def _batches(roots: Sequence[Any], seeds: OneOrMore | None) -> list[list[Any]]:
    """Return the gradients of all roots, row by row of their batches."""
    given: list[Any] = [None] * len(roots) if seeds is None else _listed(seeds)
    for i, (t, seed) in enumerate(zip(roots, given, strict=True)):
        shape, expected = () if seed is None else tuple(seed.shape), tuple(t.shape)
        if seed is None or not shape or shape[1:] != expected:
            raise ShapeError(
                say(
                    "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                    f"dimension: grad_output[{i}] has "
                    + ("nothing" if seed is None else f"a shape of {shape}")
                    + f", output[{i}] a shape of {expected}",
                    f"grad_output[{i}] of shape {('batch', *expected)}",
                    "Stack the gradients along a new first dimension.",
                )
            )
    sizes = [len(seed) for seed in given]
    if len(set(sizes)) != 1 or not sizes[0]:
        raise ValueError(
            say(
                f"got batches of sizes {sizes}: Expected all tensors to have the same size in the mapped dimension",
                "batches of one size, 1 or more",
                "Check grad_outputs.",
            )
        )
    return [[seed[i] for seed in given] for i in range(sizes[0])]


def _target(t: Tensor | GradientEdge) -> Edge:
    if isinstance(t, GradientEdge):
        return t.edge()
    edge = edge_of(t)
    if edge is None:
        raise GraphError(
            say(
                f"One of the differentiated Tensors does not require grad (shape {tuple(t.shape)})",
                "inputs that require a gradient",
                "Call requires_grad_() on it before computing the outputs.",
            )
        )
    return edge


def _begin(roots: Sequence[Tensor], seeds: OneOrMore | None, create_graph: bool) -> tuple[list[Edge], list[Any]]:
    """Check roots and seeds, and return edges and gradients to begin with."""
    given = [None] * len(roots) if seeds is None else _listed(seeds)
    if len(given) != len(roots):
        raise RuntimeError(
            say(
                f"got {len(roots)} tensors and {len(given)} gradients",
                "one gradient per tensor",
                "Give None for a tensor of one element.",
            )
        )
    edges: list[Edge] = []
    gradients: list[Any] = []
    for t, seed in zip(roots, given, strict=True):
        if isinstance(t, GradientEdge):
            if seed is None:
                raise GraphError(
                    say(
                        "a pass was to begin at a GradientEdge without a gradient",
                        "the gradient that arrives there: an edge has no shape",
                        "Give it as grad_outputs (of grad) or grad_tensors (of backward).",
                    )
                )
            edges.append(t.edge())
            gradients.append(as_tensor_like(seed) if create_graph else as_tensor_like(seed)._array)
            continue
        edge = edge_of(t)
        if edge is None:
            raise no_gradient(roots)
        x = t._array
        if seed is None:
            if x.size != 1:
                raise GraphError(
                    say(
                        f"grad can be implicitly created only for scalar outputs, but this one has shape "
                        f"{tuple(x.shape)}",
                        "a tensor of one element, such as a loss",
                        "Reduce it first (loss.sum().backward() or .mean()), or seed the pass: "
                        "y.backward(gradient=autograd.ones_like(y)).",
                    )
                )
            g: Any = np.ones(x.shape, x.dtype) if t._shape else one(t._dtype)
            g = wrap(g) if create_graph else g
        else:
            s = as_tensor_like(seed)
            if s._array.shape != x.shape:
                raise ShapeError(
                    say(
                        f"Mismatch in shape: the gradient has shape {tuple(s._array.shape)}, the tensor "
                        f"{tuple(x.shape)}",
                        "a gradient of the tensor's own shape",
                        "Reshape the gradient, or check which tensor it belongs to.",
                    )
                )
            if s._array.dtype != x.dtype:
                s = s.to(dtypes.of(x.dtype))
            g = s if create_graph else s._array
        edges.append(edge)
        gradients.append(g)
    return edges, gradients


def no_gradient(roots: Sequence[Tensor]) -> GraphError:
    """Word the error of a backward that no leaf needs: the leaves found, and why none requires a gradient."""
    found = [_why_not(t) for t in roots if not t._needs]
    # What needs no gradient is not recorded, so the leaves are looked for where the caller keeps its tensors.
    found += [_why_not(t, name) for name, t in _in_sight() if not any(t is r for r in roots)]
    return GraphError(
        say(
            "element 0 of tensors does not require grad and does not have a grad_fn. The leaves found are: "
            + "; ".join(found),
            "a tensor computed from a leaf that requires a gradient",
            "Create that leaf with requires_grad=True (or call requires_grad_() on it) before the forward pass.",
        )
    )


def _why_not(t: Tensor, variable: str | None = None) -> str:
    """Describe a leaf, and say why it brought no gradient."""
    extra = t._extra
    name = extra.name if extra is not None and extra.name else variable
    if t._needs:
        why = (
            "requires_grad=True, but nothing recorded leads from it to this tensor "
            "(no_grad, detach, .data, .item() and NumPy break the graph)"
        )
    elif t._array.dtype.kind != "f":
        why = "requires_grad=False: only floating-point tensors can have a gradient"
    elif extra is not None and extra.why:
        why = f"requires_grad=False: {extra.why}"
    elif t._needs is None:
        why = "requires_grad=False: it was computed under no_grad()"
    else:
        why = "requires_grad=False: neither it nor what it was computed from was made with requires_grad=True"
    return f"{name or 'this tensor'} (shape {tuple(t._array.shape)}, {t.dtype}): {why}"


def _in_sight(most: int = 8, depth: int = 4) -> list[tuple[str, Tensor]]:
    """Return the leaf tensors, with their variables' names, of the functions that led to this call."""
    frame: FrameType | None = sys._getframe(1)
    found: dict[int, tuple[str, Tensor]] = {}
    while frame is not None and depth:
        if not inside_package(frame):
            depth -= 1
            for name, value in frame.f_locals.items():
                if isinstance(value, Leaf) and cast("Tensor", value).is_leaf:
                    found.setdefault(id(value), (name, cast("Tensor", value)))
        frame = frame.f_back
    return list(found.values())[:most]
