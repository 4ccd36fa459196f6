"""`save` and `load`: what comes back, who else can read it, and what a crash leaves behind."""

from __future__ import annotations

import collections
import errno
import io
import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.errors import FileFormatError
from nn.optim import SGD, Adam, lr_scheduler

ROOT = Path(__file__).resolve().parent.parent
DTYPES = [
    autograd.float16, autograd.float32, autograd.float64, autograd.uint8, autograd.int8, autograd.int16,
    autograd.int32, autograd.int64, autograd.bool,
]  # fmt: skip


def tensors() -> dict[str, autograd.Tensor]:
    """Return tensors of all dtypes: matrices, numbers and empty ones, some not contiguous."""
    found = {}
    for dtype in DTYPES:
        a = (autograd.arange(6).reshape(2, 3) * 7 % 5 - 1).to(dtype)
        short = str(dtype).rpartition(".")[2]
        found |= {
            f"{short}.matrix": a,
            f"{short}.turned": a.t(),
            f"{short}.stepped": a[:, ::2],
            f"{short}.number": a[1, 1],
            f"{short}.empty": a[:0],
            f"{short}.none": a[:, :, None][:, :, :0],
        }
    found["special"] = autograd.tensor([0.1, -0.0, float("inf"), float("nan"), 1e-45])
    return found


