"""Solvers by name, and which of their answers are believed."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pulp
import pytest

from hwsim.errors import MissingToolError, SpecError
from mapper import pulp_solver
from mapper.formulation import Rows
from mapper.pulp_solver import installed, solve, solver_named
from mapper.solver import Outcome


def cover(least: int) -> Rows:
    """The fewest of three things, the last of which counts twice, that sum to ``least``."""
    model = Rows("cover")
    things = [model.binary(f"x{i}") for i in range(3)]
    terms = list(zip((1, 1, 2), things, strict=True))
    model.at_least("enough", terms, least)
    model.minimise([(1, thing) for thing in things])
    return model


@pytest.mark.parametrize("solver", [*installed(), "auto"])
def test_every_solver_proves_a_cover(solver: str) -> None:
    solved = solve(cover(3).problem, solver)
    assert (solved.outcome, solved.bound) == (Outcome.OPTIMAL, 2)
    assert solved.values is not None
    assert round(solved.values["x2"]) == 1


@pytest.mark.parametrize("solver", installed())
def test_what_cannot_be_is_infeasible_except_by_the_word_of_cbc(solver: str) -> None:
    solved = solve(cover(5).problem, solver)
    assert (solved.outcome, solved.values) == (Outcome.UNKNOWN if solver == "cbc" else Outcome.INFEASIBLE, None)


@pytest.mark.parametrize("solver", installed())
def test_rows_of_numbers_alone(solver: str) -> None:
    model = cover(1)
    model.at_most("true", [(2, 1), (1, 0)], 2)
    assert (model.rows["true"], solve(model.problem, solver).bound) == (0, 1)
    model.equal("false", [(2, 1)], 1)
    assert solve(model.problem, solver).values is None


@pytest.mark.parametrize("solver", installed())
def test_what_is_known_counts_in_the_objective(solver: str) -> None:
    model = cover(1)
    model.minimise([(1, model.binary("y")), (-3, 1)])
    assert solve(model.problem, solver).bound == -3


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        (pulp.LpSolutionOptimal, Outcome.OPTIMAL),
        (pulp.LpSolutionIntegerFeasible, Outcome.UNKNOWN),
        (pulp.LpSolutionInfeasible, Outcome.UNKNOWN),
        (pulp.LpSolutionNoSolutionFound, Outcome.UNKNOWN),
    ],
)
def test_of_cbc_only_optimal_is_believed(said: int, believed: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    model = cover(3)

    def answer(solver: Any, problem: Any) -> int:
        problem.assignVarsVals({"x0": 1, "x1": 0, "x2": 1})
        problem.sol_status = said
        return said

    monkeypatch.setattr(pulp.COIN_CMD, "actualSolve", answer)
    solved = solve(model.problem, "cbc", 1)
    assert solved.outcome is believed
    held = said in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    assert (solved.values is not None) == held
    assert solved.bound == (2 if believed is Outcome.OPTIMAL else 0)


def test_an_unknown_solver_is_refused() -> None:
    text = "unknown solver 'hihgs' (did you mean 'highs'?); allowed are scip, highs, cbc, auto"
    with pytest.raises(SpecError, match=f"^{re.escape(text)}$"):
        solver_named("hihgs")


@pytest.mark.parametrize("name", ["scip", "highs"])
def test_a_missing_solver_names_what_brings_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulp_solver, "util", SimpleNamespace(find_spec=lambda module: None))
    assert (installed(), solver_named("auto")) == (("cbc",), "cbc")
    text = f"the solver {name!r} is not installed; pip install 'hwsim[solvers]' brings it"
    with pytest.raises(MissingToolError, match=f"^{re.escape(text)}$"):
        solver_named(name)


def test_time_is_positive() -> None:
    with pytest.raises(SpecError, match=r"^time_limit is 0 seconds; more than 0 is allowed$"):
        solve(cover(1).problem, "cbc", 0)
