"""Random shapes, random indices and random graphs: compared with NumPy, with differences, and with PyTorch.

Each property runs on a few hundred examples, and on some thousands where slow tests run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor, gradcheck, gradgradcheck
from tests.op_references import numpy_index
from tests.op_samples import anywhere, distinct, nonzero, positive

FAST = settings(max_examples=250)
SLOW = settings(max_examples=3000)
seeds = st.integers(0, 2**32 - 1)


def leaves_of(library: Any, arrays: Any) -> list[Any]:
    """Tensors of either library with copies of arrays, which require a gradient."""
    return [library.from_numpy(np.array(a)).requires_grad_() for a in arrays]


def pulled(library: Any, function: Callable[..., Any], arrays: Any) -> tuple[Any, list[Any]]:
    """The result of a function of tensors, and the gradients of a weighted sum of it."""
    leaves = leaves_of(library, arrays)
    z = function(library, *leaves)
    v = weights(tuple(z.shape))
    grads = library.autograd.grad(z, leaves, library.from_numpy(v), allow_unused=True)
    return z.detach().numpy(), [
        np.zeros(a.shape) if g is None else g.numpy() for g, a in zip(grads, arrays, strict=True)
    ]


def weights(shape: tuple[int, ...]) -> Any:
    """Different numbers for all elements."""
    return np.cos(np.arange(1.0, 1 + np.prod(shape, dtype=int))).reshape(shape)


def agrees_with_torch(function: Callable[..., Any], arrays: Any, tolerance: float = 1e-12) -> None:
    """Fail unless values and gradients are PyTorch's."""
    torch = pytest.importorskip("torch")
    (mine, my_grads), (theirs, their_grads) = (pulled(lib, function, arrays) for lib in (autograd, torch))
    assert mine.shape == theirs.shape
    for a, b in zip([mine, *my_grads], [theirs, *their_grads], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


# ------------------------------------------------------------------------------------------------- broadcasting

#: Name: function of a library and tensors, the same on arrays, the domains of the operands.
BROADCASTING: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = {
    "add": (lambda t, x, y: x + y, np.add, (anywhere, anywhere)),
    "sub": (lambda t, x, y: x - y, np.subtract, (anywhere, anywhere)),
    "mul": (lambda t, x, y: x * y, np.multiply, (anywhere, anywhere)),
    "div": (lambda t, x, y: x / y, np.divide, (anywhere, nonzero)),
    "pow": (lambda t, x, y: x**y, np.power, (positive, anywhere)),
    "remainder": (lambda t, x, y: x % y, np.remainder, (anywhere, nonzero)),
    "maximum": (lambda t, x, y: t.maximum(x, y), np.maximum, (distinct, distinct)),
    "minimum": (lambda t, x, y: t.minimum(x, y), np.minimum, (distinct, distinct)),
    "clamp": (lambda t, x, y, z: t.clamp(x, y, z), lambda x, y, z: np.minimum(np.maximum(x, y), z), (distinct,) * 3),
    "where": (lambda t, c, x, y: t.where(c > 0, x, y), lambda c, x, y: np.where(c > 0, x, y), (nonzero,) * 3),
    "fused": (lambda t, x, y, z: t.add(x, y * z, alpha=2), lambda x, y, z: x + 2 * (y * z), (anywhere,) * 3),
}


@st.composite
def operands(draw: Any) -> tuple[str, list[Any]]:
    """An operation, and arrays for it that broadcast."""
    name = draw(st.sampled_from(sorted(BROADCASTING)))
    domains = BROADCASTING[name][2]
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=len(domains), min_side=0, max_side=3, max_dims=4))
    random = np.random.default_rng(draw(seeds))
    return name, [d(random, s, i) for i, (d, s) in enumerate(zip(domains, shapes.input_shapes, strict=True))]


def broadcasts(case: tuple[str, list[Any]]) -> None:
    name, arrays = case
    function, reference, _ = BROADCASTING[name]
    z = function(autograd, *leaves_of(autograd, arrays))
    expected = reference(*arrays)
    assert z.shape == expected.shape
    np.testing.assert_allclose(z.detach().numpy(), expected, rtol=1e-14)
    assert gradcheck(lambda *x: function(autograd, *x), leaves_of(autograd, arrays), fast_mode=True)


