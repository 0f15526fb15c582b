"""The time of product kernels by cause, in the best of all tiles: one evaluation for any number of products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hwsim.errors import SpecError
from hwsim.gpu.calibration import ACCUMULATOR_SHARE
from hwsim.gpu.description import Gpu
from hwsim.gpu.product import Columns, ProductKernel, Reals
from hwsim.gpu.tiles import CANDIDATES, Tile, Tiles
from hwsim.gpu.traffic import ceil_div, dram_bytes, l2_bytes

WARPS = ((1, 4), (2, 2), (4, 1))
"""Four warps, one for each tensor core: rows and columns of them in a thread block, of which the best is taken."""


class Cause(Enum):
    """What the time of a kernel is spent on."""

    COMPUTE = "compute"
    """matrix units"""
    DRAM = "dram"
    L2 = "l2"
    SHARED = "shared"
    """shared memory: its ports, and its latency once per step of k"""
    VECTOR = "vector"
    """operations outside the matrix units"""
    LAUNCH = "launch"


LOOP = (Cause.COMPUTE, Cause.L2, Cause.SHARED, Cause.VECTOR)
"""What the loop of a thread block along k is made of."""


@dataclass(frozen=True, slots=True)
class KernelTime:
    """Milliseconds of one kernel by cause (they add up to its time), its bytes, and its tile if it is a product."""

    ms: dict[Cause, float]
    dram_bytes: float
    l2_bytes: float
    tile: Tile | None = None

    @property
    def total_ms(self) -> float:
        return sum(self.ms.values())


def product_times(gpu: Gpu, kernels: Sequence[ProductKernel], tiles: Tiles = CANDIDATES) -> tuple[KernelTime, ...]:
    """Each kernel in the tile that makes it shortest (of equal ones the first).

    The loop of a thread block takes the longest of its parts, of each of the others one part in ``gpu.stages``, and the
    latency of shared memory once per step. Where the DRAM takes longer than all loops, it alone is the cause. Raises
    SpecError if no tile fits.
    """
    if not kernels:
        return ()
    unlike = tuple(dict.fromkeys(kernels))
    found = dict(zip(unlike, _unlike_times(gpu, unlike, tiles), strict=True))
    return tuple(found[kernel] for kernel in kernels)


def _unlike_times(gpu: Gpu, kernels: tuple[ProductKernel, ...], tiles: Tiles) -> list[KernelTime]:
    p = Columns(kernels)
    blocks = _blocks_per_sm(gpu, p, tiles)
    _check_fits(blocks, kernels, tiles)
    some = np.flatnonzero((blocks >= 1).any(axis=0))
    tiles, blocks = tiles.only(some), blocks[:, some]
    dram, l2 = dram_bytes(gpu, p, tiles, np.maximum(blocks, 1)), l2_bytes(p, tiles)
    cycles = _exposed(gpu, p, tiles, dram, l2)
    best = np.where(blocks >= 1, cycles.sum(axis=0), np.inf).argmin(axis=1)
    return [_time(gpu, cycles[:, i, j], dram[i, j], l2[i, j], tiles[int(j)]) for i, j in enumerate(best)]


def _time(gpu: Gpu, cycles: Reals, dram: float, l2: float, tile: Tile) -> KernelTime:
    found = {cause: gpu.milliseconds(float(x)) for cause, x in zip((*LOOP, Cause.DRAM), cycles, strict=True)}
    found[Cause.LAUNCH] = gpu.launch_us / 1e3
    return KernelTime({cause: found[cause] for cause in Cause}, float(dram), float(l2), tile)


def _exposed(gpu: Gpu, p: Columns, tiles: Tiles, dram: Reals, l2: Reals) -> Reals:
    """Cycles that each cause but the launch adds, (causes, products, tiles)."""
    rows, columns, steps = ceil_div(p.m, tiles.bm), ceil_div(p.n, tiles.bn), ceil_div(p.k, tiles.bk)
    steps_of_sm = steps * ceil_div(rows * columns * p.batch, np.array(float(gpu.sms)))
    loop = np.stack(
        [
            steps_of_sm * (tiles.bm * tiles.bn * tiles.bk) / p.macs_per_cycle,
            l2 / gpu.l2_bytes_per_cycle,
            steps_of_sm * _shared_bytes(p, tiles) / gpu.shared_bytes_per_cycle,
            (p.vector_ops + p.b_ops * p.n * p.k * p.batch * rows) / gpu.vector_ops_per_cycle,
        ]
    )
    binds = loop.argmax(axis=0) == np.arange(len(loop))[:, np.newaxis, np.newaxis]
    loop = np.where(binds, loop, loop / gpu.stages)
    loop[LOOP.index(Cause.SHARED)] += steps_of_sm * gpu.shared_latency_cycles
    dram_cycles = dram / gpu.dram_bytes_per_cycle
    waits = dram_cycles > loop.sum(axis=0)
    return np.concatenate([np.where(waits, 0, loop), np.where(waits, dram_cycles, 0)[np.newaxis]])


def _shared_bytes(p: Columns, tiles: Tiles) -> Reals:
    """Bytes of one step of k: what comes in is written once, and read once by every row (A: column) of warps."""
    a, b = tiles.bm * tiles.bk * p.a_shared_bytes, tiles.bn * tiles.bk * p.b_bytes
    found: Reals = np.min([a * (1 + columns) + b * (1 + rows) for rows, columns in WARPS], axis=0)
    return found


def _blocks_per_sm(gpu: Gpu, p: Columns, tiles: Tiles) -> Reals:
    """Thread blocks that fit on an SM at once, (products, tiles); 0 where a tile is too large or fits no unit."""
    accumulators = tiles.bm * tiles.bn * p.accumulator_bytes
    by_registers = gpu.register_bytes * ACCUMULATOR_SHARE.value * p.registers / accumulators
    step_bytes = tiles.bk * (tiles.bm * p.a_shared_bytes + tiles.bn * p.b_bytes)
    by_shared = gpu.shared_bytes / (gpu.stages * step_bytes)
    whole = (tiles.bm % p.unit_m == 0) & (tiles.bn % p.unit_n == 0) & (tiles.bk % p.unit_k == 0)
    return np.asarray(np.floor(np.minimum(by_registers, by_shared)) * whole)


def _check_fits(blocks_per_sm: Reals, kernels: Sequence[ProductKernel], tiles: Tiles) -> None:
    fits = (blocks_per_sm >= 1).any(axis=1)
    if not fits.all():
        worst = kernels[int(fits.argmin())]
        raise SpecError(
            f"no tile of {len(tiles.bm)} fits the registers and the shared memory of an SM and the matrix unit "
            f"m{worst.shape.m}n{worst.shape.n}k{worst.shape.k}"
        )
