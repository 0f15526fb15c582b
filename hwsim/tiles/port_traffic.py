"""Bytes that scratchpads read and write for engine and vector unit in a whole tiled product, in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from hwsim.gemm import Shapes
from hwsim.machine import Machine
from hwsim.tiles.cost import accesses
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import AXES, Operand, Tiling
from hwsim.tiles.traffic import Accesses


def product_accesses(machine: Machine, demand: Demand, tiling: Tiling) -> Accesses:
    """Over all tiles and members of the batch, with the port words of the engine's closed form; and finished sums are
    read once more, to be requantised."""
    counts = tiling.counts(demand.sides)
    kinds = [list(_kinds(demand.sides[axis], tiling.side(axis), counts[axis], axis == "k")) for axis in AXES]
    total = dict.fromkeys(Operand, (0, 0))
    for (m, m_times, _), (n, n_times, _), (k, k_times, adds) in product(*kinds):
        shapes = Shapes.of(*(np.array([side]) for side in (m, n, k)))
        times = m_times * n_times * k_times * demand.batch
        for operand, (read, written) in accesses(machine, demand, shapes, np.array([adds])).items():
            before = total[operand]
            total[operand] = (before[0] + times * int(np.sum(read)), before[1] + times * int(np.sum(written)))
    read_c, written_c = total[Operand.C]
    return {**total, Operand.C: (read_c + finished_bytes(demand), written_c)}


def finished_bytes(demand: Demand) -> int:
    """All sums of a product, as wide as its scratchpad holds them."""
    return demand.batch * -(-demand.m * demand.n * demand.held_bits(Operand.C) // 8)


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
