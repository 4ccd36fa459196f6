"""Parametrisations: parameters that are computed from others each time they are read.

After `register_parametrization(layer, "weight", f)` the layer trains `layer.parametrizations.weight.original`, and
`layer.weight` is f of it. The layer's class becomes one of its own, in which `weight` is a property.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from autograd import Tensor, no_grad
from autograd.errors import say
from nn.layers.collections import ModuleDict
from nn.layers.container import ModuleList
from nn.module import Module
from nn.parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "type_before_parametrizations",
]

#: How many `cached()` blocks are open, and what was computed in them, by module and name.
_open = 0
_cache: dict[tuple[int, str], Any] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Compute every parametrised tensor only once within the block: worth it where a layer is called several times."""
    global _open
    _open += 1
    try:
        yield
    finally:
        _open -= 1
        if not _open:
            _cache.clear()


def _register(module: Module, name: str, t: Tensor) -> None:
    """Give a module a tensor, as what it is: parameter or buffer."""
    if isinstance(t, Parameter):
        module.register_parameter(name, t)
    else:
        module.register_buffer(name, t)


def _expect_like(what: str, got: Any, wanted: Tensor) -> None:
    """Raise ValueError unless `got` is a tensor of the shape and dtype of `wanted`."""
    if not isinstance(got, Tensor):
        raise ValueError(say(f"{what} must return a tensor. Got {type(got).__name__}", "a Tensor", "Return one."))
    if got.dtype is not wanted.dtype or got.shape != wanted.shape:
        raise ValueError(
            say(
                f"{what} may not change the dtype or the shape of the tensor, unless the `unsafe` flag is enabled: "
                f"it made {got.dtype} of shape {tuple(got.shape)}",
                f"{wanted.dtype} of shape {tuple(wanted.shape)}",
                "Set unsafe=True if what uses the tensor can cope.",
            )
        )


class ParametrizationList(ModuleList):
    """The parametrisations of one tensor, in the order in which they are applied, and what they are applied to.

    Parameters
    ----------
    modules : sequence of Module
    original : Tensor
        What was there before. It stays the same object if there is one tensor to train.
    unsafe : bool
        Do not check that shape and dtype stay.

    Attributes
    ----------
    original : Tensor
        What is trained; `original0`, `original1` and so on if `right_inverse` returned several.
    is_tensor : bool
        Whether it is one.
    ntensors : int
        How many there are.

    Raises
    ------
    ValueError
        There is no module, or one of them does not return what it has to.
    """

    original: Tensor

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError(say("ParametrizationList requires one or more modules", "a module", "Give one."))
        super().__init__(modules)
        self.unsafe = unsafe
        before = original.detach().clone()
        with no_grad():
            new: Any = original
            for module in reversed(list(self)):
                try:
                    new = _inverse(module)(new)
                except NotImplementedError:
                    continue  # taken for the identity
        self.is_tensor = isinstance(new, Tensor)
        if not self.is_tensor and not (isinstance(new, Sequence) and all([isinstance(t, Tensor) for t in new])):
            raise ValueError(
                say(
                    f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {new!r}",
                    "what the parametrisation's forward takes",
                    "Return a tensor, or a tuple of them.",
                )
            )
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if new.dtype is not original.dtype:
                raise ValueError(
                    say(
                        f"When `right_inverse` outputs one tensor, it may not change the dtype; it made {new.dtype}",
                        f"{original.dtype}",
                        "Convert it.",
                    )
                )
            if new is not original:
                original.data = new.detach()
            _register(self, "original", original)
        else:
            for i, t in enumerate(new):
                if isinstance(original, Parameter):
                    _register(self, f"original{i}", Parameter(t.detach(), original.requires_grad))
                else:
                    _register(self, f"original{i}", t.detach().requires_grad_(original.requires_grad))
        if not unsafe:
            with no_grad():
                _expect_like("Registering a parametrization", self(), before)

    def _originals(self) -> list[Tensor]:
        return [self.original] if self.is_tensor else [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Tensor) -> None:
        """Change what is trained so that the parametrised tensor becomes `value`.

        Raises
        ------
        RuntimeError
            A parametrisation has no `right_inverse`.
        ValueError
            One returns other dtypes, or another number of tensors, than at first.
        """
        with no_grad():
            new: Any = value
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        say(
                            f"parametrization {type(module).__name__} does not implement right_inverse",
                            "one, to find what to train from what is assigned",
                            "Define it, or assign to the originals.",
                        )
                    )
                new = module.right_inverse(new)
            tensors = [new] if self.is_tensor else list(new)
            originals = self._originals()
            fit = len(tensors) == len(originals) and all(
                [isinstance(t, Tensor) and t.dtype is o.dtype for t, o in zip(tensors, originals, strict=False)]
            )
            if not fit:
                raise ValueError(
                    say(
                        f"`right_inverse` returned {[getattr(t, 'dtype', type(t).__name__) for t in tensors]}",
                        f"tensors of {[o.dtype for o in originals]}",
                        "It must return the same kinds of tensors for every input.",
                    )
                )
            for t, original in zip(tensors, originals, strict=True):
                original.data = t.detach().clone()

    def forward(self) -> Tensor:
        """Return the parametrised tensor."""
        first, *more = list(self)
        x: Tensor = first(*self._originals())
        for module in more:
            x = module(x)
        return x


