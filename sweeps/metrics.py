"""The results that a study can constrain, minimise, tabulate and draw: one table of names, units and meanings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Report = Mapping[str, Any]
Known = int | float | None


class Direction(Enum):
    """Which end of a scale is the good one."""

    MINIMISE = "minimise"
    MAXIMISE = "maximise"

    def cost(self, value: float) -> float:
        """``value`` as something to be minimised."""
        return value if self is Direction.MINIMISE else -value


@dataclass(frozen=True, slots=True)
class Metric:
    """``read`` takes the JSON form of a report; None is "not known yet". What ``of_machine`` is known before a run."""

    name: str
    label: str
    unit: str
    better: Direction
    meaning: str
    read: Callable[[Report], Known]
    of_machine: bool = False

    @property
    def noun(self) -> str:
        """The label inside a sentence: ``total cycles``, ``DRAM traffic``, ``PEs``."""
        return self.label if self.label[:2].isupper() else self.label[0].lower() + self.label[1:]


def _field(name: str) -> Callable[[Report], Known]:
    def read(report: Report) -> Known:
        value: Known = report.get(name)
        return value

    return read


def _of_array(name: str) -> Callable[[Report], Known]:
    """The figure of the array alone, of those by scope."""

    def read(report: Report) -> Known:
        scopes: Mapping[str, float] | None = report.get(name)
        return None if scopes is None else scopes["array"]

    return read


def _runtime_us(report: Report) -> Known:
    return float(report["total_cycles"]) / (float(report["clock_ghz"]) * 1e3)


METRICS: tuple[Metric, ...] = (
    Metric("total_cycles", "Total cycles", "cycles", Direction.MINIMISE, "whole run", _field("total_cycles")),
    Metric("runtime_us", "Run time", "µs", Direction.MINIMISE, "total cycles at the engine's clock", _runtime_us),
    Metric(
        "compute_cycles", "Compute cycles", "cycles", Direction.MINIMISE, "the engine works", _field("compute_cycles")
    ),
    Metric(
        "stall_cycles",
        "Stall cycles",
        "cycles",
        Direction.MINIMISE,
        "the engine waits for memory",
        lambda report: sum(report["stall_cycles"].values()),
    ),
    Metric("dram_bytes", "DRAM traffic", "B", Direction.MINIMISE, "off-chip bytes, both ways", _field("dram_bytes")),
    Metric("pe_count", "PEs", "", Direction.MINIMISE, "multipliers in the array", _field("pe_count"), of_machine=True),
    Metric(
        "operand_bits",
        "Operand bits",
        "bits",
        Direction.MINIMISE,
        "operands that one step works on",
        _field("operand_bits"),
        of_machine=True,
    ),
    Metric("macs", "MACs", "", Direction.MINIMISE, "multiply-accumulates of the network", _field("macs")),
    Metric(
        "utilization",
        "Utilisation",
        "",
        Direction.MAXIMISE,
        "MACs over PEs times total cycles",
        _field("utilization"),
    ),
    Metric(
        "scratchpad_bytes",
        "Scratchpads",
        "B",
        Direction.MINIMISE,
        "on-chip memory, all of it",
        _field("scratchpad_bytes"),
        of_machine=True,
    ),
    Metric(
        "energy_pj",
        "Energy",
        "pJ",
        Direction.MINIMISE,
        "engine, scratchpads and DRAM over the run, glitches left out; needs a technology",
        _field("energy_pj"),
    ),
    Metric(
        "energy_unit_delay_pj",
        "Energy with glitches",
        "pJ",
        Direction.MINIMISE,
        "the same with glitches as a unit delay has them; needs a technology",
        _field("energy_unit_delay_pj"),
    ),
    Metric("area_um2", "Area", "µm²", Direction.MINIMISE, "the engine alone; needs a technology", _field("area_um2")),
    Metric(
        "tops_per_mm2",
        "TOPS/mm²",
        "TOPS/mm²",
        Direction.MAXIMISE,
        "the array alone, dense-equivalent operations; needs a technology",
        _of_array("tops_per_mm2"),
    ),
    Metric(
        "tops_per_watt",
        "TOPS/W",
        "TOPS/W",
        Direction.MAXIMISE,
        "the array alone, dense-equivalent operations, glitches left out; needs a technology",
        _of_array("tops_per_watt"),
    ),
    Metric(
        "clock_ghz",
        "Clock",
        "GHz",
        Direction.MAXIMISE,
        "the engine's fastest in its technology, or as given",
        _field("clock_ghz"),
        of_machine=True,
    ),
)

BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}


OF_MACHINE = frozenset(metric.name for metric in METRICS if metric.of_machine)
"""Names that the machine alone decides."""

RESULTS = frozenset(metric.name for metric in METRICS if not metric.of_machine)
"""Names that only a run can tell."""


def summarise(report: Report) -> dict[str, Known]:
    """Every metric of one report, by name."""
    return {metric.name: metric.read(report) for metric in METRICS}
