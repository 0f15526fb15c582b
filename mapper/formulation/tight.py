"""The free order as a smaller and tighter integer program, capacity only, for solvers that know no intervals.

Against the published one: "has run by place t" instead of "runs at t", one spill decision per buffer instead of one
per place, retrieves only where a reader runs, capacity rows, no addresses, and cuts for steps that leave too little
room for a buffer.
"""

from __future__ import annotations

from collections.abc import Iterator

from hwsim.residency import MemoryGraph
from mapper.formulation.frame import Frame, refuse_extensions
from mapper.formulation.rows import Rows, Term
from mapper.formulation.solution import Solution, read, too_small
from mapper.pulp_solver import AUTO, solve
from mapper.residency.schedule import Run, Schedule

SCHEME = "tight"


class TightModel(Rows):
    """``done``: by step and place, whether it has run by then; ``lies`` and ``fetched``: by buffer and place."""

    def __init__(self, graph: MemoryGraph, budget_bytes: int, known_bound_bytes: int = 0) -> None:
        refuse_extensions(graph)
        self.known_bound_bytes = known_bound_bytes
        super().__init__(graph.name)
        self.frame = Frame(graph, budget_bytes)
        self.done: dict[tuple[int, int], Term] = {}
        self.lies: dict[tuple[int, int], Term] = {}
        self.fetched: dict[tuple[int, int], Term] = {}
        self.written: dict[int, Term] = {}
        self._variables()
        self._order()
        for number in range(len(self.frame.buffers)):
            self._life(number)
        self._room()
        self._cuts()
        self._pay()

    def runs(self, index: int, place: int) -> Iterator[tuple[int, Term]]:
        """Terms that say whether a step runs at a place."""
        yield 1, self._has_run(index, place)
        yield -1, self._has_run(index, place - 1)

    def _has_run(self, index: int, place: int) -> Term:
        """Known to be 0 before the first place at which the step can run, and 1 from the last."""
        places = self.frame.step_places[index]
        return self.done[index, place] if place in places[:-1] else int(place >= places[-1])

    def _readers(self, number: int) -> tuple[int, ...]:
        return self.frame.graph.readers[self.frame.buffers[number].name]

    def _variables(self) -> None:
        for index, places in enumerate(self.frame.step_places):
            for place in places[:-1]:
                self.done[index, place] = self.binary(f"E_{index}_{place}")
        for number, buffer in enumerate(self.frame.buffers):
            for place in self.frame.needed_places[number]:
                self.lies[number, place] = self.binary(f"r_{number}_{place}")
                if any(place in self.frame.step_places[reader] for reader in self._readers(number)):
                    self.fetched[number, place] = self.real(f"f_{number}_{place}", 1)
            if not buffer.has_copy:
                self.written[number] = self.real(f"w_{number}", 1)

    def _order(self) -> None:
        """A step that has run stays so; one runs per place, after the makers of what it reads."""
        graph = self.frame.graph
        for place in range(self.frame.places):
            steps = [(1, self._has_run(index, place)) for index in range(self.frame.places)]
            self.equal("one_step", steps, place + 1)
        for index, step in enumerate(graph.steps):
            for place in self.frame.step_places[index]:
                self.at_least("stays_done", list(self.runs(index, place)), 0)
                for maker in {graph.maker[name] for name in step.inputs if name in graph.maker}:
                    after = [(1, self._has_run(index, place)), (-1, self._has_run(maker, place - 1))]
                    self.at_most("after_maker", after, 0)

    def _life(self, number: int) -> None:
        """A buffer lies there where it is used, and only if it lay there before, is made or is fetched."""
        buffer, readers = self.frame.buffers[number], self._readers(number)
        maker = self.frame.graph.maker.get(buffer.name)
        for place in self.frame.needed_places[number]:
            lies = self.lies[number, place]
            made = [] if maker is None else list(self.runs(maker, place))
            fetched = self.fetched.get((number, place), 0)
            before = [(1, self.lies.get((number, place - 1), 0)), *made, (1, fetched)]
            self.at_most("comes", [(1, lies), *((-factor, term) for factor, term in before)], 0)
            for user in (*readers, *(() if maker is None else (maker,))):
                self.at_most("used", [*self.runs(user, place), (-1, lies)], 0)
            reading = [(-factor, term) for reader in readers for factor, term in self.runs(reader, place)]
            self.at_most("fetched_to_read", [(1, fetched), *reading], 0)
            if number in self.written:
                self.at_most("written", [(1, fetched), (-1, self.written[number])], 0)
            if maker is not None:
                self.at_most("lies_after_made", [(1, lies), (-1, self._has_run(maker, place))], 0)
                self.at_most("fetched_after_made", [(1, fetched), (-1, self._has_run(maker, place - 1))], 0)

    def _room(self) -> None:
        for place in range(self.frame.places):
            lying = [(size, self.lies.get((number, place), 0)) for number, size in enumerate(self.frame.sizes)]
            self.at_most("capacity", lying, self.frame.budget)

    def _cuts(self) -> None:
        """A buffer that does not fit beside what a step touches is not there while the step runs."""
        graph = self.frame.graph
        for index, step in enumerate(graph.steps):
            room = self.frame.budget - graph.working_set(step) // self.frame.unit_bytes
            touched = {self.frame.number[name] for name in step.touched}
            for number, size in enumerate(self.frame.sizes):
                if size <= room or number in touched:
                    continue
                for place in self.frame.step_places[index]:
                    lies = self.lies.get((number, place), 0)
                    self.at_most("no_room", [*self.runs(index, place), (1, lies)], 1)

    def _pay(self) -> None:
        """Spills and retrieves; the first fetch of what lies in DRAM is compulsory and taken off."""
        free = sum(
            size
            for size, buffer in zip(self.frame.sizes, self.frame.buffers, strict=True)
            if buffer.in_dram and self.frame.graph.readers[buffer.name]
        )
        fetched = [(self.frame.sizes[number], term) for (number, _), term in self.fetched.items()]
        written = [(self.frame.sizes[number], term) for number, term in self.written.items()]
        paid = [*fetched, *written, (-free, 1)]
        self.at_least("known_bound", paid, -(-self.known_bound_bytes // self.frame.unit_bytes))
        self.minimise(paid)

    def schedule(self, values: dict[str, float]) -> Schedule:
        graph = self.frame.graph

        def is_set(term: Term) -> bool:
            return bool(term) if isinstance(term, int) else values.get(str(term), 0.0) > 0.5

        first = {
            step.name: next(place for place in self.frame.step_places[index] if is_set(self._has_run(index, place)))
            for index, step in enumerate(graph.steps)
        }
        runs = []
        for number, buffer in enumerate(self.frame.buffers):
            made = first[graph.steps[graph.maker[buffer.name]].name] if buffer.name in graph.maker else None
            places = [p for p in self.frame.needed_places[number] if is_set(self.lies[number, p])]
            starts = [p for p in places if p == made or is_set(self.fetched.get((number, p), 0))]
            for start, following in zip(starts, [*starts[1:], self.frame.places], strict=True):
                end = start + 1
                while end < following and end in places:
                    end += 1
                runs.append(Run(buffer.name, start, end))
        return Schedule(graph, tuple(sorted(first, key=first.__getitem__)), tuple(runs))


def solve_tight(
    graph: MemoryGraph,
    budget_bytes: int,
    solver: str = AUTO,
    time_limit: float | None = 60,
    *,
    known_bound_bytes: int = 0,
) -> Solution:
    """The fewest bytes of any order, addresses left open.

    ``known_bound_bytes``: a lower bound on the objective that was proved elsewhere. Below the minimum peak, say, some
    buffer is spilled and retrieved; that alone often closes the gap.
    """
    refuse_extensions(graph)
    if small := too_small(graph, budget_bytes):
        return small
    model = TightModel(graph, budget_bytes, known_bound_bytes)
    solved = solve(model.problem, solver, time_limit)
    schedule = None if solved.values is None else model.schedule(solved.values)
    return read(solved, schedule, SCHEME, budget_bytes, model.frame.unit_bytes)
