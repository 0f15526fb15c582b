"""Packing by CP-SAT: rectangles of fixed time and free offset that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence

from mapper.packing.exact import Found, unit_bytes
from mapper.packing.limits import Limit
from mapper.packing.rectangle import Rectangle
from mapper.packing.sections import sections_of
from mapper.solver import Outcome, cp_model, cp_solve, cp_solver


def solve_packing(rectangles: Sequence[Rectangle], capacity_bytes: int, limit: Limit) -> Found:
    """A packing within the capacity, or the proof that there is none, or neither at the limit."""
    unit = unit_bytes(rectangles)
    capacity = capacity_bytes // unit
    model = cp_model()
    starts, times, spaces = [], [], []
    sections = sections_of(rectangles)
    for r, lower, upper in zip(rectangles, sections.lower, sections.upper, strict=True):
        size = r.size_bytes // unit
        if size > capacity:
            return Found(None, True, 0)
        start = model.new_int_var(0, capacity - size, r.name)
        starts.append(start)
        times.append(model.new_fixed_size_interval_var(int(lower), int(upper - lower), ""))
        spaces.append(model.new_fixed_size_interval_var(start, size, ""))
    model.add_no_overlap_2d(times, spaces)
    model.add_cumulative(times, [r.size_bytes // unit for r in rectangles], capacity)
    solver = cp_solver(limit.work, limit.seconds)
    outcome = cp_solve(solver, model)
    if outcome in (Outcome.OPTIMAL, Outcome.FEASIBLE):
        return Found(
            {r.name: solver.value(start) * unit for r, start in zip(rectangles, starts, strict=True)}, False, 0
        )
    return Found(None, outcome is Outcome.INFEASIBLE, 0)
