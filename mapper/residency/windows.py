"""Bounds that add: windows of consecutive steps, each an excerpt with a bound of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mapper.residency.cuts import signature
from mapper.residency.excerpts import Excerpts
from mapper.residency.indexed import Indexed
from mapper.residency.peak import least_peak

LENGTHS = (4, 6, 8, 10, 13, 16, 20, 24)
"""Steps of the windows that are tried."""
PEAK_STATES = 2_000


@dataclass(frozen=True, slots=True)
class Window:
    """Steps [first, last) of the default order, and the least that any plan pays there, in units of the graph.

    ``arriving`` are the buffers, as a mask, whose first arrival is counted although they left before.
    """

    first: int
    last: int
    least: int
    arriving: int

    @property
    def mask(self) -> int:
        return (1 << self.last) - (1 << self.first)


Bound = Callable[[Indexed], int]
"""A lower bound in units on the cost of a small graph."""


def best_windows(x: Indexed, budget_bytes: int, bound: Bound) -> list[Window]:
    """Disjoint windows whose bounds have the largest sum; each kind of window is bounded once."""
    excerpts = Excerpts(x, x.capacity(budget_bytes))
    known: dict[object, int] = {}
    ending: list[list[Window]] = [[] for _ in range(x.count + 1)]
    for length in LENGTHS:
        for first in range(max(1, x.count - length + 1)):
            last = min(first + length, x.count)
            excerpt = excerpts.of(first, last)
            part = Indexed(excerpt.graph)
            key = (signature(part.graph), excerpt.paid_bytes)
            if key not in known:
                low = least_peak(part.graph, PEAK_STATES).peak_bytes <= budget_bytes
                known[key] = excerpt.paid_bytes + (0 if low else bound(part) * part.unit_bytes)
            if known[key]:
                ending[last].append(Window(first, last, -(-known[key] // x.unit_bytes), excerpt.arriving))
        if length >= x.count:
            break
    return _heaviest(ending)


def _heaviest(ending: list[list[Window]]) -> list[Window]:
    """The disjoint windows with the largest sum of bounds, shorter windows first."""
    best: list[tuple[int, Window | None]] = [(0, None)]
    for last in range(1, len(ending)):
        here: tuple[int, Window | None] = (best[last - 1][0], None)
        for candidate in ending[last]:
            total = best[candidate.first][0] + candidate.least
            if total > here[0]:
                here = (total, candidate)
        best.append(here)
    chosen = []
    at = len(ending) - 1
    while at > 0:
        window = best[at][1]
        if window is not None:
            chosen.append(window)
        at = window.first if window is not None else at - 1
    return chosen[::-1]
