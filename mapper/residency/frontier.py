"""Cuts that one or two older buffers cross: each part is solved for every way in which these may lie at its ends.

At a cut every step before must precede every step after. What the last step before it made lies in the scratchpad; an
older buffer that crosses lies there without a copy, with a copy, or is out. Between two cuts the cheapest schedule for
each pair of ways is a problem of its own, equal problems are solved once, and a shortest path over the cuts is exact
where all of them are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise, product

from hwsim.residency import Buffer, MemoryGraph, Step
from mapper.residency.cuts import following
from mapper.residency.indexed import Indexed
from mapper.residency.schedule import Schedule
from mapper.residency.stages import Retained
from mapper.residency.stitching import stitch

ENTRY, EXIT = "(narrow entry)", "(narrow exit)"
OLDER = 2
"""Older buffers that may cross a cut."""
APART = 8
"""Steps from one cut to the next, at least: shorter parts would be solved for their states, not for their steps."""


class Way(Enum):
    """How an older buffer crosses a cut."""

    ALONE = "in the scratchpad, without a copy"
    COPIED = "in the scratchpad, with a copy"
    OUT = "in DRAM alone"


State = tuple[tuple[str, Way], ...]
"""Ways of the older buffers at one cut."""


@dataclass(frozen=True)
class Cut:
    """After the step at ``place`` of the default order: ``own`` are buffers that it made and others read later,
    ``older`` those that cross beside them."""

    place: int
    own: tuple[str, ...]
    older: tuple[str, ...]

    def states(self, graph: MemoryGraph) -> Iterator[State]:
        """Every way to cross; what always has a copy never lies there without."""
        ways = [(Way.COPIED, Way.OUT) if graph.buffers[x].has_copy else tuple(Way) for x in self.older]
        for chosen in product(*ways):
            yield tuple(zip(self.older, chosen, strict=True))


@dataclass(frozen=True)
class Part:
    """Steps [first, last) of the default order between two states. ``paid_bytes`` move whatever the schedule."""

    graph: MemoryGraph
    first: int
    last: int
    carried: tuple[str, ...]
    """buffers that lie at its entry"""
    paid_bytes: int


def cuts(graph: MemoryGraph) -> list[Cut]:
    """Places, some steps apart, where at most OLDER buffers cross beside those just made."""
    x = Indexed(graph)
    overwritten = {b for b in x.overwritten if b >= 0}
    found: list[Cut] = []
    for place in x.pinned:
        crossing = [b for b, uses in enumerate(x.uses) if min(uses) <= place < max(uses)]
        own = [b for b in crossing if x.maker[b] == place]
        older = [b for b in crossing if x.maker[b] != place]
        near = found and place - found[-1].place < APART
        if own and not near and len(older) <= OLDER and not overwritten & set(older):
            found.append(Cut(place, tuple(x.names[b] for b in own), tuple(x.names[b] for b in older)))
    return found


def part(graph: MemoryGraph, before: Cut | None, entry: State, after: Cut | None, exit: State) -> Part | None:
    """The problem between two cuts; None where a buffer cannot come from one state to the other."""
    first = before.place + 1 if before else 0
    last = after.place + 1 if after else len(graph.steps)
    steps = list(graph.steps[first:last])
    buffers = {name: graph.buffers[name] for step in steps for name in (*step.touched,)}
    comes, goes = dict(entry), dict(exit)
    lies = [*(before.own if before else ()), *(x for x, way in entry if way is not Way.OUT)]
    stays = [x for x, way in exit if way is not Way.OUT]
    paid = 0
    for name in dict.fromkeys((*comes, *goes)):
        moved = _crossing(graph.buffers[name], comes.get(name), goes.get(name), name in goes, name in buffers)
        if moved is None:
            return None
        buffer, more = moved
        paid += more
        if name in buffers or name in lies or name in stays:
            buffers[name] = buffer
    for name in before.own if before else ():
        buffers.setdefault(name, graph.buffers[name])
    if lies:
        steps = [Step(ENTRY, (), tuple(lies)), *(following(step, ENTRY) for step in steps)]
    if stays and after:
        steps.append(Step(EXIT, (*after.own, *stays), ()))
    ordered = dict.fromkeys(name for step in steps for name in step.touched)
    return Part(
        MemoryGraph(graph.name, tuple(steps), {name: buffers[name] for name in ordered}), first, last, tuple(lies), paid
    )


def _crossing(
    buffer: Buffer, comes: Way | None, goes: Way | None, crosses: bool, used: bool
) -> tuple[Buffer, int] | None:
    """An older buffer within a part, and what it pays in any schedule: a write for the copy that it leaves with, a read
    for its first arrival from DRAM. ``comes`` is None for one that is made, or first read, in the part."""
    size, written, fetched = buffer.bytes, 0, 0
    copied = buffer.has_copy or comes in (Way.COPIED, Way.OUT)
    if goes is Way.ALONE and copied:
        return None
    if comes is Way.OUT and goes is Way.COPIED and not used:
        return None  # it may as well come later
    if crosses and goes is not Way.ALONE and not copied:
        copied, written = True, size
    if comes is Way.OUT:
        fetched = size if used else 0
        return replace(buffer, in_dram=True, handed_out=False), written + fetched
    if comes is None and buffer.in_dram:
        return buffer, written
    return replace(buffer, in_dram=False, handed_out=copied), written


Solve = Callable[[MemoryGraph], Retained | None]
"""None for a graph that does not fit."""


@dataclass(frozen=True)
class Path:
    """Parts with their schedules, from the first step to the last; their bytes, and a bound for every schedule."""

    parts: tuple[tuple[Part, Schedule], ...]
    bytes: int
    bound_bytes: int

    def schedule(self, graph: MemoryGraph) -> Schedule:
        """All of it as one schedule of ``graph``."""
        return stitch(graph, [(piece.carried, schedule) for piece, schedule in self.parts], (ENTRY, EXIT))


def cheapest_path(graph: MemoryGraph, solve: Solve) -> Path | None:
    """The cheapest way over all cuts; None where some part fits in no state."""
    places: list[Cut | None] = [None, *(cut for cut in cuts(graph) if cut.place + 1 < len(graph.steps)), None]
    best: Mapping[State, tuple[int, tuple[tuple[Part, Schedule], ...]]] = {(): (0, ())}
    bounds: Mapping[State, int] = {(): 0}
    for before, after in pairwise(places):
        found: dict[State, tuple[int, tuple[tuple[Part, Schedule], ...]]] = {}
        low: dict[State, int] = {}
        for entry, exit in product(bounds, after.states(graph) if after else [()]):
            piece = part(graph, before, entry, after, exit)
            solution = solve(piece.graph) if piece is not None else None
            if piece is None or solution is None:
                continue
            least = bounds[entry] + piece.paid_bytes + solution.bound_bytes
            low[exit] = min(low.get(exit, least), least)
            if entry in best:
                cost = best[entry][0] + piece.paid_bytes + solution.schedule.objective_bytes
                if exit not in found or cost < found[exit][0]:
                    found[exit] = cost, (*best[entry][1], (piece, solution.schedule))
        best, bounds = found, low
    if () not in best:
        return None
    return Path(best[()][1], best[()][0], bounds[()])
