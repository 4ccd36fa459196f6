"""`Function`: rules of one's own, spelled as in PyTorch, with Tensors in both bodies."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from autograd import modes, versions
from autograd._tensor import Tensor
from autograd.errors import AutogradError, GraphError, ShapeError, say
from autograd.graph import unpacked
from autograd.inplace import become, own, refuse_unless_editable, share
from autograd.kernels import unbroadcast
from autograd.op import OUT, MultiOp, Op, begin, edge_of, rebuild, wrap
from autograd.stale import freed
from autograd.tape import Outputs, Port


class FunctionCtx(MultiOp):
    """What `forward` and `backward` of a Function share: the node itself, as in PyTorch.

    Attributes of any name may be set on it. Tensors that backward needs go through `save_for_backward`, which checks
    that nobody edits them in between.
    """

    __slots__ = ("__dict__",)

    #: The Function class.
    function: ClassVar[type[Function]]

    def __init__(self) -> None:
        self.saved = ()
        self.extra = self.shapes = None
        self.forms = ()
        self.needs_input_grad: tuple[bool, ...] = ()
        self._to_save: tuple[Tensor | None, ...] = ()
        self._dirty: tuple[Tensor, ...] = ()
        self._constant: tuple[Tensor, ...] = ()
        self._materialize = True
        self._inputs: list[Any] = []

    # -- what forward and setup_context call

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Save inputs or outputs for backward, where they are `saved_tensors`."""
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(
                    say(
                        f"save_for_backward can only save variables, but got {type(t).__name__}",
                        "Tensors or None",
                        "Put other values on ctx as attributes: ctx.n = n.",
                    )
                )
        self._to_save = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Say which inputs forward edits in place (and returns)."""
        self._dirty = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Say which outputs have no gradient."""
        self._constant = args

    def set_materialize_grads(self, value: bool) -> None:
        """Choose what backward gets for an output whose gradient did not arrive: zeros (True) or None."""
        self._materialize = value

    # -- what backward reads

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The tensors given to `save_for_backward`, each hanging where it hung in forward."""
        if self.saved is None:
            raise freed(self)
        out: list[Tensor | None] = []
        for place, held in zip(self.saves, self.saved, strict=True):
            array = unpacked(held)
            if array is None:
                out.append(None)
                continue
            edge = None
            if isinstance(place, int):
                edge = self.edges[place]
            elif isinstance(place, tuple):
                edge = Port(self, place[1]) if self.outputs > 1 else self
            out.append(rebuild(array, edge))
        return tuple(out)

    # -- the engine's side

    def backward(self, g: Any, *saved: Any) -> Any:
        """Call the Function's backward on Tensors, and return arrays."""
        gs = g if self.outputs > 1 else (g,)
        with modes.no_grad():
            h = self._call(tuple([None if a is None else wrap(a) for a in gs]))
        return tuple([None if t is None else t._array for t in h])

    def backward_recorded(self, g: Any) -> Any:
        """Call the Function's backward on Tensors, while a graph of it is recorded."""
        return self._call(g if self.outputs > 1 else (g,))

    def complete(self, gs: Outputs) -> tuple[Any, ...]:
        """Fill in zeros for outputs whose gradient did not arrive, unless the Function asked for None."""
        if self._materialize:
            return super().complete(gs)
        return tuple([gs.get(i) for i in range(len(self.forms))])

    def _call(self, gs: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
        h = self.function.backward(self, *gs)
        grads = list(h) if isinstance(h, tuple | list) else [h]
        n = len(self.edges)
        if len(grads) < n or any(extra is not None for extra in grads[n:]):
            raise AutogradError(
                say(
                    f"function {self.name()} returned an incorrect number of gradients (expected {n}, got "
                    f"{len(grads)})",
                    "one gradient per argument of forward",
                    "Return None for arguments without gradient.",
                )
            )
        return tuple([self._checked(i, grads[i]) for i in range(n)])

    def _checked(self, i: int, t: Any) -> Tensor | None:
        if t is None or self.edges[i] is None:
            return None
        if not isinstance(t, Tensor):
            raise AutogradError(
                say(
                    f"function {self.name()} returned {type(t).__name__} as gradient {i}",
                    "a Tensor or None",
                    "Return tensors from backward.",
                )
            )
        shape, d = self._inputs[i]
        if t._array.shape != shape:
            try:
                fits = np.broadcast_shapes(t._array.shape, shape) == t._array.shape
            except ValueError:
                fits = False
            if not fits:
                raise ShapeError(
                    say(
                        f"Function {self.name()} returned an invalid gradient at index {i} - got "
                        f"{list(t._array.shape)} but expected shape compatible with {list(shape)}",
                        "a gradient in the shape of that argument of forward",
                        "Check the formula, or its transposes.",
                    )
                )
            t = unbroadcast(t, shape)
        return t if t._array.dtype == d else t.type(d)  # type: ignore[no-any-return]


class Function:
    """Base class of differentiable functions of one's own. Call them by `apply`.

    Examples
    --------
    >>> class Cube(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x * x
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensors
    ...         return grad * 3 * x * x
    """

    _node: ClassVar[type[FunctionCtx]] = FunctionCtx

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = f"{cls.__name__}Backward"
        kind: Any = type(FunctionCtx)
        cls._node = kind(name, (FunctionCtx,), {"torch_name": name, "function": cls})

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the value from `(ctx, *inputs)`; or from the inputs alone if there is a `setup_context`."""
        raise NotImplementedError("A Function needs a forward: define it as a staticmethod.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Save on `ctx` what backward needs (optional: then `forward` takes no ctx)."""
        raise NotImplementedError

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return one gradient per argument of forward, from one gradient per output."""
        raise NotImplementedError("A Function that is differentiated needs a backward: define it as a staticmethod.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse what PyTorch refuses: the way of calling Functions before they had `apply`."""
        name = type(self).__name__
        raise RuntimeError(
            say(
                f"{name} was instantiated and called: Legacy autograd function with non-static forward is deprecated",
                "static forward and backward methods, and a call through the class",
                f"Write {name}.apply(...).",
            )
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Compute the function, and record it if an argument needs a gradient."""
        ctx = cls._node()
        tensors = [a if isinstance(a, Tensor) else None for a in args]
        ctx.needs_input_grad = tuple([t is not None and bool(t._needs) for t in tensors])
        records = bool(modes.state.mode) and any(ctx.needs_input_grad)
        with modes.no_grad():
            if cls.setup_context is Function.setup_context:
                out = cls.forward(ctx, *args, **kwargs)
            else:
                out = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, out)
        return _record(ctx, args, tensors, out) if records else _plain(ctx, tensors, out)


def _plain(ctx: FunctionCtx, tensors: list[Tensor | None], out: Any) -> Any:
    """Return the outputs of a call that is not recorded: an input handed through as a tensor without history."""
    kept = {id(t) for t in ctx._dirty}
    given = {id(t) for t in tensors if t is not None} - kept

    def plain(o: Any) -> Any:
        return o.detach() if id(o) in given else o

    return tuple([plain(o) for o in out]) if isinstance(out, tuple) else plain(out)


def _record(ctx: FunctionCtx, args: tuple[Any, ...], tensors: list[Tensor | None], out: Any) -> Any:
    several = isinstance(out, tuple)
    outs = list(out) if several else [out]
    results = [o for o in outs if isinstance(o, Tensor)]
    ctx.outputs = len(outs) if several else 1
    ctx.edges = tuple([None if t is None else edge_of(t) for t in tensors])
    ctx._inputs = [None if t is None else (t._array.shape, t._array.dtype) for t in tensors]
    for t in ctx._dirty:
        if not any(t is r for r in results):
            raise AutogradError(
                say(
                    f"{ctx.name()}: an input was marked dirty (edited in place), but is not an output",
                    "every dirty input among the outputs",
                    "Return it from forward.",
                )
            )
        refuse_unless_editable(t, True)
    ctx.seq = versions.tick()
    ctx.forms = tuple(
        [(o._array.shape, o._array.dtype) if isinstance(o, Tensor) else ((), np.dtype(np.bool_)) for o in outs]
    )
    inputs = {id(t) for t in tensors if t is not None}
    dirty = {id(t) for t in ctx._dirty}
    constant = {id(t) for t in ctx._constant}
    places: list[Any] = []
    saved: list[Any] = []
    positions = {id(t): i for i, t in reversed(list(enumerate(tensors))) if t is not None}
    numbers = {id(o): k for k, o in enumerate(outs)}
    for s in ctx._to_save:
        saved.append(None if s is None else s._array)
        if s is not None and id(s) in numbers and (id(s) not in positions or id(s) in dirty):
            places.append(("out", numbers[id(s)]))
        elif s is not None and id(s) in positions:
            places.append(positions[id(s)])
        else:
            places.append(None)
    ctx.saves = tuple(places)
    ctx.saved = tuple(saved)
    ctx._to_save = ()
    for k, o in enumerate(outs):
        if not isinstance(o, Tensor) or id(o) in constant:
            continue
        if o._array.dtype.kind != "f":
            continue
        edge = Port(ctx, k) if several and len(outs) > 1 else ctx
        if id(o) in dirty:
            become(o, rebuild(o._array, edge))
        elif id(o) in inputs:
            outs[k] = rebuild(own(o), edge)  # an input handed through: a tensor of its own on the same memory
            share(outs[k], o, ctx.name())
        else:
            o._node, o._needs, o._family = edge, True, None
            memory = versions.owner(o._array)
            for given in tensors:
                if given is not None and type(o._array) is np.ndarray and versions.owner(given._array) is memory:
                    share(o, given, ctx.name())
                    break
    ctx._dirty = ctx._constant = ()
    mode = modes.state.mode
    if mode is not True:
        values = tuple([o._array if isinstance(o, Tensor) else o for o in outs])
        mode.made(ctx, args, values if several else values[0])  # type: ignore[union-attr]
    return tuple(outs) if several else outs[0]


class _Twice(Op):
    """z = x     and no derivative: the backward of a function that may be differentiated once."""

    torch_name = "Error"

    def backward(self, g: Any) -> Any:
        raise GraphError(
            say(
                "trying to differentiate twice a function that was marked with @once_differentiable",
                "a backward of Tensors, without that mark",
                "Write backward with Tensor operations, and drop the mark.",
            )
        )

    def backward_recorded(self, g: Any) -> Any:
        return self.backward(g)


def once_differentiable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a `backward` that works on plain numbers: its results cannot be differentiated, and say so if one tries."""

    @functools.wraps(function)
    def wrapper(ctx: FunctionCtx, *grads: Any) -> Any:
        recorded = bool(modes.state.mode)
        with modes.no_grad():
            out = function(ctx, *grads)
        if not recorded:
            return out
        node = begin(_Twice(), [g for g in grads if isinstance(g, Tensor)])
        node.edges = (*node.edges, *ctx.edges)
        if not any(e is not None for e in node.edges):
            return out
        outs = out if isinstance(out, tuple) else (out,)
        marked = tuple([rebuild(o._array, node) if isinstance(o, Tensor) else o for o in outs])
        return marked if isinstance(out, tuple) else marked[0]

    return wrapper


__all__ = ["OUT", "Function", "FunctionCtx", "Op", "once_differentiable"]
