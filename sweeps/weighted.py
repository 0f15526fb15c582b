"""One design over several networks: how each result of its points becomes one number, by the weights of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sweeps.metrics import METRICS, OF_MACHINE

Numbers = Mapping[str, Any]

SUMMED = frozenset(
    {
        "total_cycles",
        "runtime_us",
        "compute_cycles",
        "stall_cycles",
        "dram_bytes",
        "macs",
        "energy_pj",
        "energy_unit_delay_pj",
    }
)
"""What grows with the work: weight times value, summed."""

PER_ENERGY = frozenset({"tops_per_watt"})
"""Operations over energy: over several networks all operations over all energy."""

OF_DESIGN = OF_MACHINE | {"area_um2"}
"""What the networks do not change."""


def weighted(summaries: Sequence[Numbers], weights: Sequence[float]) -> dict[str, Any]:
    """The results of a design from those of its points, one for each network.

    Sums are weighted; what is a rate of the cycles is averaged over the weighted cycles, so that a weighted utilisation
    still is MACs over PEs times total cycles (and TOPS/mm² operations over time and area); what is a rate of the energy
    is averaged over the weighted energy, so that TOPS/W still is operations over energy. A result that one of the
    networks does not know is None.
    """
    cycles = [summary["total_cycles"] * weight for summary, weight in zip(summaries, weights, strict=True)]
    return {metric.name: _one(metric.name, summaries, weights, cycles) for metric in METRICS}


def _one(name: str, summaries: Sequence[Numbers], weights: Sequence[float], cycles: Sequence[float]) -> Any:
    values = [summary[name] for summary in summaries]
    if any(value is None for value in values):
        return None
    if name in OF_DESIGN:
        return values[0]
    if name in SUMMED:
        return sum(value * weight for value, weight in zip(values, weights, strict=True))
    if name in PER_ENERGY:
        return _over_energy(
            values, [summary["macs"] * weight for summary, weight in zip(summaries, weights, strict=True)]
        )
    return sum(value * share for value, share in zip(values, cycles, strict=True)) / (sum(cycles) or 1)


def _over_energy(rates: Sequence[float], work: Sequence[float]) -> float:
    """Work over the energy that it takes at each of the rates."""
    energy = sum(done / rate for done, rate in zip(work, rates, strict=True) if done)
    return sum(work) / energy if energy else 0.0
