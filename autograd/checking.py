"""`gradcheck` and `gradgradcheck`: derivatives, compared with differences of the function's own values."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd._tensor import Tensor
from autograd.backward import grad
from autograd.errors import AutogradError, say
from autograd.inplace import own
from autograd.op import wrap
from autograd.ops.join import stack

Matrix = Any  # a float64 ndarray: the derivative of one output by one input, (output elements, input elements)


class GradcheckError(AutogradError):
    """A derivative that disagrees with the function's values."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Check the gradients of `func` against central differences, (f(x + eps) - f(x - eps)) / (2 eps).

    Parameters
    ----------
    func : callable
        Takes `inputs`; returns a Tensor or a tuple of them.
    inputs : Tensor or sequence
        Those that require a gradient are checked. They should be float64: in float32 the differences drown in rounding.
        Their memory is changed while the check runs, and put back.
    eps : float
        How far an input is moved.
    atol, rtol : float
        An entry is right if |analytic - numeric| <= atol + rtol |numeric|.
    raise_exception : bool
        Raise where the check fails, rather than return False.
    nondet_tol : float
        How far two backward passes over one graph may be apart.
    check_undefined_grad : bool
        Differentiate each of several outputs with no gradient given to the others, rather than zeros.
    check_grad_dtypes : bool
        Check that gradients have the dtype of their inputs.
    check_batched_grad : bool
        Check `grad` with `is_grads_batched`.
    check_batched_forward_grad, check_forward_ad : bool
        False: there is no forward mode.
    check_backward_ad : bool
        True: there is nothing else to check.
    fast_mode : bool
        Compare v · J u for random vectors u, v rather than every entry of the Jacobian J: two evaluations of `func` and
        one backward pass (an output), whatever the size. A mismatch is then looked for in full, to say where it is.
    masked : bool, optional
        False: there are no sparse tensors.

    Returns
    -------
    bool
        True if all derivatives agree.

    Raises
    ------
    GradcheckError
        They do not. The message names input, output, element, both values, and a likely cause.
    ValueError
        No input requires a gradient.
    RuntimeError
        The elements of an input share memory (it was expanded), or cannot be changed.
    NotImplementedError
        Forward mode, or sparse tensors, were to be checked.

    Warns
    -----
    UserWarning
        An input that requires a gradient is not float64.
    """
    _refuse_unless_available(
        check_forward_ad=check_forward_ad, check_batched_forward_grad=check_batched_forward_grad, masked=masked
    )
    if not check_backward_ad:
        raise AssertionError(
            say(
                "gradcheck was called with check_forward_ad=False and check_backward_ad=False",
                "at least one of check_forward_ad or check_backward_ad to be True",
                "Leave out check_backward_ad.",
            )
        )
    options = (check_undefined_grad, check_grad_dtypes, check_batched_grad)
    check = _Check(func, _listed(inputs), eps, atol, rtol, nondet_tol, *options)
    check.refuse_inputs()
    try:
        check.fast() if fast_mode else check.full()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Check the second derivatives of `func`: `gradcheck` of its gradients, by the inputs and by `grad_outputs`.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad, check_grad_dtypes
        As for `gradcheck`.
    check_batched_grad, fast_mode, masked
        As for `gradcheck`.
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradients of the outputs; random numbers in [-1, 1) by default.
    gen_non_contig_grad_outputs : bool
        Let those random numbers lie apart in memory.
    check_fwd_over_rev : bool
        False: there is no forward mode.
    check_rev_over_rev : bool
        True: there is nothing else to check.

    Returns
    -------
    bool
        True if all derivatives agree.

    Raises
    ------
    GradcheckError, ValueError, RuntimeError, NotImplementedError
        As for `gradcheck`.
    """
    _refuse_unless_available(check_fwd_over_rev=check_fwd_over_rev, masked=masked)
    given = _listed(inputs)
    if grad_outputs is None:
        random = np.random.default_rng(0)
        seeds = [
            _seed(random.uniform(-1, 1, t.shape).astype(t._array.dtype), apart=gen_non_contig_grad_outputs)
            for t in _differentiable(func(*given))
        ]
    else:
        seeds = _listed(grad_outputs)
    n = len(given)

    def gradients(*args: Any) -> tuple[Tensor, ...]:
        outputs = _differentiable(func(*args[:n]))
        wanted = [t for t in args[:n] if isinstance(t, Tensor) and t.requires_grad]
        found = grad(outputs, wanted, args[n:], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients if seeds else func,
        (*given, *seeds),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
    )


