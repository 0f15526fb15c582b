"""The file of stored costs, all libraries in one: ``results/synthesis.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import rtl
from hwsim.errors import SpecError
from sweeps.canonical import digest_of_files
from sweeps.reproduce.costs.libraries import LIBRARIES
from sweeps.reproduce.costs.shelf import Shelf

FILE = Path(__file__).parents[1] / "results" / "synthesis.json"
MADE_BY = "python -m sweeps.reproduce synthesis"

NETLISTS = ("bit_serial", "leaves", "engines", "synthesis", "netlist.py", "hierarchy.py", "emission.py")
"""What in ``rtl`` decides a figure."""


def load_shelves(file: Path = FILE) -> Mapping[str, Shelf]:
    """A shelf for each library, empty where nothing is stored; raises SpecError for a file that cannot be read."""
    stored = {}
    try:
        if file.exists():
            stored = json.loads(file.read_text("utf-8"))["libraries"]
        return {name: Shelf.of_record(name, stored[name]) if name in stored else Shelf(name) for name in LIBRARIES}
    except (OSError, KeyError, TypeError, ValueError):
        raise SpecError(f"{file}: no stored costs of synthesis; {MADE_BY} makes them") from None


@lru_cache(maxsize=1)
def stored_shelves() -> Mapping[str, Shelf]:
    """The package's own."""
    return load_shelves()


def save_shelves(shelves: Mapping[str, Shelf], file: Path = FILE) -> Path:
    """Write all that holds anything, one figure a line; returns the file."""
    libraries = {name: shelf.record() for name, shelf in shelves.items() if shelf.provenance}
    file.write_text(json.dumps({"format": 1, "libraries": libraries}, indent=1, allow_nan=False) + "\n", "utf-8")
    return file


def stale(shelf: Shelf) -> bool:
    """Whether leaves, engines or the way to cells have changed since."""
    return bool(shelf.provenance) and shelf.provenance["rtl"] != rtl_digest()


@lru_cache(maxsize=1)
def rtl_digest() -> str:
    """Digest of the code that turns an engine into cells and figures."""
    return digest_of_files(_sources())


def _sources() -> Iterator[tuple[str, Path]]:
    root = Path(rtl.__path__[0])
    for name in NETLISTS:
        below = root / name
        for path in sorted(below.rglob("*")) if below.is_dir() else [below]:
            if path.suffix in (".py", ".v"):
                yield path.relative_to(root).as_posix(), path
