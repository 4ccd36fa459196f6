"""How tensors print: PyTorch's form, `tensor([1., 2.], requires_grad=True)`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes

if TYPE_CHECKING:
    from autograd._tensor import Tensor

PRECISION = 4  #: digits behind the point
THRESHOLD = 1000  #: more elements than this are summarised
EDGE = 3  #: elements shown at each end of a summarised dimension
WIDTH = 80  #: characters per line


class _Format:
    """The common format of the elements shown: fixed, integral or scientific; all of one width."""

    def __init__(self, shown: np.ndarray[Any, Any]) -> None:
        self.integral = shown.dtype.kind != "f"
        self.scientific = False
        self.width = 1
        if shown.dtype.kind == "b":
            self.width = max((len(str(bool(v))) for v in shown.flat), default=1)
            return
        if self.integral:
            self.width = max((len(str(v)) for v in shown.flat), default=1)
            return
        # Zeros, NaN and infinities have no say in the width: PyTorch's lines come out so.
        counted = shown[np.isfinite(shown) & (shown != 0)]
        sizes = np.abs(counted.astype(np.float64))
        self.whole = bool(np.all(sizes == np.ceil(sizes)))
        if sizes.size:
            high, low = float(sizes.max()), float(sizes.min())
            self.scientific = high / low > 1000.0 or high > 1e8 or low < 1e-4
        self.width = max((len(self(v)) for v in counted), default=1)

    def __call__(self, value: Any) -> str:
        if self.integral:
            text = str(bool(value)) if isinstance(value, np.bool_ | bool) else str(value)
        elif not math.isfinite(value):
            text = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        elif self.scientific:
            text = f"{value:.{PRECISION}e}"
        elif self.whole:
            text = f"{value:.0f}."
        else:
            text = f"{value:.{PRECISION}f}"
        return text.rjust(self.width)


def _ends(n: int, cut: bool) -> list[int | None]:
    if cut and n > 2 * EDGE:
        return [*range(EDGE), None, *range(n - EDGE, n)]
    return list(range(n))


def _shown(a: np.ndarray[Any, Any], cut: bool) -> np.ndarray[Any, Any]:
    for d, n in enumerate(a.shape):
        if cut and n > 2 * EDGE:
            a = np.concatenate([a.take(range(EDGE), d), a.take(range(n - EDGE, n), d)], axis=d)
    return a


def _nested(a: np.ndarray[Any, Any], form: _Format, indent: int, cut: bool) -> str:
    if a.ndim == 0:
        return form(a[()])
    if a.ndim == 1:
        per_line = max(1, (WIDTH - indent) // (form.width + 2))
        words = [" ..." if i is None else form(a[i]) for i in _ends(len(a), cut)]
        lines = [words[i : i + per_line] for i in range(0, len(words), per_line)] or [[]]
        return "[" + (",\n" + " " * (indent + 1)).join(", ".join(line) for line in lines) + "]"
    parts = ["..." if i is None else _nested(a[i], form, indent + 1, cut) for i in _ends(len(a), cut)]
    return "[" + ("," + "\n" * (a.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def tensor(t: Tensor, prefix: str = "tensor(") -> str:
    """Return the text of a tensor as PyTorch prints it."""
    a = np.asarray(t._array)
    suffixes = []
    default = dtypes.get_default_dtype().dtype
    if a.size == 0:
        body = "[]"
        if a.ndim != 1:
            suffixes.append(f"size={tuple(a.shape)}")
        if a.dtype != default:
            suffixes.append(f"dtype={t.dtype}")
    else:
        cut = a.size > THRESHOLD
        body = _nested(a, _Format(_shown(a, cut)), len(prefix), cut)
        if a.dtype not in (default, dtypes.I8, dtypes.BOOL):
            suffixes.append(f"dtype={t.dtype}")
    if t.grad_fn is not None:
        suffixes.append(f"grad_fn=<{t.grad_fn.name()}>")
    elif t.requires_grad:
        suffixes.append("requires_grad=True")
    text = prefix + body
    used = len(text.rsplit("\n", 1)[-1]) + 2  # of the last line, by PyTorch's count
    for suffix in suffixes:
        if used + len(suffix) + 2 > WIDTH:
            text += ",\n" + " " * len(prefix) + suffix
            used = len(prefix) + len(suffix)
        else:
            text += ", " + suffix
            used += len(suffix) + 2
    return text + ")"
