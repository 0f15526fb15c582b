"""The answer of a sweep as a table: one row per point in the study's order, with its place on the front."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hwsim.errors import MissingToolError, SpecError
from sweeps.metrics import METRICS
from sweeps.pareto import front
from sweeps.plan_settings import MAPPER_FIELDS
from sweeps.store import Row, Store
from sweeps.study import Study

if TYPE_CHECKING:
    from pandas import DataFrame

AFTER = ("allowed", "on_front", "error")
"""What tables say of a point beside its fields and results."""


@dataclass(frozen=True)
class Entry:
    """One point: ``values`` holds its fields and, if it ran, every metric, flat and by name."""

    position: int
    digest: str
    fields: Mapping[str, Any]
    values: Mapping[str, Any]
    error: str | None
    ran: bool
    allowed: bool
    on_front: bool = False

    @property
    def workload(self) -> str:
        """The network as its study names it, with the dimensions that were set."""
        dims = _dims(self.fields)
        return f"{self.fields['workload']} ({dims})" if dims else str(self.fields["workload"])


@dataclass(frozen=True)
class Table:
    """``entries`` in the study's order; fronts are per workload."""

    study: Study
    entries: tuple[Entry, ...]

    @property
    def failed(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.error is not None)

    @property
    def missing(self) -> int:
        """Points that have not run yet."""
        return sum(not entry.ran for entry in self.entries)

    @property
    def front(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.on_front)

    @property
    def columns(self) -> tuple[str, ...]:
        """Fields in the order in which they first appear, then metrics."""
        names = dict.fromkeys(name for entry in self.entries for name in entry.values)
        metrics = [metric.name for metric in METRICS]
        return (*(name for name in names if name not in metrics), *metrics)

    def to_pandas(self) -> DataFrame:
        """Finished points as a DataFrame with the columns of ``to_csv``, one row for each, indexed by position.

        Raises MissingToolError if pandas is not installed.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise MissingToolError("a DataFrame needs pandas: pip install 'hwsim[sweep]'") from None
        ran = [entry for entry in self.entries if entry.ran]
        rows = [{**entry.values, **{name: getattr(entry, name) for name in AFTER}} for entry in ran]
        return DataFrame(rows, index=[entry.position for entry in ran], columns=[*self.columns, *AFTER])

    def to_csv(self) -> str:
        """The canonical export: finished points in the study's order; durations and digests of code left out."""
        text, columns = io.StringIO(), self.columns
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*columns, *AFTER])
        for entry in self.entries:
            if entry.ran:
                cells = [cell(entry.values.get(name)) for name in columns]
                writer.writerow([*cells, cell(entry.allowed), cell(entry.on_front), entry.error or ""])
        return text.getvalue()


def cell(value: object) -> str:
    """A value as the CSV has it: nothing for what is not known, every digit of a number."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def read_table(store: Store, study: Study) -> Table:
    """All points of ``study`` with what ``store`` knows of them, constraints over results and fronts applied."""
    return table_of([_entry(row, study) for row in store.rows()], study)


def table_of(entries: Sequence[Entry], study: Study) -> Table:
    """The table of these entries, those on the fronts of their workloads marked."""
    of_workload: dict[str, list[Entry]] = {}
    for entry in entries:
        of_workload.setdefault(entry.workload, []).append(entry)
    marked = {position for group in of_workload.values() for position in _front_of(group, study)}
    return Table(study, tuple(replace(entry, on_front=entry.position in marked) for entry in entries))


def _entry(row: Row, study: Study) -> Entry:
    dims = _dims(row.fields)
    values = {"workload": row.fields["workload"], **({"dims": dims} if dims else {}), "array": row.fields["array"]}
    planned = {name: row.fields[name] for name in MAPPER_FIELDS}
    values |= {**row.fields["engine"], **row.fields["machine"], **planned, **(row.summary or {})}
    error, allowed = row.error, row.summary is not None
    try:
        allowed = allowed and all(c.holds(values) for c in study.constraints_after if c.names <= values.keys())
    except SpecError as wrong:
        error, allowed = str(wrong), False
    return Entry(row.position, row.digest, row.fields, values, error, row.done, allowed)


def _dims(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={extent}" for name, extent in fields["dims"].items())


def _front_of(entries: list[Entry], study: Study) -> set[int]:
    """Positions of the entries that no other one dominates; only those that know all objectives take part."""
    names = list(study.objectives)
    known = [e for e in entries if e.allowed and all(e.values[name] is not None for name in names)]
    costs = [[study.objectives[name].cost(e.values[name]) for name in names] for e in known]
    mask = front(np.array(costs, dtype=np.float64).reshape(len(known), len(names)))
    return {entry.position for entry, on in zip(known, mask, strict=True) if on}
