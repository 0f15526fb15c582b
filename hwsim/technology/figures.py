"""What was characterised: leaves one by one, and engines as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwsim.inventory import Leaf
from hwsim.technology.keys import Key, leaf_key


@dataclass(frozen=True, slots=True)
class LeafFigures:
    """One instance of ``leaf``: ``delay_ns`` is the longest path in it alone (0 for wires); ``leakage_nw`` at all
    times, ``clock_pj`` at every clock cycle, None where it was mapped but not simulated in an engine. ``netlist`` is
    the digest of its cells."""

    leaf: Leaf
    area_um2: float
    delay_ns: float
    leakage_nw: float | None
    clock_pj: float | None
    netlist: str

    @property
    def key(self) -> Key:
        return leaf_key(self.leaf)


@dataclass(frozen=True, slots=True)
class Switching:
    """Energy of one leaf in an active cycle, in which all PEs work, beside clock and leakage: with settled values
    only, and with every cell one unit of time slow, so that glitches run through."""

    zero_delay_pj: float
    unit_delay_pj: float

    def scaled(self, by: float) -> Switching:
        return Switching(by * self.zero_delay_pj, by * self.unit_delay_pj)

    def plus(self, other: Switching) -> Switching:
        return Switching(self.zero_delay_pj + other.zero_delay_pj, self.unit_delay_pj + other.unit_delay_pj)


@dataclass(frozen=True, slots=True)
class CharacterisedEngine:
    """An engine with short sides: ``period_ns`` of its longest path, through its modules or in a leaf alone, which
    ``path`` names. ``switching`` is of one leaf each, in this engine; without it energies were not simulated.
    ``macs_per_pe_cycle`` are multiply-accumulates of a PE in an active cycle, dense-equivalent."""

    spec: str
    key: Key
    period_ns: float
    path: str
    macs_per_pe_cycle: float
    switching: Mapping[Leaf, Switching] | None
