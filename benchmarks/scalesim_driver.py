"""Run SCALE-Sim on one topology and print its cycles, CPU time and memory as JSON (needs scalesim, not hwsim).

python scalesim_driver.py TOPOLOGY.csv SIDE os|ws|is
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """
[general]
run_name = run
[architecture_presets]
ArrayHeight = {side}
ArrayWidth = {side}
IfmapSramSzkB = 64
FilterSramSzkB = 64
OfmapSramSzkB = 64
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Bandwidth = 10
Dataflow = {dataflow}
ReadRequestBuffer = 32
WriteRequestBuffer = 32
[layout]
IfmapCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterCustomLayout = False
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = false
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
"""
"""Estimate-bandwidth mode: SCALE-Sim's own accounting without memory stalls."""


def run(topology: str, side: int, dataflow: str, folder: Path) -> list[int]:
    """Total cycles of each layer, as reported in COMPUTE_REPORT.csv."""
    from scalesim.scale_sim import scalesim

    config, layout = folder / "scale.cfg", folder / "layout.csv"
    config.write_text(CONFIG.format(side=side, dataflow=dataflow), encoding="utf-8")
    layout.write_text("Layer name,\n", encoding="utf-8")
    simulator = scalesim(save_disk_space=True, verbose=False, config=str(config), topology=topology, layout=str(layout))
    simulator.run_scale(top_path=str(folder))
    with (folder / "run" / "COMPUTE_REPORT.csv").open(encoding="utf-8", newline="") as report:
        return [int(float(row["Total Cycles"])) for row in csv.DictReader(report, skipinitialspace=True)]


def main() -> None:
    topology, side, dataflow = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        layers = run(topology, side, dataflow, Path(folder))
        cpu_s = time.process_time() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"layers": layers, "cpu_s": cpu_s, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
