"""The best tiling of one product on one machine, exactly, over a stated space.

The space: tile sides from ``tile_sides``, all orders of the tile loops, for each operand the depths at which its bytes
differ (``candidates``), and one buffer or two where both are asked for. Bytes and energies of all candidates are
computed at once. Cycles are those of the tile pipeline; a lower bound (``cycle_bound``) says which candidates need not
be run. What is returned is the least of the whole space.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
from mapper.tile_energy import Floats, TileEnergy, energy_of

TOO_LARGE = np.int64(1) << 62
Pick = tuple[Ordering, tuple[Filling, ...], Bools, Ints]
"""An order and fillings: where they are allowed, and bytes over DRAM."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen tiling, its cost, and how many candidates it was chosen from; ``measured`` of them were run.

    ``energy_pj`` is that of bytes alone (hwsim.memory_energy).
    """

    tiling: Tiling
    dram_bytes: int
    cycles: int
    energy_pj: float
    considered: int
    measured: int

    def cost(self, objective: Objective) -> tuple[float, float]:
        """What the objective compares, and what it compares among equals."""
        if objective is Objective.LATENCY:
            return self.cycles, self.dram_bytes
        return self.energy_pj if objective is Objective.ENERGY else self.dram_bytes, self.cycles


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that share an order and depths: their places in the tile space, bytes and bounds on cycles."""

    order: str
    depths: tuple[int, int, int]
    at: Ints
    dram_bytes: Ints
    bound: Bound


def search_tiling(
    machine: Machine,
    demand: Demand,
    objective: Objective = Objective.DRAM_BYTES,
    buffers: Sequence[int] | None = None,
) -> Choice:
    """Return the best tiling of ``demand``.

    ``buffers`` are the numbers of buffers to choose from: those of the machine, (1,), (2,) or (1, 2). Raises SpecError
    if a scratchpad cannot hold the smallest tile in the least of them.
    """
    if buffers is None:
        return _search(machine, demand, objective)
    choices, refusal = [], None
    for count in sorted(buffers, reverse=True):
        try:
            choice = _search(machine.with_buffers(count), demand, objective)
        except SpecError as error:
            refusal = error
            continue
        choices.append(replace(choice, tiling=replace(choice.tiling, buffers=count)))
    if not choices:
        assert refusal is not None, "at least one number of buffers is given"
        raise refusal
    best = min(choices, key=lambda choice: choice.cost(objective))
    return replace(best, considered=sum(x.considered for x in choices), measured=sum(x.measured for x in choices))


def _search(machine: Machine, demand: Demand, objective: Objective) -> Choice:
    check_room(machine, demand)
    space = TileSpace.of(machine, demand)
    ordered = orderings(machine, demand, space)
    groups = list(_groups(machine, demand, space, ordered, objective))
    considered = sum(int(x.distinct.sum()) * len(list(x.combinations())) for x in ordered)
    return _least(machine, demand, space, groups, objective, considered)


def check_room(machine: Machine, demand: Demand) -> None:
    """Raise SpecError, with the bytes needed, unless each scratchpad holds the smallest tile: one fold."""
    limits = machine.tile_limits
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
    """The candidates that may be best: all that fit for LATENCY, else those with the least bytes or energy."""
    picks = [
        (ordering, fillings, _allowed(ordering, fillings), _bytes(fillings))
        for ordering in ordered
        for fillings in ordering.combinations()
    ]
    if objective is Objective.DRAM_BYTES:
        picks = _cheapest(picks, [moved for _, _, _, moved in picks])
    elif objective is Objective.ENERGY:
        energy = TileEnergy(machine, demand, space)
        picks = _cheapest(picks, [energy.of(fillings) for _, fillings, _, _ in picks])
    anywhere = np.flatnonzero(np.any([allowed for _, _, allowed, _ in picks], axis=0))
    bounds = CycleBound(machine, demand, space, anywhere)
    for ordering, fillings, allowed, moved in picks:
        inside = np.flatnonzero(allowed[anywhere])
        if len(inside):
            depth_a, depth_b, depth_c = (filling.depth for filling in fillings)
            bound = bounds.of(ordering.order, fillings, inside)
            at = anywhere[inside]
            yield Group(ordering.order, (depth_a, depth_b, depth_c), at, moved[at], bound)


def _cheapest(picks: list[Pick], costs: Sequence[Ints | Floats]) -> list[Pick]:
    """Of every pick the places that cost least of all."""
    least = min(np.where(pick[2], cost, TOO_LARGE).min() for pick, cost in zip(picks, costs, strict=True))
    return [
        (ordering, fillings, allowed & (cost == least), moved)
        for (ordering, fillings, allowed, moved), cost in zip(picks, costs, strict=True)
    ]


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
    spent = energy_of(machine, demand, chosen)
    return Choice(chosen, best[1] + demand.parameter_bytes, best[0], spent, considered, measured)
