"""How tensors print: as in PyTorch, character by character."""

from math import inf, nan
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd

TENSORS = """
T.tensor([nan, 1.])
T.tensor([nan, inf])
T.tensor([nan])
T.tensor(nan)
T.tensor([inf, 1.])
T.tensor([inf, 1.5])
T.tensor([-inf, 1.5, nan])
T.tensor([nan, 1e-9])
T.tensor([nan, 1e9])
T.arange(2000.)
T.arange(2000)
T.arange(1001.)
T.arange(1001.).reshape(7, 143)
T.arange(3000.).reshape(3, 10, 100)
T.arange(1000.)
T.arange(20.)
T.arange(30)
T.arange(30.)/7
T.tensor([1e-5])
T.tensor([1e-4])
T.tensor([1e8])
T.tensor([1e9])
T.tensor([1e9, 1.])
T.tensor([1., 1000., 1e5])
T.tensor([0.1, 1000.])
T.tensor([0.1, 99.])
T.tensor([0.1, 101.])
T.tensor([1e-10, 0.])
T.tensor([0.])
T.tensor([-0.])
T.tensor([-1., 2.])
T.tensor([-1.5, 2.])
T.tensor(-1.5)
T.tensor(1.)
T.tensor(3)
T.tensor(-3)
T.tensor(True)
T.tensor([True, False])
T.tensor([[1., 2.], [3., 4.]])
T.tensor([[[1., 2.], [3., 4.]]])
T.zeros(2, 2, 2, 2)
T.zeros(0)
T.zeros(0, 3)
T.zeros(2, 0)
T.zeros(0, dtype=T.float64)
T.zeros(0, 3, dtype=T.int64)
T.zeros(0, dtype=T.bool)
T.zeros(2, dtype=T.float64)
T.zeros(2, dtype=T.int32)
T.zeros(2, dtype=T.float16)
T.tensor([1.5, 2], dtype=T.float16)
T.tensor([1e-4, 1], dtype=T.float16)
T.tensor([60000., 1], dtype=T.float16)
T.tensor([1.5], requires_grad=True)
T.tensor([1.5], requires_grad=True)*2
T.tensor([1.5], requires_grad=True, dtype=T.float64)*2
T.zeros(30, requires_grad=True)
T.zeros(30, requires_grad=True).exp()
T.zeros(12, 3, requires_grad=True).exp()
T.tensor([1, 200, -3])
T.tensor([1, 200, 3], dtype=T.uint8)
T.arange(100, dtype=T.int16).reshape(10, 10)
T.arange(100.).reshape(2, 50)
T.tensor([1., nan, 3.5])
T.tensor([123456.789])
T.tensor([123456.])
T.tensor([12345678., 1.])
T.tensor([123456789.])
T.tensor([1e20])
T.tensor([1e38, 1e-38])
T.tensor([1e-300], dtype=T.float64)
T.tensor([0.00011, 0.1])
T.tensor([0.00009])
T.tensor([2., 4., 1e3])
T.tensor([2., 4., 1e4])
T.tensor([1e5, 1e8])
T.tensor([1e4, 1e8+8])
T.tensor(2.5, requires_grad=True).sum()
T.arange(2000.).double()
T.arange(2000.).reshape(1000, 2)
T.arange(2000.).reshape(2, 1000)
T.arange(2000.).reshape(2, 2, 500)
T.arange(2000.)/3
T.arange(4000).reshape(2, 2, 10, 100)
T.ones(1001, dtype=T.bool)
T.ones(2000, requires_grad=True)
T.tensor(5, dtype=T.int32)
T.tensor([[nan, 1.], [inf, 2.]])
T.tensor([[0.1, -0.2], [0.3, 1e3]])
T.zeros(1, 0, dtype=T.int32)
T.zeros(1, 0, requires_grad=True)
T.ones(2, 3).max(1)
T.ones(2, 3, requires_grad=True).min(1)
T.ones(2, 3).size()
T.float32
T.full((3, ), inf)
T.full((40, ), -123.456)
T.full((5, 40), -123.456)
T.tensor([1, 10**15])
T.arange(100)*1000003
T.tensor([0.5]).expand(3)
T.linspace(0, 1, 50)
T.linspace(0, 1, 50).reshape(5, 10)
T.tensor([1.00001, 2])
T.tensor([99999.9])
T.tensor([0.99999])
T.tensor([100.])*1.0000001
"""


