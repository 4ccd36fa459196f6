"""`python -m autograd run script.py`: PyTorch scripts run unchanged, and print what they print on PyTorch."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

TRAINING = '''
"""A network for two moons, as in a hundred tutorials."""
import argparse
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.fc2 = nn.Linear(hidden, 2)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


def moons(n):
    angle = torch.rand(n) * math.pi
    side = torch.randint(0, 2, (n,))
    x = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    x[side == 1] = torch.tensor([1.0, 0.5]) - x[side == 1]
    return x + 0.1 * torch.randn(n, 2), side


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--lr", type=float, default=0.5)
    args = parser.parse_args()
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = TensorDataset(*moons(96))
    loader = DataLoader(data, batch_size=16, shuffle=True)
    model = Net(8).to(device)
    optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    for epoch in range(args.epochs):
        total = 0.0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        print(f"epoch {epoch} loss {total / len(data):.4f}")
    with torch.no_grad():
        x, y = data.tensors
        accuracy = (model(x).argmax(1) == y).float().mean()
    print(f"accuracy {accuracy:.3f}", sum(p.numel() for p in model.parameters()), "parameters")


if __name__ == "__main__":
    main()
'''

FUNCTION = """
import torch
from torch import nn, optim
from torch.autograd import Function
from torch.nn import Linear, Sequential


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * x * x * g


class Act(nn.Module):
    def forward(self, x):
        return Cube.apply(x)


torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
model = Sequential(Linear(3, 4), Act(), Linear(4, 1))
optimizer = optim.Adam(model.parameters(), lr=0.01)
x = torch.linspace(-1, 1, 30).reshape(10, 3)
target = x.sum(1, keepdim=True)
for step in range(20):
    optimizer.zero_grad()
    loss = ((model(x) - target) ** 2).mean()
    loss.backward()
    optimizer.step()
print(f"{loss.item():.6f}")
w = torch.tensor([1.0, -2.0], requires_grad=True)
(g,) = torch.autograd.grad(Cube.apply(w).sum(), w, create_graph=True)
print(g, torch.autograd.grad(g.sum(), w)[0])
print(torch.autograd.gradcheck(Cube.apply, w))
"""

TENSORS = """
import torch
import torch.backends.cudnn as cudnn

cudnn.deterministic = True
torch.backends.cudnn.benchmark = False
torch.use_deterministic_algorithms(True)
torch.cuda.manual_seed_all(0)
if not hasattr(torch, "compile_everything"):
    print("fine")
g = torch.Generator().manual_seed(5)
p = torch.softmax(torch.randn(4, 5, generator=g), dim=1)
print(torch.multinomial(p, 2, generator=g))
print(torch.multinomial(p, 8, replacement=True, generator=g))
print(torch.bernoulli(p, generator=g))
print(torch.normal(torch.zeros(3), torch.tensor([1.0, 2.0, 3.0]), generator=g))
print(torch.arange(12).reshape(3, 4).float().mean(1), torch.eye(2, dtype=torch.bool))
print(torch.randperm(6, generator=g), torch.full((2,), 7).type(), torch.finfo(torch.float32).eps)
from torch.utils.checkpoint import checkpoint

