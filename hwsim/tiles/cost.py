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
    words = _words(machine, shapes, words)
    read = _sums_read(shapes, adds, words) if machine.takes_sums else 0
    return {
        operand: _bytes(demand, operand, words[operand.value] + (read if operand is Operand.C else 0))
        for operand in Operand
    }


def accesses(machine: Machine, demand: Demand, shapes: Shapes, adds: Flags) -> dict[Operand, tuple[IntLike, IntLike]]:
    """Bytes that each scratchpad reads and writes for the engine: those of its port, and what a scratchpad that adds
    by itself reads to do so."""
    words = _words(machine, shapes, None)
    a, b, c = (_bytes(demand, operand, words[operand.value]) for operand in (Operand.A, Operand.B, Operand.C))
    return {
        Operand.A: (a, 0),
        Operand.B: (b, 0),
        Operand.C: (_bytes(demand, Operand.C, _sums_read(shapes, adds, words)), c),
    }


def _words(machine: Machine, shapes: Shapes, words: Mapping[str, IntLike] | None) -> Mapping[str, IntLike]:
    return machine.engine.array.port_words(shapes, machine.engine.mac) if words is None else words


def _sums_read(shapes: Shapes, adds: Flags, words: Mapping[str, IntLike]) -> IntLike:
    """Elements of C that something is added to: all but the first writing of each, and that of tiles that add."""
    outputs = shapes.m * shapes.n
    return words["c"] - outputs + outputs * adds


def _bytes(demand: Demand, operand: Operand, words: IntLike) -> IntLike:
    return ceil_div(words * demand.held_bits(operand), 8 * (demand.a_group if operand is Operand.A else 1))


def vector_cycles(machine: Machine, demand: Demand, m: IntLike, n: IntLike, finished: IntLike) -> IntLike:
    """Cycles of the vector work on the m x n results of one tile, an operation per lane and cycle.

    Fused operators work on ``finished`` results alone (1, not 0: the tile is the last along k); what an engine leaves
    unadded is added after every tile.
    """
    operations = machine.additions_left + finished * demand.vector_ops
    return ceil_div(m * n * operations, machine.lanes)
