"""What PEs cost for what they do: bit-serial designs of the literature beside bit-parallel MACs and OPT3 to OPT4E."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from hwsim.bit_serial import BitSerial, parse_design
from hwsim.bit_serial.parts import Parts, parts
from hwsim.bit_serial.registry import design_text
from hwsim.encodings import Distribution
from hwsim.encodings.statistics import DigitStatistics
from hwsim.engine import Engine, load_engine
from hwsim.inventory import Leaf
from hwsim.macs.sparse import SparseMac
from hwsim.sparse_columns import cycles_per_operand
from rtl.bit_serial import build_design
from rtl.hierarchy import module_text, modules
from rtl.netlist import Cell, Module
from rtl.synthesis.cache import Cache, digest_of
from rtl.synthesis.engine_cost import EngineCost, engine_cost
from rtl.synthesis.gate_level import plain_concatenations
from rtl.synthesis.leaf_cost import LeafCost, leaf_costs, tool_versions
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Recipe
from rtl.synthesis.timing import Span, TimedPath, longest_paths, timing_script

SHARERS = 16
"""PEs that one issue of digits serves in the accounting of shared parts."""

MACS = ("parallel", "booth", "fused")
SLICES = ("opt3", "opt4c", "opt4e")
DESIGNS = ("stripes", "pragmatic", "laconic", "laconic:encoding=naf", "bitlet", "sibia", "sibia:group=4", "bitwave")
EVERY_PE = (*MACS, *SLICES, *DESIGNS)

PUBLISHED = {
    ("opt3", "laconic"): 1.0,
    ("opt3", "bitlet"): 2.12,
    ("opt3", "sibia"): 5.28,
    ("opt3", "bitwave"): 15.2,
    ("opt4e", "laconic"): 2.85,
}
"""Area efficiency of the first over that of the second (HPCA 2025): OPT3 where it is best, the others at their own
clocks of 250 MHz to 1 GHz; whether of PEs or of arrays is not said."""

DRAWN_ROWS, DRAWN_DEPTH, SEED = 256, 1024, 20250
"""Operands of a design whose expected cycles are not known in closed form."""


class Scope(Enum):
    """What is counted with a PE."""

    PE = "PE alone"
    """Its data path, as most publications count it."""
    OWN = "own issue"
    """And all that issues digits to it, for it alone."""
    SHARED = f"issue shared by {SHARERS}"
    """And its share of that where the PEs of a row or column use it together."""


@dataclass(frozen=True, slots=True)
class Figures:
    """``macs_per_cycle`` are dense-equivalent: those skipped for zeros count too. One MAC is two operations."""

    area_um2: float
    delay_ns: float
    macs_per_cycle: float

    @property
    def gops(self) -> float:
        return 2 * self.macs_per_cycle / self.delay_ns

    @property
    def tops_per_mm2(self) -> float:
        return 1000 * self.gops / self.area_um2


@dataclass(frozen=True, slots=True)
class PeCost:
    """One kind of PE in each scope; ``leaf`` is its data path."""

    name: str
    leaf: Leaf
    figures: Mapping[Scope, Figures]


def pe_costs(names: Sequence[str], library: Library, recipe: Recipe, cache: Cache) -> tuple[PeCost, ...]:
    """PEs by name, bit-parallel MACs, OPT3 to OPT4E or designs (`parse_design`), on normal INT8 operands of sigma 24.4.

    Raises SpecError for an unknown name and a design without gates, MissingToolError and SynthesisError as
    `leaf_costs`.
    """
    designs = {name: parse_design(name) for name in names if name not in (*MACS, *SLICES)}
    for design in designs.values():
        parts(design)  # what has no gates is refused before anything is mapped
    return tuple(_cost(name, designs.get(name), library, recipe, cache) for name in names)


def _cost(name: str, design: BitSerial | None, library: Library, recipe: Recipe, cache: Cache) -> PeCost:
    if design is not None:
        return _design_cost(design, library, recipe, cache)
    return (_mac_cost if name in MACS else _slice_cost)(name, library, recipe, cache)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Area efficiency of one PE over another's, ours in each scope beside the published one."""

    pe: str
    over: str
    published: float
    ours: Mapping[Scope, float]


