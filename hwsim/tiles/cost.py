"""How long the engine works on a tile: its own cycles, or its scratchpad ports' if those are slower."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import ceil_div
from hwsim.gemm import IntLike, Shapes
from hwsim.machine import Machine
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import Operand

Cycles = NDArray[np.int64]
Flags = NDArray[np.bool_]


def tile_cycles(machine: Machine, demand: Demand, shapes: Shapes, adds: Flags) -> tuple[Cycles, Cycles]:
    """Cycles of the engine, and of its busiest scratchpad port, for tiles of these shapes; the later one counts.

    ``adds`` says of which tiles that they add to the sums of an earlier k tile.
    """
    engine = np.asarray(machine.engine.latency(shapes).expected, dtype=np.int64)
    return engine, port_cycles(machine, demand, shapes, adds)


def port_cycles(
    machine: Machine, demand: Demand, shapes: Shapes, adds: Flags, words: Mapping[str, IntLike] | None = None
) -> Cycles:
    """Cycles of the busiest scratchpad port.

    ``words`` are the elements that pass each operand's port, those of the array's closed form by default. C is written
    so often and, from the second time of an element on, read too. An engine without a port for sums leaves the adding
    to the scratchpad: there C is only written.
    """
    cycles = np.ones_like(shapes.m)
    for operand, moved in port_bytes(machine, demand, shapes, adds, words).items():
        cycles = np.maximum(cycles, ceil_div(moved, machine.scratchpad(operand).port_bytes_per_cycle))
    return cycles


def port_bytes(
    machine: Machine, demand: Demand, shapes: Shapes, adds: Flags, words: Mapping[str, IntLike] | None = None
) -> dict[Operand, IntLike]:
    """Bytes between the engine and each scratchpad for tiles of these shapes; ``adds`` and ``words`` as above."""
    engine = machine.engine
    words = engine.array.port_words(shapes, engine.mac) if words is None else words
    outputs = shapes.m * shapes.n
    reads = words["c"] - outputs + outputs * adds if machine.takes_sums else 0
    return {
        operand: ceil_div(
            (words[operand.value] + (reads if operand is Operand.C else 0)) * demand.held_bits(operand),
            8 * (demand.a_group if operand is Operand.A else 1),
        )
        for operand in Operand
    }


def vector_cycles(machine: Machine, demand: Demand, m: IntLike, n: IntLike, finished: IntLike) -> IntLike:
    """Cycles of the vector work on the m x n results of one tile, an operation per lane and cycle.

    Fused operators work on ``finished`` results alone (1, not 0: the tile is the last along k); what an engine leaves
    unadded is added after every tile.
    """
    operations = machine.additions_left + finished * demand.vector_ops
    return ceil_div(m * n * operations, machine.lanes)