def same(a: Any, b: Any) -> bool:
    """Return whether two structures are equal in kind, dtype, shape and every bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, autograd.Tensor):
        return bool(a.requires_grad == b.requires_grad) and same(a.detach().numpy(), b.detach().numpy())
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(same, a, b)) and all(map(same, a.values(), b.values()))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return repr(a) == repr(b)


def through(obj: Any) -> Any:
    buffer = io.BytesIO()
    autograd.save(obj, buffer)
    buffer.seek(0)
    return autograd.load(buffer)


# -------------------------------------------------------------------------------------------------------- round trips


@pytest.mark.parametrize("suffix", [".pt", ".safetensors", ".npz", ".SafeTensors", "", ".bin"])
def test_tensors_come_back(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"file{suffix}"
    autograd.save(tensors(), path)
    back = autograd.load(str(path))
    assert same(back, tensors())
    assert all(t.is_contiguous() for t in back.values())
    for t in back.values():  # a tensor like any other
        t += t
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert same(autograd.load(path), tensors())


@pytest.mark.parametrize(
    "obj",
    [
        None,
        True,
        3,
        -(2**200),
        1.5,
        -0.0,
        5e-324,
        float("-inf"),
        "é 漢 \ud800 \0",
        b"\0\xff",
        [],
        (),
        {},
        [1, [2, (3, [None])]],
        {1: "a", "1": "b", (1, None): "c", 2.5: "d", False: "e", None: "f"},
        collections.OrderedDict([("b", 1), ("a", 2)]),
        collections.Counter([3, 3, 4]),
        autograd.Size([2, 3]),
        autograd.float16,
        np.float32(0.1),
        np.int64(-3),
        np.bool_(True),
        np.arange(3, dtype=np.uint32),
        np.array([[1 + 2j]]),
        np.asfortranarray(np.ones((2, 3))),
        np.arange(3, dtype=">i4").astype("=i4"),
        autograd.ones(2, requires_grad=True),
        {"tensor": [0, 1], "dict": [["dict", {}]], "float": "nan"},
    ],
    ids=repr,
)
def test_nested_structures_come_back(obj: Any) -> None:
    assert same(through(obj), obj)
    assert same(through({"deep": [obj, (obj,)]}), {"deep": [obj, (obj,)]})


def test_tied_tensors_stay_tied() -> None:
    a = autograd.ones(2, 3)
    back = through({"a": a, "detached": a.detach(), "turned": a.t(), "other": autograd.ones(2, 3)})
    back["a"] += 1
    assert back["detached"].tolist() == [[2.0] * 3] * 2
    assert back["turned"].tolist() == [[1.0] * 2] * 3  # not the same elements in the same order: saved by itself
    assert back["other"].tolist() == [[1.0] * 3] * 2


def test_a_parameter_comes_back_as_a_tensor() -> None:
    back = through(nn.Parameter(autograd.ones(2)))
    assert type(back) is autograd.Tensor
    assert back.requires_grad


def test_a_model_in_the_way_of_pytorch(tmp_path: Path) -> None:
    import autograd as torch

    for name in ("model.pt", "model.safetensors", "model.npz"):
        model, twin = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
        torch.save(model.state_dict(), tmp_path / name)
        twin.load_state_dict(torch.load(tmp_path / name, map_location="cpu", weights_only=True))
        assert same(dict(twin.state_dict()), dict(model.state_dict()))
    with pytest.raises(RuntimeError, match="cuda"):
        torch.load(tmp_path / "model.pt", map_location="cuda")
    torch.load(tmp_path / "model.pt", map_location=torch.device("cpu"))
    torch.load(tmp_path / "model.pt", map_location=lambda storage, location: storage)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW", "RMSprop", "Rprop", "Adagrad", "LBFGS", "Adafactor"])
def test_states_of_optimizers_and_schedules_come_back(optimizer: str) -> None:
    model = nn.Linear(3, 2)
    stepper = getattr(nn.optim, optimizer)(model.parameters())
    schedules = [
        lr_scheduler.MultiStepLR(stepper, [2, 2, 5]),
        lr_scheduler.ReduceLROnPlateau(stepper),
        lr_scheduler.OneCycleLR(stepper, 0.1, 10) if optimizer in ("SGD", "Adam") else lr_scheduler.StepLR(stepper, 3),
    ]

    def closure() -> Any:
        stepper.zero_grad()
        loss = model(autograd.ones(1, 3)).square().sum()
        loss.backward()
        return loss

    for _ in range(3):
        stepper.step(closure)
    for thing in (stepper, *schedules):
        state = thing.state_dict()
        assert same(through(state), state)
        thing.load_state_dict(through(state))


def test_a_generators_state_comes_back() -> None:
    autograd.randn(3)
    state = autograd.get_rng_state()
    expected = autograd.randn(3).tolist()
    autograd.set_rng_state(through(state))
    assert autograd.randn(3).tolist() == expected


def test_the_same_content_gives_the_same_bytes() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    autograd.save(tensors(), first)
    autograd.save(tensors(), second)
    assert first.getvalue() == second.getvalue()


def test_a_file_object_is_read_from_where_it_stands() -> None:
    buffer = io.BytesIO(b"before")
    buffer.seek(6)
    autograd.save([1], buffer)
    buffer.seek(6)
    assert autograd.load(buffer) == [1]


# ----------------------------------------------------------------------------------------------------- other programs


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
def test_safetensors_are_exchanged(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("safetensors.torch")
    path = tmp_path / "x.safetensors"
    autograd.save(tensors(), path)
    for name, t in theirs.load_file(path).items():
        assert same(t.numpy(), tensors()[name].contiguous().numpy())
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    theirs.save_file(model.state_dict(), path, metadata={"format": "pt"})
    state = autograd.load(path)
    assert {name: t.tolist() for name, t in state.items()} == {n: t.tolist() for n, t in model.state_dict().items()}
    nn.Linear(4, 3).load_state_dict({"weight": state["0.weight"], "bias": state["0.bias"]})
    theirs.save_file({"a": torch.tensor([1.5, -3e38, float("inf")]).bfloat16(), "b": torch.ones(2)}, path)
    with pytest.warns(UserWarning, match=r"1 tensors of bfloat16 \('a' ...\) were loaded as float32"):
        state = autograd.load(path)
    assert state["a"].dtype is autograd.float32
    assert state["a"].tolist() == torch.tensor([1.5, -3e38, float("inf")]).bfloat16().float().tolist()
    theirs.save_file({"a": torch.ones(2, dtype=torch.complex64)}, path)
    with pytest.raises(FileFormatError, match="'a' has dtype C64; expected one of BOOL"):
        autograd.load(path)


def test_stored_safetensors() -> None:
    """Two float32 in the format as its page describes it."""
    header = b'{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  '
    data = len(header).to_bytes(8, "little") + header + np.array([1, 2], "<f4").tobytes()
    assert autograd.load(io.BytesIO(data))["x"].tolist() == [1, 2]


def test_npz_are_exchanged(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    autograd.save(tensors(), path)
    with np.load(path, allow_pickle=False) as found:
        assert {name: found[name].tobytes() for name in found.files} == {
            name: t.contiguous().numpy().tobytes() for name, t in tensors().items()
        }
    for write in (np.savez, np.savez_compressed):
        write(path, a=np.asfortranarray(np.arange(6.0).reshape(2, 3)), b=np.arange(3, dtype=">i2"), c=np.zeros(10**6))
        back = autograd.load(path)
        assert back["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert back["b"].tolist() == [0, 1, 2]
        assert back["b"].dtype is autograd.int16
    np.savez(path)
    assert autograd.load(path) == {}


@pytest.mark.oracle
def test_pytorchs_own_files_are_refused_by_name(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    for zipped in (True, False):
        torch.save({"a": torch.ones(2)}, tmp_path / "x.pt", _use_new_zipfile_serialization=zipped)
        with pytest.raises(RuntimeError, match="pickle; expected tensors without .* write safetensors.torch.save_file"):
            autograd.load(tmp_path / "x.pt")


# ------------------------------------------------------------------------------------------------------------ refusals


class Thing:
    pass


@pytest.mark.parametrize(
    ("obj", "name", "error", "text"),
    [
        (
            {"a": [Thing()]},
            "x.pt",
            TypeError,
            r"the object\['a'\]\[0\] is a .*Thing, which cannot be saved; expected t",
        ),
        ({"a": {1, 2}}, "x.pt", TypeError, "builtins.set, which cannot be saved"),
        (collections.defaultdict(list), "x.pt", TypeError, "collections.defaultdict, which cannot be saved"),
        (collections.namedtuple("P", "x")(1), "x.pt", TypeError, "P, which cannot be saved"),
        (nn.Linear(1, 1), "x.pt", TypeError, r"Linear, which cannot be saved; .* model.state_dict\(\)"),
        (np.array([None]), "x.pt", TypeError, "ndarray, which cannot be saved"),
        ([autograd.ones(1, requires_grad=True) * 2], "x.pt", RuntimeError, r"the object\[0\] was computed by MulBack"),
        ({"a": 1}, "x.safetensors", TypeError, "a .safetensors file cannot hold 'a': int; expected a dict of str and"),
        ({1: autograd.ones(1)}, "x.npz", TypeError, "a .npz file cannot hold 1: Tensor"),
        ([autograd.ones(1)], "x.npz", TypeError, "a .npz file cannot hold a list; .* checkpoint.pt"),
        ({"../a": autograd.ones(1)}, "x.npz", ValueError, "cannot name an array '../a'"),
        ({"a": np.ones(1, complex)}, "x.safetensors", TypeError, "cannot hold 'a' of complex128"),
        ({"__metadata__": autograd.ones(1)}, "x.safetensors", TypeError, "cannot hold '__metadata__'"),
        ({}, "no/such.pt", RuntimeError, "Parent directory .* does not exist"),
        ({}, "folder", RuntimeError, "is a directory"),
    ],
)
def test_what_cannot_be_saved(obj: Any, name: str, error: type[Exception], text: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    if name.startswith("x"):
        path.write_text("old")
    with pytest.raises(error, match=text):
        autograd.save(obj, path)
    if name.startswith("x"):
        assert path.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted({"folder", *([name] if name.startswith("x") else [])})


def test_what_contains_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="contains itself"):
        autograd.save(loop, io.BytesIO())


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="string, path, or a file-like object"):
        autograd.save({}, 3)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="expected a file name or a file"):
        autograd.load(3)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        autograd.load(tmp_path / "none.pt")


# ------------------------------------------------------------------------------------------------------------- writing


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pt"
    autograd.save([1], path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        autograd.save([2], path)
    assert [p.name for p in tmp_path.iterdir()] == ["x.pt"]
    assert autograd.load(path) == [1]


FULL = """
import resource, signal, sys
import autograd
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
try:
    autograd.save({"a": autograd.zeros(100000)}, sys.argv[1])
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits are a matter of POSIX systems")
@pytest.mark.parametrize("name", ["x.pt", "x.npz", "x.safetensors"])
def test_where_there_is_no_room_the_old_file_stays(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    autograd.save({"a": autograd.ones(1)}, path)
    command = [sys.executable, "-c", FULL, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.stdout.strip() == os.strerror(errno.EFBIG), done.stderr
    assert autograd.load(path)["a"].tolist() == [1]
    assert [p.name for p in tmp_path.iterdir()] == [name]


KILLED = """
import os, signal, sys
import autograd
from autograd.formats import archive
write_array = archive.np.lib.format.write_array
def write_half(member, content, **options):
    write_array(member, content, **options)
    os.kill(os.getpid(), signal.SIGKILL)
archive.np.lib.format.write_array = write_half
autograd.save({"a": autograd.zeros(100000), "b": autograd.zeros(100000)}, sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL is a matter of POSIX systems")
def test_a_process_killed_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    autograd.save([1], path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert autograd.load(path) == [1]
    assert len(list(tmp_path.iterdir())) == 2  # what was begun lies beside it


@pytest.mark.skipif(os.name != "posix", reason="permissions are a matter of POSIX systems")
def test_permissions_and_links(tmp_path: Path) -> None:
    path, plain = tmp_path / "x.pt", tmp_path / "plain"
    plain.touch()
    autograd.save([1], path)
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    autograd.save([2], path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    link = tmp_path / "link.pt"
    link.symlink_to("x.pt")
    autograd.save([3], link)
    assert link.is_symlink()
    assert autograd.load(path) == [3]
    autograd.save([4], "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_loading_says_nothing(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for suffix in (".pt", ".npz", ".safetensors"):
            autograd.save(tensors(), tmp_path / f"x{suffix}")
            autograd.load(tmp_path / f"x{suffix}")


def test_training_goes_on_from_a_file(tmp_path: Path) -> None:
    """Momentum and step counts included."""

    def steps(model: Any, optimizer: Any, count: int) -> list[float]:
        losses = []
        for _ in range(count):
            optimizer.zero_grad()
            loss = (model(autograd.eye(3)) - 1).square().sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    for kind, options in ((SGD, {"lr": 0.01, "momentum": 0.9}), (Adam, {"lr": 0.01})):
        model = nn.Linear(3, 2)
        optimizer: Any = kind(model.parameters(), **options)  # type: ignore[operator]
        steps(model, optimizer, 3)
        autograd.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "x.pt")
        expected = steps(model, optimizer, 3)
        model = nn.Linear(3, 2)
        optimizer = kind(model.parameters(), lr=1.0)  # type: ignore[operator]
        saved = autograd.load(tmp_path / "x.pt")
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        assert steps(model, optimizer, 3) == expected
