"""The file of a technology: JSON in and out, checked when read, one leaf or engine a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwsim.engine import load_engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from hwsim.technology.figures import CharacterisedEngine, LeafFigures, Switching
from hwsim.technology.keys import engine_key
from hwsim.technology.provenance import Provenance
from hwsim.technology.technology import Technology

FORMAT = 1
HEAD = ("name", "node_nm", "voltage_v", "temperature_c", "corner")


def of_json(given: object, where: str) -> Technology:
    """Read what ``to_text`` wrote; raises SpecError, opened by ``where``, for anything that is not all there."""
    if not isinstance(given, Mapping) or given.get("format") != FORMAT:
        raise SpecError(f'{where} is not the file of a technology: it does not say "format": {FORMAT}')
    provenance = Provenance.of_json(given.get("provenance"), where)
    try:
        leaves = tuple(_leaf(row) for row in given["leaves"])
        names = {figures.leaf.name: figures.leaf for figures in leaves}
        engines = tuple(_engine(row, names) for row in given["engines"])
        head = {name: given[name] for name in HEAD}
    except KeyError as error:
        raise SpecError(f"{where} lacks {error.args[0]!r}") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise SpecError(f"{where}: {error}") from None
    return Technology(**head, provenance=provenance, leaves=leaves, engines=engines)


def read(path: Path) -> Technology:
    """Raises SpecError, opened by the file's name."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise SpecError(f"{path} is not JSON: {error}") from None
    return of_json(given, str(path))


def to_text(technology: Technology) -> str:
    """JSON with one leaf or engine a line: equal technologies, equal bytes."""
    head = {"format": FORMAT, **{name: getattr(technology, name) for name in HEAD}}
    parts = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
    parts.append(f'"provenance": {json.dumps(technology.provenance.to_json())}')
    parts.append(_lines("leaves", [_leaf_row(figures) for figures in technology.leaves]))
    parts.append(_lines("engines", [_engine_row(engine) for engine in technology.engines]))
    return "{" + ",\n".join(parts) + "}\n"


def _lines(name: str, rows: list[dict[str, Any]]) -> str:
    return f'"{name}": [\n' + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"


def _leaf_row(figures: LeafFigures) -> dict[str, Any]:
    return {
        "kind": figures.leaf.kind,
        "parameters": dict(figures.leaf.parameters),
        "area_um2": figures.area_um2,
        "delay_ns": figures.delay_ns,
        "leakage_nw": figures.leakage_nw,
        "clock_pj": figures.clock_pj,
        "netlist": figures.netlist,
    }


def _leaf(row: Mapping[str, Any]) -> LeafFigures:
    leaf = Leaf.of(str(row["kind"]), **{name: int(value) for name, value in row["parameters"].items()})
    area, delay = float(row["area_um2"]), float(row["delay_ns"])
    if not (0 <= area < float("inf") and 0 <= delay < float("inf")):
        raise ValueError(f"leaf {leaf.name} has an area of {area} um2 and a path of {delay} ns")
    return LeafFigures(leaf, area, delay, _known(row["leakage_nw"]), _known(row["clock_pj"]), str(row["netlist"]))


def _known(value: Any) -> float | None:
    return None if value is None else float(value)


def _engine_row(engine: CharacterisedEngine) -> dict[str, Any]:
    switching = None
    if engine.switching is not None:
        switching = {leaf.name: [s.zero_delay_pj, s.unit_delay_pj] for leaf, s in engine.switching.items()}
    return {
        "engine": engine.spec,
        "key": str(engine.key),
        "clock_ghz": 1 / engine.period_ns,
        "period_ns": engine.period_ns,
        "path": engine.path,
        "macs_per_pe_cycle": engine.macs_per_pe_cycle,
        "switching_pj": switching,
    }


def _engine(row: Mapping[str, Any], leaves: Mapping[str, Leaf]) -> CharacterisedEngine:
    spec, period = str(row["engine"]), float(row["period_ns"])
    if not 0 < period < float("inf"):
        raise ValueError(f"engine {spec} has a period of {period} ns")
    rate = float(row["macs_per_pe_cycle"])
    if not 0 < rate < float("inf"):
        raise ValueError(f"engine {spec} ends {rate} multiply-accumulates in a cycle of a PE")
    switching = row["switching_pj"]
    for name in switching or ():
        if name not in leaves:
            raise ValueError(f"engine {spec} has the leaf {name}, and the file has no figures for it")
    found = None if switching is None else {leaves[x]: Switching(*map(float, pj)) for x, pj in switching.items()}
    key = engine_key(load_engine(spec))
    return CharacterisedEngine(spec, key, period, str(row["path"]), rate, found)
