"""Derivatives of functions as functions, which compose: `grad`, `vjp`, `jvp`, `jacrev`, `jacfwd`, `hessian`.

A function is called with tensors of its own in place of the arguments to differentiate by. So `grad` of `grad` is the
second derivative, whatever the functions know of each other: each looks for the gradient of its own tensors alone.
Results have a history where PyTorch's have one: if something outside, an argument or a parameter that the function
knows, requires a gradient.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from autograd._tensor import Tensor
from autograd.backward import grad as gradients_of
from autograd.batches import refuse_chunks, refuse_randomness
from autograd.creation import zeros, zeros_like
from autograd.errors import AutogradError, ShapeError, say
from autograd.graph import GradientEdge, get_gradient_edge
from autograd.inplace import own, share
from autograd.modes import enable_grad, is_grad_enabled
from autograd.op import Same, begin, edge_of, rebuild
from autograd.ops.join import stack
from autograd.tape import collect
from autograd.trees import filled, leaves, mapped, structure

# ------------------------------------------------------------------------------------------- arguments of one's own


class _Level:
    """One call of a function that is being differentiated: its own tensors, and what of the results looks outside.

    Attributes
    ----------
    recording : bool
        Whether the caller records.
    connected : bool
        Whether one of the arguments requires a gradient outside.
    leaves : list of Tensor
        The level's own leaves.
    """

    def __init__(self) -> None:
        self.recording = is_grad_enabled()
        self.connected = False
        self.leaves: list[Tensor] = []

    def fresh(self, t: Any) -> Tensor:
        """Return a tensor on the memory of `t` whose gradient this level can ask for."""
        if not isinstance(t, Tensor):
            raise ValueError(
                say(
                    f"Thing passed to transform API must be Tensor, got {type(t)}",
                    "Tensors among the arguments to differentiate by",
                    "Choose these by argnums, or make tensors of them.",
                )
            )
        if self.recording and t.requires_grad:
            self.connected = True
        else:
            t = self.leaf(t.detach())
        again = rebuild(own(t), begin(Same(), (t,)))
        share(again, t, "func")  # an edit in place could not be told to `t`, and is refused
        return again

    def leaf(self, t: Tensor) -> Tensor:
        """Let `t` be one of this level's own leaves, and return it."""
        self.leaves.append(t.requires_grad_())
        return t

    def seed(self, t: Tensor) -> Tensor:
        """Return zeros in the shape of an output, by which this level differentiates."""
        return self.leaf(zeros(t.shape, dtype=t.dtype if t.is_floating_point() else None))

    def outside(self, tensors: Sequence[Any]) -> bool:
        """Tell whether a gradient of these can go anywhere but to the leaves of this level, and of past ones."""
        if not self.recording:
            return False
        edges = [edge_of(t) for t in tensors if isinstance(t, Tensor) and t.requires_grad]
        nodes = collect([e for e in edges if e is not None])
        ends: list[Any] = [e for e in edges if e is not None and e.ends]
        ends += [e for node in nodes for e in node.edges if e is not None and e.ends]
        mine = {id(t) for t in self.leaves}
        return any([e.requires_grad and id(e) not in mine for e in ends])

    def settled(self, t: Any) -> Any:
        """Return a result, without history if that leads nowhere outside."""
        return t if not isinstance(t, Tensor) or not t.requires_grad or self.outside([t]) else t.detach()

    def end(self) -> None:
        """Let this level's leaves be constants: the history of a result may still lead to them."""
        for t in self.leaves:
            t._needs = False


def _pull(
    outputs: Sequence[Tensor | None],
    edges: Sequence[Any],
    seeds: Sequence[Any] | None,
    like: Sequence[Tensor],
    create_graph: bool,
) -> list[Tensor]:
    """Return the gradients of outputs by edges or tensors, zeros for those that nothing leads to; keep the graph."""
    vs = seeds if seeds is not None else [None] * len(outputs)
    pairs = [(t, v) for t, v in zip(outputs, vs, strict=True) if t is not None and t.requires_grad]
    found: Sequence[Tensor | None] = [None] * len(edges)
    if pairs:
        found = gradients_of(
            [t for t, _ in pairs],
            edges,
            [v for _, v in pairs],
            retain_graph=True,
            create_graph=create_graph,
            allow_unused=True,
        )
    return [zeros_like(t) if g is None else g for g, t in zip(found, like, strict=True)]


