"""The search for a step along a direction that lowers a function enough and levels its slope: Wolfe's conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Point(NamedTuple):
    """A point on the line x + t d.

    Attributes
    ----------
    t : float
        Where.
    f : float
        The function there.
    gradient : ndarray
    slope : float
        The derivative along the line: gradient · d.
    """

    t: Any
    f: float
    gradient: Array
    slope: Any


def cubic_minimum(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """Return where the cubic through two points with their slopes is smallest, within bounds (by default, the two).

    With e = a' + b' - 3 (f(a) - f(b)) / (a - b) and r = √(e² - a' b'), for a < b: b - (b - a) (b' + r - e) / (b' - a' +
    2 r). Without a minimum, the middle.
    """
    if a.t > b.t:
        return cubic_minimum(b, a, bounds)
    low, high = bounds or (a.t, b.t)
    e = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = e**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2
    r = np.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + r - e) / (b.slope - a.slope + 2 * r))
    return min(max(t, low), high)


def strong_wolfe(
    evaluate: Callable[[Any], tuple[float, Array]],
    t: Any,
    d: Array,
    start: Point,
    *,
    least_change: float,
    most: int,
    c1: float = 1e-4,
    c2: float = 0.9,
) -> Point:
    """Look for a step t with f(t) ≤ f(0) + c₁ t f'(0) and |f'(t)| ≤ -c₂ f'(0).

    First steps grow until such a point is found or two points enclose one; then the interval is narrowed.

    Parameters
    ----------
    evaluate : callable
        t → (function, gradient) at x + t d.
    t : float
        The first step tried.
    d : ndarray
        The direction.
    start : Point
        t = 0.
    least_change : float
        An interval shorter than this (times the largest element of d) is not narrowed any more.
    most : int
        The number of evaluations after the first.
    c1, c2 : float

    Returns
    -------
    Point
        The best one seen.

    Notes
    -----
    Nocedal & Wright (2006), "Numerical optimization", algorithms 3.5 and 3.6, in the form of Schmidt's minFunc, which
    is PyTorch's.
    """

    def at(t: Any) -> Point:
        f, gradient = evaluate(t)
        return Point(t, f, gradient, gradient.dot(d))

    def too_high(point: Point) -> bool:
        return bool(point.f > start.f + c1 * point.t * start.slope)

    def level(point: Point) -> bool:
        return bool(abs(point.slope) <= -c2 * start.slope)

    last, point, tried = start, at(t), 0
    bracket = None
    while tried < most:
        if too_high(point) or (tried > 1 and point.f >= last.f):
            bracket = [last, point]
        elif level(point):
            return point
        elif point.slope >= 0:
            bracket = [last, point]
        if bracket is not None:
            break
        ahead = (point.t + 0.01 * (point.t - last.t), point.t * 10)
        last, point = point, at(cubic_minimum(last, point, ahead))
        tried += 1
    if bracket is None:
        bracket = [start, point]
    return narrowed(bracket, at, too_high, level, least_change / float(np.abs(d).max()), tried, most)


def narrowed(
    bracket: list[Point],
    at: Callable[[Any], Point],
    too_high: Callable[[Point], bool],
    level: Callable[[Point], bool],
    shortest: float,
    tried: int,
    most: int,
) -> Point:
    """Narrow an interval around a point that meets both conditions; return the best point seen."""
    near_end_before = False
    low, high = (0, 1) if bracket[0].f <= bracket[1].f else (1, 0)
    while tried < most and not abs(bracket[1].t - bracket[0].t) < shortest:
        t = cubic_minimum(bracket[0], bracket[1])
        left, right = sorted((bracket[0].t, bracket[1].t))
        margin = 0.1 * (right - left)
        near_end = min(right - t, t - left) < margin
        if near_end and (near_end_before or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin  # too slow: away from the end
            near_end = False
        near_end_before = near_end

        point = at(t)
        tried += 1
        if too_high(point) or point.f >= bracket[low].f:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].f <= bracket[1].f else (1, 0)
            continue
        done = level(point)
        if not done and point.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = point
        if done:
            break
    return bracket[low]
