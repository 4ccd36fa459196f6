"""Derivatives of functions, by PyTorch's names: `torch.autograd.functional`.

Everything here is `grad`, called once or several times. Products with the Jacobian from the right (`jvp`, `hvp`) come
from differentiating twice: the gradient is linear in the seed, and its derivative by the seed is the wanted product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd._tensor import Tensor
from autograd.backward import grad
from autograd.creation import zeros, zeros_like
from autograd.errors import AutogradError, GraphError, ShapeError, say
from autograd.modes import enable_grad
from autograd.ops.join import stack

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = tuple[Tensor, ...]
Gradients = tuple[Tensor | None, ...]


# ---------------------------------------------------------------------------------------------------- in and out


def _listed(value: Any, what: str, name: str) -> tuple[bool, Tensors]:
    """Tell whether `value` is a tuple, and return it as one of Tensors."""
    several = isinstance(value, tuple)
    tensors: tuple[Any, ...] = value if several else (value,)
    for i, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            where = f"value at index {i}" if several else f"given {what}"
            raise TypeError(
                say(
                    f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {where} has "
                    f"type {type(t)}",
                    "Tensors",
                    "Numbers: autograd.tensor(...). Lists: as a tuple.",
                )
            )
    return several, tensors


def _unlisted(tensors: tuple[Any, ...], several: bool) -> Any:
    return tensors if several else tensors[0]


def _fresh(inputs: Tensors, create_graph: bool) -> Tensors:
    """Return the inputs as other tensors: those that the function knows by another way are constants to it."""
    return tuple([t.view_as(t) if create_graph and t.requires_grad else t.detach().requires_grad_() for t in inputs])


def _done(tensors: Sequence[Tensor], create_graph: bool) -> Tensors:
    return tuple([t if create_graph else t.detach() for t in tensors])


def _vector(v: Any, like: Tensors, several: bool, name: str, create_graph: bool, missing: str) -> Tensors | None:
    """Check the vector of a product against what it is multiplied with."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise AutogradError(say(f"The vector v can only be None if {missing}", "a vector v", "Give one."))
        return None
    _, vs = _listed(v, "v", name)
    if len(vs) != len(like):
        raise AutogradError(
            say(
                f"v is a tuple of invalid length: should be {len(like)} but got {len(vs)}"
                if several
                else f"The given v should contain a single Tensor, but has {len(vs)}",
                "a tensor for each",
                "Leave none out.",
            )
        )
    for i, (t, other) in enumerate(zip(vs, like, strict=True)):
        if t.shape != other.shape:
            raise ShapeError(
                say(
                    (f"Entry {i} in " if several else "")
                    + f"v has invalid size: should be {tuple(other.shape)} but got {tuple(t.shape)}",
                    "the shape of what it is multiplied with",
                    "Reshape it.",
                )
            )
    return tuple([t if create_graph else t.detach() for t in vs])


# -------------------------------------------------------------------------------------------------------- strict

_STRICT = "This is not allowed in strict mode"
_LINEAR = (
    "You should ensure that your function is twice differentiable and that the jacobian depends on the inputs (this "
    "would be violated by a linear function for example)."
)


def _refuse(text: str, remedy: str = "Leave out strict=True for zeros there.") -> None:
    raise GraphError(say(f"{text}. {_STRICT}", "a result that depends on every input", remedy))


def _dependent(tensors: Gradients, text: str, strict: bool, remedy: str = "Leave out strict=True for zeros.") -> None:
    """In strict mode, raise for the first of `tensors` that depends on nothing; `text` has a place for its number."""
    for i, t in enumerate(tensors):
        if strict and t is None:
            _refuse(f"The output of the user-provided function is independent of input {i}")
        if strict and t is not None and not t.requires_grad:
            _refuse(text.format(i), remedy)


_OUTPUT = "Output {} of the user-provided function does not require gradients"
_JACOBIAN = "the jacobian of the user-provided function with respect to input {} is independent of the input"


def _filled(
    gradients: Gradients, like: Tensors, strict: bool, create_graph: bool, text: str, recorded: str = ""
) -> Tensors:
    """Return zeros for gradients that are None; in strict mode raise for them, and for what has no derivative."""
    for i, g in enumerate(gradients):
        if strict and g is None:
            _refuse(text.format(i))
        if strict and create_graph and recorded and g is not None and not g.requires_grad:
            _refuse(f"{recorded} of the user-provided function is independent of input {i} when create_graph=True")
    return tuple([zeros_like(t) if g is None else g for g, t in zip(gradients, like, strict=True)])


