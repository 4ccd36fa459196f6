"""Module: a function with parameters, and the tree that modules form."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import autograd
from autograd import Tensor, no_grad
from autograd.errors import say
from autograd.hooks import RemovableHandle, watching
from nn import calls, state
from nn.parameter import Parameter, reset_grad
from nn.registry import Members, expect_free_name, expect_initialised, wrong_kind


class Module:
    """A function with parameters, built from parameters and other modules.

    Subclass it, assign parameters and modules to attributes in `__init__` (after `super().__init__()`), and write
    `forward`. Calling the module runs `forward`, and whatever hooks were registered.

    Attributes
    ----------
    training : bool
        Set by `train()` and `eval()`; layers that behave differently in training read it.

    Examples
    --------
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(4, 5)
    ...         self.out = nn.Linear(5, 3)
    ...
    ...     def forward(self, x):
    ...         return self.out(self.hidden(x).relu())
    """

    training: bool
    _parameter_names: dict[str, None]  # dicts for their order; the values are attributes, see Members
    _buffer_names: dict[str, None]
    _module_names: dict[str, None]
    _transient: set[str]  # buffers that stay out of the state dict
    _REGISTRY = ("_parameter_names", "_buffer_names", "_module_names", "_transient")

    #: Hooks around calls; the class's None serves every module that has none.
    _hooks: calls.Hooks | None = None

    def __init__(self) -> None:
        self.__dict__.update(training=True, _parameter_names={}, _buffer_names={}, _module_names={}, _transient=set())

    # -- calling ---------------------------------------------------------------------------------------------------

    def _forward_missing(self, *inputs: Any) -> Any:
        """Compute the output: for every module to define."""
        raise NotImplementedError(
            say(
                f'Module [{type(self).__name__}] is missing the required "forward" function',
                f"{type(self).__name__} to define it",
                "Write `def forward(self, x): ...` in the class body (mind its indentation).",
            )
        )

    forward: Callable[..., Any] = _forward_missing

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` and the hooks around it. An error on the way is given a note that says in which module."""
        try:
            if self._hooks is None and not watching():
                return self.forward(*args, **kwargs)
            return calls.observed(self, args, kwargs)
        except Exception as error:
            calls.say_where(error)
            raise

    # -- registration ----------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        attributes = self.__dict__
        if isinstance(value, Parameter):
            expect_initialised(self, "parameters")
            if name not in self._parameter_names:
                self._forget(name)
                self.register_parameter(name, value)
            attributes[name] = value
        elif isinstance(value, Module):
            expect_initialised(self, "module")
            if name in self._parameter_names:
                raise wrong_kind(self, name, value, "parameter")
            if name not in self._module_names:
                self._forget(name)
                self._module_names[name] = None
            attributes[name] = value
        elif "_module_names" in attributes and self._is_registered(name):
            if value is not None:
                if name in self._parameter_names:
                    raise wrong_kind(self, name, value, "parameter")
                if name in self._module_names:
                    raise wrong_kind(self, name, value, "child module")
                if not isinstance(value, Tensor):
                    raise wrong_kind(self, name, value, "buffer")
            attributes[name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._forget(name)

    def __getstate__(self) -> dict[str, Any]:
        # A shallow copy (copy.copy) registers its own: it must not share the names' order with the original.
        attributes = self.__dict__
        return {**attributes, **{key: attributes[key].copy() for key in self._REGISTRY if key in attributes}}

    def __dir__(self) -> list[str]:
        return sorted(name for name in super().__dir__() if not name[0].isdigit())

    def _is_registered(self, name: str) -> bool:
        return name in self._parameter_names or name in self._buffer_names or name in self._module_names

    def _forget(self, name: str) -> None:
        """Strike `name` off whatever it was: its next registration comes last."""
        for names in (self._parameter_names, self._buffer_names, self._module_names, self.__dict__):
            names.pop(name, None)
        self._transient.discard(name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter; None reserves the name for one (a bias that was switched off, say).

        Raises
        ------
        TypeError
            `param` is neither a Parameter nor None, or `name` no string.
        KeyError
            The name is taken, empty or has a dot.
        """
        expect_free_name(self, name, "parameter", self._parameter_names)
        if param is not None and not isinstance(param, Parameter):
            raise wrong_kind(self, name, param, "parameter")
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the state but is not trained (a running mean, say).

        Parameters
        ----------
        name : str
            The attribute's name.
        tensor : Tensor or None
            None reserves the name.
        persistent : bool
            Whether the state dict contains it.

        Raises
        ------
        TypeError
            `tensor` is neither a Tensor nor None, or `name` no string.
        KeyError
            The name is taken, empty or has a dot.
        """
        expect_free_name(self, name, "buffer", self._buffer_names)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise wrong_kind(self, name, tensor, "buffer")
        self._buffers[name] = tensor
        if persistent:
            self._transient.discard(name)
        else:
            self._transient.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a child module (or reserve the name with None), as `setattr(self, name, module)` does.

        Raises
        ------
        TypeError
            `module` is neither a Module nor None, or `name` no string.
        KeyError
            The name is taken, empty or has a dot.
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(
                say(
                    f"{type(module).__name__} is not a Module subclass",
                    "an instance of a class derived from nn.Module",
                    "Functions become modules in a small class with a forward; classes want brackets: nn.ReLU().",
                )
            )
        expect_free_name(self, name, "module", self._module_names)
        self._modules[name] = module

    register_module = add_module

    @property
    def _parameters(self) -> Members[Parameter | None]:
        return Members(self.__dict__, self._parameter_names)

    @property
    def _buffers(self) -> Members[Tensor | None]:
        return Members(self.__dict__, self._buffer_names)

    @property
    def _modules(self) -> Members[Module | None]:
        return Members(self.__dict__, self._module_names)

    # -- walking the tree ------------------------------------------------------------------------------------------

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Yield (dotted path, module) of this module and all below it, parents first.

        Parameters
        ----------
        memo : set of Module, optional
            Modules to leave out; those yielded are added.
        prefix : str
            The path of this module.
        remove_duplicate : bool
            Yield a module that sits in several places only once.
        """
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Yield this module and all below it, parents first."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield (name, module) of the modules directly below, each once."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """Yield the modules directly below, each once."""
        for _, child in self.named_children():
            yield child

    def _named_members(
        self, members: Callable[[Module], Mapping[str, Any]], prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen = set()  # of ids: tensors compare element by element
        below = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in below:
            for name, value in members(module).items():
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield (f"{path}.{name}" if path else name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield (dotted path, parameter), in order of registration.

        Parameters
        ----------
        prefix : str
            Goes before every path.
        recurse : bool
            Include the parameters of the modules below.
        remove_duplicate : bool
            Yield a shared parameter only once.
        """
        return self._named_members(lambda module: module._parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield the parameters, in order of registration: what an optimizer wants."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield (dotted path, buffer), in order of registration."""
        return self._named_members(lambda module: module._buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield the buffers, in order of registration."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """Return the module at dotted path `target` ("" is this module).

        Raises
        ------
        AttributeError
            There is none; the message says where the path ends.
        """
        module = self
        for name in target.split(".") if target else []:
            child = module._modules.get(name)
            if child is None:
                names = ", ".join(module._module_names) or "none"
                raise AttributeError(
                    say(
                        f"{type(module).__name__} has no submodule '{name}' (looking for '{target}')",
                        f"one of its children: {names}",
                        "named_modules() lists every path.",
                    )
                )
            module = child
        return module

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at dotted path `target`.

        Raises
        ------
        AttributeError
            There is none.
        """
        found: Parameter = self._get_member(target, "parameter", lambda module: module._parameters)
        return found

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer at dotted path `target`.

        Raises
        ------
        AttributeError
            There is none.
        """
        found: Tensor = self._get_member(target, "buffer", lambda module: module._buffers)
        return found

    def _get_member(self, target: str, kind: str, members: Callable[[Module], Mapping[str, Any]]) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        found = members(module).get(name)
        if found is None:
            raise AttributeError(
                say(
                    f"{type(module).__name__} has no {kind} '{name}' (looking for '{target}')",
                    f"one of: {', '.join(members(module)) or 'none'}",
                    f"named_{kind}s() lists every path.",
                )
            )
        return found

    # -- changing all of it ----------------------------------------------------------------------------------------

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every module of the tree, children first, and return this module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set training mode (True) or evaluation mode (False) here and below.

        Raises
        ------
        ValueError
            `mode` is no bool.
        """
        if not isinstance(mode, bool):
            raise ValueError(
                say(
                    f"training mode is expected to be boolean, got {mode!r}", "True or False", "Call train() or eval()."
                )
            )
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set evaluation mode here and below: `train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set whether the parameters require gradients: `requires_grad_(False)` freezes the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Reset the gradients of all parameters: to None, or to zeros if `set_to_none` is False."""
        for parameter in self.parameters():
            reset_grad(parameter, set_to_none)

    def _apply(self, fn: Callable[[Tensor], Tensor]) -> Self:
        """Replace the data of parameters, their gradients and the buffers by `fn` of them."""
        with no_grad():
            for parameter in self.parameters():
                grad = parameter.grad
                parameter.grad = None
                parameter.data = fn(parameter.data)
                if grad is not None:
                    parameter.grad = fn(grad)
            for module in self.modules():
                for name, buffer in module._buffers.items():
                    if buffer is not None:
                        module._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert in place as `Tensor.to` does: `to(dtype)`, `to("cpu")`, `to(device, dtype)`, `to(tensor)`.

        Only floating-point parameters and buffers change their dtype.

        Raises
        ------
        TypeError
            The dtype asked for is no floating-point dtype.
        """
        wanted = autograd.empty(0).to(*args, **kwargs).dtype
        if not wanted.is_floating_point:
            raise TypeError(
                say(
                    f"nn.Module.to only accepts floating point dtypes, but got desired dtype={wanted}",
                    "autograd.float32 or autograd.float64",
                    "Convert inputs, not modules, to integers.",
                )
            )
        return self._apply(lambda t: t.to(*args, **kwargs) if t.is_floating_point() else t)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers to `dst_type`."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Self:
        """Convert floating-point parameters and buffers to float32."""
        return self.to(autograd.float32)

    def double(self) -> Self:
        """Convert floating-point parameters and buffers to float64."""
        return self.to(autograd.float64)

    def half(self) -> Self:
        """Convert floating-point parameters and buffers to float16."""
        return self.to(autograd.float16)

    def cpu(self) -> Self:
        """Return this module: the cpu is the one device."""
        return self

    # -- state -----------------------------------------------------------------------------------------------------

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """Return all parameters and persistent buffers by dotted path.

        The tensors share memory with the module's: later training changes them. `copy.deepcopy` it for a snapshot.

        Parameters
        ----------
        destination : dict, optional
            Filled and returned instead of a new dict.
        prefix : str
            Goes before every key.
        keep_vars : bool
            Return the parameters themselves instead of detached tensors.
        """
        destination = OrderedDict() if destination is None else destination
        for key, _, _, value in state.named(self):
            destination[prefix + key] = value if keep_vars else value.detach()
        return destination

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> state.IncompatibleKeys:
        """Copy parameters and buffers from `state_dict` into this module. All or nothing.

        Parameters
        ----------
        state_dict : mapping of str to Tensor
            What `state_dict()` of a module of the same structure returned.
        strict : bool
            Refuse missing and unexpected keys. If False they are returned; shapes must fit all the same.
        assign : bool
            Make the tensors of `state_dict` this module's own instead of copying them (they keep their dtype).

        Returns
        -------
        IncompatibleKeys
            The lists `missing_keys` and `unexpected_keys`.

        Raises
        ------
        RuntimeError
            Keys are missing, unexpected or misshapen. The message lists all of them, and nothing was loaded.
        TypeError
            `state_dict` is no mapping.
        """
        return state.load(self, state_dict, strict, assign)

    # -- hooks -----------------------------------------------------------------------------------------------------

    def _make_hooks(self) -> calls.Hooks:
        if self._hooks is None:
            self.__dict__["_hooks"] = calls.Hooks()
        assert self._hooks is not None
        return self._hooks

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before `forward`; what it returns, if anything, replaces the arguments.

        Parameters
        ----------
        hook : callable
            Returns None, the new argument, or a tuple of the new arguments.
        prepend : bool
            Run it before the hooks already there.
        with_kwargs : bool
            Call `hook(module, args, kwargs)`; it returns None or the pair (args, kwargs).
        """
        return calls.add(self._make_hooks().before, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after `forward`; what it returns, if anything, replaces the output.

        Parameters
        ----------
        hook : callable
            Returns None or the new output.
        prepend : bool
            Run it before the hooks already there.
        with_kwargs : bool
            Call `hook(module, args, kwargs, output)`.
        always_call : bool
            Call it even if `forward` raised; `output` is None then.
        """
        return calls.add(self._make_hooks().after, (hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradient of the output is known, before it enters the module.

        `grad_output` is a tuple; what the hook returns, if anything, replaces it.
        """
        return calls.add(self._make_hooks().backward_before, hook, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradient of the inputs is known.

        Both are tuples, with None for what is no tensor or needs no gradient; what the hook returns, if anything,
        replaces `grad_input`.
        """
        return calls.add(self._make_hooks().backward_after, hook, prepend)

    # -- showing ---------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands between the brackets of the module's `repr` (its options, say)."""
        return ""

    def __repr__(self) -> str:
        options = self.extra_repr()
        children = [f"({name}): {indented(repr(child))}" for name, child in self._modules.items()]
        return bracketed(type(self).__name__, options.split("\n") if options else [], children)


def indented(text: str) -> str:
    """Indent all lines of `text` but the first by two spaces."""
    return text.replace("\n", "\n  ")


def bracketed(name: str, options: list[str], children: list[str]) -> str:
    """Return `name(...)` with its options and children, on one line where there is but one option."""
    if len(options) == 1 and not children:
        return f"{name}({options[0]})"
    lines = options + children
    return f"{name}({''.join(f'{chr(10)}  {line}' for line in lines)}{chr(10) if lines else ''})"
