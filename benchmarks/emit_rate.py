"""How long the Verilog of a 32 x 32 array takes: CPU seconds, files and text size of each engine."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from hwsim.engine import load_engine
from rtl.emission import emit

SPECS = (
    "systolic-os:rows={n},cols={n}",
    "systolic-os:rows={n},cols={n},drain=column",
    "systolic-ws:rows={n},cols={n},overlap=true",
    "systolic-is:rows={n},cols={n},overlap=true",
    "adder-tree:k={n},n={n}",
    "matrix-2d:rows={n},cols={n},drain=column",
    "cube:p={p}",
)


def measure(spec: str) -> tuple[float, int, int]:
    """CPU seconds of load and emission, files, bytes."""
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        files = emit(load_engine(spec), Path(folder))
        seconds = time.process_time() - start
        return seconds, len(files), sum(file.stat().st_size for file in files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=32, help="rows and columns of the plane arrays")
    side = parser.parse_args().side
    cube_side = round(side ** (2 / 3))  # about as many PEs as the plane arrays
    print(f"{'engine':50} {'CPU s':>7} {'files':>6} {'kB':>8}")
    for spec in (form.format(n=side, p=cube_side) for form in SPECS):
        seconds, files, size = measure(spec)
        print(f"{spec:50} {seconds:7.3f} {files:6} {size / 1000:8.1f}")


if __name__ == "__main__":
    main()
