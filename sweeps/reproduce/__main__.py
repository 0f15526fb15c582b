"""``make reproduce``: compute every system again and store the rows beside the code, where the package looks."""

from __future__ import annotations

import sys

from sweeps.reproduce.registry import SYSTEMS
from sweeps.reproduce.stored import FOLDER, save
from sweeps.reproduce.system import compute

if __name__ == "__main__":
    for system in SYSTEMS:
        path = save(system.name, compute(system), FOLDER)
        sys.stdout.write(f"{path}: {system.size} rows\n")