def _grad(
    outputs: Gradients,
    inputs: Tensors,
    seeds: Gradients | None = None,
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> Gradients:
    """Return `grad` of those outputs that have one; None for inputs that they do not depend on."""
    pairs = [(t, v) for t, v in zip(outputs, seeds or (None,) * len(outputs), strict=True) if t is not None]
    pairs = [(t, v) for t, v in pairs if t.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    return grad(
        [t for t, _ in pairs],
        inputs,
        [v for _, v in pairs],
        retain_graph=retain_graph,
        create_graph=create_graph,
        allow_unused=True,
    )


# ------------------------------------------------------------------------------------------------------ products


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return `func(*inputs)` and the product of a vector with its Jacobian, vᵀ J.

    Parameters
    ----------
    func : callable
        Takes Tensors; returns a Tensor or a tuple of them.
    inputs : Tensor or tuple of Tensor
    v : Tensor or tuple of Tensor, optional
        In the shapes of the outputs. May be left out if the output is a single number.
    create_graph : bool
        Let the results be differentiable.
    strict : bool
        Raise, rather than return zeros, if an output depends on no input or an input is not used.

    Returns
    -------
    output : Tensor or tuple of Tensor
    vjp : Tensor or tuple of Tensor
        In the shapes of the inputs.

    Raises
    ------
    TypeError
        Inputs or outputs are no Tensors.
    RuntimeError
        `v` does not fit, or in strict mode.
    """
    with enable_grad():
        several, given = _listed(inputs, "inputs", "vjp")
        xs = _fresh(given, create_graph)
        many, ys = _listed(func(*xs), "outputs of the user-provided function", "vjp")
        _dependent(ys, _OUTPUT, strict)
        missing = "the user-provided function returns a single Tensor with a single element"
        seeds = _vector(v, ys, many, "vjp", create_graph, missing)
        found = _grad(ys, xs, seeds, create_graph=create_graph)
        text = "The output of the user-provided function is independent of input {}"
        product = _filled(found, xs, strict, create_graph, text, "The jacobian")
        return _unlisted(_done(ys, create_graph), many), _unlisted(_done(product, create_graph), several)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return `func(*inputs)` and the product of its Jacobian with a vector, J v.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`.
    v : Tensor or tuple of Tensor, optional
        In the shapes of the inputs. May be left out if the input is a single number.

    Returns
    -------
    output : Tensor or tuple of Tensor
    jvp : Tensor or tuple of Tensor
        In the shapes of the outputs.

    Raises
    ------
    TypeError, RuntimeError
        As for `vjp`.
    """
    with enable_grad():
        several, given = _listed(inputs, "inputs", "jvp")
        xs = _fresh(given, create_graph)
        missing = "the input to the user-provided function is a single Tensor with a single element"
        direction = _vector(v, xs, several, "jvp", create_graph, missing)
        many, ys = _listed(func(*xs), "outputs of the user-provided function", "jvp")
        _dependent(ys, _OUTPUT, strict)
        seeds = tuple([zeros_like(y, requires_grad=True) for y in ys])
        pulled = _grad(ys, xs, seeds, create_graph=True)
        text = "The gradient with respect to input {} is independent of the inputs of the user-provided function"
        _dependent(pulled, text, strict)
        found = _grad(pulled, seeds, direction, create_graph=create_graph)
        text = "The gradient with respect to the input is independent of entry {} in the grad_outputs"
        product = _filled(found, ys, strict, create_graph, text, "The jacobian")
        return _unlisted(_done(ys, create_graph), many), _unlisted(_done(product, create_graph), many)


def _number(func: Callable[..., Any], xs: Tensors, name: str, strict: bool) -> Tensor:
    """Call a function that shall return a single number."""
    many, ys = _listed(func(*xs), "outputs of the user-provided function", name)
    _dependent(ys, _OUTPUT, strict)
    if many:
        raise AutogradError(
            say(f"The function given to {name} should return a single Tensor", "a Tensor", "Choose one of the outputs.")
        )
    if ys[0].numel() != 1:
        raise ShapeError(
            say(
                f"The Tensor returned by the function given to {name} should contain a single element, but has shape "
                f"{tuple(ys[0].shape)}",
                "a single number, such as a loss",
                "Reduce it, or ask for the jacobian.",
            )
        )
    return ys[0]


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return `func(*inputs)`, a single number, and the product of a vector with its Hessian, vᵀ H.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`; `func` returns a Tensor of one element.
    v : Tensor or tuple of Tensor, optional
        In the shapes of the inputs. May be left out if the input is a single number.

    Returns
    -------
    output : Tensor
    vhp : Tensor or tuple of Tensor
        In the shapes of the inputs.

    Raises
    ------
    TypeError, RuntimeError
        As for `vjp`; or `func` returns more than a number.
    """
    with enable_grad():
        several, given = _listed(inputs, "inputs", "vhp")
        xs = _fresh(given, create_graph)
        missing = "the input to the user-provided function is a single Tensor with a single element"
        direction = _vector(v, xs, several, "vhp", create_graph, missing)
        y = _number(func, xs, "vhp", strict)
        slopes = _grad((y,), xs, create_graph=True)
        _dependent(slopes, _JACOBIAN, strict, _LINEAR)
        found = _grad(slopes, xs, direction, create_graph=create_graph)
        text = "The jacobian of the user-provided function is independent of input {}"
        product = _filled(found, xs, strict, create_graph, text, "The hessian")
        return _done((y,), create_graph)[0], _unlisted(_done(product, create_graph), several)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return `func(*inputs)`, a single number, and the product of its Hessian with a vector, H v.

    Parameters
    ----------
    func, inputs, v, create_graph, strict
        As for `vhp`, which gives the same numbers with one differentiation less: a Hessian is symmetric.

    Returns
    -------
    output : Tensor
    hvp : Tensor or tuple of Tensor
        In the shapes of the inputs.

    Raises
    ------
    TypeError, RuntimeError
        As for `vhp`.
    """
    with enable_grad():
        several, given = _listed(inputs, "inputs", "hvp")
        xs = _fresh(given, create_graph)
        missing = "the input to the user-provided function is a single Tensor with a single element"
        direction = _vector(v, xs, several, "hvp", create_graph, missing)
        y = _number(func, xs, "hvp", strict)
        slopes = _grad((y,), xs, create_graph=True)
        _dependent(slopes, _JACOBIAN, strict, _LINEAR)
        seeds = tuple([zeros_like(x, requires_grad=True) for x in xs])
        pulled = _grad(slopes, xs, seeds, create_graph=True)
        text = "The gradient with respect to input {} is independent of the inputs of the user-provided function"
        _dependent(pulled, text, strict)
        found = _grad(pulled, seeds, direction, create_graph=create_graph)
        text = "The hessian of the user-provided function is independent of entry {} in the grad_jacobian"
        product = _filled(found, xs, strict, create_graph, text, "The hessian")
        return _done((y,), create_graph)[0], _unlisted(_done(product, create_graph), several)


# ------------------------------------------------------------------------------------------------------ matrices


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the Jacobian of `func` at `inputs`.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`.
    vectorize : bool
        Accepted; rows are computed one after the other all the same.
    strategy : str
        "reverse-mode": row by row. "forward-mode" (with `vectorize=True`, as in PyTorch): column by column, by `jvp`.

    Returns
    -------
    Tensor, tuple of Tensor, or tuple of tuples of Tensor
        Of output i and input j, in the shape of the one followed by that of the other: `[i][j]`, without the first
        index if the output is a single Tensor, without the second if the input is.

    Raises
    ------
    TypeError, RuntimeError
        As for `vjp`; or strict is combined with `vectorize` or "forward-mode".
    NotImplementedError
        "forward-mode" with create_graph or without vectorize.
    AssertionError
        Another strategy.
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            say(
                f"jacobian got strategy {strategy!r}",
                'strategy to be either "forward-mode" or "reverse-mode"',
                "Columns come cheaper forward, rows in reverse.",
            )
        )
    forward = strategy == "forward-mode"
    if strict and (vectorize or forward):
        other = 'strategy="forward-mode"' if forward else "vectorize=True"
        raise GraphError(
            say(f"jacobian: strict=True and {other} are not supported together", "one of them", "Leave out strict.")
        )
    if forward and (create_graph or not vectorize):
        raise NotImplementedError(
            say(
                'jacobian with strategy="forward-mode" was asked for '
                + ("with create_graph=True" if create_graph else "without vectorize=True"),
                "as in PyTorch, create_graph=False and vectorize=True",
                'Use strategy="reverse-mode", or autograd.func.jacfwd.',
            )
        )
    with enable_grad():
        several, given = _listed(inputs, "inputs", "jacobian")
        xs = _fresh(given, create_graph)
        many, ys = _listed(func(*xs), "outputs of the user-provided function", "jacobian")
        _dependent(ys, _OUTPUT, strict)
        rows = _columns(ys, xs) if forward else [_rows(i, y, xs, create_graph, strict) for i, y in enumerate(ys)]
        blocks = tuple([_unlisted(_done(row, create_graph), several) for row in rows])
        return _unlisted(blocks, many)


def _rows(i: int, y: Tensor, xs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """Return the Jacobians of output `i` by all inputs: for each of its elements a gradient."""
    found: list[list[Tensor]] = [[] for _ in xs]
    for element in y.reshape(-1):
        gradients = _grad((element,), xs, retain_graph=True, create_graph=create_graph)
        for j, (g, x) in enumerate(zip(gradients, xs, strict=True)):
            if strict and g is None:
                _refuse(f"Output {i} of the user-provided function is independent of input {j}")
            if strict and create_graph and g is not None and not g.requires_grad:
                text = f"The jacobian of the user-provided function is independent of input {i}"
                _refuse(f"{text} when create_graph=True")
            found[j].append(zeros_like(x) if g is None else g)
    return tuple([_stacked(rows, 0, y, x, x) for rows, x in zip(found, xs, strict=True)])


def _columns(ys: Tensors, xs: Tensors) -> list[Tensors]:
    """Return the Jacobians of all outputs by all inputs: for each element of an input, what moving it does."""
    seeds = tuple([zeros_like(y, requires_grad=True) for y in ys])
    pulled = _grad(ys, xs, seeds, create_graph=True)
    blocks: list[list[Tensor]] = [[] for _ in ys]
    for x, g in zip(xs, pulled, strict=True):
        columns: list[list[Tensor]] = [[] for _ in ys]
        for element in () if g is None else g.reshape(-1):
            for column, y, moved in zip(columns, ys, _grad((element,), seeds, retain_graph=True), strict=True):
                column.append(zeros_like(y) if moved is None else moved)
        for block, column, y in zip(blocks, columns, ys, strict=True):
            block.append(_stacked(column, -1, y, x, y))
    return [tuple(block) for block in blocks]


def _stacked(parts: list[Tensor], dim: int, y: Tensor, x: Tensor, like: Tensor) -> Tensor:
    """Put rows or columns together, in the shape of an output followed by that of an input."""
    shape = (*y.shape, *x.shape)
    return stack(parts, dim).reshape(shape) if parts else zeros(shape, dtype=like.dtype)


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return the Hessian of `func`, a function with a single number for a value: the Jacobian of its gradient.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vhp`.
    vectorize : bool
        Accepted, as by `jacobian`.
    outer_jacobian_strategy : str
        The `strategy` by which the gradient is differentiated.

    Returns
    -------
    Tensor or tuple of tuples of Tensor
        Of inputs i and j, in the shape of the one followed by that of the other: `[i][j]`, or a Tensor if there is one
        input, not in a tuple.

    Raises
    ------
    TypeError, RuntimeError, NotImplementedError, AssertionError
        As for `vhp` and `jacobian`.
    """
    several, given = _listed(inputs, "inputs", "hessian")

    def slopes(*xs: Tensor) -> Tensors:
        def number(*args: Tensor) -> Tensor:
            return _number(func, args, "hessian", strict).reshape(())

        found: Tensors = jacobian(number, xs, create_graph=True)
        text = "While computing the hessian, found that " + _JACOBIAN
        _dependent(found, text, strict, _LINEAR)
        return found

    blocks = jacobian(slopes, given, create_graph, strict, vectorize, outer_jacobian_strategy)
    return blocks if several else blocks[0][0]
