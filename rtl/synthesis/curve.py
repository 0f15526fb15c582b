"""Area against delay of one leaf, over trees, adders, covers and periods aimed at: what is worth building."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any

from hwsim.bitweight.columns import Tree
from hwsim.engine import Engine
from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.synthesis.cache import Cache
from rtl.synthesis.leaf_cost import WORKERS, cell_cost
from rtl.synthesis.liberty import Library
from rtl.synthesis.recipe import Adder, Cover, Recipe


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A leaf by one recipe: its area, and the longest path in it; ``tree`` is None if it has no tree of its own."""

    recipe: Recipe
    area_um2: float
    delay_ns: float
    tree: Tree | None = None

    @property
    def how(self) -> str:
        """Tree and recipe in words."""
        return f"{self.tree.value} tree, {self.recipe}" if self.tree else str(self.recipe)


def area_delay(
    leaves: Mapping[Tree | None, Leaf],
    library: Library,
    base: Recipe,
    adders: Sequence[Adder],
    periods_ns: Sequence[float],
    cache: Cache,
) -> tuple[CurvePoint, ...]:
    """One leaf by its trees, each with every adder and cover, as fast as possible and for each period, in this
    order."""
    cells = {tree: build_cell(leaf) for tree, leaf in leaves.items()}
    ways = [
        (tree, replace(base, adder=adder, cover=cover, period_ns=period))
        for tree, adder, cover, period in product(leaves, adders, Cover, [None, *periods_ns])
    ]
    with ThreadPoolExecutor(WORKERS) as pool:
        costs = pool.map(lambda way: cell_cost(cells[way[0]], library, way[1], cache), ways)
    return tuple(
        CurvePoint(recipe, cost.area_um2, cost.worst.delay_ns if cost.worst else 0.0, tree)
        for (tree, recipe), cost in zip(ways, costs, strict=True)
    )


def with_trees(engine: Engine) -> dict[Tree | None, Engine]:
    """``engine`` with each of the compressor trees in its MAC; by itself if its MAC has none."""
    if "tree" not in (field.name for field in fields(engine.mac)):
        return {None: engine}
    changes: list[dict[str, Any]] = [{"tree": tree} for tree in Tree]
    return {change["tree"]: Engine(engine.array, replace(engine.mac, **change)) for change in changes}


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
