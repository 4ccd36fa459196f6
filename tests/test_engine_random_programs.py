"""Random programs of views and in-place edits: what PyTorch does, step by step; and right by central differences."""

import math
import operator
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd

LEAVES = ([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], [1.0, -2.0, 0.5])
CONSTANT = [[1.0, 2.0, 3.0]]


class Program:
    """A random sequence of views, edits of numbers and of shapes, and fresh results.

    The choices depend on the seed and on shapes alone: two libraries, or two sets of values, make the same ones.

    Parameters
    ----------
    lib : module
        `autograd` or `torch`.
    seed : int
    like_torch : bool
        Leave out what torch refuses and we do: operands that share memory with what is edited, unbound views of an
        edited base. Put in what has no derivative: detached views, edits by mask, edits that are not recorded.
    """

    def __init__(self, lib: Any, seed: int, *, like_torch: bool, leaves: Any = LEAVES) -> None:
        self.lib, self.rng, self.like_torch = lib, random.Random(seed), like_torch
        self.leaves = [lib.tensor(values, dtype=lib.float64, requires_grad=True) for values in leaves]
        self.pool = [self.leaves[0] * 1.0, self.leaves[1] * 2.0, lib.tensor(CONSTANT, dtype=lib.float64)]
        self.log: list[Any] = []
        for _ in range(self.rng.randint(3, 12)):
            self.step()

    def step(self) -> None:
        """Do something to a tensor of the pool, and log the pool or the refusal."""
        t, other = self.rng.choice(self.pool), self.rng.choice(self.pool)
        action = self.rng.choice([self.view, self.view, self.view, self.fresh, self.edit, self.edit, self.reframe])
        # Views are made while recording: in torch one made under no_grad may require a gradient all the same, and a
        # tensor that changes its shape there can no longer be differentiated.
        recorded = self.rng.random() > 0.1 or action in (self.view, self.reframe) or not self.like_torch
        chosen = self.rng.choice(action(t, other))
        try:
            with self.lib.set_grad_enabled(recorded):
                out = chosen()
        except (RuntimeError, IndexError) as error:
            self.log.append("a leaf" if "leaf" in str(error) else "refused")
            return
        if action in (self.view, self.fresh) and out.numel() <= 64:
            self.pool.append(out)
        self.log.append([(t.tolist(), t.grad_fn is None, t.requires_grad) for t in self.pool])

    def view(self, t: Any, other: Any) -> list[Callable[[], Any]]:
        choices: list[Callable[[], Any]] = [
            lambda: t[None],
            lambda: t.reshape(-1),
            lambda: t.expand(2, *t.shape),
            lambda: self.lib.atleast_2d(t),
            lambda: t.swapaxes(0, -1),
        ]
        if self.like_torch:
            choices += [lambda: t.detach()]
        if t.ndim >= 1 and t.shape[0] > 1:
            n = t.shape[0]
            choices += [
                lambda: t[0],
                lambda: t[1:],
                lambda: t[::2],
                lambda: t[-1],
                lambda: t.narrow(0, 1, n - 1),
                lambda: t.tensor_split(2)[1],
                lambda: t.unflatten(0, (-1, n)),
                lambda: t.unfold(0, 2, 2),
            ]
            if not self.like_torch:
                choices += [lambda: t.unbind()[0], lambda: t.split(1)[1], lambda: t.unfold(0, 2, 1)]
        if t.ndim >= 2:
            choices += [
                lambda: t.transpose(0, 1),
                lambda: t[..., 0],
                lambda: t.permute(*range(t.ndim)[::-1]),
                lambda: t.movedim(0, -1),
                lambda: t.mT,
            ]
        if t.ndim >= 1 and t.shape[0] == 1:
            choices += [lambda: t.squeeze(0)]
        return choices

    def fresh(self, t: Any, other: Any) -> list[Callable[[], Any]]:
        return [
            lambda: t * t,
            lambda: t + 1.0,
            lambda: self.lib.exp(t * 0.1),
            lambda: self.lib.tanh(t),
            lambda: t * other,
            lambda: t - other,
            lambda: t.clone(),
            lambda: t.sum(),
            lambda: t.expand(2, *t.shape) * 1.0,
        ]

    def edit(self, t: Any, other: Any) -> list[Callable[[], Any]]:
        if self.like_torch:
            other = other.clone()  # torch refuses operands that share memory with what is edited
        choices: list[Callable[[], Any]] = [
            lambda: t.add_(1.0),
            lambda: t.mul_(0.5),
            lambda: t.add_(other),
            lambda: t.mul_(other),
            lambda: t.sub_(t),
            lambda: t.copy_(other),
            lambda: operator.setitem(t, 0, 3.0),
            lambda: operator.setitem(t, ..., other),
        ]
        if self.like_torch:
            if t.is_contiguous() or 0 not in t.stride():  # torch does these with what was expanded, and warns
                choices += [lambda: t.zero_(), lambda: operator.setitem(t, t > 0.5, 0.25)]
        else:
            choices += [
                lambda: t.zero_(),
                lambda: t.mul_(t),
                lambda: t.mul_(other),
                lambda: t.tanh_(),
                lambda: t.div_(other.clone() + 9.0),
            ]
        return choices

    def reframe(self, t: Any, other: Any) -> list[Callable[[], Any]]:
        return [lambda: t.unsqueeze_(0), lambda: t.transpose_(0, -1), lambda: t.squeeze_()]

    def differentiate(self) -> None:
        """Send gradients back from a few results, and log the leaves' or the refusal."""
        roots = [tensor for tensor in self.pool if tensor.requires_grad]
        for root in self.rng.sample(roots, min(3, len(roots))):
            try:
                root.sum().backward(retain_graph=True)
            except RuntimeError:
                self.log.append("no backward")
            self.log.append([None if leaf.grad is None else leaf.grad.tolist() for leaf in self.leaves])


