"""What a run takes in a technology: area and energy by component, operations for each square millimetre and watt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

ENGINE, BESIDE, DRAM = "engine", "beside", "dram"
OPERATIONS = "dense-equivalent operations of the whole network, two for each multiply-accumulate"


@dataclass(frozen=True)
class RunCost:
    """Components are named ``engine.<kind of leaf>``, ``beside.<kind of leaf>`` (what computes products of two
    activations), ``scratchpad_<operand>``; of energy ``engine.leakage``, ``engine.clock``, ``engine.switching``, and
    ``dram``. Energies are None where no engine like one of these was simulated."""

    technology: str
    area_by_component: Mapping[str, float]
    energy_by_component: Mapping[str, float] | None
    unit_delay_by_component: Mapping[str, float] | None
    notes: tuple[str, ...]

    @cached_property
    def area_um2(self) -> float:
        """Of the engine alone."""
        return sum(area for name, area in self.area_by_component.items() if name.startswith(f"{ENGINE}."))

    @cached_property
    def energy_pj(self) -> float | None:
        """Of all components, glitches left out."""
        return None if self.energy_by_component is None else sum(self.energy_by_component.values())

    @cached_property
    def energy_unit_delay_pj(self) -> float | None:
        """Of all components, glitches as a unit delay for every cell has them."""
        return None if self.unit_delay_by_component is None else sum(self.unit_delay_by_component.values())

    def tops_per_mm2(self, tops: float) -> dict[str, float]:
        """By scope: the array (engine, and what stands beside it), and with scratchpads."""
        return {scope: 1e6 * tops / self._within(self.area_by_component, scope) for scope in SCOPES[:2]}

    def tops_per_watt(self, tops: float, time_ms: float) -> dict[str, float] | None:
        """By scope; with DRAM too. Glitches are left out."""
        if self.energy_by_component is None or not time_ms:
            return None
        watts = {scope: 1e-9 * self._within(self.energy_by_component, scope) / time_ms for scope in SCOPES}
        return {scope: tops / taken for scope, taken in watts.items()}

    @staticmethod
    def _within(parts: Mapping[str, float], scope: str) -> float:
        outside = SCOPES.index(scope)
        return sum(value for name, value in parts.items() if _place(name) <= outside)

    def to_json(self, tops: float, time_ms: float) -> dict[str, object]:
        return {
            "energy_pj": self.energy_pj,
            "energy_unit_delay_pj": self.energy_unit_delay_pj,
            "energy_by_component": None if self.energy_by_component is None else dict(self.energy_by_component),
            "area_um2": self.area_um2,
            "area_by_component": dict(self.area_by_component),
            "tops_per_mm2": self.tops_per_mm2(tops),
            "tops_per_watt": self.tops_per_watt(tops, time_ms),
            "operations": OPERATIONS,
            "technology": self.technology,
        }


SCOPES = ("array", "with_scratchpads", "with_dram")
"""What an area or a power is of: each has all of the one before it."""


def _place(component: str) -> int:
    """The smallest scope that has the component."""
    return 2 if component == DRAM else 1 if component.startswith("scratchpad") else 0


NO_COST: Mapping[str, object] = {
    "energy_pj": None,
    "energy_unit_delay_pj": None,
    "energy_by_component": None,
    "area_um2": None,
    "area_by_component": {},
    "tops_per_mm2": None,
    "tops_per_watt": None,
    "operations": OPERATIONS,
    "technology": None,
}
"""What a report says of a run without a technology."""
