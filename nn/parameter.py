"""Parameter: a tensor that a module trains, and what is done to its gradient between steps."""

from __future__ import annotations

from typing import Any

from autograd import Tensor
from autograd.errors import say


def reset_grad(parameter: Tensor, set_to_none: bool) -> None:
    """Set the gradient of `parameter`, if it has one, to None or (in place) to zeros."""
    if set_to_none:
        parameter.grad = None
    elif (grad := parameter.grad) is not None:
        parameter.grad = (grad.detach() if grad.requires_grad else grad).zero_()


class Parameter(Tensor):
    """A leaf tensor that registers itself with the `Module` it is assigned to, and requires a gradient.

    Parameters
    ----------
    data : Tensor, optional
        The value; its memory is shared. Left out: an empty tensor.
    requires_grad : bool
        Whether gradients are wanted. Independent of `no_grad`.

    Raises
    ------
    TypeError
        `data` is no Tensor.
    """

    __slots__ = ()

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        """Return a parameter on the memory of `data`."""
        if data is not None and not isinstance(data, Tensor):
            raise TypeError(
                say(
                    f"Parameter was given {type(data).__name__}",
                    "a Tensor",
                    "Make one first: nn.Parameter(autograd.tensor(...)).",
                )
            )
        self: Parameter = super().__new__(cls)  # type: ignore[assignment]
        if data is not None:
            self.data = data
        return self

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        self.requires_grad_(requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        return type(self)(self.detach().clone(), self.requires_grad)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.data, self.requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()
