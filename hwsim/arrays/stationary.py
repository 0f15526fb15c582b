"""Systolic arrays in which one operand rests, the other marches across it and sums march down to the edge.

Weight- and input-stationary arrays are this machine with the roles of A and B exchanged: x (s, k) streams past
y (k, c) at rest, and the array computes x @ y (s, c).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.blocks import HIGH, LOW, blocks, idle
from hwsim.arrays.leaves import counted, delay, foot_leaf, kind_of, operands, skew_delays
from hwsim.arrays.scratchpad import Scratchpad
from hwsim.arrays.skew import Skew, along, diagonal
from hwsim.arrays.wavefront import Wavefronts, timeline
from hwsim.formats import IntFormat
from hwsim.inventory import Inventory, Leaf
from hwsim.macs import BitWeightMac, Mac
from hwsim.ports import BIT, Beat, Direction, Inputs, Port

Matrix = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class StationaryMesh:
    """``rows`` x ``cols`` PEs, the side k along the rows; which operand rests, and the names of both operand ports."""

    rows: int
    cols: int
    overlap: bool
    mac: Mac
    a_rests: bool
    rest_port: str
    stream_port: str

    @property
    def rest(self) -> IntFormat:
        return self.mac.a if self.a_rests else self.mac.w

    @property
    def stream(self) -> IntFormat:
        return self.mac.w if self.a_rests else self.mac.a

    @property
    def acc(self) -> IntFormat:
        return self.mac.acc

    def ports(self) -> tuple[Port, ...]:
        """The ports in the order of docs/cycles.md; swapping needs two framing bits more."""
        swap_load = [Port("load_last", Direction.INPUT, 1, BIT)] if self.overlap else []
        swap = [Port("first", Direction.INPUT, 1, BIT)] if self.overlap else []
        return (
            Port(self.rest_port, Direction.INPUT, self.rows, self.rest),
            Port("load", Direction.INPUT, 1, BIT),
            *swap_load,
            Port(self.stream_port, Direction.INPUT, self.rows, self.stream),
            Port("valid", Direction.INPUT, 1, BIT),
            *swap,
            Port("c_in", Direction.INPUT, self.cols, self.acc),
            Port("c", Direction.OUTPUT, self.cols, self.acc),
            Port("c_valid", Direction.OUTPUT, self.cols, BIT),
        )

    def inventory(self) -> Inventory:
        rows, cols, overlap = self.rows, self.cols, int(self.overlap)
        pe = self._pe_leaf(overlap)
        skewed_rest = skew_delays(self.rest.bits, along(rows)) if overlap else []
        return counted(
            (pe, rows * cols),
            (foot_leaf(self.mac), cols),
            *skew_delays(self.stream.bits, along(rows)),
            *skewed_rest,
            (delay(2, 1), overlap * (rows - 1)),
            (delay(1, 1), overlap * (rows - 1)),
            (delay(1, rows + 1), 1),
            (delay(1, 1), cols - 1),
        )

    def _pe_leaf(self, overlap: int) -> Leaf:
        """The PE by role: what streams is its a, what rests its w; a MAC that encodes A is told where A is."""
        encodes = {"a_rests": int(self.a_rests)} if isinstance(self.mac, BitWeightMac) else {}
        widths = operands(self.stream, self.rest)
        return Leaf.of(
            kind_of("pe_ws", self.mac),
            **widths,
            acc_bits=self.acc.bits,
            overlap=overlap,
            **encodes,
            **self.mac.leaf_modes,
        )

    def run(
        self, x: Matrix, y: Matrix, starts: NDArray[np.int64], activity: NDArray[np.int64], dtype: type[np.integer]
    ) -> Generator[Beat, None, Matrix]:
        """Compute x (s, k) @ y (k, c), columns of y outermost; each ``yield`` is one clock edge."""
        rows, cols, cycles = self.rows, self.cols, len(activity)
        scratchpad = self._scratchpad(x, y, starts, cycles, dtype)
        weights = (SwappedWeights if self.overlap else ShiftedWeights)(rows, cols, starts, dtype)
        skew = Skew(along(rows), cols, dtype)
        x_reg: Matrix = np.zeros((rows, cols), dtype)
        psum, psum_next = np.zeros_like(x_reg), np.zeros_like(x_reg)
        feed = self._feed(x, y, starts, cycles, dtype)
        for edge, (inputs, active_pes) in enumerate(zip(feed, activity.tolist(), strict=True), 1):
            np.multiply(x_reg, weights.at_rest, out=psum_next)
            psum_next[1:] += psum[:-1]
            psum, psum_next = psum_next, psum
            x_reg = skew.push(inputs[self.stream_port])
            weights.clock(edge, inputs[self.rest_port], bool(inputs["load"][0]))
            c_in, outputs = scratchpad.after(edge, psum[-1])
            yield Beat(active_pes, {**inputs, "c_in": c_in}, outputs)
        return scratchpad.product

    def _scratchpad(
        self, x: Matrix, y: Matrix, starts: NDArray[np.int64], cycles: int, dtype: type[np.integer]
    ) -> Scratchpad:
        fold, step = timeline(starts, len(x), cycles)
        lefts = fold // -(-len(y) // self.rows) * self.cols
        lanes = np.arange(self.cols)
        return Scratchpad(len(x), y.shape[1], step, lefts, self.rows + lanes, np.zeros_like(lanes), lanes, dtype)

    def _feed(
        self, x: Matrix, y: Matrix, starts: NDArray[np.int64], cycles: int, dtype: type[np.integer]
    ) -> Iterator[Inputs]:
        rest = blocks(y, self.rows, self.cols, dtype).transpose(1, 0, 3, 2)  # column block, k block, col, row
        loads = np.ascontiguousarray(rest[:, :, ::-1]).reshape(-1, self.cols, self.rows)
        streams = blocks(x, len(x), self.rows, dtype)[0]
        names = (self.rest_port, self.stream_port)
        return rest_and_stream(loads, streams, names, starts, cycles, self.overlap, load_last=self.overlap)


def rest_and_stream(
    loads: Matrix,
    streams: Matrix,
    names: tuple[str, str],
    starts: NDArray[np.int64],
    cycles: int,
    first: bool,
    load_last: bool,
) -> Iterator[Inputs]:
    """Yield the input ports (all but ``c_in``) of an array that loads one operand and streams the other past it.

    ``loads`` is (folds, load edges, lanes), ``streams`` (k blocks, stream edges, lanes); k blocks are innermost.
    """
    rest, stream = names
    load_edges, length = loads.shape[1], streams.shape[1]
    nothing: dict[str, Matrix] = {rest: idle(loads.shape[2], loads.dtype), "load": LOW}
    nothing |= {"load_last": LOW} if load_last else {}
    nothing |= {stream: idle(streams.shape[2], streams.dtype), "valid": LOW}
    nothing |= {"first": LOW} if first else {}
    load_fold, load_step = timeline(starts - load_edges, load_edges, cycles)
    fold, step = timeline(starts, length, cycles)
    lines = zip(load_fold.tolist(), load_step.tolist(), (fold % len(streams)).tolist(), step.tolist(), strict=True)
    for load_of, load_at, block, at in lines:
        inputs = dict(nothing)
        if load_at >= 0:
            inputs[rest], inputs["load"] = loads[load_of, load_at], HIGH
            if load_last and load_at == load_edges - 1:
                inputs["load_last"] = HIGH
        if at >= 0:
            inputs[stream], inputs["valid"] = streams[block, at], HIGH
            if first and at == 0:
                inputs["first"] = HIGH
        yield inputs


class ShiftedWeights:
    """The chain through which an operand enters is where it rests; it moves while ``load`` is high."""

    def __init__(self, rows: int, cols: int, starts: NDArray[np.int64], dtype: type[np.integer]) -> None:
        self.at_rest: Matrix = np.zeros((rows, cols), dtype)

    def clock(self, edge: int, lanes: Matrix, load: bool) -> None:
        if load:
            self.at_rest[:, 1:] = self.at_rest[:, :-1]
            self.at_rest[:, 0] = lanes


class SwappedWeights:
    """Three registers per PE: a chain that moves, what it last brought, and what rests and multiplies.

    Row r of the chain runs r edges late; ``next`` takes what the chain holds after the last load edge of a tile, and
    PE (r, c) takes ``next`` at the edge at which the first operand of the tile reaches it.
    """

    def __init__(self, rows: int, cols: int, starts: NDArray[np.int64], dtype: type[np.integer]) -> None:
        self._chain = Skew(along(rows), cols, dtype)
        self._loaded = Wavefronts(starts, rows)
        self._first = Wavefronts(starts + 1, rows + cols - 1)
        self._diagonals = [diagonal(rows, cols, distance) for distance in range(rows + cols - 1)]
        self._next: Matrix = np.zeros((rows, cols), dtype)
        self.at_rest: Matrix = np.zeros((rows, cols), dtype)
        self._flat_next, self._flat_rest = self._next.reshape(-1), self.at_rest.reshape(-1)

    def clock(self, edge: int, lanes: Matrix, load: bool) -> None:
        for _, distance in self._first.at(edge):
            places = self._diagonals[distance]
            self._flat_rest[places] = self._flat_next[places]
        # nobody sees the chain but next, and loads have no gaps: that it holds between tiles need not be stepped
        chain = self._chain.push(lanes)
        for _, row in self._loaded.at(edge):
            self._next[row] = chain[row]
