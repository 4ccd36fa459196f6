"""PyTorch's module paths under `autograd`, and that they cost `import autograd` nothing."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import autograd as torch
assert "nn" not in sys.modules and "graphviz" not in sys.modules

import autograd.nn as nn
import autograd.nn.functional as F
import autograd.optim as optim
from autograd.autograd import Function
from autograd.autograd.function import once_differentiable
from autograd.utils.data import DataLoader, TensorDataset

import nn as real
assert nn is real and torch.nn is real
assert F is real.functional and torch.nn.functional is F
assert optim is real.optim and torch.optim is optim
assert torch.utils.data is real.data and DataLoader is real.data.DataLoader
assert torch.autograd.Function is Function is torch.Function
assert real.__name__ == "nn" and real.__spec__.name == "nn" and F.__spec__.name == "nn.functional"
try:
    import autograd.nn.nothing
except ModuleNotFoundError as error:
    assert "nothing" in str(error)
else:
    raise AssertionError("found a module that is not there")
try:
    torch.nothing
except AttributeError as error:
    assert "nothing" in str(error)
"""


def test_pytorchs_paths_lead_to_our_modules() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
