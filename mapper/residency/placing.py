"""Addresses for a schedule: its runs as rectangles of places and bytes, in-place chains as one, and their packing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mapper.packing import Limit, Rectangle, merge_shared, pack, spread_offsets
from mapper.residency.schedule import Run, Schedule


def rectangles(schedule: Schedule) -> dict[str, Run]:
    """The runs by the name of their rectangle: the buffer and its first place."""
    return {_name(run): run for run in schedule.runs}


def _name(run: Run) -> str:
    return f"{run.buffer}@{run.start}"


def chains(schedule: Schedule) -> list[list[str]]:
    """Rectangles that share one offset: runs that a step writes over in place, in turn."""
    chain: dict[str, list[str]] = {}
    for place, name in enumerate(schedule.order):
        step = schedule.graph.steps[schedule.graph.index[name]]
        if step.in_place is None:
            continue
        source, result = (_name(_covering(schedule, buffer, place)) for buffer in step.in_place)
        joined = [*chain.get(source, [source]), *chain.get(result, [result])]
        chain.update(dict.fromkeys(joined, joined))
    return list({id(members): members for members in chain.values()}.values())


def _covering(schedule: Schedule, buffer: str, place: int) -> Run:
    return next(run for run in schedule.runs_of[buffer] if run.start <= place < run.end)


def place(schedule: Schedule, budget_bytes: int, limit: Limit | None = None) -> Mapping[Run, int] | None:
    """An offset in bytes for each run below ``budget_bytes``; None where none is found."""
    if schedule.peak_bytes > budget_bytes:
        return None
    runs = rectangles(schedule)
    groups = chains(schedule)
    boxes = merge_shared(list(_boxes(schedule, runs)), groups)
    packing = pack(boxes, budget_bytes, limit=limit)
    if packing.offsets is None:
        return None
    offsets = spread_offsets(packing.offsets, groups)
    return {run: offsets[name] for name, run in runs.items()}


def _boxes(schedule: Schedule, runs: Mapping[str, Run]) -> Iterator[Rectangle]:
    for name, run in runs.items():
        yield Rectangle(name, run.start, run.end, schedule.graph.buffers[run.buffer].bytes)