@pytest.mark.oracle
@pytest.mark.parametrize("block", range(10))
def test_random_programs_agree_with_torch(block: int) -> None:
    """Values, who requires a gradient, what is refused, and gradients: after every step of 3,000 programs."""
    torch = pytest.importorskip("torch")
    for seed in range(300 * block, 300 * (block + 1)):
        ours, theirs = (Program(lib, seed, like_torch=True) for lib in (autograd, torch))
        ours.differentiate()
        theirs.differentiate()
        for step, (our, their) in enumerate(zip(ours.log, theirs.log, strict=False)):
            assert same(our, their), f"seed {seed}, step {step}: {our} is not {their}"
        assert len(ours.log) == len(theirs.log), f"seed {seed}"


def same(our: Any, their: Any) -> bool:
    """Compare nested lists: numbers to 1e-12, everything else exactly."""
    if isinstance(our, list | tuple):
        return isinstance(their, list | tuple) and len(our) == len(their) and all(map(same, our, their))
    if isinstance(our, float):
        return math.isclose(our, their, rel_tol=1e-12, abs_tol=1e-12) or (math.isnan(our) and math.isnan(their))
    return bool(our == their)


@pytest.mark.parametrize("block", range(5))
def test_random_programs_are_right_or_refused(block: int) -> None:
    """Where backward gives a gradient it is that of central differences; where it cannot, it says so."""
    checked = refused = 0
    for seed in range(50 * block, 50 * (block + 1)):
        program = Program(autograd, seed, like_torch=False)
        for number, root in enumerate(program.pool):
            if not root.requires_grad:
                continue
            try:
                grads = autograd.grad(
                    root.sum(), program.leaves, retain_graph=True, allow_unused=True, materialize_grads=True
                )
            except RuntimeError:
                refused += 1
                continue
            for which, grad in enumerate(grads):
                expected = central_differences(seed, number, which)
                np.testing.assert_allclose(
                    grad.numpy(), expected, rtol=1e-5, atol=1e-5, err_msg=f"seed {seed}, result {number}, leaf {which}"
                )
                checked += 1
    assert checked > 200
    assert refused > 0


def central_differences(seed: int, number: int, which: int) -> np.ndarray[Any, Any]:
    """Differentiate the sum of result `number` of a program with respect to leaf `which`."""
    h = 1e-5
    grad = np.zeros(np.shape(LEAVES[which]))
    for place in np.ndindex(grad.shape):
        sums = []
        for step in (h, -h):
            leaves = [np.array(values) for values in LEAVES]
            leaves[which][place] += step
            program = Program(autograd, seed, like_torch=False, leaves=[values.tolist() for values in leaves])
            sums.append(program.pool[number].sum().item())
        grad[place] = (sums[0] - sums[1]) / (2 * h)
    return grad
