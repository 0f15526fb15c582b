"""The exact packer: finds a packing within a capacity or proves that there is none.

The search (``search.py``) is restarted with other orders of a node's children until it ends; most attempts are short
(Luby, Sinclair, Zuckerman, "Optimal Speedup of Las Vegas Algorithms", 1993), and failed parts stay known. Groups of
rectangles that share no time are packed each for itself.

Like MiniMalloc (Moffitt, ASPLOS 2023, doi:10.1145/3623278.3624752) it places rectangles on a skyline, bounds every
section by its floor and what is left, and splits where nothing crosses; it branches at one section of a valley
instead of over all rectangles in the order of offsets, and remembers failed parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import gcd
from random import Random

import numpy as np

from mapper.packing.arrays import enlarged, new_state, no_failures, problem_of
from mapper.packing.limits import Limit, late
from mapper.packing.rectangle import Rectangle
from mapper.packing.sections import independent
from mapper.packing.skyline import NODES, Ints, Problem, State

SHORTEST_NODES = 500
"""Nodes of the shortest attempts; the others take multiples of it."""
CHUNK_NODES = 5_000
"""Nodes between two looks at the clock."""

WEIGHTS: Sequence[Callable[[Rectangle], float]] = (
    lambda r: float(r.size_bytes),
    lambda r: float(r.area),
    lambda r: float(r.duration),
    lambda r: r.size_bytes**0.5 * r.duration,
)
"""Children of a node are tried from the largest weight down."""


@dataclass(frozen=True)
class Found:
    """``offsets`` in bytes by name, or None; then ``proven`` tells whether there are none."""

    offsets: dict[str, int] | None
    proven: bool
    nodes: int


def unit_bytes(rectangles: Sequence[Rectangle]) -> int:
    """The greatest common divisor of the sizes: of a packing that cannot sink, every offset is a multiple of it."""
    return gcd(*(r.size_bytes for r in rectangles))


def search_packing(rectangles: Sequence[Rectangle], capacity_bytes: int, limit: Limit) -> Found:
    """A packing within the capacity, or the proof that there is none, or neither at the limit."""
    stop = limit.stop
    offsets: dict[str, int] = {}
    nodes = 0
    for group in sorted(independent(rectangles), key=len):
        found = _search_group(group, capacity_bytes, limit.nodes - nodes, stop)
        nodes += found.nodes
        if found.offsets is None:
            return Found(None, found.proven, nodes)
        offsets |= found.offsets
    return Found({r.name: offsets[r.name] for r in rectangles}, False, nodes)


def _search_group(group: Sequence[Rectangle], capacity_bytes: int, nodes: int, stop: float | None) -> Found:
    from mapper.packing.search import INFEASIBLE, PACKED  # compiles

    group = sorted(group, key=lambda r: r.lower)
    unit = unit_bytes(group)
    failed = no_failures()
    seen = 0
    for rank, attempt_nodes in _attempts(group):
        problem = problem_of(group, rank, capacity_bytes // unit, unit)
        state = new_state(problem, failed, 2 * len(group) + 16)
        end, state = run_search(problem, state, min(attempt_nodes, nodes - seen), stop)
        seen += int(state.counter[NODES])
        if end == PACKED:
            return Found({r.name: int(k) * unit for r, k in zip(group, state.offset, strict=True)}, False, seen)
        if end == INFEASIBLE:
            return Found(None, True, seen)
        if seen >= nodes or late(stop):
            return Found(None, False, seen)
    raise AssertionError("attempts do not end")


def _attempts(group: Sequence[Rectangle]) -> Iterator[tuple[Ints, int]]:
    """Ranks of the rectangles among a node's children, and nodes; from the second round on with noise that repeats."""
    random = Random(1)
    for attempt in count(1):
        spread = min(attempt - 1, 1)
        for weight in WEIGHTS:
            weights = [weight(r) * 2 ** random.uniform(-spread, spread) for r in group]
            order = sorted(range(len(group)), key=lambda i: (-weights[i], i))
            rank = np.empty(len(group), np.int64)
            rank[order] = np.arange(len(group))
            yield rank, SHORTEST_NODES * _luby(attempt)


def _luby(index: int) -> int:
    """1, 1, 2, 1, 1, 2, 4, ...: as many attempts of each length as take the same time together."""
    bits = index.bit_length()
    return 1 << (bits - 1) if index + 1 == 1 << bits else _luby(index + 1 - (1 << (bits - 1)))


def run_search(problem: Problem, state: State, nodes: int, stop: float | None) -> tuple[int, State]:
    """Search until the end, ``nodes`` or ``stop``; the state is a new one if it needed more room."""
    from mapper.packing.search import FULL, PAUSED, advance

    end = PAUSED
    while end in (PAUSED, FULL) and int(state.counter[NODES]) < nodes and not late(stop):
        if end == FULL:
            state = enlarged(state)
        end = advance(problem, state, min(nodes, int(state.counter[NODES]) + CHUNK_NODES))
    return end, state
