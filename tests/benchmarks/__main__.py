"""The command line of the benchmarks."""

import argparse
import os
import sys

# BLAS reads these once, when NumPy is imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"


def main() -> int:
    """Run the benchmark named on the command line and print its table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=["overhead", "train", "memory"], help="what to measure")
    parser.add_argument("--rounds", type=int, default=40, help="how often each contestant runs (default: 40)")
    arguments = parser.parse_args()
    from tests.benchmarks import memory, overhead, train

    print({"overhead": overhead, "train": train, "memory": memory}[arguments.name].run(arguments.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