def ratios(costs: Sequence[PeCost]) -> tuple[Ratio, ...]:
    """Those that were published, of the PEs among ``costs``."""
    found = {cost.name: cost.figures for cost in costs}
    return tuple(
        Ratio(pe, over, published, {s: found[pe][s].tops_per_mm2 / found[over][s].tops_per_mm2 for s in Scope})
        for (pe, over), published in PUBLISHED.items()
        if pe in found and over in found
    )


def macs_per_cycle(design: BitSerial) -> float:
    """Of one PE: expected, or of drawn operands where no expectation is known."""
    source = Distribution.published_normal(design.a)
    per_operand = design.expected(source, Distribution.published_normal(design.b))
    if per_operand is None:
        rng = np.random.default_rng(SEED)
        a = rng.choice(source.values, (DRAWN_ROWS, DRAWN_DEPTH), p=source.probabilities)
        cycles = design.cycles(a, np.ones((DRAWN_DEPTH, 1), np.int64))
        per_operand = design.per_operand(cycles, DRAWN_ROWS, 1, DRAWN_DEPTH)
    return design.lanes / per_operand


def _mac_cost(name: str, library: Library, recipe: Recipe, cache: Cache) -> PeCost:
    """A PE that takes a product per cycle: nothing is issued to it but operands."""
    engine = load_engine(f"systolic-os:rows=1,cols=1,mac={name}")
    (leaf,) = (leaf for leaf, _ in engine.inventory() if leaf.kind.startswith("pe_"))
    (cost,) = leaf_costs([leaf], library, recipe, cache)
    return PeCost(name, leaf, dict.fromkeys(Scope, Figures(cost.area_um2, _delay_ns(cost), 1.0)))


def _slice_cost(name: str, library: Library, recipe: Recipe, cache: Cache) -> PeCost:
    """A column of one PE, and of as many as share an issue, with the SIMD lanes behind them."""
    alone, shared = (engine_cost(load_engine(column(name, rows)), library, recipe, cache) for rows in (1, SHARERS))
    done = _macs_per_slice_cycle(alone.engine)
    return PeCost(
        name,
        next(leaf for leaf, _ in alone.engine.inventory() if leaf.kind == "pe_slice"),
        {
            Scope.PE: _slice_alone(alone, done),
            Scope.OWN: Figures(alone.area_um2, alone.worst.delay_ns, done),
            Scope.SHARED: Figures(shared.area_um2 / SHARERS, shared.worst.delay_ns, done),
        },
    )


def column(name: str, rows: int) -> str:
    """PEs of OPT3 to OPT4E that one issue serves, with the SIMD lane behind them."""
    return f"bitslice:columns=1,mac={name},rows={rows},chain={rows}"


def kinds_in_pe(name: str) -> tuple[str, ...]:
    """What the kinds of leaves in a PE of OPT3 to OPT4E begin with: OPT3 has its encoders inside."""
    return ("pe_slice", "operand_latch", "sparse_encoder", "encoder_") if name == "opt3" else ("pe_slice",)


def _slice_alone(alone: EngineCost, done: float) -> Figures:
    """Where encoders are inside, a digit passes one and the entrance of the sparse encoder."""
    kinds = kinds_in_pe(alone.engine.mac.name)
    leaves = zip(alone.leaves, alone.counts, strict=True)
    inside = [(cost, count) for cost, count in leaves if cost.leaf.kind.startswith(kinds)]
    delays = [_delay_ns(cost) for cost, _ in inside]
    encoders = [_delay_ns(cost) for cost, _ in inside if cost.leaf.kind.startswith("encoder_")]
    entrances = [
        path.delay_ns
        for cost, _ in inside
        for path in cost.paths
        if cost.leaf.kind == "sparse_encoder" and path.span is Span.INPUT_TO_REGISTER
    ]
    through = [encoder + entrance for encoder in encoders for entrance in entrances]
    return Figures(sum(count * cost.area_um2 for cost, count in inside), max(delays + through), done)


