"""A solution of the joint model as a schedule: steps that run again stand again in the order.

They stand just before the step at whose place they ran.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mapper.residency.schedule import Run, Schedule

if TYPE_CHECKING:
    from mapper.residency.joint import JointModel, Stretch


def expanded(model: JointModel, value: Callable[[Any], int]) -> tuple[Schedule, dict[Run, int]]:
    """The schedule of the solution that ``value`` reads, and the offsets of its runs if the model has addresses.

    What lies at a place lies there during all steps that run again at it.
    """
    x = model.x
    order = sorted(range(x.count), key=lambda step: value(model.places[step]))
    again: list[set[int]] = [set() for _ in order]
    for buffer, stretches in enumerate(model.stretches):
        for stretch in stretches:
            if stretch.again is not None and value(stretch.again):
                again[value(stretch.start)].add(x.maker[buffer])
    names: list[str] = []
    begin, at = [], {}
    for place, step in enumerate(order):
        begin.append(len(names))
        for repeated in sorted(again[place]):  # the default order can run, so it is right for these too
            at[place, repeated] = len(names)
            names.append(x.graph.steps[repeated].name)
        names.append(x.graph.steps[step].name)
    begin.append(len(names))
    runs: dict[Run, int] = {}
    for buffer, stretches in enumerate(model.stretches):
        for number, stretch in enumerate(stretches):
            if value(stretch.there):
                run = _run(model, buffer, number, stretch, value, begin, at)
                runs[run] = value(stretch.offset) * x.unit_bytes if stretch.offset is not None else 0
    schedule = Schedule(x.graph, tuple(names), tuple(runs))
    return schedule, runs if model.addresses else {}


def _run(
    model: JointModel,
    buffer: int,
    number: int,
    stretch: Stretch,
    value: Callable[[Any], int],
    begin: list[int],
    at: dict[tuple[int, int], int],
) -> Run:
    x = model.x
    maker, start, end = x.maker[buffer], value(stretch.start), value(stretch.end)
    for step, overwritten in enumerate(x.overwritten):
        if overwritten == buffer and value(model.places[step]) == end:
            end += 1  # it lies there while it is written over
    first = begin[start]
    if number == 0 and maker >= 0:
        first = begin[start + 1] - 1  # made by the step itself, after what ran again
    elif stretch.again is not None and value(stretch.again):
        first = at[start, maker]
    return Run(x.names[buffer], first, begin[end])
