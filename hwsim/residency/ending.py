"""Why a tensor leaves the scratchpad at the end of a stay: for pictures and tables of memory plans."""

from __future__ import annotations

from enum import Enum

from hwsim.residency.plan import MemoryPlan, Stay, TransferKind


class Ending(Enum):
    """What ends a stay."""

    DEAD = "dead"
    """nobody needs the tensor any more, or the run is over"""
    SPILLED = "spilled"
    """it went to DRAM during the stay and comes back later"""
    DROPPED = "dropped"
    """it comes back later from a copy that was in DRAM already, or is made again"""
    OVERWRITTEN = "overwritten"
    """its last reader worked in place"""


def endings(plan: MemoryPlan) -> tuple[Ending, ...]:
    """Why each of ``plan.stays`` ends, in their order."""
    starts: dict[str, list[int]] = {}
    for stay in plan.stays:
        starts.setdefault(stay.tensor, []).append(stay.start)
    spills = {move.tensor: move.step for move in plan.transfers if move.kind is TransferKind.SPILL}
    begins = {(stay.start, stay.offset): stay.tensor for stay in plan.stays}
    return tuple(_ending(stay, starts, spills, begins) for stay in plan.stays)


def _ending(
    stay: Stay, starts: dict[str, list[int]], spills: dict[str, int], begins: dict[tuple[int, int], str]
) -> Ending:
    if any(start >= stay.end for start in starts[stay.tensor]):
        spilled = stay.start <= spills.get(stay.tensor, -1) < stay.end
        return Ending.SPILLED if spilled else Ending.DROPPED
    over = begins.get((stay.end - 1, stay.offset), stay.tensor)
    return Ending.OVERWRITTEN if over != stay.tensor else Ending.DEAD
