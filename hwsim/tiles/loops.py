"""The tiles of one product as nested loops, each loop in few runs of tiles that are alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod

import numpy as np

from hwsim.gemm import IntLike, Shapes
from hwsim.machine import Machine
from hwsim.tiles.cost import port_cycles, tile_cycles, vector_cycles
from hwsim.tiles.demand import Demand
from hwsim.tiles.pipeline import Tile
from hwsim.tiles.shares import Grid
from hwsim.tiles.tiling import AXES, Operand, Tiling
from hwsim.tiles.traffic import fetches

BATCH = "b"
Indices = tuple[int, ...]
"""One index for each loop, outermost first."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """How one operand moves: in which loops its fetches vary, and the bytes of each tile of them."""

    operand: Operand
    inner: tuple[int, ...]
    """positions of the loops inside the innermost one that fetches: a fetch falls on their first indices"""
    places: tuple[int | None, int | None]
    """positions of the loops over the operand's two axes; None where one buffer holds the whole side"""
    finished: Grid
    partial: Grid | None
    """shares of C as partial sums, if they are spilled"""

    def share(self, grid: Grid, at: Indices) -> int:
        row, column = (0 if place is None else at[place] for place in self.places)
        return grid.at(row, column)


class TileLoops:
    """The tile sequence of ``demand`` under ``tiling`` on ``machine``: the batch loop, then the tile loops in order.

    ``at(indices)`` is one tile; iterating gives all of them in order; ``runs`` cuts each loop where tiles change.
    ``preloaded`` says that the first tile of B is there already.
    """

    def __init__(self, machine: Machine, demand: Demand, tiling: Tiling, preloaded: bool = False) -> None:
        self.machine = machine.with_buffers(tiling.buffers) if tiling.buffers else machine
        self.demand, self.tiling, self.preloaded = demand, tiling, preloaded
        self.channel = machine.channel
        self.loops = BATCH + tiling.order
        self.counts = {BATCH: demand.batch, **tiling.counts(demand.sides)}
        self.extents = tuple(self.counts[loop] for loop in self.loops)
        self._place = {loop: place for place, loop in enumerate(self.loops)}
        self._moves = {operand: self._transfers(operand) for operand in Operand}
        self._cycles = self._tile_cycles()
        self._reads_back = self._is_read_back()
        self.port_bound = False
        """whether a tile that was asked for waited for a scratchpad's port"""

    def _transfers(self, operand: Operand) -> Transfers:
        demand, tiling = self.demand, self.tiling
        moved = fetches(demand, tiling, operand)
        last = max((self._place[loop] for loop in moved.varying), default=-1)
        outside = tiling.order[: tiling.depth(operand)]
        first, second = tuple(operand.axes)
        sides = _whole(demand.stored_sides(operand, demand.sides[first], demand.sides[second]))
        held = _whole(demand.stored_sides(operand, *tiling.buffer_sides(operand, demand.sides)))
        spilled = operand is Operand.C and moved.within > 1
        return Transfers(
            operand,
            tuple(range(last + 1, len(self.loops))),
            (self._place[first] if first in outside else None, self._place[second] if second in outside else None),
            Grid.of(demand.pass_bytes(operand), sides, held),
            Grid.of(demand.partial_bytes, sides, held) if spilled else None,
        )

    def _tile_cycles(self) -> Mapping[tuple[int, int, int, bool], tuple[int, int]]:
        """Cycles of the engine and of its busiest port for each kind of tile: its sides, and whether it adds to the
        sums of an earlier k tile."""
        m, n, k = ({self._side(axis, 0), self._side(axis, self.counts[axis] - 1)} for axis in AXES)
        kinds = list(product(m, n, k, (False, True)))
        *sides, adds = zip(*kinds, strict=True)
        engine, ports = tile_cycles(self.machine, self.demand, Shapes.of(*sides), np.array(adds))
        return dict(zip(kinds, zip(engine.tolist(), ports.tolist(), strict=True), strict=True))

    def _side(self, axis: str, index: int) -> int:
        side, tile = self.demand.sides[axis], self.tiling.side(axis)
        return min(tile, side - index * tile)

    def _is_read_back(self) -> bool:
        """Whether a load reads the partial sums that the store two tiles before it writes: two outputs alternate."""
        c = self._moves[Operand.C]
        if c.partial is None or self.machine.buffers != 2:
            return False
        between = range(self._place["k"] + 1, c.inner[0] if c.inner else len(self.loops))
        alternating = 1
        for place in between:
            alternating *= self.extents[place]
        return alternating == 2 and all(self.extents[place] == 1 for place in c.inner)

    def sides_at(self, at: Indices) -> tuple[int, int, int]:
        """m, n and k of the tile."""
        m, n, k = (self._side(axis, at[self._place[axis]]) for axis in AXES)
        return m, n, k

    def load_bytes(self, operand: Operand, at: Indices) -> int:
        """Bytes of this operand that are loaded for this tile (for C: partial sums read again)."""
        move = self._moves[operand]
        if any(at[place] for place in move.inner) or (self.preloaded and operand is Operand.B and not any(at)):
            return 0
        if operand is not Operand.C:
            return move.share(move.finished, at)
        return move.share(move.partial, at) if move.partial and at[self._place["k"]] else 0

    def closes(self, at: Indices) -> bool:
        """Whether an output tile ends with this tile."""
        return all(at[place] == self.extents[place] - 1 for place in self._moves[Operand.C].inner)

    def store_bytes(self, at: Indices) -> int:
        """Bytes of C that leave after this tile, finished or as partial sums."""
        if not self.closes(at):
            return 0
        move = self._moves[Operand.C]
        finished = move.partial is None or at[self._place["k"]] == self.extents[self._place["k"]] - 1
        return move.share(move.finished if finished or move.partial is None else move.partial, at)

    def ports(self, at: Indices, words: Mapping[str, int] | None) -> int | None:
        """Cycles of the busiest port of this tile if so many words pass; None for what the closed form says."""
        if words is None:
            return None
        shapes, adds = Shapes.of(*self.sides_at(at)), np.array(self.adds(at))
        return int(port_cycles(self.machine, self.demand, shapes, adds, words))

    def adds(self, at: Indices) -> bool:
        """Whether this tile adds to the sums of an earlier k tile."""
        return bool(at[self._place["k"]])

    def at(self, at: Indices, engine_cycles: int | None = None, port_cycles: int | None = None) -> Tile:
        """The tile with these indices; ``engine_cycles`` and ``port_cycles`` override the closed form."""
        m, n, k = self.sides_at(at)
        loaded = sum(self.load_bytes(operand, at) for operand in Operand)
        if not any(at):
            loaded += self.demand.parameter_bytes
        adds = self.adds(at)
        engine, port = self._cycles[m, n, k, adds]
        engine, port = engine if engine_cycles is None else engine_cycles, port if port_cycles is None else port_cycles
        self.port_bound |= port > engine
        last_k = at[self._place["k"]] == self.counts["k"] - 1
        c = self._moves[Operand.C]
        return Tile(
            load_cycles=self.channel.cycles(loaded),
            compute_cycles=max(engine, port),
            store_cycles=self.channel.cycles(self.store_bytes(at)),
            opens=not any(at[place] for place in c.inner),
            closes=self.closes(at),
            reads_back=self._reads_back and adds,
            vector_cycles=int(vector_cycles(self.machine, self.demand, m, n, int(last_k))),
        )

    @property
    def work_cycles(self) -> tuple[int, int]:
        """Cycles that the engine computes, and that it or the vector unit behind it is busy, over all tiles."""
        computed = busy = 0
        kinds = [[(0, count - 1), (count - 1, 1)] for count in self.extents]
        along_k = self.counts["k"]  # here the first tile differs too: it adds to nothing
        kinds[self._place["k"]] = [(0, 1), (1, max(along_k - 2, 0)), (along_k - 1, int(along_k > 1))]
        for combination in product(*kinds):
            times = prod(count for _, count in combination)
            if times:
                tile = self.at(tuple(index for index, _ in combination))
                computed, busy = computed + times * tile.compute_cycles, busy + times * tile.busy_cycles
        return computed, busy

    def indices(self) -> Iterator[Indices]:
        """The indices of all tiles, in order."""
        return product(*map(range, self.extents))

    def __iter__(self) -> Iterator[Tile]:
        return map(self.at, self.indices())

    def runs(self, place: int) -> list[tuple[int, int]]:
        """(first index, count) of the runs of indices of one loop within which tiles are alike."""
        extent = self.extents[place]
        breaks = {0, 1, extent - 1, extent}
        for move in self._moves.values():
            for grid in filter(None, (move.finished, move.partial)):
                for axis_place, found in zip(move.places, grid.breaks, strict=True):
                    if axis_place == place:
                        breaks |= found
        firsts = sorted(breaks)
        return [(first, after - first) for first, after in pairwise(firsts)]


def _whole(sides: tuple[IntLike, IntLike]) -> tuple[int, int]:
    return int(sides[0]), int(sides[1])
