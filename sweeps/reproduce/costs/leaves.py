"""PEs as claims compare them: delays, areas that meet a clock, and what registers take of a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

from hwsim.inventory import Leaf
from rtl.synthesis.recipe import Adder, Cover, Recipe
from sweeps.reproduce.costs.figures import FASTEST, Costs, NotCostedError

ADDERS = tuple(Adder)
NO_ADDER = (FASTEST.adder,)
"""For leaves without a carry chain of more than an operand."""


def fastest_ns(costs: Costs, leaf: Leaf, adders: Sequence[Adder] = NO_ADDER) -> float:
    """The shortest of the longest paths of ``leaf``."""
    return min(costs.leaf(leaf, replace(FASTEST, adder=adder)).delay_ns for adder in adders)


def smallest_um2(costs: Costs, leaf: Leaf, period_ns: float, adders: Sequence[Adder] = NO_ADDER) -> float:
    """The least area of ``leaf`` whose longest path fits the period, over adders, covers and what ABC aims at.

    Raises NotCostedError if nothing fits."""
    found = [costs.leaf(leaf, recipe) for recipe in _recipes(period_ns, adders)]
    fitting = [cost.area_um2 for cost in found if cost.delay_ns <= period_ns]
    if not fitting:
        raise NotCostedError(f"no {leaf.name} in {costs.library} meets {period_ns:.3f} ns")
    return min(fitting)


def _recipes(period_ns: float, adders: Sequence[Adder]) -> Iterator[Recipe]:
    for adder, cover, aim in product(adders, Cover, (None, round(period_ns, 3))):
        yield Recipe(adder=adder, cover=cover, period_ns=aim)


def register_ns(costs: Costs) -> float:
    """What a register takes of every path, from its clock to the setup of the next: that of a delay line."""
    return costs.leaf(Leaf.of("delay", bits=8, stages=2)).delay_ns


def logic_ns(costs: Costs, leaf: Leaf) -> float:
    """The longest path of ``leaf`` without its registers."""
    return costs.leaf(leaf).delay_ns - register_ns(costs)


def total_um2(costs: Costs, leaves: Iterable[tuple[Leaf, float]]) -> float:
    """Leaves, each with how many there are, or its share of one."""
    return sum(count * costs.leaf(leaf).area_um2 for leaf, count in leaves)
