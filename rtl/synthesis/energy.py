"""What an engine takes: leakage, clock and switching energy of each leaf, by two models of glitches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.engines import build_top
from rtl.leaves import build_cell
from rtl.synthesis.cache import Cache
from rtl.synthesis.engine_cost import sides_of, with_side
from rtl.synthesis.leaf_cost import WORKERS, LeafCost, leaf_costs
from rtl.synthesis.liberty import Library
from rtl.synthesis.power.measure import kept_models, prepare, switching_pj
from rtl.synthesis.power.operands import Source, active_cycles
from rtl.synthesis.power.pins import PinEnergies, pin_energies
from rtl.synthesis.power.replay import Glitches
from rtl.synthesis.recipe import Recipe

SHORT_SIDES: tuple[int, ...] = (2, 4)
"""Lengths to which a side of the engine that is simulated is shortened, the first one with the leaves that matter."""

RESIZED = ("delay",)
"""Kinds of leaves whose energy is in proportion to their area, so that one of them stands for all."""

LOST_SHARE = 0.01
"""Of the engine's area: what leaves of other kinds may take whose size the simulated engine lacks."""

OPERATIONS_PER_MAC = 2

ASSUMPTIONS = (
    "which engine takes less may depend on the glitch model: sums with carry propagation against carry-save pairs do, "
    "and no winner is named",
    "zero-delay counts settled values only; unit-delay makes every cell one unit of time slow and passes every pulse "
    "(transport delay), which no real gate does",
    "scope: the array alone, without scratchpads, wires and clock tree, all PEs busy in every cycle",
    "MACs are dense-equivalent: what is skipped for a zero counts; a MAC is two operations",
    "filling and draining are part of the run and of its energy per active cycle",
)


@dataclass(frozen=True, slots=True)
class LeafEnergy:
    """One instance of ``leaf``, the mean over its instances in the engine that was simulated.

    ``leakage_nw`` is drawn at all times, ``clock_pj`` at every clock cycle, and ``switching_pj`` beside both at every
    active cycle: one in which all PEs are busy. ``measured`` is the leaf that was simulated: another of the same kind
    if the small engine lacks this one, and then scaled by area.
    """

    leaf: Leaf
    leakage_nw: float
    clock_pj: float
    switching_pj: Mapping[Glitches, float]
    measured: Leaf


@dataclass(frozen=True, slots=True)
class EngineEnergy:
    """``leaves`` are the energies of one each, ``counts`` how many ``engine`` has; ``operands`` says what was
    multiplied, ``simulated`` by which engine, in how many cycles and active cycles. ``macs_per_cycle`` are the
    multiply-accumulates of ``engine`` in an active cycle, those skipped for zeros counted too (dense-equivalent)."""

    engine: Engine
    library: Library
    recipe: Recipe
    operands: str
    leaves: tuple[LeafEnergy, ...]
    counts: tuple[int, ...]
    macs_per_cycle: float
    simulated: Engine
    cycles: int
    active_cycles: float

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

    def pj_per_operation(self, glitches: Glitches, period_ns: float) -> float:
        """Multiplications and additions are operations."""
        return self.pj_per_mac(glitches, period_ns) / OPERATIONS_PER_MAC


