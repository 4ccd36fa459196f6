"""Module: registration, the tree, state, calls, hooks, errors."""

from __future__ import annotations

import copy
import gc
import itertools
import pickle
import re
import weakref
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from nn.module import Module
from tests.nn_oracle import agree


class Net(Module):
    def __init__(self, library: Any = nn) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, 5)
        self.act = nn.ReLU()
        self.out = nn.Linear(5, 3, bias=False)

    def forward(self, x: autograd.Tensor) -> autograd.Tensor:
        return self.out(self.act(self.hidden(x)))


class Deep(Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 8), nn.Linear(8, 4)])

    def forward(self, x: autograd.Tensor) -> autograd.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class Outer(Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = Deep()
        self.head = nn.Sequential(OrderedDict(norm=nn.Identity(), last=nn.Linear(4, 2)))

    def forward(self, x: autograd.Tensor) -> autograd.Tensor:
        return self.head(self.body(x))


# ------------------------------------------------------------------------------------------------- registration


def test_parameters_come_in_order_of_registration() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == ["hidden.weight", "hidden.bias", "out.weight"]
    assert next(iter(net.parameters())) is net.hidden.weight
    assert [name for name, _ in net.named_children()] == ["hidden", "act", "out"]
    assert [name for name, _ in net.named_modules()] == ["", "hidden", "act", "out"]


def test_reassigning_keeps_the_place_and_deleting_loses_it() -> None:
    m = Module()
    m.a, m.b = nn.Parameter(autograd.zeros(1)), nn.Parameter(autograd.zeros(2))
    m.a = nn.Parameter(autograd.ones(1))
    assert [name for name, _ in m.named_parameters()] == ["a", "b"]
    assert m.a.item() == 1
    del m.a
    assert not hasattr(m, "a")
    assert [name for name, _ in m.named_parameters()] == ["b"]
    m.a = nn.Parameter(autograd.ones(1))
    assert [name for name, _ in m.named_parameters()] == ["b", "a"]


def test_a_name_may_change_its_kind() -> None:
    m = Module()
    m.x = 3
    m.x = nn.Parameter(autograd.zeros(1))
    assert "x" in m._parameters
    del m.x
    m.x = nn.Linear(1, 1)
    assert "x" in m._modules
    assert "x" not in m._parameters
    m.x = nn.Parameter(autograd.zeros(1))
    assert "x" in m._parameters
    assert "x" not in m._modules
    m.register_buffer("count", autograd.zeros(1))
    m.count = nn.Parameter(autograd.zeros(1))
    assert "count" not in m._buffers


def test_the_registry_and_the_attributes_are_one() -> None:
    m = nn.Linear(2, 3)
    new = nn.Parameter(autograd.zeros(3, 2))
    m._parameters["weight"] = new
    assert m.weight is new
    assert "weight" in m.__dict__  # found without __getattr__
    del m._parameters["bias"]
    assert not hasattr(m, "bias")
    assert dict(m._parameters) == {"weight": new}
    assert repr(m._modules) == "{}"


def test_none_reserves_a_name() -> None:
    m = nn.Linear(2, 3, bias=False)
    assert m.bias is None
    assert list(m._parameters) == ["weight", "bias"]
    assert [name for name, _ in m.named_parameters()] == ["weight"]
    m.bias = nn.Parameter(autograd.zeros(3))
    assert [name for name, _ in m.named_parameters()] == ["weight", "bias"]
    m.bias = None
    assert list(m.state_dict()) == ["weight"]


def test_shared_parameters_are_counted_once_and_saved_under_every_name() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert len(list(net.named_parameters(remove_duplicate=False))) == 4
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    twice = nn.Sequential(net, net)
    assert len(list(twice.parameters())) == 3
    assert len(list(twice.children())) == 1


def test_quiz_and_iris_net_have_343_and_82_parameters() -> None:
    def count(*sizes: int) -> int:
        net = nn.Sequential(*(nn.Linear(a, b) for a, b in itertools.pairwise(sizes)))
        return sum(p.numel() for p in net.parameters())

    assert count(10, 20, 5, 3) == 343
    assert count(4, 5, 6, 3) == 82
    assert count(1000, 1000) == 1_001_000


@pytest.mark.parametrize(
    ("spoil", "error", "text"),
    [
        (lambda m: setattr(m, "weight", autograd.ones(3)), TypeError, "cannot assign 'Tensor' as parameter 'weight'"),
        (lambda m: setattr(m, "weight", nn.ReLU()), TypeError, "cannot assign 'ReLU' as parameter 'weight'"),
        (lambda m: m.add_module("weight", nn.ReLU()), KeyError, "attribute 'weight' already exists"),
        (lambda m: m.add_module("a.b", nn.ReLU()), KeyError, "module name can.*t contain"),
        (lambda m: m.add_module("", nn.ReLU()), KeyError, "module name can.*t contain"),
        (lambda m: m.add_module("a", nn.ReLU), TypeError, "type is not a Module subclass.*brackets"),
        (lambda m: m.register_parameter("p", autograd.ones(1)), TypeError, "cannot assign 'Tensor' as parameter 'p'"),
        (lambda m: m.register_parameter(3, None), TypeError, "parameter name should be a string. Got int"),
        (lambda m: m.register_buffer("forward", None), KeyError, "attribute 'forward' already exists"),
        (lambda m: m.register_buffer("b", 3), TypeError, "cannot assign 'int' as buffer 'b'"),
        (lambda m: m.foo, AttributeError, "'Linear' object has no attribute 'foo'"),
        (lambda m: m.train("yes"), ValueError, "training mode is expected to be boolean, got 'yes'"),
        (lambda m: m.get_submodule("a.b"), AttributeError, "Linear has no submodule 'a' \\(looking for 'a.b'\\)"),
        (lambda m: m.get_parameter("w"), AttributeError, "Linear has no parameter 'w'.*weight, bias"),
        (lambda m: m.get_buffer("w"), AttributeError, "Linear has no buffer 'w'.*none"),
        (lambda m: nn.Parameter([1.0]), TypeError, "Parameter was given list.*nn.Parameter\\(autograd.tensor"),
    ],
)
def test_wrong_registrations_are_refused(spoil: Any, error: type[Exception], text: str) -> None:
    m = nn.Linear(2, 3)
    before = m.state_dict()
    with pytest.raises(error, match=text):
        spoil(m)
    assert list(m.state_dict()) == list(before)


def test_a_child_stays_a_module() -> None:
    net = Net()
    with pytest.raises(TypeError, match=r"cannot assign 'int' as child module 'out'.*del the child module first"):
        net.out = 3  # type: ignore[assignment]
    assert isinstance(net.out, nn.Linear)


def test_super_init_must_come_first() -> None:
    class Early(Module):
        def __init__(self) -> None:
            self.a = nn.ReLU()

    class EarlyParameter(Module):
        def __init__(self) -> None:
            self.a = nn.Parameter(autograd.zeros(1))

    with pytest.raises(AttributeError, match=r"cannot assign module before Module.__init__\(\) call.*super\(\)"):
        Early()
    with pytest.raises(AttributeError, match=r"cannot assign parameters before Module.__init__\(\) call"):
        EarlyParameter()


def test_buffers() -> None:
    m = Module()
    m.register_buffer("mean", autograd.zeros(2))
    m.register_buffer("cache", autograd.zeros(2), persistent=False)
    m.register_buffer("absent", None)
    assert [name for name, _ in m.named_buffers()] == ["mean", "cache"]
    assert list(m.state_dict()) == ["mean"]
    m.mean = autograd.ones(2)
    assert m.get_buffer("mean").tolist() == [1, 1]
    with pytest.raises(TypeError, match="cannot assign 'int' as buffer 'mean'"):
        m.mean = 3  # type: ignore[assignment]
    m.register_buffer("cache", autograd.zeros(2))
    assert list(m.state_dict()) == ["mean", "cache"]


# ---------------------------------------------------------------------------------------------- changing the tree


def test_train_eval_apply_requires_grad_zero_grad() -> None:
    net = Outer()
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    assert all(m.training for m in net.train().modules())
    seen: list[str] = []
    net.apply(lambda m: seen.append(type(m).__name__))
    assert seen == ["Linear", "Linear", "ModuleList", "Deep", "Identity", "Linear", "Sequential", "Outer"]
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())
    net.requires_grad_()
    net(autograd.ones(2, 4)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad(set_to_none=False)
    assert all(p.grad is not None and not p.grad.any() for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_conversion_keeps_parameters_and_converts_gradients() -> None:
    net = Net()
    net.register_buffer("count", autograd.tensor([1, 2]))
    net.register_buffer("mean", autograd.zeros(2))
    net(autograd.ones(2, 4)).sum().backward()
    weight = net.hidden.weight
    assert net.double() is net
    assert net.hidden.weight is weight
    assert weight.dtype is autograd.float64
    assert weight.requires_grad
    assert weight.grad is not None
    assert weight.grad.dtype is autograd.float64
    assert net.count.dtype is autograd.int64
    assert net.mean.dtype is autograd.float64
    assert net(autograd.ones(2, 4, dtype=autograd.float64)).dtype is autograd.float64
    net.to("cpu", autograd.float32)
    assert net.mean.dtype is weight.dtype is autograd.float32
    assert net.float().cpu().to(autograd.ones(1)) is net
    assert net.half().hidden.weight.dtype is autograd.float16
    net.type(autograd.float64)
    assert net.count.dtype is autograd.float64
    with pytest.raises(TypeError, match=r"nn.Module.to only accepts floating point dtypes, but got .*int64"):
        net.to(autograd.int64)


# ----------------------------------------------------------------------------------------------------------- state


def test_state_dict_shares_memory_and_loads_back() -> None:
    net, other = Net(), Net()
    state = net.state_dict()
    assert list(state) == ["hidden.weight", "hidden.bias", "out.weight"]
    assert not any(value.requires_grad for value in state.values())
    assert repr(other.load_state_dict(state)) == "<All keys matched successfully>"
    x = autograd.randn(3, 4)
    agree(other(x), net(x), rtol=0)
    with autograd.no_grad():
        net.hidden.bias.fill_(7)
    assert state["hidden.bias"].tolist() == [7] * 5
    assert other.hidden.bias.tolist() != [7] * 5
    assert net.state_dict(keep_vars=True)["out.weight"] is net.out.weight
    assert list(net.state_dict(prefix="net.")) == ["net.hidden.weight", "net.hidden.bias", "net.out.weight"]


def test_load_state_dict_lists_all_faults_and_loads_nothing() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    before = copy.deepcopy(net.state_dict())
    state = {
        "0.weight": autograd.ones(2, 2),
        "0.bias": autograd.ones(3),
        "2.weight": [[1.0, 2.0, 3.0]],
        "extra": autograd.ones(1),
        "3.bias": autograd.ones(1),
    }
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(state)
    assert str(caught.value) == (
        "Error(s) in loading state_dict for Sequential:\n"
        '\tMissing key(s) in state_dict: "2.bias". \n'
        '\tUnexpected key(s) in state_dict: "extra", "3.bias". \n'
        "\tsize mismatch for 0.weight: copying a param with shape (2, 2) from checkpoint, the shape in current model "
        "is (3, 2).\n"
        '\tWhile copying the parameter named "2.weight", expected a Tensor from checkpoint but received '
        "<class 'list'>"
    )
    for name, value in net.state_dict().items():
        agree(value, before[name], rtol=0)
    with pytest.raises(TypeError, match=r"Expected state_dict to be dict-like, got .*Sequential"):
        net.load_state_dict(net)  # type: ignore[arg-type]


def test_load_state_dict_leniently() -> None:
    net = nn.Linear(2, 3)
    keys = net.load_state_dict({"bias": autograd.ones(3), "other": autograd.ones(1)}, strict=False)
    assert keys.missing_keys == ["weight"]
    assert keys.unexpected_keys == ["other"]
    assert "missing_keys=['weight']" in repr(keys)
    assert net.bias is not None
    assert net.bias.tolist() == [1, 1, 1]
    with pytest.raises(RuntimeError, match="size mismatch for bias"):
        net.load_state_dict({"bias": autograd.ones(4)}, strict=False)


def test_load_state_dict_converts_or_assigns() -> None:
    net = nn.Linear(1, 1)
    weight = net.weight
    state = {"weight": autograd.tensor([[2.0]], dtype=autograd.float64), "bias": autograd.tensor([3])}
    net.load_state_dict(state)
    assert net.weight is weight
    assert weight.dtype is autograd.float32
    assert weight.item() == 2
    net.weight.requires_grad_(False)
    net.load_state_dict({**state, "bias": autograd.ones(1)}, assign=True)
    assert net.weight is not weight
    assert isinstance(net.weight, nn.Parameter)
    assert net.weight.dtype is autograd.float64
    assert not net.weight.requires_grad
    before = net.weight
    with pytest.raises(
        RuntimeError, match=r"bias requires a gradient, which a tensor of dtype autograd.int64 cannot have"
    ):
        net.load_state_dict(state, assign=True)
    assert net.weight is before


def test_copies_are_independent_and_keep_ties() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert [name for name, _ in twin.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
        assert twin[1].weight is twin[0].weight
        assert isinstance(twin[0].weight, nn.Parameter)
        assert twin[0].weight.requires_grad
        with autograd.no_grad():
            twin[0].weight.zero_()
        assert net[0].weight.any()
        assert repr(twin) == repr(net)
    shallow = copy.copy(net)
    assert shallow[0] is net[0]
    shallow.append(nn.ReLU())
    assert [name for name, _ in net.named_children()] == ["0", "1"]
    frozen = nn.Parameter(autograd.ones(2), requires_grad=False)
    assert not copy.deepcopy(frozen).requires_grad


def test_a_model_is_freed_by_reference_count() -> None:
    gc.disable()
    try:
        net = Outer()
        net(autograd.ones(2, 4)).sum().backward()
        dead = weakref.ref(net)
        parameter = weakref.ref(net.body.layers[0].weight)
        del net
        assert dead() is None
        assert parameter() is None
    finally:
        gc.enable()


# ------------------------------------------------------------------------------------------------------- parameter


def test_parameter() -> None:
    data = autograd.zeros(2)
    p = nn.Parameter(data)
    assert p.requires_grad
    assert p.is_leaf
    assert isinstance(p, autograd.Tensor)
    data[0] = 3
    assert p.tolist() == [3, 0]  # one memory
    assert type(p * 2) is autograd.Tensor
    assert nn.Parameter().shape == (0,)
    with autograd.no_grad():
        assert nn.Parameter(data).requires_grad
    y = (p * p).sum()
    assert nn.Parameter(y).is_leaf


def test_parameters_print_as_such() -> None:
    assert repr(nn.Parameter(autograd.ones(2))) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert str(nn.Parameter(autograd.ones(2), False)) == "Parameter containing:\ntensor([1., 1.])"


# ----------------------------------------------------------------------------------------------------------- repr


def test_repr() -> None:
    assert repr(Outer()) == (
        "Outer(\n"
        "  (body): Deep(\n"
        "    (layers): ModuleList(\n"
        "      (0): Linear(in_features=4, out_features=8, bias=True)\n"
        "      (1): Linear(in_features=8, out_features=4, bias=True)\n"
        "    )\n"
        "  )\n"
        "  (head): Sequential(\n"
        "    (norm): Identity()\n"
        "    (last): Linear(in_features=4, out_features=2, bias=True)\n"
        "  )\n"
        ")"
    )


@pytest.mark.oracle
def test_repr_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")

    def build(nn: Any) -> list[Any]:
        class Two(nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.a = nn.Linear(1, 2)
                self.b = nn.Sequential(nn.ReLU(), nn.ModuleList([nn.Tanh(), nn.Tanh(), nn.Linear(2, 2, bias=False)]))

            def extra_repr(self) -> str:
                return "first\nsecond"

        return [
            nn.Module(), nn.Identity(3, x=4), nn.Linear(3, 4), nn.Linear(3, 4, bias=False), nn.ReLU(), nn.ReLU(True),
            nn.Sigmoid(), nn.Tanh(), nn.Softmax(), nn.Softmax(dim=-1), nn.Sequential(), nn.ModuleList(),
            nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.Tanh())), nn.MSELoss(), nn.CrossEntropyLoss(), Two(),
            nn.ModuleList([nn.Sequential(nn.ReLU()), nn.Sequential(nn.ReLU()), nn.Sigmoid()]),
        ]  # fmt: skip

    for mine, theirs in zip(build(nn), build(torch.nn), strict=True):
        assert repr(mine) == repr(theirs)


def test_dir_lists_what_can_be_written() -> None:
    names = dir(nn.Sequential(nn.ReLU()))
    assert "0" not in names
    assert "forward" in names
    assert "weight" in dir(nn.Linear(1, 1))


# --------------------------------------------------------------------------------------------------- errors in calls


def notes(error: BaseException) -> list[str]:
    return list(getattr(error, "__notes__", []))


def test_an_error_says_in_which_module_it_was_raised() -> None:
    net = Outer()
    net.body.layers[1] = nn.Linear(16, 4)
    with pytest.raises(RuntimeError) as caught:
        net(autograd.ones(2, 4))
    assert str(caught.value).startswith("Linear 16->4: input is (2, 8), weight expects 16 features")
    assert notes(caught.value) == ["in body.layers.1 (Linear(in_features=16, out_features=4, bias=True))"]
    with pytest.raises(RuntimeError) as caught:
        net.body(autograd.ones(2, 4))
    assert notes(caught.value) == ["in layers.1 (Linear(in_features=16, out_features=4, bias=True))"]
    with pytest.raises(RuntimeError) as caught:
        net.body.layers[0](autograd.ones(2, 3))
    assert notes(caught.value) == ["in Linear(in_features=4, out_features=8, bias=True)"]


def test_errors_of_the_users_own_forward_are_located_too() -> None:
    class Broken(Deep):
        def forward(self, x: autograd.Tensor) -> autograd.Tensor:
            raise ValueError("mine")

    net = Outer()
    net.body = Broken()
    with pytest.raises(ValueError, match="mine") as caught:
        net(autograd.ones(2, 4))
    assert notes(caught.value) == ["in body (Broken)"]


def test_errors_that_forward_handles_leave_no_note() -> None:
    class Careful(Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(3, 3)

        def forward(self, x: autograd.Tensor) -> Any:
            try:
                return self.inner(x)
            except RuntimeError as error:
                return notes(error)

    assert Careful()(autograd.ones(2, 4)) == []


def test_a_module_made_on_the_way_is_named_by_its_class() -> None:
    class OnTheFly(Module):
        def forward(self, x: autograd.Tensor) -> autograd.Tensor:
            return nn.Sequential(nn.Linear(3, 3))(x)

    with pytest.raises(RuntimeError) as caught:
        OnTheFly()(autograd.ones(2, 4))
    assert notes(caught.value) == ["in (Sequential).0 (Linear(in_features=3, out_features=3, bias=True))"]


def test_missing_forward() -> None:
    with pytest.raises(NotImplementedError, match=re.escape('Module [Module] is missing the required "forward"')):
        Module()(3)


# ------------------------------------------------------------------------------------------------------------- hooks


def test_forward_hooks() -> None:
    net = nn.Linear(2, 1)
    seen: list[Any] = []
    pre = net.register_forward_pre_hook(lambda m, args: seen.append(("pre", m, len(args))))
    double = net.register_forward_pre_hook(lambda m, args: args[0] * 2)
    first = net.register_forward_pre_hook(lambda m, args: seen.append("first"), prepend=True)
    post = net.register_forward_hook(lambda m, args, out: seen.append(("post", tuple(out.shape))))
    negate = net.register_forward_hook(lambda m, args, out: -out)
    x = autograd.ones(3, 2)
    plain = net.forward(x * 2)
    agree(net(x), -plain, rtol=0)
    assert seen == ["first", ("pre", net, 1), ("post", (3, 1))]
    for handle in (pre, double, first, post, negate):
        handle.remove()
    agree(net(x), net.forward(x), rtol=0)
    assert len(seen) == 3


def test_forward_hooks_with_keywords() -> None:
    class Scaled(Module):
        def forward(self, x: float, *, by: float = 1) -> float:
            return x * by

    m = Scaled()
    m.register_forward_pre_hook(lambda m, args, kwargs: (args, {"by": kwargs["by"] + 1}), with_kwargs=True)
    m.register_forward_pre_hook(lambda m, args, kwargs: None, with_kwargs=True)
    m.register_forward_hook(lambda m, args, kwargs, out: (out, kwargs), with_kwargs=True)
    assert m(3, by=1) == (6, {"by": 2})


def test_a_hook_can_ask_to_be_called_in_any_case() -> None:
    m = nn.Linear(2, 1)
    seen: list[Any] = []
    m.register_forward_hook(lambda m, args, out: seen.append("only if right"))
    m.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    with pytest.raises(RuntimeError, match="input is"):
        m(autograd.ones(1, 3))
    assert seen == [None]
    m.register_forward_hook(lambda m, args, out: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match=r"always_call=True raised ZeroDivisionError"),
        pytest.raises(RuntimeError, match="input is"),
    ):
        m(autograd.ones(1, 3))


def test_backward_hooks_see_the_gradients_on_both_sides() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh()).double()
    x = autograd.randn(4, 2, dtype=autograd.float64, requires_grad=True)
    net(x).sum().backward()
    assert x.grad is not None
    expected, x.grad = x.grad, None
    seen: dict[str, Any] = {}
    net.register_full_backward_pre_hook(lambda m, grad_output: seen.update(pre=grad_output))
    handle = net.register_full_backward_hook(lambda m, i, o: seen.update(grad_input=i, grad_output=o))
    net(x).sum().backward()
    assert x.grad is not None
    agree(x.grad, expected, rtol=1e-15)
    agree(seen["pre"][0], autograd.ones(4, 3, dtype=autograd.float64))
    agree(seen["grad_output"][0], autograd.ones(4, 3, dtype=autograd.float64))
    agree(seen["grad_input"][0], expected, rtol=1e-15)
    handle.remove()
    net.register_full_backward_pre_hook(lambda m, grad_output: (grad_output[0] * 2,))
    net.register_full_backward_hook(lambda m, i, o: (i[0] * 5,))
    x.grad = None
    net(x).sum().backward()
    assert x.grad is not None
    agree(x.grad, expected * 10, rtol=1e-15)


def test_backward_hooks_of_a_first_layer_see_no_input_gradient() -> None:
    layer = nn.Linear(2, 3)
    seen: list[Any] = []
    layer.register_full_backward_hook(lambda m, i, o: seen.append((i, [tuple(g.shape) for g in o])))
    layer(autograd.ones(4, 2)).sum().backward()
    assert seen == [((None,), [(4, 3)])]
    assert layer.weight.grad is not None


def test_backward_hooks_with_several_inputs_and_outputs() -> None:
    class Cross(Module):
        def forward(self, a: autograd.Tensor, b: autograd.Tensor, c: float) -> tuple[autograd.Tensor, ...]:
            return a * b, a + c

    m = Cross()
    seen: list[Any] = []
    m.register_full_backward_hook(lambda m, i, o: seen.append((i, o)))
    a, b = autograd.tensor([2.0], requires_grad=True), autograd.tensor([3.0], requires_grad=True)
    product, total = m(a, b, 1.0)
    (5 * product + 7 * total).backward()
    ((da, db, dc), (dproduct, dtotal)) = seen[0]
    assert (da.item(), db.item(), dc, dproduct.item(), dtotal.item()) == (22, 10, None, 5, 7)
    assert a.grad is not None
    assert a.grad.item() == 22


@pytest.mark.oracle
def test_backward_hooks_as_in_pytorch() -> None:
    torch = pytest.importorskip("torch")

    def run(library: Any, nn: Any) -> list[Any]:
        seen: list[Any] = []
        layer = nn.Linear(2, 2)
        with library.no_grad():
            layer.weight.copy_(library.tensor([[1.0, 2.0], [3.0, 4.0]]))
            layer.bias.zero_()
        net = nn.Sequential(nn.Tanh(), layer)
        for module in (net, layer):
            module.register_full_backward_pre_hook(lambda m, o: seen.append([g.tolist() for g in o]))
            module.register_full_backward_hook(lambda m, i, o: seen.append([g.tolist() for g in i + o]))
        x = library.tensor([[0.0, 0.5]], requires_grad=True)
        net(x).sum().backward()
        return seen

    mine, theirs = run(autograd, nn), run(torch, torch.nn)
    assert len(mine) == len(theirs) == 4
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_hooked_modules_can_be_copied() -> None:
    m = nn.Linear(2, 3)
    m.register_forward_hook(_doubled)
    twin = copy.deepcopy(m)
    x = autograd.ones(1, 2)
    agree(twin(x), m.forward(x) * 2, rtol=0)


def _doubled(m: Module, args: Any, out: Any) -> Any:
    return out * 2


# ------------------------------------------------------------------------------------------------------------- watch


def test_watched_nodes_know_their_module() -> None:
    net = Outer()
    with autograd.watch():
        y = net(autograd.ones(2, 4))
        inner = net.body(autograd.ones(2, 4))
        outside = y * 2
    assert y.grad_fn.extra.seen.path == "head.last"
    assert y.grad_fn.next_functions[0][0].extra.seen.path == "body.layers.1"
    assert inner.grad_fn.extra.seen.path == "layers.1"
    assert outside.grad_fn.extra.seen.path == ""
