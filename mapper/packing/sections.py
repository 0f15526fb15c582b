"""Lifetimes as ranges of sections: the few times that matter, and the independent spans of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapper.packing.rectangle import Rectangle

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sections:
    """Rectangle i is alive in sections ``lower[i]`` to ``upper[i] - 1``, at one of them at least.

    A section is a time at which a maximal set of rectangles is alive: what fits at those fits always.
    """

    lower: Ints
    upper: Ints
    count: int


def sections_of(rectangles: Sequence[Rectangle]) -> Sections:
    """Sections in the order of time.

    The rectangles alive between two neighbouring events are a maximal set if and only if one starts at the first event
    and one ends at the second.
    """
    lower = np.array([r.lower for r in rectangles], np.int64)
    upper = np.array([r.upper for r in rectangles], np.int64)
    events = np.unique(np.concatenate([lower, upper]))
    maximal = np.isin(events[:-1], lower) & np.isin(events[1:], upper)
    times = events[:-1][maximal]
    return Sections(np.searchsorted(times, lower), np.searchsorted(times, upper), len(times))


def independent(rectangles: Sequence[Rectangle]) -> list[list[Rectangle]]:
    """Groups that share no time with one another, in the order of time: each can be packed for itself."""
    groups: list[list[Rectangle]] = []
    end = 0
    for r in sorted(rectangles, key=lambda r: r.lower):
        if not groups or r.lower >= end:
            groups.append([])
            end = r.upper
        groups[-1].append(r)
        end = max(end, r.upper)
    return groups