def engine_energy(engine: Engine, library: Library, recipe: Recipe, operands: Source, cache: Cache) -> EngineEnergy:
    """The energies of all leaves of ``engine``, its own or those of the same with shorter sides, on ``operands``.

    Raises SpecError for an engine without gates and for operands that do not fit it, MissingToolError without pyosys,
    OpenSTA or Icarus, SynthesisError if a leaf cannot be mapped, if the engine in cells is not the step model, and for
    a library without power tables.
    """
    build_top(engine)  # an engine without gates is refused before anything is mapped
    counts = dict(engine.inventory())
    costs = {cost.leaf: cost for cost in leaf_costs(list(counts), library, recipe, cache)}
    simulated = simulated_engine(engine, {leaf: cost.area_um2 for leaf, cost in costs.items()})
    a, b = operands.product(simulated)
    more = [leaf for leaf, _ in simulated.inventory() if leaf not in counts]
    costs |= {cost.leaf: cost for cost in leaf_costs(more, library, recipe, cache)}
    energies = dict(zip(costs, _pin_energies(list(costs.values()), library, cache), strict=True))
    inside = [costs[leaf] for leaf, _ in simulated.inventory()]
    run = prepare(simulated, (a, b), inside, kept_models(library, cache))
    switching = switching_pj(run, {cost.leaf: energies[cost.leaf] for cost in inside}, cache)
    per_cycle = a.shape[0] * a.shape[1] * b.shape[1] / active_cycles(simulated, a, b)
    return EngineEnergy(
        engine=engine,
        library=library,
        recipe=recipe,
        operands=str(operands),
        leaves=tuple(_leaf_energy(costs[leaf], energies[leaf], switching, costs) for leaf in counts),
        counts=tuple(counts.values()),
        macs_per_cycle=per_cycle * engine.pe_count / simulated.pe_count,
        simulated=simulated,
        cycles=run.vectors.cases[0].stop,
        active_cycles=run.active_cycles,
    )


def simulated_engine(engine: Engine, areas_um2: Mapping[Leaf, float]) -> Engine:
    """``engine`` with its sides as short as its leaves allow; ``areas_um2`` are those of one of each."""
    counts = dict(engine.inventory())
    for name in sides_of(engine):
        smaller = (with_side(engine, name, side) for side in SHORT_SIDES)
        engine = next((one for one in smaller if one and _stands_for(one, counts, areas_um2)), engine)
    return engine


def _stands_for(small: Engine, counts: Mapping[Leaf, int], areas_um2: Mapping[Leaf, float]) -> bool:
    has = {leaf for leaf, _ in small.inventory()}
    kinds = {leaf.kind for leaf in has}
    area = {leaf: count * areas_um2[leaf] for leaf, count in counts.items()}
    lost = sum(area[leaf] for leaf in counts if leaf not in has and leaf.kind not in RESIZED)
    return all(leaf.kind in kinds for leaf in counts) and lost <= LOST_SHARE * sum(area.values())


def _pin_energies(costs: Sequence[LeafCost], library: Library, cache: Cache) -> list[PinEnergies]:
    clocked = [build_cell(cost.leaf).clocked for cost in costs]  # PyRTL's state is one per process
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda cost, has: pin_energies(cost, has, library, cache), costs, clocked))


def _leaf_energy(
    cost: LeafCost,
    energies: PinEnergies,
    switching: Mapping[Leaf, Mapping[Glitches, float]],
    costs: Mapping[Leaf, LeafCost],
) -> LeafEnergy:
    """Its own switching, or that of the leaf of its kind that is most like it, scaled by area: the one with the most
    parameters in common, and of these the nearest in area."""
    alike = [leaf for leaf in switching if leaf.kind == cost.leaf.kind]
    own = set(cost.leaf.parameters)
    unlike = {leaf: (len(own - set(leaf.parameters)), abs(costs[leaf].area_um2 - cost.area_um2)) for leaf in alike}
    nearest = min(alike, key=lambda leaf: (unlike[leaf], leaf))
    scale = 1.0 if nearest == cost.leaf or not costs[nearest].area_um2 else cost.area_um2 / costs[nearest].area_um2
    found = {glitches: scale * energy for glitches, energy in switching[nearest].items()}
    return LeafEnergy(cost.leaf, energies.leakage_nw, energies.clock_pj, found, nearest)


__all__ = [
    "ASSUMPTIONS",
    "OPERATIONS_PER_MAC",
    "EngineEnergy",
    "Glitches",
    "LeafEnergy",
    "engine_energy",
    "simulated_engine",
]