def _positions(argnums: Any, args: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the positions of the arguments to differentiate by."""
    given = argnums if isinstance(argnums, tuple) else (argnums,)
    if not all([isinstance(i, int) and not isinstance(i, bool) for i in given]):
        raise AutogradError(
            say(
                f"argnums must be int or Tuple[int, ...], got: {type(argnums)}",
                "the position of an argument, or several",
                "Count from 0; keyword arguments cannot be chosen.",
            )
        )
    if not given:
        raise AutogradError(say("argnums must be non-empty", "at least one position", "Leave it out for the first."))
    for i in given:
        if not -len(args) <= i < len(args):
            raise AutogradError(
                say(
                    f"Got argnum={i}, but only {len(args)} positional inputs",
                    "the position of an argument that is given",
                    "Pass the argument by position.",
                )
            )
    positions = tuple([i % len(args) for i in given])
    if len(set(positions)) != len(positions):
        raise AutogradError(say(f"argnums elements must be unique, got {argnums}", "each once", "Leave out one."))
    return positions


class _Call:
    """A function, called with tensors of a level's own in place of some arguments.

    Attributes
    ----------
    out
        What the function returned, without aux.
    chosen
        The arguments to differentiate by: one, or a tuple of them.
    given, edges : list
        The tensors among them, and where their gradients arrive.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        argnums: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
        has_aux: bool,
    ) -> None:
        positions = _positions(argnums, args)
        self.name = name
        self.level = level = _Level()
        chosen = tuple([args[i] for i in positions])
        self.chosen = chosen if isinstance(argnums, tuple) else chosen[0]
        with enable_grad():
            fresh = mapped(level.fresh, chosen)
            self.given = leaves(chosen)
            self.edges: list[GradientEdge] = [get_gradient_edge(t) for t in leaves(fresh)]
            own_args = list(args)
            for i, tree in zip(positions, fresh, strict=True):
                own_args[i] = tree
            out = func(*own_args, **kwargs)
        self.aux: Any = None
        if has_aux:
            if not isinstance(out, tuple) or len(out) != 2:
                raise AutogradError(
                    say(
                        f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True, but it is "
                        f"{structure(out)}",
                        "two things",
                        "Return (output, aux).",
                    )
                )
            out, aux = out
            self.aux = mapped(level.settled, aux)
        self.out = out

    def outputs(self) -> list[Tensor]:
        """Return the tensors that the function returned."""
        tensors = leaves(self.out)
        for t in tensors:
            if not isinstance(t, Tensor):
                raise AutogradError(
                    say(
                        f"{self.name}: expected f(*args) to return only tensors, got unsupported type {type(t)}",
                        "Tensors, in tuples, lists and dicts if need be",
                        "Return other things as aux, with has_aux=True.",
                    )
                )
        return tensors

    def results(self, *found: Any) -> Any:
        """Return what was found, without history that leads nowhere outside, and end the level."""
        out = tuple([mapped(self.level.settled, tree) for tree in found])
        self.level.end()
        return out if len(out) > 1 else out[0]


# ------------------------------------------------------------------------------------------------------- gradients


