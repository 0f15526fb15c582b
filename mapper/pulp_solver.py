"""PuLP's solvers by name (CBC, HiGHS, SCIP), and what of their answers is believed.

Every model handed to ``solve`` minimises a whole number, and its whole variables are counted in units small enough
for the tolerances set here. CBC gives no bound, and under a time limit its words are not trusted: anything but
Optimal is unknown, whatever solution it left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import util
from typing import Any

from hwsim.errors import MissingToolError, SpecError, nearest
from mapper.solver import Outcome

SOLVERS = ("scip", "highs", "cbc")
"""By name; ``auto`` is the first that is installed. On the models here SCIP proves most, CBC comes with PuLP."""

AUTO = "auto"

INTEGRALITY_TOLERANCE = 1e-9
"""A whole variable may be off by so much; with a big-M of 10^6 units, less than a thousandth of a unit."""

SCIP_TOLERANCE = 1e-7
"""The tightest that SCIP's linear solver follows without rational arithmetic; a tenth of a unit with that big-M."""

ROUNDING = 1e-6
"""Slack in which a bound counts as the whole number below it."""


@dataclass(frozen=True, slots=True)
class Solved:
    """``values``: of all variables by name, None if there is no solution. ``bound``: lower, on the objective."""

    outcome: Outcome
    values: dict[str, float] | None
    bound: int


def installed() -> tuple[str, ...]:
    """Names of the solvers that can run here, best first."""
    return tuple(name for name in SOLVERS if _available(name))


def _available(name: str) -> bool:
    if name == "highs":
        return util.find_spec("highspy") is not None
    if name == "scip":
        return util.find_spec("pyscipopt") is not None
    return True


def solver_named(name: str) -> str:
    """``name``, or the one that ``auto`` means; raises SpecError or MissingToolError in one sentence."""
    if name == AUTO:
        return installed()[0]
    if name not in SOLVERS:
        allowed = (*SOLVERS, AUTO)
        raise SpecError(f"unknown solver {name!r}{nearest(name, allowed)}; allowed are {', '.join(allowed)}")
    if not _available(name):
        raise MissingToolError(f"the solver {name!r} is not installed; pip install 'hwsim[solvers]' brings it")
    return name


def solve(problem: Any, solver: str = AUTO, time_limit: float | None = None) -> Solved:
    """Minimise a ``pulp.LpProblem``; ``time_limit`` in seconds of wall clock, None for no limit."""
    if time_limit is not None and not time_limit > 0:
        raise SpecError(f"time_limit is {time_limit} seconds; more than 0 is allowed")
    name = solver_named(solver)
    if name == "cbc":
        return _cbc(problem, time_limit)
    return _highs(problem, time_limit) if name == "highs" else _scip(problem, time_limit)


def _cbc(problem: Any, time_limit: float | None) -> Solved:
    import pulp

    tolerances = [f"integerTolerance {INTEGRALITY_TOLERANCE}", f"primalTolerance {INTEGRALITY_TOLERANCE}"]
    bundled = pulp.PULP_CBC_CMD.pulp_cbc_path
    problem.solve(pulp.COIN_CMD(path=bundled, msg=False, timeLimit=time_limit, gapRel=0, options=tolerances))
    if problem.sol_status == pulp.LpSolutionOptimal:
        return _optimal(problem)
    held = problem.sol_status == pulp.LpSolutionIntegerFeasible
    return Solved(Outcome.UNKNOWN, _values(problem) if held else None, 0)


def _highs(problem: Any, time_limit: float | None) -> Solved:
    import pulp

    tolerances = {
        "mip_feasibility_tolerance": INTEGRALITY_TOLERANCE,
        "primal_feasibility_tolerance": INTEGRALITY_TOLERANCE,
    }
    problem.solve(pulp.HiGHS(msg=False, timeLimit=time_limit, gapRel=0.0, gapAbs=0.0, threads=1, **tolerances))
    model = problem.solverModel
    status, info = model.getModelStatus().name, model.getInfo()
    if status == "kOptimal":
        return _optimal(problem)
    if status == "kInfeasible":
        return Solved(Outcome.INFEASIBLE, None, 0)
    return _stopped(problem, info.primal_solution_status == 2, info.mip_dual_bound)


def _scip(problem: Any, time_limit: float | None) -> Solved:
    import pulp

    options = ["numerics/feastol", SCIP_TOLERANCE]
    problem.solve(pulp.SCIP_PY(msg=False, timeLimit=time_limit, options=options))
    model = problem.solverModel
    if model.getStatus() == "optimal":
        return _optimal(problem)
    if model.getStatus() == "infeasible":
        return Solved(Outcome.INFEASIBLE, None, 0)
    return _stopped(problem, model.getNSols() > 0, model.getDualbound())


def _stopped(problem: Any, held: bool, bound: float) -> Solved:
    """What is left at the time limit by a solver that tells its bound."""
    known = max(0, math.ceil(bound - ROUNDING)) if abs(bound) < 1e18 else 0
    values = _values(problem) if held else None
    return Solved(Outcome.FEASIBLE if held else Outcome.UNKNOWN, values, known)


def _optimal(problem: Any) -> Solved:
    values = _values(problem)
    total = sum(factor * values[variable.name] for variable, factor in (problem.objective or {}).items())
    constant = problem.objective.constant if problem.objective is not None else 0
    return Solved(Outcome.OPTIMAL, values, round(total + constant))


def _values(problem: Any) -> dict[str, float]:
    return {variable.name: variable.varValue or 0.0 for variable in problem.variables()}
