"""How things are timed: blocks of the contestants in turn, a warm-up first, and medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

Timed = Callable[[], tuple[float, ...]]


def clock(work: Callable[[], object], times: int = 1) -> float:
    """Return the nanoseconds that one call of `work` takes, over `times` calls."""
    start = time.perf_counter_ns()
    for _ in range(times):
        work()
    return (time.perf_counter_ns() - start) / times


def alternate(contestants: Mapping[str, Timed], rounds: int) -> dict[str, list[tuple[float, ...]]]:
    """Run the contestants round robin and return what each answered in every round but the first fifth (warm-up)."""
    answers: dict[str, list[tuple[float, ...]]] = {name: [] for name in contestants}
    gc.collect()
    gc.freeze()  # the libraries' own objects: collecting them again every time would take longer than what is timed
    for _ in range(rounds + rounds // 5):
        for name, timed in contestants.items():
            gc.collect()
            answers[name].append(timed())
    gc.unfreeze()
    return {name: each[rounds // 5 :] for name, each in answers.items()}


def medians(answers: list[tuple[float, ...]]) -> tuple[float, ...]:
    """Return the median of each figure."""
    return tuple(statistics.median(column) for column in zip(*answers, strict=True))


def ratio(ours: list[tuple[float, ...]], theirs: list[tuple[float, ...]]) -> tuple[float, ...]:
    """Return the median over the rounds of ours / theirs, for each figure."""
    return medians([tuple(a / b for a, b in zip(x, y, strict=True)) for x, y in zip(ours, theirs, strict=True)])
