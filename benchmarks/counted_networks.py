"""CPU time and memory to count whole networks on sparse columns, every operand drawn and every digit counted.

    python benchmarks/counted_networks.py [--rounds 3]

Each line is a fresh process that reads the network, plans its tilings, draws synthetic operands and simulates at depth
`count`; the closed form of the same is beside it. Medians of ``--rounds`` runs; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

CASES = [
    ("resnet50", "bitslice:columns=32,rows=32,mac=opt4c"),
    ("resnet50", "bitslice:columns=32,rows=32,mac=opt4e"),
    ("gpt2-small:seq=1024", "bitslice:columns=32,rows=32,mac=opt4c"),
    ("gpt2-small:seq=1024", "bitslice:columns=32,rows=32,mac=opt4e"),
]

CODE = """
import re, sys, time
from pathlib import Path

workload_name, engine_name, depth = sys.argv[1:]
start = time.process_time()
import hwsim, mapper

workload, engine = hwsim.load_workload(workload_name), hwsim.load_engine(engine_name)
machine = hwsim.load_machine(None, engine)
report = hwsim.simulate(workload, machine, mapper.plan(workload, machine), hwsim.Depth(depth))
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(time.process_time() - start, peak / 1024, report.total_cycles)
"""


def measured(workload: str, engine: str, depth: str, rounds: int) -> tuple[float, float, int]:
    """CPU seconds, peak MB and cycles."""
    runs = []
    for _ in range(rounds):
        command = [sys.executable, "-c", CODE, workload, engine, depth]
        runs.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    seconds, peaks, cycles = zip(*runs, strict=True)
    return statistics.median(map(float, seconds)), statistics.median(map(float, peaks)), int(cycles[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print("| network | engine | closed form, CPU s | counted, CPU s | peak MB | cycles expected | cycles counted |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for workload, engine in CASES:
        closed, _, expected = measured(workload, engine, "closed", rounds)
        counted, peak, cycles = measured(workload, engine, "count", rounds)
        print(f"| {workload} | `{engine}` | {closed:.1f} | {counted:.1f} | {peak:.0f} | {expected:,} | {cycles:,} |")


if __name__ == "__main__":
    main()
