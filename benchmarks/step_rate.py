"""PE-updates per CPU second of every engine's stepped model, and of Verilog simulators on the same array.

    python benchmarks/step_rate.py [--side 128] [--verilog-side 16] [--no-verilog] [--no-icarus] [SPEC ...]

A PE-update is one clock edge of one multiplier. Every number is the median of several runs in CPU time on one core;
the order of the engines is shuffled in every round. The model yields all ports at all edges; the simulators run a
plain testbench that gives the same kind of operands and looks at nothing.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from verilog_rate import icarus_edge_seconds, verilator_edge_seconds

from hwsim.engine import Engine, load_engine
from hwsim.errors import HwsimError

PLANES = (
    "systolic-os:rows={n},cols={n}",
    "systolic-os:rows={n},cols={n},overlap=true,drain=column",
    "systolic-ws:rows={n},cols={n}",
    "systolic-ws:rows={n},cols={n},overlap=true",
    "systolic-is:rows={n},cols={n},overlap=true",
    "matrix-2d:rows={n},cols={n}",
    "adder-tree:k={n},n={n}",
    "cube:p={p}",
)
STREAM = 1000
"""Operand vectors per fold, where an engine streams any number."""
ROUNDS = 5


def specs(side: int) -> list[str]:
    """Every engine with about side * side PEs."""
    return [form.format(n=side, p=max(1, round(side ** (2 / 3)))) for form in PLANES]


def operands(engine: Engine) -> tuple[np.ndarray, np.ndarray]:
    """A product of two folds along every bounded side of a plane, and of enough of them in a cube."""
    limits = engine.limits
    streams = None in (limits.m, limits.n, limits.k)
    m, n, k = (STREAM if side is None else side * (2 if streams else 8) for side in (limits.m, limits.n, limits.k))
    rng = np.random.default_rng(1)
    return rng.integers(-128, 128, (m, k), dtype=np.int8), rng.integers(-128, 128, (k, n), dtype=np.int8)


def edge_seconds(engine: Engine) -> float:
    """CPU seconds of one edge of the stepped model."""
    a, b = operands(engine)
    start = time.process_time()
    edges = sum(1 for _ in engine.run(a, b))
    return (time.process_time() - start) / edges


def medians(engines: list[Engine]) -> dict[str, float]:
    """CPU seconds of an edge by spec: the median over rounds, each in a new order."""
    taken: dict[str, list[float]] = {engine.spec: [] for engine in engines}
    for round_number in range(ROUNDS):
        for engine in random.Random(round_number).sample(engines, len(engines)):
            taken[engine.spec].append(edge_seconds(engine))
    return {spec: statistics.median(seconds) for spec, seconds in taken.items()}


def simulated(engine: Engine, measure: Callable[[Engine, int, Path, int], float], edges: int) -> float | None:
    """CPU seconds of an edge in a Verilog simulator; None, with the reason printed, where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return measure(engine, 128, Path(folder), edges)
        except HwsimError as error:
            print(f"not measured: {error}")
            return None


def model_table(engines: list[Engine]) -> Iterator[str]:
    yield "| engine | PEs | us per edge | million PE-updates per CPU second |"
    yield "|---|---:|---:|---:|"
    seconds = medians(engines)
    for engine in engines:
        edge = seconds[engine.spec]
        yield f"| `{engine.spec}` | {engine.pe_count:,} | {edge * 1e6:.1f} | {engine.pe_count / edge / 1e6:,.0f} |"


def verilog_table(engines: list[Engine], with_icarus: bool) -> Iterator[str]:
    yield "| engine | model, us per edge | Icarus, us | Verilator, us | model is faster than Icarus | than Verilator |"
    yield "|---|---:|---:|---:|---:|---:|"
    for engine in engines:
        icarus = simulated(engine, icarus_edge_seconds, 20 + 20000 // engine.pe_count) if with_icarus else None
        verilator = simulated(engine, verilator_edge_seconds, 2000)
        model = medians([engine])[engine.spec]
        cells = [f"{s * 1e6:,.1f}" if s else "-" for s in (model, icarus, verilator)]
        ratios = [f"{s / model:,.2f} times" if s else "-" for s in (icarus, verilator)]
        yield f"| `{engine.spec}` | {' | '.join([*cells, *ratios])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", nargs="*", help="engines to measure; without any: all of them")
    parser.add_argument("--side", type=int, default=128, help="rows and columns of the stepped planes")
    parser.add_argument("--verilog-side", type=int, default=16, help="rows and columns of what simulators run too")
    parser.add_argument("--no-verilog", action="store_true", help="leave the Verilog simulators out")
    parser.add_argument("--no-icarus", action="store_true", help="leave Icarus out (hours beyond 64 x 64)")
    asked = parser.parse_args()
    for line in model_table([load_engine(spec) for spec in asked.spec or specs(asked.side)]):
        print(line, flush=True)
    if not asked.no_verilog:
        print()
        simulated_engines = [load_engine(spec) for spec in asked.spec or specs(asked.verilog_side)]
        for line in verilog_table(simulated_engines, not asked.no_icarus):
            print(line, flush=True)


if __name__ == "__main__":
    main()
