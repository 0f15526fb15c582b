"""Small packing problems, the check of a packing that shares no line with the packers, and brute force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import strategies as st

from mapper.packing import Rectangle

MINIMALLOC = Path(__file__).parent.parent.parent / "shared" / "data" / "minimalloc"


def check(rectangles: Sequence[Rectangle], offsets: Mapping[str, int], capacity: int) -> None:
    """Every rectangle has an offset inside the capacity, and no two overlap in both directions: all pairs are asked."""
    assert sorted(offsets) == sorted(r.name for r in rectangles)
    assert all(0 <= offsets[r.name] <= capacity - r.size_bytes for r in rectangles)
    for k, a in enumerate(rectangles):
        for b in rectangles[:k]:
            apart_in_time = a.upper <= b.lower or b.upper <= a.lower
            below = offsets[a.name] + a.size_bytes <= offsets[b.name]
            above = offsets[b.name] + b.size_bytes <= offsets[a.name]
            assert apart_in_time or below or above, (a, b)


def lowest_by_force(rectangles: Sequence[Rectangle]) -> int:
    """The smallest height over all orders, each rectangle on the highest one below it that is alive at the same time.

    Taken in the order of its offsets, any packing can only sink.
    """
    return min((_height_of(order) for order in permutations(rectangles)), default=0)


def _height_of(order: Sequence[Rectangle]) -> int:
    tops: list[int] = []
    for k, r in enumerate(order):
        under = (tops[j] for j in range(k) if order[j].lower < r.upper and r.lower < order[j].upper)
        tops.append(max(under, default=0) + r.size_bytes)
    return max(tops)


@st.composite
def rectangles(draw: st.DrawFn, most: int = 12, last: int = 8, largest: int = 6) -> list[Rectangle]:
    """Up to ``most`` rectangles, some of one size and some of one lifetime."""
    found = []
    for i in range(draw(st.integers(1, most))):
        lower = draw(st.integers(0, last - 1))
        upper = draw(st.integers(lower + 1, last))
        found.append(Rectangle(f"t{i}", lower, upper, draw(st.integers(1, largest))))
    return found


def tight_rectangles(seed: int, capacity: int = 12, last: int = 8) -> list[Rectangle]:
    """Rectangles that fill ``capacity`` at every time: at each some end, and others of the same size in sum begin."""
    random = Random(seed)
    alive = [(0, size) for size in _parts(random, capacity)]
    found: list[tuple[int, int, int]] = []
    for time in range(1, last):
        ending = random.randint(1, len(alive))
        random.shuffle(alive)
        found += [(lower, time, size) for lower, size in alive[:ending]]
        freed = sum(size for _, size in alive[:ending])
        alive = alive[ending:] + [(time, size) for size in _parts(random, freed)]
    found += [(lower, last, size) for lower, size in alive]
    return [Rectangle(f"t{i}", *each) for i, each in enumerate(found)]


def thinned_rectangles(seed: int) -> list[Rectangle]:
    """Tight rectangles without about one in seven: there is room to waste, in places."""
    random = Random(seed)
    return [r for r in tight_rectangles(seed) if random.random() < 0.85]


WITH_A_HOLE = 9907
"""Seed of ``thinned_rectangles`` of which the lowest packing needs a hole where some rectangle could lie."""


def _parts(random: Random, whole: int) -> list[int]:
    parts = []
    while sum(parts) < whole:
        parts.append(random.randint(1, whole - sum(parts)))
    return parts


WITH_GAPS = (8130, 9450, 20113, 8746, 21138, 1353, 2906, 8400, 9000, 18461, 25241, 2848, 3671, 4291, 7098, 27947)
"""Seeds of ``tight_rectangles`` of which no packing is as low as the bytes alive."""


def minimalloc(name: str) -> Path:
    """A file of the MiniMalloc benchmarks; skips the test where the folder of shared data is not beside the project."""
    path = MINIMALLOC / name
    if not path.exists():
        pytest.skip(f"the MiniMalloc input {name} is not in shared/data/minimalloc beside the project")
    return path
