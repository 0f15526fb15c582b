"""Whole-network compute cycles and CPU time: our closed form beside SCALE-Sim 3.0.0 on the same topology.

    python benchmarks/scalesim_resnet18.py Resnet18.csv [--side 32] [--dataflows os,ws,is] [--venv build/scalesim-venv]

SCALE-Sim gets a virtual environment of its own. One dataflow of ResNet-18 at 32 x 32 takes it minutes and up to 6 GB.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hwsim.engine import load_engine
from hwsim.gemm import Shapes
from hwsim.scalesim_counts import Dataflow, offset
from hwsim.workload.topology_csv import load_topology_csv

PACKAGES = ("scalesim==3.0.0", "numpy<2.4")
DRIVER = Path(__file__).with_name("scalesim_driver.py")
CALLS, REPEATS = 200, 25


@dataclass(frozen=True, slots=True)
class Row:
    """One dataflow: cycles of both, CPU seconds of both, and whether every layer agrees after the offset."""

    dataflow: Dataflow
    theirs_cycles: int
    ours_cycles: int
    offset_cycles: int
    equal_layers: int
    layers: int
    theirs_cpu_s: float
    ours_cpu_s: float
    theirs_peak_mb: float

    def markdown(self) -> str:
        equal = "yes" if self.equal_layers == self.layers else "NO"
        return (
            f"| {self.dataflow.name} | {self.theirs_cycles:,} | {self.ours_cycles:,} | {self.offset_cycles:,} "
            f"| {equal}, {self.equal_layers} of {self.layers} | {self.theirs_cpu_s:.0f} | {self.theirs_peak_mb:,.0f} "
            f"| {self.ours_cpu_s * 1e6:.1f} | {self.theirs_cpu_s / self.ours_cpu_s:.1e} |"
        )


HEADER = (
    "| dataflow | SCALE-Sim cycles | hwsim cycles | offset | equal after the offset, layers "
    "| SCALE-Sim CPU s | SCALE-Sim peak MB | hwsim CPU µs | CPU ratio |\n"
    "|---|---:|---:|---:|---|---:|---:|---:|---:|"
)


def scalesim_python(folder: Path) -> Path:
    """The interpreter of a virtual environment that has SCALE-Sim; made and filled at the first call."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    have = subprocess.run([python, "-c", "import scalesim"], capture_output=True, check=False)
    if have.returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def run_scalesim(python: Path, topology: Path, side: int, dataflow: Dataflow) -> dict[str, object]:
    command = [str(python), str(DRIVER), str(topology.resolve()), str(side), dataflow.value]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def shapes_of(topology: Path) -> Shapes:
    gemms = [product.gemm for _, product in load_topology_csv(topology).products]
    return Shapes.of(*([getattr(gemm, side) for gemm in gemms] for side in ("m", "n", "k", "batch")))


def compare(python: Path, topology: Path, side: int, dataflow: Dataflow) -> Row:
    shapes = shapes_of(topology)
    engine = load_engine(f"systolic-{dataflow.value}:rows={side},cols={side}")
    ours = np.asarray(engine.latency(shapes).expected)
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(CALLS):
            engine.latency(shapes)
        seconds.append((time.process_time() - start) / CALLS)
    answer = run_scalesim(python, topology, side, dataflow)
    theirs = np.add.reduceat(np.asarray(answer["layers"]), np.cumsum(shapes.batch) - shapes.batch)
    added = np.asarray(offset(shapes, dataflow, side, side))
    return Row(
        dataflow,
        int(theirs.sum()),
        int(ours.sum()),
        int(added.sum()),
        int((theirs + added == ours).sum()),
        len(ours),
        float(str(answer["cpu_s"])),
        statistics.median(seconds),
        float(str(answer["peak_mb"])),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topology", type=Path, help="SCALE-Sim's topologies/conv_nets/Resnet18.csv, or another")
    parser.add_argument("--side", type=int, default=32, help="rows and columns of the array")
    parser.add_argument("--dataflows", default="os,ws,is")
    parser.add_argument("--venv", type=Path, default=Path("build/scalesim-venv"))
    options = parser.parse_args()
    python = scalesim_python(options.venv)
    print(f"{options.topology.name} on {options.side} x {options.side} PEs\n\n{HEADER}", flush=True)
    unequal = 0
    for name in options.dataflows.split(","):
        row = compare(python, options.topology, options.side, Dataflow(name))
        print(row.markdown(), flush=True)
        unequal += row.layers - row.equal_layers
    return min(unequal, 1)


if __name__ == "__main__":
    sys.exit(main())
