"""``hwsim rtl synth`` and ``hwsim rtl curve``: area and delay of an engine's gates in a cell library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweeps.commands.failure import ANSWER_IS_BAD
from sweeps.commands.printing import Json, console, print_json

if TYPE_CHECKING:
    from hwsim.bitweight.columns import Tree
    from hwsim.engine import Engine
    from hwsim.inventory import Leaf
    from rtl.synthesis.cache import Cache
    from rtl.synthesis.curve import CurvePoint
    from rtl.synthesis.engine_cost import EngineCost
    from rtl.synthesis.liberty import Library
    from rtl.synthesis.recipe import Adder, Recipe

EngineArgument = Annotated[str, typer.Argument(metavar="ENGINE", help="A preset, an inline form or a .toml file.")]
LibertyFiles = Annotated[
    list[Path] | None,
    typer.Option("--liberty", help="A cell library (.lib, .lib.gz); again for one of several files. Default: osu018."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Map and time everything now, and keep nothing.")]
AdderName = Annotated[str, typer.Option("--adder", help="ripple, brent-kung, sklansky or kogge-stone.")]
CoverName = Annotated[
    str, typer.Option("--cover", help="Cells for the shortest paths or least area: delay, balanced or area.")
]
DEFAULT_ADDER, DEFAULT_COVER = "brent-kung", "delay"
DEFAULT_OPERANDS = "normal:sigma=24.4"
"""What is multiplied while switching is counted."""
NoBooth = Annotated[bool, typer.Option("--no-booth", help="Multipliers without Booth recoding.")]


def synth(
    engine: EngineArgument,
    liberty: LibertyFiles = None,
    clock_ns: Annotated[
        float | None, typer.Option("--clock-ns", help="The period to aim at; as fast as possible without it.")
    ] = None,
    adder: AdderName = DEFAULT_ADDER,
    cover: CoverName = DEFAULT_COVER,
    no_booth: NoBooth = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the engine in cells, as Verilog.")] = None,
    no_cache: NoCache = False,
    json: Json = False,
) -> None:
    """Map the engine's leaves to a cell library: area by leaf and in all, longest path, fastest clock.

    Exit code 1: the period of --clock-ns is not met.
    """
    from hwsim.engine import load_engine
    from rtl.synthesis.engine_cost import engine_cost
    from rtl.synthesis.gate_level import write_gate_level

    loaded, recipe = load_engine(engine), recipe_of(adder, cover, no_booth, clock_ns)
    library, cache = library_of(liberty), cache_for(no_cache)
    cost = engine_cost(loaded, library, recipe, cache)
    if out is not None:
        write_gate_level(loaded, out, library, recipe, cache)
    if json:
        print_json(cost_facts(cost))
    else:
        from sweeps.render.synthesis import print_cost

        print_cost(console(), cost)
    raise typer.Exit(0 if cost.met else ANSWER_IS_BAD)


def curve(
    leaf: Annotated[str, typer.Argument(metavar="LEAF", help="A kind of leaf in the engine, as pe_os.")],
    engine: EngineArgument,
    liberty: LibertyFiles = None,
    clock_ns: Annotated[
        list[float] | None, typer.Option("--clock-ns", help="A period to aim at; may be given again.")
    ] = None,
    adder: Annotated[
        list[str] | None, typer.Option("--adder", help="An adder to try; may be given again. All if none.")
    ] = None,
    tree: Annotated[
        list[str] | None,
        typer.Option("--tree", help="A compressor tree of the MAC to try; may be given again. All if none."),
    ] = None,
    no_booth: NoBooth = False,
    no_cache: NoCache = False,
    json: Json = False,
) -> None:
    """Area against delay of one leaf over trees, adders, covers and periods, and the smallest that meets each period.

    Exit code 1: nothing meets one of the periods.
    """
    from hwsim.engine import load_engine
    from rtl.synthesis.curve import area_delay, smallest_within, with_trees
    from rtl.synthesis.recipe import Adder, Recipe

    loaded, periods = load_engine(engine), sorted(set(clock_ns or ()))
    trees = _trees(tree)
    leaves = _by_tree({known: _leaf(leaf, one) for known, one in with_trees(loaded).items()}, trees)
    chosen = next(iter(leaves.values()))
    adders = [_adder(name) for name in adder or [known.value for known in Adder]]
    library = library_of(liberty)
    points = area_delay(leaves, library, Recipe(booth=not no_booth), adders, periods, cache_for(no_cache))
    smallest = {period: smallest_within(points, period) for period in periods}
    if json:
        print_json(_curve_facts(chosen, library, points, smallest))
    else:
        from sweeps.render.synthesis import print_curve

        print_curve(console(), chosen, library, points, smallest)
    raise typer.Exit(0 if all(smallest.values()) else ANSWER_IS_BAD)


def library_of(files: list[Path] | None) -> Library:
    from rtl.synthesis.liberty import default_library, load_library

    return load_library(files) if files else default_library()


def cache_for(no_cache: bool) -> Cache:
    from rtl.synthesis.cache import NO_CACHE, default_cache

    return NO_CACHE if no_cache else default_cache()


def _adder(name: str) -> Adder:
    from rtl.synthesis.recipe import Adder
    from sweeps.reading import one_of

    return Adder(one_of("--adder", name, [known.value for known in Adder]))


def _trees(names: list[str] | None) -> list[Tree]:
    from hwsim.bitweight.columns import Tree
    from sweeps.reading import one_of

    known = [tree.value for tree in Tree]
    return [Tree(one_of("--tree", name, known)) for name in names or known]


def _by_tree(leaves: dict[Tree | None, Leaf], trees: list[Tree]) -> dict[Tree | None, Leaf]:
    """Those with one of ``trees``; if no tree is in the leaf, it alone."""
    if len(set(leaves.values())) == 1:
        return {None: next(iter(leaves.values()))}
    return {tree: leaf for tree, leaf in leaves.items() if tree in trees}


def recipe_of(adder: str, cover: str, no_booth: bool, period_ns: float | None) -> Recipe:
    from rtl.synthesis.recipe import Cover, Recipe
    from sweeps.reading import one_of

    covering = Cover(one_of("--cover", cover, [known.value for known in Cover]))
    return Recipe(_adder(adder), covering, not no_booth, period_ns)


def _leaf(kind: str, engine: Engine) -> Leaf:
    """The first leaf of this kind, or the one of this full name."""
    from sweeps.reading import check_word

    leaves = [leaf for leaf, _ in engine.inventory()]
    if kind not in [leaf.name for leaf in leaves]:
        check_word(engine.spec, "leaf kind", kind, list(dict.fromkeys(leaf.kind for leaf in leaves)))
    return next(leaf for leaf in leaves if kind in (leaf.kind, leaf.name))


def cost_facts(cost: EngineCost) -> dict[str, Any]:
    """Everything that the tables say, and where it comes from."""
    from rtl.synthesis.engine_cost import ASSUMPTIONS

    return {
        "engine": cost.engine.spec,
        **provenance_facts(cost.library),
        "recipe": recipe_facts(cost.recipe),
        "area_um2": cost.area_um2,
        "cell_count": cost.cell_count,
        "broadcast_buffers": {
            "cell": cost.library.buffer,
            "count": cost.buffers,
            "area_um2": cost.buffer_area_um2,
        },
        "fmax_ghz": cost.fmax_ghz,
        "met": cost.met,
        "worst_path": {"leaf": cost.worst_leaf.leaf.name if cost.worst_leaf else None, **cost.worst.facts},
        "timed_engine": cost.timed.spec,
        "paths": [path.facts for path in cost.paths],
        "leaves": [
            {
                "leaf": leaf.leaf.name,
                "kind": leaf.leaf.kind,
                "count": count,
                "leaf_area_um2": leaf.area_um2,
                "area_um2": count * leaf.area_um2,
                "cells": dict(leaf.mapped.cells),
                "paths": [path.facts for path in leaf.paths],
            }
            for leaf, count in zip(cost.leaves, cost.counts, strict=True)
        ],
        "assumptions": list(ASSUMPTIONS),
    }


def _curve_facts(
    leaf: Leaf, library: Library, points: tuple[CurvePoint, ...], smallest: dict[float, CurvePoint | None]
) -> dict[str, Any]:
    from rtl.synthesis.curve import front

    best = front(points)
    return {
        "leaf": leaf.name,
        **provenance_facts(library),
        "points": [{**_point_facts(point), "on_front": point in best} for point in points],
        "smallest": [
            {"clock_ns": period, "point": _point_facts(point) if point else None} for period, point in smallest.items()
        ],
    }


def _point_facts(point: CurvePoint) -> dict[str, Any]:
    tree = {"tree": point.tree.value} if point.tree else {}
    return {**tree, **recipe_facts(point.recipe), "area_um2": point.area_um2, "delay_ns": point.delay_ns}


def recipe_facts(recipe: Recipe) -> dict[str, Any]:
    return {
        "adder": recipe.adder.value,
        "cover": recipe.cover.value,
        "booth": recipe.booth,
        "clock_ns": recipe.period_ns,
    }


def provenance_facts(library: Library) -> dict[str, Any]:
    from rtl.synthesis.leaf_cost import tool_versions

    return {
        "library": {"name": library.name, "corner": library.corner, "digest": library.digest},
        "tools": dict(tool_versions()),
    }
