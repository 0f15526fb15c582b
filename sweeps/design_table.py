"""The table of designs over all networks of a study that weighs them: one row for each design, and one front."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweeps.canonical import digest
from sweeps.metrics import METRICS
from sweeps.plan_settings import MAPPER_FIELDS
from sweeps.study import Study
from sweeps.table import Entry, Table, table_of
from sweeps.weighted import weighted

DECIDES = ("array", "engine", "machine", *MAPPER_FIELDS)
"""Fields of a point that are its design."""


def weighted_table(table: Table) -> Table | None:
    """Designs that ran on every network, in the order of their first points; None if the study weighs nothing.

    A design is allowed if all of its points are, and failed if one of them did.
    """
    study = table.study
    if study.weights is None:
        return None
    designs: dict[str, dict[object, Entry]] = {}
    for entry in table.entries:
        designs.setdefault(design_of(entry.fields), {})[_network(entry.fields)] = entry
    whole = {key: found for key, found in designs.items() if len(found) == len(study.networks)}
    return table_of([_entry(key, found, study) for key, found in whole.items()], study)


def design_of(fields: Mapping[str, Any]) -> str:
    """What tells the design of a point from all others: the digest of its fields."""
    return digest({name: fields[name] for name in DECIDES})


def _network(fields: Mapping[str, Any]) -> object:
    return fields["workload"], tuple(sorted(fields["dims"].items()))


def _entry(key: str, found: Mapping[object, Entry], study: Study) -> Entry:
    entries = [found[network.text, network.dims] for network in study.networks]
    first, name = entries[0], f"{len(entries)} networks, weighted"
    error = next((entry.error for entry in entries if entry.error is not None), None)
    results = {metric.name: None for metric in METRICS}
    if error is None and all(entry.ran for entry in entries):
        results = weighted([entry.values for entry in entries], study.weights or ())
    return Entry(
        position=first.position,
        digest=key,
        fields={**first.fields, "workload": name, "dims": {}, "source": ""},
        values={**{n: v for n, v in first.values.items() if n != "dims"}, "workload": name, **results},
        error=error,
        ran=all(entry.ran for entry in entries),
        allowed=all(entry.allowed for entry in entries),
    )
