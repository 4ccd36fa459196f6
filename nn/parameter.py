"""Parameter: a tensor that a module trains."""

from __future__ import annotations

from typing import Any

from autograd import Tensor
from autograd.errors import say


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
        known: Parameter | None = memo.get(id(self))
        if known is None:
            known = memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return known

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.data, self.requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()
