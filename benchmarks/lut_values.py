"""CPU time of products with low-bit weights beside the exact int8 product of the same shape.

    python benchmarks/lut_values.py [--m 2048] [--k 4096] [--n 4096] [--rounds 5] [--rows 16]

All calls take turns in shuffled order in one process, with BLAS on one thread; the ratio is that of the medians.
Look-ups one by one are timed on the first ``rows`` rows, and so is the int8 product beside them. Operands are
synthetic.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from hwsim.floats import FP16, rounded
from hwsim.formats import INT8
from hwsim.low_bit import LowBitWeights, signed_weights, ternary_weights, unsigned_weights
from hwsim.lut import (
    FloatRule,
    TableQuantiser,
    integer_product,
    lookup_floats,
    lookup_integers,
    lookup_quantised,
    parse_table_scale,
)
from hwsim.reference import exact_matmul

Calls = dict[str, Callable[[], object]]


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def table(title: str, calls: Calls, rounds: int) -> None:
    """Medians of calls that take turns, and their ratios to the first."""
    order, taken = random.Random(0), {name: list[float]() for name in calls}
    for _ in range(rounds):
        for name in order.sample(list(calls), len(calls)):
            taken[name].append(seconds(calls[name]))
    medians = [statistics.median(column) for column in taken.values()]
    print(f"| {title} | CPU s | times the first |\n|---|---:|---:|")
    for name, median in zip(calls, medians, strict=True):
        print(f"| {name} | {median:.3f} | {median / medians[0]:.2f} |")
    print()


def weights_of(k: int, n: int, rng: np.random.Generator) -> dict[str, LowBitWeights]:
    groups = -(-k // 128)
    return {
        "W2, ternary": ternary_weights(rng.integers(-1, 2, (k, n))),
        "W1, symmetric": unsigned_weights(rng.integers(0, 2, (k, n)), 1, zero=0.5),
        "W4, signed": signed_weights(rng.integers(-8, 8, (k, n)), 4),
        "W2, a zero point per 128": unsigned_weights(
            rng.integers(0, 4, (k, n)), 2, zero=rng.integers(0, 4, (groups, n)), span=128
        ),
    }


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # BLAS reads it when numpy is imported
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in {"m": 2048, "k": 4096, "n": 4096, "rounds": 5, "rows": 16}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    m, k, n = given.m, given.k, given.n
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-128, 128, shape).astype(np.int8) for shape in ((m, k), (k, n)))
    weights = weights_of(k, n, rng)
    baseline: Calls = {"exact_matmul, int8 x int8": lambda: exact_matmul(a, b)}
    fast: Calls = {f"integer_product, {name}": lambda w=w: integer_product(a, w) for name, w in weights.items()}  # type: ignore[misc]
    two, token = weights["W2, ternary"], TableQuantiser(parse_table_scale("token"))
    fast["lookup_quantised, W2, ternary, a scale per token"] = lambda: lookup_quantised(a, two, token, INT8)
    table(f"{m} x {k} x {n}, A8", baseline | fast, given.rounds)
    few = a[: given.rows]
    floats = rounded(rng.standard_normal(few.shape), FP16)
    slow: Calls = {
        "exact_matmul, int8 x int8": lambda: exact_matmul(few, b),
        "integer_product": lambda: integer_product(few, two),
        "lookup_integers": lambda: lookup_integers(few, two),
        "lookup_floats, fp16 tables, fp32 sums": lambda: lookup_floats(floats, two, FloatRule()),
        "lookup_floats, fp16 tables, fp16 sums": lambda: lookup_floats(floats, two, FloatRule(accumulator=FP16)),
        "lookup_quantised, a scale per token": lambda: lookup_quantised(floats, two, token, FP16),
    }
    table(f"{len(few)} x {k} x {n}, W2, ternary", slow, given.rounds)


if __name__ == "__main__":
    main()