def grad(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the gradient of `func`, whose value is a single number.

    Parameters
    ----------
    func : callable
        Returns a 0-d Tensor; or, with `has_aux`, that and anything else.
    argnums : int or tuple of int
        By which arguments: Tensors, or nested tuples, lists and dicts of them.
    has_aux : bool
        Return what `func` returned beside its value, too: `(gradients, aux)`.

    Returns
    -------
    callable
        Takes what `func` takes; returns the gradients in the structure of the argument (of a tuple of `argnums`, a
        tuple). An argument that is not used has zeros.

    Raises
    ------
    RuntimeError
        When called: `func` does not return a single number, or `argnums` names no argument.
    ValueError
        When called: an argument to differentiate by is no Tensor.
    """
    with_value = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        found, value = with_value(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return wrapper


def grad_and_value(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the function that computes the gradient of `func` and its value: `(gradients, value)`.

    Parameters
    ----------
    func, argnums, has_aux
        As for `grad`; with `has_aux` the function returns `(gradients, (value, aux))`.

    Raises
    ------
    RuntimeError, ValueError
        As for `grad`.
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        name = "grad_and_value(f)(*args)"
        call = _Call(func, argnums, args, kwargs, name, has_aux)
        out, level = call.out, call.level
        if not isinstance(out, Tensor) or out.ndim:
            what = f"tensor with {out.ndim} dims" if isinstance(out, Tensor) else str(type(out))
            kind = "scalar Tensor" if isinstance(out, Tensor) else "Tensor"
            raise AutogradError(
                say(
                    f"{name}: Expected f(*args) to return a {kind}, got {what}",
                    "a single number, such as a loss",
                    "Maybe you wanted to use the vjp or jacrev APIs instead?",
                )
            )
        with enable_grad():
            found = _pull([out], call.edges, None, call.given, level.outside([out]))
            result, value = call.results(filled(call.chosen, found), out)
        return result, ((value, call.aux) if has_aux else value)

    return wrapper


def value_and_grad(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the function that computes the value of `func` and its gradient: `(value, gradients)`.

    JAX's name and order; PyTorch has `grad_and_value`, the other way round.

    Parameters
    ----------
    func, argnums, has_aux
        As for `grad`; with `has_aux` the function returns `((value, aux), gradients)`.

    Raises
    ------
    RuntimeError, ValueError
        As for `grad`.
    """
    other_way_round = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradients, value = other_way_round(*args, **kwargs)
        return value, gradients

    return wrapper


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Return `func(*primals)` and the function that multiplies a vector with the Jacobian there, vᵀ J.

    Parameters
    ----------
    func : callable
        Returns Tensors, in nested tuples, lists and dicts if need be.
    *primals
        Its arguments: Tensors, or nested tuples, lists and dicts of them.
    has_aux : bool
        `func` returns `(output, aux)`.

    Returns
    -------
    output
    vjp_fn : callable
        Takes cotangents in the structure and the shapes of the output (as one argument), and returns a tuple with the
        product for each of `primals`. May be called several times.
    aux
        With `has_aux`.

    Raises
    ------
    RuntimeError
        `func` returns something else than Tensors; cotangents do not fit.
    """
    call = _Call(func, tuple(range(len(primals))), primals, {}, "vjp(f, *primals)", has_aux)
    outputs = call.outputs()
    recorded = call.level.outside(outputs)

    def vjp_fn(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        if structure(cotangents) != structure(call.out):
            raise AutogradError(
                say(
                    "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                    f"function. cotangents: {structure(cotangents)}, primal output: {structure(call.out)}",
                    "the same structure",
                    "Give one cotangent for each output.",
                )
            )
        vs = leaves(cotangents)
        create = recorded or any([isinstance(v, Tensor) and v.requires_grad for v in vs])
        if create_graph is not None:
            create = create_graph
        with enable_grad():
            found = _pull(outputs, call.edges, vs, call.given, create)
            result: tuple[Any, ...] = filled(primals, found)
            return mapped(call.level.settled, result)

    output = call.results(call.out)
    return (output, vjp_fn, call.aux) if has_aux else (output, vjp_fn)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """Return `func(*primals)` and the function that multiplies the Jacobian there with a vector, J v.

    Parameters
    ----------
    func, *primals
        As for `vjp`.

    Returns
    -------
    output
    jvp_fn : callable
        Takes tangents, one for each of `primals`, in their structure and shapes; returns the product in the structure
        of the output. May be called several times.

    Raises
    ------
    RuntimeError
        As for `vjp`.
    """
    call, product = _linearized(func, primals, "linearize(f, *primals)", False)
    return call.results(call.out), lambda *tangents: product(tangents)


def _linearized(
    func: Callable[..., Any], primals: tuple[Any, ...], name: str, has_aux: bool
) -> tuple[_Call, Callable[[Any], Any]]:
    """Differentiate twice: the gradient is linear in its seed, and its derivative by the seed is J."""
    call = _Call(func, tuple(range(len(primals))), primals, {}, name, has_aux)
    level, outputs = call.level, call.outputs()
    with enable_grad():
        seeds = [level.seed(t) for t in outputs]
        pulled = _pull(outputs, call.edges, seeds, call.given, True)
    directions = [get_gradient_edge(v) for v in seeds]
    recorded = level.outside(outputs)

    def product(tangents: Any) -> Any:
        if structure(tangents) != structure(primals):
            raise AutogradError(
                say(
                    f"{name}: Expected primals and tangents to have the same python structure. Got primals with "
                    f"structure {structure(primals)} and tangents with structure {structure(tangents)}",
                    "a tangent for each primal",
                    "If primals is a tuple of 3 tensors, tangents also must be.",
                )
            )
        vs = leaves(tangents)
        for v, t in zip(vs, call.given, strict=True):
            if v.shape != t.shape:
                raise ShapeError(
                    say(
                        f"{name}: Tensor is of size {list(t.shape)} while the given forward gradient is of size "
                        f"{list(v.shape)}",
                        "a tangent of the primal's own shape",
                        "Reshape it.",
                    )
                )
        create = recorded or level.connected or any([v.requires_grad for v in vs])
        with enable_grad():
            found = _pull(pulled, directions, vs, outputs, create)
            return mapped(level.settled, filled(call.out, found))

    return call, product


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """Return `func(*primals)` and the product of its Jacobian with a vector, J v: `(output, product)`.

    Parameters
    ----------
    func : callable
        As for `vjp`.
    primals, tangents : tuple
        The arguments, and a vector in their structure and shapes.
    strict : bool
        Raise, rather than return zeros, if an output does not depend on the arguments.
    has_aux : bool
        `func` returns `(output, aux)`, and this returns `(output, product, aux)`.

    Raises
    ------
    RuntimeError
        As for `vjp`; primals and tangents do not fit, or in strict mode.
    """
    name = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise AutogradError(
            say(
                f"{name}: Expected primals to be a tuple, got {type(primals)}",
                "E.g. it should be valid to call f(*primals)",
                "Write (x,) for a single argument.",
            )
        )
    if not leaves(primals):
        raise AutogradError(say(f"{name}: Expected primals to contain at least one Tensor", "a Tensor", "Give one."))
    call, product = _linearized(func, primals, name, has_aux)
    if strict and not all([t.requires_grad for t in call.outputs()]):
        raise AutogradError(
            say(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                "allowed with strict=True",
                "an output computed from the inputs",
                "Leave out strict=True for zeros.",
            )
        )
    out, tangent = call.results(call.out), product(tangents)
    return (out, tangent, call.aux) if has_aux else (out, tangent)


# ------------------------------------------------------------------------------------------------------- matrices


def jacrev(
    func: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """Return the function that computes the Jacobian of `func`, row by row.

    Parameters
    ----------
    func : callable
        Returns Tensors, in nested tuples, lists and dicts if need be.
    argnums : int or tuple of int
        By which arguments.
    has_aux : bool
        `func` returns `(output, aux)`, and the Jacobian comes as `(jacobian, aux)`.
    chunk_size : int, optional
        Accepted; rows are computed one after the other.

    Returns
    -------
    callable
        Returns, in the structure of the output, in the place of each of its tensors, the structure of the arguments,
        with Jacobians in the shape of the output followed by that of the argument.

    Raises
    ------
    RuntimeError
        When called: as for `vjp`, or `argnums` names no argument.
    ValueError
        `chunk_size` is not positive; when called: an argument to differentiate by is no Tensor.
    """
    refuse_chunks("jacrev", chunk_size)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = _Call(func, argnums, args, kwargs, "jacrev(f)(*args)", has_aux)
        blocks = []
        with enable_grad():
            for y in call.outputs():
                recorded = call.level.outside([y])
                rows = [_pull([e], call.edges, None, call.given, recorded) for e in y.reshape(-1)]
                parts = zip(*rows, strict=True) if rows else [()] * len(call.given)
                found = [_joined(list(part), 0, y, x, x) for part, x in zip(parts, call.given, strict=True)]
                blocks.append(filled(call.chosen, found))
            result = call.results(filled(call.out, blocks))
        return (result, call.aux) if has_aux else result

    return wrapper


def jacfwd(
    func: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """Return the function that computes the Jacobian of `func`, column by column.

    Parameters
    ----------
    func, argnums, has_aux
        As for `jacrev`.
    randomness : str
        Accepted ("error", "different" or "same"); `func` is called once, so that it has no effect.

    Returns
    -------
    callable
        As for `jacrev`.

    Raises
    ------
    RuntimeError, ValueError
        As for `jacrev`.
    """
    refuse_randomness(randomness)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = _Call(func, argnums, args, kwargs, "jacfwd(f)(*args)", has_aux)
        level, outputs = call.level, call.outputs()
        with enable_grad():
            seeds = [level.seed(t) for t in outputs]
            pulled = _pull(outputs, call.edges, seeds, call.given, True)
            recorded = level.connected or level.outside(outputs)
            blocks: list[list[Any]] = [[] for _ in outputs]
            for x, g in zip(call.given, pulled, strict=True):
                columns = [_pull([e], seeds, None, outputs, recorded) for e in g.reshape(-1)]
                parts = zip(*columns, strict=True) if columns else [()] * len(outputs)
                for block, part, y in zip(blocks, parts, outputs, strict=True):
                    block.append(_joined(list(part), -1, y, x, y))
            result = call.results(filled(call.out, [filled(call.chosen, block) for block in blocks]))
        return (result, call.aux) if has_aux else result

    return wrapper


def _joined(parts: list[Tensor], dim: int, y: Tensor, x: Tensor, like: Tensor) -> Tensor:
    """Put rows or columns together, in the shape of an output followed by that of an argument."""
    shape = (*y.shape, *x.shape)
    return stack(parts, dim).reshape(shape) if parts else zeros(shape, dtype=like.dtype)


def hessian(func: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the function that computes the Hessian of `func`: the Jacobian of its Jacobian.

    Parameters
    ----------
    func, argnums
        As for `jacrev`.

    Returns
    -------
    callable
        As that of `jacrev`, with the structure of the arguments twice.

    Raises
    ------
    RuntimeError, ValueError
        As for `jacrev`.
    """
    return jacrev(jacrev(func, argnums), argnums)
