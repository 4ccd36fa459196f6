"""Tensor: what the user holds. An array, the tape node it came from, and PyTorch's names for what one does with it."""

from __future__ import annotations

import copy
import math
import weakref
from collections.abc import Callable, Iterator
from typing import Any, SupportsIndex, cast, overload

import numpy as np

from autograd import appliers, dtypes, modes, op, operands, printing, versions
from autograd import backward as backward_
from autograd.backward import one
from autograd.device import cpu, strided
from autograd.device import device as Device
from autograd.device import layout as Layout
from autograd.dtypes import dtype as Dtype
from autograd.errors import AutogradError, DtypeError, GraphError, InPlaceError, ShapeError, say
from autograd.hooks import Extra, RemovableHandle
from autograd.inplace import Copied, Family, Fill, Origin, base_of, inplace, own, put_into
from autograd.methods.compare import ComparisonMethods
from autograd.methods.creation import CreationMethods
from autograd.methods.elementwise import ElementwiseMethods
from autograd.methods.index import IndexMethods
from autograd.methods.layout import LayoutMethods
from autograd.methods.linalg import LinearAlgebraMethods
from autograd.methods.reduce import ReductionMethods
from autograd.methods.shape import ShapeMethods
from autograd.op import wrap
from autograd.operands import as_tensor_like
from autograd.ops import arithmetic, choices, compare, elementwise, index, layout, linalg, parts, protocol
from autograd.ops import shape as shapes
from autograd.ops.dims import dimension
from autograd.tape import Leaf, Port, run_backward

# The class below has methods called `int`, `float`, `bool` and `type`: its annotations name the types so.
Int = int
Float = float
Bool = bool

new = object.__new__


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple of sizes."""

    __slots__ = ()

    def numel(self) -> int:
        """Return the number of elements."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"autograd.Size({list(self)})"

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Int: ...
    @overload
    def __getitem__(self, index: slice, /) -> Size: ...
    def __getitem__(self, index: Any, /) -> Any:
        """Return a size, or of a slice the sizes."""
        found = tuple.__getitem__(self, index)
        return found if type(found) is Int else Size(found)

    def __add__(self, other: Any, /) -> Any:
        return Size(tuple.__add__(self, other)) if isinstance(other, tuple) else NotImplemented

    def __radd__(self, other: Any, /) -> Any:
        return Size(other + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex, /) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__


