"""The only place that knows solver libraries: CP-SAT, with parameters under which the same question repeats."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver


class Outcome(Enum):
    """What a solver knows at its end."""

    OPTIMAL = "optimal"
    """a best solution, proven; any solution where nothing is optimised"""
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


def cp_model() -> CpModel:
    """An empty CP-SAT model."""
    from ortools.sat.python.cp_model import CpModel

    return CpModel()


def cp_solver(work: float, seconds: float | None = None) -> CpSolver:
    """CP-SAT with one worker, a fixed seed and ``work`` units of deterministic time, about a second each.

    Only ``seconds`` of wall-clock time make its answer depend on the computer.
    """
    from ortools.sat.python.cp_model import CpSolver

    solver = CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = work
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    return solver


def cp_solve(solver: CpSolver, model: CpModel) -> Outcome:
    """Solve, and say what is known; a model that CP-SAT refuses is a fault and raises ValueError."""
    from ortools.sat.python import cp_model

    status = solver.solve(model)
    if status == cp_model.MODEL_INVALID:
        raise ValueError(model.validate())
    return {
        cp_model.OPTIMAL: Outcome.OPTIMAL,
        cp_model.FEASIBLE: Outcome.FEASIBLE,
        cp_model.INFEASIBLE: Outcome.INFEASIBLE,
    }.get(status, Outcome.UNKNOWN)
