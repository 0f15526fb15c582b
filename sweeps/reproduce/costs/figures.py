"""What a claim may ask of a cell library, and what it gets: areas, delays and energies of our own netlists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hwsim.engine import Engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from rtl.synthesis.recipe import Recipe

FASTEST = Recipe()
"""Every leaf as fast as ABC makes it, with Yosys' own adders: what is meant where no recipe is named."""


class NotCostedError(SpecError):
    """A figure that is neither stored nor can be made here; its sentence becomes the reason of the verdict."""


class LaterError(NotCostedError):
    """A figure that is left for later, as it takes long."""


@dataclass(frozen=True, slots=True)
class LeafFigures:
    """One instance of a leaf: its area, the part of it that is flops, and the longest path in it (0 in wires)."""

    area_um2: float
    register_um2: float
    delay_ns: float

    @property
    def logic_um2(self) -> float:
        return self.area_um2 - self.register_um2


@dataclass(frozen=True, slots=True)
class PathFigures:
    """The longest path through the modules of an engine with short sides, and the longest of those that begin and end
    at its own registers."""

    worst_ns: float
    inside_ns: float


@dataclass(frozen=True, slots=True)
class EnergyFigures:
    """An engine on normal operands, as `rtl.synthesis.energy` has it: for a cycle in which all its PEs are busy what
    switching takes by each glitch model, what clocked pins take, and how many products end; and leakage."""

    switching_pj: Mapping[str, float]
    clock_pj: float
    leakage_nw: float
    products: float


@dataclass(frozen=True, slots=True)
class PeFigures:
    """Throughput for each area of a PE on normal operands: alone, with all that issues digits to it, and with its part
    of that where PEs share it (`rtl.synthesis.serial_pes`)."""

    alone: float
    own_issue: float
    shared_issue: float


@dataclass(frozen=True, slots=True)
class PeEnergyFigures:
    """What a product takes in a PE on normal operands, in pJ by glitch model, at the clock that its throughput for each
    area is told at; the scopes are those of `PeFigures`."""

    alone: Mapping[str, float]
    own_issue: Mapping[str, float]
    shared_issue: Mapping[str, float]


class Costs(Protocol):
    """One cell library. Every question raises NotCostedError if there is no answer."""

    @property
    def library(self) -> str: ...

    def leaf(self, leaf: Leaf, recipe: Recipe = FASTEST) -> LeafFigures:
        """The cost of one leaf."""
        ...

    def paths(self, engine: Engine, recipe: Recipe = FASTEST) -> PathFigures:
        """What sets the clock of ``engine``, as `rtl.synthesis.engine_cost` has it."""
        ...

    def gates(self, name: str, text: str) -> LeafFigures:
        """The cost of a module ``name`` of wires and gates that no engine has, by its Verilog."""
        ...

    def energy(self, engine: Engine) -> EnergyFigures:
        """What a busy cycle of ``engine`` takes, counted in its gates."""
        ...

    def pe(self, name: str) -> PeFigures:
        """A PE by the name that `rtl.synthesis.serial_pes` has for it."""
        ...

    def pe_energy(self, name: str) -> PeEnergyFigures:
        """What a product takes in that PE, counted in its gates."""
        ...
