"""The command line: `python -m autograd` works the lectures' examples, or runs a PyTorch script on this package."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import nn
from autograd.examples import backpropagation, iris
from autograd.run import run


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and how to see what is right; exit code 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m autograd",
        description="Work the lectures' examples with every number shown, or run a PyTorch script on this package.",
    )
    common = _Parser(add_help=False)
    common.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="where pictures are written (made if missing; default: here)",
    )
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help=common._actions[0].help)
    commands = parser.add_subparsers(dest="command", metavar="{lecture,iris,run}")
    commands.add_parser("lecture", parents=[common], help="the hand-worked backpropagation of lecture 001")
    iris_parser = commands.add_parser("iris", parents=[common], help="the Iris network of lecture 000")
    iris_parser.add_argument("--seed", type=int, default=1, help="of the split, the weights and the order (default: 1)")
    script = commands.add_parser("run", help="a script that says `import torch`, on this package, unchanged")
    script.add_argument("script", metavar="script.py")
    script.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="what the script finds in sys.argv")
    arguments = parser.parse_args(argv)
    if arguments.command == "run":
        try:
            Path(arguments.script).open("rb").close()
        except OSError as error:
            script.error(f"can't open file {arguments.script!r} ({error.strerror})")
        return arguments
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        probe = arguments.out / ".chalkgrad"
        probe.touch()
        probe.unlink()
    except OSError as error:
        parser.error(f"--out {arguments.out}: no files can be written there ({error.strerror})")
    return arguments


def lecture(out: Path) -> None:
    """Print the example's table, and write its computation graph to `bp_example.svg`."""
    print("Lecture 001: backpropagation by hand (inputs 0.35 and 0.9, target 0.5, learning rate 1)\n")
    print(backpropagation.table())
    print(f"\n{backpropagation.WHY}\n")
    repeated = backpropagation.just_repeat(100)
    print("Just repeat: " + ", ".join(f"y = {repeated[n][0]:.6f} after {n}" for n in (0, 1, 2, 10, 100)))
    picture = out / "bp_example.svg"
    try:
        backpropagation.graph().render(picture)
        print(f"The computation graph with values and gradients: {picture}\n")
    except RuntimeError as error:
        print(f"The computation graph was not drawn: {error}\n")


def train_iris(out: Path, seed: int) -> None:
    """Train the Iris network, print its scores, and write `iris_loss.svg` where matplotlib is installed."""
    print(f"Lecture 000: the Iris network, 4-5-6-3, {iris.EPOCHS} epochs of {iris.TRAINING} flowers, seed {seed}")
    bar: nn.Progress[int] = nn.progress(total=iris.EPOCHS, description="  epochs", file=sys.stdout)
    with bar:

        def progress(epoch: int, loss: float) -> None:
            bar.set_postfix(loss=loss)
            bar.update()
            if bar.disable and epoch % 20 == 0:  # no terminal: a line now and then
                print(f"  epoch {epoch:3}/{iris.EPOCHS}  loss {loss:.4f}", flush=True)

        fit = iris.train(seed, progress=progress)
    parameters = sum(p.numel() for p in fit.model.parameters())
    print(f"  {parameters} parameters")
    for name, (loss, accuracy) in (("train", fit.train), ("test", fit.test)):
        print(f"  {name:5}  loss {loss:.4f}  accuracy {accuracy:.3f}")
    picture = out / "iris_loss.svg"
    if iris.plot_losses(fit.losses, picture):
        print(f"The loss curve: {picture}")
    else:
        print("The loss curve was not drawn: it needs matplotlib (pip install 'chalkgrad[notebooks]').")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    arguments = _arguments(argv)
    if arguments.command == "run":
        run(arguments.script, arguments.arguments)
        return 0
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Greek letters shows ? for δ
    if arguments.command in (None, "lecture"):
        lecture(arguments.out)
    if arguments.command in (None, "iris"):
        train_iris(arguments.out, getattr(arguments, "seed", 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
