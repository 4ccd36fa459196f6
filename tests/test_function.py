"""User-defined Functions, spelled as in PyTorch: static forward and backward, Tensors in the bodies."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import autograd
from autograd.function import once_differentiable


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


class Cube(autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
        (x,) = ctx.saved_tensors
        return 3 * x**2 * grad


class SavedExp(autograd.Function):
    """Saves its output."""

    @staticmethod
    def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
        y = autograd.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
        (y,) = ctx.saved_tensors
        return y * grad


class Scale(autograd.Function):
    """A factor that is no tensor lives on ctx; its gradient is None."""

    @staticmethod
    def forward(ctx: Any, x: autograd.Tensor, factor: float, power: int = 1) -> autograd.Tensor:
        ctx.slope = factor**power
        return x * ctx.slope

    @staticmethod
    def backward(ctx: Any, grad: autograd.Tensor) -> tuple[autograd.Tensor, None, None]:
        return grad * ctx.slope, None, None


def test_forward_and_backward() -> None:
    x = leaf([1.0, 2.0])
    y = Cube.apply(x)
    assert y.tolist() == [1.0, 8.0]
    assert y.requires_grad
    assert not y.is_leaf
    (y * 2).sum().backward()
    assert x.grad.tolist() == [6.0, 24.0]


def test_the_node_is_named_after_the_class() -> None:
    assert Cube.apply(leaf(2.0)).grad_fn.name() == "CubeBackward"


def test_a_saved_output() -> None:
    x = leaf([0.0, 1.0])
    SavedExp.apply(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.exp([0.0, 1.0]), rtol=1e-15)


def test_a_saved_output_makes_no_cycle() -> None:
    x = leaf([0.0, 1.0])
    gc.disable()
    try:
        y = SavedExp.apply(x)
        watcher = weakref.ref(y)
        del y
        assert watcher() is None
    finally:
        gc.enable()


def test_arguments_that_are_no_tensors() -> None:
    x = leaf([1.0, 2.0])
    Scale.apply(x, 3.0).sum().backward()
    Scale.apply(x, 3.0, 2).sum().backward()
    assert x.grad.tolist() == [12.0, 12.0]


def test_inside_forward_nothing_is_recorded() -> None:
    seen = []

    class Look(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            y = x * 2
            seen.append((autograd.is_grad_enabled(), y.requires_grad))
            return y

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            seen.append((autograd.is_grad_enabled(), (grad * 2).requires_grad))
            return grad * 2

    y = Look.apply(leaf(1.0))
    assert y.requires_grad
    y.backward()
    assert seen == [(False, False), (False, False)]


def test_constants_in_constants_out() -> None:
    y = Cube.apply(constant(2.0))
    assert not y.requires_grad
    assert y.grad_fn is None
    with autograd.no_grad():
        assert not Cube.apply(leaf(2.0)).requires_grad


def test_needs_input_grad() -> None:
    seen = []

    class Product(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor, y: autograd.Tensor, note: str) -> autograd.Tensor:
            seen.append(ctx.needs_input_grad)
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> tuple[Any, Any, None]:
            x, y = ctx.saved_tensors
            seen.append(ctx.needs_input_grad)
            return (
                grad * y if ctx.needs_input_grad[0] else None,
                grad * x if ctx.needs_input_grad[1] else None,
                None,
            )

    x = leaf(3.0)
    Product.apply(x, constant(5.0), "note").backward()
    assert [tuple(needs) for needs in seen] == [(True, False, False)] * 2
    assert x.grad.item() == 5.0


class Polar(autograd.Function):
    """Two inputs, two outputs."""

    @staticmethod
    def forward(ctx: Any, r: autograd.Tensor, s: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
        ctx.save_for_backward(r, s)
        return r * s, r + s

    @staticmethod
    def backward(ctx: Any, product: autograd.Tensor, total: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
        r, s = ctx.saved_tensors
        return product * s + total, product * r + total


def test_several_inputs_and_outputs() -> None:
    r, s = leaf(2.0), leaf(5.0)
    product, total = Polar.apply(r, s)
    (product * 10 + total * total).backward()
    assert r.grad.item() == 10 * 5 + 14
    assert s.grad.item() == 10 * 2 + 14


@pytest.mark.parametrize(("used", "expected"), [(0, (5.0, 2.0)), (1, (1.0, 1.0))])
def test_one_of_several_outputs(used: int, expected: tuple[float, float]) -> None:
    r, s = leaf(2.0), leaf(5.0)
    Polar.apply(r, s)[used].backward()
    assert (r.grad.item(), s.grad.item()) == expected


def test_missing_gradients_are_none_where_the_function_wants_them_so() -> None:
    seen: list[Any] = []

    class Two(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, first: Any, second: Any) -> Any:
            seen.append((first, second))
            return first * 2 if second is None else second * 3

    x = leaf(1.0)
    Two.apply(x)[0].backward()
    assert seen[0][1] is None
    Two.apply(x)[1].backward()
    assert seen[1][0] is None
    assert x.grad.item() == 5.0


def test_mark_non_differentiable() -> None:
    class Sorted(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
            order = autograd.tensor(np.argsort(x.numpy()))
            ctx.mark_non_differentiable(order)
            ctx.order = order
            return x[order], order

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor, unused: autograd.Tensor) -> autograd.Tensor:
            out = autograd.zeros(3, dtype=autograd.float64)
            out[ctx.order] = grad
            return out

    x = leaf([3.0, 1.0, 2.0])
    values, order = Sorted.apply(x)
    assert values.requires_grad
    assert not order.requires_grad
    assert order.tolist() == [1, 2, 0]
    (values * constant([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [100.0, 1.0, 10.0]


def test_mark_non_differentiable_on_a_floating_point_output() -> None:
    class WithNorm(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
            norm = (x * x).sum()
            ctx.mark_non_differentiable(norm)
            return x * 2, norm

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor, unused: autograd.Tensor) -> autograd.Tensor:
            return grad * 2

    x = leaf([3.0, 4.0])
    doubled, norm = WithNorm.apply(x)
    assert norm.item() == 25.0
    assert not norm.requires_grad
    (doubled * norm).sum().backward()
    assert x.grad.tolist() == [50.0, 50.0]


class AddInPlace(autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: autograd.Tensor, amount: autograd.Tensor) -> autograd.Tensor:
        x.add_(amount)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx: Any, grad: autograd.Tensor) -> tuple[autograd.Tensor, autograd.Tensor]:
        return grad, grad * 7


def test_mark_dirty() -> None:
    """The edited input is the output: same object, new history."""
    x, amount = leaf([1.0, 2.0]), leaf([10.0, 20.0])
    y = x * 3.0
    z = AddInPlace.apply(y, amount)
    assert z is y
    assert y.tolist() == [13.0, 26.0]
    assert y.grad_fn.name() == "AddInPlaceBackward"
    (y * 2.0).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]
    assert amount.grad.tolist() == [14.0, 14.0]


def test_mark_dirty_counts_as_an_edit() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1.0
    squared = y * y
    AddInPlace.apply(y, constant([1.0, 1.0]))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        squared.sum().backward()


def test_mark_dirty_on_a_leaf_that_requires_a_gradient_is_refused() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="leaf"):
        AddInPlace.apply(x, constant([1.0, 1.0]))


def test_an_input_returned_as_it_is_passes_its_gradient_through() -> None:
    class Through(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return x

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            return grad * 5

    x = leaf([1.0, 2.0])
    y = Through.apply(x)
    assert y is not x
    assert x.is_leaf
    y.sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]


def test_setup_context() -> None:
    class Sine(autograd.Function):
        @staticmethod
        def forward(x: autograd.Tensor, factor: float) -> autograd.Tensor:
            return autograd.tanh(x * factor)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[autograd.Tensor, float], output: autograd.Tensor) -> None:
            _, ctx.factor = inputs
            ctx.save_for_backward(output)

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> tuple[autograd.Tensor, None]:
            (y,) = ctx.saved_tensors
            return grad * (1 - y * y) * ctx.factor, None

    x = leaf(0.3)
    Sine.apply(x, 2.0).backward()
    assert x.grad.item() == pytest.approx(2 / np.cosh(0.6) ** 2, rel=1e-14)


def test_higher_order_through_a_function() -> None:
    """Backward is written with tensor operations, so it can be differentiated: through saved inputs and outputs."""
    x = leaf(2.0)
    (first,) = autograd.grad(Cube.apply(x), x, create_graph=True)
    (second,) = autograd.grad(first, x, create_graph=True)
    (third,) = autograd.grad(second, x)
    assert [first.item(), second.item(), third.item()] == [12.0, 12.0, 6.0]

    (first,) = autograd.grad(SavedExp.apply(x), x, create_graph=True)
    (second,) = autograd.grad(first, x, create_graph=True)
    (third,) = autograd.grad(second, x)
    assert [first.item(), second.item(), third.item()] == pytest.approx([np.exp(2.0)] * 3, rel=1e-14)


def test_once_differentiable() -> None:
    class CubeOnce(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            (x,) = ctx.saved_tensors
            return autograd.from_numpy(3 * x.numpy() ** 2 * grad.numpy())

    x = leaf([2.0])
    CubeOnce.apply(x).sum().backward()
    assert x.grad.tolist() == [12.0]
    (first,) = autograd.grad((CubeOnce.apply(x) * x).sum(), x, create_graph=True)
    assert first.tolist() == [32.0]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


def test_an_edited_saved_tensor_is_noticed() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1.0
    z = Cube.apply(y)
    y += 1.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation") as caught:
        z.sum().backward()
    assert "Cube" in str(caught.value) or "output 0" in str(caught.value)
    assert x.grad is None


def test_saved_tensors_are_freed() -> None:
    x = leaf(2.0)
    y = Cube.apply(x)
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()
    y = Cube.apply(x)
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    assert x.grad.item() == 36.0


def test_a_function_used_twice_in_one_graph() -> None:
    x = leaf(2.0)
    (Cube.apply(x) + Cube.apply(Cube.apply(x) / 4)).backward()
    assert x.grad.item() == 12.0 + 3 * 4 * 3.0


def test_none_may_be_saved() -> None:
    class MaybeBias(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor, bias: Any) -> autograd.Tensor:
            ctx.save_for_backward(x, bias)
            return x * x if bias is None else x * x + bias

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> tuple[Any, Any]:
            x, bias = ctx.saved_tensors
            return grad * 2 * x, None if bias is None else grad

    x, bias = leaf(3.0), leaf(1.0)
    (MaybeBias.apply(x, None) + MaybeBias.apply(x, bias)).backward()
    assert x.grad.item() == 12.0
    assert bias.grad.item() == 1.0


# ---------------------------------------------------------------------------------------------------------------------
# Mistakes
# ---------------------------------------------------------------------------------------------------------------------


def with_backward(result: Any) -> type[autograd.Function]:
    class Given(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return x * 1.0

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> Any:
            return result

    return Given


def test_too_many_gradients() -> None:
    x = leaf(1.0)
    out = with_backward((constant(1.0), constant(1.0))).apply(x)
    with pytest.raises(RuntimeError, match=r"(?s)GivenBackward.*expected 1.*2|GivenBackward.*2.*expected 1"):
        out.backward()
    assert x.grad is None


def test_too_few_gradients() -> None:
    class Both(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor, y: autograd.Tensor) -> autograd.Tensor:
            return x * y

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> Any:
            return grad

    with pytest.raises(RuntimeError, match=r"(?s)BothBackward.*(expected 2.*1|1.*expected 2)"):
        Both.apply(leaf(1.0), leaf(2.0)).backward()


def test_a_gradient_of_the_wrong_shape() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"(?s)GivenBackward.*(3.*2|2.*3)"):
        with_backward(constant([1.0, 2.0, 3.0])).apply(x).sum().backward()
    assert x.grad is None


def test_a_gradient_that_broadcast_is_summed_to_the_inputs_shape() -> None:
    x = leaf([1.0])
    with_backward(constant([1.0, 2.0, 3.0])).apply(x).sum().backward()
    assert x.grad.tolist() == [6.0]


def test_a_gradient_that_is_no_tensor() -> None:
    with pytest.raises(RuntimeError, match=r"(Tensor|Variable).*None"):
        with_backward("one").apply(leaf(1.0)).backward()


def test_a_gradient_of_another_dtype_is_cast() -> None:
    x = leaf([1.0, 2.0])
    with_backward(autograd.tensor([1.0, 2.0], dtype=autograd.float32)).apply(x).sum().backward()
    assert x.grad.dtype is autograd.float64
    assert x.grad.tolist() == [1.0, 2.0]


def test_a_function_without_backward() -> None:
    class Forgotten(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            return x * 2

    assert Forgotten.apply(constant(2.0)).item() == 4.0
    out = Forgotten.apply(leaf(2.0))
    with pytest.raises(NotImplementedError, match="backward"):
        out.backward()


def test_functions_are_not_called_or_instantiated() -> None:
    with pytest.raises(RuntimeError, match=r"Legacy autograd function .* Write Cube\.apply\(\.\.\.\)"):
        Cube()(leaf(2.0))


def test_save_for_backward_takes_tensors_only() -> None:
    class Numbers(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            ctx.save_for_backward(2.0)
            return x * 2.0

        @staticmethod
        def backward(ctx: Any, grad: autograd.Tensor) -> autograd.Tensor:
            return grad

    with pytest.raises(TypeError, match="save_for_backward"):
        Numbers.apply(leaf(1.0))


def test_an_error_in_forward_restores_the_mode() -> None:
    class Breaks(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: autograd.Tensor) -> autograd.Tensor:
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Breaks.apply(leaf(1.0))
    assert autograd.is_grad_enabled()
