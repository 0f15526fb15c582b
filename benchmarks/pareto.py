"""Time of Pareto fronts of 50,000 points and 4 objectives: random points, clouds, and everything on the front."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from sweeps.pareto import front

POINTS, OBJECTIVES, ROUNDS = 50_000, 4, 5
Costs = NDArray[np.float64]


def tables(rng: np.random.Generator) -> dict[str, Costs]:
    uniform = rng.random((POINTS, OBJECTIVES))
    simplex = rng.exponential(size=(POINTS, OBJECTIVES))
    sphere = np.abs(rng.standard_normal((POINTS, OBJECTIVES)))
    return {
        "uniform": uniform,
        "correlated": uniform[:, :1] + 0.1 * rng.random((POINTS, OBJECTIVES)),
        "few values": rng.integers(0, 30, (POINTS, OBJECTIVES)).astype(np.float64),
        "plane, all on the front": simplex / simplex.sum(axis=1, keepdims=True),
        "sphere towards the origin, all on the front": -sphere / np.linalg.norm(sphere, axis=1, keepdims=True),
        "in order, one on the front": np.repeat(np.arange(POINTS, dtype=np.float64)[:, None], OBJECTIVES, axis=1),
    }


def main() -> None:
    print("| points | on the front | CPU s, median of 5 |\n|---|---:|---:|")
    for name, costs in tables(np.random.default_rng(0)).items():
        seconds = []
        for _ in range(ROUNDS):
            start = time.process_time()
            mask = front(costs)
            seconds.append(time.process_time() - start)
        print(f"| {name} | {int(mask.sum()):,} | {np.median(seconds):.2f} |", flush=True)


if __name__ == "__main__":
    main()
