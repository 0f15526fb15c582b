"""Search beside random sampling at equal budgets: the hypervolume of what each found, over five seeds."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sweeps.evaluate import Evaluator
from sweeps.hypervolume import hypervolume
from sweeps.methods import method_of
from sweeps.point import Outcome
from sweeps.study import parse_study

GEMMS = Path(__file__).parent.parent / "examples" / "step_gemms.toml"
STUDY = f"""
[study]
name = "search"
question = "Which machine is fast, small, and needs little memory?"
workloads = ["{GEMMS}"]
[objectives]
total_cycles = "minimise"
pe_count = "minimise"
scratchpad_bytes = "minimise"
[machine]
scratchpad_a_bytes = {{from = 1024, to = 65536, factor = 2}}
scratchpad_b_bytes = {{from = 1024, to = 65536, factor = 2}}
scratchpad_c_bytes = {{from = 1024, to = 65536, factor = 2}}
[mapper]
plan_objective = ["dram_bytes", "latency"]
[[engine]]
array = ["systolic-os", "systolic-ws", "systolic-is", "matrix-2d"]
rows = {{from = 2, to = 64, step = 2}}
cols = {{from = 2, to = 64, step = 2}}
[[engine]]
array = "cube"
p = {{from = 2, to = 16, step = 1}}
[[engine]]
array = "adder-tree"
k = {{from = 2, to = 64, step = 2}}
n = {{from = 2, to = 64, step = 2}}
"""
METHODS = {
    "random": 'kind = "random"\nbudget = {budget}',
    "NSGA-II": 'kind = "search"\nbatch = 16\nsampler = "nsga2"\nbudget = {budget}',
    "TPE": 'kind = "search"\nbatch = 16\nsampler = "tpe"\nbudget = {budget}',
}
BUDGETS = (64, 128)
SEEDS = 5

Costs = NDArray[np.float64]


def run(method: str, budget: int, seed: int, evaluator: Evaluator, known: dict[str, Outcome]) -> Costs:
    """Logarithms of the costs of what the method proposed, without what failed."""
    study = parse_study(f"{STUDY}[method]\nseed = {seed}\n{METHODS[method].format(budget=budget)}\n", "benchmark")
    proposals = method_of(study).propose(study, evaluator.content_of)
    found, batch = [], next(proposals, None)
    while batch is not None:
        for point in batch:
            if point.digest not in known:
                known[point.digest] = evaluator.evaluate(point)
        outcomes = [known[point.digest] for point in batch]
        found += [[outcome.summary[name] for name in study.objectives] for outcome in outcomes if outcome.summary]
        try:
            batch = proposals.send(outcomes)
        except StopIteration:
            batch = None
    return np.log2(np.array(found, dtype=np.float64))


def main() -> None:
    evaluator, known = Evaluator(), dict[str, Outcome]()
    found: dict[tuple[str, int], list[Costs]] = {}
    for budget in BUDGETS:
        for method in METHODS:
            start = time.process_time()
            found[method, budget] = [run(method, budget, seed, evaluator, known) for seed in range(SEEDS)]
            print(f"{method}, {budget} designs: {time.process_time() - start:.0f} s of CPU", file=sys.stderr)
    every = np.vstack([costs for runs in found.values() for costs in runs])
    worst = every.max(axis=0)
    best = hypervolume(every, worst)
    print("| designs | method | hypervolume, mean of 5 seeds | least | most | failed |\n|---:|---|---:|---:|---:|---:|")
    for (method, budget), runs in found.items():
        shares = [hypervolume(costs, worst) / best for costs in runs]
        failed = np.mean([budget - len(costs) for costs in runs])
        row = f"{np.mean(shares):.3f} | {min(shares):.3f} | {max(shares):.3f} | {failed:.1f} |"
        print(f"| {budget} | {method} | {row}")


if __name__ == "__main__":
    main()
