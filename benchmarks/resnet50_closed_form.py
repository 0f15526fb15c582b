"""CPU time and memory of a whole answer: import, read ResNet-50 from ONNX, plan it, simulate it in closed form.

    python benchmarks/resnet50_closed_form.py [--engine systolic-os:rows=32,cols=32] [--machine edge] [--rounds 5]

Each round is a fresh process; CPU seconds count from after the interpreter's start. Medians are printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

ROUND = """
import json, resource, sys, time
marks = [time.process_time()]
import hwsim, mapper
marks.append(time.process_time())
workload = hwsim.load_workload("resnet50")
marks.append(time.process_time())
machine = hwsim.load_machine(sys.argv[2], hwsim.load_engine(sys.argv[1]))
program = mapper.plan(workload, machine)
marks.append(time.process_time())
report = hwsim.simulate(workload, machine, program)
marks.append(time.process_time())
peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
stages = [after - before for before, after in zip(marks, marks[1:])]
print(json.dumps([*stages, marks[-1] - marks[0], peak_mb, len(report.layers), report.total_cycles]))
"""
STAGES = ("import hwsim, mapper", "read the ONNX graph", "plan", "simulate", "all")


def one_round(engine: str, machine: str) -> list[float]:
    """Stage times in CPU seconds, their sum, peak MB, layers and total cycles."""
    done = subprocess.run([sys.executable, "-c", ROUND, engine, machine], capture_output=True, text=True, check=True)
    figures: list[float] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="systolic-os:rows=32,cols=32")
    parser.add_argument("--machine", default="edge")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rounds = [one_round(given.engine, given.machine) for _ in range(given.rounds)]
    *times, peak_mb, layers, cycles = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"{given.engine} on {given.machine}: {layers:.0f} products, {cycles:,.0f} cycles")
    for stage, seconds in zip(STAGES, times, strict=True):
        print(f"{stage:22} {seconds:6.3f} s CPU")
    print(f"{'peak memory':22} {peak_mb:6.0f} MB")


if __name__ == "__main__":
    main()
