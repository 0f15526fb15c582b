"""A partial packing in the compiled search: floors per section, what is left above them, and how it is undone.

What is placed forms a skyline, one floor per section; whatever is left lies on or above it. All functions are compiled
by Numba and work in place on arrays of 64-bit integers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapper.packing.compiled import inlined

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

NODES, LOWER, UPPER, PARENT, QUEUE, TOP, TRAIL, PLACED, QUEUED, CHANGED, UNCHANGED = range(11)
"""Counters of a state: nodes seen; the part at hand, its frame, the parts that wait; heights of the stacks; and the
sections from CHANGED up to UNCHANGED, of which floors or bases changed."""
COUNTERS = 11
F_LOWER, F_UPPER, F_PARENT, F_QUEUE, F_SECTION, F_NEXT, F_END, F_RISE, F_TRAIL, F_PLACED, F_QUEUED = range(11)
"""Fields of a frame: its part; the frame and the queue before it; its section, children and rise; stack heights."""
FRAME_FIELDS = 11
PART_FIELDS = 4


class Problem(NamedTuple):
    """Rectangles sorted by ``lower`` (sections), sizes and capacity in one unit; ``rank`` orders a node's children.

    Alive in section s are ``member[begin[s]:begin[s + 1]]``; those from ``first[s]`` on start at s or later."""

    lower: Ints
    upper: Ints
    size: Ints
    rank: Ints
    begin: Ints
    member: Ints
    first: Ints
    capacity: int


class State(NamedTuple):
    """Where the search stands; ``offset`` is -1 for what is not placed, ``rest`` is the size left per section.

    ``base`` is the highest floor under each rectangle that is left. Floors and bases are trailed alike: in ``stamp``
    and on the trail the rectangles are numbered after the sections.
    """

    offset: Ints
    base: Ints
    floor: Ints
    rest: Ints
    stamp: Ints
    scratch: Ints
    counter: Ints
    frame: Ints
    child: Ints
    trail: Ints
    placed: Ints
    part: Ints
    key: Words
    failed: Words


@inlined
def _keep(state: State, index: int, height: int) -> None:
    """Put ``height`` on the trail unless this node has a lower one there."""
    counter = state.counter
    if state.stamp[index] != counter[NODES]:
        state.stamp[index] = counter[NODES]
        state.trail[counter[TRAIL], 0] = index
        state.trail[counter[TRAIL], 1] = height
        counter[TRAIL] += 1


@inlined
def set_floor(state: State, section: int, height: int) -> None:
    """Raise a floor."""
    _keep(state, section, state.floor[section])
    state.floor[section] = height


@inlined
def settle(problem: Problem, state: State) -> bool:
    """Raise bases to the floors under them, and floors to the lowest base in each section, until none changes.

    Only what meets the changed sections is looked at; these are wider afterwards. False if a section overflows.
    """
    counter = state.counter
    low, high = counter[CHANGED], counter[UNCHANGED]
    while low < high:
        start, stop = _raise_bases(problem, state, low, high)
        counter[CHANGED], counter[UNCHANGED] = min(counter[CHANGED], start), max(counter[UNCHANGED], stop)
        low, high = stop, start
        for s in range(start, stop):
            if state.rest[s] > 0:
                lowest = _lowest_base(problem, state, s)
                if lowest > state.floor[s]:
                    set_floor(state, s, lowest)
                    low, high = min(low, s), max(high, s + 1)
                if state.floor[s] + state.rest[s] > problem.capacity:
                    return False
    return True


@inlined
def _raise_bases(problem: Problem, state: State, low: int, high: int) -> tuple[int, int]:
    """Raise bases to the floors from ``low`` up to ``high``; the range of these and of all that was raised."""
    start, stop = low, high
    for i in range(problem.first[state.counter[LOWER]], problem.first[high]):
        if state.offset[i] < 0 and problem.upper[i] > low:
            base = state.base[i]
            for s in range(max(problem.lower[i], low), min(problem.upper[i], high)):
                base = max(base, state.floor[s])
            if base > state.base[i]:
                _keep(state, len(state.floor) + i, state.base[i])
                state.base[i] = base
                start, stop = min(start, problem.lower[i]), max(stop, problem.upper[i])
    return start, stop


@inlined
def _lowest_base(problem: Problem, state: State, section: int) -> int:
    lowest = problem.capacity + 1
    for i in problem.member[problem.begin[section] : problem.begin[section + 1]]:
        if state.offset[i] < 0:
            lowest = min(lowest, state.base[i])
    return lowest


@inlined
def stacks_fit(problem: Problem, state: State) -> bool:
    """Whether in each changed section what cannot lie below some base fits above it (a machine with release times)."""
    for s in range(state.counter[CHANGED], state.counter[UNCHANGED]):
        raised, highest = 0, 0
        for i in problem.member[problem.begin[s] : problem.begin[s + 1]]:
            if state.offset[i] < 0 and state.base[i] > state.floor[s]:
                raised += problem.size[i]
                highest = max(highest, state.base[i])
        if highest + raised > problem.capacity and not _stack_fits(problem, state, s):
            return False
    return True


@inlined
def _stack_fits(problem: Problem, state: State, section: int) -> bool:
    """Whether no base of the section has more than the capacity on it."""
    alive = problem.member[problem.begin[section] : problem.begin[section + 1]]
    for i in alive:
        if state.offset[i] < 0 and state.base[i] + state.rest[section] > problem.capacity:
            stack = state.base[i]
            for j in alive:
                if state.offset[j] < 0 and state.base[j] >= state.base[i]:
                    stack += problem.size[j]
            if stack > problem.capacity:
                return False
    return True


@inlined
def place(problem: Problem, state: State, i: int) -> None:
    """Lay rectangle i on the floor."""
    counter = state.counter
    bottom = state.floor[problem.lower[i]]
    state.offset[i] = bottom
    state.placed[counter[PLACED]] = i
    counter[PLACED] += 1
    for s in range(problem.lower[i], problem.upper[i]):
        state.stamp[s] = -1  # the trail has another mark between this node and the next
        set_floor(state, s, bottom + problem.size[i])
        state.stamp[s] = -1
        state.rest[s] -= problem.size[i]
    counter[CHANGED], counter[UNCHANGED] = problem.lower[i], problem.upper[i]


@inlined
def undo(problem: Problem, state: State, frame: Ints) -> None:
    """Take back all that was done since the frame was opened."""
    counter = state.counter
    while counter[TRAIL] > frame[F_TRAIL]:
        counter[TRAIL] -= 1
        index, height = state.trail[counter[TRAIL]]
        if index < len(state.floor):
            state.floor[index] = height
        else:
            state.base[index - len(state.floor)] = height
    while counter[PLACED] > frame[F_PLACED]:
        counter[PLACED] -= 1
        i = state.placed[counter[PLACED]]
        state.offset[i] = -1
        state.rest[problem.lower[i] : problem.upper[i]] += problem.size[i]
    counter[QUEUED] = frame[F_QUEUED]


@inlined
def lies_flat(problem: Problem, state: State, i: int) -> bool:
    """Whether rectangle i is left and can lie on the floor all along."""
    s = problem.lower[i]
    while s < problem.upper[i] and state.floor[s] == state.base[i]:
        s += 1
    return bool(state.offset[i] < 0 and s == problem.upper[i])
