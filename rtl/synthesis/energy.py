"""What an engine takes: leakage, clock and switching energy of each leaf, under given operands and by two models of
glitches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Recipe


class Glitches(Enum):
    """How a netlist is simulated to count its transitions: with settled values only, or with every cell one unit of
    time slow, so that values which arrive early or late pass on what they cause."""

    ZERO_DELAY = "zero-delay"
    UNIT_DELAY = "unit-delay"


@dataclass(frozen=True, slots=True)
class LeafEnergy:
    """One instance of ``leaf``, the mean over its instances in the engine that was simulated.

    ``leakage_nw`` is drawn at all times, ``clock_pj`` at every clock cycle, and ``switching_pj`` beside both at every
    active cycle: one in which all PEs are busy.
    """

    leaf: Leaf
    leakage_nw: float
    clock_pj: float
    switching_pj: Mapping[Glitches, float]


@dataclass(frozen=True, slots=True)
class EngineEnergy:
    """``leaves`` are the energies of one each, ``counts`` how many ``engine`` has; ``operands`` says what was
    multiplied. ``macs_per_cycle`` are the multiply-accumulates of ``engine`` in an active cycle, those skipped for
    zeros counted too (dense-equivalent)."""

    engine: Engine
    library: Library
    recipe: Recipe
    operands: str
    leaves: tuple[LeafEnergy, ...]
    counts: tuple[int, ...]
    macs_per_cycle: float

    @property
    def leakage_nw(self) -> float:
        return sum(count * leaf.leakage_nw for leaf, count in zip(self.leaves, self.counts, strict=True))

    @property
    def clock_pj(self) -> float:
        """At every clock cycle."""
        return sum(count * leaf.clock_pj for leaf, count in zip(self.leaves, self.counts, strict=True))

    def switching_pj(self, glitches: Glitches) -> float:
        """At every active cycle."""
        return sum(count * leaf.switching_pj[glitches] for leaf, count in zip(self.leaves, self.counts, strict=True))

    def static_pj(self, period_ns: float) -> float:
        """What leaks in a clock cycle of ``period_ns``."""
        return 1e-6 * self.leakage_nw * period_ns

    def pj_per_mac(self, glitches: Glitches, period_ns: float) -> float:
        """The whole array, all of its PEs busy in every cycle of ``period_ns``; one MAC is two operations."""
        taken = self.static_pj(period_ns) + self.clock_pj + self.switching_pj(glitches)
        return taken / self.macs_per_cycle
