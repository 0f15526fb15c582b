"""CP-SAT asked so that the same model gives the same answer: one seed, one worker, limits in deterministic time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` of CP-SAT's deterministic time; with several ``workers`` their turns are interleaved."""

    seconds: float = 10.0
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True)
class Solved:
    """What CP-SAT knows: whether there is a solution, a proven bound on the objective, whether none can be better."""

    solver: Any
    feasible: bool
    proven: bool
    infeasible: bool
    bound: float

    def value(self, expression: Any) -> int:
        """The value of an expression of the model in the best solution."""
        return int(self.solver.value(expression))


def solve(model: cp_model.CpModel, limits: Limits) -> Solved:
    """Solve ``model`` within ``limits``."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = limits.seconds
    solver.parameters.random_seed = limits.seed
    solver.parameters.num_workers = limits.workers
    solver.parameters.interleave_search = limits.workers > 1
    status = solver.solve(model)
    feasible = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    infeasible = status == cp_model.INFEASIBLE
    bound = solver.best_objective_bound if model.has_objective() else 0.0
    return Solved(solver, feasible, status == cp_model.OPTIMAL or infeasible, infeasible, bound)
