"""Gradients kept in bounds, so that one steep place does not throw the parameters far away."""

from __future__ import annotations

import math
import types
import warnings
from collections.abc import Iterable

import autograd
from autograd import Tensor, no_grad
from autograd.errors import say


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of all parameters, in place, so that their norm is at most `max_norm`.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without gradient are left out.
    max_norm : float
    norm_type : float
        p of the p-norm; may be inf.
    error_if_nonfinite : bool
        Raise if the norm is not finite. Else nan gradients make all of them nan.
    foreach : object
        Accepted as in PyTorch, where it chooses between implementations.

    Returns
    -------
    Tensor
        The norm that they had, as if all were one vector.

    Raises
    ------
    RuntimeError
        See `error_if_nonfinite`; no gradient has been changed.
    """
    if isinstance(parameters, types.GeneratorType):
        parameters = list(parameters)
        if not parameters:
            warnings.warn(
                say(
                    "`parameters` is an empty generator, no gradient clipping will occur",
                    "parameters",
                    "A generator can be read once: call model.parameters() again.",
                ),
                UserWarning,
                stacklevel=2,
            )
    parameters = listed(parameters)
    norm = get_total_norm(gradients(parameters), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, norm, foreach)
    return norm


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Return the norm of several tensors, as if all were one vector.

    Parameters
    ----------
    tensors : Tensor or iterable of Tensor
    norm_type : float
        p of the p-norm; may be inf.
    error_if_nonfinite : bool
        Raise if it is not finite.
    foreach : object
        Accepted as in PyTorch, where it chooses between implementations.

    Returns
    -------
    Tensor
        0-d.

    Raises
    ------
    RuntimeError
        See `error_if_nonfinite`.
    """
    p = float(norm_type)
    tensors = listed(tensors)
    if not tensors:
        return autograd.tensor(0.0)
    with no_grad():
        norm: Tensor = autograd.linalg.vector_norm(
            autograd.stack([autograd.linalg.vector_norm(t, p) for t in tensors]), p
        )
    if error_if_nonfinite and not math.isfinite(norm.item()):
        raise RuntimeError(
            say(
                f"The total norm of order {p} for gradients from `parameters` is non-finite, so it cannot be clipped: "
                f"it is {norm.item()}",
                "finite gradients",
                "Look for the nan under autograd.detect_anomaly(), or set error_if_nonfinite=False.",
            )
        )
    return norm


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the gradients of all parameters, in place, by max_norm / total_norm, if that is less than 1.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without gradient are left out.
    max_norm : float
    total_norm : Tensor
        See `get_total_norm`.
    foreach : object
        Accepted as in PyTorch, where it chooses between implementations.
    """
    with no_grad():
        share = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for grad in gradients(parameters):
            grad.mul_(share)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Bound each element of the gradients of all parameters, in place, by -clip_value and clip_value.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without gradient are left out.
    clip_value : float
    foreach : object
        Accepted as in PyTorch, where it chooses between implementations.
    """
    bound = float(clip_value)
    with no_grad():
        for grad in gradients(parameters):
            grad.clamp_(-bound, bound)


def listed(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return one tensor, or several, as a list."""
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """Return the gradients there are."""
    return [p.grad for p in listed(parameters) if p.grad is not None]
