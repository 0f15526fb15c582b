"""The operand ports of output-stationary arrays: a column of A and a row of B per edge, framed at both ends of k."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.blocks import HIGH, LOW, blocks, idle, register_dtype
from hwsim.arrays.drain import Drain
from hwsim.arrays.wavefront import timeline
from hwsim.macs.base import Mac
from hwsim.ports import BIT, Direction, Inputs, Port


def k_stream_ports(mac: Mac, rows: int, cols: int, drain: Drain) -> tuple[Port, ...]:
    """Ports of an array that keeps rows x cols sums; sums that leave all at once leave as the MAC keeps them."""
    results = rows * cols if drain is Drain.PARALLEL else cols
    endings = mac.sum_rows if drain is Drain.PARALLEL else ("",)
    return (
        Port("a", Direction.INPUT, rows, mac.a),
        Port("b", Direction.INPUT, cols, mac.w),
        Port("valid", Direction.INPUT, 1, BIT),
        Port("first", Direction.INPUT, 1, BIT),
        Port("last", Direction.INPUT, 1, BIT),
        *(Port(f"c{ending}", Direction.OUTPUT, results, mac.acc) for ending in endings),
        Port("c_valid", Direction.OUTPUT, results, BIT),
    )


def k_stream(
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    mac: Mac,
    rows: int,
    cols: int,
    starts: NDArray[np.int64],
    cycles: int,
) -> Iterator[Inputs]:
    """Yield what the input ports carry at every edge of a (m, k) @ b (k, n); folds in the order m, n."""
    dtype, k = register_dtype(mac), a.shape[1]
    columns = np.ascontiguousarray(blocks(a, rows, k, dtype)[:, 0].swapaxes(1, 2))
    lines = np.ascontiguousarray(blocks(b, k, cols, dtype)[0])
    nothing = {"a": idle(rows, dtype), "b": idle(cols, dtype), "valid": LOW, "first": LOW, "last": LOW}
    fold, step = timeline(starts, k, cycles)
    down, across = np.divmod(fold, len(lines))
    for i, j, t in zip(down.tolist(), across.tolist(), step.tolist(), strict=True):
        if t < 0:
            yield nothing
            continue
        first, last = HIGH if t == 0 else LOW, HIGH if t == k - 1 else LOW
        yield {"a": columns[i, t], "b": lines[j, t], "valid": HIGH, "first": first, "last": last}
