"""Rows that were computed before, one file per system in ``results``, and the code that they were computed with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import hwsim
import mapper
from hwsim.errors import SpecError
from sweeps.canonical import digest_of_files
from sweeps.reproduce.costs.stored_costs import FILE
from sweeps.reproduce.verdict import Row

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Stored:
    """``rows`` of the system called ``system``, and the digest of the code and inputs that they came from."""

    system: str
    digest: str
    rows: tuple[Row, ...]

    @property
    def stale(self) -> bool:
        """Whether code or claims have changed since."""
        return self.digest != code_digest(self.system)


READS: Mapping[str, tuple[str, ...]] = {
    "cosma": ("hwsim/workload", "hwsim/residency", "hwsim/vector_unit.py", "mapper/residency", "mapper/packing",
              "mapper/baselines", "mapper/formulation", "mapper/network.py", "mapper/solver.py"),
}  # fmt: skip
"""What decides the rows of a system beside its claims; all of hwsim where nothing is said."""

COSTED = ("bitweight", "lut")
"""Systems with claims that stored costs answer."""


@lru_cache
def code_digest(system: str) -> str:
    """Digest of everything that decides a row: the models and their data, and the claims with their tolerances."""
    return digest_of_files(_sources(system))


def _sources(system: str) -> Iterator[tuple[str, Path]]:
    here = Path(__file__).parent
    roots = {"hwsim": Path(hwsim.__path__[0]), "mapper": Path(mapper.__path__[0])}
    for read in READS.get(system, ("hwsim",)):
        package, _, inside = read.partition("/")
        yield from _files(package, roots[package], roots[package] / inside)
    yield from _files(here.name, here, here / system)
    if system in COSTED:
        yield from _files(here.name, here, here / "costs")
        yield f"{here.name}/results/{FILE.name}", FILE
    yield from ((f"{here.name}/{path.name}", path) for path in sorted(here.glob("*.py")))


def _files(name: str, root: Path, below: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(below.rglob("*")) if below.is_dir() else [below]:
        if path.suffix in (".py", ".toml"):
            yield f"{name}/{path.relative_to(root).as_posix()}", path


def load(system: str, folder: Path = FOLDER) -> Stored:
    """What is stored of a system; raises SpecError if nothing is, or if it cannot be read."""
    path = folder / f"{system}.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        return Stored(found["system"], found["digest"], tuple(Row.of_record(record) for record in found["rows"]))
    except FileNotFoundError:
        raise SpecError(f"no results of {system} are stored; --fresh computes them") from None
    except (KeyError, TypeError, ValueError):
        raise SpecError(f"{path}: no stored results of {system}; --fresh computes them") from None


def save(system: str, rows: Sequence[Row], folder: Path) -> Path:
    """Write the rows, one a line, as computed by the code that runs now; returns the file."""
    path = folder / f"{system}.json"
    head = {"system": system, "digest": code_digest(system)}
    lines = ",\n".join(json.dumps(row.record(), ensure_ascii=False, allow_nan=False) for row in rows)
    path.write_text(f'{json.dumps(head)[:-1]}, "rows": [\n{lines}\n]}}\n', "utf-8")
    return path