def broadcasts_as_in_torch(case: tuple[str, list[Any]]) -> None:
    name, arrays = case
    # PyTorch's backward of clamp fails where the limits are larger than what they limit.
    assume(name != "clamp" or arrays[0].shape == np.broadcast_shapes(*[a.shape for a in arrays]))
    agrees_with_torch(BROADCASTING[name][0], arrays)


def broadcasts_in_place(case: tuple[str, list[Any]]) -> None:
    """Into a first operand that is large enough; into a smaller one it is refused, and nothing has changed."""
    name, arrays = case
    edits = {"add": "add_", "sub": "sub_", "mul": "mul_", "div": "div_", "pow": "pow_", "remainder": "remainder_"}
    assume(name in edits)
    x, y = leaves_of(autograd, arrays)
    z = x.clone()
    expected = BROADCASTING[name][1](*arrays)
    if expected.shape != x.shape:
        with pytest.raises(RuntimeError, match="doesn't match the broadcast shape"):
            getattr(z, edits[name])(y)
        np.testing.assert_array_equal(z.detach().numpy(), arrays[0])
        return
    getattr(z, edits[name])(y)
    np.testing.assert_allclose(z.detach().numpy(), expected, rtol=1e-14)
    assert gradcheck(lambda x, y: getattr(x.clone(), edits[name])(y), (x, y), fast_mode=True)


test_broadcasting = FAST(given(operands())(broadcasts))
test_broadcasting_at_length = pytest.mark.slow(SLOW(given(operands())(broadcasts)))
test_broadcasting_in_place = FAST(given(operands())(broadcasts_in_place))
test_broadcasting_in_place_at_length = pytest.mark.slow(SLOW(given(operands())(broadcasts_in_place)))
test_broadcasting_as_in_torch = pytest.mark.oracle(FAST(given(operands())(broadcasts_as_in_torch)))
test_broadcasting_as_in_torch_at_length = pytest.mark.slow(
    pytest.mark.oracle(SLOW(given(operands())(broadcasts_as_in_torch)))
)


# ----------------------------------------------------------------------------------------------------- indexing


@st.composite
def indexed(draw: Any) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """A shape, and an index of it: integers, slices, None, ..., index arrays and masks in any order."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    together = draw(st.sampled_from([(), (1,), (2,), (3,), (2, 2), (0,)]))  # what the index arrays broadcast to
    kinds = draw(st.sampled_from(["basic", "arrays", "mask"]))
    items: list[Any] = []
    dim = 0
    ellipsis = draw(st.integers(0, len(shape))) if draw(st.booleans()) else None
    end = draw(st.integers(0, len(shape)))
    masked = False
    while dim < end:
        if dim == ellipsis:
            items.append(Ellipsis)
            dim += draw(st.integers(0, len(shape) - end))
            end = len(shape) if end < dim else end
            skipped = len(shape) - end
            dim, end = dim + skipped, len(shape)
            ellipsis = None
            continue
        n = shape[dim]
        choices = ["slice", "none"] + ["integer"] * (n > 0)
        choices += ["array"] * 2 * (kinds == "arrays" and (n > 0 or 0 in together))
        choices += ["mask"] * 2 * (kinds == "mask" and not masked)
        kind = draw(st.sampled_from(choices))
        if kind == "none":
            items.append(None)
            continue
        if kind == "integer":
            items.append(draw(st.integers(-n, n - 1)))
        elif kind == "slice":
            bound = st.none() | st.integers(-n - 1, n + 1)
            items.append(slice(draw(bound), draw(bound), draw(st.none() | st.integers(1, 3))))
        elif kind == "array":
            cut = draw(st.integers(0, len(together)))
            sizes = tuple(1 if draw(st.booleans()) and k else k for k in together[cut:])
            items.append(draw(hnp.arrays(np.int64, sizes, elements=st.integers(-n, max(n - 1, 0)))))
        else:
            deep = draw(st.integers(1, min(2, end - dim)))
            items.append(draw(hnp.arrays(np.bool_, shape[dim : dim + deep])))
            dim += deep - 1
            masked = True
        dim += 1
    if draw(st.booleans()):
        items.append(None)
    return shape, tuple(items)


def readable(shape: tuple[int, ...], index: tuple[Any, ...]) -> Any:
    """The numbers of the elements that an index names; the example is dropped if NumPy refuses it."""
    try:
        return np.asarray(numpy_index(np.arange(np.prod(shape, dtype=int)).reshape(shape), index))
    except IndexError:
        assume(False)


def as_index(library: Any, index: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same index with arrays as tensors."""
    return tuple(library.from_numpy(i) if isinstance(i, np.ndarray) else i for i in index)


