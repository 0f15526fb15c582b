"""The switching energy of every leaf, measured in a small engine that is simulated in cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hwsim.arrays.base import Matrix
from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.bench.stimulus import vectors_of
from rtl.bench.vectors import Vectors
from rtl.engines import build_top, top_name
from rtl.netlist import AnyModule, Cell
from rtl.synthesis.cache import Cache, digest_of
from rtl.synthesis.gate_level import engine_netlists
from rtl.synthesis.leaf_cost import WORKERS, LeafCost
from rtl.synthesis.liberty import Library
from rtl.synthesis.power.operands import active_cycles
from rtl.synthesis.power.pins import RULES, PinEnergies
from rtl.synthesis.power.replay import Glitches, bench_text, replay, rows_of
from rtl.synthesis.power.slow_cells import counted_cells
from rtl.synthesis.power.toggles import Toggles
from rtl.synthesis.yosys import cell_models, yosys_version

INSIDE = 3
"""Names that lead to a pin of a cell in an engine that is one leaf: bench, engine, cell, and the pin's own."""


@dataclass(frozen=True, slots=True)
class Run:
    """An engine in cells and what it multiplies."""

    engine: Engine
    netlists: Mapping[str, str]
    models: str
    cells: frozenset[str]
    vectors: Vectors
    active_cycles: float

    def sources(self, glitches: Glitches) -> dict[str, str]:
        """All modules but the bench."""
        cells = counted_cells(self.models, self.cells, glitches is Glitches.UNIT_DELAY)
        return {**self.netlists, "cells": cells}

    def digest(self, glitches: Glitches) -> str:
        """Of everything that is simulated."""
        rows = rows_of(self.vectors, self.vectors.cases[0])
        bench = bench_text(top_name(self.engine), self.vectors, len(rows.outputs), glitches)
        return digest_of(*self.sources(glitches).values(), bench, *rows.inputs, *rows.outputs)


def prepare(engine: Engine, product: tuple[Matrix, Matrix], costs: Sequence[LeafCost], models: str) -> Run:
    """``engine``, whose leaves ``costs`` has, on one product a (m, k), b (k, n) from its reset on."""
    return Run(
        engine=engine,
        netlists=engine_netlists(engine, costs),
        models=models,
        cells=frozenset(cell for cost in costs for cell in cost.mapped.cells),
        vectors=vectors_of(engine, [product]),
        active_cycles=active_cycles(engine, *product),
    )


def kept_models(library: Library, cache: Cache) -> str:
    """`cell_models`, from ``cache`` if it has them."""
    key = digest_of("models", library.digest, yosys_version())
    if kept := cache.load(key):
        return str(kept["models"])
    models = cell_models(library)
    cache.store(key, {"models": models})
    return models


def switching_pj(
    run: Run, energies: Mapping[Leaf, PinEnergies], cache: Cache
) -> Mapping[Leaf, Mapping[Glitches, float]]:
    """Per active cycle and instance, the mean over the instances of each leaf; all that happens between the reset and
    the last edge is divided by the active cycles, filling and draining too."""
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda glitches: _by_leaf(run, energies, glitches, cache), Glitches))
    return {leaf: {glitches: sums[leaf] for glitches, sums in zip(Glitches, found, strict=True)} for leaf in found[0]}


def _by_leaf(run: Run, energies: Mapping[Leaf, PinEnergies], glitches: Glitches, cache: Cache) -> dict[Leaf, float]:
    facts = [repr((leaf.name, energies[leaf])) for leaf in sorted(energies)]
    key = digest_of("switching", RULES, run.digest(glitches), *facts)
    leaves = {leaf.name: leaf for leaf in energies}
    if kept := cache.load(key):
        return {leaves[name]: float(energy) for name, energy in kept.items()}
    toggles = replay(run.sources(glitches), top_name(run.engine), run.vectors, glitches)
    sums = _summed(toggles, run.engine, energies)
    found = {leaf: energy / run.active_cycles for leaf, energy in sums.items()}
    cache.store(key, {leaf.name: energy for leaf, energy in found.items()})
    return found


def _summed(toggles: Toggles, engine: Engine, energies: Mapping[Leaf, PinEnergies]) -> dict[Leaf, float]:
    """Energy of the whole run in pJ, the mean over the instances of each leaf."""
    places = leaf_places(build_top(engine))
    sums = dict.fromkeys(places.values(), 0.0)
    for code, names in toggles.places.items():
        count = toggles.counts.get(code, 0)
        for _, _, *path, cell, pin in (name for name in names if count and len(name) > INSIDE):
            if leaf := places.get(tuple(path)):
                sums[leaf] += count * energies[leaf].transition_pj[cell].get(pin, 0.0)
    instances = list(places.values())
    return {leaf: total / instances.count(leaf) for leaf, total in sums.items()}


def leaf_places(top: AnyModule, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Leaf]:
    """Every leaf below ``top`` by the names of the instances that lead to it."""
    if isinstance(top, Cell):
        return {path: top.leaf}
    return {
        place: leaf
        for instance in top.instances
        for place, leaf in leaf_places(instance.module, (*path, instance.name)).items()
    }