class Tensor(
    ElementwiseMethods,
    ComparisonMethods,
    ReductionMethods,
    LinearAlgebraMethods,
    ShapeMethods,
    LayoutMethods,
    IndexMethods,
    CreationMethods,
    Leaf,
):
    """An array whose operations are recorded, so that gradients can flow back through them.

    Made by `autograd.tensor`, `zeros`, `randn` and so on. Names and meanings are PyTorch's.

    Parameters
    ----------
    data : array_like, optional
        `Tensor([1, 2])` holds float32 values, `Tensor(2, 3)` is a tensor of that shape, as in PyTorch.
        Prefer `autograd.tensor`.
    """

    __slots__ = ("__weakref__", "_array", "_dtype", "_family", "_node", "_shape")

    _array: Any
    _dtype: np.dtype[Any]  # that of `_array`: asking a NumPy scalar takes longer than multiplying it
    _shape: tuple[int, ...]  # that of `_array`: results share the tuple, so comparing shapes mostly is comparing `is`
    _node: Any
    _family: Family | Origin | None

    def __new__(cls, *data: Any) -> Tensor:
        """Make a tensor of the default dtype from values, or of a shape."""
        t = object.__new__(cls)
        d = dtypes.get_default_dtype().dtype
        if len(data) == 1 and not isinstance(data[0], int):
            if isinstance(data[0], float | complex | str):
                raise TypeError(
                    say(
                        f"new(): data must be a sequence (got {type(data[0]).__name__})",
                        "sizes, a list or an array",
                        "Write autograd.tensor(number).",
                    )
                )
            source = data[0]._array if isinstance(data[0], Tensor) else data[0]
            t._array = np.array(source, d)
        else:
            t._array = np.zeros(data, d) if data else np.zeros(0, d)
        t._dtype = d
        t._shape = t._array.shape
        t._node = t._grad = t._family = t._extra = None
        t._needs = False
        return t

    # ------------------------------------------------------------------------------------------ what it is

    @property
    def shape(self) -> Size:
        """The sizes of its dimensions."""
        return Size(self._shape)

    def size(self, dim: Int | None = None) -> Any:
        """Return the shape, or the size of one dimension."""
        return self.shape if dim is None else self._array.shape[dimension(dim, self._array.ndim)]

    @property
    def ndim(self) -> Int:
        """The number of dimensions."""
        return len(self._shape)

    def dim(self) -> Int:
        """Return the number of dimensions."""
        return len(self._shape)

    def numel(self) -> Int:
        """Return the number of elements."""
        return math.prod(self._shape)

    nelement = numel
    ndimension = dim

    @property
    def dtype(self) -> Dtype:
        """The element type."""
        return dtypes.of(self._dtype)

    @property
    def itemsize(self) -> Int:
        """Bytes per element."""
        return self._dtype.itemsize

    def element_size(self) -> Int:
        """Return the bytes per element."""
        return self.itemsize

    @property
    def nbytes(self) -> Int:
        """Bytes of all elements."""
        return self._dtype.itemsize * math.prod(self._shape)

    @property
    def device(self) -> Device:
        """The one device there is: cpu."""
        return cpu

    @property
    def is_cuda(self) -> Bool:
        """False: there is no other device than the cpu."""
        return False

    @property
    def is_cpu(self) -> Bool:
        """True: there is no other device than the cpu."""
        return True

    @property
    def is_meta(self) -> Bool:
        """False: every tensor has numbers."""
        return False

    @property
    def is_sparse(self) -> Bool:
        """False: every element is stored."""
        return False

    @property
    def is_quantized(self) -> Bool:
        """False: numbers are stored as they are."""
        return False

    @property
    def layout(self) -> Layout:
        """How the elements are stored: strided, the only way there is."""
        return strided

    @property
    def name(self) -> str | None:
        """The name drawings show; given by `tensor(..., name=)` or by assignment."""
        return None if self._extra is None else self._extra.name

    @name.setter
    def name(self, value: str | None) -> None:
        self._more().name = value
        if self._node is not None:
            self._node.hooks().name = value  # drawings read the tape, and never meet this tensor

    def _more(self) -> Extra:
        if self._extra is None:
            self._extra = Extra()
        return self._extra

    def __repr__(self) -> str:
        return printing.tensor(self)

    def __format__(self, spec: str) -> str:
        # One number formats as the number it holds; PyTorch leaves out subclasses (parameters).
        if self._array.ndim == 0 and type(self) is Tensor:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __len__(self) -> Int:
        if self._array.ndim == 0:
            raise TypeError(say("len() of a 0-d tensor", "a tensor with dimensions", "Use .item() for its value."))
        return self._shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if self._array.ndim == 0:
            raise TypeError(
                say("iteration over a 0-d tensor", "a tensor with dimensions", "Use .item() for its value.")
            )
        return iter(parts.unbind(self))

    def __contains__(self, value: Any) -> Bool:
        if not isinstance(value, Tensor | int | float | np.generic):
            raise AutogradError(
                say(
                    f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(value)}",
                    "a number or a Tensor",
                    "Make a tensor of it: autograd.tensor(...).",
                )
            )
        return bool(np.any(self._array == getattr(value, "_array", value)))

    __hash__ = object.__hash__
    __array_priority__ = 1000  # NumPy's arrays leave mixed operations to the tensor

    # ------------------------------------------------------------------------------- gradients and history

    @property
    def requires_grad(self) -> Bool:
        """Whether a gradient is computed for it, or through it."""
        return bool(self._needs)

    @requires_grad.setter
    def requires_grad(self, value: Bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: Bool = True) -> Tensor:
        """Require a gradient (or no longer), and return the tensor.

        Raises
        ------
        RuntimeError
            The dtype is no floating-point one; or the tensor is no leaf and shall no longer require a gradient.
        """
        if self._node is not None and self._needs:
            if requires_grad:
                return self
            raise GraphError(
                say(
                    "you can only change requires_grad flags of leaf variables, but this one was computed by "
                    f"{self.grad_fn.name()}",
                    "a leaf",
                    "Use x.detach() for a tensor without history.",
                )
            )
        if requires_grad:
            dtypes.require_float(self._array.dtype, "requires_grad=True was asked")
        self._needs = bool(requires_grad)
        return self

    @property
    def is_leaf(self) -> Bool:
        """Whether it stands at the end of the graph: made by the user, or without gradient."""
        return self._node is None or not self._needs

    @property
    def grad_fn(self) -> Any:
        """The tape node that computed it; None for a leaf."""
        node = self._node
        if node is None or not self._needs:
            return None
        return node.edges[0] if type(node) is Port else node

    @property
    def output_nr(self) -> Int:
        """Which output of `grad_fn` it is."""
        return self._node.number if type(self._node) is Port else 0

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` accumulated, or None."""
        return self._grad  # type: ignore[no-any-return]

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    say(
                        f"assigned grad has type {type(value).__name__}",
                        "a Tensor or None",
                        "Make a tensor of it: autograd.tensor(...).",
                    )
                )
            if value._array.shape != self._array.shape:
                raise ShapeError(
                    say(
                        f"assigned grad has data of a different size: {tuple(value._array.shape)}",
                        f"the tensor's own shape {tuple(self._array.shape)}",
                        "Reshape it, or check which tensor it belongs to.",
                    )
                )
            if value._array.dtype != self._array.dtype:
                raise DtypeError(
                    say(
                        f"assigned grad has data of a different type: {value.dtype}",
                        f"the tensor's own dtype {self.dtype}",
                        "Convert it with .to(x.dtype).",
                    )
                )
            own(value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def _wrap(self, gradient: Any) -> Tensor:
        kind = type(gradient)
        d = self._dtype
        shape = self._shape
        fits = kind is type(self._array)
        if not fits or (kind is np.ndarray and (gradient.dtype is not d or gradient.shape != shape)):
            if isinstance(gradient, Leaf):  # a recorded pass: .grad has history, and memory of its own
                return layout.clone(cast(Tensor, gradient))
            gradient = np.asarray(gradient, d)
            shape = gradient.shape
        held = self._grad
        if held is not None and held._shape is not shape and held._shape != shape:
            raise ShapeError(
                say(
                    f"the gradient of shape {tuple(shape)} cannot be added to a .grad of shape "
                    f"{tuple(held._shape)}: the tensor's data were replaced",
                    "a .grad in the tensor's own shape",
                    "Set x.grad = None after assigning x.data.",
                )
            )
        t = new(Tensor)  # as `wrap` does, which would ask for the dtype again
        t._array = gradient
        t._dtype = d
        t._shape = shape
        t._needs = False
        t._node = t._grad = t._family = t._extra = None
        return t

    def _accumulate(self, gradient: Tensor) -> None:
        held: Tensor = self._grad
        if gradient._needs or held._needs:
            self._grad = held + gradient
        elif type(held._array) is not np.ndarray:
            held._array = held._array + gradient._array  # a scalar whose memory nobody has asked for
        else:
            a = own(held)
            np.add(a, gradient._array, out=a)
            versions.edited(a)

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: Bool | None = None,
        create_graph: Bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the gradient of this tensor to the `.grad` of the leaves it was computed from.

        Parameters
        ----------
        gradient : Tensor, optional
            The gradient of this tensor, of its shape; 1 for a tensor of one element.
        retain_graph, create_graph, inputs
            As for `autograd.backward`.

        Raises
        ------
        RuntimeError
            As for `autograd.backward`.
        """
        if gradient is None and inputs is None and not create_graph and self._shape == () and self._needs:
            # A loss: nothing to check.
            run_backward((self._node or self,), (one(self._dtype),), bool(retain_graph), False)
        else:
            backward_.backward((self,), None if gradient is None else (gradient,), retain_graph, create_graph, inputs)

    def retain_grad(self) -> None:
        """Keep the gradient of this intermediate result in its `.grad` as well.

        Raises
        ------
        RuntimeError
            The tensor requires no gradient.
        """
        if not self._needs:
            raise GraphError(
                say(
                    "can't retain_grad on Tensor that has requires_grad=False",
                    "a tensor computed from a leaf that requires a gradient",
                    "Set requires_grad=True on that leaf first.",
                )
            )
        if self._node is None:
            return
        holder = weakref.ref(self)

        def put(g: Any) -> None:
            t = holder()
            if t is not None:
                with_grad = g if isinstance(g, Leaf) else wrap(np.array(g))
                if t._grad is None:
                    t._grad = with_grad
                else:
                    t._accumulate(cast(Tensor, with_grad))

        self.grad_fn.hooks().retain[self.output_nr] = put
        self._more()

    @property
    def retains_grad(self) -> Bool:
        """Whether `retain_grad` was called on this intermediate result."""
        node = self.grad_fn
        return node is not None and node.extra is not None and self.output_nr in node.extra.retain

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call `hook(gradient)` in every backward pass, once, with the complete gradient of this tensor.

        The hook may return a tensor that takes the gradient's place.

        Raises
        ------
        RuntimeError
            The tensor requires no gradient.
        """
        if not self._needs:
            raise GraphError(
                say(
                    "cannot register a hook on a tensor that doesn't require gradient",
                    "a tensor that requires a gradient",
                    "Call requires_grad_() on it first.",
                )
            )

        def on_array(g: Any, _: Any) -> Any:
            recorded = isinstance(g, Leaf)
            given = cast(Tensor, g) if recorded else wrap(g)
            out = hook(given)
            if out is None:
                # A NumPy scalar got memory of its own when the hook edited it in place.
                return None if recorded or given._array is g else given._array
            if not isinstance(out, Tensor) or out._array.shape != g.shape:
                raise AutogradError(
                    say(
                        f"a hook returned {type(out).__name__} of shape {tuple(getattr(out, 'shape', ()))}",
                        f"None or a Tensor of shape {tuple(g.shape)}",
                        "Return the new gradient, or nothing.",
                    )
                )
            d = getattr(g, "_array", g).dtype
            if out._array.dtype != d:
                raise AutogradError(
                    say(
                        f"hook has changed the type of value: it returned {out.dtype}",
                        f"a gradient in the dtype {dtypes.of(d)} of the tensor",
                        "Convert it back: return new.to(grad.dtype).",
                    )
                )
            return out if recorded else out._array

        extra = self._more() if self._node is None else self.grad_fn.hooks()
        handle = RemovableHandle(extra.before)
        extra.before[handle.id] = (self.output_nr, on_array)
        return handle

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call `hook(leaf)` after a backward pass added to the `.grad` of this leaf.

        Raises
        ------
        RuntimeError
            The tensor is no leaf, or requires no gradient.
        """
        if self._node is not None or not self._needs:
            raise GraphError(
                say(
                    "post accumulate grad hooks cannot be registered on non-leaf tensors",
                    "a leaf that requires a gradient",
                    "Use register_hook for intermediate results.",
                )
            )
        extra = self._more()
        handle = RemovableHandle(extra.after)
        extra.after[handle.id] = lambda leaf, _: hook(leaf)
        return handle

    @property
    def _version(self) -> Int:
        """How often its memory was edited in place."""
        return versions.count(self._array)

    @property
    def _base(self) -> Tensor | None:
        return base_of(self)

    def _is_view(self) -> Bool:
        return type(self._family) is Origin

    # --------------------------------------------------------------------------------- values and memory

    @property
    def data(self) -> Tensor:
        """The same memory as a tensor without history. Assigning replaces memory and shape."""
        return wrap(own(self))

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(
                say(
                    f"Tensor.data was assigned {type(value).__name__}",
                    "a Tensor",
                    "Make a tensor of it: autograd.tensor(...).",
                )
            )
        if self._needs:
            dtypes.require_float(value._array.dtype, "data was assigned")
        self._array = own(value)
        self._dtype = self._array.dtype
        self._shape = self._array.shape

    def detach(self) -> Tensor:
        """Return a tensor on the same memory, without history."""
        t = wrap(own(self))
        if self._needs:
            t._more().why = "it was detached from a tensor that requires a gradient"
        return t

    def detach_(self) -> Tensor:
        """Forget the history.

        Raises
        ------
        RuntimeError
            The tensor is a view.
        """
        if type(self._family) is Origin and self._needs:
            raise InPlaceError(
                say("Can't detach views in-place", "a tensor with its own memory", "Use detach() instead.")
            )
        self._node = None
        self._needs = False
        return self

    def numpy(self, *, force: Bool = False) -> np.ndarray[Any, Any]:
        """Return the memory as a NumPy array: an edit of one is an edit of the other.

        Parameters
        ----------
        force : bool
            Detach first, rather than raise.

        Raises
        ------
        RuntimeError
            The tensor requires a gradient, which NumPy would lose, and gradients are being recorded.
        """
        if self._needs and not force and modes.state.grad:
            raise GraphError(
                say(
                    "Can't call numpy() on Tensor that requires grad",
                    "a tensor without history, since NumPy records nothing",
                    "Use tensor.detach().numpy() instead.",
                )
            )
        return own(self)

    def __array__(self, dtype: Any = None, copy: Bool | None = None) -> np.ndarray[Any, Any]:
        a = self.numpy()
        if dtype is not None and a.dtype != dtype:
            if copy is False:
                raise ValueError(
                    say(f"a copy is needed to get dtype {dtype}", "copy=None or True", "Leave out copy=False.")
                )
            return a.astype(dtype)
        return a.copy() if copy else a

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return protocol.array_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return protocol.array_function(func, args, kwargs)

    def item(self) -> Any:
        """Return the one element as a Python number.

        Raises
        ------
        RuntimeError
            There is not exactly one element.
        """
        if self._array.size != 1:
            raise AutogradError(
                say(
                    f"a Tensor with {self._array.size} elements cannot be converted to Scalar",
                    "a tensor of one element",
                    "Index the element (x[0].item()), or use tolist().",
                )
            )
        return self._array.item()

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers (a 0-d tensor: the number)."""
        return self._array.tolist()

    def _number(self) -> Any:
        if self._array.size != 1:
            raise ValueError(
                say(
                    f"only one element tensors can be converted to Python scalars, but this one has shape "
                    f"{tuple(self._shape)}",
                    "a tensor of one element",
                    "Index the element (x[0]), or use tolist().",
                )
            )
        return self._array.item()

    def __float__(self) -> Float:
        return float(self._number())

    def __int__(self) -> Int:
        return int(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def __bool__(self) -> Bool:
        if self._array.size != 1:
            raise AutogradError(
                say(
                    f"Boolean value of Tensor with {self._array.size} values is ambiguous",
                    "a tensor of one element",
                    "Use .any() or .all().",
                )
            )
        return bool(self._array.item())

    def __index__(self) -> Int:
        if self._array.size != 1 or self._array.dtype.kind not in "iub":
            raise TypeError(
                say(
                    f"a tensor of shape {tuple(self.shape)} and dtype {self.dtype} was used as an index",
                    "an integer tensor of one element",
                    "Convert it: int(x).",
                )
            )
        return int(self._array.item())

    # ------------------------------------------------------------------------------------------- operators

    __add__ = __radd__ = arithmetic.plus
    __sub__ = arithmetic.minus
    __rsub__ = arithmetic.rminus
    __mul__ = __rmul__ = arithmetic.mul
    __truediv__ = arithmetic.over
    __rtruediv__ = arithmetic.rover
    __floordiv__ = arithmetic.floor_divide
    __rfloordiv__ = arithmetic.rfloor_divide
    __mod__ = arithmetic.remainder
    __rmod__ = arithmetic.rremainder
    __pow__ = arithmetic.pow
    __rpow__ = arithmetic.rpow
    __matmul__ = linalg.matmul
    __neg__ = arithmetic.neg
    __abs__ = elementwise.abs
    __iadd__ = inplace(arithmetic.plus, np.add)
    __isub__ = inplace(arithmetic.minus, np.subtract)
    __imul__ = inplace(arithmetic.mul, np.multiply)
    __itruediv__ = inplace(arithmetic.over, np.divide)
    __ifloordiv__ = inplace(arithmetic.floor_divide)
    __imod__ = inplace(arithmetic.remainder)
    __ipow__ = inplace(arithmetic.pow)
    __lt__ = compare.lt
    __le__ = compare.le
    __gt__ = compare.gt
    __ge__ = compare.ge
    __and__ = __rand__ = compare.bitwise_and
    __or__ = __ror__ = compare.bitwise_or
    __xor__ = __rxor__ = compare.bitwise_xor
    __invert__ = compare.bitwise_not
    __lshift__ = compare.bitwise_left_shift
    __rshift__ = compare.bitwise_right_shift
    __rlshift__ = compare.rshift_left
    __rrshift__ = compare.rshift_right
    __iand__ = inplace(compare.bitwise_and)
    __ior__ = inplace(compare.bitwise_or)
    __ixor__ = inplace(compare.bitwise_xor)
    __ilshift__ = inplace(compare.bitwise_left_shift)
    __irshift__ = inplace(compare.bitwise_right_shift)
    __getitem__ = index.getitem
    __setitem__ = index.setitem

    def __delitem__(self, key: Any) -> None:
        raise TypeError(
            say("Tensor does not support deleting items", "an index of what is kept", "Write x = x[keep], or use cat.")
        )

    def __rmatmul__(self, other: Any) -> Tensor:
        return linalg.matmul(as_tensor_like(other), self)

    def __pos__(self) -> Tensor:
        return self

    def __eq__(self, other: object) -> Any:
        return compare.eq(self, other) if _operand(other) else NotImplemented

    def __ne__(self, other: object) -> Any:
        return compare.ne(self, other) if _operand(other) else NotImplemented

    # ------------------------------------------------------------------- methods that need more than a name

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Return this tensor where `condition` holds, and `other` elsewhere."""
        return cast(Tensor, choices.where(condition, self, other))

    def view_as(self, other: Tensor) -> Tensor:
        """Return the elements in the shape of another tensor, on the same memory."""
        return shapes.view_as_shape(self, other._array.shape)

    def reshape_as(self, other: Tensor) -> Tensor:
        """Return the elements in the shape of another tensor."""
        return shapes.reshape(self, other._array.shape)

    def expand_as(self, other: Tensor) -> Tensor:
        """Return the tensor expanded to the shape of another."""
        return shapes.expand(self, other._array.shape)

    def copy_(self, src: Any, non_blocking: Bool = False) -> Tensor:
        """Copy the elements of `src` (broadcast, cast) into this tensor's memory; gradients flow to `src`."""
        source = operands.cast(as_tensor_like(src), self._array.dtype)
        if source._array.shape != self._array.shape:
            source = shapes.expand(source, self._array.shape)
        return put_into(self, Copied().apply(self, source))

    def fill_(self, value: Any) -> Tensor:
        """Set every element to a number, which may be that of a 0-d tensor.

        Raises
        ------
        RuntimeError
            `value` is a tensor with dimensions, or a number that the dtype cannot hold.
        """
        if isinstance(value, Tensor):
            if value._shape:
                raise ShapeError(
                    say(
                        "fill_ only supports 0-dimension value tensor but got tensor with "
                        f"{len(value._shape)} dimensions",
                        "a number, or a 0-d tensor",
                        "Use copy_ for several values.",
                    )
                )
            return self.copy_(value)
        return put_into(self, Fill(value=operands.converted(value, self._array.dtype)).apply(self))

    def zero_(self) -> Tensor:
        """Set every element to 0."""
        return self.fill_(0)

    # ---------------------------------------------------------------------------------------------- copying

    def __copy__(self) -> Tensor:
        """Return a leaf on the same memory, without `.grad` (`copy.copy`)."""
        return _restore(type(self), own(self), bool(self._needs), self.name)

    def __deepcopy__(self, memo: dict[Any, Any]) -> Tensor:
        if not self.is_leaf:
            raise GraphError(
                say(
                    "only Tensors created explicitly by the user support the deepcopy protocol, but this one was "
                    f"computed by {self.grad_fn.name()}",
                    "a leaf",
                    "Copy x.detach(), or use x.clone().",
                )
            )
        t = _restore(type(self), _copied(self._array, memo), bool(self._needs), self.name)
        memo[id(self)] = t
        t._grad = copy.deepcopy(self._grad, memo)
        return t

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.is_leaf:
            raise GraphError(
                say(
                    f"a tensor computed by {self.grad_fn.name()} was to be copied or pickled: its graph cannot be",
                    "a leaf",
                    "Use x.detach().",
                )
            )
        return _restore, (type(self), np.array(self._array), bool(self._needs), self.name)


def _operand(value: object) -> bool:
    return isinstance(value, Tensor | np.ndarray | np.generic | int | float)


def _copied(array: Any, memo: dict[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a deep copy of an array: those that share memory share that of their copies."""
    memory = versions.owner(array)
    if type(memory) is not np.ndarray or not (memory.flags.c_contiguous or memory.flags.f_contiguous):
        return np.array(array)
    key = ("memory", id(memory))
    if key not in memo:
        memo[key] = memory.copy(order="K"), memory  # the original, too: its id must not be given to another
    copied = memo[key][0]
    if array is memory:
        return cast("np.ndarray[Any, Any]", copied)
    start = array.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    flat = copied if copied.flags.c_contiguous else copied.T
    return np.ndarray(array.shape, array.dtype, flat, start, array.strides)


def _restore(cls: type[Tensor], array: Any, requires_grad: bool, name: str | None) -> Tensor:
    array = dtypes.canonical(array)
    t = wrap(array)
    if cls is not Tensor:
        t = object.__new__(cls)
        t._array = array
        t._dtype = array.dtype
        t._shape = array.shape
        t._node = t._grad = t._family = t._extra = None
    t._needs = requires_grad
    if name is not None:
        t.name = name
    return t


op.use_tensor(Tensor)
appliers.use_tensor(Tensor)