def reads(case: tuple[tuple[int, ...], tuple[Any, ...]]) -> None:
    shape, index = case
    named = readable(shape, index)
    (x,) = leaves_of(autograd, [weights(shape)])
    y = x[as_index(autograd, index)]
    np.testing.assert_array_equal(y.detach().numpy(), weights(shape).ravel()[named])
    assert y.shape == named.shape
    (v,) = leaves_of(autograd, [np.sin(weights(named.shape))])
    (g,) = autograd.grad(y, x, v, create_graph=True)
    expected = np.bincount(named.ravel(), np.sin(weights(named.shape)).ravel(), np.prod(shape, dtype=int))
    np.testing.assert_allclose(g.detach().numpy(), expected.reshape(shape), rtol=1e-14, atol=1e-14)
    (again,) = autograd.grad(g, v, autograd.from_numpy(weights(shape)))
    np.testing.assert_array_equal(again.numpy(), weights(shape).ravel()[named])


def writes(case: tuple[tuple[int, ...], tuple[Any, ...]], lines: bool) -> None:
    """`y[index] = value`, with a value of the indexed shape or one that broadcasts to it."""
    shape, index = case
    named = readable(shape, index)
    assume(len(np.unique(named)) == named.size)
    value = 2 + weights(named.shape[1:] if lines and named.ndim else named.shape)
    x, v = leaves_of(autograd, [weights(shape), value])
    y = x.clone()
    y[as_index(autograd, index)] = v
    expected = weights(shape).ravel()
    expected[named] = value
    np.testing.assert_array_equal(y.detach().numpy(), expected.reshape(shape))
    w = np.asarray(1 + weights(shape))
    dx, dv = autograd.grad(y, (x, v), autograd.from_numpy(w), materialize_grads=True)
    left = w.ravel().copy()
    left[named] = 0
    np.testing.assert_array_equal(dx.numpy(), left.reshape(shape))
    taken = w.ravel()[named]
    np.testing.assert_allclose(dv.numpy(), taken.sum(0) if lines and named.ndim else taken, rtol=1e-14, atol=1e-14)


def reads_as_in_torch(case: tuple[tuple[int, ...], tuple[Any, ...]]) -> None:
    shape, index = case
    readable(shape, index)
    agrees_with_torch(lambda t, x: x[as_index(t, index)], [weights(shape)])


def writes_as_in_torch(case: tuple[tuple[int, ...], tuple[Any, ...]]) -> None:
    shape, index = case
    named = readable(shape, index)
    assume(len(np.unique(named)) == named.size)

    def write(t: Any, x: Any, v: Any) -> Any:
        y = x.clone()
        y[as_index(t, index)] = v
        return y * y

    agrees_with_torch(write, [weights(shape), 2 + weights(named.shape)])


test_indexing = FAST(given(indexed())(reads))
test_indexing_at_length = pytest.mark.slow(SLOW(given(indexed())(reads)))
test_assignment = FAST(given(indexed(), st.booleans())(writes))
test_assignment_at_length = pytest.mark.slow(SLOW(given(indexed(), st.booleans())(writes)))
test_indexing_as_in_torch = pytest.mark.oracle(FAST(given(indexed())(reads_as_in_torch)))
test_indexing_as_in_torch_at_length = pytest.mark.slow(pytest.mark.oracle(SLOW(given(indexed())(reads_as_in_torch))))
test_assignment_as_in_torch = pytest.mark.oracle(FAST(given(indexed())(writes_as_in_torch)))
test_assignment_as_in_torch_at_length = pytest.mark.slow(
    pytest.mark.oracle(SLOW(given(indexed())(writes_as_in_torch)))
)


# ------------------------------------------------------------------------------------------------------- graphs
# The operations keep numbers small, so that differences stay exact. `t` is a library, `a` and `b` are tensors.

