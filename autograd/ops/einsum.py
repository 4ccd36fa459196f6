"""einsum: products and sums of tensors, told by naming their dimensions. Composed of views, products and sums."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.errors import ShapeError, say
from autograd.operands import as_tensor_like
from autograd.ops import arithmetic, diagonals, linalg, reduce, shape
from autograd.tape import Leaf

if TYPE_CHECKING:
    from autograd._tensor import Tensor

__all__ = ["einsum"]

#: The letters in PyTorch's order, which is that of an output that is not written; a number in a list stands for one.
LETTERS = ascii_uppercase + ascii_lowercase

#: A dimension's name: a letter; or, of those that an ellipsis stands for, -1 for the last, -2 for the one before ...
Label = str | int
Labelled = tuple["Tensor", list[Label]]


def einsum(*args: Any) -> Tensor:
    """Return sums of products of tensors whose dimensions are named by letters: `einsum("ij,jk->ik", x, y)`.

    Parameters
    ----------
    equation : str
        For every operand the letters of its dimensions, separated by commas; after `->` those of the result. Without
        an arrow these are the letters that appear once, in the order of the alphabet (capitals first). An ellipsis
        stands for all further dimensions, which broadcast. A letter twice in one operand means its diagonal.
    operands : Tensor
        Or, in place of equation and operands: `einsum(x, [0, 1], y, [1, 2], [0, 2])`, where 0 to 51 are the letters
        and `...` is the ellipsis.

    Returns
    -------
    Tensor
        Of a single operand, of which nothing is summed, a view.

    Raises
    ------
    RuntimeError
        The equation cannot be read, or does not fit the operands.
    ValueError, TypeError
        There is nothing to compute with, or a number in a list stands for no letter.
    """
    terms, output, tensors = _read(args)
    found = [_labelled(place, term, t) for place, (term, t) in enumerate(zip(terms, tensors, strict=True))]
    more = max([-min([label for label in labels if type(label) is int], default=0) for _, labels in found])
    ellipsis: list[Label] = list(range(-more, 0))
    if output is None:
        every = "".join(terms)
        wanted = ellipsis + sorted({a for a in every if a != "." and every.count(a) == 1}, key=LETTERS.index)
    else:
        wanted = [label for a in output for label in (ellipsis if a == "." else [a])]
    return _contracted(_without_ones(found), wanted)


# --------------------------------------------------------------------------------------------- what is written


def _error(happened: str, expected: str, remedy: str) -> ShapeError:
    return ShapeError(say(f"einsum(): {happened}", expected, remedy))


def _read(args: tuple[Any, ...]) -> tuple[list[str], str | None, list[Tensor]]:
    """Return the letters of each operand, those of the result (None: not written), and the operands.

    In them "." stands for an ellipsis.
    """
    if len(args) < 2:
        raise ValueError(
            say(
                "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
                "subscripts list",
                "einsum('ij,jk', x, y) or einsum(x, [0, 1], y, [1, 2])",
                "Add the operands.",
            )
        )
    if isinstance(args[0], Leaf | np.ndarray):
        return _read_lists(args)
    equation = args[0]
    if not isinstance(equation, str):
        raise TypeError(
            say(
                f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}",
                "an equation such as 'ij,jk->ik'",
                "Write it first, then the tensors.",
            )
        )
    operands = args[1] if len(args) == 2 and isinstance(args[1], list | tuple) else args[1:]
    terms, output = _read_equation(equation)
    return _checked(terms, output, operands)


@functools.lru_cache(maxsize=256)  # a training step asks the same each time
def _read_equation(equation: str) -> tuple[list[str], str | None]:
    """Return the letters of each operand and of the result."""
    left, arrow, right = equation.partition("->")
    terms = []
    at = 0
    for place, term in enumerate(left.split(",")):
        terms.append(_letters(term, at, f"operand {place}"))
        at += len(term) + 1
    return terms, _letters(right, len(left) + 2, "the output") if arrow else None


def _letters(term: str, at: int, where: str) -> str:
    """Return the letters of one operand, with "." for an ellipsis. `at` is where in the equation they stand."""
    letters = ""
    i = 0
    while i < len(term):
        if term[i] == ".":
            if not term.startswith("...", i):
                if "." in letters:
                    break
                raise _error(f"found '.' for {where} that is not part of any ellipsis", "'...'", "Write three dots.")
            letters, i = letters + ".", i + 3
            continue
        if term[i] != " ":
            if term[i] not in LETTERS:
                raise _error(
                    f"invalid subscript given at index {at + i} in the equation string: {term[i]!r}",
                    "subscripts in [a-zA-Z]",
                    "Use letters, ',', '...' and '->'.",
                )
            letters += term[i]
        i += 1
    if letters.count(".") > 1 or i < len(term):
        raise _error(f"found '.' for {where} for which an ellipsis was already found", "one ellipsis", "Leave it out.")
    return letters


def _read_lists(args: tuple[Any, ...]) -> tuple[list[str], str | None, list[Tensor]]:
    """Return the same of operands that are followed by lists of numbers each."""
    operands, lists = list(args[0::2]), list(args[1::2])
    last = operands.pop() if len(operands) > len(lists) else None
    terms = [_letters_of(numbers, f"operand {place}") for place, numbers in enumerate(lists)]
    return _checked(terms, None if last is None else _letters_of(last, "the output"), operands)


def _letters_of(numbers: Any, where: str) -> str:
    if not isinstance(numbers, Sequence):
        raise _error(
            f"{where} is followed by {type(numbers).__name__}", "a list of numbers", "Write einsum(x, [0, 1], [1, 0])."
        )
    letters = []
    for number in numbers:
        if number is Ellipsis:
            letters.append("...")
        elif not isinstance(number, int):
            raise TypeError(say(f"einsum(): subscript {number!r} in a list", "an integer, or ...", "Use 0 to 51."))
        elif not 0 <= number < len(LETTERS):
            raise ValueError(
                say(
                    f"einsum(): subscript {number} in subscript list is not within the valid range [0, 52)",
                    "one of 52 letters",
                    "Use 0 to 51.",
                )
            )
        else:
            letters.append(LETTERS[number])
    return _letters("".join(letters), 0, where)


def _checked(terms: list[str], output: str | None, operands: Any) -> tuple[list[str], str | None, list[Tensor]]:
    """Return what was read, after comparing the parts with each other."""
    for place, t in enumerate(operands):
        if not isinstance(t, Leaf | np.ndarray):
            raise TypeError(
                say(
                    f"einsum(): expected Tensor as element {place} in argument 1, but got {type(t).__name__}",
                    "tensors",
                    "Make a tensor of it first: autograd.tensor(...).",
                )
            )
    if len(terms) != len(operands):
        which = "fewer" if len(operands) < len(terms) else "more"
        raise _error(
            f"{which} operands were provided than specified in the equation ({len(operands)} for {len(terms)})",
            "an operand for every term",
            "Check the commas.",
        )
    for a in output or "":
        if a == ".":
            continue
        if output is not None and output.count(a) > 1:
            raise _error(
                f"output subscript {a} appears more than once in the output", "every letter once", "Use diag_embed."
            )
        if not any(a in term for term in terms):
            raise _error(
                f"output subscript {a} does not appear in the equation for any input operand",
                "letters of the operands",
                "Check the output.",
            )
    return terms, output, [as_tensor_like(t) for t in operands]


# ------------------------------------------------------------------------------------------- what is computed


def _labelled(place: int, term: str, t: Tensor) -> Labelled:
    """Return an operand with a label for each dimension; of dimensions that share a letter, their diagonal."""
    ndim = t._array.ndim
    letters = len(term.replace(".", ""))
    if letters != ndim if "." not in term else letters > ndim:
        raise _error(
            f"the number of subscripts in the equation ({letters}) does not match the number of dimensions ({ndim}) "
            f"for operand {place}" + ("" if "." in term else " and no ellipsis was given"),
            "a letter for every dimension",
            "Add letters, or an ellipsis.",
        )
    labels: list[Label] = []
    for a in term:
        labels += list(range(letters - ndim, 0)) if a == "." else [a]
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            m, n = t._array.shape[first], t._array.shape[second]
            if m != n:
                raise _error(
                    f"subscript {label} is repeated for operand {place} but the sizes don't match, {m} != {n}",
                    "a square: a letter twice means the diagonal",
                    "Use two letters.",
                )
            t = diagonals.diagonal(t, 0, first, second)
            labels = [other for i, other in enumerate(labels) if i not in (first, second)] + [label]
    return t, labels


def _without_ones(found: list[Labelled]) -> list[Labelled]:
    """Return operands of agreeing sizes: a dimension of size 1 that is larger elsewhere broadcasts, and is left out."""
    sizes: dict[Label, int] = {}
    for place, (t, labels) in enumerate(found):
        for label, n in zip(labels, t._array.shape, strict=True):
            if sizes.setdefault(label, n) == 1:
                sizes[label] = n
            elif n not in (1, sizes[label]):
                raise _error(
                    f"subscript {label} has size {n} for operand {place} which does not broadcast with previously "
                    f"seen size {sizes[label]}",
                    "one size for every letter, or 1",
                    "Check the order of the letters.",
                )
    result = []
    for t, labels in found:
        ones = [i for i, (label, n) in enumerate(zip(labels, t._array.shape, strict=True)) if n == 1 != sizes[label]]
        if ones:
            t, labels = shape.squeeze(t, tuple(ones)), [label for i, label in enumerate(labels) if i not in ones]
        result.append((t, labels))
    return result


def _contracted(found: list[Labelled], wanted: list[Label]) -> Tensor:
    """Multiply operands from left to right, sum over a label as soon as nobody else needs it, and order the result."""
    z, labels = _summed(found[0], found[1:], wanted)
    for place, operand in enumerate(found[1:], 1):
        later = found[place + 1 :]
        z, labels = _pair((z, labels), _summed(operand, [(z, labels), *later], wanted), later, wanted)
    order = [labels.index(label) for label in wanted if label in labels]
    return shape.permute(z, tuple(order)) if len(found) == 1 else _ordered(z, order)


def _needed(label: Label, others: Sequence[Labelled], wanted: list[Label]) -> bool:
    return label in wanted or any(label in labels for _, labels in others)


def _summed(operand: Labelled, others: Sequence[Labelled], wanted: list[Label]) -> Labelled:
    """Sum an operand over the labels that neither the others nor the result have."""
    t, labels = operand
    alone = [i for i, label in enumerate(labels) if not _needed(label, others, wanted)]
    if not alone:
        return operand
    return reduce.sum(t, tuple(alone)), [label for i, label in enumerate(labels) if i not in alone]


def _pair(x: Labelled, y: Labelled, later: Sequence[Labelled], wanted: list[Label]) -> Labelled:
    """Return the product of two operands, summed over the labels that only they have: a stack of matrix products."""
    (a, left), (b, right) = x, y
    size = dict(zip(left + right, a._array.shape + b._array.shape, strict=True))
    both = [label for label in left if label in right]
    inside = [label for label in both if not _needed(label, later, wanted)]
    stack = [label for label in both if label not in inside]
    rows = [label for label in left if label not in both]
    columns = [label for label in right if label not in both]

    def sizes(labels: list[Label]) -> tuple[int, ...]:
        return tuple([size[label] for label in labels])

    if not inside:
        a = _ordered(a, [left.index(label) for label in stack + rows])
        b = _ordered(b, [right.index(label) for label in stack + columns])
        a = _shaped(a, sizes(stack + rows) + (1,) * len(columns)) if b._array.ndim else a
        b = _shaped(b, sizes(stack) + (1,) * len(rows) + sizes(columns)) if a._array.ndim else b
        return arithmetic.mul(a, b), stack + rows + columns
    a = _ordered(a, [left.index(label) for label in stack + rows + inside])
    b = _ordered(b, [right.index(label) for label in stack + inside + columns])
    batch = (math.prod(sizes(stack)),) if stack else ()
    m, k, n = (math.prod(sizes(labels)) for labels in (rows, inside, columns))
    z = linalg.product("einsum", _shaped(a, (*batch, m, k)), _shaped(b, (*batch, k, n)))
    return _shaped(z, sizes(stack + rows + columns)), stack + rows + columns


def _ordered(t: Tensor, order: list[int]) -> Tensor:
    """Return the tensor with its dimensions in an order: itself if that is its own."""
    return t if order == sorted(order) else shape.permute(t, tuple(order))


def _shaped(t: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Return the tensor in a shape: itself if it has it."""
    return t if t._array.shape == sizes else shape.reshape(t, sizes)
