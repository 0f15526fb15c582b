"""The best tiling of one product on one machine, exactly, over a stated space.

The space: tile sides from ``tile_sides``, all orders of the tile loops, and for each operand the depths at which its
bytes differ (``candidates``). Bytes of all candidates are computed at once. Cycles are those of the tile pipeline; a
lower bound (``cycle_bound``) says which candidates need not be run. What is returned is the least of the whole space.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hwsim.errors import SpecError
from hwsim.machine import Machine
from hwsim.tiles.demand import Demand
from hwsim.tiles.jumps import run_loops
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.tiling import AXES, Operand, Tiling
from mapper.candidates import Bools, Filling, Ints, Ordering, TileSpace, orderings, tiling_at
from mapper.cycle_bound import Bound, CycleBound
from mapper.objective import Objective

TOO_LARGE = np.int64(1) << 62


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen tiling, its cost, and how many candidates it was chosen from; ``measured`` of them were run."""

    tiling: Tiling
    dram_bytes: int
    cycles: int
    considered: int
    measured: int


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that share an order and depths: their places in the tile space, bytes and bounds on cycles."""

    order: str
    depths: tuple[int, int, int]
    at: Ints
    dram_bytes: Ints
    bound: Bound


def search_tiling(machine: Machine, demand: Demand, objective: Objective = Objective.DRAM_BYTES) -> Choice:
    """Return the best tiling of ``demand``; raises SpecError if a scratchpad cannot hold the smallest tile."""
    check_room(machine, demand)
    space = TileSpace.of(machine, demand)
    ordered = orderings(machine, demand, space)
    groups = list(_groups(machine, demand, space, ordered, objective))
    considered = sum(int(x.distinct.sum()) * len(list(x.combinations())) for x in ordered)
    return _least(machine, demand, space, groups, objective, considered)


def check_room(machine: Machine, demand: Demand) -> None:
    """Raise SpecError, with the bytes needed, unless each scratchpad holds the smallest tile: one fold."""
    limits = machine.engine.limits
    m, n, k = (min(getattr(limits, axis) or 1, demand.sides[axis]) for axis in AXES)
    smallest = Tiling(m, n, k)
    for operand in Operand:
        pad = machine.scratchpad(operand)
        needed = pad.buffers * demand.buffer_bytes(operand, smallest)
        if needed > pad.size_bytes:
            raise SpecError(
                f"scratchpad_{operand.value}_bytes={pad.size_bytes} is too small for {machine.engine.spec}: one fold "
                f"of {smallest.m} x {smallest.n} x {smallest.k} in {pad.buffers} buffers needs {needed} bytes"
            )


def _groups(
    machine: Machine, demand: Demand, space: TileSpace, ordered: list[Ordering], objective: Objective
) -> Iterator[Group]:
    """The candidates that may be best: all that fit for LATENCY, those with the least bytes for DRAM_BYTES."""
    picks = [
        (ordering, fillings, _allowed(ordering, fillings), _bytes(fillings))
        for ordering in ordered
        for fillings in ordering.combinations()
    ]
    if objective is Objective.DRAM_BYTES:
        least = min(int(np.where(allowed, moved, TOO_LARGE).min()) for _, _, allowed, moved in picks)
        picks = [
            (ordering, fillings, allowed & (moved == least), moved) for ordering, fillings, allowed, moved in picks
        ]
    anywhere = np.flatnonzero(np.any([allowed for _, _, allowed, _ in picks], axis=0))
    bounds = CycleBound(machine, demand, space, anywhere)
    for ordering, fillings, allowed, moved in picks:
        inside = np.flatnonzero(allowed[anywhere])
        if len(inside):
            depth_a, depth_b, depth_c = (filling.depth for filling in fillings)
            bound = bounds.of(ordering.order, fillings, inside)
            at = anywhere[inside]
            yield Group(ordering.order, (depth_a, depth_b, depth_c), at, moved[at], bound)


def _allowed(ordering: Ordering, fillings: tuple[Filling, ...]) -> Bools:
    """Where every buffer fits and no deeper filling of an operand moves the same bytes from a smaller buffer."""
    allowed = ordering.distinct.copy()
    for filling in fillings:
        allowed &= filling.fits
        for other in ordering.fillings[filling.operand]:
            if other.depth > filling.depth:
                allowed &= other.traffic_bytes > filling.traffic_bytes
    return allowed


def _bytes(fillings: tuple[Filling, ...]) -> Ints:
    a, b, c = (filling.traffic_bytes for filling in fillings)
    return a + b + c


def _least(
    machine: Machine,
    demand: Demand,
    space: TileSpace,
    groups: list[Group],
    objective: Objective,
    considered: int,
) -> Choice:
    """Run candidates by rising bound until no bound is below the best found."""
    group_of = np.concatenate([np.full(len(group.at), i) for i, group in enumerate(groups)])
    at = np.concatenate([group.at for group in groups])
    bound = np.concatenate([group.bound.cycles for group in groups])
    hint = np.concatenate([group.bound.hint for group in groups])
    moved = np.concatenate([group.dram_bytes for group in groups])
    best: tuple[int, int] | None = None
    chosen, measured = Tiling(1, 1, 1), 0
    for candidate in np.lexsort((moved, hint, bound)):
        if best is not None and bound[candidate] > best[0]:
            break
        if best is not None and (int(bound[candidate]), int(moved[candidate])) >= best:
            continue
        group = groups[group_of[candidate]]
        tiling = tiling_at(space, at[candidate], group.order, group.depths)
        cost = run_loops(TileLoops(machine, demand, tiling)).total_cycles, int(moved[candidate])
        measured += 1
        if best is None or cost < best:
            best, chosen = cost, tiling
    assert best is not None, "the smallest tile fits, so there is a candidate"
    return Choice(chosen, best[1] + demand.parameter_bytes, best[0], considered, measured)
