"""CPU seconds of the network mapper: known optima, the networks that people designed, and a chain of 10,000 operators.

    python benchmarks/mapping.py [--rounds 3] [--only optima | designed | chain]

A line is the median of ``--rounds`` runs (of the chain and of the designed networks: of one), each limit beside it.
The packer's loop is compiled, or loaded from disk, before anything is timed, and its time printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hwsim.residency import Account, Buffer, MemoryGraph, Step, memory_graph
from hwsim.workload.loader import load_workload
from mapper.network import Mapped, MapSettings, Order, map_network
from mapper.packing import Method, Rectangle, pack
from mapper.residency.peak import least_peak
from sweeps.reproduce.cosma.cases import DESIGNED, Budget
from sweeps.reproduce.cosma.runs import BUDGETS

GRAPHS = Path(__file__).parents[1] / "tests" / "data" / "mapping"
SECONDS = 20.0
"""Limit given to the mapper, in its deterministic seconds."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """A mapping graph, or a network of the library, with the limit on its seconds. No budget: M_R; bytes where they
    are known from elsewhere."""

    workload: str
    limit_seconds: float
    budget_bytes: int | None = None
    bytes: int | None = None
    order: Order = Order.FREE


OPTIMA = (
    Optimum("nasnet2.json", 10, 827_904, 137_984),
    Optimum("nasnet3.json", 10, 862_336, 275_968),
    Optimum("randwire24.json", 10, 476_160, 501_760),
    Optimum("resnet18.json", 0.5, None, 0),
    Optimum("googlenet4.json", 0.5, None, 0),
    Optimum("densenet121.json", 1, 1_605_632, 1_404_928, Order.DEFAULT),
    Optimum("densenet121", 1),
)
MEAN_LIMIT, WORST_LIMIT = 1.0, 20.0
"""Seconds, over the designed networks."""
OPERATORS = 10_000
CHAIN_SECONDS, CHAIN_MB = 60.0, 2_000.0


def warm() -> float:
    """CPU seconds to compile the exact packer's loop, or to load it."""
    start = time.process_time()
    pack([Rectangle(str(k), k % 3, k % 3 + 2, k + 1) for k in range(6)], 24, method=Method.EXACT)
    return time.process_time() - start


def verdict(mapped: Mapped) -> str:
    """Status, with the gap if there is one. Every plan here has been walked by the check of ``map_network``."""
    if mapped.plan is None or mapped.objective_bytes == mapped.bound_bytes:
        return mapped.status.value
    return f"{mapped.status.value}, bound {mapped.bound_bytes:,}"


def optimum_line(case: Optimum, rounds: int) -> str:
    found = GRAPHS / case.workload
    graph = memory_graph(load_workload(str(found) if found.suffix else case.workload))
    budget = case.budget_bytes or graph.least_budget
    runs = [map_network(graph, budget, MapSettings(case.order, SECONDS)) for _ in range(rounds)]
    mapped, taken = runs[0], statistics.median(run.solve_seconds for run in runs)
    status = verdict(mapped) if case.bytes in (None, mapped.objective_bytes) else f"WRONG, known are {case.bytes:,}"
    return (
        f"| {case.workload} | {case.order.value} | {budget:,} | {mapped.objective_bytes:,} | {status} "
        f"| {taken:.3f} | {case.limit_seconds} | {case.limit_seconds / taken:.1f} |"
    )


def optima(rounds: int) -> Iterator[str]:
    yield "| graph | order | budget, B | bytes moved | status | CPU s | limit, s | limit / ours |"
    yield "|---|---|---:|---:|---|---:|---:|---:|"
    for case in OPTIMA:
        yield optimum_line(case, rounds)


def designed() -> Iterator[str]:
    """Seconds at M_R, M_H and M_P, with the search for M_P in each; then mean and worst."""
    yield "| network | parameters | steps | M_R, s | M_H, s | M_P, s | not proven |"
    yield "|---|---|---:|---:|---:|---:|---|"
    seconds: dict[str, float] = {}
    for name in DESIGNED:
        for parameters in (False, True):
            graph = memory_graph(load_workload(name), Account(parameters=parameters))
            peak = least_peak(graph).peak_bytes
            settings = MapSettings(seconds=SECONDS)
            runs = {b: map_network(graph, BUDGETS[b](graph.least_budget, peak), settings) for b in Budget}
            seconds.update({f"{name}, {parameters}, {b.value}": run.solve_seconds for b, run in runs.items()})
            cells = " | ".join(f"{run.solve_seconds:.2f}" for run in runs.values())
            open_ = "; ".join(f"{b.value}: {_gap(run)}" for b, run in runs.items() if not _proven(run))
            yield f"| {name} | {'yes' if parameters else 'no'} | {len(graph.steps)} | {cells} | {open_} |"
    yield ""
    yield from _summary(list(seconds.values()))


