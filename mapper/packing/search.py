"""The loop of the exact packer: a depth-first search over skylines, compiled by Numba.

Every packing whose rectangles cannot sink is reached, in one way per skyline. Sections that no rectangle left crosses
split the rest into parts that fail or succeed alone; parts that failed are remembered, whatever lies under them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mapper.packing.branching import branch
from mapper.packing.compiled import compiled, inlined
from mapper.packing.skyline import (
    CHANGED,
    F_END,
    F_LOWER,
    F_NEXT,
    F_PARENT,
    F_QUEUE,
    F_RISE,
    F_SECTION,
    F_UPPER,
    LOWER,
    NODES,
    PARENT,
    QUEUE,
    QUEUED,
    TOP,
    TRAIL,
    UNCHANGED,
    UPPER,
    Problem,
    State,
    place,
    set_floor,
    settle,
    stacks_fit,
    undo,
)  # fmt: skip

PACKED, INFEASIBLE, PAUSED, FULL = range(4)
"""What ``advance`` returns: done, proven, at its limit of nodes, or out of room (then in larger arrays again)."""
FAILED, FINISHED, BRANCHED = range(3)


@inlined
def has_room(state: State) -> bool:
    """Whether one node more fits the stacks, whatever it does."""
    counter, frame, sections, top = state.counter, state.frame, len(state.floor), state.counter[TOP]
    children = frame[top, F_END] if top >= 0 else 0
    return (
        top + 1 < len(frame)
        and counter[TRAIL] + 2 * len(state.stamp) <= len(state.trail)
        and counter[QUEUED] + sections <= len(state.part)
        and children + len(state.offset) <= len(state.child)
    )


@inlined
def _enter(problem: Problem, state: State) -> int:
    """Settle the part at hand, split it, and open a frame for its first part unless that is known to fail."""
    if not settle(problem, state) or not stacks_fit(problem, state):
        return FAILED
    if not split(problem, state):
        return FINISHED
    first, second = key_of(problem, state)
    slot = first & np.uint64(len(state.failed) - 1)
    if state.failed[slot, 0] == first and state.failed[slot, 1] == second:
        return FAILED
    branch(problem, state)
    top = state.counter[TOP]
    state.key[top, 0] = first
    state.key[top, 1] = second
    return BRANCHED


@inlined
def split(problem: Problem, state: State) -> bool:
    """Narrow the part at hand to the last that nothing left crosses into, queue the others; False if none is left."""
    counter = state.counter
    begin, end = counter[LOWER], counter[UPPER]
    start = stop = -1
    for i in range(problem.first[begin], problem.first[end]):
        if state.offset[i] < 0:
            if problem.lower[i] >= stop:
                if start >= 0:
                    part = state.part[counter[QUEUED]]
                    part[0], part[1], part[2], part[3] = start, stop, counter[PARENT], counter[QUEUE]
                    counter[QUEUE] = counter[QUEUED]
                    counter[QUEUED] += 1
                start = problem.lower[i]
            stop = max(stop, problem.upper[i])
    counter[LOWER], counter[UPPER] = start, stop
    return start >= 0


@inlined
def take_part(state: State) -> None:
    """Go on with the part that was queued last; if it fails, the frame before the split does."""
    counter = state.counter
    part = state.part[counter[QUEUE]]
    counter[LOWER], counter[UPPER], counter[PARENT], counter[QUEUE] = part[0], part[1], part[2], part[3]
    counter[CHANGED] = counter[UNCHANGED] = part[0]  # it was settled when it was queued


@inlined
def _mixed(word: np.uint64) -> np.uint64:
    """SplitMix64's finaliser."""
    word ^= word >> np.uint64(30)
    word *= np.uint64(0xBF58476D1CE4E5B9)
    word ^= word >> np.uint64(27)
    word *= np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@inlined
def key_of(problem: Problem, state: State) -> tuple[np.uint64, np.uint64]:
    """128 bits of what is left in the part at hand and of its floors; nothing else decides whether it fails."""
    begin, end = state.counter[LOWER], state.counter[UPPER]
    first, second = np.uint64(begin), np.uint64(end)
    for i in range(problem.first[begin], problem.first[end]):
        if state.offset[i] < 0:
            word = np.uint64(i + 1)
            first ^= _mixed(word * np.uint64(0x9E3779B97F4A7C15))
            second += _mixed(word * np.uint64(0xD1342543DE82EF95))
    for s in range(begin, end):
        word = _mixed(np.uint64(s + 1) * np.uint64(0xA24BAED4963EE407)) + np.uint64(state.floor[s])
        first ^= _mixed(word * np.uint64(0x9FB21C651E98DF25))
        second += _mixed(word * np.uint64(0xD6E8FEB86659FD93))
    return first, second


@inlined
def _descend(problem: Problem, state: State, top: int) -> bool:
    """Go to the next child of a frame, or of the nearest frame above it that has one; False if none has."""
    counter = state.counter
    while top >= 0:
        frame = state.frame[top]
        counter[TOP] = top
        undo(problem, state, frame)
        counter[LOWER], counter[UPPER], counter[QUEUE] = frame[F_LOWER], frame[F_UPPER], frame[F_QUEUE]
        counter[PARENT] = top
        if frame[F_NEXT] < frame[F_END]:
            place(problem, state, state.child[frame[F_NEXT]])
            frame[F_NEXT] += 1
            return True
        if frame[F_RISE] > 0:
            state.stamp[frame[F_SECTION]] = -1
            set_floor(state, frame[F_SECTION], frame[F_RISE])
            state.stamp[frame[F_SECTION]] = -1
            counter[CHANGED], counter[UNCHANGED] = frame[F_SECTION], frame[F_SECTION] + 1
            frame[F_RISE] = -1
            return True
        slot = state.key[top, 0] & np.uint64(len(state.failed) - 1)
        state.failed[slot] = state.key[top]
        top = frame[F_PARENT]
    return False


def _digest_of_sources() -> int:
    """A number from 1 up that changes with any file of the search."""
    files = ("compiled.py", "skyline.py", "branching.py", "search.py")
    return 1 + zlib.crc32(b"".join(Path(__file__).with_name(name).read_bytes() for name in files))


def _loop(sources: int) -> Callable[[Problem, State, int], int]:
    """The compiled loop; Numba's cache on disk looks at this file alone, and at ``sources`` because it is enclosed."""

    @compiled
    def advance(problem: Problem, state: State, limit: int) -> int:
        """Search on until a packing is found, none is left, or ``limit`` nodes were seen since the beginning."""
        counter = state.counter
        while sources:  # always
            if counter[NODES] >= limit:
                return PAUSED
            if not has_room(state):
                return FULL
            counter[NODES] += 1
            step = _enter(problem, state)
            if step == FINISHED:
                if counter[QUEUE] < 0:
                    return PACKED
                take_part(state)
            elif not _descend(problem, state, counter[PARENT] if step == FAILED else counter[TOP]):
                return INFEASIBLE
        return PAUSED

    return advance


advance = _loop(_digest_of_sources())