SMOOTH: list[Callable[[Any, Any, Any], Any]] = [
    lambda t, a, b: (a + b) * 0.5,
    lambda t, a, b: a - 0.5 * b,
    lambda t, a, b: t.tanh(a * b),
    lambda t, a, b: a / (2 + t.cos(b)),
    lambda t, a, b: (1 + a * a) ** t.tanh(b) * 0.25,
    lambda t, a, b: t.tanh(a @ b),
    lambda t, a, b: t.tanh(a @ b.transpose(0, 1)) if b.ndim == 2 else -b,
    lambda t, a, b: t.where(t.ones(a.shape[-1:]) > 0, a, b) if a.ndim else a * 2,
    lambda t, a, b: t.cat([a, b]) if a.ndim else t.stack([a, a]),
    lambda t, a, b: t.stack([a, b], -1).sum(-1) * 0.5,
    lambda t, a, b: a.clone().mul_(0.5).add_(b),
    lambda t, a, b: t.sin(a),
    lambda t, a, b: t.exp(-a * a),
    lambda t, a, b: t.sqrt(1 + a**2),
    lambda t, a, b: t.log1p(a * a),
    lambda t, a, b: t.sigmoid(a),
    lambda t, a, b: t.reciprocal(2 + t.sin(a)),
    lambda t, a, b: 1 - a,
    lambda t, a, b: a.softmax(-1),
    lambda t, a, b: t.log_softmax(a, 0) * 0.5,
    lambda t, a, b: t.logsumexp(a, -1, keepdim=True),
    lambda t, a, b: a.sum(0) * 0.5 if a.ndim else a.sum(),
    lambda t, a, b: a.mean(-1, keepdim=True) if a.ndim else a.mean(),
    lambda t, a, b: t.tanh(a.var(0, correction=0)) if a.ndim else a * a * 0.25,
    lambda t, a, b: a - a.mean(),
    lambda t, a, b: a.reshape(-1),
    lambda t, a, b: a.flatten().unsqueeze(0),
    lambda t, a, b: a.squeeze(),
    lambda t, a, b: a.transpose(0, -1) if a.ndim else a.view(1),
    lambda t, a, b: a.permute(tuple(range(a.ndim))[::-1]),
    lambda t, a, b: a.expand(2, *a.shape),
    lambda t, a, b: a[0] if a.ndim else a[None],
    lambda t, a, b: a[..., ::2] if a.ndim else a[...],
    lambda t, a, b: a[[0, -1, 0]] if a.ndim else a * 0.5,
    lambda t, a, b: t.cat(a.split(1)[::-1]) if a.ndim else t.cos(a),
    lambda t, a, b: a[:, None, t.tensor([0, -1])] if a.ndim > 1 else a[None],
    lambda t, a, b: a.gather(-1, t.zeros(a.shape, dtype=t.int64)) * 0.5,
    lambda t, a, b: a.index_select(0, t.tensor([0, 0])) if a.ndim else a * 0.5,
    lambda t, a, b: a.take(t.tensor([[0, -1]])),
    lambda t, a, b: t.scatter_add(a, 0, t.zeros(b.shape, dtype=t.int64), b) * 0.5,
    lambda t, a, b: t.scatter_reduce(a * 0.5, 0, t.zeros(b.shape, dtype=t.int64), b, "mean", include_self=False),
    lambda t, a, b: a.index_put((t.tensor([0, 0]),), b, accumulate=True) * 0.5,
    lambda t, a, b: a.masked_scatter(t.ones(a.shape[:1], dtype=t.bool), b),
    lambda t, a, b: a.index_fill(0, t.tensor([0]), b.mean()),
    lambda t, a, b: written(a, b),
]
KINKED: list[Callable[[Any, Any, Any], Any]] = [
    lambda t, a, b: t.relu(a),
    lambda t, a, b: t.abs(a),
    lambda t, a, b: t.maximum(a, b),
    lambda t, a, b: t.minimum(a, b - 0.1),
    lambda t, a, b: a.clamp(-0.3, 0.4),
    lambda t, a, b: a.max(0).values if a.ndim else a.max(),
    lambda t, a, b: a.min(-1, keepdim=True).values if a.ndim else a.min(),
    lambda t, a, b: t.where(a > b, a, b * 0.5),
    lambda t, a, b: a.masked_fill(a > 0.2, 0.1),
    # Of equal rows the deviation would be 0, or what rounding makes of it.
    lambda t, a, b: (a + t.from_numpy(weights(tuple(a.shape)))).std(0) if a.ndim and a.shape[0] > 1 else -a,
]
LEAVES = [(2, 3), (3,), (), (3, 3), (1, 3)]
LARGEST = 48

