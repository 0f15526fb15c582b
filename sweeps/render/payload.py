"""What the report page knows: the table of a study column by column, and the layers of the designs that it shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sweeps.metrics import METRICS
from sweeps.render.labels import Labels
from sweeps.table import Entry, Table

Report = Mapping[str, Any]
ReportOf = Callable[[str], Report]
"""The stored report of a point, by digest."""

LAYERS_BUDGET_BYTES = 2_500_000
"""Layers beyond the front are left out when they would make the page larger than people send around."""

COMPUTE = "compute"


def payload(table: Table, report_of: ReportOf) -> dict[str, Any]:
    """Everything that the page's scripts read, as JSON holds it. Points that failed or did not run are left out."""
    entries = [entry for entry in table.entries if entry.ran and entry.error is None]
    labels = Labels(table.entries)
    networks = list(dict.fromkeys(entry.workload for entry in entries))
    arrays = list(dict.fromkeys(entry.fields["array"] for entry in entries))
    reports = {entry.position: report_of(entry.digest) for entry in entries}
    causes = _causes(reports.values())
    own = own_assumptions(reports.values())
    framed = [_frame(labels, entry) for entry in entries]
    frames = list(dict.fromkeys(framed))
    return {
        "objectives": {name: direction.value for name, direction in table.study.objectives.items()},
        "metrics": [_metric(metric.name) for metric in METRICS],
        "arrays": arrays,
        "machine_fields": list(dict.fromkeys(name for e in entries for name in e.fields["machine"])),
        "workloads": [_network(name, entries, reports) for name in networks],
        "causes": [cause.replace("_", " ") for cause in causes],
        "assumptions": own,
        "commands": frames,
        "points": {
            "digest": [entry.digest[:16] for entry in entries],
            "workload": [networks.index(entry.workload) for entry in entries],
            "array": [arrays.index(entry.fields["array"]) for entry in entries],
            "label": [labels.engine(entry) for entry in entries],
            "short": [labels.short(entry) for entry in entries],
            "command": [frames.index(frame) for frame in framed],
            "allowed": [int(entry.allowed) for entry in entries],
            "front": [int(entry.on_front) for entry in entries],
            "assumed": [[own.index(a) for a in reports[e.position]["assumptions"] if a in own] for e in entries],
            "causes": [_cycles(reports[entry.position], causes) for entry in entries],
            "values": _columns(table, entries),
        },
        "layers": _layers(entries, reports, causes),
    }


def shared_assumptions(reports: Collection[Report]) -> list[str]:
    """What every report assumes, in the order of the first."""
    said = [report["assumptions"] for report in reports]
    return [line for line in said[0] if all(line in lines for lines in said)] if said else []


def own_assumptions(reports: Collection[Report]) -> list[str]:
    """What some reports assume and others do not."""
    shared = shared_assumptions(reports)
    return list(dict.fromkeys(line for report in reports for line in report["assumptions"] if line not in shared))


def _metric(name: str) -> dict[str, str]:
    metric = next(m for m in METRICS if m.name == name)
    return {
        "name": name,
        "label": metric.label,
        "unit": metric.unit,
        "better": metric.better.value,
        "meaning": metric.meaning,
    }


def _frame(labels: Labels, entry: Entry) -> tuple[str, str]:
    """The command that reproduces a point: what stands before and after its engine's label."""
    before, _, after = labels.command(entry).partition(labels.engine(entry))
    return before, after


def _columns(table: Table, entries: Sequence[Entry]) -> dict[str, Any]:
    """Values by name, a list with one for each point, or the one value that all of them have."""
    columns: dict[str, Any] = {}
    for name in table.columns:
        if name not in ("workload", "dims", "array"):
            values = [entry.values.get(name) for entry in entries]
            columns[name] = values if len(set(values)) > 1 else next(iter(values), None)
    return columns


def _causes(reports: Collection[Report]) -> list[str]:
    """Computing first, then every stall in the order in which reports name them."""
    stalls = dict.fromkeys(cause for report in reports for cause in report["stall_cycles"])
    return [COMPUTE, *stalls]


def _cycles(part: Report, causes: Sequence[str]) -> list[int]:
    """Cycles of a report or of one of its layers, by cause."""
    stalls = part["stall_cycles"]
    return [part["compute_cycles"], *(stalls.get(cause, 0) for cause in causes[1:])]


def _network(name: str, entries: Sequence[Entry], reports: Mapping[int, Report]) -> dict[str, Any]:
    first = next(entry for entry in entries if entry.workload == name)
    layers = reports[first.position]["layers"]
    return {"name": name, "layers": [{key: layer[key] for key in ("name", "m", "n", "k", "batch")} for layer in layers]}


def _layers(entries: Sequence[Entry], reports: Mapping[int, Report], causes: Sequence[str]) -> dict[str, Any]:
    """Layers by the point's place on the page, the front first, as far as the budget reaches."""
    found: dict[str, Any] = {}
    left = LAYERS_BUDGET_BYTES
    for at in sorted(range(len(entries)), key=lambda i: (not entries[i].on_front, i)):
        layers = reports[entries[at].position]["layers"]
        kept = {
            "cycles": [_cycles(layer, causes) for layer in layers],
            "utilization": [round(layer["utilization"], 4) for layer in layers],
            "dram_bytes": [layer["dram_bytes"] for layer in layers],
        }
        left -= len(json.dumps(kept, separators=(",", ":")))
        if left < 0:
            break
        found[str(at)] = kept
    return found
