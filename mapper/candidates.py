"""The tilings among which the search chooses, as arrays: bytes and room of all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations, product

import numpy as np
from numpy.typing import NDArray

from hwsim.machine import Machine
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import AXES, Operand, Tiling
from mapper.tile_sides import tile_sides

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WHOLE, KEPT, STREAMED = range(3)
"""Where an operand's buffer is filled: outside all loops; just inside the loop with which it does not vary, so that
it is fetched once; inside all loops. Any other depth holds more than one of these and fetches no less."""


@dataclass(frozen=True, slots=True)
class TileSpace:
    """All combinations of tile sides for one product: flat arrays of equal length, by axis."""

    sides: dict[str, Ints]
    counts: dict[str, Ints]

    @classmethod
    def of(cls, machine: Machine, demand: Demand) -> TileSpace:
        limits = machine.tile_limits
        choices = [tile_sides(demand.sides[axis], getattr(limits, axis)) for axis in AXES]
        grids = np.meshgrid(*choices, indexing="ij")
        sides = {axis: grid.reshape(-1) for axis, grid in zip(AXES, grids, strict=True)}
        counts = {axis: -(-demand.sides[axis] // side) for axis, side in sides.items()}
        return cls(sides, counts)

    def __len__(self) -> int:
        return len(self.sides["m"])


@dataclass(frozen=True, slots=True)
class Filling:
    """One operand filled at one depth, for every tile shape: its bytes over DRAM, and whether its buffers fit."""

    operand: Operand
    depth: int
    traffic_bytes: Ints
    fits: Bools


@dataclass(frozen=True, slots=True)
class Ordering:
    """One order of the tile loops: the tile shapes for which it is worth looking at, and each operand's fillings."""

    order: str
    distinct: Bools
    fillings: dict[Operand, list[Filling]]

    def combinations(self) -> Iterator[tuple[Filling, ...]]:
        """Every choice of one filling for each operand."""
        return product(*(self.fillings[operand] for operand in Operand))


def orderings(machine: Machine, demand: Demand, space: TileSpace) -> list[Ordering]:
    """The six orders of the tile loops."""
    found = []
    for order in map("".join, permutations(AXES)):
        fillings = {operand: _fillings(machine, demand, space, order, operand) for operand in Operand}
        found.append(Ordering(order, _distinct(space, order), fillings))
    return found


def _distinct(space: TileSpace, order: str) -> Bools:
    """Leave out orders that differ only in where a loop of one tile stands: those come first, in the order of AXES."""
    distinct = np.ones(len(space), dtype=np.bool_)
    for outer, inner in pairwise(order):
        first = (space.counts[outer] == 1) & (AXES.index(outer) < AXES.index(inner))
        distinct &= (space.counts[inner] > 1) | first
    return distinct


def _fillings(machine: Machine, demand: Demand, space: TileSpace, order: str, operand: Operand) -> list[Filling]:
    depths = {KEPT: order.index(operand.other) + 1, STREAMED: len(AXES)}
    if demand.shared(operand):
        depths[WHOLE] = 0
    return [filling(machine, demand, space, order, operand, depth) for depth in sorted(set(depths.values()))]


def filling(machine: Machine, demand: Demand, space: TileSpace, order: str, operand: Operand, depth: int) -> Filling:
    """One operand filled at one depth of one order, for every tile shape."""
    outside = order[:depth]
    pad = machine.scratchpad(operand)
    room = pad.buffers * held_bytes(demand, space, outside, operand)
    fits = (room <= pad.size_bytes) | (not demand.needs_buffer(operand))
    return Filling(operand, depth, traffic_bytes(demand, space, outside, operand), fits)


def held_bytes(demand: Demand, space: TileSpace, outside: str, operand: Operand) -> Ints:
    """Bytes of one buffer of the operand, filled under the loops ``outside``."""
    first, second = (space.sides[axis] if axis in outside else demand.sides[axis] for axis in operand.axes)
    held = demand.stored_sides(operand, first, second)
    elements = np.minimum(held[0] * held[1] * np.ones(len(space), np.int64), demand.elements(operand))
    room: Ints = -(-elements * demand.held_bits(operand) // 8)
    return room


def traffic_bytes(demand: Demand, space: TileSpace, outside: str, operand: Operand) -> Ints:
    """Bytes of the operand: repeated along the loop with which it does not vary if a loop inside that one fetches."""
    counts = space.counts
    fetching = {axis: (counts[axis] > 1) & (axis in outside) for axis in operand.axes}
    repeats = np.ones(len(space), dtype=np.int64)
    if operand.other in outside:
        inside = outside[outside.index(operand.other) + 1 :]
        again = np.zeros(len(space), dtype=np.bool_)
        for axis in inside:
            again |= fetching[axis]
        repeats = np.where(again, counts[operand.other], 1)
    members = np.full(len(space), demand.batch, dtype=np.int64)
    if demand.shared(operand):
        first, second = fetching.values()
        members = np.where(first | second, demand.batch, 1)
    if operand is Operand.C:
        return members * (2 * (repeats - 1) * demand.partial_bytes + demand.pass_bytes(operand))
    return members * repeats * demand.pass_bytes(operand)


def tiling_at(space: TileSpace, index: int, order: str, depths: tuple[int, int, int]) -> Tiling:
    """One candidate as a value."""
    m, n, k = (int(space.sides[axis][index]) for axis in AXES)
    return Tiling(m, n, k, order, *depths)
