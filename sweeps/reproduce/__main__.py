"""``make reproduce``: compute every system again and store the rows beside the code, where the package looks.

Systems may be named; all of them are computed otherwise. ``cosma`` maps 14 networks and takes many minutes.
"""

from __future__ import annotations

import sys

from sweeps.reproduce.cosma import runs
from sweeps.reproduce.registry import SYSTEMS, find_system
from sweeps.reproduce.stored import FOLDER, save
from sweeps.reproduce.system import compute

if __name__ == "__main__":
    for system in [find_system(name) for name in sys.argv[1:]] or SYSTEMS:
        if system.name == "cosma":
            runs.compute_all()
            runs.save()
        path = save(system.name, compute(system), FOLDER)
        sys.stdout.write(f"{path}: {system.size} rows\n")
