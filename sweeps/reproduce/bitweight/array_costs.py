"""Area and energy of arrays with other MACs in them: what the transforms are worth in each array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hwsim.inventory import Leaf
from sweeps.reproduce.claim import AUTHORS, Answer
from sweeps.reproduce.costs.engines import RECIPES, best, energy_pj, everything, pe
from sweeps.reproduce.costs.figures import Costs
from sweeps.reproduce.tolerance import Value

STRONG, FUSED, WEAK = "booth", "fused", "parallel"
"""The MAC that a verdict compares with, and those beside it: one carry chain, and what a synthesiser makes of ``*``."""

GLITCHES = ("zero-delay", "unit-delay")
"""Settled values only; and every cell taking one unit of time, so that glitches run through."""

OUTSIDE = ("accumulate_adder", "accumulate_pair")
"""Adders before the scratchpad, which the authors' arrays do not have."""


@dataclass(frozen=True, slots=True)
class Design:
    """An array in which MACs are exchanged: the engine, as its authors count it, and one with short sides for energies;
    the transforms, of which the first is compared, and the MACs that it is compared with, the first for the verdict."""

    engine: str
    authors: str
    small: str
    macs: tuple[str, ...] = ("opt1",)
    baselines: tuple[str, ...] = (STRONG, FUSED, WEAK)


def _resting(array: str) -> Design:
    """An array with sums at rest: ours drains them column by column, a pair through its last adder; the authors' shows
    all of them on ports. Energies are without drains, which work once for each sum."""
    engine = f"{array}:rows=16,cols=16"
    return Design(f"{engine},drain=column", f"{engine},drain=parallel", f"{array}:rows=4,cols=4")


def _as_is(engine: str, small: str, *macs_and_baselines: tuple[str, ...]) -> Design:
    return Design(engine, engine, small, *macs_and_baselines)


OS, MATRIX = _resting("systolic-os"), _resting("matrix-2d")
WS, CUBE = _as_is("systolic-ws:rows=16,cols=16", "systolic-ws:rows=4,cols=4"), _as_is("cube:p=8", "cube:p=4")
TREE = _as_is("adder-tree:k=16,n=16", "adder-tree:k=4,n=4", ("opt2", "opt1"), (STRONG, WEAK))


def gain_in_area(costs: Costs, engine: str, mac: str, over: str, authors: bool = False) -> float:
    """Throughput for each area over that with the MAC ``over``, each at its own best recipe and clock."""
    counted = _of_the_authors if authors else everything
    ours, theirs = (best(costs, f"{engine},mac={m}", counted, own_paths=authors) for m in (mac, over))
    return ours.per_area / theirs.per_area


def _of_the_authors(leaf: Leaf) -> bool:
    return leaf.kind not in OUTSIDE


def gain_in_energy(costs: Costs, engine: str, mac: str, over: str, glitches: str) -> float:
    """Energy of a product with the MAC ``over`` over that with ``mac``."""
    ours, theirs = (energy_pj(costs, f"{engine},mac={m}", glitches) for m in (mac, over))
    return theirs / ours


def area_gain(design: Design, costs: Costs) -> Answer:
    """Over Booth MACs; beside it the authors' accounting, the other baselines, and the other transform."""
    mac, *others = design.macs
    strong, *more = design.baselines
    beside: Mapping[str, Value] = {
        AUTHORS: gain_in_area(costs, design.authors, mac, strong, authors=True),
        **{f"over {m}": gain_in_area(costs, design.engine, mac, m) for m in more},
        **{f"{m} instead of {mac}": gain_in_area(costs, design.engine, m, strong) for m in others},
    }
    return Answer(gain_in_area(costs, design.engine, mac, strong), beside)


def energy_gain(design: Design, glitches: str, costs: Costs) -> Answer:
    """Over Booth MACs, in the array with short sides; beside it the other baselines, and the other transform."""
    mac, *others = design.macs
    strong, *more = design.baselines
    beside: Mapping[str, Value] = {
        **{f"over {m}": gain_in_energy(costs, design.small, mac, m, glitches) for m in more},
        **{f"{m} instead of {mac}": gain_in_energy(costs, design.small, m, strong, glitches) for m in others},
    }
    return Answer(gain_in_energy(costs, design.small, mac, strong, glitches), beside)


def pe_area_gain(costs: Costs) -> Answer:
    """One PE with its operand registers alone, OPT1 over Booth; beside it over the others."""
    ours = _pe_per_area(costs, "opt1")
    beside: Mapping[str, Value] = {f"over {m}": ours / _pe_per_area(costs, m) for m in (FUSED, WEAK)}
    return Answer(ours / _pe_per_area(costs, STRONG), beside)


def _pe_per_area(costs: Costs, mac: str) -> float:
    leaf = pe(f"systolic-os:mac={mac}")
    found = [costs.leaf(leaf, recipe) for recipe in RECIPES]
    return max(1 / (figures.delay_ns * figures.area_um2) for figures in found)


def total_area_gain(design: Design, costs: Costs) -> Answer:
    """As the repository counts: no adders outside; beside it over what a synthesiser makes of ``*``."""
    ours = gain_in_area(costs, design.authors, "opt1", STRONG, authors=True)
    return Answer(ours, {f"over {WEAK}": gain_in_area(costs, design.authors, "opt1", WEAK, authors=True)})
