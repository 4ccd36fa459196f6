"""What happens around a module's `forward`: hooks, the path `watch` writes down, and the note on errors.

None of it costs a plain call anything. Which modules are being called is read from Python's own stack: every call is a
frame of `Module.__call__`, and its `self` is the module.
"""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

from autograd import Function, Tensor
from autograd.hooks import RemovableHandle, scope, watching

if TYPE_CHECKING:
    from nn.module import Module


class Hooks:
    """The hooks of one module, by handle id, in the order in which they run.

    Attributes
    ----------
    before : dict
        Of (hook, with_kwargs): run before `forward`.
    after : dict
        Of (hook, with_kwargs, always_call): run after `forward`.
    backward_before, backward_after : dict
        Run when the gradient of the output, and of the input, is known.
    """

    __slots__ = ("after", "backward_after", "backward_before", "before")

    def __init__(self) -> None:
        self.before: dict[int, tuple[Callable[..., Any], bool]] = {}
        self.after: dict[int, tuple[Callable[..., Any], bool, bool]] = {}
        self.backward_before: dict[int, Callable[..., Any]] = {}
        self.backward_after: dict[int, Callable[..., Any]] = {}


def add(hooks: dict[int, Any], hook: Any, prepend: bool) -> RemovableHandle:
    """Add `hook` as the last of `hooks` (the first, if `prepend`) and return the handle that removes it."""
    handle = RemovableHandle(hooks)
    earlier = dict(hooks)
    if prepend:
        hooks.clear()
    hooks[handle.id] = hook
    hooks.update(earlier)
    return handle


