"""Area against delay of one leaf, over adders, covers and periods aimed at: what is worth building."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.synthesis.cache import Cache
from rtl.synthesis.leaf_cost import WORKERS, cell_cost
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Adder, Cover, Recipe


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A leaf by one recipe: its area, and the longest path in it."""

    recipe: Recipe
    area_um2: float
    delay_ns: float


def area_delay(
    leaf: Leaf, library: Library, base: Recipe, adders: Sequence[Adder], periods_ns: Sequence[float], cache: Cache
) -> tuple[CurvePoint, ...]:
    """``leaf`` with each adder and each cover, as fast as possible and for each period, in this order."""
    cell = build_cell(leaf)
    recipes = [
        replace(base, adder=adder, cover=cover, period_ns=period)
        for adder, cover, period in product(adders, Cover, [None, *periods_ns])
    ]
    with ThreadPoolExecutor(WORKERS) as pool:
        costs = pool.map(lambda recipe: cell_cost(cell, library, recipe, cache), recipes)
    return tuple(
        CurvePoint(recipe, cost.area_um2, cost.worst.delay_ns if cost.worst else 0.0)
        for recipe, cost in zip(recipes, costs, strict=True)
    )


def front(points: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    """The points that no other is both as small and as fast as, the fastest first; of equals, the first."""
    best: list[CurvePoint] = []
    for point in sorted(points, key=lambda p: (p.delay_ns, p.area_um2)):
        if not best or point.area_um2 < best[-1].area_um2:
            best.append(point)
    return tuple(best)


def smallest_within(points: Sequence[CurvePoint], period_ns: float) -> CurvePoint | None:
    """The smallest point whose longest path fits ``period_ns``; None if none is fast enough."""
    fitting = [point for point in points if point.delay_ns <= period_ns]
    return min(fitting, key=lambda p: (p.area_um2, p.delay_ns), default=None)
