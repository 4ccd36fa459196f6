"""What programs ask and set beside computing: dtypes, limits, devices, modes, threads, checkpoints."""

from __future__ import annotations

import copy
import itertools
import pickle
import subprocess
import sys
import threading
import warnings
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential

NAMES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


def same(mine: Any, theirs: Any) -> None:
    assert str(mine).replace("autograd.", "torch.") == str(theirs)


# ----------------------------------------------------------------------------------------------------- dtypes, limits


@pytest.mark.oracle
def test_promotion_and_casting_are_torchs() -> None:
    torch = pytest.importorskip("torch")
    for a, b in itertools.product(NAMES, repeat=2):
        mine, theirs = (getattr(autograd, a), getattr(autograd, b)), (getattr(torch, a), getattr(torch, b))
        same(autograd.promote_types(*mine), torch.promote_types(*theirs))
        assert autograd.can_cast(*mine) == torch.can_cast(*theirs)
        for shapes in itertools.product([(), (2,), (0,)], repeat=2):
            tensors = [
                [library.ones(shape, dtype=d) for shape, d in zip(shapes, pair, strict=True)]
                for library, pair in ((autograd, mine), (torch, theirs))
            ]
            same(autograd.result_type(*tensors[0]), torch.result_type(*tensors[1]))
            if shapes[0] == shapes[1] or () in shapes:
                same((tensors[0][0] + tensors[0][1]).dtype, torch.result_type(*tensors[1]))
        for number in (True, 2, 2.5):
            x, y = autograd.ones(2, dtype=mine[0]), torch.ones(2, dtype=theirs[0])
            same(autograd.result_type(x, number), torch.result_type(y, number))
            same(autograd.result_type(number, x), torch.result_type(number, y))
    same(autograd.result_type(1, 2.0), torch.result_type(1, 2.0))


