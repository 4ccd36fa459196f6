"""What functions with several results return: tuples whose items have names as well (`torch.return_types`)."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar


class Named(tuple[Any, ...]):
    """Base class of results with names: a tuple that prints, and is read, by name."""

    __slots__ = ()

    #: The names, in the order of the items.
    names: ClassVar[tuple[str, ...]]

    def __repr__(self) -> str:
        items = ",\n".join(f"{name}={item!r}" for name, item in zip(self.names, self, strict=True))
        return f"autograd.return_types.{type(self).__name__}(\n{items})"


class ValuesIndices(Named):
    """Elements that were chosen along a dimension, and where they stand (int64)."""

    __slots__ = ()
    names = ("values", "indices")

    values = property(itemgetter(0), doc="The chosen elements.")
    indices = property(itemgetter(1), doc="Where they stand along the dimension.")


class max(ValuesIndices):
    """What `max(dim)` returns."""

    __slots__ = ()


class min(ValuesIndices):
    """What `min(dim)` returns."""

    __slots__ = ()


class cummax(ValuesIndices):
    """What `cummax` returns."""

    __slots__ = ()


class cummin(ValuesIndices):
    """What `cummin` returns."""

    __slots__ = ()


class sort(ValuesIndices):
    """What `sort` returns."""

    __slots__ = ()


class topk(ValuesIndices):
    """What `topk` returns."""

    __slots__ = ()


class kthvalue(ValuesIndices):
    """What `kthvalue` returns."""

    __slots__ = ()


class median(ValuesIndices):
    """What `median(dim)` returns."""

    __slots__ = ()


class nanmedian(ValuesIndices):
    """What `nanmedian(dim)` returns."""

    __slots__ = ()


class mode(ValuesIndices):
    """What `mode` returns."""

    __slots__ = ()


class aminmax(Named):
    """What `aminmax` returns."""

    __slots__ = ()
    names = ("min", "max")

    min = property(itemgetter(0), doc="The smallest elements.")
    max = property(itemgetter(1), doc="The largest elements.")


class histogram(Named):
    """What `histogram` returns."""

    __slots__ = ()
    names = ("hist", "bin_edges")

    hist = property(itemgetter(0), doc="How many elements, or how much weight, each bin got.")
    bin_edges = property(itemgetter(1), doc="The ends of the bins: one more than there are bins.")
