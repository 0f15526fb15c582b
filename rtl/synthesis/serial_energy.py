"""What PEs take for a multiply-accumulate: transitions of a PE and its issue in cells, on drawn operands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.bit_serial import BitSerial, parse_design
from hwsim.bit_serial.parts import Parts, parts
from hwsim.encodings import Distribution
from hwsim.engine import load_engine
from hwsim.formats import IntFormat
from hwsim.inventory import Leaf
from hwsim.ports import BIT, Direction, Port
from rtl.bench.vectors import Case, Vectors, pack
from rtl.bit_serial import build_design, result_cycles
from rtl.leaves import build_cell
from rtl.netlist import Module
from rtl.synthesis.cache import Cache, digest_of
from rtl.synthesis.energy import engine_energy
from rtl.synthesis.leaf_cost import LeafCost, leaf_costs
from rtl.synthesis.liberty import Library
from rtl.synthesis.power.measure import kept_models, leaf_places, leaf_sums
from rtl.synthesis.power.operands import SEED, Drawn
from rtl.synthesis.power.pins import RULES, PinEnergies, pin_energies
from rtl.synthesis.power.replay import Glitches, replay, rows_of
from rtl.synthesis.power.slow_cells import counted_cells
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.serial_pes import (
    MACS,
    SHARERS,
    SLICES,
    Figures,
    Scope,
    column,
    issue_shares,
    kinds_in_pe,
    macs_per_cycle,
    module_texts,
)

CYCLES = 192
"""For which a PE is simulated, about."""

GROUPS_OF_A_SUM = 16
"""After so many groups a new sum begins."""


@dataclass(frozen=True, slots=True)
class PeEnergy:
    """One PE by what is counted: ``static_nw`` at all times, ``clock_pj`` at every clock edge, and ``switching_pj`` per
    multiply-accumulate (dense-equivalent). ``macs_per_cycle`` are those of the run, with its filling and draining."""

    name: str
    static_nw: Mapping[Scope, float]
    clock_pj: Mapping[Scope, float]
    switching_pj: Mapping[Scope, Mapping[Glitches, float]]
    macs_per_cycle: float

    def pj_per_mac(self, scope: Scope, glitches: Glitches, figures: Figures) -> float:
        """At the clock and the multiply-accumulates per cycle of ``figures``, of the same scope; one MAC is two
        operations."""
        cycle = 1e-6 * self.static_nw[scope] * figures.delay_ns + self.clock_pj[scope]
        return cycle / figures.macs_per_cycle + self.switching_pj[scope][glitches]


def pe_energy(name: str, library: Library, recipe: Recipe, cache: Cache) -> PeEnergy:
    """Of a PE by the names of `pe_costs`, on normal INT8 operands of sigma 24.4.

    Raises what `pe_costs` raises, and SynthesisError for a library without power tables.
    """
    if name in MACS:
        inside = _in_engine(f"systolic-os:rows=4,cols=4,mac={name}", ("pe_",), library, recipe, cache)
        return _of_scopes(name, dict.fromkeys(Scope, inside))  # nothing is issued to it but operands
    if name in SLICES:
        counted = {
            Scope.PE: (f"bitslice:columns=2,rows=2,mac={name}", kinds_in_pe(name)),
            Scope.OWN: (column(name, 1), ("",)),
            Scope.SHARED: (column(name, SHARERS), ("",)),
        }
        found = {s: _in_engine(spec, kinds, library, recipe, cache) for s, (spec, kinds) in counted.items()}
        return _of_scopes(name, found)
    return _of_design(name, parse_design(name), library, recipe, cache)


@dataclass(frozen=True, slots=True)
class _Part:
    """Part of an engine for each PE, switching for each multiply-accumulate."""

    static_nw: float
    clock_pj: float
    switching_pj: Mapping[Glitches, float]
    macs_per_pe_cycle: float


def _of_scopes(name: str, parts: Mapping[Scope, _Part]) -> PeEnergy:
    return PeEnergy(
        name,
        {scope: part.static_nw for scope, part in parts.items()},
        {scope: part.clock_pj for scope, part in parts.items()},
        {scope: part.switching_pj for scope, part in parts.items()},
        parts[Scope.PE].macs_per_pe_cycle,
    )


def _in_engine(spec: str, inside: tuple[str, ...], library: Library, recipe: Recipe, cache: Cache) -> _Part:
    """The leaves of an engine whose kinds begin with ``inside``, by the means over that engine."""
    energy = engine_energy(load_engine(spec), library, recipe, Drawn(), cache)
    kept = [
        (leaf, count)
        for leaf, count in zip(energy.leaves, energy.counts, strict=True)
        if leaf.leaf.kind.startswith(inside)
    ]
    macs, pes = energy.macs_per_cycle, sum(count for leaf, count in kept if leaf.leaf.kind.startswith("pe_"))
    return _Part(
        sum(count * leaf.leakage_nw for leaf, count in kept) / pes,
        sum(count * leaf.clock_pj for leaf, count in kept) / pes,
        {g: sum(count * leaf.switching_pj[g] for leaf, count in kept) / macs for g in Glitches},
        macs / pes,
    )


def _of_design(name: str, design: BitSerial, library: Library, recipe: Recipe, cache: Cache) -> PeEnergy:
    """Of one PE and its own issue, whose figures are divided where PEs share it."""
    made, top = parts(design), build_design(design)
    leaves = [leaf for leaf, _ in made.inventory(design.columns)]
    costs = {cost.leaf: cost for cost in leaf_costs(leaves, library, recipe, cache)}
    pins = {leaf: pin_energies(costs[leaf], build_cell(leaf).clocked, library, cache) for leaf in leaves}
    vectors, macs = stimulus(design)
    edges = vectors.cases[0].stop
    sums = {g: _leaf_sums(top, costs, pins, vectors, g, library, cache) for g in Glitches}
    weights = {scope: _weights(design, made, scope) for scope in Scope}
    return PeEnergy(
        name,
        {scope: sum(n * pins[leaf].leakage_nw for leaf, n in of.items()) for scope, of in weights.items()},
        {scope: sum(n * pins[leaf].clock_pj for leaf, n in of.items()) for scope, of in weights.items()},
        {
            scope: {g: sum(n * sums[g][leaf] for leaf, n in of.items()) / macs for g in Glitches}
            for scope, of in weights.items()
        },
        macs / edges,
    )


def _weights(design: BitSerial, made: Parts, scope: Scope) -> dict[Leaf, float]:
    """How many of each leaf a PE has in ``scope``. What is shared switches as for one PE."""
    if scope is Scope.PE:
        return {made.pe: 1}
    of_a, of_b = issue_shares(design) if scope is Scope.SHARED else (1, 1)
    control = 1 / SHARERS if scope is Scope.SHARED else 1
    weights: dict[Leaf, float] = {made.pe: 1, made.control: control}
    for part, side in ((of_a, made.of_a), (of_b, made.of_b)):
        for leaf, count in side:
            weights[leaf] = weights.get(leaf, 0) + part * count
    return weights


def stimulus(design: BitSerial) -> tuple[Vectors, int]:
    """Operands on the ports of `build_design`, one PE, cycle by cycle, and how many multiply-accumulates they are."""
    groups = max(4, round(CYCLES / _mean_cycles(design)))
    rng = np.random.default_rng(SEED)
    tail = 1 + result_cycles(piped=True)  # groups of zeros, a cycle each or more, that push out the last sum
    drawn = (_drawn(f, (groups, design.group), rng) for f in (design.a, design.b))
    a, b = (np.pad(operands, ((0, tail), (0, 0))) for operands in drawn)
    takes = np.cumsum([0, *(design.cycles(a[i : i + 1], b[i][:, np.newaxis]) for i in range(groups + tail))])
    edges = int(takes[groups]) + result_cycles(piped=True)
    waiting = np.searchsorted(takes, np.arange(edges))  # the group that is taken next
    at_work = np.maximum(waiting - 1, 0)
    rest = at_work if parts(design).holds_b else waiting
    first = (at_work % GROUPS_OF_A_SUM == 0).astype(np.int64)
    take = np.isin(np.arange(1, edges + 1), takes)
    values = {
        "a": a[waiting],
        "b": b[rest],
        "first": first[:, np.newaxis],
        "take": take.astype(np.int64)[:, np.newaxis],
    }
    ports = (
        Port("a", Direction.INPUT, design.group, design.a),
        Port("b", Direction.INPUT, design.group, design.b),
        Port("first", Direction.INPUT, 1, BIT),
        Port("take", Direction.OUTPUT, 1, BIT),
    )
    bits = {port.name: pack(values[port.name], port) for port in ports}
    return Vectors(ports, bits, (), (Case("energy", 0, 0, edges, reset=True),)), groups * design.group


def _drawn(fmt: IntFormat, shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.int64]:
    source = Distribution.published_normal(fmt)
    return rng.choice(source.values, shape, p=source.probabilities).astype(np.int64)


def _mean_cycles(design: BitSerial) -> float:
    return design.group / macs_per_cycle(design)


def _leaf_sums(
    top: Module,
    costs: Mapping[Leaf, LeafCost],
    pins: Mapping[Leaf, PinEnergies],
    vectors: Vectors,
    glitches: Glitches,
    library: Library,
    cache: Cache,
) -> dict[Leaf, float]:
    """Energy of the whole run in pJ, the mean over the instances of each leaf."""
    texts, models = module_texts(top, costs), kept_models(library, cache)
    rows = rows_of(vectors, vectors.cases[0])
    facts = [repr((leaf.name, pins[leaf])) for leaf in sorted(pins)]
    key = digest_of("serial", RULES, glitches.value, *texts.values(), models, *rows.inputs, *rows.outputs, *facts)
    leaves = {leaf.name: leaf for leaf in pins}
    if kept := cache.load(key):
        return {leaves[name]: float(energy) for name, energy in kept.items()}
    cells = frozenset(cell for cost in costs.values() for cell in cost.mapped.cells)
    late = glitches is Glitches.UNIT_DELAY
    toggles = replay({**texts, "cells": counted_cells(models, cells, late)}, top.name, vectors, glitches)
    found = leaf_sums(toggles, leaf_places(top), pins)
    cache.store(key, {leaf.name: energy for leaf, energy in found.items()})
    return found
