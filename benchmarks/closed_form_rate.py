"""(design, layer) pairs per CPU second of closed forms on one core, and ZigZag's cost evaluations on the same GEMMs.

    python benchmarks/closed_form_rate.py [--designs 10000] [--zigzag PYTHON]

PYTHON is the interpreter of an environment with zigzag-dse and six (which it does not declare). Every number is the
median of several runs. A pair is one GEMM on one machine; ZigZag evaluates many loop orders of a pair and keeps the
best, so that both its evaluations and its pairs are given.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from hwsim.design_space import Family
from hwsim.engine import load_engine
from hwsim.gemm import Gemm, Shapes
from hwsim.workload.loader import load_workload

SPACES = (
    ("systolic-os", ("rows", "cols")),
    ("systolic-ws:mac=opt1,overlap=true", ("rows", "cols")),
    ("matrix-2d:drain=column", ("rows", "cols")),
    ("cube", ("p",)),
    ("adder-tree:k=32", ("n",)),
    ("lut:w_bits=2", ("m", "n")),
)
ROUNDS = 5


def gemms() -> list[Gemm]:
    """The distinct products of ResNet-50 and GPT-2 small at 1024 tokens."""
    networks = (load_workload("resnet50"), load_workload("gpt2-small:seq=1024"))
    products = [product.gemm for network in networks for _, product in network.products]
    return list(dict.fromkeys(Gemm(x.m, x.n, x.k, batch=x.batch) for x in products))


def family(text: str, names: tuple[str, ...], designs: int) -> Family:
    rng = np.random.default_rng(0)
    return Family(load_engine(text), {name: rng.integers(1, 257, designs) for name in names})


def rate(text: str, names: tuple[str, ...], designs: int, shapes: Shapes) -> float:
    space, seconds = family(text, names, designs), []
    for _ in range(ROUNDS):
        begin = time.process_time()
        found = space.cycles(shapes)
        seconds.append(time.process_time() - begin)
        assert found.shape == (designs, shapes.m.size)
    return designs * shapes.m.size / statistics.median(seconds)


def zigzag_rate(python: str, products: list[Gemm]) -> tuple[float, float]:
    """Evaluations and pairs per CPU second."""
    plain = [(x.m, x.n, x.k) for x in products if x.batch == 1]
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "gemms.json"
        asked.write_text(json.dumps(plain))
        driver = Path(__file__).with_name("zigzag_driver.py")
        done = subprocess.run([python, str(driver), str(asked)], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    return said["evaluations"] / said["cpu_seconds"], len(plain) / said["cpu_seconds"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--designs", type=int, default=10000)
    parser.add_argument("--zigzag", metavar="PYTHON")
    chosen = parser.parse_args()
    products = gemms()
    shapes = Shapes.of(*([getattr(x, side) for x in products] for side in ("m", "n", "k", "batch")))
    print(f"{len(products)} products on {chosen.designs} designs of each engine, million pairs per CPU second:")
    rates = {text: rate(text, names, chosen.designs, shapes) for text, names in SPACES}
    for text, found in rates.items():
        print(f"  {text:36} {found / 1e6:6.1f}")
    if chosen.zigzag:
        evaluations, pairs = zigzag_rate(chosen.zigzag, products)
        slowest = min(rates.values())
        print(f"ZigZag, tpu_like, on the {sum(x.batch == 1 for x in products)} of them without a batch:")
        print(f"  {evaluations:.0f} evaluations and {pairs:.2f} pairs per CPU second")
        print(f"  the slowest engine above: {slowest / evaluations:.0f} pairs for each of its evaluations")


if __name__ == "__main__":
    main()
