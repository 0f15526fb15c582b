"""Order, evictions, repeated steps and, if asked for, addresses, all in one model: retention intervals in CP-SAT.

Every step has a place; every buffer has intervals in which it lies in the scratchpad, the first from where it is made;
every reader picks one that contains its place. After MOCCASIN (Bartan et al., ICML 2023, arXiv 2304.14463), with the
objective of COSMA Eq. 12. A repeatable step may run again at the place of another step, where what it reads lies too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from hwsim.residency import MemoryGraph
from mapper.residency.hinting import give_hint
from mapper.residency.indexed import Indexed
from mapper.residency.repeats import expanded
from mapper.residency.schedule import Run, Schedule
from mapper.solver import Outcome, cp_model, cp_solve, cp_solver


@dataclass(frozen=True)
class Jointly:
    """The best schedule found, with an offset for each run if addresses were asked for, and a proven bound in bytes."""

    outcome: Outcome
    bound_bytes: int
    schedule: Schedule | None = None
    offsets: Mapping[Run, int] = field(default_factory=dict)


@dataclass
class Stretch:
    """One interval of a buffer as variables: [start, end) of places, whether it is there, whether its step ran again
    for it, and its offset."""

    start: Any
    end: Any
    there: Any
    again: Any | None = None
    offset: Any | None = None


def solve_jointly(
    graph: MemoryGraph,
    budget_bytes: int,
    work: float,
    hint: Schedule | None = None,
    addresses: bool = False,
    known_bound_bytes: int = 0,
    chained: bool = False,
) -> Jointly:
    """The schedule of ``graph`` with the fewest bytes within ``budget_bytes``.

    ``work`` is deterministic time, about a second each. ``known_bound_bytes`` is a bound that the caller has proven;
    ``chained`` allows the default order alone.
    """
    model = JointModel(Indexed(graph, chained), budget_bytes, addresses)
    model.at_least(known_bound_bytes)
    if hint is not None:
        give_hint(model, hint)
    solver = cp_solver(work)
    outcome = cp_solve(solver, model.model)
    if outcome is Outcome.INFEASIBLE:
        return Jointly(outcome, known_bound_bytes)
    bound = max(known_bound_bytes, round(solver.best_objective_bound) * model.x.unit_bytes)
    if outcome is Outcome.UNKNOWN:
        return Jointly(outcome, bound)
    schedule, offsets = expanded(model, solver.value)
    return Jointly(outcome, bound, schedule, offsets)


class JointModel:
    """The CP-SAT model; ``places`` by step and ``stretches`` by buffer are its variables."""

    def __init__(self, x: Indexed, budget_bytes: int, addresses: bool) -> None:
        self.x, self.addresses = x, addresses
        self.capacity = x.capacity(budget_bytes)
        self.model = cp_model()
        self.places = self._places()
        self.stretches = [self._stretches(buffer) for buffer in range(len(x.names))]
        self.picks: dict[tuple[int, int], list[Any]] = {}
        """(buffer, reader) -> for each stretch whether the reader finds it there"""
        for buffer in range(len(x.names)):
            for reader in x.readers[buffer]:
                self.picks[buffer, reader] = self._picked(buffer, self.places[reader], reader)
        self._repeats()
        self._room()
        self.cost = sum(self._cost(buffer) for buffer in range(len(x.names)))
        self.model.minimize(self.cost)

    def at_least(self, bound_bytes: int) -> None:
        """Say what is known of the objective."""
        if bound_bytes:
            self.model.add(self.cost >= -(-bound_bytes // self.x.unit_bytes))

    def _places(self) -> list[Any]:
        model, x = self.model, self.x
        places = [model.new_int_var(low, high, f"place {step}") for step, (low, high) in enumerate(x.window)]
        model.add_all_different(places)
        for step, before in enumerate(x.predecessors):
            for other in before:
                model.add(places[other] + 1 <= places[step])
        return places

    @cached_property
    def repeatable(self) -> frozenset[int]:
        return frozenset(at for at, step in enumerate(self.x.graph.steps) if step.repeatable)

    def _extra(self, buffer: int) -> int:
        """How often steps that run again may read the buffer."""
        x = self.x
        return sum(
            len(x.readers[made]) for step in x.readers[buffer] if step in self.repeatable for made in x.outputs[step]
        )

    def _stretches(self, buffer: int) -> list[Stretch]:
        """One for the maker and one for each use after it; the first is always there."""
        x, model = self.x, self.model
        made = x.maker[buffer] >= 0
        found: list[Stretch] = []
        for number in range(len(x.readers[buffer]) + self._extra(buffer) + made):
            name = f"{x.names[buffer]} {number}"
            there = model.new_bool_var(f"{name} there") if number else model.new_constant(1)
            first = made and number == 0
            start = self.places[x.maker[buffer]] if first else model.new_int_var(0, x.count - 1, f"{name} start")
            end = model.new_int_var(0, x.count, f"{name} end")
            model.add(end >= start + (1 if first or not self._overwritten(buffer) else 0))
            again = model.new_bool_var(f"{name} again") if number and x.maker[buffer] in self.repeatable else None
            if again is not None:
                model.add_implication(again, there)
            free = self.capacity - x.sizes[buffer]
            offset = model.new_int_var(0, free, f"{name} offset") if self.addresses else None
            found.append(Stretch(start, end, there, again, offset))
        for before, after in pairwise(found):
            model.add_implication(after.there, before.there)
            # a buffer may go out and back at once, to another address
            away = 0 if self.addresses and not self._overwritten(buffer) else 1
            model.add(after.start >= before.end + away).only_enforce_if(after.there)
        return found

    def _overwritten(self, buffer: int) -> bool:
        return any(buffer == other for other in self.x.overwritten)

    def _picked(self, buffer: int, place: Any, reader: int | None) -> list[Any]:
        """One of the buffer's stretches contains ``place``; it may end there if the reader writes over the buffer."""
        chosen = []
        slack = 0 if reader is not None and self.x.overwritten[reader] == buffer else 1
        for stretch in self.stretches[buffer]:
            pick = self.model.new_bool_var("")
            self.model.add_implication(pick, stretch.there)
            self.model.add(stretch.start <= place).only_enforce_if(pick)
            self.model.add(stretch.end >= place + slack).only_enforce_if(pick)
            chosen.append(pick)
        self.model.add_exactly_one(chosen)
        return chosen

    def _repeats(self) -> None:
        """Where a step runs again, what it reads lies too."""
        for buffer in range(len(self.x.names)):
            for stretch in self.stretches[buffer]:
                if stretch.again is None:
                    continue
                for read in self.x.inputs[self.x.maker[buffer]]:
                    self._read_again(read, stretch)

    def _read_again(self, read: int, at: Stretch) -> None:
        picks = []
        for stretch in self.stretches[read]:
            pick = self.model.new_bool_var("")
            self.model.add_implication(pick, stretch.there)
            self.model.add(stretch.start <= at.start).only_enforce_if(pick)
            self.model.add(stretch.end >= at.start + 1).only_enforce_if(pick)
            picks.append(pick)
        assert at.again is not None
        self.model.add(sum(picks) == 1).only_enforce_if(at.again)

    def _room(self) -> None:
        """All that lies fits: as a sum, and at addresses that do not overlap if they are asked for."""
        model, x = self.model, self.x
        in_time, sizes, in_space = [], [], []
        for buffer, stretches in enumerate(self.stretches):
            for stretch in stretches:
                length = model.new_int_var(0, x.count, "")
                in_time.append(model.new_optional_interval_var(stretch.start, length, stretch.end, stretch.there, ""))
                sizes.append(x.sizes[buffer])
                if stretch.offset is not None:
                    top = stretch.offset + x.sizes[buffer]
                    in_space.append(
                        model.new_optional_interval_var(stretch.offset, x.sizes[buffer], top, stretch.there, "")
                    )
        model.add_cumulative(in_time, sizes, self.capacity)
        if self.addresses:
            model.add_no_overlap_2d(in_time, in_space)
            self._in_place()

    def _in_place(self) -> None:
        """What is written over in place keeps its address."""
        for step, buffer in enumerate(self.x.overwritten):
            if buffer < 0:
                continue
            pair = self.x.graph.steps[step].in_place
            assert pair is not None
            (result, *_) = self.stretches[self.x.place[pair[1]]]
            for pick, stretch in zip(self.picks[buffer, step], self.stretches[buffer], strict=True):
                self.model.add(stretch.offset == result.offset).only_enforce_if(pick)

    def _cost(self, buffer: int) -> Any:
        """Units moved: one read for each stretch but the first that is fetched, one write before the first of them."""
        x, fetched = self.x, []
        for stretch in self.stretches[buffer][1:]:
            if stretch.again is None:
                fetched.append(stretch.there)
                continue
            fetch = self.model.new_bool_var("")
            self.model.add(fetch == stretch.there - stretch.again)
            fetched.append(fetch)
        if not fetched:
            return 0
        written: Any = 0
        if not x.copied[buffer]:
            if self.stretches[buffer][1].again is None:
                written = fetched[0]
            else:
                written = self.model.new_bool_var("")
                self.model.add_max_equality(written, fetched)
        return x.sizes[buffer] * (written + sum(fetched))
