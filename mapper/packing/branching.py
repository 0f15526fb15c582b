"""Where the exact search branches: the section of a valley with the fewest children, and what they are.

A valley is a run of equal floors with higher ones, or nothing left, on both sides. At a section of a valley either some
rectangle that fits between the valley's walls lies on the floor, or nothing does and the floor there rises to the next
height at which a rectangle can be supported.
"""

from __future__ import annotations

from mapper.packing.compiled import inlined
from mapper.packing.skyline import (
    F_END,
    F_LOWER,
    F_NEXT,
    F_PARENT,
    F_PLACED,
    F_QUEUE,
    F_QUEUED,
    F_RISE,
    F_SECTION,
    F_TRAIL,
    F_UPPER,
    LOWER,
    PARENT,
    PLACED,
    QUEUE,
    QUEUED,
    TOP,
    TRAIL,
    UPPER,
    Ints,
    Problem,
    State,
    lies_flat,
)  # fmt: skip


@inlined
def branch(problem: Problem, state: State) -> None:
    """Open a frame at the best section, with its children in order."""
    counter = state.counter
    section = best_section(problem, state)
    rise = rise_of(problem, state, section)
    top = counter[TOP] + 1
    start = state.frame[top - 1, F_END] if top > 0 else 0
    end = start
    for i in problem.member[problem.begin[section] : problem.begin[section + 1]]:
        if lies_flat(problem, state, i) and not _has_twin(problem, state.child, start, end, i):
            place = end
            while place > start and problem.rank[state.child[place - 1]] > problem.rank[i]:
                state.child[place] = state.child[place - 1]
                place -= 1
            state.child[place] = i
            end += 1
    frame = state.frame[top]
    frame[F_LOWER], frame[F_UPPER], frame[F_PARENT] = counter[LOWER], counter[UPPER], counter[PARENT]
    frame[F_QUEUE], frame[F_SECTION], frame[F_NEXT], frame[F_END] = counter[QUEUE], section, start, end
    frame[F_RISE] = rise if rise + state.rest[section] <= problem.capacity else -1
    frame[F_TRAIL], frame[F_PLACED], frame[F_QUEUED] = counter[TRAIL], counter[PLACED], counter[QUEUED]
    counter[TOP] = top


@inlined
def _has_twin(problem: Problem, child: Ints, start: int, end: int, i: int) -> bool:
    """Whether a child with the lifetime and the size of i is there already."""
    for j in child[start:end]:
        same_time = problem.lower[j] == problem.lower[i] and problem.upper[j] == problem.upper[i]
        if same_time and problem.size[j] == problem.size[i]:
            return True
    return False


@inlined
def best_section(problem: Problem, state: State) -> int:
    """The section of a valley with the fewest children; of several the one with the least room to spare."""
    floor, children = state.floor, state.scratch
    begin, end = state.counter[LOWER], state.counter[UPPER]
    children[begin:end] = 0
    for i in range(problem.first[begin], problem.first[end]):
        if lies_flat(problem, state, i):
            for s in range(problem.lower[i], problem.upper[i]):
                children[s] += 1
    best, fewest, least = -1, 0, 0
    s = begin
    while s < end:
        start = s
        while s + 1 < end and floor[s + 1] == floor[s]:
            s += 1
        s += 1
        if (start > begin and floor[start - 1] < floor[start]) or (s < end and floor[s] < floor[start]):
            continue
        for q in range(start, s):
            room = problem.capacity - floor[q] - state.rest[q]
            count = 2 * children[q] + (room > 0)
            if best < 0 or count < fewest or (count == fewest and room < least):
                best, fewest, least = q, count, room
    return best


@inlined
def rise_of(problem: Problem, state: State, section: int) -> int:
    """The lowest height at which something can be the lowest of ``section`` if nothing lies on its floor.

    A rectangle is then supported by another that is not alive in the section, or has its base above the floor.
    """
    rise = problem.capacity + 1
    begin, end = state.counter[LOWER], state.counter[UPPER]
    for i in problem.member[problem.begin[section] : problem.begin[section + 1]]:
        if state.offset[i] >= 0:
            continue
        if state.base[i] > state.floor[section]:
            rise = min(rise, state.base[i])
            continue
        for j in range(problem.first[begin], problem.first[end]):
            if problem.lower[j] >= problem.upper[i]:
                break
            beside = problem.lower[j] > section or problem.upper[j] <= section
            if state.offset[j] < 0 and beside and problem.upper[j] > problem.lower[i]:
                rise = min(rise, state.base[j] + problem.size[j])
    return rise
