"""A whole network in one scratchpad: order, evictions and addresses, proven best or with the gap that is left.

Capacity first, addresses second. A budget of at least M_P needs no eviction. Below it the network is cut where exactly
one step's results are live, each segment is solved and equal segments once, and the schedules are put together, packed
and walked by the independent check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from itertools import islice
from time import process_time

from hwsim.errors import SpecError
from hwsim.residency import MemoryGraph, MemoryPlan, Status, check_plan
from mapper.residency.cuts import ENTRY, segments, signature
from mapper.residency.gaps import best_gaps
from mapper.residency.joint import solve_jointly
from mapper.residency.ordering import in_order
from mapper.residency.peak import Peak, least_peak
from mapper.residency.placing import place
from mapper.residency.plain import plain, streamed_bytes, with_streams
from mapper.residency.schedule import Run, Schedule, every_eviction, keep_all
from mapper.residency.segment import solve_segment
from mapper.residency.stages import JOINT_STEPS, Retained
from mapper.residency.stitching import renamed, stitch

SCHEME = "intervals"


class Order(Enum):
    """Which orders of steps are allowed."""

    FREE = "free"
    DEFAULT = "default"
    """the order of the graph alone"""


@dataclass(frozen=True, slots=True)
class MapSettings:
    """What may be decided and how long it may take. A tuple as ``order`` names all steps.

    ``seconds`` are deterministic: work, not time, so that the same question gives the same plan.
    """

    order: Order | tuple[str, ...] = Order.FREE
    seconds: float = 60.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise SpecError(f"a time limit of {self.seconds} seconds; more than 0 is needed")


@dataclass(frozen=True)
class Mapped:
    """The answer. ``plan`` is None only if no addresses were found; ``bound_bytes`` holds for every plan that the
    settings allow."""

    graph: MemoryGraph
    budget_bytes: int
    plan: MemoryPlan | None
    status: Status
    bound_bytes: int
    least_budget: int
    peak: Peak
    solve_seconds: float
    methods: tuple[str, ...] = field(default=())

    @property
    def objective_bytes(self) -> int | None:
        return self.plan.objective_bytes if self.plan else None


def map_network(graph: MemoryGraph, budget_bytes: int, settings: MapSettings | None = None) -> Mapped:
    """The plan with the fewest bytes of spills and retrieves for a scratchpad of ``budget_bytes``.

    Raises SpecError if the budget is below M_R, naming the step, or if the order cannot run.
    """
    settings = settings or MapSettings()
    check_budget(graph, budget_bytes)
    return _Mapping(graph, budget_bytes, settings).run()


def check_budget(graph: MemoryGraph, budget_bytes: int) -> None:
    """Raise SpecError if some step does not fit alone."""
    if budget_bytes >= graph.least_budget:
        return
    step = max(graph.steps, key=graph.working_set)
    tensors = ", ".join(f"{name} ({graph.buffers[name].bytes})" for name in step.touched)
    raise SpecError(
        f"{graph.name}: a scratchpad of {budget_bytes} bytes holds no order: step {step.name!r} needs "
        f"{graph.working_set(step)} bytes at once for {tensors}"
    )


@dataclass
class _Mapping:
    graph: MemoryGraph
    budget_bytes: int
    settings: MapSettings
    methods: list[str] = field(default_factory=list)

    @cached_property
    def streamed(self) -> int:
        return streamed_bytes(self.graph)

    def run(self) -> Mapped:
        start = process_time()
        graph = plain(self.graph)
        if isinstance(self.settings.order, tuple):
            graph = in_order(graph, self.settings.order)
        chained = self.settings.order is not Order.FREE
        peak = _given_peak(graph) if chained else least_peak(graph)
        bound = 0
        plan = self._without_evictions(graph, peak)
        if plan is None:
            retained = self._retained(graph, chained)
            if not chained:
                retained = self._in_peak_order(graph, peak, retained)
            bound = retained.bound_bytes
            plan = self._packed(retained.schedule, bound) or self._with_holes(retained.schedule, bound)
        bound += self.streamed
        if plan is not None:
            check_plan(self.graph, plan)
        status = plan.status if plan is not None else Status.INFEASIBLE
        bound = plan.bound_bytes if plan is not None else bound
        taken = process_time() - start
        least = self.graph.least_budget
        return Mapped(self.graph, self.budget_bytes, plan, status, bound, least, peak, taken, tuple(self.methods))

    def _without_evictions(self, graph: MemoryGraph, peak: Peak) -> MemoryPlan | None:
        if peak.peak_bytes > self.budget_bytes:
            return None
        self.methods.append(f"an order with a peak of {peak.peak_bytes} bytes keeps everything")
        return self._packed(keep_all(graph, peak.order), 0)

    def _retained(self, graph: MemoryGraph, chained: bool) -> Retained:
        """Every segment at its best, together."""
        parts = segments(graph)
        kinds = [signature(part.graph) for part in parts]
        waiting = dict(sorted(zip(kinds, parts, strict=True), key=lambda pair: len(pair[1].graph.steps)))
        solved: dict[object, Retained] = {}
        left = self.settings.seconds
        for kind, part in waiting.items():  # small ones first: what they leave is for the large ones
            share = left / (len(waiting) - len(solved))
            solved[kind] = solve_segment(part.graph, self.budget_bytes, share, chained)
            left -= solved[kind].seconds
        self.methods.append(f"{len(parts)} segments, {len(solved)} of them different")
        pieces = [
            (part.carried, renamed(solved[kind].schedule, part.graph)) for part, kind in zip(parts, kinds, strict=True)
        ]
        return Retained(stitch(graph, pieces, (ENTRY,)), sum(solved[kind].bound_bytes for kind in kinds))

    def _in_peak_order(self, graph: MemoryGraph, peak: Peak, found: Retained) -> Retained:
        """The optimum of the order with the least peak, if it is cheaper than what little effort found."""
        repeats = any(step.repeatable for step in graph.steps)
        if repeats or found.schedule.objective_bytes == found.bound_bytes:
            return found
        schedule = best_gaps(graph, peak.order, self.budget_bytes)[0]
        cheaper = schedule.objective_bytes < found.schedule.objective_bytes
        return replace(found, schedule=schedule) if cheaper else found

    def _packed(self, schedule: Schedule, bound: int) -> MemoryPlan | None:
        offsets = place(schedule, self.budget_bytes)
        return None if offsets is None else self._plan(schedule, offsets, bound)

    def _plan(self, schedule: Schedule, offsets: Mapping[Run, int], bound: int) -> MemoryPlan:
        """The plan of a schedule of the plain graph, with what streams move in it and in its bound."""
        schedule, bound = with_streams(self.graph, schedule), bound + self.streamed
        status = Status.OPTIMAL if schedule.objective_bytes == bound else Status.FEASIBLE
        return schedule.plan(SCHEME, self.budget_bytes, offsets, status, bound)

    def _with_holes(self, schedule: Schedule, bound: int) -> MemoryPlan | None:
        """No addresses for the best schedule: the joint model of small graphs, then the same order in less and less
        room, at last with everything evicted, which always packs."""
        self.methods.append("the best evictions leave holes between addresses")
        plans = [*self._joint(schedule, bound), *islice(self._in_less_room(schedule, bound), 1)]
        return min(plans, key=lambda plan: plan.objective_bytes, default=None)

    def _joint(self, schedule: Schedule, bound: int) -> Iterator[MemoryPlan]:
        graph = schedule.graph
        if len(graph.steps) > JOINT_STEPS:
            return
        hint = schedule if len(schedule.order) == len(graph.steps) else None
        chained = self.settings.order is not Order.FREE
        found = solve_jointly(graph, self.budget_bytes, self.settings.seconds, hint, True, bound, chained=chained)
        if found.schedule is not None:
            yield self._plan(found.schedule, found.offsets, max(bound, found.bound_bytes))

    def _in_less_room(self, schedule: Schedule, bound: int) -> Iterator[MemoryPlan]:
        graph = schedule.graph
        order = tuple(dict.fromkeys(schedule.order)) if len(schedule.order) > len(graph.steps) else schedule.order
        for parts in range(31, -1, -1):
            room = graph.least_budget + (self.budget_bytes - graph.least_budget) * parts // 32
            plan = self._packed(best_gaps(graph, order, room)[0], bound)
            if plan is not None:
                yield plan
        plan = self._packed(every_eviction(graph, order), bound)
        if plan is not None:
            yield plan


def _given_peak(graph: MemoryGraph) -> Peak:
    peak = keep_all(graph).peak_bytes
    return Peak(tuple(step.name for step in graph.steps), peak, peak)
