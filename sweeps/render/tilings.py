"""The table of ``hwsim tile``: a row for each different product and tiling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hwsim.memory_energy import ASSUMPTION

if TYPE_CHECKING:
    from rich.console import Console

    from mapper.tiling_search import Choice


def print_tilings(console: Console, workload: str, engine: str, objective: str, choices: Mapping[str, Choice]) -> None:
    """Tile sides, loop order, depths of buffers (a b c) and what they cost; products with equal choices share a row."""
    from rich.table import Table

    table = Table(title=f"{workload} on {engine}: least {objective}")
    table.add_column("product", overflow="fold")
    for heading in ("tile m x n x k", "order", "depths", "buffers", "DRAM bytes", "cycles", "energy nJ", "considered"):
        table.add_column(heading, justify="right")
    alike: dict[Choice, list[str]] = {}
    for name, choice in choices.items():
        alike.setdefault(choice, []).append(name)
    for choice, names in alike.items():
        tiling = choice.tiling
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        table.add_row(
            names[0] + more,
            f"{tiling.m} x {tiling.n} x {tiling.k}",
            tiling.order,
            f"{tiling.depth_a} {tiling.depth_b} {tiling.depth_c}",
            str(tiling.buffers),
            f"{choice.dram_bytes:,}",
            f"{choice.cycles:,}",
            f"{choice.energy_pj / 1000:,.1f}",
            f"{choice.considered:,}",
        )
    console.print(table)
    total = choices.values()
    console.print(
        f"in all: {sum(x.dram_bytes for x in total):,} bytes over DRAM, {sum(x.cycles for x in total):,} cycles; "
        f"{ASSUMPTION}"
    )
