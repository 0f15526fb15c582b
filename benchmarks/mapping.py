"""CPU seconds of the network mapper: known optima, the networks that people designed, and a chain of 10,000 operators.

    python benchmarks/mapping.py [--rounds 3] [--only TABLE ...]

Every solve is the median of ``--rounds`` runs where the first took less than a second, else of that one; the limit
stands beside it. The packer's loop is compiled, or loaded from disk, before anything is timed. Every plan has been
walked by the check.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
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
BLOCKS = 2_000
BLOCK_BYTES = 1024
CHAINS = {
    "5 kinds of blocks": (5, False),
    "all blocks differ": (BLOCKS, False),
    "5 kinds, read from the first step": (5, True),
    "all differ, read from the first step": (BLOCKS, True),
}
"""Kinds, and whether what the first step made is read along the whole chain."""
CHAIN_SECONDS, CHAIN_MB = 60.0, 2_000.0


def warm() -> float:
    """CPU seconds to compile the exact packer's loop, or to load it."""
    start = time.process_time()
    pack([Rectangle(str(k), k % 3, k % 3 + 2, k + 1) for k in range(6)], 24, method=Method.EXACT)
    return time.process_time() - start


def timed(graph: MemoryGraph, budget_bytes: int, order: Order, rounds: int) -> tuple[Mapped, float]:
    """The answer and its seconds; a slow one is asked once."""
    settings = MapSettings(order, seconds=SECONDS)
    mapped = map_network(graph, budget_bytes, settings)
    taken = [mapped.solve_seconds]
    if taken[0] < 1:
        taken += [map_network(graph, budget_bytes, settings).solve_seconds for _ in range(rounds - 1)]
    return mapped, statistics.median(taken)


def proven(mapped: Mapped) -> bool:
    return mapped.objective_bytes == mapped.bound_bytes


def verdict(mapped: Mapped) -> str:
    """Status, with the bound if it is not met."""
    if mapped.plan is None or proven(mapped):
        return mapped.status.value
    return f"{mapped.status.value}, bound {mapped.bound_bytes:,}"


def optimum_line(case: Optimum, rounds: int) -> str:
    found = GRAPHS / case.workload
    graph = memory_graph(load_workload(str(found) if found.suffix else case.workload))
    budget = case.budget_bytes or graph.least_budget
    mapped, taken = timed(graph, budget, case.order, rounds)
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


def designed(rounds: int) -> Iterator[str]:
    """Seconds at M_R, M_H and M_P, each with the search for M_P; then mean and worst."""
    yield "| network | parameters | steps | M_R, CPU s | M_H, CPU s | M_P, CPU s | not proven |"
    yield "|---|---|---:|---:|---:|---:|---|"
    seconds: dict[str, list[float]] = {name: [] for name in DESIGNED}
    for name, parameters in product(DESIGNED, (False, True)):
        graph = memory_graph(load_workload(name), Account(parameters=parameters))
        peak = least_peak(graph).peak_bytes
        runs = {b: timed(graph, BUDGETS[b](graph.least_budget, peak), Order.FREE, rounds) for b in Budget}
        seconds[name] += [taken for _, taken in runs.values()]
        cells = " | ".join(f"{taken:.3f}" for _, taken in runs.values())
        left = "; ".join(f"{b.value}: {_gap(mapped)}" for b, (mapped, _) in runs.items() if not proven(mapped))
        yield f"| {name} | {'yes' if parameters else 'no'} | {len(graph.steps)} | {cells} | {left} |"
    yield ""
    yield from _summary(seconds)


def _gap(run: Mapped) -> str:
    return "no plan" if run.objective_bytes is None else f"{run.objective_bytes:,} B, bound {run.bound_bytes:,}"


