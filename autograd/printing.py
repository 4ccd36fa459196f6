"""How tensors print: PyTorch's form, `tensor([1., 2.], requires_grad=True)`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import dtypes

if TYPE_CHECKING:
    from autograd._tensor import Tensor


@dataclass
class Options:
    """How tensors print.

    Attributes
    ----------
    precision : int
        Digits behind the point.
    threshold : float
        More elements than this are summarised.
    edgeitems : int
        Elements shown at each end of a summarised dimension.
    linewidth : int
        Characters per line.
    sci_mode : bool or None
        Scientific notation: always, never, or (None) where the numbers differ much in size.
    """

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_options = Options()
_PROFILES = {"default": Options(), "short": Options(precision=2, edgeitems=2), "full": Options(threshold=math.inf)}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print. What is left out stays, but `sci_mode`, which goes back to None.

    Parameters
    ----------
    precision, threshold, edgeitems, linewidth, sci_mode
        As in `autograd.printing.Options`.
    profile : {"default", "short", "full"}, optional
        Set all but `sci_mode` first: "short" shows two digits, "full" all elements.
    """
    global _options
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    start = _PROFILES.get(profile or "", _options)
    _options = replace(start, **{k: v for k, v in given.items() if v is not None}, sci_mode=sci_mode)  # type: ignore[arg-type]


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
            if _options.sci_mode is not None:
                self.scientific = _options.sci_mode
        self.width = max((len(self(v)) for v in counted), default=1)

    def __call__(self, value: Any) -> str:
        if self.integral:
            text = str(bool(value)) if isinstance(value, np.bool_ | bool) else str(value)
        elif not math.isfinite(value):
            text = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        elif self.scientific:
            text = f"{value:.{_options.precision}e}"
        elif self.whole:
            text = f"{value:.0f}."
        else:
            text = f"{value:.{_options.precision}f}"
        return text.rjust(self.width)


def _ends(n: int, cut: bool) -> list[int | None]:
    """Return the indices along a dimension that are shown, None for an ellipsis."""
    edge = _options.edgeitems
    if cut and n > 2 * edge:
        return [*range(edge), None, *range(n - edge, n)]
    return list(range(n))


def _shown(a: np.ndarray[Any, Any], cut: bool) -> np.ndarray[Any, Any]:
    """Return the elements that have a say in the format."""
    if cut and not _options.edgeitems:  # none is shown; all of a vector (or number) have a say
        return a if a.ndim < 2 else a[:0]
    for d, n in enumerate(a.shape):
        a = a.take([i for i in _ends(n, cut) if i is not None], d)
    return a


def _nested(a: np.ndarray[Any, Any], form: _Format, indent: int, cut: bool) -> str:
    if a.ndim == 0:
        return form(a[()])
    if a.ndim == 1:
        per_line = max(1, (_options.linewidth - indent) // (form.width + 2))
        ellipsis = " ..." if _options.edgeitems else "..."
        words = [ellipsis if i is None else form(a[i]) for i in _ends(len(a), cut)]
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
        cut = a.size > _options.threshold
        body = _nested(a, _Format(_shown(a, cut)), len(prefix), cut)
        if not _options.edgeitems:
            suffixes.append(f"size={tuple(a.shape)}")
        if a.dtype not in (default, dtypes.I8, dtypes.BOOL):
            suffixes.append(f"dtype={t.dtype}")
    if t.grad_fn is not None:
        suffixes.append(f"grad_fn=<{t.grad_fn.name()}>")
    elif t.requires_grad:
        suffixes.append("requires_grad=True")
    text = prefix + body
    used = len(text.rsplit("\n", 1)[-1]) + 2  # of the last line, by PyTorch's count
    for suffix in suffixes:
        length = len(suffix.replace("autograd.", "torch."))  # lines break where PyTorch's do
        if used + length + 2 > _options.linewidth:
            text += ",\n" + " " * len(prefix) + suffix
            used = len(prefix) + length
        else:
            text += ", " + suffix
            used += length + 2
    return text + ")"
