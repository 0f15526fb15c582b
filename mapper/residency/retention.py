"""Any order: positions of steps and retention intervals of buffers in CP-SAT.

An interval starts where a buffer is made, or where a reader fetches it, and lasts at least to every reader that relies
on it. The idea is MOCCASIN's (ICML 2023) for recomputation; intervals are named by the reader that starts them, so that
no two numberings of the same intervals exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hwsim.residency import MemoryGraph
from mapper.residency.cp_sat import Limits, Solved, solve
from mapper.residency.indexed import Indexed
from mapper.residency.schedule import Schedule, with_fetches

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntervalVar, IntVar


@dataclass
class RetentionModel:
    """The model of ``x`` in ``capacity`` units; no cost below ``least`` and none above ``most`` is looked for."""

    x: Indexed
    capacity: int
    least: int = 0
    most: int | None = None
    position: list[IntVar] = field(default_factory=list)
    fetches: dict[tuple[int, int], IntVar] = field(default_factory=dict)
    """(buffer, reader) -> whether the reader fetches it"""
    intervals: list[IntervalVar] = field(default_factory=list)
    demands: list[int] = field(default_factory=list)
    costs: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.model: CpModel = CpModel()
        self._order()
        for buffer in range(len(self.x.sizes)):
            self._retain(buffer)
        for step in range(self.x.count):
            self._alone(step)
        self.model.add_cumulative(self.intervals, self.demands, self.capacity)
        total = sum(self.costs)
        self.model.add(total >= self.least)
        if self.most is not None:
            self.model.add(total <= self.most)
        self.model.minimize(total)

    def _order(self) -> None:
        x, model = self.x, self.model
        self.position = [model.new_int_var(low, high, f"place{s}") for s, (low, high) in enumerate(x.window)]
        model.add_all_different(self.position)
        for step in range(x.count):
            for before in x.predecessors[step]:
                model.add(self.position[before] + 1 <= self.position[step])

    def _alone(self, step: int) -> None:
        """Room for buffers that only this step touches."""
        x = self.x
        size = sum(x.sizes[b] for b in (*x.inputs[step], *x.outputs[step]) if len(x.uses[b]) == 1)
        if size:
            self._occupy(self.position[step], self.position[step] + 1, size, None, f"alone{step}")

    def _occupy(self, start: Any, end: Any, size: int, present: Any, name: str) -> None:
        length = self.model.new_int_var(0, self.x.count, f"length {name}")
        if present is None:
            interval = self.model.new_interval_var(start, length, end, name)
        else:
            interval = self.model.new_optional_interval_var(start, length, end, present, name)
        self.intervals.append(interval)
        self.demands.append(size)

    def _retain(self, buffer: int) -> None:
        x, model = self.x, self.model
        size, maker, readers = x.sizes[buffer], x.maker[buffer], x.readers[buffer]
        if len(x.uses[buffer]) == 1:
            return
        ends: dict[int, IntVar] = {}
        fetched = {reader: self._fetch(buffer, reader) for reader in readers}
        for start in (maker, *readers) if maker >= 0 else readers:
            ends[start] = model.new_int_var(1, x.count, f"end{buffer}.{start}")
            present = None if start == maker else fetched[start]
            self._occupy(self.position[start], ends[start], size, present, f"stay{buffer}.{start}")
            least = self.position[start] + (0 if self._over(buffer, start) else 1)
            model.add(ends[start] >= least)
        for reader in readers:
            self._rely(buffer, reader, fetched, ends)
        self._cost(buffer, [fetched[reader] for reader in readers])

    def _fetch(self, buffer: int, reader: int) -> IntVar:
        self.fetches[buffer, reader] = literal = self.model.new_bool_var(f"fetch{buffer}.{reader}")
        return literal

    def _over(self, buffer: int, reader: int) -> bool:
        """Whether ``reader`` writes over ``buffer``: its room there is counted as the result's."""
        return self.x.overwritten[reader] == buffer

    def _rely(self, buffer: int, reader: int, fetched: dict[int, IntVar], ends: dict[int, IntVar]) -> None:
        """The reader fetches the buffer, or relies on one interval that contains it."""
        x, model = self.x, self.model
        ways = [fetched[reader]]
        for start, end in ends.items():
            if start == reader or x.descendants[reader] >> start & 1:
                continue
            way = model.new_bool_var(f"relies{buffer}.{reader}.{start}")
            ways.append(way)
            if start in fetched:
                model.add_implication(way, fetched[start])
                model.add(self.position[start] + 1 <= self.position[reader]).only_enforce_if(way)
            after = 0 if self._over(buffer, reader) else 1
            model.add(end >= self.position[reader] + after).only_enforce_if(way)
        model.add_exactly_one(ways)

    def _cost(self, buffer: int, fetched: Sequence[IntVar]) -> None:
        x, size = self.x, self.x.sizes[buffer]
        self.costs += [size * literal for literal in fetched]
        if x.maker[buffer] < 0:
            self.costs.append(-size)
            self.model.add_bool_or(fetched)
        elif not x.copied[buffer]:
            written = self.model.new_bool_var(f"written{buffer}")
            self.model.add_max_equality(written, fetched)
            self.costs.append(size * written)

    def hint(self, schedule: Schedule) -> None:
        """Start the search from ``schedule``."""
        graph = self.x.graph
        place = {name: at for at, name in enumerate(schedule.order)}
        for step, position in zip(graph.steps, self.position, strict=True):
            self.model.add_hint(position, place[step.name])
        starts = {(run.buffer, run.start) for run in schedule.runs}
        for (buffer, reader), literal in self.fetches.items():
            at = place[graph.steps[reader].name]
            self.model.add_hint(literal, (self.x.names[buffer], at) in starts)

    def schedule(self, solved: Solved) -> Schedule:
        """What a solution says."""
        x = self.x
        place = [solved.value(position) for position in self.position]
        order = [x.graph.steps[s].name for s in sorted(range(x.count), key=place.__getitem__)]
        fetched = {(x.names[b], place[r]) for (b, r), literal in self.fetches.items() if solved.value(literal)}
        return with_fetches(x.graph, order, fetched)


def best_intervals(
    graph: MemoryGraph,
    budget_bytes: int,
    limits: Limits | None = None,
    start: Schedule | None = None,
    least_bytes: int = 0,
) -> tuple[Schedule | None, int]:
    """The cheapest schedule in any order and a bound in bytes; None if none cheaper than ``start`` was found.

    ``least_bytes`` are a bound that is known. Repeated steps are left out.
    """
    x = Indexed(graph)
    most = start.objective_bytes // x.unit_bytes if start else None
    model = RetentionModel(x, x.capacity(budget_bytes), -(-least_bytes // x.unit_bytes), most)
    if start is not None:
        model.hint(start)
    solved = solve(model.model, limits or Limits())
    if not solved.feasible:
        return None, least_bytes
    schedule = model.schedule(solved)
    bound = schedule.objective_bytes if solved.proven else max(0, round(solved.bound)) * x.unit_bytes
    return schedule, max(bound, least_bytes)
