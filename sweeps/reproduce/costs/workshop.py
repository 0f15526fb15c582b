"""Costs made now, by Yosys, ABC and OpenSTA; every answer goes on a shelf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from hwsim.engine import Engine
from hwsim.errors import SpecError
from hwsim.inventory import Leaf
from rtl.synthesis.recipe import Recipe
from sweeps.reproduce.costs.figures import (
    FASTEST,
    EnergyFigures,
    LaterError,
    LeafFigures,
    NotCostedError,
    PathFigures,
    PeEnergyFigures,
    PeFigures,
)
from sweeps.reproduce.costs.shelf import Shelf, engine_key, leaf_key
from sweeps.reproduce.costs.stored_costs import rtl_digest

if TYPE_CHECKING:
    from rtl.synthesis.cache import Cache
    from rtl.synthesis.leaf_cost import LeafCost
    from rtl.synthesis.liberty import Library

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Answers with the files of ``made_in``, and keeps each answer on ``shelf``, from which it is given again."""

    library: str
    made_in: Library
    cache: Cache
    with_energies: bool = True
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shelf", Shelf(self.library, _provenance(self.made_in)))

    def leaf(self, leaf: Leaf, recipe: Recipe = FASTEST) -> LeafFigures:
        from rtl.synthesis.leaf_cost import leaf_costs

        return _kept(
            self.shelf.leaves,
            leaf_key(leaf, recipe),
            lambda: _leaf_figures(leaf_costs([leaf], self.made_in, recipe, self.cache)[0], self.made_in),
        )

    def gates(self, name: str, text: str) -> LeafFigures:
        from rtl.synthesis.yosys import map_module

        def make() -> LeafFigures:
            return LeafFigures(round(map_module(text, name, self.made_in, FASTEST).area_um2, 6), 0.0, 0.0)

        return _kept(self.shelf.leaves, name, make)

    def paths(self, engine: Engine, recipe: Recipe = FASTEST) -> PathFigures:
        return _kept(self.shelf.engines, engine_key(engine, recipe), lambda: self._paths(engine, recipe))

    def _paths(self, engine: Engine, recipe: Recipe) -> PathFigures:
        from rtl.synthesis.engine_cost import engine_cost

        cost = engine_cost(engine, self.made_in, recipe, self.cache)
        for leaf in cost.leaves:
            self.shelf.leaves[leaf_key(leaf.leaf, recipe)] = _leaf_figures(leaf, self.made_in)
        inside = cost.inside
        assert inside is not None  # every engine has registers that feed registers
        return PathFigures(cost.worst.delay_ns, inside.delay_ns)

    def energy(self, engine: Engine) -> EnergyFigures:
        if not self.with_energies:
            raise LaterError("energies are not made yet")
        return _kept(self.shelf.energies, engine.spec, lambda: self._energy(engine))

    def _energy(self, engine: Engine) -> EnergyFigures:
        from rtl.synthesis.energy import Glitches, engine_energy
        from rtl.synthesis.power.operands import DEFAULT_OPERANDS

        found = engine_energy(engine, self.made_in, FASTEST, DEFAULT_OPERANDS, self.cache)
        switching = {glitches.value: found.switching_pj(glitches) for glitches in Glitches}
        return EnergyFigures(switching, found.clock_pj, found.leakage_nw, found.macs_per_cycle)

    def pe(self, name: str) -> PeFigures:
        return _kept(self.shelf.pes, name, lambda: self._pe(name))

    def _pe(self, name: str) -> PeFigures:
        from rtl.synthesis.serial_pes import Scope, pe_costs

        (cost,) = pe_costs([name], self.made_in, FASTEST, self.cache)
        return PeFigures(*(cost.figures[scope].tops_per_mm2 for scope in (Scope.PE, Scope.OWN, Scope.SHARED)))

    def pe_energy(self, name: str) -> PeEnergyFigures:
        if not self.with_energies:
            raise LaterError("energies are not made yet")
        return _kept(self.shelf.pe_energies, name, lambda: self._pe_energy(name))

    def _pe_energy(self, name: str) -> PeEnergyFigures:
        from rtl.synthesis.energy import Glitches
        from rtl.synthesis.serial_energy import pe_energy
        from rtl.synthesis.serial_pes import Scope, pe_costs

        (cost,) = pe_costs([name], self.made_in, FASTEST, self.cache)
        energy = pe_energy(name, self.made_in, FASTEST, self.cache)
        return PeEnergyFigures(
            *(
                {g.value: energy.pj_per_mac(scope, g, cost.figures[scope]) for g in Glitches}
                for scope in (Scope.PE, Scope.OWN, Scope.SHARED)
            )
        )


def _kept(kept: dict[str, Figures], key: str, make: Callable[[], Figures]) -> Figures:
    """What is there, or is made and put there; raises NotCostedError if it cannot be made."""
    from rtl.synthesis.errors import SynthesisError

    if key not in kept:
        try:
            kept[key] = make()
        except (SpecError, SynthesisError) as error:
            raise NotCostedError(str(error)) from None
    return kept[key]


def _leaf_figures(cost: LeafCost, library: Library) -> LeafFigures:
    cells = cost.mapped.cells.items()
    registers = sum(count * library.areas_um2[cell] for cell, count in cells if cell in library.flops)
    return LeafFigures(round(cost.area_um2, 6), round(registers, 6), cost.worst.delay_ns if cost.worst else 0.0)


def _provenance(library: Library) -> dict[str, object]:
    from rtl.synthesis.leaf_cost import tool_versions
    from rtl.synthesis.power.operands import DEFAULT_OPERANDS

    return {
        "name": library.name,
        "corner": library.corner,
        "digest": library.digest,
        "tools": dict(tool_versions()),
        "operands": str(DEFAULT_OPERANDS),
        "made": datetime.now(UTC).date().isoformat(),
        "rtl": rtl_digest(),
    }
