"""A lower bound on the cycles of many tilings at once: what lets the search leave most of them unmeasured.

Each term follows one chain of events that no schedule of the tile pipeline can shorten. l, s, c: channel cycles of
loads and stores and busy cycles of the engine, over all tiles; d buffers; lat the DRAM's latency.

    engine   first load + lat + c + last store
    channel  l + s;  and l + the stores before the last load + lat + busy cycles of the last tile + last store
    buffer   an operand that is fetched f times: its loads + f lat + c without the last d - 1 tiles of each fetch,
             + last store, because a buffer is filled again only when the tile d before is done
    trips    two buffers, every tile loads: (l + lat tiles + c) / 2 + last store
    stores   the last two again, + s, without the first fetches after each output tile, which overtake its store
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hwsim.gemm import Shapes
from hwsim.machine import Machine
from hwsim.tiles.cost import tile_cycles, vector_cycles
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import AXES, Operand
from mapper.candidates import Bools, Filling, Ints, TileSpace

Floats = NDArray[np.float64]
SAFETY = 1 - 1e-9
"""Bounds are computed in floating point; this keeps rounding from lifting one above the truth."""
LARGEST = 2.0**62
"""A lower bound beyond 64 bits is lowered to this, which is a bound too."""
ROUNDING = 2
"""Bytes by which a share may exceed its proportion: one for each axis."""
READ = (Operand.A, Operand.B)


@dataclass(frozen=True, slots=True)
class Bound:
    """``cycles`` is the bound; ``hint`` ranks candidates with equal bounds, likely good ones first."""

    cycles: Ints
    hint: Floats


class CycleBound:
    """Bounds for the tile shapes numbered ``at`` in ``space``; the engine's cycles do not depend on order or depth."""

    def __init__(self, machine: Machine, demand: Demand, space: TileSpace, at: Ints) -> None:
        self.machine, self.demand, self.at = machine, demand, at
        self.sides = {axis: space.sides[axis][at] for axis in AXES}
        self.counts = {axis: space.counts[axis][at] for axis in AXES}
        self.last_sides = {axis: demand.sides[axis] - (self.counts[axis] - 1) * self.sides[axis] for axis in AXES}
        self.tiles = demand.batch * self.counts["m"] * self.counts["n"] * self.counts["k"]
        self.busy, self.first_busy, self.last_busy = self._busy()

    def _busy(self) -> tuple[Ints, Ints, Ints]:
        """Busy cycles of all tiles, batch included, of the longest tile at most, and of the last one."""
        kinds = list(product((False, True), repeat=len(AXES)))
        m, n, k = (
            np.stack([self.last_sides[axis] if kind[i] else self.sides[axis] for kind in kinds])
            for i, axis in enumerate(AXES)
        )
        times = np.ones_like(m)
        for i, axis in enumerate(AXES):
            times *= np.stack([np.ones_like(self.at) if kind[i] else self.counts[axis] - 1 for kind in kinds])
        finishing = np.array([kind[AXES.index("k")] for kind in kinds])[:, None]
        alone = self.counts["k"] == 1
        # the first tile along k, which adds to nothing, is the last if it is alone
        first_times = np.where(finishing == alone, times // np.maximum(self.counts["k"] - 1, 1), 0)
        fresh, adding = self._tile_busy(m, n, k, finishing, False), self._tile_busy(m, n, k, finishing, True)
        total: Ints = (fresh * first_times + adding * (times - first_times)).sum(axis=0) * self.demand.batch
        return total, adding.max(axis=0), np.where(alone, fresh[-1], adding[-1])

    def _tile_busy(self, m: Ints, n: Ints, k: Ints, finishing: Bools, adds: bool) -> Ints:
        """Busy cycles of tiles with these sides; ``finishing`` ones are the last along k."""
        shapes = Shapes.of(m, n, k)
        cycles: Ints = np.maximum(*tile_cycles(self.machine, self.demand, shapes, np.full(m.shape, adds)))
        if self.demand.vector_ops or self.machine.engine.additions_left:
            cycles = np.maximum(cycles, vector_cycles(self.machine, self.demand, m, n, finishing.astype(np.int64)))
        return cycles

    def of(self, order: str, fillings: tuple[Filling, ...], at: Ints) -> Bound:
        """Bounds of the shapes numbered ``at`` (in this object) under this order, filled as ``fillings`` say."""
        filled = {filling.operand: filling for filling in fillings}
        moved = {operand: self._cycles(filling.traffic_bytes[self.at[at]]) for operand, filling in filled.items()}
        finished = self._cycles(self.demand.pass_bytes(Operand.C) * self.demand.batch)
        partial = (moved[Operand.C] - finished) / 2
        loaded, stored = moved[Operand.A] + moved[Operand.B] + partial, moved[Operand.C] - partial
        last = self._share(Operand.C, order, filled, at, self.last_sides)
        first = sum((self._share(operand, order, filled, at, self.sides) for operand in READ), np.zeros(len(at)))
        loading = any(operand not in self.demand.on_chip for operand in READ)
        latency, busy = loading * self.machine.channel.latency_cycles, self.busy[at]
        outputs = self._fetches(order, filled[Operand.C], at)
        loads = {operand: self._loads(order, filled, operand, at) for operand in READ}
        every = np.maximum.reduce(list(loads.values())) == self.tiles[at]
        early = np.where(every, np.maximum(stored - self._late_stores(order, filled, at, outputs), 0), 0.0)
        terms = [
            first + latency + busy + last,
            loaded + stored,
            loaded + early + latency + self.last_busy[at] + last,
        ]
        for chain, longest in self._chains(order, filled, moved, loads, at):
            terms += [chain + last, np.maximum(stored + chain - outputs * longest, 0)]
        least = np.minimum(np.ceil(np.maximum.reduce(terms) * SAFETY), LARGEST)
        return Bound(least.astype(np.int64), np.add.reduce(terms))

    def _late_stores(self, order: str, filled: dict[Operand, Filling], at: Ints, outputs: Ints) -> Floats:
        """At most the channel cycles of the stores that follow the last load."""
        each = self._share(Operand.C, order, filled, at, self.sides) + self._cycles(ROUNDING)
        if self.demand.acc_bits > self.demand.out_bits:  # the first of them may be partial sums
            each = each * self.demand.acc_bits / self.demand.out_bits
        return each * (1 + self.machine.buffers // (self.tiles[at] // outputs))

    def _chains(
        self,
        order: str,
        filled: dict[Operand, Filling],
        moved: dict[Operand, Floats],
        loads: dict[Operand, Ints],
        at: Ints,
    ) -> Iterator[tuple[Floats, Floats]]:
        """Chains through buffers, and the longest stretch of each that may overtake a store."""
        tiles, busy, latency = self.tiles[at], self.busy[at], self.machine.channel.latency_cycles
        buffers, longest_tile = self.machine.buffers, self.first_busy[at]
        share = {
            operand: self._share(operand, order, filled, at, self.sides) + self._cycles(ROUNDING) for operand in READ
        }
        for operand, times in loads.items():
            chain = moved[operand] + times * (latency - (buffers - 1) * longest_tile) + busy
            stretch = share[operand] + latency + tiles // np.maximum(times, 1) * longest_tile
            yield np.where((times > 0) & (times * buffers <= tiles), chain, 0.0), stretch
        every = np.maximum.reduce(list(loads.values())) == tiles
        trips = (moved[Operand.A] + moved[Operand.B] + busy + tiles * latency) / 2
        yield np.where(every, trips, 0.0), 2 * (share[Operand.A] + share[Operand.B] + latency + longest_tile)

    def _cycles(self, moved: Ints | Floats | int) -> Floats:
        return np.asarray(moved, dtype=np.float64) / float(self.machine.channel.bytes_per_cycle)

    def _share(
        self, operand: Operand, order: str, filled: dict[Operand, Filling], at: Ints, sides: dict[str, Ints]
    ) -> Floats:
        """At most the channel cycles of one transfer of this operand whose tile has these sides."""
        outside = order[: filled[operand].depth]
        part: Floats = np.full(len(at), float(self.demand.pass_bytes(operand)))
        for axis in operand.axes:
            if axis in outside:
                part = np.floor(part * sides[axis][at] / self.demand.sides[axis] * SAFETY)
        return self._cycles(part)

    def _loads(self, order: str, filled: dict[Operand, Filling], operand: Operand, at: Ints) -> Ints:
        """How often the operand is loaded, or 0 if some of its shares may be less than a byte and so no load."""
        smallest = self._share(operand, order, filled, at, self.last_sides)
        return np.where(smallest > 0, self._fetches(order, filled[operand], at), 0)

    def _fetches(self, order: str, filling: Filling, at: Ints) -> Ints:
        """How often the operand's buffer is filled."""
        fetches, trailing = np.ones(len(at), dtype=np.int64), np.ones(len(at), dtype=np.bool_)
        for axis in reversed(order[: filling.depth]):
            count = self.counts[axis][at]
            if axis == filling.operand.other:
                fetches = np.where(trailing, fetches, fetches * count)
            else:
                fetches, trailing = fetches * count, trailing & (count == 1)
        if self.demand.shared(filling.operand):
            return np.where(trailing, fetches, fetches * self.demand.batch)
        return fetches * self.demand.batch
