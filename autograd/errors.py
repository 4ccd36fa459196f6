"""Exceptions with teaching messages: what happened, what was expected, what to do.

Every class also derives from the exception type PyTorch raises in the same situation, so `except RuntimeError`
written for PyTorch keeps working.
"""

from __future__ import annotations


def say(happened: str, expected: str, remedy: str) -> str:
    """Join the three parts every message of this package has."""
    return f"{happened}; expected {expected}. {remedy}"


class AutogradError(RuntimeError):
    """Base class of the errors that concern tensors and their graph."""


class ShapeError(AutogradError):
    """Shapes that do not fit together."""


class RangeError(AutogradError, IndexError):
    """An index that does not fit: a RuntimeError in PyTorch's gather and scatter, else an IndexError; here both."""


class DtypeError(AutogradError):
    """A dtype that the operation cannot take or return."""


class UndefinedError(DtypeError, NotImplementedError):
    """An operation that has no meaning for a dtype: the bits of a float, the sine of a mask."""


class LinAlgError(AutogradError):
    """A matrix that cannot be inverted or taken apart: `autograd.linalg.LinAlgError`."""


class GraphError(AutogradError):
    """A backward pass that cannot run: no graph, a freed graph, no seed."""


class EditedError(GraphError):
    """A value that a derivative rule saved was edited in place before backward used it."""


class InPlaceError(AutogradError):
    """An in-place edit that would lose or falsify a gradient."""


class AnomalyError(AutogradError):
    """A NaN met under `detect_anomaly`."""


class NumpyFunctionError(AutogradError, TypeError):
    """A NumPy function without a derivative rule was given a tensor that requires a gradient."""


class FileFormatError(AutogradError):
    """A file that cannot be loaded: damaged, hostile, or of a kind that is not read here."""


class MissingPackageError(AutogradError, ImportError):
    """A function of a package that is not installed."""
