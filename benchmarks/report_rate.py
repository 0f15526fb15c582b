"""How long studies of many engines take, report included, and how large their pages are: CPU seconds, one process each.

Run it:  python benchmarks/report_rate.py [--points 10000 50000]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

STUDY = """[study]
name = "rate"
question = "How long does it take?"
workloads = ["gpt2-small:seq=1024"]
depth = "engine"

[objectives]
total_cycles = "minimise"
pe_count = "minimise"

[[engine]]
array = ["systolic-os", "systolic-ws"]
rows = {{from = 1, to = {rows}, step = 1}}
cols = {{from = 1, to = 100, step = 1}}
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, nargs="+", default=[10_000, 50_000], help="multiples of 200")
    for points in arguments.parse_args().points:
        with TemporaryDirectory() as folder:
            path, out = Path(folder) / "study.toml", Path(folder) / "out"
            path.write_text(STUDY.format(rows=points // 200))
            sweep = cpu_seconds("sweep", str(path), "--out", str(out))
            report = cpu_seconds("report", str(out))
            size = (out / "report.html").stat().st_size
        print(
            f"{points:,} points: sweep {sweep:.1f} s, report {report:.1f} s of CPU, page {size / 1e6:.1f} MB, "
            f"{size / points:.0f} bytes for each point"
        )


def cpu_seconds(*words: str) -> float:
    """User and system time of one `hwsim` command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", "from sweeps.cli import main; main()", *words], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
