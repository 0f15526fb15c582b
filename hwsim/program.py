"""A program: in which order a network's operators run on a machine, and how each product is tiled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from hwsim.errors import ProgramError, nearest
from hwsim.plan_reading import check_format, check_keys, read_json, read_table, read_value
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
        table = read_table(value, where)
        check_format(table, FORMAT, VERSION, where)
        order = read_value(table, "order", list, where)
        tilings = read_value(table, "tilings", dict, where)
        return cls(
            workload=read_value(table, "workload", str, where),
            engine=read_value(table, "engine", str, where),
            machine=read_value(table, "machine", dict, where),
            order=tuple(str(name) for name in order),
            tilings={name: _tiling(entry, f"{where}: tilings.{name}") for name, entry in tilings.items()},
            name=read_value(table, "name", str, where),
        )

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.to_json(), indent=1) + "\n", "utf-8")


def load_program(path: str | Path) -> Program:
    """Read a program from a JSON file; raises ProgramError naming the file."""
    return Program.from_json(read_json(path), str(path))


def _tiling(value: object, where: str) -> Tiling:
    table = read_table(value, where)
    known = [f.name for f in fields(Tiling)]
    check_keys(table, known, where)
    for key in known:
        if key != "buffers" or table.get(key) is not None:  # null: as many as the machine has
            read_value(table, key, str if key == "order" else int, where)
    try:
        return Tiling(**table)
    except ProgramError as error:
        raise ProgramError(f"{where}: {error}") from None
