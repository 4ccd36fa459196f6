"""Small data sets for trying things out: Fisher's irises, and points in the plane.

The generators return `(X, y)`: points of shape (N, 2) and class labels (int64) of shape (N,). They draw from NumPy's
legacy generator with a seed of their own, so that the points do not depend on what else was drawn.
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import Tensor


class Iris(NamedTuple):
    """Fisher's irises.

    Attributes
    ----------
    X : Tensor, shape (150, 4)
        Length and width of sepal and petal in centimetres.
    y : Tensor, shape (150,)
        Class labels.
    feature_names, class_names : tuple of str
        What the columns of `X` and the labels mean.
    """

    X: Tensor
    y: Tensor
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]


def iris(dtype: Any = None) -> Iris:
    """Return the 150 irises of three species that Fisher (1936) classified, 50 of each, in the order of the file.

    Source and licence (CC BY 4.0) stand in `iris.LICENSE.txt` beside the data.

    Parameters
    ----------
    dtype : dtype, optional
        Of `X`; float32 if left out.

    Returns
    -------
    Iris
        A named tuple of `X`, `y`, `feature_names` and `class_names`.
    """
    text = resources.files("nn.data").joinpath("iris.csv").read_text(encoding="utf-8")
    (*features, _), *rows = csv.reader(text.splitlines())
    classes = tuple(dict.fromkeys(row[-1] for row in rows))  # in order of appearance
    return Iris(
        autograd.tensor([[float(x) for x in row[:-1]] for row in rows], dtype=dtype or autograd.float32),
        autograd.tensor([classes.index(row[-1]) for row in rows]),
        tuple(features),
        classes,
    )


#: Of the flowers that lecture 000 prints, by their numbers in the file, from 0.
_PRINTED = (128, 18, 130, 105, 107, 78, 83, 14, 5, 133)


def ten_irises(dtype: Any = None) -> Iris:
    """Return the ten irises that lecture 000 prints, in its order: 3 of setosa, 2 of versicolor, 5 of virginica.

    Parameters
    ----------
    dtype : dtype, optional
        Of `X`; float32 if left out.

    Returns
    -------
    Iris
        As `iris()`, with ten rows.
    """
    flowers = iris(dtype)
    return flowers._replace(X=flowers.X[list(_PRINTED)], y=flowers.y[list(_PRINTED)])


def _labelled(points: list[np.ndarray[Any, Any]], dtype: Any) -> tuple[Tensor, Tensor]:
    """Return the points of all classes and their labels, one class after the other."""
    labels = np.repeat(np.arange(len(points)), [len(p) for p in points])
    return autograd.tensor(np.concatenate(points), dtype=dtype or autograd.get_default_dtype()), autograd.tensor(labels)


def spiral(
    points: int = 100, classes: int = 3, noise: float = 0.2, seed: int = 0, dtype: Any = None
) -> tuple[Tensor, Tensor]:
    """Return interlocked spiral arms: no straight line separates any two.

    The generator of Stanford's course CS231n.

    Parameters
    ----------
    points : int
        For each class.
    classes : int
        The number of arms.
    noise : float
        Standard deviation of the angle.
    seed : int
    dtype : dtype, optional
        Of `X`; the default dtype if left out.
    """
    random = np.random.RandomState(seed)
    radius = np.linspace(0, 1, points)
    arms = []
    for j in range(classes):
        angle = np.linspace(4 * j, 4 * (j + 1), points) + noise * random.randn(points)
        arms.append(np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1))
    return _labelled(arms, dtype)


def moons(points: int = 100, noise: float = 0.1, seed: int = 0, dtype: Any = None) -> tuple[Tensor, Tensor]:
    """Return two half moons, each around a horn of the other.

    Parameters
    ----------
    points : int
        For each class.
    noise : float
        Standard deviation of the points' position.
    seed : int
    dtype : dtype, optional
        Of `X`; the default dtype if left out.
    """
    random = np.random.RandomState(seed)
    angle = np.linspace(0, np.pi, points)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return _labelled([moon + noise * random.randn(points, 2) for moon in (upper, lower)], dtype)


def rings(points: int = 100, seed: int = 0, dtype: Any = None) -> tuple[Tensor, Tensor]:
    """Return a disc of radius .5 and a ring around it, of radii 1 to 1.5: separable in polar coordinates alone.

    Parameters
    ----------
    points : int
        For each class.
    seed : int
    dtype : dtype, optional
        Of `X`; the default dtype if left out.
    """
    random = np.random.RandomState(seed)
    classes = []
    for inner, outer in ((0.0, 0.5), (1.0, 1.5)):
        radius = random.uniform(inner, outer, points)
        angle = random.uniform(0, 2 * np.pi, points)
        classes.append(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
    return _labelled(classes, dtype)


def xor(dtype: Any = None) -> tuple[Tensor, Tensor]:
    """Return the four corners of the unit square, labelled with the exclusive or of their coordinates.

    Parameters
    ----------
    dtype : dtype, optional
        Of `X`; the default dtype if left out.
    """
    corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
    return autograd.tensor(corners, dtype=dtype or autograd.get_default_dtype()), autograd.tensor([0, 1, 1, 0])
