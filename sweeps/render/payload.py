"""What the report page knows: the tables of its studies column by column, and the layers of the designs it shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hwsim.errors import HwsimError
from sweeps.engine_depth import ENGINE_DEPTH
from sweeps.metrics import BY_NAME, METRICS
from sweeps.render.labels import Labels
from sweeps.render.shown import Report, Shown, machine_of
from sweeps.sensitivity import sensitivities
from sweeps.table import Entry

LAYERS_BUDGET_BYTES = 2_500_000
"""Layers beyond the front are left out when they would make the page larger than people send around."""

COMPUTE = "compute"
MOST_ASKED_AGAIN = 400
"""Engines alone whose layers are made for the page: a second or two."""

NEEDS_TECHNOLOGY = "needs a technology"
DIGEST_DIGITS = 12
"""Of a point's digest in the page's address: two of 50,000 points share them once in 200,000 studies."""


@dataclass(frozen=True)
class Point:
    """A row of the page: an entry and the study that it is of."""

    study: int
    shown: Shown
    entry: Entry


class Pages:
    """Everything that is derived from the studies of one page, each thing once."""

    def __init__(self, studies: Sequence[Shown]) -> None:
        self.studies = studies
        self.points = [Point(k, shown, entry) for k, shown in enumerate(studies) for entry in shown.entries]

    @cached_property
    def reports(self) -> dict[int, Report]:
        """Reports by the point's place on the page, the front first, until their layers fill the budget."""
        found: dict[int, Report] = {}
        left = LAYERS_BUDGET_BYTES
        for at in self._by_interest():
            point = self.points[at]
            report = point.shown.report(point.entry)
            if report is not None:
                left -= _size(report)
                if left < 0:
                    break
                found[at] = report
        return found

    def _by_interest(self) -> list[int]:
        """The front, then the others; engines alone beyond the front would have to be asked again, and are left out."""
        order = sorted(range(len(self.points)), key=lambda i: (not self.points[i].entry.on_front, i))
        alone = [i for i in order if self.points[i].entry.fields["depth"] == ENGINE_DEPTH]
        skipped = set(alone[MOST_ASKED_AGAIN:])
        return [i for i in order if i not in skipped]

    @property
    def shared_assumptions(self) -> list[str]:
        """What every report assumes, in the order of the first."""
        said = [report["assumptions"] for report in self.reports.values()]
        return [line for line in said[0] if all(line in lines for lines in said)] if said else []

    @property
    def own_assumptions(self) -> list[str]:
        """What some reports assume and others do not."""
        shared = self.shared_assumptions
        every = (line for report in self.reports.values() for line in report["assumptions"])
        return list(dict.fromkeys(line for line in every if line not in shared))


def _size(report: Report) -> int:
    """Roughly the bytes of a report's layers on the page."""
    return sum(40 + 9 * len(layer["stall_cycles"]) for layer in report["layers"])


def payload(pages: Pages) -> dict[str, Any]:
    """Everything that the page's scripts read, as JSON holds it. Points that failed or did not run are left out."""
    points = pages.points
    entries = [point.entry for point in points]
    networks = _index(entry.workload for entry in entries)
    arrays = _index(entry.fields["array"] for entry in entries)
    stories = _index(v for p in points if (v := p.shown.verdict(p.entry)) is not None)
    causes, own = _causes(pages.reports.values()), pages.own_assumptions
    framed = _frames(pages)
    frames = _index(frame for _, frame in framed)
    return {
        "studies": [_study(shown) for shown in pages.studies],
        "objectives": {name: way.value for name, way in pages.studies[0].table.study.objectives.items()},
        "metrics": [_metric(metric.name) for metric in METRICS],
        "arrays": list(arrays),
        "machine_fields": list(dict.fromkeys(name for e in entries for name in e.fields["machine"])),
        "workloads": [_network(name, pages) for name in networks],
        "causes": [cause.replace("_", " ") for cause in causes],
        "assumptions": own,
        "commands": list(frames),
        "verdicts": [{"passed": v.passed, "text": str(v)} for v in stories],
        "sensitivity": [_sensitivity(shown) for shown in pages.studies],
        "points": {
            "study": _packed([point.study for point in points]),
            "digest": [entry.digest[:DIGEST_DIGITS] for entry in entries],
            "workload": [networks[entry.workload] for entry in entries],
            "array": [arrays[entry.fields["array"]] for entry in entries],
            "label": [label for label, _ in framed],
            "command": _packed([frames[frame] for _, frame in framed]),
            "allowed": _packed([int(entry.allowed) for entry in entries]),
            "front": [int(entry.on_front) for entry in entries],
            "verdict": _packed([_verdict(point, stories) for point in points]),
            "values": _columns(pages),
            "kinds": _kinds(pages),
        },
        "layers": {str(at): _layers(points[at].entry, report, causes, own) for at, report in pages.reports.items()},
    }


def _packed(values: list[Any]) -> Any:
    """One value for all points, where all have the same."""
    return values if len(set(values)) > 1 else next(iter(values), None)


