"""What `docs/differences.md` says about the two libraries: each difference, run in both."""

import pickle
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd
import nn

NETWORKS = {"autograd": nn}


def networks(library: Any) -> Any:
    return NETWORKS.get(library.__name__) or library.nn


def optimizers(library: Any) -> Any:
    return nn.optim if library is autograd else library.optim


def leaf(library: Any, *values: float) -> Any:
    return library.tensor([float(v) for v in values], requires_grad=True)


def names(t: Any) -> list[Any]:
    """The name of the node of a tensor, then those of the nodes that it leads to."""
    return [t.grad_fn.name(), *[node and node.name() for node, _ in t.grad_fn.next_functions]]


class Raises(NamedTuple):
    """An exception, and what its text says."""

    error: type[Exception]
    text: str


class Difference(NamedTuple):
    """`run(library)` returns a plain value, or raises: `here` and `there` say what."""

    name: str
    run: Callable[[Any], Any]
    here: Any
    there: Any


# ------------------------------------------------------------------------------------------------------ gradients


def edit_what_a_function_handed_through(library: Any) -> Any:
    class Itself(library.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad

    x = leaf(library, 1, 2) * 1
    y = Itself.apply(x)
    x.mul_(3)
    return y.shape == x.shape and x.tolist()


def edit_data(library: Any) -> Any:
    x = leaf(library, 1, 2)
    loss = (x * x).sum()
    x.data -= 1
    loss.backward()
    return x.grad.tolist()


def version_after_an_edit_of_data(library: Any) -> Any:
    x = library.tensor([1.0])
    x.data.add_(1)
    return x._version


def edit_the_array(library: Any) -> Any:
    x = leaf(library, 1, 2)
    loss = (x * x).sum()
    x.detach().numpy()[:] = 0
    loss.backward()
    return x.grad.tolist()


def assign_data(library: Any) -> Any:
    x = leaf(library, 1, 2)
    loss = (x * x).sum()
    x.data = library.tensor([5.0, 5.0])
    loss.backward()
    return x.grad.tolist()


def by_itself(method: str) -> Callable[[Any], Any]:
    def run(library: Any) -> Any:
        x = leaf(library, 1, 2)
        y = x * 1.0
        getattr(y, method)(y)
        y.sum().backward()
        return pytest.approx(x.grad.tolist(), rel=1e-6)

    return run


def view_under_no_grad(library: Any) -> Any:
    y = leaf(library, 1, 2) * 1.0
    with library.no_grad():
        view = y[:1]
    return view.requires_grad, view.grad_fn is None


def view_under_no_grad_of_an_edited_base(library: Any) -> Any:
    x = leaf(library, 1, 2)
    y = x * 1.0
    with library.no_grad():
        view = y[:1]
    y *= 3
    view.sum().backward()
    return x.grad.tolist()


def edit_a_view_made_under_no_grad(library: Any) -> Any:
    y = leaf(library, 1, 2) * 1.0
    with library.no_grad():
        view = y[:1]
    view *= 3


def taken_apart(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(library: Any) -> Any:
        x = leaf(library, 1, 2)
        y = x * 1.0
        first, second = take(y)
        y *= 3
        (first * second).sum().backward()
        return x.grad.tolist()

    return run


def edit_an_unbound_view(library: Any) -> Any:
    first, _ = (leaf(library, 1, 2) * 1.0).unbind()
    first *= 3


def through_floor_division(library: Any) -> Any:
    (leaf(library, 5) // 2).sum().backward()


EDITED = Raises(RuntimeError, "modified by an inplace operation")
SEVERAL = Raises(RuntimeError, "multiple views")
NO_GRAD = Raises(RuntimeError, "created in no_grad mode")

GRADIENTS = [
    Difference(
        "custom Function on its input's memory",
        edit_what_a_function_handed_through,
        Raises(RuntimeError, "custom Function"),
        [3.0, 6.0],
    ),
    Difference("edit of .data", edit_data, EDITED, [0.0, 2.0]),
    Difference("version after an edit of .data", version_after_an_edit_of_data, 1, 0),
    Difference("edit of .numpy()", edit_the_array, [0.0, 0.0], [0.0, 0.0]),
    Difference(".data =", assign_data, [2.0, 4.0], [10.0, 10.0]),
    Difference("mul_ by itself", by_itself("mul_"), [2.0, 4.0], EDITED),
    Difference("div_ by itself", by_itself("div_"), [0.0, 0.0], EDITED),
    Difference("pow_ by itself", by_itself("pow_"), [1.0, 4 * (np.log(2) + 1)], EDITED),
    Difference("view under no_grad", view_under_no_grad, (False, True), (True, True)),
    Difference("view under no_grad, base edited", view_under_no_grad_of_an_edited_base, [3.0, 0.0], NO_GRAD),
    Difference("view under no_grad edited", edit_a_view_made_under_no_grad, NO_GRAD, NO_GRAD),
    Difference("unbind, base edited", taken_apart(lambda y: y.unbind()), [18.0, 9.0], SEVERAL),
    Difference("split, base edited", taken_apart(lambda y: y.split(1)), [18.0, 9.0], SEVERAL),
    Difference("chunk, base edited", taken_apart(lambda y: y.chunk(2)), [18.0, 9.0], SEVERAL),
    Difference("unbound view edited", edit_an_unbound_view, SEVERAL, SEVERAL),
    Difference("//", lambda library: (leaf(library, 5) // 2).requires_grad, False, True),
    Difference("backward of //", through_floor_division, Raises(RuntimeError, "does not require grad"),
               Raises(RuntimeError, "not implemented")),
]  # fmt: skip


# ---------------------------------------------------------------------------------------------- NumPy, the graph


def dtype_of(t: Any) -> str:
    return str(t.dtype).rpartition(".")[2]


def nodes_of_unbind(library: Any) -> Any:
    first, second = leaf(library, 1, 2).unbind()
    return first.grad_fn is second.grad_fn, second.output_nr


def ones(library: Any, *shape: int) -> Any:
    return library.ones(*shape, requires_grad=True)


def classes(library: Any) -> Any:
    return names(networks(library).functional.cross_entropy(ones(library, 2, 3), library.tensor([0, 1])))


def linear(library: Any) -> Any:
    x, w, b = library.ones(1, 2), ones(library, 3, 2), library.ones(3)
    return names(networks(library).functional.linear(x, w, b))


def masked(library: Any) -> Any:
    x = leaf(library, 1, 2)
    return names(x.masked_fill(x > 1, 0.0))[0]


def edited_part(library: Any) -> Any:
    y = leaf(library, 1, 2) * 1.0
    y[0] = 5.0
    return y.grad_fn.name()


NEEDS_GRAD = Raises(RuntimeError, "Can't call numpy")
ACCUMULATE, TORCHS = "AccumulateGrad", "torch::autograd::AccumulateGrad"

NUMPY_AND_GRAPH = [
    Difference("array * tensor", lambda library: (np.ones(2) * leaf(library, 1, 2)).tolist(), [1.0, 2.0],
               Raises(TypeError, "unsupported operand")),
    Difference("array and tensor", lambda library: dtype_of(library.ones(2) * np.ones(2)), "float64", "float64"),
    Difference("np.exp", lambda library: np.exp(leaf(library, 0)).tolist(), [1.0], NEEDS_GRAD),
    Difference("function without a rule", lambda library: np.fft.fft(leaf(library, 1, 2)),
               Raises(RuntimeError, "np.fft has no derivative rule"), NEEDS_GRAD),
    Difference("the same on a constant", lambda library: type(np.fft.fft(library.ones(2))), np.ndarray, np.ndarray),
    Difference("0-d array", lambda library: dtype_of(library.ones(2) + np.array(1.0)), "float32", "float64"),
    Difference("1 / x", lambda library: names(1 / leaf(library, 1)), ["DivBackward0", ACCUMULATE],
               ["MulBackward0", "ReciprocalBackward0", None]),
    Difference("stack of matrices", lambda library: names(ones(library, 2, 3, 4) @ library.ones(4, 5)),
               ["UnsafeViewBackward0", ACCUMULATE, None], ["UnsafeViewBackward0", "MmBackward0"]),
    Difference("vector and matrix", lambda library: names(ones(library, 4) @ library.ones(4, 5)),
               ["SqueezeBackward4", ACCUMULATE, None], ["SqueezeBackward4", "MmBackward0"]),
    Difference("index", lambda library: names(ones(library, 2, 3)[0, 1:, None]),
               ["SliceBackward0", ACCUMULATE], ["UnsqueezeBackward0", "SliceBackward0"]),
    Difference("masked_fill", masked, "WhereBackward0", "MaskedFillBackward0"),
    Difference("cross_entropy", classes, ["NllLossBackward0", ACCUMULATE, None],
               ["NllLossBackward0", "LogSoftmaxBackward0"]),
    Difference("linear", linear, ["AddmmBackward0", None, ACCUMULATE, None],
               ["AddmmBackward0", None, None, "TBackward0"]),
    Difference("unbind", nodes_of_unbind, (False, 0), (True, 1)),
    Difference("a number", lambda library: names(3 * leaf(library, 1)), ["MulBackward0", ACCUMULATE],
               ["MulBackward0", TORCHS, None]),
    Difference("an edit", edited_part, "CopySlices", "torch::autograd::CopySlices"),
]  # fmt: skip


# ------------------------------------------------------------------------------------------- errors, warnings, names


def nan_in_forward(library: Any) -> Any:
    with library.autograd.detect_anomaly():
        return dtype_of(library.log(leaf(library, -1)))


def twice_in_an_optimizer(library: Any) -> Any:
    p = networks(library).Parameter(library.ones(2))
    return type(optimizers(library).SGD([p, p], lr=0.1)).__name__


def warned(action: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(library: Any) -> Any:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            action(library)
        return len(caught)

    return run


def create_graph(library: Any) -> None:
    x = leaf(library, 2)
    (x**3).sum().backward(create_graph=True)
    x.grad = None


def anomaly_mode(library: Any) -> None:
    with library.autograd.detect_anomaly():
        pass


def copied_by_pickle(library: Any) -> Any:
    return pickle.loads(pickle.dumps(leaf(library, 1) * 2)).tolist()


REST = [
    Difference("NaN in forward", nan_in_forward, Raises(RuntimeError, "LogBackward0 returned nan in the"), "float32"),
    Difference("a parameter twice", twice_in_an_optimizer, Raises(ValueError, "duplicate parameters"), "SGD"),
    Difference("pickle", copied_by_pickle, Raises(RuntimeError, "pickled"), [2.0]),
    Difference("another device", lambda library: library.ones(1).to("cuda"), Raises(RuntimeError, "cuda"),
               Raises(AssertionError, "CUDA")),
    Difference("warning of create_graph", warned(create_graph), 0, 1),
    Difference("warning of .grad", warned(lambda library: (leaf(library, 1) * 2).grad), 0, 1),
    Difference("warning of tensor", warned(lambda library: library.tensor(library.ones(1))), 0, 1),
    Difference("warning of anomaly mode", warned(anomaly_mode), 0, 1),
    Difference("dtype", lambda library: repr(library.float32), "autograd.float32", "torch.float32"),
    Difference("size", lambda library: repr(library.ones(2).shape), "autograd.Size([2])", "torch.Size([2])"),
    Difference("type", lambda library: library.ones(2).type(), "autograd.FloatTensor", "torch.FloatTensor"),
    Difference("bfloat16", lambda library: repr(library.bfloat16), Raises(AttributeError, "bfloat16"),
               "torch.bfloat16"),
]  # fmt: skip


DIFFERENCES = GRADIENTS + NUMPY_AND_GRAPH + REST


def check(difference: Difference, library: Any, expected: Any) -> None:
    if isinstance(expected, Raises):
        with pytest.raises(expected.error, match=expected.text):
            difference.run(library)
    else:
        assert difference.run(library) == expected


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.name)
def test_here(difference: Difference) -> None:
    check(difference, autograd, difference.here)


@pytest.mark.oracle
@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.name)
@pytest.mark.filterwarnings("ignore")
def test_there(difference: Difference) -> None:
    check(difference, pytest.importorskip("torch"), difference.there)


def test_empty_is_zeros() -> None:
    assert autograd.empty(1000).tolist() == [0.0] * 1000
