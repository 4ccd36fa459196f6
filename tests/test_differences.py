"""What `docs/differences.md` says about the two libraries: each difference, run in both."""

import importlib
import math
import pickle
import threading
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


def doubles(library: Any, *values: float) -> Any:
    return library.tensor(values, dtype=library.float64, requires_grad=True)


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


def gradient(function: Callable[[Any, Any], Any], *values: float) -> Callable[[Any], Any]:
    """The gradient of the sum of what a function of the library and a leaf returns."""

    def run(library: Any) -> Any:
        x = leaf(library, *values)
        function(library, x).sum().backward()
        return pytest.approx(x.grad.tolist(), rel=1e-6, nan_ok=True)

    return run


def added_by_scatter(library: Any) -> Any:
    x = leaf(library, 1, 2)
    x.scatter(0, library.tensor([0]), library.ones(1), reduce="add").sum().backward()
    return x.grad.tolist()


def scattered_in_part(library: Any) -> Any:
    x = leaf(library, 3, 4)
    library.zeros(2).scatter(0, library.tensor([0]), x).sum().backward()
    return x.grad.tolist()


def largest_without_self(library: Any) -> Any:
    x = leaf(library, 3)
    library.tensor([3.0, 1.0]).scatter_reduce(0, library.tensor([0]), x, "amax", include_self=False).sum().backward()
    return x.grad.tolist()


def product_of_zeros(library: Any) -> Any:
    x = doubles(library, 0, 0)
    y = library.zeros(1, dtype=library.float64).scatter_reduce(0, library.tensor([0, 0]), x, "prod")
    (slope,) = library.autograd.grad(y.sum(), x, create_graph=True)
    (curvature,) = library.autograd.grad(slope.sum(), x)
    return curvature.tolist()


def ended_by_an_edit(library: Any) -> Any:
    y = leaf(library, 1, 0) * 1
    y.logical_not_()
    return y.requires_grad


EDITED = Raises(RuntimeError, "modified by an inplace operation")
SEVERAL = Raises(RuntimeError, "multiple views")
NO_GRAD = Raises(RuntimeError, "created in no_grad mode")

