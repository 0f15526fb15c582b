"""Figures scaled from one process to another, on request: areas and energies; delays stay as they are.

Source: A. Stillmaker and B. Baas, "Scaling equations for the accurate prediction of CMOS device performance from 180 nm
to 7 nm", Integration, the VLSI Journal 58 (2017) 74-81: table of area ratios, and energies as polynomials of the supply
voltage. Between the nodes of the tables, ratios follow a power of the node.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import exp, log

from hwsim.errors import SpecError
from hwsim.technology.figures import CharacterisedEngine, LeafFigures
from hwsim.technology.technology import Technology

AREA_OF_130_NM = {
    130: 1.0, 90: 0.44, 65: 0.23, 45: 0.16, 32: 0.072, 20: 0.033, 16: 0.030, 14: 0.027, 10: 0.016, 7: 0.0092
}  # fmt: skip
"""Node in nm -> area of a circuit that takes 1 at 130 nm."""

ENERGY_OF_VOLTAGE = {
    130: (7.171, -6.709, 2.904),
    90: (4.762, -4.781, 2.092),
    65: (3.755, -4.398, 1.975),
    45: (1.103, -0.362, 0.2767),
    32: (0.9559, -0.7823, 0.471),
    20: (0.373, -0.1582, 0.04104),
    16: (0.2958, -0.1241, 0.03024),
    14: (0.2363, -0.09675, 0.02239),
    10: (0.2068, -0.09311, 0.02375),
    7: (0.1776, -0.09097, 0.02447),
}
"""Node in nm -> coefficients of V**2, V and 1."""

NODES = sorted(ENERGY_OF_VOLTAGE)
SOURCE = "Stillmaker and Baas, Integration 58 (2017) 74-81"


def area_factor(from_nm: float, to_nm: float) -> float:
    """What areas are multiplied by; raises SpecError for a node that the table does not reach."""
    return _at(to_nm, lambda node: AREA_OF_130_NM[node]) / _at(from_nm, lambda node: AREA_OF_130_NM[node])


def energy_factor(from_nm: float, from_v: float, to_nm: float, to_v: float) -> float:
    """What energies are multiplied by; raises SpecError for a node that the table does not reach."""
    return _at(to_nm, _polynomial(to_v)) / _at(from_nm, _polynomial(from_v))


def _polynomial(volts: float) -> Callable[[int], float]:
    def energy(node: int) -> float:
        square, linear, constant = ENERGY_OF_VOLTAGE[node]
        return square * volts**2 + linear * volts + constant

    return energy


def _at(node_nm: float, value: Callable[[int], float]) -> float:
    """The value at a node of the table, or between two by a power law."""
    if not NODES[0] <= node_nm <= NODES[-1]:
        raise SpecError(
            f"figures are scaled between {NODES[0]} and {NODES[-1]} nm ({SOURCE}), not to or from {node_nm:g} nm"
        )
    place = bisect_left(NODES, node_nm)
    high = NODES[place]
    if high == node_nm:
        return value(high)
    low = NODES[place - 1]
    share = log(node_nm / low) / log(high / low)
    return exp((1 - share) * log(value(low)) + share * log(value(high)))


@lru_cache(maxsize=32)
def scaled(technology: Technology, node_nm: float, voltage_v: float) -> Technology:
    """``technology`` with areas and energies of another node and supply; leakage power and delays are kept.

    Raises SpecError for a node that the tables do not reach.
    """
    if not 0 < voltage_v < float("inf"):
        raise SpecError(f"a supply voltage is above 0 V, not {voltage_v:g}")
    area = area_factor(technology.node_nm, node_nm)
    energy = energy_factor(technology.node_nm, technology.voltage_v, node_nm, voltage_v)
    said = (
        f"areas ({area:.3g} times) and energies ({energy:.3g} times) are scaled from {technology.name} at "
        f"{technology.node_nm:g} nm and {technology.voltage_v:g} V to {node_nm:g} nm and {voltage_v:g} V ({SOURCE}); "
        "leakage and clocks are not scaled"
    )
    return replace(
        technology,
        name=f"{technology.name} scaled to {node_nm:g} nm",
        origin=f"{technology.origin}:node_nm={node_nm:g},voltage_v={voltage_v:g}",
        node_nm=node_nm,
        voltage_v=voltage_v,
        leaves=tuple(_leaf(figures, area, energy) for figures in technology.leaves),
        engines=tuple(_engine(engine, energy) for engine in technology.engines),
        scaling=said,
    )


def _leaf(figures: LeafFigures, area: float, energy: float) -> LeafFigures:
    clock = None if figures.clock_pj is None else energy * figures.clock_pj
    return replace(figures, area_um2=area * figures.area_um2, clock_pj=clock)


def _engine(engine: CharacterisedEngine, energy: float) -> CharacterisedEngine:
    if engine.switching is None:
        return engine
    return replace(engine, switching={leaf: taken.scaled(energy) for leaf, taken in engine.switching.items()})
