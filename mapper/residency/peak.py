"""The smallest peak with nothing evicted: best-first search over the sets of steps that can be done.

A state is a set of steps that have run; what lies in the scratchpad follows from it. Steps that every other step must
precede or follow split the search. SERENITY (MLSys 2020) and HMCOS (DAC 2022) search the same states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush, nsmallest
from itertools import pairwise

from hwsim.residency import MemoryGraph
from mapper.residency.indexed import Indexed

STATES = 60_000
"""States that one exact search may open."""
BEAM = 64
"""States that a search keeps of each length, once the exact one has given up."""

Came = tuple[int, int, int]
"""From which set, by which step, with which peak."""


@dataclass(frozen=True, slots=True)
class Peak:
    """An order with its peak, and a bound that no order can go below."""

    order: tuple[str, ...]
    peak_bytes: int
    bound_bytes: int

    @property
    def proven(self) -> bool:
        return self.peak_bytes == self.bound_bytes


@dataclass
class Stretch:
    """The steps [first, last) of the default order, which all run after those before and before those after.

    Masks are relative to ``first``; ``start`` are units that lie in the scratchpad before.
    """

    indexed: Indexed
    first: int
    last: int
    start: int
    waits: list[int] = field(default_factory=list)
    """step -> its predecessors within the stretch"""
    reads: dict[int, int] = field(default_factory=dict)
    """buffer -> its readers here; one bit more if it is read later, too"""
    fresh: set[int] = field(default_factory=set)
    """buffers that come from DRAM within the stretch"""

    def __post_init__(self) -> None:
        x, first, last = self.indexed, self.first, self.last
        for step in range(first, last):
            self.waits.append(sum(1 << (p - first) for p in x.predecessors[step] if p >= first))
            for buffer in (*x.inputs[step], *x.outputs[step]):
                if buffer in self.reads:
                    continue
                here = sum(1 << (r - first) for r in x.readers[buffer] if first <= r < last)
                later = any(r >= last for r in x.readers[buffer])
                self.reads[buffer] = here | (self.beyond if later else 0)
                if x.maker[buffer] < 0 and all(r >= first for r in x.readers[buffer]):
                    self.fresh.add(buffer)

    @property
    def beyond(self) -> int:
        """The bit that stands for everything after the stretch."""
        return 1 << (self.last - self.first)

    @property
    def full(self) -> int:
        return (1 << (self.last - self.first)) - 1

    def run(self, done: int, live: int, step: int) -> tuple[int, int]:
        """Units while ``step`` runs after ``done``, and units that stay after it."""
        x = self.indexed
        after = done | 1 << step
        during = live
        for buffer in x.outputs[self.first + step]:
            during += x.sizes[buffer]
        freed = 0
        for buffer in x.inputs[self.first + step]:
            reads = self.reads[buffer]
            if buffer in self.fresh and not reads & done:
                during += x.sizes[buffer]
            if not reads & ~after:
                freed += x.sizes[buffer]
        for buffer in x.outputs[self.first + step]:
            if not self.reads[buffer]:
                freed += x.sizes[buffer]
        left = during - freed
        if x.overwritten[self.first + step] >= 0:
            during -= x.sizes[x.overwritten[self.first + step]]
        return during, left

    def ready(self, done: int) -> list[int]:
        """Steps that can run next."""
        return [s for s, waits in enumerate(self.waits) if not done >> s & 1 and not waits & ~done]

    def successors(self, done: int, live: int, peak: int) -> list[tuple[int, int, int]]:
        """(step, peak, live) of each step that may run next.

        A step that raises neither the peak nor what stays may run at once: in any order that runs it later it can be
        moved here, and nothing between gets larger.
        """
        found = []
        for step in self.ready(done):
            during, left = self.run(done, live, step)
            if during <= peak and left <= live:
                return [(step, peak, left)]
            found.append((step, max(peak, during), left))
        return found


def least_peak(graph: MemoryGraph, states: int = STATES, beam: int = BEAM) -> Peak:
    """The order whose largest total is smallest (M_P; COSMA Eq. 13-15), exact within ``states`` for each stretch."""
    x = Indexed(graph)
    if not x.count:
        return Peak((), 0, 0)
    order: list[int] = []
    peak = bound = max(x.demand)
    for stretch in stretches(x):
        steps, high, low = _search(stretch, max(x.demand), states, beam)
        order += [stretch.first + step for step in steps]
        peak, bound = max(peak, high), max(bound, low)
    names = tuple(graph.steps[step].name for step in order)
    return Peak(names, peak * x.unit_bytes, min(bound, peak) * x.unit_bytes)


def stretches(x: Indexed) -> list[Stretch]:
    """The graph from one pinned step to the next."""
    edges = sorted({0, x.count, *(step + 1 for step in x.pinned)})
    change = [0] * (x.count + 1)
    for buffer, uses in enumerate(x.uses):
        if len(uses) > 1:
            change[uses[0] + 1] += x.sizes[buffer]
            change[uses[-1] + 1] -= x.sizes[buffer]
    live, total = [], 0
    for delta in change:
        total += delta
        live.append(total)
    return [Stretch(x, first, last, live[first]) for first, last in pairwise(edges)]


def _search(stretch: Stretch, floor: int, states: int, beam: int) -> tuple[list[int], int, int]:
    """Steps, their peak, and a lower bound on every peak."""
    heap = [(floor, 0, 0, stretch.start)]
    came: dict[int, Came] = {0: (0, -1, floor)}
    closed: set[int] = set()
    peak = floor
    while heap:
        peak, _, done, live = heappop(heap)
        if done == stretch.full:
            return _walk_back(came, done), peak, peak
        if done in closed:
            continue
        closed.add(done)
        if len(closed) > states:
            break
        for step, high, left in stretch.successors(done, live, peak):
            after = done | 1 << step
            if after not in came or high < came[after][2]:
                came[after] = (done, step, high)
                heappush(heap, (high, -after.bit_count(), after, left))
    steps, high = _beam(stretch, floor, beam)
    return steps, high, peak


def _walk_back(came: dict[int, Came], done: int) -> list[int]:
    steps = []
    while done:
        done, step, _ = came[done]
        steps.append(step)
    return steps[::-1]


def _beam(stretch: Stretch, floor: int, width: int) -> tuple[list[int], int]:
    """The best order when only the ``width`` lowest states of each length are kept."""
    layer = {0: (floor, stretch.start)}
    came: dict[int, Came] = {0: (0, -1, floor)}
    for _ in range(stretch.last - stretch.first):
        found: dict[int, tuple[int, int]] = {}
        for done, (peak, live) in layer.items():
            for step, high, left in stretch.successors(done, live, peak):
                after = done | 1 << step
                if after not in found or high < found[after][0]:
                    found[after] = (high, left)
                    came[after] = (done, step, high)
        layer = dict(nsmallest(width, found.items(), key=lambda item: (*item[1], item[0])))
    return _walk_back(came, stretch.full), layer[stretch.full][0]
