"""Bytes of tiled products: between L2 and SMs, and between DRAM and L2 under waves of thread blocks."""

from __future__ import annotations

import numpy as np

from hwsim.gpu.calibration import RESIDENT_SHARE
from hwsim.gpu.description import Gpu
from hwsim.gpu.product import Columns, Reals
from hwsim.gpu.tiles import Tiles

PATCH_ROWS = tuple(1 << i for i in range(12))
"""Rows of tiles in one wave that are tried: the swizzle of thread blocks."""


def ceil_div(a: Reals, b: Reals) -> Reals:
    """Both exact in float64."""
    return np.ceil(a / b)


def l2_bytes(p: Columns, tiles: Tiles) -> Reals:
    """Bytes that SMs load and store, (products, tiles): an operand once for every tile across it, edges exact."""
    rows, columns = ceil_div(p.m, tiles.bm), ceil_div(p.n, tiles.bn)
    loads = p.k * (p.m * p.a_bytes * columns + p.n * p.b_bytes * rows)
    return p.batch * (loads + p.m * p.n * p.c_bytes) + p.extra_bytes


def dram_bytes(gpu: Gpu, p: Columns, tiles: Tiles, blocks_per_sm: Reals) -> Reals:
    """Bytes that cross the DRAM's pins, (products, tiles), in the best of three orders of the thread blocks.

    A strip of A or of B as high as fits in the L2 stays while the other operand streams past it; or neither stays, and
    each wave of thread blocks covers a patch of tiles whose rows and columns it reads once. An operand that lies in
    the L2 already is not read from DRAM the first time. Results are written once.
    """
    rows, columns = ceil_div(p.m, tiles.bm), ceil_div(p.n, tiles.bn)
    a, b = p.m * p.k * p.a_bytes, p.n * p.k * p.b_bytes
    kept = gpu.l2_bytes * RESIDENT_SHARE.value
    a_stays = a + b * _passes(kept, tiles.bm * p.k * p.a_bytes, rows)
    b_stays = b + a * _passes(kept, tiles.bn * p.k * p.b_bytes, columns)
    loads = np.minimum(np.minimum(a_stays, b_stays), _waves(a, b, rows, columns, gpu.sms * blocks_per_sm))
    first = a * p.a_resident + b * p.b_resident
    return np.asarray(p.batch * (loads - first + p.m * p.n * p.c_bytes) + p.extra_bytes)


def _passes(kept: float, strip_bytes: Reals, strips: Reals) -> Reals:
    """How often the other operand is read if as many strips as fit stay; infinite if not even one fits."""
    held = np.floor(kept / strip_bytes)
    return np.where(held >= 1, np.ceil(strips / np.maximum(held, 1)), np.inf)


def _waves(a: Reals, b: Reals, rows: Reals, columns: Reals, blocks: Reals) -> Reals:
    """Bytes of A and B over all waves of ``blocks`` tiles, in the best swizzle."""
    best: Reals = np.full(np.broadcast(rows, columns, blocks).shape, np.inf)
    for high in PATCH_ROWS[: 1 + int(np.log2(rows.max()))]:
        held = np.minimum(high, blocks)
        across = np.ceil(columns / np.maximum(np.floor(blocks / held), 1))
        np.minimum(best, a * across + b * np.ceil(rows / held), out=best)
    return best
