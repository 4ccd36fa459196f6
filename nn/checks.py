"""What functions of networks refuse, in the same words everywhere, and the old spelling of a reduction."""

from __future__ import annotations

import warnings

from autograd import Tensor
from autograd.errors import UndefinedError, say


def expect_tensors(name: str, **given: Tensor | None) -> None:
    """Raise TypeError unless all arguments are tensors; None stands for one that was left out."""
    for position, (argument, value) in enumerate(given.items(), 1):
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                say(
                    f"{name}(): argument '{argument}' (position {position}) must be Tensor, not {type(value).__name__}",
                    "a Tensor",
                    "Make one: autograd.tensor(...), or autograd.from_numpy(...) for an array.",
                )
            )


def expect_floats(name: str, **given: Tensor | None) -> None:
    """Raise unless all arguments are floating-point tensors.

    Raises
    ------
    TypeError
        One is no tensor.
    RuntimeError
        One holds integers or bools.
    """
    expect_tensors(name, **given)
    for argument, value in given.items():
        if value is not None and not value.is_floating_point():
            raise UndefinedError(
                say(
                    f"\"{name}\" not implemented for {value.dtype} (argument '{argument}')",
                    "floating-point numbers",
                    "Convert first: x.float().",
                )
            )


def expect_reduction(reduction: str) -> None:
    """Raise ValueError unless `reduction` is one."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            say(f"{reduction} is not a valid value for reduction", "'mean', 'sum' or 'none'", "The default is 'mean'.")
        )


def chosen_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Return the reduction that is meant by it and its two predecessors, which are still taken, with a warning."""
    if size_average is None and reduce is None:
        return reduction
    meant = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{meant}' instead.", stacklevel=4
    )
    return meant


def reduced(terms: Tensor, reduction: str) -> Tensor:
    """Return the mean, the sum, or all of `terms`."""
    expect_reduction(reduction)
    return terms if reduction == "none" else terms.sum() if reduction == "sum" else terms.mean()
