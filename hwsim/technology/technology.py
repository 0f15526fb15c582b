"""A technology: a cell library's figures for leaves and engines, as characterised or estimated between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from hwsim.engine import Engine
from hwsim.errors import SpecError, nearest
from hwsim.inventory import Leaf
from hwsim.technology.figures import CharacterisedEngine, LeafFigures, Switching
from hwsim.technology.interpolation import Estimate, Kind, Place, distance, estimate
from hwsim.technology.keys import Key, engine_key, leaf_key
from hwsim.technology.provenance import Provenance

Figures = TypeVar("Figures")

ROWS_OF_EQUALS: Mapping[str, tuple[str, ...]] = {
    "delay": ("bits", "stages"),
    "operand_register": ("bits",),
    "held_register": ("bits",),
    "barrier": ("inputs",),
}
"""Kinds of leaves that repeat one part, and the parameter that says how often: figures go on in proportion beyond what
was characterised."""


@dataclass(frozen=True, slots=True)
class LeafEstimate:
    """Area and delay of one leaf, what it leaks and what its clock takes (None if no leaf like it was simulated)."""

    kind: Kind
    area_um2: float
    delay_ns: float
    leakage_nw: float | None
    clock_pj: float | None


@dataclass(frozen=True, eq=False)
class Technology:
    """``leaves`` and ``engines`` of one library at one corner. Lengths and energies of what was not characterised are
    estimated (``leaf``, ``period_ns``, ``switching``), and say so."""

    name: str
    node_nm: float
    voltage_v: float
    temperature_c: float
    corner: str
    provenance: Provenance
    leaves: tuple[LeafFigures, ...]
    engines: tuple[CharacterisedEngine, ...]
    scaling: str = ""
    """how figures were scaled from another process; empty if they were not"""
    digest: str = ""
    """of the file that it was read from"""
    origin: str = ""
    """the text that loads it again: a name or a path, and what it was scaled to"""

    def register_bit(self) -> LeafEstimate:
        """One bit of a register, of which register files are made, as a part of a chain of 16 times 8."""
        found, bits = self.leaf(Leaf.of("delay", bits=8, stages=16)), 8 * 16
        leakage, clock = (None if x is None else x / bits for x in (found.leakage_nw, found.clock_pj))
        return LeafEstimate(found.kind, found.area_um2 / bits, found.delay_ns, leakage, clock)

    @cached_property
    def _leaves(self) -> Mapping[str, Mapping[Place, LeafFigures]]:
        return _by_family(self.leaves, lambda figures: figures.key)

    @cached_property
    def _engines(self) -> Mapping[str, Mapping[Place, CharacterisedEngine]]:
        return _by_family(self.engines, lambda engine: engine.key)

    @cached_property
    def _known(self) -> dict[Leaf, LeafEstimate]:
        return {}

    def leaf(self, leaf: Leaf) -> LeafEstimate:
        """Raises SpecError for a leaf that is neither characterised nor between such."""
        if leaf not in self._known:
            self._known[leaf] = self._estimated(leaf)
        return self._known[leaf]

    def _estimated(self, leaf: Leaf) -> LeafEstimate:
        key = leaf_key(leaf)
        family = self._leaves.get(key.family, {})
        how = estimate(family, key.place, ROWS_OF_EQUALS.get(leaf.kind, ()))
        if how is None:
            raise SpecError(f"technology {self.name} has no leaf {leaf.name}, {_instead(key, self._leaves)}{HOW_TO}")
        area = how.of({place: figures.area_um2 for place, figures in family.items()})
        delay = how.of({place: figures.delay_ns for place, figures in family.items()})
        leakage, clock = self._simulated(key.place, area, family)
        return LeafEstimate(how.kind, area, max(delay, 0.0), leakage, clock)

    def _simulated(
        self, at: Place, area_um2: float, family: Mapping[Place, LeafFigures]
    ) -> tuple[float | None, float | None]:
        """Leakage and clock energy of the nearest leaf that was simulated, in proportion to area."""
        known = {place: f for place, f in family.items() if f.leakage_nw is not None and f.area_um2}
        if not known:
            return None, None
        near = known[_nearest(known, at)]
        share = area_um2 / near.area_um2
        return share * (near.leakage_nw or 0.0), share * (near.clock_pj or 0.0)

    def around(self, engine: Engine) -> tuple[Estimate, tuple[tuple[CharacterisedEngine, float], ...]]:
        """The characterised engines that ``engine`` is like or lies between, with their weights.

        Raises SpecError if there are none.
        """
        key = engine_key(engine)
        family = self._engines.get(key.family, {})
        how = estimate(family, key.place)
        if how is None:
            raise SpecError(f"technology {self.name} has no engine like {engine.spec}{HOW_TO_ENGINE}")
        return how, tuple((family[place], weight) for place, weight in how.weights)

    def switching(self, engine: CharacterisedEngine, leaf: Leaf) -> Switching | None:
        """What one ``leaf`` takes in an active cycle of ``engine``: that of the same leaf in it, or of the nearest of
        its kind in proportion to area; None if it was not simulated or has none of this kind."""
        if engine.switching is None:
            return None
        if leaf in engine.switching:
            return engine.switching[leaf]
        alike = {other: leaf_key(other) for other in engine.switching if other.kind == leaf.kind}
        if not alike:
            return None
        key = leaf_key(leaf)
        near = min(alike, key=lambda other: (alike[other].family != key.family, _apart(alike[other].place, key.place)))
        base = self.leaf(near).area_um2
        return engine.switching[near].scaled(self.leaf(leaf).area_um2 / base) if base else engine.switching[near]


HOW_TO = "; `hwsim rtl characterise --engine ENGINE --out DIR` makes a file that has the leaves of an engine"
HOW_TO_ENGINE = "; `hwsim rtl characterise --engine ENGINE --out DIR` makes a file that has it"


def _by_family(found: Iterable[Figures], key: Callable[[Figures], Key]) -> dict[str, dict[Place, Figures]]:
    families: dict[str, dict[Place, Figures]] = {}
    for figures in found:
        families.setdefault(key(figures).family, {})[key(figures).place] = figures
    return families


def _nearest(places: Iterable[Place], at: Place) -> Place:
    return min(places, key=lambda place: (_apart(place, at), place))


def _apart(one: Place, other: Place) -> tuple[bool, int]:
    """Places of other parameters are farther than any of the same."""
    alike = [name for name, _ in one] == [name for name, _ in other]
    return not alike, distance(one, other) if alike else 0


def _instead(key: Key, families: Mapping[str, Mapping[Place, object]]) -> str:
    """What there is of its kind."""
    places = families.get(key.family)
    if not places:
        return f"nor any of its kind and modes{nearest(key.family, families)}"
    listed = "; ".join(", ".join(f"{name}={value}" for name, value in place) for place in sorted(places))
    return f"nor what it lies between: its kind is there with {listed}"