def _refuse_unless_available(**asked: bool | None) -> None:
    """Raise for checks of what this package does not have."""
    for name, value in asked.items():
        if value:
            raise NotImplementedError(
                say(
                    f"gradcheck was called with {name}=True",
                    f"{name}=False: there is no "
                    + ("sparse tensor" if name == "masked" else "forward mode (jvp differentiates twice)"),
                    f"Leave out {name}.",
                )
            )


def _listed(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _differentiable(result: Any) -> list[Tensor]:
    """Return those of a function's results that have a gradient."""
    return [t for t in _listed(result) if isinstance(t, Tensor) and t.requires_grad]


def _seed(values: Any, *, apart: bool) -> Tensor:
    if apart:
        room = np.zeros((*values.shape, 2), values.dtype)
        room[..., 0] = values
        values = room[..., 0]
    return wrap(values).requires_grad_()


@dataclass(frozen=True)
class _Check:
    """One check: the function, where it is looked at, and how exactly."""

    func: Callable[..., Any]
    inputs: list[Any]
    eps: float
    atol: float
    rtol: float
    nondet_tol: float
    undefined: bool
    dtypes: bool
    batched: bool

    @property
    def wanted(self) -> list[tuple[int, Tensor]]:
        """The inputs that require a gradient, with their positions."""
        return [(i, t) for i, t in enumerate(self.inputs) if isinstance(t, Tensor) and t.requires_grad]

    def refuse_inputs(self) -> None:
        """Raise, or warn, if the inputs do not allow the check."""
        if not self.wanted:
            raise ValueError(
                say(
                    "gradcheck expects at least one input tensor to require gradient, but none of them has "
                    "requires_grad=True",
                    "an input to differentiate by",
                    "Make it with requires_grad=True.",
                )
            )
        for i, t in self.wanted:
            a = own(t)
            if a.size and any(s == 0 and n > 1 for s, n in zip(a.strides, a.shape, strict=True)):
                raise AutogradError(
                    say(
                        f"The {i}th input has a dimension with stride 0: several of its elements are one in memory, "
                        "and cannot be moved singly",
                        "an element of memory for every element",
                        "Call .contiguous() on the input before passing it to gradcheck.",
                    )
                )
            if not a.flags.writeable:
                raise AutogradError(
                    say(
                        f"The {i}th input lies in read-only memory, and cannot be moved by eps",
                        "writable memory",
                        "Give gradcheck a clone of it.",
                    )
                )
            if a.dtype != np.float64:
                warnings.warn(
                    f"Input #{i} requires gradient and is not a double precision floating point tensor (it is "
                    f"{t.dtype}). This check will likely fail: use float64.",
                    stacklevel=3,
                )

    # --------------------------------------------------------------------------------------- the two modes

    def full(self) -> None:
        """Compare every entry of every Jacobian."""
        outputs = self.outputs()
        if not outputs:
            self.nothing_to_differentiate()
            return
        numeric = self.numeric_jacobians([tuple(out.shape) for out in outputs])
        for number, out in enumerate(outputs):
            analytic, arrived = self.analytic_jacobians(outputs, number)
            for at, (i, _) in enumerate(self.wanted):
                if not self.agree(analytic[at], numeric[at][number]):
                    raise self.mismatch(number, tuple(out.shape), i, analytic[at], numeric[at][number], arrived[at])

    def fast(self) -> None:
        """Compare v · J u for random u and v, and look closer where it differs."""
        outputs = self.outputs()
        if not outputs:
            self.nothing_to_differentiate()
            return
        random = np.random.default_rng(0)
        moves = [_unit(random, t.shape) for _, t in self.wanted]
        ahead, behind = self.values(moves, self.eps), self.values(moves, -self.eps)
        for number, (out, above, below) in enumerate(zip(outputs, ahead, behind, strict=True)):
            v = _unit(random, out.shape)
            numeric = np.vdot(v, above - below) / (2 * self.eps)
            found = self.pull(outputs, number, v)
            analytic = sum(float(np.vdot(u, g)) for u, g in zip(moves, found, strict=True) if g is not None)
            # The tolerances of the entries, summed with the same weights.
            weight = v.sum() * sum(u.sum() for u in moves)
            if not abs(analytic - numeric) <= self.atol * weight + self.rtol * abs(numeric):
                self.full()
                raise GradcheckError(
                    say(
                        f"Jacobian mismatch for output {number} in fast mode: along a random direction analytic "
                        f"{analytic:.9g}, numeric {numeric:.9g}, although every entry agrees by itself",
                        f"a difference of at most {self.atol:g} weighted + {self.rtol:g} |numeric|",
                        "Likely cause: errors just within the tolerance add up; check with a smaller atol.",
                    )
                )

    def nothing_to_differentiate(self) -> None:
        """Raise if the outputs depend on the inputs although none has a gradient."""
        for at, (i, t) in enumerate(self.wanted):
            for column in range(t.numel()):
                ahead, behind = (self.moved(at, column, side * self.eps, every=True) for side in (1, -1))
                if not all(np.array_equal(a, b) for a, b in zip(ahead, behind, strict=True)):
                    raise GradcheckError(
                        say(
                            "Numerical gradient for function expected to be zero, since no output requires a gradient, "
                            f"but moving input {i} moves an output",
                            "an output with a grad_fn",
                            "Likely cause: the graph is lost on the way (detach, .data, .item(), NumPy, no_grad).",
                        )
                    )

    # ---------------------------------------------------------------------------------------------- numbers

    def outputs(self) -> list[Tensor]:
        """Evaluate the function and return its differentiable outputs, with their graph."""
        return _differentiable(self.func(*self.inputs))

    def values(self, moves: Sequence[Any], step: float, *, every: bool = False) -> list[Any]:
        """Evaluate the function with the inputs moved by `step` times `moves`, and return copies of the outputs.

        With `every`, of all outputs; else of the differentiable ones.
        """
        arrays = [own(t) for _, t in self.wanted]
        before = [a.copy() for a in arrays]
        try:
            for a, move in zip(arrays, moves, strict=True):
                a += step * move
            result = self.func(*self.inputs)
            tensors = [t for t in _listed(result) if isinstance(t, Tensor)] if every else _differentiable(result)
            return [np.array(t._array, np.float64) for t in tensors]
        finally:
            for a, values in zip(arrays, before, strict=True):
                a[...] = values

    def moved(self, at: int, column: int, step: float, *, every: bool = False) -> list[Any]:
        """Evaluate the function with element `column` of the wanted input number `at` moved by `step`."""
        moves = [np.zeros(t.shape) for _, t in self.wanted]
        moves[at][np.unravel_index(column, moves[at].shape)] = 1
        return self.values(moves, step, every=every)

    def numeric_jacobians(self, shapes: list[tuple[int, ...]]) -> list[list[Matrix]]:
        """Return, for every wanted input, the Jacobian of every output (of `shapes`) by central differences."""
        jacobians = []
        for at, (i, t) in enumerate(self.wanted):
            by_input = [np.zeros((math.prod(shape), t.numel())) for shape in shapes]
            for column in range(t.numel()):
                ahead, behind = self.moved(at, column, self.eps), self.moved(at, column, -self.eps)
                if not [a.shape for a in ahead] == [b.shape for b in behind] == shapes:
                    raise GradcheckError(
                        say(
                            f"moving input {i} at {_place(column, t.shape) or 'its element'} by {self.eps:g} changes "
                            "the shapes of the outputs",
                            "outputs of one shape about the point",
                            "Likely cause: a mask that changes there; check at a point farther away.",
                        )
                    )
                for jacobian, a, b in zip(by_input, ahead, behind, strict=True):
                    jacobian[:, column] = (a - b).ravel() / (2 * self.eps)
            jacobians.append(by_input)
        return jacobians

    def pull(self, outputs: list[Tensor], number: int, v: Any) -> list[Any]:
        """Run backward from one output with gradient `v`, and return the gradients of the wanted inputs as arrays."""
        wanted = [t for _, t in self.wanted]
        seeds = [wrap(np.zeros(o.shape, o._array.dtype)) for o in outputs]
        seeds[number] = wrap(v.astype(outputs[number]._array.dtype))
        if self.undefined:
            outputs, seeds = [outputs[number]], [seeds[number]]
        found = grad(outputs, wanted, seeds, retain_graph=True, allow_unused=True)
        if self.batched:
            self.compare_batch(outputs, wanted, seeds, found)
        for (i, t), g in zip(self.wanted, found, strict=True):
            if self.dtypes and g is not None and g.dtype != t.dtype:
                raise GradcheckError(
                    say(
                        f"the gradient of input {i} has dtype {g.dtype}, the input {t.dtype}",
                        "a gradient in the dtype of the input",
                        "Likely cause: backward computes with another dtype.",
                    )
                )
            if g is not None and g.shape != t.shape:
                raise GradcheckError(
                    say(
                        f"the gradient of input {i} has shape {tuple(g.shape)}, the input {tuple(t.shape)}",
                        "a gradient in the shape of the input",
                        "Likely cause: backward leaves out a sum or a reshape.",
                    )
                )
        return [None if g is None else np.asarray(g._array, np.float64) for g in found]

    def compare_batch(self, outputs: list[Tensor], wanted: list[Tensor], seeds: list[Tensor], found: Any) -> None:
        """Raise if a batch of a gradient and its double does not give the gradients and their doubles."""
        batches = [stack([seed, 2 * seed]) for seed in seeds]
        twice = grad(outputs, wanted, batches, retain_graph=True, allow_unused=True, is_grads_batched=True)
        for (i, _), g, both in zip(self.wanted, found, twice, strict=True):
            if g is not None and not np.allclose(stack([g, 2 * g]).numpy(), both.numpy(), equal_nan=True):
                raise GradcheckError(
                    say(
                        f"the gradients of input {i} by a batch of grad_outputs are not those of one after the other",
                        "the gradient of twice an output to be twice its gradient",
                        "Likely cause: backward is not linear in its argument, or not deterministic.",
                    )
                )

    def analytic_jacobians(self, outputs: list[Tensor], number: int) -> tuple[list[Matrix], list[bool]]:
        """Return the Jacobian of one output by every wanted input, row by row; and which inputs got a gradient."""
        out = outputs[number]
        jacobians = [np.zeros((out.numel(), t.numel())) for _, t in self.wanted]
        arrived = [False] * len(jacobians)
        for row in range(out.numel()):
            v = np.zeros(out.shape)
            v[np.unravel_index(row, v.shape)] = 1
            found, again = self.pull(outputs, number, v), self.pull(outputs, number, v)
            for at, (g, g2) in enumerate(zip(found, again, strict=True)):
                if g is None or g2 is None:
                    continue
                if not np.allclose(g, g2, rtol=0, atol=self.nondet_tol, equal_nan=True):
                    i = self.wanted[at][0]
                    raise GradcheckError(
                        say(
                            "Backward is not reentrant, i.e., running backward with same input and grad_output "
                            f"multiple times gives different values: the gradients of input {i} by output {number} "
                            f"differ by {np.max(np.abs(g - g2)):.3g}",
                            f"a difference of at most nondet_tol={self.nondet_tol:g}",
                            "Likely cause: backward draws random numbers, or changes what it saved.",
                        )
                    )
                jacobians[at][row] = g.ravel()
                arrived[at] = True
        return jacobians, arrived

    def agree(self, analytic: Matrix, numeric: Matrix) -> bool:
        """Tell whether two Jacobians are equal within the tolerances."""
        return numeric.size == 0 or bool(np.allclose(analytic, numeric, rtol=self.rtol, atol=self.atol))

    # ------------------------------------------------------------------------------------------- the message

    def mismatch(
        self, number: int, shape: tuple[int, ...], i: int, analytic: Matrix, numeric: Matrix, arrived: bool
    ) -> GradcheckError:
        """Word the error of a Jacobian that is wrong: its worst entry, and a likely cause."""
        allowed = self.atol + self.rtol * np.abs(numeric)
        excess = np.nan_to_num(np.abs(analytic - numeric) - allowed, nan=np.inf)
        row, column = np.unravel_index(np.argmax(excess), excess.shape)
        a, n = float(analytic[row, column]), float(numeric[row, column])
        error = abs(a - n) / (max(abs(a), abs(n)) or 1)
        x = self.inputs[i]
        return GradcheckError(
            say(
                f"Jacobian mismatch for output {number} with respect to input {i}: output{_place(row, shape)} by "
                f"input{_place(column, x.shape)} is analytic {'None (0)' if not arrived else f'{a:.9g}'}, numeric "
                f"{n:.9g}, relative error {error:.3g} ({int(np.sum(excess > 0))} of {excess.size} entries differ)",
                f"|analytic - numeric| <= {self.atol:g} + {self.rtol:g} |numeric|",
                f"Likely cause: {self.cause(number, int(row), i, int(column), analytic, numeric, arrived)}",
            )
        )

    def cause(
        self, number: int, row: int, i: int, column: int, analytic: Matrix, numeric: Matrix, arrived: bool
    ) -> str:
        """Guess why an entry is wrong, from the function's values about the point."""
        x = self.inputs[i]
        at = [position for position, _ in self.wanted].index(i)
        here, again = (self.moved(at, column, 0.0)[number].ravel()[row] for _ in range(2))
        if not np.isfinite([here, numeric[row, column]]).all():
            return f"the function is {here:g} there or next to it; check inside its domain."
        if here != again:
            return "the function is not deterministic (random numbers, dropout): two calls gave different values."
        if x._array.dtype != np.float64:
            return f"the input is {x.dtype}, whose rounding is larger than the differences; use float64."
        if not arrived:
            return (
                "no gradient reaches the input (it is None): backward returns None, or the graph is lost on the way "
                "(detach, .data, .item(), NumPy, no_grad)."
            )
        for k, other in self.wanted:
            if other is not x and np.shares_memory(own(x), own(other)):
                return f"overlapping memory: input {k} moves when input {i} does; give gradcheck clones."
        right = (self.moved(at, column, self.eps)[number].ravel()[row] - here) / self.eps
        left = (here - self.moved(at, column, -self.eps)[number].ravel()[row]) / self.eps
        if not abs(right - left) <= self.atol + self.rtol * max(abs(right), abs(left)):
            return (
                f"a kink or a jump near the point: the slope is {left:.6g} on its left and {right:.6g} on its right; "
                "check at a point farther away from it."
            )
        factor = np.vdot(analytic, numeric) / (np.vdot(numeric, numeric) or 1)
        if factor and np.allclose(analytic, factor * numeric, rtol=self.rtol, atol=self.atol):
            return f"backward is wrong by a factor: the analytic gradient is {factor:.6g} times the numeric one."
        return "the formula in backward, or in the rule it uses, is wrong."


def _unit(random: np.random.Generator, shape: Sequence[int]) -> Any:
    """Return a random vector of length 1, in a shape. All numbers are positive, and none is small."""
    u = random.uniform(0.5, 1, tuple(shape))
    return u / (np.linalg.norm(u) or 1)


def _place(at: Any, shape: Sequence[int]) -> str:
    """Return element number `at` of a shape as an index: "[0, 2]"; "" of a 0-d tensor."""
    return str([int(k) for k in np.unravel_index(at, tuple(shape))]) if len(shape) else ""
