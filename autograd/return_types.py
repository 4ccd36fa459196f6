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


class SignLogabsdet(Named):
    """The sign of determinants, and the logarithm of their absolute values."""

    __slots__ = ()
    names = ("sign", "logabsdet")

    sign = property(itemgetter(0), doc="1, -1, or 0 of a singular matrix.")
    logabsdet = property(itemgetter(1), doc="The logarithm of |det|; -inf of a singular matrix.")


class slogdet(SignLogabsdet):
    """What `slogdet` returns."""

    __slots__ = ()


class linalg_slogdet(SignLogabsdet):
    """What `linalg.slogdet` returns."""

    __slots__ = ()


class QR(Named):
    """A matrix with orthonormal columns, and an upper triangle."""

    __slots__ = ()
    names = ("Q", "R")

    Q = property(itemgetter(0), doc="Orthonormal columns.")
    R = property(itemgetter(1), doc="An upper triangle.")


class qr(QR):
    """What `qr` returns."""

    __slots__ = ()


class linalg_qr(QR):
    """What `linalg.qr` returns."""

    __slots__ = ()


class linalg_eigh(Named):
    """What `linalg.eigh` returns."""

    __slots__ = ()
    names = ("eigenvalues", "eigenvectors")

    eigenvalues = property(itemgetter(0), doc="Smallest first.")
    eigenvectors = property(itemgetter(1), doc="As columns.")


class svd(Named):
    """What `svd` returns."""

    __slots__ = ()
    names = ("U", "S", "V")

    U = property(itemgetter(0), doc="Left singular vectors, as columns.")
    S = property(itemgetter(1), doc="Singular values, largest first.")
    V = property(itemgetter(2), doc="Right singular vectors, as columns.")


class linalg_svd(Named):
    """What `linalg.svd` returns."""

    __slots__ = ()
    names = ("U", "S", "Vh")

    U = property(itemgetter(0), doc="Left singular vectors, as columns.")
    S = property(itemgetter(1), doc="Singular values, largest first.")
    Vh = property(itemgetter(2), doc="Right singular vectors, as rows.")


class linalg_inv_ex(Named):
    """What `linalg.inv_ex` returns."""

    __slots__ = ()
    names = ("inverse", "info")

    inverse = property(itemgetter(0), doc="The inverse matrices.")
    info = property(itemgetter(1), doc="0, or where the elimination met a zero (int32).")


class linalg_cholesky_ex(Named):
    """What `linalg.cholesky_ex` returns."""

    __slots__ = ()
    names = ("L", "info")

    L = property(itemgetter(0), doc="The lower triangles.")
    info = property(itemgetter(1), doc="0, or the order of the leading minor that is not positive (int32).")


class linalg_lstsq(Named):
    """What `linalg.lstsq` returns."""

    __slots__ = ()
    names = ("solution", "residuals", "rank", "singular_values")

    solution = property(itemgetter(0), doc="The minimiser of the sums of squares.")
    residuals = property(itemgetter(1), doc="The sums of squares that are left; empty where they are not computed.")
    rank = property(itemgetter(2), doc="The ranks of the matrices (int64); empty where they are not computed.")
    singular_values = property(itemgetter(3), doc="Those of the matrices; empty where they are not computed.")
