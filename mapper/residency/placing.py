"""Addresses for a schedule: what shares one offset as blocks of places and bytes, and their packing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mapper.packing import Limit, Rectangle, pack
from mapper.residency.schedule import Run, Schedule


@dataclass(frozen=True, slots=True)
class Block:
    """``runs`` that share an offset (one, or a chain that works in place), alive during the places [start, end)."""

    start: int
    end: int
    bytes: int
    runs: tuple[Run, ...]

    @property
    def rectangle(self) -> Rectangle:
        """What a packer sees of it, named after its first run."""
        head = self.runs[0]
        return Rectangle(f"{head.buffer}@{head.start}", self.start, self.end, self.bytes)


def blocks(schedule: Schedule) -> tuple[Block, ...]:
    """What needs an offset, in the order of the runs: those of an in-place pair are joined where one ends and the
    other begins."""
    successor: dict[Run, Run] = {}
    for place, name in enumerate(schedule.order):
        pair = schedule.graph.steps[schedule.graph.index[name]].in_place
        if pair is not None:
            source, result = (_covering(schedule, buffer, place) for buffer in pair)
            successor[source] = result
    followers = set(successor.values())
    heads = (run for run in schedule.runs if run not in followers)
    return tuple(_chain(head, successor, schedule.graph.buffers[head.buffer].bytes) for head in heads)


def _covering(schedule: Schedule, buffer: str, place: int) -> Run:
    return next(run for run in schedule.runs_of[buffer] if run.start <= place < run.end)


def _chain(head: Run, successor: Mapping[Run, Run], size: int) -> Block:
    runs = [head]
    while runs[-1] in successor:
        runs.append(successor[runs[-1]])
    return Block(head.start, runs[-1].end, size, tuple(runs))


def spread(found: Iterable[Block], offsets: Mapping[str, int]) -> dict[Run, int]:
    """The offset of each run, from those of the blocks' rectangles."""
    return {run: offsets[block.rectangle.name] for block in found for run in block.runs}


def place(schedule: Schedule, budget_bytes: int, limit: Limit | None = None) -> Mapping[Run, int] | None:
    """An offset in bytes for each run below ``budget_bytes``; None where none is found."""
    if schedule.peak_bytes > budget_bytes:
        return None
    found: Sequence[Block] = blocks(schedule)
    packing = pack([block.rectangle for block in found], budget_bytes, limit=limit)
    return None if packing.offsets is None else spread(found, packing.offsets)
