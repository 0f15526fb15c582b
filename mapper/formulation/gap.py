"""The optimum of a fixed order with one binary per gap between two uses: COSMA FS without addresses, in milliseconds.

Evicting a buffer right after a use and fetching it right at the next is as good as any later eviction or earlier
fetch, so each gap is either kept whole or given up whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from hwsim.residency import MemoryGraph
from mapper.formulation.frame import Frame
from mapper.formulation.rows import Rows, Term
from mapper.formulation.solution import Solution, read, too_small
from mapper.pulp_solver import AUTO, solve
from mapper.residency.schedule import Run, Schedule

SCHEME = "gap"


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two uses of a buffer, at places ``before`` and ``after``."""

    buffer: str
    before: int
    after: int

    @property
    def inside(self) -> range:
        """Places at which the buffer lies only because it is kept."""
        return range(self.before + 1, self.after)


class GapModel(Rows):
    """``given_up``: the binary of each gap that some overfull place asks about; all other gaps are kept.

    A step that needs more than the budget by itself runs with nothing else in the scratchpad.
    """

    def __init__(self, graph: MemoryGraph, budget_bytes: int, order: tuple[str, ...]) -> None:
        super().__init__(graph.name)
        self.frame = Frame(graph, budget_bytes, order)
        self.uses = _uses(self.frame)
        self.given_up: dict[Gap, Term] = {}
        gaps = [Gap(name, *pair) for name, uses in self.uses.items() for pair in pairwise(uses)]
        self._fill(gaps)
        self._pay()

    def size(self, name: str) -> int:
        return self.frame.sizes[self.frame.number[name]]

    def _fill(self, gaps: list[Gap]) -> None:
        """Per place that would be overfull: what the step touches and what is kept across it fit."""
        across: dict[int, list[Gap]] = {}
        for gap in gaps:
            for place in gap.inside:
                across.setdefault(place, []).append(gap)
        for place, name in enumerate(self.frame.order or ()):
            graph = self.frame.graph
            touched = graph.working_set(graph.steps[graph.index[name]]) // self.frame.unit_bytes
            kept = across.get(place, [])
            excess = sum(self.size(gap.buffer) for gap in kept) - max(0, self.frame.budget - touched)
            if excess > 0:
                self.at_least("place", [(self.size(gap.buffer), self._choice(gap)) for gap in kept], excess)

    def _choice(self, gap: Gap) -> Term:
        if gap not in self.given_up:
            number = self.frame.number[gap.buffer]
            self.given_up[gap] = self.binary(f"e_{number}_{gap.before}")
        return self.given_up[gap]

    def _pay(self) -> None:
        """Each given-up gap costs a retrieve, the first of a buffer without a copy a spill too."""
        written: dict[str, Term] = {}
        for gap, choice in self.given_up.items():
            if self.frame.graph.buffers[gap.buffer].has_copy:
                continue
            if gap.buffer not in written:
                written[gap.buffer] = self.real(f"w_{self.frame.number[gap.buffer]}", 1)
            self.at_least("written", [(1, written[gap.buffer]), (-1, choice)], 0)
        retrieved = [(self.size(gap.buffer), choice) for gap, choice in self.given_up.items()]
        self.minimise([*retrieved, *((self.size(name), term) for name, term in written.items())])

    def schedule(self, values: dict[str, float]) -> Schedule:
        order = self.frame.order or ()
        return Schedule(self.frame.graph, order, tuple(self._runs(values)))

    def _runs(self, values: dict[str, float]) -> Iterator[Run]:
        for name, uses in self.uses.items():
            start = uses[0]
            for before, after in pairwise(uses):
                choice = self.given_up.get(Gap(name, before, after))
                if choice is not None and values.get(str(choice), 0.0) > 0.5:
                    yield Run(name, start, before + 1)
                    start = after
            yield Run(name, start, uses[-1] + 1)


def _uses(frame: Frame) -> dict[str, list[int]]:
    """Places at which each buffer is made or read."""
    graph, places = frame.graph, frame.step_places
    uses = {}
    for name in graph.buffers:
        steps = [*graph.readers[name], *([graph.maker[name]] if name in graph.maker else [])]
        uses[name] = sorted(places[index].start for index in steps)
    return uses


def solve_gap(
    graph: MemoryGraph,
    budget_bytes: int,
    order: tuple[str, ...] | None = None,
    solver: str = AUTO,
    time_limit: float | None = 60,
    *,
    aim_bytes: int | None = None,
) -> Solution:
    """The fewest bytes that ``order`` (None: the default one) can move, each step run once, addresses left open.

    ``aim_bytes`` asks for less than the budget between the steps that need more, for the sake of packing; the bound is
    then that of the aim, not of the budget.
    """
    if small := too_small(graph, budget_bytes):
        return small
    aim = budget_bytes if aim_bytes is None else aim_bytes
    model = GapModel(graph, aim, order or tuple(step.name for step in graph.steps))
    solved = solve(model.problem, solver, time_limit)
    schedule = None if solved.values is None else model.schedule(solved.values)
    return read(solved, schedule, SCHEME, budget_bytes, model.frame.unit_bytes)