x = torch.ones(3, requires_grad=True)
checkpoint(lambda t: (t.exp() * t).sum(), x, use_reentrant=False).backward()
print(x.grad)
"""


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def ours(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return python("-m", "autograd", "run", *arguments, cwd=cwd)


def script(folder: Path, source: str, name: str = "script.py") -> str:
    (folder / name).write_text(source, encoding="utf-8")
    return name


def test_a_training_script(tmp_path: Path) -> None:
    done = ours(script(tmp_path, TRAINING), "--epochs", "2", "--lr", "0.25", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    # What PyTorch 2.13 prints.
    assert done.stdout.splitlines() == ["epoch 0 loss 0.5667", "epoch 1 loss 0.4050", "accuracy 0.833 42 parameters"]


@pytest.mark.oracle
@pytest.mark.parametrize("source", [TRAINING, FUNCTION, TENSORS], ids=["training", "function", "tensors"])
def test_scripts_print_what_they_print_on_torch(source: str, tmp_path: Path) -> None:
    name = script(tmp_path, source)
    mine, theirs = ours(name, cwd=tmp_path), python("-W", "ignore", name, cwd=tmp_path)
    assert mine.returncode == theirs.returncode == 0, mine.stderr + theirs.stderr
    assert mine.stdout.replace("autograd.", "torch.") == theirs.stdout


def test_ours_is_found_and_not_a_torch_beside_the_script(tmp_path: Path) -> None:
    script(tmp_path, "raise RuntimeError('the other torch')", "torch.py")
    done = ours(script(tmp_path, "import torch; print(torch.__version__, torch.ones(2))"), cwd=tmp_path)
    import autograd

    assert done.stdout == f"{autograd.__version__} tensor([1., 1.])\n"


def test_a_script_finds_itself_as_with_python(tmp_path: Path) -> None:
    source = (
        "import sys, os, helper\n"
        "print(sys.argv, __file__, __name__, sys.path[0], helper.x, sys.modules['__main__'].helper is helper)\n"
        "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))\n"
    )
    (tmp_path / "sub").mkdir()
    script(tmp_path / "sub", "import torch\nx = torch.tensor(3).item()", "helper.py")
    script(tmp_path / "sub", source)
    done = ours("sub/script.py", "-v", "--", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path.resolve() / "sub"
    assert done.stdout.split("]")[0] == "['sub/script.py', '-v', '--', 'run'"
    assert f"{path / 'script.py'} __main__ {path} 3 True" in done.stdout


@pytest.mark.parametrize("code", ["0", "3", "'a message'"])
def test_exit_codes(code: str, tmp_path: Path) -> None:
    name = script(tmp_path, f"import sys\nsys.exit({code})")
    mine, plain = ours(name, cwd=tmp_path), python(name, cwd=tmp_path)
    assert (mine.returncode, mine.stdout, mine.stderr) == (plain.returncode, plain.stdout, plain.stderr)


@pytest.mark.parametrize(
    "source", ["def f():\n    1 / 0\n\nf()", "x = (", "raise KeyboardInterrupt", "import json\njson.loads('{')"]
)
def test_tracebacks_are_those_of_plain_python(source: str, tmp_path: Path) -> None:
    name = script(tmp_path, source)
    mine, plain = ours(name, cwd=tmp_path), python(name, cwd=tmp_path)
    assert (mine.returncode, mine.stderr) == (plain.returncode, plain.stderr)


@pytest.mark.parametrize(
    ("source", "error", "name"),
    [
        ("import torch; torch.compile", "AttributeError", "torch.compile"),
        ("import torch.nn as nn; nn.Conv9d(3)", "AttributeError", "torch.nn.Conv9d"),
        ("import torch; torch.nn.functional.zork", "AttributeError", "torch.nn.functional.zork"),
        ("from torch import zork", "ModuleNotFoundError", "torch.zork"),
        ("from torch.nn import Conv9d", "ModuleNotFoundError", "torch.nn.Conv9d"),
        ("import torch.zork", "ModuleNotFoundError", "torch.zork"),
        ("import torch.nn.zork as z", "ModuleNotFoundError", "torch.nn.zork"),
        ("import torch; torch.complex64", "AttributeError", "complex64"),
        ("import torch; torch.bfloat16", "AttributeError", "bfloat16"),
    ],
)
def test_a_missing_name_is_told_by_its_path_in_torch(source: str, error: str, name: str, tmp_path: Path) -> None:
    done = ours(script(tmp_path, source), cwd=tmp_path)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"{error}: ")
    assert f"{name} is not provided by Chalkgrad" in last or (error == "AttributeError" and f"{name}:" in last)


def test_a_script_can_ask_what_there_is(tmp_path: Path) -> None:
    source = (
        "import torch\n"
        "print(hasattr(torch, 'compile'), hasattr(torch.nn, 'Linear'), 'ones' in dir(torch))\n"
        "try:\n    import torch.distributed\nexcept ImportError:\n    print('not there')\n"
        "from torch.nn import *\nprint(Linear is torch.nn.Linear, isinstance(torch.ones(1), torch.Tensor))\n"
    )
    done = ours(script(tmp_path, source), cwd=tmp_path)
    assert done.stdout.splitlines() == ["False True True", "not there", "True True"], done.stderr


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    done = ours("nothing.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"can't open file 'nothing.py' .*--help", done.stderr)


def test_other_processes_and_imports_keep_their_torch(tmp_path: Path) -> None:
    """Nothing is registered unless a script is run."""
    done = python(
        "-c", "import autograd, autograd.run, sys; print('torch' in sys.modules, len(sys.meta_path))", cwd=tmp_path
    )
    assert done.stdout.startswith("False")
