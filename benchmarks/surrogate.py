"""How well a surrogate predicts counted cycles of sparse columns from closed forms: errors on points held back."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from sweeps.design import DesignSpace
from sweeps.evaluate import Evaluator
from sweeps.study import parse_study
from sweeps.surrogate.learning import held_back, learn

GEMMS = Path(__file__).parent.parent / "examples" / "step_gemms.toml"
STUDY = f"""
[study]
name = "surrogate"
question = "How many cycles do sparse columns need for real operands?"
workloads = ["{GEMMS}"]
depth = "count"
[objectives]
total_cycles = "minimise"
[machine]
dram_gb_per_s = [3.2, 25.6]
[[engine]]
array = "bitslice"
mac = ["opt3", "opt4c", "opt4e"]
columns = [4, 8, 16]
rows = [4, 8, 16, 32]
encoding = ["ent", "booth", "naf"]
barrier = ["k", "bw", "bank"]
chain = [1, 4]
"""
POINTS = 160
SEEDS = 3


def main() -> None:
    study, evaluator = parse_study(STUDY, "benchmark"), Evaluator()
    space = DesignSpace(study)
    for seed in range(SEEDS):
        start = time.process_time()
        rng = Random(seed)
        points = []
        while len(points) < POINTS:
            design = space.at(rng.randrange(space.size))
            points += [] if design is None else space.points_of(design, evaluator.content_of)
        costly = [evaluator.evaluate(point) for point in points]
        middle = time.process_time()
        closed = [evaluator.evaluate(replace(point, depth="closed")) for point in points]
        end = time.process_time()
        ran = [i for i in range(POINTS) if costly[i].summary and closed[i].summary]
        cheap = {i: {**points[i].values, **closed[i].summary} for i in ran}
        truth = {i: costly[i].summary["total_cycles"] for i in ran}
        print(f"seed {seed}: count {middle - start:.1f} s, closed {end - middle:.1f} s, {len(ran)} of {POINTS} ran")
        for learned in (24, 48, 80):
            seen, rest = ran[:learned], ran[learned:]
            surrogate = learn("total_cycles", [cheap[i] for i in seen], [truth[i] for i in seen])
            print(f"  {held_back(surrogate, [cheap[i] for i in rest], [truth[i] for i in rest])}")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
