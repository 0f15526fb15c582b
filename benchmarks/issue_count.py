"""CPU time to count issue cycles exactly: a 4096 x 4096 operand beside its sum, and all products of GPT-2 small.

    python benchmarks/issue_count.py [--side 4096] [--rounds 9] [--workload gpt2-small:seq=1024]

The ratio is that of the medians of interleaved runs in one process; the operands are synthetic (normal, scaled by their
largest magnitude). Of the network every product's first operand is counted, all heads of attention included, the median
of three; making the tensors is timed only in the last line, the whole answer of `hwsim busy`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings import parse_encoding
from hwsim.engine import load_engine
from hwsim.formats import INT8
from hwsim.layer_busy import network_busy
from hwsim.operands import synthetic
from hwsim.sparse_columns import IssueRule, fold_cycles, issue_cycles
from hwsim.workload.loader import load_workload

NETWORK_ROUNDS = 3
BUSY_ENGINE = "bitslice:columns=32,rows=32,mac=opt4c"
RULES = {
    "opt3, opt4c: ent, 1 lane": IssueRule(parse_encoding("ent")),
    "opt4e: ent, 4 lanes": IssueRule(parse_encoding("ent"), lanes=4),
    "booth, 1 lane": IssueRule(parse_encoding("booth")),
    "ent, 1 lane, groups of 8": IssueRule(parse_encoding("ent"), group=8),
    "naf, 1 lane": IssueRule(parse_encoding("naf")),
}


def seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def medians(calls: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median CPU seconds of each call, the calls taking turns."""
    taken = [[seconds(call) for call in calls] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def square(side: int, rounds: int) -> None:
    """One line for every rule: CPU time and its ratio to the sum of the same array."""
    a = synthetic(INT8, (side, side), np.random.default_rng(1))
    calls: list[Callable[[], object]] = [a.sum]
    calls += [lambda rule=rule: issue_cycles(a, rule) for rule in RULES.values()]  # type: ignore[misc]
    total, *counted = medians(calls, rounds)
    print(f"| {side} x {side} int8 | ms | times A.sum() | cycles per operand and lane |\n|---|---:|---:|---:|")
    print(f"| A.sum() | {total * 1e3:.1f} | 1.00 | |")
    for (name, rule), taken in zip(RULES.items(), counted, strict=True):
        mean = issue_cycles(a, rule).sum() * rule.lanes / a.size
        print(f"| {name} | {taken * 1e3:.1f} | {taken / total:.2f} | {mean:.3f} |")


def network(name: str) -> None:
    """CPU seconds to count the encoded operands of all products of a network, one column fold after the other."""
    rng = np.random.default_rng(2)
    taken, operands, cycles = dict.fromkeys(RULES, 0.0), 0, dict.fromkeys(RULES, 0)
    for _, product in load_workload(name).products:
        g = product.gemm
        a: NDArray[np.integer] = synthetic(INT8, (1 if product.a_shared else g.batch, g.m, g.k), rng)
        operands += a.size
        for label, rule in RULES.items():
            count = partial(pass_cycles, a, rule)
            cycles[label] += count()
            taken[label] += medians([count], NETWORK_ROUNDS)[0]
    print(f"\n| {name}, {operands / 1e6:.0f} M operands | CPU s | cycles of one pass over all folds of A |")
    print("|---|---:|---:|")
    for label in RULES:
        print(f"| {label} | {taken[label]:.2f} | {cycles[label]:,} |")


def pass_cycles(a: NDArray[np.integer], rule: IssueRule) -> int:
    """Of all folds of operands (batch, m, k)."""
    return sum(int(fold_cycles(matrix, rule).sum()) for matrix in a)


def busy(name: str) -> None:
    """CPU seconds of the whole answer: synthetic tensors, cycles and shares of all layers."""
    workload, engine = load_workload(name), load_engine(BUSY_ENGINE)
    (taken,) = medians([lambda: network_busy(workload, engine)], NETWORK_ROUNDS)
    print(f"\n`hwsim busy --workload {name} --engine {BUSY_ENGINE}`: {taken:.1f} CPU s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--workload", default="gpt2-small:seq=1024")
    given = parser.parse_args()
    square(given.side, given.rounds)
    network(given.workload)
    busy(given.workload)


if __name__ == "__main__":
    main()
