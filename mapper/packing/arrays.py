"""Arrays for the compiled search: a problem from rectangles, and the state in which it begins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mapper.packing.rectangle import Rectangle
from mapper.packing.sections import Sections, sections_of
from mapper.packing.skyline import (
    COUNTERS,
    FRAME_FIELDS,
    PARENT,
    PART_FIELDS,
    QUEUE,
    TOP,
    UNCHANGED,
    UPPER,
    Ints,
    Problem,
    State,
    Words,
)

REMEMBERED = 1 << 18
"""Failed parts that are remembered, a power of two."""


def problem_of(group: Sequence[Rectangle], rank: Ints, capacity: int, unit: int) -> Problem:
    """The problem of rectangles that are sorted by their lower times; ``capacity`` in units of ``unit`` bytes."""
    sections = sections_of(group)
    begin, member = _alive(sections)
    return Problem(
        lower=sections.lower,
        upper=sections.upper,
        size=np.array([r.size_bytes // unit for r in group], np.int64),
        rank=rank,
        begin=begin,
        member=member,
        first=np.searchsorted(sections.lower, np.arange(sections.count + 1)).astype(np.int64),
        capacity=capacity,
    )


def _alive(sections: Sections) -> tuple[Ints, Ints]:
    """The rectangles alive in each section, one section after the other, and where each begins."""
    alive: list[list[int]] = [[] for _ in range(sections.count)]
    for i, (lower, upper) in enumerate(zip(sections.lower, sections.upper, strict=True)):
        for s in range(lower, upper):
            alive[s].append(i)
    begin = np.cumsum([0, *(len(some) for some in alive)]).astype(np.int64)
    return begin, np.array([i for some in alive for i in some], np.int64)


def no_failures() -> Words:
    """Room for failed parts; a later one takes the place of one with the same low bits."""
    return np.zeros((REMEMBERED, 2), np.uint64)


def new_state(problem: Problem, failed: Words, depth: int) -> State:
    """Nothing placed, all sections at hand, room for ``depth`` frames."""
    count, sections = len(problem.size), len(problem.begin) - 1
    counter = np.zeros(COUNTERS, np.int64)
    counter[UPPER] = counter[UNCHANGED] = sections
    counter[[PARENT, QUEUE, TOP]] = -1
    return State(
        offset=np.full(count, -1, np.int64),
        base=_zeros(count),
        floor=_zeros(sections),
        rest=np.add.reduceat(problem.size[problem.member], problem.begin[:-1]),
        stamp=_zeros(sections + count),
        scratch=_zeros(sections),
        counter=counter,
        frame=_zeros(depth, FRAME_FIELDS),
        child=_zeros(4 * depth + count),
        trail=_zeros(4 * depth + 4 * (sections + count), 2),
        placed=_zeros(count),
        part=_zeros(depth + 2 * sections, PART_FIELDS),
        key=np.zeros((depth, 2), np.uint64),
        failed=failed,
    )


def _zeros(*shape: int) -> Ints:
    return np.zeros(shape, np.int64)


def enlarged(state: State) -> State:
    """The same state with twice the room on its stacks."""
    stacks = ("frame", "child", "trail", "part", "key")
    twice = {name: np.concatenate([getattr(state, name), np.zeros_like(getattr(state, name))]) for name in stacks}
    return state._replace(**twice)
