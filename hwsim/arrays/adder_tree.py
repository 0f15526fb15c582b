"""Multiplier-adder trees: a row of A passes from tree to tree, each of which reduces it against its own weights."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Limits, Matrix
from hwsim.arrays.blocks import blocks, register_dtype
from hwsim.arrays.leaves import counted, delay, skew_delays
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.arrays.scratchpad import Scratchpad
from hwsim.arrays.skew import Skew, along
from hwsim.arrays.stationary import rest_and_stream
from hwsim.arrays.tree import TREES, Tree, WordTree, halved
from hwsim.arrays.wavefront import Wavefronts, timeline
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory, Leaf
from hwsim.macs import TREE_MACS, Mac
from hwsim.ports import BIT, Beat, Direction, Port


@dataclass(frozen=True, slots=True)
class AdderTree(ScheduledArray):
    """``n`` trees of ``k`` multipliers; tree i keeps B[:, i] and yields C[m, i].

    ``overlap`` doubles the weight registers, so that the next tile enters while this one works.
    """

    k: int = 16
    n: int = 16
    overlap: bool = True

    name: ClassVar[str] = "adder-tree"
    summary: ClassVar[str] = "pipelined multiplier-adder trees over stationary weights"
    fold_order: ClassVar[str] = "nkm"
    stream_axis: ClassVar[str | None] = "m"
    houses: ClassVar[tuple[type[Mac], ...]] = TREE_MACS
    elementwise: ClassVar[tuple[str, ...]] = ("n",)

    @property
    def limits(self) -> Limits:
        return Limits(m=None, n=self.n, k=self.k)

    @property
    def levels(self) -> int:
        """Adder levels of a tree: ceil(log2 k)."""
        return (self.k - 1).bit_length()

    @property
    def depth(self) -> int:
        """Registers from the operand port to the sum: operand, product, one per level."""
        return 2 + self.levels

    @property
    def schedule(self) -> Schedule:
        return Schedule(preload=self.k, flush=self.depth + self.n - 2, interval=self.k, overlap=self.overlap)

    @property
    def pe_count(self) -> int:
        return self.k * self.n

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return np.full(n, k)

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        swap = [Port("first", Direction.INPUT, 1, BIT)] if self.overlap else []
        return (
            Port("w", Direction.INPUT, self.n, mac.w),
            Port("load", Direction.INPUT, 1, BIT),
            Port("a", Direction.INPUT, self.k, mac.a),
            Port("valid", Direction.INPUT, 1, BIT),
            *swap,
            Port("c_in", Direction.INPUT, self.n, mac.acc),
            Port("c", Direction.OUTPUT, self.n, mac.acc),
            Port("c_valid", Direction.OUTPUT, self.n, BIT),
        )

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        dtype, gemm = register_dtype(mac), Gemm(a.shape[0], b.shape[1], a.shape[1])
        starts, activity = self.starts(gemm, mac), self.activity(gemm, mac)
        cycles = len(activity)
        scratchpad = self._scratchpad(gemm, starts, cycles, dtype)
        chain_skew, march = Skew(along(self.n), self.k, dtype), Skew(along(self.k, 0), self.n, dtype, march_first=True)
        first = Wavefronts(starts + 1, self.n)
        operand: Matrix = np.zeros((self.n, self.k), dtype)
        chain, weights = np.zeros_like(operand), np.zeros_like(operand)
        # the rows of carry-save trees are worth these words, and only words leave
        tree = [np.zeros((self.n, width), dtype) for width in halved(self.k, self.levels)]
        loads = np.ascontiguousarray(blocks(b, self.k, self.n, dtype).swapaxes(0, 1)[:, :, ::-1])
        streams = blocks(a, gemm.m, self.k, dtype)[0]
        feed = rest_and_stream(
            loads.reshape(-1, self.k, self.n), streams, ("w", "a"), starts, cycles, self.overlap, load_last=False
        )
        for edge, (inputs, active_pes) in enumerate(zip(feed, activity.tolist(), strict=True), 1):
            _reduce(tree)
            np.multiply(operand, weights, out=tree[0])
            # without overlap the chain itself rests; as nothing multiplies while it moves, that makes no difference
            for _, tile in first.at(edge):
                weights[tile] = chain[tile]
            operand, chain = march.push(inputs["a"]), chain_skew.push(inputs["w"])
            c_in, outputs = scratchpad.after(edge, tree[-1][:, 0])
            yield Beat(active_pes, {**inputs, "c_in": c_in}, outputs)
        return scratchpad.product

    def inventory(self, mac: Mac) -> Inventory:
        overlap = int(self.overlap)
        return counted(
            (Leaf.of("operand_register", bits=mac.a.bits), self.pe_count),
            *((leaf, self.n * count) for leaf, count in self.tree(mac).leaves(self.overlap)),
            (Leaf.of("accumulate_adder", acc_bits=mac.acc.bits), self.n),
            *skew_delays(mac.w.bits, along(self.n)),
            (delay(1 + overlap, 1), self.n - 1),
            (delay(1, self.depth), 1),
            (delay(1, 1), self.n - 1),
        )

    def tree(self, mac: Mac) -> Tree:
        """Multipliers and levels of one tree."""
        return TREES.get(type(mac), WordTree)(mac, self.k)

    def _scratchpad(self, gemm: Gemm, starts: NDArray[np.int64], cycles: int, dtype: type[np.integer]) -> Scratchpad:
        fold, step = timeline(starts, gemm.m, cycles)
        lefts = fold // -(-gemm.k // self.k) * self.n
        lanes = np.arange(self.n)
        return Scratchpad(gemm.m, gemm.n, step, lefts, self.depth - 1 + lanes, np.zeros_like(lanes), lanes, dtype)


def _reduce(tree: list[Matrix]) -> None:
    """Clock the levels of all trees, the last one first: neighbours are added, an odd last one passes."""
    for below, level in zip(tree[-2::-1], tree[:0:-1], strict=True):
        pairs = below.shape[1] // 2
        np.add(below[:, : 2 * pairs : 2], below[:, 1::2], out=level[:, :pairs])
        if below.shape[1] % 2:
            level[:, pairs] = below[:, -1]