def _proven(run: Mapped) -> bool:
    return run.objective_bytes == run.bound_bytes


def _gap(run: Mapped) -> str:
    return "no plan" if run.objective_bytes is None else f"{run.objective_bytes:,} B, bound {run.bound_bytes:,}"


def _summary(seconds: list[float]) -> Iterator[str]:
    mean, worst = statistics.fmean(seconds), max(seconds)
    yield f"| of {len(seconds)} solves | CPU s | limit, s | limit / ours |"
    yield "|---|---:|---:|---:|"
    yield f"| mean | {mean:.2f} | {MEAN_LIMIT:.0f} | {MEAN_LIMIT / mean:.1f} |"
    yield f"| worst | {worst:.2f} | {WORST_LIMIT:.0f} | {WORST_LIMIT / worst:.1f} |"


def chain(operators: int, kinds: int) -> MemoryGraph:
    """Residual blocks of five operators: two branches that widen, narrow, and meet. ``kinds`` pairs of widths in turn.

    The wide steps fill the least budget, and the other branch's result does not fit beside them.
    """
    random = Random(1)
    widths = [(64 * random.randint(8, 24), 64 * random.randint(8, 24)) for _ in range(kinds)]
    steps, sizes = [Step("stem", (), ("x0",))], {"x0": 1024}
    for k in range((operators - 1) // 5):
        x, joined, ends = f"x{k}", f"x{k + 1}", []
        for side, width in zip("ab", widths[k % kinds], strict=True):
            wide, narrow = f"{side}wide{k}", f"{side}narrow{k}"
            sizes |= {wide: 3 * width + 1024, narrow: width}
            steps += [Step(wide, (x,), (wide,)), Step(narrow, (wide,), (narrow,))]
            ends.append(narrow)
        sizes[joined] = 1024
        steps.append(Step(f"join{k}", tuple(ends), (joined,)))
    return MemoryGraph("chain", tuple(steps), {name: Buffer(name, size) for name, size in sizes.items()})


def chain_run(kinds: int) -> None:
    """What the child process does: make the chain, map it at M_R, print the answer as JSON."""
    warm()
    start = time.process_time()
    graph = chain(OPERATORS, kinds)
    made = time.process_time() - start
    mapped = map_network(graph, graph.least_budget, MapSettings(seconds=SECONDS))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = [len(graph.steps), mapped.least_budget, mapped.peak.peak_bytes, mapped.objective_bytes]
    print(json.dumps([*sizes, verdict(mapped), made + mapped.solve_seconds, peak_mb]))


def chains() -> Iterator[str]:
    """Each in a process of its own, so that the peak of memory is its own."""
    yield "| kinds of blocks | steps | M_R | M_P | bytes moved | status | CPU s | limit / ours | peak MB | limit / ours |"
    yield "|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|"
    for kinds in (5, OPERATORS):
        command = [sys.executable, __file__, "--chain-run", str(kinds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        steps, least, peak, moved, status, seconds, mb = json.loads(done.stdout)
        ratios = f"{seconds:.1f} | {CHAIN_SECONDS / seconds:.1f} | {mb:.0f} | {CHAIN_MB / mb:.1f}"
        yield f"| {kinds} | {steps:,} | {least:,} | {peak:,} | {moved:,} | {status} | {ratios} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("optima", "designed", "chain"))
    parser.add_argument("--chain-run", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.chain_run:
        return chain_run(asked.chain_run)
    print(f"compiling the packer's loop or loading it: {warm():.1f} CPU s")
    tables = {"optima": lambda: optima(asked.rounds), "designed": designed, "chain": chains}
    for name, table in tables.items():
        if asked.only in (None, name):
            print()
            for line in table():
                print(line, flush=True)


if __name__ == "__main__":
    main()
