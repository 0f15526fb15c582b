"""What an engine of any size takes in a technology: area by kind of leaf, clock, and energies per cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from hwsim.technology.figures import CharacterisedEngine, Switching
from hwsim.technology.interpolation import Kind
from hwsim.technology.technology import LeafEstimate, Technology


@dataclass(frozen=True)
class EngineFigures:
    """``areas_um2`` by kind of leaf. ``leakage_nw`` at all times, ``clock_pj`` in every clock cycle and ``switching``
    in every active cycle, of the whole engine; None where no engine like it was simulated. An active cycle is worth
    ``macs_per_cycle`` dense-equivalent multiply-accumulates. ``notes`` say what was not characterised, a sentence
    each."""

    engine: Engine
    areas_um2: Mapping[str, float]
    period_ns: float
    leakage_nw: float | None
    clock_pj: float | None
    switching: Switching | None
    macs_per_cycle: float
    notes: tuple[str, ...]

    @property
    def area_um2(self) -> float:
        return sum(self.areas_um2.values())

    @property
    def clock_ghz(self) -> float:
        return 1 / self.period_ns

    def energy_pj(self, macs: int, cycles: int, time_ns: float, unit_delay: bool) -> Mapping[str, float] | None:
        """What the engine takes for ``macs`` in ``cycles`` that last ``time_ns``: leakage, clock and switching in pJ,
        glitches as a unit delay has them or left out; None where no engine like it was simulated."""
        if self.leakage_nw is None or self.clock_pj is None or self.switching is None:
            return None
        taken = self.switching.unit_delay_pj if unit_delay else self.switching.zero_delay_pj
        return {
            "leakage": 1e-6 * self.leakage_nw * time_ns,
            "clock": self.clock_pj * cycles,
            "switching": taken * macs / self.macs_per_cycle,
        }


def engine_figures(technology: Technology, engine: Engine) -> EngineFigures:
    """Raises SpecError for an engine with a leaf or a clock that ``technology`` can neither tell nor interpolate."""
    counted = [(leaf, count, technology.leaf(leaf)) for leaf, count in engine.inventory()]
    how, around = technology.around(engine)
    areas: dict[str, float] = {}
    for leaf, count, found in counted:
        areas[leaf.kind] = areas.get(leaf.kind, 0.0) + count * found.area_um2
    leaf_delay = max(found.delay_ns for _, _, found in counted)
    through = sum(weight * like.period_ns for like, weight in around)
    leakage = _sum([(count, found.leakage_nw) for _, count, found in counted])
    clock = _sum([(count, found.clock_pj) for _, count, found in counted])
    switching, missing = _switching(technology, around, counted)
    notes = [*_notes(engine, counted, how.kind), *missing]
    rate = sum(weight * like.macs_per_pe_cycle for like, weight in around) * engine.pe_count
    return EngineFigures(engine, areas, max(leaf_delay, through), leakage, clock, switching, rate, tuple(notes))


def _sum(parts: list[tuple[int, float | None]]) -> float | None:
    """None if a part is not known."""
    total = 0.0
    for count, value in parts:
        if value is None:
            return None
        total += count * value
    return total


Counted = list[tuple[Leaf, int, LeafEstimate]]


def _switching(
    technology: Technology, around: tuple[tuple[CharacterisedEngine, float], ...], counted: Counted
) -> tuple[Switching | None, list[str]]:
    total = Switching(0.0, 0.0)
    for like, weight in around:
        for leaf, count, _ in counted:
            found = technology.switching(like, leaf)
            if found is None:
                return None, [f"no energy is known: {leaf.kind} was not simulated in {like.spec}"]
            total = total.plus(found.scaled(weight * count))
    return total, []


def _notes(engine: Engine, counted: Counted, clock: Kind) -> Iterator[str]:
    for kind in (Kind.INTERPOLATED, Kind.EXTRAPOLATED):
        leaves = [leaf for leaf, _, found in counted if found.kind is kind]
        if leaves:
            kinds = {leaf.kind: [x.name for x in leaves if x.kind == leaf.kind] for leaf in leaves}
            listed = ", ".join(names[0] if len(names) == 1 else f"{len(names)} of {k}" for k, names in kinds.items())
            yield f"figures of leaves of {engine.spec} are {kind.value}: {listed}"
    if clock is not Kind.EXACT:
        yield f"the clock of {engine.spec} is {clock.value}"
