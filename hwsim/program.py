"""A program: in which order a network's operators run on a machine, and how each product is tiled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from hwsim.errors import ProgramError, nearest
from hwsim.tiles.tiling import Tiling

FORMAT = "hwsim-program"
VERSION = 1


@dataclass(frozen=True)
class Program:
    """What a mapper decided for ``workload`` on ``engine`` in ``machine``.

    ``order`` names every operator once; ``tilings`` has one entry for each matrix product. ``machine`` is the flat
    description that ``make_machine`` takes.
    """

    workload: str
    engine: str
    machine: Mapping[str, object]
    order: tuple[str, ...]
    tilings: Mapping[str, Tiling]
    name: str = field(default="program")

    def __post_init__(self) -> None:
        known = set(self.order)
        if len(known) != len(self.order):
            twice = next(name for name in self.order if self.order.count(name) > 1)
            raise ProgramError(f"{self.name}: operator {twice!r} stands twice in the order")
        for name in self.tilings:
            if name not in known:
                raise ProgramError(f"{self.name}: the tiling of {name!r}{nearest(name, self.order)} has no operator")

    def tiling(self, operator: str) -> Tiling:
        """The tiling of one product; raises ProgramError if there is none."""
        if operator not in self.tilings:
            raise ProgramError(f"{self.name}: operator {operator!r} has no tiling")
        return self.tilings[operator]

    def to_json(self) -> dict[str, Any]:
        """A plain value for ``json.dump``."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "workload": self.workload,
            "engine": self.engine,
            "machine": dict(self.machine),
            "order": list(self.order),
            "tilings": {name: asdict(tiling) for name, tiling in self.tilings.items()},
        }

    @classmethod
    def from_json(cls, value: object, where: str = "program") -> Program:
        """The program that ``to_json`` wrote; raises ProgramError naming ``where`` and the key."""
        table = _table(value, where)
        if table.get("format") != FORMAT or table.get("version") != VERSION:
            raise ProgramError(
                f"{where}: format {table.get('format')!r} version {table.get('version')!r} is not "
                f"{FORMAT!r} version {VERSION}"
            )
        order = _get(table, "order", list, where)
        tilings = _get(table, "tilings", dict, where)
        return cls(
            workload=_get(table, "workload", str, where),
            engine=_get(table, "engine", str, where),
            machine=_get(table, "machine", dict, where),
            order=tuple(str(name) for name in order),
            tilings={name: _tiling(entry, f"{where}: tilings.{name}") for name, entry in tilings.items()},
            name=_get(table, "name", str, where),
        )

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.to_json(), indent=1) + "\n", "utf-8")


def load_program(path: str | Path) -> Program:
    """Read a program from a JSON file; raises ProgramError naming the file."""
    try:
        value = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ProgramError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ProgramError(f"{path}: {error}") from None
    return Program.from_json(value, str(path))


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProgramError(f"{where}: a table is needed, not {value!r}")
    return value


def _get(table: dict[str, Any], key: str, kind: type, where: str) -> Any:
    if not isinstance(table.get(key), kind):
        raise ProgramError(f"{where}: the key {key!r} must be a {kind.__name__}, not {table.get(key)!r}")
    return table[key]


def _tiling(value: object, where: str) -> Tiling:
    table = _table(value, where)
    known = {f.name: f for f in fields(Tiling)}
    for key in table:
        if key not in known:
            raise ProgramError(f"{where}: unknown key {key!r}{nearest(key, known)}; allowed are {', '.join(known)}")
    for key in known:
        if key != "buffers" or table.get(key) is not None:  # null: as many as the machine has
            _get(table, key, str if key == "order" else int, where)
    try:
        return Tiling(**table)
    except ProgramError as error:
        raise ProgramError(f"{where}: {error}") from None