@pytest.mark.oracle
@pytest.mark.parametrize("default", ["float32", "float64"])
def test_dtypes_of_division(default: str) -> None:
    torch = pytest.importorskip("torch")
    autograd.set_default_dtype(getattr(autograd, default))
    torch.set_default_dtype(getattr(torch, default))
    try:
        for a, b in itertools.product(NAMES, repeat=2):
            values = []
            for library in (autograd, torch):
                x = library.tensor([7, 1, 0], dtype=getattr(library, a))
                y = library.tensor([2, 1, 1], dtype=getattr(library, b))
                values.append([x / y, *([x // y, x % y] if a != "bool" or b != "bool" else [])])
            for mine, theirs in zip(*values, strict=True):
                same(mine.dtype, theirs.dtype)
                assert mine.tolist() == theirs.tolist()
        for value in (1.5, [1.5, 2], 2, True, np.float64(1), np.float32(1), np.ones(2), [np.float64(1), 2]):
            same(autograd.tensor(value).dtype, torch.tensor(value).dtype)
    finally:
        autograd.set_default_dtype(autograd.float32)
        torch.set_default_dtype(torch.float32)


@pytest.mark.oracle
def test_limits_are_torchs() -> None:
    torch = pytest.importorskip("torch")
    for name in ("float16", "float32", "float64"):
        mine, theirs = autograd.finfo(getattr(autograd, name)), torch.finfo(getattr(torch, name))
        assert repr(mine) == repr(theirs)
        for attribute in ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype"):
            assert getattr(mine, attribute) == getattr(theirs, attribute), attribute
    for name in ("uint8", "int8", "int16", "int32", "int64"):
        mine, theirs = autograd.iinfo(getattr(autograd, name)), torch.iinfo(getattr(torch, name))
        assert repr(mine) == repr(theirs)
        assert (mine.bits, mine.max, mine.min, mine.dtype) == (theirs.bits, theirs.max, theirs.min, theirs.dtype)


def test_limits() -> None:
    assert repr(autograd.finfo()) == (
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, "
        "tiny=1.17549e-38, dtype=float32)"
    )
    assert repr(autograd.iinfo(autograd.int64)) == "iinfo(min=-9.22337e+18, max=9.22337e+18, dtype=int64)"
    assert autograd.finfo(autograd.float32) == autograd.finfo()
    assert autograd.finfo(autograd.float64) != autograd.finfo()
    assert len({autograd.iinfo(autograd.int8), autograd.iinfo(autograd.int8)}) == 1
    for make, wrong in ((autograd.finfo, "int32"), (autograd.iinfo, "float32"), (autograd.iinfo, "bool")):
        with pytest.raises(TypeError, match="input type"):
            make(getattr(autograd, wrong))
    for call in (autograd.promote_types, autograd.can_cast):
        with pytest.raises(TypeError, match="must be a dtype, not int"):
            call(autograd.int8, 3)
    with pytest.raises(TypeError):
        autograd.result_type(autograd.float32, 1)


def test_questions() -> None:
    x = autograd.tensor([1.5])
    assert autograd.is_tensor(x)
    assert not autograd.is_tensor(1.5)
    assert autograd.is_floating_point(x)
    assert not autograd.is_complex(x)
    assert autograd.is_nonzero(x)
    assert not autograd.tensor(0).is_nonzero()
    for several, text in (([1.0, 2.0], "more than one value"), ([], "no values")):
        with pytest.raises(RuntimeError, match=f"Boolean value of Tensor with {text} is ambiguous"):
            autograd.is_nonzero(autograd.tensor(several))
    for function in (autograd.is_floating_point, autograd.is_complex, autograd.is_nonzero, autograd.numel):
        with pytest.raises(TypeError, match="must be Tensor, not float"):
            function(1.5)
    assert (x.is_cpu, x.is_cuda, x.is_sparse, x.is_meta, x.is_quantized) == (True, False, False, False, False)
    assert (x.layout, x.get_device(), x.ndimension()) == (autograd.strided, -1, 1)
    assert x.is_signed()
    assert not autograd.tensor([1], dtype=autograd.uint8).is_signed()
    assert not autograd.tensor([True]).is_signed()
    y = autograd.arange(12.0).reshape(3, 4)
    assert y[1:, 2:].storage_offset() == 6
    assert y[1:, 2:].data_ptr() == y.data_ptr() + 24
    foreign = autograd.from_numpy(np.frombuffer(bytearray(24), np.float32))
    assert foreign.storage_offset() == 0
    assert foreign[2:].as_strided((2, 2), (2, 1)).storage_offset() == 2
    assert y.is_same_size(autograd.ones(3, 4))
    assert (y.nbytes, y.itemsize, y.element_size()) == (48, 4, 4)


def test_parts_of_a_shape_are_shapes() -> None:
    shape = autograd.ones(2, 3).shape
    for part, sizes in (
        (shape[:1], (2,)),
        (shape[::-1], (3, 2)),
        (shape + (1,), (2, 3, 1)),
        ((1,) + shape, (1, 2, 3)),
        (shape + shape, (2, 3, 2, 3)),
        (shape * 2, (2, 3, 2, 3)),
        (2 * shape, (2, 3, 2, 3)),
    ):
        assert type(part) is autograd.Size
        assert part == sizes
    assert type(shape[0]) is int
    assert shape[-1] == 3
    with pytest.raises(TypeError):
        shape + [1]


def test_tokens_tell_tensors_apart() -> None:
    x = autograd.ones(2)
    assert isinstance(x, autograd.FloatTensor)
    assert isinstance(x.long(), autograd.LongTensor)
    assert not isinstance(x, autograd.LongTensor)
    assert not isinstance(x.numpy(), autograd.FloatTensor)
    assert not isinstance(1.0, autograd.FloatTensor)


def test_editors_are_told_what_is_loaded_on_first_use() -> None:
    code = """import autograd
names = set(dir(autograd))
print({'linalg', 'nn', 'optim', 'func', 'FloatTensor', 'draw', '__version__'} <= names, '_compare' in names)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


def test_python_numbers() -> None:
    x = autograd.tensor([2.5])
    assert (float(x), int(x), complex(x), bool(x)) == (2.5, 2, 2.5 + 0j, True)
    assert f"{autograd.tensor(2.5):.2f} {autograd.tensor(3):03d} {autograd.tensor(2.5)} {x}" == (
        "2.50 003 2.5 tensor([2.5000])"
    )
    for convert in (float, int, complex):
        with pytest.raises(ValueError, match="only one element tensors"):
            convert(autograd.ones(2))
    with pytest.raises(TypeError, match="format"):
        format(x, ".2f")
    with pytest.raises(ValueError, match="NaN"):
        int(autograd.tensor(float("nan")))
    assert ["a", "b"][autograd.tensor(1)] == "b"
    with pytest.raises(TypeError, match="index"):
        ["a", "b"][x]
    assert 2.5 in x
    assert autograd.tensor(1) in autograd.tensor([1, 2])
    assert 3 not in autograd.tensor([1, 2])
    for other in ("a", None, [1]):
        with pytest.raises(RuntimeError, match=r"__contains__ only supports Tensor or scalar"):
            assert other in x
    with pytest.raises(TypeError, match="data must be a sequence"):
        autograd.Tensor(2.5)


def test_dtypes_survive_copies() -> None:
    for name in NAMES:
        d = getattr(autograd, name)
        assert pickle.loads(pickle.dumps(d)) is copy.deepcopy(d) is d


def test_the_default_dtype() -> None:
    try:
        autograd.set_default_dtype(autograd.float64)
        assert autograd.get_default_dtype() is autograd.float64
        for made in (
            autograd.tensor(1.0),
            autograd.zeros(2),
            autograd.rand(2),
            autograd.linspace(0, 1, 3),
            autograd.eye(2),
            autograd.arange(2.0),
            autograd.scalar_tensor(1),
            autograd.tensor(1) / 2,
            autograd.Tensor([1]),
        ):
            assert made.dtype is autograd.float64
        assert autograd.tensor(1).dtype is autograd.int64
    finally:
        autograd.set_default_dtype(autograd.float32)
    with pytest.raises(TypeError, match="floating-point"):
        autograd.set_default_dtype(autograd.int32)


# ------------------------------------------------------------------------------------------------------------- devices


def test_devices() -> None:
    device = autograd.device
    assert repr(device("cpu")) == "device(type='cpu')"
    assert repr(device("cpu:0")) == repr(device("cpu", 0)) == "device(type='cpu', index=0)"
    assert str(device("cuda:1")) == "cuda:1"
    assert device("cpu") == device(type="cpu") == device(device("cpu"))
    assert device("cpu") != device("cpu:0")
    assert len({device("cpu"), device("cpu")}) == 1
    assert copy.deepcopy(device("cpu", 0)) == device("cpu:0")
    assert autograd.ones(1, device="cpu:0").device == device("cpu")
    for wrong in ("moon", "cpu:-1", "cpu:x", 0):
        with pytest.raises(RuntimeError):
            device(wrong)
    for call in (lambda: autograd.ones(1).cuda(), lambda: autograd.set_default_device("cuda")):
        with pytest.raises(RuntimeError, match="'cuda' was asked for"):
            call()
    autograd.set_default_device("cpu")
    assert autograd.get_default_device() == device("cpu")
    with device("cpu"):
        assert autograd.ones(1).is_cpu


def test_what_portable_programs_ask() -> None:
    assert not autograd.cuda.is_available()
    assert not autograd.backends.mps.is_available()
    assert not autograd.accelerator.is_available()
    assert autograd.accelerator.current_accelerator() is None
    assert autograd.cuda.device_count() == autograd.accelerator.device_count() == 0
    autograd.cuda.manual_seed_all(0)
    autograd.backends.cudnn.benchmark = False
    autograd.use_deterministic_algorithms(True)
    assert autograd.are_deterministic_algorithms_enabled()
    autograd.use_deterministic_algorithms(False)
    assert (autograd.inf, autograd.pi, autograd.newaxis) == (float("inf"), np.pi, None)


@pytest.mark.oracle
def test_conversions_of_all_spellings() -> None:
    torch = pytest.importorskip("torch")
    calls: list[Any] = [
        lambda t, x: x.to(t.float64),
        lambda t, x: x.to("cpu"),
        lambda t, x: x.to("cpu", t.int64),
        lambda t, x: x.to(t.device("cpu"), dtype=t.int8, non_blocking=True, copy=True),
        lambda t, x: x.to(t.ones(1, dtype=t.float16)),
        lambda t, x: x.to(t.ones(1), True, True),
        lambda t, x: x.to(t.float64, False, True),
        lambda t, x: x.to(t.float32, True, False),
        lambda t, x: x.to(device="cpu", dtype=t.int16),
        lambda t, x: x.to(None),
        lambda t, x: x.to(float),
        lambda t, x: x.to(memory_format=t.preserve_format),
        lambda t, x: x.to(memory_format=t.contiguous_format),
        lambda t, x: x.type("torch.IntTensor"),
        lambda t, x: x.type(t.LongTensor),
        lambda t, x: x.type(t.int8),
        lambda t, x: x.type_as(t.ones(1, dtype=t.uint8)),
        lambda t, x: x.byte(),
        lambda t, x: x.char(),
        lambda t, x: x.short(),
        lambda t, x: x.int(),
        lambda t, x: x.long(),
        lambda t, x: x.half(),
        lambda t, x: x.float(),
        lambda t, x: x.double(),
        lambda t, x: x.bool(),
        lambda t, x: x.cpu(),
        lambda t, x: x.float(memory_format=t.preserve_format),
    ]
    four = len(calls)
    calls += [
        lambda t, x: x.expand(2, 3, 3, 2).to(memory_format=t.channels_last),
        lambda t, x: x.expand(2, 3, 3, 2).clone().to(t.float64, memory_format=t.channels_last),
        lambda t, x: x.expand(2, 3, 3, 2).to(memory_format=t.channels_last).to(memory_format=t.contiguous_format),
        lambda t, x: x.expand(2, 3, 3, 2).to(memory_format=t.channels_last).to(memory_format=t.channels_last),
    ]
    for number, call in enumerate(calls):
        found = []
        for library in (autograd, torch):
            x = library.tensor([[0.0, 1.75, 3.0], [100.0, 2.5, 127.0]]).t()
            x = x.reshape(1, 1, 3, 2) if number >= four else x
            y = call(library, x)
            found.append((str(y.dtype).partition(".")[2], y.tolist(), y is x, tuple(y.stride())))
        assert found[0] == found[1], number
    for value in ([300, -1, 2**40], [True, False]):
        for name in NAMES:
            found = [x.to(getattr(t, name)).tolist() for t in (autograd, torch) for x in [t.tensor(value)]]
            assert found[0] == found[1]


# ------------------------------------------------------------------------------------------------------ inference_mode


def test_inference_mode() -> None:
    x = autograd.ones(2, requires_grad=True)
    assert not autograd.is_inference_mode_enabled()
    with autograd.inference_mode():
        assert autograd.is_inference_mode_enabled()
        assert not autograd.is_grad_enabled()
        assert not (x * 2).requires_grad
        with autograd.inference_mode(False):
            assert not autograd.is_inference_mode_enabled()
            assert (x * 2).requires_grad
        assert autograd.is_inference_mode_enabled()
    assert not autograd.is_inference_mode_enabled()
    assert autograd.is_grad_enabled()


def test_inference_mode_as_a_decorator() -> None:
    @autograd.inference_mode()
    def f(x: Any) -> Any:
        return x * 2, autograd.is_inference_mode_enabled()

    @autograd.inference_mode
    def g(x: Any) -> Any:
        return x * 2, autograd.is_inference_mode_enabled()

    @autograd.inference_mode()
    def each(x: Any) -> Any:
        for factor in (1, 2):
            yield x * factor

    x = autograd.ones(2, requires_grad=True)
    for function in (f, g):
        y, inside = function(x)
        assert inside
        assert not y.requires_grad
    assert not any(y.requires_grad for y in each(x))
    assert not autograd.is_inference_mode_enabled()
    with pytest.raises(ZeroDivisionError), autograd.inference_mode():
        1 / 0
    assert not autograd.is_inference_mode_enabled()


def test_inference_mode_belongs_to_its_thread() -> None:
    seen: list[bool] = []
    with autograd.inference_mode():
        thread = threading.Thread(target=lambda: seen.append(autograd.is_inference_mode_enabled()))
        thread.start()
        thread.join()
    assert seen == [False]


# ------------------------------------------------------------------------------------------------------------- threads


def test_numbers_of_threads() -> None:
    pytest.importorskip("threadpoolctl")
    before = autograd.get_num_threads()
    try:
        autograd.set_num_threads(1)
        assert autograd.get_num_threads() == 1
    finally:
        autograd.set_num_threads(before)
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(RuntimeError, match="set_num_threads expects a positive integer"):
            autograd.set_num_threads(wrong)


def test_threads_without_threadpoolctl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with pytest.warns(UserWarning, match="changed nothing.*threadpoolctl"):
        autograd.set_num_threads(1)
    assert autograd.get_num_threads() >= 1


# --------------------------------------------------------------------------------------------------------- checkpoints


class Noise(nn.Module):
    """Draws random numbers, the same ones when it runs again."""

    def forward(self, x: Any) -> Any:
        return x * autograd.bernoulli(autograd.full_like(x, 0.5))


def network() -> nn.Sequential:
    autograd.manual_seed(0)
    layers = [nn.Linear(3, 5), nn.Tanh(), Noise(), nn.Linear(5, 4), nn.Sigmoid(), nn.Linear(4, 1)]
    return nn.Sequential(*layers)


def gradients(run: Any, x: Any) -> list[Any]:
    model = network()
    autograd.manual_seed(1)
    y = run(model, x)
    y.sum().backward()
    drawn_after = autograd.rand(2)
    return [*[p.grad.tolist() for p in model.parameters()], x.grad.tolist(), y.tolist(), drawn_after.tolist()]


@pytest.mark.parametrize("reentrant", [False, True, None])
def test_a_checkpoint_changes_no_number(reentrant: bool | None) -> None:
    values = autograd.linspace(-1, 1, 6).reshape(2, 3)
    plain, part, chain = (
        gradients(run, values.clone().requires_grad_())
        for run in (
            lambda model, x: model(x),
            lambda model, x: checkpoint(model, x, use_reentrant=reentrant),
            lambda model, x: checkpoint_sequential(model, 3, x, use_reentrant=reentrant),
        )
    )
    assert plain == part == chain


@pytest.mark.oracle
def test_checkpoints_in_torch_give_the_same() -> None:
    torch = pytest.importorskip("torch")
    found = []
    for library in (autograd, torch):
        inside = importlib_of(library, "utils.checkpoint")
        x = library.tensor([0.5, -1.0], dtype=library.float64, requires_grad=True)
        w = library.tensor([2.0, 3.0], dtype=library.float64, requires_grad=True)
        calls = []

        def f(a: Any, scale: float, calls: Any = calls, w: Any = w) -> Any:
            calls.append(1)
            return {"out": (a * w).exp() * scale, "other": a.sum()}

        y = inside.checkpoint(f, x, scale=2.0, use_reentrant=False)
        (g,) = torch_or_ours_grad(library, y["out"].sum(), x)
        (y["out"] * y["other"]).sum().backward()
        found.append([g.tolist(), x.grad.tolist(), w.grad.tolist(), y["out"].tolist(), calls[:2]])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-14)


def importlib_of(library: Any, path: str) -> Any:
    import importlib

    return importlib.import_module(f"{library.__name__}.{path}")


def torch_or_ours_grad(library: Any, y: Any, x: Any) -> Any:
    return library.autograd.grad(y, x, retain_graph=True)


def test_a_checkpoint_keeps_nothing_and_runs_again() -> None:
    calls: list[int] = []
    alive: list[Any] = []

    def f(x: Any) -> Any:
        import weakref

        calls.append(1)
        y = x.exp()
        alive.append(weakref.ref(y))
        return (y * y).sum()

    x = autograd.ones(3, requires_grad=True)
    z = checkpoint(f, x, use_reentrant=False)
    assert alive[0]() is None
    assert len(calls) == 1
    z.backward(retain_graph=True)
    assert len(calls) == 2
    z.backward()
    assert len(calls) == 3
    np.testing.assert_allclose(x.grad.tolist(), 4 * np.exp([2.0] * 3), rtol=1e-6)


def test_second_derivatives_through_a_checkpoint() -> None:
    x = autograd.tensor([0.3, -0.7], dtype=autograd.float64, requires_grad=True)

    def f(t: Any) -> Any:
        return (t.sin() * t).sum()

    seconds = []
    for run in (f, lambda t: checkpoint(f, t, use_reentrant=False)):
        (g,) = autograd.grad(run(x), x, create_graph=True)
        seconds.append(autograd.grad(g.sum(), x)[0].tolist())
    assert seconds[0] == seconds[1]
    assert autograd.gradgradcheck(lambda t: checkpoint(f, t, use_reentrant=False), x)


def test_checkpoints_inside_checkpoints() -> None:
    x = autograd.tensor([0.5, 2.0], requires_grad=True)

    def inner(t: Any) -> Any:
        return (t * t).log()

    def outer(t: Any) -> Any:
        return (checkpoint(inner, t * 3, use_reentrant=False) * t).sum()

    checkpoint(outer, x, use_reentrant=False).backward()
    expected = x.detach().requires_grad_()
    (inner(expected * 3) * expected).sum().backward()
    assert x.grad.tolist() == expected.grad.tolist()


def test_without_gradients_a_checkpoint_is_a_call() -> None:
    with autograd.no_grad():
        assert checkpoint(lambda t: t * 2, autograd.ones(2), use_reentrant=False).tolist() == [2.0, 2.0]


def test_a_function_that_does_something_else_the_second_time() -> None:
    for second in (lambda x: (x.exp() * x.exp() * x).sum(), lambda x: x[:1].exp().sum()):
        functions = [lambda x: (x.exp() * x).sum(), second]

        def f(x: Any, functions: Any = functions) -> Any:
            return functions.pop(0)(x)

        y = checkpoint(f, autograd.ones(2, requires_grad=True), use_reentrant=False)
        with pytest.raises(CheckpointError, match="the same operations in both runs"):
            y.backward()


def test_edits_that_would_falsify_a_checkpoint() -> None:
    w = autograd.ones(2, requires_grad=True)
    x = w * 1.0
    y = checkpoint(lambda t: (t * t).sum(), x, use_reentrant=False)
    x += 1
    with pytest.raises(RuntimeError, match="an input of a checkpointed function.*modified by an inplace operation"):
        y.backward()

    def edits_what_was_saved(t: Any) -> Any:
        z = t * 2
        y = (z * z).sum()
        z += 1
        return y

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        checkpoint(edits_what_was_saved, w, use_reentrant=False).backward()


def test_no_warning_is_given_for_what_torch_wants_said() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checkpoint(lambda t: t * 2, autograd.ones(2))
