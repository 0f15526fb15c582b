"""One given order: a binary for each gap between two uses of a buffer, solved exactly by CP-SAT.

A buffer that leaves does so right after a use and comes back at the next one; anything else takes more room for the
same bytes. So a gap is kept or not, and only the places where not everything fits need a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hwsim.residency import MemoryGraph
from mapper.residency.indexed import Indexed
from mapper.residency.ordering import in_order
from mapper.residency.schedule import Schedule, with_fetches
from mapper.solver import Outcome, cp_model, cp_solve, cp_solver

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two uses of ``buffer`` at ``start`` and ``end``, with at least one place between them."""

    buffer: int
    start: int
    end: int


def gaps(x: Indexed) -> Iterator[Gap]:
    """Every gap in the default order of ``x``."""
    for buffer, uses in enumerate(x.uses):
        for start, end in pairwise(sorted(uses)):
            if end > start + 1:
                yield Gap(buffer, start, end)


def rows(x: Indexed, found: Sequence[Gap], capacity: int) -> Iterator[tuple[list[int], int]]:
    """For each place that is too small for everything: gaps over it, and units of them that must leave."""
    over: list[list[int]] = [[] for _ in range(x.count)]
    for index, gap in enumerate(found):
        for place in range(gap.start + 1, gap.end):
            over[place].append(index)
    for place, indices in enumerate(over):
        excess = x.demand[place] + sum(x.sizes[found[i].buffer] for i in indices) - capacity
        if excess > 0:
            yield indices, excess


def best_gaps(graph: MemoryGraph, order: Sequence[str], budget_bytes: int, work: float = 10.0) -> tuple[Schedule, int]:
    """The cheapest schedule in ``order`` within ``budget_bytes``, which hold every working set, and a bound in bytes.

    Repeated steps are left out. ``work`` is deterministic time, about a second each; if it ends before any solution,
    every gap is evicted.
    """
    x = Indexed(in_order(graph, order), chained=True)
    found = list(gaps(x))
    model = cp_model()
    leaves = [model.new_bool_var(f"leaves{i}") for i in range(len(found))]
    for indices, excess in rows(x, found, x.capacity(budget_bytes)):
        model.add(sum(x.sizes[found[i].buffer] * leaves[i] for i in indices) >= excess)
    model.minimize(sum(_costs(x, model, found, leaves)))
    solver = cp_solver(work)
    outcome = cp_solve(solver, model)
    known = outcome in (Outcome.OPTIMAL, Outcome.FEASIBLE)
    gone = [i for i in range(len(found)) if not known or solver.value(leaves[i])]
    fetched = {(x.names[found[i].buffer], found[i].end) for i in gone}
    return with_fetches(graph, order, fetched), max(0, round(solver.best_objective_bound)) * x.unit_bytes


def _costs(x: Indexed, model: CpModel, found: Sequence[Gap], leaves: Sequence[Any]) -> Iterator[Any]:
    """Units read back for each gap, and units written once for each buffer without a copy."""
    written: dict[int, Any] = {}
    for gap, leaf in zip(found, leaves, strict=True):
        yield x.sizes[gap.buffer] * leaf
        if x.copied[gap.buffer]:
            continue
        if gap.buffer not in written:
            written[gap.buffer] = model.new_bool_var(f"written{gap.buffer}")
            yield x.sizes[gap.buffer] * written[gap.buffer]
        model.add_implication(leaf, written[gap.buffer])
