"""A training process that is killed in the middle, and goes on from its last checkpoint: the same bits in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import autograd

ROOT = Path(__file__).resolve().parent.parent

#: Trains with dropout, momentum, a schedule and a shuffled loader; writes a checkpoint after every step; says so.
PROGRAM = """
import os, sys
import autograd, nn
from nn.data import DataLoader, TensorDataset, iris
from nn.optim import SGD, Adam
from nn.optim.lr_scheduler import ExponentialLR

folder, kind, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
checkpoint, epochs = os.path.join(folder, "checkpoint.pt"), 4
autograd.manual_seed(1)
flowers = iris()
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 3))
optimizer = SGD(model.parameters(), 0.01, momentum=0.9) if kind == "SGD" else Adam(model.parameters(), 0.01)
schedule = ExponentialLR(optimizer, 0.9)
generator = autograd.Generator().manual_seed(5) if kind == "SGD" else None
loader = DataLoader(TensorDataset(flowers.X, flowers.y), 20, shuffle=True, generator=generator, num_workers=workers)
losses, first = [], 0
if os.path.exists(checkpoint):
    saved = autograd.load(checkpoint)
    for name, thing in (("model", model), ("optimizer", optimizer), ("schedule", schedule), ("loader", loader)):
        thing.load_state_dict(saved[name])
    losses, first = saved["losses"], saved["epoch"]
    autograd.set_rng_state(saved["stream"])
for epoch in range(first, epochs):
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        state = {name: thing.state_dict() for name, thing in (
            ("model", model), ("optimizer", optimizer), ("schedule", schedule), ("loader", loader))}
        autograd.save({**state, "losses": losses, "epoch": epoch, "stream": autograd.get_rng_state()}, checkpoint)
        print(len(losses), flush=True)
        sys.stdin.readline()
    schedule.step()
autograd.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(),
               "losses": losses, "stream": autograd.get_rng_state()}, os.path.join(folder, "end.pt"))
"""


def train(folder: Path, *arguments: str, kill_after: int | None = None) -> None:
    """Run the program; kill it as soon as it has said that this many steps are saved."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-c", PROGRAM, str(folder), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            if kill_after is not None and int(line) == kill_after:
                process.send_signal(signal.SIGKILL)
                break
            process.stdin.write("\n")
            process.stdin.flush()
        process.stdin.close()
        assert process.wait() == (0 if kill_after is None else -signal.SIGKILL)


def bits(value: Any) -> Any:
    """Return a structure with the bytes of every tensor."""
    if isinstance(value, autograd.Tensor):
        return str(value.dtype), tuple(value.shape), value.numpy().tobytes()
    if isinstance(value, dict):
        return {key: bits(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [bits(item) for item in value]
    return value.hex() if isinstance(value, float) else value


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a matter of POSIX systems")
@pytest.mark.parametrize(
    ("kind", "workers", "kills"), [("SGD", "0", (3, 11)), ("Adam", "0", (8, 17)), ("Adam", "2", (13,))]
)
def test_a_killed_training_run_goes_on_bit_for_bit(
    kind: str, workers: str, kills: tuple[int, ...], tmp_path: Path
) -> None:
    """Killed within an epoch and at the end of one (of eight steps), once or twice."""
    train(tmp_path / "whole", kind, workers)
    for step in kills:
        train(tmp_path / "killed", kind, workers, kill_after=step)
        assert not (tmp_path / "killed" / "end.pt").exists()
        assert len(autograd.load(tmp_path / "killed" / "checkpoint.pt")["losses"]) == step
    train(tmp_path / "killed", kind, workers)
    whole, killed = (autograd.load(tmp_path / name / "end.pt") for name in ("whole", "killed"))
    assert len(whole["losses"]) == 32
    assert bits(killed) == bits(whole)
