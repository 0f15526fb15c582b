"""``make reproduce``: compute every system again and store the rows beside the code, where the package looks.

Systems may be named; all of them are computed otherwise. ``cosma`` maps 14 networks and takes many minutes.
``synthesis``, with libraries as ``hwsim reproduce --liberty`` takes them (none: the default one), makes the costs that
claims rest on and stores them; what the user's cache holds is not made again. ``areas`` in the place of ``synthesis``
leaves energies as they are stored, if they are of the same netlists.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sweeps.reproduce.cosma import runs
from sweeps.reproduce.costing import ask_all
from sweeps.reproduce.costs.libraries import DEFAULT, read_libraries
from sweeps.reproduce.costs.making import make_shelves
from sweeps.reproduce.costs.stored_costs import load_shelves, save_shelves
from sweeps.reproduce.registry import SYSTEMS, find_system
from sweeps.reproduce.stored import FOLDER, save
from sweeps.reproduce.system import compute


def store_costs(libraries: Sequence[str], energies: bool) -> None:
    """Make the costs in some libraries, and keep those that are stored in others; the file is written whenever a
    library's areas are there, and again with its energies."""
    for shelf in make_shelves(read_libraries(libraries or [DEFAULT]), ask_all, energies):
        stored = load_shelves()
        shelf.keep_energies(stored[shelf.library])
        path = save_shelves({**stored, shelf.library: shelf})
        found = f"{len(shelf.leaves)} leaves, {len(shelf.engines)} engines, {len(shelf.energies)} energies"
        sys.stdout.write(f"{path}: {shelf.library}, {found}\n")
        sys.stdout.flush()


def store_rows(names: Sequence[str]) -> None:
    for system in [find_system(name) for name in names] or SYSTEMS:
        if system.name == "cosma":
            runs.compute_all()
            runs.save()
        path = save(system.name, compute(system), FOLDER)
        sys.stdout.write(f"{path}: {system.size} rows\n")


if __name__ == "__main__":
    if sys.argv[1:2] in (["synthesis"], ["areas"]):
        store_costs(sys.argv[2:], energies=sys.argv[1] == "synthesis")
    else:
        store_rows(sys.argv[1:])
