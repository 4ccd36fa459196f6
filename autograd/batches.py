"""`vmap`: a function of single things, applied to batches of them.

The function runs once for every slice, and the results are stacked. The numbers are those of a batched call, gradients
flow through it, and it composes with the functions of `autograd.transforms`; what it does not bring is speed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd._tensor import Tensor
from autograd.creation import zeros_like
from autograd.errors import AutogradError, say
from autograd.generator import default_generator
from autograd.modes import no_grad
from autograd.ops.join import stack
from autograd.trees import filled, leaves, spread, structure


def refuse_chunks(name: str, chunk_size: int | None) -> None:
    """Raise unless `chunk_size` is None or positive."""
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(
            say(
                f"{name}: `chunk_size` should be greater than 0, or None (got {chunk_size})",
                "a positive number",
                "Leave it out.",
            )
        )


def refuse_randomness(randomness: str) -> None:
    """Raise unless `randomness` is one of the three words for it."""
    if randomness not in ("error", "different", "same"):
        raise AutogradError(
            say(
                f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}",
                "one of these",
                "Leave it out to learn of random numbers.",
            )
        )


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Return the function that applies `func` to every slice of its arguments, and stacks the results.

    Parameters
    ----------
    func : callable
        Takes Tensors (and other things), in nested tuples, lists and dicts if need be; returns Tensors.
    in_dims : int, None or nested structure of them
        Along which dimension each argument is cut; None for one that every call gets whole. A number stands for all
        that is in its place. Keyword arguments are never cut.
    out_dims : int, None or nested structure of them
        Where the dimension goes in the results; None for a result that is the same for all slices.
    randomness : str
        What becomes of random numbers of the default stream in `func`: "error" refuses them, "different" lets every
        slice draw its own, "same" lets all draw the same ones.
    chunk_size : int, optional
        Accepted; slices are computed one after the other.

    Returns
    -------
    callable

    Raises
    ------
    ValueError
        `chunk_size` is not positive; when called: dimensions do not fit, sizes differ, or results are no Tensors.
    RuntimeError
        `randomness` is something else; when called: random numbers were drawn though refused.

    Notes
    -----
    The function runs once for each slice: values may be looked at, and branched on, which PyTorch refuses. An empty
    batch runs it once, on zeros, to learn the shapes. Numbers drawn with `randomness="different"` are those of one call
    after the other, not PyTorch's, and numbers from a generator of one's own are not noticed by "error".
    """
    refuse_chunks("vmap", chunk_size)
    refuse_randomness(randomness)
    name = getattr(func, "__name__", type(func).__name__)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        dims = _in_dims(name, in_dims, args)
        values = leaves(args)
        size = _batch_size(name, in_dims, dims, values)
        before = default_generator.get_state()

        def run(i: int) -> Any:
            if randomness == "same":
                default_generator.set_state(before)
            slices = [v if d is None else v[(*[slice(None)] * d, i)] for v, d in zip(values, dims, strict=True)]
            return func(*filled(args, slices), **kwargs)

        if size:
            runs = [run(i) for i in range(size)]
        else:
            whole = [v if d is None else zeros_like(v.sum(d)) for v, d in zip(values, dims, strict=True)]
            with no_grad():
                runs = [func(*filled(args, whole), **kwargs)]
        if randomness == "error" and not np.array_equal(before.numpy(), default_generator.get_state().numpy()):
            default_generator.set_state(before)
            raise AutogradError(
                say(
                    "vmap: called random operation while in randomness error mode",
                    "a function that draws no random numbers",
                    "Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness "
                    "operation out of vmap.",
                )
            )
        return _stacked(name, runs, out_dims, size)

    return wrapper


def _in_dims(name: str, in_dims: Any, args: tuple[Any, ...]) -> list[Any]:
    """Return along which dimension each leaf of the arguments is cut."""
    if not isinstance(in_dims, int | tuple | list):
        raise ValueError(
            say(
                f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially "
                f"nested) tuple matching the structure of inputs, got: {type(in_dims)}",
                "a dimension for each argument",
                "Write 0, or (0, None).",
            )
        )
    if not leaves(args):
        raise ValueError(
            say(f"vmap({name})(<inputs>): got no inputs", "an argument to cut", "Call a function without any directly.")
        )
    try:
        return spread(tuple(in_dims) if isinstance(in_dims, list) else in_dims, args)
    except ValueError:
        raise ValueError(
            say(
                f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of "
                f"`inputs`. in_dims has structure {structure(in_dims)} but inputs has structure {structure(args)}",
                "a dimension for each argument",
                "A number stands for all that is in its place.",
            )
        ) from None


def _batch_size(name: str, in_dims: Any, dims: list[Any], values: list[Any]) -> int:
    """Check the dimensions, make them positive, and return how many slices there are."""
    sizes = []
    for at, (v, d) in enumerate(zip(values, dims, strict=True)):
        if d is None:
            continue
        where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={d} for"
        if not isinstance(d, int) or not isinstance(v, Tensor):
            raise ValueError(
                say(
                    f"{where} an input but the input is of type {type(v)}",
                    "int or None, and a Tensor to cut",
                    "We cannot vmap over non-Tensor arguments, please use None as the respective in_dim.",
                )
            )
        if not -v.ndim <= d < v.ndim:
            raise ValueError(
                say(
                    f"{where} some input, but that input is a Tensor of dimensionality {v.ndim}",
                    f"in_dim to satisfy -{v.ndim} <= in_dim < {v.ndim}",
                    "Use None for an argument that is the same for all slices.",
                )
            )
        dims[at] = d % v.ndim
        sizes.append(v.shape[d % v.ndim])
    if not sizes:
        raise ValueError(say("vmap: Expected at least one Tensor to vmap over", "an in_dim but None", "Give one."))
    if len(set(sizes)) > 1:
        raise ValueError(
            say(
                "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
                f"{sizes} for the mapped dimension",
                "one size",
                "Check in_dims.",
            )
        )
    return int(sizes[0])


def _stacked(name: str, runs: list[Any], out_dims: Any, size: int) -> Any:
    """Put the results of all slices together."""
    first = runs[0]
    try:
        dims = spread(out_dims, first)
    except ValueError:
        raise ValueError(
            say(
                f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
                f"`outputs`. out_dims has structure {structure(out_dims)} but outputs has structure {structure(first)}",
                "a dimension for each result",
                "A number stands for all that is in its place.",
            )
        ) from None
    found = []
    for dim, parts in zip(dims, zip(*[leaves(run) for run in runs], strict=True), strict=True):
        for t in parts:
            if not isinstance(t, Tensor):
                raise ValueError(
                    say(
                        f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(t)}",
                        "Tensors",
                        "Make tensors of numbers: autograd.tensor(...).",
                    )
                )
        if dim is None:
            if not all([np.array_equal(parts[0].detach().numpy(), t.detach().numpy(), equal_nan=True) for t in parts]):
                raise ValueError(
                    say(
                        f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None: it differs "
                        "from slice to slice",
                        "a result that is the same for all",
                        "Give it a dimension.",
                    )
                )
            found.append(parts[0])
        else:
            whole = stack(parts, dim)
            found.append(whole if size else whole[(*[slice(None)] * (dim % whole.ndim), slice(0, 0))])
    return filled(first, found)
