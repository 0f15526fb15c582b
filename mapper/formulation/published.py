"""COSMA's model as published (arXiv 2311.18246, Eq. 1-17) with its corrections: built, solved, read, replayed."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.residency import MemoryGraph, Status
from mapper.formulation.capacity import add_addresses, add_capacity
from mapper.formulation.constant_address import add_constant_address
from mapper.formulation.frame import Frame, refuse_extensions
from mapper.formulation.lifecycle import add_lifecycle
from mapper.formulation.non_overlap import add_non_overlap
from mapper.formulation.objective import add_objective
from mapper.formulation.peak import add_peak
from mapper.formulation.solution import Solution, read, too_small
from mapper.formulation.variables import Corrections, Key, Published
from mapper.pulp_solver import AUTO, Solved, solve
from mapper.residency.schedule import Run, Schedule, keep_all
from mapper.solver import Outcome

SCHEME = "published"


def build_published(
    graph: MemoryGraph,
    budget_bytes: int,
    *,
    order: tuple[str, ...] | None = None,
    addresses: bool = True,
    capacity_rows: bool = False,
    narrow: bool = True,
    corrections: Corrections | None = None,
) -> Published:
    """The model; ``order`` fixes the order (Eq. 16-17).

    Without ``addresses`` the capacity rows stand for Eq. 9-11; with them they are the published model's missing
    strengthening, on request. ``narrow`` leaves out variables and pairs outside the windows (section III-F). Raises
    SpecError for steps that work in place or may run again.
    """
    refuse_extensions(graph)
    model = Published(Frame(graph, budget_bytes, order, narrow), corrections or Corrections(), addressed=addresses)
    add_lifecycle(model)
    if addresses:
        add_addresses(model)
        add_non_overlap(model)
        add_constant_address(model)
    if capacity_rows or not addresses:
        add_capacity(model)
    add_objective(model)
    return model


def build_peak(graph: MemoryGraph, *, narrow: bool = True) -> Published:
    """The minimum peak model (MPMF, Eq. 13-15), in units."""
    refuse_extensions(graph)
    total = sum(buffer.bytes for buffer in graph.buffers.values())
    model = Published(Frame(graph, total, None, narrow), Corrections(), moves=False)
    add_lifecycle(model)
    add_peak(model)
    return model


def solve_published(
    graph: MemoryGraph,
    budget_bytes: int,
    *,
    order: tuple[str, ...] | None = None,
    solver: str = AUTO,
    time_limit: float | None = 60,
    addresses: bool = True,
    capacity_rows: bool = False,
) -> Solution:
    """Order, residency and (with ``addresses``) offsets that move the fewest bytes, as far as the solver comes.

    ``time_limit`` in seconds of the solver; building the model comes on top. Raises SpecError and MissingToolError.
    """
    refuse_extensions(graph)
    if small := too_small(graph, budget_bytes):
        return small
    model = build_published(graph, budget_bytes, order=order, addresses=addresses, capacity_rows=capacity_rows)
    return read_published(model, solve(model.problem, solver, time_limit))


def read_published(model: Published, solved: Solved) -> Solution:
    """What ``solved`` says about ``model``, replayed."""
    frame, values = model.frame, solved.values
    if values is None:
        return read(solved, None, SCHEME, frame.budget_bytes, frame.unit_bytes)
    schedule = schedule_of(model, values)
    offsets = {run: _offset(model, values, run) for run in schedule.runs} if model.addressed else None
    return read(solved, schedule, SCHEME, frame.budget_bytes, frame.unit_bytes, offsets)


@dataclass(frozen=True)
class Peak:
    """The order of minimum peak footprint: ``peak_bytes`` is its peak, ``bound_bytes`` a lower bound on any order's."""

    order: tuple[str, ...]
    peak_bytes: int
    status: Status
    bound_bytes: int


def minimum_peak(graph: MemoryGraph, solver: str = AUTO, time_limit: float | None = 60) -> Peak | None:
    """M_P and an order that reaches it, by Eq. 13-15; None if no order was found in the time given."""
    model = build_peak(graph)
    solved = solve(model.problem, solver, time_limit)
    if solved.values is None:
        return None
    schedule = keep_all(graph, schedule_of(model, solved.values).order)
    bound = max(graph.least_budget, solved.bound * model.frame.unit_bytes)
    proven = solved.outcome is Outcome.OPTIMAL and schedule.peak_bytes == bound
    return Peak(schedule.order, schedule.peak_bytes, Status.OPTIMAL if proven else Status.FEASIBLE, bound)


def schedule_of(model: Published, values: dict[str, float]) -> Schedule:
    """Order and runs: a run starts where a buffer is created or retrieved and lasts while it is kept."""
    graph = model.frame.graph
    at = {place: index for (index, place) in model.step_runs if _is_set(model, model.step_runs, (index, place), values)}
    order = tuple(graph.steps[at[place]].name for place in sorted(at))
    runs = []
    for number, buffer in enumerate(model.frame.buffers):
        start = None
        for place in range(model.frame.places + 1):
            key = (number, place)
            if start is not None and not _is_set(model, model.keeps, key, values):
                runs.append(Run(buffer.name, start, place))
                start = None
            if start is None and any(
                _is_set(model, table, key, values) for table in (model.creates, model.keeps, model.retrieves)
            ):
                start = place
    return Schedule(graph, order, tuple(runs))


def _is_set(model: Published, table: dict[Key, object], key: Key, values: dict[str, float]) -> bool:
    term = table.get(key, 0)
    return bool(term) if isinstance(term, int) else values.get(str(term), 0.0) > 0.5


def _offset(model: Published, values: dict[str, float], run: Run) -> int:
    """In bytes; an address that no row names may lie anywhere."""
    term = model.addresses[model.frame.number[run.buffer], run.start]
    return round(values.get(str(term), 0.0)) * model.frame.unit_bytes
