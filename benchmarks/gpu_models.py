"""CPU time of the tile model: one layer, a whole model, a sweep over batches, and the claims that ask it.

    python benchmarks/gpu_models.py [--rounds 11]

Everything that a question needs is inside the time: reading the description, making the network, planning its kernels,
timing them with and without tables. Calls take turns in shuffled order in one process after one that is not counted;
medians are printed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable

from hwsim.gpu import load_gpu, run_llm
from hwsim.workload.llm.run import Phase
from sweeps.reproduce.lut import LUT
from sweeps.reproduce.lut.kernels import time_of
from sweeps.reproduce.lut.quantisation import errors
from sweeps.reproduce.lut.table_one import run
from sweeps.reproduce.system import compute

GPU = "a100:unit=lut,times=4,w_bits=2,a=int8"
MODEL = "llama2-70b:seq=4096"
BATCHES = range(1, 33)


def claims() -> object:
    """All rows of the reproduction, nothing remembered."""
    for remembered in (run, time_of, errors):
        remembered.cache_clear()
    return compute(LUT)


CALLS: dict[str, Callable[[], object]] = {
    "one layer, prefill of 4,096 tokens": lambda: run_llm(f"{MODEL},layers=1,logits=none", load_gpu(GPU)),
    "80 layers and head, prefill": lambda: run_llm(MODEL, load_gpu(GPU)),
    f"80 layers and head, decode at {len(BATCHES)} batches": lambda: run_llm(
        MODEL, load_gpu(GPU), None, BATCHES, Phase.DECODE
    ),
    f"the {LUT.size} claims of `hwsim reproduce lut`": claims,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    order, taken = random.Random(0), {name: list[float]() for name in CALLS}
    for call in CALLS.values():
        call()
    for _ in range(rounds):
        for name in order.sample(list(CALLS), len(CALLS)):
            start = time.process_time()
            CALLS[name]()
            taken[name].append(time.process_time() - start)
    print("| Llama 2 70B on A100 with LUT arrays | CPU ms |\n|---|---:|")
    for name, column in taken.items():
        print(f"| {name} | {1e3 * statistics.median(column):,.1f} |")


if __name__ == "__main__":
    main()
