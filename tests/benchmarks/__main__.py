"""The command line of the benchmarks."""

import argparse
import os
import sys

#: One thread each: BLAS reads these once, when NumPy is imported. And memory that is given back to the system after
#: every step has to be faulted in again by the next one, more or less often by chance of the heap's layout: the C
#: library reads its thresholds when the process starts. The same for all contestants.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_TOP_PAD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
}


def main() -> int:
    """Run the benchmark named on the command line and print its table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=["overhead", "train", "memory"], help="what to measure")
    parser.add_argument("--rounds", type=int, default=40, help="how often each contestant runs (default: 40)")
    arguments = parser.parse_args()
    if arguments.name != "memory" and any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        command = [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **ENVIRONMENT})  # begins anew, with the environment set
    from tests.benchmarks import memory, overhead, train

    print({"overhead": overhead, "train": train, "memory": memory}[arguments.name].run(arguments.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
