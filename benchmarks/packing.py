"""CPU time of the exact packer on the MiniMalloc inputs, beside what the C++ program took on such a machine.

    python benchmarks/packing.py FOLDER [--rounds 3]

FOLDER holds ``A.1048576.csv`` and so on from github.com/google/minimalloc (``benchmarks/challenging``); the capacity
stands in the name. Packings are checked pair by pair. The compilation is timed apart, on the input of the first file.
Each input is packed with time reversed too: as hard in itself, but the search takes another way, which shows its luck.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mapper.packing import Limit, Method, Packing, Rectangle, load_rectangles, pack

CPP_SECONDS = {"A": 10.2, "C": 1.6, "E": 8.9, "G": 3.2, "I": 9.5, "K": 1.7}
"""MiniMalloc (C++, its defaults) on 2 shared cores like ours; stored, not run here."""
PUBLISHED_SECONDS = {"A": 4.910, "C": 0.637, "E": 3.717, "G": 1.181, "I": 3.908, "K": 0.628}
"""The authors' own, from the slides in their repository."""


def overlaps(rectangles: Sequence[Rectangle], offsets: Mapping[str, int]) -> int:
    """Pairs that overlap in time and space."""
    return sum(
        a.meets(b)
        and offsets[a.name] < offsets[b.name] + b.size_bytes
        and offsets[b.name] < offsets[a.name] + a.size_bytes
        for k, a in enumerate(rectangles)
        for b in rectangles[:k]
    )


def timed(rectangles: Sequence[Rectangle], capacity: int) -> tuple[float, Packing]:
    start = time.process_time()
    answer = pack(rectangles, capacity, method=Method.EXACT, limit=Limit())
    return time.process_time() - start, answer


def median(rectangles: Sequence[Rectangle], capacity: int, rounds: int) -> tuple[float, Packing]:
    runs = [timed(rectangles, capacity) for _ in range(rounds)]
    return statistics.median(seconds for seconds, _ in runs), runs[0][1]


def line(path: Path, rounds: int) -> str:
    """One row of the table: the median of ``rounds``."""
    name, capacity = path.name.split(".")[0], int(path.name.split(".")[1])
    rectangles = load_rectangles(path)
    taken, answer = median(rectangles, capacity, rounds)
    backwards, _ = median([replace(r, lower=-r.upper, upper=-r.lower) for r in rectangles], capacity, rounds)
    good = answer.offsets is not None and overlaps(rectangles, answer.offsets) == 0
    cpp, published = CPP_SECONDS.get(name), PUBLISHED_SECONDS.get(name)
    ratios = " | ".join(f"{other:.1f} | {other / taken:.1f}" if other else "- | -" for other in (cpp, published))
    status = answer.status.value if good or answer.offsets is None else "WRONG"
    return f"| {name} | {len(rectangles)} | {status} | {answer.nodes:,} | {taken:.3f} | {backwards:.3f} | {ratios} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    paths = sorted(options.folder.glob("[A-K].*.csv"))
    if not paths:
        print(f"{options.folder} holds no MiniMalloc inputs (A.1048576.csv and so on)", file=sys.stderr)
        return 2
    first = load_rectangles(paths[0])
    print(f"compiling or loading from disk, and {paths[0].name} once: {timed(first, 1 << 20)[0]:.1f} CPU s\n")
    print(
        "| input | buffers | status | nodes | CPU s | reversed, CPU s "
        "| C++ here, s | times ours | C++ published, s | times ours |"
    )
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for path in paths:
        print(line(path, options.rounds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