def _inverse(module: Module) -> Any:
    """Return the `right_inverse` of a parametrisation; without one, the identity."""
    return getattr(module, "right_inverse", lambda x: x)


# ----------------------------------------------------------------------------------------------- the class that is made


def _without_state(self: Module) -> Any:
    raise RuntimeError(
        say(
            "Serialization of parametrized modules is only supported through state_dict()",
            "a module without parametrisations, or its state_dict",
            "Save model.state_dict(), and load it into a model that is parametrised alike.",
        )
    )


def _deep_copied(self: Module, memo: dict[int, Any]) -> Module:
    """Return a deep copy, with a class of its own: taking its parametrisations away leaves the original as it is."""
    cls = type(self)
    replica: Module = object.__new__(type(cls.__name__, cls.__bases__, dict(vars(cls))))
    memo[id(self)] = replica
    replica.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return replica


def _property(name: str) -> property:
    def read(self: Any) -> Any:
        if not _open:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def write(self: Any, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(read, write)


def _rows(module: Any) -> Any:
    """Return the parametrisations of a module, by the names of the tensors."""
    return module.parametrizations


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let a parameter or buffer be computed by `parametrization` from what is trained in its place.

    Parameters
    ----------
    module : Module
    tensor_name : str
        Which parameter or buffer. One that is parametrised already gets one more, which is applied last.
    parametrization : Module
        Its forward makes the tensor; its `right_inverse`, if it has one, makes what is trained from the tensor there
        was, and from one that is assigned. Several tensors are trained if that returns a tuple.
    unsafe : bool
        Do not check that shape and dtype stay.

    Returns
    -------
    Module
        `module`, whose class is now a subclass of what it was.

    Raises
    ------
    ValueError
        There is no such tensor; the parametrisation changes its shape or dtype.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        row = _rows(module)[tensor_name]
        if not unsafe:
            with no_grad():
                before = getattr(module, tensor_name)
                after = parametrization(before)
                _expect_like("Registering a parametrization", after, before)
                with suppress(NotImplementedError):
                    _expect_like("parametrization.right_inverse", _inverse(parametrization)(after), before)
        row.append(parametrization)
        row.unsafe |= unsafe
        return module
    if tensor_name not in module._buffers and tensor_name not in module._parameters:
        raise ValueError(
            say(
                f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
                f"'{tensor_name}'",
                f"one of: {', '.join([*module._parameters, *module._buffers])}",
                "Name a parameter of this very module, not of one below.",
            )
        )
    row = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        cls = type(module)
        methods = {"__getstate__": _without_state, "__deepcopy__": _deep_copied, "__module__": cls.__module__}
        module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), methods)
        module.parametrizations = ModuleDict()
    setattr(type(module), tensor_name, _property(tensor_name))
    _rows(module)[tensor_name] = row
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Return whether a module has parametrisations: of this tensor, or of any."""
    rows = getattr(module, "parametrizations", None)
    if not isinstance(rows, ModuleDict):
        return False
    return len(rows) > 0 if tensor_name is None else tensor_name in rows


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make a parametrised tensor a parameter or buffer again.

    Parameters
    ----------
    module : Module
    tensor_name : str
    leave_parametrized : bool
        Keep the number it has now; if False, what was trained.

    Raises
    ------
    ValueError
        It is not parametrised, or by several tensors, of which none can be left.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(
            say(
                f"Module {module} does not have a parametrization on {tensor_name}",
                "a parametrised tensor",
                "is_parametrized tells.",
            )
        )
    row = _rows(module)[tensor_name]
    if not row.is_tensor and not leave_parametrized:
        raise ValueError(
            say(
                "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
                "sequence of tensors",
                "leave_parametrized=True",
                "There is no one tensor to put in its place.",
            )
        )
    if row.is_tensor:
        tensor = row.original
        if leave_parametrized:
            with no_grad():
                tensor.data = getattr(module, tensor_name).detach()
    else:
        now = getattr(module, tensor_name)
        tensor = Parameter(now.detach()) if now.requires_grad else now
    delattr(type(module), tensor_name)
    del _rows(module)[tensor_name]
    _register(module, tensor_name, tensor)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """Return the class that a module had before it was parametrised."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)
