"""In-place forms that change the shape: not a number in memory changes, only how the tensor looks at it."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd import versions
from autograd.inplace import Origin, own, refuse_unless_recordable, rehang
from autograd.modes import enable_grad
from autograd.op import edge_of, wrap
from autograd.ops import shape as shapes

if TYPE_CHECKING:
    from autograd._tensor import Tensor


def reframed(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return the in-place form of an operation whose result is a view: the tensor becomes that view of what it was.

    What it was goes on as a tensor that nobody else holds. It takes over the place in the graph, and as base of the
    views that exist.
    """

    @functools.wraps(function)
    def edit(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        refuse_unless_recordable(self, recorded=False)
        before = wrap(own(self))
        before._node, before._needs, before._family = self._node, self._needs, self._family
        if self._node is None and (self._needs or self._family is None):
            # A leaf under no_grad stays a leaf; and where there is neither graph nor view nobody else is concerned.
            z = function(before, *args, **kwargs)
            self._array, self._shape = z._array, z._shape
            versions.edited(self._array)
            return self
        # Recorded in every mode: without this step the gradient would arrive in the wrong shape.
        with enable_grad():
            z = function(before, *args, **kwargs)
        origin = z._family
        assert isinstance(origin, Origin)
        family = origin.family
        here = [place for place, reference in enumerate(family.views) if reference() is self]
        for reference in family.views:
            made = getattr(reference(), "_family", None)
            if isinstance(made, Origin) and made.parent is self:
                made.parent = before
        if here:  # among the views, from which each is made after its parent, it takes the tensor's turn
            family.views[here[0]] = weakref.ref(before)
        family.views.append(weakref.ref(self))
        self._array, self._shape, self._family = z._array, z._shape, origin
        rehang(self, edge_of(z))
        versions.edited(self._array)
        return self

    edit.__name__ = edit.__qualname__ = f"{function.__name__}_"
    edit.__doc__ = f"In-place form of `{function.__name__}`: changes the shape of this tensor and returns it."
    return edit


squeeze_ = reframed(shapes.squeeze)
swapaxes_ = reframed(shapes.swapaxes)
t_ = reframed(shapes.t)
transpose_ = swapdims_ = reframed(shapes.transpose)
unsqueeze_ = reframed(shapes.unsqueeze)
