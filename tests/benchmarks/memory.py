"""What training costs in memory: does the process grow over thousands of steps, and how far does one step go?

Every figure comes from a process of its own, which a library that is not measured has never entered. Linux only.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import train

#: Which workloads are trained for how long, and which are compared with torch.
GROWTH = ["W4", "W6", "W7"]
PEAK = ["W5", "W6"]
STEPS = 10_000
FLOAT32 = "float32"


def resident() -> int:
    """Return the bytes of the process that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def peak() -> int:
    """Return the most bytes of the process that were ever in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(library: str, name: str, steps: int) -> tuple[float, float]:
    """Train a workload in this process; return by how much it grew after a tenth of the steps, and the peak, in MiB.

    The peak counts from the moment when all modules are loaded.
    """
    lib = importlib.import_module(library)
    if library == "torch":
        lib.set_num_threads(1)
    lib.ones(2, requires_grad=True).sum().backward()  # what a library loads with its first step
    make, _, _ = train.WORKLOADS[next(key for key in train.WORKLOADS if key.startswith(f"{name},"))]
    before = resident()
    step = make(lib, FLOAT32)
    for _ in range(steps // 10):
        step()
    warm = resident()
    for _ in range(steps - steps // 10):
        step()
    return (resident() - warm) / 2**20, (peak() - before) / 2**20


def apart(library: str, name: str, steps: int) -> tuple[float, float]:
    """Return what `measure` finds in a new process."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", library, name, str(steps)]
    one_thread = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread).stdout
    grown, most = map(float, out.split())
    return grown, most


def run(rounds: int = 40) -> str:
    """Measure, and return the tables as Markdown; fewer than 40 `rounds` mean fewer steps."""
    steps = min(STEPS, rounds * 250)
    lines = [f"| {steps} steps in float32 | the process grows by, MiB |", "|---|---:|"]
    for name in GROWTH:
        grown, _ = apart("autograd", name, steps)
        lines.append(f"| {name} | {grown:.2f} |")
    lines += ["", "| peak of a step in float32 | ours, MiB | torch, MiB | ours / torch |", "|---|---:|---:|---:|"]
    for name in PEAK:
        ours, theirs = (apart(library, name, 20)[1] for library in ("autograd", "torch"))
        lines.append(f"| {name} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure one workload in this process.")
    parser.add_argument("library")
    parser.add_argument("name")
    parser.add_argument("steps", type=int)
    given = parser.parse_args()
    print(*measure(given.library, given.name, given.steps))
