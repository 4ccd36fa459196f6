"""Optimizer: what all optimizers share, from parameter groups to the state dict."""

from __future__ import annotations

import copy
import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd import Tensor, dtype, enable_grad
from autograd.errors import say
from autograd.hooks import RemovableHandle
from nn.calls import add
from nn.optim.runs import Array, Memory, Plan, Run
from nn.parameter import reset_grad

Group = dict[str, Any]
#: Parameters; or (name, parameter) pairs; or dicts of "params" and the options that hold for them.
Params = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[Group]


def hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method `step` of an optimizer such that its hooks run, and its schedulers notice."""

    @functools.wraps(step)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        self = args[0]
        if self._opt_called is False:
            self._opt_called = True
        if not self._step_hooks or self._stepping:
            return step(*args, **kwargs)
        before, after = self._step_hooks
        self._stepping = True  # a step that calls that of its base class is one step
        try:
            for hook in list(before.values()):
                replaced = hook(self, args, kwargs)
                if replaced is not None:
                    args, kwargs = _expect_args_and_kwargs(replaced)
            result = step(*args, **kwargs)
            for hook in list(after.values()):
                hook(self, args, kwargs)
        finally:
            self._stepping = False
        return result

    wrapper.hooked = True  # type: ignore[attr-defined]
    return wrapper


def _expect_args_and_kwargs(replaced: Any) -> Any:
    if isinstance(replaced, tuple) and len(replaced) == 2:
        return replaced
    raise RuntimeError(
        say(
            f"a hook before the step must return None or a tuple of (new_args, new_kwargs), but got {replaced}",
            "None, or what `step` shall be called with",
            "Return args, kwargs; or nothing.",
        )
    )


class Optimizer:
    """Base class of optimizers.

    A subclass says in `memory` (with `initial` and `numbers`) what it remembers of each parameter, and in `update` what
    is subtracted from the values. It may write a `step` of its own instead, over `param_groups` and `state`, as in
    PyTorch; hooks run around that one too.

    Parameters
    ----------
    params : iterable
        Of tensors, of (name, tensor) pairs, or of dicts: parameter groups, each with "params" and its own options.
    defaults : dict
        The options of groups that do not set them.

    Attributes
    ----------
    param_groups : list of dict
        "params" and the options. May be changed between steps (a learning rate, say).
    state : dict
        What is remembered of each parameter.
    defaults : dict
        As given.

    Raises
    ------
    ValueError
        No parameters, a parameter twice, or one that is no leaf.
    TypeError
        Something else than tensors, or a set, whose order differs from run to run.
    """

    #: Whether the state counts steps.
    counts_steps = False

    _opt_called: bool | None = None  # once a scheduler looks on (not None): whether a step has been made since
    _stepping = False
    _step_hooks: tuple[dict[int, Any], dict[int, Any]] | None = None  # before and after a step
    _state_hooks: dict[str, dict[int, Any]] | None = None  # around state_dict and load_state_dict, by the occasion

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = hooked(cls.step)  # type: ignore[method-assign]

    def __init__(self, params: Params, defaults: Group) -> None:
        if isinstance(params, Tensor) or not isinstance(params, Iterable):
            raise TypeError(
                say(
                    "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                    f"{type(params).__name__}",
                    "a list of parameters",
                    "Write [parameter], or model.parameters() for all of a model's.",
                )
            )
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        self._plans: dict[int, Plan] = {}  # by the group's place
        groups: list[Any] = list(params)
        if not groups:
            raise ValueError(
                say(
                    "optimizer got an empty parameter list",
                    "at least one parameter",
                    "Pass model.parameters(). A generator that was read already is empty: list() it first. Modules in "
                    "a plain list are not found: use nn.ModuleList.",
                )
            )
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    # -- parameter groups ------------------------------------------------------------------------------------------

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with options of their own.

        Parameters
        ----------
        param_group : dict
            "params", and the options that shall differ from the defaults.

        Raises
        ------
        ValueError, TypeError
            As for the constructor; nothing was added.
        """
        if not isinstance(param_group, dict):
            raise TypeError(
                say(f"param_group must be a dict, but got {type(param_group)}", "{'params': [...]}", "Add the braces.")
            )
        given = param_group["params"]
        if isinstance(given, set | frozenset):
            raise TypeError(
                say(
                    "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                    "sets will change between runs",
                    "a list",
                    "Write a list instead.",
                )
            )
        items = [given] if isinstance(given, Tensor) else list(given)
        names = [item[0] for item in items if isinstance(item, tuple)]
        params = [item[1] if isinstance(item, tuple) else item for item in items]
        self._check_names(len(names), len(params))
        self._check_params(params)
        group = {**param_group, "params": params}
        if names:
            group["param_names"] = names
        for option, default in self.defaults.items():
            group.setdefault(option, default)
        self.param_groups.append(group)

    def _check_names(self, named: int, all_of_them: int) -> None:
        mixed = named not in (0, all_of_them)
        if mixed or any(("param_names" in group) != (named > 0) for group in self.param_groups):
            raise ValueError(
                say(
                    "all optimizer params should be with/without names. Some param names are missing",
                    "names for all parameters of all groups, or for none",
                    "Pass model.named_parameters() throughout, or model.parameters().",
                )
            )

    def _check_params(self, params: list[Any]) -> None:
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(
                    say(
                        f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}",
                        "Tensors that require a gradient",
                        "Pass model.parameters().",
                    )
                )
            if not p.is_leaf:
                raise ValueError(
                    say(
                        f"can't optimize a non-leaf Tensor: one of the params, of shape {tuple(p.shape)}, is the "
                        f"result of {p.grad_fn.name()}",
                        "leaves, which own their values and gradients",
                        "Make it a leaf after the computation: w = (...).detach().requires_grad_().",
                    )
                )
        seen = {id(p) for group in self.param_groups for p in group["params"]}
        before = len(seen)
        ids = [id(p) for p in params]
        if not seen.isdisjoint(ids):
            raise ValueError(
                say(
                    "some parameters appear in more than one parameter group",
                    f"each parameter once in the {before + len(ids)} given",
                    "Leave it out of one group: its update would be made twice.",
                )
            )
        if len(set(ids)) < len(ids):
            raise ValueError(
                say(
                    f"optimizer contains a parameter group with duplicate parameters: {len(ids)} given, of which "
                    f"{len(set(ids))} differ",
                    "each parameter once",
                    "model.parameters() yields shared parameters once; adding up two such lists does not.",
                )
            )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Reset the gradients of all parameters.

        Parameters
        ----------
        set_to_none : bool
            To None rather than to zeros. A parameter whose gradient is None is left out of a step, momentum and all;
            one whose gradient is zero is not.
        """
        for group in self.param_groups:
            for p in group["params"]:
                reset_grad(p, set_to_none)

    # -- a step ----------------------------------------------------------------------------------------------------

    def memory(self, group: Group) -> tuple[str, ...]:
        """Return the names of what `update` remembers of a parameter: tensors of its shape, zeros at first."""
        raise NotImplementedError

    def initial(self, group: Group) -> dict[str, float]:
        """Return what those of these tensors that are no zeros at first are filled with."""
        return {}

    def numbers(self, group: Group) -> dict[str, float]:
        """Return the names of the numbers that `update` remembers of a parameter, and what they are at first."""
        return {}

    def advance(self, group: Group, age: int, numbers: Sequence[Any]) -> Sequence[Any]:
        """Return what those numbers are after a step, if they were `numbers` before it."""
        return numbers

    def reads_values(self, group: Group) -> bool:
        """Tell whether `update` looks at the parameters' values (weight decay does)."""
        return bool(group.get("weight_decay"))

    def update(
        self,
        group: Group,
        values: Array,
        gradients: Array,
        state: Sequence[Any],
        age: int,
        result: Array,
        spare: Array,
    ) -> None:
        """Compute what is subtracted from parameters, into `result`.

        All arrays are flat and of one length: they may hold one parameter, several, or a block of a large one.

        Parameters
        ----------
        group : dict
            The options.
        values, gradients : ndarray
            Not to be changed. `values` is only filled if `reads_values` says so.
        state : sequence
            The tensors that `memory` names, as arrays to be changed in place; then the `numbers`, NumPy scalars.
        age : int
            The number of earlier updates (without `counts_steps`: 0 for the first of this state).
        result, spare : ndarray
            Scratch.
        """
        raise NotImplementedError

    @hooked
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Evaluates the model and calls `backward`; called first, with gradients enabled.

        Returns
        -------
        object
            What the closure returned: the loss.
        """
        loss = loss_of(closure)
        for i, group in enumerate(self.param_groups):
            update, reads_values = functools.partial(self.update, group), self.reads_values(group)
            for run in self._runs(i, group):
                run.step(update, reads_values, self.advance(group, run.age, run.numbers) if run.numbers else ())
        return loss

    def _runs(self, i: int, group: Group) -> list[Run]:
        """Return the runs over the parameters of group `i` that have a gradient: the last ones, if nothing changed."""
        params = [p for p in group["params"] if p.grad is not None]
        names = self.memory(group)
        planned = self._plans.get(i)
        if planned is None or not planned.stands(params, self.state, names):
            tensors = {**dict.fromkeys(names, 0.0), **self.initial(group)}
            memory = Memory(tensors, self.numbers(group), self.counts_steps)
            planned = self._plans[i] = Plan(params, self.state, names, memory)
        return planned.runs

    # -- hooks -----------------------------------------------------------------------------------------------------

    def register_step_pre_hook(self, hook: Callable[[Optimizer, Any, Any], Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step, with the arguments of `step`.

        Parameters
        ----------
        hook : callable
            May return other arguments, as (args, kwargs). The first of `args` is the optimizer, as in PyTorch.

        Returns
        -------
        RemovableHandle
            Its `remove()` takes the hook off again.
        """
        return add(self._hooks_of_step()[0], hook, prepend=False)

    def register_step_post_hook(self, hook: Callable[[Optimizer, Any, Any], None]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step; see `register_step_pre_hook`."""
        return add(self._hooks_of_step()[1], hook, prepend=False)

    def _hooks_of_step(self) -> tuple[dict[int, Any], dict[int, Any]]:
        if self._step_hooks is None:
            self._step_hooks = {}, {}
        return self._step_hooks

    def register_state_dict_pre_hook(self, hook: Callable[[Optimizer], None], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before each `state_dict`.

        Parameters
        ----------
        hook : callable
        prepend : bool
            Before the hooks there are, instead of after them.

        Returns
        -------
        RemovableHandle
            Its `remove()` takes the hook off again.
        """
        return add(self._hooks_of_state("save"), hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[[Optimizer, dict[str, Any]], dict[str, Any] | None], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after each `state_dict`; it may change the dict, or return another."""
        return add(self._hooks_of_state("saved"), hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[[Optimizer, dict[str, Any]], dict[str, Any] | None], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before each `load_state_dict`; it may return what shall be loaded."""
        return add(self._hooks_of_state("load"), hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[[Optimizer], None], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` after each `load_state_dict`."""
        return add(self._hooks_of_state("loaded"), hook, prepend)

    def _hooks_of_state(self, occasion: str) -> dict[int, Any]:
        if self._state_hooks is None:
            self._state_hooks = {"save": {}, "saved": {}, "load": {}, "loaded": {}}
        return self._state_hooks[occasion]

    def _call_state_hooks(self, occasion: str, *state_dict: dict[str, Any]) -> dict[str, Any] | None:
        """Call the hooks of an occasion; return the state dict, or what the hooks made of it."""
        (current,) = state_dict or (None,)
        for hook in list(self._state_hooks[occasion].values()) if self._state_hooks else ():
            replaced = hook(self) if current is None else hook(self, current)
            if current is not None and replaced is not None:
                current = replaced
        return current

    # -- state -----------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the options, with numbers in place of the parameters.

        Returns
        -------
        dict
            "state": for each parameter's number what is remembered of it; "param_groups": the groups, their "params"
            being the numbers. PyTorch's layout.
        """
        self._call_state_hooks("save")
        number = itertools.count()
        numbers = {id(p): next(number) for group in self.param_groups for p in group["params"]}
        state_dict = {
            "state": {numbers.get(id(p), p): _packed(entry) for p, entry in self.state.items()},
            "param_groups": [
                {**{option: value for option, value in group.items() if option != "params"},
                 "params": [numbers[id(p)] for p in group["params"]]}
                for group in self.param_groups
            ],
        }  # fmt: skip
        return self._call_state_hooks("saved", state_dict) or state_dict

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the state and the options that `state_dict` holds.

        Tensors are copied, and cast to the dtype of their parameter (but for the numbers: the count of steps, say).

        Raises
        ------
        ValueError
            Its groups do not match this optimizer's; nothing was loaded.
        """
        state_dict = self._call_state_hooks("load", dict(state_dict)) or state_dict
        saved = state_dict["param_groups"]
        sizes, own = [len(g["params"]) for g in saved], [len(g["params"]) for g in self.param_groups]
        if len(sizes) != len(own):
            raise ValueError(
                say(
                    f"loaded state dict has a different number of parameter groups: {len(sizes)}",
                    f"{len(own)}, as this optimizer has",
                    "Build the optimizer with the same groups first.",
                )
            )
        if sizes != own:
            raise ValueError(
                say(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group: "
                    f"its groups have {sizes} parameters",
                    f"{own}",
                    "Build the optimizer for the same model first.",
                )
            )
        params = {
            number: p
            for group, mine in zip(saved, self.param_groups, strict=True)
            for number, p in zip(group["params"], mine["params"], strict=True)
        }
        state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        kept = {"step", *itertools.chain.from_iterable(self.numbers(group) for group in self.param_groups)}
        for number, entry in state_dict["state"].items():
            if number in params:
                p = params[number]
                state[p] = {name: _copied(value, None if name in kept else p.dtype) for name, value in entry.items()}
            else:
                state[number] = entry
        groups = []
        for group, mine in zip(saved, self.param_groups, strict=True):
            options = {**self.defaults, **copy.deepcopy({k: v for k, v in group.items() if k != "params"})}
            if "param_names" in mine:
                options.setdefault("param_names", mine["param_names"])
            groups.append({**options, "params": mine["params"]})
        self.state, self.param_groups = state, groups
        self._call_state_hooks("loaded")

    def __getstate__(self) -> dict[str, Any]:
        # Plans are made anew: they lead into this optimizer's memory. Hooks stay here, as in PyTorch.
        left = {"_step_hooks", "_state_hooks", "_stepping", "_opt_called"}
        return {**{name: value for name, value in self.__dict__.items() if name not in left}, "_plans": {}}

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {option}: {group[option]}" for option in sorted(group) if option != "params"]
        return f"{type(self).__name__} (\n" + "".join(f"{line}\n" for line in lines) + ")"


def _packed(entry: Any) -> Any:
    """Return a copy of what is remembered, in which only the tensors are the same."""
    return dict(entry) if isinstance(entry, dict) else entry


def _copied(value: Any, to: dtype | None) -> Any:
    """Return a copy of what a state dict holds: its tensors, and those in its lists, cast to dtype `to` (None: not)."""
    if isinstance(value, Tensor):
        return value.detach().clone() if to is None else value.detach().to(to, copy=True)
    if isinstance(value, list | tuple):
        return type(value)(_copied(v, to) for v in value)
    if isinstance(value, dict):
        return {key: _copied(v, to) for key, v in value.items()}
    return value


def loss_of(closure: Callable[[], Any] | None) -> Any:
    """Return the loss that `closure` computes, with gradients enabled; None without a closure."""
    if closure is None:
        return None
    with enable_grad():
        return closure()


def downhill(group: Group, values: Array, gradients: Array, decay: float, out: Array, scratch: Array) -> Array:
    """Return the gradient g of what shall become small: negated if the group says `maximize`, then plus decay · values.

    It is `gradients` itself, or lies in `out`.
    """
    g = gradients
    if group["maximize"]:
        g = np.negative(g, out=out)
    if decay:
        np.multiply(values, decay, out=scratch)
        g = np.add(g, scratch, out=out)
    return g


def decay_of_gradient(group: Group) -> float:
    """Return the weight decay that goes into the gradient: 0 if it is decoupled from it."""
    return 0 if group["decoupled_weight_decay"] else float(group["weight_decay"])


def shrink(group: Group, values: Array, result: Array, scratch: Array) -> None:
    """Add decoupled weight decay, lr · λ · values, to what is subtracted from the values."""
    if group["weight_decay"] and group["decoupled_weight_decay"]:
        np.multiply(values, float(group["lr"]) * group["weight_decay"], out=scratch)
        result += scratch


def lean(mean: Array, g: Array, share: float, scratch: Array) -> None:
    """Move a running mean by `share` of its distance to `g`: m ← m + share (g - m), one rounding less than a sum."""
    np.subtract(g, mean, out=scratch)
    scratch *= share
    mean += scratch


def lean_to_square(mean: Array, g: Array, beta: float, scratch: Array) -> None:
    """Move a running mean towards the square of `g`: v ← beta v + (1 - beta) g²."""
    np.multiply(g, g, out=scratch)
    scratch *= 1 - beta
    mean *= beta
    mean += scratch


def expect_at_least_zero(name: str, value: Any, what: str) -> None:
    """Raise ValueError unless the option `value` is a number >= 0.

    Parameters
    ----------
    name : str
        What to call it ("learning rate").
    value : number or Tensor
        A Tensor of one element.
    what : str
        What to do, at the end of the message.
    """
    if isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError(say(f"Invalid {name}: a Tensor of shape {tuple(value.shape)}", "1-element Tensors", what))
    if not value >= 0:  # so worded that NaN is refused as well
        raise ValueError(say(f"Invalid {name}: {value}", "a number of at least 0", what))


def expect_betas(betas: tuple[float, float]) -> None:
    """Raise ValueError unless both shares of the past in running means lie in [0, 1)."""
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(
                say(f"Invalid beta parameter at index {i}: {beta}", "0 <= beta < 1", "(0.9, 0.999) is usual.")
            )


def expect_not_differentiable(differentiable: bool) -> None:
    """Raise NotImplementedError if asked for updates that are themselves recorded."""
    if differentiable:
        raise NotImplementedError(
            say(
                "differentiable=True asks for a step that gradients flow through",
                "differentiable=False: steps edit parameters in place, unrecorded",
                "Write such a step out: w1 = w - lr * autograd.grad(loss, w, create_graph=True)[0].",
            )
        )
