"""The stored figures of one cell library: every answer under the question, and where the answers came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.synthesis.recipe import Recipe
from sweeps.reproduce.costs.figures import (
    FASTEST,
    EnergyFigures,
    LeafFigures,
    NotCostedError,
    PathFigures,
    PeEnergyFigures,
    PeFigures,
)

Kept = Mapping[str, Any]
Figures = TypeVar("Figures")
AnyFigures = LeafFigures | PathFigures | EnergyFigures | PeFigures | PeEnergyFigures


@dataclass(slots=True)
class Shelf:
    """Figures by text: leaves by the name of their module and the recipe, engines by spec and recipe."""

    library: str
    provenance: Kept = field(default_factory=dict)
    leaves: dict[str, LeafFigures] = field(default_factory=dict)
    engines: dict[str, PathFigures] = field(default_factory=dict)
    energies: dict[str, EnergyFigures] = field(default_factory=dict)
    pes: dict[str, PeFigures] = field(default_factory=dict)
    pe_energies: dict[str, PeEnergyFigures] = field(default_factory=dict)

    def leaf(self, leaf: Leaf, recipe: Recipe = FASTEST) -> LeafFigures:
        return self._found(self.leaves, leaf_key(leaf, recipe))

    def gates(self, name: str, text: str) -> LeafFigures:
        return self._found(self.leaves, name)

    def paths(self, engine: Engine, recipe: Recipe = FASTEST) -> PathFigures:
        return self._found(self.engines, engine_key(engine, recipe))

    def energy(self, engine: Engine) -> EnergyFigures:
        return self._found(self.energies, engine.spec)

    def pe(self, name: str) -> PeFigures:
        return self._found(self.pes, name)

    def pe_energy(self, name: str) -> PeEnergyFigures:
        return self._found(self.pe_energies, name)

    def _found(self, kept: Mapping[str, Figures], key: str) -> Figures:
        if not self.provenance:
            raise NotCostedError(f"no costs in {self.library} are stored")
        if key not in kept:
            raise NotCostedError(f"no cost in {self.library} is stored of {key}")
        return kept[key]

    def keep_energies(self, other: Shelf) -> None:
        """Take over energies that are missing here, if they were made of the same netlists by the same tools."""
        made = dict(self.provenance, made="")
        if made == dict(other.provenance, made=""):
            self.energies = {**other.energies, **self.energies}
            self.pe_energies = {**other.pe_energies, **self.pe_energies}

    def record(self) -> Kept:
        """The shelf as JSON holds it, in the order of the keys."""
        parts: Mapping[str, Mapping[str, AnyFigures]] = {
            "leaves": self.leaves,
            "engines": self.engines,
            "energies": self.energies,
            "pes": self.pes,
            "pe_energies": self.pe_energies,
        }
        return {
            "provenance": dict(self.provenance),
            **{name: {key: asdict(kept[key]) for key in sorted(kept)} for name, kept in parts.items()},
        }

    @staticmethod
    def of_record(library: str, record: Kept) -> Shelf:
        """The shelf that ``record`` gave; raises KeyError or TypeError for anything else, and for figures without
        provenance."""
        provenance = record["provenance"]
        if set(PROVENANCE) - set(provenance):
            raise KeyError("provenance")
        return Shelf(
            library,
            provenance,
            {key: LeafFigures(**kept) for key, kept in record["leaves"].items()},
            {key: PathFigures(**kept) for key, kept in record["engines"].items()},
            {key: EnergyFigures(**kept) for key, kept in record["energies"].items()},
            {key: PeFigures(**kept) for key, kept in record["pes"].items()},
            {key: PeEnergyFigures(**kept) for key, kept in record["pe_energies"].items()},
        )


PROVENANCE = ("name", "corner", "digest", "tools", "operands", "made", "rtl")
"""The library as it names itself, its corner, the digest of its files, the versions of the tools, the operands of
energies, the day, and the digest of the code that made the netlists."""


def leaf_key(leaf: Leaf, recipe: Recipe) -> str:
    return f"{leaf.name}; {recipe}"


def engine_key(engine: Engine, recipe: Recipe) -> str:
    return f"{engine.spec}; {recipe}"
