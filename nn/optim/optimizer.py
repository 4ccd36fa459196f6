"""Optimizer: what all optimizers share, from parameter groups to the state dict."""

from __future__ import annotations

import copy
import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import Tensor, enable_grad
from autograd.errors import say
from nn.optim.runs import Array, Plan, Run
from nn.parameter import reset_grad

Group = dict[str, Any]
#: Parameters; or (name, parameter) pairs; or dicts of "params" and the options that hold for them.
Params = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[Group]


class Optimizer:
    """Base class of optimizers.

    A subclass says in `memory` what it remembers of each parameter and in `update` what is subtracted from the values.
    It may write a `step` of its own instead, over `param_groups` and `state`, as in PyTorch.

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

    def __init__(self, params: Params, defaults: Group) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                say(
                    "params argument given to the optimizer should be an iterable of Tensors or dicts, but got Tensor",
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

    def reads_values(self, group: Group) -> bool:
        """Tell whether `update` looks at the parameters' values (weight decay does)."""
        return bool(group["weight_decay"])

    def update(
        self,
        group: Group,
        values: Array,
        gradients: Array,
        state: Sequence[Array],
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
        state : sequence of ndarray
            What `memory` names, to be changed in place.
        age : int
            The number of earlier updates (without `counts_steps`: 0 for the first of this state).
        result, spare : ndarray
            Scratch.
        """
        raise NotImplementedError

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
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for i, group in enumerate(self.param_groups):
            update, reads_values = functools.partial(self.update, group), self.reads_values(group)
            for run in self._runs(i, group):
                run.step(update, reads_values)
        return loss

    def _runs(self, i: int, group: Group) -> list[Run]:
        """Return the runs over the parameters of group `i` that have a gradient: the last ones, if nothing changed."""
        params = [p for p in group["params"] if p.grad is not None]
        names = self.memory(group)
        planned = self._plans.get(i)
        if planned is None or not planned.stands(params, self.state, names):
            planned = self._plans[i] = Plan(params, self.state, names, self.counts_steps)
        return planned.runs

    # -- state -----------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the state and the options, with numbers in place of the parameters.

        Returns
        -------
        dict
            "state": for each parameter's number what is remembered of it; "param_groups": the groups, their "params"
            being the numbers. PyTorch's layout.
        """
        number = itertools.count()
        numbers = {id(p): next(number) for group in self.param_groups for p in group["params"]}
        return {
            "state": {numbers[id(p)]: dict(entry) for p, entry in self.state.items()},
            "param_groups": [
                {**{option: value for option, value in group.items() if option != "params"},
                 "params": [numbers[id(p)] for p in group["params"]]}
                for group in self.param_groups
            ],
        }  # fmt: skip

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the state and the options that `state_dict` holds.

        Tensors are copied, and cast to the dtype of their parameter (but for the count of steps).

        Raises
        ------
        ValueError
            Its groups do not match this optimizer's; nothing was loaded.
        """
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
        for number, entry in state_dict["state"].items():
            p = params[number]
            state[p] = {
                name: value
                if not isinstance(value, Tensor)
                else value.detach().clone()
                if name == "step"
                else value.detach().to(p.dtype, copy=True)
                for name, value in entry.items()
            }
        groups = []
        for group, mine in zip(saved, self.param_groups, strict=True):
            options = {**self.defaults, **copy.deepcopy({k: v for k, v in group.items() if k != "params"})}
            if "param_names" in mine:
                options.setdefault("param_names", mine["param_names"])
            groups.append({**options, "params": mine["params"]})
        self.state, self.param_groups = state, groups

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_plans": {}}  # plans are made anew: they lead into this optimizer's memory

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {option}: {group[option]}" for option in sorted(group) if option != "params"]
        return f"{type(self).__name__} (\n" + "".join(f"{line}\n" for line in lines) + ")"


def expect_at_least_zero(name: str, value: Any, what: str) -> None:
    """Raise ValueError unless the option `value` is a number >= 0.

    Parameters
    ----------
    name : str
        What to call it ("learning rate").
    value : number or Tensor
    what : str
        What to do, at the end of the message.
    """
    if not value >= 0:  # so worded that NaN is refused as well
        raise ValueError(say(f"Invalid {name}: {value}", "a number of at least 0", what))


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
