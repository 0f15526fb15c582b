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
from mapper.residency.cp_sat import Limits, solve
from mapper.residency.indexed import Indexed
from mapper.residency.ordering import in_order
from mapper.residency.schedule import Schedule, with_fetches

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


def best_gaps(
    graph: MemoryGraph, order: Sequence[str], budget_bytes: int, limits: Limits | None = None
) -> tuple[Schedule, int]:
    """The cheapest schedule in ``order`` within ``budget_bytes``, which hold every working set, and a bound in bytes.

    Repeated steps are left out. If the limit ends the search before any solution, every gap is evicted.
    """
    from ortools.sat.python import cp_model

    x = Indexed(in_order(graph, order), chained=True)
    found = list(gaps(x))
    model = cp_model.CpModel()
    leaves = [model.new_bool_var(f"leaves{i}") for i in range(len(found))]
    for indices, excess in rows(x, found, x.capacity(budget_bytes)):
        model.add(sum(x.sizes[found[i].buffer] * leaves[i] for i in indices) >= excess)
    model.minimize(sum(_costs(x, model, found, leaves)))
    solved = solve(model, limits or Limits())
    gone = [i for i in range(len(found)) if not solved.feasible or solved.value(leaves[i])]
    fetched = {(x.names[found[i].buffer], found[i].end) for i in gone}
    schedule = with_fetches(graph, order, fetched)
    bound = schedule.objective_bytes if solved.proven else max(0, round(solved.bound)) * x.unit_bytes
    return schedule, bound


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
