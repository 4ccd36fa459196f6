"""Pictures of digits: drawn here, 16 by 16 as in the lectures, and scikit-learn's 8 by 8 written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import Tensor
from autograd.errors import MissingPackageError, say

#: Ten digits of 7 rows and 5 columns: ink is #.
_FONT = """
.###.  ..#..  .###.  .###.  ...#.  #####  .###.  #####  .###.  .###.
#...#  .##..  #...#  #...#  ..##.  #....  #....  ....#  #...#  #...#
#..##  ..#..  ....#  ....#  .#.#.  ####.  #....  ...#.  #...#  #...#
#.#.#  ..#..  ..##.  ..##.  #..#.  ....#  ####.  ..#..  .###.  .####
##..#  ..#..  .#...  ....#  #####  ....#  #...#  .#...  #...#  ....#
#...#  ..#..  #....  #...#  ...#.  #...#  #...#  .#...  #...#  ....#
.###.  .###.  #####  .###.  ...#.  .###.  .###.  .#...  .###.  .###.
"""
SIDE = 16


def _glyphs() -> np.ndarray[Any, Any]:
    """Return the font as (10, 14, 10) bools: every dot twice as high and twice as wide."""
    rows = [line.split() for line in _FONT.split("\n") if line]
    dots = np.array([[[dot == "#" for dot in row[digit]] for row in rows] for digit in range(10)])
    return dots.repeat(2, axis=1).repeat(2, axis=2)


def digits(points: int = 100, flips: float = 0.05, seed: int = 0, dtype: Any = None) -> tuple[Tensor, Tensor]:
    """Return noisy pictures of the ten digits: a font of 5 by 7 dots, doubled, moved about, with some dots flipped.

    Parameters
    ----------
    points : int
        For each digit.
    flips : float
        The probability that a dot is turned from ink to paper or back.
    seed : int
    dtype : dtype, optional
        Of `X`; the default dtype if left out.

    Returns
    -------
    X : Tensor, shape (10 * points, 256)
        Ink is 1, paper 0, row after row: `X.view(-1, 1, 16, 16)` are pictures.
    y : Tensor of int64, shape (10 * points,)
        The digits, one after the other.
    """
    random = np.random.RandomState(seed)
    pictures = np.zeros((10, points, SIDE, SIDE), bool)
    for glyph, copies in zip(_glyphs(), pictures, strict=True):
        height, width = glyph.shape
        down = random.randint(0, SIDE - height + 1, points)
        right = random.randint(0, SIDE - width + 1, points)
        for picture, row, column in zip(copies, down, right, strict=True):
            picture[row : row + height, column : column + width] = glyph
    pictures ^= random.uniform(size=pictures.shape) < flips
    X = autograd.tensor(pictures.reshape(10 * points, SIDE * SIDE), dtype=dtype or autograd.get_default_dtype())
    return X, autograd.tensor(np.repeat(np.arange(10), points))


def load_digits(dtype: Any = None) -> tuple[Tensor, Tensor]:
    """Return the 1797 handwritten digits that come with scikit-learn.

    Parameters
    ----------
    dtype : dtype, optional
        Of `X`; the default dtype if left out.

    Returns
    -------
    X : Tensor, shape (1797, 64)
        Ink from 0 to 16, row after row: `X.view(-1, 1, 8, 8)` are pictures.
    y : Tensor of int64, shape (1797,)

    Raises
    ------
    ImportError
        scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits as load
    except ModuleNotFoundError:
        raise MissingPackageError(
            say(
                "load_digits needs scikit-learn, which is not installed",
                "it: the pictures come with it",
                "pip install 'chalkgrad[notebooks]', or take nn.data.digits(), which is drawn here.",
            )
        ) from None
    found = load()
    X = autograd.tensor(np.asarray(found.data), dtype=dtype or autograd.get_default_dtype())
    return X, autograd.tensor(np.asarray(found.target, np.int64))
