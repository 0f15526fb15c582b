"""What a nest reads per step: distinct digits of A and words of B, and what copies at their own pace cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.primitive import Role


@dataclass(frozen=True, slots=True)
class OperandDemand:
    """Distinct operands per cycle, at most: a sparse encoder asks for its next group only when one is done."""

    a_digits: int
    """Digits of A that the array takes in."""
    a_operands: int
    """Operands of A of which these are digits."""
    b_words: int
    """Words of B that the array takes in: copies at their own pace are at different k, and share none."""
    b_words_per_pe: int
    chosen_in_pe: tuple[Loop, ...]
    """Groups whose B words all go to the PE, because only there it is known which of them is needed."""


def operand_demand(nest: Nest) -> OperandDemand:
    """What the maps of ``nest`` consume in one step, as it crosses the edge of the array and of a PE."""
    chosen = _chosen_in_pe(nest)
    space = [loop for loop in nest.named(_map_within(nest)) if not loop.in_time]
    drifting = nest.pace_loops()
    of_b = [loop for loop in space if loop.dim in (Dim.K, Dim.N) or loop in drifting]
    of_a = [loop for loop in nest.loops if loop.kind is Kind.SPATIAL and loop.dim in (Dim.M, Dim.K)]
    places = [loop for loop in nest.loops if loop.kind is Kind.SPATIAL and loop.dim is Dim.BW]
    return OperandDemand(
        a_digits=_extent([*of_a, *places]),
        a_operands=_extent(of_a),
        b_words=_extent([*of_b, *chosen]),
        b_words_per_pe=_extent([*(loop for loop in of_b if loop.dim is Dim.K), *chosen]),
        chosen_in_pe=chosen,
    )


def _map_within(nest: Nest) -> frozenset[str]:
    return nest.body[nest.index("map")].within


def _chosen_in_pe(nest: Nest) -> tuple[Loop, ...]:
    """The groups whose sparse encoder stands inside every loop over n: it is in the PE, and so is its index."""
    sparse = nest.only(Role.SPARSE)
    if sparse is None or not {loop.name for loop in nest.covering(Dim.N)} <= sparse.within:
        return ()
    return nest.named(sparse.over)


def _extent(loops: Iterable[Loop]) -> int:
    return prod(loop.extent for loop in loops)
