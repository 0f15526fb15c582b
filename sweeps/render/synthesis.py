"""The tables of ``hwsim rtl synth`` and ``hwsim rtl curve``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rtl.synthesis.curve import front
from rtl.synthesis.leaf_cost import tool_versions

if TYPE_CHECKING:
    from rich.console import Console

    from hwsim.inventory import Leaf
    from rtl.synthesis.curve import CurvePoint
    from rtl.synthesis.engine_cost import EngineCost
    from rtl.synthesis.liberty import Library


def print_cost(console: Console, cost: EngineCost) -> None:
    """A row for each leaf, then the total, the path that sets the clock and what the figures come from."""
    from rich.table import Table

    table = Table(title=f"{cost.engine.spec} in {cost.library.name}, {cost.recipe}")
    table.add_column("leaf", overflow="fold")
    for heading in ("count", "cells", "area um2", "in all um2", "share", "longest path ns"):
        table.add_column(heading, justify="right", no_wrap=True)
    for leaf, count in zip(cost.leaves, cost.counts, strict=True):
        table.add_row(
            leaf.leaf.name,
            f"{count:,}",
            f"{leaf.mapped.cell_count:,}",
            f"{leaf.area_um2:,.2f}",
            f"{count * leaf.area_um2:,.1f}",
            f"{count * leaf.area_um2 / cost.area_um2:.1%}" if cost.area_um2 else "-",
            f"{leaf.worst.delay_ns:.3f}" if leaf.worst else "-",
        )
    if cost.buffers:
        one = cost.library.areas_um2[cost.library.buffer]
        share = f"{cost.buffer_area_um2 / cost.area_um2:.1%}"
        table.add_row(
            "broadcast buffers", f"{cost.buffers:,}", "1", f"{one:,.2f}", f"{cost.buffer_area_um2:,.1f}", share, "-"
        )
    console.print(table)
    console.print(f"area {cost.area_um2:,.1f} um2 in {cost.cell_count:,} cells")
    where = f"in {cost.worst_leaf.leaf.kind}" if cost.worst_leaf else f"through {cost.timed.spec}"
    console.print(f"longest path {cost.worst} {where}: {cost.fmax_ghz:.3f} GHz")
    if cost.inside:
        console.print(f"from register to register through {cost.timed.spec}: {cost.inside}")
    if not cost.met:
        console.print(f"the period of {cost.recipe.period_ns:g} ns is not met")
    console.print(provenance(cost.library))


def print_curve(
    console: Console,
    leaf: Leaf,
    library: Library,
    points: Sequence[CurvePoint],
    smallest: Mapping[float, CurvePoint | None],
) -> None:
    """A row for each recipe that no other is as fast and as small as, then the smallest for each period."""
    from rich.table import Table

    table = Table(title=f"{leaf.name} in {library.name}")
    table.add_column("recipe")
    for heading in ("longest path ns", "area um2"):
        table.add_column(heading, justify="right")
    best = front(points)
    for point in best:
        table.add_row(point.how, f"{point.delay_ns:.3f}", f"{point.area_um2:,.2f}")
    console.print(table)
    console.print(f"{len(best)} of {len(points)} recipes are worth building")
    for period, found in smallest.items():
        met = f"{found.area_um2:,.2f} um2, {found.how}" if found else "nothing is fast enough"
        console.print(f"smallest within {period:g} ns: {met}")
    console.print(provenance(library))


def provenance(library: Library) -> str:
    """Library, corner and tools behind the figures above."""
    tools = ", ".join(f"{tool} {version}" for tool, version in tool_versions().items())
    return f"{library.name} at {library.corner}, sha256 {library.digest[:16]}; {tools}; no wires, ideal clock"
