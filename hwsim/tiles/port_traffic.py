"""Bytes that pass between the engine and each scratchpad in a whole tiled product, in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from hwsim.gemm import Shapes
from hwsim.machine import Machine
from hwsim.tiles.cost import port_bytes
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import AXES, Operand, Tiling


def product_port_bytes(machine: Machine, demand: Demand, tiling: Tiling) -> dict[Operand, int]:
    """Over all tiles and members of the batch, with the port words of the engine's closed form."""
    counts = tiling.counts(demand.sides)
    kinds = [list(_kinds(demand.sides[axis], tiling.side(axis), counts[axis], axis == "k")) for axis in AXES]
    total = dict.fromkeys(Operand, 0)
    for (m, m_times, _), (n, n_times, _), (k, k_times, adds) in product(*kinds):
        shapes = Shapes.of(*(np.array([side]) for side in (m, n, k)))
        moved = port_bytes(machine, demand, shapes, np.array([adds]))
        for operand in Operand:
            total[operand] += m_times * n_times * k_times * demand.batch * int(np.asarray(moved[operand]).sum())
    return total


def _kinds(side: int, tile: int, count: int, along_k: bool) -> Iterator[tuple[int, int, bool]]:
    """Sides of the tiles along one axis, how many have them, and whether they add to earlier sums: the first along k
    does not, and the last is what is left."""
    last = side - (count - 1) * tile
    full = count - 1
    if along_k and full:
        yield tile, 1, False
        full -= 1
        if full:
            yield tile, full, True
        yield last, 1, True
        return
    if full:
        yield tile, full, False
    yield last, 1, False
