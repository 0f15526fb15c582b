"""Order and evictions of one segment: stages of growing effort, each starting from the best that is known.

Stages are the same whatever the limit; a limit only says where to stop, so that more time never gives a worse plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hwsim.residency import MemoryGraph
from mapper.residency.gaps import best_gaps
from mapper.residency.indexed import Indexed, bits
from mapper.residency.joint import solve_jointly
from mapper.residency.layers import LayeredSearch
from mapper.residency.peak import least_peak
from mapper.residency.schedule import Schedule, every_eviction, tightened, with_fetches
from mapper.residency.states import Found
from mapper.residency.windows import Window, best_windows

WORK_PER_SECOND = 10_000
"""States that the layered search makes in about a second."""
WINDOW_WIDTHS = (8, 64, 256)
WINDOW_WORK = 5_000
"""States that may be made for the bound of one kind of window."""
JOINT_STEPS = 160
"""Steps up to which the joint model is tried."""
GAP_SECONDS = 2.0
PEAK_STATES = 2_000
"""States that the search for an order of least peak may open before it is a beam."""


@dataclass(frozen=True)
class Retained:
    """A schedule, and a bound in bytes that no schedule of its graph within the budget goes below."""

    schedule: Schedule
    bound_bytes: int
    seconds: float = 0.0
    """deterministic time that it took"""

    @property
    def proven(self) -> bool:
        return self.schedule.objective_bytes == self.bound_bytes


def retain(graph: MemoryGraph, budget_bytes: int, seconds: float, chained: bool = False) -> Retained:
    """The cheapest schedule within ``budget_bytes``, in the default order alone if ``chained``.

    The budget holds every working set. ``seconds`` are deterministic: counted in work, not in time.
    """
    return _Stages(Indexed(graph, chained), budget_bytes, seconds).run()


@dataclass
class _Stages:
    x: Indexed
    budget_bytes: int
    left: float
    """deterministic seconds"""
    best: Schedule = field(init=False)
    bound: int = 0
    """bytes"""
    windows: list[Window] = field(default_factory=list)

    def run(self) -> Retained:
        given = self.left
        self.best = every_eviction(self.x.graph)
        for stage in self._stages():
            if self.left <= 0 or self.bound >= self.best.objective_bytes:
                break
            stage()
        return Retained(self.best, min(self.bound, self.best.objective_bytes), given - max(0.0, self.left))

    def _stages(self) -> Iterator[Callable[[], None]]:
        """Bounds of the layered search and of windows know nothing of steps that run again."""
        yield self._known_orders
        yield lambda: self._layers(8)
        if not self.x.chained and not self._repeats:
            yield self._find_windows
        yield lambda: self._layers(64)
        yield self._gaps
        for width, seconds in ((512, 2.0), (4096, 10.0), (32768, 60.0), (1 << 18, 600.0)):
            if self._repeats or (not self.x.chained and self.x.count <= JOINT_STEPS):
                yield lambda seconds=seconds: self._jointly(seconds)  # type: ignore[misc]
            yield lambda width=width: self._layers(width)  # type: ignore[misc]
            yield self._gaps

    @property
    def _repeats(self) -> bool:
        return any(step.repeatable for step in self.x.graph.steps)

    def _take(self, schedule: Schedule | None, bound: int) -> None:
        if schedule is not None and schedule.objective_bytes < self.best.objective_bytes:
            self.best = schedule
        self.bound = max(self.bound, bound)

    def _layers(self, width: int) -> None:
        x, unit = self.x, self.x.unit_bytes
        limit = self.best.objective_bytes // unit
        work = int(self.left * WORK_PER_SECOND) + 1
        search = LayeredSearch(x, x.capacity(self.budget_bytes), limit, width, max(4, width // 8), work, self.windows)
        found = search.run()
        self.left -= search.made / WORK_PER_SECOND
        self._take(_schedule(x, found) if found else None, 0 if self._repeats else search.bound * unit)

    def _find_windows(self) -> None:
        self.windows = best_windows(self.x, self.budget_bytes, lambda part: _window_bound(part, self.budget_bytes))
        self.bound = max(self.bound, sum(window.least for window in self.windows) * self.x.unit_bytes)

    def _known_orders(self) -> None:
        """The default order and one of least peak, each at its best: what baselines do, too."""
        graph = self.x.graph
        orders = [tuple(step.name for step in graph.steps)]
        if not self.x.chained:
            orders.append(least_peak(graph, PEAK_STATES).order)
        for order in dict.fromkeys(orders):
            work = min(GAP_SECONDS, self.left)
            self.left -= work / 10
            self._take(best_gaps(graph, order, self.budget_bytes, work)[0], 0)

    def _gaps(self) -> None:
        if len(self.best.order) > self.x.count:
            return
        work = min(GAP_SECONDS, self.left)
        self.left -= work / 10
        schedule, bound = best_gaps(self.x.graph, self.best.order, self.budget_bytes, work)
        self._take(schedule, bound if self.x.chained and not self._repeats else 0)

    def _jointly(self, seconds: float) -> None:
        work = min(seconds, self.left)
        self.left -= work
        hint = self.best if len(self.best.order) == self.x.count else None
        found = solve_jointly(
            self.x.graph, self.budget_bytes, work, hint, known_bound_bytes=self.bound, chained=self.x.chained
        )
        self._take(tightened(found.schedule) if found.schedule else None, found.bound_bytes)


def _window_bound(x: Indexed, budget_bytes: int) -> int:
    limit, bound = 1 << 62, 0
    for width in WINDOW_WIDTHS:
        search = LayeredSearch(x, x.capacity(budget_bytes), limit, width, max(4, width // 8), WINDOW_WORK)
        found = search.run()
        limit = found.cost if found else limit
        bound = max(bound, min(search.bound, limit))
        if bound == limit:
            break
    return bound


def _schedule(x: Indexed, found: Found) -> Schedule:
    order = [x.graph.steps[step].name for step in found.steps]
    fetched = {(x.names[b], place) for place, mask in enumerate(found.fetched) for b in bits(mask)}
    return with_fetches(x.graph, order, fetched)