steps = st.lists(st.tuples(st.integers(0, 999), st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=30)


def written(a: Any, b: Any) -> Any:
    """An edit of part of a tensor, by which its history branches."""
    z = a * 1.0
    z[..., :1] = b.mean()
    return z


def graph(t: Any, operations: list[Any], program: list[tuple[int, int, int]], *leaves: Any) -> Any:
    """Run a random program: each step takes two earlier results. Return a weighted sum of the last, and of the leaves.

    An operation whose operands do not fit, or whose result is too large, gives way to a tanh.
    """
    pool = list(leaves)
    for number, i, j in program:
        a, b = pool[i % len(pool)], pool[-1 - j % len(pool)]
        try:
            z = operations[number % len(operations)](t, a, b)
        except (RuntimeError, IndexError):
            z = None
        pool.append(t.tanh(a) if z is None or z.numel() > LARGEST else z)
    return sum((t.from_numpy(weights(tuple(z.shape))) * z).sum() for z in [*leaves, *pool[-4:]])


def values_of_leaves(seed: int) -> list[Any]:
    random = np.random.default_rng(seed)
    return [random.uniform(-1, 1, shape) for shape in LEAVES]


def graph_is_right(program: list[tuple[int, int, int]], seed: int) -> None:
    leaves = leaves_of(autograd, values_of_leaves(seed))
    assert gradcheck(lambda *x: graph(autograd, SMOOTH, program, *x), leaves, fast_mode=True)


def graph_is_right_twice(program: list[tuple[int, int, int]], seed: int) -> None:
    leaves = leaves_of(autograd, values_of_leaves(seed))
    assert gradgradcheck(lambda *x: graph(autograd, SMOOTH, program, *x), leaves, fast_mode=True)


def graph_is_torchs(program: list[tuple[int, int, int]], seed: int) -> None:
    agrees_with_torch(lambda t, *x: graph(t, SMOOTH + KINKED, program, *x), values_of_leaves(seed), tolerance=1e-10)


def graph_is_torchs_twice(program: list[tuple[int, int, int]], seed: int) -> None:
    """The derivatives of a gradient's weighted sum."""

    def derivative(t: Any, *leaves: Any) -> Any:
        grads = t.autograd.grad(graph(t, SMOOTH, program, *leaves), leaves, create_graph=True)
        both = zip(leaves, grads, strict=True)
        return sum((t.from_numpy(weights(tuple(x.shape))) * g + x * x).sum() for x, g in both)

    agrees_with_torch(derivative, values_of_leaves(seed), tolerance=1e-9)


test_graphs = FAST(given(steps, seeds)(graph_is_right))
test_graphs_at_length = pytest.mark.slow(SLOW(given(steps, seeds)(graph_is_right)))
test_graphs_twice = FAST(given(steps, seeds)(graph_is_right_twice))
test_graphs_twice_at_length = pytest.mark.slow(SLOW(given(steps, seeds)(graph_is_right_twice)))
test_graphs_as_in_torch = pytest.mark.oracle(FAST(given(steps, seeds)(graph_is_torchs)))
test_graphs_as_in_torch_at_length = pytest.mark.slow(pytest.mark.oracle(SLOW(given(steps, seeds)(graph_is_torchs))))
test_graphs_twice_as_in_torch = pytest.mark.oracle(FAST(given(steps, seeds)(graph_is_torchs_twice)))
test_graphs_twice_as_in_torch_at_length = pytest.mark.slow(
    pytest.mark.oracle(SLOW(given(steps, seeds)(graph_is_torchs_twice)))
)


def test_every_operation_of_the_graphs_fits_some_operands() -> None:
    """None of them gives way to a tanh always."""
    pool: list[Tensor] = leaves_of(autograd, values_of_leaves(0))
    for operation in SMOOTH + KINKED:
        assert any(applies(operation, a, b) for a in pool for b in pool)


def applies(operation: Callable[[Any, Any, Any], Any], a: Tensor, b: Tensor) -> bool:
    try:
        operation(autograd, a, b)
    except (RuntimeError, IndexError):
        return False
    return True
