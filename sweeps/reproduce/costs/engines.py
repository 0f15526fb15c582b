"""Engines as claims compare them: area, clock, and throughput for each area, energy for each product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from hwsim.engine import Engine, load_engine
from hwsim.inventory import Leaf
from rtl.synthesis.recipe import Adder, Cover, Recipe
from sweeps.reproduce.costs.figures import FASTEST, Costs

RECIPES = tuple(
    Recipe(adder=adder, cover=cover)
    for adder in (Adder.BRENT_KUNG, Adder.KOGGE_STONE)
    for cover in (Cover.DELAY, Cover.AREA)
)
"""Ways to cells among which each design has its own best."""

Counted = Callable[[Leaf], bool]


def everything(leaf: Leaf) -> bool:
    """Every leaf counts: our own accounting."""
    return True


@cache
def engine_of(spec: str) -> Engine:
    """The engine of a text, read once."""
    return load_engine(spec)


@cache
def leaves_of(spec: str) -> tuple[tuple[Leaf, int], ...]:
    """What it is made of."""
    return tuple(engine_of(spec).inventory())


def area_um2(costs: Costs, spec: str, recipe: Recipe = FASTEST, counted: Counted = everything) -> float:
    """The leaves of an engine that ``counted`` is true of, each as often as the inventory has it."""
    return sum(count * costs.leaf(leaf, recipe).area_um2 for leaf, count in leaves_of(spec) if counted(leaf))


def pe(spec: str) -> Leaf:
    """The one leaf of an engine that is its PE."""
    (found,) = (leaf for leaf, _ in leaves_of(spec) if leaf.kind.startswith("pe_"))
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """An engine by one recipe: products in each ns and um2."""

    recipe: Recipe
    area_um2: float
    period_ns: float
    products: float

    @property
    def per_area(self) -> float:
        return self.products / (self.period_ns * self.area_um2)


def products_per_cycle(engine: Engine) -> float:
    """Whole products that a cycle ends, with every PE busy."""
    return engine.pe_count / engine.passes


def best(costs: Costs, spec: str, counted: Counted = everything, own_paths: bool = False) -> Point:
    """``spec`` at the recipe with most throughput for its area; ``own_paths``: clocked by paths between its own
    registers alone."""
    return max(_points(costs, spec, counted, own_paths), key=lambda point: point.per_area)


def _points(costs: Costs, spec: str, counted: Counted, own_paths: bool) -> Sequence[Point]:
    engine, points = engine_of(spec), []
    for recipe in RECIPES:
        paths = costs.paths(engine, recipe)
        period = paths.inside_ns if own_paths else paths.worst_ns
        points.append(Point(recipe, area_um2(costs, spec, recipe, counted), period, products_per_cycle(engine)))
    return points


def energy_pj(costs: Costs, spec: str, glitches: str) -> float:
    """Of one product, all PEs busy, at the engine's own fastest clock: switching, clock pins and leakage."""
    engine = engine_of(spec)
    figures = costs.energy(engine)
    leakage_pj = 1e-6 * figures.leakage_nw * costs.paths(engine).worst_ns
    return (figures.switching_pj[glitches] + figures.clock_pj + leakage_pj) / figures.products
