"""The tile pipeline: one DRAM channel and one engine, tile after tile, and what the engine waits for.

Per tile i the channel loads, the engine computes, the channel stores; with d buffers the channel's order is
``L(0) .. L(d-1)``, then for each i ``L(i+d), S(i)``, the two swapped where the load reads partial sums that the store
writes. Times are edges of the engine's clock, from 0; a negative index counts as time 0.

    L(i):  starts at max(channel_free, compute_end[i-d]), holds the channel for load_cycles; usable latency_cycles later
    compute_end[i] = max(compute_end[i-1], load_end[i], end of the store of the output tile d output tiles earlier)
                     + busy_cycles
    S(i):  starts at max(channel_free, compute_end[i]), holds the channel for store_cycles

This file is that recurrence as it is written; ``hwsim.tiles.loops`` runs it over whole networks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hwsim.gemm import IntLike


class Stall(Enum):
    """What total cycles hold beside computing."""

    FIRST_LOAD = "first_load"
    LOADS = "waiting_for_loads"
    STORES = "waiting_for_stores"
    LAST_STORE = "last_store"
    VECTOR_UNIT = "vector_unit"
    """the engine waits for fused vector work on its results"""
    OTHER_OPERATORS = "other_operators"
    """operators that are no products have the machine to themselves"""
    TRANSFERS = "transfers"
    """whole tensors move between operators, by a memory plan"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One step of the pipeline, in cycles; ``opens`` and ``closes`` say that an output tile begins or ends with it.

    ``reads_back``: its load reads partial sums that the store d tiles before it writes.
    """

    load_cycles: int
    compute_cycles: int
    store_cycles: int
    opens: bool = True
    closes: bool = True
    reads_back: bool = False
    vector_cycles: int = 0

    @property
    def busy_cycles(self) -> int:
        """Cycles until the results are through the vector unit, which works beside the engine."""
        return max(self.compute_cycles, self.vector_cycles)


@dataclass(frozen=True, slots=True)
class Timeline:
    """How long a run takes: ``total_cycles`` is ``compute_cycles`` plus all ``stalls``, exactly."""

    total_cycles: int
    compute_cycles: int
    stalls: Mapping[Stall, int]


def run_tiles(tiles: Iterable[Tile], buffers: int, latency_cycles: int, tail_load_cycles: int = 0) -> Timeline:
    """Run the recurrence over ``tiles`` with ``buffers`` tiles in flight.

    ``tail_load_cycles`` is a transfer in the place of the load after the last: weights of the next layer.
    """
    run = _Run(buffers, latency_cycles)
    for tile in tiles:
        run.step(tile)
    return run.finish(tail_load_cycles)


class _Run:
    """The state of the recurrence between two tiles."""

    def __init__(self, buffers: int, latency_cycles: int) -> None:
        self.depth, self.latency = buffers, latency_cycles
        self.tiles: list[Tile] = []
        self.compute_end: list[int] = []
        self.output_of: list[int] = []
        self.store_end: list[int] = []
        self.channel_free = self.load_end = 0
        self.waits = dict.fromkeys((Stall.FIRST_LOAD, Stall.LOADS, Stall.STORES), 0)

    def step(self, tile: Tile) -> None:
        """Tile i: its load, the store of tile i - d, its compute."""
        i = len(self.tiles)
        self.tiles.append(tile)
        if tile.reads_back:
            self.store(i - self.depth)
            self.load(i)
        else:
            self.load(i)
            self.store(i - self.depth)
        self.compute(i)

    def load(self, i: int) -> None:
        cycles = self.tiles[i].load_cycles
        self.channel_free = max(self.channel_free, _at(self.compute_end, i - self.depth)) + cycles
        if cycles:
            self.load_end = self.channel_free + self.latency

    def compute(self, i: int) -> None:
        tile = self.tiles[i]
        output = self.output_of[-1] + tile.opens if i else 0
        self.output_of.append(output)
        before, store = _at(self.compute_end, i - 1), _at(self.store_end, output - self.depth)
        idle = max(0, self.load_end - before, store - before)
        cause = Stall.STORES if store > self.load_end else Stall.LOADS if i else Stall.FIRST_LOAD
        self.waits[cause] += idle
        self.compute_end.append(before + idle + tile.busy_cycles)

    def store(self, i: int) -> None:
        if i < 0 or not self.tiles[i].closes:
            return
        cycles, end = self.tiles[i].store_cycles, self.compute_end[i]
        if cycles:
            end = self.channel_free = max(self.channel_free, end) + cycles
        self.store_end.append(end)

    def finish(self, tail_load_cycles: int) -> Timeline:
        """The load after the last, the stores that are left, and the account."""
        last = len(self.tiles)
        self.channel_free = max(self.channel_free, _at(self.compute_end, last - self.depth)) + tail_load_cycles
        for i in range(last - self.depth, last):
            self.store(i)
        compute_end = _at(self.compute_end, last - 1)
        total = max(compute_end, max(self.store_end, default=0))
        computed = sum(tile.compute_cycles for tile in self.tiles)
        busy = sum(tile.busy_cycles for tile in self.tiles)
        stalls = {**self.waits, Stall.LAST_STORE: total - compute_end, Stall.VECTOR_UNIT: busy - computed}
        return Timeline(total, computed, stalls)


def _at(ends: list[int], i: int) -> int:
    return ends[i] if i >= 0 else 0


def uniform_period(compute: IntLike, load: IntLike, store: IntLike, latency: IntLike, buffers: int) -> IntLike:
    """``buffers`` times the cycles from one tile to the next in a long run of equal tiles that each load and store.

    period = max(c, l + s, (c + l + lat) / d, (c + l + s) / d): the engine, the channel, and the two round trips
    through one buffer.
    """
    inside = np.maximum(buffers * compute, buffers * (load + store))
    return np.maximum(inside, np.maximum(compute + load + latency, compute + load + store))