def observed(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run the module's `forward` with its hooks, and under its path if somebody watches."""
    if not watching():
        return _hooked(module, args, kwargs)
    chain = list(_calls_above(sys._getframe(1)))[::-1]
    if len(chain) == 1:  # the outermost call knows the whole path of every parameter
        for path, parameter in module.named_parameters():
            if parameter.name is None:
                parameter.name = path
    with scope(_path(chain)):
        return _hooked(module, args, kwargs)


def _hooked(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    hooks = module._hooks
    if hooks is None:
        return module.forward(*args, **kwargs)
    result = None
    done = set()
    try:
        for hook, with_kwargs in list(hooks.before.values()):
            if with_kwargs:
                args, kwargs = hook(module, args, kwargs) or (args, kwargs)
            elif (replaced := hook(module, args)) is not None:
                args = replaced if isinstance(replaced, tuple) else (replaced,)
        gates = Gates(module, hooks) if hooks.backward_before or hooks.backward_after else None
        result = module.forward(*(gates.entered(args) if gates else args), **kwargs)
        for key, (hook, with_kwargs, _) in list(hooks.after.items()):
            done.add(key)
            replaced = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
            if replaced is not None:
                result = replaced
        return gates.left(result) if gates else result
    except Exception as error:
        for key, (hook, with_kwargs, always) in list(hooks.after.items()):
            if always and key not in done:
                try:
                    hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
                except Exception as second:
                    warnings.warn(
                        f"a forward hook with always_call=True raised {second!r}, which is not shown because forward "
                        f"had already raised {error!r}",
                        stacklevel=4,
                    )
        raise


# ------------------------------------------------------------------------------------------------- backward hooks


class Gate(Function):
    """An identity that tensors go through together, and that shows their gradients to a function on the way back."""

    @staticmethod
    def forward(ctx: Any, show: Callable[[tuple[Any, ...]], tuple[Any, ...]], *tensors: Tensor) -> tuple[Tensor, ...]:
        """Return `tensors`, on the same memory."""
        ctx.show = show
        ctx.set_materialize_grads(False)
        return tuple(t.detach() for t in tensors)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        """Return what `show` makes of the gradients."""
        return (None, *ctx.show(grads))


class Gates:
    """The two gates of one call of a module with backward hooks: its inputs enter by one, its outputs leave by one.

    The backward pass meets the outputs' gate first, and the inputs' gate when the gradients of all inputs are known.
    """

    def __init__(self, module: Module, hooks: Hooks) -> None:
        self.module = module
        self.hooks = hooks
        self.grad_output: tuple[Any, ...] = ()
        self.inputs = 0
        self.places: list[int] = []  # which arguments went through the gate

    def entered(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Send the arguments that need a gradient through their gate."""
        self.inputs = len(args)
        self.places = [i for i, a in enumerate(args) if isinstance(a, Tensor) and a.requires_grad]
        return _through(self.inputs_known, args, self.places)

    def left(self, result: Any) -> Any:
        """Send the outputs through theirs."""
        outputs = result if isinstance(result, tuple) else (result,)
        places = [i for i, a in enumerate(outputs) if isinstance(a, Tensor) and a.requires_grad]
        if not all(isinstance(a, Tensor) for a in outputs):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(result)}",
                stacklevel=5,
            )

        def outputs_known(grads: tuple[Any, ...]) -> tuple[Any, ...]:
            full = _spread(grads, places, len(outputs))
            for hook in list(self.hooks.backward_before.values()):
                full = _replaced(hook(self.module, full), full)
            self.grad_output = full
            if not self.places:  # no gradient will reach the inputs: this is all the hooks will see
                self.inputs_known(())
            return tuple(full[i] for i in places)

        gated = _through(outputs_known, outputs, places)
        return gated if isinstance(result, tuple) else gated[0]

    def inputs_known(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """Show the hooks the gradients on both sides, and return those of the inputs."""
        full = _spread(grads, self.places, self.inputs)
        for hook in list(self.hooks.backward_after.values()):
            full = _replaced(hook(self.module, full, self.grad_output), full)
        return tuple(full[i] for i in self.places)


def _through(show: Callable[..., Any], values: tuple[Any, ...], places: list[int]) -> tuple[Any, ...]:
    if not places:
        return values
    gated = dict(zip(places, Gate.apply(show, *(values[i] for i in places)), strict=True))
    return tuple(gated.get(i, value) for i, value in enumerate(values))


def _spread(grads: tuple[Any, ...], places: list[int], length: int) -> tuple[Any, ...]:
    """Return the gradients at their places among `length` values, None elsewhere."""
    at = dict(zip(places, grads, strict=False))
    return tuple(at.get(i) for i in range(length))


def _replaced(new: Any, old: tuple[Any, ...]) -> tuple[Any, ...]:
    if new is None:
        return old
    return new if isinstance(new, tuple) else (new,)


# ----------------------------------------------------------------------------------------- which module, and where


def _module_called(frame: FrameType) -> Module | None:
    """Return the module that this frame calls; None if it is no frame of `Module.__call__`."""
    if frame.f_code.co_name == "__call__" and frame.f_globals.get("__name__") == "nn.module":
        module: Module = frame.f_locals["self"]
        return module
    return None


def _calls_above(frame: FrameType | None) -> Iterator[Module]:
    """Yield the modules being called, innermost first."""
    while frame is not None:
        module = _module_called(frame)
        if module is not None:
            yield module
        frame = frame.f_back


def _path(chain: list[Module]) -> str:
    """Return the dotted path of the last of `chain` in the first; each was called by the one before it."""
    names = []
    for caller, module in itertools.pairwise(chain):
        found = (path for path, child in caller.named_modules() if child is module)
        name = next(found, f"({type(module).__name__})")  # brackets: made on the way, no attribute leads to it
        if name:
            names.append(name)
    return ".".join(names)


def say_where(error: Exception) -> None:
    """Add to `error` a note of the path and kind of the module in which it was raised.

    To be called by every `Module.__call__` the error passes; the outermost one knows the whole path and writes it.
    """
    here = sys._getframe(1)
    if next(_calls_above(here.f_back), None) is not None:
        return
    chain = []
    trace = error.__traceback__
    while trace is not None:
        module = _module_called(trace.tb_frame)
        if module is not None:
            chain.append(module)
        trace = trace.tb_next
    innermost = chain[-1]
    kind = type(innermost).__name__ if any(True for _ in innermost.children()) else repr(innermost)
    path = _path(chain)
    note = f"in {path} ({kind})" if path else f"in {kind}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
