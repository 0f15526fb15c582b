"""Energy of every candidate tiling at once: bytes over DRAM, into and out of scratchpads, and through their ports."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hwsim.gemm import Shapes
from hwsim.machine import Machine
from hwsim.memory_energy import DRAM_PJ_PER_BYTE, scratchpad_pj_per_byte
from hwsim.tiles.cost import port_bytes
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import AXES, Operand, Tiling
from mapper.candidates import Filling, Ints, TileSpace, filling

Floats = NDArray[np.float64]


class TileEnergy:
    """Energies of the tile shapes of ``space``; what passes the engine's ports depends on tile sides alone."""

    def __init__(self, machine: Machine, demand: Demand, space: TileSpace) -> None:
        self.demand = demand
        self.pads = {x: scratchpad_pj_per_byte(machine.scratchpad(x).size_bytes) for x in Operand}
        self.ports_pj: Floats = np.zeros(len(space), np.float64)
        for operand, moved in _port_bytes(machine, demand, space).items():
            self.ports_pj += self.pads[operand] * moved

    def of(self, fillings: tuple[Filling, ...]) -> Floats:
        """Energy in pJ of every shape, filled as ``fillings`` say: a byte over DRAM crosses a scratchpad too."""
        total = self.ports_pj + DRAM_PJ_PER_BYTE * self.demand.parameter_bytes
        for filled in fillings:
            total = total + (DRAM_PJ_PER_BYTE + self.pads[filled.operand]) * filled.traffic_bytes
        return total


def energy_of(machine: Machine, demand: Demand, tiling: Tiling) -> float:
    """Energy in pJ of one tiling."""
    sides = {axis: np.array([tiling.side(axis)]) for axis in AXES}
    counts = {axis: np.array([count]) for axis, count in tiling.counts(demand.sides).items()}
    space = TileSpace(sides, counts)
    fillings = (filling(machine, demand, space, tiling.order, x, tiling.depth(x)) for x in Operand)
    return float(TileEnergy(machine, demand, space).of(tuple(fillings))[0])


def _port_bytes(machine: Machine, demand: Demand, space: TileSpace) -> Mapping[Operand, Ints]:
    """Bytes between engine and scratchpads over all tiles and members of the batch."""
    total = {operand: np.zeros(len(space), np.int64) for operand in Operand}
    for (m, m_times), (n, n_times), (k, k_times, adds) in product(
        _kinds(demand, space, "m"), _kinds(demand, space, "n"), _kinds_along_k(demand, space)
    ):
        moved = port_bytes(machine, demand, Shapes.of(m, n, k), np.full(len(space), adds))
        for operand in Operand:
            total[operand] += m_times * n_times * k_times * demand.batch * np.asarray(moved[operand])
    return total


def _last(demand: Demand, space: TileSpace, axis: str) -> Ints:
    return demand.sides[axis] - (space.counts[axis] - 1) * space.sides[axis]


def _kinds(demand: Demand, space: TileSpace, axis: str) -> list[tuple[Ints, Ints]]:
    """Sides of tiles along one axis and how many have them: all but the last, and the last."""
    return [
        (space.sides[axis], space.counts[axis] - 1),
        (_last(demand, space, axis), np.ones(len(space), np.int64)),
    ]


def _kinds_along_k(demand: Demand, space: TileSpace) -> list[tuple[Ints, Ints, bool]]:
    """The same along k, where the first tile adds to nothing."""
    side, count, last = space.sides["k"], space.counts["k"], _last(demand, space, "k")
    alone = count == 1
    return [
        (np.where(alone, last, side), np.ones(len(space), np.int64), False),
        (side, np.maximum(count - 2, 0), True),
        (last, np.where(alone, 0, 1), True),
    ]
