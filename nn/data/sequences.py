"""Toy sequences, on which recurrent networks are tried out, and a short text.

Like the points of `toy.py` they are drawn from NumPy's legacy generator with a seed of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import say


def _expect(condition: bool, happened: str, expected: str) -> None:
    if not condition:
        raise ValueError(say(happened, expected, "Choose a longer sequence."))


def first_symbol(count: int = 100, length: int = 20, symbols: int = 4, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return random sequences, each labelled with its first symbol: it has to be remembered to the end.

    Parameters
    ----------
    count : int
        How many sequences.
    length : int
        Of each.
    symbols : int
        How many different ones there are.
    seed : int

    Returns
    -------
    X : Tensor of int64, shape (count, length)
    y : Tensor of int64, shape (count,)

    Raises
    ------
    ValueError
        The sequences are empty.
    """
    _expect(length > 0, f"length is {length}", "at least 1")
    X = np.random.RandomState(seed).randint(0, symbols, (count, length))
    return autograd.tensor(X), autograd.tensor(X[:, 0])


def echo(count: int = 100, length: int = 20, delay: int = 3, symbols: int = 4, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Return random sequences of the symbols 1, 2 ... and the same some steps later, after zeros.

    Parameters
    ----------
    count : int
        How many sequences.
    length : int
        Of each.
    delay : int
        How many steps later.
    symbols : int
        How many different ones there are, without the 0.
    seed : int

    Returns
    -------
    X, Y : Tensor of int64, shape (count, length)
        ``Y[:, t]`` is ``X[:, t - delay]``, and 0 while there is none.

    Raises
    ------
    ValueError
        `delay` is negative, or longer than the sequences.
    """
    _expect(0 <= delay <= length, f"delay is {delay} in sequences of length {length}", "from 0 to the length")
    X = np.random.RandomState(seed).randint(1, symbols + 1, (count, length))
    Y = np.zeros_like(X)
    Y[:, delay:] = X[:, : length - delay]
    return autograd.tensor(X), autograd.tensor(Y)


def adding(count: int = 100, length: int = 20, seed: int = 0, dtype: Any = None) -> tuple[Tensor, Tensor]:
    """Return the adding problem of Hochreiter and Schmidhuber (1997): numbers, two of which are marked; add these.

    Parameters
    ----------
    count : int
        How many sequences.
    length : int
        Of each. One number is marked in its first half and one in its second.
    seed : int
    dtype : dtype, optional
        The default dtype if left out.

    Returns
    -------
    X : Tensor, shape (count, length, 2)
        Numbers from [0, 1), and marks: 1 for the two, else 0.
    y : Tensor, shape (count,)
        The sums of the marked numbers. Always answering 1 has a mean squared error of 1/6.

    Raises
    ------
    ValueError
        The sequences are too short to mark two numbers.
    """
    _expect(length >= 2, f"length is {length}", "at least 2")
    random = np.random.RandomState(seed)
    X = np.zeros((count, length, 2))
    X[..., 0] = random.uniform(size=(count, length))
    half = length // 2
    for places in (random.randint(0, half, count), random.randint(half, length, count)):
        X[np.arange(count), places, 1] = 1
    dtype = dtype or autograd.get_default_dtype()
    return autograd.tensor(X, dtype=dtype), autograd.tensor((X[..., 0] * X[..., 1]).sum(1), dtype=dtype)


class Text(NamedTuple):
    """A text as numbers.

    Attributes
    ----------
    codes : Tensor of int64, shape (characters,)
        The place of each character in `alphabet`.
    alphabet : tuple of str
        The characters that occur, in order.
    """

    codes: Tensor
    alphabet: tuple[str, ...]

    def decode(self, codes: Any) -> str:
        """Return the text of a sequence of numbers."""
        return "".join(self.alphabet[int(code)] for code in codes)


def text() -> Text:
    """Return Shakespeare's eighteenth sonnet (1609), character by character."""
    alphabet = tuple(sorted(set(_SONNET)))
    return Text(autograd.tensor([alphabet.index(character) for character in _SONNET]), alphabet)


_SONNET = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade
Nor lose possession of that fair thou owest;
Nor shall Death brag thou wander'st in his shade,
When in eternal lines to time thou growest:
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.
"""
