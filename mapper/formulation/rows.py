"""A PuLP problem written row by row; terms are variables or known numbers, and rows of numbers alone vanish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hwsim.errors import SpecError

Term = Any
"""A ``pulp.LpVariable`` or an int."""

Terms = Iterable[tuple[int, Term]]
"""Factors and what they multiply."""


class Rows:
    """A minimisation. Rows are named after their family and numbered within it; nothing is ever fake-infinite:
    a side that does not bind is left out."""

    def __init__(self, name: str) -> None:
        import pulp

        self.problem = pulp.LpProblem("".join(c if c.isalnum() else "_" for c in name) or "network")
        self.rows: Counter[str] = Counter()
        self.variables = 0
        self._pulp = pulp
        self._never: Term = None

    def binary(self, name: str) -> Term:
        return self._variable(name, 1, self._pulp.LpBinary)

    def whole(self, name: str, high: int) -> Term:
        """A whole number from 0 to ``high``."""
        return self._variable(name, high, self._pulp.LpInteger)

    def real(self, name: str, high: int) -> Term:
        """A number from 0 to ``high``."""
        return self._variable(name, high, self._pulp.LpContinuous)

    def _variable(self, name: str, high: int, category: str) -> Term:
        self.variables += 1
        return self.problem.add_variable(name, 0, high, category)

    def at_most(self, family: str, terms: Terms, bound: int) -> None:
        self._row(family, terms, self._pulp.LpConstraintLE, bound)

    def at_least(self, family: str, terms: Terms, bound: int) -> None:
        self._row(family, terms, self._pulp.LpConstraintGE, bound)

    def equal(self, family: str, terms: Terms, bound: int) -> None:
        self._row(family, terms, self._pulp.LpConstraintEQ, bound)

    def minimise(self, terms: Terms) -> None:
        """What is known is a factor of a variable fixed to 1: files of PuLP's leave a constant out."""
        factors, known = _gathered(terms)
        if known:
            self.variables += 1
            factors[self.problem.add_variable("one", 1, 1)] = known
        self.problem.setObjective(self._pulp.LpAffineExpression(factors))

    def _row(self, family: str, terms: Terms, sense: int, bound: int) -> None:
        factors, known = _gathered(terms)
        if not factors:
            if _holds(known, sense, bound):
                return
            factors, known, bound, sense = {self._contradiction(): 1}, 0, 1, self._pulp.LpConstraintGE
        expression = self._pulp.LpAffineExpression(factors)
        row = self._pulp.LpConstraint(expression, sense, f"{family}_{self.rows[family]}", bound - known)
        self.problem.addConstraint(row)
        self.rows[family] += 1

    def _contradiction(self) -> Term:
        """A variable that is 0, for a row of numbers alone that cannot hold."""
        if self._never is None:
            self._never = self._variable("never", 0, self._pulp.LpInteger)
        return self._never


def _gathered(terms: Terms) -> tuple[dict[Term, int], int]:
    """Factors by variable, and the sum of what is known."""
    factors: dict[Term, int] = {}
    known = 0
    for factor, term in terms:
        if isinstance(term, int):
            known += factor * term
        else:
            factors[term] = factors.get(term, 0) + factor
    return factors, known


def _holds(value: int, sense: int, bound: int) -> bool:
    """PuLP's senses: -1 at most, 0 equal, 1 at least."""
    return (value - bound) * sense >= 0 if sense else value == bound


def export_model(model: Rows, path: str | Path) -> None:
    """Write ``model`` as a file for any solver: ``.mps`` or ``.lp``; raises SpecError for another suffix."""
    path = Path(path)
    if path.suffix == ".mps":
        model.problem.writeMPS(str(path))
    elif path.suffix == ".lp":
        model.problem.writeLP(str(path))
    else:
        raise SpecError(f"{path.name}: a model is written as .mps or .lp, not {path.suffix or 'without a suffix'}")
