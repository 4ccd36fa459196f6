"""`gradcheck` and `gradgradcheck`: what they accept, what they refuse, and what they say about it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Function, Op, Tensor, gradcheck, gradgradcheck
from autograd.checking import GradcheckError


def leaf(*values: Any, dtype: Any = autograd.float64) -> Tensor:
    """A tensor that requires a gradient."""
    return autograd.tensor(values[0] if len(values) == 1 else list(values), dtype=dtype, requires_grad=True)


class Scaled(Function):
    """x² with a derivative that is wrong by a factor: ctx.factor x."""

    factor = 1.0

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @classmethod
    def with_factor(cls, factor: float) -> type[Scaled]:
        """The same with another factor."""

        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * ctx.saved_tensors[0] * factor

        return type("Square", (cls,), {"backward": staticmethod(backward)})


def message(function: Callable[..., Any], *inputs: Any, check: Any = gradcheck, **options: Any) -> str:
    """What the failing check says."""
    with pytest.raises(GradcheckError) as raised:
        check(function, inputs, **options)
    return str(raised.value)


# -------------------------------------------------------------------------------------------------- what is right


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
def test_right_derivatives_pass(check: Any, fast: bool) -> None:
    x, y = leaf([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]]), leaf(1.0, -2.0, 0.5)
    assert check(lambda x: x.sin(), x, fast_mode=fast)
    assert check(lambda x, y: x.exp() * y, (x, y), fast_mode=fast)
    assert check(lambda x, y: (x * y, (x @ y).tanh(), x.sum()), [x, y], fast_mode=fast)
    assert check(lambda x, n, y: x**n + y, (x, 3, y), fast_mode=fast)
    assert check(lambda x, c: x * c, (x, y.detach()), fast_mode=fast)


def test_inputs_may_lie_anywhere_in_memory_and_need_be_no_leaves() -> None:
    memory = np.arange(1.0, 13.0).reshape(3, 4)
    for a in (memory.T, memory[:, ::2], memory[1], memory[1, 1:2].reshape(())):
        x = autograd.from_numpy(a).requires_grad_()
        assert gradcheck(lambda x: x.log() * x, x)
    assert gradcheck(lambda y: y.tanh(), leaf(0.5, 1.0) * 2)


def test_inputs_and_their_gradients_are_as_before() -> None:
    x = leaf(0.1, 0.7)
    before, version = x.tolist(), x._version
    gradcheck(lambda x: x.exp(), x)
    gradgradcheck(lambda x: x.exp(), x)
    assert x.tolist() == before
    assert x.grad is None
    assert x._version == version


def test_inputs_are_as_before_after_an_error_in_the_function() -> None:
    x = leaf(0.1, 0.7)
    calls: list[int] = []

    def stumbling(x: Tensor) -> Tensor:
        calls.append(1)
        if len(calls) == 3:
            raise KeyError("stumbled")
        return x.exp()

    with pytest.raises(KeyError, match="stumbled"):
        gradcheck(stumbling, x)
    assert x.tolist() == [0.1, 0.7]


def test_results_without_gradient_are_passed_over() -> None:
    assert gradcheck(lambda x: (x.exp(), x > 0, x.argmax(), x.detach()), leaf(0.5, 1.0))


def test_a_constant_function_has_gradient_zero() -> None:
    assert gradcheck(lambda x: autograd.ones(2), leaf(0.5))
    assert gradcheck(lambda x: x > 0, leaf(0.5))
    assert gradgradcheck(lambda x: autograd.ones(2), leaf(0.5))


def test_empty_tensors_pass() -> None:
    assert gradcheck(lambda x: x.exp(), autograd.zeros(2, 0, dtype=autograd.float64, requires_grad=True))


def test_float32_passes_with_a_wide_step_and_warns() -> None:
    with pytest.warns(UserWarning, match="is not a double precision"):
        assert gradcheck(lambda x: 2 * x, leaf(1.0, 2.0, dtype=autograd.float32), eps=2.0**-6)


@pytest.mark.parametrize("tolerant", [True, False])
def test_tolerances_are_of_torchs_form(tolerant: bool) -> None:
    """|analytic - numeric| <= atol + rtol |numeric|."""
    x = leaf(2.0)
    wrong = Scaled.with_factor(2.02).apply
    assert gradcheck(wrong, x, atol=0, rtol=0.0101 if tolerant else 0.0099, raise_exception=False) is tolerant
    assert gradcheck(wrong, x, rtol=0, atol=0.0401 if tolerant else 0.0399, raise_exception=False) is tolerant


def test_false_rather_than_raise() -> None:
    assert gradcheck(Scaled.with_factor(3).apply, leaf(2.0), raise_exception=False) is False
    assert gradgradcheck(Scaled.with_factor(3).apply, leaf(2.0), raise_exception=True)  # 3 x has derivative 3


# ------------------------------------------------------------------------------------------- what is wrong, and why


def test_the_message_says_where_by_how_much_and_why() -> None:
    square = Scaled.with_factor(1).apply
    text = message(lambda x, y: (x.sum(), square(y)), leaf(1.0), leaf([[1.0, 2.0], [4.0, 3.0]]))
    assert re.sub(r"numeric [78]\.?\d*", "numeric 8", text) == (
        "Jacobian mismatch for output 1 with respect to input 1: output[1, 0] by input[1, 0] is analytic 4, numeric 8, "
        "relative error 0.5 (4 of 16 entries differ); expected |analytic - numeric| <= 1e-05 + 0.001 |numeric|. Likely "
        "cause: backward is wrong by a factor: the analytic gradient is 0.5 times the numeric one."
    )


@pytest.mark.parametrize("fast", [False, True])
def test_a_wrong_factor_is_named(fast: bool) -> None:
    assert "is -0.5 times the numeric one" in message(Scaled.with_factor(-1).apply, leaf(1.0, 3.0), fast_mode=fast)


def test_a_wrong_formula() -> None:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x.exp()

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * (1 + ctx.saved_tensors[0])

    text = message(Wrong.apply, leaf(1.0, 3.0))
    assert text.endswith("Likely cause: the formula in backward, or in the rule it uses, is wrong.")


def test_a_gradient_that_is_none() -> None:
    text = message(lambda x, y: x * y.detach(), leaf(2.0), leaf(3.0))
    assert "with respect to input 1: output by input is analytic None (0), numeric 2" in text
    assert "no gradient reaches the input (it is None)" in text


def test_a_lost_graph() -> None:
    text = message(lambda x: autograd.tensor(x.tolist()) * 2, leaf(2.0, 3.0))
    assert "expected to be zero" in text
    assert "detach, .data, .item(), NumPy" in text


@pytest.mark.parametrize(
    ("function", "at"),
    [(lambda x: x.relu(), 0.0), (lambda x: x.clamp(-1, 1), 1.0), (lambda x: x.floor(), 2.0)],
)
def test_a_kink_at_the_point(function: Callable[[Tensor], Tensor], at: float) -> None:
    text = message(function, leaf(at, 0.5))
    assert "input[0] is analytic" in text
    assert "a kink or a jump near the point" in text


def test_float32() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = message(lambda x: x.exp(), leaf(1.0, 2.0, dtype=autograd.float32))
    assert "the input is autograd.float32, whose rounding is larger than the differences; use float64" in text


def test_a_function_that_is_not_deterministic() -> None:
    text = message(lambda x: x * autograd.rand(2, dtype=autograd.float64), leaf(1.0, 2.0))
    assert "the function is not deterministic (random numbers, dropout)" in text


def test_a_point_outside_the_domain() -> None:
    assert "the function is nan there or next to it" in message(lambda x: x.log(), leaf(-1.0))


def test_a_backward_that_is_not_deterministic() -> None:
    class Noisy(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * 2 + 1e-9 * autograd.rand(())

    assert "Backward is not reentrant" in message(Noisy.apply, leaf(1.0))
    assert gradcheck(Noisy.apply, leaf(1.0), nondet_tol=1e-8)


def test_shapes_that_change_next_to_the_point() -> None:
    text = message(lambda x: x[x > 0.5], leaf(0.5, 2.0))
    assert "moving input 0 at [0] by 1e-06 changes the shapes of the outputs" in text


def test_a_gradient_of_a_wrong_shape() -> None:
    rule = type(autograd.Op)(
        "Doubled", (autograd.Op,), {"forward": lambda self, x: x * 2, "backward": lambda self, g: np.sum(g) * 2}
    )
    assert "the gradient of input 0 has shape (), the input (2,)" in message(lambda x: rule().apply(x), leaf(1.0, 2.0))


def test_second_derivatives_from_a_stored_intermediate_are_found() -> None:
    """Right first and wrong second derivatives: what `Op.keep` is for."""

    class Cube(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.slope = (3 * x * x).detach()
            return x * x * x

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * ctx.slope

    assert gradcheck(Cube.apply, leaf(0.5, 2.0))
    for fast in (False, True):
        text = message(Cube.apply, leaf(0.5, 2.0), check=gradgradcheck, fast_mode=fast)
        assert "with respect to input 0: output[1] by input[1] is analytic None (0)" in text


def test_undefined_gradients_of_other_outputs_are_tried() -> None:
    class Pair(Function):
        """Two outputs, of which backward needs both gradients: wrong, since one may not arrive."""

        @staticmethod
        def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, g: Tensor, h: Tensor) -> Tensor | None:
            return None if g is None or h is None else g * 2 + h * 3

    assert "analytic None" in message(Pair.apply, leaf(1.0))
    assert gradcheck(Pair.apply, leaf(1.0), check_undefined_grad=False)


def test_small_errors_add_up_to_no_alarm_in_fast_mode() -> None:
    assert gradcheck(Scaled.with_factor(2.0018).apply, leaf([1.0] * 40), fast_mode=True)


def test_errors_that_do_not_cancel_as_the_entries_do_are_told_apart() -> None:
    class Shifted(Function):
        """x² with the derivative 2 x + 0.0015."""

        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * (2 * ctx.saved_tensors[0] + 0.0015)

    x = leaf([1.0, -1.0] * 20)
    assert gradcheck(Shifted.apply, x)
    assert "although every entry agrees by itself" in message(Shifted.apply, x, fast_mode=True)


def test_inputs_that_share_memory() -> None:
    x = leaf(1.0, 2.0)
    part = x.detach()[:1].requires_grad_()
    assert "overlapping memory: input 1 moves when input 0 does" in message(lambda x, y: x.sum() * y, x, part)
    assert gradcheck(lambda x, y: x * y, (x, x)), "the same tensor twice has the sum of both gradients twice"


# ----------------------------------------------------------------------------------------------------- mutations


class Altered(Op):
    """z = x y²     with a gradient of which one element is wrong"""

    __slots__ = ("alter",)
    saves = (0, 1)
    alter: Any

    def forward(self, x: Any, y: Any) -> Any:
        return x * y * y

    def backward(self, g: Any, x: Any, y: Any) -> Any:
        return g * y * y, self.alter(g * 2 * x * y, g, x, y)


def at_last(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """Change the last element of a gradient alone; of arrays as of Tensors."""

    def alter(d: Any, *_: Any) -> Any:
        mask = np.zeros(d.shape, np.bool_)
        mask[(-1,) * d.ndim] = True
        return np.where(mask, change(d), d)

    return alter


#: What is done to the gradient by y.
MUTATIONS: dict[str, Callable[..., Any]] = {
    "zero": at_last(lambda d: d * 0),
    "doubled": at_last(lambda d: d * 2),
    "a quarter more": at_last(lambda d: d * 1.25),
    "another sign": at_last(lambda d: -d),
    "shifted": at_last(lambda d: d + 0.5),
    "not a number": at_last(lambda d: d * np.nan),
    "infinite": at_last(lambda d: d + np.inf),
    "without g": lambda d, g, x, y: 2 * x * y,
    "g squared": lambda d, g, x, y: d * g,
    "without the factor": lambda d, g, x, y: g * x * y,
    "the other operand's": lambda d, g, x, y: g * y * y,
    "in reverse order": lambda d, g, x, y: np.flip(d),
    "one too far": lambda d, g, x, y: np.roll(d, 1),
    "the mean": lambda d, g, x, y: d * 0 + np.mean(d),
}


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 4)], ids=str)
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_one_wrong_element_is_found(mutation: str, shape: tuple[int, ...], fast: bool) -> None:
    numbers = np.random.default_rng(3)
    x, y = (autograd.from_numpy(numbers.uniform(0.5, 2, shape)).requires_grad_() for _ in range(2))

    def run(alter: Callable[..., Any]) -> Callable[..., Any]:
        # g is not 1 throughout, as it would be in a function that ends here.
        return lambda x, y: Altered(alter=alter).apply(x, y) * 1.5

    assert gradcheck(run(lambda d, *_: d), (x, y), fast_mode=fast)
    text = message(run(MUTATIONS[mutation]), x, y, fast_mode=fast)
    assert "with respect to input 1" in text or "nan" in text or "inf" in text


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("name", [n for n in MUTATIONS if n not in ("without g", "g squared")])
def test_one_wrong_element_of_a_second_derivative_is_found(name: str, fast: bool) -> None:
    """The first derivative is right, and the second of one input is not."""

    class Once(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            ctx.save_for_backward(x, y)
            return x * y * y

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            x, y = ctx.saved_tensors
            by_y = Altered(alter=MUTATIONS[name]).apply(2 * g * x, y.sqrt())  # 2 g x y, but for its derivative
            return g * y * y, by_y

    numbers = np.random.default_rng(3)
    x, y = (autograd.from_numpy(numbers.uniform(0.5, 2, (2, 3))).requires_grad_() for _ in range(2))
    assert gradcheck(Once.apply, (x, y), fast_mode=fast)
    with pytest.raises(GradcheckError):
        gradgradcheck(Once.apply, (x, y), fast_mode=fast)


# ------------------------------------------------------------------------------------------------- bad arguments


def test_what_is_not_available_is_refused_by_name() -> None:
    x = leaf(0.5, 2.0)
    for name in ("check_forward_ad", "check_batched_forward_grad", "masked"):
        with pytest.raises(NotImplementedError, match=f"{name}=True"):
            gradcheck(lambda x: x.exp(), x, **{name: True})
    for name in ("check_fwd_over_rev", "masked"):
        with pytest.raises(NotImplementedError, match=f"{name}=True"):
            gradgradcheck(lambda x: x.exp(), x, **{name: True})
    with pytest.raises(AssertionError, match="at least one of check_forward_ad or check_backward_ad to be True"):
        gradcheck(lambda x: x.exp(), x, check_backward_ad=False)
    with pytest.raises(AssertionError, match="at least one of"):
        gradgradcheck(lambda x: x.exp(), x, check_rev_over_rev=False)


@pytest.mark.parametrize("fast", [False, True])
def test_every_check_at_once(fast: bool) -> None:
    x = leaf(0.5, 2.0)
    for check in (gradcheck, gradgradcheck):
        function = lambda x: (x.exp(), x.sum())
        assert check(function, x, check_grad_dtypes=True, check_batched_grad=True, fast_mode=fast, masked=False)


def test_a_backward_that_is_not_linear() -> None:
    class Squared(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * g * 2

    x = leaf(0.5, 2.0)
    assert gradcheck(Squared.apply, x), "with one seed of 1 after the other nobody sees it"
    assert "backward is not linear in its argument" in message(Squared.apply, x, check_batched_grad=True)


def test_no_input_requires_a_gradient() -> None:
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(lambda x: x, autograd.ones(2))
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(lambda x: x, ())


def test_expanded_inputs_are_refused() -> None:
    x = autograd.ones(1, dtype=autograd.float64).expand(3).requires_grad_()
    with pytest.raises(RuntimeError, match=r"0th input has a dimension with stride 0.*Call \.contiguous\(\)"):
        gradcheck(lambda x: x.exp(), x)


def test_read_only_inputs_are_refused() -> None:
    a = np.ones(2)
    a.flags.writeable = False
    with pytest.raises(RuntimeError, match="read-only memory"):
        gradcheck(lambda x: x.exp(), autograd.from_numpy(a).requires_grad_())


def test_the_arguments_of_gradgradcheck() -> None:
    x = leaf(0.5, 2.0)
    assert gradgradcheck(lambda x: x.exp(), x, leaf(1.0, -1.0))
    assert gradgradcheck(lambda x: (x.exp(), x.sum()), (x,), [leaf(1.0, -1.0), leaf(2.0)])
    assert gradgradcheck(lambda x: x.exp(), x, gen_non_contig_grad_outputs=True)


# ------------------------------------------------------------------------------------------------------- as in torch

CASES: dict[str, tuple[Callable[[Any, Any], Any], list[float]]] = {
    "right": (lambda t, x: x.sin() * x, [0.5, 2.0]),
    "kink": (lambda t, x: x.relu(), [0.0, 1.0]),
    "detached": (lambda t, x: x * x.detach().clone(), [0.5, 2.0]),
    "constant": (lambda t, x: t.ones(2), [0.5, 2.0]),
    "jump": (lambda t, x: x.floor(), [1.0, 1.5]),
    "not a number": (lambda t, x: x.log(), [-1.0, 1.0]),
    "lost": (lambda t, x: t.tensor(x.tolist()) * 2, [0.5, 2.0]),
}


@pytest.mark.oracle
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_verdict_is_torchs(case: tuple[Callable[[Any, Any], Any], list[float]], fast: bool) -> None:
    torch = pytest.importorskip("torch")
    function, at = case
    verdicts = []
    for library in (autograd, torch):
        x = library.tensor(at, dtype=library.float64, requires_grad=True)
        verdicts.append(
            library.autograd.gradcheck(lambda x, t=library: function(t, x), x, fast_mode=fast, raise_exception=False)
        )
    assert verdicts[0] is verdicts[1]
