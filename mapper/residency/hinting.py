"""A known schedule as a hint for the joint model: places of steps, and when each buffer lies where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.residency.schedule import Schedule

if TYPE_CHECKING:
    from mapper.residency.joint import JointModel


def give_hint(model: JointModel, schedule: Schedule) -> None:
    """Hint at ``schedule``, which repeats no step."""
    x, cp = model.x, model.model
    place = {name: at for at, name in enumerate(schedule.order)}
    for step, variable in enumerate(model.places):
        cp.add_hint(variable, place[x.graph.steps[step].name])
    for buffer, name in enumerate(x.names):
        runs = schedule.runs_of.get(name, ())
        for number, stretch in enumerate(model.stretches[buffer]):
            there = number < len(runs)
            if number:
                cp.add_hint(stretch.there, there)
            if stretch.again is not None:
                cp.add_hint(stretch.again, False)
            if there:
                if number or x.maker[buffer] < 0:
                    cp.add_hint(stretch.start, runs[number].start)
                cp.add_hint(stretch.end, _end(model, buffer, runs[number].end, place))


def _end(model: JointModel, buffer: int, end: int, place: dict[str, int]) -> int:
    """Where the model ends a run: a place earlier if the buffer is written over at its last."""
    x = model.x
    for step, overwritten in enumerate(x.overwritten):
        if overwritten == buffer and place[x.graph.steps[step].name] == end - 1:
            return end - 1
    return end
