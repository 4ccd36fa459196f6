"""Tensors from data and back: whose memory they lie on, what the dtypes are, copies."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Tensor


def address(x: Any) -> int:
    return int(np.asarray(x.detach() if isinstance(x, Tensor) else x).__array_interface__["data"][0])


# ------------------------------------------------------------------------------------------------------------- DLPack

#: What NumPy 2.0 gets by DLPack, it only reads.
WRITES = np.lib.NumpyVersion(np.__version__) >= "2.1.0"
DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_reads_and_writes_a_tensors_memory(dtype: str) -> None:
    x = autograd.ones(2, 3, dtype=getattr(autograd, dtype)).t()
    a = np.from_dlpack(x)
    assert (a.dtype, a.shape, address(a)) == (np.dtype(dtype), (3, 2), address(x))
    assert a.flags.writeable == WRITES
    x[0, 0] = 0
    assert a[0, 0] == 0
    if WRITES:
        a[0, 1] = 0
        assert x.tolist()[0] == [0, 0]
    back = autograd.from_dlpack(a)
    assert back.dtype is x.dtype
    assert back.stride() == x.stride()
    assert address(back) == address(x)
    if WRITES:
        back.fill_(0)
        assert not a.any()


@pytest.mark.oracle
@pytest.mark.parametrize("dtype", DTYPES)
def test_torch_reads_and_writes_a_tensors_memory(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    x = autograd.ones(2, 3, dtype=getattr(autograd, dtype))[:, 1:]
    theirs = torch.from_dlpack(x)
    assert theirs.shape == (2, 2)
    assert theirs.data_ptr() == x.data_ptr()
    theirs[0, 0] = 0
    assert x.tolist()[0][0] == 0
    back = autograd.from_dlpack(torch.ones(2, 3, dtype=getattr(torch, dtype)).t())
    assert back.shape == (3, 2)
    assert back.stride() == (1, 3)
    source = torch.arange(3.0)
    mine = autograd.from_dlpack(source)
    mine += 1
    assert source.tolist() == [1.0, 2.0, 3.0]


def test_a_scalar_gets_memory_that_is_shared() -> None:
    x = autograd.tensor(2.0)
    a = np.from_dlpack(x)
    x.fill_(5.0)
    assert a == 5.0
    assert x.__dlpack_device__() == (1, 0)


def test_what_may_not_be_shared() -> None:
    x = autograd.ones(2, requires_grad=True)
    for y in (x, x * 2):
        with pytest.raises(BufferError, match="require gradient"):
            np.from_dlpack(y)
        with pytest.raises(BufferError, match="require gradient"):
            autograd.from_dlpack(y)
    np.from_dlpack(x.detach())
    fixed = np.ones(2)
    fixed.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        np.from_dlpack(autograd.from_numpy(fixed))
    with pytest.raises(TypeError, match="complex numbers are not provided"):
        autograd.from_dlpack(np.ones(2, np.complex64))
    mine = autograd.from_dlpack(fixed)  # read-only memory comes in, and stays so
    with pytest.raises(RuntimeError, match="read-only"):
        mine += 1


# -------------------------------------------------------------------------------------------------- whose memory it is


def test_asarray_shares_where_it_can() -> None:
    a, t = np.ones(3), autograd.ones(3)
    assert address(autograd.asarray(a)) == address(a)
    assert autograd.asarray(t) is t
    assert address(autograd.asarray(a, copy=True)) != address(a)
    assert address(autograd.asarray(t, dtype=autograd.float64)) != address(t)
    b = bytearray(8)
    autograd.asarray(b, dtype=autograd.uint8).fill_(3)
    assert b == bytearray([3] * 8)


def test_asarray_and_gradients() -> None:
    leaf = autograd.ones(2, requires_grad=True)
    y = leaf * 2
    assert autograd.asarray(y) is y
    assert autograd.asarray(y, requires_grad=True) is y
    assert not autograd.asarray(y, requires_grad=False).requires_grad
    a = np.ones(2)
    t = autograd.asarray(a, requires_grad=True)
    assert t.is_leaf
    assert t.requires_grad
    assert address(t) == address(a)
    plain = autograd.ones(2)
    assert autograd.asarray(plain, requires_grad=True).requires_grad
    assert not plain.requires_grad
    copied = autograd.asarray(leaf, copy=True)
    copied.sum().backward()
    assert leaf.grad.tolist() == [1.0, 1.0]


def test_frombuffer_lies_on_the_buffer() -> None:
    b = bytearray(np.arange(4, dtype=np.int32).tobytes())
    t = autograd.frombuffer(b, dtype=autograd.int32, offset=4)
    t += 10
    assert np.frombuffer(b, np.int32).tolist() == [0, 11, 12, 13]
    fixed = autograd.frombuffer(b"\0\0\0\0", dtype=autograd.int32)
    with pytest.raises(RuntimeError, match="read-only"):
        fixed.fill_(1)
    assert autograd.frombuffer(b, dtype=autograd.float32, requires_grad=True).requires_grad


def test_a_tensor_in_memory_order_of_another() -> None:
    x = autograd.ones(2, 3, 4).permute(2, 0, 1)
    assert autograd.zeros_like(x).stride() == (1, 12, 4)
    assert autograd.ones_like(x, memory_format=autograd.contiguous_format).stride() == (6, 3, 1)
    assert autograd.full_like(x, 2, memory_format=autograd.preserve_format).stride() == (1, 12, 4)
    assert autograd.zeros_like(autograd.ones(1, 3).expand(2, 3)).stride() == (3, 1)
    images = autograd.empty(2, 3, 4, 5, memory_format=autograd.channels_last)
    assert images.stride() == autograd.ones_like(images).stride() == (60, 1, 15, 3)
    assert autograd.zeros_like(images, memory_format=autograd.contiguous_format).stride() == (60, 20, 5, 1)
    for wrong in ("upside down", autograd.channels_last):
        with pytest.raises(RuntimeError, match="memory format"):
            autograd.zeros_like(x, memory_format=wrong)


@pytest.mark.oracle
def test_memory_orders_are_torchs() -> None:
    torch = pytest.importorskip("torch")
    r = np.random.default_rng(0)
    for _ in range(300):
        ndim = int(r.integers(0, 5))
        shape, order = r.integers(1, 4, ndim).tolist(), r.permutation(ndim).tolist()
        wide = [int(n) if r.random() < 0.6 else 3 * (n == 1) + int(n) * (n > 1) for n in np.array(shape)[order]]
        step = int(r.integers(1, 3))
        strides = []
        for library in (autograd, torch):
            x = library.ones(shape).permute(order) if ndim else library.ones(())
            x = x.expand(wide)
            x = x[::step] if ndim else x
            found = zip(library.zeros_like(x).stride(), library.empty_like(x).stride(), x.shape, strict=True)
            strides.append([strides for *strides, n in found if n > 1])  # the stride of a single element tells nothing
        assert strides[0] == strides[1], (shape, order, wide, step)


def test_keywords_of_all() -> None:
    t = autograd.zeros(
        2, dtype=autograd.float64, layout=autograd.strided, device="cpu", requires_grad=True, pin_memory=False, name="w"
    )
    assert (t.dtype, t.layout, t.requires_grad, t.name) == (autograd.float64, autograd.strided, True, "w")
    with pytest.raises(RuntimeError, match="no sparse tensors"):
        autograd.zeros(2, layout="sparse")
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'dtpye'; expected some of dtype, layout"):
        autograd.zeros(2, dtpye=autograd.float64)


def test_what_is_not_provided_is_named() -> None:
    for data in ([1j], 1j, np.ones(2, np.complex128), np.complex64(1)):
        with pytest.raises(TypeError, match="complex numbers are not provided"):
            autograd.tensor(data)
    for name in ("complex64", "complex128", "cfloat", "bfloat16", "uint16"):
        assert not hasattr(autograd, name)
        with pytest.raises(AttributeError, match=f"'{name}': .* provided"):
            getattr(autograd, name)
        with pytest.raises(TypeError, match="provided"):
            autograd.ones(2, dtype=name)
    with pytest.raises(TypeError, match="complex numbers are not provided"):
        autograd.ones(2, dtype=complex)


# -------------------------------------------------------------------------------------------------------------- copies


def test_a_deep_copy_keeps_what_shares_memory_together() -> None:
    x = autograd.arange(12.0).reshape(3, 4)
    both = {"x": x, "row": x[1], "corner": x.t()[2:, 1:], "again": x}
    copied = copy.deepcopy(both)
    assert copied["again"] is copied["x"]
    assert copied["x"] is not x
    copied["row"].zero_()
    assert copied["x"].tolist()[1] == [0.0] * 4
    assert copied["corner"].tolist() == [[0.0, 10.0], [0.0, 11.0]]
    assert x.tolist()[1] == [4.0, 5.0, 6.0, 7.0]
    assert copied["corner"].stride() == both["corner"].stride()


def test_deep_copies_of_leaves() -> None:
    w = autograd.ones(2, requires_grad=True)
    (w * w).sum().backward()
    v = copy.deepcopy(w)
    assert v.requires_grad
    assert v.grad.tolist() == [2.0, 2.0]
    assert address(v) != address(w)
    assert address(v.grad) != address(w.grad)
    v.grad.zero_()
    assert w.grad.tolist() == [2.0, 2.0]
    pair = copy.deepcopy([w, w.detach()])
    pair[1].fill_(7.0)
    assert pair[0].tolist() == [7.0, 7.0]
    number = autograd.tensor(3.0)
    assert copy.deepcopy(number).item() == 3.0
    fixed = autograd.frombuffer(b"\0\0\0\0", dtype=autograd.float32)
    assert copy.deepcopy(fixed).fill_(1.0).tolist() == [1.0]
    with pytest.raises(RuntimeError, match="only Tensors created explicitly by the user"):
        copy.deepcopy(w * 2)


@pytest.mark.oracle
def test_deep_copies_share_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    found = []
    for library in (autograd, torch):
        x = library.arange(6.0).reshape(2, 3)
        a, b, c = copy.deepcopy([x[:, 1:], x, x.t()])
        b.add_(10)
        a[0, 0] = -1.0
        found.append([a.tolist(), b.tolist(), c.tolist(), x.tolist(), tuple(a.stride()), a._is_view()])
    assert found[0] == found[1]


@pytest.mark.parametrize("dtype", DTYPES)
def test_pickles(dtype: str) -> None:
    x = autograd.ones(2, 3, dtype=getattr(autograd, dtype)).t()
    y = pickle.loads(pickle.dumps(x))
    assert y.dtype is x.dtype
    assert y.tolist() == x.tolist()
    w = pickle.loads(pickle.dumps(autograd.ones(2, requires_grad=True)))
    assert w.requires_grad
    assert w.is_leaf
    with pytest.raises(RuntimeError, match="graph"):
        pickle.dumps(w * 2)