@pytest.mark.oracle
@pytest.mark.parametrize("expression", TENSORS.strip().splitlines())
def test_tensors_print_as_in_torch(expression: str) -> None:
    torch = pytest.importorskip("torch")
    theirs, ours = (repr(eval(expression, {"T": library, "nan": nan, "inf": inf})) for library in (torch, autograd))
    assert ours == theirs.replace("torch", "autograd")


class Printed(NamedTuple):
    """A tensor to print, and how."""

    values: Any
    default: str
    history: str
    options: dict[str, Any]

    def text(self, library: Any) -> str:
        library.set_printoptions(profile="default")
        library.set_printoptions(**self.options)
        library.set_default_dtype(getattr(library, self.default))
        try:
            x = library.from_numpy(self.values.copy())
            if self.history and self.values.dtype.kind == "f":
                x.requires_grad_()
                x = x * 1 if self.history == "computed" else x
            return repr(x)
        finally:
            library.set_default_dtype(library.float32)
            library.set_printoptions(profile="default")


OPTIONS: dict[str, list[Any]] = {
    "precision": [0, 1, 2, 3, 6, 10],
    "threshold": [0, 5, 10, 100, inf],
    "edgeitems": [0, 1, 2, 4],
    "linewidth": [20, 40, 60, 120],
    "sci_mode": [True, False],
    "profile": ["default", "short", "full"],
}


def printed(seed: int) -> Printed:
    """Some tensor: of any dtype, shape and scale, with special values, and with options or none."""
    r = np.random.default_rng(seed)
    ndim = r.integers(5)
    sizes = [0, 1, 2, 3, 5, 6, 7, 8, 13, 40, 200] if ndim < 2 else [0, 1, 2, 3, 6, 7, 9]
    shape = tuple(int(n) for n in r.choice(sizes, ndim))
    dtype = np.dtype(str(r.choice(["f2", "f4", "f4", "f8", "i8", "i4", "i2", "i1", "u1", "?"])))
    if dtype.kind == "f":
        a = r.normal(size=shape) * 10.0 ** r.choice([-9, -5, -4, -3, -1, 0, 0, 1, 2, 3, 4, 5, 7, 8, 9, 12])
        kind = r.integers(5)
        a = np.round(a) if kind == 0 else a * 10.0 ** r.integers(-3, 4, shape) if kind == 1 else a
        if r.random() < 0.3:
            for special in (nan, inf, -inf, 0.0, -0.0):
                a = np.where(r.random(shape) < 0.1, special, a)
    elif dtype.kind == "b":
        a = r.random(shape) < 0.5
    else:
        limit = 2 ** int(r.choice([2, 5, 20, 62]))
        bounds = np.iinfo(dtype)
        a = r.integers(max(bounds.min, -limit), min(bounds.max, limit), shape)
    with np.errstate(over="ignore"):
        values = np.asarray(a).astype(dtype)
    options = {}
    if r.random() < 0.4:
        options = {name: some[r.integers(len(some))] for name, some in OPTIONS.items() if r.random() < 0.4}
    default = str(r.choice(["float32", "float32", "float64"]))
    return Printed(values, default, str(r.choice(["", "leaf", "computed"])), options)


@pytest.mark.oracle
def test_three_thousand_tensors_print_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    for seed in range(3000):
        case = printed(seed)
        assert case.text(autograd) == case.text(torch).replace("torch", "autograd"), (seed, case)


def test_options_stay_until_they_are_set_again() -> None:
    x = autograd.arange(5.0) / 3
    try:
        autograd.set_printoptions(precision=2, threshold=3, edgeitems=1)
        assert repr(x) == "tensor([0.00,  ..., 1.33])"
        autograd.set_printoptions(sci_mode=True)
        assert repr(x) == "tensor([0.00e+00,  ..., 1.33e+00])"
        autograd.set_printoptions(profile="full", linewidth=30)
        assert repr(x) == "tensor([0.0000, 0.3333,\n        0.6667, 1.0000,\n        1.3333])"
    finally:
        autograd.set_printoptions(profile="default")
    assert repr(x) == "tensor([0.0000, 0.3333, 0.6667, 1.0000, 1.3333])"
    with pytest.raises(TypeError):
        autograd.set_printoptions(digits=3)


def test_a_summary_in_scientific_form() -> None:
    lines = str(autograd.arange(2000.0)).splitlines()
    assert lines[0] == "tensor([0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.9970e+03, 1.9980e+03,"
    assert lines[1] == "        1.9990e+03])"


def test_what_max_returns() -> None:
    pair = autograd.tensor([1.0, 3.0]).max(0)
    assert repr(pair) == "autograd.return_types.max(\nvalues=tensor(3.),\nindices=tensor(1))"