def _macs_per_slice_cycle(engine: Engine) -> float:
    """Without the wait of columns and lanes for each other at the end of k."""
    assert isinstance(engine.mac, SparseMac)
    rule = engine.mac.rule(columns=1)
    statistics = DigitStatistics(rule.encoding, Distribution.published_normal(engine.mac.a))
    return rule.lanes / cycles_per_operand(statistics, rule)


def _design_cost(design: BitSerial, library: Library, recipe: Recipe, cache: Cache) -> PeCost:
    made = parts(design)
    costs = _costs(made, library, recipe, cache)
    pe, done = costs[made.pe], macs_per_cycle(design)
    of_a, of_b = (sum(count * costs[leaf].area_um2 for leaf, count in side) for side in (made.of_a, made.of_b))
    control = costs[made.control].area_um2
    delay_ns = max(_delay_ns(pe), _inside_ns(design, costs, library, cache))
    return PeCost(
        design_text(design),
        made.pe,
        {
            Scope.PE: Figures(pe.area_um2, _delay_ns(pe), done),
            Scope.OWN: Figures(pe.area_um2 + of_a + of_b + control, delay_ns, done),
            Scope.SHARED: _shared(design, pe.area_um2, of_a, of_b, control, delay_ns),
        },
    )


def _costs(made: Parts, library: Library, recipe: Recipe, cache: Cache) -> dict[Leaf, LeafCost]:
    leaves = list(dict.fromkeys(leaf for leaf, _ in made.inventory(1)))
    return {cost.leaf: cost for cost in leaf_costs(leaves, library, recipe, cache)}


def _shared(design: BitSerial, pe: float, of_a: float, of_b: float, control: float, delay_ns: float) -> Figures:
    """Where both operands take cycles, PEs wait for each other."""
    a, b = issue_shares(design)
    waiting = replace(design, columns=SHARERS) if both_take_cycles(design) else design
    return Figures(pe + a * of_a + b * of_b + control / SHARERS, delay_ns, macs_per_cycle(waiting))


def issue_shares(design: BitSerial) -> tuple[float, float]:
    """A PE's parts of what issues A and of what issues B: PEs with other columns of B share that of A; where B's digits
    take cycles too (Laconic), PEs with other rows of A share that of B."""
    return (1, 1 / SHARERS) if both_take_cycles(design) else (1 / SHARERS, 1)


def both_take_cycles(design: BitSerial) -> bool:
    return design.serial_operand == "both"


def _inside_ns(design: BitSerial, costs: Mapping[Leaf, LeafCost], library: Library, cache: Cache) -> float:
    """The longest path from register to register through all modules of a PE and its issue; operands arrive recoded."""
    top = build_design(design)
    texts = module_texts(top, costs).values()
    script = timing_script(top.name, library, clocked=True, with_reset=False)
    key = digest_of("bit-serial", script, *texts, library.digest, *tool_versions().values())
    if not (kept := cache.load(key)):
        paths = longest_paths(list(texts), top.name, library, clocked=True, with_reset=False)
        kept = {"paths": [path.facts for path in paths]}
        cache.store(key, kept)
    found = [TimedPath.of_facts(facts) for facts in kept["paths"]]
    return max(path.delay_ns for path in found if path.span is Span.REGISTER_TO_REGISTER)


def module_texts(top: Module, costs: Mapping[Leaf, LeafCost]) -> dict[str, str]:
    """Every module by name, the top first, its leaves as mapped."""
    return {
        part.name: costs[part.leaf].mapped.netlist
        if isinstance(part, Cell)
        else plain_concatenations(module_text(part))
        for part in modules(top)
    }


def _delay_ns(cost: LeafCost) -> float:
    assert cost.worst is not None  # a PE has registers
    return cost.worst.delay_ns
