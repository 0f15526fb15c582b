"""Replacement in a given order: what leaves the scratchpad when a step finds no room.

Buffers come when a step needs them and leave after their last use. Where a step lacks room, Belady's rule evicts the
buffer whose next use is furthest away, again and again; the greedy cover evicts the subset with the fewest bytes that
frees enough, which is best for that step alone (COSMA's "ILP-based greedy replacement"). A buffer with a copy in DRAM
is dropped without a write, and neither rule looks at that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import gcd

from hwsim.residency import MemoryGraph
from mapper.residency.schedule import Run, Schedule


@dataclass(frozen=True, slots=True)
class Candidate:
    """A buffer that may leave: its bytes, and the place of its next use."""

    buffer: str
    bytes: int
    next_use: int


Rule = Callable[[Sequence[Candidate], int], list[Candidate]]
"""Candidates and the bytes to free -> those that leave."""


def belady(candidates: Sequence[Candidate], deficit: int) -> list[Candidate]:
    """Furthest next use first, of equals the larger; sizes do not count otherwise."""
    leaving: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (-c.next_use, -c.bytes, c.buffer)):
        if sum(c.bytes for c in leaving) >= deficit:
            break
        leaving.append(candidate)
    return leaving


def greedy_cover(candidates: Sequence[Candidate], deficit: int) -> list[Candidate]:
    """The subset with the fewest bytes among those that free ``deficit``: an exact knapsack cover.

    Dynamic programming over sums, as bits of one integer in units of the greatest common divisor. Of equal subsets it
    prefers those whose buffers are needed again later.
    """
    unit = gcd(*(c.bytes for c in candidates))
    least = -(-deficit // unit)
    items = sorted(candidates, key=lambda c: (c.next_use, c.buffer))
    reached = [1]
    best = sum(c.bytes for c in items) // unit
    for item in items:
        sums = reached[-1] | reached[-1] << item.bytes // unit
        if enough := sums >> least:
            best = min(best, least + (enough & -enough).bit_length() - 1)
        reached.append(sums & (1 << best + 1) - 1)
    return _subset(items, reached, best, unit)


def _subset(items: Sequence[Candidate], reached: Sequence[int], total: int, unit: int) -> list[Candidate]:
    """A subset of sum ``total``, found from the last item back: taken whenever the rest can make up the sum."""
    leaving = []
    for at in reversed(range(len(items))):
        rest = total - items[at].bytes // unit
        if rest >= 0 and reached[at] >> rest & 1:
            leaving.append(items[at])
            total = rest
    return leaving


RULES: dict[str, Rule] = {"belady": belady, "greedy": greedy_cover}


def replace(graph: MemoryGraph, capacity_bytes: int, order: Sequence[str], rule: Rule) -> Schedule:
    """The schedule of ``order`` in which at most ``capacity_bytes`` are live at a place; where a step needs more by
    itself, nothing else is."""
    return _Replacement(graph, capacity_bytes, tuple(order), rule).schedule()


@dataclass
class _Replacement:
    graph: MemoryGraph
    capacity_bytes: int
    order: tuple[str, ...]
    rule: Rule
    since: dict[str, int] = field(default_factory=dict)
    """what is in the scratchpad, and from which place"""
    uses: dict[str, list[int]] = field(default_factory=dict)
    """places at which each buffer is still to be read, the next one last"""
    runs: list[Run] = field(default_factory=list)

    def schedule(self) -> Schedule:
        steps = [self.graph.steps[self.graph.index[name]] for name in self.order]
        for place in reversed(range(len(steps))):
            for name in steps[place].inputs:
                self.uses.setdefault(name, []).append(place)
        for place, step in enumerate(steps):
            beside = [name for name in self.since if name not in step.touched]
            needed = self.graph.working_set(step)
            kept = sum(self.graph.buffers[name].bytes for name in beside)
            if kept + needed > max(needed, self.capacity_bytes):
                self._evict(place, beside, kept + needed - max(needed, self.capacity_bytes))
            for name in step.touched:
                self.since.setdefault(name, place)
            for name in step.inputs:
                self.uses[name].pop()
            for name in [name for name in step.touched if not self.uses.get(name)]:
                self._leave(name, place + 1)
        return Schedule(self.graph, self.order, tuple(self.runs))

    def _evict(self, place: int, beside: Sequence[str], deficit: int) -> None:
        buffers = self.graph.buffers
        candidates = [Candidate(name, buffers[name].bytes, self.uses[name][-1]) for name in beside]
        for candidate in self.rule(candidates, deficit):
            self._leave(candidate.buffer, place)

    def _leave(self, name: str, place: int) -> None:
        self.runs.append(Run(name, self.since.pop(name), place))
