"""A study as the report page takes it: its table, its weighed designs, and where reports and verdicts come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hwsim.engine import make_engine
from hwsim.errors import HwsimError
from hwsim.machine import Machine, make_machine
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from sweeps.design_table import design_of, weighted_table
from sweeps.engine_depth import ENGINE_DEPTH, layers_of
from sweeps.table import Entry, Table
from sweeps.verdicts import FrontVerdict, engine_key

Report = Mapping[str, Any]
ReportOf = Callable[[str], Report]
"""The stored report of a point, by digest."""


@dataclass(frozen=True)
class Shown:
    """One study of a page. ``verdicts`` are those that are stored for its engines."""

    table: Table
    report_of: ReportOf
    verdicts: Sequence[FrontVerdict] = ()
    _networks: dict[str, Workload] = field(default_factory=dict)

    @cached_property
    def designs(self) -> Table | None:
        """The designs over all networks, if the study weighs them."""
        return weighted_table(self.table)

    @property
    def ranked(self) -> Table:
        """The table that answers the question."""
        return self.designs or self.table

    @cached_property
    def entries(self) -> list[Entry]:
        """What the page shows of the study, designs over all networks first; what failed or did not run is left out."""
        tables = [*([self.designs] if self.designs else []), self.table]
        return [entry for table in tables for entry in table.entries if entry.ran and entry.error is None]

    @cached_property
    def _verdict_of(self) -> Mapping[str, FrontVerdict]:
        return {verdict.key: verdict for verdict in self.verdicts}

    def verdict(self, entry: Entry) -> FrontVerdict | None:
        """What became of the gates of this design's engine."""
        return self._verdict_of.get(engine_key(entry.fields)) if self._verdict_of else None

    @cached_property
    def points_of(self) -> Mapping[str, Sequence[Entry]]:
        """The points of each design over all networks, by its digest; empty if the study does not weigh them."""
        found: dict[str, list[Entry]] = {}
        for entry in self.table.entries if self.designs else ():
            found.setdefault(design_of(entry.fields), []).append(entry)
        return found

    def report(self, entry: Entry) -> Report | None:
        """The report of a point with its layers; None for a design over several networks, which has none of its own.

        Engines alone are stored without layers: they are made again, and stay away if that is not possible any more.
        """
        if not entry.fields["source"]:
            return None
        report = self.report_of(entry.digest)
        if entry.fields["depth"] != ENGINE_DEPTH:
            return report
        try:
            return {**report, "layers": layers_of(machine_of(entry), self._network(entry))}
        except HwsimError:
            return report

    def _network(self, entry: Entry) -> Workload:
        source, dims = entry.fields["source"], entry.fields["dims"]
        key = f"{source} {dims}"
        if key not in self._networks:
            self._networks[key] = load_workload(source, dict(dims))
        return self._networks[key]


def machine_of(entry: Entry) -> Machine:
    """The machine of a point. Raises SpecError if its fields do not fit together any more."""
    return make_machine(make_engine(entry.fields["array"], entry.fields["engine"]), entry.fields["machine"])