def _index(items: Iterable[Any]) -> dict[Any, int]:
    """Each distinct item with its place among them."""
    return {item: k for k, item in enumerate(dict.fromkeys(items))}


def _verdict(point: Point, stories: Mapping[Any, int]) -> int:
    verdict = point.shown.verdict(point.entry)
    return -1 if verdict is None else stories[verdict]


def _study(shown: Shown) -> dict[str, str]:
    return {"name": shown.table.study.name, "question": shown.table.study.question}


def _sensitivity(shown: Shown) -> list[dict[str, Any]]:
    """Of each table of the study, network by network."""
    tables = [*([shown.designs] if shown.designs else []), shown.table]
    return [
        {
            "workload": workload,
            "axes": [{"axis": s.axis, "sets": s.sets, "ratios": s.ratios} for s in sensitivities(table, workload)],
        }
        for table in tables
        for workload in dict.fromkeys(entry.workload for entry in table.entries)
    ]


def _metric(name: str) -> dict[str, Any]:
    metric = BY_NAME[name]
    return {
        "name": name,
        "label": metric.label,
        "unit": metric.unit,
        "better": metric.better.value,
        "meaning": metric.meaning,
        "technology": metric.meaning.endswith(NEEDS_TECHNOLOGY),
    }


def _frames(pages: Pages) -> list[tuple[str, tuple[str, ...]]]:
    """Of each point its engine's label, and the commands that reproduce it as what stands around that label."""
    found = []
    for shown in pages.studies:
        labels = Labels(shown.table.entries)
        for entry in shown.entries:
            label, points = labels.engine(entry), [entry]
            if not entry.fields["source"]:
                points = list(shown.points_of[entry.digest])
            found.append((label, tuple("\n".join(map(labels.command, points)).split(label))))
    return found


def _names(pages: Pages) -> list[str]:
    """Columns of all studies: fields first, then metrics."""
    names = dict.fromkeys(name for shown in pages.studies for name in shown.table.columns)
    fields = [name for name in names if name not in BY_NAME and name not in ("workload", "dims", "array")]
    return [*fields, *BY_NAME]


def _columns(pages: Pages) -> dict[str, Any]:
    """Values by name, a list with one for each point, or the one value that all of them have."""
    return {name: _packed([p.entry.values.get(name) for p in pages.points]) for name in _names(pages)}


def _kinds(pages: Pages) -> dict[str, str]:
    """The type of each column in exported tables: int, float, bool or text."""
    found = {}
    for name in _names(pages):
        kinds = {type(p.entry.values.get(name)) for p in pages.points} - {type(None)}
        numeric = bool(kinds) and kinds <= {int, float}
        one = kinds.pop().__name__ if len(kinds) == 1 else ""
        found[name] = one if one in ("int", "float", "bool") else "float" if numeric else "text"
    return found


def _causes(reports: Collection[Report]) -> list[str]:
    """Computing first, then every stall in the order in which reports name them."""
    stalls = dict.fromkeys(cause for report in reports for cause in report["stall_cycles"])
    return [COMPUTE, *stalls]


def _cycles(part: Report, causes: Sequence[str]) -> list[int]:
    """Cycles of a report or of one of its layers, by cause."""
    stalls = part["stall_cycles"]
    return [part["compute_cycles"], *(stalls.get(cause, 0) for cause in causes[1:])]


def _network(name: str, pages: Pages) -> dict[str, Any]:
    """A network and its layers, as the first report of it has them."""
    layers: Sequence[Mapping[str, Any]] = next(
        (r["layers"] for at, r in pages.reports.items() if pages.points[at].entry.workload == name), ()
    )
    return {"name": name, "layers": [{key: layer[key] for key in ("name", "m", "n", "k", "batch")} for layer in layers]}


def _layers(entry: Entry, report: Report, causes: Sequence[str], own: Sequence[str]) -> dict[str, Any]:
    """What the page shows of one design beyond its row: causes, layers, roofs, assumptions of its own."""
    layers = report["layers"]
    return {
        "causes": _cycles(report, causes),
        "assumed": [own.index(line) for line in report["assumptions"] if line in own],
        "roofs": _roofs(entry),
        "cycles": [_cycles(layer, causes) for layer in layers],
        "utilization": [round(layer["utilization"], 4) for layer in layers],
        "dram_bytes": [layer["dram_bytes"] for layer in layers],
        "elsewhere": [k for k, layer in enumerate(layers) if layer.get("engine") != report.get("engine")],
    }


def _roofs(entry: Entry) -> dict[str, float] | None:
    """Of the roofline: operations per cycle that all PEs do, the clock, and bytes per second from DRAM."""
    try:
        machine = machine_of(entry)
    except HwsimError:
        return None
    return {
        "ops_per_cycle": 2 * machine.engine.pe_count / machine.engine.passes,
        "clock_ghz": machine.clock_ghz,
        "dram_gb_per_s": machine.dram.bandwidth_gb_per_s,
    }
