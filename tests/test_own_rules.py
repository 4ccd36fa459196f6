"""Rules of the user's own whose `forward` has an unusual form."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Op


class Static(Op):
    saves = (0,)

    @staticmethod
    def forward(x: Any) -> Any:
        return x * x

    def backward(self, g: Any, x: Any) -> Any:
        return 2 * g * x


class Optional(Op):
    saves = (0,)

    def forward(self, x: Any, w: Any = 2.0) -> Any:
        return x * x * w

    def backward(self, g: Any, x: Any) -> Any:
        return 2 * g * x * 2.0


class Constant(Op):
    def forward(self) -> Any:
        return np.ones(3)

    def backward(self, g: Any) -> Any:
        return ()


def test_a_static_forward() -> None:
    x = autograd.tensor([1.0, 3.0], requires_grad=True)
    Static().apply(x).sum().backward()
    assert x.grad.tolist() == [2, 6]


def test_a_forward_with_a_default() -> None:
    x = autograd.tensor([1.0, 3.0], requires_grad=True)
    Optional().apply(x).sum().backward()
    assert x.grad.tolist() == [4, 12]


def test_a_rule_without_inputs() -> None:
    z = Constant().apply()
    assert z.tolist() == [1, 1, 1]
    assert not z.requires_grad