def _summary(by_network: dict[str, list[float]]) -> Iterator[str]:
    """Mean and worst of all solves, and of those without the slowest network."""
    slowest = max(by_network, key=lambda name: sum(by_network[name]))
    every = [taken for times in by_network.values() for taken in times]
    others = [taken for name, times in by_network.items() for taken in times if name != slowest]
    yield "| solves | | CPU s | limit, s | limit / ours |"
    yield "|---|---|---:|---:|---:|"
    for text, seconds in ((f"all {len(every)}", every), (f"{len(others)}, without {slowest}", others)):
        for kind, taken, limit in (
            ("mean", statistics.fmean(seconds), MEAN_LIMIT),
            ("worst", max(seconds), WORST_LIMIT),
        ):
            yield f"| {text} | {kind} | {taken:.3f} | {limit:.0f} | {limit / taken:.1f} |"


def chain(blocks: int, kinds: int, skips: bool) -> MemoryGraph:
    """A stem and residual blocks of five operators: two branches that widen, narrow, and meet. ``kinds`` pairs of
    widths in turn.

    Each narrowing step fills the least budget, and no wide tensor fits beside the input and the other branch's result.
    With ``skips`` every tenth block reads what the first step made, too, so that it is needed from end to end.
    """
    random = Random(1)
    widths = [[random.randrange(BLOCK_BYTES, 2 * BLOCK_BYTES) for _ in "ab"] for _ in range(kinds)]
    sizes = {"x0": BLOCK_BYTES} | ({"early": BLOCK_BYTES // 2} if skips else {})
    steps = [Step("stem", (), tuple(sizes))]
    for k in range(blocks):
        ends = []
        for side, width in zip("ab", widths[k % kinds], strict=True):
            wide, narrow = f"{side}wide{k}", f"{side}narrow{k}"
            sizes |= {wide: 8 * BLOCK_BYTES - width, narrow: width}
            steps += [Step(wide, (f"x{k}",), (wide,)), Step(narrow, (wide,), (narrow,))]
            ends.append(narrow)
        sizes[f"x{k + 1}"] = BLOCK_BYTES
        early = ("early",) if skips and k % 10 == 9 else ()
        steps.append(Step(f"join{k}", (*ends, *early), (f"x{k + 1}",)))
    return MemoryGraph("chain", tuple(steps), {name: Buffer(name, size) for name, size in sizes.items()})


def chain_run(kinds: int, skips: bool) -> None:
    """What the child process does: make the chain, map it at M_R, print the answer as JSON."""
    warm()
    start = time.process_time()
    graph = chain(BLOCKS, kinds, skips)
    made = time.process_time() - start
    mapped = map_network(graph, graph.least_budget, MapSettings(seconds=SECONDS))
    # not getrusage: there a child begins with the peak of the process that started it
    peak_mb = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    sizes = [len(graph.steps), mapped.least_budget, mapped.peak.peak_bytes, mapped.objective_bytes]
    print(json.dumps([*sizes, verdict(mapped), made + mapped.solve_seconds, peak_mb]))


def chains() -> Iterator[str]:
    """Each in a process of its own, so that the peak of memory is its own."""
    yield "| chain | steps | M_R | M_P | bytes moved | status | CPU s | limit / ours | peak MB | limit / ours |"
    yield "|---|---:|---:|---:|---:|---|---:|---:|---:|---:|"
    for name in CHAINS:
        command = [sys.executable, __file__, "--chain-run", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        steps, least, peak, moved, status, seconds, mb = json.loads(done.stdout)
        ratios = f"{seconds:.1f} | {CHAIN_SECONDS / seconds:.1f} | {mb:.0f} | {CHAIN_MB / mb:.1f}"
        yield f"| {name} | {steps:,} | {least:,} | {peak:,} | {moved:,} | {status} | {ratios} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=("optima", "designed", "chain"), help="without: all")
    parser.add_argument("--chain-run", choices=CHAINS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.chain_run:
        chain_run(*CHAINS[asked.chain_run])
        return
    print(f"compiling the packer's loop or loading it: {warm():.1f} CPU s")
    tables = {"optima": lambda: optima(asked.rounds), "designed": lambda: designed(asked.rounds), "chain": chains}
    for name, table in tables.items():
        if asked.only is None or name in asked.only:
            print()
            for line in table():
                print(line, flush=True)


if __name__ == "__main__":
    main()
