"""Addresses for a schedule: its runs as rectangles of places and bytes, in-place chains as one, and their packing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from mapper.residency.cp_sat import Limits, solve
from mapper.residency.schedule import Run, Schedule

DETERMINISTIC_SECONDS = 4.0
"""How long the exact packer may look, in CP-SAT's deterministic time."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Runs that share one offset: a buffer and what is written over it, in turn."""

    runs: tuple[Run, ...]
    lower: int
    upper: int
    size: int


def chains(schedule: Schedule) -> list[Chain]:
    """The rectangles of ``schedule``: runs joined where a step works in place."""
    ends: dict[Run, list[Run]] = {run: [run] for run in schedule.runs}
    for place, name in enumerate(schedule.order):
        step = schedule.graph.steps[schedule.graph.index[name]]
        if step.in_place is None:
            continue
        source, result = (_covering(schedule, buffer, place) for buffer in step.in_place)
        joined = ends[source] + ends[result]
        ends.update(dict.fromkeys(joined, joined))
    found = []
    for members in {id(runs): runs for runs in ends.values()}.values():
        size = schedule.graph.buffers[members[0].buffer].bytes
        found.append(Chain(tuple(members), min(r.start for r in members), max(r.end for r in members), size))
    return sorted(found, key=lambda chain: (chain.lower, chain.runs[0].buffer))


def _covering(schedule: Schedule, buffer: str, place: int) -> Run:
    return next(run for run in schedule.runs_of[buffer] if run.start <= place < run.end)


def place(schedule: Schedule, budget_bytes: int, seconds: float = DETERMINISTIC_SECONDS) -> Mapping[Run, int] | None:
    """An offset in bytes for each run below ``budget_bytes``; None where none is found."""
    if schedule.peak_bytes > budget_bytes:
        return None
    found = chains(schedule)
    unit = gcd(*(chain.size for chain in found)) or 1
    small = [Chain(c.runs, c.lower, c.upper, c.size // unit) for c in found]
    offsets = pack(small, budget_bytes // unit, seconds)
    if offsets is None:
        return None
    return {run: at * unit for chain, at in zip(small, offsets, strict=True) for run in chain.runs}


def pack(rectangles: Sequence[Chain], capacity: int, seconds: float) -> list[int] | None:
    """Offsets in the order of ``rectangles``: lowest gap first in a few orders, then CP-SAT."""
    orders = (
        lambda c: (-c.size, c.lower),
        lambda c: (-(c.upper - c.lower), -c.size),
        lambda c: (-c.size * (c.upper - c.lower), c.lower),
        lambda c: (c.lower, -(c.upper - c.lower)),
        lambda c: (-c.upper, -(c.upper - c.lower)),
    )
    for key in orders:
        order = sorted(range(len(rectangles)), key=lambda i: key(rectangles[i]))
        offsets = _lowest_gaps(rectangles, order, capacity)
        if offsets is not None:
            return offsets
    return _exact(rectangles, capacity, seconds)


def _lowest_gaps(rectangles: Sequence[Chain], order: Sequence[int], capacity: int) -> list[int] | None:
    """Each rectangle in turn at its lowest free offset; None as soon as one ends above ``capacity``."""
    at_place: dict[int, list[int]] = {}
    offsets = [0] * len(rectangles)
    for index in order:
        this = rectangles[index]
        others = {other for t in range(this.lower, this.upper) for other in at_place.get(t, ())}
        low = 0
        for start, end in sorted((offsets[o], offsets[o] + rectangles[o].size) for o in others):
            if start - low >= this.size:
                break
            low = max(low, end)
        if low + this.size > capacity:
            return None
        offsets[index] = low
        for t in range(this.lower, this.upper):
            at_place.setdefault(t, []).append(index)
    return offsets


def _exact(rectangles: Sequence[Chain], capacity: int, seconds: float) -> list[int] | None:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    offsets, across, along = [], [], []
    for i, chain in enumerate(rectangles):
        offset = model.new_int_var(0, capacity - chain.size, f"offset{i}")
        offsets.append(offset)
        along.append(model.new_fixed_size_interval_var(chain.lower, chain.upper - chain.lower, f"time{i}"))
        across.append(model.new_fixed_size_interval_var(offset, chain.size, f"room{i}"))
    model.add_no_overlap_2d(along, across)
    solved = solve(model, Limits(seconds))
    return [solved.value(offset) for offset in offsets] if solved.feasible else None
