"""What a formulation's solver brought back: a schedule, perhaps addresses, what is proven; and how it is read.

Every schedule is replayed by ``check_plan`` before it is handed on: where there are no addresses, with stacked ones
in a scratchpad large enough, and its live bytes are compared with the budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwsim.errors import ProgramError
from hwsim.residency import MemoryGraph, MemoryPlan, Status, check_plan
from mapper.pulp_solver import Solved
from mapper.residency.schedule import Run, Schedule
from mapper.solver import Outcome


@dataclass(frozen=True)
class Solution:
    """``status`` None: nothing was proved and nothing found, or what was found did not pass the replay (``note``).

    ``plan`` is there where the model decides addresses. ``bound_bytes`` is a lower bound on the objective that holds
    for every order the model allowed, 0 if the solver tells none.
    """

    schedule: Schedule | None
    plan: MemoryPlan | None
    status: Status | None
    bound_bytes: int = 0
    note: str = ""


def infeasible(note: str) -> Solution:
    return Solution(None, None, Status.INFEASIBLE, 0, note)


def too_small(graph: MemoryGraph, budget_bytes: int) -> Solution | None:
    """The answer for a budget below M_R: no order runs."""
    if budget_bytes >= graph.least_budget:
        return None
    return infeasible(f"{budget_bytes} bytes hold no order of {graph.name}: one step needs {graph.least_budget}")


def read(
    solved: Solved,
    schedule: Schedule | None,
    scheme: str,
    budget_bytes: int,
    unit_bytes: int,
    offsets: Mapping[Run, int] | None = None,
) -> Solution:
    """Replay ``schedule`` and say what is known; ``offsets`` in bytes if the model decides them."""
    bound = solved.bound * unit_bytes
    if schedule is None:
        if solved.outcome is Outcome.INFEASIBLE:
            return infeasible("the solver proved that there is no solution")
        return Solution(None, None, None, bound, "no solution was found in the time given")
    proven = solved.outcome is Outcome.OPTIMAL and schedule.objective_bytes == bound
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    bound = bound if proven or solved.outcome is Outcome.FEASIBLE else 0
    bound = bound if bound <= schedule.objective_bytes else 0
    try:
        plan = _replayed(schedule, scheme, budget_bytes, offsets, status, bound)
    except ProgramError as error:
        return Solution(None, None, None, 0, f"the solver's solution does not pass the replay: {error}")
    return Solution(schedule, plan if offsets is not None else None, status, bound)


def _replayed(
    schedule: Schedule,
    scheme: str,
    budget_bytes: int,
    offsets: Mapping[Run, int] | None,
    status: Status,
    bound_bytes: int,
) -> MemoryPlan:
    """The plan, checked; raises ProgramError."""
    if offsets is None:
        if schedule.peak_bytes > budget_bytes:
            raise ProgramError(f"{schedule.peak_bytes} bytes are live in a scratchpad of {budget_bytes}")
        offsets, budget_bytes = _stacked(schedule)
    plan = schedule.plan(scheme, budget_bytes, offsets, status, bound_bytes)
    walked = check_plan(schedule.graph, plan)
    if walked.objective_bytes != schedule.objective_bytes:
        raise ProgramError(f"{walked.objective_bytes} bytes move, not {schedule.objective_bytes}")
    return plan


def _stacked(schedule: Schedule) -> tuple[dict[Run, int], int]:
    """Every run at an address of its own, and how high that reaches."""
    offsets, top = {}, 0
    for run in schedule.runs:
        offsets[run] = top
        top += schedule.graph.buffers[run.buffer].bytes
    return offsets, top
