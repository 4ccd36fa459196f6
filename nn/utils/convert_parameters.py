"""Parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

import autograd
from autograd import Tensor
from autograd.errors import say


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return all parameters in one vector, through which gradients flow.

    Parameters
    ----------
    parameters : iterable of Tensor

    Returns
    -------
    Tensor
        1-d.

    Raises
    ------
    ValueError
        No parameters.
    RuntimeError
        One whose memory is not in order.
    """
    return autograd.cat([p.view(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let parameters take their values from a vector, whose memory they share from then on.

    Parameters
    ----------
    vec : Tensor
        1-d.
    parameters : iterable of Tensor
        In the order of `parameters_to_vector`.

    Raises
    ------
    TypeError
        `vec` is no Tensor.
    RuntimeError
        It is too short.
    """
    if not isinstance(vec, Tensor):
        raise TypeError(
            say(
                f"expected a Tensor, but got: {type(vec).__name__}",
                "a vector",
                "Make it one: autograd.tensor(...).",
            )
        )
    values, start = vec.detach(), 0
    for p in parameters:
        p.data = values[start : start + p.numel()].view_as(p)
        start += p.numel()
