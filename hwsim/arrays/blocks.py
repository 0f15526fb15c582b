"""Operand matrices cut into the blocks that folds take, padded with zeros at the ragged edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hwsim.macs.base import Mac
from hwsim.ports import VALID

LOW, HIGH = np.zeros(1, VALID), np.ones(1, VALID)
"""What a framing port of one bit carries."""
for _bit in (LOW, HIGH):
    _bit.flags.writeable = False


def blocks(x: NDArray[np.integer], height: int, width: int, dtype: DTypeLike) -> NDArray[np.integer]:
    """Cut x (rows, cols) into an array (block row, block column, height, width)."""
    rows, cols = x.shape
    down, across = -(-rows // height), -(-cols // width)
    padded = np.zeros((down * height, across * width), dtype)
    padded[:rows, :cols] = x
    return padded.reshape(down, height, across, width).swapaxes(1, 2)


def idle(lanes: int, dtype: DTypeLike) -> NDArray[np.integer]:
    """What a port of ``lanes`` lanes carries when nothing is driven; every beat may share it."""
    zeros = np.zeros(lanes, dtype)
    zeros.flags.writeable = False
    return zeros


def register_dtype(mac: Mac) -> type[np.integer]:
    """The narrower of int32 and int64 that holds every operand, product and sum of this MAC."""
    bounds = (mac.acc.low, mac.acc.high, mac.a.low, mac.a.high, mac.w.low, mac.w.high, *mac.product_range())
    return np.int32 if min(bounds) >= -(1 << 31) and max(bounds) < 1 << 31 else np.int64
