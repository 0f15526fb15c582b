"""Time of ``multiply`` (exact int64 values) over the time of float32 BLAS on the same shape, operands already float32.

    python benchmarks/multiply_rate.py [--engine systolic-16]

The ratio is that of the medians of several interleaved runs in CPU time on one core, for operands stored in int8 (no
pass over them is needed) and in int64 (a pass to check their range, and eight times the bytes to read). The largest
shape comes first: after it the allocator keeps memory, which in a fresh process costs small products page faults.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from hwsim.engine import Engine, load_engine

SQUARES = [(side, side, side) for side in (2048, 1024, 512, 256, 128)]
RESNET_LIKE = [
    (12544, 147, 64),
    (3136, 576, 64),
    (784, 1152, 128),
    (196, 2304, 256),
    (49, 4608, 512),
    (49, 512, 2048),
    (16, 2048, 1000),
    (1, 2048, 1000),
]
"""m, k, n of convolutions of ResNet-18 and ResNet-50 as products, and of their classifier for 16 images and for 1."""
ROUNDS = 9


def seconds(call: Callable[[], object]) -> float:
    """CPU seconds of one call; short ones are repeated."""
    start = time.process_time()
    call()
    once = time.process_time() - start
    repeats = max(1, int(0.01 / max(once, 1e-6)))
    start = time.process_time()
    for _ in range(repeats):
        call()
    return (time.process_time() - start) / repeats


def medians(calls: list[Callable[[], object]]) -> list[float]:
    """Median seconds of each call, the calls taking turns."""
    rounds = [[seconds(call) for call in calls] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def row(engine: Engine, m: int, k: int, n: int) -> str:
    """One line of the table."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(-128, 128, (m, k), dtype=np.int8), rng.integers(-128, 128, (k, n), dtype=np.int8)
    x, y, p, q = a.astype(np.float32), b.astype(np.float32), a.astype(np.int64), b.astype(np.int64)
    blas, byte, word = medians([lambda: x @ y, lambda: engine.multiply(a, b), lambda: engine.multiply(p, q)])
    return f"| {m} x {k} x {n} | {blas * 1e3:.3f} | {byte / blas:.2f} | {word / blas:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="systolic-16", help="any engine; all of them multiply alike")
    engine = load_engine(parser.parse_args().engine)
    print("| m x k x n | float32 BLAS, ms | int8 operands, times BLAS | int64 operands, times BLAS |")
    print("|---|---:|---:|---:|")
    for shape in [*SQUARES, *RESNET_LIKE]:
        print(row(engine, *shape), flush=True)


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # BLAS reads it when numpy is imported
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    main()
