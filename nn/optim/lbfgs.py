"""L-BFGS: Newton's method with a curvature that is learnt from the last steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd
from autograd import Tensor, no_grad, versions
from autograd.errors import say
from nn.optim.line_search import Point, strong_wolfe
from nn.optim.optimizer import Optimizer, Params, expect_at_least_zero, loss_of
from nn.optim.runs import Array, array_of


class LBFGS(Optimizer):
    """L-BFGS: p ← p + t d with d = -H g, where H approximates the inverse of the Hessian.

    H is never written down: it comes of the last steps s = t d and of the changes y of the gradient over them. One call
    of `step` makes up to `max_iter` iterations, so it needs a closure, and gradients of the same data throughout.

    Parameters
    ----------
    params : iterable
        See `Optimizer`. One group only.
    lr : float or Tensor of one element
        t, or the first t that the line search tries.
    max_iter : int
        Iterations in a step.
    max_eval : int, optional
        Evaluations of the closure in a step; 1.25 max_iter unless given.
    tolerance_grad : float
        Done if no element of the gradient is larger.
    tolerance_change : float
        Done if neither the loss nor any parameter changes by more.
    history_size : int
        The number of earlier steps that H rests on.
    line_search_fn : {None, "strong_wolfe"}
        How t is chosen.

    Raises
    ------
    ValueError
        A negative `lr`, or several groups; see also `Optimizer`.

    Notes
    -----
    Nocedal (1980), "Updating quasi-Newton matrices with limited storage". As in PyTorch, the state is that of all
    parameters together and is kept with the first.
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        expect_at_least_zero("learning rate", lr, "1 is usual.")
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError(
                say(
                    f"LBFGS doesn't support per-parameter options (parameter groups): {len(self.param_groups)} given",
                    "one group",
                    "Pass all parameters in one list.",
                )
            )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make up to `max_iter` iterations.

        Parameters
        ----------
        closure : callable
            Clears the gradients, evaluates the model, calls `backward` and returns the loss. Runs several times.

        Returns
        -------
        object
            What the closure returned at first.

        Raises
        ------
        TypeError
            No closure.
        RuntimeError
            An unknown line search.
        """
        if closure is None:
            raise TypeError(
                say(
                    "LBFGS.step() is missing its argument 'closure'",
                    "a function that evaluates the model again",
                    "Write def closure(): optimizer.zero_grad(); loss = ...; loss.backward(); return loss.",
                )
            )
        with no_grad():
            return self._iterate(closure)

    def _iterate(self, closure: Callable[[], Any]) -> Any:
        (group,) = self.param_groups
        params = group["params"]
        state = self.state[params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        def evaluate() -> tuple[Any, Array]:
            state["func_evals"] += 1
            loss = loss_of(closure)
            return loss, flat_gradient(params)

        first_loss, g = evaluate()
        loss = float(first_loss)
        if np.abs(g).max() <= group["tolerance_grad"]:
            return first_loss
        before = state["func_evals"] - 1
        memory, last_loss = Curvature(state, group["history_size"]), state.get("prev_loss")
        for left in range(group["max_iter"] - 1, -1, -1):
            state["n_iter"] += 1
            first = state["n_iter"] == 1
            lr = float(group["lr"])
            if first:
                memory.clear()
                memory.d = -g
                t = min(1.0, 1.0 / np.abs(g).sum()) * lr
            else:
                memory.learn(g)
                memory.d = memory.newton(g)
                t = lr
            d, last_loss = memory.d, loss
            memory.g, memory.t = g.copy(), t
            slope = g.dot(d)
            if slope > -group["tolerance_change"]:
                break
            if group["line_search_fn"] is None:
                move(params, d, t)
                if left:
                    value, g = evaluate()
                    loss = float(value)
            else:
                start = Point(0, loss, g, slope)
                most = group["max_eval"] - (state["func_evals"] - before)
                loss, g, t = self._search(evaluate, start, t, d, most)
                memory.t = t
            if (
                not left
                or state["func_evals"] - before >= group["max_eval"]
                or np.abs(g).max() <= group["tolerance_grad"]
                or np.abs(d * t).max() <= group["tolerance_change"]
                or abs(loss - last_loss) < group["tolerance_change"]
            ):
                break
        memory.keep(last_loss)
        return first_loss

    def _search(
        self, evaluate: Callable[[], tuple[Any, Array]], start: Point, t: Any, d: Array, most: int
    ) -> tuple[float, Array, Any]:
        """Move along `d` to where the line search leads; return the loss, the gradient and t there."""
        (group,) = self.param_groups
        if group["line_search_fn"] != "strong_wolfe":
            raise RuntimeError(
                say(
                    f"only 'strong_wolfe' is supported, but line_search_fn is {group['line_search_fn']!r}",
                    "'strong_wolfe' or None",
                    "Name it so.",
                )
            )
        params = group["params"]
        origin = [array_of(p).copy() for p in params]

        def at(t: Any) -> tuple[float, Array]:
            move(params, d, t)
            loss, gradient = evaluate()
            for p, values in zip(params, origin, strict=True):
                array_of(p)[...] = values
                versions.edited(array_of(p))
            return float(loss), gradient

        found = strong_wolfe(at, t, d, start, least_change=group["tolerance_change"], most=most)
        move(params, d, found.t)
        return found.f, found.gradient, found.t


class Curvature:
    """What is known of the Hessian: of the last steps s and changes y of the gradient, each with ρ = 1 / (y · s).

    Parameters
    ----------
    state : dict
        Where the optimizer keeps it, in PyTorch's form, from one call of `step` to the next.
    size : int
        How many steps are remembered.
    """

    def __init__(self, state: dict[str, Any], size: int) -> None:
        def arrays(name: str) -> list[Any]:
            return [value_of(value) for value in state.get(name) or []]

        self.state, self.size = state, size
        self.ys, self.ss, self.rhos = arrays("old_dirs"), arrays("old_stps"), arrays("ro")
        self.d, self.t, self.g = (value_of(state.get(name)) for name in ("d", "t", "prev_flat_grad"))
        self.scale = value_of(state.get("H_diag"))
        self.alphas: list[Any] | None = arrays("al") or None

    def clear(self) -> None:
        """Forget all."""
        self.ys, self.ss, self.rhos, self.scale = [], [], [], 1

    def learn(self, g: Array) -> None:
        """Remember the last step, after which the gradient is `g`, if the curvature along it is positive."""
        y, s = g - self.g, self.d * self.t
        ys = y.dot(s)
        if ys > 1e-10:
            if len(self.ys) == self.size:
                for old in (self.ys, self.ss, self.rhos):
                    old.pop(0)
            self.ys.append(y)
            self.ss.append(s)
            self.rhos.append(1.0 / ys)
            self.scale = ys / y.dot(y)

    def newton(self, g: Array) -> Array:
        """Return -H g, by the recursion of two loops."""
        if self.alphas is None:
            self.alphas = [None] * self.size
        q = -g
        for i in range(len(self.ys) - 1, -1, -1):
            self.alphas[i] = self.ss[i].dot(q) * self.rhos[i]
            q -= self.alphas[i] * self.ys[i]
        q *= self.scale
        for y, s, rho, alpha in zip(self.ys, self.ss, self.rhos, self.alphas, strict=False):
            q += (alpha - y.dot(q) * rho) * s
        return q

    def keep(self, loss: float | None) -> None:
        """Write everything back into the state."""
        kept = {
            "d": self.d,
            "t": self.t,
            "old_dirs": self.ys,
            "old_stps": self.ss,
            "ro": self.rhos,
            "H_diag": self.scale,
            "prev_flat_grad": self.g,
        }
        if self.alphas is not None:
            kept["al"] = self.alphas
        self.state.update({name: in_state(value) for name, value in kept.items()}, prev_loss=loss)


def value_of(value: Any) -> Any:
    """Return the array of a tensor in the state, a NumPy scalar if it is a number; anything else as it is."""
    return array_of(value)[()] if isinstance(value, Tensor) else value


def in_state(value: Any) -> Any:
    """Return arrays and NumPy scalars as tensors, those in lists too."""
    if isinstance(value, list):
        return [in_state(v) for v in value]
    return autograd.from_numpy(np.asarray(value)) if isinstance(value, np.ndarray | np.generic) else value


def flat_gradient(params: list[Tensor]) -> Array:
    """Return the gradients of all parameters in one array, zeros where there is none."""
    return np.concatenate(
        [np.zeros(p.numel(), array_of(p).dtype) if p.grad is None else array_of(p.grad).reshape(-1) for p in params]
    )


def move(params: list[Tensor], d: Array, t: Any) -> None:
    """Add t d to the parameters."""
    start = 0
    for p in params:
        array = array_of(p)
        array += (d[start : start + array.size] * t).reshape(array.shape)
        versions.edited(array)
        start += array.size
