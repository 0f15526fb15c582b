"""Area from leaves beside the area of the same engine mapped as one module.

    python benchmarks/flat_area.py [ENGINE ...]

Leaves are mapped once and counted; a flat engine is optimised across the borders of its leaves. Nothing is taken from
the cache.
"""

from __future__ import annotations

import sys
from time import perf_counter

import hwsim
from rtl.synthesis.cache import NO_CACHE
from rtl.synthesis.engine_cost import flat_cost
from rtl.synthesis.leaf_cost import leaf_costs
from rtl.synthesis.liberty import default_library
from rtl.synthesis.recipe import Recipe

ENGINES = ("systolic-os:rows=8,cols=8", "systolic-ws:rows=8,cols=8,mac=opt1", "matrix-2d:rows=8,cols=8")


def compare(spec: str) -> str:
    """One row of the table."""
    engine, library, recipe = hwsim.load_engine(spec), default_library(), Recipe()
    counts = dict(engine.inventory())
    began = perf_counter()
    from_leaves = sum(counts[cost.leaf] * cost.area_um2 for cost in leaf_costs(list(counts), library, recipe, NO_CACHE))
    between = perf_counter()
    flat = flat_cost(engine, library, recipe).area_um2
    ended = perf_counter()
    error = from_leaves / flat - 1
    seconds = f"{between - began:.1f} | {ended - between:.1f}"
    return f"| `{spec}` | {library.name} | {from_leaves:,.0f} | {flat:,.0f} | {error:+.1%} | {seconds} |"


def main(specs: list[str]) -> None:
    print("| engine | library | area from leaves, um2 | area flat, um2 | relative error | leaves, s | flat, s |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for spec in specs:
        print(compare(spec), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(ENGINES))
