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

NODES, LOWER, UPPER, PARENT, QUEUE, TOP, TRAIL, PLACED, QUEUED = range(9)
"""Counters of a state: nodes seen; the part at hand, its frame, the parts that wait; heights of the stacks."""
COUNTERS = 9
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
    """Where the search stands; ``offset`` is -1 for what is not placed, ``rest`` is the size left per section."""

    offset: Ints
    base: Ints
    floor: Ints
    rest: Ints
    stamp: Ints
    scratch: Ints
    lowest: Ints
    counter: Ints
    frame: Ints
    child: Ints
    trail: Ints
    placed: Ints
    part: Ints
    key: Words
    failed: Words


@inlined
def set_floor(state: State, section: int, height: int) -> None:
    """Raise a floor; the trail keeps what it was before this node."""
    counter = state.counter
    if state.stamp[section] != counter[NODES]:
        state.stamp[section] = counter[NODES]
        state.trail[counter[TRAIL], 0] = section
        state.trail[counter[TRAIL], 1] = state.floor[section]
        counter[TRAIL] += 1
    state.floor[section] = height


@inlined
def settle(problem: Problem, state: State) -> bool:
    """Raise floors to the lowest base in each section until none changes; False if a section overflows.

    The base of a rectangle is the highest floor under it.
    """
    begin, end = state.counter[LOWER], state.counter[UPPER]
    changed = True
    while changed:
        changed = False
        _find_bases(problem, state)
        for s in range(begin, end):
            if state.rest[s] > 0:
                if state.lowest[s] > state.floor[s]:
                    set_floor(state, s, state.lowest[s])
                    changed = True
                if state.floor[s] + state.rest[s] > problem.capacity:
                    return False
    return True


@inlined
def _find_bases(problem: Problem, state: State) -> None:
    """The base of every rectangle left in the part at hand, and the lowest base in each section."""
    begin, end = state.counter[LOWER], state.counter[UPPER]
    state.lowest[begin:end] = problem.capacity + 1
    for i in range(problem.first[begin], problem.first[end]):
        if state.offset[i] < 0:
            base = 0
            for s in range(problem.lower[i], problem.upper[i]):
                base = max(base, state.floor[s])
            state.base[i] = base
            for s in range(problem.lower[i], problem.upper[i]):
                state.lowest[s] = min(state.lowest[s], base)


@inlined
def stacks_fit(problem: Problem, state: State) -> bool:
    """Whether in each section what cannot lie below some base fits above it (one machine with release times)."""
    begin, end = state.counter[LOWER], state.counter[UPPER]
    raised, highest = state.scratch, state.lowest
    raised[begin:end] = 0
    highest[begin:end] = 0
    for i in range(problem.first[begin], problem.first[end]):
        if state.offset[i] < 0:
            base = state.base[i]
            for s in range(problem.lower[i], problem.upper[i]):
                if base > state.floor[s]:
                    raised[s] += problem.size[i]
                    highest[s] = max(highest[s], base)
    for s in range(begin, end):
        if highest[s] + raised[s] > problem.capacity and not _stack_fits(problem, state, s):
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
        state.stamp[s] = -1
        set_floor(state, s, bottom + problem.size[i])
        state.stamp[s] = -1
        state.rest[s] -= problem.size[i]


@inlined
def undo(problem: Problem, state: State, frame: Ints) -> None:
    """Take back all that was done since the frame was opened."""
    counter = state.counter
    while counter[TRAIL] > frame[F_TRAIL]:
        counter[TRAIL] -= 1
        state.floor[state.trail[counter[TRAIL], 0]] = state.trail[counter[TRAIL], 1]
    while counter[PLACED] > frame[F_PLACED]:
        counter[PLACED] -= 1
        i = state.placed[counter[PLACED]]
        state.offset[i] = -1
        state.rest[problem.lower[i] : problem.upper[i]] += problem.size[i]
    counter[QUEUED] = frame[F_QUEUED]


@inlined
def lies_flat(problem: Problem, state: State, i: int) -> bool:
    """Whether rectangle i is left and can lie on the floor all along."""
    if state.offset[i] >= 0:
        return False
    flat = True
    for s in range(problem.lower[i], problem.upper[i]):
        flat = flat and state.floor[s] == state.base[i]
    return flat