WITHOUT = Raises(RuntimeError, "does not require grad")
MISSING = Raises(RuntimeError, "not implemented")

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
    Difference("backward of //", gradient(lambda _, x: x // 2, 5), WITHOUT, MISSING),
    Difference("backward of heaviside", gradient(lambda library, x: library.heaviside(x, x * 0), 5), WITHOUT, MISSING),
    Difference("logical_not_", ended_by_an_edit, False, True),
    Difference("integers, compared in place", lambda library: library.tensor([1]).eq_(leaf(library, 1)).requires_grad,
               False, True),
    Difference("asinh_", gradient(lambda _, x: (x * 1).asinh_(), 0), [1.0], MISSING),
    Difference("acosh_", gradient(lambda _, x: (x * 1).acosh_(), 2), [3**-0.5], MISSING),
    Difference("atanh_", gradient(lambda _, x: (x * 1).atanh_(), 0), [1.0], MISSING),
    Difference("scatter that adds", added_by_scatter, [1.0, 1.0], MISSING),
    Difference("scatter from a larger src", scattered_in_part, [1.0, 0.0], Raises(RuntimeError, "invalid gradient")),
    Difference("scatter_reduce without self", largest_without_self, [1.0], [0.5]),
    Difference("scatter_reduce of zeros, twice", product_of_zeros, [0.0, 0.0],
               Raises(RuntimeError, "Double backward is unsupported")),
    Difference("remainder of a number", gradient(lambda library, x: library.remainder(7, x), 5), [-1.0], MISSING),
]  # fmt: skip


# --------------------------------------------------------------------------------------------------------- memory


def edited_windows(library: Any) -> Any:
    x = leaf(library, 1, 2, 3)
    y = x * 1
    y.unfold(0, 2, 1).mul_(2)
    y.sum().backward()
    return x.grad.tolist()


def edited_strides(library: Any) -> Any:
    y = library.ones(3)
    y.as_strided((2, 2), (1, 1)).mul_(2)
    return y.tolist()


def edited_window(library: Any) -> Any:
    x = leaf(library, 1)
    y = (x * 1).expand(2)
    y[0] = 5.0
    y.sum().backward()
    return x.grad.tolist(), y.tolist()


def assigned(value: Any, *index: Any) -> Callable[[Any], Any]:
    """Two elements that are one, after an assignment to some of them."""

    def run(library: Any) -> Any:
        y = library.ones(1).expand(2)
        y[index[0] if index else library.tensor([True, False])] = value
        return y.tolist()

    return run


def edited_product(name: str, size: Any, *factors: Any) -> Callable[[Any], Any]:
    def run(library: Any) -> Any:
        return getattr(library.ones(1).expand(size), name)(*[library.ones(shape) for shape in factors]).tolist()

    return run


def moved_along(library: Any) -> Any:
    x = library.arange(4)
    x[1:] = x[:-1]
    return x.tolist()


def assigned_array(library: Any) -> Any:
    x = library.zeros(2)
    x[:] = np.array([1.0, 2.0])
    return x.tolist()


def read_only(make: str) -> Callable[[Any], Any]:
    def run(library: Any) -> Any:
        array = np.arange(3.0)
        array.flags.writeable = False
        x = getattr(library, make)(array)
        x[0] = 5.0
        return x.tolist()

    return run


def export_read_only(library: Any) -> Any:
    array = np.arange(3.0)
    array.flags.writeable = False
    return np.from_dlpack(library.from_numpy(array)).tolist()


def turned_without_recording(library: Any) -> Any:
    x = library.ones(2, 3, requires_grad=True)
    y = x * 2
    with library.no_grad():
        y.t_()
    y.sum().backward()
    return x.grad.tolist()


def turned_and_detached(library: Any) -> Any:
    y = library.ones(2, 3, requires_grad=True) * 2
    return y.t_().detach_().requires_grad


OVERLAPPING = Raises(RuntimeError, "more than one element of the written-to tensor")

MEMORY = [
    Difference("edit of overlapping windows", edited_windows, OVERLAPPING, [2.0, 2.0, 2.0]),
    Difference("edit of overlapping strides", edited_strides, OVERLAPPING, [2.0, 4.0, 2.0]),
    Difference("edit of one window", edited_window, ([0.0], [5.0, 5.0]), ([0.0], [5.0, 5.0])),
    Difference("add_ on expanded", lambda library: library.ones(1).expand(2).add_(1), OVERLAPPING, OVERLAPPING),
    Difference("zero_ on expanded", lambda library: library.ones(1).expand(2).zero_().tolist(), OVERLAPPING,
               [0.0, 0.0]),
    Difference("fill_ on expanded", lambda library: library.ones(1).expand(2).fill_(3).tolist(), OVERLAPPING,
               [3.0, 3.0]),
    Difference("masked edit of expanded", assigned(3.0), OVERLAPPING, [3.0, 3.0]),
    Difference("edit of expanded by index", assigned(3.0, [0]), OVERLAPPING, [3.0, 3.0]),
    *(
        Difference(f"{name} on expanded", edited_product(name, *shapes), OVERLAPPING, there)
        for name, shapes, there in (
            ("addmv_", ((2,), (2, 2), (2,)), [5.0, 5.0]),
            ("baddbmm_", ((1, 2, 2),) * 3, [[[9.0, 9.0]] * 2]),
            ("addbmm_", ((2, 2), (1, 2, 2), (1, 2, 2)), OVERLAPPING),
            ("addmm_", ((2, 2),) * 3, OVERLAPPING),
        )
    ),
    Difference("overlapping slices", moved_along, [0, 0, 1, 2], Raises(RuntimeError, "single memory location")),
    Difference("as_strided beyond", lambda library: library.arange(6)[2:4].as_strided((2,), (1,), 0).tolist(),
               Raises(RuntimeError, "out of bounds"), [0, 1]),
    Difference("as_strided", lambda library: library.arange(6)[2:4].as_strided((2,), (1,)).tolist(), [2, 3], [2, 3]),
    Difference("as_strided of a turned tensor",
               lambda library: library.arange(6).reshape(2, 3).t().as_strided((2,), (1,)).tolist(),
               Raises(RuntimeError, "as_strided"), [0, 1]),
    *(
        Difference(f"edit after {make}", read_only(make), Raises(RuntimeError, "read-only"), [5.0, 1.0, 2.0])
        for make in ("from_numpy", "from_dlpack")
    ),
    Difference("DLPack of read-only memory", export_read_only, Raises(BufferError, "read-only"), [0.0, 1.0, 2.0]),
    Difference("strides of one element", lambda library: library.zeros(()).expand(1).stride(), (1,), (0,)),
    Difference("strides of none", lambda library: library.zeros(2, 0).t().stride(), (2, 1), (1, 1)),
    Difference("strides of roll", lambda library: library.zeros(2, 3).t().roll(1, 0).stride(), (1, 3), (2, 1)),
    Difference("storage_offset", lambda library: library.from_numpy(np.arange(6)[2:]).storage_offset(), 2, 0),
    Difference("t_ under no_grad", turned_without_recording, [[2.0] * 3] * 2, Raises(RuntimeError, "invalid gradient")),
    Difference("detach_ after t_", turned_and_detached, Raises(RuntimeError, "views"), False),
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


def named(function: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda library: function(library, leaf(library, 1, 2)).grad_fn.name()


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
    *(
        Difference(f"name of {name}", named(function), f"{here}Backward0", f"{there}Backward{n}")
        for name, function, here, there, n in (
            ("nanmean", lambda _, x: x.nanmean(), "Nanmean", "Div", 0),
            ("quantile", lambda _, x: x.quantile(0.5), "View", "Squeeze", 4),
            ("aminmax", lambda _, x: x.aminmax().min, "Amin", "Aminmax", 0),
            ("renorm", lambda _, x: x.reshape(1, 2).renorm(2, 0, 1.0), "Mul", "Renorm", 0),
            ("sgn", lambda library, x: library.sgn(x), "Sign", "Sgn", 0),
            ("deg2rad", lambda library, x: library.deg2rad(x), "Mul", "Deg2Rad", 0),
            ("rad2deg", lambda library, x: library.rad2deg(x), "Mul", "Rad2Deg", 0),
            ("xlogy", lambda library, x: library.xlogy(x, 2.0), "Xlogy", "Xlogy", 2),
        )
    ),
    Difference("name of fmod", named(lambda _, x: x.fmod(2.0)), "FmodBackward1", "FmodBackward0"),
]  # fmt: skip


# ------------------------------------------------------------------------------------- hooks, modes, derivatives


def gradients_of_a_number(library: Any) -> Any:
    seen: list[int] = []
    y = 3 * leaf(library, 1)
    y.grad_fn.register_hook(lambda grads, _: seen.append(len(grads)))
    y.sum().backward()
    return seen


def items_of_a_function(library: Any) -> Any:
    class Times(library.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, factor: float) -> Any:
            return x * factor

    return len(Times.apply(leaf(library, 1), 3.0).grad_fn.next_functions)


def hooks_of_an_end(library: Any) -> Any:
    seen: list[str] = []
    y = leaf(library, 1) * 2
    y.grad_fn.register_hook(lambda *_: seen.append("hook"))
    (y * 3).sum().backward(inputs=[y])
    return seen


def node_of_a_leaf(x: Any) -> Any:
    return (x * 1).grad_fn.next_functions[0][0]


def order_of_leaf_hooks(library: Any) -> Any:
    seen: list[str] = []
    x = leaf(library, 1)
    y = x * 1
    node = y.grad_fn.next_functions[0][0]
    node.register_hook(lambda *_: seen.append("node"))
    x.register_post_accumulate_grad_hook(lambda _: seen.append("leaf"))
    y.sum().backward()
    return seen


def multi_grad_hook(library: Any) -> Any:
    seen: list[int] = []
    x, y = leaf(library, 1), leaf(library, 2)
    library.autograd.graph.register_multi_grad_hook((x, y), lambda grads: seen.append(len(grads)))
    library.autograd.grad((x * y).sum(), (x, y))
    return seen


def unpacked(change: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """The gradient of a square of 1 and 2, saved as it is, and changed when it is asked for."""

    def run(library: Any) -> Any:
        x = leaf(library, 1, 2)
        with library.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: change(library, t)):
            y = x * x
        y.sum().backward()
        return x.grad.tolist()

    return run


def packed_and_edited(library: Any) -> Any:
    packed: list[Any] = []

    def pack(t: Any) -> Any:
        packed.append(t.detach().clone())
        return packed[-1]

    x = leaf(library, 1, 2)
    with library.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = x.exp()
    packed[0].zero_()
    y.sum().backward()
    return x.grad.tolist()


def mode_while_unpacking(library: Any) -> Any:
    seen: list[bool] = []
    x = leaf(library, 1)
    with library.autograd.graph.saved_tensors_hooks(
        lambda t: t, lambda t: (seen.append(library.is_grad_enabled()), t)[1]
    ):
        y = x.exp()
    library.autograd.grad(y, x, create_graph=True)
    return seen


def edit_after_save_on_cpu(library: Any) -> Any:
    x = leaf(library, 1, 2)
    y = x * 1
    with library.autograd.graph.save_on_cpu():
        z = y * y
    y.mul_(2)
    z.sum().backward()
    return x.grad.tolist()


def history_of_forward_mode(library: Any) -> Any:
    functional = library.autograd.functional
    jacobian = functional.jacobian(lambda x: x**2, leaf(library, 1), vectorize=True, strategy="forward-mode")
    hessian = functional.hessian(
        lambda x: (x**3).sum(), leaf(library, 1), vectorize=True, outer_jacobian_strategy="forward-mode"
    )
    return jacobian.tolist(), hessian.tolist(), jacobian.requires_grad, hessian.requires_grad


def jvp(library: Any) -> Any:
    value, product = library.func.jvp(lambda x: x**3, (library.tensor(2.0),), (library.tensor(1.0),))
    return value.item(), product.item()


def vmapped(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda library: library.vmap(function)(library.tensor([1.0, -1.0])).tolist()


def random_numbers_of_slices(library: Any) -> Any:
    """Whether one slice draws after the other."""

    def second(x: Any) -> Any:
        library.rand(())
        return x + library.rand(())

    library.manual_seed(0)
    drawn = library.vmap(second, randomness="different")(library.zeros(2)).tolist()
    library.manual_seed(0)
    return drawn == library.rand(4)[1::2].tolist()


def used_after_inference_mode(library: Any) -> Any:
    with library.inference_mode():
        c = library.ones(2)
    x = leaf(library, 1, 2)
    (x * c).sum().backward()
    return x.grad.tolist()


def enabled_in_inference_mode(library: Any) -> Any:
    with library.inference_mode(), library.enable_grad():
        return (leaf(library, 1) * 2).requires_grad


def checkpointed(library: Any) -> Any:
    module = importlib.import_module(f"{library.__name__}.utils.checkpoint")
    return module.checkpoint(lambda x: x * 2, leaf(library, 1))


VMAP = Raises(RuntimeError, "vmap")

HOOKS_AND_MODES = [
    Difference("gradients of a number", gradients_of_a_number, [1], [2]),
    Difference("items of a Function", items_of_a_function, 2, 1),
    Difference("hooks of an end", hooks_of_an_end, [], ["hook"]),
    Difference("prehook of a leaf", lambda library: hasattr(node_of_a_leaf(leaf(library, 1)), "register_prehook"),
               False, True),
    Difference("order of a leaf's hooks", order_of_leaf_hooks, ["node", "leaf"], ["leaf", "node"]),
    Difference("multi-gradient hook under grad", multi_grad_hook, [2], Raises(RuntimeError, "leaf node")),
    Difference("unpacked in another shape", unpacked(lambda library, t: library.ones(1)),
               Raises(RuntimeError, "expected the shape"), [2.0, 2.0]),
    Difference("packed and edited", packed_and_edited, EDITED, [0.0, 0.0]),
    Difference("mode while unpacking", mode_while_unpacking, [False], [True]),
    Difference("save_on_cpu, then an edit", edit_after_save_on_cpu, [2.0, 4.0], [4.0, 8.0]),
    Difference("forward mode's history", history_of_forward_mode, ([[2.0]], [[6.0]], False, False),
               ([[2.0]], [[6.0]], True, True)),
    Difference("jvp", jvp, (8.0, 12.0), (8.0, 12.0)),
    Difference("vmap that branches", vmapped(lambda x: x * 2 if x.sum() > 0 else x), [2.0, -1.0], VMAP),
    Difference("vmap that takes a number", vmapped(lambda x: x * x.item()), [1.0, 1.0], VMAP),
    Difference("vmap of random numbers", random_numbers_of_slices, True, False),
    Difference("after inference_mode", used_after_inference_mode, [1.0, 1.0],
               Raises(RuntimeError, "Inference tensors")),
    Difference("enable_grad in inference_mode", enabled_in_inference_mode, True, False),
]  # fmt: skip


# -------------------------------------------------------------------------------------------------------- numbers

INF, NAN = math.inf, math.nan


def second(function: Callable[[Any, Any], Any], *values: float) -> Callable[[Any], Any]:
    """The second derivative of the sum of what a function of the library and a leaf returns."""

    def run(library: Any) -> Any:
        x = doubles(library, *values)
        (slope,) = library.autograd.grad(function(library, x).sum(), x, create_graph=True)
        (curvature,) = library.autograd.grad(slope.sum(), x)
        return pytest.approx(curvature.tolist(), nan_ok=True)

    return run


def unpopular_gradient(library: Any) -> Any:
    """A second derivative of logcumsumexp where the gradient that comes in is 0."""
    x, w = doubles(library, 1, 2), doubles(library, 0, 1)
    (slope,) = library.autograd.grad((w * x.logcumsumexp(0)).sum(), x, create_graph=True)
    (by_w,) = library.autograd.grad((slope**2).sum(), w)
    return np.isfinite(by_w.numpy()).tolist()


def beside_an_empty_vector(library: Any) -> Any:
    b = library.ones(1, 2, requires_grad=True)
    y = library.block_diag(library.zeros(2, 1), library.zeros(0), b)
    weights = library.arange(y.numel()).reshape(y.shape).to(library.float32)
    (y * weights).sum().backward()
    return tuple(y.shape), b.grad.tolist()


def approximately(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda library: pytest.approx(function(library).detach().tolist(), rel=1e-6, nan_ok=True)


def trigamma_is_exact(library: Any) -> Any:
    """At 1/2 it is π²/2."""
    x = doubles(library, 0.5)
    library.digamma(x).sum().backward()
    return bool(abs(x.grad.item() / (math.pi**2 / 2) - 1) < 1e-14)


def singular(function: str) -> Callable[[Any, Any], Any]:
    return lambda library, x: getattr(library.linalg, function)(x.reshape(2, 2))


def dependent_columns(library: Any) -> Any:
    found = library.linalg.lstsq(library.ones(2, 2), library.ones(2, 1), driver="gels").solution
    return pytest.approx(found.flatten().tolist(), rel=1e-6)


def near_points(library: Any) -> Any:
    """Whether points a thousandth apart, and far from the origin, have a distance."""
    x = library.tensor([[10000.0]]).expand(30, 1)
    return bool((library.cdist(x, x + 0.001) > 0).all())


def condition(library: Any) -> Any:
    x = doubles(library, 1, 2, 3, 5)
    library.linalg.cond(x.reshape(2, 2), 1).backward()
    return pytest.approx(x.grad.tolist())


NUMBERS = [
    Difference("digamma's derivative", trigamma_is_exact, True, False),
    Difference("kthvalue's index", lambda library: library.tensor([2.0, 1, 2, 1, 2, 1, 2]).kthvalue(1).indices.item(),
               1, 3),
    Difference("sort of a hundred zeros", lambda library: library.zeros(100).sort().indices.diff().eq(1).all().item(),
               True, False),
    Difference("prod with inf", gradient(lambda _, x: x.prod(), INF, 2, 3), [6.0, INF, INF], [NAN, INF, INF]),
    Difference("prod with NaN", gradient(lambda _, x: x.prod(), NAN, 2, 3), [6.0, NAN, NAN], [NAN, NAN, NAN]),
    Difference("cumprod with inf", gradient(lambda _, x: x.cumprod(0), INF, 2), [3.0, INF], [NAN, INF]),
    Difference("pow by the exponent, twice", second(lambda _, p: (p * 0).detach() ** p, 2), [0.0], [NAN]),
    Difference("power of 0, twice", second(lambda _, p: 0.0**p, 2), [0.0], [NAN]),
    Difference("norm of zeros, twice", second(lambda _, x: x.norm(), 0, 0), [0.0, 0.0], [NAN, NAN]),
    Difference("logcumsumexp, twice", unpopular_gradient, [True, True], [False, True]),
    Difference("var_mean", approximately(lambda library: library.var_mean(library.tensor([INF, 1.0]))[1]), INF, NAN),
    Difference("var, corrected away", gradient(lambda _, x: x.var(correction=2), INF, 1), [INF, INF], [NAN, INF]),
    Difference("polygamma at a pole", lambda library: library.polygamma(1, doubles(library, -1)).tolist(), [INF],
               [6.580790147320947e32]),
    Difference("polygamma at infinity", approximately(lambda library: library.polygamma(2, doubles(library, INF))),
               [0.0], [NAN]),
    Difference("xlogy with NaN", gradient(lambda library, x: library.xlogy(x, NAN), 0), [NAN], [0.0]),
    Difference("renorm with NaN", gradient(lambda _, x: x.reshape(1, 2).renorm(2, 0, 1.0), NAN, 2), [NAN, NAN],
               [1.0, 1.0]),
    Difference("unique with NaN",
               approximately(lambda library: library.tensor([[NAN], [0.0], [1.0]]).unique(dim=0)[:, 0]),
               [0.0, 1.0, NAN], [NAN, 0.0, 1.0]),
    Difference("mode with NaN", lambda library: library.tensor([NAN, 3, 2, 1, 2, NAN, 1]).mode().values.item(),
               1.0, 2.0),
    Difference("searchsorted with NaN",
               lambda library: library.searchsorted(library.tensor([1.0, NAN, 2, 3]), library.tensor([0.0])).tolist(),
               [0], [2]),
    Difference("bucketize with NaN",
               lambda library: library.bucketize(library.tensor([0.0]), library.tensor([1.0, NAN, 2.0, 3.0])).tolist(),
               [0], [2]),
    Difference("block_diag with an empty vector", beside_an_empty_vector, ((4, 3), [[10.0, 11.0]]),
               ((4, 3), [[7.0, 8.0]])),
    Difference("vector_norm, twice", second(lambda library, x: library.linalg.vector_norm(x, 1.5), 0, 1), [0.0, 0.0],
               [NAN, 0.0]),
    Difference("cdist with NaN",
               lambda library: library.cdist(library.tensor([[NAN, 1.0]]), library.zeros(1, 2), p=INF).isnan().item(),
               True, False),
    Difference("cdist with inf",
               gradient(lambda library, x: library.cdist(x.reshape(1, 2), library.zeros(1, 2), p=INF), INF, 1),
               [1.0, 0.0], [NAN, 0.0]),
    Difference("addmm of NaN, alpha=0",
               lambda library: library.eye(1).addmm(library.tensor([[NAN]]), library.eye(1), alpha=0).isnan().item(),
               True, False),
    Difference("det", gradient(singular("det"), 1, 2, 2, 4), [4.0, -2.0, -2.0, 1.0], [0.0] * 4),
    Difference("det, twice", second(singular("det"), 0, 0, 0, 0), [1.0, -1.0, -1.0, 1.0], [NAN] * 4),
    Difference("slogdet", gradient(lambda library, x: singular("slogdet")(library, x)[1], 1, 2, 2, 4), [INF] * 4,
               [-INF, INF, INF, -INF]),
    Difference("inv_ex", lambda library: singular("inv_ex")(library, library.tensor([1.0, 2, 2, 4]))[0].tolist(),
               [[INF, INF]] * 2, [[-INF, INF], [INF, -INF]]),
    Difference("cholesky_ex", lambda library: library.linalg.cholesky_ex(library.tensor([[1.0, 2], [2, 1]]))[0].isnan()
               .tolist(), [[True] * 2] * 2, [[False] * 2] * 2),
    Difference("lstsq of dependent columns", dependent_columns, [0.5, 0.5], Raises(RuntimeError, "full rank")),
    Difference("cdist of near points", near_points, True, False),
    Difference("cdist, twice",
               second(lambda library, x: library.cdist(x.reshape(1, 2), x.detach().reshape(1, 2) * 0), 3, 4),
               [0.032, -0.024], Raises(NotImplementedError, "_cdist_backward")),
    Difference("cond of order 1", condition, [280.0, -160.0, -105.0, 71.0], EDITED),
    Difference("sinc of float16", lambda library: library.tensor([3.5], dtype=library.float16).sinc().item(),
               -0.09100341796875, -0.0909423828125),
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
            if library is not autograd:
                library.set_warn_always(True)  # PyTorch gives some warnings once in a process
            try:
                action(library)
            finally:
                if library is not autograd:
                    library.set_warn_always(False)
        return len(caught)

    return run


def create_graph(library: Any) -> None:
    x = leaf(library, 2)
    (x**3).sum().backward(create_graph=True)
    x.grad = None


def anomaly_mode(library: Any) -> None:
    with library.autograd.detect_anomaly():
        pass


def anomaly_mode_of_another_thread(library: Any) -> Any:
    seen: list[bool] = []
    with library.autograd.detect_anomaly():
        thread = threading.Thread(target=lambda: seen.append(library.is_anomaly_enabled()))
        thread.start()
        thread.join()
    return seen


def copied_by_pickle(library: Any) -> Any:
    return pickle.loads(pickle.dumps(leaf(library, 1) * 2)).tolist()


NO_NUMBER = Raises(TypeError, "must be Tensor")
NO_DIMENSION = Raises(TypeError, "must be tuple of ints")
NO_NONE = Raises(TypeError, "NoneType")


def channels_last(library: Any) -> Any:
    return library.ones(1, 2, 2, 2).to(memory_format=library.channels_last)


ACCEPTED = [
    *(
        Difference(f"{name} with a number", lambda library, name=name: getattr(library, name)(library.ones(1), 1).ndim,
                   1, NO_NUMBER)
        for name in ("maximum", "minimum", "atan2", "logical_and", "hypot")
    ),
    Difference("kron of channels_last",
               lambda library: tuple(library.kron(channels_last(library), library.ones(1, 2, 2, 2)).shape),
               (1, 4, 4, 4), Raises(RuntimeError, "view size")),
    Difference("addmm with a number in front",
               lambda library: library.addmm(2, *[library.ones(1, 1)] * 3).tolist(), Raises(TypeError, "positional"),
               [[3.0]]),
    Difference("solve_triangular of two dtypes",
               lambda library: library.linalg.solve_triangular(
                   library.eye(2), library.ones(2, 1, dtype=library.float64), upper=True
               ).tolist(), Raises(RuntimeError, "same dtype"), [[1.0], [1.0]]),
    Difference("addbmm_ that grows",
               lambda library: library.ones(2).addbmm_(*[library.ones(1, 2, 2)] * 2).tolist(),
               Raises(RuntimeError, "shape"), [[3.0, 3.0]] * 2),
    Difference("flip of one dimension", lambda library: library.flip(library.arange(2), 0).tolist(), [1, 0],
               NO_DIMENSION),
    Difference("tile by a number", lambda library: library.tile(library.arange(2), 2).tolist(), [0, 1, 0, 1],
               NO_DIMENSION),
    *(
        Difference(f"{name} by None", lambda library, name=name: getattr(library.ones(2), name)(dim=None).item(), 1.0,
                   NO_NONE)
        for name in ("prod", "max", "min", "median")
    ),
    Difference("logsumexp of ()", lambda library: library.zeros(1).logsumexp(dim=()).item(), 0.0,
               Raises(RuntimeError, "shape")),
    Difference("round of integers", lambda library: library.round(library.arange(2), decimals=0).tolist(), [0, 1],
               Raises(NotImplementedError, "Long")),
    *(
        Difference(f"dtype={what!r}", lambda library, what=what: dtype_of(library.ones(1, dtype=what)), "float64",
                   Raises(TypeError, "dtype"))
        for what in ("float64", np.float64)
    ),
    Difference("a turned array", lambda library: library.tensor(np.arange(2)[::-1]).tolist(), [1, 0],
               Raises(ValueError, "stride")),
    Difference("the memory of a turned array", lambda library: library.from_numpy(np.arange(2)[::-1]),
               Raises(ValueError, "stride"), Raises(ValueError, "stride")),
    Difference("a list of floats as index", lambda library: library.arange(3)[[1.5]].tolist(),
               Raises(IndexError, "can be indices"), [1]),
    Difference("an array of floats as index", lambda library: library.arange(3)[np.array([1.5])].tolist(),
               Raises(IndexError, "can be indices"), [1]),
    Difference("take_along_dim out of range",
               lambda library: library.take_along_dim(library.arange(3), library.tensor([3]), 0).tolist(),
               Raises(IndexError, "out of bounds"), [0]),
    Difference("out of range of nothing", lambda library: tuple(library.zeros(0, 3)[:, [5]].shape),
               Raises(IndexError, "out of bounds"), (0, 1)),
    Difference("an assigned array", assigned_array, [1.0, 2.0], Raises(TypeError, "numpy.ndarray")),
    Difference("NumPy's bool as index", lambda library: library.arange(3)[np.True_].tolist(), [[0, 1, 2]],
               Raises(IndexError, "numpy.bool")),
    Difference("NumPy's mask after ...", lambda library: library.ones(2, 2, 2)[..., np.eye(2, dtype=bool)].tolist(),
               [[1.0, 1.0]] * 2, Raises(IndexError, "out of range")),
    Difference("median of no integers", lambda library: library.tensor([], dtype=library.int64).median().item(),
               Raises(RuntimeError, "no integers"), -(2**63)),
    Difference("kthvalue of a bool", lambda library: library.tensor(True).kthvalue(1).values.item(),
               Raises(NotImplementedError, "kthvalue"), True),
    Difference("trapezoid of no bools", lambda library: library.trapezoid(library.ones(0, dtype=library.bool)).item(),
               Raises(RuntimeError, "bool"), False),
    Difference("softmax of no integers", lambda library: dtype_of(library.tensor([], dtype=library.int64).softmax(0)),
               Raises(NotImplementedError, "softmax"), "int64"),
    Difference("cumsum_ of bools", lambda library: library.tensor([True]).cumsum_(0), Raises(RuntimeError, "int64"),
               Raises(NotImplementedError, "Bool")),
    Difference("out=", lambda library: library.add(library.ones(1), 1, out=library.zeros(1)).tolist(),
               Raises(TypeError, "out"), [2.0]),
]  # fmt: skip

REST = [
    Difference("NaN in forward", nan_in_forward, Raises(RuntimeError, "LogBackward0 returned nan in the"), "float32"),
    Difference("anomaly mode in a thread", anomaly_mode_of_another_thread, [False], [True]),
    Difference("a parameter twice", twice_in_an_optimizer, Raises(ValueError, "duplicate parameters"), "SGD"),
    Difference("pickle", copied_by_pickle, Raises(RuntimeError, "pickled"), [2.0]),
    Difference("another device", lambda library: library.ones(1).to("cuda"), Raises(RuntimeError, "cuda"),
               Raises(AssertionError, "CUDA")),
    Difference("warning of create_graph", warned(create_graph), 0, 1),
    Difference("warning of .grad", warned(lambda library: (leaf(library, 1) * 2).grad), 0, 1),
    Difference("warning of tensor", warned(lambda library: library.tensor(library.ones(1))), 0, 1),
    Difference("warning of anomaly mode", warned(anomaly_mode), 0, 1),
    Difference("warning of meshgrid", warned(lambda library: library.meshgrid(library.ones(2))), 0, 1),
    Difference("warning of mT", warned(lambda library: library.tensor(1.0).mT), 0, 1),
    Difference("warning of H", warned(lambda library: library.tensor(1.0).H), 0, 1),
    Difference("warning of adjoint", warned(lambda library: library.adjoint(library.tensor(1.0))), 0, 1),
    Difference("warning of T", warned(lambda library: library.tensor(1.0).T), 1, 1),
    Difference("warning of a checkpoint", warned(checkpointed), 0, 1),
    Difference("dtype", lambda library: repr(library.float32), "autograd.float32", "torch.float32"),
    Difference("size", lambda library: repr(library.ones(2).shape), "autograd.Size([2])", "torch.Size([2])"),
    Difference("type", lambda library: library.ones(2).type(), "autograd.FloatTensor", "torch.FloatTensor"),
    Difference("conversion by type", lambda library: dtype_of(library.ones(2).type("torch.DoubleTensor")), "float64",
               "float64"),
    Difference("bfloat16", lambda library: repr(library.bfloat16), Raises(AttributeError, "bfloat16"),
               "torch.bfloat16"),
]  # fmt: skip


def padded_rows(library: Any) -> bool:
    """What an encoder in evaluation returns where the input is padding: whether it is zero."""
    library.manual_seed(0)
    layer = networks(library).TransformerEncoderLayer(4, 2, 4, batch_first=True)
    encoder = networks(library).TransformerEncoder(layer, 1).eval()
    with library.no_grad():
        y = encoder(library.ones(2, 3, 4), src_key_padding_mask=library.tensor([[False] * 3, [False, False, True]]))
    return bool((y[1, 2] == 0).all())


def encoder_of_time_first(library: Any) -> Any:
    return networks(library).TransformerEncoder(networks(library).TransformerEncoderLayer(4, 2, 4), 1)


def second_derivative(library: Any, function: Callable[[Any], Any]) -> bool:
    x = (library.arange(12, dtype=library.float64) / 10).reshape(3, 1, 4).requires_grad_()
    (first,) = library.autograd.grad(function(x), x, create_graph=True)
    (second,) = library.autograd.grad((first**2).sum(), x)
    return bool(second.abs().sum() > 0)


def ctc(library: Any) -> bool:
    loss = networks(library).functional.ctc_loss
    return second_derivative(library, lambda x: loss(x.log_softmax(-1), library.tensor([[1, 2]]), (3,), (2,)))


def attention(library: Any) -> bool:
    attend = networks(library).functional.scaled_dot_product_attention
    return second_derivative(library, lambda x: attend(*[x[None]] * 3).pow(2).sum())


NETS = [
    Difference("padding in an encoder", padded_rows, False, True),
    Difference("warning of nested tensors", warned(encoder_of_time_first), 0, 1),
    Difference("second derivative of ctc_loss", ctc, True, Raises(RuntimeError, "_ctc_loss_backward")),
    Difference("second derivative of attention", attention, True, Raises(RuntimeError, "flash_attention")),
]  # fmt: skip


DIFFERENCES = NETS + GRADIENTS + MEMORY + NUMPY_AND_GRAPH + HOOKS_AND_MODES + NUMBERS + ACCEPTED + REST


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


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ranges_differ_in_the_last_digit_at_most(dtype: str) -> None:
    """An ulp of the largest number; of `logspace`, three."""
    torch = pytest.importorskip("torch")

    def both(make: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
        return make(autograd, getattr(autograd, dtype)).numpy(), make(torch, getattr(torch, dtype)).numpy()

    apart = 0
    for n in range(2, 200):
        for make, ulps in (
            (lambda library, d, n=n: library.arange(-3, 7, 10 / n, dtype=d)[:n], 1),
            (lambda library, d, n=n: library.linspace(-3, 7, n, dtype=d), 1),
            (lambda library, d, n=n: library.logspace(-1, 1, n, dtype=d), 3),
        ):
            here, there = both(make)
            apart += not np.array_equal(here, there)
            assert np.abs(here - there).max() <= ulps * np.spacing(np.abs(there).max())
    assert apart > 0
